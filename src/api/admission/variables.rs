//! Variables against what the document declares for them (GraphQL, section 6.1.2), and every
//! argument that they stand in.
//!
//! A document that has passed once is run again without async-graphql's validator, which judges
//! values only inside the arguments they end up in, and no argument at all where one of its
//! variables is left out. So this is the one place where variables are judged, each time.

use std::cell::Cell;
use std::collections::HashSet;
use std::convert::Infallible;

use async_graphql::parser::types::{
    Directive, Field, OperationDefinition, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Positioned, Value, Variables};

use super::coercion::{Fault, Placed, Plain, entry_of, fits, variable_of};
use super::{Fragments, root};
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::api::types::def::TypeDef;
use crate::domain::rejection::clip;

/// Arguments that no declaration knows: those of the introspection and of directives.
const OTHERS: &[(&str, &str)] = &[("name", "String!"), ("includeDeprecated", "Boolean"), ("if", "Boolean!")];

/// Judge every variable of an operation, and every argument that holds one. Variables that the
/// operation does not declare are ignored. The size of the document has been judged before.
pub(super) fn check(
    fragments: &Fragments,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), ApiError> {
    if operation.variable_definitions.is_empty() {
        return Ok(());
    }
    for definition in &operation.variable_definitions {
        declared(&definition.node, variables)?;
    }
    judge(fragments, (operation, variables), Judged::WithVariables)
}

/// Judge every argument of an operation that holds no variable. The library's validator lets a text
/// or a number pass where an input object belongs, and what reads it would find nothing in it.
pub(super) fn check_constants(fragments: &Fragments, operation: &OperationDefinition) -> Result<(), ApiError> {
    judge(fragments, (operation, &Variables::default()), Judged::Constants)
}

/// Which arguments are judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    WithVariables,
    Constants,
}

fn judge(
    fragments: &Fragments,
    (operation, variables): (&OperationDefinition, &Variables),
    judged: Judged,
) -> Result<(), ApiError> {
    let mut uses = Uses { fragments, given: Given { operation, variables }, seen: HashSet::new(), judged };
    uses.directives(&operation.directives)?;
    uses.set(&operation.selection_set.node, TYPES.get(root(operation.ty)))
}

/// The variables with the defaults of those that are left out, as a document runs with them.
/// async-graphql itself looks at no default where it decides what `@skip` and `@include` leave out.
pub(super) fn with_defaults(operation: &OperationDefinition, mut variables: Variables) -> Variables {
    for definition in operation.variable_definitions.iter().map(|definition| &definition.node) {
        if let Some(default) = &definition.default_value {
            variables.entry(definition.name.node.clone()).or_insert_with(|| default.node.clone());
        }
    }
    variables
}

/// One variable against its declared type.
fn declared(definition: &VariableDefinition, variables: &Variables) -> Result<(), ApiError> {
    let ty = definition.var_type.node.to_string();
    let default = || definition.default_value.as_ref().map(|value| &value.node);
    let name = format!("${}", clip(&definition.name.node));
    match variables.get(&definition.name.node).or_else(default) {
        Some(value) => fits(value, &ty, &Plain).map_err(|fault| bad_variable(&name, &fault)),
        None if ty.ends_with('!') => {
            let ty = clip(&ty);
            Err(bad_variable(&name, &Fault::new(format!("是必填的（{ty}），请补上"), format!("is required ({ty})"))))
        }
        None => Ok(()),
    }
}

fn bad_variable(root: &str, fault: &Fault) -> ApiError {
    let (path, zh, en) = fault.told(root);
    ApiError::new("BAD_VARIABLE", format!("变量 {path} {zh}。"), format!("The variable {path} {en}."))
}

/// What an operation declares and a request gives.
struct Given<'d> {
    operation: &'d OperationDefinition,
    variables: &'d Variables,
}

impl<'d> Given<'d> {
    fn definition(&self, name: &str) -> Option<&'d VariableDefinition> {
        let mut all = self.operation.variable_definitions.iter();
        all.find(|definition| definition.node.name.node == name).map(|definition| &definition.node)
    }

    fn value(&self, name: &str) -> Option<&'d Value> {
        let default =
            || self.definition(name).and_then(|definition| definition.default_value.as_ref().map(|value| &value.node));
        self.variables.get(name).or_else(default)
    }
}

impl Placed for Given<'_> {
    fn is_absent(&self, name: &str) -> bool {
        self.value(name).is_none()
    }

    fn is_null(&self, name: &str) -> bool {
        self.value(name) == Some(&Value::Null)
    }

    /// Its value has been judged against its declared type: what remains is whether that type may
    /// stand here (GraphQL, section 5.8.5), with what the request gives in place of “may be null”.
    fn fits(&self, name: &str, position: &str) -> Result<(), Fault> {
        // One that is not declared is the validator's affair.
        let Some(definition) = self.definition(name) else { return Ok(()) };
        let declared = definition.var_type.node.to_string();
        let (name, wanted) = (clip(name), clip(position));
        let fault = |zh: String, en: String| Fault::new(zh, en).of_a_variable();
        let inner = position.trim_end_matches('!');
        if position.ends_with('!') && self.value(&definition.name.node).is_none_or(|value| *value == Value::Null) {
            return Err(fault(
                format!("应为 {wanted}，而变量 ${name} 是空的"),
                format!("must be {wanted}, but the variable ${name} is null or left out"),
            ));
        }
        if may_stand(declared.trim_end_matches('!'), inner) {
            return Ok(());
        }
        let declared = clip(&declared);
        Err(fault(
            format!("应为 {wanted}，而变量 ${name} 声明为 {declared}"),
            format!("must be {wanted}, but the variable ${name} is declared as {declared}"),
        ))
    }
}

/// Do values of one type fit another, whatever they are?
fn may_stand(declared: &str, position: &str) -> bool {
    match (declared.strip_suffix('!'), position.strip_suffix('!')) {
        (Some(declared), Some(position)) => may_stand(declared, position),
        (None, Some(_)) => false,
        (Some(declared), None) => may_stand(declared, position),
        (None, None) => match (entry_of(declared), entry_of(position)) {
            (Some(declared), Some(position)) => may_stand(declared, position),
            (None, None) => declared == position,
            _ => false,
        },
    }
}

/// Where variables are used.
struct Uses<'d> {
    fragments: &'d Fragments,
    given: Given<'d>,
    seen: HashSet<&'d Name>,
    judged: Judged,
}

impl<'d> Uses<'d> {
    fn set(&mut self, set: &'d SelectionSet, ty: Option<&TypeDef>) -> Result<(), ApiError> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, ty)?,
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives)?;
                    let narrowed = inline.node.type_condition.as_ref();
                    let ty = narrowed.map_or(ty, |condition| TYPES.get(&condition.node.on.node));
                    self.set(&inline.node.selection_set.node, ty)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives)?;
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.fragments.get(name)
                        && self.seen.insert(name)
                    {
                        self.directives(&fragment.node.directives)?;
                        let ty = TYPES.get(&fragment.node.type_condition.node.on.node);
                        self.set(&fragment.node.selection_set.node, ty)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &'d Field, ty: Option<&TypeDef>) -> Result<(), ApiError> {
        self.directives(&field.directives)?;
        let def = ty.and_then(|ty| ty.field(&field.name.node));
        for (name, value) in &field.arguments {
            let arg = def.and_then(|def| def.args.iter().find(|arg| arg.name == name.node.as_str()));
            let held = Cell::new(false);
            let Ok(value) = value.node.clone().into_const_with(|name| stand_in(&name, &held));
            match (def, arg) {
                _ if held.get() != (self.judged == Judged::WithVariables) => {}
                (_, Some(arg)) => self.argument(&name.node, &arg.ty, arg.default.is_some(), &value)?,
                (None, None) => self.other(&name.node, &value)?,
                // An unknown argument is the validator's affair.
                (Some(_), None) => {}
            }
        }
        let inner = def.and_then(|def| TYPES.get(def.ty.trim_matches(['[', ']', '!'])));
        self.set(&field.selection_set.node, inner)
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), ApiError> {
        for (name, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            let held = Cell::new(false);
            let Ok(value) = value.node.clone().into_const_with(|name| stand_in(&name, &held));
            if held.get() == (self.judged == Judged::WithVariables) {
                self.other(&name.node, &value)?;
            }
        }
        Ok(())
    }

    fn other(&self, name: &Name, value: &Value) -> Result<(), ApiError> {
        let known = OTHERS.iter().find(|(known, _)| name == known);
        known.map_or(Ok(()), |(_, ty)| self.argument(name, ty, false, value))
    }

    /// An argument that holds a variable.
    fn argument(&self, name: &Name, ty: &str, has_default: bool, value: &Value) -> Result<(), ApiError> {
        let left_out = variable_of(value).is_some_and(|variable| self.given.is_absent(variable));
        if left_out && has_default {
            return Ok(());
        }
        fits(value, ty, &self.given).map_err(|fault| {
            let code = if fault.of_variable { "BAD_VARIABLE" } else { "VALIDATION" };
            let (path, zh, en) = fault.told(&clip(name));
            ApiError::new(code, format!("参数 {path} {zh}。"), format!("The argument {path} {en}."))
        })
    }
}

/// What stands for a variable while the argument that holds it is judged. The value itself may be
/// large and stand in many places; it is judged once, against its declared type.
fn stand_in(name: &Name, held: &Cell<bool>) -> Result<Value, Infallible> {
    held.set(true);
    Ok(Value::Binary(bytes::Bytes::copy_from_slice(name.as_bytes())))
}

#[cfg(test)]
mod tests;
