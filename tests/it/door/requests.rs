//! The first door: what is refused, with which code, and that the server lives on.

use crate::process::Server;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Method, path, headers, body, status, code.
type Case<'c> = (&'c str, &'c str, &'c [(&'c str, &'c str)], &'c [u8], u16, &'c str);

/// Every refusal: a stable code, both languages, small, without insides.
fn assert_refusal(body: &str, code: &str) {
    let answer: serde_json::Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"));
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], code, "{body}");
    let zh = extensions["zh"].as_str().unwrap_or_default();
    assert!(zh.chars().any(|letter| ('一'..='龥').contains(&letter)), "{body}");
    assert!(extensions["en"].as_str().is_some_and(|en| en.split_whitespace().count() > 2), "{body}");
    assert!(body.len() < 4096, "{} bytes", body.len());
    for inside in ["panicked", "src/", "RUST", "at line", "serde", "ParseError"] {
        assert!(!body.contains(inside), "{inside} in {body}");
    }
}

#[test]
fn requests_that_are_no_requests() {
    let (_data, server) = Server::demo();
    let query = br#"{"query":"{__typename}"}"#;
    let cases: &[Case] = &[
        ("POST", "/graphql", &[("Content-Type", "text/plain")], query, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            "POST",
            "/graphql",
            &[("Content-Type", "application/x-www-form-urlencoded")],
            b"query=%7B__typename%7D",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            "POST",
            "/graphql",
            &[("Content-Type", "multipart/form-data; boundary=x")],
            query,
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        ("POST", "/graphql", &[], query, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            "POST",
            "/graphql",
            &[("Content-Type", "application/json; charset=gbk")],
            query,
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        ("POST", "/graphql", &[JSON, ("Content-Encoding", "gzip")], query, 415, "UNSUPPORTED_ENCODING"),
        ("POST", "/graphql", &[JSON], b"", 400, "MALFORMED_JSON"),
        ("POST", "/graphql", &[JSON], b"{", 400, "MALFORMED_JSON"),
        ("POST", "/graphql", &[JSON], b"null", 400, "MALFORMED_JSON"),
        ("POST", "/graphql", &[JSON], b"\"{__typename}\"", 400, "MALFORMED_JSON"),
        ("POST", "/graphql", &[JSON], b"{\"query\":\"\xff\"}", 400, "MALFORMED_JSON"),
        ("POST", "/graphql", &[JSON], br#"{"query":"\ud800"}"#, 400, "MALFORMED_JSON"),
        ("POST", "/graphql", &[JSON], br#"[{"query":"{__typename}"}]"#, 400, "BATCHING_OFF"),
        ("POST", "/graphql", &[JSON], b"{}", 400, "QUERY_MISSING"),
        ("POST", "/graphql", &[JSON], br#"{"query":5}"#, 400, "MALFORMED_REQUEST"),
        ("POST", "/graphql", &[JSON], br#"{"query":"{__typename}","variables":[]}"#, 400, "MALFORMED_REQUEST"),
        ("POST", "/graphql", &[JSON], br#"{"query":"{__typename}","operationName":7}"#, 400, "MALFORMED_REQUEST"),
        ("GET", "/graphql", &[], b"", 400, "QUERY_MISSING"),
        ("GET", "/graphql?query=mutation%7Bx%7D", &[], b"", 405, "QUERIES_ONLY"),
        ("PUT", "/graphql", &[JSON], query, 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/graphql", &[JSON], query, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/nowhere", &[], b"", 404, "NOT_FOUND"),
        ("GET", "/playground/../../etc/passwd", &[], b"", 404, "NOT_FOUND"),
    ];
    for (method, path, headers, body, status, code) in cases {
        let (found, answer) = server.send(method, path, headers, body);
        assert_eq!(found, *status, "{method} {path} {}: {answer}", String::from_utf8_lossy(body));
        assert_refusal(&answer, code);
    }
    let nested = "[".repeat(100_000);
    assert_refusal(&server.send("POST", "/graphql", &[JSON], nested.as_bytes()).1, "MALFORMED_JSON");
    let large = format!("{{\"query\":\"{}\"}}", "x".repeat(10_000_000));
    let (status, answer) = server.send("POST", "/graphql", &[JSON], large.as_bytes());
    // A server that stops reading may reset the connection before its answer is read.
    assert!(status == 413 || status == 0, "{status}");
    if status == 413 {
        assert_refusal(&answer, "BODY_TOO_LARGE");
    }
    assert_eq!(server.ask("{__typename}").1["data"]["__typename"], "Query");
}

#[test]
fn documents_that_are_refused_before_they_run() {
    let (_data, server) = Server::demo();
    let aliases: String = (0..1000).map(|place| format!("a{place}: __typename ")).collect();
    let doubling: String =
        (0..28).map(|place| format!(" fragment F{place} on Query {{ ...F{0} ...F{0} }}", place + 1)).collect();
    let page = |inner: &str| {
        format!(
            "{{ organizations(first: 100) {{ edges {{ node {{ ties(first: 100) {{ edges {{ node {{ to {{ ties(first: 100) {{ edges {{ node {{ to {{ {inner} }} }} }} }} }} }} }} }} }} }} }} }}"
        )
    };
    let cases = [
        ("{".to_owned(), "SYNTAX"),
        ("query { }".to_owned(), "SYNTAX"),
        ("mutation { x }".to_owned(), "VALIDATION"),
        ("subscription { x }".to_owned(), "SUBSCRIPTION_NEEDS_SOCKET"),
        ("query A { __typename } query B { __typename }".to_owned(), "OPERATION_NAME_REQUIRED"),
        (format!("{{ {aliases} }}"), "TOO_MANY_ALIASES"),
        (format!("{{ ...F0 }}{doubling} fragment F28 on Query {{ __typename }}"), "TOO_MANY_FIELDS"),
        ("{ ...A } fragment A on Query { ...A }".to_owned(), "FRAGMENT_CYCLE"),
        ("{a".repeat(3_000), "TOO_DEEP"),
        (page("id"), "TOO_COSTLY"),
        (" ".repeat(70_000), "DOCUMENT_TOO_LONG"),
        ("{ nothing }".to_owned(), "VALIDATION"),
        ("{ node(id: 5.5) { id } }".to_owned(), "VALIDATION"),
        ("{ enterprises(orderBy: NOWHERE) { totalCount } }".to_owned(), "VALIDATION"),
        ("{ organization(by: {name: \"a\", code: \"b\"}) { id } }".to_owned(), "VALIDATION"),
    ];
    for (query, code) in cases {
        let (_, answer) = server.ask(&query);
        assert_refusal(&answer.to_string(), code);
        assert!(answer.get("data").is_none_or(serde_json::Value::is_null), "{answer}");
    }
    assert_eq!(server.ask("{__typename}").1["data"]["__typename"], "Query");
}

#[test]
fn questions_that_cannot_be_answered() {
    let (_data, server) = Server::demo();
    let cases = [
        ("{ node(id: \"short\") { id } }", "MALFORMED_ID"),
        ("{ organization(by: {id: \"' OR 1=1\"}) { id } }", "MALFORMED_ID"),
        ("{ organization(by: {creditCode: \"91410700000000000X\"}) { id } }", "INVALID_IDENTIFIER"),
        ("{ organization(by: {name: \"示例华能\"}) { id } }", "AMBIGUOUS_NAME"),
        ("{ alliance(by: {code: \"ent-juneng\"}) { id } }", "WRONG_KIND"),
        ("{ enterprises(first: 0) { totalCount } }", "PAGE_SIZE"),
        ("{ enterprises(first: 101) { totalCount } }", "PAGE_SIZE"),
        ("{ enterprises(first: -1) { totalCount } }", "PAGE_SIZE"),
        ("{ enterprises(after: \"abc\") { totalCount } }", "BAD_CURSOR"),
        ("{ enterprises(asOf: \"2017\") { totalCount } }", "MALFORMED_DATE"),
        ("{ enterprises(asOf: \"2017-02-30\") { totalCount } }", "MALFORMED_DATE"),
        ("{ enterprises(filter: {region: {code: \"000000\"}}) { totalCount } }", "UNKNOWN_REFERENCE"),
        ("{ enterprises(filter: {certified: \"NOTHING\"}) { totalCount } }", "UNKNOWN_REFERENCE"),
        ("{ enterprises(filter: {registeredCapital: {from: \"much\"}}) { totalCount } }", "MALFORMED_NUMBER"),
        ("{ search(text: \"  \") { totalCount } }", "EMPTY_QUERY"),
        ("{ paths(from: {code: \"ent-juneng\"}, to: {code: \"ent-juneng\"}) { visited } }", "SAME_ENDS"),
        ("{ paths(from: {code: \"ent-juneng\"}, to: {code: \"ent-lengan\"}, maxLength: 99) { visited } }", "STEPS"),
        ("{ neighborhood(of: {name: \"没有这个\"}) { visited } }", "UNKNOWN_REFERENCE"),
        ("{ partners(for: {text: \"  \"}) { totalCount } }", "EMPTY_WISH"),
        ("{ partners(for: {organization: {name: \"没有这个\"}}) { totalCount } }", "UNKNOWN_REFERENCE"),
        (
            "{ enterprise(by: {code: \"ent-juneng\"}) { statements(attribute: \"nothing\") { value } } }",
            "UNKNOWN_FIELD",
        ),
    ];
    for (query, code) in cases {
        let (_, answer) = server.ask(query);
        assert_refusal(&answer.to_string(), code);
    }
    let long = format!("{{ search(text: \"{}\") {{ totalCount }} }}", "字".repeat(300));
    assert_eq!(server.code(&long), "QUERY_TOO_LONG");
    // Not there is an answer, not an error.
    let (_, answer) =
        server.ask("{ organization(by: {name: \"没有这个\"}) { id } node(id: \"01ARZ3NDEKTSV4RRFFQ69G5FAV\") { id } }");
    assert_eq!(answer["data"], serde_json::json!({ "organization": null, "node": null }));
    assert!(answer.get("errors").is_none(), "{answer}");
    // Several fits are named.
    let (_, answer) = server.ask("{ organization(by: {name: \"示例华能\"}) { id } }");
    let zh = answer["errors"][0]["extensions"]["zh"].as_str().unwrap_or_default();
    assert!(zh.matches("示例华能").count() >= 3, "{zh}");
}

#[test]
fn a_root_field_that_is_never_null_takes_the_answer_with_it() {
    let (_data, server) = Server::demo();
    let broken = "broken: enterprises(filter: {listedOn: {from: \"x\"}}) { totalCount }";
    let (_, answer) = server.ask(&format!("{{ {broken} service {{ storeName }} }}"));
    assert_eq!(answer["data"], serde_json::Value::Null, "{answer}");
    assert_eq!(answer["errors"][0]["path"], serde_json::json!(["broken"]), "{answer}");
    // One that may be null is, and its neighbours are answered.
    let (_, answer) = server.ask("{ alliance(by: {code: \"ent-juneng\"}) { id } service { storeName } }");
    assert_eq!(answer["data"]["alliance"], serde_json::Value::Null, "{answer}");
    assert!(answer["data"]["service"]["storeName"].is_string(), "{answer}");
}

#[test]
fn introspection_is_answered_but_not_multiplied() {
    let (_data, server) = Server::demo();
    // What the playground asks for: every type with fields, arguments and nine levels of types.
    let of_type = (0..9).fold(String::new(), |inner, _| format!("ofType {{ kind name {inner} }}"));
    let of_type = format!("kind name {of_type}");
    let input = format!("name description type {{ {of_type} }} defaultValue");
    let own = format!(
        "{{ __schema {{ queryType {{ name }} types {{ kind name description fields(includeDeprecated: true) {{ name description args {{ {input} }} type {{ {of_type} }} isDeprecated }} inputFields {{ {input} }} interfaces {{ {of_type} }} enumValues {{ name description }} possibleTypes {{ {of_type} }} }} directives {{ name locations args {{ {input} }} }} }} }}"
    );
    let (_, answer) = server.ask(&own);
    assert!(
        answer["data"]["__schema"]["types"].as_array().is_some_and(|types| types.len() > 100),
        "{}",
        answer["errors"]
    );
    let pairs = |count: usize| {
        let inner =
            (0..count).fold("name".to_owned(), |inner, _| format!("possibleTypes {{ interfaces {{ {inner} }} }}"));
        format!("{{ __type(name: \"Node\") {{ {inner} }} }}")
    };
    assert!(server.ask(&pairs(1)).1["data"]["__type"].is_object());
    assert_eq!(server.code(&pairs(5)), "TOO_COSTLY");
    let fields = (0..6).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
    assert_eq!(server.code(&format!("{{ __type(name: \"Query\") {{ {fields} }} }}")), "TOO_COSTLY");
}

#[test]
fn every_operation_is_judged_not_only_the_one_that_runs() {
    let (_data, server) = Server::demo();
    let doubling: String =
        (0..28).map(|place| format!(" fragment F{place} on Query {{ ...F{0} ...F{0} }}", place + 1)).collect();
    let query =
        format!("query A {{ __typename }} query B {{ ...F0 }}{doubling} fragment F28 on Query {{ __typename }}");
    let body = serde_json::json!({ "query": query, "operationName": "A" }).to_string();
    let (_, answer) = server.send("POST", "/graphql", &[JSON], body.as_bytes());
    assert_refusal(&answer, "TOO_MANY_FIELDS");
}

#[test]
fn filters_are_bounded_also_in_variables() {
    let (_data, server) = Server::demo();
    let ask = |count: usize| {
        let conditions: Vec<_> =
            (0..count).map(|place| serde_json::json!({ "nameContains": format!("无{place}") })).collect();
        let query = "query($f: OrganizationFilter) { organizations(filter: $f) { totalCount } }";
        let body = serde_json::json!({ "query": query, "variables": { "f": { "or": conditions } } }).to_string();
        server.send("POST", "/graphql", &[JSON], body.as_bytes()).1
    };
    assert!(ask(20).contains("\"totalCount\":0"), "{}", ask(20));
    assert_refusal(&ask(4_000), "FILTER_TOO_LARGE");
}

#[test]
fn a_cursor_of_an_edge_leads_on() {
    let (_data, server) = Server::demo();
    let page = |after: &str| {
        let query = format!(
            "{{ organization(by: {{code: \"ent-juneng\"}}) {{ collaborations(first: 2{after}) {{ edges {{ cursor id }} pageInfo {{ endCursor }} }} }} }}"
        );
        server.ask(&query).1["data"]["organization"]["collaborations"].clone()
    };
    let first = page("");
    assert_eq!(first["edges"][1]["cursor"], first["pageInfo"]["endCursor"]);
    let after_one = page(&format!(", after: {}", first["edges"][0]["cursor"]));
    assert_eq!(after_one["edges"][0]["id"], first["edges"][1]["id"], "{after_one}");
}

#[test]
fn the_owner_of_an_anonymous_demand_is_not_counted() {
    let (_data, server) = Server::demo();
    // Both ask for something that only the bureau may know of; see the README of the invented city.
    for firm in ["ent-guanjia", "ent-huaneng-hb", "ent-juneng"] {
        let ask = |day: &str| {
            let query = format!(
                "{{ neighborhood(of: {{code: \"{firm}\"}}, asOf: \"{day}\", limit: 500) {{ visited edges {{ id }} }} }}"
            );
            server.ask(&query).1
        };
        for day in ["2016-01-01", "2019-06-30", "2021-12-31", "2026-01-01"] {
            let answer = ask(day);
            let shown = answer["data"]["neighborhood"]["edges"].as_array().map_or(0, Vec::len);
            assert_eq!(answer["data"]["neighborhood"]["visited"], shown, "{firm} on {day}");
            assert_eq!(answer["extensions"]["cost"]["rows"], shown, "{firm} on {day}");
        }
    }
}

#[test]
fn misses_offer_what_may_have_been_meant() {
    let (_data, server) = Server::demo();
    let (_, answer) = server.ask("{ organization(by: {name: \"示例华能\"}) { id } }");
    let candidates = answer["errors"][0]["extensions"]["candidates"].as_array().cloned().unwrap_or_default();
    assert_eq!(candidates.len(), 2, "{answer}");
    let id = candidates[0]["id"].as_str().unwrap_or_default();
    let (_, again) = server.ask(&format!("{{ organization(by: {{id: \"{id}\"}}) {{ nameZh }} }}"));
    assert_eq!(again["data"]["organization"]["nameZh"], candidates[0]["nameZh"]);
    let (_, answer) = server.ask("{ partners(for: {organization: {name: \"华能新材料\"}}) { totalCount } }");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNKNOWN_REFERENCE");
    assert!(
        answer["errors"][0]["extensions"]["zh"].as_str().is_some_and(|zh| zh.contains("您是不是要找：示例华能新材料")),
        "{answer}"
    );
    let (_, answer) = server.ask("{ organization(by: {name: “示例”}) { id } }");
    assert!(answer["errors"][0]["extensions"]["zh"].as_str().is_some_and(|zh| zh.contains("中文的引号")), "{answer}");
}

#[test]
fn what_is_hidden_does_not_exist() {
    let (_data, server) = Server::demo();
    // dem-fuqi is for the bureau only, dem-soc hides its owner.
    let (_, answer) =
        server.ask("{ demand(by: {code: \"dem-fuqi\"}) { id } demands(first: 100) { edges { node { key } } } }");
    assert_eq!(answer["data"]["demand"], serde_json::Value::Null, "{answer}");
    assert!(!answer["data"].to_string().contains("dem-fuqi"), "{answer}");
    // What was asked for is repeated as it was asked, as of something that never was.
    let told = |answer: &serde_json::Value, code: &str| answer["extensions"]["warnings"].to_string().replace(code, "…");
    let (_, never) = server.ask("{ demand(by: {code: \"dem-fuqx\"}) { id } }");
    assert_eq!(told(&answer, "dem-fuqi"), told(&never, "dem-fuqx"));
    let (_, answer) = server.ask(
        "{ demand(by: {code: \"dem-soc\"}) { nameZh owners { totalCount } ties { edges { node { relation } } } } }",
    );
    assert_eq!(answer["data"]["demand"]["owners"]["totalCount"], 0, "{answer}");
    assert!(!answer.to_string().contains("HAS_DEMAND"), "{answer}");
    let (_, answer) = server.ask("{ demand(by: {code: \"dem-gemo\"}) { owners { totalCount } } }");
    assert_eq!(answer["data"]["demand"]["owners"]["totalCount"], 1, "an open demand shows its owner: {answer}");
}

#[test]
fn pages_load_nothing_from_elsewhere() {
    let (_data, server) = Server::demo();
    for path in ["/", "/playground"] {
        let answer = server.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("script-src 'self'"), "{answer}");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        assert!(!body.contains("https://") && !body.contains("http://"), "{body}");
    }
}

#[test]
fn nobody_is_reflected() {
    let (_data, server) = Server::demo();
    let answer = server.raw(b"GET / HTTP/1.1\r\nHost: <script>alert(1)</script>\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n");
    assert!(!answer.contains("alert(1)") && !answer.to_lowercase().contains("access-control-allow-origin"), "{answer}");
}
