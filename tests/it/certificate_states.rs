//! What a certificate is on a day, by the files: valid, soon to expire, expired with an application open
//! (LAPSED_PENDING), expired, taken away. Applications are internal, so the public is told that such a
//! certificate has expired, and no more. The dates are computed here, in months, never by the service.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, Store, cell, day, end_day, first_day};
use crate::examples_records::{days_between, later};
use crate::expected::{bag, differences, text};
use crate::records_oracle::Reader;
use crate::support::{Served, demo, demo_city_officer, project};

/// Days of one year in which much runs out, and what `ent-yunsuan` holds on them: its certificate ended on
/// 2021-12-03, and its application of 2021-09-10 is recommended and not decided.
const DAYS: [&str; 7] =
    ["2017-12-31", "2019-12-31", "2021-05-01", "2021-12-02", "2021-12-03", "2022-05-31", "2022-07-01"];

/// Is there an application of the holder for the scheme that has begun and is neither decided nor withdrawn?
fn applies(csv: &Store, certificate: &Row, on: Day, reader: Reader) -> bool {
    let holder = csv.resolve(cell(certificate, "holder"));
    reader == Reader::CityOfficer
        && csv.rows("applications.csv").iter().any(|row| {
            csv.resolve(cell(row, "organization")) == holder
                && cell(row, "scheme") == cell(certificate, "scheme")
                && !["DECIDED", "WITHDRAWN"].contains(&cell(row, "stage"))
                && first_day(cell(row, "submittedOn")).is_some_and(|day| day <= on)
        })
}

fn state(csv: &Store, row: &Row, on: Day, reader: Reader) -> &'static str {
    let taken = match (first_day(cell(row, "revokedFrom")), cell(row, "status")) {
        (Some(from), _) => from <= on,
        (None, status) => ["REVOKED", "WITHDRAWN"].contains(&status),
    };
    let end = end_day(cell(row, "validTo"));
    match (csv.counts(row, on), end) {
        _ if taken => "REVOKED",
        ("YES", Some(end)) if days_between(on, end) <= 180 => "EXPIRING",
        ("YES", _) => "VALID",
        ("UNKNOWN", _) => "UNKNOWN",
        (_, Some(end)) if later(end, 6) >= on && applies(csv, row, on, reader) => "LAPSED_PENDING",
        _ => "EXPIRED",
    }
}

fn asked(served: &Served, on: &str) -> Vec<Value> {
    let query = "query($on: Date, $after: String) { certifications(first: 100, asOf: $on, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { holder { key } certNo validFrom validTo state } } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = served.data(query, &json!({ "on": on, "after": after }))["certifications"].clone();
        found.extend(page["edges"].as_array().expect("edges").iter().map(|edge| edge["node"].clone()));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The states of all certificates on these days equal the files'; how often each was seen, and what was
/// said of the last certificate of `ent-yunsuan`.
fn compare(served: &Served, reader: Reader) -> (BTreeMap<&'static str, usize>, Vec<&'static str>) {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let (mut seen, mut of_yunsuan) = (BTreeMap::new(), Vec::new());
    for on in DAYS {
        let date = day(on);
        let told = csv.rows("certifications.csv").iter().filter(|row| {
            csv.shown(&csv.resolve(cell(row, "holder")), date)
                && first_day(cell(row, "validFrom")).is_none_or(|begun| begun <= date)
        });
        let expected: Vec<Value> = told
            .map(|row| {
                let state = state(&csv, row, date, reader);
                *seen.entry(state).or_insert(0) += 1;
                if cell(row, "holder") == "ent-yunsuan" && cell(row, "validTo") == "2021-12-03" {
                    of_yunsuan.push(state);
                }
                let column = |name: &str| text(cell(row, name));
                json!({ "holder": { "key": csv.resolve(cell(row, "holder")) }, "certNo": column("certNo"),
                    "validFrom": column("validFrom"), "validTo": column("validTo"), "state": state })
            })
            .collect();
        assert!(expected.len() > 50, "{on}: {}", expected.len());
        let all = differences(&bag(expected), &json!(asked(served, on)));
        assert!(all.is_empty(), "{reader:?} {on}: {}", all[..all.len().min(10)].join("\n"));
    }
    (seen, of_yunsuan)
}

#[test]
fn an_expired_certificate_with_an_open_application_is_pending_for_six_months() {
    let (seen, of_yunsuan) = compare(demo_city_officer(), Reader::CityOfficer);
    println!("{seen:?}");
    for state in ["VALID", "EXPIRING", "LAPSED_PENDING", "EXPIRED", "REVOKED"] {
        assert!(seen.contains_key(state), "{state}: {seen:?}");
    }
    assert!(of_yunsuan.ends_with(&["EXPIRING", "LAPSED_PENDING", "LAPSED_PENDING", "EXPIRED"]), "{of_yunsuan:?}");
}

#[test]
fn the_public_is_told_that_it_expired_and_nothing_of_the_application() {
    let (seen, of_yunsuan) = compare(demo(), Reader::Public);
    assert!(!seen.contains_key("LAPSED_PENDING"), "{seen:?}");
    assert!(of_yunsuan.ends_with(&["EXPIRING", "EXPIRED", "EXPIRED", "EXPIRED"]), "{of_yunsuan:?}");
}
