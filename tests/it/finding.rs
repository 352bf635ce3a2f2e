//! Finding by what people type: names in Chinese and English, pinyin, initials, acronyms of 2,263
//! organizations, with the expected ones; other scripts, other words for the same, slips.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innograph::domain::Day;
use innograph::domain::identifier::Scheme;
use innograph::engine::Engine;
use innograph::graph::{Budget, Lens};
use innograph::intake::InputFile;
use innograph::rights::{Rights, Role};
use innograph::search::{Hit, MatchKind};
use serde_json::{Value, json};

use crate::registries::{file, shared_file, stored, text_of};
use crate::support::engine_of;

/// What is found, best first.
fn found(engine: &Engine, text: &str) -> Vec<Hit> {
    let (view, budget) = (engine.view(), Budget::new(u64::MAX));
    let lens = Lens::new(view.state(), Day(20_000), Rights::of(Role::Public), &budget);
    view.search().expect("the index stands").find(&lens, text, &[]).expect("a search").hits
}

/// Names, or identifiers of a scheme, of what is found.
fn named(engine: &Engine, hits: &[Hit], scheme: Option<Scheme>) -> Vec<String> {
    let (view, budget) = (engine.view(), Budget::new(u64::MAX));
    let lens = Lens::new(view.state(), Day(20_000), Rights::of(Role::Public), &budget);
    let shown = |hit: &Hit| match scheme {
        Some(scheme) => lens.identifier(hit.node, scheme).unwrap_or_default().to_owned(),
        None => lens.name(hit.node).to_owned(),
    };
    hits.iter().map(shown).collect()
}

/// The flat extract of the register as a dump of its schema.
fn dump(flat: &str) -> InputFile {
    let records: Vec<Value> = flat
        .lines()
        .map(|line| {
            let flat: Value = serde_json::from_str(line).expect("an object");
            let names = flat["names"].as_array().expect("a list").iter();
            let names: Vec<Value> =
                names.map(|name| json!({ "value": name["v"], "lang": name["l"], "types": name["t"] })).collect();
            json!({
                "id": format!("https://ror.org/{}", flat["id"].as_str().expect("an id")),
                "status": flat["status"], "types": flat["types"], "established": flat["est"], "names": names,
                "external_ids": [], "links": [], "relationships": [],
                "locations": [{ "geonames_id": 1, "geonames_details": { "name": flat["city"], "country_name": "China" } }],
                "admin": { "last_modified": { "date": "2026-01-02" } }
            })
        })
        .collect();
    file("cn.json", json!(records).to_string().into_bytes())
}

#[test]
fn names_in_every_spelling_find_their_organization() {
    let Some(flat) = shared_file("ror_cn.jsonl.gz") else {
        println!("not run: INNOGRAPH_TEST_DATA is not set");
        return;
    };
    let queries = text_of(&shared_file("cn_ror_queries_dev.jsonl.gz").expect("the folder is there"));
    let engine: Arc<Engine> = stored("ror", &[dump(&text_of(&flat))]);
    engine.index().expect("the index is built");
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in queries.lines() {
        let query: Value = serde_json::from_str(line).expect("an object");
        let words = |name: &str| query[name].as_str().expect("a text").to_owned();
        let expected: BTreeSet<String> =
            query["expect"].as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let hits = found(&engine, &words("q"));
        let ids = named(&engine, &hits, Some(Scheme::Ror));
        if expected.len() > 1 {
            let all: BTreeSet<String> = ids.into_iter().collect();
            assert!(expected.is_subset(&all), "{}: {expected:?} is not all of {all:?}", words("q"));
            continue;
        }
        let tied = |hit: &&Hit| {
            hits.first().is_some_and(|first| hit.matched == first.matched && hit.score.total_cmp(&first.score).is_eq())
        };
        let good = match words("kind").as_str() {
            "initials" => hits.iter().take_while(tied).count(),
            _ => 1,
        };
        let count = counts.entry(words("kind")).or_default();
        count.0 += 1;
        count.1 += usize::from(ids.iter().take(good).any(|id| expected.contains(id)));
    }
    println!("{counts:?}");
    for (kind, least) in [("zh", 990), ("en", 990), ("pinyin", 970), ("acronym", 900), ("initials", 950)] {
        let (all, right) = counts[kind];
        assert!(all > 400 && right * 1000 >= all * least, "{kind}: {right} of {all}, wanted {least} per mille");
    }
}

fn few() -> Arc<Engine> {
    let rows = [
        ("a", "示例华兰生物工程股份有限公司", "Shili Hualan Biological Engineering"),
        ("b", "示例重庆长安机械厂", ""),
        ("c", "示例高新技术企业服务中心", ""),
        ("d", "示例电池技术创新战略联盟有限公司", ""),
        ("e", "示例新材料研究所", "Example Institute of Advanced Materials"),
    ];
    let rows = rows.map(|(key, zh, en)| format!("{key},{zh},{en},OTHER,ACTIVE,YES,s\n")).concat();
    let text = format!("key,nameZh,nameEn,legalForm,status,isLegalPerson,source\n{rows}");
    engine_of(&[
        file("sources.csv", b"key,kind,issuer,title,docNo,grade\ns,OTHER,x,y,z,A\n".to_vec()),
        file("enterprises.csv", text.into_bytes()),
    ])
}

#[test]
fn what_is_typed_badly_is_found_all_the_same() {
    let engine = few();
    for (text, name, why) in [
        ("華蘭生物", "示例华兰生物工程股份有限公司", MatchKind::Substring),
        ("华兰生物工程", "示例华兰生物工程股份有限公司", MatchKind::Substring),
        ("ｈｕａｌａｎ", "示例华兰生物工程股份有限公司", MatchKind::Substring),
        ("biologcal", "示例华兰生物工程股份有限公司", MatchKind::Text),
        ("shilichongqingchanganjixiechang", "示例重庆长安机械厂", MatchKind::Pinyin),
        ("slzqzajxc", "示例重庆长安机械厂", MatchKind::Pinyin),
        ("shilichongqinchanganjixiechang", "示例重庆长安机械厂", MatchKind::Similar),
        ("高企", "示例高新技术企业服务中心", MatchKind::Synonym),
        ("创新联盟", "示例电池技术创新战略联盟有限公司", MatchKind::Text),
        ("先进材料", "示例新材料研究所", MatchKind::Synonym),
    ] {
        let hits = found(&engine, text);
        assert_eq!(named(&engine, &hits, None).first().map(String::as_str), Some(name), "{text}: {hits:?}");
        assert!(hits[0].matched.contains(&why), "{text}: {:?}", hits[0].matched);
    }
    for nothing in ["qqqqqqqqqq", "xyz", "兰华"] {
        assert!(found(&engine, nothing).is_empty(), "{nothing}");
    }
}
