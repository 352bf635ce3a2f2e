//! `innograph documents`: judge documents, and list them in a manifest for `trusted_documents`.
//! All of them, or nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::exit;
use super::failure::Failure;
use crate::api::admission::{Judge, document_id};
use crate::config::{Config, Limits};
use crate::ledger::replace_file;

/// Judge these files, say what each costs, and write the manifest where one is wanted.
pub fn documents(config: &Config, files: &[PathBuf], out: Option<&Path>) -> ExitCode {
    let done = judged(&config.limits, files).and_then(|documents| match out {
        Some(out) => write(&documents, out).map(|()| documents.len()),
        None => Ok(documents.len()),
    });
    match done {
        Ok(count) => {
            match out {
                Some(out) => eprintln!(
                    "已写入 {}：{count} 份文档。Written to {}: {count} documents.",
                    out.display(),
                    out.display()
                ),
                None => eprintln!(
                    "{count} 份文档都可接受；加 --out 写成清单。{count} documents are fine; write a manifest with --out."
                ),
            }
            ExitCode::from(exit::OK)
        }
        Err(failure) => failure.report(),
    }
}

/// Id, price and file of each on standard output; ids and texts as a result.
fn judged(limits: &Limits, files: &[PathBuf]) -> Result<BTreeMap<String, String>, Failure> {
    let judge = Judge::new(limits);
    let mut lines = String::new();
    let mut documents = BTreeMap::new();
    let mut refusal = None;
    for file in files {
        let text = read(file, limits.document_bytes)?;
        let operations = match judge.judge(&text) {
            Ok(operations) => operations,
            Err(refused) => {
                // All that are wrong are told, not one a run; the last one ends it.
                let shown = file.display();
                let failure = Failure::new(
                    refused.code,
                    exit::REFUSED,
                    format!("{shown}：{}没有写入任何内容。", refused.zh),
                    format!("{shown}: {} Nothing was written.", refused.en),
                );
                if let Some(before) = refusal.replace(failure) {
                    eprintln!("{before}");
                }
                continue;
            }
        };
        let id = document_id(&text);
        for operation in operations {
            let name = operation.name.map(|name| format!(" {name}")).unwrap_or_default();
            lines += &format!("{id} {:>8} {}{name}\n", operation.price, file.display());
        }
        documents.insert(id, text);
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    print!("{lines}");
    Ok(documents)
}

/// A file of text, one byte more than a document may have at most: admission refuses that.
fn read(file: &Path, most: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let most = most as u64 + 1;
    let read = File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|cause| Failure::system(file, &cause))?;
    let longer = bytes.len() as u64 == most;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // Cut within a letter.
        Err(cut) if longer => Ok(String::from_utf8_lossy(cut.as_bytes()).into_owned()),
        Err(_) => Err(Failure::system(file, &io::Error::other("the file is no text in UTF-8"))),
    }
}

/// Write the manifest, whole or not at all.
fn write(documents: &BTreeMap<String, String>, out: &Path) -> Result<(), Failure> {
    let written = serde_json::to_vec_pretty(documents).map_err(io::Error::from).and_then(|mut bytes| {
        bytes.push(b'\n');
        replace_file(out, &bytes, 0o644)
    });
    written.map_err(|cause| Failure::system(out, &cause))
}
