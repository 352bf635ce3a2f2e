//! The search index follows the graph: what was written is found, what was taken back is not, and
//! an index that has followed answers as one built anew.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use innograph::domain::Day;
use innograph::engine::{Engine, SearchState};
use innograph::graph::{Budget, Lens};
use innograph::rights::{Rights, Role};
use innograph::search::{Indexer, SearchIndex};
use serde_json::{Value, json};

use crate::support::Served;

const SEARCH: &str = "query($text: String!, $min: Int) {
    search(text: $text, first: 50, minSequence: $min) { edges { node { nameZh } } }
    service { sequence searchSequence }
}";

fn staff() -> Served {
    let served = Served::writable(&["fixtures/codes", "fixtures/demo"], "甲");
    served.engine.index().expect("the index is built");
    served
}

/// A mutation that must be written: what it answers.
fn write(served: &Served, mutation: &str) -> Value {
    let data = served.data(&format!("mutation {{ it: {mutation} {{ __typename ... on Written {{ id sequence changed }} ... on Refusal {{ code zh }} }} }}"), &json!({}));
    assert_eq!(data["it"]["__typename"], "Written", "{mutation}: {data}");
    data["it"].clone()
}

fn names(served: &Served, text: &str, min: &Value) -> Vec<String> {
    let data = served.data(SEARCH, &json!({ "text": text, "min": min }));
    assert!(data["service"]["searchSequence"].as_u64() >= min.as_u64(), "{data}");
    let edges = data["search"]["edges"].as_array().expect("a list").clone();
    edges.iter().map(|edge| edge["node"]["nameZh"].as_str().expect("a name").to_owned()).collect()
}

fn enterprise(key: &str, name: &str) -> String {
    format!(
        r#"saveEnterprise(input: {{key: "{key}", nameZh: "{name}", legalForm: UNKNOWN, status: UNKNOWN, isLegalPerson: UNKNOWN, scopeText: "瓴珑轴承", source: "src"}})"#
    )
}

fn source() -> &'static str {
    r#"saveSource(input: {key: "src", kind: OTHER, issuer: "示例", title: "示例", address: "https://example.invalid/", grade: C})"#
}

#[test]
fn what_was_written_is_found_and_what_was_taken_back_is_not() {
    let served = staff();
    write(&served, source());
    let saved = write(&served, &enterprise("follow-1", "示例瓴羽机电有限公司"));
    assert_eq!(names(&served, "瓴羽", &saved["sequence"]), ["示例瓴羽机电有限公司"]);
    let described = names(&served, "瓴珑轴承", &saved["sequence"]);
    assert!(described.contains(&"示例瓴羽机电有限公司".to_owned()), "words of running texts too: {described:?}");
    let id = served.data(r#"{ enterprise(by: {code: "follow-1"}) { names { id text } } }"#, &json!({}));
    let id = id["enterprise"]["names"][0]["id"].as_str().expect("an id").to_owned();
    let renamed = write(&served, &format!(r#"correct(id: "{id}", input: {{value: "示例翮飞机电有限公司"}})"#));
    assert_eq!(names(&served, "翮飞", &renamed["sequence"]), ["示例翮飞机电有限公司"]);
    assert!(names(&served, "瓴羽", &renamed["sequence"]).is_empty(), "the wrong name is gone");
    let gone = write(&served, &format!(r#"retract(id: "{}", reason: "录错")"#, saved["id"].as_str().expect("an id")));
    assert!(names(&served, "翮飞", &gone["sequence"]).is_empty());
    assert!(names(&served, "follow-1", &gone["sequence"]).is_empty());
}

#[test]
fn a_question_waits_for_the_index_and_says_when_it_cannot() {
    let served = Served::writable(&["fixtures/codes"], "甲");
    let code = |min: i64| {
        let answer = served.ask(SEARCH, &json!({ "text": "新乡", "min": min }));
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    let standing = served.data("{ service { sequence searchSequence } }", &json!({}));
    assert_eq!(standing["service"]["searchSequence"], Value::Null);
    let sequence = standing["service"]["sequence"].as_i64().expect("a number");
    // No index is built: the graph is answered, the question for words is not.
    assert_eq!(code(sequence), "SEARCH_BEHIND");
    assert_eq!(code(sequence + 1), "SEQUENCE_AHEAD");
    served.engine.index().expect("the index is built");
    assert_eq!(code(sequence), "");
}

/// Wait until the index has come to a sequence number.
fn indexed(engine: &Engine, wanted: u64) {
    let (told, come) = sync_channel(1_000);
    engine.on_index(Box::new(move |sequence| {
        // Who has heard enough is gone.
        let _ = told.send(sequence);
    }));
    let mut at = match engine.view().search_state() {
        SearchState::Ready(sequence) => sequence,
        SearchState::Building => 0,
    };
    while at < wanted {
        at = come.recv_timeout(Duration::from_secs(20)).expect("the index follows");
    }
}

#[test]
fn an_index_that_has_followed_answers_as_one_built_anew() {
    let served = staff();
    write(&served, source());
    let mut last = 0;
    for number in 0..60 {
        let key = format!("follow-{}", number % 20);
        let saved = write(&served, &enterprise(&key, &format!("示例第{number}轮翎羽公司")));
        if number % 7 == 0 {
            let id = saved["id"].as_str().expect("an id");
            last = write(&served, &format!(r#"retract(id: "{id}", reason: "录错")"#))["sequence"]
                .as_u64()
                .expect("a number");
        } else {
            last = saved["sequence"].as_u64().expect("a number");
        }
    }
    indexed(&served.engine, last);
    let view = served.engine.view();
    let followed = Arc::clone(view.search().expect("it stands"));
    let anew = Indexer::build(view.state()).expect("it is built").snapshot();
    let mut compared = 0;
    for role in [Role::Public, Role::Administrator] {
        for text in
            ["示例", "翎羽", "第5轮", "第7轮", "轴承", "公司", "follow-3", "slyl", "新材料", "技术创新联盟", "瓴珑轴承"]
        {
            let found = |index: &SearchIndex| {
                let budget = Budget::new(1_000_000);
                let lens = Lens::new(view.state(), Day(20_000), Rights::of(role), &budget);
                let hits = index.find(&lens, text, &[]).expect("a sound text").hits;
                let line = |hit: &innograph::search::Hit| (lens.id(hit.node), hit.matched.clone(), hit.score.to_bits());
                hits.iter().map(line).collect::<Vec<_>>()
            };
            assert_eq!(found(&followed), found(&anew), "{role:?} {text}");
            compared += found(&anew).len();
        }
    }
    assert!(compared > 200, "{compared} hits are too few to tell");
}
