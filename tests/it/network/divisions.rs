//! Divisions into communities: found, judged, compared and carried on.

use innograph::network::layer::{Direction, Layer, Pair};
use innograph::network::measures::communities::{Named, ari, carried, modularity, nmi};
use innograph::network::measures::leiden::{Settings, leiden};
use innograph::network::work::Work;

use super::drawn::{self, Lot};
use super::oracle;

#[test]
fn modularity_is_its_formula_and_leiden_comes_near_the_best() {
    let (mut best_found, mut all) = (0, 0);
    for drawn in drawn::all(160).filter(|drawn| drawn.nodes() <= 7) {
        let (flat, work) = (drawn.flat(), Work::unbounded());
        let mut best = f64::NEG_INFINITY;
        for division in oracle::divisions(drawn.nodes()) {
            for resolution in [0.5, 1.0, 1.7] {
                let expected = oracle::modularity(&flat, &division, resolution);
                drawn.close("modularity", expected, modularity(&drawn.layer, &division, resolution, &work).unwrap());
            }
            best = best.max(oracle::modularity(&flat, &division, 1.0).unwrap_or(0.0));
        }
        let group = leiden(&drawn.layer, &Settings::default(), &work).unwrap();
        let found = oracle::modularity(&flat, &group, 1.0).unwrap_or(0.0);
        assert!(found <= best + 1e-12 && found >= 0.9 * best - 1e-12, "{found} of {best}; {}", drawn.name);
        best_found += usize::from(found > best - 1e-9);
        all += 1;
        // No community falls apart.
        for name in &group {
            let others: Vec<usize> = (0..drawn.nodes()).filter(|node| group[*node] != *name).collect();
            assert_eq!(oracle::count(&oracle::pieces(&oracle::without(&flat, &others))), 1, "{}", drawn.name);
        }
    }
    assert!(best_found * 100 >= all * 97, "the best division {best_found} times of {all}");
}

/// Two things at a time: together in both, in one, in neither.
fn pairs(one: &[u32], other: &[u32]) -> [f64; 4] {
    let mut counts = [0.0; 4];
    for i in 0..one.len() {
        for j in i + 1..one.len() {
            counts[2 * usize::from(one[i] == one[j]) + usize::from(other[i] == other[j])] += 1.0;
        }
    }
    counts
}

fn entropy(labels: &[Vec<u32>]) -> f64 {
    let n = labels.len() as f64;
    let each = labels.iter().map(|label| labels.iter().filter(|other| *other == label).count() as f64 / n);
    -each.map(f64::ln).sum::<f64>() / n
}

/// NMI by entropies, and the adjusted Rand index of Hubert and Arabie by counts of pairs (Steinley 2004).
pub fn likeness(one: &[u32], other: &[u32]) -> (f64, f64) {
    let [neither, second, first, both] = pairs(one, other);
    let over = 2.0 * (both * neither - first * second);
    let under = (both + first) * (first + neither) + (both + second) * (second + neither);
    let single = |labels: &[u32]| labels.iter().map(|label| vec![*label]).collect::<Vec<_>>();
    let joint: Vec<Vec<u32>> = one.iter().zip(other).map(|(one, other)| vec![*one, *other]).collect();
    let (h1, h2, h) = (entropy(&single(one)), entropy(&single(other)), entropy(&joint));
    let nmi = if h1 + h2 < 1e-12 { 1.0 } else { 2.0 * (h1 + h2 - h) / (h1 + h2) };
    (nmi, if under < 0.5 { 1.0 } else { over / under })
}

#[test]
fn likeness_of_divisions_is_its_formula() {
    let mut lot = Lot(3);
    for _ in 0..300 {
        let n = 1 + lot.below(8) as usize;
        let mut draw = || -> Vec<u32> {
            let groups = 1 + lot.below(4);
            (0..n).map(|_| lot.below(groups) as u32).collect()
        };
        let (one, other) = (draw(), draw());
        let (expected_nmi, expected_ari) = likeness(&one, &other);
        assert!((ari(&one, &other).unwrap() - expected_ari).abs() < 1e-12, "{one:?} {other:?}");
        assert!((nmi(&one, &other).unwrap() - expected_nmi).abs() < 1e-12, "{one:?} {other:?}");
    }
    assert_eq!((nmi(&[], &[]), ari(&[], &[]), nmi(&[0], &[0, 1])), (None, None, None));
    assert_eq!((nmi(&[5, 5, 9], &[1, 1, 0]), ari(&[5, 5, 9], &[1, 1, 0])), (Some(1.0), Some(1.0)));
}

#[test]
fn planted_communities_are_found() {
    let (groups, size) = (20, 40);
    let mut lot = Lot(11);
    let mut ties: Vec<Pair> = Vec::new();
    for node in 0..groups * size {
        for _ in 0..5 {
            let away = lot.below(10) == 0;
            let home = node / size * size;
            let other = if away { lot.below(groups * size) } else { home + lot.below(size) };
            ties.push((node as u32, other as u32, 1.0));
        }
    }
    let layer = Layer::new((groups * size) as usize, Direction::Undirected, &ties).unwrap();
    let settings = Settings { starts: 1, ..Settings::default() };
    let found = leiden(&layer, &settings, &Work::unbounded()).unwrap();
    let planted: Vec<u32> = (0..groups * size).map(|node| (node / size) as u32).collect();
    let nmi = nmi(&found, &planted).unwrap();
    assert!(nmi >= 0.95, "NMI {nmi}");
}

#[test]
fn a_resolution_far_up_leaves_everybody_alone_and_far_down_all_in_one_piece_together() {
    let ring: Vec<Pair> = (0..12).map(|node| (node, (node + 1) % 12, 1.0)).collect();
    let layer = Layer::new(12, Direction::Undirected, &ring).unwrap();
    let found = |resolution: f64| {
        let group = leiden(&layer, &Settings { resolution, ..Settings::default() }, &Work::unbounded()).unwrap();
        group.iter().max().unwrap() + 1
    };
    assert_eq!((found(1e6), found(1e-6)), (12, 1));
}

#[test]
fn what_ties_are_counted_in_changes_no_community() {
    for drawn in drawn::all(60) {
        let found = |unit: f64| {
            let ties: Vec<Pair> = drawn.layer.each_tie().map(|(from, to, weight)| (from, to, weight * unit)).collect();
            let layer = Layer::new(drawn.nodes(), drawn.layer.direction(), &ties).unwrap();
            let work = Work::new(10_000_000, &|| false);
            let group = leiden(&layer, &Settings::default(), &work).expect("it ends");
            modularity(&layer, &group, 1.0, &work).unwrap()
        };
        for unit in [1e12 / 7.0, 3e-12] {
            match (found(1.0), found(unit)) {
                (Some(one), Some(other)) => assert!((one - other).abs() < 1e-9, "{unit}: {}", drawn.name),
                (one, other) => assert_eq!((one, other), (None, None), "{}", drawn.name),
            }
        }
    }
}

#[test]
fn communities_go_on_under_their_numbers() {
    let before = [
        Named { number: 4, members: vec!["a", "b", "c", "d"] },
        Named { number: 7, members: vec!["e", "f", "g"] },
        Named { number: 9, members: vec!["h"] },
    ];
    // The first lost most of its members to a new one and keeps its number with those who stayed most.
    let now = [vec!["e", "f", "g", "d"], vec!["x", "y"], vec!["a", "b", "c"]];
    let carried = carried(&before, &now, 0);
    let numbers: Vec<u32> = carried.iter().map(|community| community.number).collect();
    assert_eq!(numbers, [7, 10, 4]);
    assert_eq!(carried[2].members, ["a", "b", "c"]);
}
