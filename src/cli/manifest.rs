//! `manifest.json` of a backup: what must come of it. Written last, so that a folder without one
//! is no backup.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::exit;
use super::failure::Failure;
use crate::api::types::fact::moment;
use crate::engine::{View, now_ms};
use crate::graph::DIGEST_VERSION;
use crate::ledger::{Head, replace_file};

/// The format this code writes.
const FORMAT: u32 = 1;
/// The name of the file.
pub const NAME: &str = "manifest.json";
/// More bytes are not read.
const MOST_BYTES: u64 = 64 * 1024;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this file.
    pub format: u32,
    /// The program that made it.
    pub program_version: String,
    /// The name of the store; none where it has none.
    pub store_name: Option<String>,
    /// When it was made (UTC).
    pub made_at: String,
    /// The canonical form that the digests are of; the first where it is not said.
    #[serde(default = "first_digests")]
    pub digest_version: u32,
    /// What the ledger gives when it is replayed.
    #[serde(flatten)]
    pub standing: Standing,
    /// Bytes of the ledger.
    pub ledger_bytes: u64,
    /// BLAKE3 of these bytes.
    pub ledger_blake3: String,
}

/// Manifests did not say it at first.
fn first_digests() -> u32 {
    1
}

/// What a ledger gives when it is replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The number of the last entry.
    pub sequence: u64,
    /// The hash that covers all entries.
    pub head_hash: String,
    /// The state, to the last detail.
    pub state_digest: String,
    /// What the facts say, whoever recorded them and when.
    pub content_digest: String,
    /// Nodes.
    pub nodes: usize,
    /// Ties.
    pub ties: usize,
    /// Records.
    pub records: usize,
    /// Sources.
    pub sources: usize,
}

impl Standing {
    /// What a view gives, over a ledger with this head.
    pub fn of(view: &View, head: Head) -> Self {
        let [nodes, ties, records, sources] = view.state().size();
        Self {
            sequence: view.state().sequence(),
            head_hash: hex(head.hash),
            state_digest: hex(view.state().state_digest()),
            content_digest: hex(view.state().content_digest()),
            nodes,
            ties,
            records,
            sources,
        }
    }
}

impl Manifest {
    /// Of a ledger that was copied and replayed just now.
    pub fn new(store_name: Option<&str>, standing: Standing, (ledger_bytes, ledger_blake3): (u64, String)) -> Self {
        Self {
            format: FORMAT,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            store_name: store_name.map(str::to_owned),
            made_at: moment(now_ms()),
            digest_version: DIGEST_VERSION,
            standing,
            ledger_bytes,
            ledger_blake3,
        }
    }

    /// Are its digests of the form in which this program makes them?
    pub fn has_todays_digests(&self) -> bool {
        self.digest_version == DIGEST_VERSION
    }

    /// Is this what it promises? Digests of another form say nothing either way.
    pub fn promises(&self, found: &Standing) -> bool {
        let mut promised = self.standing.clone();
        if !self.has_todays_digests() {
            promised.state_digest.clone_from(&found.state_digest);
            promised.content_digest.clone_from(&found.content_digest);
        }
        promised == *found
    }

    /// Write it into the folder, durably.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        replace_file(&folder.join(NAME), &bytes, 0o644)
    }

    /// Read it from the folder.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let path = folder.join(NAME);
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(not_a_backup(folder)),
            Err(cause) => return Err(Failure::system(&path, &cause)),
        }
        let damaged = |_| damaged_backup(&path, "清单不完整", "the manifest is not what was written");
        let versioned: Versioned = serde_json::from_slice(&bytes).map_err(damaged)?;
        if versioned.format != FORMAT {
            return Err(Failure::new(
                "BACKUP_FORMAT",
                exit::DAMAGED,
                format!(
                    "备份的格式是 {}，本程序只认识 {FORMAT}。请使用制作它的那个版本或更新的版本。",
                    versioned.format
                ),
                format!(
                    "The format of the backup is {}, this program knows {FORMAT}. Use the version that made it, or a later one.",
                    versioned.format
                ),
            ));
        }
        serde_json::from_slice(&bytes).map_err(damaged)
    }
}

/// The folder has no manifest.
fn not_a_backup(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::new(
        "BACKUP_INCOMPLETE",
        exit::REFUSED,
        format!("{folder} 里没有 {NAME}：不是备份，或备份没有做完。请换一个备份。"),
        format!("{folder} has no {NAME}: it is no backup, or one that was not finished. Use another one."),
    )
}

/// The backup is not what was written.
pub fn damaged_backup(path: &Path, zh: &str, en: &str) -> Failure {
    let path = path.display();
    Failure::new(
        "BACKUP_DAMAGED",
        exit::DAMAGED,
        format!("备份已损坏（{path}：{zh}）。没有写入任何内容，请换一个备份。"),
        format!("The backup is damaged ({path}: {en}). Nothing was written; use another one."),
    )
}

/// A digest as text.
pub fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
