//! Ten times what the service can do: it goes on doing what it can, tells the others at once to come
//! back later, and is itself again as soon as they are gone.
//!
//! Clients here are open-loop: each sends at its time, whether the last answer has come or not. Server
//! and clients have a processor each, where there are two: what is measured is how the service bears
//! the load, not how much of its processor those who make the load take away.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::json;

use super::attack::{Fort, JSON, hear};
use crate::faults::{Tally, soaking};
use crate::peer::now;

/// Times what it can do.
const OVERLOAD: u32 = 10;
/// A question must be worth at least this much work.
const WORK: Duration = Duration::from_millis(2);
/// A refusal may take so long; one in a hundred may take longer. A debug build on two processors that
/// the clients share gets more in an ordinary run.
const REFUSED_WITHIN: Duration = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 50 });
/// Of the peak, in percent: what the issue asks for in a soak, less in three seconds of an ordinary run.
const GOODPUT: (f64, f64) = (80.0, 50.0);
/// Until it is itself again.
const RECOVERY: Duration = Duration::from_secs(5);
/// Connections that carry the load.
const CLIENTS: usize = 128;

/// What a while of load came to.
#[derive(Default)]
struct Came {
    answered: AtomicUsize,
    refused: AtomicUsize,
    /// Neither: closed without a word, or a failure.
    broken: AtomicUsize,
    /// How long refusals took.
    waits: Mutex<Vec<Duration>>,
    /// Refusals that do not say when to come back.
    without_a_word: AtomicUsize,
    /// Answered in time: before the load ended.
    good: AtomicUsize,
}

/// Processors that this thread may run on, with all threads and processes that it begins from now on.
struct Processors {
    all: Vec<usize>,
}

impl Processors {
    fn found() -> Self {
        let allowed = sched_getaffinity(None).expect("the system tells");
        Self { all: (0..CpuSet::MAX_CPU).filter(|place| allowed.is_set(*place)).collect() }
    }

    fn keep_to(places: &[usize]) {
        let mut set = CpuSet::new();
        places.iter().for_each(|place| set.set(*place));
        sched_setaffinity(None, &set).expect("the system allows what it had allowed before");
    }

    /// Begin something on the first processor, and go on on the others.
    fn apart<T>(&self, begin: impl FnOnce() -> T) -> T {
        let [first, others @ ..] = self.all.as_slice() else { return begin() };
        if others.is_empty() {
            println!("one processor: server and clients share it");
            return begin();
        }
        Self::keep_to(&[*first]);
        let begun = begin();
        Self::keep_to(others);
        begun
    }
}

/// A different question for each number, so that nothing remembered answers it.
fn question(number: usize) -> Vec<u8> {
    let conditions: String = (0..12).map(|place| format!("{{ nameContains: \"无{number}x{place}\" }} ")).collect();
    // A debug build takes many times as long for each.
    let first = if soaking() { 20 } else { 8 };
    let query = format!(
        "{{ organizations(first: {first}, filter: {{ not: {{ or: [{conditions}] }} }}) {{ totalCount edges {{ node {{ nameZh names {{ text }} statements {{ attribute value }} ties(first: 10) {{ totalCount }} }} }} }} }}"
    );
    let body = json!({ "query": query }).to_string();
    format!("POST /graphql HTTP/1.1\r\nHost: localhost\r\n{JSON}Content-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn connect(fort: &Fort) -> TcpStream {
    let stream = TcpStream::connect(fort.address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes it");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out can be set");
    stream
}

/// Ask and count what came.
fn ask(stream: &mut TcpStream, number: usize, due: Instant, came: &Came) -> bool {
    if stream.write_all(&question(number)).is_err() {
        came.broken.fetch_add(1, Ordering::Relaxed);
        return false;
    }
    let heard = hear(stream);
    let busy = heard.code() == "BUSY" || heard.code() == "TOO_BUSY";
    match heard.status {
        200 if heard.json().get("errors").is_none() => came.answered.fetch_add(1, Ordering::Relaxed),
        429 | 503 => {
            came.waits.lock().expect("nobody panics").push(due.elapsed());
            let told = heard.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok());
            came.without_a_word.fetch_add(usize::from(!told), Ordering::Relaxed);
            came.refused.fetch_add(1, Ordering::Relaxed)
        }
        200 if busy => {
            came.waits.lock().expect("nobody panics").push(due.elapsed());
            came.without_a_word.fetch_add(1, Ordering::Relaxed);
            came.refused.fetch_add(1, Ordering::Relaxed)
        }
        _ => {
            println!("{} {}", heard.status, heard.body.chars().take(200).collect::<String>());
            came.broken.fetch_add(1, Ordering::Relaxed)
        }
    };
    heard.status != 0 && heard.header("connection").is_none_or(|said| !said.eq_ignore_ascii_case("close"))
}

/// So many clients ask, each as soon as it has been answered; answers a second.
fn closed_loop(fort: &Fort, clients: usize, whole: Duration) -> f64 {
    let (came, numbers, begin) = (Came::default(), AtomicUsize::new(1), now());
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut stream = connect(fort);
                while begin.elapsed() < whole {
                    if !ask(&mut stream, numbers.fetch_add(1, Ordering::Relaxed), now(), &came) {
                        stream = connect(fort);
                    }
                }
            });
        }
    });
    rate(came.answered.load(Ordering::Relaxed), begin.elapsed())
}

fn rate(count: usize, within: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / within.as_secs_f64()
}

/// So many questions a second, for so long, from as many connections as it takes.
fn open_loop(fort: &Fort, a_second: f64, whole: Duration) -> (Came, Duration) {
    let (came, numbers, begin) = (Came::default(), AtomicUsize::new(1_000_000), now());
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut stream = connect(fort);
                loop {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    let place = f64::from(u32::try_from(number - 1_000_000).unwrap_or(u32::MAX));
                    let due = begin + Duration::from_secs_f64(place / a_second);
                    // Where the service keeps all of them waiting, nothing more is sent.
                    if due.duration_since(begin) > whole || begin.elapsed() > whole {
                        break;
                    }
                    wait_until(&mut stream, due);
                    // Measured from when it was sent: a client that is late itself blames nobody.
                    let kept = ask(&mut stream, number, now(), &came);
                    if begin.elapsed() <= whole {
                        came.good.store(came.answered.load(Ordering::Relaxed), Ordering::Relaxed);
                    }
                    if !kept {
                        stream = connect(fort);
                    }
                }
            });
        }
    });
    (came, begin.elapsed())
}

/// Until its turn has come; a server that closes meanwhile is noticed at the next question.
fn wait_until(stream: &mut TcpStream, due: Instant) {
    let left = due.saturating_duration_since(now());
    if left > Duration::from_millis(1) {
        stream.set_read_timeout(Some(left)).expect("a time-out can be set");
        let _ = stream.read(&mut [0; 1]);
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out can be set");
    }
}

#[test]
fn ten_times_too_much_is_borne() {
    let mut tally = Tally::new("overload");
    let (probing, whole) = if soaking() { (10, 60) } else { (2, 3) };
    // One client stands for many, so that it has no limits of its own; and nobody waits longer than a
    // tenth of a second, since otherwise so few connections would all be let wait and none refused.
    let settings = [
        ("limits__client_at_once", "0"),
        ("limits__client_requests", "0"),
        ("limits__client_rows", "0"),
        ("limits__heavy_wait_ms", "100"),
    ];
    let fort = Processors::found().apart(|| Fort::with(&settings));
    let work = fort.cpu_of(20, |fort| drop(fort.raw(&question(7))));
    println!("a question costs {work:?} of processor time");
    assert!(work >= WORK, "too light to overload anything: {work:?}");
    let peak = [1, 2, 4, 8].map(|clients| closed_loop(&fort, clients, Duration::from_secs(probing)));
    let peak = peak.into_iter().fold(0.0, f64::max);
    let memory = fort.memory_kib();
    let (came, took) = open_loop(&fort, peak * f64::from(OVERLOAD), Duration::from_secs(whole));
    let begin = now();
    while fort.next_answer() > Duration::from_millis(100) {
        assert!(begin.elapsed() < RECOVERY * 4, "it never recovers");
    }
    let recovered = begin.elapsed();
    let again = closed_loop(&fort, 4, Duration::from_secs(probing));
    let (answered, refused) = (came.answered.load(Ordering::Relaxed), came.refused.load(Ordering::Relaxed));
    let good = came.good.load(Ordering::Relaxed);
    let goodput = rate(good, Duration::from_secs(whole)) / peak * 100.0;
    let mut waits = came.waits.into_inner().expect("nobody panics");
    waits.sort_unstable();
    let worst = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default();
    let grown = fort.memory_kib().saturating_sub(memory);
    println!(
        "peak {peak:.0} a second; offered {OVERLOAD} times that for {took:?}: {answered} answered, {good} in time ({goodput:.0} % of the peak), {refused} refused (p99 {worst:?}), {} broken; +{grown} KiB; itself again after {recovered:?}, {again:.0} a second",
        came.broken.load(Ordering::Relaxed)
    );
    tally.add("rounds", answered + refused);
    tally.add("acknowledged", answered);
    let least = if soaking() { GOODPUT.0 } else { GOODPUT.1 };
    let mut must = |holds: bool, sentence: String| {
        if !holds {
            tally.defect(sentence);
        }
    };
    // Clients that are kept waiting send nothing meanwhile: then it was not overloaded, only full.
    let offered = peak * f64::from(OVERLOAD) * Duration::from_secs(whole).as_secs_f64();
    let told = rate(good + refused, Duration::from_secs(1)) / offered * 100.0;
    must(
        told >= 50.0,
        format!("{told:.0} % of what was offered was answered or refused; the others were kept waiting"),
    );
    must(goodput >= least, format!("goodput is {goodput:.0} % of the peak of {peak:.0} a second"));
    must(worst <= REFUSED_WITHIN, format!("refusals take {worst:?}"));
    let silent = came.without_a_word.load(Ordering::Relaxed);
    must(
        silent == 0,
        format!("{silent} of {refused} refusals do not say when to come back (429 or 503 with Retry-After)"),
    );
    let broken = came.broken.load(Ordering::Relaxed);
    must(broken == 0, format!("{broken} questions were neither answered nor refused"));
    must(recovered <= RECOVERY, format!("it was itself again after {recovered:?}"));
    must(again >= peak * least / 100.0, format!("{again:.0} a second afterwards, {peak:.0} before"));
    must(grown <= 256 * 1024, format!("memory grew by {grown} KiB"));
    tally.finish();
}

#[test]
fn who_asks_too_much_is_told_when_to_come_back() {
    let fort = Fort::with(&[("limits__client_requests", "30")]);
    let heard = (0..60).map(|_| fort.ask("{__typename}")).find(|heard| heard.status != 200);
    let heard = heard.expect("thirty a minute are not sixty");
    assert_eq!(heard.status, 429, "{heard:?}");
    heard.assert_refused("too many requests");
    assert!(
        heard.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok_and(|after| after <= 60)),
        "{heard:?}"
    );
    assert_eq!(fort.send("GET", "/livez", "", b"").status, 200, "whoever watches over the service is not counted");
    // A holder of a token is counted apart from the address.
    let lines = fort.authorization() + JSON;
    assert_eq!(fort.send("POST", "/graphql", &lines, br#"{"query":"{__typename}"}"#).status, 200);
    // An address that a stranger writes into a header is nobody's.
    for name in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
        let lines = format!("{JSON}{name}: 203.0.113.7\r\n");
        assert_eq!(
            fort.send("POST", "/graphql", &lines, br#"{"query":"{__typename}"}"#).status,
            429,
            "{name} is believed"
        );
    }
}

#[test]
fn rows_are_rationed_as_well() {
    let fort = Fort::with(&[("limits__client_rows", "500")]);
    let query = "{ organizations(first: 100) { edges { node { id } } } }";
    let heard = (0..40).map(|_| fort.ask(query)).find(|heard| heard.status != 200);
    let heard = heard.expect("forty pages are more than 500 rows");
    assert_eq!(heard.status, 429, "{heard:?}");
    assert!(heard.header("retry-after").is_some(), "{heard:?}");
}

#[test]
fn who_floods_is_held_back_and_others_are_not() {
    // Long work waits, and whoever waits counts as running.
    let fort = Fort::with(&[("limits__client_at_once", "4"), ("limits__heavy_price", "1")]);
    let (came, numbers, stop) = (Came::default(), AtomicUsize::new(1), AtomicBool::new(false));
    let lines = fort.authorization() + JSON;
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut stream = connect(&fort);
                while !stop.load(Ordering::Relaxed) {
                    if !ask(&mut stream, numbers.fetch_add(1, Ordering::Relaxed), now(), &came) {
                        stream = connect(&fort);
                    }
                }
            });
        }
        // Who holds a token is another client, though the address is the same one.
        let others: Vec<u16> =
            (0..100).map(|_| fort.send("POST", "/graphql", &lines, br#"{"query":"{__typename}"}"#).status).collect();
        stop.store(true, Ordering::Relaxed);
        assert!(others.iter().all(|status| *status == 200), "{others:?}");
    });
    let (answered, refused) = (came.answered.load(Ordering::Relaxed), came.refused.load(Ordering::Relaxed));
    println!("of the flood {answered} were answered, {refused} refused");
    assert!(answered > 0 && refused > 0, "{answered} answered, {refused} refused");
    assert_eq!(came.broken.load(Ordering::Relaxed), 0);
    assert_eq!(came.without_a_word.load(Ordering::Relaxed), 0, "a refusal says when to come back");
}
