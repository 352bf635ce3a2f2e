//! Checkpoints: files that hold a state as bytes, beside the ledger that it came from, so that a
//! start need not read the whole ledger. They save time and prove nothing: one that is not as it was
//! written is passed over, and without any the ledger is read from its first entry.
//!
//! A file is `header | body | length | BLAKE3 of all before`. It has its name only when it is whole
//! and synced; two are kept, so that a damaged one leaves another.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::witness::sync_directory;
use super::{Access, Head, LedgerError};

const MAGIC: &[u8; 8] = b"ingrckp1";
/// Magic, format, sequence, hash, digest.
const HEADER_BYTES: usize = 8 + 2 + 8 + 32 + 32;
/// Length of the body and the sum over all before.
const TRAILER_BYTES: usize = 8 + 32;
/// Kept: the newest, and one more in case it is damaged.
const KEPT: usize = 2;
const WHOLE: &str = "checkpoint";
const PART: &str = "part";
/// Bytes read and hashed at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// The checkpoints of one directory.
#[derive(Clone, Debug)]
pub struct CheckpointStore {
    directory: PathBuf,
}

/// A checkpoint that is there, not yet looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entry it stands at, by its name.
    pub sequence: u64,
    /// The file.
    pub path: PathBuf,
}

/// A checkpoint that is as it was written.
#[derive(Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Where the ledger stood.
    pub head: Head,
    /// The digest of the state, by whoever wrote it.
    pub digest: [u8; 32],
    /// The format of the body, by whoever wrote it.
    pub format: u16,
    /// The state.
    pub body: Vec<u8>,
}

impl CheckpointStore {
    /// The checkpoints of a directory. For writing it is made where there is none, and what a crash
    /// left half written is removed, where it can be.
    pub fn open(directory: &Path, access: Access) -> Result<Self, LedgerError> {
        let store = Self { directory: directory.to_owned() };
        if access == Access::Write {
            let failed = |cause| store.failed("open the checkpoints of", &cause);
            std::fs::create_dir_all(directory).map_err(failed)?;
            for (_, path) in store.files(PART)? {
                // It takes room and nothing else: if it stays, the next opening tries again.
                let _ = std::fs::remove_file(path);
            }
        }
        Ok(store)
    }

    /// Write one, durably, and keep only it and the newest before it. `body` writes the state.
    pub fn write(
        &self,
        head: Head,
        digest: [u8; 32],
        format: u16,
        body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), LedgerError> {
        let path = |ending| self.directory.join(format!("checkpoint-{:020}.{ending}", head.sequence));
        let (part, whole) = (path(PART), path(WHOLE));
        let written = fill(&part, &header(head, digest, format), body).and_then(|()| std::fs::rename(&part, &whole));
        if written.is_err() {
            // It takes room that may just be what is missing. If it stays, opening removes it.
            let _ = std::fs::remove_file(&part);
        }
        let named = |cause: io::Error| LedgerError::of_file("write", &whole.display().to_string(), &cause);
        written.and_then(|()| sync_directory(&whole)).map_err(named)?;
        self.prune(head.sequence)
    }

    /// What is there, newest first.
    pub fn newest(&self) -> Result<Vec<Found>, LedgerError> {
        let found = self.files(WHOLE)?;
        Ok(found.into_iter().rev().map(|(sequence, path)| Found { sequence, path }).collect())
    }

    /// Read one, if it is as it was written. The caller compares its head with the ledger.
    pub fn load(&self, found: &Found) -> Result<Checkpoint, LedgerError> {
        let file = found.path.display().to_string();
        let damaged = |reason: &str| LedgerError::Checkpoint { file: file.clone(), reason: reason.to_owned() };
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::UnexpectedEof => damaged("it ends too early"),
            _ => LedgerError::of_file("read", &file, &cause),
        };
        let mut input = File::open(&found.path).map_err(failed)?;
        let length = usize::try_from(input.metadata().map_err(failed)?.len()).unwrap_or(usize::MAX);
        let body_bytes = length.checked_sub(HEADER_BYTES + TRAILER_BYTES).ok_or_else(|| damaged("it is cut"))?;
        let mut hasher = blake3::Hasher::new();
        let mut header = [0; HEADER_BYTES];
        input.read_exact(&mut header).map_err(failed)?;
        hasher.update(&header);
        let mut body = Vec::new();
        body.try_reserve_exact(body_bytes).map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
        while body.len() < body_bytes {
            let start = body.len();
            body.resize((start + CHUNK_BYTES).min(body_bytes), 0);
            input.read_exact(&mut body[start..]).map_err(failed)?;
            hasher.update(&body[start..]);
        }
        let mut trailer = [0; TRAILER_BYTES];
        input.read_exact(&mut trailer).map_err(failed)?;
        let (stated, sum) = trailer.split_at(8);
        hasher.update(stated);
        if hasher.finalize().as_bytes() != sum || stated != (body_bytes as u64).to_be_bytes() {
            return Err(damaged("its bytes do not fit their sum"));
        }
        let (head, digest, format) = parts(&header).ok_or_else(|| damaged("it is of another kind"))?;
        if head.sequence != found.sequence {
            return Err(damaged("its name is that of another"));
        }
        Ok(Checkpoint { head, digest, format, body })
    }

    /// Remove all but the one just written and the newest before it. What stands after it is of a
    /// ledger that has since been replaced by an earlier one.
    fn prune(&self, newest: u64) -> Result<(), LedgerError> {
        let files = self.files(WHOLE)?;
        let before = files.iter().rev().filter(|(sequence, _)| *sequence <= newest).take(KEPT);
        let kept: Vec<u64> = before.map(|(sequence, _)| *sequence).collect();
        for (_, path) in files.iter().filter(|(sequence, _)| !kept.contains(sequence)) {
            std::fs::remove_file(path).map_err(|cause| self.failed("prune the checkpoints of", &cause))?;
        }
        Ok(())
    }

    /// Files of this ending, oldest first. A directory that is not there has none.
    fn files(&self, ending: &str) -> Result<Vec<(u64, PathBuf)>, LedgerError> {
        let failed = |cause| self.failed("list the checkpoints of", &cause);
        let entries = match std::fs::read_dir(&self.directory) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let number = name.strip_prefix("checkpoint-").and_then(|rest| rest.strip_suffix(ending)?.strip_suffix('.'));
            if let Some(sequence) = number.filter(|number| number.len() == 20).and_then(|number| number.parse().ok()) {
                found.push((sequence, path));
            }
        }
        found.sort();
        Ok(found)
    }

    fn failed(&self, operation: &'static str, cause: &io::Error) -> LedgerError {
        LedgerError::of_file(operation, &self.directory.display().to_string(), cause)
    }
}

fn header(head: Head, digest: [u8; 32], format: u16) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..10].copy_from_slice(&format.to_be_bytes());
    header[10..18].copy_from_slice(&head.sequence.to_be_bytes());
    header[18..50].copy_from_slice(&head.hash);
    header[50..].copy_from_slice(&digest);
    header
}

fn parts(header: &[u8; HEADER_BYTES]) -> Option<(Head, [u8; 32], u16)> {
    let format = u16::from_be_bytes(header[8..10].try_into().ok()?);
    let sequence = u64::from_be_bytes(header[10..18].try_into().ok()?);
    let hash = header[18..50].try_into().ok()?;
    let digest = header[50..].try_into().ok()?;
    header.starts_with(MAGIC).then_some((Head { sequence, hash }, digest, format))
}

fn fill(
    part: &Path,
    header: &[u8; HEADER_BYTES],
    body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(part)?;
    let output = Summed { output: file, hasher: blake3::Hasher::new(), bytes: 0 };
    let mut output = BufWriter::with_capacity(CHUNK_BYTES, output);
    output.write_all(header)?;
    body(&mut output)?;
    output.flush()?;
    let body_bytes = output.get_ref().bytes - HEADER_BYTES as u64;
    output.write_all(&body_bytes.to_be_bytes())?;
    output.flush()?;
    let Summed { output: mut file, hasher, .. } = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.write_all(hasher.finalize().as_bytes())?;
    file.sync_all()
}

/// Counts and hashes what passes through.
struct Summed {
    output: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
