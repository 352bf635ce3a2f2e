//! Certificates that run out: listed, counted and refused by their end and by what they are on a day. The
//! dates are compared here, as the files have them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{Row, Store, cell, day, end_day, first_day};
use crate::examples_records::days_between;
use crate::support::{demo, project};

const ON: &str = "2021-05-01";

fn csv() -> Store {
    Store::load(&project(""), &["fixtures/codes", "fixtures/demo"])
}

/// The certificates that have begun by the day.
fn begun(csv: &Store) -> Vec<&Row> {
    let on = day(ON);
    let rows = csv.rows("certifications.csv").iter();
    rows.filter(|row| {
        csv.shown(&csv.resolve(cell(row, "holder")), on)
            && first_day(cell(row, "validFrom")).is_none_or(|begun| begun <= on)
    })
    .collect()
}

fn expires_within(csv: &Store, row: &Row, days: i64) -> bool {
    let taken = match first_day(cell(row, "revokedFrom")) {
        Some(from) => from <= day(ON),
        None => ["REVOKED", "WITHDRAWN"].contains(&cell(row, "status")),
    };
    let end = end_day(cell(row, "validTo"));
    !taken && csv.counts(row, day(ON)) == "YES" && end.is_some_and(|end| days_between(day(ON), end) <= days)
}

fn listed(filter: &str) -> u64 {
    let query = format!("{{ certifications(first: 1, asOf: \"{ON}\", filter: {{{filter}}}) {{ totalCount }} }}");
    demo().data(&query, &json!({}))["certifications"]["totalCount"].as_u64().expect("a count")
}

#[test]
fn certificates_are_listed_by_when_they_run_out() {
    let csv = csv();
    let mut different = Vec::new();
    for days in [0, 30, 180, 365, 1_000] {
        let expected = begun(&csv).into_iter().filter(|row| expires_within(&csv, row, days)).count() as u64;
        assert_eq!(listed(&format!("expiringWithin: {days}")), expected, "{days} days");
        different.push(expected);
    }
    different.dedup();
    assert!(different.len() > 3, "{different:?}");
    assert_eq!(listed("state: [EXPIRING]"), listed("expiringWithin: 180"));
    for (from, to) in [("2021", "2021"), ("2021-06", "2021-12-15"), ("2021-11-29", "2021-11-29")] {
        let within = |row: &&&Row| {
            let end = first_day(cell(row, "validTo"));
            end.is_some_and(|end| end >= first_day(from).expect("a date"))
                && end.is_some_and(|end| end < end_day(to).expect("a date") + i32::from(to.len() == 10))
        };
        let expected = begun(&csv).iter().filter(within).count() as u64;
        assert_eq!(listed(&format!("expires: {{from: \"{from}\", to: \"{to}\"}}")), expected, "{from} to {to}");
        assert!(expected > 0, "{from} to {to}");
    }
}

#[test]
fn certificates_are_counted_by_what_they_are_and_by_the_year_they_run_out_in() {
    let csv = csv();
    let query = format!(
        "query($key: String!) {{ statistics(of: CERTIFICATION, groupBy: [$key], asOf: \"{ON}\") {{ total cells {{ groups {{ value labelZh }} count opens {{ document variables }} }} }} }}"
    );
    let mut years: BTreeMap<String, u64> = BTreeMap::new();
    for row in begun(&csv) {
        let end = cell(row, "validTo");
        let year = if end.is_empty() || end == "UNKNOWN" { "UNKNOWN" } else { &end[..4] };
        *years.entry(year.to_owned()).or_insert(0) += 1;
    }
    for key in ["expires.year", "state"] {
        let found = demo().data(&query, &json!({ "key": key }))["statistics"].clone();
        let mut counts = BTreeMap::new();
        for cell in found["cells"].as_array().expect("cells") {
            let count = cell["count"].as_u64().expect("a count");
            counts.insert(cell["groups"][0]["value"].as_str().expect("a value").to_owned(), count);
            let variables: Value = cell["opens"]["variables"].as_str().expect("text").parse().expect("JSON");
            let list = demo().data(cell["opens"]["document"].as_str().expect("a document"), &variables);
            assert_eq!(list["certifications"]["totalCount"], json!(count), "{cell}");
            // What is opened names its entries.
            let node = &list["certifications"]["edges"][0]["node"];
            assert!(node["holder"]["nameZh"].is_string() && node["scheme"]["nameZh"].is_string(), "{node}");
        }
        assert_eq!(found["total"], json!(begun(&csv).len()));
        if key == "state" {
            assert_eq!(counts.get("EXPIRING"), Some(&listed("expiringWithin: 180")), "{counts:?}");
            assert!(counts.len() > 2 && counts.values().sum::<u64>() == begun(&csv).len() as u64, "{counts:?}");
        } else {
            assert_eq!(counts, years);
        }
    }
}

#[test]
fn days_that_cannot_be_meant_are_refused() {
    for question in [
        "{ certifications(filter: {expiringWithin: -1}) { totalCount } }",
        "{ certifications(filter: {and: [{expiringWithin: 36501}]}) { totalCount } }",
        "{ statistics(of: CERTIFICATION, groupBy: [\"state\"], filter: {certifications: {expiringWithin: -30}}) { total } }",
        "{ certifications(first: 1) { edges { node { state(expiringWithin: -1) } } } }",
    ] {
        let answer = demo().ask(question, &json!({}));
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(error["code"], json!("DAYS_OUT_OF_RANGE"), "{question}: {answer}");
        assert!(error["zh"].as_str().is_some_and(|zh| zh.contains("365")), "{error}");
    }
}
