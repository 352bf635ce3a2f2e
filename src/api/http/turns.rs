//! Turns for long work: a few documents at a time, on threads of their own, so that short questions
//! are answered beside them; a short queue; and who finds it full is told at once when to try again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::api::error::ApiError;
use crate::config::Limits;

/// The code of "too much is going on".
const BUSY: &str = "BUSY";

/// Seconds after which it is worth trying again.
const RETRY_SECONDS: u64 = 1;

/// Who runs and who waits.
pub(super) struct Turns {
    running: Arc<Semaphore>,
    waiting: AtomicUsize,
    queue: usize,
    within: Duration,
}

/// Somebody waits as long as it lives.
struct Waits<'t>(&'t AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Turns {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            running: Arc::new(Semaphore::new(limits.heavy_at_once)),
            waiting: AtomicUsize::new(0),
            queue: limits.heavy_queue,
            within: Duration::from_millis(limits.heavy_wait_ms),
        }
    }

    /// A turn, at once or after a short wait; it lasts until it is dropped.
    pub(super) async fn take(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        if let Ok(turn) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(turn);
        }
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waits = Waits(&self.waiting);
        if before >= self.queue {
            return Err(busy());
        }
        match timeout(self.within, Arc::clone(&self.running).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(busy()),
        }
    }
}

fn busy() -> ApiError {
    ApiError::new(
        BUSY,
        format!("正在进行的大查询太多。请过 {RETRY_SECONDS} 秒再试，或缩小范围。"),
        format!("Too many long queries are running. Try again in {RETRY_SECONDS} s, or narrow the question."),
    )
    .retry_after(RETRY_SECONDS)
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
}
