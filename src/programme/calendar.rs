//! Months and years on the calendar.

use crate::domain::Day;

/// The same day of the month so many months later, or the last day where that month is shorter.
pub(super) fn months_after(day: Day, months: u32) -> Day {
    let Some((year, month, date)) = day.date() else { return day };
    let whole = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
    let year = i32::try_from(whole.div_euclid(12)).unwrap_or(i32::MAX);
    let month = u8::try_from(whole.rem_euclid(12) + 1).unwrap_or(1);
    (1..=date).rev().find_map(|date| Day::from_date(year, month, date)).unwrap_or(Day::END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_where_the_calendar_does() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        assert_eq!(months_after(day("2016-02-29"), 48), day("2020-02-29"));
        assert_eq!(months_after(day("2016-02-29"), 60), day("2021-02-28"));
        assert_eq!(months_after(day("2015-12-31"), 2), day("2016-02-29"));
        assert_eq!(months_after(Day::END, 48), Day::END);
    }
}
