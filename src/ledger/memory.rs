//! A ledger in memory, for tests and for stores that are thrown away. It keeps the same contract as
//! the others, except that nothing survives the process and nothing is ever packed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Head, Ledger, LedgerError, Opener, Reader, Visit};

/// A body, and the hash that covers all up to it.
type Entry = (Arc<[u8]>, [u8; 32]);

/// Entries in a vector, shared between the writer and its readers.
#[derive(Clone, Debug, Default)]
struct Shelf(Arc<Mutex<Vec<Entry>>>);

impl Shelf {
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn head(&self) -> Head {
        let entries = self.entries();
        let sequence = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        entries.last().map_or(Head::EMPTY, |(_, hash)| Head { sequence, hash: *hash })
    }

    fn at(&self, sequence: u64) -> Option<Head> {
        if sequence == 0 {
            return Some(Head::EMPTY);
        }
        let place = usize::try_from(sequence - 1).ok()?;
        self.entries().get(place).map(|(_, hash)| Head { sequence, hash: *hash })
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        let start = usize::try_from(after.sequence).unwrap_or(usize::MAX);
        // Shared bodies are taken out, so that the lock is not held while the caller looks at them.
        let bodies: Vec<_> = self.entries().iter().skip(start).map(|(body, _)| Arc::clone(body)).collect();
        let mut head = after;
        for body in bodies {
            head = head.after(&body);
            visit(head.sequence, &body)?;
        }
        Ok(head)
    }
}

/// The ledger.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    shelf: Shelf,
}

impl MemoryLedger {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Ledger for MemoryLedger {
    fn head(&self) -> Head {
        self.shelf.head()
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        Ok(self.shelf.at(sequence))
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.shelf.read(after, visit)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        let mut head = self.shelf.head();
        if expected != head {
            return Err(LedgerError::Moved { found: head });
        }
        // All at once: a reader sees the whole batch or nothing of it.
        let mut entries = self.shelf.entries();
        for body in bodies {
            head = head.after(body);
            entries.push((Arc::from(body.as_slice()), head.hash));
        }
        Ok(head)
    }

    fn opener(&self) -> Opener {
        let shelf = self.shelf.clone();
        Box::new(move || Ok(Box::new(MemoryReader { shelf: shelf.clone() })))
    }
}

struct MemoryReader {
    shelf: Shelf,
}

impl Reader for MemoryReader {
    fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.shelf.head())
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        Ok(self.shelf.at(sequence))
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.shelf.read(after, visit)
    }
}
