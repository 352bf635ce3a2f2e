//! Writing over HTTP: every kind, relation and record of the tables is entered and read back, and
//! what must not be written is not.

use std::fs;

use innograph::domain::attribute::{Attribute, ValueType};
use innograph::domain::personal::Personal;
use innograph::domain::{Kind, RecordKind, Relation};
use serde_json::{Value, json};

use crate::support::{Served, project};

const STORE: &str = "fixtures/refusals/store";
const OUTCOME: &str =
    "__typename ... on Refusal { code zh en } ... on Written { id version sequence changed repeated }";

fn staff() -> Served {
    Served::writable(&[STORE], "示例工作人员")
}

/// Carry out one mutation with these arguments (name, type, value); what it answers.
fn write(served: &Served, field: &str, arguments: &[(&str, &str, Value)], selected: &str) -> Value {
    let declared: Vec<String> = arguments.iter().map(|(name, ty, _)| format!("${name}: {ty}")).collect();
    let given: Vec<String> = arguments.iter().map(|(name, ..)| format!("{name}: ${name}")).collect();
    let query = format!(
        "mutation({}) {{ outcome: {field}({}) {{ {OUTCOME} {selected} }} }}",
        declared.join(", "),
        given.join(", ")
    );
    let variables = arguments.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())).collect();
    served.data(&query, &Value::Object(variables))["outcome"].clone()
}

fn written(outcome: &Value) -> String {
    assert_eq!(outcome["__typename"], "Written", "{outcome}");
    outcome["id"].as_str().unwrap_or_else(|| panic!("no id: {outcome}")).to_owned()
}

/// A value for an attribute, in the form in which it is given and read.
fn sample(attribute: &Attribute) -> Value {
    match attribute.personal {
        Some(Personal::Phone) => return json!("13800001234"),
        Some(Personal::Email) => return json!("shili@example.cn"),
        None => {}
    }
    match attribute.value_type {
        ValueType::Text => json!(format!("示例{}", attribute.name)),
        ValueType::Texts => json!(["示例甲", "示例乙"]),
        ValueType::Answer => json!("YES"),
        ValueType::Date => json!("2019-03"),
        ValueType::Money => json!("1234.5"),
        ValueType::Area => json!("88.25"),
        ValueType::Ratio => json!("0.125"),
        ValueType::Integer(least, _) => json!(least),
        ValueType::Code(list) => json!(list.values[0].name),
        ValueType::Codes(list) => json!(list.values.iter().take(2).map(|code| code.name).collect::<Vec<_>>()),
        ValueType::Term("") => json!({ "code": "FIELD:1" }),
        ValueType::Term(_) => json!({ "code": "HNTE" }),
        ValueType::Node(kinds) => json!({ "code": one(kinds[0]) }),
        ValueType::Nodes(kinds) => json!([{ "code": one(kinds[0]) }]),
        ValueType::Log => json!(["2019-03-04 示例走访 @示例人员", "2019-03-05 示例电话"]),
        ValueType::Decimal => json!("34.654321"),
    }
}

/// The key of a node of a kind that is there for others to name.
fn one(kind: Kind) -> String {
    format!("one-{}", kind.row().field)
}

/// A store with one of each that values can name.
fn peopled() -> Served {
    let served = staff();
    let enter = |kind: Kind, key: &str, input: Value| {
        let mut all = json!({ "key": key, "nameZh": format!("示例{key}"), "source": "src" });
        for (name, value) in input.as_object().expect("fields") {
            all[name] = value.clone();
        }
        let row = kind.row();
        written(&write(&served, &format!("save{}", row.name), &[("input", &format!("{}Input!", row.name), all)], ""));
    };
    enter(Kind::Region, &one(Kind::Region), json!({ "kind": "COUNTY", "code": "990001" }));
    enter(Kind::Person, &one(Kind::Person), json!({}));
    enter(Kind::OtherOrganization, &one(Kind::OtherOrganization), json!({ "kind": "GOVERNMENT" }));
    enter(
        Kind::Enterprise,
        &one(Kind::Enterprise),
        json!({ "legalForm": "UNKNOWN", "status": "UNKNOWN", "isLegalPerson": "UNKNOWN" }),
    );
    for kind in [Kind::Carrier, Kind::Cluster] {
        let kind_of = if kind == Kind::Carrier { "TBI" } else { "NATIONAL_BASE" };
        let level = if kind == Kind::Carrier {
            json!({ "kind": kind_of, "level": "NONE" })
        } else {
            json!({ "kind": kind_of })
        };
        enter(kind, &one(kind), level);
    }
    for scheme in ["REGISTER", "PLAN", "INDICATOR"] {
        enter(Kind::Term, &format!("one-{scheme}"), json!({ "scheme": scheme, "code": "HNTE" }));
    }
    served
}

/// The selection that reads attributes back.
fn selection(attributes: &[Attribute]) -> String {
    let field = |attribute: &Attribute| match attribute.value_type {
        ValueType::Term(_) => format!("{} {{ code }}", attribute.name),
        ValueType::Node(_) | ValueType::Nodes(_) => format!("{} {{ key }}", attribute.name),
        ValueType::Log => format!("{} {{ date text by }}", attribute.name),
        _ if attribute.personal.is_some() => format!("{} {{ state text }}", attribute.name),
        _ => attribute.name.to_owned(),
    };
    attributes.iter().map(field).collect::<Vec<_>>().join(" ")
}

fn expected(attribute: &Attribute) -> Value {
    match attribute.personal {
        Some(Personal::Phone) => return json!({ "state": "MASKED", "text": "138****1234" }),
        Some(Personal::Email) => return json!({ "state": "MASKED", "text": "s***@example.cn" }),
        None => {}
    }
    match attribute.value_type {
        ValueType::Term("") => json!({ "code": "FIELD:1" }),
        ValueType::Term(scheme) => json!({ "code": format!("{scheme}:HNTE") }),
        ValueType::Node(kinds) => json!({ "key": one(kinds[0]) }),
        ValueType::Nodes(kinds) => json!([{ "key": one(kinds[0]) }]),
        ValueType::Log => json!([
            { "date": "2019-03-04", "text": "示例走访", "by": "示例人员" },
            { "date": "2019-03-05", "text": "示例电话", "by": null },
        ]),
        _ => sample(attribute),
    }
}

fn entity(kind: Kind, key: &str) -> Value {
    let row = kind.row();
    let mut input = json!({ "key": key, "nameZh": format!("示例{}{key}", row.label_zh), "source": "src" });
    for attribute in row.attributes {
        input[attribute.name] = sample(attribute);
    }
    if row.code_scheme.is_some() {
        input["code"] = json!(key);
    }
    input
}

fn save(served: &Served, kind: Kind, key: &str) -> String {
    let row = kind.row();
    let input = format!("{}Input!", row.name);
    let outcome = write(served, &format!("save{}", row.name), &[("input", &input, entity(kind, key))], "");
    written(&outcome)
}

#[test]
fn every_kind_is_saved_and_read_back() {
    let served = peopled();
    for kind in Kind::all() {
        let row = kind.row();
        let (field, input, key) =
            (format!("save{}", row.name), format!("{}Input!", row.name), format!("new-{}", row.field));
        let selected = if row.attributes.is_empty() { "__typename".into() } else { selection(row.attributes) };
        let selected =
            format!("... on Written {{ node {{ nameZh key nodeKind ... on {} {{ {selected} }} }} }}", row.name);
        let sequence = served.standing().0;
        let outcome = write(&served, &field, &[("input", &input, entity(kind, &key))], &selected);
        let id = written(&outcome);
        assert_eq!((&outcome["changed"], &outcome["repeated"]), (&json!(true), &json!(false)), "{outcome}");
        assert_eq!(outcome["sequence"], sequence + 1);
        let node = &outcome["node"];
        assert_eq!((&node["key"], &node["nodeKind"]), (&json!(key), &json!(row.code)), "{outcome}");
        for attribute in row.attributes {
            assert_eq!(node[attribute.name], expected(attribute), "{} {}: {outcome}", row.name, attribute.name);
        }
        // Read back by a query, and said twice it changes nothing.
        let read =
            served.data("query($id: ID!) { node(id: $id) { nameZh source { key } recordedBy } }", &json!({ "id": id }));
        assert_eq!(read["node"]["nameZh"], node["nameZh"]);
        assert_eq!(
            (&read["node"]["source"]["key"], &read["node"]["recordedBy"]),
            (&json!("src"), &json!("示例工作人员"))
        );
        let again = write(&served, &field, &[("input", &input, entity(kind, &key))], "");
        // Of people it is not told whether it was known: what is personal is recorded anew.
        let changed = kind == Kind::Person;
        assert_eq!((written(&again), &again["changed"]), (id, &json!(changed)), "{again}");
    }
}

#[test]
fn every_relation_ties_every_pair_of_kinds() {
    let served = peopled();
    for kind in Kind::all() {
        for end in ["a", "b"] {
            save(&served, kind, &format!("{end}-{}", kind.row().field));
        }
    }
    let mut pairs = 0;
    for relation in Relation::all() {
        let row = relation.row();
        for (from, to) in row
            .ends
            .iter()
            .flat_map(|(starts, targets)| starts.iter().flat_map(|from| targets.iter().map(move |to| (from, to))))
        {
            pairs += 1;
            let (from, to) = (format!("a-{}", from.row().field), format!("b-{}", to.row().field));
            let mut input = json!({ "from": { "code": from }, "to": { "code": to }, "since": "2020-02", "source": "src",
                "method": "DECLARED", "confidence": 900 });
            for attribute in row.attributes {
                input[attribute.name] = sample(attribute);
            }
            let name = camel(row.name);
            let edges = format!("{}(first: 100) {{ edges {{ id {} }} }}", row.forward.field, selection(row.attributes));
            let start = row
                .ends
                .iter()
                .flat_map(|(starts, _)| starts.iter())
                .find(|kind| from == format!("a-{}", kind.row().field))
                .expect("a kind")
                .row()
                .name;
            let selected = format!(
                "... on Written {{ node {{ id }} tie {{ id relation since method confidence source {{ key }} from {{ key ... on {start} {{ {edges} }} }} to {{ key }} }} }}"
            );
            let outcome = write(&served, "relate", &[("input", "RelateInput!", json!({ name: input }))], &selected);
            let id = written(&outcome);
            let tie = &outcome["tie"];
            assert_eq!((&tie["id"], &tie["relation"]), (&json!(id), &json!(row.name)), "{outcome}");
            assert_eq!((&tie["from"]["key"], &tie["to"]["key"]), (&json!(from), &json!(to)), "{outcome}");
            assert_eq!(
                (&tie["since"], &tie["method"], &tie["confidence"]),
                (&json!("2020-02"), &json!("DECLARED"), &json!(900))
            );
            let edges = tie["from"][row.forward.field]["edges"].as_array().expect("edges");
            let edge = edges.iter().find(|edge| edge["id"] == json!(id)).expect("the tie is among its edges");
            for attribute in row.attributes {
                assert_eq!(edge[attribute.name], expected(attribute), "{} {}", row.name, attribute.name);
            }
        }
    }
    assert!(pairs > 60, "{pairs}");
}

/// `MEMBER_OF` as `memberOf`.
fn camel(name: &str) -> String {
    let mut next_is_large = false;
    let mut camel = String::new();
    for letter in name.chars() {
        match letter {
            '_' => next_is_large = true,
            letter if next_is_large => {
                camel.push(letter);
                next_is_large = false;
            }
            letter => camel.push(letter.to_ascii_lowercase()),
        }
    }
    camel
}

#[test]
fn every_record_is_saved_and_read_back() {
    let served = peopled();
    for kind in RecordKind::all() {
        let row = kind.row();
        let holder = match holder(row.holders) {
            Kind::Term => "one-PLAN".to_owned(),
            kind => one(kind),
        };
        let mut input = json!({ row.subject.0: { "code": holder }, "validFrom": "2020-12-04", "validTo": "2023-12-04", "source": "src" });
        for attribute in row.attributes {
            input[attribute.name] = sample(attribute);
        }
        let mut field = row.name.to_owned();
        field[..1].make_ascii_lowercase();
        let selected = format!(
            "... on Written {{ node {{ key }} record: {field} {{ id validFrom validTo {} }} }}",
            selection(row.attributes)
        );
        let outcome = write(
            &served,
            &format!("save{}", row.name),
            &[("input", &format!("{}Input!", row.name), input)],
            &selected,
        );
        let id = written(&outcome);
        assert_eq!((&outcome["record"]["id"], &outcome["node"]["key"]), (&json!(id), &json!(holder)), "{outcome}");
        for attribute in row.attributes {
            assert_eq!(outcome["record"][attribute.name], expected(attribute), "{outcome}");
        }
    }
}

/// A kind among the holders of which there is one.
fn holder(kinds: &[Kind]) -> Kind {
    let there = [Kind::Enterprise, Kind::Carrier, Kind::Cluster, Kind::Region];
    kinds.iter().copied().find(|kind| there.contains(kind)).unwrap_or(Kind::Term)
}

#[test]
fn unknown_is_an_answer_in_every_type() {
    let served = staff();
    let query = r#"mutation { outcome: saveEnterprise(input: {key: "firm-u", nameZh: "示例未知有限公司", legalForm: UNKNOWN,
        status: UNKNOWN, isLegalPerson: UNKNOWN, unknown: ["registeredOn", "registeredCapital", "mainProducts"], source: "src"}) {
        __typename ... on Written { node { unknownFields statements(attribute: "registeredCapital") { value }
        ... on Enterprise { legalForm isLegalPerson registeredOn registeredCapital mainProducts } } } } }"#;
    let outcome = served.data(query, &json!({}))["outcome"].clone();
    let node = &outcome["node"];
    assert_eq!(node["unknownFields"], json!(["legalForm", "status", "isLegalPerson"]), "{outcome}");
    assert_eq!(
        (&node["legalForm"], &node["isLegalPerson"], &node["registeredOn"]),
        (&json!("UNKNOWN"), &json!("UNKNOWN"), &Value::Null)
    );
    assert_eq!(node["statements"], json!([{ "value": "未知" }]), "{outcome}");
}

#[test]
fn fragments_apply_to_the_union_and_to_the_interface() {
    let served = staff();
    let query = r#"mutation {
        good: addName(input: {entity: {code: "firm-a"}, text: "示例又名", language: zh, kind: ALIAS, source: "src"}) { ...Any }
        bad: addName(input: {entity: {code: "nobody"}, text: "示例又名", language: zh, kind: ALIAS, source: "src"}) { ...Any }
    }
    fragment Any on WriteResult { __typename ... on WriteResult { ...Why } ... on Written { changed } }
    fragment Why on Refusal { __typename code ... on Refused { zh } ... on AmbiguousName { candidates { id } } }"#;
    let data = served.data(query, &json!({}));
    assert_eq!(data["good"], json!({ "__typename": "Written", "changed": true }));
    assert_eq!((&data["bad"]["__typename"], &data["bad"]["code"]), (&json!("Refused"), &json!("UNKNOWN_REFERENCE")));
    assert!(data["bad"]["zh"].is_string() && data["bad"].get("candidates").is_none(), "{data}");
}

#[test]
fn mutations_run_in_turn_and_the_answer_holds_what_was_written() {
    let served = staff();
    let query = r#"mutation {
        a: saveSource(input: {key: "src-new", kind: NEWS, issuer: "示例报", title: "示例报道", grade: A, address: "https://news.example/1"}) { __typename ... on Written { sequence source { key } } }
        b: saveEnterprise(input: {key: "firm-n", nameZh: "示例新有限公司", legalForm: OTHER, status: ACTIVE, isLegalPerson: YES, source: "src-new"}) { __typename ... on Written { sequence node { source { key } } } }
        c: relate(input: {owns: {from: {code: "firm-n"}, to: {name: "示例甲电池有限公司"}, share: "0.51", source: "src-new"}}) { __typename ... on Written { sequence tie { sentenceZh } } }
    }"#;
    let before = served.standing().0;
    let answer = served.ask(query, &json!({}));
    let data = &answer["data"];
    assert_eq!(
        [&data["a"], &data["b"], &data["c"]].map(|one| one["sequence"].as_u64()),
        [1, 2, 3].map(|more| Some(before + more)),
        "{answer}"
    );
    assert_eq!(
        (&data["a"]["source"]["key"], &data["b"]["node"]["source"]["key"]),
        (&json!("src-new"), &json!("src-new"))
    );
    assert!(data["c"]["tie"]["sentenceZh"].as_str().is_some_and(|text| text.contains("51%")), "{answer}");
    assert_eq!(answer["extensions"]["sequence"], before + 3);
}

#[test]
fn a_past_tie_is_read_for_its_day() {
    let served = staff();
    let relate = |as_of: &str| {
        let query = format!(
            r#"mutation {{ outcome: relate({as_of} input: {{owns: {{from: {{code: "firm-a"}}, to: {{code: "firm-b"}}, since: "2010", until: "2012", source: "src"}}}}) {{ {OUTCOME} ... on Written {{ tie {{ until }} }} }} }}"#
        );
        served.data(&query, &json!({}))["outcome"].clone()
    };
    assert_eq!(relate("")["tie"], Value::Null);
    let before = served.standing();
    let answer = served.ask(r#"mutation { addName(asOf: "2017", input: {entity: {code: "firm-a"}, text: "示例", language: zh, kind: ALIAS, source: "src"}) { __typename } }"#, &json!({}));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "MALFORMED_DATE", "{answer}");
    assert_eq!(served.standing(), before, "a slip in asOf is told before anything is written");
}

#[test]
fn who_may_not_write_changes_nothing() {
    let served = staff();
    let public = served.anonymous();
    let before = served.standing();
    let query = r#"mutation { saveEnterprise(input: {key: "firm-x", nameZh: "示例", legalForm: OTHER, status: ACTIVE, isLegalPerson: YES, source: "src"}) { __typename } }"#;
    let answer = public.ask(query, &json!({}));
    let error = &answer["errors"][0];
    assert_eq!(
        (&error["extensions"]["code"], &error["path"]),
        (&json!("FORBIDDEN"), &json!(["saveEnterprise"])),
        "{answer}"
    );
    assert!(error["extensions"]["zh"].as_str().is_some_and(|zh| zh.contains("innograph token create")), "{answer}");
    assert_eq!(answer["data"], json!({ "saveEnterprise": null }));
    assert_eq!(served.standing(), before);
    assert_eq!(served.data("{ service { writer } }", &json!({}))["service"]["writer"], "RUNNING");
}

#[test]
fn odd_texts_are_refused_and_nothing_is_written() {
    let served = staff();
    let before = served.standing();
    let name = |text: &str| {
        format!(
            r#"mutation {{ outcome: addName(input: {{entity: {{code: "firm-a"}}, text: {text}, language: zh, kind: ALIAS, source: "src"}}) {{ {OUTCOME} }} }}"#
        )
    };
    // In the document.
    for (text, code) in
        [(r#""示例\u0000""#, "INVALID_VALUE"), (r#""示例\u001b[2J""#, "INVALID_VALUE"), (r#""   ""#, "INVALID_VALUE")]
    {
        let answer = served.ask(&name(text), &json!({}));
        assert_eq!(answer["data"]["outcome"]["code"], code, "{text}: {answer}");
    }
    for text in [r#""示例\uD800""#, r#""\ud83d\ude00""#, r#""a\\\uDFFF""#] {
        let answer = served.ask(&name(text), &json!({}));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ESCAPE", "{text}: {answer}");
    }
    // An escaped backslash before a u is no escape of a character.
    assert_eq!(
        served.ask(r#"{ organization(by: {name: "\\uD800"}) { id } }"#, &json!({}))["errors"][0]["extensions"]["code"],
        Value::Null
    );
    // In variables, and in raw bytes.
    let by_variable = "mutation($t: String!) { outcome: addName(input: {entity: {code: \"firm-a\"}, text: $t, language: zh, kind: ALIAS, source: \"src\"}) { __typename ... on Refusal { code } } }";
    assert_eq!(served.data(by_variable, &json!({ "t": "a\u{0}b" }))["outcome"]["code"], "INVALID_VALUE");
    assert_eq!(served.data(by_variable, &json!({ "t": "字".repeat(10_001) }))["outcome"]["code"], "TOO_LARGE");
    let lone = format!(r#"{{"query":{},"variables":{{"t":"\ud800"}}}}"#, json!(by_variable));
    assert!(served.post(lone.into_bytes()).1.contains("MALFORMED_JSON"));
    let large = json!({ "query": by_variable, "variables": { "t": "x".repeat(10 << 20) } }).to_string();
    // A server that stops reading may reset the connection before its answer is read.
    assert!(served.status_of(large.into_bytes()).is_none_or(|status| status == 413));
    // A list of too many, and values that are none.
    let list = json!((0..101).map(|place| format!("示例{place}")).collect::<Vec<_>>());
    let query = "mutation($p: [String!]) { outcome: saveEnterprise(input: {by: {code: \"firm-a\"}, mainProducts: $p, source: \"src\"}) { __typename ... on Refusal { code } } }";
    assert_eq!(served.data(query, &json!({ "p": list }))["outcome"]["code"], "TOO_LARGE");
    for (input, code) in [
        (r#"{by: {code: "firm-a"}, key: "firm-a", source: "src"}"#, "INVALID_VALUE"),
        (r#"{by: {id: "short"}, source: "src"}"#, "INVALID_VALUE"),
        (r#"{by: {creditCode: "123"}, source: "src"}"#, "INVALID_IDENTIFIER"),
        (r#"{key: "firm-a", registeredOn: "2020-13", source: "src"}"#, "INVALID_VALUE"),
        (r#"{key: "firm-a", unknown: ["nothing"], source: "src"}"#, "UNKNOWN_COLUMN"),
        (r#"{key: "firm-a", confidence: 1001, source: "src"}"#, "INVALID_VALUE"),
        (r#"{key: "firm-a", confidence: -1, source: "src"}"#, "INVALID_VALUE"),
        (r#"{key: "firm-a", source: " "}"#, "SOURCE_MISSING"),
    ] {
        let answer =
            served.ask(&format!("mutation {{ outcome: saveEnterprise(input: {input}) {{ {OUTCOME} }} }}"), &json!({}));
        assert_eq!(answer["data"]["outcome"]["code"], code, "{input}: {answer}");
    }
    // A value of a type that does not fit is refused before anything runs.
    let untyped = format!(
        "mutation {{ outcome: saveEnterprise(input: {{key: \"firm-a\", registeredCapital: true, source: \"src\"}}) {{ {OUTCOME} }} }}"
    );
    let answer = served.ask(&untyped, &json!({}));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "VALIDATION", "{answer}");
    for key in ["", "键", "a b", "a\u{7f}", &"k".repeat(129)] {
        let query = "mutation($k: String) { outcome: addName(idempotencyKey: $k, input: {entity: {code: \"firm-a\"}, text: \"示例\", language: zh, kind: ALIAS, source: \"src\"}) { __typename ... on Refusal { code } } }";
        let code = served.data(query, &json!({ "k": key }))["outcome"]["code"].clone();
        assert!(
            code == "INVALID_IDEMPOTENCY_KEY" || (key.contains('\u{7f}') && code == "INVALID_VALUE"),
            "{key:?}: {code}"
        );
    }
    assert_eq!(served.standing(), before);
}

#[test]
fn what_a_document_may_hold_is_bounded() {
    let served = staff();
    let before = served.standing();
    let one = |place: usize| {
        format!(
            r#"a{place}: addName(input: {{entity: {{code: "firm-a"}}, text: "示例{place}", language: zh, kind: ALIAS, source: "src"}}) {{ __typename }} "#
        )
    };
    let many = |count: usize| format!("mutation {{ {} }}", (0..count).map(one).collect::<String>());
    let code = |query: &str| served.ask(query, &json!({}))["errors"][0]["extensions"]["code"].clone();
    assert_eq!(code(&many(11)), "TOO_MANY_MUTATIONS");
    let aliases = format!("mutation {{ ...M }} fragment M on Mutation {{ {} }}", (0..11).map(one).collect::<String>());
    assert_eq!(code(&aliases), "TOO_MANY_MUTATIONS");
    assert_eq!(code("mutation { nothing { __typename } }"), "VALIDATION");
    assert_eq!(code("subscription { x }"), "SUBSCRIPTION_NEEDS_SOCKET");
    for input in [
        "5",
        "{}",
        r#"{owns: {from: {code: "firm-a"}, to: {code: "firm-b"}, source: "src"}, supplies: {from: {code: "firm-a"}, to: {code: "firm-b"}, source: "src"}}"#,
    ] {
        let answer = served.ask(&format!("mutation {{ relate(input: {input}) {{ {OUTCOME} }} }}"), &json!({}));
        assert!(
            answer["data"]["relate"]["code"] == "REQUIRED_MISSING"
                || answer["errors"][0]["extensions"]["code"] == "VALIDATION",
            "{input}: {answer}"
        );
    }
    assert_eq!(served.standing(), before);
    assert!(served.ask(&many(10), &json!({})).get("errors").is_none());
    // What is read of the answer is paid for as in a query.
    let dear = r#"mutation { saveEnterprise(input: {by: {code: "firm-a"}, website: "https://x.example", source: "src"}) { ... on Written { node { ties(first: 100) { edges { node { to { ties(first: 100) { edges { node { to { ties(first: 100) { edges { node { to { id } } } } } } } } } } } } } } } }"#;
    let before = served.standing();
    assert_eq!(code(dear), "TOO_COSTLY");
    assert_eq!(served.standing(), before);
}

#[test]
fn a_variable_that_is_left_out_leaves_its_field_out() {
    let served = staff();
    let query = "mutation($site: String, $en: String) { outcome: saveEnterprise(input: {key: \"firm-v\", nameZh: \"示例变量有限公司\", nameEn: $en, legalForm: OTHER, status: ACTIVE, isLegalPerson: YES, website: $site, source: \"src\"}) { __typename ... on Written { node { nameEn ... on Enterprise { website } } } } }";
    let outcome = served.data(query, &json!({ "site": "https://v.example" }))["outcome"].clone();
    assert_eq!(outcome, json!({ "__typename": "Written", "node": { "nameEn": null, "website": "https://v.example" } }));
}

#[test]
fn what_a_correction_leaves_out_stays_and_null_clears() {
    let served = staff();
    let query = r#"mutation { outcome: relate(input: {owns: {from: {code: "firm-a"}, to: {code: "firm-b"}, share: "0.3", since: "2015", until: "2099", source: "src"}}) { __typename ... on Written { id } } }"#;
    let id = written(&served.data(query, &json!({}))["outcome"]);
    let correct = "mutation($id: ID!, $values: [NamedValue!], $from: PartialDate, $to: PartialDate) { outcome: correct(id: $id, input: {values: $values, validFrom: $from, validTo: $to}) { __typename ... on Written { id tie { since until details { name text } } } } }";
    let tie = |variables: Value| served.data(correct, &variables)["outcome"]["tie"].clone();
    let changed = tie(json!({ "id": id, "values": [{ "name": "share", "value": "0.4" }] }));
    assert_eq!((&changed["since"], &changed["until"]), (&json!("2015"), &json!("2099")), "{changed}");
    assert_eq!(changed["details"][0]["text"], "40%", "{changed}");
    let cleared = tie(json!({ "id": id, "to": null }));
    assert_eq!((&cleared["since"], &cleared["until"]), (&json!("2015"), &Value::Null), "{cleared}");
}

/// The worked mutations of `schema/examples/mutations/`, one after the other on one store; `# id:`
/// takes the variable `$id` from the answer of an earlier one.
#[test]
fn the_worked_mutations_do_what_they_say() {
    let served = Served::writable(&["fixtures/codes", "fixtures/demo"], "示例工作人员");
    let folder = project("schema/examples/mutations");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the examples").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "{}", paths.len());
    let guide = fs::read_to_string(project("docs/writing.md")).expect("the guide");
    let (mut answers, mut failed) = (std::collections::BTreeMap::new(), Vec::new());
    for path in paths {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("an example");
        let head = |key: &str| text.lines().find_map(|line| line.strip_prefix(&format!("# {key}: ")));
        assert!(head("标题").is_some() && head("title").is_some() && head("说明").is_some(), "{name}");
        assert!(guide.contains(&format!("{name}.graphql")), "docs/writing.md does not name {name}");
        let mut variables = json!({});
        if let Some((example, pointer)) = head("id").and_then(|taken| taken.split_once(' ')) {
            let answer: &Value = &answers[example];
            variables["id"] = answer.pointer(pointer).cloned().unwrap_or_default();
        }
        let answer = served.ask(&text, &variables);
        let results = answer["data"].as_object().cloned().unwrap_or_default();
        if results.is_empty()
            || answer.get("errors").is_some()
            || results.values().any(|result| result["__typename"] != "Written" || result["changed"] == false)
        {
            failed.push(format!("{name}: {answer}"));
        }
        answers.insert(name, answer["data"].clone());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n").chars().take(2_000).collect::<String>());
}
