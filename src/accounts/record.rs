//! An account as it is kept, and the file that keeps them: `accounts.json`.

use std::io;

use serde::{Deserialize, Serialize};

use super::password;
use crate::domain::fold::fold;
use crate::ledger::Form;
use crate::rights::{Role, region_is_sound};
use crate::tokens::{name_is_sound, role_name};

/// The format this code writes.
const FORMAT: u32 = 1;

/// The file.
pub(super) static FORM: Form<Account> = Form { name: "accounts", decode, encode };

/// May somebody log in?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Yes.
    Active,
    /// No, until it is enabled again.
    Disabled,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The actor on everything written by its holder.
    pub name: String,
    /// What its holder is.
    #[serde(with = "role_name")]
    pub role: Role,
    /// The code of the region that its holder works for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// May its holder log in?
    pub state: State,
    /// What is kept of the password.
    pub(super) password: password::Kept,
    /// Must its holder choose a password before anything else?
    pub must_change: bool,
    /// Wrong passwords since the last right one.
    pub failed: u32,
    /// Until when nobody may try. Milliseconds since 1970.
    pub locked_until_ms: Option<i64>,
    /// When its holder logged in last.
    pub last_seen_ms: Option<i64>,
    /// When it was made.
    pub created_at_ms: i64,
    /// Counts what ends sessions: each belongs to one of these.
    pub epoch: u64,
}

impl Account {
    /// Is it locked at a moment?
    pub fn is_locked(&self, now_ms: i64) -> bool {
        self.locked_until_ms.is_some_and(|until| now_ms < until)
    }

    /// Let its holder try again from the start.
    pub(super) fn forget_failures(&mut self) {
        (self.failed, self.locked_until_ms) = (0, None);
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    accounts: Vec<Account>,
}

fn decode(bytes: &[u8]) -> Result<Vec<Account>, String> {
    // The place of an error is said; its text could quote what stands there.
    let broken = |error: serde_json::Error| {
        format!("it is not the JSON that was written (line {}, column {})", error.line(), error.column())
    };
    let written: Written = serde_json::from_slice(bytes).map_err(broken)?;
    if written.format != FORMAT {
        return Err(format!("its format is {}, this program knows {FORMAT}", written.format));
    }
    for (place, account) in written.accounts.iter().enumerate() {
        let earlier = written.accounts.get(..place).unwrap_or_default();
        let region = account.region.as_deref().is_none_or(region_is_sound);
        let twice = earlier.iter().any(|other| fold(&other.name) == fold(&account.name));
        if !name_is_sound(&account.name) || !region || twice || !account.password.is_sound() {
            return Err(format!("account {} has a name, a region or a hash that cannot be", place + 1));
        }
    }
    Ok(written.accounts)
}

fn encode(accounts: &[Account]) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&Written { format: FORMAT, accounts: accounts.to_vec() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
