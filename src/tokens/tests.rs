//! What counts, what does not, and that nothing of a token is kept.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::ledger::PAUSE_MS;
use crate::rights::RegionFault;

fn wish(name: &str) -> Wish<'_> {
    Wish { name, role: Role::Steward, region: None, days: None, most: 100 }
}

#[test]
fn a_token_counts_until_it_is_revoked_also_for_who_had_the_file_open() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (serving, commanding) = (Tokens::open(folder.path()), Tokens::open(folder.path()));
    assert!(serving.is_absent());
    let fresh = commanding.create(&wish("王芳"), "test").expect("it can be made");
    assert_eq!(fresh.token.len(), 68);
    let holder = serving.judge(&fresh.token).expect("it counts");
    assert_eq!((&*holder.name, holder.role), ("王芳", Role::Steward));
    let kept = std::fs::read_to_string(serving.path()).expect("it is there");
    assert!(!kept.contains(&fresh.token[4..]), "the token itself is kept");
    assert_eq!(serving.path().metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
    assert!(matches!(commanding.create(&wish("王芳"), "test"), Err(ChangeError::Taken(_))));
    let (record, counted) = commanding.revoke("王芳", "test").expect("it can be revoked");
    assert!(counted && record.id == fresh.record.id);
    assert_eq!(serving.judge(&fresh.token), Err(TokenError::Revoked("王芳".into())));
    assert!(!commanding.revoke(&record.id, "test").expect("again").1);
    // The name is free again, and the old record stays.
    let next = commanding.create(&wish("王芳"), "test").expect("it can be made");
    assert_eq!(serving.list().expect("a list").len(), 2);
    assert!(commanding.revoke("王芳", "test").expect("the live one").1);
    assert!(matches!(serving.judge(&next.token), Err(TokenError::Revoked(_))));
    assert!(matches!(commanding.revoke("nobody", "test"), Err(ChangeError::Unknown(_))));
}

#[test]
fn an_expired_token_does_not_count() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Tokens::open(folder.path());
    let fresh = tokens.create(&Wish { days: Some(1), ..wish("short") }, "test").expect("it can be made");
    assert!(tokens.judge(&fresh.token).is_ok());
    let end = fresh.record.expires_at_ms.expect("it ends");
    assert_eq!(fresh.record.state(end - 1), TokenState::Live);
    assert_eq!(fresh.record.state(end), TokenState::Expired);
    tokens
        .kept
        .change(|records| {
            records[0].expires_at_ms = Some(1);
            Ok::<(), ChangeError>(())
        })
        .expect("it can be changed");
    assert_eq!(tokens.judge(&fresh.token), Err(TokenError::Expired("short".into())));
    // Its name is free.
    assert!(tokens.create(&wish("short"), "test").is_ok());
    for days in [0, 36_501] {
        assert!(matches!(tokens.create(&Wish { days: Some(days), ..wish("x") }, "test"), Err(ChangeError::Days)));
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Tokens::open(folder.path());
    let good = tokens.create(&wish("a"), "test").expect("it can be made").token;
    for bad in ["", "igt_", &good[1..], &good[..67], &format!("{good}0"), &good.to_uppercase(), &format!(" {good}")] {
        assert_eq!(tokens.judge(bad), Err(TokenError::Malformed), "{bad}");
    }
    let other = |digit: &str| format!("{}{digit}", &good[..67]);
    let changed = if good.ends_with('0') { other("1") } else { other("0") };
    assert_eq!(tokens.judge(&changed), Err(TokenError::Unknown));
    for name in ["", "a b", "igt_x", "import", "Import", "ａ", "a\n", "a/b", &"长".repeat(65)] {
        assert!(matches!(tokens.create(&wish(name), "test"), Err(ChangeError::Name(_))), "{name}");
    }
    assert!(matches!(tokens.create(&wish("A"), "test"), Err(ChangeError::Taken(_))), "capitals make no other person");
    assert!(matches!(tokens.create(&Wish { most: 1, ..wish("b") }, "test"), Err(ChangeError::Full(1))));
}

#[test]
fn a_damaged_file_lets_nobody_in_and_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Tokens::open(folder.path());
    let good = tokens.create(&wish("a"), "test").expect("it can be made").token;
    let sound = std::fs::read_to_string(tokens.path()).expect("it is there");
    for (from, to) in
        [("\"STEWARD\"", "\"PUBLIC\""), ("\"hash\"", "\"hush\""), ("1,", "2,"), ("}", ""), ("\"a\"", "\"\"")]
    {
        let damaged = sound.replacen(from, to, 1);
        assert_ne!(damaged, sound);
        std::fs::write(tokens.path(), &damaged).expect("it can be written");
        assert!(matches!(tokens.judge(&good), Err(TokenError::Damaged(_))), "{damaged}");
        assert!(tokens.damage().is_some());
        assert!(matches!(tokens.create(&wish("b"), "test"), Err(ChangeError::Damaged { .. })));
        assert_eq!(std::fs::read_to_string(tokens.path()).expect("it is there"), damaged);
    }
    std::fs::write(tokens.path(), &sound).expect("it can be written");
    assert!(tokens.judge(&good).is_ok(), "what is put back counts again");
    assert!(!tokens.is_open_to_others());
    std::fs::set_permissions(tokens.path(), std::fs::Permissions::from_mode(0o640)).expect("they can be set");
    assert!(tokens.is_open_to_others());
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = folder.path();
            scope.spawn(move || {
                Tokens::open(path).create(&wish(&format!("n{number}")), "test").expect("it can be made")
            });
        }
    });
    assert_eq!(Tokens::open(folder.path()).list().expect("a list").len(), 8);
    assert_eq!(Audit::open(folder.path()).verify(), Ok(8));
}

/// The lines that are logged meanwhile.
fn logged(act: impl FnOnce()) -> Vec<String> {
    #[derive(Clone, Default)]
    struct Lines(Arc<std::sync::Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let kept = lines.clone();
    let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || kept.clone()).finish();
    tracing::subscriber::with_default(log, act);
    let bytes = lines.0.lock().expect("no writer panics").clone();
    String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn a_file_that_cannot_be_looked_at_is_told_of_once_however_often_a_token_is_presented() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Tokens::open(folder.path());
    let good = tokens.create(&wish("a"), "test").expect("it can be made").token;
    let aside = folder.path().join("aside");
    std::fs::rename(tokens.path(), &aside).expect("it can be moved");
    // A link to itself can neither be looked at nor opened, whoever tries.
    std::os::unix::fs::symlink(tokens.path(), tokens.path()).expect("a link can be made");
    let lines = logged(|| {
        for _ in 0..200 {
            assert!(matches!(tokens.judge(&good), Err(TokenError::Damaged(_))));
        }
    });
    assert_eq!(lines.len(), 1, "{lines:#?}");
    // Put back, it counts again within a second.
    let failed_at = tokens.kept.seen_at(now_ms() + PAUSE_MS, |_| now_ms() + PAUSE_MS);
    std::fs::rename(&aside, tokens.path()).expect("it can be put back");
    let damaged = |standing: &Standing<Record>| matches!(standing, Standing::Damaged(_));
    assert!(tokens.kept.seen_at(failed_at, damaged), "it is not tried again at once");
    assert!(!tokens.kept.seen_at(failed_at + PAUSE_MS, damaged));
    assert!(tokens.judge(&good).is_ok());
}

#[test]
fn a_county_officer_has_a_region_and_nobody_else_has() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Tokens::open(folder.path());
    let make = |role, region| tokens.create(&Wish { role, region, ..wish("officer") }, "test");
    let fault = |role, region| match make(role, region).map(|fresh| fresh.record) {
        Err(ChangeError::Region(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(Role::CountyOfficer, None), RegionFault::Missing);
    let long = "4".repeat(33);
    for bad in ["", "4107 21", "410721/x", "新乡县", &long] {
        assert_eq!(fault(Role::CountyOfficer, Some(bad)), RegionFault::Unsound, "{bad}");
    }
    for role in Role::all().filter(|role| !role.needs_region()) {
        assert_eq!(fault(role, Some("410721")), RegionFault::Idle);
    }
    let fresh = make(Role::CountyOfficer, Some("410721")).expect("it can be made");
    let holder = Tokens::open(folder.path()).judge(&fresh.token).expect("it counts");
    assert_eq!((holder.role, holder.region.as_deref()), (Role::CountyOfficer, Some("410721")));
}

#[test]
fn what_cannot_be_written_down_is_not_done() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Tokens::open(folder.path());
    let good = tokens.create(&wish("a"), "test").expect("it can be made");
    let kept = std::fs::read(tokens.path()).expect("it is there");
    std::fs::remove_file(folder.path().join("audit.log")).expect("it is there");
    std::fs::create_dir(folder.path().join("audit.log")).expect("a folder in its place");
    assert!(matches!(tokens.create(&wish("b"), "test"), Err(ChangeError::Audit(_))));
    assert!(matches!(tokens.revoke("a", "test"), Err(ChangeError::Audit(_))));
    assert_eq!(std::fs::read(tokens.path()).expect("it is there"), kept);
    assert!(tokens.judge(&good.token).is_ok(), "who was let in still is");
}
