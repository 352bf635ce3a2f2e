//! What was worked out from a whole state, kept for the next who asks: a few results, each of one
//! sequence number and whatever else it was worked out for. What they are, the engine does not know.
//! Nothing may be kept here that depends on who asks.

use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Results that are kept; the one asked for longest ago goes first.
const KEPT: usize = 4;

type Cell = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

/// Kept results.
#[derive(Default)]
pub struct Memos {
    /// The one asked for last stands last.
    kept: Mutex<Vec<(u64, String, Cell)>>,
}

impl std::fmt::Debug for Memos {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Memos")
    }
}

impl Memos {
    /// What `make` makes of the state of a sequence number, made once for a key. Those who ask for it
    /// meanwhile wait; those who ask for something else do not. None where something of another type
    /// is kept under the key.
    pub fn get<T: Any + Send + Sync>(&self, sequence: u64, key: &str, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        let cell = self.cell(sequence, key);
        let kept = cell.get_or_init(|| Arc::new(make()));
        Arc::clone(kept).downcast::<T>().ok()
    }

    fn cell(&self, sequence: u64, key: &str) -> Cell {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // What an older state gave is asked for no more.
        kept.retain(|(of, _, _)| *of >= sequence);
        let found = kept.iter().position(|(of, name, _)| *of == sequence && name == key);
        let entry = found.map_or_else(|| (sequence, key.to_owned(), Cell::default()), |place| kept.remove(place));
        let cell = Arc::clone(&entry.2);
        kept.push(entry);
        if kept.len() > KEPT {
            kept.remove(0);
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_a_state_and_key() {
        let memos = Memos::default();
        let get = |sequence, key, value: i32| memos.get(sequence, key, || value).as_deref().copied();
        assert_eq!(get(1, "a", 10), Some(10));
        assert_eq!(get(1, "a", 11), Some(10));
        assert_eq!(get(1, "b", 12), Some(12));
        assert_eq!(get(2, "a", 13), Some(13));
        assert!(memos.get(2, "a", || "of another type").is_none());
        for key in ["c", "d", "e", "f"] {
            get(2, key, 0);
        }
        assert_eq!(get(2, "a", 14), Some(14), "it went when others came");
    }
}
