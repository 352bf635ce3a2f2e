//! Deciding: a command against the state gives events, or a refusal. Nothing is changed here.
//!
//! A command that says what is already known gives no events, so that the same file twice changes
//! nothing.

use super::facts::{Decision, check_key, entity_code, ordered, require};
use super::state::State;
use crate::domain::command::{Command, Given, Origin, Reference};
use crate::domain::event::{Event, Values};
use crate::domain::id::IdSequence;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::name::{Language, NameKind};
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::relation::{Relation, Rule};
use crate::domain::{Kind, RecordKind, Validity, Value, enumeration, value};

/// What comes in with the commands of one envelope.
#[derive(Debug)]
pub struct Context {
    /// Ids for what is new.
    pub ids: IdSequence,
}

/// Decide one command.
pub fn decide(state: &State, command: &Command, context: &mut Context) -> Result<Vec<Event>, Rejection> {
    let mut decision = Decision { state, ids: &mut context.ids, events: Vec::new() };
    match command {
        Command::NameStore { name } => decision.name_store(name),
        Command::SaveSource { key, values } => decision.save_source(key, values),
        Command::SaveEntity { kind, subject, name_zh, name_en, code, values, validity, origin } => {
            let crate::domain::command::Subject::Key(key) = subject else { return Err(Rejection::SourceMissing) };
            let names = (name_zh.as_deref().unwrap_or(""), name_en.as_deref());
            decision.save_entity(*kind, key, names, code.as_deref(), values, *validity, origin)
        }
        Command::AddName { entity, text, language, kind, validity, origin } => {
            decision.add_name(entity, text, (*language, *kind), *validity, origin)
        }
        Command::AddIdentifier { entity, scheme, value, validity, origin } => {
            decision.add_identifier(entity, *scheme, value, *validity, origin)
        }
        Command::State { entity, attribute, value, validity, origin } => {
            decision.state(entity, attribute, value, *validity, origin)
        }
        Command::Relate { relation, from, to, values, validity, origin } => {
            decision.relate(*relation, (from, to), values, *validity, origin)
        }
        Command::SaveRecord { kind, subject, values, validity, origin } => {
            decision.save_record(*kind, subject, values, *validity, origin)
        }
        Command::EndRelation { .. } | Command::Correct { .. } | Command::Retract { .. } => {
            Err(Rejection::SourceMissing)
        }
    }?;
    Ok(decision.events)
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

    fn save_source(&mut self, key: &str, values: &[(u16, Value)]) -> Result<(), Rejection> {
        check_key(key)?;
        for attribute in SOURCE_ATTRIBUTES.iter().filter(|attribute| attribute.required) {
            require(attribute, values.iter().any(|(tag, _)| *tag == attribute.tag))?;
        }
        let says = |name: &str| {
            let tag = SOURCE_ATTRIBUTES.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.tag);
            values.iter().any(|(known, _)| Some(*known) == tag)
        };
        if !says("address") && !says("docNo") {
            return Err(Rejection::SourceUntraceable);
        }
        let mut values = values.to_vec();
        values.sort_by_key(|(tag, _)| *tag);
        let known = self.state.indexes.source_keys.get(key).and_then(|row| self.state.sources.get(*row));
        if known.is_some_and(|known| known.values == values) {
            return Ok(());
        }
        let id = known.map_or_else(|| self.ids.next_id(), |known| known.id);
        self.events.push(Event::SourceRegistered { id, key: key.to_owned(), values });
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // the columns of one row
    fn save_entity(
        &mut self,
        kind: Kind,
        key: &str,
        (name_zh, name_en): (&str, Option<&str>),
        code: Option<&str>,
        values: &[(u16, Given)],
        validity: Validity,
        origin: &Origin,
    ) -> Result<(), Rejection> {
        check_key(key)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let row = kind.row();
        let values = self.values(row.attributes, values)?;
        let key = Identifier { scheme: Scheme::Internal, value: key.to_owned() };
        let code = code.map(|code| entity_code(row, code, &values)).transpose()?;
        let known = self.holder(&key);
        if let Some(known) = known {
            let found = self.state.entity(known).kind;
            if found != kind {
                let expected = format!("{} / {}", row.label_zh, row.name);
                return Err(Rejection::WrongKind { given: key.value, expected, found });
            }
        }
        let id = match known {
            Some(known) => self.state.entity(known).fact.id,
            None => {
                let id = self.ids.next_id();
                self.events.push(Event::EntityCreated { id, kind, validity, provenance: provenance.clone() });
                id
            }
        };
        for identifier in [Some(key), code].into_iter().flatten() {
            self.identify(id, known, identifier, Validity::OPEN, &provenance)?;
        }
        let official = |text, language| (text, (language, NameKind::Official));
        let names = [Some(official(name_zh, Language::Zh)), name_en.map(|text| official(text, Language::En))];
        for (text, form) in names.into_iter().flatten() {
            self.name(id, known, text, form, Validity::OPEN, &provenance)?;
        }
        for (attribute, value) in values {
            self.statement(id, known, attribute, value, Validity::OPEN, &provenance)?;
        }
        Ok(())
    }

    fn add_name(
        &mut self,
        entity: &Reference,
        text: &str,
        form: (Language, NameKind),
        validity: Validity,
        origin: &Origin,
    ) -> Result<(), Rejection> {
        let row = self.state.resolve(entity, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        self.name(self.state.entity(row).fact.id, Some(row), text, form, validity, &provenance)
    }

    fn add_identifier(
        &mut self,
        entity: &Reference,
        scheme: Scheme,
        text: &str,
        validity: Validity,
        origin: &Origin,
    ) -> Result<(), Rejection> {
        let row = self.state.resolve(entity, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let identifier = Identifier::new(scheme, text).map_err(|(zh, en)| Rejection::InvalidIdentifier {
            given: clip(text),
            zh,
            en,
        })?;
        self.identify(self.state.entity(row).fact.id, Some(row), identifier, validity, &provenance)
    }

    fn state(
        &mut self,
        entity: &Reference,
        name: &str,
        text: &str,
        validity: Validity,
        origin: &Origin,
    ) -> Result<(), Rejection> {
        let row = self.state.resolve(entity, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let kind = self.state.entity(row).kind.row();
        let Some(attribute) = kind.attribute(name) else {
            let known = kind.attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
            return Err(Rejection::UnknownColumn { name: clip(name), known });
        };
        let value = value::parse(attribute, text).map_err(|_| invalid_value(attribute, text))?;
        self.statement(self.state.entity(row).fact.id, Some(row), attribute.tag, value, validity, &provenance)
    }

    fn relate(
        &mut self,
        relation: Relation,
        (from, to): (&Reference, &Reference),
        values: &[(u16, Given)],
        validity: Validity,
        origin: &Origin,
    ) -> Result<(), Rejection> {
        let start = self.state.resolve(from, None)?;
        let target = self.state.resolve(to, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let row = relation.row();
        let (start_kind, target_kind) = (self.state.entity(start).kind, self.state.entity(target).kind);
        if !row.joins(start_kind, target_kind) {
            return Err(Rejection::ForbiddenEnds { relation, from: start_kind, to: target_kind });
        }
        if start == target {
            return Err(Rejection::TieToItself { relation });
        }
        let values = self.values(row.attributes, values)?;
        if self.is_known_tie(relation, start, target, &values, validity) {
            return Ok(());
        }
        self.check_rule(relation, start, target, &values, validity)?;
        let (from, to) = (self.state.entity(start).fact.id, self.state.entity(target).fact.id);
        let id = self.ids.next_id();
        self.events.push(Event::Related { id, relation, from, to, values, validity, provenance });
        Ok(())
    }

    fn save_record(
        &mut self,
        kind: RecordKind,
        subject: &Reference,
        values: &[(u16, Given)],
        validity: Validity,
        origin: &Origin,
    ) -> Result<(), Rejection> {
        let row = self.state.resolve(subject, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let values = self.values(kind.row().attributes, values)?;
        let known = self.state.indexes.records.get(&row).into_iter().flatten().any(|record| {
            self.state.records.get(*record).is_some_and(|record| {
                record.kind == kind && record.values == values && record.fact.validity == validity
            })
        });
        if !known {
            let id = self.ids.next_id();
            let subject = self.state.entity(row).fact.id;
            self.events.push(Event::RecordMade { id, kind, subject, values, validity, provenance });
        }
        Ok(())
    }

    fn is_known_tie(&self, relation: Relation, start: u32, target: u32, values: &Values, validity: Validity) -> bool {
        self.state.ties_from(start).any(|(row, mark)| {
            mark.relation == relation
                && mark.target == target
                && self
                    .state
                    .tie_facts
                    .get(row)
                    .is_some_and(|facts| facts.values == *values && facts.fact.validity == validity)
        })
    }

    fn check_rule(
        &self,
        relation: Relation,
        start: u32,
        target: u32,
        values: &Values,
        validity: Validity,
    ) -> Result<(), Rejection> {
        let jurisdiction = Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION").map_or(0, |code| code.tag));
        let binds = |values: &Values| match relation.row().rule {
            Rule::OneAtATime => true,
            Rule::OneJurisdiction => values.iter().any(|(_, value)| *value == jurisdiction),
            Rule::Free | Rule::Acyclic => false,
        };
        if binds(values) {
            for (row, mark) in self.state.ties_from(start).filter(|(_, mark)| mark.relation == relation) {
                let other = self.state.tie_facts.get(row);
                if other.is_some_and(|other| binds(&other.values) && other.fact.validity.overlaps(&validity)) {
                    return Err(Rejection::OverlappingValidity { relation, other: self.state.label(mark.target) });
                }
            }
        }
        if relation.row().rule == Rule::Acyclic && self.state.reaches(relation, target, start) {
            return Err(Rejection::Circular { relation });
        }
        Ok(())
    }
}
