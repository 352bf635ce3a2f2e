//! `innograph documents`: what is listed was judged, and what is refused leaves nothing behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::process::{program, project};

fn documents(files: &[PathBuf], more: &[&str]) -> Output {
    program().arg("documents").args(files).args(more).output().expect("the program starts")
}

fn said(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// What another program says that the hash of a file is.
fn sha256sum(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().expect("sha256sum runs");
    said(&output.stdout).split_whitespace().next().expect("a hash").to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn examples() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["schema/examples", "schema/examples/mutations"]
        .iter()
        .flat_map(|folder| fs::read_dir(project(folder)).expect("the examples").flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "graphql"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_example_can_be_listed() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let out = folder.path().join("manifest.json");
    let files = examples();
    assert!(files.len() > 30, "{}", files.len());
    let output = documents(&files, &["--out", &out.to_string_lossy()]);
    assert!(output.status.success(), "{}", said(&output.stderr));
    let manifest: Value = serde_json::from_slice(&fs::read(&out).expect("the manifest")).expect("JSON");
    let manifest = manifest.as_object().expect("an object");
    let lines = said(&output.stdout);
    for file in &files {
        let id = format!("sha256:{}", sha256sum(file));
        assert_eq!(manifest[&id], fs::read_to_string(file).expect("text"), "{}", file.display());
        let line = lines.lines().find(|line| line.starts_with(&id)).unwrap_or_else(|| panic!("{lines}"));
        let mut words = line.split_whitespace().skip(1);
        assert!(words.next().and_then(|price| price.parse::<u64>().ok()).is_some_and(|price| price > 0), "{line}");
        assert_eq!(words.next(), file.to_str());
    }
    assert_eq!(manifest.len(), files.len());
    assert_eq!(names(folder.path()), ["manifest.json"], "nothing is left beside it");
}

#[test]
fn one_that_is_refused_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path
    };
    let fine = file("fine.graphql", b"{ service { storeName } }");
    let out = folder.path().join("manifest.json");
    fs::write(&out, "as it was").expect("it can be written");
    let long = " ".repeat(70_000);
    for (name, text, code, exit) in [
        ("unknown.graphql", b"{ service { nothing } }".as_slice(), "VALIDATION", 6),
        ("syntax.graphql", b"{", "SYNTAX", 6),
        ("long.graphql", long.as_bytes(), "DOCUMENT_TOO_LONG", 6),
        ("dear.graphql", b"{ organizations(first: 100) { edges { node { ties(first: 100) { edges { node { to { ties(first: 100) { totalCount edges { node { id } } } } } } } } } } }", "TOO_COSTLY", 6),
        ("bytes.graphql", b"{ \xff }", "SYSTEM", 7),
    ] {
        let refused = file(name, text);
        let output = documents(&[fine.clone(), refused], &["--out", &out.to_string_lossy()]);
        let told = said(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{told}");
        assert!(told.starts_with(code) && told.matches(name).count() == 2, "{told}");
        assert_eq!(said(&output.stdout), "", "nothing is listed that is not written");
        assert_eq!(fs::read_to_string(&out).expect("text"), "as it was");
    }
    let missing = documents(&[folder.path().join("missing.graphql")], &[]);
    assert_eq!(missing.status.code(), Some(7), "{}", said(&missing.stderr));
    assert_eq!(documents(&[], &[]).status.code(), Some(2));
}

#[test]
fn without_a_place_to_write_to_documents_are_only_judged() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("two.graphql");
    let text = "query Few { enterprises(first: 1) { totalCount } } query Many($n: Int! = 50) { enterprises(first: $n) { totalCount } }";
    fs::write(&file, text).expect("it can be written");
    let output = documents(std::slice::from_ref(&file), &[]);
    assert!(output.status.success(), "{}", said(&output.stderr));
    let lines = said(&output.stdout);
    let operations: Vec<_> = lines.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(operations, ["Few", "Many"], "{lines}");
    assert_eq!(names(folder.path()), ["two.graphql"]);
    // The limits are those of the configuration.
    let mut command = program();
    let output = command.arg("documents").arg(&file).env("INNOGRAPH_LIMITS__PRICE", "30").output().expect("it starts");
    assert_eq!(output.status.code(), Some(6), "{}", said(&output.stderr));
    assert!(said(&output.stderr).starts_with("TOO_COSTLY"), "{}", said(&output.stderr));
}
