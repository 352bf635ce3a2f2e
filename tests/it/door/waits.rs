//! How long short questions wait beside something, against how long they wait at the same time for a
//! server that nothing happens to: on a machine that others use, only the two together say anything.

use std::time::Duration;

use super::attack::{Fort, SLOWER};

/// Questions to each of the two.
const ASKS: usize = 300;
/// Waits of this length are nobody's fault: a few turns of the scheduler on two processors.
const LEAST: Duration = Duration::from_millis(10);

/// The 99th of a hundred waits for one server and for the one beside it.
pub struct Waits {
    pub here: Duration,
    pub beside: Duration,
}

impl Waits {
    /// Ask the two in turn.
    pub fn of(here: &Fort, beside: &Fort) -> Self {
        let (mut one, mut other): (Vec<_>, Vec<_>) =
            (0..ASKS).map(|_| (here.next_answer(), beside.next_answer())).unzip();
        one.sort_unstable();
        other.sort_unstable();
        let place = ASKS * 99 / 100;
        Self { here: one[place], beside: other[place] }
    }

    /// At most three times as long as where nothing happens.
    pub fn are_fair(&self) -> bool {
        self.here <= (self.beside * 3).max(LEAST * SLOWER)
    }
}

impl std::fmt::Display for Waits {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "p99 {:?}, {:?} where nothing happens", self.here, self.beside)
    }
}
