//! Accounts at the command line: made, listed, changed; what is refused, and that a first password is
//! shown once and kept nowhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use crate::process::{import, program, project};

/// A store of the invented city.
pub fn with_store() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a scratch folder");
    let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
    let said = import(data.path(), "demo", &[&codes, &demo]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    data
}

/// `innograph account …`, with settings.
pub fn account(data: &Path, args: &[&str], settings: &[(&str, &str)]) -> Output {
    let settings = settings.iter().map(|(name, value)| (format!("INNOGRAPH_{name}"), *value));
    program().arg("account").args(args).arg("--data").arg(data).envs(settings).output().expect("the program starts")
}

/// Make an account: its first password.
pub fn create(data: &Path, args: &[&str], settings: &[(&str, &str)]) -> String {
    let said = account(data, &[&["create"], args].concat(), settings);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    let text = String::from_utf8(said.stdout).expect("text");
    assert_eq!(text.lines().count(), 1, "standard output holds the password alone");
    text.trim_end().to_owned()
}

#[test]
fn an_account_is_made_listed_and_changed() {
    let data = tempfile::tempdir().expect("a scratch folder");
    let run = |args: &[&str]| account(data.path(), args, &[]);
    let first = create(data.path(), &["--name", "王芳", "--role", "county_officer", "--region", "410721"], &[]);
    let kept = data.path().join("accounts.json");
    assert_eq!(kept.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&kept).expect("text");
    assert!(!text.contains(&first) && text.contains("19456"), "{text}");
    let listed = || String::from_utf8(run(&["list"]).stdout).expect("text");
    for word in ["王芳", "COUNTY_OFFICER", "410721", "first password"] {
        assert!(listed().contains(word), "{}", listed());
    }
    assert_eq!(run(&["disable", "王芳"]).status.code(), Some(0));
    assert!(listed().contains("disabled"));
    assert_eq!(run(&["enable", "王芳"]).status.code(), Some(0));
    let second = String::from_utf8(run(&["reset", "王芳"]).stdout).expect("text");
    assert_ne!(second.trim_end(), first);
    assert_eq!(run(&["role", "王芳", "--role", "analyst"]).status.code(), Some(0));
    assert!(listed().contains("ANALYST") && !listed().contains("410721"));
    // One name, one person: neither another account nor a token goes by it.
    assert_eq!(run(&["create", "--name", "王芳", "--role", "steward"]).status.code(), Some(6));
    let token = |name: &str| {
        let made = program().args(["token", "create", "--name", name, "--data"]).arg(data.path()).output();
        made.expect("the program starts").status.code()
    };
    assert_eq!((token("王芳"), token("t")), (Some(6), Some(0)));
    assert_eq!(run(&["create", "--name", "t", "--role", "steward"]).status.code(), Some(6));
    for (code, args) in [
        (2, &["create", "--name", "b", "--role", "county_officer"][..]),
        (2, &["create", "--name", "b", "--role", "steward", "--region", "410721"]),
        (2, &["create", "--name", "b", "--role", "public"]),
        (6, &["create", "--name", "a b", "--role", "steward"]),
        (6, &["unlock", "nobody"]),
    ] {
        assert_eq!(run(args).status.code(), Some(code), "{args:?}");
    }
    let log = fs::read_to_string(data.path().join("audit.log")).expect("the log");
    assert_eq!((log.matches("ACCOUNT_CREATED").count(), log.matches("ACCOUNT_CHANGED").count()), (1, 4));
    assert!(log.contains("cli(uid ") && !log.contains(&first) && !log.contains(second.trim_end()), "{log}");
}

#[test]
fn a_damaged_file_of_accounts_is_not_written_over() {
    let data = tempfile::tempdir().expect("a scratch folder");
    create(data.path(), &["--name", "a", "--role", "steward"], &[]);
    let path = data.path().join("accounts.json");
    fs::write(&path, "{").expect("it can be written");
    for args in [&["list"][..], &["create", "--name", "b", "--role", "steward"], &["disable", "a"]] {
        let said = account(data.path(), args, &[]);
        assert_eq!(said.status.code(), Some(5), "{args:?}");
        assert!(String::from_utf8_lossy(&said.stderr).contains("ACCOUNTS_DAMAGED"), "{said:?}");
    }
    assert_eq!(fs::read(&path).expect("it is there"), b"{");
    let unsound = account(data.path(), &["list"], &[("ACCOUNTS__TRIES", "0")]);
    assert_eq!(unsound.status.code(), Some(2));
    assert_eq!(account(&data.path().join("nowhere"), &["list"], &[]).status.code(), Some(7));
}
