//! Core and periphery: which nodes come closest to the ideal “everybody is tied to the core, the others not
//! to one another” (Borgatti & Everett 1999, Social Networks 21:375–395, discrete form). Fit is the
//! correlation of the ties there are with that ideal. Up to [`EXACT`] nodes every division is tried; above,
//! for every size of core the nodes that cover most ties are taken, then single changes as long as they help.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Up to so many nodes all divisions are tried.
pub const EXACT: usize = 16;

/// Changes are tried by exchanging two as well up to so many nodes.
const EXCHANGED: usize = 600;

/// A division into core and periphery.
#[derive(Clone, Debug, PartialEq)]
pub struct CorePeriphery {
    /// Who is in the core.
    pub core: Vec<bool>,
    /// Correlation with the ideal, −1 to 1.
    pub fit: f64,
    /// Was every division tried?
    pub exact: bool,
}

/// The best division; none where no division can be told from another: fewer than three nodes, no tie, or
/// all tied to all.
pub fn core_periphery(layer: &Layer, work: &Work<'_>) -> Result<Option<CorePeriphery>, Stopped> {
    let flat = layer.undirected();
    let fit = Fit { nodes: flat.nodes() as f64, ties: flat.ties() as f64 };
    let pairs = fit.nodes * (fit.nodes - 1.0) / 2.0;
    if flat.nodes() < 3 || flat.ties() == 0 || fit.ties >= pairs {
        return Ok(None);
    }
    let exact = flat.nodes() <= EXACT;
    let mut best = Division::new(&flat);
    let mut fitting = f64::NEG_INFINITY;
    if exact {
        work.spend(flat.pass() << flat.nodes())?;
        every(&flat, fit, (&mut best, &mut fitting));
    } else {
        greedy(&flat, fit, (&mut best, &mut fitting), work)?;
        better(&flat, fit, (&mut best, &mut fitting), work)?;
    }
    Ok(fitting.is_finite().then_some(CorePeriphery { core: best.core, fit: fitting, exact }))
}

/// How well a given core fits; none where that is undefined.
pub fn fit(layer: &Layer, core: &[bool]) -> Option<f64> {
    let flat = layer.undirected();
    let covered = flat.each_tie().filter(|(from, to, _)| core[*from as usize] || core[*to as usize]).count();
    let fit = Fit { nodes: flat.nodes() as f64, ties: flat.ties() as f64 };
    fit.of(core.iter().filter(|core| **core).count(), covered)
}

#[derive(Clone, Copy)]
struct Fit {
    nodes: f64,
    ties: f64,
}

impl Fit {
    /// Correlation over all pairs, where a core of that size touches so many ties.
    fn of(self, size: usize, covered: usize) -> Option<f64> {
        let (size, covered) = (size as f64, covered as f64);
        let pairs = self.nodes * (self.nodes - 1.0) / 2.0;
        let ideal = size * (size - 1.0) / 2.0 + size * (self.nodes - size);
        let spread = (pairs * self.ties - self.ties * self.ties) * (pairs * ideal - ideal * ideal);
        (spread > 0.0).then(|| (pairs * covered - self.ties * ideal) / spread.sqrt())
    }
}

#[derive(Clone)]
struct Division {
    core: Vec<bool>,
    size: usize,
    covered: usize,
}

impl Division {
    fn new(flat: &Layer) -> Self {
        Self { core: vec![false; flat.nodes()], size: 0, covered: 0 }
    }

    /// A node changes sides.
    fn flip(&mut self, flat: &Layer, node: u32) {
        let outside = flat.out().row(node).iter().filter(|there| !self.core[**there as usize]).count();
        let place = &mut self.core[node as usize];
        *place = !*place;
        if *place {
            self.size += 1;
            self.covered += outside;
        } else {
            self.size -= 1;
            self.covered -= outside;
        }
    }

    /// Is it better than the best so far? Of equals the smaller core counts, then the one with lower numbers.
    fn beats(&self, fitting: f64, other: &Division, best: f64) -> bool {
        if (fitting - best).abs() > 1e-12 {
            return fitting > best;
        }
        (self.size, Reverse(&self.core)) < (other.size, Reverse(&other.core))
    }
}

/// All divisions, each one change away from the one before (Gray code).
fn every(flat: &Layer, fit: Fit, (best, fitting): (&mut Division, &mut f64)) {
    let mut division = Division::new(flat);
    for turn in 1u64..1 << flat.nodes() {
        division.flip(flat, turn.trailing_zeros());
        keep(&division, fit, (best, fitting));
    }
}

fn keep(division: &Division, fit: Fit, (best, fitting): (&mut Division, &mut f64)) -> bool {
    let Some(here) = fit.of(division.size, division.covered) else { return false };
    let better = division.beats(here, best, *fitting);
    if better {
        *best = division.clone();
        *fitting = here;
    }
    better
}

/// Every size of core, filled in the greedy order.
fn greedy(flat: &Layer, fit: Fit, (best, fitting): (&mut Division, &mut f64), work: &Work<'_>) -> Result<(), Stopped> {
    work.spend(4 * flat.pass())?;
    let order = covering(flat);
    let mut division = Division::new(flat);
    let mut size = 0;
    for node in &order {
        division.flip(flat, *node);
        if let Some(here) = fit.of(division.size, division.covered).filter(|here| *here > *fitting + 1e-12) {
            *fitting = here;
            size = division.size;
        }
    }
    for node in &order[..size] {
        best.flip(flat, *node);
    }
    Ok(())
}

/// One node after another, always the one that touches most ties not touched yet, the lowest of equals.
fn covering(flat: &Layer) -> Vec<u32> {
    let mut untouched: Vec<usize> = flat.all().map(|node| flat.out().degree(node)).collect();
    let mut open: BTreeSet<(Reverse<usize>, u32)> =
        flat.all().map(|node| (Reverse(flat.out().degree(node)), node)).collect();
    let mut order = Vec::with_capacity(flat.nodes());
    while let Some((_, node)) = open.pop_first() {
        for there in flat.out().row(node) {
            let degree = &mut untouched[*there as usize];
            if open.remove(&(Reverse(*degree), *there)) {
                *degree -= 1;
                open.insert((Reverse(*degree), *there));
            }
        }
        order.push(node);
    }
    order
}

/// Single changes and, in small layers, exchanges of two, as long as any helps.
fn better(flat: &Layer, fit: Fit, (best, fitting): (&mut Division, &mut f64), work: &Work<'_>) -> Result<(), Stopped> {
    loop {
        let mut found = false;
        let mut trial = best.clone();
        for node in flat.all() {
            work.spend(1 + flat.out().degree(node))?;
            trial.flip(flat, node);
            if keep(&trial, fit, (best, fitting)) {
                found = true;
            } else {
                trial.flip(flat, node);
            }
        }
        if !found && flat.nodes() <= EXCHANGED {
            found = exchange(flat, fit, (best, fitting), work)?;
        }
        if !found {
            return Ok(());
        }
    }
}

fn exchange(
    flat: &Layer,
    fit: Fit,
    (best, fitting): (&mut Division, &mut f64),
    work: &Work<'_>,
) -> Result<bool, Stopped> {
    let start = best.clone();
    let mut trial = best.clone();
    for inside in flat.all().filter(|node| start.core[*node as usize]) {
        trial.flip(flat, inside);
        for outside in flat.all().filter(|node| !start.core[*node as usize]) {
            work.spend(1 + flat.out().degree(outside))?;
            trial.flip(flat, outside);
            if keep(&trial, fit, (best, fitting)) {
                return Ok(true);
            }
            trial.flip(flat, outside);
        }
        trial.flip(flat, inside);
    }
    Ok(false)
}
