//! Records as objects: certifications.

use std::sync::Arc;

use super::def::{Cx, Object, Out, TypeDef, field};
use super::{fact, page, tie, value};
use crate::domain::{Day, RecordKind, Value, enumeration};
use crate::graph::Record;

/// Does a certification count on a day? Its dates decide; a revocation counts from its own day,
/// also in the past (国科发火〔2016〕32号).
pub fn counts_on(record: &Record, day: Day) -> bool {
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
    record.fact.validity.contains(day) && day < taken_from
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let row = RecordKind::Certification.row();
    let mut fields = vec![
        field("id", "ID!", "这条认定的编号", "Number of the record", |_, record: &Arc<Record>, _| {
            Ok(Out::text(record.fact.id.to_string()))
        }),
        field("holder", "Node!", "持有者", "Who holds it", |_, record: &Arc<Record>, _| {
            Ok(Out::Object(Object::Node(record.subject)))
        }),
        field(
            "isInForce",
            "Boolean!",
            "在查询日期是否有效（含撤销追溯）",
            "Whether it counts on the day asked for, revocations included",
            |cx: &Cx<'_>, record: &Arc<Record>, _| Ok(Out::flag(counts_on(record, cx.lens.day))),
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
