//! Names with kind, language and time. Two organisations are never one because a name is the same.

use minicbor::{Decode, Encode};

use super::personal::Sealed;

/// Characters of a name.
pub const LONGEST_NAME: usize = 256;

/// Names one node may have; lists of them are answered whole.
pub const MOST_NAMES: usize = 50;

/// The text of a name. That of a person is ciphertext, wherever it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Text {
    /// Of anything but a person.
    #[n(0)]
    Plain(#[n(0)] String),
    /// Of a person.
    #[n(1)]
    Sealed(#[n(0)] Sealed),
}

impl Text {
    /// The text, where everybody may read it.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Text::Plain(text) => Some(text),
            Text::Sealed(_) => None,
        }
    }
}

/// What a name is to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum NameKind {
    /// 全称
    #[n(0)]
    Official,
    /// 简称
    #[n(1)]
    Short,
    /// 曾用名
    #[n(2)]
    Former,
    /// 别名
    #[n(3)]
    Alias,
}

/// The language a name is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Language {
    /// 中文
    #[n(0)]
    Zh,
    /// English
    #[n(1)]
    En,
}

/// Name in schema and CSV, with words in both languages.
pub static NAME_KINDS: &[(NameKind, &str, &str, &str)] = &[
    (NameKind::Official, "OFFICIAL", "全称（登记名称）", "The full registered name"),
    (NameKind::Short, "SHORT", "简称", "A shorter form in use"),
    (NameKind::Former, "FORMER", "曾用名", "A name it had before"),
    (NameKind::Alias, "ALIAS", "别名", "Any other name in use"),
];

/// Name in schema and CSV, with words in both languages.
pub static LANGUAGES: &[(Language, &str, &str, &str)] = &[
    (Language::Zh, "zh", "中文名称", "Written in Chinese"),
    (Language::En, "en", "英文或其他外文名称", "Written in English or another foreign language"),
];

impl NameKind {
    /// Its name in the schema and in CSV.
    pub fn name(self) -> &'static str {
        NAME_KINDS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The kind of that name.
    pub fn by_name(name: &str) -> Option<NameKind> {
        NAME_KINDS.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

impl Language {
    /// Its name in the schema and in CSV.
    pub fn name(self) -> &'static str {
        LANGUAGES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The language of that name.
    pub fn by_name(name: &str) -> Option<Language> {
        LANGUAGES.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// Why a text cannot be a name, in Chinese and English; none where it can.
pub fn refusal(text: &str) -> Option<(String, String)> {
    if text.trim().is_empty() {
        return Some(("名称不能为空".into(), "a name is not empty".into()));
    }
    if text.chars().count() > LONGEST_NAME {
        return Some((
            format!("名称不超过 {LONGEST_NAME} 个字"),
            format!("a name has at most {LONGEST_NAME} characters"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Some(("名称不能含控制字符".into(), "a name has no control characters".into()));
    }
    None
}
