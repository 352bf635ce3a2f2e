//! A service that stops: what a socket has begun is answered before it is closed, what is new is not begun.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use innograph::config::Limits;
use innograph::engine::Engine;
use innograph::ledger::{Head, Ledger, LedgerError, MemoryLedger, Opener, Visit};
use serde_json::{Value, json};

use crate::peer::{Heard, House, Peer, now};

const CHANGED: &str = "subscription { changed { sequence } }";
const SAVE: &str = r#"mutation { saveSource(input: { key: "s", kind: NEWS, issuer: "示例报", title: "示例报道", grade: A, address: "https://news.example/1" }) { __typename } }"#;

/// A ledger that says when it is about to append, and does it once it is told to.
struct Gated {
    inner: MemoryLedger,
    begun: SyncSender<()>,
    go: Receiver<()>,
}

impl Ledger for Gated {
    fn head(&self) -> Head {
        self.inner.head()
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.inner.at(sequence)
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        self.inner.read(after, visit)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        let _ = self.begun.send(());
        // A test that has ended lets go as well.
        let _ = self.go.recv();
        self.inner.append(expected, bodies)
    }

    fn opener(&self) -> Opener {
        self.inner.opener()
    }
}

/// A house whose writes wait: told when one has begun, and by what it goes on.
fn slow(limits: Limits) -> (House, Receiver<()>, SyncSender<()>) {
    let ((begun, beginning), (go, going)) = (sync_channel(16), sync_channel(16));
    let ledger = Gated { inner: MemoryLedger::new(), begun, go: going };
    let engine = Engine::over(Box::new(ledger)).expect("an empty ledger opens");
    (House::trusting(engine, limits), beginning, go)
}

#[test]
fn a_mutation_that_runs_is_answered_before_the_close() {
    let (house, begun, go) = slow(Limits { socket_close_ms: 20_000, ..Limits::default() });
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("follow", CHANGED, &Value::Null);
    peer.subscribe("write", SAVE, &Value::Null);
    begun.recv_timeout(Duration::from_secs(20)).expect("the writer begins");
    house.service.stop_sockets();
    // Nothing new is begun; the refusal also shows that the socket is still there.
    peer.subscribe("new", "{ __typename }", &Value::Null);
    let (kind, payload) = peer.answer("new");
    assert_eq!((kind.as_str(), &payload[0]["extensions"]["code"]), ("error", &json!("STOPPING")), "{payload}");
    go.send(()).expect("the writer waits");
    // The subscription has ended and says no word of what was written.
    assert_eq!(peer.next("write")["data"]["saveSource"]["__typename"], "Written");
    assert_eq!(peer.answer("write").0, "complete");
    assert_eq!(peer.hear(), Heard::Close(1001));
    let (status, _peer) = Peer::knock(house.address, &crate::peer::handshake(crate::peer::PROTOCOL));
    assert_eq!(status, 503, "a service that stops takes no new socket");
}

#[test]
fn what_takes_too_long_is_not_waited_for() {
    let (house, begun, go) = slow(Limits { socket_close_ms: 200, ..Limits::default() });
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("write", SAVE, &Value::Null);
    begun.recv_timeout(Duration::from_secs(20)).expect("the writer begins");
    let begin = now();
    house.service.stop_sockets();
    assert_eq!(peer.hear(), Heard::Close(1001));
    assert!(begin.elapsed() >= Duration::from_millis(190), "{:?}", begin.elapsed());
    drop(go);
}

#[test]
fn a_query_that_waits_is_answered_before_the_close() {
    // Without an index, a query that asks for one waits its time.
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty ledger opens");
    let house = House::trusting(engine, Limits { search_wait_ms: 500, socket_close_ms: 20_000, ..Limits::default() });
    house.write_sources(["a".to_owned()].into_iter());
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("1", r#"{ search(text: "a", minSequence: 1) { edges { node { id } } } }"#, &Value::Null);
    // Heard in turn: after the pong the query has begun.
    peer.say(&json!({ "type": "ping" }));
    assert_eq!(peer.hear(), Heard::Message(json!({ "type": "pong" })));
    house.service.stop_sockets();
    // It was not carried out: an error ends it.
    let (kind, errors) = peer.answer("1");
    assert_eq!((kind.as_str(), &errors[0]["extensions"]["code"]), ("error", &json!("SEARCH_BEHIND")), "{errors}");
    assert_eq!(peer.hear(), Heard::Close(1001));
}
