//! The scoreboard of the invented city, counted a second time from its files. Nothing of the library is
//! named.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, Store, cell, day, end_day, first_day};
use crate::examples_oracle::Case;
use crate::examples_records::days_between;
use crate::support::{demo, project};

const CITY: &str = "reg-city";
const BELOW: [&str; 6] = ["reg-dong", "reg-hexi", "reg-pingchuan", "reg-linze", "reg-beishan", "reg-gaoxin"];

/// The region that answers for something, and those it is part of.
pub fn places(csv: &Store, key: &str, day: Day) -> BTreeSet<String> {
    let ties = csv.ties(key, "LOCATED_IN", true, day);
    let own = ties.iter().find(|tie| cell(tie.row, "role") == "JURISDICTION").map(|tie| tie.other.clone());
    own.map(|own| {
        let mut all = csv.wholes(&own, day);
        all.insert(own);
        all
    })
    .unwrap_or_default()
}

/// Holders of high-tech certificates in a region, with the day from which they hold no more.
fn high_tech(csv: &Store, region: &str, day: Day) -> Vec<(String, Day)> {
    let mut found: Vec<(String, Day)> = Vec::new();
    for row in csv.certificates("HNTE", day, &["YES"]) {
        let holder = csv.resolve(cell(row, "holder"));
        let taken = first_day(cell(row, "revokedFrom")).unwrap_or(Day::MAX);
        let end = end_day(cell(row, "validTo")).unwrap_or(Day::MAX).min(taken);
        if !places(csv, &holder, day).contains(region) {
            continue;
        }
        match found.iter_mut().find(|(known, _)| *known == holder) {
            Some(known) => known.1 = known.1.max(end),
            None => found.push((holder, end)),
        }
    }
    found
}

fn trainings(csv: &Store, region: &str, from: Day, to: Day) -> usize {
    let held = csv.rows("activities.csv").iter().filter(|row| {
        let date = day(cell(row, "date"));
        cell(row, "kind") == "TRAINING" && csv.resolve(cell(row, "host")) == region && from <= date && date <= to
    });
    held.count()
}

/// A share to six places, cut off.
fn share(part: usize, whole: usize) -> Value {
    let millionths = part * 1_000_000 / whole;
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    json!(text.trim_end_matches('0').trim_end_matches('.'))
}

/// The target of an indicator and a region that is due next, or the last.
fn target<'c>(csv: &'c Store, indicator: &str, region: &str, day: Day) -> Option<&'c Row> {
    let own = |row: &&Row| cell(row, "indicator") == indicator && csv.resolve(cell(row, "region")) == region;
    let close = |row: &Row| end_day(cell(row, "period")).expect("a period");
    let all: Vec<&Row> = csv.rows("targets.csv").iter().filter(own).collect();
    let due = all.iter().filter(|row| close(row) > day).min_by_key(|row| close(row));
    due.or_else(|| all.iter().max_by_key(|row| close(row))).copied()
}

/// 31 December of the year of a target.
fn close(row: &Row) -> Day {
    cell(row, "period").parse::<Day>().expect("a year") * 10_000 + 1_231
}

fn number(csv: &Store, indicator: &str, region: &str, day: Day) -> Option<Value> {
    match indicator {
        "DEMO-HNTE" => Some(json!(high_tech(csv, region, day).len().to_string())),
        "DEMO-HNTE-SHARE" => {
            let whole = high_tech(csv, CITY, day).len();
            (whole > 0).then(|| share(high_tech(csv, region, day).len(), whole))
        }
        _ => {
            // Counted from the day the target names, where that has come; else from New Year's Day.
            let named = target(csv, indicator, region, day).and_then(|row| first_day(cell(row, "periodFrom")));
            let from = named.filter(|from| *from <= day).unwrap_or(day / 10_000 * 10_000 + 101);
            Some(json!(trainings(csv, region, from, day).to_string()))
        }
    }
}

/// A number of an answer in millionths.
fn millionths(value: &Value) -> i64 {
    let text = value.as_str().expect("a number");
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().expect("digits") * 1_000_000 + sign * format!("{rest:0<6}").parse::<i64>().expect("digits")
}

/// 80: the whole board.
pub fn board(case: &Case<'_>) {
    let found = &case.data()["scoreboard"];
    assert_eq!(found["document"], "示例科〔2017〕8号");
    let lines = found["indicators"].as_array().expect("indicators");
    let mut names: Vec<&str> = lines.iter().map(|line| line["indicator"]["nameZh"].as_str().expect("a name")).collect();
    names.sort_unstable();
    let indicators = ["DEMO-HNTE", "DEMO-HNTE-SHARE", "DEMO-TRAINING"];
    let name = |code: &str| case.name(&case.csv.resolve(&format!("INDICATOR:{code}")));
    let mut wanted: Vec<String> = indicators.iter().map(|code| name(code)).collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    for code in indicators {
        let line = lines.iter().find(|line| line["indicator"]["nameZh"] == name(code)).expect("a line");
        assert_eq!(line["isUnderstood"], true);
        let cells = line["cells"].as_array().expect("cells");
        let regions: Vec<&str> = std::iter::once(CITY).chain(BELOW).collect();
        assert_eq!(cells.len(), regions.len());
        for (region, cell) in regions.iter().zip(cells) {
            one_cell(case, code, region, cell, cells);
        }
        if code == "DEMO-HNTE-SHARE" {
            assert_eq!(line["belowTotal"], Value::Null);
        } else {
            let sum: i64 = cells[1..].iter().map(|cell| millionths(&cell["value"])).sum();
            assert_eq!(millionths(&line["belowTotal"]), sum);
            assert_eq!(millionths(&line["belowDifference"]), millionths(&cells[0]["value"]) - sum);
        }
    }
}

fn one_cell(case: &Case<'_>, code: &str, region: &str, found: &Value, cells: &[Value]) {
    let (csv, today) = (case.csv, case.day);
    assert_eq!(found["region"]["nameZh"], case.name(region));
    let value = number(csv, code, region, today);
    assert_eq!(found["value"], json!(value), "{code} {region}");
    assert_eq!(found["unknownCount"], 0);
    let list = if code == "DEMO-TRAINING" {
        value.as_ref().map_or(0, |value| millionths(value) / 1_000_000)
    } else {
        i64::try_from(high_tech(csv, region, today).len()).expect("few")
    };
    assert_eq!(found["list"]["totalCount"], list);
    let rank = cells[1..].iter().filter(|other| millionths(&other["value"]) > millionths(&found["value"])).count() + 1;
    assert_eq!(found["rank"], if region == CITY { Value::Null } else { json!(rank) });
    let goal = target(csv, code, region, today);
    let is_met = goal.map(|row| {
        let (value, floor) = (millionths(&found["value"]), millionths(&json!(cell(row, "floor"))));
        let met = if cell(row, "comparator") == "MORE_THAN" { value > floor } else { value >= floor };
        if met { "YES" } else { "NO" }
    });
    assert_eq!(found["isMet"], json!(is_met), "{code} {region}");
    match goal {
        None => assert_eq!((&found["target"], &found["missing"]), (&Value::Null, &Value::Null)),
        Some(row) => {
            for (name, column) in [
                ("text", "text"),
                ("line", "line"),
                ("comparator", "comparator"),
                ("period", "period"),
                ("floor", "floor"),
            ] {
                assert_eq!(found["target"][name], cell(row, column), "{name}");
            }
        }
    }
    let [month, year] = [before_this_month(today), today - 10_000];
    for (change, then) in found["changes"].as_array().expect("changes").iter().zip([month, year]) {
        assert_eq!(change["day"].as_str().map(day), Some(then));
        let value = number(csv, code, region, then);
        assert_eq!(change["value"], json!(value), "{code} {region} {then}");
        if let Some(value) = value {
            // Both numbers and their difference are cut off, each on its own.
            let off = millionths(&change["difference"]) - (millionths(&found["value"]) - millionths(&value));
            assert!((0..=1).contains(&off) || (-1..=0).contains(&off), "{code} {region} {then}: {off}");
        }
    }
    match goal.filter(|row| code == "DEMO-HNTE" && close(row) >= today) {
        None => assert_eq!(found["forecast"], Value::Null),
        Some(row) => forecast(case, region, close(row), &found["forecast"]),
    }
}

/// The last day of the month before that of a day that ends a month of 30 days.
fn before_this_month(today: Day) -> Day {
    assert_eq!(today, 20_210_630, "the example asks for this day");
    20_210_531
}

fn forecast(case: &Case<'_>, region: &str, until: Day, found: &Value) {
    let (csv, today) = (case.csv, case.day);
    // 365 days before 30 June 2021, no leap day lying between.
    let then = high_tech(csv, region, today - 10_000);
    let now = high_tech(csv, region, today);
    let has = |list: &[(String, Day)], key: &str| list.iter().any(|(known, _)| known == key);
    let joined = now.iter().filter(|(key, _)| !has(&then, key)).count() as i64;
    let joining = joined * days_between(today, until) / 365;
    let expiring = now.iter().filter(|(_, end)| *end <= until).count() as i64;
    let gone: Vec<&(String, Day)> = then.iter().filter(|(_, end)| *end <= today).collect();
    let renewed = gone.iter().filter(|(key, _)| has(&now, key)).count() as i64;
    let high = now.len() as i64 + joining;
    let expected = match (expiring, gone.len() as i64) {
        (0, _) => json!(high),
        (_, 0) => Value::Null,
        (_, gone) => json!(high - expiring + expiring * renewed / gone),
    };
    let wanted = json!({
        "until": "2021-12-31",
        "joinedLastYear": joined,
        "joining": joining,
        "expiring": expiring,
        "ranOutLastYear": gone.len(),
        "renewedLastYear": renewed,
        "ifNoneRenew": high - expiring,
        "ifAsLastYear": expected,
        "ifAllRenew": high,
    });
    assert_eq!(*found, wanted);
}

/// 81: what was published beside what is counted.
pub fn published(case: &Case<'_>) {
    let cells = case.data()["scoreboard"]["indicators"][0]["cells"].as_array().expect("cells").clone();
    let mut differing = 0;
    for (region, found) in std::iter::once(CITY).chain(BELOW).zip(&cells) {
        let own = |row: &&Row| {
            cell(row, "indicator") == "DEMO-HNTE"
                && case.csv.resolve(cell(row, "region")) == region
                && close(row) <= case.day
        };
        let mut told: Vec<&Row> = case.csv.rows("observations.csv").iter().filter(own).collect();
        told.sort_by_key(|row| -close(row));
        let listed = found["published"].as_array().expect("a list");
        assert_eq!(listed.len(), told.len(), "{region}");
        for (row, one) in told.iter().zip(listed) {
            let counted = high_tech(case.csv, region, close(row)).len() as i64;
            let value = millionths(&json!(cell(row, "value"))) / 1_000_000;
            assert_eq!((&one["period"], &one["origin"]), (&json!(cell(row, "period")), &json!(cell(row, "origin"))));
            assert_eq!((&one["value"], &one["counted"]), (&json!(value.to_string()), &json!(counted.to_string())));
            assert_eq!(one["difference"], (value - counted).to_string());
            let suspects = one["suspects"].as_array().expect("a list");
            assert!(value != counted || suspects.is_empty());
            differing += usize::from(value != counted && !suspects.is_empty());
            for suspect in suspects {
                let name = suspect["node"]["nameZh"].as_str().expect("a name");
                let held = high_tech(case.csv, region, close(row));
                let counts = held.iter().any(|(key, _)| case.csv.name(key, case.day) == name);
                assert_eq!(suspect["isCounted"], counts, "{name}");
            }
        }
    }
    // 2019: published 23, on the list 22.
    assert!(differing > 0, "a planted difference has something to compare");
}

/// A number that looks random and is the same in every run.
fn drawn(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// On 200 days: every number is the length of the list it opens into, page by page, and equals the files.
#[test]
fn every_number_is_the_length_of_its_list() {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let query = "query($asOf: Date, $indicators: [String!]) { scoreboard(plan: \"DEMO-PLAN\", indicators: $indicators, asOf: $asOf) { indicators(first: 4) {
        formula cells { region { key } value list(first: 100) { totalCount edges { node { amount node { key: id } } } pageInfo { hasNextPage } } wholeList(first: 1) { totalCount } } } } }";
    let mut seed = 0x5EED_u64;
    for _ in 0..200 {
        let (year, month) = (2017 + drawn(&mut seed) % 6, 1 + drawn(&mut seed) % 12);
        let as_of = format!("{year}-{month:02}-{:02}", 1 + drawn(&mut seed) % 28);
        let data = demo().data(
            query,
            &json!({ "asOf": as_of, "indicators": ["DEMO-HNTE", "DEMO-SME", "DEMO-TRAINING", "DEMO-HNTE-SHARE"] }),
        );
        for line in data["scoreboard"]["indicators"].as_array().expect("indicators") {
            let formula = line["formula"].as_str().expect("a formula");
            for cell in line["cells"].as_array().expect("cells") {
                let list = &cell["list"];
                let edges = list["edges"].as_array().expect("edges");
                assert_eq!(
                    (list["totalCount"].as_u64(), &list["pageInfo"]["hasNextPage"]),
                    (Some(edges.len() as u64), &json!(false))
                );
                if formula.contains('/') {
                    let whole = cell["wholeList"]["totalCount"].as_u64().expect("a number") as usize;
                    let wanted = if whole == 0 { Value::Null } else { share(edges.len(), whole) };
                    assert_eq!(cell["value"], wanted, "{as_of}");
                    continue;
                }
                assert_eq!(cell["value"], edges.len().to_string(), "{as_of} {formula}");
                let people: BTreeSet<&str> =
                    edges.iter().filter_map(|edge| edge["node"]["node"]["key"].as_str()).collect();
                assert!(formula.contains("TRAINING") || people.len() == edges.len(), "somebody is counted twice");
                if formula == "count(certified in SCHEME:HNTE)" {
                    let region = cell["region"]["key"].as_str().expect("a key");
                    assert_eq!(edges.len(), high_tech(&csv, region, day(&as_of)).len(), "{as_of} {region}");
                }
            }
        }
    }
}
