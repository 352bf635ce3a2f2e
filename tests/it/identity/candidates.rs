//! Pairs that may be one: what is listed and why, and above all what is not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::reading::{Town, merging};
use crate::support::Served;

const LIST: &str = "{ duplicateCandidates(first: 100) { truncated edges { node { score rulesVersion \
     entries { key nameZh } reasons { code zh en evidence weight } } } } }";

/// The pairs as row keys, each with the codes of its reasons.
fn pairs(answer: &Value) -> BTreeSet<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let edges = answer["duplicateCandidates"]["edges"].as_array().expect("a list");
    let pair = |edge: &Value| {
        let node = &edge["node"];
        let mut keys = [text(&node["entries"][0]["key"]), text(&node["entries"][1]["key"])];
        keys.sort();
        let reasons = node["reasons"].as_array().expect("reasons");
        let score: i64 = reasons.iter().map(|reason| reason["weight"].as_i64().expect("a number")).sum();
        assert_eq!(json!(score), node["score"]);
        for reason in reasons {
            assert!(!text(&reason["evidence"]).is_empty() && text(&reason["zh"]) != text(&reason["en"]), "{node}");
        }
        let codes: Vec<String> = reasons.iter().map(|reason| text(&reason["code"])).collect();
        let [one, other] = keys;
        (one, other, codes.join(" "))
    };
    edges.iter().map(pair).collect()
}

fn pair(one: &str, other: &str, reasons: &str) -> (String, String, String) {
    (one.to_owned(), other.to_owned(), reasons.to_owned())
}

fn name(town: &Town, key: &str, name: &str, kind: &str) {
    town.written(&format!(
        "addName(input: {{entity: {{code: \"{key}\"}}, text: \"{name}\", language: zh, kind: {kind}, source: \"src\"}})"
    ));
}

fn number(town: &Town, key: &str, scheme: &str, value: &str) {
    town.written(&format!(
        "addIdentifier(input: {{entity: {{code: \"{key}\"}}, scheme: {scheme}, value: \"{value}\", source: \"src\"}})"
    ));
}

fn place(town: &Town, key: &str, region: &str) {
    town.written(&format!(
        "relate(input: {{locatedIn: {{from: {{code: \"{key}\"}}, to: {{code: \"{region}\"}}, role: REGISTERED, source: \"src\"}}}})"
    ));
}

#[test]
fn look_alikes_are_listed_with_their_reasons_and_twins_are_not() {
    let town = Town::new();
    // Alike without place and legal form.
    town.firm("core-a", "示例甲区示例光电科技有限公司");
    town.firm("core-b", "示例光电科技股份有限公司");
    // The same words in two counties are two firms.
    town.firm("twin-a", "示例甲区示例木业有限公司");
    town.firm("twin-b", "示例乙区示例木业有限公司");
    // A branch is no second entry of its firm.
    town.firm("branch", "示例光电科技股份有限公司示例乙区分公司");
    // The same full name; and the same full name in two counties.
    town.firm("full-a", "示例仪表厂");
    town.firm("full-b", "示例仪表厂");
    town.firm("far-a", "示例机床厂");
    town.firm("far-b", "示例机床厂");
    place(&town, "far-a", "990101");
    place(&town, "far-b", "990102");
    // A former name of one is the name of the other.
    town.firm("former-a", "示例新名化工有限公司");
    name(&town, "former-a", "示例旧名化工有限公司", "FORMER");
    town.firm("former-b", "示例旧名化工有限公司");
    // An organisation code stands inside a credit code.
    town.firm("code-a", "示例甲药业有限公司");
    town.firm("code-b", "示例医药研制中心");
    number(&town, "code-a", "USCC", "91990171MA4RNA503R");
    number(&town, "code-b", "ORG_CODE", "MA4RNA503");
    // The same name, and codes that say that they are two.
    town.firm("apart-a", "示例铸造厂");
    town.firm("apart-b", "示例铸造厂");
    number(&town, "apart-a", "USCC", "91990171MA4MTQ804P");
    number(&town, "apart-b", "USCC", "91990171MA4EEQC003");
    // Schools whose names differ in what is no legal form; a school and the college named after it.
    for (key, name) in [
        ("s1", "示例科技大学"),
        ("s2", "示例科技学院"),
        ("s3", "示例科技职业大学"),
        ("s4", "示例医学院"),
        ("s5", "示例医学院示例学院"),
    ] {
        town.firm(key, name);
    }
    // One group, one short name (so have firm-a and firm-b of the store), two makers.
    for (key, full) in [("g1", "示例兰生物工程股份有限公司"), ("g2", "示例兰生物疫苗股份有限公司")]
    {
        town.firm(key, full);
        name(&town, key, "示例兰", "SHORT");
    }
    let expected = BTreeSet::from([
        pair("core-a", "core-b", "SAME_CORE"),
        pair("full-a", "full-b", "SAME_NAME"),
        pair("former-a", "former-b", "FORMER_NAME"),
        pair("code-a", "code-b", "SAME_CODE"),
    ]);
    assert_eq!(pairs(&town.ask(LIST)), expected);
    // The likeliest first, a page at a time.
    let first = town.ask("{ duplicateCandidates(first: 1) { totalCount edges { node { entries { key } } } } }");
    assert_eq!(first["duplicateCandidates"]["totalCount"], 4);
    assert_eq!(first["duplicateCandidates"]["edges"][0]["node"]["entries"][0]["key"], "code-a");
}

#[test]
fn what_was_decided_is_listed_no_more() {
    let town = Town::new();
    town.firm("one", "示例仪表厂");
    town.firm("two", "示例仪表厂");
    town.firm("three", "示例仪表厂");
    let all = || pairs(&town.ask(LIST)).into_iter().map(|(one, other, _)| (one, other)).collect::<Vec<_>>();
    let of = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(all(), [of("one", "three"), of("one", "two"), of("three", "two")]);
    let decide = |one: &str, other: &str, verdict: &str, more: &str| {
        town.written(&format!(
            "decideDuplicate(one: {{code: \"{one}\"}}, other: {{code: \"{other}\"}}, verdict: {verdict}, reason: \"示例：看过执照\"{more})"
        ))
    };
    decide("one", "three", "DIFFERENT", "");
    assert_eq!(all(), [of("one", "two"), of("three", "two")]);
    decide("three", "one", "OPEN", "");
    assert_eq!(all().len(), 3);
    decide("one", "three", "DIFFERENT", "");
    decide("one", "two", "SAME", ", source: \"src\"");
    // Of what is one, what was found of any of its entries holds.
    assert_eq!(all(), []);
    let firms = town.ask("{ enterprise(by: {code: \"two\"}) { key mergedEntries { key } } }");
    assert_eq!(firms["enterprise"], json!({ "key": "one", "mergedEntries": [{ "key": "two" }] }));
    assert_eq!(town.refused(&merging("three", "two")), "ALREADY_MERGED");
}

#[test]
fn real_look_alikes_are_known_as_two() {
    let served = Served::writable(&["fixtures/codes", "fixtures/xinxiang"], "示例工作人员");
    let answer = served.data(LIST, &json!({}));
    assert_eq!(answer["duplicateCandidates"]["truncated"], false);
    let traps = [
        "三全学院",
        "豫北医学院",
        "新乡医学院",
        "河南医药大学",
        "华兰",
        "河南科技大学",
        "河南科技学院",
        "河南科技职业大学",
    ];
    let known =
        served.data("{ organizations(first: 100, filter: {nameContains: \"华兰\"}) { totalCount } }", &json!({}));
    assert!(known["organizations"]["totalCount"].as_i64().is_some_and(|count| count >= 2), "the traps are there");
    for edge in answer["duplicateCandidates"]["edges"].as_array().expect("a list") {
        let text = edge["node"]["entries"].to_string();
        assert!(!traps.iter().any(|trap| text.contains(trap)), "{edge}");
    }
}
