//! Requests that were answered, by their keys: asked again, they are answered alike.
//!
//! Forgotten by record time and by number, both the same for everybody who reads the same ledger.

use std::sync::Arc;

use super::column::Column;
use super::shards::Shards;
use crate::domain::Id;
use crate::domain::event::Digest;

/// How long an answer is kept, in milliseconds of record time: a day.
const KEPT_MS: i64 = 86_400_000;
/// How many answers are kept at most; the oldest go first.
const KEPT: u32 = 200_000;

/// What a request was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Who asked.
    pub actor: Arc<str>,
    /// The key.
    pub key: Arc<str>,
    /// Digest of what was asked.
    pub request: Digest,
    /// What it was about.
    pub subject: Option<Id>,
    /// Did it say something new?
    pub changed: bool,
    /// The version of what it was about, afterwards.
    pub version: Option<u64>,
    /// The sequence number of its envelope.
    pub sequence: u64,
    /// When, in milliseconds since 1970.
    pub recorded_at: i64,
}

impl super::State {
    /// What a request of that key was answered with, while it is remembered.
    pub fn answered(&self, actor: &str, key: &str) -> Option<&Answered> {
        self.answers.get(actor, key).map(AsRef::as_ref)
    }
}

/// The answers kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    all: Column<Arc<Answered>>,
    /// Everything before this row is forgotten.
    first: u32,
    rows: Shards<(Arc<str>, Arc<str>), u32>,
}

impl Answers {
    pub(super) fn get(&self, actor: &str, key: &str) -> Option<&Arc<Answered>> {
        // Owned keys only for the look-up: requests with a key are few beside readers.
        let row = *self.rows.get(&(Arc::from(actor), Arc::from(key)))?;
        if row < self.first { None } else { self.all.get(row) }
    }

    pub(super) fn add(&mut self, answered: Answered) {
        let key = (Arc::clone(&answered.actor), Arc::clone(&answered.key));
        let row = self.all.push(Arc::new(answered));
        self.rows.insert(key, row);
    }

    /// Forget what is too old at this record time, and what is too much.
    pub(super) fn forget(&mut self, now: i64) {
        let length = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        while let Some(oldest) = self.all.get(self.first).filter(|_| self.first < length) {
            if oldest.recorded_at >= now.saturating_sub(KEPT_MS) && length - self.first <= KEPT {
                break;
            }
            let key = (Arc::clone(&oldest.actor), Arc::clone(&oldest.key));
            // A key used again later stands for the later request.
            if self.rows.get(&key) == Some(&self.first) {
                self.rows.remove(&key);
            }
            self.first += 1;
        }
        self.all.forget_before(self.first);
    }

    /// What is kept, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Answered>> {
        self.all.from(self.first)
    }
}
