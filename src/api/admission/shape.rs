//! Shapes of documents: what stands in them once texts and numbers are left out. Programs that write
//! their values into the document send ever new ones of a single shape, and whether a document is
//! long work follows from its shape, not from its values. So while no turn is to be had, the next one
//! of a shape that needed a turn is refused before anybody parses it.
//!
//! A shape judges nothing else: it never lets in what would be refused.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The shape of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape([u8; 16]);

/// Shapes of documents that needed a turn: two generations, as documents are kept.
pub struct Shapes {
    known: Mutex<[HashSet<Shape>; 2]>,
    most: usize,
}

impl Shapes {
    /// Room for so many.
    pub fn new(most: usize) -> Self {
        Self { known: Mutex::default(), most: most.div_ceil(2) }
    }

    /// The shape of a text, in one pass over it.
    pub fn of(text: &str) -> Shape {
        let mut hasher = blake3::Hasher::new();
        let bytes = text.as_bytes();
        let (mut at, mut told) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'"' => at + string(&bytes[at..]),
                digit if digit.is_ascii_digit() => at + number(&bytes[at..]),
                letter if is_word(*letter) => {
                    // A digit inside a name is part of it.
                    at += bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            hasher.update(&bytes[told..at]).update(&[0]);
            (at, told) = (end, end);
        }
        hasher.update(&bytes[told.min(bytes.len())..]);
        let mut shape = [0; 16];
        hasher.finalize_xof().fill(&mut shape);
        Shape(shape)
    }

    /// A document of this shape needed a turn.
    pub fn note(&self, shape: Shape) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known[0].len() >= self.most {
            known[1] = std::mem::take(&mut known[0]);
        }
        if self.most > 0 {
            known[0].insert(shape);
        }
    }

    /// Did one?
    pub fn needed_a_turn(&self, shape: Shape) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|generation| generation.contains(&shape))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Bytes of the string that begins here, its quotes included.
fn string(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\"\"\"") {
        let inside = bytes.get(3..).unwrap_or_default();
        return inside.windows(3).position(|three| three == b"\"\"\"").map_or(bytes.len(), |found| found + 6);
    }
    let mut escaped = false;
    for (place, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out_and_names_are_not() {
        let shape = Shapes::of;
        let one = shape("{ organizations(first: 8, filter: {nameContains: \"无1\"}) { totalCount } }");
        assert_eq!(one, shape("{ organizations(first: 80, filter: {nameContains: \"无 \\\" } 2\"}) { totalCount } }"));
        assert_eq!(one, shape("{ organizations(first: 8, filter: {nameContains: \"\"\"x\"y\"\"\"}) { totalCount } }"));
        for other in [
            "{ organizations(first: 8, filter: {nameContains: \"无1\"}) { totalCount edges { cursor } } }",
            "{ enterprises(first: 8, filter: {nameContains: \"无1\"}) { totalCount } }",
            "{ a1: organizations(first: 8, filter: {nameContains: \"无1\"}) { totalCount } }",
            "{ organizations(first: 8, filter: {nameContains: \"never closed",
            "",
        ] {
            assert_ne!(one, shape(other), "{other}");
        }
        assert_ne!(shape("{ a1 }"), shape("{ a2 }"), "a digit of a name is part of it");
    }

    #[test]
    fn as_many_are_kept_as_there_is_room_for() {
        let shapes = Shapes::new(6);
        for place in 0..50_u32 {
            let shape = Shapes::of(&"a ".repeat(place as usize));
            assert!(!shapes.needed_a_turn(shape));
            shapes.note(shape);
            assert!(shapes.needed_a_turn(shape));
        }
        assert!(shapes.known.lock().expect("nobody panics").iter().map(HashSet::len).sum::<usize>() <= 6);
        assert!(!shapes.needed_a_turn(Shapes::of("")), "the first is forgotten");
        let none = Shapes::new(0);
        none.note(Shapes::of("a"));
        assert!(!none.needed_a_turn(Shapes::of("a")));
    }
}
