//! Entries that are of one thing: found, merged, read together, undone.

mod candidates;
mod histories;
mod reading;
mod rights;
