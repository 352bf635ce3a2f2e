//! The contract: the committed schema is the one that is served, and says what everything is, in
//! both languages, and every number in what unit.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{demo, project};

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
