//! The file of keys: slots of 64 bytes, each an id, a key and a sum. Slots are only added; destroying a
//! key writes zeros over it where it stands, and the slot stays as the sign that there was one.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::VaultError;
use super::cipher::{KEY_BYTES, Key};
use crate::domain::Id;
use crate::ledger::{parent, sync_directory};

const SLOT: usize = 64;
const SUM: usize = 16;
/// What stands in the place of an id in the first slot of files that earlier versions made: a secret that is
/// nobody's.
const FIRST: Id = Id::from_u128(u128::from_be_bytes(*b"innograph keys 1"));

/// What is in a slot.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Live(Key),
    Destroyed,
    /// Its sum does not fit.
    Damaged,
}

/// The file, and what is in it.
#[derive(Debug)]
pub(super) struct Keys {
    path: PathBuf,
    /// Open once something was written; locked while it is.
    file: Option<File>,
    slots: BTreeMap<Id, (u64, Held)>,
    /// Bytes of whole slots.
    length: u64,
}

impl Keys {
    /// What is there. No file is no key.
    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new(Vec::new());
        match File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(VaultError::system(path, &cause)),
            _ => {}
        }
        let (slots, _) = bytes.as_chunks::<SLOT>();
        let length = (slots.len() * SLOT) as u64;
        let read = slots.iter().zip((0..).step_by(SLOT)).map(|(slot, place)| {
            let (id, held) = read_slot(slot);
            (id, (place, held))
        });
        Ok(Self { path: path.to_owned(), file: None, slots: read.collect(), length })
    }

    pub(super) fn of(&self, person: Id) -> Option<&Held> {
        self.slots.get(&person).map(|(_, held)| held)
    }

    /// The secret that belongs to no person.
    pub(super) fn secret(&self) -> Option<&Key> {
        if let Some(Held::Live(key)) = self.of(FIRST) { Some(key) } else { None }
    }

    /// Everybody who has a slot.
    pub(super) fn people(&self) -> impl Iterator<Item = (Id, &Held)> {
        self.slots.iter().filter(|(id, _)| **id != FIRST).map(|(id, (_, held))| (*id, held))
    }

    /// Add keys, durably. Where that fails none of them is there.
    pub(super) fn add(&mut self, fresh: &BTreeMap<Id, Key>) -> Result<(), VaultError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(fresh.len() * SLOT));
        for (id, key) in fresh {
            bytes.extend_from_slice(&*slot(*id, key.bytes()));
        }
        let start = self.length;
        let added = self.write(start, &bytes, None);
        if let Err(error) = added {
            // Whatever of it was written is cut off again, as far as that is still possible.
            if let Some(file) = &self.file {
                let _ = file.set_len(start).and_then(|()| file.sync_all());
            }
            return Err(error);
        }
        for ((id, key), place) in fresh.iter().zip((start..).step_by(SLOT)) {
            self.slots.insert(*id, (place, Held::Live(key.clone())));
        }
        self.length = start + bytes.len() as u64;
        Ok(())
    }

    /// Write zeros over the key of a person; says whether there was one.
    pub(super) fn destroy(&mut self, person: Id) -> Result<bool, VaultError> {
        let place = match self.slots.get(&person) {
            None | Some((_, Held::Destroyed)) => return Ok(false),
            Some((place, _)) => *place,
        };
        self.write(place, &*slot(person, &[0; KEY_BYTES]), Some(place))?;
        self.slots.insert(person, (place, Held::Destroyed));
        Ok(true)
    }

    /// Put another secret into the place of the one there is.
    pub(super) fn renew_secret(&mut self, secret: &Key) -> Result<(), VaultError> {
        let Some((place, _)) = self.slots.get(&FIRST) else { return Ok(()) };
        let place = *place;
        self.write(place, &*slot(FIRST, secret.bytes()), Some(place))?;
        self.slots.insert(FIRST, (place, Held::Live(secret.clone())));
        Ok(())
    }

    /// Write and sync. What is appended begins where whole slots end.
    fn write(&mut self, place: u64, bytes: &[u8], over: Option<u64>) -> Result<(), VaultError> {
        let failed = |path: &Path, cause: io::Error| VaultError::system(path, &cause);
        let (path, length) = (self.path.clone(), self.length);
        let mut file = self.opened()?;
        if over.is_none() {
            // Half a slot that a crash left.
            file.set_len(length).map_err(|cause| failed(&path, cause))?;
        }
        let written = file.seek(SeekFrom::Start(place)).and_then(|_| file.write_all(bytes));
        written.and_then(|()| file.sync_all()).map_err(|cause| failed(&path, cause))
    }

    fn opened(&mut self) -> Result<&File, VaultError> {
        if self.file.is_none() {
            let failed = |cause: io::Error| VaultError::system(&self.path, &cause);
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).read(true).write(true).mode(0o600);
            let file = options.open(&self.path).map_err(failed)?;
            if file.try_lock().is_err() {
                return Err(VaultError::InUse { path: self.path.display().to_string() });
            }
            sync_directory(parent(&self.path)).map_err(failed)?;
            self.file = Some(file);
        }
        self.file.as_ref().ok_or_else(|| VaultError::InUse { path: self.path.display().to_string() })
    }
}

fn slot(id: Id, key: &[u8; KEY_BYTES]) -> Zeroizing<[u8; SLOT]> {
    let mut slot = Zeroizing::new([0; SLOT]);
    slot[..16].copy_from_slice(&id.as_u128().to_be_bytes());
    slot[16..16 + KEY_BYTES].copy_from_slice(key);
    let sum = blake3::hash(&slot[..SLOT - SUM]);
    slot[SLOT - SUM..].copy_from_slice(&sum.as_bytes()[..SUM]);
    slot
}

fn read_slot(slot: &[u8; SLOT]) -> (Id, Held) {
    let mut id = [0; 16];
    id.copy_from_slice(&slot[..16]);
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    key.copy_from_slice(&slot[16..16 + KEY_BYTES]);
    let sound = blake3::hash(&slot[..SLOT - SUM]).as_bytes()[..SUM] == slot[SLOT - SUM..];
    let held = match (sound, key.iter().all(|byte| *byte == 0)) {
        (false, _) => Held::Damaged,
        (true, true) => Held::Destroyed,
        (true, false) => Held::Live(Key::of(*key)),
    };
    (Id::from_u128(u128::from_be_bytes(id)), held)
}
