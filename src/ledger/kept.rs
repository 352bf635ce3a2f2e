//! A small file of records that is only ever replaced whole. Whoever holds it open notices that it
//! was, by its mark; a file that cannot be trusted is never written over. What the records mean is
//! not known here.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::replace_file;

/// More bytes are not read: ten thousand records take a few megabytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Milliseconds for which a file that could not be looked into is not tried again.
pub const PAUSE_MS: i64 = 1_000;

/// How records are written.
#[derive(Debug)]
pub struct Form<T> {
    /// The file is `<name>.json`; the lock of its writers ends in `.lock` instead.
    pub name: &'static str,
    /// The records of these bytes, or what is wrong with them, without quoting them.
    pub decode: fn(&[u8]) -> Result<Vec<T>, String>,
    /// The bytes of these records.
    pub encode: fn(&[T]) -> io::Result<Vec<u8>>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<T> {
    /// No file: nothing was ever kept.
    Absent,
    /// Every record, in the order in which they were made.
    Kept(Vec<T>),
    /// It cannot be trusted, and why.
    Damaged(String),
}

/// Why the file could not be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptError {
    /// It cannot be trusted.
    Damaged {
        /// The file.
        path: String,
        /// What was seen.
        reason: String,
    },
    /// The system refused.
    System {
        /// What was being done.
        operation: &'static str,
        /// The same in Chinese.
        operation_zh: &'static str,
        /// To which file.
        path: String,
        /// What the system said.
        cause: String,
    },
}

impl KeptError {
    /// What the system refused to do with a file.
    pub fn system(operation: &'static str, operation_zh: &'static str, path: &Path, cause: &io::Error) -> Self {
        Self::System { operation, operation_zh, path: path.display().to_string(), cause: cause.to_string() }
    }
}

/// What tells one state of the file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    modified: (i64, i64),
    changed: (i64, i64),
    bytes: u64,
    inode: u64,
}

impl Mark {
    fn of(seen: &std::fs::Metadata) -> Self {
        Self {
            modified: (seen.mtime(), seen.mtime_nsec()),
            changed: (seen.ctime(), seen.ctime_nsec()),
            bytes: seen.len(),
            inode: seen.ino(),
        }
    }

    /// The mark of the file as it is now; none where there is no file.
    fn now(path: &Path) -> io::Result<Option<Self>> {
        match path.metadata() {
            Ok(seen) => Ok(Some(Self::of(&seen))),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause),
        }
    }
}

/// Of what state of the file it is known.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// Of this one; of none where there is no file.
    As(Option<Mark>),
    /// It could not be looked into at this time.
    Not(i64),
}

impl Seen {
    /// Does it still hold?
    fn holds(self, path: &Path, now: i64) -> bool {
        match self {
            // Whoever presents anything can ask; a failing disk is not asked each time.
            Seen::Not(at) => (0..PAUSE_MS).contains(&now.saturating_sub(at)),
            Seen::As(mark) => Mark::now(path).is_ok_and(|now| now == mark),
        }
    }
}

#[derive(Debug)]
struct Known<T> {
    seen: Seen,
    standing: Standing<T>,
}

/// A file of records in a directory.
#[derive(Debug)]
pub struct Kept<T: 'static> {
    path: PathBuf,
    lock: PathBuf,
    form: &'static Form<T>,
    known: RwLock<Known<T>>,
}

impl<T: Clone + PartialEq> Kept<T> {
    /// Read the file of a directory, at this time (milliseconds since 1970). There may be none.
    pub fn open(directory: &Path, form: &'static Form<T>, now: i64) -> Self {
        Self::watching(&directory.join(format!("{}.json", form.name)), form, now)
    }

    /// The same of any file.
    pub fn watching(path: &Path, form: &'static Form<T>, now: i64) -> Self {
        let (path, lock) = (path.to_owned(), path.with_extension("lock"));
        let known = load(&path, form, now);
        tell(&path, None, &known.standing);
        Self { path, lock, form, known: RwLock::new(known) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// May others than the owner of the file read or write it?
    pub fn is_open_to_others(&self) -> bool {
        self.path.metadata().is_ok_and(|seen| seen.permissions().mode() & 0o077 != 0)
    }

    /// Look at what the file says at this time. It is read again only when it has been replaced.
    pub fn seen_at<R>(&self, now: i64, look: impl FnOnce(&Standing<T>) -> R) -> R {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.seen.holds(&self.path, now) {
            return look(&known.standing);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have read it while this one waited.
        if !known.seen.holds(&self.path, now) {
            let fresh = load(&self.path, self.form, now);
            tell(&self.path, Some(&known.standing), &fresh.standing);
            *known = fresh;
        }
        look(&known.standing)
    }

    /// The records of what was seen.
    pub fn records(&self, standing: &Standing<T>) -> Result<Vec<T>, KeptError> {
        match standing {
            Standing::Absent => Ok(Vec::new()),
            Standing::Kept(records) => Ok(records.clone()),
            Standing::Damaged(reason) => {
                Err(KeptError::Damaged { path: self.path.display().to_string(), reason: reason.clone() })
            }
        }
    }

    /// Read, change and replace the file while no other process does. Nothing is replaced where
    /// nothing was changed.
    pub fn change<R, E: From<KeptError>>(&self, edit: impl FnOnce(&mut Vec<T>) -> Result<R, E>) -> Result<R, E> {
        self.replace(edit, |before, after| before != after)
    }

    /// The same, replacing a file that is there also where nothing was changed: how long it takes
    /// must not tell.
    pub fn change_always<R, E: From<KeptError>>(&self, edit: impl FnOnce(&mut Vec<T>) -> Result<R, E>) -> Result<R, E> {
        self.replace(edit, |_, after| !after.is_empty())
    }

    fn replace<R, E: From<KeptError>>(
        &self,
        edit: impl FnOnce(&mut Vec<T>) -> Result<R, E>,
        is_due: impl FnOnce(&[T], &[T]) -> bool,
    ) -> Result<R, E> {
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&self.lock);
        let lock = lock.map_err(|cause| KeptError::system("open", "打开", &self.lock, &cause))?;
        lock.lock().map_err(|cause| KeptError::system("lock", "锁定", &self.lock, &cause))?;
        let mut records = self.records(&read(&self.path, self.form).1)?;
        let before = records.clone();
        let answer = edit(&mut records)?;
        if is_due(&before, &records) {
            let written = (self.form.encode)(&records).and_then(|bytes| replace_file(&self.path, &bytes, 0o600));
            written.map_err(|cause| KeptError::system("write", "写入", &self.path, &cause))?;
        }
        Ok(answer)
    }
}

/// Read the file, and say which state of it was read.
fn read<T>(path: &Path, form: &Form<T>) -> (Option<Mark>, Standing<T>) {
    let opened = File::open(path).and_then(|file| file.metadata().map(|seen| (file, Mark::of(&seen))));
    let (file, mark) = match opened {
        Ok(opened) => opened,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return (None, Standing::Absent),
        Err(cause) => return (None, Standing::Damaged(format!("it cannot be opened: {cause}"))),
    };
    let mut bytes = Vec::new();
    let standing = match file.take(MOST_BYTES + 1).read_to_end(&mut bytes) {
        Err(cause) => Standing::Damaged(format!("it cannot be read: {cause}")),
        Ok(length) if u64::try_from(length).is_ok_and(|length| length > MOST_BYTES) => {
            Standing::Damaged(format!("it has more than {MOST_BYTES} bytes"))
        }
        Ok(_) => (form.decode)(&bytes).map_or_else(Standing::Damaged, Standing::Kept),
    };
    (Some(mark), standing)
}

fn load<T>(path: &Path, form: &Form<T>, now: i64) -> Known<T> {
    let (mark, standing) = read(path, form);
    let seen = match (&standing, mark) {
        (Standing::Damaged(_), None) => Seen::Not(now),
        (_, mark) => Seen::As(mark),
    };
    Known { seen, standing }
}

/// Log damage, once for as long as it stays the same.
fn tell<T: PartialEq>(path: &Path, before: Option<&Standing<T>>, standing: &Standing<T>) {
    if let Standing::Damaged(reason) = standing
        && before != Some(standing)
    {
        tracing::error!(file = %path.display(), reason, "a file cannot be trusted; nobody is let in by it");
    }
}
