//! Reading a Rust file as words and paths, without comments, literals and tests. It knows the words
//! of Rust, not its types.

use std::collections::BTreeSet;

/// What is wrong where, by which rule, and what to do.
#[derive(Debug)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub rule: &'static str,
    pub what: String,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub line: usize,
    pub text: String,
    /// Inline modules round it.
    pub depth: usize,
}

/// One file, read once. Tokens are those of production code: no comments, no literals, no tests.
pub struct Source {
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    /// Production lines: all but those of `#[cfg(test)]` items.
    pub lines: usize,
}

impl Source {
    pub fn read(path: &str, text: &str) -> Self {
        let all = tokens(&blanked(text, true));
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let (kept, test_lines) = if is_test { (Vec::new(), text.lines().count()) } else { without_tests(all) };
        let lines = text.lines().count() - test_lines;
        Self { path: path.to_owned(), text: text.to_owned(), tokens: with_depth(kept), lines }
    }

    pub fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }

    /// Modules between the crate root and this file's own items.
    pub fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        match inside {
            "lib.rs" | "main.rs" => 0,
            _ => inside.split('/').count() - usize::from(inside.ends_with("/mod.rs")),
        }
    }

    pub fn word(&self, place: usize) -> &str {
        self.tokens.get(place).map_or("", |token| token.text.as_str())
    }

    pub fn finding(&self, line: usize, rule: &'static str, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, rule, what: what.into() }
    }

    /// Every path with the place of its last segment; groups are spelled out.
    pub fn paths(&self) -> Vec<(usize, Vec<&str>)> {
        let (mut found, mut place) = (Vec::new(), 0);
        while place < self.tokens.len() {
            place = if is_word(self.word(place)) { self.path_at(place, &[], &mut found) } else { place + 1 };
        }
        found
    }

    fn path_at<'s>(&'s self, start: usize, prefix: &[&'s str], found: &mut Vec<(usize, Vec<&'s str>)>) -> usize {
        let (mut place, mut segments) = (start, prefix.to_vec());
        loop {
            segments.push(self.word(place));
            let next = self.word(place + 2);
            if self.word(place + 1) != "::" || !(is_word(next) || next == "*" || next == "{") {
                found.push((place, segments));
                return place + 1;
            }
            place += 2;
            if next == "{" {
                place += 1;
                while !matches!(self.word(place), "}" | "") {
                    let entry = is_word(self.word(place)) || self.word(place) == "*";
                    place = match self.word(place) {
                        "as" => place + 2,
                        _ if entry => self.path_at(place, &segments, found),
                        _ => place + 1,
                    };
                }
                return place + 1;
            }
        }
    }
}

/// The text with literals (and comments, if told) turned into blanks; lines stay where they are.
pub fn blanked(text: &str, comments: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = |place: usize| letters.get(place).copied().unwrap_or('\0');
    let (mut plain, mut place) = (String::with_capacity(text.len()), 0);
    while place < letters.len() {
        let begins_word = place == 0 || !is_letter(at(place - 1));
        let is_comment = at(place) == '/' && matches!(at(place + 1), '/' | '*');
        let raw = if begins_word { raw_string(&letters, place) } else { None };
        let end = if is_comment {
            end_of_comment(&letters, place)
        } else if let Some(end) = raw {
            end
        } else if at(place) == '"' {
            end_of_quoted(&letters, place, '"')
        } else if at(place) == '\'' && (at(place + 1) == '\\' || at(place + 2) == '\'') {
            end_of_quoted(&letters, place, '\'')
        } else {
            place + 1
        };
        let keep = if is_comment { !comments } else { end == place + 1 };
        let piece = letters[place..end.min(letters.len())].iter();
        plain.extend(piece.map(|letter| if keep || *letter == '\n' { *letter } else { ' ' }));
        place = end;
    }
    plain
}

fn end_of_comment(letters: &[char], start: usize) -> usize {
    let pair = |place: usize| (letters.get(place).copied(), letters.get(place + 1).copied());
    if pair(start).1 == Some('/') {
        return letters[start..]
            .iter()
            .position(|letter| *letter == '\n')
            .map_or(letters.len(), |length| start + length);
    }
    let (mut open, mut place) = (1, start + 2);
    while open > 0 && place < letters.len() {
        let step = match pair(place) {
            (Some('/'), Some('*')) => 1,
            (Some('*'), Some('/')) => -1,
            _ => 0,
        };
        open += step;
        place += if step == 0 { 1 } else { 2 };
    }
    place
}

fn end_of_quoted(letters: &[char], start: usize, quote: char) -> usize {
    let mut place = start + 1;
    while place < letters.len() && letters[place] != quote {
        place += if letters[place] == '\\' { 2 } else { 1 };
    }
    place + 1
}

/// The end of `r"…"`, `r#"…"#`, `br#"…"#`, `cr"…"`, if one starts here.
fn raw_string(letters: &[char], start: usize) -> Option<usize> {
    let prefix = usize::from(matches!(letters[start], 'b' | 'c'));
    if letters.get(start + prefix) != Some(&'r') {
        return None;
    }
    let after = start + prefix + 1;
    let hashes = letters[after..].iter().take_while(|letter| **letter == '#').count();
    if letters.get(after + hashes) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = after + hashes + 1;
    let length = letters[body..].windows(closing.len()).position(|window| window == closing);
    Some(length.map_or(letters.len(), |length| body + length + closing.len()))
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

pub fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

pub fn tokens(plain: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (line, text) in plain.lines().enumerate() {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len());
            let length = if word > 0 {
                word
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            found.push(Token { line: line + 1, text: rest[..length].to_owned(), depth: 0 });
            rest = rest[length..].trim_start();
        }
    }
    found
}

/// The tokens without `#[cfg(test)]` items, and how many lines those take.
fn without_tests(all: Vec<Token>) -> (Vec<Token>, usize) {
    let starts = |place: usize| {
        let words = all.iter().skip(place).take(7).map(|token| token.text.as_str());
        words.eq(["#", "[", "cfg", "(", "test", ")", "]"])
    };
    let (mut kept, mut lines, mut place) = (Vec::new(), BTreeSet::new(), 0);
    while place < all.len() {
        if !starts(place) {
            kept.push(all[place].clone());
            place += 1;
            continue;
        }
        let (first, mut open) = (all[place].line, 0);
        while let Some(token) = all.get(place).filter(|token| open > 0 || token.text != "}") {
            place += 1;
            open += i32::from(matches!(token.text.as_str(), "{" | "(" | "["))
                - i32::from(matches!(token.text.as_str(), "}" | ")" | "]"));
            if open == 0 && matches!(token.text.as_str(), "}" | ";") {
                break;
            }
        }
        lines.extend(first..=all[place - 1].line);
    }
    (kept, lines.len())
}

fn with_depth(mut tokens: Vec<Token>) -> Vec<Token> {
    let mut open: Vec<bool> = Vec::new();
    for place in 0..tokens.len() {
        let is_module = place >= 2 && tokens[place - 2].text == "mod";
        match tokens[place].text.as_str() {
            "{" => open.push(is_module),
            "}" => drop(open.pop()),
            _ => {}
        }
        tokens[place].depth = open.iter().filter(|module| **module).count();
    }
    tokens
}
