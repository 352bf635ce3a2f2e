//! Templates: workbooks to fill in, made from the tables. Headers in Chinese, a note at each that says what it
//! is for and in which unit, lists to choose from, and an invented example row that can itself be imported.

use std::collections::BTreeMap;

use rust_xlsxwriter::{DataValidation, Format, Formula, Note, Workbook, Worksheet, XlsxError};

use super::example::{examples, needs};
use super::marked::book;
use super::sheet::ASIDE;
use super::subject::{Column, Shape, Subject};
use crate::domain::attribute::{Attribute, ValueType};

/// Rows for which there is a list to choose from.
const PREPARED: u32 = 5_000;

const TOLD: &[&str] = &[
    "一张表一种对象、关系或记录；表名、表头请不要改动（表头也可用英文字段名）。",
    "示例行（名称以“示例”开头）只说明怎样填，导入前请删去；不删也能导入，但会录入虚构的对象。",
    "行键：自己起的短名，别的表用它引用这一行。每一行都要有“来源”，填“来源”表中的行键。",
    "日期写 2017、2017-03、2017-03-01、2017年3月、2017/3/1 都可以；2017.1 分不清是 1 月还是 10 月，会被退回。",
    "金额以元计；要用万元、亿元，写在格里（3.2亿元）或写在表头里（金额（万元））。比例写 35% 或 0.35。",
    "必填而无人知道的填“未知”。几个值写在一格里的，用 | 分隔。",
    "先试运行（innograph import 文件 --dry-run），有错的会退回一份带“错误”列的工作簿，改好再传即可。",
    "One table a sheet; keep the names of sheets and headers. Delete the example rows before you import.",
];

/// Make the workbook of these tables, and of those that their example rows refer to.
pub fn template(subjects: &[Subject]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = book();
    let wanted = needs(subjects);
    let mut lists: BTreeMap<Vec<&'static str>, u16> = BTreeMap::new();
    let page = workbook.add_worksheet();
    page.set_name(ASIDE[0])?.set_column_width(0, 110)?;
    for (row, line) in (0..).zip(TOLD) {
        page.write_string(row, 0, *line)?;
    }
    for subject in wanted {
        write_table(&mut workbook, subject, &mut lists)?;
    }
    write_lists(&mut workbook, &lists)?;
    workbook.save_to_buffer()
}

fn write_table(
    workbook: &mut Workbook,
    subject: Subject,
    lists: &mut BTreeMap<Vec<&'static str>, u16>,
) -> Result<(), XlsxError> {
    let page = workbook.add_worksheet();
    page.set_name(subject.label_zh())?.set_freeze_panes(1, 0)?;
    let columns = subject.columns();
    for (place, column) in (0..).zip(&columns) {
        let head = if column.required { format!("{}*", column.label) } else { column.label.to_owned() };
        page.write_string_with_format(0, place, head, &Format::new().set_bold())?;
        page.set_column_width(place, 18)?;
        page.insert_note(0, place, &Note::new(note(column)).add_author_prefix(false).set_width(320).set_height(160))?;
        let words: Vec<&str> = column.words.iter().map(|(_, word)| *word).collect();
        if !words.is_empty() && takes_one(column) {
            let next = u16::try_from(lists.len()).unwrap_or(u16::MAX);
            let at = *lists.entry(words.clone()).or_insert(next);
            let source = Formula::new(list_range(at, words.len()));
            page.add_data_validation(1, place, PREPARED, place, &DataValidation::new().allow_list_formula(source))?;
        }
    }
    for (row, example) in (1..).zip(examples(subject)) {
        for (place, (column, text)) in (0..).zip(columns.iter().zip(&example)) {
            write_example(page, (row, place), column, text)?;
        }
    }
    Ok(())
}

/// Amounts as numbers, as people type them; everything else as text.
fn write_example(page: &mut Worksheet, at: (u32, u16), column: &Column, text: &str) -> Result<(), XlsxError> {
    let is_amount = matches!(
        column.shape,
        Shape::Value(Attribute {
            value_type: ValueType::Money | ValueType::Area | ValueType::Integer(..) | ValueType::Decimal,
            ..
        })
    );
    match text.parse::<f64>() {
        _ if text.is_empty() => {}
        Ok(number) if is_amount => {
            page.write_number(at.0, at.1, number)?;
        }
        _ => {
            page.write_string(at.0, at.1, text)?;
        }
    }
    Ok(())
}

fn takes_one(column: &Column) -> bool {
    !matches!(column.shape, Shape::Value(Attribute { value_type: ValueType::Codes(_), .. }))
}

fn note(column: &Column) -> String {
    let (zh, en) = column.told;
    let mut lines = vec![zh.to_owned()];
    if let Shape::Value(attribute) = column.shape {
        let (unit, unit_en) = attribute.unit();
        lines.extend((!unit.is_empty()).then(|| format!("{unit}。{unit_en}.")));
    }
    if matches!(column.shape, Shape::Date) {
        lines.push("日期，可只到年或月".into());
    }
    let words: Vec<&str> = column.words.iter().map(|(_, word)| *word).collect();
    lines.extend((!words.is_empty()).then(|| format!("可填：{}", words.join("、"))));
    lines.extend(column.required.then(|| "必填".to_owned()));
    lines.push(format!("{en} [{}]", column.name));
    lines.join("\n")
}

/// The cells of a list, on the sheet aside.
fn list_range(at: u16, length: usize) -> String {
    let column = letters(at);
    format!("='{}'!${column}$1:${column}${length}", ASIDE[1])
}

/// The name of a column of a spreadsheet, counted from 0.
fn letters(mut place: u16) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'A' + u8::try_from(place % 26).unwrap_or_default()));
        if place < 26 {
            return name;
        }
        place = place / 26 - 1;
    }
}

fn write_lists(workbook: &mut Workbook, lists: &BTreeMap<Vec<&'static str>, u16>) -> Result<(), XlsxError> {
    let page = workbook.add_worksheet();
    page.set_name(ASIDE[1])?.set_hidden(true);
    for (words, column) in lists {
        for (row, word) in (0..).zip(words) {
            page.write_string(row, *column, *word)?;
        }
    }
    Ok(())
}
