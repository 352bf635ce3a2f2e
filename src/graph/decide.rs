//! Deciding: a command against the state gives events, or a refusal. Nothing is changed here.
//!
//! A command that says what is already known gives no events, so that the same file twice changes
//! nothing.

use super::budget::Budget;
use super::facts::{Decision, check_key, entity_code, require};
use super::permit::Writer;
use super::state::{State, TieFacts};
use super::timely::ordered;
use super::valued::fitting;
use crate::domain::command::{Command, Given, Origin, Reference, Subject};
use crate::domain::event::{Event, Values};
use crate::domain::id::IdSequence;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::name::{Language, NameKind};
use crate::domain::personal::Seal;
use crate::domain::provenance::Provenance;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::relation::Relation;
use crate::domain::{Id, Kind, RecordKind, Validity, Value};

/// What comes in with the commands of one envelope.
#[derive(Debug)]
pub struct Context {
    /// Ids for what is new.
    pub ids: IdSequence,
    /// The version that the asker has seen of what the command is about; 0 = it is not there yet.
    pub expected_version: Option<u64>,
    /// Does the command come from a list that may come again, as an import does?
    pub from_list: bool,
    /// Who asks; none where it is whoever keeps the store itself.
    pub writer: Option<Writer>,
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What happens; nothing where the command says what is known.
    pub events: Vec<Event>,
    /// What it is about.
    pub subject: Option<Id>,
}

/// Decide one command. What it says of people is sealed on the way.
pub fn decide(
    state: &State,
    command: &Command,
    context: &mut Context,
    seal: &mut dyn Seal,
) -> Result<Decided, Rejection> {
    let Context { ids, expected_version: expected, from_list, writer } = context;
    let budget = Budget::new(0);
    let bounds = writer.as_ref().filter(|writer| !writer.is_free()).map(|writer| writer.bounds(state, &budget));
    let (expected, from_list) = (*expected, *from_list);
    let quiet = writer.is_some() && !from_list;
    let mut decision = Decision { state, ids, seal, expected, from_list, quiet, bounds, events: Vec::new() };
    let subject = match command {
        Command::NameStore { name } => decision.name_store(name).map(|()| None),
        Command::SaveSource { key, values } => decision.save_source(key, values, None).map(Some),
        Command::SaveEntity { kind, subject, name_zh, name_en, code, values, validity, origin } => {
            let names = (name_zh.as_deref(), name_en.as_deref());
            let entity = NewEntity { kind: *kind, subject, names, code: code.as_deref(), values };
            decision.save_entity(&entity, *validity, origin).map(Some)
        }
        Command::AddName { entity, text, language, kind, validity, origin } => {
            decision.add_name(entity, text, (*language, *kind), *validity, origin).map(Some)
        }
        Command::AddIdentifier { entity, scheme, value, validity, origin } => {
            decision.add_identifier(entity, *scheme, value, *validity, origin).map(Some)
        }
        Command::State { entity, attribute, value, validity, origin } => {
            decision.state(entity, attribute, value, *validity, origin).map(Some)
        }
        Command::Relate { relation, from, to, values, validity, origin } => {
            decision.relate(*relation, (from, to), values, *validity, origin).map(Some)
        }
        Command::SaveRecord { kind, subject, values, validity, origin } => {
            decision.save_record(*kind, subject, values, *validity, origin).map(Some)
        }
        Command::EndRelation { tie, to, origin } => decision.end_relation(tie, *to, origin).map(Some),
        Command::Correct { id, amendment, origin } => decision.correct(*id, amendment, origin.as_ref()).map(Some),
        Command::Retract { id, reason } => decision.retract(*id, reason).map(Some),
        Command::ErasePerson { person, reason } => decision.erase_person(person, *reason).map(Some),
        Command::Keep(kept) => decision.keep(kept).map(Some),
        Command::Merge { keep, merge, reason, origin } => decision.merge((keep, merge), reason, origin).map(Some),
        Command::UndoMerge { id, reason } => decision.undo_merge(*id, reason).map(Some),
        Command::JudgePair { one, other, verdict, reason } => decision.judge((one, other), *verdict, reason).map(Some),
    }?;
    Ok(Decided { events: decision.events, subject })
}

/// A node as a command gives it.
struct NewEntity<'c> {
    kind: Kind,
    subject: &'c Subject,
    names: (Option<&'c str>, Option<&'c str>),
    code: Option<&'c str>,
    values: &'c [(u16, Given)],
}

impl Decision<'_> {
    fn name_store(&mut self, name: &str) -> Result<(), Rejection> {
        match self.state.name() {
            None => self.events.push(Event::StoreNamed { name: name.to_owned() }),
            Some(found) if found == name => {}
            Some(found) => return Err(Rejection::OtherStore { given: clip(name), found: found.to_owned() }),
        }
        Ok(())
    }

    pub(super) fn save_source(&mut self, key: &str, values: &[(u16, Value)], own: Option<Id>) -> Result<Id, Rejection> {
        check_key(key)?;
        for attribute in SOURCE_ATTRIBUTES.iter().filter(|attribute| attribute.required) {
            require(attribute, values.iter().any(|(tag, _)| *tag == attribute.tag))?;
        }
        let known = self.state.indexes.source_keys.get(key).and_then(|row| self.state.sources.get(*row));
        let mut values = values.to_vec();
        // A row of a list says all there is; a person who revises names what is different.
        if let Some(known) = known.filter(|_| !self.from_list) {
            let given: Vec<u16> = values.iter().map(|(tag, _)| *tag).collect();
            values.extend(known.values.iter().filter(|(tag, _)| !given.contains(tag)).cloned());
        }
        let says = |name: &str| {
            let tag = SOURCE_ATTRIBUTES.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.tag);
            values.iter().any(|(known, _)| Some(*known) == tag)
        };
        if !says("address") && !says("docNo") {
            return Err(Rejection::SourceUntraceable);
        }
        for (tag, value) in &values {
            fitting(SOURCE_ATTRIBUTES, *tag, value)?;
        }
        values.sort_by_key(|(tag, _)| *tag);
        let entered_by = known.and_then(|known| self.state.stamps.get(known.stamp)).map(|stamp| &*stamp.actor);
        self.may_keep_source(key, entered_by)?;
        self.expect(known.map(|known| known.id))?;
        if let Some(known) = known.filter(|known| known.values == values) {
            return Ok(known.id);
        }
        let id = known.map(|known| known.id).or(own).unwrap_or_else(|| self.ids.next_id());
        self.events.push(Event::SourceRegistered { id, key: key.to_owned(), values });
        Ok(id)
    }

    fn save_entity(&mut self, entity: &NewEntity<'_>, validity: Validity, origin: &Origin) -> Result<Id, Rejection> {
        let (kind, row) = (entity.kind, entity.kind.row());
        let known = self.subject(kind, entity.subject)?;
        known.map_or_else(|| self.may_enter(kind), |known| self.may_write(known))?;
        self.expect(known.map(|known| self.state.entity(known).fact.id))?;
        let provenance = self.provenance(origin)?;
        self.timely_node(validity)?;
        let values = self.resolved(row.attributes, entity.values)?;
        self.all_answered(row.attributes, known, &values)?;
        if known.is_none() && entity.names.0.or(entity.names.1).is_none() {
            return Err(Rejection::RequiredMissing { name: "nameZh".into() });
        }
        if known.is_none() && row.code_scheme.is_some() && entity.code.is_none() {
            return Err(Rejection::RequiredMissing { name: "code".into() });
        }
        let code = entity.code.map(|code| entity_code(row, code, &values)).transpose()?;
        let id = match known {
            Some(known) => self.again(known, validity, &provenance)?,
            None => {
                let id = self.ids.next_id();
                self.events.push(Event::EntityCreated { id, kind, validity, provenance: provenance.clone() });
                id
            }
        };
        let key = match entity.subject {
            Subject::Key(key) => Some(key.clone()),
            Subject::New => Some(id.to_string()),
            Subject::Existing(_) => None,
        };
        let key = key.map(|value| Identifier { scheme: Scheme::Internal, value });
        for identifier in [key, code].into_iter().flatten() {
            self.identify(id, known, identifier, Validity::OPEN, &provenance)?;
        }
        let official = |text, language| (text, (language, NameKind::Official));
        let (name_zh, name_en) = entity.names;
        let names =
            [name_zh.map(|text| official(text, Language::Zh)), name_en.map(|text| official(text, Language::En))];
        self.needs_key(kind, id, known)?;
        for (text, form) in names.into_iter().flatten() {
            let text = self.spelled(kind, id, text)?;
            self.name(id, known, text, form, Validity::OPEN, &provenance)?;
        }
        for (attribute, value) in values {
            let value = match row.attribute_by_tag(attribute) {
                Some(row) => self.kept(row, id, value)?,
                None => value,
            };
            self.statement(id, known, attribute, value, Validity::OPEN, &provenance)?;
        }
        Ok(id)
    }

    /// A node that is there, with the dates that are given now.
    fn again(&mut self, known: u32, given: Validity, provenance: &Provenance) -> Result<Id, Rejection> {
        let fact = &self.state.entity(known).fact;
        let validity = Validity { from: given.from.or(fact.validity.from), to: given.to.or(fact.validity.to) };
        ordered(validity)?;
        if validity != fact.validity {
            let (id, provenance) = (fact.id, provenance.clone());
            self.events.push(Event::FactCorrected { id, content: None, validity, provenance });
        }
        Ok(fact.id)
    }

    /// The row of the node that a command adds to; none where it makes a new one.
    fn subject(&self, kind: Kind, subject: &Subject) -> Result<Option<u32>, Rejection> {
        let (known, given) = match subject {
            Subject::New => return Ok(None),
            Subject::Existing(reference) => (Some(self.resolve(reference, Some(kind))?), reference.given()),
            Subject::Key(key) => {
                check_key(key)?;
                (self.keeper(key)?, key.clone())
            }
        };
        let Some(found) = known.map(|known| self.state.entity(known).kind).filter(|found| *found != kind) else {
            return Ok(known);
        };
        Err(Rejection::WrongKind { given: clip(&given), expected: vec![kind], found })
    }

    fn add_name(
        &mut self,
        entity: &Reference,
        text: &str,
        form: (Language, NameKind),
        validity: Validity,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let row = self.resolve_own(entity, None)?;
        let id = self.expect_row(row)?;
        let provenance = self.provenance(origin)?;
        let kind = self.state.entity(row).kind;
        self.timely_node(validity)?;
        self.needs_key(kind, id, Some(row))?;
        let text = self.spelled(kind, id, text)?;
        self.name(id, Some(row), text, form, validity, &provenance)
    }

    fn state(
        &mut self,
        entity: &Reference,
        name: &str,
        text: &str,
        validity: Validity,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let row = self.resolve_own(entity, None)?;
        let id = self.expect_row(row)?;
        let provenance = self.provenance(origin)?;
        let kind = self.state.entity(row).kind.row();
        self.timely_of(kind.kind, validity)?;
        let Some(attribute) = kind.attribute(name) else {
            let known = kind.attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
            return Err(Rejection::UnknownColumn { name: clip(name), known });
        };
        let value = self.parsed(kind.attributes, attribute, text)?;
        self.needs_key(kind.kind, id, Some(row))?;
        let value = self.kept(attribute, id, value)?;
        self.statement(id, Some(row), attribute.tag, value, validity, &provenance)
    }

    fn relate(
        &mut self,
        relation: Relation,
        (from, to): (&Reference, &Reference),
        values: &[(u16, Given)],
        validity: Validity,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let row = relation.row();
        let start = self.resolve_end(from, |kind| Kind::all().any(|other| row.joins(kind, other)))?;
        let target = self.resolve_end(to, |kind| Kind::all().any(|other| row.joins(other, kind)))?;
        let provenance = self.provenance(origin)?;
        let (start_kind, target_kind) = (self.state.entity(start).kind, self.state.entity(target).kind);
        self.timely_between([start_kind, target_kind], validity)?;
        if !row.joins(start_kind, target_kind) {
            return Err(Rejection::ForbiddenEnds { relation, from: start_kind, to: target_kind });
        }
        if self.state.representative(start) == self.state.representative(target) {
            return Err(Rejection::TieToItself { relation });
        }
        let values = self.values(row.attributes, values)?;
        self.may_tie((relation, start, target), &values)?;
        let known = self.known_tie((relation, start, target), &values, validity);
        self.expect(known.map(|(_, facts)| facts.fact.id))?;
        if let Some((_, facts)) = known {
            let id = facts.fact.id;
            match (validity.to, facts.fact.validity.to) {
                // Said again with an end it did not have: it has ended meanwhile.
                (Some(to), None) => self.events.push(Event::RelationEnded { id, to, provenance }),
                // In a list the same row comes again and again; a person who says so means something new.
                (None, Some(to)) if !self.from_list => {
                    return Err(Rejection::AlreadyEnded { given: id.to_string(), on: to.to_string() });
                }
                _ => {}
            }
            return Ok(id);
        }
        let alike = |(other, mark): &(u32, super::state::TieMark)| {
            let facts = self.state.tie_facts.get(*other);
            mark.relation == relation
                && mark.target == target
                && facts.is_some_and(|facts| facts.values == values && facts.fact.validity.overlaps(&validity))
        };
        if !self.from_list && self.state.ties_from(start).any(|tie| alike(&tie)) {
            return Err(Rejection::OverlappingValidity { relation, other: self.state.label(target) });
        }
        self.check_rule((relation, start, target), None, &values, validity)?;
        let (from, to) = (self.state.entity(start).fact.id, self.state.entity(target).fact.id);
        let id = self.ids.next_id();
        self.events.push(Event::Related { id, relation, from, to, values, validity, provenance });
        Ok(id)
    }

    fn save_record(
        &mut self,
        kind: RecordKind,
        subject: &Reference,
        values: &[(u16, Given)],
        validity: Validity,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let row = self.resolve(subject, None)?;
        let found = self.state.entity(row).kind;
        if !kind.row().holders.contains(&found) {
            let expected = kind.row().holders.to_vec();
            return Err(Rejection::WrongKind { given: clip(&subject.given()), expected, found });
        }
        self.may_record(row)?;
        let provenance = self.provenance(origin)?;
        let values = self.values(kind.row().attributes, values)?;
        let validity = Validity { from: validity.from.or_else(|| kind.row().begins(&values)), to: validity.to };
        self.timely_record(validity)?;
        let rows = self.state.indexes.records.get(&row).map_or(&[][..], Vec::as_slice);
        let mut held = rows.iter().filter_map(|record| self.state.records.get(*record));
        let known =
            held.find(|record| record.kind == kind && record.values == values && record.fact.validity == validity);
        self.expect(known.map(|record| record.fact.id))?;
        if let Some(record) = known {
            return Ok(record.fact.id);
        }
        let id = self.ids.next_id();
        let subject = self.state.entity(row).fact.id;
        self.events.push(Event::RecordMade { id, kind, subject, values, validity, provenance });
        Ok(id)
    }

    /// The tie that says the same: equal values and start; an end that only one of them knows is
    /// no difference, for the same tie may have ended meanwhile.
    fn known_tie(
        &self,
        (relation, start, target): (Relation, u32, u32),
        values: &Values,
        validity: Validity,
    ) -> Option<(u32, &TieFacts)> {
        let same = self.state.ties_from(start).filter(|(_, mark)| mark.relation == relation && mark.target == target);
        let facts = same.filter_map(|(row, _)| Some((row, self.state.tie_facts.get(row)?.as_ref())));
        let mut fitting = facts.filter(|(_, facts)| {
            let held = facts.fact.validity;
            let end = held.to == validity.to || held.to.is_none() || validity.to.is_none();
            facts.values == *values && held.from == validity.from && end
        });
        // Of several the one that agrees to the letter.
        let first = fitting.next()?;
        Some(fitting.chain([first]).find(|(_, facts)| facts.fact.validity == validity).unwrap_or(first))
    }
}
