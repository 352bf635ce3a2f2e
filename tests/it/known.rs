//! `knownAt` over HTTP: who may ask, about which moments, and what is told beside the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use innograph::config::{Config, Limits};
use innograph::engine::{Clock, Engine, EngineLimits};
use innograph::ledger::MemoryLedger;
use serde_json::{Value, json};

use crate::support::{Served, demo, project};

const DAY_MS: i64 = 86_400_000;
/// 2020-01-01 at noon in Shanghai.
const NOON: i64 = 1_577_851_200_000;

/// A store that learns one firm on the first of January 2020 and renames it on the third.
fn taught(limits: Limits) -> Served {
    let now = Arc::new(AtomicI64::new(NOON));
    let time = Arc::clone(&now);
    let clock = Clock { now_ms: Box::new(move || time.load(Ordering::Relaxed)), seed: Box::new(|| 7) };
    let engine = Engine::simulated(Box::new(MemoryLedger::new()), None, clock, EngineLimits { ..limits.engine() });
    let engine = Arc::new(engine.expect("it opens"));
    engine.index().expect("the index is built");
    let served = Served::trusting(engine, &Config { limits, ..Config::default() }, "示例录入员");
    let source = "mutation { saveSource(input: {key: \"s\", kind: OTHER, issuer: \"示例局\", title: \"示例\", docNo: \"示例〔2020〕1号\", grade: B}, idempotencyKey: \"a\") { __typename ... on Refusal { code zh } } }";
    let firm = "mutation { saveEnterprise(input: {key: \"f\", nameZh: \"示例一号公司\", legalForm: LIMITED_LIABILITY, status: ACTIVE, isLegalPerson: YES, unknown: [\"registeredOn\"], source: \"s\"}, idempotencyKey: \"b\") { __typename ... on Refusal { code zh } } }";
    for entered in [source, firm] {
        let done = served.data(entered, &json!({}));
        assert!(done.to_string().contains("Written"), "{done}");
    }
    now.fetch_add(2 * DAY_MS, Ordering::Relaxed);
    let names = served.data("{ enterprises { edges { node { names { id } } } } }", &json!({}));
    let name = names["enterprises"]["edges"][0]["node"]["names"][0]["id"].clone();
    let correct = "mutation($id: ID!) { correct(id: $id, input: {value: \"示例二号公司\"}, idempotencyKey: \"c\") { __typename ... on Refusal { code zh } } }";
    let done = served.data(correct, &json!({ "id": name }));
    assert_eq!(done["correct"]["__typename"], "Written", "{done}");
    served
}

fn names(answer: &Value) -> Vec<String> {
    let edges = answer["data"]["enterprises"]["edges"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    edges.iter().map(|edge| edge["node"]["nameZh"].as_str().expect("a name").to_owned()).collect()
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no refusal: {answer:#}"))
}

const LIST: &str =
    "query($at: DateTime) { enterprises(knownAt: $at) { edges { node { nameZh } } pageInfo { endCursor } } }";

#[test]
fn a_day_means_its_end_in_shanghai_and_before_the_ledger_nothing_is_known() {
    let served = taught(Limits::default());
    let at = |at: &str| served.ask(LIST, &json!({ "at": at }));
    assert_eq!(names(&at("2020-01-01")), ["示例一号公司"]);
    assert_eq!(names(&at("2020-01-02")), ["示例一号公司"]);
    assert_eq!(names(&at("2020-01-03")), ["示例二号公司"]);
    assert_eq!(names(&at("2020-01-03T11:59:59.999+08:00")), ["示例一号公司"]);
    assert_eq!(names(&at("2020-01-03T04:00:00.000Z")), ["示例二号公司"]);
    let empty = at("2019-12-31");
    assert_eq!(names(&empty), [""; 0]);
    let told = &empty["extensions"]["knownAt"][0];
    assert_eq!((&told["sequence"], &told["recordedAt"]), (&json!(0), &Value::Null), "{told}");
    assert!(told["zh"].as_str().is_some_and(|zh| zh.contains("账本还没有开始")), "{told}");
    let told = &at("2020-01-02")["extensions"]["knownAt"][0];
    assert_eq!((&told["sequence"], &told["knownAt"]), (&json!(2), &json!("2020-01-02T15:59:59.999Z")), "{told}");
    let now = served.ask(LIST, &json!({}));
    assert_eq!((names(&now), now["extensions"].get("knownAt")), (vec!["示例二号公司".to_owned()], None));
}

#[test]
fn who_asks_and_for_what_is_judged_before_anything_runs() {
    let served = taught(Limits::default());
    let asked = |at: &str| code(&served.ask(LIST, &json!({ "at": at }))).to_owned();
    assert_eq!(asked("2199-01-01"), "KNOWN_AT_IN_FUTURE");
    assert_eq!(asked("2199-01-01T00:00:00Z"), "KNOWN_AT_IN_FUTURE");
    assert_eq!(asked("昨天"), "MALFORMED_MOMENT");
    let three = "{ a: node(id: \"01ARZ3NDEKTSV4RRFFQ69G5FAV\", knownAt: \"2020-01-01\") { id } ...F }
        fragment F on Query { b: service(knownAt: \"2020-01-02\") { day } c: service(knownAt: \"2020-01-03\") { day } }";
    assert_eq!(code(&served.ask(three, &json!({}))), "TOO_MANY_MOMENTS");
    let two = three.replace("01-03", "01-02");
    let answer = served.ask(&two, &json!({}));
    assert_eq!(answer["extensions"]["knownAt"].as_array().map(Vec::len), Some(2), "{answer:#}");
    for question in ["search(text: \"示例\"", "suggest(text: \"示例\"", "partners(for: {text: \"示例\"}"] {
        let fields = if question.starts_with("suggest") { "text" } else { "totalCount" };
        let answer = served.ask(&format!("{{ {question}, knownAt: \"2020-01-02\") {{ {fields} }} }}"), &json!({}));
        assert_eq!(code(&answer), "KNOWN_AT_NOT_SEARCHABLE");
    }
    // Whoever has no token is refused, also for what they could see anyway; asOf is theirs.
    assert_eq!(code(&demo().ask(LIST, &json!({ "at": "2020-01-01" }))), "FORBIDDEN");
    assert!(demo().ask("{ enterprises(asOf: \"2016-01-01\") { totalCount } }", &json!({})).get("errors").is_none());
}

#[test]
fn a_cursor_belongs_to_its_moment() {
    let served = taught(Limits::default());
    let first = served.ask(LIST, &json!({ "at": "2020-01-01" }));
    let cursor = first["data"]["enterprises"]["pageInfo"]["endCursor"].clone();
    let next = "query($at: DateTime, $after: String) { enterprises(knownAt: $at, after: $after) { edges { node { nameZh } } } }";
    let page = |at: Value| served.ask(next, &json!({ "at": at, "after": cursor }));
    assert_eq!(names(&page(json!("2020-01-01"))), [""; 0]);
    // The same knowledge, asked for by another moment.
    assert_eq!(names(&page(json!("2020-01-02"))), [""; 0]);
    assert_eq!(code(&page(json!("2020-01-03"))), "BAD_CURSOR");
    assert_eq!(code(&page(Value::Null)), "BAD_CURSOR");
}

#[test]
fn what_it_takes_is_priced_and_bounded() {
    let served = taught(Limits::default());
    let cost = |at: Value| served.ask(LIST, &json!({ "at": at }))["extensions"].clone();
    let (now, then) = (cost(Value::Null), cost(json!("2020-01-01")));
    let used = |extensions: &Value| extensions["cost"]["used"].as_u64().expect("a number");
    assert_eq!(then["cost"]["price"], now["cost"]["price"]);
    assert!(used(&then) <= then["cost"]["price"].as_u64().expect("a number"), "{then}");
    // A source and a firm were recorded by then.
    assert_eq!(then["knownAt"][0]["replayed"], json!(2), "{then}");
    assert_eq!(cost(json!("2020-01-02"))["knownAt"][0]["replayed"], json!(0), "it is kept");
    assert_eq!(served.engine.distance_to(NOON), 0);
    let narrow = taught(Limits { past_changes: 1, ..Limits::default() });
    let refused = narrow.ask(LIST, &json!({ "at": "2020-01-01" }));
    assert_eq!(code(&refused), "KNOWN_AT_TOO_FAR", "{refused:#}");
    assert!(narrow.ask(LIST, &json!({})).get("errors").is_none());
}

#[test]
fn the_worked_queries_of_the_guide_are_answered() {
    let guide = std::fs::read_to_string(project("docs/time.md")).expect("the guide");
    let blocks: Vec<&str> = guide.split("```graphql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 4, "{}", blocks.len());
    let served = Served::trusting(Arc::clone(&demo().engine), &Config::default(), "甲");
    let firm = served.data("{ enterprise(by: {code: \"ent-juneng\"}) { id } }", &json!({}));
    for block in blocks {
        let variables = if block.contains("$id") { json!({ "id": firm["enterprise"]["id"] }) } else { json!({}) };
        let answer = served.data(block, &variables);
        assert!(
            answer.as_object().is_some_and(|roots| roots.values().all(|root| !root.is_null())),
            "{block}\n{answer}"
        );
    }
}

#[test]
fn a_difference_is_refused_as_knowledge_is_and_narrowed_by_place() {
    let served = taught(Limits::default());
    let ask = |given: &str| {
        served.ask(
            &format!("{{ difference({given}) {{ totalCount edges {{ node {{ what before after cause }} }} }} }}"),
            &json!({}),
        )
    };
    assert_eq!(code(&ask("from: \"2020-02-01\", to: \"2020-01-01\"")), "DAYS_REVERSED");
    assert_eq!(code(&ask("from: \"2020-02\"")), "MALFORMED_DATE");
    assert_eq!(code(&ask("from: \"2020-02-01\", fromKnownAt: \"2199-01-01\"")), "KNOWN_AT_IN_FUTURE");
    let refused =
        demo().ask("{ difference(from: \"2020-01-01\", toKnownAt: \"2020-01-01\") { totalCount } }", &json!({}));
    assert_eq!(code(&refused), "FORBIDDEN");
    let renamed = ask("from: \"2021-01-01\", to: \"2021-01-01\", fromKnownAt: \"2020-01-02\", what: [RENAMED]");
    let expected = json!([{ "node": { "what": "RENAMED", "before": "示例一号公司", "after": "示例二号公司", "cause": "CORRECTED" } }]);
    assert_eq!(renamed["data"]["difference"]["edges"], expected, "{renamed:#}");
    assert_eq!(renamed["extensions"]["knownAt"][0]["sequence"], json!(2));
    // The bureau of the place it went to and of the place it came from are both told.
    let moved = "query($region: Reference!) { difference(from: \"2018-12-31\", to: \"2019-12-31\", region: $region, what: [JURISDICTION_CHANGED]) {
        edges { node { nameZh before after } } } }";
    for code in ["990102", "990171"] {
        let found = demo().data(moved, &json!({ "region": { "code": code } }));
        let found = found["difference"]["edges"].to_string();
        assert!(
            found.contains("氢途") && found.contains("示例河西区") && found.contains("示例高新区"),
            "{code}: {found}"
        );
    }
    let elsewhere = demo().data(moved, &json!({ "region": { "code": "990103" } }));
    assert_eq!(elsewhere["difference"]["edges"], json!([]));
}
