//! Why accounts could not be changed, and why somebody is not let in. Never quotes a password.

use super::password::Weakness;
use crate::audit::AuditError;
use crate::ledger::KeptError;
use crate::rights::RegionFault;

/// Why the accounts could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The name cannot be an actor's.
    #[error(
        "ACCOUNT_NAME 名称“{0}”不可用：1 到 64 个字母、汉字、数字或 - _ . ，不以 igt_ 开头，也不能是 import。The name cannot be used: 1 to 64 letters, digits, - _ or . not beginning with igt_, and not import"
    )]
    Name(String),
    /// Somebody else goes by it.
    #[error(
        "ACCOUNT_NAME_TAKEN 名称“{0}”已被一个账号或有效的令牌使用；请换一个。An account or a token that counts has the name {0}; choose another"
    )]
    Taken(String),
    /// No such account.
    #[error(
        "ACCOUNT_UNKNOWN 没有名称为“{0}”的账号；用 innograph account list 查看。No account has the name {0}; see innograph account list"
    )]
    Unknown(String),
    /// The public has none.
    #[error("ACCOUNT_ROLE 这个角色不能有账号。The role has no accounts")]
    Role,
    /// Too many.
    #[error(
        "ACCOUNT_LIMIT 已有 {0} 个账号（停用的也算），达到上限；可调大 accounts.accounts。There are {0} accounts, disabled ones included, which is the limit; raise accounts.accounts"
    )]
    Full(usize),
    /// The region does not go with the role.
    #[error("ACCOUNT_REGION {0}")]
    Region(#[from] RegionFault),
    /// Nobody could be told of it afterwards.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// No password could be made or hashed.
    #[error(
        "ACCOUNT_HASH 无法生成或计算密码的哈希；检查可用内存与 accounts.hash_kib。A password could not be drawn or hashed; check the memory left and accounts.hash_kib"
    )]
    Hash,
    /// The file cannot be trusted.
    #[error(
        "ACCOUNTS_DAMAGED {path} 不可信：{reason}；没有更改，谁也不能用密码登录。从副本恢复它，或移走后重新创建账号。{path} cannot be trusted: {reason}; nothing was changed and nobody can log in. Put a copy back, or move it away and create accounts anew"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What was seen.
        reason: String,
    },
    /// The system refused.
    #[error(
        "ACCOUNTS_UNWRITABLE 无法{operation_zh} {path}：{cause}；检查目录是否存在、是否可写。Cannot {operation} {path}: {cause}; see that the directory is there and can be written"
    )]
    System {
        /// What was being done.
        operation: &'static str,
        /// The same in Chinese.
        operation_zh: &'static str,
        /// To which file.
        path: String,
        /// What the system said.
        cause: String,
    },
}

impl From<KeptError> for ChangeError {
    fn from(error: KeptError) -> Self {
        match error {
            KeptError::Damaged { path, reason } => Self::Damaged { path, reason },
            KeptError::System { operation, operation_zh, path, cause } => {
                Self::System { operation, operation_zh, path, cause }
            }
        }
    }
}

/// Why somebody is not let in. Unknown, wrong, locked and disabled are one answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// By what they gave.
    #[error("name or password is wrong, or the account is locked or disabled")]
    Refused,
    /// For a while, by the address that it comes from.
    #[error("too many wrong passwords from one address")]
    TooMany(u64),
    /// The new password cannot be one.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// By a fault of ours.
    #[error(transparent)]
    Fault(#[from] ChangeError),
}

impl From<KeptError> for LoginError {
    fn from(error: KeptError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<AuditError> for LoginError {
    fn from(error: AuditError) -> Self {
        Self::Fault(error.into())
    }
}
