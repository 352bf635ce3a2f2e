//! Organisations that should have a credit code and have none. Groups, schools' parts and teams have
//! none of their own, and that is no fault.

use super::{Finding, QualityRule, Scene, Severity, code_of};
use crate::domain::identifier::Scheme;
use crate::domain::{Kind, Value};
use crate::graph::EntityRow;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "MISSING_CREDIT_CODE",
    zh: "缺统一社会信用代码",
    en: "An organisation without a unified social credit code",
    severity: Severity::High,
    remedy_zh: "查登记机关的公示，用 addIdentifier 补录 USCC；不是法人的，把 isLegalPerson 改为 NO。",
    remedy_en: "Look it up with the registry and add it (addIdentifier, USCC); where it is no legal person, say so (isLegalPerson).",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let lens = &scene.lens;
    let due = match lens.kind(node) {
        Kind::Enterprise => lens.value_named(node, "isLegalPerson") == Some(&Value::Answer(true)),
        Kind::Institute => code_of(scene, node, "kind").is_some_and(|kind| kind != "SUBUNIT"),
        Kind::OtherOrganization => code_of(scene, node, "kind").is_some_and(|kind| kind != "TEAM"),
        _ => false,
    };
    if !due || lens.identifier(node, Scheme::CreditCode).is_some() {
        return Vec::new();
    }
    let zh = "查询日期没有统一社会信用代码".to_owned();
    vec![Finding { zh, en: "It has no credit code on the day asked for".to_owned(), ..Finding::default() }]
}
