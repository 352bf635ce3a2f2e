//! Envelopes: events ↔ bytes. CBOR with permanent numbers; what this code does not know stops it.

use minicbor::{Decode, Encode};

use crate::domain::event::{EVENT_VERSION, Event};
use crate::ledger::Head;

/// The version of the envelope that this code writes.
pub const ENVELOPE_VERSION: u16 = 1;

/// What turns the events of one version of the set into those of the next.
type Upcast = fn(Vec<Event>) -> Vec<Event>;

/// One row for each version before the one written: old ledgers load for ever. An event keeps its
/// number and its shape for ever; one that needs another shape gets a new number, and the row of its
/// version turns the old into the new.
///
/// 1 → 2: nothing that was there changed; ending, correcting, retracting and answers were added.
/// 2 → 3: nothing that was there changed; sealed names, sealed values and erasure were added.
/// 3 → 4: nothing that was there changed; merges, their undoing and judged pairs were added.
const UPCASTS: &[(u16, Upcast)] =
    &[(1, std::convert::identity), (2, std::convert::identity), (3, std::convert::identity)];

/// What one commit puts into the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Envelope {
    /// Version of the envelope itself.
    #[n(0)]
    pub version: u16,
    /// Its number, the same as its place in the ledger.
    #[n(1)]
    pub sequence: u64,
    /// The hash of everything before it.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub previous: [u8; 32],
    /// Milliseconds since 1970; never earlier than the one before.
    #[n(3)]
    pub recorded_at: i64,
    /// Who asked for it.
    #[n(4)]
    pub actor: String,
    /// The key under which the client may ask again without doing it twice.
    #[n(5)]
    pub idempotency_key: Option<String>,
    /// The number of the envelope that caused this one.
    #[n(6)]
    pub causation: Option<u64>,
    /// Version of the set of events.
    #[n(7)]
    pub event_version: u16,
    /// What happened.
    #[n(8)]
    pub events: Vec<Event>,
    /// Personal data, as ciphertext only.
    #[cbor(n(9), with = "minicbor::bytes")]
    pub sealed: Option<Vec<u8>>,
}

/// An envelope as it is written, of events that are bytes already.
#[derive(Debug, Encode)]
#[cbor(map)]
pub(super) struct Stamped<'b> {
    /// As in [`Envelope`], field by field.
    #[n(0)]
    pub version: u16,
    #[n(1)]
    pub sequence: u64,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub previous: [u8; 32],
    #[n(3)]
    pub recorded_at: i64,
    #[b(4)]
    pub actor: &'b str,
    #[n(5)]
    pub idempotency_key: Option<String>,
    #[n(6)]
    pub causation: Option<u64>,
    #[n(7)]
    pub event_version: u16,
    #[n(8)]
    pub events: Encoded<'b>,
    #[cbor(n(9), with = "minicbor::bytes")]
    pub sealed: Option<Vec<u8>>,
}

/// Events as the bytes that a list of them has.
#[derive(Debug)]
pub(super) struct Encoded<'b>(pub &'b [u8]);

impl<C> Encode<C> for Encoded<'_> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.writer_mut().write_all(self.0).map_err(minicbor::encode::Error::write)
    }
}

/// Events as bytes, for [`Encoded`].
pub(super) fn encoded(events: &[Event]) -> Vec<u8> {
    minicbor::to_vec(events).expect("writing to memory does not fail")
}

/// The envelope of such events, to follow `head`.
pub(super) fn stamped(head: Head, (recorded_at, actor): (i64, &str), events: &[u8]) -> Vec<u8> {
    let envelope = Stamped {
        version: ENVELOPE_VERSION,
        sequence: head.sequence + 1,
        previous: head.hash,
        recorded_at,
        actor,
        idempotency_key: None,
        causation: None,
        event_version: EVENT_VERSION,
        events: Encoded(events),
        sealed: None,
    };
    minicbor::to_vec(envelope).expect("writing to memory does not fail")
}

/// Why bytes are no envelope this code can read.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Written by a later program.
    #[error(
        "entry {sequence} was written by a later program (envelope {version}, events {event_version}); use that program"
    )]
    Later {
        /// The number of the entry.
        sequence: u64,
        /// Version of the envelope.
        version: u16,
        /// Version of the events.
        event_version: u16,
    },
    /// An event or a field this code has never heard of.
    #[error("entry {sequence} cannot be read: {cause}; use the program that wrote it, or restore a backup")]
    Unreadable {
        /// The number of the entry.
        sequence: u64,
        /// What the reader said.
        cause: String,
    },
}

/// Versions first, so that a later envelope is named as such and not as garbage.
#[derive(Decode)]
#[cbor(map)]
struct Versions {
    #[n(0)]
    version: u16,
    #[n(7)]
    event_version: u16,
}

impl Envelope {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing to memory does not fail")
    }

    /// From the bytes at that place of the ledger.
    pub fn decode(sequence: u64, bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let unreadable =
            |cause: minicbor::decode::Error| EnvelopeError::Unreadable { sequence, cause: cause.to_string() };
        let Versions { version, event_version } = minicbor::decode(bytes).map_err(unreadable)?;
        if version > ENVELOPE_VERSION || event_version > EVENT_VERSION {
            return Err(EnvelopeError::Later { sequence, version, event_version });
        }
        let mut decoder = minicbor::Decoder::new(bytes);
        let mut envelope: Envelope = decoder.decode().map_err(unreadable)?;
        // A reader of CBOR maps passes over fields it does not know: what is read must be all there is.
        let is_whole = decoder.position() == bytes.len() && envelope.encode() == bytes;
        if !is_whole || envelope.sequence != sequence {
            let cause = "it holds more than this program knows, or its length or its number does not fit".to_owned();
            return Err(EnvelopeError::Unreadable { sequence, cause });
        }
        for (_, upcast) in UPCASTS.iter().filter(|(from, _)| *from >= envelope.event_version) {
            envelope.events = upcast(std::mem::take(&mut envelope.events));
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        Envelope {
            version: ENVELOPE_VERSION,
            sequence: 7,
            previous: [9; 32],
            recorded_at: 1_700_000_000_000,
            actor: "importer".into(),
            idempotency_key: None,
            causation: None,
            event_version: EVENT_VERSION,
            events: Vec::new(),
            sealed: None,
        }
    }

    #[test]
    fn bytes_and_back() {
        let bytes = envelope().encode();
        assert_eq!(Envelope::decode(7, &bytes).expect("readable"), envelope());
        assert!(Envelope::decode(8, &bytes).is_err());
        assert!(Envelope::decode(7, &bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn events_that_are_bytes_already_make_the_same_envelope() {
        let named = |name: &str| Event::StoreNamed { name: name.into() };
        for events in [Vec::new(), vec![named("a")], (0..300).map(|number| named(&number.to_string())).collect()] {
            let head = Head { sequence: 6, hash: [9; 32] };
            let bytes = stamped(head, (1_700_000_000_000, "importer"), &encoded(&events));
            assert_eq!(bytes, Envelope { events, ..envelope() }.encode());
        }
    }

    #[test]
    fn a_field_that_nobody_knows_stops_the_reader() {
        let mut bytes = envelope().encode();
        // One more entry in the map: number 99, value 0.
        bytes[0] += 1;
        bytes.extend([0x18, 99, 0]);
        assert!(minicbor::decode::<Envelope>(&bytes).is_ok(), "CBOR passes over it");
        assert!(matches!(Envelope::decode(7, &bytes), Err(EnvelopeError::Unreadable { .. })));
    }

    #[test]
    fn every_earlier_version_has_its_upcast() {
        let known: Vec<u16> = UPCASTS.iter().map(|(from, _)| *from).collect();
        assert_eq!(known, (1..EVENT_VERSION).collect::<Vec<_>>());
        let named = Event::StoreNamed { name: "demo".into() };
        let old = Envelope { event_version: 1, events: vec![named.clone()], ..envelope() };
        assert_eq!(Envelope::decode(7, &old.encode()).expect("readable").events, [named]);
    }

    #[test]
    fn a_later_version_is_named() {
        let later = Envelope { version: ENVELOPE_VERSION + 1, ..envelope() };
        assert!(matches!(Envelope::decode(7, &later.encode()), Err(EnvelopeError::Later { .. })));
        let later = Envelope { event_version: EVENT_VERSION + 1, ..envelope() };
        assert!(matches!(Envelope::decode(7, &later.encode()), Err(EnvelopeError::Later { .. })));
    }
}
