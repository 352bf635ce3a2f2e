//! Deciding what comes from the export of a store: each fact is entered under the id that it had, or not at all.

use super::amend::{Part, part};
use super::facts::{Decision, check_key, entity_code, room};
use super::state::{Fact, Place};
use super::timely::ordered;
use crate::domain::attribute::{Attribute, MOST_STATEMENTS, ValueType};
use crate::domain::command::{Command, Given, Kept, Origin, Reference, Subject};
use crate::domain::event::{Event, Values};
use crate::domain::exact::Exact;
use crate::domain::identifier::{Identifier, MOST_IDENTIFIERS, Scheme};
use crate::domain::name::{Language, MOST_NAMES, NameKind, Text};
use crate::domain::personal::{Part as SealedPart, Sealed};
use crate::domain::provenance::Provenance;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::{Id, Kind, RecordKind, Relation, Validity, Value, value};

/// What the row of a node says: its names in Chinese and in English, its code, its attributes.
type NodeRow<'k> = ([Option<&'k str>; 2], Option<&'k str>, &'k [(u16, Given)]);

impl Decision<'_> {
    /// Enter a fact under the id that it has. Only whoever keeps the store may say which id that is.
    pub(super) fn keep(&mut self, kept: &Kept) -> Result<Id, Rejection> {
        if self.bounds.is_some() {
            return Err(fixed());
        }
        match &kept.command {
            Command::SaveSource { key, values } => self.keep_source(kept.id, key, values)?,
            Command::SaveEntity {
                kind,
                subject: Subject::Key(key),
                name_zh,
                name_en,
                code,
                values,
                validity,
                origin,
            } => {
                let names = [name_zh.as_deref(), name_en.as_deref()];
                self.keep_node(kept, (*kind, key), (names, code.as_deref(), values), (*validity, origin))?;
            }
            Command::AddName { entity, text, language, kind, validity, origin } => {
                let named = (text.as_str(), (*language, *kind));
                self.keep_name(kept, entity, named, (*validity, origin))?;
            }
            Command::AddIdentifier { entity, scheme, value, validity, origin } => {
                self.keep_identifier(kept.id, entity, (*scheme, value), (*validity, origin))?;
            }
            Command::State { entity, attribute, value, validity, origin } => {
                self.keep_statement(kept, entity, (attribute, value), (*validity, origin))?;
            }
            Command::Relate { relation, from, to, values, validity, origin } => {
                self.keep_tie(kept, *relation, (from, to), values, (*validity, origin))?;
            }
            Command::SaveRecord { kind, subject, values, validity, origin } => {
                self.keep_record(kept.id, *kind, subject, values, (*validity, origin))?;
            }
            _ => return Err(fixed()),
        }
        Ok(kept.id)
    }

    fn keep_source(&mut self, id: Id, key: &str, values: &[(u16, Value)]) -> Result<(), Rejection> {
        let known = self.state.indexes.source_keys.get(key).and_then(|row| self.state.sources.get(*row));
        let fits = match known {
            Some(known) => known.id == id,
            None => !self.state.knows(id),
        };
        if fits { self.save_source(key, values, Some(id)).map(drop) } else { Err(taken(id)) }
    }

    fn keep_node(
        &mut self,
        kept: &Kept,
        (kind, key): (Kind, &str),
        (names, code, values): NodeRow<'_>,
        (validity, origin): (Validity, &Origin),
    ) -> Result<(), Rejection> {
        let (id, row) = (kept.id, kind.row());
        check_key(key)?;
        ordered(validity)?;
        let provenance = self.provenance(origin)?;
        let values = self.resolved(row.attributes, values)?;
        let code = code.map(|code| entity_code(row, code, &values)).transpose()?;
        let own = |name: &str| kept.facts.iter().find(|(known, _)| known == name).map(|(_, id)| *id);
        self.enter(id, Event::EntityCreated { id, kind, validity, provenance: provenance.clone() })?;
        let key_id = own("key");
        let key = key_id.map(|key_id| (key_id, Identifier { scheme: Scheme::Internal, value: key.to_owned() }));
        let code = code.map(|code| (self.own_or_next(own("code")), code));
        for (fact, identifier) in key.into_iter().chain(code) {
            self.enter_identifier((fact, id), identifier, Validity::OPEN, &provenance)?;
        }
        for (text, (slot, language)) in names.into_iter().zip([("nameZh", Language::Zh), ("nameEn", Language::En)]) {
            let Some(text) = text else { continue };
            let fact = self.own_or_next(own(slot));
            let text = self.spelled(kind, id, text)?;
            let (language, kind, validity, provenance) =
                (language, NameKind::Official, Validity::OPEN, provenance.clone());
            self.enter(fact, named(fact, id, text, (language, kind), (validity, provenance)))?;
        }
        for (attribute, value) in values {
            let slot = row.attribute_by_tag(attribute).map_or("", |attribute| attribute.name);
            let value = match row.attribute_by_tag(attribute) {
                Some(row) => self.kept(row, id, value)?,
                None => value,
            };
            let (fact, provenance) = (self.own_or_next(own(slot)), provenance.clone());
            let validity = Validity::OPEN;
            self.enter(fact, Event::StatementMade { id: fact, entity: id, attribute, value, validity, provenance })?;
        }
        Ok(())
    }

    fn own_or_next(&mut self, own: Option<Id>) -> Id {
        own.unwrap_or_else(|| self.ids.next_id())
    }

    fn keep_name(
        &mut self,
        kept: &Kept,
        entity: &Reference,
        (text, form): (&str, (Language, NameKind)),
        (validity, origin): (Validity, &Origin),
    ) -> Result<(), Rejection> {
        let row = self.resolve(entity, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let (owner, kind) = (self.state.entity(row).fact.id, self.state.entity(row).kind);
        let text = match &kept.exact {
            Some(Exact::Sealed(bytes)) if kind == Kind::Person => {
                Text::Sealed(Sealed { person: owner, part: SealedPart::Name, bytes: bytes.clone() })
            }
            Some(_) => return Err(Rejection::RequiredMissing { name: "text".into() }),
            None => {
                self.needs_key(kind, owner, Some(row))?;
                self.spelled(kind, owner, text)?
            }
        };
        room(self.state.entity(row).names.len(), MOST_NAMES)?;
        self.enter(kept.id, named(kept.id, owner, text, form, (validity, provenance)))
    }

    fn keep_identifier(
        &mut self,
        id: Id,
        entity: &Reference,
        (scheme, text): (Scheme, &str),
        (validity, origin): (Validity, &Origin),
    ) -> Result<(), Rejection> {
        let row = self.resolve(entity, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let held = &self.state.entity(row).identifiers;
        let has_key = held.iter().any(|(own, fact)| own.scheme == Scheme::Internal && fact.id != id);
        match scheme {
            Scheme::Internal if !has_key => check_key(text)?,
            other => self.may_have(row, other)?,
        }
        room(held.len(), MOST_IDENTIFIERS)?;
        let identifier = Identifier::new(scheme, text);
        let identifier = identifier.map_err(|(zh, en)| Rejection::InvalidIdentifier { given: clip(text), zh, en })?;
        let owner = self.state.entity(row).fact.id;
        self.enter_identifier((id, owner), identifier, validity, &provenance)
    }

    fn enter_identifier(
        &mut self,
        (id, entity): (Id, Id),
        identifier: Identifier,
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<(), Rejection> {
        let holder = self.holder(&identifier);
        if let Some(row) = holder.filter(|row| self.state.entity(*row).fact.id != entity) {
            return Err(Rejection::IdentifierTaken { given: identifier.value, holder: self.holder_label(row) });
        }
        self.enter(id, Event::IdentifierAdded { id, entity, identifier, validity, provenance: provenance.clone() })
    }

    fn keep_statement(
        &mut self,
        kept: &Kept,
        entity: &Reference,
        (name, text): (&str, &str),
        (validity, origin): (Validity, &Origin),
    ) -> Result<(), Rejection> {
        let row = self.resolve(entity, None)?;
        let provenance = self.provenance(origin)?;
        ordered(validity)?;
        let (owner, kind) = (self.state.entity(row).fact.id, self.state.entity(row).kind);
        let attributes = kind.row().attributes;
        let Some(attribute) = kind.row().attribute(name) else {
            let known = attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
            return Err(Rejection::UnknownColumn { name: clip(name), known });
        };
        let value = match &kept.exact {
            Some(Exact::Sealed(bytes)) if attribute.personal.is_some() => {
                let (person, part, bytes) = (owner, SealedPart::Attribute(attribute.tag), bytes.clone());
                Value::Sealed(Sealed { person, part, bytes })
            }
            Some(Exact::Sealed(_)) => return Err(invalid_value(attribute, "")),
            Some(Exact::Parts(parts)) => {
                let value = self.spelled_out(attributes, attribute, parts)?;
                self.needs_key(kind, owner, Some(row))?;
                self.kept(attribute, owner, value)?
            }
            None => {
                let value = self.parsed(attributes, attribute, text)?;
                self.needs_key(kind, owner, Some(row))?;
                self.kept(attribute, owner, value)?
            }
        };
        room(self.state.entity(row).statements.len(), MOST_STATEMENTS)?;
        let (id, attribute) = (kept.id, attribute.tag);
        self.enter(id, Event::StatementMade { id, entity: owner, attribute, value, validity, provenance })
    }

    /// A value that is given letter by letter.
    fn spelled_out(
        &self,
        attributes: &'static [Attribute],
        attribute: &Attribute,
        parts: &[String],
    ) -> Result<Value, Rejection> {
        let given = match (attribute.value_type, parts) {
            (ValueType::Term(_) | ValueType::Node(_), [part]) => Given::Term(Reference::exact(part)),
            (ValueType::Nodes(_), _) => Given::Nodes(parts.iter().map(|part| Reference::exact(part)).collect()),
            _ => Given::Value(value::exact(attribute, parts).map_err(|_| invalid_value(attribute, &parts.join("|")))?),
        };
        let mut values = self.resolved(attributes, &[(attribute.tag, given)])?;
        values.pop().map(|(_, value)| value).ok_or_else(|| invalid_value(attribute, ""))
    }

    fn keep_tie(
        &mut self,
        kept: &Kept,
        relation: Relation,
        (from, to): (&Reference, &Reference),
        values: &[(u16, Given)],
        (validity, origin): (Validity, &Origin),
    ) -> Result<(), Rejection> {
        let row = relation.row();
        let start = self.resolve_end(from, |kind| Kind::all().any(|other| row.joins(kind, other)))?;
        let target = self.resolve_end(to, |kind| Kind::all().any(|other| row.joins(other, kind)))?;
        let provenance = self.provenance(origin)?;
        let ended = kept.ended.as_ref().map(|ended| self.provenance(ended)).transpose()?;
        ordered(validity)?;
        let (from, to) = (self.state.entity(start).kind, self.state.entity(target).kind);
        if !row.joins(from, to) {
            return Err(Rejection::ForbiddenEnds { relation, from, to });
        }
        if start == target {
            return Err(Rejection::TieToItself { relation });
        }
        let values = self.values(row.attributes, values)?;
        let id = kept.id;
        if let Some(place) = self.state.place(id) {
            let says = TieSaid { ends: (relation, start, target), values: &values, validity };
            return if self.is_tie(place, &says, (&provenance, ended.as_ref())) { Ok(()) } else { Err(taken(id)) };
        }
        self.check_rule((relation, start, target), None, &values, validity)?;
        let (from, to) = (self.state.entity(start).fact.id, self.state.entity(target).fact.id);
        let open = Validity { to: None, ..validity };
        let begun = if ended.is_some() { open } else { validity };
        self.events.push(Event::Related { id, relation, from, to, values, validity: begun, provenance });
        if let (Some(provenance), Some(to)) = (ended, validity.to) {
            self.events.push(Event::RelationEnded { id, to, provenance });
        }
        Ok(())
    }

    fn keep_record(
        &mut self,
        id: Id,
        kind: RecordKind,
        subject: &Reference,
        values: &[(u16, Given)],
        (validity, origin): (Validity, &Origin),
    ) -> Result<(), Rejection> {
        let row = self.resolve(subject, None)?;
        let found = self.state.entity(row).kind;
        if !kind.row().holders.contains(&found) {
            let expected = kind.row().holders.to_vec();
            return Err(Rejection::WrongKind { given: clip(&subject.given()), expected, found });
        }
        let provenance = self.provenance(origin)?;
        let values = self.values(kind.row().attributes, values)?;
        ordered(validity)?;
        let subject = self.state.entity(row).fact.id;
        self.enter(id, Event::RecordMade { id, kind, subject, values, validity, provenance })
    }

    /// What is new happens; what is there and says the same is passed over.
    fn enter(&mut self, id: Id, event: Event) -> Result<(), Rejection> {
        match self.state.place(id) {
            None => self.events.push(event),
            Some(place) if self.is_said(place, id, &event) => {}
            Some(_) => return Err(taken(id)),
        }
        Ok(())
    }

    /// Does what is there say what the event would?
    fn is_said(&self, place: Place, id: Id, event: &Event) -> bool {
        let holds = |fact: &Fact, validity: &Validity, provenance: &Provenance| {
            fact.validity == *validity && fact.provenance == *provenance
        };
        match (place, event) {
            (Place::Node(row), Event::EntityCreated { kind, validity, provenance, .. }) => {
                let entity = self.state.entity(row);
                entity.kind == *kind && holds(&entity.fact, validity, provenance)
            }
            (Place::Record(row), Event::RecordMade { kind, subject, values, validity, provenance, .. }) => {
                self.state.records.get(row).is_some_and(|record| {
                    let owner = self.state.entity(record.subject.0).fact.id;
                    let same = (record.kind, owner, &record.values) == (*kind, *subject, values);
                    same && holds(&record.fact, validity, provenance)
                })
            }
            (Place::Fact(row), event) => {
                let entity = self.state.entity(row);
                match (part(entity, id), event) {
                    (Some(Part::Name(at)), _) => entity.names.get(at).is_some_and(|held| {
                        let (form, right) =
                            ((held.language, held.kind), (held.fact.validity, held.fact.provenance.clone()));
                        *event == named(id, entity.fact.id, held.text.clone(), form, right)
                    }),
                    (
                        Some(Part::Identifier(at)),
                        Event::IdentifierAdded { entity: owner, identifier, validity, provenance, .. },
                    ) => {
                        let held = entity.identifiers.get(at);
                        let same =
                            held.is_some_and(|(own, fact)| own == identifier && holds(fact, validity, provenance));
                        *owner == entity.fact.id && same
                    }
                    (
                        Some(Part::Statement(at)),
                        Event::StatementMade { entity: owner, attribute, value, validity, provenance, .. },
                    ) => {
                        let same = entity.statements.get(at).is_some_and(|held| {
                            (held.attribute, &held.value) == (*attribute, value)
                                && holds(&held.fact, validity, provenance)
                        });
                        *owner == entity.fact.id && same
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn is_tie(
        &self,
        place: Place,
        says: &TieSaid<'_>,
        (provenance, ended): (&Provenance, Option<&Provenance>),
    ) -> bool {
        let Place::Tie(row) = place else { return false };
        let (mark, Some(facts)) = (self.state.tie(row), self.state.tie_facts.get(row)) else { return false };
        (mark.relation, mark.start, mark.target) == says.ends
            && facts.values == *says.values
            && facts.fact.validity == says.validity
            && facts.fact.provenance == *provenance
            && facts.ended.as_ref().map(|ended| &ended.provenance) == ended
    }
}

/// What is said of a tie.
struct TieSaid<'v> {
    ends: (Relation, u32, u32),
    values: &'v Values,
    validity: Validity,
}

fn named(
    id: Id,
    entity: Id,
    text: Text,
    (language, kind): (Language, NameKind),
    (validity, provenance): (Validity, Provenance),
) -> Event {
    match text {
        Text::Plain(text) => Event::NameAdded { id, entity, text, language, kind, validity, provenance },
        Text::Sealed(text) => Event::NameSealed { id, entity, text, language, kind, validity, provenance },
    }
}

fn taken(id: Id) -> Rejection {
    Rejection::IdTaken { given: id.to_string() }
}

fn fixed() -> Rejection {
    Rejection::Fixed {
        what_zh: "系统编号（id 列，只有看管全库的人导入整库时可带）",
        what_en: "An id (the column id is for whoever keeps the whole store)",
    }
}
