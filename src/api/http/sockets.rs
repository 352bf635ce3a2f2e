//! All sockets together: how many are open, in all and from one address, and that they end when the
//! service does.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use crate::api::admission::Client;
use crate::api::error::ApiError;
use crate::config::Limits;

/// What is not begun any more, and why.
pub(super) const STOPPED: (&str, &str, &str) = (
    "STOPPING",
    "服务正在停止，没有开始。请稍后重新连接再试。",
    "The service is stopping and has not begun it. Connect again shortly.",
);

/// Seconds after which it is worth trying again.
const RETRY_SECONDS: u64 = 5;

fn busy(zh: &str, en: &str) -> ApiError {
    ApiError::new("BUSY", zh, en).retry_after(RETRY_SECONDS)
}

/// A socket's place among the open ones.
pub(super) struct Room {
    _turn: OwnedSemaphorePermit,
    address: Client,
    from: Arc<Mutex<HashMap<Client, u32>>>,
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut from = self.from.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = from.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                from.remove(&self.address);
            }
        }
    }
}

/// The sockets that are open.
pub(super) struct Sockets {
    turns: Arc<Semaphore>,
    most: u32,
    from: Arc<Mutex<HashMap<Client, u32>>>,
    most_from_one: u32,
    pub(super) stopping: watch::Sender<bool>,
    pub(super) close_within: Duration,
}

impl Sockets {
    pub(super) fn new(limits: &Limits) -> Self {
        let turns = Arc::new(Semaphore::new(limits.sockets as usize));
        let close_within = Duration::from_millis(limits.socket_close_ms);
        let (most, most_from_one) = (limits.sockets, limits.client_sockets);
        Self { turns, most, from: Arc::default(), most_from_one, stopping: watch::Sender::new(false), close_within }
    }

    /// Room for one more socket from that address, as long as it is kept.
    pub(super) fn enter(&self, address: IpAddr) -> Result<Room, ApiError> {
        let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() else {
            return Err(busy(
                "打开的 WebSocket 连接太多。请稍后再试。",
                "Too many WebSockets are open. Try again shortly.",
            ));
        };
        let address = Client::Address(address).counted();
        let mut from = self.from.lock().unwrap_or_else(PoisonError::into_inner);
        let open = from.get(&address).copied().unwrap_or_default();
        if open >= self.most_from_one {
            return Err(busy(
                "从这个地址打开的 WebSocket 连接太多。请先关闭一些。",
                "Too many WebSockets are open from this address. Close some first.",
            ));
        }
        from.insert(address.clone(), open + 1);
        Ok(Room { _turn: turn, address, from: Arc::clone(&self.from) })
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
