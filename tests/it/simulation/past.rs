//! What was known earlier, on histories by chance: the state of any moment is the one that a fresh
//! reader of the ledger up to that moment comes to, and every answer is the one it gives.

use std::sync::{Arc, Mutex};

use innograph::config::Config;
use innograph::engine::{Engine, Envelope, PastError, PastLimits};
use innograph::ledger::{Access, CheckpointStore};
use serde_json::{Value, json};

use super::asked::Dice;
use super::disk::{Disk, Platter, Weather};
use super::lived::Lived;
use super::replay;
use crate::support::Served;

#[test]
fn what_was_known_is_what_a_fresh_reader_comes_to() {
    let (mut replayed, mut spared) = (0, 0);
    for seed in 0..60 {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let store = CheckpointStore::open(folder.path(), Access::Write).expect("it opens");
        let past = PastLimits { states: 1 + seed as usize % 3, ..PastLimits::default() };
        let lived = Lived::new(seed, 60, (seed % 2 == 0).then_some(store), past);
        for moment in lived.moments(&mut Dice(seed)) {
            let fresh = replay(&lived.until(moment));
            let known = lived.engine.known_at(moment).expect("it is near");
            let state = known.view.state();
            assert_eq!(state.sequence(), fresh.sequence(), "seed {seed}, moment {moment}");
            assert_eq!(state.state_digest(), fresh.state_digest(), "seed {seed}, moment {moment}");
            assert_eq!(state.content_digest(), fresh.content_digest(), "seed {seed}, moment {moment}");
            assert_eq!(known.recorded_at.is_none(), fresh.sequence() == 0);
            replayed += usize::from(known.replayed > 0);
            spared += usize::from(known.replayed < fresh.changes(0).count() as u64);
        }
    }
    assert!(replayed > 100 && spared > 100, "{replayed} {spared}");
}

const QUESTIONS: &[&str] = &[
    "{ organizations(first: 100 AT) { totalCount edges { cursor node { id nameZh code version names { text validFrom recordedAt } identifiers { value }
        statements { attribute value shown recordedAt recordedBy } ties(first: 30) { totalCount edges { node { id sentenceZh version } } } } } } }",
    "{ demands(first: 100 AT) { edges { node { id nameZh problem visibility status owners { edges { node { id } } } } } } }",
    "{ regions(first: 50, orderBy: NAME AT) { edges { node { id nameZh located { totalCount } parts { edges { node { nameZh } } } } } pageInfo { endCursor } } }",
    "{ alliances(first: 50 AT) { edges { node { id nameZh members { edges { since until node { id } } } } } } sources(first: 50 AT) { edges { node { id key title version } } } }",
    "{ changes(first: 100 AT) { sequence edges { node { sequence kind action id } } } service(ONE) { sequence counts { kind count } } }",
];

#[test]
fn every_answer_is_that_of_a_store_that_ended_then() {
    for seed in [3, 8, 21] {
        let lived = Lived::new(seed, 60, None, PastLimits::default());
        let moments = lived.moments(&mut Dice(seed + 100));
        let until: Vec<_> = moments.iter().map(|moment| (*moment, lived.until(*moment))).collect();
        let served = Served::trusting(Arc::new(lived.engine), &Config::default(), "甲");
        for (moment, bodies) in until {
            let platter = Platter { bodies, weather: Weather::Fair, rival: None, appends: 0 };
            let platter = Arc::new(Mutex::new(platter));
            let ended = Engine::over(Box::new(Disk::over(&platter))).expect("it opens");
            let ended = Served::trusting(Arc::new(ended), &Config::default(), "甲");
            let asked = iso(moment);
            for question in QUESTIONS {
                let past = question
                    .replace(" AT)", &format!(", asOf: \"2019-06-01\", knownAt: \"{asked}\")"))
                    .replace("(ONE)", &format!("(asOf: \"2019-06-01\", knownAt: \"{asked}\")"));
                let then =
                    question.replace(" AT)", ", asOf: \"2019-06-01\")").replace("(ONE)", "(asOf: \"2019-06-01\")");
                let (past, then) = (served.data(&past, &json!({})), ended.data(&then, &json!({})));
                assert_eq!(without_cursors(past), without_cursors(then), "seed {seed}, moment {moment}");
            }
        }
    }
}

/// Cursors of the past are bound to their moment.
fn without_cursors(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for name in ["cursor", "endCursor"] {
                fields.remove(name);
            }
            for field in fields.values_mut() {
                *field = without_cursors(field.take());
            }
        }
        Value::Array(list) => {
            for entry in list {
                *entry = without_cursors(entry.take());
            }
        }
        _ => {}
    }
    value
}

/// A moment as text, in Shanghai, reckoned by days of the calendar from 1970 on.
pub fn iso(moment: i64) -> String {
    let local = moment + 8 * 3_600_000;
    let (mut days, rest) = (local.div_euclid(86_400_000), local.rem_euclid(86_400_000));
    let mut year = 1970;
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{year}-{:02}-{:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}+08:00", month + 1, days + 1, rest % 1_000)
}

#[test]
fn too_far_is_told_and_a_nearer_moment_is_answered() {
    let lived = Lived::new(5, 60, None, PastLimits { changes: 10, ..PastLimits::default() });
    let recorded = |number: usize| {
        let body = &lived.bodies()[number - 1];
        Envelope::decode(number as u64, body).expect("our own bytes").recorded_at
    };
    let (early, late) = (recorded(5), recorded(lived.bodies().len() - 3));
    assert!(matches!(lived.engine.known_at(late), Err(PastError::TooFar { most: 10, .. })));
    let known = lived.engine.known_at(early).expect("it is near the beginning");
    assert!((1..=10).contains(&known.replayed), "{}", known.replayed);
    assert_eq!(lived.engine.distance_to(early), 0, "it is kept");
}
