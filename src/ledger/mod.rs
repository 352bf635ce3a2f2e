//! Durable, ordered bytes. This room knows no domain: an entry is a body and its place in a hash
//! chain. One file an engine; one test suite for all of them (`tests/it/ledger`).

mod block;
mod checkpoint;
mod connection;
mod copy;
mod durable;
mod error;
mod kept;
mod memory;
mod sqlite;
mod stage;
mod tables;
mod witness;

pub use checkpoint::{Checkpoint, CheckpointStore, Found};
pub use copy::copy_ledger;
pub use durable::{parent, replace_file, sync_directory};
pub use error::LedgerError;
pub use kept::{Form, Kept, KeptError, PAUSE_MS, Standing};
pub use memory::MemoryLedger;
pub use sqlite::{Access, SqliteLedger, accept_ledger};
pub use stage::{Parts, Shelf, Stage};

/// Entries that always stay outside of blocks, so that the end of a ledger is as it ever was: the
/// head, the comparison with the witness and the next append touch no block.
pub const UNPACKED_ENTRIES: u64 = 1_000;

/// Where a ledger stands: the number of its last entry and the hash that covers all up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 0 before the first entry.
    pub sequence: u64,
    /// BLAKE3 over the previous hash and the body.
    pub hash: [u8; 32],
}

impl Head {
    /// Before the first entry.
    pub const EMPTY: Head = Head { sequence: 0, hash: [0; 32] };

    /// The head after one more entry.
    pub fn after(&self, body: &[u8]) -> Head {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.hash);
        hasher.update(body);
        Head { sequence: self.sequence + 1, hash: *hasher.finalize().as_bytes() }
    }
}

/// Called with each entry: its number and its body.
pub type Visit<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), LedgerError>;

/// Gives the body that is to follow this head; none after the last.
pub type Next<'a> = &'a mut dyn FnMut(Head) -> Result<Option<Vec<u8>>, LedgerError>;

/// Opens a way in for reading. Each is independent of the writer and of the others.
pub type Opener = Box<dyn Fn() -> Result<Box<dyn Reader>, LedgerError> + Send + Sync>;

/// A ledger, as its one writer holds it.
pub trait Ledger: Send {
    /// Where it stands.
    fn head(&self) -> Head;

    /// The hash up to one stored entry; none beyond the head. Sequence 0 is [`Head::EMPTY`].
    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError>;

    /// Visit every entry after `after`, in order, each verified against the chain.
    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError>;

    /// Append all bodies or none, durably, provided that the ledger still stands at `expected`.
    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError>;

    /// The same of bodies that are asked for one by one, so that they are never in memory together. Where one
    /// cannot be given, none is there.
    fn append_each(&mut self, expected: Head, next: Next<'_>) -> Result<Head, LedgerError> {
        let (mut head, mut bodies) = (expected, Vec::new());
        while let Some(body) = next(head)? {
            head = head.after(&body);
            bodies.push(body);
        }
        self.append(expected, &bodies)
    }

    /// What opens ways in beside the writer, for whoever reads now and then while the writer has the ledger.
    fn opener(&self) -> Opener;

    /// A second, independent way in, for reading while the writer goes on.
    fn reader(&self) -> Result<Box<dyn Reader>, LedgerError> {
        self.opener()()
    }

    /// Pack up to `most_entries` of the oldest unpacked entries, none after `through`, into one
    /// block, and say how many they were. All of them can be read as before. The last
    /// [`UNPACKED_ENTRIES`] stay as they are. An engine that does not pack answers 0.
    fn pack(&mut self, _through: u64, _most_entries: usize) -> Result<usize, LedgerError> {
        Ok(0)
    }
}

/// A ledger, as somebody reads it while it is written. Each call sees one moment, whole: what was
/// appended or packed meanwhile is seen by the next call.
pub trait Reader: Send {
    /// Where it stands.
    fn head(&self) -> Result<Head, LedgerError>;

    /// The hash up to one stored entry; none beyond the head. Sequence 0 is [`Head::EMPTY`].
    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError>;

    /// Visit every entry after `after`, in order, each verified against the chain.
    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError>;
}
