//! Where demands, results and collaborations lie: where those lie that they belong to. The regions are
//! worked out from the files; whose demand is anonymous the public is not told by its region either.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Store, cell, day};
use crate::support::{Served, demo, demo_city_officer, project};

const ON: &str = "2021-12-31";

fn csv() -> Store {
    Store::load(&project(""), &["fixtures/codes", "fixtures/demo"])
}

/// The codes of the regions that answer for an organisation.
fn own_regions(csv: &Store, key: &str) -> BTreeSet<String> {
    let ties = csv.ties(key, "LOCATED_IN", true, day(ON)).into_iter();
    ties.filter(|tie| cell(tie.row, "role") == "JURISDICTION").map(|tie| tie.other).collect()
}

/// What somebody may know to have a thing.
fn holders(csv: &Store, key: &str, relation: &str, is_told: bool) -> Vec<String> {
    if relation == "HAS_DEMAND" && is_told {
        // The ties of the other oracle are those that everybody may see.
        let own = csv.rows("has_demand.csv").iter().filter(|row| csv.resolve(cell(row, "to")) == key);
        return own.map(|row| csv.resolve(cell(row, "from"))).collect();
    }
    csv.ties(key, relation, false, day(ON)).into_iter().map(|tie| tie.other).collect()
}

/// The regions of a thing, none of what nobody knows.
fn regions(csv: &Store, key: &str, relation: &str, is_told: bool) -> BTreeSet<String> {
    let all = holders(csv, key, relation, is_told);
    let firms: Vec<&String> = all.iter().filter(|holder| csv.kind(holder) == "ENTERPRISE").collect();
    let standing = if firms.is_empty() { all.iter().collect() } else { firms };
    standing.into_iter().flat_map(|holder| own_regions(csv, holder)).collect()
}

fn counted(served: &Served, of: &str) -> (BTreeMap<String, u64>, Vec<(String, Value)>, Value) {
    let query = format!(
        "{{ statistics(of: {of}, groupBy: [\"region\"], asOf: \"{ON}\") {{ total cells {{ groups {{ value }} count opens {{ field document variables }} }} }} }}"
    );
    let found = served.data(&query, &json!({}))["statistics"].clone();
    let cells = found["cells"].as_array().expect("cells").iter();
    let cells: Vec<(String, Value)> =
        cells.map(|cell| (cell["groups"][0]["value"].as_str().expect("a code").to_owned(), cell.clone())).collect();
    let counts =
        cells.iter().map(|(region, cell)| (region.clone(), cell["count"].as_u64().expect("a count"))).collect();
    (counts, cells, found["total"].clone())
}

fn code(csv: &Store, region: &str) -> String {
    cell(csv.thing(region).1, "code").to_owned()
}

#[test]
fn demands_and_collaborations_are_counted_where_their_holders_lie() {
    let csv = csv();
    let mut several = 0;
    for (of, relation) in
        [("DEMAND", "HAS_DEMAND"), ("COLLABORATION", "PARTICIPATES_IN"), ("ACHIEVEMENT", "HAS_ACHIEVEMENT")]
    {
        // The officer sees every demand; what is not open to everybody is left to the tests of rights.
        for (served, is_told) in [(demo(), false), (demo_city_officer(), true)] {
            let mut expected: BTreeMap<String, u64> = BTreeMap::new();
            let shown: Vec<String> = csv.of_kind(of, day(ON));
            for key in &shown {
                let regions = regions(&csv, key, relation, is_told);
                several += usize::from(regions.len() > 1);
                let codes: Vec<String> = match regions.len() {
                    0 => vec!["UNKNOWN".to_owned()],
                    _ => regions.iter().map(|region| code(&csv, region)).collect(),
                };
                codes.into_iter().for_each(|code| *expected.entry(code).or_insert(0) += 1);
            }
            let (found, cells, total) = counted(served, of);
            if of == "DEMAND" && is_told {
                // Hidden demands are counted for the officer as well.
                for (region, count) in &expected {
                    assert!(found.get(region).is_some_and(|found| found >= count), "{region}: {found:?}");
                }
            } else {
                assert_eq!((&found, &total), (&expected, &json!(shown.len())), "{of} told: {is_told}");
            }
            assert!(found.len() > 2, "{of}: {found:?}");
            for (region, cell) in cells {
                let document = cell["opens"]["document"].as_str().expect("a document");
                let variables: Value = cell["opens"]["variables"].as_str().expect("text").parse().expect("JSON");
                let field = cell["opens"]["field"].as_str().expect("a field");
                assert_eq!(served.data(document, &variables)[field]["totalCount"], cell["count"], "{of} {region}");
            }
        }
    }
    assert!(several > 2, "{several} things of several regions");
}

#[test]
fn a_region_lists_what_belongs_to_whoever_lies_in_it() {
    let csv = csv();
    let mut listed = 0;
    for (list, of, relation) in [
        ("demands", "DEMAND", "HAS_DEMAND"),
        ("collaborations", "COLLABORATION", "PARTICIPATES_IN"),
        ("achievements", "ACHIEVEMENT", "HAS_ACHIEVEMENT"),
    ] {
        for region in ["990100", "990103", "990171", "990102"] {
            let place = csv.resolve(region);
            let expected: BTreeSet<String> = csv
                .of_kind(of, day(ON))
                .into_iter()
                .filter(|key| {
                    holders(&csv, key, relation, false).iter().any(|holder| csv.is_in(holder, &place, day(ON)))
                })
                .collect();
            let query = format!(
                "query($region: String!) {{ {list}(first: 100, asOf: \"{ON}\", filter: {{region: {{code: $region}}}}) {{ totalCount edges {{ node {{ key }} }} }} }}"
            );
            let found = demo().data(&query, &json!({ "region": region }))[list].clone();
            let edges = found["edges"].as_array().expect("edges").iter();
            let keys: BTreeSet<String> =
                edges.map(|edge| edge["node"]["key"].as_str().expect("a key").to_owned()).collect();
            assert_eq!((keys, &found["totalCount"]), (expected.clone(), &json!(expected.len())), "{list} {region}");
            listed += expected.len();
        }
    }
    assert!(listed > 30, "{listed}");
}

#[test]
fn the_region_of_an_anonymous_demand_is_told_to_nobody_who_may_not_know_its_owner() {
    let csv = csv();
    let anonymous: Vec<String> = csv
        .of_kind("DEMAND", day(ON))
        .into_iter()
        .filter(|key| cell(csv.thing(key).1, "visibility") == "ANONYMOUS")
        .collect();
    let mut tried = 0;
    for key in anonymous {
        for region in regions(&csv, &key, "HAS_DEMAND", true) {
            let filters = [
                format!("region: {{code: \"{0}\"}}", code(&csv, &region)),
                format!("jurisdiction: {{code: \"{0}\"}}", code(&csv, &region)),
                format!("inGroups: [{{key: \"region\", value: \"{0}\"}}]", code(&csv, &region)),
            ];
            for filter in filters {
                let query = format!(
                    "{{ demands(first: 100, asOf: \"{ON}\", filter: {{{filter}}}) {{ edges {{ node {{ key }} }} }} }}"
                );
                let is_listed =
                    |served: &Served| served.data(&query, &json!({})).to_string().contains(&format!("\"{key}\""));
                assert_eq!((is_listed(demo()), is_listed(demo_city_officer())), (false, true), "{key} {filter}");
                tried += 1;
            }
        }
    }
    assert!(tried > 2, "{tried}");
}
