//! The register of erasures: whose data were erased, when and why, a line each, only ever added to. It is
//! kept outside the data directory, so that no restored copy of the store brings back what was erased.
//!
//! Each line has a sum that goes on from the line before, and the head says how many lines there are and
//! which sum the last one has: a line that is changed, moved or missing is seen, also at the end.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::VaultError;
use crate::domain::Id;
use crate::domain::personal::ErasureReason;
use crate::ledger::replace_file;

/// How the first line begins; how many lines follow and the sum of the last one stand behind it.
const HEAD: &str = "innograph erasures 2";
/// The first line as earlier versions wrote it: each line has a sum of its own, and nothing says how many.
const FORMER_HEAD: &str = "innograph erasures 1";
/// Letters of a sum.
const SUM: usize = 32;

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

    /// Its sum, which goes on from that of the line before.
    fn sum_after(&self, before: &str) -> String {
        sum_of(&format!("{before} {}", self.content()))
    }

    /// As it is written: the sum stands before the name of the store, which may hold spaces.
    fn written(&self, sum: &str) -> String {
        format!("{} {} {} {sum} {}", self.at_ms, self.person, self.reason.name(), self.store)
    }

    /// A line, with the sum that stands in it.
    fn read(written: &str) -> Option<(Self, &str)> {
        let mut parts = written.splitn(5, ' ');
        let (at_ms, person) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let reason = ErasureReason::by_name(parts.next()?)?;
        let (sum, store) = (parts.next()?, parts.next()?.to_owned());
        let line = Self { at_ms, person, reason, store };
        (line.written(sum) == written).then_some((line, sum))
    }
}

fn sum_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..SUM].to_owned()
}

/// The register of a directory.
#[derive(Debug)]
pub(super) struct Register {
    path: PathBuf,
    lines: Vec<Line>,
    known: BTreeSet<(String, Id)>,
}

/// The lines of a register; none where there is no file, or nothing in it.
pub(super) fn read(path: &Path) -> Result<Option<Vec<Line>>, VaultError> {
    let text = match std::fs::read_to_string(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|cause| VaultError::system(path, &cause))?,
    };
    if text.is_empty() {
        return Ok(None);
    }
    let head = text.lines().next().unwrap_or_default();
    if head == FORMER_HEAD {
        return former(path, &text).map(Some);
    }
    let mut said = head.strip_prefix(HEAD).unwrap_or_default().split_whitespace();
    let (count, last) = (said.next().and_then(|count| count.parse::<usize>().ok()), said.next());
    let (Some(count), Some(last), None) = (count, last, said.next()) else { return Err(damaged(path, 1)) };
    let (mut lines, mut sum) = (Vec::new(), String::new());
    for (written, number) in text.lines().skip(1).zip(2..) {
        let (line, stated) = Line::read(written).ok_or_else(|| damaged(path, number))?;
        sum = line.sum_after(&sum);
        if sum != stated {
            return Err(damaged(path, number));
        }
        lines.push(line);
    }
    if lines.len() != count || sum != last {
        return Err(VaultError::Shortened { path: path.display().to_string(), stated: count, found: lines.len() });
    }
    Ok(Some(lines))
}

/// As earlier versions wrote it. Half a last line was never confirmed.
fn former(path: &Path, text: &str) -> Result<Vec<Line>, VaultError> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let read = whole.lines().zip(1..).skip(1).map(|(written, number)| match Line::read(written) {
        Some((line, stated)) if sum_of(&line.content()) == stated => Ok(line),
        _ => Err(damaged(path, number)),
    });
    read.collect()
}

fn damaged(path: &Path, line: usize) -> VaultError {
    VaultError::Damaged { path: path.display().to_string(), line }
}

/// All of a register, as it is written.
fn text_of(lines: &[Line]) -> String {
    let (mut text, mut sum) = (String::new(), String::new());
    for line in lines {
        sum = line.sum_after(&sum);
        text.push_str(&line.written(&sum));
        text.push('\n');
    }
    format!("{HEAD} {} {sum}\n{text}", lines.len())
}

impl Register {
    /// What is there. No file is no erasure.
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        let lines = read(path)?.unwrap_or_default();
        let known = lines.iter().map(|line| (line.store.clone(), line.person)).collect();
        Ok(Self { path: path.to_owned(), lines, known })
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(super) fn has(&self, store: &str, person: Id) -> bool {
        self.known.contains(&(store.to_owned(), person))
    }

    /// Add a line, durably: the register with it takes the place of the one without, at once.
    pub(super) fn add(&mut self, line: &Line) -> Result<(), VaultError> {
        if self.has(&line.store, line.person) {
            return Ok(());
        }
        self.lines.push(line.clone());
        if let Err(cause) = replace_file(&self.path, text_of(&self.lines).as_bytes(), 0o600) {
            self.lines.pop();
            return Err(VaultError::system(&self.path, &cause));
        }
        self.known.insert((line.store.clone(), line.person));
        Ok(())
    }
}
