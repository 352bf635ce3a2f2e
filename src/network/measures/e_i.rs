//! The E–I index (Krackhardt & Stern 1988, Social Psychology Quarterly 51:123–140): do ties lead out of a
//! group or stay within? Groups are handed in: regions, kinds of organisation, clusters.

use super::quotient;
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Ties counted by whether they stay within a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcrossWithin {
    /// Ties to other groups.
    pub across: usize,
    /// Ties within a group.
    pub within: usize,
    /// Ties of whoever is in no group, counted as neither.
    pub unknown: usize,
}

impl AcrossWithin {
    /// (E − I)/(E + I): −1 inward alone, 1 outward alone; none where there is no tie.
    pub fn index(self) -> Option<f64> {
        quotient(self.across as f64 - self.within as f64, (self.across + self.within) as f64)
    }

    fn add(&mut self, here: Option<u32>, there: Option<u32>) {
        match (here, there) {
            (Some(here), Some(there)) if here == there => self.within += 1,
            (Some(_), Some(_)) => self.across += 1,
            _ => self.unknown += 1,
        }
    }
}

/// Ties across and within groups, of the whole layer and of each node.
pub fn across_within(
    layer: &Layer,
    groups: &[Option<u32>],
    work: &Work<'_>,
) -> Result<(AcrossWithin, Vec<AcrossWithin>), Stopped> {
    work.spend(2 * layer.pass())?;
    let flat = layer.undirected();
    let (mut whole, mut each) = (AcrossWithin::default(), vec![AcrossWithin::default(); layer.nodes()]);
    for (from, to, _) in layer.each_tie() {
        whole.add(groups[from as usize], groups[to as usize]);
    }
    for node in flat.all() {
        for there in flat.out().row(node) {
            each[node as usize].add(groups[node as usize], groups[*there as usize]);
        }
    }
    Ok((whole, each))
}
