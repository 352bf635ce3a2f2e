//! Tries, locks and what ends a session, with hashes that cost next to nothing.

use std::sync::Arc;

use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn rules() -> Rules {
    Rules { hash_kib: 64, hash_passes: 1, ..Rules::default() }
}

fn with_wang() -> (tempfile::TempDir, Accounts, String) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let accounts = Accounts::open(folder.path(), &rules());
    let wish = Wish { name: "王芳", role: Role::CountyOfficer, region: Some("410721") };
    let first = accounts.create(&wish, "test").expect("it can be made");
    (folder, accounts, first)
}

fn only(accounts: &Accounts) -> Account {
    let [account] = accounts.list().expect("a list").try_into().expect("one account");
    account
}

/// The events of the log, in order.
fn events(folder: &tempfile::TempDir) -> Vec<String> {
    assert!(Audit::open(folder.path()).verify().is_ok());
    let log = std::fs::read_to_string(folder.path().join("audit.log")).unwrap_or_default();
    let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["event"].to_string();
    log.lines().map(line).map(|event| event.trim_matches('"').to_owned()).collect()
}

#[test]
fn whoever_has_the_password_is_let_in_and_nothing_of_it_is_kept() {
    let (folder, accounts, first) = with_wang();
    let account = accounts.log_in("王芳", &first, HERE).expect("it is right");
    assert!(account.must_change && account.last_seen_ms.is_some());
    assert_eq!((account.role, account.region.as_deref()), (Role::CountyOfficer, Some("410721")));
    let chosen = accounts.choose("王芳", &first, "Kecheng-2026", HERE).expect("it can be chosen");
    assert!(!chosen.must_change && chosen.epoch == account.epoch + 1);
    assert_eq!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Refused), "the old one");
    assert!(accounts.log_in("王芳", "Kecheng-2026", HERE).is_ok());
    assert_eq!(events(&folder), ["ACCOUNT_CREATED", "LOGGED_IN", "PASSWORD_CHANGED", "LOGIN_FAILED", "LOGGED_IN"]);
    for file in ["accounts.json", "audit.log"] {
        let kept = std::fs::read_to_string(folder.path().join(file)).expect("it is there");
        assert!(!kept.contains(&first) && !kept.contains("Kecheng"), "{file}");
    }
}

#[test]
fn too_many_tries_lock_and_the_right_password_does_not_open_then() {
    let (folder, accounts, first) = with_wang();
    for number in 1..=5 {
        assert!(!only(&accounts).is_locked(now_ms()), "before try {number}");
        assert_eq!(accounts.log_in("王芳", "wrong", HERE), Err(LoginError::Refused));
    }
    assert!(only(&accounts).is_locked(now_ms()));
    assert_eq!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Refused));
    assert_eq!(
        events(&folder)[1..],
        ["LOGIN_FAILED", "LOGIN_FAILED", "LOGIN_FAILED", "LOGIN_FAILED", "LOCKED", "LOGIN_FAILED"]
    );
    let until = only(&accounts).locked_until_ms.expect("it is locked");
    assert!(!only(&accounts).is_locked(until) && only(&accounts).is_locked(until - 1));
    // When its time is over, one begins anew.
    let ended: Result<(), ChangeError> = accounts.kept.change(|all| {
        all[0].locked_until_ms = Some(1);
        Ok(())
    });
    ended.expect("it can be changed");
    assert_eq!(accounts.log_in("王芳", "wrong", HERE), Err(LoginError::Refused));
    assert_eq!((only(&accounts).failed, only(&accounts).locked_until_ms), (1, None));
    // So does whoever was let in, and whom an administrator unlocks.
    assert!(accounts.log_in("王芳", &first, HERE).is_ok());
    assert_eq!(only(&accounts).failed, 0);
    for _ in 0..5 {
        assert_eq!(accounts.log_in("王芳", "wrong", HERE), Err(LoginError::Refused));
    }
    accounts.change("王芳", Change::Unlock, "test").expect("it can be unlocked");
    assert!(accounts.log_in("王芳", &first, HERE).is_ok());
}

#[test]
fn tries_at_the_same_time_are_as_many_tries() {
    let (folder, accounts, first) = with_wang();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| accounts.log_in("王芳", "wrong", HERE));
        }
    });
    assert_eq!(only(&accounts).failed, 5, "no more than five were looked at");
    assert_eq!(events(&folder).iter().filter(|event| *event == "LOCKED").count(), 1);
    assert_eq!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Refused));
    // Choosing another password is a try as well.
    accounts.change("王芳", Change::Unlock, "test").expect("it can be unlocked");
    for _ in 0..5 {
        assert_eq!(accounts.choose("王芳", "wrong", "Kecheng-2026", HERE), Err(LoginError::Refused));
    }
    assert!(only(&accounts).is_locked(now_ms()));
}

#[test]
fn a_name_that_nobody_has_is_answered_alike_and_not_written_down() {
    let (folder, accounts, _) = with_wang();
    let before = std::fs::metadata(accounts.path()).expect("it is there");
    assert_eq!(accounts.log_in("Secret-Password-1", "x", HERE), Err(LoginError::Refused));
    assert_eq!(accounts.log_in("王芳", &"x".repeat(MOST_BYTES + 1), HERE), Err(LoginError::Refused));
    let log = std::fs::read_to_string(folder.path().join("audit.log")).expect("it is there");
    assert!(log.contains("no such name") && !log.contains("Secret"), "{log}");
    use std::os::unix::fs::MetadataExt;
    assert_ne!(std::fs::metadata(accounts.path()).expect("it is there").ino(), before.ino(), "less was done");
}

#[test]
fn what_takes_something_away_ends_every_session() {
    let (_folder, accounts, first) = with_wang();
    let bound = |account: &Account| Bound { name: Arc::from(account.name.as_str()), epoch: account.epoch };
    let begin = bound(&accounts.log_in("王芳", &first, HERE).expect("it is right"));
    assert!(accounts.bound(&begin).is_some());
    accounts.change("王芳", Change::Become(Role::Analyst, None), "test").expect("it can be changed");
    assert!(accounts.bound(&begin).is_none(), "another role");
    let next = bound(&only(&accounts));
    accounts.change("王芳", Change::Disable, "test").expect("it can be disabled");
    assert!(accounts.bound(&next).is_none() && accounts.bound(&bound(&only(&accounts))).is_none(), "disabled");
    assert_eq!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Refused));
    accounts.change("王芳", Change::Enable, "test").expect("it can be enabled");
    assert!(accounts.bound(&next).is_none(), "what was ended stays so");
    let next = bound(&accounts.log_in("王芳", &first, HERE).expect("it is right"));
    let second = accounts.reset("王芳", "test").expect("it can be reset");
    assert!(accounts.bound(&next).is_none(), "reset");
    assert_eq!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Refused));
    assert!(accounts.log_in("王芳", &second, HERE).is_ok_and(|account| account.must_change));
}

#[test]
fn what_cannot_be_an_account_is_refused() {
    let (_folder, accounts, first) = with_wang();
    let make = |name, role, region| accounts.create(&Wish { name, role, region }, "test").map(drop);
    assert!(matches!(make("王芳", Role::Steward, None), Err(ChangeError::Taken(_))));
    for name in ["", "a b", "igt_x", "Import", "ａ"] {
        assert!(matches!(make(name, Role::Steward, None), Err(ChangeError::Name(_))), "{name}");
    }
    assert_eq!(make("b", Role::Public, None), Err(ChangeError::Role));
    assert!(matches!(make("b", Role::CountyOfficer, None), Err(ChangeError::Region(_))));
    assert!(matches!(make("b", Role::Steward, Some("410721")), Err(ChangeError::Region(_))));
    assert!(matches!(accounts.change("b", Change::Unlock, "test"), Err(ChangeError::Unknown(_))));
    assert_eq!(accounts.choose("王芳", &first, "short", HERE), Err(Weakness::Short(10).into()));
    assert_eq!(accounts.choose("王芳", &first, &first, HERE), Err(Weakness::Same.into()));
    assert_eq!(only(&accounts).failed, 0, "it was the right one");
    let few = Accounts::open(accounts.path().parent().expect("a folder"), &Rules { accounts: 1, ..rules() });
    assert!(matches!(few.create(&Wish { name: "b", role: Role::App, region: None }, "t"), Err(ChangeError::Full(1))));
}

#[test]
fn what_cannot_be_written_down_is_not_done_and_a_damaged_file_lets_nobody_in() {
    let (folder, accounts, first) = with_wang();
    let log = folder.path().join("audit.log");
    let lines = std::fs::read(&log).expect("it is there");
    std::fs::write(&log, b"").expect("it can be written");
    assert!(matches!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Fault(ChangeError::Audit(_)))));
    assert!(matches!(accounts.log_in("王芳", "wrong", HERE), Err(LoginError::Fault(ChangeError::Audit(_)))));
    assert!(matches!(accounts.change("王芳", Change::Disable, "test"), Err(ChangeError::Audit(_))));
    assert_eq!(only(&accounts).state, State::Active);
    std::fs::write(&log, lines).expect("it can be written");
    let sound = std::fs::read_to_string(accounts.path()).expect("it is there");
    for damaged in [sound.replace("active", "activ"), sound.replace("\"kib\": 64", "\"kib\": 0"), String::new()] {
        std::fs::write(accounts.path(), &damaged).expect("it can be written");
        assert!(matches!(accounts.log_in("王芳", &first, HERE), Err(LoginError::Fault(_))), "{damaged}");
        assert!(accounts.damage().is_some() && accounts.list().is_err());
        assert_eq!(std::fs::read_to_string(accounts.path()).expect("it is there"), damaged);
    }
    std::fs::write(accounts.path(), &sound).expect("it can be written");
    assert!(accounts.log_in("王芳", &first, HERE).is_ok());
}

#[test]
fn what_a_hash_costs_follows_the_settings_at_the_next_log_in() {
    let (folder, accounts, first) = with_wang();
    let dearer = Rules { hash_passes: 2, ..rules() };
    assert!(!only(&accounts).password.costs_as(&dearer));
    assert!(Accounts::open(folder.path(), &dearer).log_in("王芳", &first, HERE).is_ok());
    assert!(only(&accounts).password.costs_as(&dearer));
    assert!(accounts.log_in("王芳", &first, HERE).is_ok());
}
