//! Are they in the same technical fields? Cosine of term vectors: the term itself counts 1, its
//! parent ½, its grandparent ¼ (domain study §8.2).

use std::collections::BTreeMap;

use crate::domain::Relation;
use crate::graph::{EntityRow, Lens, Tie};
use crate::matching::signal::{Find, Finding, Reason, Scene, Signal};

/// The row of the table.
pub const SIGNAL: Signal = Signal {
    name: "FIELD",
    zh: "领域相同：双方所属技术领域接近",
    en: "Same fields: both belong to near technical fields",
    substantial: true,
    applies: |scene| scene.wish.about.iter().any(|node| !vector(&scene.lens, &[*node]).is_empty()),
    find: Find::Each(find),
};

/// Terms with weight and the ties that lead to them: the classification, then each step up.
type Vector = BTreeMap<EntityRow, (f64, Vec<Tie>)>;

/// Steps up the hierarchy of terms.
const STEPS: usize = 3;

fn vector(lens: &Lens<'_>, nodes: &[EntityRow]) -> Vector {
    let mut vector = Vector::new();
    for node in nodes {
        for tie in lens.ties(*node, Some(Relation::ClassifiedAs), true) {
            let (mut way, mut weight) = (vec![tie], 1.0);
            for _ in 0..STEPS {
                let Some(place) = way.last().map(|tie| tie.there) else { break };
                let known = vector.entry(place).or_insert_with(|| (weight, way.clone()));
                if weight > known.0 {
                    *known = (weight, way.clone());
                }
                let Some(up) = lens.ties(place, Some(Relation::PartOf), true).next() else { break };
                weight /= 2.0;
                way.push(up);
            }
        }
    }
    vector
}

fn find(scene: &Scene<'_>, candidate: EntityRow) -> Finding {
    let lens = &scene.lens;
    let (need, have) = (vector(lens, &scene.wish.about), vector(lens, &[candidate]));
    if have.is_empty() {
        return Finding::Unknown("尚未分类领域（未知不等于不相关）", "not classified yet (unknown is not unrelated)");
    }
    let length = |vector: &Vector| vector.values().map(|(weight, _)| weight * weight).sum::<f64>().sqrt();
    let both = need.iter().filter_map(|(term, (left, mine))| {
        have.get(term).map(|(right, theirs)| (term, left * right, [theirs.as_slice(), mine.as_slice()].concat()))
    });
    let mut shared: Vec<(&EntityRow, f64, Vec<Tie>)> = both.collect();
    let value = shared.iter().map(|(_, product, _)| product).sum::<f64>() / (length(&need) * length(&have));
    shared.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| lens.code(*left.0).cmp(lens.code(*right.0))));
    let named = shared.iter().take(2).map(|(term, _, _)| lens.name(**term)).collect::<Vec<_>>().join("、");
    if named.is_empty() {
        let (zh, en) = ("双方已知领域不同".to_owned(), "their known fields differ".to_owned());
        return Finding::Says(Reason { value: 0.0, zh, en, evidence: Vec::new() });
    }
    let evidence: Vec<Tie> = shared.into_iter().take(2).flat_map(|(_, _, ways)| ways).collect();
    Finding::Says(Reason {
        value: value.min(1.0),
        zh: format!("同属领域：{named}"),
        en: format!("both are in the field {named}"),
        evidence,
    })
}
