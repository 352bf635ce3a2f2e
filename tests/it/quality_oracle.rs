//! Alerts about the data of the invented city, rule by rule, against what the files themselves show.
//! Nothing of the library is named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, Store, cell, day, end_day, first_day, folded};
use crate::examples_oracle::Case;
use crate::examples_records::{days_between, later};
use crate::expected::{anything, bag};
use crate::records_oracle::{RECORDS, Reader};
use crate::support::{Served, bare_engine_of, demo, demo_city_officer, files, project};

const ORGANIZATIONS: [&str; 3] = ["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION"];
const KINDS: [&str; 7] = ["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION", "CARRIER", "CLUSTER", "FUND", "ACHIEVEMENT"];
/// Years that a certificate holds, by the documents that fixtures/rules/quality.csv names.
const YEARS: &[(&str, i32)] = &[
    ("HNTE", 3),
    ("GIANT", 3),
    ("GIANT_CULTIVATION", 3),
    ("LEAD_HENAN", 3),
    ("SME_NATIONAL", 1),
    ("MIIT_SRDI", 3),
    ("MIIT_LITTLE_GIANT", 3),
];

/// Every alert of a rule: the node's key, and the fields.
fn ask(served: &Served, rule: &str, as_of: &str) -> Vec<Value> {
    let query = "query($rules: [QualityRule!], $kinds: [NodeKind!], $asOf: Date, $after: String) {
        dataQuality(rules: $rules, kinds: $kinds, asOf: $asOf, first: 50, after: $after) {
            totalCount truncated pageInfo { hasNextPage endCursor }
            edges { node { rule severity node { key } recordId recordKindZh fields foundZh foundEn remedyZh remedyEn others { key } } } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "rules": [rule], "kinds": KINDS, "asOf": as_of, "after": after });
        let page = served.data(query, &variables)["dataQuality"].clone();
        assert_eq!(page["truncated"], json!(false));
        for edge in page["edges"].as_array().expect("edges") {
            let alert = &edge["node"];
            assert_eq!(alert["rule"], rule);
            assert!(
                alert["foundZh"].as_str().is_some_and(|words| words.chars().any(|letter| letter > '一')),
                "{alert}"
            );
            assert!(alert["remedyEn"].as_str().is_some_and(|words| words.split(' ').count() > 4), "{alert}");
            found.push(json!({
                "key": alert["node"]["key"],
                "record": alert["recordKindZh"],
                "fields": alert["fields"],
                "others": keys(alert["others"].as_array().expect("a list").iter().map(|other| other["key"].to_string())),
            }));
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            assert_eq!(page["totalCount"], json!(found.len()));
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Keys in one order.
fn keys(all: impl Iterator<Item = String>) -> Value {
    let mut all: Vec<String> = all.collect();
    all.sort();
    json!(all)
}

fn alert(key: &str, record: Option<&str>, fields: &[&str]) -> Value {
    json!({ "key": key, "record": record, "fields": fields, "others": [] })
}

/// GB 11714, written down a second time.
fn sound(code: &str) -> bool {
    let code = code.replace('-', "");
    let sum: u32 = code
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(digit, weight)| digit.to_digit(36).expect("a digit") * weight)
        .sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).expect("a digit"),
    };
    code.len() == 9 && code.ends_with(check)
}

struct Judge<'c> {
    csv: &'c Store,
    kinds: Vec<&'c str>,
    day: Day,
    reader: Reader,
}

impl Judge<'_> {
    fn things(&self, kinds: &[&str]) -> Vec<String> {
        kinds.iter().flat_map(|kind| self.csv.of_kind(kind, self.day)).collect()
    }

    fn identifiers(&self, key: &str, scheme: &str) -> Vec<String> {
        let own = self.csv.rows("identifiers.csv").iter().filter(|row| self.csv.resolve(cell(row, "entity")) == key);
        own.filter(|row| cell(row, "scheme") == scheme).map(|row| cell(row, "value").to_owned()).collect()
    }

    fn value(&self, key: &str, attribute: &str) -> String {
        self.csv.value(key, attribute, self.day).unwrap_or_default()
    }

    fn expected(&self, rule: &str) -> Vec<Value> {
        match rule {
            "MISSING_CREDIT_CODE" => self.missing_codes(),
            "BAD_CHECK_DIGIT" => self.bad_digits(),
            "CONTRADICTION" => [self.contradictions(), self.figures()].concat(),
            "DUPLICATE_SUSPECT" => self.duplicates(),
            "NO_JURISDICTION" => self.without_jurisdiction(),
            "REQUIRED_UNKNOWN" => self.unknown(),
            "VALIDITY_SUSPECT" => self.long_certificates(),
            "STALE" => self.stale(),
            other => panic!("no oracle for {other}"),
        }
    }

    fn missing_codes(&self) -> Vec<Value> {
        let due = |key: &String| match self.csv.kind(key) {
            "ENTERPRISE" => self.value(key, "isLegalPerson") == "YES",
            "INSTITUTE" => !["SUBUNIT", "UNKNOWN", ""].contains(&self.value(key, "kind").as_str()),
            _ => !["TEAM", "UNKNOWN", ""].contains(&self.value(key, "kind").as_str()),
        };
        let missing = self.things(&ORGANIZATIONS).into_iter().filter(due);
        missing.filter(|key| self.identifiers(key, "USCC").is_empty()).map(|key| alert(&key, None, &[])).collect()
    }

    fn bad_digits(&self) -> Vec<Value> {
        let bad = |key: &String| self.identifiers(key, "ORG_CODE").iter().any(|code| !sound(code));
        self.things(&self.kinds).into_iter().filter(bad).map(|key| alert(&key, None, &["ORG_CODE"])).collect()
    }

    fn contradictions(&self) -> Vec<Value> {
        let mut found = Vec::new();
        for key in self.things(&self.kinds) {
            let all = self.csv.all_said(&key);
            let attributes: BTreeSet<&str> = all.iter().map(|said| said.attribute.as_str()).collect();
            for attribute in attributes {
                let said = self.csv.said(&key, attribute, self.day);
                let values: BTreeSet<&str> =
                    said.iter().map(|said| said.value.as_str()).filter(|value| *value != "UNKNOWN").collect();
                if values.len() > 1 {
                    found.push(alert(&key, None, &[attribute]));
                }
            }
        }
        found
    }

    /// Pairs of rows of one year, each later one against the first earlier one that it differs from.
    fn figures(&self) -> Vec<Value> {
        const WORDS: &[(&str, &str)] = &[
            ("year_figures.csv", "年度数据"),
            ("carrier_figures.csv", "载体年度数据"),
            ("cluster_figures.csv", "集群年度数据"),
        ];
        let mut found = Vec::new();
        for (file, word) in WORDS {
            let records = RECORDS.iter().find(|records| records.file == *file).expect("its records");
            let rows = self.csv.records(file, None, self.day, self.reader);
            for (place, row) in rows.iter().enumerate() {
                let alike = |column: &str, other: &Row| cell(row, column) == cell(other, column);
                let earlier =
                    rows[..place].iter().filter(|other| alike(records.subject, other) && alike("year", other));
                let fields = earlier.map(|other| apart(other, row)).find(|fields| !fields.is_empty());
                let key = self.csv.resolve(cell(row, records.subject));
                found.extend(fields.map(|fields| alert(&key, Some(word), &fields)));
            }
        }
        found
    }

    fn duplicates(&self) -> Vec<Value> {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for key in self.things(&ORGANIZATIONS) {
            for name in self.csv.names(&key) {
                names.entry(folded(&name.text)).or_default().insert(key.clone());
            }
        }
        let shared = names.values().filter(|keys| keys.len() > 1);
        let each = shared.flat_map(|keys| keys.iter().map(move |key| (key, keys)));
        each.map(|(key, keys)| {
            json!({ "key": key, "record": null, "fields": ["names"], "others": self::keys(keys.iter().filter(|other| *other != key).map(|other| json!(other).to_string())) })
        })
        .collect()
    }

    fn without_jurisdiction(&self) -> Vec<Value> {
        let answered = |key: &String| {
            let places = self.csv.ties(key, "LOCATED_IN", true, self.day);
            places.iter().any(|tie| cell(tie.row, "role") == "JURISDICTION")
        };
        let without = self.things(&ORGANIZATIONS).into_iter().filter(|key| !answered(key));
        without.map(|key| alert(&key, None, &["jurisdiction"])).collect()
    }

    fn unknown(&self) -> Vec<Value> {
        let of = |key: String| {
            let required = self.csv.thing(&key).0.4.iter().copied();
            let fields: Vec<&str> =
                required.filter(|name| ["", "UNKNOWN"].contains(&self.value(&key, name).as_str())).collect();
            (!fields.is_empty()).then(|| alert(&key, None, &fields))
        };
        self.things(&self.kinds).into_iter().filter_map(of).collect()
    }

    fn long_certificates(&self) -> Vec<Value> {
        let long = |row: &&Row| {
            let Some((_, years)) = YEARS.iter().find(|(scheme, _)| *scheme == cell(row, "scheme")) else {
                return false;
            };
            let Some(from) = first_day(cell(row, "validFrom")).filter(|from| *from <= self.day) else { return false };
            end_day(cell(row, "validTo")).is_none_or(|to| to > later(from, years * 12))
        };
        let rows = self.csv.rows("certifications.csv").iter().filter(long);
        let held = rows.map(|row| self.csv.resolve(cell(row, "holder"))).filter(|key| self.csv.shown(key, self.day));
        held.map(|key| alert(&key, Some("资质认定"), &["validFrom", "validTo"])).collect()
    }

    fn stale(&self) -> Vec<Value> {
        let told = |row: &Row| first_day(cell(self.csv.source(cell(row, "source")), "date"));
        let heard = |key: &String| {
            let named = |column: &'static str| move |row: &&Row| self.csv.resolve(cell(row, column)) == *key;
            let about = |file: &'static str| self.csv.rows(file).iter().filter(named("entity"));
            let certificates = self.csv.rows("certifications.csv").iter().filter(named("holder"));
            let records =
                RECORDS.iter().flat_map(|records| self.csv.records(records.file, Some(key), self.day, self.reader));
            let all = about("names.csv").chain(about("identifiers.csv")).chain(about("statements.csv"));
            let all = all.chain(certificates).chain(records).chain([self.csv.thing(key).1]);
            all.filter_map(told).filter(|told| *told <= self.day).max().expect("a dated source")
        };
        let watched = self.things(&["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION", "CARRIER"]);
        let stale = watched.into_iter().filter(|key| days_between(heard(key), self.day) > 365);
        stale.map(|key| alert(&key, None, &[])).collect()
    }
}

/// Columns of two rows that differ by more than a hundredth of the greater.
fn apart<'r>(one: &'r Row, other: &Row) -> Vec<&'r str> {
    const ORDER: &[&str] = &[
        "area",
        "seats",
        "incubatees",
        "graduates",
        "newIncubatees",
        "fundSize",
        "output",
        "members",
        "highTechMembers",
        "revenue",
        "mainRevenue",
        "highTechRevenue",
        "rdExpense",
        "rdDomestic",
        "totalCost",
        "netProfit",
        "netAssets",
        "totalAssets",
        "staff",
        "stStaff",
        "ip1",
        "ip2",
        "newConversions",
        "taxPaid",
        "debts",
    ];
    let mut fields: Vec<&str> = one
        .keys()
        .map(String::as_str)
        .filter(|name| ORDER.contains(name))
        .filter(|name| {
            let numbers = [one, other].map(|row| cell(row, name).parse::<i128>());
            let [Ok(one), Ok(other)] = numbers else { return false };
            (one - other).abs() * 100 > one.abs().max(other.abs())
        })
        .collect();
    fields.sort_unstable();
    fields
}

/// The same alerts, with their fields in one order.
fn sorted(alerts: Vec<Value>) -> Vec<Value> {
    let each = |mut alert: Value| {
        if let Some(fields) = alert["fields"].as_array_mut() {
            fields.sort_by_key(Value::to_string);
        }
        alert
    };
    alerts.into_iter().map(each).collect()
}

fn judged(served: &Served, reader: Reader, as_of: &str, rules: &[&str]) -> Vec<(String, usize)> {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let judge = Judge { csv: &csv, kinds: KINDS.to_vec(), day: day(as_of), reader };
    let (mut counts, mut failed) = (Vec::new(), Vec::new());
    for rule in rules {
        let expected = sorted(judge.expected(rule));
        counts.push(((*rule).to_owned(), expected.len()));
        let lines = |alerts: Vec<Value>| {
            let mut lines: Vec<String> = alerts.iter().map(Value::to_string).collect();
            lines.sort();
            lines
        };
        let (mine, theirs) = (lines(expected), lines(sorted(ask(served, rule, as_of))));
        failed.extend(mine.iter().filter(|one| !theirs.contains(one)).map(|one| format!("{rule} missing {one}")));
        failed.extend(theirs.iter().filter(|one| !mine.contains(one)).map(|one| format!("{rule} not expected {one}")));
        assert_eq!(mine.len(), theirs.len(), "{rule}: {failed:#?}");
    }
    assert!(failed.is_empty(), "{failed:#?}");
    counts
}

/// The worked query.
pub fn data_quality(case: &Case<'_>) {
    let named = |variable: &str| {
        let all = case.variables[variable].as_array().expect("names").iter();
        all.map(|name| name.as_str().expect("a name")).collect::<Vec<_>>()
    };
    let judge = Judge { csv: case.csv, kinds: named("kinds"), day: case.day, reader: Reader::Public };
    let name = |key: &Value| case.named(key.as_str().expect("a key").trim_matches('"'));
    let mut alerts = Vec::new();
    for rule in named("rules") {
        let found = judge.expected(rule);
        assert!(!found.is_empty(), "nothing {rule}");
        alerts.extend(found.into_iter().map(|alert| {
            let list = |field: &str| alert[field].as_array().expect("a list").clone();
            json!({ "node": {
                "rule": rule,
                "severityZh": anything(),
                "node": name(&alert["key"]),
                "recordKindZh": alert["record"],
                "fields": bag(list("fields")),
                "foundZh": anything(),
                "remedyZh": anything(),
                "others": bag(list("others").iter().map(name)),
            } })
        }));
    }
    case.expect(&json!({ "dataQuality": { "totalCount": alerts.len(), "truncated": false, "edges": bag(alerts) } }));
}

const RULES: &[&str] = &[
    "MISSING_CREDIT_CODE",
    "BAD_CHECK_DIGIT",
    "CONTRADICTION",
    "DUPLICATE_SUSPECT",
    "NO_JURISDICTION",
    "REQUIRED_UNKNOWN",
    "VALIDITY_SUSPECT",
];

#[test]
fn every_rule_finds_what_the_files_show() {
    let counts = judged(demo_city_officer(), Reader::CityOfficer, "2021-12-31", RULES);
    println!("{counts:?}");
    for (rule, planted) in
        [("MISSING_CREDIT_CODE", 1), ("BAD_CHECK_DIGIT", 1), ("CONTRADICTION", 8), ("VALIDITY_SUSPECT", 1)]
    {
        let found = counts.iter().find(|(name, _)| name == rule).expect("its count").1;
        assert!(found >= planted, "{rule}: {found}");
    }
    let later = judged(demo_city_officer(), Reader::CityOfficer, "2022-07-01", &["STALE"]);
    assert!(later[0].1 > 2, "{later:?}");
}

#[test]
fn what_may_not_be_seen_raises_no_alert() {
    let public = judged(demo(), Reader::Public, "2021-12-31", RULES);
    let officer = judged(demo_city_officer(), Reader::CityOfficer, "2021-12-31", &["CONTRADICTION"]);
    let of =
        |counts: &[(String, usize)]| counts.iter().find(|(rule, _)| rule == "CONTRADICTION").map(|(_, count)| *count);
    assert!(of(&public) < of(&officer), "{public:?} {officer:?}");
    assert!(!json!(ask(demo(), "CONTRADICTION", "2021-12-31")).to_string().contains("\"年度数据\""));
}

#[test]
fn a_code_of_another_edition_and_a_term_nobody_checked_are_told() {
    let csv = |name: &str, text: &str| innograph::intake::InputFile {
        label: name.to_owned(),
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let mut given = files(&["fixtures/refusals/store"]);
    given.retain(|file| !["terms.csv", "sources.csv"].contains(&file.name.as_str()));
    given.push(csv("sources.csv", "key,kind,issuer,title,docNo,date,grade\nsrc,POLICY,示例局,示例文件,示例〔2016〕1号,2016-05-01,A\nnew,POLICY,示例局,示例新文件,示例〔2019〕1号,2019-05-01,A\n"));
    given.push(csv(
        "terms.csv",
        "key,nameZh,scheme,code,verified,source\nold-3833,示例绝缘制品制造,GBT4754_2011,3833,YES,src\nnew-3833,示例光缆制造,GBT4754_2017,3833,NO,src\nSCHEME-HNTE,高新技术企业,SCHEME,HNTE,YES,src\n",
    ));
    given.push(csv(
        "classified_as.csv",
        "key,from,to,source\nc1,firm-a,GBT4754_2017:3833,src\nc2,firm-b,GBT4754_2017:3833,new\n",
    ));
    let engine = bare_engine_of(&given);
    let served = Served::trusting(engine, &innograph::config::Config::default(), "示例工作人员");
    let asked = |rule: &str| {
        let query = "query($rules: [QualityRule!]) { dataQuality(rules: $rules) { edges { node { node { key } others { key } } } } }";
        served.data(query, &json!({ "rules": [rule] }))["dataQuality"]["edges"].clone()
    };
    let edition =
        json!([{ "node": { "node": { "key": "firm-a" }, "others": [{ "key": "new-3833" }, { "key": "old-3833" }] } }]);
    assert_eq!(asked("CODE_OF_OTHER_EDITION"), edition);
    assert_eq!(asked("UNVERIFIED_TERM"), json!([{ "node": { "node": { "key": "new-3833" }, "others": [] } }]));
}

#[test]
fn check_digits_by_hand() {
    assert!(sound("M000100Y4") && sound("77654321-3") && !sound("77654321-0"));
}
