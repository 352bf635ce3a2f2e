//! Invariants recounted from scratch. A violation means a bug or damage, never a user's mistake.

use std::collections::BTreeMap;

use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::state::{Place, State};
use crate::domain::identifier::Scheme;

/// A broken invariant, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

impl State {
    /// Everything that must always hold; an empty list is the only good answer.
    pub fn check(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut report = |text: String| found.push(Violation(text));
        if let Some(broken) = &self.broken {
            report(broken.clone());
        }
        if self.graph.node_count() != self.entities.len() || self.nodes.len() != self.entities.len() {
            report("graph, marks and entities differ in number".into());
        }
        if self.graph.edge_count() != self.ties.len() || self.tie_facts.len() != self.ties.len() {
            report("graph, marks and facts of ties differ in number".into());
        }
        for edge in self.graph.edge_references() {
            let mark = self.ties.get(*edge.weight());
            let agrees = mark.is_some_and(|mark| {
                mark.start as usize == edge.source().index() && mark.target as usize == edge.target().index()
            });
            if !agrees {
                report(format!("edge {} and its mark name different ends", edge.weight()));
            }
        }
        for (row, mark) in self.ties.iter().enumerate() {
            let (Some(start), Some(target)) = (self.nodes.get(mark.start), self.nodes.get(mark.target)) else {
                report(format!("tie {row} has a dangling end"));
                continue;
            };
            if !mark.relation.row().joins(start.kind, target.kind) {
                report(format!("tie {row} joins kinds that {:?} does not join", mark.relation));
            }
        }
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for (row, entity) in self.entities.iter().enumerate() {
            if self.place(entity.fact.id) != u32::try_from(row).ok().map(Place::Node) {
                report(format!("id {} does not lead to its row", entity.fact.id));
            }
            if entity.names.is_empty() {
                report(format!("{} has no name", entity.fact.id));
            }
            if self.source(entity.fact.provenance.source).is_none() {
                report(format!("{} has no source", entity.fact.id));
            }
            for (identifier, _) in &entity.identifiers {
                if identifier.scheme == Scheme::CreditCode {
                    *codes.entry(identifier.value.as_str()).or_default() += 1;
                }
            }
        }
        for (code, count) in codes {
            if count > 1 {
                report(format!("credit code {code} belongs to {count} nodes"));
            }
        }
        for record in self.records.iter() {
            if self.entities.get(record.subject.0).is_none() {
                report(format!("record {} belongs to nothing", record.fact.id));
            }
        }
        found
    }
}
