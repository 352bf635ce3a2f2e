//! Yearly figures: declared, audited and tax figures of one firm and year stand side by side, and of them
//! one counts. Which one is worked out here from the rows, by the rule as docs/asking.md words it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use innograph::config::Config;
use innograph::intake::InputFile;
use serde_json::{Value, json};

use crate::support::{Served, bare_engine_of, files};

/// A row: firm, year, basis, method, source, revenue in yuan; none where nobody knows it.
#[derive(Clone, Debug)]
struct Figures {
    firm: &'static str,
    year: i64,
    basis: &'static str,
    method: &'static str,
    source: &'static str,
    revenue: Option<i64>,
}

const FIRMS: [&str; 5] = ["ent-juneng", "ent-zhengli", "ent-yuantong", "ent-yunsuan", "ent-guanjia"];

/// Sources of the invented city with their grade and date.
const SOURCES: [(&str, &str, &str); 3] =
    [("src-figures", "B", "2021-12-10"), ("src-audit", "A", "2021-06-30"), ("src-tax", "A", "2021-07-20")];

const BASES: [&str; 4] = ["AUDITED", "TAX", "STAT", "DECLARED"];

/// Rows drawn by a small generator of its own.
fn rows() -> Vec<Figures> {
    let mut state: u64 = 20_210_630;
    let mut draw = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("small") % most
    };
    let mut rows = Vec::new();
    for firm in FIRMS {
        for year in 2016..2021 {
            for _ in 0..draw(5) {
                let source = SOURCES[draw(3)].0;
                let (basis, method) = (BASES[draw(4)], ["DOCUMENT", "DECLARED", "IMPORTED", "DERIVED"][draw(4)]);
                let revenue = (draw(6) > 0).then(|| 1_000_000 + i64::try_from(draw(900_000_000)).expect("small"));
                rows.push(Figures { firm, year, basis, method, source, revenue });
            }
        }
    }
    rows
}

/// The city with these figures and no others, asked by somebody who may see all of them.
static CITY: LazyLock<Served> = LazyLock::new(|| {
    let mut all = files(&["fixtures/codes", "fixtures/demo"]);
    let mut text = "key,organization,year,figuresBasis,revenue,source,method\n".to_owned();
    for (place, row) in rows().iter().enumerate() {
        let revenue = row.revenue.map_or("UNKNOWN".to_owned(), |revenue| revenue.to_string());
        text += &format!(
            "figures-{place:03},{},{},{},{revenue},{},{}\n",
            row.firm, row.year, row.basis, row.source, row.method
        );
    }
    all.retain(|file| file.name != "year_figures.csv");
    all.push(InputFile { label: "figures".into(), name: "year_figures.csv".into(), bytes: text.into_bytes() });
    let data = tempfile::tempdir().expect("a scratch folder").keep();
    Served::trusting(bare_engine_of(&all), &Config { data, ..Config::default() }, "test")
});

/// What is smaller is taken: method, basis, grade of the source, its date (the later one), the later row.
fn rank(place: usize, row: &Figures) -> (usize, usize, &'static str, Reverse<&'static str>, Reverse<usize>) {
    let at = |list: &[&str], name: &str| list.iter().position(|entry| *entry == name).expect("in the list");
    let (_, grade, date) = SOURCES.iter().find(|(key, ..)| *key == row.source).expect("a source");
    let method = at(&["DOCUMENT", "DECLARED", "IMPORTED", "DERIVED"], row.method);
    (method, at(&BASES, row.basis), grade, Reverse(date), Reverse(place))
}

/// The rows that count for a choice.
fn counting(choice: &str) -> Vec<Figures> {
    counting_among(rows(), choice)
}

fn counting_among(all: Vec<Figures>, choice: &str) -> Vec<Figures> {
    if choice == "EVERY" {
        return all;
    }
    let mut best: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    for (place, row) in all.iter().enumerate().filter(|(_, row)| choice == "ONE_EACH" || row.basis == choice) {
        let taken = best.entry((row.firm, row.year)).or_insert(place);
        if rank(place, row) < rank(*taken, &all[*taken]) {
            *taken = place;
        }
    }
    best.into_values().map(|place| all[place].clone()).collect()
}

const COUNTED: &str = "query Counted($figures: FiguresChoice, $by: [String!]!, $filter: StatisticsFilter) {
    statistics(of: YEAR_FIGURES, groupBy: $by, sums: [\"revenue\"], figures: $figures, filter: $filter, asOf: \"2021-12-31\") {
        total leftOut figuresBases definition definitionEn sums { sum known }
        cells { groups { value } count sums { sum known } opens { field document variables } } } }";

fn counted(choice: Option<&str>, by: &str, filter: &Value) -> Value {
    CITY.data(COUNTED, &json!({ "figures": choice, "by": [by], "filter": filter }))["statistics"].clone()
}

fn sum(rows: &[Figures]) -> Value {
    let known: Vec<i64> = rows.iter().filter_map(|row| row.revenue).collect();
    match known.len() {
        0 => json!({ "sum": null, "known": 0 }),
        count => json!({ "sum": known.iter().sum::<i64>().to_string(), "known": count }),
    }
}

fn bases(rows: &[Figures]) -> Vec<&'static str> {
    let used: BTreeSet<&str> = rows.iter().map(|row| row.basis).collect();
    BASES.into_iter().filter(|basis| used.contains(basis)).collect()
}

#[test]
fn of_one_firm_and_year_one_figure_counts_and_the_answer_says_which() {
    let all = rows();
    let mut left = 0;
    for choice in [None, Some("ONE_EACH"), Some("EVERY"), Some("AUDITED"), Some("TAX"), Some("STAT"), Some("DECLARED")]
    {
        let taken = counting(choice.unwrap_or("ONE_EACH"));
        let found = counted(choice, "year", &Value::Null);
        assert_eq!(found["total"], json!(taken.len()), "{choice:?}");
        assert_eq!(found["leftOut"], json!(all.len() - taken.len()), "{choice:?}");
        assert_eq!(found["figuresBases"], json!(bases(&taken)), "{choice:?}");
        assert_eq!(found["sums"], json!([sum(&taken)]), "{choice:?}");
        let is_every = choice == Some("EVERY");
        assert_eq!(found["definition"].as_str().expect("words").contains("重复计入"), is_every, "{found}");
        for cell in found["cells"].as_array().expect("cells") {
            let year: i64 = cell["groups"][0]["value"].as_str().expect("a year").parse().expect("a number");
            let own: Vec<Figures> = taken.iter().filter(|row| row.year == year).cloned().collect();
            assert_eq!((&cell["count"], &cell["sums"]), (&json!(own.len()), &json!([sum(&own)])), "{choice:?} {year}");
        }
        left += all.len() - taken.len();
    }
    // Otherwise this would be no test of anything.
    assert!(all.len() > 40 && left > 60, "{} rows, {left} left out", all.len());
}

#[test]
fn who_asks_for_some_bases_gets_the_best_of_those() {
    let asked = ["DECLARED", "TAX"];
    let among: Vec<Figures> = rows().into_iter().filter(|row| asked.contains(&row.basis)).collect();
    let taken = counting_among(among.clone(), "ONE_EACH");
    let of_all = counting("ONE_EACH").into_iter().filter(|row| asked.contains(&row.basis)).count();
    let wanted = json!({ "figuresBasis": asked });
    for filter in [wanted.clone(), json!({ "and": [wanted] })] {
        let found = counted(None, "figuresBasis", &json!({ "yearFigures": filter }));
        assert_eq!((&found["total"], &found["sums"]), (&json!(taken.len()), &json!([sum(&taken)])), "{filter}");
        assert_eq!(found["leftOut"], json!(among.len() - taken.len()), "{filter}");
    }
    assert!(taken.len() > of_all, "{} and {of_all}", taken.len());
}

#[test]
fn every_cell_opens_as_many_figures_as_it_counts_whatever_it_is_narrowed_by() {
    let filters = [
        Value::Null,
        json!({ "yearFigures": { "figuresBasis": ["DECLARED", "TAX"] } }),
        json!({ "yearFigures": { "revenue": { "from": "300000000" }, "year": { "from": 2017 } } }),
        json!({ "yearFigures": { "organization": { "code": "ent-juneng" } } }),
    ];
    let mut opened = 0;
    for choice in [None, Some("EVERY"), Some("STAT")] {
        for (filter, by) in filters.iter().flat_map(|filter| ["figuresBasis", "year", "region"].map(|by| (filter, by)))
        {
            for cell in counted(choice, by, filter)["cells"].as_array().expect("cells") {
                let document = cell["opens"]["document"].as_str().expect("a document");
                let variables = cell["opens"]["variables"].as_str().expect("JSON").parse::<Value>().expect("JSON");
                let list = CITY.data(document, &variables)["yearFigures"].clone();
                assert_eq!(list["totalCount"], cell["count"], "{choice:?} {by} {filter} {cell}");
                opened += 1;
            }
        }
    }
    assert!(opened > 50, "{opened}");
}

#[test]
fn a_list_has_every_row_and_its_facets_count_one_each() {
    let document =
        "query Listed($figures: FiguresChoice) { yearFigures(first: 1, figures: $figures, asOf: \"2021-12-31\") {
        totalCount facets(keys: [\"figuresBasis\"], sums: [\"revenue\"]) { total leftOut sums { sum known } } } }";
    let all = rows();
    for (choice, listed, taken) in [
        (None, all.clone(), counting("ONE_EACH")),
        (Some("EVERY"), all.clone(), all.clone()),
        (Some("ONE_EACH"), counting("ONE_EACH"), counting("ONE_EACH")),
        (Some("TAX"), counting("TAX"), counting("TAX")),
    ] {
        let list = CITY.data(document, &json!({ "figures": choice }))["yearFigures"].clone();
        assert_eq!(list["totalCount"], json!(listed.len()), "{choice:?}");
        let expected = json!({ "total": taken.len(), "leftOut": all.len() - taken.len(), "sums": [sum(&taken)] });
        assert_eq!(list["facets"], expected, "{choice:?}");
    }
    // Of one firm alone the same rows count.
    let own = CITY.data(
        "{ enterprise(by: {code: \"ent-juneng\"}, asOf: \"2021-12-31\") { yearFigures(first: 100, figures: ONE_EACH) { edges { node { year figuresBasis revenue } } } } }",
        &json!({}),
    );
    let told = |row: &Figures| json!({ "year": row.year, "figuresBasis": row.basis, "revenue": row.revenue.map(|revenue| revenue.to_string()) });
    let mut expected: Vec<Value> =
        counting("ONE_EACH").iter().filter(|row| row.firm == "ent-juneng").map(told).collect();
    let edges = own["enterprise"]["yearFigures"]["edges"].as_array().expect("edges");
    let mut found: Vec<Value> = edges.iter().map(|edge| edge["node"].clone()).collect();
    for list in [&mut expected, &mut found] {
        list.sort_by_key(ToString::to_string);
    }
    assert_eq!(found, expected);
    assert!(!found.is_empty());
}
