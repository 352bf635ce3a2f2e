//! Deciding what changes or takes back facts that are there.

use super::amend::{Part, part};
use super::facts::{Decision, require};
use super::state::Place;
use super::timely::ordered;
use crate::domain::attribute::Attribute;
use crate::domain::command::{Amendment, Origin, TieReference};
use crate::domain::event::{Content, Event, Values};
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::name::Text;
use crate::domain::provenance::Provenance;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Id, PartialDate, Relation, Validity, Value, name};

/// Letters that a reason has at most.
const LONGEST_REASON: usize = 1_000;

impl Decision<'_> {
    pub(super) fn end_relation(
        &mut self,
        tie: &TieReference,
        to: PartialDate,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let row = self.tie_row(tie)?;
        let (mark, facts) = (self.state.tie(row), self.facts_of(row)?);
        let id = facts.fact.id;
        self.expect(Some(id))?;
        let provenance = self.provenance(origin)?;
        if let Some(on) = facts.fact.validity.to.filter(|on| *on != to) {
            return Err(Rejection::AlreadyEnded { given: id.to_string(), on: on.to_string() });
        }
        let validity = Validity { to: Some(to), ..facts.fact.validity };
        ordered(validity)?;
        let ends = [mark.start, mark.target].map(|end| self.state.entity(end).kind);
        self.timely_between(ends, Validity { to: Some(to), ..Validity::OPEN })?;
        self.check_rule((mark.relation, mark.start, mark.target), Some(row), &facts.values, validity)?;
        if facts.fact.validity != validity {
            self.events.push(Event::RelationEnded { id, to, provenance });
        }
        Ok(id)
    }

    fn facts_of(&self, row: u32) -> Result<&super::state::TieFacts, Rejection> {
        let facts = self.state.tie_facts.get(row);
        facts.map(AsRef::as_ref).ok_or_else(|| unknown(&row.to_string()))
    }

    fn tie_row(&self, tie: &TieReference) -> Result<u32, Rejection> {
        let (relation, from, to) = match tie {
            TieReference::Id(id) => {
                return match self.place(*id)? {
                    Place::Tie(row) => Ok(row),
                    _ => Err(unknown(&id.to_string())),
                };
            }
            TieReference::Ends { relation, from, to } => (*relation, from, to),
        };
        let (start, target) = (self.resolve(from, None)?, self.resolve(to, None)?);
        let between = self.state.ties_from(start).filter(|(row, mark)| {
            let open = self.state.tie_facts.get(*row).is_some_and(|facts| facts.fact.validity.to.is_none());
            mark.relation == relation && mark.target == target && open
        });
        // A tie that whoever asks may not know of is none between the two.
        let rows: Vec<u32> = between.map(|(row, _)| row).filter(|row| !self.is_hidden_tie(*row)).collect();
        if let [row] = rows.as_slice() {
            self.may_change(self.facts_of(*row)?.fact.id, Place::Tie(*row))?;
        }
        let given = || clip(&format!("{} {} → {}", relation.row().name, from.given(), to.given()));
        match rows.as_slice() {
            [row] => Ok(*row),
            [] => Err(unknown(&given())),
            several => {
                let ids = several.iter().filter_map(|row| self.state.tie_facts.get(*row));
                let candidates = ids.take(10).map(|facts| facts.fact.id.to_string()).collect();
                Err(Rejection::AmbiguousName { given: given(), candidates })
            }
        }
    }

    /// Where an id leads, unless it was taken back.
    fn place(&self, id: Id) -> Result<Place, Rejection> {
        let given = id.to_string();
        if let Some(place) = self.state.place(id) {
            self.may_change(id, place)?;
        }
        match self.state.place(id) {
            None => Err(unknown(&given)),
            Some(Place::Retracted(_)) => Err(Rejection::AlreadyRetracted { given }),
            Some(Place::Fact(row) | Place::Node(row)) if self.state.is_retracted(row) => {
                Err(Rejection::AlreadyRetracted { given })
            }
            Some(place) => Ok(place),
        }
    }

    pub(super) fn correct(&mut self, id: Id, amendment: &Amendment, origin: Option<&Origin>) -> Result<Id, Rejection> {
        let place = self.place(id)?;
        self.expect(Some(id))?;
        let new_origin = origin.map(|origin| self.provenance(origin)).transpose()?;
        let (content, held, provenance) = match place {
            Place::Fact(row) => self.correct_part(row, id, amendment)?,
            Place::Node(row) => {
                nothing_but_dates(amendment)?;
                let fact = &self.state.entity(row).fact;
                (None, fact.validity, fact.provenance.clone())
            }
            Place::Tie(row) => {
                let facts = self.facts_of(row)?;
                let relation = self.state.tie(row).relation;
                let values = self.amended(relation.row().attributes, &facts.values, amendment)?;
                (values, facts.fact.validity, facts.fact.provenance.clone())
            }
            Place::Record(row) => {
                let record = self.state.records.get(row).ok_or_else(|| unknown(&id.to_string()))?;
                let values = self.amended(record.kind.row().attributes, &record.values, amendment)?;
                (values, record.fact.validity, record.fact.provenance.clone())
            }
            Place::Merge(_) => return Err(fixed_merge()),
            Place::Source(_) | Place::Retracted(_) => return Err(fixed_source()),
        };
        let validity = Validity { from: amendment.from.unwrap_or(held.from), to: amendment.to.unwrap_or(held.to) };
        ordered(validity)?;
        self.timely_amendment(id, place, amendment)?;
        if let Place::Tie(row) = place {
            let (mark, facts) = (self.state.tie(row), self.facts_of(row)?);
            let values = match &content {
                Some(Content::Values(values)) => values,
                _ => &facts.values,
            };
            self.check_rule_of(mark.relation, (mark.start, mark.target), row, values, validity)?;
        }
        let right = new_origin.unwrap_or_else(|| provenance.clone());
        if content.is_some() || validity != held || right != provenance {
            self.events.push(Event::FactCorrected { id, content, validity, provenance: right });
        }
        Ok(id)
    }

    fn check_rule_of(
        &self,
        relation: Relation,
        (start, target): (u32, u32),
        row: u32,
        values: &Values,
        validity: Validity,
    ) -> Result<(), Rejection> {
        // Its ends stay as they are, so a circle cannot come of it; `reaches` would find the tie itself.
        match relation.row().rule {
            crate::domain::relation::Rule::Acyclic => Ok(()),
            _ => self.check_rule((relation, start, target), Some(row), values, validity),
        }
    }

    /// What is new about a name, an identifier or a statement, and what it was.
    fn correct_part(
        &mut self,
        row: u32,
        id: Id,
        amendment: &Amendment,
    ) -> Result<(Option<Content>, Validity, Provenance), Rejection> {
        let state = self.state;
        let entity = state.entity(row);
        let (kind, owner) = (entity.kind, entity.fact.id);
        let part = part(entity, id).ok_or_else(|| unknown(&id.to_string()))?;
        let fact = entity.part_fact(part).ok_or_else(|| unknown(&id.to_string()))?;
        if let Some((name, _)) = amendment.values.first() {
            return Err(Rejection::UnknownColumn { name: clip(name), known: "value, validFrom, validTo".into() });
        }
        let content = match (part, amendment.value.as_deref()) {
            (_, None) => None,
            (Part::Name(place), Some(text)) => {
                self.needs_key(kind, owner, Some(row))?;
                let text = self.spelled(kind, owner, text)?;
                let same = entity.names.get(place).is_some_and(|name| name.text == text);
                let is_personal = matches!(text, Text::Sealed(_));
                (!same || (self.quiet && is_personal)).then_some(match text {
                    Text::Plain(text) => Content::Text(text),
                    Text::Sealed(sealed) => Content::Sealed(sealed),
                })
            }
            (Part::Identifier(place), Some(text)) => self.corrected_identifier(row, place, text)?,
            (Part::Statement(place), Some(text)) => {
                let statement = entity.statements.get(place).ok_or_else(|| unknown(&id.to_string()))?;
                let attribute = kind.row().attribute_by_tag(statement.attribute);
                let attribute = attribute.ok_or_else(|| unknown(&id.to_string()))?;
                self.needs_key(kind, owner, Some(row))?;
                let value = self.parsed(kind.row().attributes, attribute, text)?;
                let value = self.kept(attribute, owner, value)?;
                let is_personal = matches!(value, Value::Sealed(_));
                (value != statement.value || (self.quiet && is_personal)).then_some(Content::Value(value))
            }
        };
        Ok((content, fact.validity, fact.provenance.clone()))
    }

    fn corrected_identifier(&self, row: u32, place: usize, text: &str) -> Result<Option<Content>, Rejection> {
        let Some((held, _)) = self.state.entity(row).identifiers.get(place) else { return Err(unknown(text)) };
        if held.scheme == Scheme::Internal {
            return Err(fixed_key());
        }
        let prefix = self.state.scheme_of(row).map(|scheme| format!("{scheme}:"));
        if held.scheme == Scheme::TermCode && !prefix.is_some_and(|prefix| text.trim().starts_with(&prefix)) {
            let (zh, en) = ("应为“体系:代码”，体系不变", "it is written SCHEME:code, with the scheme it has");
            return Err(Rejection::InvalidIdentifier { given: clip(text), zh: zh.into(), en: en.into() });
        }
        let identifier = Identifier::new(held.scheme, text).map_err(|(zh, en)| Rejection::InvalidIdentifier {
            given: clip(text),
            zh,
            en,
        })?;
        if identifier == *held {
            return Ok(None);
        }
        match self.holder(&identifier) {
            Some(holder) => {
                Err(Rejection::IdentifierTaken { given: identifier.value, holder: self.holder_label(holder) })
            }
            None => Ok(Some(Content::Identifier(identifier))),
        }
    }

    /// Values of a tie or a record with those of the amendment in their places.
    fn amended(
        &self,
        attributes: &'static [Attribute],
        held: &Values,
        amendment: &Amendment,
    ) -> Result<Option<Content>, Rejection> {
        let known = || attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
        if amendment.value.is_some() {
            return Err(Rejection::UnknownColumn { name: "value".into(), known: known() });
        }
        let mut values = held.clone();
        for (name, text) in &amendment.values {
            let attribute = attributes.iter().find(|attribute| attribute.name == name);
            let attribute = attribute.ok_or_else(|| Rejection::UnknownColumn { name: clip(name), known: known() })?;
            let value = self.parsed(attributes, attribute, text)?;
            values.retain(|(tag, _)| *tag != attribute.tag);
            values.push((attribute.tag, value));
        }
        values.sort_by_key(|(tag, _)| *tag);
        Ok((values != *held).then_some(Content::Values(values)))
    }

    pub(super) fn retract(&mut self, id: Id, reason: &str) -> Result<Id, Rejection> {
        let place = self.place(id)?;
        self.expect(Some(id))?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Rejection::RequiredMissing { name: "reason".into() });
        }
        if reason.chars().count() > LONGEST_REASON {
            return Err(Rejection::TooLarge { limit: format!("reason {LONGEST_REASON} 个字 / characters") });
        }
        match place {
            Place::Fact(row) => self.may_lose(row, id)?,
            Place::Node(row) => self.may_vanish(row, id)?,
            Place::Tie(_) | Place::Record(_) => {}
            Place::Merge(_) => return Err(fixed_merge()),
            Place::Source(_) | Place::Retracted(_) => return Err(fixed_source()),
        }
        self.events.push(Event::FactRetracted { id, reason: reason.to_owned() });
        Ok(id)
    }

    /// What a node must have, it keeps: its key, a Chinese name, an answer where one is required.
    fn may_lose(&self, row: u32, id: Id) -> Result<(), Rejection> {
        let entity = self.state.entity(row);
        match part(entity, id) {
            Some(Part::Identifier(place)) => {
                let held = entity.identifiers.get(place).map(|(identifier, _)| identifier.scheme);
                if held == Some(Scheme::Internal) {
                    return Err(fixed_key());
                }
                let alike = entity.identifiers.iter().filter(|(other, _)| Some(other.scheme) == held).count();
                if held.is_some() && held == entity.kind.row().code_scheme && alike < 2 {
                    return Err(Rejection::RequiredMissing { name: "code".into() });
                }
                Ok(())
            }
            Some(Part::Name(place)) => {
                let official = |name: &super::state::Named| name.kind == name::NameKind::Official;
                let mut others = entity.names.iter().enumerate().filter(|(other, _)| *other != place);
                let left = others.any(|(_, name)| official(name));
                if left || !entity.names.get(place).is_some_and(official) {
                    return Ok(());
                }
                Err(Rejection::RequiredMissing { name: "nameZh".into() })
            }
            Some(Part::Statement(place)) => {
                let tag = entity.statements.get(place).map(|statement| statement.attribute);
                let required = entity.kind.row().attributes.iter().filter(|attribute| attribute.required);
                for attribute in required.filter(|attribute| Some(attribute.tag) == tag) {
                    let stated = entity.statements.iter().filter(|known| known.attribute == attribute.tag).count();
                    require(attribute, stated > 1)?;
                }
                Ok(())
            }
            None => Err(unknown(&id.to_string())),
        }
    }
}

fn unknown(given: &str) -> Rejection {
    Rejection::UnknownReference { what_zh: "事实".into(), what_en: "fact".into(), given: clip(given) }
}

fn fixed_key() -> Rejection {
    Rejection::Fixed { what_zh: "行键（key）", what_en: "The row key" }
}

fn fixed_merge() -> Rejection {
    Rejection::Fixed { what_zh: "合并（请用 undoMerge 撤销）", what_en: "A merge (undo it with undoMerge)" }
}

fn fixed_source() -> Rejection {
    Rejection::Fixed {
        what_zh: "来源（请用 saveSource 修订）", what_en: "A source (revise it with saveSource)"
    }
}

/// A node itself has nothing but its dates and its source.
fn nothing_but_dates(amendment: &Amendment) -> Result<(), Rejection> {
    let named = amendment.values.first().map(|(name, _)| name.as_str());
    match named.or(amendment.value.as_deref().map(|_| "value")) {
        Some(name) => Err(Rejection::UnknownColumn { name: clip(name), known: "validFrom, validTo".into() }),
        None => Ok(()),
    }
}
