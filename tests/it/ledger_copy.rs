//! A copy that is made while somebody writes is a ledger of its own, and one moment of the other.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use innograph::ledger::{Access, Head, Ledger, LedgerError, SqliteLedger, copy_ledger};

use crate::ledger_checkpoint::names;

use crate::ledger_packed::{chain, many};

fn bodies(ledger: &SqliteLedger) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let head = ledger.read(Head::EMPTY, &mut |_, body| {
        found.push(body.to_vec());
        Ok(())
    });
    assert_eq!(head.expect("it can be read"), ledger.head());
    found
}

/// Tells the writer to stop, also when the test fails.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_copy_made_while_a_thread_appends_and_packs_is_a_prefix() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    // Long enough that a copy takes several steps.
    let long: Vec<Vec<u8>> =
        (0..1_500_u32).map(|number| [blake3::hash(&number.to_be_bytes()).as_bytes().as_slice(); 64].concat()).collect();
    ledger.append(Head::EMPTY, &long).expect("it can be appended to");
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let copies = std::thread::scope(|scope| {
        let _ended = Ended(&stop);
        let writer = scope.spawn(|| {
            let mut bodies = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let body = vec![u8::try_from(bodies.len() % 256).expect("small"); 5_000];
                ledger.append(ledger.head(), std::slice::from_ref(&body)).expect("it can be appended to");
                bodies.push(body);
                written.fetch_add(1, Ordering::Relaxed);
                if bodies.len() % 10 == 0 {
                    ledger.pack(u64::MAX, 50).expect("it can be packed");
                }
            }
            bodies
        });
        let mut copies = Vec::new();
        for number in 0..4 {
            let (target, mut steps, mut during) = (folder.path().join(format!("copy-{number}.sqlite")), 0, 0);
            let mut last = 0;
            let head = copy_ledger(&path, &target, &mut |done, all| {
                assert!(done >= last && done <= all, "it began anew: {last}, {done} of {all}");
                (last, steps) = (done, steps + 1);
                // Wait for the writer, so that every step has one written before it.
                let before = written.load(Ordering::Relaxed);
                while written.load(Ordering::Relaxed) == before {
                    std::thread::yield_now();
                }
                during += 1;
                true
            });
            assert!(steps > 2 && during == steps, "{steps} steps");
            copies.push((target, head.expect("it can be copied")));
        }
        stop.store(true, Ordering::Relaxed);
        let more = writer.join().expect("it ends");
        let all = [long.as_slice(), &more].concat();
        let heads = chain(&all);
        for (target, head) in &copies {
            let copied = SqliteLedger::open(target, Access::Read).expect("it opens");
            assert_eq!((copied.head(), heads[usize::try_from(head.sequence).expect("small")]), (*head, *head));
            assert!(bodies(&copied) == all[..usize::try_from(head.sequence).expect("small")], "it is no prefix");
        }
        copies
    });
    let left = names(folder.path());
    assert!(!left.iter().any(|name| name.contains("part") || name.contains("copy-0.sqlite-")), "{left:?}");
    // A copy is a ledger like any other, with a witness of its own.
    let mut copied = SqliteLedger::open(&copies[0].0, Access::Write).expect("it opens");
    copied.append(copied.head(), &[b"on its own".to_vec()]).expect("it can be appended to");
    assert_eq!(copies[0].0.with_extension("witness").metadata().expect("it is there").len(), 8_192);
}

#[test]
fn a_copy_that_is_stopped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (path, below) = (folder.path().join("ledger.sqlite"), folder.path().join("below"));
    std::fs::create_dir(&below).expect("it can be made");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    let long: Vec<Vec<u8>> = (0..1_000_u32).map(|number| vec![number.to_le_bytes()[0]; 2_000]).collect();
    ledger.append(Head::EMPTY, &long).expect("it can be appended to");
    for steps in [1, 2] {
        let mut left = steps;
        let stopped = copy_ledger(&path, &below.join("copy.sqlite"), &mut |_, _| {
            left -= 1;
            left > 0
        });
        assert!(matches!(stopped, Err(LedgerError::Cancelled { .. })), "{stopped:?}");
        assert!(names(&below).is_empty(), "{:?}", names(&below));
    }
    copy_ledger(&path, &below.join("copy.sqlite"), &mut |_, _| true).expect("it can be copied");
    assert_eq!(names(&below), ["copy.sqlite", "copy.witness"]);
}

#[test]
fn a_copy_replaces_nothing_and_hides_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (path, target) = (folder.path().join("ledger.sqlite"), folder.path().join("copy.sqlite"));
    let copy = || copy_ledger(&path, &target, &mut |_, _| true);
    assert!(copy().is_err(), "there is nothing to copy");
    assert!(names(folder.path()).is_empty());
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    ledger.append(Head::EMPTY, &many(3)).expect("it can be appended to");
    drop(ledger);
    for taken in ["copy.sqlite", "copy.witness"] {
        std::fs::write(folder.path().join(taken), b"mine").expect("it can be written");
        let refused = copy();
        assert!(matches!(&refused, Err(LedgerError::Exists { file }) if file.ends_with(taken)), "{refused:?}");
        assert_eq!(std::fs::read(folder.path().join(taken)).expect("it is there"), b"mine");
        std::fs::remove_file(folder.path().join(taken)).expect("it is there");
    }
    // A source that has lost what was acknowledged would look sound in its copy.
    let cut = rusqlite::Connection::open(&path).expect("it opens");
    cut.execute_batch("DELETE FROM entries WHERE sequence = 3").expect("it can be cut");
    drop(cut);
    let refused = copy();
    assert!(matches!(refused, Err(LedgerError::Shortened { found: 2, witnessed: 3, .. })), "{refused:?}");
    assert!(!target.exists());
}
