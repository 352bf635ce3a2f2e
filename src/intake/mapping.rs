//! A saved mapping: how tables that were made elsewhere head their columns. It says what a person would
//! otherwise change in the file by hand, and nothing about what a value means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::encoding::Declared;
use super::subject::Subject;

/// What is known of files before they are opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// By the name of the file or the sheet.
    pub tables: BTreeMap<String, TableMapping>,
}

/// What is known of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableMapping {
    /// Which table of the import format it is: `enterprises` or 企业. Its own name where nothing is given.
    pub table: Option<String>,
    /// The encoding of a text file, where its bytes do not tell: utf-8, gb18030, utf-16le, utf-16be.
    pub encoding: Option<String>,
    /// The line of the headers, counted from 1; lines above it are passed over.
    pub header_line: Option<u64>,
    /// Header in the file → column of the import format, in either language; a unit stays in brackets
    /// behind it: `营收 = "revenue（万元）"`.
    pub columns: BTreeMap<String, String>,
    /// Headers whose columns are passed over.
    pub ignore: Vec<String>,
    /// Column → what its cells hold where they are empty or the column is not there.
    pub defaults: BTreeMap<String, String>,
}

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// An encoding that is none.
    #[error(
        "映射中的编码“{0}”不认识，可用：utf-8、gb18030、utf-16le、utf-16be。Unknown encoding “{0}” in the mapping; known: utf-8, gb18030, utf-16le, utf-16be"
    )]
    Encoding(String),
    /// A table that is none.
    #[error("映射中的表“{0}”不是导入格式的表。“{0}” in the mapping is no table of the import format")]
    Table(String),
}

impl Mapping {
    /// Does it name what there is?
    pub fn check(&self) -> Result<(), MappingError> {
        let mut encodings = self.tables.values().filter_map(|table| table.encoding.as_ref());
        if let Some(name) = encodings.find(|name| Declared::named(name).is_none()) {
            return Err(MappingError::Encoding(name.clone()));
        }
        let named = self.tables.values().filter_map(|table| table.table.as_ref());
        match named.into_iter().find(|name| subject_of(name).is_none()) {
            Some(name) => Err(MappingError::Table(name.clone())),
            None => Ok(()),
        }
    }

    pub(super) fn declared(&self, file: &str) -> Option<Declared> {
        self.of_table(file)?.encoding.as_deref().and_then(Declared::named)
    }

    pub(super) fn of_table(&self, name: &str) -> Option<&TableMapping> {
        self.tables.get(name)
    }
}

/// The table of a name: `enterprises.csv`, `enterprises`, 企业 or 企业.csv; `enterprises-2.csv` is more of it.
pub fn subject_of(name: &str) -> Option<Subject> {
    let name = name.trim();
    let stem = ["csv", "txt", "tsv", "xlsx", "xlsm"].iter().find_map(|ending| name.strip_suffix(&format!(".{ending}")));
    let stem = stem.unwrap_or(name);
    let numbered = stem.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok());
    let stem = numbered.map_or(stem, |(first, _)| first);
    let all = Subject::all().into_iter();
    all.into_iter().find_map(|(file, subject)| {
        let is_it = file.strip_suffix(".csv") == Some(stem) || subject.label_zh() == stem;
        is_it.then_some(subject)
    })
}
