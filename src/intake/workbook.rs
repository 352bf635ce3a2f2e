//! XLSX files as sheets of cells. A formula is told as one, a date as the day number that it is; what a
//! cell means follows from its column, elsewhere.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};

use super::Limits;
use super::archive::inspect;
use super::cell::{Cell, Epoch};
use super::sheet::{Line, Sheet, Source};
use crate::domain::rejection::Rejection;
use crate::domain::unreadable::Unreadable;

/// Read every sheet of a workbook.
pub(super) fn read(label: &str, bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet<'static>>, Rejection> {
    inspect(bytes, limits).map_err(Rejection::Unreadable)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let epoch = if workbook.has_1904_epoch() { Epoch::Of1904 } else { Epoch::Of1900 };
    let names = workbook.sheet_names();
    let (mut sheets, mut room) = (Vec::with_capacity(names.len()), limits.workbook_cells);
    for name in names {
        let lines = lines(&mut workbook, &name, epoch, (limits, &mut room))?;
        if !lines.is_empty() {
            sheets.push(Sheet { label: format!("{label}#{name}"), name, source: Source::Lines(lines) });
        }
    }
    Ok(sheets)
}

fn damaged() -> Rejection {
    Rejection::Unreadable(Unreadable::workbook(
        "内容已损坏，请用表格软件打开后重新保存",
        "what is in it is damaged; open it in a spreadsheet and save it again",
    ))
}

fn lines(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    epoch: Epoch,
    (limits, room): (&Limits, &mut usize),
) -> Result<Vec<Line>, Rejection> {
    let mut reader = match workbook.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // Sheets of charts have no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(Vec::new()),
        Err(_) => return Err(damaged()),
    };
    let mut lines: Vec<Line> = Vec::new();
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(|_| damaged())? {
        let (row, column) = found.pos;
        let is_formula = found.formula.is_some();
        if found.value == DataRef::Empty && !is_formula {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= limits.columns {
            return Err(Rejection::TooLarge { limit: format!("{} 列 / columns", limits.columns) });
        }
        let number = u64::from(row) + 1;
        if lines.last().is_none_or(|line| line.number != number) {
            if lines.last().is_some_and(|line| line.number > number) {
                return Err(damaged());
            }
            lines.push(Line { number, cells: Vec::new() });
        }
        let Some(line) = lines.last_mut() else { continue };
        if line.cells.len() <= column {
            let more = column + 1 - line.cells.len();
            *room = room.checked_sub(more).ok_or_else(|| Rejection::TooLarge {
                limit: format!("工作簿 {} 格 / cells of a workbook", limits.workbook_cells),
            })?;
            line.cells.resize(column + 1, Cell::EMPTY);
        }
        let cell = cell(&found.value, epoch);
        line.cells[column] = if is_formula { Cell::Formula(cell.shown()) } else { cell };
    }
    Ok(lines)
}

fn cell(value: &DataRef<'_>, epoch: Epoch) -> Cell {
    match value {
        DataRef::Empty => Cell::EMPTY,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        #[expect(clippy::cast_precision_loss, reason = "the reader gives whole numbers within what a cell holds")]
        DataRef::Int(number) => Cell::Number(*number as f64, epoch),
        DataRef::Float(number) => Cell::Number(*number, epoch),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(moment) if moment.is_datetime() => Cell::Serial(moment.as_f64(), epoch),
        DataRef::DateTime(moment) => Cell::Fault(moment.as_f64().to_string()),
        DataRef::Error(error) => Cell::Fault(error.to_string()),
    }
}
