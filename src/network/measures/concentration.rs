//! Concentration: does much lie with few? The Herfindahl–Hirschman index.

use super::degree::strengths;
use super::{Directions, Gives, Measure, Values};

/// Concentration of ties.
pub const CONCENTRATION: Measure = Measure {
    name: "concentration",
    zh: "集中度（HHI）",
    en: "Concentration (HHI)",
    means_zh: "联系强度集中在少数单位的程度，0 到 1；1 为全在一家，n 家均分为 1/n。没有联系则没有此数",
    means_en: "How far the strength of ties lies with few, 0 to 1: 1 is all with one, 1/n all alike. None without ties",
    formula: "Σ_i (s_i / Σ_j s_j)²",
    source: "Herfindahl 1950; Hirschman 1964, Am. Econ. Review 54:761",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Whole(|layer, work| Ok(hhi(&strengths(layer, work)?))),
};

/// The sum of squared shares; none where there is nothing to share, or an amount is below nothing.
pub fn hhi(amounts: &[f64]) -> Option<f64> {
    let all: f64 = amounts.iter().sum();
    let sound = all > 0.0 && amounts.iter().all(|amount| *amount >= 0.0);
    sound
        .then(|| amounts.iter().map(|amount| (amount / all) * (amount / all)).sum())
        .filter(|hhi: &f64| hhi.is_finite())
}
