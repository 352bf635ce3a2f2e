//! A growing column in shared chunks: copying it copies pointers, writing copies one chunk.

use std::sync::Arc;

const CHUNK: usize = 1024;

/// Rows by number. `clone` costs one pointer per 1,024 rows.
#[derive(Clone, Debug)]
pub(super) struct Column<T> {
    chunks: Vec<Arc<Vec<T>>>,
    length: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), length: 0 }
    }
}

impl<T: Clone> Column<T> {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn push(&mut self, value: T) -> u32 {
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

    pub(super) fn get(&self, row: u32) -> Option<&T> {
        let row = row as usize;
        self.chunks.get(row / CHUNK)?.get(row % CHUNK)
    }

    pub(super) fn get_mut(&mut self, row: u32) -> Option<&mut T> {
        let row = row as usize;
        Arc::make_mut(self.chunks.get_mut(row / CHUNK)?).get_mut(row % CHUNK)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }
}
