//! Deciding that two entries are of one thing, that they are not after all, and that a pair that looks alike
//! is two. Mergers of real organisations are ties (`SUCCEEDS`) and no matter of this file.

use super::facts::Decision;
use super::groups::Standing;
use super::state::{Place, State};
use crate::domain::attribute::MOST_STATEMENTS;
use crate::domain::command::{Origin, Reference};
use crate::domain::event::{Event, Verdict};
use crate::domain::identifier::{MOST_IDENTIFIERS, Scheme};
use crate::domain::merging::{MOST_MERGED, MergeFault};
use crate::domain::name::MOST_NAMES;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Id, Kind, Relation};

/// Letters that a reason has at most.
const LONGEST_REASON: usize = 1_000;

impl Decision<'_> {
    pub(super) fn merge(
        &mut self,
        (keep, merge): (&Reference, &Reference),
        reason: &str,
        origin: &Origin,
    ) -> Result<Id, Rejection> {
        let kept = self.resolve_own(keep, None)?;
        let merged = self.resolve_own(merge, None)?;
        let reason = reasoned(reason)?;
        let provenance = self.provenance(origin)?;
        self.fitting_kinds((keep, kept), (merge, merged))?;
        if let Some((_, known)) = self.state.merge_of(merged).filter(|(_, known)| known.kept == kept) {
            return Ok(known.fact.id);
        }
        let kept_id = self.expect_row(kept)?;
        for row in [kept, merged] {
            if self.state.node(row).standing == Standing::Merged {
                let into = self.state.label(self.state.representative(row));
                return Err(fault(MergeFault::AlreadyMerged { given: self.state.label(row), into }));
            }
        }
        if kept == merged {
            return Err(fault(MergeFault::Itself { given: self.state.label(kept) }));
        }
        self.state.may_be_one(kept, merged, |tie| !self.is_hidden_tie(tie))?;
        let id = self.ids.next_id();
        let merged = self.state.entity(merged).fact.id;
        self.events.push(Event::EntriesMerged { id, kept: kept_id, merged, reason, provenance });
        Ok(id)
    }

    fn fitting_kinds(
        &self,
        (keep, kept): (&Reference, u32),
        (merge, merged): (&Reference, u32),
    ) -> Result<(), Rejection> {
        let kinds = [kept, merged].map(|row| self.state.entity(row).kind);
        if !kinds[0].may_be_merged() {
            let expected = Kind::all().filter(|kind| kind.may_be_merged()).collect();
            return Err(Rejection::WrongKind { given: clip(&keep.given()), expected, found: kinds[0] });
        }
        if kinds[0] == kinds[1] {
            return Ok(());
        }
        Err(Rejection::WrongKind { given: clip(&merge.given()), expected: vec![kinds[0]], found: kinds[1] })
    }

    pub(super) fn undo_merge(&mut self, id: Id, reason: &str) -> Result<Id, Rejection> {
        let unknown = || Rejection::UnknownReference {
            what_zh: "合并".into(),
            what_en: "merge".into(),
            given: clip(&id.to_string()),
        };
        let row = match self.state.place(id) {
            Some(Place::Merge(row)) => Some(row),
            Some(Place::Node(row)) => self.state.merge_of(row).map(|(merge, _)| merge),
            _ => None,
        };
        let merge = row.and_then(|row| self.state.merges.get(row)).ok_or_else(unknown)?;
        self.may_write(merge.kept)?;
        self.may_write(merge.merged)?;
        let reason = reasoned(reason)?;
        self.expect(Some(merge.fact.id))?;
        if merge.undone.is_none() {
            self.events.push(Event::MergeUndone { id: merge.fact.id, reason });
        }
        Ok(merge.fact.id)
    }

    pub(super) fn judge(
        &mut self,
        (one, other): (&Reference, &Reference),
        verdict: Verdict,
        reason: &str,
    ) -> Result<Id, Rejection> {
        let rows = (self.resolve_own(one, None)?, self.resolve_own(other, None)?);
        let reason = reasoned(reason)?;
        self.fitting_kinds((one, rows.0), (other, rows.1))?;
        if self.state.are_one(rows.0, rows.1) {
            return Err(fault(MergeFault::Itself { given: self.state.label(rows.0) }));
        }
        let key = (rows.0.min(rows.1), rows.0.max(rows.1));
        let known = self.state.judged.get(&key).map(|judged| (judged.verdict, judged.reason.as_str()));
        let [one, other] = [rows.0, rows.1].map(|row| self.state.entity(row).fact.id);
        if known.is_none_or(|known| known != (verdict, reason.as_str())) {
            let (first, second) = (one.min(other), one.max(other));
            self.events.push(Event::PairJudged { one: first, other: second, verdict, reason });
        }
        Ok(one)
    }
}

impl State {
    /// May two entries that stand for themselves be one? What stands in the way is named, as far as
    /// `may_be_told` says so of a tie.
    fn may_be_one(&self, kept: u32, merged: u32, may_be_told: impl Fn(u32) -> bool) -> Result<(), Rejection> {
        if let Some((scheme, one, other)) = self.contradiction(kept, merged) {
            return Err(fault(MergeFault::IdentifiersContradict { scheme, one, other }));
        }
        self.has_room(kept, merged)?;
        if let Some((relation, tie)) = self.tie_between(kept, merged) {
            let id = self.tie_facts.get(tie).filter(|_| may_be_told(tie)).map(|facts| facts.fact.id);
            let given = id.map_or_else(String::new, |id| id.to_string());
            return Err(fault(MergeFault::TiedToEachOther { relation, given }));
        }
        if let Some((relation, end)) = self.overlap(kept, merged) {
            return Err(Rejection::OverlappingValidity { relation, other: self.label(end) });
        }
        self.circle(kept, merged).map_or(Ok(()), |relation| Err(Rejection::Circular { relation }))
    }

    /// Numbers of which an organisation has one at a time, and two entries say differently.
    pub(super) fn contradiction(&self, one: u32, other: u32) -> Option<(Scheme, String, String)> {
        let held = |row: u32| self.together(row).identifiers.iter().filter(|(number, _)| number.scheme.is_single());
        let codes = |row: u32| held(row).filter_map(|(number, _)| number.organisation_code()).collect::<Vec<_>>();
        let (of_one, of_other) = (codes(one), codes(other));
        if let (Some(first), Some(second)) = (of_one.first(), of_other.first())
            && !of_one.iter().any(|code| of_other.contains(code))
        {
            let schemes = [one, other].map(|row| held(row).any(|(number, _)| number.scheme == Scheme::CreditCode));
            // Two credit codes are told as such, below.
            if schemes != [true, true] {
                return Some((Scheme::OrgCode, first.clone(), second.clone()));
            }
        }
        held(one).find_map(|(number, fact)| {
            let mut alike = held(other).filter(|(there, _)| there.scheme == number.scheme);
            let differs =
                alike.find(|(there, said)| there.value != number.value && said.validity.overlaps(&fact.validity));
            // One number in common is enough: the others are former ones, or wrong on both.
            let shared = held(other).any(|(there, _)| there == number);
            differs.filter(|_| !shared).map(|(there, _)| (number.scheme, number.value.clone(), there.value.clone()))
        })
    }

    /// Lists of facts stay within what one node may have.
    fn has_room(&self, kept: u32, merged: u32) -> Result<(), Rejection> {
        let [one, other] = [kept, merged].map(|row| self.together(row));
        let counts = [
            (one.names.len() + other.names.len(), MOST_NAMES),
            (one.identifiers.len() + other.identifiers.len(), MOST_IDENTIFIERS),
            (one.statements.len() + other.statements.len(), MOST_STATEMENTS),
            (self.others(kept).len() + self.others(merged).len() + 1, MOST_MERGED),
        ];
        match counts.into_iter().find(|(count, most)| count > most) {
            Some((_, most)) => {
                Err(Rejection::TooLarge { limit: format!("合并后同类事实 {most} 条 / facts of this sort") })
            }
            None => Ok(()),
        }
    }

    /// A tie that stands between two: whoever wrote it took them for two.
    fn tie_between(&self, one: u32, other: u32) -> Option<(Relation, u32)> {
        let ends: Vec<u32> = self.members(other).collect();
        let ties = self.members(one).flat_map(|row| self.live_ties(row));
        let mut between = ties.map(|row| (row, self.tie(row)));
        between
            .find(|(_, mark)| ends.contains(&mark.start) || ends.contains(&mark.target))
            .map(|(row, mark)| (mark.relation, row))
    }
}

fn reasoned(reason: &str) -> Result<String, Rejection> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Rejection::RequiredMissing { name: "reason".into() });
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Rejection::TooLarge { limit: format!("reason {LONGEST_REASON} 个字 / characters") });
    }
    Ok(reason.to_owned())
}

pub(super) fn fault(fault: MergeFault) -> Rejection {
    Rejection::Merging(fault)
}
