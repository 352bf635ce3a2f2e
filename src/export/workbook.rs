//! Workbooks (XLSX): a sheet a table, Chinese heads that stay in place, typed cells, and a sheet that says what
//! the file is. Every text is written as text: there is no formula in it, and none comes of editing a cell.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Content, Unfit, told};
use crate::domain::formula::is_at_risk;
use crate::domain::table::{Cell, Table, Wording};
use crate::domain::{Manifest, PartialDate};

/// Rows of a sheet, the head included.
pub const MOST_ROWS: usize = 1_048_576;
/// Columns of a sheet.
pub const MOST_COLUMNS: usize = 16_384;
/// Characters of a cell, in units of UTF-16.
pub const MOST_CHARACTERS: usize = 32_767;

/// Digits that a spreadsheet keeps of a number.
const EXACT_DIGITS: usize = 15;
/// Rows from whose texts the width of a column is taken.
const MEASURED: usize = 200;
/// Widths of columns, in characters.
const WIDTHS: (usize, usize) = (8, 60);

struct Formats {
    head: Format,
    quoted: Format,
    date: Format,
}

/// Write these tables and the manifest into one workbook.
pub fn workbook(tables: &[&Table], content: Content<'_>, manifest: &Manifest) -> Result<Vec<u8>, Unfit> {
    for table in tables {
        fits(table)?;
    }
    write(tables, content, manifest).map_err(|cause| Unfit::Workbook(cause.to_string()))
}

/// Write one table as the only sheet of a workbook.
pub fn sheet(table: &Table) -> Result<Vec<u8>, Unfit> {
    fits(table)?;
    let written = book().and_then(|(mut workbook, formats)| {
        let page = workbook.add_worksheet();
        page.set_name(table.title())?.set_freeze_panes(1, 0)?;
        fill(page, table, &formats)?;
        workbook.save_to_buffer()
    });
    written.map_err(|cause| Unfit::Workbook(cause.to_string()))
}

fn fits(table: &Table) -> Result<(), Unfit> {
    let (rows, columns) = (table.rows().len() + 1, table.columns().len());
    if rows > MOST_ROWS || columns > MOST_COLUMNS {
        return Err(Unfit::TooLarge { rows, columns });
    }
    for (number, row) in (2..).zip(table.rows()) {
        for (cell, column) in row.iter().zip(table.columns()) {
            if cell.text(Wording::Chinese).encode_utf16().count() > MOST_CHARACTERS {
                return Err(Unfit::LongText { row: number, column: column.head_zh() });
            }
        }
    }
    Ok(())
}

fn book() -> Result<(Workbook, Formats), XlsxError> {
    let mut workbook = Workbook::new();
    // When it was made is the manifest's to say: the same result gives the same bytes.
    let properties = DocProperties::new().set_author("innograph");
    workbook.set_properties(&properties.set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let formats = Formats {
        head: Format::new().set_bold(),
        quoted: Format::new().set_quote_prefix(),
        date: Format::new().set_num_format("yyyy-mm-dd"),
    };
    Ok((workbook, formats))
}

fn write(tables: &[&Table], content: Content<'_>, manifest: &Manifest) -> Result<Vec<u8>, XlsxError> {
    let (mut workbook, formats) = book()?;
    for table in tables {
        let page = workbook.add_worksheet();
        page.set_name(table.title())?.set_freeze_panes(1, 0)?;
        fill(page, table, &formats)?;
    }
    let page = workbook.add_worksheet();
    page.set_name("说明")?.set_column_width(0, 24)?.set_column_width(1, 90)?;
    about(page, tables, (content, manifest), &formats)?;
    workbook.save_to_buffer()
}

fn fill(page: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
    for (place, column) in (0..).zip(table.columns()) {
        let head = column.head_zh();
        page.write_string_with_format(0, place, &head, &formats.head)?;
        let measured = table.rows().iter().take(MEASURED).filter_map(|row| row.get(usize::from(place)));
        let widest = measured.map(|cell| width(&cell.text(Wording::Chinese))).max().unwrap_or_default();
        let (least, most) = WIDTHS;
        let characters = widest.max(width(&head) + 2).clamp(least, most);
        page.set_column_width(place, u32::try_from(characters).unwrap_or_default())?;
    }
    for (row, cells) in (1..).zip(table.rows()) {
        for (place, cell) in (0..).zip(cells) {
            put(page, (row, place), cell, formats)?;
        }
    }
    Ok(())
}

/// How wide a text is, in narrow characters; lines of it are counted apart.
fn width(text: &str) -> usize {
    let of_line = |line: &str| line.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
    text.lines().map(of_line).max().unwrap_or_default()
}

fn put(page: &mut Worksheet, (row, place): (u32, u16), cell: &Cell, formats: &Formats) -> Result<(), XlsxError> {
    let text = cell.text(Wording::Chinese);
    match cell {
        Cell::Empty => {}
        Cell::Whole(_) | Cell::Decimal { .. } => match exact(&text) {
            Some(number) => {
                page.write_number(row, place, number)?;
            }
            None => {
                page.write_string(row, place, &text)?;
            }
        },
        Cell::Date(date) => match day(*date) {
            Some(day) => {
                page.write_datetime_with_format(row, place, &day, &formats.date)?;
            }
            None => {
                page.write_string(row, place, &text)?;
            }
        },
        _ if is_at_risk(&text) => {
            page.write_string_with_format(row, place, &text, &formats.quoted)?;
        }
        _ => {
            page.write_string(row, place, &text)?;
        }
    }
    Ok(())
}

/// The number, where a spreadsheet keeps all of its digits.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.parse().ok().filter(|_| digits <= EXACT_DIGITS)
}

/// The day, where it is a whole date that spreadsheets agree on: from March 1900 on.
fn day(date: PartialDate) -> Option<ExcelDateTime> {
    let is_sure = date.day != 0 && (date.year > 1900 || (date.year == 1900 && date.month >= 3));
    let year = u16::try_from(date.year).ok().filter(|_| is_sure)?;
    ExcelDateTime::from_ymd(year, date.month, date.day).ok()
}

fn about(
    page: &mut Worksheet,
    tables: &[&Table],
    (content, manifest): (Content<'_>, &Manifest),
    formats: &Formats,
) -> Result<(), XlsxError> {
    let counts = match content {
        Content::Table(table) => format!("{} 行 rows", table.rows().len()),
        Content::Graph(graph) => format!("{} 个对象 nodes，{} 条关系 ties", graph.nodes().len(), graph.links().len()),
    };
    let mut lines = vec![("counts".to_owned(), counts)];
    lines.extend(told::fields(manifest).into_iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name, text)
    }));
    let mut next = 0;
    for (name, text) in lines {
        // What was asked may be long; the manifest beside the file has all of it.
        let text: String = text.chars().take(MOST_CHARACTERS / 2).collect();
        page.write_string_with_format(next, 0, name, &formats.head)?;
        put(page, (next, 1), &Cell::Text(text), formats)?;
        next += 1;
    }
    for table in tables {
        next += 1;
        page.write_string_with_format(next, 0, table.title(), &formats.head)?;
        next += 1;
        for column in table.columns() {
            page.write_string(next, 0, column.head_zh())?;
            page.write_string(next, 1, format!("[{}] {}", column.name, column.en))?;
            next += 1;
        }
    }
    Ok(())
}
