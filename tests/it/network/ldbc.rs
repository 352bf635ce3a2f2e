//! The example graphs of LDBC Graphalytics: exact, and fractions to 1e-9.

use std::collections::BTreeMap;
use std::path::Path;

use innograph::network::layer::{Direction, Layer};
use innograph::network::measures::bfs::{self, Length, UNREACHED};
use innograph::network::measures::clustering;
use innograph::network::measures::components;
use innograph::network::measures::labels;
use innograph::network::measures::pagerank::{self, Shares, Walk};
use innograph::network::work::Work;

use super::{shared, text};

struct Example {
    layer: Layer,
    /// The number that the example gives to each node.
    names: Vec<u64>,
    folder: std::path::PathBuf,
    name: &'static str,
    properties: BTreeMap<String, String>,
}

impl Example {
    fn read(folder: &Path, name: &'static str) -> Self {
        let of = |end: &str| text(&folder.join(format!("{name}{end}")));
        let names: Vec<u64> = of(".v").lines().map(|line| line.trim().parse().expect("sound")).collect();
        let place = |name: &str| names.binary_search(&name.parse().expect("sound")).expect("sound") as u32;
        let tie = |line: &str| {
            let mut parts = line.split_whitespace();
            let mut next = || parts.next().expect("sound");
            (place(next()), place(next()), next().parse::<f64>().expect("sound"))
        };
        let ties: Vec<_> = of(".e").lines().filter(|line| !line.trim().is_empty()).map(tie).collect();
        let properties: BTreeMap<String, String> = of(".properties")
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect();
        let directed = properties[&format!("graph.{name}.directed")] == "true";
        let direction = if directed { Direction::Directed } else { Direction::Undirected };
        let layer = Layer::new(names.len(), direction, &ties).expect("sound");
        Self { layer, names, folder: folder.to_owned(), name, properties }
    }

    fn setting(&self, key: &str) -> &str {
        &self.properties[&format!("graph.{}.{key}", self.name)]
    }

    fn place(&self, name: &str) -> u32 {
        self.names.binary_search(&name.parse().expect("sound")).expect("sound") as u32
    }

    fn expected(&self, algorithm: &str) -> Vec<String> {
        let lines = text(&self.folder.join(format!("{}-{algorithm}", self.name)));
        let mut rows: Vec<(u64, String)> = lines
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, value)| (name.parse().expect("sound"), value.trim().to_owned()))
            .collect();
        rows.sort();
        assert_eq!(rows.len(), self.names.len());
        rows.into_iter().map(|(_, value)| value).collect()
    }

    fn compare(&self, algorithm: &str, got: &[f64]) {
        for (expected, got) in self.expected(algorithm).iter().zip(got) {
            let expected: f64 = expected.parse().expect("sound");
            let same = expected.to_bits() == got.to_bits() || (expected - got).abs() <= 1e-9;
            assert!(same, "{} {algorithm}: {expected} but {got}", self.name);
        }
    }
}

fn each(check: impl Fn(&Example)) {
    let Some(folder) = shared("ldbc") else { return };
    for name in ["example-directed", "example-undirected"] {
        check(&Example::read(&folder, name));
    }
}

#[test]
fn breadth_first_search_and_components_are_exact() {
    each(|example| {
        let work = Work::unbounded();
        let first = example.place(example.setting("bfs.source-vertex"));
        let steps = bfs::steps(&example.layer, first, &work).unwrap();
        let shown: Vec<String> = steps
            .iter()
            .map(|steps| if *steps == UNREACHED { i64::MAX.to_string() } else { steps.to_string() })
            .collect();
        assert_eq!(shown, example.expected("BFS"));
        // Components are compared as divisions: which number one goes by is left open.
        let number = |all: Vec<String>| -> Vec<usize> {
            all.iter().map(|one| all.iter().position(|other| one == other).unwrap()).collect()
        };
        let weak = components::weak(&example.layer, &work).unwrap();
        let weak = weak.iter().map(u32::to_string).collect();
        assert_eq!(number(weak), number(example.expected("WCC")));
    });
}

#[test]
fn shortest_ways_pagerank_and_clustering_agree() {
    each(|example| {
        let work = Work::unbounded();
        let first = example.place(example.setting("sssp.source-vertex"));
        example.compare("SSSP", &bfs::lengths(&example.layer, first, Length::Weight, &work).unwrap());
        let walk = Walk {
            damping: example.setting("pr.damping-factor").parse().unwrap(),
            rounds: example.setting("pr.num-iterations").parse().unwrap(),
            until: 0.0,
            shares: Shares::Equal,
            home: None,
        };
        example.compare("PR", &pagerank::pagerank(&example.layer, &walk, &work).unwrap());
        let local = clustering::local(&example.layer, &work).unwrap();
        let local: Vec<f64> = local.into_iter().map(|value| value.unwrap_or(0.0)).collect();
        example.compare("LCC", &local);
    });
}

#[test]
fn spreading_labels_is_exact() {
    each(|example| {
        let rounds = example.setting("cdlp.max-iterations").parse().unwrap();
        let labels = labels::labels(&example.layer, rounds, &Work::unbounded()).unwrap();
        let shown: Vec<String> = labels.iter().map(|label| example.names[*label as usize].to_string()).collect();
        assert_eq!(shown, example.expected("CDLP"));
    });
}
