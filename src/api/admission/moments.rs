//! Which moments of the past a document asks about: `knownAt` and its like on its root fields.

use async_graphql::parser::types::{OperationDefinition, Selection, SelectionSet};
use async_graphql::{Value, Variables};

use super::Fragments;
use crate::api::error::ApiError;
use crate::api::types::moment::Moment;
use crate::api::types::resolve::given;
use crate::config::Limits;

/// The argument that says as of which moment facts are known.
pub const KNOWN_AT: &str = "knownAt";
/// The same for either side of a comparison.
pub const FROM_KNOWN_AT: &str = "fromKnownAt";
/// The same for either side of a comparison.
pub const TO_KNOWN_AT: &str = "toKnownAt";

/// The different moments, in order; refused where there are too many. The size of the document has
/// been judged before.
pub(super) fn asked(
    fragments: &Fragments,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<Vec<Moment>, ApiError> {
    let mut found = Vec::new();
    of_set(fragments, &operation.selection_set.node, &|name| variables.get(name), &mut found)?;
    found.sort_unstable();
    found.dedup();
    let most = limits.past_moments;
    if found.len() > most {
        return Err(ApiError::new(
            "TOO_MANY_MOMENTS",
            format!("一次查询最多用 {most} 个不同的 knownAt 时刻。请分几次查询。"),
            format!("A document may ask about {most} different moments with knownAt. Ask in parts."),
        ));
    }
    Ok(found)
}

fn of_set<'v>(
    fragments: &Fragments,
    set: &SelectionSet,
    variable: &dyn Fn(&str) -> Option<&'v Value>,
    found: &mut Vec<Moment>,
) -> Result<(), ApiError> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                for name in [KNOWN_AT, FROM_KNOWN_AT, TO_KNOWN_AT] {
                    if let Some(Value::String(text)) = given(&field.node, name, variable) {
                        found.push(Moment::read(&text)?);
                    }
                }
            }
            Selection::InlineFragment(inline) => {
                of_set(fragments, &inline.node.selection_set.node, variable, found)?;
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    of_set(fragments, &fragment.node.selection_set.node, variable, found)?;
                }
            }
        }
    }
    Ok(())
}
