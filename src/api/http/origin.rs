//! Which web pages may ask. A browser says in `Origin` where the page comes from that asks; programs
//! say nothing. Pages of the service itself may, and those of the origins in the settings; of any
//! other nothing is carried out and nothing of it is answered back.
//!
//! The cookie of a session counts for pages of the service itself alone (`edge` takes it off every
//! other request), so a foreign page has no rights that its reader did not type into it. But it could use a browser inside a network to reach a service that is not open to the page's
//! author, and that is what this is against: as far as the name of the service goes. A page whose
//! author makes their own name point here is taken for one of the service, since it has no list of
//! its names; it reads what everybody may read.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};

/// What the browser may send on behalf of an allowed page.
const METHODS: &str = "GET, POST";
const HEADERS: &str = "content-type, authorization, x-request-id, accept";
/// Seconds for which the browser need not ask again.
const MAX_AGE: &str = "600";
/// What an allowed page may read besides the body.
const EXPOSED: &str = "x-request-id, retry-after";

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whence {
    /// A program, or a page of this service.
    Here,
    /// A page of an origin in the settings.
    Allowed,
    /// Any other page, or one that hides where it comes from.
    Elsewhere,
}

/// The origins of the settings.
#[derive(Debug)]
pub(super) struct Origins(Vec<String>);

impl Origins {
    /// Those of the settings.
    pub(super) fn new(given: &[String]) -> Self {
        Self(given.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect())
    }

    /// Where does a request come from?
    pub(super) fn judge<B>(&self, request: &Request<B>) -> Whence {
        let mut given = request.headers().get_all(header::ORIGIN).iter();
        let origin = match (given.next(), given.next()) {
            (None, _) => return Whence::Here,
            (Some(only), None) => only.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => return Whence::Elsewhere,
        };
        let own = authority_of(request).zip(authority(origin));
        if own.is_some_and(|(asked, origin)| asked.eq_ignore_ascii_case(origin)) {
            Whence::Here
        } else if self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            Whence::Allowed
        } else {
            Whence::Elsewhere
        }
    }
}

/// The first of these that is no origin: scheme, host, perhaps a port, and nothing else.
pub fn malformed(origins: &[String]) -> Option<&str> {
    let is_origin = |origin: &String| {
        let host = authority(origin.trim_end_matches('/'));
        let scheme = origin.starts_with("https://") || origin.starts_with("http://");
        // Browsers send names in Chinese as `xn--…`: the setting would never be met.
        scheme && origin.is_ascii() && host.is_some_and(|host| !host.contains(['/', '?', '#', '@', '*', ' ', ',']))
    };
    origins.iter().find(|origin| !is_origin(origin)).map(String::as_str)
}

/// Is this the question of a browser whether it may ask?
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == axum::http::Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Tell the browser that the page may read the answer.
pub(super) fn allow(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// Tell it what the page may send.
pub(super) fn allow_sending(headers: &mut HeaderMap) {
    let said: [(HeaderName, &'static str); 3] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    for (name, value) in said {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The authority of an origin: host and, where it is no usual one, port.
fn authority(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, authority)| authority).filter(|authority| !authority.is_empty())
}

/// The authority that a request was sent to.
fn authority_of<B>(request: &Request<B>) -> Option<&str> {
    let host = || request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    request.uri().authority().map(axum::http::uri::Authority::as_str).or_else(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_service_and_of_the_settings_may_ask() {
        let origins = Origins::new(&["https://Portal.example.cn/".into(), "http://127.0.0.1:5173".into()]);
        for (host, origin, from) in [
            ("tu.example.cn", None, Whence::Here),
            ("tu.example.cn", Some("https://tu.example.cn"), Whence::Here),
            ("TU.example.cn", Some("http://tu.example.cn"), Whence::Here),
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080"), Whence::Here),
            ("127.0.0.1:8080", Some("http://127.0.0.1:5173"), Whence::Allowed),
            ("tu.example.cn", Some("https://portal.example.cn"), Whence::Allowed),
            ("tu.example.cn", Some("http://portal.example.cn"), Whence::Elsewhere),
            ("tu.example.cn", Some("https://portal.example.cn.evil.example"), Whence::Elsewhere),
            ("tu.example.cn", Some("https://evil-portal.example.cn"), Whence::Elsewhere),
            ("127.0.0.1:8080", Some("http://127.0.0.1:8081"), Whence::Elsewhere),
            ("127.0.0.1:8080", Some("http://localhost:8080"), Whence::Elsewhere),
            ("tu.example.cn", Some("null"), Whence::Elsewhere),
            ("null", Some("null"), Whence::Elsewhere),
            ("", Some("https://"), Whence::Elsewhere),
            ("tu.example.cn", Some(""), Whence::Elsewhere),
        ] {
            let mut request = Request::builder().uri("/graphql").header("host", host);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            assert_eq!(origins.judge(&request.body(()).unwrap()), from, "{origin:?} at {host}");
        }
    }

    #[test]
    fn origins_that_are_none_are_found() {
        let given = |text: &str| vec!["https://a.cn".to_owned(), text.to_owned()];
        for good in ["http://a.cn:8080", "https://a.cn/", "https://[::1]:80"] {
            assert_eq!(malformed(&given(good)), None);
        }
        for bad in ["*", "a.cn", "https://", "https://*.a.cn", "https://a.cn/path", "ftp://a.cn", "null", ""] {
            assert_eq!(malformed(&given(bad)), Some(bad));
        }
    }
}
