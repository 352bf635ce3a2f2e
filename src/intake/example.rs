//! Invented example rows of every table, made from the tables themselves. They refer to one another, so that a
//! template as it stands can be imported; every key and name begins with 示例.

use super::subject::{Column, Shape, Subject};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::{Kind, Relation};

/// Schemes that have an example of a term.
const SCHEMES: &[&str] = &["SCHEME", "INDICATOR", "PLAN", "REGISTER", "示例体系", "示例产业链"];
const CODE: &str = "SL1";
const REGION_CODE: &str = "990100";
const SOURCE: &str = "示例-来源";

/// These tables, and those that their example rows refer to, in the order of all tables.
pub(super) fn needs(subjects: &[Subject]) -> Vec<Subject> {
    let mut wanted: Vec<Subject> = subjects.to_vec();
    let mut place = 0;
    while let Some(subject) = wanted.get(place).copied() {
        place += 1;
        for other in referred_to(subject) {
            if !wanted.contains(&other) {
                wanted.push(other);
            }
        }
    }
    let all = Subject::all().into_iter().map(|(_, subject)| subject);
    all.filter(|subject| wanted.contains(subject)).collect()
}

fn referred_to(subject: Subject) -> Vec<Subject> {
    let mut others = match subject {
        Subject::Sources => return Vec::new(),
        Subject::Kind(_) => Vec::new(),
        Subject::Names | Subject::Identifiers | Subject::Statements => vec![Subject::Kind(Kind::Enterprise)],
        Subject::Relation(relation) => {
            ends(relation).map_or(Vec::new(), |(from, to)| vec![from, to].into_iter().map(Subject::Kind).collect())
        }
        Subject::Record(kind) => first_kind(kind.row().holders).into_iter().map(Subject::Kind).collect(),
    };
    others.push(Subject::Sources);
    for attribute in attributes(subject).iter().filter(|attribute| attribute.required) {
        match attribute.value_type {
            ValueType::Term(_) => others.push(Subject::Kind(Kind::Term)),
            ValueType::Node(kinds) | ValueType::Nodes(kinds) => {
                others.extend(first_kind(kinds).map(Subject::Kind));
            }
            _ => {}
        }
    }
    others
}

fn attributes(subject: Subject) -> &'static [Attribute] {
    match subject {
        Subject::Kind(kind) => kind.row().attributes,
        Subject::Relation(relation) => relation.row().attributes,
        Subject::Record(kind) => kind.row().attributes,
        _ => &[],
    }
}

/// Persons have no table.
fn first_kind(kinds: &[Kind]) -> Option<Kind> {
    kinds.iter().copied().find(|kind| *kind != Kind::Person)
}

/// Kinds for the two ends of an example; two different ones where there are.
fn ends(relation: Relation) -> Option<(Kind, Kind)> {
    let (starts, targets) = relation.row().ends.iter().find(|(starts, _)| first_kind(starts).is_some())?;
    let from = first_kind(starts)?;
    let other = targets.iter().copied().find(|kind| *kind != Kind::Person && *kind != from);
    Some((from, other.or_else(|| first_kind(targets))?))
}

fn key_of(kind: Kind, number: usize) -> String {
    format!("示例-{}-{number}", kind.row().file.trim_end_matches(".csv"))
}

/// The example rows of a table: a text for each of its columns.
pub(super) fn examples(subject: Subject) -> Vec<Vec<String>> {
    let rows = match subject {
        Subject::Kind(Kind::Term) => SCHEMES.len(),
        // Two, so that one can supply the other.
        Subject::Kind(Kind::Enterprise) => 2,
        Subject::Relation(relation) if ends(relation).is_none() => 0,
        _ => 1,
    };
    let columns = subject.columns();
    (1..=rows).map(|number| columns.iter().map(|column| cell(subject, column, number)).collect()).collect()
}

fn cell(subject: Subject, column: &Column, number: usize) -> String {
    match (subject, column.name) {
        (Subject::Sources, "key") | (_, "source") => SOURCE.into(),
        (Subject::Sources, "docNo") => "示例〔2021〕1号".into(),
        (Subject::Kind(kind), "key") => key_of(kind, number),
        (_, "key") => format!("示例-{number}"),
        (Subject::Kind(kind), "nameZh") => format!("示例{}{number}", kind.row().label_zh),
        (Subject::Kind(kind), "nameEn") => format!("Example {} {number}", kind.row().label_en),
        (Subject::Kind(Kind::Region), "code") => REGION_CODE.into(),
        (Subject::Kind(Kind::Term), "code") => CODE.into(),
        (Subject::Kind(Kind::Term), "scheme") => SCHEMES[number - 1].into(),
        (Subject::Relation(relation), "from") => ends(relation).map_or_else(String::new, |(from, _)| key_of(from, 1)),
        (Subject::Relation(relation), "to") => {
            ends(relation).map_or_else(String::new, |(from, to)| key_of(to, if from == to { 2 } else { 1 }))
        }
        (Subject::Record(kind), name) if name == kind.row().subject.0 => {
            first_kind(kind.row().holders).map_or_else(String::new, |kind| key_of(kind, 1))
        }
        (_, "entity") => key_of(Kind::Enterprise, 1),
        (Subject::Names, "text") => "示例简称".into(),
        (Subject::Names, "language") => "中文".into(),
        (Subject::Names, "kind") => "简称".into(),
        (Subject::Identifiers, "scheme") => "旧版工商注册号".into(),
        (Subject::Identifiers, "value") => "示例410700000000000".into(),
        (Subject::Statements, "attribute") => "website".into(),
        (Subject::Statements, "value") => "https://example.com".into(),
        (_, "validFrom" | "since") => "2021-03-01".into(),
        _ => value(subject, column),
    }
}

/// What must be answered, and amounts and codes besides: those show how they are written.
fn value(subject: Subject, column: &Column) -> String {
    let found = attributes(subject).iter().find(|attribute| attribute.name == column.name);
    let attribute = match (found, column.shape) {
        (Some(attribute), _) | (None, Shape::Value(attribute)) => attribute,
        _ => return String::new(),
    };
    let first_word = || column.words.first().map_or_else(String::new, |(_, word)| (*word).to_owned());
    match attribute.value_type {
        ValueType::Money => "1200000".into(),
        ValueType::Area => "350.5".into(),
        ValueType::Ratio => "35%".into(),
        ValueType::Decimal => "12.5".into(),
        ValueType::Integer(least, most) if attribute.name == "year" => 2021.clamp(least, most).to_string(),
        ValueType::Integer(least, most) => 8.clamp(least, most).to_string(),
        ValueType::Answer | ValueType::Code(_) | ValueType::Codes(_) => first_word(),
        _ if !attribute.required => String::new(),
        ValueType::Text | ValueType::Texts => "示例".into(),
        ValueType::Date => "2021-03-01".into(),
        ValueType::Log => "2021-03-01 示例记录 @示例".into(),
        ValueType::Term("") => format!("{}:{CODE}", SCHEMES[0]),
        ValueType::Term(_) => CODE.into(),
        ValueType::Node(kinds) | ValueType::Nodes(kinds) => {
            first_kind(kinds).map_or_else(String::new, |kind| key_of(kind, 1))
        }
    }
}
