//! Carrying events out. It cannot fail: `decide` has checked what it wrote. A log that breaks this
//! (an event about an unknown id) is remembered as broken, and the engine refuses to serve it.

use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;

use super::state::{
    Entity, EntityRow, Fact, Named, NodeMark, Place, Record, SourceRecord, Stamp, State, Statement, TieFacts, TieMark,
};
use crate::domain::event::Event;
use crate::domain::fold::fold;
use crate::domain::identifier::Identifier;
use crate::domain::kind::KINDS;
use crate::domain::provenance::Provenance;
use crate::domain::{Day, Id, Kind, Validity, Value};

impl State {
    /// What follows belongs to this envelope.
    pub fn begin(&mut self, stamp: Stamp) {
        self.sequence = stamp.sequence;
        self.stamps.push(stamp);
    }

    /// What was wrong with the log, if anything was.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Carry out one event of the envelope begun last.
    pub fn apply(&mut self, event: Event) {
        let stamp =
            u32::try_from(self.stamps.len().saturating_sub(1)).expect("a store holds fewer than 2^32 envelopes");
        let fact = |id: Id, validity: Validity, provenance: Provenance| Fact { id, validity, provenance, stamp };
        match event {
            Event::RelationEnded { .. }
            | Event::FactCorrected { .. }
            | Event::FactRetracted { .. }
            | Event::RequestAnswered { .. } => {}
            Event::StoreNamed { name } => self.name = Some(name),
            Event::SourceRegistered { id, key, values } => self.add_source(SourceRecord { id, key, values, stamp }),
            Event::EntityCreated { id, kind, validity, provenance } => {
                self.add_entity(kind, fact(id, validity, provenance))
            }
            Event::NameAdded { id, entity, text, language, kind, validity, provenance } => {
                let Some(row) = self.known(entity) else { return };
                let named = Named { text, language, kind, fact: fact(id, validity, provenance) };
                self.add_name(row, named);
            }
            Event::IdentifierAdded { id, entity, identifier, validity, provenance } => {
                let Some(row) = self.known(entity) else { return };
                self.add_identifier(row, identifier, fact(id, validity, provenance));
            }
            Event::StatementMade { id, entity, attribute, value, validity, provenance } => {
                let Some(row) = self.known(entity) else { return };
                self.add_statement(row, Statement { attribute, value, fact: fact(id, validity, provenance) });
            }
            Event::Related { id, relation, from, to, values, validity, provenance } => {
                let (Some(start), Some(target)) = (self.known(from), self.known(to)) else { return };
                let (from, to) = (validity.first_day(), validity.end_day());
                let mark = TieMark { relation, start, target, from, to };
                self.add_tie(mark, TieFacts { values, fact: fact(id, validity, provenance) });
            }
            Event::RecordMade { id, kind, subject, values, validity, provenance } => {
                let Some(row) = self.known(subject) else { return };
                self.add_record(Record { kind, subject: EntityRow(row), values, fact: fact(id, validity, provenance) });
            }
        }
    }

    fn known(&mut self, id: Id) -> Option<u32> {
        let row = self.node_of(id);
        if row.is_none() && self.broken.is_none() {
            self.broken = Some(format!("envelope {} speaks of the unknown id {id}", self.sequence));
        }
        row
    }

    fn add_source(&mut self, source: SourceRecord) {
        let (id, key) = (source.id, source.key.clone());
        if let Some(Place::Source(row)) = self.place(id) {
            // The same id again: a revision of the source.
            if let Some(known) = self.sources.get_mut(row) {
                *known = Arc::new(source);
            }
            return;
        }
        let row = self.sources.push(Arc::new(source));
        let indexes = Arc::make_mut(&mut self.indexes);
        indexes.ids.insert(id, Place::Source(row));
        indexes.source_keys.insert(key, row);
    }

    fn add_entity(&mut self, kind: Kind, fact: Fact) {
        let id = fact.id;
        let (from, to) = (fact.validity.first_day(), fact.validity.end_day());
        let row = self.nodes.push(NodeMark { kind, from, to });
        let (names, identifiers, statements) = (Vec::new(), Vec::new(), Vec::new());
        self.entities.push(Arc::new(Entity { kind, fact, names, identifiers, statements }));
        let index = self.graph.add_node(row);
        debug_assert_eq!(index.index(), row as usize);
        let indexes = Arc::make_mut(&mut self.indexes);
        indexes.ids.insert(id, Place::Node(row));
        indexes.kinds.resize(KINDS, Vec::new());
        if let Some(rows) = indexes.kinds.get_mut(kind as usize) {
            rows.push(row);
        }
    }

    fn change(&mut self, row: u32, change: impl FnOnce(&mut Entity)) {
        if let Some(entity) = self.entities.get_mut(row) {
            change(Arc::make_mut(entity));
        }
    }

    fn add_name(&mut self, row: u32, named: Named) {
        let rows = Arc::make_mut(&mut self.indexes).names.entry(fold(&named.text)).or_default();
        if !rows.contains(&row) {
            rows.push(row);
        }
        self.change(row, |entity| entity.names.push(named));
    }

    fn add_identifier(&mut self, row: u32, identifier: Identifier, fact: Fact) {
        let rows = Arc::make_mut(&mut self.indexes).identifiers.entry(identifier.clone()).or_default();
        if !rows.contains(&row) {
            rows.push(row);
        }
        self.change(row, |entity| entity.identifiers.push((identifier, fact)));
    }

    fn add_statement(&mut self, row: u32, statement: Statement) {
        self.change(row, |entity| {
            let place = entity.statements.partition_point(|known| known.attribute <= statement.attribute);
            entity.statements.insert(place, statement);
        });
        self.refresh_mark(row);
    }

    /// The mark follows from the entity: the days on which it exists.
    fn refresh_mark(&mut self, row: u32) {
        let entity = Arc::clone(self.entities.get(row).expect("the row was just written"));
        let start = match (entity.fact.validity.from, entity.kind.row().begins_with) {
            (Some(written), _) => written.first_day(),
            (None, Some(name)) => earliest(&entity, name).unwrap_or(Day::BEGINNING),
            (None, None) => Day::BEGINNING,
        };
        let Some(mark) = self.nodes.get_mut(row) else { return };
        mark.from = start;
    }

    fn add_tie(&mut self, mark: TieMark, facts: TieFacts) {
        let id = facts.fact.id;
        let row = self.ties.push(mark);
        self.tie_facts.push(Arc::new(facts));
        let (start, target) = (NodeIndex::new(mark.start as usize), NodeIndex::new(mark.target as usize));
        let index = self.graph.add_edge(start, target, row);
        debug_assert_eq!(index.index(), row as usize);
        Arc::make_mut(&mut self.indexes).ids.insert(id, Place::Tie(row));
    }

    fn add_record(&mut self, record: Record) {
        let (id, subject) = (record.fact.id, record.subject.0);
        let row = self.records.push(Arc::new(record));
        let indexes = Arc::make_mut(&mut self.indexes);
        indexes.ids.insert(id, Place::Record(row));
        indexes.records.entry(subject).or_default().push(row);
    }
}

/// The first day that any statement about a date attribute gives.
fn earliest(entity: &Entity, name: &str) -> Option<Day> {
    let tag = entity.kind.row().attribute(name)?.tag;
    let dates = entity.statements.iter().filter(|statement| statement.attribute == tag);
    dates
        .filter_map(|statement| if let Value::Date(date) = statement.value { Some(date.first_day()) } else { None })
        .min()
}
