//! One file a signal.

pub mod distance;
pub mod field;
pub mod prior;
pub mod shared;
pub mod text;
