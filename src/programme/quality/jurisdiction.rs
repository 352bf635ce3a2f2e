//! Organisations that no region answers for: they are counted in no county's figures.

use super::{Finding, QualityRule, Scene, Severity, is_organization};
use crate::domain::{Relation, Value, enumeration};
use crate::graph::EntityRow;

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "NO_JURISDICTION",
    zh: "没有归口管理区域：不计入任何县区的数",
    en: "An organisation that no region answers for and that no county counts",
    severity: Severity::High,
    remedy_zh: "确认归口后用 relate（locatedIn）补一条角色为 JURISDICTION 的关系，写明从哪天起。",
    remedy_en: "Find out which region answers for it and add that (LOCATED_IN with the role JURISDICTION, and since when).",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    if !is_organization(scene, node) {
        return Vec::new();
    }
    let lens = &scene.lens;
    let role = Relation::LocatedIn.row().attribute("role");
    let jurisdiction = enumeration::LOCATION_ROLE.by_name("JURISDICTION").map(|code| Value::Code(code.tag));
    let mut places = lens.ties(node, Some(Relation::LocatedIn), true);
    let answered = places.any(|tie| {
        role.is_some_and(|role| lens.tie_value(tie.row, role).is_some_and(|held| Some(held) == jurisdiction.as_ref()))
    });
    if answered {
        return Vec::new();
    }
    let zh = "查询日期没有归口管理区域".to_owned();
    let en = "No region answers for it on the day asked for".to_owned();
    vec![Finding { fields: vec!["jurisdiction"], zh, en, ..Finding::default() }]
}
