//! The integration tests, one binary. Add a module here; keep those that stand.

mod api;
mod door;
mod intake;
mod ledger;
mod process;
mod start;
mod support;
