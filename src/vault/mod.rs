//! Keys of people, outside the data directory: a key for each person, with which the ledger's ciphertexts
//! are sealed and opened, and the register of those whose key was destroyed.
//!
//! A key is on the disk before anything sealed with it is; a key that was destroyed never comes back.
//! No key, and nothing that was opened with one, is written anywhere else.

mod cipher;
mod keys;
mod register;
mod sealing;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::domain::Id;
use crate::domain::personal::{ErasureReason, Sealed};
use crate::ledger::{parent, sync_directory};
use cipher::Key;
use keys::{Held, Keys};
use register::Register;

pub use register::Line;
pub use sealing::{Fresh, Sealing};

/// Why a key or an erasure could not be kept or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The system refused.
    #[error(
        "PERSONAL_UNWRITABLE 个人信息密钥目录里的 {path} 无法读写（{cause}）。请检查 personal.directory 的空间与权限。{path} cannot be read or written ({cause}); check the room and the permissions of personal.directory"
    )]
    System {
        /// The file or directory.
        path: String,
        /// What the system said.
        cause: String,
    },
    /// A line of the register is not as it was written.
    #[error(
        "ERASURES_DAMAGED 删除登记簿 {path} 第 {line} 行不可信。请换上一份完好的副本；没有副本就不能启动，否则已删除的可能再现。Line {line} of the register of erasures {path} is not as it was written; put a sound copy in its place, since without it what was erased might come back"
    )]
    Damaged {
        /// The file.
        path: String,
        /// The first line that is wrong; the first is 1.
        line: usize,
    },
    /// Lines of the register are missing.
    #[error(
        "ERASURES_DAMAGED 删除登记簿 {path} 应有 {stated} 行，只有 {found} 行，或末行不是原来的那一行。请换上最新的一份完好的副本；用缺了行的登记簿，已删除的可能再现。The register of erasures {path} says that it has {stated} lines, and {found} are there or the last one is another; put the newest sound copy in its place, since with lines missing what was erased might come back"
    )]
    Shortened {
        /// The file.
        path: String,
        /// Lines that there ought to be.
        stated: usize,
        /// Lines that there are.
        found: usize,
    },
    /// Another process writes there.
    #[error(
        "PERSONAL_IN_USE 密钥文件 {path} 正被另一个进程使用：两个库不能共用一个 personal.directory。Another process has the file of keys {path}: two stores cannot share one personal.directory"
    )]
    InUse {
        /// The file.
        path: String,
    },
    /// Opened for reading only.
    #[error(
        "PERSONAL_READ_ONLY 库以只读方式打开，密钥不能增减。The store is open for reading only; no key is made or destroyed"
    )]
    ReadOnly,
}

impl VaultError {
    fn system(path: &Path, cause: &io::Error) -> Self {
        Self::System { path: path.display().to_string(), cause: cause.to_string() }
    }
}

/// What came of opening a ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened {
    /// The text. It is wiped when it is let go.
    Text(Zeroizing<String>),
    /// The key was destroyed.
    Erased,
    /// There is no key that fits.
    KeyMissing,
}

/// How many keys there are of which sort, for whoever looks after them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys that can be used.
    pub live: usize,
    /// Slots of keys that were destroyed.
    pub destroyed: usize,
    /// Slots whose sum does not fit.
    pub damaged: usize,
    /// Lines of the register.
    pub registered: usize,
}

/// Where keys are.
#[derive(Debug)]
enum Home {
    /// Nowhere: every key follows from whose it is. For stores that live in memory alone, and to verify
    /// copies, where nothing is opened.
    Memory,
    /// In a directory.
    Files { directory: PathBuf, keys: Keys, register: Register, writable: bool },
}

#[derive(Debug)]
struct Inner {
    home: Home,
    /// Whose erasure was ordered, whether it is carried out to the end or not.
    erased: BTreeSet<Id>,
    /// A write of keys failed: nobody knows what the disk holds, and no key is added until restart.
    is_faulty: bool,
}

/// The keys of a store.
#[derive(Debug)]
pub struct Vault {
    inner: Mutex<Inner>,
}

impl Vault {
    /// Keys that follow from ids, kept nowhere.
    pub fn in_memory() -> Self {
        Self::at(Home::Memory, BTreeSet::new())
    }

    fn at(home: Home, erased: BTreeSet<Id>) -> Self {
        Self { inner: Mutex::new(Inner { home, erased, is_faulty: false }) }
    }

    /// The keys of a directory, which is made once there is a first one.
    pub fn open(directory: &Path, writable: bool) -> Result<Self, VaultError> {
        let keys = Keys::read(&directory.join("keys"))?;
        let register = Register::open(&directory.join("erasures"))?;
        let erased = register.lines().iter().map(|line| line.person).collect();
        let home = Home::Files { directory: directory.to_owned(), keys, register, writable };
        Ok(Self::at(home, erased))
    }

    /// The lines of a register, wherever it lies.
    pub fn read_register(path: &Path) -> Result<Vec<Line>, VaultError> {
        // One that is named is there, and is one.
        std::fs::metadata(path).map_err(|cause| VaultError::system(path, &cause))?;
        match register::read(path)? {
            None => Err(VaultError::Damaged { path: path.display().to_string(), line: 1 }),
            Some(lines) => Ok(lines),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Open a ciphertext.
    pub fn open_text(&self, sealed: &Sealed) -> Opened {
        let inner = self.inner();
        if inner.erased.contains(&sealed.person) {
            return Opened::Erased;
        }
        let opened = inner.key(sealed.person).and_then(|key| key.open(sealed));
        opened.map_or(Opened::KeyMissing, Opened::Text)
    }

    /// Can what is sealed of that person be opened, as far as keys go?
    pub fn has_key(&self, person: Id) -> bool {
        let inner = self.inner();
        !inner.erased.contains(&person) && inner.key(person).is_some()
    }

    /// Keep keys, durably. Where that fails, no key is added until restart.
    pub fn keep(&self, fresh: &Fresh) -> Result<(), VaultError> {
        let mut inner = self.inner();
        if fresh.is_empty() {
            return Ok(());
        }
        let kept = inner.keep(fresh);
        inner.is_faulty |= kept.is_err();
        kept
    }

    /// Keys were kept for what then was not written: they are destroyed, and nobody is told of them.
    pub fn withdraw(&self, fresh: &Fresh) {
        let mut inner = self.inner();
        if let Home::Files { keys, .. } = &mut inner.home {
            for person in fresh.people() {
                if let Err(error) = keys.destroy(person) {
                    tracing::warn!(%error, "a key that belongs to nobody stays");
                }
            }
        }
    }

    /// From now on nothing of these people can be read, whatever becomes of the files.
    pub fn order(&self, people: impl IntoIterator<Item = Id>) {
        self.inner().erased.extend(people);
    }

    /// Was the erasure of that person ordered?
    pub fn is_erased(&self, person: Id) -> bool {
        self.inner().erased.contains(&person)
    }

    /// Is it in the register, and is there no key any more?
    pub fn is_settled(&self, store: &str, person: Id) -> bool {
        let inner = self.inner();
        let ordered = inner.erased.contains(&person);
        ordered
            && match &inner.home {
                Home::Memory => true,
                Home::Files { keys, register, .. } => {
                    register.has(store, person) && matches!(keys.of(person), None | Some(Held::Destroyed))
                }
            }
    }

    /// Erase: a line of the register first, then the key; both durably. Again it changes nothing.
    pub fn erase(&self, line: &Line) -> Result<(), VaultError> {
        let mut inner = self.inner();
        inner.erased.insert(line.person);
        inner.make_room()?;
        let Home::Files { keys, register, .. } = &mut inner.home else { return Ok(()) };
        register.add(line)?;
        if keys.destroy(line.person)?
            && let Some(secret) = Key::random()
        {
            // Whatever an earlier version told apart by the one secret can be guessed at no more.
            keys.renew_secret(&secret)?;
        }
        Ok(())
    }

    /// Whose data were erased in a store of that name, as the register has it.
    pub fn registered(&self, store: &str) -> Vec<Line> {
        match &self.inner().home {
            Home::Memory => Vec::new(),
            Home::Files { register, .. } => {
                register.lines().iter().filter(|line| line.store == store).cloned().collect()
            }
        }
    }

    /// How many there are of which sort.
    pub fn counts(&self) -> Counts {
        let inner = self.inner();
        let Home::Files { keys, register, .. } = &inner.home else { return Counts::default() };
        let mut counts = Counts { registered: register.lines().len(), ..Counts::default() };
        for (_, held) in keys.people() {
            match held {
                Held::Live(_) => counts.live += 1,
                Held::Destroyed => counts.destroyed += 1,
                Held::Damaged => counts.damaged += 1,
            }
        }
        counts
    }

    /// May other users of the machine look into the directory?
    pub fn is_open_to_others(&self) -> Option<PathBuf> {
        let inner = self.inner();
        let Home::Files { directory, .. } = &inner.home else { return None };
        let open = |path: &Path| path.metadata().is_ok_and(|seen| seen.permissions().mode() & 0o077 != 0);
        [directory.clone(), directory.join("keys")].into_iter().find(|path| open(path))
    }
}

impl Inner {
    fn key(&self, person: Id) -> Option<Key> {
        match &self.home {
            Home::Memory => {
                Some(Key::of(blake3::derive_key("innograph keys in memory", &person.as_u128().to_be_bytes())))
            }
            Home::Files { keys, .. } => match keys.of(person) {
                Some(Held::Live(key)) => Some(key.clone()),
                _ => None,
            },
        }
    }

    /// What requests about people were told apart by once.
    fn secret(&self) -> Option<Key> {
        match &self.home {
            Home::Memory => None,
            Home::Files { keys, .. } => keys.secret().cloned(),
        }
    }

    fn keep(&mut self, fresh: &Fresh) -> Result<(), VaultError> {
        self.make_room()?;
        let Home::Files { keys, .. } = &mut self.home else { return Ok(()) };
        keys.add(fresh.keys())
    }

    /// The directory is there, for its owner alone.
    fn make_room(&mut self) -> Result<(), VaultError> {
        let Home::Files { directory, writable, .. } = &self.home else { return Ok(()) };
        if !writable {
            return Err(VaultError::ReadOnly);
        }
        if directory.is_dir() {
            return Ok(());
        }
        let made = DirBuilder::new().mode(0o700).recursive(true).create(directory);
        made.and_then(|()| sync_directory(parent(directory))).map_err(|cause| VaultError::system(directory, &cause))
    }
}

/// Where the keys of the store in that directory are, unless a setting says otherwise: beside it, never in
/// it, so that a copy of the store is no copy of the keys.
pub fn beside(data: &Path) -> PathBuf {
    let whole = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let mut name = whole.file_name().unwrap_or_default().to_owned();
    name.push("-personal");
    // The path as it was given, so that messages name what people know.
    if data.file_name().is_some() { parent(data).join(name) } else { parent(&whole).join(name) }
}

/// What is to be written of an erasure.
pub fn line(store: &str, person: Id, reason: ErasureReason, at_ms: i64) -> Line {
    Line { at_ms, person, reason, store: store.to_owned() }
}

/// Keys by whose they are.
type KeyMap = BTreeMap<Id, Key>;

#[cfg(test)]
mod tests;
