//! Conditions of schemes as data: versioned trees of typed operators (`tree`), read out of JSON or
//! refused (`read`), kept by scheme and day (`library`), tried on what is known of a node (`dossier`,
//! `evaluate`), with what is missing in whole units (`gap`) and in words (`say`).

mod bounds;
mod dossier;
mod evaluate;
mod exact;
mod flaw;
mod gap;
mod held;
mod inputs;
mod library;
mod read;
pub mod say;
mod size;
mod subject;
mod tree;

#[cfg(test)]
mod tests;

pub use dossier::Dossier;
pub use evaluate::{Measured, Outcome, Status, Verdict, evaluate};
pub use exact::{Exact, Open, Span};
pub use flaw::Flaw;
pub use gap::{Direction, Form, Gap};
pub use inputs::{INPUTS, Input, Unit};
pub use library::Library;
pub use read::{OPERATORS, set as read_set};
pub use size::{MOST_CRITERIA, MOST_NODES};
pub use subject::{Said, Subject, Told, Used};
pub use tree::{Comparator, Criterion, CriterionSet};
