//! Non-interference where answers are more than lists: counts and facets, networks, alerts, differences,
//! what was known then, cursors, refusals of those who write, and subscriptions over a socket. The stores
//! and what is hidden in them are those of `interference`.

use innograph::rights::Role;
use serde_json::{Value, json};

use super::hidden;
use super::interference::{
    OF_B, Pair, RESTRICTED, STRANGERS, all_ids, difference, interferes_with_nobody_but, plain, without_cursors,
};
use super::probes::{Probe, Schema};
use super::stores::{ANALYST, APP, CITY, OFFICER_OF_A, OFFICER_OF_B, PUBLIC, Reader, STEWARD, Store};
use crate::peer::{Heard, Peer};

#[test]
fn every_count_by_every_key_is_the_same() {
    interferes_with_nobody_but(&Schema::committed().counts(&OF_B.with));
}

#[test]
fn every_count_under_a_condition_is_the_same() {
    interferes_with_nobody_but(&Schema::committed().narrowed_counts(&OF_B.with));
}

#[test]
fn every_facet_is_the_same() {
    interferes_with_nobody_but(&Schema::committed().facets(&OF_B.with));
}

#[test]
fn records_are_listed_alike_on_every_day_and_whether_they_hold_or_not() {
    interferes_with_nobody_but(&Schema::committed().records());
}

/// The same for strangers. Nothing hidden of B need touch what is asked.
fn nobody_is_told(probes: &[Probe]) {
    let told: Vec<String> = STRANGERS.iter().flat_map(|reader| OF_B.differing(*reader, probes)).collect();
    let all: Vec<String> = told.into_iter().chain(RESTRICTED.differing(ANALYST, probes)).collect();
    assert!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
}

#[test]
fn collaborators_and_fellow_members_are_the_same() {
    nobody_is_told(&Schema::committed().networks());
}

#[test]
fn alerts_are_the_same() {
    interferes_with_nobody_but(&Schema::committed().alerts());
}

#[test]
fn differences_of_every_sort_are_the_same() {
    interferes_with_nobody_but(&Schema::committed().differing());
}

#[test]
fn what_was_known_then_is_the_same() {
    let schema = Schema::committed();
    let mut told = Vec::new();
    let mut others = 0;
    // Before what is hidden, among it, after it, and after what both stores were told last.
    for at in ["00.500", "01.500", "02.500", "03.500"] {
        let probes = schema.moments(&format!("2026-01-01T00:00:{at}Z"));
        for probe in &probes {
            for (reader, pair) in [(OFFICER_OF_A, &*OF_B), (ANALYST, &*RESTRICTED)] {
                let [without, with] = pair.told(reader, &probe.query, &json!({}));
                assert!(without.get("errors").is_none(), "{}: {without:#}", probe.name);
                // Which number the ledger stood at then is public, and when it was written with it; the
                // cursors of a list of the past are bound to that number.
                let [mut without, mut with] = [without["data"].clone(), with["data"].clone()];
                without_cursors(&mut without);
                without_cursors(&mut with);
                let place = difference(&without, &with, "");
                told.extend(place.map(|place| format!("{reader:?} {}: {place}", probe.name)));
            }
            let [without, with] = OF_B.told(STEWARD, &probe.query, &json!({}));
            others += usize::from(difference(&without["data"], &with["data"], "").is_some());
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(others >= 2, "a steward is told of what was hidden");
}

/// Lists whose cursors are bound to nothing but what they list: a document, and where its page stands.
fn paged() -> Vec<(String, String)> {
    let schema = Schema::committed();
    let page = "pageInfo { hasNextPage startCursor endCursor }";
    let mut lists = Vec::new();
    // The list of changes and what is searched say the sequence number, which is public.
    let bound = ["changes", "search"];
    for list in schema.lists().filter(|list| !bound.contains(&list.name.node.as_str())) {
        let name = &list.name.node;
        let query =
            format!("query($after: String) {{ {name}(first: 4, after: $after) {{ {page} edges {{ cursor }} }} }}");
        lists.push((query, format!("/data/{name}")));
        if list.arguments.iter().any(|argument| argument.node.name.node == "orderBy") {
            let query = format!(
                "query($after: String) {{ {name}(first: 4, orderBy: NAME, after: $after) {{ {page} edges {{ cursor }} }} }}"
            );
            lists.push((query, format!("/data/{name}")));
        }
    }
    let more = [
        ("statistics(of: DEMAND, groupBy: [\"status\", \"kind\"], first: 2, after: $after)", "", "/data/statistics"),
        ("statistics(of: YEAR_FIGURES, groupBy: [\"year\"], first: 2, after: $after)", "", "/data/statistics"),
        ("dataQuality(first: 4, after: $after)", "edges { cursor }", "/data/dataQuality"),
        (
            "difference(from: \"2018-12-31\", to: \"2021-12-31\", first: 4, after: $after)",
            "edges { cursor }",
            "/data/difference",
        ),
    ];
    for (field, edges, pointer) in more {
        lists.push((format!("query($after: String) {{ {field} {{ {page} {edges} }} }}"), pointer.to_owned()));
    }
    for below in ["collaborators", "coMembers", "yearFigures", "workItems", "honors", "certifications", "ties"] {
        let query = format!(
            "query($after: String) {{ enterprise(by: {{code: \"ent-zhengli\"}}) {{ {below}(first: 1, after: $after) {{ {page} edges {{ cursor }} }} }} }}"
        );
        lists.push((query, format!("/data/enterprise/{below}")));
    }
    lists
}

#[test]
fn cursors_are_the_same_to_the_byte_and_good_for_both() {
    let readers = STRANGERS.map(|reader| (reader, &*OF_B)).into_iter().chain([(ANALYST, &*RESTRICTED)]);
    let (mut told, mut pages) = (Vec::new(), 0);
    for (reader, pair) in readers {
        for (query, pointer) in paged() {
            let mut after = Value::Null;
            // Some pages, each asked for with the cursor that the other store gave.
            for _ in 0..6 {
                let [without, with] = pair.told(reader, &query, &json!({ "after": after }));
                if query.contains("duplicateCandidates") && !matches!(reader.role, Role::CountyOfficer | Role::Steward)
                {
                    // Pairs are for those who may merge: one and the same refusal, with nothing in it.
                    assert_eq!(without["errors"][0]["extensions"]["code"], "FORBIDDEN", "{without:#}");
                    assert_eq!(difference(&without, &with, ""), None);
                    break;
                }
                let page = without.pointer(&pointer).unwrap_or_else(|| panic!("{query}: {without:#}"));
                if let Some(place) = difference(&without, &with, "") {
                    told.push(format!("{:?} {query}: {place}", reader.role));
                }
                pages += 1;
                if page["pageInfo"]["hasNextPage"] != json!(true) {
                    break;
                }
                after = with.pointer(&pointer).map(|page| page["pageInfo"]["endCursor"].clone()).unwrap_or_default();
            }
        }
    }
    assert!(told.is_empty(), "{} differences:\n{}", told.len(), told.join("\n"));
    assert!(pages > 400, "{pages}");
}

/// Requests to write that an officer of A is refused whatever there is, about things of A and of B on
/// which something hidden hangs, and about things that go by the name of something hidden.
fn refused(store: &Store, ids: &[String]) -> Vec<String> {
    let id = |field: &str, code: &str| {
        let data = store.data(STEWARD, &format!("{{ {field}(by: {{code: {code:?}}}) {{ id }} }}"));
        data[field]["id"].as_str().expect("an id").to_owned()
    };
    let retract = |id: &str| format!(r#"retract(id: {id:?}, reason: "录错")"#);
    let mut asked: Vec<String> = [
        ("enterprise", "ent-dinghe"),
        ("enterprise", "ent-kangmiao"),
        ("collaboration", "col-003"),
        ("achievement", "ach-mk-zuoji"),
        ("enterprise", "ent-zhengli"),
        ("demand", "dem-x-anon"),
        ("region", "990101"),
        ("term", "HT8L2:601"),
    ]
    .map(|(field, code)| retract(&id(field, code)))
    .to_vec();
    // Whatever is there: a column that is none, a version that never was.
    for id in ids {
        asked.push(format!(r#"retract(id: {id:?}, reason: "录错", expectedVersion: 99999999)"#));
        asked.push(format!(r#"correct(id: {id:?}, input: {{values: [{{name: "没有", value: "1"}}]}})"#));
        asked.push(format!(r#"correct(id: {id:?}, input: {{validTo: "2030"}}, expectedVersion: 99999999)"#));
    }
    let references = [
        r#"{name: "示例康苗生物制品股份有限公司"}"#,
        r#"{name: "示例康苗"}"#,
        r#"{name: "示例秘某甲"}"#,
        r#"{name: "高安全陶瓷涂覆隔膜的国产化（示例）"}"#,
        r#"{code: "per-x-1"}"#,
        r#"{code: "dem-x-2"}"#,
        r#"{code: "dem-x-anon"}"#,
        r#"{code: "ent-zhengli"}"#,
        r#"{code: "ent-dinghe"}"#,
    ];
    let to = r#"to: "2022-01-01", source: "src-registry""#;
    for (number, one) in references.iter().enumerate() {
        asked.push(format!(
            r#"addName(input: {{entity: {one}, text: "  ", language: "zh", kind: "ALIAS", source: "src-website"}})"#
        ));
        asked.push(format!(
            r#"stateAttribute(input: {{entity: {one}, attribute: "没有", value: "1", source: "src-website"}})"#
        ));
        asked.push(format!(r#"relate(input: {{supplies: {{from: {one}, to: {one}, source: "src-registry"}}}})"#));
        asked.push(format!(r#"saveHonor(input: {{holder: {one}, kind: REWARD, title: "示例", grantedOn: "2999", source: "src-registry"}})"#));
        asked.push(format!(r#"saveWorkItem(input: {{subject: {one}, kind: LEDGER_TASK, title: "示例", department: {one}, openedOn: "2999", status: OPEN, source: "src-registry", assignee: {one}}})"#));
        for other in references.iter().skip(number + 1) {
            for relation in ["OWNS", "HAS_DEMAND", "WORKS_AT", "PARTICIPATES_IN"] {
                let ends = |from: &str, to_end: &str| {
                    format!("endRelation(tie: {{ends: {{relation: {relation}, from: {from}, to: {to_end}}}}}, {to})")
                };
                asked.extend([ends(one, other), ends(other, one)]);
            }
        }
    }
    // The hidden owner of a demand that everybody sees.
    asked.push(format!(
        r#"endRelation(tie: {{ends: {{relation: HAS_DEMAND, from: {{code: "ent-runjie"}}, to: {{code: "dem-x-anon"}}}}}}, {to})"#
    ));
    asked.push(format!(
        r#"endRelation(tie: {{ends: {{relation: OWNS, from: {{code: "per-x-1"}}, to: {{code: "ent-dinghe"}}}}}}, {to})"#
    ));
    asked
}

#[test]
fn refusals_say_nothing_of_what_is_hidden() {
    let standing = [&OF_B.without, &OF_B.with].map(|store| store.served.standing());
    let asked = refused(&OF_B.with, &all_ids(&OF_B.with));
    assert!(asked.len() > 300, "{}", asked.len());
    let (mut told, mut codes) = (Vec::new(), std::collections::BTreeMap::new());
    for mutation in &asked {
        let query = format!(
            "mutation {{ it: {mutation} {{ __typename ... on Refusal {{ code zh en }} ... on StaleVersion {{ version: current }} ... on AmbiguousName {{ candidates {{ id nameZh }} }} }} }}"
        );
        let [mut without, mut with] = OF_B.told(OFFICER_OF_A, &query, &json!({}));
        for answer in [&mut without, &mut with] {
            assert_ne!(answer["errors"][0]["extensions"]["code"], "VALIDATION", "{query}: {answer}");
            assert_ne!(answer["data"]["it"]["__typename"], "Written", "{query}: {answer}");
            // Its sentences name the version, which is the public number of an entry and stands beside them.
            if answer["data"]["it"]["__typename"] == "StaleVersion" {
                (answer["data"]["it"]["zh"], answer["data"]["it"]["en"]) = (Value::Null, Value::Null);
            }
        }
        *codes.entry(without["data"]["it"]["code"].to_string()).or_insert(0) += 1;
        told.extend(difference(&without, &with, "").map(|place| format!("{mutation}: {place}")));
    }
    println!("{codes:?}");
    assert!(told.is_empty(), "{} differences:\n{}", told.len(), told.join("\n"));
    for code in ["STILL_TIED", "OUTSIDE_REGION", "UNKNOWN_REFERENCE", "UNKNOWN_COLUMN", "STALE_VERSION"] {
        assert!(codes.contains_key(&format!("{code:?}")), "{code}: {codes:?}");
    }
    assert_eq!([&OF_B.without, &OF_B.with].map(|store| store.served.standing()), standing, "something was written");
}

/// What a subscription tells a reader, from a sequence number to where the store stands.
fn followed(store: &Store, reader: Reader, after: i64) -> Vec<Value> {
    let mut peer = Peer::open(store.served.address);
    let bearer = store.token(reader).map(|token| format!("Bearer {token}"));
    peer.say(&match bearer {
        Some(bearer) => json!({ "type": "connection_init", "payload": { "authorization": bearer } }),
        None => json!({ "type": "connection_init" }),
    });
    assert_eq!(peer.hear(), Heard::Message(json!({ "type": "connection_ack" })));
    let query = "subscription($after: String) { changed(after: $after) { sequence refetch changes { sequence id kind typeName action } } }";
    peer.subscribe("1", query, &json!({ "after": after.to_string() }));
    let (head, mut told) = (store.served.standing().0, Vec::new());
    loop {
        let notice = peer.next("1")["data"]["changed"].clone();
        told.push(notice.clone());
        assert_eq!(notice["refetch"], json!(false));
        if notice["sequence"].as_u64().expect("a number") >= head {
            return told;
        }
    }
}

#[test]
fn a_subscription_tells_strangers_the_same_message_by_message() {
    // The number after what both were told first.
    let readers = STRANGERS.map(|reader| (reader, &*OF_B)).into_iter().chain([(ANALYST, &*RESTRICTED)]);
    for (reader, pair) in readers {
        let before = pair.hidden.0;
        let mut told = [&pair.without, &pair.with].map(|store| json!(followed(store, reader, before)));
        for (told, hidden) in told.iter_mut().zip([(i64::MAX, i64::MAX), pair.hidden]) {
            plain(told, hidden);
        }
        assert_eq!(difference(&told[0], &told[1], ""), None, "{reader:?}");
        assert!(told[0].to_string().contains("CREATED"), "{told:?}");
    }
    let inside = |store: &Store| json!(followed(store, OFFICER_OF_B, OF_B.hidden.0)).to_string();
    assert!(inside(&OF_B.with).len() > inside(&OF_B.without).len(), "an officer of B is told of what is hidden");
}

#[test]
fn nobody_is_woken_by_what_is_hidden() {
    let pair = Pair::of(|_| {}, |_| {});
    let mut heard = Vec::new();
    for store in [&pair.without, &pair.with] {
        let mut peer = Peer::open(store.served.address);
        peer.say(&json!({ "type": "connection_init" }));
        assert_eq!(peer.hear(), Heard::Message(json!({ "type": "connection_ack" })));
        peer.subscribe("1", "subscription { changed { changes { id kind typeName action } } }", &Value::Null);
        // An answer after it means that the subscription stands.
        peer.subscribe("2", "{ __typename }", &Value::Null);
        peer.next("2");
        assert_eq!(peer.answer("2").0, "complete");
        heard.push((store, peer));
    }
    pair.with.later(9_000);
    hidden::enter(&pair.with);
    for store in [&pair.without, &pair.with] {
        store.later(10_000);
        store.write(r#"addName(input: {entity: {code: "ent-zhengli"}, text: "示例又名", language: "zh", kind: "ALIAS", source: "src-website"})"#);
    }
    let told: Vec<Value> = heard.iter_mut().map(|(_, peer)| peer.next("1")["data"]["changed"].clone()).collect();
    assert_eq!(told[0]["changes"].as_array().map(Vec::len), Some(1), "{told:?}");
    assert_eq!(told[0], told[1], "the first message is about what everybody sees");
    // In one batch, something hidden between two names of one firm: it is told of once.
    let name = |key: &str, entity: &str| format!("{key},{entity},示例{key},zh,ALIAS,src-website");
    let names = |rows: &[String]| format!("key,entity,text,language,kind,source\n{}", rows.join("\n"));
    let (first, last) = (name("z-1", "ent-zhengli"), name("z-3", "ent-zhengli"));
    pair.without.import(&[("names", &names(&[first.clone(), last.clone()]))]);
    pair.with.import(&[("names", &names(&[first, name("z-2", "per-x-1"), last]))]);
    let told: Vec<Value> = heard.iter_mut().map(|(_, peer)| peer.next("1")["data"]["changed"].clone()).collect();
    assert_eq!(told[0]["changes"].as_array().map(Vec::len), Some(1), "{told:?}");
    assert_eq!(told[0], told[1]);
}

#[test]
fn what_was_open_then_and_is_hidden_on_the_day_of_the_question_is_not_shown_on_it() {
    let store = Store::city(&[
        (
            "demands",
            "key,nameZh,kind,problem,publishedOn,visibility,status,validFrom,source
            dem-z,示例曾公开的需求（示例）,TECH,需要一种工艺,2021-03-01,PUBLIC,OPEN,2021-03-01,src-demand",
        ),
        ("statements", "key,entity,attribute,value,validFrom,source\nz-st-1,dem-z,status,DRAFT,2021-07-01,src-demand"),
    ]);
    let told = |as_of: &str| {
        let query = format!(
            "{{ difference(from: \"2021-01-01\", to: \"2021-05-01\", kinds: [DEMAND], what: [APPEARED], first: 100, asOf: {as_of:?}) {{ edges {{ node {{ nameZh node {{ nameZh }} }} }} }} }}"
        );
        let data = store.data(PUBLIC, &query);
        let edges = data["difference"]["edges"].as_array().expect("edges").clone();
        let found = edges.into_iter().find(|edge| edge["node"]["nameZh"] == "示例曾公开的需求（示例）");
        found.expect("everybody saw it then")["node"]["node"].clone()
    };
    assert_eq!(told("2021-05-15"), json!({ "nameZh": "示例曾公开的需求（示例）" }));
    assert_eq!(told("2021-12-31"), Value::Null);
}

#[test]
fn everything_that_can_be_counted_and_every_kind_of_record_is_asked_for() {
    let schema = Schema::committed();
    assert_eq!(schema.values("StatisticsOf").len(), schema.input("StatisticsFilter").len());
    let narrowed = schema.lists().filter(|list| list.arguments.iter().any(|given| given.node.name.node == "inForce"));
    assert_eq!(narrowed.count(), 18);
}

#[test]
fn who_agreed_and_also_did_not_is_shown_as_the_public_sees_it() {
    let store = Store::city(hidden::SHARED);
    let asked = r#"{ enterprise(by: {code: "ent-guanjia"}) { yearFigures(first: 1) { totalCount } } }"#;
    let count = || store.data(APP, asked)["enterprise"]["yearFigures"]["totalCount"].as_u64();
    assert!(count() > Some(0), "the firm agreed");
    let no = "key,entity,attribute,value,source\nz-no,ent-guanjia,agreesToApps,NO,src-registry";
    store.import(&[("statements", no)]);
    assert_eq!(count(), Some(0), "a doubt denies");
}

#[test]
fn who_asks_anonymously_is_not_named_by_having_agreed_to_something_else() {
    let store = Store::city(&[
        (
            "demands",
            "key,nameZh,kind,problem,publishedOn,visibility,status,source
            dem-q,示例不具名的需求（示例）,TECH,需要一种工艺,2021-03-01,ANONYMOUS,OPEN,src-demand",
        ),
        ("has_demand", "key,from,to,source\nq-hd,ent-guanjia,dem-q,src-demand"),
    ]);
    let query = r#"{ demand(by: {code: "dem-q"}) { owners { totalCount } ties(first: 10, relations: [HAS_DEMAND]) { totalCount } }
        enterprise(by: {code: "ent-guanjia"}) { demands(first: 100) { edges { node { key } } } yearFigures(first: 1) { totalCount } } }"#;
    for (reader, named) in [(PUBLIC, false), (APP, false), (CITY, true)] {
        let data = store.data(reader, query);
        let (demand, firm) = (&data["demand"], &data["enterprise"]);
        let counts = [&demand["owners"]["totalCount"], &demand["ties"]["totalCount"]];
        assert_eq!(counts, [&json!(u8::from(named)); 2], "{reader:?} {data}");
        assert_eq!(firm["demands"].to_string().contains("dem-q"), named, "{reader:?} {data}");
        // It did agree to have its figures shown.
        assert_eq!(firm["yearFigures"]["totalCount"] == json!(0), reader == PUBLIC, "{reader:?} {data}");
    }
}
