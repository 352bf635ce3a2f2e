//! `service`: which store this is, and how fresh it is.

use crate::api::mutation::{self, Meant};
use crate::api::types::def::{FieldDef, Out, TypeDef, field};
use crate::domain::{Kind, Rejection};
use crate::engine::{SearchState, WriterState};

/// Name and banner of the store.
#[derive(Clone, Debug, Default)]
pub struct StoreName {
    /// `xinxiang`, `demo` …
    pub name: String,
    /// In Chinese.
    pub name_zh: String,
    /// A line shown on every page.
    pub banner: Option<String>,
    /// Is it open for reading only?
    pub read_only: bool,
}

/// How writing stands, as the schema names it.
pub fn writer_code(state: WriterState) -> &'static str {
    match state {
        WriterState::Running => "RUNNING",
        WriterState::DiskFull => "DISK_FULL",
        WriterState::Stopped => "STOPPED",
        WriterState::ReadOnly => "READ_ONLY",
    }
}

struct Service;

/// The root fields of this file.
pub fn fields() -> Vec<FieldDef> {
    vec![FieldDef::new(
        "service",
        "Service!",
        "本服务：是哪个库、数据新到什么程度",
        "This service: which store it serves and how fresh it is",
        |cx, _, _| Ok(cx.types.data("Service", Service)),
    )]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![TypeDef::new(
        "Service",
        "服务与数据的状态",
        "State of the service and its data",
        vec![
            field("storeName", "String!", "库的名称", "Name of the store", |cx, _: &Service, _| {
                Ok(Out::text(cx.store.name.as_str()))
            }),
            field(
                "storeNameZh",
                "String!",
                "库的中文名称",
                "Name of the store in Chinese",
                |cx, _: &Service, _| Ok(Out::text(cx.store.name_zh.as_str())),
            ),
            field(
                "banner",
                "String",
                "提示，如“示例数据”",
                "A warning, such as that the data are invented",
                |cx, _: &Service, _| Ok(Out::option(cx.store.banner.as_deref().map(Out::text))),
            ),
            field("readOnly", "Boolean!", "是否只读", "Whether nothing can be written", |cx, _: &Service, _| {
                Ok(Out::flag(cx.store.read_only))
            }),
            field(
                "writer",
                "WriterState!",
                "写入的状态：能否写入，因何不能",
                "Whether anything can be written, and why not",
                |cx, _: &Service, _| Ok(Out::code(writer_code(cx.writer))),
            ),
            field(
                "refusals",
                "[Refusal!]!",
                "写入可能因何被拒绝：每条规则一例，供界面预备说明",
                "Every rule by which a mutation may be refused, with an example of what is said",
                |cx, _: &Service, _| {
                    let samples = Rejection::samples().into_iter();
                    Ok(Out::List(samples.map(|sample| mutation::refused(cx, sample, Meant::default())).collect()))
                },
            )
            .at_most(100),
            field("version", "String!", "程序版本", "Version of the program", |_, _: &Service, _| {
                Ok(Out::text(env!("CARGO_PKG_VERSION")))
            }),
            field(
                "sequence",
                "Int!",
                "数据包含到第几号变更。单位：号",
                "The change up to which the data reach. Unit: sequence number",
                |cx, _: &Service, _| Ok(Out::count(usize::try_from(cx.lens.sequence()).unwrap_or(usize::MAX))),
            ),
            field(
                "searchSequence",
                "Int",
                "搜索索引包含到第几号变更；正在建立时为空。单位：号",
                "The change up to which the search index reaches; empty while it is being built. Unit: sequence number",
                |cx, _: &Service, _| {
                    Ok(match cx.view.search_state() {
                        SearchState::Ready(sequence) => Out::count(usize::try_from(sequence).unwrap_or(usize::MAX)),
                        SearchState::Building => Out::Null,
                    })
                },
            ),
            field(
                "day",
                "Date!",
                "回答所用的日期。单位：日",
                "The day that answers are given for. Unit: day",
                |cx, _: &Service, _| Ok(Out::text(cx.lens.day.to_string())),
            ),
            field(
                "searchState",
                "ReadyState!",
                "搜索索引的状态",
                "How far the search index is",
                |cx, _: &Service, _| {
                    Ok(Out::code(match cx.view.search_state() {
                        SearchState::Ready(_) => "READY",
                        SearchState::Building => "BUILDING",
                    }))
                },
            ),
            field(
                "counts",
                "[KindCount!]!",
                "各种类在查询日期有多少个",
                "How many nodes of each kind there are on the day",
                |cx, _: &Service, _| {
                    let counts = Kind::all()
                        .map(|kind| (kind, cx.lens.nodes(kind).take_while(|_| cx.lens.budget().spend(1)).count()));
                    Ok(Out::List(
                        counts.filter(|(_, count)| *count > 0).map(|facet| cx.types.data("KindCount", facet)).collect(),
                    ))
                },
            )
            .at_most(14)
            .cost(1_000)
            .scan(),
        ],
    )]
}
