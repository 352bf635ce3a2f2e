//! Showing a hit: which text, and which ranges of it, in UTF-16 units as browsers count. A range
//! never splits a character.

use super::analysis::{folded, plain};
use super::find::{Hit, MatchKind};
use super::index::{SearchIndex, texts};
use crate::domain::Sensitivity;
use crate::domain::attribute::TextWeight;
use crate::domain::fold::fold_with_origin;
use crate::graph::{EntityRow, Lens};

/// A text of a hit with its marked ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// `name`, or the name of the attribute.
    pub field: &'static str,
    /// The text, or a piece of at most 120 characters around the first mark.
    pub text: String,
    /// Start and end of each mark in UTF-16 units of `text`.
    pub ranges: Vec<(usize, usize)>,
}

/// A longer text is shown as a piece of so many characters.
const PIECE: usize = 120;
/// Texts shown for one hit.
const MOST: usize = 3;

impl SearchIndex {
    /// The marked texts of a hit: its name first, then running texts.
    pub fn highlights(&self, lens: &Lens<'_>, hit: &Hit, query: &str) -> Vec<Highlight> {
        let whole = folded(query);
        let mut needles = vec![whole.as_str()];
        needles.extend(hit.words.iter().map(String::as_str));
        let mut found: Vec<Highlight> = self.marked_names(lens, hit.node, &needles);
        if hit.matched.contains(&MatchKind::Text) {
            found.extend(marked_texts(lens, hit.node, &needles));
        }
        found.truncate(MOST);
        found
    }

    fn marked_names(&self, lens: &Lens<'_>, node: EntityRow, needles: &[&str]) -> Vec<Highlight> {
        let all = lens.names(node);
        // Names that contain the whole text come first.
        let mut places: Vec<usize> = self.names(node.number()).iter().map(|name| name.place).collect();
        places.sort_by_key(|place| {
            let text = all.get(*place).and_then(|name| name.text.plain());
            let whole = text.is_some_and(|name| needles.first().is_some_and(|text| folded(name).contains(text)));
            (!whole, *place)
        });
        let marked = places.into_iter().filter_map(|place| mark("name", all.get(place)?.text.plain()?, needles));
        marked.take(1).collect()
    }
}

fn marked_texts(lens: &Lens<'_>, node: EntityRow, needles: &[&str]) -> Vec<Highlight> {
    let attributes = lens.kind(node).row().attributes.iter();
    let searched = attributes
        .filter(|attribute| attribute.text != TextWeight::None && attribute.sensitivity == Sensitivity::Public);
    let mut found = Vec::new();
    for attribute in searched {
        for statement in lens.statements(node, attribute) {
            found.extend(texts(&statement.value).filter_map(|text| mark(attribute.name, text, needles)));
        }
    }
    found
}

/// Mark every needle in a text; none where there is nothing to mark.
fn mark(field: &'static str, text: &str, needles: &[&str]) -> Option<Highlight> {
    let (letters, origin) = fold_with_origin(text);
    let letters: Vec<char> = letters.into_iter().map(plain).collect();
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for needle in needles {
        let needle: Vec<char> = needle.chars().filter(|letter| !letter.is_whitespace()).collect();
        if needle.is_empty() || needle.len() > letters.len() {
            continue;
        }
        for (start, window) in letters.windows(needle.len()).enumerate() {
            if window == needle.as_slice() {
                let end = start + needle.len() - 1;
                if let (Some(first), Some(last)) = (origin.get(start), origin.get(end)) {
                    marks.push((first.0, last.1));
                }
            }
        }
    }
    marks.sort_unstable();
    let merged = merge(&marks);
    let first = merged.first()?.0;
    let all: Vec<char> = text.chars().collect();
    let start = if all.len() <= PIECE { 0 } else { first.saturating_sub(PIECE / 4) };
    let piece = all.get(start..all.len().min(start + PIECE))?;
    let units = |position: usize| piece.iter().take(position).map(|letter| letter.len_utf16()).sum();
    let inside = merged.iter().filter(|(from, to)| *from >= start && *to <= start + piece.len());
    let ranges = inside.map(|(from, to)| (units(from - start), units(to - start))).collect();
    Some(Highlight { field, text: piece.iter().collect(), ranges })
}

fn merge(marks: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in marks {
        match merged.last_mut() {
            Some(last) if *start <= last.1 => last.1 = last.1.max(*end),
            _ => merged.push((*start, *end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_utf16_and_never_split() {
        let shown = mark("name", "𠮷田 华兰生物", &["华兰"]).expect("a mark");
        assert_eq!(shown.ranges, vec![(4, 6)]);
        let shown = mark("name", "ＡＢＣ集团", &["bc"]).expect("a mark");
        assert_eq!(shown.ranges, vec![(1, 3)]);
        assert_eq!(mark("name", "华兰", &["生物"]), None);
    }

    #[test]
    fn overlapping_marks_are_one() {
        let shown = mark("name", "创新创新联盟", &["创新", "新创"]).expect("a mark");
        assert_eq!(shown.ranges, vec![(0, 4)]);
    }

    #[test]
    fn a_long_text_is_shown_around_the_first_mark() {
        let text = format!("{}电池{}", "前".repeat(500), "后".repeat(500));
        let shown = mark("problem", &text, &["电池"]).expect("a mark");
        assert_eq!(shown.text.chars().count(), PIECE);
        assert_eq!(shown.ranges, vec![(30, 32)]);
    }
}
