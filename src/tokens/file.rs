//! How `tokens.json` is written. It holds hashes, never a token.

use std::io;

use serde::{Deserialize, Serialize};

use super::record::{Record, name_is_sound};
use crate::ledger::Form;
use crate::rights::region_is_sound;

/// The format this code writes.
const FORMAT: u32 = 1;

/// The file.
pub(super) static FORM: Form<Record> = Form { name: "tokens", decode, encode };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    tokens: Vec<Record>,
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
        let region = record.region.as_deref().is_none_or(region_is_sound);
        if !name_is_sound(&record.name) || !region || earlier.iter().any(|other| other.id == record.id) {
            return Err(format!("token {} has a name, a region or an id that cannot be", place + 1));
        }
    }
    Ok(written.tokens)
}

fn encode(tokens: &[Record]) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&Written { format: FORMAT, tokens: tokens.to_vec() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
