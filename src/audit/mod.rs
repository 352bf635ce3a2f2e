//! `audit.log`: who was let in, who was not, and what changed about who may be. A line an event, in
//! a chain of hashes; `audit.head` beside it says how far it goes, so that a line that is changed,
//! moved or missing is seen, also at the end. Lines are only ever added.
//!
//! What cannot be written here must not be done: whoever acts writes first. No line holds a
//! password, a token or what somebody gave for one.

mod chain;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::engine::now_ms;
use crate::ledger::replace_file;
use chain::{Chain, Walk};

/// Why nothing could be written, or what is wrong with what was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// It is not as it was written.
    #[error(
        "AUDIT_DAMAGED 审计日志不可信，第 {line} 行：{reason}；没有执行。用 innograph audit verify 查看，保存好文件并查明原因。The audit log is not as it was written, line {line}: {reason}; nothing was done. See innograph audit verify, keep the file, and find out why"
    )]
    Damaged {
        /// The first line that is wrong; the first is 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The system refused.
    #[error(
        "AUDIT_UNWRITABLE 审计日志写不进去（{path}：{cause}），所以没有执行；检查剩余空间与权限。The audit log {path} cannot be written ({cause}), so nothing was done; check the room left and the permissions"
    )]
    System {
        /// The file.
        path: String,
        /// What the system said.
        cause: String,
    },
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Event {
    /// Somebody was let in by password.
    LoggedIn,
    /// Somebody was not.
    LoginFailed,
    /// Too many tries: an account is locked for a while.
    Locked,
    /// Somebody went.
    LoggedOut,
    /// A password was changed by who has it.
    PasswordChanged,
    /// An account was made.
    AccountCreated,
    /// An account was changed: which way is said in the detail.
    AccountChanged,
    /// A token was made.
    TokenCreated,
    /// A token was taken back.
    TokenRevoked,
    /// Somebody read what is personal in full: of whom, and for what purpose.
    PersonalDataRevealed,
    /// Somebody ordered personal data to be erased: of whom, and why.
    PersonalDataErased,
}

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'e> {
    /// What happened.
    pub event: Event,
    /// Who did it.
    pub actor: &'e str,
    /// To whom or what: the name of an account or a token, empty where there is none of that name.
    pub subject: &'e str,
    /// From where, where it came over the network.
    pub from: Option<IpAddr>,
    /// More, in a few words.
    pub detail: &'e str,
}

/// The fields of a line, in their order; the hash follows.
#[derive(Serialize)]
struct Fields<'e> {
    number: u64,
    at_ms: i64,
    event: Event,
    actor: &'e str,
    subject: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<IpAddr>,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'e str,
}

/// How far the log goes, kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    lines: u64,
    bytes: u64,
    hash: String,
}

/// The log of a data directory.
#[derive(Debug)]
pub struct Audit {
    log: PathBuf,
    head: PathBuf,
    lock: PathBuf,
    /// One at a time in this process; the file keeps other processes out.
    turn: Mutex<()>,
}

impl Audit {
    /// The log of a directory; there may be none yet.
    pub fn open(data_dir: &Path) -> Self {
        let beside = |name: &str| data_dir.join(name);
        let (log, head, lock) = (beside("audit.log"), beside("audit.head"), beside("audit.lock"));
        Self { log, head, lock, turn: Mutex::new(()) }
    }

    /// Write a line, durably. Where that fails, what it tells of must not be done.
    pub fn write(&self, entry: &Entry<'_>) -> Result<(), AuditError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.locked()?;
        let mut file = self.opened()?;
        let chain = self.end(&mut file)?;
        let fields = Fields {
            number: chain.lines + 1,
            at_ms: now_ms(),
            event: entry.event,
            actor: entry.actor,
            subject: entry.subject,
            from: entry.from,
            detail: entry.detail,
        };
        let failed = |cause: io::Error| self.failed(&self.log, &cause);
        let text = serde_json::to_string(&fields).map_err(|cause| failed(cause.into()))?;
        let (line, after) = chain.line(&text);
        file.seek(SeekFrom::Start(chain.bytes)).map_err(failed)?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(failed)?;
        self.keep_head(&after)
    }

    /// Read all of it, and say how many lines there are.
    pub fn verify(&self) -> Result<u64, AuditError> {
        // Nobody writes meanwhile. Where no lock was ever made, nobody has; none is made here.
        let lock = File::open(&self.lock);
        let _held = lock.as_ref().is_ok_and(|lock| lock.lock().is_ok());
        let head = self.kept_head()?;
        let mut bytes = Vec::new();
        match File::open(&self.log).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(self.failed(&self.log, &cause)),
            _ => {}
        }
        let kept = head.unwrap_or_else(|| Chain::default().into());
        let walk = Chain::default().walk(&bytes);
        let damaged = |line, reason: &str| AuditError::Damaged { line, reason: reason.to_owned() };
        // The kept end is passed on the way, or something before it is not as it was.
        let passes = walk.passed.iter().any(|end| Head::from(end.clone()) == kept);
        match walk.fault {
            None | Some(chain::TORN) if passes => Ok(walk.end.lines),
            Some(reason) => Err(damaged(walk.end.lines + 1, reason)),
            None if walk.end.lines < kept.lines => Err(damaged(walk.end.lines + 1, "lines are missing from here on")),
            None => Err(damaged(kept.lines, "it is not the line that audit.head knows")),
        }
    }

    fn locked(&self) -> Result<File, AuditError> {
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&self.lock);
        let lock = lock.map_err(|cause| self.failed(&self.lock, &cause))?;
        lock.lock().map_err(|cause| self.failed(&self.lock, &cause))?;
        Ok(lock)
    }

    fn opened(&self) -> Result<File, AuditError> {
        if !self.head.exists() && self.log.metadata().map_or(0, |seen| seen.len()) == 0 {
            self.keep_head(&Chain::default())?;
        }
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&self.log);
        file.map_err(|cause| self.failed(&self.log, &cause))
    }

    /// Where the next line goes. Lines that a crash left beyond the kept end are taken over, and half
    /// a line is written over: nobody was told that it is there.
    fn end(&self, file: &mut File) -> Result<Chain, AuditError> {
        let failed = |cause: io::Error| self.failed(&self.log, &cause);
        let kept = self.kept_head()?;
        let damaged = |line, reason: &str| AuditError::Damaged { line, reason: reason.to_owned() };
        let kept = kept.ok_or_else(|| damaged(1, "audit.head is missing"))?;
        let hash = blake3::Hash::from_hex(&kept.hash).map_err(|_| damaged(kept.lines, "audit.head is no hash"))?;
        let chain = Chain { lines: kept.lines, bytes: kept.bytes, hash };
        let length = file.metadata().map_err(failed)?.len();
        if length < chain.bytes {
            return Err(damaged(chain.lines, "the log is shorter than audit.head knows"));
        }
        if length == chain.bytes {
            return Ok(chain);
        }
        let mut beyond = Vec::new();
        file.seek(SeekFrom::Start(chain.bytes)).map_err(failed)?;
        file.read_to_end(&mut beyond).map_err(failed)?;
        let Walk { end, fault, .. } = chain.walk(&beyond);
        match fault {
            Some(reason) if reason != chain::TORN => Err(damaged(end.lines + 1, reason)),
            _ => {
                file.set_len(end.bytes).map_err(failed)?;
                Ok(end)
            }
        }
    }

    fn kept_head(&self) -> Result<Option<Head>, AuditError> {
        let bytes = match std::fs::read(&self.head) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return self.without_head(),
            read => read.map_err(|cause| self.failed(&self.head, &cause))?,
        };
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|_| AuditError::Damaged { line: 1, reason: "audit.head cannot be read".to_owned() })
    }

    /// Without a kept end there may be no lines either.
    fn without_head(&self) -> Result<Option<Head>, AuditError> {
        match self.log.metadata().map_or(0, |seen| seen.len()) {
            0 => Ok(None),
            _ => Err(AuditError::Damaged { line: 1, reason: "audit.head is missing".to_owned() }),
        }
    }

    fn keep_head(&self, chain: &Chain) -> Result<(), AuditError> {
        let bytes = serde_json::to_vec(&Head::from(chain.clone()));
        let kept = bytes.map_err(io::Error::from).and_then(|bytes| replace_file(&self.head, &bytes, 0o600));
        kept.map_err(|cause| self.failed(&self.head, &cause))
    }

    #[expect(clippy::unused_self, reason = "reads as what failed of it")]
    fn failed(&self, path: &Path, cause: &io::Error) -> AuditError {
        AuditError::System { path: path.display().to_string(), cause: cause.to_string() }
    }
}

impl From<Chain> for Head {
    fn from(chain: Chain) -> Self {
        Self { lines: chain.lines, bytes: chain.bytes, hash: chain.hash.to_hex().to_string() }
    }
}

#[cfg(test)]
mod tests;
