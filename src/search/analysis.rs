//! From text to terms: pieces of one and two characters for finding, words for ranking; and the form in
//! which two texts are compared.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use unicode_normalization::UnicodeNormalization;

use crate::domain::fold::fold;

/// The dictionary takes a moment to load; it is loaded once, by whoever needs it first.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

static SHIPPED: &str = include_str!("../../fixtures/words/simplified.csv");

/// Traditional characters and their simplified forms, in order of the first.
static SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let pair = |line: &str| {
        let (traditional, simplified) = line.split_once(',')?;
        Some((traditional.chars().next()?, simplified.chars().next()?))
    };
    let mut pairs: Vec<(char, char)> = SHIPPED.lines().skip(1).filter_map(pair).collect();
    pairs.sort_unstable();
    pairs
});

/// The form in which texts are compared here: folded, in simplified characters, and with one form for
/// signs that look alike.
pub(super) fn folded(text: &str) -> String {
    fold(text).chars().map(plain).collect()
}

/// A folded character in its comparable form: one for one, so that places stay.
pub(super) fn plain(letter: char) -> char {
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2027}' | '\u{2022}' | '\u{30FB}' | '\u{FF65}' => '·',
        '\u{2018}' | '\u{2019}' | '`' | '´' => '\'',
        '\u{201C}' | '\u{201D}' | '\u{300C}' | '\u{300D}' => '"',
        '〔' | '［' | '【' => '[',
        '〕' | '］' | '】' => ']',
        '〇' => '零',
        ..'\u{3400}' => letter,
        _ => match SIMPLIFIED.binary_search_by_key(&letter, |pair| pair.0) {
            Ok(place) => SIMPLIFIED[place].1,
            Err(_) => letter,
        },
    }
}

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
    let comparable: String = text.nfkc().flat_map(char::to_lowercase).map(plain).collect();
    let cut = JIEBA.cut_for_search(&comparable, true);
    cut.into_iter()
        .map(|token| token.word.trim())
        .filter(|word| {
            let letters = word.chars().filter(|letter| letter.is_alphanumeric()).count();
            letters >= 2 && !STOP_WORDS.contains(word)
        })
        .map(str::to_owned)
        .collect()
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
    fn one_form_for_what_is_written_differently() {
        assert_eq!(folded("華蘭生物"), "华兰生物");
        assert_eq!(folded("ＡＢＣ—研究院"), "abc-研究院");
        assert_eq!(folded("“示例”〔二〇〕"), "\"示例\"[二零]");
        assert_eq!(folded("蘇州").chars().count(), 2);
    }
}
