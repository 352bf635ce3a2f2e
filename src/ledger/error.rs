//! What can go wrong with a ledger, said in Chinese and in English, each with a code that stays.
//! A sentence names the file and what to do; it never passes on the words of the engine below where
//! they mean no more than "the bytes are not what was written".

use super::Head;
use super::witness;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else wrote first; read theirs and decide again.
    #[error(
        "账本已前进到第 {} 条，请读取后重新判定。The ledger has moved on to entry {}; read on and decide again",
        found.sequence, found.sequence
    )]
    Moved {
        /// Where it stands now.
        found: Head,
    },
    /// The bytes are not what was written.
    #[error("{}", damaged(file, *sequence, reason))]
    Damaged {
        /// The file.
        file: String,
        /// The first entry that cannot be trusted.
        sequence: u64,
        /// What was seen.
        reason: String,
    },
    /// The ledger stands below what was acknowledged.
    #[error(
        "{file} 止于第 {found} 条，而第 {witnessed} 条曾确认写入：其后的条目已丢失。请恢复备份；未改动任何文件。{file} ends at entry {found}, but entry {witnessed} was acknowledged: entries are missing from {found} on. Restore a backup; nothing was changed"
    )]
    Shortened {
        /// The file.
        file: String,
        /// Where it stands.
        found: u64,
        /// What the witness knows.
        witnessed: u64,
    },
    /// A file of another kind, or of a later format.
    #[error("{file} 不是本程序能读的账本。{file} is not a ledger this program can read: {reason}")]
    Foreign {
        /// The file.
        file: String,
        /// What was seen.
        reason: String,
    },
    /// Opened for reading only.
    #[error("数据目录不可写，只读打开。The data directory cannot be written; the store is open for reading only")]
    ReadOnly,
    /// Part of the ledger still stands in its log, and the directory has no room to fold it in.
    #[error(
        "{file} 还有条目未归入主文件，而其目录不可写；请把目录复制到可写处再打开。{file} has entries that are not yet folded in, and its directory cannot be written; copy the directory to a place that can be written and open it there"
    )]
    Unfolded {
        /// The file.
        file: String,
    },
    /// No room. Nothing was written; the next write may find room again.
    #[error(
        "{file} 所在磁盘已满，未写入任何内容；腾出空间后写入会自行恢复。No room is left for {file}; nothing was written. Make room: writing goes on by itself"
    )]
    Full {
        /// The file.
        file: String,
    },
    /// A checkpoint cannot be trusted. It only saves time: the one before it or the ledger is read.
    #[error(
        "检查点 {file} 已损坏，将跳过它而从更早的检查点或整本账本恢复。The checkpoint {file} is damaged: {reason}. It is passed over; an earlier one or the ledger itself is read"
    )]
    Checkpoint {
        /// The file.
        file: String,
        /// What was seen.
        reason: String,
    },
    /// A copy is only made where nothing stands yet.
    #[error("{file} 已存在，请换一个名称。{file} is there already; choose another name")]
    Exists {
        /// The file.
        file: String,
    },
    /// Somebody said stop.
    #[error("已取消，{file} 未留下任何内容。Cancelled; nothing is left of {file}")]
    Cancelled {
        /// What was being made.
        file: String,
    },
    /// The engine below failed.
    #[error("对 {file} 的操作失败：{cause}。{operation} failed on {file}: {cause}")]
    Engine {
        /// What was being done.
        operation: &'static str,
        /// To which file.
        file: String,
        /// What the engine said.
        cause: String,
    },
}

impl LedgerError {
    /// A stable name, for answers and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Moved { .. } => "LEDGER_MOVED",
            Self::Damaged { .. } => "LEDGER_DAMAGED",
            Self::Shortened { .. } => "LEDGER_SHORTENED",
            Self::Foreign { .. } => "LEDGER_FOREIGN",
            Self::ReadOnly => "READ_ONLY",
            Self::Unfolded { .. } => "LEDGER_UNFOLDED",
            Self::Full { .. } => "DISK_FULL",
            Self::Checkpoint { .. } => "CHECKPOINT_DAMAGED",
            Self::Exists { .. } => "TARGET_EXISTS",
            Self::Cancelled { .. } => "CANCELLED",
            Self::Engine { .. } => "LEDGER_FAILED",
        }
    }

    /// A file that could not be written or read: a full disk is told apart, since it passes.
    pub(super) fn of_file(operation: &'static str, file: &str, cause: &std::io::Error) -> Self {
        match cause.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full { file: file.to_owned() },
            _ => Self::Engine { operation, file: file.to_owned(), cause: cause.to_string() },
        }
    }
}

fn damaged(file: &str, sequence: u64, reason: &str) -> String {
    if file.ends_with(witness::EXTENSION) {
        return format!(
            "见证文件 {file} 已损坏，无法证明账本完整。请恢复备份；若确知账本完整，可运行 innograph doctor --accept-ledger；未改动任何文件。\
             The witness {file} is damaged: {reason}; nothing shows that the ledger is whole up to entry {sequence} and beyond. \
             Restore a backup, or, if the ledger is known to be whole, run `innograph doctor --accept-ledger`; nothing was changed"
        );
    }
    format!(
        "账本 {file} 自第 {sequence} 条起已损坏。请恢复备份；未改动任何文件。\
         The ledger {file} is damaged at entry {sequence}: {reason}. Restore a backup; nothing was changed"
    )
}
