//! Ways into a SQLite file, and what is asked of it before anything is written: is it a ledger, of
//! a format that is known, and does it hold all that was acknowledged?

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::durable::{parent, sync_directory};
use super::tables::{MAKE_BLOCKS, MAKE_ENTRIES, Tables, fault};
use super::witness::Witness;
use super::{Head, LedgerError};

/// Says that a file is one of ours ("ingr").
const APPLICATION_ID: i64 = 0x696e_6772;
/// The format this code writes, in SQLite's `user_version`. 1: entries. 2: blocks before them.
const FORMAT: i64 = 2;
/// What a connection that writes is set to. The log is folded in after 1,000 pages, by the commit
/// that reaches them, and cut afterwards: both bounded, and one sync a commit otherwise.
const WRITING: &str = "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000;
    PRAGMA journal_size_limit=16777216; PRAGMA temp_store=MEMORY;";
/// Damaged bytes are to be found where they are, and never to be obeyed.
const WARY: &str = "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;";

/// Open for the writer. Until [`make_ready`], closing it leaves the log as it was found: in a
/// refused ledger it may hold what somebody can still save.
pub(super) fn writing(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(connection)
}

/// Open a file that somebody else may be writing. It could write, which the log's index needs, but
/// is told not to; the log stays as it is, also where it is the last to go.
pub(super) fn beside(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch("PRAGMA query_only=ON;")?;
    Ok(connection)
}

/// Open a file that somebody else may be writing, and change nothing, whatever is found.
pub(super) fn watching(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Open a file that nobody writes: a read-only directory has no room for the lock files of the log.
/// What is still in the log is not seen; see [`has_log`].
pub(super) fn immutable(path: &Path) -> rusqlite::Result<Connection> {
    let text = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(format!("file:{text}?immutable=1"), flags)
}

/// Are there entries that are not yet folded into the file?
pub(super) fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log).metadata().is_ok_and(|log| log.len() > 0)
}

/// Said before anything is opened: SQLite would take an emptied file for a new one.
pub(super) fn refuse_emptied(path: &Path, witness: &Witness) -> Result<(), LedgerError> {
    match (path.metadata().map_or(0, |found| found.len()), witness.known()) {
        (0, Some(known)) => {
            Err(LedgerError::Shortened { file: path.display().to_string(), found: 0, witnessed: known.sequence })
        }
        _ => Ok(()),
    }
}

/// Make SQLite keep a log. It commits the change after it has given its row, so only whoever asks
/// for the row after that hears that it failed; it would go on with a rollback journal, where the
/// end of a transaction is the removal of a file that nobody syncs.
fn keep_a_log(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA journal_mode=WAL")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode == "wal" { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Bytes of a ledger that holds nothing yet are fewer.
const MOST_OF_NOTHING: u64 = 64 * 1024;

/// Was the making of this file cut short? Nothing was ever acknowledged, as its witness says, which is
/// synced before the file is begun; so whatever of it has come to the disk may be thrown away.
pub(super) fn is_unfinished(path: &Path, witness: &Witness) -> bool {
    witness.is_of_nothing() && path.metadata().is_ok_and(|file| file.len() <= MOST_OF_NOTHING)
}

/// Take away what there is of a file that was never finished, with what SQLite keeps beside it.
pub(super) fn clear_away(path: &Path) -> std::io::Result<()> {
    for ending in ["", "-journal", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        match std::fs::remove_file(PathBuf::from(file)) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
    }
    sync_directory(parent(path))
}

/// A ledger that holds nothing, for whoever may not write one.
pub(super) fn nothing(path: &Path) -> Result<Tables, LedgerError> {
    let file = path.display().to_string();
    let connection = Connection::open_in_memory().map_err(|cause| fault("open", &file, 1, &cause))?;
    Ok(Tables { connection, file, format: 0, blocks: false })
}

/// The tables of a file, if it is a ledger. Nothing is written.
pub(super) fn inspect(connection: Connection, path: &Path, witness: &Witness) -> Result<Tables, LedgerError> {
    let file = path.display().to_string();
    let failed = |cause| fault("open", &file, 1, &cause);
    connection.execute_batch(WARY).map_err(failed)?;
    let number =
        |query: &str| -> Result<i64, LedgerError> { connection.query_row(query, [], |row| row.get(0)).map_err(failed) };
    let tables = number("SELECT count(*) FROM sqlite_master")?;
    let blocks = number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'blocks'")? > 0;
    let (application, format) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    if tables == 0 {
        // Not even the tables are left of what was acknowledged.
        return match witness.known() {
            Some(known) => Err(LedgerError::Shortened { file, found: 0, witnessed: known.sequence }),
            None => Ok(Tables { connection, file, format: 0, blocks }),
        };
    }
    if application != APPLICATION_ID && witness.known().is_none() {
        return Err(LedgerError::Foreign { file, reason: "it belongs to another program".into() });
    }
    if application != APPLICATION_ID || format <= 0 {
        let reason = "it does not say that it is a ledger, though its witness does".to_owned();
        return Err(LedgerError::Damaged { file, sequence: 1, reason });
    }
    if format > FORMAT {
        let reason = format!("its format is {format}, this program knows {FORMAT}; use the newer program");
        return Err(LedgerError::Foreign { file, reason });
    }
    Ok(Tables { connection, file, format, blocks })
}

/// The stored head, if all that was acknowledged is there.
pub(super) fn compare(tables: &Tables, witness: &Witness) -> Result<Head, LedgerError> {
    let located = |error| tables.located(error);
    let head = tables.head().map_err(located)?;
    let Some(witnessed) = witness.head(tables.format, head == Head::EMPTY)? else { return Ok(head) };
    if head.sequence < witnessed.sequence {
        let (file, found) = (tables.file.clone(), head.sequence);
        return Err(LedgerError::Shortened { file, found, witnessed: witnessed.sequence });
    }
    if tables.at(witnessed.sequence).map_err(located)? != Some(witnessed) {
        let reason = "its hash is not the one that was acknowledged";
        return Err(tables.located(tables.damaged(witnessed.sequence, reason)));
    }
    Ok(head)
}

/// Make the tables of a new file, bring an older one up to date, and let it be written.
pub(super) fn make_ready(tables: &mut Tables, path: &Path) -> Result<(), LedgerError> {
    let file = tables.file.clone();
    let failed = |cause| fault("prepare", &file, 1, &cause);
    if tables.connection.is_readonly(MAIN_DB).map_err(failed)? {
        return Err(unwritable(tables, path));
    }
    keep_a_log(&tables.connection).map_err(failed)?;
    tables.connection.execute_batch(WRITING).map_err(failed)?;
    if tables.format < FORMAT {
        let entries = if tables.format == 0 { MAKE_ENTRIES } else { "" };
        // All or nothing: a crash leaves the file as it was.
        let change =
            format!("PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={FORMAT}; {entries} {MAKE_BLOCKS}");
        let transaction = tables.connection.transaction().map_err(failed)?;
        transaction.execute_batch(&change).and_then(|()| transaction.commit()).map_err(failed)?;
        (tables.format, tables.blocks) = (FORMAT, true);
    }
    tables.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    Ok(())
}

/// SQLite takes a file for read-only as well when the byte that says how to write it is damaged.
fn unwritable(tables: &Tables, path: &Path) -> LedgerError {
    const WRITE_VERSION_AT: usize = 18;
    let version = std::fs::read(path).ok().and_then(|bytes| bytes.get(WRITE_VERSION_AT).copied());
    match version {
        Some(version) if version > 2 => tables.damaged(1, "its header says that it cannot be written"),
        _ => LedgerError::ReadOnly,
    }
}
