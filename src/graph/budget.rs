//! What a request may still do. Counted twice: all rows looked at, which bounds the work, and those
//! that the reader may know of, which is what answers tell.

use std::cell::Cell;

/// Work that may still be done, in rows visited. Shared by everything a request does.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    used: Cell<u64>,
    shown: Cell<u64>,
}

impl Budget {
    /// So many rows may be visited.
    pub fn new(limit: u64) -> Self {
        Self { limit, used: Cell::new(0), shown: Cell::new(0) }
    }

    /// Rows visited so far, shown or not. Never told to readers: it would count what is hidden.
    pub fn used(&self) -> u64 {
        self.used.get()
    }

    /// Rows visited so far that the reader may know of.
    pub fn shown(&self) -> u64 {
        self.shown.get()
    }

    /// Look at one row that may turn out to be hidden.
    pub(super) fn look(&self) -> bool {
        let used = self.used.get().saturating_add(1);
        self.used.set(used.min(self.limit));
        used <= self.limit
    }

    /// The row looked at last may be known of.
    pub(super) fn show(&self) {
        self.shown.set(self.shown.get() + 1);
    }

    /// Is nothing left? Whoever stopped early says so in the answer.
    pub fn is_spent(&self) -> bool {
        self.used.get() >= self.limit
    }

    /// Visit `rows` more; false when the limit is passed, and the caller stops and says so.
    pub fn spend(&self, rows: u64) -> bool {
        let used = self.used.get().saturating_add(rows);
        self.used.set(used.min(self.limit));
        self.shown.set(self.shown.get().saturating_add(rows));
        used <= self.limit
    }
}
