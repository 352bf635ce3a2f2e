//! Where a network would break: nodes and ties without which some could no longer reach the others, and who
//! would be cut off. One walk in depth over the whole layer (Hopcroft & Tarjan 1973), with a list in place of
//! calls, so that a long chain is no danger.

use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// A node that holds parts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Articulation {
    /// Which.
    pub node: u32,
    /// Into how many pieces its component falls without it.
    pub pieces: usize,
    /// How many are outside the largest of them.
    pub cut_off: usize,
}

/// A tie that holds two parts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bridge {
    /// Its ends, the lower first.
    pub ends: (u32, u32),
    /// How many are on the smaller side.
    pub cut_off: usize,
}

/// All of both, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Nodes.
    pub articulations: Vec<Articulation>,
    /// Ties.
    pub bridges: Vec<Bridge>,
}

const NONE: u32 = u32::MAX;

struct Walk {
    found: Vec<u32>,
    low: Vec<u32>,
    parent: Vec<u32>,
    /// The node that the walk over its component began with.
    first: Vec<u32>,
    /// How many are below a node in the walk, itself among them.
    below: Vec<u32>,
    /// Sizes of the parts below a node that hang on it alone.
    hanging: Vec<Vec<u32>>,
    count: u32,
}

impl Walk {
    fn new(nodes: usize) -> Self {
        Self {
            found: vec![NONE; nodes],
            low: vec![0; nodes],
            parent: vec![NONE; nodes],
            first: (0..nodes as u32).collect(),
            below: vec![1; nodes],
            hanging: vec![Vec::new(); nodes],
            count: 0,
        }
    }

    fn enter(&mut self, node: u32, parent: u32) {
        self.found[node as usize] = self.count;
        self.low[node as usize] = self.count;
        self.parent[node as usize] = parent;
        if parent != NONE {
            self.first[node as usize] = self.first[parent as usize];
        }
        self.count += 1;
    }

    /// Walk over the component of a node; gives its ties that hold two parts together, lower part second.
    fn component(&mut self, flat: &Layer, first: u32) -> Vec<(u32, u32)> {
        let mut bridges = Vec::new();
        let mut path = vec![(first, 0usize)];
        self.enter(first, NONE);
        while let Some((node, place)) = path.last_mut() {
            let node = *node;
            if let Some(there) = flat.out().row(node).get(*place).copied() {
                *place += 1;
                if self.found[there as usize] == NONE {
                    self.enter(there, node);
                    path.push((there, 0));
                } else if there != self.parent[node as usize] {
                    self.low[node as usize] = self.low[node as usize].min(self.found[there as usize]);
                }
                continue;
            }
            path.pop();
            let above = self.parent[node as usize];
            if above != NONE {
                let low = self.low[node as usize];
                self.low[above as usize] = self.low[above as usize].min(low);
                self.below[above as usize] += self.below[node as usize];
                if low >= self.found[above as usize] {
                    self.hanging[above as usize].push(self.below[node as usize]);
                }
                if low > self.found[above as usize] {
                    bridges.push((above, node));
                }
            }
        }
        bridges
    }
}

/// Every node and tie without which the layer would fall into more pieces, whatever the direction of ties.
pub fn cuts(layer: &Layer, work: &Work<'_>) -> Result<Cuts, Stopped> {
    work.spend(2 * layer.pass())?;
    let flat = layer.undirected();
    let mut walk = Walk::new(flat.nodes());
    let mut cuts = Cuts::default();
    for first in flat.all() {
        if walk.found[first as usize] != NONE {
            continue;
        }
        let start = walk.count;
        let bridges = walk.component(&flat, first);
        let size = walk.count - start;
        for (above, below) in bridges {
            let part = walk.below[below as usize].min(size - walk.below[below as usize]);
            cuts.bridges.push(Bridge { ends: (above.min(below), above.max(below)), cut_off: part as usize });
        }
        // Its component's size stands with its first node until the end.
        walk.below[first as usize] = size;
    }
    for node in flat.all() {
        let hanging = std::mem::take(&mut walk.hanging[node as usize]);
        let is_first = walk.parent[node as usize] == NONE;
        if hanging.is_empty() || (is_first && hanging.len() < 2) {
            continue;
        }
        let size = walk.below[walk.first[node as usize] as usize];
        let rest = size - 1 - hanging.iter().sum::<u32>();
        let largest = hanging.iter().copied().max().unwrap_or(0).max(rest);
        let pieces = hanging.len() + usize::from(rest > 0);
        cuts.articulations.push(Articulation { node, pieces, cut_off: (size - 1 - largest) as usize });
    }
    cuts.bridges.sort_unstable_by_key(|bridge| bridge.ends);
    Ok(cuts)
}
