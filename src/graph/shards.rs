//! A growing look-up in shared parts: copying it copies pointers, writing copies one part.
//!
//! What `Column` is to rows. Nothing here is ever walked in the order of its hashes.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Parts of a look-up. With millions of entries a part is some hundred kilobytes.
const PARTS: usize = 1024;

/// Values by key. `clone` costs one pointer a part.
#[derive(Clone, Debug)]
pub(crate) struct Shards<K, V> {
    parts: Vec<Arc<HashMap<K, V>>>,
    length: usize,
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        let empty = Arc::new(HashMap::new());
        Self { parts: vec![empty; PARTS], length: 0 }
    }
}

fn part_of(key: &(impl Hash + ?Sized)) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    usize::try_from(hasher.finish() % PARTS as u64).unwrap_or(0)
}

impl<K: Clone + Eq + Hash, V: Clone> Shards<K, V> {
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.parts.get(part_of(key))?.get(key)
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if let Some(part) = self.parts.get_mut(part_of(&key)) {
            self.length += usize::from(Arc::make_mut(part).insert(key, value).is_none());
        }
    }

    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(part) = self.parts.get_mut(part_of(key)) {
            self.length -= usize::from(Arc::make_mut(part).remove(key).is_some());
        }
    }

    /// Change the value of a key; it begins as the default, and one that is the default at the end
    /// is taken out.
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default + PartialEq,
    {
        let Some(part) = self.parts.get_mut(part_of(&key)) else { return };
        let part = Arc::make_mut(part);
        let before = part.len();
        let value = part.entry(key.clone()).or_default();
        change(value);
        if *value == V::default() {
            part.remove(&key);
        }
        self.length = self.length + part.len() - before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut first: Shards<String, Vec<u32>> = Shards::default();
        for number in 0..5_000_u32 {
            first.change(format!("k{}", number % 2_500), |rows| rows.push(number));
        }
        assert_eq!(first.len(), 2_500);
        let copy = first.clone();
        first.change("k7".into(), Vec::clear);
        first.remove("k8");
        first.insert("k9".into(), vec![1]);
        assert_eq!((first.len(), copy.len()), (2_498, 2_500));
        assert_eq!((first.get("k7"), first.get("k8"), first.get("k9")), (None, None, Some(&vec![1])));
        assert_eq!(copy.get("k7"), Some(&vec![7, 2_507]));
        assert_eq!(copy.get("k8"), Some(&vec![8, 2_508]));
        assert_eq!(copy.get("k9"), Some(&vec![9, 2_509]));
    }
}
