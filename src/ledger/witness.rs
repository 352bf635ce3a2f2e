//! The witness: a small file of two slots that knows how far the ledger had come.
//!
//! A flipped bit in SQLite's write-ahead file can silently drop committed entries, and what is left
//! verifies by itself. So before a write is acknowledged, its number and hash are synced here too,
//! and a ledger that stands below its witness is refused. Slots take turns: a torn write of one
//! leaves the other. Both slots are on the disk, in full length, before the first entry is taken, so
//! that a disk that fills up later never stands between a commit and its witness.
//!
//! **When no slot is sound**, is this a store that was only just being made, or one that has lost
//! its proof? The file comes into being under another name, is filled and synced, and only then
//! renamed: after a crash it is absent or whole. What else may be found, and what follows:
//!
//! - *Absent*: a ledger from before the witness, a ledger copied alone, or a crash in creation. What
//!   is there counts, and gets a witness.
//! - *Empty or all zero*: this program never leaves such a file, but the one that wrote format 1
//!   made it in place and may have died in between. So it counts as new where the ledger is empty
//!   or of format 1. Beside a ledger of format 2 with entries it is damage. (A store of which
//!   ledger *and* witness were emptied cannot be told from one that was just begun.)
//! - *Anything else without a sound slot*, or cut: damage, except beside an empty ledger of format
//!   1, whose program may have died in writing its first slot.
//!
//! The slots say by their mark which program wrote them: only those of format 1 may stand in a
//! shorter file, since that program did not fill it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{Head, LedgerError};

/// How its name ends, in the place of the ledger's own ending.
pub(super) const EXTENSION: &str = "witness";
const MAGIC: &[u8; 8] = b"ingrwit2";
/// What the program of format 1 wrote.
const FIRST_MAGIC: &[u8; 8] = b"ingrwit1";
/// Slots stand in different sectors, so that one torn sector harms one slot.
const SLOT_DISTANCE: u64 = 4096;
const SLOT_BYTES: usize = 64;
const SUM_AT: usize = 48;
/// Both slots, each with its sector.
const FILE_BYTES: usize = 8192;
/// Lengths that the program of format 1 left: one slot, and two.
const FIRST_LENGTHS: [usize; 2] = [SLOT_BYTES, 4096 + SLOT_BYTES];

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Testimony {
    /// There is no file.
    Absent,
    /// It is empty, or all zero.
    Blank,
    /// It holds something, but nothing that can be trusted.
    Unsound(&'static str),
    /// The ledger had come this far.
    Knows(Head),
}

/// The file beside one ledger.
#[derive(Debug)]
pub(super) struct Witness {
    path: PathBuf,
    /// Open for writing, once it is whole and of today's form.
    file: Option<File>,
    /// The slot that does not hold the farthest head: the next one is written there.
    next: u64,
    testimony: Testimony,
}

impl Witness {
    /// Read what stands beside a ledger; nothing is changed.
    pub(super) fn beside(ledger: &Path) -> Result<Self, LedgerError> {
        let path = ledger.with_extension(EXTENSION);
        let (testimony, next) = read(&path).map_err(|cause| failed("read", &path, &cause))?;
        Ok(Self { path, file: None, next, testimony })
    }

    /// One that says nothing, whatever stands there.
    pub(super) fn forgotten(ledger: &Path) -> Self {
        Self { path: ledger.with_extension(EXTENSION), file: None, next: 0, testimony: Testimony::Absent }
    }

    /// What must be in the ledger at least. `format` is that of the ledger, 0 where it has none yet.
    pub(super) fn head(&self, format: i64, empty: bool) -> Result<Option<Head>, LedgerError> {
        let reason = match self.testimony {
            Testimony::Knows(head) => return Ok(Some(head)),
            Testimony::Absent => return Ok(None),
            Testimony::Blank if empty || format == 1 => return Ok(None),
            Testimony::Unsound(_) if empty && format == 1 => return Ok(None),
            Testimony::Blank => "it is blank",
            Testimony::Unsound(reason) => reason,
        };
        Err(LedgerError::Damaged { file: self.path.display().to_string(), sequence: 1, reason: reason.to_owned() })
    }

    /// Does it know of acknowledged entries?
    pub(super) fn known(&self) -> Option<Head> {
        match self.testimony {
            Testimony::Knows(head) if head.sequence > 0 => Some(head),
            _ => None,
        }
    }

    /// Does it say that nothing was ever acknowledged?
    pub(super) fn is_of_nothing(&self) -> bool {
        matches!(self.testimony, Testimony::Knows(head) if head.sequence == 0)
    }

    /// From now on write here. `head` is what the ledger holds: it counts, even if the process died
    /// between commit and witness.
    pub(super) fn take_over(&mut self, head: Head) -> Result<(), LedgerError> {
        if !self.is_of_today() {
            return self.make(head);
        }
        let opened = OpenOptions::new().read(true).write(true).open(&self.path);
        self.file = Some(opened.map_err(|cause| failed("open", &self.path, &cause))?);
        if self.testimony != Testimony::Knows(head) { self.write(head) } else { Ok(()) }
    }

    fn is_of_today(&self) -> bool {
        let length = self.path.metadata().map_or(0, |file| file.len());
        matches!(self.testimony, Testimony::Knows(_)) && usize::try_from(length) == Ok(FILE_BYTES)
    }

    /// Make the file anew: whole and synced before it has its name.
    pub(super) fn make(&mut self, head: Head) -> Result<(), LedgerError> {
        let part = self.path.with_extension(format!("{EXTENSION}.part"));
        let made = fill(&part, head).and_then(|file| {
            std::fs::rename(&part, &self.path)?;
            sync_directory(&self.path)?;
            Ok(file)
        });
        if made.is_err() {
            // It takes room that may just be what is missing. If it stays, the next one replaces it.
            let _ = std::fs::remove_file(&part);
        }
        self.file = Some(made.map_err(|cause| failed("make", &self.path, &cause))?);
        (self.next, self.testimony) = (0, Testimony::Knows(head));
        Ok(())
    }

    /// Remember a head, durably.
    pub(super) fn write(&mut self, head: Head) -> Result<(), LedgerError> {
        let Some(file) = &self.file else { return Ok(()) };
        let written =
            file.write_all_at(&encode(MAGIC, head), self.next * SLOT_DISTANCE).and_then(|()| file.sync_data());
        // Never "no room": the entry is in the ledger by now.
        written.map_err(|cause| LedgerError::Engine {
            operation: "sync the witness",
            file: self.path.display().to_string(),
            cause: cause.to_string(),
        })?;
        self.next = 1 - self.next;
        self.testimony = Testimony::Knows(head);
        Ok(())
    }
}

/// Sync the directory in which a file was made or renamed: before that, a crash may undo it.
pub(super) fn sync_directory(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => File::open(directory)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

fn failed(operation: &'static str, path: &Path, cause: &io::Error) -> LedgerError {
    LedgerError::of_file(operation, &path.display().to_string(), cause)
}

fn fill(part: &Path, head: Head) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(part)?;
    let mut bytes = [0; FILE_BYTES];
    for slot in bytes.chunks_mut(FILE_BYTES / 2) {
        slot[..SLOT_BYTES].copy_from_slice(&encode(MAGIC, head));
    }
    file.write_all_at(&bytes, 0)?;
    file.sync_all()?;
    Ok(file)
}

/// What the file says, and the slot to be written next.
fn read(path: &Path) -> io::Result<(Testimony, u64)> {
    let file = match File::open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok((Testimony::Absent, 0)),
        opened => opened?,
    };
    let mut bytes = Vec::with_capacity(FILE_BYTES + 1);
    file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.iter().all(|byte| *byte == 0) && bytes.len() <= FILE_BYTES {
        return Ok((Testimony::Blank, 0));
    }
    let slots = [0, FILE_BYTES / 2].map(|place| bytes.get(place..place + SLOT_BYTES).and_then(decode));
    let whole = bytes.len() == FILE_BYTES;
    let by_the_first = slots.iter().flatten().all(|(magic, _)| *magic == FIRST_MAGIC);
    let farthest = slots.iter().flatten().map(|(_, head)| *head).max_by_key(|head| head.sequence);
    let testimony = match farthest {
        Some(head) if whole || (by_the_first && FIRST_LENGTHS.contains(&bytes.len())) => Testimony::Knows(head),
        _ if !whole => Testimony::Unsound("its length is not the one it was made with"),
        _ => Testimony::Unsound("neither of its slots is sound"),
    };
    let first_is_farthest = farthest.is_some() && slots[0].map(|(_, head)| head) == farthest;
    Ok((testimony, u64::from(first_is_farthest)))
}

fn encode(magic: &[u8; 8], head: Head) -> [u8; SLOT_BYTES] {
    let mut slot = [0; SLOT_BYTES];
    slot[..8].copy_from_slice(magic);
    slot[8..16].copy_from_slice(&head.sequence.to_be_bytes());
    slot[16..SUM_AT].copy_from_slice(&head.hash);
    let sum = blake3::hash(&slot[..SUM_AT]);
    slot[SUM_AT..].copy_from_slice(&sum.as_bytes()[..SLOT_BYTES - SUM_AT]);
    slot
}

fn decode(slot: &[u8]) -> Option<(&'static [u8; 8], Head)> {
    let sequence = u64::from_be_bytes(slot.get(8..16)?.try_into().ok()?);
    let hash = slot.get(16..SUM_AT)?.try_into().ok()?;
    let head = Head { sequence, hash };
    [MAGIC, FIRST_MAGIC].into_iter().find(|magic| encode(magic, head) == *slot).map(|magic| (magic, head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(sequence: u64) -> Head {
        Head { sequence, hash: [u8::try_from(sequence % 256).unwrap_or(0); 32] }
    }

    fn said(ledger: &Path) -> Testimony {
        Witness::beside(ledger).expect("readable").testimony
    }

    #[test]
    fn the_farther_slot_counts_and_a_torn_one_does_not() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let ledger = folder.path().join("ledger.sqlite");
        let path = ledger.with_extension(EXTENSION);
        assert_eq!(said(&ledger), Testimony::Absent);
        let mut witness = Witness::beside(&ledger).expect("readable");
        witness.take_over(Head::EMPTY).expect("it can be made");
        assert_eq!(path.metadata().expect("it is there").len(), 8192);
        // Steps of two as well: a commit may hold several entries.
        for sequence in [1, 3, 5, 7, 8] {
            witness.write(head(sequence)).expect("it can be written");
            assert_eq!(said(&ledger), Testimony::Knows(head(sequence)));
        }
        let bytes = std::fs::read(&path).expect("it is there");
        for place in 0..SLOT_BYTES {
            let mut torn = bytes.clone();
            // The fifth write went to the first slot again.
            torn[place] ^= 1;
            std::fs::write(&path, &torn).expect("it can be written");
            assert_eq!(said(&ledger), Testimony::Knows(head(7)), "byte {place}");
            // The next one goes where nothing is lost.
            let mut witness = Witness::beside(&ledger).expect("readable");
            witness.take_over(head(8)).expect("it can be written");
            torn[4096 + place] ^= 1;
            std::fs::write(&path, &torn).expect("it can be written");
            assert_eq!(said(&ledger), Testimony::Unsound("neither of its slots is sound"), "byte {place}");
        }
    }

    #[test]
    fn a_file_of_the_first_program_is_understood_and_made_anew() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let ledger = folder.path().join("ledger.sqlite");
        let path = ledger.with_extension(EXTENSION);
        let one = encode(FIRST_MAGIC, head(4)).to_vec();
        let mut two = one.clone();
        two.resize(4096, 0);
        two.extend(encode(FIRST_MAGIC, head(5)));
        for (bytes, last) in [(one, 4), (two, 5)] {
            for cut in 0..=bytes.len() {
                std::fs::write(&path, &bytes[..cut]).expect("it can be written");
                let expected = match cut {
                    0 => Testimony::Blank,
                    64 => Testimony::Knows(head(4)),
                    4160 => Testimony::Knows(head(5)),
                    _ => Testimony::Unsound("its length is not the one it was made with"),
                };
                assert_eq!(said(&ledger), expected, "{cut} bytes");
            }
            let mut witness = Witness::beside(&ledger).expect("readable");
            witness.take_over(head(6)).expect("it can be made");
            assert_eq!(said(&ledger), Testimony::Knows(head(6)), "after {last}");
            assert_eq!(path.metadata().expect("it is there").len(), 8192);
        }
    }

    #[test]
    fn only_what_a_crash_in_creation_leaves_counts_as_new() {
        let witness = |testimony| Witness { path: "a.witness".into(), file: None, next: 0, testimony };
        // Format, is the ledger empty: 0 is a ledger without tables.
        let places = [(0, true), (1, true), (1, false), (2, true), (2, false)];
        let accepted = |testimony| places.map(|(format, empty)| witness(testimony).head(format, empty).is_ok());
        assert_eq!(accepted(Testimony::Absent), [true; 5]);
        assert_eq!(accepted(Testimony::Blank), [true, true, true, true, false]);
        assert_eq!(accepted(Testimony::Unsound("x")), [false, true, false, false, false]);
        let refused = witness(Testimony::Unsound("x")).head(2, false).expect_err("it is refused").to_string();
        assert!(refused.contains("a.witness") && refused.contains("--accept-ledger"), "{refused}");
    }
}
