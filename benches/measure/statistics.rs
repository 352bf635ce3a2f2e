//! Medians, and how far they may be off.

use crate::synthetic::Numbers;

/// A median with the interval in which 95 of 100 medians of resampled pairs lie.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

const RESAMPLES: usize = 4_000;
const SEED: u64 = 7;

/// The middle of the values; the mean of the two middle ones where their number is even.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match (sorted.get(half.wrapping_sub(1)), sorted.get(half)) {
        (Some(below), Some(above)) if sorted.len().is_multiple_of(2) => f64::midpoint(*below, *above),
        (_, Some(middle)) => *middle,
        _ => f64::NAN,
    }
}

/// The value that 99 of 100 do not exceed.
pub fn p99(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() * 99 / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// The largest value.
pub fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

/// Median of the ratios of pairs taken side by side, with its bootstrap interval. Pairs, because
/// whatever else the machine does slows both members of a pair.
pub fn ratio(ours: &[f64], theirs: &[f64]) -> Spread {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    let mut numbers = Numbers::new(SEED);
    let mut resampled = Vec::with_capacity(ratios.len());
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            resampled.clear();
            resampled.extend((0..ratios.len()).filter_map(|_| ratios.get(numbers.below(ratios.len()))));
            median(&resampled)
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    let at = |place: usize| medians.get(place).copied().unwrap_or(f64::NAN);
    Spread { median: median(&ratios), low: at(RESAMPLES / 40), high: at(RESAMPLES - 1 - RESAMPLES / 40) }
}
