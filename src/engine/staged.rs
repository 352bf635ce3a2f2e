//! What has been decided of an import, as parts of a stage: events as bytes, envelope by envelope, and how far the
//! commands were gone through. Numbers, hashes and the time of record come when the ledger takes them.

use std::collections::VecDeque;
use std::sync::Arc;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::copies::Entry;
use super::envelope::{encoded, stamped};
use super::plan::Order;
use crate::domain::Day;
use crate::domain::event::{EVENT_VERSION, Event};
use crate::graph::{Stamp, State};
use crate::ledger::{Head, LedgerError, Parts, Shelf};

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Tally {
    /// Commands decided.
    #[n(0)]
    pub done: u64,
    /// Those of them that said something new.
    #[n(1)]
    pub changed: u64,
    /// Events that came of it.
    #[n(2)]
    pub events: u64,
}

/// A part of a stage.
#[derive(Debug, Encode, Decode)]
#[cbor(array)]
struct Part {
    #[n(0)]
    tally: Tally,
    #[n(1)]
    envelopes: Vec<ByteVec>,
}

/// The bytes of a part.
pub(super) fn part(tally: Tally, entries: &[Entry]) -> Vec<u8> {
    let envelopes = entries.iter().map(|(_, events)| ByteVec::from(encoded(events))).collect();
    minicbor::to_vec(Part { tally, envelopes }).expect("writing to memory does not fail")
}

/// Carry out a part that was decided before, and say how far it goes; none where it cannot be read.
pub(super) fn replay(state: &mut State, (recorded_at, actor): (i64, &Arc<str>), bytes: &[u8]) -> Option<Tally> {
    let Part { tally, envelopes } = minicbor::decode(bytes).ok()?;
    let all: Result<Vec<Vec<Event>>, _> = envelopes.iter().map(|bytes| minicbor::decode(bytes)).collect();
    // All of it is read before any of it is carried out.
    for events in all.ok()? {
        state.begin(Stamp { sequence: state.sequence() + 1, recorded_at, actor: Arc::clone(actor) });
        events.into_iter().for_each(|event| state.apply(event));
    }
    Some(tally)
}

/// Envelopes out of parts, one after the other.
pub(super) struct Envelopes<'s> {
    parts: Parts<'s>,
    waiting: VecDeque<ByteVec>,
    recorded_at: i64,
    actor: &'s str,
    /// Was there a part that could not be read?
    pub unreadable: bool,
}

impl<'s> Envelopes<'s> {
    /// Of these parts, recorded now.
    pub fn of(parts: Parts<'s>, recorded_at: i64, actor: &'s str) -> Self {
        Self { parts, waiting: VecDeque::new(), recorded_at, actor, unreadable: false }
    }

    /// The envelope that follows this head; none after the last.
    pub fn after(&mut self, head: Head) -> Result<Option<Vec<u8>>, LedgerError> {
        while self.waiting.is_empty() {
            let Some(bytes) = self.parts.next_part().inspect_err(|_| self.unreadable = true)? else { return Ok(None) };
            let Part { envelopes, .. } = minicbor::decode(&bytes).map_err(|cause| {
                self.unreadable = true;
                let (file, cause) = ("import.stage".to_owned(), cause.to_string());
                LedgerError::Engine { operation: "read", file, cause }
            })?;
            self.waiting.extend(envelopes);
        }
        let events = self.waiting.pop_front();
        Ok(events.map(|events| stamped(head, (self.recorded_at, self.actor), &events)))
    }
}

/// What a stage is for: the same input, by the same asker, on the same facts, on the same day, decided by the
/// same program. Whatever else it would be, it is decided anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark(Vec<u8>);

const HEAD_BYTES: usize = 8 + 32;

impl Mark {
    pub fn of(order: &Order, base: Head, day: Day) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&order.input);
        let who = format!("{}\0{:?}\0{}", order.actor, order.rights, day.0);
        hasher.update(who.as_bytes());
        hasher.update(format!("{EVENT_VERSION} {}", env!("CARGO_PKG_VERSION")).as_bytes());
        let mut bytes = base.sequence.to_be_bytes().to_vec();
        bytes.extend_from_slice(&base.hash);
        bytes.extend_from_slice(hasher.finalize().as_bytes());
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// At start: an import that was cut short counts for nothing. Where the ledger has not moved since, the same
/// import goes on with it; otherwise it is of no use to anybody.
pub(super) fn look_at_what_is_left(shelf: &Shelf, head: Head) {
    match shelf.left() {
        Some(mark) if fits(&mark, head) => tracing::warn!(
            "an import was cut short and counts for nothing; the same import goes on where it stood, any other one takes its place"
        ),
        left => match shelf.clear() {
            Ok(()) if left.is_some() => {
                tracing::warn!("an import was cut short and counts for nothing; what it had prepared was taken away");
            }
            Ok(()) => {}
            Err(cause) => tracing::warn!(%cause, "what an import had prepared cannot be taken away"),
        },
    }
}

/// Does a stage with this mark still fit a ledger that stands here?
fn fits(mark: &[u8], head: Head) -> bool {
    let mut base = head.sequence.to_be_bytes().to_vec();
    base.extend_from_slice(&head.hash);
    mark.len() == HEAD_BYTES + 32 && mark.starts_with(&base)
}
