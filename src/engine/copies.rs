//! Copies of the state that take turns: one is published, others are brought up to date and
//! written next. Publishing costs what the batch costs; only where readers hold every other copy,
//! one is made anew. A copy that readers hold is remembered: it is in memory as long as they want it,
//! and once they let go of it, it is the one that need not be made.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::event::Event;
use crate::graph::{Stamp, State};

/// Events that copies may lag behind; one that lags more is let go.
pub(super) const MOST_EVENTS_BEHIND: usize = 50_000;

/// Copies that readers hold and that are remembered: with more, the oldest is left to its readers.
const MOST_HELD: usize = 16;

/// An envelope as it is applied.
pub(super) type Entry = (Stamp, Arc<[Event]>);

/// The copies beside the published one.
#[derive(Debug)]
pub(super) struct Copies {
    spare: Vec<Arc<State>>,
    /// What was published since the oldest of them.
    behind: VecDeque<Entry>,
    events: usize,
    /// Copies kept that nobody holds.
    most: usize,
}

fn is_free(copy: &Arc<State>) -> bool {
    Arc::strong_count(copy) == 1
}

impl Copies {
    pub(super) fn new(most: usize) -> Self {
        Self { spare: Vec::new(), behind: VecDeque::new(), events: 0, most: most.max(1) }
    }

    /// A copy of what is published that nobody else holds.
    pub(super) fn take(&mut self, published: &State) -> State {
        // They stand in the order of their sequence.
        let newest = self.spare.iter().rposition(is_free);
        let copy = newest.and_then(|place| Arc::into_inner(self.spare.remove(place)));
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

    /// Too much was published for any of them to be brought up to date.
    pub(super) fn forget(&mut self) {
        self.spare.clear();
        self.behind.clear();
        self.events = 0;
    }

    /// Keep a copy that equals what is published.
    pub(super) fn give_back(&mut self, copy: State) {
        self.keep(Arc::new(copy));
    }

    fn keep(&mut self, copy: Arc<State>) {
        self.spare.push(copy);
        self.spare.sort_by_key(|copy| copy.sequence());
        let free = self.spare.iter().filter(|copy| is_free(copy)).count();
        let held = self.spare.len() - free;
        for _ in self.most..free {
            self.let_go(is_free);
        }
        for _ in MOST_HELD..held {
            self.let_go(|copy| !is_free(copy));
        }
        while self.events > MOST_EVENTS_BEHIND && !self.spare.is_empty() {
            self.let_go(|_| true);
            self.trim();
        }
        self.trim();
    }

    /// Let go of the oldest copy of that kind.
    fn let_go(&mut self, kind: impl FnMut(&Arc<State>) -> bool) {
        if let Some(place) = self.spare.iter().position(kind) {
            self.spare.remove(place);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Publish once more, as the writer does.
    fn publish(copies: &mut Copies, published: &mut Arc<State>) {
        let mut working = copies.take(published);
        let stamp = Stamp { sequence: published.sequence() + 1, recorded_at: 1, actor: Arc::from("a") };
        replay(&mut working, &stamp, &[]);
        let old = std::mem::replace(published, Arc::new(working));
        copies.retire(old, vec![(stamp, Arc::from([]))]);
    }

    #[test]
    fn copies_that_readers_let_go_of_are_written_next() {
        let (mut copies, mut published) = (Copies::new(2), Arc::new(State::new()));
        let mut held = Vec::new();
        for _ in 0..6 {
            held.push(Arc::clone(&published));
            publish(&mut copies, &mut published);
        }
        assert_eq!(copies.spare.len(), 6);
        held.clear();
        // All of them are free now, and as many as are wanted stay: the newest.
        publish(&mut copies, &mut published);
        let kept: Vec<u64> = copies.spare.iter().map(|copy| copy.sequence()).collect();
        assert_eq!(kept, [4, 6]);
        assert_eq!(published.sequence(), 7);
        assert_eq!(copies.behind.front().map(|(stamp, _)| stamp.sequence), Some(5));
    }

    #[test]
    fn copies_that_readers_never_let_go_of_are_bounded() {
        let (mut copies, mut published, mut held) = (Copies::new(2), Arc::new(State::new()), Vec::new());
        for _ in 0..100 {
            held.push(Arc::clone(&published));
            publish(&mut copies, &mut published);
        }
        assert_eq!(copies.spare.len(), MOST_HELD);
        assert_eq!(copies.behind.len(), MOST_HELD);
    }
}
