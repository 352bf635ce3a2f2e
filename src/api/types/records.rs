//! Lists of records: those of a node, and those of a kind, filtered and paged.

use std::sync::Arc;

use super::def::{Cx, FieldDef, Object, Out};
use super::filter::{self, Of};
use super::resolve::Args;
use super::{page, record};
use crate::api::admission::weight;
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::{Kind, RecordKind, Value};
use crate::graph::Record;

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
    1 + args.get("filter").as_ref().map_or(0, weight::conditions_given) as u64
}

/// The page that the arguments ask for of these records.
pub fn answer(
    cx: &Cx<'_>,
    args: &Args<'_>,
    (kind, scope): (RecordKind, &str),
    all: impl Iterator<Item = Arc<Record>>,
) -> Result<Out, ApiError> {
    let row = kind.row();
    let scheme = args.text("scheme").map(|code| scheme_term(cx, &code)).transpose()?;
    let (in_force, filter) = (args.names("inForce"), args.get("filter"));
    let mut wanted: Vec<Arc<Record>> = Vec::new();
    for found in all {
        let of_scheme = scheme.is_none_or(|id| found.values.iter().any(|(_, value)| *value == Value::Term(id)));
        let holds = || {
            let answer = record::answer_name(record::in_force(cx, &found));
            in_force.is_empty() || in_force.iter().any(|wanted| wanted == answer)
        };
        let passes = match &filter {
            Some(filter) if of_scheme => filter::passes(cx, Of::Record(&found), filter, 0)?,
            _ => of_scheme,
        };
        if passes && holds() {
            wanted.push(found);
        }
    }
    wanted.sort_by_key(|record| record.fact.id);
    let place = match cx.types.data(row.name, ()) {
        Out::Object(Object::Data(place, _)) => place,
        _ => 0,
    };
    let objects: Vec<Object> = wanted.into_iter().map(|record| Object::Data(place, Arc::new(record))).collect();
    let filter = filter.map(|filter| filter.to_string()).unwrap_or_default();
    let scope =
        format!("{scope}/{}/{scheme:?}/{in_force:?}/{filter}/{}/{:?}", row.field, cx.lens.day, cx.lens.rights());
    let page = page::paginate(cx, args, &scope, &record::edge(row), &objects, key)?;
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
