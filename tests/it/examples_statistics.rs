//! Oracles of the worked queries that count: cells, sums and pairs from the CSV files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Row, cell, first_day};
use crate::examples_oracle::{Case, credit_code, term_code};
use crate::expected::{bag, containing};
use crate::words::word;

/// Groups of one thing for one key, by their stable values.
type Groups = Vec<String>;

fn known(mut groups: Groups) -> Groups {
    groups.sort();
    groups.dedup();
    if groups.is_empty() { vec!["UNKNOWN".to_owned()] } else { groups }
}

/// A number of the files in hundredths.
fn hundredths(text: &str) -> i64 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest = format!("{rest}00");
    whole.parse::<i64>().expect("a number") * 100 + rest[..2].parse::<i64>().expect("decimals")
}

/// Hundredths as a number without zeros at its end.
fn decimal(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How many had a value, and what the values add up to.
fn sum(values: &[String]) -> (usize, Value) {
    let known: Vec<i64> =
        values.iter().filter(|text| !text.is_empty() && *text != "UNKNOWN").map(|text| hundredths(text)).collect();
    (known.len(), if known.is_empty() { Value::Null } else { json!(decimal(known.iter().sum())) })
}

impl Case<'_> {
    fn code_of(&self, key: &str, attribute: &str) -> Groups {
        known(Some(self.value(key, attribute)).filter(|value| !value.is_empty()).into_iter().collect())
    }

    fn year_of(&self, key: &str, attribute: &str) -> Groups {
        let date = self.value(key, attribute);
        known(first_day(&date).map(|_| date[..4].to_owned()).into_iter().collect())
    }

    fn jurisdiction_key(&self, key: &str) -> Option<String> {
        let all = self.ties(key, "LOCATED_IN", true);
        all.into_iter().find(|tie| cell(tie.row, "role") == "JURISDICTION").map(|tie| tie.other)
    }

    fn own_terms(&self, key: &str) -> Vec<String> {
        self.ties(key, "CLASSIFIED_AS", true).into_iter().map(|tie| tie.other).collect()
    }

    fn is_of(&self, term: &str, scheme: &str) -> bool {
        cell(self.csv.thing(term).1, "scheme") == scheme
    }

    /// Terms of a scheme above its own that have none of the scheme above them.
    fn top_terms(&self, key: &str, scheme: &str) -> Groups {
        let above: BTreeSet<String> =
            self.own_terms(key).iter().flat_map(|term| self.csv.wholes(term, self.day)).collect();
        let is_top = |term: &&String| {
            let higher = self.csv.wholes(term, self.day);
            !higher.iter().any(|other| other != *term && self.is_of(other, scheme))
        };
        let top = above.iter().filter(|term| self.is_of(term, scheme)).filter(is_top);
        known(top.map(|term| term_code(self, term)).collect())
    }

    /// Terms of a scheme that its own map to, and those of the scheme that it is in itself.
    fn mapped_terms(&self, key: &str, scheme: &str) -> Groups {
        let mut found = Vec::new();
        for term in self.own_terms(key) {
            assert!(!self.csv.wholes(&term, self.day).iter().any(|above| self.is_of(above, scheme)), "{term}");
            let maps = self.ties(&term, "MAPS_TO", true);
            let counted = maps.into_iter().filter(|tie| cell(tie.row, "mapping") != "RELATED");
            found.extend(
                counted.map(|tie| tie.other).filter(|term| self.is_of(term, scheme)).map(|term| term_code(self, &term)),
            );
        }
        known(found)
    }

    /// What is counted, by the groups of one key or of two.
    fn cells(&self, keys: &[String], groups: &[&dyn Fn(&str) -> Groups]) -> BTreeMap<Vec<String>, Vec<String>> {
        let mut cells: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        for key in keys {
            let mut places = vec![Vec::new()];
            for of in groups {
                let all = of(key);
                places = places
                    .iter()
                    .flat_map(|place: &Vec<String>| {
                        all.iter().map(|one| [place.as_slice(), std::slice::from_ref(one)].concat())
                    })
                    .collect();
            }
            places.into_iter().for_each(|place| cells.entry(place).or_default().push(key.clone()));
        }
        cells
    }

    fn values(&self, keys: &[String], attribute: &str) -> Vec<String> {
        keys.iter().map(|key| self.value(key, attribute)).collect()
    }

    /// The name of what a term or region code means.
    fn label(&self, value: &str) -> String {
        if value == "UNKNOWN" { "未知".to_owned() } else { self.name(&self.csv.resolve(value)) }
    }

    fn label_en(&self, value: &str) -> String {
        if value == "UNKNOWN" {
            return "Unknown".to_owned();
        }
        let (_, row) = self.csv.thing(&self.csv.resolve(value));
        Some(cell(row, "nameEn")).filter(|name| !name.is_empty()).unwrap_or(cell(row, "nameZh")).to_owned()
    }
}

pub fn carriers(case: &Case<'_>) {
    let keys = case.csv.of_kind("CARRIER", case.day);
    let sums = |keys: &[String], with_unit: bool| {
        let one = |attribute: &str, unit: Value| {
            let (known, sum) = sum(&case.values(keys, attribute));
            let mut told = json!({ "attribute": attribute, "sum": sum, "known": known });
            if with_unit {
                told["unitZh"] = unit;
            }
            told
        };
        json!([one("area", json!("单位：平方米")), one("seats", containing(&["单位：个"]))])
    };
    let cells = case.cells(&keys, &[&|key| case.code_of(key, "kind"), &|key| case.code_of(key, "level")]);
    assert!(cells.len() >= 5 && cells.len() < keys.len() + 1, "{cells:?}");
    let cells = cells.iter().map(|(place, keys)| {
        json!({
            "groups": [
                { "key": "kind", "value": place[0], "labelZh": word("carrier", &place[0]) },
                { "key": "level", "value": place[1], "labelZh": word("level", &place[1]) },
            ],
            "count": keys.len(),
            "sums": sums(keys, false),
            "opens": { "field": "carriers", "filter": json!({ "kind": [place[0]], "level": [place[1]] }).to_string() },
        })
    });
    let sources: BTreeSet<&str> = keys.iter().map(|key| cell(case.csv.thing(key).1, "source")).collect();
    let latest = sources.iter().map(|source| cell(case.csv.source(source), "date")).max_by_key(|date| first_day(date));
    case.expect(&json!({ "statistics": {
        "definition": containing(&["孵化载体的数量", "2018-12-31", "载体类型", "孵化场地面积", "未知单列一格"]),
        "asOf": "2018-12-31",
        "total": keys.len(),
        "sums": sums(&keys, true),
        "cells": bag(cells),
        "sourceCount": sources.len(),
        "latestSourceDate": latest.filter(|date| !date.is_empty()),
        "truncated": false,
    } }));
    // Knowing nothing of a figure is not zero: one has no seats on file.
    assert!(case.values(&keys, "seats").iter().any(String::is_empty));
}

/// Σ 1/(k − 1) rounded as answers are.
fn rounded(weight: f64) -> f64 {
    (weight * 1e6).round() / 1e6
}

/// Everybody who takes part with `by` in what `relation` leads to: weight and shared things in order.
pub fn pairs(
    case: &Case<'_>,
    by: &str,
    relation: &str,
    counts: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, (f64, Vec<(String, usize)>)> {
    let kind = if relation == "MEMBER_OF" { "ALLIANCE" } else { "COLLABORATION" };
    let mut pairs: BTreeMap<String, (f64, Vec<(String, usize)>)> = BTreeMap::new();
    for gathering in case.csv.of_kind(kind, case.day).iter().filter(|key| counts(key)) {
        let parties: BTreeSet<String> =
            case.ties(gathering, relation, false).into_iter().map(|tie| tie.other).collect();
        if !parties.contains(by) || parties.len() < 2 {
            continue;
        }
        for other in parties.iter().filter(|other| *other != by) {
            let pair = pairs.entry(other.clone()).or_default();
            pair.0 += 1.0 / (parties.len() - 1) as f64;
            pair.1.push((gathering.clone(), parties.len()));
        }
    }
    pairs
}

/// Who, how strongly, and what of each kind they share.
type Pair = (String, f64, Vec<(String, usize)>);

/// The heaviest first, then by code.
fn ranked(case: &Case<'_>, pairs: BTreeMap<String, (f64, Vec<(String, usize)>)>) -> Vec<Pair> {
    let mut all: Vec<_> = pairs.into_iter().map(|(key, (weight, shared))| (key, weight, shared)).collect();
    all.sort_by_key(|(key, weight, _)| {
        (-(weight * 1e6).round() as i64, credit_code(case, key).unwrap_or_else(|| key.clone()))
    });
    all
}

pub fn fellow_members(case: &Case<'_>) {
    let by = case.by();
    let alliances = case.csv.of_kind("ALLIANCE", case.day);
    let cells = case.cells(&alliances, &[&|key| case.year_of(key, "foundedOn"), &|key| case.code_of(key, "level")]);
    let cells = cells.iter().map(|(place, keys)| {
        let year = if place[0] == "UNKNOWN" { "未知".to_owned() } else { format!("{}年", place[0]) };
        json!({
            "groups": [{ "value": place[0], "labelZh": year }, { "value": place[1], "labelZh": word("level", &place[1]) }],
            "count": keys.len(),
        })
    });
    let fellows = ranked(case, pairs(case, &by, "MEMBER_OF", &|_| true));
    assert!(fellows.len() > 5 && fellows.iter().any(|(_, _, shared)| shared.len() > 1), "{fellows:?}");
    let edges: Vec<Value> = fellows
        .iter()
        .map(|(key, weight, shared)| {
            json!({ "node": {
                "organization": { "nameZh": case.name(key), "jurisdiction": case.jurisdiction(key) },
                "weight": rounded(*weight),
                "sharedCount": shared.len(),
                "alliances": shared.iter().map(|(key, _)| case.named(key)).collect::<Vec<_>>(),
            } })
        })
        .collect();
    case.expect(&json!({
        "statistics": { "total": alliances.len(), "cells": bag(cells) },
        "enterprise": { "nameZh": case.name(&by), "coMembers": { "totalCount": edges.len(), "edges": edges } },
    }));
}

pub fn industry_of_counties(case: &Case<'_>) {
    let keys = case.csv.of_kind("ENTERPRISE", case.day);
    let region = |key: &str| {
        known(
            case.jurisdiction_key(key)
                .map(|region| cell(case.csv.thing(&region).1, "code").to_owned())
                .into_iter()
                .collect(),
        )
    };
    let cells = case.cells(&keys, &[&region, &|key| case.top_terms(key, "HT8")]);
    assert!(cells.values().map(Vec::len).sum::<usize>() > keys.len(), "some firm is in two fields");
    let group = |key: &str, value: &str| json!({ "key": key, "value": value, "labelZh": case.label(value), "labelEn": case.label_en(value) });
    let told = cells.iter().map(|(place, keys)| {
        json!({ "groups": [group("region", &place[0]), group("field:HT8:top", &place[1])], "count": keys.len() })
    });
    case.expect(&json!({ "statistics": {
        "definition": containing(&["企业的数量", "归口管理区域", "HT8"]),
        "total": keys.len(),
        "cellCount": cells.len(),
        "cells": bag(told),
    } }));
}

pub fn emerging_industries(case: &Case<'_>) {
    let counted = |kind: &str| {
        let keys = case.csv.of_kind(kind, case.day);
        let cells = case.cells(&keys, &[&|key| case.mapped_terms(key, "SEI2018")]);
        assert!(cells.len() > 3 && cells.contains_key(&vec!["UNKNOWN".to_owned()]), "{kind}: {cells:?}");
        let cells = cells.iter().map(|(place, keys)| {
            json!({ "groups": [{ "value": place[0], "labelZh": case.label(&place[0]) }], "count": keys.len() })
        });
        json!({ "total": keys.len(), "cells": bag(cells) })
    };
    case.expect(&json!({
        "firms": counted("ENTERPRISE"),
        "achievements": counted("ACHIEVEMENT"),
        "demands": counted("DEMAND"),
    }));
}

pub fn alliance_members(case: &Case<'_>) {
    let alliances = |key: &str| known(case.ties(key, "MEMBER_OF", true).into_iter().map(|tie| tie.other).collect());
    let city = |key: &str| {
        let above = case.jurisdiction_key(key).map(|region| case.csv.wholes(&region, case.day)).unwrap_or_default();
        let cities = above.into_iter().filter(|region| case.value(region, "kind") == "CITY");
        known(cities.map(|region| cell(case.csv.thing(&region).1, "code").to_owned()).collect())
    };
    let counted = |kinds: &[&str]| {
        let all = kinds.iter().flat_map(|kind| case.csv.of_kind(kind, case.day));
        let members: Vec<String> = all.filter(|key| !case.ties(key, "MEMBER_OF", true).is_empty()).collect();
        (case.cells(&members, &[&alliances, &city]), members.len())
    };
    let told = |(cells, total): &(BTreeMap<Vec<String>, Vec<String>>, usize), more: Value| {
        let cells = cells.iter().map(|(place, keys)| {
            let groups: Vec<Value> =
                place.iter().map(|value| json!({ "value": value, "labelZh": case.label(value) })).collect();
            let mut cell = json!({ "groups": groups, "count": keys.len() });
            cell.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            cell
        });
        json!({ "total": total, "cells": bag(cells) })
    };
    let (firms, members) = (counted(&["ENTERPRISE"]), counted(&["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION"]));
    let has = |alliance: &str, city: &str| members.0.contains_key(&vec![alliance.to_owned(), city.to_owned()]);
    assert!(has("all-battery", "990100") && has("all-battery", "990200"), "an alliance has both");
    let mut first = told(&firms, json!({ "opens": { "field": "enterprises" } }));
    first["definition"] = containing(&["企业的数量", "联盟成员", "归口管理区域所在的地级市"]);
    case.expect(&json!({ "firms": first, "members": told(&members, json!({})) }));
}

pub fn matrix(case: &Case<'_>) {
    let mut works = case.csv.of_kind("COLLABORATION", case.day);
    works.retain(|key| case.value(key, "kind") != "FRAMEWORK");
    let regions = |party: &str| -> BTreeSet<String> {
        let ties = case.ties(party, "LOCATED_IN", true);
        ties.iter().map(|tie| cell(case.csv.thing(&tie.other).1, "code").to_owned()).collect()
    };
    let pairs = |work: &str| -> Groups {
        let parties: BTreeSet<String> =
            case.ties(work, "PARTICIPATES_IN", false).into_iter().map(|tie| tie.other).collect();
        if parties.len() < 2 {
            return vec!["NONE".to_owned()];
        }
        let mut found = Vec::new();
        for (one, other) in parties.iter().flat_map(|one| parties.iter().map(move |other| (one, other))) {
            if one < other {
                for (left, right) in regions(one)
                    .iter()
                    .flat_map(|left| regions(other).into_iter().map(move |right| (left.clone(), right)))
                {
                    found.push(if left <= right { format!("{left}+{right}") } else { format!("{right}+{left}") });
                }
            }
        }
        known(found)
    };
    let cells = case.cells(&works, &[&pairs]);
    // The zone and the park, the zone in itself, a project of one firm alone.
    for cell in ["990171+990181", "990171+990171", "NONE"] {
        assert!(cells.contains_key(&vec![cell.to_owned()]), "{cell}: {:?}", cells.keys());
    }
    let told = cells.iter().map(|(place, keys)| {
        let label = |name: &dyn Fn(&str) -> String, none: &str, and: &str| match place[0].split_once('+') {
            Some((one, other)) => format!("{}{and}{}", name(one), name(other)),
            None if place[0] == "UNKNOWN" => name("UNKNOWN"),
            None => none.to_owned(),
        };
        json!({
            "groups": [{
                "key": "partyRegions",
                "value": place[0],
                "labelZh": label(&|code| case.label(code), "没有记载", " 与 "),
                "labelEn": label(&|code| case.label_en(code), "None recorded", " and "),
            }],
            "count": keys.len(),
            "opens": { "field": "collaborations" },
        })
    });
    case.expect(&json!({ "statistics": {
        "definition": containing(&["合作的数量", "两两组合"]),
        "total": works.len(),
        "cellCount": cells.len(),
        "cells": bag(told),
    } }));
}

/// The part of the amount of a collaboration that falls to each pair where nobody's share is told.
fn part(case: &Case<'_>, collaboration: &str, parties: usize) -> Option<i64> {
    let amount = case.value(collaboration, "amount");
    let pairs = (parties * (parties - 1) / 2) as i64;
    (!amount.is_empty()).then(|| (hundredths(&amount) + pairs / 2) / pairs)
}

pub fn collaborators(case: &Case<'_>) {
    let by = case.by();
    let of = |name: &str| first_day(case.variables[name].as_str().expect("a day")).expect("a day");
    let within = |key: &str| {
        let signed = first_day(&case.value(key, "signedOn"));
        signed.is_some_and(|day| of("from") <= day && day <= of("to"))
    };
    let is_framework = |key: &str| case.value(key, "kind") == "FRAMEWORK";
    let found = ranked(case, pairs(case, &by, "PARTICIPATES_IN", &|key| within(key) && !is_framework(key)));
    let with_frameworks = pairs(case, &by, "PARTICIPATES_IN", &|key| within(key));
    assert!(found.len() > 3 && with_frameworks.len() > found.len(), "a framework agreement alone joins somebody");
    assert!(found.iter().any(|(_, _, shared)| shared.iter().any(|(_, parties)| *parties > 2)), "one has three parties");
    let amount = |cents: Option<i64>| cents.map_or(Value::Null, |cents| json!(decimal(cents)));
    let edges: Vec<Value> = found
        .iter()
        .map(|(key, weight, shared)| {
            let parts = shared.iter().map(|(work, parties)| part(case, work, *parties));
            let total = parts.clone().flatten().reduce(|sum, part| sum + part);
            let shared: Vec<Value> = shared
                .iter()
                .zip(parts)
                .map(|((work, parties), part)| json!({ "collaboration": case.named(work), "parties": parties, "amount": amount(part) }))
                .collect();
            json!({ "node": {
                "organization": case.named(key),
                "weight": rounded(*weight),
                "sharedCount": shared.len(),
                "amount": amount(total),
                "shared": shared,
            } })
        })
        .collect();
    let mut works = case.csv.of_kind("COLLABORATION", case.day);
    works.retain(|key| within(key));
    let sums = |keys: &[String]| {
        let (known, sum) = sum(&case.values(keys, "amount"));
        json!([{ "sum": sum, "known": known }])
    };
    let cells = case.cells(&works, &[&|key| case.code_of(key, "kind"), &|key| case.year_of(key, "signedOn")]);
    let cells = cells.iter().map(|(place, keys)| {
        json!({ "groups": [{ "value": place[0] }, { "value": place[1] }], "count": keys.len(), "sums": sums(keys) })
    });
    case.expect(&json!({
        "enterprise": {
            "nameZh": case.name(&by),
            "collaborators": { "totalCount": edges.len(), "edges": edges },
            "withFrameworks": { "totalCount": with_frameworks.len() },
        },
        "collaborations": {
            "totalCount": works.len(),
            "facets": { "total": works.len(), "sums": sums(&works), "cells": bag(cells) },
        },
    }));
}

/// A share of a row of participates_in.csv.
fn share(row: &Row) -> Option<f64> {
    cell(row, "share").parse().ok()
}

#[test]
fn no_amount_is_counted_twice_and_a_framework_is_no_collaboration() {
    let served = crate::support::Served::writable(&["fixtures/codes", "fixtures/demo"], "示例");
    let csv = crate::csv_oracle::Store::load(&crate::support::project(""), &["fixtures/codes", "fixtures/demo"]);
    let day = crate::csv_oracle::today();
    let (pages, variables) = ([], json!({}));
    let case = Case { csv: &csv, day, served: &served, variables: &variables, pages: &pages };
    let query = "{ organizations(first: 100) { edges { node { key collaborators(first: 40) { totalCount edges { node {
        organization { key } weight amount sharedCount } } } } } } }";
    let found = served.data(query, &json!({}));
    let works: Vec<String> =
        csv.of_kind("COLLABORATION", day).into_iter().filter(|key| case.value(key, "kind") != "FRAMEWORK").collect();
    // Each pair of each work, by the shares that the files state and equal parts of the rest.
    let (mut expected, mut whole, mut stated) = (BTreeMap::<(String, String), (f64, f64)>::new(), 0, 0);
    for work in &works {
        let mut parties: BTreeMap<String, Option<f64>> = BTreeMap::new();
        for tie in case.ties(work, "PARTICIPATES_IN", false) {
            let known = parties.entry(tie.other.clone()).or_default();
            *known = match (*known, share(tie.row)) {
                (Some(one), Some(more)) => Some(one + more),
                (one, more) => one.or(more),
            };
        }
        let others = parties.len().saturating_sub(1) as f64;
        let rest = 1.0 - parties.values().flatten().sum::<f64>();
        let silent = parties.values().filter(|share| share.is_none()).count() as f64;
        stated += parties.values().flatten().count();
        let amount =
            Some(case.value(work, "amount")).filter(|text| !text.is_empty()).map_or(0, |text| hundredths(&text));
        whole += if parties.len() > 1 { amount } else { 0 };
        let of = |key: &String| parties[key].unwrap_or(rest / silent);
        for (one, two) in
            parties.keys().flat_map(|one| parties.keys().map(move |two| (one, two))).filter(|(one, two)| one != two)
        {
            let pair = expected.entry((one.clone(), two.clone())).or_default();
            pair.0 += 1.0 / others;
            pair.1 += amount as f64 * (of(one) + of(two)) / others;
        }
    }
    assert!(stated > 0 && whole > 0, "the files state shares and amounts");
    let (mut seen, mut cents) = (0, 0);
    for edge in found["organizations"]["edges"].as_array().expect("edges") {
        let one = edge["node"]["key"].as_str().expect("a key").to_owned();
        let pairs = &edge["node"]["collaborators"];
        assert_eq!(pairs["edges"].as_array().map(Vec::len), pairs["totalCount"].as_u64().map(|count| count as usize));
        for pair in pairs["edges"].as_array().expect("edges").iter().map(|edge| &edge["node"]) {
            let two = pair["organization"]["key"].as_str().expect("a key").to_owned();
            let (weight, amount) = expected[&(one.clone(), two.clone())];
            assert!((pair["weight"].as_f64().expect("a weight") - weight).abs() < 1e-6, "{one} {two}: {pair}");
            let told = pair["amount"].as_str().map_or(0, hundredths);
            assert!((told as f64 - amount).abs() < 20.0, "{one} {two}: {pair}, {amount}");
            seen += 1;
            cents += told;
        }
    }
    assert_eq!(seen, expected.len(), "every pair is told, and no other");
    // Each pair was met from either end.
    assert!((cents / 2 - whole).abs() < 100, "{} and {whole} hundredths of a yuan", cents / 2);
}
