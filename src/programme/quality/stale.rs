//! Organisations, carriers and platforms of which nothing new was heard for long: the latest date of a
//! source of what is said of them, or, where a source has no date, the day it was entered.

use super::{Finding, QualityRule, Scene, Severity};
use crate::domain::{Day, Kind, RecordKind, Value};
use crate::graph::{EntityRow, Fact};

/// The rule.
pub const RULE: QualityRule = QualityRule {
    name: "STALE",
    zh: "长期没有更新：最近的来源早于规定的天数",
    en: "Nothing new was heard of it for longer than the data say",
    severity: Severity::Low,
    remedy_zh: "向单位核实近况，补录新的事实；没有变化的，补一条新来源的说法。",
    remedy_en: "Ask how things stand and enter what is new; where nothing changed, state it again with a new source.",
    find,
};

const WATCHED: &[Kind] = &[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization, Kind::Carrier, Kind::Platform];

fn find(scene: &Scene<'_>, node: EntityRow) -> Vec<Finding> {
    let lens = &scene.lens;
    let Some(most) = scene.thresholds.whole("stale.days").filter(|_| WATCHED.contains(&lens.kind(node))) else {
        return Vec::new();
    };
    let Some(heard) = heard_on(scene, node) else { return Vec::new() };
    let days = i64::from(lens.day.0) - i64::from(heard.0);
    if days <= i64::from(most) {
        return Vec::new();
    }
    let zh = format!("最近的来源是 {heard}，已有 {days} 天没有更新");
    let en = format!("The latest source is of {heard}, {days} days ago");
    vec![Finding { zh, en, ..Finding::default() }]
}

/// The last day on which something of it was heard, by the day asked for.
fn heard_on(scene: &Scene<'_>, node: EntityRow) -> Option<Day> {
    let lens = &scene.lens;
    let names = lens.names(node).iter().map(|name| &name.fact);
    let identifiers = lens.identifiers(node).iter().map(|(_, fact)| fact);
    let attributes = lens.kind(node).row().attributes.iter();
    let statements = attributes.flat_map(|attribute| lens.statements(node, attribute)).map(|said| &said.fact);
    let kinds = RecordKind::all().filter(|kind| kind.row().holders.contains(&lens.kind(node)));
    let records = kinds.flat_map(|kind| lens.records(node, kind)).map(|record| &record.fact);
    let own = std::iter::once(&lens.entity(node).fact);
    let all = own.chain(names).chain(identifiers).chain(statements).chain(records);
    all.filter_map(|fact| told_on(scene, fact)).filter(|day| *day <= lens.day).max()
}

fn told_on(scene: &Scene<'_>, fact: &Fact) -> Option<Day> {
    match scene.lens.source(fact.provenance.source).and_then(|source| source.named("date")) {
        Some(Value::Date(date)) => Some(date.last_day()),
        _ => scene.lens.stamp(fact).map(|stamp| Day::in_shanghai(stamp.recorded_at)),
    }
}
