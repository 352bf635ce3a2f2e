//! Text that a spreadsheet would take for a formula, made harmless and read back unchanged.
//!
//! A text is at risk where, behind any apostrophes and white space, `=`, `+`, `-` or `@` stands (also
//! in full width), or where a control character leads it (OWASP, CSV injection; ASVS 5.0, 1.2.10). It gets one
//! apostrophe in front. Since apostrophes are passed over in judging, exactly what was guarded is unguarded:
//! `guard` has `unguard` as its inverse on every text. This file never changes a text in any other way.

const STARTERS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
const APOSTROPHE: char = '\'';

/// Would a spreadsheet take it for a formula, or did it look so before it was guarded?
pub fn is_at_risk(text: &str) -> bool {
    let bare = text.trim_start_matches(APOSTROPHE);
    let leads = bare.starts_with(['\t', '\r', '\n', '\0']);
    let passed = text.trim_start_matches(|letter: char| letter == APOSTROPHE || letter.is_whitespace());
    leads || passed.starts_with(STARTERS)
}

/// The text as it stands in a cell.
pub fn guard(text: &str) -> String {
    if is_at_risk(text) { format!("{APOSTROPHE}{text}") } else { text.to_owned() }
}

/// The text that a cell stands for.
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix(APOSTROPHE) {
        Some(text) if is_at_risk(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_formula_no_longer_does() {
        for text in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0", "＝1", " =1", "'=1", "=cmd|' /C calc'!A0"]
        {
            let cell = guard(text);
            assert!(cell.starts_with('\''), "{text:?}");
            assert_eq!(unguard(&cell), text);
        }
    }

    #[test]
    fn anything_else_stays_as_it_is() {
        for text in ["", "卫华集团", "'", "'说'", "1-2", "a=b", "（=）", "O'Neill", "''"] {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
    }

    /// Every text of up to five characters over an alphabet of what matters comes back, guarded any number of times.
    #[test]
    fn reading_back_is_the_inverse() {
        let letters = ['\'', '=', '-', ' ', '\t', '\u{3000}', 'a', '＠'];
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            let longer = texts.iter().flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")));
            texts = longer.chain([String::new()]).collect();
            for text in &texts {
                assert_eq!(unguard(&guard(text)), text, "{text:?}");
                assert_eq!(unguard(unguard(&guard(&guard(text)))), text, "{text:?}");
            }
        }
    }
}
