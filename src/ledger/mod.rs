//! Durable, ordered bytes. This room knows no domain: an entry is a body and its place in a hash
//! chain. One file an engine; one test suite for all of them (`tests/it/ledger`).

mod memory;
mod sqlite;
mod witness;

pub use memory::MemoryLedger;
pub use sqlite::{Access, SqliteLedger};

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

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else wrote first; read theirs and decide again.
    #[error("the ledger has moved on to entry {}", found.sequence)]
    Moved {
        /// Where it stands now.
        found: Head,
    },
    /// The bytes are not what was written.
    #[error("the ledger {file} is damaged at entry {sequence}: {reason}. Restore a backup; nothing was changed")]
    Damaged {
        /// The file.
        file: String,
        /// The first entry that cannot be trusted.
        sequence: u64,
        /// What was seen.
        reason: String,
    },
    /// The ledger stands below what was acknowledged.
    #[error(
        "{file} ends at entry {found}, but entry {witnessed} was acknowledged: entries are missing from {found} on. Restore a backup; nothing was changed"
    )]
    Shortened {
        /// The file.
        file: String,
        /// Where it stands.
        found: u64,
        /// What the witness knows.
        witnessed: u64,
    },
    /// A file of another kind, or of a later format.
    #[error("{file} is not a ledger this program can read: {reason}")]
    Foreign {
        /// The file.
        file: String,
        /// What was seen.
        reason: String,
    },
    /// Opened for reading only.
    #[error("the data directory cannot be written; the store is open for reading only")]
    ReadOnly,
    /// Part of the ledger still stands in its log, and the directory has no room to fold it in.
    #[error(
        "{file} has entries that are not yet folded in, and its directory cannot be written; copy the directory to a place that can be written and open it there"
    )]
    Unfolded {
        /// The file.
        file: String,
    },
    /// No room. Nothing was written; the next write may find room again.
    #[error("no room is left for {file}; nothing was written. Make room: writing goes on by itself")]
    Full {
        /// The file.
        file: String,
    },
    /// The engine below failed.
    #[error("{operation} failed on {file}: {cause}")]
    Engine {
        /// What was being done.
        operation: &'static str,
        /// To which file.
        file: String,
        /// What the engine said.
        cause: String,
    },
}

/// Called with each entry: its number and its body.
pub type Visit<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), LedgerError>;

/// A ledger.
pub trait Ledger: Send {
    /// Where it stands.
    fn head(&self) -> Head;

    /// Visit every entry after `after`, in order, each verified against the chain.
    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError>;

    /// Append all bodies or none, durably, provided that the ledger still stands at `expected`.
    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError>;
}
