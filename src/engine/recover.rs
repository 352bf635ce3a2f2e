//! Start-up: lock the directory, replay the ledger, refuse what cannot be trusted.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::OpenError;
use super::envelope::Envelope;
use crate::graph::{CHECKPOINT_FORMAT, Stamp, State};
use crate::ledger::{Access, CheckpointStore, Found, Head, Ledger, LedgerError, Visit, parent, sync_directory};

/// How often the lock of a directory is tried for, and how long between.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Take the directory for this process; where it cannot be written, for reading only.
pub(super) fn lock(directory: &Path) -> Result<(Option<File>, Access), OpenError> {
    let name = directory.display().to_string();
    let made = make(directory);
    let opened =
        made.and_then(|()| OpenOptions::new().create(true).truncate(false).write(true).open(directory.join("lock")));
    match opened {
        Ok(file) => match patiently(&file) {
            Ok(()) => Ok((Some(file), Access::Write)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { directory: name }),
            Err(TryLockError::Error(cause)) => Err(OpenError::Unusable { directory: name, cause: cause.to_string() }),
        },
        Err(_) if directory.join("ledger.sqlite").is_file() => Ok((None, Access::Read)),
        Err(cause) => Err(OpenError::Unusable { directory: name, cause: cause.to_string() }),
    }
}

/// Try for the lock for a moment: a process that ends, or one that it has just begun and that has
/// not let go of what it inherited, is gone by then.
#[expect(clippy::disallowed_methods, reason = "a lock of a file cannot be waited for with a time-out")]
fn patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            done => return done,
        }
    }
    file.try_lock()
}

/// Make the directory so that it is there after a power cut too: what is new in a directory is
/// durable once that directory is synced.
fn make(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = parent(directory);
    make(parent)?;
    // What it holds is not for everybody on the machine.
    match std::fs::DirBuilder::new().mode(0o700).create(directory) {
        Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists => return Err(cause),
        _ => {}
    }
    sync_directory(parent)
}

/// Does a process hold this directory for writing? Asked by sharing the lock for a moment where
/// nobody holds it; nothing is made and nothing is kept.
pub fn is_in_use(directory: &Path) -> bool {
    let Ok(file) = File::open(directory.join("lock")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// What a start comes to.
pub(super) struct Recovered {
    pub state: State,
    /// Record time of the last entry.
    pub last_recorded_at: i64,
    /// Where the checkpoint stood that it began with; 0 without any.
    pub checkpoint: u64,
}

/// The state that the ledger gives: newest sound checkpoint that the chain confirms, then every
/// entry after it; without any, every entry.
pub(super) fn recover(ledger: &dyn Ledger, checkpoints: Option<&CheckpointStore>) -> Result<Recovered, OpenError> {
    let (mut state, mut head) = (State::new(), Head::EMPTY);
    if let Some(store) = checkpoints {
        for found in store.newest()? {
            match ledger.at(found.sequence).and_then(|standing| checkpoint(standing, store, &found)) {
                Ok(Some(read)) => {
                    (state, head) = read;
                    break;
                }
                Ok(None) => tracing::warn!(file = %found.path.display(), "the checkpoint is of another ledger or form"),
                Err(error) => tracing::warn!(%error, "the checkpoint is passed over"),
            }
        }
    }
    let checkpoint = head.sequence;
    replay(&|after, visit| ledger.read(after, visit), head, u64::MAX, &mut state)?;
    let last_recorded_at = state.last_recorded_at();
    match state.broken() {
        Some(broken) => Err(OpenError::Broken(broken.to_owned())),
        None => Ok(Recovered { state, last_recorded_at, checkpoint }),
    }
}

/// The state of a checkpoint, where it is of this form and of this very ledger, which stands at
/// `standing` where the checkpoint was made.
pub(super) fn checkpoint(
    standing: Option<Head>,
    store: &CheckpointStore,
    found: &Found,
) -> Result<Option<(State, Head)>, LedgerError> {
    let read = store.load(found)?;
    if read.format != CHECKPOINT_FORMAT || standing != Some(read.head) {
        return Ok(None);
    }
    let state = State::read_checkpoint(&read.body).ok();
    Ok(state.filter(|state| state.sequence() == read.head.sequence).map(|state| (state, read.head)))
}

/// Carry out an envelope.
pub(super) fn take(state: &mut State, sequence: u64, envelope: Envelope) {
    let actor = Arc::from(envelope.actor.as_str());
    state.begin(Stamp { sequence, recorded_at: envelope.recorded_at, actor });
    for event in envelope.events {
        state.apply(event);
    }
}

/// Reads the entries of a ledger after one of them.
pub(super) type Reading<'r> = &'r dyn Fn(Head, Visit<'_>) -> Result<Head, LedgerError>;

/// Carry out the entries after `after`, up to the number `last`.
pub(super) fn replay(read: Reading<'_>, after: Head, last: u64, state: &mut State) -> Result<(), OpenError> {
    let (mut previous, mut unreadable, mut enough) = (after, None, false);
    let read = read(after, &mut |sequence, bytes| {
        let stop = |state: &str| LedgerError::Damaged { file: "ledger".into(), sequence, reason: state.to_owned() };
        if sequence > last {
            enough = true;
            return Err(stop("what follows is not wanted"));
        }
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
        take(state, sequence, envelope);
        Ok(())
    });
    match unreadable {
        Some(error) => Err(error.into()),
        None if enough => Ok(()),
        None => read.map(|_| ()).map_err(OpenError::from),
    }
}
