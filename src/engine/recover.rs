//! Start-up: lock the directory, replay the ledger, refuse what cannot be trusted.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use super::OpenError;
use super::envelope::Envelope;
use crate::graph::{Stamp, State};
use crate::ledger::{Access, Head, Ledger, LedgerError};

/// Take the directory for this process; where it cannot be written, for reading only.
pub(super) fn lock(directory: &Path) -> Result<(Option<File>, Access), OpenError> {
    let name = directory.display().to_string();
    let made = std::fs::create_dir_all(directory);
    let opened =
        made.and_then(|()| OpenOptions::new().create(true).truncate(false).write(true).open(directory.join("lock")));
    match opened {
        Ok(file) => match file.try_lock() {
            Ok(()) => Ok((Some(file), Access::Write)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { directory: name }),
            Err(TryLockError::Error(cause)) => Err(OpenError::Unusable { directory: name, cause: cause.to_string() }),
        },
        Err(_) if directory.join("ledger.sqlite").is_file() => Ok((None, Access::Read)),
        Err(cause) => Err(OpenError::Unusable { directory: name, cause: cause.to_string() }),
    }
}

/// The state that the whole ledger gives, and the time of its last entry.
pub(super) fn replay(ledger: &dyn Ledger) -> Result<(State, i64), OpenError> {
    let mut state = State::new();
    let (mut last, mut unreadable) = (0, None);
    let mut previous = Head::EMPTY;
    let read = ledger.read(Head::EMPTY, &mut |sequence, bytes| {
        let stop = |state: &str| LedgerError::Damaged { file: "ledger".into(), sequence, reason: state.to_owned() };
        let envelope = match Envelope::decode(sequence, bytes) {
            Ok(envelope) => envelope,
            Err(error) => {
                unreadable = Some(error);
                return Err(stop("unreadable"));
            }
        };
        if envelope.previous != previous.hash {
            return Err(stop("it does not follow the entry before it"));
        }
        previous = previous.after(bytes);
        last = envelope.recorded_at;
        let actor = Arc::from(envelope.actor.as_str());
        state.begin(Stamp { sequence, recorded_at: envelope.recorded_at, actor });
        for event in envelope.events {
            state.apply(event);
        }
        Ok(())
    });
    if let Some(error) = unreadable {
        return Err(error.into());
    }
    read?;
    match state.broken() {
        Some(broken) => Err(OpenError::Broken(broken.to_owned())),
        None => Ok((state, last)),
    }
}
