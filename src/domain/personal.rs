//! Personal data: what of a person is kept sealed, how it is shown, and the lists of why it may be
//! read or erased. A text of a person is never a plain `String` in an event or a state; whoever holds
//! a [`Sealed`] holds ciphertext, and this room has no key.

use std::fmt;

use minicbor::{Decode, Encode};

use super::id::Id;
use super::name::Language;

/// What somebody's ciphertext is of: its name, or the attribute of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Part {
    /// A name.
    #[n(0)]
    Name,
    /// The attribute of that number.
    #[n(1)]
    Attribute(#[n(0)] u16),
}

/// A text under the key of a person. Equal texts of one part of one person are equal here too, so
/// that saying the same again changes nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct Sealed {
    /// Whose it is.
    #[n(0)]
    pub person: Id,
    /// What it is of.
    #[n(1)]
    pub part: Part,
    /// The ciphertext.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealed({}, {:?}, {} bytes)", self.person, self.part, self.bytes.len())
    }
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealFault {
    /// The person's data were erased; there will never be a key again.
    Erased,
    /// There ought to be a key, and it is gone.
    KeyMissing,
    /// No key can be kept: the place for keys cannot be written.
    Unwritable,
}

impl SealFault {
    /// The stable code of the refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Erased => "PERSON_ERASED",
            Self::KeyMissing => "PERSONAL_KEY_MISSING",
            Self::Unwritable => "PERSONAL_KEYS_UNWRITABLE",
        }
    }

    /// The sentence in Chinese; `person` is an id.
    pub fn zh(self, person: &str) -> String {
        match self {
            Self::Erased => format!(
                "这个人（{person}）的个人信息已删除，不能再写入姓名、电话、邮箱。若是另一个人，请用新的行键新建。"
            ),
            Self::KeyMissing => format!(
                "这个人（{person}）的密钥不在了，不能加密新的内容，没有写入。请管理员把密钥文件恢复到 personal.directory 后重启；恢复不了的，请删除此人的个人信息后用新的行键新建。"
            ),
            Self::Unwritable => {
                "密钥写不进 personal.directory，所以没有写入这个人。请管理员检查那个目录的空间与权限，重启服务后再试。"
                    .into()
            }
        }
    }

    /// The sentence in English.
    pub fn en(self, person: &str) -> String {
        match self {
            Self::Erased => format!("The personal data of this person ({person}) were erased; no name, telephone number or address can be written again. If it is somebody else, enter them under a new key."),
            Self::KeyMissing => format!("The key of this person ({person}) is gone, so nothing new can be sealed; nothing was written. Have the file of keys put back into personal.directory and the service restarted; where that cannot be, erase the person's data and enter them under a new row key."),
            Self::Unwritable => "No key can be written to personal.directory, so the person was not written. Have the room and the permissions of that directory checked, restart the service, and try again.".into(),
        }
    }
}

/// Seals texts. Whoever decides is handed one; where the keys are is not known here.
pub trait Seal {
    /// There is a new person: they get a key, unless they have one.
    fn begin(&mut self, person: Id) -> Result<(), SealFault>;

    /// Seal a text of a person. Always the same for the same text of the same part.
    fn seal(&mut self, person: Id, part: Part, text: &str) -> Result<Sealed, SealFault>;
}

/// What an attribute holds of a person, which says how it is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    /// A telephone number.
    Phone,
    /// An address of electronic mail.
    Email,
}

/// Why somebody reads personal data in full. The numbers are written into no ledger; the names are in
/// the audit log for ever.
pub static REVEAL_PURPOSES: &[(&str, &str, &str)] = &[
    ("CONTACT", "联系：为办理事项与本人联系", "To contact the person about a matter in hand"),
    (
        "EXPERT_INVITATION",
        "邀请：请专家评审、咨询、对接",
        "To invite an expert to a review, a consultation or a meeting",
    ),
    ("ADVISER_ASSIGNMENT", "帮扶：落实帮扶人与企业的对接", "To bring an adviser and a firm together"),
    ("VERIFICATION", "核对：核实、更正本人信息", "To check or correct what is kept of the person"),
    (
        "REQUEST_OF_THE_PERSON",
        "查询：应本人要求提供其信息",
        "To tell the person what is kept of them, at their request",
    ),
    ("LEGAL_DUTY", "依法：依法律法规或有权机关的书面要求", "Because a law or an authority asks for it in writing"),
];

/// Why personal data are erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ErasureReason {
    /// 本人要求
    #[n(0)]
    Requested,
    /// 不再需要
    #[n(1)]
    NoLongerNeeded,
    /// 撤回同意
    #[n(2)]
    ConsentWithdrawn,
    /// 误收
    #[n(3)]
    WronglyCollected,
    /// 依法
    #[n(4)]
    LegalDuty,
}

/// Name in schema and register, with words in both languages.
pub static ERASURE_REASONS: &[(ErasureReason, &str, &str, &str)] = &[
    (ErasureReason::Requested, "REQUESTED", "本人要求删除", "The person asked for it"),
    (ErasureReason::NoLongerNeeded, "NO_LONGER_NEEDED", "处理目的已实现或不再需要", "They are no longer needed"),
    (ErasureReason::ConsentWithdrawn, "CONSENT_WITHDRAWN", "本人撤回同意", "The person withdrew consent"),
    (ErasureReason::WronglyCollected, "WRONGLY_COLLECTED", "不应收集或录错了人", "They should not have been collected"),
    (ErasureReason::LegalDuty, "LEGAL_DUTY", "法律法规或有权机关要求", "A law or an authority asks for it"),
];

impl ErasureReason {
    /// Its name in the schema and in the register.
    pub fn name(self) -> &'static str {
        ERASURE_REASONS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The reason of that name.
    pub fn by_name(name: &str) -> Option<ErasureReason> {
        ERASURE_REASONS.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// What stands for letters that are not shown.
const STAR: char = '*';

/// A name of which only the beginning is shown: 张*, 欧*, `Z. S.`
pub fn mask_name(name: &str, language: Language) -> String {
    match language {
        Language::En => {
            let initials = name.split_whitespace().filter_map(|word| word.chars().next());
            initials.map(|initial| format!("{}.", initial.to_uppercase())).collect::<Vec<_>>().join(" ")
        }
        Language::Zh => {
            let mut letters = name.chars();
            let first: String = letters.next().into_iter().collect();
            // How long a name is says something of whose it is: no more than that there is more.
            let stars = letters.count().clamp(1, 2);
            first + &STAR.to_string().repeat(stars)
        }
    }
}

/// Of a telephone number of at least so many digits, how many of the first and of the last are shown. At
/// least four are not: a short number has no digits to spare.
const SHOWN_OF_A_NUMBER: &[(usize, usize, usize)] = &[(11, 3, 4), (9, 3, 2), (7, 0, 2)];

/// What an attribute holds, of which little is shown: 138****1234, `z***@example.cn`.
pub fn mask(text: &str, personal: Personal) -> String {
    match personal {
        Personal::Phone => {
            let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            let shown = |range: &[char]| range.iter().collect::<String>();
            let row = SHOWN_OF_A_NUMBER.iter().find(|(least, ..)| digits.len() >= *least);
            let (first, last) = row.map_or((0, 0), |(_, first, last)| (*first, *last));
            format!("{}****{}", shown(&digits[..first]), shown(&digits[digits.len() - last..]))
        }
        Personal::Email => {
            let (name, host) = text.rsplit_once('@').unwrap_or((text, ""));
            let first: String = name.chars().take(1).collect();
            if host.is_empty() { format!("{first}***") } else { format!("{first}***@{host}") }
        }
    }
}

/// Why a text cannot be what the attribute holds, in Chinese and English; none where it can. What was
/// given is not repeated.
pub fn refusal(text: &str, personal: Personal) -> Option<(&'static str, &'static str)> {
    let text = text.trim();
    let length = text.chars().count();
    match personal {
        Personal::Phone => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let plain =
                text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '+' | '-' | ' ' | '(' | ')'));
            (!plain || !(7..=20).contains(&digits) || length > 40).then_some((
                "应为电话号码，7 到 20 位数字，可含 + - 空格和括号",
                "expects a telephone number of 7 to 20 digits, with +, -, spaces and brackets",
            ))
        }
        Personal::Email => {
            let fits = text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty()
                    && host.contains('.')
                    && !host.contains('@')
                    && !host.starts_with('.')
                    && !host.ends_with('.')
            });
            (!fits || length > 254 || text.chars().any(|letter| letter.is_whitespace() || letter.is_control()))
                .then_some(("应为电子邮箱地址，如 name@example.cn", "expects an address such as name@example.cn"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_little() {
        for (name, masked) in [("张三", "张*"), ("张三丰", "张**"), ("欧阳娜娜", "欧**"), ("张", "张*"), ("", "*")]
        {
            assert_eq!(mask_name(name, Language::Zh), masked);
        }
        assert_eq!(mask_name("Zhang San", Language::En), "Z. S.");
        for (phone, masked) in [
            ("13812341234", "138****1234"),
            ("+86 138-1234-1234", "861****1234"),
            ("0373-3029876", "037****9876"),
            ("3029876", "****76"),
            ("63029876", "****76"),
            ("163029876", "163****76"),
            ("0373-302987", "037****87"),
            ("302987", "****"),
            ("", "****"),
        ] {
            assert_eq!(mask(phone, Personal::Phone), masked);
        }
        assert_eq!(mask("zhangsan@example.cn", Personal::Email), "z***@example.cn");
    }

    #[test]
    fn what_is_no_number_and_no_address_is_refused_without_repeating_it() {
        for (text, fits) in [("13812341234", true), ("0373-302 9876", true), ("12345", false), ("张三的手机", false)]
        {
            assert_eq!(refusal(text, Personal::Phone).is_none(), fits, "{text}");
        }
        for (text, fits) in
            [("a@b.cn", true), ("a.b.cn", false), ("a@b", false), ("a @b.cn", false), ("a@b@c.cn", false)]
        {
            assert_eq!(refusal(text, Personal::Email).is_none(), fits, "{text}");
        }
    }

    #[test]
    fn a_ciphertext_says_whose_it_is_and_nothing_else() {
        let sealed = Sealed { person: Id::from_u128(7), part: Part::Name, bytes: b"secret".to_vec() };
        assert_eq!(format!("{sealed:?}"), format!("Sealed({}, Name, 6 bytes)", Id::from_u128(7)));
        let bytes = minicbor::to_vec(&sealed).expect("it can be written");
        assert_eq!(minicbor::decode::<Sealed>(&bytes).expect("it can be read"), sealed);
    }
}
