//! Entries that are of one thing: merged, read together, undone.

mod histories;
mod reading;
