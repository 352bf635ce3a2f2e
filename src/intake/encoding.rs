//! Bytes of a text file as text: UTF-8, UTF-16 and GB18030 (with GBK), told apart by what they hold. What
//! fits none of them, or two at once, is refused: no garbled name ever gets into the store.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// Of the Chinese letters of a text in GB18030, so many of a hundred are among those of GB 2312, or it is
/// taken to be in an encoding of another country.
const COMMON: usize = 85;

/// An encoding that a mapping can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// UTF-8.
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// GB18030, which GBK and GB 2312 are part of.
    Gb18030,
}

impl Declared {
    /// The encoding of that name.
    pub fn named(name: &str) -> Option<Declared> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Declared::Utf8),
            "utf-16le" => Some(Declared::Utf16Le),
            "utf-16be" => Some(Declared::Utf16Be),
            "gb18030" | "gbk" | "gb2312" => Some(Declared::Gb18030),
            _ => None,
        }
    }
}

/// The text of a file, in the encoding that is declared or that its bytes show; none where they show none.
pub(super) fn decode(bytes: &[u8], declared: Option<Declared>) -> Option<Cow<'_, str>> {
    if let Some(text) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(text);
    }
    if let Some(text) = bytes.strip_prefix(b"\xff\xfe") {
        return strict(UTF_16LE, text);
    }
    if let Some(text) = bytes.strip_prefix(b"\xfe\xff") {
        return strict(UTF_16BE, text);
    }
    match declared {
        Some(Declared::Utf8) => utf8(bytes),
        Some(Declared::Utf16Le) => strict(UTF_16LE, bytes),
        Some(Declared::Utf16Be) => strict(UTF_16BE, bytes),
        Some(Declared::Gb18030) => strict(GB18030, bytes),
        None => unmarked_utf16(bytes).or_else(|| utf8(bytes)).or_else(|| gb18030(bytes)),
    }
}

/// Not copied: files are large.
fn utf8(bytes: &[u8]) -> Option<Cow<'_, str>> {
    std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
}

fn strict<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// UTF-16 without a mark: the zero halves of commas, digits and line ends all stand on one side.
fn unmarked_utf16(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let zeros = |side: usize| bytes.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = |zeros: usize| zeros * 50 >= bytes.len() && zeros > 1;
    let encoding = match (even, odd) {
        (0, odd) if many(odd) => UTF_16LE,
        (even, 0) if many(even) => UTF_16BE,
        _ => return None,
    };
    bytes.len().is_multiple_of(2).then(|| strict(encoding, bytes)).flatten()
}

/// GB18030, where nearly all of its letters are common ones and no line is UTF-8.
fn gb18030(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let is_utf8 = |line: &[u8]| {
        std::str::from_utf8(line)
            .is_ok_and(|text| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)))
    };
    if lines.into_iter().any(is_utf8) {
        return None;
    }
    let (mut common, mut all, mut place) = (0, 0, 0);
    while let Some(&byte) = bytes.get(place) {
        let next = bytes.get(place + 1).copied().unwrap_or_default();
        place += match (byte, next) {
            (0..=0x7f, _) => 1,
            // Four bytes: a rare letter, or one of another script; judged by strict decoding alone.
            (_, b'0'..=b'9') => 4,
            _ => {
                all += 1;
                common += usize::from((0xa1..=0xf7).contains(&byte) && next >= 0xa1);
                2
            }
        };
    }
    if common * 100 < all * COMMON {
        return None;
    }
    // Letters of nobody's stand where another encoding was read as this one.
    strict(GB18030, bytes).filter(|text| !text.chars().any(|letter| ('\u{e000}'..='\u{f8ff}').contains(&letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "行键,名称\r\ne1,示例市镕泰电子（集团）有限公司\n";

    fn in_gb18030(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn in_utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn each_encoding_is_told_by_what_it_holds() {
        let (little, big) = (in_utf16(TEXT, u16::to_le_bytes), in_utf16(TEXT, u16::to_be_bytes));
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for (name, bytes) in [
            ("UTF-8", TEXT.as_bytes().to_vec()),
            ("UTF-8 with a mark", marked(b"\xef\xbb\xbf", TEXT.as_bytes())),
            ("UTF-16LE with a mark", marked(b"\xff\xfe", &little)),
            ("UTF-16BE with a mark", marked(b"\xfe\xff", &big)),
            ("UTF-16LE", little.clone()),
            ("UTF-16BE", big.clone()),
            ("GB18030", in_gb18030(TEXT)),
        ] {
            assert_eq!(decode(&bytes, None).as_deref(), Some(TEXT), "{name}");
        }
        let rare = "行键,名称\ne1,示例市𠮷野电子有限公司和别的许多常用字\n";
        assert_eq!(decode(&in_gb18030(rare), None).as_deref(), Some(rare));
        assert_eq!(decode(&in_gb18030(TEXT), Some(Declared::Gb18030)).as_deref(), Some(TEXT));
        assert_eq!(decode(b"key\ne1\n", None).as_deref(), Some("key\ne1\n"));
    }

    #[test]
    fn what_would_be_garbled_is_refused() {
        let mixed = [in_gb18030("行键,名称\ne1,示例一公司\n"), "e2,示例二有限责任公司\n".as_bytes().to_vec()].concat();
        for (name, bytes) in [
            ("two encodings", mixed),
            ("half a letter", [in_gb18030(TEXT), vec![0xb5]].concat()),
            ("half a UTF-16 letter", [b"\xff\xfe".to_vec(), vec![b'k', 0, b'e']].concat()),
            ("Latin-1", b"key,nameEn\ne1,M\xfcller und S\xf6hne\n".to_vec()),
            ("Big5", encoding_rs::BIG5.encode("名稱\n示範科技股份有限公司電子產業聯盟研發平臺\n").0.into_owned()),
            ("no text", vec![0xc0, 0xaf, 0xff]),
        ] {
            assert_eq!(decode(&bytes, None), None, "{name}");
        }
        assert_eq!(decode(&in_gb18030(TEXT), Some(Declared::Utf8)), None);
    }
}
