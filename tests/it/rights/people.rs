//! Who is shown what of people: masks, nothing, or everything for a purpose. What each role is shown is a
//! table of this file, not of the service's.

use serde_json::{Value, json};

use super::hidden::SHARED;
use super::stores::{
    ADMINISTRATOR, ANALYST, APP, CITY, OFFICER_OF_A, OFFICER_OF_B, PUBLIC, READERS, Reader, STEWARD, Store,
};

/// Reader, whether the person is there for them, their mask of the name, of the telephone number, and
/// whether they may read in full and erase. The person works in county A.
type Row = (Reader, Option<&'static str>, Option<&'static str>, bool, bool);

const SHOWN: &[Row] = &[
    (PUBLIC, None, None, false, false),
    (APP, None, None, false, false),
    (ANALYST, Some("示**"), None, false, false),
    (OFFICER_OF_A, Some("示**"), Some("138****7531"), true, false),
    (OFFICER_OF_B, None, None, false, false),
    (CITY, Some("示**"), Some("138****7531"), true, false),
    (STEWARD, Some("示**"), Some("138****7531"), true, true),
    (ADMINISTRATOR, Some("示**"), Some("138****7531"), false, true),
];

const PERSON: &str = r#"savePerson(input: {key: "per-x", nameZh: "示例人员甲", nameEn: "Shili Jia", role: [CONTACT],
    title: "示例职务", phone: "13800007531", email: "jia@example.cn", source: "src-registry"})"#;

fn store() -> Store {
    let store = Store::city(SHARED);
    store.write(PERSON);
    store.write(
        r#"relate(input: {worksAt: {from: {code: "per-x"}, to: {code: "ent-kangmiao"}, source: "src-registry"}})"#,
    );
    store
}

const ASK: &str = r#"{ person(by: {code: "per-x"}) { id nameZh nameEn role title name { state text }
    phone { state text } email { state text } names { text } statements { attribute value } } }"#;

const REVEAL: &str = r#"mutation { it: revealPersonalData(person: {code: "per-x"}, purpose: CONTACT, note: "示例说明") {
    id nameZh { state text } phone { state text } email { text } } }"#;

#[test]
fn every_role_is_shown_what_its_row_says() {
    let store = store();
    assert_eq!(SHOWN.len(), READERS.len());
    for (reader, name, phone, reveals, erases) in SHOWN {
        let data = store.data(*reader, ASK);
        let person = &data["person"];
        assert_eq!(person["nameZh"].as_str(), *name, "{reader:?} {data}");
        assert_eq!(person["phone"]["text"].as_str(), *phone, "{reader:?} {data}");
        if name.is_some() {
            assert_eq!(person["name"], json!({"state": "MASKED", "text": "示**"}), "{reader:?}");
            assert_eq!((&person["nameEn"], &person["names"][0]["text"]), (&json!("S. J."), &json!("示**")));
        }
        let text = data.to_string();
        assert!(!["示例人员甲", "Shili", "13800007531", "jia@"].iter().any(|hidden| text.contains(hidden)), "{text}");
        let answer = store.ask(*reader, REVEAL, &json!({}));
        if *reveals {
            let it = &answer["data"]["it"];
            assert_eq!(it["nameZh"], json!({"state": "REVEALED", "text": "示例人员甲"}), "{reader:?} {answer}");
            assert_eq!(it["phone"]["text"], "13800007531");
            assert_eq!(it["email"]["text"], "jia@example.cn");
        } else {
            let code = &answer["errors"][0]["extensions"]["code"];
            let expected = if name.is_some() { "FORBIDDEN" } else { "UNKNOWN_REFERENCE" };
            let expected = if *reader == PUBLIC { "FORBIDDEN" } else { expected };
            assert_eq!(code, expected, "{reader:?} {answer}");
        }
        if !erases {
            let erase =
                r#"mutation { it: erasePersonalData(person: {code: "per-x"}, reason: REQUESTED) { __typename } }"#;
            let answer = store.ask(*reader, erase, &json!({}));
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{reader:?} {answer}");
        }
    }
}

#[test]
fn nobody_finds_a_person_by_name_or_number() {
    let store = store();
    store.index();
    for text in ["示例人员甲", "人员甲", "Shili", "13800007531", "jia@example.cn", "srlyj"] {
        let query = format!("{{ search(text: {text:?}) {{ edges {{ node {{ id nodeKind }} }} }} }}");
        let data = store.data(CITY, &query).to_string();
        assert!(!data.contains("PERSON"), "{text}: {data}");
        let query = format!("{{ person(by: {{name: {text:?}}}) {{ id }} }}");
        assert_eq!(store.data(CITY, &query)["person"], Value::Null, "{text}");
    }
}

#[test]
fn each_reading_in_full_is_a_line_of_the_log_without_what_was_read() {
    let store = store();
    let before = store.audit();
    store.data(CITY, REVEAL);
    let log = store.audit();
    let line = log.strip_prefix(&before).expect("lines are only added").to_owned();
    let id = store.data(CITY, ASK)["person"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(line.lines().count(), 1, "{line}");
    for told in ["PERSONAL_DATA_REVEALED", id.as_str(), "CONTACT 示例说明", "tcity_officer", r#""from":"127.0.0.1""#]
    {
        assert!(line.contains(told), "{told}: {line}");
    }
    assert!(!["示例人员甲", "13800007531", "jia@"].iter().any(|hidden| log.contains(hidden)), "{log}");
    // What cannot be noted is not done.
    store.break_audit();
    let answer = store.ask(CITY, REVEAL, &json!({}));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "AUDIT_UNWRITABLE", "{answer}");
    assert!(!answer.to_string().contains("13800007531"), "{answer}");
}

#[test]
fn so_many_are_read_an_hour_and_no_more() {
    let store = store();
    let code = || store.ask(CITY, REVEAL, &json!({}))["errors"][0]["extensions"]["code"].clone();
    for time in 0..30 {
        assert_eq!(code(), Value::Null, "time {time}");
    }
    let answer = store.ask(CITY, REVEAL, &json!({}));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "REVEAL_LIMIT");
    assert!(answer["errors"][0]["message"].as_str().is_some_and(|message| message.contains("30")), "{answer}");
    assert!(store.ask(STEWARD, REVEAL, &json!({}))["errors"].is_null(), "another name has its own");
}

#[test]
fn what_was_erased_is_so_of_every_day_and_the_rest_stays() {
    let store = store();
    store.later(60_000);
    store.write(r#"stateAttribute(input: {entity: {code: "per-x"}, attribute: "title", value: "示例新职务", source: "src-registry"})"#);
    store.later(120_000);
    store.write(r#"erasePersonalData(person: {code: "per-x"}, reason: REQUESTED)"#);
    store.write(r#"erasePersonalData(person: {code: "per-x"}, reason: LEGAL_DUTY)"#);
    for known in ["", ", knownAt: \"2026-01-01T00:00:30.000Z\""] {
        let query = ASK.replace("(by: {code: \"per-x\"}", &format!("(by: {{code: \"per-x\"}}{known}"));
        let data = store.data(CITY, &query);
        let person = &data["person"];
        for field in ["name", "phone", "email"] {
            assert_eq!(person[field]["state"], "ERASED", "{known} {data}");
        }
        assert_eq!(person["nameZh"], "（已删除）", "{known} {data}");
        assert_eq!(person["role"], json!(["CONTACT"]), "{known} {data}");
    }
    let id = store.data(CITY, ASK)["person"]["id"].as_str().expect("an id").to_owned();
    let history =
        store.data(CITY, &format!("{{ history(id: {id:?}, first: 50) {{ edges {{ node {{ part value }} }} }} }}"));
    let text = history.to_string();
    assert!(text.contains("（已删除）") && !text.contains("示例人员甲") && !text.contains("138*"), "{text}");
    let staff = store.data(CITY, r#"{ enterprise(by: {code: "ent-kangmiao"}) { staff { edges { node { key } } } } }"#);
    assert_eq!(staff["enterprise"]["staff"]["edges"][0]["node"]["key"], "per-x", "{staff}");
    assert_eq!(store.ask(CITY, REVEAL, &json!({}))["errors"][0]["extensions"]["code"], "PERSON_ERASED");
    for again in [
        r#"savePerson(input: {key: "per-x", nameZh: "示例人员甲", source: "src-registry"})"#,
        r#"stateAttribute(input: {entity: {code: "per-x"}, attribute: "phone", value: "13800007531", source: "src-registry"})"#,
        r#"addName(input: {entity: {code: "per-x"}, text: "示例人员乙", language: zh, kind: ALIAS, source: "src-registry"})"#,
    ] {
        let answer = store.data(STEWARD, &format!("mutation {{ it: {again} {{ ... on Refusal {{ code zh }} }} }}"));
        assert_eq!(answer["it"]["code"], "PERSON_ERASED", "{again} {answer}");
    }
}

#[test]
fn refusals_do_not_repeat_what_was_given_of_a_person() {
    let store = store();
    for mutation in [
        r#"savePerson(input: {nameZh: "示例秘密甲\u0007", source: "src-registry"})"#,
        r#"savePerson(input: {nameZh: "示例秘密甲", phone: "示例秘密乙", source: "src-registry"})"#,
        r#"savePerson(input: {nameZh: "示例秘密甲", email: "示例秘密乙", source: "src-registry"})"#,
        r#"stateAttribute(input: {entity: {code: "per-x"}, attribute: "phone", value: "示例秘密乙", source: "src-registry"})"#,
        r#"addName(input: {entity: {code: "per-x"}, text: "示例秘密甲\u0007", language: zh, kind: ALIAS, source: "src-registry"})"#,
    ] {
        let answer =
            store.data(STEWARD, &format!("mutation {{ it: {mutation} {{ ... on Refusal {{ code zh en }} }} }}"));
        assert!(answer["it"]["code"].is_string(), "{mutation} {answer}");
        assert!(!answer.to_string().contains("秘密"), "{answer}");
    }
}

#[test]
fn what_is_not_personal_changes_nothing_again_and_a_key_is_known_again() {
    let store = store();
    let said = |mutation: &str| {
        let query = format!(
            "mutation {{ it: {mutation} {{ ... on Written {{ changed repeated }} ... on Refusal {{ code }} }} }}"
        );
        store.data(STEWARD, &query)["it"].clone()
    };
    let title = r#"stateAttribute(input: {entity: {code: "per-x"}, attribute: "title", value: "示例职务", source: "src-registry"})"#;
    assert_eq!(said(title), json!({"changed": false, "repeated": false}));
    let keyed = |name: &str| {
        format!(r#"savePerson(input: {{nameZh: {name:?}, source: "src-registry"}}, idempotencyKey: "k-1")"#)
    };
    assert_eq!(said(&keyed("示例人员丙")), json!({"changed": true, "repeated": false}));
    assert_eq!(said(&keyed("示例人员丙")), json!({"changed": true, "repeated": true}));
    assert_eq!(said(&keyed("示例人员丁")), json!({"code": "KEY_REUSED"}));
}

/// What somebody may try who sees masks alone, each with a right guess and with a wrong one of the same mask.
const GUESSES: &[(&str, [&str; 2])] = &[
    (
        r#"stateAttribute(input: {entity: {code: "per-x"}, attribute: "phone", value: "GUESS", source: "src-registry"})"#,
        ["13800007531", "13811117531"],
    ),
    (
        r#"stateAttribute(input: {entity: {code: "per-x"}, attribute: "email", value: "GUESS", source: "src-registry"})"#,
        ["jia@example.cn", "jun@example.cn"],
    ),
    (
        r#"addName(input: {entity: {code: "per-x"}, text: "GUESS", language: zh, kind: OFFICIAL, source: "src-registry"})"#,
        ["示例人员甲", "示意某某乙"],
    ),
    (r#"savePerson(input: {key: "per-x", nameZh: "GUESS", source: "src-registry"})"#, ["示例人员甲", "示意某某乙"]),
    (
        r#"savePerson(input: {key: "per-x", phone: "GUESS", role: [CONTACT], source: "src-registry"})"#,
        ["13800007531", "13811117531"],
    ),
    (r#"correct(id: "NAME", input: {value: "GUESS"})"#, ["示例人员甲", "示意某某乙"]),
    (r#"correct(id: "PHONE", input: {value: "GUESS", source: "src-registry"})"#, ["13800007531", "13811117531"]),
];

#[test]
fn nobody_learns_from_what_comes_of_a_guess_whether_it_was_right() {
    let stores = [store(), store()];
    let of = |data: &Value, part: &str| data["person"][part].as_array().expect("a list").clone();
    let read =
        "{ person(by: {code: \"per-x\"}) { id version names { id text } statements { id attribute value shown } } }";
    let first = stores[0].data(CITY, read);
    assert_eq!(first, stores[1].data(CITY, read), "both begin alike");
    let id = first["person"]["id"].as_str().expect("an id");
    let name = of(&first, "names")[0]["id"].as_str().expect("an id").to_owned();
    let phone = of(&first, "statements").into_iter().find(|said| said["attribute"] == "phone").expect("a number");
    let phone = phone["id"].as_str().expect("an id");
    let seen = [
        read.to_owned(),
        format!("{{ history(id: {id:?}, first: 100) {{ edges {{ node {{ id part value cause recordedAt changedAt }} }} }} }}"),
        "{ difference(from: \"2026-01-01\", to: \"2026-01-01\", fromKnownAt: \"2026-01-01T00:00:00.500Z\", kinds: [PERSON], first: 100) { edges { node { what field before after cause facts } } } }".to_owned(),
        "{ dataQuality(rules: [CONTRADICTION], kinds: [PERSON], first: 100) { totalCount edges { node { fields } } } }".to_owned(),
    ];
    for (turn, (guess, texts)) in (1..).zip(GUESSES) {
        for reader in [STEWARD, ADMINISTRATOR, OFFICER_OF_A] {
            let tried: Vec<Value> = (stores.iter().zip(texts))
                .map(|(store, text)| {
                    store.later(turn * 1_000);
                    let guess = guess.replace("GUESS", text).replace("NAME", &name).replace("PHONE", phone);
                    store.data(
                        reader,
                        &format!(
                            "mutation {{ it: {guess} {{ __typename ... on Refusal {{ code }} ... on Written {{ id version sequence changed repeated node {{ version }} }} }} }}"
                        ),
                    )
                })
                .collect();
            assert_eq!(tried[0], tried[1], "{reader:?} {guess}");
            assert_eq!(tried[0]["it"]["changed"], true, "{reader:?} {guess} {}", tried[0]);
            for query in &seen {
                let told = stores.each_ref().map(|store| store.data(reader, query));
                assert_eq!(told[0], told[1], "{reader:?} {guess} {query}");
            }
        }
    }
    let told = stores[0].data(CITY, &seen[2]);
    let edges = told["difference"]["edges"].as_array().expect("edges").len();
    assert!(edges > 1 && of(&stores[0].data(CITY, read), "statements").len() > 10, "something was written: {told}");
}
