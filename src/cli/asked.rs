//! `innograph export --query FILE`: a document asked of a store that nobody need serve, its answer as a file. It is
//! judged as over HTTP; what counts clients does not count here.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::exit;
use super::failure::Failure;
use crate::api::http::{Made, Service, of_document};
use crate::config::Config;
use crate::engine::Engine;
use crate::export::Format;
use crate::rights::Role;

/// Milliseconds that a list may take to be gathered: nobody else waits.
const PATIENCE_MS: u64 = 3_600_000;

/// What is asked.
pub struct Asked {
    /// The file with the document.
    pub file: PathBuf,
    /// Its variables, as JSON.
    pub variables: Option<String>,
    /// The name of its operation.
    pub operation: Option<String>,
}

/// Ask it for a role; so many rows at most.
pub fn made(config: &Config, asked: &Asked, (role, format): (Role, Format), most: usize) -> Result<Made, Failure> {
    let text = std::fs::read_to_string(&asked.file).map_err(|cause| Failure::system(&asked.file, &cause))?;
    let variables: Value = match &asked.variables {
        None => Value::Null,
        Some(given) => serde_json::from_str(given).ok().filter(Value::is_object).ok_or_else(|| {
            Failure::new(
                "EXPORT_USAGE",
                exit::USAGE,
                "--variables 应为 JSON 对象，如 '{\"n\": 5}'。",
                "--variables expects a JSON object such as '{\"n\": 5}'.",
            )
        })?,
    };
    let engine = Arc::new(Engine::beside(&config.data).map_err(|error| Failure::store(&error))?);
    let mut config = config.clone();
    if let Some(name) = engine.view().state().name() {
        name.clone_into(&mut config.store_name);
    }
    let limits = &mut config.limits;
    (limits.client_requests, limits.client_rows, limits.client_at_once) = (0, 0, 0);
    (limits.export_rows, limits.export_bytes, limits.export_ms) = (most, usize::MAX, PATIENCE_MS);
    limits.request_ms = PATIENCE_MS;
    // A document may search.
    engine.index().map_err(|cause| failed(&cause.to_string(), &cause.to_string()))?;
    let service = Service::new(engine, &config);
    let body = json!({ "query": text, "variables": variables, "operationName": asked.operation });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|cause| failed(&cause.to_string(), &cause.to_string()))?;
    runtime.block_on(of_document(&service, role, body, format)).map_err(|refused| {
        let told = |name: &str| refused["errors"][0]["extensions"][name].as_str().unwrap_or_default().to_owned();
        Failure::new("EXPORT_REFUSED", exit::REFUSED, format!("{} {}", told("code"), told("zh")), told("en"))
    })
}

fn failed(zh: &str, en: &str) -> Failure {
    Failure::new("EXPORT_FAILED", exit::FAILED, zh, en)
}
