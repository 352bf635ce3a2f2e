//! What an ambiguous name may have meant: nodes and ties, also those of another day.

use serde_json::{Value, json};

use crate::support::Served;

const STORE: &str = "fixtures/refusals/store";

fn staff() -> Served {
    Served::writable(&[STORE], "示例工作人员")
}

fn written(outcome: &Value) -> String {
    assert_eq!(outcome["__typename"], "Written", "{outcome}");
    outcome["id"].as_str().unwrap_or_else(|| panic!("no id: {outcome}")).to_owned()
}

#[test]
fn a_tie_named_by_its_ends_is_answered_with_the_ties_it_may_be() {
    let served = staff();
    let relate = r#"mutation($since: PartialDate, $until: PartialDate, $product: String) { outcome: relate(input: { supplies:
        { from: { code: "firm-a" }, to: { code: "firm-b" }, since: $since, until: $until, product: $product, source: "src" } }) { __typename ... on Refusal { zh } ... on Written { id } } }"#;
    let tie = |since: &str, until: Option<&str>| {
        written(
            &served.data(relate, &json!({ "since": since, "until": until, "product": format!("示例产品 {since}") }))["outcome"],
        )
    };
    tie("2015", Some("2016"));
    let (first, second) = (tie("2018-05", None), tie("2020", None));
    let end = r#"mutation($asOf: Date) { outcome: endRelation(to: "2024", source: "src", asOf: $asOf,
        tie: { ends: { relation: SUPPLIES, from: { code: "firm-a" }, to: { code: "firm-b" } } }) {
            __typename ... on Refusal { code }
            ... on AmbiguousName { candidates { id } ties { id sentenceZh since until from { key } to { key } } } } }"#;
    // Before the first of them began, too.
    for day in [Value::Null, json!("2019-01-01"), json!("1990-01-01")] {
        let outcome = served.data(end, &json!({ "asOf": day }))["outcome"].clone();
        assert_eq!((&outcome["__typename"], &outcome["code"]), (&json!("AmbiguousName"), &json!("AMBIGUOUS_NAME")));
        assert_eq!(outcome["candidates"], json!([]), "no node was in doubt");
        let ties = outcome["ties"].as_array().expect("ties");
        let ids: Vec<&Value> = ties.iter().map(|tie| &tie["id"]).collect();
        assert_eq!(ids, [&json!(first), &json!(second)], "{day}: {outcome}");
        assert_eq!((&ties[0]["since"], &ties[1]["since"]), (&json!("2018-05"), &json!("2020")));
        for tie in ties {
            let said = tie["sentenceZh"].as_str().expect("a sentence");
            assert!(said.contains("示例甲电池有限公司") && said.contains("示例乙材料有限公司"), "{said}");
            assert_eq!((&tie["from"]["key"], &tie["to"]["key"]), (&json!("firm-a"), &json!("firm-b")));
            assert_eq!(tie["until"], Value::Null);
        }
    }
    // With the id of one of them it can be said.
    let by_id = r#"mutation($id: ID!) { outcome: endRelation(to: "2024", source: "src", tie: { id: $id }) { __typename ... on Written { id } } }"#;
    assert_eq!(written(&served.data(by_id, &json!({ "id": second }))["outcome"]), second);
}

#[test]
fn nodes_of_another_day_are_among_the_candidates() {
    let served = staff();
    let save = "mutation($input: EnterpriseInput!) { outcome: saveEnterprise(input: $input) { __typename ... on Refusal { zh } ... on Written { id } } }";
    let mut ids = Vec::new();
    for (key, from, to) in [("gone", None, Some("2010")), ("here", None, None), ("late", Some("2022"), None)] {
        let input = json!({ "key": key, "nameZh": "示例同名有限公司", "unknown": ["legalForm", "status", "isLegalPerson"],
            "source": "src", "validFrom": from, "validTo": to });
        ids.push(written(&served.data(save, &json!({ "input": input }))["outcome"]));
    }
    let add = r#"mutation($asOf: Date) { outcome: addName(asOf: $asOf, input: { entity: { name: "示例同名有限公司" },
        text: "示例又名", language: zh, kind: ALIAS, source: "src" }) {
            __typename ... on AmbiguousName { candidates { id code nameZh kind } ties { id } } } }"#;
    for day in [Value::Null, json!("2015-01-01"), json!("2005-01-01")] {
        let outcome = served.data(add, &json!({ "asOf": day }))["outcome"].clone();
        let candidates = outcome["candidates"].as_array().unwrap_or_else(|| panic!("{outcome}"));
        let found: Vec<&Value> = candidates.iter().map(|one| &one["id"]).collect();
        assert_eq!(found, ids.iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect::<Vec<_>>(), "{day}");
        assert_eq!((&candidates[0]["code"], &candidates[0]["kind"]), (&json!("gone"), &json!("ENTERPRISE")));
        assert_eq!(outcome["ties"], json!([]));
    }
}
