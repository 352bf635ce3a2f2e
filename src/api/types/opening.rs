//! What lists a cell of a count: the list that was counted, with one condition more a key.

use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Gql};

use super::columns;
use super::counted::Counted;
use super::def::{Cx, Object};
use super::figures::{self, Choice, FIGURES};
use super::group::{Key, Slot};
use crate::api::admission::KNOWN_AT;
use crate::graph::EntityRow;

/// A list with the arguments that gave it.
pub struct WholeList {
    /// What it lists.
    pub counted: Counted,
    /// Everything in it, in any order.
    pub things: Arc<Vec<Object>>,
    /// The arguments of its root field that list exactly this.
    pub arguments: IndexMap<Name, Gql>,
    /// Was the list itself cut because too much would have been done?
    pub truncated: bool,
    /// Of yearly figures, which of several bases are taken.
    pub choice: Option<Choice>,
    /// What would be among them and is not, because another row of the same holder and year is.
    pub left_out: Arc<Vec<Object>>,
}

/// What lists a cell.
pub struct Opening {
    /// The root field.
    pub field: &'static str,
    /// Its filter as JSON.
    pub filter: String,
    /// A document that lists it.
    pub document: String,
    /// Its variables as JSON.
    pub variables: String,
}

impl WholeList {
    /// A list that these arguments gave.
    pub fn new<const N: usize>(counted: Counted, things: Vec<Object>, given: [(&str, Option<Gql>); N]) -> Self {
        let given = given.into_iter().filter_map(|(name, value)| Some((Name::new(name), value?)));
        let (things, left_out) = (Arc::new(things), Arc::default());
        Self { counted, things, arguments: given.collect(), truncated: false, choice: None, left_out }
    }

    /// The same, which had to choose among several bases.
    pub fn choosing(self, choice: Option<Choice>, left_out: Vec<Object>) -> Self {
        Self { choice, left_out: Arc::new(left_out), ..self }
    }

    /// Is anything left out but what was not known then?
    pub fn is_narrowed(&self) -> bool {
        self.arguments.keys().any(|name| name != KNOWN_AT && name != FIGURES)
    }

    /// Can a root field list it? Below a list of the past nobody has said which moment is meant.
    pub fn can_be_opened(&self, cx: &Cx<'_>) -> bool {
        !cx.view.is_past() || self.arguments.contains_key(KNOWN_AT)
    }
}

/// What lists a cell: the arguments of the list with one condition more a key.
pub fn opening<'k>(cx: &Cx<'_>, listed: &WholeList, keys: impl Iterator<Item = (&'k Key, Slot)>) -> Opening {
    let mut arguments = listed.arguments.clone();
    let mut filter = match arguments.swap_remove("filter") {
        Some(Gql::Object(fields)) => fields,
        _ => IndexMap::new(),
    };
    for (key, slot) in keys {
        let (name, wanted) = key.condition(cx, slot);
        narrow(&mut filter, name, wanted);
    }
    let filter = Gql::Object(filter);
    let json = |value: Gql| value.into_json().map(|json| json.to_string()).unwrap_or_default();
    let text = json(filter.clone());
    arguments.insert(Name::new("filter"), filter);
    arguments.insert(Name::new("asOf"), cx.lens.day.to_string().into());
    let field = listed.counted.field();
    let ty = |name: &str| match name {
        "filter" => listed.counted.filter(),
        "inForce" => "[Answer!]".to_owned(),
        FIGURES => figures::CHOICE.to_owned(),
        "asOf" => "Date".to_owned(),
        KNOWN_AT => "DateTime".to_owned(),
        _ => "String".to_owned(),
    };
    let declared = arguments.keys().map(|name| format!("${name}: {}", ty(name))).collect::<Vec<_>>().join(", ");
    let given = arguments.keys().map(|name| format!("{name}: ${name}")).collect::<Vec<_>>().join(", ");
    let columns = columns::selection(listed.counted);
    let document = format!(
        "query Opened($first: Int! = 20, $after: String, {declared}) {{ {field}(first: $first, after: $after, {given}) {{ totalCount edges {{ node {{ {columns} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    Opening { field, filter: text, document, variables: json(Gql::Object(arguments)) }
}

/// One condition more; nothing that stands there is lost, and nothing gets deeper than it was.
fn narrow(filter: &mut IndexMap<Name, Gql>, name: Name, wanted: Gql) {
    if filter.get(&name).is_none_or(|given| *given == Gql::Null) {
        filter.insert(name, wanted);
        return;
    }
    let more = Gql::Object(IndexMap::from_iter([(name, wanted)]));
    let all = match filter.swap_remove("and") {
        Some(Gql::List(mut all)) => {
            all.push(more);
            all
        }
        None | Some(Gql::Null) => vec![more],
        Some(one) => vec![one, more],
    };
    filter.insert(Name::new("and"), Gql::List(all));
}

/// A filter that passes only what belongs to a node.
pub fn of_node(cx: &Cx<'_>, filter: Option<Gql>, subject: &str, node: EntityRow) -> Gql {
    let mut fields = match filter {
        Some(Gql::Object(fields)) => fields,
        _ => IndexMap::new(),
    };
    let id = Gql::Object(IndexMap::from_iter([(Name::new("id"), cx.lens.id(node).to_string().into())]));
    narrow(&mut fields, Name::new(subject), id);
    Gql::Object(fields)
}
