//! PageRank: who is pointed at by those who are pointed at. The share of whoever points nowhere goes to all
//! (or, in the personal form, back to where the walk begins).

use super::{Directions, Gives, Measure, Values};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// PageRank as it is asked for by default.
pub const PAGERANK: Measure = Measure {
    name: "pagerank",
    zh: "影响力（PageRank）",
    en: "PageRank",
    means_zh: "与重要单位有联系的单位更重要，0 到 1，全部单位之和为 1。数越大，越处在往来的中心；受登记多少影响",
    means_en: "Tied to those who matter, one matters more: 0 to 1, all together 1. It hangs on how completely ties are registered",
    formula: "r_i = (1−d)/n + d·(Σ_{j→i} r_j·w_ji/s_j + Σ_{j without ties} r_j/n), d = 0.85",
    source: "Page, Brin, Motwani & Winograd 1999; as in LDBC Graphalytics",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| 100 * (nodes + 2 * ties),
    gives: Gives::Each(|layer, work| Ok(pagerank(layer, &Walk::default(), work)?.into_iter().map(Some).collect())),
};

/// How the walk goes.
#[derive(Clone, Debug)]
pub struct Walk {
    /// How likely it goes on at each step, 0 up to but not including 1.
    pub damping: f64,
    /// Rounds at most.
    pub rounds: u32,
    /// Ends when all changes of a round together are no more.
    pub until: f64,
    /// Do heavier ties get more?
    pub shares: Shares,
    /// Where it begins anew: shares that add up to 1; everywhere alike where there are none.
    pub home: Option<Vec<f64>>,
}

/// How a node shares what it has among those it is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shares {
    /// In equal parts.
    Equal,
    /// By weight.
    Weighed,
}

impl Default for Walk {
    fn default() -> Self {
        Self { damping: 0.85, rounds: 1_000, until: 1e-14, shares: Shares::Weighed, home: None }
    }
}

/// The share of each node; nothing of no nodes.
pub fn pagerank(layer: &Layer, walk: &Walk, work: &Work<'_>) -> Result<Vec<f64>, Stopped> {
    let nodes = layer.nodes();
    if nodes == 0 {
        return Ok(Vec::new());
    }
    work.spend(layer.pass())?;
    let even = 1.0 / nodes as f64;
    let home = |node: usize| walk.home.as_ref().map_or(even, |home| home[node]);
    let weighed = walk.shares == Shares::Weighed && !is_even(layer);
    let parts: Vec<f64> = layer.all().map(|node| part(layer, node, weighed)).collect();
    let mut rank: Vec<f64> = (0..nodes).map(home).collect();
    let mut sent = vec![0.0; nodes];
    for _ in 0..walk.rounds {
        work.spend(layer.pass())?;
        let mut stranded = 0.0;
        for node in 0..nodes {
            sent[node] = rank[node] * parts[node];
            if parts[node] <= 0.0 {
                stranded += rank[node];
            }
        }
        let begun = 1.0 - walk.damping + walk.damping * stranded;
        let mut moved = 0.0;
        for node in layer.all() {
            let got = if weighed { weighed_sum(layer, node, &sent) } else { sum(layer.into().row(node), &sent) };
            let place = node as usize;
            let new = home(place) * begun + walk.damping * got;
            moved += (new - rank[place]).abs();
            rank[place] = new;
        }
        if moved <= walk.until {
            break;
        }
    }
    Ok(rank)
}

/// What goes over a tie of weight 1; nothing where there is no tie.
fn part(layer: &Layer, node: u32, weighed: bool) -> f64 {
    let all = if weighed { layer.out().strength(node) } else { layer.out().degree(node) as f64 };
    if all > 0.0 { 1.0 / all } else { 0.0 }
}

fn is_even(layer: &Layer) -> bool {
    let first = layer.all().find_map(|node| layer.out().weights(node).first().copied()).unwrap_or(1.0);
    layer.all().all(|node| layer.out().weights(node).iter().all(|weight| weight.to_bits() == first.to_bits()))
}

fn sum(row: &[u32], sent: &[f64]) -> f64 {
    row.iter().map(|from| sent[*from as usize]).sum()
}

fn weighed_sum(layer: &Layer, node: u32, sent: &[f64]) -> f64 {
    layer.into().ties(node).map(|(from, weight)| sent[from as usize] * weight).sum()
}
