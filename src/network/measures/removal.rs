//! What if some were gone: how much of the largest piece stays, how well the rest still reach one another,
//! and who is cut off (Albert, Jeong & Barabási 2000, Nature 406:378–382).

use super::components::{largest, sizes, weak};
use super::{paths, quotient};
use crate::network::draws::Draws;
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// In which order nodes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those with the most partners first, as counted at the start.
    Degree,
    /// The greatest bridges first, as counted at the start.
    Betweenness,
    /// Drawn by a seed.
    Random(u64),
}

/// The nodes in that order; of equals the lower number first.
pub fn order(layer: &Layer, order: Order, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    let flat = layer.undirected();
    let values: Vec<f64> = match order {
        Order::Random(seed) => return Ok(Draws::new(seed).order(flat.nodes())),
        Order::Degree => super::degree::degrees(&flat, work)?.into_iter().map(f64::from).collect(),
        Order::Betweenness => super::betweenness::exact(&flat, super::bfs::Length::Step, work)?,
    };
    let mut nodes: Vec<u32> = flat.all().collect();
    // Sums of fractions that are equal may differ in the last digits.
    let rounded = |node: u32| (values[node as usize] * 1e6).round();
    nodes.sort_by(|one, other| rounded(*other).total_cmp(&rounded(*one)).then(one.cmp(other)));
    Ok(nodes)
}

/// Share of the largest component, S(k)/S(0), after the first k of an order are gone, for k = 0 to all of
/// them. Nodes are put back from the last to the first, so that all of it takes one pass.
pub fn curve(layer: &Layer, gone: &[u32], work: &Work<'_>) -> Result<Vec<f64>, Stopped> {
    work.spend(2 * layer.pass())?;
    let flat = layer.undirected();
    let mut stands = vec![true; flat.nodes()];
    for node in gone {
        stands[*node as usize] = false;
    }
    let mut sets = Sets { above: flat.all().collect(), size: vec![1; flat.nodes()], largest: 0 };
    for node in flat.all().filter(|node| stands[*node as usize]) {
        sets.largest = sets.largest.max(1);
        for there in flat.out().row(node).iter().filter(|there| **there < node && stands[**there as usize]) {
            sets.join(node, *there);
        }
    }
    let mut sizes = vec![sets.largest];
    for node in gone.iter().rev() {
        stands[*node as usize] = true;
        sets.largest = sets.largest.max(1);
        for there in flat.out().row(*node).iter().filter(|there| stands[**there as usize]) {
            sets.join(*node, *there);
        }
        sizes.push(sets.largest);
    }
    let whole = f64::from(sets.largest);
    Ok(sizes.into_iter().rev().filter_map(|size| quotient(f64::from(size), whole)).collect())
}

struct Sets {
    above: Vec<u32>,
    size: Vec<u32>,
    largest: u32,
}

impl Sets {
    fn find(&mut self, node: u32) -> u32 {
        let mut node = node;
        while self.above[node as usize] != node {
            self.above[node as usize] = self.above[self.above[node as usize] as usize];
            node = self.above[node as usize];
        }
        node
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return;
        }
        let bigger = self.size[one as usize] >= self.size[other as usize];
        let (stays, goes) = if bigger { (one, other) } else { (other, one) };
        self.above[goes as usize] = stays;
        self.size[stays as usize] += self.size[goes as usize];
        self.largest = self.largest.max(self.size[stays as usize]);
    }
}

/// What is left when some are gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// Share of the largest component that is left, S(k)/S(0); none of an empty layer.
    pub largest_share: Option<f64>,
    /// Global efficiency before and after, each over those who were there then.
    pub efficiency: (Option<f64>, Option<f64>),
    /// Who was in one piece with those that are gone, and is no longer in its largest part.
    pub cut_off: Vec<u32>,
    /// How many pieces there are before and after.
    pub components: (usize, usize),
}

/// The layer without some.
pub fn without(layer: &Layer, gone: &[u32], work: &Work<'_>) -> Result<Loss, Stopped> {
    let flat = layer.undirected();
    let mut kept = vec![true; flat.nodes()];
    for node in gone {
        kept[*node as usize] = false;
    }
    let before = weak(&flat, work)?;
    let (part, old) = flat.part(&kept);
    let after = weak(&part, work)?;
    let mut touched = vec![false; flat.nodes()];
    for node in gone {
        touched[before[*node as usize] as usize] = true;
    }
    // The largest part that each piece leaves, the one with the lowest node where several are.
    let mut main: Vec<Option<(u32, usize)>> = vec![None; flat.nodes()];
    for (name, size) in sizes(&after) {
        let place = before[old[name as usize] as usize] as usize;
        if main[place].is_none_or(|(_, most)| size > most) {
            main[place] = Some((name, size));
        }
    }
    let lost = |node: &u32| {
        let place = before[old[*node as usize] as usize] as usize;
        touched[place] && main[place].is_some_and(|(name, _)| name != after[*node as usize])
    };
    let cut_off = part.all().filter(lost).map(|node| old[node as usize]).collect();
    let count = |label: &[u32]| largest(label).iter().filter(|inside| **inside).count() as f64;
    Ok(Loss {
        largest_share: quotient(count(&after), count(&before)),
        efficiency: (paths::efficiency(&flat, work)?, paths::efficiency(&part, work)?),
        cut_off,
        components: (sizes(&before).len(), sizes(&after).len()),
    })
}
