//! What a ranking of partners must keep to, whatever its weights: it can be added up, walked again
//! in the CSV files, and the cases planted in the invented city come out as planted.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Store, cell, day, first_day};
use crate::examples_oracle::Case;
use crate::support::{Served, demo, project, xinxiang};

/// Numbers are shown with six decimals; a sum of eight of them may be off by that much.
const ROUNDING: f64 = 5e-6;

/// For whom partners are sought.
pub struct Wish {
    /// The organisations that seek.
    owners: Vec<String>,
    /// No partners: they themselves, whatever belongs to the same house, the thing asked for.
    excluded: BTreeSet<String>,
}

impl Wish {
    /// For an organisation.
    pub fn organization(case: &Case<'_>, key: &str) -> Self {
        let mut excluded = BTreeSet::from([key.to_owned()]);
        let mut open = vec![key.to_owned()];
        while let Some(part) = open.pop() {
            for tie in case.csv.ties_around(&part, &["PART_OF"], case.day) {
                if excluded.insert(tie.other.clone()) {
                    open.push(tie.other);
                }
            }
        }
        Self { owners: vec![key.to_owned()], excluded }
    }

    /// For a demand or result: all its owners seek, and none of them is a partner for it.
    pub fn owned(case: &Case<'_>, key: &str, relation: &str) -> Self {
        let mut wish = Self::words();
        for owner in case.csv.ties(key, relation, false, case.day) {
            let one = Self::organization(case, &owner.other);
            wish.owners.extend(one.owners);
            wish.excluded.extend(one.excluded);
        }
        wish.excluded.insert(key.to_owned());
        wish
    }

    /// For a text.
    pub fn words() -> Self {
        Self { owners: Vec::new(), excluded: BTreeSet::new() }
    }
}

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Weights and thresholds are data with a version.
fn weights() -> (Vec<(String, f64)>, String) {
    let mut reader = csv::Reader::from_path(project("fixtures/weights/partners.csv")).expect("the weights");
    let rows: Vec<crate::csv_oracle::Row> = reader.deserialize().map(|row| row.expect("a row")).collect();
    let version = cell(&rows[0], "version").to_owned();
    (
        rows.iter().map(|row| (cell(row, "name").to_owned(), cell(row, "value").parse().expect("a number"))).collect(),
        version,
    )
}

/// Judge an answer to a wish.
pub fn judge(case: &Case<'_>, wish: &Wish, data: &Value) {
    let found = &data["partners"];
    let list = found["edges"].as_array().expect("partners");
    let kind = match list[0]["node"]["key"].as_str().map(|key| case.csv.kind(key)) {
        Some(kind) => kind,
        None => case.csv.kind(&case.csv.by_name(list[0]["node"]["nameZh"].as_str().expect("a name"))),
    };
    let candidates: Vec<String> =
        case.csv.of_kind(kind, case.day).into_iter().filter(|key| !wish.excluded.contains(key)).collect();
    assert_eq!(found["considered"], json!(candidates.len()));
    assert!(found["totalCount"].as_u64() <= found["considered"].as_u64());
    let scores: Vec<f64> = list.iter().map(|edge| float(&edge["score"])).collect();
    assert!(scores.is_sorted_by(|left, right| left >= right), "{scores:?}");
    let mut seen = BTreeSet::new();
    for (place, edge) in list.iter().enumerate() {
        assert_eq!(edge["rank"], json!(place + 1));
        let key = case.csv.by_name(edge["node"]["nameZh"].as_str().expect("a name"));
        assert!(candidates.contains(&key) && seen.insert(key.clone()), "{key}");
        judge_partner(case, wish, &key, edge);
    }
    if let Some(version) = found.get("weightsVersion") {
        assert_eq!(*version, json!(weights().1));
    }
    if let Some(explained) = found.get("explained").filter(|explained| !explained.is_null()) {
        let is_shown = |edge: &&Value| edge["node"]["nameZh"] == explained["node"]["nameZh"];
        assert_eq!(explained["rank"].is_null(), explained["excludedZh"].is_string(), "{explained}");
        if let Some(edge) = list.iter().find(is_shown) {
            assert_eq!(edge["rank"], explained["rank"]);
        }
        assert_eq!(explained["node"]["nameZh"], case.variables["explain"]["name"]);
    }
}

fn judge_partner(case: &Case<'_>, wish: &Wish, key: &str, edge: &Value) {
    let (known, _) = weights();
    let weight =
        |name: &str| known.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no weight {name}")).1;
    let signals = edge["signals"].as_array().expect("signals");
    let contributions: Vec<f64> = signals.iter().map(|signal| float(&signal["contribution"])).collect();
    let score = float(&edge["score"]);
    assert!(
        (0.0..=1.0).contains(&score) && (contributions.iter().sum::<f64>() - score).abs() < ROUNDING,
        "{key}: {contributions:?} do not add up to {score}"
    );
    assert!(contributions.is_sorted_by(|left, right| left >= right), "{key}: {contributions:?}");
    let first = &signals[0];
    let scale = float(&first["weight"]) / weight(first["name"].as_str().expect("a name"));
    let mut sum = 0.0;
    for signal in signals {
        let (name, value) = (signal["name"].as_str().expect("a name"), float(&signal["value"]));
        assert!(value > 0.0 && value <= 1.0, "{key} {name}: {value}");
        assert!(
            (float(&signal["weight"]) - weight(name) * scale).abs() < ROUNDING,
            "{key} {name}: weights are not in proportion"
        );
        assert!((float(&signal["contribution"]) - value * float(&signal["weight"])).abs() < ROUNDING, "{key} {name}");
        assert!(!signal["textZh"].as_str().expect("a reason").is_empty());
        sum += float(&signal["weight"]);
        judge_evidence(case, wish, key, name, signal["evidence"].as_array().expect("evidence"));
    }
    assert!(sum < 1.0 + ROUNDING, "{key}: weights add up to {sum}");
    if let Some(coverage) = edge.get("coverage") {
        assert!(
            float(coverage) > sum - ROUNDING && float(coverage) < 1.0 + ROUNDING,
            "{key}: {coverage} covers less than {sum}"
        );
    }
    let grade = if score >= weight("grade.HIGH") {
        "高"
    } else if score >= weight("grade.MEDIUM") {
        "中"
    } else {
        "低"
    };
    assert_eq!(edge["gradeZh"], json!(grade), "{key}");
    let is_new = !wish.owners.iter().any(|owner| case.csv.worked_together(owner, key, case.day));
    assert_eq!(edge["isNew"], json!(is_new), "{key}");
    assert_eq!(signals.iter().any(|signal| signal["name"] == "PRIOR"), !is_new, "{key}");
}

/// Every tie shown as evidence is a row of the files that holds on the day, and `tie(id)` finds it.
fn judge_evidence(case: &Case<'_>, wish: &Wish, key: &str, name: &str, evidence: &[Value]) {
    assert!(!evidence.is_empty() || name == "TEXT", "{key} {name}: no evidence");
    let ids: BTreeSet<&str> = evidence.iter().map(|tie| tie["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), evidence.len(), "{key} {name}: the same tie is shown twice as evidence");
    assert!(evidence.len() <= 16, "{key} {name}: {} ties, the schema prices at most 16", evidence.len());
    for tie in evidence {
        let (from, to, relation) = walk_again(case, tie);
        if name == "PRIOR" {
            assert_eq!(relation, "PARTICIPATES_IN");
            assert!(wish.owners.contains(&from) || from == key, "{from} → {to} is about neither side");
        }
    }
}

/// Ends and relation of a tie that `tie(id)` finds again and a row of the files says.
fn walk_again(case: &Case<'_>, tie: &Value) -> (String, String, String) {
    type Found = (String, String, String);
    thread_local! {
        static WALKED: RefCell<BTreeMap<(String, Day), Found>> = const { RefCell::new(BTreeMap::new()) };
    }
    let id = tie["id"].as_str().expect("an id").to_owned();
    if let Some(found) = WALKED.with_borrow(|walked| walked.get(&(id.clone(), case.day)).cloned()) {
        return found;
    }
    let query = "query Again($id: ID!, $asOf: Date) { tie(id: $id, asOf: $asOf) { relation since from { key } to { key } source { title address } } }";
    let again = &case.served.data(query, &json!({ "id": id, "asOf": case.variables["asOf"] }))["tie"];
    assert!(!again.is_null(), "tie(id) does not find {tie}");
    let of = |end: &str| again[end]["key"].as_str().expect("a key").to_owned();
    let (from, to, relation) = (of("from"), of("to"), again["relation"].as_str().expect("a relation").to_owned());
    let ties = case.csv.ties(&from, &relation, true, case.day);
    let since = |row| first_day(cell(row, "since"));
    let row = ties.iter().find(|row| row.other == to && since(row.row) == again["since"].as_str().and_then(first_day));
    let row = row.unwrap_or_else(|| panic!("no row says {again}"));
    let address = cell(case.csv.source(cell(row.row, "source")), "address");
    assert_eq!(again["source"]["address"].as_str().unwrap_or_default(), address);
    let sentence = tie["sentenceZh"].as_str().expect("a sentence");
    assert!([&from, &to].iter().all(|end| sentence.contains(&case.name(end))), "{sentence}");
    WALKED.with_borrow_mut(|walked| walked.insert((id, case.day), (from.clone(), to.clone(), relation.clone())));
    (from, to, relation)
}

/// Every firm, institute, demand and result of a store as a wish, on a day.
fn every_wish_keeps_the_rules(served: &Served, as_of: &str) {
    let query = "query Every($for: PartnerWish!, $asOf: Date) { partners(for: $for, first: 5, asOf: $asOf) {
        totalCount considered weightsVersion edges { rank score gradeZh coverage isNew node { nameZh key }
            signals { name value weight contribution textZh evidence { id sentenceZh } } } } }";
    let csv = Store::load(&project(""), &["fixtures/codes", &format!("fixtures/{}", served.name)]);
    let (mut judged, mut framework_alone) = (0, 0);
    let mut failed = Vec::new();
    for (kind, field) in [
        ("ENTERPRISE", "organization"),
        ("INSTITUTE", "organization"),
        ("DEMAND", "demand"),
        ("ACHIEVEMENT", "achievement"),
    ] {
        for key in csv.of_kind(kind, day(as_of)) {
            let variables = json!({ "for": { field: { "code": key } }, "asOf": as_of });
            let data = served.data(query, &variables);
            let case = Case { csv: &csv, day: day(as_of), served, variables: &variables, pages: &[] };
            let wish = match field {
                "organization" => Wish::organization(&case, &key),
                "demand" => Wish::owned(&case, &key, "HAS_DEMAND"),
                _ => Wish::owned(&case, &key, "HAS_ACHIEVEMENT"),
            };
            if data["partners"]["edges"].as_array().expect("partners").is_empty() {
                assert_eq!(data["partners"]["totalCount"], json!(0));
                continue;
            }
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| judge(&case, &wish, &data))).is_err() {
                failed.push(key.clone());
            }
            judged += 1;
            let shared = |edge: &Value| {
                let Some(other) = edge["node"]["key"].as_str() else { return false };
                let works = |key: &str| {
                    csv.ties(key, "PARTICIPATES_IN", true, case.day)
                        .into_iter()
                        .map(|tie| tie.other)
                        .collect::<BTreeSet<_>>()
                };
                edge["isNew"] == json!(true) && wish.owners.iter().any(|owner| !works(owner).is_disjoint(&works(other)))
            };
            framework_alone +=
                data["partners"]["edges"].as_array().expect("partners").iter().filter(|edge| shared(edge)).count();
        }
    }
    println!("{}: {judged} wishes; {framework_alone} partners share a framework agreement alone", served.name);
    assert!(judged > 60, "{judged}");
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn every_real_wish_keeps_the_rules() {
    every_wish_keeps_the_rules(xinxiang(), "2026-06-30");
}

#[test]
fn every_invented_wish_keeps_the_rules() {
    every_wish_keeps_the_rules(demo(), "2021-12-31");
}

/// The first five partners for a demand of the invented city, by key.
fn first_for(demand: &str) -> Vec<String> {
    let query = "query First($code: String!) { partners(for: {demand: {code: $code}}, kinds: [INSTITUTE], first: 5, asOf: \"2021-12-31\") { edges { node { key } } } }";
    let data = demo().data(query, &json!({ "code": demand }));
    let list = data["partners"]["edges"].as_array().expect("partners");
    list.iter().map(|edge| edge["node"]["key"].as_str().expect("a key").to_owned()).collect()
}

#[test]
fn the_best_fit_without_any_tie_is_first() {
    let found = first_for("dem-gemo");
    assert!(["inst-yjlg-gd", "inst-yjlg"].contains(&found[0].as_str()), "dem-gemo: {found:?}");
}

#[test]
fn stuffed_keywords_and_mere_popularity_are_not_first() {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let demands = csv.of_kind("DEMAND", 20_211_231);
    let technical: Vec<&String> =
        demands.iter().filter(|key| csv.value(key, "kind", 20_211_231).as_deref() == Some("TECH")).collect();
    assert!(technical.len() > 10);
    for demand in technical {
        let found = first_for(demand);
        assert_ne!(found.first().map(String::as_str), Some("inst-sbu"), "{demand}: {found:?}");
    }
}
