//! `statistics`: what any list holds, counted by one or two keys.

use async_graphql::Value as Gql;

use super::lists;
use crate::api::admission::KNOWN_AT;
use crate::api::error::ApiError;
use crate::api::types::counted::Counted;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::figures::{self, FIGURES};
use crate::api::types::opening::WholeList;
use crate::api::types::records::{self, Given};
use crate::api::types::resolve::Args;
use crate::api::types::statistics::{self, Asked};
use crate::api::types::statistics_types::{KEYS, counted_by};
use crate::config::Limits;
use crate::domain::RecordKind;

/// Cells of a page where `first` is not given.
const PAGE: u32 = 100;

/// The root field of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let field = FieldDef::new(
        "statistics",
        "Statistics!",
        "统计：任何一种对象或记录的数量与合计，按一个或两个键分格；每格可打开它的列表，条数相等；未知单列一格",
        "Counts and sums of any kind of node or record by one or two keys; each cell opens a list of as many entries; unknown is a cell of its own",
        read,
    )
    .cost(20)
    .scan()
    .arg("of", "StatisticsOf!", "统计什么", "What is counted")
    .arg("groupBy", "[String!]!", format!("一个或两个键。{}", KEYS.0), format!("One or two keys. {}", KEYS.1))
    .arg(
        "filter",
        "StatisticsFilter",
        "只统计符合条件的；写在所统计列表的名字之下，如 {carriers: {kind: [TBI]}}",
        "Counts only what passes, written under the name of the list counted, such as {carriers: {kind: [TBI]}}",
    )
    .arg("scheme", "String", "只统计这类资质的证书，写代码或名称，如 HNTE；仅用于 CERTIFICATION", "Only certificates of this scheme, by code or name, such as HNTE; for CERTIFICATION alone")
    .arg(
        "inForce",
        "[Answer!]",
        "只统计在查询日期是否有效为这些的记录",
        "Only records with these answers to whether they count on the day",
    )
    .arg(
        FIGURES,
        figures::CHOICE,
        "年度数据中同一单位同一年有几个口径时取哪一条，默认 ONE_EACH；仅用于有口径的年度数据",
        "Which of several bases of one holder and year counts, ONE_EACH where nothing is given; for yearly figures alone",
    );
    vec![counted_by(field).first(PAGE, limits.statistics_cells)]
}

fn read(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let code = args.text("of").unwrap_or_default();
    let counted = Counted::all().find(|counted| counted.code() == code).ok_or_else(|| {
        ApiError::new(
            "UNKNOWN_STATISTICS",
            "不能统计这一种。请用 StatisticsOf 中的值。",
            "This cannot be counted. Use a value of StatisticsOf.",
        )
    })?;
    let asked = Asked::read(counted, &args.names("groupBy"), &args.names("sums"))?;
    let filter = own_filter(counted, args.get("filter"))?;
    let given = Given { filter, ..Given::of(args) };
    judge(counted, &given)?;
    let (cost, known_at) = (records::cost_of(given.filter.as_ref()), args.get(KNOWN_AT));
    let listed = match counted {
        Counted::Nodes(_) | Counted::Organizations => {
            let found = lists::gather(cx, counted.kinds(), given.filter.as_ref())?;
            let things = found.into_iter().map(Object::Node).collect();
            WholeList::new(counted, things, [("filter", given.filter), (KNOWN_AT, known_at)])
        }
        Counted::Records(kind) => {
            let narrowed = records::Narrowed::read(cx, kind, &given)?;
            let selected = narrowed.select(cx, kind, cx.lens.all_records(kind, cost).cloned())?;
            selected.whole(cx, kind, given, known_at).1
        }
    };
    statistics::count(cx, args, &listed, &asked)
}

/// Arguments that are for other things than what is counted are refused.
fn judge(counted: Counted, given: &Given) -> Result<(), ApiError> {
    let kind = if let Counted::Records(kind) = counted { Some(kind) } else { None };
    let fits = (given.scheme.is_none() || kind == Some(RecordKind::Certification))
        && (given.in_force.is_none() || kind.is_some())
        && (given.figures.is_none() || kind.is_some_and(figures::has_bases));
    if fits {
        return Ok(());
    }
    Err(ApiError::new(
        "ARGUMENT_OF_ANOTHER",
        "scheme 只用于 CERTIFICATION，inForce 只用于各种记录，figures 只用于有口径的年度数据。请去掉。",
        "scheme is for CERTIFICATION, inForce for records, figures for yearly figures alone. Leave them out.",
    ))
}

/// The filter of the list that is counted.
fn own_filter(counted: Counted, given: Option<Gql>) -> Result<Option<Gql>, ApiError> {
    let Some(Gql::Object(fields)) = given else { return Ok(None) };
    match fields.into_iter().next() {
        Some((name, filter)) if name == counted.field() => Ok(Some(filter)),
        Some((name, _)) => Err(ApiError::new(
            "FILTER_OF_ANOTHER",
            format!("filter 写的是 {name}，统计的是 {field}。请写成 {{{field}: …}}。", field = counted.field()),
            format!("filter names {name}, and {field} are counted. Write {{{field}: …}}.", field = counted.field()),
        )),
        None => Ok(None),
    }
}
