//! Where things lie, for lists and counts. What has a place of its own lies there. Else a demand and a
//! result lie where those lie that have them; a collaboration where the firms in it lie, or, where no firm
//! takes part, where its parties do. Derived from ties that whoever asks may see, and kept nowhere: whose demand
//! it is that is anonymous is not told by its region either, and it stands among the unknown.

use std::collections::BTreeSet;

use super::def::Cx;
use super::filter::within;
use super::filter_ties::answered_for_by;
use super::node;
use crate::domain::{Kind, Relation};
use crate::graph::EntityRow;

/// The regions that answer for a node: its own, or those of whoever it belongs to.
pub fn jurisdictions(cx: &Cx<'_>, node: EntityRow) -> BTreeSet<EntityRow> {
    responsible(cx, node).into_iter().filter_map(|bearer| node::jurisdiction(cx, bearer)).collect()
}

/// Does a region, or one below it, answer for the node?
pub fn is_answered_for_by(cx: &Cx<'_>, node: EntityRow, region: EntityRow) -> bool {
    responsible(cx, node).into_iter().any(|bearer| answered_for_by(cx, bearer, region))
}

/// Does the node lie in a region, or one below it, in whatever sense? Of a collaboration any party will do.
pub fn lies_in(cx: &Cx<'_>, node: EntityRow, region: EntityRow) -> bool {
    bearers(cx, node).into_iter().any(|bearer| within(cx, bearer, Relation::LocatedIn, region))
}

/// The relation by which a node of this kind belongs to those whose place is its own.
fn bearers_of(kind: Kind) -> Option<Relation> {
    match kind {
        Kind::Demand => Some(Relation::HasDemand),
        Kind::Achievement => Some(Relation::HasAchievement),
        Kind::Collaboration => Some(Relation::ParticipatesIn),
        _ => None,
    }
}

/// Itself where it has a place, or those whose place is its own.
fn bearers(cx: &Cx<'_>, node: EntityRow) -> Vec<EntityRow> {
    let has_place = || cx.lens.ties(node, Some(Relation::LocatedIn), true).next().is_some();
    match bearers_of(cx.lens.kind(node)) {
        Some(relation) if !has_place() => cx.lens.ties(node, Some(relation), false).map(|tie| tie.there).collect(),
        _ => vec![node],
    }
}

/// The same, of which firms stand for a collaboration where there are any.
fn responsible(cx: &Cx<'_>, node: EntityRow) -> Vec<EntityRow> {
    let all = bearers(cx, node);
    let is_firm = |bearer: &EntityRow| cx.lens.kind(*bearer) == Kind::Enterprise;
    if all.iter().any(is_firm) { all.into_iter().filter(is_firm).collect() } else { all }
}
