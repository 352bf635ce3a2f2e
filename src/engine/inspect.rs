//! Looking at a store without opening it: no lock is taken, nothing is made or changed, and
//! another process may be writing meanwhile. What comes of it is looked at and thrown away.

use std::path::Path;

use super::{OpenError, recover};
use crate::graph::State;
use crate::ledger::{Access, SqliteLedger};

/// What the ledger of a directory gives.
pub struct Inspection {
    /// The state after the last entry.
    pub state: State,
    /// When the last entry was recorded, in milliseconds since 1970; 0 without one.
    pub last_recorded_at: i64,
}

/// The ledger of a directory, for reading alone, after the checks that its opening makes: its format,
/// and that what was acknowledged is there.
pub fn look(directory: &Path) -> Result<SqliteLedger, OpenError> {
    let path = directory.join("ledger.sqlite");
    if !path.is_file() {
        let cause = "there is no ledger.sqlite in it".to_owned();
        return Err(OpenError::Unusable { directory: directory.display().to_string(), cause });
    }
    let log = directory.join("ledger.sqlite-wal");
    let unfolded = log.metadata().is_ok_and(|log| log.len() > 0);
    // Without a writer and a log the file stands still, and reading it leaves nothing behind.
    let access = if unfolded || recover::is_in_use(directory) { Access::Beside } else { Access::Read };
    Ok(SqliteLedger::open(&path, access)?)
}

/// The state that the whole ledger of a directory gives, with every check of a start: the chain,
/// the envelopes, and that the log does not contradict itself.
pub fn inspect(directory: &Path) -> Result<Inspection, OpenError> {
    // Every entry is read, whatever checkpoints say.
    let recovered = recover::recover(&look(directory)?, None)?;
    Ok(Inspection { state: recovered.state, last_recorded_at: recovered.last_recorded_at })
}
