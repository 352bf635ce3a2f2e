//! Documents judged before: programs send the same few over and over, and only the variables
//! differ. Reading one costs half of a small answer, so what passed is kept, parsed.
//!
//! Bounded in number and size. When the room is full it is emptied: whoever sends ever new
//! documents pays what everybody paid before, and nothing has to be counted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::parser::types::ExecutableDocument;

/// Longer documents are not kept.
const MOST_BYTES: usize = 8 * 1024;

/// What has been read and found to keep within the limits that do not hang on variables.
pub struct Documents {
    known: Mutex<HashMap<String, Arc<ExecutableDocument>>>,
    most: usize,
}

impl Documents {
    /// Room for so many.
    pub fn new(most: usize) -> Self {
        Self { known: Mutex::new(HashMap::new()), most }
    }

    /// The document of that text, if it has passed.
    pub(super) fn find(&self, text: &str) -> Option<Arc<ExecutableDocument>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }

    /// Keep a document that has passed.
    pub(super) fn keep(&self, text: &str, document: &Arc<ExecutableDocument>) {
        if text.len() > MOST_BYTES || self.most == 0 {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.most {
            known.clear();
        }
        known.insert(text.to_owned(), Arc::clone(document));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Arc<ExecutableDocument> {
        Arc::new(async_graphql::parser::parse_query(text).expect("a document"))
    }

    #[test]
    fn the_room_is_bounded() {
        let documents = Documents::new(3);
        let text = |place: usize| format!("{{ a{place} }}");
        for place in 0..10 {
            documents.keep(&text(place), &document(&text(place)));
            assert!(documents.find(&text(place)).is_some());
        }
        assert!(documents.find(&text(0)).is_none());
        let long = format!("{{ a {} }}", " ".repeat(MOST_BYTES));
        documents.keep(&long, &document("{ a }"));
        assert!(documents.find(&long).is_none());
    }
}
