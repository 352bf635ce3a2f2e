//! The meeting place of graph, ledger and search: recovery, the one writer, and the views that
//! readers hold. The clock and the ids live here.

mod clock;
mod envelope;
mod recover;
mod view;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

pub use clock::today;
pub use envelope::{Envelope, EnvelopeError};
pub use view::{SearchState, View};
pub use writer::{ImportOutcome, Progress, WriteError};

use crate::domain::command::Command;
use crate::graph::State;
use crate::ledger::{Access, Ledger, LedgerError, SqliteLedger};
use crate::search::SearchIndex;

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
}

/// A store that is open.
pub struct Engine {
    writer: Mutex<writer::Writer>,
    current: RwLock<Arc<View>>,
    read_only: bool,
    /// Held while the process lives; the system lets go of it when the process dies.
    _lock: Option<std::fs::File>,
}

impl Engine {
    /// Open the store of a directory. A directory that cannot be written is opened for reading.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let (lock, access) = recover::lock(directory)?;
        let path = directory.join("ledger.sqlite");
        let ledger = SqliteLedger::open(&path, access)?;
        Self::with_ledger(Box::new(ledger), access, lock)
    }

    /// Open over a ledger that is there already; for tests and throw-away stores.
    pub fn over(ledger: Box<dyn Ledger>) -> Result<Self, OpenError> {
        Self::with_ledger(ledger, Access::Write, None)
    }

    fn with_ledger(ledger: Box<dyn Ledger>, access: Access, lock: Option<std::fs::File>) -> Result<Self, OpenError> {
        let (state, last_recorded_at) = recover::replay(ledger.as_ref())?;
        let state = Arc::new(state);
        let view = Arc::new(View::new(Arc::clone(&state)));
        let writer = writer::Writer::new(ledger, state, last_recorded_at);
        Ok(Self {
            writer: Mutex::new(writer),
            current: RwLock::new(view),
            read_only: access == Access::Read,
            _lock: lock,
        })
    }

    /// The view to answer one request from, from its first field to its last.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Is the store open for reading only?
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Carry out all commands or none, durably, and publish.
    pub fn execute(
        &self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        let searchable = self.view().search().is_some();
        let mut writer = self.writer.lock().map_err(|_| WriteError::Stopped)?;
        let outcome = writer.execute(actor, commands, progress)?;
        if outcome.events > 0 {
            self.publish(writer.published());
            drop(writer);
            // Who could search before can search afterwards, for what is there now.
            if searchable {
                self.index()?;
            }
        }
        Ok(outcome)
    }

    /// Say what would come of the commands; nothing is written.
    pub fn rehearse(&self, commands: &[Command], progress: Progress<'_>) -> Result<ImportOutcome, WriteError> {
        let mut writer = self.writer.lock().map_err(|_| WriteError::Stopped)?;
        writer.rehearse(commands, progress)
    }

    /// Build the search index for the current view. Graph queries are answered meanwhile.
    pub fn index(&self) -> Result<(), crate::search::SearchError> {
        let view = self.view();
        let index = SearchIndex::build(view.state())?;
        view.attach(Arc::new(index));
        Ok(())
    }

    fn publish(&self, state: Arc<State>) {
        let view = Arc::new(View::new(state));
        *self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = view;
    }
}
