//! Connections: how long each may take for what, how many there may be, and how they end.

use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use innograph::api::http::{Peer, listen};
use innograph::config::Limits;
use tokio::net::TcpListener;

use crate::line::{Line, begin_post, post};
use crate::peer::{Heard, Peer as WebSocket, now};
use crate::process::Server;

/// What is short here, and long enough that nothing else ends before it.
const SHORT: Duration = Duration::from_millis(290);

/// Long enough on a slow machine, and far below the limits that are not set short.
const SOON: Duration = Duration::from_secs(6);

fn server(settings: &[(&str, &str)]) -> (tempfile::TempDir, Server) {
    let data = tempfile::tempdir().expect("a scratch folder");
    let server = Server::start_with(data.path(), "demo", settings, Stdio::null());
    (data, server)
}

fn is_answered(server: &Server) {
    let mut other = Line::open(server.address);
    let answer = other.ask(post("{ __typename }", ""));
    assert_eq!(answer.json()["data"]["__typename"], "Query");
    assert!(other.waited() < Duration::from_secs(2), "others wait: {:?}", other.waited());
}

#[test]
fn headers_come_within_their_time() {
    let (_data, server) = server(&[("LIMITS__HEADER_MS", "300")]);
    let mut silent = Line::open(server.address);
    silent.send("GET /livez HTTP/1.1\r\nHost:");
    let mut slow = Line::open(server.address);
    slow.send("GET /livez HTTP/1.1\r\nHost: ").trickle(b"x");
    is_answered(&server);
    // Later requests of a connection have no more time than the first, however they begin.
    let mut second = Line::open(server.address);
    assert_eq!(second.ask(post("{ __typename }", "")).status, 200);
    second.send("POST");
    let mut behind = Line::open(server.address);
    assert_eq!(behind.ask(post("{ __typename }", "") + "POST /graphql").status, 200);
    for line in [&mut silent, &mut slow, &mut second, &mut behind] {
        let answer = line.answer();
        assert_eq!((answer.status, answer.code().as_str()), (408, "HEADERS_TIMEOUT"));
        assert!(line.waited() < SOON, "{:?}", line.waited());
        line.ends();
    }
}

/// A question whose length lies between blanks, which may be any number (RFC 9110, 5.5).
fn padded() -> String {
    let blanks = " ".repeat(60);
    let body = r#"{"query":"{__typename}"}"#;
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length:{blanks}{length}{blanks}\r\n\r\n{body}"
    )
}

#[test]
fn behind_a_padded_length_heads_are_judged_and_timed() {
    let (_data, server) = server(&[("LIMITS__HEADER_MS", "300")]);
    let both =
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let mut apart = Line::open(server.address);
    assert_eq!(apart.ask(padded()).json()["data"]["__typename"], "Query");
    let mut at_once = Line::open(server.address);
    assert_eq!(at_once.ask(padded() + both).json()["data"]["__typename"], "Query");
    for answer in [apart.ask(both), at_once.answer()] {
        assert_eq!((answer.status, answer.code().as_str()), (400, "UNCERTAIN_LENGTH"));
        assert_eq!(answer.header("connection"), Some("close"));
    }
    apart.ends();
    at_once.ends();
    let mut slow = Line::open(server.address);
    assert_eq!(slow.ask(padded()).status, 200);
    slow.send("POST /graphql HTTP/1.1\r\nHost:");
    let answer = slow.answer();
    assert_eq!((answer.status, answer.code().as_str()), (408, "HEADERS_TIMEOUT"));
    assert!(slow.waited() < SOON, "{:?}", slow.waited());
    slow.ends();
}

#[test]
fn an_idle_connection_is_closed_and_a_socket_is_not() {
    let (_data, server) = server(&[("LIMITS__IDLE_MS", "300"), ("LIMITS__HEADER_MS", "300")]);
    let mut socket = WebSocket::greeted(server.address);
    let mut fresh = Line::open(server.address);
    fresh.send("");
    fresh.ends();
    assert!(fresh.waited() >= SHORT && fresh.waited() < SOON, "{:?}", fresh.waited());
    // Empty lines are no request.
    let mut empty = Line::open(server.address);
    empty.send("\r\n");
    empty.ends();
    let mut used = Line::open(server.address);
    for _ in 0..3 {
        assert_eq!(used.ask(post("{ __typename }", "")).status, 200);
    }
    used.ends();
    assert!(used.waited() >= SHORT && used.waited() < SOON, "{:?}", used.waited());
    socket.say(&serde_json::json!({ "type": "ping" }));
    assert_eq!(socket.hear(), Heard::Message(serde_json::json!({ "type": "pong" })));
}

#[test]
fn a_body_comes_within_its_time() {
    let (_data, server) = server(&[("LIMITS__BODY_MS", "300")]);
    let mut silent = Line::open(server.address);
    begin_post(&mut silent, "{ __typename }");
    let mut slow = Line::open(server.address);
    begin_post(&mut slow, &"x".repeat(10_000));
    slow.trickle(b" ");
    is_answered(&server);
    for line in [&mut silent, &mut slow] {
        let answer = line.answer();
        assert_eq!((answer.status, answer.code().as_str()), (408, "BODY_TIMEOUT"));
        assert_eq!(answer.header("connection"), Some("close"));
        line.ends();
        assert!(line.waited() < SOON, "{:?}", line.waited());
    }
}

#[test]
fn who_does_not_read_is_dropped() {
    let (_data, server) = server(&[("LIMITS__WRITE_MS", "300")]);
    let large = "{ __schema { types { name description fields { name description args { name description } } } } }";
    let mut deaf = Line::open(server.address);
    let whole = deaf.ask(post(large, ""));
    assert!(whole.body.len() > 100_000, "{}", whole.body.len());
    deaf.pour(post(large, "").repeat(40).as_bytes());
    is_answered(&server);
}

#[test]
fn the_connection_that_idled_longest_makes_room() {
    let (_data, server) = server(&[("LIMITS__CONNECTIONS", "3")]);
    let query = post("{ __typename }", "");
    let [mut first, mut second, mut busy] = [(); 3].map(|()| Line::open(server.address));
    let rest = begin_post(&mut busy, "{ __typename }");
    assert_eq!(first.ask(&query).status, 200);
    assert_eq!(second.ask(&query).status, 200);
    assert_eq!(first.ask(&query).status, 200);
    // The second has idled longest, though the first came first.
    let mut third = Line::open(server.address);
    assert_eq!(third.ask(&query).status, 200);
    second.ends();
    assert_eq!(first.ask(&query).status, 200, "who was used last is kept");
    // None is idle: the next is told so, and nobody loses what is under way.
    let rests = [&mut first, &mut third].map(|line| begin_post(line, "{ __typename }"));
    let mut refused = Line::open(server.address);
    let answer = refused.ask(&query);
    assert_eq!((answer.status, answer.code().as_str()), (503, "TOO_MANY_CONNECTIONS"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    refused.ends();
    for (line, rest) in [&mut first, &mut third].into_iter().zip(rests).chain([(&mut busy, rest)]) {
        assert_eq!(line.ask(rest).json()["data"]["__typename"], "Query");
    }
    is_answered(&server);
}

#[test]
fn many_idle_connections_hinder_nobody() {
    let (_data, server) = server(&[("LIMITS__CONNECTIONS", "50")]);
    let mut lines: Vec<Line> = (0..200).map(|_| Line::open(server.address)).collect();
    is_answered(&server);
    let mut last = lines.pop().expect("lines were opened");
    assert_eq!(last.ask(post("{ __typename }", "")).status, 200, "the latest are kept");
    lines.truncate(100);
    lines.iter_mut().for_each(Line::ends);
}

#[test]
fn a_shortage_of_descriptors_passes() {
    let data = tempfile::tempdir().expect("a scratch folder");
    let settings = [("LIMITS__BODY_MS", "1000")];
    let server = Server::start_short_of_files(data.path(), "demo", 48, &settings);
    // Half of the descriptors may be connections. None of these is idle, so none makes room before its
    // time; those that come on top are told so, which takes descriptors as well, more than there are.
    let mut lines: Vec<Line> = (0..22).map(|_| Line::open(server.address)).collect();
    lines.iter_mut().for_each(|line| drop(begin_post(line, "{ __typename }")));
    lines.extend((0..60).map(|_| Line::open(server.address)));
    let begin = now();
    let answered = |line: &mut Line| line.send(post("{ __typename }", "")).next().is_some_and(|it| it.status == 200);
    // Until there is room it is told so, or closed.
    while !answered(&mut Line::open(server.address)) {
        assert!(begin.elapsed() < Duration::from_secs(20), "the shortage does not pass");
    }
    drop(lines);
    is_answered(&server);
}

#[test]
fn a_request_knows_where_it_comes_from() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let whence = |Extension(Peer(client)): Extension<Peer>| async move { client.to_string() };
    let routes = Router::new().route("/", get(whence));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = runtime.spawn(async move {
        let stopped = async { drop(stopped.await) };
        listen(listener, routes, &Limits::default(), stopped).await;
    });
    let answer = Line::open(address).ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(String::from_utf8_lossy(&answer.body), "127.0.0.1");
    drop(stop);
    runtime.block_on(serving).expect("it stops when it is told to");
}

#[test]
fn a_socket_is_told_that_the_service_stops() {
    let (_data, server) = server(&[]);
    let mut socket = WebSocket::greeted(server.address);
    server.terminate();
    assert_eq!(socket.hear(), Heard::Close(1001));
    drop(socket);
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn what_has_begun_is_answered_before_the_service_stops() {
    let (_data, server) = server(&[]);
    let address = server.address;
    let mut idle = Line::open(address);
    assert_eq!(idle.ask(post("{ __typename }", "")).status, 200);
    let mut begun: Vec<(Line, String)> = (0..30)
        .map(|_| {
            let mut line = Line::open(address);
            let rest = begin_post(&mut line, "{ __typename }");
            (line, rest)
        })
        .collect();
    let begin = now();
    server.terminate();
    idle.ends();
    assert!(begin.elapsed() < Duration::from_secs(5), "idle connections end at once: {:?}", begin.elapsed());
    assert!(TcpStream::connect(address).is_err(), "nobody is let in any more");
    for (line, rest) in &mut begun {
        let answer = line.ask(&rest);
        assert_eq!(answer.json()["data"]["__typename"], "Query");
        assert_eq!(answer.header("connection"), Some("close"));
        line.ends();
    }
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn no_answer_is_lost_when_the_service_stops_under_load() {
    let (_data, server) = server(&[]);
    let address = server.address;
    let (said, saying) = std::sync::mpsc::sync_channel(64);
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let said = said.clone();
            std::thread::spawn(move || {
                let mut line = Line::open(address);
                let request = post("{ __schema { types { name } } }", "");
                // A line that ends in the middle of an answer panics.
                while let Some(answer) = line.send(&request).next() {
                    assert!(answer.json()["data"]["__schema"]["types"].is_array());
                    let _ = said.try_send(());
                }
                line.sent()
            })
        })
        .collect();
    (0..40).for_each(|_| saying.recv().expect("they are answered"));
    let stopping = now();
    assert_eq!(server.stop(), Some(0));
    for one in asking {
        let unanswered = one.join().expect("every answer that began came to its end");
        assert!(unanswered >= stopping, "what was asked before the service was told to stop is answered");
    }
}

#[test]
fn what_takes_too_long_is_not_waited_for() {
    let (_data, server) = server(&[("LIMITS__STOP_MS", "300")]);
    let mut line = Line::open(server.address);
    begin_post(&mut line, "{ __typename }");
    let begin = now();
    assert_eq!(server.stop(), Some(0));
    assert!(begin.elapsed() >= SHORT && begin.elapsed() < SOON, "{:?}", begin.elapsed());
    line.ends();
}
