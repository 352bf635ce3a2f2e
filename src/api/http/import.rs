//! `POST /import?name=enterprises.xlsx`: a file as it is, tried or carried out. Without `plan` nothing is written:
//! the answer says what would come of it, with every refusal at its place, under a plan id. The same file sent
//! again with `plan=ID` does exactly that, or is refused because what it touches has moved.
//!
//! Who accepts `application/x-ndjson` gets a line now and then of how far it is, and the answer as the last line.
//! Nothing is kept between the two: who asks, what they may write and what a row means are judged both times.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value as Json, json};
use tokio::sync::OwnedSemaphorePermit;

use super::body::Room;
use super::door::{Caller, Refused, holds_a_token, token_in_address};
use super::graphql::pairs;
use super::session::is_meant;
use super::{Peer, Service, refuse, refuse_with};
use crate::api::error::{ApiError, internal};
use crate::api::likeness::{self, Bounds};
use crate::api::mutation::failure;
use crate::domain::command::Command;
use crate::engine::{Commands, Order, Plan, Progress, ThingChange, WriteError, now_ms, today};
use crate::intake::{self, IMPORTERS, Importer, InputFile, Limits, Mapping, Report, Tried};
use crate::rights::{Place, Rights, Role};

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// A line of JSON each.
const LINES: &str = "application/x-ndjson";
/// Milliseconds between two lines.
const PAUSE_MS: i64 = 250;
/// Lines that may wait to be read; who does not read misses some, never the last.
const LINES_AHEAD: usize = 16;
/// Characters of the name of a file.
const NAME_CHARACTERS: usize = 200;

/// What is sent, and what is wanted of it.
struct Upload {
    file: InputFile,
    importer: &'static Importer,
    plan: Option<String>,
    wanted: Wanted,
}

/// In which form the answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// One object, once it is done.
    Object,
    /// A line now and then of how far it is, and the object as the last line.
    Lines,
    /// The workbook that goes back, where anything was refused.
    Workbook,
}

/// What is answered.
enum Said {
    Object(StatusCode, Json),
    Refused(StatusCode, ApiError),
    Workbook(Vec<u8>),
}

impl Said {
    fn response(self) -> Response {
        match self {
            Self::Object(status, body) => {
                (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
            }
            Self::Refused(status, error) => refuse_with(status, &error),
            Self::Workbook(bytes) => {
                (StatusCode::UNPROCESSABLE_ENTITY, [(header::CONTENT_TYPE, WORKBOOK)], bytes).into_response()
            }
        }
    }

    /// The last line: the object, with the status that it would have had by itself.
    fn last_line(self) -> String {
        let (status, mut body) = match self {
            Self::Object(status, body) => (status, body),
            Self::Refused(status, error) => (status, error.body()),
            Self::Workbook(_) => (StatusCode::UNPROCESSABLE_ENTITY, json!({})),
        };
        body["status"] = json!(status.as_u16());
        line(&body)
    }
}

fn line(body: &Json) -> String {
    format!("{body}\n")
}

/// `POST /import`
pub(super) async fn post(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let given = query.as_deref().map(pairs).unwrap_or_default();
    if holds_a_token(&given) {
        return token_in_address();
    }
    match received(&service, &given, Peer::of(peer), &headers, body).await {
        Ok((caller, upload)) => carried_out(service, caller, upload).await,
        Err(refused) => *refused,
    }
}

/// Who sends what. Judged before anything of the body is read.
async fn received(
    service: &Service,
    given: &[(String, String)],
    peer: Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Caller, Upload), Refused> {
    // The turn is held while the body comes: so many at the same time for each client.
    let (caller, _turn) = service.let_in(headers, peer)?;
    is_meant(headers, caller.page_key)?;
    if !caller.rights(&service.engine.view(), today()).may_write_within(Place::Inside) || caller.actor.is_none() {
        return Err(Box::new(refuse_with(StatusCode::FORBIDDEN, &failure::forbidden())));
    }
    let find = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let name = find("name").filter(|name| is_file_name(name)).ok_or_else(|| {
        Box::new(refuse(
            StatusCode::BAD_REQUEST,
            "FILE_NAME_MISSING",
            "请在网址里写文件名，如 /import?name=enterprises.xlsx；文件名说明是哪张表，不含 / 与 \\。",
            "Name the file in the address, like /import?name=enterprises.xlsx; the name says which table it is, without / and \\.",
        ))
    })?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return Err(Box::new(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "MULTIPART_NOT_TAKEN",
            "这里不收表单（multipart/form-data）：请把文件本身作为请求正文，如 curl --data-binary @enterprises.xlsx '…/import?name=enterprises.xlsx'；一次一个文件。",
            "A form (multipart/form-data) is not taken here: send the file itself as the body, like curl --data-binary @enterprises.xlsx '…/import?name=enterprises.xlsx', one file at a time.",
        )));
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Box::new(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_ENCODING",
            "请求正文不接受压缩。",
            "A compressed body is not taken.",
        )));
    }
    let importer = importer(find("as").as_deref())?;
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = match accepted {
        accepted if accepted.contains(WORKBOOK) => Wanted::Workbook,
        accepted if accepted.contains(LINES) => Wanted::Lines,
        _ => Wanted::Object,
    };
    let plan = find("plan").filter(|plan| !plan.is_empty());
    let room = Room { bytes: service.limits.upload_bytes, ms: service.limits.upload_ms, setting: "upload" };
    let bytes = super::body::read_into(body, room).await.map_err(Box::new)?;
    Ok((caller, Upload { file: InputFile { label: name.clone(), name, bytes }, importer, plan, wanted }))
}

/// The importer of that name; the one of our own format where none is named.
fn importer(name: Option<&str>) -> Result<&'static Importer, Refused> {
    let name = name.unwrap_or("csv");
    IMPORTERS.iter().find(|importer| importer.name == name).ok_or_else(|| {
        let known = IMPORTERS.iter().map(|importer| importer.name).collect::<Vec<_>>().join(", ");
        let (zh, en) = (
            format!("没有这种导入格式。as 应为以下之一：{known}。"),
            format!("There is no such importer. `as` is one of: {known}."),
        );
        Box::new(refuse(StatusCode::BAD_REQUEST, "UNKNOWN_FORMAT", &zh, &en))
    })
}

fn is_file_name(name: &str) -> bool {
    let fits = (1..=NAME_CHARACTERS).contains(&name.chars().count());
    fits && !name.contains(['/', '\\', '#']) && !name.chars().any(char::is_control)
}

/// Try or carry out beside the tasks that answer, so many at the same time.
async fn carried_out(service: Arc<Service>, caller: Caller, upload: Upload) -> Response {
    let within = Duration::from_millis(service.limits.heavy_wait_ms);
    let turn = tokio::time::timeout(within, Arc::clone(&service.uploads).acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        let busy = ApiError::new(
            "BUSY",
            "同时导入的文件太多。请稍后再试。",
            "Too many files are being imported at the same time. Try again shortly.",
        );
        return refuse_with(StatusCode::SERVICE_UNAVAILABLE, &busy.retry_after(5));
    };
    // Who hangs up before it is written wants it no more.
    let waiting = Waiting(Arc::new(AtomicBool::new(true)));
    let still = Arc::clone(&waiting.0);
    if upload.wanted == Wanted::Lines {
        return in_lines((service, caller, upload), turn, waiting);
    }
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        answer(&service, &caller, &upload, &mut |_, _| still.load(Ordering::Relaxed))
    });
    match done.await {
        Ok(said) => said.response(),
        Err(cause) => refuse_with(StatusCode::INTERNAL_SERVER_ERROR, &internal("import", &cause)),
    }
}

/// Tell how far it is while it is done; what comes of it is the last line.
fn in_lines(
    (service, caller, upload): (Arc<Service>, Caller, Upload),
    turn: OwnedSemaphorePermit,
    waiting: Waiting,
) -> Response {
    let (tell, told) = tokio::sync::mpsc::channel::<String>(LINES_AHEAD);
    let still = Arc::clone(&waiting.0);
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let mut last = now_ms();
        let said = answer(&service, &caller, &upload, &mut |done, total| {
            let now = now_ms();
            if now >= last + PAUSE_MS {
                last = now;
                // Whoever reads slowly misses a line.
                let _ = tell.try_send(line(&json!({ "done": done, "total": total })));
            }
            still.load(Ordering::Relaxed)
        });
        // Nobody may be there any more.
        let _ = tell.blocking_send(said.last_line());
    });
    let lines = stream::unfold((told, waiting), |(mut told, waiting)| async {
        told.recv().await.map(|line| (Ok::<_, std::convert::Infallible>(line), (told, waiting)))
    });
    ([(header::CONTENT_TYPE, LINES)], Body::from_stream(lines)).into_response()
}

struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// The rows of a file, read again each time that they are wanted.
struct Rows<'f> {
    importer: &'static Importer,
    input: (&'f [InputFile], &'f Mapping, &'f Limits),
    commands: usize,
}

impl Commands for Rows<'_> {
    fn count(&self) -> usize {
        self.commands
    }

    fn each(&self, take: &mut dyn FnMut(&Command) -> bool) {
        let (files, mapping, limits) = self.input;
        (self.importer.walk)(files, mapping, limits, &mut |_, command| take(&command));
    }
}

fn answer(service: &Service, caller: &Caller, upload: &Upload, progress: Progress<'_>) -> Said {
    let (limits, mapping) = (service.limits.intake(), Mapping::default());
    let files = std::slice::from_ref(&upload.file);
    let input = (files, &mapping, &limits);
    let mut rows = Rows { importer: upload.importer, input, commands: 0 };
    let reading = (upload.importer.walk)(files, &mapping, &limits, &mut |_, _| {
        rows.commands += 1;
        true
    });
    let order = Order {
        actor: caller.actor.clone().unwrap_or_else(|| Arc::from("")),
        rights: Some(caller.rights(&service.engine.view(), today())),
        input: upload.importer.digest(files, &mapping),
    };
    if let (Some(id), true) = (&upload.plan, reading.refusals.is_empty()) {
        return match service.engine.import(&order, &rows, Some(id), progress) {
            Ok(outcome) => Said::Object(
                StatusCode::OK,
                json!({
                    "written": true, "rows": reading.rows, "accepted": reading.rows, "refused": 0,
                    "changed": outcome.changed, "unchanged": outcome.unchanged, "sequence": outcome.sequence,
                }),
            ),
            Err(WriteError::PlanStale) => refused(StatusCode::CONFLICT, WriteError::PlanStale),
            Err(error) => refused(StatusCode::SERVICE_UNAVAILABLE, error),
        };
    }
    let plan = match service.engine.plan(&order, &rows, service.limits.plan(), progress) {
        Ok(plan) => plan,
        Err(error) => return refused(StatusCode::SERVICE_UNAVAILABLE, error),
    };
    let refused =
        plan.refused.iter().enumerate().map(|(place, (number, rejection))| (*number, (place, rejection.clone())));
    let (numbers, refused): (Vec<usize>, Vec<_>) = refused.unzip();
    let (places, commands) = upload.importer.pick(input, &numbers);
    let (refused, refused_count) = (refused.as_slice(), plan.refused_count);
    let tried = Tried { commands: &commands, places: &places, refused, refused_count };
    let mut report = intake::report(input, &reading, tried, service.limits.import_refusals);
    let reader = (order.rights.unwrap_or(Rights::of(Role::Public)), today());
    let places = |numbers: &[usize]| upload.importer.pick(input, numbers).0;
    likeness::warn(&mut report, &plan, &places, reader, Bounds::of(&service.limits));
    if report.refusal_count > 0 && upload.wanted == Wanted::Workbook {
        return returned(input, &report);
    }
    let status = if report.refusal_count == 0 { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Said::Object(status, body(&report, &plan))
}

fn refused(status: StatusCode, error: WriteError) -> Said {
    match failure::sorted(error) {
        Ok(rejection) => Said::Refused(StatusCode::UNPROCESSABLE_ENTITY, rejection.into()),
        Err(error) => Said::Refused(status, error),
    }
}

fn returned(input: (&[InputFile], &Mapping, &Limits), report: &Report) -> Said {
    match intake::marked(input, report) {
        Ok(bytes) => Said::Workbook(bytes),
        Err(cause) => Said::Refused(StatusCode::INTERNAL_SERVER_ERROR, internal("import", &cause)),
    }
}

/// What a dry run says.
fn body(report: &Report, plan: &Plan) -> Json {
    json!({
        "written": false,
        "rows": report.rows,
        "accepted": report.accepted,
        "refused": report.refused,
        "refusalCount": report.refusal_count,
        "refusals": report.refusals,
        "warnings": report.warnings,
        "warningsCut": report.warnings_cut,
        "changed": plan.changed,
        "unchanged": plan.unchanged,
        "changedThings": plan.changed_things,
        "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
        "sequence": plan.sequence,
        "plan": plan.id.as_ref().filter(|_| report.refusal_count == 0),
    })
}

fn change(thing: &ThingChange) -> Json {
    json!({
        "id": thing.id.map(|id| id.to_string()),
        "kind": thing.kind.map(|kind| kind.row().code),
        "name": thing.name,
        "names": thing.names,
        "identifiers": thing.identifiers,
        "statements": thing.statements,
        "ties": thing.ties,
        "records": thing.records,
        "corrections": thing.corrections,
    })
}
