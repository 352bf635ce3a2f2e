//! What is said of several entries of one thing, and shown once: ties of one relation between the same two,
//! records that say the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;

use super::groups::{Lane, Standing};
use super::state::State;
use crate::domain::{RecordKind, Validity, Value};

/// What a record says, and of which entry.
type Said<'r> = (u32, RecordKind, &'r [(u16, Value)], Validity);

impl State {
    pub(super) fn edges(&self, row: u32) -> Vec<u32> {
        let index = NodeIndex::new(row as usize);
        let outward = self.graph.edges_directed(index, petgraph::Outgoing);
        outward.chain(self.graph.edges_directed(index, petgraph::Incoming)).map(|edge| *edge.weight()).collect()
    }

    fn lane(&self, tie: u32) -> Option<Lane> {
        let mark = self.tie(tie);
        let alone = |row: u32| self.node(row).standing == Standing::Alone;
        let ends = (self.representative(mark.start), self.representative(mark.target));
        (!alone(mark.start) || !alone(mark.target)).then_some((mark.relation, ends.0, ends.1))
    }

    /// A tie that touches an entry that does not stand alone is put beside those like it.
    pub(super) fn line_up(&mut self, tie: u32) {
        if self.groups.is_empty() {
            return;
        }
        let Some(lane) = self.lane(tie) else { return };
        let rows = Arc::make_mut(&mut self.groups).lanes.entry(lane).or_default();
        if let Err(place) = rows.binary_search(&tie) {
            rows.insert(place, tie);
        }
    }

    pub(super) fn fall_out(&mut self, tie: u32) {
        let Some(lane) = self.lane(tie) else { return };
        let lanes = &mut Arc::make_mut(&mut self.groups).lanes;
        if let Some(rows) = lanes.get_mut(&lane) {
            rows.retain(|known| *known != tie);
            if rows.is_empty() {
                lanes.remove(&lane);
            }
        }
    }

    /// Ties of the same relation between the same two that were written on other entries of theirs before.
    pub(super) fn like_it(&self, tie: u32) -> impl Iterator<Item = u32> + use<'_> {
        let own = self.tie(tie);
        let lane = if self.groups.is_empty() { None } else { self.lane(tie) };
        let rows = lane.and_then(|lane| self.groups.lanes.get(&lane)).map_or(&[][..], Vec::as_slice);
        rows.iter().copied().take_while(move |row| *row < tie).filter(move |row| {
            let mark = self.tie(*row);
            (mark.start, mark.target) != (own.start, own.target)
        })
    }

    /// Which records of an entry, and of those read together with it, say what one before says.
    pub(super) fn find_repeated(&mut self, row: u32) {
        if self.groups.is_empty() && self.groups.repeated.is_empty() {
            return;
        }
        let root = self.representative(row);
        let listed = |member: u32| {
            let rows = self.indexes.records.get(&member).map_or(&[][..], Vec::as_slice);
            rows.iter().map(move |row| (*row, member))
        };
        let rows: BTreeSet<(u32, u32)> = self.members(root).flat_map(listed).collect();
        let mut known: Vec<Said<'_>> = Vec::new();
        let mut repeated = BTreeSet::new();
        for (row, member) in &rows {
            let Some(record) = self.records.get(*row) else { continue };
            let (kind, values, validity) = (record.kind, record.values.as_slice(), record.fact.validity);
            let said = |one: &Said<'_>| one.0 != *member && (one.1, one.2, one.3) == (kind, values, validity);
            if self.others(root).is_empty() {
                continue;
            }
            if known.iter().any(said) {
                repeated.insert(*row);
            } else {
                known.push((*member, kind, values, validity));
            }
        }
        let own: BTreeSet<u32> = rows.into_iter().map(|(row, _)| row).collect();
        let groups = Arc::make_mut(&mut self.groups);
        groups.repeated.retain(|row| !own.contains(row));
        groups.repeated.extend(repeated);
    }
}
