//! From text to terms: pieces of one and two characters for finding, words for ranking, spelling
//! in Latin letters for those who type pinyin.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

/// The dictionary takes a moment to load; it is loaded once, by whoever needs it first.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Every piece of one and of two characters of a folded text.
pub(super) fn pieces(folded: &[char]) -> BTreeSet<String> {
    let single = folded.iter().map(char::to_string);
    let double = folded.windows(2).map(|pair| pair.iter().collect());
    single.chain(double).collect()
}

/// The pieces that a document must have to contain a folded query: all of its pairs, or its one
/// character.
pub(super) fn query_pieces(folded: &[char]) -> BTreeSet<String> {
    match folded {
        [only] => BTreeSet::from([only.to_string()]),
        _ => folded.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

/// Words that say nothing about a subject.
const STOP_WORDS: &[&str] = &[
    "的",
    "了",
    "和",
    "与",
    "及",
    "或",
    "在",
    "对",
    "为",
    "以",
    "等",
    "是",
    "有",
    "中",
    "上",
    "下",
    "不",
    "可",
    "能",
    "我们",
    "需要",
    "希望",
    "进行",
    "实现",
    "采用",
    "要求",
    "目前",
    "以上",
    "以下",
    "通过",
    "具有",
    "达到",
    "以及",
    "一种",
    "方面",
    "相关",
    "问题",
    "技术",
    "研究",
    "公司",
    "企业",
    "示例",
    "有限公司",
    "the",
    "and",
    "for",
    "with",
    "of",
    "in",
    "to",
    "a",
];

/// The words of a text, in order, as often as they occur; no stop words, no punctuation, no single
/// letters.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let cut = JIEBA.cut_for_search(&plain, true);
    cut.into_iter()
        .map(|token| token.word.trim())
        .filter(|word| {
            let letters = word.chars().filter(|letter| letter.is_alphanumeric()).count();
            letters >= 2 && !STOP_WORDS.contains(word)
        })
        .map(str::to_owned)
        .collect()
}

/// The same text spelled in pinyin, and the first letters of its characters; none where a
/// character has no spelling. Latin letters and digits stand for themselves.
pub(super) fn spellings(folded: &str) -> Option<[String; 2]> {
    let (mut full, mut initials, mut chinese) = (String::new(), String::new(), false);
    for letter in folded.chars().filter(|letter| letter.is_alphanumeric()) {
        if let Some(sound) = letter.to_pinyin() {
            chinese = true;
            full.push_str(&sound.plain().replace('ü', "v"));
            initials.push_str(sound.first_letter());
        } else if letter.is_ascii() {
            full.push(letter);
            initials.push(letter);
        } else {
            return None;
        }
    }
    chinese.then_some([full, initials])
}

/// The beginnings of a spelling, up to 32 letters: so that a beginning is found as a term.
pub(super) fn beginnings(spelling: &str) -> impl Iterator<Item = &str> {
    (2..=spelling.len().min(32)).filter_map(move |length| spelling.get(..length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_every_substring() {
        let folded: Vec<char> = "华兰生物".chars().collect();
        let known = pieces(&folded);
        for length in 1..=4 {
            for window in folded.windows(length) {
                assert!(query_pieces(window).is_subset(&known), "{window:?}");
            }
        }
    }

    #[test]
    fn words_leave_out_what_says_nothing() {
        let found = words("我们需要提高固态电解质的循环寿命，Li-ion");
        assert!(found.iter().any(|word| word.contains("电解")), "{found:?}");
        assert!(!found.iter().any(|word| word == "的" || word == "需要"), "{found:?}");
    }

    #[test]
    fn pinyin_and_initials() {
        assert_eq!(spellings("华兰"), Some(["hualan".into(), "hl".into()]));
        assert_eq!(spellings("abc"), None);
    }
}
