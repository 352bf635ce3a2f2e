//! Full-text search. n-grams find, words rank: any piece of a name is found, whatever its length,
//! and running texts are ranked by Chinese words. The user's text is never parsed as a grammar.
//!
//! Scores use corpus statistics of our own, counted over what everybody may see, so that hidden
//! facts move no order.

mod analysis;
mod find;
mod highlight;
mod index;
mod spelled;
mod spelling;
mod synonyms;
mod votes;

pub use find::{Hit, Hits, MatchKind, TextHit};
pub use highlight::Highlight;
pub use index::{Changed, Indexer, SearchIndex};
pub use votes::{Corpus, WeighedWords};

/// Why a search was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Nothing is left of the text once blanks are taken away.
    #[error("the search text is empty")]
    Empty,
    /// The text is longer than the limit, in characters.
    #[error("the search text has more than {limit} characters")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// The index failed.
    #[error("the search index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// Reading the index failed.
    #[error("the search index cannot be read: {0}")]
    Read(#[from] std::io::Error),
}

/// A search text has at most so many characters.
pub const LONGEST_QUERY: usize = 256;
