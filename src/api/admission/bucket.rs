//! A bucket that holds one minute's worth of something and fills up continuously. No clock, no
//! fractions: what is missing is counted in units of one part in a minute of nanoseconds.

use std::time::Duration;

/// Nanoseconds of a minute.
const MINUTE: u128 = 60_000_000_000;

/// What of a minute's share is taken, and not yet refilled.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    /// So many a minute, and at once; 0 = any number.
    share: u64,
    /// What is missing of the full bucket, times [`MINUTE`]. More than the share where something
    /// greater was taken from a full one.
    missing: u128,
    /// Up to when it has been refilled.
    filled: Duration,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(share: u64) -> Self {
        Self { share, missing: 0, filled: Duration::ZERO }
    }

    /// Take so many, or say in how many seconds they can be taken. More than there can ever be are
    /// taken from a full bucket.
    pub(super) fn take(&mut self, count: u64, now: Duration) -> Result<(), u64> {
        if self.share == 0 {
            return Ok(());
        }
        let share = u128::from(self.share);
        // Time that has been counted is not counted again, whichever request comes first.
        let passed = now.saturating_sub(self.filled).as_nanos();
        self.missing = self.missing.saturating_sub(passed.saturating_mul(share));
        self.filled = self.filled.max(now);
        let may_miss = u128::from(self.share.saturating_sub(count)) * MINUTE;
        if self.missing > may_miss {
            let wait = (self.missing - may_miss).div_ceil(share).div_ceil(1_000_000_000);
            return Err(u64::try_from(wait).unwrap_or(u64::MAX).max(1));
        }
        self.missing = self.missing.saturating_add(u128::from(count) * MINUTE);
        Ok(())
    }

    /// Put so many back; what does not fit in is lost.
    pub(super) fn give_back(&mut self, count: u64) {
        self.missing = self.missing.saturating_sub(u128::from(count) * MINUTE);
    }
}
