//! Tables of others as rows of named cells: CSV, TSV, JSON lines.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::draft::unpacked;
use super::super::{InputFile, Limits};
use crate::domain::rejection::{Rejection, clip};

/// What a column is called in one table or another; the first is the name it has here.
const COLUMNS: &[&[&str]] = &[
    &["project", "collaboration", "projectid", "project_id", "项目"],
    &["org", "organization", "organisation", "organisationid", "org_id", "单位"],
    &["id", "编号"],
    &["start", "startdate", "signedon", "date", "开始日期"],
    &["end", "enddate", "结束日期"],
    &["title", "题目", "项目名称"],
    &["text", "objective", "description", "内容"],
    &["programme", "program", "计划"],
    &["name", "namezh", "名称"],
    &["nameen", "英文名称"],
    &["kind", "type", "activitytype", "类型"],
    &["country", "国家"],
    &["city", "城市"],
    &["role", "角色"],
    &["money", "amount", "eccontribution", "经费"],
    &["from", "source", "甲"],
    &["to", "target", "乙"],
    &["since", "自"],
    &["weight", "value", "强度"],
];

/// Which table a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    Organizations,
    Projects,
    Participation,
    Edges,
}

/// A file as rows of named cells.
pub(super) struct Sheet<'f> {
    pub file: &'f InputFile,
    pub holds: Holds,
    pub rows: Vec<(u64, BTreeMap<&'static str, String>)>,
}

/// Line, column where one is meant, and why.
type Flaw = Box<(u64, Option<String>, Rejection)>;

/// Read a file.
pub(super) fn sheet<'f>(file: &'f InputFile, limits: &Limits) -> Result<Sheet<'f>, Flaw> {
    let bytes = unpacked(file, limits).map_err(|rejection| Box::new((0, None, rejection)))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Box::new((0, None, Rejection::NotUtf8)))?;
    let rows = if text.trim_start().starts_with('{') { json_lines(text)? } else { cells(text, limits)? };
    let Some((_, first)) = rows.first() else { return Err(Box::new((0, None, Rejection::EmptyFile))) };
    let has = |name: &str| first.contains_key(name);
    let holds = if has("project") && has("org") {
        Holds::Participation
    } else if has("from") && has("to") {
        Holds::Edges
    } else if has("id") && has("start") {
        Holds::Projects
    } else if has("id") && (has("kind") || has("name")) {
        Holds::Organizations
    } else {
        let known = "id+kind, id+start, project+org, from+to".to_owned();
        return Err(Box::new((1, None, Rejection::MissingColumn { name: known })));
    };
    Ok(Sheet { file, holds, rows })
}

/// The name that a column has here.
fn column(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    COLUMNS.iter().find(|names| names.contains(&name.as_str())).and_then(|names| names.first().copied())
}

type Rows = Vec<(u64, BTreeMap<&'static str, String>)>;

/// One object a line. Members that mean nothing here are passed over.
fn json_lines(text: &str) -> Result<Rows, Flaw> {
    let mut rows = Vec::new();
    for (line, written) in (1..).zip(text.lines()).filter(|(_, written)| !written.trim().is_empty()) {
        let Ok(Json::Object(members)) = serde_json::from_str(written) else {
            let rejection = Rejection::InvalidValue {
                name: "JSON".into(),
                given: clip(written),
                expected_zh: "应为每行一个 JSON 对象".into(),
                expected_en: "expects one JSON object a line".into(),
            };
            return Err(Box::new((line, None, rejection)));
        };
        let mut row = BTreeMap::new();
        for (name, value) in &members {
            let Some(column) = column(name) else { continue };
            row.insert(column, words(value));
        }
        rows.push((line, row));
    }
    Ok(rows)
}

fn words(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.trim().to_owned(),
        Json::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Cells between commas or tabs. A table of edges may go without a header.
fn cells(text: &str, limits: &Limits) -> Result<Rows, Flaw> {
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.contains('\t') { b'\t' } else { b',' };
    let named: Vec<&str> = head.split(char::from(delimiter)).collect();
    if named.len() > limits.columns {
        return Err(Box::new((1, None, Rejection::TooLarge { limit: format!("{} 列 / columns", limits.columns) })));
    }
    let is_edges = (2..=3).contains(&named.len()) && named.iter().all(|name| column(name).is_none());
    let names: Vec<Option<&'static str>> = match is_edges {
        true => [Some("from"), Some("to"), Some("weight")].into_iter().take(named.len()).collect(),
        false => named.iter().map(|name| column(name.trim_matches('"'))).collect(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(delimiter)
        .has_headers(!is_edges)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != names.len() {
            return Err(Box::new((
                line,
                None,
                Rejection::WrongCellCount { expected: names.len(), found: record.len() },
            )));
        }
        let cells = names.iter().zip(record.iter()).filter_map(|(name, cell)| Some(((*name)?, cell.trim().to_owned())));
        rows.push((line, cells.collect()));
    }
    Ok(rows)
}
