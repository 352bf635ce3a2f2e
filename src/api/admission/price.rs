//! What an operation costs at most: cost of each field times the number of objects it is read of.
//!
//! price(selection) = Σ over fields: cost + size × price(its selection), sizes from arguments with
//! variables and defaults resolved. Adding a field never lowers it; a fragment costs what it
//! stands for.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Value, Variables};

use super::Fragments;
use crate::api::schema::TYPES;
use crate::api::types::def::{FieldDef, Size};

/// A field of the introspection: the declarations do not know it.
const INTROSPECTION: u64 = 1;

struct Pricing<'d> {
    fragments: &'d Fragments,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    known: HashMap<(&'d Name, String), u64>,
}

/// The price of an operation whose size has been judged before.
pub(super) fn of(fragments: &Fragments, operation: &OperationDefinition, variables: &Variables) -> u64 {
    let mut pricing = Pricing { fragments, operation, variables, known: HashMap::new() };
    pricing.set(&operation.selection_set.node, "Query")
}

impl<'d> Pricing<'d> {
    fn set(&mut self, set: &'d SelectionSet, ty: &str) -> u64 {
        let mut price = 0_u64;
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, ty),
                Selection::InlineFragment(inline) => {
                    let narrowed =
                        inline.node.type_condition.as_ref().map(|condition| condition.node.on.node.to_string());
                    self.set(&inline.node.selection_set.node, narrowed.as_deref().unwrap_or(ty))
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            price = price.saturating_add(part);
        }
        price
    }

    fn fragment(&mut self, name: &'d Name) -> u64 {
        let Some(fragment) = self.fragments.get(name) else { return 0 };
        let ty = fragment.node.type_condition.node.on.node.to_string();
        if let Some(known) = self.known.get(&(name, ty.clone())) {
            return *known;
        }
        let price = self.set(&fragment.node.selection_set.node, &ty);
        self.known.insert((name, ty), price);
        price
    }

    fn field(&mut self, field: &'d Field, ty: &str) -> u64 {
        let Some(def) = TYPES.get(ty).and_then(|ty| ty.field(&field.name.node)) else {
            return INTROSPECTION.saturating_add(self.set(&field.selection_set.node, "__Introspection"));
        };
        let inner = self.set(&field.selection_set.node, bare(&def.ty));
        u64::from(def.cost).saturating_add(self.size(field, def).saturating_mul(inner))
    }

    fn size(&self, field: &Field, def: &FieldDef) -> u64 {
        match def.size {
            Size::One => 1,
            Size::AtMost(most) => u64::from(most),
            Size::Argument { name, default, most } => {
                let given = field.get_argument(name).and_then(|value| {
                    let resolve = |name: Name| self.variable(&name).ok_or(());
                    value.node.clone().into_const_with(resolve).ok()
                });
                match given {
                    Some(Value::Number(number)) => number.as_u64().unwrap_or(u64::from(most)),
                    _ => u64::from(default),
                }
            }
        }
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let default = || {
            let mut all = self.operation.variable_definitions.iter();
            all.find(|definition| definition.node.name.node == *name)
                .and_then(|definition| definition.node.default_value().cloned())
        };
        self.variables.get(name).cloned().or_else(default)
    }
}

/// The name inside `[Name!]!`.
fn bare(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}
