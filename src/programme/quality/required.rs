//! Required fields that nobody can answer. Unknown is an answer, and somebody should find out.

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::{Attribute, Value};
use crate::graph::EntityRow;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "REQUIRED_UNKNOWN",
    zh: "必填的字段还是未知",
    en: "A required field that nobody can answer yet",
    severity: Severity::Low,
    remedy_zh: "向该单位或登记机关了解后，用 stateAttribute 补一条有来源的说法。",
    remedy_en: "Ask the organisation or the registry, then state it with a source.",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let lens = &scene.lens;
    let unknown = |attribute: &&Attribute| {
        attribute.required
            && lens.may_see_of(node, attribute.sensitivity)
            && lens.value(node, attribute).is_none_or(|value| *value == Value::Unknown)
    };
    let fields: Vec<&'static str> =
        lens.kind(node).row().attributes.iter().filter(unknown).map(|attribute| attribute.name).collect();
    if fields.is_empty() {
        return Vec::new();
    }
    let zh = format!("{} 个必填字段是未知", fields.len());
    let en = format!("{} required fields are unknown", fields.len());
    vec![Finding { fields, zh, en, ..Finding::default() }]
}
