//! One contract for every ledger engine, and what the one on disk must refuse.

use std::path::Path;

use innograph::ledger::{Access, Head, Ledger, LedgerError, MemoryLedger, Reader, SqliteLedger, accept_ledger};

fn bodies(ledger: &dyn Ledger, after: Head) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let head = ledger
        .read(after, &mut |_, body| {
            found.push(body.to_vec());
            Ok(())
        })
        .expect("it can be read");
    assert_eq!(head, ledger.head());
    found
}

fn contract(ledger: &mut dyn Ledger) {
    assert_eq!(ledger.head(), Head::EMPTY);
    let reader = ledger.reader().expect("it can be read beside");
    assert_eq!(reader.head().expect("readable"), Head::EMPTY);
    assert_eq!((ledger.at(0).expect("readable"), ledger.at(1).expect("readable")), (Some(Head::EMPTY), None));
    assert!(bodies(ledger, Head::EMPTY).is_empty());
    let one = ledger.append(Head::EMPTY, &[b"a".to_vec()]).expect("it can be appended to");
    let three = ledger.append(one, &[b"b".to_vec(), Vec::new()]).expect("it can be appended to");
    assert_eq!((one.sequence, three.sequence), (1, 3));
    assert_eq!(ledger.head(), three);
    assert_eq!(bodies(ledger, Head::EMPTY), [b"a".to_vec(), b"b".to_vec(), Vec::new()]);
    assert_eq!(bodies(ledger, one), [b"b".to_vec(), Vec::new()]);
    // Who decided against an older head is told so, and nothing is written.
    for stale in [Head::EMPTY, one, Head { hash: [7; 32], ..three }] {
        let refused = ledger.append(stale, &[b"c".to_vec()]);
        assert!(matches!(refused, Err(LedgerError::Moved { found }) if found == three), "{refused:?}");
    }
    assert_eq!(bodies(ledger, one).len(), 2);
    assert_eq!(Head::EMPTY.after(b"a"), one);
    for (sequence, head) in [(0, Some(Head::EMPTY)), (1, Some(one)), (3, Some(three)), (4, None), (u64::MAX, None)] {
        assert_eq!(ledger.at(sequence).expect("readable"), head, "{sequence}");
        assert_eq!(reader.at(sequence).expect("readable"), head, "{sequence}");
    }
    // A reader follows, from wherever it is, and what it is told by the caller stops it.
    assert_eq!(reader.head().expect("readable"), three);
    assert_eq!(beside(reader.as_ref(), Head::EMPTY), bodies(ledger, Head::EMPTY));
    assert_eq!(beside(reader.as_ref(), one), bodies(ledger, one));
    let mut seen = 0;
    let stopped = reader.read(Head::EMPTY, &mut |sequence, _| {
        seen = sequence;
        if sequence == 2 { Err(LedgerError::ReadOnly) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(LedgerError::ReadOnly)) && seen == 2, "{stopped:?}");
    // What is appended while somebody reads is for the next reading.
    let mut lengths = Vec::new();
    let read = reader.read(Head::EMPTY, &mut |sequence, body| {
        if sequence == 1 {
            ledger.append(three, &[b"d".to_vec()])?;
        }
        lengths.push(body.len());
        Ok(())
    });
    assert_eq!((read.expect("readable"), lengths.as_slice()), (three, [1, 1, 0].as_slice()));
    assert_eq!(reader.head().expect("readable").sequence, 4);
    assert_eq!(ledger.append(ledger.head(), &[]).expect("nothing is no fault").sequence, 4);
    // Nothing is packed of so few.
    assert_eq!(ledger.pack(u64::MAX, 1_000).expect("it can be asked"), 0);
    // Readers go their own ways, into other threads too.
    let second = ledger.reader().expect("it can be read beside");
    let elsewhere = std::thread::spawn(move || beside(second.as_ref(), Head::EMPTY).len());
    assert_eq!((beside(reader.as_ref(), three).len(), elsewhere.join().expect("it ends")), (1, 4));
}

fn beside(reader: &dyn Reader, after: Head) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let head = reader.read(after, &mut |_, body| {
        found.push(body.to_vec());
        Ok(())
    });
    assert_eq!(head.expect("it can be read"), reader.head().expect("readable"));
    found
}

#[test]
fn memory_keeps_the_contract() {
    contract(&mut MemoryLedger::new());
}

#[test]
fn sqlite_keeps_the_contract_and_what_it_was_given() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    contract(&mut ledger);
    let head = ledger.head();
    drop(ledger);
    let again = SqliteLedger::open(&path, Access::Write).expect("it opens again");
    assert_eq!(again.head(), head);
    assert_eq!(bodies(&again, Head::EMPTY).len(), 4);
    drop(again);
    let mut reading = SqliteLedger::open(&path, Access::Read).expect("it opens for reading");
    assert_eq!(bodies(&reading, Head::EMPTY).len(), 4);
    let reader = reading.reader().expect("it can be read beside");
    assert_eq!(beside(reader.as_ref(), Head::EMPTY).len(), 4);
    assert!(matches!(reading.pack(1, 1), Err(LedgerError::ReadOnly)));
    assert!(matches!(reading.append(head, &[b"e".to_vec()]), Err(LedgerError::ReadOnly)));
}

#[test]
fn a_ledger_that_ends_before_what_was_acknowledged_is_refused() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    ledger.append(Head::EMPTY, &[b"a".to_vec(), b"b".to_vec()]).expect("it can be appended to");
    drop(ledger);
    // What a damaged log leaves behind: a shorter ledger that is sound in itself.
    let cut = rusqlite::Connection::open(&path).expect("it opens");
    cut.execute_batch("DELETE FROM entries WHERE sequence = 2").expect("it can be cut");
    drop(cut);
    for access in [Access::Write, Access::Read] {
        let refused = SqliteLedger::open(&path, access).map(|_| ());
        assert!(matches!(refused, Err(LedgerError::Shortened { found: 1, witnessed: 2, .. })), "{refused:?}");
    }
    std::fs::remove_file(path.with_extension("witness")).expect("the witness is there");
    assert_eq!(SqliteLedger::open(&path, Access::Write).expect("without a witness it counts").head().sequence, 1);
}

#[test]
fn sqlite_refuses_what_is_not_its_own() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("other.sqlite");
    let other = rusqlite::Connection::open(&path).expect("it opens");
    other.execute_batch("CREATE TABLE t (x); PRAGMA user_version=7;").expect("it can be written");
    drop(other);
    let refused = SqliteLedger::open(&path, Access::Write).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Foreign { .. })), "{refused:?}");
    let later = folder.path().join("later.sqlite");
    drop(SqliteLedger::open(&later, Access::Write).expect("it opens"));
    rusqlite::Connection::open(&later)
        .expect("it opens")
        .execute_batch("PRAGMA user_version=99;")
        .expect("it can be written");
    let refused = SqliteLedger::open(&later, Access::Write).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Foreign { .. })), "{refused:?}");
}

/// A ledger as the program of format 1 left it, with what it had of a witness.
fn of_the_first_format(path: &Path, witness: bool) -> Head {
    let mut head = Head::EMPTY;
    let old = rusqlite::Connection::open(path).expect("it opens");
    old.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA application_id=1768843122; PRAGMA user_version=1;
         CREATE TABLE entries (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;",
    )
    .expect("it can be made");
    for body in [b"a".as_slice(), b"b"] {
        head = head.after(body);
        let row = rusqlite::params![i64::try_from(head.sequence).expect("small"), body, head.hash.as_slice()];
        old.execute("INSERT INTO entries VALUES (?1, ?2, ?3)", row).expect("it can be written");
    }
    if witness {
        let mut slot = b"ingrwit1".to_vec();
        slot.extend(head.sequence.to_be_bytes());
        slot.extend(head.hash);
        let sum = blake3::hash(&slot);
        slot.extend(&sum.as_bytes()[..16]);
        std::fs::write(path.with_extension("witness"), slot).expect("it can be written");
    }
    head
}

fn format(path: &Path) -> i64 {
    let found = rusqlite::Connection::open(path).expect("it opens");
    found.pragma_query_value(None, "user_version", |row| row.get(0)).expect("it has one")
}

#[test]
fn a_ledger_of_the_first_format_is_read_as_it_is_and_upgraded_to_be_written() {
    for witness in [true, false] {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("ledger.sqlite");
        let head = of_the_first_format(&path, witness);
        let reading = SqliteLedger::open(&path, Access::Read).expect("it opens for reading");
        assert_eq!((reading.head(), reading.at(1).expect("readable").map(|at| at.sequence)), (head, Some(1)));
        assert_eq!(bodies(&reading, Head::EMPTY), [b"a".to_vec(), b"b".to_vec()]);
        drop(reading);
        assert_eq!(format(&path), 1);
        assert_eq!(path.with_extension("witness").exists(), witness);
        let mut writing = SqliteLedger::open(&path, Access::Write).expect("it opens");
        assert_eq!(writing.head(), head);
        writing.append(head, &[b"c".to_vec()]).expect("it can be appended to");
        drop(writing);
        assert_eq!(format(&path), 2);
        assert_eq!(path.with_extension("witness").metadata().expect("it is there").len(), 8192);
        let again = SqliteLedger::open(&path, Access::Read).expect("it opens for reading");
        assert_eq!(bodies(&again, Head::EMPTY).len(), 3);
    }
}

#[test]
fn a_ledger_that_was_emptied_or_is_gone_is_refused_and_left_so() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    ledger.append(Head::EMPTY, &[b"a".to_vec()]).expect("it can be appended to");
    drop(ledger);
    std::fs::write(&path, b"").expect("it can be emptied");
    for access in [Access::Write, Access::Read] {
        let refused = SqliteLedger::open(&path, access).map(|_| ());
        assert!(matches!(refused, Err(LedgerError::Shortened { found: 0, witnessed: 1, .. })), "{refused:?}");
    }
    assert_eq!(path.metadata().expect("it is there").len(), 0);
    assert!(matches!(accept_ledger(&path), Err(LedgerError::Foreign { .. })));
    std::fs::remove_file(&path).expect("it is there");
    let refused = SqliteLedger::open(&path, Access::Write).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Shortened { found: 0, witnessed: 1, .. })), "{refused:?}");
    assert!(!path.exists());
}

#[test]
fn a_store_that_was_only_just_begun_opens_however_far_it_had_come() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let witness = path.with_extension("witness");
    let opens = |what: &str| {
        let mut ledger = SqliteLedger::open(&path, Access::Write).unwrap_or_else(|error| panic!("{what}: {error}"));
        ledger.append(Head::EMPTY, &[b"a".to_vec()]).expect("it can be appended to");
        drop(ledger);
        std::fs::remove_file(&path).expect("it is there");
        std::fs::remove_file(&witness).expect("it is there");
    };
    opens("nothing is there");
    std::fs::write(&path, b"").expect("it can be made");
    opens("an empty ledger");
    std::fs::write(&witness, b"").expect("it can be made");
    opens("an empty witness alone, of the program of format 1");
    std::fs::write(path.with_extension("witness.part"), b"half").expect("it can be made");
    opens("a witness in the making");
    drop(SqliteLedger::open(&path, Access::Write).expect("it opens"));
    std::fs::remove_file(&path).expect("it is there");
    opens("a witness of an empty ledger");
    drop(SqliteLedger::open(&path, Access::Write).expect("it opens"));
    std::fs::remove_file(&witness).expect("it is there");
    opens("an empty ledger without a witness");
}

#[test]
fn a_lost_witness_is_refused_until_the_ledger_is_accepted() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let witness = path.with_extension("witness");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    let head = ledger.append(Head::EMPTY, &[b"a".to_vec(), b"b".to_vec()]).expect("it can be appended to");
    drop(ledger);
    let sound = std::fs::read(&witness).expect("it is there");
    assert_eq!(sound.len(), 8192);
    let mut both = sound.clone();
    (both[20], both[4096 + 20]) = (both[20] ^ 4, both[4096 + 20] ^ 4);
    let longer = [sound.as_slice(), b"x"].concat();
    let lost: [&[u8]; 8] = [&both, &[], &[0; 64], &[0; 8192], &sound[..64], &sound[..4160], &sound[..8191], &longer];
    for (number, bytes) in lost.into_iter().enumerate() {
        std::fs::write(&witness, bytes).expect("it can be written");
        for access in [Access::Write, Access::Read] {
            let refused = SqliteLedger::open(&path, access).map(|_| ()).expect_err("it is refused");
            assert!(
                matches!(&refused, LedgerError::Damaged { file, .. } if file.ends_with(".witness")),
                "{number}: {refused}"
            );
            assert!(refused.to_string().contains("innograph doctor --accept-ledger"), "{refused}");
            assert_eq!(std::fs::read(&witness).expect("it is there"), bytes, "{number}: it was changed");
        }
        assert_eq!(accept_ledger(&path).expect("the chain is whole"), head);
        let again = SqliteLedger::open(&path, Access::Write).expect("it opens again");
        assert_eq!(bodies(&again, Head::EMPTY).len(), 2);
    }
    // A chain that is broken is not accepted.
    let broken = rusqlite::Connection::open(&path).expect("it opens");
    broken.execute_batch("UPDATE entries SET body = x'00' WHERE sequence = 2").expect("it can be written");
    drop(broken);
    let refused = accept_ledger(&path);
    assert!(matches!(refused, Err(LedgerError::Damaged { sequence: 2, .. })), "{refused:?}");
}

#[test]
fn a_damaged_log_is_refused_and_left_for_whoever_restores_it() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let (copy, log) = (folder.path().join("copy.sqlite"), folder.path().join("copy.sqlite-wal"));
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    let mut head = Head::EMPTY;
    for number in 0..20_u8 {
        head = ledger.append(head, &[vec![number; 50]]).expect("it can be appended to");
    }
    // As a crash leaves it: the log has everything, the file nothing yet.
    let bytes = std::fs::read(folder.path().join("ledger.sqlite-wal")).expect("it is there");
    let copied = |bytes: &[u8]| {
        std::fs::copy(&path, &copy).expect("it can be copied");
        std::fs::copy(path.with_extension("witness"), copy.with_extension("witness")).expect("it can be copied");
        std::fs::write(&log, bytes).expect("it can be written");
        let _ = std::fs::remove_file(folder.path().join("copy.sqlite-shm"));
        SqliteLedger::open(&copy, Access::Write)
    };
    assert_eq!(copied(&bytes).expect("a whole log is taken").head(), head);
    let cuts = (0..bytes.len()).step_by(997).map(|cut| bytes[..cut].to_vec());
    let flips = (0..bytes.len()).step_by(997).map(|place| {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        flipped
    });
    let mut refusals = 0;
    for damaged in cuts.chain(flips) {
        match copied(&damaged) {
            // The byte was one that nobody reads.
            Ok(opened) => assert_eq!((opened.head(), bodies(&opened, Head::EMPTY).len()), (head, 20)),
            Err(LedgerError::Shortened { .. } | LedgerError::Damaged { .. }) => {
                refusals += 1;
                assert_eq!(std::fs::read(&log).expect("it is there"), damaged, "the log was changed");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refusals > 100, "{refusals}");
}

#[test]
fn every_refusal_has_a_code_and_says_itself_twice() {
    let file = || "l.sqlite".to_owned();
    let all = [
        (LedgerError::Moved { found: Head::EMPTY }, "LEDGER_MOVED"),
        (LedgerError::Damaged { file: file(), sequence: 3, reason: "x".into() }, "LEDGER_DAMAGED"),
        (LedgerError::Shortened { file: file(), found: 1, witnessed: 2 }, "LEDGER_SHORTENED"),
        (LedgerError::Foreign { file: file(), reason: "x".into() }, "LEDGER_FOREIGN"),
        (LedgerError::ReadOnly, "READ_ONLY"),
        (LedgerError::Unfolded { file: file() }, "LEDGER_UNFOLDED"),
        (LedgerError::Full { file: file() }, "DISK_FULL"),
        (LedgerError::Checkpoint { file: file(), reason: "x".into() }, "CHECKPOINT_DAMAGED"),
        (LedgerError::Exists { file: file() }, "TARGET_EXISTS"),
        (LedgerError::Cancelled { file: file() }, "CANCELLED"),
        (LedgerError::Engine { operation: "append", file: file(), cause: "x".into() }, "LEDGER_FAILED"),
    ];
    for (error, code) in all {
        let said = error.to_string();
        assert_eq!(error.code(), code);
        let (chinese, english) = said.rsplit_once('。').expect("a Chinese sentence before the English one");
        assert!(chinese.chars().any(|letter| letter > '\u{4e00}') && english.is_ascii(), "{said}");
        let unnamed = matches!(error, LedgerError::Moved { .. } | LedgerError::ReadOnly);
        assert!(unnamed || (chinese.contains("l.sqlite") && english.contains("l.sqlite")), "{said}");
    }
}
