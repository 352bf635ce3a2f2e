//! What a lens shows as neutral results (`domain::table`, `domain::subgraph`): tables of a kind, graphs round
//! a node. Nothing is read here but through the lens; what goes out is what its reader may see.

use std::collections::{BTreeMap, BTreeSet};

use super::lens::{Lens, Tie};
use super::state::{EntityRow, Fact, Record};
use crate::domain::attribute::{Attribute, ValueType, label};
use crate::domain::manifest::Cut;
use crate::domain::name::Language;
use crate::domain::subgraph::{Link, Node, Subgraph};
use crate::domain::table::{Cell, Column, Table, Word};
use crate::domain::{Enumeration, Kind, RecordKind, Sensitivity, Validity, Value};

impl<'v> Lens<'v> {
    /// The nodes of a kind as rows, at most so many. A column of what is not public stands only where the
    /// reader sees a value in it.
    pub fn table_of(&self, kind: Kind, most: usize) -> (Table, Cut) {
        let attributes = kind.row().attributes;
        let own = [
            Column::new("id", "编号", "Stable number, never used again"),
            Column::new("nameZh", "名称", "The Chinese name in use on the day; of what has none, the foreign one"),
            Column::new("nameEn", "外文名称", "The English name, where one is known"),
            Column::new("code", "代码", "Credit code, region code, term code or row key, whichever comes first"),
        ];
        let mut rows = Rows::new(kind.row().label_zh, &own, attributes);
        let (nodes, cut) = self.some_of(kind, most);
        for node in nodes {
            let fact = &self.entity(node).fact;
            let mut cells = vec![Cell::Text(self.id(node).to_string()), Cell::of_text(self.name(node))];
            cells.extend([self.foreign_name(node), Cell::of_text(self.code(node))]);
            cells.extend(self.fact_cells(fact));
            cells.extend(attributes.iter().map(|attribute| self.cell(attribute, self.value(node, attribute))));
            rows.push(cells);
        }
        (rows.table(), cut)
    }

    /// The records of a kind as rows, at most so many; what they belong to stands in front.
    pub fn table_of_records(&self, kind: RecordKind, most: usize) -> (Table, Cut) {
        let row = kind.row();
        let (subject, zh, en) = row.subject;
        let own = [
            Column::new("id", "编号", "Number of the record"),
            Column::new(subject, format!("{}编号", label(zh)), format!("{en}: its stable number")),
            Column::new(format!("{subject}Name"), label(zh), en),
            Column::new(format!("{subject}Code"), format!("{}代码", label(zh)), format!("{en}: its code")),
        ];
        let mut rows = Rows::new(row.label_zh, &own, row.attributes);
        let found: Vec<&Record> = self.all_records(kind, 1).take(most.saturating_add(1)).map(AsRef::as_ref).collect();
        for record in found.iter().take(most) {
            let node = self.subject(record);
            let mut cells = vec![Cell::Text(record.fact.id.to_string()), Cell::Text(self.id(node).to_string())];
            cells.extend([Cell::of_text(self.name(node)), Cell::of_text(self.code(node))]);
            cells.extend(self.fact_cells(&record.fact));
            let values = row.attributes.iter().map(|attribute| (attribute, self.record_value(record, attribute)));
            cells.extend(values.map(|(attribute, value)| self.cell(attribute, value)));
            rows.push(cells);
        }
        let is_cut = found.len() > most || self.budget().is_spent();
        (rows.table(), if is_cut { Cut::Truncated } else { Cut::Whole })
    }

    /// The nodes of a kind, at most so many, with the ties among them.
    pub fn graph_of(&self, kind: Kind, most: usize) -> (Subgraph, Cut) {
        let (nodes, mut cut) = self.some_of(kind, most);
        let chosen: BTreeSet<EntityRow> = nodes.iter().copied().collect();
        let mut ties = Vec::new();
        for node in &nodes {
            ties.extend(self.ties(*node, None, true).filter(|tie| chosen.contains(&tie.there)));
        }
        if self.budget().is_spent() {
            cut = Cut::Truncated;
        }
        (self.graph(&nodes, &ties), cut)
    }

    /// What lies within `depth` steps of a node, at most so many nodes.
    pub fn graph_around(&self, center: EntityRow, depth: u32, most: usize) -> (Subgraph, Cut) {
        let found = self.neighborhood(center, depth, &[], &[], most);
        let nodes: Vec<EntityRow> = found.nodes.iter().map(|(node, _)| *node).collect();
        let cut = if found.truncated { Cut::Truncated } else { Cut::Whole };
        (self.graph(&nodes, &found.ties), cut)
    }

    /// Nodes and ties that this lens gave, as a graph. Attributes that no node or tie has are left out.
    pub fn graph(&self, nodes: &[EntityRow], ties: &[Tie]) -> Subgraph {
        let mut of_nodes = Columns::default();
        let mut out = Vec::with_capacity(nodes.len());
        for node in nodes {
            let fact = &self.entity(*node).fact;
            of_nodes.note("code", Cell::of_text(self.code(*node)), || {
                Column::new("code", "代码", "Credit code, region code, term code or row key")
            });
            of_nodes.note("nameEn", self.foreign_name(*node), || Column::new("nameEn", "外文名称", "The English name"));
            of_nodes.note(SOURCE, self.source_title(fact), source_column);
            for attribute in self.kind(*node).row().attributes {
                of_nodes.note(attribute.name, self.cell(attribute, self.value(*node, attribute)), || column(attribute));
            }
            out.push(Node {
                id: fact.id,
                kind: self.kind(*node),
                label: self.name(*node).to_owned(),
                valid: fact.validity,
                cells: of_nodes.row(),
            });
        }
        let mut of_ties = Columns::default();
        let mut links = Vec::with_capacity(ties.len());
        for tie in ties {
            let (from, to) = if tie.forward { (tie.here, tie.there) } else { (tie.there, tie.here) };
            let fact = self.tie_fact(tie.row);
            of_ties.note(SOURCE, self.source_title(fact), source_column);
            for attribute in tie.relation.row().attributes {
                let cell = self.cell(attribute, self.tie_value(tie.row, attribute));
                of_ties.note(attribute.name, cell, || column(attribute));
            }
            links.push(Link {
                id: fact.id,
                relation: tie.relation,
                from: self.id(from),
                to: self.id(to),
                valid: fact.validity,
                cells: of_ties.row(),
            });
        }
        Subgraph::new((of_nodes.known, out), (of_ties.known, links))
    }

    fn some_of(&self, kind: Kind, most: usize) -> (Vec<EntityRow>, Cut) {
        let mut rows: Vec<EntityRow> = self.nodes(kind).take(most.saturating_add(1)).collect();
        let cut = if rows.len() > most { Cut::Truncated } else { Cut::Whole };
        rows.truncate(most);
        (rows, cut)
    }

    /// From when to when, and who says so.
    fn fact_cells(&self, fact: &Fact) -> [Cell; 3] {
        let Validity { from, to } = fact.validity;
        let date = |date: Option<_>| date.map_or(Cell::Empty, Cell::Date);
        [date(from), date(to), self.source_title(fact)]
    }

    fn source_title(&self, fact: &Fact) -> Cell {
        let title = self.source(fact.provenance.source).and_then(|source| source.named("title"));
        if let Some(Value::Text(title)) = title { Cell::of_text(title) } else { Cell::Empty }
    }

    fn foreign_name(&self, node: EntityRow) -> Cell {
        let name = if self.kind(node) == Kind::Person { None } else { self.name_in(node, Language::En) };
        name.map_or(Cell::Empty, Cell::of_text)
    }

    /// A value as a cell. Nodes are called by their names, those that the reader may not see are left out.
    fn cell(&self, attribute: &Attribute, value: Option<&Value>) -> Cell {
        let codes = |list: Option<&'static Enumeration>, tags: &[u16]| {
            let found = tags.iter().filter_map(|tag| list?.by_tag(*tag));
            Cell::Codes(found.map(|code| Word { name: code.name, zh: label(code.zh) }).collect())
        };
        let Some(value) = value else { return Cell::Empty };
        match value {
            Value::Unknown => Cell::Unknown,
            Value::Text(text) => Cell::of_text(text),
            Value::Texts(texts) => Cell::of_text(&texts.join("|")),
            Value::Answer(yes) => Cell::Answer(*yes),
            Value::Date(date) => Cell::Date(*date),
            Value::Money(number) | Value::Area(number) => Cell::Decimal { number: *number, places: 2 },
            Value::Ratio(number) => Cell::Decimal { number: i64::from(*number), places: 6 },
            Value::Decimal(number) => Cell::Decimal { number: *number, places: 6 },
            Value::Integer(number) => Cell::Whole(*number),
            Value::Code(0) => Cell::Unknown,
            Value::Code(tag) => codes(attribute.enumeration(), std::slice::from_ref(tag)),
            Value::Codes(tags) => codes(attribute.enumeration(), tags),
            Value::Term(_) | Value::Node(_) | Value::Nodes(_) => {
                let shown = value.nodes().iter().filter_map(|id| self.node(*id));
                Cell::of_text(&shown.map(|node| self.name(node)).collect::<Vec<_>>().join("|"))
            }
            Value::Sealed(_) => Cell::Sealed,
        }
    }
}

/// The column of sources.
const SOURCE: &str = "sourceTitle";

fn source_column() -> Column {
    Column::new(SOURCE, "来源", "The title of the source that says so")
}

/// Rows of a table that is being made, and which columns hold anything.
struct Rows {
    table: Table,
    internal: BTreeSet<usize>,
    filled: BTreeSet<usize>,
}

impl Rows {
    fn new(title: &str, own: &[Column], attributes: &[Attribute]) -> Self {
        let mut columns = own.to_vec();
        columns.push(Column::new("validFrom", "起始日期", "First day, or the month or year whose first day counts"));
        columns.push(Column::new("validTo", "终止日期", "First day on which it no longer holds"));
        columns.push(source_column());
        let is_internal = |attribute: &Attribute| attribute.sensitivity != Sensitivity::Public;
        let internal = (columns.len()..).zip(attributes).filter(|(_, attribute)| is_internal(attribute));
        let internal = internal.map(|(place, _)| place).collect();
        columns.extend(attributes.iter().map(column));
        Self { table: Table::new(title, columns), internal, filled: BTreeSet::new() }
    }

    fn push(&mut self, cells: Vec<Cell>) {
        let filled = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        self.filled.extend(filled.map(|(place, _)| place));
        self.table.push(cells);
    }

    fn table(self) -> Table {
        let Rows { table, internal, filled } = self;
        table.keeping(|place| !internal.contains(&place) || filled.contains(&place))
    }
}

/// Columns as they turn up, one for each name, and the cells of the thing that is being read.
#[derive(Default)]
struct Columns {
    known: Vec<Column>,
    places: BTreeMap<String, usize>,
    cells: BTreeMap<usize, Cell>,
}

impl Columns {
    fn note(&mut self, name: &str, cell: Cell, column: impl FnOnce() -> Column) {
        if cell.is_empty() {
            return;
        }
        let place = self.places.get(name).copied().unwrap_or_else(|| {
            self.known.push(column());
            self.places.insert(name.to_owned(), self.known.len() - 1);
            self.known.len() - 1
        });
        self.cells.insert(place, cell);
    }

    /// The cells noted since the last row.
    fn row(&mut self) -> Vec<Cell> {
        let mut noted = std::mem::take(&mut self.cells);
        (0..self.known.len()).map(|place| noted.remove(&place).unwrap_or(Cell::Empty)).collect()
    }
}

fn column(attribute: &Attribute) -> Column {
    let unit = match attribute.value_type {
        ValueType::Money => Some(("元", "CNY yuan")),
        ValueType::Area => Some(("平方米", "square metres")),
        _ => unit_in_words(attribute),
    };
    Column { unit, ..Column::new(attribute.name, attribute.label_zh(), attribute.en) }
}

/// The unit that the words of an attribute name at their end.
fn unit_in_words(attribute: &Attribute) -> Option<(&'static str, &'static str)> {
    let (_, zh) = attribute.zh.split_once("单位：")?;
    let (_, en) = attribute.en.split_once("Unit: ")?;
    let ends = |letter: char| matches!(letter, '；' | '。' | '，' | ';' | '.');
    Some((zh.split(ends).next()?, en.split(ends).next()?))
}
