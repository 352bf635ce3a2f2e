//! A neutral result as a graph: nodes and ties with words, dates and typed attributes. No tie of it
//! dangles, and no id stands twice.

use std::collections::BTreeSet;

use super::id::Id;
use super::kind::Kind;
use super::relation::Relation;
use super::table::{Cell, Column, Table, Word};
use super::validity::{PartialDate, Validity};

/// A node of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its id in the store.
    pub id: Id,
    /// Its kind.
    pub kind: Kind,
    /// What it is called on the day asked for.
    pub label: String,
    /// When it holds.
    pub valid: Validity,
    /// A cell for each of the node columns.
    pub cells: Vec<Cell>,
}

/// A tie of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id in the store.
    pub id: Id,
    /// The relation.
    pub relation: Relation,
    /// The node it goes out from.
    pub from: Id,
    /// The node it points at.
    pub to: Id,
    /// When it holds.
    pub valid: Validity,
    /// A cell for each of the tie columns.
    pub cells: Vec<Cell>,
}

/// Nodes and the ties between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subgraph {
    node_columns: Vec<Column>,
    link_columns: Vec<Column>,
    nodes: Vec<Node>,
    links: Vec<Link>,
}

/// Names that every node or tie has of itself; no attribute column may be called so.
pub const RESERVED: [&str; 11] = [
    "id",
    "label",
    "nodeKind",
    "nodeKindZh",
    "source",
    "target",
    "relation",
    "relationZh",
    "validFrom",
    "validTo",
    "value",
];

impl Subgraph {
    /// A graph out of nodes and ties. Whatever comes twice is left out, and so is a tie with an end that is
    /// not among the nodes, so that no file can name what it does not hold.
    pub fn new(
        (node_columns, mut nodes): (Vec<Column>, Vec<Node>),
        (link_columns, mut links): (Vec<Column>, Vec<Link>),
    ) -> Self {
        let mut known = BTreeSet::new();
        nodes.retain(|node| known.insert(node.id));
        let mut seen = BTreeSet::new();
        links.retain(|link| known.contains(&link.from) && known.contains(&link.to) && seen.insert(link.id));
        for node in &mut nodes {
            node.cells.resize(node_columns.len(), Cell::Empty);
        }
        for link in &mut links {
            link.cells.resize(link_columns.len(), Cell::Empty);
        }
        Self { node_columns, link_columns, nodes, links }
    }

    /// Columns of the attributes of nodes.
    pub fn node_columns(&self) -> &[Column] {
        &self.node_columns
    }

    /// Columns of the attributes of ties.
    pub fn link_columns(&self) -> &[Column] {
        &self.link_columns
    }

    /// Its nodes, in the order given.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Its ties, in the order given.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The same as two tables: of its nodes, and of its ties.
    pub fn tables(&self) -> [Table; 2] {
        let text = |id: Id| Cell::Text(id.to_string());
        let date = |date: Option<PartialDate>| date.map_or(Cell::Empty, Cell::Date);
        let mut columns = vec![
            Column::new("id", "编号", "Stable number"),
            Column::new("nodeKind", "种类", "Which kind of node it is"),
            Column::new("label", "名称", "What it is called on the day asked for"),
        ];
        columns.extend(validity_columns());
        columns.extend(self.node_columns.iter().cloned());
        let mut nodes = Table::new("对象", columns);
        for node in &self.nodes {
            let row = node.kind.row();
            let kind = Cell::Codes(vec![Word { name: row.code, zh: row.label_zh }]);
            let mut cells = vec![text(node.id), kind, Cell::of_text(&node.label)];
            cells.extend([date(node.valid.from), date(node.valid.to)]);
            cells.extend(node.cells.iter().cloned());
            nodes.push(cells);
        }
        let mut columns = vec![
            Column::new("source", "起点编号", "The node it goes out from"),
            Column::new("target", "终点编号", "The node it points at"),
            Column::new("relation", "关系", "Which relation it is"),
            Column::new("id", "编号", "Stable number"),
        ];
        columns.extend(validity_columns());
        columns.extend(self.link_columns.iter().cloned());
        let mut links = Table::new("关系", columns);
        for link in &self.links {
            let row = link.relation.row();
            let relation = Cell::Codes(vec![Word { name: row.name, zh: row.label_zh }]);
            let mut cells = vec![text(link.from), text(link.to), relation, text(link.id)];
            cells.extend([date(link.valid.from), date(link.valid.to)]);
            cells.extend(link.cells.iter().cloned());
            links.push(cells);
        }
        [nodes, links]
    }
}

fn validity_columns() -> [Column; 2] {
    [
        Column::new("validFrom", "起始日期", "First day, or the month or year whose first day counts"),
        Column::new("validTo", "终止日期", "First day on which it no longer holds; a month or year counts to its end"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: u128) -> Node {
        let label = format!("示例{id}");
        Node { id: Id::from_u128(id), kind: Kind::Enterprise, label, valid: Validity::OPEN, cells: Vec::new() }
    }

    fn link(id: u128, from: u128, to: u128) -> Link {
        let [id, from, to] = [id, from, to].map(Id::from_u128);
        Link { id, relation: Relation::Supplies, from, to, valid: Validity::OPEN, cells: Vec::new() }
    }

    #[test]
    fn nothing_dangles_and_nothing_stands_twice() {
        let nodes = vec![node(1), node(2), node(1)];
        let links = vec![link(10, 1, 2), link(11, 1, 3), link(10, 2, 1), link(12, 2, 2)];
        let graph = Subgraph::new((vec![Column::new("a", "甲", "a")], nodes), (Vec::new(), links));
        assert_eq!(graph.nodes().iter().map(|node| node.id.as_u128()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(graph.links().iter().map(|link| link.id.as_u128()).collect::<Vec<_>>(), [10, 12]);
        assert!(graph.nodes().iter().all(|node| node.cells == [Cell::Empty]));
        let [nodes, links] = graph.tables();
        assert_eq!((nodes.rows().len(), links.rows().len()), (2, 2));
        assert_eq!((nodes.columns().len(), links.columns().len()), (6, 6));
    }

    #[test]
    fn no_attribute_takes_a_reserved_name() {
        for kind in Kind::all() {
            for attribute in kind.row().attributes {
                assert!(!RESERVED.contains(&attribute.name), "{} of {kind:?}", attribute.name);
            }
        }
        for relation in Relation::all() {
            for attribute in relation.row().attributes {
                assert!(!RESERVED.contains(&attribute.name), "{} of {relation:?}", attribute.name);
            }
        }
    }
}
