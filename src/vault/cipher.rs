//! Sealing and opening one text under one key: AES-256-GCM-SIV (RFC 8452), always with the same nonce, so
//! that equal texts give equal ciphertexts. What that reveals is that they are equal, and nothing else.
//! Whose text it is and of what is part of what is authenticated: a ciphertext cannot be passed off as
//! somebody else's. Lengths are rounded up, so that they say little.

use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use zeroize::Zeroizing;

use crate::domain::Id;
use crate::domain::personal::{Part, Sealed};

/// The form of a ciphertext, its first byte.
const FORM: u8 = 1;
/// Texts are filled up to a multiple of so many bytes.
const BLOCK: usize = 32;
/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;

/// A key. Its bytes are wiped when it is let go, and never shown.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl Key {
    /// A key out of its bytes.
    pub(super) fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new one by chance; none where the system has none to give.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(&mut *bytes).ok()?;
        Some(Self(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seal a text; none where it is longer than can be.
    pub(super) fn seal(&self, person: Id, part: Part, text: &str) -> Option<Sealed> {
        let length = u32::try_from(text.len()).ok()?;
        let room = (text.len() + 4).next_multiple_of(BLOCK);
        let mut plain = Zeroizing::new(Vec::with_capacity(room));
        plain.extend_from_slice(&length.to_be_bytes());
        plain.extend_from_slice(text.as_bytes());
        plain.resize(room, 0);
        let aad = whose(person, part);
        let payload = Payload { msg: plain.as_slice(), aad: &aad };
        let ciphertext = self.cipher().encrypt(Nonce::from_slice(&[0; 12]), payload).ok()?;
        let bytes = std::iter::once(FORM).chain(ciphertext).collect();
        Some(Sealed { person, part, bytes })
    }

    /// Open it; none where it was sealed with another key, or is not what was sealed.
    pub(super) fn open(&self, sealed: &Sealed) -> Option<Zeroizing<String>> {
        let (form, ciphertext) = sealed.bytes.split_first()?;
        if *form != FORM {
            return None;
        }
        let aad = whose(sealed.person, sealed.part);
        let payload = Payload { msg: ciphertext, aad: &aad };
        let plain = Zeroizing::new(self.cipher().decrypt(Nonce::from_slice(&[0; 12]), payload).ok()?);
        let (length, text) = plain.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let text = std::str::from_utf8(text.get(..length)?).ok()?;
        Some(Zeroizing::new(text.to_owned()))
    }

    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(self.0.as_slice().into())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key")
    }
}

/// What is authenticated beside the text.
fn whose(person: Id, part: Part) -> Vec<u8> {
    let mut bytes = b"innograph person 1".to_vec();
    bytes.extend_from_slice(&person.as_u128().to_be_bytes());
    match part {
        Part::Name => bytes.push(0),
        Part::Attribute(tag) => {
            bytes.push(1);
            bytes.extend_from_slice(&tag.to_be_bytes());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_equal_where_texts_are_and_opens_for_its_owner_alone() {
        let (key, person) = (Key::of([7; KEY_BYTES]), Id::from_u128(1));
        let sealed = key.seal(person, Part::Name, "示例人员甲").expect("it can be sealed");
        assert_eq!(key.seal(person, Part::Name, "示例人员甲"), Some(sealed.clone()));
        assert_eq!(key.open(&sealed).as_deref().map(String::as_str), Some("示例人员甲"));
        assert_ne!(key.seal(person, Part::Name, "示例人员乙"), Some(sealed.clone()));
        assert!(!sealed.bytes.windows(3).any(|window| window == "示".as_bytes()));
        let others = [
            Sealed { person: Id::from_u128(2), ..sealed.clone() },
            Sealed { part: Part::Attribute(3), ..sealed.clone() },
            Sealed { bytes: sealed.bytes[..sealed.bytes.len() - 1].to_vec(), ..sealed.clone() },
            Sealed { bytes: Vec::new(), ..sealed.clone() },
        ];
        assert!(others.iter().all(|other| key.open(other).is_none()));
        for place in 0..sealed.bytes.len() {
            let mut flipped = sealed.clone();
            flipped.bytes[place] ^= 1;
            assert!(key.open(&flipped).is_none(), "byte {place}");
        }
        assert!(Key::of([8; KEY_BYTES]).open(&sealed).is_none());
    }

    #[test]
    fn how_long_a_name_is_does_not_show() {
        let (key, person) = (Key::of([7; KEY_BYTES]), Id::from_u128(1));
        let length = |text| key.seal(person, Part::Name, text).map(|sealed| sealed.bytes.len());
        assert_eq!(length("张三"), length("欧阳娜娜"));
        assert_eq!(length(""), length("13812341234"));
    }
}
