//! Codes filed under an edition that was not yet in force when their source was written: 3833 is
//! cables in GB/T 4754-2017 and insulators in GB/T 4754-2011.

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::command::Reference;
use crate::domain::{Day, Kind, Relation, Value};
use crate::graph::{EntityRow, Tie};

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "CODE_OF_OTHER_EDITION",
    zh: "分类代码的版本可疑：来源早于该版标准施行，而旧版同一代码是另一个意思",
    en: "A code of an edition that was not in force when its source was written, where the older edition means something else by it",
    severity: Severity::Medium,
    remedy_zh: "核对原文用的是哪一版；是旧版的，改用旧版体系的条目（如 GBT4754_2011:3833）。",
    remedy_en: "Look up which edition the source uses; where it is the older one, file it under that scheme (GBT4754_2011:3833).",
    find,
};

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let ties = scene.lens.ties(node, Some(Relation::ClassifiedAs), true);
    ties.filter_map(|tie| judged(scene, &tie)).collect()
}

fn judged(scene: &Scene<'_>, tie: &Tie) -> Option<Finding> {
    let lens = &scene.lens;
    let (scheme, code) = lens.code(tie.there).split_once(':')?;
    let before = scene.thresholds.get(&format!("edition.{scheme}.before"))?;
    let in_force: Day = scene.thresholds.get(&format!("edition.{scheme}.from"))?.parse().ok()?;
    let source = lens.source(lens.tie_fact(tie.row).provenance.source)?;
    let Some(Value::Date(told)) = source.named("date") else { return None };
    let other = lens.resolve(&Reference::Code(format!("{before}:{code}")), &[Kind::Term]).ok()?;
    let another = lens.name(other) != lens.name(tie.there);
    (told.last_day() < in_force && another).then(|| Finding {
        fields: vec!["fields"],
        zh: format!(
            "归入“{}”（{scheme}:{code}），来源日期是 {told}，而这一版 {in_force} 起施行；旧版 {before}:{code} 是“{}”",
            lens.name(tie.there),
            lens.name(other)
        ),
        en: format!("Filed under {scheme}:{code} by a source of {told}; that edition applies from {in_force}, and {before}:{code} means something else"),
        others: vec![tie.there, other],
        ..Finding::default()
    })
}
