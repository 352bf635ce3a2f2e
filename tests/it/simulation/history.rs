//! `history` on histories by chance: every event of the ledger about a node is an entry of its history,
//! with what made it and what became of it. The oracle reads the events, never the state.

use std::collections::BTreeMap;
use std::sync::Arc;

use innograph::config::Config;
use innograph::domain::Id;
use innograph::domain::event::Event;
use innograph::engine::{Engine, Envelope, PastLimits};
use serde_json::{Value, json};

use super::lived::Lived;
use super::past::iso;
use crate::support::Served;

/// An entry: fact, what made it, how it stands, when it was recorded, when it went, and why.
type Line = (String, &'static str, &'static str, i64, Option<i64>, Option<String>);

/// What the events say of each node.
#[derive(Default)]
struct Told {
    /// Whose a fact is: one node, or both ends of a tie.
    owners: BTreeMap<Id, Vec<Id>>,
    lines: BTreeMap<Id, Vec<Line>>,
}

impl Told {
    fn of(bodies: &[Vec<u8>]) -> Self {
        let mut told = Self::default();
        for (number, body) in (1..).zip(bodies) {
            let envelope = Envelope::decode(number, body).expect("our own bytes");
            for event in envelope.events {
                told.hear(event, envelope.recorded_at);
            }
        }
        told
    }

    fn hear(&mut self, event: Event, at: i64) {
        let (id, owners) = match event {
            Event::EntityCreated { id, .. } => (id, vec![id]),
            Event::NameAdded { id, entity, .. }
            | Event::NameSealed { id, entity, .. }
            | Event::IdentifierAdded { id, entity, .. }
            | Event::StatementMade { id, entity, .. } => (id, vec![entity]),
            Event::RecordMade { id, subject, .. } => (id, vec![subject]),
            Event::Related { id, from, to, .. } => (id, if from == to { vec![from] } else { vec![from, to] }),
            Event::RelationEnded { id, .. } => return self.again(id, "ENDED", at),
            Event::FactCorrected { id, .. } => return self.again(id, "CORRECTED", at),
            Event::FactRetracted { id, reason } => return self.close(id, "RETRACTED", at, Some(reason)),
            _ => return,
        };
        self.owners.insert(id, owners);
        self.open(id, "ENTERED", at);
    }

    fn open(&mut self, id: Id, cause: &'static str, at: i64) {
        for owner in self.owners[&id].clone() {
            self.lines.entry(owner).or_default().push((id.to_string(), cause, "KEPT", at, None, None));
        }
    }

    fn close(&mut self, id: Id, standing: &'static str, at: i64, reason: Option<String>) {
        for owner in self.owners[&id].clone() {
            let lines = self.lines.get_mut(&owner).expect("it was entered");
            let last = lines.iter_mut().rev().find(|line| line.0 == id.to_string()).expect("it was entered");
            (last.2, last.4, last.5) = (standing, Some(at), reason.clone());
        }
    }

    fn again(&mut self, id: Id, cause: &'static str, at: i64) {
        self.close(id, "REPLACED", at, None);
        self.open(id, cause, at);
    }
}

const QUERY: &str = "query($id: ID!, $after: String) { history(id: $id, first: 7, after: $after) { totalCount truncated
    edges { node { id cause standing recordedAt changedAt reason recordedBy value fieldZh source { id } } } pageInfo { hasNextPage endCursor } } }";

fn read(served: &Served, id: Id) -> Option<Vec<Value>> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = served.data(QUERY, &json!({ "id": id.to_string(), "after": after }));
        let page = data["history"].as_object()?.clone();
        all.extend(page["edges"].as_array()?.iter().map(|edge| edge["node"].clone()));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            assert_eq!(page["totalCount"], json!(all.len()));
            assert_eq!(page["truncated"], json!(false));
            return Some(all);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn utc(moment: i64) -> Value {
    // The oracle's clock shows Shanghai; eight hours earlier it shows what UTC shows.
    json!(iso(moment - 8 * 3_600_000).replace("+08:00", "Z"))
}

#[test]
fn every_event_about_a_node_is_an_entry_of_its_history() {
    let (mut replaced, mut retracted, mut ended) = (0, 0, 0);
    for seed in (1..25).step_by(2) {
        let lived = Lived::new(seed, 160, None, PastLimits::default());
        let told = Told::of(&lived.bodies());
        let engine: Arc<Engine> = Arc::new(lived.engine);
        let served = Served::trusting(engine, &Config::default(), "甲");
        let public = served.anonymous();
        for (node, lines) in &told.lines {
            let entries = read(&served, *node).unwrap_or_else(|| panic!("{node} has no history"));
            let times: Vec<&str> = entries.iter().filter_map(|entry| entry["recordedAt"].as_str()).collect();
            assert!(times.is_sorted_by(|left, right| left >= right), "newest first: {times:?}");
            let mut found: Vec<Value> = entries
                .iter()
                .map(|entry| {
                    json!([
                        entry["id"],
                        entry["cause"],
                        entry["standing"],
                        entry["recordedAt"],
                        entry["changedAt"],
                        entry["reason"]
                    ])
                })
                .collect();
            let mut expected: Vec<Value> = lines
                .iter()
                .map(|(id, cause, standing, at, gone, reason)| {
                    json!([id, cause, standing, utc(*at), gone.map(utc), reason])
                })
                .collect();
            found.sort_by_key(ToString::to_string);
            expected.sort_by_key(ToString::to_string);
            assert_eq!(found, expected, "seed {seed}, node {node}");
            assert!(entries.iter().all(|entry| entry["recordedBy"] == json!("甲")));
            replaced += lines.iter().filter(|line| line.2 == "REPLACED").count();
            retracted += lines.iter().filter(|line| line.2 == "RETRACTED").count();
            ended += lines.iter().filter(|line| line.1 == "ENDED").count();
            // The public is told what is said now, and nothing of what was said before.
            for entry in read(&public, *node).unwrap_or_default() {
                assert_eq!((&entry["standing"], &entry["recordedBy"]), (&json!("KEPT"), &Value::Null), "{entry}");
                assert_eq!((&entry["changedAt"], &entry["reason"]), (&Value::Null, &Value::Null), "{entry}");
                let id = &entry["id"];
                assert!(lines.iter().any(|line| json!(line.0) == *id && line.2 == "KEPT"), "{entry}");
            }
        }
    }
    assert!(replaced > 20 && retracted > 5 && ended > 2, "{replaced} {retracted} {ended}");
}
