//! One cell: what was found in it becomes the text that the domain reads, in the one form of the import
//! format. What can be read in two ways is refused with what to write instead; nothing is guessed.

use super::header::narrow;
use super::subject::{Column, Shape};
use super::unit::Unit;
use super::{date, number};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::rejection::Rejection;
use crate::domain::unreadable::Unreadable;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text; empty where there is nothing.
    Text(String),
    /// A number of a spreadsheet that counts days from 1900 or from 1904.
    Number(f64, Epoch),
    /// A number that is shown as a date.
    Serial(f64, Epoch),
    /// TRUE or FALSE.
    Truth(bool),
    /// A formula, with what it came to when it was last computed.
    Formula(String),
    /// An error of the spreadsheet such as `#REF!`.
    Fault(String),
}

/// From when a workbook counts its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// 1 is the first of January 1900.
    Of1900,
    /// 0 is the first of January 1904.
    Of1904,
}

impl Cell {
    /// Nothing.
    pub const EMPTY: Cell = Cell::Text(String::new());

    /// Is there nothing to read?
    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Text(text) if text.trim().is_empty())
    }

    /// As a person reads it, for reports.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Formula(text) | Cell::Fault(text) => text.trim().to_owned(),
            Cell::Number(number, _) => number::of_spreadsheet(*number).unwrap_or_else(|| number.to_string()),
            Cell::Serial(serial, epoch) => match date::of_serial(*serial, *epoch == Epoch::Of1904) {
                Ok(Some(date)) => date,
                _ => number::of_spreadsheet(*serial).unwrap_or_default(),
            },
            Cell::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }

    /// Bytes of its text.
    pub fn bytes(&self) -> usize {
        match self {
            Cell::Text(text) | Cell::Formula(text) | Cell::Fault(text) => text.len(),
            _ => 0,
        }
    }
}

/// The text of a cell in the form of the import format.
pub(super) fn read(cell: &Cell, column: &Column, unit: Option<Unit>) -> Result<String, Rejection> {
    let reader = Reader { name: column.name, shown: cell.shown() };
    match (cell, column.shape) {
        (Cell::Text(text), shape) => reader.text(text, column, shape, unit),
        (Cell::Formula(_), _) => Err(reader.unreadable(
            "这是公式，请复制这一格，再“选择性粘贴—数值”",
            "it is a formula; copy the cell and paste it as a value",
        )),
        (Cell::Fault(_), _) => Err(reader.unreadable(
            "这是表格软件的出错标记，请改正或清空",
            "it is an error of the spreadsheet; put it right or empty the cell",
        )),
        (Cell::Truth(truth), Shape::Value(Attribute { value_type: ValueType::Answer, .. })) => {
            Ok(if *truth { "YES" } else { "NO" }.to_owned())
        }
        (Cell::Truth(_), shape) => reader.text(&reader.shown, column, shape, unit),
        (Cell::Serial(serial, epoch), shape) if is_date(shape) => {
            let date = reader.date(date::of_serial(*serial, *epoch == Epoch::Of1904))?;
            if date.is_empty() { Err(reader.unreadable("它不是一个日期，请核对", "it is no date; check it")) } else { Ok(date) }
        }
        (Cell::Serial(..), _) => Err(reader.unreadable(
            "表格软件把它变成了日期，原来写的是什么看不出来，请把单元格设为文本后重填",
            "the spreadsheet has made a date of it, and what was written is lost; set the cell to text and write it again",
        )),
        (Cell::Number(number, epoch), shape) => reader.number((*number, *epoch), column, shape, unit),
    }
}

/// Yes and no as a spreadsheet or another program writes them.
fn truth(text: &str) -> Option<String> {
    let is = |words: [&str; 2]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    (is(["TRUE", "真"]).then_some("YES")).or_else(|| is(["FALSE", "假"]).then_some("NO")).map(str::to_owned)
}

fn is_date(shape: Shape) -> bool {
    matches!(shape, Shape::Date | Shape::Value(Attribute { value_type: ValueType::Date, .. }))
}

struct Reader {
    name: &'static str,
    shown: String,
}

impl Reader {
    fn text(&self, text: &str, column: &Column, shape: Shape, unit: Option<Unit>) -> Result<String, Rejection> {
        if text.contains(['\0', '\u{fffd}']) {
            return Err(self.unreadable(
                "含有空字符或乱码标记（�），请从原件重新录入",
                "it holds a NUL character or the mark of a lost one (�); enter it again from the original",
            ));
        }
        let text = text.trim();
        match shape {
            Shape::Text => Ok(text.to_owned()),
            Shape::Code | Shape::Digits => Ok(narrow(text).trim().to_owned()),
            Shape::Date => self.date_of(&narrow(text)),
            Shape::Whole => Ok(number::whole(&narrow(text)).unwrap_or_else(|| text.to_owned())),
            Shape::Listed(_) => Ok(one_of(&column.words, &narrow(text))),
            Shape::Value(attribute) => self.value(text, attribute, column, unit),
        }
    }

    fn value(
        &self,
        text: &str,
        attribute: &'static Attribute,
        column: &Column,
        unit: Option<Unit>,
    ) -> Result<String, Rejection> {
        match attribute.value_type {
            ValueType::Text | ValueType::Texts | ValueType::Log => Ok(text.to_owned()),
            ValueType::Term(_) | ValueType::Node(_) | ValueType::Nodes(_) => Ok(narrow(text).trim().to_owned()),
            ValueType::Date => self.date_of(&narrow(text)),
            ValueType::Answer => Ok(truth(&narrow(text)).unwrap_or_else(|| one_of(&column.words, &narrow(text)))),
            ValueType::Code(_) => Ok(one_of(&column.words, &narrow(text))),
            ValueType::Codes(_) => {
                let (words, text) = (&column.words, narrow(text));
                let parts = text.split(['|', ';', '；']).map(str::trim).filter(|part| !part.is_empty());
                Ok(parts.map(|part| one_of(words, part)).collect::<Vec<_>>().join("|"))
            }
            ValueType::Money | ValueType::Area | ValueType::Ratio | ValueType::Integer(..) | ValueType::Decimal => {
                match number::read(&narrow(text), attribute, unit) {
                    Ok(read) => Ok(read.unwrap_or_else(|| text.to_owned())),
                    Err((zh, en)) => Err(self.ambiguous(&zh, &en)),
                }
            }
        }
    }

    fn number(
        &self,
        (number, epoch): (f64, Epoch),
        column: &Column,
        shape: Shape,
        unit: Option<Unit>,
    ) -> Result<String, Rejection> {
        let Some(text) = number::of_spreadsheet(number) else {
            return Err(self.unreadable(
                "表格软件只保留 15 位数字，后面的已经丢失，请把单元格设为文本后重填",
                "a spreadsheet keeps 15 digits, and the others are lost; set the cell to text and write it again",
            ));
        };
        match shape {
            Shape::Digits => Err(self.unreadable(
                "编号存成了数字，前面的 0 可能已经丢失，请把单元格设为文本后重填",
                "the number is kept as an amount, and zeros at its front may be lost; set the cell to text and write it again",
            )),
            shape if is_date(shape) => self.date(date::of_number(number, &text, epoch == Epoch::Of1904)).map(|date| {
                if date.is_empty() { text } else { date }
            }),
            shape => self.text(&text, column, shape, unit),
        }
    }

    fn date_of(&self, text: &str) -> Result<String, Rejection> {
        let date = self.date(date::of_text(text))?;
        Ok(if date.is_empty() { text.trim().to_owned() } else { date })
    }

    /// The date, or nothing where it is none.
    fn date(&self, read: Result<Option<String>, date::Twofold>) -> Result<String, Rejection> {
        read.map(Option::unwrap_or_default).map_err(|(zh, en)| self.ambiguous(zh, en))
    }

    fn ambiguous(&self, zh: &str, en: &str) -> Rejection {
        Rejection::Unreadable(Unreadable::ambiguous(self.name, &self.shown, zh, en))
    }

    fn unreadable(&self, zh: &str, en: &str) -> Rejection {
        Rejection::Unreadable(Unreadable::cell(self.name, &self.shown, zh, en))
    }
}

/// The name of a word of a list; what is none of them stays for the domain to refuse.
fn one_of(words: &[(&'static str, &'static str)], text: &str) -> String {
    let text = text.trim();
    let same = |word: &str| narrow(word) == text;
    let found = words.iter().find(|(name, word)| text == *name || same(word));
    found.map_or(text, |(name, _)| name).to_owned()
}
