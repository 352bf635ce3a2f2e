//! Terms and regions whose names were not compared with the text of whoever publishes them.

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::Value;
use crate::graph::EntityRow;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "UNVERIFIED_TERM",
    zh: "分类条目或地区没有与官方文本核对过",
    en: "A term or region that was not compared with the official text",
    severity: Severity::Low,
    remedy_zh: "与发布机关的文本核对名称和代码，无误的把 verified 改为 YES。",
    remedy_en: "Compare name and code with the official text, then say so (verified: YES).",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    if scene.lens.value_named(node, "verified") != Some(&Value::Answer(false)) {
        return Vec::new();
    }
    let zh = "没有与官方文本核对过".to_owned();
    let en = "It was not compared with the official text".to_owned();
    vec![Finding { fields: vec!["verified"], zh, en, ..Finding::default() }]
}
