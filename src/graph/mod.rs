//! The state machine round petgraph: `decide` turns a command into events or a refusal, `apply`
//! carries events out and cannot fail, a `Lens` is the only way to read, `walk` is bounded.
//!
//! Pure: no clock, no chance, no file. No petgraph type leaves this room.

mod apply;
mod check;
mod column;
mod decide;
mod digest;
mod facts;
mod lens;
mod resolve;
mod state;
mod walk;

pub use check::Violation;
pub use decide::{Context, decide};
pub use lens::{Budget, Lens, Shown, Tie};
pub use state::{Entity, EntityRow, Fact, Named, Record, SourceRecord, Stamp, State, Statement, TieRow};
pub use walk::{Direction, Neighborhood, Route, Step};
