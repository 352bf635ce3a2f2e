//! Checkpoints in the background: now and then the published state is written to a file of its own,
//! so that the next start reads it and the few entries after it. A failed one harms nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::graph::{CHECKPOINT_FORMAT, State};
use crate::ledger::{CheckpointStore, Head, LedgerError};

/// What is to be written.
type Job = (Arc<State>, Head);

/// Where a state is sent to be kept.
#[derive(Debug)]
pub(super) struct Keeper {
    jobs: SyncSender<Job>,
    every: u64,
    /// Where the last one stood that was asked for.
    asked: AtomicU64,
    busy: Arc<AtomicBool>,
}

impl Keeper {
    /// Start the thread that keeps checkpoints in a store. `kept` is told how far the newest reaches.
    pub(super) fn start(
        store: CheckpointStore,
        (every, newest): (u64, u64),
        kept: impl Fn(u64) + Send + 'static,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (jobs, waiting) = sync_channel(1);
        let busy = Arc::new(AtomicBool::new(false));
        let working = Arc::clone(&busy);
        let work = move || run(&store, &waiting, &working, kept);
        let thread = std::thread::Builder::new().name("checkpoint".into()).spawn(work)?;
        Ok((Self { jobs, every, asked: AtomicU64::new(newest), busy }, thread))
    }

    /// A state was published: keep it, where the last one is far enough behind and nobody is busy.
    pub(super) fn offer(&self, state: &Arc<State>, head: Head) {
        let asked = self.asked.load(Ordering::Relaxed);
        let is_due = self.every > 0 && head.sequence >= asked.saturating_add(self.every);
        // One is written, none waits: a waiting one would hold a copy that the writer needs.
        if !is_due || self.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        if self.jobs.try_send((Arc::clone(state), head)).is_ok() {
            self.asked.store(head.sequence, Ordering::Relaxed);
        }
    }
}

fn run(store: &CheckpointStore, jobs: &Receiver<Job>, busy: &AtomicBool, kept: impl Fn(u64)) {
    for (state, head) in jobs {
        match write(store, &state, head) {
            Ok(()) => kept(head.sequence),
            Err(error) => tracing::warn!(%error, sequence = head.sequence, "no checkpoint was written"),
        }
        drop(state);
        busy.store(false, Ordering::Release);
    }
}

fn write(store: &CheckpointStore, state: &State, head: Head) -> Result<(), LedgerError> {
    store.write(head, state.state_digest(), CHECKPOINT_FORMAT, &mut |out| state.write_checkpoint(out))
}
