//! Every thing of both stores on several days: what exists, its name, the values shown, its ties
//! with their sources, what nobody knows. A sweep over the whole of the files, where the examples
//! show single things.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{Day, KINDS, RELATIONS, Store, cell, day, today};
use crate::expected::{bag, differences, number, text};
use crate::support::{Served, demo, project, xinxiang};

const DAYS: &[&str] =
    &["1990-01-01", "2012-06-30", "2015-06-01", "2017-12-31", "2019-03-01", "2020-04-01", "2021-12-31"];

/// Root field of the list of a kind.
fn list_field(file: &str) -> String {
    let mut words = file.trim_end_matches(".csv").split('_');
    let first = words.next().expect("a word").to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// Every node of a kind on a day, by key.
fn ask(served: &Served, file: &str, as_of: &str) -> BTreeMap<String, Value> {
    let field = list_field(file);
    let query = format!(
        "query All($after: String, $asOf: Date) {{ {field}(first: 20, after: $after, asOf: $asOf) {{
            totalCount truncated pageInfo {{ hasNextPage endCursor }}
            edges {{ node {{ key nameZh nameEn unknownFields
                statements {{ attribute value shown source {{ key }} }}
                ties(first: 100) {{ totalCount edges {{ node {{ relation since until from {{ key }} to {{ key }} source {{ key }} }} }} }}
            }} }} }} }}"
    );
    let mut found = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let page = served.data(&query, &json!({ "after": after, "asOf": as_of }))[&field].clone();
        assert_eq!(page["truncated"], json!(false));
        for edge in page["edges"].as_array().expect("edges") {
            let key = edge["node"]["key"].as_str().expect("a key").to_owned();
            assert!(found.insert(key, edge["node"].clone()).is_none(), "{} twice", edge["node"]["key"]);
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            assert_eq!(page["totalCount"], json!(found.len()));
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// A node as the files have it.
fn expected(csv: &Store, key: &str, day: Day) -> Value {
    let (kind, row) = csv.thing(key);
    let all = csv.all_said(key);
    let mut attributes: Vec<&str> = all.iter().map(|said| said.attribute.as_str()).collect();
    attributes.sort_unstable();
    attributes.dedup();
    let statements = attributes.iter().flat_map(|attribute| {
        csv.said(key, attribute, day).into_iter().enumerate().map(move |(place, said)| {
            json!({ "attribute": attribute, "value": plain(&said.value), "shown": place == 0, "source": { "key": cell(&said.row, "source") } })
        })
    });
    let unknown = kind.4.iter().filter(|name| csv.value(key, name, day).is_none_or(|value| value == "UNKNOWN"));
    let relations: Vec<&str> = RELATIONS.iter().map(|row| row.1).collect();
    let ties: Vec<Value> = csv
        .ties_around(key, &relations, day)
        .into_iter()
        .map(|tie| {
            json!({
                "relation": tie.relation,
                "since": text(cell(tie.row, "since")),
                "until": text(cell(tie.row, "until")),
                "from": { "key": tie.from },
                "to": { "key": tie.to },
                "source": { "key": cell(tie.row, "source") },
            })
        })
        .collect();
    let shown = ties.len().min(100);
    let first = if shown == ties.len() {
        bag(ties.iter().map(|tie| json!({ "node": tie })))
    } else {
        json!({ "$anything": true })
    };
    json!({
        "key": key,
        "nameZh": csv.name(key, day),
        "nameEn": text(cell(row, "nameEn")),
        "unknownFields": bag(unknown.map(|name| json!(name))),
        "statements": bag(statements),
        "ties": { "totalCount": ties.len(), "edges": first },
    })
}

/// Codes and yes/no are shown in words, which `words` judges; they are left out here.
fn plain(value: &str) -> Value {
    let is_code = value.split('|').all(|part| {
        part.starts_with(|letter: char| letter.is_ascii_uppercase())
            && part.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    });
    let is_number = value.parse::<f64>().is_ok();
    match value {
        _ if is_code => json!({ "$anything": true }),
        _ if is_number => number(value),
        _ => json!(value.replace('|', "、")),
    }
}

fn every_day(served: &Served) {
    let csv = Store::load(&project(""), &["fixtures/codes", &format!("fixtures/{}", served.name)]);
    let today = today();
    let today = format!("{:04}-{:02}-{:02}", today / 10_000, today / 100 % 100, today % 100);
    let (mut failed, mut compared) = (Vec::new(), 0);
    for as_of in DAYS.iter().copied().chain([today.as_str()]) {
        for (file, kind, ..) in KINDS {
            let found = ask(served, file, as_of);
            let keys = csv.of_kind(kind, day(as_of));
            let missing =
                keys.iter().filter(|key| !found.contains_key(*key)).map(|key| format!("{as_of} {key} is not there"));
            failed.extend(missing);
            let more = found.keys().filter(|key| !keys.contains(*key)).map(|key| format!("{as_of} {key} is there too"));
            failed.extend(more);
            for key in keys.iter().filter(|key| found.contains_key(*key)) {
                let all = differences(&expected(&csv, key, day(as_of)), &found[key]);
                failed.extend(all.into_iter().map(|difference| format!("{as_of} {key}{difference}")));
                compared += 1;
            }
        }
    }
    println!("{}: {compared} things compared", served.name);
    assert!(compared > 1_500, "{compared}");
    assert!(
        failed.is_empty(),
        "{} differences:\n{}",
        failed.len(),
        failed.iter().take(30).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_real_thing_on_every_day() {
    every_day(xinxiang());
}

#[test]
fn every_invented_thing_on_every_day() {
    every_day(demo());
}
