//! What a request may still do, in one unit: a row visited or a field read counts one, or what its
//! declaration says. Counted apart are all rows looked at, which bounds the work, those that the
//! reader may know of, which is what answers tell, and what reading fields cost.
//!
//! Walks of one request share a reserve. Each may take at most half of what the walks before it have
//! left, so that one hub does not use up everything; what it does not take is left to the next.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::Day;
use crate::rights::Place;

/// Places remembered at the same time.
const PLACES: usize = 100_000;

/// A node on a day, as a state knows it: where it lies may be another matter on the next.
pub(super) type Seat = (u32, Day, u64);

/// Work that may still be done. Shared by everything a request does.
#[derive(Debug)]
pub struct Budget<'s> {
    /// Rows that all walks may visit together.
    limit: u64,
    /// Rows at which the walk that goes on has to end.
    until: Cell<u64>,
    used: Cell<u64>,
    shown: Cell<u64>,
    fields: Cell<u64>,
    /// Set by whoever no longer wants the answer.
    stop: Option<&'s AtomicBool>,
    /// Where nodes lie, as far as somebody had to know; kept because a hub is asked about often.
    places: RefCell<BTreeMap<Seat, Place>>,
}

impl<'s> Budget<'s> {
    /// So many rows may be visited.
    pub fn new(limit: u64) -> Self {
        let (used, shown, fields) = (Cell::new(0), Cell::new(0), Cell::new(0));
        Self { limit, until: Cell::new(limit), used, shown, fields, stop: None, places: RefCell::default() }
    }

    /// The same, ending at once when `stop` is set.
    pub fn stopped_by(self, stop: &'s AtomicBool) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// A walk begins: its share is half of what is left, and at least one row while anything is.
    pub fn begin_walk(&self) {
        let left = self.limit - self.used.get();
        self.until.set(self.used.get() + left.div_ceil(2));
    }

    /// The walk has ended. What lies between walks looks at a few rows, and may use all that is left.
    pub fn end_walk(&self) {
        self.until.set(self.limit);
    }

    /// Rows that this walk may still visit. Never told to readers.
    pub fn left(&self) -> u64 {
        self.until.get().saturating_sub(self.used.get())
    }

    /// Rows visited so far, shown or not. Never told to readers: it would count what is hidden.
    pub fn used(&self) -> u64 {
        self.used.get()
    }

    /// Rows visited so far that the reader may know of.
    pub fn shown(&self) -> u64 {
        self.shown.get()
    }

    /// What reading fields cost so far.
    pub fn fields(&self) -> u64 {
        self.fields.get()
    }

    /// A field of that cost is read. It is priced before a request runs, and stops nothing.
    pub fn read_field(&self, cost: u64) {
        self.fields.set(self.fields.get().saturating_add(cost));
    }

    /// Does nobody want the answer any more?
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Where a node lies, if that is known.
    pub(super) fn place(&self, seat: Seat) -> Option<Place> {
        self.places.borrow().get(&seat).copied()
    }

    /// A node lies there.
    pub(super) fn remember_place(&self, seat: Seat, place: Place) {
        let mut places = self.places.borrow_mut();
        if places.len() >= PLACES {
            places.clear();
        }
        places.insert(seat, place);
    }

    /// Look at one row that may turn out to be hidden.
    pub(super) fn look(&self) -> bool {
        self.take(1)
    }

    /// Look at one row that may turn out to be hidden, at a cost of so many.
    pub(super) fn look_at(&self, cost: u64) -> bool {
        self.take(cost)
    }

    /// The row looked at last may be known of.
    pub(super) fn show(&self) {
        self.shown.set(self.shown.get() + 1);
    }

    /// Is nothing left for this walk? Whoever stopped early says so in the answer.
    pub fn is_spent(&self) -> bool {
        self.used.get() >= self.until.get() || self.is_stopped()
    }

    /// Visit `rows` more; false when the share is passed, and the caller stops and says so.
    pub fn spend(&self, rows: u64) -> bool {
        let before = self.used.get();
        let goes_on = self.take(rows);
        self.shown.set(self.shown.get() + (self.used.get() - before));
        goes_on
    }

    fn take(&self, rows: u64) -> bool {
        let used = self.used.get().saturating_add(rows);
        self.used.set(used.min(self.until.get()));
        used <= self.until.get() && !self.is_stopped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_takes_half_of_what_is_left_at_most() {
        let budget = Budget::new(100);
        let mut shares = Vec::new();
        for _ in 0..9 {
            budget.begin_walk();
            let before = budget.used();
            while budget.look() {}
            assert!(budget.is_spent());
            shares.push(budget.used() - before);
            budget.end_walk();
        }
        assert_eq!(shares, [50, 25, 13, 6, 3, 2, 1, 0, 0]);
        assert_eq!(budget.used(), 100);
    }

    #[test]
    fn what_a_walk_leaves_goes_to_the_next() {
        let budget = Budget::new(100);
        budget.begin_walk();
        assert!(budget.spend(10) && !budget.is_spent());
        budget.end_walk();
        budget.begin_walk();
        assert!(budget.spend(45) && budget.is_spent() && !budget.look());
        assert_eq!((budget.used(), budget.shown()), (55, 55));
    }

    #[test]
    fn whoever_hangs_up_stops_it() {
        let stop = AtomicBool::new(false);
        let budget = Budget::new(100).stopped_by(&stop);
        assert!(budget.look() && !budget.is_spent());
        stop.store(true, Ordering::Relaxed);
        assert!(!budget.look() && budget.is_spent() && budget.is_stopped());
    }
}
