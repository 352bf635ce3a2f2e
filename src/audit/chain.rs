//! The chain: each line ends with a hash over itself and the hash before it.

use blake3::Hash;

/// What stands between the fields of a line and its hash.
const JOINT: &str = ",\"hash\":\"";
/// What ends a line.
const END: &str = "\"}\n";
/// A last line that has no end: a write that was cut off.
pub(super) const TORN: &str = "the last line has no end";

/// Where a chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub lines: u64,
    pub bytes: u64,
    pub hash: Hash,
}

impl Default for Chain {
    fn default() -> Self {
        Self { lines: 0, bytes: 0, hash: blake3::hash(b"innograph audit 1") }
    }
}

/// What a walk over lines found.
pub(super) struct Walk {
    /// Where it ended: at the end, or before the first line that is wrong.
    pub end: Chain,
    /// Every place it passed.
    pub passed: Vec<Chain>,
    /// What is wrong with the next line.
    pub fault: Option<&'static str>,
}

impl Chain {
    /// The next line out of its fields, a JSON object, and where the chain stands after it.
    pub(super) fn line(&self, object: &str) -> (String, Chain) {
        let fields = object.strip_suffix('}').unwrap_or(object);
        let hash = self.hash_of(fields);
        let line = format!("{fields}{JOINT}{}{END}", hash.to_hex());
        let bytes = self.bytes + line.len() as u64;
        (line, Chain { lines: self.lines + 1, bytes, hash })
    }

    fn hash_of(&self, fields: &str) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.hash.as_bytes()).update(fields.as_bytes());
        hasher.finalize()
    }

    /// Follow the lines that come after.
    pub(super) fn walk(self, bytes: &[u8]) -> Walk {
        let mut walk = Walk { passed: vec![self.clone()], end: self, fault: None };
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match walk.end.after(line) {
                Ok(end) => {
                    walk.passed.push(end.clone());
                    walk.end = end;
                }
                Err(fault) => {
                    walk.fault = Some(fault);
                    break;
                }
            }
        }
        walk
    }

    fn after(&self, line: &[u8]) -> Result<Chain, &'static str> {
        if !line.ends_with(b"\n") {
            return Err(TORN);
        }
        let text = std::str::from_utf8(line).map_err(|_| "it is no text")?;
        let (fields, _) = text.rsplit_once(JOINT).ok_or("it has no hash")?;
        let (expected, end) = self.line(&format!("{fields}}}"));
        if expected != text {
            return Err("it does not fit the lines before it");
        }
        Ok(end)
    }
}
