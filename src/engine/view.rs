//! One immutable snapshot: the state, and the search index as far as it has come.

use std::sync::Arc;

use crate::graph::State;
use crate::search::SearchIndex;

/// What readers hold for the time of one request.
#[derive(Debug)]
pub struct View {
    state: Arc<State>,
    search: Option<Arc<SearchIndex>>,
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
    pub(super) fn new(state: Arc<State>, search: Option<Arc<SearchIndex>>) -> Self {
        Self { state, search }
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The search index, once it stands. It may be a moment behind the state, never ahead of it.
    pub fn search(&self) -> Option<&Arc<SearchIndex>> {
        self.search.as_ref()
    }

    /// How far the search index is.
    pub fn search_state(&self) -> SearchState {
        self.search().map_or(SearchState::Building, |index| SearchState::Ready(index.sequence()))
    }
}
