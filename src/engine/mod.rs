//! The meeting place of graph, ledger and search: recovery, the one writer, and the views that
//! readers hold. The clock and the ids live here.

mod batch;
mod clock;
mod copies;
mod envelope;
mod follow;
mod hindrance;
mod import;
mod inspect;
mod keep;
mod memos;
mod past;
mod personal;
mod plan;
mod recover;
mod request;
mod staged;
mod step;
mod view;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

pub use clock::{Clock, now_ms, today};
pub use envelope::{Envelope, EnvelopeError};
pub use follow::Tell;
pub use hindrance::Hindrance;
pub use inspect::{CheckpointVerdict, Inspection, inspect, inspect_checkpoints, look};
pub use memos::Memos;
pub use past::PastError;
pub use personal::PersonalStanding;
pub use plan::{Order, Plan, PlanLimits, Planned, ThingChange};
pub use recover::is_in_use;
pub use request::{
    Commands, EngineLimits, ImportOutcome, PastLimits, Progress, Request, RequestKey, WriteError, WriterState, Written,
};
pub use step::Turn;
pub use view::{Known, SearchState, View};

use crate::graph::State;
use crate::ledger::{Access, CheckpointStore, Head, Ledger, LedgerError, Shelf, SqliteLedger};
use crate::vault::{Vault, VaultError};
use follow::Follower;
use keep::Keeper;
use past::Past;
pub use writer::Answer;
use writer::{Audience, Health, Job, Writer};

/// Why a store cannot be opened. Each has an exit code of its own (`cli::exit`).
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "数据目录 {directory} 正被另一个 innograph 进程使用（多半是正在运行的服务）：请先停下它；服务运行时导入文件，请用 POST /import 交给它；或用 --data 另指目录。the data directory {directory} is in use by another innograph process; stop it, hand a file to the running server by POST /import, or choose another directory with --data"
    )]
    InUse {
        /// The directory.
        directory: String,
    },
    /// There is nothing to open and no way to make it.
    #[error("the data directory {directory} cannot be opened: {cause}")]
    Unusable {
        /// The directory.
        directory: String,
        /// What the system said.
        cause: String,
    },
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An entry cannot be read.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The log contradicts itself.
    #[error("the ledger contradicts itself: {0}; restore a backup")]
    Broken(String),
    /// The keys of people cannot be read, or an erasure cannot be carried out to its end.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The thread of the writer could not be started.
    #[error("the writer cannot be started: {0}")]
    Thread(String),
}

/// A store that is open.
pub struct Engine {
    shared: Arc<Shared>,
    jobs: Option<SyncSender<Job>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    health: Arc<Health>,
    vault: Arc<Vault>,
    memos: Arc<Memos>,
    past: Past,
    /// Who imports.
    floor: import::Floor,
    /// Where what is decided of an import stands until it is taken over.
    shelf: Shelf,
    stage_events: usize,
    /// Held while the process lives; the system lets go of it when the process dies.
    _lock: Option<std::fs::File>,
}

/// What readers see.
struct Shared {
    current: RwLock<Arc<State>>,
    follower: Follower,
    tell: Mutex<Vec<Tell>>,
    /// Up to which entry a checkpoint makes the entries themselves rarely read.
    packable: Arc<AtomicU64>,
}

/// Whom the writer tells.
struct Outlet {
    shared: Arc<Shared>,
    keeper: Option<Keeper>,
}

impl Audience for Outlet {
    fn publish(&self, state: &Arc<State>, head: Head) {
        let shared = &self.shared;
        let before = {
            let mut current = shared.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::clone(state)).sequence()
        };
        shared.follower.feed(state, before);
        for tell in shared.tell.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            tell(state.sequence());
        }
        if let Some(keeper) = &self.keeper {
            keeper.offer(state, head);
        }
    }

    fn packable(&self) -> u64 {
        self.shared.packable.load(Ordering::Relaxed)
    }
}

impl Engine {
    /// Open the store of a directory. A directory that cannot be written is opened for reading.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        Self::open_with(directory, EngineLimits::default())
    }

    /// Open the store of a directory, with limits. The keys of people are beside it.
    pub fn open_with(directory: &Path, limits: EngineLimits) -> Result<Self, OpenError> {
        Self::open_kept(directory, &crate::vault::beside(directory), limits)
    }

    /// Open the store of a directory, with the keys of people in a directory of their own.
    pub fn open_kept(directory: &Path, personal: &Path, limits: EngineLimits) -> Result<Self, OpenError> {
        let (lock, access) = recover::lock(directory)?;
        let vault = Vault::open(personal, access == Access::Write)?;
        Self::open_locked(directory, vault, (access, lock), limits)
    }

    /// Open a copy of a store to see whether it is whole: no key is read and no erasure carried out.
    pub fn open_copy(directory: &Path, limits: EngineLimits) -> Result<Self, OpenError> {
        let locked = recover::lock(directory)?;
        Self::open_locked(directory, Vault::in_memory(), (locked.1, locked.0), limits)
    }

    fn open_locked(
        directory: &Path,
        vault: Vault,
        (access, lock): (Access, Option<std::fs::File>),
        limits: EngineLimits,
    ) -> Result<Self, OpenError> {
        let ledger = SqliteLedger::open(&directory.join("ledger.sqlite"), access)?;
        let checkpoints = CheckpointStore::open(directory, access)?;
        let vault = Arc::new(vault);
        let shelf = if access == Access::Write { Shelf::of(directory) } else { Shelf::default() };
        staged::look_at_what_is_left(&shelf, ledger.head());
        Self::start((Box::new(ledger), Some(checkpoints), vault, shelf), (access, lock), Clock::default(), limits)
    }

    /// Open over a ledger that is there already; for tests and throw-away stores.
    pub fn over(ledger: Box<dyn Ledger>) -> Result<Self, OpenError> {
        Self::simulated(ledger, None, Clock::default(), EngineLimits::default())
    }

    /// Open over a ledger, with checkpoints where a store for them is given, and with time and
    /// chance from elsewhere: for simulations.
    pub fn simulated(
        ledger: Box<dyn Ledger>,
        checkpoints: Option<CheckpointStore>,
        clock: Clock,
        limits: EngineLimits,
    ) -> Result<Self, OpenError> {
        let vault = Arc::new(Vault::in_memory());
        Self::start((ledger, checkpoints, vault, Shelf::default()), (Access::Write, None), clock, limits)
    }

    /// Over the ledger of a directory that another process may have open: for reading alone, without keys of
    /// people, and from the state that the ledger gives now.
    pub fn beside(directory: &Path) -> Result<Self, OpenError> {
        let (ledger, vault) = (Box::new(inspect::look(directory)?), Arc::new(Vault::in_memory()));
        Self::start(
            (ledger, None, vault, Shelf::default()),
            (Access::Read, None),
            Clock::default(),
            EngineLimits::default(),
        )
    }

    fn start(
        (ledger, checkpoints, vault, shelf): (Box<dyn Ledger>, Option<CheckpointStore>, Arc<Vault>, Shelf),
        (access, lock): (Access, Option<std::fs::File>),
        clock: Clock,
        limits: EngineLimits,
    ) -> Result<Self, OpenError> {
        let recovered = recover::recover(ledger.as_ref(), checkpoints.as_ref())?;
        let state = Arc::new(recovered.state);
        vault.order(state.erasures().map(|erasure| erasure.person));
        let mut unwritten = Vec::new();
        if access == Access::Write {
            personal::settle(&vault, &state)?;
            unwritten = personal::missing(&vault, &state)?;
        }
        let shared = Arc::new(Shared {
            current: RwLock::new(Arc::clone(&state)),
            follower: Follower::default(),
            tell: Mutex::default(),
            packable: Arc::new(AtomicU64::new(recovered.checkpoint)),
        });
        let failed = |cause: std::io::Error| OpenError::Thread(cause.to_string());
        let (mut threads, mut keeper) = (Vec::new(), None);
        let memos = Arc::default();
        let past = Past::new(ledger.opener(), checkpoints.clone(), limits.past);
        if let Some(store) = checkpoints.filter(|_| access == Access::Write && limits.checkpoint_every > 0) {
            let packable = Arc::clone(&shared.packable);
            let kept = move |sequence| packable.store(sequence, Ordering::Relaxed);
            let started = Keeper::start(store, (limits.checkpoint_every, recovered.checkpoint), kept);
            let (started, thread) = started.map_err(failed)?;
            // A long suffix is not read twice.
            started.offer(&state, ledger.head());
            threads.push(thread);
            keeper = Some(started);
        }
        let begins = if access == Access::Read { WriterState::ReadOnly } else { WriterState::Running };
        let health = Arc::new(Health::new(begins));
        let (jobs, waiting) = sync_channel(limits.queue.max(1));
        let outlet = Outlet { shared: Arc::clone(&shared), keeper };
        let begin = (state, recovered.last_recorded_at);
        let writer = Writer::new((ledger, Arc::clone(&vault)), begin, outlet, clock, (Arc::clone(&health), limits));
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(&waiting));
        threads.push(thread.map_err(failed)?);
        let (jobs, threads, stage_events) = (Some(jobs), Mutex::new(threads), limits.stage_events.max(1));
        let floor = import::Floor::default();
        let engine =
            Self { shared, jobs, threads, health, vault, memos, past, floor, shelf, stage_events, _lock: lock };
        if !unwritten.is_empty() {
            let written = engine.execute(personal::ACTOR, &unwritten, &mut |_, _| true);
            written
                .map_err(|error| OpenError::Broken(format!("an erasure of the register cannot be written: {error}")))?;
        }
        Ok(engine)
    }

    /// The view to answer one request from, from its first field to its last.
    pub fn view(&self) -> Arc<View> {
        // The index first: it may be behind the state, never ahead of it.
        let search = self.shared.follower.index();
        Arc::new(View::new(self.now(), search, Arc::clone(&self.vault), Arc::clone(&self.memos)))
    }

    /// What was known at a moment, in milliseconds since 1970: the facts as they had been recorded by
    /// then. Before the ledger began it is nothing. Waits and reads files; not for the asynchronous edge.
    pub fn known_at(&self, moment: i64) -> Result<Known, PastError> {
        let now = self.now();
        let begun_at = now.first_recorded_at();
        let Some((sequence, recorded_at)) = now.last_known(moment) else {
            let view = Arc::new(View::past(Arc::new(State::new()), Arc::clone(&self.vault)));
            return Ok(Known { view, recorded_at: None, begun_at, replayed: 0 });
        };
        let found = self.past.after(&now, sequence)?;
        let (view, recorded_at) = (Arc::new(View::past(found.state, Arc::clone(&self.vault))), Some(recorded_at));
        Ok(Known { view, recorded_at, begun_at, replayed: found.replayed })
    }

    /// How many changes have to be carried out again, at most, to know what was known at a moment.
    pub fn distance_to(&self, moment: i64) -> u64 {
        let now = self.now();
        let checkpoint = self.shared.packable.load(Ordering::Relaxed);
        now.last_known(moment).map_or(0, |(sequence, _)| self.past.distance(&now, sequence, checkpoint))
    }

    fn now(&self) -> Arc<State> {
        Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Is the store open for reading only?
    pub fn is_read_only(&self) -> bool {
        self.health.get() == WriterState::ReadOnly
    }

    /// Whether writes are taken.
    pub fn writer_state(&self) -> WriterState {
        self.health.get()
    }

    /// Be told the sequence number of every state that is published from now on.
    pub fn on_publish(&self, tell: Tell) {
        self.shared.tell.lock().unwrap_or_else(PoisonError::into_inner).push(tell);
    }

    /// Be told the sequence number of every search index that stands from now on.
    pub fn on_index(&self, tell: Tell) {
        self.shared.follower.on_index(tell);
    }

    /// Ask for one write. The answer comes once it is durable and in the view, or once it is
    /// refused; refused at once where too many wait.
    pub fn submit(&self, request: Request, answer: Answer<Written>) -> Result<(), WriteError> {
        let jobs = self.jobs.as_ref().ok_or(WriteError::Stopped)?;
        jobs.try_send(Job::Request(Box::new(request), answer)).map_err(|refused| match refused {
            TrySendError::Full(_) => WriteError::Busy,
            TrySendError::Disconnected(_) => WriteError::Stopped,
        })
    }

    /// Build the search index, and let it follow from then on. Graph queries are answered meanwhile.
    pub fn index(&self) -> Result<(), crate::search::SearchError> {
        let shared = Arc::clone(&self.shared);
        let newest = move || Arc::clone(&shared.current.read().unwrap_or_else(PoisonError::into_inner));
        let indexer = self.shared.follower.build(&newest)?;
        let following = Arc::clone(&self.shared);
        let follow = move || following.follower.run(indexer, newest);
        let thread = std::thread::Builder::new().name("search".into()).spawn(follow);
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread?);
        Ok(())
    }
}

impl Drop for Engine {
    /// What was taken is finished before the directory is given back.
    fn drop(&mut self) {
        self.jobs = None;
        self.shared.follower.close();
        for thread in self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}
