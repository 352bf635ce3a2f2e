//! What was known at an earlier moment: the state that the ledger gave when the last envelope before
//! it had been written. Made from the nearest state before it (one kept from the last question, or a
//! checkpoint) by carrying out the entries in between; one at a time, and a few are kept.
//!
//! It must never be asked on the asynchronous edge: making one reads files and takes seconds.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::request::PastLimits;
use super::{OpenError, recover};
use crate::graph::State;
use crate::ledger::{CheckpointStore, Head, LedgerError, Opener, Reader};

/// Why it cannot be told what was known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PastError {
    /// Too much has to be carried out again.
    #[error(
        "{changes} changes lie between the nearest kept state and the moment; at most {most} are carried out again"
    )]
    TooFar {
        /// Changes to be carried out.
        changes: u64,
        /// The limit.
        most: u64,
    },
    /// Another moment is being looked up, and it takes longer than one may wait.
    #[error("another past state is being built")]
    Busy,
    /// The ledger cannot be read.
    #[error(transparent)]
    Unreadable(Arc<OpenError>),
}

impl From<LedgerError> for PastError {
    fn from(error: LedgerError) -> Self {
        Self::Unreadable(Arc::new(error.into()))
    }
}

/// A state of the past.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub state: Arc<State>,
    /// Changes that were carried out for it.
    pub replayed: u64,
}

/// Makes and keeps states of the past.
pub(super) struct Past {
    opener: Opener,
    checkpoints: Option<CheckpointStore>,
    limits: PastLimits,
    shelf: Mutex<Shelf>,
    free: Condvar,
}

/// What is kept: the one wanted last stands last.
#[derive(Debug, Default)]
struct Shelf {
    kept: Vec<Arc<State>>,
    building: bool,
}

/// Bytes that a row takes, names, statements and look-ups included; measured on the synthetic store.
const BYTES_OF: [u64; 4] = [1_500, 500, 600, 500];

/// Bytes of a state, as far as its rows tell.
fn bytes(state: &State) -> u64 {
    let rows = state.size().into_iter().zip(BYTES_OF);
    rows.map(|(rows, bytes)| bytes.saturating_mul(rows as u64)).fold(0, u64::saturating_add)
}

impl Past {
    pub(super) fn new(opener: Opener, checkpoints: Option<CheckpointStore>, limits: PastLimits) -> Self {
        Self { opener, checkpoints, limits, shelf: Mutex::default(), free: Condvar::new() }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many changes have to be carried out again, at most, for the state after an entry.
    /// `checkpoint` is where the newest checkpoint stands. Reads no file.
    pub(super) fn distance(&self, now: &State, sequence: u64, checkpoint: u64) -> u64 {
        if sequence == now.sequence() {
            return 0;
        }
        let nearest = self.shelf().nearest(sequence).map_or(0, |state| state.sequence());
        let checkpoint = if checkpoint <= sequence { checkpoint } else { 0 };
        now.changes_between(nearest.max(checkpoint), sequence).min(self.limits.changes)
    }

    /// The state after an entry, which `now` has.
    pub(super) fn after(&self, now: &Arc<State>, sequence: u64) -> Result<Found, PastError> {
        if sequence == now.sequence() {
            return Ok(Found { state: Arc::clone(now), replayed: 0 });
        }
        let mut shelf = self.shelf();
        if let Some(state) = shelf.take(sequence) {
            return Ok(Found { state, replayed: 0 });
        }
        if shelf.building {
            let wait = Duration::from_millis(self.limits.wait_ms);
            let waited = self.free.wait_timeout_while(shelf, wait, |shelf| shelf.building);
            shelf = waited.unwrap_or_else(PoisonError::into_inner).0;
            if shelf.building {
                return Err(PastError::Busy);
            }
            // Perhaps that was the one.
            if let Some(state) = shelf.take(sequence) {
                return Ok(Found { state, replayed: 0 });
            }
        }
        shelf.building = true;
        let nearest = shelf.nearest(sequence).cloned();
        drop(shelf);
        let _building = Building(self);
        let found = self.build(now, sequence, nearest)?;
        self.shelf().keep(&found.state, &self.limits);
        Ok(found)
    }

    fn build(&self, now: &State, sequence: u64, nearest: Option<Arc<State>>) -> Result<Found, PastError> {
        let reader = (self.opener)()?;
        let (mut state, head) = self.base(reader.as_ref(), sequence, nearest.as_deref())?;
        let changes = now.changes_between(head.sequence, sequence);
        if changes > self.limits.changes {
            return Err(PastError::TooFar { changes, most: self.limits.changes });
        }
        let replayed = recover::replay(&|after, visit| reader.read(after, visit), head, sequence, &mut state);
        replayed.map_err(|error| PastError::Unreadable(Arc::new(error)))?;
        let broken = |cause: String| PastError::Unreadable(Arc::new(OpenError::Broken(cause)));
        if let Some(cause) = state.broken() {
            return Err(broken(cause.to_owned()));
        }
        if state.sequence() != sequence {
            return Err(broken(format!("entry {sequence} is gone")));
        }
        Ok(Found { state: Arc::new(state), replayed: changes })
    }

    /// Where to begin: what is kept or the newest sound checkpoint, whichever is nearer; else nothing.
    fn base(&self, reader: &dyn Reader, sequence: u64, nearest: Option<&State>) -> Result<(State, Head), LedgerError> {
        let kept = nearest.map_or(0, State::sequence);
        let checkpoints = self.checkpoints.as_ref();
        let found = checkpoints.map(CheckpointStore::newest).transpose()?.unwrap_or_default();
        for found in found.into_iter().filter(|found| (kept + 1..=sequence).contains(&found.sequence)) {
            let Some(store) = checkpoints else { break };
            // One that went meanwhile, or is of another form, is passed over.
            let read = reader.at(found.sequence).and_then(|standing| recover::checkpoint(standing, store, &found));
            if let Ok(Some(read)) = read {
                return Ok(read);
            }
        }
        match nearest {
            Some(state) => {
                let head = reader.at(kept)?.ok_or(LedgerError::Moved { found: Head::EMPTY })?;
                Ok((state.clone(), head))
            }
            None => Ok((State::new(), Head::EMPTY)),
        }
    }
}

/// One is being built as long as this lives; whoever waits is told.
struct Building<'p>(&'p Past);

impl Drop for Building<'_> {
    fn drop(&mut self) {
        self.0.shelf().building = false;
        self.0.free.notify_all();
    }
}

impl Shelf {
    /// The state after that entry, where it is kept; it is the one wanted last from now on.
    fn take(&mut self, sequence: u64) -> Option<Arc<State>> {
        let place = self.kept.iter().position(|state| state.sequence() == sequence)?;
        let state = self.kept.remove(place);
        self.kept.push(Arc::clone(&state));
        Some(state)
    }

    /// The newest one that is not after that entry.
    fn nearest(&self, sequence: u64) -> Option<&Arc<State>> {
        self.kept.iter().filter(|state| state.sequence() <= sequence).max_by_key(|state| state.sequence())
    }

    /// Keep one more; what was wanted longest ago goes first.
    fn keep(&mut self, state: &Arc<State>, limits: &PastLimits) {
        self.kept.push(Arc::clone(state));
        let too_much = |kept: &[Arc<State>]| {
            let together = kept.iter().map(|state| bytes(state)).fold(0, u64::saturating_add);
            kept.len() > limits.states || together > limits.bytes
        };
        while too_much(&self.kept) {
            self.kept.remove(0);
        }
    }
}
