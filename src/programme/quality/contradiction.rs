//! Statements that differ on the same day, and figures of one year that differ by their basis by more
//! than the threshold. Both sides stay; the alert asks somebody to look.

use std::sync::Arc;

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::{Attribute, RecordKind, Value};
use crate::graph::{EntityRow, Record};

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "CONTRADICTION",
    zh: "互相矛盾：同一天的说法不一，或同一年几种口径相差过大",
    en: "Statements that differ on one day, or figures of one year that differ by their basis",
    severity: Severity::High,
    remedy_zh: "对照各自的来源；哪个错了用 correct 改正或 retract 撤回，都成立的写明各自的起止日期。",
    remedy_en: "Compare the sources; correct or retract the wrong one, or give each its own dates where both hold.",
    find,
};

/// The records whose figures are compared.
const FIGURES: &[RecordKind] = &[RecordKind::YearFigures, RecordKind::CarrierFigures, RecordKind::ClusterFigures];

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        scene.lens.kind(node).row().attributes.iter().filter_map(|attribute| said(scene, node, attribute)).collect();
    for kind in FIGURES.iter().filter(|kind| kind.row().holders.contains(&scene.lens.kind(node))) {
        found.extend(figures(scene, node, *kind));
    }
    found
}

fn said(scene: &Scene<'_>, node: EntityRow, attribute: &'static Attribute) -> Option<Finding> {
    // Whoever is told whether what is sealed differs can guess at it.
    if attribute.personal.is_some() {
        return None;
    }
    let mut values: Vec<Value> = Vec::new();
    for statement in scene.lens.statements(node, attribute) {
        if statement.value != Value::Unknown && !values.contains(&statement.value) {
            values.push(statement.value.clone());
        }
    }
    (values.len() > 1).then(|| Finding {
        fields: vec![attribute.name],
        zh: format!("同一天有 {} 种说法", values.len()),
        en: format!("{} statements that differ hold on the day", values.len()),
        values: vec![(attribute, values)],
        ..Finding::default()
    })
}

/// Pairs of records of one year, each later one against the first that it differs from.
fn figures(scene: &Scene<'_>, node: EntityRow, kind: RecordKind) -> Vec<Finding> {
    let held: Vec<&Arc<Record>> = scene.lens.records(node, kind).collect();
    let mut found = Vec::new();
    for (place, record) in held.iter().enumerate() {
        let year = scene.lens.record_value_named(record, "year");
        let mut others = held[..place].iter().filter(|other| scene.lens.record_value_named(other, "year") == year);
        found.extend(others.find_map(|other| compared(scene, other, record)));
    }
    found
}

fn compared(scene: &Scene<'_>, first: &Record, second: &Record) -> Option<Finding> {
    let lens = &scene.lens;
    let differing = |attribute: &'static Attribute| {
        let values = [first, second].map(|record| lens.record_value(record, attribute));
        let [Some(one), Some(other)] = values else { return None };
        let apart = differ(scene, number(one)?, number(other)?);
        apart.then(|| (attribute, vec![one.clone(), other.clone()]))
    };
    let values: Vec<_> = first.kind.row().attributes.iter().filter_map(differing).collect();
    let fields: Vec<&'static str> = values.iter().map(|(attribute, _)| attribute.name).collect();
    let year = match lens.record_value_named(second, "year") {
        Some(Value::Integer(year)) => year.to_string(),
        _ => String::new(),
    };
    (!fields.is_empty()).then(|| Finding {
        record: Some((second.kind, second.fact.id)),
        zh: format!("{year} 年两条数据有 {} 项相差过大", fields.len()),
        en: format!("Two records of {year} differ in {} fields", fields.len()),
        fields,
        values,
        ..Finding::default()
    })
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Money(number) | Value::Area(number) | Value::Integer(number) | Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

/// Are they further apart than the threshold, measured by the greater?
fn differ(scene: &Scene<'_>, one: i64, other: i64) -> bool {
    let share = i128::from(scene.thresholds.millionths("contradiction.share").unwrap_or(0));
    let greater = i128::from(one.unsigned_abs().max(other.unsigned_abs()));
    let apart = (i128::from(one) - i128::from(other)).abs();
    apart * 1_000_000 > greater * share
}
