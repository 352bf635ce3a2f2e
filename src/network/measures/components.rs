//! Components: who can reach whom over any number of ties. Weak ones look away from directions, strong ones
//! follow them. A component is called by its lowest node.

use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

const NONE: u32 = u32::MAX;

/// Number of weak components.
pub const COMPONENTS: Measure = Measure {
    name: "components",
    zh: "互不相连的片数",
    en: "Components",
    means_zh: "网络分成几片，片与片之间没有任何联系。片越多，越分散。单位：片",
    means_en: "Into how many pieces without any tie between them the network falls. Unit: pieces",
    formula: "number of classes of “reachable over ties, whatever their direction”",
    source: "Wasserman & Faust 1994, ch. 4",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Whole(|layer, work| Ok(Some(sizes(&weak(layer, work)?).len() as f64))),
};

/// Share of the largest component.
pub const LARGEST_SHARE: Measure = Measure {
    name: "largestShare",
    zh: "最大一片占比",
    en: "Share of the largest component",
    means_zh: "最大一片的单位占全部单位的比例，0 到 1。越接近 1，绝大多数单位（间接地）连在一起",
    means_en: "The share of organisations in the largest piece, 0 to 1. Near 1 nearly all are connected, if over others",
    formula: "max_c |c| / n",
    source: "Wasserman & Faust 1994, ch. 4",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Whole(|layer, work| {
        let sizes = sizes(&weak(layer, work)?);
        let largest = sizes.iter().map(|(_, size)| *size).max().unwrap_or(0);
        Ok(quotient(largest as f64, layer.nodes() as f64))
    }),
};

/// The lowest node of the weak component that each belongs to.
pub fn weak(layer: &Layer, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    work.spend(layer.pass())?;
    let mut label = vec![NONE; layer.nodes()];
    let mut open = Vec::new();
    for first in layer.all() {
        if label[first as usize] != NONE {
            continue;
        }
        label[first as usize] = first;
        open.push(first);
        while let Some(node) = open.pop() {
            reach(layer.out().row(node), first, &mut label, &mut open);
            if layer.direction() == crate::network::layer::Direction::Directed {
                reach(layer.into().row(node), first, &mut label, &mut open);
            }
        }
    }
    Ok(label)
}

fn reach(row: &[u32], name: u32, label: &mut [u32], open: &mut Vec<u32>) {
    for next in row {
        if label[*next as usize] == NONE {
            label[*next as usize] = name;
            open.push(*next);
        }
    }
}

/// The lowest node of the strong component that each belongs to (Tarjan 1972, with a list in place of calls).
pub fn strong(layer: &Layer, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    work.spend(layer.pass())?;
    let mut walk = Strong {
        found: vec![NONE; layer.nodes()],
        low: vec![0; layer.nodes()],
        label: vec![NONE; layer.nodes()],
        standing: Vec::new(),
        count: 0,
    };
    let mut path: Vec<(u32, usize)> = Vec::new();
    for first in layer.all() {
        if walk.found[first as usize] != NONE {
            continue;
        }
        walk.enter(first);
        path.push((first, 0));
        while let Some((node, place)) = path.last_mut() {
            let node = *node;
            if let Some(next) = layer.out().row(node).get(*place).copied() {
                *place += 1;
                if walk.found[next as usize] == NONE {
                    walk.enter(next);
                    path.push((next, 0));
                } else if walk.label[next as usize] == NONE {
                    walk.lower(node, walk.found[next as usize]);
                }
                continue;
            }
            path.pop();
            walk.leave(node);
            if let Some((before, _)) = path.last() {
                walk.lower(*before, walk.low[node as usize]);
            }
        }
    }
    Ok(walk.label)
}

struct Strong {
    found: Vec<u32>,
    low: Vec<u32>,
    label: Vec<u32>,
    standing: Vec<u32>,
    count: u32,
}

impl Strong {
    fn enter(&mut self, node: u32) {
        self.found[node as usize] = self.count;
        self.low[node as usize] = self.count;
        self.count += 1;
        self.standing.push(node);
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    /// Where a node reaches back to nothing before it, it and what stands above it are a component.
    fn leave(&mut self, node: u32) {
        if self.low[node as usize] != self.found[node as usize] {
            return;
        }
        let start = self.standing.iter().rposition(|standing| *standing == node).unwrap_or(0);
        let members = self.standing.split_off(start);
        let name = members.iter().copied().min().unwrap_or(node);
        for member in members {
            self.label[member as usize] = name;
        }
    }
}

/// Each component with its size, in the order of their lowest nodes.
pub fn sizes(label: &[u32]) -> Vec<(u32, usize)> {
    let mut size = vec![0usize; label.len()];
    for name in label {
        size[*name as usize] += 1;
    }
    (0u32..).zip(size).filter(|(_, size)| *size > 0).collect()
}

/// Who is in the largest component, the one with the lowest node where several are.
pub fn largest(label: &[u32]) -> Vec<bool> {
    let sizes = sizes(label);
    let best = sizes.iter().max_by_key(|(name, size)| (*size, std::cmp::Reverse(*name)));
    let name = best.map(|(name, _)| *name);
    label.iter().map(|label| Some(*label) == name).collect()
}
