//! What is small in the document and large behind it: variables that are named again and again,
//! fragments that hold each other, and answers that tell more than the question was worth. All of it
//! is weighed before it is worked on, once, and the same however it is written.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::attack::{Fort, Heard, JSON, Trials, hear};
use super::document::refused_at_once;
use crate::peer::{Heard as Said, PROTOCOL, Peer, handshake};

/// Longer than a debug build on two shared processors needs for a short question.
const QUICK: Duration = Duration::from_millis(500);

/// Refused with a code, cheaply, by name.
fn refused(fort: &Fort, what: &str, query: &str, variables: &Value) {
    let heard = refused_at_once(fort, what, query, variables);
    assert!(!heard.code().is_empty(), "{what}: {} {}", heard.status, heard.body);
}

/// A document with the operation of that name.
fn named(fort: &Fort, query: &str, name: &str, variables: &Value) -> Heard {
    let body = json!({ "query": query, "operationName": name, "variables": variables });
    fort.post(body.to_string().as_bytes())
}

#[test]
fn variables_weigh_as_often_as_they_are_named() {
    let list = "$n,".repeat(1_901);
    let declared = "$a: [Int] ".repeat(640);
    let roots: String = (0..20).map(|place| format!("a{place}: enterprises(filter: $f) {{ totalCount }} ")).collect();
    let conditions: Vec<Value> = vec![json!({}); 60_000];
    let mut trials = Trials::default();
    for (what, query, variables) in [
        (
            "a list of 60,000 named 1,901 times",
            format!("query($n: [Int]) {{ enterprises(filter: {{a: [{list}]}}) {{ totalCount }} }}"),
            json!({ "n": vec![1; 60_000] }),
        ),
        (
            "a text of 200 KB named 1,900 times",
            format!("query($n: ID!) {{ nodes(ids: [{}]) {{ id }} }}", "$n,".repeat(1_900)),
            json!({ "n": "x".repeat(200_000) }),
        ),
        (
            "a variable declared 640 times",
            format!("query({declared}) {{ __typename }}"),
            json!({ "a": vec![1; 120_000] }),
        ),
        (
            "60,000 conditions on 20 fields",
            format!("query($f: EnterpriseFilter) {{ {roots} }}"),
            json!({ "f": { "and": conditions } }),
        ),
    ] {
        trials.of(what, || refused(&Fort::new(), what, &query, &variables));
    }
}

#[test]
fn documents_that_are_wrong_only_at_their_end_are_refused_at_once() {
    let doubling: String =
        (0..27).map(|place| format!(" fragment F{place} on Query {{ ...F{0} ...F{0} }}", place + 1)).collect();
    let missing = format!("{{ ...F0 }}{doubling} fragment F27 on Query {{ ...Missing }}");
    let escapes = format!("{{ a(b: \"\\\n{}{}", "\\\"\\\n".repeat(1_950), " ".repeat(57_000));
    let mut trials = Trials::default();
    for (what, query) in [("doubling to a fragment that is not there", missing), ("a string of escapes", escapes)] {
        trials.of(what, || refused(&Fort::new(), what, &query, &Value::Null));
    }
}

#[test]
fn long_lists_of_relations_hold_nobody_up() {
    let fort = Fort::new();
    let ties: String =
        (0..10).map(|place| format!("a{place}: ties(relations: $r, first: 1) {{ totalCount }} ")).collect();
    let query = format!("query($r: [Relation!]) {{ enterprises(first: 50) {{ edges {{ node {{ {ties} }} }} }} }}");
    let body = json!({ "query": query, "variables": { "r": vec!["LOCATED_IN"; 18_000] } }).to_string();
    let (cpu, heard) = fort.stands("18,000 relations", |fort| {
        let before = fort.cpu();
        let heard = fort.post(body.as_bytes());
        (fort.cpu() - before, heard)
    });
    println!("18,000 relations: {cpu:?} of processor time: {} {}", heard.status, heard.code());
    if heard.json().get("errors").is_some() || heard.status != 200 {
        heard.assert_refused("18,000 relations");
    }
    assert!(cpu <= Duration::from_millis(300), "{cpu:?}");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| fort.post(body.as_bytes()));
        }
        for _ in 0..10 {
            let took = fort.next_answer();
            assert!(took <= QUICK, "a short question took {took:?} beside them");
        }
    });
}

#[test]
fn fragments_cost_what_they_hold() {
    let fort = Fort::new();
    let conditions: String = (0..10).map(|place| format!("{{nameContains: \"无{place}\"}} ")).collect();
    let list = |place: usize| format!("a{place}: enterprises(filter: {{or: [{conditions}]}}) {{ totalCount }} ");
    // Alike, so that they run into one, and with names of their own.
    let one = list(0);
    let every: String = (0..8).map(list).collect();
    let schema = "__schema { types { fields { name args { name type { name } } type { name fields { name } } } } } ";
    let kinds = |name: &str| format!("{name}: {schema}");
    let mut trials = Trials::default();
    for (what, part, times) in [
        ("eight times a list", one, 8),
        ("eight lists once", every, 1),
        ("the schema twice alike", schema.to_owned(), 2),
        ("the schema twice", kinds("a") + &kinds("b"), 1),
    ] {
        trials.of(what, || {
            let inline = fort.ask(&format!("{{ {} }}", part.repeat(times)));
            let spread = format!("{{ {} }} fragment A on Query {{ {part} }}", "...A ".repeat(times));
            let spread = fort.ask(&spread);
            let in_place = fort.ask(&format!("{{ {} }}", format!("... on Query {{ {part} }} ").repeat(times)));
            let told =
                |heard: &Heard| (heard.status, heard.code(), heard.json()["extensions"]["cost"]["price"].clone());
            println!("{what}: {:?}", told(&inline));
            assert_eq!(told(&spread), told(&inline), "{what}: spread and written out");
            assert_eq!(told(&in_place), told(&inline), "{what}: in place and written out");
        });
    }
}

#[test]
fn each_operation_is_judged_with_its_own_variables() {
    let both = "query A($n: Int!) { enterprises(first: $n) { totalCount } } query B($n: String!) { search(text: $n, first: 1) { totalCount } }";
    for order in [["A", "B", "A"], ["B", "A", "B"]] {
        let fort = Fort::new();
        for name in order {
            let right = if name == "A" { json!({ "n": 1 }) } else { json!({ "n": "x" }) };
            let heard = named(&fort, both, name, &right);
            assert!(heard.status == 200 && heard.json().get("errors").is_none(), "{order:?} {name}: {}", heard.body);
            let wrong = if name == "A" { json!({ "n": "x" }) } else { json!({ "n": 1 }) };
            named(&fort, both, name, &wrong).assert_refused(name);
        }
    }
}

#[test]
fn refusals_before_anything_ran_say_so() {
    let fort = Fort::new();
    let heard = named(&fort, "{__typename}", "nobody", &Value::Null);
    heard.assert_refused("nobody");
    assert_eq!(heard.code(), "UNKNOWN_OPERATION", "{}", heard.body);
    assert!(heard.json()["extensions"].get("cost").is_none(), "{}", heard.body);
    let wrong = fort.ask("{ nothing }");
    wrong.assert_refused("nothing");
    assert!(wrong.json().get("data").is_none(), "what was not carried out has no data: {}", wrong.body);
    let lines = format!("Accept: application/graphql-response+json\r\n{JSON}");
    let ahead = json!({ "query": "{ search(text: \"a\", minSequence: 999999999) { totalCount } }" }).to_string();
    let ahead = fort.send("POST", "/graphql", &lines, ahead.as_bytes());
    ahead.assert_refused("minSequence far ahead");
    assert_ne!(ahead.status, 200, "{}", ahead.body);
}

#[test]
fn wrong_variables_teach_no_names() {
    let fort = Fort::with(&[("public_introspection", "false")]);
    let mut trials = Trials::default();
    for (what, query, variables, hidden) in [
        (
            "a field that is none",
            "query($f: EnterpriseFilter) { enterprises(filter: $f) { totalCount } }",
            json!({ "f": { "zz": 1 } }),
            &["nameContains", "certified", "registeredCapital", "region"][..],
        ),
        (
            "a code that is none",
            "query($r: [Relation!]) { enterprises(first: 1) { edges { node { ties(relations: $r) { totalCount } } } } }",
            json!({ "r": ["ZZ"] }),
            &["LOCATED_IN", "MEMBER_OF", "SUPPLIES"][..],
        ),
        (
            "a direction that is none",
            "query($o: NodeOrder!) { enterprises(orderBy: $o) { totalCount } }",
            json!({ "o": "ZZ" }),
            &["RECORDED", "NAME"][..],
        ),
    ] {
        trials.of(what, || {
            let heard = fort.ask_with(query, &variables);
            heard.assert_refused(what);
            for name in hidden {
                assert!(!heard.body.contains(name), "{what} tells {name}: {}", heard.body);
            }
        });
    }
}

/// Settings under which lists may have many conditions, which take their time.
const MANY_CONDITIONS: (&str, &str) = ("limits__filter_conditions", "100000");

/// Work that takes its time: so many lists, each over conditions that hold for nobody.
fn heavy(number: usize, lists: usize) -> String {
    let conditions: Vec<Value> =
        (0..300).map(|place| json!({ "nameContains": format!("无{number}x{place}") })).collect();
    let roots: String = (0..lists).map(|place| format!("a{place}:organizations(filter:$f){{totalCount}}")).collect();
    let query = format!("query($f:OrganizationFilter){{{roots}}}");
    json!({ "query": query, "variables": { "f": { "not": { "or": conditions } } } }).to_string()
}

/// Ask from one of the addresses of this machine, which is a client of its own.
fn ask_from(fort: &Fort, last: u8, body: &str) -> Heard {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0))).expect("an address of this machine");
        socket.connect(fort.address).await.expect("the server listens")
    });
    let mut stream: TcpStream = stream.into_std().expect("a socket of this thread");
    stream.set_nonblocking(false).expect("it can wait");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out can be set");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{JSON}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + body).as_bytes());
    hear(&stream)
}

#[test]
fn what_was_given_up_is_charged_too() {
    let fort = Fort::with(&[
        MANY_CONDITIONS,
        ("limits__argument_values", "1000000"),
        ("limits__client_rows", "500000"),
        ("limits__request_ms", "100"),
    ]);
    let mut ends = Vec::new();
    for number in 0..200 {
        let heard = fort.post(heavy(number, 20).as_bytes());
        ends.push(format!("{} {}", heard.status, heard.code()));
        if heard.status == 429 {
            break;
        }
    }
    let timeouts = ends.iter().filter(|end| end.ends_with("TIMEOUT")).count();
    println!("{timeouts} of {} were given up; the last: {:?}", ends.len(), ends.last());
    assert!(timeouts > 0, "nothing took long enough: {:?}", ends.first());
    assert!(ends.last().is_some_and(|end| end.starts_with("429")), "{timeouts} of {} were given up", ends.len());
}

#[test]
fn who_floods_keeps_nobody_else_waiting() {
    let fort = Fort::with(&[MANY_CONDITIONS]);
    let (done, numbers) = (AtomicBool::new(false), AtomicUsize::new(0));
    let answered = std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    ask_from(&fort, 2, &heavy(numbers.fetch_add(1, Ordering::Relaxed), 20));
                }
            });
        }
        while numbers.load(Ordering::Relaxed) < 12 {
            std::thread::yield_now();
        }
        let others: Vec<u16> = (0..10)
            .map(|place| {
                let heard = ask_from(
                    &fort,
                    3,
                    &json!({ "query": format!("{{ search(text: \"示例{place}\", first: 1) {{ totalCount }} }}") })
                        .to_string(),
                );
                if heard.json().get("errors").is_some() { 0 } else { heard.status }
            })
            .collect();
        done.store(true, Ordering::Relaxed);
        println!("beside {} heavy questions: {others:?}", numbers.load(Ordering::Relaxed));
        others.into_iter().filter(|status| *status == 200).count()
    });
    assert!(answered >= 8, "{answered} of 10");
}

#[test]
fn wrong_tokens_are_counted_on_sockets() {
    let fort = Fort::with(&[("limits__client_requests", "5")]);
    let mut ends = Vec::new();
    for number in 0..20 {
        let (status, mut peer) = Peer::knock(fort.address, &handshake(PROTOCOL));
        if status != 101 {
            ends.push(format!("{status}"));
            continue;
        }
        let wrong = format!("Bearer {}x{number}", &fort.token[..fort.token.len() - 3]);
        peer.say(&json!({ "type": "connection_init", "payload": { "authorization": wrong } }));
        let ended = peer.hear();
        assert!(matches!(ended, Said::Close(_) | Said::End), "a wrong token: {ended:?}");
        ends.push(format!("{ended:?}"));
    }
    println!("{ends:?}");
    assert_ne!(ends.first(), ends.last(), "the twentieth is answered like the first");
}
