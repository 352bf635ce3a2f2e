//! The facts that a decision is made of: names, identifiers, statements, values, and what may not
//! be said of them.

use super::state::State;
use crate::domain::attribute::{Attribute, MOST_STATEMENTS, ValueType};
use crate::domain::command::{Given, Origin, Reference};
use crate::domain::event::{Event, Values};
use crate::domain::id::IdSequence;
use crate::domain::identifier::{Identifier, MOST_IDENTIFIERS};
use crate::domain::kind::KindRow;
use crate::domain::name::{self, Language, MOST_NAMES, NameKind};
use crate::domain::provenance::Provenance;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Id, Kind, Validity, Value};

/// A decision in the making.
pub(super) struct Decision<'a> {
    pub(super) state: &'a State,
    pub(super) ids: &'a mut IdSequence,
    pub(super) events: Vec<Event>,
}

impl Decision<'_> {
    pub(super) fn name(
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
            room(known, MOST_NAMES, |row| self.state.entity(row).names.len())?;
            let (text, provenance) = (text.to_owned(), provenance.clone());
            let fact = self.ids.next_id();
            self.events.push(Event::NameAdded { id: fact, entity: id, text, language, kind, validity, provenance });
        }
        Ok(())
    }

    pub(super) fn identify(
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
        room(known, MOST_IDENTIFIERS, |row| self.state.entity(row).identifiers.len())?;
        let fact = self.ids.next_id();
        let provenance = provenance.clone();
        self.events.push(Event::IdentifierAdded { id: fact, entity: id, identifier, validity, provenance });
        Ok(())
    }

    pub(super) fn statement(
        &mut self,
        id: Id,
        known: Option<u32>,
        attribute: u16,
        value: Value,
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<(), Rejection> {
        let same = known.is_some_and(|row| {
            self.state.entity(row).statements.iter().any(|statement| {
                statement.attribute == attribute
                    && statement.value == value
                    && statement.fact.validity == validity
                    && statement.fact.provenance == *provenance
            })
        });
        if !same {
            room(known, MOST_STATEMENTS, |row| self.state.entity(row).statements.len())?;
            let fact = self.ids.next_id();
            let provenance = provenance.clone();
            self.events.push(Event::StatementMade { id: fact, entity: id, attribute, value, validity, provenance });
        }
        Ok(())
    }

    pub(super) fn provenance(&self, origin: &Origin) -> Result<Provenance, Rejection> {
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
    pub(super) fn values(&self, attributes: &'static [Attribute], given: &[(u16, Given)]) -> Result<Values, Rejection> {
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

    pub(super) fn term(&self, attributes: &[Attribute], tag: u16, reference: &Reference) -> Result<Id, Rejection> {
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

    pub(super) fn holder(&self, identifier: &Identifier) -> Option<u32> {
        self.state.indexes.identifiers.get(identifier)?.first().copied()
    }
}

pub(super) fn entity_code(row: &KindRow, code: &str, values: &Values) -> Result<Identifier, Rejection> {
    let scheme =
        row.code_scheme.ok_or_else(|| Rejection::UnknownColumn { name: "code".into(), known: "key".into() })?;
    let text = match (row.kind, values.iter().find(|(tag, _)| *tag == 1)) {
        (Kind::Term, Some((_, Value::Text(scheme)))) => format!("{scheme}:{code}"),
        _ => code.to_owned(),
    };
    Identifier::new(scheme, &text).map_err(|(zh, en)| Rejection::InvalidIdentifier { given: clip(&text), zh, en })
}

pub(super) fn require(attribute: &Attribute, answered: bool) -> Result<(), Rejection> {
    if answered { Ok(()) } else { Err(Rejection::RequiredMissing { name: attribute.name.to_owned() }) }
}

/// Is there room for one more fact about a node?
pub(super) fn room(known: Option<u32>, most: usize, count: impl Fn(u32) -> usize) -> Result<(), Rejection> {
    match known {
        Some(row) if count(row) >= most => Err(Rejection::TooLarge { limit: format!("{most} facts of this sort") }),
        _ => Ok(()),
    }
}

pub(super) fn ordered(validity: Validity) -> Result<(), Rejection> {
    if validity.is_ordered() {
        return Ok(());
    }
    let text = |date: Option<crate::domain::PartialDate>| date.map_or_else(|| "—".to_owned(), |date| date.to_string());
    Err(Rejection::ValidityReversed { from: text(validity.from), to: text(validity.to) })
}

pub(super) fn check_key(key: &str) -> Result<(), Rejection> {
    let letters = key.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    let length = key.chars().count();
    if letters && (1..=64).contains(&length) { Ok(()) } else { Err(Rejection::InvalidKey { given: clip(key) }) }
}
