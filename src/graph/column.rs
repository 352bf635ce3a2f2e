//! A growing column in shared chunks: copying it copies pointers, writing copies one chunk.

use std::sync::Arc;

const CHUNK: usize = 1024;

/// Rows by number. `clone` costs one pointer per 1,024 rows.
#[derive(Clone, Debug)]
pub(crate) struct Column<T> {
    chunks: Vec<Arc<Vec<T>>>,
    length: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), length: 0 }
    }
}

impl<T: Clone> Column<T> {
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn push(&mut self, value: T) -> u32 {
        let row = self.length;
        if row.is_multiple_of(CHUNK) {
            self.chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            Arc::make_mut(chunk).push(value);
            self.length += 1;
        }
        u32::try_from(row).expect("a store holds fewer than 2^32 rows")
    }

    pub(crate) fn get(&self, row: u32) -> Option<&T> {
        let row = row as usize;
        self.chunks.get(row / CHUNK)?.get(row % CHUNK)
    }

    pub(crate) fn get_mut(&mut self, row: u32) -> Option<&mut T> {
        let row = row as usize;
        Arc::make_mut(self.chunks.get_mut(row / CHUNK)?).get_mut(row % CHUNK)
    }

    /// The rows from `first` on.
    pub(crate) fn from(&self, first: u32) -> impl Iterator<Item = &T> {
        let (chunk, inside) = (first as usize / CHUNK, first as usize % CHUNK);
        self.chunks.iter().skip(chunk).flat_map(|chunk| chunk.iter()).skip(inside)
    }

    /// How many rows stand before the first one that is not `before`; the rows are ordered so.
    pub(crate) fn partition(&self, before: impl Fn(&T) -> bool) -> u32 {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&before));
        let inside = self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(&before));
        // Where all of them are, the last chunk may not be full.
        u32::try_from((chunk * CHUNK + inside).min(self.length)).expect("a store holds fewer than 2^32 rows")
    }

    /// Let go of the contents of rows before `first`, whole chunks at a time. Numbers stay.
    pub(crate) fn forget_before(&mut self, first: u32) {
        let whole = first as usize / CHUNK;
        for chunk in self.chunks.iter_mut().take(whole).rev() {
            if chunk.is_empty() {
                break;
            }
            *chunk = Arc::default();
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }
}
