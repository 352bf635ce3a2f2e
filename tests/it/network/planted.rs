//! A synthetic city in which communities, breaks and gaps of chains are planted: all are found. What else is
//! found as a break is recounted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use innograph::config::Limits;
use innograph::domain::{Day, Relation};
use innograph::graph::{Budget, EntityRow, Lens};
use innograph::network::measures::communities::nmi;
use innograph::network::measures::cuts::cuts;
use innograph::network::measures::leiden::{Settings, leiden};
use innograph::network::work::Work;
use innograph::network::{Choice, Frameworks, Modes, Network, Outside, Weight, Window, network};
use innograph::rights::{Rights, Role};
use serde_json::json;

use crate::process::program;
use crate::support::{Served, bare_engine_of, files};

/// Rows of a file of the city.
fn rows(city: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(city.join(name)).unwrap_or_else(|cause| panic!("{name}: {cause}"));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn collaboration(lens: &Lens<'_>) -> Network {
    let choice = Choice {
        relations: vec![Relation::ParticipatesIn],
        weight: Weight::Shared,
        half_life: None,
        modes: Modes::One,
        window: Window { from: None, to: None, frameworks: Frameworks::LeftOut },
        members: None,
        outside: Outside::LeftOut,
    };
    network(lens, &choice).expect("the budget is enough")
}

/// Can one reach the other without a node or a tie?
fn reaches(network: &Network, from: u32, to: u32, without: &dyn Fn(u32, u32) -> bool) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for there in network.layer.out().row(node) {
            if !without(node, *there) && seen.insert(*there) {
                open.push(*there);
            }
        }
    }
    seen.contains(&to)
}

#[test]
fn what_is_planted_is_found() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let city = scratch.path().join("city");
    let made = program()
        .args(["generate", "--organizations", "1500", "--seed", "5", "--variant", "dense", "--out"])
        .arg(&city)
        .output()
        .expect("the program starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let here = city.display().to_string();
    let folders = ["fixtures/codes", "fixtures/codes/fields", "fixtures/codes/industry", &here];
    let engine = bare_engine_of(&files(&folders));
    let (view, budget) = (engine.view(), Budget::new(1 << 40));
    let day = Day::from_date(2021, 12, 31).expect("a day");
    let lens = Lens::new(view.state(), day, Rights::of(Role::Public), &budget);
    let network = collaboration(&lens);
    communities(&city, &lens, &network);
    breaks(&city, &lens, &network);
    let served = Served::trusting(engine, &super::asked::config(Limits::default()), "示例");
    chains(&city, &served);
}

fn key<'v>(lens: &Lens<'v>, node: EntityRow) -> &'v str {
    lens.identifier(node, innograph::domain::identifier::Scheme::Internal).unwrap_or_default()
}

fn communities(city: &Path, lens: &Lens<'_>, network: &Network) {
    let planted = rows(city, "truth/communities.csv");
    let planted: BTreeMap<&str, &str> =
        planted.iter().map(|row| (row["organization"].as_str(), row["community"].as_str())).collect();
    let group = leiden(&network.layer, &Settings::default(), &Work::unbounded()).expect("unbounded");
    let mut names: Vec<&str> = planted.values().copied().collect();
    names.sort();
    names.dedup();
    let known = network.nodes.iter().zip(&group).filter_map(|(node, found)| {
        let own = planted.get(key(lens, *node))?;
        Some((*found, names.binary_search(own).expect("known") as u32))
    });
    let (found, planted): (Vec<u32>, Vec<u32>) = known.unzip();
    assert!(found.len() > 1_000, "{}", found.len());
    let likeness = nmi(&found, &planted).expect("some");
    assert!(likeness >= 0.9, "NMI {likeness}");
}

fn breaks(city: &Path, lens: &Lens<'_>, network: &Network) {
    let found = cuts(&network.layer, &Work::unbounded()).expect("unbounded");
    let name = |node: u32| key(lens, network.nodes[node as usize]).to_owned();
    let nodes: BTreeSet<String> = found.articulations.iter().map(|cut| name(cut.node)).collect();
    for row in rows(city, "truth/articulation_points.csv") {
        assert!(nodes.contains(&row["organization"]), "{row:?} is planted and not found");
    }
    let pair = |one: String, other: String| if one < other { (one, other) } else { (other, one) };
    let ties: BTreeSet<(String, String)> =
        found.bridges.iter().map(|bridge| pair(name(bridge.ends.0), name(bridge.ends.1))).collect();
    let planted = rows(city, "truth/bridges.csv");
    assert!(!planted.is_empty());
    for row in planted {
        let planted = pair(row["from"].clone(), row["to"].clone());
        assert!(ties.contains(&planted), "{planted:?} is planted and not found");
    }
    // Whatever else is said to break the network does.
    for bridge in &found.bridges {
        let (one, other) = bridge.ends;
        let is_it = |from: u32, to: u32| (from, to) == (one, other) || (to, from) == (one, other);
        assert!(!reaches(network, one, other, &is_it), "{bridge:?}");
    }
    for cut in &found.articulations {
        let partners = network.layer.out().row(cut.node);
        let gone = |from: u32, to: u32| from == cut.node || to == cut.node;
        assert!(partners.iter().any(|there| !reaches(network, partners[0], *there, &gone)), "{cut:?}");
    }
}

fn chains(city: &Path, served: &Served) {
    let query = "query($region: Reference!) { chainGaps(chain: \"SYN_CHAIN\", region: $region, first: 200, asOf: \"2021-12-31\") {
        standing localCount highTechCount supplyCount outsideShare link { code } } }";
    let planted: BTreeMap<String, BTreeMap<String, String>> =
        rows(city, "truth/chain_links.csv").into_iter().map(|row| (row["term"].clone(), row)).collect();
    let answer = served.data(query, &json!({ "region": { "code": "970100" } }));
    let found = answer["chainGaps"].as_array().expect("links");
    assert_eq!(found.len(), planted.len());
    for link in found {
        let code = link["link"]["code"].as_str().expect("a code");
        let row = planted.get(code).unwrap_or_else(|| panic!("{code} is no planted link"));
        let number = |name: &str| row[name].parse::<u64>().expect("a number");
        let supplies = number("supplies");
        let share = number("suppliesFromOutside") as f64 / supplies.max(1) as f64;
        let share = (supplies > 0).then(|| (share * 1e6).round() / 1e6);
        let counts = ["localCount", "highTechCount", "supplyCount"].map(|name| link[name].as_u64());
        assert_eq!(link["standing"], row["standing"], "{code}: {row:?}, but {link}");
        assert_eq!(counts, ["localFirms", "highTechFirms", "supplies"].map(|name| Some(number(name))), "{code}");
        assert_eq!(link["outsideShare"], json!(share), "{code}");
    }
}
