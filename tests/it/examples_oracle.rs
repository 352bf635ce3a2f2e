//! What every worked query must answer, computed from the CSV files by `csv_oracle`. A query
//! without an oracle fails. Rankings are held to stated properties, in `partners_oracle`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Edge, KINDS, Name, Row, Store, cell, day, today};
use crate::expected::{bag, differences, edges, text};
use crate::support::{Example, Served, examples, project};
use crate::words::word;
use crate::{
    examples_demo, examples_graph, examples_network, examples_real, examples_records, examples_search,
    examples_statistics, examples_time, ladder_oracle, programme_oracle, quality_oracle, scoreboard_oracle,
};

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
    ("01-tuoren-partners", examples_real::firm_partners),
    ("02-henan-normal-university-leads", examples_real::institute_leads),
    ("03-weihua-cluster", examples_real::firm_clusters),
    ("04-hualan-and-fullgoal", examples_graph::paths),
    ("05-partners-for-a-firm", examples_graph::partners),
    ("06-search-hualan", examples_search::search),
    ("07-firm-full-picture", examples_real::full_picture),
    ("08-innovation-leaders", examples_real::certified_firms),
    ("09-alliances", examples_real::alliances),
    ("10-former-name", examples_real::by_former_name),
    ("11-neighborhood", examples_graph::neighborhood),
    ("12-listed-firms-paged", examples_real::listed_firms),
    ("13-unknown-is-not-no", examples_real::unknown_is_not_no),
    ("14-sources", examples_real::sources),
    ("15-high-tech-zone", examples_real::region),
    ("16-capital-over-time", examples_real::capital_over_time),
    ("17-search-in-english", examples_search::bilingual),
    ("30-partners-for-a-demand", examples_graph::partners),
    ("31-firms-for-an-achievement", examples_graph::partners),
    ("32-partners-by-free-text", examples_graph::partners),
    ("33-alliances-local-and-outside", examples_demo::alliance_members),
    ("34-cluster-members-by-role", examples_demo::cluster_members),
    ("35-chain-upstream-downstream", examples_demo::chain),
    ("36-co-investment", examples_demo::co_investment),
    ("37-incubatees", examples_demo::incubatees),
    ("38-contradicting-statements", examples_demo::contradictions),
    ("39-as-of-a-past-date", examples_demo::back_in_time),
    ("40-path-between-strangers", examples_graph::paths),
    ("41-suggest", examples_search::suggest),
    ("42-high-tech-firms-by-year", examples_demo::certified_by_year),
    ("43-open-demands", examples_demo::open_demands),
    ("44-technology-contracts", examples_demo::team_contracts),
    ("45-what-has-changed", examples_real::changes),
    ("46-lists-of-two-days", examples_time::two_lists),
    ("47-renamed-merged-moved", examples_time::moves),
    ("50-carriers-by-kind-and-level", examples_statistics::carriers),
    ("51-alliances-and-fellow-members", examples_statistics::fellow_members),
    ("52-industry-of-each-county", examples_statistics::industry_of_counties),
    ("53-emerging-industries", examples_statistics::emerging_industries),
    ("54-collaborators-without-double-counting", examples_statistics::collaborators),
    ("55-alliance-members-local-and-outside", examples_statistics::alliance_members),
    ("56-collaboration-between-zones", examples_statistics::matrix),
    ("60-firm-with-records", examples_records::firm_with_records),
    ("61-zone-share", examples_records::zone_share),
    ("62-explain-a-number", examples_records::explained),
    ("63-reported-and-listed", examples_records::reported_and_listed),
    ("64-sme-leavers", examples_records::sme_leavers),
    ("65-overstaying-incubatees", examples_records::overstaying),
    ("66-unconnected-large-firms", examples_records::unconnected),
    ("67-university-partners", examples_records::university_partners),
    ("68-public-platforms", examples_records::public_platforms),
    ("69-anonymous-demand", examples_records::anonymous_demand),
    ("70-open-demands-by-topic", examples_records::demands_by_topic),
    ("71-carriers-by-year", examples_records::carriers_by_year),
    ("72-reserve-library", examples_records::reserve_library),
    ("73-trainings-by-county", examples_records::trainings),
    ("74-rewards-not-paid", examples_records::rewards),
    ("75-express-requests", examples_records::express_requests),
    ("76-data-quality", quality_oracle::data_quality),
    ("77-cluster-structure", examples_network::structure),
    ("78-collaboration-over-time", examples_network::over_time),
    ("79-communities-and-clusters", examples_network::communities),
    ("80-clusters-compared", examples_network::compared),
    ("81-gatekeepers", examples_network::gatekeepers),
    ("82-zones-and-parks-matrix", examples_network::matrix),
    ("83-between-clusters", examples_network::between_clusters),
    ("84-funds-that-invest-together", examples_network::funds),
    ("85-outside-sources-of-knowledge", examples_network::outside_sources),
    ("86-resilience-over-time", examples_network::resilience),
    ("87-ten-best-new-ties", examples_network::new_ties),
    ("88-chain-gaps", examples_network::chain_gaps),
    ("91-eligibility", programme_oracle::eligibility),
    ("92-candidates", programme_oracle::candidates),
    ("93-holders-that-run-out", programme_oracle::holders),
    ("94-scoreboard", scoreboard_oracle::board),
    ("95-published-and-counted", scoreboard_oracle::published),
    ("96-ladder", ladder_oracle::ladder),
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
    pub fn data(&self) -> &Value {
        assert_eq!(self.pages.len(), 1);
        &self.pages[0]
    }

    /// The answer is exactly this.
    pub fn expect(&self, expected: &Value) {
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

    pub fn by(&self) -> String {
        self.key(&self.variables["by"])
    }

    pub fn name(&self, key: &str) -> String {
        self.csv.name(key, self.day)
    }

    pub fn ties(&self, key: &str, relation: &str, forward: bool) -> Vec<Edge<'_>> {
        self.csv.ties(key, relation, forward, self.day)
    }

    /// The value shown for an attribute; empty where nobody says anything.
    pub fn value(&self, key: &str, attribute: &str) -> String {
        self.csv.value(key, attribute, self.day).unwrap_or_default()
    }

    /// The Chinese word of a code; null where nobody says anything.
    pub fn word(&self, key: &str, attribute: &str, list: &str) -> Value {
        worded(&self.value(key, attribute), list)
    }

    pub fn kind_zh(&self, key: &str) -> &'static str {
        self.csv.thing(key).0.2
    }

    /// Columns of the source of a row.
    pub fn source(&self, row: &Row, columns: &[&str]) -> Value {
        let source = self.csv.source(cell(row, "source"));
        columns
            .iter()
            .map(|column| ((*column).to_owned(), text(cell(source, column))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// `{ nameZh }`
    pub fn named(&self, key: &str) -> Value {
        json!({ "nameZh": self.name(key) })
    }

    /// `{ node { nameZh } }` of every tie.
    pub fn others(&self, ties: &[Edge<'_>]) -> Value {
        edges(ties.iter().map(|tie| json!({ "node": self.named(&tie.other) })))
    }

    /// `{ node { nameZh } source { … } }` of every tie.
    pub fn sourced(&self, ties: &[Edge<'_>], columns: &[&str]) -> Value {
        edges(ties.iter().map(|tie| json!({ "node": self.named(&tie.other), "source": self.source(tie.row, columns) })))
    }

    /// `{ roleZh node { nameZh } }` of every tie.
    pub fn with_roles(&self, ties: &[Edge<'_>], list: &str) -> Value {
        edges(
            ties.iter()
                .map(|tie| json!({ "roleZh": worded(cell(tie.row, "role"), list), "node": self.named(&tie.other) })),
        )
    }

    /// Things of a kind, by their Chinese name.
    pub fn by_names(&self, mut keys: Vec<String>) -> Vec<String> {
        keys.sort_by_key(|key| self.name(key));
        keys
    }

    pub fn names(&self, key: &str, columns: &[&str], render: impl Fn(&Name) -> Value) -> Value {
        let of = |name: &Name| {
            let mut value = render(name);
            if !columns.is_empty() {
                let row = Row::from([("source".to_owned(), name.source.clone())]);
                value["source"] = self.source(&row, columns);
            }
            value
        };
        bag(self.csv.names(key).iter().map(of))
    }

    pub fn identifiers(&self, key: &str, columns: &[&str]) -> Value {
        let own = self.csv.rows("identifiers.csv").iter().filter(|row| self.csv.resolve(cell(row, "entity")) == key);
        bag(own.map(|row| {
            let mut value = json!({ "scheme": cell(row, "scheme"), "value": cell(row, "value") });
            if !columns.is_empty() {
                value["source"] = self.source(row, columns);
            }
            value
        }))
    }

    pub fn jurisdiction(&self, key: &str) -> Value {
        let all = self.ties(key, "LOCATED_IN", true);
        let own: Vec<&Edge<'_>> = all.iter().filter(|tie| cell(tie.row, "role") == "JURISDICTION").collect();
        assert!(own.len() <= 1, "{key} has two jurisdictions");
        own.first().map_or(Value::Null, |tie| self.named(&tie.other))
    }

    /// Required fields that nobody can answer.
    pub fn unknown_fields(&self, key: &str) -> Value {
        let required = self.csv.thing(key).0.4.iter();
        bag(required.filter(|name| ["", "UNKNOWN"].contains(&self.value(key, name).as_str())).map(|name| json!(name)))
    }
}

/// The Chinese word of a code; null where there is none.
pub fn worded(cell: &str, list: &str) -> Value {
    if cell.is_empty() { Value::Null } else { json!(word(list, cell)) }
}

/// How a fact of a row got there.
pub fn method(row: &Row) -> &str {
    Some(cell(row, "method")).filter(|method| !method.is_empty()).unwrap_or("DOCUMENT")
}

/// The credit code of an organisation.
pub fn credit_code(case: &Case<'_>, key: &str) -> Option<String> {
    let mut own = case.csv.rows("identifiers.csv").iter().filter(|row| case.csv.resolve(cell(row, "entity")) == key);
    own.find(|row| cell(row, "scheme") == "USCC").map(|row| cell(row, "value").to_owned())
}

/// `SCHEME:code` of a term.
pub fn term_code(case: &Case<'_>, key: &str) -> String {
    let (_, row) = case.csv.thing(key);
    format!("{}:{}", cell(row, "scheme"), cell(row, "code"))
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
