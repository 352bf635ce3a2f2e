//! The state machine round petgraph: `decide` turns a command into events or a refusal, `apply`
//! carries events out and cannot fail, a `Lens` is the only way to read, `walk` is bounded.
//!
//! Pure: no clock, no chance, no file. No petgraph type leaves this room.

mod amend;
mod amends;
mod answers;
mod apply;
mod budget;
mod certified;
mod changes;
mod check;
mod checkpoint;
mod column;
mod decide;
mod difference;
mod difference_records;
mod digest;
mod facts;
mod findings;
mod former;
mod groups;
mod history;
mod kept;
mod lens;
mod lens_groups;
mod lens_meant;
mod lens_records;
mod merging;
mod openness;
mod permit;
mod persons;
mod place;
mod repeats;
mod resolve;
mod results;
mod rules;
mod shards;
mod state;
mod succession;
mod timely;
mod valued;
mod walk;
mod whole;

pub use answers::Answered;
pub use budget::Budget;
pub use changes::{Action, Change, Subject};
pub use check::Violation;
pub use checkpoint::{CHECKPOINT_FORMAT, CheckpointError};
pub(crate) use column::Column;
pub use decide::{Context, Decided, decide};
pub use difference::Comparison;
pub use digest::DIGEST_VERSION;
pub use findings::{Aspect, Cause, Counts, Difference, What};
pub use former::Fate;
pub use history::{Content, Gone, Recorded};
pub use lens::{Lens, Shown, Tie};
pub use lens_groups::{MergedEntry, Sort, WrittenFact};
pub use permit::Writer;
pub use persons::Erasure;
pub(crate) use shards::Shards;
pub use state::{Ended, Entity, EntityRow, Fact, Named, Record, SourceRecord, Stamp, State, Statement, TieRow};
pub use walk::{Direction, Neighborhood, Route, Step};
pub use whole::Omitted;
