//! The nouns of the field and the tables that say everything about them.
//!
//! `kind`, `relation` and `record` are *the tables*: every other room asks them which kinds,
//! relations, records and attributes exist, what they are called in Chinese and English, and
//! which values they take. This room names no other room, knows no clock, no file and no network.

pub mod attribute;
pub mod command;
pub mod enumeration;
pub mod event;
pub mod exact;
pub mod fold;
pub mod formula;
pub mod id;
pub mod identifier;
pub mod kind;
pub mod kinds;
pub mod manifest;
pub mod merging;
pub mod name;
pub mod personal;
pub mod plausibility;
pub mod provenance;
pub mod record;
pub mod records;
pub mod rejection;
pub mod relation;
pub mod subgraph;
pub mod table;
pub mod unreadable;
pub mod validity;
pub mod value;

pub use attribute::{Attribute, Sensitivity, ValueType};
pub use enumeration::Enumeration;
pub use id::Id;
pub use kind::Kind;
pub use manifest::Manifest;
pub use record::RecordKind;
pub use rejection::Rejection;
pub use relation::Relation;
pub use subgraph::Subgraph;
pub use table::Table;
pub use validity::{Day, PartialDate, Validity};
pub use value::Value;
