//! Importers: bytes → rows → commands, and refusals that name file, line and column.
//!
//! Pure: bytes come in, nothing is read from disk here. What a command means is `decide`'s affair;
//! an importer only says what a file says.

mod archive;
mod cell;
mod collaborations;
mod date;
mod draft;
mod encoding;
mod example;
mod folder;
mod header;
mod kept;
mod mapping;
mod marked;
mod number;
mod registry;
mod report;
mod sheet;
mod store;
mod subject;
mod table;
mod template;
mod unit;
mod workbook;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use collaborations::walk_collaborations;
pub use folder::{read_folder, read_tables, walk_tables};
pub use mapping::{Mapping, MappingError, TableMapping, subject_of};
pub use marked::marked;
pub use registry::walk_registry;
pub use report::{Report, Told, Tried, Warning, report};
pub use store::{STORE_FORM, STORE_MANIFEST};
pub use subject::{Column, Shape, Subject};
pub use template::template;
pub use written::Rows;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Folder and file, and the sheet of a workbook behind `#`.
    pub file: Arc<str>,
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
    /// What stands there, where one cell is meant; clipped. Nothing where it may be something of a person.
    pub value: Option<String>,
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
    /// Commands in the order in which they can be carried out, each with its place, where they were gathered.
    pub commands: Vec<(Place, Command)>,
    /// What could not be read, as far as it is told.
    pub refusals: Vec<Refusal>,
    /// Refusals beyond those.
    pub untold: usize,
    /// Rows seen, accepted or refused.
    pub rows: usize,
    /// Those of them that gave no command.
    pub refused_rows: usize,
    /// The tables, in the order in which they were handed in.
    pub tables: Vec<(Arc<str>, Subject)>,
    /// Keys of things and sources whose rows were refused, and where: what refers to them waits for them.
    pub refused_keys: BTreeMap<String, Place>,
    /// The name of the store that was exported, where that is what the files are.
    pub store: Option<String>,
}

impl Reading {
    /// Forget refusals beyond so many; they are counted.
    fn bound(&mut self, most: usize) {
        // One stays in any case: it is what stops an import.
        let most = most.max(1);
        self.untold += self.refusals.len().saturating_sub(most);
        self.refusals.truncate(most);
    }
}

/// One importer: a way of turning bytes into commands.
pub struct Importer {
    /// Its name in `--as NAME`.
    pub name: &'static str,
    /// What it reads, in Chinese and English.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The work: every command is shown in the order in which they can be carried out, and none is kept.
    pub walk: fn(&[InputFile], &Mapping, &Limits, Take<'_>) -> Reading,
}

/// Is shown each command with its place, and says whether to go on.
pub type Take<'t> = &'t mut dyn FnMut(Place, Command) -> bool;

impl Importer {
    /// Read files as one data set, the commands gathered: where there is room for all of them.
    pub fn read(&self, files: &[InputFile], mapping: &Mapping, limits: &Limits) -> Reading {
        let mut commands = Vec::new();
        let reading = (self.walk)(files, mapping, limits, &mut |place, command| {
            commands.push((place, command));
            true
        });
        Reading { commands, ..reading }
    }

    /// Digest of what this importer reads out of the files: the same input always has the same one.
    pub fn digest(&self, files: &[InputFile], mapping: &Mapping) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.name.as_bytes());
        hasher.update(&digest(files, mapping));
        *hasher.finalize().as_bytes()
    }

    /// The commands of these numbers, which are in order, and their places: read once more, up to the last of them.
    pub fn pick(&self, input: (&[InputFile], &Mapping, &Limits), numbers: &[usize]) -> (Vec<Place>, Vec<Command>) {
        let ((files, mapping, limits), mut here, mut found) = (input, 0, Vec::with_capacity(numbers.len()));
        if !numbers.is_empty() {
            (self.walk)(files, mapping, limits, &mut |place, command| {
                if numbers.get(found.len()) == Some(&here) {
                    found.push((place, command));
                }
                here += 1;
                found.len() < numbers.len()
            });
        }
        found.into_iter().unzip()
    }
}

/// Digest of an input: names and bytes of the files, and what is known of them. The same input always has
/// the same one.
pub fn digest(files: &[InputFile], mapping: &Mapping) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        for part in [file.name.as_bytes(), &file.bytes] {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
    }
    // A mapping is maps in order of their keys, so that its text is always the same.
    hasher.update(serde_json::to_string(mapping).unwrap_or_default().as_bytes());
    *hasher.finalize().as_bytes()
}

/// The table of importers.
pub static IMPORTERS: &[Importer] = &[
    Importer {
        name: "csv",
        zh: "本系统导入格式的 CSV 或 XLSX（docs/import-format.md）",
        en: "tables in CSV or XLSX, in the format of docs/import-format.md",
        walk: walk_tables,
    },
    Importer {
        name: "ror",
        zh: "ROR 研究机构登记数据（JSON，v1 或 v2，可为 gzip）",
        en: "dumps of the Research Organization Registry (JSON, v1 or v2, also packed by gzip)",
        walk: walk_registry,
    },
    Importer {
        name: "collaborations",
        zh: "机构、合作、参加各一张表（CSV、TSV、JSON 行，可为 gzip），或只有连边的一张表",
        en: "tables of organisations, collaborations and who took part (CSV, TSV or JSON lines, also packed by gzip), or edge lists",
        walk: walk_collaborations,
    },
];

/// The most an importer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes a file.
    pub file_bytes: usize,
    /// Bytes a cell.
    pub cell_bytes: usize,
    /// Columns a file.
    pub columns: usize,
    /// Bytes of a workbook once it is inflated.
    pub workbook_bytes: usize,
    /// Entries of a workbook's archive.
    pub workbook_parts: usize,
    /// Cells of a workbook, and texts that its cells share.
    pub workbook_cells: usize,
    /// Refusals that are told one by one; the others are counted.
    pub refusals: usize,
}

impl Limits {
    /// Those of the settings, where nobody has changed them.
    pub const DEFAULT: Limits = Limits {
        file_bytes: 1024 * 1024 * 1024,
        cell_bytes: 64 * 1024,
        columns: 200,
        workbook_bytes: 64 * 1024 * 1024,
        workbook_parts: 1_000,
        workbook_cells: 2_000_000,
        refusals: 1_000,
    };
}

#[cfg(test)]
mod tests;
