//! What differs of the records of a node between two pictures. Certificates are told of apart: whether
//! those count is a question of its own, of revocations and of what their sources vouch for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::difference::Comparison;
use super::findings::{Cause, Difference, What};
use super::state::{EntityRow, Record};
use crate::domain::{Id, RecordKind};

impl<'v> Comparison<'v, '_> {
    /// Records that hold in one picture alone, or say something else in the other.
    pub(super) fn records(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        let held = self.each(node, |side| {
            let all = side.every_record(node).filter(|record| record.kind != RecordKind::Certification);
            let held = all.filter(|record| (self.counts)(side, record) != Some(false));
            held.map(|record| (record.fact.id, record)).collect::<BTreeMap<Id, &'v Arc<Record>>>()
        });
        let [before, after] = &held;
        for record in before.values().copied().filter(|record| !after.contains_key(&record.fact.id)) {
            let (what, cause) = (What::RecordEnded(record), self.lost(&record.fact));
            found.push(Difference { node, what, cause, facts: vec![&record.fact] });
        }
        for record in after.values().copied() {
            let fact = &record.fact;
            let (what, cause) = match before.get(&fact.id).copied() {
                None => (What::RecordBegan(record), self.gained(fact)),
                Some(known) if self.reads_otherwise(known, record) => {
                    (What::RecordChanged([known, record]), Cause::Corrected)
                }
                Some(_) => continue,
            };
            found.push(Difference { node, what, cause, facts: vec![fact] });
        }
    }

    /// Does a record say something else in the two pictures, as far as the reader may see it?
    fn reads_otherwise(&self, before: &Record, after: &Record) -> bool {
        let [first, second] = &self.sides;
        let mut attributes = before.kind.row().attributes.iter();
        before.fact.validity != after.fact.validity
            || attributes
                .any(|attribute| first.record_value(before, attribute) != second.record_value(after, attribute))
    }
}
