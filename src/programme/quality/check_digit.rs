//! Numbers whose check character does not fit. A credit code is checked when it is entered; an
//! organisation code of the older standard is taken as it was written, and told of here.

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::identifier::{Identifier, Scheme, organization_code_is_sound};
use crate::graph::EntityRow;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "BAD_CHECK_DIGIT",
    zh: "编号的校验位不符",
    en: "A number whose check character does not fit",
    severity: Severity::High,
    remedy_zh: "与证照原件核对，用 correct 改正；是别处抄错的，用 retract 撤回。",
    remedy_en: "Compare with the original and correct it, or retract it where it was copied wrongly.",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let unsound = |identifier: &&Identifier| match identifier.scheme {
        Scheme::CreditCode => Identifier::new(Scheme::CreditCode, &identifier.value).is_err(),
        Scheme::OrgCode => !organization_code_is_sound(&identifier.value),
        _ => false,
    };
    let held = scene.lens.identifiers(node).iter().filter(|(_, fact)| fact.validity.contains(scene.lens.day));
    let found = |identifier: &Identifier| Finding {
        fields: vec![identifier.scheme.name()],
        zh: format!("编号 {} 的校验位不符", identifier.value),
        en: format!("The check character of {} does not fit", identifier.value),
        ..Finding::default()
    };
    held.map(|(identifier, _)| identifier).filter(unsound).map(found).collect()
}
