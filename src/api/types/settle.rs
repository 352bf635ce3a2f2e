//! A filter with everything that it points at found once, before anything is judged by it: whoever gives
//! a code, a code without its scheme or a whole name means the same thing, and a mistake is told even
//! where nothing is there to be judged.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Gql};

use super::counted::Counted;
use super::def::Cx;
use super::filter::{DEEPEST, IN_GROUPS};
use super::filter_certificates::{EXPIRING_WITHIN, days};
use super::find::{find, find_term};
use super::group::Key;
use super::inputs::reference;
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::{Kind, RecordKind, ValueType};
use crate::graph::EntityRow;

/// The same filter, with ids in place of whatever else pointed at something.
pub fn settled(cx: &Cx<'_>, counted: Counted, filter: &Gql) -> Result<Gql, ApiError> {
    below(cx, counted, filter, 0)
}

fn below(cx: &Cx<'_>, counted: Counted, filter: &Gql, depth: usize) -> Result<Gql, ApiError> {
    let Gql::Object(fields) = filter else { return Ok(filter.clone()) };
    // Deeper ones are refused where they are judged.
    if depth > DEEPEST {
        return Ok(filter.clone());
    }
    let mut found = IndexMap::with_capacity(fields.len());
    for (name, value) in fields {
        let settled = match (name.as_str(), value) {
            (_, Gql::Null) => Gql::Null,
            ("and" | "or" | "not", Gql::List(all)) => {
                Gql::List(all.iter().map(|one| below(cx, counted, one, depth + 1)).collect::<Result<_, _>>()?)
            }
            ("and" | "or" | "not", one) => below(cx, counted, one, depth + 1)?,
            (IN_GROUPS, Gql::List(all)) => {
                Gql::List(all.iter().map(|one| group(cx, counted, one)).collect::<Result<_, _>>()?)
            }
            (IN_GROUPS, one) => group(cx, counted, one)?,
            (name, value) => match condition(cx, counted, name, value) {
                // What was not known yet is no mistake: where nothing was, there is nothing to be judged.
                Err(error) if error.code == "UNKNOWN_REFERENCE" && cx.view.is_past() => value.clone(),
                settled => settled?,
            },
        };
        found.insert(name.clone(), settled);
    }
    Ok(Gql::Object(found))
}

fn condition(cx: &Cx<'_>, counted: Counted, name: &str, value: &Gql) -> Result<Gql, ApiError> {
    let id = |node: EntityRow| {
        let id = Gql::from(cx.lens.id(node).to_string());
        Gql::Object(IndexMap::from_iter([(Name::new("id"), id)]))
    };
    if let Some(attribute) = counted.attribute(name) {
        return match attribute.value_type {
            ValueType::Term(scheme) => find_term(cx, &reference(value)?, scheme).map(id),
            ValueType::Node(kinds) | ValueType::Nodes(kinds) => find(cx, &reference(value)?, kinds).map(id),
            _ => Ok(value.clone()),
        };
    }
    match (name, counted, value) {
        (name, Counted::Records(kind), value) if name == kind.row().subject.0 => {
            find(cx, &reference(value)?, kind.row().holders).map(id)
        }
        ("region" | "jurisdiction", _, value) => find(cx, &reference(value)?, Kind::Region.alone()).map(id),
        ("field", _, value) => find_term(cx, &reference(value)?, "").map(id),
        (EXPIRING_WITHIN, Counted::Records(RecordKind::Certification), value) => days(value).map(|_| value.clone()),
        ("certified", _, Gql::String(text)) => find_term(cx, &Reference::Code(text.clone()), "SCHEME").map(id),
        _ => Ok(value.clone()),
    }
}

/// A group of statistics by the value that its cells give it.
fn group(cx: &Cx<'_>, counted: Counted, group: &Gql) -> Result<Gql, ApiError> {
    let Gql::Object(fields) = group else { return Ok(group.clone()) };
    let (Some(Gql::String(key)), Some(Gql::String(value))) = (fields.get("key"), fields.get("value")) else {
        return Ok(group.clone());
    };
    let meant = Key::read(counted, key)?.meant(cx, value)?;
    let mut fields = fields.clone();
    fields.insert(Name::new("value"), meant.into());
    Ok(Gql::Object(fields))
}
