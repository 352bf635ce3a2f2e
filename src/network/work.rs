//! How much a calculation may still do, and whether anybody wants it any more. Counted in steps: a node or
//! a tie looked at is one. No clock: the same layer spends the same steps on every machine.

use std::cell::Cell;

/// Why a calculation ended before its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The steps it was given are used up.
    Spent,
    /// Nobody wants the answer any more.
    Unwanted,
}

/// Steps that may still be taken. Shared by everything that one question asks for.
pub struct Work<'w> {
    limit: u64,
    used: Cell<u64>,
    unwanted: &'w dyn Fn() -> bool,
}

impl<'w> Work<'w> {
    /// So many steps, ending early once `unwanted` says so.
    pub fn new(limit: u64, unwanted: &'w dyn Fn() -> bool) -> Self {
        Self { limit, used: Cell::new(0), unwanted }
    }

    /// As many as it takes: for tests and measurements.
    pub fn unbounded() -> Work<'static> {
        Work::new(u64::MAX, &|| false)
    }

    /// Steps taken so far.
    pub fn used(&self) -> u64 {
        self.used.get()
    }

    /// Steps left.
    pub fn left(&self) -> u64 {
        self.limit - self.used.get()
    }

    /// Take so many steps, or learn why not. Ask before the work, in portions of a node or a pass.
    pub fn spend(&self, steps: usize) -> Result<(), Stopped> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        if steps > self.left() {
            self.used.set(self.limit);
            return Err(Stopped::Spent);
        }
        self.used.set(self.used.get() + steps);
        if (self.unwanted)() { Err(Stopped::Unwanted) } else { Ok(()) }
    }
}
