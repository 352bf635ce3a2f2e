//! Tokens of a sign-on service elsewhere: JSON Web Tokens (RFC 7519) signed with a key of its key set
//! (RFC 7517), judged as RFC 8725 has it. What a token says of its own key or of how it wants to be
//! checked is never followed: the algorithm is the key's, the key is the file's.
//!
//! Keys come from a file that is read again whenever it is replaced; nothing is fetched here. Every
//! refusal is one and the same to whoever presents a token; this room must never log one.

mod claims;
mod keys;
mod strict;

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::engine::now_ms;
use crate::ledger::{Kept, Standing};
use crate::rights::Role;
use keys::Key;

/// Bytes of a token; more is none.
const MOST_BYTES: usize = 16 * 1024;
/// Seconds by which two clocks may differ at most.
const MOST_LEEWAY: u32 = 60;

/// The section `oidc` of the settings: whose tokens count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// What `aud` must name.
    pub audience: String,
    /// The file of its keys (JWKS).
    pub jwks_file: PathBuf,
    /// The claim that names the role: a name, or a path such as `/realm_access/roles`.
    #[serde(default = "role_claim")]
    pub role_claim: String,
    /// The claim that names the region of a county officer.
    #[serde(default = "region_claim")]
    pub region_claim: String,
    /// Seconds by which its clock may differ from ours, at most 60.
    #[serde(default = "leeway_seconds")]
    pub leeway_seconds: u32,
}

fn role_claim() -> String {
    "role".to_owned()
}

fn region_claim() -> String {
    "region".to_owned()
}

fn leeway_seconds() -> u32 {
    30
}

impl Provider {
    /// What of it cannot be used.
    pub fn unsound(&self) -> Option<&'static str> {
        let empty = |text: &String| text.trim().is_empty();
        match self {
            _ if empty(&self.issuer) => Some("issuer"),
            _ if empty(&self.audience) => Some("audience"),
            _ if empty(&self.role_claim) => Some("role_claim"),
            _ if empty(&self.region_claim) => Some("region_claim"),
            _ if self.leeway_seconds > MOST_LEEWAY => Some("leeway_seconds"),
            _ => None,
        }
    }
}

/// Whoever holds a token that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The actor: `oidc:` and the `sub` of the token.
    pub name: Arc<str>,
    /// What they are.
    pub role: Role,
    /// The code of the region they work for.
    pub region: Option<Arc<str>>,
}

/// Why a token does not count: for the log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no token.
    #[error("it is no JSON Web Token that could be read")]
    Form,
    /// Its header asks for something that is not done here.
    #[error("its header names no key of ours, or asks for what is not done")]
    Header,
    /// The key did not sign it.
    #[error("its signature is not the key's")]
    Signature,
    /// It is of another time.
    #[error("it has expired, is not valid yet, or does not say until when")]
    Time,
    /// It is somebody else's, or for somebody else.
    #[error("its issuer or audience is another")]
    Audience,
    /// It does not say what its holder is.
    #[error("its subject, role or region cannot be used")]
    Holder,
}

/// The header of a token. One that says more is refused: what it says would have to be obeyed
/// (`crit`), or would be believed by somebody else (`jwk`, `jku`, `x5u`, `x5c`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
    /// Thumbprints of certificates, which some services add; nothing is done with them.
    #[serde(default, rename = "x5t")]
    _thumbprint: Option<String>,
    #[serde(default, rename = "x5t#S256")]
    _thumbprint_256: Option<String>,
}

/// The sign-on service whose tokens count.
#[derive(Debug)]
pub struct SignOn {
    provider: Provider,
    keys: Kept<Key>,
}

impl SignOn {
    /// Read its keys. There may be none yet: then no token of it counts.
    pub fn open(provider: &Provider) -> Self {
        let keys = Kept::watching(&provider.jwks_file, &keys::FORM, now_ms());
        Self { provider: provider.clone(), keys }
    }

    /// Why no token of it counts at present, where that is so.
    pub fn fault(&self) -> Option<String> {
        self.keys.seen_at(now_ms(), |standing| match standing {
            Standing::Absent => Some("the file of keys is not there".to_owned()),
            Standing::Damaged(reason) => Some(reason.clone()),
            Standing::Kept(keys) if keys.is_empty() => Some("the file holds no key that can be used".to_owned()),
            Standing::Kept(_) => None,
        })
    }

    /// Who holds what was presented.
    pub fn judge(&self, presented: &str) -> Result<Holder, Flaw> {
        self.judge_at(presented, now_ms() / 1_000)
    }

    fn judge_at(&self, presented: &str, now: i64) -> Result<Holder, Flaw> {
        if presented.len() > MOST_BYTES {
            return Err(Flaw::Form);
        }
        let mut parts = presented.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Flaw::Form);
        };
        let signed = presented.get(..header.len() + 1 + claims.len()).ok_or(Flaw::Form)?;
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw::Form);
        let (header, claims, signature) = (bytes(header)?, bytes(claims)?, bytes(signature)?);
        let header: Header = serde_json::from_slice(&header).map_err(|_| Flaw::Header)?;
        if !header.typ.as_deref().is_none_or(is_token_type) {
            return Err(Flaw::Header);
        }
        // `kid` is compared with those of the file, and is never a path, a query or anything else.
        let key = self.keys.seen_at(now_ms(), |standing| match standing {
            Standing::Kept(keys) => keys.iter().find(|key| key.id == header.kid).cloned(),
            Standing::Absent | Standing::Damaged(_) => None,
        });
        let key = key.filter(|key| key.algorithm.name() == header.alg).ok_or(Flaw::Header)?;
        if !key.signed(signed.as_bytes(), &signature) {
            return Err(Flaw::Signature);
        }
        claims::holder(&strict::read(&claims).ok_or(Flaw::Form)?, &self.provider, now)
    }
}

/// Does it look like such a token? For telling which judge is asked, and for keeping it out of logs.
pub fn looks_like_one(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

fn is_token_type(typ: &str) -> bool {
    ["JWT", "at+jwt", "application/at+jwt"].iter().any(|known| known.eq_ignore_ascii_case(typ))
}
