//! Who works with whom, as signals see it: partners through collaborations, and the alliances,
//! clusters, platforms and owners that two organisations share.

use std::collections::BTreeMap;

use crate::domain::{Kind, Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Tie};

/// The surroundings of one organisation.
#[derive(Clone, Debug, Default)]
pub struct Neighbors {
    /// What it is tied to, each with the ties that lead there.
    pub reached: BTreeMap<EntityRow, Vec<Tie>>,
    /// Its collaborations that count, each with its tie.
    pub collaborations: BTreeMap<EntityRow, Tie>,
}

/// A larger gathering brings nobody together in particular.
pub const LARGEST: usize = 200;

/// Does a collaboration count as a tie? A framework agreement does not: signing ceremonies are no
/// collaboration.
pub fn counts(lens: &Lens<'_>, collaboration: EntityRow) -> bool {
    let framework = enumeration::COLLABORATION_KIND.by_name("FRAMEWORK").map_or(0, |code| code.tag);
    lens.value_named(collaboration, "kind") != Some(&Value::Code(framework))
}

/// The parties of a collaboration or gathering.
pub fn parties(lens: &Lens<'_>, node: EntityRow, relation: Relation) -> Vec<Tie> {
    lens.ties(node, Some(relation), false).take(LARGEST + 1).collect()
}

/// The surroundings of several organisations taken together.
pub fn neighbors_of(lens: &Lens<'_>, organizations: &[EntityRow]) -> Neighbors {
    let mut all = Neighbors::default();
    for found in organizations.iter().map(|node| neighbors(lens, *node)) {
        for (node, ties) in found.reached {
            all.reached.entry(node).or_default().extend(ties);
        }
        for (collaboration, tie) in found.collaborations {
            all.collaborations.entry(collaboration).or_insert(tie);
        }
    }
    all
}

/// The surroundings of an organisation.
pub fn neighbors(lens: &Lens<'_>, organization: EntityRow) -> Neighbors {
    let mut found = Neighbors::default();
    for tie in lens.all_ties(organization, crate::graph::Direction::Both) {
        if !lens.explains(&tie) {
            continue;
        }
        match lens.kind(tie.there) {
            Kind::Collaboration => {
                if counts(lens, tie.there) {
                    found.collaborations.insert(tie.there, tie);
                }
            }
            Kind::Demand | Kind::Achievement => {}
            _ => found.reached.entry(tie.there).or_default().push(tie),
        }
    }
    for (collaboration, own) in found.collaborations.clone() {
        let all = parties(lens, collaboration, Relation::ParticipatesIn);
        if all.len() > LARGEST {
            continue;
        }
        for tie in all.into_iter().filter(|tie| tie.there != organization) {
            found.reached.entry(tie.there).or_default().extend([own, tie]);
        }
    }
    found
}

/// How many others a node brings together, at least one.
pub fn reach(lens: &Lens<'_>, node: EntityRow) -> usize {
    lens.all_ties(node, crate::graph::Direction::Both).filter(|tie| lens.explains(tie)).count().max(1)
}
