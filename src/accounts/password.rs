//! Passwords: what one must be, how one is kept, and a first one made by chance. The only place that
//! sees one; it is never logged and never kept.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::Rules;
use crate::domain::fold::fold;

/// Bytes of a password that are read; more is no password.
pub const MOST_BYTES: usize = 1_024;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Letters and digits that nobody takes for another.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Groups of a first password, and characters of each: about 115 bits.
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// What is kept of a password: a hash with what it takes to make it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    hash: String,
}

/// What is wrong with a password that somebody wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Too few characters.
    #[error("密码至少 {0} 个字符。A password has at least {0} characters")]
    Short(usize),
    /// Too many bytes.
    #[error("密码最长 {MOST_BYTES} 字节。A password has at most {MOST_BYTES} bytes")]
    Long,
    /// Too much of the same.
    #[error(
        "密码应有大写字母、小写字母、数字、其他字符中的三种，不同的字符不少于五个。A password has three of capitals, small letters, digits and other characters, and five different ones"
    )]
    Simple,
    /// The name is in it.
    #[error("密码不能包含账号名称。A password does not hold the name of the account")]
    Named,
    /// It is the one that was.
    #[error("新密码不能与旧密码相同。The new password is not the old one")]
    Same,
}

/// The costs of a hash, where argon2 takes them.
pub(super) fn costs(rules: &Rules) -> Option<Params> {
    Params::new(rules.hash_kib, rules.hash_passes, rules.hash_lanes, Some(HASH_BYTES)).ok()
}

/// The text that is hashed: however it was typed, the same letters are the same.
fn canonical(password: &str) -> String {
    password.nfkc().collect()
}

/// May it be somebody's password?
pub(super) fn judge(password: &str, name: &str, rules: &Rules) -> Result<(), Weakness> {
    if password.len() > MOST_BYTES {
        return Err(Weakness::Long);
    }
    let password = canonical(password);
    if password.chars().count() < rules.password_characters {
        return Err(Weakness::Short(rules.password_characters));
    }
    let sorts: [fn(char) -> bool; 4] = [
        |it| it.is_uppercase(),
        |it| it.is_lowercase(),
        |it| it.is_ascii_digit(),
        |it| !it.is_uppercase() && !it.is_lowercase() && !it.is_ascii_digit(),
    ];
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if sorts.iter().filter(|sort| password.chars().any(**sort)).count() < 3 || different.len() < 5 {
        return Err(Weakness::Simple);
    }
    // A short name of Latin letters is in many words.
    if name.len() >= 3 && fold(&password).contains(&fold(name)) {
        return Err(Weakness::Named);
    }
    Ok(())
}

/// What is kept of a password.
pub(super) fn keep(password: &str, rules: &Rules) -> Option<Kept> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let params = costs(rules)?;
    let (kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    let hash = hashed(password, &salt, params)?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Kept { kib, passes, lanes, salt: hex(&salt), hash: hex(hash.as_bytes()) })
}

impl Kept {
    /// Is this the password? Compared in constant time.
    pub(super) fn is(&self, password: &str) -> bool {
        let read = || {
            let params = Params::new(self.kib, self.passes, self.lanes, Some(HASH_BYTES)).ok()?;
            Some((unhex(&self.salt)?, blake3::Hash::from_hex(&self.hash).ok()?, params))
        };
        let Some((salt, expected, params)) = read() else { return false };
        hashed(password, &salt, params).is_some_and(|found| found == expected)
    }

    /// Does making it cost what the settings say?
    pub(super) fn costs_as(&self, rules: &Rules) -> bool {
        (self.kib, self.passes, self.lanes) == (rules.hash_kib, rules.hash_passes, rules.hash_lanes)
    }

    /// Can it be read?
    pub(super) fn is_sound(&self) -> bool {
        Params::new(self.kib, self.passes, self.lanes, Some(HASH_BYTES)).is_ok()
            && unhex(&self.salt).is_some_and(|salt| salt.len() >= 8)
            && blake3::Hash::from_hex(&self.hash).is_ok()
    }
}

/// The hash as a value that compares in constant time.
fn hashed(password: &str, salt: &[u8], params: Params) -> Option<blake3::Hash> {
    let mut out = [0; HASH_BYTES];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(canonical(password).as_bytes(), salt, &mut out).ok()?;
    Some(blake3::Hash::from(out))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    digits.chunks(2).map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok()).collect()
}

/// A first password, from chance alone.
pub(super) fn first() -> Option<String> {
    let even = u8::try_from(256 - 256 % ALPHABET.len()).unwrap_or(u8::MAX);
    let mut text = String::new();
    for place in 0..GROUPS * GROUP {
        if place > 0 && place.is_multiple_of(GROUP) {
            text.push('-');
        }
        let drawn = loop {
            let mut byte = [0];
            getrandom::fill(&mut byte).ok()?;
            // Only so many values that each letter is as likely as any other.
            if byte[0] < even {
                break usize::from(byte[0]) % ALPHABET.len();
            }
        };
        text.push(char::from(*ALPHABET.get(drawn)?));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_password() {
        let rules = Rules::default();
        let judged = |password: &str| judge(password, "wangfang", &rules);
        assert_eq!(judged("Kecheng-2026"), Ok(()));
        assert_eq!(judged("科创图谱Aa2026年度"), Ok(()));
        assert_eq!(judged("Short-1"), Err(Weakness::Short(10)));
        assert_eq!(judged(&format!("Aa1-{}", "x".repeat(MOST_BYTES))), Err(Weakness::Long));
        for simple in ["kechengtupu2026", "0123456789", "Aa1Aa1Aa1Aa1", "科创图谱科创图谱科创图谱"] {
            assert_eq!(judged(simple), Err(Weakness::Simple), "{simple}");
        }
        assert_eq!(judged("WangFang-2026"), Err(Weakness::Named));
        assert_eq!(judge("Aa2026-王芳-科创图谱", "王芳", &rules), Err(Weakness::Named));
        assert_eq!(judge("Another-2026", "a", &rules), Ok(()));
    }

    #[test]
    fn a_kept_password_is_that_one_alone_and_no_two_look_alike() {
        let rules = Rules { hash_kib: 64, hash_passes: 1, ..Rules::default() };
        let (one, two) = (keep("Kecheng-2026", &rules).unwrap(), keep("Kecheng-2026", &rules).unwrap());
        assert_ne!(one, two);
        for kept in [&one, &two] {
            assert!(kept.is("Kecheng-2026") && kept.is("Ｋecheng-2026") && kept.is_sound());
            assert!(!kept.is("kecheng-2026") && !kept.is("") && !kept.is("Kecheng-2026 "));
        }
        assert!(one.costs_as(&rules) && !one.costs_as(&Rules::default()));
        let broken = Kept { hash: "00".into(), ..one.clone() };
        assert!(!broken.is_sound() && !broken.is("Kecheng-2026"));
        assert!(!Kept { passes: 0, ..one }.is_sound());
    }

    /// Made by the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1`
    /// (phc-winner-argon2, `test.c`, version 0x13).
    #[test]
    fn a_hash_is_the_one_that_the_reference_makes() {
        let params = Params::new(1 << 16, 2, 1, Some(32)).unwrap();
        let found = hashed("password", b"somesalt", params).unwrap();
        assert_eq!(found.to_hex().as_str(), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn first_passwords_differ_and_pass_for_one() {
        let (one, two) = (first().unwrap(), first().unwrap());
        assert_ne!(one, two);
        assert_eq!((one.len(), one.matches('-').count()), (23, 3));
    }
}
