//! Everything ever recorded about a node: what is said now, and what was said until it was corrected,
//! ended or taken back.
//!
//! What was put right or taken back is knowledge of the bureau: it may have been wrong, or not meant
//! for everybody. Whoever may not see what is internal is told what is said now, and nothing of when
//! something else was said.

use std::collections::{BTreeMap, BTreeSet};

use super::former::{Fate, Former, Said};
use super::lens::{Lens, Tie};
use super::state::{EntityRow, Fact, Named, Place, Stamp, Statement};
use crate::domain::identifier::Identifier;
use crate::domain::personal::ErasureReason;
use crate::domain::{Id, RecordKind, Relation, Sensitivity, Value};

/// A turn that no fact comes to: an erasure comes after whatever was said of the node.
const MOST_TURNS: usize = u32::MAX as usize;

/// What an entry of a history says.
#[derive(Clone, Copy, Debug)]
pub enum Content<'v> {
    /// That there is the node, and when.
    Node,
    /// A name.
    Name(&'v Named),
    /// An identifier.
    Identifier(&'v Identifier),
    /// A statement.
    Statement(&'v Statement),
    /// A tie, with its attributes.
    Tie(Tie, &'v [(u16, Value)]),
    /// A record, with its attributes.
    Record(RecordKind, &'v [(u16, Value)]),
    /// That what was personal of it was erased, and why.
    Erased(ErasureReason),
    /// That two entries are one: the one that stands for both, the other, and why.
    Merge([EntityRow; 2], &'v str),
}

/// How something stopped being said.
#[derive(Clone, Copy, Debug)]
pub struct Gone<'v> {
    /// Put right, ended or taken back.
    pub fate: Fate,
    /// Who did it, and when.
    pub stamp: Option<&'v Stamp>,
    /// Why it was taken back.
    pub reason: Option<&'v str>,
}

/// One thing that was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'v> {
    /// What it says.
    pub content: Content<'v>,
    /// Id, validity, provenance, as they stood.
    pub fact: &'v Fact,
    /// What made it: none where it was entered, else what happened to what the fact said before.
    pub after: Option<Fate>,
    /// Which saying of the fact it is, from 0.
    pub turn: usize,
    /// Who recorded it, and when.
    pub stamp: Option<&'v Stamp>,
    /// How it stopped being said; none where it still is.
    pub gone: Option<Gone<'v>>,
}

/// What one fact said for a while, and what became of it.
type Saying<'v> = (Content<'v>, &'v Fact, Option<&'v Former>);

impl Recorded<'_> {
    /// The newest first: larger where recorded later.
    pub fn order(&self) -> (u64, Id, usize) {
        (self.stamp.map_or(0, |stamp| stamp.sequence), self.fact.id, self.turn)
    }
}

impl<'v> Lens<'v> {
    /// The node of that id, whatever the day, where its history may be read.
    pub fn remembered(&self, id: Id) -> Option<EntityRow> {
        let row = match self.state().place(id)? {
            Place::Node(row) => row,
            Place::Retracted(row) => match self.state().retractions.get(row)?.was {
                Place::Node(row) => row,
                _ => return None,
            },
            _ => return None,
        };
        let row = self.state().representative(row);
        self.may_remember(Place::Node(row)).then_some(EntityRow(row))
    }

    /// What was ever recorded about a node, newest first. Each entry costs a row.
    pub fn history(&self, node: EntityRow) -> Vec<Recorded<'v>> {
        let mut found = self.own_history(node);
        found.extend(self.erasure(node));
        for forward in [true, false] {
            // A tie to itself is met in both directions.
            for tie in self.every_tie(node, forward).filter(|tie| forward || tie.here != tie.there) {
                found.extend(self.tie_history(tie));
            }
        }
        found.extend(self.merge_history(node));
        found.retain(|entry| self.may_read(node, &entry.content));
        // What is told of the work counts what is told, not what was passed over.
        found.iter().for_each(|_| self.budget().show());
        found.sort_by_key(|entry| std::cmp::Reverse(entry.order()));
        found
    }

    /// May the reader know what was said there that is not public?
    pub(super) fn sees_all(&self, place: Place) -> bool {
        // What was taken back is not handed on to other programs, whatever an owner agreed to.
        let about = |row: u32| self.is_of_the_bureau() && self.may_see_of(EntityRow(row), Sensitivity::Internal);
        match place {
            Place::Node(row) | Place::Fact(row) => about(row),
            Place::Tie(row) => {
                let mark = self.state().tie(row);
                about(mark.start) || (mark.relation != Relation::HasDemand && about(mark.target))
            }
            Place::Record(row) => {
                let known = || self.state().records.get(row).is_some_and(|record| self.may_know(record));
                self.is_of_the_bureau() && known()
            }
            _ => self.rights().may_see(Sensitivity::Internal),
        }
    }

    /// Is it told to the reader that there was such a thing, on some day?
    pub(super) fn may_remember(&self, place: Place) -> bool {
        if self.state().is_place_public(place) {
            return true;
        }
        // A tie names both of its ends.
        let ends_known = || match place {
            Place::Tie(row) => {
                let mark = self.state().tie(row);
                [mark.start, mark.target].into_iter().all(|end| self.may_remember(Place::Node(end)))
            }
            _ => true,
        };
        self.sees_all(place) && ends_known()
    }

    fn may_read(&self, node: EntityRow, content: &Content<'_>) -> bool {
        match content {
            Content::Statement(statement) => {
                self.may_see_of(node, self.state().sensitivity(node.0, statement.attribute))
            }
            Content::Record(kind, values) => self.may_see_of(node, kind.row().sensitivity_of(values)),
            _ => true,
        }
    }

    fn formers(&self, of: Place) -> impl Iterator<Item = &'v Former> + use<'v> {
        let (state, sees_all) = (self.state(), self.sees_all(of));
        let rows = state.indexes.formers.get(&of).filter(|_| sees_all).map_or(&[][..], Vec::as_slice);
        rows.iter().filter_map(|row| state.formers.get(*row)).map(AsRef::as_ref)
    }

    /// What was said of the node alone and in its records.
    fn own_history(&self, node: EntityRow) -> Vec<Recorded<'v>> {
        let state = self.state();
        let entity = self.entity(node);
        let mut said: BTreeMap<Id, Vec<Saying<'v>>> = BTreeMap::new();
        let formers = state.members(node.0).flat_map(|row| self.formers(Place::Node(row)));
        for former in formers.take_while(|_| self.budget().look()) {
            if let Some((content, fact)) = content_of(&former.said) {
                said.entry(former.id).or_default().push((content, fact, Some(former)));
            }
        }
        let own = state.members(node.0).map(|row| (Content::Node, &state.entity(row).fact));
        let names = entity.names.iter().map(|name| (Content::Name(name), &name.fact));
        let identifiers = entity.identifiers.iter();
        let identifiers = identifiers.map(|(identifier, fact)| (Content::Identifier(identifier), fact));
        let statements = entity.statements.iter();
        let statements = statements.map(|statement| (Content::Statement(statement), &statement.fact));
        let listed = |row: u32| state.indexes.records.get(&row).map_or(&[][..], Vec::as_slice);
        let records = state.members(node.0).flat_map(listed).filter_map(|row| state.records.get(*row));
        let records = records.map(|record| (Content::Record(record.kind, &record.values), &record.fact));
        let now = own.chain(names).chain(identifiers).chain(statements).chain(records);
        for (content, fact) in now.take_while(|_| self.budget().look()) {
            said.entry(fact.id).or_default().push((content, fact, None));
        }
        said.into_values().flat_map(|turns| self.turns(self.apart(node, turns))).collect()
    }

    /// That what was personal of a node was erased; it stands on the node itself.
    fn erasure(&self, node: EntityRow) -> Option<Recorded<'v>> {
        let (state, fact) = (self.state(), &self.entity(node).fact);
        let erasure = state.erasures().find(|erasure| erasure.person == fact.id)?;
        let (content, stamp) = (Content::Erased(erasure.reason), state.stamps.get(erasure.stamp));
        Some(Recorded { content, fact, after: None, turn: MOST_TURNS, stamp, gone: None })
    }

    /// Without what differs from what was said next in nothing that the reader may see.
    fn apart(&self, node: EntityRow, said: Vec<Saying<'v>>) -> Vec<Saying<'v>> {
        let mut kept = Vec::with_capacity(said.len());
        let mut said = said.into_iter().peekable();
        while let Some(one) = said.next() {
            if !said.peek().is_some_and(|next| self.reads_alike(node, &one, next)) {
                kept.push(one);
            }
        }
        kept
    }

    fn reads_alike(&self, node: EntityRow, (one, fact, _): &Saying<'v>, (next, then, _): &Saying<'v>) -> bool {
        let (Content::Record(kind, values), Content::Record(_, after)) = (one, next) else { return false };
        let hidden = kind.row().attributes.iter().filter(|row| !self.may_see_of(node, row.sensitivity));
        let hidden: Vec<u16> = hidden.map(|row| row.tag).collect();
        let seen = |values: &[(u16, Value)]| -> Vec<(u16, Value)> {
            values.iter().filter(|(tag, _)| !hidden.contains(tag)).cloned().collect()
        };
        let dated = |fact: &Fact| (fact.validity, fact.provenance.clone());
        !hidden.is_empty() && seen(values) == seen(after) && dated(fact) == dated(then)
    }

    fn tie_history(&self, tie: Tie) -> Vec<Recorded<'v>> {
        let Some(facts) = self.state().tie_facts.get(tie.row.0) else { return Vec::new() };
        let formers = self.formers(Place::Tie(tie.row.0)).take_while(|_| self.budget().look());
        let before = formers.filter_map(|former| match &former.said {
            Said::Tie(facts) => Some((Content::Tie(tie, &facts.values), &facts.fact, Some(former))),
            _ => None,
        });
        let now = (Content::Tie(tie, facts.values.as_slice()), &facts.fact, None);
        self.turns(before.chain([now]).collect())
    }

    /// The merges of a node and of the entries that it stands for; those undone where all may be seen.
    fn merge_history(&self, node: EntityRow) -> Vec<Recorded<'v>> {
        let state = self.state();
        let rows: BTreeSet<u32> = state.members(node.0).flat_map(|row| state.groups.merges_of(row)).copied().collect();
        let sees_all = self.sees_all(Place::Node(node.0));
        let merges = rows.into_iter().filter_map(|row| state.merges.get(row));
        let told = merges.filter(|merge| merge.undone.is_none() || sees_all).take_while(|_| self.budget().look());
        let recorded = told.map(|merge| Recorded {
            content: Content::Merge(
                [merge.kept, merge.merged].map(EntityRow),
                if sees_all { &merge.reason } else { "" },
            ),
            fact: &merge.fact,
            after: None,
            turn: 0,
            stamp: self.stamp(&merge.fact),
            gone: merge.undone.as_ref().map(|undone| Gone {
                fate: Fate::Retracted,
                stamp: state.stamps.get(undone.stamp),
                reason: Some(&undone.reason),
            }),
        });
        recorded.collect()
    }

    /// The sayings of one fact, in order, each with what made it and what became of it.
    fn turns(&self, said: Vec<Saying<'v>>) -> Vec<Recorded<'v>> {
        let state = self.state();
        let stamp = |row: u32| state.stamps.get(row);
        let mut before: Option<&Former> = None;
        let mut turns = Vec::with_capacity(said.len());
        for (turn, (content, fact, former)) in said.into_iter().enumerate() {
            let gone = match former {
                Some(former) => Some((former.fate, former.stamp)),
                None => self.retraction(fact.id).map(|(row, _)| (Fate::Retracted, row)),
            };
            let gone = gone.map(|(fate, row)| {
                let reason = self.retraction(fact.id).filter(|_| fate == Fate::Retracted);
                Gone { fate, stamp: stamp(row), reason: reason.map(|(_, reason)| reason) }
            });
            let recorded = before.map_or(fact.stamp, |before| before.stamp);
            let after = before.map(|before| before.fate);
            turns.push(Recorded { content, fact, after, turn, stamp: stamp(recorded), gone });
            before = former;
        }
        turns
    }

    /// When and why something was taken back.
    fn retraction(&self, id: Id) -> Option<(u32, &'v str)> {
        match self.state().place(id)? {
            Place::Retracted(row) => self.state().retractions.get(row).map(|gone| (gone.stamp, gone.reason.as_ref())),
            _ => None,
        }
    }

    /// Its ties, whatever the day and also those taken back, where the reader may know of them.
    fn every_tie(&self, node: EntityRow, forward: bool) -> impl Iterator<Item = Tie> + use<'v> {
        let lens = *self;
        let all = self.tie_rows(node, forward).filter(move |row| lens.may_remember(Place::Tie(*row)));
        all.map(move |row| lens.seen_from(row, lens.state().tie(row), forward))
    }
}

fn content_of(said: &Said) -> Option<(Content<'_>, &Fact)> {
    Some(match said {
        Said::Node(fact) => (Content::Node, fact),
        Said::Name(named) => (Content::Name(named), &named.fact),
        Said::Identifier(identifier, fact) => (Content::Identifier(identifier), fact),
        Said::Statement(statement) => (Content::Statement(statement), &statement.fact),
        Said::Record(record) => (Content::Record(record.kind, &record.values), &record.fact),
        Said::Tie(_) => return None,
    })
}
