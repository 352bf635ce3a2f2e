//! Group 2, how a document is written: nesting, length, fragments, directives, aliases,
//! introspection. Judged before any resolver is called, in a moment.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::attack::{Fort, Heard, SLOWER, Trials};
use crate::support::examples;

/// Processor time that a refusal may cost.
const REFUSAL: Duration = Duration::from_millis(20);
/// What a document that is hard to judge may cost.
const HARD: Duration = Duration::from_millis(200);

/// Refused twenty times, cheaply, and nothing ran.
pub fn refused_at_once(fort: &Fort, what: &str, query: &str, variables: &Value) -> Heard {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let (cpu, heard) = fort.stands(what, |fort| {
        let mut last = None;
        let cpu = fort.cpu_of(20, |fort| last = Some(fort.post(body.as_bytes())));
        (cpu, last.expect("it was asked"))
    });
    heard.assert_refused(what);
    assert_eq!(heard.json()["extensions"]["cost"]["rows"].as_u64().unwrap_or(0), 0, "{what}: rows were read");
    println!("{what}: {cpu:?} of processor time: {}", heard.code());
    assert!(cpu <= REFUSAL * SLOWER, "{what}: {cpu:?}");
    heard
}

/// Answered or refused, but cheaply, and never with a failure of the service.
fn bounded(fort: &Fort, what: &str, query: &str) -> Heard {
    let (cpu, heard) = fort.stands(what, |fort| {
        let before = fort.cpu();
        let heard = fort.ask(query);
        (fort.cpu() - before, heard)
    });
    println!("{what}: {cpu:?} of processor time: {} {}", heard.status, heard.code());
    assert!(heard.status == 200 || (400..500).contains(&heard.status), "{what}: {} {}", heard.status, heard.body);
    assert!(cpu <= HARD * SLOWER, "{what}: {cpu:?}");
    if heard.json().get("errors").is_some() {
        heard.assert_refused(what);
    }
    heard
}

/// `fragment F0 …`, each of which holds the next one twice.
pub fn doubling(levels: usize) -> String {
    let mut text = "{ ...F0 }".to_owned();
    for place in 0..levels {
        write!(text, " fragment F{place} on Query {{ ...F{0} ...F{0} }}", place + 1).expect("text grows");
    }
    text + &format!(" fragment F{levels} on Query {{ __typename }}")
}

#[test]
fn nesting_never_reaches_the_end_of_the_stack() {
    let fort = Fort::new();
    let nothing = Value::Null;
    let mut trials = Trials::default();
    for count in [100, 1_000, 20_000] {
        for (what, text) in [
            ("fields", "{a".repeat(count) + &"}".repeat(count)),
            ("open fields", "{a".repeat(count)),
            ("open brackets", "{".repeat(count)),
            ("open parentheses", format!("{{ a{}", "(".repeat(count))),
            ("lists", format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(count), "]".repeat(count))),
            ("open lists", format!("{{ node(id: {}", "[".repeat(count))),
            ("objects", format!("{{ node(id: {}1{}) {{ id }} }}", "{a:".repeat(count), "}".repeat(count))),
            ("types", format!("query($a: {}Int{}) {{ __typename }}", "[".repeat(count), "]".repeat(count))),
            (
                "types that are required",
                format!("query($a: {}Int{}) {{ __typename }}", "[".repeat(count), "]!".repeat(count)),
            ),
            ("default values", format!("query($a: Int = {}{}) {{ __typename }}", "[".repeat(count), "]".repeat(count))),
            ("fragments in place", format!("{{ {}__typename{} }}", "... on Query { ".repeat(count), "}".repeat(count))),
            ("fragments without a type", format!("{{ {}__typename{} }}", "... { ".repeat(count), "}".repeat(count))),
            (
                "arguments of directives",
                format!("{{ __typename @include(if: {}{}) }}", "[".repeat(count), "]".repeat(count)),
            ),
            ("closing brackets", format!("{{ __typename {}", "}".repeat(count))),
            ("exclamation marks", format!("query($a: Int{}) {{ __typename }}", "!".repeat(count))),
            ("dots", format!("{{ {} }}", "...".repeat(count))),
        ] {
            let what = format!("{count} {what}");
            trials.of(&what, || drop(refused_at_once(&fort, &what, &text, &nothing)));
        }
    }
    // Within one pair of brackets fewer than what the counter refuses, but not what is asked for.
    let sixty = format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(60), "]".repeat(60));
    refused_at_once(&fort, "60 lists", &sixty, &nothing);
}

#[test]
fn variables_nest_no_deeper_than_their_types() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for count in [100, 120, 1_000, 50_000] {
        let lists = "[".repeat(count) + &"]".repeat(count);
        let objects = "{\"and\":[".repeat(count) + "{}" + &"]}".repeat(count);
        for (what, query, text) in [
            ("lists", "query($a: ID!) { node(id: $a) { id } }", &lists),
            ("filters", "query($a: OrganizationFilter) { organizations(filter: $a) { totalCount } }", &objects),
            ("lists of nobody", "{ __typename }", &lists),
        ] {
            let what = format!("{count} {what}");
            let body = format!("{{\"query\":\"{query}\",\"variables\":{{\"a\":{text}}}}}");
            trials.of(&what, || {
                let heard = fort.stands(&what, |fort| fort.post(body.as_bytes()));
                if heard.status != 200 || heard.json().get("errors").is_some() {
                    heard.assert_refused(&what);
                }
            });
        }
    }
}

#[test]
fn long_documents_are_refused_by_length_or_by_tokens() {
    let fort = Fort::new();
    let nothing = Value::Null;
    let mut trials = Trials::default();
    for (what, text) in [
        ("50,000 tokens", format!("{{ {} }}", "a ".repeat(50_000))),
        ("5,000 tokens", format!("{{ {} }}", "a ".repeat(5_000))),
        ("500,000 commas", format!("{{ __typename {} }}", ",".repeat(500_000))),
        ("50,000 comments", format!("{{ __typename }}{}", "\n#".repeat(50_000))),
        ("a string of 800 KB", format!("{{ node(id: \"{}\") {{ id }} }}", "x".repeat(800_000))),
        ("a block of 800 KB", format!("{{ node(id: \"\"\"{}\"\"\") {{ id }} }}", "x".repeat(800_000))),
        ("a name of 500 KB", format!("{{ {} }}", "x".repeat(500_000))),
        ("a name of 60 KB", format!("{{ {} }}", "x".repeat(60_000))),
        ("a string of 60 KB", format!("{{ node(id: \"{}\") {{ id }} }}", "x".repeat(60_000))),
        ("an alias of 60 KB", format!("{{ {}: nothing }}", "x".repeat(60_000))),
        ("a type of 60 KB", format!("{{ ... on {} {{ __typename }} }}", "X".repeat(60_000))),
        ("a variable of 60 KB", format!("{{ node(id: ${}) {{ id }} }}", "x".repeat(60_000))),
        ("an enum of 60 KB", format!("{{ organizations(orderBy: {}) {{ totalCount }} }}", "X".repeat(60_000))),
        ("a directive of 60 KB", format!("{{ __typename @{} }}", "x".repeat(60_000))),
        ("a number of 60,000 digits", format!("{{ organizations(first: {}) {{ totalCount }} }}", "9".repeat(60_000))),
        (
            "a fraction of 60,000 digits",
            format!("{{ organizations(first: 1.{}) {{ totalCount }} }}", "9".repeat(60_000)),
        ),
        ("a fragment's name of 60 KB", format!("{{ ...{} }}", "x".repeat(60_000))),
        ("60 KB of escapes", format!("{{ node(id: \"{}\") {{ id }} }}", "\\u4e00".repeat(10_000))),
        ("a string that never ends", format!("{{ node(id: \"{}", "x".repeat(60_000))),
        ("a block that never ends", format!("{{ node(id: \"\"\"{}", "\"".repeat(60_000))),
    ] {
        trials.of(what, || {
            refused_at_once(&fort, what, &text, &nothing);
        });
    }
    // What is long and says nothing else is read in a moment.
    for (what, filling) in [("60,000 commas", ",".repeat(60_000)), ("30,000 comments", "\n#".repeat(30_000))] {
        trials.of(what, || {
            let heard = bounded(&fort, what, &format!("{{ __typename }}{filling}"));
            assert_eq!(heard.json()["data"]["__typename"], "Query", "{what}: {}", heard.body);
        });
    }
}

#[test]
fn fragments_neither_circle_nor_double() {
    let fort = Fort::new();
    let nothing = Value::Null;
    let chain: String =
        (0..2_000).map(|place| format!(" fragment F{place} on Query {{ ...F{} }}", place + 1)).collect();
    let short: String = (0..800).map(|place| format!("fragment F{place} on Query{{...F{}}}", place + 1)).collect();
    let mut trials = Trials::default();
    for (what, text) in [
        ("itself", "{ ...A } fragment A on Query { ...A }".to_owned()),
        ("a circle of three", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }".to_owned()),
        ("itself in place", "{ ...A } fragment A on Query { ... on Query { ...A } }".to_owned()),
        ("itself below a field", "{ organizations { edges { node { ...A } } } } fragment A on Node { ties { edges { node { to { ...A } } } } }".to_owned()),
        ("a circle that nobody uses", "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned()),
        ("a chain of 2,000", format!("{{ ...F0 }}{chain} fragment F2000 on Query {{ __typename }}")),
        ("a chain of 800", format!("{{...F0}}{short}fragment F800 on Query{{__typename}}")),
        ("doubled 20 times", doubling(20)),
        ("doubled 28 times", doubling(28)),
        ("doubled 100 times", doubling(100)),
        ("doubled and never used", format!("{{ __typename }} {}", doubling(28).replacen("{ ...F0 }", "", 1))),
        ("doubled beside what runs", format!("query A {{ __typename }} query B {}", doubling(28))),
    ] {
        trials.of(what, || {
            refused_at_once(&fort, what, &text, &nothing);
        });
    }
    // Doubled below a field, each time with another alias around it.
    let mut aliased = "{ organizations(first: 1) { edges { node { ...F0 } } } }".to_owned();
    for place in 0..12 {
        write!(aliased, " fragment F{place} on Node {{ a{place}: ties(first: 1) {{ edges {{ node {{ to {{ ...F{0} }} }} }} }} b{place}: ties(first: 1) {{ edges {{ node {{ to {{ ...F{0} }} }} }} }} }}", place + 1).expect("text grows");
    }
    refused_at_once(&fort, "doubled below fields", &(aliased + " fragment F12 on Node { id }"), &nothing);
}

#[test]
fn directives_are_counted() {
    let fort = Fort::new();
    let nothing = Value::Null;
    let include = "@include(if: true) ";
    let mut trials = Trials::default();
    for (what, text) in [
        ("a thousand on a field", format!("{{ __typename {} }}", include.repeat(1_000))),
        ("a hundred on a field", format!("{{ __typename {} }}", include.repeat(100))),
        ("a thousand on a query", format!("query {} {{ __typename }}", "@a ".repeat(1_000))),
        (
            "a thousand names",
            format!("{{ __typename {} }}", (0..1_000).map(|place| format!("@a{place} ")).collect::<String>()),
        ),
        ("200 times defer", format!("{{ {} }}", "... @defer { __typename } ".repeat(200))),
        ("200 times stream", format!("{{ organizations {{ {} }} }}", "edges @stream { cursor } ".repeat(200))),
        ("a thousand on a variable", format!("query($a: Int {}) {{ __typename }}", "@a ".repeat(1_000))),
        ("a hundred in fragments", format!("{{ ...A }} fragment A on Query {{ __typename {} }}", include.repeat(100))),
        ("one that nobody knows", "{ __typename @nobody }".to_owned()),
        ("one where it has no place", "query @include(if: true) { __typename }".to_owned()),
        ("the same twice", "{ __typename @skip(if: false) @skip(if: false) }".to_owned()),
    ] {
        trials.of(what, || {
            refused_at_once(&fort, what, &text, &nothing);
        });
    }
}

#[test]
fn aliases_multiply_nothing() {
    let fort = Fort::new();
    let nothing = Value::Null;
    let times = |count: usize, field: &str| (0..count).map(|place| format!("a{place}:{field} ")).collect::<String>();
    let roots =
        ["enterprises", "institutes", "alliances", "clusters", "funds", "carriers", "demands", "sources", "terms"];
    let all: String = roots.iter().map(|root| times(50, &format!("{root}{{totalCount}}"))).collect();
    let mut trials = Trials::default();
    for (what, text) in [
        ("a thousand names", format!("{{ {} }}", times(1_000, "__typename"))),
        ("a thousand names below a field", format!("{{ service {{ {} }} }}", times(1_000, "version"))),
        (
            "a thousand names in a fragment",
            format!("{{ service {{ ...A }} }} fragment A on Service {{ {} }}", times(1_000, "version")),
        ),
        (
            "300 names in fragments used twice",
            format!("{{ service {{ ...A ...A }} }} fragment A on Service {{ {} }}", times(300, "version")),
        ),
        ("a hundred lists", format!("{{ {} }}", times(100, "organizations{totalCount}"))),
        ("every list 50 times", format!("{{ {all} }}")),
        ("a thousand answers to who one is", format!("{{ {} }}", times(500, "node(id:\"x\"){id}"))),
        (
            "lists below a list",
            format!("{{ organizations(first: 100) {{ edges {{ node {{ {} }} }} }} }}", times(250, "names{text}")),
        ),
    ] {
        trials.of(what, || {
            refused_at_once(&fort, what, &text, &nothing);
        });
    }
    // Mutations above all: eleven of them are one too many.
    let before = fort.sequence();
    let save = |place: usize| {
        format!(
            "a{place}:saveSource(input:{{key:\"k{place}\",kind:NEWS,issuer:\"示\",title:\"示\",grade:A,address:\"https://a.example/\"}}){{__typename}} "
        )
    };
    let body = json!({ "query": format!("mutation {{ {} }}", (0..11).map(save).collect::<String>()) }).to_string();
    let lines = fort.authorization() + super::attack::JSON;
    fort.send("POST", "/graphql", &lines, body.as_bytes()).assert_refused("eleven mutations");
    assert_eq!(fort.sequence(), before, "something was written");
}

#[test]
fn equal_fields_are_compared_within_bounds() {
    let fort = Fort::new();
    let within = |count: usize, field: &str| {
        format!("{{ organizations(first: 1) {{ edges {{ node {{ {} }} }} }} }}", field.repeat(count))
    };
    let spread: String = (0..300).map(|place| format!("...F{place} ")).collect();
    let held: String = (0..300).map(|place| format!("fragment F{place} on Node{{id}} ")).collect();
    let mut trials = Trials::default();
    for (what, text) in [
        ("ten thousand fields", within(10_000, "id ")),
        ("3,500 fields", within(3_500, "id ")),
        ("900 fields with fields", within(900, "names{text}")),
        ("300 fields three deep", within(300, "ties(first:1){edges{cursor}}")),
        (
            "300 fragments with one field",
            format!("{{ organizations(first: 1) {{ edges {{ node {{ {spread} }} }} }} }} {held}"),
        ),
        ("a field of 900 arguments", format!("{{ node({}) {{ id }} }}", "id: \"x\" ".repeat(900))),
        (
            "800 variables",
            format!("query({}) {{ __typename }}", (0..800).map(|place| format!("$a{place}:Int ")).collect::<String>()),
        ),
        (
            "1,200 fields of an object",
            format!("{{ organizations(filter: {{ {} }}) {{ totalCount }} }}", "nameContains: \"x\" ".repeat(1_200)),
        ),
    ] {
        trials.of(what, || {
            bounded(&fort, what, &text);
        });
    }
}

#[test]
fn introspection_of_graphiql_and_every_example_pass() {
    let fort = Fort::new();
    let heard = fort.stands("the introspection of GraphiQL", |fort| fort.ask(&super::introspection::graphiql()));
    assert!(
        heard.json()["data"]["__schema"]["types"].as_array().is_some_and(|types| types.len() > 100),
        "{}",
        heard.status
    );
    let mut asked = 0;
    for example in examples().iter().filter(|example| matches!(example.store.as_str(), "demo" | "any")) {
        let heard = fort.ask_with(&example.query, &example.variables);
        assert!(heard.json().get("errors").is_none(), "{}: {}", example.name, heard.body);
        asked += 1;
    }
    assert!(asked > 10, "{asked}");
}
