//! k-core: the largest part in which everybody is tied to at least k others of it.

use super::{Directions, Gives, Measure, Values};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Core number.
pub const CORE_NUMBER: Measure = Measure {
    name: "coreNumber",
    zh: "核心层数（k 核）",
    en: "Core number",
    means_zh: "它所在最紧密圈子的层数 k：圈内每家都与圈内至少 k 家有联系。越大越在核心；大联盟内两两相连会抬高它。单位：层",
    means_en: "The k of the closest circle it belongs to, in which each is tied to at least k others. Large alliances raise it. Unit: layers",
    formula: "max{k : i in a part whose least degree is k}",
    source: "Seidman 1983, Social Networks 5:269–287; Batagelj & Zaveršnik 2003",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Each(|layer, work| {
        Ok(core_numbers(layer, work)?.into_iter().map(|core| Some(f64::from(core))).collect())
    }),
};

/// The highest core number.
pub const DEGENERACY: Measure = Measure {
    name: "degeneracy",
    zh: "最高核心层数",
    en: "Degeneracy",
    means_zh: "网络中最紧密圈子的层数。单位：层",
    means_en: "The k of the closest circle there is. Unit: layers",
    formula: "max_i core(i)",
    source: "Seidman 1983, Social Networks 5:269–287",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Whole(|layer, work| Ok(core_numbers(layer, work)?.into_iter().max().map(f64::from))),
};

/// The core number of each: whoever has the fewest ties is taken away first, again and again.
pub fn core_numbers(layer: &Layer, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    work.spend(2 * layer.pass())?;
    let flat = layer.undirected();
    let nodes = flat.nodes();
    let mut degree: Vec<u32> = flat.all().map(|node| flat.out().degree(node) as u32).collect();
    let most = degree.iter().copied().max().unwrap_or(0) as usize;
    // `bins[d]` is where nodes of degree d begin in `order`; `place` is where a node stands in it.
    let mut bins = vec![0u32; most + 2];
    for degree in &degree {
        bins[*degree as usize + 1] += 1;
    }
    for bin in 0..=most {
        bins[bin + 1] += bins[bin];
    }
    let mut next = bins.clone();
    let mut order = vec![0u32; nodes];
    let mut place = vec![0u32; nodes];
    for node in flat.all() {
        let spot = &mut next[degree[node as usize] as usize];
        place[node as usize] = *spot;
        order[*spot as usize] = node;
        *spot += 1;
    }
    for turn in 0..nodes {
        let node = order[turn];
        let own = degree[node as usize];
        for there in flat.out().row(node) {
            let theirs = degree[*there as usize];
            if theirs <= own {
                continue;
            }
            // It changes places with the first of its bin, and the bin begins one later.
            let first = bins[theirs as usize];
            let (other, from) = (order[first as usize], place[*there as usize]);
            order.swap(first as usize, from as usize);
            place[other as usize] = from;
            place[*there as usize] = first;
            bins[theirs as usize] += 1;
            degree[*there as usize] = theirs - 1;
        }
    }
    Ok(degree)
}
