//! `difference(a, b)` on histories by chance: laid upon the picture of a it gives the picture of b.
//! The pictures are built by asking the lists on either day, as recorded by either moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innograph::config::Config;
use innograph::engine::PastLimits;
use serde_json::{Value, json};

use super::asked::Dice;
use super::lived::Lived;
use super::past::iso;
use crate::support::Served;

/// What the lists show: names, values, numbers, ties with their details, certificates that count, records that hold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Picture {
    names: BTreeMap<String, String>,
    values: BTreeMap<(String, String), String>,
    /// Of a node and a scheme, the numbers that hold on the day.
    identifiers: BTreeMap<(String, String), BTreeSet<String>>,
    ties: BTreeMap<String, String>,
    certificates: BTreeSet<String>,
    records: BTreeMap<String, String>,
}

/// Lists of records, one of which the public does not see.
const RECORDS: [&str; 2] = ["yearFigures", "honors"];

const NODE: &str = "edges { node { id nameZh identifiers { scheme value validFrom validTo } statements { attribute value shown } ties(first: 100) { totalCount edges { node { id details { name text } } } }
    certifications(inForce: [YES], first: 100) { edges { node { id } } } } }";

/// Lists, and the kinds that stand in them.
type Scope = (&'static [&'static str], &'static [&'static str]);
const EVERYTHING: Scope = (
    &["organizations", "alliances", "demands", "regions", "terms"],
    &["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION", "ALLIANCE", "DEMAND", "REGION", "TERM"],
);
/// Those that ties lead to: a tie is told of the end that is compared.
const TARGETS: Scope = (&["alliances", "regions"], &["ALLIANCE", "REGION"]);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn nodes(list: &Value) -> impl Iterator<Item = &Value> {
    list["edges"].as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(|edge| &edge["node"])
}

/// Does it hold on the day? A date that lacks its day begins with its first, and ends with its last.
fn holds_on(fact: &Value, day: &str) -> bool {
    let begun = fact["validFrom"].as_str().is_none_or(|from| from <= &day[..from.len()]);
    let lasts = |to: &str| if to.len() == day.len() { day < to } else { &day[..to.len()] <= to };
    begun && fact["validTo"].as_str().is_none_or(lasts)
}

impl Picture {
    fn of(served: &Served, lists: &[&str], day: &str, known: Option<&str>) -> Self {
        let mut picture = Self::default();
        for list in RECORDS.into_iter().filter(|_| lists.contains(&"organizations")) {
            let query = format!(
                "query($day: Date, $known: DateTime) {{ {list}(first: 100, inForce: [YES, UNKNOWN], asOf: $day, knownAt: $known) {{ totalCount edges {{ node {{ id kind: __typename validFrom validTo }} }} }} }}"
            );
            let data = served.data(&query, &json!({ "day": day, "known": known }));
            assert!(data[list]["totalCount"].as_u64().is_some_and(|count| count <= 100), "one page is enough");
            picture.records.extend(nodes(&data[list]).map(|node| (text(&node["id"]), node.to_string())));
        }
        for list in lists {
            let query = format!(
                "query($day: Date, $known: DateTime) {{ {list}(first: 20, asOf: $day, knownAt: $known) {{ totalCount {NODE} }} }}"
            );
            let data = served.data(&query, &json!({ "day": day, "known": known }));
            let all = &data[*list];
            assert!(all["totalCount"].as_u64().is_some_and(|count| count <= 20), "one page is enough");
            for node in nodes(all) {
                let id = text(&node["id"]);
                picture.names.insert(id.clone(), text(&node["nameZh"]));
                for statement in node["statements"].as_array().expect("a list") {
                    if statement["shown"] == json!(true) {
                        picture.values.insert((id.clone(), text(&statement["attribute"])), text(&statement["value"]));
                    }
                }
                let all = node["identifiers"].as_array().expect("a list");
                for held in all.iter().filter(|held| held["scheme"] != json!("INTERNAL") && holds_on(held, day)) {
                    let of = (id.clone(), text(&held["scheme"]));
                    picture.identifiers.entry(of).or_default().insert(text(&held["value"]));
                }
                for tie in nodes(&node["ties"]) {
                    picture.ties.insert(text(&tie["id"]), tie["details"].to_string());
                }
                picture.certificates.extend(nodes(&node["certifications"]).map(|record| text(&record["id"])));
            }
        }
        picture
    }

    /// Lay a difference upon it. Ties that changed are gathered: their details are not told one by one.
    fn lay(&mut self, difference: &Value, changed: &mut BTreeSet<String>) {
        let (id, what) = (text(&difference["id"]), text(&difference["what"]));
        let facts: Vec<String> = difference["facts"].as_array().expect("a list").iter().map(text).collect();
        match what.as_str() {
            "APPEARED" => assert_eq!(self.names.insert(id, text(&difference["nameZh"])), None, "{difference}"),
            "VANISHED" => assert!(self.names.remove(&id).is_some(), "{difference}"),
            "RENAMED" => {
                let before = self.names.insert(id, text(&difference["after"]));
                assert_eq!(before.as_deref(), difference["before"].as_str(), "{difference}");
            }
            "VALUE_CHANGED" => {
                let key = (id, text(&difference["field"]));
                let before = match difference["after"].as_str() {
                    Some(after) => self.values.insert(key, after.to_owned()),
                    None => self.values.remove(&key),
                };
                assert_eq!(before.as_deref(), difference["before"].as_str(), "{difference}");
            }
            "JURISDICTION_CHANGED" | "LOCATION_CHANGED" | "TIE_BEGAN" | "TIE_ENDED" => {
                for fact in facts {
                    if self.ties.remove(&fact).is_none() {
                        self.ties.insert(fact, String::new());
                    }
                }
            }
            "TIE_CHANGED" | "RECORD_CHANGED" => changed.extend(facts),
            "RECORD_BEGAN" => self.records.extend(facts.into_iter().map(|fact| (fact, String::new()))),
            "RECORD_ENDED" => self.records.retain(|id, _| !facts.contains(id)),
            "CERTIFICATE_GAINED" | "CERTIFICATE_LOST" | "CERTIFICATE_RENEWED" => {
                for fact in facts {
                    if !self.certificates.remove(&fact) {
                        self.certificates.insert(fact);
                    }
                }
            }
            "IDENTIFIER_CHANGED" => {
                let held = self.identifiers.entry((id, text(&difference["field"]))).or_default();
                let said = |side: &str| -> BTreeSet<String> {
                    let all = difference[side].as_str().unwrap_or_default();
                    all.split('、').filter(|one| !one.is_empty()).map(str::to_owned).collect()
                };
                for gone in said("before") {
                    assert!(held.remove(&gone), "{gone}: {difference}");
                }
                for come in said("after") {
                    assert!(held.insert(come.clone()), "{come}: {difference}");
                }
                self.identifiers.retain(|_, held| !held.is_empty());
            }
            other => panic!("what is {other}?"),
        }
    }
}

/// Kinds of differences that are asked for alone.
const WHATS: [&str; 16] = [
    "APPEARED",
    "VANISHED",
    "RENAMED",
    "VALUE_CHANGED",
    "JURISDICTION_CHANGED",
    "LOCATION_CHANGED",
    "TIE_BEGAN",
    "TIE_ENDED",
    "TIE_CHANGED",
    "IDENTIFIER_CHANGED",
    "CERTIFICATE_GAINED",
    "CERTIFICATE_LOST",
    "CERTIFICATE_RENEWED",
    "RECORD_BEGAN",
    "RECORD_CHANGED",
    "RECORD_ENDED",
];

const DIFFERENCE: &str = "query($from: Date!, $to: Date!, $known: DateTime, $now: DateTime, $after: String, $kinds: [NodeKind!]) {
    difference(from: $from, to: $to, fromKnownAt: $known, toKnownAt: $now, first: 60, after: $after, kinds: $kinds) {
        totalCount truncated edges { node { id what field nameZh before after cause causeZh whatZh facts sources { key } } }
        pageInfo { hasNextPage endCursor } } }";

fn all_of(
    served: &Served,
    query: &str,
    kinds: &[&str],
    (from, to): (&str, &str),
    (known, now): (Option<&str>, Option<&str>),
) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "kinds": kinds, "from": from, "to": to, "known": known, "now": now, "after": after });
        let page = served.data(query, &variables)["difference"].clone();
        assert_eq!(page["truncated"], json!(false));
        found.extend(nodes(&page).cloned());
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            assert_eq!(page["totalCount"], json!(found.len()));
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Lay what differs upon the first picture, and compare with the second.
fn holds(
    served: &Served,
    scope: Scope,
    days: (&str, &str),
    known: (Option<&str>, Option<&str>),
    seen: &mut BTreeMap<String, usize>,
) {
    let (before, after) =
        (Picture::of(served, scope.0, days.0, known.0), Picture::of(served, scope.0, days.1, known.1));
    let (mut laid, mut changed) = (before.clone(), BTreeSet::new());
    let found = all_of(served, DIFFERENCE, scope.1, days, known);
    for difference in &found {
        for name in ["what", "cause"] {
            *seen.entry(text(&difference[name])).or_default() += 1;
        }
        laid.lay(difference, &mut changed);
    }
    assert_eq!(laid.names, after.names, "{days:?} {known:?}");
    assert_eq!(laid.values, after.values, "{days:?} {known:?}");
    assert_eq!(laid.identifiers, after.identifiers, "{days:?} {known:?}");
    assert_eq!(laid.certificates, after.certificates, "{days:?} {known:?}");
    assert!(laid.ties.keys().eq(after.ties.keys()), "{days:?} {known:?}: {:?} {:?}", laid.ties, after.ties);
    assert!(laid.records.keys().eq(after.records.keys()), "{days:?} {known:?}: {:?} {:?}", laid.records, after.records);
    let otherwise = |before: &BTreeMap<String, String>, after: &BTreeMap<String, String>| -> Vec<String> {
        let other = after.iter().filter(|(id, said)| before.get(*id).is_some_and(|before| before != *said));
        other.map(|(id, _)| id.clone()).collect()
    };
    let other: BTreeSet<String> =
        otherwise(&before.ties, &after.ties).into_iter().chain(otherwise(&before.records, &after.records)).collect();
    assert_eq!(changed, other, "{days:?} {known:?}");
    // Each kind alone is what it is among all: nothing less is compared than it takes.
    let what = format!("what: [{}]", WHATS[seen.values().sum::<usize>() % WHATS.len()]);
    let narrow =
        all_of(served, &DIFFERENCE.replace("kinds: $kinds", &format!("kinds: $kinds, {what}")), scope.1, days, known);
    let wanted: Vec<Value> =
        found.into_iter().filter(|found| what == format!("what: [{}]", text(&found["what"]))).collect();
    assert_eq!(narrow, wanted, "{what}");
}

#[test]
fn what_differs_laid_upon_one_picture_gives_the_other() {
    let mut seen = BTreeMap::new();
    for seed in 40..52 {
        let lived = Lived::new(seed, 140, None, PastLimits::default());
        let mut dice = Dice(seed);
        let moments: Vec<String> = lived.moments(&mut dice).into_iter().skip(2).map(iso).collect();
        let served = Served::trusting(Arc::new(lived.engine), &Config::default(), "甲");
        let public = served.anonymous();
        for _ in 0..6 {
            let mut day = || format!("{}-{:02}-15", 2012 + dice.below(13), 1 + dice.below(12));
            let (mut from, mut to) = (day(), day());
            if from > to {
                std::mem::swap(&mut from, &mut to);
            }
            let mut moment = || (dice.below(3) > 0).then(|| dice.of(&moments).as_str());
            let known = (moment(), moment());
            holds(&served, EVERYTHING, (&from, &to), known, &mut seen);
            holds(&served, TARGETS, (&from, &to), known, &mut seen);
            // The same day as known at two moments, and two days for those who may not look back.
            holds(&served, EVERYTHING, (&to, &to), known, &mut seen);
            holds(&public, EVERYTHING, (&from, &to), (None, None), &mut seen);
        }
    }
    for wanted in [
        "APPEARED",
        "VANISHED",
        "RENAMED",
        "VALUE_CHANGED",
        "IDENTIFIER_CHANGED",
        "JURISDICTION_CHANGED",
        "LOCATION_CHANGED",
        "TIE_BEGAN",
        "TIE_ENDED",
        "CERTIFICATE_GAINED",
        "CERTIFICATE_LOST",
        "CERTIFICATE_RENEWED",
        "RECORD_BEGAN",
        "RECORD_CHANGED",
        "RECORD_ENDED",
        "BEGAN",
        "ENDED",
        "ENTERED",
        "CORRECTED",
        "RETRACTED",
        "RENEWED",
    ] {
        assert!(seen.get(wanted).is_some_and(|count| *count > 0), "{wanted}: {seen:?}");
    }
}
