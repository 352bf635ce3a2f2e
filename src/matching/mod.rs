//! Partner ranking with reasons that can be checked again as real edges.
//!
//! Pure: reads through a lens; text evidence is handed in by whoever can search. The weights are
//! data (`fixtures/weights/`). A signal that knows nothing about a candidate adds nothing and says
//! so: unknown is never no.

mod ground;
mod measures;
mod partners;
mod shortlist;
mod sight;
mod signal;
mod signals;
mod ties;
mod weights;

pub use ground::Ground;
pub use partners::{Caution, Grade, Match, Part, Partner, Placed, Ranking};
pub use signal::{Reason, SIGNALS, Signal, TextEvidence, Wish};
pub use weights::Weights;
