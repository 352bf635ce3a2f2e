//! The clock and chance: the two things that enter from outside enter here.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Day;

/// Where time and chance come from: the machine, or a simulation.
pub struct Clock {
    /// Milliseconds since 1970.
    pub now_ms: Box<dyn FnMut() -> i64 + Send>,
    /// Bits that keep ids apart.
    pub seed: Box<dyn FnMut() -> u128 + Send>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { now_ms: Box::new(now_ms), seed: Box::new(random_seed) }
    }
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is where the clock enters")]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The day in Shanghai.
pub fn today() -> Day {
    Day::in_shanghai(now_ms())
}

/// Random bits from the keys of the process's hash maps; enough to keep the ids of two stores apart.
#[expect(clippy::disallowed_types, reason = "this is where chance enters")]
fn random_seed() -> u128 {
    use std::hash::{BuildHasher, Hasher};
    let half = || u128::from(std::hash::RandomState::new().build_hasher().finish());
    (half() << 64) | half()
}
