//! How fresh the search index must be for a document: the greatest `minSequence` of its root fields.

use async_graphql::parser::types::{OperationDefinition, Selection, SelectionSet};
use async_graphql::{Value, Variables};

use super::Fragments;
use crate::api::types::resolve::given;

/// The argument by which a question waits for the index.
pub const MIN_SEQUENCE: &str = "minSequence";

/// The sequence number that the index must have come to; none where nobody asks. The size of the
/// document has been judged before.
pub(super) fn wanted(fragments: &Fragments, operation: &OperationDefinition, variables: &Variables) -> Option<i64> {
    of_set(fragments, &operation.selection_set.node, &|name| variables.get(name))
}

fn of_set<'v>(fragments: &Fragments, set: &SelectionSet, variable: &dyn Fn(&str) -> Option<&'v Value>) -> Option<i64> {
    let of = |selection: &Selection| match selection {
        Selection::Field(field) => match given(&field.node, MIN_SEQUENCE, variable) {
            Some(Value::Number(number)) => number.as_i64(),
            _ => None,
        },
        Selection::InlineFragment(inline) => of_set(fragments, &inline.node.selection_set.node, variable),
        Selection::FragmentSpread(spread) => {
            let fragment = fragments.get(&spread.node.fragment_name.node)?;
            of_set(fragments, &fragment.node.selection_set.node, variable)
        }
    };
    set.items.iter().filter_map(|selection| of(&selection.node)).max()
}
