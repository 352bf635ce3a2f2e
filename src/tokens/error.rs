//! Why a token does not count, and why the tokens could not be changed. Never quotes a token.

use crate::audit::AuditError;
use crate::ledger::KeptError;
use crate::rights::RegionFault;

/// Why a token does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not have the form of a token.
    #[error("it does not have the form of a token")]
    Malformed,
    /// Nobody made it here.
    #[error("it is not known here")]
    Unknown,
    /// Its time is over.
    #[error("the token of {0} has expired")]
    Expired(String),
    /// It was taken back.
    #[error("the token of {0} was revoked")]
    Revoked(String),
    /// `tokens.json` cannot be trusted, so no token counts.
    #[error("tokens.json cannot be trusted, no token counts: {0}")]
    Damaged(String),
}

/// Why the tokens could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The name cannot be an actor's.
    #[error(
        "TOKEN_NAME 名称“{0}”不可用：1 到 64 个字母、汉字、数字或 - _ . ，不以 igt_ 开头，也不能是 import。The name cannot be used: 1 to 64 letters, digits, - _ or . not beginning with igt_, and not import"
    )]
    Name(String),
    /// A token that counts has the name.
    #[error(
        "TOKEN_NAME_TAKEN 名称“{0}”已有一个有效的令牌；换一个名称，或先撤销它（innograph token revoke）。A token that counts has the name {0}; choose another, or revoke that one first (innograph token revoke)"
    )]
    Taken(String),
    /// No such token.
    #[error(
        "TOKEN_UNKNOWN 没有编号或名称为“{0}”的令牌；用 innograph token list 查看。No token has the id or name {0}; see innograph token list"
    )]
    Unknown(String),
    /// Too many.
    #[error(
        "TOKEN_LIMIT 已有 {0} 个令牌（撤销的也算），达到上限；可调大 limits.tokens。There are {0} tokens, revoked ones included, which is the limit; raise limits.tokens"
    )]
    Full(usize),
    /// The time it should last is none.
    #[error("TOKEN_DAYS 有效天数应在 1 到 36500 之间。The days it lasts must be 1 to 36500")]
    Days,
    /// The region does not go with the role.
    #[error("TOKEN_REGION {0}")]
    Region(#[from] RegionFault),
    /// Nobody could be told of it afterwards.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The file cannot be trusted.
    #[error(
        "TOKENS_DAMAGED {path} 不可信：{reason}；没有更改。把它移走后重新创建令牌，旧令牌从此无效。{path} cannot be trusted: {reason}; nothing was changed. Move it away and create tokens anew; the old ones will not count"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What was seen.
        reason: String,
    },
    /// The system refused.
    #[error(
        "TOKENS_UNWRITABLE 无法{operation_zh} {path}：{cause}；检查目录是否存在、是否可写。Cannot {operation} {path}: {cause}; see that the directory is there and can be written"
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
