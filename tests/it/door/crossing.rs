//! Group 1, what a foreign page or a trick could get carried out: methods, content types, origins,
//! addresses, arrays and hashes. Everything comes with an administrator's token: what got through
//! would be written, and the number of the store would move.

use serde_json::json;

use super::attack::{Fort, JSON, Trials};
use super::raw::lines_of_status;

const SAVE: &str = r#"mutation Save { saveSource(input: { key: "crossed", kind: NEWS, issuer: "示例报", title: "示例报道", grade: A, address: "https://news.example/1" }) { __typename } }"#;
const EVIL: &str = "https://evil.example";

fn saving() -> Vec<u8> {
    json!({ "query": SAVE }).to_string().into_bytes()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn no_method_but_get_and_post() {
    let fort = Fort::new();
    let before = fort.sequence();
    let json = fort.authorization() + JSON;
    let mut trials = Trials::default();
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get", "Post", "QUERY", "LINK"] {
        trials.of(method, || {
            let heard = fort.stands(method, |fort| fort.send(method, "/graphql", &json, &saving()));
            heard.assert_status(method, &[405]);
        });
    }
    let head = fort.send("HEAD", &format!("/graphql?query={}", encoded(SAVE)), &fort.authorization(), b"");
    assert!(head.body.is_empty() && (400..500).contains(&head.status), "{head:?}");
    // A method behind a method counts for nothing.
    for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
        let overriding = format!("{}{name}: POST\r\n", fort.authorization());
        let heard = fort.send("GET", &format!("/graphql?query={}&_method=POST", encoded(SAVE)), &overriding, b"");
        heard.assert_status(name, &[405]);
        let overriding = format!("{json}{name}: POST\r\n");
        fort.send("PUT", "/graphql", &overriding, &saving()).assert_status(name, &[405]);
    }
    assert_eq!(fort.sequence(), before, "something was written");
}

#[test]
fn nothing_a_form_can_send_is_carried_out() {
    let fort = Fort::new();
    let before = fort.sequence();
    let form = format!("query={}", encoded(SAVE)).into_bytes();
    let operations = json!({ "query": SAVE }).to_string();
    let multipart = format!(
        "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{{}}\r\n--x--\r\n"
    );
    let cases: &[(&str, &[u8])] = &[
        ("text/plain", &saving()),
        ("text/plain; charset=utf-8", &saving()),
        ("text/plain; application/json", &saving()),
        ("text/plain, application/json", &saving()),
        ("text/plain\t;application/json", &saving()),
        ("application/x-www-form-urlencoded", &form),
        ("application/x-www-form-urlencoded", &saving()),
        ("application/x-www-form-urlencoded; application/json", &saving()),
        ("multipart/form-data; boundary=x", multipart.as_bytes()),
        ("multipart/mixed; boundary=x", multipart.as_bytes()),
        ("application/graphql", SAVE.as_bytes()),
        ("application/jsonp", &saving()),
        ("application/json-seq", &saving()),
        ("application/xml", &saving()),
        ("text/json", &saving()),
        ("*/*", &saving()),
        ("", &saving()),
        (";", &saving()),
    ];
    let mut trials = Trials::default();
    for (kind, body) in cases {
        trials.of(kind, || {
            let lines = format!("{}Content-Type: {kind}\r\n", fort.authorization());
            let heard = fort.stands(kind, |fort| fort.send("POST", "/graphql", &lines, body));
            heard.assert_status(kind, &[415, 400]);
        });
    }
    for (what, lines) in [
        ("no content type", fort.authorization()),
        ("two, the first of a form", format!("{}Content-Type: text/plain\r\n{JSON}", fort.authorization())),
        ("two, the second of a form", format!("{}{JSON}Content-Type: text/plain\r\n", fort.authorization())),
    ] {
        trials.of(what, || {
            let heard = fort.send("POST", "/graphql", &lines, &saving());
            heard.assert_status(what, &[415, 400]);
        });
    }
    assert_eq!(fort.sequence(), before, "something was written");
}

#[test]
fn no_mutation_comes_by_address() {
    let fort = Fort::new();
    let before = fort.sequence();
    let both = format!("query Read {{ __typename }} {SAVE}");
    let hidden = SAVE.replacen("mutation Save", "# query\nmutation Save", 1);
    let mut trials = Trials::default();
    for (what, path) in [
        ("plain", format!("/graphql?query={}", encoded(SAVE))),
        ("named", format!("/graphql?query={}&operationName=Save", encoded(SAVE))),
        ("beside a query", format!("/graphql?query={}&operationName=Save", encoded(&both))),
        ("behind a comment", format!("/graphql?query={}", encoded(&hidden))),
        ("given twice", format!("/graphql?query=%7B__typename%7D&query={}", encoded(SAVE))),
        ("given twice, the other way round", format!("/graphql?query={}&query=%7B__typename%7D", encoded(SAVE))),
        ("behind a blank line", format!("/graphql?query=%0A%0D%09{}", encoded(SAVE))),
        ("as a subscription", "/graphql?query=subscription%7Bchanged%7Bsequence%7D%7D".to_owned()),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.send("GET", &path, &fort.authorization(), b""));
            // Where a name is given twice, whichever counts: nothing is written.
            if !what.starts_with("given twice") || heard.status != 200 {
                heard.assert_status(what, &[405, 400]);
            }
        });
    }
    // A query beside a mutation may be asked for.
    let path = format!("/graphql?query={}&operationName=Read", encoded(&both));
    assert_eq!(fort.send("GET", &path, &fort.authorization(), b"").json()["data"]["__typename"], "Query");
    // Also not with a body that says otherwise, nor by POST with the mutation in the address.
    let lines = fort.authorization() + JSON;
    fort.send("GET", "/graphql?query=mutation%7Bx%7D", &lines, &saving()).assert_refused("a body by GET");
    let path = format!("/graphql?query={}", encoded(SAVE));
    let heard = fort.send("POST", &path, &lines, br#"{"query":"{__typename}"}"#);
    assert!(heard.status < 500, "{heard:?}");
    assert_eq!(fort.sequence(), before, "something was written");
}

#[test]
fn pages_of_other_origins_carry_out_nothing() {
    let fort = Fort::new();
    let before = fort.sequence();
    let host = format!("http://localhost:{}", fort.address.port());
    let (spoof, other_port) = (format!("{host}.evil.example"), "http://localhost:1".to_owned());
    let user = format!("http://localhost@{}", "evil.example");
    let mut trials = Trials::default();
    for origin in
        [EVIL, "null", "http://localhost.evil.example", &spoof, &other_port, &user, "file://", "data:", "*", "x"]
    {
        trials.of(origin, || {
            let lines = format!("{}{JSON}Origin: {origin}\r\n", fort.authorization());
            let heard = fort.stands(origin, |fort| fort.send("POST", "/graphql", &lines, &saving()));
            heard.assert_status(origin, &[403]);
            assert_eq!(heard.header("access-control-allow-origin"), None, "{origin}");
            let path = format!("/graphql?query={}", encoded("{__typename}"));
            let heard = fort.send("GET", &path, &format!("Origin: {origin}\r\n"), b"");
            assert_eq!(heard.header("access-control-allow-origin"), None, "{origin}");
        });
    }
    let two = format!("{}{JSON}Origin: http://localhost\r\nOrigin: {EVIL}\r\n", fort.authorization());
    fort.send("POST", "/graphql", &two, &saving()).assert_status("two origins", &[403, 400]);
    assert_eq!(fort.sequence(), before, "something was written");
    // The service's own page may, and who is no page at all.
    let own = format!("http://{}", fort.address);
    let head = format!("POST /graphql HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", fort.address);
    let rest = format!("{}{JSON}Origin: {own}\r\nContent-Length: {}\r\n\r\n", fort.authorization(), saving().len());
    let heard = fort.raw(&[head.as_bytes(), rest.as_bytes(), &saving()].concat());
    assert_eq!(heard.json()["data"]["saveSource"]["__typename"], "Written", "{heard:?}");
    let lines = fort.authorization() + JSON;
    let again = json!({ "query": SAVE.replace("crossed", "crossed-2") }).to_string();
    let heard = fort.send("POST", "/graphql", &lines, again.as_bytes());
    assert_eq!(heard.json()["data"]["saveSource"]["__typename"], "Written", "{heard:?}");
    assert_eq!(fort.sequence(), before + 2, "what should be written was not");
}

#[test]
fn origins_that_are_named_may_and_no_others() {
    let portal = "https://portal.example.cn";
    let fort = Fort::with(&[("origins", "[\"https://portal.example.cn\"]")]);
    let ask = |origin: &str| {
        let lines = format!("{}{JSON}Origin: {origin}\r\n", fort.authorization());
        fort.send("POST", "/graphql", &lines, br#"{"query":"{__typename}"}"#)
    };
    let heard = ask(portal);
    assert_eq!(
        (heard.status, heard.header("access-control-allow-origin").as_deref()),
        (200, Some(portal)),
        "{heard:?}"
    );
    let mut lines = heard.head.lines().map(str::to_ascii_lowercase);
    assert!(lines.any(|line| line.starts_with("vary:") && line.contains("origin")), "{heard:?}");
    assert_ne!(
        heard.header("access-control-allow-credentials").as_deref(),
        Some("true"),
        "nothing here reads a cookie"
    );
    let mut trials = Trials::default();
    for origin in
        ["https://portal.example.cn.evil.example", "http://portal.example.cn", "https://portal.example.cn:444"]
    {
        trials.of(origin, || {
            let heard = ask(origin);
            heard.assert_status(origin, &[403]);
            assert_eq!(heard.header("access-control-allow-origin"), None, "{origin}");
        });
    }
}

#[test]
fn foreign_pages_are_promised_nothing_and_nobody_is_reflected() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for method in ["POST", "GET", "PUT"] {
        trials.of(method, || {
            let lines = format!(
                "Origin: {EVIL}\r\nAccess-Control-Request-Method: {method}\r\nAccess-Control-Request-Headers: content-type, authorization\r\n"
            );
            let heard = fort.send("OPTIONS", "/graphql", &lines, b"");
            assert!(heard.status < 500, "{heard:?}");
            for name in ["access-control-allow-origin", "access-control-allow-headers", "access-control-allow-credentials"] {
                assert_eq!(heard.header(name), None, "{heard:?}");
            }
            assert!(!format!("{heard:?}").contains("evil.example"), "{heard:?}");
        });
    }
    let script = "<script>alert(1)</script>";
    for path in
        ["/", "/playground", "/playground/examples.json", "/graphql?query=%7B__typename%7D", "/readyz", "/nowhere"]
    {
        for (host, more) in [
            (script, String::new()),
            ("evil.example", format!("X-Forwarded-Host: {script}\r\nForwarded: host=\"{script}\"\r\n")),
            (
                "localhost",
                format!("Referer: https://x/{script}\r\nUser-Agent: {script}\r\nX-Original-URL: /{script}\r\n"),
            ),
        ] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n");
            let heard = fort.raw(request.as_bytes());
            assert!(heard.status < 500, "{path} {host}: {heard:?}");
            let said = format!("{}{}", heard.head, heard.body);
            assert!(!said.contains("alert(1)") && !said.contains("evil.example"), "{path} {host}: {said}");
        }
        let heard = fort.send("GET", &format!("{path}%3Cscript%3Ealert(1)%3C/script%3E"), "", b"");
        assert!(!heard.body.contains("<script>alert(1)"), "{path}: {}", heard.body);
    }
    // Nor can an address put a header into an answer.
    let split = super::raw::everything(
        fort.address,
        b"GET /nowhere%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert!(!split.to_ascii_lowercase().contains("\r\nx-evil"), "{split}");
    assert_eq!(lines_of_status(&split), [404], "{split}");
}

#[test]
fn arrays_of_requests_are_not_taken() {
    let fort = Fort::new();
    let before = fort.sequence();
    let lines = fort.authorization() + JSON;
    let one = json!({ "query": SAVE });
    let mut trials = Trials::default();
    for (what, body) in [
        ("a thousand", json!(vec![json!({ "query": "{__typename}" }); 1_000])),
        ("eleven", json!(vec![one.clone(); 11])),
        ("one", json!([one])),
        ("none", json!([])),
        ("nested", json!([[one], [[one]]])),
        ("nulls", json!([null, null])),
        ("mixed", json!([one, 5, null, "x"])),
        ("a subscription", json!([{ "query": "subscription { changed { sequence } }" }])),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.send("POST", "/graphql", &lines, body.to_string().as_bytes()));
            heard.assert_status(what, &[400]);
            assert_eq!(heard.code(), "BATCHING_OFF", "{what}");
        });
    }
    assert_eq!(fort.sequence(), before, "something was written");
}

#[test]
fn no_hash_stands_for_a_document_that_is_not_its_own() {
    let fort = Fort::new();
    let before = fort.sequence();
    let lines = fort.authorization() + JSON;
    // The hash of `{__typename}` as clients send it, with another document beside it.
    let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
    let poisoned = |query: &str, hash: &str| {
        json!({ "query": query, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } }).to_string()
    };
    let by_hash = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } }).to_string();
    let mut trials = Trials::default();
    for (what, body) in [
        ("another's hash", poisoned(SAVE, hash)),
        ("no hash", poisoned(SAVE, "")),
        ("a path for a hash", poisoned(SAVE, "../../etc/passwd")),
        ("a long hash", poisoned(SAVE, &"a".repeat(100_000))),
        ("by hash alone", by_hash.clone()),
        (
            "a number for a hash",
            json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": 7 } } }).to_string(),
        ),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.send("POST", "/graphql", &lines, body.as_bytes()));
            heard.assert_status(what, &[400, 200]);
            assert!(heard.code().starts_with("PERSISTED_QUERY"), "{what}: {}", heard.body);
        });
    }
    let path = format!(
        "/graphql?extensions={}",
        encoded(&json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } }).to_string())
    );
    fort.send("GET", &path, &fort.authorization(), b"").assert_status("by hash in the address", &[400, 200]);
    assert_eq!(fort.sequence(), before, "something was written");
    // A document that nobody has registered has no id.
    let unknown = json!({ "documentId": "sha256:0000" }).to_string();
    fort.send("POST", "/graphql", JSON, unknown.as_bytes()).assert_refused("an unknown documentId");
}
