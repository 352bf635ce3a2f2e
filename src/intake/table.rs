//! One CSV file as rows of named cells, with every oddity named by line.

use std::collections::BTreeSet;

use super::{InputFile, Limits, Place, Refusal};
use crate::domain::rejection::{Rejection, clip};

/// A row: its line and its cells by column number.
#[derive(Debug)]
pub(super) struct Row {
    pub line: u64,
    cells: Vec<String>,
}

/// A file that has been read.
#[derive(Debug)]
pub(super) struct Table {
    pub label: String,
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

impl Table {
    /// The cell under a header; none where the column is missing or the cell is empty.
    pub fn cell<'r>(&self, row: &'r Row, column: &str) -> Option<&'r str> {
        let place = self.header.iter().position(|name| name == column)?;
        row.cells.get(place).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    pub fn place(&self, line: u64, column: Option<&str>) -> Place {
        Place { file: self.label.clone(), line, column: column.map(str::to_owned) }
    }
}

/// Read a file whose columns must be among `known`, with all of `needed` there. Refused rows are
/// counted in the second answer.
pub(super) fn read(
    file: &InputFile,
    known: &[&str],
    needed: &[&str],
    limits: &Limits,
    refusals: &mut Vec<Refusal>,
) -> Option<Table> {
    let mut refuse = |line, column: Option<&str>, rejection| {
        let place = Place { file: file.label.clone(), line, column: column.map(str::to_owned) };
        refusals.push(Refusal { place, rejection });
    };
    if file.bytes.len() > limits.file_bytes {
        refuse(0, None, Rejection::TooLarge { limit: format!("文件 {} 字节 / bytes", limits.file_bytes) });
        return None;
    }
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        refuse(0, None, Rejection::NotUtf8);
        return None;
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
        Err(_) => Vec::new(),
    };
    if header.iter().all(String::is_empty) {
        refuse(0, None, Rejection::EmptyFile);
        return None;
    }
    if header.len() > limits.columns {
        refuse(1, None, Rejection::TooLarge { limit: format!("{} 列 / columns", limits.columns) });
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut good = true;
    for name in &header {
        let rejection = if !seen.insert(name.as_str()) {
            Rejection::DuplicateColumn { name: clip(name) }
        } else if !known.contains(&name.as_str()) {
            Rejection::UnknownColumn { name: clip(name), known: known.join(", ") }
        } else {
            continue;
        };
        refuse(1, Some(name.as_str()), rejection);
        good = false;
    }
    for name in needed.iter().filter(|name| !seen.contains(*name)) {
        refuse(1, None, Rejection::MissingColumn { name: (*name).to_owned() });
        good = false;
    }
    if !good {
        return None;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        // The text is UTF-8 and lengths may vary, so a record cannot fail to be read.
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != header.len() {
            refuse(line, None, Rejection::WrongCellCount { expected: header.len(), found: record.len() });
            rows.push(Row { line, cells: Vec::new() });
            continue;
        }
        let long = record.iter().zip(&header).find(|(cell, _)| cell.len() > limits.cell_bytes);
        if let Some((_, name)) = long {
            refuse(
                line,
                Some(name.as_str()),
                Rejection::TooLarge { limit: format!("一格 {} 字节 / bytes", limits.cell_bytes) },
            );
            rows.push(Row { line, cells: Vec::new() });
            continue;
        }
        rows.push(Row { line, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
    }
    Some(Table { label: file.label.clone(), header, rows })
}

impl Row {
    /// Was the row as a whole refused already?
    pub fn is_refused(&self) -> bool {
        self.cells.is_empty()
    }
}
