//! Commands that are carried out together or not at all: handed in, tried, planned, carried out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::Engine;
use super::clock::today;
use super::plan::{self, Order, Plan, PlanLimits, Standing};
use super::request::{Advance, Commands, ImportOutcome, Progress, WriteError};
use super::step::Turn;
use super::writer::{Answer, Job};
use crate::domain::Rejection;
use crate::domain::command::Command;
use crate::graph::State;

/// Commands that are carried out together or not at all.
pub(super) struct Batch {
    pub order: Order,
    pub commands: Arc<[Command]>,
    pub advance: Arc<Advance>,
    pub purpose: Purpose,
}

/// What is wanted of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// That it be written.
    Write,
    /// That it be tried; nothing is written.
    Rehearse,
}

/// Refusals gathered before a batch is given up.
pub(super) const MOST_REFUSALS: usize = 1_000;

/// How often the progress of a batch is told.
const PROGRESS: Duration = Duration::from_millis(100);

impl Engine {
    /// Carry out all commands or none, durably, and publish. Waits; not for the asynchronous edge.
    pub fn execute(
        &self,
        actor: &str,
        commands: &[Command],
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        self.batch(Order::of_keeper(actor), Arc::from(commands), progress, Purpose::Write)
    }

    /// Say what would come of the commands; nothing is written.
    pub fn rehearse(&self, commands: &[Command], progress: Progress<'_>) -> Result<ImportOutcome, WriteError> {
        self.batch(Order::of_keeper("rehearsal"), Arc::from(commands), progress, Purpose::Rehearse)
    }

    /// Say what would come of the commands, thing by thing, with every refusal, under an id by which
    /// exactly that can be carried out. Decided beside the writer: nobody waits for it but who asks.
    pub fn plan(
        &self,
        order: &Order,
        commands: &dyn Commands,
        limits: PlanLimits,
        progress: Progress<'_>,
    ) -> Result<Plan, WriteError> {
        let (base, total) = (self.now(), commands.count());
        let standing = Standing { sequence: base.sequence(), day: today() };
        plan::plan(&base, (order, commands, &self.vault), standing, limits, &mut |done| progress(done, total))
    }

    fn batch(
        &self,
        order: Order,
        commands: Arc<[Command]>,
        progress: Progress<'_>,
        purpose: Purpose,
    ) -> Result<ImportOutcome, WriteError> {
        let total = commands.len();
        if !progress(0, total) {
            return Err(WriteError::Cancelled);
        }
        let _taken = self.floor.take(&mut || progress(0, total))?;
        let advance = Arc::new(Advance::default());
        let batch = Batch { order, commands, advance: Arc::clone(&advance), purpose };
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
}

/// Decide every command of a batch on a working copy.
pub(super) fn decide_all(turn: &mut Turn, working: &mut State, batch: &Batch) -> Result<ImportOutcome, WriteError> {
    let mut refused: Vec<(usize, Rejection)> = Vec::new();
    let mut outcome = ImportOutcome::default();
    for (number, command) in batch.commands.iter().enumerate() {
        batch.advance.done.store(number, Ordering::Relaxed);
        if batch.advance.cancelled.load(Ordering::Relaxed) {
            return Err(WriteError::Cancelled);
        }
        match turn.command(working, (&batch.order.actor, batch.order.rights), command) {
            Ok(0) if !plan::is_kept_quiet(working, batch.order.rights, command) => outcome.unchanged += 1,
            Ok(events) => {
                outcome.changed += 1;
                outcome.events += events;
            }
            Err(rejection) => {
                refused.push((number, rejection));
                if refused.len() >= MOST_REFUSALS {
                    break;
                }
            }
        }
    }
    batch.advance.done.store(batch.commands.len(), Ordering::Relaxed);
    if !refused.is_empty() {
        return Err(WriteError::Rejected(refused));
    }
    outcome.sequence = working.sequence();
    Ok(outcome)
}
