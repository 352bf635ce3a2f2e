//! Taking over what was decided beside the writer: a whole import in one append, provided that nobody
//! wrote meanwhile. Whoever decides again may ask that nobody does: then others wait, for so long and no longer.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use super::super::copies::Entry;
use super::super::request::{Request, WriteError, WriterState, Written};
use super::super::staged::Envelopes;
use super::{Answer, Audience, Writer, id_sequence};
use crate::domain::id::IdSequence;
use crate::graph::State;
use crate::ledger::{Head, LedgerError, Stage};

/// What an import is decided on.
pub(in crate::engine) struct Fork {
    pub state: Arc<State>,
    pub head: Head,
    pub recorded_at: i64,
    pub ids: IdSequence,
}

/// What others may do while an import is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Others {
    /// Write.
    Write,
    /// Wait.
    Wait,
}

/// An import that is decided to its end.
pub(in crate::engine) struct Adoption {
    /// On which head of the ledger.
    pub base: Head,
    /// What it comes to.
    pub state: State,
    pub stage: Stage,
    pub actor: Arc<str>,
    /// What other copies have to take over, where it is little.
    pub entries: Option<Vec<Entry>>,
}

/// What came of it.
pub(in crate::engine) enum Adopted {
    /// It is durable and to be seen.
    Written,
    /// Somebody wrote meanwhile, or what was prepared cannot be read: it is to be decided again.
    Again,
}

/// Who waits for an import, and until when.
#[derive(Default)]
pub(super) struct Parked {
    held: bool,
    waiting: Vec<(i64, Box<Request>, Answer<Written>)>,
}

impl<A: Audience> Writer<A> {
    /// What stands, for an import to be decided on.
    pub(super) fn fork(&mut self, others: Others, told: &SyncSender<Result<Fork, WriteError>>) {
        self.parked.held = others == Others::Wait;
        let fork = match self.health.get() {
            WriterState::Running | WriterState::DiskFull => {
                let recorded_at = (self.clock.now_ms)().max(self.last_recorded_at);
                let ids = id_sequence(recorded_at, (self.clock.seed)());
                Ok(Fork { state: Arc::clone(&self.published), head: self.head, recorded_at, ids })
            }
            WriterState::Stopped => Err(WriteError::Stopped),
            WriterState::ReadOnly => Err(LedgerError::ReadOnly.into()),
        };
        // Who asked may have gone.
        let _ = told.send(fork);
    }

    /// Is a request to wait for an import? It is answered when that is done, or when it has waited long enough.
    pub(super) fn park(&mut self, request: Box<Request>, answer: Answer<Written>) -> Option<(Box<Request>, Answer)> {
        if !self.parked.held {
            return Some((request, answer));
        }
        let wait = i64::try_from(self.limits.import_wait_ms).unwrap_or(i64::MAX);
        let until = (self.clock.now_ms)().saturating_add(wait);
        self.parked.waiting.push((until, request, answer));
        None
    }

    /// Tell those who have waited long enough.
    pub(super) fn expire(&mut self) {
        if self.parked.waiting.is_empty() {
            return;
        }
        let now = (self.clock.now_ms)();
        for (_, _, answer) in self.parked.waiting.extract_if(.., |(until, _, _)| *until <= now) {
            answer(Err(WriteError::ImportRunning));
        }
    }

    /// Others may write again.
    pub(super) fn release(&mut self) {
        self.parked.held = false;
        let mut waiting = std::mem::take(&mut self.parked.waiting).into_iter();
        loop {
            let group: Vec<_> = waiting.by_ref().take(self.limits.group.max(1)).collect();
            if group.is_empty() {
                return;
            }
            self.group(group.into_iter().map(|(_, request, answer)| (request, answer)).collect());
        }
    }

    /// All of an import in one append, then to be seen; on any failure nothing has happened.
    pub(super) fn adopt(&mut self, adoption: Adoption) -> (Result<Adopted, WriteError>, Stage) {
        let Adoption { base, state, stage, actor, entries } = adoption;
        let adopted = self.take_over(base, state, (&stage, &actor), entries);
        (adopted, stage)
    }

    fn take_over(
        &mut self,
        base: Head,
        mut state: State,
        (stage, actor): (&Stage, &str),
        entries: Option<Vec<Entry>>,
    ) -> Result<Adopted, WriteError> {
        match self.health.get() {
            WriterState::Running | WriterState::DiskFull => {}
            WriterState::Stopped => return Err(WriteError::Stopped),
            WriterState::ReadOnly => return Err(LedgerError::ReadOnly.into()),
        }
        if self.head != base {
            return Ok(Adopted::Again);
        }
        if let Some(broken) = state.broken() {
            return Err(self.stop(&format!("an import broke the state: {broken}")));
        }
        // It is recorded now, not when it was begun: nobody could have known it earlier.
        let now = (self.clock.now_ms)().max(self.last_recorded_at);
        state.record_at(base.sequence, now);
        let Ok(parts) = stage.parts() else { return Ok(Adopted::Again) };
        let mut envelopes = Envelopes::of(parts, now, actor);
        let appended = self.ledger.append_each(self.head, &mut |head| envelopes.after(head));
        match appended {
            Ok(head) => {
                self.last_recorded_at = now;
                self.ids = id_sequence(now, (self.clock.seed)());
                let entries = entries.map(|entries| {
                    entries.into_iter().map(|(mut stamp, events)| {
                        stamp.recorded_at = now;
                        (stamp, events)
                    })
                });
                let erases = state.erasure_count() != self.published.erasure_count();
                self.publish(state, head, entries.map(Iterator::collect));
                // An erasure of somebody else that is stuck is no fault of what was written here.
                let settled = self.settle();
                if erases { settled.map(|()| Adopted::Written) } else { Ok(Adopted::Written) }
            }
            Err(_) if envelopes.unreadable => Ok(Adopted::Again),
            Err(LedgerError::Moved { .. }) => self.catch_up().map(|()| Adopted::Again),
            Err(error) => Err(self.failed(error)),
        }
    }
}
