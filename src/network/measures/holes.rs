//! Structural holes (Burt 1992): is what one gets from its partners the same over and over, because they are
//! tied to one another, or does it stand between those who are not?

use super::{Directions, Gives, Measure, Values};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Burt's constraint.
pub const CONSTRAINT: Measure = Measure {
    name: "constraint",
    zh: "受限程度（结构洞）",
    en: "Constraint",
    means_zh: "伙伴彼此相连、自己可替代的程度。数越小，越站在互不相连的单位之间，越有中介机会；没有联系的没有此数",
    means_en: "How far its partners are tied to one another. The smaller, the more it stands between those who are not; none without ties",
    formula: "c_i = Σ_{j∈N(i)} (p_ij + Σ_{q≠i,j} p_iq·p_qj)², p_ij = (w_ij+w_ji)/Σ_k(w_ik+w_ki)",
    source: "Burt 1992, Structural Holes, ch. 2",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 2.0),
    steps: |nodes, ties| nodes + 20 * ties,
    gives: Gives::Each(constraint),
};

/// Effective size.
pub const EFFECTIVE_SIZE: Measure = Measure {
    name: "effectiveSize",
    zh: "有效伙伴数",
    en: "Effective size",
    means_zh: "扣除彼此相连、信息重复的部分后，相当于有几家不重复的伙伴；没有联系的没有此数。单位：家",
    means_en: "How many partners it has once those tied to one another are not counted twice; none without ties. Unit: organisations",
    formula: "Σ_j (1 − Σ_{q≠i,j} p_iq·m_jq), m_jq = (w_jq+w_qj)/max_k(w_jk+w_kj)",
    source: "Burt 1992, Structural Holes, ch. 2",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes + 20 * ties,
    gives: Gives::Each(effective_size),
};

/// The constraint of each; none without ties. Partners of partners who are no partners count nothing.
pub fn constraint(layer: &Layer, work: &Work<'_>) -> Result<Vec<Option<f64>>, Stopped> {
    let flat = layer.undirected();
    let strength: Vec<f64> = flat.all().map(|node| flat.out().strength(node)).collect();
    let mut invested = vec![0.0; flat.nodes()];
    let mut each = Vec::with_capacity(flat.nodes());
    for node in flat.all() {
        spend_around(&flat, node, work)?;
        let share = 1.0 / strength[node as usize];
        for (partner, weight) in flat.out().ties(node) {
            invested[partner as usize] += weight * share;
            let over = weight * share / strength[partner as usize];
            for (there, weight) in flat.out().ties(partner) {
                invested[there as usize] += over * weight;
            }
        }
        let partners = flat.out().row(node).iter();
        let sum: f64 = partners.map(|partner| invested[*partner as usize] * invested[*partner as usize]).sum();
        each.push((flat.out().degree(node) > 0).then_some(sum));
        for partner in flat.out().row(node) {
            invested[*partner as usize] = 0.0;
            for there in flat.out().row(*partner) {
                invested[*there as usize] = 0.0;
            }
        }
    }
    Ok(each)
}

/// The effective size of each; none without ties.
pub fn effective_size(layer: &Layer, work: &Work<'_>) -> Result<Vec<Option<f64>>, Stopped> {
    let flat = layer.undirected();
    let most = |node: u32| flat.out().weights(node).iter().copied().fold(0.0, f64::max);
    let most: Vec<f64> = flat.all().map(most).collect();
    let mut share = vec![0.0; flat.nodes()];
    let mut each = Vec::with_capacity(flat.nodes());
    for node in flat.all() {
        spend_around(&flat, node, work)?;
        let strength = flat.out().strength(node);
        for (partner, weight) in flat.out().ties(node) {
            share[partner as usize] = weight / strength;
        }
        let mut size = 0.0;
        for partner in flat.out().row(node) {
            let shared = flat.out().ties(*partner).map(|(there, weight)| share[there as usize] * weight);
            size += 1.0 - shared.sum::<f64>() / most[*partner as usize];
        }
        each.push((flat.out().degree(node) > 0).then_some(size));
        for partner in flat.out().row(node) {
            share[*partner as usize] = 0.0;
        }
    }
    Ok(each)
}

fn spend_around(flat: &Layer, node: u32, work: &Work<'_>) -> Result<(), Stopped> {
    work.spend(1 + flat.out().row(node).iter().map(|partner| 1 + flat.out().degree(*partner)).sum::<usize>())
}
