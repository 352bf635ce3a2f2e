//! What an operation costs at most: cost of each field times the number of objects it is read of.
//!
//! price(selection) = Σ over fields: cost + size × price(its selection), sizes from arguments with
//! variables and defaults resolved. Adding a field never lowers it; a fragment costs what it
//! stands for.
//!
//! How many rows a walk looks at hangs on the data, not on the document. So whoever walks, lists or
//! searches pays once more for the rows that all walks of a request may visit together
//! (`walk_rows`), and the meter of [`crate::graph::Budget`] ends them there: use never passes the price.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Value, Variables};

use super::{Fragments, too};
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::api::types::def::{FieldDef, Size};
use crate::api::types::inputs::conditions;
use crate::api::types::resolve::{given, page_size};
use crate::config::Limits;

/// A field of the introspection: the declarations do not know it.
const INTROSPECTION: u64 = 1;

/// What an operation costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What its fields cost at most.
    pub fields: u64,
    /// What its walks may visit.
    pub reserve: u64,
    /// Does it have a field that is long work whatever it costs?
    pub heavy: bool,
    /// Does it look at every node of a kind?
    pub scans: bool,
    /// Conditions of all its filters.
    pub conditions: usize,
    /// Does it ask for the schema? `__typename` alone does not.
    pub introspects: bool,
}

impl Priced {
    /// All of it.
    pub fn total(self) -> u64 {
        self.fields.saturating_add(self.reserve)
    }
}

struct Pricing<'d> {
    fragments: &'d Fragments,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    known: HashMap<(&'d Name, String), u64>,
    /// The first argument that asks for more entries than there may be: name, given, most.
    oversize: Option<(&'static str, i64, u32)>,
    /// Entries that introspection may answer with.
    introspected: u64,
    /// Conditions of all filters, each counted as often as its list is read.
    conditions: usize,
    walks: bool,
    scans: bool,
    heavy: bool,
    introspects: bool,
}

/// Entries that a list of the introspection has at most, and on an average type below `types`.
const INTROSPECTED: &[(&str, u64, u64)] = &[
    ("types", 400, 400),
    ("fields", 64, 12),
    ("args", 8, 8),
    ("inputFields", 40, 4),
    ("enumValues", 40, 4),
    ("possibleTypes", 14, 1),
    ("interfaces", 3, 2),
    ("directives", 8, 8),
];

/// The price of an operation whose size has been judged before.
pub(super) fn of(
    fragments: &Fragments,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<Priced, ApiError> {
    let mut pricing = Pricing {
        fragments,
        operation,
        variables,
        known: HashMap::new(),
        oversize: None,
        introspected: 0,
        conditions: 0,
        walks: false,
        scans: false,
        heavy: false,
        introspects: false,
    };
    let fields = pricing.set(&operation.selection_set.node, root(operation.ty));
    if let Some((name, given, most)) = pricing.oversize {
        return Err(page_size(name, given, most));
    }
    if pricing.introspected > limits.introspection {
        return Err(too(
            "TOO_COSTLY",
            "对模式的查询的价格",
            "price of the introspection",
            "条",
            "entries",
            limits.introspection,
        ));
    }
    if pricing.conditions > limits.filter_conditions {
        let most = limits.filter_conditions;
        return Err(too("FILTER_TOO_LARGE", "筛选条件的个数", "number of filter conditions", "个", "conditions", most));
    }
    let reserve = if pricing.walks { limits.walk_rows } else { 0 };
    Ok(Priced {
        fields,
        reserve,
        heavy: pricing.heavy || fields >= limits.heavy_price,
        scans: pricing.scans,
        conditions: pricing.conditions,
        introspects: pricing.introspects,
    })
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
            let entries = self.introspect(&field.selection_set.node, &field.name.node);
            self.introspected = self.introspected.saturating_add(entries);
            self.introspects |= matches!(field.name.node.as_str(), "__schema" | "__type");
            return INTROSPECTION;
        };
        self.count_conditions(field);
        self.walks |= def.walk;
        self.scans |= def.scan;
        self.heavy |= def.heavy;
        let inner = self.set(&field.selection_set.node, bare(&def.ty));
        u64::from(def.cost).saturating_add(self.size(field, def).saturating_mul(inner))
    }

    /// Entries below a field of the introspection.
    fn introspect(&self, set: &SelectionSet, parent: &str) -> u64 {
        let mut entries = 1_u64;
        for selection in &set.items {
            entries = entries.saturating_add(match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let size = INTROSPECTED.iter().find(|row| row.0 == name);
                    let size = size.map_or(1, |(_, most, average)| if parent == "types" { *average } else { *most });
                    size.saturating_mul(self.introspect(&field.node.selection_set.node, name))
                }
                Selection::InlineFragment(inline) => self.introspect(&inline.node.selection_set.node, parent),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    fragment.map_or(0, |fragment| self.introspect(&fragment.node.selection_set.node, parent))
                }
            });
        }
        entries
    }

    /// A filter is read for every entry of its list: its conditions are counted and bounded.
    fn count_conditions(&mut self, field: &Field) {
        let filter = given(field, "filter", &|name| self.variable(name));
        self.conditions = self.conditions.saturating_add(filter.as_ref().map_or(0, conditions));
    }

    fn size(&mut self, field: &Field, def: &FieldDef) -> u64 {
        match def.size {
            Size::One => 1,
            Size::AtMost(most) => u64::from(most),
            Size::Argument { name, default, most } => match given(field, name, &|name| self.variable(name)) {
                Some(Value::Number(number)) => {
                    let given = number.as_i64().unwrap_or(i64::MAX);
                    if !(1..=i64::from(most)).contains(&given) {
                        self.oversize.get_or_insert((name, given, most));
                    }
                    given.clamp(1, i64::from(most)).unsigned_abs()
                }
                _ => u64::from(default),
            },
        }
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let default = || {
            let mut all = self.operation.variable_definitions.iter();
            all.find(|definition| definition.node.name.node == name)
                .and_then(|definition| definition.node.default_value.as_ref().map(|value| value.node.clone()))
        };
        self.variables.get(name).cloned().or_else(default)
    }
}

/// The type whose fields an operation begins with.
fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The name inside `[Name!]!`.
fn bare(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}
