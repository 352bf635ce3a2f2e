//! What the command line says of settings; it wins over everything else.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

/// What the command line gave.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overrides {
    /// `--data`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// `--listen`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--store-name`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_name: Option<String>,
    /// `--banner`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub banner: Option<String>,
}
