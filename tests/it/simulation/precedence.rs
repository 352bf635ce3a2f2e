//! The rule that picks what is shown: a total order, and nothing that contradicts it is lost.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innograph::config::Config;
use innograph::domain::event::Event;
use innograph::domain::provenance::{Method, Precedence};
use innograph::domain::{Day, Id, PartialDate, Validity};
use innograph::engine::{Envelope, PastLimits};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::asked::Dice;
use super::lived::Lived;
use crate::support::Served;

fn date() -> impl Strategy<Value = Option<PartialDate>> {
    let date = (2015_i16..2018, 0_u8..3, 0_u8..3).prop_map(|(year, month, day)| PartialDate {
        year,
        month,
        day: if month == 0 { 0 } else { day },
    });
    proptest::option::of(date)
}

fn precedence() -> impl Strategy<Value = Precedence> {
    let method =
        prop_oneof![Just(Method::Document), Just(Method::Declared), Just(Method::Imported), Just(Method::Derived)];
    (method, 0_u8..5, 0_u16..4, date(), date(), 0_u64..3, 0_u128..3).prop_map(
        |(method, basis, grade, valid_from, source_date, sequence, id)| Precedence {
            method,
            basis,
            grade,
            valid_from,
            source_date,
            sequence,
            id: Id::from_u128(id),
        },
    )
}

/// The rule as it is written down, worked out again: earlier in each list of numbers is shown first.
fn ranks(one: &Precedence) -> Vec<i64> {
    let later = |date: Option<PartialDate>| date.map_or(i64::MAX, |date| -i64::from(date.first_day().0));
    let precise = |date: Option<PartialDate>| date.map_or(0, |date| -i64::from(date.month) * 100 - i64::from(date.day));
    vec![
        [Method::Document, Method::Declared, Method::Imported, Method::Derived]
            .iter()
            .position(|m| *m == one.method)
            .expect("a method") as i64,
        i64::from(one.basis),
        if one.grade == 0 { 4 } else { i64::from(one.grade) },
        later(one.valid_from),
        precise(one.valid_from),
        later(one.source_date),
        precise(one.source_date),
        -i64::try_from(one.sequence).expect("small"),
        -i64::try_from(one.id.as_u128()).expect("small"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn precedence_is_a_total_order(a in precedence(), b in precedence(), c in precedence()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
        prop_assert_eq!(a.partial_cmp(&b), Some(a.cmp(&b)));
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        // Within a year or a month the first day counts, whatever is known of it.
        let same_days = a.valid_from.map(PartialDate::first_day) != b.valid_from.map(PartialDate::first_day)
            || a.valid_from == b.valid_from;
        if same_days && a.source_date.map(PartialDate::first_day) != b.source_date.map(PartialDate::first_day) {
            prop_assert_eq!(a.cmp(&b), ranks(&a).cmp(&ranks(&b)));
        }
    }
}

/// The statements that the events leave, with node, attribute and validity.
fn left(bodies: &[Vec<u8>]) -> BTreeMap<Id, (Id, u16, Validity)> {
    let mut left = BTreeMap::new();
    for (number, body) in (1..).zip(bodies) {
        for event in Envelope::decode(number, body).expect("our own bytes").events {
            match event {
                Event::StatementMade { id, entity, attribute, validity, .. } => {
                    left.insert(id, (entity, attribute, validity));
                }
                Event::FactCorrected { id, validity, .. } => {
                    if let Some(known) = left.get_mut(&id) {
                        known.2 = validity;
                    }
                }
                Event::FactRetracted { id, .. } => {
                    left.remove(&id);
                }
                _ => {}
            }
        }
    }
    left
}

#[test]
fn every_contradiction_keeps_every_statement() {
    let mut contradictions = 0;
    for seed in 70..90 {
        let lived = Lived::new(seed, 160, None, PastLimits::default());
        let left = left(&lived.bodies());
        let served = Served::trusting(Arc::new(lived.engine), &Config::default(), "甲");
        let mut dice = Dice(seed);
        let nodes: BTreeSet<Id> = left.values().map(|(node, ..)| *node).collect();
        for _ in 0..3 {
            let day = format!("{}-{:02}-01", 2014 + dice.below(10), 1 + dice.below(12));
            let held_on: Day = day.parse().expect("a day");
            for node in &nodes {
                let query =
                    "query($id: ID!, $day: Date!) { node(id: $id, asOf: $day) { statements { id attribute shown } } }";
                let data = served.data(query, &json!({ "id": node.to_string(), "day": day }));
                let Some(found) = data["node"]["statements"].as_array() else { continue };
                let own = left.iter().filter(|(_, (owner, ..))| owner == node);
                let held: BTreeMap<String, u16> = own
                    .filter(|(_, (.., validity))| validity.contains(held_on))
                    .map(|(id, (_, attribute, _))| (id.to_string(), *attribute))
                    .collect();
                let ids: BTreeSet<&str> = found.iter().filter_map(|statement| statement["id"].as_str()).collect();
                assert!(ids.iter().copied().eq(held.keys().map(String::as_str)), "seed {seed}, {node} on {day}");
                let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
                let mut said: BTreeMap<&str, usize> = BTreeMap::new();
                for statement in found {
                    let attribute = statement["attribute"].as_str().expect("an attribute");
                    *said.entry(attribute).or_default() += 1;
                    *shown.entry(attribute).or_default() += usize::from(statement["shown"] == Value::Bool(true));
                }
                assert!(shown.values().all(|count| *count == 1), "one of each is shown: {shown:?}");
                contradictions += said.values().filter(|count| **count > 1).count();
            }
        }
    }
    assert!(contradictions > 20, "{contradictions}");
}
