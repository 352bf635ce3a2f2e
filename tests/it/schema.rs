//! The contract: the committed schema is the one that is served, and says what everything is, in
//! both languages, and every number in what unit.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{
    ConstDirective, ExecutableDocument, FieldDefinition, Selection, SelectionSet, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{parse_query, parse_schema};
use async_graphql::{Positioned, Value as Gql};
use serde_json::{Value, json};

use crate::support::{demo, examples, project};

const INTROSPECTION: &str = "query Contract { __schema { types { kind name description
    fields(includeDeprecated: true) { name description args { name description type { ...Shape } } type { ...Shape } }
    inputFields { name description type { ...Shape } }
    enumValues(includeDeprecated: true) { name description } } } }
    fragment Shape on __Type { name ofType { name ofType { name ofType { name } } } }";

/// What a description must say besides the two languages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    None,
    NeedUnit,
}

/// Something of the schema that has a description.
struct Described {
    path: String,
    name: String,
    description: String,
    numbers: Numbers,
}

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = std::fs::read_to_string(project("schema/schema.graphql")).expect("schema/schema.graphql");
    let served = innograph::api::sdl();
    let line = committed.lines().zip(served.lines()).position(|(left, right)| left != right);
    assert!(
        committed == served,
        "schema/schema.graphql is stale (line {line:?}); run `innograph schema > schema/schema.graphql`"
    );
}

/// The innermost name of a type.
fn inner(shape: &Value) -> &str {
    match shape["name"].as_str() {
        Some(name) => name,
        None => inner(&shape["ofType"]),
    }
}

fn described(path: &str, item: &Value, shape: Option<&Value>) -> Described {
    let numeric = shape.is_some_and(|shape| ["Int", "Float", "Decimal"].contains(&inner(shape)));
    let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
    Described {
        path: path.to_owned(),
        name: text("name"),
        description: text("description"),
        numbers: if numeric { Numbers::NeedUnit } else { Numbers::None },
    }
}

/// Everything of our own: what begins with two underscores and the built-in scalars are not.
fn everything() -> Vec<Described> {
    let schema = demo().data(INTROSPECTION, &json!({}));
    let list = |item: &Value, field: &str| item[field].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for ty in list(&schema["__schema"], "types") {
        let name = ty["name"].as_str().expect("a name").to_owned();
        if name.starts_with("__") || ["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str()) {
            continue;
        }
        all.push(described(&name, &ty, None));
        for field in list(&ty, "fields") {
            let path = format!("{name}.{}", field["name"].as_str().expect("a name"));
            all.push(described(&path, &field, Some(&field["type"])));
            for argument in list(&field, "args") {
                all.push(described(
                    &format!("{path}({})", argument["name"].as_str().expect("a name")),
                    &argument,
                    Some(&argument["type"]),
                ));
            }
        }
        for input in list(&ty, "inputFields") {
            all.push(described(
                &format!("{name}.{}", input["name"].as_str().expect("a name")),
                &input,
                Some(&input["type"]),
            ));
        }
        for value in list(&ty, "enumValues") {
            all.push(described(&format!("{name}.{}", value["name"].as_str().expect("a name")), &value, None));
        }
    }
    all
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// The longest run of English words.
fn english(text: &str) -> Vec<String> {
    let runs = text.split(|letter: char| is_chinese(letter) || "。，；：、（）“”《》".contains(letter));
    let words = |run: &str| {
        let words =
            run.split(|letter: char| !letter.is_ascii_alphabetic() && letter != '\'').filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    runs.map(words).max_by_key(Vec::len).unwrap_or_default()
}

/// What is wrong with a description, if anything is.
fn fault(item: &Described) -> Option<&'static str> {
    let Described { name, description, numbers, .. } = item;
    if !description.chars().any(is_chinese) {
        return Some("says nothing in Chinese");
    }
    let words = english(description);
    if words.len() < 2 {
        return Some("has no English sentence of two words");
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    if plain(&words.concat()) == plain(name) {
        return Some("only repeats the name in English");
    }
    if *numbers == Numbers::NeedUnit && !says_unit(description) {
        return Some("does not say the unit or the range of its number");
    }
    None
}

/// A number says its unit in both languages (`单位：…` and `Unit: …`), or its range, as numbers
/// with “到” and “to”.
fn says_unit(description: &str) -> bool {
    let has_unit = ["单位：", "单位同"].iter().any(|mark| description.contains(mark)) && description.contains("Unit: ");
    let between = |mark: &str| {
        description.match_indices(mark).any(|(place, _)| {
            let before = description[..place].trim_end().chars().next_back();
            let after = description[place + mark.len()..].trim_start().chars().next();
            before.is_some_and(|letter| letter.is_ascii_digit()) && after.is_some_and(|letter| letter.is_ascii_digit())
        })
    };
    has_unit || (between("到") && between("to")) || (between("到") && description.contains("Between "))
}

#[test]
fn everything_is_described_in_both_languages_and_numbers_have_units() {
    let all = everything();
    assert!(all.len() > 2_500, "{}", all.len());
    let numbers = all.iter().filter(|item| item.numbers == Numbers::NeedUnit).count();
    assert!(numbers > 100, "{numbers}");
    let faults: Vec<String> = all
        .iter()
        .filter_map(|item| fault(item).map(|fault| format!("{} {fault}: “{}”", item.path, item.description)))
        .collect();
    let distinct: BTreeSet<&str> =
        faults.iter().map(|fault| fault.split_once(' ').map_or("", |(_, rest)| rest)).collect();
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}\n… as {}",
        faults.len(),
        all.len(),
        distinct.iter().take(40).copied().collect::<Vec<_>>().join("\n"),
        faults.iter().take(10).map(|fault| fault.split(' ').next().unwrap_or_default()).collect::<Vec<_>>().join(", ")
    );
}

#[test]
fn the_rules_for_descriptions_can_be_broken() {
    let item = |name: &str, description: &str, numbers| Described {
        path: String::new(),
        name: name.into(),
        description: description.into(),
        numbers,
    };
    for (name, description, numbers) in [
        ("amount", "Contract amount. Unit: yuan", Numbers::NeedUnit),
        ("amount", "合同成交额。单位：元", Numbers::NeedUnit),
        ("amount", "合同成交额 Amount", Numbers::None),
        ("contractAmount", "合同成交额。Contract amount.", Numbers::None),
        ("amount", "合同成交额。Contract amount of all.", Numbers::NeedUnit),
        ("score", "得分，0 以上。A score above 0.", Numbers::NeedUnit),
    ] {
        assert!(fault(&item(name, description, numbers)).is_some(), "{description}");
    }
    for description in ["合同成交额。单位：元。Contract amount. Unit: yuan.", "得分，0 到 1。A score from 0 to 1."]
    {
        assert_eq!(fault(&item("x", description, Numbers::NeedUnit)), None, "{description}");
    }
}

/// What the committed schema says that a field costs and how much it answers with.
#[derive(Default)]
struct Priced {
    weight: u64,
    size: u64,
    slicing: Option<String>,
    unsliced: Option<u64>,
    /// The name of its type.
    ty: String,
}

/// A document priced by the words of the schema alone.
struct PriceList {
    fields: BTreeMap<(String, String), Priced>,
}

impl PriceList {
    fn read(text: &str) -> Self {
        let document = parse_schema(text).expect("the schema is one");
        let mut fields = BTreeMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let own = match ty.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            for field in own {
                let name = (ty.node.name.node.to_string(), field.node.name.node.to_string());
                fields.insert(name, Priced::of(&field.node));
            }
        }
        Self { fields }
    }

    fn price(&self, document: &ExecutableDocument, variables: &Value) -> u64 {
        let (_, operation) = document.operations.iter().next().expect("an operation");
        let root = format!("{:?}", operation.node.ty);
        let given = |name: &str| {
            let mut declared = operation.node.variable_definitions.iter();
            let mut default =
                || declared.find(|definition| definition.node.name.node == name)?.node.default_value.clone();
            match variables.get(name) {
                Some(value) => value.as_u64(),
                None => default().and_then(|value| value.node.into_json().ok()?.as_u64()),
            }
        };
        self.set(&operation.node.selection_set.node, &root, document, &given)
    }

    fn set(
        &self,
        set: &SelectionSet,
        ty: &str,
        document: &ExecutableDocument,
        given: &dyn Fn(&str) -> Option<u64>,
    ) -> u64 {
        let of = |selection: &Positioned<Selection>| match &selection.node {
            Selection::InlineFragment(inline) => {
                let narrowed = inline.node.type_condition.as_ref().map(|condition| condition.node.on.node.to_string());
                let ty = narrowed.as_deref().unwrap_or(ty);
                self.set(&inline.node.selection_set.node, ty, document, given)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node].node;
                self.set(&fragment.selection_set.node, &fragment.type_condition.node.on.node, document, given)
            }
            Selection::Field(field) => {
                let field = &field.node;
                if field.name.node.starts_with("__") {
                    return 1;
                }
                let key = (ty.to_owned(), field.name.node.to_string());
                let priced = self.fields.get(&key).unwrap_or_else(|| panic!("no field {key:?}"));
                let asked = priced.slicing.as_ref().and_then(|name| field.get_argument(name)).and_then(|value| {
                    let resolve = |name: async_graphql::Name| Ok::<_, ()>(given(&name).map_or(Gql::Null, Gql::from));
                    value.node.clone().into_const_with(resolve).ok()?.into_json().ok()?.as_u64()
                });
                let size = asked.or(priced.unsliced).unwrap_or(priced.size);
                priced.weight + size * self.set(&field.selection_set.node, &priced.ty, document, given)
            }
        };
        set.items.iter().map(of).sum()
    }
}

impl Priced {
    fn of(field: &FieldDefinition) -> Self {
        let ty = field.ty.node.to_string().replace(['[', ']', '!'], "");
        let mut priced = Self { weight: 1, size: 1, ty, ..Self::default() };
        let said = |directive: &ConstDirective, name: &str| {
            directive.get_argument(name).and_then(|value| value.node.clone().into_json().ok())
        };
        for directive in field.directives.iter().map(|directive| &directive.node) {
            let number = |name: &str| said(directive, name).and_then(|value| value.as_u64());
            match directive.name.node.as_str() {
                "cost" => {
                    let weight = said(directive, "weight").and_then(|value| value.as_str()?.parse().ok());
                    priced.weight = weight.expect("a weight is a number");
                }
                "listSize" => {
                    priced.size = number("assumedSize").expect("a list has a size");
                    priced.unsliced = number("slicingArgumentDefaultValue");
                    priced.slicing =
                        said(directive, "slicingArguments").and_then(|names| Some(names[0].as_str()?.to_owned()));
                }
                _ => {}
            }
        }
        priced
    }
}

#[test]
fn the_price_of_a_document_can_be_read_off_the_schema() {
    let committed = std::fs::read_to_string(project("schema/schema.graphql")).expect("schema/schema.graphql");
    let list = PriceList::read(&committed);
    let fragment = "query($n: Int = 7) { enterprises(first: $n) { edges { node { ...F ...G } } totalCount } }
        fragment F on Enterprise { nameZh names { text } }
        fragment G on Enterprise { collaborations(first: 3) { edges { node { id ... on Node { ties { edges { cursor } } } } } } }";
    let mut cases = vec![
        ("{ __typename }".to_owned(), json!({})),
        ("{ enterprises { edges { node { nameZh } } } }".to_owned(), json!({})),
        (fragment.to_owned(), json!({})),
        (fragment.to_owned(), json!({ "n": 31 })),
    ];
    let asked = examples().into_iter().filter(|example| example.store != "xinxiang");
    cases.extend(asked.map(|example| (example.query, example.variables)));
    assert!(cases.len() > 15, "{}", cases.len());
    for (query, variables) in cases {
        let answer = demo().ask(&query, &variables);
        assert!(answer.get("errors").is_none(), "{query}\n{answer}");
        let cost = &answer["extensions"]["cost"];
        let price = cost["price"].as_u64().unwrap_or_else(|| panic!("{query}\n{answer}"));
        let reserve = cost.get("reserve").and_then(Value::as_u64).unwrap_or_default();
        let document = parse_query(&query).expect("a document");
        assert_eq!(list.price(&document, &variables), price - reserve, "{query}");
    }
}

#[test]
fn the_directives_of_prices_are_part_of_the_introspection() {
    let query = "{ __schema { directives { name description args { name } locations } } }";
    let schema = demo().data(query, &json!({}));
    let all = schema["__schema"]["directives"].as_array().cloned().unwrap_or_default();
    for (name, arguments) in [("cost", 1), ("listSize", 5)] {
        let found = all.iter().find(|directive| directive["name"] == name).unwrap_or_else(|| panic!("no @{name}"));
        let text = found["description"].as_str().unwrap_or_default();
        assert!(text.chars().any(is_chinese) && english(text).len() > 2, "{text}");
        assert_eq!(found["args"].as_array().map(Vec::len), Some(arguments), "{found}");
        assert!(found["locations"].as_array().is_some_and(|all| all.contains(&json!("FIELD_DEFINITION"))), "{found}");
    }
    // A directive that is said of no field is not part of the schema.
    let committed = innograph::api::sdl();
    assert_eq!(committed.contains("directive @walk"), committed.contains(" @walk"), "of @walk");
}
