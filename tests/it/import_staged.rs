//! Imports that are decided beside the writer: others write meanwhile, read meanwhile, or say stop; keys of people
//! who are not entered after all are nobody's; one import at a time.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use innograph::domain::Value;
use innograph::domain::command::Command;
use innograph::engine::{Clock, Commands, Engine, EngineLimits, Order, Request, WriteError, Written};
use innograph::intake::{self, InputFile, Limits};
use innograph::ledger::MemoryLedger;
use innograph::rights::{Rights, Role};

/// Far more than anything here takes; whoever waits so long has found a defect.
const PATIENCE: Duration = Duration::from_secs(30);
const ROWS: usize = 200;
/// More than are decided between two looks at whether somebody said stop.
const PEOPLE: usize = 700;

/// Commands that do something of their own in the middle.
struct Meddling<'m> {
    commands: Vec<Command>,
    /// Told how often they have been gone through, and which one is next.
    meddle: &'m dyn Fn(usize, usize),
    times: RefCell<usize>,
}

impl Commands for Meddling<'_> {
    fn count(&self) -> usize {
        self.commands.len()
    }

    fn each(&self, take: &mut dyn FnMut(&Command) -> bool) {
        *self.times.borrow_mut() += 1;
        let time = *self.times.borrow();
        for (number, command) in self.commands.iter().enumerate() {
            (self.meddle)(time, number);
            if !take(command) {
                return;
            }
        }
    }
}

fn meddling(commands: Vec<Command>, meddle: &dyn Fn(usize, usize)) -> Meddling<'_> {
    Meddling { commands, meddle, times: RefCell::new(0) }
}

fn firms(name: &str) -> Vec<Command> {
    let source = "key,kind,issuer,title,address,grade\nS,OTHER,示例,示例,https://example.invalid/,C\n";
    let rows = (0..ROWS).map(|row| format!("{name}{row},示例{name}{row}公司,UNKNOWN,UNKNOWN,UNKNOWN,S\n"));
    let firms = "key,nameZh,legalForm,status,isLegalPerson,source\n".to_owned() + &rows.collect::<String>();
    read(&[("sources.csv", source), ("enterprises.csv", &firms)])
}

fn read(files: &[(&str, &str)]) -> Vec<Command> {
    let file = |(name, text): &(&str, &str)| InputFile {
        label: (*name).to_owned(),
        name: (*name).to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let reading = intake::read_folder(&files.iter().map(file).collect::<Vec<_>>(), &Limits::DEFAULT);
    assert_eq!(reading.refusals, []);
    reading.commands.into_iter().map(|(_, command)| command).collect()
}

fn limits() -> EngineLimits {
    EngineLimits { stage_events: 50, import_wait_ms: 20, ..EngineLimits::default() }
}

fn engine() -> Engine {
    Engine::simulated(Box::new(MemoryLedger::new()), None, Clock::default(), limits()).expect("an empty ledger opens")
}

fn order(input: u8) -> Order {
    Order { input: [input; 32], ..Order::of_keeper("示例导入") }
}

fn source(key: &str) -> Request {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = vec![(1, Value::Code(1)), (2, text("示例")), (3, text("示例")), (6, text("https://example.invalid/"))];
    let values = values.into_iter().chain([(8, Value::Code(3))]).collect();
    Request {
        actor: Arc::from("示例"),
        rights: Rights::of(Role::Administrator),
        command: Command::SaveSource { key: key.to_owned(), values },
        expected_version: None,
        key: None,
        withdrawn: Arc::default(),
    }
}

fn submit(engine: &Engine, key: &str) -> Receiver<Result<Written, WriteError>> {
    let (tell, told) = sync_channel(1);
    let answer = Box::new(move |result| tell.send(result).expect("somebody waits"));
    engine.submit(source(key), answer).expect("the queue has room");
    told
}

fn write(engine: &Engine, key: &str) -> Result<Written, WriteError> {
    submit(engine, key).recv_timeout(PATIENCE).expect("it is answered")
}

fn content(engine: &Engine) -> [u8; 32] {
    let view = engine.view();
    assert_eq!(view.state().check(), []);
    view.state().content_digest()
}

/// What comes of requests and an import one after the other.
fn in_peace(requests: &[&str], commands: &[Command]) -> [u8; 32] {
    let engine = engine();
    for key in requests {
        write(&engine, key).expect("it is written");
    }
    engine.execute("示例导入", commands, &mut |_, _| true).expect("it is imported");
    content(&engine)
}

#[test]
fn nothing_of_it_is_seen_before_all_of_it_is() {
    let (engine, commands) = (engine(), firms("a"));
    let meddle = |_, _| assert_eq!(engine.view().state().size(), [0; 4], "something of it is seen");
    let outcome = engine.import(&order(1), &meddling(commands.clone(), &meddle), None, &mut |_, _| true);
    let outcome = outcome.expect("it is imported");
    assert_eq!((outcome.changed, outcome.unchanged, outcome.resumed), (ROWS + 1, 0, 0));
    assert_eq!(outcome.sequence, engine.view().state().sequence());
    assert_eq!(content(&engine), in_peace(&[], &commands));
    let again = engine.import(&order(1), &commands, None, &mut |_, _| true).expect("the same is accepted");
    assert_eq!((again.changed, again.unchanged, again.sequence), (0, ROWS + 1, outcome.sequence));
}

#[test]
fn others_write_meanwhile_and_it_is_decided_again_on_what_they_wrote() {
    let (engine, commands) = (engine(), firms("a"));
    let waited = AtomicBool::new(false);
    let meddle = |time, number| {
        if number != ROWS / 2 {
            return;
        }
        let written = write(&engine, &format!("meanwhile-{time}"));
        if time == 1 {
            assert!(written.is_ok_and(|written| written.changed), "others write while it is decided");
        } else {
            // The second time they wait, and not for ever.
            assert!(matches!(written, Err(WriteError::ImportRunning)), "{written:?}");
            waited.store(true, Ordering::Relaxed);
        }
    };
    let outcome = engine.import(&order(1), &meddling(commands.clone(), &meddle), None, &mut |_, _| true);
    assert_eq!(outcome.expect("it is imported").changed, ROWS + 1);
    assert!(waited.load(Ordering::Relaxed), "it was never decided again");
    assert_eq!(content(&engine), in_peace(&["meanwhile-1"], &commands));
    assert!(write(&engine, "afterwards").is_ok(), "others write again");
}

#[test]
fn what_others_took_meanwhile_is_refused_and_nothing_is_written() {
    let (engine, commands) = (engine(), firms("a"));
    let taken = Command::SaveEntity {
        kind: innograph::domain::Kind::Institute,
        subject: innograph::domain::command::Subject::Key(format!("a{}", ROWS - 1)),
        name_zh: Some("示例大学".into()),
        name_en: None,
        code: None,
        values: vec![(1, innograph::domain::command::Given::Value(Value::Code(1)))],
        validity: innograph::domain::Validity::default(),
        origin: innograph::domain::command::Origin {
            source: "meanwhile".into(),
            method: innograph::domain::provenance::Method::Document,
            basis: None,
            confidence: None,
        },
    };
    let meddle = |time, number| {
        if (time, number) == (1, ROWS) {
            write(&engine, "meanwhile").expect("others write while it is decided");
            let (tell, told) = sync_channel(1);
            let answer = Box::new(move |result| tell.send(result).expect("somebody waits"));
            let request = Request { command: taken.clone(), ..source("-") };
            engine.submit(request, answer).expect("the queue has room");
            told.recv_timeout(PATIENCE).expect("it is answered").expect("the key was free");
        }
    };
    let refused = engine.import(&order(1), &meddling(commands, &meddle), None, &mut |_, _| true);
    let Err(WriteError::Rejected(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [ROWS], "{refused:?}");
    assert_eq!(engine.view().state().size()[0], 1, "what others wrote is there, and nothing else");
}

#[test]
fn a_write_that_waits_for_a_short_import_is_written_after_it() {
    let limits = EngineLimits { import_wait_ms: 30_000, ..limits() };
    let engine = Engine::simulated(Box::new(MemoryLedger::new()), None, Clock::default(), limits).expect("it opens");
    let waiting = RefCell::new(None);
    let meddle = |time, number| match (time, number) {
        (1, 1) => assert!(write(&engine, "meanwhile").is_ok(), "others write while it is decided"),
        (2, 1) => *waiting.borrow_mut() = Some(submit(&engine, "patient")),
        _ => {}
    };
    let commands = firms("a");
    let outcome = engine.import(&order(1), &meddling(commands, &meddle), None, &mut |_, _| true);
    let outcome = outcome.expect("it is imported");
    let waiting = waiting.take().expect("it was decided twice");
    let written = waiting.recv_timeout(PATIENCE).expect("it is answered").expect("it is written");
    assert!(written.sequence > outcome.sequence, "{written:?}");
}

#[test]
fn whoever_says_stop_in_the_middle_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (data, commands) = (folder.path().join("data"), firms("a"));
    let engine = Engine::open_with(&data, limits()).expect("an empty store opens");
    let seen = AtomicBool::new(false);
    let stage = data.join("import.stage");
    let stop = AtomicBool::new(false);
    let meddle = |_, number| {
        seen.fetch_or(stage.exists(), Ordering::Relaxed);
        stop.store(number > 150, Ordering::Relaxed);
    };
    // Whether to go on is asked every so many commands.
    let many: Vec<Command> = commands.iter().cycle().take(ROWS * 4).cloned().collect();
    let stopped = engine.import(&order(1), &meddling(many, &meddle), None, &mut |_, _| !stop.load(Ordering::Relaxed));
    assert!(matches!(stopped, Err(WriteError::Cancelled)), "{stopped:?}");
    assert!(seen.load(Ordering::Relaxed), "nothing was put on the disk: that was not tried");
    assert!(!stage.exists(), "something is left");
    assert_eq!(engine.view().state().size(), [0; 4]);
    let whole = engine.import(&order(1), &commands, None, &mut |_, _| true).expect("it is imported");
    assert_eq!((whole.resumed, whole.changed), (0, ROWS + 1));
    assert_eq!(content(&engine), in_peace(&[], &commands));
}

#[test]
fn refusals_are_gathered_whole_and_nothing_is_left() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let data = folder.path().join("data");
    let engine = Engine::open_with(&data, limits()).expect("an empty store opens");
    let mut commands = firms("a");
    for number in [150, 180] {
        if let Some(Command::SaveEntity { origin, .. }) = commands.get_mut(number) {
            origin.source = "nobody".into();
        }
    }
    let refused = engine.import(&order(1), &commands, None, &mut |_, _| true);
    let Err(WriteError::Rejected(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [150, 180]);
    assert!(!data.join("import.stage").exists(), "something is left");
    assert_eq!(engine.view().state().size(), [0; 4]);
}

#[test]
fn keys_of_people_who_are_not_entered_after_all_are_destroyed() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let data = folder.path().join("data");
    let source = "key,kind,issuer,title,address,grade\nS,OTHER,示例,示例,https://example.invalid/,C\n";
    let rows = (0..PEOPLE).map(|row| format!("p{row},示例专家{row},EXPERT,S\n")).collect::<String>();
    let people = "key,nameZh,role,source\n".to_owned() + &rows;
    let commands = read(&[("sources.csv", source), ("people.csv", &people)]);
    let engine = Engine::open_with(&data, limits()).expect("an empty store opens");
    let mut asked = 0;
    let stopped = engine.import(&order(1), &commands, None, &mut |_, _| {
        asked += 1;
        asked < 4
    });
    assert!(matches!(stopped, Err(WriteError::Cancelled)), "{stopped:?}");
    let counts = engine.view().vault().counts();
    assert!(counts.live == 0 && counts.destroyed > 0, "{counts:?}");
    engine.import(&order(1), &commands, None, &mut |_, _| true).expect("it is imported");
    assert_eq!(engine.view().state().sealed().count(), PEOPLE, "each has a name under a seal");
}

#[test]
fn two_imports_at_once_come_to_what_one_after_the_other_comes_to() {
    let (engine, one, other) = (Arc::new(engine()), firms("a"), firms("b"));
    let both = std::thread::scope(|scope| {
        let imports = [&one, &other].map(|commands| {
            let engine = Arc::clone(&engine);
            scope
                .spawn(move || engine.import(&order(commands.len().to_le_bytes()[0]), commands, None, &mut |_, _| true))
        });
        imports.map(|import| import.join().expect("it ends").expect("it is imported").changed)
    });
    assert_eq!(both.iter().sum::<usize>(), 2 * ROWS + 1, "their source is one");
    assert_eq!(content(&engine), in_peace(&[], &[one, other].concat()));
}
