//! Answers as neutral results: entries of a list become rows, a network becomes nodes and ties. A list inside an
//! entry is one cell, its values separated by `|`.

use std::collections::BTreeMap;

use async_graphql::Value as Answer;

use super::planned::{Head, Planned, Shape};
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::domain::attribute::label;
use crate::domain::subgraph::{Link, Node, Subgraph};
use crate::domain::table::{Cell, Column, Table, Word, Wording};
use crate::domain::value::fixed_point;
use crate::domain::{Id, Kind, Relation, Validity};

/// Decimals of numbers that go out as numbers.
const DECIMALS: usize = 6;

/// A page of what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its entries; of a network the network itself.
    pub rows: Vec<Answer>,
    /// The cursor behind which the next page begins; none where this is the last.
    pub next: Option<String>,
    /// Did the answer say that it was cut?
    pub is_cut: bool,
    /// What it says of what is counted, where it does.
    pub definition: Option<String>,
}

/// The entries of an answer.
pub fn page(planned: &Planned, data: Answer) -> Page {
    let holder = planned.path.iter().try_fold(data, |value, key| taken(value, key)).unwrap_or(Answer::Null);
    let next =
        inside(&holder, "innographPage").filter(|page| inside(page, "hasNextPage") == Some(&Answer::Boolean(true)));
    let next = next.and_then(|page| inside(page, "endCursor")).and_then(text).map(str::to_owned);
    let is_cut = inside(&holder, "innographCut") == Some(&Answer::Boolean(true));
    let definition = inside(&holder, "innographDefinition").and_then(text).map(str::to_owned);
    let rows = match (planned.shape, holder) {
        (_, Answer::Null) => Vec::new(),
        (Shape::Pages, holder) => match taken(holder, &planned.entries) {
            Some(Answer::List(rows)) => rows,
            _ => Vec::new(),
        },
        (Shape::List, Answer::List(rows)) => rows,
        (_, one) => vec![one],
    };
    Page { rows, next, is_cut, definition }
}

/// Entries as a table.
pub fn table(planned: &Planned, rows: &[Answer]) -> Table {
    let mut table = Table::new(sheet_name(&planned.title), columns(&planned.heads));
    for row in rows {
        table.push(cells(&planned.heads, row));
    }
    table
}

/// A network with what was asked of its nodes and ties.
pub fn graph(planned: &Planned, network: &Answer) -> Result<Subgraph, ApiError> {
    let list = |name: &str| match inside(network, name) {
        Some(Answer::List(all)) => all.as_slice(),
        _ => &[],
    };
    let mut nodes = Vec::new();
    for entry in list("nodes") {
        let node = inside(entry, "node").ok_or_else(unnamed)?;
        let own = |name: &str| inside(node, name).and_then(text);
        let kind = own("innographKind").and_then(|name| Kind::all().find(|kind| kind.row().name == name));
        let (Some(id), Some(kind)) = (own("innographId").and_then(id), kind) else { return Err(unnamed()) };
        let label = own("innographName").unwrap_or_default().to_owned();
        nodes.push(Node { id, kind, label, valid: Validity::OPEN, cells: cells(&planned.heads, entry) });
    }
    let mut links = Vec::new();
    for tie in list("edges") {
        let own = |name: &str| inside(tie, name).and_then(text);
        let end = |name: &str| inside(tie, name).and_then(|end| inside(end, "id")).and_then(text).and_then(id);
        let relation = own("innographRelation").and_then(Relation::by_name);
        let (Some(id), Some(relation), Some(from), Some(to)) =
            (own("innographId").and_then(id), relation, end("innographFrom"), end("innographTo"))
        else {
            return Err(unnamed());
        };
        let date = |name: &str| own(name).and_then(|date| date.parse().ok());
        let valid = Validity { from: date("innographSince"), to: date("innographUntil") };
        links.push(Link { id, relation, from, to, valid, cells: cells(&planned.ties, tie) });
    }
    Ok(Subgraph::new((columns(&planned.heads), nodes), (columns(&planned.ties), links)))
}

fn unnamed() -> ApiError {
    ApiError::new(
        "EXPORT_DOCUMENT",
        "导出网络时 nodes、node、edges 请不要改名（别名）。",
        "To export a network, leave nodes, node and edges without aliases.",
    )
}

fn taken(value: Answer, key: &str) -> Option<Answer> {
    if let Answer::Object(mut fields) = value { fields.shift_remove(key) } else { None }
}

fn inside<'a>(value: &'a Answer, key: &str) -> Option<&'a Answer> {
    if let Answer::Object(fields) = value { fields.get(key) } else { None }
}

fn text(value: &Answer) -> Option<&str> {
    match value {
        Answer::String(text) => Some(text),
        Answer::Enum(name) => Some(name.as_str()),
        _ => None,
    }
}

fn id(text: &str) -> Option<Id> {
    text.parse().ok()
}

/// A name that a sheet can have.
fn sheet_name(title: &str) -> String {
    let kept = title.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).take(31);
    let name: String = kept.collect();
    if name.is_empty() || name == "说明" { "导出".into() } else { name }
}

/// Columns with words; where several go by the same word, the key stands beside it.
fn columns(heads: &[Head]) -> Vec<Column> {
    let alone = |zh: &str| heads.iter().filter(|head| head.zh == zh).count() == 1;
    let column = |head: &Head| {
        let zh = if alone(&head.zh) { head.zh.clone() } else { format!("{} {}", head.zh, head.path) };
        Column::new(head.path.as_str(), zh, head.en.as_str())
    };
    heads.iter().map(column).collect()
}

fn cells(heads: &[Head], row: &Answer) -> Vec<Cell> {
    let mut leaves = BTreeMap::new();
    gather(row, "", &mut leaves);
    let cell = |head: &Head| match leaves.get(&head.path).map(Vec::as_slice) {
        None | Some([]) => Cell::Empty,
        Some([only]) => of_leaf(only, &head.ty),
        Some(several) => {
            let texts = several.iter().map(|leaf| of_leaf(leaf, &head.ty).text(Wording::Names));
            Cell::of_text(&texts.collect::<Vec<_>>().join("|"))
        }
    };
    heads.iter().map(cell).collect()
}

/// What stands in a row, by its keys; the node of an edge is the row itself.
fn gather<'a>(value: &'a Answer, path: &str, leaves: &mut BTreeMap<String, Vec<&'a Answer>>) {
    match value {
        Answer::Object(fields) => {
            for (key, value) in fields {
                let deeper = match (path, key.as_str()) {
                    ("", "node") => String::new(),
                    ("", key) => key.to_owned(),
                    (path, key) => format!("{path}.{key}"),
                };
                gather(value, &deeper, leaves);
            }
        }
        Answer::List(all) => all.iter().for_each(|value| gather(value, path, leaves)),
        Answer::Null => {}
        leaf => leaves.entry(path.to_owned()).or_default().push(leaf),
    }
}

fn of_leaf(leaf: &Answer, ty: &str) -> Cell {
    let decimal = |text: &str| fixed_point(text, DECIMALS).map(|number| Cell::Decimal { number, places: 6 });
    match leaf {
        Answer::Boolean(yes) => Cell::Answer(*yes),
        Answer::Number(number) => match number.as_i64() {
            Some(whole) => Cell::Whole(whole),
            None => decimal(&number.to_string()).unwrap_or_else(|| Cell::Text(number.to_string())),
        },
        other => {
            let text = text(other).unwrap_or_default();
            let listed = TYPES.enums.iter().find(|list| list.name == ty);
            let word = listed.and_then(|list| list.values.iter().find(|(name, ..)| name == text));
            match (word, ty) {
                (Some((name, ..)), _) if name == "UNKNOWN" => Cell::Unknown,
                (Some((name, zh, _)), _) => Cell::Codes(vec![Word { name, zh: label(zh) }]),
                (None, "Decimal") => decimal(text).unwrap_or_else(|| Cell::of_text(text)),
                (None, "Date" | "PartialDate") => text.parse().map_or_else(|()| Cell::of_text(text), Cell::Date),
                _ => Cell::of_text(text),
            }
        }
    }
}
