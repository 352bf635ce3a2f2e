//! What ties may not be beside each other: two at a time where one alone may be, a circle. Of entries that
//! are one, what is said of each binds all.

use super::facts::Decision;
use super::state::State;
use crate::domain::event::Values;
use crate::domain::rejection::Rejection;
use crate::domain::relation::{Relation, Rule};
use crate::domain::{Validity, Value, enumeration};

/// Does the rule of a relation allow one such tie at a time?
fn binds(relation: Relation, values: &Values) -> bool {
    let jurisdiction = || Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION").map_or(0, |code| code.tag));
    match relation.row().rule {
        Rule::OneAtATime => true,
        Rule::OneJurisdiction => values.iter().any(|(_, value)| *value == jurisdiction()),
        Rule::Free | Rule::Acyclic => false,
    }
}

impl Decision<'_> {
    /// May the tie stand beside the others? `but` is the row of the tie itself, where it is there.
    pub(super) fn check_rule(
        &self,
        (relation, start, target): (Relation, u32, u32),
        but: Option<u32>,
        values: &Values,
        validity: Validity,
    ) -> Result<(), Rejection> {
        if binds(relation, values) {
            let root = self.state.representative(start);
            let others = self.state.members(root).flat_map(|member| self.state.ties_from(member));
            for (row, mark) in others.filter(|(row, mark)| mark.relation == relation && Some(*row) != but) {
                // What another entry of the same thing says of the same end is said again, not beside it.
                let is_said_again = mark.start != start && self.state.are_one(mark.target, target);
                let other = self.state.tie_facts.get(row).filter(|_| !is_said_again);
                if other.is_some_and(|other| binds(relation, &other.values) && other.fact.validity.overlaps(&validity))
                {
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

impl State {
    /// Does one stand for both, or one of them for the other?
    pub(super) fn are_one(&self, one: u32, other: u32) -> bool {
        self.representative(one) == self.representative(other)
    }

    /// The relation, and the end, of which two entries say differently what may be one alone at a time.
    pub(super) fn overlap(&self, kept: u32, merged: u32) -> Option<(Relation, u32)> {
        let bound = |root: u32| {
            let ties = self.members(root).flat_map(|member| self.ties_from(member));
            ties.filter_map(|(row, mark)| {
                let facts = self.tie_facts.get(row)?;
                binds(mark.relation, &facts.values).then_some((mark, facts.fact.validity))
            })
        };
        let held: Vec<_> = bound(kept).collect();
        let differs = bound(merged).find(|(mark, validity)| {
            held.iter().any(|(other, other_validity)| {
                other.relation == mark.relation
                    && !self.are_one(other.target, mark.target)
                    && other_validity.overlaps(validity)
            })
        });
        differs.map(|(mark, _)| (mark.relation, mark.target))
    }

    /// A relation that must not run in a circle and leads from one of two to the other, by any way.
    pub(super) fn circle(&self, kept: u32, merged: u32) -> Option<Relation> {
        let mut acyclic = Relation::all().filter(|relation| relation.row().rule == Rule::Acyclic);
        acyclic.find(|relation| self.reaches(*relation, kept, merged) || self.reaches(*relation, merged, kept))
    }
}
