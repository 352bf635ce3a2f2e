//! `POST /export`: the answer of a document as a file. A list goes out whole, page by page; a file shows what the
//! document shows, to whoever asks; what a limit cuts off is said.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use innograph::api::http::Service;
use innograph::config::Config;
use serde_json::{Value, json};

use crate::process::{import, program, project};
use crate::support::{Served, demo};

/// Every firm, by itself: two pages of the service's own size are not enough.
const FIRMS: &str = "query Firms($n: Int) { enterprises(first: $n) { totalCount edges { cursor node { id nameZh \
    status registeredCapital registeredOn jurisdiction { nameZh } certifications { edges { node { certNo } } } } } } }";

struct File {
    status: u16,
    bytes: Vec<u8>,
    manifest: Value,
}

fn fetch(served: &Served, path: &str, query: &str, variables: &Value) -> File {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let (status, manifest, bytes) = served.file(path, body.into_bytes());
    let manifest = manifest.map(|text| STANDARD.decode(text).expect("base64"));
    let manifest = manifest.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).expect("JSON"));
    File { status, bytes, manifest }
}

/// Rows of a CSV, with their heads.
fn rows(file: &File) -> (Vec<String>, Vec<Vec<String>>) {
    assert_eq!(file.status, 200, "{}", String::from_utf8_lossy(&file.bytes));
    let text = file.bytes.strip_prefix(b"\xef\xbb\xbf").expect("the mark of UTF-8");
    let mut reader = csv::Reader::from_reader(text);
    let own = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let head = own(reader.headers().expect("a head"));
    (head, reader.records().map(|row| own(&row.expect("a row"))).collect())
}

fn code(file: &File) -> String {
    let body: Value = serde_json::from_slice(&file.bytes).unwrap_or_default();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_list_goes_out_whole_and_says_what_it_is() {
    let served = demo();
    let whole = served.data(FIRMS, &json!({ "n": 100 }))["enterprises"].clone();
    let all = whole["edges"].as_array().expect("edges");
    assert_eq!(whole["totalCount"], all.len(), "the oracle takes one page");
    for page in [7, 100] {
        let file = fetch(served, "/export?format=csv", FIRMS, &json!({ "n": page }));
        let (head, rows) = rows(&file);
        assert_eq!(head.len(), 8);
        assert!(head.iter().all(|word| word.chars().any(|letter| letter > '一')), "{head:?}");
        let ids: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
        let wanted: Vec<&str> = all.iter().map(|edge| edge["node"]["id"].as_str().expect("an id")).collect();
        assert_eq!(ids, wanted, "pages of {page}");
        for (row, edge) in rows.iter().zip(all) {
            let node = &edge["node"];
            assert_eq!(row[2], node["nameZh"].as_str().expect("a name"));
            // Codes go out in the bureau's own words, money as a number.
            assert_eq!(row[3] == "存续", node["status"] == "ACTIVE", "{row:?}");
            let capital = node["registeredCapital"].as_str().unwrap_or_default();
            assert_eq!(row[4].parse::<f64>().ok(), capital.parse::<f64>().ok(), "{row:?}");
            assert_eq!(row[6], node["jurisdiction"]["nameZh"].as_str().unwrap_or_default());
            let numbers = node["certifications"]["edges"].as_array().expect("a list").iter();
            let numbers = numbers.filter_map(|one| one["node"]["certNo"].as_str()).collect::<Vec<_>>().join("|");
            assert_eq!(row[7].trim_start_matches('\''), numbers);
        }
        let told = &file.manifest;
        assert_eq!(
            (&told["truncated"], &told["role"], &told["store"]),
            (&json!(false), &json!("PUBLIC"), &json!("demo"))
        );
        assert_eq!(told["counts"]["rows"], all.len());
        assert_eq!(told["bytes"], file.bytes.len());
    }
}

#[test]
fn a_network_goes_out_in_every_format_for_networks() {
    let served = demo();
    let firm = served.data("{ enterprises(first: 1) { edges { node { id } } } }", &json!({}))["enterprises"]["edges"]
        [0]["node"]["id"]
        .clone();
    let query = "query N($id: ID!) { neighborhood(of: {id: $id}, depth: 2, limit: 40) { nodes { distance node { nameZh } } edges { sentenceZh } } }";
    let answer = served.data(query, &json!({ "id": firm }))["neighborhood"].clone();
    let count = |name: &str| answer[name].as_array().expect("a list").len();
    for format in ["gexf", "graphml", "cytoscape", "jsonld", "edges", "xlsx"] {
        let file = fetch(served, &format!("/export?format={format}"), query, &json!({ "id": firm }));
        assert_eq!(file.status, 200, "{format}: {}", String::from_utf8_lossy(&file.bytes));
        let counts = &file.manifest["counts"];
        assert_eq!((&counts["nodes"], &counts["ties"]), (&json!(count("nodes")), &json!(count("edges"))), "{format}");
    }
    let gexf = fetch(served, "/export?format=gexf", query, &json!({ "id": firm }));
    let text = String::from_utf8(gexf.bytes).expect("UTF-8");
    assert_eq!((text.matches("<node ").count(), text.matches("<edge ").count()), (count("nodes"), count("edges")));
    let packed = fetch(served, "/export?format=gexf&zip=1", query, &json!({ "id": firm }));
    let mut archive = zip::ZipArchive::new(Cursor::new(packed.bytes)).expect("an archive");
    assert_eq!(archive.len(), 2);
    let mut manifest = String::new();
    archive.by_index(1).expect("the manifest").read_to_string(&mut manifest).expect("text");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!((&manifest["query"], &manifest["variables"]["id"]), (&json!(query), &firm));
}

#[test]
fn cells_of_statistics_and_single_things_are_rows() {
    let served = demo();
    let query = "{ enterprise(by: {code: \"ent-juneng\"}) { nameZh status } }";
    let (_, rows_of_one) = rows(&fetch(served, "/export?format=csv", query, &json!({})));
    assert_eq!(rows_of_one, [["示例聚能动力电池股份有限公司", "存续"]]);
    let below =
        "{ enterprise(by: {code: \"ent-juneng\"}) { certifications { edges { node { certNo from: validFrom } } } } }";
    let (_, below) = rows(&fetch(served, "/export?format=csv", below, &json!({})));
    assert!(below.len() > 1, "{below:?}");
    let nobody = "{ enterprise(by: {code: \"nobody\"}) { nameZh } }";
    let nothing = fetch(served, "/export?format=csv", nobody, &json!({}));
    assert!(nothing.status != 200 || rows(&nothing).1.is_empty());
}

#[test]
fn the_command_line_asks_like_the_service() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let [data, file, out] = ["data", "firms.graphql", "firms.csv"].map(|name| scratch.path().join(name));
    let taken = import(&data, "demo", &[&project("fixtures/codes"), &project("fixtures/demo")]);
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    std::fs::write(&file, FIRMS).expect("it can be written");
    let run = |more: &[&str]| {
        let mut command = program();
        command.args(["export", "--format", "csv", "--data"]).arg(&data).arg("--query").arg(&file);
        command.arg("--out").arg(&out).args(more).output().expect("the program starts")
    };
    let made = run(&["--variables", "{\"n\": 7}"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let by_program = File { status: 200, bytes: std::fs::read(&out).expect("a file"), manifest: Value::Null };
    let by_service = fetch(demo(), "/export?format=csv", FIRMS, &json!({ "n": 100 }));
    // Cursors and ids are those of another store.
    let told = |file: &File| rows(file).1.into_iter().map(|row| row[2..].to_vec()).collect::<Vec<_>>();
    assert_eq!(told(&by_program), told(&by_service));
    let beside = std::fs::read(scratch.path().join("firms.csv.manifest.json")).expect("a manifest");
    let beside: Value = serde_json::from_slice(&beside).expect("JSON");
    assert_eq!(
        (&beside["query"], &beside["variables"]["n"], &beside["knownAt"]),
        (&json!(FIRMS), &json!("7"), &Value::Null)
    );
    let few = run(&["--variables", "{\"n\": 7}", "--most", "3"]);
    assert!(few.status.success(), "{}", String::from_utf8_lossy(&few.stderr));
    let wrong = run(&["--variables", "7"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn what_a_limit_cuts_off_is_said() {
    let mut config = Config { store_name: "demo".into(), ..Config::default() };
    config.limits.export_rows = 5;
    let engine = Arc::clone(&demo().engine);
    let service = Service::new(Arc::clone(&engine), &config);
    let served = Served::serving("demo", engine, service);
    let file = fetch(&served, "/export?format=csv", FIRMS, &json!({ "n": 3 }));
    assert_eq!((rows(&file).1.len(), &file.manifest["truncated"]), (5, &json!(true)));
    // A list in a fragment is not asked on: what is there goes out, and that there may be more is said.
    let fragment = "{ ...All } fragment All on Query { enterprises(first: 2) { edges { node { id } } } }";
    let file = fetch(demo(), "/export?format=csv", fragment, &json!({}));
    assert_eq!((rows(&file).1.len(), &file.manifest["truncated"]), (2, &json!(true)));
}

#[test]
fn what_is_refused_is_refused_with_its_reason() {
    let served = demo();
    let cases = [
        ("/export", FIRMS, 400, "EXPORT_FORMAT"),
        ("/export?format=doc", FIRMS, 400, "EXPORT_FORMAT"),
        ("/export?format=gexf", FIRMS, 422, "EXPORT_SHAPE"),
        ("/export?format=csv", "mutation { saveSource { __typename } }", 400, "EXPORT_DOCUMENT"),
        ("/export?format=csv", "{ a: viewer { role } b: viewer { role } }", 400, "EXPORT_DOCUMENT"),
        ("/export?format=csv", "{ enterprises { totalCount } }", 400, "EXPORT_DOCUMENT"),
        ("/export?format=csv", "{ enterprises { edges { node { nothing } } } }", 400, "VALIDATION"),
        ("/export?format=csv", "{ enterprises(first: 100000) { edges { node { id } } } }", 400, ""),
    ];
    for (path, query, status, wanted) in cases {
        let file = fetch(served, path, query, &json!({ "n": 3 }));
        assert_eq!(file.status, status, "{path} {query}: {}", String::from_utf8_lossy(&file.bytes));
        assert!(wanted.is_empty() || code(&file) == wanted, "{path} {query}: {}", code(&file));
        assert_eq!(file.manifest, Value::Null);
    }
    let codes: BTreeSet<&str> = cases.iter().map(|case| case.3).collect();
    assert_eq!(codes.len(), 5);
}
