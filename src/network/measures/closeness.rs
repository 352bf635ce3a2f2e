//! Harmonic closeness: how near one is to everybody, where those out of reach add nothing.

use super::bfs::Search;
use super::{Directions, Gives, Measure, Values};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Harmonic closeness.
pub const CLOSENESS: Measure = Measure {
    name: "closeness",
    zh: "接近度",
    en: "Harmonic closeness",
    means_zh: "到其他单位平均有多近，0 到 1：直接有联系记 1，隔一家记 1/2，够不着记 0。越大，消息到得越快；有方向的联系从它出发算",
    means_en: "How near it is to the others on average, 0 to 1: one tie away counts 1, two 1/2, out of reach 0. Directions are followed outwards",
    formula: "h_i = Σ_{j≠i} 1/d(i,j) / (n−1)",
    source: "Marchiori & Latora 2000, Physica A 285:539–546; Rochat 2009",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes * (nodes + 2 * ties),
    gives: Gives::Each(closeness),
};

/// The closeness of each; none where there is nobody else.
pub fn closeness(layer: &Layer, work: &Work<'_>) -> Result<Vec<Option<f64>>, Stopped> {
    let mut search = Search::new(layer.nodes());
    let others = layer.nodes() as f64 - 1.0;
    let mut each = Vec::with_capacity(layer.nodes());
    for node in layer.all() {
        work.spend(layer.pass())?;
        search.from(layer, node);
        each.push((others > 0.0).then(|| nearness(&search.levels()) / others));
    }
    Ok(each)
}

/// One over the distance, summed over everybody reached, the furthest first: small numbers before large.
pub(super) fn nearness(levels: &[usize]) -> f64 {
    let further = levels.iter().enumerate().skip(1).rev();
    further.map(|(distance, reached)| *reached as f64 / distance as f64).sum()
}
