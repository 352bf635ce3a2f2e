//! Rules of writing that no type can hold: what is given is never dropped in silence, what refers
//! to something leads to such a thing, and what is not public moves nothing that is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use innograph::domain::command::{Command, Given, Origin, Reference, Subject};
use innograph::domain::provenance::Method;
use innograph::domain::{Day, Kind, Validity, Value};
use innograph::engine::{Clock, Engine, EngineLimits};
use innograph::graph::{Budget, Lens};
use innograph::ledger::MemoryLedger;
use innograph::rights::{Rights, Role};
use serde_json::{Value as Json, json};

use crate::support::Served;

const ANSWER: &str =
    "{ __typename ... on Written { id sequence changed version tie { id } node { id } } ... on Refusal { code zh } }";

fn staff() -> Served {
    let served = Served::writable(&["fixtures/codes", "fixtures/demo"], "甲");
    written(
        &served,
        r#"saveSource(input: {key: "src", kind: OTHER, issuer: "示例", title: "示例", address: "https://example.invalid/", grade: C})"#,
    );
    for key in ["a", "b"] {
        written(
            &served,
            &format!(
                r#"saveEnterprise(input: {{key: "rule-{key}", nameZh: "示例规则{key}公司", legalForm: UNKNOWN, status: UNKNOWN, isLegalPerson: UNKNOWN, source: "src"}})"#
            ),
        );
    }
    served
}

fn ask(served: &Served, mutation: &str) -> Json {
    served.data(&format!("mutation {{ it: {mutation} {ANSWER} }}"), &json!({}))["it"].clone()
}

fn written(served: &Served, mutation: &str) -> Json {
    let it = ask(served, mutation);
    assert_eq!(it["__typename"], "Written", "{mutation}: {it}");
    it
}

/// A mutation that must be refused for this reason, and leave nothing.
fn refused(served: &Served, mutation: &str, code: &str) {
    let before = served.engine.view().state().state_digest();
    let it = ask(served, mutation);
    assert_eq!(it["code"], code, "{mutation}: {it}");
    assert_eq!(served.engine.view().state().state_digest(), before);
}

fn sound(served: &Served) {
    assert_eq!(served.engine.view().state().check(), []);
}

#[test]
fn dates_given_for_what_is_there_are_taken_over() {
    let served = staff();
    let ended = written(&served, r#"saveEnterprise(input: {by: {code: "rule-a"}, validTo: "2024", source: "src"})"#);
    assert_eq!(ended["changed"], true);
    let found = served.data(r#"{ then: enterprise(by: {code: "rule-a"}, asOf: "2024-12-31") { validTo } now: enterprise(by: {code: "rule-a"}, asOf: "2025-01-01") { id } }"#, &json!({}));
    assert_eq!((&found["then"]["validTo"], &found["now"]), (&json!("2024"), &Json::Null));
    let again = written(&served, r#"saveEnterprise(input: {by: {code: "rule-a"}, validTo: "2024", source: "src"})"#);
    assert_eq!(again["changed"], false);
    sound(&served);
}

#[test]
fn terms_and_holders_are_what_they_must_be() {
    let served = staff();
    let certificate = |holder: &str, scheme: &str| {
        format!(
            r#"saveCertification(input: {{holder: {holder}, scheme: {scheme}, authority: "示例", issuedOn: "2020", validFrom: "2020", status: VALID, source: "src"}})"#
        )
    };
    let firm = r#"{code: "rule-a"}"#;
    refused(&served, &certificate(firm, r#"{name: "示例规则b公司"}"#), "WRONG_KIND");
    let field = served.data(r#"{ terms(first: 100, filter: {scheme: "HT8"}) { edges { node { id } } } }"#, &json!({}));
    let field = field["terms"]["edges"][0]["node"]["id"].as_str().expect("a field").to_owned();
    refused(&served, &certificate(firm, &format!(r#"{{id: "{field}"}}"#)), "INVALID_VALUE");
    refused(&served, &certificate(&format!(r#"{{id: "{field}"}}"#), r#"{code: "HNTE"}"#), "WRONG_KIND");
    written(&served, &certificate(firm, r#"{code: "HNTE"}"#));
    let term = served.data(r#"{ term(by: {code: "SCHEME:HNTE"}) { id identifiers { id scheme } } }"#, &json!({}));
    let id = term["term"]["id"].as_str().expect("an id");
    refused(&served, &format!(r#"retract(id: "{id}", reason: "录错")"#), "STILL_TIED");
    for identifier in term["term"]["identifiers"].as_array().expect("a list") {
        let (id, scheme) =
            (identifier["id"].as_str().expect("an id"), identifier["scheme"].as_str().expect("a scheme"));
        let code = if scheme == "INTERNAL" { "FIXED" } else { "REQUIRED_MISSING" };
        refused(&served, &format!(r#"retract(id: "{id}", reason: "录错")"#), code);
        if scheme == "TERM_CODE" {
            refused(
                &served,
                &format!(r#"correct(id: "{id}", input: {{value: "no scheme at all"}})"#),
                "INVALID_IDENTIFIER",
            );
        }
    }
    for (scheme, value, code) in
        [("INTERNAL", "a key", "FIXED"), ("TERM_CODE", "HT8:77", "WRONG_KIND"), ("REGION_CODE", "410700", "WRONG_KIND")]
    {
        refused(
            &served,
            &format!(r#"addIdentifier(input: {{entity: {firm}, scheme: {scheme}, value: "{value}", source: "src"}})"#),
            code,
        );
    }
    refused(&served, r#"saveRegion(input: {nameZh: "示例无码区", source: "src"})"#, "REQUIRED_MISSING");
    sound(&served);
}

#[test]
fn a_demand_that_opens_by_the_end_of_a_statement_is_told_of() {
    let served = staff();
    let public = served.anonymous();
    let saved = written(
        &served,
        r#"saveDemand(input: {key: "rule-d", nameZh: "示例规则需求", kind: TECH, problem: "示例难题", status: OPEN, visibility: BUREAU_ONLY, unknown: [], source: "src"})"#,
    );
    let id = saved["id"].as_str().expect("an id").to_owned();
    let told = |after: &Json| {
        let query = "query($after: String) { changes(after: $after, first: 50) { edges { node { id } } } }";
        let found = public.data(query, &json!({ "after": after.to_string() }));
        found["changes"]["edges"].as_array().expect("a list").iter().any(|edge| edge["node"]["id"] == id.as_str())
    };
    assert!(!told(&json!(0)), "it is hidden");
    let statements = served.data(
        r#"query($id: ID!) { node(id: $id) { ... on Demand { statements { id attribute } } } }"#,
        &json!({ "id": id }),
    );
    let hiding = statements["node"]["statements"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|statement| statement["attribute"] == "visibility");
    let hiding = hiding.expect("it was said")["id"].as_str().expect("an id").to_owned();
    written(
        &served,
        &format!(
            r#"stateAttribute(input: {{entity: {{id: "{id}"}}, attribute: "visibility", value: "PUBLIC", source: "src"}})"#
        ),
    );
    let before = served.engine.view().state().sequence();
    written(&served, &format!(r#"correct(id: "{hiding}", input: {{validTo: "2024-01-01"}})"#));
    let seen = public.data("query($id: ID!) { node(id: $id) { id } }", &json!({ "id": id }));
    assert_eq!(seen["node"]["id"], id.as_str(), "everybody sees it today");
    assert!(told(&json!(before)), "and is told");
    sound(&served);
}

#[test]
fn what_is_not_public_moves_nothing_that_is() {
    let served = staff();
    let public = served.anonymous();
    let tie = written(
        &served,
        r#"relate(input: {participatesIn: {from: {code: "rule-a"}, to: {code: "col-001"}, role: UNKNOWN, source: "src"}})"#,
    );
    let id = tie["id"].as_str().expect("an id").to_owned();
    let look = |served: &Served| {
        served.data("query($id: ID!) { tie(id: $id) { version recordedAt } }", &json!({ "id": id }))["tie"].clone()
    };
    let (before, standing) = (look(&public), served.engine.view().state().sequence());
    written(&served, &format!(r#"correct(id: "{id}", input: {{values: [{{name: "share", value: "0.25"}}]}})"#));
    assert_eq!(look(&public), before, "the public learns nothing");
    assert_ne!(look(&served)["version"], before["version"], "staff see that it changed");
    let changes = public.data(
        "query($after: String) { changes(after: $after, first: 5) { edges { node { id } } } }",
        &json!({ "after": standing.to_string() }),
    );
    assert_eq!(changes["changes"]["edges"], json!([]));
    sound(&served);
}

#[test]
fn a_tie_that_ended_does_not_go_on_in_silence() {
    let served = staff();
    let owns = |dates: &str| {
        format!(
            r#"relate(input: {{owns: {{from: {{code: "rule-a"}}, to: {{code: "rule-b"}}, {dates} source: "src"}}}})"#
        )
    };
    written(&served, &owns(r#"until: "2020","#));
    let open =
        written(&served, r#"relate(input: {supplies: {from: {code: "rule-a"}, to: {code: "rule-b"}, source: "src"}})"#);
    let id = open["id"].as_str().expect("an id").to_owned();
    written(&served, &format!(r#"endRelation(tie: {{id: "{id}"}}, to: "2024", source: "src")"#));
    let query = r#"query($id: ID!) { tie(id: $id, asOf: "2024-06-01") { until endSource { key } } }"#;
    let found = served.data(query, &json!({ "id": id }));
    assert_eq!(found["tie"], json!({ "until": "2024", "endSource": { "key": "src" } }), "who says so is told");
    refused(&served, &owns(""), "ALREADY_ENDED");
    let again = written(&served, &owns(r#"since: "2021","#));
    assert_eq!(again["changed"], true);
    sound(&served);
}

#[test]
fn ends_are_found_by_kind_and_an_end_is_moved_by_correction_alone() {
    let served = staff();
    let alliance = "示例规则联盟";
    written(
        &served,
        &format!(
            r#"saveAlliance(input: {{key: "rule-alliance", nameZh: "{alliance}", kind: UNKNOWN, level: UNKNOWN, source: "src"}})"#
        ),
    );
    // A firm takes the alliance's name for a short one: as an end, the alliance alone can be meant.
    written(
        &served,
        &format!(
            r#"addName(input: {{entity: {{code: "rule-b"}}, text: "{alliance}", language: zh, kind: SHORT, source: "src"}})"#
        ),
    );
    let member = |dates: &str| {
        format!(
            r#"relate(input: {{memberOf: {{from: {{code: "rule-a"}}, to: {{name: "{alliance}"}}, role: MEMBER, {dates} source: "src"}}}})"#
        )
    };
    let tie = written(&served, &member(r#"since: "2020", until: "2022","#))["id"].as_str().expect("an id").to_owned();
    refused(&served, &member(r#"since: "2020", until: "2024","#), "OVERLAPPING_VALIDITY");
    refused(&served, &format!(r#"endRelation(tie: {{id: "{tie}"}}, to: "2024", source: "src")"#), "ALREADY_ENDED");
    written(&served, &format!(r#"correct(id: "{tie}", input: {{validTo: "2024"}})"#));
    sound(&served);
}

#[test]
fn a_source_revised_keeps_what_is_not_named() {
    let served = staff();
    let save = |title: &str, date: &str| {
        format!(
            r#"saveSource(input: {{key: "rule-s", kind: OTHER, issuer: "示例", title: "{title}", {date} address: "https://example.invalid/", grade: C}})"#
        )
    };
    let saved = written(&served, &save("一", r#"date: "2026-06","#));
    written(&served, &save("二", ""));
    let found = served.data("query($id: ID!) { source(id: $id) { title date } }", &json!({ "id": saved["id"] }));
    assert_eq!(found["source"], json!({ "title": "二", "date": "2026-06" }));
}

fn origin() -> Origin {
    Origin { source: "S".into(), method: Method::Document, basis: None, confidence: None }
}

#[test]
fn the_statement_made_last_is_shown_whatever_the_clock_does() {
    let now = Arc::new(AtomicI64::new(1_700_000_000_000));
    let reading = Arc::clone(&now);
    let mut seed = 99_u128;
    let clock = Clock {
        now_ms: Box::new(move || reading.load(Ordering::Relaxed)),
        seed: Box::new(move || {
            seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D_1405_7B7E_F767_814F).wrapping_add(1);
            seed
        }),
    };
    let ledger = Box::new(MemoryLedger::new());
    let engine = Engine::simulated(ledger, None, clock, EngineLimits::default()).expect("it opens");
    let write = |command: Command| {
        engine.execute("甲", &[command], &mut |_, _| true).expect("it is taken");
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let source = vec![
        (1, Value::Code(1)),
        (2, text("示例")),
        (3, text("示例")),
        (6, text("https://example.invalid/")),
        (8, Value::Code(3)),
    ];
    write(Command::SaveSource { key: "S".into(), values: source });
    let required = Kind::Enterprise.row().attributes.iter().filter(|attribute| attribute.required);
    write(Command::SaveEntity {
        kind: Kind::Enterprise,
        subject: Subject::Key("firm".into()),
        name_zh: Some("示例公司".into()),
        name_en: None,
        code: None,
        values: required.map(|attribute| (attribute.tag, Given::Value(Value::Unknown))).collect(),
        validity: Validity::OPEN,
        origin: origin(),
    });
    // The clock runs, stands still, goes back an hour, and runs again.
    for (step, passes) in [1_000, 0, 0, -3_600_000, 500, 0].into_iter().enumerate() {
        now.fetch_add(passes, Ordering::Relaxed);
        write(Command::State {
            entity: Reference::Code("firm".into()),
            attribute: "website".into(),
            value: format!("https://{step}.example.invalid/"),
            validity: Validity::OPEN,
            origin: origin(),
        });
        let view = engine.view();
        let budget = Budget::new(1_000);
        let lens = Lens::new(view.state(), Day(20_000), Rights::of(Role::Administrator), &budget);
        let row = lens.resolve(&Reference::Code("firm".into()), &[]).expect("it is there");
        let shown = lens.value_named(row, "website").cloned();
        assert_eq!(shown, Some(Value::Text(format!("https://{step}.example.invalid/"))));
    }
}
