//! Backup, restore, doctor: what is brought back is what was there, and nothing less is accepted.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use innograph::engine::Engine;
use serde_json::Value;

use crate::process::{Server, import, program, project};

fn store(name: &str) -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a scratch folder");
    let (codes, facts) = (project("fixtures/codes"), project(&format!("fixtures/{name}")));
    let said = import(data.path(), name, &[&codes, &facts]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    data
}

/// A store of a few kilobytes, for what is tried very often. Made by a process of its own: a lock
/// taken here would be shared, for a moment, by every process that another test is just starting.
fn small_store() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a scratch folder");
    let said = import(data.path(), "small", &[&project("fixtures/codes/sources.csv")]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    data
}

fn run(args: &[&str], paths: &[(&str, &Path)]) -> Output {
    let mut command = program();
    command.args(args);
    for (name, path) in paths {
        command.arg(name).arg(path);
    }
    command.output().expect("the program starts")
}

fn back_up(data: &Path, to: &Path) -> Output {
    run(&["backup"], &[("--data", data), ("--to", to)])
}

fn restore(from: &Path, data: &Path) -> Output {
    run(&["restore"], &[("--from", from), ("--data", data)])
}

fn manifest(backup: &Path) -> Value {
    serde_json::from_slice(&fs::read(backup.join("manifest.json")).expect("a manifest")).expect("JSON")
}

fn checked(data: &Path) -> String {
    let said = run(&["check"], &[("--data", data)]);
    assert!(said.status.success(), "{said:?}");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| (fs::read(folder.join(&name)).expect("a file"), name);
    names(folder).into_iter().map(read).map(|(bytes, name)| (name, bytes)).collect()
}

#[test]
fn what_is_restored_has_the_digest_of_the_manifest() {
    let data = store("demo");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (backup, new) = (folder.path().join("backup"), folder.path().join("new"));
    let token = run(&["token", "create", "--name", "a"], &[("--data", data.path())]);
    assert!(token.status.success(), "{token:?}");
    let said = back_up(data.path(), &backup);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stdout).contains("令牌不在备份中"), "{said:?}");
    assert_eq!(names(&backup), ["ledger.sqlite", "ledger.witness", "manifest.json"]);
    let manifest = manifest(&backup);
    assert_eq!(manifest["store_name"], "demo");
    assert_eq!(manifest["program_version"], env!("CARGO_PKG_VERSION"));
    let digest = manifest["state_digest"].as_str().expect("a digest");
    assert!(checked(data.path()).contains(digest));
    let said = restore(&backup, &new);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stdout).contains(digest), "{said:?}");
    assert!(!new.join("tokens.json").exists());
    assert!(checked(&new).contains(digest));
    assert_eq!(names(folder.path()), ["backup", "new"]);
    // It is a store like any other: it takes more, and can be backed up again.
    let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
    let again = import(&new, "demo", &[&codes, &demo]);
    assert!(String::from_utf8_lossy(&again.stdout).contains(" 0 changed"), "{again:?}");
    assert_eq!(back_up(&new, &folder.path().join("second")).status.code(), Some(0));
}

#[test]
fn a_store_is_backed_up_while_it_is_served() {
    let data = store("demo");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let server = Server::start(data.path(), "demo");
    let before = server.ask("{ __typename }").1["extensions"]["sequence"].as_u64();
    let backup = folder.path().join("backup");
    assert_eq!(back_up(data.path(), &backup).status.code(), Some(0));
    assert_eq!(manifest(&backup)["sequence"].as_u64(), before);
    let doctor = run(&["doctor"], &[("--data", data.path())]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(0), "{said}");
    assert!(said.contains("an innograph process is using the directory") && !said.contains("BAD"), "{said}");
    assert_eq!(run(&["doctor", "--accept-ledger"], &[("--data", data.path())]).status.code(), Some(3));
    // A directory that is served is not restored into.
    let refused = restore(&backup, data.path());
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert_eq!(server.ask("{ __typename }").0, 200);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(restore(&backup, &folder.path().join("new")).status.code(), Some(0));
}

#[test]
fn a_store_is_backed_up_while_it_is_written() {
    let data = small_store();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
    let mut importing = program();
    importing.args(["import", "--store-name", "small", "--data"]).arg(data.path()).args([codes, demo]);
    let mut importing = importing.stderr(std::process::Stdio::null()).spawn().expect("the program starts");
    let mut sequences = Vec::new();
    while importing.try_wait().expect("it can be asked").is_none() || sequences.is_empty() {
        let backup = folder.path().join(format!("{}", sequences.len()));
        let said = back_up(data.path(), &backup);
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        sequences.push(manifest(&backup)["sequence"].as_u64().expect("a number"));
    }
    assert!(importing.wait().expect("it ends").success());
    assert!(sequences.is_sorted(), "{sequences:?}");
    for number in [0, sequences.len() - 1] {
        let new = folder.path().join(format!("new-{number}"));
        assert_eq!(restore(&folder.path().join(format!("{number}")), &new).status.code(), Some(0));
        fs::remove_dir_all(&new).expect("it can be removed");
    }
}

#[test]
fn a_backup_with_one_flipped_bit_is_refused() {
    let data = small_store();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (backup, new) = (folder.path().join("backup"), folder.path().join("new"));
    assert_eq!(back_up(data.path(), &backup).status.code(), Some(0));
    let ledger = backup.join("ledger.sqlite");
    let sound = fs::read(&ledger).expect("it is there");
    let step = sound.len() / 40;
    for place in (0..sound.len()).step_by(step).chain([sound.len() - 1]) {
        let mut flipped = sound.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&ledger, &flipped).expect("it can be written");
        let refused = restore(&backup, &new);
        assert_eq!(refused.status.code(), Some(5), "byte {place}: {refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("BACKUP_DAMAGED"), "{refused:?}");
        assert_eq!(names(folder.path()), ["backup"], "byte {place} left something");
    }
    fs::write(&ledger, &sound[..sound.len() - 1]).expect("it can be written");
    assert_eq!(restore(&backup, &new).status.code(), Some(5));
    fs::write(&ledger, &sound).expect("it can be written");
    // A manifest that promises something else.
    let told = manifest(&backup);
    for (name, value) in [
        ("sequence", Value::from(7)),
        ("state_digest", Value::from("0".repeat(64))),
        ("head_hash", Value::from("0".repeat(64))),
        ("nodes", Value::from(1)),
        ("store_name", Value::from("other")),
        ("format", Value::from(2)),
        ("ledger_bytes", Value::from(1)),
    ] {
        let mut other = told.clone();
        other[name] = value;
        fs::write(backup.join("manifest.json"), other.to_string()).expect("it can be written");
        assert_eq!(restore(&backup, &new).status.code(), Some(5), "{name}");
    }
    // Digests of another canonical form say nothing, but everything else still must be right.
    let mut other = told.clone();
    other["digest_version"] = Value::from(1);
    other["head_hash"] = Value::from("0".repeat(64));
    fs::write(backup.join("manifest.json"), other.to_string()).expect("it can be written");
    assert_eq!(restore(&backup, &new).status.code(), Some(5));
    fs::remove_file(backup.join("manifest.json")).expect("it is there");
    let refused = restore(&backup, &new);
    assert_eq!(refused.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("BACKUP_INCOMPLETE"), "{refused:?}");
    assert_eq!(names(folder.path()), ["backup"]);
}

#[test]
fn a_backup_of_another_canonical_form_is_restored_without_its_digest() {
    let data = small_store();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let backup = folder.path().join("backup");
    assert_eq!(back_up(data.path(), &backup).status.code(), Some(0));
    let told = manifest(&backup);
    let digest = told["state_digest"].as_str().expect("a digest");
    let said = restore(&backup, &folder.path().join("same"));
    assert!(said.status.success() && !String::from_utf8_lossy(&said.stdout).contains("not compared"), "{said:?}");
    // One from before the field was there, one of a program to come.
    for version in [None, Some(told["digest_version"].as_u64().expect("a number") + 1)] {
        let mut other = told.clone();
        (other["state_digest"], other["content_digest"]) = (Value::from("0".repeat(64)), Value::from("1".repeat(64)));
        let fields = other.as_object_mut().expect("an object");
        fields.remove("digest_version");
        fields.extend(version.map(|version| ("digest_version".to_owned(), Value::from(version))));
        fs::write(backup.join("manifest.json"), other.to_string()).expect("it can be written");
        let new = folder.path().join(format!("new-{version:?}"));
        let said = restore(&backup, &new);
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        assert!(text.contains("没有比对") && text.contains("not compared") && text.contains(digest), "{text}");
        assert!(checked(&new).contains(digest));
    }
}

#[test]
fn a_damaged_witness_is_not_taken_for_a_damaged_ledger() {
    let data = small_store();
    let witness = data.path().join("ledger.witness");
    let length = fs::read(&witness).expect("it is there").len();
    fs::write(&witness, vec![7; length]).expect("it can be written");
    let doctor = run(&["doctor"], &[("--data", data.path())]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(5), "{said}");
    let line = said.lines().find(|line| line.contains("ledger.witness")).unwrap_or_else(|| panic!("{said}"));
    let (zh, en) = line.split_once(" · ").expect("both languages");
    for (words, remedy) in [(zh, "再恢复备份"), (en, "restore a backup only if")] {
        let first = words.find("innograph doctor --accept-ledger").unwrap_or_else(|| panic!("{words}"));
        assert!(words.find(remedy).is_some_and(|last| first < last), "{words}");
    }
    assert!(!said.contains("账本在第") && zh.contains("见证文件"), "{said}");
    // The remedy helps.
    assert_eq!(run(&["doctor", "--accept-ledger"], &[("--data", data.path())]).status.code(), Some(0));
    assert_eq!(run(&["doctor"], &[("--data", data.path())]).status.code(), Some(0));
    // Where the ledger is what is damaged, it is said so, and the remedy is another one.
    let harm = rusqlite::Connection::open(data.path().join("ledger.sqlite")).expect("it opens");
    harm.execute_batch("UPDATE entries SET body = x'00' WHERE sequence = 1").expect("it can be harmed");
    drop(harm);
    let doctor = run(&["doctor"], &[("--data", data.path())]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.code() == Some(5) && said.contains("账本在第 1 条损坏"), "{said}");
}

#[test]
fn what_is_there_is_never_replaced() {
    let data = small_store();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (backup, full) = (folder.path().join("backup"), folder.path().join("full"));
    fs::create_dir(&full).expect("it can be made");
    fs::write(full.join("mine"), "x").expect("it can be written");
    let refused = back_up(data.path(), &full);
    assert_eq!(refused.status.code(), Some(6), "{refused:?}");
    assert_eq!(back_up(data.path(), &backup).status.code(), Some(0));
    let refused = restore(&backup, &full);
    assert_eq!(refused.status.code(), Some(6), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("RESTORE_NOT_EMPTY"), "{refused:?}");
    assert_eq!(names(&full), ["mine"]);
    // An empty one is taken; and what is not there cannot be backed up.
    fs::remove_file(full.join("mine")).expect("it is there");
    assert_eq!(restore(&backup, &full).status.code(), Some(0));
    assert_eq!(back_up(&folder.path().join("nowhere"), &folder.path().join("b")).status.code(), Some(7));
    assert_eq!(names(folder.path()), ["backup", "full"]);
}

#[test]
fn ctrl_c_leaves_nothing_or_a_whole_backup() {
    let data = store("demo");
    let folder = tempfile::tempdir().expect("a scratch folder");
    for number in 0..4 {
        let backup = folder.path().join(format!("{number}"));
        let mut child =
            program().args(["backup", "--data"]).arg(data.path()).arg("--to").arg(&backup).spawn().expect("it starts");
        while number > 0 && !backup.exists() && child.try_wait().expect("it can be asked").is_none() {
            std::thread::yield_now();
        }
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let done = child.wait().expect("it ends").success();
        assert_eq!(done, backup.join("manifest.json").exists());
        assert_eq!(done, backup.exists(), "something is left of backup {number}");
    }
}

#[test]
fn looking_changes_nothing() {
    let data = small_store();
    for missing in ["", "lock", "ledger.witness"] {
        if !missing.is_empty() {
            fs::remove_file(data.path().join(missing)).expect("it is there");
        }
        let before = contents(data.path());
        let doctor = run(&["doctor"], &[("--data", data.path())]);
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert_eq!(doctor.status.code(), Some(0), "{said}");
        assert_eq!(said.contains("the witness file is missing"), missing == "ledger.witness", "{said}");
        assert!(contents(data.path()) == before, "without {missing:?}: looking has changed something");
    }
}

#[test]
fn what_a_dead_server_left_in_its_log_is_seen_and_backed_up() {
    let data = tempfile::tempdir().expect("a scratch folder");
    let engine = Engine::open(data.path()).expect("it opens");
    let name = "fixtures/codes/sources.csv";
    let file = innograph::intake::InputFile {
        label: name.into(),
        name: "sources.csv".into(),
        bytes: fs::read(project(name)).expect("a fixture"),
    };
    let limits = innograph::intake::Limits {
        file_bytes: 1 << 20,
        cell_bytes: 1 << 16,
        columns: 100,
        ..innograph::intake::Limits::DEFAULT
    };
    let commands: Vec<_> =
        innograph::intake::read_folder(&[file], &limits).commands.into_iter().map(|(_, command)| command).collect();
    let outcome = engine.execute("test", &commands, &mut |_, _| true).expect("it is written");
    // What is on the disk while the engine lives is what a killed one leaves.
    let dead = tempfile::tempdir().expect("a scratch folder");
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.witness"] {
        fs::copy(data.path().join(name), dead.path().join(name)).expect("it can be copied");
    }
    let lasting = || contents(dead.path()).into_iter().filter(|(name, _)| !name.ends_with("-shm")).collect::<Vec<_>>();
    let before = lasting();
    let doctor = run(&["doctor"], &[("--data", dead.path())]);
    assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains(&format!("{} entries verified", outcome.sequence)));
    let folder = tempfile::tempdir().expect("a scratch folder");
    let said = back_up(dead.path(), &folder.path().join("backup"));
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert_eq!(manifest(&folder.path().join("backup"))["sequence"].as_u64(), Some(outcome.sequence));
    assert!(lasting() == before, "looking has changed something");
}

#[test]
fn a_ledger_that_lost_entries_is_told_of_and_accepted_on_demand() {
    let data = small_store();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
    assert!(import(data.path(), "small", &[&codes, &demo]).status.success());
    let path = data.path().join("ledger.sqlite");
    let cut = rusqlite::Connection::open(&path).expect("it opens");
    cut.execute_batch("DELETE FROM entries WHERE sequence > 1").expect("it can be cut");
    drop(cut);
    let before = contents(data.path());
    let doctor = run(&["doctor"], &[("--data", data.path())]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.code() == Some(5) && said.contains("--accept-ledger"), "{said}");
    assert!(contents(data.path()) == before, "looking has changed something");
    let refused = back_up(data.path(), &folder.path().join("backup"));
    assert_eq!(refused.status.code(), Some(5), "what has lost entries is not backed up: {refused:?}");
    let accepted = run(&["doctor", "--accept-ledger"], &[("--data", data.path())]);
    let said = String::from_utf8_lossy(&accepted.stdout).into_owned();
    assert!(accepted.status.code() == Some(0) && said.contains("given up"), "{said}");
    assert!(checked(data.path()).contains("sequence 1"));
    // Damage inside is not accepted.
    let harm = rusqlite::Connection::open(&path).expect("it opens");
    harm.execute_batch("UPDATE entries SET body = x'00' WHERE sequence = 1").expect("it can be harmed");
    drop(harm);
    assert_eq!(run(&["doctor", "--accept-ledger"], &[("--data", data.path())]).status.code(), Some(5));
    assert_eq!(run(&["doctor"], &[("--data", data.path())]).status.code(), Some(5));
}
