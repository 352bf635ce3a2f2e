//! One immutable snapshot: the state, and the search index as far as it has come.

use std::sync::Arc;

use super::memos::Memos;
use crate::graph::State;
use crate::search::SearchIndex;
use crate::vault::Vault;

/// What readers hold for the time of one request.
#[derive(Debug)]
pub struct View {
    state: Arc<State>,
    search: Option<Arc<SearchIndex>>,
    vault: Arc<Vault>,
    memos: Arc<Memos>,
    is_past: bool,
}

/// What was known at a moment.
#[derive(Clone, Debug)]
pub struct Known {
    /// The view of it. Its sequence number is that of the last envelope recorded by then; 0 before the first.
    pub view: Arc<View>,
    /// Record time of that envelope, in milliseconds since 1970; none before the first.
    pub recorded_at: Option<i64>,
    /// Record time of the first envelope of all; none while there is none.
    pub begun_at: Option<i64>,
    /// Changes that were carried out again for it.
    pub replayed: u64,
}

/// How far the search index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchState {
    /// It holds everything up to this sequence number.
    Ready(u64),
    /// It is being built.
    Building,
}

impl View {
    pub(super) fn new(
        state: Arc<State>,
        search: Option<Arc<SearchIndex>>,
        vault: Arc<Vault>,
        memos: Arc<Memos>,
    ) -> Self {
        Self { state, search, vault, memos, is_past: false }
    }

    /// One of the past. The search index knows today alone.
    pub(super) fn past(state: Arc<State>, vault: Arc<Vault>) -> Self {
        Self { state, search: None, vault, memos: Arc::default(), is_past: true }
    }

    /// Was it asked for by a moment of the past?
    pub fn is_past(&self) -> bool {
        self.is_past
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The search index, once it stands. It may be a moment behind the state, never ahead of it.
    pub fn search(&self) -> Option<&Arc<SearchIndex>> {
        self.search.as_ref()
    }

    /// What was worked out from a state and is good for others who ask.
    pub fn memos(&self) -> &Memos {
        &self.memos
    }

    /// The keys of people. They are those of this moment, in a view of the past too: what is erased now
    /// can be read of no day.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// How far the search index is.
    pub fn search_state(&self) -> SearchState {
        self.search().map_or(SearchState::Building, |index| SearchState::Ready(index.sequence()))
    }
}
