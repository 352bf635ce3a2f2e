//! What is being prepared for one large append: parts that count for nothing until the ledger itself has taken
//! them. They stand in a file of their own beside the ledger, in a chain of hashes, so that whoever was killed goes
//! on after the last whole part. What the parts mean is not known here.
//!
//! Losing the file loses time, never an entry: nothing of it was acknowledged. So whatever of it does not fit
//! its hash is cut off and made anew.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::durable::{parent, sync_directory};
use super::error::LedgerError;

/// Says what the file is, and in which form.
const MAGIC: &[u8; 16] = b"innograph stage\x01";
/// The length of a packed part and its hash, which stand before it.
const FRAME: usize = 4 + 32;
/// Bytes that a part has at most once it is unpacked.
const MOST_BYTES: usize = 256 << 20;

type Hash = [u8; 32];

/// The place of a stage: the file of a store, or memory where there is none. One stage at a time.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    path: Option<PathBuf>,
}

/// Parts that are being prepared, under a mark that says what for.
#[derive(Debug)]
pub struct Stage {
    path: Option<PathBuf>,
    mark: Vec<u8>,
    home: Home,
}

#[derive(Debug)]
enum Home {
    /// One part, or a store without a directory.
    Memory(Vec<Vec<u8>>),
    File {
        file: File,
        last: Hash,
        length: u64,
    },
}

impl Shelf {
    /// That of a data directory.
    pub fn of(directory: &Path) -> Self {
        Self { path: Some(directory.join("import.stage")) }
    }

    /// The mark of the stage that somebody left there; none where there is nothing, or nothing that can be read.
    pub fn left(&self) -> Option<Vec<u8>> {
        let mut reader = BufReader::new(File::open(self.path.as_ref()?).ok()?);
        begun(&mut reader).map(|(mark, _)| mark)
    }

    /// Take away what stands there, if anything does.
    pub fn clear(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        match std::fs::remove_file(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(cause) => Err(cause),
            Ok(()) => sync_directory(parent(path)),
        }
    }

    /// Begin a stage under this mark. Nothing is written before its second part: what has one alone is
    /// soon made again.
    pub fn begin(&self, mark: &[u8]) -> Stage {
        Stage { path: self.path.clone(), mark: mark.to_owned(), home: Home::Memory(Vec::new()) }
    }

    /// Go on with the stage of this mark, each part of it shown to `visit`; none where there is no such one. What
    /// comes after the last sound part is cut off, and so is what `visit` will not have.
    pub fn resume(&self, mark: &[u8], visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<Stage>, LedgerError> {
        let Some(path) = &self.path else { return Ok(None) };
        let failed = |cause: io::Error| fault("go on with", path, &cause);
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        let mut reader = BufReader::new(&file);
        let Some((found, mut last)) = begun(&mut reader) else { return Ok(None) };
        if found != mark {
            return Ok(None);
        }
        let mut length = begin_bytes(mark.len());
        while let Some((part, hash, bytes)) = frame(&mut reader, &last) {
            if !visit(&part) {
                break;
            }
            (last, length) = (hash, length + bytes);
        }
        drop(reader);
        file.set_len(length).and_then(|()| file.seek(SeekFrom::Start(length))).map_err(failed)?;
        let home = Home::File { file, last, length };
        Ok(Some(Stage { path: Some(path.clone()), mark: mark.to_owned(), home }))
    }
}

impl Stage {
    /// Add a part. Where the stage has a file it is on the disk afterwards.
    pub fn push(&mut self, part: &[u8]) -> Result<(), LedgerError> {
        if let (Home::Memory(parts), Some(path)) = (&self.home, &self.path)
            && !parts.is_empty()
        {
            let made = make(path, &self.mark, parts).map_err(|cause| fault("make", path, &cause))?;
            self.home = made;
        }
        match &mut self.home {
            Home::Memory(parts) => {
                parts.push(lz4_flex::block::compress_prepend_size(part));
                Ok(())
            }
            Home::File { file, last, length } => {
                let packed = lz4_flex::block::compress_prepend_size(part);
                let (bytes, hash) = framed(&packed, last);
                let written = file.write_all(&bytes).and_then(|()| file.sync_data());
                let path = self.path.as_deref().unwrap_or(Path::new(""));
                written.map_err(|cause| fault("write", path, &cause))?;
                (*last, *length) = (hash, *length + count(bytes.len()));
                Ok(())
            }
        }
    }

    /// The parts from the first on, each verified once more.
    pub fn parts(&self) -> Result<Parts<'_>, LedgerError> {
        Ok(match &self.home {
            Home::Memory(parts) => Parts::Memory(parts.iter()),
            Home::File { last, .. } => {
                let path = self.path.as_deref().unwrap_or(Path::new(""));
                let file = File::open(path).map_err(|cause| fault("read", path, &cause))?;
                let mut reader = BufReader::new(file);
                let Some((_, begun)) = begun(&mut reader) else { return Err(unsound(path)) };
                Parts::File { reader, path, next: begun, last: *last }
            }
        })
    }

    /// Nobody needs it any more.
    pub fn remove(self) {
        let Home::File { .. } = &self.home else { return };
        if let Err(cause) = (Shelf { path: self.path }).clear() {
            tracing::warn!(%cause, "what was prepared for an import cannot be taken away; the next import does");
        }
    }
}

/// Parts as they are read.
#[derive(Debug)]
pub enum Parts<'s> {
    /// Out of memory.
    Memory(std::slice::Iter<'s, Vec<u8>>),
    /// Out of the file, up to the part with the last hash.
    File {
        /// Where it stands.
        reader: BufReader<File>,
        /// The file.
        path: &'s Path,
        /// The hash up to here.
        next: Hash,
        /// The hash up to the end.
        last: Hash,
    },
}

impl Parts<'_> {
    /// The next part; none after the last. One that is not as it was written is an error.
    pub fn next_part(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        match self {
            Self::Memory(parts) => {
                let part = parts.next().map(|packed| lz4_flex::block::decompress_size_prepended(packed));
                part.transpose().map_err(|_| unsound(Path::new("memory")))
            }
            Self::File { next, last, .. } if next == last => Ok(None),
            Self::File { reader, path, next, .. } => {
                let (part, hash, _) = frame(reader, next).ok_or_else(|| unsound(path))?;
                *next = hash;
                Ok(Some(part))
            }
        }
    }
}

/// Make the file with its mark and the parts so far. It is there whole or cut; either can be told.
fn make(path: &Path, mark: &[u8], parts: &[Vec<u8>]) -> io::Result<Home> {
    let shelf = Shelf { path: Some(path.to_owned()) };
    shelf.clear()?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&u32::try_from(mark.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(mark);
    let mut last = *blake3::hash(&bytes).as_bytes();
    bytes.extend_from_slice(&last);
    for part in parts {
        let (frame, hash) = framed(part, &last);
        bytes.extend_from_slice(&frame);
        last = hash;
    }
    let written = file.write_all(&bytes).and_then(|()| file.sync_all()).and_then(|()| sync_directory(parent(path)));
    if let Err(cause) = written {
        // Half a beginning is as good as none; room for others is better.
        let _ = shelf.clear();
        return Err(cause);
    }
    Ok(Home::File { file, last, length: count(bytes.len()) })
}

fn begin_bytes(mark: usize) -> u64 {
    count(MAGIC.len() + 4 + mark + 32)
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn framed(packed: &[u8], last: &Hash) -> (Vec<u8>, Hash) {
    let hash = chained(last, packed);
    let mut bytes = Vec::with_capacity(FRAME + packed.len());
    bytes.extend_from_slice(&u32::try_from(packed.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&hash);
    bytes.extend_from_slice(packed);
    (bytes, hash)
}

fn chained(last: &Hash, packed: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(last);
    hasher.update(packed);
    *hasher.finalize().as_bytes()
}

/// The mark of a file, and the hash of its beginning.
fn begun(reader: &mut impl Read) -> Option<(Vec<u8>, Hash)> {
    let mut bytes = [0; MAGIC.len() + 4];
    reader.read_exact(&mut bytes).ok()?;
    let (magic, length) = bytes.split_at(MAGIC.len());
    let length = u32::from_le_bytes(length.try_into().ok()?);
    // A mark is a few hashes and numbers.
    let length = usize::try_from(length).ok().filter(|length| magic == MAGIC && *length <= 1_024)?;
    let (mut mark, mut hash) = (vec![0; length], [0; 32]);
    reader.read_exact(&mut mark).ok()?;
    reader.read_exact(&mut hash).ok()?;
    let found = blake3::hash(&[&bytes[..], &mark].concat());
    (*found.as_bytes() == hash).then_some((mark, hash))
}

/// The next part, its hash and how many bytes it takes in the file; none where it is not whole.
fn frame(reader: &mut impl Read, last: &Hash) -> Option<(Vec<u8>, Hash, u64)> {
    let (mut length, mut hash) = ([0; 4], [0; 32]);
    reader.read_exact(&mut length).ok()?;
    reader.read_exact(&mut hash).ok()?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok().filter(|length| *length <= MOST_BYTES)?;
    let mut packed = Vec::new();
    reader.take(count(length)).read_to_end(&mut packed).ok()?;
    if packed.len() != length || chained(last, &packed) != hash {
        return None;
    }
    let size = usize::try_from(u32::from_le_bytes(*packed.first_chunk::<4>()?)).ok()?;
    let part = Some(size).filter(|size| *size <= MOST_BYTES)?;
    let part = lz4_flex::block::decompress(packed.get(4..)?, part).ok()?;
    Some((part, hash, count(FRAME + length)))
}

fn fault(operation: &'static str, path: &Path, cause: &io::Error) -> LedgerError {
    LedgerError::of_file(operation, &path.display().to_string(), cause)
}

fn unsound(path: &Path) -> LedgerError {
    let cause = "what was prepared for an import is not as it was written; import again".to_owned();
    LedgerError::Engine { operation: "read", file: path.display().to_string(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &[u8] = b"what for";

    fn all(stage: &Stage) -> Vec<Vec<u8>> {
        let mut parts = stage.parts().expect("it can be read");
        std::iter::from_fn(|| parts.next_part().expect("each is sound")).collect()
    }

    fn filled(shelf: &Shelf, parts: usize) -> Stage {
        let mut stage = shelf.begin(MARK);
        (0..parts).for_each(|number| stage.push(format!("part {number}").as_bytes()).expect("there is room"));
        stage
    }

    #[test]
    fn one_part_makes_no_file_and_two_do() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let shelf = Shelf::of(folder.path());
        let stage = filled(&shelf, 1);
        assert_eq!((all(&stage).len(), shelf.left()), (1, None));
        let stage = filled(&shelf, 2);
        assert_eq!(all(&stage), [b"part 0", b"part 1"]);
        assert_eq!(shelf.left().as_deref(), Some(MARK));
        stage.remove();
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
        assert_eq!(all(&filled(&Shelf::default(), 3)).len(), 3);
    }

    #[test]
    fn whoever_goes_on_has_every_whole_part_wherever_it_was_cut() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let shelf = Shelf::of(folder.path());
        drop(filled(&shelf, 3));
        let path = folder.path().join("import.stage");
        let whole = std::fs::read(&path).expect("it is there");
        let mut seen = std::collections::BTreeSet::new();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("it can be written");
            let mut parts = Vec::new();
            let resumed = shelf.resume(MARK, &mut |part| {
                parts.push(part.to_owned());
                true
            });
            let Some(mut stage) = resumed.expect("it can be opened") else { continue };
            seen.insert(parts.len());
            assert_eq!(all(&stage), parts, "cut at {cut}");
            stage.push(b"more").expect("there is room");
            parts.push(b"more".to_vec());
            assert_eq!(all(&stage), parts, "cut at {cut}");
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_flipped_bit_ends_it_there_and_another_mark_is_not_taken() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let shelf = Shelf::of(folder.path());
        let stage = filled(&shelf, 3);
        let path = folder.path().join("import.stage");
        let whole = std::fs::read(&path).expect("it is there");
        assert!(shelf.resume(b"else", &mut |_| true).expect("it can be opened").is_none());
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            std::fs::write(&path, &bytes).expect("it can be written");
            let read = stage.parts().and_then(|mut parts| {
                while parts.next_part()?.is_some() {}
                Ok(())
            });
            assert!(read.is_err(), "a bit of byte {place} is not seen");
            let mut parts = 0;
            let resumed = shelf.resume(MARK, &mut |part| {
                assert!(part == format!("part {parts}").as_bytes());
                parts += 1;
                true
            });
            assert!(resumed.expect("it can be opened").is_none_or(|_| parts < 3), "byte {place}");
        }
    }
}
