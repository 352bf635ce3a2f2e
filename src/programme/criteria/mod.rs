//! Conditions of schemes as data: versioned trees of typed operators (`tree`), read out of JSON or
//! refused (`read`), kept by scheme and day (`library`), tried on what is known of a node (`dossier`,
//! `evaluate`), with what is missing in whole units (`gap`) and in words (`say`).

mod dossier;
mod evaluate;
mod exact;
mod gap;
mod held;
mod inputs;
mod library;
mod read;
pub mod say;
mod tree;

#[cfg(test)]
mod tests;

pub use dossier::Dossier;
pub use evaluate::{Measured, Outcome, Said, Status, Subject, Told, Used, Verdict, evaluate};
pub use exact::{Exact, Open, Span};
pub use gap::{Direction, Form, Gap};
pub use inputs::{INPUTS, Input, Unit};
pub use library::Library;
pub use read::{Flaw, OPERATORS, set as read_set};
pub use tree::{Comparator, Criterion, CriterionSet};
