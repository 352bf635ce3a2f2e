//! Starting and stopping: every way it can fail has its exit code and its sentence.

use std::fs;
use std::net::TcpListener;

use crate::process::{Server, import, program, project};

fn real_store() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a scratch folder");
    let (codes, facts) = (project("fixtures/codes"), project("fixtures/xinxiang"));
    let said = import(data.path(), "xinxiang", &[&codes, &facts]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    data
}

#[test]
fn importing_twice_changes_nothing() {
    let data = real_store();
    let before = fs::read(data.path().join("ledger.sqlite")).expect("the ledger is there");
    let (codes, facts) = (project("fixtures/codes"), project("fixtures/xinxiang"));
    let said = import(data.path(), "xinxiang", &[&codes, &facts]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success() && text.contains(" 0 changed"), "{text}");
    let after = fs::read(data.path().join("ledger.sqlite")).expect("the ledger is there");
    assert!(before == after, "the bytes of the ledger have changed");
}

#[test]
fn a_store_in_use_is_refused_and_stopping_frees_it() {
    let data = real_store();
    let server = Server::start(data.path(), "xinxiang");
    let second =
        program().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data.path()).output().expect("it starts");
    assert_eq!(second.status.code(), Some(3), "{second:?}");
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use"), "{second:?}");
    assert_eq!(server.ask("{__typename}").0, 200);
    assert_eq!(server.stop(), Some(0));
    let checked = program().args(["check", "--data"]).arg(data.path()).output().expect("it starts");
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
}

#[test]
fn a_port_in_use_is_refused() {
    let data = real_store();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let refused =
        program().args(["serve", "--listen", &address, "--data"]).arg(data.path()).output().expect("it starts");
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains(&address), "{refused:?}");
}

#[test]
fn a_directory_that_cannot_be_written_is_served_read_only() {
    let data = real_store();
    // Also root must not be able to write: a folder stands where the lock file would.
    fs::remove_file(data.path().join("lock")).expect("the lock file is there");
    fs::create_dir(data.path().join("lock")).expect("the folder can be made");
    let server = Server::start(data.path(), "xinxiang");
    let (_, answer) = server.ask("{ service { readOnly } enterprises { totalCount } }");
    assert_eq!(answer["data"]["service"]["readOnly"], true, "{answer}");
    assert!(answer["data"]["enterprises"]["totalCount"].as_u64() > Some(50), "{answer}");
    let (status, ready) = server.send("GET", "/readyz", &[], b"");
    let ready: serde_json::Value = serde_json::from_str(&ready).expect("JSON");
    assert_eq!((status, &ready["ready"], &ready["writer"]), (200, &true.into(), &"READ_ONLY".into()), "{ready}");
    assert!(ready["notice"]["zh"].as_str().is_some_and(|zh| zh.contains("不能写入")), "{ready}");
    let page = server.send("GET", "/", &[], b"").1;
    assert!(page.contains(ready["notice"]["zh"].as_str().expect("a sentence")), "{page}");
    let (codes, facts) = (project("fixtures/codes"), project("fixtures/demo"));
    let refused = import(data.path(), "xinxiang", &[&codes, &facts]);
    assert!(!refused.status.success(), "{refused:?}");
}

#[test]
fn stores_are_never_mixed() {
    let data = real_store();
    let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
    let refused = import(data.path(), "demo", &[&codes, &demo]);
    assert_eq!(refused.status.code(), Some(6), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("OTHER_STORE"), "{refused:?}");
    let refused =
        program().args(["serve", "--store-name", "demo", "--data"]).arg(data.path()).output().expect("it starts");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a scratch file");
    let refused = program().args(["check", "--data"]).arg(file.path().join("below")).output().expect("it starts");
    assert_eq!(refused.status.code(), Some(7), "{refused:?}");
}

#[test]
fn a_damaged_ledger_is_refused_with_its_place() {
    let data = real_store();
    let path = data.path().join("ledger.sqlite");
    let mut bytes = fs::read(&path).expect("the ledger is there");
    // Somewhere in the middle of the bodies.
    let place =
        bytes.windows(4).rposition(|window| window == "新乡".as_bytes().get(..4).unwrap_or_default()).expect("a name");
    bytes[place] ^= 1;
    fs::write(&path, bytes).expect("it can be written");
    let refused = program().args(["check", "--data"]).arg(data.path()).output().expect("it starts");
    assert_eq!(refused.status.code(), Some(5), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("entry ") && said.contains("backup"), "{said}");
}

#[test]
fn an_unknown_setting_is_refused() {
    let file = tempfile::NamedTempFile::new().expect("a scratch file");
    fs::write(file.path(), "listne = \"127.0.0.1:1\"\n").expect("it can be written");
    let refused = program().args(["config", "--config"]).arg(file.path()).arg("show").output().expect("it starts");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let shown = program().args(["config", "show"]).output().expect("it starts");
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("settings as JSON");
    assert_eq!(shown["limits"]["page"], 100);
}
