//! How near are they? Same county 1, same city 0.8, same province 0.5 (domain study §8.2); beyond
//! the province 0 and said as a caution, for being far is no reason.

use crate::domain::fold::fold;
use crate::domain::{Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Tie};
use crate::matching::signal::{Find, Finding, Reason, Scene, Signal};

/// The row of the table.
pub const SIGNAL: Signal = Signal {
    name: "DISTANCE",
    zh: "地域远近：同县区、同市、同省或省外",
    en: "Distance: same county, same city, same province, or beyond",
    substantial: false,
    applies: |scene| !seekers(scene).is_empty(),
    find: Find::Each(find),
};

/// Levels in the hierarchy of regions with the nearness they stand for.
const LEVELS: &[(&[&str], f64, &str, &str)] = &[
    (&["COUNTY", "ZONE", "PARK"], 1.0, "同在", "both are in"),
    (&["CITY"], 0.8, "同在", "both are in"),
    (&["PROVINCE"], 0.5, "同在", "both are in"),
];

/// Where those who seek are, as far as known.
fn seekers(scene: &Scene<'_>) -> Vec<(EntityRow, Tie)> {
    scene.wish.seekers.iter().filter_map(|node| place(&scene.lens, *node)).collect()
}

/// Where it is: jurisdiction first, then whatever is known.
fn place(lens: &Lens<'_>, node: EntityRow) -> Option<(EntityRow, Tie)> {
    let role = Relation::LocatedIn.row().attribute("role")?;
    let jurisdiction = Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION")?.tag);
    let ties: Vec<Tie> = lens.ties(node, Some(Relation::LocatedIn), true).collect();
    let first = ties.iter().find(|tie| lens.tie_value(tie.row, role) == Some(&jurisdiction)).or(ties.first())?;
    Some((first.there, *first))
}

/// The region and all it is part of.
fn regions(lens: &Lens<'_>, start: EntityRow) -> Vec<EntityRow> {
    let mut all = vec![start];
    let mut next = 0;
    while let Some(place) = all.get(next).copied() {
        next += 1;
        for tie in lens.ties(place, Some(Relation::PartOf), true) {
            if !all.contains(&tie.there) {
                all.push(tie.there);
            }
        }
    }
    all
}

/// The nearest of those who seek counts.
fn find(scene: &Scene<'_>, candidate: EntityRow) -> Finding {
    let Some(there) = place(&scene.lens, candidate) else {
        return Finding::Unknown("所在地区未知", "its place is not known");
    };
    let reasons = seekers(scene).into_iter().map(|here| nearness(&scene.lens, here, there));
    match reasons.reduce(|best, other| if other.value > best.value { other } else { best }) {
        Some(reason) => Finding::Says(reason),
        None => Finding::Unknown("需求方所在地区未知", "the place of whoever seeks is not known"),
    }
}

/// The place that both are registered at, where that is known and the same.
fn same_address<'v>(lens: &Lens<'v>, here: EntityRow, there: EntityRow) -> Option<&'v str> {
    match (lens.value_named(here, "address")?, lens.value_named(there, "address")?) {
        (Value::Text(mine), Value::Text(other)) if fold(mine) == fold(other) => Some(mine.as_str()),
        _ => None,
    }
}

fn nearness(lens: &Lens<'_>, (here, mine): (EntityRow, Tie), (there, other): (EntityRow, Tie)) -> Reason {
    let (near, far) = (regions(lens, here), regions(lens, there));
    let evidence = vec![mine, other];
    if let Some(address) = same_address(lens, mine.here, other.here) {
        return Reason { value: 1.0, zh: format!("同在{address}"), en: format!("both are in {address}"), evidence };
    }
    for (kinds, value, zh, en) in LEVELS {
        let is_level = |region: &EntityRow| {
            let kind = lens.value_named(*region, "kind");
            kinds
                .iter()
                .any(|name| kind == enumeration::REGION_KIND.by_name(name).map(|code| Value::Code(code.tag)).as_ref())
        };
        if let Some(common) = near.iter().find(|region| far.contains(region) && is_level(region)) {
            let name = lens.name(*common);
            return Reason { value: *value, zh: format!("{zh}{name}"), en: format!("{en} {name}"), evidence };
        }
    }
    let name = lens.name(there);
    Reason { value: 0.0, zh: format!("位于外地：{name}"), en: format!("it is elsewhere: {name}"), evidence }
}
