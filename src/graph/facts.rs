//! The facts that a decision is made of: names, identifiers, statements, values, and what may not
//! be said of them.

use super::permit::Bounds;
use super::state::{Entity, State};
use super::valued::fitting;
use crate::domain::attribute::{Attribute, MOST_STATEMENTS, ValueType};
use crate::domain::command::{Given, Origin, Reference};
use crate::domain::event::{Event, Values};
use crate::domain::id::IdSequence;
use crate::domain::identifier::{Identifier, MOST_IDENTIFIERS, Scheme};
use crate::domain::kind::KindRow;
use crate::domain::name::{Language, MOST_NAMES, NameKind, Text};
use crate::domain::personal::Seal;
use crate::domain::plausibility::judge;
use crate::domain::provenance::Provenance;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::{Day, Id, Kind, Validity, Value, value};

/// A decision in the making.
pub(super) struct Decision<'a> {
    pub(super) state: &'a State,
    pub(super) ids: &'a mut IdSequence,
    pub(super) seal: &'a mut dyn Seal,
    pub(super) expected: Option<u64>,
    pub(super) from_list: bool,
    /// Is it kept from whoever asks whether something personal was known already? Saying it again is a
    /// fact of its own then, so that nobody learns from what comes of it whether a guess was right.
    pub(super) quiet: bool,
    /// What binds whoever asks; none where they may write everything.
    pub(super) bounds: Option<Bounds<'a>>,
    pub(super) events: Vec<Event>,
}

impl Decision<'_> {
    /// Has the asker seen the version in force? Nothing there has version 0.
    pub(super) fn expect(&self, id: Option<Id>) -> Result<(), Rejection> {
        let found = id.and_then(|id| self.state.version(id)).unwrap_or(0);
        match self.expected {
            Some(given) if given != found => Err(Rejection::StaleVersion { given, found }),
            _ => Ok(()),
        }
    }

    /// The id of a node, whose version is as expected.
    pub(super) fn expect_row(&self, row: u32) -> Result<Id, Rejection> {
        let id = self.state.entity(row).fact.id;
        self.expect(Some(id)).map(|()| id)
    }

    pub(super) fn name(
        &mut self,
        id: Id,
        known: Option<u32>,
        text: Text,
        (language, kind): (Language, NameKind),
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<Id, Rejection> {
        let names = known.map_or(&[][..], |row| self.state.entity(row).names.as_slice());
        let same = names.iter().find(|name| {
            name.text == text && name.language == language && name.kind == kind && name.fact.validity == validity
        });
        let is_personal = matches!(text, Text::Sealed(_));
        if let Some(same) = same.filter(|_| !(self.quiet && is_personal)) {
            return Ok(same.fact.id);
        }
        room(self.together(known).map_or(0, |entity| entity.names.len()), MOST_NAMES)?;
        let provenance = provenance.clone();
        let (fact, entity) = (self.ids.next_id(), id);
        self.events.push(match text {
            Text::Plain(text) => Event::NameAdded { id: fact, entity, text, language, kind, validity, provenance },
            Text::Sealed(text) => Event::NameSealed { id: fact, entity, text, language, kind, validity, provenance },
        });
        Ok(fact)
    }

    pub(super) fn identify(
        &mut self,
        id: Id,
        known: Option<u32>,
        identifier: Identifier,
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<Id, Rejection> {
        let same = |row: u32| {
            let mut held = self.state.entity(row).identifiers.iter();
            held.find(|(other, _)| *other == identifier).map(|(_, fact)| fact.id)
        };
        if let Some(same) = known.and_then(same) {
            return Ok(same);
        }
        match self.holder(&identifier) {
            Some(holder) if known.is_some_and(|known| self.state.are_one(known, holder)) => {
                return Ok(same(holder).unwrap_or(id));
            }
            Some(holder) => {
                let holder = self.holder_label(holder);
                return Err(Rejection::IdentifierTaken { given: identifier.value, holder });
            }
            None => {}
        }
        room(self.together(known).map_or(0, |entity| entity.identifiers.len()), MOST_IDENTIFIERS)?;
        let fact = self.ids.next_id();
        let provenance = provenance.clone();
        self.events.push(Event::IdentifierAdded { id: fact, entity: id, identifier, validity, provenance });
        Ok(fact)
    }

    pub(super) fn add_identifier(
        &mut self,
        entity: &Reference,
        scheme: Scheme,
        text: &str,
        validity: Validity,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let row = self.resolve_own(entity, None)?;
        let id = self.expect_row(row)?;
        self.may_have(row, scheme)?;
        let provenance = self.provenance(origin)?;
        self.timely_node(validity)?;
        let identifier = Identifier::new(scheme, text).map_err(|(zh, en)| Rejection::InvalidIdentifier {
            given: clip(text),
            zh,
            en,
        })?;
        self.identify(id, Some(row), identifier, validity, &provenance)
    }

    pub(super) fn statement(
        &mut self,
        id: Id,
        known: Option<u32>,
        attribute: u16,
        value: Value,
        validity: Validity,
        provenance: &Provenance,
    ) -> Result<Id, Rejection> {
        let held = known.map_or(&[][..], |row| self.state.entity(row).statements.as_slice());
        let same = held.iter().find(|statement| {
            statement.attribute == attribute
                && statement.value == value
                && statement.fact.validity == validity
                && statement.fact.provenance == *provenance
        });
        let is_personal = matches!(value, Value::Sealed(_));
        if let Some(same) = same.filter(|_| !(self.quiet && is_personal)) {
            return Ok(same.fact.id);
        }
        room(self.together(known).map_or(0, |entity| entity.statements.len()), MOST_STATEMENTS)?;
        let fact = self.ids.next_id();
        let provenance = provenance.clone();
        self.events.push(Event::StatementMade { id: fact, entity: id, attribute, value, validity, provenance });
        Ok(fact)
    }

    /// What is said of an entry, and of others that are one with it.
    fn together(&self, known: Option<u32>) -> Option<&Entity> {
        known.map(|row| self.state.together(self.state.representative(row)))
    }

    pub(super) fn provenance(&self, origin: &Origin) -> Result<Provenance, Rejection> {
        if origin.source.is_empty() {
            return Err(Rejection::SourceMissing);
        }
        let source = self.state.indexes.source_keys.get(&origin.source).and_then(|row| self.state.sources.get(*row));
        let Some(source) = source else {
            let (what_zh, what_en) = ("来源".to_owned(), "source".to_owned());
            return Err(Rejection::UnknownReference { what_zh, what_en, given: clip(&origin.source) });
        };
        if origin.basis.as_ref().is_some_and(|basis| basis.chars().count() > LONGEST_BASIS) {
            return Err(Rejection::TooLarge { limit: format!("basis {LONGEST_BASIS} 个字 / characters") });
        }
        let (basis, confidence) = (origin.basis.clone(), origin.confidence);
        Ok(Provenance { source: source.id, method: origin.method, basis, confidence })
    }

    /// Resolve terms, check that what must be answered is, sort by number.
    pub(super) fn values(&self, attributes: &'static [Attribute], given: &[(u16, Given)]) -> Result<Values, Rejection> {
        for attribute in attributes.iter().filter(|attribute| attribute.required) {
            require(attribute, given.iter().any(|(tag, _)| *tag == attribute.tag))?;
        }
        self.resolved(attributes, given)
    }

    /// Resolve terms, sort by number.
    pub(super) fn resolved(
        &self,
        attributes: &'static [Attribute],
        given: &[(u16, Given)],
    ) -> Result<Values, Rejection> {
        let mut values = Vec::with_capacity(given.len());
        for (tag, given) in given {
            let value = match given {
                Given::Value(value) => value.clone(),
                Given::Term(reference) => self.named(attributes, *tag, reference)?,
                Given::Nodes(references) => {
                    let ids = references.iter().map(|reference| self.node_named(attributes, *tag, reference));
                    Value::Nodes(ids.collect::<Result<_, _>>()?)
                }
            };
            fitting(attributes, *tag, &value)?;
            self.plausible(attributes, *tag, &value)?;
            values.push((*tag, value));
        }
        values.sort_by_key(|(tag, _)| *tag);
        Ok(values)
    }

    /// What must be answered is given now, or was stated before.
    pub(super) fn all_answered(
        &self,
        attributes: &'static [Attribute],
        known: Option<u32>,
        given: &Values,
    ) -> Result<(), Rejection> {
        for attribute in attributes.iter().filter(|attribute| attribute.required) {
            let stated = |row| self.state.entity(row).statements.iter().any(|known| known.attribute == attribute.tag);
            require(attribute, given.iter().any(|(tag, _)| *tag == attribute.tag) || known.is_some_and(stated))?;
        }
        Ok(())
    }

    /// The value that a text stands for; a term is found by its code.
    pub(super) fn parsed(
        &self,
        attributes: &'static [Attribute],
        attribute: &Attribute,
        text: &str,
    ) -> Result<Value, Rejection> {
        let value = match attribute.value_type {
            ValueType::Term(_) | ValueType::Node(_) if text != "UNKNOWN" && text != "未知" => {
                self.named(attributes, attribute.tag, &Reference::Code(text.to_owned()))?
            }
            ValueType::Nodes(_) if text != "UNKNOWN" && text != "未知" => {
                let codes = text.split('|').map(str::trim).filter(|code| !code.is_empty());
                let ids =
                    codes.map(|code| self.node_named(attributes, attribute.tag, &Reference::Code(code.to_owned())));
                Value::Nodes(ids.collect::<Result<_, _>>()?)
            }
            _ => value::parse(attribute, text).map_err(|_| invalid_value(attribute, text))?,
        };
        fitting(attributes, attribute.tag, &value)?;
        self.plausible(attributes, attribute.tag, &value)?;
        Ok(value)
    }

    /// Can it be right, on the day of the record?
    fn plausible(&self, attributes: &[Attribute], tag: u16, value: &Value) -> Result<(), Rejection> {
        let today = Day::in_shanghai(self.ids.recorded_at_ms());
        let attribute = attributes.iter().find(|attribute| attribute.tag == tag);
        attribute.map_or(Ok(()), |attribute| judge(attribute, value, today).map_err(Rejection::Implausible))
    }

    /// What a reference names, as the attribute takes it: a term, or a node of its kinds.
    fn named(&self, attributes: &[Attribute], tag: u16, reference: &Reference) -> Result<Value, Rejection> {
        let attribute = attributes.iter().find(|attribute| attribute.tag == tag);
        match attribute.map(|attribute| attribute.value_type) {
            Some(ValueType::Node(_)) => self.node_named(attributes, tag, reference).map(Value::Node),
            _ => self.term(attributes, tag, reference).map(Value::Term),
        }
    }

    /// The node of the attribute's kinds that a reference names.
    fn node_named(&self, attributes: &[Attribute], tag: u16, reference: &Reference) -> Result<Id, Rejection> {
        let attribute = attributes.iter().find(|attribute| attribute.tag == tag);
        let kinds = match attribute.map(|attribute| attribute.value_type) {
            Some(ValueType::Node(kinds) | ValueType::Nodes(kinds)) => kinds,
            _ => &[],
        };
        let entity = self.state.entity(self.resolve_end(reference, |kind| kinds.contains(&kind))?);
        if kinds.contains(&entity.kind) {
            return Ok(entity.fact.id);
        }
        Err(Rejection::WrongKind { given: clip(&reference.given()), expected: kinds.to_vec(), found: entity.kind })
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
        let all = self.candidates(&inside);
        let mut rows = self.state.terms_meant(reference, scheme);
        rows.retain(|row| self.knows(*row));
        let given = || clip(&reference.given());
        match (rows.as_slice(), all.first()) {
            ([row], _) => Ok(self.state.entity(*row).fact.id),
            ([], Some(other)) => {
                let (expected, found) = (vec![Kind::Term], self.state.entity(*other).kind);
                let attribute = attributes.iter().find(|attribute| attribute.tag == tag);
                if let Some(attribute) = attribute.filter(|_| found == Kind::Term) {
                    return Err(invalid_value(attribute, &reference.given()));
                }
                Err(Rejection::WrongKind { given: given(), expected, found })
            }
            ([], None) if self.state.other_edition(&inside).is_some() => Err(self.state.absent(&[Kind::Term], &inside)),
            ([], None) => {
                let (what_zh, what_en) = (Kind::Term.row().label_zh.to_owned(), Kind::Term.row().label_en.to_owned());
                Err(Rejection::UnknownReference { what_zh, what_en, given: given() })
            }
            (several, _) => {
                let candidates = several.iter().take(10).map(|row| self.state.label(*row)).collect();
                Err(Rejection::AmbiguousName { given: given(), candidates })
            }
        }
    }

    /// May an identifier of the scheme be added to that node? Row keys are given once; codes of
    /// regions and terms belong to regions and terms.
    pub(super) fn may_have(&self, row: u32, scheme: Scheme) -> Result<(), Rejection> {
        let (kind, given) = (self.state.entity(row).kind, scheme.name().to_owned());
        let wrong = |expected: Kind| {
            let expected = vec![expected];
            Err(Rejection::WrongKind { given, expected, found: kind })
        };
        match scheme {
            Scheme::Internal => Err(Rejection::Fixed { what_zh: "行键（key）", what_en: "The row key" }),
            Scheme::RegionCode if kind != Kind::Region => wrong(Kind::Region),
            Scheme::TermCode if kind != Kind::Term => wrong(Kind::Term),
            _ => Ok(()),
        }
    }

    /// Who has it already, so that nobody else may; of a shared scheme, nobody.
    pub(super) fn holder(&self, identifier: &Identifier) -> Option<u32> {
        if identifier.scheme.is_shared() {
            return None;
        }
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

/// Letters that a basis of figures has at most.
const LONGEST_BASIS: usize = 64;

pub(super) fn require(attribute: &Attribute, answered: bool) -> Result<(), Rejection> {
    if answered { Ok(()) } else { Err(Rejection::RequiredMissing { name: attribute.name.to_owned() }) }
}

/// Is there room for one more fact about a node?
pub(super) fn room(count: usize, most: usize) -> Result<(), Rejection> {
    if count < most {
        Ok(())
    } else {
        Err(Rejection::TooLarge { limit: format!("同类事实 {most} 条 / facts of this sort") })
    }
}

pub(super) fn check_key(key: &str) -> Result<(), Rejection> {
    let letters = key.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    let length = key.chars().count();
    if letters && (1..=64).contains(&length) { Ok(()) } else { Err(Rejection::InvalidKey { given: clip(key) }) }
}
