//! How much one client may ask: requests and rows a minute, and requests at the same time.
//!
//! Each client has two buckets that hold one minute's worth and fill up continuously, so that over
//! any span of time it gets at most that much at once and the rate for the span. What a document
//! may cost is taken before it runs; what it did not use is given back.
//!
//! One table, bounded: where it is full, the client heard of longest ago of which nothing runs is
//! forgotten, with what it owes; addresses before holders of tokens, since tokens cannot be made
//! up. To make somebody's debt forgotten before a minute has paid it off, an attacker must
//! therefore be heard of from as many addresses as the table has places (for IPv6, from as many
//! networks of 64 bits), and cannot do it to a holder as long as any address is idle in the table.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bucket::Bucket;
use crate::api::error::ApiError;
use crate::config::Limits;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Client {
    /// The holder of a token, by name.
    Holder(Arc<str>),
    /// An address; of IPv6 the network of 64 bits counts, which one subscriber has at least.
    Address(IpAddr),
}

impl Client {
    /// The same client, however its address is written.
    pub fn counted(&self) -> Self {
        match self {
            Self::Address(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => Self::Address(address.into()),
                None => Self::Address(IpAddr::V6((u128::from(*address) >> 64 << 64).into())),
            },
            other => other.clone(),
        }
    }
}

/// What of a client's share is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Requests a minute.
    Requests,
    /// Rows a minute.
    Rows,
    /// Requests at the same time.
    AtOnce,
    /// Places for clients: something runs for every one of them.
    Clients,
}

/// Too much, and when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Seconds to wait, at least 1; also the value of the header `Retry-After`.
    pub retry_after_seconds: u64,
    /// What is used up.
    pub which: Which,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let (zh, en) = match refused.which {
            Which::Requests => ("您最近一分钟的请求太多", "You have asked too often within a minute"),
            Which::Rows => (
                "您每分钟可查询的行数已经用完。减小 first、少嵌套列表可以省下份额",
                "Your share of rows a minute is used up; lower first and nest fewer lists to save",
            ),
            Which::AtOnce => ("您同时进行的请求太多", "Too many of your requests run at the same time"),
            Which::Clients => ("同时使用的人太多", "Too many clients are served at the same time"),
        };
        let seconds = refused.retry_after_seconds;
        Self::new(
            "RATE_LIMITED",
            format!("{zh}。请在 {seconds} 秒后再试。"),
            format!("{en}. Try again in {seconds} seconds."),
        )
        .retry_after(seconds)
    }
}

/// What every client may ask; 0 = any number.
#[derive(Clone, Copy, Debug)]
struct Shares {
    requests: u64,
    rows: u64,
    at_once: u32,
    clients: usize,
}

/// A client that was heard of.
struct Known {
    requests: Bucket,
    rows: Bucket,
    running: u32,
    /// Greater is later.
    heard: u64,
}

/// All clients, without a clock.
struct Table {
    shares: Shares,
    known: HashMap<Client, Known>,
    /// Those of whom nothing runs, in the order in which they are forgotten: addresses first, and
    /// among them whoever was heard of longest ago.
    idle: BTreeMap<(bool, u64), Client>,
    heard: u64,
}

impl Table {
    fn new(shares: Shares) -> Self {
        Self { shares, known: HashMap::new(), idle: BTreeMap::new(), heard: 0 }
    }

    /// The client, made known where it is not, as heard of just now and not among the idle.
    fn hear(&mut self, client: &Client) -> Result<&mut Known, Refused> {
        self.heard += 1;
        if let Some(known) = self.known.get(client) {
            self.idle.remove(&place_of(client, known.heard));
        } else if self.known.len() >= self.shares.clients.max(1) {
            let Some((_, forgotten)) = self.idle.pop_first() else {
                return Err(Refused { retry_after_seconds: 1, which: Which::Clients });
            };
            self.known.remove(&forgotten);
        }
        let (requests, rows) = (Bucket::new(self.shares.requests), Bucket::new(self.shares.rows));
        let known = self.known.entry(client.clone()).or_insert(Known { requests, rows, running: 0, heard: 0 });
        known.heard = self.heard;
        Ok(known)
    }

    fn admit(&mut self, client: &Client, now: Duration) -> Result<(), Refused> {
        let at_once = self.shares.at_once;
        let known = self.hear(client)?;
        let admitted = if at_once > 0 && known.running >= at_once {
            Err(Refused { retry_after_seconds: 1, which: Which::AtOnce })
        } else {
            let taken = known.requests.take(1, now);
            taken.map_err(|retry_after_seconds| Refused { retry_after_seconds, which: Which::Requests })
        };
        if admitted.is_ok() {
            known.running += 1;
        }
        self.rest(client);
        admitted
    }

    /// Put a client of whom nothing runs where it waits to be forgotten.
    fn rest(&mut self, client: &Client) {
        if let Some(known) = self.known.get(client).filter(|known| known.running == 0) {
            self.idle.insert(place_of(client, known.heard), client.clone());
        }
    }

    fn reserve(&mut self, client: &Client, price: u64, now: Duration) -> Result<(), Refused> {
        let Some(known) = self.known.get_mut(client) else { return Ok(()) };
        let taken = known.rows.take(price, now);
        taken.map_err(|retry_after_seconds| Refused { retry_after_seconds, which: Which::Rows })
    }

    fn give_back(&mut self, client: &Client, rows: u64) {
        if let Some(known) = self.known.get_mut(client) {
            known.rows.give_back(rows);
        }
    }

    fn end(&mut self, client: &Client) {
        self.heard += 1;
        let heard = self.heard;
        if let Some(known) = self.known.get_mut(client) {
            known.running = known.running.saturating_sub(1);
            known.heard = heard;
        }
        self.rest(client);
    }
}

/// Where an idle client waits.
fn place_of(client: &Client, heard: u64) -> (bool, u64) {
    (matches!(client, Client::Holder(_)), heard)
}

/// The clients of a service.
pub struct Clients {
    table: Arc<Mutex<Table>>,
    /// Nothing is limited, so that nobody need be remembered.
    is_off: bool,
    began: Instant,
}

impl Clients {
    /// Nobody yet, with the shares of these limits.
    #[expect(
        clippy::disallowed_methods,
        reason = "rates are of real time; what they mean for a client takes it as an argument"
    )]
    pub fn new(limits: &Limits) -> Self {
        let shares = Shares {
            requests: limits.client_requests.into(),
            rows: limits.client_rows,
            at_once: limits.client_at_once,
            clients: limits.clients,
        };
        let is_off = shares.requests == 0 && shares.rows == 0 && shares.at_once == 0;
        Self { table: Arc::new(Mutex::new(Table::new(shares))), is_off, began: Instant::now() }
    }

    /// The time of [`Self::admit`]: since these clients were made.
    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Count one request of a client, and a place among those of it that run, until the turn is
    /// dropped. A refused request counts for nothing, but its client was heard of.
    pub fn admit(&self, client: &Client, now: Duration) -> Result<Turn, Refused> {
        if self.is_off {
            return Ok(Turn { table: None, client: client.counted(), now, reserved: 0 });
        }
        let client = client.counted();
        locked(&self.table).admit(&client, now)?;
        Ok(Turn { table: Some(Arc::clone(&self.table)), client, now, reserved: 0 })
    }
}

/// One request of a client, while it runs.
pub struct Turn {
    /// None where nothing is limited.
    table: Option<Arc<Mutex<Table>>>,
    client: Client,
    now: Duration,
    reserved: u64,
}

impl Turn {
    /// Take rows before they are read. A price above a whole minute's share is taken where the
    /// client owes nothing, and the client then waits as long as it takes to pay it off.
    pub fn reserve(&mut self, price: u64) -> Result<(), Refused> {
        if let Some(table) = &self.table {
            locked(table).reserve(&self.client, price, self.now)?;
        }
        self.reserved = self.reserved.saturating_add(price);
        Ok(())
    }

    /// Whose turn it is.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// So many rows of what was reserved were used: the others are given back. A turn that is
    /// dropped without this gives nothing back.
    pub fn spent(&mut self, used: u64) {
        let left = self.reserved.saturating_sub(used);
        self.reserved = 0;
        if let Some(table) = self.table.as_ref().filter(|_| left > 0) {
            locked(table).give_back(&self.client, left);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(table) = &self.table {
            locked(table).end(&self.client);
        }
    }
}

/// Every change of the table is whole, so that a panic elsewhere leaves it usable.
fn locked(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
