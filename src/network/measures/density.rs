//! Density: the share of possible ties that exist.

use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::layer::{Direction, Layer};

/// Density.
pub const DENSITY: Measure = Measure {
    name: "density",
    zh: "密度",
    en: "Density",
    means_zh: "实际联系占可能联系的比例，0 到 1。单位越多密度自然越低，只在规模相近、口径相同的网络之间比较；密度高不等于好",
    means_en: "The share of possible ties that exist, 0 to 1. It falls as a network grows: compare equal sizes and rules alone; denser is not better",
    formula: "2m / (n(n−1)); with directions m / (n(n−1)); two-mode m / (n₁n₂)",
    source: "Wasserman & Faust 1994, ch. 4; two-mode: Borgatti & Everett 1997, Social Networks 19:243–269",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, _| nodes,
    gives: Gives::Whole(|layer, work| {
        work.spend(layer.nodes())?;
        Ok(density(layer))
    }),
};

/// The share of possible ties that exist; none where none is possible.
pub fn density(layer: &Layer) -> Option<f64> {
    let nodes = layer.nodes() as f64;
    let possible = match (layer.sides(), layer.direction()) {
        (Some(sides), _) => {
            let second = sides.iter().filter(|second| **second).count() as f64;
            second * (nodes - second)
        }
        (None, Direction::Undirected) => nodes * (nodes - 1.0) / 2.0,
        (None, Direction::Directed) => nodes * (nodes - 1.0),
    };
    quotient(layer.ties() as f64, possible)
}
