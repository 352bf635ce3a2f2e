//! Checkpoint files: what was written comes back, and one that is not as it was written is an error
//! with a name, never a state.

use std::io;
use std::path::Path;

use innograph::ledger::{Access, Checkpoint, CheckpointStore, Found, Head, LedgerError};

fn head(sequence: u64) -> Head {
    Head { sequence, hash: [u8::try_from(sequence % 251).expect("small"); 32] }
}

fn write(store: &CheckpointStore, sequence: u64, body: &[u8]) {
    store
        .write(head(sequence), [9; 32], 3, &mut |output| body.chunks(7).try_for_each(|part| output.write_all(part)))
        .expect("it can be written");
}

fn sequences(store: &CheckpointStore) -> Vec<u64> {
    store.newest().expect("it can be listed").iter().map(|found| found.sequence).collect()
}

/// The files of a folder, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it can be listed");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_was_written_comes_back_and_two_are_kept() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let below = folder.path().join("checkpoints");
    assert!(sequences(&CheckpointStore::open(&below, Access::Read).expect("nothing is there")).is_empty());
    assert!(!below.exists());
    let store = CheckpointStore::open(&below, Access::Write).expect("it opens");
    assert!(sequences(&store).is_empty());
    let long: Vec<u8> = (0..3_000_000_u32).map(|place| place.to_le_bytes()[0]).collect();
    for (sequence, body) in [(5, b"five".as_slice()), (70, &long), (600, b"")] {
        write(&store, sequence, body);
        let found = &store.newest().expect("it can be listed")[0];
        let expected = Checkpoint { head: head(sequence), digest: [9; 32], format: 3, body: body.to_vec() };
        assert!(store.load(found).expect("it is sound") == expected, "{sequence}");
    }
    assert_eq!(sequences(&store), [600, 70]);
    // The ledger was restored from a backup: what stands after it is of another history.
    write(&store, 80, b"eighty");
    assert_eq!(sequences(&store), [80, 70]);
    // The same place again replaces it.
    write(&store, 80, b"again");
    assert_eq!(sequences(&store), [80, 70]);
    let found = &store.newest().expect("it can be listed")[0];
    assert_eq!(store.load(found).expect("it is sound").body, b"again");
    assert_eq!(
        names(&below),
        ["checkpoint-00000000000000000070.checkpoint", "checkpoint-00000000000000000080.checkpoint"]
    );
}

#[test]
fn what_a_crash_left_half_written_is_removed_and_other_files_are_not() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let part = "checkpoint-00000000000000000009.part";
    for name in [part, "checkpoint-9.part", "notes.txt", "checkpoint-x0000000000000000009.checkpoint"] {
        std::fs::write(folder.path().join(name), b"x").expect("it can be written");
    }
    let reading = CheckpointStore::open(folder.path(), Access::Read).expect("it opens");
    assert!(sequences(&reading).is_empty());
    assert!(folder.path().join(part).exists(), "reading changes nothing");
    CheckpointStore::open(folder.path(), Access::Write).expect("it opens");
    assert_eq!(names(folder.path()), ["checkpoint-9.part", "checkpoint-x0000000000000000009.checkpoint", "notes.txt"]);
}

#[test]
fn a_failed_one_leaves_nothing_and_those_before_it_stand() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let store = CheckpointStore::open(folder.path(), Access::Write).expect("it opens");
    write(&store, 5, b"five");
    let failing = |kind: io::ErrorKind| {
        store.write(head(6), [0; 32], 1, &mut |output| {
            output.write_all(&[0; 3_000_000])?;
            Err(kind.into())
        })
    };
    assert!(matches!(failing(io::ErrorKind::StorageFull), Err(LedgerError::Full { .. })));
    assert!(matches!(failing(io::ErrorKind::Other), Err(LedgerError::Engine { .. })));
    assert_eq!(names(folder.path()), ["checkpoint-00000000000000000005.checkpoint"]);
    assert_eq!(sequences(&store), [5]);
}

#[test]
fn every_flipped_byte_and_every_cut_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let store = CheckpointStore::open(folder.path(), Access::Write).expect("it opens");
    write(&store, 4, b"the state as bytes");
    let found = store.newest().expect("it can be listed").remove(0);
    let bytes = std::fs::read(&found.path).expect("it is there");
    let refused = |bytes: &[u8], what: &str| {
        std::fs::write(&found.path, bytes).expect("it can be written");
        let error = store.load(&found).expect_err(what);
        assert!(matches!(error, LedgerError::Checkpoint { .. }), "{what}: {error}");
        assert!(error.to_string().contains("checkpoint-00000000000000000004.checkpoint"), "{what}: {error}");
    };
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            refused(&flipped, &format!("byte {place}, bit {bit}"));
        }
        refused(&bytes[..place], &format!("{place} bytes"));
        refused(&bytes[place + 1..], &format!("without the first {}", place + 1));
    }
    refused(&[bytes.as_slice(), b"x"].concat(), "one byte more");
    refused(&[0; 4096], "zeros");
    std::fs::write(&found.path, &bytes).expect("it can be written");
    assert_eq!(store.load(&found).expect("it is sound").body, b"the state as bytes");
    // Under another's name it is not taken for it.
    let other = Found { sequence: 5, path: folder.path().join("checkpoint-00000000000000000005.checkpoint") };
    std::fs::copy(&found.path, &other.path).expect("it can be copied");
    assert!(matches!(store.load(&other), Err(LedgerError::Checkpoint { .. })));
    // The next one is still good.
    assert_eq!(store.newest().expect("it can be listed"), [other, found.clone()]);
    assert_eq!(store.load(&found).expect("it is sound").head, head(4));
}
