//! `changes`: what happened after a sequence number, for whoever was away.

use crate::api::error::ApiError;
use crate::api::types::change::{self, Filter, Position};
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::page::{self, Page, PageEdge};
use crate::api::types::resolve::Args;
use crate::config::Limits;

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;

struct Changes {
    page: Page,
    sequence: u64,
}

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    vec![
        FieldDef::new(
            "changes",
            "ChangeConnection!",
            "某号之后发生的变更，按先后；只列出可以看到的，内容请按编号重新查询",
            "What happened after a sequence number, in order; only what may be seen, content is asked for by id",
            changes,
        )
        .cost(20)
        .walk()
        .arg(
            "after",
            "String",
            "从哪里接着：已取到的变更号（如回答中 extensions.sequence 的数字），或本列表的游标；不填从头开始",
            "Where to go on: the sequence number one has, such as extensions.sequence of an answer, or a cursor of this list; from the beginning where nothing is given",
        )
        .arg("filter", "ChangeFilter", "只要哪些变更；不填为全部", "Which changes are wanted; all where nothing is given")
        .first(PAGE, limits.page),
    ]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let mut types = change::types();
    types.push(page::edge("ChangeEdge", "Change", "变更", "Change"));
    types.push(TypeDef::new(
        "ChangeConnection",
        "变更的分页列表，没有总数：它一直在增长",
        "Changes in pages, without a total since the list keeps growing",
        vec![
            field("edges", "[ChangeEdge!]!", "本页各条", "Entries of this page", |cx, changes: &Changes, _| {
                let edge = |edge: &PageEdge| cx.types.data("ChangeEdge", edge.clone());
                Ok(Out::List(changes.page.edges.iter().map(edge).collect()))
            }),
            field(
                "pageInfo",
                "PageInfo!",
                "分页信息",
                "Where this page stands in the list",
                |cx, changes: &Changes, _| {
                    let Page { edges, edge_type, .. } = &changes.page;
                    let (edges, edge_type) = (edges.clone(), edge_type.clone());
                    Ok(cx
                        .types
                        .data("PageInfo", Page { edges, edge_type, listed: None, tallies: Vec::new(), ..changes.page }))
                },
            ),
            field(
                "sequence",
                "Int!",
                "这一号及以前的已全部列出；下次或订阅时从它接着。单位：号",
                "Everything up to it has been listed; go on or subscribe after it. Unit: sequence number",
                |_, changes: &Changes, _| Ok(change::sequence(changes.sequence)),
            ),
            field(
                "truncated",
                "Boolean!",
                "是否因超过本次请求允许的工作量而截断",
                "Whether the list was cut because the work allowed was done",
                |_, changes: &Changes, _| Ok(Out::flag(changes.page.truncated)),
            ),
        ],
    ));
    types
}

fn changes(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let first = args.size("first")?;
    let beginning = Position::after(0);
    let from = args.text("after").map_or(Ok(beginning), |text| Position::read(&cx.lens, &text))?;
    let filter = Filter::read(args.get("filter").as_ref())?;
    let slice = change::read(&cx.lens, from, &filter, first);
    let edge = |(behind, entry)| {
        let Out::Object(object) = cx.types.data("Change", entry) else { return None };
        Some(PageEdge { cursor: Position::cursor(behind, &cx.lens), object })
    };
    let page = Page {
        edges: slice.entries.into_iter().filter_map(edge).collect(),
        total: 0,
        has_next: slice.more,
        has_previous: from > beginning,
        truncated: cx.lens.budget().is_spent(),
        edge_type: "ChangeEdge".to_owned(),
        listed: None,
        tallies: Vec::new(),
    };
    Ok(cx.types.data("ChangeConnection", Changes { page, sequence: slice.next.whole() }))
}
