//! `innograph export --all DIR`: everything that a store says, in the import format, so that an import into an
//! empty store gives the same again, ids included. Whole or not at all: the folder has its name once every file
//! of it is written.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::exit;
use super::failure::Failure;
use crate::api::types::fact::moment;
use crate::config::Limits;
use crate::domain::Table;
use crate::domain::table::{Cell, Column};
use crate::engine::{self, now_ms};
use crate::export::{self, Format};
use crate::graph::{DIGEST_VERSION, State};
use crate::intake::{self, Rows, STORE_FORM, STORE_MANIFEST};
use crate::ledger::{parent, replace_file, sync_directory};

/// Who may read what goes out: whoever wrote it.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// How much of a table goes into one file: well below what an import takes.
#[derive(Clone, Copy, Debug)]
struct Part {
    cells: usize,
    bytes: usize,
}

impl Part {
    fn of(format: Format, limits: &intake::Limits) -> Self {
        match format {
            Format::Xlsx => Part { cells: limits.workbook_cells / 8, bytes: limits.workbook_bytes / 16 },
            _ => Part { cells: usize::MAX, bytes: limits.file_bytes / 8 },
        }
    }
}

/// Rows of a table that are not in a file yet.
struct Pending {
    stem: &'static str,
    columns: Vec<Column>,
    table: Table,
    bytes: usize,
    parts: usize,
}

struct Writing<'o> {
    folder: &'o Path,
    format: Format,
    part: Part,
    pending: Vec<Pending>,
    files: Vec<serde_json::Value>,
    rows: usize,
}

/// Write everything into a folder that is not there yet. Answers what to tell.
pub fn whole(data: &Path, limits: &Limits, folder: &Path, format: Format) -> Result<String, Failure> {
    if !matches!(format, Format::Csv | Format::Xlsx) {
        return Err(Failure::new(
            "EXPORT_USAGE",
            exit::USAGE,
            "整库导出的格式是 csv 或 xlsx。",
            "A whole store goes out as csv or xlsx.",
        ));
    }
    let state = engine::inspect(data).map_err(|error| Failure::store(&error))?.state;
    let part = beside(folder);
    for taken in [folder, &part] {
        if taken.exists() {
            let shown = taken.display();
            return Err(Failure::new(
                "EXPORT_USAGE",
                exit::USAGE,
                format!("{shown} 已经存在。请换一个文件夹，或先移走它。"),
                format!("{shown} is there already. Choose another folder, or move it away."),
            ));
        }
    }
    let made = DirBuilder::new().mode(FOLDER_MODE).create(&part);
    made.map_err(|cause| Failure::system(&part, &cause))?;
    let written = write(&state, limits, (&part, format)).and_then(|told| {
        std::fs::rename(&part, folder).map_err(|cause| Failure::system(folder, &cause))?;
        sync_directory(parent(folder)).map_err(|cause| Failure::system(folder, &cause))?;
        Ok(told)
    });
    if written.is_err() {
        // What was begun is of no use to anybody.
        let _ = std::fs::remove_dir_all(&part);
    }
    written.map(|told| format!("已写出 written: {} {told}", folder.display()))
}

fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn write(state: &State, limits: &Limits, (folder, format): (&Path, Format)) -> Result<String, Failure> {
    let rows = Rows::default();
    let fresh = |(stem, columns): (&'static str, Vec<Column>)| {
        let table = Table::new(stem, columns.clone());
        Pending { stem, columns, table, bytes: 0, parts: 0 }
    };
    let pending = rows.tables().map(fresh).collect();
    let part = Part::of(format, &limits.intake());
    let mut writing = Writing { folder, format, part, pending, files: Vec::new(), rows: 0 };
    for kept in state.whole() {
        if let Some((table, row)) = rows.row(&kept) {
            writing.push(table, row)?;
        }
    }
    for table in 0..writing.pending.len() {
        writing.flush(table)?;
    }
    let omitted = state.omitted().plain_texts_of_people;
    let digest = state.content_digest().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let manifest = json!({
        "form": STORE_FORM,
        "store": state.name().unwrap_or_default(),
        "sequence": state.sequence(),
        "knownAt": null,
        "madeAt": moment(now_ms()),
        "format": format.row().name,
        "contentDigest": format!("blake3:{digest}"),
        "digestVersion": DIGEST_VERSION,
        "people": "ciphertext",
        "omitted": { "plainTextsOfPeople": omitted },
        "rows": writing.rows,
        "files": writing.files,
    });
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n";
    put(&folder.join(STORE_MANIFEST), text.as_bytes())?;
    let left = match omitted {
        0 => String::new(),
        count => format!("；早期账本中未加密的个人信息 {count} 处没有导出 · {count} plain texts of people left out"),
    };
    Ok(format!("{} 行 rows, {} 个文件 files{left}", writing.rows, writing.files.len()))
}

impl Writing<'_> {
    fn push(&mut self, table: usize, row: Vec<Cell>) -> Result<(), Failure> {
        let Some(pending) = self.pending.get_mut(table) else { return Ok(()) };
        let text = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 16 };
        pending.bytes += row.iter().filter(|cell| !cell.is_empty()).map(text).sum::<usize>();
        pending.table.push(row);
        let cells = (pending.table.rows().len() + 1) * pending.columns.len();
        if cells > self.part.cells || pending.bytes > self.part.bytes { self.flush(table) } else { Ok(()) }
    }

    /// Write what there is of a table as one file.
    fn flush(&mut self, table: usize) -> Result<(), Failure> {
        let Some(pending) = self.pending.get_mut(table) else { return Ok(()) };
        if pending.table.rows().is_empty() {
            return Ok(());
        }
        pending.parts += 1;
        let number = if pending.parts == 1 { String::new() } else { format!("-{}", pending.parts) };
        let name = format!("{}{number}.{}", pending.stem, self.format.row().ending);
        let table = std::mem::replace(&mut pending.table, Table::new(pending.stem, pending.columns.clone()));
        pending.bytes = 0;
        let bytes = export::plain_table(&table, self.format).map_err(|unfit| {
            let (zh, en) = unfit.told();
            Failure::new(unfit.code(), exit::REFUSED, format!("{name}：{zh}"), format!("{name}: {en}"))
        })?;
        put(&self.folder.join(&name), &bytes)?;
        let (rows, hash) = (table.rows().len(), format!("sha256:{}", export::file_hash(&bytes)));
        self.rows += rows;
        self.files.push(json!({ "name": name, "rows": rows, "bytes": bytes.len(), "fileHash": hash }));
        Ok(())
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace_file(path, bytes, FILE_MODE).map_err(|cause| Failure::system(path, &cause))
}
