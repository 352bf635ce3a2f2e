//! Days, dates that may be partial, and half-open validity `[from, to)`.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

/// A day, counted from 1970-01-01 (which is day 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Day(#[n(0)] pub i32);

/// The Julian day of 1970-01-01.
const EPOCH: i32 = 2_440_588;

impl Day {
    /// Earlier than every date: an open start.
    pub const BEGINNING: Day = Day(i32::MIN);
    /// Later than every date: an open end.
    pub const END: Day = Day(i32::MAX);

    /// The day of a calendar date, if there is such a date.
    pub fn from_date(year: i32, month: u8, day: u8) -> Option<Day> {
        let month = time::Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        Some(Day(date.to_julian_day() - EPOCH))
    }

    /// Year, month and day; the open ends have none.
    pub fn date(self) -> Option<(i32, u8, u8)> {
        let date = time::Date::from_julian_day(self.0.checked_add(EPOCH)?).ok()?;
        Some((date.year(), u8::from(date.month()), date.day()))
    }

    /// The day in Shanghai (UTC+8, no daylight saving) at a moment in milliseconds since 1970.
    pub fn in_shanghai(milliseconds: i64) -> Day {
        const DAY_MS: i64 = 86_400_000;
        let local = milliseconds.saturating_add(8 * 3_600_000);
        Day(i32::try_from(local.div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some((year, month, day)) => write!(formatter, "{year:04}-{month:02}-{day:02}"),
            None => formatter.write_str("open"),
        }
    }
}

impl FromStr for Day {
    type Err = ();

    /// A whole date, `2017-03-01`.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse::<PartialDate>() {
            Ok(date) if date.day != 0 => Ok(date.first_day()),
            _ => Err(()),
        }
    }
}

/// A date as a document gives it: a year, a month, or a day. Ordered by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct PartialDate {
    /// Year, 1 to 2199: an academy that became a university may date from 976.
    #[n(0)]
    pub year: i16,
    /// Month 1–12, or 0 where only the year is known.
    #[n(1)]
    pub month: u8,
    /// Day 1–31, or 0 where it is not known.
    #[n(2)]
    pub day: u8,
}

impl PartialDate {
    /// The first day the date can mean.
    pub fn first_day(self) -> Day {
        Day::from_date(i32::from(self.year), self.month.max(1), self.day.max(1)).unwrap_or(Day::BEGINNING)
    }

    /// The last day the date can mean.
    pub fn last_day(self) -> Day {
        if self.day == 0 { Day(self.end_day().0.saturating_sub(1)) } else { self.first_day() }
    }

    /// The day on which a validity ending with this date ends (excluded): a whole date itself,
    /// a month or a year at its close.
    pub fn end_day(self) -> Day {
        let (year, month) = (i32::from(self.year), self.month);
        let end = match (month, self.day) {
            (0, _) => Day::from_date(year + 1, 1, 1),
            (12, 0) => Day::from_date(year + 1, 1, 1),
            (month, 0) => Day::from_date(year, month + 1, 1),
            (month, day) => Day::from_date(year, month, day),
        };
        end.unwrap_or(Day::END)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.year)?;
        if self.month != 0 {
            write!(formatter, "-{:02}", self.month)?;
        }
        if self.day != 0 {
            write!(formatter, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        fn number(part: &str, width: usize) -> Result<i16, ()> {
            let plain = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
            if plain { part.parse().map_err(|_| ()) } else { Err(()) }
        }
        let mut parts = text.split('-');
        let year = number(parts.next().unwrap_or(""), 4)?;
        let month = parts.next().map_or(Ok(0), |part| number(part, 2).and_then(positive))?;
        let day = parts.next().map_or(Ok(0), |part| number(part, 2).and_then(positive))?;
        if parts.next().is_some() || !(1..2200).contains(&year) {
            return Err(());
        }
        let date = PartialDate { year, month: month as u8, day: day as u8 };
        let real = Day::from_date(i32::from(year), date.month.max(1), date.day.max(1));
        real.map(|_| date).ok_or(())
    }
}

fn positive(number: i16) -> Result<i16, ()> {
    if number > 0 { Ok(number) } else { Err(()) }
}

/// When something holds, as written: half-open `[from, to)`, none = open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(array)]
pub struct Validity {
    /// First day (or the month or year whose first day counts).
    #[n(0)]
    pub from: Option<PartialDate>,
    /// First day on which it no longer holds; a month or year counts to its end.
    #[n(1)]
    pub to: Option<PartialDate>,
}

impl Validity {
    /// Always.
    pub const OPEN: Validity = Validity { from: None, to: None };

    /// The first day.
    pub fn first_day(&self) -> Day {
        self.from.map_or(Day::BEGINNING, PartialDate::first_day)
    }

    /// The first day after it.
    pub fn end_day(&self) -> Day {
        self.to.map_or(Day::END, PartialDate::end_day)
    }

    /// Does it hold on that day?
    pub fn contains(&self, day: Day) -> bool {
        self.first_day() <= day && day < self.end_day()
    }

    /// Does it end after it begins?
    pub fn is_ordered(&self) -> bool {
        self.first_day() < self.end_day()
    }

    /// Do the two share a day?
    pub fn overlaps(&self, other: &Validity) -> bool {
        self.first_day() < other.end_day() && other.first_day() < self.end_day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().expect("a date")
    }

    #[test]
    fn partial_dates_keep_their_precision() {
        for text in ["2017", "2017-03", "2017-03-01", "2020-02-29"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in ["", "17", "2017-13", "2017-00", "2017-3", "2017-02-29", "2017-03-01-1", "0000"] {
            assert_eq!(text.parse::<PartialDate>(), Err(()), "{text}");
        }
    }

    #[test]
    fn a_partial_end_counts_to_the_end_of_its_period() {
        assert_eq!(date("2017").end_day().to_string(), "2018-01-01");
        assert_eq!(date("2017-12").end_day().to_string(), "2018-01-01");
        assert_eq!(date("2017-02").end_day().to_string(), "2017-03-01");
        assert_eq!(date("2017-02-10").end_day().to_string(), "2017-02-10");
    }

    #[test]
    fn three_year_certificate_is_half_open() {
        let validity = Validity { from: Some(date("2017-12-01")), to: Some(date("2020-12-01")) };
        assert!(validity.contains(date("2020-11-30").first_day()));
        assert!(!validity.contains(date("2020-12-01").first_day()));
        assert!(!validity.contains(date("2017-11-30").first_day()));
    }

    #[test]
    fn the_day_turns_at_midnight_in_shanghai() {
        assert_eq!(Day::in_shanghai(0).to_string(), "1970-01-01");
        assert_eq!(Day::in_shanghai(16 * 3_600_000 - 1).to_string(), "1970-01-01");
        assert_eq!(Day::in_shanghai(16 * 3_600_000).to_string(), "1970-01-02");
    }
}
