//! Deciding: a command against the state gives events, or a refusal. Nothing is changed here.
//!
//! A command that says what is already known gives no events, so that the same file twice changes
//! nothing.

use super::state::State;
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{Command, Given, Origin, Reference};
use crate::domain::event::{Event, Values};
use crate::domain::id::IdSequence;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::kind::KindRow;
use crate::domain::name::{self, Language, NameKind};
use crate::domain::provenance::Provenance;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::relation::{Relation, Rule};
use crate::domain::{Id, Kind, RecordKind, Validity, Value, enumeration, value};

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
        Command::SaveEntity { kind, key, name_zh, name_en, code, values, validity, origin } => {
            let names = (name_zh.as_str(), name_en.as_deref());
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
    }?;
    Ok(decision.events)
}

struct Decision<'a> {
    state: &'a State,
    ids: &'a mut IdSequence,
    events: Vec<Event>,
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
            self.statement(id, known, attribute, value, Validity::OPEN, &provenance);
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
        self.statement(self.state.entity(row).fact.id, Some(row), attribute.tag, value, validity, &provenance);
        Ok(())
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

    fn name(
        &mut self,
        id: Id,
        known: Option<u32>,
        text: &str,
        (language, kind): (Language, NameKind),
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<(), Rejection> {
        if let Some((zh, en)) = name::refusal(text) {
            return Err(Rejection::InvalidName { given: clip(text), zh, en });
        }
        let text = text.trim();
        let same = known.is_some_and(|row| {
            self.state.entity(row).names.iter().any(|name| {
                name.text == text && name.language == language && name.kind == kind && name.fact.validity == validity
            })
        });
        if !same {
            let (text, provenance) = (text.to_owned(), provenance.clone());
            let fact = self.ids.next_id();
            self.events.push(Event::NameAdded { id: fact, entity: id, text, language, kind, validity, provenance });
        }
        Ok(())
    }

    fn identify(
        &mut self,
        id: Id,
        known: Option<u32>,
        identifier: Identifier,
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<(), Rejection> {
        match self.holder(&identifier) {
            Some(holder) if Some(holder) == known => return Ok(()),
            Some(holder) => {
                let holder = self.state.label(holder);
                return Err(Rejection::IdentifierTaken { given: identifier.value, holder });
            }
            None => {}
        }
        let fact = self.ids.next_id();
        let provenance = provenance.clone();
        self.events.push(Event::IdentifierAdded { id: fact, entity: id, identifier, validity, provenance });
        Ok(())
    }

    fn statement(
        &mut self,
        id: Id,
        known: Option<u32>,
        attribute: u16,
        value: Value,
        validity: Validity,
        provenance: &Provenance,
    ) {
        let same = known.is_some_and(|row| {
            self.state.entity(row).statements.iter().any(|statement| {
                statement.attribute == attribute
                    && statement.value == value
                    && statement.fact.validity == validity
                    && statement.fact.provenance == *provenance
            })
        });
        if !same {
            let fact = self.ids.next_id();
            let provenance = provenance.clone();
            self.events.push(Event::StatementMade { id: fact, entity: id, attribute, value, validity, provenance });
        }
    }

    fn provenance(&self, origin: &Origin) -> Result<Provenance, Rejection> {
        if origin.source.is_empty() {
            return Err(Rejection::SourceMissing);
        }
        let source = self.state.indexes.source_keys.get(&origin.source).and_then(|row| self.state.sources.get(*row));
        let Some(source) = source else {
            let what = "来源 / source".to_owned();
            return Err(Rejection::UnknownReference { what, given: clip(&origin.source) });
        };
        let (basis, confidence) = (origin.basis.clone(), origin.confidence);
        Ok(Provenance { source: source.id, method: origin.method, basis, confidence })
    }

    /// Resolve terms, check that what must be answered is, sort by number.
    fn values(&self, attributes: &'static [Attribute], given: &[(u16, Given)]) -> Result<Values, Rejection> {
        for attribute in attributes.iter().filter(|attribute| attribute.required) {
            require(attribute, given.iter().any(|(tag, _)| *tag == attribute.tag))?;
        }
        let mut values = Vec::with_capacity(given.len());
        for (tag, given) in given {
            let value = match given {
                Given::Value(value) => value.clone(),
                Given::Term(term) => Value::Term(self.term(attributes, *tag, term)?),
            };
            values.push((*tag, value));
        }
        values.sort_by_key(|(tag, _)| *tag);
        Ok(values)
    }

    fn term(&self, attributes: &[Attribute], tag: u16, reference: &Reference) -> Result<Id, Rejection> {
        let scheme = attributes
            .iter()
            .find(|attribute| attribute.tag == tag)
            .map_or("", |attribute| if let ValueType::Term(scheme) = attribute.value_type { scheme } else { "" });
        let inside = match reference {
            Reference::Code(code) if !scheme.is_empty() => Reference::Code(format!("{scheme}:{code}")),
            other => other.clone(),
        };
        self.state.resolve(&inside, Some(Kind::Term)).map(|row| self.state.entity(row).fact.id)
    }

    fn holder(&self, identifier: &Identifier) -> Option<u32> {
        self.state.indexes.identifiers.get(identifier)?.first().copied()
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

fn entity_code(row: &KindRow, code: &str, values: &Values) -> Result<Identifier, Rejection> {
    let scheme =
        row.code_scheme.ok_or_else(|| Rejection::UnknownColumn { name: "code".into(), known: "key".into() })?;
    let text = match (row.kind, values.iter().find(|(tag, _)| *tag == 1)) {
        (Kind::Term, Some((_, Value::Text(scheme)))) => format!("{scheme}:{code}"),
        _ => code.to_owned(),
    };
    Identifier::new(scheme, &text).map_err(|(zh, en)| Rejection::InvalidIdentifier { given: clip(&text), zh, en })
}

fn require(attribute: &Attribute, answered: bool) -> Result<(), Rejection> {
    if answered { Ok(()) } else { Err(Rejection::RequiredMissing { name: attribute.name.to_owned() }) }
}

fn ordered(validity: Validity) -> Result<(), Rejection> {
    if validity.is_ordered() {
        return Ok(());
    }
    let text = |date: Option<crate::domain::PartialDate>| date.map_or_else(|| "—".to_owned(), |date| date.to_string());
    Err(Rejection::ValidityReversed { from: text(validity.from), to: text(validity.to) })
}

fn check_key(key: &str) -> Result<(), Rejection> {
    let letters = key.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    let length = key.chars().count();
    if letters && (1..=64).contains(&length) { Ok(()) } else { Err(Rejection::InvalidKey { given: clip(key) }) }
}
