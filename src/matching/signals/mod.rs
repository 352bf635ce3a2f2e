//! One file a signal; those over the ground of joint works share one.

pub mod distance;
pub mod field;
pub mod ground;
pub mod prior;
pub mod shared;
pub mod text;
