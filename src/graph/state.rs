//! The state: the graph of record with numbers only, and the facts in columns beside it.
//!
//! Rows are never removed, so row numbers, petgraph's node indices and petgraph's edge indices
//! agree for the life of a store. Reading goes through a `Lens`; nothing here is public to read.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use petgraph::Directed;
use petgraph::stable_graph::StableGraph;

use super::answers::Answers;
use super::changes::ChangeMark;
use super::column::Column;
use super::former::Former;
use super::groups::{Groups, Judged, Merge, Standing};
use super::persons::Erasure;
use super::shards::Shards;
use crate::domain::identifier::Identifier;
use crate::domain::name::{Language, NameKind, Text};
use crate::domain::provenance::Provenance;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::{Day, Id, Kind, RecordKind, Relation, Validity, Value};

/// The row of a node. Good for one view only; give out ids, never rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct EntityRow(#[n(0)] pub(super) u32);

/// The row of a tie. Good for one view only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TieRow(pub(super) u32);

/// Who recorded something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The sequence number of the envelope.
    pub sequence: u64,
    /// Milliseconds since 1970.
    pub recorded_at: i64,
    /// Who.
    pub actor: Arc<str>,
}

/// What every fact has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Fact {
    /// Its id.
    #[n(0)]
    pub id: Id,
    /// When it holds, as written.
    #[n(1)]
    pub validity: Validity,
    /// Where it comes from.
    #[n(2)]
    pub provenance: Provenance,
    /// Number of the stamp.
    #[n(3)]
    pub(super) stamp: u32,
}

/// A name of a node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Named {
    /// The name.
    #[n(0)]
    pub text: Text,
    /// Its language.
    #[n(1)]
    pub language: Language,
    /// What it is to its owner.
    #[n(2)]
    pub kind: NameKind,
    /// Id, validity, provenance.
    #[n(3)]
    pub fact: Fact,
}

/// A statement about an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Statement {
    /// The number of the attribute.
    #[n(0)]
    pub attribute: u16,
    /// The value.
    #[n(1)]
    pub value: Value,
    /// Id, validity, provenance.
    #[n(2)]
    pub fact: Fact,
}

/// A node with everything said about it alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Entity {
    /// Its kind.
    #[n(0)]
    pub kind: Kind,
    /// Id, own validity, provenance.
    #[n(1)]
    pub fact: Fact,
    /// Its names.
    #[n(2)]
    pub names: Vec<Named>,
    /// Its identifiers.
    #[n(3)]
    pub identifiers: Vec<(Identifier, Fact)>,
    /// Its statements, by attribute.
    #[n(4)]
    pub statements: Vec<Statement>,
    /// The sequence number of the envelope that changed it last.
    #[n(5)]
    pub version: u64,
    /// … that changed last what everybody may know of it.
    #[n(6)]
    pub public_version: u64,
}

/// A record of a node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Record {
    /// The kind.
    #[n(0)]
    pub kind: RecordKind,
    /// The node it belongs to.
    #[n(1)]
    pub subject: EntityRow,
    /// Its attributes.
    #[n(2)]
    pub values: Vec<(u16, Value)>,
    /// Id, validity, provenance.
    #[n(3)]
    pub fact: Fact,
    /// The sequence number of the envelope that changed it last.
    #[n(4)]
    pub version: u64,
    /// … that changed last what everybody may know of it.
    #[n(5)]
    pub public_version: u64,
    /// Was it taken back?
    #[n(6)]
    pub(super) retracted: bool,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SourceRecord {
    /// Its id.
    #[n(0)]
    pub id: Id,
    /// Its row key.
    #[n(1)]
    pub key: String,
    /// Its columns (`SOURCE_ATTRIBUTES`).
    #[n(2)]
    pub values: Vec<(u16, Value)>,
    #[n(3)]
    pub(super) stamp: u32,
}

impl SourceRecord {
    /// The value of the column of that name.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.value(SOURCE_ATTRIBUTES.iter().find(|attribute| attribute.name == name)?.tag)
    }

    /// The value of a column.
    pub fn value(&self, tag: u16) -> Option<&Value> {
        self.values.iter().find(|(known, _)| *known == tag).map(|(_, value)| value)
    }
}

/// What a walk needs to know of a node, in 12 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeMark {
    pub kind: Kind,
    pub standing: Standing,
    pub from: Day,
    pub to: Day,
}

/// What a walk needs to know of a tie, in 20 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct TieMark {
    pub relation: Relation,
    pub start: u32,
    pub target: u32,
    pub from: Day,
    pub to: Day,
}

impl TieMark {
    /// Was it taken back?
    pub(super) fn is_retracted(&self) -> bool {
        (self.from, self.to) == NEVER
    }
}

/// What is said about a tie.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct TieFacts {
    #[n(0)]
    pub values: Vec<(u16, Value)>,
    #[n(1)]
    pub fact: Fact,
    /// Who says that it ended, where that was said apart.
    #[n(2)]
    pub ended: Option<Ended>,
    #[n(3)]
    pub version: u64,
    #[n(4)]
    pub public_version: u64,
}

/// Who says that a tie ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Ended {
    /// Where it comes from.
    #[n(0)]
    pub provenance: Provenance,
    /// Number of the stamp.
    #[n(1)]
    pub(super) stamp: u32,
}

/// Where an id leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub(super) enum Place {
    #[n(0)]
    Node(#[n(0)] u32),
    #[n(1)]
    Tie(#[n(0)] u32),
    #[n(2)]
    Record(#[n(0)] u32),
    #[n(3)]
    Source(#[n(0)] u32),
    /// A name, an identifier or a statement of that node.
    #[n(4)]
    Fact(#[n(0)] u32),
    /// Taken back: the row among the retractions.
    #[n(5)]
    Retracted(#[n(0)] u32),
    /// Two entries that were found to be one.
    #[n(6)]
    Merge(#[n(0)] u32),
}

/// A fact that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Retraction {
    pub id: Id,
    pub reason: Box<str>,
    pub stamp: u32,
    /// Where the id led before.
    pub was: Place,
}

/// The days of what was taken back: none.
pub(super) const NEVER: (Day, Day) = (Day::END, Day::BEGINNING);

/// Look-ups beside the columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes {
    pub ids: Shards<Id, Place>,
    pub identifiers: Shards<Identifier, Vec<u32>>,
    pub names: Shards<String, Vec<u32>>,
    pub source_keys: Shards<String, u32>,
    pub records: Shards<u32, Vec<u32>>,
    /// What was said of a node or a tie before: rows of `formers`.
    pub formers: Shards<Place, Vec<u32>>,
    /// Rows of each kind, in the order they were entered.
    pub kinds: Vec<Column<u32>>,
    /// Rows of each kind of record, in the order they were entered.
    pub record_kinds: Vec<Column<u32>>,
}

/// Everything known, as of one sequence number. `clone` shares the columns.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(super) graph: StableGraph<u32, u32, Directed, u32>,
    pub(super) nodes: Column<NodeMark>,
    pub(super) entities: Column<Arc<Entity>>,
    pub(super) ties: Column<TieMark>,
    pub(super) tie_facts: Column<Arc<TieFacts>>,
    pub(super) records: Column<Arc<Record>>,
    pub(super) sources: Column<Arc<SourceRecord>>,
    pub(super) stamps: Column<Stamp>,
    pub(super) indexes: Indexes,
    pub(super) changes: Column<ChangeMark>,
    /// Rows of those changes that everybody may know of.
    pub(super) public_changes: Column<u32>,
    pub(super) retractions: Column<Arc<Retraction>>,
    pub(super) formers: Column<Arc<Former>>,
    pub(super) erasures: Column<Erasure>,
    pub(super) merges: Column<Arc<Merge>>,
    pub(super) groups: Arc<Groups>,
    pub(super) judged: Arc<Judged>,
    pub(super) answers: Answers,
    pub(super) sequence: u64,
    pub(super) name: Option<String>,
    pub(super) broken: Option<String>,
}

impl State {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sequence number of the last envelope applied; 0 before the first.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Record time of the last envelope applied, in milliseconds since 1970; 0 before the first.
    pub fn last_recorded_at(&self) -> i64 {
        let last = self.stamps.len().checked_sub(1).and_then(|row| u32::try_from(row).ok());
        last.and_then(|row| self.stamps.get(row)).map_or(0, |stamp| stamp.recorded_at)
    }

    /// The name of the store, once it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How many nodes, ties, records and sources there are, whatever their validity.
    pub fn size(&self) -> [usize; 4] {
        [self.entities.len(), self.ties.len(), self.records.len(), self.sources.len()]
    }

    pub(super) fn place(&self, id: Id) -> Option<Place> {
        self.indexes.ids.get(&id).copied()
    }

    pub(super) fn node_of(&self, id: Id) -> Option<u32> {
        match self.place(id)? {
            Place::Node(row) => Some(row),
            _ => None,
        }
    }

    pub(super) fn source(&self, id: Id) -> Option<&Arc<SourceRecord>> {
        match self.place(id)? {
            Place::Source(row) => self.sources.get(row),
            _ => None,
        }
    }

    pub(super) fn entity(&self, row: u32) -> &Entity {
        self.entities.get(row).expect("rows are never removed")
    }

    /// Was the node taken back?
    pub(super) fn is_retracted(&self, row: u32) -> bool {
        let mark = self.node(row);
        (mark.from, mark.to) == NEVER
    }

    pub(super) fn node(&self, row: u32) -> NodeMark {
        *self.nodes.get(row).expect("every entity has its mark")
    }

    pub(super) fn tie(&self, row: u32) -> TieMark {
        *self.ties.get(row).expect("rows are never removed")
    }
}
