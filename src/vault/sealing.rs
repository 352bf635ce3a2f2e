//! Sealing within one turn of the writer: keys of new people are made here and are nobody's until they
//! have been kept.

use std::sync::Arc;

use super::cipher::Key;
use super::{KeyMap, Vault};
use crate::domain::Id;
use crate::domain::personal::{Part, Seal, SealFault, Sealed};

/// Keys that have been made and not kept yet.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    keys: KeyMap,
}

impl Fresh {
    /// Is there nothing to keep?
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whose keys they are.
    pub fn people(&self) -> impl Iterator<Item = Id> {
        self.keys.keys().copied()
    }

    pub(super) fn keys(&self) -> &KeyMap {
        &self.keys
    }
}

/// Seals with the keys of a vault, and with those that it makes.
#[derive(Debug)]
pub struct Sealing {
    vault: Arc<Vault>,
    fresh: Fresh,
}

impl Sealing {
    /// With the keys of that vault.
    pub fn new(vault: Arc<Vault>) -> Self {
        Self { vault, fresh: Fresh::default() }
    }

    /// What has been made so far.
    pub fn fresh(&self) -> &Fresh {
        &self.fresh
    }

    /// Whoever was begun since is not entered after all.
    pub fn back_to(&mut self, before: Fresh) {
        self.fresh = before;
    }

    /// Something that tells requests about a person apart and tells nothing of what they hold, to whoever
    /// has not their key; none where there is no key, or never will be one again.
    pub fn blind(&self, person: Id, digest: [u8; 32]) -> Option<[u8; 32]> {
        let inner = self.vault.inner();
        if inner.erased.contains(&person) {
            return None;
        }
        let key = self.fresh.keys.get(&person).cloned().or_else(|| inner.key(person))?;
        let own = Key::of(blake3::derive_key("innograph digests of requests 1", key.bytes()));
        Some(*blake3::keyed_hash(own.bytes(), &digest).as_bytes())
    }

    /// The same by the one secret that all requests about people shared once; none where there is none.
    pub fn formerly_blind(&self, digest: [u8; 32]) -> Option<[u8; 32]> {
        let secret = self.vault.inner().secret()?;
        Some(*blake3::keyed_hash(secret.bytes(), &digest).as_bytes())
    }
}

impl Seal for Sealing {
    fn begin(&mut self, person: Id) -> Result<(), SealFault> {
        let inner = self.vault.inner();
        if inner.erased.contains(&person) {
            return Err(SealFault::Erased);
        }
        if self.fresh.keys.contains_key(&person) || inner.key(person).is_some() {
            return Ok(());
        }
        if inner.is_faulty {
            return Err(SealFault::Unwritable);
        }
        drop(inner);
        let key = Key::random().ok_or(SealFault::Unwritable)?;
        self.fresh.keys.insert(person, key);
        Ok(())
    }

    fn seal(&mut self, person: Id, part: Part, text: &str) -> Result<Sealed, SealFault> {
        let inner = self.vault.inner();
        if inner.erased.contains(&person) {
            return Err(SealFault::Erased);
        }
        let key = self.fresh.keys.get(&person).cloned().or_else(|| inner.key(person)).ok_or(SealFault::KeyMissing)?;
        key.seal(person, part, text).ok_or(SealFault::KeyMissing)
    }
}
