//! The witness: a small file of two slots that knows how far the ledger had come.
//!
//! A flipped bit in SQLite's write-ahead file can silently drop committed entries, and what is left
//! verifies by itself. So before a write is acknowledged, its number and hash are synced here too,
//! and a ledger that stands below its witness is refused. Slots take turns: a torn write of one
//! leaves the other.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::Head;

const MAGIC: &[u8; 8] = b"ingrwit1";
/// Slots stand in different sectors, so that one torn sector harms one slot.
const SLOT_DISTANCE: u64 = 4096;
const SLOT_BYTES: usize = 64;
const SUM_AT: usize = 48;

/// The file, open for writing or only read once.
#[derive(Debug)]
pub(super) struct Witness {
    path: PathBuf,
    file: Option<File>,
    /// The slot that does not hold the farthest head: the next one is written there.
    next: Cell<u64>,
}

impl Witness {
    /// Open beside a ledger. In a directory that cannot be written it is only read.
    pub(super) fn open(path: &Path, writing: bool) -> io::Result<Self> {
        let file = if writing {
            let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            // A new file is only there after a crash once its directory is synced.
            if let Some(directory) = path.parent() {
                File::open(directory)?.sync_all()?;
            }
            Some(file)
        } else {
            None
        };
        Ok(Self { path: path.to_owned(), file, next: Cell::new(0) })
    }

    /// The farthest head that any sound slot knows; none where no slot is sound.
    pub(super) fn read(&self) -> io::Result<Option<Head>> {
        let file = match &self.file {
            Some(file) => file.try_clone()?,
            None => match File::open(&self.path) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            },
        };
        let heads = [0, SLOT_DISTANCE].map(|place| {
            let mut slot = [0; SLOT_BYTES];
            file.read_exact_at(&mut slot, place).ok().and_then(|()| decode(&slot))
        });
        let farthest = heads.into_iter().flatten().max_by_key(|head| head.sequence);
        self.next.set(if farthest.is_some() && heads[0] == farthest { 1 } else { 0 });
        Ok(farthest)
    }

    /// Remember a head, durably.
    pub(super) fn write(&self, head: Head) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        file.write_all_at(&encode(head), self.next.get() * SLOT_DISTANCE)?;
        file.sync_data()?;
        self.next.set(1 - self.next.get());
        Ok(())
    }
}

fn encode(head: Head) -> [u8; SLOT_BYTES] {
    let mut slot = [0; SLOT_BYTES];
    slot[..8].copy_from_slice(MAGIC);
    slot[8..16].copy_from_slice(&head.sequence.to_be_bytes());
    slot[16..SUM_AT].copy_from_slice(&head.hash);
    let sum = blake3::hash(&slot[..SUM_AT]);
    slot[SUM_AT..].copy_from_slice(&sum.as_bytes()[..SLOT_BYTES - SUM_AT]);
    slot
}

fn decode(slot: &[u8; SLOT_BYTES]) -> Option<Head> {
    let sequence = u64::from_be_bytes(slot[8..16].try_into().ok()?);
    let hash = slot[16..SUM_AT].try_into().ok()?;
    let head = Head { sequence, hash };
    (encode(head) == *slot).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(sequence: u64) -> Head {
        Head { sequence, hash: [u8::try_from(sequence % 256).unwrap_or(0); 32] }
    }

    #[test]
    fn the_farther_slot_counts_and_a_torn_one_does_not() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("witness");
        let witness = Witness::open(&path, true).expect("it opens");
        assert_eq!(witness.read().expect("readable"), None);
        // Steps of two as well: a commit may hold several entries.
        for sequence in [1, 3, 5, 7, 8] {
            witness.write(head(sequence)).expect("it can be written");
            assert_eq!(witness.read().expect("readable"), Some(head(sequence)));
        }
        let bytes = std::fs::read(&path).expect("it is there");
        for place in 0..SLOT_BYTES {
            let mut torn = bytes.clone();
            // The fifth write went to the first slot again.
            torn[place] ^= 1;
            std::fs::write(&path, torn).expect("it can be written");
            let found = Witness::open(&path, false).and_then(|witness| witness.read()).expect("readable");
            assert_eq!(found, Some(head(7)), "byte {place}");
        }
    }
}
