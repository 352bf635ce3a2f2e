//! The one writer: decide on a working copy, append durably, only then publish.

use std::sync::Arc;

use super::clock::{now_ms, random_seed};
use super::envelope::{ENVELOPE_VERSION, Envelope};
use crate::domain::Rejection;
use crate::domain::command::Command;
use crate::domain::event::{EVENT_VERSION, Event};
use crate::domain::id::IdSequence;
use crate::graph::{Context, Stamp, State, decide};
use crate::ledger::{Head, Ledger, LedgerError};
use crate::search::SearchError;

/// Events an envelope holds at most; a large import is several envelopes in one commit.
const EVENTS_AN_ENVELOPE: usize = 1_000;

/// Told how many commands of how many are done; answers whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// What came of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    /// Commands that said something new.
    pub changed: usize,
    /// Commands that said what was known.
    pub unchanged: usize,
    /// Events written.
    pub events: usize,
    /// The sequence number of the store afterwards.
    pub sequence: u64,
}

/// Why nothing was acknowledged. What got no acknowledgement is wholly there after a restart or
/// wholly absent, never half.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Commands were refused: their numbers in the batch, with the reason.
    #[error("{} commands were refused", .0.len())]
    Rejected(Vec<(usize, Rejection)>),
    /// Somebody said stop.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// The writer has stopped after a failure; restart the process.
    #[error("the writer has stopped; restart the process")]
    Stopped,
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Everything was written, but the search index could not follow.
    #[error("written, but the search index could not follow: {0}")]
    Search(#[from] SearchError),
}

/// Refusals gathered before a batch is given up.
const MOST_REFUSALS: usize = 1_000;

/// Owns the ledger and two copies of the state that take turns: one is published, the other is
/// brought up to date and written next. Publishing costs what the batch costs; only where a reader
/// still holds the other copy, it is made anew.
pub(super) struct Writer {
    ledger: Box<dyn Ledger>,
    published: Arc<State>,
    spare: Option<Arc<State>>,
    /// What the published copy has seen and the spare one has not.
    behind: Vec<(Stamp, Vec<Event>)>,
    last_recorded_at: i64,
    seed: u128,
    stopped: bool,
}

impl Writer {
    pub(super) fn new(ledger: Box<dyn Ledger>, published: Arc<State>, last_recorded_at: i64) -> Self {
        let (spare, behind, seed) = (None, Vec::new(), random_seed());
        Self { ledger, published, spare, behind, last_recorded_at, seed, stopped: false }
    }

    /// What is durable.
    pub(super) fn published(&self) -> Arc<State> {
        Arc::clone(&self.published)
    }

    /// A copy of what is published that nobody else holds.
    fn working_copy(&mut self) -> State {
        let behind = std::mem::take(&mut self.behind);
        let Some(mut spare) = self.spare.take().and_then(Arc::into_inner) else {
            return State::clone(&self.published);
        };
        for (stamp, events) in behind {
            spare.begin(stamp);
            for event in events {
                spare.apply(event);
            }
        }
        spare
    }

    /// Decide everything, append durably, only then publish. On any failure nothing has happened.
    pub(super) fn execute(
        &mut self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        if self.stopped {
            return Err(WriteError::Stopped);
        }
        let mut working = self.working_copy();
        let (batch, outcome) = self.decide_all(&mut working, actor, commands, progress)?;
        if batch.envelopes.is_empty() {
            self.spare = Some(Arc::new(working));
            return Ok(outcome);
        }
        let head = self.ledger.head();
        let appended = self.ledger.append(head, &batch.bodies(head));
        if let Err(error) = appended {
            // After a failed sync nobody knows what the disk holds: no further word until restart.
            self.stopped =
                !matches!(error, LedgerError::Moved { .. } | LedgerError::ReadOnly | LedgerError::Full { .. });
            return Err(error.into());
        }
        self.last_recorded_at = batch.recorded_at;
        self.behind = batch.into_envelopes();
        self.spare = Some(std::mem::replace(&mut self.published, Arc::new(working)));
        Ok(outcome)
    }

    /// Say what would come of the commands; the copy that was written on is thrown away.
    pub(super) fn rehearse(
        &mut self,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        let mut working = State::clone(&self.published);
        self.decide_all(&mut working, "rehearsal", commands, progress).map(|(_, outcome)| outcome)
    }

    fn decide_all(
        &self,
        working: &mut State,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<(Batch, ImportOutcome), WriteError> {
        let mut batch = Batch::new(self.last_recorded_at.max(now_ms() - 1), actor, self.seed);
        let (mut refused, mut outcome) = (Vec::new(), ImportOutcome::default());
        for (number, command) in commands.iter().enumerate() {
            if number.is_multiple_of(1_000) && !progress(number, commands.len()) {
                return Err(WriteError::Cancelled);
            }
            match decide(working, command, &mut batch.context) {
                Ok(events) if events.is_empty() => outcome.unchanged += 1,
                Ok(events) => {
                    outcome.changed += 1;
                    outcome.events += events.len();
                    batch.apply(working, events);
                }
                Err(rejection) => {
                    refused.push((number, rejection));
                    if refused.len() >= MOST_REFUSALS {
                        break;
                    }
                }
            }
        }
        progress(commands.len(), commands.len());
        if !refused.is_empty() {
            return Err(WriteError::Rejected(refused));
        }
        outcome.sequence = working.sequence();
        Ok((batch, outcome))
    }
}

/// Envelopes in the making.
struct Batch {
    context: Context,
    actor: Arc<str>,
    seed: u128,
    recorded_at: i64,
    envelopes: Vec<(Stamp, Vec<Event>)>,
}

impl Batch {
    /// Record time is monotone: the first envelope is at least 1 ms after `after`.
    fn new(after: i64, actor: &str, seed: u128) -> Self {
        let recorded_at = after + 1;
        let context = Context { ids: id_sequence(recorded_at, seed) };
        Self { context, actor: Arc::from(actor), seed, recorded_at, envelopes: Vec::new() }
    }

    /// The envelopes as bytes, to follow `head`.
    fn bodies(&self, head: Head) -> Vec<Vec<u8>> {
        let (mut previous, mut bodies) = (head, Vec::with_capacity(self.envelopes.len()));
        for (stamp, events) in &self.envelopes {
            let envelope = Envelope {
                version: ENVELOPE_VERSION,
                sequence: previous.sequence + 1,
                previous: previous.hash,
                recorded_at: stamp.recorded_at,
                actor: stamp.actor.to_string(),
                idempotency_key: None,
                causation: None,
                event_version: EVENT_VERSION,
                events: events.clone(),
                sealed: None,
            };
            let body = envelope.encode();
            previous = previous.after(&body);
            bodies.push(body);
        }
        bodies
    }

    fn into_envelopes(self) -> Vec<(Stamp, Vec<Event>)> {
        self.envelopes
    }

    fn apply(&mut self, working: &mut State, events: Vec<Event>) {
        let full = self.envelopes.last().is_none_or(|(_, last)| last.len() + events.len() > EVENTS_AN_ENVELOPE);
        if full {
            if !self.envelopes.is_empty() {
                self.recorded_at += 1;
                self.context.ids = id_sequence(self.recorded_at, self.seed ^ u128::from(working.sequence()));
            }
            let sequence = working.sequence() + 1;
            let stamp = Stamp { sequence, recorded_at: self.recorded_at, actor: Arc::clone(&self.actor) };
            working.begin(stamp.clone());
            self.envelopes.push((stamp, Vec::new()));
        }
        for event in &events {
            working.apply(event.clone());
        }
        if let Some((_, last)) = self.envelopes.last_mut() {
            last.extend(events);
        }
    }
}

fn id_sequence(recorded_at: i64, seed: u128) -> IdSequence {
    IdSequence::new(u64::try_from(recorded_at).unwrap_or(0), seed)
}
