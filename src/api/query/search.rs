//! `search` and `suggest`.

use std::sync::Arc;

use super::{after, min_sequence};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::enums::MATCH_KINDS;
use crate::api::types::page::{self, Page};
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::Kind;
use crate::search::{Highlight, Hit, MatchKind, SearchIndex};

struct SearchHit {
    hit: Hit,
    rank: usize,
    query: String,
}

struct SearchPage {
    page: Page,
    facets: Vec<(Kind, usize)>,
}

struct Suggestion {
    hit: Hit,
    text: String,
}

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let kinds = |field: FieldDef| field.arg("kinds", "[NodeKind!]", "只找这些种类", "Only these kinds");
    vec![
        min_sequence(after(
            kinds(FieldDef::new("search", "SearchConnection!", "按文字搜索：名称的任意片段、编号、拼音首字母、正文中的词；不解析任何运算符", "Full-text search: any piece of a name, numbers, pinyin, words of running texts; no operators are parsed", search)
                .cost(200)
                .walk()
                .arg("text", "String!", "要找的文字，最多 256 个字", "What to look for, at most 256 characters"))
            .first(20, limits.page),
        ))
        .heavy(),
        min_sequence(kinds(FieldDef::new("suggest", "[Suggestion!]!", "输入提示：按名称、简称、拼音、首字母、编号", "Completions by name, short name, pinyin, initials or number", suggest)
            .cost(100)
            .walk()
            .arg("text", "String!", "已输入的文字", "What has been typed so far"))
        .first(10, 20)),
    ]
}

/// The kinds asked for.
pub fn kinds(args: &Args<'_>, name: &str) -> Vec<Kind> {
    let names = args.names(name);
    Kind::all().filter(|kind| names.iter().any(|name| name == kind.row().code)).collect()
}

/// The index, or the word that it is still being built.
pub fn index<'c>(cx: &Cx<'c>) -> Result<&'c Arc<SearchIndex>, ApiError> {
    if cx.view.is_past() {
        return Err(ApiError::new(
            "KNOWN_AT_NOT_SEARCHABLE",
            "搜索、提示和推荐只按现在录入的内容，不能用 knownAt。查过去的情况请用按名称或编号的查询和列表。",
            "Search, suggestions and recommendations know what is recorded now alone and take no knownAt. Ask about the past by name or number, or with a list.",
        ));
    }
    cx.view.search().ok_or_else(|| {
        ApiError::new(
            "SEARCH_NOT_READY",
            "搜索索引正在建立，其他查询照常。请稍后再试。",
            "The search index is being built; other queries are answered. Try again shortly.",
        )
    })
}

fn search(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let text = args.text("text").unwrap_or_default();
    let kinds = kinds(args, "kinds");
    let found = index(cx)?.find(&cx.lens, &text, &kinds)?;
    cx.lens.budget().spend(u64::try_from(found.hits.len()).unwrap_or(u64::MAX));
    let place = place(cx, "SearchEdge");
    let objects: Vec<Object> = found
        .hits
        .into_iter()
        .enumerate()
        .map(|(place_in_list, hit)| SearchHit { hit, rank: place_in_list + 1, query: text.clone() })
        .map(|hit| Object::Data(place, Arc::new(hit)))
        .collect();
    let scope = format!("search/{text}/{kinds:?}/{}/{}/{:?}", cx.lens.sequence(), cx.lens.day, cx.lens.rights());
    let key = |object: &Object| match object {
        Object::Data(_, data) => {
            data.downcast_ref::<SearchHit>().map_or_else(String::new, |hit| format!("{:09}", hit.rank))
        }
        _ => String::new(),
    };
    let mut page = page::paginate(cx, args, &scope, "SearchEdge", &objects, key)?;
    page.edges = page.edges.into_iter().map(|edge| page::PageEdge { object: with_cursor(cx, &edge), ..edge }).collect();
    let facets = found.kinds.into_iter().collect();
    Ok(cx.types.data("SearchConnection", SearchPage { page, facets }))
}

/// A search edge that knows its cursor.
struct SearchEdge {
    cursor: String,
    hit: Arc<dyn std::any::Any + Send + Sync>,
}

fn with_cursor(cx: &Cx<'_>, edge: &page::PageEdge) -> Object {
    let Object::Data(_, data) = &edge.object else { return edge.object.clone() };
    let data = SearchEdge { cursor: edge.cursor.clone(), hit: data.clone() };
    Object::Data(place(cx, "SearchEdge"), Arc::new(data))
}

/// The number of a type.
pub fn place(cx: &Cx<'_>, name: &str) -> usize {
    match cx.types.data(name, ()) {
        Out::Object(Object::Data(place, _)) => place,
        _ => 0,
    }
}

fn suggest(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let text = args.text("text").unwrap_or_default();
    let index = index(cx)?;
    let found = index.find(&cx.lens, &text, &kinds(args, "kinds"))?;
    let first = args.size("first")?;
    let completing = found.hits.into_iter().filter(|hit| hit.matched.iter().any(|kind| *kind != MatchKind::Text));
    let shown = completing.take(first).map(|hit| {
        let marked = index.highlights(&cx.lens, &hit, &text).into_iter().find(|shown| shown.field == "name");
        let text = marked.map_or_else(|| cx.lens.name(hit.node).to_owned(), |shown| shown.text);
        cx.types.data("Suggestion", Suggestion { hit, text })
    });
    Ok(Out::List(shown.collect()))
}

fn matched(hit: &Hit) -> Out {
    let names = hit.matched.iter().filter_map(|kind| MATCH_KINDS.iter().find(|row| row.0 == *kind));
    Out::List(names.map(|row| Out::code(row.1)).collect())
}

fn facet(cx: &Cx<'_>, page: &SearchPage) -> Out {
    Out::List(page.facets.iter().map(|facet| cx.types.data("KindCount", *facet)).collect())
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let hit =
        |edge: &SearchEdge, read: fn(&SearchHit) -> Out| edge.hit.downcast_ref::<SearchHit>().map_or(Out::Null, read);
    vec![
        TypeDef::new(
            "SearchConnection",
            "搜索结果：分页列表",
            "Hits of a search, in pages",
            vec![
                field(
                    "totalCount",
                    "Int!",
                    "命中总数。单位：个",
                    "How many hits there are in all. Unit: hits",
                    |_, found: &SearchPage, _| Ok(Out::count(found.page.total)),
                ),
                field(
                    "edges",
                    "[SearchEdge!]!",
                    "本页的命中，最好的在前",
                    "Hits of this page, best first",
                    |_, found: &SearchPage, _| {
                        Ok(Out::List(found.page.edges.iter().map(|edge| Out::Object(edge.object.clone())).collect()))
                    },
                ),
                field(
                    "facets",
                    "[KindCount!]!",
                    "各种类的命中数",
                    "How many hits each kind has",
                    |cx, found: &SearchPage, _| Ok(facet(cx, found)),
                )
                .at_most(14),
                field(
                    "pageInfo",
                    "PageInfo!",
                    "分页信息",
                    "Where this page stands in the list",
                    |cx, found: &SearchPage, _| {
                        let page = &found.page;
                        let (edges, edge_type) = (page.edges.clone(), page.edge_type.clone());
                        Ok(cx
                            .types
                            .data("PageInfo", Page { edges, edge_type, listed: None, tallies: Vec::new(), ..*page }))
                    },
                ),
                field(
                    "indexSequence",
                    "Int!",
                    "索引包含到第几号变更。单位：号",
                    "The change up to which the index holds everything. Unit: sequence number",
                    |cx, _: &SearchPage, _| Ok(Out::count(index(cx)?.sequence().try_into().unwrap_or(usize::MAX))),
                ),
            ],
        ),
        TypeDef::new(
            "SearchEdge",
            "一个命中",
            "One hit of a search",
            vec![
                field("cursor", "String!", "这一条的游标", "Cursor of this hit", |_, edge: &SearchEdge, _| {
                    Ok(Out::text(edge.cursor.as_str()))
                }),
                field(
                    "rank",
                    "Int!",
                    "名次，从 1 起。单位：名",
                    "Place in the list, from 1. Unit: rank",
                    move |_, edge: &SearchEdge, _| Ok(hit(edge, |hit| Out::count(hit.rank))),
                ),
                field(
                    "score",
                    "Float!",
                    "得分，0 到 1，只在本次结果内可比",
                    "Between 0 and 1, good for comparing hits of one answer",
                    move |_, edge: &SearchEdge, _| Ok(hit(edge, |hit| Out::fraction(f64::from(hit.hit.score)))),
                ),
                field(
                    "matchedOn",
                    "[MatchKind!]!",
                    "命中的原因，好的在前",
                    "Why it is a hit, best reason first",
                    move |_, edge: &SearchEdge, _| Ok(hit(edge, |hit| matched(&hit.hit))),
                )
                .at_most(9),
                field(
                    "highlights",
                    "[Highlight!]!",
                    "命中的文字与标记范围",
                    "The texts that were hit, with marked ranges",
                    |cx, edge: &SearchEdge, _| {
                        let Some(found) = edge.hit.downcast_ref::<SearchHit>() else { return Ok(Out::Null) };
                        let marked = index(cx)?.highlights(&cx.lens, &found.hit, &found.query);
                        Ok(Out::List(marked.into_iter().map(|shown| cx.types.data("Highlight", shown)).collect()))
                    },
                )
                .at_most(3),
                field("node", "Node!", "命中的对象", "What was found", move |_, edge: &SearchEdge, _| {
                    Ok(hit(edge, |hit| Out::Object(Object::Node(hit.hit.node))))
                }),
            ],
        ),
        TypeDef::new(
            "Highlight",
            "带标记的文字",
            "A text with marked ranges",
            vec![
                field(
                    "field",
                    "String!",
                    "文字所在的字段；name 为名称",
                    "The field it stands in; name for a name",
                    |_, shown: &Highlight, _| Ok(Out::text(shown.field)),
                ),
                field(
                    "text",
                    "String!",
                    "文字，或第一处标记附近的一段",
                    "The text, or a piece around the first mark",
                    |_, shown: &Highlight, _| Ok(Out::text(shown.text.as_str())),
                ),
                field("ranges", "[TextRange!]!", "标记范围", "The marked ranges", |cx, shown: &Highlight, _| {
                    Ok(Out::List(shown.ranges.iter().map(|range| cx.types.data("TextRange", *range)).collect()))
                })
                .at_most(60),
            ],
        ),
        TypeDef::new(
            "TextRange",
            "文字中的一段范围",
            "A range of a text",
            vec![
                field(
                    "start",
                    "Int!",
                    "起点。单位：UTF-16 编码单元",
                    "Where it begins. Unit: UTF-16 code units",
                    |_, range: &(usize, usize), _| Ok(Out::count(range.0)),
                ),
                field(
                    "end",
                    "Int!",
                    "终点（不含）。单位：UTF-16 编码单元",
                    "Where it ends, excluded. Unit: UTF-16 code units",
                    |_, range: &(usize, usize), _| Ok(Out::count(range.1)),
                ),
            ],
        ),
        TypeDef::new(
            "KindCount",
            "一个种类的数量",
            "How many of a kind there are",
            vec![
                field("kind", "NodeKind!", "种类", "Which kind is counted", |_, facet: &(Kind, usize), _| {
                    Ok(Out::code(facet.0.row().code))
                }),
                field(
                    "kindZh",
                    "String!",
                    "种类的中文名",
                    "The kind in Chinese",
                    |_, facet: &(Kind, usize), _| Ok(Out::text(facet.0.row().label_zh)),
                ),
                field(
                    "count",
                    "Int!",
                    "数量。单位：个",
                    "How many there are. Unit: nodes",
                    |_, facet: &(Kind, usize), _| Ok(Out::count(facet.1)),
                ),
            ],
        ),
        TypeDef::new(
            "Suggestion",
            "一条输入提示",
            "One completion",
            vec![
                field("text", "String!", "提示的名称", "The name to show", |_, found: &Suggestion, _| {
                    Ok(Out::text(found.text.as_str()))
                }),
                field(
                    "matchedOn",
                    "[MatchKind!]!",
                    "提示的原因",
                    "Why it is offered",
                    |_, found: &Suggestion, _| Ok(matched(&found.hit)),
                )
                .at_most(9),
                field("node", "Node!", "提示的对象", "What it stands for", |_, found: &Suggestion, _| {
                    Ok(Out::Object(Object::Node(found.hit.node)))
                }),
            ],
        ),
    ]
}
