//! A ledger in one SQLite file: write-ahead log, every commit synced (`synchronous=FULL`).
//!
//! Nothing is written before the file is known to be a ledger that holds all that was acknowledged:
//! a refused file is left as it was found, its log included, for whoever restores it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior, params};

use super::block::{Block, Draft};
use super::tables::{ENTRIES_AFTER, Tables, entry, fault, signed};
use super::witness::Witness;
use super::{Head, Ledger, LedgerError, Next, Opener, Reader, UNPACKED_ENTRIES, Visit, connection};

const LAST: &str = "SELECT coalesce(max(sequence), 0) FROM entries";
const INSERT: &str = "INSERT INTO entries (sequence, body, hash) VALUES (?1, ?2, ?3)";
const INSERT_BLOCK: &str = "INSERT INTO blocks (first, last, hash, raw, sum, packed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const DELETE: &str = "DELETE FROM entries WHERE sequence <= ?1";

/// How a ledger is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading and appending; the file is made where there is none.
    Write,
    /// Reading alone; the directory may be read-only.
    Read,
    /// Reading alone, beside a process that may be writing; nothing is changed, not even a log
    /// that somebody left behind.
    Beside,
}

/// The ledger.
#[derive(Debug)]
pub struct SqliteLedger {
    tables: Tables,
    path: PathBuf,
    access: Access,
    head: Head,
    witness: Witness,
}

impl SqliteLedger {
    /// Open the file, or make it.
    pub fn open(path: &Path, access: Access) -> Result<Self, LedgerError> {
        let mut witness = Witness::beside(path)?;
        connection::refuse_emptied(path, &witness)?;
        let opened = match access {
            Access::Write => opened(path, connection::writing(path))?,
            Access::Read => folded(path)?,
            Access::Beside => opened(path, connection::watching(path))?,
        };
        let looked = |opened| {
            let tables = connection::inspect(opened, path, &witness)?;
            let head = connection::compare(&tables, &witness)?;
            Ok((tables, head))
        };
        let (mut tables, head) = match looked(opened) {
            // Damage alone: what another program or a later one has written is not ours to take away.
            Err(LedgerError::Damaged { .. }) if connection::is_unfinished(path, &witness) => match access {
                Access::Write => {
                    let cleared = connection::clear_away(path);
                    let file = || path.display().to_string();
                    cleared.map_err(|cause| LedgerError::of_file("clear away", &file(), &cause))?;
                    looked(self::opened(path, connection::writing(path))?)?
                }
                Access::Read | Access::Beside => (connection::nothing(path)?, Head::EMPTY),
            },
            looked => looked?,
        };
        if access == Access::Write {
            // First the witness, then a format that does not do without.
            witness.take_over(head)?;
            connection::make_ready(&mut tables, path)?;
        }
        Ok(Self { tables, path: path.to_owned(), access, head, witness })
    }

    /// Leave no transaction open: after any failure the next append starts from the stored head.
    fn roll_back(&mut self) {
        if !self.tables.connection.is_autocommit() {
            // If this fails as well, so does the next `BEGIN`, and says why.
            let _ = self.tables.connection.execute_batch("ROLLBACK");
        }
    }

    fn insert(&mut self, expected: Head, next: Next<'_>) -> Result<Option<Head>, LedgerError> {
        let tables = &mut self.tables;
        let (file, place) = (tables.file.clone(), expected.sequence + 1);
        let failed = |cause| fault("append", &file, place, &cause);
        let transaction =
            tables.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let last: i64 = transaction
            .prepare_cached(LAST)
            .and_then(|mut last| last.query_row([], |row| row.get(0)))
            .map_err(failed)?;
        if last != signed(expected.sequence) {
            return Ok(None);
        }
        let mut head = expected;
        {
            let mut insert = transaction.prepare_cached(INSERT).map_err(failed)?;
            while let Some(body) = next(head)? {
                head = head.after(&body);
                insert.execute(params![signed(head.sequence), body, head.hash.as_slice()]).map_err(failed)?;
            }
        }
        transaction.commit().map_err(failed)?;
        Ok(Some(head))
    }

    /// The oldest unpacked entries as a block, each verified, and how many they are.
    fn draft(&self, through: u64, most_entries: usize) -> Result<(Block, usize), LedgerError> {
        let packed = self.tables.last_packed()?;
        let (mut draft, mut taken) = (Draft::after(packed), 0);
        let failed = |draft: &Draft, cause| self.tables.fault("pack", draft.last().sequence + 1, cause);
        let mut statement =
            self.tables.connection.prepare_cached(ENTRIES_AFTER).map_err(|cause| failed(&draft, cause))?;
        let mut rows = statement.query(params![signed(packed.sequence)]).map_err(|cause| failed(&draft, cause))?;
        while taken < most_entries && draft.last().sequence < through {
            let Some(row) = rows.next().map_err(|cause| failed(&draft, cause))? else { break };
            let (sequence, body, hash) = entry(row).map_err(|cause| failed(&draft, cause))?;
            let next = self.tables.follow(draft.last(), sequence, body, hash)?;
            if !draft.take(next, body) {
                break;
            }
            taken += 1;
        }
        Ok((draft.close(), taken))
    }

    fn replace(&self, block: &Block, entries: usize) -> Result<(), LedgerError> {
        let failed = |cause| self.tables.fault("pack", block.first, cause);
        let transaction = self.tables.connection.unchecked_transaction().map_err(failed)?;
        let row = params![
            signed(block.first),
            signed(block.last.sequence),
            block.last.hash.as_slice(),
            signed(block.raw_bytes),
            block.sum.as_slice(),
            block.packed
        ];
        transaction.execute(INSERT_BLOCK, row).map_err(failed)?;
        let deleted = transaction.execute(DELETE, params![signed(block.last.sequence)]).map_err(failed)?;
        if deleted != entries {
            return Err(self.tables.damaged(block.first, "other entries are there than can be read"));
        }
        transaction.commit().map_err(failed)
    }
}

impl Ledger for SqliteLedger {
    fn head(&self) -> Head {
        self.head
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.tables.at(sequence)
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.tables.read(after, visit)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        let mut bodies = bodies.iter().cloned();
        self.append_each(expected, &mut |_| Ok(bodies.next()))
    }

    fn append_each(&mut self, expected: Head, next: Next<'_>) -> Result<Head, LedgerError> {
        if self.access != Access::Write {
            return Err(LedgerError::ReadOnly);
        }
        if expected != self.head {
            self.head = self.tables.head()?;
            return Err(LedgerError::Moved { found: self.head });
        }
        let inserted = self.insert(expected, next);
        self.roll_back();
        let Some(head) = inserted.map_err(|error| self.tables.located(error))? else {
            self.head = self.tables.head()?;
            return Err(LedgerError::Moved { found: self.head });
        };
        // Committed, whether the witness can be written or not; acknowledged only if it can.
        self.head = head;
        self.witness.write(head)?;
        Ok(head)
    }

    fn opener(&self) -> Opener {
        let (path, access) = (self.path.clone(), self.access);
        let Tables { file, format, blocks, .. } = &self.tables;
        let (file, format, blocks) = (file.clone(), *format, *blocks);
        Box::new(move || {
            let connection = match access {
                Access::Write => opened(&path, connection::beside(&path))?,
                Access::Read => folded(&path)?,
                Access::Beside => opened(&path, connection::watching(&path))?,
            };
            let tables = Tables { connection, file: file.clone(), format, blocks };
            Ok(Box::new(SqliteReader { tables }))
        })
    }

    fn pack(&mut self, through: u64, most_entries: usize) -> Result<usize, LedgerError> {
        if self.access != Access::Write {
            return Err(LedgerError::ReadOnly);
        }
        let through = through.min(self.head.sequence.saturating_sub(UNPACKED_ENTRIES));
        let (block, entries) = self.draft(through, most_entries)?;
        if entries == 0 {
            return Ok(0);
        }
        let replaced = self.replace(&block, entries);
        self.roll_back();
        replaced.map(|()| entries)
    }
}

struct SqliteReader {
    tables: Tables,
}

impl Reader for SqliteReader {
    fn head(&self) -> Result<Head, LedgerError> {
        self.tables.head()
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.tables.at(sequence)
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.tables.read(after, visit)
    }
}

/// Take what is there for acknowledged, once every entry of it fits the chain: for a ledger that
/// has lost its witness. The caller sees to it that nobody else has the ledger open.
pub fn accept_ledger(path: &Path) -> Result<Head, LedgerError> {
    if path.metadata().map_or(0, |found| found.len()) == 0 {
        let reason = "there is nothing to accept".into();
        return Err(LedgerError::Foreign { file: path.display().to_string(), reason });
    }
    let mut witness = Witness::forgotten(path);
    let tables = connection::inspect(opened(path, connection::writing(path))?, path, &witness)?;
    let head = tables.read(Head::EMPTY, &mut |_, _| Ok(()))?;
    witness.make(head)?;
    Ok(head)
}

fn opened(path: &Path, connection: rusqlite::Result<Connection>) -> Result<Connection, LedgerError> {
    connection.map_err(|cause| fault("open", &path.display().to_string(), 1, &cause))
}

/// An immutable file is read without its log: what is still in the log would be missing.
fn folded(path: &Path) -> Result<Connection, LedgerError> {
    if connection::has_log(path) {
        return Err(LedgerError::Unfolded { file: path.display().to_string() });
    }
    opened(path, connection::immutable(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(ledger: &dyn Ledger) -> u64 {
        let mut entries = 0;
        let head = ledger.read(Head::EMPTY, &mut |_, _| {
            entries += 1;
            Ok(())
        });
        assert_eq!(head.expect("it can be read"), ledger.head());
        entries
    }

    /// A ledger of 1,100 entries that has no room for another page.
    fn full_up(folder: &Path) -> SqliteLedger {
        let mut ledger = SqliteLedger::open(&folder.join("ledger.sqlite"), Access::Write).expect("it opens");
        // Hashes, since a block of them takes the room that they took.
        let body = |number: u32| [blake3::hash(&number.to_be_bytes()).as_bytes().as_slice(); 8].concat();
        let bodies: Vec<Vec<u8>> = (0..1_100).map(body).collect();
        ledger.append(Head::EMPTY, &bodies).expect("there is room");
        allow(&ledger, "PRAGMA max_page_count=1;");
        ledger
    }

    /// SQLite never allows less than there is: 1 means no page more.
    fn allow(ledger: &SqliteLedger, pages: &str) {
        ledger.tables.connection.query_row(pages, [], |_| Ok(())).expect("it can be set");
    }

    #[test]
    fn a_full_disk_refuses_and_the_next_append_goes_on() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut ledger = full_up(folder.path());
        let head = ledger.head();
        // The second body has no room: the first is not kept either.
        let bodies = [b"small".to_vec(), vec![7; 100_000]];
        for _ in 0..3 {
            let refused = ledger.append(head, &bodies);
            assert!(matches!(refused, Err(LedgerError::Full { .. })), "{refused:?}");
            assert_eq!((ledger.head(), count(&ledger)), (head, 1_100));
        }
        allow(&ledger, "PRAGMA max_page_count=1000000;");
        let next = ledger.append(head, &bodies).expect("there is room again");
        assert_eq!((next.sequence, count(&ledger)), (1_102, 1_102));
        drop(ledger);
        let again = SqliteLedger::open(&folder.path().join("ledger.sqlite"), Access::Write).expect("it opens");
        assert_eq!(again.head(), next);
    }

    #[test]
    fn a_full_disk_leaves_what_was_to_be_packed_as_it_was() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut ledger = full_up(folder.path());
        let refused = ledger.pack(u64::MAX, 1_000);
        assert!(matches!(refused, Err(LedgerError::Full { .. })), "{refused:?}");
        assert_eq!((ledger.tables.last_packed().expect("readable"), count(&ledger)), (Head::EMPTY, 1_100));
        allow(&ledger, "PRAGMA max_page_count=1000000;");
        assert_eq!(ledger.pack(u64::MAX, 1_000).expect("there is room again"), 100);
        assert_eq!(count(&ledger), 1_100);
    }

    #[test]
    fn a_block_that_fits_its_sum_but_not_the_chain_shows_nothing() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let ledger = full_up(folder.path());
        allow(&ledger, "PRAGMA max_page_count=1000000;");
        let mut draft = Draft::after(Head::EMPTY);
        for sequence in 1..=5 {
            let head = ledger.at(sequence).expect("readable").expect("it is there");
            assert!(draft.take(head, b"something else"));
        }
        ledger.replace(&draft.close(), 5).expect("it can be written");
        let mut shown = 0;
        let refused = ledger.read(Head::EMPTY, &mut |_, _| {
            shown += 1;
            Ok(())
        });
        assert!(matches!(refused, Err(LedgerError::Damaged { sequence: 1, .. })) && shown == 0, "{refused:?}");
        assert!(matches!(ledger.at(3), Err(LedgerError::Damaged { sequence: 1, .. })));
    }

    #[test]
    fn an_append_that_fails_in_the_middle_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut ledger = full_up(folder.path());
        allow(&ledger, "PRAGMA max_page_count=1000000;");
        let head = ledger.head();
        let stop = "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.entries WHEN new.sequence = 1102
            BEGIN SELECT raise(ABORT, 'no'); END;";
        ledger.tables.connection.execute_batch(stop).expect("it can be made");
        ledger.append(head, &[b"one".to_vec(), b"two".to_vec()]).expect_err("the second is refused");
        assert!(ledger.tables.connection.is_autocommit());
        assert_eq!((ledger.head(), count(&ledger)), (head, 1_100));
        ledger.tables.connection.execute_batch("DROP TRIGGER stop;").expect("it can be dropped");
        assert_eq!(ledger.append(head, &[b"one".to_vec(), b"two".to_vec()]).expect("it goes on").sequence, 1_102);
    }

    #[test]
    fn a_log_that_grows_is_cut_again() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut ledger = full_up(folder.path());
        allow(&ledger, "PRAGMA max_page_count=1000000;");
        let log = || folder.path().join("ledger.sqlite-wal").metadata().expect("it is there").len();
        ledger.append(ledger.head(), &[vec![7; 40 << 20]]).expect("there is room");
        assert!(log() > 40 << 20, "{}", log());
        for _ in 0..3 {
            ledger.append(ledger.head(), &[b"small".to_vec()]).expect("there is room");
        }
        assert!(log() <= 16 << 20, "{}", log());
    }
}
