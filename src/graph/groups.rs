//! Entries that are of one thing. What is said stays on the entry that it was said of; one of the
//! entries stands for all of them, and undoing a merge moves nothing.
//!
//! Who stands for whom is a forest: a merge leads from one entry that stood for itself to another.
//! Everything else here follows from that and from the rows, and can be made again at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::changes::Action;
use super::state::{Entity, Fact, Place, State};
use crate::domain::event::Verdict;
use crate::domain::{Id, Relation, Validity};

/// How an entry stands to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// For itself.
    #[default]
    Alone,
    /// For itself and for others.
    Kept,
    /// Another one stands for it.
    Merged,
}

/// Two entries that were found to be one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Merge {
    /// Id, provenance, stamp; it holds on every day.
    #[n(0)]
    pub fact: Fact,
    /// The row of the entry that stands for both.
    #[n(1)]
    pub kept: u32,
    /// The row of the other one.
    #[n(2)]
    pub merged: u32,
    #[n(3)]
    pub reason: String,
    /// Was it undone, when and why?
    #[n(4)]
    pub undone: Option<Undone>,
}

/// That a merge was undone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Undone {
    #[n(0)]
    pub reason: String,
    #[n(1)]
    pub stamp: u32,
}

/// What somebody found two entries to be.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Judgement {
    #[n(0)]
    pub verdict: Verdict,
    #[n(1)]
    pub reason: String,
    #[n(2)]
    pub stamp: u32,
}

/// What was found last of each pair, the smaller row first.
pub(super) type Judged = BTreeMap<(u32, u32), Judgement>;

/// Ties of one relation between the same two, whichever entries they were written on.
pub(super) type Lane = (Relation, u32, u32);

/// The entries for which one stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The others, by row.
    pub others: Vec<u32>,
    /// Everything said of all of them alone: what was said of the one that stands for them first.
    pub whole: Arc<Entity>,
}

/// Who stands for whom, and what follows from it for reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Groups {
    /// The merge in force of each merged entry.
    into: BTreeMap<u32, u32>,
    /// Who stands for each merged entry.
    representatives: BTreeMap<u32, u32>,
    groups: BTreeMap<u32, Group>,
    /// Ties with an end that stands for others, in order of entry.
    pub lanes: BTreeMap<Lane, Vec<u32>>,
    /// Records that say of one entry what an earlier one says of another.
    pub repeated: BTreeSet<u32>,
    /// The merges of each entry, in force or undone.
    of_entries: BTreeMap<u32, Vec<u32>>,
}

impl Groups {
    fn note(&mut self, row: u32, merge: &Merge) {
        for entry in [merge.kept, merge.merged] {
            self.of_entries.entry(entry).or_default().push(row);
        }
    }

    /// The merges of an entry, in force or undone.
    pub fn merges_of(&self, entry: u32) -> &[u32] {
        self.of_entries.get(&entry).map_or(&[], Vec::as_slice)
    }

    /// Does every entry stand for itself?
    pub fn is_empty(&self) -> bool {
        self.into.is_empty()
    }

    /// Is it a record that another one says already?
    pub fn is_repeated(&self, record: u32) -> bool {
        !self.repeated.is_empty() && self.repeated.contains(&record)
    }
}

impl State {
    /// Who stands for an entry.
    pub(super) fn representative(&self, row: u32) -> u32 {
        match self.node(row).standing {
            Standing::Merged => self.groups.representatives.get(&row).copied().unwrap_or(row),
            Standing::Alone | Standing::Kept => row,
        }
    }

    /// The entries that an entry stands for beside itself.
    pub(super) fn others(&self, row: u32) -> &[u32] {
        match self.node(row).standing {
            Standing::Kept => self.groups.groups.get(&row).map_or(&[], |group| group.others.as_slice()),
            Standing::Alone | Standing::Merged => &[],
        }
    }

    /// An entry and those it stands for.
    pub(super) fn members(&self, row: u32) -> impl Iterator<Item = u32> + use<'_> {
        std::iter::once(row).chain(self.others(row).iter().copied())
    }

    /// Everything said of an entry and of those it stands for, alone.
    pub(super) fn together(&self, row: u32) -> &Entity {
        match self.node(row).standing {
            Standing::Kept => self.groups.groups.get(&row).map_or_else(|| self.entity(row), |group| &group.whole),
            Standing::Alone | Standing::Merged => self.entity(row),
        }
    }

    /// The same, to be kept.
    pub(super) fn whole_entry(&self, row: u32) -> Arc<Entity> {
        let group = self.groups.groups.get(&row).filter(|_| self.node(row).standing == Standing::Kept);
        let own = || Arc::clone(self.entities.get(row).expect("rows are never removed"));
        group.map_or_else(own, |group| Arc::clone(&group.whole))
    }

    /// The merge in force by which an entry was merged.
    pub(super) fn merge_of(&self, row: u32) -> Option<(u32, &Arc<Merge>)> {
        let merge = *self.groups.into.get(&row)?;
        Some((merge, self.merges.get(merge)?))
    }

    /// Those of some entries that lead to one of them by merges in force.
    fn leading_to(&self, root: u32, among: &[u32]) -> Vec<u32> {
        let mut found = vec![root];
        let mut place = 0;
        while let Some(row) = found.get(place).copied() {
            let leads = |other: &&u32| self.merge_of(**other).is_some_and(|(_, merge)| merge.kept == row);
            found.extend(among.iter().filter(leads));
            place += 1;
        }
        found.retain(|row| *row != root);
        found.sort_unstable();
        found
    }

    pub(super) fn merge(&mut self, merge: Merge) {
        let (id, kept, merged) = (merge.fact.id, merge.kept, merge.merged);
        let merge = Arc::new(merge);
        let row = self.merges.push(Arc::clone(&merge));
        Arc::make_mut(&mut self.groups).note(row, &merge);
        self.indexes.ids.insert(id, Place::Merge(row));
        let affected: Vec<u32> = self.members(kept).chain(self.members(merged)).collect();
        self.regroup(&affected, |into| {
            into.insert(merged, row);
        });
        self.moved(merged, Action::Merged);
        self.moved(kept, Action::Changed);
    }

    pub(super) fn undo_merge(&mut self, id: Id, reason: String) {
        let Some(Place::Merge(row)) = self.place(id) else { return self.break_at(id) };
        let stamp = self.stamp_row();
        let Some(merge) = self.merges.get_mut(row) else { return self.break_at(id) };
        let merge = Arc::make_mut(merge);
        merge.undone = Some(Undone { reason, stamp });
        let merged = merge.merged;
        let stood = self.representative(merged);
        let affected: Vec<u32> = self.members(stood).collect();
        self.regroup(&affected, |into| {
            into.remove(&merged);
        });
        self.moved(merged, Action::Separated);
        self.moved(stood, Action::Changed);
    }

    /// Versions go forward, and everybody is told.
    fn moved(&mut self, row: u32, action: Action) {
        let version = self.sequence;
        if let Some(entity) = self.entities.get_mut(row) {
            let entity = Arc::make_mut(entity);
            (entity.version, entity.public_version) = (version, version);
        }
        self.read_together(row);
        let public = self.is_place_public(Place::Node(row));
        self.note(Place::Node(row), action, public);
    }

    pub(super) fn judge(&mut self, (one, other): (u32, u32), judgement: Judgement) {
        Arc::make_mut(&mut self.judged).insert((one.min(other), one.max(other)), judgement);
        let version = self.sequence;
        for row in [one, other] {
            if let Some(entity) = self.entities.get_mut(row) {
                Arc::make_mut(entity).version = version;
            }
            self.read_together(row);
            // Who was taken for whom is no news to everybody.
            self.note(Place::Node(row), Action::Changed, false);
        }
    }

    /// Who stands for whom is changed; what follows from it is made anew for the entries that it is about.
    fn regroup(&mut self, affected: &[u32], change: impl FnOnce(&mut BTreeMap<u32, u32>)) {
        let ties: BTreeSet<u32> = affected.iter().flat_map(|row| self.edges(*row)).collect();
        for tie in &ties {
            self.fall_out(*tie);
        }
        let groups = Arc::make_mut(&mut self.groups);
        change(&mut groups.into);
        for row in affected {
            groups.representatives.remove(row);
            groups.groups.remove(row);
        }
        let roots: Vec<u32> = affected.iter().copied().filter(|row| !self.groups.into.contains_key(row)).collect();
        for row in affected {
            self.stand(*row, Standing::Alone);
        }
        for root in roots {
            self.gather(root, affected);
        }
        for tie in ties {
            self.line_up(tie);
        }
        for row in affected {
            self.refresh_mark(*row);
            self.find_repeated(*row);
        }
    }

    fn stand(&mut self, row: u32, standing: Standing) {
        if let Some(mark) = self.nodes.get_mut(row) {
            mark.standing = standing;
        }
    }

    /// An entry that no merge leads away from stands for those that merges lead from.
    fn gather(&mut self, root: u32, among: &[u32]) {
        let others = self.leading_to(root, among);
        if others.is_empty() {
            return;
        }
        self.stand(root, Standing::Kept);
        for other in &others {
            self.stand(*other, Standing::Merged);
        }
        let whole = Arc::clone(self.entities.get(root).expect("rows are never removed"));
        let groups = Arc::make_mut(&mut self.groups);
        groups.representatives.extend(others.iter().map(|other| (*other, root)));
        groups.groups.insert(root, Group { others, whole });
        self.read_together(root);
    }

    /// Something was said of an entry: what is read of it and its like together is put together anew.
    pub(super) fn read_together(&mut self, row: u32) {
        let root = self.representative(row);
        if self.node(root).standing != Standing::Kept {
            return;
        }
        let mut whole = self.entity(root).clone();
        let Validity { from, to } = whole.fact.validity;
        let others: Vec<Arc<Entity>> =
            self.others(root).iter().filter_map(|row| self.entities.get(*row)).cloned().collect();
        for other in &others {
            whole.names.extend(other.names.iter().cloned());
            whole.identifiers.extend(other.identifiers.iter().cloned());
            whole.statements.extend(other.statements.iter().cloned());
            whole.version = whole.version.max(other.version);
            whole.public_version = whole.public_version.max(other.public_version);
        }
        whole.statements.sort_by_key(|statement| statement.attribute);
        // Where the entry that stands for all says nothing of when it exists, the others do.
        let said = || others.iter().map(|other| other.fact.validity);
        let first = said().filter_map(|validity| validity.from).min_by_key(|date| date.first_day());
        let last = said().filter_map(|validity| validity.to).max_by_key(|date| date.first_day());
        whole.fact.validity = Validity { from: from.or(first), to: to.or(last) };
        if let Some(group) = Arc::make_mut(&mut self.groups).groups.get_mut(&root) {
            group.whole = Arc::new(whole);
        }
        self.refresh_mark(root);
    }

    /// What follows from merges, made from nothing: for a state that was read, and to be compared.
    pub(super) fn regroup_all(&mut self) {
        self.groups = Arc::default();
        for row in 0..self.merges.len() {
            let row = u32::try_from(row).expect("a store holds fewer than 2^32 rows");
            let Some(merge) = self.merges.get(row).cloned() else { continue };
            Arc::make_mut(&mut self.groups).note(row, &merge);
            if merge.undone.is_some() {
                continue;
            }
            let affected: Vec<u32> = self.members(merge.kept).chain(self.members(merge.merged)).collect();
            self.regroup(&affected, |into| {
                into.insert(merge.merged, row);
            });
        }
    }
}
