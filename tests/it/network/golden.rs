//! Four well-known graphs, with figures worked out by igraph and leidenalg.

use innograph::network::layer::{Direction, Layer, Pair};
use innograph::network::measures::bfs::Length;
use innograph::network::measures::communities::modularity;
use innograph::network::measures::leiden::{Settings, leiden};
use innograph::network::measures::neighbours::{Nearness, nearness};
use innograph::network::measures::{
    betweenness, clustering, components, core, degree, density, pagerank, paths, triangles,
};
use innograph::network::work::Work;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{shared, text};

struct Graph {
    name: String,
    layer: Layer,
    /// The group that is known of each node, as text.
    groups: Vec<String>,
    figures: Value,
}

fn graphs() -> Vec<Graph> {
    let Some(folder) = shared("graphs") else { return Vec::new() };
    let golden: Value = serde_json::from_str(&text(&folder.join("golden.json"))).expect("sound");
    let read = |(name, figures): (&String, &Value)| {
        let nodes = text(&folder.join(format!("{name}.nodes.tsv")));
        let groups: Vec<String> =
            nodes.lines().map(|line| line.split('\t').nth(2).unwrap_or_default().to_owned()).collect();
        let ties = text(&folder.join(format!("{name}.edges.tsv.gz")));
        let tie = |line: &str| {
            let mut ends = line.split('\t').map(|end| end.parse::<u32>().expect("sound"));
            (ends.next().expect("sound"), ends.next().expect("sound"), 1.0)
        };
        let ties: Vec<Pair> = ties.lines().map(tie).collect();
        let layer = Layer::new(groups.len(), Direction::Undirected, &ties).expect("sound");
        Graph { name: name.clone(), layer, groups, figures: figures.clone() }
    };
    golden.as_object().expect("sound").iter().map(read).collect()
}

impl Graph {
    fn figure(&self, key: &str) -> f64 {
        self.figures[key].as_f64().unwrap_or_else(|| panic!("{} has no {key}", self.name))
    }

    fn close(&self, key: &str, got: f64, to: f64) {
        let expected = self.figure(key);
        assert!((expected - got).abs() <= to, "{} {key}: {expected} but {got}", self.name);
    }

    fn top(&self, key: &str, values: &[f64], to: f64) {
        let rows = self.figures[key].as_array().expect("sound");
        let mut sorted = values.to_vec();
        sorted.sort_by(|one, other| other.total_cmp(one));
        for (row, next) in rows.iter().zip(sorted) {
            let (node, expected) = (row[0].as_u64().expect("sound") as usize, row[1].as_f64().expect("sound"));
            assert!((values[node] - expected).abs() <= to, "{} {key} of {node}", self.name);
            assert!((next - expected).abs() <= to, "{} {key}: the order", self.name);
        }
    }
}

#[test]
fn counts_and_shapes_agree() {
    for graph in graphs() {
        let (layer, work) = (&graph.layer, Work::unbounded());
        graph.close("n", layer.nodes() as f64, 0.0);
        graph.close("m", layer.ties() as f64, 0.0);
        let degrees = degree::degrees(layer, &work).unwrap();
        graph.close("max_degree", f64::from(*degrees.iter().max().unwrap()), 0.0);
        graph.close("mean_degree", degrees.iter().sum::<u32>() as f64 / layer.nodes() as f64, 1e-12);
        let sizes = components::sizes(&components::weak(layer, &work).unwrap());
        graph.close("components", sizes.len() as f64, 0.0);
        graph.close("largest", sizes.iter().map(|(_, size)| *size).max().unwrap() as f64, 0.0);
        let triangles: u64 = triangles::triangles(layer, &work).unwrap().iter().sum();
        graph.close("triangles", triangles as f64 / 3.0, 0.0);
        graph.close("transitivity", clustering::transitivity(layer, &work).unwrap().unwrap_or(0.0), 1e-12);
        let local = clustering::local(layer, &work).unwrap();
        let mean = local.iter().flatten().sum::<f64>() / layer.nodes() as f64;
        graph.close("avg_local_clustering_zero", mean, 1e-12);
        let cores = core::core_numbers(layer, &work).unwrap();
        graph.close("degeneracy", f64::from(*cores.iter().max().unwrap()), 0.0);
        graph.close("core_sum", f64::from(cores.iter().sum::<u32>()), 0.0);
        let ways = paths::ways(layer, &work).unwrap();
        graph.close("lcc_diameter", ways.longest.unwrap() as f64, 0.0);
        graph.close("lcc_avg_path", ways.mean.unwrap(), 1e-12);
        let pairs = layer.nodes() as f64 * (layer.nodes() as f64 - 1.0) / 2.0;
        assert!((density::density(layer).unwrap() - layer.ties() as f64 / pairs).abs() < 1e-15);
    }
}

#[test]
fn rankings_agree() {
    for graph in graphs() {
        let (layer, work) = (&graph.layer, Work::unbounded());
        let rank = pagerank::pagerank(layer, &pagerank::Walk::default(), &work).unwrap();
        graph.top("pagerank_top10", &rank, 1e-9);
        graph.top("betweenness_top10", &betweenness::exact(layer, Length::Step, &work).unwrap(), 1e-6);
    }
}

#[test]
fn communities_are_at_least_as_good() {
    for graph in graphs() {
        let work = Work::unbounded();
        for seed in 1..=5 {
            let group = leiden(&graph.layer, &Settings { seed, ..Settings::default() }, &work).unwrap();
            let found = modularity(&graph.layer, &group, 1.0, &work).unwrap().unwrap();
            for key in ["louvain_modularity_min_max", "leiden_modularity_min_max"] {
                let least = graph.figures[key][0].as_f64().unwrap();
                assert!(found >= least - 1e-9, "{} {key}: {found} below {least}", graph.name);
            }
        }
        if let Some(expected) = graph.figures["truth_modularity"].as_f64() {
            let mut names: Vec<&String> = graph.groups.iter().collect();
            names.sort();
            names.dedup();
            let group: Vec<u32> = graph.groups.iter().map(|own| names.binary_search(&own).unwrap() as u32).collect();
            let found = modularity(&graph.layer, &group, 1.0, &work).unwrap().unwrap();
            assert!((found - expected).abs() < 1e-12);
            graph.close("truth_communities", names.len() as f64, 0.0);
        }
    }
}

type Signal = fn(&Nearness) -> f64;

/// The first eight bytes and the next eight, as whole numbers.
fn drawn(key: &str) -> (Vec<u8>, u64, u64) {
    let hash = Sha256::digest(key.as_bytes()).to_vec();
    let number = |from: usize| hash[from..from + 8].iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    (hash.clone(), number(0), number(8))
}

#[test]
fn likely_ties_are_told_from_unlikely_ones_as_well() {
    for graph in graphs() {
        let Some(expected) = graph.figures["linkpred"]["auc"].as_object() else { continue };
        let nodes = graph.layer.nodes() as u64;
        let mut ties: Vec<(u32, u32)> = graph.layer.each_tie().map(|(from, to, _)| (from, to)).collect();
        ties.sort_by_key(|(u, v)| drawn(&format!("{}:{u}:{v}", graph.name)).0);
        let (test, train) = ties.split_at(ties.len() / 10);
        graph.figures["linkpred"]["test_edges"].as_u64().map(|count| assert_eq!(count as usize, test.len())).unwrap();
        let mut strangers: Vec<(u32, u32)> = Vec::new();
        for turn in 0.. {
            if strangers.len() == test.len() {
                break;
            }
            let (_, a, b) = drawn(&format!("{}:neg:{turn}", graph.name));
            let (a, b) = ((a % nodes) as u32, (b % nodes) as u32);
            if a != b && !graph.layer.out().holds(a, b) {
                strangers.push((a, b));
            }
        }
        let train: Vec<Pair> = train.iter().map(|(u, v)| (*u, *v, 1.0)).collect();
        let layer = Layer::new(graph.layer.nodes(), Direction::Undirected, &train).unwrap();
        let signals: [(&str, Signal); 5] = [
            ("common_neighbors", |near| near.common as f64),
            ("jaccard", |near| near.jaccard),
            ("adamic_adar", |near| near.adamic_adar),
            ("resource_allocation", |near| near.resource_allocation),
            ("pref_attachment", |near| near.attachment),
        ];
        for (name, signal) in signals {
            let score = |(u, v): &(u32, u32)| signal(&nearness(&layer, *u, *v));
            let mut won = 0.0;
            for real in test.iter().map(score) {
                for false_one in strangers.iter().map(score) {
                    let apart = real - false_one;
                    won += if apart.abs() < 1e-12 { 0.5 } else { f64::from(u8::from(apart > 0.0)) };
                }
            }
            let auc = won / (test.len() * strangers.len()) as f64;
            assert!((auc - expected[name].as_f64().unwrap()).abs() <= 1e-6, "{} {name}: {auc}", graph.name);
        }
    }
}
