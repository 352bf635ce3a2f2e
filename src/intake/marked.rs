//! The workbook that goes back: the tables as they were sent, one column more with what is wrong in a row, and
//! the cells in question in colour. Put right in place, it passes; the column is passed over when it comes again.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, Note, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, Epoch};
use super::folder::open_sheets;
use super::mapping::Mapping;
use super::report::{Report, Told};
use super::sheet::Line;
use super::table::FAULTS;
use super::{InputFile, Limits, header};

/// Characters of a cell of a workbook.
const MOST_CHARACTERS: usize = 32_000;
/// Days between the two beginnings of time.
const BETWEEN_EPOCHS: f64 = 1_462.0;

/// Write the workbook that goes back with a report.
pub fn marked(
    (files, mapping, limits): (&[InputFile], &Mapping, &Limits),
    report: &Report,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = book();
    let mut told: BTreeMap<(&str, u64), Vec<&Told>> = BTreeMap::new();
    for one in &report.refusals {
        told.entry((one.file.as_str(), one.line)).or_default().push(one);
    }
    for (sheet, subject) in open_sheets(files, mapping, limits, &mut Vec::new()) {
        let columns = subject.all_columns();
        let page = workbook.add_worksheet();
        page.set_name(page_name(&sheet.name, subject.label_zh()))?;
        let known = mapping.of_table(&sheet.name);
        let header_line = known.and_then(|known| known.header_line).unwrap_or(1);
        let mut heads: Option<Vec<Option<&str>>> = None;
        let mut last = 0;
        for line in sheet.lines() {
            let faults = told.get(&(sheet.label.as_str(), line.number)).map_or(&[][..], Vec::as_slice);
            if heads.is_none() && line.number >= header_line {
                let names = line.cells.iter().map(|cell| {
                    let given = cell.shown();
                    let mapped = known.and_then(|known| known.columns.get(&given)).unwrap_or(&given);
                    header::head(mapped, &columns).map(|head| columns[head.column].name)
                });
                heads = Some(names.collect());
                last = fault_column(&line, sheet.lines().map(|line| line.cells.len()).max().unwrap_or_default());
                page.write_string(row_of(&line), last, FAULTS)?;
                page.set_column_width(last, 60)?;
            }
            write_line(page, &line, heads.as_deref().unwrap_or_default(), (faults, last))?;
        }
        page.set_freeze_panes(1, 0)?;
    }
    workbook.save_to_buffer()
}

/// An empty workbook that says nothing of when it was made: the same input gives the same bytes.
pub(super) fn book() -> Workbook {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_author("innograph");
    if let Ok(day) = ExcelDateTime::from_ymd(2000, 1, 1) {
        workbook.set_properties(&properties.set_creation_datetime(&day));
    }
    workbook
}

/// The name of a sheet that says which table it is; at most 31 characters, and none of those that are barred.
fn page_name<'n>(name: &'n str, label: &'n str) -> &'n str {
    let fits = name.chars().count() <= 31 && !name.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']);
    if fits { name } else { label }
}

fn row_of(line: &Line) -> u32 {
    u32::try_from(line.number.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// Where the column of faults stands: where it stood before, or behind the others.
fn fault_column(header: &Line, widest: usize) -> u16 {
    let before = header.cells.iter().position(|cell| cell.shown() == FAULTS);
    u16::try_from(before.unwrap_or(widest)).unwrap_or(u16::MAX)
}

fn write_line(
    page: &mut Worksheet,
    line: &Line,
    heads: &[Option<&str>],
    (faults, last): (&[&Told], u16),
) -> Result<(), XlsxError> {
    let row = row_of(line);
    for (place, cell) in line.cells.iter().enumerate() {
        let column = u16::try_from(place).unwrap_or(u16::MAX);
        if column == last && last > 0 && cell.shown() != FAULTS {
            continue;
        }
        let name = heads.get(place).copied().flatten();
        let here = faults.iter().find(|fault| fault.column.is_some() && fault.column.as_deref() == name);
        let format = here.map_or_else(Format::new, |_| Format::new().set_background_color(Color::RGB(0x00ff_d966)));
        write_cell(page, (row, column), cell, &format)?;
        if let Some(here) = here {
            page.insert_note(row, column, &Note::new(here.zh.as_str()).add_author_prefix(false))?;
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let sentence = |fault: &&Told| {
        let of = fault.header.map(|header| format!("【{header}】")).unwrap_or_default();
        format!("{of}{} {}", fault.zh, fault.en)
    };
    let all = faults.iter().map(sentence).collect::<Vec<_>>().join("\n");
    page.write_string(row, last, all.chars().take(MOST_CHARACTERS).collect::<String>())?;
    Ok(())
}

/// A cell as it was: texts as texts, so that none of them becomes a formula.
fn write_cell(page: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, format: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Number(number, _) if number.is_finite() => {
            page.write_number_with_format(row, column, *number, format)?;
        }
        Cell::Serial(serial, epoch) => {
            let shift = if *epoch == Epoch::Of1904 { BETWEEN_EPOCHS } else { 0.0 };
            let format = format.clone().set_num_format("yyyy-mm-dd");
            page.write_number_with_format(row, column, serial + shift, &format)?;
        }
        Cell::Truth(truth) => {
            page.write_boolean_with_format(row, column, *truth, format)?;
        }
        other => {
            let text: String = other.shown().chars().take(MOST_CHARACTERS).collect();
            page.write_string_with_format(row, column, text, format)?;
        }
    }
    Ok(())
}
