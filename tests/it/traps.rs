//! Golden cases for what is easily got wrong about firms, certificates, money and time. Each trap has a
//! test that fails where somebody falls into it; the expected answers come from the files.
//!
//! | trap | what shows that it is avoided |
//! |---|---|
//! | 1 a tier as one column | `several_tiers_hold_at_once_each_with_its_own_dates` |
//! | 2 two sorts of little giants; cultivation is a list of its own | `little_giants_of_the_province_are_not_those_of_the_ministry` |
//! | 3 filed and entered firms in one series; the dip of every spring | `filed_firms_and_those_entered_every_year_are_two_series` |
//! | 7 the mean of yearly ratios | `three_years_of_expense_over_three_years_of_revenue` |
//! | 8 a dip between two certificates; renewals as new ones; revocation counts from the past | `a_gap_before_renewal_is_a_gap_and_a_renewal_nothing_new`, `examples_time::two_lists` |
//! | 9 keyed by name | `a_rename_keeps_the_certificate_and_a_shared_short_name_is_refused`, `examples_real::by_former_name`, `facts::every_claimed_fact_is_shown_with_its_source` |
//! | 10 the county out of the credit code or the address | `the_county_is_neither_in_the_code_nor_in_the_address`, `examples_records::who_answers_for_a_firm_is_not_where_it_lies` |
//! | 11 check digits; what has no credit code is left out | `what_has_no_credit_code_is_there_and_counted`, `quality_oracle::check_digits_by_hand` |
//! | 12 codes of the edition of 2011 read as those of 2017 | `quality_oracle::a_code_of_another_edition_and_a_term_nobody_checked_are_told`, `fixtures/refusals/` |
//! | 13 contracts of many as pairs; frameworks as collaboration | `examples_statistics::no_amount_is_counted_twice_and_a_framework_is_no_collaboration` |
//! | 14 the graph ends with the city | `partners_from_outside_the_city_are_partners` |
//! | 15 a carrier is its company, an alliance its lead, a platform its host | `a_carrier_is_not_the_company_that_runs_it` |
//! | 16 missing data as “no” | `what_nobody_knows_is_neither_yes_nor_no`, `examples_real::unknown_is_not_no` |
//! | 21 a score out of what is the same for everybody; tried on pairs that it knows | `no_signal_says_the_same_of_everybody`, `partners_oracle::the_best_fit_without_any_tie_is_first`, `partners_oracle::stuffed_keywords_and_mere_popularity_are_not_first` |
//! | 22 numbers of a closed date that move | `known::a_day_means_its_end_in_shanghai_and_before_the_ledger_nothing_is_known`, `statistics::a_cell_of_what_was_known_then_opens_what_was_known_then`, `simulation::past::every_answer_is_that_of_a_store_that_ended_then` |
//! | 23 one firm in a cell | `statistics::small_counts_of_internal_records_are_withheld_from_those_it_binds`, `statistics::what_is_withheld_can_be_read_one_by_one_and_what_cannot_be_read_is_nowhere_counted` |

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Store as Files, cell, day};
use crate::rights::stores::{STEWARD, Store};
use crate::support::{demo, project};

fn csv() -> Files {
    Files::load(&project(""), &["fixtures/codes", "fixtures/demo"])
}

fn ask(query: &str, as_of: &str) -> Value {
    demo().data(query, &json!({ "on": as_of }))
}

fn keys(list: &Value) -> BTreeSet<String> {
    let edges = list["edges"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
    edges.iter().map(|edge| edge["node"]["key"].as_str().expect("a key").to_owned()).collect()
}

/// Firms with a certificate of one of these schemes that surely counts.
fn certified(csv: &Files, schemes: &[&str], on: Day) -> BTreeSet<String> {
    let held = schemes.iter().flat_map(|scheme| csv.certificates(scheme, on, &["YES"]));
    let holders = held.map(|row| csv.resolve(cell(row, "holder")));
    holders.filter(|key| csv.kind(key) == "ENTERPRISE" && csv.shown(key, on)).collect()
}

#[test]
fn several_tiers_hold_at_once_each_with_its_own_dates() {
    let csv = csv();
    let query = "query($on: Date) { enterprises(first: 100, asOf: $on) { edges { node { key tiers { code } } } } }";
    let mut several = 0;
    for on in ["2016-12-31", "2018-12-31", "2021-06-30"] {
        let found = ask(query, on);
        for edge in found["enterprises"]["edges"].as_array().expect("edges") {
            let key = edge["node"]["key"].as_str().expect("a key");
            let told: BTreeSet<String> = edge["node"]["tiers"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|term| term["code"].as_str().expect("a code").trim_start_matches("SCHEME:").to_owned())
                .collect();
            let own = csv
                .rows("certifications.csv")
                .iter()
                .filter(|row| csv.resolve(cell(row, "holder")) == key && csv.counts(row, day(on)) == "YES");
            let expected: BTreeSet<String> = own.map(|row| cell(row, "scheme").to_owned()).collect();
            assert_eq!(told, expected, "{key} {on}");
            several += usize::from(told.len() > 1);
        }
    }
    assert!(several > 30, "{several}");
}

#[test]
fn little_giants_of_the_province_are_not_those_of_the_ministry() {
    let csv = csv();
    let query = "query($on: Date) {
        union: enterprises(first: 100, asOf: $on, filter: {or: [{certified: \"GIANT\"}, {certified: \"GIANT_CULTIVATION\"}]}) { totalCount edges { node { key } } }
        giants: enterprises(first: 100, asOf: $on, filter: {certified: \"GIANT\"}) { totalCount edges { node { key } } }
        growing: enterprises(first: 100, asOf: $on, filter: {certified: \"GIANT_CULTIVATION\"}) { totalCount edges { node { key } } }
        ministry: enterprises(first: 100, asOf: $on, filter: {or: [{certified: \"MIIT_LITTLE_GIANT\"}, {certified: \"MIIT_SRDI\"}]}) { totalCount edges { node { key } } } }";
    let (mut both, mut apart) = (0, 0);
    for on in ["2018-12-31", "2019-12-31", "2021-12-31"] {
        let found = ask(query, on);
        for (list, schemes) in [
            ("union", &["GIANT", "GIANT_CULTIVATION"][..]),
            ("giants", &["GIANT"]),
            ("growing", &["GIANT_CULTIVATION"]),
            ("ministry", &["MIIT_LITTLE_GIANT", "MIIT_SRDI"]),
        ] {
            let expected = certified(&csv, schemes, day(on));
            assert_eq!(keys(&found[list]), expected, "{list} {on}");
            assert_eq!(found[list]["totalCount"], json!(expected.len()), "a firm with both counts once");
        }
        let number = |list: &str| found[list]["totalCount"].as_u64().expect("a count");
        both += usize::from(number("union") < number("giants") + number("growing"));
        apart += keys(&found["ministry"]).difference(&keys(&found["union"])).count();
    }
    assert!(both > 0 && apart > 0, "{both} days with a firm in both lists, {apart} of the ministry alone");
}

#[test]
fn filed_firms_and_those_entered_every_year_are_two_series() {
    let csv = csv();
    let query = "query($on: Date) {
        filed: enterprises(first: 1, asOf: $on, filter: {certified: \"SME_HENAN_FILING\"}) { totalCount }
        entered: enterprises(first: 1, asOf: $on, filter: {certified: \"SME_NATIONAL\"}) { totalCount } }";
    let mut entered = BTreeMap::new();
    for on in ["2017-12-31", "2018-12-31", "2019-03-31", "2019-04-01", "2019-12-31", "2020-04-01", "2020-12-31"] {
        let found = ask(query, on);
        for (list, scheme) in [("filed", "SME_HENAN_FILING"), ("entered", "SME_NATIONAL")] {
            assert_eq!(found[list]["totalCount"], json!(certified(&csv, &[scheme], day(on)).len()), "{list} {on}");
        }
        entered.insert(on, found["entered"]["totalCount"].as_u64().expect("a count"));
    }
    // Every spring the entries of the year before have run out, and those of the year are not all there.
    assert!(
        entered["2019-04-01"] < entered["2019-03-31"] && entered["2019-04-01"] < entered["2019-12-31"],
        "{entered:?}"
    );
    assert!(
        entered["2020-04-01"] < entered["2019-12-31"] && entered["2020-04-01"] < entered["2020-12-31"],
        "{entered:?}"
    );
}

#[test]
fn three_years_of_expense_over_three_years_of_revenue() {
    // Ten, two and one per cent of a growing revenue: 2.83 per cent of all, and not the mean of 4.33.
    let figures = "key,organization,year,figuresBasis,revenue,rdExpense,source
        t-1,ent-hongda,2018,DECLARED,100000000,10000000,src-yearreport
        t-2,ent-hongda,2019,DECLARED,200000000,4000000,src-yearreport
        t-3,ent-hongda,2020,DECLARED,300000000,3000000,src-yearreport
        t-4,ent-hongda,2020,TAX,290000000,3000000,src-yearreport";
    let store = Store::city(&[("year_figures", figures)]);
    let query = "{ statistics(of: YEAR_FIGURES, groupBy: [\"year\"], sums: [\"rdExpense\", \"revenue\"], asOf: \"2021-12-31\",
        filter: {yearFigures: {organization: {code: \"ent-hongda\"}, figuresBasis: [DECLARED], year: {from: 2018, to: 2020}}}) {
            total sums { attribute sum known } cells { groups { value } sums { sum } } } }";
    let found = store.data(STEWARD, query)["statistics"].clone();
    assert_eq!(found["total"], json!(3), "the same year by another basis is not counted twice");
    let yuan = |sum: &Value| sum["sum"].as_str().expect("a sum").parse::<u32>().expect("whole yuan");
    let sums = [&found["sums"][0], &found["sums"][1]].map(yuan);
    assert_eq!(sums, [17_000_000, 600_000_000]);
    let years = found["cells"].as_array().expect("cells").iter();
    let per_mille: Vec<u32> = years.map(|cell| yuan(&cell["sums"][0]) * 10 / (yuan(&cell["sums"][1]) / 100)).collect();
    assert_eq!(per_mille, [100, 20, 10], "every year can be told from the others");
    let (of_all, mean) = (sums[0] * 10 / (sums[1] / 100), per_mille.iter().sum::<u32>() / 3);
    assert_eq!((of_all, mean), (28, 43));
}

#[test]
fn a_gap_before_renewal_is_a_gap_and_a_renewal_nothing_new() {
    let csv = csv();
    let hnte = "query($on: Date) { enterprises(first: 100, asOf: $on, filter: {certified: \"HNTE\"}) { edges { node { key } } } }";
    // The old certificate of this firm ended on 2018-11-16, the next began on 2018-11-29.
    for (on, held) in [("2018-11-15", true), ("2018-11-20", false), ("2018-11-29", true)] {
        let found = keys(&ask(hnte, on)["enterprises"]);
        assert_eq!((found.contains("ent-juneng"), &found), (held, &certified(&csv, &["HNTE"], day(on))), "{on}");
    }
    // Over the whole time it is a renewal; of those who gained one, nobody had one before.
    let query = "query($on: Date!) { difference(from: $on, to: \"2018-12-31\", kinds: [ENTERPRISE], scheme: \"HNTE\", first: 100,
        what: [CERTIFICATE_GAINED, CERTIFICATE_RENEWED, CERTIFICATE_LOST]) { edges { node { what node { key } } } } }";
    let found = ask(query, "2017-12-31");
    let of = |what: &str| -> BTreeSet<String> {
        let all = found["difference"]["edges"].as_array().expect("edges").iter().map(|edge| &edge["node"]);
        let of_it = all.filter(|found| found["what"] == what);
        of_it.filter_map(|found| found["node"]["key"].as_str()).map(str::to_owned).collect()
    };
    let (before, after) =
        (certified(&csv, &["HNTE"], day("2017-12-31")), certified(&csv, &["HNTE"], day("2018-12-31")));
    assert!(of("CERTIFICATE_RENEWED").contains("ent-juneng"));
    assert_eq!(of("CERTIFICATE_GAINED"), after.difference(&before).cloned().collect());
    // What was revoked later counts from the day that the revocation names, also when asked of the past.
    let on = "2018-06-30";
    assert!(before.contains("ent-gudun") && !keys(&ask(hnte, on)["enterprises"]).contains("ent-gudun"), "{on}");
}

#[test]
fn a_rename_keeps_the_certificate_and_a_shared_short_name_is_refused() {
    let query = "query($on: Date) {
        now: enterprise(by: {name: \"示例聚能动力电池股份有限公司\"}, asOf: $on) { key nameZh certifications(first: 50) { edges { node { certNo } } } }
        then: enterprise(by: {name: \"示例市聚能电源有限公司\"}, asOf: $on) { key nameZh certifications(first: 50) { edges { node { certNo } } } } }";
    // One certificate was issued under the former name, which went out of use on 2015-12-28.
    for (on, name) in [("2015-12-01", "示例市聚能电源有限公司"), ("2016-06-30", "示例聚能动力电池股份有限公司")]
    {
        let found = ask(query, on);
        assert_eq!(found["now"], found["then"], "{on}: either name leads to the one firm");
        assert_eq!((&found["now"]["key"], &found["now"]["nameZh"]), (&json!("ent-juneng"), &json!(name)));
        assert!(found["now"]["certifications"].to_string().contains("GR201599000007"), "{on}: {found}");
    }
    let refused = demo().ask("{ enterprise(by: {name: \"示例华能\"}) { key } }", &json!({}));
    let error = &refused["errors"][0]["extensions"];
    assert_eq!(error["code"], json!("AMBIGUOUS_NAME"), "{refused}");
    assert_eq!(error["candidates"].as_array().map(Vec::len), Some(2), "{refused}");
}

#[test]
fn the_county_is_neither_in_the_code_nor_in_the_address() {
    let csv = csv();
    let query = "query($on: Date) { enterprises(first: 100, asOf: $on) { edges { node { key creditCode jurisdiction { code } } } } }";
    let found = ask(query, "2021-12-31");
    let mut apart = BTreeSet::new();
    for edge in found["enterprises"]["edges"].as_array().expect("edges") {
        let firm = &edge["node"];
        let key = firm["key"].as_str().expect("a key");
        let ties = csv.ties(key, "LOCATED_IN", true, day("2021-12-31"));
        let own = ties.iter().find(|tie| cell(tie.row, "role") == "JURISDICTION");
        let own = own.map(|tie| cell(csv.thing(&tie.other).1, "code").to_owned());
        assert_eq!(firm["jurisdiction"]["code"].as_str(), own.as_deref(), "{key}");
        let digits = firm["creditCode"].as_str().and_then(|code| code.get(2..8));
        if digits.is_some() && digits != own.as_deref() {
            apart.insert(key.to_owned());
        }
    }
    assert!(apart.contains("ent-lvqing") && apart.contains("ent-qingtu"), "{apart:?}");
}

#[test]
fn what_has_no_credit_code_is_there_and_counted() {
    let csv = csv();
    let on = "2021-12-31";
    let coded = |key: &str| {
        let own = csv.rows("identifiers.csv").iter().filter(|row| csv.resolve(cell(row, "entity")) == key);
        own.into_iter().any(|row| cell(row, "scheme") == "USCC")
    };
    let mut without = 0;
    for (list, kind) in [
        ("enterprises", "ENTERPRISE"),
        ("institutes", "INSTITUTE"),
        ("otherOrganizations", "OTHER_ORGANIZATION"),
        ("alliances", "ALLIANCE"),
        ("carriers", "CARRIER"),
        ("clusters", "CLUSTER"),
        ("platforms", "PLATFORM"),
    ] {
        let query =
            format!("query($on: Date) {{ {list}(first: 100, asOf: $on) {{ totalCount edges {{ node {{ key }} }} }} }}");
        let found = ask(&query, on)[list].clone();
        let all: BTreeSet<String> = csv.of_kind(kind, day(on)).into_iter().collect();
        assert_eq!((keys(&found), &found["totalCount"]), (all.clone(), &json!(all.len())), "{list}");
        without += all.iter().filter(|key| !coded(key)).count();
    }
    assert!(without > 20 && !coded("oth-team-gt") && !coded("ent-hongda"), "{without}");
}

#[test]
fn partners_from_outside_the_city_are_partners() {
    let query = "query($on: Date) { city: enterprises(first: 100, asOf: $on, filter: {jurisdiction: {code: \"990100\"}}) { edges { node { key
        collaborators(first: 50) { edges { node { organization { nameZh jurisdiction { code } } } } } } } } }";
    let found = ask(query, "2021-12-31");
    let csv = csv();
    let mut told = BTreeMap::new();
    for edge in found["city"]["edges"].as_array().expect("edges") {
        let partners = edge["node"]["collaborators"]["edges"].as_array().expect("edges").iter();
        let regions =
            partners.map(|edge| edge["node"]["organization"]["jurisdiction"]["code"].as_str().unwrap_or("").to_owned());
        let outside = regions.filter(|code| ["990200", "980100"].contains(&code.as_str())).count();
        told.insert(edge["node"]["key"].as_str().expect("a key").to_owned(), outside);
    }
    for (firm, count) in &told {
        let on = day("2021-12-31");
        let works = csv.ties(firm, "PARTICIPATES_IN", true, on).into_iter().map(|tie| tie.other);
        let works = works.filter(|work| csv.value(work, "kind", on).as_deref() != Some("FRAMEWORK"));
        let others: BTreeSet<String> = works
            .flat_map(|work| {
                csv.ties(&work, "PARTICIPATES_IN", false, on).into_iter().map(|tie| tie.other).collect::<Vec<_>>()
            })
            .filter(|other| other != firm && csv.kind(other) != "PERSON")
            .collect();
        let outside = others.iter().filter(|other| {
            let ties = csv.ties(other, "LOCATED_IN", true, on);
            ties.iter().any(|tie| {
                cell(tie.row, "role") == "JURISDICTION"
                    && ["990200", "980100"].contains(&cell(csv.thing(&tie.other).1, "code"))
            })
        });
        assert_eq!(*count, outside.count(), "{firm}");
    }
    assert!(told.values().sum::<usize>() > 5, "{told:?}");
}

#[test]
fn a_carrier_is_not_the_company_that_runs_it() {
    let query = "query($on: Date) { carrier(by: {code: \"car-shengwu\"}, asOf: $on) { id nodeKind operators(first: 5) { edges { role node { key id nodeKind } } } }
        enterprise(by: {code: \"ent-kangmiao\"}, asOf: $on) { id certifications(first: 50) { edges { node { scheme { code } } } } }
        alliance(by: {code: \"all-battery\"}, asOf: $on) { id members(first: 50) { edges { role node { key id } } } }
        platform(by: {code: \"plat-yimiao\"}, asOf: $on) { id operators(first: 5) { edges { role node { key id } } } } }";
    let found = ask(query, "2021-06-30");
    let ids: BTreeSet<&str> =
        ["carrier", "enterprise", "alliance", "platform"].map(|name| found[name]["id"].as_str().expect("an id")).into();
    assert_eq!(ids.len(), 4, "four things of their own: {found}");
    let runs = |list: &Value| -> Vec<String> {
        let edges = list["edges"].as_array().expect("edges").iter();
        edges
            .map(|edge| {
                format!("{} {}", edge["node"]["key"].as_str().unwrap_or(""), edge["role"].as_str().unwrap_or(""))
            })
            .collect()
    };
    assert_eq!(runs(&found["carrier"]["operators"]), ["ent-kangmiao OPERATOR"]);
    let mut hosts = runs(&found["platform"]["operators"]);
    hosts.sort();
    assert_eq!(hosts, ["ent-kangmiao CO_HOST", "inst-smu HOST"]);
    assert!(runs(&found["alliance"]["members"]).contains(&"ent-juneng LEAD".to_owned()));
    // The recognition of a carrier is none of the company.
    assert!(!found["enterprise"]["certifications"].to_string().contains("TBI"), "{}", found["enterprise"]);
}

#[test]
fn what_nobody_knows_is_neither_yes_nor_no() {
    let csv = csv();
    let query = "query($on: Date) { statistics(of: ENTERPRISE, groupBy: [\"isLegalPerson\"], asOf: $on) { total cells { groups { value } count } } }";
    let on = "2021-12-31";
    let found = ask(query, on);
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    let firms = csv.of_kind("ENTERPRISE", day(on));
    for firm in &firms {
        let said = csv.value(firm, "isLegalPerson", day(on)).filter(|said| !said.is_empty());
        *expected.entry(said.unwrap_or_else(|| "UNKNOWN".to_owned())).or_default() += 1;
    }
    let cells = found["statistics"]["cells"].as_array().expect("cells").iter();
    let told: BTreeMap<String, u64> = cells
        .map(|cell| {
            (cell["groups"][0]["value"].as_str().expect("a value").to_owned(), cell["count"].as_u64().expect("a count"))
        })
        .collect();
    assert_eq!((told, &found["statistics"]["total"]), (expected.clone(), &json!(firms.len())));
    assert!(expected.len() > 1, "{expected:?}");
}

#[test]
fn no_signal_says_the_same_of_everybody() {
    let query = "query($wish: PartnerWish!) { partners(for: $wish, first: 50, asOf: \"2021-12-31\") { edges { score signals { name value } } } }";
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for demand in ["dem-gemo", "dem-gutai", "dem-yeleng"] {
        let found = demo().data(query, &json!({ "wish": { "demand": { "code": demand } } }));
        let edges = found["partners"]["edges"].as_array().expect("edges").clone();
        let mut of_it: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for signal in edges.iter().flat_map(|edge| edge["signals"].as_array().expect("signals").clone()) {
            let name = signal["name"].as_str().expect("a name").to_owned();
            of_it.entry(name).or_default().insert(signal["value"].to_string());
        }
        for (name, values) in of_it {
            told.entry(name).or_default().extend(values.into_iter().map(|value| format!("{demand} {value}")));
        }
        let scores: BTreeSet<String> = edges.iter().map(|edge| edge["score"].to_string()).collect();
        assert!(edges.len() > 3 && scores.len() > edges.len() / 2, "{demand}: {scores:?}");
    }
    for (name, values) in &told {
        assert!(values.len() > 3, "{name} is {values:?} for everybody");
    }
}
