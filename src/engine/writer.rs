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

/// Why nothing was written.
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
}

/// Refusals gathered before a batch is given up.
const MOST_REFUSALS: usize = 1_000;

/// Owns the ledger and the working copy.
pub(super) struct Writer {
    ledger: Box<dyn Ledger>,
    working: State,
    last_recorded_at: i64,
    seed: u128,
}

impl Writer {
    pub(super) fn new(ledger: Box<dyn Ledger>, working: State, last_recorded_at: i64) -> Self {
        Self { ledger, working, last_recorded_at, seed: random_seed() }
    }

    /// A copy of what is durable.
    pub(super) fn published(&self) -> State {
        self.working.clone()
    }

    pub(super) fn execute(
        &mut self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        let before = self.working.clone();
        let result = self.try_execute(actor, commands, progress);
        if result.is_err() {
            self.working = before;
        }
        result
    }

    /// Decide everything on the working copy, then put the copy back.
    pub(super) fn rehearse(
        &mut self,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        let before = self.working.clone();
        let decided = self.decide_all("rehearsal", commands, progress);
        self.working = before;
        decided.map(|(_, outcome)| outcome)
    }

    fn try_execute(
        &mut self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        let (batch, outcome) = self.decide_all(actor, commands, progress)?;
        let last = batch.envelopes.last().map(|(recorded_at, _)| *recorded_at);
        let head = self.ledger.head();
        let bodies = batch.bodies(head);
        if !bodies.is_empty() {
            self.ledger.append(head, &bodies)?;
        }
        self.last_recorded_at = last.unwrap_or(self.last_recorded_at);
        Ok(outcome)
    }

    fn decide_all(
        &mut self,
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
            match decide(&self.working, command, &mut batch.context) {
                Ok(events) if events.is_empty() => outcome.unchanged += 1,
                Ok(events) => {
                    outcome.changed += 1;
                    outcome.events += events.len();
                    batch.apply(&mut self.working, events);
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
        outcome.sequence = self.working.sequence();
        Ok((batch, outcome))
    }
}

/// Envelopes in the making.
struct Batch {
    context: Context,
    actor: Arc<str>,
    seed: u128,
    recorded_at: i64,
    envelopes: Vec<(i64, Vec<Event>)>,
}

impl Batch {
    /// Record time is monotone: the first envelope is at least 1 ms after `after`.
    fn new(after: i64, actor: &str, seed: u128) -> Self {
        let recorded_at = after + 1;
        let context = Context { ids: id_sequence(recorded_at, seed) };
        Self { context, actor: Arc::from(actor), seed, recorded_at, envelopes: Vec::new() }
    }

    /// The envelopes as bytes, to follow `head`.
    fn bodies(self, head: Head) -> Vec<Vec<u8>> {
        let (mut previous, mut bodies) = (head, Vec::with_capacity(self.envelopes.len()));
        for (recorded_at, events) in self.envelopes {
            let envelope = Envelope {
                version: ENVELOPE_VERSION,
                sequence: previous.sequence + 1,
                previous: previous.hash,
                recorded_at,
                actor: self.actor.to_string(),
                idempotency_key: None,
                causation: None,
                event_version: EVENT_VERSION,
                events,
                sealed: None,
            };
            let body = envelope.encode();
            previous = previous.after(&body);
            bodies.push(body);
        }
        bodies
    }

    fn apply(&mut self, working: &mut State, events: Vec<Event>) {
        let full = self.envelopes.last().is_none_or(|(_, last)| last.len() + events.len() > EVENTS_AN_ENVELOPE);
        if full {
            if !self.envelopes.is_empty() {
                self.recorded_at += 1;
                self.context.ids = id_sequence(self.recorded_at, self.seed ^ u128::from(working.sequence()));
            }
            let sequence = working.sequence() + 1;
            working.begin(Stamp { sequence, recorded_at: self.recorded_at, actor: Arc::clone(&self.actor) });
            self.envelopes.push((self.recorded_at, Vec::new()));
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
