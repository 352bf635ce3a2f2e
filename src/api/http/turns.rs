//! Turns for long work: a few documents at a time, on threads of their own, so that short questions
//! are answered beside them. Whoever would have to wait too long is told at once when to try again,
//! instead of after having waited: what a turn takes is known from those before.
//!
//! One turn is always left to somebody else: a client that has all the others waits in a line of its
//! own, and takes up no more than half of all places to wait.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::api::admission::Client;
use crate::api::error::ApiError;
use crate::config::Limits;

/// Microseconds that a turn is thought to take before any has been taken.
const FIRST_GUESS: u64 = 2_000;

/// The mean goes an eighth of the way to each turn taken.
const WEIGHT: u64 = 8;

/// Lines of clients that are kept before those of whom nothing runs are forgotten.
const KEPT: usize = 1_000;

/// Those who wait for one of so many permits.
struct Line {
    permits: Arc<Semaphore>,
    at_once: u64,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Line {
    fn new(at_once: usize, most_waiting: usize) -> Self {
        let permits = Arc::new(Semaphore::new(at_once));
        Self { permits, at_once: at_once.max(1) as u64, waiting: AtomicUsize::new(0), most_waiting }
    }

    /// What somebody is told who would have to wait too long here; nothing where a permit may be had.
    fn refusal(&self, mean: u64, within: Duration) -> Option<ApiError> {
        if self.permits.available_permits() > 0 {
            return None;
        }
        let before = self.waiting.load(Ordering::Acquire);
        let expected = self.expected(before, mean);
        self.is_too_long(before, expected, within).then(|| busy(expected))
    }

    /// Would whoever comes now wait in vain? What is expected is a mean: only who can expect to have
    /// a turn in half the time has it nearly always before that time is over.
    fn is_too_long(&self, before: usize, expected: Duration, within: Duration) -> bool {
        before >= self.most_waiting || expected > within / 2
    }

    /// How long it takes until those before have had theirs.
    fn expected(&self, before: usize, mean: u64) -> Duration {
        Duration::from_micros((before as u64 + 1).saturating_mul(mean) / self.at_once)
    }

    /// A permit, at once or after a wait that is expected to be short.
    async fn permit(&self, mean: u64, within: Duration) -> Result<OwnedSemaphorePermit, ApiError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waits = Waits(&self.waiting);
        let expected = self.expected(before, mean);
        if self.is_too_long(before, expected, within) {
            return Err(busy(expected));
        }
        // Those ahead may take longer than the ones before.
        match timeout(within, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(busy(expected)),
        }
    }
}

/// Somebody waits as long as it lives.
struct Waits<'l>(&'l AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Who runs and who waits.
pub(super) struct Turns {
    all: Line,
    clients: Mutex<HashMap<Client, Arc<Line>>>,
    /// Turns that one client has at the same time.
    of_one: usize,
    /// Places in which one client waits.
    waiting_of_one: usize,
    within: Duration,
    /// Microseconds that a turn takes, of late.
    mean: Arc<AtomicU64>,
    /// How far the threads of long work stand back, from 0 to 19.
    nice: i32,
}

/// A turn; it lasts until it is dropped.
pub(super) struct Turn {
    _permits: [OwnedSemaphorePermit; 2],
    since: Instant,
    mean: Arc<AtomicU64>,
    nice: i32,
}

thread_local! {
    /// Has this thread stood back already? It cannot come forward again.
    static BACK: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

impl Turn {
    /// Let the threads that read and answer requests go first from now on, where processors are short:
    /// who is refused should learn it at once. Where the system will not, all are equal as before.
    pub(super) fn stand_back(&self) {
        if self.nice > 0 && !BACK.replace(true) {
            let thread = Some(rustix::thread::gettid());
            if let Err(error) = rustix::process::setpriority_process(thread, self.nice) {
                tracing::debug!(%error, "long work goes on as short work does");
            }
        }
    }
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
            all: Line::new(limits.heavy_at_once, limits.heavy_queue),
            clients: Mutex::default(),
            of_one: limits.heavy_at_once.saturating_sub(1).max(1),
            waiting_of_one: limits.heavy_queue.div_ceil(2),
            within: Duration::from_millis(limits.heavy_wait_ms),
            mean: Arc::new(AtomicU64::new(FIRST_GUESS)),
            nice: i32::from(limits.heavy_nice.min(19)),
        }
    }

    /// A turn for a client, at once or after a short wait.
    pub(super) async fn take(&self, client: &Client) -> Result<Turn, ApiError> {
        let mean = self.mean.load(Ordering::Relaxed);
        let own = self.line_of(client);
        let until = Instant::now() + self.within;
        let own = own.permit(mean, self.within).await?;
        let permits = [own, self.all.permit(mean, until.saturating_duration_since(Instant::now())).await?];
        Ok(Turn { _permits: permits, since: Instant::now(), mean: Arc::clone(&self.mean), nice: self.nice })
    }

    /// What a client is told that asks for a turn now; nothing where it may have one.
    pub(super) fn refusal(&self, client: &Client) -> Option<ApiError> {
        let mean = self.mean.load(Ordering::Relaxed);
        self.all.refusal(mean, self.within).or_else(|| self.line_of(client).refusal(mean, self.within))
    }

    /// The line of a client.
    fn line_of(&self, client: &Client) -> Arc<Line> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= KEPT && !clients.contains_key(client) {
            // A line is in use while somebody waits in it or holds one of its permits.
            clients.retain(|_, line| Arc::strong_count(line) > 1 || line.permits.available_permits() < self.of_one);
        }
        let line = || Arc::new(Line::new(self.of_one, self.waiting_of_one));
        Arc::clone(clients.entry(client.clone()).or_insert_with(line))
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

    fn client(name: &str) -> Client {
        Client::Holder(name.into())
    }

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_rest_is_told_at_once() {
        let (turns, client) = (turns(1, 1, 50), client("一"));
        let first = turns.take(&client).await.expect("a free turn");
        let (second, third) = tokio::join!(turns.take(&client), async {
            tokio::task::yield_now().await;
            turns.take(&client).await
        });
        // The one that waited gave up after its time, the other was told before.
        assert!(second.is_err() && third.is_err());
        let (second, ()) = tokio::join!(turns.take(&client), async {
            tokio::task::yield_now().await;
            drop(first);
        });
        assert!(second.is_ok());
        drop(second);
        assert!(turns.take(&client).await.is_ok(), "nobody waits any more");
    }

    #[tokio::test]
    async fn whoever_would_wait_too_long_is_not_kept_waiting() {
        let (turns, client) = (turns(2, 100, 1_000), client("一"));
        let kept = turns.take(&client).await.expect("one");
        turns.mean.store(150_000, Ordering::Relaxed);
        // Three times 150 ms are 450 ms; four are more than half of a second.
        let line = turns.line_of(&client);
        let waiting: Vec<Waits<'_>> = (0..3)
            .map(|_| {
                line.waiting.fetch_add(1, Ordering::AcqRel);
                Waits(&line.waiting)
            })
            .collect();
        let asked = Instant::now();
        let error = turns.take(&client).await.err().expect("too many wait");
        assert_eq!((error.code, error.retry_after), ("BUSY", Some(1)));
        assert!(asked.elapsed() < Duration::from_millis(500), "told at once");
        drop((waiting, kept));
        assert!(turns.take(&client).await.is_ok());
    }

    #[tokio::test]
    async fn one_turn_is_left_to_somebody_else() {
        let turns = turns(3, 100, 20);
        let (greedy, other) = (client("一"), client("二"));
        let kept = [turns.take(&greedy).await.expect("one"), turns.take(&greedy).await.expect("two")];
        turns.mean.store(10_000_000, Ordering::Relaxed);
        assert!(turns.take(&greedy).await.is_err(), "the third is not for whoever has two");
        let third = turns.take(&other).await.expect("it is for somebody else");
        assert!(turns.take(&other).await.is_err(), "all are taken");
        drop((kept, third));
    }

    #[tokio::test]
    async fn lines_of_those_who_left_are_forgotten() {
        let turns = turns(3, 100, 20);
        let kept = turns.take(&client("stays")).await.expect("a turn");
        for place in 0..KEPT * 2 {
            turns.take(&client(&place.to_string())).await.expect("a turn");
        }
        assert!(turns.clients.lock().expect("nobody panics").len() <= KEPT);
        assert!(turns.clients.lock().expect("nobody panics").contains_key(&client("stays")));
        drop(kept);
    }
}
