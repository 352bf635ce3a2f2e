//! Exact numbers: fractions that are compared by cross-multiplication, never rounded, and spans between
//! two of them for what is not wholly known.

use std::cmp::Ordering;

/// A fraction in lowest terms; what lies below the line is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    over: i128,
    under: i128,
}

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact { over: 0, under: 1 };
    /// One.
    pub const ONE: Exact = Exact { over: 1, under: 1 };

    /// A whole number.
    pub fn whole(number: i64) -> Self {
        Self { over: i128::from(number), under: 1 }
    }

    /// `over / under`; none where that is no number.
    pub fn of(over: i128, under: i128) -> Option<Self> {
        if under == 0 {
            return None;
        }
        let divisor = i128::try_from(gcd(over.unsigned_abs(), under.unsigned_abs())).ok()?;
        let (over, under) = (over.checked_div(divisor)?, under.checked_div(divisor)?);
        if under < 0 {
            Some(Self { over: over.checked_neg()?, under: under.checked_neg()? })
        } else {
            Some(Self { over, under })
        }
    }

    /// A number as a document writes it, `0.05` or `200000000`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(i128::from(crate::domain::value::fixed_point(text, 6)?), 1_000_000)
    }

    /// The sum; none where it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.over.checked_mul(other.under)?;
        Self::of(left.checked_add(other.over.checked_mul(self.under)?)?, self.under.checked_mul(other.under)?)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { over: other.over.checked_neg()?, under: other.under })
    }

    /// The product.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::of(self.over.checked_mul(other.over)?, self.under.checked_mul(other.under)?)
    }

    /// The quotient; none where it is divided by nothing.
    pub fn per(self, other: Self) -> Option<Self> {
        Self::of(self.over.checked_mul(other.under)?, self.under.checked_mul(other.over)?)
    }

    /// The least whole number that is no less.
    pub fn ceiling(self) -> i128 {
        -(-self.over).div_euclid(self.under)
    }

    /// The greatest whole number that is no more.
    pub fn floor(self) -> i128 {
        self.over.div_euclid(self.under)
    }

    /// Is it more than nothing?
    pub fn is_positive(self) -> bool {
        self.over > 0
    }

    /// In millionths, cut off and never rounded up.
    pub fn millionths(self) -> Option<i64> {
        i64::try_from(self.over.checked_mul(1_000_000)?.div_euclid(self.under)).ok()
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.over.checked_mul(other.under), other.over.checked_mul(self.under)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Too large to multiply: whole parts first, then what is left of either.
            _ => self.floor().cmp(&other.floor()).then_with(|| {
                let rest = |number: &Self| Self { over: number.over.rem_euclid(number.under), under: number.under };
                match (rest(self), rest(other)) {
                    (Self { over: 0, .. }, Self { over: 0, .. }) => Ordering::Equal,
                    (Self { over: 0, .. }, _) => Ordering::Less,
                    (_, Self { over: 0, .. }) => Ordering::Greater,
                    (left, right) => {
                        let turned = |number: Self| Self { over: number.under, under: number.over };
                        turned(right).cmp(&turned(left))
                    }
                }
            }),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn gcd(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

/// Why a number is not wholly known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// Experts give the points.
    Expert,
    /// Something is missing.
    Missing,
}

/// A number, or what it lies between. An end that is not there is not bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Not less than this.
    pub low: Option<Exact>,
    /// Not more than this.
    pub high: Option<Exact>,
    /// Why the two differ.
    pub open: Option<Open>,
}

impl Span {
    /// Nothing is known of it.
    pub const MISSING: Span = Span { low: None, high: None, open: Some(Open::Missing) };

    /// A known number.
    pub fn known(number: Exact) -> Self {
        Self { low: Some(number), high: Some(number), open: None }
    }

    /// At least so much; how much more, nobody knows.
    pub fn at_least(number: Exact) -> Self {
        Self { low: Some(number), high: None, open: Some(Open::Missing) }
    }

    /// Between the two. Where they are equal nothing is open.
    pub fn between(low: Option<Exact>, high: Option<Exact>, open: Option<Open>) -> Self {
        let closed = low.is_some() && low == high;
        Self { low, high, open: if closed { None } else { open.or(Some(Open::Missing)) } }
    }

    /// The number, where it is wholly known.
    pub fn exact(self) -> Option<Exact> {
        if self.open.is_none() { self.low } else { None }
    }

    /// Both together, by what each end of the result is made of.
    pub fn join(self, other: Self, end: impl Fn(Exact, Exact) -> Option<Exact>) -> Self {
        let both = |left: Option<Exact>, right: Option<Exact>| end(left?, right?);
        Self::between(both(self.low, other.low), both(self.high, other.high), self.open.max(other.open))
    }

    /// Everything from the lower of the low ends to the higher of the high ends.
    pub fn hull(self, other: Self) -> Self {
        let both = |left: Option<Exact>, right: Option<Exact>, end: fn(Exact, Exact) -> Exact| Some(end(left?, right?));
        let (low, high) = (both(self.low, other.low, Exact::min), both(self.high, other.high, Exact::max));
        Self::between(low, high, self.open.max(other.open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(over: i128, under: i128) -> Exact {
        Exact::of(over, under).expect("a number")
    }

    #[test]
    fn nothing_is_rounded() {
        assert!(exact(34, 98) < Exact::parse("0.35").expect("a number"));
        assert_eq!(exact(35, 100), Exact::parse("0.35").expect("a number"));
        assert_eq!(exact(34, 98).millionths(), Some(346_938));
        assert_eq!(exact(-1, 3).millionths(), Some(-333_334));
        assert_eq!(
            (exact(7, 2).ceiling(), exact(7, 2).floor(), exact(-7, 2).ceiling(), exact(6, 2).ceiling()),
            (4, 3, -3, 3)
        );
        assert_eq!((exact(1, -2), Exact::of(1, 0)), (exact(-1, 2), None));
    }

    #[test]
    fn what_is_too_large_to_multiply_is_still_compared() {
        let most = i128::MAX;
        assert!(exact(most, 3) > exact(most - 4, 3) && exact(most, most - 1) > Exact::ONE);
        assert!(exact(most - 1, most) < Exact::ONE);
        assert_eq!(exact(most, 3).times(exact(most, 7)), None);
    }

    #[test]
    fn a_span_is_open_for_the_graver_reason() {
        let points = |low, high, open| Span::between(Some(Exact::whole(low)), Some(Exact::whole(high)), open);
        let sum = points(1, 2, Some(Open::Expert)).join(points(3, 9, Some(Open::Missing)), Exact::plus);
        assert_eq!(sum, points(4, 11, Some(Open::Missing)));
        assert_eq!(points(5, 5, Some(Open::Missing)).exact(), Some(Exact::whole(5)));
        assert_eq!(Span::MISSING.join(points(3, 9, None), Exact::plus).low, None);
    }
}
