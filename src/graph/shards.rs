//! A growing look-up in shared parts: copying it copies pointers, writing copies one small part.
//!
//! What `Column` is to rows. Parts stay small however much there is: one is split as others fill
//! (linear hashing: Litwin, VLDB 1980), so that a write into millions of entries copies no more than
//! a write into thousands. Nothing here is ever walked in the order of its hashes.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Entries a part has on average before the next one is split.
const ENTRIES_A_PART: usize = 32;
/// Parts whose pointers are copied together.
const GROUP: usize = 64;

type Part<K, V> = Arc<HashMap<K, V>>;

/// Values by key. `clone` costs one pointer a group of parts: some two thousand entries.
#[derive(Clone, Debug)]
pub(crate) struct Shards<K, V> {
    groups: Vec<Arc<Vec<Part<K, V>>>>,
    parts: usize,
    length: usize,
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        Self { groups: vec![Arc::new(vec![Part::default()])], parts: 1, length: 0 }
    }
}

/// The place of a key among so many parts: parts are split in order, each into itself and a new
/// last one, and all of them once before the first is split again.
fn place(key: &(impl Hash + ?Sized), parts: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    // The lower bits alone are looked at.
    let hash = usize::try_from(hasher.finish() & u64::from(u32::MAX)).unwrap_or(0);
    let whole = whole_round(parts);
    let place = hash % (whole * 2);
    if place < parts { place } else { place - whole }
}

/// The largest power of two that is not more than `parts`.
fn whole_round(parts: usize) -> usize {
    1 << parts.max(1).ilog2()
}

impl<K: Clone + Eq + Hash, V: Clone> Shards<K, V> {
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = place(key, self.parts);
        self.groups.get(place / GROUP)?.get(place % GROUP)?.get(key)
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        let place = place(&key, self.parts);
        if let Some(part) = self.part(place) {
            self.length += usize::from(part.insert(key, value).is_none());
        }
        self.grow();
    }

    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let place = place(key, self.parts);
        if let Some(part) = self.part(place) {
            self.length -= usize::from(part.remove(key).is_some());
        }
    }

    /// Change the value of a key; it begins as the default, and one that is the default at the end
    /// is taken out.
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default + PartialEq,
    {
        let place = place(&key, self.parts);
        let Some(part) = self.part(place) else { return };
        let before = part.len();
        let value = part.entry(key.clone()).or_default();
        change(value);
        if *value == V::default() {
            part.remove(&key);
        }
        let after = part.len();
        self.length = self.length + after - before;
        self.grow();
    }

    /// A part to be written.
    fn part(&mut self, place: usize) -> Option<&mut HashMap<K, V>> {
        let group = Arc::make_mut(self.groups.get_mut(place / GROUP)?);
        group.get_mut(place % GROUP).map(Arc::make_mut)
    }

    /// Split the part whose turn it is, where there are too many entries for so few parts.
    fn grow(&mut self) {
        if self.length <= self.parts * ENTRIES_A_PART {
            return;
        }
        let (parts, split) = (self.parts + 1, self.parts - whole_round(self.parts));
        let Some(part) = self.part(split) else { return };
        // Which of them goes first makes no difference: each goes to the place of its own key.
        let moved: HashMap<K, V> = part.extract_if(|key, _| place(key, parts) != split).collect();
        part.shrink_to_fit();
        if self.parts.is_multiple_of(GROUP) {
            self.groups.push(Arc::default());
        }
        if let Some(group) = self.groups.last_mut() {
            Arc::make_mut(group).push(Arc::new(moved));
            self.parts = parts;
        }
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

    #[test]
    fn every_key_is_found_however_often_parts_were_split() {
        let (mut shards, mut written) = (Shards::default(), 0_u32);
        for most in [1, 31, 33, 2_000, 2_050, 70_000] {
            while written < most {
                shards.insert(written, written + 1);
                written += 1;
            }
            assert_eq!(shards.len(), written as usize);
            assert!((0..written).all(|key| shards.get(&key) == Some(&(key + 1))), "{most}");
            assert_eq!(shards.get(&written), None);
        }
        let copy = shards.clone();
        (0..written).step_by(2).for_each(|key| shards.remove(&key));
        assert!((0..written).all(|key| shards.get(&key).is_some() == (key % 2 == 1)));
        assert!((0..written).all(|key| copy.get(&key).is_some()));
    }

    #[test]
    fn parts_stay_small() {
        let mut shards = Shards::default();
        (0..100_000_u32).for_each(|key| shards.insert(key, ()));
        let largest = shards.groups.iter().flat_map(|group| group.iter()).map(|part| part.len()).max();
        assert!(largest.is_some_and(|largest| largest < ENTRIES_A_PART * 5), "{largest:?}");
    }
}
