//! Group 1, clients that take their time: heads and bodies a byte at a time, connections that say
//! nothing, answers that nobody reads, thousands of idle ones. Everybody else is served as before.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;

use super::attack::{Fort, JSON, SLOWER, hear};
use super::waits::Waits;
use crate::faults::{Tally, soaking};
use crate::peer::now;

/// Slow clients at the same time.
const CLIENTS: usize = 60;
/// Between two bytes of one of them.
const BYTE_EVERY: Duration = Duration::from_millis(100);

/// Memory that an idle connection may hold: as much as `limits.header_bytes` lets it send.
const HELD_KIB: u64 = 32;

/// Descriptors that this process keeps for other things.
const RESERVE: usize = 500;

/// A short time as production has a long one, and what production allows to a connection after it:
/// 15 s for heads of 10 s, 30 s for bodies of 20 s, 75 s for idleness of 60 s.
struct Term {
    setting: &'static str,
    ms: u64,
    grace: f64,
}

const HEADERS: Term = Term { setting: "limits__header_ms", ms: 1_000, grace: 1.5 };
const BODIES: Term = Term { setting: "limits__body_ms", ms: 1_000, grace: 1.5 };
const IDLE: Term = Term { setting: "limits__idle_ms", ms: 1_000, grace: 1.25 };

impl Term {
    fn fort(&self) -> Fort {
        Fort::with(&[(self.setting, &self.ms.to_string())])
    }

    /// When the last one must be gone; a loaded machine gets two seconds more.
    fn end(&self) -> Duration {
        Duration::from_millis(self.ms).mul_f64(self.grace) + Duration::from_secs(2)
    }
}

fn connect(fort: &Fort) -> TcpStream {
    let stream = TcpStream::connect(fort.address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes it");
    stream
}

/// Feed it a byte now and then until the server closes; how long that took, and what it said.
fn trickle(mut stream: TcpStream, bytes: impl Iterator<Item = u8>, end: Duration) -> (Duration, String) {
    let begin = now();
    // Waiting for the next byte's time is waiting for the server's close.
    stream.set_read_timeout(Some(BYTE_EVERY)).expect("a time-out can be set");
    let (mut bytes, mut said, mut piece) = (bytes, Vec::new(), [0; 4096]);
    while begin.elapsed() < end * 3 {
        let sent = bytes.next().is_none_or(|byte| stream.write_all(&[byte]).is_ok());
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&piece[..length]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
        if !sent {
            break;
        }
    }
    (begin.elapsed(), String::from_utf8_lossy(&said).into_owned())
}

/// Sixty such clients at once, each with something sent at once and the rest a byte at a time: all are
/// closed in time, and meanwhile others wait no longer.
fn sixty(what: &str, term: &Term, first: impl Fn(usize) -> Vec<u8>, rest: impl Fn(usize) -> Vec<u8>) {
    let (fort, other) = (term.fort(), Fort::new());
    let (before, end) = (fort.descriptors(), term.end());
    let (ends, waits) = fort.stands(what, |fort| {
        std::thread::scope(|scope| {
            let start = |place: usize| {
                let mut stream = connect(fort);
                stream.write_all(&first(place)).expect("it is sent");
                let rest = rest(place);
                scope.spawn(move || trickle(stream, rest.into_iter(), end))
            };
            let clients: Vec<_> = (0..CLIENTS).map(start).collect();
            let waits = Waits::of(fort, &other);
            let ends: Vec<_> = clients.into_iter().map(|client| client.join().expect("it ends")).collect();
            (ends, waits)
        })
    });
    let worst = ends.iter().map(|(took, _)| *took).max().unwrap_or_default();
    println!("{what}: the last of {CLIENTS} closed after {worst:?}; others: {waits}");
    let early = Duration::from_millis(term.ms / 2);
    for (took, said) in &ends {
        assert!(*took <= end, "{what}: closed after {took:?}");
        assert!(*took >= early, "{what}: closed after {took:?}, before its time: {said}");
        let late = said.is_empty() || said.starts_with("HTTP/1.1 408") || said.starts_with("HTTP/1.1 400");
        assert!(late, "{what}: {said}");
    }
    assert!(waits.are_fair(), "{what}: {waits}");
    wait_for_descriptors(&fort, before);
}

fn wait_for_descriptors(fort: &Fort, before: usize) {
    let begin = now();
    while fort.descriptors() > before + 10 {
        assert!(begin.elapsed() < Duration::from_secs(20), "{} descriptors, {before} before", fort.descriptors());
        std::thread::yield_now();
    }
}

#[test]
fn sixty_slow_heads_are_closed_in_time() {
    let head = |place: usize| {
        let lines: String = (0..1_000).map(|line| format!("X-{place}-{line}: y\r\n")).collect();
        format!("ET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n").into_bytes()
    };
    sixty("slow heads", &HEADERS, |_| b"G".to_vec(), head);
}

#[test]
fn sixty_slow_bodies_are_closed_in_time() {
    // The head comes at once, so that the time is the body's; one half is in chunks.
    let head = |place: usize| match place % 2 {
        0 => super::raw::head(JSON, 10_000),
        _ => [super::raw::chunked_head(JSON), b"2710\r\n".to_vec()].concat(),
    };
    sixty("slow bodies", &BODIES, head, |_| vec![b' '; 9_000]);
}

#[test]
fn sixty_idle_connections_are_closed_in_time() {
    let ask = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let fort = IDLE.fort();
    let before = fort.descriptors();
    let end = IDLE.end();
    // Half of them have asked once, the others never said a word: theirs is the time of heads as well.
    let mut streams: Vec<TcpStream> = (0..CLIENTS).map(|_| connect(&fort)).collect();
    for stream in streams.iter_mut().step_by(2) {
        stream.write_all(ask).expect("it is sent");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out can be set");
        assert_eq!(hear(stream).status, 200);
    }
    let begin = now();
    for (place, stream) in streams.iter_mut().enumerate() {
        let took = closed_after(stream, begin, Duration::from_secs(40));
        // Whoever never spoke has the ten seconds of a head where those are longer.
        let allowed = if place.is_multiple_of(2) { end } else { end.max(Duration::from_secs(15)) };
        assert!(took <= allowed, "connection {place}: closed after {took:?}");
    }
    println!("{CLIENTS} idle connections: all closed after {:?}", begin.elapsed());
    wait_for_descriptors(&fort, before);
    // Who keeps asking is kept.
    let mut kept = connect(&fort);
    kept.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out can be set");
    let begin = now();
    while begin.elapsed() < Duration::from_millis(IDLE.ms * 2) {
        kept.write_all(ask).expect("a connection that is used stays open");
        assert_eq!(hear(&kept).status, 200, "after {:?}", begin.elapsed());
    }
}

/// When the server closed it, counted from `begin`.
fn closed_after(stream: &mut TcpStream, begin: Instant, most: Duration) -> Duration {
    let left = most.saturating_sub(begin.elapsed()).max(Duration::from_millis(1));
    stream.set_read_timeout(Some(left)).expect("a time-out can be set");
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return begin.elapsed(),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                panic!("still open after {:?}", begin.elapsed())
            }
            Err(_) => return begin.elapsed(),
        }
    }
}

#[test]
fn whoever_does_not_read_is_gone() {
    let fort = Fort::with(&[("limits__write_ms", "1000")]);
    let before = fort.settled_descriptors();
    // More than both buffers hold: the whole schema, a megabyte, asked for again and again on one
    // connection. Whoever waits for it to be read takes no more questions from there.
    let body = json!({ "query": super::introspection::graphiql() }).to_string();
    let head = format!("POST /graphql HTTP/1.1\r\nHost: localhost\r\n{JSON}Content-Length: {}\r\n\r\n", body.len());
    let deaf = fort.stands("deaf clients", |fort| {
        let streams: Vec<TcpStream> = (0..4).map(|_| connect(fort)).collect();
        for mut stream in &streams {
            stream.write_all(format!("{head}{body}").repeat(12).as_bytes()).expect("it fits into the buffers");
        }
        let begin = now();
        while fort.descriptors() < before + streams.len() {
            assert!(begin.elapsed() < Duration::from_secs(10), "they were never heard");
            std::thread::yield_now();
        }
        while fort.descriptors() > before {
            assert!(begin.elapsed() < Duration::from_secs(40), "{} descriptors, {before} before", fort.descriptors());
            std::thread::yield_now();
        }
        println!("{} deaf clients: gone after {:?}", streams.len(), begin.elapsed());
        streams
    });
    drop(deaf);
}

/// How many descriptors this process and the server may have.
fn hard_limit() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").expect("Linux tells it");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("it is among them");
    line.split_whitespace().nth(3).and_then(|soft| soft.parse().ok()).unwrap_or(1_024)
}

#[test]
fn thousands_of_idle_connections_are_borne() {
    let mut tally = Tally::new("idle");
    let limit = hard_limit();
    let wanted = if soaking() { 10_000.min(limit.saturating_sub(RESERVE)) } else { 2_000.min(limit / 2) };
    println!("{wanted} idle connections; this process may have {limit} descriptors");
    let (fort, other) = (Fort::new(), Fort::new());
    let before = fort.descriptors();
    let (memory, mut streams) = (fort.memory_kib(), Vec::with_capacity(wanted));
    for place in 0..wanted {
        let mut stream = connect(&fort);
        // A third has asked once, a third has begun to, a third says nothing.
        match place % 3 {
            0 => drop(stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")),
            1 => drop(stream.write_all(b"GET /livez HTTP/1.1\r\n")),
            _ => {}
        }
        streams.push(stream);
        tally.add("rounds", 1);
    }
    let waits = Waits::of(&fort, &other);
    let grown = fort.memory_kib().saturating_sub(memory);
    println!("questions beside them: {waits}; +{grown} KiB; {} descriptors", fort.descriptors());
    if !waits.are_fair() {
        tally.defect(waits.to_string());
    }
    // None of them may hold more than the head it could have sent.
    let held = grown / u64::try_from(wanted).expect("not many");
    if held > HELD_KIB {
        tally.defect(format!("an idle connection holds {held} KiB"));
    }
    for stream in &streams {
        let _ = stream.shutdown(Shutdown::Both);
    }
    drop(streams);
    wait_for_descriptors(&fort, before);
    assert!(fort.next_answer() < Duration::from_millis(100) * SLOWER);
    tally.finish();
}

#[test]
fn where_there_are_too_many_the_longest_idle_one_goes() {
    let fort = Fort::with(&[("limits__connections", "50")]);
    let mut streams: Vec<TcpStream> = (0..50).map(|_| connect(&fort)).collect();
    for stream in &mut streams {
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it is sent");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out can be set");
        assert_eq!(hear(stream).status, 200);
    }
    // New ones are served, and pay with the oldest.
    for _ in 0..20 {
        fort.next_answer();
    }
    let begin = now();
    closed_after(&mut streams[0], begin, Duration::from_secs(5));
    let last = streams.last_mut().expect("there are fifty");
    last.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it is sent");
    assert_eq!(hear(last).status, 200, "the one that idled least is kept");
}
