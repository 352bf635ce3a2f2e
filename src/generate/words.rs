//! The word lists of `fixtures/words`, all our own. Here is nothing but looking them up.

use std::sync::LazyLock;

use super::Style;

static SHIPPED_FAMILIES: &str = include_str!("../../fixtures/words/families.csv");
static SHIPPED_CHARS: &str = include_str!("../../fixtures/words/chars.csv");
static SHIPPED_SENTENCES: &str = include_str!("../../fixtures/words/sentences.csv");

/// A family of trades: what its firms are called, make and struggle with.
#[derive(Debug)]
pub(super) struct Family {
    pub name: &'static str,
    pub english: &'static str,
    /// A term of the scheme HT8, as `HT8:603`.
    pub field: &'static str,
    /// Codes of GB/T 4754-2017.
    pub industries: Vec<&'static str>,
    /// Words of two characters.
    pub short: Vec<&'static str>,
    /// Words of three.
    pub long: Vec<&'static str>,
    /// What problems are about, each in two ways to say it.
    pub objects: Vec<(&'static str, &'static str)>,
}

/// Sentences of one style.
#[derive(Debug)]
pub(super) struct Sentences {
    pub methods: Vec<&'static str>,
    pub problem: Vec<&'static str>,
    pub approach: Vec<&'static str>,
    pub result: Vec<&'static str>,
    pub scope: Vec<&'static str>,
    pub terms: Vec<&'static str>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Words {
    pub families: Vec<Family>,
    /// Characters of brands by place.
    pub brands: [Vec<char>; 4],
    /// A simplified character and its traditional form.
    pub traditional: Vec<(char, char)>,
    a: Sentences,
    b: Sentences,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    families: rows(SHIPPED_FAMILIES).map(family).collect(),
    brands: ["first", "second", "third", "fourth"].map(|part| chars(part).chars().collect()),
    traditional: list(chars("traditional"))
        .into_iter()
        .filter_map(|pair| {
            let (plain, other) = pair.split_once('=')?;
            Some((plain.chars().next()?, other.chars().next()?))
        })
        .collect(),
    a: sentences("A"),
    b: sentences("B"),
});

/// The word lists.
pub(super) fn words() -> &'static Words {
    &WORDS
}

impl Words {
    pub fn sentences(&self, style: Style) -> &Sentences {
        match style {
            Style::A => &self.a,
            Style::B => &self.b,
        }
    }
}

/// Rows without the header; no cell of these lists holds a comma or a quotation mark.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split(',').collect())
}

fn list(cell: &'static str) -> Vec<&'static str> {
    cell.split('|').collect()
}

fn family(row: Vec<&'static str>) -> Family {
    let cell = |place: usize| row.get(place).copied().unwrap_or_default();
    let objects = list(cell(6)).into_iter().filter_map(|pair| pair.split_once('='));
    Family {
        name: cell(0),
        english: cell(1),
        field: cell(2),
        industries: list(cell(3)),
        short: list(cell(4)),
        long: list(cell(5)),
        objects: objects.collect(),
    }
}

fn chars(part: &str) -> &'static str {
    let found = rows(SHIPPED_CHARS).find(|row| row.first() == Some(&part));
    found.and_then(|row| row.get(1).copied()).unwrap_or_default()
}

fn sentences(style: &str) -> Sentences {
    let of = |what: &str| {
        let found = rows(SHIPPED_SENTENCES).find(|row| row.first() == Some(&what) && row.get(1) == Some(&style));
        list(found.and_then(|row| row.get(2).copied()).unwrap_or_default())
    };
    Sentences {
        methods: of("methods"),
        problem: of("problem"),
        approach: of("approach"),
        result: of("result"),
        scope: of("scope"),
        terms: of("terms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_lists_are_whole() {
        let words = words();
        assert_eq!(words.families.len(), 25);
        let mut codes = BTreeSet::new();
        for family in &words.families {
            assert_eq!((family.industries.len(), family.objects.len()), (5, 6), "{}", family.name);
            let lengths = |words: &[&str]| words.iter().map(|word| word.chars().count()).collect::<Vec<_>>();
            assert_eq!((lengths(&family.short), lengths(&family.long)), (vec![2; 8], vec![3; 8]), "{}", family.name);
            assert!(family.industries.iter().all(|code| codes.insert(*code)), "{}", family.name);
        }
        for part in &words.brands {
            assert_eq!(part.iter().collect::<BTreeSet<_>>().len(), part.len());
        }
        for style in [Style::A, Style::B] {
            let sentences = words.sentences(style);
            assert!(sentences.methods.len() >= 30 && sentences.problem.iter().all(|text| text.contains("{o}")));
        }
    }
}
