//! Cytoscape JSON (`.cyjs`), as Cytoscape, cytoscape.js and networkx read it: elements with all they hold
//! under `data`, and the manifest as what the graph says of itself.

use serde_json::{Map, Value, json};

use super::told;
use crate::domain::table::{Cell, Column, Wording};
use crate::domain::{Manifest, Subgraph, Validity};

/// Digits that every reader keeps of a number.
const EXACT_DIGITS: usize = 15;

/// Write a graph.
pub fn cytoscape(graph: &Subgraph, manifest: &Manifest) -> Vec<u8> {
    let nodes = graph.nodes().iter().map(|node| {
        let (row, id) = (node.kind.row(), node.id.to_string());
        let own = json!({
            "id": id, "value": id, "name": node.label, "label": node.label, "nodeKind": row.code, "nodeKindZh": row.label_zh,
        });
        element(own, node.valid, (graph.node_columns(), &node.cells))
    });
    let links = graph.links().iter().map(|link| {
        let (row, id) = (link.relation.row(), link.id.to_string());
        let own = json!({
            "id": id, "key": id, "source": link.from.to_string(), "target": link.to.to_string(),
            "interaction": row.name, "relation": row.name, "relationZh": row.label_zh,
        });
        element(own, link.valid, (graph.link_columns(), &link.cells))
    });
    let elements = json!({"nodes": nodes.collect::<Vec<_>>(), "edges": links.collect::<Vec<_>>()});
    let all = json!({"data": told::fields(manifest), "directed": true, "multigraph": true, "elements": elements});
    serde_json::to_vec(&all).expect("text and numbers can be written")
}

fn element(own: Value, valid: Validity, (columns, cells): (&[Column], &[Cell])) -> Value {
    let Value::Object(own) = own else { return Value::Null };
    let mut held: Map<String, Value> = columns
        .iter()
        .zip(cells)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(column, cell)| (column.name.clone(), value(cell)))
        .collect();
    let dates = [("validFrom", valid.from), ("validTo", valid.to)];
    held.extend(dates.into_iter().filter_map(|(name, date)| Some((name.to_owned(), date?.to_string().into()))));
    // What every element has of itself comes last, so that no attribute can take its place.
    held.extend(own);
    json!({ "data": held })
}

/// Numbers as numbers while every reader keeps all their digits, else as text.
pub fn value(cell: &Cell) -> Value {
    let text = cell.text(Wording::Names);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match cell {
        Cell::Whole(number) if digits <= EXACT_DIGITS => (*number).into(),
        Cell::Decimal { .. } if digits <= EXACT_DIGITS => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Cell::Answer(yes) => (*yes).into(),
        _ => text.into(),
    }
}
