//! What is asked of the writer, and what it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use crate::domain::command::Command;
use crate::domain::{Id, Rejection};
use crate::ledger::LedgerError;
use crate::rights::Rights;
use crate::vault::VaultError;

/// One write that somebody asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks; recorded with everything that comes of it.
    pub actor: Arc<str>,
    /// What they may write.
    pub rights: Rights,
    /// What is to be done.
    pub command: Command,
    /// The version that the asker has seen of what the command is about: none = not compared,
    /// 0 = it is not there yet.
    pub expected_version: Option<u64>,
    /// The key under which the same request may come again without being carried out twice.
    pub key: Option<RequestKey>,
    /// Set when nobody waits for the answer any more: what has not begun is left.
    pub withdrawn: Arc<AtomicBool>,
}

/// The key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// 1 to 128 visible ASCII characters.
    pub key: String,
    /// BLAKE3 of what is asked, so that another request under the same key is refused.
    pub digest: [u8; 32],
}

/// An acknowledgement: durable, and in the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it was about.
    pub subject: Option<Id>,
    /// Did it say something new?
    pub changed: bool,
    /// The version of what it was about, afterwards.
    pub version: Option<u64>,
    /// The sequence number at which it stands.
    pub sequence: u64,
    /// Was it carried out before, under the same key?
    pub repeated: bool,
}

/// Told how many commands of how many are done; answers whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// How far a batch is, and whether somebody said stop.
#[derive(Debug, Default)]
pub(super) struct Advance {
    pub done: AtomicUsize,
    pub cancelled: AtomicBool,
}

/// What came of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    /// Commands that said something new.
    pub changed: usize,
    /// Commands that said what was known.
    pub unchanged: usize,
    /// Events written.
    pub events: usize,
    /// The sequence number of the store afterwards.
    pub sequence: u64,
    /// Commands that had been decided before the import was cut short, and were not decided again.
    pub resumed: usize,
}

/// Commands that can be gone through more than once: always the same ones in the same order, so that a large
/// import is never in memory as a whole.
pub trait Commands {
    /// How many they are.
    fn count(&self) -> usize;

    /// Show each of them, from the first on, until `take` says no.
    fn each(&self, take: &mut dyn FnMut(&Command) -> bool);
}

impl Commands for Vec<Command> {
    fn count(&self) -> usize {
        self.len()
    }

    fn each(&self, take: &mut dyn FnMut(&Command) -> bool) {
        let _ = self.iter().all(take);
    }
}

impl Commands for Arc<[Command]> {
    fn count(&self) -> usize {
        self.len()
    }

    fn each(&self, take: &mut dyn FnMut(&Command) -> bool) {
        let _ = self.iter().all(take);
    }
}

/// Why nothing was acknowledged. What got no acknowledgement is wholly there after a restart or
/// wholly absent, never half.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// Commands were refused: their numbers in the batch, with the reason.
    #[error("有 {} 条被拒。{} commands were refused.", .0.len(), .0.len())]
    Rejected(Vec<(usize, Rejection)>),
    /// Somebody said stop.
    #[error("已取消，没有写入任何内容。Cancelled; nothing was written.")]
    Cancelled,
    /// What was planned would come to something else now.
    #[error(
        "计划已不适用：文件与做计划时不同，或所涉及的事实此后有改动。没有写入；请重新试运行，核对后用新的计划号。The plan does not fit any more: the files are others, or facts that it touches have changed since. Nothing was written; plan again, look at what it says, and use the new id."
    )]
    PlanStale,
    /// An import is being taken over, and nobody else writes meanwhile.
    #[error(
        "正在写入一次大的导入，请稍后再试。A large import is being written; try again shortly, nothing was written."
    )]
    ImportRunning,
    /// Too many writes wait already.
    #[error("等待写入的请求太多。请稍后再试。Too many writes are waiting. Try again shortly.")]
    Busy,
    /// The writer has stopped after a failure; restart the process.
    #[error("写入已停止：上次写盘失败。请重启服务。The writer has stopped after a failure; restart the process.")]
    Stopped,
    /// The ledger refused.
    #[error(transparent)]
    Ledger(Arc<LedgerError>),
    /// An erasure is in the ledger, and not yet in the register or in the file of keys.
    #[error(transparent)]
    Vault(Arc<VaultError>),
}

impl From<VaultError> for WriteError {
    fn from(error: VaultError) -> Self {
        Self::Vault(Arc::new(error))
    }
}

impl From<LedgerError> for WriteError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(Arc::new(error))
    }
}

/// Whether writes are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriterState {
    /// They are.
    Running,
    /// There was no room for the last one; the next one may find room.
    DiskFull,
    /// A sync failed, or an invariant broke: no write until the process is started again.
    Stopped,
    /// The directory cannot be written.
    ReadOnly,
}

/// Limits of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineLimits {
    /// Writes that may wait.
    pub queue: usize,
    /// Writes that share one sync.
    pub group: usize,
    /// Copies of the state kept beside the published one.
    pub copies: usize,
    /// Envelopes between two checkpoints; 0 = none are made.
    pub checkpoint_every: u64,
    /// Events after which what was decided of an import is put on the disk.
    pub stage_events: usize,
    /// Milliseconds that a write waits for an import that nobody may come in between of.
    pub import_wait_ms: u64,
    /// What is kept and done to know what was known earlier.
    pub past: PastLimits,
}

/// Limits of looking at what was known at an earlier moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastLimits {
    /// Past states that are kept.
    pub states: usize,
    /// Bytes of all of them together, as estimated from their rows.
    pub bytes: u64,
    /// Changes that may be carried out again to come to one.
    pub changes: u64,
    /// Milliseconds that one may wait for another that is being built.
    pub wait_ms: u64,
}

impl Default for PastLimits {
    fn default() -> Self {
        Self { states: 4, bytes: 1 << 30, changes: 2_000_000, wait_ms: 3_000 }
    }
}

impl Default for EngineLimits {
    fn default() -> Self {
        let past = PastLimits::default();
        Self {
            queue: 2_048,
            group: 512,
            copies: 3,
            checkpoint_every: 10_000,
            stage_events: 20_000,
            import_wait_ms: 2_000,
            past,
        }
    }
}
