//! The manifest beside a file, and the two hashes in it: of what the file holds, and of its bytes.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Content, Format, separated};
use crate::domain::Manifest;
use crate::domain::manifest::Cut;

/// Of which form the manifest is.
const FORM: u32 = 1;

/// SHA-256 of what is in a result, whatever the format: its tables as CSV with names for programs, LF at the end
/// of each line and nothing guarded; of a graph its nodes, an empty line, and its ties.
pub fn content_hash(content: Content<'_>) -> String {
    match content {
        Content::Table(table) => file_hash(&separated::plain(table)),
        Content::Graph(graph) => file_hash(&graph.tables().map(|table| separated::plain(&table)).join(&b'\n')),
    }
}

/// SHA-256 of bytes, in hexadecimal letters.
pub fn file_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The manifest of a file, as the text that stands beside it.
pub fn manifest_json(manifest: &Manifest, content: Content<'_>, (format, bytes): (Format, &[u8])) -> String {
    let mut all = fields(manifest);
    all.insert("form".into(), FORM.into());
    all.insert("format".into(), format.row().name.into());
    all.insert("counts".into(), counts(content));
    all.insert("bytes".into(), bytes.len().into());
    all.insert("fileHash".into(), format!("sha256:{}", file_hash(bytes)).into());
    let text = serde_json::to_string_pretty(&Value::Object(all)).expect("text and numbers can be written");
    format!("{text}\n")
}

/// What a manifest says, field by field.
pub(super) fn fields(manifest: &Manifest) -> Map<String, Value> {
    let variables: Map<String, Value> =
        manifest.variables.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let told = json!({
        "store": manifest.store,
        "query": manifest.query,
        "variables": variables,
        "role": manifest.role,
        "sequence": manifest.sequence,
        "asOf": manifest.as_of.to_string(),
        "knownAt": manifest.known_at,
        "madeAt": manifest.made_at,
        "definition": manifest.definition,
        "truncated": manifest.cut == Cut::Truncated,
        "contentHash": format!("sha256:{}", manifest.content_hash),
    });
    let Value::Object(told) = told else { return Map::new() };
    told
}

fn counts(content: Content<'_>) -> Value {
    match content {
        Content::Table(table) => json!({"rows": table.rows().len(), "columns": table.columns().len()}),
        Content::Graph(graph) => json!({"nodes": graph.nodes().len(), "ties": graph.links().len()}),
    }
}
