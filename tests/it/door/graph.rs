//! Group 4, walks: a hub of very many ties and a group in which everybody knows everybody. What is asked
//! of them ends, says that it was cut, leaves others their turn, and stops when nobody listens.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use innograph::domain::command::{Command, Given, Origin, Reference, Subject};
use innograph::domain::provenance::Method;
use innograph::domain::{Kind, Relation, Validity, Value as Fact};
use innograph::engine::{Engine, EngineLimits};
use serde_json::{Value, json};

use super::attack::{Fort, Heard, JSON, SLOWER, Store, timed};
use super::waits::Waits;
use crate::faults::wide;
use crate::peer::now;

/// Ties of the hub, and members of the dense group. A soak has what the threats name; a debug build
/// would make that for minutes, and an ordinary run shows the same cuts with less.
fn size() -> (usize, usize) {
    let given = |name, ordinary| usize::try_from(wide(name, ordinary)).expect("not that many");
    (given("INNOGRAPH_HUB", 6_000), given("INNOGRAPH_GROUP", 120))
}

/// Rows that a walk may visit, as the threats have it.
const VISITED: u64 = 100_000;
/// What a walk may cost.
const WALK: Duration = Duration::from_millis(200);

static SCALE: LazyLock<Store> = LazyLock::new(|| {
    let (hub, group) = size();
    let fill = |folder: &Path| {
        let engine = Engine::open_with(folder, EngineLimits::default()).expect("an empty store opens");
        let leaves =
            (0..hub).flat_map(|place| [firm(&format!("leaf{place}")), supplies("hub", &format!("leaf{place}"))]);
        let members = (0..group).map(|place| firm(&format!("member{place}")));
        let pairs = (0..group).flat_map(|from| (from + 1..group).map(move |to| (from, to)));
        let pairs = pairs.map(|(from, to)| supplies(&format!("member{from}"), &format!("member{to}")));
        let first = [source(), firm("hub"), firm("far")].into_iter();
        let mut all = first.chain(leaves).chain(members).chain(pairs).chain([supplies("hub", "member0")]);
        // Made as they are carried out: two million of them together would be gigabytes.
        loop {
            let some: Vec<Command> = all.by_ref().take(50_000).collect();
            if some.is_empty() {
                break;
            }
            engine.execute("test", &some, &mut |_, _| true).expect("it is accepted");
        }
    };
    let (store, took) = timed(|| Store::made("scale", fill));
    println!("a hub of {hub} ties and a group of {group}: made in {took:?}");
    store
});

fn scale() -> Fort {
    let (fort, took) = timed(|| Fort::over(&SCALE, &[]));
    println!("it serves after {took:?}");
    fort
}

fn source() -> Command {
    let text = |tag, text: &str| (tag, Fact::Text(text.to_owned()));
    let values =
        vec![(1, Fact::Code(7)), text(2, "示例"), text(3, "虚构"), text(4, "示例〔2025〕0 号"), (8, Fact::Code(3))];
    Command::SaveSource { key: "s".into(), values }
}

fn origin() -> Origin {
    Origin { source: "s".into(), method: Method::Imported, basis: None, confidence: None }
}

fn firm(key: &str) -> Command {
    let code = |tag, code| (tag, Given::Value(Fact::Code(code)));
    Command::SaveEntity {
        kind: Kind::Enterprise,
        subject: Subject::Key(key.into()),
        name_zh: Some(format!("示例{key}有限公司")),
        name_en: None,
        code: None,
        values: vec![code(1, 1), code(2, 1), (3, Given::Value(Fact::Answer(true)))],
        validity: Validity::OPEN,
        origin: origin(),
    }
}

fn supplies(from: &str, to: &str) -> Command {
    let (from, to) = (Reference::Code(from.into()), Reference::Code(to.into()));
    let (relation, validity) = (Relation::Supplies, Validity::OPEN);
    Command::Relate { relation, from, to, values: Vec::new(), validity, origin: origin() }
}

/// Answered, and what it cost.
fn walk(fort: &Fort, what: &str, query: &str) -> (Value, Heard) {
    let (cpu, heard) = fort.stands(what, |fort| {
        let before = fort.cpu();
        let heard = fort.ask(query);
        (fort.cpu() - before, heard)
    });
    let answer = heard.json();
    println!("{what}: {cpu:?} of processor time, {} {}", answer["extensions"]["cost"], heard.code());
    assert!(heard.status == 200 || (400..500).contains(&heard.status), "{what}: {} {}", heard.status, heard.body);
    assert!(cpu <= WALK * SLOWER, "{what}: {cpu:?}");
    (answer["data"].clone(), heard)
}

#[test]
fn a_hub_of_very_many_ties_is_walked_within_bounds() {
    let (fort, (hub, _)) = (&scale(), size());
    for (what, depth, limit) in [("one step", 1, 500), ("four steps", 4, 500), ("four steps to few", 4, 1)] {
        let query = format!(
            "{{ neighborhood(of: {{code: \"hub\"}}, depth: {depth}, limit: {limit}) {{ visited truncated nodes {{ distance }} edges {{ id }} }} }}"
        );
        let (data, heard) = walk(fort, what, &query);
        let found = &data["neighborhood"];
        if found.is_null() {
            // Refused for what it would cost is as good as cut.
            heard.assert_refused(what);
            continue;
        }
        assert_eq!(found["truncated"], true, "{what}: {}", heard.body.len());
        assert!(found["visited"].as_u64().is_some_and(|visited| visited <= VISITED), "{what}: {}", found["visited"]);
        assert!(found["nodes"].as_array().is_some_and(|nodes| nodes.len() <= limit), "{what}");
    }
    for depth in [0, 5, 10, 2_147_483_647] {
        let query = format!("{{ neighborhood(of: {{code: \"hub\"}}, depth: {depth}) {{ visited }} }}");
        fort.ask(&query).assert_refused(&query);
    }
    let (data, _) = walk(
        fort,
        "its list",
        "{ enterprise(by: {code: \"hub\"}) { supplies(first: 100) { totalCount edges { node { nameZh } } } } }",
    );
    let count = data["enterprise"]["supplies"]["totalCount"].as_u64();
    assert_eq!(count, u64::try_from(hub + 1).ok(), "counts are exact or refused");
}

#[test]
fn paths_through_a_dense_group_are_short_and_few() {
    let (fort, (hub, group)) = (&scale(), size());
    let (last, leaf) = (format!("member{}", group - 1), format!("leaf{}", hub - 1));
    for (what, from, to, length) in [
        ("between members", "member0", last.as_str(), 6),
        ("from the hub", "hub", last.as_str(), 6),
        ("to somebody nobody knows", "member0", "far", 6),
        ("from a leaf to a leaf", "leaf0", leaf.as_str(), 4),
    ] {
        let query = format!(
            "{{ paths(from: {{code: \"{from}\"}}, to: {{code: \"{to}\"}}, maxLength: {length}, first: 10) {{ visited truncated paths {{ length }} }} }}"
        );
        let (data, heard) = walk(fort, what, &query);
        let found = &data["paths"];
        if found.is_null() {
            heard.assert_refused(what);
            continue;
        }
        assert!(found["visited"].as_u64().is_some_and(|visited| visited <= VISITED * 4), "{what}: {found}");
        let paths = found["paths"].as_array().expect("a list");
        assert!(
            paths.len() <= 10 && paths.iter().all(|path| path["length"].as_u64().is_some_and(|length| length <= 6)),
            "{what}"
        );
        assert!(found["truncated"] == true || !paths.is_empty() || to == "far", "{what}: {found}");
    }
    for length in [0, 7, 99, 2_147_483_647] {
        let query = format!(
            "{{ paths(from: {{code: \"member0\"}}, to: {{code: \"member9\"}}, maxLength: {length}) {{ visited }} }}"
        );
        fort.ask(&query).assert_refused(&query);
    }
    let (data, heard) = walk(
        fort,
        "four steps in the group",
        "{ neighborhood(of: {code: \"member0\"}, depth: 4, limit: 500) { visited truncated nodes { distance } } }",
    );
    assert!(
        data["neighborhood"]["truncated"] == true
            || !heard.code().is_empty()
            || data["neighborhood"]["visited"].as_u64() <= Some(VISITED * 4),
        "{}",
        heard.body.len()
    );
}

/// Something long that passes: conditions that hold of nobody, over every organization.
fn long(fort: &Fort) -> String {
    let conditions: String = (0..50).map(|place| format!("{{ nameContains: \"无此{place}\" }} ")).collect();
    let lists: String = (0..6)
        .map(|place| format!("a{place}: organizations(first: 1, filter: {{ or: [{conditions}] }}) {{ totalCount }} "))
        .collect();
    let one = format!("{{ {} }}", lists.split("a1:").next().unwrap_or_default());
    let all = format!("{{ {lists} }}");
    if fort.ask(&all).json().get("errors").is_none() { all } else { one }
}

#[test]
fn what_nobody_waits_for_any_more_stops() {
    let fort = &scale();
    let query = long(fort);
    let allowed = Duration::from_millis(100) * SLOWER;
    let before = fort.cpu();
    let heard = fort.ask(&query);
    let whole = fort.cpu() - before;
    println!("a long query: {whole:?} of processor time: {} {}", heard.status, heard.code());
    assert!(whole > allowed, "too short to show anything: {whole:?}");
    let body = json!({ "query": query }).to_string();
    for round in 0..3 {
        let start = fort.cpu();
        let mut stream = TcpStream::connect(fort.address).expect("the server listens");
        stream.write_all(&[&super::raw::head(JSON, body.len()), body.as_bytes()].concat()).expect("it is sent");
        let begin = now();
        while fort.cpu() - start < Duration::from_millis(50) {
            assert!(begin.elapsed() < Duration::from_secs(10), "it never began");
            std::thread::yield_now();
        }
        drop(stream);
        let hung_up = fort.cpu();
        let after = settled(fort) - hung_up;
        println!("round {round}: {after:?} of processor time after the client was gone");
        assert!(after <= allowed, "{after:?} of {whole:?}");
    }
}

/// The processor time once the process has rested for a while.
fn settled(fort: &Fort) -> Duration {
    let begin = now();
    let (mut last, mut since) = (fort.cpu(), now());
    while since.elapsed() < Duration::from_millis(300) {
        let found = fort.cpu();
        if found != last {
            (last, since) = (found, now());
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "it never rests");
        std::thread::yield_now();
    }
    last
}

#[test]
fn short_questions_are_answered_while_long_ones_run() {
    let (fort, other) = (&scale(), Fort::new());
    let (stop, answered, refused) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let waits = std::thread::scope(|scope| {
        for client in 0..8_usize {
            let (stop, answered, refused) = (&stop, &answered, &refused);
            scope.spawn(move || {
                for round in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    // A different question each time, so that nothing remembered answers it.
                    let (from, to) = ((round * 31 + client * 7) % 120, (round * 17 + client * 13 + 1) % 6_000);
                    let query = format!("{{ paths(from: {{code: \"member{from}\"}}, to: {{code: \"leaf{to}\"}}, maxLength: 6, first: 10) {{ visited }} }}");
                    let heard = fort.ask(&query);
                    // Nobody is answered by a failure: a walk, or a word that others come first.
                    let busy = matches!(heard.status, 429 | 503) || heard.code() == "BUSY";
                    assert!(busy || heard.status < 500, "{} {}", heard.status, heard.body);
                    if busy { refused } else { answered }.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while answered.load(Ordering::Relaxed) < 2 {
            std::thread::yield_now();
        }
        let waits = Waits::of(fort, &other);
        stop.store(true, Ordering::Relaxed);
        waits
    });
    println!("short questions beside {answered:?} long ones, {refused:?} refused: {waits}");
    assert!(waits.are_fair(), "{waits}");
}
