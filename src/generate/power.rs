//! Degrees by rank: the quantiles of the register of research organisations (sparse) and of
//! co-authorship scaled to a mean of ten (dense), as straight lines in the logarithm. Whole numbers
//! alone, so that every machine agrees.

use super::Variant;

/// Fraction bits.
const BITS: u32 = 32;
const ONE: u128 = 1 << BITS;

/// Share of the heaviest in millionths, and the degree there in hundredths.
type Bend = (u64, u64);

/// Below the first bend everybody has 2, from `TWO` on 1.
const SPARSE: [Bend; 4] = [(200_000, 300), (46_000, 700), (10_000, 2_150), (1_000, 9_000)];
const TWO: u64 = 360_000;
const DENSE: [Bend; 7] = [
    (1_000_000, 260),
    (500_000, 640),
    (250_000, 1_090),
    (100_000, 2_140),
    (50_000, 3_340),
    (10_000, 7_440),
    (1_000, 17_240),
];
/// Slopes beyond the last bend, in thousandths: 1/(α − 1) of the register; that of the co-authors is
/// flatter at the very top.
const SPARSE_SLOPE: u128 = 685;
const DENSE_SLOPE: u128 = 191;

/// The degree of the one at `rank` (0 = heaviest) of `count`.
pub(super) fn degree(variant: Variant, rank: usize, count: usize) -> u32 {
    let (bends, slope): (&[Bend], u128) = match variant {
        Variant::Sparse => (&SPARSE, SPARSE_SLOPE),
        Variant::Dense => (&DENSE, DENSE_SLOPE),
    };
    // In billionths, so that the heaviest of ten million differ.
    let share = (rank as u128 * 2 + 1) * 500_000_000 / count.max(1) as u128;
    let billionths = |bend: &Bend| u128::from(bend.0) * 1_000;
    if share > billionths(&bends[0]) {
        return if share <= u128::from(TWO) * 1_000 { 2 } else { 1 };
    }
    for pair in bends.windows(2) {
        if share >= billionths(&pair[1]) {
            let along = (log2(billionths(&pair[0])) - log2(share)) * ONE
                / (log2(billionths(&pair[0])) - log2(billionths(&pair[1])));
            let rise = log2(u128::from(pair[1].1)) - log2(u128::from(pair[0].1));
            return whole(log2(u128::from(pair[0].1)) + rise * along / ONE);
        }
    }
    let last = &bends[bends.len() - 1];
    whole(log2(u128::from(last.1)) + (log2(billionths(last)) - log2(share.max(1))) * slope / 1_000)
}

fn whole(log_of_hundredths: u128) -> u32 {
    u32::try_from(exp2(log_of_hundredths) / 100).unwrap_or(u32::MAX).max(1)
}

/// The logarithm to base 2 of a whole number from 1 on, with 32 fraction bits.
fn log2(number: u128) -> u128 {
    let floor = number.max(1).ilog2();
    let mut log = u128::from(floor) << BITS;
    let mut rest = if floor > BITS { number >> (floor - BITS) } else { number.max(1) << (BITS - floor) };
    for bit in (0..BITS).rev() {
        rest = (rest * rest) >> BITS;
        if rest >= ONE << 1 {
            rest >>= 1;
            log |= 1 << bit;
        }
    }
    log
}

/// Two to a power with 32 fraction bits, rounded down.
fn exp2(log: u128) -> u128 {
    let (whole, fraction) = (log >> BITS, log & (ONE - 1));
    // 2^(1/2), 2^(1/4) … by square roots of one another.
    let (mut value, mut root) = (ONE, ONE << 1);
    for bit in (0..BITS).rev() {
        root = (root << BITS).isqrt();
        if fraction >> bit & 1 == 1 {
            value = (value * root) >> BITS;
        }
    }
    (value << whole) >> BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_agree_with_those_of_the_machine() {
        #[expect(clippy::cast_precision_loss, reason = "compared to a millionth")]
        for number in [1_u128, 2, 3, 7, 100, 9_000, 1_000_000_000] {
            let near = (number as f64).log2();
            assert!((log2(number) as f64 / ONE as f64 - near).abs() < 1e-6, "{number}");
            let back = exp2(log2(number * 1_000_000)) as f64 / 1e6;
            assert!((back - number as f64).abs() < 1e-4 * number as f64, "{number}: {back}");
        }
    }

    #[test]
    fn the_heaviest_stand_first() {
        for variant in [Variant::Sparse, Variant::Dense] {
            let degrees: Vec<u32> = (0..3_642).map(|rank| degree(variant, rank, 3_642)).collect();
            assert!(degrees.windows(2).all(|pair| pair[0] >= pair[1]));
            assert!(degrees[0] > 250 && degrees[0] < 400, "{}", degrees[0]);
        }
    }
}
