//! Group 3, what the tests of the protocol (`tests/it/socket*.rs`) do not show: sockets of foreign
//! pages, many operations on one socket of a real process, and tokens that end while somebody listens.

use std::time::Duration;

use serde_json::{Value, json};

use super::attack::{Fort, Trials};
use crate::peer::{Heard, PROTOCOL, Peer, handshake, now};

const CHANGED: &str = "subscription { changed { sequence } }";

#[test]
fn sockets_of_foreign_pages_are_refused() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for origin in ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:1", "file://"] {
        trials.of(origin, || {
            let (status, peer) = Peer::knock(fort.address, &format!("Origin: {origin}\r\n{}", handshake(PROTOCOL)));
            assert_eq!(status, 403, "{origin}");
            let body = peer.body();
            assert!(body.contains("\"code\"") && body.len() < 4_096, "{origin}: {body}");
        });
    }
    // Who is no page says no origin; the own page says the own one. `Peer` calls the host localhost.
    for own in [String::new(), "Origin: http://localhost\r\n".to_owned()] {
        trials.of(&own, || {
            let (status, _peer) = Peer::knock(fort.address, &format!("{own}{}", handshake(PROTOCOL)));
            assert_eq!(status, 101, "{own}");
        });
    }
}

#[test]
fn two_thousand_subscriptions_on_one_socket_are_refused_but_for_a_few() {
    let fort = Fort::new();
    fort.stands("2,000 subscriptions", |fort| {
        let mut peer = Peer::greeted(fort.address);
        for id in 0..2_000 {
            peer.subscribe(&id.to_string(), CHANGED, &Value::Null);
        }
        let mut refused = 0;
        while refused < 1_900 {
            match peer.hear() {
                Heard::Message(message) => {
                    assert_eq!(
                        (&message["type"], &message["payload"][0]["extensions"]["code"]),
                        (&json!("error"), &json!("TOO_MANY_SUBSCRIPTIONS"))
                    );
                    refused += 1;
                }
                // A server that has had enough may close with a code.
                Heard::Close(code) => return assert!(code >= 4_000, "{code}"),
                Heard::End => panic!("closed without a word"),
            }
        }
    });
}

#[test]
fn frames_of_twenty_megabytes_cost_nothing() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for (what, first) in [("one frame", 0x81_u8), ("a binary frame", 0x82), ("a fragment", 0x01)] {
        trials.of(what, || {
            fort.stands(what, |fort| {
                let mut peer = Peer::greeted(fort.address);
                peer.frame(first, &vec![b' '; 20_000_000]);
                let ended = peer.hear();
                assert!(matches!(ended, Heard::Close(1009) | Heard::End), "{what}: {ended:?}");
            });
        });
    }
    // A document that is refused by POST is refused here, at the same price.
    let before = fort.cpu();
    fort.stands("doubling twenty times", |fort| {
        let mut peer = Peer::greeted(fort.address);
        for id in 0..20 {
            peer.subscribe(&id.to_string(), &super::document::doubling(28), &Value::Null);
            let (kind, payload) = peer.answer(&id.to_string());
            assert!(kind == "error" && payload[0]["extensions"]["code"].is_string(), "{kind}: {payload}");
        }
    });
    let cpu = (fort.cpu() - before) / 20;
    assert!(cpu <= Duration::from_millis(20) * super::attack::SLOWER, "{cpu:?}");
}

#[test]
fn a_client_has_so_many_sockets_and_gets_them_back() {
    let fort = Fort::with(&[("limits__client_sockets", "5")]);
    let before = fort.descriptors();
    let peers: Vec<Peer> = (0..5).map(|_| Peer::greeted(fort.address)).collect();
    let (status, sixth) = Peer::knock(fort.address, &handshake(PROTOCOL));
    assert!(status == 429 || status == 503, "{status}");
    assert!(sixth.body().contains("\"code\""));
    drop(peers);
    let begin = now();
    while Peer::knock(fort.address, &handshake(PROTOCOL)).0 != 101 {
        assert!(begin.elapsed() < Duration::from_secs(20), "the places never came back");
        std::thread::yield_now();
    }
    while fort.descriptors() > before + 10 {
        assert!(begin.elapsed() < Duration::from_secs(20), "{} descriptors were {before}", fort.descriptors());
        std::thread::yield_now();
    }
}

#[test]
fn a_token_that_is_taken_back_ends_what_it_opened() {
    // Judged at the latest with each ping: half a second here, thirty by default.
    let fort = Fort::with(&[("limits__socket_ping_ms", "500")]);
    let mut peer = Peer::open(fort.address);
    peer.say(&json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", fort.token) } }));
    assert_eq!(peer.hear(), Heard::Message(json!({ "type": "connection_ack" })));
    peer.subscribe("1", CHANGED, &Value::Null);
    // An answer after it means that the subscription stands.
    peer.subscribe("2", "{ __typename }", &Value::Null);
    peer.next("2");
    assert_eq!(peer.answer("2").0, "complete");
    fort.revoke();
    let begin = now();
    let ended = loop {
        match peer.hear() {
            Heard::Message(message) => assert!(message["type"] != "next", "it goes on: {message}"),
            ended => break ended,
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "it goes on after twenty pings");
    };
    println!("{ended:?} after {:?}", begin.elapsed());
    assert!(matches!(ended, Heard::Close(4_401 | 4_403)), "{ended:?}");
}
