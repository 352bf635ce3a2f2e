//! The value of a statement. Fixed-point numbers only: two stores with the same facts are equal
//! to the byte.

use minicbor::{Decode, Encode};

use super::attribute::{Attribute, ValueType};
use super::id::Id;
use super::validity::PartialDate;

/// A value, or the answer that nobody knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Value {
    /// Asked, and nobody knows.
    #[n(0)]
    Unknown,
    /// One text.
    #[n(1)]
    Text(#[n(0)] String),
    /// Several texts.
    #[n(2)]
    Texts(#[n(0)] Vec<String>),
    /// Yes or no.
    #[n(3)]
    Answer(#[n(0)] bool),
    /// A date.
    #[n(4)]
    Date(#[n(0)] PartialDate),
    /// Yuan in hundredths.
    #[n(5)]
    Money(#[n(0)] i64),
    /// Square metres in hundredths.
    #[n(6)]
    Area(#[n(0)] i64),
    /// A share in millionths.
    #[n(7)]
    Ratio(#[n(0)] u32),
    /// A whole number.
    #[n(8)]
    Integer(#[n(0)] i64),
    /// A value of a code list, by its permanent number.
    #[n(9)]
    Code(#[n(0)] u16),
    /// Several values of a code list.
    #[n(10)]
    Codes(#[n(0)] Vec<u16>),
    /// A term, by id.
    #[n(11)]
    Term(#[n(0)] Id),
}

/// Parse the text of a cell or an argument as a value of the attribute's type. A term stays a
/// reference until the writer resolves it, so it is not handled here.
///
/// Returns the Chinese and the English sentence of what was expected when the text does not fit.
pub fn parse(attribute: &Attribute, text: &str) -> Result<Value, (String, String)> {
    if text == "UNKNOWN" || text == "未知" {
        return Ok(Value::Unknown);
    }
    let expected = || expectation(attribute);
    match attribute.value_type {
        ValueType::Text => Ok(Value::Text(text.to_owned())),
        ValueType::Texts => Ok(Value::Texts(list(text).map(str::to_owned).collect())),
        ValueType::Answer => match text {
            "YES" | "是" => Ok(Value::Answer(true)),
            "NO" | "否" => Ok(Value::Answer(false)),
            _ => Err(expected()),
        },
        ValueType::Date => text.parse().map(Value::Date).map_err(|()| expected()),
        ValueType::Money => fixed_point(text, 2).map(Value::Money).ok_or_else(expected),
        ValueType::Area => fixed_point(text, 2).filter(|area| *area >= 0).map(Value::Area).ok_or_else(expected),
        ValueType::Ratio => fixed_point(text, 6)
            .and_then(|ratio| u32::try_from(ratio).ok())
            .filter(|ratio| *ratio <= 1_000_000)
            .map(Value::Ratio)
            .ok_or_else(expected),
        ValueType::Integer(least, most) => {
            text.parse().ok().filter(|number| (least..=most).contains(number)).map(Value::Integer).ok_or_else(expected)
        }
        ValueType::Code(codes) => codes.by_name(text).map(|code| Value::Code(code.tag)).ok_or_else(expected),
        ValueType::Codes(codes) => list(text)
            .map(|name| codes.by_name(name).map(|code| code.tag))
            .collect::<Option<_>>()
            .map(Value::Codes)
            .ok_or_else(expected),
        ValueType::Term(_) => Err(expected()),
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split('|').map(str::trim).filter(|part| !part.is_empty())
}

/// What the attribute takes, in Chinese and English.
pub fn expectation(attribute: &Attribute) -> (String, String) {
    let zh = |text: &str| text.to_owned();
    match attribute.value_type {
        ValueType::Text => (zh("应为文字"), "expects text".into()),
        ValueType::Texts => (
            zh("应为一段或几段文字（表格里以 | 分隔）"),
            "expects one text or several (separated by | in a table)".into(),
        ),
        ValueType::Answer => (zh("应为 YES、NO 或 UNKNOWN"), "expects YES, NO or UNKNOWN".into()),
        ValueType::Date => (
            zh("应为日期，如 2017、2017-03 或 2017-03-01"),
            "expects a date such as 2017, 2017-03 or 2017-03-01".into(),
        ),
        ValueType::Money => (zh("应为金额（元），至多两位小数"), "expects yuan with at most two decimals".into()),
        ValueType::Area => {
            (zh("应为面积（平方米），至多两位小数"), "expects square metres with at most two decimals".into())
        }
        ValueType::Ratio => (zh("应为 0 到 1 的比例"), "expects a ratio between 0 and 1".into()),
        ValueType::Integer(least, most) => {
            (format!("应为 {least} 到 {most} 的整数"), format!("expects a whole number from {least} to {most}"))
        }
        ValueType::Code(list) | ValueType::Codes(list) => {
            let names: Vec<_> = list.values.iter().map(|value| value.name).collect();
            (
                format!("应为以下之一：{}、UNKNOWN", names.join("、")),
                format!("expects one of {} or UNKNOWN", names.join(", ")),
            )
        }
        ValueType::Term("") => (zh("应为一个分类的代码，如 HT8:4"), "expects the code of a term, such as HT8:4".into()),
        ValueType::Term(scheme) => {
            (format!("应为 {scheme} 分类下的代码"), format!("expects a code of the scheme {scheme}"))
        }
    }
}

/// A decimal number as a whole number of `10^-decimals`; none where it has more decimals or does not fit.
pub fn fixed_point(text: &str, decimals: usize) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > decimals {
        return None;
    }
    if digits.ends_with('.') {
        return None;
    }
    let padded = format!("{whole}{fraction:0<decimals$}");
    let number: i64 = padded.parse().ok()?;
    Some(if negative { -number } else { number })
}

/// The decimal text of a fixed-point number, without needless zeros.
pub fn decimal(number: i64, decimals: u32) -> String {
    let unit = 10_i64.pow(decimals);
    let (whole, fraction) = ((number / unit).abs(), (number % unit).abs());
    let sign = if number < 0 { "-" } else { "" };
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{fraction:0width$}", width = decimals as usize);
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_point_refuses_what_it_cannot_hold() {
        assert_eq!(fixed_point("9148.23", 2), Some(914_823));
        assert_eq!(fixed_point("-0.5", 2), Some(-50));
        assert_eq!(fixed_point("100", 2), Some(10_000));
        for text in ["", ".", "1.", "1.234", "1e3", "9".repeat(30).as_str(), "１", "--1", "+1"] {
            assert_eq!(fixed_point(text, 2), None, "{text}");
        }
    }

    #[test]
    fn decimal_is_the_inverse() {
        for (number, text) in [(914_823, "9148.23"), (-50, "-0.5"), (10_000, "100"), (7, "0.07")] {
            assert_eq!(decimal(number, 2), text);
            assert_eq!(fixed_point(text, 2), Some(number));
        }
    }
}
