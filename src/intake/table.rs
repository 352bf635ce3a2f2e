//! A sheet as rows of named cells in the form of the import format, with every oddity named by its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cell::{self, Cell};
use super::header::{Head, head, plain};
use super::mapping::TableMapping;
use super::sheet::{Line, Sheet, Source};
use super::subject::{Column, Subject};
use super::{Limits, Place, Refusal};
use crate::domain::Kind;
use crate::domain::exact::{self, Exact};
use crate::domain::rejection::{Rejection, clip};
use crate::domain::unreadable::Unreadable;

/// The header of the column that a returned workbook has more than the one that was sent.
pub(super) const FAULTS: &str = "错误";

/// A table whose headers have been read.
pub(super) struct Table<'s> {
    pub label: Arc<str>,
    pub columns: Vec<Column>,
    /// Of each column of the file; none where it is passed over.
    heads: Vec<Option<Head>>,
    /// Those above which nothing stands.
    nameless: Vec<bool>,
    /// What the cells of a column hold where nothing is given.
    defaults: Vec<Option<String>>,
    lines: Box<dyn Iterator<Item = Line> + 's>,
    is_text: bool,
    /// Has it ids, so that cells may say letter by letter what they hold?
    has_ids: bool,
    limits: Limits,
}

/// What a row has in a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Slot {
    /// Nothing.
    Absent,
    /// What was refused already.
    Refused,
    /// Text in the form of the import format.
    Text(String),
    /// Texts to be taken as they stand, or ciphertext.
    Exact(Exact),
}

/// A row: its line, and its cells by the number of the column.
#[derive(Debug)]
pub(super) struct Row {
    pub line: u64,
    slots: Vec<Slot>,
    /// Was it refused as a whole, or a cell of it?
    pub refused: bool,
}

impl Row {
    pub fn slot(&self, column: usize) -> &Slot {
        self.slots.get(column).unwrap_or(&Slot::Absent)
    }
}

/// Open a table. The error is the number of rows that nobody can read without its headers.
pub(super) fn open<'s>(
    sheet: &'s Sheet<'_>,
    subject: Subject,
    mapping: Option<&TableMapping>,
    limits: &Limits,
    refusals: &mut Vec<Refusal>,
) -> Result<Table<'s>, usize> {
    let label: Arc<str> = Arc::from(sheet.label.as_str());
    let columns = subject.all_columns();
    let mut lines = sheet.lines();
    let header_line = mapping.and_then(|mapping| mapping.header_line).unwrap_or(1);
    let header = lines.find(|line| line.number >= header_line);
    let mut refuse = |line, column: Option<&str>, rejection| {
        let place = Place { file: Arc::clone(&label), line, column: column.map(str::to_owned) };
        refusals.push(Refusal { place, value: None, rejection });
    };
    let Some(header) = header else {
        refuse(0, None, Rejection::EmptyFile);
        return Err(0);
    };
    let line = header.number;
    let mut headers: Vec<String> = header.cells.iter().map(Cell::shown).collect();
    let is_text = matches!(sheet.source, Source::Text { .. });
    if !is_text {
        headers.truncate(headers.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));
    }
    if headers.len() > limits.columns {
        refuse(line, None, Rejection::TooLarge { limit: format!("{} 列 / columns", limits.columns) });
        return Err(lines.count());
    }
    let (mut heads, mut seen, mut good) = (Vec::with_capacity(headers.len()), BTreeSet::new(), true);
    for given in &headers {
        let found = match meaning(given, &columns, mapping) {
            _ if given.is_empty() && !is_text => None,
            Meaning::Aside => None,
            Meaning::Column(head) => Some(head),
            Meaning::Unknown => {
                let known = columns.iter().map(|column| format!("{}（{}）", column.label, column.name));
                let mut known = known.collect::<Vec<_>>().join("、");
                if plain(given).ends_with("信用代码") {
                    known += "；信用代码写在“编号”表（identifiers.csv）里，编号类型填 USCC / credit codes go into identifiers.csv, under the scheme USCC";
                }
                refuse(line, Some(given), Rejection::UnknownColumn { name: clip(given), known });
                good = false;
                None
            }
        };
        if let Some(head) = found.filter(|head| !seen.insert(head.column)) {
            let name = columns[head.column].name;
            refuse(line, Some(name), Rejection::DuplicateColumn { name: name.to_owned() });
            good = false;
        }
        heads.push(found);
    }
    let has_ids = seen.iter().any(|place| columns[*place].name == "id");
    let nameless = headers.iter().map(String::is_empty).collect();
    let defaults: Vec<Option<String>> = columns.iter().map(|column| default_of(column, mapping)).collect();
    for (place, column) in columns.iter().enumerate() {
        if column.required && !seen.contains(&place) && defaults[place].is_none() {
            let name = format!("{}（{}）", column.label, column.name);
            refuse(line, None, Rejection::MissingColumn { name });
            good = false;
        }
    }
    if !good {
        return Err(lines.count());
    }
    Ok(Table { label, columns, heads, nameless, defaults, lines, is_text, has_ids, limits: *limits })
}

enum Meaning {
    Column(Head),
    Aside,
    Unknown,
}

fn meaning(given: &str, columns: &[Column], mapping: Option<&TableMapping>) -> Meaning {
    if plain(given) == FAULTS
        || mapping.is_some_and(|mapping| mapping.ignore.iter().any(|name| plain(name) == plain(given)))
    {
        return Meaning::Aside;
    }
    let mapped = mapping.and_then(|mapping| {
        mapping.columns.iter().find(|(header, _)| plain(header) == plain(given)).map(|(_, column)| column.as_str())
    });
    head(mapped.unwrap_or(given), columns).map_or(Meaning::Unknown, Meaning::Column)
}

fn default_of(column: &Column, mapping: Option<&TableMapping>) -> Option<String> {
    let columns = std::slice::from_ref(column);
    let defaults = mapping?.defaults.iter();
    defaults.into_iter().find(|(name, _)| head(name, columns).is_some()).map(|(_, value)| value.clone())
}

impl Table<'_> {
    pub fn place(&self, line: u64, column: Option<&str>) -> Place {
        Place { file: Arc::clone(&self.label), line, column: column.map(str::to_owned) }
    }

    /// The number of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The next row; what of it cannot be read is refused cell by cell.
    pub fn next_row(&mut self, refusals: &mut Vec<Refusal>) -> Option<Row> {
        let line = self.lines.next()?;
        Some(self.row(&line, refusals))
    }

    fn row(&self, line: &Line, refusals: &mut Vec<Refusal>) -> Row {
        let mut row = Row { line: line.number, slots: vec![Slot::Absent; self.columns.len()], refused: false };
        let filled = line.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let found = if self.is_text { line.cells.len() } else { filled };
        let astray = line.cells.iter().zip(&self.nameless).any(|(cell, nameless)| *nameless && !cell.is_empty());
        if astray || found > self.heads.len() || (self.is_text && found != self.heads.len()) {
            let rejection = Rejection::WrongCellCount { expected: self.heads.len(), found };
            refusals.push(Refusal { place: self.place(row.line, None), value: None, rejection });
            row.refused = true;
            row.slots.fill(Slot::Refused);
            return row;
        }
        let first = refusals.len();
        for (cell, head) in line.cells.iter().zip(&self.heads) {
            let Some(head) = head else { continue };
            if cell.is_empty() {
                continue;
            }
            row.slots[head.column] = match self.read(cell, *head) {
                Ok(slot) => slot,
                Err(rejection) => {
                    let place = self.place(row.line, Some(self.columns[head.column].name));
                    refusals.push(Refusal { place, value: Some(clip(&cell.shown())), rejection });
                    row.refused = true;
                    Slot::Refused
                }
            };
        }
        for (slot, default) in row.slots.iter_mut().zip(&self.defaults) {
            if let (Slot::Absent, Some(default)) = (&*slot, default) {
                *slot = Slot::Text(default.clone());
            }
        }
        refusals[first..].iter_mut().for_each(|refusal| self.hush(&row, refusal));
        row
    }

    /// What a cell holds of a person is repeated nowhere, whyever it is refused.
    pub fn hush(&self, row: &Row, refusal: &mut Refusal) {
        let column = refusal.place.column.as_deref().and_then(|name| self.column(name));
        if column.is_some_and(|column| self.is_personal(row, column)) {
            refusal.value = None;
            refusal.rejection.unsay();
        }
    }

    /// May a cell hold something of a person? Of a value, the row says of which attribute it is.
    pub fn is_personal(&self, row: &Row, column: usize) -> bool {
        let says =
            |name: &str| Kind::Person.row().attribute(name).is_some_and(|attribute| attribute.personal.is_some());
        let attribute = || match self.column("attribute").map(|column| row.slot(column)) {
            Some(Slot::Text(name)) => says(name),
            _ => false,
        };
        self.columns[column].personal || (self.columns[column].name == "value" && attribute())
    }

    fn read(&self, found: &Cell, head: Head) -> Result<Slot, Rejection> {
        if found.bytes() > self.limits.cell_bytes {
            return Err(Rejection::TooLarge { limit: format!("一格 {} 字节 / bytes", self.limits.cell_bytes) });
        }
        let column = &self.columns[head.column];
        if let Cell::Text(text) = found
            && self.has_ids
            && exact::is_exact(text)
        {
            let (zh, en) =
                ("以反斜杠开头的格子写法不对，请照原样重填", "what follows the backslash is not well formed");
            let wrong = || Rejection::Unreadable(Unreadable::cell(column.name, text, zh, en));
            return exact::read(text).map(Slot::Exact).ok_or_else(wrong);
        }
        let text = cell::read(found, column, head.unit)?;
        Ok(if text.is_empty() { Slot::Absent } else { Slot::Text(text) })
    }
}
