//! Looking at a store without opening it: no lock is taken, nothing is made or changed, and
//! another process may be writing meanwhile. What comes of it is looked at and thrown away.

use std::path::{Path, PathBuf};

use super::recover::{self, Recovered};
use super::{Envelope, OpenError};
use crate::graph::{CHECKPOINT_FORMAT, State};
use crate::ledger::{Access, CheckpointStore, Head, Ledger, LedgerError, SqliteLedger};

/// What the ledger of a directory gives.
pub struct Inspection {
    /// The state after the last entry.
    pub state: State,
    /// When the last entry was recorded, in milliseconds since 1970; 0 without one.
    pub last_recorded_at: i64,
}

/// What is to be thought of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckpointVerdict {
    /// It is what the entries up to this one give.
    Agrees(u64),
    /// It was written by another version of the program; a start passes it over.
    OtherForm,
    /// Its bytes are not what was written.
    Damaged(String),
    /// Its bytes are sound, but the entries up to this one give something else.
    Differs(u64),
}

/// The ledger of a directory, for reading alone, after the checks that its opening makes: its format,
/// and that what was acknowledged is there.
pub fn look(directory: &Path) -> Result<SqliteLedger, OpenError> {
    let path = directory.join("ledger.sqlite");
    if !path.is_file() && !path.with_extension("witness").is_file() {
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
/// the envelopes, and that the log does not contradict itself. No checkpoint is believed.
pub fn inspect(directory: &Path) -> Result<Inspection, OpenError> {
    let Recovered { state, last_recorded_at, .. } = recover::recover(&look(directory)?, None)?;
    Ok(Inspection { state, last_recorded_at })
}

/// Every checkpoint of a directory, compared with what the entries up to it give.
pub fn inspect_checkpoints(directory: &Path) -> Vec<(PathBuf, CheckpointVerdict)> {
    let found = CheckpointStore::open(directory, Access::Read).and_then(|store| {
        let found = store.newest()?;
        Ok((store, found))
    });
    let (store, found) = match found {
        Ok(found) => found,
        Err(error) => return vec![(directory.to_owned(), CheckpointVerdict::Damaged(error.to_string()))],
    };
    let verdict = |found: &_| match compare(directory, &store, found) {
        Ok(verdict) => verdict,
        Err(error) => CheckpointVerdict::Damaged(error.to_string()),
    };
    found.iter().map(|found| (found.path.clone(), verdict(found))).collect()
}

fn compare(
    directory: &Path,
    store: &CheckpointStore,
    found: &crate::ledger::Found,
) -> Result<CheckpointVerdict, OpenError> {
    let read = store.load(found)?;
    let sequence = read.head.sequence;
    if read.format != CHECKPOINT_FORMAT {
        return Ok(CheckpointVerdict::OtherForm);
    }
    let ledger = look(directory)?;
    let kept = State::read_checkpoint(&read.body).map(|state| state.state_digest());
    let same = ledger.at(sequence)? == Some(read.head)
        && kept.as_ref() == Ok(&read.digest)
        && up_to(&ledger, sequence)?.state_digest() == read.digest;
    Ok(if same { CheckpointVerdict::Agrees(sequence) } else { CheckpointVerdict::Differs(sequence) })
}

/// The state after an entry.
fn up_to(ledger: &SqliteLedger, last: u64) -> Result<State, OpenError> {
    let mut state = State::new();
    let stop = |sequence| LedgerError::Damaged { file: "ledger".into(), sequence, reason: "enough".into() };
    let read = ledger.read(Head::EMPTY, &mut |sequence, bytes| {
        if sequence > last {
            return Err(stop(sequence));
        }
        let envelope = Envelope::decode(sequence, bytes).map_err(|_| stop(sequence))?;
        recover::take(&mut state, sequence, envelope);
        Ok(())
    });
    match read {
        Err(error) if state.sequence() != last => Err(error.into()),
        _ => Ok(state),
    }
}
