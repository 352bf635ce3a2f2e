//! What the arguments of a field weigh: as many values as they hold, variables written out at every
//! place where they stand, and long texts as several. They are copied as often as their field is
//! read, so they are bounded, priced and metered, and counted here by looking alone: whoever counts
//! by copying has done what was to be prevented.

use async_graphql::Value as Given;
use async_graphql::parser::types::Field;
use async_graphql_value::Value;

/// Bytes of a text that weigh as much as one value.
const TEXT_BYTES: usize = 64;

/// What arguments of ordinary questions weigh; so much costs nothing.
const FREE: u64 = 64;

/// The rows that reading a field of these arguments costs beyond its declaration.
pub fn price(weight: u64) -> u64 {
    weight.saturating_sub(FREE)
}

/// The weight of all arguments of a field; counted no further than `room`.
pub fn of_field<'v>(field: &Field, variable: &dyn Fn(&str) -> Option<&'v Given>, room: u64) -> u64 {
    let mut weight = 0_u64;
    for (_, value) in &field.arguments {
        weight += written(&value.node, variable, room.saturating_sub(weight));
        if weight > room {
            break;
        }
    }
    weight
}

fn written<'v>(value: &Value, variable: &dyn Fn(&str) -> Option<&'v Given>, room: u64) -> u64 {
    match value {
        Value::Variable(name) => variable(name).map_or(1, |value| given(value, room)),
        Value::List(list) => sum(list.iter(), room, |value, room| written(value, variable, room)),
        Value::Object(fields) => sum(fields.values(), room, |value, room| written(value, variable, room)),
        Value::String(text) => of_text(text),
        _ => 1,
    }
}

fn given(value: &Given, room: u64) -> u64 {
    match value {
        Given::List(list) => sum(list.iter(), room, given),
        Given::Object(fields) => sum(fields.values(), room, given),
        Given::String(text) => of_text(text),
        _ => 1,
    }
}

/// One for the list or object itself, and what is in it.
fn sum<'v, V: 'v>(all: impl Iterator<Item = &'v V>, room: u64, weigh: impl Fn(&'v V, u64) -> u64) -> u64 {
    let mut weight = 1_u64;
    for value in all {
        if weight > room {
            break;
        }
        weight += weigh(value, room - weight);
    }
    weight
}

fn of_text(text: &str) -> u64 {
    1 + (text.len() / TEXT_BYTES) as u64
}

/// Conditions of a filter, however they are nested: an empty one is looked at too.
pub fn conditions<'v>(field: &Field, name: &str, variable: &dyn Fn(&str) -> Option<&'v Given>) -> usize {
    field.get_argument(name).map_or(0, |value| conditions_written(&value.node, variable))
}

fn conditions_written<'v>(value: &Value, variable: &dyn Fn(&str) -> Option<&'v Given>) -> usize {
    match value {
        Value::String(text) => conditions_of_text(text),
        Value::Variable(name) => variable(name).map_or(0, conditions_given),
        Value::List(list) => list.iter().map(|value| conditions_written(value, variable)).sum::<usize>().max(1),
        Value::Object(fields) => fields.values().map(|value| conditions_written(value, variable)).sum::<usize>().max(1),
        _ => 1,
    }
}

/// A long text takes longer to look for.
fn conditions_of_text(text: &str) -> usize {
    1 + text.len() / TEXT_BYTES
}

/// The same of a filter whose variables are written out.
pub fn conditions_given(filter: &Given) -> usize {
    match filter {
        Given::String(text) => conditions_of_text(text),
        Given::Object(fields) => fields.values().map(conditions_given).sum::<usize>().max(1),
        Given::List(list) => list.iter().map(conditions_given).sum::<usize>().max(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::types::{DocumentOperations, Selection};
    use async_graphql::value;

    fn field(text: &str) -> Field {
        let document = async_graphql::parser::parse_query(text).expect("a document");
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("a field") };
        field.node.clone()
    }

    #[test]
    fn a_value_counts_at_every_place() {
        let many = value!([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let variable = |name: &str| (name == "n").then_some(&many);
        let weigh = |text: &str| of_field(&field(text), &variable, 1_000);
        assert_eq!(weigh("{ a }"), 0);
        assert_eq!(weigh("{ a(b: 1, c: {d: [2, 3]}) }"), 1 + 1 + 1 + 2);
        assert_eq!(weigh("{ a(b: $n) }"), 10);
        assert_eq!(weigh("{ a(b: [$n, $n, $n]) }"), 31);
        assert_eq!(weigh("{ a(b: $nobody) }"), 1);
        let long = format!("{{ a(b: \"{}\") }}", "x".repeat(640));
        assert_eq!(weigh(&long), 11);
    }

    #[test]
    fn counting_ends_where_there_is_no_room() {
        let many = Given::List(vec![Given::Null; 100_000]);
        let variable = |_: &str| Some(&many);
        let text = format!("{{ a(b: [{}]) }}", "$n ".repeat(1_900));
        let weight = of_field(&field(&text), &variable, 500);
        assert!((501..=503).contains(&weight), "{weight}");
    }

    #[test]
    fn an_empty_condition_is_one() {
        let filter = value!({ "and": [{}, {}, { "not": {} }], "nameContains": "x" });
        assert_eq!(conditions_given(&filter), 4);
        let variable = |_: &str| Some(&filter);
        assert_eq!(conditions(&field("{ a(filter: {or: [$f, {}]}) }"), "filter", &variable), 5);
        assert_eq!(conditions(&field("{ a }"), "filter", &variable), 0);
    }
}
