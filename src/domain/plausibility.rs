//! What cannot be right although its form is: days that have not come yet, days before everything
//! that is kept here, sums in the wrong unit, codes of another edition. Which days an attribute takes
//! stands in its row (`attribute::Dates`); what lies ahead by its nature (a deadline, a target, the end
//! of a validity) is never judged; a validity itself begins when its kind can have begun, and not far ahead.

use super::attribute::{Attribute, Dates};
use super::rejection::clip;
use super::value::decimal;
use super::{Day, PartialDate, Validity, Value};

/// More yuan than any one sum of a city: ten million million, in hundredths.
const MOST_MONEY: i64 = 1_000_000_000_000_000;
/// More square metres than a city has: ten thousand million, in hundredths.
const MOST_AREA: i64 = 1_000_000_000_000;

/// Nothing is kept here that begins more years ahead than this: plans for five years are made one before.
const MOST_YEARS_AHEAD: i32 = 10;

/// Why something cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the sentences below say what each one is
pub enum Implausible {
    DateInFuture { name: String, given: String, today: String },
    DateTooEarly { name: String, given: String },
    DateTooFar { name: String, given: String, latest: String },
    UnitSuspect { name: String, given: String, unit_zh: &'static str, unit_en: &'static str, perhaps: Vec<String> },
    OtherEdition { given: String, held: String, label: String },
}

/// The first day that is kept of what was set up in this country as it is.
fn earliest() -> Day {
    Day::from_date(1949, 1, 1).unwrap_or(Day::BEGINNING)
}

/// Can this be the value of the attribute, said on that day?
pub fn judge(attribute: &Attribute, value: &Value, today: Day) -> Result<(), Implausible> {
    let name = attribute.name.to_owned();
    match value {
        Value::Date(date) if attribute.dates != Dates::Any && date.first_day() > today => {
            Err(Implausible::DateInFuture { name, given: date.to_string(), today: today.to_string() })
        }
        Value::Date(date) if attribute.dates == Dates::Since1949 && date.last_day() < earliest() => {
            Err(Implausible::DateTooEarly { name, given: date.to_string() })
        }
        Value::Money(cents) if cents.unsigned_abs() > MOST_MONEY.unsigned_abs() => {
            Err(unit(name, *cents, "元", "yuan"))
        }
        Value::Area(hundredths) if hundredths.unsigned_abs() > MOST_AREA.unsigned_abs() => {
            Err(unit(name, *hundredths, "平方米", "square metres"))
        }
        _ => Ok(()),
    }
}

/// Can it hold then, of what can have begun on these days, said on that day? The columns of its beginning and
/// its end are called so. An end may lie ahead as far as it likes.
pub fn judge_validity(
    validity: &Validity,
    begins: Dates,
    (from, to): (&str, &str),
    today: Day,
) -> Result<(), Implausible> {
    let too_early = |name: &str, date: Option<PartialDate>| {
        let date = date.filter(|date| begins == Dates::Since1949 && date.last_day() < earliest());
        date.map_or(Ok(()), |date| Err(Implausible::DateTooEarly { name: name.to_owned(), given: date.to_string() }))
    };
    too_early(from, validity.from)?;
    too_early(to, validity.to)?;
    let latest = today.date().and_then(|(year, month, _)| Day::from_date(year + MOST_YEARS_AHEAD, month, 1));
    match (validity.from, latest) {
        (Some(date), Some(latest)) if date.first_day() > latest => {
            Err(Implausible::DateTooFar { name: from.to_owned(), given: date.to_string(), latest: latest.to_string() })
        }
        _ => Ok(()),
    }
}

fn unit(name: String, hundredths: i64, unit_zh: &'static str, unit_en: &'static str) -> Implausible {
    let perhaps = [100, 10_000].map(|times| decimal(hundredths / times, 2)).to_vec();
    Implausible::UnitSuspect { name, given: decimal(hundredths, 2), unit_zh, unit_en, perhaps }
}

impl Implausible {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DateInFuture { .. } | Self::DateTooFar { .. } => "DATE_IN_FUTURE",
            Self::DateTooEarly { .. } => "DATE_TOO_EARLY",
            Self::UnitSuspect { .. } => "UNIT_SUSPECT",
            Self::OtherEdition { .. } => "OTHER_EDITION",
        }
    }

    /// What it is about, where that has a name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::DateInFuture { name, .. }
            | Self::DateTooEarly { name, .. }
            | Self::DateTooFar { name, .. }
            | Self::UnitSuspect { name, .. } => Some(name),
            Self::OtherEdition { .. } => None,
        }
    }

    /// What was given.
    pub fn given(&self) -> &str {
        match self {
            Self::DateInFuture { given, .. }
            | Self::DateTooEarly { given, .. }
            | Self::DateTooFar { given, .. }
            | Self::UnitSuspect { given, .. }
            | Self::OtherEdition { given, .. } => given,
        }
    }

    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::DateInFuture { name, given, today } => format!(
                "“{name}”是 {given}，晚于今天（{today}），而它说的是已经发生的事。请核对年份；还没有发生的，等发生了再录入。"
            ),
            Self::DateTooEarly { name, given } => format!(
                "“{name}”是 {given}，早于 1949 年。请核对年份（如 1914 可能是 2014）；沿革更早的，写进说明文字。"
            ),
            Self::DateTooFar { name, given, latest } => {
                format!("“{name}”是 {given}，起始日期最晚只能到 {latest}。请核对年份（如 2109 可能是 2019）。")
            }
            Self::UnitSuspect { name, given, unit_zh, perhaps, .. } => format!(
                "“{name}”是 {given} {unit_zh}，大得不合情理，多半是单位弄错：请以{unit_zh}填写，例如多乘了一百的应为 {}，多乘了一万的应为 {}。",
                perhaps.first().map_or("", String::as_str),
                perhaps.last().map_or("", String::as_str)
            ),
            Self::OtherEdition { given, held, label } => format!(
                "没有“{given}”这个条目；同一代码在另一版里是 {held}（{label}）。请先核对原文用的是哪一版，再填那一版的代码。"
            ),
        }
    }

    /// The sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::DateInFuture { name, given, today } => format!(
                "“{name}” is {given}, later than today ({today}), and tells of what has happened. Check the year; enter what is still to come once it has come."
            ),
            Self::DateTooEarly { name, given } => format!(
                "“{name}” is {given}, before 1949. Check the year (1914 may be 2014); write an older history into the descriptive text."
            ),
            Self::DateTooFar { name, given, latest } => format!(
                "“{name}” is {given}; nothing begins later than {latest} here. Check the year (2109 may be 2019)."
            ),
            Self::UnitSuspect { name, given, unit_en, perhaps, .. } => format!(
                "“{name}” is {given} {unit_en}, more than makes sense; the unit is probably wrong. Give {unit_en}: {} where it was multiplied by a hundred too often, {} where by ten thousand.",
                perhaps.first().map_or("", String::as_str),
                perhaps.last().map_or("", String::as_str)
            ),
            Self::OtherEdition { given, held, label } => format!(
                "There is no entry “{given}”; in another edition that code is {held} ({label}). Look up which edition the source uses, then give its code."
            ),
        }
    }

    /// One example of every variant.
    pub fn samples() -> Vec<Implausible> {
        let text = |text: &str| text.to_owned();
        vec![
            Self::DateInFuture { name: text("issuedOn"), given: text("2199"), today: text("2021-12-31") },
            Self::DateTooEarly { name: text("registeredOn"), given: text("1914-05-06") },
            unit(text("amount"), MOST_MONEY * 2, "元", "yuan"),
            Self::OtherEdition { given: text("A_2011:1"), held: text("A_2017:1"), label: text("示例") },
        ]
    }
}

/// The same code under the schemes of the other editions: schemes whose names end with a year and are
/// alike before it. None where the code names no such scheme.
pub fn edition_of(code: &str) -> Option<(&str, &str)> {
    let (scheme, code) = code.trim().split_once(':')?;
    let (stem, year) = scheme.rsplit_once('_')?;
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then_some((stem, code))
}

/// What was given, short enough for an answer.
pub fn other_edition(given: &str, held: &str, label: &str) -> Implausible {
    Implausible::OtherEdition { given: clip(given), held: held.to_owned(), label: clip(label) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ValueType;

    #[test]
    fn what_has_happened_lies_between_1949_and_today() {
        let plain = Attribute::new(1, "x", ValueType::Date, "", "");
        let today: Day = "2021-06-30".parse().expect("a day");
        let judged = |attribute: Attribute, text: &str| {
            judge(&attribute, &Value::Date(text.parse().expect("a date")), today).err().map(|fault| fault.code())
        };
        for (text, any, past, modern) in [
            ("2021-06-30", None, None, None),
            ("2021", None, None, None),
            ("2021-07", None, Some("DATE_IN_FUTURE"), Some("DATE_IN_FUTURE")),
            ("1949", None, None, None),
            ("1948-12-31", None, None, Some("DATE_TOO_EARLY")),
        ] {
            assert_eq!(
                [judged(plain, text), judged(plain.past(), text), judged(plain.since_1949(), text)],
                [any, past, modern],
                "{text}"
            );
        }
    }

    #[test]
    fn sums_beyond_reason_are_asked_back() {
        let money = Attribute::new(1, "x", ValueType::Money, "", "");
        let today: Day = "2021-06-30".parse().expect("a day");
        assert_eq!(judge(&money, &Value::Money(MOST_MONEY), today), Ok(()));
        let fault = judge(&money, &Value::Money(MOST_MONEY + 100), today).expect_err("too much");
        assert!(fault.zh().contains("100000000000.01") && fault.zh().contains("1000000000"), "{}", fault.zh());
        assert_eq!(edition_of("GBT4754_2017:3833"), Some(("GBT4754", "3833")));
        assert_eq!(
            (edition_of("HT8:603"), edition_of("SCHEME:SME_NATIONAL"), edition_of("firm_2017")),
            (None, None, None)
        );
    }
}
