//! Betweenness: on how many shortest ways between two others somebody stands. Worked out from every node
//! (Brandes 2001), or from some drawn by a seed, and then with the error that has to be reckoned with.

use super::bfs::{Length, Search, lengths};
use super::{Directions, Gives, Measure, Values};
use crate::network::draws::Draws;
use crate::network::layer::{Direction, Layer};
use crate::network::work::{Stopped, Work};

/// Betweenness, exact.
pub const BETWEENNESS: Measure = Measure {
    name: "betweenness",
    zh: "桥梁作用（中介度）",
    en: "Betweenness",
    means_zh: "其他单位两两之间的最短联系有多少要经过它。数越大，越是牵线搭桥的单位；也可能只因同类单位少。单位：对",
    means_en: "On how many shortest ways between two others it stands: who brings others together. Unit: pairs",
    formula: "b_i = Σ_{s≠i≠t} σ_st(i)/σ_st, each pair once where ties have no direction",
    source: "Freeman 1977; Brandes 2001, J. Math. Sociology 25:163–177",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes * (nodes + 4 * ties),
    gives: Gives::Each(|layer, work| Ok(exact(layer, Length::Step, work)?.into_iter().map(Some).collect())),
};

/// Two lengths of ways count as equal when they differ by no more than this part: what adding does to the
/// last digits must not decide which way is the shortest.
const ALIKE: f64 = 1e-9;

/// Betweenness of part of all nodes.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The estimate for each node, in pairs.
    pub values: Vec<f64>,
    /// How many nodes the ways were followed from.
    pub pivots: usize,
    /// No estimate is further from the exact figure than this, in pairs, with the confidence asked for.
    pub error: f64,
}

/// On how many shortest ways each node stands.
pub fn exact(layer: &Layer, length: Length, work: &Work<'_>) -> Result<Vec<f64>, Stopped> {
    let all: Vec<u32> = layer.all().collect();
    from(layer, length, &all, work)
}

/// The same from `pivots` nodes drawn by a seed (Brandes & Pich 2007). With probability `confidence` no
/// node is further off than the error stated (Hoeffding's inequality for draws without replacement, over
/// all nodes at once).
pub fn sampled(layer: &Layer, pivots: usize, seed: u64, confidence: f64, work: &Work<'_>) -> Result<Sampled, Stopped> {
    let nodes = layer.nodes();
    if pivots >= nodes {
        return Ok(Sampled { values: exact(layer, Length::Step, work)?, pivots: nodes, error: 0.0 });
    }
    let mut chosen = Draws::new(seed).order(nodes);
    chosen.truncate(pivots);
    chosen.sort_unstable();
    let part = nodes as f64 / pivots.max(1) as f64;
    let values = from(layer, Length::Step, &chosen, work)?.into_iter().map(|value| value * part).collect();
    // From one node, the ways through another lead to at most n − 2 others.
    let most = nodes as f64 * (nodes as f64 - 2.0).max(0.0);
    let halved = if layer.direction() == Direction::Undirected { most / 2.0 } else { most };
    let spread = (2.0 * nodes as f64 / (1.0 - confidence)).ln() / (2.0 * pivots.max(1) as f64);
    let error = if pivots == 0 { halved } else { (halved * spread.sqrt()).min(halved) };
    Ok(Sampled { values, pivots, error })
}

fn from(layer: &Layer, length: Length, firsts: &[u32], work: &Work<'_>) -> Result<Vec<f64>, Stopped> {
    let mut sums = vec![0.0; layer.nodes()];
    let mut ways = vec![0.0; layer.nodes()];
    let mut onward = vec![0.0; layer.nodes()];
    let mut search = Search::new(layer.nodes());
    for first in firsts {
        work.spend(2 * layer.pass())?;
        if length == Length::Step {
            search.from(layer, *first);
            let distance = &search.distance;
            let further = |one: u32, _: f64, other: u32| distance[other as usize] == distance[one as usize] + 1;
            add(layer, *first, &search.order, further, (&mut ways, &mut onward, &mut sums));
        } else {
            let distance = lengths(layer, *first, length, work)?;
            let mut order: Vec<u32> = layer.all().filter(|node| distance[*node as usize].is_finite()).collect();
            order.sort_by(|one, other| distance[*one as usize].total_cmp(&distance[*other as usize]));
            let further = |one: u32, weight: f64, other: u32| {
                let (so_far, there) = (distance[one as usize] + length.of(weight), distance[other as usize]);
                (so_far - there).abs() <= ALIKE * there
            };
            add(layer, *first, &order, further, (&mut ways, &mut onward, &mut sums));
        }
    }
    if layer.direction() == Direction::Undirected {
        sums.iter_mut().for_each(|sum| *sum /= 2.0);
    }
    Ok(sums)
}

/// What the shortest ways from one node add. `order` has whom they lead to, the nearest first; `further`
/// says whether a tie from one to another is part of such a way.
fn add(
    layer: &Layer,
    first: u32,
    order: &[u32],
    further: impl Fn(u32, f64, u32) -> bool,
    (ways, onward, sums): (&mut [f64], &mut [f64], &mut [f64]),
) {
    for node in order {
        ways[*node as usize] = 0.0;
    }
    ways[first as usize] = 1.0;
    for node in order {
        let here = ways[*node as usize];
        for (there, weight) in layer.out().ties(*node) {
            if further(*node, weight, there) {
                ways[there as usize] += here;
            }
        }
    }
    for node in order.iter().rev() {
        let mut dependent = 0.0;
        for (there, weight) in layer.out().ties(*node) {
            if further(*node, weight, there) {
                dependent += onward[there as usize];
            }
        }
        dependent *= ways[*node as usize];
        onward[*node as usize] = (1.0 + dependent) / ways[*node as usize];
        if *node != first {
            sums[*node as usize] += dependent;
        }
    }
}
