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

use async_graphql::parser::types::{Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Number, Value, Variables};
use async_graphql_value::Value as Written;

use super::{Fragments, root, too, weight};
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::api::types::def::{FieldDef, Size};
use crate::api::types::resolve::page_size;
use crate::config::Limits;
use crate::domain::rejection::clip;

/// A field of the introspection: the declarations do not know it.
const INTROSPECTION: u64 = 1;

/// Entries of the introspection that cost as much as a row.
const INTROSPECTED_A_ROW: u64 = 500;

/// What an operation costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What its fields cost at most.
    pub fields: u64,
    /// What its walks may visit.
    pub reserve: u64,
    /// Changes that are carried out again at most, to know what was known earlier.
    pub replay: u64,
    /// Does it have a field that is long work whatever it costs?
    pub heavy: bool,
    /// Lists that look at every node of a kind.
    pub scans: usize,
    /// Conditions of all its filters.
    pub conditions: usize,
    /// Does it ask for the schema? `__typename` alone does not.
    pub introspects: bool,
}

impl Priced {
    /// All of it.
    pub fn total(self) -> u64 {
        self.fields.saturating_add(self.reserve).saturating_add(self.replay)
    }
}

/// What a selection comes to.
#[derive(Clone, Copy, Default)]
struct Sums {
    price: u64,
    /// Entries that introspection may answer with.
    introspected: u64,
    /// Conditions of all filters, each counted as often as it is written.
    conditions: usize,
    /// What all arguments weigh.
    weight: u64,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.price = self.price.saturating_add(other.price);
        self.introspected = self.introspected.saturating_add(other.introspected);
        self.conditions = self.conditions.saturating_add(other.conditions);
        self.weight = self.weight.saturating_add(other.weight);
    }
}

struct Pricing<'d> {
    fragments: &'d Fragments,
    variables: &'d Variables,
    known: HashMap<(&'d Name, String), Sums>,
    /// The first argument that asks for more entries than there may be: name, given, most.
    oversize: Option<(String, i64, u32)>,
    /// What is summed up besides the price.
    sums: Sums,
    /// What arguments may weigh together.
    room: u64,
    walks: bool,
    scans: usize,
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
        variables,
        known: HashMap::new(),
        oversize: None,
        sums: Sums::default(),
        room: limits.argument_values,
        walks: false,
        scans: 0,
        heavy: false,
        introspects: false,
    };
    let fields = pricing.set(&operation.selection_set.node, root(operation.ty));
    let Sums { introspected, conditions, weight, .. } = pricing.sums;
    if weight > limits.argument_values {
        return Err(too(
            "ARGUMENTS_TOO_LARGE",
            "参数中的值（变量在每一处都算）",
            "number of values in arguments, variables counted at every place,",
            "个",
            "values",
            limits.argument_values,
        ));
    }
    let fields = fields.saturating_add(introspected / INTROSPECTED_A_ROW);
    if let Some((name, given, most)) = pricing.oversize {
        return Err(page_size(&name, given, most));
    }
    if introspected > limits.introspection {
        return Err(too(
            "TOO_COSTLY",
            "对模式的查询的价格",
            "price of the introspection",
            "条",
            "entries",
            limits.introspection,
        ));
    }
    if conditions > limits.filter_conditions {
        let most = limits.filter_conditions;
        return Err(too("FILTER_TOO_LARGE", "筛选条件的个数", "number of filter conditions", "个", "conditions", most));
    }
    let reserve = if pricing.walks { limits.walk_rows } else { 0 };
    Ok(Priced {
        fields,
        reserve,
        replay: 0,
        heavy: pricing.heavy || fields >= limits.heavy_price,
        scans: pricing.scans,
        conditions,
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
        if let Some(known) = self.known.get(&(name, ty.clone())).copied() {
            self.sums.add(known);
            return known.price;
        }
        let before = std::mem::take(&mut self.sums);
        let price = self.set(&fragment.node.selection_set.node, &ty);
        let of_it = Sums { price, ..self.sums };
        self.known.insert((name, ty), of_it);
        self.sums = before;
        self.sums.add(of_it);
        price
    }

    fn field(&mut self, field: &'d Field, ty: &str) -> u64 {
        let room = self.room.saturating_sub(self.sums.weight);
        let weight = weight::of_field(field, &|name| self.variable(name), room);
        self.sums.weight = self.sums.weight.saturating_add(weight);
        if weight > room {
            // Refused; what hangs on it need not be looked at.
            return 1;
        }
        let Some(def) = TYPES.get(ty).and_then(|ty| ty.field(&field.name.node)) else {
            let entries = self.introspect(&field.selection_set.node, &field.name.node);
            self.sums.introspected = self.sums.introspected.saturating_add(entries);
            self.introspects |= matches!(field.name.node.as_str(), "__schema" | "__type");
            return INTROSPECTION;
        };
        // A filter is read for every entry of its list.
        let conditions = weight::conditions(field, "filter", &|name| self.variable(name));
        self.sums.conditions = self.sums.conditions.saturating_add(conditions);
        self.walks |= def.walk;
        self.scans += usize::from(def.scan);
        self.heavy |= def.heavy;
        let inner = self.set(&field.selection_set.node, bare(&def.ty));
        let own = u64::from(def.cost).saturating_add(weight::price(weight));
        own.saturating_add(self.size(field, def).saturating_mul(inner))
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

    fn size(&mut self, field: &'d Field, def: &FieldDef) -> u64 {
        match def.size {
            Size::One => 1,
            Size::AtMost(most) => u64::from(most),
            Size::Argument { name, default, most } => match self.number(field, name) {
                Some(number) => match number.as_i64() {
                    Some(given) => {
                        if !(1..=i64::from(most)).contains(&given) {
                            let list = format!("{}({name}:)", clip(&field.response_key().node));
                            self.oversize.get_or_insert((list, given, most));
                        }
                        given.clamp(1, i64::from(most)).unsigned_abs()
                    }
                    // No whole number: the validator refuses it.
                    None => u64::from(most),
                },
                None => u64::from(default),
            },
        }
    }

    /// The number that an argument is, its variable looked up.
    fn number(&self, field: &'d Field, name: &str) -> Option<&Number> {
        match &field.get_argument(name)?.node {
            Written::Number(number) => Some(number),
            Written::Variable(variable) => match self.variable(variable)? {
                Value::Number(number) => Some(number),
                _ => None,
            },
            _ => None,
        }
    }

    fn variable(&self, name: &str) -> Option<&'d Value> {
        self.variables.get(name)
    }
}

/// The name inside `[Name!]!`.
fn bare(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}
