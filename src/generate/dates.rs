//! Days as they are written in cells. The city's five years begin with day 0.

/// The first of the five years.
pub(super) const FIRST_YEAR: usize = 2017;
/// The last of them; everything in the city has happened by its end.
pub(super) const LAST_YEAR: usize = 2021;
/// Days of the five years.
pub(super) const DAYS: usize = 1_826;
/// Ties signed from this day on are the ones that a split by time leaves for the test: the last tenth.
pub(super) const SPLIT_DAY: usize = 1_642;

/// A day counted from 2017-01-01, which may lie before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub i64);

impl Day {
    pub fn new(number: usize) -> Self {
        Self(i64::try_from(number).unwrap_or(0))
    }

    /// A day of a year; months and days from 1.
    pub fn of(year: usize, month: usize, day: usize) -> Self {
        let number = |number: usize| i64::try_from(number).unwrap_or(1);
        // Years that begin in March, so that the leap day stands last (proleptic Gregorian).
        let year = number(year) - i64::from(month < 3);
        let shifted = (number(month) + 9) % 12;
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * shifted + 2) / 5 + number(day) - 1;
        Self(days - 736_635)
    }

    pub fn plus(self, days: usize) -> Self {
        Self(self.0 + i64::try_from(days).unwrap_or(0))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let days = self.0 + 736_635;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, year) = (if month < 10 { month + 3 } else { month - 9 }, year + era * 400);
        write!(formatter, "{:04}-{month:02}-{day:02}", year + i64::from(month < 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_the_calendar_has_them() {
        for (day, text) in [
            (Day(0), "2017-01-01"),
            (Day::new(DAYS - 1), "2021-12-31"),
            (Day::of(2020, 2, 29), "2020-02-29"),
            (Day::of(2020, 2, 29).plus(1), "2020-03-01"),
            (Day::of(1958, 9, 1), "1958-09-01"),
            (Day::of(2019, 12, 31).plus(1), "2020-01-01"),
        ] {
            assert_eq!(day.to_string(), text);
        }
        assert_eq!(Day::of(2017, 1, 1), Day(0));
    }
}
