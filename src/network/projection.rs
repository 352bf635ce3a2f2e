//! Ties between two, made out of gatherings of any number: a collaboration or an alliance of k gives
//! each of its pairs 1/(k − 1) (Newman, Phys. Rev. E 64, 016132, 2001), so that each party gets 1
//! from each gathering however large it is. Collaborations and alliances are layers apart.

use std::collections::BTreeMap;

use crate::domain::{Day, Kind, Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Tie};

/// Weights are compared in billionths, so that the order of adding does not show.
const BILLION: f64 = 1e9;

/// Somebody who stands together with another.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Who.
    pub with: EntityRow,
    /// Σ 1/(k − 1) over what both take part in.
    pub weight: f64,
    /// What both take part in, in order of entry.
    pub shared: Vec<Shared>,
}

/// A gathering that two take part in.
#[derive(Clone, Copy, Debug)]
pub struct Shared {
    /// The collaboration or the alliance.
    pub gathering: EntityRow,
    /// How many take part in it.
    pub parties: usize,
    /// The part of its amount that falls to the pair, in hundredths of a yuan; none where no amount is known.
    pub cents: Option<i64>,
}

/// Which collaborations count.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Signed on this day or later.
    pub from: Option<Day>,
    /// Signed on this day or earlier.
    pub to: Option<Day>,
    /// Framework agreements as well?
    pub frameworks: Frameworks,
}

/// Do framework agreements count? Signing one is no collaboration yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frameworks {
    /// They do.
    Counted,
    /// They weigh nothing.
    LeftOut,
}

impl Window {
    /// Does a collaboration count?
    pub(super) fn holds(&self, lens: &Lens<'_>, collaboration: EntityRow) -> bool {
        let framework = enumeration::COLLABORATION_KIND.by_name("FRAMEWORK").map(|code| Value::Code(code.tag));
        let is_framework = || lens.value_named(collaboration, "kind") == framework.as_ref();
        if self.frameworks == Frameworks::LeftOut && is_framework() {
            return false;
        }
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        // What was signed nobody knows when is in no window.
        let Some(Value::Date(signed)) = lens.value_named(collaboration, "signedOn") else { return false };
        self.from.is_none_or(|from| signed.first_day() >= from) && self.to.is_none_or(|to| signed.last_day() <= to)
    }
}

/// The organisations that an organisation collaborates with, the closest first.
pub fn collaborators(lens: &Lens<'_>, of: EntityRow, window: &Window) -> Vec<Pair> {
    let mut pairs = BTreeMap::new();
    for collaboration in gatherings(lens, of, Relation::ParticipatesIn) {
        if window.holds(lens, collaboration) {
            let shares = shares(lens, &parties(lens, collaboration, Relation::ParticipatesIn));
            let cents = match lens.value_named(collaboration, "amount") {
                Some(Value::Money(cents)) => Some(*cents),
                _ => None,
            };
            join(&mut pairs, of, collaboration, &shares, cents);
        }
    }
    ranked(lens, pairs)
}

/// The organisations that are in an alliance with an organisation, the closest first.
pub fn co_members(lens: &Lens<'_>, of: EntityRow) -> Vec<Pair> {
    let mut pairs = BTreeMap::new();
    for alliance in gatherings(lens, of, Relation::MemberOf) {
        let members = parties(lens, alliance, Relation::MemberOf);
        let each = members.keys().map(|member| (*member, 0.0)).collect();
        join(&mut pairs, of, alliance, &each, None);
    }
    ranked(lens, pairs)
}

/// What somebody takes part in, each once, in order of entry.
fn gatherings(lens: &Lens<'_>, of: EntityRow, relation: Relation) -> Vec<EntityRow> {
    let mut found: Vec<EntityRow> = lens.ties(of, Some(relation), true).map(|tie| tie.there).collect();
    found.sort_by_key(|gathering| lens.id(*gathering));
    found.dedup();
    found
}

/// The organisations that take part, each once whatever its roles, with their ties.
pub(super) fn parties(lens: &Lens<'_>, gathering: EntityRow, relation: Relation) -> BTreeMap<EntityRow, Vec<Tie>> {
    let mut parties: BTreeMap<EntityRow, Vec<Tie>> = BTreeMap::new();
    for tie in lens.ties(gathering, Some(relation), false) {
        // People take part for somebody; they are no organisation.
        if lens.kind(tie.there) != Kind::Person {
            parties.entry(tie.there).or_default().push(tie);
        }
    }
    parties
}

/// What part of the amount each party stands for: as it is stated, and equal parts of the rest.
pub(super) fn shares(lens: &Lens<'_>, parties: &BTreeMap<EntityRow, Vec<Tie>>) -> BTreeMap<EntityRow, f64> {
    let row = Relation::ParticipatesIn.row();
    let said = |ties: &Vec<Tie>| {
        let shares = ties.iter().filter_map(|tie| match lens.tie_value(tie.row, row.attribute("share")?) {
            Some(Value::Ratio(millionths)) => Some(f64::from(*millionths) / 1e6),
            _ => None,
        });
        shares.reduce(|sum, share| sum + share)
    };
    let stated: BTreeMap<EntityRow, Option<f64>> = parties.iter().map(|(party, ties)| (*party, said(ties))).collect();
    let silent = stated.values().filter(|share| share.is_none()).count();
    let rest = (1.0 - stated.values().flatten().sum::<f64>()).max(0.0);
    let equal = if silent == 0 { 0.0 } else { rest / silent as f64 };
    stated.into_iter().map(|(party, share)| (party, share.unwrap_or(equal))).collect()
}

/// One gathering more for each pair of `of`. The parts of the amount that fall to all pairs add up to it:
/// a party spreads its share over its k − 1 pairs.
fn join(
    pairs: &mut BTreeMap<EntityRow, Pair>,
    of: EntityRow,
    gathering: EntityRow,
    shares: &BTreeMap<EntityRow, f64>,
    cents: Option<i64>,
) {
    let parties = shares.len();
    let Some(own) = shares.get(&of).filter(|_| parties >= 2) else { return };
    let others = (parties - 1) as f64;
    for (with, share) in shares.iter().filter(|(party, _)| **party != of) {
        let cents = cents.map(|cents| (cents as f64 * (own + share) / others).round() as i64);
        let pair = pairs.entry(*with).or_insert_with(|| Pair { with: *with, weight: 0.0, shared: Vec::new() });
        pair.weight += 1.0 / others;
        pair.shared.push(Shared { gathering, parties, cents });
    }
}

/// The heaviest first; ties break by code, name, id.
fn ranked(lens: &Lens<'_>, pairs: BTreeMap<EntityRow, Pair>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = pairs.into_values().collect();
    pairs.sort_by_cached_key(|pair| {
        let node = pair.with;
        (std::cmp::Reverse(pair.billionths()), lens.code(node), lens.name(node), lens.id(node))
    });
    pairs
}

impl Pair {
    /// The weight as a whole number that can be compared.
    pub fn billionths(&self) -> i64 {
        (self.weight * BILLION).round() as i64
    }

    /// The parts of all amounts that fall to the pair; none where no amount is known.
    pub fn cents(&self) -> Option<i64> {
        self.shared.iter().filter_map(|shared| shared.cents).reduce(i64::saturating_add)
    }
}
