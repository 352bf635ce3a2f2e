//! Tokens: made, listed, taken back while a server runs; what is refused, and what nobody may learn.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::process::{Server, import, program, project};

const ASK: &[u8] = br#"{"query":"{ __typename }"}"#;

fn store() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a scratch folder");
    let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
    let said = import(data.path(), "demo", &[&codes, &demo]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    data
}

fn token(data: &Path, args: &[&str]) -> Output {
    program().arg("token").args(args).arg("--data").arg(data).output().expect("the program starts")
}

fn create(data: &Path, args: &[&str]) -> String {
    let said = token(data, &[&["create"], args].concat());
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    let text = String::from_utf8(said.stdout).expect("text");
    assert_eq!(text.lines().count(), 1, "standard output holds the token alone");
    text.trim_end().to_owned()
}

/// Status and code of a query with these values of `Authorization`.
fn ask(server: &Server, authorizations: &[&str]) -> (u16, String) {
    let given = authorizations.iter().map(|value| ("Authorization", *value));
    let headers: Vec<_> = [("Content-Type", "application/json")].into_iter().chain(given).collect();
    let (status, body) = server.send("POST", "/graphql", &headers, ASK);
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {body}"));
    (status, answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
}

fn refused() -> (u16, String) {
    (401, "UNAUTHENTICATED".to_owned())
}

#[test]
fn a_token_lives_while_the_server_runs_and_dies_when_it_is_revoked() {
    let data = store();
    let server = Server::start(data.path(), "demo");
    let good = create(data.path(), &["--name", "wang.fang", "--role", "editor", "--days", "30"]);
    let bearer = format!("Bearer {good}");
    assert_eq!(ask(&server, &[&bearer]).0, 200);
    assert_eq!(ask(&server, &[&format!("bearer   {good}")]).0, 200, "the scheme is written in any case");
    let listed = String::from_utf8(token(data.path(), &["list"]).stdout).expect("text");
    assert!(listed.contains("wang.fang") && listed.contains("STEWARD") && listed.contains("live"), "{listed}");
    assert!(!listed.contains(&good[4..20]), "the list shows a token");
    assert_eq!(token(data.path(), &["create", "--name", "wang.fang"]).status.code(), Some(6));
    assert_eq!(token(data.path(), &["create", "--name", "no good"]).status.code(), Some(6));
    assert_eq!(token(data.path(), &["revoke", "nobody"]).status.code(), Some(6));
    assert_eq!(token(data.path(), &["revoke", "wang.fang"]).status.code(), Some(0));
    assert_eq!(ask(&server, &[&bearer]), refused());
    let listed = String::from_utf8(token(data.path(), &["list"]).stdout).expect("text");
    assert!(listed.contains("revoked"), "{listed}");
    assert_eq!(ask(&server, &[]).0, 200, "reading public facts needs no token");
    assert_eq!(token(&data.path().join("nowhere"), &["list"]).status.code(), Some(7));
}

#[test]
fn a_county_officers_token_names_a_region_and_counts_inside_it_alone() {
    let data = store();
    let officer = |more: &[&str]| token(data.path(), &[&["create", "--role", "county_officer"], more].concat());
    assert_eq!(officer(&["--name", "none"]).status.code(), Some(2));
    assert_eq!(officer(&["--name", "odd", "--region", "99/01"]).status.code(), Some(2));
    let steward = token(data.path(), &["create", "--name", "s", "--role", "steward", "--region", "990101"]);
    assert_eq!(steward.status.code(), Some(2), "a region that binds nobody");
    let made = officer(&["--name", "dong", "--region", "990101"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let bearer = format!("Bearer {}", String::from_utf8(made.stdout).expect("text").trim_end());
    let server = Server::start(data.path(), "demo");
    assert_eq!(ask(&server, &[&bearer]).0, 200);
    let listed = String::from_utf8(token(data.path(), &["list"]).stdout).expect("text");
    assert!(listed.contains("COUNTY_OFFICER") && listed.contains("990101"), "{listed}");
    // The former name of a steward still makes one.
    let editor = token(data.path(), &["create", "--name", "old", "--role", "editor"]);
    assert!(String::from_utf8_lossy(&editor.stderr).contains("steward"), "{editor:?}");
    let log = fs::read_to_string(data.path().join("audit.log")).expect("the audit log");
    assert_eq!(log.matches("TOKEN_CREATED").count(), 2, "{log}");
    assert!(!log.contains(&bearer[11..30]), "{log}");
    let verify = || program().args(["audit", "verify", "--data"]).arg(data.path()).output().expect("it starts");
    assert_eq!(verify().status.code(), Some(0));
    fs::write(data.path().join("audit.log"), log.replace("\"old\"", "\"odd\"")).expect("it can be written");
    let said = verify();
    assert_eq!(said.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&said.stderr).contains("AUDIT_DAMAGED"), "{said:?}");
    let doctor = program().args(["doctor", "--data"]).arg(data.path()).output().expect("it starts");
    assert!(doctor.status.code() == Some(5) && String::from_utf8_lossy(&doctor.stdout).contains("AUDIT_DAMAGED"));
    // A line that is missing at the end stops whoever wants to add one.
    fs::write(data.path().join("audit.log"), log.lines().next().expect("a line")).expect("it can be written");
    assert_eq!(token(data.path(), &["create", "--name", "late"]).status.code(), Some(5));
}

#[test]
fn what_is_no_token_is_refused_and_nothing_is_run() {
    let data = store();
    let good = create(data.path(), &["--name", "a"]);
    let server = Server::start(data.path(), "demo");
    let bearer = format!("Bearer {good}");
    let last = if good.ends_with('0') { "1" } else { "0" };
    let changed = format!("Bearer {}{last}", &good[..67]);
    let long = format!("Bearer igt_{}", "0".repeat(8_000));
    let cases: &[&[&str]] = &[
        &["Bearer"],
        &[""],
        &[&good],
        &["Bearer igt_0"],
        &[&format!("Basic {good}")],
        &[&format!("Token {good}")],
        &[&format!("{bearer} x")],
        &[&format!("{bearer},{bearer}")],
        &[&bearer.to_uppercase()],
        &[&bearer, &bearer],
        &[&bearer, "Basic x"],
        &[&changed],
        &[&long],
        &["Bearer eyJhbGciOiJub25lIn0.e30."],
        &["Bearer 令牌"],
    ];
    for case in cases {
        assert_eq!(ask(&server, case), refused(), "{case:?}");
    }
    // Also by GET, also where the query itself is not one; and the address carries no token.
    let by_get = |path: &str, headers: &[(&str, &str)]| server.send("GET", path, headers, b"");
    assert_eq!(by_get("/graphql?query=%7B__typename%7D", &[("Authorization", &changed)]).0, 401);
    assert_eq!(by_get("/graphql", &[("Authorization", "x")]).0, 401);
    assert_eq!(by_get("/graphql?query=%7B__typename%7D", &[("Authorization", &bearer)]).0, 200);
    let (status, body) = by_get(&format!("/graphql?query=%7B__typename%7D&access_token={good}"), &[]);
    assert!(status == 400 && body.contains("TOKEN_IN_ADDRESS") && !body.contains(&good), "{status} {body}");
    let posted =
        server.send("POST", &format!("/graphql?token=Bearer%20{good}"), &[("Content-Type", "application/json")], ASK);
    assert!(posted.0 == 400 && posted.1.contains("TOKEN_IN_ADDRESS"), "{posted:?}");
    let raw = server.raw(
        format!("GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {changed}\r\n\r\n")
            .as_bytes(),
    );
    assert!(raw.to_ascii_lowercase().contains("www-authenticate: bearer"), "{raw}");
    assert!(raw.contains('令') && !raw.contains(&changed[7..]), "{raw}");
}

#[test]
fn who_is_let_in_sees_what_is_internal_and_others_see_what_they_saw() {
    let data = store();
    let server = Server::start(data.path(), "demo");
    let editor = format!("Bearer {}", create(data.path(), &["--name", "e"]));
    let body =
        serde_json::json!({ "query": "{ demands(first: 100) { totalCount edges { node { id } } } }" }).to_string();
    let count = |headers: &[(&str, &str)]| {
        let headers = [&[("Content-Type", "application/json")], headers].concat();
        let text = server.send("POST", "/graphql", &headers, body.as_bytes()).1;
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
        (answer["data"]["demands"]["totalCount"].as_u64().expect("a count"), text)
    };
    let before = count(&[]);
    let inside = count(&[("Authorization", &editor)]);
    // One invented demand is for the bureau alone.
    assert_eq!(inside.0, before.0 + 1);
    // The same document, known by now, asked by the public again.
    assert_eq!(count(&[]), before);
}

#[test]
fn the_first_start_prints_a_token_exactly_once_and_never_logs_it() {
    let data = store();
    let start = |log: &Path| {
        let stderr = fs::File::create(log).expect("a log");
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--store-name", "demo", "--data"])
            .arg(data.path())
            .env("INNOGRAPH_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the program starts");
        let mut reader = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut said = String::new();
        while !said.contains("GraphQL:") && reader.read_line(&mut said).is_ok_and(|length| length > 0) {}
        let killed = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
        reader.read_to_string(&mut said).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        said
    };
    let log = data.path().join("first.log");
    let said = start(&log);
    let tokens: Vec<_> = said.split_whitespace().filter(|word| word.starts_with("igt_")).collect();
    let [token] = tokens[..] else { panic!("{} tokens are printed: {said}", tokens.len()) };
    assert!(said.contains("管理员令牌") && said.contains("administrator token"), "{said}");
    assert!(!fs::read_to_string(&log).expect("a log").contains(token), "the log holds the token");
    let kept = data.path().join("tokens.json");
    assert_eq!(kept.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
    assert!(!fs::read_to_string(&kept).expect("text").contains(&token[4..]), "the token is kept");
    let again = start(&data.path().join("second.log"));
    assert!(!again.contains("igt_"), "{again}");
    let server = Server::start(data.path(), "demo");
    assert_eq!(ask(&server, &[&format!("Bearer {token}")]).0, 200);
}

#[test]
fn a_damaged_file_of_tokens_lets_nobody_in_and_reading_goes_on() {
    let data = store();
    let good = format!("Bearer {}", create(data.path(), &["--name", "a"]));
    let server = Server::start(data.path(), "demo");
    assert_eq!(ask(&server, &[&good]).0, 200);
    let path = data.path().join("tokens.json");
    let sound = fs::read(&path).expect("it is there");
    for damaged in [&sound[..sound.len() / 2], b"", b"{}", b"[[[[[[[[[["] {
        fs::write(&path, damaged).expect("it can be written");
        assert_eq!(ask(&server, &[&good]), refused());
        assert_eq!(ask(&server, &[]).0, 200);
        assert_eq!(token(data.path(), &["create", "--name", "b"]).status.code(), Some(5));
        assert_eq!(fs::read(&path).expect("it is there"), damaged, "it is not written over");
    }
    let doctor = program().args(["doctor", "--data"]).arg(data.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.code() == Some(5) && said.contains("TOKENS_DAMAGED"), "{said}");
    fs::remove_file(&path).expect("it can be removed");
    assert_eq!(ask(&server, &[&good]), refused());
    fs::write(&path, &sound).expect("it can be written");
    assert_eq!(ask(&server, &[&good]).0, 200);
}

#[test]
fn a_directory_for_reading_alone_gets_no_token() {
    let data = store();
    fs::remove_file(data.path().join("lock")).expect("the lock file is there");
    fs::create_dir(data.path().join("lock")).expect("the folder can be made");
    let server = Server::start(data.path(), "demo");
    assert_eq!(server.ask("{ service { readOnly } }").1["data"]["service"]["readOnly"], true);
    assert!(!data.path().join("tokens.json").exists());
}

/// What a query or mutation answers, asked with this value of `Authorization` or without any.
fn data(server: &Server, authorization: Option<&str>, query: &str) -> serde_json::Value {
    let given = authorization.map(|value| ("Authorization", value));
    let headers: Vec<_> = [("Content-Type", "application/json")].into_iter().chain(given).collect();
    let body = serde_json::json!({ "query": query }).to_string();
    let (_, text) = server.send("POST", "/graphql", &headers, body.as_bytes());
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    answer["data"].clone()
}

#[test]
fn the_public_does_not_learn_who_entered_something() {
    let store = store();
    let bearer = format!("Bearer {}", create(store.path(), &["--name", "wang.fang", "--role", "editor"]));
    let server = Server::start(store.path(), "demo");
    let save = r#"mutation {
        source: saveSource(input: {key: "src-new", kind: NEWS, issuer: "示例报", title: "示例报道", grade: A, address: "https://news.example/1"}) { __typename }
        firm: saveEnterprise(input: {key: "firm-new", nameZh: "示例新录有限公司", unknown: ["legalForm", "status", "isLegalPerson"], source: "src-new"}) { __typename ... on Written { id } }
        tie: relate(input: {supplies: {from: {code: "firm-new"}, to: {code: "ent-zhengli"}, source: "src-new"}}) { __typename ... on Refusal { zh } ... on Written { id } }
    }"#;
    let written = data(&server, Some(&bearer), save);
    let id = |name: &str| written[name]["id"].as_str().unwrap_or_else(|| panic!("{written}")).to_owned();
    let ask = format!(
        r#"{{ node(id: "{}") {{ recordedBy recordedAt names {{ recordedBy }} identifiers {{ recordedBy }} ties(first: 5) {{ edges {{ node {{ recordedBy }} }} }}
            ... on Enterprise {{ supplies(first: 5) {{ edges {{ recordedBy }} }} }} }} tie(id: "{}") {{ recordedBy }} }}"#,
        id("firm"),
        id("tie")
    );
    let (shown, hidden) = (data(&server, Some(&bearer), &ask), data(&server, None, &ask));
    assert!(shown.to_string().matches(r#""recordedBy":"wang.fang""#).count() >= 5, "{shown:#}");
    assert_eq!(shown.to_string().matches(r#""recordedBy":null"#).count(), 0, "{shown:#}");
    assert!(!hidden.to_string().contains("wang.fang"), "{hidden:#}");
    let asked = shown.to_string().matches("recordedBy").count();
    assert_eq!(hidden.to_string().matches(r#""recordedBy":null"#).count(), asked, "{hidden:#}");
    assert!(hidden["node"]["recordedAt"].is_string(), "when it was entered is public");
}
