//! Location quotient and relatedness: what a place is strong in compared with a larger one, and which further
//! field lies near to what it is strong in already. Denominators come from outside; without them there is no
//! figure.

use super::quotient;

/// (e_ir/e_r)/(e_i/e): above 1, the field weighs more in the place than in the whole; none where the place or
/// the field is empty in the whole. Source: Florence 1939; Isard 1960.
pub fn location_quotient(field_here: f64, all_here: f64, field_everywhere: f64, all_everywhere: f64) -> Option<f64> {
    quotient(quotient(field_here, all_here)?, quotient(field_everywhere, all_everywhere)?)
}

/// φ of two fields: the smaller of the two conditional probabilities that a place strong in one is strong in
/// the other (Hidalgo et al. 2007, Science 317:482–487). `strong[place][field]`.
pub fn proximity(strong: &[Vec<bool>], one: usize, other: usize) -> Option<f64> {
    let count = |both: &dyn Fn(&Vec<bool>) -> bool| strong.iter().filter(|place| both(place)).count() as f64;
    let most = count(&|place| place[one]).max(count(&|place| place[other]));
    quotient(count(&|place| place[one] && place[other]), most)
}

/// ω of a field for a place: of all that is near the field, the share that the place is strong in, 0 to 1
/// (Balland, Boschma, Crespo & Rigby 2019); none where nothing is near.
pub fn relatedness(nearness: &[f64], strong_here: &[bool], field: usize) -> Option<f64> {
    let others = || nearness.iter().zip(strong_here).enumerate().filter(move |(place, _)| *place != field);
    let all: f64 = others().map(|(_, (near, _))| near).sum();
    let here: f64 = others().filter(|(_, (_, strong))| **strong).map(|(_, (near, _))| near).sum();
    quotient(here, all)
}
