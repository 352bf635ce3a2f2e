//! What happened, in order: one line a subject and envelope, told to those who follow the store.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::lens::Lens;
use super::openness::{Openness, openness, turning_days};
use super::state::{Entity, EntityRow, Place, State};
use crate::domain::{Id, Kind, RecordKind, Relation, Sensitivity};

/// What a change was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A node, its names, identifiers and statements.
    Node(Kind),
    /// A tie.
    Tie(Relation),
    /// A record.
    Record(RecordKind),
    /// A source.
    Source,
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Action {
    /// It is new.
    #[n(0)]
    Created,
    /// Something about it was added or put right.
    #[n(1)]
    Changed,
    /// A tie ended.
    #[n(2)]
    Ended,
    /// It was taken back.
    #[n(3)]
    Retracted,
    /// It was merged into another one.
    #[n(4)]
    Merged,
    /// It stands for itself again.
    #[n(5)]
    Separated,
}

impl Action {
    /// What two of them that happened to one thing come to.
    fn and(self, next: Action) -> Action {
        let decides = matches!(next, Action::Retracted | Action::Merged | Action::Separated);
        if self == Action::Changed || decides { next } else { self }
    }
}

/// A change as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The sequence number of its envelope.
    pub sequence: u64,
    /// The id of the subject.
    pub id: Id,
    /// What it is.
    pub subject: Subject,
    /// What happened.
    pub action: Action,
    /// May everybody see the subject, before the change or after it?
    pub public: bool,
    /// The one that stands for it now, where it was merged.
    pub merged_into: Option<Id>,
}

/// A change as it is kept: 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct ChangeMark {
    #[n(0)]
    pub sequence: u64,
    #[n(1)]
    pub place: Place,
    #[n(2)]
    pub action: Action,
    #[n(3)]
    pub public: bool,
}

impl State {
    /// The changes after a sequence number, in order.
    pub fn changes(&self, after: u64) -> impl Iterator<Item = Change> + use<'_> {
        let first = self.changes.partition(|mark| mark.sequence <= after);
        self.changes.from(first).filter_map(|mark| self.told(mark))
    }

    /// Those of them that everybody may know of; the others are not even looked at.
    fn public_changes(&self, after: u64) -> impl Iterator<Item = Change> + use<'_> {
        let is_before = |row: &u32| self.changes.get(*row).is_some_and(|mark| mark.sequence <= after);
        let first = self.public_changes.partition(is_before);
        let marks = self.public_changes.from(first).filter_map(|row| self.changes.get(*row));
        marks.filter_map(|mark| self.told(mark))
    }

    fn told(&self, mark: &ChangeMark) -> Option<Change> {
        let (id, subject) = match mark.place {
            Place::Node(row) | Place::Fact(row) => {
                let entity = self.entities.get(row)?;
                (entity.fact.id, Subject::Node(entity.kind))
            }
            Place::Tie(row) => (self.tie_facts.get(row)?.fact.id, Subject::Tie(self.ties.get(row)?.relation)),
            Place::Record(row) => {
                let record = self.records.get(row)?;
                (record.fact.id, Subject::Record(record.kind))
            }
            Place::Source(row) => (self.sources.get(row)?.id, Subject::Source),
            Place::Retracted(_) | Place::Merge(_) => return None,
        };
        let merged_into = match mark.place {
            Place::Node(row) | Place::Fact(row) => Some(self.representative(row)).filter(|root| *root != row),
            _ => None,
        };
        let merged_into = merged_into.map(|root| self.entity(root).fact.id);
        Some(Change { sequence: mark.sequence, id, subject, action: mark.action, public: mark.public, merged_into })
    }

    /// The node rows changed after a sequence number, for whoever keeps an index beside the graph; of an
    /// entry that was merged also the one that stands for it.
    pub fn changed_nodes(&self, after: u64) -> impl Iterator<Item = EntityRow> + use<'_> {
        let first = self.changes.partition(|mark| mark.sequence <= after);
        let rows = self.changes.from(first).filter_map(|mark| match mark.place {
            Place::Node(row) | Place::Fact(row) => Some(row),
            _ => None,
        });
        rows.flat_map(|row| {
            let root = Some(self.representative(row)).filter(|root| *root != row);
            std::iter::once(row).chain(root).map(EntityRow)
        })
    }

    /// Note a change. Several of one envelope to one subject are one.
    pub(super) fn note(&mut self, place: Place, action: Action, public: bool) {
        let sequence = self.sequence;
        let last = u32::try_from(self.changes.len()).ok().and_then(|length| length.checked_sub(1));
        if let Some(last) = last
            && let Some(known) = self.changes.get_mut(last)
            && known.sequence == sequence
            && known.place == place
        {
            let becomes_public = public && !known.public;
            known.public |= public;
            known.action = known.action.and(action);
            if becomes_public {
                self.public_changes.push(last);
            }
            return;
        }
        let row = self.changes.push(ChangeMark { sequence, place, action, public });
        if public {
            self.public_changes.push(row);
        }
    }

    /// May everybody see what stands there, on some day?
    pub(super) fn is_place_public(&self, place: Place) -> bool {
        match place {
            Place::Node(row) | Place::Fact(row) => self.is_public(EntityRow(row)),
            Place::Source(_) => true,
            Place::Record(row) => self.records.get(row).is_some_and(|record| {
                let sensitivity = record.kind.row().sensitivity_of(&record.values);
                sensitivity == Sensitivity::Public && self.is_public(record.subject)
            }),
            Place::Tie(row) => {
                let mark = self.tie(row);
                let ends = [mark.start, mark.target].map(EntityRow);
                !mark.is_retracted()
                    && ends.into_iter().all(|end| self.is_public(end))
                    && (mark.relation != Relation::HasDemand || self.owner_is_public(mark.target))
            }
            Place::Merge(row) => self.merges.get(row).is_some_and(|merge| self.is_public(EntityRow(merge.kept))),
            Place::Retracted(_) => false,
        }
    }

    /// Is it told of a demand, on some day, whose it is?
    fn owner_is_public(&self, demand: u32) -> bool {
        let entity = self.entity(demand);
        turning_days(entity).any(|day| openness(entity, day) == Openness::Open)
    }
}

impl State {
    /// The last envelope recorded at a moment or before it: its number and its record time, in
    /// milliseconds since 1970; none before the first.
    pub fn last_known(&self, moment: i64) -> Option<(u64, i64)> {
        let known = self.stamps.partition(|stamp| stamp.recorded_at <= moment);
        let stamp = self.stamps.get(known.checked_sub(1)?)?;
        Some((stamp.sequence, stamp.recorded_at))
    }

    /// Record time of the first envelope, in milliseconds since 1970.
    pub fn first_recorded_at(&self) -> Option<i64> {
        self.stamps.get(0).map(|stamp| stamp.recorded_at)
    }

    /// How many changes were noted after one envelope and up to another: what it takes to carry them
    /// out again.
    pub fn changes_between(&self, after: u64, through: u64) -> u64 {
        let until = |sequence| u64::from(self.changes.partition(|mark| mark.sequence <= sequence));
        until(through).saturating_sub(until(after))
    }
}

impl<'v> Lens<'v> {
    /// The changes after a sequence number that the reader may know of, in order. Each one told
    /// costs a row; what is passed over costs nothing, so that no hidden run can stop a reader.
    pub fn changes(&self, after: u64) -> impl Iterator<Item = Change> + use<'v> {
        let (lens, state) = (*self, self.state());
        let all = self.rights().may_see(Sensitivity::Restricted);
        let some = all || self.rights().may_see(Sensitivity::Internal) || self.rights().scope().is_some();
        let every = some.then(|| state.changes(after));
        let public = (!some).then(|| state.public_changes(after));
        let told = every.into_iter().flatten().chain(public.into_iter().flatten());
        // Whoever works for one region is told of what lies there, and of others what is public.
        let mut told = told.filter(move |change| all || change.public || lens.may_be_told(change)).peekable();
        // What was noted in between and is not told must not be felt: to one subject, one line.
        let joined = std::iter::from_fn(move || {
            let mut change = told.next()?;
            let again = |next: &Change| (next.sequence, next.id) == (change.sequence, change.id);
            while let Some(next) = told.next_if(again) {
                change.action = change.action.and(next.action);
                change.public |= next.public;
            }
            Some(change)
        });
        joined.take_while(move |_| lens.budget().spend(1))
    }

    /// May the reader know of a change that not everybody may know of?
    fn may_be_told(&self, change: &Change) -> bool {
        let state = self.state();
        let at = match state.place(change.id) {
            Some(Place::Retracted(row)) => state.retractions.get(row).map(|gone| gone.was),
            at => at,
        };
        let internal = |node: u32| self.may_see_of(EntityRow(node), Sensitivity::Internal);
        match at {
            Some(Place::Node(row) | Place::Fact(row)) => internal(row),
            Some(Place::Tie(row)) => {
                let mark = state.tie(row);
                let ends = [mark.start, mark.target];
                let hidden_owner = mark.relation == Relation::HasDemand && !state.owner_is_public(mark.target);
                ends.into_iter().any(internal)
                    && ends.into_iter().all(|end| internal(end) || state.is_public(EntityRow(end)))
                    && (!hidden_owner || internal(mark.start))
            }
            Some(Place::Record(row)) => state.records.get(row).is_some_and(|record| {
                let kind = record.kind.row();
                let sensitivity = kind.sensitivity_of(&record.values).max(Sensitivity::Internal);
                // It may have changed in nothing but what is hidden.
                let sees_every = || {
                    let mut every = kind.attributes.iter();
                    every.all(|attribute| self.may_see_of(record.subject, attribute.sensitivity))
                };
                self.may_see_of(record.subject, sensitivity) && (change.action != Action::Changed || sees_every())
            }),
            Some(Place::Source(_)) => true,
            Some(Place::Retracted(_) | Place::Merge(_)) | None => false,
        }
    }

    /// Every node, shown or not, for whoever builds an index beside the graph.
    pub fn every_node(state: &'v State) -> impl Iterator<Item = (EntityRow, &'v Entity)> {
        state.entities.iter().enumerate().map(|(row, entity)| {
            (EntityRow(u32::try_from(row).expect("a store holds fewer than 2^32 rows")), entity.as_ref())
        })
    }

    /// Everything said about a node alone, to be kept by whoever keeps an index beside the graph.
    pub fn shared_entity(state: &State, row: EntityRow) -> Option<Arc<Entity>> {
        ((row.0 as usize) < state.entities.len()).then(|| state.whole_entry(row.0))
    }

    /// Was a node taken back, or does another one stand for it? For whoever keeps an index beside the graph.
    pub fn is_out_of_sight(state: &State, row: EntityRow) -> bool {
        state.is_retracted(row.0) || state.representative(row.0) != row.0
    }
}
