//! Lists of records: those of a node, and those of a kind, filtered and paged.

use std::sync::Arc;

use async_graphql::Value as Gql;

use super::counted::Counted;
use super::def::{Cx, FieldDef, Object, Out};
use super::filter::{self, Of};
use super::opening::{self, WholeList};
use super::resolve::Args;
use super::{page, record};
use crate::api::admission::{KNOWN_AT, weight};
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::{Kind, RecordKind, Value};
use crate::graph::{EntityRow, Record};

/// The arguments by which a list of records is narrowed.
pub fn narrowed(field: FieldDef, kind: RecordKind) -> FieldDef {
    let row = kind.row();
    let field = field
        .arg(
            "filter",
            format!("{}Filter", row.name),
            "筛选条件，各项同时满足",
            "What to narrow the list by; all fields hold together",
        )
        .arg(
            "inForce",
            "[Answer!]",
            "在查询日期是否有效：是、否、未知中的哪些；不填为全部",
            "Which answers to whether it counts on the day; all where nothing is given",
        );
    match kind {
        RecordKind::Certification => {
            field.arg("scheme", "String", "只看这类资质，如 HNTE", "Only this scheme, such as HNTE")
        }
        _ => field,
    }
}

/// What a row of a list costs: a condition is work as a row is.
pub fn cost_of_row(args: &Args<'_>) -> u64 {
    cost_of(args.get("filter").as_ref())
}

/// The same of a filter.
pub fn cost_of(filter: Option<&Gql>) -> u64 {
    1 + filter.map_or(0, weight::conditions_given) as u64
}

/// What a list of records is narrowed by.
pub struct Narrowed {
    scheme: Option<crate::domain::Id>,
    in_force: Vec<String>,
    filter: Option<Gql>,
}

impl Narrowed {
    /// Read the arguments `filter`, `scheme` and `inForce`.
    pub fn read(
        cx: &Cx<'_>,
        filter: Option<Gql>,
        scheme: Option<&Gql>,
        in_force: Option<&Gql>,
    ) -> Result<Self, ApiError> {
        let text = |value: &Gql| match value {
            Gql::Enum(name) => Some(name.to_string()),
            Gql::String(text) => Some(text.clone()),
            _ => None,
        };
        let scheme = scheme.and_then(text).map(|code| scheme_term(cx, &code)).transpose()?;
        let in_force = match in_force {
            Some(Gql::List(answers)) => answers.iter().filter_map(text).collect(),
            Some(one) => text(one).into_iter().collect(),
            None => Vec::new(),
        };
        Ok(Self { scheme, in_force, filter })
    }

    /// Those records that pass, in order of entry.
    pub fn select(&self, cx: &Cx<'_>, all: impl Iterator<Item = Arc<Record>>) -> Result<Vec<Arc<Record>>, ApiError> {
        let mut wanted: Vec<Arc<Record>> = Vec::new();
        for found in all {
            let of_scheme =
                self.scheme.is_none_or(|id| found.values.iter().any(|(_, value)| *value == Value::Term(id)));
            let holds = || {
                let answer = record::answer_name(record::in_force(cx, &found));
                self.in_force.is_empty() || self.in_force.iter().any(|wanted| wanted == answer)
            };
            let passes = match &self.filter {
                Some(filter) if of_scheme => filter::passes(cx, Of::Record(&found), filter, 0)?,
                _ => of_scheme,
            };
            if passes && holds() {
                wanted.push(found);
            }
        }
        wanted.sort_by_key(|record| record.fact.id);
        Ok(wanted)
    }
}

/// Records as objects.
pub fn objects(cx: &Cx<'_>, kind: RecordKind, records: Vec<Arc<Record>>) -> Vec<Object> {
    let place = match cx.types.data(kind.row().name, ()) {
        Out::Object(Object::Data(place, _)) => place,
        _ => 0,
    };
    records.into_iter().map(|record| Object::Data(place, Arc::new(record))).collect()
}

/// The page that the arguments ask for of these records: all of a kind, or those of one node.
pub fn answer(
    cx: &Cx<'_>,
    args: &Args<'_>,
    (kind, of): (RecordKind, Option<EntityRow>),
    all: impl Iterator<Item = Arc<Record>>,
) -> Result<Out, ApiError> {
    let row = kind.row();
    let (filter, scheme, in_force) = (args.get("filter"), args.get("scheme"), args.get("inForce"));
    let narrowed = Narrowed::read(cx, filter.clone(), scheme.as_ref(), in_force.as_ref())?;
    let objects = objects(cx, kind, narrowed.select(cx, all)?);
    let whose = of.map_or_else(|| "all".to_owned(), |node| cx.lens.id(node).to_string());
    let text = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let scope = format!(
        "{whose}/{}/{:?}/{:?}/{text}/{}/{:?}",
        row.field,
        narrowed.scheme,
        narrowed.in_force,
        cx.lens.day,
        cx.lens.rights()
    );
    let page = page::paginate(cx, args, &scope, &record::edge(row), &objects, key)?;
    let filter = match of {
        Some(node) => Some(opening::of_node(cx, filter, row.subject.0, node)),
        None => filter,
    };
    let given = [("filter", filter), ("scheme", scheme), ("inForce", in_force), (KNOWN_AT, args.get(KNOWN_AT))];
    let page = page.counted(WholeList::new(Counted::Records(kind), objects, given));
    Ok(cx.types.data(&record::connection(row), page))
}

fn key(object: &Object) -> String {
    match object {
        Object::Data(_, data) => {
            data.downcast_ref::<Arc<Record>>().map_or_else(String::new, |record| record.fact.id.to_string())
        }
        _ => String::new(),
    }
}

/// The term of a scheme of certificates.
pub fn scheme_term(cx: &Cx<'_>, code: &str) -> Result<crate::domain::Id, ApiError> {
    let reference = Reference::Code(format!("SCHEME:{code}"));
    super::find::find(cx, &reference, &[Kind::Term]).map(|term| cx.lens.id(term))
}
