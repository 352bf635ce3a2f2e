//! What every worked query must answer, computed from the CSV files by `csv_oracle`. A query
//! without an oracle fails. Rankings are held to stated properties, in `partners_oracle`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Edge, KINDS, RELATIONS, Row, Store, cell, day, folded, today};
use crate::expected::{anything, bag, code, containing, counted, differences, edges, number, text};
use crate::partners_oracle::{self, Wish};
use crate::support::{Example, Served, examples, project};
use crate::words::word;

/// One example on one store.
pub struct Case<'c> {
    pub csv: &'c Store,
    pub day: Day,
    pub served: &'c Served,
    pub variables: &'c Value,
    pub pages: &'c [Value],
}

type Oracle = fn(&Case<'_>);

/// The oracle of each example.
const ORACLES: &[(&str, Oracle)] = &[
    ("01-tuoren-partners", firm_partners),
    ("02-henan-normal-university-leads", institute_leads),
    ("03-weihua-cluster", firm_clusters),
    ("04-hualan-and-fullgoal", paths),
    ("05-partners-for-a-firm", partners),
    ("06-search-hualan", search),
    ("07-firm-full-picture", full_picture),
    ("08-innovation-leaders", certified_firms),
    ("09-alliances", alliances),
    ("10-former-name", by_former_name),
    ("11-neighborhood", neighborhood),
    ("12-listed-firms-paged", listed_firms),
    ("13-unknown-is-not-no", unknown_is_not_no),
    ("14-sources", sources),
    ("15-high-tech-zone", region),
    ("16-capital-over-time", capital_over_time),
    ("17-search-in-english", bilingual),
    ("30-partners-for-a-demand", partners),
    ("31-firms-for-an-achievement", partners),
    ("32-partners-by-free-text", partners),
    ("33-alliances-local-and-outside", alliance_members),
    ("34-cluster-members-by-role", cluster_members),
    ("35-chain-upstream-downstream", chain),
    ("36-co-investment", co_investment),
    ("37-incubatees", incubatees),
    ("38-contradicting-statements", contradictions),
    ("39-as-of-a-past-date", back_in_time),
    ("40-path-between-strangers", paths),
    ("41-suggest", suggest),
    ("42-high-tech-firms-by-year", certified_by_year),
    ("43-open-demands", open_demands),
    ("44-technology-contracts", team_contracts),
    ("90-about-this-service", service),
];

#[test]
fn every_example_answers_what_the_files_say() {
    let mut stores: BTreeMap<&str, Store> = BTreeMap::new();
    let examples = examples();
    for (name, _) in ORACLES {
        assert!(examples.iter().any(|example| example.name == *name), "the oracle {name} has no example");
    }
    let mut failed = Vec::new();
    for example in &examples {
        let Some((_, oracle)) = ORACLES.iter().find(|(name, _)| *name == example.name) else {
            failed.push(format!("{} has no oracle: add one to ORACLES", example.name));
            continue;
        };
        for served in example.stores() {
            let folder = format!("fixtures/{}", served.name);
            let csv =
                stores.entry(served.name).or_insert_with(|| Store::load(&project(""), &["fixtures/codes", &folder]));
            let pages = example.pages(served);
            let day = asked_day(example);
            let case = Case { csv, day, served, variables: &example.variables, pages: &pages };
            let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| oracle(&case)));
            if judged.is_err() {
                failed.push(format!("{} on {}", example.name, served.name));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The day an example asks for: its variable `asOf`, else today.
fn asked_day(example: &Example) -> Day {
    example.variables["asOf"].as_str().map_or_else(today, day)
}

impl Case<'_> {
    /// The one page of an example that has one.
    fn data(&self) -> &Value {
        assert_eq!(self.pages.len(), 1);
        &self.pages[0]
    }

    /// The answer is exactly this.
    fn expect(&self, expected: &Value) {
        let differences = differences(expected, self.data());
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    /// The key that a reference among the variables points at.
    pub fn key(&self, reference: &Value) -> String {
        match (reference["name"].as_str(), reference["code"].as_str()) {
            (Some(name), _) => self.csv.by_name(name),
            (_, Some(code)) => self.csv.resolve(code),
            _ => panic!("{reference}"),
        }
    }

    fn by(&self) -> String {
        self.key(&self.variables["by"])
    }

    pub fn name(&self, key: &str) -> String {
        self.csv.name(key, self.day)
    }

    fn ties(&self, key: &str, relation: &str, forward: bool) -> Vec<Edge<'_>> {
        self.csv.ties(key, relation, forward, self.day)
    }

    /// The value shown for an attribute; empty where nobody says anything.
    fn value(&self, key: &str, attribute: &str) -> String {
        self.csv.value(key, attribute, self.day).unwrap_or_default()
    }

    /// The Chinese word of a code; null where nobody says anything.
    fn word(&self, key: &str, attribute: &str, list: &str) -> Value {
        worded(&self.value(key, attribute), list)
    }

    fn kind_zh(&self, key: &str) -> &'static str {
        self.csv.thing(key).0.2
    }

    /// Columns of the source of a row.
    fn source(&self, row: &Row, columns: &[&str]) -> Value {
        let source = self.csv.source(cell(row, "source"));
        columns
            .iter()
            .map(|column| ((*column).to_owned(), text(cell(source, column))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// `{ nameZh }`
    fn named(&self, key: &str) -> Value {
        json!({ "nameZh": self.name(key) })
    }

    /// `{ node { nameZh } }` of every tie.
    fn others(&self, ties: &[Edge<'_>]) -> Value {
        edges(ties.iter().map(|tie| json!({ "node": self.named(&tie.other) })))
    }

    /// `{ node { nameZh } source { … } }` of every tie.
    fn sourced(&self, ties: &[Edge<'_>], columns: &[&str]) -> Value {
        edges(ties.iter().map(|tie| json!({ "node": self.named(&tie.other), "source": self.source(tie.row, columns) })))
    }

    /// `{ roleZh node { nameZh } }` of every tie.
    fn with_roles(&self, ties: &[Edge<'_>], list: &str) -> Value {
        edges(
            ties.iter()
                .map(|tie| json!({ "roleZh": worded(cell(tie.row, "role"), list), "node": self.named(&tie.other) })),
        )
    }

    /// Things of a kind, by their Chinese name.
    fn by_names(&self, mut keys: Vec<String>) -> Vec<String> {
        keys.sort_by_key(|key| self.name(key));
        keys
    }

    fn names(&self, key: &str, columns: &[&str], render: impl Fn(&crate::csv_oracle::Name) -> Value) -> Value {
        let of = |name: &crate::csv_oracle::Name| {
            let mut value = render(name);
            if !columns.is_empty() {
                let row = Row::from([("source".to_owned(), name.source.clone())]);
                value["source"] = self.source(&row, columns);
            }
            value
        };
        bag(self.csv.names(key).iter().map(of))
    }

    fn identifiers(&self, key: &str, columns: &[&str]) -> Value {
        let own = self.csv.rows("identifiers.csv").iter().filter(|row| self.csv.resolve(cell(row, "entity")) == key);
        bag(own.map(|row| {
            let mut value = json!({ "scheme": cell(row, "scheme"), "value": cell(row, "value") });
            if !columns.is_empty() {
                value["source"] = self.source(row, columns);
            }
            value
        }))
    }

    fn jurisdiction(&self, key: &str) -> Value {
        let all = self.ties(key, "LOCATED_IN", true);
        let own: Vec<&Edge<'_>> = all.iter().filter(|tie| cell(tie.row, "role") == "JURISDICTION").collect();
        assert!(own.len() <= 1, "{key} has two jurisdictions");
        own.first().map_or(Value::Null, |tie| self.named(&tie.other))
    }

    /// Required fields that nobody can answer.
    fn unknown_fields(&self, key: &str) -> Value {
        let required = self.csv.thing(key).0.4.iter();
        bag(required.filter(|name| ["", "UNKNOWN"].contains(&self.value(key, name).as_str())).map(|name| json!(name)))
    }
}

fn worded(cell: &str, list: &str) -> Value {
    if cell.is_empty() { Value::Null } else { json!(word(list, cell)) }
}

fn firm_partners(case: &Case<'_>) {
    let firm = case.by();
    let works = case.ties(&firm, "PARTICIPATES_IN", true).into_iter().map(|tie| {
        let parties = case.ties(&tie.other, "PARTICIPATES_IN", false);
        let parties = parties.iter().map(|party| {
            json!({ "roleZh": worded(cell(party.row, "role"), "participant"), "node": { "nameZh": case.name(&party.other), "nodeKindZh": case.kind_zh(&party.other) } })
        });
        json!({
            "roleZh": worded(cell(tie.row, "role"), "participant"),
            "source": case.source(tie.row, &["title", "address"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "collaboration"),
                "signedOn": text(&case.value(&tie.other, "signedOn")),
                "participants": edges(parties),
            },
        })
    });
    let platforms = case.ties(&firm, "OPERATES", true).into_iter().map(|tie| {
        json!({
            "roleZh": worded(cell(tie.row, "role"), "operator"),
            "source": case.source(tie.row, &["title", "address"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "nodeKindZh": case.kind_zh(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "platform"),
                "levelZh": case.word(&tie.other, "level", "level"),
                "foundedOn": text(&case.value(&tie.other, "foundedOn")),
            },
        })
    });
    let parts = case.ties(&firm, "PART_OF", false).into_iter().map(|tie| {
        json!({ "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) }, "source": case.source(tie.row, &["address"]) })
    });
    case.expect(&json!({ "enterprise": {
        "nameZh": case.name(&firm),
        "legalFormZh": case.word(&firm, "legalForm", "legalForm"),
        "collaborations": counted(works),
        "operates": counted(platforms),
        "parts": edges(parts),
    } }));
    // What the bureau would look for: the platform that it leads.
    assert!(case.ties(&firm, "OPERATES", true).iter().any(|tie| cell(tie.row, "role") == "HOST"));
}

fn institute_leads(case: &Case<'_>) {
    let own = case.by();
    let platforms = case.ties(&own, "OPERATES", true).into_iter().map(|tie| {
        json!({
            "role": cell(tie.row, "role"),
            "roleZh": worded(cell(tie.row, "role"), "operator"),
            "source": case.source(tie.row, &["title", "address"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "platform"),
                "levelZh": case.word(&tie.other, "level", "level"),
                "foundedOn": text(&case.value(&tie.other, "foundedOn")),
                "operators": case.with_roles(&case.ties(&tie.other, "OPERATES", false), "operator"),
            },
        })
    });
    let parts = case.ties(&own, "PART_OF", false).into_iter().map(|tie| {
        let mut node = case.named(&tie.other);
        if case.csv.kind(&tie.other) == "INSTITUTE" {
            node["parts"] = case.others(&case.ties(&tie.other, "PART_OF", false));
        }
        json!({ "node": node })
    });
    let clusters = case.ties(&own, "SUPPORTS", true).into_iter().map(|tie| {
        json!({ "node": { "nameZh": case.name(&tie.other), "levelZh": case.word(&tie.other, "level", "level") }, "source": case.source(tie.row, &["title", "address"]) })
    });
    let works = case.ties(&own, "PARTICIPATES_IN", true).into_iter().map(|tie| {
        json!({ "node": {
            "nameZh": case.name(&tie.other),
            "kindZh": case.word(&tie.other, "kind", "collaboration"),
            "signedOn": text(&case.value(&tie.other, "signedOn")),
            "start": text(&case.value(&tie.other, "start")),
            "participants": case.others(&case.ties(&tie.other, "PARTICIPATES_IN", false)),
        } })
    });
    case.expect(&json!({ "institute": {
        "nameZh": case.name(&own),
        "kindZh": case.word(&own, "kind", "institute"),
        "expertiseText": text(&case.value(&own, "expertiseText")),
        "operates": edges(platforms),
        "parts": edges(parts),
        "supports": edges(clusters),
        "collaborations": counted(works),
    } }));
}

fn firm_clusters(case: &Case<'_>) {
    let firm = case.by();
    let clusters = case.ties(&firm, "IN_CLUSTER", true).into_iter().map(|tie| {
        let members = case.ties(&tie.other, "IN_CLUSTER", false);
        let members = members.iter().map(|member| json!({ "node": { "nameZh": case.name(&member.other), "nodeKindZh": case.kind_zh(&member.other) } }));
        json!({
            "membershipBasisZh": worded(cell(tie.row, "membershipBasis"), "membershipBasis"),
            "roleZh": worded(cell(tie.row, "role"), "clusterRole"),
            "source": case.source(tie.row, &["issuer", "title", "date", "address", "grade"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "clusterKind"),
                "scaleClassZh": case.word(&tie.other, "scaleClass", "scaleClass"),
                "descriptionText": text(&case.value(&tie.other, "descriptionText")),
                "members": counted(members),
            },
        })
    });
    case.expect(&json!({ "enterprise": { "nameZh": case.name(&firm), "clusters": counted(clusters) } }));
}

/// Every step is a row of the files, the routes are the shortest, and there are as many as there are.
fn paths(case: &Case<'_>) {
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
        let details: Vec<String> = [
            worded_cell(tie.row, "role"),
            worded_cell(tie.row, "instrument"),
            sum(cell(tie.row, "amount")),
            cell(tie.row, "round").to_owned(),
        ]
        .into_iter()
        .filter(|detail| !detail.is_empty())
        .collect();
        let told = details.iter().all(|detail| sentence.contains(detail));
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

/// Role or instrument of a row in words; each relation has its own list.
fn worded_cell(row: &Row, column: &str) -> String {
    let code = cell(row, column);
    let lists: &[&str] =
        if column == "instrument" { &["instrument"] } else { &["participant", "operator", "member", "clusterRole"] };
    if code.is_empty() {
        return String::new();
    }
    let key = cell(row, "to");
    let list = match key.split('-').next().unwrap_or_default() {
        _ if column == "instrument" => "instrument",
        "co" | "col" => "participant",
        "fd" | "fund" | "p" | "plat" | "ca" | "car" => "operator",
        "a" | "all" => "member",
        _ => lists[3],
    };
    word(list, code)
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

fn partners(case: &Case<'_>) {
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

/// The hits that have the text in a name, by a plain scan: key → why, best reason first.
fn scan(case: &Case<'_>, query: &str, kind: Option<&str>) -> BTreeMap<String, Vec<&'static str>> {
    let wanted = folded(query);
    let mut hits = BTreeMap::new();
    for key in case
        .csv
        .keys()
        .filter(|key| case.csv.shown(key, case.day) && kind.is_none_or(|kind| case.csv.kind(key) == kind))
    {
        let names = case.csv.names(key);
        let containing: Vec<_> = names.iter().filter(|name| folded(&name.text).contains(&wanted)).collect();
        if containing.is_empty() {
            continue;
        }
        let same = |kind: &str| containing.iter().any(|name| name.kind == kind && folded(&name.text) == wanted);
        let prefix = containing.iter().any(|name| folded(&name.text).starts_with(&wanted));
        let why = [
            (same("OFFICIAL"), "EXACT"),
            (same("SHORT"), "SHORT_NAME"),
            (same("FORMER"), "FORMER_NAME"),
            (same("ALIAS"), "ALIAS"),
            (prefix, "PREFIX"),
            (true, "SUBSTRING"),
        ];
        hits.insert(key.to_owned(), why.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect());
    }
    hits
}

/// The reasons of a hit that the names alone decide.
fn by_name_alone(hit: &Value) -> Vec<&str> {
    let all = hit["matchedOn"].as_array().expect("reasons").iter().map(|why| why.as_str().expect("a reason"));
    all.filter(|why| !["TEXT", "PINYIN", "CODE"].contains(why)).collect()
}

/// Hits with the text in a name come first, are all there, and say why.
fn judge_hits(case: &Case<'_>, hits: &[Value], query: &str, kind: Option<&str>, first: usize) {
    let expected = scan(case, query, kind);
    let found: Vec<&Value> = hits.iter().filter(|hit| by_name_alone(hit).contains(&"SUBSTRING")).collect();
    let head = hits.iter().take_while(|hit| by_name_alone(hit).contains(&"SUBSTRING")).count();
    assert_eq!(head, found.len(), "a hit without the text stands before one with it");
    assert_eq!(found.len(), expected.len().min(first), "{query}: {expected:?}");
    for hit in found {
        let name = hit["node"]["nameZh"].as_str().expect("a name");
        let key = expected
            .keys()
            .find(|key| case.name(key) == name)
            .unwrap_or_else(|| panic!("{name} does not have {query}"));
        assert_eq!(by_name_alone(hit), expected[key], "{name}");
    }
    let names: Vec<&Value> = hits.iter().map(|hit| &hit["node"]["nameZh"]).collect();
    assert!(names.iter().enumerate().all(|(place, name)| !names[..place].contains(name)), "a hit twice");
}

fn search(case: &Case<'_>) {
    let query = case.variables["text"].as_str().expect("a text");
    let found = &case.data()["search"];
    let hits = found["edges"].as_array().expect("hits");
    judge_hits(case, hits, query, None, 20);
    let total = found["totalCount"].as_u64().expect("a number");
    let facets: Vec<(&str, u64)> = found["facets"]
        .as_array()
        .expect("facets")
        .iter()
        .map(|facet| (facet["kindZh"].as_str().expect("a kind"), facet["count"].as_u64().expect("a number")))
        .collect();
    assert_eq!(facets.iter().map(|(_, count)| count).sum::<u64>(), total);
    assert_eq!(hits.len() as u64, total.min(20));
    for (kind, count) in facets {
        let shown = hits.iter().filter(|hit| hit["node"]["nodeKindZh"] == json!(kind)).count() as u64;
        assert!(if total <= 20 { shown == count } else { shown <= count }, "{kind}");
    }
    for (place, hit) in hits.iter().enumerate() {
        assert_eq!(hit["rank"], json!(place + 1));
        judge_highlights(case, hit, query);
    }
}

/// A marked name is one of the names, and the marks are the text that was asked for.
fn judge_highlights(case: &Case<'_>, hit: &Value, query: &str) {
    let key = case.csv.by_name(hit["node"]["nameZh"].as_str().expect("a name"));
    let marks = hit["highlights"].as_array().expect("highlights");
    let in_names: Vec<&Value> = marks.iter().filter(|mark| mark["field"] == json!("name")).collect();
    assert!(!in_names.is_empty() || !by_name_alone(hit).contains(&"SUBSTRING"), "nothing is marked: {hit}");
    for mark in in_names {
        let text = mark["text"].as_str().expect("a text");
        assert!(case.csv.names(&key).iter().any(|name| name.text == text), "{text}");
        let units: Vec<u16> = text.encode_utf16().collect();
        let ranges = mark["ranges"].as_array().expect("ranges");
        assert!(!ranges.is_empty(), "{mark}");
        for range in ranges {
            let place = |end: &str| usize::try_from(range[end].as_u64().expect("a place")).expect("small");
            let piece = String::from_utf16(&units[place("start")..place("end")]).expect("whole characters");
            assert_eq!(folded(&piece), folded(query), "{mark}");
        }
    }
}

fn bilingual(case: &Case<'_>) {
    for (field, variable) in [("byEnglish", "english"), ("byChinese", "chinese")] {
        let hits = case.data()[field]["edges"].as_array().expect("hits");
        judge_hits(case, hits, case.variables[variable].as_str().expect("a text"), Some("INSTITUTE"), 3);
        for hit in hits {
            let (_, row) = case.csv.thing(&case.csv.by_name(hit["node"]["nameZh"].as_str().expect("a name")));
            assert_eq!(hit["node"]["nameEn"], text(cell(row, "nameEn")));
        }
    }
    let first = |field: &str| &case.data()[field]["edges"][0]["node"]["nameZh"];
    assert_eq!(first("byEnglish"), first("byChinese"));
    assert_eq!(*first("byChinese"), case.variables["chinese"]);
}

fn suggest(case: &Case<'_>) {
    let query = case.variables["text"].as_str().expect("a text");
    let offered = case.data()["suggest"].as_array().expect("suggestions");
    judge_hits(case, offered, query, None, 10);
    assert_eq!(offered.len(), scan(case, query, None).len(), "a Chinese text is completed by names alone");
    for offer in offered {
        let key = case.csv.by_name(offer["node"]["nameZh"].as_str().expect("a name"));
        assert!(
            case.csv
                .names(&key)
                .iter()
                .any(|name| offer["text"] == json!(name.text) && folded(&name.text).contains(&folded(query)))
        );
        assert_eq!(offer["node"]["nodeKindZh"], json!(case.kind_zh(&key)));
        assert_eq!(offer["node"]["code"], json!(credit_code(case, &key).unwrap_or(key)));
    }
}

fn credit_code(case: &Case<'_>, key: &str) -> Option<String> {
    let mut own = case.csv.rows("identifiers.csv").iter().filter(|row| case.csv.resolve(cell(row, "entity")) == key);
    own.find(|row| cell(row, "scheme") == "USCC").map(|row| cell(row, "value").to_owned())
}

fn full_picture(case: &Case<'_>) {
    let firm = case.by();
    let address: &[&str] = &["address"];
    let titled: &[&str] = &["title", "address"];
    let said = case.csv.all_said(&firm);
    let mut attributes: Vec<&str> = said.iter().map(|said| said.attribute.as_str()).collect();
    attributes.sort_unstable();
    attributes.dedup();
    let statements = attributes.into_iter().flat_map(|attribute| {
        case.csv.said(&firm, attribute, case.day).into_iter().enumerate().map(move |(place, said)| {
            let method = Some(cell(&said.row, "method")).filter(|method| !method.is_empty()).unwrap_or("DOCUMENT");
            let value = match attribute {
                "legalForm" | "status" | "listedBoard" => word(attribute, &said.value),
                "isLegalPerson" => word("answer", &said.value),
                _ => said.value.replace('|', "、"),
            };
            json!({ "attribute": attribute, "attributeZh": anything(), "value": value, "shown": place == 0, "method": method, "source": case.source(&said.row, &["title", "date", "address"]) })
        })
    });
    let held = case.csv.rows("certifications.csv").iter().filter(|row| case.csv.resolve(cell(row, "holder")) == firm);
    let certificates = held.map(|row| {
        json!({ "node": {
            "scheme": case.named(&case.csv.resolve(&format!("SCHEME:{}", cell(row, "scheme")))),
            "validFrom": text(cell(row, "validFrom")),
            "validTo": text(cell(row, "validTo")),
            "isInForce": Store::counts(row, case.day),
            "statusZh": worded(cell(row, "status"), "certificate"),
            "authority": text(cell(row, "authority")),
            "source": case.source(row, titled),
        } })
    });
    let locations = case.ties(&firm, "LOCATED_IN", true).into_iter().map(|tie| {
        json!({ "roleZh": worded(cell(tie.row, "role"), "location"), "node": case.named(&tie.other), "method": method(tie.row), "source": case.source(tie.row, address) })
    });
    let fields = case.ties(&firm, "CLASSIFIED_AS", true).into_iter().map(|tie| {
        let (_, term) = case.csv.thing(&tie.other);
        let node = json!({ "nameZh": case.name(&tie.other), "code": format!("{}:{}", cell(term, "scheme"), cell(term, "code")) });
        json!({ "primary": code(cell(tie.row, "primary")), "node": node, "method": method(tie.row), "confidence": cell(tie.row, "confidence").parse::<u32>().ok() })
    });
    let shares = |forward| {
        let ties = case.ties(&firm, "OWNS", forward);
        edges(ties.iter().map(|tie| json!({ "share": number(cell(tie.row, "share")), "node": case.named(&tie.other), "source": case.source(tie.row, titled) })))
    };
    let fundings = case.ties(&firm, "FUNDS", false).into_iter().map(|tie| {
        json!({
            "instrumentZh": worded(cell(tie.row, "instrument"), "instrument"),
            "amount": number(cell(tie.row, "amount")),
            "round": text(cell(tie.row, "round")),
            "since": text(cell(tie.row, "since")),
            "node": case.named(&tie.other),
            "source": case.source(tie.row, titled),
        })
    });
    let plain = |relation, forward| case.sourced(&case.ties(&firm, relation, forward), address);
    case.expect(&json!({ "enterprise": {
        "nameZh": case.name(&firm),
        "key": firm,
        "legalFormZh": case.word(&firm, "legalForm", "legalForm"),
        "statusZh": case.word(&firm, "status", "status"),
        "listedBoardZh": case.word(&firm, "listedBoard", "listedBoard"),
        "listedOn": text(&case.value(&firm, "listedOn")),
        "registeredCapital": number(&case.value(&firm, "registeredCapital")),
        "unknownFields": case.unknown_fields(&firm),
        "names": case.names(&firm, address, |name| json!({ "text": name.text, "language": name.language, "kind": name.kind })),
        "identifiers": case.identifiers(&firm, titled),
        "statements": bag(statements),
        "certifications": edges(certificates),
        "locations": edges(locations),
        "fields": edges(fields),
        "clusters": plain("IN_CLUSTER", true),
        "alliances": plain("MEMBER_OF", true),
        "owns": shares(true),
        "ownedBy": shares(false),
        "operates": plain("OPERATES", true),
        "collaborations": plain("PARTICIPATES_IN", true),
        "fundings": edges(fundings),
        "supplies": plain("SUPPLIES", true),
        "demands": plain("HAS_DEMAND", true),
        "incubatedIn": plain("INCUBATED_IN", true),
    } }));
    assert!(case.ties(&firm, "FUNDS", false).len() >= 8, "the eight funds of 2008");
}

fn method(row: &Row) -> &str {
    Some(cell(row, "method")).filter(|method| !method.is_empty()).unwrap_or("DOCUMENT")
}

fn certified_firms(case: &Case<'_>) {
    let scheme = case.variables["scheme"].as_str().expect("a scheme");
    let certificates = case.csv.certificates(scheme, case.day).into_iter().map(|row| {
        let holder = case.csv.resolve(cell(row, "holder"));
        let locations = case.ties(&holder, "LOCATED_IN", true);
        json!({ "node": {
            "scheme": case.named(&case.csv.resolve(&format!("SCHEME:{scheme}"))),
            "validFrom": text(cell(row, "validFrom")),
            "validTo": text(cell(row, "validTo")),
            "statusZh": worded(cell(row, "status"), "certificate"),
            "source": case.source(row, &["title", "address"]),
            "holder": { "nameZh": case.name(&holder), "jurisdiction": case.jurisdiction(&holder), "locations": case.with_roles(&locations, "location") },
        } })
    });
    case.expect(&json!({ "certifications": counted(certificates) }));
}

fn alliances(case: &Case<'_>) {
    let alliances = case.by_names(case.csv.of_kind("ALLIANCE", case.day)).into_iter().map(|key| {
        let (_, row) = case.csv.thing(&key);
        let members = case.ties(&key, "MEMBER_OF", false);
        let members = members
            .iter()
            .map(|tie| json!({ "roleZh": worded(cell(tie.row, "role"), "member"), "node": case.named(&tie.other) }));
        json!({ "node": {
            "nameZh": case.name(&key),
            "kindZh": case.word(&key, "kind", "alliance"),
            "levelZh": case.word(&key, "level", "level"),
            "goalsText": text(&case.value(&key, "goalsText")),
            "unknownFields": case.unknown_fields(&key),
            "source": case.source(row, &["issuer", "title", "address"]),
            "members": counted(members),
            "supports": case.sourced(&case.ties(&key, "SUPPORTS", true), &["address"]),
        } })
    });
    let alliances: Vec<Value> = alliances.collect();
    case.expect(&json!({ "alliances": { "totalCount": alliances.len(), "edges": alliances } }));
}

fn by_former_name(case: &Case<'_>) {
    let key = case.by();
    let (kind, row) = case.csv.thing(&key);
    let names = case.names(&key, &["title", "address"], |name| {
        json!({ "text": name.text, "language": name.language, "kind": name.kind, "validFrom": text(&name.from), "validTo": text(&name.to) })
    });
    case.expect(&json!({ "organization": {
        "nameZh": case.name(&key),
        "nameEn": text(cell(row, "nameEn")),
        "nodeKindZh": kind.2,
        "names": names,
        "identifiers": case.identifiers(&key, &["address"]),
    } }));
    assert_ne!(case.variables["by"]["name"], json!(case.name(&key)), "it is asked for by another name");
}

fn neighborhood(case: &Case<'_>) {
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

fn listed_firms(case: &Case<'_>) {
    let region = case.key(&case.variables["region"]);
    let boards: Vec<&str> = case.variables["boards"]
        .as_array()
        .expect("boards")
        .iter()
        .map(|board| board.as_str().expect("a name"))
        .collect();
    let mut keys = case.csv.of_kind("ENTERPRISE", case.day);
    keys.retain(|key| {
        case.csv.is_in(key, &region, case.day) && boards.contains(&case.value(key, "listedBoard").as_str())
    });
    let keys = case.by_names(keys);
    assert!(case.pages.len() >= 2, "there is a second page");
    let mut shown = 0;
    for (place, page) in case.pages.iter().enumerate() {
        let own: Vec<Value> = keys
            .iter()
            .skip(place * 2)
            .take(2)
            .map(|key| {
                json!({ "node": {
                    "nameZh": case.name(key),
                    "listedBoardZh": case.word(key, "listedBoard", "listedBoard"),
                    "listedOn": text(&case.value(key, "listedOn")),
                    "identifiers": case.identifiers(key, &[]),
                } })
            })
            .collect();
        shown += own.len();
        let info = json!({ "hasNextPage": shown < keys.len(), "hasPreviousPage": place > 0, "endCursor": anything() });
        let expected = json!({ "enterprises": { "totalCount": keys.len(), "edges": own, "pageInfo": info } });
        let differences = differences(&expected, page);
        assert!(differences.is_empty(), "page {place}: {differences:#?}");
    }
    assert_eq!(shown, keys.len());
}

fn unknown_is_not_no(case: &Case<'_>) {
    let of = |answer: &str| {
        let mut keys = case.csv.of_kind("ENTERPRISE", case.day);
        keys.retain(|key| case.value(key, "isLegalPerson") == answer);
        case.by_names(keys)
    };
    let unknown = of("UNKNOWN");
    let asked: Vec<Value> = unknown
        .iter()
        .map(|key| {
            let (_, row) = case.csv.thing(key);
            json!({ "node": {
                "nameZh": case.name(key),
                "isLegalPerson": "UNKNOWN",
                "statusZh": case.word(key, "status", "status"),
                "unknownFields": case.unknown_fields(key),
                "source": case.source(row, &["title", "address"]),
            } })
        })
        .collect();
    let no: Vec<Value> =
        of("NO").iter().map(|key| json!({ "node": { "nameZh": case.name(key), "isLegalPerson": "NO" } })).collect();
    assert!(!asked.is_empty() && !no.is_empty());
    case.expect(&json!({
        "asked": { "totalCount": asked.len(), "edges": asked },
        "no": { "totalCount": no.len(), "edges": no },
    }));
}

fn sources(case: &Case<'_>) {
    let rows = case.csv.rows("sources.csv");
    let columns = ["kind", "issuer", "title", "docNo", "date", "address", "grade"];
    let expected = rows.iter().map(|row| {
        let mut node: serde_json::Map<String, Value> =
            columns.iter().map(|column| ((*column).to_owned(), text(cell(row, column)))).collect();
        node.insert("key".into(), json!(cell(row, "key")));
        json!({ "node": node })
    });
    let all: Vec<Value> =
        case.pages.iter().flat_map(|page| page["sources"]["edges"].as_array().expect("edges").clone()).collect();
    let differences = differences(&bag(expected), &json!(all));
    assert!(differences.is_empty(), "{differences:#?}");
    for page in case.pages {
        assert_eq!(page["sources"]["totalCount"], json!(rows.len()));
    }
    assert_eq!(case.pages.len(), rows.len().div_ceil(60));
}

fn region(case: &Case<'_>) {
    let key = case.by();
    let (_, row) = case.csv.thing(&key);
    let regions = |forward| {
        let ties = case.ties(&key, "PART_OF", forward);
        edges(ties.iter().map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "kindZh": case.word(&tie.other, "kind", "region") } })))
    };
    let located = case.ties(&key, "LOCATED_IN", false).into_iter().map(|tie| {
        json!({
            "roleZh": worded(cell(tie.row, "role"), "location"),
            "method": method(tie.row),
            "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) },
            "source": case.source(tie.row, &["address"]),
        })
    });
    case.expect(&json!({ "region": {
        "nameZh": case.name(&key),
        "code": cell(row, "code"),
        "kindZh": case.word(&key, "kind", "region"),
        "partOf": regions(true),
        "parts": regions(false),
        "located": counted(located),
    } }));
}

fn capital_over_time(case: &Case<'_>) {
    let firm = case.by();
    let at = |variable: &str| {
        let day = day(case.variables[variable].as_str().expect("a date"));
        let said = case.csv.said(&firm, "registeredCapital", day);
        let statements: Vec<Value> = said
            .iter()
            .enumerate()
            .map(|(place, said)| {
                json!({ "value": number(&said.value), "shown": place == 0, "validFrom": text(&said.from), "validTo": text(&said.to), "source": case.source(&said.row, &["title", "date", "address"]) })
            })
            .collect();
        assert!(!statements.is_empty());
        json!({ "registeredCapital": number(&said[0].value), "statements": statements })
    };
    let (earlier, later) = (at("before"), at("after"));
    assert_ne!(earlier, later);
    case.expect(&json!({ "earlier": earlier, "later": later }));
}

fn alliance_members(case: &Case<'_>) {
    let alliances = case.by_names(case.csv.of_kind("ALLIANCE", case.day)).into_iter().map(|key| {
        let members = case.ties(&key, "MEMBER_OF", false);
        assert!(members.iter().any(|tie| cell(tie.row, "role") == "LEAD"), "{key} has a lead");
        let members = members.iter().map(|tie| {
            let (role, key) = (cell(tie.row, "role"), &tie.other);
            json!({
                "role": role,
                "roleZh": worded(role, "member"),
                "since": text(cell(tie.row, "since")),
                "node": {
                    "nameZh": case.name(key),
                    "nodeKindZh": case.kind_zh(key),
                    "jurisdiction": case.jurisdiction(key),
                    "locations": case.others(&case.ties(key, "LOCATED_IN", true)),
                },
            })
        });
        json!({ "node": {
            "nameZh": case.name(&key),
            "levelZh": case.word(&key, "level", "level"),
            "foundedOn": text(&case.value(&key, "foundedOn")),
            "agreementEnd": text(&case.value(&key, "agreementEnd")),
            "members": counted(members),
        } })
    });
    let alliances: Vec<Value> = alliances.collect();
    case.expect(&json!({ "alliances": { "totalCount": alliances.len(), "edges": alliances } }));
    // There are members from outside the city.
    let members = case.csv.rows("member_of.csv").iter().map(|row| case.csv.resolve(cell(row, "from")));
    assert!(members.into_iter().any(|key| !case.csv.is_in(&key, &case.csv.resolve("990100"), case.day)));
}

fn term_code(case: &Case<'_>, key: &str) -> String {
    let (_, row) = case.csv.thing(key);
    format!("{}:{}", cell(row, "scheme"), cell(row, "code"))
}

fn cluster_members(case: &Case<'_>) {
    let cluster = case.by();
    let members = case.ties(&cluster, "IN_CLUSTER", false).into_iter().map(|tie| {
        let link = cell(tie.row, "chainTerm");
        let link = if link.is_empty() {
            Value::Null
        } else {
            json!({ "nameZh": case.name(&case.csv.resolve(link)), "code": link })
        };
        json!({
            "role": code(cell(tie.row, "role")),
            "roleZh": worded(cell(tie.row, "role"), "clusterRole"),
            "membershipBasisZh": worded(cell(tie.row, "membershipBasis"), "membershipBasis"),
            "since": text(cell(tie.row, "since")),
            "chainTerm": link,
            "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) },
        })
    });
    case.expect(&json!({ "cluster": {
        "nameZh": case.name(&cluster),
        "levelZh": case.word(&cluster, "level", "level"),
        "scaleClassZh": case.word(&cluster, "scaleClass", "scaleClass"),
        "members": counted(members),
    } }));
}

fn chain(case: &Case<'_>) {
    let link = case.by();
    let neighbors = |forward| {
        let ties = case.ties(&link, "UPSTREAM_OF", forward);
        assert!(!ties.is_empty());
        edges(ties.iter().map(|tie| {
            let firms = case.ties(&tie.other, "CLASSIFIED_AS", false);
            let firms = counted(firms.iter().map(|firm| json!({ "node": case.named(&firm.other) })));
            json!({ "necessityZh": worded(cell(tie.row, "necessity"), "necessity"), "node": { "nameZh": case.name(&tie.other), "code": term_code(case, &tie.other), "classified": firms } })
        }))
    };
    let own = case.ties(&link, "CLASSIFIED_AS", false);
    let own = own
        .iter()
        .map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) } }));
    case.expect(&json!({ "term": {
        "nameZh": case.name(&link),
        "code": term_code(case, &link),
        "classified": counted(own),
        "upstream": neighbors(false),
        "downstream": neighbors(true),
    } }));
}

fn co_investment(case: &Case<'_>) {
    let funds: Vec<Value> = case
        .by_names(case.csv.of_kind("FUND", case.day))
        .into_iter()
        .map(|key| {
            let investments = case.ties(&key, "FUNDS", true).into_iter().map(|tie| {
                json!({
                    "instrumentZh": worded(cell(tie.row, "instrument"), "instrument"),
                    "amount": number(cell(tie.row, "amount")),
                    "round": text(cell(tie.row, "round")),
                    "since": text(cell(tie.row, "since")),
                    "node": { "nameZh": case.name(&tie.other), "nodeKind": case.csv.kind(&tie.other) },
                })
            });
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "fund"),
                "size": number(&case.value(&key, "size")),
                "operators": case.with_roles(&case.ties(&key, "OPERATES", false), "operator"),
                "investments": counted(investments),
            } })
        })
        .collect();
    case.expect(&json!({ "funds": { "totalCount": funds.len(), "edges": funds } }));
    // Planted: two funds in the same three firms.
    let firms = |fund: &str| case.ties(fund, "FUNDS", true).into_iter().map(|tie| tie.other).collect::<Vec<_>>();
    for firm in ["ent-guanjia", "ent-hengwen", "ent-tici"] {
        assert!(["fund-keda", "fund-ruifeng"].iter().all(|fund| firms(fund).contains(&firm.to_owned())), "{firm}");
    }
}

fn incubatees(case: &Case<'_>) {
    let carriers: Vec<Value> = case
        .by_names(case.csv.of_kind("CARRIER", case.day))
        .into_iter()
        .map(|key| {
            let raised = case.ties(&key, "INCUBATED_IN", false).into_iter().map(|tie| {
                json!({
                    "since": text(cell(tie.row, "since")),
                    "until": text(cell(tie.row, "until")),
                    "exitZh": worded(cell(tie.row, "exit"), "exit"),
                    "area": number(cell(tie.row, "area")),
                    "node": case.named(&tie.other),
                })
            });
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "carrier"),
                "levelZh": case.word(&key, "level", "level"),
                "area": number(&case.value(&key, "area")),
                "operators": case.with_roles(&case.ties(&key, "OPERATES", false), "operator"),
                "incubatees": counted(raised),
            } })
        })
        .collect();
    case.expect(&json!({ "carriers": { "totalCount": carriers.len(), "edges": carriers } }));
}

fn contradictions(case: &Case<'_>) {
    let about = |variable: &str, attribute: &str| {
        let key = case.key(&case.variables[variable]);
        let said = case.csv.said(&key, attribute, case.day);
        assert!(said.iter().any(|other| other.value != said[0].value), "{key} {attribute}: no contradiction");
        let statements: Vec<Value> = said
            .iter()
            .enumerate()
            .map(|(place, said)| {
                json!({
                    "value": if attribute == "status" { anything() } else { number(&said.value) },
                    "shown": place == 0,
                    "validFrom": text(&said.from),
                    "validTo": text(&said.to),
                    "method": method(&said.row),
                    "basis": text(cell(&said.row, "basis")),
                    "confidence": cell(&said.row, "confidence").parse::<u32>().ok(),
                    "source": case.source(&said.row, &["kind", "issuer", "title"]),
                })
            })
            .collect();
        json!({ "nameZh": case.name(&key), attribute: code(&said[0].value), "statements": statements })
    };
    case.expect(&json!({ "capital": about("first", "registeredCapital"), "status": about("second", "status") }));
}

fn back_in_time(case: &Case<'_>) {
    let (then, moved) =
        (day(case.variables["asOf"].as_str().expect("a date")), day(case.variables["moved"].as_str().expect("a date")));
    let at = |day: Day| Case { day, ..*case };
    let names = case.names("ent-juneng", &[], |name| json!({ "text": name.text, "kind": name.kind, "validFrom": text(&name.from), "validTo": text(&name.to) }));
    let place =
        |day: Day| json!({ "nameZh": at(day).name("ent-qingtu"), "jurisdiction": at(day).jurisdiction("ent-qingtu") });
    let firm = |day: Day| json!({ "status": code(&at(day).value("ent-tuozhan", "status")), "jurisdiction": at(day).jurisdiction("ent-tuozhan") });
    let expected = json!({
        "nameThen": { "nameZh": at(then).name("ent-juneng"), "names": names },
        "nameNow": at(today()).named("ent-juneng"),
        "placeThen": place(moved),
        "placeNow": place(today()),
        "movedThen": firm(moved),
        "movedNow": firm(today()),
    });
    case.expect(&expected);
    for (earlier, later) in [("nameThen", "nameNow"), ("placeThen", "placeNow"), ("movedThen", "movedNow")] {
        assert_ne!(expected[earlier], expected[later]);
    }
    assert_ne!(expected["nameThen"]["nameZh"], expected["nameNow"]["nameZh"]);
}

fn certified_by_year(case: &Case<'_>) {
    let scheme = case.variables["scheme"].as_str().expect("a scheme");
    let at = |year: Day| {
        let day = year * 10_000 + 1_231;
        let mut holders: Vec<String> =
            case.csv.certificates(scheme, day).into_iter().map(|row| case.csv.resolve(cell(row, "holder"))).collect();
        holders.retain(|key| case.csv.kind(key) == "ENTERPRISE");
        holders.sort();
        holders.dedup();
        holders
    };
    let mut expected: serde_json::Map<String, Value> =
        (2015..=2020).map(|year| (format!("y{year}"), json!({ "totalCount": at(year).len() }))).collect();
    let last = Case { day: 20_211_231, ..*case };
    let mut firms = at(2021);
    firms.sort_by_key(|key| credit_code(case, key).unwrap_or_else(|| key.clone()));
    let firms: Vec<Value> = firms
        .iter()
        .map(|key| json!({ "node": { "nameZh": last.name(key), "creditCode": credit_code(case, key), "jurisdiction": last.jurisdiction(key) } }))
        .collect();
    expected.insert("y2021".into(), json!({ "totalCount": firms.len(), "edges": firms }));
    case.expect(&Value::Object(expected.clone()));
    // The README of the invented city counted them by hand.
    let readme = std::fs::read_to_string(project("fixtures/demo/README.md")).expect("the README");
    let line = readme.lines().find(|line| line.starts_with("年末有效高企")).expect("the numbers by year");
    for year in 2015..=2021 {
        let said = line
            .split(&format!("{year} 年 "))
            .nth(1)
            .expect("the year")
            .chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>();
        assert_eq!(expected[&format!("y{year}")]["totalCount"].to_string(), said, "{year}");
    }
}

fn open_demands(case: &Case<'_>) {
    let words = case.variables["words"].as_str().expect("words");
    let mut keys = case.csv.of_kind("DEMAND", case.day);
    keys.retain(|key| {
        ["OPEN", "MATCHING"].contains(&case.value(key, "status").as_str())
            && folded(&case.value(key, "problem")).contains(&folded(words))
    });
    let demands: Vec<Value> = case
        .by_names(keys)
        .into_iter()
        .map(|key| {
            let fields = case.ties(&key, "CLASSIFIED_AS", true);
            let fields = edges(fields.iter().map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "code": term_code(case, &tie.other) } })));
            let indicators = case.value(&key, "indicators");
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "demand"),
                "statusZh": case.word(&key, "status", "demandStatus"),
                "visibilityZh": case.word(&key, "visibility", "visibility"),
                "problem": case.value(&key, "problem"),
                "indicators": if indicators.is_empty() { Value::Null } else { json!(indicators.split('|').collect::<Vec<_>>()) },
                "budget": number(&case.value(&key, "budget")),
                "deadline": text(&case.value(&key, "deadline")),
                "owners": case.others(&case.ties(&key, "HAS_DEMAND", false)),
                "fields": fields,
            } })
        })
        .collect();
    assert!(!demands.is_empty());
    case.expect(&json!({ "demands": { "totalCount": demands.len(), "edges": demands } }));
}

fn team_contracts(case: &Case<'_>) {
    let team = case.by();
    let works = case.ties(&team, "PARTICIPATES_IN", true).into_iter().map(|tie| {
        let work = &tie.other;
        json!({
            "roleZh": worded(cell(tie.row, "role"), "participant"),
            "node": {
                "nameZh": case.name(work),
                "kindZh": case.word(work, "kind", "collaboration"),
                "signedOn": text(&case.value(work, "signedOn")),
                "end": text(&case.value(work, "end")),
                "amount": number(&case.value(work, "amount")),
                "technicalAmount": number(&case.value(work, "technicalAmount")),
                "statusZh": case.word(work, "status", "collaborationStatus"),
                "participants": case.with_roles(&case.ties(work, "PARTICIPATES_IN", false), "participant"),
            },
        })
    });
    case.expect(&json!({ "institute": {
        "nameZh": case.name(&team),
        "partOf": case.others(&case.ties(&team, "PART_OF", true)),
        "collaborations": counted(works),
    } }));
}

fn service(case: &Case<'_>) {
    let counts = KINDS.iter().map(|row| (row, case.csv.of_kind(row.1, case.day).len())).filter(|(_, count)| *count > 0);
    let counts = counts.map(|(row, count)| json!({ "kind": row.1, "kindZh": row.2, "count": count }));
    let name = if case.served.name == "demo" { "示例市（虚构）" } else { "新乡公开事实" };
    let today = format!("{:04}-{:02}-{:02}", case.day / 10_000, case.day / 100 % 100, case.day % 100);
    case.expect(&json!({ "service": {
        "storeName": case.served.name,
        "storeNameZh": name,
        "readOnly": false,
        "day": today,
        "searchState": "READY",
        "counts": bag(counts),
    } }));
}
