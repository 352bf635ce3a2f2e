//! Ledgers that are watched: how often something was appended, and how long that took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use innograph::engine::{Clock, Engine, EngineLimits};
use innograph::ledger::{Access, CheckpointStore, Head, Ledger, LedgerError, Opener, SqliteLedger, Visit};

use super::Outcome;
use crate::store::Store;

/// What appending came to.
#[derive(Default)]
pub struct Spent {
    appends: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Spent {
    /// Appends so far; each is one sync.
    pub fn appends(&self) -> u64 {
        self.appends.load(Ordering::Relaxed)
    }

    /// Microseconds since this was last asked.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of one append")]
    pub fn take(&self) -> f64 {
        self.nanoseconds.swap(0, Ordering::Relaxed) as f64 / 1e3
    }
}

/// Where entries go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Into the SQLite file, synced.
    OnDisk,
    /// Into nothing: only the head goes on. What is left is the cost in memory.
    Nowhere,
}

/// Open a store over a ledger that is watched; no checkpoints are written.
pub fn open(store: &Store, kept: Kept) -> Outcome<(Engine, Arc<Spent>)> {
    let spent = Arc::new(Spent::default());
    let file = store.file("ledger.sqlite");
    let ledger: Box<dyn Ledger> = match kept {
        Kept::OnDisk => Box::new(SqliteLedger::open(&file, Access::Write)?),
        Kept::Nowhere => {
            let stored = SqliteLedger::open(&file, Access::Read)?;
            let head = stored.head();
            Box::new(Tail { stored, head })
        }
    };
    let watched = Watched { ledger, spent: Arc::clone(&spent) };
    let limits = EngineLimits { checkpoint_every: 0, ..EngineLimits::default() };
    let checkpoints = CheckpointStore::open(store.path(), Access::Read)?;
    Ok((Engine::simulated(Box::new(watched), Some(checkpoints), Clock::default(), limits)?, spent))
}

struct Watched {
    ledger: Box<dyn Ledger>,
    spent: Arc<Spent>,
}

impl Ledger for Watched {
    fn head(&self) -> Head {
        self.ledger.head()
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.ledger.at(sequence)
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.ledger.read(after, visit)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        let started = Instant::now();
        let done = self.ledger.append(expected, bodies);
        let took = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.spent.nanoseconds.fetch_add(took, Ordering::Relaxed);
        self.spent.appends.fetch_add(1, Ordering::Relaxed);
        done
    }

    fn opener(&self) -> Opener {
        self.ledger.opener()
    }

    fn pack(&mut self, through: u64, most_entries: usize) -> Result<usize, LedgerError> {
        self.ledger.pack(through, most_entries)
    }
}

/// A stored ledger that goes on in memory, and forgets.
struct Tail {
    stored: SqliteLedger,
    head: Head,
}

impl Ledger for Tail {
    fn head(&self) -> Head {
        self.head
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.stored.at(sequence)
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.stored.read(after, visit)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        if expected != self.head {
            return Err(LedgerError::Moved { found: self.head });
        }
        self.head = bodies.iter().fold(self.head, |head, body| head.after(body));
        Ok(self.head)
    }

    fn opener(&self) -> Opener {
        self.stored.opener()
    }
}
