//! How likely two would be tied, judged by the partners that they share (Liben-Nowell & Kleinberg 2007;
//! Adamic & Adar 2003; Zhou, Lü & Zhang 2009). On sparse networks these alone are near chance.

use super::quotient;
use crate::network::layer::Layer;

/// Figures of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nearness {
    /// Shared partners.
    pub common: usize,
    /// Shared among all partners of either; 0 where neither has any.
    pub jaccard: f64,
    /// Σ 1/ln d over shared partners.
    pub adamic_adar: f64,
    /// Σ 1/d over shared partners.
    pub resource_allocation: f64,
    /// Product of their degrees.
    pub attachment: f64,
}

/// What two share. Directions must have been taken away (`Layer::undirected`).
pub fn nearness(flat: &Layer, one: u32, other: u32) -> Nearness {
    let (here, there) = (flat.out().row(one), flat.out().row(other));
    let mut found = Nearness { attachment: here.len() as f64 * there.len() as f64, ..Nearness::default() };
    let (mut first, mut second) = (0, 0);
    while let (Some(mine), Some(theirs)) = (here.get(first), there.get(second)) {
        if mine == theirs {
            let degree = flat.out().degree(*mine) as f64;
            found.common += 1;
            found.adamic_adar += quotient(1.0, degree.ln()).unwrap_or(0.0);
            found.resource_allocation += 1.0 / degree;
        }
        first += usize::from(mine <= theirs);
        second += usize::from(theirs <= mine);
    }
    let either = here.len() + there.len() - found.common;
    found.jaccard = quotient(found.common as f64, either as f64).unwrap_or(0.0);
    found
}
