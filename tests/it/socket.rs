//! `graphql-transport-ws`: every close code, every limit, and that a socket answers what POST does.

use std::time::Duration;

use innograph::config::Limits;
use serde_json::{Value, json};

use crate::peer::{Heard, House, PROTOCOL, Peer, handshake, now};
use crate::process::Server;

const SERVICE: &str = "{ service { storeName version } }";
const CHANGED: &str = "subscription { changed { sequence refetch changes { id } } }";

fn quick() -> Limits {
    Limits { socket_init_ms: 60_000, socket_close_ms: 200, ..Limits::default() }
}

fn close_code(mut peer: Peer) -> u16 {
    match peer.hear() {
        Heard::Close(code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn handshakes_that_are_refused() {
    let house = House::with(quick());
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (headers, code) in [
        (handshake("graphql-ws"), "SUBPROTOCOL"),
        (handshake("GRAPHQL-TRANSPORT-WS"), "SUBPROTOCOL"),
        (key.to_owned(), "SUBPROTOCOL"),
        (format!("Sec-WebSocket-Protocol: {PROTOCOL}\r\n"), "MALFORMED_UPGRADE"),
    ] {
        let (status, peer) = Peer::knock(house.address, &headers);
        let body = peer.body();
        assert!(status == 400 && body.contains(&format!("\"code\":\"{code}\"")), "{headers}: {status} {body}");
    }
    let (status, _peer) = Peer::knock(house.address, &handshake(&format!("graphql-ws, {PROTOCOL}")));
    assert_eq!(status, 101);
}

#[test]
fn every_close_has_the_code_of_the_protocol() {
    let house = House::with(quick());
    let subscribe = |id: &Value| json!({ "id": id, "type": "subscribe", "payload": { "query": CHANGED } });

    let mut early = Peer::open(house.address);
    early.say(&subscribe(&json!("1")));
    assert_eq!(close_code(early), 4401);

    let mut twice = Peer::greeted(house.address);
    twice.say(&json!({ "type": "connection_init" }));
    assert_eq!(close_code(twice), 4429);

    let mut same = Peer::greeted(house.address);
    same.say(&subscribe(&json!("1")));
    same.say(&subscribe(&json!("1")));
    assert_eq!(close_code(same), 4409);

    for malformed in [
        "",
        "{",
        "[]",
        "\"ping\"",
        "{}",
        r#"{"type":"start"}"#,
        r#"{"type":7}"#,
        r#"{"type":"connection_init","payload":"token"}"#,
        r#"{"type":"ping","payload":[]}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"complete","id":5}"#,
        r#"{"type":"subscribe","payload":{"query":"{__typename}"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{__typename}"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{__typename}"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":[{"query":"{__typename}"}]}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":5}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{__typename}","variables":[]}}"#,
    ] {
        let mut peer = if malformed.contains("connection_init") {
            Peer::open(house.address)
        } else {
            Peer::greeted(house.address)
        };
        peer.text(malformed);
        assert_eq!(close_code(peer), 4400, "{malformed}");
    }
    let mut nested = Peer::greeted(house.address);
    nested.text(&"[".repeat(100_000));
    assert_eq!(close_code(nested), 4400);
    let mut long_id = Peer::greeted(house.address);
    long_id.say(&subscribe(&json!("x".repeat(1_000))));
    assert_eq!(close_code(long_id), 4400);
    let mut binary = Peer::greeted(house.address);
    binary.frame(0x82, b"{\"type\":\"ping\"}");
    assert_eq!(close_code(binary), 4400);
}

#[test]
fn bytes_that_are_no_socket() {
    let house = House::with(quick());
    let mut bad_text = Peer::greeted(house.address);
    bad_text.frame(0x81, b"\xff\xfe");
    assert_eq!(close_code(bad_text), 1007);

    let mut unmasked = Peer::greeted(house.address);
    unmasked.raw(b"\x81\x02{}");
    assert_eq!(close_code(unmasked), 1002);

    let mut large = Peer::greeted(house.address);
    large.frame(0x81, &vec![b' '; 300 * 1024]);
    assert_eq!(close_code(large), 1009);

    // 20 MB announced, nothing of it sent.
    let mut announced = Peer::greeted(house.address);
    announced.raw(&[0x81, 0xff, 0, 0, 0, 0, 1, 0x31, 0x2d, 0, 0, 0, 0, 0]);
    assert_eq!(close_code(announced), 1009);

    let mut fragments = Peer::greeted(house.address);
    fragments.frame(0x01, &[b' '; 1024]);
    for _ in 0..400 {
        fragments.frame(0x00, &[b' '; 1024]);
    }
    assert_eq!(close_code(fragments), 1009);
    assert_eq!(house.data("{ __typename }")["__typename"], "Query");
}

#[test]
fn who_does_not_greet_is_closed_in_time() {
    let house = House::with(Limits { socket_init_ms: 100, ..quick() });
    let begin = now();
    let mut silent = Peer::open(house.address);
    // What is said before the greeting does not put it off.
    silent.say(&json!({ "type": "ping" }));
    assert_eq!(silent.hear(), Heard::Message(json!({ "type": "pong" })));
    assert_eq!(close_code(silent), 4408);
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[test]
fn queries_are_answered_and_refused_as_by_post() {
    let house = House::with(quick());
    house.write_sources(["a".to_owned()].into_iter());
    let mut peer = Peer::greeted(house.address);
    let costly = "{ organizations(first: 100) { edges { node { ties(first: 100) { edges { node { to { ties(first: 100) { edges { node { id } } } } } } } } } } }";
    for (query, kind) in [
        (SERVICE, "next"),
        ("query Named { sources(first: 5) { totalCount edges { node { key } } } }", "next"),
        ("{ node(id: \"x\") { id } }", "next"),
        ("{ __schema { queryType { name } } }", "next"),
        ("{", "error"),
        ("{ nothing }", "error"),
        ("mutation { x }", "error"),
        ("query A { __typename } query B { __typename }", "error"),
        (costly, "error"),
    ] {
        let posted: Value = serde_json::from_str(&house.post(query)).expect("JSON");
        peer.subscribe("q", query, &Value::Null);
        let (said, payload) = peer.answer("q");
        assert_eq!(said, kind, "{query}: {payload}");
        if kind == "next" {
            assert_eq!(payload, posted, "{query}");
            assert_eq!(peer.answer("q").0, "complete");
        } else {
            assert_eq!(payload, posted["errors"], "{query}");
        }
    }
    let code = |query: &str| {
        let answer: Value = serde_json::from_str(&house.post(query)).expect("JSON");
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(code(CHANGED), "SUBSCRIPTION_NEEDS_SOCKET");
}

#[test]
fn subscriptions_are_judged_before_they_run() {
    let house = House::with(quick());
    let mut peer = Peer::greeted(house.address);
    let two = "subscription { a: changed { sequence } b: changed { sequence } }";
    let hidden = "subscription { ...F } fragment F on Subscription { a: changed { sequence } b: changed { sequence } }";
    let many = format!("subscription {{ changed(filter: {{ ids: [{}] }}) {{ sequence }} }}", "\"x\" ".repeat(61));
    for (query, code) in [
        (two, "TOO_MANY_ROOT_FIELDS"),
        (hidden, "TOO_MANY_ROOT_FIELDS"),
        (many.as_str(), "FILTER_TOO_LARGE"),
        ("subscription { nothing }", "VALIDATION"),
        ("subscription { changed { nothing } }", "VALIDATION"),
        ("subscription { changed(filter: { kinds: [FISH] }) { sequence } }", "VALIDATION"),
        ("subscription { changed(filter: { typeNames: [\"Fish\"] }) { sequence } }", "UNKNOWN_TYPE_NAME"),
        ("subscription { changed(filter: { ids: [\"x\"] }) { sequence } }", "MALFORMED_ID"),
        ("subscription { changed(after: \"x\") { sequence } }", "BAD_CURSOR"),
        ("subscription { changed(after: \"-1\") { sequence } }", "BAD_CURSOR"),
    ] {
        peer.subscribe("s", query, &Value::Null);
        let (kind, payload) = peer.answer("s");
        assert_eq!((kind.as_str(), payload[0]["extensions"]["code"].as_str()), ("error", Some(code)), "{payload}");
    }
    // The id is free again each time, and the socket lives.
    peer.subscribe("s", SERVICE, &Value::Null);
    assert_eq!(peer.next("s")["data"]["service"]["storeName"], "xinxiang");
}

#[test]
fn a_socket_has_so_many_operations_and_the_service_so_many_sockets() {
    let house = House::with(Limits { sockets: 2, socket_subscriptions: 2, ..quick() });
    let mut peer = Peer::greeted(house.address);
    for id in ["1", "2", "3"] {
        peer.subscribe(id, CHANGED, &Value::Null);
    }
    let (kind, payload) = peer.answer("3");
    assert_eq!((kind.as_str(), &payload[0]["extensions"]["code"]), ("error", &json!("TOO_MANY_SUBSCRIPTIONS")));
    peer.say(&json!({ "id": "1", "type": "complete" }));
    peer.subscribe("3", SERVICE, &Value::Null);
    assert_eq!(peer.next("3")["data"]["service"]["storeName"], "xinxiang");

    let second = Peer::greeted(house.address);
    let (status, third) = Peer::knock(house.address, &handshake(PROTOCOL));
    assert_eq!(status, 503);
    assert!(third.body().contains("\"BUSY\""));
    drop(second);
    assert!((0..1_000).any(|_| Peer::knock(house.address, &handshake(PROTOCOL)).0 == 101), "the turn never came back");
}

#[test]
fn who_never_reads_is_dropped_and_who_never_answers_a_ping_too() {
    let house = House::with(Limits { sockets: 1, socket_send_ms: 200, ..quick() });
    let mut deaf = Peer::greeted(house.address);
    // More than the buffers on both sides hold: the whole schema, over and over.
    let schema = "{ __schema { types { name description fields { name description args { name description } } enumValues { name description } inputFields { name description } } } }";
    for id in 0..20 {
        deaf.subscribe(&id.to_string(), schema, &Value::Null);
    }
    let begin = now();
    while Peer::knock(house.address, &handshake(PROTOCOL)).0 != 101 {
        assert!(begin.elapsed() < Duration::from_secs(30), "whoever does not read keeps a socket");
        std::thread::yield_now();
    }
    drop(deaf);

    let house = House::with(Limits { socket_ping_ms: 50, ..quick() });
    let mut asleep = Peer::greeted(house.address);
    asleep.awake = false;
    assert_eq!(asleep.hear(), Heard::End);
    let mut awake = Peer::greeted(house.address);
    awake.subscribe("1", CHANGED, &Value::Null);
    awake.answer_pings(10);
    house.write_sources(["late".to_owned()].into_iter());
    let told = awake.next("1");
    assert_eq!(told["data"]["changed"]["changes"].as_array().map(Vec::len), Some(1));
}

fn descriptors(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", server.id())).expect("a process that lives").count()
}

#[test]
fn sockets_dropped_without_a_word_leave_no_descriptor() {
    let (_data, server) = Server::demo();
    assert_eq!(server.ask("{__typename}").1["data"]["__typename"], "Query");
    let before = descriptors(&server);
    let mut peers: Vec<Peer> = (0..300).map(|_| Peer::greeted(server.address)).collect();
    for peer in &mut peers {
        peer.subscribe("1", CHANGED, &Value::Null);
    }
    // An answer after it means that the subscription stands.
    for peer in &mut peers {
        peer.subscribe("2", SERVICE, &Value::Null);
        peer.next("2");
    }
    assert!(descriptors(&server) > 300);
    drop(peers);
    let begin = now();
    while descriptors(&server) > before {
        assert!(begin.elapsed() < Duration::from_secs(20), "{} were {before}", descriptors(&server));
        std::thread::yield_now();
    }
    assert_eq!(server.ask("{__typename}").1["data"]["__typename"], "Query");
}

#[test]
fn a_server_that_stops_says_so() {
    let (_data, server) = Server::demo();
    let mut peer = Peer::greeted(server.address);
    peer.subscribe("1", CHANGED, &Value::Null);
    peer.subscribe("2", SERVICE, &Value::Null);
    peer.next("2");
    assert_eq!(peer.answer("2").0, "complete");
    let waiting = std::thread::spawn(move || peer.hear());
    assert_eq!(server.stop(), Some(0));
    assert_eq!(waiting.join().expect("the peer ends"), Heard::Close(1001));
}
