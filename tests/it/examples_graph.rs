//! Oracles of paths, neighbourhoods and rankings: the files are walked again.

use serde_json::{Value, json};

use crate::csv_oracle::{Edge, RELATIONS, cell};
use crate::examples_oracle::Case;
use crate::expected::{bag, containing, text};
use crate::partners_oracle::{self, Wish};
use crate::words::word;

/// Every step is a row of the files, the routes are the shortest, and there are as many as there are.
pub fn paths(case: &Case<'_>) {
    const LONGEST: &[(usize, usize)] = &[(4, 5), (6, 5)];
    let (from, to) = (case.key(&case.variables["from"]), case.key(&case.variables["to"]));
    let found = &case.data()["paths"];
    let paths = found["paths"].as_array().expect("paths");
    let distance = case.csv.distances(&from, case.day).get(&to).copied().expect("they are linked");
    let (longest, first) = *LONGEST.iter().find(|(longest, _)| *longest >= distance).expect("within reach");
    let counts = case.csv.count_routes(&from, &to, longest, case.day);
    let lengths: Vec<u64> =
        counts.iter().enumerate().flat_map(|(length, count)| std::iter::repeat_n(length as u64, *count)).collect();
    let shown: Vec<u64> = paths.iter().map(|path| path["length"].as_u64().expect("a length")).collect();
    assert_eq!(shown, lengths.iter().copied().take(first).collect::<Vec<_>>(), "lengths of the shortest routes");
    assert_eq!(shown[0], distance as u64);
    assert_eq!(found["truncated"], json!(lengths.len() > first));
    let mut seen = Vec::new();
    for path in paths {
        let steps = path["steps"].as_array().expect("steps");
        assert_eq!(path["length"], steps.len());
        let names: Vec<&str> = steps.iter().map(|step| step["to"]["nameZh"].as_str().expect("a name")).collect();
        assert_eq!(names.last().map(|name| (*name).to_owned()), Some(case.name(&to)));
        let start = case.name(&from);
        let way = [vec![start.as_str()], names].concat();
        assert_eq!(path["summaryZh"], json!(way.join(" → ")));
        for (step, pair) in steps.iter().zip(way.windows(2)) {
            assert_eq!(step["from"]["nameZh"], json!(pair[0]));
            judge_step(case, step);
        }
        assert!(!seen.contains(&steps), "a route twice");
        seen.push(steps);
    }
}

fn judge_step(case: &Case<'_>, step: &Value) {
    let (here, there) =
        (step["from"]["nameZh"].as_str().expect("a name"), step["to"]["nameZh"].as_str().expect("a name"));
    let relation = step["tie"]["relation"].as_str().expect("a relation");
    let ties = case.csv.explaining(&case.csv.by_name(here), case.day);
    let mut fitting = ties.iter().filter(|tie| tie.relation == relation && case.name(&tie.other) == there);
    let sentence = step["sentenceZh"].as_str().expect("a sentence");
    assert!(sentence.contains(here) && sentence.contains(there), "{sentence}");
    let fits = fitting.any(|tie| {
        let since = text(cell(tie.row, "since"));
        let details: Vec<String> = [detail(tie), sum(cell(tie.row, "amount")), cell(tie.row, "round").to_owned()]
            .into_iter()
            .filter(|detail| !detail.is_empty())
            .collect();
        // A sentence says the word, not its explanation: 受托方, not 受托方、转让方.
        let word = |detail: &str| detail.split(['，', '；', '：', '（', '、']).next().unwrap_or_default().to_owned();
        let told = details.iter().all(|detail| sentence.contains(&word(detail)));
        let tie_found = &step["tie"];
        let shown = tie_found.get("details").is_none_or(|shown| {
            let texts: Vec<&str> = shown
                .as_array()
                .expect("details")
                .iter()
                .map(|detail| detail["text"].as_str().expect("a text"))
                .collect();
            texts.len() == details.len() && details.iter().all(|detail| texts.contains(&detail.as_str()))
        });
        let source = tie_found
            .get("source")
            .is_none_or(|shown| *shown == case.source(tie.row, &["issuer", "title", "date", "address"]));
        told && shown && source && tie_found.get("since").is_none_or(|shown| *shown == since)
    });
    assert!(fits, "no row says {step:#}");
}

/// Role or instrument of a tie in words; each relation has its own list.
fn detail(tie: &Edge<'_>) -> String {
    let (column, list) = match tie.relation {
        "PARTICIPATES_IN" => ("role", "participant"),
        "OPERATES" => ("role", "operator"),
        "MEMBER_OF" => ("role", "member"),
        "IN_CLUSTER" => ("role", "clusterRole"),
        "FUNDS" => ("instrument", "instrument"),
        _ => return String::new(),
    };
    match cell(tie.row, column) {
        "" => String::new(),
        code => word(list, code),
    }
}

/// A sum as the bureau writes it.
fn sum(cell: &str) -> String {
    let Ok(yuan) = cell.parse::<f64>() else { return String::new() };
    let plain = |value: f64| {
        let text = format!("{value:.6}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match yuan {
        _ if yuan >= 1e8 => format!("{} 亿元", plain(yuan / 1e8)),
        _ if yuan >= 1e4 => format!("{} 万元", plain(yuan / 1e4)),
        _ => format!("{} 元", plain(yuan)),
    }
}

pub fn neighborhood(case: &Case<'_>) {
    let center = case.key(&case.variables["of"]);
    let depth = case.variables["depth"].as_u64().expect("a depth");
    let relations: Vec<&str> = case.variables["relations"]
        .as_array()
        .expect("relations")
        .iter()
        .map(|name| name.as_str().expect("a name"))
        .collect();
    let mut found: Vec<(String, u64)> = vec![(center, 0)];
    let mut walked: Vec<Edge<'_>> = Vec::new();
    let mut next = 0;
    while let Some((key, distance)) = found.get(next).cloned() {
        next += 1;
        if distance == depth {
            continue;
        }
        for tie in case.csv.ties_around(&key, &relations, case.day) {
            if !found.iter().any(|(known, _)| *known == tie.other) {
                found.push((tie.other.clone(), distance + 1));
            }
            if !walked.iter().any(|known| std::ptr::eq(known.row, tie.row)) {
                walked.push(tie);
            }
        }
    }
    let nodes = found.iter().map(|(key, distance)| json!({ "distance": distance, "node": { "nameZh": case.name(key), "nodeKindZh": case.kind_zh(key) } }));
    let ties = walked.iter().map(|tie| {
        let (from, to) = (case.name(&tie.from), case.name(&tie.to));
        let label = RELATIONS.iter().find(|row| row.1 == tie.relation).expect("a relation").2;
        json!({ "relationZh": label, "sentenceZh": containing(&[&from, &to]), "from": { "nameZh": from }, "to": { "nameZh": to }, "source": case.source(tie.row, &["address"]) })
    });
    case.expect(&json!({ "neighborhood": { "truncated": false, "nodes": bag(nodes), "edges": bag(ties) } }));
    let distances: Vec<u64> = case.data()["neighborhood"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| node["distance"].as_u64())
        .collect();
    assert!(distances.is_sorted() && found.len() > 3, "{distances:?}");
}

pub fn partners(case: &Case<'_>) {
    let wish = &case.variables["for"];
    let wish = if let Some(own) = wish.get("organization") {
        Wish::organization(case, &case.key(own))
    } else if let Some(demand) = wish.get("demand") {
        Wish::owned(case, &case.key(demand), "HAS_DEMAND")
    } else if let Some(result) = wish.get("achievement") {
        Wish::owned(case, &case.key(result), "HAS_ACHIEVEMENT")
    } else {
        Wish::words()
    };
    partners_oracle::judge(case, &wish, case.data());
}
