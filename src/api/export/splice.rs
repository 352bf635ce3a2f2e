//! Places in the text of a document: where a selection begins, and where a cursor stands or would stand.

use async_graphql::parser::types::Field;
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value as Written;

/// Where a page begins is said in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// In place of what stands from here to there.
    Instead(usize, usize),
    /// In front of the first argument.
    Before(usize),
    /// Behind the name of a field without arguments.
    Behind(usize),
}

impl Slot {
    /// The text with this cursor.
    pub(super) fn with(self, text: &str, cursor: &str) -> Option<String> {
        let cursor = serde_json::Value::from(cursor).to_string();
        let (head, said, tail) = match self {
            Slot::Instead(from, to) => (text.get(..from)?, cursor, text.get(to..)?),
            Slot::Before(place) => (text.get(..place)?, format!("after: {cursor} "), text.get(place..)?),
            Slot::Behind(place) => (text.get(..place)?, format!("(after: {cursor})"), text.get(place..)?),
        };
        Some(format!("{head}{said}{tail}"))
    }
}

pub(super) fn argument<'f>(field: &'f Field, name: &str) -> Option<&'f (Positioned<Name>, Positioned<Written>)> {
    field.arguments.iter().find(|(known, _)| known.node == name)
}

/// Where the selection of a field begins, behind its bracket.
pub(super) fn opening(text: &str, field: &Field) -> Option<usize> {
    let place = offset(text, field.selection_set.pos)?;
    text.get(place..)?.starts_with('{').then_some(place + 1)
}

pub(super) fn slot(text: &str, field: &Field) -> Option<Slot> {
    if let Some((_, value)) = argument(field, "after") {
        let from = offset(text, value.pos)?;
        return written_end(text, from, &value.node).map(|to| Slot::Instead(from, to));
    }
    match field.arguments.first() {
        Some((name, _)) => {
            let place = offset(text, name.pos)?;
            text.get(place..)?.starts_with(name.node.as_str()).then_some(Slot::Before(place))
        }
        None => {
            let place = offset(text, field.name.pos)?;
            let name = field.name.node.as_str();
            text.get(place..)?.starts_with(name).then_some(Slot::Behind(place + name.len()))
        }
    }
}

/// Where a cursor that stands in a document ends.
fn written_end(text: &str, from: usize, value: &Written) -> Option<usize> {
    let rest = text.get(from..)?;
    match value {
        Written::Variable(name) => rest.starts_with('$').then(|| from + 1 + name.len()),
        Written::Null => rest.starts_with("null").then_some(from + 4),
        // A cursor has no quotes inside.
        Written::String(given) => {
            let quoted = format!("\"{given}\"");
            rest.starts_with(&quoted).then_some(from + quoted.len())
        }
        _ => None,
    }
}

/// The byte at which a position of the parser lies: lines and letters are counted from 1.
fn offset(text: &str, pos: Pos) -> Option<usize> {
    let line_start = match pos.line.checked_sub(1)? {
        0 => 0,
        before => text.match_indices('\n').nth(before - 1)?.0 + 1,
    };
    let mut letters = text.get(line_start..)?.char_indices();
    letters.nth(pos.column.checked_sub(1)?).map(|(place, _)| line_start + place)
}
