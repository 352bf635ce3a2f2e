//! Headers: which column a word means, and the unit that stands behind it in brackets.

use super::subject::{Column, Shape};
use super::unit::Unit;

/// What heads a column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The place of the column among those that the table may have.
    pub column: usize,
    /// The unit that the header names.
    pub unit: Option<Unit>,
}

/// Wide letters and digits as narrow ones, without spaces and without the star of templates.
pub(super) fn plain(word: &str) -> String {
    narrow(word).chars().filter(|letter| !letter.is_whitespace() && *letter != '*').collect()
}

/// Wide letters, digits and signs (U+FF01 to U+FF5E) as narrow ones; nothing else is touched.
pub(super) fn narrow(text: &str) -> String {
    let letter = |letter: char| match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(letter),
        0x3000 => ' ',
        0xffe5 => '¥',
        0x2212 => '-',
        _ => letter,
    };
    text.chars().map(letter).collect()
}

/// Find the column of a header: by its name or a Chinese word, alone or with a unit behind it.
pub(super) fn head(given: &str, columns: &[Column]) -> Option<Head> {
    let given = plain(given);
    if let Some(column) = named(&given, columns) {
        return Some(Head { column, unit: None });
    }
    let (word, unit) = match given.strip_suffix(')') {
        Some(rest) => rest.rsplit_once('(')?,
        None => given.rsplit_once('/')?,
    };
    let column = named(word, columns)?;
    let Shape::Value(attribute) = columns[column].shape else { return None };
    let unit = unit.strip_prefix("单位:").unwrap_or(unit);
    Unit::of(attribute, unit).map(|unit| Head { column, unit: Some(unit) })
}

fn named(word: &str, columns: &[Column]) -> Option<usize> {
    columns.iter().position(|column| {
        let mut words = [column.name, column.label].into_iter().chain(column.also.iter().copied());
        words.any(|known| plain(known) == word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RecordKind;
    use crate::intake::subject::Subject;

    #[test]
    fn headers_are_found_by_either_language_and_with_a_unit() {
        let columns = Subject::Record(RecordKind::YearFigures).columns();
        let found = |given: &str| {
            head(given, &columns).map(|head| (columns[head.column].name, head.unit.map(|unit| unit.shift)))
        };
        assert_eq!(found("revenue"), Some(("revenue", None)));
        assert_eq!(found(" 营业收入（万元）"), Some(("revenue", Some(4))));
        assert_eq!(found("销售（营业）收入 (亿元) "), Some(("revenue", Some(8))));
        assert_eq!(found("研究开发费用/万元"), Some(("rdExpense", Some(4))));
        assert_eq!(found("职工总数（人）"), Some(("staff", Some(0))));
        assert_eq!(found("行键*"), Some(("key", None)));
        for strange in ["营业收入（万美元）", "营业", "职工总数（万元）", "（万元）", "", "年度（万元）"]
        {
            assert_eq!(found(strange), None, "{strange}");
        }
    }
}
