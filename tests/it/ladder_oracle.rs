//! The ladder of the invented city, climbed a second time from its files. Nothing of the library is named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Store, cell, day, end_day, first_day};
use crate::examples_oracle::Case;
use crate::examples_records::days_between;
use crate::scoreboard_oracle::places;

/// Name and schemes of each rung, the highest first; the last is a union.
const RUNGS: &[(&str, &[&str])] = &[
    ("LEAD", &["LEAD_HENAN"]),
    ("HNTE", &["HNTE"]),
    ("GIANT", &["GIANT"]),
    ("GIANT_CULTIVATION", &["GIANT_CULTIVATION"]),
    ("SME_NATIONAL", &["SME_NATIONAL"]),
    ("SME_FILING", &["SME_HENAN_FILING"]),
    ("GIANT_UNION", &["GIANT", "GIANT_CULTIVATION"]),
];

fn holders(csv: &Store, schemes: &[&str], at: Day) -> BTreeSet<String> {
    let held = schemes.iter().flat_map(|scheme| csv.certificates(scheme, at, &["YES"]));
    held.map(|row| csv.resolve(cell(row, "holder"))).collect()
}

fn here(csv: &Store, region: &str, all: &BTreeSet<String>, at: Day) -> BTreeSet<String> {
    all.iter().filter(|key| places(csv, key, at).contains(region)).cloned().collect()
}

/// Days on which certificates of these schemes were issued to somebody, and on which they were taken.
fn dates(csv: &Store, schemes: &[&str], key: &str, until: Day) -> (Vec<Day>, Vec<Day>) {
    let (mut issued, mut taken) = (Vec::new(), Vec::new());
    for row in csv.rows("certifications.csv") {
        let from = first_day(cell(row, "validFrom")).unwrap_or(Day::MIN);
        if !schemes.contains(&cell(row, "scheme")) || csv.resolve(cell(row, "holder")) != key || from > until {
            continue;
        }
        // Taken back from its very first day: never held.
        if first_day(cell(row, "revokedFrom")).is_some_and(|gone| gone <= from) {
            continue;
        }
        issued.push(day(cell(row, "issuedOn")));
        if let Some(gone) = first_day(cell(row, "revokedFrom"))
            && end_day(cell(row, "validTo")).is_none_or(|end| gone < end)
        {
            taken.push(gone);
        }
    }
    issued.sort_unstable();
    (issued, taken)
}

/// 82: five years.
pub fn ladder(case: &Case<'_>) {
    let csv = case.csv;
    let region = case.key(&case.variables["region"]);
    let found = &case.data()["ladder"];
    let rungs = found["rungs"].as_array().expect("rungs");
    assert_eq!(rungs.len(), RUNGS.len());
    for ((name, schemes), rung) in RUNGS.iter().zip(rungs) {
        assert_eq!(
            (&rung["name"], &rung["schemes"], &rung["isUnion"]),
            (&json!(name), &json!(schemes), &json!(schemes.len() > 1))
        );
        let mut stock_before = None;
        for year in rung["years"].as_array().expect("years") {
            let number = i32::try_from(year["year"].as_i64().expect("a year")).expect("a year");
            stock_before = Some(one_year(csv, (name, schemes), &region, (number, case.day), year, stock_before));
        }
    }
    transitions(case, &region, &found["transitions"]);
    strides(case, &region, &found["strides"]);
}

fn one_year(
    csv: &Store,
    (name, schemes): (&str, &[&str]),
    region: &str,
    (number, today): (i32, Day),
    found: &Value,
    before: Option<i64>,
) -> i64 {
    let (start, end) = ((number - 1) * 10_000 + 1_231, number * 10_000 + 1_231);
    let (then, now) = (holders(csv, schemes, start), holders(csv, schemes, end));
    let (was, is) = (here(csv, region, &then, start), here(csv, region, &now, end));
    let mut flows: BTreeMap<&str, i64> =
        ["NEW", "RETURNED", "MOVED_IN", "RENEWED", "KEPT", "LAPSED", "REVOKED", "MOVED_OUT"]
            .into_iter()
            .map(|name| (name, 0))
            .collect();
    for key in was.union(&is) {
        let (issued, taken) = dates(csv, schemes, key, today);
        let between = |days: &[Day]| days.iter().any(|day| start < *day && *day <= end);
        let flow = match (was.contains(key), is.contains(key)) {
            (true, true) => {
                if between(&issued) {
                    "RENEWED"
                } else {
                    "KEPT"
                }
            }
            (true, false) if now.contains(key) => "MOVED_OUT",
            (true, false) => {
                if between(&taken) {
                    "REVOKED"
                } else {
                    "LAPSED"
                }
            }
            (false, _) if then.contains(key) => "MOVED_IN",
            (false, _) => {
                if issued[0] > start {
                    "NEW"
                } else {
                    "RETURNED"
                }
            }
        };
        *flows.get_mut(flow).expect("a flow") += 1;
    }
    let told: BTreeMap<&str, i64> = found["flows"]
        .as_array()
        .expect("flows")
        .iter()
        .map(|flow| (flow["kind"].as_str().expect("a kind"), flow["count"].as_i64().expect("a count")))
        .collect();
    assert_eq!(told, flows, "{name} {number}");
    let stock = is.len() as i64;
    assert_eq!(found["stock"], stock, "{name} {number}");
    if let Some(before) = before {
        let came = told["NEW"] + told["RETURNED"] + told["MOVED_IN"];
        let left = told["LAPSED"] + told["REVOKED"] + told["MOVED_OUT"];
        assert_eq!(
            before + came - left,
            stock,
            "{name} {number}: the stock is that before, more who came, less who left"
        );
    }
    stock
}

/// The highest rung of everybody of the region on a day.
fn tops(csv: &Store, region: &str, at: Day) -> BTreeMap<String, &'static str> {
    let mut tops = BTreeMap::new();
    for (name, schemes) in &RUNGS[..RUNGS.len() - 1] {
        for key in here(csv, region, &holders(csv, schemes, at), at) {
            tops.entry(key).or_insert(*name);
        }
    }
    tops
}

fn transitions(case: &Case<'_>, region: &str, found: &Value) {
    let (before, after) = (tops(case.csv, region, 20_161_231), tops(case.csv, region, 20_211_231));
    let mut wanted: BTreeMap<(Option<&str>, Option<&str>), i64> = BTreeMap::new();
    for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        *wanted.entry((before.get(key).copied(), after.get(key).copied())).or_default() += 1;
    }
    let told: BTreeMap<(Option<&str>, Option<&str>), i64> = found
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| ((one["from"].as_str(), one["to"].as_str()), one["count"].as_i64().expect("a count")))
        .collect();
    assert_eq!(told, wanted);
}

fn strides(case: &Case<'_>, region: &str, found: &Value) {
    let csv = case.csv;
    let rungs = &RUNGS[..RUNGS.len() - 1];
    let ends: Vec<Day> = (2016..=2021).map(|year| year * 10_000 + 1_231).collect();
    // Whom the region answered for on some rung at some end of a year.
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (_, schemes) in RUNGS {
        for end in &ends {
            known.extend(here(csv, region, &holders(csv, schemes, *end), *end));
        }
    }
    let mut wanted = BTreeMap::new();
    for (high, (to, above)) in rungs.iter().enumerate() {
        for (from, below) in &rungs[high + 1..] {
            let took = known.iter().filter_map(|key| {
                let first = |schemes: &[&str]| dates(csv, schemes, key, case.day).0.first().copied();
                let (began, reached) = (first(below)?, first(above)?);
                (began < reached).then(|| days_between(began, reached))
            });
            let mut days: Vec<i64> = took.collect();
            days.sort_unstable();
            if let (Some(shortest), Some(longest)) = (days.first(), days.last()) {
                wanted.insert((*from, *to), (days.len() as i64, days[(days.len() - 1) / 2], *shortest, *longest));
            }
        }
    }
    let number = |one: &Value, name: &str| one[name].as_i64().expect("a number");
    let told: BTreeMap<(&str, &str), (i64, i64, i64, i64)> = found
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            let pair = (one["from"].as_str().expect("a rung"), one["to"].as_str().expect("a rung"));
            (
                pair,
                (
                    number(one, "count"),
                    number(one, "medianDays"),
                    number(one, "shortestDays"),
                    number(one, "longestDays"),
                ),
            )
        })
        .collect();
    assert_eq!(told, wanted);
}
