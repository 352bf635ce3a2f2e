//! The register of erasures: whose data were erased, when and why, a line each, only ever added to. It is
//! kept outside the data directory, so that no restored copy of the store brings back what was erased.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::VaultError;
use crate::domain::Id;
use crate::domain::personal::ErasureReason;
use crate::ledger::{parent, sync_directory};

/// The first line.
const HEAD: &str = "innograph erasures 1\n";

/// One erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Whose.
    pub person: Id,
    /// Why.
    pub reason: ErasureReason,
    /// The name of the store; empty where it has none.
    pub store: String,
}

impl Line {
    fn content(&self) -> String {
        format!("{} {} {} {}", self.at_ms, self.person, self.reason.name(), self.store)
    }

    /// As it is written: the sum stands before the name of the store, which may hold spaces.
    fn written(&self) -> String {
        let sum = blake3::hash(self.content().as_bytes()).to_hex();
        format!("{} {} {} {} {}\n", self.at_ms, self.person, self.reason.name(), &sum[..32], self.store)
    }

    fn read(written: &str) -> Option<Self> {
        let mut parts = written.splitn(5, ' ');
        let (at_ms, person) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let reason = ErasureReason::by_name(parts.next()?)?;
        let (_, store) = (parts.next()?, parts.next()?.to_owned());
        let line = Self { at_ms, person, reason, store };
        (line.written().trim_end_matches('\n') == written).then_some(line)
    }
}

/// The register of a directory.
#[derive(Debug)]
pub(super) struct Register {
    path: PathBuf,
    lines: Vec<Line>,
    known: BTreeSet<(String, Id)>,
    /// Bytes of whole lines.
    length: u64,
}

/// The lines of a register, and the bytes that they take. Half a last line was never confirmed.
pub(super) fn read(path: &Path) -> Result<(Vec<Line>, u64), VaultError> {
    let mut text = String::new();
    match File::open(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        read => read.map_err(|cause| VaultError::system(path, &cause))?,
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    if whole.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let damaged = |line: usize| VaultError::Damaged { path: path.display().to_string(), line };
    let lines = whole.strip_prefix(HEAD).ok_or_else(|| damaged(1))?;
    let read = lines.lines().zip(2..).map(|(line, number)| Line::read(line).ok_or_else(|| damaged(number)));
    Ok((read.collect::<Result<_, _>>()?, whole.len() as u64))
}

impl Register {
    /// What is there. No file is no erasure.
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        let (lines, length) = read(path)?;
        let known = lines.iter().map(|line| (line.store.clone(), line.person)).collect();
        Ok(Self { path: path.to_owned(), lines, known, length })
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(super) fn has(&self, store: &str, person: Id) -> bool {
        self.known.contains(&(store.to_owned(), person))
    }

    /// Add a line, durably.
    pub(super) fn add(&mut self, line: &Line) -> Result<(), VaultError> {
        if self.has(&line.store, line.person) {
            return Ok(());
        }
        let failed = |cause: io::Error| VaultError::system(&self.path, &cause);
        let opened =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&self.path);
        let mut file = opened.map_err(failed)?;
        let head = if self.length == 0 { HEAD } else { "" };
        let text = format!("{head}{}", line.written());
        let written = file
            .set_len(self.length)
            .and_then(|()| file.seek(SeekFrom::Start(self.length)))
            .and_then(|_| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .and_then(|()| sync_directory(parent(&self.path)));
        written.map_err(failed)?;
        self.length += text.len() as u64;
        self.lines.push(line.clone());
        self.known.insert((line.store.clone(), line.person));
        Ok(())
    }
}
