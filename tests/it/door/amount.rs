//! Group 2, how much a document asks for: pages within pages, sizes in literals, variables and
//! defaults, lists of arguments, many operations, and answers that would be too long.

use std::time::Duration;

use serde_json::{Value, json};

use super::attack::{Fort, Heard, SLOWER, Trials};
use super::document::refused_at_once;

/// Pages within pages: `levels` of them, each of this size.
fn pages(levels: usize, first: &str) -> String {
    (0..levels).fold("id".to_owned(), |inner, _| format!("ties({first}) {{ edges {{ node {{ to {{ {inner} }} }} }} }}"))
}

/// The document by literal, by variable, by a variable's default.
fn three_ways(levels: usize, first: i64) -> [(&'static str, String, Value); 3] {
    let list = |size: &str| format!("organizations({size}) {{ edges {{ node {{ {} }} }} }}", pages(levels, size));
    [
        ("by literal", format!("{{ {} }}", list(&format!("first: {first}"))), Value::Null),
        ("by variable", format!("query($n: Int!) {{ {} }}", list("first: $n")), json!({ "n": first })),
        ("by default", format!("query($n: Int! = {first}) {{ {} }}", list("first: $n")), Value::Null),
    ]
}

#[test]
fn amplification_is_refused_before_it_runs() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for (levels, first) in [(2, 100), (3, 100), (4, 100), (3, 1_000), (2, 99), (3, 2_147_483_647)] {
        for (way, query, variables) in three_ways(levels, first) {
            let what = format!("{first}^{} {way}", levels + 1);
            trials.of(&what, || drop(refused_at_once(&fort, &what, &query, &variables)));
        }
    }
    let edges = pages(2, "first: 100");
    for (what, query, variables) in [
        ("a variable over its default", format!("query($n: Int = 1) {{ organizations(first: 100) {{ edges {{ node {{ {} }} }} }} }}", pages(2, "first: $n")), json!({ "n": 100 })),
        ("an explicit null for the default", "query($n: Int) { organizations(first: $n) { edges { node { ties(first: $n) { edges { node { to { ties(first: $n) { edges { node { to { ties(first: $n) { edges { node { id } } } } } } } } } } } } } }".to_owned(), json!({ "n": null })),
        ("in fragments", format!("{{ organizations(first: 100) {{ edges {{ node {{ ...A }} }} }} }} fragment A on Node {{ {edges} }}"), Value::Null),
        ("in fragments in place", format!("{{ organizations(first: 100) {{ edges {{ node {{ ... on Node {{ {edges} }} }} }} }} }}"), Value::Null),
        ("behind a skip that a variable turns off", format!("query($s: Boolean!) {{ organizations(first: 100) {{ edges {{ node {{ id ... @skip(if: $s) {{ {edges} }} }} }} }} }}"), json!({ "s": false })),
        ("behind aliases", format!("{{ {} }}", (0..19).map(|place| format!("a{place}: organizations(first: 100) {{ edges {{ node {{ {} }} }} }} ", pages(1, "first: 100"))).collect::<String>()), Value::Null),
    ] {
        trials.of(what, || {
            refused_at_once(&fort, what, &query, &variables);
        });
    }
}

#[test]
fn sizes_that_are_not_given_count_as_their_defaults() {
    let fort = Fort::new();
    let eight = (0..8).fold("id".to_owned(), |inner, _| format!("ties {{ edges {{ node {{ to {{ {inner} }} }} }} }}"));
    refused_at_once(
        &fort,
        "eight pages without a size",
        &format!("{{ organizations {{ edges {{ node {{ {eight} }} }} }} }}"),
        &Value::Null,
    );
    // What passes reads no more than it was priced at.
    let two = "{ organizations { edges { node { ties { edges { node { to { nameZh } } } } } } } }";
    let answer = fort.ask(two).json();
    let cost = &answer["extensions"]["cost"];
    assert!(
        cost["rows"].as_u64() <= cost["price"].as_u64() && cost["price"].as_u64() <= cost["limit"].as_u64(),
        "{cost}"
    );
}

#[test]
fn types_that_refer_to_each_other_end() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for depth in [15, 40, 200, 3_000] {
        let text = format!("{{ organizations(first: 1) {{ edges {{ node {{ {} }} }} }} }}", pages(depth, "first: 1"));
        let what = format!("{depth} circles");
        trials.of(&what, || drop(refused_at_once(&fort, &what, &text, &Value::Null)));
    }
    let heard =
        fort.ask(&format!("{{ organizations(first: 1) {{ edges {{ node {{ {} }} }} }} }}", pages(2, "first: 1")));
    assert!(heard.json()["data"].is_object(), "what people ask is not refused: {}", heard.body);
}

#[test]
fn sizes_are_from_one_to_a_hundred() {
    let fort = Fort::new();
    let sizes = [
        "-1",
        "0",
        "101",
        "2147483647",
        "2147483648",
        "-2147483649",
        "9223372036854775808",
        "1000000000",
        "1e9",
        "1.5",
        "\"5\"",
        "true",
        "null",
        "[5]",
        "[]",
        "{}",
        "FIVE",
        "0x10",
        "+5",
        "05",
        "--1",
    ];
    let mut trials = Trials::default();
    for size in sizes {
        trials.of(size, || {
            for list in [
                "organizations(first: N) { totalCount }",
                "search(text: \"示例\", first: N) { totalCount }",
                "partners(for: {text: \"电池\"}, first: N) { totalCount }",
                "changes(first: N) { sequence }",
                "organization(by: {code: \"ent-juneng\"}) { ties(first: N) { totalCount } }",
            ] {
                let query = format!("{{ {} }}", list.replace('N', size));
                fort.ask(&query).assert_refused(&query);
            }
            if let Ok(value) = serde_json::from_str::<Value>(size) {
                let query = "query($n: Int!) { organizations(first: $n) { edges { node { id } } } }";
                fort.ask_with(query, &json!({ "n": value })).assert_refused(&format!("{size} by variable"));
            }
        });
    }
    for query in [
        "{ organizations(last: 5) { totalCount } }",
        "{ organizations(first: 5, last: 5) { totalCount } }",
        "{ organizations(first: 5, before: \"x\") { totalCount } }",
        "{ organizations(first: 5, offset: 1000000000) { totalCount } }",
        "{ organizations(first: 5, first: 6) { totalCount } }",
        "{ organizations(skip: 1000000000) { totalCount } }",
    ] {
        trials.of(query, || {
            fort.ask(query).assert_refused(query);
        });
    }
    for (size, most) in [("1", 1), ("100", 100)] {
        trials.of(size, || {
            let answer = fort.data(&format!("{{ sources(first: {size}) {{ edges {{ node {{ id }} }} }} }}"));
            let edges = answer["sources"]["edges"].as_array().map_or(0, Vec::len);
            assert!((1..=most).contains(&edges), "{size}: {edges}");
        });
    }
}

#[test]
fn arguments_are_what_their_types_say() {
    let fort = Fort::new();
    let many = |count: usize| json!(vec!["01ARZ3NDEKTSV4RRFFQ69G5FAV"; count]);
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for count in [101, 8_000, 100_000] {
        let what = format!("{count} ids");
        let heard = fort.stands(&what, |fort| fort.ask_with(nodes, &json!({ "ids": many(count) })));
        heard.assert_status(&what, &[200, 400, 413, 0]);
    }
    let literal = format!("{{ nodes(ids: [{}]) {{ id }} }}", "\"01ARZ3NDEKTSV4RRFFQ69G5FAV\" ".repeat(1_500));
    refused_at_once(&fort, "1,500 ids in the document", &literal, &Value::Null);
    let filter = "query($f: OrganizationFilter) { organizations(filter: $f) { totalCount } }";
    let mut trials = Trials::default();
    for (what, query, variables) in [
        ("a list in a list", nodes, json!({ "ids": [["x"]] })),
        ("null in a list", nodes, json!({ "ids": [null] })),
        ("null for a list", nodes, json!({ "ids": null })),
        ("nothing for what is required", nodes, json!({})),
        ("a number for a filter", filter, json!({ "f": 5 })),
        ("a field that nobody knows", filter, json!({ "f": { "nothing": 1 } })),
        ("a number for a text", filter, json!({ "f": { "nameContains": 7 } })),
        ("two of one", "query($r: Reference!) { organization(by: $r) { id } }", json!({ "r": { "name": "a", "code": "b" } })),
        ("none of one", "query($r: Reference!) { organization(by: $r) { id } }", json!({ "r": {} })),
        ("null of one", "query($r: Reference!) { organization(by: $r) { id } }", json!({ "r": { "name": null } })),
        ("an enum's number", "query($o: NodeOrder!) { organizations(orderBy: $o) { totalCount } }", json!({ "o": 1 })),
        ("an unknown enum", "query($o: NodeOrder!) { organizations(orderBy: $o) { totalCount } }", json!({ "o": "SIDEWAYS" })),
        ("an unknown type", "query($o: Nothing!) { organizations(orderBy: $o) { totalCount } }", json!({ "o": "NAME" })),
        ("a date of no calendar", "query($d: Date) { organizations(asOf: $d) { totalCount } }", json!({ "d": "2024-13-45" })),
        ("a date of a million years", "query($d: Date) { organizations(asOf: $d) { totalCount } }", json!({ "d": "1000000-01-01" })),
        ("a number for an object in the document", "{ yearFigures(filter: {year: 2020}) { totalCount } }", json!({})),
        ("a text for an object in the document", "{ enterprises(filter: {registeredOn: \"2019\"}) { totalCount } }", json!({})),
        ("a text for a filter in the document", "{ enterprises(filter: \"x\") { totalCount } }", json!({})),
        ("a text within a filter in the document", "{ enterprises(filter: {not: \"x\"}) { totalCount } }", json!({})),
        ("a text for a filter of changes", "{ changes(filter: \"x\") { totalCount } }", json!({})),
        ("a text for a filter of statistics", "{ statistics(of: ENTERPRISE, groupBy: [\"region\"], filter: \"x\") { total } }", json!({})),
        ("a text for an input", "mutation { saveEnterprise(input: \"x\") { __typename } }", json!({})),
        ("a text in a fragment", "{ ...f } fragment f on Query { enterprises(filter: \"x\") { totalCount } }", json!({})),
        ("a text in an operation that does not run", "query A { __typename } query B { enterprises(filter: \"x\") { totalCount } }", json!({})),
        ("an object for a date", "query($d: Date) { organizations(asOf: $d) { totalCount } }", json!({ "d": {} })),
        ("an output type for a variable", "query($o: Enterprise) { __typename }", json!({ "o": {} })),
        ("a variable that is not declared", "{ organizations(first: $n) { totalCount } }", json!({ "n": 5 })),
        ("a filter of 4,000 conditions", filter, json!({ "f": { "or": vec![json!({ "nameContains": "x" }); 4_000] } })),
        ("a filter 60 deep", filter, (0..60).fold(json!({ "f": {} }), |inner, _| json!({ "f": { "not": inner["f"] } }))),
        ("100 filters within filters", filter, (0..40).fold(json!({ "f": { "nameContains": "x" } }), |inner, _| json!({ "f": { "and": [inner["f"], inner["f"].as_object().map(|_| json!({ "nameContains": "y" }))] } }))),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.ask_with(query, &variables));
            if what.contains("filters within") || what == "a filter 60 deep" {
                assert!(heard.status < 500, "{what}: {heard:?}");
            } else {
                heard.assert_refused(what);
            }
        });
    }
}

#[test]
fn one_operation_runs_and_it_is_named() {
    let fort = Fort::new();
    let both = "query A { __typename } query B { __typename }";
    let run =
        |query: &str, name: Value| fort.post(json!({ "query": query, "operationName": name }).to_string().as_bytes());
    refused_at_once(&fort, "5,000 operations without a name", &"{__typename}".repeat(5_000), &Value::Null);
    refused_at_once(&fort, "1,000 operations without a name", &"{__typename}".repeat(1_000), &Value::Null);
    let named: String = (0..700).map(|place| format!("query A{place}{{__typename}}")).collect();
    refused_at_once(&fort, "700 operations", &named, &Value::Null);
    let mut trials = Trials::default();
    for (what, heard) in [
        ("the same name twice", run("query A { __typename } query A { __typename }", json!("A"))),
        ("no name", run(both, Value::Null)),
        ("an empty name", run(both, json!(""))),
        ("another name", run(both, json!("C"))),
        ("another name for one", run("query A { __typename }", json!("C"))),
        ("a name for none", run("{ __typename }", json!("C"))),
        ("a name and none", run("query A { __typename } { __typename }", json!("A"))),
        ("a schema", run("type X { a: Int }", Value::Null)),
        ("a schema beside a query", run("{ __typename } type X { a: Int }", Value::Null)),
        ("an extension", run("extend schema { query: Query }", Value::Null)),
        ("fragments alone", run("fragment A on Query { __typename }", Value::Null)),
        ("a subscription", run("subscription { changed { sequence } }", Value::Null)),
        (
            "a fragment's name twice",
            run("{ ...A } fragment A on Query { __typename } fragment A on Query { __typename }", Value::Null),
        ),
        ("a fragment that nobody knows", run("{ ...Nobody }", Value::Null)),
        ("a fragment on nothing", run("{ ...A } fragment A on Nothing { __typename }", Value::Null)),
        ("a fragment on what never is", run("{ ...A } fragment A on Enterprise { id }", Value::Null)),
    ] {
        trials.of(what, || {
            heard.assert_refused(what);
        });
    }
    assert_eq!(run(both, json!("B")).json()["data"]["__typename"], "Query");
}

fn too_long(fort: &Fort, what: &str, query: &str) -> Heard {
    let heard = fort.stands(what, |fort| fort.ask(query));
    heard.assert_refused(what);
    assert_eq!(heard.code(), "ANSWER_TOO_LARGE", "{what}");
    heard
}

#[test]
fn answers_are_bounded() {
    let fort = Fort::with(&[("limits__answer_bytes", "5000")]);
    too_long(&fort, "a page", "{ sources(first: 100) { edges { node { id key title issuer address note } } } }");
    too_long(&fort, "the schema", "{ __schema { types { name description } } }");
    let aliases: String = (0..150).map(|place| format!("a{place}: nameZh ")).collect();
    too_long(
        &fort,
        "one name many times",
        &format!("{{ organizations(first: 50) {{ edges {{ node {{ {aliases} }} }} }} }}"),
    );
    assert!(fort.data("{ sources(first: 1) { totalCount } }").is_object());
    // With the limits of production: the longest thing that passes the price.
    let fort = Fort::new();
    let aliases: String = (0..190).map(|place| format!("a{place}: description ")).collect();
    let (heard, took) = super::attack::timed(|| {
        fort.ask(&format!("{{ __schema {{ types {{ {aliases} fields {{ name description }} }} }} }}"))
    });
    println!("descriptions 190 times: {took:?}, {} bytes: {}", heard.body.len(), heard.code());
    assert!(heard.status == 200 || (400..500).contains(&heard.status), "{}", heard.status);
    assert!(heard.body.len() <= 8 * 1024 * 1024 && took <= Duration::from_secs(10) * SLOWER, "{took:?}");
}
