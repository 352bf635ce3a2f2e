//! Why a command of the operator did not do what it was asked: a stable code, both languages, and
//! the exit code of the program.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::engine::OpenError;
use crate::ledger::LedgerError;

/// A refusal or a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Stable, for scripts.
    pub code: &'static str,
    /// For people.
    pub zh: String,
    /// For people.
    pub en: String,
    /// The exit code (`cli::exit`).
    pub exit: u8,
}

impl Failure {
    /// A failure.
    pub fn new(code: &'static str, exit: u8, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, zh: zh.into(), en: en.into(), exit }
    }

    /// Somebody said stop.
    pub fn cancelled() -> Self {
        Self::new("CANCELLED", exit::FAILED, "已取消，没有留下任何文件。", "Cancelled; nothing was left behind.")
    }

    /// A file or directory could not be read, made or changed.
    pub fn system(path: &Path, cause: &io::Error) -> Self {
        let path = path.display();
        Self::new(
            "SYSTEM",
            exit::UNUSABLE,
            format!("无法读写 {path}：{cause}。请检查路径、权限与剩余空间。"),
            format!("{path} cannot be read or written: {cause}. Check the path, the permissions and the room left."),
        )
    }

    /// A store that does not open, with what is said of it.
    pub fn store(error: &OpenError) -> Self {
        Self::new("STORE", exit::number_of_open(error), format!("库打不开：{error}。"), error.to_string())
    }

    /// A ledger that refuses, with what is said of it.
    pub fn ledger(error: LedgerError) -> Self {
        Self::store(&OpenError::Ledger(error))
    }

    /// Say it, and end with its exit code.
    pub fn report(&self) -> ExitCode {
        eprintln!("{self}");
        ExitCode::from(self.exit)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}\n{}", self.code, self.zh, self.en)
    }
}
