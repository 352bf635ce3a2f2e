//! Organisations that may be one: a name folded alike, or one organisation code. A suspicion, never a
//! merger: a name is no identity.

use super::{Finding, QualityRule, Scene, Severity, is_organization};
use crate::domain::Kind;
use crate::domain::fold::fold;
use crate::domain::identifier::{Identifier, Scheme};
use crate::graph::EntityRow;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "DUPLICATE_SUSPECT",
    zh: "疑似重复：名称或组织机构代码相同的几个单位",
    en: "Organisations that share a name or an organisation code",
    severity: Severity::Medium,
    remedy_zh: "看信用代码和登记信息是不是同一单位；是同一个的，合并（mergeOrganizations）；不是的不用改。",
    remedy_en: "Compare credit codes and registry entries; where they are one, merge them (mergeOrganizations); where not, leave them.",
    find,
};

/// All organisations by their names and organisation codes.
pub(super) fn index(scene: &mut Scene<'_>) {
    let lens = scene.lens;
    for kind in Kind::ORGANIZATIONS {
        for node in lens.nodes(*kind).take_while(|_| lens.budget().spend(1)) {
            for name in names(scene, node) {
                scene.names.entry(name).or_default().push(node);
            }
            for code in codes(scene, node) {
                scene.codes.entry(code).or_default().push(node);
            }
        }
    }
}

fn names(scene: &Scene<'_>, node: EntityRow) -> Vec<String> {
    once(scene.lens.names(node).iter().filter_map(|name| name.text.plain()).map(fold).collect())
}

/// Organisation codes, without hyphens, as they stand alone or inside a credit code.
fn codes(scene: &Scene<'_>, node: EntityRow) -> Vec<String> {
    let code = |identifier: &Identifier| match identifier.scheme {
        Scheme::OrgCode => Some(identifier.value.to_ascii_uppercase().replace('-', "")),
        Scheme::CreditCode => identifier.value.get(8..17).map(str::to_owned),
        _ => None,
    };
    once(scene.lens.identifiers(node).iter().filter_map(|(identifier, _)| code(identifier)).collect())
}

fn once(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    all.dedup();
    all
}

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    if !is_organization(scene, node) {
        return Vec::new();
    }
    let others = |known: Option<&Vec<EntityRow>>| {
        let all = known.into_iter().flatten().copied();
        all.filter(|other| *other != node).collect::<Vec<_>>()
    };
    let named = names(scene, node).into_iter().map(|name| (others(scene.names.get(&name)), name, "names"));
    let coded = codes(scene, node).into_iter().map(|code| (others(scene.codes.get(&code)), code, "identifiers"));
    let shared = named.chain(coded).filter(|(others, ..)| !others.is_empty());
    let found = shared.map(|(others, text, field)| Finding {
        fields: vec![field],
        zh: format!("与另外 {} 个单位同有“{text}”", others.len()),
        en: format!("Shares “{text}” with {} others", others.len()),
        others,
        ..Finding::default()
    });
    found.collect()
}
