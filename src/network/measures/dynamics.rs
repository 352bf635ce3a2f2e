//! Tie dynamics: which ties are new, kept and lost from one window to the next, and how much stayed.

use super::quotient;
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// What became of ties between two windows. Both layers number the same nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dynamics {
    /// Only in the later.
    pub new: Vec<(u32, u32)>,
    /// In both.
    pub kept: Vec<(u32, u32)>,
    /// Only in the earlier.
    pub lost: Vec<(u32, u32)>,
}

impl Dynamics {
    /// Ties in both among ties in either, 0 to 1 (Jaccard 1901); none where there is no tie at all.
    pub fn stability(&self) -> Option<f64> {
        let all = self.new.len() + self.kept.len() + self.lost.len();
        quotient(self.kept.len() as f64, all as f64)
    }
}

/// Compare two windows; each list is in order.
pub fn dynamics(earlier: &Layer, later: &Layer, work: &Work<'_>) -> Result<Dynamics, Stopped> {
    work.spend(earlier.pass() + later.pass())?;
    let ends = |layer: &Layer| -> Vec<(u32, u32)> { layer.each_tie().map(|(from, to, _)| (from, to)).collect() };
    let (before, after) = (ends(earlier), ends(later));
    let (kept, lost) = before.iter().partition(|tie| after.binary_search(tie).is_ok());
    let new = after.iter().copied().filter(|tie| before.binary_search(tie).is_err()).collect();
    Ok(Dynamics { new, kept, lost })
}
