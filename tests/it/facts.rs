//! Every public fact that fixtures/xinxiang/README.md claims: its row is in the files, the service
//! shows what the row says, and the source shown is the one of the row, and of the fact list where
//! the shared test data are there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{KINDS, RELATIONS, Row, Store, cell, today};
use crate::expected::{number, text};
use crate::support::{project, xinxiang};
use crate::words::word;

/// A line of the mapping table: fact, file, key of the row.
struct Claim {
    fact: String,
    file: String,
    key: String,
}

fn claims() -> Vec<Claim> {
    let readme = std::fs::read_to_string(project("fixtures/xinxiang/README.md")).expect("the README");
    let lines = readme.lines().filter(|line| line.starts_with("| F") && line.contains(".csv |"));
    let claim = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Claim { fact: cells[1].to_owned(), file: cells[2].to_owned(), key: cells[3].to_owned() }
    };
    lines.map(claim).collect()
}

fn real() -> Store {
    Store::load(&project(""), &["fixtures/codes", "fixtures/xinxiang"])
}

/// Root field of a kind.
fn field(kind: &str) -> String {
    let mut words = kind.split('_').map(str::to_lowercase);
    let first = words.next().expect("a word");
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// A node with its names, identifiers, statements, certificates and outgoing ties.
fn ask(csv: &Store, key: &str) -> Value {
    let field = field(csv.kind(key));
    let query = format!(
        "query Subject($by: Reference!) {{ {field}(by: $by) {{
            key nameZh source {{ address }}
            names {{ text language kind validFrom validTo source {{ address }} }}
            identifiers {{ scheme value source {{ address }} }}
            statements {{ attribute value validFrom validTo source {{ address }} }}
            certifications(first: 100) {{ edges {{ node {{ scheme {{ code }} validFrom validTo isInForce source {{ address }} }} }} }}
            ties(direction: FORWARD, first: 100) {{ totalCount edges {{ node {{ relation since until to {{ key }} details {{ name text }} source {{ address }} }} }} }}
        }} }}"
    );
    let found = &xinxiang().data(&query, &json!({ "by": { "code": key } }))[&field];
    assert_eq!(found["key"], json!(key), "{key} is not shown");
    assert!(found["ties"]["totalCount"].as_u64() <= Some(100), "{key} has more ties than a page holds");
    found.clone()
}

/// Everything this fact says is shown, with its source.
fn judge(csv: &Store, claim: &Claim, row: &Row) -> Result<(), String> {
    let address = text(cell(csv.source(cell(row, "source")), "address"));
    let subject =
        ["entity", "holder", "from"].into_iter().map(|column| cell(row, column)).find(|cell| !cell.is_empty());
    let found = ask(csv, &csv.resolve(subject.unwrap_or(&claim.key)));
    let sourced = |entry: &Value| entry["source"]["address"] == address;
    let entries = |name: &str| found[name].as_array().expect("a list").clone();
    let nodes = |name: &str| {
        found[name]["edges"].as_array().expect("edges").iter().map(|edge| edge["node"].clone()).collect::<Vec<_>>()
    };
    let known = |wanted: bool, what: &str, all: Vec<Value>| {
        if wanted {
            Ok(())
        } else {
            Err(format!("{} {}: {what} with source {address} is not among {}", claim.fact, claim.key, json!(all)))
        }
    };
    let dated = |entry: &Value, from: &str, to: &str| {
        entry[from] == text(cell(row, if from == "since" { "since" } else { "validFrom" }))
            && entry[to] == text(cell(row, if to == "until" { "until" } else { "validTo" }))
    };
    match claim.file.as_str() {
        "names.csv" => {
            let all = entries("names");
            let is_it = |entry: &Value| {
                ["text", "language", "kind"].iter().all(|column| entry[column] == json!(cell(row, column)))
            };
            known(
                all.iter().any(|entry| is_it(entry) && sourced(entry) && dated(entry, "validFrom", "validTo")),
                cell(row, "text"),
                all,
            )
        }
        "identifiers.csv" => {
            let all = entries("identifiers");
            let is_it =
                |entry: &Value| ["scheme", "value"].iter().all(|column| entry[column] == json!(cell(row, column)));
            known(all.iter().any(|entry| is_it(entry) && sourced(entry)), cell(row, "value"), all)
        }
        "statements.csv" => {
            let all = entries("statements");
            let value = shown(cell(row, "attribute"), cell(row, "value"));
            let is_it = |entry: &Value| entry["attribute"] == json!(cell(row, "attribute")) && entry["value"] == value;
            known(
                all.iter().any(|entry| is_it(entry) && sourced(entry) && dated(entry, "validFrom", "validTo")),
                cell(row, "value"),
                all,
            )
        }
        "certifications.csv" => {
            let all = nodes("certifications");
            let scheme = json!(format!("SCHEME:{}", cell(row, "scheme")));
            let counts = json!(csv.counts(row, today()));
            let is_it = |entry: &Value| {
                entry["scheme"]["code"] == scheme
                    && entry["isInForce"] == counts
                    && dated(entry, "validFrom", "validTo")
            };
            known(all.iter().any(|entry| is_it(entry) && sourced(entry)), cell(row, "scheme"), all)
        }
        file => match RELATIONS.iter().find(|relation| relation.0 == file) {
            Some(relation) => {
                let all = nodes("ties");
                let to = json!(csv.resolve(cell(row, "to")));
                let is_it = |entry: &Value| {
                    entry["relation"] == json!(relation.1) && entry["to"]["key"] == to && dated(entry, "since", "until")
                };
                if all.iter().any(|entry| is_it(entry) && !sourced(entry))
                    && !all.iter().any(|entry| is_it(entry) && sourced(entry))
                {
                    return Err(format!(
                        "{} {}: an equal tie from another source was taken first",
                        claim.fact, claim.key
                    ));
                }
                known(all.iter().any(|entry| is_it(entry) && sourced(entry)), &format!("{} → {to}", relation.1), all)
            }
            None => {
                if found["nameZh"] != json!(cell(row, "nameZh")) || !sourced(&found) {
                    return Err(format!("{} {}: {}", claim.fact, claim.key, found["source"]));
                }
                let no_values = [
                    "key",
                    "nameZh",
                    "nameEn",
                    "validFrom",
                    "validTo",
                    "source",
                    "method",
                    "basis",
                    "confidence",
                    "code",
                ];
                let all = entries("statements");
                for (attribute, value) in
                    row.iter().filter(|(name, value)| !no_values.contains(&name.as_str()) && !value.is_empty())
                {
                    let is_it = |entry: &Value| {
                        entry["attribute"] == json!(attribute)
                            && (entry["value"] == shown(attribute, value) || is_code(value))
                    };
                    known(all.iter().any(|entry| is_it(entry) && sourced(entry)), attribute, all.clone())?;
                }
                Ok(())
            }
        },
    }
}

/// Is it a code, whose word is judged by `words`?
fn is_code(value: &str) -> bool {
    value.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

/// A value as a statement shows it.
fn shown(attribute: &str, value: &str) -> Value {
    match attribute {
        "listedBoard" | "scaleClass" => json!(word(attribute, value)),
        "registeredCapital" | "size" => number(value),
        _ => json!(value.replace('|', "、")),
    }
}

#[test]
fn every_claimed_fact_is_shown_with_its_source() {
    let csv = real();
    let claims = claims();
    assert!(claims.len() >= 120, "{} facts", claims.len());
    let mut failed = Vec::new();
    for claim in &claims {
        let Some(row) = csv.rows(&claim.file).iter().find(|row| cell(row, "key") == claim.key) else {
            failed.push(format!("{}: {} has no row {}", claim.fact, claim.file, claim.key));
            continue;
        };
        failed.extend(judge(&csv, claim, row).err());
    }
    println!("{} facts, {} not as claimed", claims.len(), failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_sources_are_those_of_the_fact_list() {
    let Some(folder) = test_data() else {
        println!("not run: INNOGRAPH_TEST_DATA is not set");
        return;
    };
    let mut list: BTreeMap<String, (String, String)> = BTreeMap::new();
    for file in ["xinxiang_facts.tsv", "xinxiang_facts2.tsv"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let head = lines.next().expect("a header");
        let column = |name: &str| head.iter().position(|known| *known == name).expect("a column");
        let (id, url, grade) = (column("id"), column("source_url"), column("grade"));
        list.extend(lines.map(|cells| (cells[id].to_owned(), (cells[url].to_owned(), cells[grade].to_owned()))));
    }
    let csv = real();
    let mut failed = Vec::new();
    for claim in claims() {
        let row = csv.rows(&claim.file).iter().find(|row| cell(row, "key") == claim.key).expect("claimed rows exist");
        let source = csv.source(cell(row, "source"));
        let Some((url, grade)) = list.get(&claim.fact) else {
            failed.push(format!("{} is not in the list", claim.fact));
            continue;
        };
        // The plan itself is a file of the city; it has a number and no address.
        let same = cell(source, "address") == url
            || (cell(source, "address").is_empty() && !cell(source, "docNo").is_empty() && !url.starts_with("http"));
        if !same {
            failed.push(format!("{}: {} instead of {url}", claim.fact, cell(source, "address")));
        }
        if grade == "C" || cell(source, "grade") != grade {
            failed.push(format!("{}: grade {} instead of {grade}", claim.fact, cell(source, "grade")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[expect(clippy::disallowed_methods, reason = "where the shared test data are is no setting of the program")]
pub fn test_data() -> Option<std::path::PathBuf> {
    std::env::var_os("INNOGRAPH_TEST_DATA").map(Into::into)
}

#[test]
fn every_row_has_a_source_and_none_of_grade_c() {
    for folder in ["fixtures/xinxiang", "fixtures/demo"] {
        let own = Store::load(&project(""), &["fixtures/codes", folder]);
        let files = KINDS.iter().map(|row| row.0).chain(RELATIONS.iter().map(|row| row.0));
        let mut rows = 0;
        for file in files.chain(["names.csv", "identifiers.csv", "statements.csv", "certifications.csv"]) {
            for row in own.rows(file) {
                // A source that is not there panics.
                own.source(cell(row, "source"));
                rows += 1;
            }
        }
        assert!(rows > 500, "{folder}: {rows} rows");
    }
    let real = Store::load(&project(""), &["fixtures/xinxiang"]);
    for source in real.rows("sources.csv") {
        assert!(["A", "B"].contains(&cell(source, "grade")), "{source:?}");
        assert!(!cell(source, "address").is_empty() || !cell(source, "docNo").is_empty(), "{source:?}");
    }
}

#[test]
fn invented_things_are_named_so_and_real_ones_never() {
    let demo = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let mut invented = 0;
    for (file, ..) in KINDS {
        let codes = Store::load(&project(""), &["fixtures/codes"]);
        let of_codes: Vec<&str> = codes.rows(file).iter().map(|row| cell(row, "key")).collect();
        for row in demo.rows(file).iter().filter(|row| !of_codes.contains(&cell(row, "key"))) {
            // Invented fields and chain links say so by their source.
            let is_field = *file == "terms.csv" && cell(demo.source(cell(row, "source")), "title").contains("示例");
            assert!(
                cell(row, "nameZh").contains("示例") || is_field,
                "{file} {}: {}",
                cell(row, "key"),
                cell(row, "nameZh")
            );
            invented += 1;
        }
    }
    assert!(invented > 250, "{invented}");
    for entry in std::fs::read_dir(project("fixtures/xinxiang"))
        .expect("the fixture")
        .map(|entry| entry.expect("an entry").path())
    {
        if entry.extension().is_some_and(|ending| ending == "csv") {
            let text = std::fs::read_to_string(&entry).expect("text");
            assert!(!text.contains("示例") && !text.to_lowercase().contains("demo "), "{}", entry.display());
        }
    }
}

#[test]
fn the_readmes_count_the_rows_that_are_there() {
    let real = Store::load(&project(""), &["fixtures/xinxiang"]);
    let readme = std::fs::read_to_string(project("fixtures/xinxiang/README.md")).expect("the README");
    let mut counted = 0;
    // “enterprises 61、institutes 41、…”: the name of a file and its rows.
    for line in
        readme.lines().filter(|line| ["* 事物：", "* 记录：", "* 关系："].iter().any(|head| line.starts_with(head)))
    {
        for part in line.split(['：', '、', '。']).filter(|part| part.contains(' ')) {
            let Some((file, rows)) = part.trim().split_once(' ').filter(|(_, rows)| rows.parse::<usize>().is_ok())
            else {
                continue;
            };
            assert_eq!(real.rows(&format!("{file}.csv")).len().to_string(), rows, "fixtures/xinxiang {file}");
            counted += 1;
        }
    }
    let claimed = claims().len().to_string();
    assert!(readme.contains(&format!("对应的事实 {claimed} 条")), "the README does not count {claimed} facts");
    assert!(readme.contains(&format!("来源 {} 个", real.rows("sources.csv").len())));
    let demo = Store::load(&project(""), &["fixtures/demo"]);
    let readme = std::fs::read_to_string(project("fixtures/demo/README.md")).expect("the README");
    for line in readme.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        if let (true, Ok(rows)) = (cells[1].ends_with(".csv"), cells[2].parse::<usize>()) {
            assert_eq!(demo.rows(cells[1]).len(), rows, "fixtures/demo {}", cells[1]);
            counted += 1;
        }
    }
    assert!(counted > 50, "{counted} files");
}
