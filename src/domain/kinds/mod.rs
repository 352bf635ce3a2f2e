//! One file a kind: its words and its attributes.

pub mod achievement;
pub mod alliance;
pub mod carrier;
pub mod cluster;
pub mod collaboration;
pub mod demand;
pub mod enterprise;
pub mod fund;
pub mod institute;
pub mod other_organization;
pub mod person;
pub mod platform;
pub mod region;
pub mod term;
