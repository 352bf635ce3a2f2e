//! Group 4, lists: cursors that somebody changed, pages while somebody writes, and counts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::attack::{Fort, JSON, Trials};

/// A list, with the place for its arguments.
const LISTS: &[(&str, &str, &str)] = &[
    (
        "organizations",
        "organizations(first: 3, after: $a) { pageInfo { endCursor } edges { cursor } }",
        "organizations",
    ),
    (
        "by name",
        "organizations(first: 3, after: $a, orderBy: NAME) { pageInfo { endCursor } edges { cursor } }",
        "organizations",
    ),
    ("search", "search(text: \"示例\", first: 3, after: $a) { pageInfo { endCursor } edges { cursor } }", "search"),
    (
        "partners",
        "partners(for: {text: \"电池\"}, first: 3, after: $a) { pageInfo { endCursor } edges { cursor } }",
        "partners",
    ),
    ("sources", "sources(first: 3, after: $a) { pageInfo { endCursor } edges { cursor } }", "sources"),
];

fn ask(fort: &Fort, list: &str, after: &Value) -> super::attack::Heard {
    fort.ask_with(&format!("query($a: String) {{ {list} }}"), &json!({ "a": after }))
}

#[test]
fn cursors_that_were_changed_are_refused() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    let mut cursors = Vec::new();
    for (what, list, root) in LISTS {
        let first = ask(&fort, list, &Value::Null);
        let cursor = first.json()["data"][root]["pageInfo"]["endCursor"]
            .as_str()
            .unwrap_or_else(|| panic!("{what}: {}", first.body))
            .to_owned();
        assert!(ask(&fort, list, &json!(cursor)).json().get("errors").is_none(), "{what}: its own cursor");
        cursors.push(cursor);
    }
    for (place, (what, list, _)) in LISTS.iter().enumerate() {
        let own = &cursors[place];
        // Cursors of lists in the order of ids are the ids themselves: another id is another place.
        let is_id = own.len() == 26 && !own.contains('-');
        for (index, letter) in own.char_indices() {
            let other = if letter == '0' { '1' } else { '0' };
            let changed = format!("{}{other}{}", &own[..index], &own[index + letter.len_utf8()..]);
            trials.of(&format!("{what}: {own} as {changed}"), || {
                let heard = ask(&fort, list, &json!(changed));
                assert!(is_id || heard.code() == "BAD_CURSOR", "{}", heard.body);
            });
        }
        for bad in [
            "",
            "0",
            "abc",
            "====",
            "../../etc",
            "null",
            "\u{0}",
            "示例",
            "%00",
            &own.to_uppercase().repeat(2),
            &format!("{own} "),
            &format!("{own}00"),
            &own[1..],
            &"f".repeat(5_000),
            &"字".repeat(5_000),
        ] {
            trials.of(&format!("{what}: {}", bad.chars().take(40).collect::<String>()), || {
                let heard = ask(&fort, list, &json!(bad));
                heard.assert_refused(what);
                assert_eq!(heard.code(), "BAD_CURSOR", "{}", heard.body);
            });
        }
        for (other_place, (other, ..)) in LISTS.iter().enumerate().filter(|(other_place, _)| *other_place != place) {
            trials.of(&format!("{what} with a cursor of {other}"), || {
                let heard = ask(&fort, list, &json!(cursors[other_place]));
                assert!(heard.code() == "BAD_CURSOR" || (is_id && cursors[other_place].len() == 26), "{}", heard.body);
            });
        }
        // Sources hold on every day: theirs is one list whatever day is asked for.
        if *what == "sources" {
            continue;
        }
        trials.of(&format!("{what} on another day"), || {
            let another = list.replacen("first: 3", "first: 3, asOf: \"2019-01-01\"", 1);
            let heard = ask(&fort, &another, &json!(own));
            assert!(is_id || heard.code() == "BAD_CURSOR", "{}", heard.body);
        });
    }
}

#[test]
fn pages_neither_skip_nor_repeat_while_somebody_writes() {
    let fort = Fort::new();
    let lines = fort.authorization() + JSON;
    let all = |order: &str| {
        let answer = fort.data(&format!(
            "{{ enterprises(first: 100, orderBy: {order}) {{ totalCount edges {{ node {{ id }} }} }} }}"
        ));
        ids(&answer["enterprises"])
    };
    for order in ["RECORDED", "NAME", "CODE"] {
        let before: BTreeSet<String> = all(order).into_iter().collect();
        let (mut seen, mut after, mut writes) = (Vec::new(), Value::Null, 0);
        loop {
            let query = format!(
                "query($a: String) {{ enterprises(first: 5, after: $a, orderBy: {order}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let page = fort.ask_with(&query, &json!({ "a": after })).json()["data"]["enterprises"].clone();
            assert!(page.is_object(), "{order}: a page is refused while somebody writes");
            seen.extend(ids(&page));
            writes += 1;
            let save = format!(
                "mutation {{ s: saveSource(input: {{key: \"p{order}{writes}\", kind: NEWS, issuer: \"示\", title: \"示\", grade: A, address: \"https://a.example/\"}}) {{ __typename }} e: saveEnterprise(input: {{key: \"e{order}{writes}\", nameZh: \"示例{writes}新{order}有限公司\", unknown: [\"legalForm\", \"status\", \"isLegalPerson\"], source: \"p{order}{writes}\"}}) {{ __typename }} }}"
            );
            let written = fort.send("POST", "/graphql", &lines, json!({ "query": save }).to_string().as_bytes());
            assert_eq!(written.json()["data"]["e"]["__typename"], "Written", "{written:?}");
            if page["pageInfo"]["hasNextPage"] != true || writes > 200 {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
            if writes > 60 {
                break;
            }
        }
        let unique: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(unique.len(), seen.len(), "{order}: something came twice");
        let missing: Vec<_> = before.difference(&unique).collect();
        assert!(missing.is_empty() || writes > 60, "{order}: {missing:?} never came");
    }
}

fn ids(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn counts_are_exact_and_priced() {
    let fort = Fort::new();
    let mut trials = Trials::default();
    for list in [
        "organizations",
        "enterprises",
        "institutes",
        "collaborations",
        "demands",
        "achievements",
        "sources",
        "certifications",
        "terms",
        "regions",
    ] {
        trials.of(list, || {
            let (mut count, mut after) = (0, Value::Null);
            let total = loop {
                let query = format!("query($a: String) {{ {list}(first: 100, after: $a) {{ totalCount edges {{ cursor }} pageInfo {{ hasNextPage endCursor }} }} }}");
                let page = fort.ask_with(&query, &json!({ "a": after })).json()["data"][list].clone();
                count += page["edges"].as_array().map_or(0, Vec::len);
                if page["pageInfo"]["hasNextPage"] != true {
                    break page["totalCount"].as_u64();
                }
                after = page["pageInfo"]["endCursor"].clone();
            };
            assert_eq!(total, u64::try_from(count).ok(), "{list}");
        });
    }
    // Twenty counts of everything are one document; what they cost is said and within the limit.
    let roots: String = (0..20).map(|place| format!("a{place}: organizations(first: 1) {{ totalCount }} ")).collect();
    let (cpu, heard) = fort.stands("twenty counts", |fort| {
        let before = fort.cpu();
        let heard = fort.ask(&format!("{{ {roots} }}"));
        (fort.cpu() - before, heard)
    });
    println!("twenty counts: {cpu:?} of processor time");
    let cost = heard.json()["extensions"]["cost"].clone();
    assert!(
        cost["price"].as_u64().is_some_and(|price| price >= 20) && cost["price"].as_u64() <= cost["limit"].as_u64(),
        "{}",
        heard.body
    );
}
