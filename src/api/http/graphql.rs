//! `/graphql`: JSON by POST, queries alone by GET; `socket` beside it asks here too. What is refused is refused before it runs, with
//! a code and a sentence in both languages, never with the text of a parser's inside.

use std::sync::Arc;

use async_graphql::Variables;
use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use super::door::{Caller, Refused, holds_a_token, token_in_address};
use super::execute::{Answered, execute};
use super::session::is_meant;
use super::{Peer, Service, refuse};
use crate::api::admission::{self, Admitted, Client, Door, Shape, Shapes, Trusted, Turn, document_id};
use crate::api::error::ApiError;
use crate::api::past;
use crate::engine;
use crate::rights::Rights;

const RESPONSE_TYPE: &str = "application/graphql-response+json; charset=utf-8";
const JSON_TYPE: &str = "application/json; charset=utf-8";

/// What a request asks to be carried out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// A document as it stands.
    Document(String),
    /// A document of the manifest.
    Listed(String),
}

/// A request, however it came in.
pub(super) struct Asked {
    pub text: Text,
    pub operation_name: Option<String>,
    pub variables: Json,
}

/// `POST /graphql`
pub async fn post(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let given = query.as_deref().map(pairs).unwrap_or_default();
    match received(&service, &given, Peer::of(peer), &headers, body).await {
        Ok((caller, turn, asked)) => answer(&service, &headers, (caller, turn), asked, Door::Post).await,
        Err(refused) => *refused,
    }
}

/// Who asks what, by POST.
pub(super) async fn received(
    service: &Service,
    given: &[(String, String)],
    peer: Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Caller, Turn, Asked), Refused> {
    if holds_a_token(given) {
        return Err(Box::new(token_in_address()));
    }
    // Counted before anything of the body is read.
    let (caller, turn) = service.let_in(headers, peer)?;
    // A browser sends the cookie along for any page; what this page knows no other does.
    is_meant(headers, caller.page_key)?;
    if !is_json(headers) {
        return Err(Box::new(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "请求正文应为 JSON：Content-Type: application/json。",
            "The body must be JSON: Content-Type: application/json.",
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
    let bytes = super::body::read(body, &service.limits).await.map_err(Box::new)?;
    match read_body(&bytes) {
        Ok(asked) => Ok((caller, turn, asked)),
        Err(error) => Err(Box::new(reply(headers, StatusCode::BAD_REQUEST, true, error.body().to_string()))),
    }
}

/// `GET /graphql?query=…`
pub async fn get(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let given: Vec<(String, String)> = query.as_deref().map(pairs).unwrap_or_default();
    if holds_a_token(&given) {
        return token_in_address();
    }
    let (caller, turn) = match service.let_in(&headers, peer) {
        Ok(let_in) => let_in,
        Err(refused) => return *refused,
    };
    let find = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let text = match one_of(find("query"), find("documentId")) {
        Ok(text) => text,
        Err(error) => return reply(&headers, StatusCode::BAD_REQUEST, true, error.body().to_string()),
    };
    let variables = match find("variables").filter(|text| !text.is_empty()).map(|text| serde_json::from_str(&text)) {
        None => Json::Null,
        Some(Ok(variables)) => variables,
        Some(Err(_)) => {
            let error = ApiError::new(
                "MALFORMED_JSON",
                "参数 variables 不是合法的 JSON 对象，如 {\"n\": 5}。请检查引号、括号与编码。",
                "The parameter variables is no valid JSON object such as {\"n\": 5}. Check quotes, brackets and encoding.",
            );
            return reply(&headers, StatusCode::BAD_REQUEST, true, error.body().to_string());
        }
    };
    let asked = Asked { text, operation_name: find("operationName").filter(|name| !name.is_empty()), variables };
    if !matches!(asked.variables, Json::Null | Json::Object(_)) {
        return reply(&headers, StatusCode::BAD_REQUEST, true, bad_shape("variables").body().to_string());
    }
    answer(&service, &headers, (caller, turn), asked, Door::Get).await
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    // Two lines are two opinions: a proxy might have believed the other one.
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (given.next(), given.next()) else { return false };
    let Ok(kind) = kind.to_str() else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let essence = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    // Only UTF-8 is JSON (RFC 8259).
    essence
        && parts.all(|part| {
            !part.to_ascii_lowercase().starts_with("charset=") || part.to_ascii_lowercase().contains("utf-8")
        })
}

fn bad_json() -> ApiError {
    ApiError::new(
        "MALFORMED_JSON",
        "正文不是合法的 JSON（UTF-8）。请检查引号、逗号与编码。",
        "The body is no valid JSON in UTF-8. Check quotes, commas and encoding.",
    )
}

fn bad_shape(name: &str) -> ApiError {
    ApiError::new(
        "MALFORMED_REQUEST",
        format!("{name} 的类型不对：query 是文字，variables 是对象或空，operationName 是文字或空。"),
        format!("{name} has the wrong type: query is text, variables an object or null, operationName text or null."),
    )
}

fn read_body(bytes: &[u8]) -> Result<Asked, ApiError> {
    read_request(serde_json::from_slice(bytes).map_err(|_| bad_json())?)
}

/// Read a request from JSON.
pub(super) fn read_request(body: Json) -> Result<Asked, ApiError> {
    let mut fields = match body {
        Json::Object(fields) => fields,
        Json::Array(_) => {
            return Err(ApiError::new(
                "BATCHING_OFF",
                "一次只接受一个请求，不接受数组。",
                "One request at a time; arrays are not taken.",
            ));
        }
        _ => return Err(bad_json()),
    };
    if fields.get("extensions").is_some_and(|extensions| extensions.get("persistedQuery").is_some()) {
        return Err(ApiError::new(
            "PERSISTED_QUERY_NOT_SUPPORTED",
            "不接受自动登记的查询（persistedQuery）。请发送完整的 query，或用清单中的 documentId。",
            "Automatically persisted queries are not taken. Send the whole query, or the documentId of a manifest.",
        ));
    }
    let mut text = |name: &'static str| match fields.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad_shape(name)),
    };
    let text = one_of(text("query")?, text("documentId")?)?;
    let operation_name = match fields.remove("operationName") {
        None | Some(Json::Null) => None,
        Some(Json::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(bad_shape("operationName")),
    };
    let variables = fields.remove("variables").unwrap_or_default();
    if !matches!(variables, Json::Null | Json::Object(_)) {
        return Err(bad_shape("variables"));
    }
    if !matches!(fields.get("extensions"), None | Some(Json::Null | Json::Object(_))) {
        return Err(bad_shape("extensions"));
    }
    Ok(Asked { text, operation_name, variables })
}

/// The document, or the id of one.
fn one_of(query: Option<String>, id: Option<String>) -> Result<Text, ApiError> {
    match (query, id) {
        (Some(text), None) => Ok(Text::Document(text)),
        (None, Some(id)) => Ok(Text::Listed(id)),
        (None, None) => Err(ApiError::new(
            "QUERY_MISSING",
            "请求缺少 query。网页查询请打开 /playground。",
            "The request lacks query. People ask at /playground.",
        )),
        (Some(_), Some(_)) => Err(ApiError::new(
            "MALFORMED_REQUEST",
            "query 与 documentId 只能给一个。",
            "Give either query or documentId, not both.",
        )),
    }
}

/// Names and values of a query string.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                    match (digit(), digit()) {
                        (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or(b'?'),
                        _ => b'?',
                    }
                }
                other => other,
            });
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

async fn answer(
    service: &Service,
    headers: &HeaderMap,
    (caller, mut turn): (Caller, Turn),
    mut asked: Asked,
    door: Door,
) -> Response {
    let admitted = variables(service, std::mem::take(&mut asked.variables))
        .and_then(|variables| admit(service, &asked, &variables, door, (&caller, turn.client())));
    let answered = match admitted {
        Ok(admitted) => match turn.reserve(admitted.price.total()) {
            Ok(()) => execute(service, admitted, asked.operation_name, (caller, None), turn.client()).await,
            Err(refused) => Answered::refused(StatusCode::TOO_MANY_REQUESTS, true, &refused.into()),
        },
        Err(error) if error.code == "QUERIES_ONLY" => Answered::refused(StatusCode::METHOD_NOT_ALLOWED, true, &error),
        Err(error) if error.retry_after.is_some() => Answered::refused(StatusCode::SERVICE_UNAVAILABLE, true, &error),
        Err(error) => Answered::refused(StatusCode::BAD_REQUEST, false, &error),
    };
    turn.spent(answered.used);
    let (answered_status, retry_after) = (answered.status, answered.retry_after);
    let mut response = reply(headers, answered.status, answered.failed, answered.body);
    if answered_status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The variables of a request, where they are not too many: each is copied a few times.
pub(super) fn variables(service: &Service, given: Json) -> Result<Variables, ApiError> {
    let most = service.limits.argument_values;
    if values(&given, most) > most {
        return Err(ApiError::new(
            "ARGUMENTS_TOO_LARGE",
            format!("变量中的值超过上限 {most} 个。请缩减，或分几次提交。"),
            format!("The variables hold more than {most} values. Shorten them or ask in parts."),
        ));
    }
    Ok(Variables::from_json(given))
}

/// Values in JSON, counted no further than `room`.
fn values(given: &Json, room: u64) -> u64 {
    let mut open = vec![given];
    let mut count = 0;
    while let Some(value) = open.pop() {
        count += 1;
        if count > room {
            break;
        }
        match value {
            Json::Array(list) => open.extend(list),
            Json::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    count
}

/// A refusal that names nothing of the schema, for those who may not see it.
fn unexplained(error: ApiError) -> ApiError {
    match error.code {
        "BAD_VARIABLE" | "VALIDATION" => ApiError::new(
            error.code,
            "变量或参数的值与声明的类型不符。请对照接口说明检查。",
            "A variable or an argument does not fit its type. Check it against the documentation.",
        ),
        _ => error,
    }
}

/// Judge a request before it runs.
pub(super) fn admit(
    service: &Service,
    asked: &Asked,
    variables: &Variables,
    door: Door,
    (caller, client): (&Caller, &Client),
) -> Result<Admitted, ApiError> {
    let name = asked.operation_name.as_deref();
    let text = match &asked.text {
        Text::Document(text) if service.trusted_only => {
            // The text of a listed document is as good as its id.
            let listed = service.manifest.as_ref().is_some_and(|manifest| manifest.find(&document_id(text)).is_some());
            if listed { text } else { return Err(Trusted::documents_only()) }
        }
        Text::Document(text) => text,
        Text::Listed(id) => service.listed(id)?,
    };
    let sees_schema = service.shows_schema_to(caller);
    let shape = unread(service, text, client)?;
    let admitted = admission::admit(&service.documents, text, name, variables, &service.limits, door);
    let mut admitted = admitted.map_err(|error| if sees_schema { error } else { unexplained(error) })?;
    if admitted.price.introspects && !sees_schema {
        return Err(ApiError::new(
            "SCHEMA_NOT_PUBLIC",
            "模式不公开：__schema 与 __type 要用令牌查询。接口说明请向管理员索取。",
            "The schema is not public: __schema and __type take a token. Ask the administrator for the documentation.",
        ));
    }
    let may = Rights::of(caller.role).may_ask_the_past();
    past::judge(&admitted.moments, may, engine::now_ms())?;
    let distances = admitted.moments.iter().map(|moment| service.engine.distance_to(moment.last_ms()));
    admitted.price.replay = distances.fold(0, u64::saturating_add);
    if let Some(shape) = shape.filter(|_| service.needs_a_turn(&admitted)) {
        service.shapes.note(shape);
    }
    Ok(admitted)
}

impl Service {
    /// The document of the manifest that has this id.
    pub(super) fn listed(&self, id: &str) -> Result<&str, ApiError> {
        let listed = self.manifest.as_ref().and_then(|manifest| manifest.find(id));
        listed.ok_or_else(|| Trusted::unknown(id))
    }
}

/// The shape of a document that nobody has read yet. While no turn is to be had, one of a shape that
/// needs a turn is refused as it stands: reading it would take what those need who have theirs.
fn unread(service: &Service, text: &str, client: &Client) -> Result<Option<Shape>, ApiError> {
    if service.documents.holds(text) {
        return Ok(None);
    }
    let shape = Shapes::of(text);
    if service.shapes.needed_a_turn(shape)
        && let Some(busy) = service.turns.refusal(client)
    {
        return Err(busy);
    }
    Ok(Some(shape))
}

/// Status codes speak to those who accept the newer media type; to others every well-formed
/// request is answered with 200, as GraphQL over HTTP has it.
pub(super) fn reply(headers: &HeaderMap, status: StatusCode, malformed: bool, body: String) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let newer = accepted.contains("application/graphql-response+json");
    let kind = if newer { RESPONSE_TYPE } else { JSON_TYPE };
    let status = if newer || malformed { status } else { StatusCode::OK };
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
