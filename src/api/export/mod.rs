//! A document as a file: its own answers, page by page, as rows or as a network. What goes out is what was
//! answered, so that a file shows nothing that the document does not.

mod answer;
mod planned;
mod splice;

pub use answer::{graph, page, table};
pub use planned::{Planned, Shape};
