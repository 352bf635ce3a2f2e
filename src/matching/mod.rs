//! Partner ranking with reasons that can be checked again as real edges.
//!
//! Pure: reads through a lens; text evidence is handed in by whoever can search. The weights are
//! data (`fixtures/weights/`). A signal that knows nothing about a candidate adds nothing and says
//! so: unknown is never no.

mod partners;
mod signal;
mod signals;
mod ties;
mod weights;

pub use partners::{Caution, Grade, Part, Partner, Ranking, partners};
pub use signal::{Reason, SIGNALS, Signal, TextEvidence, Wish};
pub use weights::Weights;
