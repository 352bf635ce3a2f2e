//! Dates as tables write them. Answers with the date in the form of the import format (2017, 2017-03,
//! 2017-03-01), with nothing where it is no date, or with what makes it two.

use crate::domain::Day;

/// Why a date can be read in two ways, in Chinese and English.
pub(super) type Twofold = (&'static str, &'static str);

const TEN_OR_ONE: Twofold = (
    "1 月还是 10 月（表格会去掉末尾的 0），请写 2017-01 或 2017-10 的样子",
    "January or October, since tables drop the last 0; write it like 2017-01 or 2017-10",
);
const SERIAL: Twofold = (
    "它像表格软件内部的日期序号，而序号从 1900 还是 1904 年算起看不出来，请写成 2017-03-01 的样子",
    "it looks like the day number of a spreadsheet, counted from 1900 or from 1904; write it like 2017-03-01",
);
const YEAR_LAST: Twofold = (
    "年份不是四位，或不在最前面，请写成 2017-03-01 的样子",
    "the year has no four digits or does not stand first; write it like 2017-03-01",
);
const NO_SUCH_DAY: Twofold = (
    "1900 年没有 2 月 29 日，表格软件却有这个序号，请核对后写成日期",
    "there was no 29 February 1900, though spreadsheets count one; check it and write the date",
);
const TIME_OF_DAY: Twofold =
    ("日期后面带着钟点，请只写日期", "a time of the day stands behind the date; write the date alone");

/// Read a text in which wide letters are narrow already.
pub(super) fn of_text(text: &str) -> Result<Option<String>, Twofold> {
    let text = without_midnight(text.trim());
    let Some(parts) = parts(text) else { return Ok(None) };
    let digits: Vec<&str> = parts.iter().map(|(digits, _)| *digits).collect();
    let is_dotted = parts.first().is_some_and(|(_, sign)| *sign == '.');
    match digits.as_slice() {
        [one] => of_digits(one),
        [year, month] if is_year(year) && is_short(month) => {
            if is_dotted && *month == "1" {
                return Err(TEN_OR_ONE);
            }
            Ok(Some(format!("{year}-{month:0>2}")))
        }
        [year, month, day] if is_year(year) && is_short(month) && is_short(day) => {
            Ok(Some(format!("{year}-{month:0>2}-{day:0>2}")))
        }
        [_, _, last] if is_year(last) || digits.iter().all(|part| is_short(part)) => Err(YEAR_LAST),
        [year, month] if is_short(year) && (is_short(month) || is_year(month)) => Err(YEAR_LAST),
        _ => Ok(None),
    }
}

/// Read a number that has no format of a date.
pub(super) fn of_number(number: f64, shown: &str, is_1904: bool) -> Result<Option<String>, Twofold> {
    let is_serial = number.fract() == 0.0 && (10_000.0..110_000.0).contains(&number);
    if is_serial { of_serial(number, is_1904) } else { of_text(shown) }
}

/// Read a day number of a spreadsheet.
pub(super) fn of_serial(serial: f64, is_1904: bool) -> Result<Option<String>, Twofold> {
    if serial.fract() != 0.0 {
        return Err(TIME_OF_DAY);
    }
    if !(0.0..200_000.0).contains(&serial) {
        return Ok(None);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 200,000")]
    let serial = serial as i32;
    let before_first = match (is_1904, serial) {
        (true, _) => Day::from_date(1904, 1, 1),
        (false, 60) => return Err(NO_SUCH_DAY),
        (false, 1..=59) => Day::from_date(1899, 12, 31),
        (false, 0) => None,
        (false, _) => Day::from_date(1899, 12, 30),
    };
    Ok(before_first.map(|day| Day(day.0 + serial).to_string()))
}

/// Numbers of the text with the sign that follows each; none where there is anything else, or where
/// signs of two sorts stand together.
fn parts(text: &str) -> Option<Vec<(&str, char)>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let sign = after.chars().next().unwrap_or(' ');
        if digits.is_empty() || parts.len() == 3 {
            return None;
        }
        parts.push((digits, sign));
        rest = &after[after.chars().next().map_or(0, char::len_utf8)..];
    }
    let signs: Vec<char> = parts.iter().map(|(_, sign)| *sign).collect();
    let known = match signs.as_slice() {
        [' ' | '年'] | ['年', '月'] | ['年', '月', '日' | '号'] => true,
        [one @ ('-' | '/' | '.'), rest @ ..] => match rest {
            [' '] => true,
            [other, ' '] => one == other,
            _ => false,
        },
        _ => false,
    };
    known.then_some(parts)
}

fn of_digits(digits: &str) -> Result<Option<String>, Twofold> {
    Ok(match digits.len() {
        4 => Some(digits.to_owned()),
        5 => return Err(SERIAL),
        6 => Some(format!("{}-{}", &digits[..4], &digits[4..])),
        8 => Some(format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])),
        _ => None,
    })
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4
}

fn is_short(digits: &str) -> bool {
    digits.len() <= 2
}

/// A spreadsheet writes midnight behind a date that has no time.
fn without_midnight(text: &str) -> &str {
    let is_midnight = |time: &str| matches!(time.trim(), "0:00" | "00:00" | "0:00:00" | "00:00:00" | "00:00:00.000");
    match text.split_once([' ', 'T']) {
        Some((date, time)) if is_midnight(time) => date.trim_end(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_tables_write_them() {
        for (text, date) in [
            ("2017", "2017"),
            ("2017年", "2017"),
            ("2017年3月", "2017-03"),
            ("2017年03月", "2017-03"),
            ("2017年3月1日", "2017-03-01"),
            ("2017年3月1号", "2017-03-01"),
            ("2017/3", "2017-03"),
            ("2017/3/1", "2017-03-01"),
            ("2017.3", "2017-03"),
            ("2017.10", "2017-10"),
            ("2017.01", "2017-01"),
            ("2017.1.1", "2017-01-01"),
            ("2017-3-1", "2017-03-01"),
            ("2017-03-01 00:00:00", "2017-03-01"),
            ("2017-03-01T00:00:00", "2017-03-01"),
            ("20170301", "2017-03-01"),
            ("201703", "2017-03"),
        ] {
            assert_eq!(of_text(text), Ok(Some(date.to_owned())), "{text}");
        }
        for text in ["2017.1", "17/3/1", "3/1/2017", "17.3", "3/2017", "42795"] {
            assert!(of_text(text).is_err(), "{text}");
        }
        for text in
            ["", "UNKNOWN", "2017-", "2017年3", "2017-3/1", "二〇一七年", "2017-03-01 08:30", "1", "2017年3月1日2时"]
        {
            assert_eq!(of_text(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn day_numbers_of_both_systems() {
        for (serial, is_1904, date) in [
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (61.0, false, "1900-03-01"),
            (42_795.0, false, "2017-03-01"),
            (41_333.0, true, "2017-03-01"),
            (0.0, true, "1904-01-01"),
        ] {
            assert_eq!(of_serial(serial, is_1904), Ok(Some(date.to_owned())), "{serial}");
        }
        assert_eq!(of_serial(60.0, false), Err(NO_SUCH_DAY));
        assert_eq!(of_serial(42_795.5, false), Err(TIME_OF_DAY));
        assert_eq!(of_serial(0.0, false), Ok(None));
        assert_eq!(of_number(2017.0, "2017", false), Ok(Some("2017".to_owned())));
        assert_eq!(of_number(201_703.0, "201703", false), Ok(Some("2017-03".to_owned())));
        assert_eq!(of_number(42_795.0, "42795", false), Ok(Some("2017-03-01".to_owned())));
    }
}
