//! All sockets together: how many are open, and that they end when the service does.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::config::Limits;

/// What is not begun any more, and why.
pub(super) const STOPPED: (&str, &str, &str) = (
    "STOPPING",
    "服务正在停止，没有开始。请稍后重新连接再试。",
    "The service is stopping and has not begun it. Connect again shortly.",
);

/// The sockets that are open.
pub(super) struct Sockets {
    pub(super) turns: Arc<Semaphore>,
    most: u32,
    pub(super) stopping: watch::Sender<bool>,
    pub(super) close_within: Duration,
}

impl Sockets {
    pub(super) fn new(limits: &Limits) -> Self {
        let turns = Arc::new(Semaphore::new(limits.sockets as usize));
        let close_within = Duration::from_millis(limits.socket_close_ms);
        Self { turns, most: limits.sockets, stopping: watch::Sender::new(false), close_within }
    }

    /// Have every socket closed.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Is it so?
    pub(super) fn are_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Wait until they are: what runs is finished, the close is said and confirmed, each in its time.
    pub(super) async fn stopped(&self) {
        let _ = timeout(self.close_within * 3, self.turns.acquire_many(self.most)).await;
    }
}
