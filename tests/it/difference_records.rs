//! `difference` of the records of the invented city: what holds on one day and not on the other, for
//! every kind of record but certificates, by the files and by who may know of them.

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, Store, cell, day};
use crate::expected::{bag, differences};
use crate::records_oracle::{RECORDS, Reader, Records};
use crate::support::{Served, demo, demo_city_officer, project};

const QUERY: &str = "query($from: Date!, $to: Date!, $what: [DifferenceKind!], $after: String) {
    difference(from: $from, to: $to, what: $what, first: 50, after: $after) {
        totalCount truncated pageInfo { hasNextPage endCursor }
        edges { node { nameZh what field before after cause sources { key } } } } }";

/// Every difference of these kinds.
fn ask(served: &Served, (from, to): (&str, &str), what: &[&str]) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "from": from, "to": to, "what": what, "after": after });
        let page = served.data(QUERY, &variables)["difference"].clone();
        assert_eq!(page["truncated"], json!(false));
        found.extend(page["edges"].as_array().expect("edges").iter().map(|edge| edge["node"].clone()));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            assert_eq!(page["totalCount"], json!(found.len()));
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The rows of a file that hold on a day, as far as the reader may know of them.
fn held<'c>(csv: &'c Store, records: &Records, on: Day, reader: Reader) -> Vec<&'c Row> {
    let mut rows = csv.records(records.file, None, on, reader);
    rows.retain(|row| records.holds(row, on) == "YES");
    rows
}

fn expected(csv: &Store, days: (&str, &str), reader: Reader) -> Vec<Value> {
    let (from, to) = (day(days.0), day(days.1));
    let mut found = Vec::new();
    for records in RECORDS {
        let (before, after) = (held(csv, records, from, reader), held(csv, records, to, reader));
        let is_among = |row: &Row, others: &[&Row]| others.iter().any(|other| std::ptr::eq(*other, row));
        let told = |row: &Row, what: &str, cause: &str| {
            let whose = csv.resolve(cell(row, records.subject));
            let stays = csv.shown(&whose, to) || csv.days(&whose).1 > to;
            let name = csv.name(&whose, if stays { to } else { from });
            json!({ "nameZh": name, "what": what, "field": type_name(records), "cause": cause, "source": cell(row, "source") })
        };
        let began = after.iter().filter(|row| !is_among(row, &before));
        found.extend(began.map(|row| told(row, "RECORD_BEGAN", "BEGAN")));
        let ended = before.iter().filter(|row| !is_among(row, &after));
        found.extend(ended.map(|row| told(row, "RECORD_ENDED", "ENDED")));
    }
    found
}

/// `year_figures.csv` as `YearFigures`, `honors.csv` as `Honor`.
fn type_name(records: &Records) -> &'static str {
    match records.file {
        "year_figures.csv" => "YearFigures",
        "register_entries.csv" => "RegisterEntry",
        "work_items.csv" => "WorkItem",
        "activities.csv" => "Activity",
        "applications.csv" => "Application",
        "honors.csv" => "Honor",
        "financings.csv" => "Financing",
        "carrier_figures.csv" => "CarrierFigures",
        "cluster_figures.csv" => "ClusterFigures",
        "plans.csv" => "Plan",
        "indicators.csv" => "Indicator",
        "targets.csv" => "Target",
        "observations.csv" => "Observation",
        "reports.csv" => "Report",
        "match_feedback.csv" => "MatchFeedback",
        other => panic!("no type for {other}"),
    }
}

fn compare(served: &Served, reader: Reader) {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let mut seen = std::collections::BTreeSet::new();
    for days in [("2016-12-31", "2019-12-31"), ("2019-12-31", "2021-12-31"), ("2020-06-30", "2020-12-31")] {
        let expected = expected(&csv, days, reader);
        seen.extend(expected.iter().map(|one| format!("{} {}", one["what"], one["field"])));
        let found: Vec<Value> = ask(served, days, &["RECORD_BEGAN", "RECORD_CHANGED", "RECORD_ENDED"])
            .into_iter()
            .map(|found| {
                let is_told = |said: &Value| said.as_str().is_some_and(|said| !said.is_empty());
                let (began, ended) = (is_told(&found["after"]), is_told(&found["before"]));
                assert_eq!((began, ended), (found["what"] == "RECORD_BEGAN", found["what"] == "RECORD_ENDED"), "{found}");
                json!({ "nameZh": found["nameZh"], "what": found["what"], "field": found["field"], "cause": found["cause"],
                    "source": found["sources"][0]["key"] })
            })
            .collect();
        let all = differences(&bag(expected), &json!(found));
        assert!(
            all.is_empty(),
            "{reader:?} {days:?}: {} differences\n{}",
            all.len(),
            all[..all.len().min(20)].join("\n")
        );
    }
    println!("{reader:?}: {seen:?}");
    let wanted: &[&str] = match reader {
        Reader::Public => &["Honor", "Activity", "CarrierFigures", "ClusterFigures", "Financing", "Observation"],
        Reader::CityOfficer => &["YearFigures", "RegisterEntry", "WorkItem", "Application", "MatchFeedback", "Report"],
    };
    for field in wanted {
        assert!(seen.contains(&format!("\"RECORD_BEGAN\" \"{field}\"")), "{field}: {seen:?}");
    }
    let hidden = ["YearFigures", "RegisterEntry", "WorkItem", "Application", "MatchFeedback"];
    let is_hidden = |one: &String| hidden.iter().any(|name| one.contains(name));
    assert_eq!(seen.iter().any(is_hidden), reader == Reader::CityOfficer);
    let has_ended = seen.iter().any(|one| one.contains("RECORD_ENDED"));
    assert!(has_ended || reader == Reader::Public, "{seen:?}");
}

#[test]
fn every_record_that_began_or_ended_is_a_difference_to_those_who_work_for_the_city() {
    compare(demo_city_officer(), Reader::CityOfficer);
}

#[test]
fn the_public_is_told_of_public_records_that_began_alone() {
    compare(demo(), Reader::Public);
}

/// Who renewed before the old certificate ran out holds one on both days: nothing was lost or gained.
#[test]
fn who_renewed_early_has_lost_nothing() {
    let schemes = ["HNTE"];
    let days = ["2018-06-30", "2020-10-01", "2021-10-01", "2021-11-10", "2021-12-31", "2022-06-30"];
    let certified =
        "query($on: Date, $scheme: String!) { enterprises(asOf: $on, filter: {certified: $scheme}, first: 100) {
        totalCount edges { node { nameZh } } } }";
    let asked = "query($from: Date!, $to: Date!, $scheme: String) {
        difference(from: $from, to: $to, scheme: $scheme, kinds: [ENTERPRISE], what: [CERTIFICATE_LOST, CERTIFICATE_GAINED], first: 100) {
            edges { node { nameZh what } } } }";
    let served = demo();
    let (mut seen, mut early) = (0, 0);
    for scheme in schemes {
        for (place, from) in days.iter().enumerate() {
            for to in &days[place + 1..] {
                let holders = |on: &str| -> Vec<Value> {
                    let data = served.data(certified, &json!({ "on": on, "scheme": scheme }));
                    let edges = data["enterprises"]["edges"].as_array().expect("edges");
                    edges.iter().map(|edge| edge["node"]["nameZh"].clone()).collect()
                };
                let (before, after) = (holders(from), holders(to));
                let data = served.data(asked, &json!({ "from": from, "to": to, "scheme": scheme }));
                for edge in data["difference"]["edges"].as_array().expect("edges") {
                    let node = &edge["node"];
                    let held = [&before, &after].map(|holders| holders.contains(&node["nameZh"]));
                    let right =
                        if node["what"] == "CERTIFICATE_LOST" { held == [true, false] } else { held == [false, true] };
                    assert!(right, "{scheme} {from} to {to}: {node}, held {held:?}");
                    seen += 1;
                }
                early += before.iter().filter(|name| after.contains(name)).count();
            }
        }
    }
    assert!(seen > 10 && early > 10, "{seen} differences, {early} held on");
}
