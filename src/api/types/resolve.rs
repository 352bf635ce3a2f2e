//! The interpreter: reads a selection of an object at once, without waiting for anything, straight
//! from the declarations. async-graphql has parsed and validated the document before.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{ContextSelectionSet, Name, Positioned, ServerError, ServerResult, Value};

use super::def::{Cx, FieldDef, Object, Out, TypeDef};
use crate::api::admission::weight;
use crate::api::error::ApiError;

/// The arguments of a field, with variables and defaults resolved.
pub struct Args<'a> {
    field: &'a Field,
    def: &'a FieldDef,
    variables: &'a dyn Fn(&str) -> Option<&'a Value>,
}

impl<'a> Args<'a> {
    /// The arguments of `field` as declared by `def`.
    pub fn new(field: &'a Field, def: &'a FieldDef, variables: &'a dyn Fn(&str) -> Option<&'a Value>) -> Self {
        Self { field, def, variables }
    }

    /// What they weigh.
    pub fn weight(&self) -> u64 {
        weight::of_field(self.field, self.variables, u64::MAX)
    }

    /// An argument; none where it is not given, is null, and has no default.
    pub fn get(&self, name: &str) -> Option<Value> {
        let given = given(self.field, name, self.variables);
        let default = || self.def.args.iter().find(|arg| arg.name == name).and_then(|arg| arg.default.clone());
        given.or_else(default).filter(|value| *value != Value::Null)
    }

    /// All arguments that are given or have a default, nulls among them.
    pub fn all(&self) -> IndexMap<Name, Value> {
        let named = self.def.args.iter().filter_map(|arg| {
            let value = given(self.field, &arg.name, self.variables).or_else(|| arg.default.clone())?;
            Some((Name::new(&arg.name), value))
        });
        named.collect()
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text),
            Value::Enum(name) => Some(name.to_string()),
            _ => None,
        }
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        if let Value::Number(number) = self.get(name)? { number.as_i64() } else { None }
    }

    /// A list of names; empty where it is not given. A single name counts as a list of one.
    pub fn names(&self, name: &str) -> Vec<String> {
        let text = |value: Value| match value {
            Value::Enum(name) => Some(name.to_string()),
            Value::String(text) => Some(text),
            _ => None,
        };
        match self.get(name) {
            Some(Value::List(values)) => values.into_iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A number of entries within its bounds; refused outside them.
    pub fn size(&self, name: &str) -> Result<usize, ApiError> {
        let super::def::Size::Argument { default, most, .. } = self.def.size else { return Ok(0) };
        let given = self.number(name).unwrap_or_else(|| i64::from(default));
        match usize::try_from(given) {
            Ok(size) if (1..=most as usize).contains(&size) => Ok(size),
            _ => Err(page_size(name, given, most)),
        }
    }
}

/// An argument with its variables resolved. A variable that nobody gave is as if its field had not
/// been written; in a list it is null; alone it is none.
pub fn given<'v>(field: &Field, name: &str, variables: &dyn Fn(&str) -> Option<&'v Value>) -> Option<Value> {
    // No document can write bytes: they mark what is missing.
    let missing = || Value::Binary(bytes::Bytes::new());
    let resolve = |name: Name| Ok::<_, std::convert::Infallible>(variables(&name).cloned().unwrap_or_else(missing));
    let Ok(value) = field.get_argument(name)?.node.clone().into_const_with(resolve);
    present(value)
}

fn present(value: Value) -> Option<Value> {
    Some(match value {
        Value::Binary(_) => return None,
        Value::List(list) => Value::List(list.into_iter().map(|entry| present(entry).unwrap_or_default()).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter_map(|(name, field)| Some((name, present(field)?))).collect())
        }
        plain => plain,
    })
}

/// More entries, or fewer, than a list takes.
pub fn page_size(name: &str, given: i64, most: u32) -> ApiError {
    ApiError::new(
        "PAGE_SIZE",
        format!("{name} 应在 1 到 {most} 之间，给的是 {given}。要更多请用 after 翻页。"),
        format!("{name} must lie between 1 and {most}, not {given}. Use after to page on."),
    )
}

/// Read one field: what it costs is counted, and a walk has its share.
pub fn read_field(cx: &Cx<'_>, def: &FieldDef, object: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let budget = cx.lens.budget();
    budget.read_field(u64::from(def.cost).saturating_add(weight::price(args.weight())));
    if def.walk {
        budget.begin_walk();
    }
    let out = (def.read)(cx, object, args);
    if def.walk {
        budget.end_walk();
    }
    out
}

/// Nobody waits for the answer any more.
fn given_up(field: &Positioned<Field>) -> ServerError {
    let (zh, en) = ("没有人再等这次回答，已停止。", "Nobody waits for the answer any more; it was stopped.");
    ApiError::new("CANCELLED", zh, en).at(field.pos)
}

/// Read the selected fields of an object.
pub fn resolve(cx: &Cx<'_>, ctx: &ContextSelectionSet<'_>, object: &Object) -> ServerResult<Value> {
    let Some(ty) = cx.types.of(&cx.lens, object) else { return Ok(Value::Null) };
    let mut answer = IndexMap::with_capacity(ctx.item.node.items.len());
    collect(cx, ctx, ctx.item, (ty, object), &mut answer)?;
    Ok(Value::Object(answer))
}

fn collect(
    cx: &Cx<'_>,
    ctx: &ContextSelectionSet<'_>,
    set: &Positioned<SelectionSet>,
    (ty, object): (&TypeDef, &Object),
    answer: &mut IndexMap<Name, Value>,
) -> ServerResult<()> {
    let applies = |condition: &str| cx.types.applies(ty, condition);
    for selection in &set.node.items {
        match &selection.node {
            Selection::Field(field) => {
                let value = read(cx, ctx, (ty, object), field)?;
                let key = field.node.response_key().node.clone();
                match answer.get_mut(&key) {
                    Some(known) => merge(known, value),
                    None => {
                        answer.insert(key, value);
                    }
                }
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node)
                    && applies(&fragment.node.type_condition.node.on.node)
                {
                    collect(cx, ctx, &fragment.node.selection_set, (ty, object), answer)?;
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                if condition.is_none_or(|condition| applies(&condition.node.on.node)) {
                    collect(cx, ctx, &fragment.node.selection_set, (ty, object), answer)?;
                }
            }
        }
    }
    Ok(())
}

/// Two selections of one field: their answers are laid over each other.
fn merge(known: &mut Value, value: Value) {
    match (known, value) {
        (Value::Object(known), Value::Object(more)) => {
            for (key, value) in more {
                match known.get_mut(&key) {
                    Some(before) => merge(before, value),
                    None => {
                        known.insert(key, value);
                    }
                }
            }
        }
        (Value::List(known), Value::List(more)) => {
            for (before, value) in known.iter_mut().zip(more) {
                merge(before, value);
            }
        }
        _ => {}
    }
}

fn read(
    cx: &Cx<'_>,
    ctx: &ContextSelectionSet<'_>,
    (ty, object): (&TypeDef, &Object),
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let name = field.node.name.node.as_str();
    if name == "__typename" {
        return Ok(Value::String(ty.name.clone()));
    }
    let here = ctx.with_field(field);
    let Some(def) = ty.field(name) else {
        let error = ServerError::new(format!("{} has no field {name}", ty.name), Some(field.pos));
        return Err(here.set_error_path(error));
    };
    if cx.lens.budget().is_stopped() {
        return Err(here.set_error_path(given_up(field)));
    }
    let variables = |name: &str| variable(ctx, name);
    let args = Args::new(&field.node, def, &variables);
    let nullable = !def.ty.ends_with('!');
    let answer = match read_field(cx, def, object, &args) {
        Ok(Out::Leaf(value)) => return Ok(value),
        Ok(Out::Null) => return Ok(Value::Null),
        Ok(out) => finish(cx, &here.with_selection_set(&field.node.selection_set), out, &def.ty),
        Err(error) => Err(here.set_error_path(error.at(field.pos))),
    };
    match answer {
        Err(error) if nullable && !cx.lens.budget().is_stopped() => {
            ctx.add_error(error);
            Ok(Value::Null)
        }
        answer => answer,
    }
}

/// Turn what a reader answered into a value, reading what was selected of objects.
pub fn finish(cx: &Cx<'_>, ctx: &ContextSelectionSet<'_>, out: Out, ty: &str) -> ServerResult<Value> {
    match out {
        Out::Null => Ok(Value::Null),
        Out::Leaf(value) => Ok(value),
        Out::Object(object) => resolve(cx, ctx, &object),
        Out::List(list) => {
            let nullable = !ty.contains("!]");
            let read = list.into_iter().enumerate().map(|(place, out)| {
                match finish(cx, &ctx.with_index(place), out, "") {
                    // An entry that may be null is, and its neighbours are answered all the same.
                    Err(error) if nullable && !cx.lens.budget().is_stopped() => {
                        ctx.add_error(error);
                        Ok(Value::Null)
                    }
                    read => read,
                }
            });
            read.collect::<ServerResult<Vec<_>>>().map(Value::List)
        }
    }
}

/// The value of a variable; admission has filled in the defaults. One that nobody gave is none, and not
/// null: a correction leaves what is left out and clears what is null.
pub fn variable<'a, T>(ctx: &async_graphql::ContextBase<'a, T>, name: &str) -> Option<&'a Value> {
    ctx.query_env.variables.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::types::DocumentOperations;
    use async_graphql::value;

    #[test]
    fn a_variable_that_is_left_out_leaves_its_field_out() {
        let document =
            async_graphql::parser::parse_query("{ x(a: {b: $b, c: $c, l: [$c, 1]}, d: $c) }").expect("a document");
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("a field") };
        let null = Value::Null;
        let variables = |name: &str| (name == "b").then_some(&null);
        let read = |name| given(&field.node, name, &variables);
        assert_eq!(read("a"), Some(value!({ "b": null, "l": [null, 1] })));
        assert_eq!((read("d"), read("e")), (None, None));
    }
}
