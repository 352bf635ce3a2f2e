//! What becomes of a request before the writer takes it up, and how clients hear of a writer that
//! cannot: over a ledger that can be held in the middle of an append, or made to fail.

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use innograph::config::{Config, Limits};
use innograph::domain::Value;
use innograph::domain::command::Command;
use innograph::engine::{Clock, Engine, EngineLimits, Hindrance, Request, WriteError, WriterState, Written};
use innograph::ledger::{Head, Ledger, LedgerError, MemoryLedger, Opener, Visit};
use innograph::rights::{Rights, Role};
use serde_json::{Value as Json, json};

use crate::support::Served;

/// Far more than anything here takes; whoever waits so long has found a defect.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the queue holds in these tests.
const QUEUE: usize = 2;

/// What the next append meets; without any, all is well.
type Trouble = Box<dyn FnMut() -> Option<LedgerError> + Send>;

/// A ledger in memory that meets trouble before each append.
struct Troubled {
    ledger: MemoryLedger,
    trouble: Trouble,
}

impl Ledger for Troubled {
    fn head(&self) -> Head {
        self.ledger.head()
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.ledger.at(sequence)
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.ledger.read(after, visit)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        match (self.trouble)() {
            Some(error) => Err(error),
            None => self.ledger.append(expected, bodies),
        }
    }

    fn opener(&self) -> Opener {
        self.ledger.opener()
    }
}

fn engine(trouble: Trouble) -> Arc<Engine> {
    let limits = EngineLimits { queue: QUEUE, ..EngineLimits::default() };
    let ledger = Box::new(Troubled { ledger: MemoryLedger::new(), trouble });
    Arc::new(Engine::simulated(ledger, None, Clock::default(), limits).expect("an empty ledger opens"))
}

/// An engine whose writer stops before each append until it is let go.
struct Held {
    engine: Arc<Engine>,
    arrived: Receiver<()>,
    /// Dropped, it holds nobody any more.
    go: Option<SyncSender<()>>,
}

impl Held {
    fn new() -> Self {
        let ((tell, arrived), (go, wait)) = (sync_channel(64), sync_channel::<()>(64));
        let trouble = move || {
            // Nobody listens any more where the test has ended.
            let _ = tell.send(());
            // It is an error once nobody holds the writer any more.
            let _ = wait.recv_timeout(PATIENCE);
            None
        };
        Self { engine: engine(Box::new(trouble)), arrived, go: Some(go) }
    }

    /// Hold the writer in the middle of a first write; its answer.
    fn hold(&self) -> Receiver<Result<Written, WriteError>> {
        let answer = submit(&self.engine, &source("first")).expect("the queue is empty");
        self.arrived.recv_timeout(PATIENCE).expect("the writer takes it up");
        answer
    }

    fn release(&mut self) {
        self.go = None;
    }
}

fn source(key: &str) -> Request {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = vec![(1, Value::Code(1)), (2, text("示例")), (3, text("示例")), (6, text("https://example.invalid/"))];
    let values = values.into_iter().chain([(8, Value::Code(3))]).collect();
    let command = Command::SaveSource { key: key.to_owned(), values };
    Request {
        actor: Arc::from("示例"),
        rights: Rights::of(Role::Administrator),
        command,
        expected_version: None,
        key: None,
        withdrawn: Arc::default(),
    }
}

fn submit(engine: &Engine, request: &Request) -> Result<Receiver<Result<Written, WriteError>>, WriteError> {
    let (tell, told) = sync_channel(1);
    let answer = Box::new(move |result| tell.send(result).expect("somebody waits"));
    engine.submit(request.clone(), answer).map(|()| told)
}

fn sequence_of(answer: &Receiver<Result<Written, WriteError>>) -> u64 {
    answer.recv_timeout(PATIENCE).expect("it is answered").expect("it is written").sequence
}

#[test]
fn a_request_withdrawn_before_its_turn_leaves_no_trace() {
    let mut held = Held::new();
    let first = held.hold();
    let (withdrawn, kept) = (source("withdrawn"), source("kept"));
    let gone = submit(&held.engine, &withdrawn).expect("the queue has room");
    let stays = submit(&held.engine, &kept).expect("the queue has room");
    // Who asked went away after asking, while the writer was busy.
    withdrawn.withdrawn.store(true, Ordering::Release);
    held.release();
    assert_eq!(sequence_of(&first), 1);
    let told = gone.recv_timeout(PATIENCE).expect("it is answered");
    assert!(matches!(&told, Err(WriteError::Cancelled)), "{told:?}");
    assert_eq!(told.expect_err("cancelled").hindrance(), Hindrance::Withdrawn);
    // Its neighbour in the same group is written, right after the first.
    assert_eq!(sequence_of(&stays), 2);
    assert_eq!(held.engine.view().state().size(), [0, 0, 0, 2]);
    // What has been taken up is carried out, whoever waits.
    let late = source("late");
    let answer = submit(&held.engine, &late).expect("the queue is empty");
    assert_eq!(sequence_of(&answer), 3);
    late.withdrawn.store(true, Ordering::Release);
    assert_eq!(held.engine.view().state().size(), [0, 0, 0, 3]);
}

#[test]
fn the_queue_holds_what_it_may_and_no_more() {
    let mut held = Held::new();
    let first = held.hold();
    let waiting: Vec<_> = (0..QUEUE)
        .map(|number| submit(&held.engine, &source(&format!("waits-{number}"))).expect("the queue has room"))
        .collect();
    let refused = submit(&held.engine, &source("one-too-many"));
    assert!(matches!(&refused, Err(WriteError::Busy)), "{refused:?}");
    assert_eq!(held.engine.view().state().sequence(), 0, "nothing is seen before it is durable");
    held.release();
    assert_eq!(sequence_of(&first), 1);
    assert_eq!(waiting.iter().map(sequence_of).collect::<Vec<_>>(), [2, 3]);
    let again = submit(&held.engine, &source("one-too-many")).expect("there is room again");
    assert_eq!(sequence_of(&again), 4);
}

// ---- Over HTTP ----

const SAVE: &str = r#"mutation($key: String!) {
    saveSource(input: {key: $key, kind: OTHER, issuer: "示例", title: "示例", address: "https://example.invalid/", grade: C}) {
        __typename ... on Written { sequence } } }"#;

fn save(served: &Served, key: &str) -> Json {
    served.ask(SAVE, &json!({ "key": key }))
}

/// Is it an error of this code, said in both languages, and no word of anything written?
fn assert_refused(answer: &Json, code: &str, zh: &str, en: &str) {
    let said = &answer["errors"][0]["extensions"];
    assert_eq!(said["code"], code, "{answer}");
    assert!(said["zh"].as_str().is_some_and(|text| text.contains(zh)), "{zh}: {answer}");
    assert!(said["en"].as_str().is_some_and(|text| text.contains(en)), "{en}: {answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["saveSource"]), "{answer}");
    assert_eq!(answer["data"], json!({ "saveSource": null }), "{answer}");
}

fn written_at(answer: &Json) -> u64 {
    answer["data"]["saveSource"]["sequence"].as_u64().unwrap_or_else(|| panic!("not written: {answer}"))
}

fn is(served: &Served, writer: &str, sequence: u64) {
    let said = served.data("{ service { writer sequence } }", &json!({}));
    assert_eq!(said["service"], json!({ "writer": writer, "sequence": sequence }));
}

/// A service over a ledger that answers its next appends with these errors, then takes everything.
fn failing(errors: Vec<LedgerError>) -> Served {
    let mut errors = errors.into_iter();
    Served::trusting(engine(Box::new(move || errors.next())), &Config::default(), "示例工作人员")
}

#[test]
fn a_full_queue_is_told_as_busy() {
    let mut held = Held::new();
    let served = Served::trusting(Arc::clone(&held.engine), &Config::default(), "示例工作人员");
    let first = held.hold();
    let waiting: Vec<_> = (0..QUEUE)
        .map(|number| submit(&held.engine, &source(&format!("waits-{number}"))).expect("the queue has room"))
        .collect();
    assert_refused(&save(&served, "busy"), "BUSY", "稍后再试", "Try again shortly");
    is(&served, "RUNNING", 0);
    held.release();
    sequence_of(&first);
    waiting.iter().for_each(|answer| assert!(sequence_of(answer) > 1));
    assert_eq!(written_at(&save(&served, "busy")), 4);
}

#[test]
fn a_full_disk_is_told_and_passes_by_itself() {
    let served =
        failing(vec![LedgerError::Full { file: "ledger".into() }, LedgerError::Full { file: "ledger".into() }]);
    for _ in 0..2 {
        assert_refused(&save(&served, "full"), "DISK_FULL", "磁盘已满", "The disk is full");
        is(&served, "DISK_FULL", 0);
    }
    assert_eq!(written_at(&save(&served, "full")), 1);
    is(&served, "RUNNING", 1);
}

#[test]
fn a_store_that_cannot_be_written_is_told_as_read_only() {
    let served = failing(vec![LedgerError::ReadOnly]);
    assert_refused(&save(&served, "read-only"), "READ_ONLY", "只读", "for reading only");
    assert_eq!(served.standing().0, 0);
}

#[test]
fn a_failed_sync_leaves_it_open_and_then_the_writer_has_stopped() {
    let failed = LedgerError::Engine { operation: "append", file: "ledger".into(), cause: "EIO".into() };
    let served = failing(vec![failed]);
    assert_refused(&save(&served, "open"), "WRITE_UNCERTAIN", "幂等键", "same idempotency key");
    // The ledger would take it now; the writer does not try.
    for _ in 0..2 {
        assert_refused(&save(&served, "stopped"), "WRITER_STOPPED", "写入已停止", "Writing has stopped");
        is(&served, "STOPPED", 0);
    }
    assert_eq!(served.engine.writer_state(), WriterState::Stopped);
}

/// A client whose request waits behind one other while the writer is held. None where it had not
/// arrived when the queue was tried.
fn waiting_client(held: &Held, served: &Served) -> Option<(TcpStream, Receiver<Result<Written, WriteError>>)> {
    let before = submit(&held.engine, &source("before")).expect("the queue has room");
    let body = json!({ "query": SAVE, "variables": { "key": "hung-up" } }).to_string();
    let mut stream = TcpStream::connect(served.address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    let head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).expect("it is sent");
    for _ in 0..20 {
        is(served, "RUNNING", 0);
    }
    // Where this one finds room, it has taken the other's place.
    let probe = submit(&held.engine, &source("probe"));
    matches!(probe, Err(WriteError::Busy)).then_some((stream, before))
}

#[test]
fn who_hangs_up_before_the_turn_comes_has_written_nothing() {
    for _ in 0..20 {
        let mut held = Held::new();
        let served = Served::trusting(Arc::clone(&held.engine), &Config::default(), "示例工作人员");
        let first = held.hold();
        let Some((mut stream, before)) = waiting_client(&held, &served) else {
            held.release();
            continue;
        };
        stream.shutdown(Shutdown::Write).expect("it can hang up");
        let mut said = Vec::new();
        stream.read_to_end(&mut said).expect("the server lets go");
        assert_eq!(String::from_utf8_lossy(&said), "", "nobody was answered");
        // The connection is closed a moment before what waited on it is dropped.
        for _ in 0..200 {
            is(&served, "RUNNING", 0);
        }
        held.release();
        assert_eq!((sequence_of(&first), sequence_of(&before)), (1, 2));
        // Had it been written, it would be the third.
        assert_eq!(written_at(&save(&served, "after")), 3);
        assert_eq!(held.engine.view().state().size(), [0, 0, 0, 3]);
        return;
    }
    panic!("no request was ever seen waiting");
}

#[test]
fn who_has_waited_too_long_is_told_so_and_nothing_is_written() {
    let mut held = Held::new();
    let config = Config { limits: Limits { request_ms: 100, ..Limits::default() }, ..Config::default() };
    let served = Served::trusting(Arc::clone(&held.engine), &config, "示例工作人员");
    let first = held.hold();
    let answer = save(&served, "too-late");
    let said = &answer["errors"][0]["extensions"];
    assert_eq!(said["code"], "TIMEOUT", "{answer}");
    assert!(said["zh"].as_str().is_some_and(|text| text.contains("幂等键")), "{answer}");
    assert!(said["en"].as_str().is_some_and(|text| text.contains("idempotency key")), "{answer}");
    held.release();
    assert_eq!(sequence_of(&first), 1);
    let after = submit(&held.engine, &source("after")).expect("the queue has room");
    assert_eq!(sequence_of(&after), 2, "the one that timed out was in the queue before this one");
    assert_eq!(held.engine.view().state().size(), [0, 0, 0, 2]);
}
