//! Centralisation: how far a network hangs on one, compared with a star of the same size.

use super::degree::degrees;
use super::{Directions, Gives, Measure, Values, betweenness, quotient};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Degree centralisation.
pub const DEGREE_CENTRALISATION: Measure = Measure {
    name: "degreeCentralisation",
    zh: "联系集中化程度",
    en: "Degree centralisation",
    means_zh: "网络像不像“一家连所有、其余互不相连”的星形，0 到 1。越接近 1，越依赖一家；三家以下没有此数",
    means_en: "How far the network is a star, where one is tied to all and the others to nobody else, 0 to 1; none for fewer than three",
    formula: "Σ_i (d_max − d_i) / ((n−1)(n−2))",
    source: "Freeman 1979, Social Networks 1:215–239",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, _| nodes,
    gives: Gives::Whole(by_degree),
};

/// Betweenness centralisation.
pub const BETWEENNESS_CENTRALISATION: Measure = Measure {
    name: "betweennessCentralisation",
    zh: "桥梁集中化程度",
    en: "Betweenness centralisation",
    means_zh: "牵线搭桥是否集中在一家，0 到 1。越接近 1，其他单位之间越要靠这一家；三家以下没有此数",
    means_en: "How far one alone brings the others together, 0 to 1; none for fewer than three",
    formula: "2·Σ_i (b_max − b_i) / ((n−1)²(n−2))",
    source: "Freeman 1979, Social Networks 1:215–239",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes * (nodes + 4 * ties),
    gives: Gives::Whole(by_betweenness),
};

/// Compared with a star, by degree; none of fewer than three nodes.
pub fn by_degree(layer: &Layer, work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    let degrees = degrees(layer, work)?;
    let most = degrees.iter().copied().max().unwrap_or(0);
    let short: u64 = degrees.iter().map(|degree| u64::from(most - degree)).sum();
    Ok(compared(layer, short as f64, |nodes| (nodes - 1.0) * (nodes - 2.0)))
}

/// Compared with a star, by betweenness; none of fewer than three nodes.
pub fn by_betweenness(layer: &Layer, work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    let flat = layer.undirected();
    let values = betweenness::exact(&flat, super::bfs::Length::Step, work)?;
    let most = values.iter().copied().fold(0.0, f64::max);
    let short: f64 = values.iter().map(|value| most - value).sum();
    Ok(compared(layer, 2.0 * short, |nodes| (nodes - 1.0) * (nodes - 1.0) * (nodes - 2.0)))
}

/// A star takes three: fewer nodes are compared with nothing.
fn compared(layer: &Layer, short: f64, star: fn(f64) -> f64) -> Option<f64> {
    quotient(short, star(layer.nodes() as f64)).filter(|_| layer.nodes() >= 3)
}
