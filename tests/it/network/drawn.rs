//! Small networks drawn by a seed, as a table of weights and as a layer.

use innograph::network::layer::{Direction, Layer, Pair};

pub struct Drawn {
    /// The weight from one to another; 0 where there is no tie.
    pub table: Vec<Vec<f64>>,
    pub directed: bool,
    pub layer: Layer,
    pub name: String,
}

pub struct Lot(pub u64);

impl Lot {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Networks of 0 to 8 nodes, sparse and dense, with and without directions and weights.
pub fn all(count: u64) -> impl Iterator<Item = Drawn> {
    (0..count).map(one)
}

#[expect(clippy::needless_range_loop, reason = "a table has rows and columns")]
pub fn one(seed: u64) -> Drawn {
    let mut lot = Lot(seed.wrapping_mul(0x9e37_79b9).wrapping_add(77));
    let nodes = lot.below(9) as usize;
    let (directed, weighed) = (lot.below(2) == 1, lot.below(2) == 1);
    let per_mille = 50 + lot.below(800);
    let mut table = vec![vec![0.0; nodes]; nodes];
    let mut ties: Vec<Pair> = Vec::new();
    for from in 0..nodes {
        for to in 0..nodes {
            if from == to || (!directed && from > to) || lot.below(1_000) >= per_mille {
                continue;
            }
            let weight = if weighed { (1 + lot.below(40)) as f64 / 7.0 } else { 1.0 };
            table[from][to] = weight;
            if !directed {
                table[to][from] = weight;
            }
            ties.push((from as u32, to as u32, weight));
        }
    }
    let direction = if directed { Direction::Directed } else { Direction::Undirected };
    // Handed in upside down and back to front: neither may show.
    ties.reverse();
    if !directed {
        ties.iter_mut().filter(|tie| tie.0 % 2 == 0).for_each(|tie| *tie = (tie.1, tie.0, tie.2));
    }
    let layer = Layer::new(nodes, direction, &ties).expect("sound");
    Drawn { table, directed, layer, name: format!("seed {seed}: {nodes} nodes, directed {directed}, {ties:?}") }
}

impl Drawn {
    pub fn nodes(&self) -> usize {
        self.table.len()
    }

    /// Both directions added up.
    pub fn flat(&self) -> Vec<Vec<f64>> {
        let nodes = self.nodes();
        let both = |i: usize, j: usize| {
            if self.directed { self.table[i][j] + self.table[j][i] } else { self.table[i][j] }
        };
        (0..nodes).map(|i| (0..nodes).map(|j| both(i, j)).collect()).collect()
    }

    pub fn groups(&self) -> Vec<Option<u32>> {
        (0..self.nodes()).map(|node| [Some(0), Some(1), Some(2), None, Some(1)][node % 5]).collect()
    }

    pub fn close(&self, what: &str, expected: Option<f64>, got: Option<f64>) {
        match (expected, got) {
            (None, None) => {}
            (Some(expected), Some(got)) if (expected - got).abs() <= 1e-12 * expected.abs().max(1.0) => {}
            _ => panic!("{what}: expected {expected:?}, got {got:?}; {}", self.name),
        }
    }

    pub fn close_each(&self, what: &str, expected: &[Option<f64>], got: &[Option<f64>]) {
        assert_eq!(expected.len(), got.len(), "{what}; {}", self.name);
        for (node, (expected, got)) in expected.iter().zip(got).enumerate() {
            self.close(&format!("{what} of {node}"), *expected, *got);
        }
    }
}
