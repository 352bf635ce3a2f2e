//! What an engine writes into its ledger is there again; the ledger alone is tried in `ledger_*`.

use innograph::domain::command::{Command, Origin, Reference};
use innograph::domain::provenance::Method;
use innograph::engine::{Engine, WriteError};
use innograph::intake::{InputFile, Limits, read_folder};
use innograph::ledger::MemoryLedger;

use crate::process::project;

fn fixture(folders: &[&str]) -> Vec<Command> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(project(folder)).expect("the fixture is there") {
            let path = entry.expect("it can be listed").path();
            if path.extension().is_some_and(|extension| extension == "csv") {
                let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
                files.push(InputFile {
                    label: name.clone(),
                    name,
                    bytes: std::fs::read(&path).expect("it can be read"),
                });
            }
        }
    }
    let reading =
        read_folder(&files, &Limits { file_bytes: 1 << 24, cell_bytes: 1 << 16, columns: 100, ..Limits::DEFAULT });
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals);
    reading.commands.into_iter().map(|(_, command)| command).collect()
}

#[test]
fn what_was_written_is_there_again_and_whole() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let commands = fixture(&["fixtures/codes", "fixtures/demo"]);
    let engine = Engine::open(folder.path()).expect("it opens");
    let outcome = engine.execute("test", &commands, &mut |_, _| true).expect("it is taken");
    let before = engine.view();
    assert_eq!(before.state().check(), []);
    drop(engine);
    let again = Engine::open(folder.path()).expect("it opens again");
    let after = again.view();
    assert_eq!(after.state().sequence(), outcome.sequence);
    assert_eq!(after.state().size(), before.state().size());
    assert_eq!(after.state().state_digest(), before.state().state_digest());
    assert_eq!(after.state().check(), []);
    let twice = again.execute("test", &commands, &mut |_, _| true).expect("it is taken");
    assert_eq!((twice.changed, twice.events), (0, 0));
    assert_eq!(again.view().state().sequence(), outcome.sequence);
}

#[test]
fn equal_content_has_one_digest_and_a_change_has_another() {
    let commands = fixture(&["fixtures/codes", "fixtures/demo"]);
    let store = |commands: &[Command]| {
        let engine = Engine::over(Box::new(MemoryLedger::new())).expect("it opens");
        engine.execute("test", commands, &mut |_, _| true).expect("it is taken");
        engine.view()
    };
    let (one, two) = (store(&commands), store(&commands));
    assert_eq!(one.state().content_digest(), two.state().content_digest());
    // Two stores make ids of their own, so their states differ while their content does not.
    assert_ne!(one.state().state_digest(), two.state().state_digest());
    let less = store(&commands[..commands.len() - 1]);
    assert_ne!(one.state().content_digest(), less.state().content_digest());
}

#[test]
fn a_cancelled_batch_leaves_nothing() {
    let commands = fixture(&["fixtures/codes"]);
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("it opens");
    assert!(engine.execute("test", &commands, &mut |_, _| false).is_err());
    assert_eq!(engine.view().state().size(), [0; 4]);
    let outcome = engine.execute("test", &commands, &mut |_, _| true).expect("it is taken afterwards");
    assert_eq!(outcome.changed, commands.len());
}

#[test]
fn a_rehearsal_writes_nothing() {
    let commands = fixture(&["fixtures/codes"]);
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("it opens");
    let rehearsed = engine.rehearse(&commands, &mut |_, _| true).expect("it would be taken");
    assert_eq!(engine.view().state().sequence(), 0);
    let outcome = engine.execute("test", &commands, &mut |_, _| true).expect("it is taken");
    assert_eq!((rehearsed.changed, rehearsed.events), (outcome.changed, outcome.events));
}

fn source_values(commands: &[Command]) -> Vec<(u16, innograph::domain::Value)> {
    let first = commands.iter().find_map(|command| match command {
        Command::SaveSource { values, .. } => Some(values.clone()),
        _ => None,
    });
    first.expect("the fixture has sources")
}

fn origin() -> Origin {
    Origin { source: "nowhere".into(), method: Method::Document, basis: None, confidence: None }
}

#[test]
fn copies_that_take_turns_never_differ_from_a_replay() {
    // Small batches, some refused, some of them while a reader holds an old view.
    let commands = fixture(&["fixtures/codes", "fixtures/demo"]);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let engine = Engine::open(folder.path()).expect("it opens");
    let mut held = Vec::new();
    for (place, batch) in commands.chunks(37).enumerate() {
        engine.execute("test", batch, &mut |_, _| true).expect("it is taken");
        if place % 5 == 0 {
            held.push((engine.view().state().sequence(), engine.view()));
        }
        if place % 3 == 0 {
            // New sources first, so that something was applied when the last command is refused.
            let source = Command::SaveSource { key: format!("s-{place}"), values: source_values(&commands) };
            let orphan = Command::Relate {
                relation: innograph::domain::Relation::Owns,
                from: Reference::Code("nobody".into()),
                to: Reference::Code("nobody".into()),
                values: Vec::new(),
                validity: innograph::domain::Validity::OPEN,
                origin: origin(),
            };
            let refused = engine.execute("test", &[source, orphan], &mut |_, _| true);
            assert!(matches!(refused, Err(WriteError::Rejected(_))), "{refused:?}");
        }
    }
    for (sequence, view) in held {
        assert_eq!(view.state().sequence(), sequence, "a view never changes");
        assert_eq!(view.state().check(), []);
    }
    let live = engine.view().state().state_digest();
    drop(engine);
    let again = Engine::open(folder.path()).expect("it opens again");
    assert_eq!(again.view().state().state_digest(), live);
}
