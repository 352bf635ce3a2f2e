//! The state: the graph of record with numbers only, and the facts in columns beside it.
//!
//! Rows are never removed, so row numbers, petgraph's node indices and petgraph's edge indices
//! agree for the life of a store. Reading goes through a `Lens`; nothing here is public to read.

use std::collections::HashMap;
use std::sync::Arc;

use petgraph::Directed;
use petgraph::stable_graph::StableGraph;

use super::column::Column;
use crate::domain::identifier::Identifier;
use crate::domain::name::{Language, NameKind};
use crate::domain::provenance::Provenance;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::{Day, Id, Kind, RecordKind, Relation, Validity, Value};

/// The row of a node. Good for one view only; give out ids, never rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityRow(pub(super) u32);

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its id.
    pub id: Id,
    /// When it holds, as written.
    pub validity: Validity,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Number of the stamp.
    pub(super) stamp: u32,
}

/// A name of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// What it is to its owner.
    pub kind: NameKind,
    /// Id, validity, provenance.
    pub fact: Fact,
}

/// A statement about an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The number of the attribute.
    pub attribute: u16,
    /// The value.
    pub value: Value,
    /// Id, validity, provenance.
    pub fact: Fact,
}

/// A node with everything said about it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its kind.
    pub kind: Kind,
    /// Id, own validity, provenance.
    pub fact: Fact,
    /// Its names.
    pub names: Vec<Named>,
    /// Its identifiers.
    pub identifiers: Vec<(Identifier, Fact)>,
    /// Its statements, by attribute.
    pub statements: Vec<Statement>,
}

/// A record of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The kind.
    pub kind: RecordKind,
    /// The node it belongs to.
    pub subject: EntityRow,
    /// Its attributes.
    pub values: Vec<(u16, Value)>,
    /// Id, validity, provenance.
    pub fact: Fact,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRecord {
    /// Its id.
    pub id: Id,
    /// Its row key.
    pub key: String,
    /// Its columns (`SOURCE_ATTRIBUTES`).
    pub values: Vec<(u16, Value)>,
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

/// What is said about a tie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TieFacts {
    pub values: Vec<(u16, Value)>,
    pub fact: Fact,
}

/// Where an id leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Node(u32),
    Tie(u32),
    Record(u32),
    Source(u32),
}

/// Look-ups beside the columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes {
    pub ids: HashMap<Id, Place>,
    pub identifiers: HashMap<Identifier, Vec<u32>>,
    pub names: HashMap<String, Vec<u32>>,
    pub source_keys: HashMap<String, u32>,
    pub records: HashMap<u32, Vec<u32>>,
    /// Rows of each kind, in the order they were entered.
    pub kinds: Vec<Vec<u32>>,
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
    pub(super) indexes: Arc<Indexes>,
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

    pub(super) fn node(&self, row: u32) -> NodeMark {
        *self.nodes.get(row).expect("every entity has its mark")
    }

    pub(super) fn tie(&self, row: u32) -> TieMark {
        *self.ties.get(row).expect("rows are never removed")
    }
}
