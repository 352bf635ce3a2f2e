//! GraphML: keys with types, one `data` a value. A column is of a number or of yes and no only where every
//! cell of it is one; where somebody answered UNKNOWN it is text, so that the answer is not lost.

use super::xml::{empty, open, with_text};
use crate::domain::table::{Cell, Column};
use crate::domain::{Subgraph, Validity};

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Whole numbers.
    Long,
    /// Numbers.
    Double,
    /// Yes and no.
    Boolean,
    /// Anything else, and what is mixed.
    Text,
}

impl Sort {
    /// What GraphML and GEXF call it.
    pub fn name(self) -> &'static str {
        match self {
            Sort::Long => "long",
            Sort::Double => "double",
            Sort::Boolean => "boolean",
            Sort::Text => "string",
        }
    }
}

/// What these cells are together; empty ones say nothing.
pub fn sort_of<'c>(cells: impl Iterator<Item = &'c Cell>) -> Sort {
    let mut common = None;
    for cell in cells {
        let sort = match cell {
            Cell::Empty => continue,
            Cell::Whole(_) => Sort::Long,
            Cell::Decimal { .. } => Sort::Double,
            Cell::Answer(_) => Sort::Boolean,
            _ => return Sort::Text,
        };
        common = match (common, sort) {
            (None, sort) => Some(sort),
            (Some(common), sort) if common == sort => Some(sort),
            (Some(Sort::Long | Sort::Double), Sort::Long | Sort::Double) => Some(Sort::Double),
            _ => return Sort::Text,
        };
    }
    common.unwrap_or(Sort::Text)
}

const OF_NODES: [&str; 5] = ["label", "nodeKind", "nodeKindZh", "validFrom", "validTo"];
const OF_LINKS: [&str; 4] = ["relation", "relationZh", "validFrom", "validTo"];

/// Write a graph.
pub fn graphml(graph: &Subgraph) -> Vec<u8> {
    let mut lines = vec![
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(),
        open("graphml", &[("xmlns", "http://graphml.graphdrawing.org/xmlns")]),
    ];
    let node_rows: Vec<&[Cell]> = graph.nodes().iter().map(|node| node.cells.as_slice()).collect();
    let link_rows: Vec<&[Cell]> = graph.links().iter().map(|link| link.cells.as_slice()).collect();
    let node_sorts = declare(&mut lines, ("node", &OF_NODES), graph.node_columns(), &node_rows);
    let link_sorts = declare(&mut lines, ("edge", &OF_LINKS), graph.link_columns(), &link_rows);
    lines.push(open("graph", &[("edgedefault", "directed")]));
    for node in graph.nodes() {
        let row = node.kind.row();
        lines.push(open("node", &[("id", &node.id.to_string())]));
        let own = [("label", node.label.as_str()), ("nodeKind", row.code), ("nodeKindZh", row.label_zh)];
        values(&mut lines, ("node", &own), node.valid, (&node.cells, &node_sorts));
        lines.push("</node>".into());
    }
    for link in graph.links() {
        let row = link.relation.row();
        let (id, from, to) = (link.id.to_string(), link.from.to_string(), link.to.to_string());
        lines.push(open("edge", &[("id", &id), ("source", &from), ("target", &to)]));
        let own = [("relation", row.name), ("relationZh", row.label_zh)];
        values(&mut lines, ("edge", &own), link.valid, (&link.cells, &link_sorts));
        lines.push("</edge>".into());
    }
    lines.extend(["</graph>", "</graphml>", ""].map(String::from));
    lines.join("\n").into_bytes()
}

fn declare(lines: &mut Vec<String>, (class, own): (&str, &[&str]), columns: &[Column], rows: &[&[Cell]]) -> Vec<Sort> {
    let key = |id: &str, name: &str, sort: Sort| {
        empty("key", &[("id", id), ("for", class), ("attr.name", name), ("attr.type", sort.name())])
    };
    lines.extend(own.iter().map(|name| key(&format!("{class}.{name}"), name, Sort::Text)));
    let mut sorts = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let sort = sort_of(rows.iter().filter_map(|row| row.get(place)));
        lines.push(key(&format!("{class}{place}"), &column.name, sort));
        sorts.push(sort);
    }
    sorts
}

fn values(
    lines: &mut Vec<String>,
    (class, own): (&str, &[(&str, &str)]),
    valid: Validity,
    (cells, sorts): (&[Cell], &[Sort]),
) {
    for (name, value) in own {
        lines.push(with_text("data", &[("key", &format!("{class}.{name}"))], value));
    }
    for (name, date) in [("validFrom", valid.from), ("validTo", valid.to)] {
        let date = date.map(|date| with_text("data", &[("key", &format!("{class}.{name}"))], &date.to_string()));
        lines.extend(date);
    }
    for (place, (cell, sort)) in cells.iter().zip(sorts).enumerate().filter(|(_, (cell, _))| !cell.is_empty()) {
        lines.push(with_text("data", &[("key", &format!("{class}{place}"))], &sort.text(cell)));
    }
}
