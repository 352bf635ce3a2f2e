//! Why nothing was written, in the words in which a client is told. The edge knows no ledger.

use super::WriteError;
use crate::ledger::LedgerError;

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The rules: the rejection says which.
    Rules,
    /// Too many requests are waiting.
    Busy,
    /// The writer has stopped until restart.
    Stopped,
    /// The disk is full.
    DiskFull,
    /// The store is open for reading only.
    ReadOnly,
    /// An erasure was written and not carried out to its end.
    Unerased,
    /// Nobody waited any more.
    Withdrawn,
    /// What was planned would come to something else now.
    Stale,
    /// An import is being written.
    Importing,
    /// Anything else; the log says what.
    Failure,
}

impl WriteError {
    /// What stood in the way.
    pub fn hindrance(&self) -> Hindrance {
        match self {
            WriteError::Rejected(_) => Hindrance::Rules,
            WriteError::Busy => Hindrance::Busy,
            WriteError::Stopped => Hindrance::Stopped,
            WriteError::Cancelled => Hindrance::Withdrawn,
            WriteError::ImportRunning => Hindrance::Importing,
            WriteError::PlanStale => Hindrance::Stale,
            WriteError::Vault(_) => Hindrance::Unerased,
            WriteError::Ledger(error) => match **error {
                LedgerError::Full { .. } => Hindrance::DiskFull,
                LedgerError::ReadOnly => Hindrance::ReadOnly,
                _ => Hindrance::Failure,
            },
        }
    }
}
