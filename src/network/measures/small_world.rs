//! Small world: is a network more clustered than chance, and yet as short in its ways? Compared with networks
//! drawn by a seed that have the same degrees. A value above 1 alone proves little.

use super::clustering::transitivity;
use super::paths::ways;
use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::draws::Draws;
use crate::network::layer::{Direction, Layer, Pair};
use crate::network::work::{Stopped, Work};

/// σ by default.
pub const SIGMA: Measure = Measure {
    name: "smallWorld",
    zh: "小世界系数 σ",
    en: "Small-world σ",
    means_zh: "与联系数相同的随机网络（固定种子，20 个）相比，是否“抱团而又路近”；大于 1 为是，但只凭大于 1 说明不了多少；无法比较时没有此数。单位：倍",
    means_en: "Compared with 20 random networks of the same degrees (fixed seed): clustered and yet short in its ways? Above 1 alone proves little; none where nothing can be compared. Unit: times",
    formula: "σ = (C/C_r)/(L/L_r), r: mean of ≥ 20 networks of the same degrees",
    source: "Humphries & Gurney 2008, PLoS ONE 3:e2051; rewiring: Maslov & Sneppen 2002",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| 21 * nodes * (nodes + 2 * ties) + 2_000 * ties,
    gives: Gives::Whole(|layer, work| Ok(small_world(layer, NETWORKS, 1, work)?.sigma)),
};

/// How many random networks there are at least.
pub const NETWORKS: u32 = 20;

/// Changes tried for each tie of a random network.
const CHANGES: usize = 10;

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmallWorld {
    /// Share of closed triples.
    pub clustering: Option<f64>,
    /// The same in random networks, on average.
    pub clustering_random: Option<f64>,
    /// Mean path length in the largest component.
    pub path: Option<f64>,
    /// The same in random networks, on average.
    pub path_random: Option<f64>,
    /// (C/C_r)/(L/L_r).
    pub sigma: Option<f64>,
    /// How many random networks.
    pub networks: u32,
}

/// Compare with so many random networks.
pub fn small_world(layer: &Layer, networks: u32, seed: u64, work: &Work<'_>) -> Result<SmallWorld, Stopped> {
    let flat = layer.undirected();
    let (clustering, path) = (transitivity(&flat, work)?, ways(&flat, work)?.mean);
    let mut draws = Draws::new(seed);
    let (mut clusterings, mut paths) = (Vec::new(), Vec::new());
    for _ in 0..networks {
        let random = rewired(&flat, &mut draws, work)?;
        clusterings.extend(transitivity(&random, work)?);
        paths.extend(ways(&random, work)?.mean);
    }
    let mean = |values: &[f64]| quotient(values.iter().sum(), values.len() as f64);
    let (clustering_random, path_random) = (mean(&clusterings), mean(&paths));
    let ratio = |real: Option<f64>, random: Option<f64>| quotient(real?, random?);
    let sigma = ratio(ratio(clustering, clustering_random), ratio(path, path_random));
    Ok(SmallWorld { clustering, clustering_random, path, path_random, sigma, networks })
}

/// A network drawn by lot in which everybody has as many partners as before: two ties exchange their ends,
/// unless that would tie somebody to itself or to a partner it has already.
pub fn rewired(flat: &Layer, draws: &mut Draws, work: &Work<'_>) -> Result<Layer, Stopped> {
    let mut ties: Vec<(u32, u32)> = flat.each_tie().map(|(from, to, _)| (from, to)).collect();
    let mut partners: Vec<Vec<u32>> = flat.all().map(|node| flat.out().row(node).to_vec()).collect();
    for _ in 0..CHANGES * ties.len() {
        let (first, second) = (draws.below(ties.len()), draws.below(ties.len()));
        let (a, b) = ties[first];
        let (c, d) = if draws.below(2) == 0 { ties[second] } else { (ties[second].1, ties[second].0) };
        work.spend(1 + partners[a as usize].len() + partners[c as usize].len())?;
        let taken = a == d || c == b || a == c || b == d;
        if taken || partners[a as usize].contains(&d) || partners[c as usize].contains(&b) {
            continue;
        }
        replace(&mut partners, a, b, d);
        replace(&mut partners, b, a, c);
        replace(&mut partners, c, d, b);
        replace(&mut partners, d, c, a);
        ties[first] = (a, d);
        ties[second] = (c, b);
    }
    let ties: Vec<Pair> = ties.into_iter().map(|(from, to)| (from, to, 1.0)).collect();
    Ok(Layer::new(flat.nodes(), Direction::Undirected, &ties).expect("ends of ties of a layer"))
}

fn replace(partners: &mut [Vec<u32>], of: u32, old: u32, new: u32) {
    if let Some(place) = partners[of as usize].iter_mut().find(|partner| **partner == old) {
        *place = new;
    }
}
