//! The meeting place of graph, ledger and search: recovery, the one writer, and the views that
//! readers hold. The clock and the ids live here.

mod clock;
mod copies;
mod envelope;
mod follow;
mod recover;
mod request;
mod step;
mod view;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

pub use clock::today;
pub use envelope::{Envelope, EnvelopeError};
pub use follow::Tell;
pub use request::{EngineLimits, ImportOutcome, Progress, Request, RequestKey, WriteError, WriterState, Written};
pub use step::Turn;
pub use view::{SearchState, View};

use crate::domain::command::Command;
use crate::graph::State;
use crate::ledger::{Access, Head, Ledger, LedgerError, SqliteLedger};
use follow::Follower;
use request::Advance;
use writer::{Answer, Audience, Batch, Health, Job, Writer};

/// Why a store cannot be opened. Each has an exit code of its own (`cli::exit`).
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "the data directory {directory} is in use by another innograph process; stop it, or choose another directory with --data"
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
    /// Held while the process lives; the system lets go of it when the process dies.
    _lock: Option<std::fs::File>,
}

/// What the writer tells and readers see.
struct Shared {
    current: RwLock<Arc<State>>,
    follower: Follower,
    tell: Mutex<Vec<Tell>>,
    packable: AtomicU64,
}

impl Audience for Arc<Shared> {
    fn publish(&self, state: &Arc<State>, _: Head) {
        let before = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::clone(state)).sequence()
        };
        self.follower.feed(state, before);
        for tell in self.tell.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            tell(state.sequence());
        }
    }

    fn packable(&self) -> u64 {
        self.packable.load(Ordering::Relaxed)
    }
}

/// How often the progress of a batch is told.
const PROGRESS: Duration = Duration::from_millis(100);

impl Engine {
    /// Open the store of a directory. A directory that cannot be written is opened for reading.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        Self::open_with(directory, EngineLimits::default())
    }

    /// Open the store of a directory, with limits.
    pub fn open_with(directory: &Path, limits: EngineLimits) -> Result<Self, OpenError> {
        let (lock, access) = recover::lock(directory)?;
        let path = directory.join("ledger.sqlite");
        let ledger = SqliteLedger::open(&path, access)?;
        Self::with_ledger(Box::new(ledger), access, lock, limits)
    }

    /// Open over a ledger that is there already; for tests and throw-away stores.
    pub fn over(ledger: Box<dyn Ledger>) -> Result<Self, OpenError> {
        Self::with_ledger(ledger, Access::Write, None, EngineLimits::default())
    }

    fn with_ledger(
        ledger: Box<dyn Ledger>,
        access: Access,
        lock: Option<std::fs::File>,
        limits: EngineLimits,
    ) -> Result<Self, OpenError> {
        let (state, last_recorded_at) = recover::replay(ledger.as_ref())?;
        let state = Arc::new(state);
        let shared = Arc::new(Shared {
            current: RwLock::new(Arc::clone(&state)),
            follower: Follower::default(),
            tell: Mutex::default(),
            packable: AtomicU64::new(0),
        });
        let begins = if access == Access::Read { WriterState::ReadOnly } else { WriterState::Running };
        let health = Arc::new(Health::new(begins));
        let (jobs, waiting) = sync_channel(limits.queue.max(1));
        let writer = Writer::new(ledger, (state, last_recorded_at), Arc::clone(&shared), (Arc::clone(&health), limits));
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(&waiting));
        let thread = thread.map_err(|cause| OpenError::Thread(cause.to_string()))?;
        Ok(Self { shared, jobs: Some(jobs), threads: Mutex::new(vec![thread]), health, _lock: lock })
    }

    /// The view to answer one request from, from its first field to its last.
    pub fn view(&self) -> Arc<View> {
        // The index first: it may be behind the state, never ahead of it.
        let search = self.shared.follower.index();
        let state = Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner));
        Arc::new(View::new(state, search))
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
        jobs.try_send(Job::Request(request, answer)).map_err(|refused| match refused {
            TrySendError::Full(_) => WriteError::Busy,
            TrySendError::Disconnected(_) => WriteError::Stopped,
        })
    }

    /// Carry out all commands or none, durably, and publish. Waits; not for the asynchronous edge.
    pub fn execute(
        &self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        self.batch(actor, commands, progress, false)
    }

    /// Say what would come of the commands; nothing is written.
    pub fn rehearse(&self, commands: &[Command], progress: Progress<'_>) -> Result<ImportOutcome, WriteError> {
        self.batch("rehearsal", commands, progress, true)
    }

    fn batch(
        &self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
        rehearsal: bool,
    ) -> Result<ImportOutcome, WriteError> {
        let total = commands.len();
        if !progress(0, total) {
            return Err(WriteError::Cancelled);
        }
        let advance = Arc::new(Advance::default());
        let batch =
            Batch { actor: Arc::from(actor), commands: Arc::from(commands), advance: Arc::clone(&advance), rehearsal };
        let (told, answered) = sync_channel(1);
        let answer: Answer<ImportOutcome> = Box::new(move |result| {
            // Who asked may have gone.
            let _ = told.send(result);
        });
        let jobs = self.jobs.as_ref().ok_or(WriteError::Stopped)?;
        jobs.send(Job::Batch(batch, answer)).map_err(|_| WriteError::Stopped)?;
        loop {
            match answered.recv_timeout(PROGRESS) {
                Ok(result) => {
                    progress(advance.done.load(Ordering::Relaxed), total);
                    return result;
                }
                Err(RecvTimeoutError::Timeout) => {
                    if !progress(advance.done.load(Ordering::Relaxed), total) {
                        advance.cancelled.store(true, Ordering::Relaxed);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(WriteError::Stopped),
            }
        }
    }

    /// Build the search index, and let it follow from then on. Graph queries are answered meanwhile.
    pub fn index(&self) -> Result<(), crate::search::SearchError> {
        let shared = Arc::clone(&self.shared);
        let newest = || Arc::clone(&shared.current.read().unwrap_or_else(PoisonError::into_inner));
        let indexer = self.shared.follower.build(newest)?;
        let following = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new().name("search".into()).spawn(move || following.follower.run(indexer));
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
