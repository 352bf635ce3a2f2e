//! Reading entries that are one: who stands for whom, which entry something was written on, and what was
//! written while they were one.

use super::groups::Standing;
use super::lens::Lens;
use super::state::{EntityRow, Fact, Place, Record, Stamp};
use crate::domain::provenance::Provenance;
use crate::domain::{Id, Kind};

/// An entry for which another one stands.
#[derive(Clone, Copy, Debug)]
pub struct MergedEntry<'v> {
    /// The merge.
    pub merge: Id,
    /// The entry that stands for both since.
    pub kept: Id,
    /// The entry that was merged.
    pub entry: Id,
    /// Its own Chinese name, as entered first.
    pub name: &'v str,
    /// Its row key.
    pub key: &'v str,
    /// Why they are one.
    pub reason: &'v str,
    /// Where we know it from.
    pub provenance: &'v Provenance,
    /// Who recorded it, and when.
    pub stamp: Option<&'v Stamp>,
    /// When and why it was undone, where it was.
    pub undone: Option<(&'v str, Option<&'v Stamp>)>,
}

/// What sort of fact it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A name.
    Name,
    /// An identifier.
    Identifier,
    /// A statement.
    Statement,
    /// A tie.
    Tie,
    /// A record.
    Record,
}

/// A fact that was written while two entries were one.
#[derive(Clone, Copy, Debug)]
pub struct WrittenFact<'v> {
    /// What sort of fact.
    pub sort: Sort,
    /// The fact.
    pub fact: &'v Fact,
    /// The entry on which it stands.
    pub entry: Id,
}

impl<'v> Lens<'v> {
    /// The node that stands for an entry: itself, unless it was merged.
    pub fn representative(&self, entry: EntityRow) -> EntityRow {
        EntityRow(self.state().representative(entry.0))
    }

    /// The node that a record belongs to.
    pub fn subject(&self, record: &Record) -> EntityRow {
        self.representative(record.subject)
    }

    /// Does a tie say what one written before says, on another entry of the same thing?
    pub(super) fn repeats_another(&self, row: u32) -> bool {
        self.state().like_it(row).any(|other| self.holds(other) && self.reads_as(other, row))
    }

    /// Do two ties say the same, as far as the reader may see it?
    fn reads_as(&self, one: u32, other: u32) -> bool {
        let value = |row: u32, attribute| self.tie_value(super::TieRow(row), attribute);
        let mut attributes = self.state().tie(one).relation.row().attributes.iter();
        attributes.all(|attribute| value(one, attribute) == value(other, attribute))
    }

    /// The entries that were merged into a node, directly or by way of others, in order of entry.
    pub fn merged_entries(&self, node: EntityRow) -> impl Iterator<Item = MergedEntry<'v>> + use<'v> {
        let lens = *self;
        lens.state().others(node.0).iter().filter_map(move |row| lens.merged_entry(lens.state().merge_of(*row)?.0))
    }

    /// The entry on which a name, an identifier, a statement, a tie's near end or a record was written, where
    /// another one stands for it now.
    pub fn written_on(&self, fact: Id) -> Option<Id> {
        let state = self.state();
        let row = match state.place(fact)? {
            Place::Fact(row) => row,
            Place::Record(row) => state.records.get(row)?.subject.0,
            _ => return None,
        };
        (state.node(row).standing == Standing::Merged).then(|| state.entity(row).fact.id)
    }

    /// Does another one stand for an entry that a fact stands on, or for an end of the tie that it is?
    pub(super) fn stands_on_a_merged_entry(&self, fact: Id) -> bool {
        let state = self.state();
        let is_merged = |row: u32| state.node(row).standing == Standing::Merged;
        match state.place(fact) {
            Some(Place::Node(row) | Place::Fact(row)) => is_merged(row),
            Some(Place::Record(row)) => state.records.get(row).is_some_and(|record| is_merged(record.subject.0)),
            Some(Place::Tie(row)) => is_merged(state.tie(row).start) || is_merged(state.tie(row).target),
            _ => false,
        }
    }

    /// The merge of that id, or the one in force by which the entry of that id was merged.
    pub fn merge(&self, id: Id) -> Option<MergedEntry<'v>> {
        let state = self.state();
        let row = match state.place(id)? {
            Place::Merge(row) => row,
            Place::Node(row) => state.merge_of(row)?.0,
            _ => return None,
        };
        let kept = state.merges.get(row)?.kept;
        self.shows(self.representative(EntityRow(kept))).then(|| self.merged_entry(row)).flatten()
    }

    /// The own name of an entry, as entered first, also where another one stands for it.
    pub fn entry_name(&self, entry: EntityRow) -> &'v str {
        self.state().entity(entry.0).plain_name()
    }

    fn merged_entry(&self, row: u32) -> Option<MergedEntry<'v>> {
        let state = self.state();
        let merge = state.merges.get(row)?;
        let stamp = |row: u32| state.stamps.get(row);
        let entity = state.entity(merge.merged);
        Some(MergedEntry {
            merge: merge.fact.id,
            kept: state.entity(merge.kept).fact.id,
            entry: entity.fact.id,
            name: entity.plain_name(),
            key: entity.row_key(),
            reason: &merge.reason,
            provenance: &merge.fact.provenance,
            stamp: stamp(merge.fact.stamp),
            undone: merge.undone.as_ref().map(|undone| (undone.reason.as_str(), stamp(undone.stamp))),
        })
    }

    /// What was written on the two sides of a merge while it was in force, as far as the reader may see it:
    /// that of the merged side first. Each fact looked at costs a row.
    pub fn written_while_one(&self, merge: Id) -> Vec<WrittenFact<'v>> {
        let state = self.state();
        let Some(Place::Merge(row)) = state.place(merge) else { return Vec::new() };
        let Some(merge) = state.merges.get(row) else { return Vec::new() };
        let number = |stamp: u32| state.stamps.get(stamp).map_or(0, |stamp| stamp.sequence);
        let until = merge.undone.as_ref().map_or(u64::MAX, |undone| number(undone.stamp));
        let since = number(merge.fact.stamp);
        let while_one = |fact: &Fact| (since + 1..until).contains(&number(fact.stamp));
        let mut rows: Vec<u32> = state.members(state.representative(merge.merged)).collect();
        rows.extend(state.members(state.representative(merge.kept)));
        let mut seen = std::collections::BTreeSet::new();
        rows.retain(|row| seen.insert(*row));
        let mut found = Vec::new();
        for row in rows {
            found.extend(self.own_facts(row).filter(|written| while_one(written.fact)));
        }
        let mut told = std::collections::BTreeSet::new();
        found.retain(|written| told.insert(written.fact.id));
        found
    }

    /// Everything said of one entry, whichever stands for it.
    fn own_facts(&self, row: u32) -> impl Iterator<Item = WrittenFact<'v>> + use<'v> {
        let (lens, state) = (*self, self.state());
        let entity = state.entity(row);
        let entry = entity.fact.id;
        let written = move |sort, fact| WrittenFact { sort, fact, entry };
        let names = entity.names.iter().map(move |name| written(Sort::Name, &name.fact));
        let numbers = entity.identifiers.iter().map(move |(_, fact)| written(Sort::Identifier, fact));
        let statements = entity.statements.iter();
        let statements = statements
            .filter(move |statement| lens.may_see_of(EntityRow(row), state.sensitivity(row, statement.attribute)))
            .map(move |statement| written(Sort::Statement, &statement.fact));
        let records = state.indexes.records.get(&row).map_or(&[][..], Vec::as_slice).iter();
        let records = records.filter_map(|row| state.records.get(*row)).filter(move |record| lens.may_know(record));
        let records = records.map(move |record| written(Sort::Record, &record.fact));
        let ties = state.live_ties(row).filter(move |tie| lens.may_remember(Place::Tie(*tie)));
        let ties = ties.filter_map(|tie| state.tie_facts.get(tie)).map(move |facts| written(Sort::Tie, &facts.fact));
        let all = names.chain(numbers).chain(statements).chain(records).chain(ties);
        all.take_while(move |_| lens.budget().look())
    }

    /// Do numbers of which an organisation has one at a time say that two nodes are two?
    pub fn numbers_contradict(&self, [one, other]: [EntityRow; 2]) -> bool {
        self.state().contradiction(one.0, other.0).is_some()
    }

    /// What somebody found two nodes to be, of any of the entries they stand for.
    pub fn judged_different(&self, one: EntityRow, other: EntityRow) -> bool {
        let state = self.state();
        if state.judged.is_empty() {
            return false;
        }
        let pairs = state.members(one.0).flat_map(|one| state.members(other.0).map(move |other| (one, other)));
        pairs.into_iter().any(|(one, other)| {
            let judged = state.judged.get(&(one.min(other), one.max(other)));
            judged.is_some_and(|judged| judged.verdict == crate::domain::event::Verdict::Different)
        })
    }

    /// Kinds of which two entries may be found to be one.
    pub fn kinds_that_merge() -> impl Iterator<Item = Kind> {
        Kind::all().filter(|kind| kind.may_be_merged())
    }
}
