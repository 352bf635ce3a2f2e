//! Communities by Leiden (Traag, Waltman & van Eck 2019, Scientific Reports 9:5233): move nodes to where
//! modularity gains most, refine so that no community falls apart, put communities together into nodes,
//! again until nothing moves. A seed decides the order in which nodes are asked, and nothing else is left to
//! chance: among moves that gain the same, the one to stay, then the lowest number.

use super::communities::{canonical, modularity};
use crate::network::draws::Draws;
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Gains below this are rounding.
const NOTHING: f64 = 1e-12;

/// How communities are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Above 1 more and smaller communities, below 1 fewer and larger.
    pub resolution: f64,
    /// Decides the order in which nodes are asked.
    pub seed: u64,
    /// How often all begins anew with another order; the best is kept.
    pub starts: u32,
    /// Rounds of one start at most; it ends when a round changes nothing.
    pub rounds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { resolution: 1.0, seed: 1, starts: 10, rounds: 10 }
    }
}

/// A network whose nodes may stand for many.
struct Net {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    /// All weight at a node, what lies within it twice.
    strength: Vec<f64>,
}

impl Net {
    /// Weights are told in parts of the mean weight, so that gains that are rounding are known as such
    /// whatever a tie is counted in: contracts, or yuan.
    fn of(flat: &Layer) -> Self {
        let all: f64 = flat.all().map(|node| flat.out().strength(node)).sum();
        let unit = if flat.out().is_empty() { 1.0 } else { all / flat.out().len() as f64 };
        let mut net = Self { offsets: vec![0], targets: Vec::new(), weights: Vec::new(), strength: Vec::new() };
        for node in flat.all() {
            net.targets.extend_from_slice(flat.out().row(node));
            net.weights.extend(flat.out().weights(node).iter().map(|weight| weight / unit));
            net.offsets.push(net.targets.len() as u32);
            net.strength.push(flat.out().strength(node) / unit);
        }
        net
    }

    fn nodes(&self) -> usize {
        self.strength.len()
    }

    fn ties(&self, node: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let span = self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize;
        self.targets[span.clone()].iter().copied().zip(self.weights[span].iter().copied())
    }

    /// One node for each group, numbered 0 to `groups` − 1.
    fn gathered(&self, group: &[u32], groups: usize) -> Self {
        let members = members(group, groups);
        let mut net = Self {
            offsets: Vec::with_capacity(groups + 1),
            targets: Vec::new(),
            weights: Vec::new(),
            strength: vec![0.0; groups],
        };
        net.offsets.push(0);
        let mut near = Near::new(groups);
        for own in 0..groups as u32 {
            for node in members.of(own) {
                net.strength[own as usize] += self.strength[*node as usize];
                for (there, weight) in self.ties(*node).filter(|(there, _)| group[*there as usize] != own) {
                    near.add(group[there as usize], weight);
                }
            }
            near.seen.sort_unstable();
            for there in &near.seen {
                net.targets.push(*there);
                net.weights.push(near.weight[*there as usize]);
            }
            near.forget();
            net.offsets.push(net.targets.len() as u32);
        }
        net
    }
}

/// Weights towards groups.
struct Near {
    weight: Vec<f64>,
    seen: Vec<u32>,
}

impl Near {
    fn new(groups: usize) -> Self {
        Self { weight: vec![0.0; groups], seen: Vec::new() }
    }

    fn add(&mut self, group: u32, weight: f64) {
        let sum = &mut self.weight[group as usize];
        if *sum <= 0.0 {
            self.seen.push(group);
        }
        *sum += weight;
    }

    fn forget(&mut self) {
        for group in self.seen.drain(..) {
            self.weight[group as usize] = 0.0;
        }
    }
}

/// Who is in which group.
struct Members {
    starts: Vec<u32>,
    nodes: Vec<u32>,
}

fn members(group: &[u32], groups: usize) -> Members {
    let mut starts = vec![0u32; groups + 1];
    for own in group {
        starts[*own as usize + 1] += 1;
    }
    for own in 0..groups {
        starts[own + 1] += starts[own];
    }
    let mut next = starts.clone();
    let mut nodes = vec![0; group.len()];
    for (node, own) in (0u32..).zip(group) {
        nodes[next[*own as usize] as usize] = node;
        next[*own as usize] += 1;
    }
    Members { starts, nodes }
}

impl Members {
    fn of(&self, group: u32) -> &[u32] {
        &self.nodes[self.starts[group as usize] as usize..self.starts[group as usize + 1] as usize]
    }
}

/// The community of each node, numbered in the order of their lowest nodes. Who has no tie is one alone.
pub fn leiden(layer: &Layer, settings: &Settings, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    let flat = layer.undirected();
    let net = Net::of(&flat);
    let mut draws = Draws::new(settings.seed);
    let mut best: Option<(f64, Vec<u32>)> = None;
    for _ in 0..settings.starts.max(1) {
        let group = start(&net, settings, &mut draws, work)?;
        let found = modularity(&flat, &group, settings.resolution, work)?.unwrap_or(0.0);
        let better = |(most, kept): &(f64, Vec<u32>)| {
            if (found - most).abs() > NOTHING { found > *most } else { group < *kept }
        };
        if best.as_ref().is_none_or(better) {
            best = Some((found, group));
        }
    }
    Ok(best.map(|(_, group)| group).unwrap_or_default())
}

fn start(net: &Net, settings: &Settings, draws: &mut Draws, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    let mut group: Vec<u32> = (0..net.nodes() as u32).collect();
    for _ in 0..settings.rounds.max(1) {
        let next = canonical(&round(net, group.clone(), settings.resolution, draws, work)?);
        if next == group {
            break;
        }
        group = next;
    }
    Ok(group)
}

/// One round from the groups that there are: through all levels, until moving changes nothing.
fn round(net: &Net, group: Vec<u32>, resolution: f64, draws: &mut Draws, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    let all: f64 = net.strength.iter().sum();
    if all <= 0.0 {
        return Ok(group);
    }
    let scale = resolution / all;
    // Which node of the present level each node of the first belongs to.
    let mut place: Vec<u32> = (0..net.nodes() as u32).collect();
    let mut level: Option<Net> = None;
    let mut group = group;
    loop {
        let here = level.as_ref().unwrap_or(net);
        moved(here, &mut group, scale, draws, work)?;
        let whole = canonical(&group);
        let groups = count(&whole);
        if groups == here.nodes() {
            return Ok(place.iter().map(|node| whole[*node as usize]).collect());
        }
        let fine = canonical(&refined(here, &whole, groups, scale, draws, work)?);
        let parts = count(&fine);
        let mut next = vec![0; parts];
        for (part, own) in fine.iter().zip(&whole) {
            next[*part as usize] = *own;
        }
        if parts == here.nodes() {
            // Nothing could be put together: take the groups themselves as nodes.
            level = Some(here.gathered(&whole, groups));
            place.iter_mut().for_each(|node| *node = whole[*node as usize]);
            group = (0..groups as u32).collect();
        } else {
            level = Some(here.gathered(&fine, parts));
            place.iter_mut().for_each(|node| *node = fine[*node as usize]);
            group = next;
        }
    }
}

fn count(canonical: &[u32]) -> usize {
    canonical.iter().max().map_or(0, |last| *last as usize + 1)
}

/// Ask node after node where it is best placed; who has a neighbour that moved is asked again.
fn moved(net: &Net, group: &mut [u32], scale: f64, draws: &mut Draws, work: &Work<'_>) -> Result<(), Stopped> {
    let nodes = net.nodes();
    let mut total = vec![0.0; nodes];
    let mut size = vec![0u32; nodes];
    for (own, strength) in group.iter().zip(&net.strength) {
        total[*own as usize] += strength;
        size[*own as usize] += 1;
    }
    let mut free: Vec<u32> = (0..nodes as u32).rev().filter(|own| size[*own as usize] == 0).collect();
    let mut waiting = std::collections::VecDeque::from(draws.order(nodes));
    let mut waits = vec![true; nodes];
    let mut near = Near::new(nodes);
    while let Some(node) = waiting.pop_front() {
        waits[node as usize] = false;
        let own = group[node as usize];
        let strength = net.strength[node as usize];
        let mut looked = 1;
        for (there, weight) in net.ties(node) {
            near.add(group[there as usize], weight);
            looked += 1;
        }
        work.spend(looked)?;
        total[own as usize] -= strength;
        let gain = |place: u32| near.weight[place as usize] - scale * strength * total[place as usize];
        let (mut best, mut most) = (own, gain(own));
        for place in near.seen.iter().copied().filter(|place| *place != own) {
            let here = gain(place);
            let lower = (here - most).abs() <= NOTHING && best != own && place < best;
            if here > most + NOTHING || lower {
                (best, most) = (place, here);
            }
        }
        // Alone, nothing is gained and nothing lost.
        if most < -NOTHING && size[own as usize] > 1 {
            best = free.pop().unwrap_or(own);
        }
        near.forget();
        total[best as usize] += strength;
        if best == own {
            continue;
        }
        group[node as usize] = best;
        size[best as usize] += 1;
        size[own as usize] -= 1;
        if size[own as usize] == 0 {
            total[own as usize] = 0.0;
            free.push(own);
        }
        for (there, _) in net.ties(node) {
            if !waits[there as usize] && group[there as usize] != best {
                waits[there as usize] = true;
                waiting.push_back(there);
            }
        }
    }
    Ok(())
}

/// Within each group, nodes that hold together well are put together, one after another, so that no part of
/// it hangs on nothing. Gives a number of a node for each part.
fn refined(
    net: &Net,
    whole: &[u32],
    groups: usize,
    scale: f64,
    draws: &mut Draws,
    work: &Work<'_>,
) -> Result<Vec<u32>, Stopped> {
    let nodes = net.nodes();
    let mut part: Vec<u32> = (0..nodes as u32).collect();
    let mut total = net.strength.clone();
    let mut alone = vec![true; nodes];
    let mut all = vec![0.0; groups];
    for (own, strength) in whole.iter().zip(&net.strength) {
        all[*own as usize] += strength;
    }
    // What ties a part to the rest of its group.
    let mut outward: Vec<f64> = (0..nodes as u32)
        .map(|node| {
            let within = net.ties(node).filter(|(there, _)| whole[*there as usize] == whole[node as usize]);
            within.map(|(_, weight)| weight).sum()
        })
        .collect();
    let mut near = Near::new(nodes);
    for node in draws.order(nodes) {
        let place = node as usize;
        let own = whole[place];
        let strength = net.strength[place];
        let held =
            |place: usize, strength: f64| outward[place] + NOTHING >= scale * strength * (all[own as usize] - strength);
        if !alone[place] || !held(place, strength) {
            continue;
        }
        let mut looked = 1;
        for (there, weight) in net.ties(node).filter(|(there, _)| whole[*there as usize] == own) {
            near.add(part[there as usize], weight);
            looked += 1;
        }
        work.spend(looked)?;
        let (mut best, mut most, mut tied) = (node, 0.0, 0.0);
        for candidate in near.seen.iter().copied().filter(|candidate| *candidate != node) {
            let at = candidate as usize;
            if !held(at, total[at]) {
                continue;
            }
            let here = near.weight[at] - scale * strength * total[at];
            let lower = (here - most).abs() <= NOTHING && (best == node || candidate < best);
            if here > most + NOTHING || lower {
                (best, most, tied) = (candidate, here, near.weight[at]);
            }
        }
        near.forget();
        if best != node {
            part[place] = best;
            total[best as usize] += strength;
            outward[best as usize] += outward[place] - 2.0 * tied;
            alone[best as usize] = false;
            alone[place] = false;
        }
    }
    Ok(part)
}
