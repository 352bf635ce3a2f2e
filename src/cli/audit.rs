//! `innograph audit verify`: is the audit log as it was written? Also while a server runs.

use std::process::ExitCode;

use clap::Subcommand;

use super::token::of_audit;
use super::{Settings, exit};
use crate::audit::Audit;
use crate::config::Config;

/// What to do with the log.
#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Follow the chain of hashes from the first line to the last, and name the first that is wrong.
    Verify {
        #[command(flatten)]
        settings: Settings,
    },
}

impl AuditAction {
    /// Where the log is.
    pub(super) fn settings(&self) -> &Settings {
        let Self::Verify { settings } = self;
        settings
    }
}

/// Carry out an action.
pub fn audit(config: &Config, action: &AuditAction) -> ExitCode {
    let AuditAction::Verify { .. } = action;
    match Audit::open(&config.data).verify() {
        Ok(lines) => {
            println!("OK 审计日志完整，共 {lines} 行。The audit log is as it was written, {lines} lines.");
            ExitCode::from(exit::OK)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(of_audit(&error))
        }
    }
}
