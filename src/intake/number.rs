//! Numbers as tables write them: thousands separators, units behind the number, per cent. Exact: digits
//! are moved as text, never computed with. What is no number is left as it stands for the domain to refuse.

use super::unit::Unit;
use crate::domain::attribute::{Attribute, ValueType};

/// Why a number can be read in two ways, in Chinese and English.
pub(super) type Twofold = (String, String);

/// Read a text in which wide letters are narrow already, in the unit that the header names.
pub(super) fn read(text: &str, attribute: &Attribute, head: Option<Unit>) -> Result<Option<String>, Twofold> {
    let text = text.trim();
    let text = match attribute.value_type {
        ValueType::Money => text.strip_prefix('¥').unwrap_or(text).trim_start(),
        _ => text,
    };
    let end = text.find(|letter: char| !matches!(letter, '0'..='9' | '.' | ',' | '-')).unwrap_or(text.len());
    let (digits, behind) = (&text[..end], text[end..].trim());
    if is_less_than_nothing(digits) {
        return Err(negative_zero());
    }
    let Some(digits) = ungrouped(digits) else { return Ok(None) };
    let own = Unit::of(attribute, behind);
    if !behind.is_empty() && own.is_none() {
        return Ok(None);
    }
    let unit = match (own, head) {
        (Some(own), Some(head)) if own != head => return Err(two_units()),
        (own, head) => own.or(head),
    };
    let is_share = matches!(attribute.value_type, ValueType::Ratio) && own.is_none() && head.is_some();
    if is_share && is_at_most_one(&digits) {
        return Err(share_or_per_cent());
    }
    Ok(Some(unit.map_or_else(|| digits.clone(), |unit| shifted(&digits, unit.shift))))
}

/// A whole number without unit, its thousands separators taken out.
pub(super) fn whole(text: &str) -> Option<String> {
    ungrouped(text.trim())
}

/// A number of a spreadsheet as text, with the fifteen digits that it holds; none where it has more, or
/// where it is no number at all.
pub(super) fn of_spreadsheet(number: f64) -> Option<String> {
    if !number.is_finite() || number.abs() >= 1e15 {
        return None;
    }
    if number == 0.0 {
        return Some(if number.is_sign_negative() { "-0".into() } else { "0".into() });
    }
    let scientific = format!("{number:.14e}");
    let (digits, exponent) = scientific.split_once('e')?;
    Some(shifted(digits, exponent.parse().ok()?))
}

/// The digits without separators of thousands; none where they are no number, or grouped otherwise.
fn ungrouped(digits: &str) -> Option<String> {
    let (sign, unsigned) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, Some(fraction)),
        Some(_) => return None,
        None => (unsigned, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound =
        is_grouped && is_plain(first) && rest.iter().all(|group| is_plain(group)) && fraction.is_none_or(is_plain);
    if !sound {
        return None;
    }
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    Some(format!("{sign}{first}{}{fraction}", rest.concat()))
}

/// The number times ten to a power, without needless zeros.
fn shifted(digits: &str, shift: i32) -> String {
    let (sign, unsigned) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut all = format!("{whole}{fraction}");
    let mut point = i32::try_from(whole.len()).unwrap_or(i32::MAX).saturating_add(shift);
    while point > i32::try_from(all.len()).unwrap_or(i32::MAX) {
        all.push('0');
    }
    while point < 1 {
        all.insert(0, '0');
        point += 1;
    }
    let (whole, fraction) = all.split_at(usize::try_from(point).unwrap_or(all.len()));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn is_at_most_one(digits: &str) -> bool {
    let whole = digits.trim_start_matches('-').split('.').next().unwrap_or_default();
    let is_zero = digits.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
    !is_zero && (whole.trim_start_matches('0').is_empty() || digits == "1")
}

/// A minus before nothing but zeros.
fn is_less_than_nothing(digits: &str) -> bool {
    digits.strip_prefix('-').is_some_and(|rest| rest.contains('0') && rest.bytes().all(|byte| b"0.,".contains(&byte)))
}

fn negative_zero() -> Twofold {
    ("零前面有负号：是 0，还是漏了数字".into(), "a minus stands before zero: it is 0, or digits are missing".into())
}

fn two_units() -> Twofold {
    (
        "表头写着一种单位，格里写着另一种，请只留一种".into(),
        "the header names one unit and the cell another; keep one of them".into(),
    )
}

fn share_or_per_cent() -> Twofold {
    (
        "表头写着 %，这里却不大于 1，可能已是比例，请写成 35% 的样子，或去掉表头的（%）写 0.35".into(),
        "the header says per cent and this is at most 1, so that it may be a share already; write it like 35%, or take (%) out of the header and write 0.35".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn of(value_type: ValueType) -> Attribute {
        Attribute::new(1, "x", value_type, "数，单位：人", "")
    }

    #[test]
    fn amounts_in_units_are_exact() {
        let money = of(ValueType::Money);
        let ten_thousand = Unit::of(&money, "万元");
        for (text, head, yuan) in [
            ("1,234,567.89", None, "1234567.89"),
            ("¥ 1,234", None, "1234"),
            ("3.25万元", None, "32500"),
            ("3.2亿元", None, "320000000"),
            ("1.2亿", None, "120000000"),
            ("500元", None, "500"),
            ("0.0001", ten_thousand, "1"),
            ("1,234.56789", ten_thousand, "12345678.9"),
            ("-12", ten_thousand, "-120000"),
            ("12.5万元", ten_thousand, "125000"),
            ("0", ten_thousand, "0"),
            ("12.500", None, "12.500"),
        ] {
            assert_eq!(read(text, &money, head), Ok(Some(yuan.to_owned())), "{text}");
        }
        for text in ["3亿元", "-0", "-0.00"] {
            assert!(read(text, &money, ten_thousand).is_err(), "{text}");
        }
        for text in ["1,23", "1,2345", "12万美元", "1e3", "1.", "--1", "", "很多", "1.2.3", ",123", "1 234"] {
            assert_eq!(read(text, &money, None), Ok(None), "{text}");
        }
    }

    #[test]
    fn shares_counts_and_numbers_of_spreadsheets() {
        let (ratio, count) = (of(ValueType::Ratio), of(ValueType::Integer(0, 100)));
        let per_cent = Unit::of(&ratio, "%");
        assert_eq!(read("35%", &ratio, None), Ok(Some("0.35".into())));
        assert_eq!(read("0.5%", &ratio, per_cent), Ok(Some("0.005".into())));
        assert_eq!(read("35", &ratio, per_cent), Ok(Some("0.35".into())));
        assert_eq!(read("0", &ratio, per_cent), Ok(Some("0".into())));
        assert!(read("0.35", &ratio, per_cent).is_err() && read("1", &ratio, per_cent).is_err());
        assert_eq!(read("1,200人", &count, None), Ok(Some("1200".into())));
        assert_eq!(read("12家", &count, None), Ok(None));
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (12_345.67, "12345.67"),
            (-2.5, "-2.5"),
            (1e14, "100000000000000"),
            (1e-7, "0.0000001"),
            (0.0, "0"),
        ] {
            assert_eq!(of_spreadsheet(number).as_deref(), Some(text));
        }
        for number in [1e15, 9_007_199_254_740_993.0, f64::INFINITY, f64::NAN] {
            assert_eq!(of_spreadsheet(number), None);
        }
    }
}
