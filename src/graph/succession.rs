//! Who followed whom, between two pictures: mergers, divisions, moves as a whole. An organisation that
//! is gone is named all the same, where either picture shows it.

use std::collections::BTreeSet;

use super::difference::Comparison;
use super::findings::{Cause, Difference, What};
use super::lens::{Lens, Tie};
use super::state::{EntityRow, Fact, TieRow};
use crate::domain::{Id, Relation, Value, enumeration};

impl<'v> Comparison<'v, '_> {
    /// In what way another organisation has come to follow this one.
    pub(super) fn followed(&self, node: EntityRow) -> Option<Cause> {
        let after = &self.sides[1];
        let mut ties = self.successions_of(after, node, false).into_iter();
        ties.find_map(|(tie, _)| way(after, tie.row)).map(|tag| cause_of(tag, Cause::Ended))
    }

    /// Where a node has come to follow others.
    pub(super) fn successions(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        let held = self.each(node, |side| self.successions_of(side, node, true));
        let ids = |side: usize| held[side].iter().map(|(_, fact)| fact.id).collect::<BTreeSet<Id>>();
        let (before, after) = (ids(0), ids(1));
        for (tie, fact) in held[1].iter().filter(|(_, fact)| !before.contains(&fact.id)) {
            let what = What::Succeeded(*tie, way(&self.sides[1], tie.row).unwrap_or_default());
            found.push(Difference { node, what, cause: self.gained(fact), facts: vec![fact] });
        }
        for (tie, fact) in held[0].iter().filter(|(_, fact)| !after.contains(&fact.id)) {
            let what = What::TieEnded(*tie);
            found.push(Difference { node, what, cause: self.lost(fact), facts: vec![fact] });
        }
    }

    /// The ties of succession of a node that hold in a picture, their other end shown in either.
    fn successions_of(&self, side: &Lens<'v>, node: EntityRow, forward: bool) -> Vec<(Tie, &'v Fact)> {
        if (node.0 as usize) >= side.state().entities.len() {
            return Vec::new();
        }
        let rows = side.tie_rows(node, forward).filter(|row| {
            let mark = side.state().tie(*row);
            mark.relation == Relation::Succeeds && mark.from <= side.day && side.day < mark.to
        });
        let ties = rows.map(|row| side.seen_from(row, side.state().tie(row), forward));
        let seen = ties.filter(|tie| self.has(tie.there).contains(&true));
        seen.inspect(|_| side.budget().show()).map(|tie| (tie, side.tie_fact(tie.row))).collect()
    }
}

/// In what way one organisation followed another.
fn way(side: &Lens<'_>, tie: TieRow) -> Option<u16> {
    let kind = Relation::Succeeds.row().attribute("kind")?;
    match side.tie_value(tie, kind)? {
        Value::Code(tag) => Some(*tag),
        _ => None,
    }
}

fn cause_of(way: u16, otherwise: Cause) -> Cause {
    match enumeration::SUCCESSION_KIND.by_tag(way).map(|code| code.name) {
        Some("MERGE") => Cause::Merged,
        Some("SPLIT") => Cause::Split,
        Some("RELOCATE") => Cause::Relocated,
        _ => otherwise,
    }
}
