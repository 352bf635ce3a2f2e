//! The search index follows the graph on a thread of its own: what changed is gathered, the latest
//! of each node, and taken over a few milliseconds later. Writing never waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

use crate::graph::{EntityRow, State};
use crate::search::{Changed, Indexer, SearchError, SearchIndex};

/// Nodes waiting beyond which the index is built anew instead.
const MOST_WAITING: usize = 100_000;

/// The pause before a failed index is built anew.
const REBUILD_PAUSE: std::time::Duration = std::time::Duration::from_secs(5);

/// What waits to be indexed: bounded, since of each node only the latest counts.
#[derive(Default)]
struct Waiting {
    /// Is anybody going to take it?
    wanted: bool,
    closed: bool,
    nodes: BTreeMap<EntityRow, Changed>,
    sequence: u64,
    /// Too much came at once: build anew from this.
    anew: Option<Arc<State>>,
}

/// Told the sequence number that the index has come to.
pub type Tell = Box<dyn Fn(u64) + Send + Sync>;

/// The index as it stands, and what it does not have yet.
#[derive(Default)]
pub(super) struct Follower {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    index: RwLock<Option<Arc<SearchIndex>>>,
    tell: Mutex<Vec<Tell>>,
}

impl Follower {
    /// The index, once it stands.
    pub(super) fn index(&self) -> Option<Arc<SearchIndex>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn on_index(&self, tell: Tell) {
        self.tell.lock().unwrap_or_else(PoisonError::into_inner).push(tell);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new state was published; `after` is where the one before stood.
    pub(super) fn feed(&self, state: &Arc<State>, after: u64) {
        let mut waiting = self.waiting();
        if !waiting.wanted {
            return;
        }
        for row in state.changed_nodes(after) {
            if waiting.nodes.len() >= MOST_WAITING || waiting.anew.is_some() {
                waiting.nodes.clear();
                waiting.anew = Some(Arc::clone(state));
                break;
            }
            if let Some(changed) = Changed::of(state, row) {
                waiting.nodes.insert(row, changed);
            }
        }
        waiting.sequence = state.sequence();
        self.wake.notify_one();
    }

    /// Build the index from a state that `newest` gives once changes are gathered.
    pub(super) fn build(&self, newest: impl FnOnce() -> Arc<State>) -> Result<Indexer, SearchError> {
        self.waiting().wanted = true;
        let indexer = Indexer::build(&newest())?;
        self.show(&indexer);
        Ok(indexer)
    }

    /// Follow until the engine is closed.
    pub(super) fn run(&self, mut indexer: Indexer, newest: impl Fn() -> Arc<State>) {
        loop {
            let taken = {
                let mut waiting = self.waiting();
                while !waiting.closed && waiting.sequence <= indexer.snapshot().sequence() {
                    waiting = self.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                }
                if waiting.closed {
                    return;
                }
                (std::mem::take(&mut waiting.nodes), waiting.anew.take(), waiting.sequence)
            };
            let (nodes, anew, sequence) = taken;
            let done = match anew {
                Some(state) => Indexer::build(&state).map(|built| indexer = built),
                None => {
                    let changed: Vec<Changed> = nodes.into_values().collect();
                    indexer.follow(&changed, sequence)
                }
            };
            match done {
                Ok(()) => self.show(&indexer),
                Err(error) => {
                    tracing::error!(%error, "the search index could not follow and is built anew");
                    *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
                    match self.again(&newest) {
                        Some(built) => indexer = built,
                        None => return,
                    }
                }
            }
        }
    }

    /// Build anew until it succeeds, with a pause before each try; none where the engine is closed.
    /// Until then search answers that it is being built.
    fn again(&self, newest: &impl Fn() -> Arc<State>) -> Option<Indexer> {
        loop {
            let waiting = self.waiting();
            let paused = self.wake.wait_timeout_while(waiting, REBUILD_PAUSE, |waiting| !waiting.closed);
            let (waiting, _) = paused.unwrap_or_else(PoisonError::into_inner);
            if waiting.closed {
                return None;
            }
            drop(waiting);
            match Indexer::build(&newest()) {
                Ok(built) => {
                    self.show(&built);
                    return Some(built);
                }
                Err(error) => tracing::error!(%error, "the search index cannot be built; it is tried again"),
            }
        }
    }

    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.wake.notify_all();
    }

    fn show(&self, indexer: &Indexer) {
        let index = Arc::new(indexer.snapshot());
        let sequence = index.sequence();
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
        for tell in self.tell.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            tell(sequence);
        }
    }
}
