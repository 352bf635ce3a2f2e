//! Why a number that was published differs from what is counted: the records round the edges, each with
//! the reason why others may count it otherwise. Nobody knows which list was published; these are the
//! records to compare first.

use super::census::{Census, DateBasis, Entry, dated};
use crate::domain::{Day, Id, Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Record};

/// Days round a date in which things are told differently.
const EDGE: i32 = 45;

/// Why a record may be counted otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// 日期：公布日和发证日分在统计日两边
    DateBasis,
    /// 刚到期或刚发证
    Edge,
    /// 撤销追溯
    Revoked,
    /// 归口在一年内变过
    Moved,
    /// 证书起止不明
    Doubtful,
    /// 没有归口
    Nowhere,
}

/// Names and words of the reasons.
pub const REASONS: &[(Reason, &str, &str, &str)] = &[
    (
        Reason::DateBasis,
        "DATE_BASIS",
        "日期口径：公布日期和发证日期分在统计日的两边",
        "Announced and issued on different sides of the day",
    ),
    (
        Reason::Edge,
        "EDGE",
        "时点：统计日前后一个半月内生效或到期",
        "It began or ran out within a month and a half of the day",
    ),
    (Reason::Revoked, "REVOKED", "撤销追溯：撤销从统计日以前起算", "Taken back from a day before"),
    (Reason::Moved, "MOVED", "迁移：一年内换过归口", "Another region answered for it within the year"),
    (
        Reason::Doubtful,
        "DOUBTFUL",
        "证书起止不明，本库不计",
        "Nobody knows whether its certificate counts; it is not counted here",
    ),
    (Reason::Nowhere, "NOWHERE", "没有归口，本库不计入任何地区", "No region answers for it; it is counted nowhere"),
];

impl Reason {
    /// Its name and its Chinese words.
    pub fn words(self) -> (&'static str, &'static str) {
        REASONS.iter().find(|row| row.0 == self).map_or(("EDGE", ""), |row| (row.1, row.2))
    }
}

/// A record that others may count otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Whose.
    pub node: EntityRow,
    /// The record.
    pub record: Option<Id>,
    /// Why.
    pub reason: Reason,
    /// Is it counted here?
    pub counted: bool,
}

/// The records of these schemes and this region that others may count otherwise on the day of the lens.
pub fn suspects(lens: Lens<'_>, schemes: &[String], region: EntityRow, counted: &[Entry]) -> Vec<Suspect> {
    let census = Census::of(lens);
    let is_counted = |node: EntityRow| counted.iter().any(|entry| entry.node == node);
    let mut found = Vec::new();
    for record in schemes.iter().flat_map(|scheme| census.certificates(scheme)) {
        let node = record.subject;
        let here = census.regions().answers_for(region, node);
        let reason = if census.regions().jurisdiction(node).is_none() {
            (lens.certified(record) == Some(true)).then_some(Reason::Nowhere)
        } else if here || moved(&lens, node, region) {
            why(&lens, record, node, region)
        } else {
            None
        };
        if let Some(reason) = reason {
            found.push(Suspect { node, record: Some(record.fact.id), reason, counted: is_counted(node) });
        }
    }
    found.sort_by_key(|one| (one.reason, one.node, one.record));
    found
}

fn why(lens: &Lens<'_>, record: &Record, node: EntityRow, region: EntityRow) -> Option<Reason> {
    let day = lens.day;
    let near = |other: Day| (i64::from(other.0) - i64::from(day.0)).abs() <= i64::from(EDGE);
    let (from, to) = (record.fact.validity.first_day(), record.fact.validity.end_day());
    let sides = dated(record, DateBasis::Issued).zip(dated(record, DateBasis::Announced));
    if sides.is_some_and(|(issued, announced)| (issued <= day) != (announced <= day)) {
        return Some(Reason::DateBasis);
    }
    if lens.certified(record).is_none() {
        return Some(Reason::Doubtful);
    }
    if record.taken_from() <= day && from <= day && day < to {
        return Some(Reason::Revoked);
    }
    if lens.certified(record) == Some(true) && moved(lens, node, region) {
        return Some(Reason::Moved);
    }
    (near(from) || near(to)).then_some(Reason::Edge)
}

/// Did another region answer for it a year before, of which this one is either?
fn moved(lens: &Lens<'_>, node: EntityRow, region: EntityRow) -> bool {
    let mut then = *lens;
    then.day = Day(lens.day.0.saturating_sub(365));
    let place = |lens: &Lens<'_>| {
        let role = Relation::LocatedIn.row().attribute("role")?;
        let code = Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION")?.tag);
        let mut ties = lens.ties(node, Some(Relation::LocatedIn), true);
        ties.find(|tie| lens.tie_value(tie.row, role) == Some(&code)).map(|tie| tie.there)
    };
    let regions = super::super::Regions::of(*lens);
    let lies = |place: Option<EntityRow>| place.is_some_and(|place| regions.wholes(place).contains(&region));
    let (now, before) = (place(lens), place(&then));
    before.is_some() && now != before && (lies(now) || lies(before))
}
