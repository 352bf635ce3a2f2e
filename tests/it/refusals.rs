//! Every refusal there is can be met: one example each in `fixtures/refusals/`, tried on a fresh small
//! store. Refused means: the code, both languages, and nothing in the store has changed.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use innograph::config::Limits;
use innograph::domain::Rejection;
use innograph::domain::command::Command;
use innograph::engine::WriteError;
use innograph::intake;
use serde_json::{Value, json};

use crate::rights::stores::{OFFICER_OF_A, Store};
use crate::support::{Served, bare_engine_of, files, project};

const FOLDER: &str = "fixtures/refusals";
const STORE: &str = "fixtures/refusals/store";

#[test]
fn every_refusal_is_met_and_changes_nothing() {
    let mut failed = Vec::new();
    for sample in Rejection::samples() {
        let code = sample.code();
        // Met where a file of keys is lost or held: tests/it/personal.rs.
        if ["PERSONAL_KEY_MISSING", "PERSONAL_KEYS_UNWRITABLE"].contains(&code) {
            continue;
        }
        let document = project(&format!("{FOLDER}/{code}.graphql"));
        let folder = project(&format!("{FOLDER}/{code}"));
        let tried = catch_unwind(AssertUnwindSafe(|| {
            assert!(document.exists() != folder.exists(), "{code} has no example in {FOLDER}, or two");
            if document.exists() { by_mutation(code, &document) } else { by_import(code, &folder) }
        }));
        if let Err(cause) = tried {
            let said = cause.downcast_ref::<String>().cloned().unwrap_or_default();
            failed.push(format!("{code}: {}", said.chars().take(300).collect::<String>()));
        }
    }
    assert!(failed.is_empty(), "{} refusals:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_example_is_of_a_refusal() {
    let codes: BTreeSet<String> = Rejection::samples().iter().map(|sample| sample.code().to_owned()).collect();
    for entry in fs::read_dir(project(FOLDER)).expect("the examples") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let code = name.trim_end_matches(".graphql");
        assert!(codes.contains(code) || ["store", "README.md"].contains(&code), "{name}");
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('一'..='龥').contains(&letter))
}

fn assert_speaks(zh: &str, en: &str) {
    assert!(is_chinese(zh) && en.split_whitespace().count() > 3, "{zh} / {en}");
}

/// The last operation of a document is refused, those before it are carried out.
fn by_mutation(code: &str, path: &Path) {
    let text = fs::read_to_string(path).expect("a document");
    let served = Served::writable(&[STORE], "示例工作人员");
    let head = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("# {name}: ")));
    let mut variables = json!({});
    if let Some((letter, count)) = head("long").and_then(|long| long.split_once(' ')) {
        variables["long"] = json!(letter.repeat(count.parse().expect("a number")));
    }
    let operations: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("mutation "))
        .map(|line| line.split([' ', '(']).next().unwrap_or_default())
        .collect();
    let (last, before) = operations.split_last().expect("an operation");
    assert_eq!(*last, "Refused", "{code}");
    for operation in before {
        let answer = served.run(&text, Some(operation), &variables);
        let results = answer["data"].as_object().unwrap_or_else(|| panic!("{operation}: {answer}"));
        assert!(results.values().all(|result| result["__typename"] == "Written"), "{operation}: {answer}");
        if let Some(id) = head("id").and_then(|pointer| answer["data"].pointer(pointer)) {
            variables["id"] = id.clone();
        }
    }
    let before = served.standing();
    let answer = match head("as") {
        Some("COUNTY_OFFICER 990101") => Store::over(Arc::clone(&served.engine)).ask(OFFICER_OF_A, &text, &variables),
        Some(other) => panic!("{code}: nobody asks as {other}"),
        None => served.run(&text, Some(last), &variables),
    };
    assert!(answer.get("errors").is_none(), "{answer}");
    let outcome = &answer["data"]["outcome"];
    assert_eq!(outcome["code"], code, "{answer}");
    let ty = match code {
        "STALE_VERSION" => "StaleVersion",
        "AMBIGUOUS_NAME" => "AmbiguousName",
        _ => "Refused",
    };
    assert_eq!(outcome["__typename"], ty, "{answer}");
    let said = |name: &str| outcome[name].as_str().unwrap_or_default().to_owned();
    assert_speaks(&said("zh"), &said("en"));
    if code == "AMBIGUOUS_NAME" {
        let candidates: Vec<&Value> = outcome["candidates"].as_array().expect("candidates").iter().collect();
        assert_eq!(candidates.len(), 2, "{answer}");
        assert!(candidates.iter().all(|one| one["kind"] == "ENTERPRISE" && one["id"].is_string()), "{answer}");
    }
    assert_eq!(served.standing(), before, "{code} changed something");
}

/// Files that an import refuses, when it reads them or when it carries them out.
fn by_import(code: &str, folder: &Path) {
    let engine = bare_engine_of(&files(&[STORE]));
    let name = |name: &str| Command::NameStore { name: name.to_owned() };
    engine.execute("test", &[name("refusals")], &mut |_, _| true).expect("the store takes its name");
    let before = (engine.view().state().sequence(), engine.view().state().state_digest());
    let limits = Limits::default().intake();
    let folder = folder.strip_prefix(project("")).expect("inside the project").to_string_lossy().into_owned();
    let reading = intake::read_folder(&files(&[&folder]), &limits);
    let mut rejections: Vec<Rejection> = reading.refusals.into_iter().map(|refusal| refusal.rejection).collect();
    if rejections.is_empty() {
        let given = fs::read_to_string(project(&format!("{folder}/store_name.txt")));
        let mut commands = vec![name(given.as_deref().map_or("refusals", str::trim))];
        commands.extend(reading.commands.into_iter().map(|(_, command)| command));
        match engine.execute("test", &commands, &mut |_, _| true) {
            Err(WriteError::Rejected(rejected)) => rejections.extend(rejected.into_iter().map(|(_, one)| one)),
            other => panic!("{code}: {other:?}"),
        }
    }
    let codes: Vec<&str> = rejections.iter().map(Rejection::code).collect();
    let met = rejections.iter().find(|rejection| rejection.code() == code);
    let met = met.unwrap_or_else(|| panic!("{code} was not met: {codes:?}"));
    assert_speaks(&met.zh(), &met.en());
    assert_eq!((engine.view().state().sequence(), engine.view().state().state_digest()), before, "{code}");
}
