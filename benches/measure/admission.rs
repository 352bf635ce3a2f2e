//! What it saves that a document was judged before, and what it costs to refuse one. In one process
//! and without a network, so that the door is all that is measured.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use innograph::api::http::{Service, router};
use innograph::config::Config;
use innograph::domain::command::Command;
use innograph::engine::Engine;
use innograph::ledger::MemoryLedger;
use tokio::runtime::Runtime;
use tower::Service as _;

use super::report::{Report, verdict};
use super::statistics::{median, ratio};
use super::store::{Store, told};
use super::synthetic::{Plan, key, supply};
use super::{Extent, Outcome};

/// An answer from a cached document is at least so many times faster.
const PROMISED_RATIO: f64 = 2.0;
/// Milliseconds of CPU within which a document is refused.
const PROMISED_REFUSAL: f64 = 20.0;

/// Milliseconds of the longest walk.
const PROMISED_WALK: f64 = 200.0;
/// Ties of the hub.
const HUB: usize = 50_000;
/// Members of the clique, each tied to every other.
const CLIQUE: usize = 2_000;

/// One organization, as a page shows it.
const SMALL: &str = "query Card($by: Reference!) { organization(by: $by) { id nameZh nodeKindZh code creditCode \
    jurisdiction { nameZh } collaborations(first: 3) { totalCount edges { role node { id nameZh } } } } }";

/// The service in this process; with or without room for documents.
fn door(engine: &Arc<Engine>, known: bool) -> Router {
    let mut config = Config::default();
    config.limits.client_requests = 0;
    config.limits.client_rows = 0;
    if !known {
        config.limits.known_documents = 0;
    }
    router(Arc::new(Service::new(Arc::clone(engine), &config)))
}

/// The answer to a body.
pub async fn ask(door: &mut Router, body: &str) -> Outcome<String> {
    let request = Request::post("/graphql")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_owned()))?;
    let answer = door.call(request).await?;
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await?;
    Ok(String::from_utf8(bytes.to_vec())?)
}

/// Measure.
pub fn measure(extent: &Extent, report: &mut Report) -> Outcome<()> {
    let store = Store::build(Plan { organizations: 1_000, ..extent.plan })?;
    let engine = Arc::new(Engine::open(store.path())?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    cached(&runtime, &engine, extent, report)?;
    refused(&runtime, &engine, extent, report)?;
    drop(engine);
    crowded(&runtime, extent, report)
}

fn cached(runtime: &Runtime, engine: &Arc<Engine>, extent: &Extent, report: &mut Report) -> Outcome<()> {
    let (mut cached, mut uncached) = (door(engine, true), door(engine, false));
    let by = serde_json::json!({ "by": { "code": key(3) } });
    let body = serde_json::json!({ "query": SMALL, "variables": by }).to_string();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..extent.rounds {
        for (door, times) in [&mut cached, &mut uncached].into_iter().zip(&mut times) {
            let started = Instant::now();
            for _ in 0..extent.requests {
                let answer = runtime.block_on(ask(door, &body))?;
                if answer.contains("\"errors\"") || !answer.contains("示例") {
                    return Err(format!("no answer: {answer}").into());
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
            times.push(started.elapsed().as_secs_f64() * 1e6 / extent.requests as f64);
        }
    }
    let spread = ratio(&times[1], &times[0]);
    report.writing([
        "small question, document known, in process",
        &format!("{:.1} µs", median(&times[0])),
        &format!(
            "the same read, validated and priced anew: {:.1} µs; ratio {:.2} [{:.2}, {:.2}]",
            median(&times[1]),
            spread.median,
            spread.low,
            spread.high
        ),
        &format!("≥ {PROMISED_RATIO}: {}", verdict(spread.median >= PROMISED_RATIO)),
    ]);
    Ok(())
}

/// Walks from a hub and within a clique: bounded, and they say so.
fn crowded(runtime: &Runtime, extent: &Extent, report: &mut Report) -> Outcome<()> {
    let quick = extent.plan.organizations < HUB;
    let (hub, clique) = if quick { (HUB / 10, CLIQUE / 10) } else { (HUB, CLIQUE) };
    let engine = Engine::over(Box::new(MemoryLedger::new()))?;
    let mut carry_out = |commands: Vec<Command>| {
        engine.execute("bench", &commands, &mut |_, _| true).map(drop).map_err(|error| told(&error))
    };
    let plan = Plan { organizations: hub * 2, ..extent.plan };
    plan.commands(100_000, &mut carry_out)?;
    // Enterprises in the middle: those of the core supply each other already.
    let (centre, first) = (plan.core() + 1, plan.core() + 2);
    carry_out((0..hub).map(|place| supply(centre, first + place)).collect())?;
    let from = first + hub;
    for member in 0..clique {
        carry_out((member + 1..clique).map(|other| supply(from + member, from + other)).collect())?;
    }
    let mut door = door(&Arc::new(engine), true);
    let (centre, member, other) = (key(centre), key(from), key(from + clique / 2));
    let cases = [
        (
            "a hub, one page of its ties",
            format!("{{ enterprise(by: {{code: \"{centre}\"}}) {{ supplies {{ totalCount truncated }} }} }}"),
        ),
        (
            "a hub, four steps around it",
            format!(
                "{{ neighborhood(of: {{code: \"{centre}\"}}, depth: 4, limit: 500) {{ visited truncated nodes {{ distance }} }} }}"
            ),
        ),
        (
            "a clique, four steps around a member",
            format!(
                "{{ neighborhood(of: {{code: \"{member}\"}}, depth: 4, limit: 500) {{ visited truncated nodes {{ distance }} }} }}"
            ),
        ),
        (
            "a clique, paths of six steps",
            format!(
                "{{ paths(from: {{code: \"{member}\"}}, to: {{code: \"{other}\"}}, maxLength: 6, first: 10) {{ visited truncated paths {{ length }} }} }}"
            ),
        ),
        ("ten steps", format!("{{ neighborhood(of: {{code: \"{member}\"}}, depth: 10) {{ visited }} }}")),
    ];
    for (name, query) in cases {
        let body = serde_json::json!({ "query": query }).to_string();
        let (mut times, mut said) = (Vec::new(), String::new());
        for _ in 0..extent.openings {
            let started = Instant::now();
            let answer = runtime.block_on(ask(&mut door, &body))?;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            let answer: serde_json::Value = serde_json::from_str(&answer)?;
            let data = answer["data"].to_string();
            let cut = data.contains("\"truncated\":true");
            let all = data.contains("\"truncated\":false");
            let code = &answer["errors"][0]["extensions"]["code"];
            said = match (cut, all) {
                (true, _) => format!("cut and says so, {} rows", answer["extensions"]["cost"]["rows"]),
                (_, true) => format!("whole, {} rows", answer["extensions"]["cost"]["rows"]),
                _ => format!("refused: {code}"),
            };
        }
        let found = median(&times);
        report.writing([
            &format!("{name}; hub of {hub} ties, clique of {clique}"),
            &format!("{found:.1} ms"),
            &said,
            &format!("≤ {PROMISED_WALK} ms: {}", verdict(found <= PROMISED_WALK)),
        ]);
    }
    Ok(())
}

fn refused(runtime: &Runtime, engine: &Arc<Engine>, extent: &Extent, report: &mut Report) -> Outcome<()> {
    let doubling: String =
        (0..28).map(|place| format!(" fragment F{place} on Query {{ ...F{0} ...F{0} }}", place + 1)).collect();
    let aliases: String = (0..1_000).map(|place| format!("a{place}: __typename ")).collect();
    let nest = |first: &str| {
        format!(
            "query($n: Int! = 1000) {{ organizations(first: {first}) {{ edges {{ node {{ ties(first: {first}) {{ edges {{ node {{ to {{ ties(first: {first}) {{ edges {{ node {{ to {{ ties(first: {first}) {{ totalCount }} }} }} }} }} }} }} }} }} }} }} }} }}"
        )
    };
    let cases = [
        ("fragments doubled 28 times", format!("{{ ...F0 }}{doubling} fragment F28 on Query {{ __typename }}"), "{}"),
        ("1,000 aliases", format!("{{ {aliases} }}"), "{}"),
        ("1000^4 by literal", nest("1000"), "{}"),
        ("1000^4 by variable", nest("$n"), "{\"n\": 1000}"),
        ("1000^4 by default", nest("$n"), "{}"),
        ("100^4, each within its limit", nest("100"), "{}"),
    ];
    let mut door = door(engine, true);
    for (name, query, variables) in cases {
        let variables: serde_json::Value = serde_json::from_str(variables)?;
        let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
        let mut times = Vec::new();
        for _ in 0..extent.requests {
            let started = Instant::now();
            let answer = runtime.block_on(ask(&mut door, &body))?;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            if !answer.contains("\"errors\"") || answer.contains("\"cost\"") {
                return Err(format!("{name} was let in: {answer}").into());
            }
        }
        let found = median(&times);
        report.writing([
            &format!("refused: {name}, {} bytes", query.len()),
            &format!("{found:.3} ms"),
            "no reader was called",
            &format!("≤ {PROMISED_REFUSAL} ms: {}", verdict(found <= PROMISED_REFUSAL)),
        ]);
    }
    Ok(())
}
