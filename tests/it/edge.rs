//! The edge of HTTP: what is no request, who may ask from which page, and what every answer carries.

use std::io::Read;
use std::process::Stdio;

use crate::line::{Line, post};
use crate::peer::{PROTOCOL, handshake};
use crate::process::Server;

const FRIEND: &str = "https://portal.example.cn";
const QUERY: &str = "{ __typename }";

fn server(settings: &[(&str, &str)]) -> (tempfile::TempDir, Server) {
    let data = tempfile::tempdir().expect("a scratch folder");
    let server = Server::start_with(data.path(), "demo", settings, Stdio::null());
    (data, server)
}

#[test]
fn what_is_no_request_is_refused_and_the_connection_closed() {
    let (_data, server) = server(&[("LIMITS__HEADER_BYTES", "16384"), ("LIMITS__HEADERS", "60")]);
    let head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let body = r#"{"query":"{ __typename }"}"#;
    let sized = format!("Content-Length: {}\r\n", body.len());
    let coded = "Transfer-Encoding: chunked\r\n";
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let get = "GET /livez HTTP/1.1\r\nHost: localhost\r\n";
    // The status, and the code where the answer is ours; hyper's own have no body.
    let cases: &[(String, u16, &str)] = &[
        (format!("{get}A: {}\r\n\r\n", "x".repeat(1 << 20)), 431, "HEADERS_TOO_LARGE"),
        (format!("{get}{}\r\n", "A: b\r\n".repeat(5_000)), 431, "TOO_MANY_HEADERS"),
        (format!("{get}{}\r\n", "A: b\r\n".repeat(60)), 431, "TOO_MANY_HEADERS"),
        (format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(100_000)), 414, "ADDRESS_TOO_LONG"),
        (format!("{head}{sized}{coded}\r\n{chunk}"), 400, "UNCERTAIN_LENGTH"),
        (format!("{head}{coded}{sized}\r\n{chunk}"), 400, "UNCERTAIN_LENGTH"),
        (format!("{head}{sized}{sized}\r\n{body}"), 400, "UNCERTAIN_LENGTH"),
        (format!("{head}Content-Length: 1099511627776\r\n\r\n{body}"), 413, "BODY_TOO_LARGE"),
        (format!("{head}{coded}\r\n{:x}\r\n{}", 10_000_000, "x".repeat(10_000_000)), 413, "BODY_TOO_LARGE"),
        // Refused by what the head says; what is still coming must not keep the answer from being read.
        (
            format!("{}{coded}\r\n{:x}\r\n{}", head.replace("json", "xml"), 3_000_000, "x".repeat(3_000_000)),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (format!("{head}{coded}\r\nzz\r\n{body}"), 400, "BODY_CUT"),
        (format!("{head}{coded}\r\nfffffffffffffffff\r\n{body}"), 400, "BODY_CUT"),
        (format!("{head}{sized}Content-Length: 5\r\n\r\n{body}"), 400, ""),
        (format!("{head}Content-Length: -5\r\n\r\n{body}"), 400, ""),
        (format!("{head}Content-Length: 5, 5\r\n\r\n{body}"), 400, ""),
        (format!("{head}Transfer-Encoding: gzip\r\n\r\n{body}"), 400, ""),
        (format!("{}{coded}\r\n{chunk}", head.replace("1.1", "1.0")), 400, ""),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), 400, ""),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(), 400, ""),
        (format!("{get}A b: c\r\n\r\n"), 400, ""),
        (format!("{get}A: b\r\n folded\r\n\r\n"), 400, ""),
    ];
    for (request, status, code) in cases {
        let shown: String = request.chars().take(200).collect();
        // Whatever follows is not taken for a request; what came before has been answered.
        for before in ["", "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
            let mut line = Line::open(server.address);
            line.send(format!("{before}{request}{}", post(QUERY, "")));
            if !before.is_empty() {
                assert_eq!(line.answer().status, 200, "{shown}");
            }
            let answer = line.answer();
            assert_eq!(answer.status, *status, "{shown}");
            if code.is_empty() {
                assert!(answer.body.is_empty(), "{shown}");
            } else {
                assert_eq!(answer.code(), *code, "{shown}");
                assert!(*status == 415 || answer.header("connection") == Some("close"), "{shown}");
            }
            line.ends();
        }
    }
    let fits = format!("{get}{}\r\n", "A: b\r\n".repeat(59));
    assert_eq!(Line::open(server.address).ask(fits).status, 200);
    assert_eq!(server.ask(QUERY).1["data"]["__typename"], "Query");
}

#[test]
fn a_chunked_body_is_read_and_the_connection_kept() {
    let (_data, server) = server(&[]);
    let mut line = Line::open(server.address);
    let head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let request = format!("{head}a;x=y\r\n{{\"query\":\"\r\n10\r\n{{ __typename }}\"}}\r\n0\r\nTrailer: x\r\n\r\n");
    for _ in 0..2 {
        let answer = line.ask(&request);
        assert_eq!(answer.json()["data"]["__typename"], "Query");
    }
    // Two at once, the second in pieces.
    let (first, second) = request.split_at(100);
    assert_eq!(line.ask(format!("{request}{first}")).status, 200);
    assert_eq!(line.ask(second).json()["data"]["__typename"], "Query");
}

fn get(headers: &str) -> String {
    format!("GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")
}

fn knock(headers: &str) -> String {
    let handshake = handshake(PROTOCOL);
    format!(
        "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n{headers}{handshake}\r\n"
    )
}

fn preflight(headers: &str) -> String {
    format!("OPTIONS /graphql HTTP/1.1\r\nHost: localhost\r\nAccess-Control-Request-Method: POST\r\n{headers}\r\n")
}

#[test]
fn pages_of_unknown_origins_may_not_ask() {
    let (_data, server) = server(&[("ORIGINS", &format!("[\"{FRIEND}\"]"))]);
    let foreign = [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://portal.example.cn\r\n",
        "Origin: https://portal.example.cn.evil.example\r\n",
        "Origin: https://portal.example.cn\r\nOrigin: https://evil.example\r\n",
        "Origin: http://localhost:9\r\n",
        "Origin: \r\n",
    ];
    for origin in foreign {
        for request in [post(QUERY, origin), get(origin), knock(origin), preflight(origin)] {
            let answer = Line::open(server.address).ask(&request);
            assert_eq!((answer.status, answer.code().as_str()), (403, "ORIGIN_FORBIDDEN"), "{request}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{request}");
            assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{request}");
            assert_eq!(answer.header("vary"), Some("origin"), "{request}");
        }
    }
    // Programs and the service's own pages go on.
    for origin in ["", "Origin: http://localhost\r\n", "Origin: https://LOCALHOST\r\n"] {
        for (request, status) in
            [(post(QUERY, origin), 200), (get(origin), 200), (knock(origin), 101), (preflight(origin), 405)]
        {
            let answer = Line::open(server.address).ask(&request);
            assert_eq!(answer.status, status, "{request}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{request}");
        }
    }
}

#[test]
fn pages_of_the_origins_in_the_settings_may_ask() {
    let (_data, server) = server(&[("ORIGINS", &format!("[\"{FRIEND}\"]"))]);
    let origin = format!("Origin: {FRIEND}\r\n");
    for (request, status) in
        [(post(QUERY, &origin), 200), (get(&origin), 200), (knock(&origin), 101), (preflight(&origin), 204)]
    {
        let answer = Line::open(server.address).ask(&request);
        assert_eq!(answer.status, status, "{request}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(FRIEND), "{request}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{request}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"), "{request}");
    }
    let answer = Line::open(server.address).ask(preflight(&origin));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST"));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("content-type, authorization, x-request-id, accept")
    );
    assert!(answer.header("access-control-max-age").is_some());
    // A refusal can be read by the page as well.
    let answer = Line::open(server.address).ask(post("{ nothing }", &origin));
    assert_eq!((answer.code().as_str(), answer.header("access-control-allow-origin")), ("VALIDATION", Some(FRIEND)));
}

#[test]
fn an_origin_that_is_none_stops_the_start() {
    let data = tempfile::tempdir().expect("a scratch folder");
    let mut command = crate::process::program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data.path()).env("INNOGRAPH_ORIGINS", "[\"*\"]");
    let said = command.output().expect("the program starts");
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("origins"), "{said:?}");
}

#[test]
fn every_request_has_a_number_and_one_line_in_the_log() {
    let data = tempfile::tempdir().expect("a scratch folder");
    let log = data.path().join("log");
    let file = std::fs::File::create(&log).expect("a file");
    let server = Server::start_with(data.path(), "demo", &[("LIMITS__LOG_SLOW_MS", "0")], file.into());
    let token = format!("igt_{}", "ab".repeat(32));
    let mut line = Line::open(server.address);
    let mut ids = Vec::new();
    let given = "X-Request-Id: order-7.a_B\r\n";
    let requests = [
        (post("{ geheim: __typename }", given), 200),
        (post("{ geheim: __typename }", "X-Request-Id: a b\r\n"), 200),
        (post("{ geheim }", &format!("Authorization: Bearer {token}\r\n")), 401),
        (get("X-Request-Id: \r\n"), 200),
        (format!("GET /graphql?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400),
        (format!("GET /{token} HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404),
        ("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n".to_owned(), 404),
        (get("Origin: https://evil.example\r\n"), 403),
    ];
    for (request, status) in &requests {
        let answer = line.ask(request);
        assert_eq!(answer.status, *status, "{request}");
        let id = answer.header("x-request-id").expect("every answer has a number").to_owned();
        assert!((1..=64).contains(&id.len()) && !ids.contains(&(id.clone(), *status)), "{id}");
        ids.push((id, *status));
    }
    assert_eq!(ids[0].0, "order-7.a_B");
    assert_eq!(server.stop(), Some(0));
    let log = std::fs::read_to_string(log).expect("the log is text");
    for (id, status) in ids {
        let lines: Vec<serde_json::Value> = log
            .lines()
            .filter(|line| line.contains(&format!("\"{id}\"")))
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 1, "{id}: {lines:?}");
        let fields = &lines[0]["fields"];
        assert_eq!(fields["status"], status, "{fields}");
        assert!(fields["ms"].is_number() && fields["path"].is_string() && fields["method"].is_string(), "{fields}");
    }
    for secret in [&token[..8], "geheim", "__typename", "?query"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn answers_are_kept_by_nobody_and_pages_share_nothing() {
    let (_data, server) = server(&[]);
    for (request, path) in
        [(post(QUERY, ""), "/graphql"), ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "/")]
    {
        let answer = Line::open(server.address).ask(&request);
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(answer.header("permissions-policy").is_some_and(|policy| policy.contains("geolocation=()")));
        assert_eq!(answer.header("cache-control") == Some("no-store"), path == "/graphql");
    }
}

#[test]
fn a_compressed_answer_says_the_same() {
    let (_data, server) = server(&[]);
    let large = "{ __schema { types { name description } } }";
    let mut line = Line::open(server.address);
    let plain = line.ask(post(large, ""));
    assert_eq!(plain.header("content-encoding"), None);
    let packed = line.ask(post(large, "Accept-Encoding: gzip\r\n"));
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() * 2 < plain.body.len(), "{} of {}", packed.body.len(), plain.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).expect("gzip");
    assert_eq!(unpacked, plain.body);
    assert!(packed.header("vary").is_some(), "caches are told");
    // Small answers, and what is no answer, are sent as they are.
    let small = line.ask(post(QUERY, "Accept-Encoding: gzip\r\n"));
    assert_eq!(small.header("content-encoding"), None);
    let socket = line.ask(knock("Accept-Encoding: gzip\r\n"));
    assert_eq!((socket.status, socket.header("content-encoding")), (101, None));
}
