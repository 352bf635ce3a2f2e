//! The types of the schema: declared once in tables, read by one interpreter.
//!
//! `def` says what a declaration is, `registry` hands declarations to async-graphql, `resolve`
//! reads selections. The other files declare: what the kind, relation and record tables of the
//! domain say is never written a second time.

pub mod change;
pub mod def;
pub mod directives;
pub mod enums;
pub mod fact;
pub mod filter;
pub mod find;
pub mod inputs;
pub mod moment;
pub mod node;
pub mod page;
pub mod record;
pub mod records;
pub mod registry;
pub mod resolve;
pub mod shape;
pub mod tie;
pub mod value;
