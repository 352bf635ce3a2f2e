//! The section `accounts` of the settings: how often one may try, how long one stays in, what a
//! password must be, and what hashing one costs.

use serde::{Deserialize, Serialize};

/// The settings of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Wrong passwords in a row after which an account is locked.
    pub tries: u32,
    /// Wrong passwords from one address, for whatever names, after which it waits as long.
    pub address_tries: u32,
    /// Minutes for which it is locked.
    pub lock_minutes: u32,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends, however busy it is.
    pub session_hours: u32,
    /// Sessions kept; where there are more, the one unused for longest ends.
    pub sessions: usize,
    /// The same of one account.
    pub sessions_each: usize,
    /// Characters that a password has at least.
    pub password_characters: usize,
    /// Accounts kept, disabled ones included.
    pub accounts: usize,
    /// Memory of one hash (argon2id). Unit: KiB.
    pub hash_kib: u32,
    /// Passes over it.
    pub hash_passes: u32,
    /// Lanes of it.
    pub hash_lanes: u32,
    /// Hashes computed at the same time.
    pub hashes_at_once: usize,
    /// Milliseconds that somebody waits for their turn to be hashed.
    pub hash_wait_ms: u64,
}

impl Default for Rules {
    /// What a hash costs is the least that OWASP's Password Storage Cheat Sheet asks of argon2id.
    fn default() -> Self {
        Self {
            tries: 5,
            address_tries: 100,
            lock_minutes: 15,
            idle_minutes: 30,
            session_hours: 12,
            sessions: 10_000,
            sessions_each: 5,
            password_characters: 10,
            accounts: 5_000,
            hash_kib: 19_456,
            hash_passes: 2,
            hash_lanes: 1,
            hashes_at_once: 2,
            hash_wait_ms: 5_000,
        }
    }
}

impl Rules {
    /// Milliseconds for which an account is locked.
    pub(super) fn lock_ms(&self) -> i64 {
        i64::from(self.lock_minutes) * 60_000
    }

    /// Milliseconds without a request after which a session ends.
    pub(super) fn idle_ms(&self) -> i64 {
        i64::from(self.idle_minutes) * 60_000
    }

    /// Milliseconds after which a session ends.
    pub(super) fn session_ms(&self) -> i64 {
        i64::from(self.session_hours) * 3_600_000
    }

    /// The first of them that is 0 or beyond what argon2 takes.
    pub fn unsound(&self) -> Option<String> {
        let all = serde_json::to_value(self).ok()?;
        let zero = all.as_object()?.iter().find(|(_, value)| value.as_u64() == Some(0));
        let zero = zero.map(|(name, _)| name.clone());
        zero.or_else(|| super::password::costs(self).is_none().then(|| "hash_kib".to_owned()))
    }
}
