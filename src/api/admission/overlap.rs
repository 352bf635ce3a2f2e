//! Fields of one answer that share a key must be one field with the same arguments (GraphQL, section
//! 5.3.2), also across fragments: otherwise one of two answers would be told under the name of the
//! other. The library compares within one selection set alone, and gathers every fault there is.
//!
//! Each field is compared with the first one of its key: as many comparisons as there are fields
//! once fragments are written out, which has been bounded before. The first fault ends it.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationType, Selection, SelectionSet};

use super::{Fragments, root};
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::domain::rejection::clip;

/// Judge what an operation selects.
pub(super) fn judge(fragments: &Fragments, operation: OperationType, set: &SelectionSet) -> Result<(), ApiError> {
    // Each mutation is carried out: none may be told under the name of another one.
    merged(fragments, vec![(set, root(operation).to_owned())], operation == OperationType::Mutation)
}

/// A field with the type that it is selected on.
type Selected<'d> = (&'d Field, String);

/// The fields of one key.
#[derive(Default)]
struct Group<'d> {
    firsts: Vec<Selected<'d>>,
    all: Vec<Selected<'d>>,
}

/// Judge sets whose fields stand in one object.
fn merged(fragments: &Fragments, sets: Vec<(&SelectionSet, String)>, once: bool) -> Result<(), ApiError> {
    let mut by_key: HashMap<&str, Group<'_>> = HashMap::new();
    let mut keys = Vec::new();
    for (set, ty) in sets {
        gather(fragments, set, &ty, &mut |field, ty| {
            many(field, ty)?;
            let key = field.response_key().node.as_str();
            let known = by_key.entry(key).or_default();
            if known.all.is_empty() {
                keys.push(key);
            }
            let differs = known.firsts.iter().any(|(first, on)| may_meet(on, ty) && !same(first, field));
            if differs || (once && !known.all.is_empty()) {
                return Err(conflict(key));
            }
            // The first of each type is enough to compare with: there are few types.
            if known.firsts.iter().all(|(_, on)| on != ty) {
                known.firsts.push((field, ty.to_owned()));
            }
            known.all.push((field, ty.to_owned()));
            Ok(())
        })?;
    }
    for key in keys {
        let fields = by_key.remove(key).unwrap_or_default();
        let below = fields.all.into_iter().filter(|(field, _)| !field.selection_set.node.items.is_empty());
        let below: Vec<_> = below.map(|(field, ty)| (&field.selection_set.node, type_below(field, &ty))).collect();
        if !below.is_empty() {
            merged(fragments, below, false)?;
        }
    }
    Ok(())
}

/// Hand on every field of a set, those of fragments included.
fn gather<'d>(
    fragments: &'d Fragments,
    set: &'d SelectionSet,
    ty: &str,
    hand_on: &mut dyn FnMut(&'d Field, &str) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => hand_on(&field.node, ty)?,
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                gather(fragments, &inline.node.selection_set.node, on.unwrap_or(ty), hand_on)?;
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    gather(fragments, &fragment.node.selection_set.node, on, hand_on)?;
                }
            }
        }
    }
    Ok(())
}

/// Could an object be of both types? Two different types of objects never meet.
fn may_meet(left: &str, right: &str) -> bool {
    let is_object = |name: &str| TYPES.get(name).is_some_and(|ty| !ty.is_interface);
    left == right || !is_object(left) || !is_object(right)
}

fn same(left: &Field, right: &Field) -> bool {
    left.name.node == right.name.node
        && left.arguments.len() == right.arguments.len()
        && left
            .arguments
            .iter()
            .all(|(name, value)| right.get_argument(&name.node).is_some_and(|other| other.node == value.node))
}

/// More arguments than a field takes: some are unknown or given twice, and the validator would list all.
fn many(field: &Field, ty: &str) -> Result<(), ApiError> {
    let most = TYPES.get(ty).and_then(|ty| ty.field(&field.name.node)).map_or(MOST_UNKNOWN, |def| def.args.len() + 1);
    if field.arguments.len() <= most {
        return Ok(());
    }
    let name = clip(&field.name.node);
    Err(ApiError::new(
        "UNKNOWN_ARGUMENT",
        format!("“{name}”的参数比它有的还多：有的不认识，或写了两次。请对照文档。"),
        format!(
            "{name} is given more arguments than it has: some are unknown or given twice. Check the documentation."
        ),
    ))
}

/// Arguments of a field that no declaration knows.
const MOST_UNKNOWN: usize = 8;

/// The type of what a field gives.
fn type_below(field: &Field, ty: &str) -> String {
    let def = TYPES.get(ty).and_then(|ty| ty.field(&field.name.node));
    def.map(|def| def.ty.trim_matches(['[', ']', '!']).to_owned()).unwrap_or_default()
}

fn conflict(key: &str) -> ApiError {
    let key = clip(key);
    ApiError::new(
        "FIELDS_CONFLICT",
        format!("同一处有两个“{key}”，字段或参数不同（或是两次写入）。请给其中一个另起别名，如 b: {key}。"),
        format!(
            "Two fields stand for {key} in one place and differ, or are two mutations. Give one of them another alias, such as b: {key}."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::types::DocumentOperations;

    fn code(text: &str) -> Result<(), &'static str> {
        let document = async_graphql::parser::parse_query(text).expect("a document");
        let operation = match &document.operations {
            DocumentOperations::Single(operation) => operation,
            DocumentOperations::Multiple(all) => all.values().next().expect("one operation"),
        };
        let set = &operation.node.selection_set.node;
        judge(&document.fragments, operation.node.ty, set).map_err(|error| error.code)
    }

    #[test]
    fn what_lies_over_each_other_is_the_same() {
        for fine in [
            "{ service { version version } }",
            "{ enterprises(first: 2) { totalCount } ...F } fragment F on Query { enterprises(first: 2) { truncated } }",
            "{ node(id: \"x\") { ... on Enterprise { x: code } ... on Institute { x: nameZh } } }",
            "mutation { a: retract(id: \"x\", reason: \"y\") { __typename } b: retract(id: \"x\", reason: \"y\") { __typename } }",
        ] {
            assert_eq!(code(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "{ enterprises(first: 1) { edges { node { x: id } } } enterprises(first: 1) { edges { node { x: version } } } }",
            "{ enterprises(first: 2) { totalCount } ...F } fragment F on Query { enterprises(first: 3) { totalCount } }",
            "{ node(id: \"x\") { x: nameZh ... on Institute { x: id } } }",
            "{ node(id: \"x\") { ... on Actor { x: nameZh } ... on Institute { x: id } } }",
            "mutation { a: retract(id: \"x\", reason: \"y\") { __typename } a: retract(id: \"x\", reason: \"y\") { __typename } }",
        ] {
            assert_eq!(code(wrong), Err("FIELDS_CONFLICT"), "{wrong}");
        }
        let arguments: String = (0..50).map(|place| format!("a{place}: 1 ")).collect();
        assert_eq!(code(&format!("{{ service {{ version({arguments}) }} }}")), Err("UNKNOWN_ARGUMENT"));
    }
}
