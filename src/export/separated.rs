//! Tables as separated text: CSV as spreadsheets open it, edge lists as programs read them. Text that a
//! spreadsheet would take for a formula is guarded (`domain::formula`); numbers are numbers and stay as they are.

use crate::domain::formula::guard;
use crate::domain::table::{Cell, Table, Wording};
use crate::domain::{Subgraph, table};

/// With it, spreadsheets know that the text is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// CSV for people: Chinese heads, UTF-8 with its mark, lines ended by CRLF.
pub fn csv(table: &Table) -> Vec<u8> {
    let heads = table.columns().iter().map(|column| guard(&column.head_zh())).collect();
    let mut bytes = MARK.to_vec();
    bytes.extend(separated(table, heads, (Wording::Chinese, b',')));
    bytes
}

/// CSV for the import: names as heads, UTF-8 with its mark, lines ended by CRLF.
pub fn csv_of_names(table: &Table) -> Vec<u8> {
    let heads = table.columns().iter().map(|column| column.name.clone()).collect();
    let mut bytes = MARK.to_vec();
    bytes.extend(separated(table, heads, (Wording::Names, b',')));
    bytes
}

/// The ties of a graph for programs: names as heads, separated by tabs, without a mark.
pub fn edges(graph: &Subgraph) -> Vec<u8> {
    let [_, links] = graph.tables();
    let heads = links.columns().iter().map(|column| column.name.clone()).collect();
    separated(&links, heads, (Wording::Names, b'\t'))
}

/// A table as its content counts: names as heads, separated by commas, lines ended by LF, nothing guarded.
pub fn plain(table: &Table) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let lines = table.rows().iter().map(|row| row.iter().map(|cell| cell.text(Wording::Names)).collect());
    let heads: Vec<String> = table.columns().iter().map(|column: &table::Column| column.name.clone()).collect();
    for line in std::iter::once(heads).chain(lines) {
        // Memory does not refuse.
        let _ = writer.write_record(&line);
    }
    writer.into_inner().unwrap_or_default()
}

fn separated(table: &Table, heads: Vec<String>, (wording, separator): (Wording, u8)) -> Vec<u8> {
    let terminator = csv::Terminator::CRLF;
    let mut writer = csv::WriterBuilder::new().delimiter(separator).terminator(terminator).from_writer(Vec::new());
    let lines = table.rows().iter().map(|row| row.iter().map(|cell| text(cell, wording)).collect());
    for line in std::iter::once(heads).chain(lines) {
        // Memory does not refuse.
        let _ = writer.write_record(&line);
    }
    writer.into_inner().unwrap_or_default()
}

fn text(cell: &Cell, wording: Wording) -> String {
    match cell {
        Cell::Whole(_) | Cell::Decimal { .. } => cell.text(wording),
        _ => guard(&cell.text(wording)),
    }
}
