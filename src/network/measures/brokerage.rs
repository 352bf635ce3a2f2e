//! Brokerage roles (Gould & Fernandez 1989, Sociological Methodology 19:89–126): who stands in the middle of
//! an open path a → b → c, by the groups of the three. Ties without direction count either way, so that a
//! gatekeeper is a representative as often.

use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// How often a node plays each role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// All three in one group.
    pub coordinator: u64,
    /// Both ends in one group, the middle in another.
    pub consultant: u64,
    /// From another group into its own.
    pub gatekeeper: u64,
    /// From its own group to another.
    pub representative: u64,
    /// Three groups.
    pub liaison: u64,
}

impl Roles {
    /// All together.
    pub fn total(&self) -> u64 {
        self.coordinator + self.consultant + self.gatekeeper + self.representative + self.liaison
    }

    fn add(&mut self, before: u32, own: u32, after: u32) {
        let role = match (before == own, own == after, before == after) {
            (true, true, _) => &mut self.coordinator,
            (false, true, _) => &mut self.gatekeeper,
            (true, false, _) => &mut self.representative,
            (false, false, true) => &mut self.consultant,
            (false, false, false) => &mut self.liaison,
        };
        *role += 1;
    }
}

/// The roles of each node. Paths with somebody of no group are left out.
pub fn brokerage(layer: &Layer, groups: &[Option<u32>], work: &Work<'_>) -> Result<Vec<Roles>, Stopped> {
    let mut roles = vec![Roles::default(); layer.nodes()];
    let mut marked = vec![u32::MAX; layer.nodes()];
    // From the first of the path, so that what it is tied to is marked once.
    for first in layer.all() {
        let Some(before) = groups[first as usize] else { continue };
        let row = layer.out().row(first);
        work.spend(1 + row.iter().map(|middle| 1 + layer.out().degree(*middle)).sum::<usize>())?;
        for there in row {
            marked[*there as usize] = first;
        }
        for middle in row {
            let Some(own) = groups[*middle as usize] else { continue };
            for last in layer.out().row(*middle) {
                let closed = *last == first || marked[*last as usize] == first;
                if let Some(after) = groups[*last as usize].filter(|_| !closed) {
                    roles[*middle as usize].add(before, own, after);
                }
            }
        }
    }
    Ok(roles)
}
