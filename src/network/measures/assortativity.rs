//! Assortativity: do ties join like with like? By degree, or by an attribute.

use std::collections::BTreeMap;

use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Degree assortativity.
pub const ASSORTATIVITY: Measure = Measure {
    name: "assortativity",
    zh: "同级相连程度",
    en: "Degree assortativity",
    means_zh: "联系多的单位是否主要与联系多的单位相连，−1 到 1：正为强强相连（可能封闭），负为大带小（较开放）；所有单位联系数相同则没有此数",
    means_en: "Whether those with many ties are tied to those with many, −1 to 1: above 0 like with like, below 0 large with small; none where all have the same",
    formula: "Pearson correlation of the degrees at both ends of ties; with directions, of out-degree and in-degree",
    source: "Newman 2002, Phys. Rev. Lett. 89:208701; reading: Crespo, Suire & Vicente 2014",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (-1.0, 1.0),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Whole(by_degree),
};

/// Correlation of degrees over ties; none where either end is all alike.
pub fn by_degree(layer: &Layer, work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    work.spend(layer.pass())?;
    // Whole numbers, so that no order of adding shows.
    let mut sums = [0i128; 6];
    for from in layer.all() {
        let x = layer.out().degree(from) as i128;
        for to in layer.out().row(from) {
            let y = layer.into().degree(*to) as i128;
            for (sum, term) in sums.iter_mut().zip([1, x, y, x * x, y * y, x * y]) {
                *sum += term;
            }
        }
    }
    let [count, x, y, xx, yy, xy] = sums;
    let spread = ((count * xx - x * x) as f64).sqrt() * ((count * yy - y * y) as f64).sqrt();
    Ok(quotient((count * xy - x * y) as f64, spread))
}

/// Do ties join those of one group, −1 to 1 (Newman 2003, Phys. Rev. E 67:026126)? Ties of whoever is in no
/// group are left out; none where all ties lie within the only group there is, or there is no tie.
pub fn by_group(layer: &Layer, groups: &[Option<u32>], work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    work.spend(layer.pass())?;
    let (mut count, mut within) = (0i128, 0i128);
    let mut ends: BTreeMap<u32, [i128; 2]> = BTreeMap::new();
    for from in layer.all() {
        let Some(here) = groups[from as usize] else { continue };
        for there in layer.out().row(from).iter().filter_map(|to| groups[*to as usize]) {
            count += 1;
            within += i128::from(here == there);
            ends.entry(here).or_default()[0] += 1;
            ends.entry(there).or_default()[1] += 1;
        }
    }
    let expected: i128 = ends.values().map(|[out, into]| out * into).sum();
    Ok(quotient((count * within - expected) as f64, (count * count - expected) as f64))
}
