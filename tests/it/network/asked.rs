//! Networks asked for over the API: what is refused, what is undefined, what adds up.

use innograph::config::{Config, Limits};
use serde_json::{Value, json};

use crate::support::{Served, demo, engine_of, files};

pub fn config(limits: Limits) -> Config {
    // Where the audit log is kept; it stays for as long as the service writes there.
    let data = tempfile::tempdir().expect("a scratch folder").keep();
    Config { limits, data, ..Config::default() }
}

/// The code of the refusal of a network of this layer with these fields.
fn refused(served: &Served, layer: &str, fields: &str) -> String {
    let answer = served.ask(&format!("{{ network(layer: {layer}) {{ {fields} }} }}"), &json!({}));
    let error = &answer["errors"][0];
    let said = |language: &str| error["extensions"][language].as_str().unwrap_or_default().to_owned();
    assert!(!said("zh").is_empty() && !said("en").is_empty(), "{answer}");
    error["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

fn network(layer: &str, fields: &str) -> Value {
    demo().data(&format!("{{ network(layer: {layer}) {{ {fields} }} }}"), &json!({}))["network"].clone()
}

const PLAIN: &str = "{relations: [PARTICIPATES_IN]}";

#[test]
fn what_makes_no_sense_is_refused_with_a_code() {
    let long = format!(
        "{{relations: [PARTICIPATES_IN], boundary: {{organizations: [{}]}}}}",
        "{code: \"ent-juneng\"} ".repeat(501)
    );
    let cases: [(&str, &str, &str); 14] = [
        ("{relations: []}", "nodeCount", "NETWORK_RELATIONS"),
        ("{relations: [LOCATED_IN]}", "nodeCount", "NETWORK_RELATIONS"),
        ("{relations: [SUPPLIES], modes: TWO_MODE}", "nodeCount", "NETWORK_MODES"),
        ("{relations: [SUPPLIES], halfLifeYears: 0}", "nodeCount", "NETWORK_HALF_LIFE"),
        ("{relations: [SUPPLIES], halfLifeYears: -1e300}", "nodeCount", "NETWORK_HALF_LIFE"),
        ("{relations: [SUPPLIES], from: \"2020-01-02\", to: \"2020-01-01\"}", "nodeCount", "NETWORK_WINDOW"),
        ("{relations: [SUPPLIES], boundary: {region: {name: \"没有这个地方\"}}}", "nodeCount", "UNKNOWN_REFERENCE"),
        (&long, "nodeCount", "NETWORK_BOUNDARY"),
        (PLAIN, "communities(resolution: 1e9) { count }", "NETWORK_RESOLUTION"),
        (PLAIN, "betweennessSample(pivots: 0) { error }", "NETWORK_PIVOTS"),
        (PLAIN, "whatIf(remove: []) { cutOffCount }", "NETWORK_REMOVE"),
        (PLAIN, "whatIf(remove: [{code: \"990100\"}]) { cutOffCount }", "NOT_IN_NETWORK"),
        (PLAIN, "series(windows: []) { newTies }", "NETWORK_WINDOWS"),
        (PLAIN, "ranking(by: DEGREE, first: 0) { totalCount }", "PAGE_SIZE"),
    ];
    for (layer, fields, code) in cases {
        // Values in arguments have a limit of their own, which may be met first.
        let found = refused(demo(), layer, fields);
        assert!(
            found == code || (code == "NETWORK_BOUNDARY" && found == "ARGUMENTS_TOO_LARGE"),
            "{fields}: {found}, not {code}"
        );
    }
}

const FIGURES: &str = "nodeCount tieCount density meanDegree isolates components largestShare transitivity
    meanClustering meanPath diameter efficiency degeneracy assortativity degreeCentralisation
    betweennessCentralisation concentration smallWorld corePeriphery { fit } openness(by: CITY) { index across }
    communities { count modularity nmi ari } articulations { totalCount } bridges { totalCount }
    ranking(by: BETWEENNESS) { totalCount } newTies { gain } matrix(by: CITY) { ties } removalCurve(by: DEGREE) { largestShare }
    betweennessSample { error pivots } sourceGrades { share } firstDay lastDay";

#[test]
fn a_span_without_ties_and_a_single_firm_have_defined_answers() {
    let empty = network("{relations: [PARTICIPATES_IN], to: \"1950-01-01\"}", FIGURES);
    let alone = network("{relations: [PARTICIPATES_IN], boundary: {organizations: [{code: \"ent-juneng\"}]}}", FIGURES);
    for (network, nodes) in [(&empty, 0), (&alone, 1)] {
        assert_eq!((&network["nodeCount"], &network["tieCount"]), (&json!(nodes), &json!(0)), "{network}");
        for none in [
            "density",
            "transitivity",
            "meanPath",
            "diameter",
            "efficiency",
            "assortativity",
            "degreeCentralisation",
            "betweennessCentralisation",
            "concentration",
            "smallWorld",
            "corePeriphery",
            "firstDay",
        ] {
            assert_eq!(network[none], Value::Null, "{none}");
        }
        assert_eq!(network["communities"]["modularity"], Value::Null);
        assert_eq!((&network["isolates"], &network["components"]), (&json!(nodes), &json!(nodes)));
        assert_eq!(network["newTies"], json!([]));
    }
}

#[test]
fn two_modes_keep_what_stands_between() {
    let fields = "nodeCount tieCount gatheringCount transitivity density";
    let two = network("{relations: [MEMBER_OF], modes: TWO_MODE}", fields);
    let one = network("{relations: [MEMBER_OF]}", fields);
    let (members, alliances) =
        (one["nodeCount"].as_f64().expect("n"), two["gatheringCount"].as_f64().expect("alliances"));
    assert_eq!(two["nodeCount"].as_f64(), Some(members + alliances));
    assert_eq!(two["transitivity"], json!(0.0));
    let density = two["tieCount"].as_f64().expect("m") / (members * alliances);
    assert!((two["density"].as_f64().expect("a density") - density).abs() < 1e-9);
}

#[test]
fn amounts_add_up_to_what_was_signed_once() {
    let sum = |layer: &str| {
        let ties = network(
            layer,
            "withoutAmountCount gatheringCount ties(first: 100) { totalCount edges { node { weight } } }",
        );
        let edges = ties["ties"]["edges"].as_array().expect("ties").clone();
        assert_eq!(ties["ties"]["totalCount"], edges.len(), "one page");
        let sum: f64 = edges.iter().filter_map(|edge| edge["node"]["weight"].as_f64()).sum();
        (sum, ties["gatheringCount"].clone(), ties["withoutAmountCount"].clone())
    };
    let window = "from: \"2019-01-01\", to: \"2020-12-31\"";
    let (amounts, used, _) = sum(&format!("{{relations: [PARTICIPATES_IN], weight: AMOUNT, {window}}}"));
    let list = demo().data(
        "query($f: CollaborationFilter) { collaborations(filter: $f, first: 100) { edges { node { amount participants { totalCount } } } } }",
        &json!({ "f": { "signedOn": { "from": "2019-01-01", "to": "2020-12-31" }, "not": { "kind": ["FRAMEWORK"] } } }),
    );
    let works = list["collaborations"]["edges"].as_array().expect("works").iter().map(|edge| &edge["node"]);
    let paid = works.filter_map(|work| {
        work["amount"].as_str()?.parse::<f64>().ok().filter(|_| work["participants"]["totalCount"].as_u64() > Some(1))
    });
    let paid: Vec<f64> = paid.collect();
    assert_eq!(used, paid.len());
    assert!((amounts - paid.iter().sum::<f64>()).abs() < 1.0, "{amounts} of {}", paid.iter().sum::<f64>());
    // Half-lives only ever take away.
    let (whole, _, _) = sum(&format!("{{relations: [PARTICIPATES_IN], {window}}}"));
    let (faded, _, _) = sum(&format!("{{relations: [PARTICIPATES_IN], halfLifeYears: 2, {window}}}"));
    assert!(faded > 0.0 && faded < whole);
}

#[test]
fn rows_in_another_order_give_the_same_figures() {
    let all = files(&["fixtures/codes", "fixtures/demo"]);
    let mut turned = files(&["fixtures/codes", "fixtures/demo"]);
    for file in &mut turned {
        // The header stays; rows go the other way round, where none holds a line break.
        let text = String::from_utf8(file.bytes.clone()).expect("text");
        let mut lines: Vec<&str> = text.lines().collect();
        if text.matches('"').count() == 0 && lines.len() > 2 {
            lines[1..].reverse();
            file.bytes = (lines.join("\n") + "\n").into_bytes();
        }
    }
    let asked = format!(
        "{{ network(layer: {{relations: [PARTICIPATES_IN, SUPPLIES]}}) {{ {FIGURES} top: ranking(by: PAGERANK, first: 50) {{ edges {{ node {{ value organization {{ nameZh }} }} }} }} }} }}"
    );
    let answer = |files| {
        let engine = engine_of(files);
        let served = Served::trusting(engine, &config(Limits::default()), "示例");
        served.data(&asked, &json!({}))
    };
    assert_eq!(answer(&all), answer(&turned));
}

#[test]
fn a_network_too_large_for_a_request_is_refused_whole() {
    let limits = Limits { walk_rows: 400, ..Limits::default() };
    let engine = engine_of(&files(&["fixtures/codes", "fixtures/demo"]));
    let served = Served::trusting(engine, &config(limits), "示例");
    assert_eq!(refused(&served, PLAIN, "nodeCount"), "NETWORK_TOO_LARGE");
}

#[test]
fn every_figure_stands_in_the_handbook() {
    let handbook = std::fs::read_to_string(crate::support::project("docs/network.md")).expect("the handbook");
    let handbook = handbook.replace("\\|", "|");
    for measure in innograph::network::measures::MEASURES {
        for text in [measure.zh, measure.formula, measure.source, measure.means_zh, measure.means_en] {
            assert!(handbook.contains(text), "{}: {text}", measure.name);
        }
    }
}
