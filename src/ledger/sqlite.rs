//! A ledger in one SQLite file: write-ahead log, every commit synced (`synchronous=FULL`).

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::witness::Witness;
use super::{Head, Ledger, LedgerError, Visit};

/// Says that a file is one of ours ("ingr").
const APPLICATION_ID: i64 = 0x696e_6772;
/// The format this code writes, in SQLite's `user_version`.
const FORMAT: i64 = 1;

/// How a ledger is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading and appending; the file is made where there is none.
    Write,
    /// Reading alone; the directory may be read-only.
    Read,
}

/// The ledger.
#[derive(Debug)]
pub struct SqliteLedger {
    connection: Connection,
    file: String,
    access: Access,
    head: Head,
    witness: Witness,
}

impl SqliteLedger {
    /// Open the file, or make it.
    pub fn open(path: &Path, access: Access) -> Result<Self, LedgerError> {
        let file = path.display().to_string();
        // An immutable file is read without its log: what is still in the log would be missing.
        let log = std::path::PathBuf::from(format!("{file}-wal"));
        if access == Access::Read && log.metadata().is_ok_and(|log| log.len() > 0) {
            return Err(LedgerError::Unfolded { file });
        }
        let connection = connect(path, access).map_err(|cause| engine("open", &file, cause))?;
        let seen = |cause: std::io::Error| LedgerError::Engine {
            operation: "open the witness of",
            file: file.clone(),
            cause: cause.to_string(),
        };
        let witness = Witness::open(&path.with_extension("witness"), access == Access::Write).map_err(seen)?;
        let witnessed = witness.read().map_err(seen)?;
        let mut ledger = Self { connection, file: file.clone(), access, head: Head::EMPTY, witness };
        ledger.prepare()?;
        ledger.head = ledger.stored_head()?;
        match witnessed {
            Some(witnessed) => {
                ledger.compare(witnessed)?;
                // Committed, but not yet witnessed when the process died: from now on it counts.
                if ledger.head.sequence > witnessed.sequence {
                    ledger.witness.write(ledger.head).map_err(seen)?;
                }
            }
            // A store from before the witness, or one whose witness was lost: what is there counts.
            None => ledger.witness.write(ledger.head).map_err(seen)?,
        }
        Ok(ledger)
    }

    fn prepare(&self) -> Result<(), LedgerError> {
        let failed = |cause| engine("prepare", &self.file, cause);
        let pragma = |name: &str| -> Result<i64, LedgerError> {
            self.connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failed)
        };
        let (application, format) = (pragma("application_id")?, pragma("user_version")?);
        let tables: i64 =
            self.connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(failed)?;
        if tables > 0 && application != APPLICATION_ID {
            return Err(LedgerError::Foreign {
                file: self.file.clone(),
                reason: "it belongs to another program".into(),
            });
        }
        if format > FORMAT {
            let reason = format!("its format is {format}, this program knows {FORMAT}; use the newer program");
            return Err(LedgerError::Foreign { file: self.file.clone(), reason });
        }
        if self.access == Access::Read {
            return Ok(());
        }
        self.connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;").map_err(failed)?;
        if tables > 0 {
            return Ok(());
        }
        self.connection
            .execute_batch(&format!(
                "PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={FORMAT};
                 CREATE TABLE entries (
                     sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
            ))
            .map_err(failed)
    }

    fn stored_head(&self) -> Result<Head, LedgerError> {
        let last = self
            .connection
            .query_row("SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional();
        match last {
            Ok(None) => Ok(Head::EMPTY),
            Ok(Some((sequence, hash))) => {
                let sequence = u64::try_from(sequence).unwrap_or(0);
                let hash = hash.try_into().map_err(|_| self.damaged(sequence, "its hash has the wrong length"))?;
                Ok(Head { sequence, hash })
            }
            Err(cause) => Err(engine("read the head", &self.file, cause)),
        }
    }

    /// What was acknowledged must be there.
    fn compare(&self, witnessed: Head) -> Result<(), LedgerError> {
        let (file, found) = (self.file.clone(), self.head.sequence);
        if found < witnessed.sequence {
            return Err(LedgerError::Shortened { file, found, witnessed: witnessed.sequence });
        }
        if witnessed.sequence == 0 {
            return Ok(());
        }
        let place = i64::try_from(witnessed.sequence).unwrap_or(i64::MAX);
        let stored: Vec<u8> = self
            .connection
            .query_row("SELECT hash FROM entries WHERE sequence = ?1", params![place], |row| row.get(0))
            .map_err(|cause| engine("compare with the witness", &self.file, cause))?;
        if stored == witnessed.hash {
            return Ok(());
        }
        Err(self.damaged(witnessed.sequence, "its hash is not the one that was acknowledged"))
    }

    fn damaged(&self, sequence: u64, reason: &str) -> LedgerError {
        LedgerError::Damaged { file: self.file.clone(), sequence, reason: reason.to_owned() }
    }
}

impl Ledger for SqliteLedger {
    fn head(&self) -> Head {
        self.head
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        let failed = |cause| engine("read", &self.file, cause);
        let mut statement = self
            .connection
            .prepare("SELECT sequence, body, hash FROM entries WHERE sequence > ?1 ORDER BY sequence")
            .map_err(failed)?;
        let start = i64::try_from(after.sequence).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![start]).map_err(failed)?;
        let mut head = after;
        while let Some(row) = rows.next().map_err(failed)? {
            let sequence = row.get::<_, i64>(0).map_err(failed)?;
            let body = row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
            let hash = row.get_ref(2).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
            let next = head.after(body);
            if u64::try_from(sequence) != Ok(next.sequence) {
                return Err(self.damaged(next.sequence, "the entry is missing"));
            }
            if hash != next.hash {
                return Err(self.damaged(next.sequence, "its body does not fit its hash"));
            }
            visit(next.sequence, body)?;
            head = next;
        }
        Ok(head)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        if self.access == Access::Read {
            return Err(LedgerError::ReadOnly);
        }
        let file = self.file.clone();
        let failed = |cause| engine("append", &file, cause);
        let transaction =
            self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        let last: i64 = transaction
            .query_row("SELECT coalesce(max(sequence), 0) FROM entries", [], |row| row.get(0))
            .map_err(failed)?;
        if expected != self.head || u64::try_from(last) != Ok(expected.sequence) {
            drop(transaction);
            self.head = self.stored_head()?;
            return Err(LedgerError::Moved { found: self.head });
        }
        let mut head = expected;
        {
            let mut insert = transaction
                .prepare("INSERT INTO entries (sequence, body, hash) VALUES (?1, ?2, ?3)")
                .map_err(failed)?;
            for body in bodies {
                head = head.after(body);
                let sequence = i64::try_from(head.sequence).unwrap_or(i64::MAX);
                insert.execute(params![sequence, body, head.hash.as_slice()]).map_err(failed)?;
            }
        }
        transaction.commit().map_err(failed)?;
        self.witness.write(head).map_err(|cause| LedgerError::Engine {
            operation: "sync the witness of",
            file: self.file.clone(),
            cause: cause.to_string(),
        })?;
        self.head = head;
        Ok(head)
    }
}

fn connect(path: &Path, access: Access) -> rusqlite::Result<Connection> {
    match access {
        Access::Write => Connection::open(path),
        Access::Read => {
            // `immutable`: a read-only directory has no room for the lock files of the log.
            let text = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(format!("file:{text}?immutable=1"), flags)
        }
    }
}

fn engine(operation: &'static str, file: &str, cause: rusqlite::Error) -> LedgerError {
    if cause.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
        return LedgerError::Full { file: file.to_owned() };
    }
    LedgerError::Engine { operation, file: file.to_owned(), cause: cause.to_string() }
}
