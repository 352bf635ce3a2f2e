//! The manifest of the export of a whole store: which store it was, and which files belong to it. An import of
//! such a folder takes the name of the store from it, and is refused where a file is missing or another one.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{InputFile, Place, Refusal};
use crate::domain::rejection::{Rejection, clip};

/// The name of the file.
pub const STORE_MANIFEST: &str = "manifest.json";
/// The form of the export; other forms are refused.
pub const STORE_FORM: &str = "innograph-store-1";

#[derive(Debug, Deserialize)]
struct Manifest {
    form: String,
    store: String,
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    file_hash: String,
}

pub(super) fn is_manifest(file: &InputFile) -> bool {
    file.name == STORE_MANIFEST
}

/// The name of the store, where there is a manifest.
pub(super) fn read(files: &[InputFile], refusals: &mut Vec<Refusal>) -> Option<String> {
    let file = files.iter().find(|file| is_manifest(file))?;
    let place = Place { file: file.label.as_str().into(), line: 0, column: None };
    let mut refuse = |rejection| refusals.push(Refusal { place: place.clone(), value: None, rejection });
    let manifest = serde_json::from_slice::<Manifest>(&file.bytes).ok().filter(|read| read.form == STORE_FORM);
    let Some(manifest) = manifest else {
        refuse(unfit("form", "", ("不是本系统整库导出的清单", "it is the manifest of no export of a whole store")));
        return None;
    };
    for listed in &manifest.files {
        match files.iter().find(|file| file.name == listed.name) {
            None => {
                let (what_zh, what_en) = ("清单所列的文件".to_owned(), "file of the manifest".to_owned());
                refuse(Rejection::UnknownReference { what_zh, what_en, given: clip(&listed.name) });
            }
            Some(file) if hash(&file.bytes) != listed.file_hash => {
                let told = (
                    "文件与清单所记的哈希不符。若是有意改动，请先删去 manifest.json",
                    "is not as the manifest says; where it was changed on purpose, remove manifest.json first",
                );
                refuse(unfit(&listed.name, "", told));
            }
            Some(_) => {}
        }
    }
    Some(manifest.store)
}

fn unfit(name: &str, given: &str, (zh, en): (&str, &str)) -> Rejection {
    let (name, given) = (clip(name), clip(given));
    Rejection::InvalidValue { name, given, expected_zh: zh.into(), expected_en: en.into() }
}

fn hash(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("sha256:{digits}")
}
