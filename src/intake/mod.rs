//! Importers: bytes → rows → commands, and refusals that name file, line and column.
//!
//! Pure: bytes come in, nothing is read from disk here. What a command means is `decide`'s affair;
//! an importer only says what a file says.

mod folder;
mod table;

pub use folder::read_folder;

use crate::domain::command::Command;
use crate::domain::rejection::Rejection;

/// A file as it was handed in.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// How it is named in refusals (folder and file).
    pub label: String,
    /// The file name alone; it says which table it is.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Folder and file.
    pub file: String,
    /// The line, counted from 1; 0 = the file as a whole.
    pub line: u64,
    /// The column, where one cell is meant.
    pub column: Option<String>,
}

/// A refused cell, row or file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands.
    pub place: Place,
    /// Why.
    pub rejection: Rejection,
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}", self.line)?;
        }
        match &self.column {
            Some(column) => write!(formatter, " [{column}]"),
            None => Ok(()),
        }
    }
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Commands in the order in which they can be carried out, each with its place.
    pub commands: Vec<(Place, Command)>,
    /// What could not be read.
    pub refusals: Vec<Refusal>,
    /// Rows seen, accepted or refused.
    pub rows: usize,
}

/// One importer: a way of turning bytes into commands.
pub struct Importer {
    /// Its name in `--as NAME`.
    pub name: &'static str,
    /// What it reads, in Chinese and English.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The work.
    pub read: fn(&[InputFile], &Limits) -> Reading,
}

/// The table of importers.
pub static IMPORTERS: &[Importer] = &[Importer {
    name: "csv",
    zh: "本系统的 CSV 文件夹（docs/import-format.md）",
    en: "folders of CSV files in the format of docs/import-format.md",
    read: read_folder,
}];

/// The most an importer takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes a file.
    pub file_bytes: usize,
    /// Bytes a cell.
    pub cell_bytes: usize,
    /// Columns a file.
    pub columns: usize,
}
