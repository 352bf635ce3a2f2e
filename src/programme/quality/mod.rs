//! What is doubtful about the facts that are held: alerts that name the rule, where it struck, what
//! was found and what would help. One file a rule and one row of `RULES`; thresholds are data
//! (`fixtures/rules/quality.csv`). Pure: what a reader may not see raises no alert, and nothing is
//! ever corrected here.

mod check_digit;
mod contradiction;
mod credit_code;
mod duplicate;
mod edition;
mod jurisdiction;
mod required;
mod stale;
mod thresholds;
mod unverified;
mod validity;

use std::collections::BTreeMap;

pub use thresholds::Thresholds;

use crate::domain::{Attribute, Id, Kind, RecordKind, Value};
use crate::graph::{EntityRow, Lens};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A number that is reported may be wrong.
    High,
    /// A question cannot be answered, or not surely.
    Medium,
    /// To be looked at some day.
    Low,
}

impl Severity {
    /// Name, Chinese and English, the gravest first.
    pub const ALL: &'static [(Severity, &'static str, &'static str, &'static str)] = &[
        (Severity::High, "HIGH", "严重：上报的数可能因此出错", "A number that is reported may be wrong"),
        (Severity::Medium, "MEDIUM", "一般：有的问题因此答不出或说不准", "A question cannot be answered surely"),
        (Severity::Low, "LOW", "提示：有空时核对", "To be looked at some day"),
    ];

    /// Name and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|row| row.0 == self).map_or(("LOW", ""), |row| (row.1, row.2))
    }
}

/// A row of the table of rules.
#[derive(Debug)]
pub struct QualityRule {
    /// The stable name.
    pub name: &'static str,
    /// What it looks for, in Chinese.
    pub zh: &'static str,
    /// What it looks for, in English.
    pub en: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What would help, in Chinese.
    pub remedy_zh: &'static str,
    /// What would help, in English.
    pub remedy_en: &'static str,
    /// What it finds about one node.
    find: fn(&Scene<'_>, EntityRow) -> Vec<Finding>,
}

/// Every rule, the first that an official would look at first.
pub static RULES: &[QualityRule] = &[
    credit_code::RULE,
    check_digit::RULE,
    contradiction::RULE,
    duplicate::RULE,
    jurisdiction::RULE,
    required::RULE,
    validity::RULE,
    edition::RULE,
    stale::RULE,
    unverified::RULE,
];

/// What a rule found.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// The record it is about; none where it is about the node itself.
    pub record: Option<(RecordKind, Id)>,
    /// Names of the fields concerned.
    pub fields: Vec<&'static str>,
    /// Values that differ, the shown one first.
    pub values: Vec<(&'static Attribute, Vec<Value>)>,
    /// What was found, in Chinese.
    pub zh: String,
    /// What was found, in English.
    pub en: String,
    /// Others concerned.
    pub others: Vec<EntityRow>,
}

/// A finding with its rule and its node.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The rule.
    pub rule: &'static QualityRule,
    /// The node it is about, or whose record it is about.
    pub node: EntityRow,
    /// What was found.
    pub finding: Finding,
}

/// What the rules work with.
pub struct Scene<'v> {
    lens: Lens<'v>,
    thresholds: &'v Thresholds,
    /// Organisations by folded name.
    names: BTreeMap<String, Vec<EntityRow>>,
    /// Organisations by organisation code, as it stands alone or inside a credit code.
    codes: BTreeMap<String, Vec<EntityRow>>,
}

/// What these rules find about these nodes. Nodes cost what they read; where the budget is spent the
/// scan ends, and the budget says so.
pub fn scan(
    lens: Lens<'_>,
    rules: &[&'static QualityRule],
    nodes: impl Iterator<Item = EntityRow>,
    thresholds: &Thresholds,
) -> Vec<Alert> {
    let mut scene = Scene { lens, thresholds, names: BTreeMap::new(), codes: BTreeMap::new() };
    if rules.iter().any(|rule| rule.name == duplicate::RULE.name) {
        duplicate::index(&mut scene);
    }
    let each = 1 + rules.len() as u64;
    let mut alerts = Vec::new();
    for node in nodes.take_while(|_| lens.budget().spend(each)) {
        for rule in rules {
            alerts.extend((rule.find)(&scene, node).into_iter().map(|finding| Alert { rule, node, finding }));
        }
    }
    alerts
}

/// A rule about organisations alone.
fn is_organization(scene: &Scene<'_>, node: EntityRow) -> bool {
    Kind::ORGANIZATIONS.contains(&scene.lens.kind(node))
}

/// The name of the code shown for an attribute of a node.
fn code_of(scene: &Scene<'_>, node: EntityRow, name: &str) -> Option<&'static str> {
    let attribute = scene.lens.kind(node).row().attribute(name)?;
    match (scene.lens.value(node, attribute), attribute.enumeration()) {
        (Some(Value::Code(tag)), Some(list)) => list.by_tag(*tag).map(|code| code.name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rules_have_names_of_their_own_and_words() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            assert!(
                [rule.zh, rule.en, rule.remedy_zh, rule.remedy_en].iter().all(|words| words.len() > 8),
                "{}",
                rule.name
            );
        }
    }

    #[test]
    fn thresholds_are_there() {
        let shipped = Thresholds::shipped();
        assert_eq!(shipped.whole("stale.days"), Some(365));
        assert_eq!(shipped.whole("years.HNTE"), Some(3));
        assert_eq!(shipped.get("edition.GBT4754_2017.before"), Some("GBT4754_2011"));
        assert_eq!((shipped.whole("years.NOTHING"), shipped.version.as_str()), (None, "1"));
    }
}
