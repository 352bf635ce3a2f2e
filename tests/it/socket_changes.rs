//! `changed` and `changes`: everything once, in order, nothing that is hidden, and who lags is told.

use std::collections::BTreeMap;
use std::time::Duration;

use innograph::config::Limits;
use serde_json::{Value, json};

use crate::peer::{Heard, House, Peer, commands, now, person};

const ALL: &str = "subscription($after: String, $filter: ChangeFilter) {
    changed(after: $after, filter: $filter) { sequence refetch changes { sequence id kind typeName action } } }";

fn keys(prefix: &str, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |place| format!("{prefix}-{place:04}"))
}

fn notice(peer: &mut Peer, id: &str) -> Value {
    peer.next(id)["data"]["changed"].clone()
}

fn entries(notice: &Value) -> Vec<Value> {
    notice["changes"].as_array().expect("a list").clone()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

/// All pages of `changes`, as entries, and the sequence number they end with.
fn listed(house: &House, after: &str, filter: &str, first: usize) -> (Vec<Value>, u64) {
    let (mut all, mut after) = (Vec::new(), json!(after).to_string());
    loop {
        let query = format!(
            "{{ changes(after: {after}, first: {first}{filter}) {{ sequence truncated edges {{ cursor node {{ sequence id kind typeName action }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = house.data(&query)["changes"].clone();
        assert_eq!(page["truncated"], false);
        let edges = page["edges"].as_array().expect("edges").clone();
        assert!(edges.len() <= first);
        let cursor = edges.last().map(|edge| edge["cursor"].clone()).unwrap_or_default();
        assert_eq!(page["pageInfo"]["endCursor"], cursor);
        all.extend(edges.into_iter().map(|edge| edge["node"].clone()));
        assert!(all.len() < 1_000, "the pages do not end");
        if page["pageInfo"]["hasNextPage"] == false {
            return (all, number(&page["sequence"]));
        }
        after = cursor.to_string();
    }
}

#[test]
fn a_change_is_told_with_what_was_selected() {
    let house = House::with(Limits::default());
    let before = house.write_sources(keys("a", 1));
    let mut peer = Peer::greeted(house.address);
    peer.subscribe(
        "1",
        "subscription Named { told: changed { __typename number: sequence ...N } } fragment N on ChangeNotice { changes { __typename typeName } }",
        &Value::Null,
    );
    peer.subscribe("2", ALL, &Value::Null);
    // A question after it means that both stand.
    peer.subscribe("3", "{ __typename }", &Value::Null);
    peer.next("3");
    assert_eq!(peer.answer("3").0, "complete");
    let after = house.write_sources(keys("b", 1));
    assert_eq!(after, before + 1);
    let mut told: BTreeMap<String, Value> = BTreeMap::new();
    for _ in 0..2 {
        if let Heard::Message(message) = peer.hear() {
            told.insert(message["id"].to_string(), message["payload"]["data"].clone());
        }
    }
    let found = house.data("{ sources { edges { node { id key } } } }");
    let id = found["sources"]["edges"].as_array().expect("edges").iter().find(|edge| edge["node"]["key"] == "b-0000");
    let id = &id.expect("the source is there")["node"]["id"];
    let change = json!({ "sequence": after, "id": id, "kind": "SOURCE", "typeName": "Source", "action": "CREATED" });
    assert_eq!(
        told["\"1\""],
        json!({ "told": { "__typename": "ChangeNotice", "number": after, "changes": [{ "__typename": "Change", "typeName": "Source" }] } })
    );
    assert_eq!(told["\"2\""], json!({ "changed": { "sequence": after, "refetch": false, "changes": [change] } }));

    // After `complete` nothing more comes for it.
    peer.say(&json!({ "id": "1", "type": "complete" }));
    peer.say(&json!({ "id": "2", "type": "complete" }));
    house.write_sources(keys("c", 1));
    peer.subscribe("4", ALL, &json!({ "after": after.to_string() }));
    assert_eq!(entries(&notice(&mut peer, "4")).len(), 1);
}

#[test]
fn a_burst_comes_in_bounded_messages_that_can_be_gone_on_from() {
    let house = House::with(Limits { subscription_batch: 2, subscription_backlog: 5, ..Limits::default() });
    let begin = house.write_sources(keys("a", 1));
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("1", ALL, &json!({ "after": begin.to_string() }));
    let head = house.write_sources(keys("b", 5));
    let told: Vec<Value> = (0..3).map(|_| notice(&mut peer, "1")).collect();
    assert_eq!(told.iter().map(|notice| entries(notice).len()).collect::<Vec<_>>(), [2, 2, 1]);
    // In the middle of one write the number is still that of the write before.
    assert_eq!(told.iter().map(|notice| number(&notice["sequence"])).collect::<Vec<_>>(), [begin, begin, head]);
    let told: Vec<Value> = told.iter().flat_map(entries).collect();
    let (all, end) = listed(&house, &begin.to_string(), "", 2);
    assert_eq!((told, head), (all, end));

    // One more than the backlog: told to fetch again, and goes on at the head.
    let head = house.write_sources(keys("c", 6));
    assert_eq!(notice(&mut peer, "1"), json!({ "sequence": head, "refetch": true, "changes": [] }));
    let last = house.write_sources(keys("d", 1));
    let told = notice(&mut peer, "1");
    assert_eq!((number(&told["sequence"]), entries(&told).len()), (last, 1));

    // From a number that this store has never come to, or too far back: the same.
    for after in ["4000000".to_owned(), begin.to_string()] {
        peer.subscribe("2", ALL, &json!({ "after": after }));
        assert_eq!(notice(&mut peer, "2"), json!({ "sequence": last, "refetch": true, "changes": [] }));
        peer.say(&json!({ "id": "2", "type": "complete" }));
    }
    let refused = house.post("{ changes(after: \"4000000\") { sequence } }");
    assert!(refused.contains("AFTER_AHEAD"), "{refused}");
}

#[test]
fn who_was_away_goes_on_without_a_gap() {
    let house = House::with(Limits::default());
    let begin = house.write_sources(keys("a", 3));
    // Nobody listens meanwhile. Three writes, one of them larger than a page.
    house.write_sources(keys("b", 7));
    house.write_sources(keys("c", 250));
    let head = house.write_sources(keys("d", 1));
    let (all, end) = listed(&house, &begin.to_string(), "", 100);
    assert_eq!((all.len(), end), (258, head));
    assert!(all.is_sorted_by_key(|entry| number(&entry["sequence"])));
    for first in [1, 3, 7, 50] {
        let first_after = if first == 1 { (head - 1).to_string() } else { begin.to_string() };
        let (pages, _) = listed(&house, &first_after, "", first);
        assert_eq!(pages, all[all.len() - pages.len()..], "{first}");
    }
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("1", ALL, &json!({ "after": begin.to_string() }));
    let mut told = Vec::new();
    while told.len() < all.len() {
        let notice = notice(&mut peer, "1");
        assert_eq!(notice["refetch"], false);
        told.extend(entries(&notice));
    }
    assert_eq!(told, all);
    // A cursor is taken by both.
    let page = house.data(&format!("{{ changes(after: \"{begin}\", first: 9) {{ pageInfo {{ endCursor }} }} }}"));
    let cursor = page["changes"]["pageInfo"]["endCursor"].clone();
    peer.subscribe("2", ALL, &json!({ "after": cursor }));
    assert_eq!(entries(&notice(&mut peer, "2"))[0], all[9]);
    for bad in ["x", "1.5", "-1", "0123456789ab3a", "99999999999999999999999"] {
        let refused = house.post(&format!("{{ changes(after: \"{bad}\") {{ sequence }} }}"));
        assert!(refused.contains("BAD_CURSOR"), "{bad}: {refused}");
    }
}

/// A demand of that visibility, its firm, and the tie between them.
fn demand(name: &str, visibility: &str, status: &str) -> Vec<innograph::domain::command::Command> {
    commands(&[
        (
            "demands.csv",
            format!(
                "key,nameZh,kind,problem,visibility,status,source\ndem-{name},需求{name},TECH,难题,{visibility},{status},a-0000\n"
            ),
        ),
        ("has_demand.csv", format!("key,from,to,source\nhd-{name},ent-one,dem-{name},a-0000\n")),
    ])
}

#[test]
fn what_is_hidden_is_never_told() {
    let house = House::with(Limits::default());
    house.write_sources(keys("a", 1));
    let firm =
        "key,nameZh,legalForm,status,isLegalPerson,source\nent-one,示例一厂,LIMITED_LIABILITY,ACTIVE,YES,a-0000\n";
    let begin = house.write(&commands(&[("enterprises.csv", firm.to_owned())]));
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("1", ALL, &json!({ "after": (begin - 1).to_string() }));
    let of = |notice: &Value| {
        entries(notice).iter().map(|entry| entry["typeName"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&notice(&mut peer, "1")), ["Enterprise"]);
    house.write(&[person("p1", "a-0000")]);
    house.write(&demand("secret", "BUREAU_ONLY", "OPEN"));
    house.write(&demand("draft", "PUBLIC", "DRAFT"));
    let anonymous = house.write(&demand("anonymous", "ANONYMOUS", "OPEN"));
    let open = house.write(&demand("open", "PUBLIC", "OPEN"));
    let mut told = Vec::new();
    while told.last().is_none_or(|entry: &Value| number(&entry["sequence"]) < open) {
        told.extend(entries(&notice(&mut peer, "1")));
    }
    let seen = |entry: &Value| (number(&entry["sequence"]), entry["typeName"].as_str().expect("a name").to_owned());
    let mut told_names: Vec<_> = told.iter().map(seen).collect();
    told_names.sort();
    // The owner of an anonymous demand is not told.
    let expected = [(anonymous, "Demand".to_owned()), (open, "Demand".to_owned()), (open, "HAS_DEMAND".to_owned())];
    assert_eq!(told_names, expected);
    let (all, end) = listed(&house, &begin.to_string(), "", 1);
    assert_eq!((all, end), (told.clone(), open));
    // What is told can be asked for by id, and the other way round.
    for entry in told.iter().filter(|entry| entry["kind"] == "NODE") {
        let found = house.data(&format!("{{ node(id: {}) {{ __typename }} }}", entry["id"]));
        assert_eq!(found["node"]["__typename"], entry["typeName"]);
    }
}

#[test]
fn a_filter_takes_kinds_names_and_ids_together() {
    let house = House::with(Limits::default());
    house.write_sources(keys("a", 2));
    let firm =
        "key,nameZh,legalForm,status,isLegalPerson,source\nent-one,示例一厂,LIMITED_LIABILITY,ACTIVE,YES,a-0000\n";
    house.write(&commands(&[("enterprises.csv", firm.to_owned())]));
    house.write(&demand("open", "PUBLIC", "OPEN"));
    let (all, _) = listed(&house, "0", "", 100);
    let named = |name: &str| all.iter().filter(|entry| entry["typeName"] == name).cloned().collect::<Vec<_>>();
    let firm_id = named("Enterprise")[0]["id"].to_string();
    let source_id = named("Source")[1]["id"].to_string();
    let nodes: Vec<Value> = all.iter().filter(|entry| entry["kind"] == "NODE").cloned().collect();
    for (filter, expected) in [
        ("{}".to_owned(), all.clone()),
        ("{ kinds: [NODE] }".to_owned(), nodes.clone()),
        ("{ kinds: NODE }".to_owned(), nodes.clone()),
        ("{ kinds: [] }".to_owned(), Vec::new()),
        ("{ kinds: null }".to_owned(), all.clone()),
        ("{ kinds: [TIE] }".to_owned(), named("HAS_DEMAND")),
        ("{ typeNames: [\"Enterprise\", \"Demand\"] }".to_owned(), nodes),
        (
            format!("{{ ids: [{source_id}, {firm_id}] }}"),
            vec![named("Source")[1].clone(), named("Enterprise")[0].clone()],
        ),
        (format!("{{ ids: [{source_id}, {firm_id}], kinds: [NODE] }}"), named("Enterprise")),
    ] {
        let (found, _) = listed(&house, "0", &format!(", filter: {filter}"), 1);
        assert_eq!(found, expected, "{filter}");
    }
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("1", ALL, &json!({ "after": "0", "filter": { "kinds": ["NODE"], "typeNames": ["Enterprise"] } }));
    assert_eq!(entries(&notice(&mut peer, "1")), named("Enterprise"));
}

#[test]
fn a_busy_writer_does_not_flood() {
    let pause = Duration::from_millis(300);
    let house = House::with(Limits { subscription_pause_ms: 300, ..Limits::default() });
    let begin = house.write_sources(keys("a", 1));
    let mut peer = Peer::greeted(house.address);
    peer.subscribe("1", ALL, &json!({ "after": begin.to_string() }));
    let start = now();
    let mut head = begin;
    for place in 0..40 {
        head = house.write_sources(keys(&format!("w{place}"), 1));
    }
    let (mut told, mut messages) = (Vec::new(), 0);
    while told.last().is_none_or(|entry: &Value| number(&entry["sequence"]) < head) {
        told.extend(entries(&notice(&mut peer, "1")));
        messages += 1;
    }
    // One at once on subscribing, one at the first wake, then one a pause.
    let most = 2 + start.elapsed().as_millis() / pause.as_millis();
    assert!(messages <= most, "{messages} messages in {:?}", start.elapsed());
    assert_eq!(told, listed(&house, &begin.to_string(), "", 100).0);
}
