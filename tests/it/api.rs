//! Every worked query runs on its store, answers something, and its answer is kept as a snapshot
//! with ids, times and cursors taken out. What it should be is judged by `examples_oracle`.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::support::{examples, project};

#[test]
fn heads_are_complete_and_operations_named() {
    let examples = examples();
    assert!(examples.len() >= 20, "{}", examples.len());
    assert!(examples.iter().filter(|example| example.store == "xinxiang").count() >= 10);
    for example in examples {
        let keys: Vec<&str> = example.head.iter().map(|(key, _)| key.as_str()).collect();
        let wanted = ["标题", "title", "store", "说明"];
        assert_eq!(keys.iter().take(4).copied().collect::<Vec<_>>(), wanted, "{}", example.name);
        let more: &[&[&str]] = &[&[], &["variables"], &["role"], &["role", "variables"]];
        assert!(more.contains(&&keys[4..]), "{}: {keys:?}", example.name);
        let is_chinese = |text: &str| text.chars().any(|letter| ('一'..='龥').contains(&letter));
        assert!(is_chinese(&example.head[0].1) && is_chinese(&example.head[3].1), "{}", example.name);
        assert!(example.head[1].1.is_ascii() || example.head[1].1.contains('华'), "{}", example.name);
        let sentences = example.head[3].1.matches(['。', '？']).count();
        assert!((1..=4).contains(&sentences), "{}: {sentences} sentences", example.name);
        let mut words = example.query.split_whitespace();
        assert_eq!(words.next(), Some("query"), "{}", example.name);
        let name = words.next().unwrap_or_default();
        assert!(name.chars().next().is_some_and(|letter| letter.is_ascii_uppercase()), "{}: {name}", example.name);
    }
}

#[test]
fn every_example_answers_as_before() {
    let mut failed = Vec::new();
    let mut known = BTreeSet::new();
    for example in examples() {
        for served in example.stores() {
            let mut pages = example.pages(served);
            for page in &pages {
                let roots = page.as_object().expect("data is an object");
                assert!(
                    !roots.is_empty() && roots.values().any(says_something),
                    "{} answers nothing: {page}",
                    example.name
                );
            }
            pages.iter_mut().for_each(redact);
            let name =
                if example.store == "any" { format!("{}@{}", example.name, served.name) } else { example.name.clone() };
            let text = pages.iter().map(|page| format!("{page:#}")).collect::<Vec<_>>().join("\n---- next page\n");
            known.insert(format!("{name}.snap"));
            let compared = catch_unwind(AssertUnwindSafe(|| {
                insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                    insta::assert_snapshot!(name.clone(), text);
                });
            }));
            if compared.is_err() {
                failed.push(name);
            }
        }
    }
    assert!(failed.is_empty(), "changed answers: {failed:?}; look at them with INSTA_UPDATE=always and git diff");
    let kept = std::fs::read_dir(project("tests/it/snapshots")).expect("the snapshots");
    let kept = kept.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let orphans: Vec<String> = kept.filter(|name| name.ends_with(".snap") && !known.contains(name)).collect();
    assert!(orphans.is_empty(), "snapshots of no example: {orphans:?}");
}

/// Is there a non-empty list, or, where there are no lists, a value?
fn says_something(value: &Value) -> bool {
    fn lists(value: &Value, found: &mut Vec<usize>) {
        match value {
            Value::Array(items) => {
                found.push(items.len());
                items.iter().for_each(|item| lists(item, found));
            }
            Value::Object(fields) => fields.values().for_each(|field| lists(field, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    lists(value, &mut found);
    if found.is_empty() { !value.is_null() } else { found.iter().any(|length| *length > 0) }
}

/// Take out what differs from run to run: ids, the time of recording, cursors, today.
fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match name.as_str() {
                    "recordedAt" if field.is_string() => *field = json!("<time>"),
                    "day" if field.is_string() => *field = json!("<today>"),
                    "cursor" | "startCursor" | "endCursor" if field.is_string() => *field = json!("<cursor>"),
                    _ => redact(field),
                }
            }
        }
        Value::String(text) if is_id(text) => *text = "<id>".into(),
        _ => {}
    }
}

/// 26 letters and digits of Crockford's alphabet.
fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&byte))
}
