//! Subcommands, and the exit codes that scripts rely on.

pub mod exit;
mod import;

pub use import::import;
