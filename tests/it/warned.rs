//! What is told beside an answer: what may have been meant where a name finds nothing, that nothing was
//! known yet, what to write for the end of a month.

use serde_json::{Value, json};

use crate::support::{Served, demo, demo_city_officer};

fn warnings(served: &Served, query: &str) -> (Value, Vec<Value>) {
    let answer = served.ask(query, &json!({}));
    assert!(answer.get("errors").is_none(), "{query}: {answer}");
    let told = answer["extensions"]["warnings"].as_array().cloned().unwrap_or_default();
    for warning in &told {
        let said = |language: &str| warning[language].as_str().is_some_and(|text| !text.is_empty());
        assert!(said("zh") && said("en") && said("code"), "{warning}");
    }
    (answer["data"].clone(), told)
}

#[test]
fn a_name_that_finds_nothing_is_answered_with_the_nearest() {
    let whole =
        demo().data("{ enterprise(by: {code: \"ent-juneng\"}) { id nameZh } }", &json!({}))["enterprise"].clone();
    let name = whole["nameZh"].as_str().expect("a name");
    let piece: String = name.chars().take(name.chars().count() - 3).collect();
    let (data, told) = warnings(demo(), &format!("{{ a: enterprise(by: {{name: {piece:?}}}) {{ id }} }}"));
    assert_eq!((&data["a"], told.len()), (&Value::Null, 1));
    assert_eq!(told[0]["code"], json!("UNKNOWN_REFERENCE"));
    assert!(told[0]["candidates"].to_string().contains(whole["id"].as_str().expect("an id")), "{}", told[0]);
    // What is like nothing is told how to search; the same thing twice is told once.
    let nothing = "{ a: enterprise(by: {name: \"zzqqxx\"}) { id } b: enterprise(by: {name: \"zzqqxx\"}) { id } }";
    let (_, told) = warnings(demo(), nothing);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0]["zh"].as_str().is_some_and(|zh| zh.contains("search")), "{}", told[0]);
    // What is found needs no words.
    assert!(warnings(demo(), &format!("{{ enterprise(by: {{name: {name:?}}}) {{ id }} }}")).1.is_empty());
}

#[test]
fn nobody_is_told_of_names_that_they_may_not_know() {
    // The city officer may know of a demand that is for the bureau alone.
    let list = "{ demands(first: 100, filter: {visibility: [BUREAU_ONLY]}) { edges { node { id nameZh } } } }";
    let hidden = demo_city_officer().data(list, &json!({}))["demands"]["edges"][0]["node"].clone();
    let (id, name) = (hidden["id"].as_str().expect("an id"), hidden["nameZh"].as_str().expect("a name"));
    let piece: String = name.chars().take(6).collect();
    let question = format!("{{ demand(by: {{name: {piece:?}}}) {{ id }} }}");
    let told = |served: &Served| format!("{:?}", warnings(served, &question).1);
    assert!(told(demo_city_officer()).contains(id));
    assert!(!told(demo()).contains(id) && !told(demo()).contains(name));
    assert!(warnings(demo_city_officer(), "{ person(by: {name: \"张三\"}) { id } }").1.is_empty());
}

#[test]
fn what_was_asked_before_the_ledger_began_is_told_as_a_warning() {
    let question = "{ enterprises(first: 1, knownAt: \"1999-12-31\") { totalCount } }";
    let (data, told) = warnings(demo_city_officer(), question);
    assert_eq!(data["enterprises"]["totalCount"], json!(0));
    assert_eq!((told.len(), &told[0]["code"]), (1, &json!("KNOWN_AT_BEFORE_LEDGER")));
    assert!(told[0]["zh"].as_str().is_some_and(|zh| zh.contains("asOf")), "{}", told[0]);
    assert!(warnings(demo_city_officer(), "{ enterprises(first: 1) { totalCount } }").1.is_empty());
}

#[test]
fn a_year_or_a_month_is_refused_with_the_day_to_write() {
    for (argument, given, code, last) in [
        ("asOf", "2020-02", "MALFORMED_DATE", "2020-02-29"),
        ("asOf", "2021", "MALFORMED_DATE", "2021-12-31"),
        ("knownAt", "2021-05", "MALFORMED_MOMENT", "2021-05-31"),
    ] {
        let query = format!("{{ enterprises(first: 1, {argument}: {given:?}) {{ totalCount }} }}");
        let answer = demo_city_officer().ask(&query, &json!({}));
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(error["code"], json!(code), "{answer}");
        for language in ["zh", "en"] {
            assert!(error[language].as_str().is_some_and(|text| text.contains(last)), "{language}: {error}");
        }
    }
}
