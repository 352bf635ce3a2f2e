//! The state machine round petgraph: `decide` turns a command into events or a refusal, `apply`
//! carries events out and cannot fail, a `Lens` is the only way to read, `walk` is bounded.
//!
//! Pure: no clock, no chance, no file. No petgraph type leaves this room.

mod apply;
mod budget;
mod check;
mod column;
mod decide;
mod digest;
mod facts;
mod lens;
mod openness;
mod resolve;
mod state;
mod walk;

pub use budget::Budget;
pub use check::Violation;
pub use decide::{Context, decide};
pub use lens::{Lens, Shown, Tie};
pub use state::{Entity, EntityRow, Fact, Named, Record, SourceRecord, Stamp, State, Statement, TieRow};
pub use walk::{Direction, Neighborhood, Route, Step};
