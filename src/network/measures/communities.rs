//! What is said of a division into communities: how good it is, how like another one, and by which name each
//! community goes on when the network changes.

use std::collections::BTreeMap;

use super::quotient;
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// The same division, numbered in the order of the lowest members.
pub fn canonical(group: &[u32]) -> Vec<u32> {
    let most = group.iter().max().map_or(0, |most| *most as usize + 1);
    let mut number = vec![u32::MAX; most];
    let mut next = 0;
    let renumbered = group.iter().map(|own| {
        let number = &mut number[*own as usize];
        if *number == u32::MAX {
            *number = next;
            next += 1;
        }
        *number
    });
    renumbered.collect()
}

/// Modularity (Newman & Girvan 2004; with a resolution, Reichardt & Bornholdt 2006): how much more weight
/// lies within communities than chance would put there, −1 to 1 at resolution 1; none without ties.
/// Directions are ignored.
pub fn modularity(layer: &Layer, group: &[u32], resolution: f64, work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    work.spend(layer.pass())?;
    let flat = layer.undirected();
    let group = canonical(group);
    let groups = group.iter().max().map_or(0, |last| *last as usize + 1);
    let (mut within, mut total) = (vec![0.0; groups], vec![0.0; groups]);
    for node in flat.all() {
        let own = group[node as usize];
        for (there, weight) in flat.out().ties(node) {
            total[own as usize] += weight;
            if group[there as usize] == own {
                within[own as usize] += weight;
            }
        }
    }
    let all: f64 = total.iter().sum();
    let parts =
        within.iter().zip(&total).map(|(within, total)| within / all - resolution * (total / all) * (total / all));
    Ok(if all > 0.0 { Some(parts.sum()) } else { None })
}

/// How many members two divisions of the same nodes share, by both numbers.
fn shared(one: &[u32], other: &[u32]) -> BTreeMap<(u32, u32), u64> {
    let mut shared = BTreeMap::new();
    for pair in one.iter().copied().zip(other.iter().copied()) {
        *shared.entry(pair).or_insert(0) += 1;
    }
    shared
}

fn sums(shared: &BTreeMap<(u32, u32), u64>, side: fn(&(u32, u32)) -> u32) -> BTreeMap<u32, u64> {
    let mut sums = BTreeMap::new();
    for (pair, count) in shared {
        *sums.entry(side(pair)).or_insert(0) += count;
    }
    sums
}

/// Normalised mutual information, 2·I/(H₁+H₂), 0 to 1 (Danon et al. 2005; Strehl & Ghosh 2002). Two
/// divisions that both put all into one are the same: 1. None of no nodes.
pub fn nmi(one: &[u32], other: &[u32]) -> Option<f64> {
    let all = one.len() as f64;
    if one.is_empty() || one.len() != other.len() {
        return None;
    }
    let shared = shared(one, other);
    let (mine, theirs) = (sums(&shared, |pair| pair.0), sums(&shared, |pair| pair.1));
    let entropy = |sizes: &BTreeMap<u32, u64>| -> f64 {
        sizes.values().map(|size| *size as f64 / all).map(|part| -part * part.ln()).sum()
    };
    let information: f64 = shared
        .iter()
        .map(|((one, other), count)| {
            let count = *count as f64;
            count / all * (count * all / (mine[one] as f64 * theirs[other] as f64)).ln()
        })
        .sum();
    let entropies = entropy(&mine) + entropy(&theirs);
    if mine.len() == 1 && theirs.len() == 1 {
        return Some(1.0);
    }
    quotient(2.0 * information, entropies).map(|nmi| nmi.clamp(0.0, 1.0))
}

/// Adjusted Rand index (Hubert & Arabie 1985): 1 the same, 0 as by chance, below 0 worse; two divisions that
/// are both trivial are the same. None of no nodes.
pub fn ari(one: &[u32], other: &[u32]) -> Option<f64> {
    if one.is_empty() || one.len() != other.len() {
        return None;
    }
    let shared = shared(one, other);
    let pairs = |counts: &mut dyn Iterator<Item = u64>| -> f64 { counts.map(|n| (n * (n - 1) / 2) as f64).sum() };
    let both = pairs(&mut shared.values().copied());
    let mine = pairs(&mut sums(&shared, |pair| pair.0).into_values());
    let theirs = pairs(&mut sums(&shared, |pair| pair.1).into_values());
    let all = pairs(&mut std::iter::once(one.len() as u64));
    let expected = quotient(mine * theirs, all).unwrap_or(0.0);
    let most = f64::midpoint(mine, theirs);
    Some(quotient(both - expected, most - expected).unwrap_or(1.0))
}

/// A community with the number it goes by and its members, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    /// By which it is known from view to view.
    pub number: u32,
    /// Who.
    pub members: Vec<T>,
}

/// Communities of now under the numbers of those before: the two that overlap most (shared among all of
/// both) go by the same number first, and so on; who is like none before gets a number never given out.
/// `unused` is the lowest such number.
pub fn carried<T: Ord + Clone>(before: &[Named<T>], now: &[Vec<T>], unused: u32) -> Vec<Named<T>> {
    let mut home: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
    for (place, community) in before.iter().enumerate() {
        for member in &community.members {
            home.entry(member).or_default().push(place);
        }
    }
    let mut overlaps: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (place, members) in now.iter().enumerate() {
        for old in members.iter().filter_map(|member| home.get(member)).flatten() {
            *overlaps.entry((*old, place)).or_default() += 1;
        }
    }
    let mut ranked: Vec<(usize, usize, usize, usize)> = Vec::new();
    for ((old, new), both) in overlaps {
        ranked.push((both, before[old].members.len() + now[new].len() - both, old, new));
    }
    // Fractions are compared by multiplying crosswise: whole numbers have no rounding.
    ranked
        .sort_by(|one, other| (other.0 * one.1).cmp(&(one.0 * other.1)).then((one.2, one.3).cmp(&(other.2, other.3))));
    let (mut number, mut taken) = (vec![None; now.len()], vec![false; before.len()]);
    for (_, _, old, new) in ranked {
        if !taken[old] && number[new].is_none() {
            taken[old] = true;
            number[new] = Some(before[old].number);
        }
    }
    let mut next = before.iter().map(|old| old.number + 1).max().unwrap_or(0).max(unused);
    let named = now.iter().zip(number).map(|(members, number)| {
        let number = number.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        Named { number, members: members.clone() }
    });
    named.collect()
}
