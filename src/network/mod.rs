//! Networks made out of the graph: who stands together with whom, through what, and what that says. Pure: it
//! reads through a lens, and whatever it says can be checked again as real ties.

mod chain;
mod choice;
pub mod draws;
pub mod layer;
pub mod measures;
mod projection;
pub mod work;

pub use chain::{Judging, Link, Standing, links};
pub use choice::{Basis, Choice, FORMS, Form, Modes, Network, Outside, Weight, network};
pub use projection::{Frameworks, Pair, Shared, Window, co_members, collaborators};
