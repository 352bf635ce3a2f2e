//! One flipped bit, at every byte, and one cut, at every length, of a small packed ledger: it is
//! refused with the file and a place, or it says what it said before. Never anything else.

use std::os::unix::fs::FileExt;
use std::path::Path;

use innograph::ledger::{Access, Head, Ledger, LedgerError, SqliteLedger};

use crate::ledger_packed::{chain, many};

/// Bytes from one try to the next; a prime, so that every bit and every field has its turn. With
/// `INNOGRAPH_SOAK=1` every byte is tried.
const STRIDE: usize = 23;

#[expect(clippy::disallowed_methods, reason = "how long the tests may take is no setting of the program")]
fn stride() -> usize {
    if std::env::var_os("INNOGRAPH_SOAK").is_some_and(|soak| soak == "1") { 1 } else { STRIDE }
}

/// What a ledger says, or why not.
fn said(path: &Path, access: Access) -> Result<(Head, Vec<Vec<u8>>), LedgerError> {
    let ledger = SqliteLedger::open(path, access)?;
    let mut bodies = Vec::new();
    let head = ledger.read(Head::EMPTY, &mut |_, body| {
        bodies.push(body.to_vec());
        Ok(())
    })?;
    assert_eq!(head, ledger.head());
    Ok((head, bodies))
}

/// Is it a refusal that names the file and the place? A later format or another program's mark says
/// instead that it is neither.
fn refused(error: &LedgerError, file: &str, entries: u64, place: usize) {
    match error {
        LedgerError::Damaged { file: named, sequence, .. } => {
            assert_eq!(named, file, "byte {place}");
            assert!((1..=entries).contains(sequence), "byte {place}: {error}");
        }
        LedgerError::Shortened { file: named, found, witnessed } => {
            assert_eq!((named.as_str(), *witnessed), (file, entries), "byte {place}");
            assert!(*found < entries, "byte {place}: {error}");
        }
        // `user_version`, four bytes of the header.
        LedgerError::Foreign { file: named, .. } => {
            assert_eq!(named, file, "byte {place}");
            assert!((60..64).contains(&place), "byte {place}: {error}");
        }
        other => panic!("byte {place}: {other}"),
    }
}

struct Packed {
    folder: tempfile::TempDir,
    bodies: Vec<Vec<u8>>,
}

impl Packed {
    /// A small one of two blocks.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let bodies = many(1_024);
        let mut ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite"), Access::Write).expect("it opens");
        ledger.append(Head::EMPTY, &bodies).expect("it can be appended to");
        assert_eq!(ledger.pack(u64::MAX, 14).expect("it can be packed"), 14);
        assert_eq!(ledger.pack(u64::MAX, 14).expect("it can be packed"), 10);
        Self { folder, bodies }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("ledger.sqlite")
    }

    fn judge(&self, said: Result<(Head, Vec<Vec<u8>>), LedgerError>, place: usize) -> bool {
        match said {
            Ok((head, bodies)) => {
                assert_eq!(head.sequence, 1_024, "byte {place}");
                assert!(bodies == self.bodies, "byte {place}: other bodies than were written");
                false
            }
            Err(error) => {
                refused(&error, &self.path().display().to_string(), 1_024, place);
                true
            }
        }
    }
}

#[test]
fn no_flipped_bit_of_a_packed_ledger_changes_what_it_says() {
    let packed = Packed::new();
    let path = packed.path();
    let bytes = std::fs::read(&path).expect("it is there");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("it can be written");
    let (mut refusals, mut tries) = (0_usize, 0);
    // The header and the schema whole, in any case: every byte of them means something else.
    let places = (0..100).chain((100..bytes.len()).step_by(stride()));
    for place in places {
        file.write_all_at(&[bytes[place] ^ 1 << (place % 8)], place as u64).expect("it can be written");
        refusals += usize::from(packed.judge(said(&path, Access::Read), place));
        file.write_all_at(&bytes[place..=place], place as u64).expect("it can be written");
        tries += 1;
    }
    assert!(!packed.judge(said(&path, Access::Read), 0), "it was put back");
    assert!(refusals > tries / 2, "{refusals} of {tries}");
}

#[test]
fn a_writer_refuses_what_a_reader_refuses() {
    let packed = Packed::new();
    let bytes = std::fs::read(packed.path()).expect("it is there");
    let witness = std::fs::read(packed.path().with_extension("witness")).expect("it is there");
    for place in (0..100).chain((100..bytes.len()).step_by(stride() * 37)) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        std::fs::write(packed.path(), &flipped).expect("it can be written");
        std::fs::write(packed.path().with_extension("witness"), &witness).expect("it can be written");
        if packed.judge(said(&packed.path(), Access::Write), place) {
            // Refused at once, or in reading: either way nothing of it was rewritten but the marks
            // that SQLite keeps in the header.
            let left = std::fs::read(packed.path()).expect("it is there");
            assert!(left.get(100..) == flipped.get(100..), "byte {place}: it was changed");
        }
    }
}

#[test]
fn no_cut_of_a_packed_ledger_changes_what_it_says() {
    let packed = Packed::new();
    let path = packed.path();
    let bytes = std::fs::read(&path).expect("it is there");
    for length in (0..bytes.len()).rev().step_by(stride() * 7) {
        std::fs::write(&path, &bytes[..length]).expect("it can be written");
        assert!(packed.judge(said(&path, Access::Read), length), "{length} bytes of {}", bytes.len());
    }
    let longer = [bytes.as_slice(), &[0; 5_000]].concat();
    std::fs::write(&path, longer).expect("it can be written");
    packed.judge(said(&path, Access::Read), bytes.len());
}

/// A block of the ledger, with one byte of one field flipped; the entry that is named.
fn with_block(change: &str) -> LedgerError {
    let packed = Packed::new();
    let other = rusqlite::Connection::open(packed.path()).expect("it opens");
    other.execute_batch(change).expect("it can be written");
    drop(other);
    let (heads, ledger) = (chain(&packed.bodies), SqliteLedger::open(&packed.path(), Access::Read).expect("it opens"));
    // From within the block as well, and never a body of it before it is known to be sound.
    let mut shown = 0;
    let error = ledger
        .read(heads[16], &mut |sequence, _| {
            shown = sequence;
            Ok(())
        })
        .expect_err("it is refused");
    assert!(matches!(error, LedgerError::Damaged { .. }) && shown == 0, "{shown}: {error}");
    assert!(matches!(ledger.at(17), Err(LedgerError::Damaged { .. })));
    let first = ledger
        .read(Head::EMPTY, &mut |sequence, _| {
            shown = sequence;
            Ok(())
        })
        .expect_err("it is refused");
    assert_eq!(shown, 14, "{first}");
    first
}

#[test]
fn a_damaged_block_names_its_first_entry() {
    for change in [
        "UPDATE blocks SET packed = x'00' WHERE first = 15",
        "UPDATE blocks SET packed = zeroblob(length(packed)) WHERE first = 15",
        "UPDATE blocks SET hash = zeroblob(32) WHERE first = 15",
        "UPDATE blocks SET hash = x'00' WHERE first = 15",
        "UPDATE blocks SET sum = zeroblob(32) WHERE first = 15",
        "UPDATE blocks SET raw = 1000000000000 WHERE first = 15",
        "UPDATE blocks SET raw = -1 WHERE first = 15",
        "UPDATE blocks SET last = last + 1 WHERE first = 15",
        "UPDATE blocks SET last = last - 1 WHERE first = 15",
        "UPDATE blocks SET first = 18 WHERE first = 15",
        "UPDATE blocks SET first = 14 WHERE first = 15",
        "DELETE FROM blocks WHERE first = 15",
    ] {
        let error = with_block(change);
        let near = matches!(error, LedgerError::Damaged { sequence: 14 | 15, .. });
        assert!(near, "{change}: {error}");
    }
}

/// The first page of a ledger, torn while it was made: some of it, zeros, or nothing at all.
fn tear(path: &Path, survive: usize) {
    let mut bytes = std::fs::read(path).expect("the ledger");
    bytes.truncate(4096);
    bytes.get_mut(survive..).expect("a page").fill(0);
    std::fs::write(path, &bytes).expect("it can be written");
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
}

#[test]
fn what_was_cut_short_while_it_was_made_is_made_anew() {
    for survive in [0, 84, 1024, 2048, 3072] {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("ledger.sqlite");
        drop(SqliteLedger::open(&path, Access::Write).expect("a new ledger"));
        tear(&path, survive);
        let torn = std::fs::read(&path).expect("the ledger");
        for access in [Access::Beside, Access::Read] {
            assert_eq!(said(&path, access).expect("nothing was ever acknowledged").0, Head::EMPTY);
            assert_eq!(std::fs::read(&path).expect("the ledger"), torn, "looking changes nothing");
        }
        let mut ledger = SqliteLedger::open(&path, Access::Write).expect("it is made anew");
        let head = ledger.append(ledger.head(), &[b"first".to_vec()]).expect("it can be written");
        drop(ledger);
        assert_eq!(said(&path, Access::Write).expect("a ledger"), (head, vec![b"first".to_vec()]));
        // Once something was acknowledged, the same damage is one.
        tear(&path, survive);
        assert!(said(&path, Access::Write).is_err(), "{survive} bytes of an acknowledged ledger");
    }
}
