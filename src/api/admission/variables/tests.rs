//! The expected judgement comes from the text of the schema, read by another parser into other
//! types, and from JSON as it was given.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use async_graphql::Variables;
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, InputObjectType, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{parse_query, parse_schema};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{check, with_defaults};
use crate::api::admission::Validator;
use crate::api::error::ApiError;
use crate::config::Limits;

enum Known {
    Scalar,
    Codes(Vec<String>),
    Object { one_of: bool, fields: InputObjectType },
}

/// What the text of the schema says of inputs.
static SCHEMA: LazyLock<BTreeMap<String, Known>> = LazyLock::new(|| {
    let document = parse_schema(crate::api::sdl()).expect("the schema is one");
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => Some(ty.node),
        _ => None,
    });
    let known = types.filter_map(|ty| {
        let one_of = ty.directives.iter().any(|directive| directive.node.name.node == "oneOf");
        let known = match ty.kind {
            TypeKind::Scalar => Known::Scalar,
            TypeKind::Enum(codes) => {
                Known::Codes(codes.values.iter().map(|code| code.node.value.node.to_string()).collect())
            }
            TypeKind::InputObject(fields) => Known::Object { one_of, fields },
            _ => return None,
        };
        Some((ty.name.node.to_string(), known))
    });
    let built_in = ["Int", "Float", "String", "Boolean", "ID"].map(|name| (name.to_owned(), Known::Scalar));
    known.chain(built_in).collect()
});

fn oracle(value: &Json, ty: &Type) -> bool {
    if value.is_null() {
        return ty.nullable;
    }
    match &ty.base {
        BaseType::List(entry) => match value.as_array() {
            Some(entries) => entries.iter().all(|value| oracle(value, entry)),
            None => oracle(value, entry),
        },
        BaseType::Named(name) => match &SCHEMA[name.as_str()] {
            Known::Scalar => match name.as_str() {
                "Int" => value.as_i64().is_some_and(|number| (-(1 << 31)..1 << 31).contains(&number)),
                "Float" => value.is_number(),
                "Boolean" => value.is_boolean(),
                "ID" => value.is_string() || value.is_i64(),
                "Decimal" | "PartialDate" => value.is_string() || value.is_number(),
                _ => value.is_string(),
            },
            Known::Codes(codes) => value.as_str().is_some_and(|code| codes.iter().any(|known| known == code)),
            Known::Object { one_of, fields } => value.as_object().is_some_and(|given| {
                let declared = |name: &String| fields.fields.iter().any(|field| field.node.name.node == name.as_str());
                let each = fields.fields.iter().all(|field| match given.get(field.node.name.node.as_str()) {
                    Some(value) => oracle(value, &field.node.ty.node),
                    None => field.node.ty.node.nullable || field.node.default_value.is_some(),
                });
                let one = given.len() == 1 && given.values().all(|value| !value.is_null());
                given.keys().all(declared) && each && (one || !one_of)
            }),
        },
    }
}

/// Chance that repeats itself (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    fn one_in(&mut self, parts: usize) -> bool {
        self.below(parts) == 0
    }
}

/// Something of any kind.
fn anything(chance: &mut Chance) -> Json {
    let all = [
        json!(null),
        json!(true),
        json!(0),
        json!(-7),
        json!(i64::from(i32::MAX)),
        json!(i64::from(i32::MAX) + 1),
        json!(i64::from(i32::MIN) - 1),
        json!(u64::MAX),
        json!(1.0),
        json!(2.5),
        json!(1e300),
        json!(""),
        json!("OTHER"),
        json!("2017-12-31"),
        json!([]),
        json!([null]),
        json!(["OTHER", "x"]),
        json!({}),
        json!({ "id": "x" }),
        json!({ "nothing": 1 }),
    ];
    all[chance.below(all.len())].clone()
}

/// A value that mostly fits.
fn value_of(ty: &Type, chance: &mut Chance, depth: usize) -> Json {
    if chance.one_in(12) {
        return anything(chance);
    }
    if ty.nullable && (chance.one_in(6) || depth > 4) {
        return Json::Null;
    }
    match &ty.base {
        BaseType::List(entry) if chance.one_in(4) => value_of(entry, chance, depth + 1),
        BaseType::List(entry) => (0..chance.below(3)).map(|_| value_of(entry, chance, depth + 1)).collect(),
        BaseType::Named(name) => match &SCHEMA[name.as_str()] {
            Known::Scalar => match name.as_str() {
                "Int" if chance.one_in(8) => json!(i64::from(chance.next() as i32) * 3),
                "Int" => json!(chance.next() as i32),
                "Float" => json!(f64::from(chance.next() as i32) / 4.0),
                "Boolean" => json!(chance.one_in(2)),
                _ => json!(format!("t{}", chance.below(9))),
            },
            Known::Codes(codes) => json!(codes[chance.below(codes.len())]),
            Known::Object { one_of: true, fields } => {
                let field = &fields.fields[chance.below(fields.fields.len())].node;
                let given = Type { nullable: false, ..field.ty.node.clone() };
                json!({ field.name.node.as_str(): value_of(&given, chance, depth + 1) })
            }
            Known::Object { fields, .. } => {
                let mut given = serde_json::Map::new();
                for field in &fields.fields {
                    let must = !field.node.ty.node.nullable && !chance.one_in(40);
                    if must || (depth < 5 && chance.one_in(fields.fields.len().min(8))) {
                        given
                            .insert(field.node.name.node.to_string(), value_of(&field.node.ty.node, chance, depth + 1));
                    }
                }
                if chance.one_in(40) {
                    given.insert("nothing".into(), json!(1));
                }
                Json::Object(given)
            }
        },
    }
}

fn type_of(chance: &mut Chance) -> Type {
    let names: Vec<&String> = SCHEMA.keys().collect();
    let name = names[chance.below(names.len())];
    let form = ["N", "N!", "[N]", "[N!]!", "[[N!]]"][chance.below(5)];
    Type::new(&form.replace('N', name)).expect("a type")
}

fn judged(document: &ExecutableDocument, variables: &Json) -> Result<(), ApiError> {
    let DocumentOperations::Single(operation) = &document.operations else { panic!("one operation") };
    check(&document.fragments, &operation.node, &Variables::from_json(variables.clone()))
}

fn judge(text: &str, variables: &Json) -> Result<(), ApiError> {
    judged(&parse_query(text).unwrap_or_else(|error| panic!("{text}: {error}")), variables)
}

fn code(text: &str, variables: &Json) -> Result<(), &'static str> {
    judge(text, variables).map_err(|error| error.code)
}

/// Does the judgement of one value agree with the oracle, and which is it?
fn agrees(seed: u64) -> bool {
    let mut chance = Chance(seed);
    let ty = type_of(&mut chance);
    let value = value_of(&ty, &mut chance, 0);
    let found = judge(&format!("query($input: {ty}) {{ service {{ storeName }} }}"), &json!({ "input": value }));
    let expected = oracle(&value, &ty);
    assert_eq!(found.is_ok(), expected, "{ty} {value}: {found:?}");
    if let Err(error) = found {
        assert_eq!(error.code, "BAD_VARIABLE");
        assert!(error.zh.len() + error.en.len() < 2_500, "{error:?}");
        assert!(error.en.starts_with("The variable $input"), "{error:?}");
    }
    expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_variable_passes_where_the_schema_says_so(seed: u64) {
        agrees(seed);
    }

    /// Where the library's own validator would refuse, so does this.
    #[test]
    fn nothing_passes_that_the_validator_refuses(seed: u64) {
        let mut chance = Chance(seed);
        let (text, name) = ARGUMENTS[chance.below(ARGUMENTS.len())];
        // Now and then an argument of another type.
        let given = if chance.one_in(12) { ARGUMENTS[chance.below(ARGUMENTS.len())].1 } else { name };
        let ty = Type::new(given).expect("a type");
        let variables = json!({ "x": value_of(&ty, &mut chance, 0) });
        let document = parse_query(text.replace("TYPE", name)).expect("a document");
        if judged(&document, &variables).is_ok() {
            let passes = VALIDATOR.passes(document, Variables::from_json(variables.clone()));
            prop_assert!(passes, "{} {}", text, variables);
        }
    }
}

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(&Limits::default()));

/// Arguments with a variable, alone and within a literal; one of them as a single value of a list.
const ARGUMENTS: &[(&str, &str)] = &[
    ("query($x: TYPE) { node(id: $x) { id } }", "ID!"),
    ("query($x: TYPE) { enterprises(filter: $x) { totalCount } }", "EnterpriseFilter"),
    ("query($x: TYPE) { enterprises(filter: {and: {not: $x}}) { totalCount } }", "EnterpriseFilter"),
    ("query($x: TYPE) { enterprises(filter: {and: {nameContains: $x}}) { totalCount } }", "String"),
    ("query($x: TYPE = 3) { enterprises(first: $x) { totalCount } }", "Int"),
    ("query($x: TYPE) { organization(by: {name: $x}) { id } }", "String"),
    ("query($x: TYPE) { organization(by: $x) { id ... on Enterprise @include(if: true) { key } } }", "Reference!"),
    ("query($x: TYPE) { partners(for: $x) { totalCount } }", "PartnerWish!"),
    ("query($x: TYPE) { enterprises(orderBy: $x) { totalCount } }", "NodeOrder"),
    ("query($x: TYPE) { service @include(if: $x) { storeName } }", "Boolean!"),
    ("query($x: TYPE) { __type(name: $x) { name } }", "String!"),
    ("mutation($x: TYPE) { saveEnterprise(input: $x) { __typename } }", "EnterpriseInput!"),
    ("mutation($x: TYPE) { relate(input: $x) { __typename } }", "RelateInput!"),
    ("subscription($x: TYPE) { changed(filter: $x) { sequence } }", "ChangeFilter"),
];

#[test]
fn both_judgements_are_tried_often() {
    let passed = (0..2_000).filter(|seed| agrees(*seed)).count();
    assert!((300..1_700).contains(&passed), "{passed}");
}

#[test]
fn every_document_of_the_list_can_pass() {
    for (text, ty) in ARGUMENTS {
        let mut chance = Chance(1);
        let document = parse_query(text.replace("TYPE", ty)).expect("a document");
        let ty = Type::new(ty).expect("a type");
        let passes = (0..500).any(|_| {
            let variables = json!({ "x": value_of(&ty, &mut chance, 0) });
            judged(&document, &variables).is_ok() && VALIDATOR.passes(document.clone(), Variables::from_json(variables))
        });
        assert!(passes, "{text}");
    }
}

#[test]
fn the_path_and_what_is_expected_are_told() {
    let query = "mutation($input: EnterpriseInput!) { saveEnterprise(input: $input) { __typename } }";
    for (variables, path, expected) in [
        (json!({}), "$input", "required"),
        (json!({ "input": null }), "$input", "not null"),
        (json!({ "input": 5 }), "$input", "EnterpriseInput"),
        (json!({ "input": { "nothing": 1 } }), "$input.nothing", "EnterpriseInput"),
        (json!({ "input": { "legalForm": "有限公司" } }), "$input.legalForm", "OTHER"),
        (json!({ "input": { "mainProducts": ["a", null] } }), "$input.mainProducts[1]", "not null"),
    ] {
        let error = judge(query, &variables).expect_err("refused");
        assert_eq!(error.code, "BAD_VARIABLE", "{error:?}");
        assert!(error.zh.starts_with(&format!("变量 {path} ")), "{error:?}");
        assert!(error.en.starts_with(&format!("The variable {path} ")), "{error:?}");
        assert!(error.en.contains(expected), "{error:?}");
    }
}

#[test]
fn little_of_what_was_sent_comes_back() {
    let long = "秘".repeat(5_000);
    let nested = |depth: usize| (0..depth).fold(json!({}), |inner, _| json!({ "not": inner }));
    let filter = "query($x: EnterpriseFilter) { service { storeName } }";
    assert_eq!(code(filter, &json!({ "x": nested(60) })), Ok(()));
    for (text, variables) in [
        ("query($x: Int) { service { storeName } }", json!({ "x": long })),
        ("query($x: NodeKind) { service { storeName } }", json!({ "x": long })),
        ("query($x: Reference) { service { storeName } }", json!({ "x": { long.as_str(): 1 } })),
        (filter, json!({ "x": nested(70) })),
    ] {
        let error = judge(text, &variables).expect_err("refused");
        assert!(error.zh.matches('秘').count() <= 60 && error.en.matches('秘').count() <= 60, "{error:?}");
        assert!(error.zh.len() + error.en.len() < 2_500, "{error:?}");
    }
    let name = "x".repeat(5_000);
    let error = judge(&format!("query(${name}: Int!) {{ service {{ storeName }} }}"), &json!({})).expect_err("refused");
    assert!(error.en.len() < 300, "{error:?}");
}

#[test]
fn what_is_not_declared_is_ignored_and_defaults_count() {
    let query = "query($n: Int! = 3) { enterprises(first: $n) { totalCount } }";
    assert_eq!(code(query, &json!({ "other": { "a": 1 } })), Ok(()));
    assert_eq!(code(query, &json!({ "n": null })), Err("BAD_VARIABLE"));
    assert_eq!(code("{ service { storeName } }", &json!({ "n": 1 })), Ok(()));
    // A default may stand where null may not, but null that is given may not.
    let query = "query($n: Int = 3) { enterprises(first: $n) { totalCount } }";
    assert_eq!(code(query, &json!({})), Ok(()));
    assert_eq!(code(query, &json!({ "n": null })), Err("BAD_VARIABLE"));
    let fragment = "query($n: Int = 3) { ...F } fragment F on Query { enterprises(first: $n) { totalCount } }";
    assert_eq!(code(fragment, &json!({ "n": null })), Err("BAD_VARIABLE"));
    assert_eq!(
        code("query($n: Int = \"x\") { enterprises(first: $n) { totalCount } }", &json!({})),
        Err("BAD_VARIABLE")
    );
}

#[test]
fn arguments_that_hold_a_variable_are_judged_even_where_it_is_left_out() {
    let filter = |inner: &str| format!("query($x: String) {{ enterprises(filter: {inner}) {{ totalCount }} }}");
    assert_eq!(code(&filter("{and: [{nameContains: $x}, {nothing: 1}]}"), &json!({})), Err("VALIDATION"));
    assert_eq!(code(&filter("{and: [{nameContains: $x}, {nameContains: 5}]}"), &json!({})), Err("VALIDATION"));
    assert_eq!(code(&filter("{and: [{nameContains: $x}, {nameContains: \"5\"}]}"), &json!({})), Ok(()));
    // Within a single value of a list the validator of the library looks at no variable.
    let single = "query($x: Int) { enterprises(filter: {and: {nameContains: $x}}) { totalCount } }";
    assert_eq!(code(single, &json!({ "x": 5 })), Err("BAD_VARIABLE"));
    let one = "query($a: ID, $b: String) { organization(by: {id: $a, code: $b}) { id } }";
    assert_eq!(code(one, &json!({ "a": "x" })), Ok(()));
    assert_eq!(code(one, &json!({ "a": null })), Err("VALIDATION"));
    assert_eq!(code(one, &json!({ "a": "x", "b": "y" })), Err("VALIDATION"));
    assert_eq!(code(one, &json!({})), Err("VALIDATION"));
}

#[test]
fn defaults_stand_for_what_is_left_out_and_not_for_null() {
    let document = parse_query("query($a: Int = 1, $b: Int = 2, $c: Int = 3, $d: Int) { service { storeName } }");
    let document = document.expect("a document");
    let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
    let given = Variables::from_json(json!({ "b": null, "c": 9, "e": 5 }));
    let filled = with_defaults(&operation.node, given);
    let expected = json!({ "a": 1, "b": null, "c": 9, "e": 5 });
    assert_eq!(filled, Variables::from_json(expected));
}
