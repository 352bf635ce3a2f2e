//! How many ties away everybody is from one, and how far when ties have lengths.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// The distance of whom no way leads to.
pub const UNREACHED: u32 = u32::MAX;

/// What a weight says about how far two are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Nothing: every tie is one step.
    Step,
    /// The weight is the length.
    Weight,
    /// The stronger the tie the shorter: one over the weight.
    Inverse,
}

impl Length {
    /// The length of a tie of that weight.
    pub fn of(self, weight: f64) -> f64 {
        match self {
            Length::Step => 1.0,
            Length::Weight => weight,
            Length::Inverse => 1.0 / weight,
        }
    }
}

/// A place to search from one node after another without asking for memory each time.
pub struct Search {
    /// Steps from the first node; only of those in `order` it counts.
    pub distance: Vec<u32>,
    /// Who was reached, the nearest first.
    pub order: Vec<u32>,
}

impl Search {
    /// For a layer of so many nodes.
    pub fn new(nodes: usize) -> Self {
        Self { distance: vec![UNREACHED; nodes], order: Vec::with_capacity(nodes) }
    }

    /// Search from a node, following directions.
    pub fn from(&mut self, layer: &Layer, first: u32) {
        for node in self.order.drain(..) {
            self.distance[node as usize] = UNREACHED;
        }
        self.distance[first as usize] = 0;
        self.order.push(first);
        let mut next = 0;
        while let Some(node) = self.order.get(next).copied() {
            next += 1;
            let further = self.distance[node as usize] + 1;
            for there in layer.out().row(node) {
                let distance = &mut self.distance[*there as usize];
                if *distance == UNREACHED {
                    *distance = further;
                    self.order.push(*there);
                }
            }
        }
    }

    /// How many are at each distance.
    pub fn levels(&self) -> Vec<usize> {
        let mut levels = Vec::new();
        for node in &self.order {
            let distance = self.distance[*node as usize] as usize;
            if levels.len() <= distance {
                levels.resize(distance + 1, 0);
            }
            levels[distance] += 1;
        }
        levels
    }
}

/// Steps from one node to each, following directions.
pub fn steps(layer: &Layer, first: u32, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    work.spend(layer.pass())?;
    let mut search = Search::new(layer.nodes());
    if (first as usize) < layer.nodes() {
        search.from(layer, first);
    }
    Ok(search.distance)
}

/// Length of the shortest way from one node to each (Dijkstra 1959); infinite where there is none.
pub fn lengths(layer: &Layer, first: u32, length: Length, work: &Work<'_>) -> Result<Vec<f64>, Stopped> {
    work.spend(layer.pass())?;
    let mut distance = vec![f64::INFINITY; layer.nodes()];
    let mut open = BinaryHeap::new();
    if let Some(here) = distance.get_mut(first as usize) {
        *here = 0.0;
        // Bits of numbers that are not negative are in the order of the numbers.
        open.push(Reverse((0f64.to_bits(), first)));
    }
    while let Some(Reverse((bits, node))) = open.pop() {
        let so_far = f64::from_bits(bits);
        if so_far > distance[node as usize] {
            continue;
        }
        for (there, weight) in layer.out().ties(node) {
            let further = so_far + length.of(weight);
            if further < distance[there as usize] {
                distance[there as usize] = further;
                open.push(Reverse((further.to_bits(), there)));
            }
        }
    }
    Ok(distance)
}
