//! A copy of a ledger that somebody may be writing, in this process or another.
//!
//! How it is consistent, and why it ends: SQLite copies page by page, and begins anew whenever
//! another process changes the source between two steps; under constant writing it would never
//! end. So one read transaction is held from the first page to the last. In a write-ahead log that
//! is one moment, which no writer changes and no writer waits for; the copy holds as many pages as
//! that moment has, and no step can begin anew. What it costs: the log of the source is not cut
//! before the copy is done, so it grows by what is written meanwhile.
//!
//! The copy comes into being under another name and gets its own only when it is whole and synced.
//! Its entries are not verified; who opens it verifies them.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::tables::{Tables, fault};
use super::witness::{self, Witness, sync_directory};
use super::{Head, LedgerError, connection};

/// Pages between two words on how far it is: a megabyte at SQLite's usual page.
const PAGES_A_STEP: i32 = 256;

/// Copy a ledger into a new file, with a witness of its own, and say where the copy stands.
/// `progress` is told pages done and pages in all, and answers whether to go on.
pub fn copy_ledger(
    source: &Path,
    target: &Path,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Head, LedgerError> {
    let name = target.display().to_string();
    // A witness without its ledger is no empty place either: it says that a ledger is missing.
    for taken in [target.to_owned(), target.with_extension(witness::EXTENSION)] {
        if taken.symlink_metadata().is_ok() {
            return Err(LedgerError::Exists { file: taken.display().to_string() });
        }
    }
    // The witness first: whatever it knows is in the ledger by then.
    let known = Witness::beside(source)?;
    connection::refuse_emptied(source, &known)?;
    let tables = connection::inspect(connect(source)?, source, &known)?;
    let failed = |cause| tables.fault("copy", 1, cause);
    let moment = tables.connection.unchecked_transaction().map_err(failed)?;
    let head = connection::compare(&tables, &known)?;
    let part = with_ending(target, ".part");
    remove(&part);
    let copied = pages(&tables, &part, &name, progress)
        .and_then(|()| settle(&part, target).map_err(|cause| LedgerError::of_file("sync the copy", &name, &cause)))
        .and_then(|()| Witness::forgotten(target).make(head));
    if copied.is_err() {
        remove(&part);
        remove(target);
    }
    drop(moment);
    copied.map(|()| head)
}

/// As one who reads beside a writer; where the directory does not let one in that way, as one who
/// reads a file that nobody writes.
fn connect(source: &Path) -> Result<Connection, LedgerError> {
    let first = |connection: rusqlite::Result<Connection>| -> rusqlite::Result<Connection> {
        let connection = connection?;
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        Ok(connection)
    };
    let file = source.display().to_string();
    let failed = |cause: rusqlite::Error| fault("open", &file, 1, &cause);
    match first(connection::beside(source)) {
        Err(cause)
            if matches!(
                cause.sqlite_error_code(),
                Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly)
            ) =>
        {
            if connection::has_log(source) {
                return Err(LedgerError::Unfolded { file });
            }
            first(connection::immutable(source)).map_err(failed)
        }
        connected => connected.map_err(failed),
    }
}

fn pages(
    tables: &Tables,
    part: &Path,
    name: &str,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(), LedgerError> {
    let failed = |cause| fault("copy", name, 1, &cause);
    let mut made = Connection::open(part).map_err(failed)?;
    // No journal and no sync on the way: what is not whole is thrown away, and it is synced at last.
    made.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;").map_err(failed)?;
    let backup = Backup::new(&tables.connection, &mut made).map_err(failed)?;
    loop {
        let step = backup.step(PAGES_A_STEP).map_err(failed)?;
        let (left, all) = (backup.progress().remaining, backup.progress().pagecount);
        let all = u64::try_from(all).unwrap_or(0);
        let done = all.saturating_sub(u64::try_from(left).unwrap_or(0));
        match step {
            _ if !progress(done, all) => return Err(LedgerError::Cancelled { file: name.to_owned() }),
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // The read transaction is held and nobody else knows the copy: nothing to wait for.
            _ => {
                let cause = "somebody else has locked it".to_owned();
                return Err(LedgerError::Engine { operation: "copy", file: name.to_owned(), cause });
            }
        }
    }
}

fn settle(part: &Path, target: &Path) -> std::io::Result<()> {
    File::open(part)?.sync_all()?;
    std::fs::rename(part, target)?;
    sync_directory(target)
}

/// Remove a file of a copy that did not come about, and what SQLite may have put beside it.
fn remove(file: &Path) {
    for ending in ["", "-journal", "-wal", "-shm"] {
        // What cannot be removed is replaced by the next copy.
        let _ = std::fs::remove_file(with_ending(file, ending));
    }
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
