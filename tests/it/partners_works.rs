//! Partners out of many joint works: what is said adds up, can be walked again, and hangs neither on
//! what begins later nor on the order in which things were entered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innograph::engine::Engine;
use innograph::intake::{self, InputFile, Mapping};
use innograph::ledger::MemoryLedger;
use serde_json::{Value, json};

use crate::support::Served;

/// The day asked for: works begin before it and after it.
const AS_OF: &str = "2018-06-30";
const SUBJECTS: &[&str] = &[
    "battery electrolyte",
    "membrane filtration",
    "robot gripper",
    "vaccine adjuvant",
    "grid storage",
    "steel casting",
    "seed breeding",
    "laser optics",
    "bearing lubrication",
    "protein purification",
];

/// A joint work as the tables have it.
#[derive(Clone)]
struct Work {
    start: String,
    text: String,
    parties: Vec<String>,
}

/// Numbers that are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % end
    }
}

/// 900 works of 60 firms and 40 institutes; about a third begin after the day.
fn works() -> Vec<Work> {
    let mut numbers = Numbers(20_180_701);
    let mut all = Vec::new();
    for _ in 0..900 {
        let (year, month) = (2014 + numbers.below(6), 1 + numbers.below(12));
        let subject = numbers.below(SUBJECTS.len());
        let mut parties = BTreeSet::from([format!("f{}", numbers.below(60))]);
        // Who works on a subject is no accident: so there is something to find.
        parties.insert(format!("i{}", (subject * 4 + numbers.below(6)) % 40));
        for _ in 0..numbers.below(4) {
            let number = numbers.below(100);
            parties.insert(if number < 60 { format!("f{number}") } else { format!("i{}", number - 60) });
        }
        let text = format!("{} trial {}", SUBJECTS[subject], SUBJECTS[numbers.below(SUBJECTS.len())]);
        all.push(Work { start: format!("{year}-{month:02}-01"), text, parties: parties.into_iter().collect() });
    }
    all
}

fn file(name: &str, text: String) -> InputFile {
    InputFile { label: format!("示例/{name}"), name: name.to_owned(), bytes: text.into_bytes() }
}

/// A store of these works, entered in this order. The number of a work is its place in `works()`.
fn store(works: &[(usize, Work)], reversed: &[&str]) -> Served {
    let order = |mut lines: Vec<String>, table: &str| {
        if reversed.contains(&table) {
            lines.reverse();
        }
        lines.join("\n")
    };
    let country = |number: usize| ["DE", "FR", "ES"][number % 3];
    let firms = (0..60).map(|number| format!("f{number}\tPRC\t示例企业{number}\t{}\tT{}", country(number), number % 7));
    let institutes =
        (0..40).map(|number| format!("i{number}\tHES\t示例大学{number}\t{}\tT{}", country(number), number % 5));
    let organizations = order(firms.chain(institutes).collect(), "organizations");
    let projects = works.iter().map(|(number, work)| format!("{number}\t{}\t示例 {}", work.start, work.text));
    let parties = works
        .iter()
        .flat_map(|(number, work)| work.parties.iter().map(move |party| format!("{number}\t{party}\tparticipant")));
    let files = [
        file("orgs.tsv", format!("id\tkind\tname\tcountry\tcity\n{organizations}\n")),
        file("projects.tsv", format!("id\tstart\ttext\n{}\n", order(projects.collect(), "projects"))),
        file("participation.tsv", format!("project\torg\trole\n{}\n", order(parties.collect(), "participation"))),
    ];
    let limits = intake::Limits { file_bytes: 64 << 20, ..intake::Limits::DEFAULT };
    let importer = intake::IMPORTERS.iter().find(|known| known.name == "collaborations").expect("an importer");
    let reading = importer.read(&files, &Mapping::default(), &limits);
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals.first());
    let commands: Vec<_> = reading.commands.into_iter().map(|(_, command)| command).collect();
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty ledger opens");
    engine.execute("test", &commands, &mut |_, _| true).expect("the tables are accepted");
    engine.index().expect("the index is built");
    Served::over_public("示例", Arc::new(engine))
}

fn numbered(works: Vec<Work>) -> Vec<(usize, Work)> {
    works.into_iter().enumerate().collect()
}

const QUERY: &str = "query($firm: String!, $need: String, $asOf: Date) {
    partners(for: {organization: {code: $firm}}, need: $need, kinds: [INSTITUTE], first: 12, asOf: $asOf) {
        totalCount considered edges { rank score isNew node { key }
            signals { name value weight contribution textZh textEn evidence { id } } } } }";

fn ask(served: &Served, firm: usize, need: Option<&str>) -> Value {
    served.data(QUERY, &json!({ "firm": format!("示例-org-f{firm}"), "need": need, "asOf": AS_OF }))["partners"].clone()
}

/// The answer without what is given out at entry.
fn plain(answer: &Value) -> Value {
    let mut plain = answer.clone();
    for edge in plain["edges"].as_array_mut().expect("edges") {
        for signal in edge["signals"].as_array_mut().expect("signals") {
            let shown = signal["evidence"].as_array().map_or(0, Vec::len);
            signal["evidence"] = json!(shown);
        }
    }
    plain
}

const ASKED: &[(usize, Option<&str>)] = &[
    (3, None),
    (3, Some("vaccine adjuvant for battery")),
    (17, Some("laser optics")),
    (41, None),
    (58, Some("seed breeding, seed breeding, seed breeding")),
];

#[test]
fn what_is_said_adds_up_and_is_found_again() {
    let works = works();
    let served = store(&numbered(works.clone()), &[]);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (firm, need) in ASKED {
        let answer = ask(&served, *firm, *need);
        let edges = answer["edges"].as_array().expect("edges");
        assert_eq!((edges.len(), &answer["considered"]), (12, &json!(40)), "{answer}");
        for edge in edges {
            let key = edge["node"]["key"].as_str().expect("a key").rsplit('-').next().expect("a number").to_owned();
            let together = |work: &&Work| {
                work.start.as_str() <= AS_OF
                    && work.parties.contains(&key)
                    && work.parties.contains(&format!("f{firm}"))
            };
            let joint = works.iter().filter(together).count();
            assert_eq!(edge["isNew"], json!(joint == 0), "f{firm} {key}");
            let signals = edge["signals"].as_array().expect("signals");
            let millionths = |value: &Value| (value.as_f64().expect("a number") * 1e6).round() as i64;
            let sum: i64 = signals.iter().map(|signal| millionths(&signal["contribution"])).sum();
            assert_eq!(sum, millionths(&edge["score"]), "{edge}");
            for signal in signals {
                let name = signal["name"].as_str().expect("a name");
                *seen.entry(name.to_owned()).or_default() += 1;
                assert!(!signal["textZh"].as_str().unwrap_or_default().is_empty(), "{signal}");
                let evidence = signal["evidence"].as_array().expect("evidence");
                assert!(!evidence.is_empty() && evidence.len() <= 16, "{key}: {signal}");
                for tie in evidence {
                    let again = served.data(
                        "query($id: ID!, $asOf: Date) { tie(id: $id, asOf: $asOf) { id } }",
                        &json!({ "id": tie["id"], "asOf": AS_OF }),
                    );
                    assert_eq!(again["tie"]["id"], tie["id"], "{key} {name}");
                }
            }
        }
    }
    for name in ["VOTE", "PAST", "WALK", "MUTUAL", "ALIKE", "BREADTH", "WELCOME", "AFFINITY", "PRIOR", "DISTANCE"] {
        assert!(seen.contains_key(name), "{name} said nothing: {seen:?}");
    }
}

#[test]
fn works_that_begin_later_change_no_answer() {
    let all = numbered(works());
    let earlier: Vec<(usize, Work)> = all.iter().filter(|(_, work)| work.start.as_str() <= AS_OF).cloned().collect();
    assert!(earlier.len() > 600 && earlier.len() < all.len() - 100, "{}", earlier.len());
    let (with, without) = (store(&all, &[]), store(&earlier, &[]));
    for (firm, need) in ASKED {
        assert_eq!(plain(&ask(&with, *firm, *need)), plain(&ask(&without, *firm, *need)), "f{firm} {need:?}");
    }
}

#[test]
fn the_order_of_entry_does_not_matter() {
    let all = numbered(works());
    let (one, other) = (store(&all, &[]), store(&all, &["organizations", "projects", "participation"]));
    for (firm, need) in ASKED {
        assert_eq!(plain(&ask(&one, *firm, *need)), plain(&ask(&other, *firm, *need)), "f{firm} {need:?}");
    }
}

#[test]
fn who_works_on_the_subject_comes_first() {
    let served = store(&numbered(works()), &[]);
    let query = "query($need: String!, $asOf: Date) { partners(for: {text: $need}, first: 5, asOf: $asOf) { edges { node { key } } } }";
    let mut all = 0;
    for (subject, words) in SUBJECTS.iter().enumerate() {
        let answer = served.data(query, &json!({ "need": words, "asOf": AS_OF }));
        let of_it: BTreeSet<String> = (0..6).map(|near| format!("示例-org-i{}", (subject * 4 + near) % 40)).collect();
        let first = answer["partners"]["edges"].as_array().expect("edges").iter();
        let right = first.filter(|edge| of_it.contains(edge["node"]["key"].as_str().expect("a key"))).count();
        // Of forty, six work on it: by chance it would be fewer than one.
        assert!(right >= 3, "{words}: {right} of the first five work on it");
        all += right;
    }
    assert!(all >= 40, "{all} of 50");
}
