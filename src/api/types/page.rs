//! Connections: pages of a list in a fixed order, with keyset cursors that belong to one list.

use std::any::Any;
use std::sync::Arc;

use super::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use super::opening::WholeList;
use super::resolve::Args;
use crate::api::error::ApiError;

/// A page.
pub struct Page {
    /// Its entries, each with its cursor.
    pub edges: Vec<PageEdge>,
    /// How many entries the whole list has.
    pub total: usize,
    /// Does the list go on?
    pub has_next: bool,
    /// Did it begin before this page?
    pub has_previous: bool,
    /// Was the list cut because the work allowed for the request was done?
    pub truncated: bool,
    /// The type that shows an entry which is a node.
    pub edge_type: String,
    /// The whole list, where it can be counted.
    pub listed: Option<Arc<WholeList>>,
    /// How many entries of the whole list go by each of these names, where that is told.
    pub tallies: Vec<(&'static str, usize)>,
}

impl Page {
    /// The same page of a list that can be counted.
    pub fn counted(self, listed: WholeList) -> Self {
        let listed = WholeList { truncated: self.truncated, ..listed };
        Self { listed: Some(Arc::new(listed)), ..self }
    }
}

/// An entry.
#[derive(Clone)]
pub struct PageEdge {
    /// Where it stands in its list.
    pub cursor: String,
    /// What it is.
    pub object: Object,
}

/// The scope of lists whose cursors are the ids of their entries.
pub const PLAIN: &str = "";

/// A list by numbers from 0: how many there are, the key and the content of each. It stands in order
/// of its keys.
pub type Listed<'l> = (usize, &'l dyn Fn(usize) -> String, &'l dyn Fn(usize) -> Object);

/// The page that the arguments `first` and `after` ask for. `items` stand in order of `key`;
/// `scope` says which list it is: parent, field, filter, order, day, rights. A list of the past is
/// bound to its moment as well.
pub fn paginate(
    cx: &Cx<'_>,
    args: &Args<'_>,
    scope: &str,
    edge_type: &str,
    items: &[Object],
    key: impl Fn(&Object) -> String,
) -> Result<Page, ApiError> {
    let key = |number: usize| items.get(number).map_or_else(String::new, &key);
    let item = |number: usize| items.get(number).cloned().unwrap_or_else(|| Object::Data(usize::MAX, Arc::new(())));
    cut(cx, args, scope, edge_type, (items.len(), &key, &item))
}

/// The same of a list whose entries are made for the page alone.
pub fn cut(
    cx: &Cx<'_>,
    args: &Args<'_>,
    scope: &str,
    edge_type: &str,
    (total, key, item): Listed<'_>,
) -> Result<Page, ApiError> {
    let first = args.size("first")?;
    let of_the_past = cx.view.is_past() && scope != PLAIN;
    let bound = if of_the_past { format!("{scope}/{}", cx.lens.sequence()) } else { scope.to_owned() };
    let scope = bound.as_str();
    let start = match args.text("after") {
        None => 0,
        Some(cursor) => {
            let after = open_cursor(scope, &cursor)?;
            first_number(total, |number| key(number) > after)
        }
    };
    let end = total.min(start.saturating_add(first));
    // An edge of a plain list writes its cursor itself, for those who ask.
    let cursor = |number: usize| if scope == PLAIN { String::new() } else { seal_cursor(scope, &key(number)) };
    let edge = |number: usize| PageEdge { cursor: cursor(number), object: item(number) };
    Ok(Page {
        edges: (start..end).map(edge).collect(),
        total,
        has_next: end < total,
        has_previous: start > 0,
        truncated: cx.lens.budget().is_spent(),
        edge_type: edge_type.to_owned(),
        listed: None,
        tallies: Vec::new(),
    })
}

/// The first number for which it is so; it is so for all after it.
fn first_number(total: usize, is_so: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, total);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

fn mark(scope: &str, key: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(scope.as_bytes()).update(&[0]).update(key.as_bytes());
    hasher.finalize().to_hex().chars().take(12).collect()
}

/// The cursor of the entry of that key in that list.
pub fn seal_cursor(scope: &str, key: &str) -> String {
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    mark(scope, key) + &hex
}

/// The key of a cursor of that list.
pub fn open_cursor(scope: &str, cursor: &str) -> Result<String, ApiError> {
    let bad = || {
        ApiError::new(
            "BAD_CURSOR",
            "after 不是本列表给出的游标（筛选、排序或日期变了也不行）。请从第一页重新取。",
            "after is no cursor of this list (a change of filter, order or date makes it another list). Start from the first page.",
        )
    };
    if scope == PLAIN {
        return cursor.parse::<crate::domain::Id>().map(|id| id.to_string()).map_err(|()| bad());
    }
    if cursor.len() < 12 || cursor.len() > 4_096 || !cursor.is_ascii() {
        return Err(bad());
    }
    let (seal, hex) = cursor.split_at(12);
    let digit = |place: usize| hex.get(place..place + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(digit).collect();
    let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(bad)?;
    if mark(scope, &key) == seal { Ok(key) } else { Err(bad()) }
}

fn cursor_of(cx: &Cx<'_>, edge: &PageEdge) -> Out {
    match &edge.object {
        Object::Edge(tie) => Out::text(cx.lens.tie_fact(tie.row).id.to_string()),
        _ => Out::text(edge.cursor.as_str()),
    }
}

/// `PageInfo`, and what every connection has; the edges are added by whoever makes the type.
pub fn types() -> Vec<TypeDef> {
    vec![TypeDef::new(
        "PageInfo",
        "分页信息",
        "Where a page stands in its list",
        vec![
            field("hasNextPage", "Boolean!", "后面还有没有", "Whether the list goes on", |_, page: &Page, _| {
                Ok(Out::flag(page.has_next))
            }),
            field(
                "hasPreviousPage",
                "Boolean!",
                "前面还有没有",
                "Whether the list began before this page",
                |_, page: &Page, _| Ok(Out::flag(page.has_previous)),
            ),
            field(
                "startCursor",
                "String",
                "本页第一条的游标",
                "Cursor of the first entry",
                |cx, page: &Page, _| Ok(Out::option(page.edges.first().map(|edge| cursor_of(cx, edge)))),
            ),
            field(
                "endCursor",
                "String",
                "本页最后一条的游标，作为下一页的 after",
                "Cursor of the last entry, the after of the next page",
                |cx, page: &Page, _| Ok(Out::option(page.edges.last().map(|edge| cursor_of(cx, edge)))),
            ),
        ],
    )]
}

/// Where a page stands in its list.
pub fn standing(cx: &Cx<'_>, page: &Page) -> Out {
    let (edges, edge_type) = (page.edges.clone(), page.edge_type.clone());
    cx.types.data("PageInfo", Page { edges, edge_type, listed: None, tallies: Vec::new(), ..*page })
}

/// A connection whose edges are `edge`. How many there are is said by `first` of the field that
/// answers with it.
pub fn connection(name: &str, edge: &str, zh: &str, en: &str) -> TypeDef {
    connection_with(name, edge, (zh, en), Vec::new())
}

/// The same with more fields.
pub fn connection_with(name: &str, edge: &str, (zh, en): (&str, &str), more: Vec<FieldDef>) -> TypeDef {
    let mut fields = fields(edge);
    fields.extend(more);
    TypeDef::new(name, format!("{zh}：分页列表"), format!("{en}, in pages"), fields)
}

/// What every connection has.
fn fields(edge: &str) -> Vec<FieldDef> {
    of_page::<Page>(edge, |page| page)
}

/// The same of an answer that holds a page among other things.
pub fn of_page<T: Any + Send + Sync>(edge: &str, page: fn(&T) -> &Page) -> Vec<FieldDef> {
    let edges = format!("[{edge}!]!");
    vec![
        field(
            "totalCount",
            "Int!",
            "总数，等于逐页取完的条数。单位：条",
            "How many there are in all pages. Unit: entries",
            move |_, held: &T, _| Ok(Out::count(page(held).total)),
        ),
        field("edges", &edges, "本页各条", "Entries of this page", move |cx, held: &T, _| {
            let page = page(held);
            Ok(Out::List(page.edges.iter().map(|edge| edge_out(cx, page, edge)).collect()))
        }),
        field("pageInfo", "PageInfo!", "分页信息", "Where this page stands in the list", move |cx, held: &T, _| {
            Ok(standing(cx, page(held)))
        }),
        field(
            "truncated",
            "Boolean!",
            "是否因超过本次请求允许的工作量而截断",
            "Whether the list was cut because the work allowed was done",
            move |_, held: &T, _| Ok(Out::flag(page(held).truncated)),
        ),
    ]
}

fn edge_out(cx: &Cx<'_>, page: &Page, edge: &PageEdge) -> Out {
    match &edge.object {
        Object::Edge(tie) => Out::Object(Object::Edge(*tie)),
        Object::Tie(_) | Object::Node(_) | Object::Data(..) => cx.types.data(&page.edge_type, edge.clone()),
    }
}

/// An edge that holds a cursor and a node of that type.
pub fn edge(name: &str, node_type: &str, zh: &str, en: &str) -> TypeDef {
    TypeDef::new(
        name,
        format!("{zh}：列表中的一条"),
        format!("{en}: one entry of a list"),
        vec![
            field("cursor", "String!", "这一条的游标", "Cursor of this entry", |_, edge: &PageEdge, _| {
                Ok(Out::text(edge.cursor.as_str()))
            }),
            field(
                "node",
                &format!("{node_type}!"),
                "这一条的内容",
                "What stands there",
                |_, edge: &PageEdge, _| Ok(Out::Object(edge.object.clone())),
            ),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let cursor = seal_cursor("enterprises/NAME", "华兰");
        assert_eq!(open_cursor("enterprises/NAME", &cursor), Ok("华兰".into()));
        assert!(open_cursor("funds/NAME", &cursor).is_err());
        assert!(open_cursor("enterprises/NAME", &cursor[1..]).is_err());
        assert!(open_cursor("enterprises/NAME", "华兰").is_err());
    }
}
