//! The tables of a SQLite ledger, as they are read: blocks first, then entries, one hash chain over
//! both. Whatever cannot be read is damage with a place, never a shorter ledger.

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, params};

use super::block::Block;
use super::{Head, LedgerError, Visit};

/// Makes the table of blocks, where there is none.
pub(super) const MAKE_BLOCKS: &str = "CREATE TABLE IF NOT EXISTS blocks (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, hash BLOB NOT NULL, raw INTEGER NOT NULL,
    sum BLOB NOT NULL, packed BLOB NOT NULL) STRICT;";
/// Makes the table of entries.
pub(super) const MAKE_ENTRIES: &str = "CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;";

const LAST_ENTRY: &str = "SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1";
const LAST_BLOCK: &str = "SELECT last, hash FROM blocks ORDER BY first DESC LIMIT 1";
const BLOCK_BEFORE: &str = "SELECT last, hash FROM blocks WHERE first < ?1 ORDER BY first DESC LIMIT 1";
const ENTRY: &str = "SELECT sequence, hash FROM entries WHERE sequence = ?1";
/// From the block that holds this entry on, or from the first after it.
const BLOCKS_FROM: &str = "SELECT first, last, hash, raw, sum, packed FROM blocks
    WHERE first >= (SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?1) ORDER BY first";
/// What is not packed, from here on.
pub(super) const ENTRIES_AFTER: &str = "SELECT sequence, body, hash FROM entries WHERE sequence > ?1 ORDER BY sequence";

/// One connection and what is known of it.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) connection: Connection,
    pub(super) file: String,
    /// 0 where there are no tables yet.
    pub(super) format: i64,
    /// Are there blocks? Not in format 1.
    pub(super) blocks: bool,
}

impl Tables {
    /// The stored head.
    pub(super) fn head(&self) -> Result<Head, LedgerError> {
        let _moment = self.moment()?;
        self.stored_head()
    }

    /// The hash up to one entry.
    pub(super) fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        if sequence == 0 || self.format == 0 {
            return Ok((sequence == 0).then_some(Head::EMPTY));
        }
        let _moment = self.moment()?;
        if let Some(head) = self.one("read an entry", sequence, ENTRY, sequence)? {
            return Ok(Some(head));
        }
        if self.stored_head()?.sequence < sequence {
            return Ok(None);
        }
        self.at_in_block(sequence)
    }

    /// Visit every entry after `after`, each verified.
    pub(super) fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        if self.format == 0 {
            return Ok(after);
        }
        // One moment for both tables: packing moves entries from one to the other.
        let _moment = self.moment()?;
        let mut head = after;
        if self.blocks {
            self.read_blocks(&mut head, visit)?;
        }
        self.read_entries(&mut head, visit)?;
        let stored = self.stored_head()?;
        if head.sequence < stored.sequence {
            return Err(self.damaged(head.sequence + 1, "the entry is missing"));
        }
        Ok(head)
    }

    fn read_blocks(&self, head: &mut Head, visit: Visit<'_>) -> Result<(), LedgerError> {
        let start = head.sequence;
        self.each("read", BLOCKS_FROM, start.saturating_add(1), head, |row, head| {
            let expected = head.sequence + 1;
            let block = block(row).map_err(|cause| self.fault("read", expected, cause))?;
            if block.last.sequence <= start {
                return Ok(());
            }
            if block.first > expected || (block.first < expected && head.sequence > start) {
                return Err(self.damaged(expected, "the entry is missing"));
            }
            // A number that does not fit its sum is not to be trusted with the place either.
            let place = block.first.clamp(1, expected);
            let bodies = block.open().map_err(|reason| self.damaged(place, reason))?;
            let known = usize::try_from(expected - block.first).unwrap_or(usize::MAX);
            let bodies: Vec<&[u8]> = bodies.iter().flatten().skip(known).collect();
            // The whole block is verified before anything of it is shown.
            if bodies.iter().fold(*head, |head, body| head.after(body)) != block.last {
                return Err(self.damaged(expected, "the bodies of its block do not fit their hash"));
            }
            for (sequence, body) in (expected..).zip(bodies) {
                visit(sequence, body)?;
            }
            *head = block.last;
            Ok(())
        })
    }

    fn read_entries(&self, head: &mut Head, visit: Visit<'_>) -> Result<(), LedgerError> {
        self.each("read", ENTRIES_AFTER, head.sequence, head, |row, head| {
            let (sequence, body, stored) = entry(row).map_err(|cause| self.fault("read", head.sequence + 1, cause))?;
            let next = self.follow(*head, sequence, body, stored)?;
            visit(next.sequence, body)?;
            *head = next;
            Ok(())
        })
    }

    /// The head after an entry, if the entry is the next one and its hash fits.
    pub(super) fn follow(&self, head: Head, sequence: i64, body: &[u8], stored: &[u8]) -> Result<Head, LedgerError> {
        let next = head.after(body);
        if u64::try_from(sequence) != Ok(next.sequence) {
            return Err(self.damaged(next.sequence, "the entry is missing"));
        }
        if stored != next.hash {
            return Err(self.damaged(next.sequence, "its body does not fit its hash"));
        }
        Ok(next)
    }

    /// Show every row of a query to `take`, which moves the head on.
    pub(super) fn each(
        &self,
        operation: &'static str,
        query: &str,
        place: u64,
        head: &mut Head,
        mut take: impl FnMut(&Row<'_>, &mut Head) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let failed = |head: &Head, cause| self.fault(operation, head.sequence + 1, cause);
        let mut statement = self.connection.prepare_cached(query).map_err(|cause| failed(head, cause))?;
        let mut rows = statement.query(params![signed(place)]).map_err(|cause| failed(head, cause))?;
        while let Some(row) = rows.next().map_err(|cause| failed(head, cause))? {
            take(row, head)?;
        }
        Ok(())
    }

    fn at_in_block(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        let missing = || self.damaged(sequence, "the entry is missing");
        if !self.blocks {
            return Err(missing());
        }
        let failed = |cause| self.fault("read a block", sequence, cause);
        let found = self
            .connection
            .prepare_cached(BLOCKS_FROM)
            .and_then(|mut statement| statement.query_row(params![signed(sequence)], block).optional())
            .map_err(failed)?;
        let block =
            found.filter(|block| (block.first..=block.last.sequence).contains(&sequence)).ok_or_else(missing)?;
        let before = self.one("read a block", block.first, BLOCK_BEFORE, block.first)?.unwrap_or(Head::EMPTY);
        let bodies = block.open().map_err(|reason| self.damaged(block.first.max(1), reason))?;
        let (mut head, mut wanted) = (before, None);
        for body in bodies.iter().flatten() {
            head = head.after(body);
            if head.sequence == sequence {
                wanted = Some(head);
            }
        }
        if head != block.last {
            return Err(self.damaged(block.first, "the bodies of its block do not fit their hash"));
        }
        Ok(wanted)
    }

    /// The last entry that stands in a block.
    pub(super) fn last_packed(&self) -> Result<Head, LedgerError> {
        if !self.blocks {
            return Ok(Head::EMPTY);
        }
        Ok(self.one("read the last block", 1, LAST_BLOCK, None)?.unwrap_or(Head::EMPTY))
    }

    fn stored_head(&self) -> Result<Head, LedgerError> {
        if self.format == 0 {
            return Ok(Head::EMPTY);
        }
        match self.one("read the head", 1, LAST_ENTRY, None)? {
            Some(head) => Ok(head),
            None => self.last_packed(),
        }
    }

    /// A head that a query finds; `trusted` is the first entry that its failing makes doubtful.
    fn one(
        &self,
        operation: &'static str,
        trusted: u64,
        query: &str,
        place: impl Into<Option<u64>>,
    ) -> Result<Option<Head>, LedgerError> {
        let failed = |cause| self.fault(operation, trusted, cause);
        let mut statement = self.connection.prepare_cached(query).map_err(failed)?;
        let place: Option<i64> = place.into().map(signed);
        let mut rows = match place {
            Some(place) => statement.query(params![place]),
            None => statement.query([]),
        }
        .map_err(failed)?;
        let row = rows.next().map_err(failed)?;
        row.map(|row| head(row, 0, 1)).transpose().map_err(failed)
    }

    /// The same error, with the first entry that cannot be trusted: the ledger is read up to it.
    pub(super) fn located(&self, error: LedgerError) -> LedgerError {
        if !matches!(error, LedgerError::Damaged { .. }) {
            return error;
        }
        match self.read(Head::EMPTY, &mut |_, _| Ok(())) {
            Err(found @ LedgerError::Damaged { .. }) => found,
            _ => error,
        }
    }

    pub(super) fn damaged(&self, sequence: u64, reason: &str) -> LedgerError {
        LedgerError::Damaged { file: self.file.clone(), sequence, reason: reason.to_owned() }
    }

    /// What the engine below said, in words of our own.
    pub(super) fn fault(&self, operation: &'static str, sequence: u64, cause: rusqlite::Error) -> LedgerError {
        fault(operation, &self.file, sequence, &cause)
    }

    /// A read transaction, so that several queries see the same moment; none within another one.
    fn moment(&self) -> Result<Option<Transaction<'_>>, LedgerError> {
        if !self.connection.is_autocommit() {
            return Ok(None);
        }
        self.connection.unchecked_transaction().map(Some).map_err(|cause| self.fault("begin to read", 1, cause))
    }
}

/// What the engine below said, in words of our own: no room, damaged bytes, or a failure.
pub(super) fn fault(operation: &'static str, file: &str, sequence: u64, cause: &rusqlite::Error) -> LedgerError {
    let file = file.to_owned();
    let code = cause.sqlite_error().copied();
    match code.map(|error| error.code) {
        Some(ErrorCode::DiskFull) => return LedgerError::Full { file },
        Some(ErrorCode::ReadOnly) => return LedgerError::ReadOnly,
        _ => {}
    }
    let damaged = match cause {
        // Every statement here is fixed and fits the tables: if it does not, the tables are not ours.
        rusqlite::Error::SqliteFailure(error, _) => matches!(
            error.code,
            ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::Unknown
                | ErrorCode::TooBig
                | ErrorCode::TypeMismatch
                | ErrorCode::ConstraintViolation
        ),
        rusqlite::Error::SqlInputError { .. }
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnIndex(..)
        | rusqlite::Error::QueryReturnedNoRows
        | rusqlite::Error::Utf8Error(..) => true,
        _ => false,
    };
    if damaged {
        let reason = format!("its bytes are not those of a ledger (seen when asked to {operation})");
        return LedgerError::Damaged { file, sequence, reason };
    }
    LedgerError::Engine { operation, file, cause: cause.to_string() }
}

/// SQLite's numbers have a sign.
pub(super) fn signed(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number = row.get::<_, i64>(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 32]> {
    let bytes = row.get_ref(column)?.as_blob()?;
    // A hash of another length is damage like a wrong one.
    bytes.try_into().map_err(|_| rusqlite::Error::InvalidColumnIndex(column))
}

fn head(row: &Row<'_>, sequence: usize, at: usize) -> rusqlite::Result<Head> {
    Ok(Head { sequence: unsigned(row, sequence)?, hash: hash(row, at)? })
}

fn block(row: &Row<'_>) -> rusqlite::Result<Block> {
    Ok(Block {
        first: unsigned(row, 0)?,
        last: head(row, 1, 2)?,
        raw_bytes: unsigned(row, 3)?,
        sum: hash(row, 4)?,
        packed: row.get_ref(5)?.as_blob()?.to_vec(),
    })
}

/// Number, body and hash of an entry.
pub(super) fn entry<'row>(row: &'row Row<'_>) -> rusqlite::Result<(i64, &'row [u8], &'row [u8])> {
    Ok((row.get(0)?, row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?))
}
