//! From when something can hold: what is said of universities and offices may be older than 1949; what is said
//! of firms, ties to them and records are not; nothing begins far ahead. The clock stands at the first of January 2026.

use serde_json::{Value, json};

use crate::rights::stores::{STEWARD, Store};

fn code(store: &Store, mutation: &str) -> Value {
    let query = format!(
        "mutation {{ it: {mutation} {{ __typename ... on Refusal {{ code zh en }} ... on Written {{ id }} }} }}"
    );
    store.data(STEWARD, &query)["it"].clone()
}

#[test]
fn validity_begins_when_its_kind_can_have_begun_and_not_far_ahead() {
    let store = Store::city(&[]);
    let firm = |dates: &str| {
        format!(
            r#"saveEnterprise(input: {{nameZh: "示例某某有限公司", legalForm: LIMITED_LIABILITY, status: ACTIVE, isLegalPerson: YES, {dates}, source: "src-registry"}})"#
        )
    };
    let school = |dates: &str| {
        format!(
            r#"saveInstitute(input: {{nameZh: "示例某某大学", kind: UNIVERSITY, {dates}, source: "src-registry"}})"#
        )
    };
    let name = |code: &str, dates: &str| {
        format!(
            r#"addName(input: {{entity: {{code: {code:?}}}, text: "示例旧称", language: zh, kind: FORMER, {dates}, source: "src-registry"}})"#
        )
    };
    let said = |code: &str, attribute: &str, value: &str, dates: &str| {
        format!(
            r#"stateAttribute(input: {{entity: {{code: {code:?}}}, attribute: {attribute:?}, value: {value:?}, {dates}, source: "src-registry"}})"#
        )
    };
    let place = |code: &str, dates: &str| {
        format!(
            r#"relate(input: {{locatedIn: {{from: {{code: {code:?}}}, to: {{code: "990101"}}, role: OPERATING, {dates}, source: "src-registry"}}}})"#
        )
    };
    let entry = |dates: &str| {
        format!(
            r#"saveRegisterEntry(input: {{organization: {{code: "inst-sgu"}}, register: {{code: "HNTE_RESERVE"}}, {dates}, source: "src-survey"}})"#
        )
    };
    let (early, late) = (Some("DATE_TOO_EARLY"), Some("DATE_IN_FUTURE"));
    for (mutation, refused, column) in [
        (firm(r#"validFrom: "1740""#), None, ""),
        (said("ent-kangmiao", "website", "https://example.invalid/b", r#"validFrom: "1948""#), early, "validFrom"),
        (said("ent-kangmiao", "website", "https://example.invalid/b", r#"validFrom: "1949""#), None, ""),
        (said("ent-kangmiao", "website", "https://example.invalid/b", r#"validTo: "1930""#), early, "validTo"),
        (firm(r#"validFrom: "2036-01""#), None, ""),
        (firm(r#"validFrom: "2036-02""#), late, "validFrom"),
        (firm(r#"validFrom: "2020", validTo: "2199""#), None, ""),
        (school(r#"validFrom: "1902""#), None, ""),
        (school(r#"validFrom: "2199""#), late, "validFrom"),
        (name("inst-sgu", r#"validFrom: "1912", validTo: "1923""#), None, ""),
        (name("ent-kangmiao", r#"validFrom: "2077", validTo: "2110""#), late, "validFrom"),
        (said("inst-sgu", "website", "https://example.invalid/a", r#"validFrom: "1931""#), None, ""),
        (said("ent-kangmiao", "website", "https://example.invalid/a", r#"validFrom: "1931""#), early, "validFrom"),
        (place("inst-sgu", r#"since: "1923""#), None, ""),
        (place("ent-kangmiao", r#"since: "1914""#), early, "since"),
        (place("ent-kangmiao", r#"until: "1914""#), early, "until"),
        (place("inst-sgu", r#"since: "2077""#), late, "since"),
        (entry(r#"validFrom: "1938""#), early, "validFrom"),
        (entry(r#"validFrom: "2020""#), None, ""),
    ] {
        let answer = code(&store, &mutation);
        assert_eq!(answer["code"].as_str(), refused, "{mutation}\n{answer}");
        if refused.is_some() {
            let told = |language: &str| answer[language].as_str().unwrap_or_default();
            assert!(told("zh").contains(column) && told("zh").contains("请核对年份"), "{answer}");
            assert!(told("en").contains(column) && told("en").contains("Check the year"), "{answer}");
        }
    }
    let made = code(&store, &said("ent-kangmiao", "website", "https://example.invalid/c", r#"validFrom: "2001""#));
    let id = made["id"].as_str().expect("an id");
    let right = |input: &str| code(&store, &format!("correct(id: {id:?}, input: {{{input}}})"))["code"].clone();
    assert_eq!(right(r#"validFrom: "1914""#), json!("DATE_TOO_EARLY"));
    assert_eq!(right(r#"validFrom: "2002""#), Value::Null);
}
