//! What is kept of a token: everything but the token.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::PREFIX;
use crate::rights::Role;

/// Characters of a name.
pub(crate) const NAME_CHARACTERS: usize = 64;

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Short and public: what lists show and `revoke` takes.
    pub id: String,
    /// The actor on everything written with it.
    pub name: String,
    /// What it allows.
    #[serde(with = "role_name")]
    pub role: Role,
    /// The code of the region that its holder works for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// BLAKE3 of the token.
    #[serde(with = "hash_text")]
    pub(super) hash: blake3::Hash,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// The moment from which it no longer counts.
    pub expires_at_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_at_ms: Option<i64>,
}

/// Whether a token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It counts.
    Live,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

impl Record {
    /// Whether it counts at a moment.
    pub fn state(&self, now_ms: i64) -> TokenState {
        match (self.revoked_at_ms, self.expires_at_ms) {
            (Some(_), _) => TokenState::Revoked,
            (None, Some(end)) if end <= now_ms => TokenState::Expired,
            (None, _) => TokenState::Live,
        }
    }
}

/// Letters of any script, digits, `-`, `_` and `.`; written in one way only; not a token by mistake.
pub(crate) fn name_is_sound(name: &str) -> bool {
    let length = name.chars().count();
    (1..=NAME_CHARACTERS).contains(&length)
        && name.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))
        && name.nfkc().eq(name.chars())
        && !name.starts_with(PREFIX)
}

pub(crate) mod role_name {
    //! A role as its stable name; the public holds nothing.
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::rights::Role;

    pub(crate) fn serialize<S: Serializer>(role: &Role, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(role.name())
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Role, D::Error> {
        let name = String::deserialize(from)?;
        // As it is written, or as it once was: never in small letters.
        let known = Role::named(&name).filter(|role| *role != Role::Public && name == name.to_uppercase());
        known.ok_or_else(|| serde::de::Error::custom("no role"))
    }
}

mod hash_text {
    //! A hash as 64 hexadecimal digits.
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(hash: &blake3::Hash, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&hash.to_hex())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<blake3::Hash, D::Error> {
        let text = String::deserialize(from)?;
        blake3::Hash::from_hex(text).map_err(|_| serde::de::Error::custom("no hash"))
    }
}
