//! What writing costs: by size, beside readers, over HTTP, many at once; how far search lags behind;
//! what a start over the same store takes, and what packing its ledger gives.

mod cost;
mod grouped;
mod lag;
mod ledgers;
mod packed;
mod restart;
mod served;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use innograph::domain::command::{Command, Given, Origin, Reference, Subject};
use innograph::domain::provenance::Method;
use innograph::domain::{Kind, Relation, Validity, Value};
use innograph::engine::{Engine, Request, Written};
use innograph::graph::{CHECKPOINT_FORMAT, State};
use innograph::ledger::{Access, CheckpointStore, Head, Ledger, SqliteLedger};
use innograph::rights::{Rights, Role};

pub use restart::reopen;

use super::report::Report;
use super::store::{Store, told};
use super::synthetic::{Plan, SOURCE, key};
use super::{Outcome, SEED};

/// The parts of this part, in the order in which they are measured.
pub const PARTS: [&str; 5] = ["write-cost", "write-served", "write-lag", "write-restart", "write-packed"];

/// How much is written.
pub struct Sizes {
    /// Nodes of the stores, smallest first.
    pub nodes: &'static [usize],
    /// Rounds of one write of each kind into each store.
    pub rounds: usize,
    /// Writes by each of many clients.
    pub each: usize,
    /// Writes while search follows.
    pub followed: usize,
    /// Starts of each kind.
    pub starts: usize,
    /// Small entries that are packed.
    pub entries: usize,
}

pub const FULL: Sizes =
    Sizes { nodes: &[10_000, 100_000], rounds: 400, each: 40, followed: 2_000, starts: 5, entries: 50_000 };
pub const LARGE: Sizes = Sizes { nodes: &[10_000, 100_000, 1_000_000], ..FULL };
pub const QUICK: Sizes =
    Sizes { nodes: &[2_000, 10_000], rounds: 60, each: 5, followed: 200, starts: 2, entries: 5_000 };

/// A store with a checkpoint, and what that cost.
struct Made {
    store: Store,
    organizations: usize,
    /// Seconds of digest, writing and `State::check`; MiB of the checkpoint.
    digest: f64,
    write: f64,
    check: f64,
    checkpoint_mib: u64,
}

impl Made {
    fn new(nodes: usize) -> Outcome<Self> {
        // Half the nodes are organizations, half what they do together. Ten ties each make five a node.
        let organizations = nodes / 2;
        let plan = Plan { organizations, seed: SEED };
        let (store, view) = Store::denser(plan, 5)?;
        let state = view.state();
        let ledger = SqliteLedger::open(&store.file("ledger.sqlite"), Access::Write)?;
        let (digest, sum) = timed(|| state.state_digest());
        let (check, found) = timed(|| state.check());
        if let Some(violation) = found.first() {
            return Err(format!("the synthetic store is not sound: {violation:?}").into());
        }
        let (write, written) = timed(|| keep(&store, ledger.head(), sum, state));
        written?;
        let checkpoint_mib = files(&store, "checkpoint")? >> 20;
        Ok(Self { store, organizations, digest, write, check, checkpoint_mib })
    }
}

fn keep(store: &Store, head: Head, digest: [u8; 32], state: &State) -> Outcome<()> {
    let checkpoints = CheckpointStore::open(store.path(), Access::Write)?;
    Ok(checkpoints.write(head, digest, CHECKPOINT_FORMAT, &mut |out| state.write_checkpoint(out))?)
}

/// Bytes of the files with that ending.
fn files(store: &Store, ending: &str) -> Outcome<u64> {
    let mut bytes = 0;
    for file in std::fs::read_dir(store.path())? {
        let file = file?;
        if file.path().extension().is_some_and(|found| found == ending) {
            bytes += file.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// Seconds, and what came of it.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let done = work();
    (started.elapsed().as_secs_f64(), done)
}

/// Measure the parts that are wanted.
pub fn measure(sizes: &Sizes, does: &dyn Fn(&str) -> bool, report: &mut Report) -> Outcome<()> {
    let needs_stores = PARTS.iter().any(|part| *part != "write-packed" && does(part));
    let nodes = if needs_stores { sizes.nodes } else { &[] };
    let made = nodes.iter().map(|nodes| Made::new(*nodes)).collect::<Outcome<Vec<_>>>()?;
    if does("write-restart") {
        for one in made.iter().skip(1) {
            restart::measure(one, sizes, report)?;
        }
    }
    if does("write-cost") {
        cost::measure(&made, sizes, report)?;
    }
    if let Some(small) = made.first().filter(|_| does("write-served")) {
        let token = served::token(&small.store)?;
        served::measure(small, &token, sizes, report)?;
        grouped::measure(small, &token, sizes, report)?;
    }
    if does("write-lag") {
        for one in made.iter().take(2) {
            lag::measure(one, sizes, report)?;
        }
    }
    if does("write-packed") {
        packed::measure(sizes, report)?;
    }
    Ok(())
}

fn request(command: Command) -> Request {
    let withdrawn = Arc::new(AtomicBool::new(false));
    Request {
        actor: Arc::from("bench"),
        rights: Rights::of(Role::Administrator),
        command,
        expected_version: None,
        key: None,
        withdrawn,
    }
}

/// One write, waited for.
fn submit(engine: &Engine, command: Command) -> Outcome<Written> {
    let (tell, answered) = sync_channel(1);
    engine.submit(request(command), Box::new(move |result| drop(tell.send(result))))?;
    Ok(answered.recv()?.map_err(|error| told(&error))?)
}

fn origin() -> Origin {
    Origin { source: SOURCE.into(), method: Method::Imported, basis: None, confidence: None }
}

fn known(attribute: u16, value: Value) -> (u16, Given) {
    (attribute, Given::Value(value))
}

/// A firm that is not there yet.
fn new_firm(name: String) -> Command {
    Command::SaveEntity {
        kind: Kind::Enterprise,
        subject: Subject::New,
        name_zh: Some(name),
        name_en: None,
        code: None,
        values: vec![known(1, Value::Code(1)), known(2, Value::Code(1)), known(3, Value::Answer(true))],
        validity: Validity::OPEN,
        origin: origin(),
    }
}

/// A new firm supplies an old one.
fn new_tie(from: Reference, to: usize) -> Command {
    let (relation, to, values) = (Relation::Supplies, Reference::Code(key(to)), Vec::new());
    Command::Relate { relation, from, to, values, validity: Validity::OPEN, origin: origin() }
}
