//! Tokens: who may write, by what they hold. The only place that knows what a token looks like.
//!
//! `tokens.json` in the data directory holds a hash of each token, never the token. Records are
//! never removed, so that every actor's name in the history stays explainable. A running server
//! notices what the command line changes: each judgement looks at the file's mark first. A file
//! that cannot be trusted means that no token counts; reading public facts goes on. This room must
//! never log a token, nor anything that was presented as one.

mod error;
mod file;
mod record;

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::audit::{Audit, Entry, Event};
use crate::domain::fold::fold;
use crate::engine::now_ms;
use crate::ledger::{Kept, KeptError, Standing};
use crate::rights::Role;
pub use error::{ChangeError, TokenError};
pub(crate) use record::{NAME_CHARACTERS, name_is_sound, role_name};
pub use record::{Record, TokenState};

/// How every token begins, so that scanners for leaked secrets know one.
pub const PREFIX: &str = "igt_";
/// Bytes of chance in a token; written as twice as many hexadecimal digits.
const SECRET_BYTES: usize = 32;
/// Names that the history gives to no token.
pub(crate) const RESERVED: &[&str] = &["import"];
const DAY_MS: i64 = 86_400_000;

/// Whoever holds a token that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The actor.
    pub name: Arc<str>,
    /// What they are.
    pub role: Role,
    /// The code of the region they work for.
    pub region: Option<Arc<str>>,
}

/// What a new token should be.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'w> {
    /// The actor.
    pub name: &'w str,
    /// What it allows.
    pub role: Role,
    /// The code of the region its holder works for, where the role needs one.
    pub region: Option<&'w str>,
    /// After how many days it no longer counts; never where none is given.
    pub days: Option<u32>,
    /// Tokens kept at most, from `limits.tokens`.
    pub most: usize,
}

/// A token that was just made; it is shown once and kept nowhere.
pub struct Fresh {
    /// The token.
    pub token: String,
    /// What is kept of it.
    pub record: Record,
}

/// The tokens of a data directory.
#[derive(Debug)]
pub struct Tokens {
    kept: Kept<Record>,
    audit: Audit,
}

impl Tokens {
    /// Read the tokens of a directory. There may be none, and the file may be damaged: then nobody
    /// is let in by a token.
    pub fn open(data_dir: &Path) -> Self {
        Self { kept: Kept::open(data_dir, &file::FORM, now_ms()), audit: Audit::open(data_dir) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.kept.path()
    }

    /// Has no token ever been made here?
    pub fn is_absent(&self) -> bool {
        self.seen(|standing| *standing == Standing::Absent)
    }

    /// Why the file cannot be trusted, where it cannot.
    pub fn damage(&self) -> Option<String> {
        self.seen(|standing| match standing {
            Standing::Damaged(reason) => Some(reason.clone()),
            _ => None,
        })
    }

    /// May others than the owner of the file read or write it?
    pub fn is_open_to_others(&self) -> bool {
        self.kept.is_open_to_others()
    }

    /// Is there a token of that name that counts?
    pub fn is_named(&self, name: &str) -> bool {
        let now = now_ms();
        let live = |record: &Record| record.state(now) == TokenState::Live && fold(&record.name) == fold(name);
        self.seen(|standing| matches!(standing, Standing::Kept(records) if records.iter().any(live)))
    }

    /// Who holds what was presented. One look at the file's mark; the file is read again only when
    /// it has been replaced.
    pub fn judge(&self, presented: &str) -> Result<Holder, TokenError> {
        let secret = presented.strip_prefix(PREFIX).ok_or(TokenError::Malformed)?;
        let sound = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if secret.len() != SECRET_BYTES * 2 || !secret.bytes().all(sound) {
            return Err(TokenError::Malformed);
        }
        let hash = blake3::hash(presented.as_bytes());
        let found = self.seen(|standing| match standing {
            Standing::Damaged(reason) => Err(TokenError::Damaged(reason.clone())),
            Standing::Absent => Err(TokenError::Unknown),
            // Every record is compared, each in constant time (`blake3::Hash`).
            Standing::Kept(records) => {
                let matching = records.iter().fold(None, |found, record| match record.hash == hash {
                    true => Some(record),
                    false => found,
                });
                matching.cloned().ok_or(TokenError::Unknown)
            }
        })?;
        match found.state(now_ms()) {
            TokenState::Live => {
                Ok(Holder { name: Arc::from(found.name), role: found.role, region: found.region.map(Arc::from) })
            }
            TokenState::Expired => Err(TokenError::Expired(found.name)),
            TokenState::Revoked => Err(TokenError::Revoked(found.name)),
        }
    }

    /// Every token that was ever made here, in that order.
    pub fn list(&self) -> Result<Vec<Record>, ChangeError> {
        self.seen(|standing| Ok(self.kept.records(standing)?))
    }

    /// Make a token, on behalf of whom.
    pub fn create(&self, wish: &Wish<'_>, by: &str) -> Result<Fresh, ChangeError> {
        let reserved = RESERVED.contains(&fold(wish.name).as_str());
        if reserved || !name_is_sound(wish.name) {
            return Err(ChangeError::Name(wish.name.chars().take(NAME_CHARACTERS).collect()));
        }
        if wish.days.is_some_and(|days| days == 0 || days > 36_500) {
            return Err(ChangeError::Days);
        }
        wish.role.takes_region(wish.region)?;
        self.kept.change(|records| {
            let now = now_ms();
            let same = |record: &&Record| fold(&record.name) == fold(wish.name);
            if records.iter().filter(same).any(|record| record.state(now) == TokenState::Live) {
                return Err(ChangeError::Taken(wish.name.to_owned()));
            }
            if records.len() >= wish.most {
                return Err(ChangeError::Full(records.len()));
            }
            let token = format!("{PREFIX}{}", self.random_hex(SECRET_BYTES)?);
            let record = Record {
                id: self.fresh_id(records)?,
                name: wish.name.to_owned(),
                role: wish.role,
                region: wish.region.map(str::to_owned),
                hash: blake3::hash(token.as_bytes()),
                created_at_ms: now,
                expires_at_ms: wish.days.map(|days| now.saturating_add(i64::from(days) * DAY_MS)),
                revoked_at_ms: None,
            };
            self.tell(Event::TokenCreated, by, &record)?;
            records.push(record.clone());
            Ok(Fresh { token, record })
        })
    }

    /// Take a token back, by its id or by the name of one that was not revoked. Answers with what
    /// is kept, and whether it counted until now.
    pub fn revoke(&self, id_or_name: &str, by: &str) -> Result<(Record, bool), ChangeError> {
        self.kept.change(|records| {
            let place = records
                .iter()
                .position(|record| record.id == id_or_name)
                .or_else(|| records.iter().rposition(|it| it.name == id_or_name && it.revoked_at_ms.is_none()))
                .or_else(|| records.iter().rposition(|record| record.name == id_or_name));
            let Some(record) = place.and_then(|place| records.get_mut(place)) else {
                return Err(ChangeError::Unknown(id_or_name.chars().take(NAME_CHARACTERS).collect()));
            };
            let counted = record.revoked_at_ms.is_none();
            if counted {
                self.tell(Event::TokenRevoked, by, record)?;
            }
            record.revoked_at_ms = record.revoked_at_ms.or(Some(now_ms()));
            Ok((record.clone(), counted))
        })
    }

    /// Write down what is about to be done.
    fn tell(&self, event: Event, by: &str, record: &Record) -> Result<(), ChangeError> {
        let region = record.region.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
        let detail = format!("{}{region} {}", record.role.name(), record.id);
        Ok(self.audit.write(&Entry { event, actor: by, subject: &record.name, from: None, detail: &detail })?)
    }

    /// Look at what the file says now.
    fn seen<T>(&self, look: impl FnOnce(&Standing<Record>) -> T) -> T {
        self.kept.seen_at(now_ms(), look)
    }

    fn random_hex(&self, bytes: usize) -> Result<String, ChangeError> {
        let mut chance = vec![0; bytes];
        let failed = |cause: getrandom::Error| {
            let cause = io::Error::other(cause.to_string());
            KeptError::system("draw random bytes for", "取得随机数写入", self.path(), &cause)
        };
        getrandom::fill(&mut chance).map_err(failed)?;
        Ok(chance.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn fresh_id(&self, records: &[Record]) -> Result<String, ChangeError> {
        loop {
            let id = self.random_hex(4)?;
            if !records.iter().any(|record| record.id == id) {
                return Ok(id);
            }
        }
    }
}

#[cfg(test)]
mod tests;
