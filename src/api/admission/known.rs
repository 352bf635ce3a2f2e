//! Documents judged before: programs send the same few over and over, and only the variables
//! differ. Reading and validating one costs most of a small answer, so what passed is kept: parsed,
//! with whether the validator has passed it, and with its price where that hangs on no variable.
//!
//! Bounded in number and in bytes, in two generations. Where the young one is full it becomes the
//! old one, and the old one is forgotten; what is asked for again becomes young again. So whoever
//! sends ever new documents pays what everybody paid before, and does not push out what is in use.
//! The key is the whole text, so that no two documents can be taken for each other; the schema is
//! one for the life of the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::parser::types::ExecutableDocument;

use super::price::Priced;

/// Longer documents are not kept.
const MOST_BYTES: usize = 8 * 1024;

/// A document that was read and keeps within the limits that do not hang on variables.
pub struct Known {
    /// Parsed.
    pub document: ExecutableDocument,
    /// Has the validator of the library passed it? Variables are judged apart, each time.
    validated: AtomicBool,
    /// The price of its only operation, where that takes no variables.
    pub(super) priced: OnceLock<Priced>,
}

impl Known {
    /// A document that nobody has validated yet.
    pub fn new(document: ExecutableDocument) -> Self {
        Self { document, validated: AtomicBool::new(false), priced: OnceLock::new() }
    }

    /// The validator has passed it.
    pub fn pass(&self) {
        self.validated.store(true, Ordering::Release);
    }

    /// Has it?
    pub fn is_validated(&self) -> bool {
        self.validated.load(Ordering::Acquire)
    }
}

type Generation = HashMap<String, Arc<Known>>;

#[derive(Default)]
struct Generations {
    young: Generation,
    young_bytes: usize,
    old: Generation,
}

/// What has been read.
pub struct Documents {
    known: Mutex<Generations>,
    /// Documents of a generation.
    most: usize,
    /// Bytes of the texts of a generation.
    most_bytes: usize,
}

impl Documents {
    /// Room for so many, and so many bytes of text, in both generations together.
    pub fn new(most: usize, most_bytes: usize) -> Self {
        Self { known: Mutex::default(), most: most / 2, most_bytes: most_bytes / 2 }
    }

    /// Has the document of that text passed?
    pub fn holds(&self, text: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.young.contains_key(text) || known.old.contains_key(text)
    }

    /// The document of that text, if it has passed.
    pub(super) fn find(&self, text: &str) -> Option<Arc<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.young.get(text) {
            return Some(Arc::clone(found));
        }
        let (text, found) = known.old.remove_entry(text)?;
        self.insert(&mut known, text, Arc::clone(&found));
        Some(found)
    }

    /// Keep a document that has passed.
    pub(super) fn keep(&self, text: &str, document: &Arc<Known>) {
        if text.len() > MOST_BYTES || self.most == 0 {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.insert(&mut known, text.to_owned(), Arc::clone(document));
    }

    fn insert(&self, known: &mut Generations, text: String, document: Arc<Known>) {
        if known.young.len() >= self.most || known.young_bytes + text.len() > self.most_bytes {
            known.old = std::mem::take(&mut known.young);
            known.young_bytes = 0;
        }
        // Counted twice where two read it at the same time: the bound holds all the same.
        known.young_bytes += text.len();
        known.young.insert(text, document);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Arc<Known> {
        Arc::new(Known::new(async_graphql::parser::parse_query(text).expect("a document")))
    }

    fn text(place: usize) -> String {
        format!("{{ a{place} }}")
    }

    #[test]
    fn the_room_is_bounded_in_number() {
        let documents = Documents::new(6, 10_000);
        for place in 0..20 {
            documents.keep(&text(place), &document(&text(place)));
            assert!(documents.find(&text(place)).is_some());
        }
        assert!((0..20).filter(|place| documents.find(&text(*place)).is_some()).count() <= 6);
        assert!(documents.find(&text(0)).is_none());
    }

    #[test]
    fn the_room_is_bounded_in_bytes() {
        let documents = Documents::new(1_000, 2_000);
        let long = |place: usize| format!("{{ a{place} {} }}", " ".repeat(300));
        for place in 0..50 {
            documents.keep(&long(place), &document(&long(place)));
        }
        let kept = (0..50).filter(|place| documents.find(&long(*place)).is_some()).count();
        assert!((1..=6).contains(&kept), "{kept}");
        let longest = format!("{{ a {} }}", " ".repeat(MOST_BYTES));
        documents.keep(&longest, &document("{ a }"));
        assert!(documents.find(&longest).is_none());
    }

    #[test]
    fn what_is_in_use_is_not_pushed_out() {
        let documents = Documents::new(8, 10_000);
        documents.keep("{ used }", &document("{ used }"));
        for place in 0..100 {
            documents.keep(&text(place), &document(&text(place)));
            assert!(documents.find("{ used }").is_some(), "after {place}");
        }
    }
}
