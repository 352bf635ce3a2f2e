//! The value of a statement. Fixed-point numbers only: two stores with the same facts are equal
//! to the byte.

use minicbor::{Decode, Encode};

use super::attribute::{Attribute, ValueType, label};
use super::enumeration::Enumeration;
use super::id::Id;
use super::kind::Kind;
use super::personal::Sealed;
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
    /// A node that is no term, by id.
    #[n(12)]
    Node(#[n(0)] Id),
    /// Several nodes, by id, in the order given.
    #[n(13)]
    Nodes(#[n(0)] Vec<Id>),
    /// A decimal number in millionths.
    #[n(14)]
    Decimal(#[n(0)] i64),
    /// A text of a person, as ciphertext.
    #[n(15)]
    Sealed(#[n(0)] Sealed),
}

impl Value {
    /// The nodes that the value names.
    pub fn nodes(&self) -> &[Id] {
        match self {
            Value::Term(id) | Value::Node(id) => std::slice::from_ref(id),
            Value::Nodes(ids) => ids,
            _ => &[],
        }
    }
}

/// An entry of a log as it is written: `2026-03-01 上门走访 @张三`; who wrote it down may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry<'t> {
    /// When.
    pub date: PartialDate,
    /// What happened.
    pub text: &'t str,
    /// Who wrote it down.
    pub by: Option<&'t str>,
}

impl<'t> LogEntry<'t> {
    /// Read one; none where it does not begin with a whole day or says nothing.
    pub fn read(written: &'t str) -> Option<Self> {
        let (date, rest) = written.trim().split_once(' ')?;
        let date: PartialDate = date.parse().ok()?;
        let (text, by) = match rest.rsplit_once(" @") {
            Some((text, by)) if !by.trim().is_empty() => (text.trim(), Some(by.trim())),
            _ => (rest.trim(), None),
        };
        (!text.is_empty() && date.first_day() == date.last_day()).then_some(Self { date, text, by })
    }
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
        ValueType::Log => {
            let entries: Vec<String> = list(text).map(str::to_owned).collect();
            let readable = !entries.is_empty() && entries.iter().all(|entry| LogEntry::read(entry).is_some());
            if readable { Ok(Value::Texts(entries)) } else { Err(expected()) }
        }
        ValueType::Decimal => fixed_point(text, 6).map(Value::Decimal).ok_or_else(expected),
        ValueType::Term(_) | ValueType::Node(_) | ValueType::Nodes(_) => Err(expected()),
    }
}

/// The texts that say a value letter by letter; none where it names other things, is sealed, or is UNKNOWN.
pub fn parts(attribute: &Attribute, value: &Value) -> Option<Vec<String>> {
    let named = |tag: &u16| attribute.enumeration().and_then(|list| list.by_tag(*tag)).map(|code| code.name.to_owned());
    Some(match value {
        Value::Text(text) => vec![text.clone()],
        Value::Texts(texts) => texts.clone(),
        Value::Answer(yes) => vec![if *yes { "YES" } else { "NO" }.to_owned()],
        Value::Date(date) => vec![date.to_string()],
        Value::Money(number) | Value::Area(number) => vec![decimal(*number, 2)],
        Value::Ratio(number) => vec![decimal(i64::from(*number), 6)],
        Value::Decimal(number) => vec![decimal(*number, 6)],
        Value::Integer(number) => vec![number.to_string()],
        Value::Code(tag) => vec![named(tag)?],
        Value::Codes(tags) => tags.iter().map(named).collect::<Option<_>>()?,
        Value::Unknown | Value::Term(_) | Value::Node(_) | Value::Nodes(_) | Value::Sealed(_) => return None,
    })
}

/// The value that texts say letter by letter: nothing is trimmed or split, and UNKNOWN is a text like others.
pub fn exact(attribute: &Attribute, parts: &[String]) -> Result<Value, (String, String)> {
    let expected = || expectation(attribute);
    let named = |codes: &Enumeration, name: &String| codes.by_name(name).map(|code| code.tag);
    match (attribute.value_type, parts) {
        (ValueType::Text, [text]) => Ok(Value::Text(text.clone())),
        (ValueType::Texts, texts) => Ok(Value::Texts(texts.to_vec())),
        (ValueType::Log, entries) if entries.iter().all(|entry| LogEntry::read(entry).is_some()) => {
            Ok(Value::Texts(entries.to_vec()))
        }
        (ValueType::Codes(codes), names) => {
            let tags = names.iter().map(|name| named(codes, name)).collect::<Option<_>>();
            tags.map(Value::Codes).ok_or_else(expected)
        }
        (ValueType::Code(codes), [name]) => named(codes, name).map(Value::Code).ok_or_else(expected),
        (ValueType::Text | ValueType::Log, _) => Err(expected()),
        (_, [text]) => parse(attribute, text),
        _ => Err(expected()),
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
        ValueType::Answer => (zh("应为是（YES）、否（NO）或未知（UNKNOWN）"), "expects YES, NO or UNKNOWN".into()),
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
            let spoken = list.values.iter().map(|value| format!("{}（{}）", label(value.zh), value.name));
            (
                format!("应为以下之一：{}、未知（UNKNOWN）", spoken.collect::<Vec<_>>().join("、")),
                format!("expects one of {} or UNKNOWN", names.join(", ")),
            )
        }
        ValueType::Node(kinds) | ValueType::Nodes(kinds) => {
            let labels = |label: fn(Kind) -> &'static str| kinds.iter().map(|kind| label(*kind)).collect::<Vec<_>>();
            (
                format!("应为{}的行键、代码或信用代码", labels(|kind| kind.row().label_zh).join("、")),
                format!("expects key, code or credit code of: {}", labels(|kind| kind.row().label_en).join(", ")),
            )
        }
        ValueType::Log => (
            zh("应为日志，每条如“2026-03-01 上门走访 @张三”（表格里以 | 分隔）"),
            "expects entries such as “2026-03-01 visited the firm @name” (separated by | in a table)".into(),
        ),
        ValueType::Decimal => (zh("应为数，至多六位小数"), "expects a number with at most six decimals".into()),
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
    fn an_entry_of_a_log_has_its_day() {
        let entry = LogEntry::read(" 2026-03-01 上门走访，问题 @ 两个 @张三 ").expect("an entry");
        assert_eq!((entry.text, entry.by), ("上门走访，问题 @ 两个", Some("张三")));
        assert_eq!(LogEntry::read("2026-03-01 电话").map(|entry| entry.by), Some(None));
        for text in ["2026-03 电话", "2026-03-01", "2026-03-01 ", "电话 2026-03-01", "", "2026-02-30 电话"] {
            assert_eq!(LogEntry::read(text), None, "{text}");
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
