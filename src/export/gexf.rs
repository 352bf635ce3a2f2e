//! GEXF 1.3 for Gephi: attributes with types, and the dates of nodes and ties as spells. A spell is closed on
//! both sides, so its end is the last day on which something holds.

use super::graphml::{Sort, sort_of};
use super::xml::{empty, open, with_text};
use crate::domain::table::{Cell, Column, Wording};
use crate::domain::{Day, Manifest, Subgraph, Validity};

/// Write a graph.
pub fn gexf(graph: &Subgraph, manifest: &Manifest) -> Vec<u8> {
    let mut lines = vec![
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(),
        open("gexf", &[("xmlns", "http://gexf.net/1.3"), ("version", "1.3")]),
        open("meta", &[("lastmodifieddate", manifest.made_at.get(..10).unwrap_or_default())]),
        with_text("creator", &[], "innograph"),
        with_text(
            "description",
            &[],
            &format!("{} sequence {} sha256:{}", manifest.query, manifest.sequence, manifest.content_hash),
        ),
        "</meta>".to_owned(),
        open("graph", &[("mode", "dynamic"), ("defaultedgetype", "directed"), ("timeformat", "date")]),
    ];
    let node_rows: Vec<&[Cell]> = graph.nodes().iter().map(|node| node.cells.as_slice()).collect();
    let link_rows: Vec<&[Cell]> = graph.links().iter().map(|link| link.cells.as_slice()).collect();
    let own = [("nodeKind", "nodeKind"), ("nodeKindZh", "nodeKindZh")];
    let node_sorts = declare(&mut lines, ("node", &own), graph.node_columns(), &node_rows);
    let own = [("relation", "relation"), ("relationZh", "relationZh")];
    let link_sorts = declare(&mut lines, ("edge", &own), graph.link_columns(), &link_rows);
    lines.push("<nodes>".into());
    for node in graph.nodes() {
        let row = node.kind.row();
        lines.push(open("node", &[("id", &node.id.to_string()), ("label", &node.label)]));
        values(&mut lines, &[("nodeKind", row.code), ("nodeKindZh", row.label_zh)], (&node.cells, &node_sorts));
        spell(&mut lines, node.valid);
        lines.push("</node>".into());
    }
    lines.push("</nodes>".into());
    lines.push("<edges>".into());
    for link in graph.links() {
        let row = link.relation.row();
        let (id, from, to) = (link.id.to_string(), link.from.to_string(), link.to.to_string());
        let ends =
            [("id", id.as_str()), ("source", &from), ("target", &to), ("kind", row.name), ("label", row.label_zh)];
        lines.push(open("edge", &ends));
        values(&mut lines, &[("relation", row.name), ("relationZh", row.label_zh)], (&link.cells, &link_sorts));
        spell(&mut lines, link.valid);
        lines.push("</edge>".into());
    }
    lines.extend(["</edges>", "</graph>", "</gexf>", ""].map(String::from));
    lines.join("\n").into_bytes()
}

fn declare(
    lines: &mut Vec<String>,
    (class, own): (&str, &[(&str, &str)]),
    columns: &[Column],
    rows: &[&[Cell]],
) -> Vec<Sort> {
    lines.push(open("attributes", &[("class", class), ("mode", "static")]));
    for (id, title) in own {
        lines.push(empty("attribute", &[("id", id), ("title", title), ("type", "string")]));
    }
    let mut sorts = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let sort = sort_of(rows.iter().filter_map(|row| row.get(place)));
        lines.push(empty("attribute", &[("id", &place.to_string()), ("title", &column.name), ("type", sort.name())]));
        sorts.push(sort);
    }
    lines.push("</attributes>".into());
    sorts
}

fn values(lines: &mut Vec<String>, own: &[(&str, &str)], (cells, sorts): (&[Cell], &[Sort])) {
    lines.push("<attvalues>".into());
    for (id, value) in own {
        lines.push(empty("attvalue", &[("for", id), ("value", value)]));
    }
    for (place, (cell, sort)) in cells.iter().zip(sorts).enumerate().filter(|(_, (cell, _))| !cell.is_empty()) {
        lines.push(empty("attvalue", &[("for", &place.to_string()), ("value", &sort.text(cell))]));
    }
    lines.push("</attvalues>".into());
}

/// Where neither date is known there is no spell: it holds as long as the graph does.
fn spell(lines: &mut Vec<String>, valid: Validity) {
    if valid == Validity::OPEN {
        return;
    }
    let start = valid.from.map(|_| valid.first_day().to_string());
    let end = valid.to.map(|_| Day(valid.end_day().0.saturating_sub(1)).to_string());
    let start = start.as_deref().map(|day| ("start", day));
    let end = end.as_deref().map(|day| ("end", day));
    let dates: Vec<(&str, &str)> = start.into_iter().chain(end).collect();
    lines.extend(["<spells>".to_owned(), empty("spell", &dates), "</spells>".to_owned()]);
}

impl Sort {
    /// The text of a cell of a column of this sort.
    pub fn text(self, cell: &Cell) -> String {
        match (self, cell) {
            (Sort::Boolean, Cell::Answer(yes)) => yes.to_string(),
            _ => cell.text(Wording::Names),
        }
    }
}
