//! Turns for long work: a few documents at a time, on threads of their own, so that short questions
//! are answered beside them. Whoever would have to wait too long is told at once when to try again,
//! instead of after having waited: what a turn takes is known from those before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::api::error::ApiError;
use crate::config::Limits;

/// Microseconds that a turn is thought to take before any has been taken.
const FIRST_GUESS: u64 = 2_000;

/// The mean goes an eighth of the way to each turn taken.
const WEIGHT: u64 = 8;

/// Who runs and who waits.
pub(super) struct Turns {
    running: Arc<Semaphore>,
    at_once: u64,
    waiting: AtomicUsize,
    queue: usize,
    within: Duration,
    /// Microseconds that a turn takes, of late.
    mean: Arc<AtomicU64>,
}

/// Somebody waits as long as it lives.
struct Waits<'t>(&'t AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A turn; it lasts until it is dropped.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    since: Instant,
    mean: Arc<AtomicU64>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let took = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mean = self.mean.load(Ordering::Relaxed);
        // Two at a time may miss each other: it is an estimate.
        self.mean.store(mean - mean / WEIGHT + took / WEIGHT, Ordering::Relaxed);
    }
}

impl Turns {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            running: Arc::new(Semaphore::new(limits.heavy_at_once)),
            at_once: limits.heavy_at_once.max(1) as u64,
            waiting: AtomicUsize::new(0),
            queue: limits.heavy_queue,
            within: Duration::from_millis(limits.heavy_wait_ms),
            mean: Arc::new(AtomicU64::new(FIRST_GUESS)),
        }
    }

    /// A turn, at once or after a short wait.
    pub(super) async fn take(&self) -> Result<Turn, ApiError> {
        let permit = match Arc::clone(&self.running).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait().await?,
        };
        Ok(Turn { _permit: permit, since: Instant::now(), mean: Arc::clone(&self.mean) })
    }

    async fn wait(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waits = Waits(&self.waiting);
        let ahead = before as u64 + 1;
        let expected = Duration::from_micros(ahead.saturating_mul(self.mean.load(Ordering::Relaxed)) / self.at_once);
        if before >= self.queue || expected > self.within {
            return Err(busy(expected));
        }
        // Those ahead may take longer than the ones before.
        match timeout(self.within, Arc::clone(&self.running).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(busy(expected)),
        }
    }
}

fn busy(expected: Duration) -> ApiError {
    let seconds = expected.as_secs() + 1;
    ApiError::new(
        "BUSY",
        format!("正在进行的大查询太多。请过 {seconds} 秒再试，或缩小范围。"),
        format!("Too many long queries are running. Try again in {seconds} s, or narrow the question."),
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(at_once: usize, queue: usize, wait_ms: u64) -> Turns {
        let limits = Limits { heavy_at_once: at_once, heavy_queue: queue, heavy_wait_ms: wait_ms, ..Limits::default() };
        Turns::new(&limits)
    }

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_rest_is_told_at_once() {
        let turns = turns(1, 1, 50);
        let first = turns.take().await.expect("a free turn");
        let (second, third) = tokio::join!(turns.take(), async {
            tokio::task::yield_now().await;
            turns.take().await
        });
        // The one that waited gave up after its time, the other was told before.
        assert!(second.is_err() && third.is_err());
        let (second, ()) = tokio::join!(turns.take(), async {
            tokio::task::yield_now().await;
            drop(first);
        });
        assert!(second.is_ok());
        drop(second);
        assert!(turns.take().await.is_ok(), "nobody waits any more");
    }

    #[tokio::test]
    async fn whoever_would_wait_too_long_is_not_kept_waiting() {
        let turns = turns(2, 100, 1_000);
        let kept = [turns.take().await.expect("one"), turns.take().await.expect("two")];
        turns.mean.store(300_000, Ordering::Relaxed);
        // Six times 300 ms by two at once are 900 ms; seven are more than a second.
        let waiting: Vec<Waits<'_>> = (0..6)
            .map(|_| {
                turns.waiting.fetch_add(1, Ordering::AcqRel);
                Waits(&turns.waiting)
            })
            .collect();
        let asked = Instant::now();
        let error = turns.take().await.err().expect("too many wait");
        assert_eq!((error.code, error.retry_after), ("BUSY", Some(2)));
        assert!(asked.elapsed() < Duration::from_millis(500), "told at once");
        drop((waiting, kept));
        assert!(turns.take().await.is_ok());
    }
}
