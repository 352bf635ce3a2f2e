//! The one writer and its thread: requests that wait together share one sync; only what is durable
//! is published, only what is published is acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use super::batch::{Batch, Purpose, decide_all};
use super::clock::Clock;
use super::copies::{Copies, Entry, replay};
use super::envelope::Envelope;
use super::personal;
use super::request::{EngineLimits, ImportOutcome, Request, WriteError, WriterState, Written};
use super::step::Turn;
use crate::domain::command::Command;
use crate::domain::id::IdSequence;
use crate::graph::{Stamp, State};
use crate::ledger::{Head, Ledger, LedgerError, Stage};
use crate::vault::{Sealing, Vault};
use adopt::Parked;
pub(super) use adopt::{Adopted, Adoption, Fork, Others};

mod adopt;

/// What came of an import, and the stage, which whoever prepared it takes away.
pub(super) type AdoptedStage = (Result<Adopted, WriteError>, Stage);

/// Told what came of a request.
pub type Answer<T = Written> = Box<dyn FnOnce(Result<T, WriteError>) + Send>;

/// Something for the writer to do.
pub(super) enum Job {
    /// One request; those that wait together are written together.
    Request(Box<Request>, Answer<Written>),
    /// All commands or none, by one actor.
    Batch(Batch, Answer<ImportOutcome>),
    /// What stands, for an import to be decided on, and what others may do meanwhile.
    Fork(Others, SyncSender<Result<Fork, WriteError>>),
    /// An import that is decided to its end.
    Adopt(Box<Adoption>, SyncSender<AdoptedStage>),
    /// Nobody decides any more: others may write.
    Release,
}

/// How often a lost race is run again.
const MOST_RACES: usize = 8;
/// How long the writer waits before it does what can wait.
const IDLE: Duration = Duration::from_millis(100);
/// Entries packed at a time, so that a write that comes meanwhile waits for little.
const PACKED_AT_ONCE: usize = 1_000;

/// What the writer tells, and whom.
pub(super) trait Audience: Send {
    /// A new state is durable and is to be seen, before anybody is answered.
    fn publish(&self, state: &Arc<State>, head: Head);

    /// Up to which entry the ledger may be packed.
    fn packable(&self) -> u64;
}

/// Whether writes are taken, for everybody to read.
#[derive(Debug)]
pub(super) struct Health(AtomicU8);

impl Health {
    pub(super) fn new(state: WriterState) -> Self {
        Self(AtomicU8::new(state as u8))
    }

    pub(super) fn get(&self) -> WriterState {
        let all = [WriterState::Running, WriterState::DiskFull, WriterState::Stopped, WriterState::ReadOnly];
        let number = self.0.load(Ordering::Acquire);
        all.into_iter().find(|state| *state as u8 == number).unwrap_or(WriterState::Stopped)
    }

    fn set(&self, state: WriterState) {
        self.0.store(state as u8, Ordering::Release);
    }
}

/// Owns the ledger and the copies of the state.
pub(super) struct Writer<A> {
    ledger: Box<dyn Ledger>,
    vault: Arc<Vault>,
    /// Erasures that register and keys know of.
    settled: usize,
    audience: A,
    published: Arc<State>,
    head: Head,
    /// Up to here there is nothing more to pack.
    packed: u64,
    copies: Copies,
    last_recorded_at: i64,
    clock: Clock,
    ids: IdSequence,
    health: Arc<Health>,
    limits: EngineLimits,
    parked: Parked,
}

impl<A: Audience> Writer<A> {
    pub(super) fn new(
        (ledger, vault): (Box<dyn Ledger>, Arc<Vault>),
        (published, last_recorded_at): (Arc<State>, i64),
        audience: A,
        mut clock: Clock,
        (health, limits): (Arc<Health>, EngineLimits),
    ) -> Self {
        let head = ledger.head();
        let ids = id_sequence(last_recorded_at, (clock.seed)());
        let copies = Copies::new(limits.copies);
        let settled = published.erasure_count();
        Self {
            ledger,
            vault,
            settled,
            audience,
            published,
            head,
            packed: 0,
            copies,
            last_recorded_at,
            clock,
            ids,
            health,
            limits,
            parked: Parked::default(),
        }
    }

    /// Work until nobody can ask any more. A panic stops the writer for good, and says so.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        struct Stop(Arc<Health>);
        impl Drop for Stop {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    self.0.set(WriterState::Stopped);
                }
            }
        }
        let _stop = Stop(Arc::clone(&self.health));
        let mut waiting: Option<Job> = None;
        loop {
            self.expire();
            let job = match waiting.take() {
                Some(job) => job,
                None => match jobs.recv_timeout(IDLE) {
                    Ok(job) => job,
                    Err(RecvTimeoutError::Timeout) => {
                        self.pack();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                },
            };
            match job {
                Job::Batch(batch, answer) => answer(self.batch(&batch)),
                Job::Fork(others, told) => self.fork(others, &told),
                Job::Adopt(adoption, told) => {
                    // Who asked may have gone; it is written all the same.
                    let _ = told.send(self.adopt(*adoption));
                }
                Job::Release => self.release(),
                Job::Request(request, answer) => {
                    let Some((request, answer)) = self.park(request, answer) else { continue };
                    let mut group = vec![(request, answer)];
                    while group.len() < self.limits.group {
                        match jobs.try_recv() {
                            Ok(Job::Request(request, answer)) => group.push((request, answer)),
                            Ok(other) => {
                                waiting = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.group(group);
                }
            }
        }
    }

    /// Requests that share a sync. Each is decided on what those before it come to.
    fn group(&mut self, group: Vec<(Box<Request>, Answer<Written>)>) {
        let (requests, answers): (Vec<Box<Request>>, Vec<Answer<Written>>) = group.into_iter().unzip();
        let results = self.commit(|turn, working| {
            Ok(requests.iter().map(|request| turn.request(working, request)).collect::<Vec<_>>())
        });
        let settled = self.settle();
        match results {
            Ok(results) => {
                let done = |request: &Request, result: Result<Written, WriteError>| match &request.command {
                    Command::ErasePerson { .. } => result.and_then(|written| settled.clone().map(|()| written)),
                    _ => result,
                };
                let results = requests.iter().zip(results).map(|(request, result)| done(request, result));
                answers.into_iter().zip(results).for_each(|(answer, result)| answer(result));
            }
            // What was refused may have been so for the sake of what was not written: nobody is told.
            Err(error) => answers.into_iter().for_each(|answer| answer(Err(error.clone()))),
        }
    }

    /// All commands or none.
    fn batch(&mut self, batch: &Batch) -> Result<ImportOutcome, WriteError> {
        if batch.purpose == Purpose::Rehearse {
            let mut working = State::clone(&self.published);
            let mut turn = self.turn();
            return decide_all(&mut turn, &mut working, batch);
        }
        let outcome = self.commit(|turn, working| decide_all(turn, working, batch))?;
        // An erasure of somebody else that is stuck is no fault of what was written here.
        let settled = self.settle();
        let erases = |command: &Command| matches!(command, Command::ErasePerson { .. });
        if batch.commands.iter().any(erases) { settled.map(|()| outcome) } else { Ok(outcome) }
    }

    /// Whoever was erased is in the register, and their key is gone, before anybody is told so.
    fn settle(&mut self) -> Result<(), WriteError> {
        let erased = self.published.erasure_count();
        if erased != self.settled {
            personal::settle(&self.vault, &self.published)?;
            self.settled = erased;
        }
        Ok(())
    }

    fn turn(&mut self) -> Turn {
        let now = (self.clock.now_ms)();
        if now > self.last_recorded_at {
            self.last_recorded_at = now;
            self.ids = id_sequence(now, (self.clock.seed)());
        }
        Turn::new(self.last_recorded_at, self.ids.clone(), Sealing::new(Arc::clone(&self.vault)))
    }

    /// Decide on a working copy, append durably, only then publish. On any failure nothing has
    /// happened; on a lost race the others' entries are taken over and everything is decided again.
    fn commit<T>(&mut self, decide: impl Fn(&mut Turn, &mut State) -> Result<T, WriteError>) -> Result<T, WriteError> {
        for _ in 0..MOST_RACES {
            match self.health.get() {
                WriterState::Running | WriterState::DiskFull => {}
                WriterState::Stopped => return Err(WriteError::Stopped),
                WriterState::ReadOnly => return Err(LedgerError::ReadOnly.into()),
            }
            let mut working = self.copies.take(&self.published);
            let mut turn = self.turn();
            // A copy that was written on for nothing is let go with its error.
            let outcome = decide(&mut turn, &mut working)?;
            self.ids = turn.ids().clone();
            if turn.is_empty() {
                self.copies.give_back(working);
                return Ok(outcome);
            }
            if let Some(broken) = working.broken() {
                return Err(self.stop(&format!("a decision broke the state: {broken}")));
            }
            if let Err(error) = self.vault.keep(turn.fresh()) {
                // Decided once more: from now on whoever is new is refused, and everybody else is not.
                tracing::error!(%error, "keys of people cannot be kept; nobody new is entered until restart");
                continue;
            }
            match self.ledger.append(self.head, &turn.bodies(self.head)) {
                Ok(head) => {
                    self.publish(working, head, Some(turn.into_entries()));
                    return Ok(outcome);
                }
                Err(LedgerError::Moved { .. }) => {
                    self.vault.withdraw(turn.fresh());
                    self.catch_up()?;
                }
                Err(error) => {
                    if matches!(error, LedgerError::Full { .. } | LedgerError::ReadOnly) {
                        self.vault.withdraw(turn.fresh());
                    }
                    return Err(self.failed(error));
                }
            }
        }
        Err(WriteError::Busy)
    }

    /// An append has failed, and not because somebody else was first.
    fn failed(&self, error: LedgerError) -> WriteError {
        match &error {
            LedgerError::Full { .. } => self.health.set(WriterState::DiskFull),
            LedgerError::ReadOnly => self.health.set(WriterState::ReadOnly),
            // After a failed sync nobody knows what the disk holds: no further word until restart.
            _ => {
                self.stop(&error.to_string());
            }
        }
        error.into()
    }

    fn stop(&self, cause: &str) -> WriteError {
        tracing::error!(cause, "the writer has stopped; restart the process");
        self.health.set(WriterState::Stopped);
        WriteError::Stopped
    }

    /// A new state is durable. Without its entries no other copy can be brought up to date.
    fn publish(&mut self, working: State, head: Head, entries: Option<Vec<Entry>>) {
        self.health.set(WriterState::Running);
        self.head = head;
        let old = std::mem::replace(&mut self.published, Arc::new(working));
        self.audience.publish(&self.published, head);
        match entries {
            Some(entries) => self.copies.retire(old, entries),
            None => self.copies.forget(),
        }
    }

    /// Somebody else wrote first: take over what they wrote.
    fn catch_up(&mut self) -> Result<(), WriteError> {
        let (mut working, mut entries, mut unreadable) = (self.copies.take(&self.published), Vec::new(), None);
        let mut last = self.last_recorded_at;
        let read = self.ledger.read(self.head, &mut |sequence, bytes| {
            match Envelope::decode(sequence, bytes) {
                Ok(envelope) => {
                    last = last.max(envelope.recorded_at);
                    let stamp = Stamp {
                        sequence,
                        recorded_at: envelope.recorded_at,
                        actor: Arc::from(envelope.actor.as_str()),
                    };
                    replay(&mut working, &stamp, &envelope.events);
                    entries.push((stamp, envelope.events.into()));
                }
                Err(error) => unreadable = Some(error.to_string()),
            }
            Ok(())
        });
        let broken = unreadable.or_else(|| working.broken().map(str::to_owned));
        match (read, broken) {
            (Ok(head), None) => {
                self.last_recorded_at = last;
                self.publish(working, head, Some(entries));
                Ok(())
            }
            (Ok(_), Some(broken)) => Err(self.stop(&broken)),
            (Err(error), _) => {
                self.stop(&error.to_string());
                Err(error.into())
            }
        }
    }

    /// What can wait until nobody writes.
    fn pack(&mut self) {
        let through = self.audience.packable();
        let healthy = self.health.get() == WriterState::Running;
        if through <= self.packed || !healthy {
            return;
        }
        match self.ledger.pack(through, PACKED_AT_ONCE) {
            Ok(0) => self.packed = through,
            Ok(entries) => tracing::debug!(entries, "entries were packed"),
            // It can wait until there is room. What is not packed is as good.
            Err(error @ LedgerError::Full { .. }) => {
                tracing::warn!(%error, "entries were not packed");
                self.packed = through;
            }
            // A failed sync is one, whatever it was for.
            Err(error) => {
                self.stop(&error.to_string());
            }
        }
    }
}

fn id_sequence(recorded_at: i64, seed: u128) -> IdSequence {
    IdSequence::new(u64::try_from(recorded_at).unwrap_or(0), seed)
}
