//! One immutable snapshot: the state, and the search index once it stands.

use std::sync::{Arc, OnceLock};

use crate::graph::State;
use crate::search::SearchIndex;

/// What readers hold for the time of one request.
#[derive(Debug)]
pub struct View {
    state: Arc<State>,
    search: OnceLock<Arc<SearchIndex>>,
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
    pub(super) fn new(state: Arc<State>) -> Self {
        Self { state, search: OnceLock::new() }
    }

    pub(super) fn attach(&self, index: Arc<SearchIndex>) {
        // Built twice from the same state is the same index: the first one stays.
        let _ = self.search.set(index);
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The search index, once it stands.
    pub fn search(&self) -> Option<&Arc<SearchIndex>> {
        self.search.get()
    }

    /// How far the search index is.
    pub fn search_state(&self) -> SearchState {
        self.search().map_or(SearchState::Building, |index| SearchState::Ready(index.sequence()))
    }
}
