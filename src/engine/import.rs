//! Imports of any size: decided beside the writer on a state of their own, put on the disk part by part, and taken
//! over whole by one append. Until then nothing of them counts; afterwards everything does.
//!
//! Others write meanwhile. Where somebody did, everything is decided again on what is there now, and this time
//! others wait for it. One import at a time: a second one waits for the first.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Engine;
use super::batch::MOST_REFUSALS;
use super::copies::{Entry, MOST_EVENTS_BEHIND};
use super::plan::{self, Order};
use super::request::{Commands, ImportOutcome, Progress, WriteError};
use super::staged::{Mark, Tally, part, replay};
use super::step::Turn;
use super::writer::{Adopted, Adoption, Fork, Job, Others};
use crate::domain::command::Command;
use crate::domain::{Day, Rejection};
use crate::graph::State;
use crate::ledger::{Shelf, Stage};
use crate::vault::{Fresh, Sealing};

/// How often an import is decided before it is given up: once while others write, and then without them.
const MOST_TRIES: usize = 4;
/// Commands between two looks at whether somebody said stop.
const STEP: usize = 256;
/// How often who waits for another import looks whether somebody said stop.
const LOOK: Duration = Duration::from_millis(100);

/// Who imports. One at a time: a large import takes a second state.
#[derive(Debug, Default)]
pub(super) struct Floor {
    taken: Mutex<bool>,
    free: Condvar,
}

pub(super) struct Taken<'f>(&'f Floor);

impl Floor {
    /// Wait for one's turn; whoever does not want it any more says so.
    pub(super) fn take(&self, wants: &mut dyn FnMut() -> bool) -> Result<Taken<'_>, WriteError> {
        let mut taken = self.lock();
        while *taken {
            if !wants() {
                return Err(WriteError::Cancelled);
            }
            taken = self.free.wait_timeout(taken, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken = true;
        Ok(Taken(self))
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.0.lock() = false;
        self.0.free.notify_one();
    }
}

/// Others may write again, whatever comes of the import.
struct Release<'e>(&'e Engine);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        if let Some(jobs) = &self.0.jobs {
            // A writer that is gone keeps nobody waiting.
            let _ = jobs.send(Job::Release);
        }
    }
}

impl Engine {
    /// Carry out all commands or none, durably, and publish; where a plan is given, only if they still come to
    /// what was planned under it. Waits; not for the asynchronous edge.
    ///
    /// An import with an input that was killed goes on where its last part stands.
    pub fn import(
        &self,
        order: &Order,
        commands: &dyn Commands,
        plan: Option<&str>,
        progress: Progress<'_>,
    ) -> Result<ImportOutcome, WriteError> {
        let total = commands.count();
        let mut wants = || progress(0, total);
        if !wants() {
            return Err(WriteError::Cancelled);
        }
        let _taken = self.floor.take(&mut wants)?;
        for attempt in 0..MOST_TRIES {
            let others = if attempt == 0 { Others::Write } else { Others::Wait };
            let _release = Release(self);
            let fork = self.fork(others)?;
            if let Some(id) = plan {
                self.still_planned(&fork.state, (order, commands), id, progress)?;
            }
            let mut work = Work::begin(self, order, fork)?;
            if let Err(error) = work.decide_all(commands, progress) {
                work.give_up();
                return Err(error);
            }
            if let Some(outcome) = work.finish()? {
                progress(total, total);
                return Ok(outcome);
            }
            tracing::info!(attempt, "somebody wrote during the import; it is decided again, and others wait");
        }
        Err(WriteError::Busy)
    }

    fn fork(&self, others: Others) -> Result<Fork, WriteError> {
        let (told, answered) = sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(WriteError::Stopped)?;
        jobs.send(Job::Fork(others, told)).map_err(|_| WriteError::Stopped)?;
        answered.recv().map_err(|_| WriteError::Stopped)?
    }

    /// Would the commands still come to what was planned? Whatever is written after this is seen when the import
    /// is taken over.
    fn still_planned(
        &self,
        state: &State,
        (order, commands): (&Order, &dyn Commands),
        id: &str,
        progress: Progress<'_>,
    ) -> Result<(), WriteError> {
        let standing = plan::Standing::of(id).ok_or(WriteError::PlanStale)?;
        let limits = plan::PlanLimits { refusals: 0, changes: 0 };
        let total = commands.count();
        let mut go_on = |_| progress(0, total);
        let now = plan::plan(state, (order, commands, &self.vault), standing, limits, &mut go_on)?;
        if now.id.as_deref() == Some(id) { Ok(()) } else { Err(WriteError::PlanStale) }
    }
}

/// An import in the making.
struct Work<'e> {
    engine: &'e Engine,
    order: &'e Order,
    base: crate::ledger::Head,
    recorded_at: i64,
    working: State,
    turn: Turn,
    /// Events of the turn.
    pending: usize,
    stage: Stage,
    tally: Tally,
    resumed: u64,
    /// What other copies have to take over, as long as it is little.
    entries: Option<Vec<Entry>>,
    /// Keys of people that were kept for this import.
    kept: Vec<Fresh>,
    refused: Vec<(usize, Rejection)>,
}

impl<'e> Work<'e> {
    /// Begin, or go on after the last part of the same import.
    fn begin(engine: &'e Engine, order: &'e Order, fork: Fork) -> Result<Self, WriteError> {
        let Fork { state, head, recorded_at, ids } = fork;
        let mut working = State::clone(&state);
        drop(state);
        let mark = Mark::of(order, head, Day::in_shanghai(recorded_at));
        // What nobody can tell apart by its input is never gone on with.
        let shelf = if order.input == [0; 32] { Shelf::default() } else { engine.shelf.clone() };
        let mut tally = Tally::default();
        let resumed = shelf.resume(mark.bytes(), &mut |bytes| {
            let read = replay(&mut working, (recorded_at, &order.actor), bytes);
            tally = read.unwrap_or(tally);
            read.is_some()
        })?;
        let entries = resumed.is_none().then(Vec::new);
        let stage = match resumed {
            Some(stage) => {
                tracing::info!(commands = tally.done, "going on with an import that was cut short");
                stage
            }
            None => {
                // One stage at a time: what another import left is of no use to this one.
                if let Err(cause) = shelf.clear() {
                    tracing::warn!(%cause, "what an earlier import left cannot be taken away");
                }
                shelf.begin(mark.bytes())
            }
        };
        let turn = Turn::new(recorded_at, ids, Sealing::new(Arc::clone(&engine.vault)));
        let (pending, kept, refused, resumed) = (0, Vec::new(), Vec::new(), tally.done);
        Ok(Self {
            engine,
            order,
            base: head,
            recorded_at,
            working,
            turn,
            pending,
            stage,
            tally,
            resumed,
            entries,
            kept,
            refused,
        })
    }

    /// Decide every command that is not decided yet.
    fn decide_all(&mut self, commands: &dyn Commands, progress: Progress<'_>) -> Result<(), WriteError> {
        let (total, mut number, mut failed) = (commands.count(), 0_usize, None);
        let known = usize::try_from(self.resumed).unwrap_or(usize::MAX);
        commands.each(&mut |command| {
            let here = number;
            number += 1;
            if here.is_multiple_of(STEP) && !progress(here, total) {
                failed = Some(WriteError::Cancelled);
                return false;
            }
            if here < known {
                return true;
            }
            failed = self.decide(here, command).err();
            failed.is_none() && self.refused.len() < MOST_REFUSALS
        });
        match failed {
            Some(error) => Err(error),
            None if !self.refused.is_empty() => Err(WriteError::Rejected(std::mem::take(&mut self.refused))),
            None => self.put_by(),
        }
    }

    fn decide(&mut self, number: usize, command: &Command) -> Result<(), WriteError> {
        let rights = self.order.rights;
        match self.turn.command(&mut self.working, (&self.order.actor, rights), command) {
            Ok(events) => {
                let is_change = events > 0 || plan::is_kept_quiet(&self.working, rights, command);
                self.tally.changed += u64::from(is_change);
                self.tally.events += u64::try_from(events).unwrap_or(u64::MAX);
                self.pending += events;
            }
            Err(rejection) => self.refused.push((number, rejection)),
        }
        self.tally.done += 1;
        let is_due = self.pending >= self.engine.stage_events;
        match self.refused.is_empty() {
            true if is_due => self.put_by(),
            true => Ok(()),
            // Nothing of it will be written: what is still decided says what else is wrong.
            false => {
                self.turn.forget();
                Ok(())
            }
        }
    }

    /// Put what was decided since the last part on the disk, and let go of it.
    fn put_by(&mut self) -> Result<(), WriteError> {
        if self.turn.is_empty() {
            return Ok(());
        }
        let next = Turn::new(self.recorded_at, self.turn.ids().clone(), Sealing::new(Arc::clone(&self.engine.vault)));
        let turn = std::mem::replace(&mut self.turn, next);
        self.pending = 0;
        if !turn.fresh().is_empty() {
            // Whose key is not kept is not entered.
            self.engine.vault.keep(turn.fresh())?;
            self.kept.push(turn.fresh().clone());
        }
        let entries = turn.into_entries();
        self.stage.push(&part(self.tally, &entries))?;
        let events = usize::try_from(self.tally.events).unwrap_or(usize::MAX);
        match &mut self.entries {
            Some(all) if events <= MOST_EVENTS_BEHIND => all.extend(entries),
            all => *all = None,
        }
        Ok(())
    }

    /// Have it taken over. None where it has to be decided again.
    fn finish(self) -> Result<Option<ImportOutcome>, WriteError> {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let mut outcome = ImportOutcome {
            changed: count(self.tally.changed),
            unchanged: count(self.tally.done - self.tally.changed),
            events: count(self.tally.events),
            sequence: self.working.sequence(),
            resumed: count(self.resumed),
        };
        if self.tally.events == 0 {
            outcome.sequence = self.base.sequence;
            self.stage.remove();
            return Ok(Some(outcome));
        }
        let (told, answered) = sync_channel(1);
        let Self { base, working: state, stage, entries, engine, order, kept, .. } = self;
        let adoption = Box::new(Adoption { base, state, stage, actor: Arc::clone(&order.actor), entries });
        let jobs = engine.jobs.as_ref().ok_or(WriteError::Stopped)?;
        jobs.send(Job::Adopt(adoption, told)).map_err(|_| WriteError::Stopped)?;
        let (adopted, stage) = answered.recv().map_err(|_| WriteError::Stopped)?;
        match adopted {
            Ok(Adopted::Written) => {
                stage.remove();
                Ok(Some(outcome))
            }
            Ok(Adopted::Again) => {
                stage.remove();
                kept.iter().for_each(|fresh| engine.vault.withdraw(fresh));
                Ok(None)
            }
            // It may be in the ledger, or find room later: the same import again finds out.
            Err(error) => Err(error),
        }
    }

    /// Nothing is left of it.
    fn give_up(self) {
        self.stage.remove();
        self.kept.iter().for_each(|fresh| self.engine.vault.withdraw(fresh));
    }
}
