//! A ledger in memory, for tests and for stores that are thrown away.

use super::{Head, Ledger, LedgerError, Visit};

/// Bodies in a vector.
#[derive(Debug)]
pub struct MemoryLedger {
    bodies: Vec<Vec<u8>>,
    head: Head,
}

impl MemoryLedger {
    /// An empty one.
    pub fn new() -> Self {
        Self { bodies: Vec::new(), head: Head::EMPTY }
    }
}

impl Default for MemoryLedger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger for MemoryLedger {
    fn head(&self) -> Head {
        self.head
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        let mut head = after;
        for body in self.bodies.iter().skip(usize::try_from(after.sequence).unwrap_or(usize::MAX)) {
            head = head.after(body);
            visit(head.sequence, body)?;
        }
        Ok(head)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        if expected != self.head {
            return Err(LedgerError::Moved { found: self.head });
        }
        for body in bodies {
            self.head = self.head.after(body);
            self.bodies.push(body.clone());
        }
        Ok(self.head)
    }
}
