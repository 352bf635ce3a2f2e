//! Records as objects: one type a kind of record, from their table, with what is derived from them.

use std::sync::Arc;

use super::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use super::{fact, page, statistics_types, tie, value};
use crate::api::error::ApiError;
use crate::domain::attribute::MOST_STATEMENTS;
use crate::domain::record::RecordRow;
use crate::domain::value::LogEntry;
use crate::domain::{Attribute, Day, RecordKind, Value, ValueType, enumeration};
use crate::graph::Record;

/// Days before its end from which a certificate is told to expire, where nothing else is asked.
pub const EXPIRING_DAYS: i64 = 180;

/// Days before its end that can be asked about: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// The days before its end from which a certificate counts as expiring.
pub fn expiring_days(given: Option<i64>) -> Result<i64, ApiError> {
    match given.unwrap_or(EXPIRING_DAYS) {
        days @ 0..=MOST_DAYS => Ok(days),
        days => Err(ApiError::new(
            "DAYS_OUT_OF_RANGE",
            format!("expiringWithin 应在 0 到 {MOST_DAYS} 天之间，给的是 {days}。一年内到期请写 365。"),
            format!("expiringWithin lies between 0 and {MOST_DAYS} days, not {days}. Write 365 for a year."),
        )),
    }
}

/// Does a record hold on the day? A certificate is judged by its status too.
pub fn in_force(cx: &Cx<'_>, record: &Record) -> Option<bool> {
    match record.kind {
        RecordKind::Certification => cx.lens.certified(record),
        _ => cx.lens.holds_on_day(record),
    }
}

/// Yes, no or unknown, as the schema names them.
pub fn answer_name(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "YES",
        Some(false) => "NO",
        None => "UNKNOWN",
    }
}

/// The types of this file.
pub fn types(cells: u32) -> Vec<TypeDef> {
    let mut types = vec![log_entry()];
    for kind in RecordKind::all() {
        let row = kind.row();
        types.push(TypeDef::new(row.name, row.zh, row.en, fields(row)));
        let words = (row.label_zh, row.label_en);
        types.push(page::connection_with(&connection(row), &edge(row), words, vec![statistics_types::facets(cells)]));
        types.push(page::edge(&edge(row), row.name, row.label_zh, row.label_en));
    }
    types
}

/// The connection of a kind of record.
pub fn connection(row: &RecordRow) -> String {
    format!("{}Connection", row.name)
}

/// Its edges.
pub fn edge(row: &RecordRow) -> String {
    format!("{}Edge", row.name)
}

fn fields(row: &'static RecordRow) -> Vec<FieldDef> {
    let (subject, subject_zh, subject_en) = row.subject;
    let mut fields = vec![
        field("id", "ID!", "这条记录的编号", "Number of the record", |_, record: &Arc<Record>, _| {
            Ok(Out::text(record.fact.id.to_string()))
        }),
        field("version", "Int!", fact::VERSION.0, fact::VERSION.1, |cx: &Cx<'_>, record: &Arc<Record>, _| {
            Ok(fact::version(cx, record.fact.id))
        }),
        field(
            subject,
            &format!("{}!", tie::type_of_kinds(row.holders)),
            subject_zh,
            subject_en,
            |cx, record: &Arc<Record>, _| Ok(Out::Object(Object::Node(cx.lens.subject(record)))),
        ),
        field(
            "isInForce",
            "Answer!",
            "在查询日期是否有效（资质含撤销追溯）；没有写明起止的，来源日期之外为未知",
            "Whether it counts on the day asked for, revocations included; where no end is stated, unknown after the date of its source",
            |cx: &Cx<'_>, record: &Arc<Record>, _| Ok(Out::code(answer_name(in_force(cx, record)))),
        ),
    ];
    for attribute in row.attributes {
        fields.extend(attribute_fields(attribute));
    }
    match row.kind {
        RecordKind::Certification => fields.push(certificate_state()),
        RecordKind::WorkItem => fields.push(overdue()),
        _ => {}
    }
    fields.extend(fact::fact_fields(|record: &Arc<Record>| &record.fact));
    fields
}

fn attribute_fields(attribute: &'static Attribute) -> Vec<FieldDef> {
    let (zh, en) = fact::described(attribute);
    let read = move |cx: &Cx<'_>, record: &Arc<Record>, _: &super::resolve::Args<'_>| {
        let held = cx.lens.record_value(record, attribute);
        Ok(Out::option(held.map(|found| value::answer(cx, attribute, found))))
    };
    let shown = field(attribute.name, &value::type_of(attribute), &zh, &en, read);
    let mut fields = vec![match attribute.value_type {
        ValueType::Nodes(_) | ValueType::Log => shown.at_most(MOST_STATEMENTS as u32),
        _ => shown,
    }];
    if let ValueType::Code(list) = attribute.value_type {
        let (name, zh, en) = tie::word_field(attribute);
        fields.push(field(&name, "String", &zh, &en, move |cx, record: &Arc<Record>, _| {
            let held = cx.lens.record_value(record, attribute);
            Ok(Out::option(held.and_then(|found| value::word_zh(list, found)).map(Out::text)))
        }));
    }
    fields
}

/// Names and words of what a certificate is on a day.
pub const CERTIFICATE_STATES: &[(&str, &str, &str)] = &[
    ("VALID", "有效", "It counts"),
    ("EXPIRING", "即将到期", "It counts and will soon expire"),
    (
        "LAPSED_PENDING",
        "已到期、重新认定办理中（到期不超过 6 个月）",
        "Expired within six months, with an application open",
    ),
    ("EXPIRED", "已到期", "Its time has run out"),
    ("REVOKED", "已撤销或放弃", "It was taken or given back"),
    ("UNKNOWN", "未知", "The sources do not tell"),
];

fn certificate_state() -> FieldDef {
    field(
        "state",
        "CertificateState!",
        "证书在查询日期的状态，由日期与申报推得",
        "What the certificate is on the day, derived from dates and applications",
        |cx, record: &Arc<Record>, args| {
            let within = expiring_days(args.number("expiringWithin"))?;
            Ok(Out::code(state_of(cx, record, within)))
        },
    )
    .arg(
        "expiringWithin",
        "Int",
        "到期前多少天起算“即将到期”，默认 180，0 到 36500。单位：天",
        "Days before its end from which it counts as expiring, 180 by default, 0 to 36500. Unit: days",
    )
    .walk()
}

/// What a certificate is on the day, expiring so many days before its end.
pub fn state_of(cx: &Cx<'_>, record: &Record, within: i64) -> &'static str {
    let (day, end) = (cx.lens.day, record.fact.validity.end_day());
    if day >= record.taken_from() {
        return "REVOKED";
    }
    match cx.lens.certified(record) {
        Some(true) if end < Day::END && i64::from(end.0) - i64::from(day.0) <= within => "EXPIRING",
        Some(true) => "VALID",
        None => "UNKNOWN",
        Some(false) if i64::from(day.0) - i64::from(end.0) <= 184 && applies_again(cx, record) => "LAPSED_PENDING",
        Some(false) => "EXPIRED",
    }
}

/// Has its holder an application for the same scheme that is neither decided nor withdrawn?
fn applies_again(cx: &Cx<'_>, record: &Record) -> bool {
    let scheme = record.kind.row().value(&record.values, "scheme");
    let open = |application: &&Arc<Record>| {
        let row = application.kind.row();
        let same = row.value(&application.values, "scheme") == scheme;
        let stage = row.attribute("stage").and_then(Attribute::enumeration);
        let ended = match (row.value(&application.values, "stage"), stage) {
            (Some(Value::Code(tag)), Some(list)) => {
                list.by_tag(*tag).is_some_and(|code| matches!(code.name, "DECIDED" | "WITHDRAWN"))
            }
            _ => true,
        };
        same && !ended
    };
    cx.lens.records(cx.lens.subject(record), RecordKind::Application).any(|application| open(&application))
}

fn overdue() -> FieldDef {
    field(
        "isOverdue",
        "Answer!",
        "在查询日期是否逾期：过了应办结日期而没有办结；没有写明应办结日期的为未知",
        "Whether it is past its due date and not done on the day; unknown where no date is stated",
        |cx, record: &Arc<Record>, _| Ok(Out::code(answer_name(is_overdue(cx, record)))),
    )
}

/// Is a work item past its date on the day? Unknown where it has none, or where nobody knows whether it is done.
pub fn is_overdue(cx: &Cx<'_>, record: &Record) -> Option<bool> {
    let row = record.kind.row();
    let date = |name: &str| match row.value(&record.values, name) {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    };
    let done = enumeration::records::WORK_ITEM_STATUS.by_name("DONE").map(|code| Value::Code(code.tag));
    match date("doneOn") {
        Some(day) if day.first_day() <= cx.lens.day => return Some(false),
        None if row.value(&record.values, "status") == done.as_ref() => return Some(false),
        _ => {}
    }
    Some(date("dueOn")?.last_day() < cx.lens.day)
}

fn log_entry() -> TypeDef {
    let part = |name: &str, ty: &str, zh: &str, en: &str, part: fn(&LogEntry<'_>) -> Option<String>| {
        field(name, ty, zh, en, move |_, written: &String, _| {
            Ok(Out::option(LogEntry::read(written).as_ref().and_then(part).map(Out::text)))
        })
    };
    TypeDef::new(
        "LogEntry",
        "联系、办理记录中的一条",
        "One entry of a log",
        vec![
            part("date", "Date", "日期", "When it happened", |entry| Some(entry.date.to_string())),
            part("text", "String", "内容", "What happened", |entry| Some(entry.text.to_owned())),
            part("by", "String", "记录人", "Who wrote it down", |entry| entry.by.map(str::to_owned)),
        ],
    )
}
