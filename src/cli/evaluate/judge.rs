//! How well a list found what was to be found, and how sure that is.

/// hit@5, recall@10, mean reciprocal rank, nDCG@10.
pub(super) const METRICS: [&str; 4] = ["hit@5", "recall@10", "MRR", "nDCG@10"];
/// Of what is measured, in their order.
pub(super) type Scores = [f64; 4];

/// Ranks that count for the reciprocal rank.
const RECIPROCAL: usize = 100;
/// How often the cases are drawn anew.
const DRAWN: usize = 500;

/// What a list is worth: `right` says of each place whether it was to be found; `all` were.
pub(super) fn scores(right: impl Iterator<Item = bool>, all: usize) -> Scores {
    let (mut hit, mut found, mut reciprocal, mut gain) = (0.0, 0.0, 0.0, 0.0);
    for (place, _) in right.take(RECIPROCAL).enumerate().filter(|(_, right)| *right) {
        if reciprocal == 0.0 {
            reciprocal = 1.0 / (place + 1) as f64;
        }
        hit = if place < 5 { 1.0 } else { hit };
        if place < 10 {
            found += 1.0;
            gain += discount(place);
        }
    }
    let ideal: f64 = (0..all.min(10)).map(discount).sum();
    [hit, found / all.max(1) as f64, reciprocal, if ideal > 0.0 { gain / ideal } else { 0.0 }]
}

fn discount(place: usize) -> f64 {
    1.0 / (place as f64 + 2.0).log2()
}

/// Mean, and the 95 % interval of means when the clusters are drawn anew: those of one firm or of one
/// work are drawn together. The draws are the same every time.
pub(super) fn interval(clusters: &[(f64, usize)]) -> [f64; 3] {
    let mean = |sum: f64, count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
    let all = clusters.iter().fold((0.0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let mut state = 0x2026_0101_u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let mut means: Vec<f64> = Vec::with_capacity(DRAWN);
    for _ in 0..DRAWN {
        let (mut sum, mut count) = (0.0, 0);
        for _ in clusters {
            let drawn = usize::try_from(next() % clusters.len() as u64).unwrap_or(0);
            sum += clusters[drawn].0;
            count += clusters[drawn].1;
        }
        means.push(mean(sum, count));
    }
    means.sort_by(f64::total_cmp);
    let at = |per_mille: usize| means.get(DRAWN * per_mille / 1000).copied().unwrap_or(0.0);
    [mean(all.0, all.1), at(25), at(974)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_a_list_worked_out_by_hand() {
        let list = [false, true, false, false, false, false, true];
        let [hit, recall, reciprocal, gain] = scores(list.into_iter(), 3);
        assert!((hit - 1.0).abs() < 1e-12 && (recall - 2.0 / 3.0).abs() < 1e-12 && (reciprocal - 0.5).abs() < 1e-12);
        // (1/log2 3 + 1/log2 8) ÷ (1 + 1/log2 3 + 1/2)
        assert!((gain - (0.630_929_753 + 0.333_333_333) / 2.130_929_753).abs() < 1e-9, "{gain}");
        assert!(scores(std::iter::empty(), 3).into_iter().all(|score| score.abs() < f64::EPSILON));
    }

    #[test]
    fn the_interval_holds_the_mean() {
        let clusters: Vec<(f64, usize)> = (0..200).map(|number| (f64::from(number % 2), 1)).collect();
        let [mean, low, high] = interval(&clusters);
        assert!((mean - 0.5).abs() < 1e-12 && low < 0.5 && high > 0.5 && high - low < 0.2, "{low} {high}");
    }
}
