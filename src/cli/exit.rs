//! Exit codes, documented in README.

use std::process::ExitCode;

use crate::engine::OpenError;
use crate::ledger::LedgerError;
use crate::vault::VaultError;

/// Done.
pub const OK: u8 = 0;
/// Something failed that no other code names, or was cancelled.
pub const FAILED: u8 = 1;
/// The command line or the configuration is wrong (clap's own code).
pub const USAGE: u8 = 2;
/// The data directory is in use by another process.
pub const IN_USE: u8 = 3;
/// The address is in use, or cannot be listened on.
pub const ADDRESS: u8 = 4;
/// The store, a backup or the file of tokens is damaged, or was written by a later program.
pub const DAMAGED: u8 = 5;
/// What was asked was refused; nothing was written.
pub const REFUSED: u8 = 6;
/// The data directory cannot be opened or made.
pub const UNUSABLE: u8 = 7;

/// The code of a store that cannot be opened.
pub fn of_open(error: &OpenError) -> ExitCode {
    ExitCode::from(number_of_open(error))
}

/// The same as a number.
pub fn number_of_open(error: &OpenError) -> u8 {
    match error {
        OpenError::InUse { .. } => IN_USE,
        OpenError::Unusable { .. }
        | OpenError::Ledger(
            LedgerError::Unfolded { .. }
            | LedgerError::Full { .. }
            | LedgerError::Engine { .. }
            | LedgerError::ReadOnly,
        ) => UNUSABLE,
        OpenError::Ledger(_) | OpenError::Envelope(_) | OpenError::Broken(_) => DAMAGED,
        OpenError::Vault(VaultError::Damaged { .. }) => DAMAGED,
        OpenError::Vault(VaultError::InUse { .. }) => IN_USE,
        OpenError::Vault(_) => UNUSABLE,
        OpenError::Thread(_) => FAILED,
    }
}
