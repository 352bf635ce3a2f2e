//! What it costs to ask about another day, and about what was known earlier, beside the same question
//! about today. In one process and without a network; every tenth organisation has had another name and
//! another capital before, so that something must be chosen.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use innograph::api::http::{Service, router};
use innograph::config::Config;
use innograph::domain::command::{Command, Origin, Reference};
use innograph::domain::name::{Language, NameKind};
use innograph::domain::provenance::Method;
use innograph::domain::{PartialDate, Validity};
use innograph::engine::Engine;
use serde_json::json;
use tokio::runtime::Runtime;

use super::admission::ask;
use super::report::{Report, verdict};
use super::statistics::{median, ratio};
use super::store::{Store, told};
use super::synthetic::{SOURCE, key};
use super::{Extent, Outcome};

/// A question about another day takes at most so many times as long.
const PROMISED_RATIO: f64 = 1.5;
/// The day asked for.
const DAY: &str = "2016-06-30";
/// The year in which names and capitals changed.
const CHANGED: i16 = 2018;

/// Name, document, and how many of them are asked in a round for each that the extent has.
const QUESTIONS: [(&str, &str, usize); 3] = [
    (
        "card",
        "query Card($by: Reference!, $day: Date, $known: DateTime) { organization(by: $by, asOf: $day, knownAt: $known) {
            id nameZh nodeKindZh code jurisdiction { nameZh } statements { attribute value shown }
            collaborations(first: 3) { totalCount edges { role node { id nameZh } } } } }",
        1,
    ),
    (
        "list of all, first 50",
        "query List($day: Date, $known: DateTime) { enterprises(first: 50, orderBy: NAME, asOf: $day, knownAt: $known) {
            totalCount edges { node { nameZh code registeredCapital } } } }",
        100,
    ),
    (
        "neighborhood of two steps",
        "query Around($by: Reference!, $day: Date, $known: DateTime) { neighborhood(of: $by, depth: 2, limit: 200, asOf: $day, knownAt: $known) {
            visited nodes { distance node { nameZh } } } }",
        10,
    ),
];

/// Measure.
pub fn measure(extent: &Extent, report: &mut Report) -> Outcome<()> {
    let store = Store::build(extent.plan)?;
    let engine = Arc::new(Engine::open(store.path())?);
    let before = engine.view().state().last_known(i64::MAX).map_or(0, |(_, recorded_at)| recorded_at);
    changed(&engine, extent)?;
    let mut config = Config::default();
    config.limits.client_requests = 0;
    config.limits.client_rows = 0;
    config.limits.request_ms = 600_000;
    config.limits.past_changes = u64::MAX;
    let mut door = router(Arc::new(Service::trusting(Arc::clone(&engine), &config, "bench")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (name, query, share) in QUESTIONS {
        let body = |day: Option<&str>| body(query, day, None);
        let times = side_by_side(&runtime, &mut door, [&body(None), &body(Some(DAY))], (extent, share))?;
        told_of(report, (&format!("as of {DAY}: {name}"), "today"), &times, Some(PROMISED_RATIO));
    }
    let known = moment(before);
    let (name, query, share) = QUESTIONS[0];
    let then = body(query, None, Some(&known));
    let started = Instant::now();
    let first = runtime.block_on(ask(&mut door, &then))?;
    let seconds = started.elapsed().as_secs_f64();
    if first.contains("\"errors\"") {
        return Err(format!("no answer: {first}").into());
    }
    let changes = engine.view().state().changes_between(0, engine.view().state().sequence());
    report.writing([
        "known at an earlier moment, first time",
        &format!("{seconds:.2} s"),
        &format!("a store of {changes} changes, carried out again up to that moment"),
        "–",
    ]);
    let now = body(query, None, None);
    let times = side_by_side(&runtime, &mut door, [&now, &then], (extent, share))?;
    told_of(report, (&format!("known at an earlier moment, kept: {name}"), "now"), &times, None);
    Ok(())
}

/// Give every tenth organisation a name and a capital that it had before.
fn changed(engine: &Engine, extent: &Extent) -> Outcome<()> {
    let until = Validity { from: None, to: Some(PartialDate { year: CHANGED, month: 1, day: 1 }) };
    let origin = || Origin { source: SOURCE.into(), method: Method::Document, basis: None, confidence: None };
    let commands = (0..extent.plan.enterprises()).step_by(10).flat_map(|number| {
        let entity = Reference::Code(key(number));
        let (language, kind) = (Language::Zh, NameKind::Former);
        let text = format!("示例旧名{number}");
        let named =
            Command::AddName { entity: entity.clone(), text, language, kind, validity: until, origin: origin() };
        let (attribute, value) = ("registeredCapital".to_owned(), (1_000 + number).to_string());
        [named, Command::State { entity, attribute, value, validity: until, origin: origin() }]
    });
    let commands: Vec<Command> = commands.collect();
    engine.execute("bench", &commands, &mut |_, _| true).map_err(|error| told(&error))?;
    Ok(())
}

fn body(query: &str, day: Option<&str>, known: Option<&str>) -> String {
    let mut variables = json!({ "day": day, "known": known });
    if query.contains("$by") {
        variables["by"] = json!({ "code": key(10) });
    }
    json!({ "query": query, "variables": variables }).to_string()
}

/// A moment as the API takes it.
fn moment(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let day = innograph::domain::Day(i32::try_from(days).unwrap_or(i32::MAX));
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", rest % 1_000)
}

/// Microseconds a request of each of two bodies, in turns; whoever begins changes.
fn side_by_side(
    runtime: &Runtime,
    door: &mut Router,
    bodies: [&str; 2],
    (extent, share): (&Extent, usize),
) -> Outcome<[Vec<f64>; 2]> {
    let requests = (extent.requests / share).max(1);
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..extent.rounds {
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let started = Instant::now();
            for _ in 0..requests {
                let answer = runtime.block_on(ask(door, bodies[which]))?;
                if answer.contains("\"errors\"") || !answer.contains("示例") {
                    return Err(format!("no answer: {answer}").into());
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
            times[which].push(started.elapsed().as_secs_f64() * 1e6 / requests as f64);
        }
    }
    Ok(times)
}

fn told_of(report: &mut Report, (what, beside): (&str, &str), times: &[Vec<f64>; 2], promised: Option<f64>) {
    let spread = ratio(&times[1], &times[0]);
    let (found, compared) = (median(&times[1]), median(&times[0]));
    let promise = promised.map(|most| format!("≤ {most}: {}", verdict(spread.median <= most)));
    let promise = promise.unwrap_or_else(|| "–".to_owned());
    report.writing([
        what,
        &format!("{found:.1} µs"),
        &format!("{beside}: {compared:.1} µs; ratio {:.2} [{:.2}, {:.2}]", spread.median, spread.low, spread.high),
        &promise,
    ]);
}
