//! What stands above a node: the regions that its own is part of, and its terms of a scheme.

use std::collections::BTreeSet;

use super::def::Cx;
use super::whereabouts;
use crate::domain::{Relation, Value, enumeration};
use crate::graph::EntityRow;

/// What it is part of, itself among it.
fn wholes(cx: &Cx<'_>, from: impl IntoIterator<Item = EntityRow>) -> BTreeSet<EntityRow> {
    let mut open: Vec<EntityRow> = from.into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(here) = open.pop() {
        if found.insert(here) {
            open.extend(parents(cx, here));
        }
    }
    found
}

fn parents(cx: &Cx<'_>, node: EntityRow) -> impl Iterator<Item = EntityRow> {
    cx.lens.ties(node, Some(Relation::PartOf), true).map(|tie| tie.there)
}

/// The regions of a level above those that answer for it, themselves among them.
pub fn at_level(cx: &Cx<'_>, node: EntityRow, level: u16) -> BTreeSet<EntityRow> {
    let mut found = wholes(cx, whereabouts::jurisdictions(cx, node));
    found.retain(|region| cx.lens.value_named(*region, "kind") == Some(&Value::Code(level)));
    found
}

fn is_of(cx: &Cx<'_>, term: EntityRow, scheme: &str) -> bool {
    matches!(cx.lens.value_named(term, "scheme"), Some(Value::Text(text)) if text == scheme)
}

fn own_fields(cx: &Cx<'_>, node: EntityRow) -> Vec<EntityRow> {
    cx.lens.ties(node, Some(Relation::ClassifiedAs), true).map(|tie| tie.there).collect()
}

/// Its terms of a scheme: its own, and where they are of another scheme, the nearest above them.
pub fn fields(cx: &Cx<'_>, node: EntityRow, scheme: &str) -> BTreeSet<EntityRow> {
    let (mut open, mut seen) = (own_fields(cx, node), BTreeSet::new());
    let mut found = BTreeSet::new();
    while let Some(term) = open.pop() {
        if !seen.insert(term) {
            continue;
        }
        if is_of(cx, term, scheme) {
            found.insert(term);
        } else {
            open.extend(parents(cx, term));
        }
    }
    found
}

/// Those terms of a scheme above it that have none of the scheme above themselves.
pub fn top_fields(cx: &Cx<'_>, node: EntityRow, scheme: &str) -> BTreeSet<EntityRow> {
    let mut found = wholes(cx, own_fields(cx, node));
    found.retain(|term| is_of(cx, *term, scheme));
    let is_top = |term: &EntityRow| !parents(cx, *term).any(|above| is_of(cx, above, scheme));
    found.into_iter().filter(is_top).collect()
}

/// The terms of a scheme that its own terms map to.
pub fn mapped(cx: &Cx<'_>, node: EntityRow, scheme: &str) -> BTreeSet<EntityRow> {
    let row = Relation::MapsTo.row();
    let related = enumeration::MAPPING.by_name("RELATED").map(|code| Value::Code(code.tag));
    let mut found = fields(cx, node, scheme);
    for term in own_fields(cx, node) {
        for tie in cx.lens.ties(term, Some(Relation::MapsTo), true) {
            let how = row.attribute("mapping").and_then(|attribute| cx.lens.tie_value(tie.row, attribute));
            if how.is_some() && how != related.as_ref() && is_of(cx, tie.there, scheme) {
                found.insert(tie.there);
            }
        }
    }
    found
}
