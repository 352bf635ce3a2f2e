//! Who is looked at closely. Where joint works are few, everybody of the kinds asked for; where they
//! are many, those who stand out in the measures over the ground, and whoever is reached from the need
//! itself: owners of results that speak of it, those in its fields, fellow members. The rest has
//! nothing that could bring it to the front.

use std::collections::BTreeSet;

use super::partners::{Match, contribution};
use crate::domain::{Kind, Relation};
use crate::graph::EntityRow;

/// So many that stand out in the ground are looked at closely.
const CLOSELY: usize = 400;
/// So many are reached from the need itself, of each sort of tie.
const REACHED: usize = 200;

/// The candidates, and among how many they were found.
pub(super) fn candidates(of: &Match<'_>, kinds: &[Kind], related: &BTreeSet<EntityRow>) -> (Vec<EntityRow>, usize) {
    let lens = &of.scene.lens;
    let all = kinds.iter().flat_map(|kind| lens.nodes(*kind)).filter(|node| !related.contains(node));
    if of.scene.sight.is_none() {
        let all: Vec<EntityRow> = all.collect();
        let considered = all.len();
        return (all, considered);
    }
    let considered = all.count();
    let mut found: BTreeSet<EntityRow> = standing_out(of, kinds).into_iter().collect();
    found.extend(reached(of));
    found.retain(|node| kinds.contains(&lens.kind(*node)) && !related.contains(node));
    (found.into_iter().collect(), considered)
}

/// Those with the most in the ground.
fn standing_out(of: &Match<'_>, kinds: &[Kind]) -> Vec<EntityRow> {
    let Some(sight) = &of.scene.sight else { return Vec::new() };
    let mut all: Vec<(i64, u32)> = Vec::new();
    for (number, actor) in (0..).zip(&sight.ground.actors) {
        if kinds.contains(&actor.kind) {
            let parts = of
                .applied
                .iter()
                .filter_map(|one| Some(contribution(one.weight, one.measured.as_ref()?.value(number))));
            all.push((parts.sum(), number));
        }
    }
    // The best first; of equal ones those with the smaller code, which have the smaller number.
    all.sort_unstable_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    all.retain(|(sum, _)| *sum > 0);
    all.truncate(CLOSELY);
    all.into_iter().map(|(_, number)| sight.ground.actors[number as usize].row).collect()
}

/// Those reached from the need itself.
fn reached(of: &Match<'_>) -> Vec<EntityRow> {
    let (lens, wish) = (&of.scene.lens, of.scene.wish);
    let mut found = Vec::new();
    for evidence in wish.text.iter().flatten() {
        let owns = match lens.kind(evidence.document) {
            Kind::Achievement => Relation::HasAchievement,
            Kind::Demand => Relation::HasDemand,
            Kind::Platform => Relation::Operates,
            Kind::Collaboration => continue,
            _ => {
                found.push(evidence.document);
                continue;
            }
        };
        found.extend(lens.ties(evidence.document, Some(owns), false).map(|tie| tie.there).take(REACHED));
    }
    for node in &wish.about {
        for field in lens.ties(*node, Some(Relation::ClassifiedAs), true) {
            found
                .extend(lens.ties(field.there, Some(Relation::ClassifiedAs), false).map(|tie| tie.there).take(REACHED));
        }
    }
    let gatherings = of.scene.own.iter().flat_map(|own| own.reached.keys());
    for place in gatherings.filter(|place| !lens.kind(**place).is_organization()) {
        let members = lens.all_ties(*place, crate::graph::Direction::Reverse).filter(|tie| lens.explains(tie));
        found.extend(members.map(|tie| tie.there).take(REACHED));
    }
    found
}
