//! Copies of the state that take turns: one is published, others are brought up to date and
//! written next. Publishing costs what the batch costs; only where readers hold every other copy,
//! one is made anew.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::event::Event;
use crate::graph::{Stamp, State};

/// Events that copies may lag behind; one that lags more is let go.
const MOST_EVENTS_BEHIND: usize = 50_000;

/// An envelope as it is applied.
pub(super) type Entry = (Stamp, Arc<[Event]>);

/// The copies beside the published one.
#[derive(Debug)]
pub(super) struct Copies {
    spare: Vec<Arc<State>>,
    /// What was published since the oldest of them.
    behind: VecDeque<Entry>,
    events: usize,
    most: usize,
}

impl Copies {
    pub(super) fn new(most: usize) -> Self {
        Self { spare: Vec::new(), behind: VecDeque::new(), events: 0, most: most.max(1) }
    }

    /// A copy of what is published that nobody else holds.
    pub(super) fn take(&mut self, published: &State) -> State {
        let mut free: Vec<usize> = (0..self.spare.len()).collect();
        free.retain(|place| self.spare.get(*place).is_some_and(|copy| Arc::strong_count(copy) == 1));
        let newest = free.into_iter().max_by_key(|place| self.spare.get(*place).map(|copy| copy.sequence()));
        let copy = newest.and_then(|place| Arc::into_inner(self.spare.swap_remove(place)));
        let Some(mut copy) = copy else { return State::clone(published) };
        let stands_at = copy.sequence();
        for (stamp, events) in self.behind.iter().skip_while(|(stamp, _)| stamp.sequence <= stands_at) {
            replay(&mut copy, stamp, events);
        }
        debug_assert_eq!(copy.sequence(), published.sequence());
        copy
    }

    /// Keep a copy that was published until now, and what the new one has on top of it.
    pub(super) fn retire(&mut self, old: Arc<State>, entries: Vec<Entry>) {
        self.events += entries.iter().map(|(_, events)| events.len()).sum::<usize>();
        self.behind.extend(entries);
        self.keep(old);
    }

    /// Keep a copy that equals what is published.
    pub(super) fn give_back(&mut self, copy: State) {
        self.keep(Arc::new(copy));
    }

    fn keep(&mut self, copy: Arc<State>) {
        self.spare.push(copy);
        self.spare.sort_by_key(|copy| copy.sequence());
        while self.spare.len() > self.most || self.events > MOST_EVENTS_BEHIND && !self.spare.is_empty() {
            self.spare.remove(0);
            self.trim();
        }
        self.trim();
    }

    /// Forget what every copy has.
    fn trim(&mut self) {
        let oldest = self.spare.first().map_or(u64::MAX, |copy| copy.sequence());
        while let Some((_, events)) = self.behind.front().filter(|(stamp, _)| stamp.sequence <= oldest) {
            self.events -= events.len();
            self.behind.pop_front();
        }
    }
}

/// Apply an envelope.
pub(super) fn replay(state: &mut State, stamp: &Stamp, events: &[Event]) {
    state.begin(stamp.clone());
    for event in events {
        state.apply(event.clone());
    }
}
