//! Starting from what is on the disk: ledgers of earlier versions, checkpoints, what is too new.

use std::fs;
use std::path::Path;

use innograph::domain::command::{Command, Given, Origin, Subject};
use innograph::domain::event::{EVENT_VERSION, Event};
use innograph::domain::provenance::Method;
use innograph::domain::{Kind, Validity, Value};
use innograph::engine::{Engine, EngineLimits, Envelope, OpenError};
use innograph::ledger::{Access, Head, Ledger, SqliteLedger};
use serde_json::Value as Json;

use crate::process::{program, project};

fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Ledgers of every version there ever was, copied away before they are touched.
fn old_ledger(version: &str) -> (tempfile::TempDir, Json) {
    let from = project("fixtures/ledger").join(version);
    let folder = tempfile::tempdir().expect("a scratch folder");
    for name in ["ledger.sqlite", "ledger.witness"] {
        fs::copy(from.join(name), folder.path().join(name)).expect("the fixture is there");
    }
    let expected = fs::read_to_string(from.join("expected.json")).expect("the fixture says what it holds");
    (folder, serde_json::from_str(&expected).expect("JSON"))
}

#[test]
fn every_old_ledger_gives_the_state_it_gave_when_it_was_written() {
    let versions = fs::read_dir(project("fixtures/ledger")).expect("there are fixtures");
    let versions = versions.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()));
    let mut names: Vec<String> =
        versions.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert!(names.contains(&"v1".to_owned()), "{names:?}");
    for name in names {
        let (folder, expected) = old_ledger(&name);
        let engine =
            Engine::open_copy(folder.path(), EngineLimits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let view = engine.view();
        let state = view.state();
        let [nodes, ties, records, sources] = state.size();
        let found = serde_json::json!({
            "sequence": state.sequence(), "nodes": nodes, "ties": ties, "records": records, "sources": sources,
            "state_digest": hex(state.state_digest()), "content_digest": hex(state.content_digest()),
        });
        assert_eq!(found, expected, "{name}");
        assert_eq!(state.check(), [], "{name}");
    }
}

fn source(key: &str) -> Command {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = vec![(1, Value::Code(1)), (2, text("示例")), (3, text("示例")), (6, text("https://example.invalid/"))];
    let values = values.into_iter().chain([(8, Value::Code(3))]).collect();
    Command::SaveSource { key: key.to_owned(), values }
}

fn region(key: &str) -> Command {
    Command::SaveEntity {
        kind: Kind::Region,
        subject: Subject::Key(key.to_owned()),
        name_zh: Some(format!("示例区{key}")),
        name_en: None,
        code: Some(format!("99{key}")),
        values: required(Kind::Region),
        validity: Validity::OPEN,
        origin: origin(),
    }
}

fn required(kind: Kind) -> Vec<(u16, Given)> {
    let given = |tag| (tag, Given::Value(Value::Unknown));
    kind.row().attributes.iter().filter(|attribute| attribute.required).map(|attribute| given(attribute.tag)).collect()
}

fn origin() -> Origin {
    Origin { source: "S".into(), method: Method::Document, basis: None, confidence: None }
}

fn write(engine: &Engine, command: Command) {
    engine.execute("test", &[command], &mut |_, _| true).expect("it is taken");
}

fn checkpoints(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "checkpoint"))
        .collect();
    found.sort();
    found
}

/// A store of some dozen entries with checkpoints, and its digest.
fn with_checkpoints(folder: &Path) -> [u8; 32] {
    let limits = EngineLimits { checkpoint_every: 10, ..EngineLimits::default() };
    let engine = Engine::open_with(folder, limits).expect("it opens");
    write(&engine, source("S"));
    for number in 0..45 {
        write(&engine, region(&format!("{number:04}")));
    }
    let digest = engine.view().state().state_digest();
    // Dropping the engine waits for the checkpoint that is being written.
    drop(engine);
    assert!(!checkpoints(folder).is_empty(), "a checkpoint was written");
    digest
}

#[test]
fn a_checkpoint_and_the_entries_after_it_give_what_the_whole_ledger_gives() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let live = with_checkpoints(folder.path());
    assert!(checkpoints(folder.path()).len() <= 2);
    let fast = Engine::open(folder.path()).expect("it opens again");
    assert_eq!(fast.view().state().state_digest(), live);
    assert_eq!(fast.view().state().check(), []);
    write(&fast, region("9999"));
    let live = fast.view().state().state_digest();
    drop(fast);
    for path in checkpoints(folder.path()) {
        fs::remove_file(path).expect("it can be removed");
    }
    let whole = Engine::open(folder.path()).expect("it opens without");
    assert_eq!(whole.view().state().state_digest(), live);
}

#[test]
fn a_damaged_or_foreign_checkpoint_is_passed_over() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let live = with_checkpoints(folder.path());
    let newest = checkpoints(folder.path()).pop().expect("there is one");
    let bytes = fs::read(&newest).expect("readable");
    for place in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x10;
        fs::write(&newest, flipped).expect("it can be written");
        let engine = Engine::open(folder.path()).expect("the ledger is whole");
        assert_eq!(engine.view().state().state_digest(), live, "byte {place}");
    }
    fs::write(&newest, &bytes).expect("it can be written");
    // The checkpoints of one store beside the ledger of another.
    let other = tempfile::tempdir().expect("a scratch folder");
    let theirs = with_checkpoints(other.path());
    assert_ne!(theirs, live);
    for path in checkpoints(other.path()) {
        fs::remove_file(path).expect("it can be removed");
    }
    fs::copy(&newest, other.path().join(newest.file_name().expect("a name"))).expect("it can be copied");
    let engine = Engine::open(other.path()).expect("it opens");
    assert_eq!(engine.view().state().state_digest(), theirs);
}

/// A ledger with one more entry made by hand.
fn append(folder: &Path, change: impl FnOnce(&mut Envelope)) {
    let mut ledger = SqliteLedger::open(&folder.join("ledger.sqlite"), Access::Write).expect("it opens");
    let head = ledger.head();
    let mut envelope = Envelope {
        version: 1,
        sequence: head.sequence + 1,
        previous: head.hash,
        recorded_at: i64::from(u32::MAX) * 1_000,
        actor: "later".into(),
        idempotency_key: None,
        causation: None,
        event_version: EVENT_VERSION,
        events: vec![Event::StoreNamed { name: "xinxiang".into() }],
        sealed: None,
    };
    change(&mut envelope);
    ledger.append(head, &[envelope.encode()]).expect("it can be appended");
}

fn refused(folder: &Path, said: &str) {
    let error = Engine::open(folder).err().expect("it is refused");
    assert!(matches!(error, OpenError::Envelope(_) | OpenError::Broken(_) | OpenError::Ledger(_)), "{error:?}");
    let told = program().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder).output().expect("it starts");
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(5), "{text}");
    assert!(text.contains(said), "{said}: {text}");
}

#[test]
fn what_a_later_program_wrote_is_refused_with_what_to_do() {
    type Change = fn(&mut Envelope);
    let later: [(&str, Change); 2] = [
        ("later program", |envelope| envelope.version = 2),
        ("later program", |envelope| envelope.event_version = EVENT_VERSION + 1),
    ];
    for (said, change) in later {
        let folder = tempfile::tempdir().expect("a scratch folder");
        append(folder.path(), change);
        refused(folder.path(), said);
    }
}

#[test]
fn an_unknown_event_stops_the_start_and_is_never_skipped() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    append(folder.path(), |_| {});
    let mut ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite"), Access::Write).expect("it opens");
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    let read = ledger.read(Head::EMPTY, &mut |_, body| {
        bodies.push(body.to_vec());
        Ok(())
    });
    let head = read.expect("readable");
    // Event 7 (StoreNamed) becomes 99: [7, [name]] in CBOR is 82 07 …
    let mut body = bodies.pop().expect("an entry");
    let known: &[u8] = &[0x82, 0x07];
    let place = body.windows(2).position(|pair| pair == known).expect("the event is there");
    body.splice(place + 1..=place + 1, [0x18, 99]);
    let mut envelope_of_next = body;
    // Number 2 in the map is the hash before, number 1 the sequence: both must fit the new place.
    let sequence = envelope_of_next.windows(2).position(|pair| pair == [0x01, 0x01]).expect("the number is there");
    envelope_of_next[sequence + 1] = 2;
    let hash = envelope_of_next.windows(3).position(|part| part == [0x02, 0x58, 0x20]).expect("the hash is there");
    envelope_of_next[hash + 3..hash + 35].copy_from_slice(&head.hash);
    ledger.append(head, &[envelope_of_next]).expect("it can be appended");
    drop(ledger);
    refused(folder.path(), "entry 2 cannot be read");
}

#[test]
fn a_log_that_contradicts_itself_is_refused() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    append(folder.path(), |envelope| {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
        envelope.events = vec![Event::FactRetracted { id, reason: "示例".into() }];
    });
    refused(folder.path(), "contradicts itself");
}
