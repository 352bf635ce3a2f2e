//! Seeded histories: random requests, retries, lost races, full disks, failed syncs, restarts.
//!
//! After every step: the state keeps its invariants, a refused request has left no trace, a retry
//! was carried out once, and replay, checkpoint with suffix, and the live state are one. The judge
//! shares no code with what it judges beyond digests of whole states and `check`: what must be there
//! is kept in a model of its own.
//!
//! `INNOGRAPH_HISTORIES` says how many (1,000 by default), `INNOGRAPH_SEED` where they begin.

pub mod asked;
mod difference;
mod disk;
mod history;
mod lived;
mod past;
mod precedence;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

use innograph::domain::Id;
use innograph::domain::id::IdSequence;
use innograph::engine::{Clock, Engine, EngineLimits, Request, RequestKey, Turn, WriteError, WriterState, Written};
use innograph::graph::State;
use innograph::ledger::LedgerError;
use innograph::rights::{Rights, Role};
use innograph::vault::{Sealing, Vault};

use crate::faults::wide;
use asked::Dice;
use disk::{Disk, Platter, Weather};

const STEPS: usize = 40;

/// One history.
struct History {
    dice: Dice,
    platter: Arc<Mutex<Platter>>,
    now: Arc<AtomicI64>,
    engine: Option<Engine>,
    ids: Vec<Id>,
    /// Requests with keys, as they were sent.
    sent: Vec<Request>,
    model: Model,
    codes: BTreeMap<&'static str, usize>,
    /// What came of it, for the table.
    tally: Tally,
}

/// What must be so.
#[derive(Default)]
struct Model {
    /// Requests with keys that were acknowledged, and how.
    answered: BTreeMap<(String, String), (Request, Written)>,
    /// Versions that acknowledgements gave, by subject.
    versions: BTreeMap<Id, u64>,
    /// The last sequence acknowledged.
    sequence: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    written: usize,
    refused: usize,
    repeated: usize,
    failed: usize,
    restarts: usize,
    raced: usize,
}

fn digest_of(request: &Request, sent: &[Request]) -> [u8; 32] {
    // Any function of the content will do, the clients' own business: here which of all contents it is.
    let alike =
        |other: &Request| (&other.command, other.expected_version) == (&request.command, request.expected_version);
    let known = sent.iter().find(|other| alike(other)).and_then(|other| other.key.as_ref());
    known.map_or_else(
        || {
            let mut digest = [0_u8; 32];
            digest[..8].copy_from_slice(&(sent.len() as u64).to_be_bytes());
            digest
        },
        |key| key.digest,
    )
}

impl History {
    fn new(seed: u64) -> Self {
        let platter = Platter { bodies: Vec::new(), weather: Weather::Fair, rival: None, appends: 0 };
        let mut history = Self {
            dice: Dice(seed),
            platter: Arc::new(Mutex::new(platter)),
            now: Arc::new(AtomicI64::new(1_600_000_000_000)),
            engine: None,
            ids: Vec::new(),
            sent: Vec::new(),
            model: Model::default(),
            codes: BTreeMap::new(),
            tally: Tally::default(),
        };
        history.start();
        history
    }

    fn start(&mut self) {
        let (now, mut chance) = (Arc::clone(&self.now), Dice(self.dice.next()));
        let clock = Clock {
            now_ms: Box::new(move || now.load(Ordering::Relaxed)),
            seed: Box::new(move || u128::from(chance.next()) << 64 | u128::from(chance.next())),
        };
        let limits = EngineLimits { copies: 1 + self.dice.below(3), ..EngineLimits::default() };
        let disk = Box::new(Disk::over(&self.platter));
        self.engine = Some(Engine::simulated(disk, None, clock, limits).expect("what is on the disk is sound"));
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it is started")
    }

    /// What a fresh reader of the disk sees.
    fn replayed(&self) -> [u8; 32] {
        let engine = Engine::over(Box::new(Disk::over(&self.platter))).expect("the disk is sound");
        engine.view().state().state_digest()
    }

    fn request(&mut self) -> Request {
        // A client that heard nothing, or too late, asks again as it asked before.
        if self.dice.one_in(6) && !self.sent.is_empty() {
            return self.dice.of(&self.sent).clone();
        }
        let command = asked::any(&mut self.dice, &self.ids);
        let expected_version = match self.dice.below(14) {
            0 => Some(self.dice.below(30) as u64),
            1 => Some(0),
            _ => None,
        };
        let actor = *self.dice.of(&["甲", "乙"]);
        let mut request = Request {
            actor: Arc::from(actor),
            rights: Rights::of(Role::Administrator),
            command,
            expected_version,
            key: None,
            withdrawn: Arc::default(),
        };
        if self.dice.one_in(2) {
            let key = format!("key-{}", self.dice.below(12));
            request.key = Some(RequestKey { key, digest: digest_of(&request, &self.sent) });
            self.sent.push(request.clone());
        }
        request
    }

    fn submit(&self, requests: &[Request]) -> Vec<Result<Written, WriteError>> {
        let (told, answers) = sync_channel(requests.len());
        for (place, request) in requests.iter().enumerate() {
            let told = told.clone();
            let answer = Box::new(move |result| told.send((place, result)).expect("somebody waits"));
            self.engine().submit(request.clone(), answer).expect("the queue has room");
        }
        // Were the writer gone, nobody would answer: then this fails instead of waiting for ever.
        drop(told);
        let mut results: Vec<_> =
            (0..requests.len()).map(|_| answers.recv().expect("every request is answered")).collect();
        results.sort_by_key(|(place, _)| *place);
        results.into_iter().map(|(_, result)| result).collect()
    }

    fn step(&mut self) {
        // Clocks run, stand still, and go back.
        let passes = match self.dice.below(4) {
            0 => 0,
            _ => i64::try_from(self.dice.below(3_000)).expect("small") - 500,
        };
        self.now.fetch_add(passes, Ordering::Relaxed);
        let weather = match self.dice.below(30) {
            0 => Weather::Full,
            1 => Weather::Lost,
            2 => Weather::Kept,
            3 | 4 => Weather::Raced,
            _ => Weather::Fair,
        };
        let rival_seed = self.dice.next();
        {
            let mut platter = self.platter.lock().expect("nobody panics");
            platter.weather = weather;
            platter.rival = Some(Box::new(move |bodies, head| {
                let mut replayed = replay(bodies);
                let ids = IdSequence::new(
                    u64::try_from(replayed.last_recorded_at()).expect("positive"),
                    u128::from(rival_seed),
                );
                let mut turn = Turn::new(replayed.last_recorded_at(), ids, Sealing::new(Arc::new(Vault::in_memory())));
                let request = Request {
                    actor: Arc::from("别的节点"),
                    rights: Rights::of(Role::Administrator),
                    command: asked::source(1, usize::try_from(rival_seed % 5).expect("small")),
                    expected_version: None,
                    key: None,
                    withdrawn: Arc::default(),
                };
                turn.request(&mut replayed, &request).ok()?;
                turn.bodies(head).pop()
            }));
        }
        let count = if self.dice.one_in(4) { 1 + self.dice.below(5) } else { 1 };
        let requests: Vec<Request> = (0..count).map(|_| self.request()).collect();
        let before = (self.engine().view().state().state_digest(), self.appends());
        let results = self.submit(&requests);
        let wrote = results
            .iter()
            .any(|result| matches!(result, Ok(written) if !written.repeated && written.sequence > self.model.sequence));
        if !wrote
            && results.iter().all(|result| !matches!(result, Err(WriteError::Ledger(_))))
            && weather != Weather::Raced
        {
            assert_eq!(self.appends(), before.1, "nothing was to be written: {requests:?} {results:?}");
            assert_eq!(
                self.engine().view().state().state_digest(),
                before.0,
                "a trace was left: {requests:?} {results:?}"
            );
        }
        for (request, result) in requests.into_iter().zip(results) {
            self.judge(request, result);
        }
        self.after(weather);
    }

    fn appends(&self) -> usize {
        self.platter.lock().expect("nobody panics").appends
    }

    fn judge(&mut self, request: Request, result: Result<Written, WriteError>) {
        let name = request.key.as_ref().map(|key| (request.actor.to_string(), key.key.clone()));
        let known = name.as_ref().and_then(|name| self.model.answered.get(name));
        match result {
            Ok(written) if written.repeated => {
                self.tally.repeated += 1;
                let (first, answer) = known.expect("only what was acknowledged is answered again");
                assert_eq!(first.key, request.key, "another request under the same key");
                assert_eq!(Written { repeated: true, ..*answer }, written, "the same answer");
            }
            Ok(written) => {
                self.tally.written += usize::from(written.changed);
                assert!(known.is_none(), "carried out twice: {request:?}");
                self.model.sequence = self.model.sequence.max(written.sequence);
                if let Some(subject) = written.subject {
                    self.ids.push(subject);
                    if written.changed {
                        assert_eq!(written.version, Some(written.sequence), "{request:?}");
                        let before = self.model.versions.insert(subject, written.sequence);
                        assert!(before.is_none_or(|before| before < written.sequence), "versions go up");
                    }
                    if let (Some(expected), true) = (request.expected_version, written.changed) {
                        assert!(expected < written.sequence);
                    }
                }
                if let Some(name) = name {
                    self.model.answered.insert(name, (request, written));
                }
            }
            Err(WriteError::Rejected(rejections)) => {
                self.tally.refused += 1;
                let (_, rejection) = rejections.first().expect("a reason");
                *self.codes.entry(rejection.code()).or_default() += 1;
                let reused = known.is_some_and(|(first, _)| first.key != request.key);
                assert_eq!(rejection.code() == "KEY_REUSED", reused, "{rejection:?}");
                assert!(known.is_none() || reused, "an acknowledged request was refused: {rejection:?}");
            }
            Err(WriteError::Ledger(error)) => {
                self.tally.failed += 1;
                let expected = matches!(*error, LedgerError::Full { .. } | LedgerError::Engine { .. });
                assert!(expected, "{error}");
            }
            Err(WriteError::Stopped) => self.tally.failed += 1,
            Err(other) => panic!("{other}"),
        }
    }

    fn after(&mut self, weather: Weather) {
        let violations = self.engine().view().state().check();
        assert_eq!(violations, [], "after {weather:?}");
        self.tally.raced += usize::from(weather == Weather::Raced);
        let stopped = self.engine().writer_state() == WriterState::Stopped;
        if stopped || self.dice.one_in(12) {
            // Whatever was acknowledged is on the disk; a failed sync may have left more.
            let live = self.engine().view().state().sequence();
            let digest = self.engine().view().state().state_digest();
            self.engine = None;
            self.start();
            self.tally.restarts += 1;
            let again = self.engine().view().state().sequence();
            assert!(again >= live && again >= self.model.sequence, "an acknowledged write is lost");
            if !stopped {
                assert_eq!((again, self.engine().view().state().state_digest()), (live, digest));
            }
            self.learn_what_was_kept();
        }
        if self.dice.one_in(4) {
            let live = self.engine().view();
            assert_eq!(self.replayed(), live.state().state_digest(), "replay and live state differ");
            let mut bytes = Vec::new();
            live.state().write_checkpoint(&mut bytes).expect("memory takes it");
            let restored = State::read_checkpoint(&bytes).expect("it can be read");
            assert_eq!(restored.state_digest(), live.state().state_digest(), "checkpoint and live state differ");
            assert_eq!(restored.check(), []);
            assert!(restored.changes(0).eq(live.state().changes(0)), "the changes differ");
        }
    }

    /// A request whose sync failed may have been kept: its key then answers as if it had been
    /// acknowledged. It must be wholly there.
    fn learn_what_was_kept(&mut self) {
        let view = self.engine().view();
        for (actor, key) in
            ["甲", "乙"].into_iter().flat_map(|actor| (0..12).map(move |key| (actor, format!("key-{key}"))))
        {
            let name = (actor.to_owned(), key.clone());
            let Some(answered) = view.state().answered(actor, &key) else {
                assert!(!self.model.answered.contains_key(&name), "the answer to {name:?} is lost");
                continue;
            };
            if self.model.answered.contains_key(&name) {
                continue;
            }
            // What may be about people is kept as another digest than it was sent with.
            let person = answered.subject.and_then(|id| view.state().person_of(id));
            let kept = |digest: [u8; 32]| {
                let sealing = Sealing::new(Arc::new(Vault::in_memory()));
                let blind = person.and_then(|person| sealing.blind(person, digest));
                [Some(digest), blind].contains(&Some(answered.request.0))
            };
            let mut sent = self.sent.iter().filter(|sent| *sent.actor == *actor);
            let sent = sent.find_map(|sent| sent.key.as_ref().filter(|sent| sent.key == key && kept(sent.digest)));
            let digest = sent.map_or(answered.request.0, |sent| sent.digest);
            let request = Request {
                actor: Arc::from(actor),
                rights: Rights::of(Role::Administrator),
                command: asked::source(0, 0),
                expected_version: None,
                key: Some(RequestKey { key: key.clone(), digest }),
                withdrawn: Arc::default(),
            };
            let written = Written {
                subject: answered.subject,
                changed: answered.changed,
                version: answered.version,
                sequence: answered.sequence,
                repeated: false,
            };
            self.model.answered.insert(name, (request, written));
        }
        self.model.sequence = self.model.sequence.max(view.state().sequence());
    }
}

/// A request with nothing but its command.
fn plain(command: innograph::domain::command::Command) -> Request {
    Request {
        actor: Arc::from("甲"),
        rights: Rights::of(Role::Administrator),
        command,
        expected_version: None,
        key: None,
        withdrawn: Arc::default(),
    }
}

/// The state that bodies give.
fn replay(bodies: &[Vec<u8>]) -> State {
    let mut state = State::new();
    for (number, body) in (1..).zip(bodies) {
        let envelope = innograph::engine::Envelope::decode(number, body).expect("our own bytes");
        let (recorded_at, actor) = (envelope.recorded_at, Arc::from(envelope.actor.as_str()));
        state.begin(innograph::graph::Stamp { sequence: number, recorded_at, actor });
        for event in envelope.events {
            state.apply(event);
        }
    }
    state
}

#[test]
fn histories_keep_every_promise() {
    let (first, count) = (wide("INNOGRAPH_SEED", 1), wide("INNOGRAPH_HISTORIES", 1_000));
    let (mut total, mut codes) = (Tally::default(), BTreeMap::<&str, usize>::new());
    for seed in first..first + count {
        let told = std::panic::catch_unwind(|| {
            let mut history = History::new(seed);
            // The first requests give everybody something to speak of.
            let sources = [0, 1].map(|number| asked::source(number, 0)).into_iter();
            let first: Vec<Request> = sources.chain((0..5).map(asked::first)).map(plain).collect();
            for result in history.submit(&first) {
                history.ids.extend(result.expect("it is taken").subject);
            }
            for _ in 0..STEPS {
                history.step();
            }
            (history.tally, history.codes)
        });
        let (tally, refused_for) = told.unwrap_or_else(|_| {
            panic!("history {seed}: run it alone with INNOGRAPH_SEED={seed} INNOGRAPH_HISTORIES=1")
        });
        for (code, count) in refused_for {
            *codes.entry(code).or_default() += count;
        }
        total.written += tally.written;
        total.refused += tally.refused;
        total.repeated += tally.repeated;
        total.failed += tally.failed;
        total.restarts += tally.restarts;
        total.raced += tally.raced;
    }
    println!(
        "SOAK name=simulation rounds={count} acknowledged={} refused={} repeated={} failed={} restarts={} raced={} lost=0",
        total.written, total.refused, total.repeated, total.failed, total.restarts, total.raced
    );
    println!("refused for {codes:?}");
    // A simulation in which something never happens proves nothing about it.
    for seen in [total.written, total.refused, total.repeated, total.failed, total.restarts, total.raced] {
        assert!(seen as u64 >= count / 10, "{total:?}");
    }
}
