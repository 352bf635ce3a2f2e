//! Carrying out what changes or takes back facts that are there. Rows stay; ids stay; the ledger
//! keeps what was said before.

use std::sync::Arc;

use super::changes::Action;
use super::former::Fate;
use super::state::{Ended, Entity, Fact, NEVER, Place, Retraction, State};
use crate::domain::event::{Content, Values};
use crate::domain::fold::fold;
use crate::domain::identifier::Identifier;
use crate::domain::name::Text;
use crate::domain::provenance::Provenance;
use crate::domain::{Attribute, Id, PartialDate, Sensitivity, Validity};

/// Does a correction change anything that everybody may know: dates, source, a public value? What is
/// not public is no news to the public, not even that it changed.
fn public_news(
    attributes: &[Attribute],
    (held, values): (&Fact, &Values),
    (validity, provenance): (Validity, &Provenance),
    content: Option<&Content>,
) -> bool {
    let public = |values: &Values| -> Values {
        let is_public = |tag: u16| {
            let attribute = attributes.iter().find(|attribute| attribute.tag == tag);
            attribute.is_some_and(|attribute| attribute.sensitivity == Sensitivity::Public)
        };
        values.iter().filter(|(tag, _)| is_public(*tag)).cloned().collect()
    };
    let values_differ = match content {
        Some(Content::Values(new)) => public(new) != public(values),
        _ => false,
    };
    held.validity != validity || held.provenance != *provenance || values_differ
}

/// A name, an identifier or a statement inside its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name(usize),
    Identifier(usize),
    Statement(usize),
}

/// Which part of a node has that id.
pub(super) fn part(entity: &Entity, id: Id) -> Option<Part> {
    let name = entity.names.iter().position(|name| name.fact.id == id).map(Part::Name);
    let identifier = || entity.identifiers.iter().position(|(_, fact)| fact.id == id).map(Part::Identifier);
    let statement = || entity.statements.iter().position(|known| known.fact.id == id).map(Part::Statement);
    name.or_else(identifier).or_else(statement)
}

impl Entity {
    /// The fact of a part.
    pub(super) fn part_fact(&self, part: Part) -> Option<&Fact> {
        match part {
            Part::Name(place) => self.names.get(place).map(|name| &name.fact),
            Part::Identifier(place) => self.identifiers.get(place).map(|(_, fact)| fact),
            Part::Statement(place) => self.statements.get(place).map(|statement| &statement.fact),
        }
    }

    fn part_fact_mut(&mut self, part: Part) -> Option<&mut Fact> {
        match part {
            Part::Name(place) => self.names.get_mut(place).map(|name| &mut name.fact),
            Part::Identifier(place) => self.identifiers.get_mut(place).map(|(_, fact)| fact),
            Part::Statement(place) => self.statements.get_mut(place).map(|statement| &mut statement.fact),
        }
    }
}

impl State {
    pub(super) fn end_tie(&mut self, id: Id, to: PartialDate, provenance: Provenance) {
        let Some(Place::Tie(row)) = self.place(id) else { return self.break_at(id) };
        self.remember(id, Fate::Ended);
        let place = Place::Tie(row);
        let before = self.is_place_public(place);
        let (version, stamp) = (self.sequence, self.stamp_row());
        if let (Some(facts), Some(mark)) = (self.tie_facts.get_mut(row), self.ties.get_mut(row)) {
            let facts = Arc::make_mut(facts);
            facts.fact.validity.to = Some(to);
            facts.ended = Some(Ended { provenance, stamp });
            (facts.version, facts.public_version) = (version, version);
            mark.to = facts.fact.validity.end_day();
        }
        self.note(place, Action::Ended, before);
    }

    pub(super) fn correct(&mut self, id: Id, content: Option<Content>, right: (Validity, Provenance)) {
        self.remember(id, Fate::Corrected);
        match self.place(id) {
            Some(Place::Fact(row)) => self.correct_part(row, id, content, right),
            Some(Place::Node(row)) => {
                let stamp = self.stamp_row();
                self.change(row, Sensitivity::Public, |entity| {
                    (entity.fact.validity, entity.fact.provenance) = right;
                    entity.fact.stamp = stamp;
                });
            }
            Some(Place::Tie(row)) => self.correct_tie(row, content, right),
            Some(Place::Record(row)) => self.correct_record(row, content, right),
            Some(Place::Source(_) | Place::Retracted(_) | Place::Merge(_)) | None => self.break_at(id),
        }
    }

    fn correct_part(&mut self, row: u32, id: Id, content: Option<Content>, right: (Validity, Provenance)) {
        let stamp = self.stamp_row();
        let Some(part) = part(self.entity(row), id) else { return self.break_at(id) };
        match (part, &content) {
            (Part::Name(place), Some(Content::Text(text))) => {
                self.unindex_name(row, place);
                self.index_name(row, text);
            }
            (Part::Name(place), Some(Content::Sealed(_))) => self.unindex_name(row, place),
            (Part::Identifier(place), Some(Content::Identifier(identifier))) => {
                self.unindex_identifier(row, place);
                self.index_identifier(row, identifier);
            }
            _ => {}
        }
        let sensitivity = self.part_sensitivity(row, part);
        self.change(row, sensitivity, |entity| {
            if let Some(fact) = entity.part_fact_mut(part) {
                (fact.validity, fact.provenance) = right;
                fact.stamp = stamp;
            }
            match (part, content) {
                (Part::Name(place), Some(Content::Text(text))) => {
                    if let Some(name) = entity.names.get_mut(place) {
                        name.text = Text::Plain(text);
                    }
                }
                (Part::Name(place), Some(Content::Sealed(sealed))) => {
                    if let Some(name) = entity.names.get_mut(place) {
                        name.text = Text::Sealed(sealed);
                    }
                }
                (Part::Identifier(place), Some(Content::Identifier(identifier))) => {
                    if let Some((known, _)) = entity.identifiers.get_mut(place) {
                        *known = identifier;
                    }
                }
                (Part::Statement(place), Some(Content::Value(value))) => {
                    if let Some(statement) = entity.statements.get_mut(place) {
                        statement.value = value;
                    }
                }
                _ => {}
            }
        });
    }

    fn correct_tie(&mut self, row: u32, content: Option<Content>, (validity, provenance): (Validity, Provenance)) {
        let (place, stamp, version) = (Place::Tie(row), self.stamp_row(), self.sequence);
        let before = self.is_place_public(place);
        let attributes = self.tie(row).relation.row().attributes;
        let mut is_news = false;
        if let (Some(facts), Some(mark)) = (self.tie_facts.get_mut(row), self.ties.get_mut(row)) {
            let facts = Arc::make_mut(facts);
            if facts.fact.validity.to != validity.to {
                facts.ended = None;
            }
            is_news = public_news(attributes, (&facts.fact, &facts.values), (validity, &provenance), content.as_ref());
            let stamp = if is_news { stamp } else { facts.fact.stamp };
            facts.fact = Fact { id: facts.fact.id, validity, provenance, stamp };
            facts.version = version;
            if is_news {
                facts.public_version = version;
            }
            if let Some(Content::Values(values)) = content {
                facts.values = values;
            }
            (mark.from, mark.to) = (validity.first_day(), validity.end_day());
        }
        self.note(place, Action::Changed, before && is_news);
    }

    fn correct_record(&mut self, row: u32, content: Option<Content>, (validity, provenance): (Validity, Provenance)) {
        let (place, stamp, version) = (Place::Record(row), self.stamp_row(), self.sequence);
        let mut is_news = false;
        if let Some(record) = self.records.get_mut(row) {
            let record = Arc::make_mut(record);
            let attributes = record.kind.row().attributes;
            is_news =
                public_news(attributes, (&record.fact, &record.values), (validity, &provenance), content.as_ref());
            let stamp = if is_news { stamp } else { record.fact.stamp };
            record.fact = Fact { id: record.fact.id, validity, provenance, stamp };
            record.version = version;
            if is_news {
                record.public_version = version;
            }
            if let Some(Content::Values(values)) = content {
                record.values = values;
            }
            let subject = record.subject.0;
            self.find_repeated(subject);
        }
        let public = is_news && self.is_place_public(place);
        self.note(place, Action::Changed, public);
    }

    pub(super) fn retract(&mut self, id: Id, reason: String) {
        let Some(place) = self.place(id) else { return self.break_at(id) };
        let public = self.is_place_public(place);
        // Rows of nodes and ties stay as they were; what goes out of sight is remembered.
        if matches!(place, Place::Fact(_) | Place::Record(_)) {
            self.remember(id, Fate::Retracted);
        }
        match place {
            Place::Fact(row) => {
                let Some(part) = part(self.entity(row), id) else { return self.break_at(id) };
                self.retract_part(row, part);
            }
            Place::Node(row) => {
                self.retract_node(row);
                self.note(place, Action::Retracted, public);
            }
            Place::Tie(row) => {
                let version = self.sequence;
                if let (Some(facts), Some(mark)) = (self.tie_facts.get_mut(row), self.ties.get_mut(row)) {
                    let facts = Arc::make_mut(facts);
                    (facts.version, facts.public_version) = (version, version);
                    (mark.from, mark.to) = NEVER;
                }
                self.note(place, Action::Retracted, public);
            }
            Place::Record(row) => {
                self.retract_record(row);
                self.note(place, Action::Retracted, public);
            }
            Place::Source(_) | Place::Retracted(_) | Place::Merge(_) => return self.break_at(id),
        }
        let (stamp, was) = (self.stamp_row(), place);
        let retraction = self.retractions.push(Arc::new(Retraction { id, reason: reason.into(), stamp, was }));
        self.indexes.ids.insert(id, Place::Retracted(retraction));
    }

    fn retract_part(&mut self, row: u32, part: Part) {
        match part {
            Part::Name(place) => self.unindex_name(row, place),
            Part::Identifier(place) => self.unindex_identifier(row, place),
            Part::Statement(_) => {}
        }
        let sensitivity = self.part_sensitivity(row, part);
        self.change(row, sensitivity, |entity| match part {
            Part::Name(place) => {
                entity.names.remove(place);
            }
            Part::Identifier(place) => {
                entity.identifiers.remove(place);
            }
            Part::Statement(place) => {
                entity.statements.remove(place);
            }
        });
    }

    /// Its names and numbers lead nowhere any more; what was said of it stays for the record.
    fn retract_node(&mut self, row: u32) {
        let entity = Arc::clone(self.entities.get(row).expect("rows are never removed"));
        for text in entity.names.iter().filter_map(|name| name.text.plain()) {
            self.drop_name(row, fold(text));
        }
        for (identifier, _) in &entity.identifiers {
            self.drop_identifier(row, identifier);
        }
        let version = self.sequence;
        if let Some(entity) = self.entities.get_mut(row) {
            let entity = Arc::make_mut(entity);
            (entity.version, entity.public_version) = (version, version);
        }
        if let Some(mark) = self.nodes.get_mut(row) {
            (mark.from, mark.to) = NEVER;
        }
    }

    fn retract_record(&mut self, row: u32) {
        let version = self.sequence;
        let Some(record) = self.records.get_mut(row) else { return };
        let record = Arc::make_mut(record);
        (record.retracted, record.version, record.public_version) = (true, version, version);
        let subject = record.subject.0;
        self.indexes.records.change(subject, |rows| rows.retain(|known| *known != row));
        self.find_repeated(subject);
    }

    fn part_sensitivity(&self, row: u32, part: Part) -> Sensitivity {
        match part {
            Part::Statement(place) => {
                let statement = self.entity(row).statements.get(place);
                statement.map_or(Sensitivity::Restricted, |statement| self.sensitivity(row, statement.attribute))
            }
            Part::Name(_) | Part::Identifier(_) => Sensitivity::Public,
        }
    }

    /// The name at that place no longer leads to the node, unless another one of it reads alike.
    fn unindex_name(&mut self, row: u32, place: usize) {
        let entity = self.entity(row);
        let Some(gone) = entity.names.get(place).and_then(|name| name.text.plain()).map(fold) else { return };
        let mut others = entity.names.iter().enumerate().filter(|(other, _)| *other != place);
        if !others.any(|(_, name)| name.text.plain().map(fold).as_ref() == Some(&gone)) {
            self.drop_name(row, gone);
        }
    }

    fn drop_name(&mut self, row: u32, folded: String) {
        self.indexes.names.change(folded, |rows| rows.retain(|known| *known != row));
    }

    fn unindex_identifier(&mut self, row: u32, place: usize) {
        if let Some((identifier, _)) = self.entity(row).identifiers.get(place).cloned() {
            self.drop_identifier(row, &identifier);
        }
    }

    fn drop_identifier(&mut self, row: u32, identifier: &Identifier) {
        self.indexes.identifiers.change(identifier.clone(), |rows| rows.retain(|known| *known != row));
    }
}
