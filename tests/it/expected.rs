//! Comparing an answer with what the oracle expects: every field of the answer is looked at, lists
//! in their order, or as bags where nothing fixes the order. No part of the library is named.

use serde_json::{Value, json};

/// A list whose order is not fixed.
pub fn bag(items: impl IntoIterator<Item = Value>) -> Value {
    json!({ "$bag": items.into_iter().collect::<Vec<_>>() })
}

/// A text that contains all of these.
pub fn containing(pieces: &[&str]) -> Value {
    json!({ "$containing": pieces })
}

/// Whatever stands there: it is judged elsewhere.
pub fn anything() -> Value {
    json!({ "$anything": true })
}

/// Edges of a connection, in any order.
pub fn edges(items: impl IntoIterator<Item = Value>) -> Value {
    json!({ "edges": bag(items) })
}

/// Edges of a connection with their number.
pub fn counted(items: impl IntoIterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    json!({ "totalCount": items.len(), "edges": bag(items) })
}

/// A text; null where it is empty or nobody knows.
pub fn text(cell: &str) -> Value {
    if cell.is_empty() || cell == "UNKNOWN" { Value::Null } else { json!(cell) }
}

/// A code; null where it is empty. That nobody knows is an answer.
pub fn code(cell: &str) -> Value {
    if cell.is_empty() { Value::Null } else { json!(cell) }
}

/// A number without zeros at its end; null where it is empty or nobody knows.
pub fn number(cell: &str) -> Value {
    let plain = if cell.contains('.') { cell.trim_end_matches('0').trim_end_matches('.') } else { cell };
    text(plain)
}

/// Where and how an answer differs from what is expected; empty where it does not.
pub fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut all = Vec::new();
    compare(expected, found, "", &mut all);
    all
}

fn compare(expected: &Value, found: &Value, path: &str, all: &mut Vec<String>) {
    let mut differ = |what: String| all.push(format!("{path}: {what}"));
    if expected.get("$anything").is_some() {
        return;
    }
    if let Some(pieces) = expected.get("$containing").and_then(Value::as_array) {
        let text = found.as_str().unwrap_or_default();
        if let Some(missing) = pieces.iter().find(|piece| !text.contains(piece.as_str().unwrap_or_default())) {
            differ(format!("{found} does not contain {missing}"));
        }
        return;
    }
    if let Some(wanted) = expected.get("$bag").and_then(Value::as_array) {
        let Some(items) = found.as_array() else { return differ(format!("{found} is no list")) };
        return compare_bags(wanted, items, path, all);
    }
    match (expected, found) {
        (Value::Object(wanted), Value::Object(fields)) => {
            let names =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<std::collections::BTreeSet<_>>();
            if names(wanted) != names(fields) {
                differ(format!("fields {:?}, expected {:?}", names(fields), names(wanted)));
                return;
            }
            for (name, value) in wanted {
                compare(value, &fields[name], &format!("{path}.{name}"), all);
            }
        }
        (Value::Array(wanted), Value::Array(items)) => {
            if wanted.len() != items.len() {
                differ(format!("{} entries, expected {}", items.len(), wanted.len()));
                return;
            }
            for (place, (value, item)) in wanted.iter().zip(items).enumerate() {
                compare(value, item, &format!("{path}[{place}]"), all);
            }
        }
        _ if expected == found => {}
        _ => differ(format!("{found}, expected {expected}")),
    }
}

fn compare_bags(wanted: &[Value], items: &[Value], path: &str, all: &mut Vec<String>) {
    let mut left: Vec<&Value> = items.iter().collect();
    let mut missing = Vec::new();
    for value in wanted {
        match left.iter().position(|item| differences(value, item).is_empty()) {
            Some(place) => drop(left.remove(place)),
            None => missing.push(value),
        }
    }
    // One that is wrong in a field shows that field.
    if let ([value], [item]) = (missing.as_slice(), left.as_slice()) {
        return compare(value, item, &format!("{path}[…]"), all);
    }
    all.extend(missing.iter().map(|value| format!("{path}: missing {value}")));
    all.extend(left.iter().map(|item| format!("{path}: not expected {item}")));
}

#[test]
fn every_difference_is_seen() {
    let expected = json!({ "a": bag([json!(1), json!(2)]), "b": [1, 2], "c": containing(&["x"]), "d": anything() });
    assert!(differences(&expected, &json!({ "a": [2, 1], "b": [1, 2], "c": "wxy", "d": null })).is_empty());
    for wrong in [
        json!({ "a": [2, 2], "b": [1, 2], "c": "x", "d": 1 }),
        json!({ "a": [1, 2, 3], "b": [1, 2], "c": "x", "d": 1 }),
        json!({ "a": [1], "b": [1, 2], "c": "x", "d": 1 }),
        json!({ "a": [1, 2], "b": [2, 1], "c": "x", "d": 1 }),
        json!({ "a": [1, 2], "b": [1, 2], "c": "y", "d": 1 }),
        json!({ "a": [1, 2], "b": [1, 2], "c": "x" }),
        json!({ "a": [1, 2], "b": [1, 2], "c": "x", "d": 1, "e": 1 }),
    ] {
        assert!(!differences(&expected, &wrong).is_empty(), "{wrong}");
    }
    assert_eq!(
        (number("35.00"), number("0.62"), number("100"), number("")),
        (json!("35"), json!("0.62"), json!("100"), Value::Null)
    );
}
