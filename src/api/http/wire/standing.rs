//! How a connection stands: what its reader, its requests and the list of all connections tell each
//! other about it. It must never wait: every lock here is held for a few assignments.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use super::framing::{Framing, Overflow};

/// What a connection is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing has been asked since then.
    Idle(Instant),
    /// A head has begun to come then.
    Head(Instant),
    /// A request is carried out or answered.
    Busy,
    /// Given up for another connection.
    Taken,
    /// Somebody else speaks another protocol on it.
    Upgraded,
}

/// How it stands.
#[derive(Debug)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// Since when what is to be written cannot be.
    pub(super) stalled: Option<Instant>,
    /// What made the head that is being read too large.
    pub(super) overflow: Option<Overflow>,
    /// Has a head begun that has not ended?
    within_head: bool,
    /// Heads that have come to their end, and requests taken up.
    heads: u64,
    requests: u64,
    /// The first request whose body has no certain end.
    doubtful: Option<u64>,
}

/// How one connection stands, as everybody sees it who has to do with it.
#[derive(Debug)]
pub(super) struct Standing {
    state: Mutex<State>,
    waker: AtomicWaker,
}

impl Standing {
    /// A new connection.
    pub(super) fn new(now: Instant) -> Self {
        let state = State {
            phase: Phase::Idle(now),
            stalled: None,
            overflow: None,
            within_head: false,
            heads: 0,
            requests: 0,
            doubtful: None,
        };
        Self { state: Mutex::new(state), waker: AtomicWaker::new() }
    }

    /// The state, for a few assignments.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Have the connection looked at whenever somebody else has changed how it stands.
    pub(super) fn watch(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Have the connection looked at.
    pub(super) fn wake(&self) {
        self.waker.wake();
    }

    /// Since when has it been idle, if it is?
    pub(super) fn idle_since(&self) -> Option<Instant> {
        match *self.state() {
            State { phase: Phase::Idle(since), stalled: None, .. } => Some(since),
            _ => None,
        }
    }

    /// Give it up if it has been idle since then. From now on nothing is read from it.
    pub(super) fn take(&self, since: Instant) -> bool {
        let mut state = self.state();
        let idle = state.phase == Phase::Idle(since) && state.stalled.is_none();
        if idle {
            state.phase = Phase::Taken;
            drop(state);
            self.wake();
        }
        idle
    }

    /// Bytes have been read.
    pub(super) fn read(&self, framing: &Framing, overflow: Option<Overflow>) {
        let mut state = self.state();
        state.within_head = framing.within_head();
        state.heads = framing.heads();
        state.doubtful = framing.doubtful();
        state.overflow = state.overflow.or(overflow);
        if matches!(state.phase, Phase::Idle(_)) && state.awaits() {
            state.phase = Phase::Head(Instant::now());
        }
    }

    /// A write has come to something, or has not.
    pub(super) fn wrote(&self, progress: Progress) {
        let mut state = self.state();
        match progress {
            Progress::Some => state.stalled = None,
            Progress::None if state.stalled.is_none() => state.stalled = Some(Instant::now()),
            Progress::None => {}
        }
    }

    /// A request is taken up. Does its body have a certain end? None where the connection was given up.
    pub(super) fn begin(&self) -> Option<Certainty> {
        let mut state = self.state();
        if state.phase == Phase::Taken {
            return None;
        }
        state.phase = Phase::Busy;
        state.requests += 1;
        let doubtful = state.doubtful == Some(state.requests);
        Some(if doubtful { Certainty::Doubtful } else { Certainty::Certain })
    }

    /// Its answer has been handed over to the last byte, or dropped.
    pub(super) fn end(&self) {
        let mut state = self.state();
        if state.phase == Phase::Busy {
            let now = Instant::now();
            state.phase = if state.awaits() { Phase::Head(now) } else { Phase::Idle(now) };
        }
    }

    /// It speaks another protocol from now on.
    pub(super) fn upgrade(&self) {
        self.state().phase = Phase::Upgraded;
    }
}

impl State {
    /// Is a request on its way?
    fn awaits(&self) -> bool {
        self.within_head || self.heads > self.requests
    }
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Something was written, or nothing was left to be.
    Some,
    /// Nothing could be.
    None,
}

/// Whether a body has a certain end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// One length, or one coding.
    Certain,
    /// Two that may differ.
    Doubtful,
}
