//! Names spelled in Latin letters, for those who type pinyin or initials. A character with several
//! readings is spelled in each of them where place names and names of organizations use several
//! (`fixtures/words/readings.csv`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pinyin::ToPinyin;

/// Spelled forms of one name that are known at most: two characters with two readings give four.
const MOST_FORMS: usize = 8;
/// Beginnings of a spelling are terms up to so many letters; longer ones are compared letter by letter.
pub(super) const LONGEST_BEGINNING: usize = 32;
/// In front of a whole spelling, which no typed text holds.
const WHOLE: char = '=';

static READINGS: &str = include_str!("../../fixtures/words/readings.csv");

/// Readings of the characters that have several.
static KNOWN: LazyLock<BTreeMap<char, Vec<&'static str>>> = LazyLock::new(|| {
    let rows = READINGS.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?.chars().next()?, cells.next()?.split(' ').collect()))
    });
    rows.collect()
});

/// The ways in which a folded text is spelled: in full, and by first letters. None where nothing in
/// it is Chinese or something has no spelling. Latin letters and digits stand for themselves.
pub(super) fn spellings(folded: &str) -> BTreeSet<String> {
    let mut forms = vec![(String::new(), String::new())];
    let mut chinese = false;
    for letter in folded.chars().filter(|letter| letter.is_alphanumeric()) {
        let sounds: Vec<String> = if letter.is_ascii() {
            vec![letter.to_string()]
        } else if let Some(known) = KNOWN.get(&letter) {
            known.iter().map(|sound| (*sound).to_owned()).collect()
        } else if let Some(sound) = letter.to_pinyin() {
            vec![sound.plain().replace('ü', "v")]
        } else {
            return BTreeSet::new();
        };
        chinese |= !letter.is_ascii();
        let fitting = if forms.len() * sounds.len() > MOST_FORMS { 1 } else { sounds.len() };
        let spelled = forms.iter().flat_map(|(full, initials)| {
            sounds.iter().take(fitting).map(move |sound| {
                let first = sound.get(..1).unwrap_or_default();
                (format!("{full}{sound}"), format!("{initials}{first}"))
            })
        });
        forms = spelled.collect();
    }
    if chinese { forms.into_iter().flat_map(|(full, initials)| [full, initials]).collect() } else { BTreeSet::new() }
}

/// The terms that a spelling is found by: its beginnings, and itself as a whole.
pub(super) fn terms(spelling: &str) -> impl Iterator<Item = String> {
    let beginnings = (2..=spelling.len().min(LONGEST_BEGINNING)).filter_map(|length| spelling.get(..length));
    beginnings.map(str::to_owned).chain([whole(spelling)])
}

/// The term of a spelling as a whole.
pub(super) fn whole(spelling: &str) -> String {
    format!("{WHOLE}{spelling}")
}

/// What is typed as a spelling: its letters without blanks and apostrophes; none where it cannot be one.
pub(super) fn typed(folded: &str) -> Option<String> {
    let letters: String = folded.chars().filter(|letter| !matches!(letter, '\'' | '-' | '·')).collect();
    let plain = letters.replace('ü', "v");
    (plain.len() >= 2 && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinyin_and_initials() {
        assert_eq!(spellings("华兰"), BTreeSet::from(["hualan".into(), "hl".into()]));
        assert!(spellings("abc").is_empty());
        assert!(spellings("华兰(A7)").contains("hlA7"));
    }

    #[test]
    fn a_character_is_spelled_in_each_of_its_readings() {
        let forms = spellings("重庆长安");
        for form in ["chongqingchangan", "zhongqingzhangan", "cqca", "zqza"] {
            assert!(forms.contains(form), "{form}: {forms:?}");
        }
        // Too many to be told: the first reading of what comes last.
        assert!(spellings("重长乐行厦会传").len() <= 2 * MOST_FORMS);
    }

    #[test]
    fn every_row_of_the_readings_is_sound() {
        for (character, readings) in KNOWN.iter() {
            assert!(readings.len() > 1, "{character}");
            let default = character.to_pinyin().expect("it is spelled").plain().replace('ü', "v");
            assert!(readings.contains(&default.as_str()), "{character}: {default} is missing in {readings:?}");
            assert!(readings.iter().all(|sound| sound.bytes().all(|byte| byte.is_ascii_lowercase())), "{character}");
        }
    }

    #[test]
    fn what_is_typed() {
        assert_eq!(typed("xi'an"), Some("xian".into()));
        assert_eq!(typed("lü"), Some("lv".into()));
        assert_eq!(typed("a"), None);
        assert_eq!(typed("华兰"), None);
    }
}
