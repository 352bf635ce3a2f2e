//! What is no refusal: nobody may write, or the writer cannot. An error with a code, and what to do.

use crate::api::error::{ApiError, internal};
use crate::domain::Rejection;
use crate::engine::{Hindrance, WriteError};

/// Nothing was asked of the writer, since whoever asks may not write.
pub fn forbidden() -> ApiError {
    ApiError::new(
        "FORBIDDEN",
        "写入需要有写权限的账号或令牌，这次没有写入。请登录，或向管理员要一个令牌（innograph token create），粘贴到“请求头”里 Bearer 的后面，再运行一次。",
        "Writing needs an account or a token that may write; nothing was written. Log in, or ask an administrator for a token (innograph token create) and send it as Authorization: Bearer TOKEN.",
    )
}

/// The writer went away without a word.
pub fn stopped() -> ApiError {
    ApiError::new(
        "WRITER_STOPPED",
        "写入已停止，查询照常。请管理员查看日志并重启服务，再用同一个幂等键重试。",
        "Writing has stopped, reading goes on. Have the log read and the service restarted, then try again with the same idempotency key.",
    )
}

/// The rejection behind an error, or the error as clients see it.
pub fn sorted(error: WriteError) -> Result<Rejection, ApiError> {
    let hindrance = error.hindrance();
    let cause = error.to_string();
    if let WriteError::Rejected(rejected) = error {
        let first = rejected.into_iter().next().map(|(_, rejection)| rejection);
        return first.ok_or_else(|| internal("write", &"refused without a reason"));
    }
    Err(match hindrance {
        Hindrance::Busy => ApiError::new(
            "BUSY",
            "等待写入的请求太多，这一个没有写入。请稍后再试。",
            "Too many requests wait to be written, and this one was not. Try again shortly.",
        ),
        Hindrance::Importing => ApiError::new(
            "IMPORT_RUNNING",
            "正在写入一次大的导入，这一个没有写入。请稍后再试。",
            "A large import is being written, and this was not. Try again shortly.",
        )
        .retry_after(5),
        Hindrance::Stopped => stopped(),
        Hindrance::DiskFull => ApiError::new(
            "DISK_FULL",
            "磁盘已满，没有写入。请管理员腾出空间；有了空间会自动恢复。",
            "The disk is full and nothing was written. Have room made; writing then goes on by itself.",
        ),
        Hindrance::ReadOnly => ApiError::new(
            "READ_ONLY",
            "这个库以只读方式打开，不能写入。请管理员检查数据目录的权限后重启。",
            "The store is open for reading only. Have the rights of the data directory checked and the service restarted.",
        ),
        Hindrance::Unerased => {
            tracing::error!(%cause, "an erasure was not carried out to its end");
            ApiError::new(
                "ERASURE_UNFINISHED",
                "删除已记入账本，谁也读不到了；但删除登记簿或密钥文件写不进去，密钥还在磁盘上。请管理员检查 personal.directory 的空间与权限，再原样提交一次或重启服务。",
                "The erasure is in the ledger and nobody can read the data; but the register or the file of keys cannot be written, and the key is still on the disk. Have the room and the permissions of personal.directory checked, then send it again unchanged or restart the service.",
            )
        }
        Hindrance::Withdrawn => ApiError::new(
            "WITHDRAWN",
            "请求在轮到之前已无人等待，没有写入。",
            "Nobody waited for the request any more when its turn came; nothing was written.",
        ),
        Hindrance::Stale => ApiError::new(
            "PLAN_STALE",
            "计划已不适用：文件与做计划时不同，或所涉及的事实此后有改动。没有写入；请重新试运行，核对后用新的计划号。",
            "The plan does not fit any more: the files are others, or facts that it touches have changed since. Nothing was written; plan again, look at what it says, and use the new id.",
        ),
        Hindrance::Rules | Hindrance::Failure => {
            tracing::error!(%cause, "a write failed");
            ApiError::new(
                "WRITE_UNCERTAIN",
                "写入时出错，已记入日志；是否写下尚不确定。请用同一个幂等键重试。",
                "Writing failed and the log says why; whether it was written is not sure. Try again with the same idempotency key.",
            )
        }
    })
}
