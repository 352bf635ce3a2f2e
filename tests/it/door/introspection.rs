//! Group 2, questions about the schema: what GraphiQL asks for passes, what multiplies does not, and
//! where the schema is not for everybody, nothing of it is told in an error either.

use std::time::Duration;

use serde_json::{Value, json};

use super::attack::{Fort, JSON, SLOWER, Trials};
use super::document::refused_at_once;

/// What `getIntrospectionQuery` of graphql-js 16 writes with everything that GraphiQL turns on, but
/// for what this server's library does not know (`specifiedByURL` is known, `isOneOf` is).
pub fn graphiql() -> String {
    let of_type = (0..9).fold(String::new(), |inner, _| format!("ofType {{ name kind {inner} }}"));
    format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
            types {{ ...FullType }}
            directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
        fragment FullType on __Type {{ kind name description specifiedByURL
            fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
            inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
        fragment TypeRef on __Type {{ kind name {of_type} }}"
    )
}

#[test]
fn introspection_in_circles_is_refused() {
    let fort = Fort::new();
    let nothing = Value::Null;
    let circle =
        |levels: usize, field: &str| (0..levels).fold("name".to_owned(), |inner, _| format!("{field} {{ {inner} }}"));
    let fields =
        |levels: usize| (0..levels).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
    let times = |count: usize, field: &str| (0..count).map(|place| format!("a{place}:{field} ")).collect::<String>();
    let mut trials = Trials::default();
    for (what, text) in [
        ("fields three times", format!("{{ __schema {{ types {{ {} }} }} }}", fields(3))),
        ("fields six times", format!("{{ __schema {{ types {{ {} }} }} }}", fields(6))),
        (
            "types and interfaces",
            format!("{{ __type(name: \"Node\") {{ {} }} }}", circle(5, "possibleTypes { interfaces") + &"}".repeat(5)),
        ),
        ("ofType 50 times", format!("{{ __schema {{ types {{ {} }} }} }}", circle(50, "ofType"))),
        ("the schema a hundred times", format!("{{ {} }}", times(100, "__schema{types{name}}"))),
        (
            "the schema 19 times",
            format!("{{ {} }}", times(19, "__schema{types{name fields{name type{name fields{name}}}}}")),
        ),
        ("a type a thousand times", format!("{{ {} }}", times(1_000, "__type(name:\"A\"){name}"))),
        ("types a hundred times", format!("{{ __schema {{ {} }} }}", times(100, "types{fields{name args{name}}}"))),
        ("in a fragment", format!("{{ __schema {{ types {{ ...A }} }} }} fragment A on __Type {{ {} }}", fields(5))),
        (
            "a fragment that circles",
            "{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...A } } }".to_owned(),
        ),
    ] {
        trials.of(what, || {
            refused_at_once(&fort, what, &text, &nothing);
        });
    }
}

#[test]
fn where_the_schema_is_not_public_nothing_of_it_is_told() {
    let fort = Fort::with(&[("public_introspection", "false")]);
    let mut trials = Trials::default();
    for query in [
        graphiql(),
        "{ __schema { types { name } } }".to_owned(),
        "{ __type(name: \"Query\") { fields { name } } }".to_owned(),
        "{ ...A } fragment A on Query { a: __schema { queryType { name } } }".to_owned(),
    ] {
        trials.of(&query, || {
            fort.ask(&query).assert_refused(&query);
        });
    }
    assert_eq!(fort.data("{ __typename }")["__typename"], "Query", "a type's name is no introspection");
    // Near misses teach no names: what is said back holds no name that was not asked with.
    for (query, hidden) in [
        ("{ servise { x } }", "service"),
        ("{ enterprize { id } }", "enterprise"),
        ("{ organizations { edgez { cursor } } }", "edges"),
        ("{ organizations(frist: 5) { totalCount } }", "first"),
        ("{ organizations(orderBy: NAMES) { totalCount } }", "RECORDED"),
        ("{ organizations(filter: {nameContain: \"x\"}) { totalCount } }", "nameContains"),
        ("{ ... on Enterprize { id } }", "Enterprise"),
        ("{ service }", "storeName"),
        ("mutation { saveSorce { id } }", "saveSource"),
    ] {
        trials.of(query, || {
            let heard = fort.ask(query);
            heard.assert_refused(query);
            assert!(!heard.body.contains("Did you mean"), "{query}: {}", heard.body);
            assert!(!heard.body.contains(hidden) || query.contains(hidden), "{query} tells {hidden}: {}", heard.body);
        });
    }
    // Who holds a token may ask.
    let lines = fort.authorization() + JSON;
    let body = json!({ "query": "{ __schema { queryType { name } } }" }).to_string();
    let heard = fort.send("POST", "/graphql", &lines, body.as_bytes());
    assert_eq!(heard.json()["data"]["__schema"]["queryType"]["name"], "Query", "{heard:?}");
}

#[test]
fn the_dearest_introspection_that_passes_is_bounded() {
    let fort = Fort::new();
    // Just below what is refused: whatever passes must end, and the service goes on beside it.
    let (before, begin) = (fort.cpu(), crate::peer::now());
    let heard = fort
        .ask("{ __schema { types { fields { name args { name type { name } } type { name fields { name } } } } } }");
    let cpu = fort.cpu() - before;
    println!(
        "a dear introspection: {cpu:?} of processor time, {:?}: {} {}",
        begin.elapsed(),
        heard.status,
        heard.code()
    );
    assert!(heard.status == 200 || (400..500).contains(&heard.status), "{} {}", heard.status, heard.code());
    assert!(cpu <= Duration::from_secs(1) * SLOWER, "{cpu:?}");
}
