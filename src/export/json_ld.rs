//! JSON-LD 1.1: terms of schema.org where there are some, our own vocabulary for the rest. The context is the
//! committed `schema/context.jsonld`, made from the tables, and stands whole in every file: nothing is fetched.

use serde_json::{Map, Value, json};

use crate::domain::table::{Cell, Wording};
use crate::domain::{Kind, PartialDate, Relation, Subgraph, Validity};

const VOCABULARY: &str = "urn:innograph:vocabulary:";
const NODES: &str = "urn:innograph:id:";

/// The term of schema.org that a kind is closest to.
fn schema_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Institute => "schema:ResearchOrganization",
        Kind::Alliance => "schema:Consortium",
        Kind::Fund => "schema:InvestmentFund",
        Kind::Demand => "schema:Demand",
        Kind::Achievement => "schema:CreativeWork",
        Kind::Collaboration => "schema:Project",
        Kind::Person => "schema:Person",
        Kind::Term => "schema:DefinedTerm",
        Kind::Region => "schema:AdministrativeArea",
        Kind::Enterprise | Kind::OtherOrganization | Kind::Cluster | Kind::Carrier | Kind::Platform => {
            "schema:Organization"
        }
    }
}

/// The context, from the tables: every kind and every relation has its own term, anything else is of the vocabulary.
pub fn context() -> String {
    let mut terms = Map::new();
    for (name, meaning) in [
        ("schema", "https://schema.org/"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
        ("innograph", VOCABULARY),
        ("node", NODES),
    ] {
        terms.insert(name.into(), meaning.into());
    }
    terms.insert("@version".into(), json!(1.1));
    terms.insert("@vocab".into(), VOCABULARY.into());
    terms.insert("label".into(), "schema:name".into());
    terms.insert("nameEn".into(), json!({"@id": "schema:alternateName", "@language": "en"}));
    terms.insert("code".into(), "schema:identifier".into());
    terms.insert("validFrom".into(), "schema:validFrom".into());
    // Of schema.org's own the last day counts; ours is the first on which it no longer holds.
    terms.insert("validTo".into(), "innograph:validTo".into());
    for end in ["source", "target"] {
        terms.insert(end.into(), json!({"@id": format!("innograph:{end}"), "@type": "@id"}));
    }
    for kind in Kind::all() {
        let name = kind.row().name;
        terms.insert(name.into(), format!("innograph:{name}").into());
    }
    for relation in Relation::all() {
        let name = relation.row().type_name;
        terms.insert(name.into(), format!("innograph:{name}").into());
    }
    let text = serde_json::to_string_pretty(&json!({ "@context": terms })).expect("text can be written");
    format!("{text}\n")
}

/// Write a graph. A tie is a thing of its own with `source` and `target`, so that its dates and attributes have a place.
pub fn json_ld(graph: &Subgraph) -> Vec<u8> {
    let nodes = graph.nodes().iter().map(|node| {
        let mut all = Map::new();
        all.insert("@type".into(), json!([node.kind.row().name, schema_type(node.kind)]));
        all.insert("label".into(), node.label.as_str().into());
        thing(all, (node.id.to_string(), node.valid), graph.node_columns().iter().zip(&node.cells))
    });
    let links = graph.links().iter().map(|link| {
        let mut all = Map::new();
        all.insert("@type".into(), link.relation.row().type_name.into());
        all.insert("source".into(), format!("node:{}", link.from).into());
        all.insert("target".into(), format!("node:{}", link.to).into());
        thing(all, (link.id.to_string(), link.valid), graph.link_columns().iter().zip(&link.cells))
    });
    let mut document: Map<String, Value> = serde_json::from_str(&context()).expect("the context is an object");
    document.insert("@graph".into(), nodes.chain(links).collect());
    serde_json::to_vec(&document).expect("text and numbers can be written")
}

fn thing<'c>(
    mut all: Map<String, Value>,
    (id, valid): (String, Validity),
    cells: impl Iterator<Item = (&'c crate::domain::table::Column, &'c Cell)>,
) -> Value {
    all.insert("@id".into(), format!("node:{id}").into());
    for (name, stated) in [("validFrom", valid.from), ("validTo", valid.to)] {
        all.extend(stated.map(|stated| (name.to_owned(), date(stated))));
    }
    for (column, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
        all.insert(column.name.clone(), value(cell));
    }
    Value::Object(all)
}

fn value(cell: &Cell) -> Value {
    let typed = |kind: &str| json!({"@type": format!("xsd:{kind}"), "@value": cell.text(Wording::Names)});
    match cell {
        Cell::Whole(_) => typed("integer"),
        Cell::Decimal { .. } => typed("decimal"),
        Cell::Answer(yes) => (*yes).into(),
        Cell::Date(stated) => date(*stated),
        Cell::Unknown => json!({"@id": "innograph:UNKNOWN"}),
        Cell::Sealed => json!({"@id": "innograph:SEALED"}),
        Cell::Codes(words) => words.iter().map(|word| Value::from(word.name)).collect(),
        Cell::Text(_) | Cell::Empty => cell.text(Wording::Names).into(),
    }
}

/// A date of the type that says how much of it is known.
fn date(date: PartialDate) -> Value {
    let kind = match (date.month, date.day) {
        (0, _) => "xsd:gYear",
        (_, 0) => "xsd:gYearMonth",
        _ => "xsd:date",
    };
    json!({"@type": kind, "@value": date.to_string()})
}
