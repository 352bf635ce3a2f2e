//! Oracles of searching and completing: a plain scan of all names says which hits there must be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{cell, folded};
use crate::examples_oracle::{Case, credit_code};
use crate::expected::text;

/// The hits that have the text in a name, by a plain scan: key → why, best reason first.
fn scan(case: &Case<'_>, query: &str, kind: Option<&str>) -> BTreeMap<String, Vec<&'static str>> {
    let wanted = folded(query);
    let mut hits = BTreeMap::new();
    for key in case
        .csv
        .keys()
        .filter(|key| case.csv.shown(key, case.day) && kind.is_none_or(|kind| case.csv.kind(key) == kind))
    {
        let names = case.csv.names(key);
        let containing: Vec<_> = names.iter().filter(|name| folded(&name.text).contains(&wanted)).collect();
        if containing.is_empty() {
            continue;
        }
        let same = |kind: &str| containing.iter().any(|name| name.kind == kind && folded(&name.text) == wanted);
        let prefix = containing.iter().any(|name| folded(&name.text).starts_with(&wanted));
        let why = [
            (same("OFFICIAL"), "EXACT"),
            (same("SHORT"), "SHORT_NAME"),
            (same("FORMER"), "FORMER_NAME"),
            (same("ALIAS"), "ALIAS"),
            (prefix, "PREFIX"),
            (true, "SUBSTRING"),
        ];
        hits.insert(key.to_owned(), why.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect());
    }
    hits
}

/// The reasons of a hit that the names alone decide.
fn by_name_alone(hit: &Value) -> Vec<&str> {
    let all = hit["matchedOn"].as_array().expect("reasons").iter().map(|why| why.as_str().expect("a reason"));
    all.filter(|why| !["TEXT", "PINYIN", "CODE"].contains(why)).collect()
}

/// Hits with the text in a name come first, are all there, and say why.
fn judge_hits(case: &Case<'_>, hits: &[Value], query: &str, kind: Option<&str>, first: usize) {
    let expected = scan(case, query, kind);
    let found: Vec<&Value> = hits.iter().filter(|hit| by_name_alone(hit).contains(&"SUBSTRING")).collect();
    let head = hits.iter().take_while(|hit| by_name_alone(hit).contains(&"SUBSTRING")).count();
    assert_eq!(head, found.len(), "a hit without the text stands before one with it");
    assert_eq!(found.len(), expected.len().min(first), "{query}: {expected:?}");
    for hit in found {
        let name = hit["node"]["nameZh"].as_str().expect("a name");
        let key = expected
            .keys()
            .find(|key| case.name(key) == name)
            .unwrap_or_else(|| panic!("{name} does not have {query}"));
        assert_eq!(by_name_alone(hit), expected[key], "{name}");
    }
    let names: Vec<&Value> = hits.iter().map(|hit| &hit["node"]["nameZh"]).collect();
    assert!(names.iter().enumerate().all(|(place, name)| !names[..place].contains(name)), "a hit twice");
}

pub fn search(case: &Case<'_>) {
    let query = case.variables["text"].as_str().expect("a text");
    let found = &case.data()["search"];
    let hits = found["edges"].as_array().expect("hits");
    judge_hits(case, hits, query, None, 20);
    let total = found["totalCount"].as_u64().expect("a number");
    let facets: Vec<(&str, u64)> = found["facets"]
        .as_array()
        .expect("facets")
        .iter()
        .map(|facet| (facet["kindZh"].as_str().expect("a kind"), facet["count"].as_u64().expect("a number")))
        .collect();
    assert_eq!(facets.iter().map(|(_, count)| count).sum::<u64>(), total);
    assert_eq!(hits.len() as u64, total.min(20));
    for (kind, count) in facets {
        let shown = hits.iter().filter(|hit| hit["node"]["nodeKindZh"] == json!(kind)).count() as u64;
        assert!(if total <= 20 { shown == count } else { shown <= count }, "{kind}");
    }
    for (place, hit) in hits.iter().enumerate() {
        assert_eq!(hit["rank"], json!(place + 1));
        judge_highlights(case, hit, query);
    }
}

/// A marked name is one of the names, and the marks are the text that was asked for.
fn judge_highlights(case: &Case<'_>, hit: &Value, query: &str) {
    let key = case.csv.by_name(hit["node"]["nameZh"].as_str().expect("a name"));
    let marks = hit["highlights"].as_array().expect("highlights");
    let in_names: Vec<&Value> = marks.iter().filter(|mark| mark["field"] == json!("name")).collect();
    assert!(!in_names.is_empty() || !by_name_alone(hit).contains(&"SUBSTRING"), "nothing is marked: {hit}");
    for mark in in_names {
        let text = mark["text"].as_str().expect("a text");
        assert!(case.csv.names(&key).iter().any(|name| name.text == text), "{text}");
        let units: Vec<u16> = text.encode_utf16().collect();
        let ranges = mark["ranges"].as_array().expect("ranges");
        assert!(!ranges.is_empty(), "{mark}");
        for range in ranges {
            let place = |end: &str| usize::try_from(range[end].as_u64().expect("a place")).expect("small");
            let piece = String::from_utf16(&units[place("start")..place("end")]).expect("whole characters");
            assert_eq!(folded(&piece), folded(query), "{mark}");
        }
    }
}

pub fn bilingual(case: &Case<'_>) {
    for (field, variable) in [("byEnglish", "english"), ("byChinese", "chinese")] {
        let hits = case.data()[field]["edges"].as_array().expect("hits");
        judge_hits(case, hits, case.variables[variable].as_str().expect("a text"), Some("INSTITUTE"), 3);
        for hit in hits {
            let (_, row) = case.csv.thing(&case.csv.by_name(hit["node"]["nameZh"].as_str().expect("a name")));
            assert_eq!(hit["node"]["nameEn"], text(cell(row, "nameEn")));
        }
    }
    let first = |field: &str| &case.data()[field]["edges"][0]["node"]["nameZh"];
    assert_eq!(first("byEnglish"), first("byChinese"));
    assert_eq!(*first("byChinese"), case.variables["chinese"]);
}

pub fn suggest(case: &Case<'_>) {
    let query = case.variables["text"].as_str().expect("a text");
    let offered = case.data()["suggest"].as_array().expect("suggestions");
    judge_hits(case, offered, query, None, 10);
    assert_eq!(offered.len(), scan(case, query, None).len(), "a Chinese text is completed by names alone");
    for offer in offered {
        let key = case.csv.by_name(offer["node"]["nameZh"].as_str().expect("a name"));
        assert!(
            case.csv
                .names(&key)
                .iter()
                .any(|name| offer["text"] == json!(name.text) && folded(&name.text).contains(&folded(query)))
        );
        assert_eq!(offer["node"]["nodeKindZh"], json!(case.kind_zh(&key)));
        assert_eq!(offer["node"]["code"], json!(credit_code(case, &key).unwrap_or(key)));
    }
}
