//! A packed ledger says what it said before: every entry, from every starting point.

use std::path::Path;

use innograph::ledger::{Access, Head, Ledger, LedgerError, SqliteLedger, UNPACKED_ENTRIES};

/// The bodies of a ledger that is long enough to be packed: some empty, some long, some random.
pub(crate) fn many(count: u64) -> Vec<Vec<u8>> {
    let body = |number: u64| {
        let seed = blake3::hash(&number.to_be_bytes());
        match number % 7 {
            0 => Vec::new(),
            1 => seed.as_bytes().to_vec(),
            2 if number % 49 == 2 => vec![7; 3_000],
            _ => format!("entry {number}").into_bytes(),
        }
    };
    (1..=count).map(body).collect()
}

/// The head after each of them, the empty one first.
pub(crate) fn chain(bodies: &[Vec<u8>]) -> Vec<Head> {
    let mut heads = vec![Head::EMPTY];
    heads.extend(bodies.iter().scan(Head::EMPTY, |head, body| {
        *head = head.after(body);
        Some(*head)
    }));
    heads
}

fn rows(path: &Path, query: &str) -> Vec<(i64, i64)> {
    let found = rusqlite::Connection::open(path).expect("it opens");
    let mut statement = found.prepare(query).expect("it fits");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("it can be asked");
    rows.collect::<Result<_, _>>().expect("readable")
}

fn after(ledger: &SqliteLedger, start: Head) -> Vec<Vec<u8>> {
    let (mut found, mut beside) = (Vec::new(), Vec::new());
    let read = ledger.read(start, &mut |sequence, body| {
        assert_eq!(sequence, start.sequence + 1 + found.len() as u64);
        found.push(body.to_vec());
        Ok(())
    });
    assert_eq!(read.expect("it can be read"), ledger.head());
    let reader = ledger.reader().expect("it can be read beside");
    let read = reader.read(start, &mut |_, body| {
        beside.push(body.to_vec());
        Ok(())
    });
    assert_eq!(read.expect("it can be read"), ledger.head());
    assert_eq!(found, beside);
    found
}

#[test]
fn a_packed_ledger_says_the_same_from_every_starting_point() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let bodies = many(1_130);
    let heads = chain(&bodies);
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    ledger.append(Head::EMPTY, &bodies).expect("it can be appended to");
    let reader = ledger.reader().expect("it can be read beside");
    assert_eq!(ledger.pack(u64::MAX, 0).expect("nothing is asked for"), 0);
    assert_eq!(ledger.pack(60, 50).expect("it can be packed"), 50);
    assert_eq!(ledger.pack(60, 50).expect("it can be packed"), 10);
    assert_eq!(ledger.pack(60, 50).expect("no more up to there"), 0);
    assert_eq!(ledger.pack(u64::MAX, 1).expect("it can be packed"), 1);
    assert_eq!(ledger.pack(u64::MAX, 5_000).expect("the last are left"), 69);
    assert_eq!(ledger.pack(u64::MAX, 5_000).expect("the last are left"), 0);
    assert_eq!(ledger.head(), heads[1_130]);
    // Who was reading before goes on as before.
    let mut seen = 0;
    reader
        .read(Head::EMPTY, &mut |_, _| {
            seen += 1;
            Ok(())
        })
        .expect("it can be read");
    assert_eq!(seen, 1_130);
    drop(reader);
    let all = |ledger: &SqliteLedger| {
        for start in (0..=140).chain([500, 1_129, 1_130]) {
            assert_eq!(after(ledger, heads[start]), bodies[start..], "after {start}");
        }
        for (sequence, head) in heads.iter().enumerate() {
            assert_eq!(ledger.at(sequence as u64).expect("readable"), Some(*head), "at {sequence}");
        }
        assert_eq!(ledger.at(1_131).expect("readable"), None);
    };
    all(&ledger);
    drop(ledger);
    assert_eq!(rows(&path, "SELECT first, last FROM blocks ORDER BY first"), [(1, 50), (51, 60), (61, 61), (62, 130)]);
    assert_eq!(rows(&path, "SELECT min(sequence), count(*) FROM entries"), [(131, 1_000)]);
    all(&SqliteLedger::open(&path, Access::Read).expect("it opens for reading"));
    let mut again = SqliteLedger::open(&path, Access::Write).expect("it opens again");
    all(&again);
    // And it goes on.
    let next = again.append(heads[1_130], &[b"one more".to_vec()]).expect("it can be appended to");
    assert_eq!((next.sequence, again.pack(u64::MAX, 10).expect("it can be packed")), (1_131, 1));
    assert_eq!(after(&again, Head::EMPTY).len(), 1_131);
}

#[test]
fn what_always_stays_unpacked_is_as_long_as_it_says() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    ledger.append(Head::EMPTY, &many(UNPACKED_ENTRIES)).expect("it can be appended to");
    assert_eq!(ledger.pack(u64::MAX, 10).expect("nothing is too much"), 0);
    ledger.append(ledger.head(), &[b"x".to_vec()]).expect("it can be appended to");
    assert_eq!(ledger.pack(u64::MAX, 10).expect("one is too much"), 1);
}

#[test]
fn a_long_ledger_takes_less_room_once_it_is_packed_and_copied() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    let bodies: Vec<Vec<u8>> = (0..3_000_u64).map(|number| format!("{number:0>2000}").into_bytes()).collect();
    ledger.append(Head::EMPTY, &bodies).expect("it can be appended to");
    while ledger.pack(u64::MAX, 1_000).expect("it can be packed") > 0 {}
    drop(ledger);
    let pages = rusqlite::Connection::open(&path).expect("it opens");
    let used: i64 = pages
        .query_row("SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count", [], |row| {
            row.get(0)
        })
        .expect("it has pages");
    assert!(used * 4_096 < 3_000_000, "{used} pages for six megabytes");
    assert_eq!(rows(&path, "SELECT count(*), max(last) FROM blocks"), [(2, 2_000)]);
}

#[test]
fn what_no_longer_fits_the_chain_is_never_packed() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it opens");
    ledger.append(Head::EMPTY, &many(1_100)).expect("it can be appended to");
    let other = rusqlite::Connection::open(&path).expect("it opens");
    other.execute_batch("UPDATE entries SET body = x'00' WHERE sequence = 40").expect("it can be written");
    let refused = ledger.pack(u64::MAX, 1_000);
    assert!(matches!(refused, Err(LedgerError::Damaged { sequence: 40, .. })), "{refused:?}");
    assert_eq!(ledger.pack(39, 1_000).expect("the sound part can"), 39);
    let refused = ledger.read(Head::EMPTY, &mut |_, _| Ok(()));
    assert!(matches!(refused, Err(LedgerError::Damaged { sequence: 40, .. })), "{refused:?}");
}
