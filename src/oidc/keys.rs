//! The keys of a sign-on service (JWKS). A key that is none for signatures of ours is passed over; a
//! file that holds something else than it should is not believed at all.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

use crate::ledger::Form;

/// Keys of a file at most.
const MOST_KEYS: usize = 100;

/// The file; nobody here writes it.
pub(super) static FORM: Form<Key> =
    Form { name: "jwks", decode, encode: |_| Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied)) };

/// What a key signs with: one each, so that a token has no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub id: String,
    pub algorithm: Algorithm,
    /// Modulus and exponent; or the point, and nothing.
    parts: [Vec<u8>; 2],
}

impl Key {
    /// Did it sign this?
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let [first, second] = &self.parts;
        let verified = match self.algorithm {
            Algorithm::Rs256 => RsaPublicKeyComponents { n: first, e: second }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            Algorithm::Es256 => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, first).verify(message, signature)
            }
            Algorithm::EdDsa => UnparsedPublicKey::new(&signature::ED25519, first).verify(message, signature),
        };
        verified.is_ok()
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Written>,
}

/// A key as it is written. Members that are not named here say nothing to us.
#[derive(Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

fn decode(bytes: &[u8]) -> Result<Vec<Key>, String> {
    let set: Set = serde_json::from_slice(bytes)
        .map_err(|error| format!("it is no key set (line {}, column {})", error.line(), error.column()))?;
    if set.keys.len() > MOST_KEYS {
        return Err(format!("it holds more than {MOST_KEYS} keys"));
    }
    let keys: Vec<Key> = set.keys.iter().filter_map(key).collect();
    for (place, key) in keys.iter().enumerate() {
        if keys.iter().take(place).any(|other| other.id == key.id) {
            return Err("two of its keys have one kid".to_owned());
        }
    }
    Ok(keys)
}

fn key(written: &Written) -> Option<Key> {
    let signs = written.used_for.as_deref().is_none_or(|used| used == "sig")
        && written.key_ops.as_ref().is_none_or(|all| all.iter().any(|it| it == "verify"));
    let number = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
    let (algorithm, parts) = match (written.kty.as_str(), written.crv.as_deref()) {
        ("RSA", None) => (Algorithm::Rs256, [number(&written.n)?, number(&written.e)?]),
        ("EC", Some("P-256")) => {
            let (x, y) = (number(&written.x)?, number(&written.y)?);
            (Algorithm::Es256, [[&[4], x.as_slice(), y.as_slice()].concat(), Vec::new()])
        }
        ("OKP", Some("Ed25519")) => (Algorithm::EdDsa, [number(&written.x)?, Vec::new()]),
        _ => return None,
    };
    let fits = written.alg.as_deref().is_none_or(|alg| alg == algorithm.name());
    let id = written.kid.clone().filter(|id| !id.is_empty())?;
    (signs && fits).then_some(Key { id, algorithm, parts })
}
