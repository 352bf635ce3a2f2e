//! What happens to every request and every answer: a number, an address, one line in the log, and
//! headers. What may not be asked is refused here, before any route sees it; a fault of ours becomes
//! the answer of this request alone.
//!
//! The log must never hold a query, a variable or a token.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::time::Instant;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::body::{Room, closing, too_large};
use super::origin::{self, Origins, Whence};
use super::peer::Peer;
use super::refuse;
use crate::api::error::internal;
use crate::config::Config;
use crate::tokens::PREFIX;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Characters of a number that somebody else has given.
const ID_CHARACTERS: usize = 64;

/// Headers of an answer, about.
const HEADERS: usize = 14;

/// Characters of a path in the log.
const PATH_CHARACTERS: usize = 100;
/// Where files are handed in.
pub(super) const IMPORT: &str = "/import";

/// The number of a request, as an extension of it: in the answer's `X-Request-Id` and in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub Arc<str>);

/// An extension of a request whose body has two ends: two lengths, or a length beside a coding.
#[derive(Clone, Copy, Debug)]
pub(super) struct UncertainLength;

/// What is asked of every request.
#[derive(Debug)]
pub(super) struct Edge {
    origins: Origins,
    proxies: Vec<IpAddr>,
    question: Room,
    upload: Room,
    compress_bytes: u16,
    since: Instant,
    crowd: Crowd,
    /// Milliseconds from which on an answer is told of in the log whatever it is.
    slow_ms: f64,
    /// Numbers of our own: by chance once, then counted.
    ids: (u32, AtomicU64),
}

/// Refusals for want of room, told of together: while too much is asked for, a line for each would
/// take what those need who are answered.
#[derive(Debug)]
struct Crowd {
    refused: AtomicU64,
    /// The second in which they were told of last, counted from the beginning.
    told: AtomicU64,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { refused: AtomicU64::new(0), told: AtomicU64::new(u64::MAX) }
    }
}

impl Crowd {
    /// One more, in this second; how many they are since they were told of last, once a second.
    fn count(&self, second: u64) -> Option<u64> {
        self.refused.fetch_add(1, Ordering::Relaxed);
        (self.told.swap(second, Ordering::Relaxed) != second).then(|| self.refused.swap(0, Ordering::Relaxed))
    }
}

impl Edge {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            origins: Origins::new(&config.origins),
            proxies: config.proxies.clone(),
            question: Room { bytes: config.limits.body_bytes, ms: config.limits.body_ms, setting: "body" },
            upload: Room { bytes: config.limits.upload_bytes, ms: config.limits.upload_ms, setting: "upload" },
            compress_bytes: config.limits.compress_bytes,
            since: Instant::now(),
            crowd: Crowd::default(),
            slow_ms: f64::from(config.limits.log_slow_ms),
            ids: (getrandom::u32().unwrap_or_default(), AtomicU64::new(1)),
        }
    }

    /// The number that the client gave, or one of our own.
    fn id(&self, headers: &HeaderMap) -> RequestId {
        let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
        let fits = |id: &&str| {
            (1..=ID_CHARACTERS).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
                // Somebody's token in the wrong place.
                && !id.contains(PREFIX)
        };
        let (chance, count) = &self.ids;
        let own = || format!("{chance:08x}-{:x}", count.fetch_add(1, Ordering::Relaxed)).into();
        RequestId(given.filter(fits).map_or_else(own, Arc::from))
    }

    /// What is refused before any route sees it.
    fn refused(&self, request: &Request, from: Whence) -> Option<Response> {
        if request.extensions().get::<UncertainLength>().is_some() {
            return Some(closing(refuse(
                StatusCode::BAD_REQUEST,
                "UNCERTAIN_LENGTH",
                "请求正文的长度有两种说法（重复的 Content-Length，或与 Transfer-Encoding 并用）。请只用一种。",
                "The length of the body is given in two ways (Content-Length twice, or beside Transfer-Encoding). Give it in one.",
            )));
        }
        let own_pages_only = lets_in(request) && from != Whence::Here;
        if own_pages_only || asks(request) && from == Whence::Elsewhere {
            return Some(refuse(
                StatusCode::FORBIDDEN,
                "ORIGIN_FORBIDDEN",
                "不接受来自这个网站页面的请求，没有执行。请管理员把它的来源（如 https://portal.example.cn）加入设置 origins。",
                "Pages of this origin may not ask; nothing was carried out. Have the origin (like https://portal.example.cn) added to the setting origins.",
            ));
        }
        let declared =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let room = if request.uri().path() == IMPORT { self.upload } else { self.question };
        declared.is_some_and(|length: u64| length > room.bytes as u64).then(|| too_large(room))
    }
}

/// Put all of it round the routes.
pub(super) fn around(routes: Router, edge: Arc<Edge>) -> Router {
    // Pictures and fonts are compressed already; an upgrade is no answer.
    let worthwhile = SizeAbove::new(edge.compress_bytes)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("font/"))
        .and(|status: StatusCode, _, _: &HeaderMap, _: &axum::http::Extensions| {
            status != StatusCode::SWITCHING_PROTOCOLS
        });
    // The fastest level: an answer is sent once, and the processor is scarcer than the line.
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worthwhile);
    routes.layer(compression).layer(middleware::from_fn_with_state(edge, pass))
}

/// Does it go where questions are answered?
fn asks(request: &Request) -> bool {
    request.uri().path() == "/graphql"
}

/// Does it go where people log in or hand files in? That is for pages of the service itself.
fn lets_in(request: &Request) -> bool {
    let path = request.uri().path();
    path == "/session" || path.starts_with("/session/") || path == IMPORT
}

async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = edge.id(request.headers());
    let peer = request.extensions().get::<Peer>().copied().unwrap_or_default();
    let peer = peer.behind(&edge.proxies, request.headers());
    request.extensions_mut().insert(peer);
    request.extensions_mut().insert(id.clone());
    let (method, path) = (request.method().clone(), path_for_log(request.uri().path()));
    let (asks, lets_in, from) = (asks(&request), lets_in(&request), edge.origins.judge(&request));
    if from != Whence::Here {
        // A page of another origin has no session here, whatever the browser sends along.
        request.headers_mut().remove(header::COOKIE);
    }
    let origin = request.headers().get(header::ORIGIN).cloned();

    let mut response = match edge.refused(&request, from) {
        Some(refused) => refused,
        None if asks && from == Whence::Allowed && origin::is_preflight(&request) => {
            let mut answer = StatusCode::NO_CONTENT.into_response();
            origin::allow_sending(answer.headers_mut());
            answer
        }
        // A panic ends this request; everybody else goes on.
        None => match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(answer) => answer,
            Err(_) => broken(),
        },
    };
    let headers = response.headers_mut();
    secure(headers);
    if lets_in {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if asks {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let (Whence::Allowed, Some(origin)) = (from, &origin) {
            origin::allow(headers, origin);
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    let (status, ms) = (response.status().as_u16(), begun.elapsed().as_secs_f64() * 1_000.0);
    // What went well and quickly is told to whoever asks for it: a line costs as much as a tenth of a small answer.
    let crowded = matches!(status, 429 | 503);
    if crowded && let Some(refused) = edge.crowd.count(edge.since.elapsed().as_secs()) {
        tracing::info!(refused, "too much is asked for: requests that were told to come back later");
    }
    if (status >= 400 && !crowded) || ms >= edge.slow_ms {
        tracing::info!(request = &*id.0, %method, path, status, ms, "answered");
    } else {
        tracing::debug!(request = &*id.0, %method, path, status, ms, "answered");
    }
    response
}

/// A path as it may be kept: cut, and not at all where somebody has put a token into it.
fn path_for_log(path: &str) -> String {
    if path.contains(PREFIX) || path.contains("eyJ") {
        return "…".to_owned();
    }
    path.chars().take(PATH_CHARACTERS).collect()
}

/// A panic where a request was carried out.
fn broken() -> Response {
    let error = internal("answer", &"a route panicked");
    refuse(StatusCode::INTERNAL_SERVER_ERROR, error.code, &error.zh, &error.en)
}

/// Headers of every answer: pages run their own scripts only and load nothing from elsewhere, and
/// nobody else shows them, holds on to them or reads what they load.
fn secure(headers: &mut HeaderMap) {
    // What an answer has in all, so that the map does not grow on the way.
    headers.reserve(HEADERS);
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
        (PERMISSIONS, "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::Service as _;

    use super::*;

    fn edge() -> Arc<Edge> {
        Arc::new(Edge::new(&Config::default()))
    }

    #[tokio::test]
    async fn a_panic_is_the_answer_of_one_request() {
        let routes = Router::new()
            .route(
                "/",
                get(|| async {
                    if true {
                        panic!("on purpose")
                    }
                }),
            )
            .route("/well", get(|| async { "well" }));
        let mut routes = around(routes, edge());
        let mut ask = async |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let answer = routes.call(request).await.unwrap();
            let (status, named) = (answer.status().as_u16(), answer.headers().contains_key(REQUEST_ID));
            let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
            (status, named, String::from_utf8_lossy(&body).into_owned())
        };
        let (status, named, body) = ask("/").await;
        assert!(status == 500 && named && body.contains("\"code\":\"INTERNAL\""), "{status} {body}");
        assert!(!body.contains("on purpose"), "{body}");
        assert_eq!(ask("/well").await, (200, true, "well".to_owned()));
    }

    #[test]
    fn refusals_of_a_second_are_told_of_together() {
        let crowd = Crowd::default();
        assert_eq!(crowd.count(0), Some(1));
        assert!((0..99).all(|_| crowd.count(0).is_none()));
        assert_eq!(crowd.count(7), Some(100));
        assert_eq!(crowd.count(7), None);
    }

    #[test]
    fn a_number_is_taken_over_if_it_is_one() {
        let edge = edge();
        let id = |given: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(given.as_bytes()).unwrap());
            edge.id(&headers).0.to_string()
        };
        for good in ["a", "A.b_c-9", &"x".repeat(64)] {
            assert_eq!(id(good), good);
        }
        let token = format!("{PREFIX}0123");
        for bad in ["", "a b", "a\"b", "号", &"x".repeat(65), token.as_str()] {
            assert_ne!(id(bad), bad);
        }
        assert_ne!(edge.id(&HeaderMap::new()), edge.id(&HeaderMap::new()));
    }

    #[test]
    fn no_path_brings_a_token_into_the_log() {
        assert_eq!(path_for_log("/graphql"), "/graphql");
        assert_eq!(path_for_log(&format!("/{PREFIX}00ff")), "…");
        assert_eq!(path_for_log(&"字".repeat(1_000)).chars().count(), PATH_CHARACTERS);
    }
}
