//! The price of a document as a property: of generated documents over generated graphs. What is
//! generated comes from the committed schema, not from the declarations that price.

mod generator;

use std::sync::Arc;

use innograph::api::http::Service;
use innograph::config::Config;
use innograph::engine::Engine;
use innograph::ledger::MemoryLedger;
use serde_json::{Value, json};

use crate::support::{Served, examples};
use crate::synthetic::{Numbers, Plan};
use generator::{Made, Maker};

/// An invented network of that size, with its search index.
fn network(organizations: usize, seed: u64) -> Arc<Engine> {
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty ledger opens");
    let mut carry_out = |commands: Vec<_>| {
        engine.execute("示例", &commands, &mut |_, _| true).map(drop).map_err(|error| error.to_string())
    };
    Plan { organizations, seed }.commands(10_000, &mut carry_out).expect("the generator makes commands that are taken");
    engine.index().expect("the index is built");
    Arc::new(engine)
}

fn served(engine: &Arc<Engine>, walk_rows: u64) -> Served {
    let mut config = Config { store_name: "test".to_owned(), ..Config::default() };
    config.limits.walk_rows = walk_rows;
    Served::serving("test", Arc::clone(engine), Service::new(Arc::clone(engine), &config))
}

struct Cost {
    price: u64,
    reserve: u64,
    used: u64,
    rows: u64,
    complete: bool,
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// What an answer says of its cost; none where it was refused for its price or size.
fn cost(made: &Made, answer: &Value) -> Option<Cost> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let codes: Vec<&str> = errors.iter().filter_map(|error| error["extensions"]["code"].as_str()).collect();
    if codes.iter().any(|code| matches!(*code, "TOO_COSTLY" | "TOO_MANY_FIELDS")) {
        return None;
    }
    // A document that the validator refuses would tell nothing.
    assert!(!codes.contains(&"VALIDATION"), "{}\n{}\n{answer:#}", made.text, made.variables);
    let cost = &answer["extensions"]["cost"];
    assert!(cost.is_object(), "{}\n{answer:#}", made.text);
    let of = |name: &str| number(&cost[name]);
    let (price, reserve, used, rows) = (of("price"), of("reserve"), of("used"), of("rows"));
    Some(Cost { price, reserve, used, rows, complete: errors.is_empty() })
}

#[test]
fn a_document_costs_the_same_however_it_is_written() {
    let served = served(&network(60, 7), 10_000);
    let (mut compared, mut numbers) = (0, Numbers::new(20_261));
    while compared < 150 {
        let tree = Maker::new(&mut numbers).tree();
        let literal = tree.with_literals();
        let Some(expected) = cost(&literal, &served.ask(&literal.text, &literal.variables)) else { continue };
        for other in [tree.with_fragments(&mut numbers), tree.with_variables(&mut numbers), tree.with_defaults()] {
            let told = cost(&other, &served.ask(&other.text, &other.variables)).expect("priced as the first");
            assert_eq!(told.price, expected.price, "{}\n\n{}\n{}", literal.text, other.text, other.variables);
        }
        compared += 1;
    }
}

#[test]
fn one_more_field_never_costs_less() {
    let served = served(&network(60, 8), 10_000);
    let (mut compared, mut numbers) = (0, Numbers::new(20_262));
    while compared < 150 {
        let tree = Maker::new(&mut numbers).tree();
        let less = tree.with_literals();
        let more = tree.and_one_more(&mut numbers).with_literals();
        let prices =
            [less, more].map(|made| cost(&made, &served.ask(&made.text, &made.variables)).map(|cost| cost.price));
        match prices {
            [Some(less), Some(more)] => assert!(less <= more, "{less} > {more}"),
            [None, Some(_)] => panic!("refused before one more field was added, and not after"),
            [_, None] => continue,
        }
        compared += 1;
    }
}

#[test]
fn nothing_uses_more_than_its_price() {
    let (mut complete, mut cut, mut numbers) = (0, 0, Numbers::new(20_263));
    for (organizations, seed) in [(30, 1), (300, 2), (1_000, 3)] {
        let engine = network(organizations, seed);
        for walk_rows in [1, 40, 3_000, 400_000] {
            let served = served(&engine, walk_rows);
            for _ in 0..40 {
                let made = Maker::new(&mut numbers).tree().with_literals();
                let answer = served.ask(&made.text, &made.variables);
                let Some(cost) = cost(&made, &answer) else { continue };
                assert!(cost.used <= cost.price, "{}", made.text);
                assert!(cost.rows <= cost.reserve, "{}", made.text);
                // Fields are bounded by what is declared of them, not by a limit.
                assert!(cost.used - cost.rows <= cost.price - cost.reserve, "{}\n{answer:#}", made.text);
                complete += usize::from(cost.complete);
                cut += usize::from(answer.to_string().contains("\"truncated\":true"));
            }
        }
    }
    // Otherwise the documents would be no test of anything.
    assert!(complete > 100 && cut > 20, "{complete} without errors, {cut} cut");
}

#[test]
fn no_worked_query_uses_more_than_its_price() {
    for example in examples() {
        for served in example.stores() {
            let answer = served.ask(&example.query, &example.variables);
            let cost = &answer["extensions"]["cost"];
            assert!(number(&cost["used"]) <= number(&cost["price"]), "{}: {cost}", example.name);
            assert!(number(&cost["price"]) <= number(&cost["limit"]), "{}: {cost}", example.name);
            assert!(!answer.to_string().contains("\"truncated\":true"), "{} is cut", example.name);
        }
    }
}

#[test]
fn walks_share_the_reserve_and_say_when_they_were_cut() {
    let engine = network(1_000, 4);
    let served = served(&engine, 100);
    let list = |name: &str| format!("{name}: enterprises(first: 1) {{ totalCount truncated }}");
    let answer = served.data(&format!("{{ {} {} {} }}", list("a"), list("b"), list("c")), &json!({}));
    let seen: Vec<u64> = ["a", "b", "c"].map(|name| number(&answer[name]["totalCount"])).to_vec();
    assert_eq!(seen, [50, 25, 13], "each takes half of what is left");
    assert!(["a", "b", "c"].iter().all(|name| answer[*name]["truncated"] == json!(true)));
    let wide = self::served(&engine, 400_000).data(&format!("{{ {} }}", list("a")), &json!({}));
    assert_eq!(wide["a"], json!({ "totalCount": 920, "truncated": false }));
}
