//! A neutral result in rows: columns with words and unit, and typed cells. Whoever asks makes one,
//! whoever writes files turns it into one. It knows neither where it comes from nor what becomes of it.

use super::validity::PartialDate;
use super::value::decimal;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the schema and in files for programs.
    pub name: String,
    /// The Chinese word at its head.
    pub zh: String,
    /// What it holds, in English.
    pub en: String,
    /// Its unit in Chinese and English, where it has one.
    pub unit: Option<(&'static str, &'static str)>,
}

/// A code of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its name in the schema.
    pub name: &'static str,
    /// The bureau's own word.
    pub zh: &'static str,
}

/// One cell. UNKNOWN is an answer and not the same as nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is recorded, or nothing that the reader may see.
    Empty,
    /// Asked, and nobody knows.
    Unknown,
    /// There is a text of a person, and it is not handed on.
    Sealed,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number in units of `10^-places`.
    Decimal {
        /// How many of these units.
        number: i64,
        /// Decimals.
        places: u32,
    },
    /// Yes or no.
    Answer(bool),
    /// A date that may lack its day or its month.
    Date(PartialDate),
    /// Codes of a list; most often one.
    Codes(Vec<Word>),
}

/// How cells are put into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// As people read them: 是, 未知, 高新技术企业.
    Chinese,
    /// As programs read them: YES, UNKNOWN, names of codes.
    Names,
}

/// A table. Every row has a cell for each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Column {
    /// A column without a unit.
    pub fn new(name: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { name: name.into(), zh: zh.into(), en: en.into(), unit: None }
    }

    /// Its Chinese head, with its unit: 注册资本（元）.
    pub fn head_zh(&self) -> String {
        match self.unit {
            Some((unit, _)) => format!("{}（{unit}）", self.zh),
            None => self.zh.clone(),
        }
    }
}

impl Cell {
    /// Is there nothing?
    pub fn is_empty(&self) -> bool {
        *self == Cell::Empty
    }

    /// Text, or nothing where it is empty.
    pub fn of_text(text: &str) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }

    /// Its text; several values are separated by `|` as in the import format.
    pub fn text(&self, wording: Wording) -> String {
        let pick = |zh: &'static str, name: &'static str| if wording == Wording::Chinese { zh } else { name };
        match self {
            Cell::Empty => String::new(),
            Cell::Unknown => pick("未知", "UNKNOWN").to_owned(),
            Cell::Sealed => pick("（个人信息，不导出）", "SEALED").to_owned(),
            Cell::Text(text) => text.clone(),
            Cell::Whole(number) => number.to_string(),
            Cell::Decimal { number, places } => decimal(*number, *places),
            Cell::Answer(true) => pick("是", "YES").to_owned(),
            Cell::Answer(false) => pick("否", "NO").to_owned(),
            Cell::Date(date) => date.to_string(),
            Cell::Codes(words) => words.iter().map(|word| pick(word.zh, word.name)).collect::<Vec<_>>().join("|"),
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { title: title.into(), columns, rows: Vec::new() }
    }

    /// One more row. What is missing at its end is empty, what is too much is left out, so that no row
    /// can be of another width.
    pub fn push(&mut self, mut row: Vec<Cell>) {
        row.resize(self.columns.len(), Cell::Empty);
        self.rows.push(row);
    }

    /// The same without the columns for which `keeps` says no.
    pub fn keeping(self, keeps: impl Fn(usize) -> bool) -> Self {
        let columns = self.columns.into_iter().enumerate().filter(|(place, _)| keeps(*place));
        let columns = columns.map(|(_, column)| column).collect();
        let narrow = |row: Vec<Cell>| row.into_iter().enumerate().filter(|(place, _)| keeps(*place));
        let rows = self.rows.into_iter().map(|row| narrow(row).map(|(_, cell)| cell).collect()).collect();
        Self { title: self.title, columns, rows }
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Its rows.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_as_wide_as_the_head() {
        let mut table = Table::new("示例", vec![Column::new("a", "甲", "a"), Column::new("b", "乙", "b")]);
        table.push(vec![Cell::Whole(1)]);
        table.push(vec![Cell::Whole(1), Cell::Unknown, Cell::Answer(true)]);
        assert_eq!(table.rows(), [[Cell::Whole(1), Cell::Empty], [Cell::Whole(1), Cell::Unknown]]);
        let narrow = table.keeping(|place| place == 1);
        assert_eq!(narrow.columns().len(), 1);
        assert_eq!(narrow.rows(), [[Cell::Empty], [Cell::Unknown]]);
    }

    #[test]
    fn words_for_people_and_for_programs() {
        let word = Word { name: "HIGH_TECH", zh: "高新技术企业" };
        let cells = [
            (Cell::Unknown, "未知", "UNKNOWN"),
            (Cell::Answer(false), "否", "NO"),
            (Cell::Codes(vec![word, word]), "高新技术企业|高新技术企业", "HIGH_TECH|HIGH_TECH"),
            (Cell::Decimal { number: -1_250, places: 2 }, "-12.5", "-12.5"),
            (Cell::Sealed, "（个人信息，不导出）", "SEALED"),
            (Cell::Empty, "", ""),
        ];
        for (cell, zh, name) in cells {
            assert_eq!((cell.text(Wording::Chinese).as_str(), cell.text(Wording::Names).as_str()), (zh, name));
        }
    }
}
