//! Networks made out of the graph: who stands together with whom, through what. Pure: it reads
//! through a lens, and whatever it says can be checked again as real ties.

mod projection;

pub use projection::{Frameworks, Pair, Shared, Window, co_members, collaborators};
