//! Certificates that are said to hold for longer than their scheme allows, or without an end where it
//! has one. How long is data.

use std::sync::Arc;

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::{Day, RecordKind, Value};
use crate::graph::{EntityRow, Record};
use crate::programme::calendar::months_after;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "VALIDITY_SUSPECT",
    zh: "有效期可疑：证书的有效期长于该类资质规定的年数，或没有写到期日",
    en: "A certificate that is said to hold longer than its scheme allows, or without an end",
    severity: Severity::Medium,
    remedy_zh: "与证书或公告核对起止日期，用 correct 改正 validFrom、validTo。",
    remedy_en: "Compare with the certificate or the announcement and correct validFrom and validTo.",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let held = scene.lens.records(node, RecordKind::Certification);
    held.filter_map(|record| judged(scene, record)).collect()
}

fn judged(scene: &Scene<'_>, record: &Arc<Record>) -> Option<Finding> {
    let Some(Value::Term(scheme)) = scene.lens.record_value_named(record, "scheme") else { return None };
    let term = scene.lens.node(*scheme)?;
    let code = scene.lens.code(term).split_once(':')?.1;
    let years = scene.thresholds.whole(&format!("years.{code}"))?;
    let validity = &record.fact.validity;
    let (from, to) = (validity.from?, validity.end_day());
    if to <= months_after(from.first_day(), years * 12) {
        return None;
    }
    let name = scene.lens.name(term);
    let (zh, en) = match to {
        Day::END => (format!("{name}自 {from} 起，没有写到期日"), format!("{code} from {from}, without an end")),
        _ => (
            format!("{name}自 {from} 至 {to}，长于 {years} 年"),
            format!("{code} from {from} to {to}, longer than {years} years"),
        ),
    };
    Some(Finding {
        record: Some((record.kind, record.fact.id)),
        fields: vec!["validFrom", "validTo"],
        zh,
        en,
        ..Finding::default()
    })
}
