//! `tokens.json`: read with doubt, and replaced whole. It holds hashes, never a token.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::record::{Record, name_is_sound};

/// The format this code writes.
const FORMAT: u32 = 1;
/// More bytes are not read: a thousand tokens take a third of a megabyte.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    tokens: Vec<Record>,
}

/// What tells one state of the file from another. The file is only ever replaced by another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
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
    pub(super) fn now(path: &Path) -> io::Result<Option<Self>> {
        match path.metadata() {
            Ok(seen) => Ok(Some(Self::of(&seen))),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// No file: nobody has made a token here.
    Absent,
    /// Every token that was ever made, in that order.
    Kept(Vec<Record>),
    /// It cannot be trusted, and why.
    Damaged(String),
}

/// Read the file, and say which state of it was read.
pub(super) fn read(path: &Path) -> (Option<Mark>, Standing) {
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
        Ok(_) => decode(&bytes).map_or_else(Standing::Damaged, Standing::Kept),
    };
    (Some(mark), standing)
}

fn decode(bytes: &[u8]) -> Result<Vec<Record>, String> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u32,
    }
    // The place of an error is said; its text could quote what stands there.
    let broken = |error: serde_json::Error| {
        format!("it is not the JSON that was written (line {}, column {})", error.line(), error.column())
    };
    let versioned: Versioned = serde_json::from_slice(bytes).map_err(broken)?;
    if versioned.format != FORMAT {
        return Err(format!("its format is {}, this program knows {FORMAT}", versioned.format));
    }
    let written: Written = serde_json::from_slice(bytes).map_err(broken)?;
    for (place, record) in written.tokens.iter().enumerate() {
        let earlier = written.tokens.get(..place).unwrap_or_default();
        if !name_is_sound(&record.name) || earlier.iter().any(|other| other.id == record.id) {
            return Err(format!("token {} has a name or an id that cannot be", place + 1));
        }
    }
    Ok(written.tokens)
}

/// The bytes of the file.
pub(super) fn encode(tokens: &[Record]) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&Written { format: FORMAT, tokens: tokens.to_vec() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// May others than the owner read or write it?
pub(super) fn is_open_to_others(path: &Path) -> bool {
    path.metadata().is_ok_and(|seen| seen.permissions().mode() & 0o077 != 0)
}
