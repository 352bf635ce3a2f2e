//! Moments as they are asked for: `2026-01-31T08:00:00.000Z`, with any offset from UTC, or a date,
//! which means the end of that day in Shanghai.

use super::inputs::last_day_of;
use crate::api::error::ApiError;
use crate::domain::Day;
use crate::domain::rejection::clip;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// Shanghai is eight hours ahead of UTC, summer and winter.
const SHANGHAI_MS: i64 = 8 * 60 * MINUTE_MS;

/// A moment: everything recorded up to it counts, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// A moment, in milliseconds since 1970.
    At(i64),
    /// The end of a day in Shanghai.
    EndOf(Day),
}

impl Moment {
    /// Read a moment or a date.
    pub fn read(text: &str) -> Result<Self, ApiError> {
        let day = text.parse::<Day>().ok().map(Self::EndOf);
        day.or_else(|| at(text).map(Self::At)).ok_or_else(|| {
            let (zh, en) = last_day_of(text);
            ApiError::new(
                "MALFORMED_MOMENT",
                format!("“{}”不是时刻，应如 2026-01-31T16:00:00+08:00，或日期 2026-01-31（指当天结束时）。{zh}", clip(text)),
                format!(
                    "“{}” is no moment; write it like 2026-01-31T08:00:00Z, or a date such as 2026-01-31 for the end of that day in Shanghai.{en}",
                    clip(text)
                ),
            )
        })
    }

    /// The last millisecond that counts, since 1970.
    pub fn last_ms(self) -> i64 {
        match self {
            Self::At(moment) => moment,
            Self::EndOf(day) => (i64::from(day.0) + 1) * DAY_MS - SHANGHAI_MS - 1,
        }
    }

    /// Does it lie after `now`? The day that goes on does not.
    pub fn is_after(self, now: i64) -> bool {
        match self {
            Self::At(moment) => moment > now,
            Self::EndOf(day) => day > Day::in_shanghai(now),
        }
    }
}

/// `YYYY-MM-DDTHH:MM[:SS[.f…]](Z|±HH:MM)`
fn at(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let day: Day = date.parse().ok()?;
    let (clock, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => {
            let sign = rest.rfind(['+', '-'])?;
            let (clock, offset) = rest.split_at_checked(sign)?;
            let minutes = hours_and_minutes(offset.get(1..)?)?;
            (clock, if offset.starts_with('-') { -minutes } else { minutes })
        }
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let minutes = hours_and_minutes(whole.get(..5)?)?;
    let seconds = match whole.get(5..)? {
        "" if clock.contains('.') => return None,
        "" => 0,
        more => two_digits(more.strip_prefix(':')?, 59)?,
    };
    let digits = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: i64 = format!("{fraction}00").get(..3).filter(|_| digits)?.parse().ok()?;
    Some(i64::from(day.0) * DAY_MS + (minutes - offset) * MINUTE_MS + seconds * 1_000 + thousandths)
}

fn hours_and_minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    Some(two_digits(hours, 23)? * 60 + two_digits(minutes, 59)?)
}

fn two_digits(text: &str, most: i64) -> Option<i64> {
    let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| plain && *number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_their_offset_and_days_end_in_shanghai() {
        let ms = |text: &str| Moment::read(text).map(Moment::last_ms).map_err(|error| error.code);
        assert_eq!(ms("1970-01-01T00:00:00.000Z"), Ok(0));
        assert_eq!(ms("1970-01-01T08:00+08:00"), Ok(0));
        assert_eq!(ms("1969-12-31T19:00:00.5-05:00"), Ok(500));
        assert_eq!(ms("2023-11-14T22:13:20.123999Z"), Ok(1_700_000_000_123));
        assert_eq!(ms("1970-01-01"), Ok(16 * 3_600_000 - 1));
        for text in [
            "",
            "1970",
            "1970-01",
            "1970-01-01T",
            "1970-01-01T00:00",
            "1970-01-01T24:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T0:00Z",
            "1970-01-01T00:00.5Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00+8",
            "现在",
            "1970-01-01T00:00:00.1x2Z",
            "1970-01-01T中:00Z",
        ] {
            assert_eq!(ms(text), Err("MALFORMED_MOMENT"), "{text}");
        }
    }

    #[test]
    fn the_day_that_goes_on_is_not_the_future() {
        let noon = 4 * 3_600_000;
        let is_after = |text: &str| Moment::read(text).expect("a moment").is_after(noon);
        assert!(!is_after("1970-01-01") && is_after("1970-01-02"));
        assert!(!is_after("1970-01-01T12:00:00+08:00") && is_after("1970-01-01T12:00:00.001+08:00"));
    }
}
