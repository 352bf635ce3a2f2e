//! What somebody may write who works for one county: what lies in it on the day of writing.
//!
//! What they may not know of is to them as if it were not there, in every refusal too. What they may
//! see and not write is refused as lying outside. A node that somebody has just entered lies nowhere
//! until it is told whose it is; until then it is a draft, and its own writer's.

use std::sync::Arc;

use super::budget::Budget;
use super::facts::Decision;
use super::groups::Standing;
use super::lens::Lens;
use super::merging::fault;
use super::openness::Openness;
use super::state::{EntityRow, Place, State, TieMark};
use crate::domain::command::Reference;
use crate::domain::event::Values;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::merging::MergeFault;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Day, Id, Kind, Relation, Sensitivity, Value, enumeration};
use crate::rights::{self, Rights};

/// Who wants something written.
#[derive(Clone, Debug)]
pub struct Writer {
    /// What they may.
    pub rights: Rights,
    /// The day on which it is judged what lies in their county.
    pub day: Day,
    /// The name that goes onto what they write.
    pub actor: Arc<str>,
}

/// The bounds of somebody who may not write everywhere.
pub(super) struct Bounds<'a> {
    pub lens: Lens<'a>,
    pub actor: &'a str,
}

impl Writer {
    /// Bound to no county, and allowed to write?
    pub(super) fn is_free(&self) -> bool {
        self.rights.may_write()
    }

    /// What binds them in a state.
    pub(super) fn bounds<'a>(&'a self, state: &'a State, budget: &'a Budget<'a>) -> Bounds<'a> {
        Bounds { lens: Lens::new(state, self.day, self.rights, budget), actor: &self.actor }
    }
}

impl Decision<'_> {
    /// Every node that a reference fits, as far as whoever asks may know of it.
    pub(super) fn candidates(&self, reference: &Reference) -> Vec<u32> {
        let mut rows = self.state.candidates(reference);
        rows.retain(|row| self.knows(*row));
        rows
    }

    /// Find what a reference points at.
    pub(super) fn resolve(&self, reference: &Reference, expected: Option<Kind>) -> Result<u32, Rejection> {
        let rows = self.candidates(reference);
        match rows.as_slice() {
            [] => Err(self.state.absent(expected.as_slice(), reference)),
            [row] => Ok(*row),
            several => {
                let candidates = several.iter().take(10).map(|row| self.state.label(*row)).collect();
                Err(Rejection::AmbiguousName { given: clip(&reference.given()), candidates })
            }
        }
    }

    /// Find what is to be added to.
    pub(super) fn resolve_own(&self, reference: &Reference, expected: Option<Kind>) -> Result<u32, Rejection> {
        let row = self.resolve(reference, expected)?;
        self.may_write(row).map(|()| row)
    }

    /// Find the end of a relation: of several that a reference fits, the one that can be an end.
    pub(super) fn resolve_end(&self, reference: &Reference, fits: impl Fn(Kind) -> bool) -> Result<u32, Rejection> {
        let all = self.candidates(reference);
        let mut fitting: Vec<u32> = all.iter().copied().filter(|row| fits(self.state.entity(*row).kind)).collect();
        if all.is_empty() {
            // Regions and terms are meant by code or name, whatever the reference calls itself.
            let regions = fits(Kind::Region).then(|| self.state.regions_meant(reference));
            let terms = fits(Kind::Term).then(|| self.state.terms_meant(reference, ""));
            fitting = regions.into_iter().chain(terms).flatten().filter(|row| self.knows(*row)).collect();
        }
        match fitting.as_slice() {
            [row] => Ok(*row),
            [_, _, ..] if all.is_empty() => {
                let candidates = fitting.iter().take(10).map(|row| self.state.label(*row)).collect();
                Err(Rejection::AmbiguousName { given: clip(&reference.given()), candidates })
            }
            _ => self.resolve(reference, None),
        }
    }

    /// The node of a row key. A key is taken also where whoever asks may not know by what.
    pub(super) fn keeper(&self, key: &str) -> Result<Option<u32>, Rejection> {
        let found = self.holder(&Identifier { scheme: Scheme::Internal, value: key.to_owned() });
        match found.filter(|row| !self.knows(*row)) {
            Some(row) => Err(Rejection::IdentifierTaken { given: clip(key), holder: self.holder_label(row) }),
            None => Ok(found),
        }
    }

    /// Name and id of whoever holds something, where they may be known.
    pub(super) fn holder_label(&self, row: u32) -> String {
        if self.knows(row) { self.state.label(row) } else { "（不可见 / not shown）".to_owned() }
    }

    pub(super) fn knows(&self, row: u32) -> bool {
        self.state.is_public(EntityRow(row)) || self.is_own(row)
    }

    /// Does it lie in the county, or is it a draft of whoever asks?
    fn is_own(&self, row: u32) -> bool {
        let Some(bounds) = &self.bounds else { return true };
        let writes = |place| bounds.lens.rights().may_write_within(place);
        writes(rights::Place::Inside) && (bounds.lens.is_inside(EntityRow(row)) || self.is_draft(row))
    }

    /// Entered by whoever asks, and nobody's yet.
    fn is_draft(&self, row: u32) -> bool {
        let Some(bounds) = &self.bounds else { return false };
        let entity = self.state.entity(row);
        let entered = bounds.lens.stamp(&entity.fact).is_some_and(|stamp| *stamp.actor == *bounds.actor);
        entered && !is_kept_by_the_city(entity.kind) && !self.state.is_placed(row)
    }

    /// May a node of that kind be entered?
    pub(super) fn may_enter(&self, kind: Kind) -> Result<(), Rejection> {
        let Some(bounds) = &self.bounds else { return Ok(()) };
        if bounds.lens.rights().may_write_within(rights::Place::Inside) && !is_kept_by_the_city(kind) {
            return Ok(());
        }
        Err(outside(kind.row().label_zh))
    }

    /// May a source be entered, or revised that somebody has entered?
    pub(super) fn may_keep_source(&self, key: &str, entered_by: Option<&str>) -> Result<(), Rejection> {
        let Some(bounds) = &self.bounds else { return Ok(()) };
        let writes = bounds.lens.rights().may_write_within(rights::Place::Inside);
        if writes && entered_by.is_none_or(|actor| actor == bounds.actor) { Ok(()) } else { Err(outside(key)) }
    }

    /// May something be said of a node?
    pub(super) fn may_write(&self, row: u32) -> Result<(), Rejection> {
        let kind = self.state.entity(row).kind;
        if self.bounds.is_none() || (self.is_own(row) && !is_kept_by_the_city(kind)) {
            return Ok(());
        }
        Err(self.outside(row))
    }

    /// May a record be kept of a node? Of a region too, by whoever works for it.
    pub(super) fn may_record(&self, row: u32) -> Result<(), Rejection> {
        if self.is_own(row) { Ok(()) } else { Err(self.outside(row)) }
    }

    /// May a tie be made? One end is inside; where a tie says in which county its other end lies, that
    /// end is inside already. A county takes to itself nothing but what was nobody's.
    pub(super) fn may_tie(
        &self,
        (relation, start, target): (Relation, u32, u32),
        values: &Values,
    ) -> Result<(), Rejection> {
        if self.bounds.is_none() {
            return Ok(());
        }
        let is_own = |row: u32| if self.is_own(row) { Ok(()) } else { Err(self.outside(row)) };
        if is_kept_by_the_city(self.state.entity(start).kind) {
            return Err(self.outside(start));
        }
        if is_jurisdiction(relation, values) {
            return if self.is_draft(start) { is_own(target) } else { Err(self.outside(start)) };
        }
        let follower = follower(relation, start, target);
        if let Some(row) = follower {
            is_own(row)?;
        }
        // A draft is nobody's yet: by way of it nothing is said of somebody else's.
        let both_own = self.is_own(start) && self.is_own(target);
        let is_inside = |row: u32| self.is_own(row) && !self.is_draft(row);
        let one_inside = match follower {
            Some(row) => is_inside(row),
            None => is_inside(start) || is_inside(target),
        };
        if both_own || one_inside { Ok(()) } else { Err(self.outside(if self.is_own(start) { target } else { start })) }
    }

    /// May what an id stands for be changed or taken back?
    pub(super) fn may_change(&self, id: Id, place: Place) -> Result<(), Rejection> {
        let Some(bounds) = &self.bounds else { return Ok(()) };
        let hidden = || {
            let given = clip(&id.to_string());
            Err(Rejection::UnknownReference { what_zh: "事实".into(), what_en: "fact".into(), given })
        };
        let seen = |row: u32| bounds.lens.may_see_of(EntityRow(row), Sensitivity::Internal);
        match place {
            Place::Node(row) if self.knows(row) => self.may_write(row),
            Place::Fact(row) if self.knows(row) && (self.is_own(row) || self.is_told(row, id)) => self.may_write(row),
            Place::Record(row) => match self.state.records.get(row) {
                Some(record) if self.is_own(record.subject.0) => Ok(()),
                Some(record) if self.state.is_place_public(place) => Err(self.outside(record.subject.0)),
                _ => hidden(),
            },
            Place::Tie(row) => {
                let (mark, facts) = (self.state.tie(row), self.state.tie_facts.get(row));
                let ends = [mark.start, mark.target];
                let owner_told = mark.relation != Relation::HasDemand
                    || bounds.lens.openness(EntityRow(mark.target)) == Openness::Open
                    || seen(mark.start);
                if !ends.into_iter().all(|end| self.knows(end)) || !owner_told {
                    return hidden();
                }
                match facts {
                    Some(facts) if is_jurisdiction(mark.relation, &facts.values) => Err(self.outside(mark.start)),
                    Some(facts) => self.may_tie((mark.relation, mark.start, mark.target), &facts.values),
                    None => hidden(),
                }
            }
            Place::Merge(row) => match self.state.merges.get(row) {
                Some(merge) => self.may_write(merge.kept).and_then(|()| self.may_write(merge.merged)),
                None => hidden(),
            },
            Place::Source(_) => Ok(()),
            Place::Retracted(row) => match self.state.retractions.get(row).map(|gone| gone.was) {
                Some(was) if bounds.lens.sees_all(was) => Ok(()),
                _ => hidden(),
            },
            Place::Node(_) | Place::Fact(_) => hidden(),
        }
    }

    /// Is a tie one that whoever asks may not know of?
    pub(super) fn is_hidden_tie(&self, row: u32) -> bool {
        let id = self.state.tie_facts.get(row).map(|facts| facts.fact.id);
        let judged = id.map(|id| self.may_change(id, Place::Tie(row)));
        matches!(judged, Some(Err(Rejection::UnknownReference { .. })))
    }

    /// May a node be taken back, as far as nothing hangs on it? What whoever asks may not know of is
    /// not counted. Where nothing else is in the way, the node is not theirs alone, and that is all
    /// that is said.
    pub(super) fn may_vanish(&self, row: u32, id: Id) -> Result<(), Rejection> {
        if !self.state.groups.is_empty() && self.state.node(row).standing != Standing::Alone {
            return Err(fault(MergeFault::StillMerged { given: self.state.label(row) }));
        }
        let is_known = |tie: &u32| match &self.bounds {
            Some(bounds) => bounds.lens.may_remember(Place::Tie(*tie)),
            None => true,
        };
        let (known, hidden): (Vec<u32>, Vec<u32>) = self.state.live_ties(row).partition(is_known);
        let records = self.state.indexes.records.get(&row).map_or(0, Vec::len);
        let values = self.state.uses(id);
        if self.bounds.is_some() && values > 0 {
            // Whose values they are is not told to those who may see a part alone.
            return Err(self.outside(row));
        }
        if known.len() + records + values > 0 {
            return Err(Rejection::StillTied { ties: known.len(), records, values });
        }
        if hidden.is_empty() { Ok(()) } else { Err(self.outside(row)) }
    }

    /// Is it told to everybody what a name, an identifier or a statement says?
    fn is_told(&self, row: u32, id: Id) -> bool {
        let mut hidden = self.state.entity(row).statements.iter().filter(|statement| {
            statement.fact.id == id && self.state.sensitivity(row, statement.attribute) != Sensitivity::Public
        });
        hidden.next().is_none()
    }

    fn outside(&self, row: u32) -> Rejection {
        let entity = self.state.entity(row);
        match entity.plain_name() {
            "" => outside(&entity.fact.id.to_string()),
            name => outside(name),
        }
    }
}

impl State {
    /// Is it said whose a node is, on any day?
    fn is_placed(&self, row: u32) -> bool {
        self.members(self.representative(row)).any(|row| self.is_placed_itself(row))
    }

    fn is_placed_itself(&self, row: u32) -> bool {
        self.live_ties(row).any(|tie| {
            let mark: TieMark = self.tie(tie);
            let values = self.tie_facts.get(tie).map(|facts| &facts.values);
            let says = values.is_some_and(|values| is_jurisdiction(mark.relation, values)) && mark.start == row;
            says || follower(mark.relation, mark.start, mark.target) == Some(row)
        })
    }
}

/// The end of a tie that lies where the other one lies.
fn follower(relation: Relation, start: u32, target: u32) -> Option<u32> {
    match relation {
        Relation::HasDemand | Relation::HasAchievement | Relation::ParticipatesIn => Some(target),
        Relation::WorksAt => Some(start),
        _ => None,
    }
}

/// Does a tie say which region answers for its start?
fn is_jurisdiction(relation: Relation, values: &Values) -> bool {
    let jurisdiction = enumeration::LOCATION_ROLE.by_name("JURISDICTION").map(|code| Value::Code(code.tag));
    relation == Relation::LocatedIn && values.iter().any(|(_, value)| Some(value) == jurisdiction.as_ref())
}

/// Regions and terms are lists of the city's; no county changes them.
fn is_kept_by_the_city(kind: Kind) -> bool {
    matches!(kind, Kind::Region | Kind::Term)
}

fn outside(what: &str) -> Rejection {
    Rejection::OutsideRegion { what: clip(what) }
}
