//! Who may say what is one entry and what is two, and what of it is told to whom.

use serde_json::{Value, json};

use crate::rights::stores::{
    ADMINISTRATOR, ANALYST, APP, CITY, OFFICER_OF_A, OFFICER_OF_B, PUBLIC, READERS, Reader, STEWARD, Store,
};

/// Firms of two counties and one of nobody, two of each name.
const FIRMS: &str = "key,nameZh,legalForm,status,isLegalPerson,source
    dup-a1,示例重复甲厂,OTHER,ACTIVE,YES,src
    dup-a2,示例重复甲厂,OTHER,ACTIVE,YES,src
    dup-b1,示例重复乙厂,OTHER,ACTIVE,YES,src
    dup-b2,示例重复乙厂,OTHER,ACTIVE,YES,src";
const PLACES: &str = "key,from,to,role,source
    p1,dup-a1,990101,JURISDICTION,src
    p2,dup-a2,990101,JURISDICTION,src
    p3,dup-b1,990103,JURISDICTION,src
    p4,dup-b2,990103,JURISDICTION,src";
const SOURCES: &str = "key,kind,issuer,title,docNo,date,grade
    src,POLICY,示例市科学技术局,示例文件,示例科〔2020〕9号,2020-01-01,A";

fn store() -> Store {
    let store = Store::city(&[("sources", SOURCES), ("enterprises", FIRMS), ("located_in", PLACES)]);
    store.later(1_000);
    store
}

fn tried(store: &Store, reader: Reader, mutation: &str) -> String {
    let query =
        format!("mutation {{ it: {mutation} {{ __typename ... on Refusal {{ code }} ... on Written {{ id }} }} }}");
    let answer = store.ask(reader, &query, &json!({}));
    let it = &answer["data"]["it"];
    let code = it["code"].as_str().or_else(|| answer["errors"][0]["extensions"]["code"].as_str());
    code.or_else(|| it["__typename"].as_str()).unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn merge(county: &str) -> String {
    format!(
        "mergeOrganizations(keep: {{code: \"dup-{county}1\"}}, merge: {{code: \"dup-{county}2\"}}, reason: \"示例\", source: \"src\")"
    )
}

#[test]
fn stewards_and_administrators_merge_and_officers_those_of_their_county() {
    let expected = |reader: Reader, county: &str| match reader {
        STEWARD | ADMINISTRATOR => "Written",
        OFFICER_OF_A if county == "a" => "Written",
        OFFICER_OF_B if county == "b" => "Written",
        OFFICER_OF_A | OFFICER_OF_B => "OUTSIDE_REGION",
        _ => "FORBIDDEN",
    };
    for reader in READERS {
        let store = store();
        for county in ["a", "b"] {
            let before = store.served.standing();
            let found = tried(&store, reader, &merge(county));
            assert_eq!(found, expected(reader, county), "{reader:?} {county}");
            assert_eq!(store.served.standing() != before, found == "Written", "{reader:?} {county}");
            let judged = tried(
                &store,
                reader,
                &format!(
                    "decideDuplicate(one: {{code: \"dup-{county}1\"}}, other: {{code: \"ent-juneng\"}}, verdict: DIFFERENT, reason: \"示例\")"
                ),
            );
            assert_eq!(judged == "FORBIDDEN", expected(reader, county) == "FORBIDDEN", "{reader:?} {county} {judged}");
        }
    }
}

#[test]
fn pairs_are_listed_for_whoever_decides_about_both() {
    let store = store();
    let list = "{ duplicateCandidates(first: 100, kinds: [ENTERPRISE]) { edges { node { entries { key } } } } }";
    let listed = |reader: Reader| {
        let answer = store.ask(reader, list, &json!({}));
        answer["data"]["duplicateCandidates"].as_object().map(|_| answer["data"].to_string())
    };
    for reader in [PUBLIC, APP, ANALYST, CITY] {
        assert_eq!(listed(reader), None, "{reader:?}");
    }
    let has = |reader: Reader, key: &str| listed(reader).is_some_and(|text| text.contains(key));
    assert!(has(STEWARD, "dup-a1") && has(STEWARD, "dup-b1") && has(ADMINISTRATOR, "dup-b2"));
    assert!(has(OFFICER_OF_A, "dup-a1") && !has(OFFICER_OF_A, "dup-b1"));
    assert!(has(OFFICER_OF_B, "dup-b1") && !has(OFFICER_OF_B, "dup-a1"));
}

#[test]
fn a_judged_pair_and_an_undone_merge_are_felt_by_nobody_outside() {
    let [without, with] = [store(), store()];
    let answer = with.ask(
        STEWARD,
        "mutation { it: decideDuplicate(one: {code: \"dup-b1\"}, other: {code: \"dup-b2\"}, verdict: DIFFERENT, reason: \"示例保密理由\") { __typename } }",
        &json!({}),
    );
    assert_eq!(answer["data"]["it"]["__typename"], "Written", "{answer}");
    let questions = [
        "{ enterprise(by: {code: \"dup-b1\"}) { key version nameZh } }",
        "{ enterprises(first: 100) { totalCount edges { node { id version } } } }",
        "{ changes(first: 100) { edges { node { id action mergedInto } } } }",
    ];
    for reader in [PUBLIC, APP, OFFICER_OF_A] {
        for question in questions {
            let [plain, judged] =
                [&without, &with].map(|store| store.ask(reader, question, &json!({}))["data"].clone());
            assert_eq!(plain, judged, "{reader:?} {question}");
        }
    }
    // What a merge was made and undone for is knowledge of those whose it is.
    let id = |store: &Store| {
        let query = format!("mutation {{ it: {} {{ ... on Written {{ id node {{ id }} }} }} }}", merge("b"));
        store.ask(STEWARD, &query, &json!({}))["data"]["it"].clone()
    };
    let made: Value = id(&with);
    let history =
        format!("{{ history(id: {}, first: 100) {{ edges {{ node {{ part value reason }} }} }} }}", made["node"]["id"]);
    let told = |reader: Reader| with.ask(reader, &history, &json!({}))["data"]["history"].to_string();
    assert!(told(PUBLIC).contains("\"MERGE\""), "both entries are public, and so is that they are one");
    let undo = format!("undoMerge(id: {}, reason: \"示例保密理由\")", made["id"]);
    assert_eq!(tried(&with, STEWARD, &undo), "Written");
    assert!(told(STEWARD).contains("\"MERGE\"") && told(OFFICER_OF_B).contains("示例保密理由"));
    assert!(!told(PUBLIC).contains("MERGE") && !told(OFFICER_OF_A).contains("MERGE"));
}

#[test]
fn what_was_known_before_a_merge_is_two_and_the_difference_says_why() {
    let store = store();
    let write = |milliseconds: i64, mutation: String| {
        store.later(milliseconds);
        let query = format!("mutation {{ it: {mutation} {{ __typename ... on Written {{ id }} }} }}");
        let answer = store.ask(STEWARD, &query, &json!({}));
        assert_eq!(answer["data"]["it"]["__typename"], "Written", "{answer}");
        answer["data"]["it"]["id"].clone()
    };
    let merge = write(10_000, merge("a"));
    write(20_000, format!("undoMerge(id: {merge}, reason: \"示例\")"));
    let at = |second: u32| format!("\"2026-01-01T00:00:{second:02}.000Z\"");
    let named = "filter: {nameContains: \"示例重复甲厂\"}";
    let counted = |second: u32| {
        let query = format!("{{ enterprises({named}, knownAt: {}) {{ totalCount }} }}", at(second));
        store.ask(STEWARD, &query, &json!({}))["data"]["enterprises"]["totalCount"].clone()
    };
    assert_eq!([counted(5), counted(15), counted(25)], [json!(2), json!(1), json!(2)]);
    let differs = |from: u32, to: u32| {
        let query = format!(
            "{{ difference(from: \"2026-01-01\", to: \"2026-01-01\", kinds: [ENTERPRISE], what: [APPEARED, VANISHED], fromKnownAt: {}, toKnownAt: {}) {{ edges {{ node {{ what cause nameZh }} }} }} }}",
            at(from),
            at(to)
        );
        store.ask(STEWARD, &query, &json!({}))["data"]["difference"]["edges"].clone()
    };
    let gone =
        |what: &str, cause: &str| json!([{ "node": { "what": what, "cause": cause, "nameZh": "示例重复甲厂" } }]);
    assert_eq!(differs(5, 15), gone("VANISHED", "ENTRY_MERGED"));
    assert_eq!(differs(15, 25), gone("APPEARED", "ENTRY_SEPARATED"));
    assert_eq!(differs(5, 25), json!([]));
}
