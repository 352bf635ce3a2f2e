//! Invariants recounted from scratch. A violation means a bug or damage, never a user's mistake.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::state::{EntityRow, Place, State};
use crate::domain::fold::fold;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::{Attribute, Id, Kind, Value, ValueType};

/// A broken invariant, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

/// Violations told at most; a broken store has more than anybody reads.
const MOST: usize = 100;

struct Report(Vec<Violation>);

impl Report {
    fn add(&mut self, text: impl FnOnce() -> String) {
        if self.0.len() < MOST {
            self.0.push(Violation(text()));
        }
    }

    fn unless(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.add(text);
        }
    }
}

impl State {
    /// Everything that must always hold; an empty list is the only good answer.
    pub fn check(&self) -> Vec<Violation> {
        let mut report = Report(Vec::new());
        if let Some(broken) = &self.broken {
            report.add(|| broken.clone());
        }
        self.check_numbers(&mut report);
        self.check_edges(&mut report);
        self.check_entities(&mut report);
        self.check_records(&mut report);
        self.check_ids(&mut report);
        self.check_look_ups(&mut report);
        self.check_values(&mut report);
        self.check_changes(&mut report);
        self.check_groups(&mut report);
        report.0
    }

    fn check_numbers(&self, report: &mut Report) {
        let entities = self.entities.len();
        report.unless(self.graph.node_count() == entities && self.nodes.len() == entities, || {
            "graph, marks and entities differ in number".into()
        });
        report.unless(self.graph.edge_count() == self.ties.len() && self.tie_facts.len() == self.ties.len(), || {
            "graph, marks and facts of ties differ in number".into()
        });
        let of_records: usize = self.indexes.record_kinds.iter().map(|rows| rows.len()).sum();
        report.unless(of_records == self.records.len(), || "the lists of records do not hold every one once".into());
        let of_kinds: usize = self.indexes.kinds.iter().map(|rows| rows.len()).sum();
        report.unless(of_kinds == entities, || "the lists of kinds do not hold every node once".into());
        let in_order = self.stamps.iter().zip(self.stamps.iter().skip(1));
        for (before, after) in in_order {
            let follows = before.sequence < after.sequence && before.recorded_at <= after.recorded_at;
            report.unless(follows, || format!("envelope {} does not follow {}", after.sequence, before.sequence));
        }
    }

    fn check_edges(&self, report: &mut Report) {
        for edge in self.graph.edge_references() {
            let mark = self.ties.get(*edge.weight());
            let agrees = mark.is_some_and(|mark| {
                mark.start as usize == edge.source().index() && mark.target as usize == edge.target().index()
            });
            report.unless(agrees, || format!("edge {} and its mark name different ends", edge.weight()));
        }
        for (row, (mark, facts)) in self.ties.iter().zip(self.tie_facts.iter()).enumerate() {
            let (Some(start), Some(target)) = (self.nodes.get(mark.start), self.nodes.get(mark.target)) else {
                report.add(|| format!("tie {row} has a dangling end"));
                continue;
            };
            report.unless(mark.relation.row().joins(start.kind, target.kind), || {
                format!("tie {row} joins kinds that {:?} does not join", mark.relation)
            });
            if mark.is_retracted() {
                continue;
            }
            let validity = facts.fact.validity;
            report.unless((mark.from, mark.to) == (validity.first_day(), validity.end_day()), || {
                format!("tie {row} is shown on other days than it holds")
            });
            report.unless(!self.is_retracted(mark.start) && !self.is_retracted(mark.target), || {
                format!("tie {row} leads to a node that was taken back")
            });
        }
    }

    fn check_entities(&self, report: &mut Report) {
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for (row, entity) in (0..).zip(self.entities.iter()) {
            report.unless(self.nodes.get(row).is_some_and(|mark| mark.kind == entity.kind), || {
                format!("{} and its mark differ in kind", entity.fact.id)
            });
            if self.is_retracted(row) {
                continue;
            }
            report.unless(!entity.names.is_empty(), || format!("{} has no name", entity.fact.id));
            report.unless(self.source(entity.fact.provenance.source).is_some(), || {
                format!("{} has no source", entity.fact.id)
            });
            report.unless(entity.version <= self.sequence && entity.version > 0, || {
                format!("{} has a version that is not yet", entity.fact.id)
            });
            let sorted = entity.statements.iter().zip(entity.statements.iter().skip(1));
            report.unless(sorted.into_iter().all(|(before, after)| before.attribute <= after.attribute), || {
                format!("the statements of {} are out of order", entity.fact.id)
            });
            for (identifier, _) in &entity.identifiers {
                if identifier.scheme == Scheme::CreditCode {
                    *codes.entry(identifier.value.as_str()).or_default() += 1;
                }
            }
        }
        for (code, count) in codes.into_iter().filter(|(_, count)| *count > 1) {
            report.add(|| format!("credit code {code} belongs to {count} nodes"));
        }
    }

    fn check_records(&self, report: &mut Report) {
        let mut listed = 0;
        for (row, record) in (0..).zip(self.records.iter()) {
            let subject = record.subject.0;
            report.unless(self.entities.get(subject).is_some(), || {
                format!("record {} belongs to nothing", record.fact.id)
            });
            let in_list = self.indexes.records.get(&subject).is_some_and(|rows| rows.contains(&row));
            report.unless(in_list != record.retracted, || {
                format!("record {} is listed wrongly with its node", record.fact.id)
            });
            listed += usize::from(!record.retracted);
        }
        let subjects: BTreeSet<u32> = self.records.iter().map(|record| record.subject.0).collect();
        let held = subjects.iter().filter_map(|subject| self.indexes.records.get(subject)).map(Vec::len).sum::<usize>();
        report.unless(held == listed, || "the lists of records hold more than there are".into());
    }

    /// Every id leads to its row, and nothing else has an id.
    fn check_ids(&self, report: &mut Report) {
        let mut count = 0;
        let mut leads = |id: Id, place: Place| {
            count += 1;
            let found = self.place(id);
            // What was taken back leads to its retraction.
            let gone = matches!(found, Some(Place::Retracted(row)) if self.retractions.get(row).is_some_and(|gone| gone.was == place));
            report.unless(found == Some(place) || gone, || format!("id {id} leads elsewhere"));
        };
        for (row, source) in (0..).zip(self.sources.iter()) {
            leads(source.id, Place::Source(row));
        }
        for (row, entity) in (0..).zip(self.entities.iter()) {
            leads(entity.fact.id, Place::Node(row));
            entity.names.iter().for_each(|name| leads(name.fact.id, Place::Fact(row)));
            entity.identifiers.iter().for_each(|(_, fact)| leads(fact.id, Place::Fact(row)));
            entity.statements.iter().for_each(|statement| leads(statement.fact.id, Place::Fact(row)));
        }
        for (row, facts) in (0..).zip(self.tie_facts.iter()) {
            leads(facts.fact.id, Place::Tie(row));
        }
        for (row, record) in (0..).zip(self.records.iter()) {
            leads(record.fact.id, Place::Record(row));
        }
        for (row, merge) in (0..).zip(self.merges.iter()) {
            leads(merge.fact.id, Place::Merge(row));
        }
        // Names, identifiers and statements that were taken back stand nowhere but there.
        let apart = self.retractions.iter().filter(|gone| matches!(gone.was, Place::Fact(_))).count();
        let expected = count + apart;
        report.unless(self.indexes.ids.len() == expected, || {
            format!("{} ids are known, {expected} are in use", self.indexes.ids.len())
        });
    }

    /// Names and identifiers lead to all nodes that have them, and to no others.
    fn check_look_ups(&self, report: &mut Report) {
        let mut names: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        let mut identifiers: BTreeMap<(u64, &str), (&Identifier, BTreeSet<u32>)> = BTreeMap::new();
        for (row, entity) in (0..).zip(self.entities.iter()).filter(|(row, _)| !self.is_retracted(*row)) {
            for text in entity.names.iter().filter_map(|name| name.text.plain()) {
                names.entry(fold(text)).or_default().insert(row);
            }
            for (identifier, _) in &entity.identifiers {
                let key = (identifier.scheme as u64, identifier.value.as_str());
                identifiers.entry(key).or_insert_with(|| (identifier, BTreeSet::new())).1.insert(row);
            }
        }
        let same = |known: Option<&Vec<u32>>, rows: &BTreeSet<u32>| {
            known.is_some_and(|known| known.len() == rows.len() && known.iter().all(|row| rows.contains(row)))
        };
        for (name, rows) in &names {
            report.unless(same(self.indexes.names.get(name.as_str()), rows), || format!("“{name}” leads elsewhere"));
        }
        for (identifier, rows) in identifiers.values() {
            report.unless(same(self.indexes.identifiers.get(*identifier), rows), || {
                format!("“{}” leads elsewhere", identifier.value)
            });
        }
        let counts = (self.indexes.names.len(), self.indexes.identifiers.len());
        report.unless(counts == (names.len(), identifiers.len()), || {
            "the look-ups hold names or numbers that nobody has".into()
        });
    }

    /// Every node that is a value stands, and is of the scheme or the kinds that its attribute asks for.
    fn check_values(&self, report: &mut Report) {
        let mut stands = |attributes: &[Attribute], tag: u16, value: &Value| {
            let attribute = attributes.iter().find(|attribute| attribute.tag == tag);
            for id in value.nodes() {
                let row = self.node_of(*id).filter(|row| !self.is_retracted(*row));
                let fits = |row: u32| match attribute.map(|attribute| attribute.value_type) {
                    Some(ValueType::Term(scheme)) => self.is_term_of(row, scheme),
                    Some(ValueType::Node(kinds) | ValueType::Nodes(kinds)) => kinds.contains(&self.entity(row).kind),
                    _ => false,
                };
                report.unless(row.is_some_and(fits), || {
                    format!("a value names {id}, which attribute {tag} does not take")
                });
            }
        };
        for (_, entity) in (0..).zip(self.entities.iter()).filter(|(row, _)| !self.is_retracted(*row)) {
            for statement in &entity.statements {
                stands(entity.kind.row().attributes, statement.attribute, &statement.value);
            }
        }
        for (mark, facts) in self.ties.iter().zip(self.tie_facts.iter()).filter(|(mark, _)| !mark.is_retracted()) {
            facts.values.iter().for_each(|(tag, value)| stands(mark.relation.row().attributes, *tag, value));
        }
        for record in self.records.iter().filter(|record| !record.retracted) {
            record.values.iter().for_each(|(tag, value)| stands(record.kind.row().attributes, *tag, value));
        }
    }

    /// Who stands for whom follows from the merges in force, and is made again to be compared.
    fn check_groups(&self, report: &mut Report) {
        let mut merged = BTreeSet::new();
        for merge in self.merges.iter().filter(|merge| merge.undone.is_none()) {
            let [kept, other] = [merge.kept, merge.merged].map(|row| self.entities.get(row));
            let alike = kept.zip(other).is_some_and(|(kept, other)| kept.kind == other.kind);
            report.unless(alike, || format!("merge {} joins kinds that differ", merge.fact.id));
            report.unless(merged.insert(merge.merged), || format!("merge {} merges what is merged", merge.fact.id));
            let stand = !self.is_retracted(merge.kept) && !self.is_retracted(merge.merged);
            report.unless(stand, || format!("merge {} is of a node that was taken back", merge.fact.id));
        }
        for row in &merged {
            report.unless(!merged.contains(&self.representative(*row)), || {
                let id = self.entity(*row).fact.id;
                format!("{id} is merged, and nobody stands for it")
            });
        }
        let mut again = self.clone();
        for row in 0..u32::try_from(again.nodes.len()).expect("a store holds fewer than 2^32 rows") {
            if let Some(mark) = again.nodes.get_mut(row) {
                mark.standing = super::groups::Standing::Alone;
            }
        }
        again.regroup_all();
        report.unless(again.groups == self.groups, || "who stands for whom does not follow from the merges".into());
        let marks = again.nodes.iter().zip(self.nodes.iter());
        let same = |(one, other): (&super::state::NodeMark, &super::state::NodeMark)| {
            (one.standing, one.from, one.to) == (other.standing, other.from, other.to)
        };
        report
            .unless(marks.into_iter().all(same), || "the days of merged nodes do not follow from what is said".into());
    }

    fn check_changes(&self, report: &mut Report) {
        let in_order = self.changes.iter().zip(self.changes.iter().skip(1));
        report.unless(in_order.into_iter().all(|(before, after)| before.sequence <= after.sequence), || {
            "the changes are out of order".into()
        });
        let public = (0_u32..).zip(self.changes.iter()).filter(|(_, mark)| mark.public).map(|(row, _)| row);
        report.unless(public.eq(self.public_changes.iter().copied()), || {
            "the changes that everybody may know of are listed wrongly".into()
        });
        let told: BTreeSet<Place> = self.changes.iter().map(|mark| mark.place).collect();
        for (row, entity) in (0..).zip(self.entities.iter()) {
            report.unless(told.contains(&Place::Node(row)), || format!("{} was never told of", entity.fact.id));
            let seen = self.is_public(EntityRow(row));
            report.unless(entity.kind != Kind::Person || !seen, || format!("{} is a person", entity.fact.id));
        }
    }
}
