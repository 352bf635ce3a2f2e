//! Who works with whom: stubs as many as a degree asks for, paired inside communities and between
//! them. Ties inside are mostly among neighbours, so that triangles close as they do among real teams.

use std::collections::HashSet;

use super::Plan;
use super::chance::{Chance, For};
use super::city::NOWHERE;

/// How far a stub looks for a partner that fits.
const REACH: usize = 96;

/// A stub that has its partner.
const TAKEN: u32 = u32::MAX;

/// Pairs, each once.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The pairs, the smaller number first, in the order in which they came about.
    pub list: Vec<(u32, u32)>,
    seen: HashSet<u64>,
}

impl Edges {
    /// Join two; false where they are the same or joined already.
    pub fn join(&mut self, left: u32, right: u32) -> bool {
        let pair = (left.min(right), left.max(right));
        let is_new = left != right && self.seen.insert(key(pair));
        if is_new {
            self.list.push(pair);
        }
        is_new
    }

    pub fn has(&self, left: u32, right: u32) -> bool {
        self.seen.contains(&key((left.min(right), left.max(right))))
    }
}

fn key(pair: (u32, u32)) -> u64 {
    u64::from(pair.0) << 32 | u64::from(pair.1)
}

/// Pair everybody up. `members` are those of each community; `planted` ties between communities are
/// added later.
pub(super) fn wire(plan: Plan, planted: usize, degrees: &[u32], community: &[u32], members: &[Vec<u32>]) -> Edges {
    let outside = outside_stubs(plan, planted, degrees, community, members);
    let mut edges = Edges::default();
    let mut between: Vec<u32> = Vec::new();
    for (number, list) in members.iter().enumerate() {
        let mut chance = Chance::new(plan.seed, For::Pairing, number);
        let stubs = inside_stubs(list, degrees, &outside, &mut chance);
        between.extend(pair_near(&mut edges, stubs));
    }
    for (organization, count) in outside.iter().enumerate() {
        let organization = u32::try_from(organization).unwrap_or(NOWHERE);
        between.extend(std::iter::repeat_n(organization, *count as usize));
    }
    let mut chance = Chance::new(plan.seed, For::Outside, 0);
    chance.shuffle(&mut between);
    // Who needs many chooses first, while there is choice.
    between.sort_by_key(|organization| degrees[*organization as usize]);
    let apart = |left: u32, right: u32| community[left as usize] != community[right as usize];
    let left = pair_far(&mut edges, between, &mut chance, apart);
    // Whoever is left takes whom there is; a few remain without.
    pair_far(&mut edges, left, &mut chance, |_, _| true);
    edges
}

/// Ties that leave the community, by organisation: so many of all that the city mixes as asked. Who
/// has one to three partners has them at home; who has more than the community holds must go out, and
/// where that is many (a sparse city's hubs are larger than its communities) others must meet them.
fn outside_stubs(plan: Plan, planted: usize, degrees: &[u32], community: &[u32], members: &[Vec<u32>]) -> Vec<u32> {
    let room = |organization: usize| match community[organization] {
        NOWHERE => 0,
        number => u32::try_from(members[number as usize].len().saturating_sub(1) * 3 / 5).unwrap_or(u32::MAX),
    };
    let mut outside: Vec<u32> = Vec::with_capacity(degrees.len());
    let (mut all, mut forced, mut movable, mut few) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (organization, degree) in degrees.iter().enumerate() {
        let out = degree.saturating_sub(room(organization).max(1));
        outside.push(out);
        all += u64::from(*degree);
        forced += u64::from(out);
        few += if *degree <= 3 { u64::from(degree - out) } else { 0 };
        movable += u64::from(degree - out);
    }
    let asked = (all * u64::from(plan.mixing_per_mille) / 1_000).saturating_sub(planted as u64 * 2);
    let crowded = asked < forced * 2;
    let more = asked.max(forced * 2) - forced;
    let (least, movable) = if crowded { (1, movable) } else { (4, movable - few) };
    for (organization, degree) in degrees.iter().enumerate().filter(|(_, degree)| **degree >= least) {
        let inside = u64::from(degree - outside[organization]);
        let mut chance = Chance::new(plan.seed, For::Degree, organization);
        let drawn = chance.below(usize::try_from(movable).unwrap_or(usize::MAX)) as u64;
        let moved = (inside * more + drawn) / movable.max(1);
        outside[organization] += u32::try_from(moved.min(inside)).unwrap_or(0);
    }
    outside
}

/// Stubs inside a community, in an order in which neighbours stand near: half of them near their
/// owner, half anywhere.
fn inside_stubs(list: &[u32], degrees: &[u32], outside: &[u32], chance: &mut Chance) -> Vec<u32> {
    let mut placed: Vec<(usize, u32)> = Vec::new();
    let mut order = list.to_vec();
    chance.shuffle(&mut order);
    for (place, organization) in order.iter().enumerate() {
        let inside = degrees[*organization as usize] - outside[*organization as usize];
        for _ in 0..inside {
            let near = place * 8 + chance.below(16 * (inside as usize + 1));
            let anywhere = chance.below(order.len() * 8);
            placed.push((if chance.per_mille(600) { near } else { anywhere }, *organization));
        }
    }
    placed.sort_unstable();
    placed.into_iter().map(|(_, organization)| organization).collect()
}

/// Pair stubs with the nearest that fits, from the end on. Stubs without a partner come back.
fn pair_near(edges: &mut Edges, mut stubs: Vec<u32>) -> Vec<u32> {
    let mut alone = Vec::new();
    while let Some(stub) = stubs.pop() {
        let nearest = stubs.len().saturating_sub(REACH);
        let found = (nearest..stubs.len()).rev().find(|place| !edges.has(stub, stubs[*place]) && stub != stubs[*place]);
        match found {
            Some(place) => {
                let partner = stubs.remove(place);
                edges.join(stub, partner);
            }
            None => alone.push(stub),
        }
    }
    alone
}

/// Pair stubs with any that fits, from the end on. Stubs without a partner come back in their order.
fn pair_far(edges: &mut Edges, mut stubs: Vec<u32>, chance: &mut Chance, fits: impl Fn(u32, u32) -> bool) -> Vec<u32> {
    let mut alone = Vec::new();
    while let Some(stub) = stubs.pop() {
        if stub == TAKEN {
            continue;
        }
        let fitting = |other: u32| other != TAKEN && other != stub && fits(stub, other) && !edges.has(stub, other);
        let found = (0..REACH)
            .map(|_| chance.below(stubs.len()))
            .find(|place| stubs.get(*place).is_some_and(|other| fitting(*other)));
        match found {
            Some(place) => {
                let partner = stubs[place];
                stubs[place] = TAKEN;
                edges.join(stub, partner);
            }
            None => alone.push(stub),
        }
    }
    alone.reverse();
    alone
}
