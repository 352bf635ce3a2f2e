//! Which new ties would help most: for every pair that may be tied, how much one more tie between them would
//! add to global efficiency. A policy aims at particular missing ties, not at density for its own sake
//! (Crespo, Suire & Vicente 2014).

use super::bfs::{Search, UNREACHED};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// A tie that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewTie {
    /// Between whom.
    pub ends: (u32, u32),
    /// What it adds to global efficiency, 0 to 1, by itself.
    pub gain: f64,
    /// How many pairs it brings into reach that are out of reach now.
    pub joined: u64,
    /// Shared partners, who could introduce the two.
    pub shared: usize,
}

/// The `most` best of the candidates, each judged by itself. Pairs that are tied already and pairs of one
/// node are passed over. Of equal gains those that more partners could introduce come first, then those of
/// lower numbers.
pub fn new_ties(
    layer: &Layer,
    candidates: &[(u32, u32)],
    most: usize,
    work: &Work<'_>,
) -> Result<Vec<NewTie>, Stopped> {
    let flat = layer.undirected();
    let nodes = flat.nodes();
    let distance = distances(&flat, work)?;
    let mut pairs: Vec<(u32, u32)> = candidates.iter().map(|(one, other)| (*one.min(other), *one.max(other))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut found = Vec::new();
    for (one, other) in pairs {
        if one == other || flat.out().holds(one, other) {
            continue;
        }
        work.spend(nodes * nodes)?;
        let row = |node: u32| &distance[node as usize * nodes..(node as usize + 1) * nodes];
        let (counts, joined) = gained(&distance, row(one), row(other));
        let gain = gain(&counts) * 2.0 / (nodes as f64 * (nodes as f64 - 1.0));
        let shared = super::neighbours::nearness(&flat, one, other).common;
        found.push(NewTie { ends: (one, other), gain, joined, shared });
    }
    let rounded = |tie: &NewTie| (tie.gain * 1e12).round();
    found.sort_by(|one, other| {
        rounded(other).total_cmp(&rounded(one)).then(other.shared.cmp(&one.shared)).then(one.ends.cmp(&other.ends))
    });
    found.truncate(most);
    Ok(found)
}

/// Steps between all pairs, row after row.
fn distances(flat: &Layer, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    let mut all = Vec::with_capacity(flat.nodes() * flat.nodes());
    let mut search = Search::new(flat.nodes());
    for node in flat.all() {
        work.spend(flat.pass())?;
        search.from(flat, node);
        all.extend_from_slice(&search.distance);
    }
    Ok(all)
}

/// How many pairs come to each distance (above 0), or leave it (below), and how many come into reach.
fn gained(distance: &[u32], one: &[u32], other: &[u32]) -> (Vec<i64>, u64) {
    let nodes = one.len();
    let (mut counts, mut joined) = (Vec::new(), 0);
    let mut add = |distance: u32, by: i64| {
        let place = distance as usize;
        if counts.len() <= place {
            counts.resize(place + 1, 0);
        }
        counts[place] += by;
    };
    for from in 0..nodes {
        for to in from + 1..nodes {
            let now = distance[from * nodes + to];
            let over = |near: u32, far: u32| near.saturating_add(far).saturating_add(1);
            let new = over(one[from], other[to]).min(over(other[from], one[to]));
            if new >= now || new == UNREACHED {
                continue;
            }
            add(new, 1);
            if now == UNREACHED {
                joined += 1;
            } else {
                add(now, -1);
            }
        }
    }
    (counts, joined)
}

/// Σ count / distance, the furthest first.
fn gain(counts: &[i64]) -> f64 {
    counts.iter().enumerate().skip(1).rev().map(|(distance, count)| *count as f64 / distance as f64).sum()
}
