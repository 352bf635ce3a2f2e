//! Neutral results → bytes of a file. One table, a row a format; what a result means, who may see it and
//! where the file goes is not known here.
//!
//! Pure: no clock, no file. The same result gives the same bytes.

#[cfg(feature = "parquet")]
mod columnar;
mod cytoscape;
mod gexf;
mod graphml;
mod json_ld;
mod separated;
mod told;
mod workbook;
mod xml;

#[cfg(test)]
mod tests;

pub use json_ld::context;
pub use told::{content_hash, file_hash, manifest_json};

use crate::domain::{Manifest, Subgraph, Table};

/// A result that goes out.
#[derive(Clone, Copy, Debug)]
pub enum Content<'r> {
    /// Rows.
    Table(&'r Table),
    /// Nodes and ties.
    Graph(&'r Subgraph),
}

/// A format. The table below says what each one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Format {
    Csv,
    Xlsx,
    Gexf,
    GraphMl,
    Cytoscape,
    JsonLd,
    Edges,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Which results a format holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Tables alone.
    Tables,
    /// Graphs alone.
    Graphs,
    /// Both.
    Both,
}

/// What there is to say about a format.
#[derive(Debug)]
pub struct FormatRow {
    /// The format.
    pub format: Format,
    /// What it is asked for by.
    pub name: &'static str,
    /// The end of the file's name.
    pub ending: &'static str,
    /// What it is for, in Chinese.
    pub zh: &'static str,
    /// What it is for, in English.
    pub en: &'static str,
    /// Which results it holds.
    pub holds: Holds,
    /// What it is called on the web.
    pub media_type: &'static str,
}

const FORMATS: &[FormatRow] = &[
    row(
        Format::Csv,
        ("csv", "csv"),
        ("逗号分隔的表格", "a table separated by commas"),
        Holds::Tables,
        "text/csv; charset=utf-8",
    ),
    row(
        Format::Xlsx,
        ("xlsx", "xlsx"),
        ("Excel 工作簿", "a workbook"),
        Holds::Both,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    row(
        Format::Gexf,
        ("gexf", "gexf"),
        ("Gephi 的图，带起止日期", "a graph for Gephi, with dates"),
        Holds::Graphs,
        "application/gexf+xml",
    ),
    row(
        Format::GraphMl,
        ("graphml", "graphml"),
        ("GraphML 图", "a graph in GraphML"),
        Holds::Graphs,
        "application/graphml+xml",
    ),
    row(
        Format::Cytoscape,
        ("cytoscape", "cyjs"),
        ("Cytoscape 的图", "a graph for Cytoscape"),
        Holds::Graphs,
        "application/json",
    ),
    row(
        Format::JsonLd,
        ("jsonld", "jsonld"),
        ("关联数据（schema.org）", "linked data (schema.org)"),
        Holds::Graphs,
        "application/ld+json",
    ),
    row(
        Format::Edges,
        ("edges", "tsv"),
        ("边的列表", "a list of edges"),
        Holds::Graphs,
        "text/tab-separated-values; charset=utf-8",
    ),
    #[cfg(feature = "parquet")]
    row(
        Format::Parquet,
        ("parquet", "parquet"),
        ("Parquet 表格，各列带类型", "a table in Parquet, with typed columns"),
        Holds::Tables,
        "application/vnd.apache.parquet",
    ),
];

const fn row(
    format: Format,
    (name, ending): (&'static str, &'static str),
    (zh, en): (&'static str, &'static str),
    holds: Holds,
    media_type: &'static str,
) -> FormatRow {
    FormatRow { format, name, ending, zh, en, holds, media_type }
}

/// Why a result does not go into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The format holds other results.
    Shape(Format),
    /// A sheet of a workbook has no room for so many rows or columns.
    TooLarge {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// A cell of a workbook has no room for the text.
    LongText {
        /// The row, counted from 1 with the header.
        row: usize,
        /// The column.
        column: String,
    },
    /// The writer of workbooks says no.
    Workbook(String),
    /// The writer of columns says no.
    #[cfg(feature = "parquet")]
    Columnar(String),
}

impl Format {
    /// Every format, in the order of the table.
    pub fn all() -> impl Iterator<Item = Format> {
        FORMATS.iter().map(|row| row.format)
    }

    /// Its row.
    pub fn row(self) -> &'static FormatRow {
        &FORMATS[self as usize]
    }

    /// The format asked for by that name.
    pub fn named(name: &str) -> Option<Format> {
        FORMATS.iter().find(|row| row.name == name).map(|row| row.format)
    }
}

impl Unfit {
    /// Stable, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Unfit::Shape(_) => "EXPORT_SHAPE",
            Unfit::TooLarge { .. } => "EXPORT_TOO_LARGE",
            Unfit::LongText { .. } => "EXPORT_LONG_TEXT",
            Unfit::Workbook(_) => "EXPORT_WORKBOOK",
            #[cfg(feature = "parquet")]
            Unfit::Columnar(_) => "EXPORT_COLUMNAR",
        }
    }

    /// What was asked, what stood in the way and what would work, in Chinese and English.
    pub fn told(&self) -> (String, String) {
        match self {
            Unfit::Shape(format) => {
                let FormatRow { name, holds, .. } = format.row();
                let (zh, en) = if *holds == Holds::Tables { ("表格", "tables") } else { ("图", "graphs") };
                let fits = |holds: Holds| {
                    let fitting = FORMATS.iter().filter(|row| row.holds == holds || row.holds == Holds::Both);
                    fitting.map(|row| row.name).collect::<Vec<_>>().join(", ")
                };
                let other = if *holds == Holds::Tables { fits(Holds::Graphs) } else { fits(Holds::Tables) };
                (
                    format!("格式 {name} 只装{zh}，要导出的不是{zh}。请改用：{other}。"),
                    format!("The format {name} holds {en}, and the result is none. Use one of: {other}."),
                )
            }
            Unfit::TooLarge { rows, columns } => (
                format!(
                    "一张工作表装不下 {rows} 行 {columns} 列（最多 {} 行 {} 列）。请缩小范围，或用 csv。",
                    workbook::MOST_ROWS,
                    workbook::MOST_COLUMNS
                ),
                format!(
                    "A sheet has no room for {rows} rows of {columns} columns (at most {} of {}). Ask for less, or use csv.",
                    workbook::MOST_ROWS,
                    workbook::MOST_COLUMNS
                ),
            ),
            Unfit::LongText { row, column } => (
                format!(
                    "第 {row} 行“{column}”的文字超过一格能装的 {} 个字符；不截断。请用 csv 或图的格式。",
                    workbook::MOST_CHARACTERS
                ),
                format!(
                    "The text in row {row}, “{column}”, has more than the {} characters of a cell, and nothing is cut off. Use csv or a format for graphs.",
                    workbook::MOST_CHARACTERS
                ),
            ),
            Unfit::Workbook(cause) => (
                format!("工作簿写不出：{cause}。请用 csv。"),
                format!("The workbook cannot be written: {cause}. Use csv."),
            ),
            #[cfg(feature = "parquet")]
            Unfit::Columnar(cause) => (
                format!("Parquet 文件写不出：{cause}。请用 csv。"),
                format!("The Parquet file cannot be written: {cause}. Use csv."),
            ),
        }
    }
}

/// The bytes of a file.
pub fn write(content: Content<'_>, manifest: &Manifest, format: Format) -> Result<Vec<u8>, Unfit> {
    match (format, content) {
        (Format::Csv, Content::Table(table)) => Ok(separated::csv(table)),
        #[cfg(feature = "parquet")]
        (Format::Parquet, Content::Table(table)) => columnar::columnar(table, manifest),
        (Format::Xlsx, Content::Table(table)) => workbook::workbook(&[table], content, manifest),
        (Format::Xlsx, Content::Graph(graph)) => {
            let [nodes, links] = graph.tables();
            workbook::workbook(&[&nodes, &links], content, manifest)
        }
        (Format::Gexf, Content::Graph(graph)) => Ok(gexf::gexf(graph, manifest)),
        (Format::GraphMl, Content::Graph(graph)) => Ok(graphml::graphml(graph)),
        (Format::Cytoscape, Content::Graph(graph)) => Ok(cytoscape::cytoscape(graph, manifest)),
        (Format::JsonLd, Content::Graph(graph)) => Ok(json_ld::json_ld(graph)),
        (Format::Edges, Content::Graph(graph)) => Ok(separated::edges(graph)),
        _ => Err(Unfit::Shape(format)),
    }
}

/// A table as the import format has it: names as heads in CSV, Chinese words in a workbook, whose one sheet is
/// named like the table. No other format holds it.
pub fn plain_table(table: &Table, format: Format) -> Result<Vec<u8>, Unfit> {
    match format {
        Format::Csv => Ok(separated::csv_of_names(table)),
        Format::Xlsx => workbook::sheet(table),
        _ => Err(Unfit::Shape(format)),
    }
}
