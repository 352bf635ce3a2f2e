//! Non-interference: two stores that differ in hidden facts of county B alone. Whoever may not see
//! them is told the same by both, whatever is asked; whoever may see them is not.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::hidden::{self, AFTERWARDS, SHARED};
use super::probes::{Probe, Schema};
use super::stores::{ANALYST, APP, OFFICER_OF_A, OFFICER_OF_B, PUBLIC, Reader, STEWARD, Store};
use crate::support::examples;

/// Fields that say a sequence number.
const SEQUENCES: [&str; 4] = ["sequence", "version", "searchSequence", "indexSequence"];

/// Two stores, and what is told of where they stand.
pub struct Pair {
    pub without: Store,
    pub with: Store,
    /// The sequence numbers before and after what is hidden.
    pub hidden: (i64, i64),
}

/// Everything hidden of county B.
pub static OF_B: LazyLock<Pair> = LazyLock::new(|| Pair::of(|_| {}, hidden::enter));
/// What is restricted, where what is internal is known.
pub static RESTRICTED: LazyLock<Pair> = LazyLock::new(|| Pair::of(hidden::enter, hidden::enter_restricted));

impl Pair {
    pub fn of(known: impl Fn(&Store), hide: impl Fn(&Store)) -> Self {
        let mut stores = [Store::city(SHARED), Store::city(SHARED)];
        let mut hidden = (0, 0);
        for (store, hides) in stores.iter().zip([false, true]) {
            store.later(1_000);
            known(store);
            let standing = || i64::try_from(store.served.standing().0).expect("small");
            let before = standing();
            if hides {
                store.later(2_000);
                hide(store);
                hidden = (before, standing());
            }
            store.later(3_000);
            store.import(AFTERWARDS);
            store.index();
        }
        let [without, with] = std::mem::replace(&mut stores, [Store::empty(), Store::empty()]);
        Self { without, with, hidden }
    }

    /// What the reader is told by both stores, without the sequence number of the store, which is public.
    pub fn told(&self, reader: Reader, query: &str, variables: &Value) -> [Value; 2] {
        let mut both = [&self.without, &self.with].map(|store| store.ask(reader, query, variables));
        for (answer, hidden) in both.iter_mut().zip([(i64::MAX, i64::MAX), self.hidden]) {
            plain(answer, hidden);
            // Their cursors are bound to the sequence number that the index has come to.
            if ["search(", "partners(", "history("].iter().any(|bound| query.contains(bound)) {
                without_cursors(answer);
            }
        }
        both
    }

    /// The names of the probes to which the stores give different answers, with the first difference.
    pub fn differing(&self, reader: Reader, probes: &[Probe]) -> Vec<String> {
        let mut found = Vec::new();
        for probe in probes {
            let [without, with] = self.told(reader, &probe.query, &json!({}));
            let failed = |answer: &Value| answer["errors"][0]["extensions"]["code"] == "VALIDATION";
            assert!(!failed(&without) && without.get("data").is_some(), "{}: {without:#}", probe.name);
            if let Some(place) = difference(&without, &with, "") {
                found.push(format!("{:?} {}: {place}", reader.role, probe.name));
            }
        }
        found
    }
}

/// Sequence numbers are public, and count hidden envelopes too: those after them are counted back.
/// A number between the two stands for what is hidden, and stays as it is.
pub fn plain(answer: &mut Value, (before, after): (i64, i64)) {
    match answer {
        Value::Array(list) => list.iter_mut().for_each(|inner| plain(inner, (before, after))),
        Value::Object(fields) => {
            for (name, inner) in fields.iter_mut() {
                let number = inner.as_i64().filter(|_| SEQUENCES.contains(&name.as_str()));
                match number {
                    Some(number) if number > after => *inner = json!(number - (after - before)),
                    Some(_) => {}
                    None => plain(inner, (before, after)),
                }
            }
        }
        _ => {}
    }
}

pub fn without_cursors(answer: &mut Value) {
    match answer {
        Value::Array(list) => list.iter_mut().for_each(without_cursors),
        Value::Object(fields) => {
            fields.retain(|name, _| !["cursor", "startCursor", "endCursor"].contains(&name.as_str()));
            fields.values_mut().for_each(without_cursors);
        }
        _ => {}
    }
}

/// Where two answers differ first.
pub fn difference(left: &Value, right: &Value, path: &str) -> Option<String> {
    match (left, right) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            let null = Value::Null;
            let mut inner = names.map(|name| {
                let pick = |of: &serde_json::Map<String, Value>| of.get(name).cloned().unwrap_or(null.clone());
                difference(&pick(one), &pick(other), &format!("{path}/{name}"))
            });
            inner.find_map(|found| found)
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut inner = one.iter().zip(other).enumerate();
            inner.find_map(|(place, (one, other))| difference(one, other, &format!("{path}/{place}")))
        }
        _ if left == right => None,
        _ => Some(format!("{path}: {} / {}", short(left), short(right))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    let count = value.as_array().map_or(String::new(), |list| format!("({} entries) ", list.len()));
    count + &text.chars().take(300).collect::<String>()
}

/// Those who may see nothing of what is hidden of B.
pub const STRANGERS: [Reader; 3] = [PUBLIC, APP, OFFICER_OF_A];

/// The same answers for strangers, others for those who may see.
pub fn interferes_with_nobody_but(probes: &[Probe]) {
    let told: Vec<String> = STRANGERS.iter().flat_map(|reader| OF_B.differing(*reader, probes)).collect();
    let restricted = RESTRICTED.differing(ANALYST, probes);
    let all: Vec<String> = told.into_iter().chain(restricted).collect();
    assert!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
    for reader in [OFFICER_OF_B, STEWARD] {
        assert!(!OF_B.differing(reader, probes).is_empty(), "{reader:?} is told nothing of what is hidden");
    }
}

#[test]
fn every_list_is_the_same_in_every_order() {
    interferes_with_nobody_but(&Schema::committed().whole_lists());
}

#[test]
fn every_filter_finds_the_same() {
    interferes_with_nobody_but(&Schema::committed().filtered_lists());
}

#[test]
fn what_is_hidden_goes_by_no_name() {
    interferes_with_nobody_but(&Schema::committed().names());
}

#[test]
fn words_partners_walks_and_differences_are_the_same() {
    interferes_with_nobody_but(&Schema::committed().walks());
}

#[test]
fn nothing_hidden_is_found_by_its_id() {
    // The ids of everything, as somebody knows them who may see it.
    let ids = all_ids(&OF_B.with);
    assert!(ids.len() > 100);
    let schema = Schema::committed();
    let probes: Vec<Probe> = schema.by_id(&ids);
    interferes_with_nobody_but(&probes);
}

/// The ids that a steward sees in the list of changes from what was shared last.
pub fn all_ids(store: &Store) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = "query($after: String) { changes(first: 100, after: $after) { edges { node { id kind } } pageInfo { hasNextPage endCursor } } }";
        let answer = store.ask(STEWARD, query, &json!({ "after": after }));
        let page = &answer["data"]["changes"];
        for edge in page["edges"].as_array().expect("edges") {
            ids.push(edge["node"]["id"].as_str().expect("an id").to_owned());
        }
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let before = ids.len();
    ids.dedup();
    assert!(before > 0);
    // The newest, which are those of these tests, and some of the city.
    let newest = ids.len().saturating_sub(80);
    let some: Vec<String> = ids.iter().take(newest).step_by(80).cloned().collect();
    some.into_iter().chain(ids.split_off(newest)).collect()
}

#[test]
fn changes_are_told_alike_page_by_page() {
    let query = "query($after: String) { changes(first: 100, after: $after) { edges { node { sequence id kind typeName action } } pageInfo { hasNextPage endCursor } } }";
    let list = |store: &Store, reader: Reader, hidden: (i64, i64)| {
        let (mut told, mut after) = (Vec::new(), Value::Null);
        loop {
            let mut answer = store.ask(reader, query, &json!({ "after": after }));
            plain(&mut answer, hidden);
            let page = &answer["data"]["changes"];
            told.extend(page["edges"].as_array().expect("edges").iter().map(|edge| edge["node"].clone()));
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return told;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    };
    let nothing = (i64::MAX, i64::MAX);
    let cases = STRANGERS.map(|reader| (reader, &*OF_B)).into_iter().chain([(ANALYST, &*RESTRICTED)]);
    let mut told = Vec::new();
    for (reader, pair) in cases {
        let (without, with) = (list(&pair.without, reader, nothing), list(&pair.with, reader, pair.hidden));
        let more: Vec<&Value> = with.iter().filter(|change| !without.contains(change)).collect();
        if without != with {
            told.push(format!("{reader:?}: {more:?}"));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    let inside = list(&OF_B.with, OFFICER_OF_B, OF_B.hidden).len();
    assert!(inside > list(&OF_B.without, OFFICER_OF_B, nothing).len());
}

/// Lists as files: what no answer tells, no file tells. Numbers of the store's own are not asked for.
#[test]
fn files_hold_the_same() {
    let fields =
        ["enterprises", "institutes", "demands", "achievements", "collaborations", "certifications", "registerEntries"];
    let queries = fields.map(|field| {
        let name = match field {
            "certifications" => "certNo",
            "registerEntries" => "validFrom",
            _ => "nameZh",
        };
        format!("{{ {field}(first: 20) {{ totalCount edges {{ node {{ id {name} source {{ title }} }} }} }} }}")
    });
    let file = |store: &Store, reader: Reader, query: &str| {
        let body = json!({ "query": query }).to_string().into_bytes();
        let (status, _, bytes) = store.served.file_as(store.token(reader), "/export?format=csv", body);
        assert_eq!(status, 200, "{reader:?} {query}: {}", String::from_utf8_lossy(&bytes));
        bytes
    };
    let differ = |pair: &Pair, reader: Reader| {
        let differs = |query: &&String| file(&pair.without, reader, query) != file(&pair.with, reader, query);
        queries.iter().filter(differs).count()
    };
    for (reader, pair) in STRANGERS.map(|reader| (reader, &*OF_B)).into_iter().chain([(ANALYST, &*RESTRICTED)]) {
        assert_eq!(differ(pair, reader), 0, "{reader:?}");
    }
    assert!(differ(&OF_B, OFFICER_OF_B) > 0);
}

#[test]
fn every_example_is_answered_alike() {
    let examples: Vec<_> = examples().into_iter().filter(|example| example.store != "xinxiang").collect();
    assert!(examples.len() > 10);
    let mut told = Vec::new();
    for example in &examples {
        for (reader, pair) in STRANGERS.map(|reader| (reader, &*OF_B)).into_iter().chain([(ANALYST, &*RESTRICTED)]) {
            let [without, with] = pair.told(reader, &example.query, &example.variables);
            assert!(without.get("data").is_some(), "{}: {without:#}", example.name);
            told.extend(difference(&without, &with, "").map(|place| format!("{reader:?} {}: {place}", example.name)));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
