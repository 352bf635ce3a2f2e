//! The types of the schema: declared once in tables, read by one interpreter.
//!
//! `def` says what a declaration is, `registry` hands declarations to async-graphql, `resolve`
//! reads selections. The other files declare: what the kind, relation and record tables of the
//! domain say is never written a second time.

pub mod above;
pub mod change;
pub mod columns;
pub mod counted;
pub mod def;
pub mod directives;
pub mod enums;
pub mod fact;
pub mod figures;
pub mod filter;
pub mod filter_certificates;
pub mod filter_ties;
pub mod find;
pub mod group;
pub mod inputs;
pub mod merged;
pub mod moment;
pub mod node;
pub mod opening;
pub mod page;
pub mod personal;
pub mod projection;
pub mod record;
pub mod records;
pub mod registry;
pub mod resolve;
pub mod settle;
pub mod shape;
pub mod slots;
pub mod small_cells;
pub mod statistics;
pub mod statistics_types;
pub mod tie;
pub mod value;
pub mod whereabouts;
