//! Carrying events out. It cannot fail: `decide` has checked what it wrote. A log that breaks this
//! (an event about an unknown id) is remembered as broken, and the engine refuses to serve it.

use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;

use super::answers::Answered;
use super::changes::Action;
use super::groups::{Judgement, Merge, Standing};
use super::state::{
    Entity, EntityRow, Fact, NEVER, Named, NodeMark, Place, Record, SourceRecord, Stamp, State, Statement, TieFacts,
    TieMark,
};
use crate::domain::event::Event;
use crate::domain::fold::fold;
use crate::domain::identifier::Identifier;
use crate::domain::kind::KINDS;
use crate::domain::name::Text;
use crate::domain::provenance::Provenance;
use crate::domain::{Day, Id, Kind, RecordKind, Sensitivity, Validity, Value};

impl State {
    /// What follows belongs to this envelope.
    pub fn begin(&mut self, stamp: Stamp) {
        self.sequence = stamp.sequence;
        self.answers.forget(stamp.recorded_at);
        self.stamps.push(stamp);
    }

    /// All envelopes after that number are recorded at this time, whatever they said before.
    pub fn record_at(&mut self, after: u64, recorded_at: i64) {
        let first = self.stamps.partition(|stamp| stamp.sequence <= after);
        let end = u32::try_from(self.stamps.len()).expect("a store holds fewer than 2^32 envelopes");
        for row in first..end {
            if let Some(stamp) = self.stamps.get_mut(row) {
                stamp.recorded_at = recorded_at;
            }
        }
    }

    /// What was wrong with the log, if anything was.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// The number of the stamp of the envelope begun last.
    pub(super) fn stamp_row(&self) -> u32 {
        u32::try_from(self.stamps.len().saturating_sub(1)).expect("a store holds fewer than 2^32 envelopes")
    }

    /// Carry out one event of the envelope begun last.
    pub fn apply(&mut self, event: Event) {
        let stamp = self.stamp_row();
        let fact = |id: Id, validity: Validity, provenance: Provenance| Fact { id, validity, provenance, stamp };
        match event {
            Event::StoreNamed { name } => self.name = Some(name),
            Event::SourceRegistered { id, key, values } => self.add_source(SourceRecord { id, key, values, stamp }),
            Event::EntityCreated { id, kind, validity, provenance } => {
                self.add_entity(kind, fact(id, validity, provenance))
            }
            Event::NameAdded { id, entity, text, language, kind, validity, provenance } => {
                let Some(row) = self.known(entity) else { return };
                let text = Text::Plain(text);
                self.add_name(row, Named { text, language, kind, fact: fact(id, validity, provenance) });
            }
            Event::NameSealed { id, entity, text, language, kind, validity, provenance } => {
                let Some(row) = self.known(entity) else { return };
                let text = Text::Sealed(text);
                self.add_name(row, Named { text, language, kind, fact: fact(id, validity, provenance) });
            }
            Event::PersonErased { person, reason } => self.erase_person(person, reason),
            Event::EntriesMerged { id, kept, merged, reason, provenance } => {
                let (Some(kept), Some(merged)) = (self.known(kept), self.known(merged)) else { return };
                let fact = fact(id, Validity::OPEN, provenance);
                self.merge(Merge { fact, kept, merged, reason, undone: None });
            }
            Event::MergeUndone { id, reason } => self.undo_merge(id, reason),
            Event::PairJudged { one, other, verdict, reason } => {
                let (Some(one), Some(other)) = (self.known(one), self.known(other)) else { return };
                self.judge((one, other), Judgement { verdict, reason, stamp });
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
                let (ended, version, fact) = (None, self.sequence, fact(id, validity, provenance));
                self.add_tie(mark, TieFacts { values, fact, ended, version, public_version: version });
            }
            Event::RecordMade { id, kind, subject, values, validity, provenance } => {
                let Some(row) = self.known(subject) else { return };
                let (subject, version, retracted) = (EntityRow(row), self.sequence, false);
                let fact = fact(id, validity, provenance);
                self.add_record(Record { kind, subject, values, fact, version, public_version: version, retracted });
            }
            Event::RelationEnded { id, to, provenance } => self.end_tie(id, to, provenance),
            Event::FactCorrected { id, content, validity, provenance } => {
                self.correct(id, content, (validity, provenance))
            }
            Event::FactRetracted { id, reason } => self.retract(id, reason),
            Event::RequestAnswered { key, request, subject, changed, version } => {
                let Some(stamp) = self.stamps.get(stamp) else { return };
                let (actor, sequence, recorded_at) = (Arc::clone(&stamp.actor), stamp.sequence, stamp.recorded_at);
                let key = Arc::from(key);
                self.answers.add(Answered { actor, key, request, subject, changed, version, sequence, recorded_at });
            }
        }
    }

    fn known(&mut self, id: Id) -> Option<u32> {
        let row = self.node_of(id);
        if row.is_none() {
            self.break_at(id);
        }
        row
    }

    /// The log speaks of something that is not there, or not such a thing.
    pub(super) fn break_at(&mut self, id: Id) {
        let sequence = self.sequence;
        self.broken.get_or_insert_with(|| format!("envelope {sequence} speaks of the unknown id {id}"));
    }

    fn add_source(&mut self, source: SourceRecord) {
        let (id, key) = (source.id, source.key.clone());
        if let Some(Place::Source(row)) = self.place(id) {
            // The same id again: a revision of the source.
            if let Some(known) = self.sources.get_mut(row) {
                *known = Arc::new(source);
            }
            self.note(Place::Source(row), Action::Changed, true);
            return;
        }
        let row = self.sources.push(Arc::new(source));
        self.indexes.ids.insert(id, Place::Source(row));
        self.indexes.source_keys.insert(key, row);
        self.note(Place::Source(row), Action::Created, true);
    }

    fn add_entity(&mut self, kind: Kind, fact: Fact) {
        let (id, version) = (fact.id, self.sequence);
        let (from, to) = (fact.validity.first_day(), fact.validity.end_day());
        let row = self.nodes.push(NodeMark { kind, standing: Standing::Alone, from, to });
        let (names, identifiers, statements) = (Vec::new(), Vec::new(), Vec::new());
        let public_version = version;
        self.entities.push(Arc::new(Entity { kind, fact, names, identifiers, statements, version, public_version }));
        let index = self.graph.add_node(row);
        debug_assert_eq!(index.index(), row as usize);
        self.indexes.ids.insert(id, Place::Node(row));
        self.indexes.kinds.resize(KINDS, super::column::Column::default());
        if let Some(rows) = self.indexes.kinds.get_mut(kind as usize) {
            rows.push(row);
        }
        let public = self.is_place_public(Place::Node(row));
        self.note(Place::Node(row), Action::Created, public);
    }

    /// Change an entity, and note it; what is not public is no news to the public.
    pub(super) fn change(&mut self, row: u32, sensitivity: Sensitivity, change: impl FnOnce(&mut Entity)) {
        let place = Place::Node(row);
        let before = self.is_place_public(place);
        let version = self.sequence;
        if let Some(entity) = self.entities.get_mut(row) {
            let entity = Arc::make_mut(entity);
            change(entity);
            entity.version = version;
            if sensitivity == Sensitivity::Public {
                entity.public_version = version;
            }
        }
        self.refresh_mark(row);
        self.read_together(row);
        let public = sensitivity == Sensitivity::Public && (before || self.is_place_public(place));
        self.note(place, Action::Changed, public);
    }

    pub(super) fn index_name(&mut self, row: u32, text: &str) {
        self.indexes.names.change(fold(text), |rows| {
            if !rows.contains(&row) {
                rows.push(row);
            }
        });
    }

    pub(super) fn index_identifier(&mut self, row: u32, identifier: &Identifier) {
        self.indexes.identifiers.change(identifier.clone(), |rows| {
            if !rows.contains(&row) {
                rows.push(row);
            }
        });
    }

    fn add_name(&mut self, row: u32, named: Named) {
        // Nobody is found by the name of a person.
        if let Some(text) = named.text.plain() {
            self.index_name(row, text);
        }
        self.indexes.ids.insert(named.fact.id, Place::Fact(row));
        self.change(row, Sensitivity::Public, |entity| entity.names.push(named));
    }

    fn add_identifier(&mut self, row: u32, identifier: Identifier, fact: Fact) {
        self.index_identifier(row, &identifier);
        self.indexes.ids.insert(fact.id, Place::Fact(row));
        self.change(row, Sensitivity::Public, |entity| entity.identifiers.push((identifier, fact)));
    }

    fn add_statement(&mut self, row: u32, statement: Statement) {
        self.indexes.ids.insert(statement.fact.id, Place::Fact(row));
        let sensitivity = self.sensitivity(row, statement.attribute);
        self.change(row, sensitivity, |entity| {
            let place = entity.statements.partition_point(|known| known.attribute <= statement.attribute);
            entity.statements.insert(place, statement);
        });
    }

    pub(super) fn sensitivity(&self, row: u32, attribute: u16) -> Sensitivity {
        let attribute = self.entity(row).kind.row().attribute_by_tag(attribute);
        attribute.map_or(Sensitivity::Restricted, |attribute| attribute.sensitivity)
    }

    /// The mark follows from the entity: the days on which it exists.
    pub(super) fn refresh_mark(&mut self, row: u32) {
        let entity = self.whole_entry(row);
        let start = match (entity.fact.validity.from, entity.kind.row().begins_with) {
            (Some(written), _) => written.first_day(),
            (None, Some(name)) => earliest(&entity, name).unwrap_or(Day::BEGINNING),
            (None, None) => Day::BEGINNING,
        };
        let Some(mark) = self.nodes.get_mut(row) else { return };
        if (mark.from, mark.to) != NEVER {
            (mark.from, mark.to) = (start, entity.fact.validity.end_day());
        }
    }

    fn add_tie(&mut self, mark: TieMark, facts: TieFacts) {
        let id = facts.fact.id;
        let row = self.ties.push(mark);
        self.tie_facts.push(Arc::new(facts));
        let (start, target) = (NodeIndex::new(mark.start as usize), NodeIndex::new(mark.target as usize));
        let index = self.graph.add_edge(start, target, row);
        debug_assert_eq!(index.index(), row as usize);
        self.indexes.ids.insert(id, Place::Tie(row));
        self.line_up(row);
        let public = self.is_place_public(Place::Tie(row));
        self.note(Place::Tie(row), Action::Created, public);
    }

    /// Every record, retracted or not, stands in the list of its kind.
    pub(super) fn list_record(&mut self, kind: RecordKind, row: u32) {
        self.indexes.record_kinds.resize(RecordKind::all().count(), super::column::Column::default());
        if let Some(rows) = self.indexes.record_kinds.get_mut(kind as usize) {
            rows.push(row);
        }
    }

    fn add_record(&mut self, record: Record) {
        let (id, subject, kind) = (record.fact.id, record.subject.0, record.kind);
        let row = self.records.push(Arc::new(record));
        self.indexes.ids.insert(id, Place::Record(row));
        self.indexes.records.change(subject, |rows| rows.push(row));
        self.list_record(kind, row);
        self.find_repeated(subject);
        let public = self.is_place_public(Place::Record(row));
        self.note(Place::Record(row), Action::Created, public);
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
