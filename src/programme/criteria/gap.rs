//! What is missing to a threshold, in whole units: as many as hold the total after they are added.
//! Seven of 83 are two short of a tenth, since 9 of 85 are more than a tenth and 8 of 84 are less.

use super::evaluate::Measured;
use super::exact::Exact;
use super::inputs::Unit;
use super::tree::Comparator;

/// What a number was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// Nothing but itself.
    Plain,
    /// A part and its whole.
    Share(Exact, Exact),
    /// One and another.
    Ratio(Exact, Exact),
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// How many whole units: to be added where more is wanted, to be taken away where less is.
    pub units: i128,
    /// Is more wanted?
    pub more: Direction,
    /// What a share or a ratio is then made of.
    pub then: Option<(Exact, Exact)>,
    /// Is it a share of which units are counted, and not the number itself?
    pub of_part: bool,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To be added.
    Up,
    /// To be taken away.
    Down,
}

impl Gap {
    /// What is missing; none where units do not say it.
    pub fn of(measured: &Measured) -> Option<Gap> {
        let comparator = measured.comparator;
        let threshold = measured.threshold.exact()?;
        let added = |short: Exact| match comparator {
            Comparator::AtLeast | Comparator::AtMost => short.ceiling(),
            Comparator::MoreThan | Comparator::LessThan => short.floor() + 1,
        };
        let whole = |units: i128| Exact::of(units, 1);
        if comparator.rises() {
            let more = Direction::Up;
            return match measured.form {
                Form::Share(part, all) => {
                    let rest = Exact::ONE.minus(threshold).filter(|rest| rest.is_positive())?;
                    let units = added(threshold.times(all)?.minus(part)?.per(rest)?);
                    let then = (part.plus(whole(units)?)?, all.plus(whole(units)?)?);
                    Some(Gap { units, more, then: Some(then), of_part: true })
                }
                Form::Ratio(one, other) => {
                    let units = added(threshold.times(other)?.minus(one)?);
                    let then = (one.plus(whole(units)?)?, other);
                    Some(Gap { units, more, then: Some(then), of_part: true })
                }
                Form::Plain if measured.unit == Unit::Share => None,
                Form::Plain => {
                    let units = added(threshold.minus(measured.value.high?)?);
                    Some(Gap { units, more, then: None, of_part: false })
                }
            };
        }
        let more = Direction::Down;
        match measured.form {
            Form::Share(one, other) | Form::Ratio(one, other) => {
                let units = added(one.minus(threshold.times(other)?)?);
                let then = (one.minus(whole(units)?)?, other);
                Some(Gap { units, more, then: Some(then), of_part: true })
            }
            Form::Plain if measured.unit == Unit::Share => None,
            Form::Plain => {
                let units = added(measured.value.low?.minus(threshold)?);
                Some(Gap { units, more, then: None, of_part: false })
            }
        }
    }

    /// How far the best that can be is from the threshold, in millionths of it.
    pub fn relative(measured: &Measured) -> Option<i64> {
        let (value, threshold) = if measured.comparator.rises() {
            (measured.value.high?, measured.threshold.low?)
        } else {
            (measured.value.low?, measured.threshold.high?)
        };
        let short = if measured.comparator.rises() { threshold.minus(value)? } else { value.minus(threshold)? };
        let share = if threshold.is_positive() { short.per(threshold)? } else { Exact::ONE };
        // What is not there at all is a whole away, however little was asked; a bound itself is not nothing.
        share.millionths().map(|share| share.max(1))
    }
}
