//! What one turn of the writer comes to: requests against a state give envelopes and answers.
//! Time and ids come in as arguments; no thread, no clock, no file.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::copies::Entry;
use super::envelope::{ENVELOPE_VERSION, Envelope};
use super::request::{Request, RequestKey, WriteError, Written};
use crate::domain::command::Command;
use crate::domain::event::{Digest, EVENT_VERSION, Event};
use crate::domain::id::IdSequence;
use crate::domain::{Day, Id, Rejection};
use crate::graph::{Answered, Context, Decided, Stamp, State, Writer, decide};
use crate::ledger::Head;
use crate::rights::Rights;
use crate::vault::{Fresh, Sealing};

/// Events an envelope holds at most; a large batch is several envelopes in one commit.
const EVENTS_AN_ENVELOPE: usize = 1_000;
/// Letters of an idempotency key.
const LONGEST_KEY: usize = 128;

/// Who has a command of a batch carried out, and what they may write; no rights where it is whoever keeps
/// the store itself.
pub type By<'b> = (&'b Arc<str>, Option<Rights>);

/// Time and ids of a turn.
#[derive(Debug)]
pub struct Turn {
    recorded_at: i64,
    context: Context,
    sealing: Sealing,
    envelopes: Vec<Made>,
}

/// An envelope in the making.
#[derive(Debug)]
struct Made {
    stamp: Stamp,
    key: Option<String>,
    events: Vec<Event>,
}

impl Turn {
    /// A turn at a record time, with ids that nobody had before. Record time never runs backwards:
    /// the caller gives the later of the clock and the last turn.
    pub fn new(recorded_at: i64, ids: IdSequence, sealing: Sealing) -> Self {
        let context = Context { ids, expected_version: None, from_list: false, writer: None };
        Self { recorded_at, context, sealing, envelopes: Vec::new() }
    }

    /// The ids that are left.
    pub fn ids(&self) -> &IdSequence {
        &self.context.ids
    }

    /// Keys of people who are new: they are kept before anything of this turn is.
    pub fn fresh(&self) -> &Fresh {
        self.sealing.fresh()
    }

    /// Carry out one request on a working copy: its envelope is kept, its answer given back. A
    /// refused one leaves no trace, not even a key.
    pub fn request(&mut self, working: &mut State, request: &Request) -> Result<Written, WriteError> {
        let before = self.sealing.fresh().clone();
        let outcome = self.carry_out(working, request);
        if outcome.is_err() {
            self.sealing.back_to(before);
        }
        outcome
    }

    /// What tells a request apart. Of one that may hold personal data it is blinded with the key of that
    /// person: nobody who reads the ledger can try names and numbers until one fits, nobody at all once
    /// the key is destroyed, and what tells the requests of others apart stays as it is. Whoever has no
    /// key has nothing sealed in what they ask: it would have been refused.
    fn digest(&self, working: &State, command: &Command, (plain, subject): ([u8; 32], Option<Id>)) -> [u8; 32] {
        let person = subject.filter(|_| working.concerns_a_person(command)).and_then(|id| working.person_of(id));
        person.and_then(|person| self.sealing.blind(person, plain)).unwrap_or(plain)
    }

    /// Every form in which the digest of a request may have been kept when it was answered: what it
    /// concerned may have been taken back since.
    fn digests(&self, working: &State, known: &Answered, plain: [u8; 32]) -> Vec<[u8; 32]> {
        let person = known.subject.and_then(|id| working.person_of(id));
        let own = person.and_then(|person| self.sealing.blind(person, plain));
        [Some(plain), own, self.sealing.formerly_blind(plain)].into_iter().flatten().collect()
    }

    fn carry_out(&mut self, working: &mut State, request: &Request) -> Result<Written, WriteError> {
        if request.withdrawn.load(Ordering::Relaxed) {
            return Err(WriteError::Cancelled);
        }
        let refused = |rejection| WriteError::Rejected(vec![(0, rejection)]);
        if let Some(key) = &request.key {
            check_key(&key.key).map_err(refused)?;
        }
        let answered = |key: &RequestKey| Some((key.digest, working.answered(&request.actor, &key.key)?));
        if let Some((plain, known)) = request.key.as_ref().and_then(answered) {
            return repeat(known, &self.digests(working, known, plain)).map_err(refused);
        }
        (self.context.expected_version, self.context.from_list) = (request.expected_version, false);
        // What lies in whose county is a matter of the day on which it is written.
        let (rights, day, actor) = (request.rights, Day::in_shanghai(self.recorded_at), Arc::clone(&request.actor));
        self.context.writer = Some(Writer { rights, day, actor });
        let decided = decide(working, &request.command, &mut self.context, &mut self.sealing);
        let Decided { events, subject } = decided.map_err(refused)?;
        let changed = !events.is_empty();
        let (stands_at, next) = (working.sequence(), working.sequence() + 1);
        let version = match subject {
            Some(_) if changed => Some(next),
            Some(subject) => working.version(subject),
            None => None,
        };
        let mut written = Written { subject, changed, version, sequence: stands_at, repeated: false };
        if changed || request.key.is_some() {
            self.open(working, &request.actor, request.key.as_ref().map(|key| key.key.clone()));
            self.add(working, events);
            written.sequence = next;
        }
        if let Some(RequestKey { key, digest }) = &request.key {
            let (key, request) = (key.clone(), Digest(self.digest(working, &request.command, (*digest, subject))));
            self.add(working, vec![Event::RequestAnswered { key, request, subject, changed, version }]);
        }
        Ok(written)
    }

    /// Carry out one command of a batch on a working copy; the caller gives the copy up when one is
    /// refused. Answers how many events came of it.
    pub fn command(&mut self, working: &mut State, by: By<'_>, command: &Command) -> Result<usize, Rejection> {
        let (actor, _) = by;
        let Decided { events, .. } = self.decide(working, by, command)?;
        let count = events.len();
        if count == 0 {
            return Ok(0);
        }
        let full = self.envelopes.last().is_none_or(|last| last.events.len() + count > EVENTS_AN_ENVELOPE);
        if full {
            self.open(working, actor, None);
        }
        self.add(working, events);
        Ok(count)
    }

    /// The same, answering the events themselves, for those who plan.
    pub(super) fn decided(
        &mut self,
        working: &mut State,
        by: By<'_>,
        command: &Command,
    ) -> Result<Vec<Event>, Rejection> {
        let Decided { events, .. } = self.decide(working, by, command)?;
        if !events.is_empty() {
            if self.envelopes.is_empty() {
                self.open(working, by.0, None);
            }
            self.add(working, events.clone());
        }
        Ok(events)
    }

    /// Let go of the events so far: nobody will write them.
    pub(super) fn forget(&mut self) {
        self.envelopes.iter_mut().for_each(|made| made.events.clear());
    }

    fn decide(&mut self, working: &State, (actor, rights): By<'_>, command: &Command) -> Result<Decided, Rejection> {
        (self.context.expected_version, self.context.from_list) = (None, true);
        let day = Day::in_shanghai(self.recorded_at);
        self.context.writer = rights.map(|rights| Writer { rights, day, actor: Arc::clone(actor) });
        decide(working, command, &mut self.context, &mut self.sealing)
    }

    fn open(&mut self, working: &mut State, actor: &Arc<str>, key: Option<String>) {
        let (sequence, actor) = (working.sequence() + 1, Arc::clone(actor));
        let stamp = Stamp { sequence, recorded_at: self.recorded_at, actor };
        working.begin(stamp.clone());
        self.envelopes.push(Made { stamp, key, events: Vec::new() });
    }

    fn add(&mut self, working: &mut State, events: Vec<Event>) {
        for event in &events {
            working.apply(event.clone());
        }
        if let Some(last) = self.envelopes.last_mut() {
            last.events.extend(events);
        }
    }

    /// Is there nothing to write?
    pub fn is_empty(&self) -> bool {
        self.envelopes.is_empty()
    }

    /// The envelopes as bytes, to follow `head`.
    pub fn bodies(&self, head: Head) -> Vec<Vec<u8>> {
        let (mut previous, mut bodies) = (head, Vec::with_capacity(self.envelopes.len()));
        for made in &self.envelopes {
            let envelope = Envelope {
                version: ENVELOPE_VERSION,
                sequence: previous.sequence + 1,
                previous: previous.hash,
                recorded_at: made.stamp.recorded_at,
                actor: made.stamp.actor.to_string(),
                idempotency_key: made.key.clone(),
                causation: None,
                event_version: EVENT_VERSION,
                events: made.events.clone(),
                sealed: None,
            };
            let body = envelope.encode();
            previous = previous.after(&body);
            bodies.push(body);
        }
        bodies
    }

    /// What other copies of the state must take over.
    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.envelopes.into_iter().map(|made| (made.stamp, made.events.into())).collect()
    }
}

/// The same key again: the same answer, where the same was asked.
fn repeat(known: &Answered, digests: &[[u8; 32]]) -> Result<Written, Rejection> {
    if !digests.contains(&known.request.0) {
        return Err(Rejection::KeyReused { key: known.key.to_string() });
    }
    let Answered { subject, changed, version, sequence, .. } = *known;
    Ok(Written { subject, changed, version, sequence, repeated: true })
}

fn check_key(key: &str) -> Result<(), Rejection> {
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if visible && (1..=LONGEST_KEY).contains(&key.len()) {
        return Ok(());
    }
    Err(Rejection::InvalidIdempotencyKey { given: crate::domain::rejection::clip(key) })
}
