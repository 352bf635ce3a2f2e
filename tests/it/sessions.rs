//! Logging in by name and password, from the page's side: the cookie, the key of the page, what ends
//! a session, what a foreign page can and cannot do, and how often one may guess.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::accounts::{account, create, with_store};
use crate::peer::{Heard, PROTOCOL, Peer, handshake, now};
use crate::process::Server;

const PASSWORD: &str = "Kecheng-2026";
/// Hashes that cost next to nothing, where what they cost is not the question.
const CHEAP: &[(&str, &str)] = &[("ACCOUNTS__HASH_KIB", "64"), ("ACCOUNTS__HASH_PASSES", "1")];

/// An answer: its status, its headers in small letters, its body.
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    /// The cookie that is set, as it is sent back.
    fn cookie(&self) -> Option<String> {
        let lines = self.head.lines().filter(|line| line.starts_with("set-cookie: "));
        let pair = |line: &str| line["set-cookie: ".len()..].split(';').next().unwrap_or_default().to_owned();
        lines.map(pair).find(|pair| !pair.ends_with('='))
    }

    fn page_key(&self) -> String {
        self.body["csrfToken"].as_str().unwrap_or_default().to_owned()
    }
}

fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: tu.example.cn\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let answer = server.raw(text.as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let lines = head.lines().map(|line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}\n", name.to_ascii_lowercase()),
        None => format!("{line}\n"),
    });
    Answer { status, head: lines.collect(), body: serde_json::from_str(body).unwrap_or_default() }
}

fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let headers = [&[("Content-Type", "application/json")], headers].concat();
    send(server, "POST", path, &headers, &body.to_string())
}

fn log_in(server: &Server, name: &str, password: &str) -> Answer {
    post(server, "/session", &[], &json!({ "name": name, "password": password }))
}

/// Log in with a first password and choose another: the cookie and the key of the page.
fn settled(server: &Server, name: &str, first: &str) -> (String, String) {
    let begun = log_in(server, name, first);
    assert_eq!((begun.status, &begun.body["mustChange"]), (200, &json!(true)), "{}", begun.body);
    let (cookie, key) = (begun.cookie().expect("a cookie"), begun.page_key());
    let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", key.as_str())];
    let chosen = post(server, "/session/password", &headers, &json!({ "password": first, "newPassword": PASSWORD }));
    assert_eq!((chosen.status, &chosen.body["mustChange"]), (200, &json!(false)), "{}", chosen.body);
    (chosen.cookie().expect("a cookie"), chosen.page_key())
}

fn served(settings: &[(&str, &str)]) -> (tempfile::TempDir, Server) {
    let data = with_store();
    let server = Server::start_with(data.path(), "demo", settings, Stdio::null());
    (data, server)
}

fn made(data: &Path, name: &str) -> String {
    create(data, &["--name", name, "--role", "steward"], CHEAP)
}

const ASK: &str = "{ demands(first: 1) { totalCount } }";

fn ask(server: &Server, headers: &[(&str, &str)]) -> Answer {
    post(server, "/graphql", headers, &json!({ "query": ASK }))
}

#[test]
fn a_page_logs_in_reads_writes_and_goes() {
    let (data, server) = served(CHEAP);
    let first = made(data.path(), "wang.fang");
    let public = ask(&server, &[]).body["data"]["demands"]["totalCount"].as_u64().expect("a count");
    let begun = log_in(&server, "wang.fang", &first);
    let line = begun.head.lines().find(|line| line.starts_with("set-cookie")).expect("a cookie").to_owned();
    for word in ["innograph=", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(line.contains(word), "{line}");
    }
    assert!(!line.contains("Secure") && !line.contains("Domain"), "{line}");
    assert!(begun.head.contains("cache-control: no-store"), "{}", begun.head);
    // A first password opens nothing but the choice of another.
    let (cookie, key) = (begun.cookie().expect("a cookie"), begun.page_key());
    let stopped = ask(&server, &[("Cookie", &cookie), ("X-CSRF-Token", &key)]);
    assert_eq!((stopped.status, stopped.code()), (403, "PASSWORD_CHANGE_REQUIRED"));
    let (cookie, key) = settled(&server, "wang.fang", &first);
    let own = [("Cookie", cookie.as_str()), ("X-CSRF-Token", key.as_str())];
    let shown = ask(&server, &own);
    assert_eq!(shown.body["data"]["demands"]["totalCount"], json!(public + 1), "{}", shown.body);
    // Reading by GET needs the cookie alone; the session says who it is.
    let read = send(&server, "GET", "/graphql?query=%7B__typename%7D", &own[..1], "");
    assert_eq!(read.status, 200);
    let who = send(&server, "GET", "/session", &own[..1], "");
    assert_eq!(
        (&who.body["loggedIn"], &who.body["name"], &who.body["role"], who.page_key()),
        (&json!(true), &json!("wang.fang"), &json!("STEWARD"), key.clone())
    );
    let save = r#"mutation { saveSource(input: {key: "src-s", kind: NEWS, issuer: "示例报", title: "示例", grade: A, address: "https://news.example/1"}) { __typename } }"#;
    let written = post(&server, "/graphql", &own, &json!({ "query": save }));
    assert_eq!(written.body["data"]["saveSource"]["__typename"], "Written", "{}", written.body);
    let gone = send(&server, "DELETE", "/session", &own, "");
    assert!(gone.status == 204 && gone.head.contains("Max-Age=0"), "{}", gone.head);
    for answer in
        [ask(&server, &own), send(&server, "GET", "/session", &own, ""), send(&server, "DELETE", "/session", &own, "")]
    {
        assert_eq!((answer.status, answer.code()), (401, "SESSION_ENDED"));
        assert!(
            answer.head.contains("set-cookie: innograph=; Path=/; Max-Age=0"),
            "it would be told again: {}",
            answer.head
        );
    }
    // Without a cookie nothing has ended: a page that is opened by the public hears of no error.
    for headers in [&[][..], &[("Cookie", "theme=dark")], &own[1..]] {
        let nobody = send(&server, "GET", "/session", headers, "");
        assert_eq!((nobody.status, nobody.body), (200, json!({ "loggedIn": false })));
        assert!(
            !nobody.head.contains("set-cookie") && nobody.head.contains("cache-control: no-store"),
            "{}",
            nobody.head
        );
    }
    let log = std::fs::read_to_string(data.path().join("audit.log")).expect("the log");
    let events: Vec<String> =
        log.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["event"].to_string()).collect();
    let expected = ["TOKEN_CREATED", "ACCOUNT_CREATED", "LOGGED_IN", "LOGGED_IN", "PASSWORD_CHANGED", "LOGGED_OUT"];
    assert_eq!(events, expected.map(|event| format!("\"{event}\"")));
    for secret in [&first, PASSWORD, &cookie["innograph=".len()..], &key] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn a_page_is_told_who_looks_at_it_and_what_they_may() {
    let (data, server) = served(CHEAP);
    let query = "{ viewer { role name region { nameZh } seesInside seesOutside writesInside writesOutside smallCellsWithheld mayAskThePast mayManageAccounts } }";
    let told = |headers: &[(&str, &str)]| {
        post(&server, "/graphql", headers, &json!({ "query": query })).body["data"]["viewer"].take()
    };
    let line = |role: &str, name: Value, region: Value, sees: [&str; 2], may: [bool; 5]| {
        json!({ "role": role, "name": name, "region": region, "seesInside": sees[0], "seesOutside": sees[1],
            "writesInside": may[0], "writesOutside": may[1], "smallCellsWithheld": may[2], "mayAskThePast": may[3],
            "mayManageAccounts": may[4] })
    };
    let public = line("PUBLIC", Value::Null, Value::Null, ["PUBLIC", "PUBLIC"], [false, false, true, false, false]);
    assert_eq!(told(&[]), public);
    let officer = |name: &str, region: &str| {
        let first = create(data.path(), &["--name", name, "--role", "county_officer", "--region", region], CHEAP);
        settled(&server, name, &first)
    };
    let dong = json!({ "nameZh": "示例东城区" });
    let inside =
        line("COUNTY_OFFICER", json!("dong"), dong, ["RESTRICTED", "PUBLIC"], [true, false, true, true, false]);
    let (cookie, key) = officer("dong", "990101");
    assert_eq!(told(&[("Cookie", &cookie), ("X-CSRF-Token", &key)]), inside);
    // Of a region that nobody knows there is no inside; nor is the key of an import the code of one.
    for (name, region) in [("lost", "999999"), ("keyed", "reg-dong")] {
        let (cookie, key) = officer(name, region);
        let none =
            line("COUNTY_OFFICER", json!(name), Value::Null, ["PUBLIC", "PUBLIC"], [false, false, true, true, false]);
        assert_eq!(told(&[("Cookie", &cookie), ("X-CSRF-Token", &key)]), none);
    }
    let all = line("STEWARD", json!("t"), Value::Null, ["RESTRICTED", "RESTRICTED"], [true, true, false, true, false]);
    assert_eq!(told(&[("Authorization", &server_token(data.path()))]), all);
}

#[test]
fn one_password_tried_on_many_names_is_stopped_by_the_address() {
    let (data, server) = served(&[CHEAP, &[("ACCOUNTS__ADDRESS_TRIES", "6")]].concat());
    let first = made(data.path(), "a");
    for number in 0..6 {
        assert_eq!(log_in(&server, &format!("n{number}"), "Wrong-2026").status, 401);
    }
    let stopped = log_in(&server, "a", &first);
    assert_eq!((stopped.status, stopped.code()), (429, "TOO_MANY_TRIES"));
    assert!(stopped.head.contains("retry-after: 9"), "{}", stopped.head);
    assert_eq!(ask(&server, &[]).status, 200);
}

#[test]
fn over_https_the_cookie_is_for_https_and_this_host_alone() {
    let (data, server) = served(CHEAP);
    let first = made(data.path(), "a");
    let body = json!({ "name": "a", "password": first });
    let begun = post(&server, "/session", &[("Origin", "https://tu.example.cn")], &body);
    let line = begun.head.lines().find(|line| line.starts_with("set-cookie")).expect("a cookie").to_owned();
    assert!(line.contains("__Host-innograph=") && line.contains("; Secure") && line.contains("Path=/"), "{line}");
    let cookie = begun.cookie().expect("a cookie");
    assert_eq!(send(&server, "GET", "/session", &[("Cookie", &cookie)], "").status, 200);
    // The same under the name that a neighbour could set is nothing.
    let planted = cookie.replace("__Host-", "");
    assert_eq!(send(&server, "GET", "/session", &[("Cookie", &planted)], "").status, 401);
    let both = format!("{cookie}; {planted}");
    assert_eq!(send(&server, "GET", "/session", &[("Cookie", &both)], "").status, 401);
}

#[test]
fn no_foreign_page_does_anything_with_the_cookie() {
    let (data, server) = served(&[CHEAP, &[("ORIGINS", r#"["https://portal.example.cn"]"#)]].concat());
    let (cookie, key) = settled(&server, "a", &made(data.path(), "a"));
    let with = |headers: &[(&'static str, &str)]| {
        let all: Vec<(&str, &str)> = [("Cookie", cookie.as_str())].into_iter().chain(headers.iter().copied()).collect();
        ask(&server, &all)
    };
    // Without the key of the page, with another's, or twice, nothing is asked.
    let other = key.chars().rev().collect::<String>();
    for headers in [
        &[][..],
        &[("X-CSRF-Token", "")],
        &[("X-CSRF-Token", &other)],
        &[("X-CSRF-Token", &key), ("X-CSRF-Token", &key)],
    ] {
        let refused = with(headers);
        assert_eq!((refused.status, refused.code()), (403, "CSRF"), "{headers:?}");
    }
    assert_eq!(with(&[("X-CSRF-Token", &key)]).status, 200);
    // A page that may ask does so as the public; any other does not ask at all.
    let inside = with(&[("X-CSRF-Token", &key), ("Origin", "http://tu.example.cn")]).body;
    let portal = with(&[("X-CSRF-Token", &key), ("Origin", "https://portal.example.cn")]).body;
    assert_eq!(portal["data"], ask(&server, &[]).body["data"], "the cookie counted for another origin");
    assert_ne!(portal["data"], inside["data"]);
    assert_eq!(with(&[("X-CSRF-Token", &key), ("Origin", "https://evil.example")]).code(), "ORIGIN_FORBIDDEN");
    for origin in ["https://portal.example.cn", "https://evil.example", "null"] {
        let foreign = post(&server, "/session", &[("Origin", origin)], &json!({ "name": "a", "password": PASSWORD }));
        assert_eq!((foreign.status, foreign.code()), (403, "ORIGIN_FORBIDDEN"));
        assert!(!foreign.head.contains("access-control"), "{}", foreign.head);
    }
    // What a form can send logs nobody in.
    let form = send(&server, "POST", "/session", &[("Content-Type", "text/plain")], r#"{"name":"a","password":"x"}"#);
    assert_eq!(form.status, 415);
    // Changing and leaving need the key as well.
    let bare = [("Cookie", cookie.as_str())];
    let change = json!({ "password": PASSWORD, "newPassword": "Another-2026" });
    assert_eq!(post(&server, "/session/password", &bare, &change).code(), "CSRF");
    assert_eq!(send(&server, "DELETE", "/session", &bare, "").code(), "CSRF");
    // By GET nothing is written, whatever it is called.
    let get = "/graphql?query=mutation%7B__typename%7D";
    assert_eq!(send(&server, "GET", get, &bare, "").status, 405);
    // A cookie and a token at once are two opinions.
    let token = server_token(data.path());
    let both = [("Cookie", cookie.as_str()), ("Authorization", token.as_str())];
    assert_eq!(ask(&server, &both).status, 401);
    assert_eq!(send(&server, "GET", "/session", &both, "").status, 401);
    assert_eq!(ask(&server, &[("Authorization", &token)]).status, 200);
}

fn server_token(data: &Path) -> String {
    let made = crate::process::program().args(["token", "create", "--name", "t", "--data"]).arg(data).output();
    let made = made.expect("the program starts");
    assert!(made.status.success(), "{made:?}");
    format!("Bearer {}", String::from_utf8_lossy(&made.stdout).trim_end())
}

#[test]
fn a_session_is_renewed_and_ended_when_something_changes() {
    let (data, server) = served(CHEAP);
    let first = made(data.path(), "a");
    let begun = log_in(&server, "a", &first);
    let old = begun.cookie().expect("a cookie");
    let (cookie, key) = settled(&server, "a", &first);
    let lives = |cookie: &str| send(&server, "GET", "/session", &[("Cookie", cookie)], "").status == 200;
    assert!(!lives(&old) && lives(&cookie), "choosing a password ends the other sessions");
    // Logging in again over a session that somebody may have planted gives another one.
    let again = post(&server, "/session", &[("Cookie", &cookie)], &json!({ "name": "a", "password": PASSWORD }));
    let renewed = again.cookie().expect("a cookie");
    assert!(renewed != cookie && !lives(&cookie) && lives(&renewed));
    assert_ne!(again.page_key(), key);
    for (action, more) in [("role", &["--role", "analyst"][..]), ("disable", &[]), ("enable", &[]), ("reset", &[])] {
        let held = log_in(&server, "a", PASSWORD).cookie();
        let done = account(data.path(), &[&[action, "a"], more].concat(), CHEAP);
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        match (action, held) {
            ("enable", held) => assert_eq!(held, None, "a disabled account was let in"),
            (_, held) => assert!(!lives(&held.expect("a cookie")), "{action} left a session"),
        }
    }
    assert_eq!(log_in(&server, "a", PASSWORD).status, 401, "the password was reset");
    // Fixed by whoever made it up: a cookie that was never given out is none.
    let made_up = format!("innograph={}", "0".repeat(64));
    assert!(!lives(&made_up));
}

#[test]
fn each_guess_counts_and_there_is_no_guessing_by_aliases_or_lists() {
    let (data, server) = served(&[CHEAP, &[("ACCOUNTS__TRIES", "3")]].concat());
    let first = made(data.path(), "a");
    let failures = || {
        let log = std::fs::read_to_string(data.path().join("audit.log")).expect("the log");
        log.matches("LOGIN_FAILED").count() + log.matches("\"LOCKED\"").count()
    };
    // Two hundred tries in one request are no try at all, whichever way they are put together.
    let one = json!({ "name": "a", "password": "x" });
    for (status, body) in [
        (400, json!(vec![one.clone(); 200])),
        (400, json!({ "name": "a", "password": ["x", "y"] })),
        (400, json!({ "name": "a", "password": "x", "query": "{ a: __typename }" })),
    ] {
        assert_eq!(post(&server, "/session", &[], &body).status, status);
    }
    let twice = r#"{"name":"a","password":"x","password":"y"}"#;
    assert_eq!(send(&server, "POST", "/session", &[("Content-Type", "application/json")], twice).status, 400);
    let aliases: String =
        (0..200).map(|number| format!("a{number}: logIn(name: \"a\", password: \"{number}\") ")).collect();
    let asked = post(&server, "/graphql", &[], &json!({ "query": format!("mutation {{ {aliases} }}") }));
    assert!(asked.body["data"].is_null() && !asked.body["errors"].is_null());
    assert_eq!(failures(), 0);
    // At the same time, over as many connections.
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..12).map(|_| scope.spawn(|| log_in(&server, "a", "Wrong-2026").status)).collect();
        tries.into_iter().map(|one| one.join().expect("it answers")).collect()
    });
    assert_eq!(answers, vec![401; 12]);
    assert_eq!(failures(), 12);
    let locked = log_in(&server, "a", &first);
    assert_eq!((locked.status, locked.code()), (401, "LOGIN_REFUSED"), "the right one, too late");
    // A locked account, a wrong password and a name that nobody has are one answer.
    let nobody = log_in(&server, "nobody", "Wrong-2026");
    assert_eq!((nobody.status, &nobody.body), (locked.status, &locked.body));
    let listed = String::from_utf8(account(data.path(), &["list"], CHEAP).stdout).expect("text");
    assert!(listed.contains("locked"), "{listed}");
    assert_eq!(account(data.path(), &["unlock", "a"], CHEAP).status.code(), Some(0));
    assert_eq!(log_in(&server, "a", &first).status, 200);
    // In the file every try counts, also of choosing a password.
    let (cookie, key) = settled(&server, "a", &first);
    let own = [("Cookie", cookie.as_str()), ("X-CSRF-Token", key.as_str())];
    for _ in 0..3 {
        let wrong = json!({ "password": "Wrong-2026", "newPassword": "Another-2026" });
        assert_eq!(post(&server, "/session/password", &own, &wrong).code(), "LOGIN_REFUSED");
    }
    assert_eq!(log_in(&server, "a", PASSWORD).status, 401, "locked");
}

#[test]
fn how_long_a_refusal_takes_does_not_tell_whether_there_is_such_a_name() {
    let (data, server) = served(&[]);
    create(data.path(), &["--name", "a", "--role", "steward"], &[]);
    let time = |name: &str| {
        let begun = now();
        assert_eq!(log_in(&server, name, "Wrong-2026").status, 401);
        begun.elapsed()
    };
    let (mut known, mut unknown): (Vec<Duration>, Vec<Duration>) = (0..9).map(|_| (time("a"), time("b"))).unzip();
    known.sort();
    unknown.sort();
    let (known, unknown) = (known[4], unknown[4]);
    assert!(unknown * 2 > known && known * 2 > unknown, "known {known:?}, unknown {unknown:?}");
}

#[test]
fn a_weak_password_is_refused_with_the_reason() {
    let (data, server) = served(CHEAP);
    let first = made(data.path(), "wangfang");
    let begun = log_in(&server, "wangfang", &first);
    let (cookie, key) = (begun.cookie().expect("a cookie"), begun.page_key());
    let own = [("Cookie", cookie.as_str()), ("X-CSRF-Token", key.as_str())];
    for weak in ["Short-1", "alllowercase", "Wangfang-2026", &first] {
        let answer = post(&server, "/session/password", &own, &json!({ "password": first, "newPassword": weak }));
        assert_eq!((answer.status, answer.code()), (400, "PASSWORD_WEAK"), "{weak}: {}", answer.body);
        assert!(!answer.body.to_string().contains(weak), "{}", answer.body);
    }
}

#[test]
fn a_socket_takes_the_session_from_pages_of_its_own() {
    let (data, server) = served(CHEAP);
    let (cookie, _) = settled(&server, "a", &made(data.path(), "a"));
    let upgrade = |headers: &[(&str, &str)]| {
        let base = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ("Sec-WebSocket-Protocol", "graphql-transport-ws"),
        ];
        let mut text = "GET /graphql HTTP/1.1\r\nHost: tu.example.cn\r\n".to_owned();
        for (name, value) in base.iter().chain(headers) {
            text += &format!("{name}: {value}\r\n");
        }
        first_line(&server, &format!("{text}\r\n"))
    };
    let own = ("Cookie", cookie.as_str());
    assert!(upgrade(&[own, ("Origin", "http://tu.example.cn")]).contains("101"));
    assert!(upgrade(&[]).contains("101"), "the public comes without");
    for headers in [&[own][..], &[own, ("Origin", "https://evil.example")], &[own, ("Origin", "null")]] {
        assert!(upgrade(headers).contains("403"), "{headers:?}");
    }
    assert!(upgrade(&[("Cookie", "innograph=00"), ("Origin", "http://tu.example.cn")]).contains("401"));
}

/// The first line of what is answered; the connection may stay open.
fn first_line(server: &Server, request: &str) -> String {
    use std::io::{BufRead, BufReader, Write};
    let mut stream = std::net::TcpStream::connect(server.address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out can be set");
    stream.write_all(request.as_bytes()).expect("it can be sent");
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("an answer");
    line
}

#[test]
fn nobody_logs_in_where_it_cannot_be_written_down() {
    let (data, server) = served(CHEAP);
    let (cookie, key) = settled(&server, "a", &made(data.path(), "a"));
    let log = data.path().join("audit.log");
    std::fs::rename(&log, data.path().join("aside")).expect("it can be moved");
    std::fs::create_dir(&log).expect("a folder in its place");
    for password in [PASSWORD, "Wrong-2026"] {
        let answer = log_in(&server, "a", password);
        assert_eq!((answer.status, answer.code()), (503, "AUDIT_UNWRITABLE"));
        assert!(answer.cookie().is_none());
    }
    let own = [("Cookie", cookie.as_str()), ("X-CSRF-Token", key.as_str())];
    let change = json!({ "password": PASSWORD, "newPassword": "Another-2026" });
    assert_eq!(post(&server, "/session/password", &own, &change).status, 503);
    assert_eq!(ask(&server, &own).status, 200, "who was in reads on");
    std::fs::remove_dir(&log).expect("it can be removed");
    std::fs::rename(data.path().join("aside"), &log).expect("it can be put back");
    assert_eq!(log_in(&server, "a", PASSWORD).status, 200);
}

#[test]
fn a_socket_ends_with_the_session_and_an_open_page_keeps_nobody_in() {
    let (data, server) = served(&[CHEAP, &[("LIMITS__SOCKET_PING_MS", "300")]].concat());
    let (cookie, _) = settled(&server, "a", &made(data.path(), "a"));
    let knock = || {
        let headers = format!("Origin: http://localhost\r\nCookie: {cookie}\r\n{}", handshake(PROTOCOL));
        let (status, peer) = Peer::knock(server.address, &headers);
        assert_eq!(status, 101);
        peer
    };
    // Beside a token it is two opinions.
    let mut two = knock();
    let token = server_token(data.path());
    two.say(&json!({ "type": "connection_init", "payload": { "authorization": token } }));
    assert_eq!(two.hear(), Heard::Close(4_403));
    let mut peer = knock();
    peer.say(&json!({ "type": "connection_init" }));
    assert_eq!(peer.hear(), Heard::Message(json!({ "type": "connection_ack" })));
    peer.subscribe("1", "{ viewer { name role } }", &Value::Null);
    assert_eq!(peer.next("1")["data"]["viewer"], json!({ "name": "a", "role": "STEWARD" }));
    assert_eq!(peer.answer("1").0, "complete");
    assert_eq!(account(data.path(), &["disable", "a"], CHEAP).status.code(), Some(0));
    let begin = now();
    while peer.hear() != Heard::Close(4_403) {
        assert!(begin.elapsed() < Duration::from_secs(10), "it goes on");
    }
}

#[test]
fn no_log_holds_a_password_a_cookie_or_the_key_of_a_page() {
    let data = with_store();
    let path = data.path().join("serve.log");
    let log = std::fs::File::create(&path).expect("a log");
    let settings = [CHEAP, &[("LOG", "trace")]].concat();
    let server = Server::start_with(data.path(), "demo", &settings, Stdio::from(log));
    let first = made(data.path(), "a");
    let (cookie, key) = settled(&server, "a", &first);
    let own = [("Cookie", cookie.as_str()), ("X-CSRF-Token", key.as_str())];
    assert_eq!(ask(&server, &own).status, 200);
    assert_eq!(log_in(&server, "a", "Wrong-Canary-2026").status, 401);
    assert_eq!(log_in(&server, "Canary-As-Name-2026", "x").status, 401);
    assert_eq!(send(&server, "DELETE", "/session", &own, "").status, 204);
    assert_eq!(server.stop(), Some(0));
    let said = std::fs::read_to_string(&path).expect("a log");
    assert!(said.contains("/session/password"), "nothing was logged");
    for secret in [&first, PASSWORD, &cookie["innograph=".len()..], &key, "Canary"] {
        assert!(!said.contains(secret), "the log holds {secret}");
    }
}
