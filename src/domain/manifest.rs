//! What a file that goes out is: which question it answers, of which store, as of when, for whom.
//! With it the same file can be made again, or shown to be another one.

use super::validity::Day;

/// What there is to say about a result that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The name of the store, where one is known.
    pub store: String,
    /// The question.
    pub query: String,
    /// What the question was asked with, name by name.
    pub variables: Vec<(String, String)>,
    /// The role it was answered for.
    pub role: &'static str,
    /// The sequence number of the state that answered.
    pub sequence: u64,
    /// The day everything was asked for.
    pub as_of: Day,
    /// The moment whose knowledge answered, where it is not that of the sequence number.
    pub known_at: Option<String>,
    /// When the file was made, as whoever made it says.
    pub made_at: String,
    /// Was anything left out because of a limit?
    pub cut: Cut,
    /// What the rows or nodes are, in the words of the tables, where one sentence says it.
    pub definition: Option<String>,
    /// SHA-256 of what is in it, whatever its format (docs/export.md says of which bytes).
    pub content_hash: String,
}

/// Is a result whole?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It is.
    Whole,
    /// A limit left something out.
    Truncated,
}
