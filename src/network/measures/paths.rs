//! Ways: how far two are apart on average and at most, and how efficiently all reach one another.

use super::bfs::Search;
use super::closeness::nearness;
use super::components::{largest, weak};
use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Mean path length.
pub const MEAN_PATH: Measure = Measure {
    name: "meanPath",
    zh: "平均距离",
    en: "Mean path length",
    means_zh: "最大一片中任意两家平均隔几步联系。越小，消息传得越快。单位：步",
    means_en: "How many ties apart two in the largest piece are on average. Unit: steps",
    formula: "Σ_{i≠j} d(i,j) / (n(n−1)) in the largest component",
    source: "Watts & Strogatz 1998, Nature 393:440–442",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (1.0, f64::INFINITY),
    steps: |nodes, ties| nodes * (nodes + 2 * ties),
    gives: Gives::Whole(|layer, work| Ok(ways(layer, work)?.mean)),
};

/// Diameter.
pub const DIAMETER: Measure = Measure {
    name: "diameter",
    zh: "最远距离",
    en: "Diameter",
    means_zh: "最大一片中相隔最远的两家隔几步联系。单位：步",
    means_en: "How many ties apart the two furthest in the largest piece are. Unit: steps",
    formula: "max d(i,j) in the largest component",
    source: "Wasserman & Faust 1994, ch. 4",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (1.0, f64::INFINITY),
    steps: |nodes, ties| nodes * (nodes + 2 * ties),
    gives: Gives::Whole(|layer, work| Ok(ways(layer, work)?.longest.map(|longest| longest as f64))),
};

/// Global efficiency.
pub const EFFICIENCY: Measure = Measure {
    name: "efficiency",
    zh: "整体连通效率",
    en: "Global efficiency",
    means_zh: "任意两家之间“1/距离”的平均，0 到 1，够不着记 0。越大，整个网络越通达；断开会使它下降",
    means_en: "One over the distance of two, on average, 0 to 1; out of reach counts 0. It falls when the network breaks",
    formula: "Σ_{i≠j} 1/d(i,j) / (n(n−1))",
    source: "Latora & Marchiori 2001, Phys. Rev. Lett. 87:198701",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes * (nodes + 2 * ties),
    gives: Gives::Whole(efficiency),
};

/// Ways within the largest component; none where it is one node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ways {
    /// Steps on average.
    pub mean: Option<f64>,
    /// Steps at most.
    pub longest: Option<usize>,
}

/// How far nodes of the largest component are apart.
pub fn ways(layer: &Layer, work: &Work<'_>) -> Result<Ways, Stopped> {
    let flat = layer.undirected();
    let (part, _) = flat.part(&largest(&weak(&flat, work)?));
    let mut search = Search::new(part.nodes());
    let (mut steps, mut longest) = (0u64, 0);
    for node in part.all() {
        work.spend(part.pass())?;
        search.from(&part, node);
        for (distance, reached) in search.levels().into_iter().enumerate() {
            steps += distance as u64 * reached as u64;
            longest = longest.max(distance);
        }
    }
    let pairs = part.nodes() as f64 * (part.nodes() as f64 - 1.0);
    Ok(Ways { mean: quotient(steps as f64, pairs), longest: (longest > 0).then_some(longest) })
}

/// One over the distance, on average; none of fewer than two nodes.
pub fn efficiency(layer: &Layer, work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    let flat = layer.undirected();
    let mut search = Search::new(flat.nodes());
    // How many pairs are at each distance: whole numbers, so that the order of nodes adds nothing.
    let mut levels: Vec<usize> = Vec::new();
    for node in flat.all() {
        work.spend(flat.pass())?;
        search.from(&flat, node);
        for (distance, reached) in search.levels().into_iter().enumerate() {
            if levels.len() <= distance {
                levels.resize(distance + 1, 0);
            }
            levels[distance] += reached;
        }
    }
    Ok(quotient(nearness(&levels), flat.nodes() as f64 * (flat.nodes() as f64 - 1.0)))
}
