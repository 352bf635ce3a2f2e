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

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::fold::fold;
use crate::engine::now_ms;
use crate::ledger::replace_file;
use crate::rights::Role;
pub use error::{ChangeError, TokenError};
use file::{Mark, Standing};
use record::{NAME_CHARACTERS, name_is_sound};
pub use record::{Record, TokenState};

/// How every token begins, so that scanners for leaked secrets know one.
pub const PREFIX: &str = "igt_";
/// Bytes of chance in a token; written as twice as many hexadecimal digits.
const SECRET_BYTES: usize = 32;
/// Names that the history gives to no token.
const RESERVED: &[&str] = &["import"];
const DAY_MS: i64 = 86_400_000;
/// How long a file that could not be looked into is not tried again.
const PAUSE_MS: i64 = 1_000;

/// Whoever holds a token that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The actor.
    pub name: Arc<str>,
    /// What they may.
    pub role: Role,
}

/// What a new token should be.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'w> {
    /// The actor.
    pub name: &'w str,
    /// What it allows.
    pub role: Role,
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
    directory: PathBuf,
    path: PathBuf,
    known: RwLock<Known>,
}

#[derive(Debug)]
struct Known {
    seen: Seen,
    standing: Standing,
}

/// Of what state of the file it is known.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// Of this one; of none where there is no file.
    As(Option<Mark>),
    /// It could not be looked into at this time.
    Not(i64),
}

impl Seen {
    /// Does it still hold?
    fn holds(self, path: &Path, now: i64) -> bool {
        match self {
            // Whoever presents anything can ask; a failing disk is not asked each time.
            Seen::Not(at) => (0..PAUSE_MS).contains(&now.saturating_sub(at)),
            Seen::As(mark) => Mark::now(path).is_ok_and(|now| now == mark),
        }
    }
}

impl Tokens {
    /// Read the tokens of a directory. There may be none, and the file may be damaged: then nobody
    /// is let in by a token.
    pub fn open(data_dir: &Path) -> Self {
        let path = data_dir.join("tokens.json");
        let known = load(&path, now_ms());
        told(&path, None, &known.standing);
        let known = RwLock::new(known);
        Self { directory: data_dir.to_owned(), path, known }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
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
        file::is_open_to_others(&self.path)
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
            TokenState::Live => Ok(Holder { name: Arc::from(found.name), role: found.role }),
            TokenState::Expired => Err(TokenError::Expired(found.name)),
            TokenState::Revoked => Err(TokenError::Revoked(found.name)),
        }
    }

    /// Every token that was ever made here, in that order.
    pub fn list(&self) -> Result<Vec<Record>, ChangeError> {
        self.seen(|standing| self.records(standing))
    }

    /// Make a token.
    pub fn create(&self, wish: &Wish<'_>) -> Result<Fresh, ChangeError> {
        let reserved = RESERVED.contains(&fold(wish.name).as_str());
        if reserved || !name_is_sound(wish.name) {
            return Err(ChangeError::Name(wish.name.chars().take(NAME_CHARACTERS).collect()));
        }
        if wish.days.is_some_and(|days| days == 0 || days > 36_500) {
            return Err(ChangeError::Days);
        }
        self.change(|records| {
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
                hash: blake3::hash(token.as_bytes()),
                created_at_ms: now,
                expires_at_ms: wish.days.map(|days| now.saturating_add(i64::from(days) * DAY_MS)),
                revoked_at_ms: None,
            };
            records.push(record.clone());
            Ok(Fresh { token, record })
        })
    }

    /// Take a token back, by its id or by the name of one that was not revoked. Answers with what
    /// is kept, and whether it counted until now.
    pub fn revoke(&self, id_or_name: &str) -> Result<(Record, bool), ChangeError> {
        self.change(|records| {
            let place = records
                .iter()
                .position(|record| record.id == id_or_name)
                .or_else(|| records.iter().rposition(|it| it.name == id_or_name && it.revoked_at_ms.is_none()))
                .or_else(|| records.iter().rposition(|record| record.name == id_or_name));
            let Some(record) = place.and_then(|place| records.get_mut(place)) else {
                return Err(ChangeError::Unknown(id_or_name.chars().take(NAME_CHARACTERS).collect()));
            };
            let counted = record.revoked_at_ms.is_none();
            record.revoked_at_ms = record.revoked_at_ms.or(Some(now_ms()));
            Ok((record.clone(), counted))
        })
    }

    /// Read, change and replace the file while no other process does.
    fn change<T>(&self, edit: impl FnOnce(&mut Vec<Record>) -> Result<T, ChangeError>) -> Result<T, ChangeError> {
        let lock_path = self.directory.join("tokens.lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|cause| failed("open", "打开", &lock_path, &cause))?;
        lock.lock().map_err(|cause| failed("lock", "锁定", &lock_path, &cause))?;
        let mut records = self.records(&file::read(&self.path).1)?;
        let before = records.clone();
        let answer = edit(&mut records)?;
        if records != before {
            let written = file::encode(&records).and_then(|bytes| replace_file(&self.path, &bytes, 0o600));
            written.map_err(|cause| failed("write", "写入", &self.path, &cause))?;
        }
        Ok(answer)
    }

    fn records(&self, standing: &Standing) -> Result<Vec<Record>, ChangeError> {
        match standing {
            Standing::Absent => Ok(Vec::new()),
            Standing::Kept(records) => Ok(records.clone()),
            Standing::Damaged(reason) => {
                Err(ChangeError::Damaged { path: self.path.display().to_string(), reason: reason.clone() })
            }
        }
    }

    /// Look at what the file says now.
    fn seen<T>(&self, look: impl FnOnce(&Standing) -> T) -> T {
        self.seen_at(now_ms(), look)
    }

    fn seen_at<T>(&self, now: i64, look: impl FnOnce(&Standing) -> T) -> T {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.seen.holds(&self.path, now) {
            return look(&known.standing);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have read it while this one waited.
        if !known.seen.holds(&self.path, now) {
            let fresh = load(&self.path, now);
            told(&self.path, Some(&known.standing), &fresh.standing);
            *known = fresh;
        }
        look(&known.standing)
    }

    fn random_hex(&self, bytes: usize) -> Result<String, ChangeError> {
        let mut chance = vec![0; bytes];
        let failed = |cause: getrandom::Error| {
            failed("draw random bytes for", "取得随机数写入", &self.path, &io::Error::other(cause.to_string()))
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

fn load(path: &Path, now: i64) -> Known {
    let (mark, standing) = file::read(path);
    let seen = match (&standing, mark) {
        (Standing::Damaged(_), None) => Seen::Not(now),
        (_, mark) => Seen::As(mark),
    };
    Known { seen, standing }
}

/// Log damage, once for as long as it stays the same.
fn told(path: &Path, before: Option<&Standing>, standing: &Standing) {
    if let Standing::Damaged(reason) = standing
        && before != Some(standing)
    {
        tracing::error!(file = %path.display(), reason, "the tokens cannot be trusted; every token is refused");
    }
}

fn failed(operation: &'static str, operation_zh: &'static str, path: &Path, cause: &io::Error) -> ChangeError {
    ChangeError::System { operation, operation_zh, path: path.display().to_string(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests;
