//! Events: what happened. The numbers are permanent; the ledger holds them for ever.

use minicbor::{Decode, Encode};

use super::id::Id;
use super::identifier::Identifier;
use super::kind::Kind;
use super::name::{Language, NameKind};
use super::personal::{ErasureReason, Sealed};
use super::provenance::Provenance;
use super::record::RecordKind;
use super::relation::Relation;
use super::validity::{PartialDate, Validity};
use super::value::Value;

/// Attribute numbers with their values, sorted by number.
pub type Values = Vec<(u16, Value)>;

/// The version of the event set that this code writes. A reader meeting a later one stops.
///
/// 1 had the events 0 to 7; 2 adds ending, correcting, retracting and answered requests; 3 adds what is
/// sealed of people, and its erasure; 4 adds entries that are one, and pairs that are not.
pub const EVENT_VERSION: u16 = 4;

/// The content of a corrected fact; which one follows from what the fact is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Content {
    /// Of a name.
    #[n(0)]
    Text(#[n(0)] String),
    /// Of an identifier.
    #[n(1)]
    Identifier(#[n(0)] Identifier),
    /// Of a statement.
    #[n(2)]
    Value(#[n(0)] Value),
    /// Of a tie or a record.
    #[n(3)]
    Values(#[n(0)] Values),
    /// Of the name of a person.
    #[n(4)]
    Sealed(#[n(0)] Sealed),
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Event {
    /// A source was entered.
    #[n(0)]
    SourceRegistered {
        /// Its id.
        #[n(0)]
        id: Id,
        /// Its row key.
        #[n(1)]
        key: String,
        /// Its columns.
        #[n(2)]
        values: Values,
    },
    /// A node was entered. Its names, identifiers and statements follow as events of their own.
    #[n(1)]
    EntityCreated {
        /// Its id.
        #[n(0)]
        id: Id,
        /// Its kind.
        #[n(1)]
        kind: Kind,
        /// When it exists, as written.
        #[n(2)]
        validity: Validity,
        /// Where we know it from.
        #[n(3)]
        provenance: Provenance,
    },
    /// A name was added.
    #[n(2)]
    NameAdded {
        /// The id of the fact.
        #[n(0)]
        id: Id,
        /// Whose name.
        #[n(1)]
        entity: Id,
        /// The name.
        #[n(2)]
        text: String,
        /// Its language.
        #[n(3)]
        language: Language,
        /// What it is to its owner.
        #[n(4)]
        kind: NameKind,
        /// When it is in use.
        #[n(5)]
        validity: Validity,
        /// Where it comes from.
        #[n(6)]
        provenance: Provenance,
    },
    /// An identifier was added.
    #[n(3)]
    IdentifierAdded {
        /// The id of the fact.
        #[n(0)]
        id: Id,
        /// Whose identifier.
        #[n(1)]
        entity: Id,
        /// The identifier.
        #[n(2)]
        identifier: Identifier,
        /// When it is in use.
        #[n(3)]
        validity: Validity,
        /// Where it comes from.
        #[n(4)]
        provenance: Provenance,
    },
    /// A statement about an attribute was made.
    #[n(4)]
    StatementMade {
        /// The id of the fact.
        #[n(0)]
        id: Id,
        /// About whom.
        #[n(1)]
        entity: Id,
        /// The number of the attribute in its kind.
        #[n(2)]
        attribute: u16,
        /// The value.
        #[n(3)]
        value: Value,
        /// When it holds; open where the entity's own validity stands.
        #[n(4)]
        validity: Validity,
        /// Where it comes from.
        #[n(5)]
        provenance: Provenance,
    },
    /// A tie was made.
    #[n(5)]
    Related {
        /// The id of the tie.
        #[n(0)]
        id: Id,
        /// The relation.
        #[n(1)]
        relation: Relation,
        /// Where it starts.
        #[n(2)]
        from: Id,
        /// Where it leads.
        #[n(3)]
        to: Id,
        /// Its attributes.
        #[n(4)]
        values: Values,
        /// When it holds.
        #[n(5)]
        validity: Validity,
        /// Where it comes from.
        #[n(6)]
        provenance: Provenance,
    },
    /// The store was given its name; it keeps it for ever.
    #[n(7)]
    StoreNamed {
        /// `xinxiang`, `demo` …
        #[n(0)]
        name: String,
    },
    /// A record was made.
    #[n(6)]
    RecordMade {
        /// The id of the record.
        #[n(0)]
        id: Id,
        /// The kind of record.
        #[n(1)]
        kind: RecordKind,
        /// The node it belongs to.
        #[n(2)]
        subject: Id,
        /// Its attributes.
        #[n(3)]
        values: Values,
        /// When it holds.
        #[n(4)]
        validity: Validity,
        /// Where it comes from.
        #[n(5)]
        provenance: Provenance,
    },
    /// A tie was ended.
    #[n(8)]
    RelationEnded {
        /// The id of the tie.
        #[n(0)]
        id: Id,
        /// From when it no longer holds.
        #[n(1)]
        to: PartialDate,
        /// Who says so.
        #[n(2)]
        provenance: Provenance,
    },
    /// A fact was put right.
    #[n(9)]
    FactCorrected {
        /// The id of the fact.
        #[n(0)]
        id: Id,
        /// What it says now; none where that stays.
        #[n(1)]
        content: Option<Content>,
        /// When it holds.
        #[n(2)]
        validity: Validity,
        /// Where it comes from.
        #[n(3)]
        provenance: Provenance,
    },
    /// A fact was taken back.
    #[n(10)]
    FactRetracted {
        /// The id of the fact.
        #[n(0)]
        id: Id,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// A request with a key was answered: asked again, it is answered alike.
    #[n(11)]
    RequestAnswered {
        /// The key.
        #[n(0)]
        key: String,
        /// Digest of what was asked.
        #[n(1)]
        request: Digest,
        /// What it was about.
        #[n(2)]
        subject: Option<Id>,
        /// Did it say something new?
        #[n(3)]
        changed: bool,
        /// The version of what it was about, afterwards.
        #[n(4)]
        version: Option<u64>,
    },
    /// A name was added to a person.
    #[n(12)]
    NameSealed {
        /// The id of the fact.
        #[n(0)]
        id: Id,
        /// Whose name.
        #[n(1)]
        entity: Id,
        /// The name, as ciphertext.
        #[n(2)]
        text: Sealed,
        /// Its language.
        #[n(3)]
        language: Language,
        /// What it is to its owner.
        #[n(4)]
        kind: NameKind,
        /// When it is in use.
        #[n(5)]
        validity: Validity,
        /// Where it comes from.
        #[n(6)]
        provenance: Provenance,
    },
    /// The key of a person was ordered to be destroyed: what was sealed with it can be read no more.
    #[n(13)]
    PersonErased {
        /// Who.
        #[n(0)]
        person: Id,
        /// Why.
        #[n(1)]
        reason: ErasureReason,
    },
    /// Two entries are of one thing. What is said stays where it was said; from now on it is read together.
    #[n(14)]
    EntriesMerged {
        /// The id of the merge.
        #[n(0)]
        id: Id,
        /// The entry that stands for both.
        #[n(1)]
        kept: Id,
        /// The other one.
        #[n(2)]
        merged: Id,
        /// Why they are one.
        #[n(3)]
        reason: String,
        /// Where we know it from.
        #[n(4)]
        provenance: Provenance,
    },
    /// A merge was undone: each entry stands for itself again, with what was said of it.
    #[n(15)]
    MergeUndone {
        /// The id of the merge.
        #[n(0)]
        id: Id,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// Somebody looked at two entries that look alike.
    #[n(16)]
    PairJudged {
        /// One of them; the smaller id.
        #[n(0)]
        one: Id,
        /// The other one.
        #[n(1)]
        other: Id,
        /// What they are.
        #[n(2)]
        verdict: Verdict,
        /// Why.
        #[n(3)]
        reason: String,
    },
}

/// What two entries that look alike were found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Verdict {
    /// Two things.
    #[n(0)]
    Different,
    /// To be looked at again.
    #[n(1)]
    Open,
}

/// BLAKE3 of something, as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Digest(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);
