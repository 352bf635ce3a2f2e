//! `POST /export?format=csv`: a document as `POST /graphql` takes it, its answer as a file. Each page is judged,
//! priced and answered like the document itself, for whoever asks and all from one view; where a limit ends it,
//! the manifest says that the file was cut.

use std::io::{Cursor, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response as Answered, Value as Answer};
use async_graphql_value::Value as Written;
use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::door::{Caller, Refused};
use super::execute::{self, execute};
use super::graphql::{Asked, Text, admit, pairs, read_request, received, reply, variables};
use super::{Peer, Service, refuse, refuse_with};
use crate::api::admission::{Door, Turn};
use crate::api::error::{ApiError, internal};
use crate::api::export::{self as document, Planned, Shape};
use crate::api::types::fact::moment;
use crate::domain::manifest::{Cut, Manifest};
use crate::domain::{Day, Subgraph, Table};
use crate::engine::{View, now_ms, today};
use crate::export::{self, Content, Format, Holds};
use crate::rights::Role;

/// The header with what there is to say about the file, as JSON in base64.
const MANIFEST: &str = "x-innograph-manifest";

/// What is to become of the answer.
struct Wanted {
    format: Format,
    /// Are file and manifest wanted as one archive?
    packed: bool,
}

/// What came of a document.
struct Gathered {
    rows: Vec<Answer>,
    cut: Cut,
    known_at: Option<String>,
    definition: Option<String>,
}

/// A file that is made.
pub struct Made {
    /// The word for what is in it.
    pub title: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The manifest, as the text that stands beside it.
    pub manifest: String,
}

enum Found {
    Table(Table),
    Graph(Subgraph),
}

/// `POST /export`
pub(super) async fn post(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let given = query.as_deref().map(pairs).unwrap_or_default();
    let (caller, turn, asked) = match received(&service, &given, Peer::of(peer), &headers, body).await {
        Ok(received) => received,
        Err(refused) => return *refused,
    };
    let wanted = match wanted(&given) {
        Ok(wanted) => wanted,
        Err(error) => return refuse_with(StatusCode::BAD_REQUEST, &error),
    };
    let made = file(&service, &headers, (caller, turn), &asked, wanted.format).await;
    made.and_then(|made| sent(&made, &wanted)).unwrap_or_else(|refused| *refused)
}

/// A document as a file, as somebody of a role would get it; the error is the body of the refusal. For those who
/// can read the store anyway.
pub async fn of_document(service: &Service, role: Role, asked: Json, format: Format) -> Result<Made, Json> {
    let asked = read_request(asked).map_err(|error| error.body())?;
    let caller = Caller { role, ..Caller::public() };
    let peer = Peer(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let turn = service.turn_of(&caller, peer).map_err(|error| error.body())?;
    match file(service, &HeaderMap::new(), (caller, turn), &asked, format).await {
        Ok(made) => Ok(made),
        Err(refused) => {
            let body = axum::body::to_bytes(refused.into_body(), service.limits.answer_bytes).await;
            Err(body.ok().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default())
        }
    }
}

fn wanted(given: &[(String, String)]) -> Result<Wanted, ApiError> {
    let find = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let name = find("format").unwrap_or_default();
    let format = Format::named(name).ok_or_else(|| {
        let known = Format::all().map(|format| format.row());
        let known = known.map(|row| format!("{}（{}）", row.name, row.zh)).collect::<Vec<_>>().join("、");
        ApiError::new(
            "EXPORT_FORMAT",
            format!("请在网址里写格式，如 /export?format=xlsx。可用：{known}。"),
            format!("Say the format in the address, like /export?format=xlsx. Known: {known}."),
        )
    })?;
    Ok(Wanted { format, packed: find("zip").is_some_and(|value| value == "1") })
}

async fn file(
    service: &Service,
    headers: &HeaderMap,
    (caller, turn): (Caller, Turn),
    asked: &Asked,
    format: Format,
) -> Result<Made, Refused> {
    let bad = |error: ApiError| Box::new(refuse_with(StatusCode::BAD_REQUEST, &error));
    let text = match &asked.text {
        Text::Document(text) => text.clone(),
        Text::Listed(id) => service.listed(id).map_err(bad)?.to_owned(),
    };
    let planned = Planned::of(&text, asked.operation_name.as_deref()).map_err(bad)?;
    let is_graph = planned.shape == Shape::Graph;
    let other = if is_graph { Holds::Tables } else { Holds::Graphs };
    if format.row().holds == other {
        return Err(unfit(&export::Unfit::Shape(format)));
    }
    let view = service.engine.view();
    let role = caller.role;
    let within = Duration::from_millis(service.limits.export_ms);
    let mut gathered = Gathered { rows: Vec::new(), cut: Cut::Truncated, known_at: None, definition: None };
    let work = gather(service, headers, (caller, turn), (asked, &planned, &view), &mut gathered);
    // What was gathered until then goes out, and the manifest says so.
    if let Ok(Err(refused)) = tokio::time::timeout(within, work).await {
        return Err(refused);
    }
    let found = match (is_graph, gathered.rows.first()) {
        (true, Some(network)) => Found::Graph(document::graph(&planned, network).map_err(bad)?),
        (true, None) => Found::Graph(document::graph(&planned, &Answer::Null).map_err(bad)?),
        (false, _) => Found::Table(document::table(&planned, &gathered.rows)),
    };
    let content = match &found {
        Found::Table(table) => Content::Table(table),
        Found::Graph(graph) => Content::Graph(graph),
    };
    let manifest = Manifest {
        store: service.store.name.clone(),
        query: text,
        variables: said(&asked.variables),
        role: role.name(),
        sequence: view.state().sequence(),
        as_of: day(&planned, &asked.variables),
        known_at: gathered.known_at,
        made_at: moment(now_ms()),
        cut: gathered.cut,
        definition: Some(gathered.definition.unwrap_or_else(|| planned.definition.clone())),
        content_hash: export::content_hash(content),
    };
    let bytes = export::write(content, &manifest, format).map_err(|cause| unfit(&cause))?;
    let beside = export::manifest_json(&manifest, content, (format, &bytes));
    Ok(Made { title: planned.title, bytes, manifest: beside })
}

fn unfit(cause: &export::Unfit) -> Refused {
    let (zh, en) = cause.told();
    Box::new(refuse(StatusCode::UNPROCESSABLE_ENTITY, cause.code(), &zh, &en))
}

/// Ask page after page. What is refused at the first is refused; what is refused later ends the file.
async fn gather(
    service: &Service,
    headers: &HeaderMap,
    (caller, mut turn): (Caller, Turn),
    (asked, planned, view): (&Asked, &Planned, &Arc<View>),
    gathered: &mut Gathered,
) -> Result<(), Refused> {
    // Documents that are to be listed are asked as they are listed.
    let as_it_stands = service.trusted_only;
    let (mut after, mut bytes): (Option<String>, usize) = (None, 0);
    loop {
        let text = match &asked.text {
            Text::Listed(id) if as_it_stands => Some(Text::Listed(id.clone())),
            Text::Document(text) if as_it_stands => Some(Text::Document(text.clone())),
            _ => planned.page(after.as_deref()).map(Text::Document),
        };
        let Some(text) = text else { return Ok(()) };
        let asked = Asked { text, operation_name: asked.operation_name.clone(), variables: asked.variables.clone() };
        let answered = answered(service, (&caller, &mut turn), asked, view).await;
        let parsed = serde_json::from_str::<Answered>(&answered.body).ok();
        let is_first = after.is_none();
        let Some(answer) = parsed.filter(|answer| answered.status == StatusCode::OK && answer.errors.is_empty()) else {
            if is_first {
                let mut refused = reply(headers, answered.status, true, answered.body);
                if answered.status == StatusCode::OK {
                    *refused.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                }
                if let Some(seconds) = answered.retry_after {
                    refused.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                return Err(Box::new(refused));
            }
            return Ok(());
        };
        if let Some(words) = answer.extensions.get("knownAt") {
            gathered.known_at = Some(match words {
                Answer::String(text) => text.clone(),
                other => other.to_string(),
            });
        }
        bytes += answered.body.len();
        let page = document::page(planned, answer.data);
        gathered.definition = gathered.definition.take().or(page.definition);
        gathered.rows.extend(page.rows);
        let room = service.limits.export_rows.saturating_sub(gathered.rows.len());
        if planned.shape != Shape::Graph && page.next.is_some() && room == 0 || bytes > service.limits.export_bytes {
            gathered.rows.truncate(service.limits.export_rows);
            return Ok(());
        }
        let Some(next) = page.next else {
            let is_open = as_it_stands && planned.shape == Shape::Pages || page.is_cut || planned.is_open_ended();
            gathered.cut = if is_open { Cut::Truncated } else { Cut::Whole };
            return Ok(());
        };
        after = Some(next);
    }
}

async fn answered(
    service: &Service,
    (caller, turn): (&Caller, &mut Turn),
    mut asked: Asked,
    view: &Arc<View>,
) -> execute::Answered {
    let given = std::mem::take(&mut asked.variables);
    let admitted = variables(service, given)
        .and_then(|variables| admit(service, &asked, &variables, Door::Get, (caller, turn.client())));
    let answered = match admitted {
        Ok(admitted) => match turn.reserve(admitted.price.total()) {
            Ok(()) => {
                let view = Arc::clone(view);
                execute(service, admitted, asked.operation_name, (caller.clone(), Some(view)), turn.client()).await
            }
            Err(refused) => execute::Answered::refused(StatusCode::TOO_MANY_REQUESTS, true, &refused.into()),
        },
        Err(error) if error.retry_after.is_some() => {
            execute::Answered::refused(StatusCode::SERVICE_UNAVAILABLE, true, &error)
        }
        Err(error) => execute::Answered::refused(StatusCode::BAD_REQUEST, false, &error),
    };
    turn.spent(answered.used);
    answered
}

/// Variables as the manifest has them.
fn said(variables: &Json) -> Vec<(String, String)> {
    let Json::Object(fields) = variables else { return Vec::new() };
    let text = |value: &Json| if let Json::String(text) = value { text.clone() } else { value.to_string() };
    fields.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The day that the document asks for.
fn day(planned: &Planned, variables: &Json) -> Day {
    let text = match &planned.as_of {
        Some(Written::String(text)) => Some(text.clone()),
        Some(Written::Variable(name)) => variables.get(name.as_str()).and_then(Json::as_str).map(str::to_owned),
        _ => None,
    };
    text.and_then(|text| text.parse().ok()).unwrap_or_else(today)
}

fn sent(made: &Made, wanted: &Wanted) -> Result<Response, Refused> {
    let (row, beside) = (wanted.format.row(), made.manifest.as_str());
    let name = format!("{}.{}", made.title, row.ending);
    let (name, kind, bytes) = if wanted.packed {
        let failed = |cause| Box::new(refuse_with(StatusCode::INTERNAL_SERVER_ERROR, &internal("export", &cause)));
        let packed = packed(&name, &made.bytes, beside).map_err(failed)?;
        (format!("{}.zip", made.title), "application/zip", packed)
    } else {
        (name, row.media_type, made.bytes.clone())
    };
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, kind)], bytes).into_response();
    let attached = format!("attachment; filename=\"export.{}\"; filename*=UTF-8''{}", row.ending, percent(&name));
    let headers = response.headers_mut();
    let attached = HeaderValue::from_str(&attached).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, attached);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(short) = HeaderValue::from_str(&STANDARD.encode(short(beside))) {
        headers.insert(MANIFEST, short);
    }
    Ok(response)
}

/// The manifest without the question, which may be longer than a header can be; its hash stands for it.
fn short(beside: &str) -> String {
    let Ok(Json::Object(mut fields)) = serde_json::from_str(beside) else { return String::new() };
    let query = fields.remove("query").and_then(|query| query.as_str().map(str::to_owned)).unwrap_or_default();
    fields.remove("variables");
    fields.insert("queryHash".into(), format!("sha256:{}", export::file_hash(query.as_bytes())).into());
    Json::Object(fields).to_string()
}

fn packed(name: &str, bytes: &[u8], beside: &str) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [(name.to_owned(), bytes), (format!("{name}.manifest.json"), beside.as_bytes())] {
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn percent(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let coded = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(coded).collect()
}
