//! Any piece of any name is found: for every run of 2, 3 and 4 characters of every name of both
//! stores, the hits marked SUBSTRING are exactly those of a plain scan, and stand before all others. Two
//! texts are the same to the scan where their simplified forms are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use innograph::domain::Day;
use innograph::domain::identifier::Scheme;
use innograph::engine::Engine;
use innograph::graph::{Budget, Lens};
use innograph::intake::InputFile;
use innograph::rights::{Rights, Role};
use innograph::search::MatchKind;

use crate::csv_oracle::{self, Store, today};
use crate::support::{Served, demo, engine_of, project, xinxiang};

/// Threads that search at the same time.
const THREADS: usize = 4;

/// The folded text in simplified characters, by the table of the words.
fn folded(text: &str) -> String {
    static TABLE: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let text = std::fs::read_to_string(project("fixtures/words/simplified.csv")).expect("the table is there");
        let rows = text.lines().skip(1).map(|line| line.split_once(',').expect("two cells"));
        rows.map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
    });
    let letters = csv_oracle::folded(text);
    letters.chars().map(|letter| TABLE.get(&letter.to_string()).cloned().unwrap_or(letter.to_string())).collect()
}

/// The pieces of all names, each once, that hold something besides blanks.
fn pieces(names: &[(String, Vec<String>)]) -> Vec<String> {
    let mut all = BTreeSet::new();
    for text in names.iter().flat_map(|(_, texts)| texts) {
        let letters: Vec<char> = text.chars().collect();
        for length in 2..=4 {
            all.extend(letters.windows(length).map(|piece| piece.iter().collect::<String>()));
        }
    }
    all.into_iter().filter(|piece| !folded(piece).is_empty()).collect()
}

/// What one piece finds wrongly.
fn judge(lens: &Lens<'_>, engine: &Engine, names: &[(String, Vec<String>)], piece: &str) -> Option<String> {
    let wanted = folded(piece);
    let expected: BTreeSet<&str> = names
        .iter()
        .filter(|(_, texts)| texts.iter().any(|text| text.contains(&wanted)))
        .map(|(key, _)| key.as_str())
        .collect();
    let view = engine.view();
    let hits = match view.search().expect("the index stands").find(lens, piece, &[]) {
        Ok(hits) => hits.hits,
        Err(error) => return Some(format!("“{piece}”: {error}")),
    };
    let marked: Vec<bool> = hits.iter().map(|hit| hit.matched.contains(&MatchKind::Substring)).collect();
    let key = |place: usize| lens.identifier(hits[place].node, Scheme::Internal).unwrap_or_default();
    let found: Vec<&str> = (0..hits.len()).filter(|place| marked[*place]).map(key).collect();
    let unique: BTreeSet<&str> = found.iter().copied().collect();
    let missing: Vec<&&str> = expected.difference(&unique).collect();
    let more: Vec<&&str> = unique.difference(&expected).collect();
    if !missing.is_empty() || !more.is_empty() || unique.len() != found.len() {
        return Some(format!("“{piece}”: missing {missing:?}, more {more:?}"));
    }
    let behind = marked.iter().rposition(|marked| *marked) != unique.len().checked_sub(1);
    behind.then(|| format!("“{piece}”: a hit without the text stands before one with it"))
}

fn every_piece_is_found(served: &Served) {
    let csv = Store::load(&project(""), &["fixtures/codes", &format!("fixtures/{}", served.name)]);
    let day = today();
    // Names of what is not shown are asked for too: they must not be found.
    let all = csv.keys().map(|key| (key.to_owned(), csv.names(key).into_iter().map(|name| name.text).collect()));
    let all: Vec<(String, Vec<String>)> = all.collect();
    let pieces = pieces(&all);
    let fold_all = |texts: &[String]| texts.iter().map(|text| folded(text)).collect::<Vec<_>>();
    let shown = all.iter().filter(|(key, _)| csv.shown(key, day));
    let names: Vec<(String, Vec<String>)> = shown.map(|(key, texts)| (key.clone(), fold_all(texts))).collect();
    assert!(names.len() < all.len(), "something is not shown");
    println!("{}: {} pieces of the names of {} things", served.name, pieces.len(), names.len());
    assert!(pieces.len() > 4_000, "{}", pieces.len());
    let engine: &Arc<Engine> = &served.engine;
    let date = Day::from_date(
        day / 10_000,
        u8::try_from(day / 100 % 100).expect("a month"),
        u8::try_from(day % 100).expect("a day"),
    );
    let failed: Vec<String> = std::thread::scope(|scope| {
        let search = |own: &[String]| {
            let view = engine.view();
            let budget = Budget::new(u64::MAX);
            let lens = Lens::new(view.state(), date.expect("today is a date"), Rights::of(Role::Public), &budget);
            own.iter().filter_map(|piece| judge(&lens, engine, &names, piece)).collect::<Vec<_>>()
        };
        let parts = pieces.chunks(pieces.len().div_ceil(THREADS)).map(|own| scope.spawn(move || search(own)));
        parts.collect::<Vec<_>>().into_iter().flat_map(|part| part.join().expect("a search does not panic")).collect()
    });
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        pieces.len(),
        failed.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_piece_of_every_real_name_is_found() {
    every_piece_is_found(xinxiang());
}

#[test]
fn every_piece_of_every_invented_name_is_found() {
    every_piece_is_found(demo());
}

#[test]
fn what_has_the_text_in_its_name_stands_before_what_has_it_as_a_number() {
    let file =
        |name: &str, text: &str| InputFile { label: name.into(), name: name.into(), bytes: text.as_bytes().to_vec() };
    let engine = engine_of(&[
        file("sources.csv", "key,kind,issuer,title,docNo,grade\ns,OTHER,甲,乙,丙,A\n"),
        file(
            "enterprises.csv",
            "key,nameZh,legalForm,status,isLegalPerson,source\na,甲厂,OTHER,ACTIVE,YES,s\nb,乙厂002007号,OTHER,ACTIVE,YES,s\n",
        ),
        file("identifiers.csv", "entity,scheme,value,source\na,STOCK_CODE,002007,s\n"),
    ]);
    let (view, budget) = (engine.view(), Budget::new(u64::MAX));
    let lens = Lens::new(view.state(), Day(20_000), Rights::of(Role::Public), &budget);
    let hits = view.search().expect("the index stands").find(&lens, "002007", &[]).expect("a search").hits;
    let names: Vec<&str> = hits.iter().map(|hit| lens.name(hit.node)).collect();
    assert_eq!(names, ["乙厂002007号", "甲厂"]);
}
