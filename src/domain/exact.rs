//! Cells that say letter by letter what they hold, for files that are read back. What is written plainly is
//! read as people write it: trimmed, narrowed, split at `|`. Where that would change it, the cell begins with
//! a backslash, and what follows is taken as it stands. Such cells count in tables with ids alone.

use std::fmt::Write as _;

/// What an exact cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exact {
    /// Texts; one, several, or none.
    Parts(Vec<String>),
    /// The ciphertext of something of a person.
    Sealed(Vec<u8>),
}

const MARK: char = '\\';
const NOTHING: &str = "\\0";
const CIPHERTEXT: &str = "\\*";

/// Is the cell to be read letter by letter?
pub fn is_exact(cell: &str) -> bool {
    cell.starts_with(MARK)
}

/// Can a file carry the letter as it stands? Not what spreadsheets and XML drop, change, or take for a sign of
/// their own.
fn is_carried(letter: char) -> bool {
    let code = u32::from(letter);
    let is_letter_of_nobody = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    !letter.is_control() && !is_letter_of_nobody && !matches!(letter, '\u{fffd}' | '\u{feff}')
}

/// Does a text stand in a file as it is, but for line ends and tabs inside?
pub fn is_carried_whole(text: &str) -> bool {
    !text.contains("_x") && text.chars().all(|letter| is_carried(letter) || matches!(letter, '\n' | '\t'))
}

/// The cell of what is exact.
pub fn write(exact: &Exact) -> String {
    let mut cell = String::from(MARK);
    match exact {
        Exact::Parts(parts) if parts.is_empty() => cell.push_str(NOTHING),
        Exact::Parts(parts) => {
            for (place, part) in parts.iter().enumerate() {
                cell.push_str(if place == 0 { "" } else { "|" });
                write_part(part, &mut cell);
            }
        }
        Exact::Sealed(bytes) => {
            cell.push_str(CIPHERTEXT);
            // Memory does not refuse.
            bytes.iter().for_each(|byte| {
                let _ = write!(cell, "{byte:02x}");
            });
        }
    }
    cell
}

fn write_part(part: &str, cell: &mut String) {
    let mut letters = part.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let is_outermost = place == 0 || letters.peek().is_none();
        let begins_sign = letter == '_' && matches!(letters.peek(), Some((_, 'x')));
        match letter {
            '\\' => cell.push_str("\\\\"),
            '|' => cell.push_str("\\|"),
            '\n' => cell.push_str("\\n"),
            '\r' => cell.push_str("\\r"),
            '\t' => cell.push_str("\\t"),
            letter if !is_carried(letter) || begins_sign || (is_outermost && letter.is_whitespace()) => {
                // Memory does not refuse.
                let _ = write!(cell, "\\u{{{:x}}}", u32::from(letter));
            }
            letter => cell.push(letter),
        }
    }
}

/// What an exact cell holds; none where it is not well formed.
pub fn read(cell: &str) -> Option<Exact> {
    let body = cell.strip_prefix(MARK)?;
    if body == NOTHING {
        return Some(Exact::Parts(Vec::new()));
    }
    if let Some(digits) = body.strip_prefix(CIPHERTEXT) {
        return bytes(digits).map(Exact::Sealed);
    }
    let (mut parts, mut letters) = (vec![String::new()], body.chars());
    while let Some(letter) = letters.next() {
        let letter = match letter {
            '|' => {
                parts.push(String::new());
                continue;
            }
            '\\' => match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => numbered(&mut letters)?,
                sign @ ('\\' | '|') => sign,
                _ => return None,
            },
            letter => letter,
        };
        parts.last_mut()?.push(letter);
    }
    Some(Exact::Parts(parts))
}

fn numbered(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits: String = letters.take_while(|letter| *letter != '}').collect();
    char::from_u32(u32::from_str_radix(digits.strip_prefix('{')?, 16).ok()?)
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let even = is_hexadecimal && digits.len().is_multiple_of(2);
    let pairs = (0..digits.len()).step_by(2).filter_map(|place| digits.get(place..place + 2));
    even.then(|| pairs.map(|pair| u8::from_str_radix(pair, 16)).collect::<Result<_, _>>().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_well_formed_is_none() {
        for cell in ["plain", "\\a\\", "\\\\q", "\\\\u{110000}", "\\\\u{}", "\\\\u41", "\\\\*abc", "\\\\*zz", "\\\\01"]
        {
            assert_eq!(read(cell), None, "{cell}");
        }
        assert_eq!(read("\\"), Some(Exact::Parts(vec![String::new()])));
        assert_eq!(read("\\ a|b"), Some(Exact::Parts(vec![" a".into(), "b".into()])));
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(parts in proptest::collection::vec(any::<String>(), 0..4), bytes: Vec<u8>) {
            for exact in [Exact::Parts(parts), Exact::Sealed(bytes)] {
                let cell = write(&exact);
                prop_assert!(is_exact(&cell) && is_carried_whole(&cell) && cell.trim() == cell, "{:?}", cell);
                prop_assert_eq!(read(&cell), Some(exact));
            }
        }
    }
}
