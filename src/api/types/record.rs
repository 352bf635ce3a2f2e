//! Records as objects: certifications.

use std::sync::Arc;

use super::def::{Cx, Object, Out, TypeDef, field};
use super::{fact, page, tie, value};
use crate::domain::{Day, RecordKind, Value, enumeration};
use crate::graph::Record;

/// Does a certification count on a day? Its dates decide; a revocation counts from its own day,
/// also in the past (国科发火〔2016〕32号). Where a start or an end is not stated, the source speaks
/// for its own date alone: before or after it nobody knows, and unknown is neither yes nor no.
pub fn in_force(cx: &Cx<'_>, record: &Record) -> Option<bool> {
    let day = cx.lens.day;
    let attribute = |name: &str| {
        let tag = RecordKind::Certification.row().attribute(name)?.tag;
        record.values.iter().find(|(known, _)| *known == tag).map(|(_, value)| value)
    };
    let taken = attribute("status").is_some_and(|status| {
        let codes =
            ["REVOKED", "WITHDRAWN"].map(|name| enumeration::CERTIFICATION_STATUS.by_name(name).map(|code| code.tag));
        matches!(status, Value::Code(tag) if codes.contains(&Some(*tag)))
    });
    let taken_from = match attribute("revokedFrom") {
        Some(Value::Date(date)) => date.first_day(),
        _ if taken => Day::BEGINNING,
        _ => Day::END,
    };
    let validity = &record.fact.validity;
    if !validity.contains(day) || day >= taken_from {
        return Some(false);
    }
    let told = cx.lens.source(record.fact.provenance.source).and_then(|source| source.named("date"));
    let (told_from, told_to) = match told {
        Some(Value::Date(date)) => (date.first_day(), date.last_day()),
        _ => (Day::END, Day::BEGINNING),
    };
    let begun = validity.from.is_some() || day >= told_from;
    let goes_on = validity.to.is_some() || day <= told_to;
    (begun && goes_on).then_some(true)
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
pub fn types() -> Vec<TypeDef> {
    let row = RecordKind::Certification.row();
    let mut fields = vec![
        field("id", "ID!", "这条认定的编号", "Number of the record", |_, record: &Arc<Record>, _| {
            Ok(Out::text(record.fact.id.to_string()))
        }),
        field("version", "Int!", fact::VERSION.0, fact::VERSION.1, |cx: &Cx<'_>, record: &Arc<Record>, _| {
            Ok(fact::version(cx, record.fact.id))
        }),
        field("holder", "Node!", "持有者", "Who holds it", |_, record: &Arc<Record>, _| {
            Ok(Out::Object(Object::Node(record.subject)))
        }),
        field(
            "isInForce",
            "Answer!",
            "在查询日期是否有效（含撤销追溯）；没有写明起止的，来源日期之外为未知",
            "Whether it counts on the day asked for, revocations included; where no end is stated, unknown after the date of its source",
            |cx: &Cx<'_>, record: &Arc<Record>, _| Ok(Out::code(answer_name(in_force(cx, record)))),
        ),
    ];
    for attribute in row.attributes {
        let (zh, en) = fact::described(attribute);
        let held = move |record: &Record| {
            record.values.iter().find(|(tag, _)| *tag == attribute.tag).map(|(_, value)| value.clone())
        };
        fields.push(field(attribute.name, &value::type_of(attribute), &zh, &en, move |cx, record: &Arc<Record>, _| {
            Ok(Out::option(held(record).map(|found| value::answer(cx, attribute, &found))))
        }));
        if let crate::domain::ValueType::Code(list) = attribute.value_type {
            let (name, zh, en) = tie::word_field(attribute);
            fields.push(field(&name, "String", &zh, &en, move |_, record: &Arc<Record>, _| {
                Ok(Out::option(held(record).as_ref().and_then(|found| value::word_zh(list, found)).map(Out::text)))
            }));
        }
    }
    fields.extend(fact::fact_fields(|record: &Arc<Record>| &record.fact));
    vec![
        TypeDef::new(row.name, row.zh, row.en, fields),
        page::connection("CertificationConnection", "CertificationEdge", "资质认定", "Certifications"),
        page::edge("CertificationEdge", "Certification", "资质认定", "A certification"),
    ]
}
