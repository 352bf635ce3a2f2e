//! Which list of a document goes out as a file, what its columns are called, and how the document is asked for
//! the next page. The document stays the question: pages are asked for in its own words, with the cursor of the
//! page before put in, and each is judged and answered like any other document.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value as Written;

use super::splice::{Slot, argument, opening, slot};
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::api::types::def::{FieldDef, TypeDef};
use crate::domain::attribute::label;

// Under keys that begin with `innograph` a file asks for what it needs besides.
const PAGE_FIELDS: &str = " innographPage: pageInfo { hasNextPage endCursor } ";
const CUT_FIELD: &str = " innographCut: truncated ";
const DEFINITION_FIELD: &str = " innographDefinition: definition ";
const NODE_FIELDS: &str = " innographId: id innographKind: __typename innographName: nameZh ";
const TIE_FIELDS: &str = " innographId: id innographRelation: relation innographFrom: from { id } innographTo: to { id } innographSince: since innographUntil: until ";

/// What the rows of the file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The entries of a connection, page by page.
    Pages,
    /// Nodes and ties.
    Graph,
    /// The entries of a list.
    List,
    /// One thing: a single row.
    One,
}

/// A column: where its value stands in a row, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Keys from the row on, with points between.
    pub path: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// The name of its type.
    pub ty: String,
}

/// How a document goes out.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What the rows are.
    pub shape: Shape,
    /// Keys from the answer to what holds the rows.
    pub path: Vec<String>,
    /// The columns; of a graph those of its nodes.
    pub heads: Vec<Head>,
    /// Of a graph the columns of its ties.
    pub ties: Vec<Head>,
    /// The key under which a page has its entries.
    pub entries: String,
    /// The word for the list.
    pub title: String,
    /// What it is a list of, in the words of the schema.
    pub definition: String,
    /// The text of the argument `asOf`, or the name of its variable.
    pub as_of: Option<Written>,
    text: String,
    slot: Option<Slot>,
}

impl Planned {
    /// Look at a document. What nobody can read is left to those who judge documents.
    pub fn of(text: &str, operation: Option<&str>) -> Result<Self, ApiError> {
        let malformed =
            |_| unfit("这个查询的写法有误，请先运行查询", "The document cannot be read; run it as a query first");
        let document = parse_query(text).map_err(malformed)?;
        let reader = Reader { document: &document };
        let root = reader.root(operation)?;
        let [(field, owner, is_plain)] = reader.fields(root, "Query").try_into().map_err(|_| {
            unfit(
                "一次导出一个列表：查询里只留一个根字段",
                "One list goes out at a time: keep a single root field in the document",
            )
        })?;
        let as_of = argument(&field.node, "asOf").map(|(_, value)| value.node.clone());
        let mut found = Found { path: vec![key(&field.node)], field, owner, is_plain };
        while let Some(inner) = reader.only_list(&found) {
            found = inner;
        }
        reader.planned(text, found, as_of)
    }

    /// Is it a list whose further pages cannot be asked for?
    pub fn is_open_ended(&self) -> bool {
        self.shape == Shape::Pages && self.slot.is_none()
    }

    /// The document that asks for the page behind a cursor, or for the first one; none where it cannot be asked.
    pub fn page(&self, after: Option<&str>) -> Option<String> {
        let Some(cursor) = after else { return Some(self.text.clone()) };
        self.slot?.with(&self.text, cursor)
    }
}

struct Reader<'d> {
    document: &'d ExecutableDocument,
}

/// A field, the type it is of, and whether it stands in the document itself and not in a fragment.
type Seen<'d> = (&'d Positioned<Field>, &'static TypeDef, bool);

struct Found<'d> {
    path: Vec<String>,
    field: &'d Positioned<Field>,
    owner: &'static TypeDef,
    is_plain: bool,
}

impl Found<'_> {
    fn def(&self) -> Option<&'static FieldDef> {
        self.owner.field(self.field.node.name.node.as_str())
    }

    fn ty(&self) -> Option<&'static TypeDef> {
        TYPES.get(inner(&self.def()?.ty))
    }
}

impl<'d> Reader<'d> {
    fn root(&self, name: Option<&str>) -> Result<&'d SelectionSet, ApiError> {
        let chosen = match (&self.document.operations, name) {
            (DocumentOperations::Single(one), None) => Some(one),
            (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next(),
            (DocumentOperations::Multiple(all), Some(name)) => all.get(&Name::new(name)),
            _ => None,
        };
        let chosen = chosen.filter(|one| one.node.ty == OperationType::Query).ok_or_else(|| {
            unfit(
                "导出的是一个查询；文档里有几个操作时用 operationName 说明是哪一个",
                "What goes out is one query; where the document has several operations, operationName says which",
            )
        })?;
        Ok(&chosen.node.selection_set.node)
    }

    /// The fields of a selection, those of fragments among them, without `__typename`.
    fn fields(&self, set: &'d SelectionSet, ty: &str) -> Vec<Seen<'d>> {
        let Some(ty) = TYPES.get(ty) else { return Vec::new() };
        let mut fields = Vec::new();
        self.gather(set, ty, (true, 0), &mut fields);
        fields
    }

    fn gather(
        &self,
        set: &'d SelectionSet,
        ty: &'static TypeDef,
        (plain, depth): (bool, u32),
        fields: &mut Vec<Seen<'d>>,
    ) {
        // Documents are judged before they run; one that goes in circles ends here.
        if depth > 16 {
            return;
        }
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if field.node.name.node.starts_with("__") => {}
                Selection::Field(field) => fields.push((field, ty, plain)),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().and_then(|on| TYPES.get(on.node.on.node.as_str()));
                    self.gather(&fragment.node.selection_set.node, on.unwrap_or(ty), (false, depth + 1), fields);
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) else { continue };
                    let on = TYPES.get(fragment.node.type_condition.node.on.node.as_str()).unwrap_or(ty);
                    self.gather(&fragment.node.selection_set.node, on, (false, depth + 1), fields);
                }
            }
        }
    }

    fn inside(&self, found: &Found<'d>) -> Vec<Seen<'d>> {
        let name = found.ty().map_or("", |ty| ty.name.as_str());
        self.fields(&found.field.node.selection_set.node, name)
    }

    /// Below a single thing, the one list of it that was asked for.
    fn only_list(&self, found: &Found<'d>) -> Option<Found<'d>> {
        if shape_of(found) != Shape::One {
            return None;
        }
        let below = self.inside(found).into_iter().map(|(field, owner, is_plain)| {
            let path = [&found.path[..], &[key(&field.node)]].concat();
            Found { path, field, owner, is_plain: is_plain && found.is_plain }
        });
        let mut objects: Vec<Found<'d>> = below.filter(|found| found.ty().is_some()).collect();
        let only = objects.pop().filter(|_| objects.is_empty())?;
        (shape_of(&only) != Shape::One).then_some(only)
    }

    fn planned(&self, text: &str, found: Found<'d>, as_of: Option<Written>) -> Result<Planned, ApiError> {
        let shape = shape_of(&found);
        let (mut heads, mut ties) = (Vec::new(), Vec::new());
        let mut inserts: Vec<(usize, &str)> = Vec::new();
        let inside = self.inside(&found);
        let part = |name: &str| inside.iter().find(|(field, ..)| field.node.name.node == name);
        match shape {
            Shape::Graph => {
                let (Some(nodes), Some(edges)) = (part("nodes"), part("edges")) else { return Err(graph_needs_both()) };
                let place = opening(text, &found.field.node).filter(|_| found.is_plain).ok_or_else(graph_needs_both)?;
                inserts.push((place, CUT_FIELD));
                let of_nodes = self.fields(&nodes.0.node.selection_set.node, "NeighborhoodNode");
                let node =
                    of_nodes.iter().find(|(field, ..)| field.node.name.node == "node").ok_or_else(graph_needs_both)?;
                for (field, fields) in [(node, NODE_FIELDS), (edges, TIE_FIELDS)] {
                    let place = opening(text, &field.0.node).filter(|_| field.2).ok_or_else(graph_needs_both)?;
                    inserts.push((place, fields));
                }
                self.columns(of_nodes, ("", ""), &mut heads);
                self.columns(self.fields(&edges.0.node.selection_set.node, "Tie"), ("", ""), &mut ties);
            }
            Shape::Pages => {
                if let Some((field, owner, _)) = inside.iter().find(|(field, ..)| is_rows(&field.node)) {
                    let ty = owner.field(&field.node.name.node).map_or("", |def| inner(&def.ty));
                    self.columns(self.fields(&field.node.selection_set.node, ty), ("", ""), &mut heads);
                }
                if !inside.iter().any(|(field, ..)| is_rows(&field.node)) {
                    return Err(unfit(
                        "这个列表没有取条目：请在查询里写 nodes、edges 或 cells",
                        "The list is asked for no entries: write nodes, edges or cells into the document",
                    ));
                }
                let place = opening(text, &found.field.node).filter(|_| found.is_plain);
                let says_cut = found.ty().is_some_and(|ty| ty.field("truncated").is_some());
                inserts.extend(place.map(|place| (place, PAGE_FIELDS)));
                inserts.extend(place.filter(|_| says_cut).map(|place| (place, CUT_FIELD)));
                let defines = found.ty().is_some_and(|ty| ty.field("definition").is_some());
                inserts.extend(place.filter(|_| defines).map(|place| (place, DEFINITION_FIELD)));
            }
            Shape::List | Shape::One => self.columns(inside.clone(), ("", ""), &mut heads),
        }
        let slot = Some(())
            .filter(|()| shape == Shape::Pages && !inserts.is_empty())
            .and_then(|()| slot(text, &found.field.node));
        let entries = inside.iter().find(|(field, ..)| is_rows(&field.node)).map(|(field, ..)| key(&field.node));
        let words = found.def().map_or("", |def| def.zh.as_str());
        let (title, definition) = (label(words).to_owned(), words.to_owned());
        inserts.sort_unstable_by_key(|(place, _)| std::cmp::Reverse(*place));
        let mut whole = text.to_owned();
        inserts.iter().for_each(|(place, fields)| whole.insert_str(*place, fields));
        // The cursor stands in front of what was put in, so that its place is still the same.
        let (path, entries) = (found.path, entries.unwrap_or_default());
        Ok(Planned { shape, path, heads, ties, entries, title, definition, as_of, text: whole, slot })
    }

    /// The columns of a selection; the node of an edge is the row itself.
    fn columns(&self, fields: Vec<Seen<'d>>, (path, zh): (&str, &str), heads: &mut Vec<Head>) {
        for (field, owner, _) in fields {
            let Some(def) = owner.field(field.node.name.node.as_str()) else { continue };
            let is_row = path.is_empty() && key(&field.node) == "node";
            let is_frame = ["edges", "nodes", "node"].contains(&field.node.name.node.as_str());
            let word = if is_frame { "" } else { word_of(def) };
            let (path, zh, en) = if is_row {
                (String::new(), String::new(), String::new())
            } else {
                (joined(path, &key(&field.node), "."), joined(zh, word, "·"), def.en.clone())
            };
            let ty = inner(&def.ty);
            if field.node.selection_set.node.items.is_empty() {
                if !heads.iter().any(|known| known.path == path) {
                    heads.push(Head { path, zh, en, ty: ty.to_owned() });
                }
                continue;
            }
            self.columns(self.fields(&field.node.selection_set.node, ty), (&path, &zh), heads);
        }
    }
}

fn shape_of(found: &Found<'_>) -> Shape {
    let (Some(def), Some(ty)) = (found.def(), found.ty()) else { return Shape::One };
    match ty.name.as_str() {
        "Neighborhood" => Shape::Graph,
        _ if ty.field("pageInfo").is_some() => Shape::Pages,
        _ if def.ty.starts_with('[') => Shape::List,
        _ => Shape::One,
    }
}

fn is_rows(field: &Field) -> bool {
    ["nodes", "edges", "cells"].contains(&field.name.node.as_str())
}

fn inner(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}

fn key(field: &Field) -> String {
    field.alias.as_ref().unwrap_or(&field.name).node.to_string()
}

/// The word that heads a column. Of the few fields that everything has the one that its tables use.
fn word_of(def: &FieldDef) -> &str {
    match def.name.as_str() {
        "id" => "编号",
        "nameZh" => "名称",
        "nameEn" => "外文名称",
        "code" => "代码",
        _ => label(&def.zh),
    }
}

fn joined(front: &str, back: &str, between: &str) -> String {
    match (front, back) {
        ("", only) | (only, "") => only.to_owned(),
        (front, back) => format!("{front}{between}{back}"),
    }
}

fn unfit(zh: &str, en: &str) -> ApiError {
    ApiError::new("EXPORT_DOCUMENT", format!("{zh}。"), format!("{en}."))
}

fn graph_needs_both() -> ApiError {
    unfit(
        "导出网络要在查询里写 nodes { node { id } } 与 edges { id }，直接写，不用片段",
        "A network goes out where the document has nodes { node { id } } and edges { id }, written out and not in fragments",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = " innographCut: truncated  innographPage: pageInfo { hasNextPage endCursor } ";

    fn planned(text: &str) -> Planned {
        Planned::of(text, None).expect("it goes out")
    }

    fn paths(heads: &[Head]) -> Vec<&str> {
        heads.iter().map(|head| head.path.as_str()).collect()
    }

    #[test]
    fn a_document_is_asked_on_in_its_own_words() {
        for (text, asked, behind) in [
            ("# 企业\r\n{ a: enterprises { edges { node { id } } } }", "{", "enterprises(after: \"c\")"),
            (
                "query Q($n: Int) { enterprises(first: $n) { edges { node { id } } } }",
                ") {",
                "(after: \"c\" first: $n)",
            ),
            (
                "query Q($c: String) { enterprises(after: $c, first: 2) { edges { node { id } } } }",
                ") {",
                "(after: \"c\", first: 2)",
            ),
            ("{ enterprises(first: 2 after: \"x\") { edges { node { id } } } }", ") {", "(first: 2 after: \"c\")"),
        ] {
            let planned = planned(text);
            let first = planned.page(None).expect("a first page");
            assert!(
                first.contains(&format!("{asked}{PAGE}")) || first.contains(&format!("enterprises {{{PAGE}")),
                "{first}"
            );
            assert_eq!(first.replace(PAGE, ""), text);
            let next = planned.page(Some("c")).expect("a next page");
            assert!(next.contains(behind), "{next}");
            assert_eq!((planned.shape, paths(&planned.heads)), (Shape::Pages, vec!["id"]));
        }
        // What stands in a fragment may stand in several places: it is not touched.
        let fragment = planned("{ ...All } fragment All on Query { enterprises { edges { node { id } } } }");
        assert_eq!((fragment.page(Some("c")), fragment.heads.len()), (None, 1));
    }

    #[test]
    fn columns_are_called_as_the_schema_calls_them() {
        let text = "{ enterprise(by: {code: \"a\"}) { nameZh certifications { edges { node { 号: certNo } } } } }";
        let text = text.replace("号:", "no:");
        let planned = planned(&text);
        assert_eq!(planned.path, ["enterprise", "certifications"]);
        assert_eq!(paths(&planned.heads), ["no"]);
        assert!(planned.heads.iter().all(|head| head.zh.chars().any(|letter| letter > '一')), "{:?}", planned.heads);
    }

    #[test]
    fn a_network_is_asked_what_it_consists_of() {
        let text = "{ neighborhood(of: {code: \"a\"}) { nodes { distance node { nameZh } } edges { sentenceZh } } }";
        let planned = planned(text);
        assert_eq!(
            (planned.shape, paths(&planned.heads), paths(&planned.ties)),
            (Shape::Graph, vec!["distance", "nameZh"], vec!["sentenceZh"])
        );
        let asked = planned.page(None).expect("a document");
        assert!(asked.contains("node { innographId: id") && asked.contains("edges { innographId: id"), "{asked}");
        assert_eq!(planned.page(Some("c")), None);
        for wrong in [
            "{ neighborhood(of: {code: \"a\"}) { edges { id } } }",
            "{ enterprises { totalCount } }",
            "{ a: viewer { role } b: viewer { role } }",
            "{",
            "mutation { x }",
        ] {
            assert_eq!(
                Planned::of(wrong, None).map(drop).map_err(|error| error.code),
                Err("EXPORT_DOCUMENT"),
                "{wrong}"
            );
        }
    }
}
