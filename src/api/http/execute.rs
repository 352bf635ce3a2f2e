//! Carrying out what was admitted: from one view, in its turn, within its time, and no longer than
//! somebody waits for it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{ErrorExtensionValues, Request as GraphRequest, Response as GraphResponse, ServerError, Value};
use axum::http::StatusCode;
use futures_util::FutureExt;

use super::Service;
use super::door::Caller;
use crate::api::admission::{Admitted, Client, Priced};
use crate::api::error::{ApiError, internal};
use crate::api::past::Moments;
use crate::api::schema::{Answering, Meter};
use crate::api::warnings::Warnings;
use crate::engine::{self, SearchState, View};

/// Errors that are listed; a document can have thousands.
const MOST_ERRORS: usize = 5;

/// What came of a request, however it is sent.
pub(super) struct Answered {
    /// Anything but 200 when nothing was carried out or nothing can be told.
    pub status: StatusCode,
    /// Does the status speak to everybody, or only to those who accept the newer media type?
    pub failed: bool,
    /// Seconds after which it is worth trying again.
    pub retry_after: Option<u64>,
    /// JSON.
    pub body: String,
    /// What it cost, in the unit of the price.
    pub used: u64,
}

impl Answered {
    pub(super) fn refused(status: StatusCode, failed: bool, error: &ApiError) -> Self {
        Self { status, failed, retry_after: error.retry_after, body: error.body().to_string(), used: 0 }
    }
}

/// Ends the work when it is dropped: when time is over or the client has hung up.
struct Wanted(Arc<Answering>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.meter.stop.store(true, Ordering::Relaxed);
    }
}

/// Carry out what was admitted, from the view that is given, else from the one of the moment at which its turn comes.
pub(super) async fn execute(
    service: &Service,
    admitted: Admitted,
    operation_name: Option<String>,
    (caller, view): (Caller, Option<Arc<View>>),
    client: &Client,
) -> Answered {
    let mutates = admitted.operation == OperationType::Mutation;
    if let Some(wanted) = admitted.min_sequence
        && let Err(error) = service.wait_for_index(wanted).await
    {
        let (status, failed) = match error.retry_after {
            Some(_) => (StatusCode::SERVICE_UNAVAILABLE, true),
            None => (StatusCode::BAD_REQUEST, false),
        };
        return Answered::refused(status, failed, &error);
    }
    let turn = match service.needs_a_turn(&admitted) {
        false => None,
        true => match service.turns.take(client).await {
            Ok(turn) => Some(turn),
            Err(error) => return Answered::refused(StatusCode::SERVICE_UNAVAILABLE, true, &error),
        },
    };
    // In its turn: whoever is refused for want of one costs no more than that.
    if let Some(refused) = invalid(service, &admitted, &caller) {
        return refused;
    }
    let answering = Arc::new(service.answering(caller, view));
    let request = request(&admitted, operation_name, Arc::clone(&answering));
    let (schemas, introspects) = (Arc::clone(&service.schemas), admitted.price.introspects);
    let _wanted = Wanted(Arc::clone(&answering));
    // A panic is an error of this request; everybody else goes on.
    let work =
        async move { if introspects { schemas.introspect(request).await } else { schemas.execute(request).await } };
    let work = AssertUnwindSafe(work).catch_unwind();
    let within = Duration::from_millis(service.limits.request_ms);
    let answer = match turn {
        None => tokio::time::timeout(within, work).await,
        Some(turn) => {
            // On a thread of its own, so that the connection is watched meanwhile: who hangs up stops it.
            let runtime = tokio::runtime::Handle::current();
            let long = tokio::task::spawn_blocking(move || {
                turn.stand_back();
                let _turn = turn;
                runtime.block_on(work)
            });
            // A thread that cannot be had or was aborted is a panic to whoever asked.
            tokio::time::timeout(within, long).await.map(|joined| joined.unwrap_or_else(|cause| Err(Box::new(cause))))
        }
    };
    match answer {
        Ok(Ok(answer)) => told(service, &admitted, &answering, answer),
        // What nobody can account for costs what was set aside for it.
        Ok(Err(_)) => Answered { used: admitted.price.total(), ..panicked() },
        Err(_) => Answered { used: admitted.price.total(), ..too_long(mutates) },
    }
}

/// What the validator says against a document that it has not passed before.
pub(super) fn invalid(service: &Service, admitted: &Admitted, caller: &Caller) -> Option<Answered> {
    let known = &admitted.known;
    if known.is_validated() {
        return None;
    }
    let mut faults = service.validator.faults(known.document.clone());
    if faults.is_empty() {
        known.pass();
        return None;
    }
    let sees_schema = service.shows_schema_to(caller);
    if !sees_schema {
        // One, and nothing of the schema in it.
        let place = faults.first().and_then(|fault| fault.locations.first()).copied().unwrap_or_default();
        let error = ApiError::new(
            "VALIDATION",
            "查询与接口不符：字段、参数或类型有误。请对照接口说明检查。",
            "The document does not fit the schema: a field, an argument or a type is wrong. Check it against the documentation.",
        );
        faults = vec![error.at(place)];
    }
    worded(&mut faults, sees_schema);
    // Nothing was carried out: there is no entry `data` (GraphQL, section 7.1).
    let body = serde_json::json!({ "errors": faults }).to_string();
    Some(Answered { status: StatusCode::BAD_REQUEST, failed: false, retry_after: None, body, used: 0 })
}

fn request(admitted: &Admitted, operation_name: Option<String>, answering: Arc<Answering>) -> GraphRequest {
    let mut request = GraphRequest::new("").variables(admitted.variables.clone()).data(answering);
    request.operation_name = operation_name;
    // The library takes the document apart while it runs.
    request.set_parsed_query(admitted.known.document.clone());
    request
}

/// What was answered, with what it cost and which state it is of.
fn told(service: &Service, admitted: &Admitted, answering: &Answering, mut answer: GraphResponse) -> Answered {
    let meter = &answering.meter;
    let price = admitted.price;
    // What it takes to come to a moment of the past has a limit of its own, and is told apart.
    let cost = async_graphql::value!({
        "price": price.total().saturating_sub(price.replay),
        "reserve": price.reserve,
        "limit": service.limits.price,
        "used": meter.told(),
        "rows": meter.shown.load(Ordering::Relaxed),
    });
    // The library leaves out a root field that failed. One that is never null takes the whole answer
    // with it (GraphQL, section 6.4.4): a client that relies on it must not find it missing.
    if meter.failed.load(Ordering::Relaxed) {
        answer.data = Value::Null;
    }
    let sequence = answering.sequence.load(Ordering::Relaxed);
    answer = answer.extension("sequence", Value::from(sequence)).extension("cost", cost);
    if let SearchState::Ready(sequence) = answering.view.search_state() {
        answer = answer.extension("searchSequence", Value::from(sequence));
    }
    if let Some(words) = answering.moments.words() {
        answer = answer.extension("knownAt", words);
    }
    answering.moments.warn(&answering.warnings);
    if let Some(words) = answering.warnings.words() {
        answer = answer.extension("warnings", words);
    }
    let used = meter.used().saturating_add(answering.moments.replayed());
    Answered { used, ..finished(service, answer, answering.sees_schema) }
}

fn too_long(mutates: bool) -> Answered {
    let error = if mutates {
        // A writer that has taken a request up carries it out, whoever waits.
        ApiError::new(
            "TIMEOUT",
            "等待写入的时间太长。是否写下尚不确定：请用同一个幂等键重试。",
            "Waiting for the writer took too long. Whether it was written is not sure: try again with the same idempotency key.",
        )
    } else {
        ApiError::new(
            "TIMEOUT",
            "查询时间太长，已放弃。请缩小范围。",
            "The query took too long and was given up. Narrow it.",
        )
    };
    Answered::refused(StatusCode::SERVICE_UNAVAILABLE, true, &error.retry_after(1))
}

/// A panic where something was read.
pub(super) fn panicked() -> Answered {
    Answered::refused(StatusCode::INTERNAL_SERVER_ERROR, true, &internal("execute", &"a resolver panicked"))
}

/// Errors with codes and in both languages, the first few of them.
fn worded(errors: &mut Vec<ServerError>, sees_schema: bool) {
    let more = errors.len().saturating_sub(MOST_ERRORS);
    errors.truncate(MOST_ERRORS);
    for error in errors.iter_mut() {
        let coded = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !coded {
            // Written by the library's validator, in English only.
            let (zh, en) = super::validation::sentences(&error.message, sees_schema);
            let mut extensions = ErrorExtensionValues::default();
            extensions.set("code", "VALIDATION");
            extensions.set("zh", zh.clone());
            extensions.set("en", en.clone());
            error.message = format!("{zh} {en}");
            error.extensions = Some(extensions);
        }
    }
    if more > 0 {
        let error = ApiError::new(
            "MORE_ERRORS",
            format!("还有 {more} 个错误没有列出。请先改正上面这些。"),
            format!("{more} more errors are not listed. Mend those above first."),
        );
        errors.push(error.at(async_graphql::Pos::default()));
    }
}

/// What async-graphql answered, with codes and within the size of an answer.
pub(super) fn finished(service: &Service, mut answer: GraphResponse, sees_schema: bool) -> Answered {
    worded(&mut answer.errors, sees_schema);
    let refused = !answer.errors.is_empty() && answer.data == Value::Null;
    let status = if refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    match serde_json::to_string(&answer) {
        Ok(body) if body.len() <= service.limits.answer_bytes => {
            Answered { status, failed: false, retry_after: None, body, used: 0 }
        }
        Ok(_) => {
            let error = ApiError::new(
                "ANSWER_TOO_LARGE",
                "回答太大。请少取一些字段或条目；若是写入，已照办，重试请用同一个幂等键。",
                "The answer is too large. Take fewer fields or entries. What was to be written has been; try again with the same idempotency key.",
            );
            Answered::refused(StatusCode::UNPROCESSABLE_ENTITY, true, &error)
        }
        Err(cause) => Answered::refused(StatusCode::INTERNAL_SERVER_ERROR, true, &internal("serialize", &cause)),
    }
}

impl Service {
    /// May they ask for the schema, and be told what they may have meant?
    pub(super) fn shows_schema_to(&self, caller: &Caller) -> bool {
        self.public_schema || caller.actor.is_some()
    }

    /// Is it long work? Writes wait in the writer's own queue.
    pub(super) fn needs_a_turn(&self, admitted: &Admitted) -> bool {
        let scans = self.scan_of(&admitted.price) >= self.limits.heavy_price;
        // A state of the past is made on a thread that may take its time.
        let looks_back = !admitted.moments.is_empty();
        (admitted.price.heavy || scans || looks_back) && admitted.operation != OperationType::Mutation
    }

    /// Rows that a document looks at where it looks at every node, once for each condition.
    fn scan_of(&self, price: &Priced) -> u64 {
        let [nodes, ..] = self.engine.view().state().size();
        (nodes as u64).saturating_mul(price.scans.saturating_add(price.conditions) as u64 * u64::from(price.scans > 0))
    }

    /// One view for the whole request, with what it is read by.
    fn answering(&self, caller: Caller, view: Option<Arc<View>>) -> Answering {
        let view = view.unwrap_or_else(|| self.engine.view());
        let sees_schema = self.shows_schema_to(&caller);
        let sequence = view.state().sequence();
        let today = engine::today();
        Answering {
            rights: caller.rights(&view, today),
            view,
            actor: caller.actor,
            from: caller.from,
            engine: Arc::clone(&self.engine),
            writer: self.engine.writer_state(),
            sequence: AtomicU64::new(sequence),
            limits: Arc::clone(&self.limits),
            today,
            store: Arc::clone(&self.store),
            moments: Moments::new(Arc::clone(&self.engine)),
            warnings: Warnings::default(),
            meter: Meter::default(),
            sees_schema,
            audit: Arc::clone(&self.audit),
            reveals: Arc::clone(&self.reveals),
        }
    }
}
