//! The folded form of a text: what has to be the same for two spellings to count as one.
//!
//! Unicode NFKC (full and half width, （） and (), ligatures), lower case, no white space.
//! Positions are kept, so that a hit in the folded form can be shown in the original.

use unicode_normalization::UnicodeNormalization;

/// The folded form.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace()).collect()
}

/// The folded form, and for each of its characters the range of characters in the original that
/// it came from.
pub fn fold_with_origin(text: &str) -> (Vec<char>, Vec<(usize, usize)>) {
    let original: Vec<char> = text.chars().collect();
    let (mut letters, mut origin) = (Vec::new(), Vec::new());
    let mut start = 0;
    while start < original.len() {
        // A base character and the marks that combine with it are folded together.
        let mut end = start + 1;
        while end < original.len() && unicode_normalization::char::is_combining_mark(original[end]) {
            end += 1;
        }
        let piece: String = original[start..end].iter().collect();
        for letter in fold(&piece).chars() {
            letters.push(letter);
            origin.push((start, end));
        }
        start = end;
    }
    (letters, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_brackets_case_and_blanks() {
        assert_eq!(fold("ＡＢＣ（集团） Ltd."), "abc(集团)ltd.");
        assert_eq!(fold("华兰　生物"), "华兰生物");
    }

    #[test]
    fn origin_points_back() {
        let (letters, origin) = fold_with_origin("Ａ 华㈱");
        assert_eq!(letters.iter().collect::<String>(), "a华(株)");
        assert_eq!(origin, vec![(0, 1), (2, 3), (3, 4), (3, 4), (3, 4)]);
    }
}
