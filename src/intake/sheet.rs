//! A table as it was found: lines of cells, of a text file or of a sheet of a workbook.

use std::borrow::Cow;

use super::cell::Cell;
use super::encoding::{Declared, decode};
use super::{InputFile, Limits, Place, Refusal, workbook};
use crate::domain::formula::unguard;
use crate::domain::rejection::Rejection;

/// Sheets of our own templates that hold no rows.
pub(super) const ASIDE: &[&str] = &["填写说明", "代码表"];

/// A line of a table.
#[derive(Clone, Debug)]
pub struct Line {
    /// Counted from 1.
    pub number: u64,
    /// Its cells, from the first column on.
    pub cells: Vec<Cell>,
}

/// Where the lines come from.
#[derive(Debug)]
pub(super) enum Source<'f> {
    /// A text file with separators, read as it is asked for.
    Text { text: Cow<'f, str>, separator: u8, cell_bytes: usize },
    /// A sheet of a workbook.
    Lines(Vec<Line>),
}

/// A table that has been opened.
#[derive(Debug)]
pub struct Sheet<'f> {
    /// How it is named in refusals: the file, and the sheet of a workbook behind `#`.
    pub label: String,
    /// What says which table it is: the name of the file or of the sheet.
    pub name: String,
    pub(super) source: Source<'f>,
}

impl Sheet<'_> {
    /// The lines that hold anything, the headers first.
    pub fn lines(&self) -> Box<dyn Iterator<Item = Line> + '_> {
        match &self.source {
            Source::Lines(lines) => {
                let holds = |line: &&Line| line.cells.iter().any(|cell| !cell.is_empty());
                Box::new(lines.iter().filter(holds).cloned())
            }
            Source::Text { text, separator, cell_bytes } => Box::new(records(text, *separator, *cell_bytes)),
        }
    }
}

fn records(text: &str, separator: u8, cell_bytes: usize) -> impl Iterator<Item = Line> + '_ {
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.flexible(true).has_headers(false).delimiter(separator).from_reader(text.as_bytes());
    let (mut lines, mut record) = (Lines { text, byte: 0, number: 1 }, csv::StringRecord::new());
    std::iter::from_fn(move || {
        // The text is UTF-8 and lengths may vary, so a record cannot fail to be read.
        while reader.read_record(&mut record).unwrap_or(false) {
            let byte = record.position().map_or(0, csv::Position::byte);
            let number = lines.of(usize::try_from(byte).unwrap_or(usize::MAX));
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                let cells = record.iter().map(|cell| Cell::Text(unguard(enough(cell, cell_bytes)).to_owned()));
                return Some(Line { number, cells: cells.collect() });
            }
        }
        None
    })
}

/// A cell as far as it has to be known to be refused for its length.
fn enough(cell: &str, most: usize) -> &str {
    const LONGEST_LETTER: usize = 4;
    let mut end = cell.len().min(most.saturating_add(LONGEST_LETTER));
    while !cell.is_char_boundary(end) {
        end -= 1;
    }
    cell.get(..end).unwrap_or(cell)
}

/// Counts lines as an editor shows them, whichever of LF, CRLF and CR ends them.
struct Lines<'t> {
    text: &'t str,
    byte: usize,
    number: u64,
}

impl Lines<'_> {
    /// The line on which a record begins whose predecessor ends at that byte.
    fn of(&mut self, ends_at: usize) -> u64 {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.byte) {
            if self.byte >= ends_at && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            let ends = byte == b'\n' || byte == b'\r' && bytes.get(self.byte + 1) != Some(&b'\n');
            self.number += u64::from(ends);
            self.byte += 1;
        }
        self.number
    }
}

/// Open a file as the tables that it holds. What cannot be opened is refused as a whole.
pub(super) fn open<'f>(
    file: &'f InputFile,
    declared: Option<Declared>,
    limits: &Limits,
    refusals: &mut Vec<Refusal>,
) -> Vec<Sheet<'f>> {
    let refused = |rejection| Refusal {
        place: Place { file: file.label.as_str().into(), line: 0, column: None },
        value: None,
        rejection,
    };
    if file.bytes.len() > limits.file_bytes {
        refusals.push(refused(Rejection::TooLarge { limit: format!("文件 {} 字节 / bytes", limits.file_bytes) }));
        return Vec::new();
    }
    let (stem, ending) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    let ending = ending.to_ascii_lowercase();
    if ["xlsx", "xlsm", "xls", "et"].contains(&ending.as_str()) || file.bytes.starts_with(b"PK\x03\x04") {
        return match workbook::read(&file.label, &file.bytes, limits) {
            Ok(sheets) => named(sheets, stem),
            Err(rejection) => {
                refusals.push(refused(rejection));
                Vec::new()
            }
        };
    }
    let Some(text) = decode(&file.bytes, declared) else {
        refusals.push(refused(Rejection::NotUtf8));
        return Vec::new();
    };
    let first = text.lines().next().unwrap_or_default();
    let separator = [b'\t', b',', b';'].into_iter().find(|separator| first.contains(char::from(*separator)));
    let source = Source::Text { separator: separator.unwrap_or(b','), text, cell_bytes: limits.cell_bytes };
    vec![Sheet { label: file.label.clone(), name: file.name.clone(), source }]
}

/// The sheets that hold rows. A workbook of one sheet goes by its own name where the sheet has none that
/// says anything.
fn named<'f>(mut sheets: Vec<Sheet<'f>>, stem: &str) -> Vec<Sheet<'f>> {
    sheets.retain(|sheet| !ASIDE.contains(&sheet.name.as_str()));
    if let [only] = sheets.as_mut_slice()
        && (only.name.starts_with("Sheet") || only.name.starts_with("工作表"))
    {
        stem.clone_into(&mut only.name);
    }
    sheets
}
