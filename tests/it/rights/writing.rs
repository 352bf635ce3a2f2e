//! Who may write what: an officer of a county what lies in it, and nothing else; programs, analysts
//! and the public nothing at all. What is refused leaves nothing, and tells nothing.

use serde_json::{Value, json};

use super::hidden::{self, SHARED};
use super::probes::Schema;
use super::stores::{
    ADMINISTRATOR, ANALYST, APP, CITY, OFFICER_OF_A, OFFICER_OF_B, PUBLIC, READERS, Reader, STEWARD, Store,
};

const OUTSIDE: &str = "OUTSIDE_REGION";
const UNKNOWN: &str = "UNKNOWN_REFERENCE";
const WRITTEN: &str = "Written";

fn store() -> Store {
    let store = Store::city(SHARED);
    store.later(1_000);
    hidden::enter(&store);
    store
}

/// What came of a mutation: written, the code of a refusal, or the code of an error.
fn tried(store: &Store, reader: Reader, mutation: &str) -> (String, Value) {
    let before = store.served.standing();
    let query = format!(
        "mutation {{ it: {mutation} {{ __typename ... on Refusal {{ code zh en }} ... on Written {{ id }} }} }}"
    );
    let answer = store.ask(reader, &query, &json!({}));
    let it = &answer["data"]["it"];
    if it["__typename"] == "Written" {
        return (WRITTEN.to_owned(), answer);
    }
    assert_eq!(store.served.standing(), before, "{mutation} was refused and changed something: {answer}");
    let code = it["code"].as_str().or_else(|| answer["errors"][0]["extensions"]["code"].as_str());
    (code.unwrap_or_else(|| panic!("{mutation}: {answer:#}")).to_owned(), answer)
}

fn expect(store: &Store, reader: Reader, cases: &[(&str, String)]) {
    let mut wrong = Vec::new();
    for (expected, mutation) in cases {
        let (found, answer) = tried(store, reader, mutation);
        if found != *expected {
            wrong.push(format!("{:?}: {expected}, not {found}: {mutation}\n    {}", reader.role, answer["data"]["it"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first id that a question of a steward leads to.
fn id(store: &Store, query: &str, pointer: &str) -> String {
    let data = store.data(STEWARD, query);
    let found = data.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{query}: nothing at {pointer}: {data}")).to_owned()
}

fn node(code: &str) -> String {
    format!("{{code: {code:?}}}")
}

fn name(code: &str) -> String {
    format!(
        r#"addName(input: {{entity: {}, text: "示例又名", language: "zh", kind: "ALIAS", source: "src-website"}})"#,
        node(code)
    )
}

fn relate(relation: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        r#"relate(input: {{{relation}: {{from: {}, to: {}, source: "src-registry"{more}}}}})"#,
        node(from),
        node(to)
    )
}

fn firm(key: &str) -> String {
    format!(
        r#"saveEnterprise(input: {{key: {key:?}, nameZh: "示例新设公司", legalForm: UNKNOWN, status: UNKNOWN, isLegalPerson: UNKNOWN, source: "src-registry"}})"#
    )
}

fn honor(holder: &str) -> String {
    format!(
        r#"saveHonor(input: {{holder: {}, kind: REWARD, title: "示例奖补", grantedOn: "2021-02-02", source: "src-registry"}})"#,
        node(holder)
    )
}

fn work(subject: &str, assignee: &str) -> String {
    format!(
        r#"saveWorkItem(input: {{subject: {}, kind: LEDGER_TASK, title: "示例任务", department: {}, openedOn: "2021-02-02", status: OPEN, source: "src-registry"{assignee}}})"#,
        node(subject),
        node("oth-kjj")
    )
}

const JURISDICTION: &str = ", role: JURISDICTION";

#[test]
fn an_officer_writes_what_lies_in_the_county() {
    let store = store();
    let own_name =
        id(&store, r#"{ enterprise(by: {code: "ent-kangmiao"}) { names { id } } }"#, "/enterprise/names/1/id");
    let seat = r#"{ enterprise(by: {code: "ent-kangmiao"}) { locations { edges { id role } } } }"#;
    let seat = id(&store, seat, "/enterprise/locations/edges/0/id");
    let state = |code: &str| {
        format!(
            r#"stateAttribute(input: {{entity: {}, attribute: "website", value: "https://a.example.invalid/", source: "src-website"}})"#,
            node(code)
        )
    };
    expect(
        &store,
        OFFICER_OF_A,
        &[
            (WRITTEN, name("ent-kangmiao")),
            (OUTSIDE, name("ent-zhengli")),
            (OUTSIDE, name("990101")),
            (OUTSIDE, name("990103")),
            (OUTSIDE, name("SCHEME:HNTE")),
            (WRITTEN, state("ent-kangmiao")),
            (OUTSIDE, state("ent-zhengli")),
            (
                WRITTEN,
                r#"saveEnterprise(input: {by: {code: "ent-kangmiao"}, address: "示例东城区", source: "src-registry"})"#
                    .into(),
            ),
            (
                OUTSIDE,
                r#"saveEnterprise(input: {by: {code: "ent-zhengli"}, address: "示例东城区", source: "src-registry"})"#
                    .into(),
            ),
            (OUTSIDE, firm("ent-zhengli")),
            (WRITTEN, honor("ent-kangmiao")),
            (OUTSIDE, honor("ent-zhengli")),
            (WRITTEN, work("990101", "")),
            (OUTSIDE, work("990103", "")),
            (WRITTEN, relate("supplies", "ent-kangmiao", "ent-zhengli", "")),
            (OUTSIDE, relate("supplies", "ent-zhengli", "ent-moyuan", "")),
            // A draft is nobody's: by way of it nothing is said of a firm of another county.
            (
                WRITTEN,
                r#"saveDemand(input: {key: "draft-demand", nameZh: "示例草稿需求", kind: TECH, problem: "示例", visibility: PUBLIC, status: OPEN, source: "src-registry"})"#.into(),
            ),
            (OUTSIDE, relate("hasDemand", "ent-zhengli", "draft-demand", "")),
            (WRITTEN, relate("hasDemand", "ent-kangmiao", "draft-demand", "")),
            (WRITTEN, format!(r#"correct(id: {own_name:?}, input: {{value: "示例康苗更正"}})"#)),
            (WRITTEN, format!(r#"retract(id: {own_name:?}, reason: "录错")"#)),
            (OUTSIDE, format!(r#"endRelation(tie: {{id: {seat:?}}}, to: "2022-01-01", source: "src-registry")"#)),
            (OUTSIDE, format!(r#"retract(id: {seat:?}, reason: "录错")"#)),
            (
                OUTSIDE,
                r#"saveTerm(input: {nameZh: "示例条目", scheme: "FIELD", code: "Z9", source: "src-field"})"#.into(),
            ),
            (OUTSIDE, r#"saveRegion(input: {nameZh: "示例新区", code: "990199", source: "src-region"})"#.into()),
        ],
    );
    // The same from the other side.
    expect(&store, OFFICER_OF_B, &[(OUTSIDE, name("ent-kangmiao")), (WRITTEN, name("ent-zhengli"))]);
    assert_eq!(store.served.engine.view().state().check(), []);
}

#[test]
fn a_county_takes_nothing_to_itself_that_was_somebodys() {
    let store = store();
    store.write(&firm("ent-y-nowhere"));
    expect(&store, OFFICER_OF_A, &[
        // Whatever says where something lies.
        (OUTSIDE, relate("locatedIn", "ent-zhengli", "990101", JURISDICTION)),
        (OUTSIDE, relate("locatedIn", "ent-y-nowhere", "990101", JURISDICTION)),
        (OUTSIDE, relate("locatedIn", "ent-kangmiao", "990101", ", role: JURISDICTION, since: \"1990\", until: \"1991\"")),
        (OUTSIDE, relate("hasDemand", "ent-kangmiao", "dem-jiejing", "")),
        (OUTSIDE, relate("hasDemand", "ent-kangmiao", "dem-x-anon", "")),
        (OUTSIDE, relate("participatesIn", "ent-kangmiao", "col-x-b", ", role: PARTNER")),
        (OUTSIDE, relate("partOf", "990103", "990101", "")),
        (OUTSIDE, relate("partOf", "990101", "990103", "")),
        // Its own draft, until it says whose it is.
        (WRITTEN, firm("ent-y-draft")),
        (WRITTEN, name("ent-y-draft")),
        (OUTSIDE, relate("locatedIn", "ent-y-draft", "990103", JURISDICTION)),
        (WRITTEN, relate("locatedIn", "ent-y-draft", "990101", JURISDICTION)),
        (WRITTEN, honor("ent-y-draft")),
        (WRITTEN, r#"saveDemand(input: {key: "dem-y", nameZh: "示例新需求", kind: TECH, problem: "示例", visibility: BUREAU_ONLY, status: OPEN, source: "src-demand"})"#.into()),
        (WRITTEN, relate("hasDemand", "ent-kangmiao", "dem-y", "")),
        (WRITTEN, relate("participatesIn", "ent-zhengli", "col-003", ", role: PARTNER")),
        (WRITTEN, r#"saveSource(input: {key: "src-y", kind: NEWS, issuer: "示例报", title: "示例", grade: B, address: "https://news.example.invalid/1"})"#.into()),
        (WRITTEN, r#"saveSource(input: {key: "src-y", kind: NEWS, issuer: "示例报", title: "示例二", grade: B, address: "https://news.example.invalid/1"})"#.into()),
        (OUTSIDE, r#"saveSource(input: {key: "src-registry", kind: NEWS, issuer: "示例报", title: "示例", grade: A, address: "https://news.example.invalid/1"})"#.into()),
    ]);
    expect(&store, OFFICER_OF_B, &[(OUTSIDE, name("ent-y-draft")), (OUTSIDE, name("ent-y-nowhere"))]);
    let told = store.data(OFFICER_OF_A, r#"{ demand(by: {code: "dem-y"}) { owners { edges { node { nameZh } } } } }"#);
    assert_eq!(told["demand"]["owners"]["edges"].as_array().map(Vec::len), Some(1), "{told}");
}

#[test]
fn what_is_hidden_is_refused_as_if_it_were_not_there() {
    let store = store();
    // A hidden thing and one that is not there, in the same words.
    let alike = |hidden: &str, absent: &str, mutation: &dyn Fn(&str) -> String| {
        let ask = |given: &str| {
            let (code, answer) = tried(&store, OFFICER_OF_A, &mutation(given));
            (code, answer["data"]["it"].to_string().replace(given, "…"))
        };
        assert_eq!(ask(hidden), ask(absent), "{hidden}");
        assert_eq!(ask(hidden).0, UNKNOWN);
    };
    alike("dem-x-1", "dem-x-9", &|code| name(code));
    alike("per-x-1", "per-x-9", &|code| name(code));
    alike("dem-x-1", "dem-x-9", &|code| relate("hasDemand", "ent-kangmiao", code, ""));
    alike("per-x-1", "per-x-9", &|code| relate("worksAt", code, "ent-kangmiao", ""));
    alike("per-x-1", "per-x-9", &|code| work("990101", &format!(", assignee: {}", node(code))));
    alike("MI-2021-001", "MI-2021-009", &|code| name(code));
    alike("示例密封量子隔膜难题（示例）", "示例密封量子隔膜难题（没有）", &|text| {
        name("@").replace("{code: \"@\"}", &format!("{{name: {text:?}}}"))
    });
    let hidden = [
        (r#"{ yearFigures { edges { node { id } } } }"#, "/yearFigures/edges/0/node/id"),
        (
            r#"{ enterprise(by: {code: "ent-zhengli"}) { statements(attribute: "agreesToApps") { id } } }"#,
            "/enterprise/statements/0/id",
        ),
        (r#"{ demand(by: {code: "dem-x-1"}) { id } }"#, "/demand/id"),
        (r#"{ demand(by: {code: "dem-x-1"}) { names { id } } }"#, "/demand/names/0/id"),
        (r#"{ demand(by: {code: "dem-x-anon"}) { owners { edges { id } } } }"#, "/demand/owners/edges/0/id"),
        (r#"{ enterprise(by: {code: "ent-dinghe"}) { ownedBy { edges { id } } } }"#, "/enterprise/ownedBy/edges/0/id"),
    ];
    for (query, pointer) in hidden {
        let known = id(&store, query, pointer);
        alike(&known, "01ARZ3NDEKTSV4RRFFQ69G5FAV", &|id| format!(r#"retract(id: {id:?}, reason: "录错")"#));
        alike(&known, "01ARZ3NDEKTSV4RRFFQ69G5FAV", &|id| {
            format!(r#"correct(id: {id:?}, input: {{validTo: "2022"}})"#)
        });
    }
    // A name that fits something hidden too is no doubt to whoever does not know of it.
    let (found, answer) =
        tried(&store, OFFICER_OF_A, &name("@").replace("{code: \"@\"}", r#"{name: "示例康苗生物制品股份有限公司"}"#));
    assert_eq!(found, WRITTEN, "{answer}");
    // A key is taken, by what is not said.
    let taken = r#"saveDemand(input: {key: "dem-x-1", nameZh: "示例新需求", kind: TECH, problem: "示例", visibility: PUBLIC, status: OPEN, source: "src-demand"})"#;
    let (found, answer) = tried(&store, OFFICER_OF_A, taken);
    let said = answer["data"]["it"].to_string();
    assert!(found == "IDENTIFIER_TAKEN" && !said.contains("密封"), "{said}");
}

#[test]
fn what_hangs_on_a_node_is_counted_as_far_as_it_may_be_known() {
    let store = store();
    let firm_id = id(&store, r#"{ enterprise(by: {code: "ent-dinghe"}) { id } }"#, "/enterprise/id");
    let retract = |id: &str| format!(r#"retract(id: {id:?}, reason: "录错")"#);
    let numbers = |reader| -> Vec<u64> {
        let (code, answer) = tried(&store, reader, &retract(&firm_id));
        assert_eq!(code, "STILL_TIED", "{answer}");
        let said = answer["data"]["it"]["en"].as_str().expect("a sentence").to_owned();
        let digits = said.split(|letter: char| !letter.is_ascii_digit());
        digits.filter_map(|digits| digits.parse().ok()).collect()
    };
    // A person of county B holds shares of the firm: the steward counts that tie, the officer of A does not.
    let (all, own) = (numbers(STEWARD), numbers(OFFICER_OF_A));
    assert_eq!(own.first().map(|ties| ties + 1), all.first().copied(), "{own:?} {all:?}");
    assert_eq!(own[1..], all[1..]);
    // Where nothing else is in the way, it is not theirs alone, and no number is told.
    let (code, _) = tried(&store, OFFICER_OF_A, &firm("ent-y-draft"));
    assert_eq!(code, WRITTEN);
    store.write(&relate("owns", "per-x-1", "ent-y-draft", ""));
    let draft = id(&store, r#"{ enterprise(by: {code: "ent-y-draft"}) { id } }"#, "/enterprise/id");
    expect(&store, OFFICER_OF_A, &[(OUTSIDE, retract(&draft))]);
    expect(&store, STEWARD, &[("STILL_TIED", retract(&draft))]);
    assert_eq!(store.served.engine.view().state().check(), []);
}

#[test]
fn a_tie_that_is_hidden_stands_between_nobody() {
    let store = store();
    let end = |from: &str, to: &str| {
        format!(
            r#"endRelation(tie: {{ends: {{relation: HAS_DEMAND, from: {}, to: {}}}}}, to: "2022-01-01", source: "src-registry")"#,
            node(from),
            node(to)
        )
    };
    // Whose the anonymous demand is may not be known: the same words as for a firm whose it is not.
    let said = |from: &str| {
        let (code, answer) = tried(&store, OFFICER_OF_A, &end(from, "dem-x-anon"));
        (code, answer["data"]["it"].to_string().replace(from, "…"))
    };
    assert_eq!(said("ent-runjie"), said("ent-kangmiao"));
    assert_eq!(said("ent-runjie").0, UNKNOWN);
    expect(&store, OFFICER_OF_B, &[(WRITTEN, end("ent-runjie", "dem-x-anon"))]);
}

#[test]
fn who_recorded_something_is_told_to_those_who_work_there() {
    let store = store();
    let read = "id recordedBy names { recordedBy } identifiers { recordedBy } statements { recordedBy }";
    let told = |reader: Reader, code: &str| -> (usize, usize) {
        let data = store.data(reader, &format!("{{ enterprise(by: {}) {{ {read} }} }}", node(code)));
        let id = data["enterprise"]["id"].as_str().expect("an id");
        let history = store
            .data(reader, &format!("{{ history(id: {id:?}, first: 3) {{ edges {{ node {{ part recordedBy }} }} }} }}"));
        let text = data.to_string() + &history.to_string();
        (text.matches(r#""recordedBy":""#).count(), text.matches(r#""recordedBy":null"#).count())
    };
    for (reader, at_home, elsewhere) in [
        (OFFICER_OF_A, true, false),
        (OFFICER_OF_B, false, true),
        (CITY, true, true),
        (STEWARD, true, true),
        (ANALYST, true, true),
        (PUBLIC, false, false),
        // Whatever an owner agreed to have shown, names of staff are not among it.
        (APP, false, false),
    ] {
        for (code, is_told) in [("ent-kangmiao", at_home), ("ent-zhengli", elsewhere)] {
            let (names, none) = told(reader, code);
            assert_eq!((names > 3, none == 0), (is_told, is_told), "{reader:?} {code}: {names} names, {none} without");
            assert!(is_told || names == 0, "{reader:?} {code}: {names} names");
        }
    }
    // A record of the own county, and a tie with one end in it.
    let data = store.data(
        OFFICER_OF_B,
        r#"{ yearFigures(first: 3) { edges { node { recordedBy } } } enterprise(by: {code: "ent-moyuan"}) { alliances(first: 3) { edges { recordedBy } } } }"#,
    );
    assert!(!data.to_string().contains(r#""recordedBy":null"#), "{data}");
}

#[test]
fn every_role_and_every_mutation() {
    let store = store();
    let schema = Schema::committed();
    let mutations = schema.mutations("ent-zhengli");
    assert!(mutations.len() > 35, "{}", mutations.len());
    for (name, query) in &mutations {
        for reader in READERS {
            let before = store.served.standing();
            let answer = store.ask(reader, query, &json!({}));
            let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
            assert_ne!(code, "VALIDATION", "{query}: {answer}");
            let writers = match name.as_str() {
                // One person alone is there, or none: who may not read in full is told so before that.
                "revealPersonalData" => continue,
                "erasePersonalData" => &[STEWARD, ADMINISTRATOR][..],
                "mergeOrganizations" | "undoMerge" | "decideDuplicate" => {
                    &[OFFICER_OF_A, OFFICER_OF_B, STEWARD, ADMINISTRATOR][..]
                }
                _ => &[OFFICER_OF_A, OFFICER_OF_B, CITY, STEWARD, ADMINISTRATOR][..],
            };
            let writes = writers.contains(&reader);
            assert_eq!(code == "FORBIDDEN", !writes, "{name} {reader:?}: {answer}");
            let is_written = answer["data"]["it"]["__typename"] == WRITTEN;
            // What is about a firm of B is never written by the officer of A.
            let about_a_firm = query.contains("ent-zhengli");
            assert!(!(is_written && about_a_firm && reader == OFFICER_OF_A), "{name}: {answer}");
            assert!(is_written || store.served.standing() == before, "{name} {reader:?}");
            if [PUBLIC, APP, ANALYST].contains(&reader) {
                assert_eq!(store.served.standing(), before, "{name} {reader:?}");
            }
        }
    }
}
