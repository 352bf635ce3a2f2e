//! Whoever asks about an earlier day, or what was known then, has the rights of today and no others: a firm
//! that has moved is its new county's, a consent that was withdrawn opens nothing, one that was given since
//! opens what was before.

use serde_json::{Value, json};

use super::stores::{APP, CITY, OFFICER_OF_A, OFFICER_OF_B, PUBLIC, Reader, Store};

/// Firms with figures of 2020, and what belongs to the one that has gone.
const FIRMS: &[(&str, &str)] = &[
    (
        "enterprises",
        "key,nameZh,validTo,legalForm,status,isLegalPerson,source
        ent-t-move,示例迁址材料有限公司,,LIMITED_LIABILITY,ACTIVE,YES,src-registry
        ent-t-gone,示例注销材料有限公司,2024-01-01,LIMITED_LIABILITY,DEREGISTERED,YES,src-registry
        ent-t-took,示例撤回材料有限公司,,LIMITED_LIABILITY,ACTIVE,YES,src-registry
        ent-t-gave,示例补签材料有限公司,,LIMITED_LIABILITY,ACTIVE,YES,src-registry",
    ),
    (
        "year_figures",
        "key,organization,year,figuresBasis,revenue,source
        t-fig-1,ent-t-move,2020,DECLARED,1000,src-yearreport
        t-fig-2,ent-t-gone,2020,DECLARED,1000,src-yearreport
        t-fig-3,ent-t-took,2020,DECLARED,1000,src-yearreport
        t-fig-4,ent-t-gave,2020,DECLARED,1000,src-yearreport",
    ),
    (
        "statements",
        "key,entity,attribute,value,validFrom,validTo,source
        t-st-1,ent-t-took,agreesToApps,YES,2019-01-01,2025-01-01,src-registry
        t-st-2,ent-t-gave,agreesToApps,YES,2025-01-01,,src-registry",
    ),
    (
        "demands",
        "key,nameZh,kind,problem,publishedOn,visibility,status,source
        dem-t-gone,示例注销前的需求（示例）,TECH,需要一种层析介质,2021-04-01,BUREAU_ONLY,CLOSED,src-demand",
    ),
    ("has_demand", "key,from,to,since,until,source\nt-hd-1,ent-t-gone,dem-t-gone,2021-01-01,2023-01-01,src-demand"),
    ("people", "key,nameZh,role,source\nper-t-left,示例离任者,CONTACT,src-registry"),
    (
        "works_at",
        "key,from,to,since,until,source
        t-wrk-1,per-t-left,ent-t-gone,2019-01-01,2022-01-01,src-registry
        t-wrk-2,per-t-left,ent-zhengli,2022-01-01,,src-registry",
    ),
];

const PLACES: (&str, &str) = (
    "located_in",
    "key,from,to,role,since,until,source
    t-loc-1,ent-t-move,990101,JURISDICTION,2018-01-01,2023-01-01,src-registry
    t-loc-2,ent-t-move,990103,JURISDICTION,2023-01-01,,src-registry
    t-loc-3,ent-t-gone,990101,JURISDICTION,2018-01-01,,src-registry",
);

/// The figures of a firm that a reader is shown.
fn figures(store: &Store, reader: Reader, firm: &str, asked: &str) -> u64 {
    let query = format!("{{ enterprise(by: {{code: {firm:?}}}{asked}) {{ yearFigures(first: 5) {{ totalCount }} }} }}");
    let data = store.data(reader, &query);
    data["enterprise"]["yearFigures"]["totalCount"].as_u64().unwrap_or_else(|| panic!("no count: {data}"))
}

#[test]
fn a_firm_that_has_moved_is_its_new_countys_on_every_day() {
    let store = Store::city(FIRMS);
    store.import(&[PLACES]);
    for asked in ["", ", asOf: \"2021-06-30\"", ", asOf: \"2024-06-30\""] {
        let told = |reader| figures(&store, reader, "ent-t-move", asked);
        let all = [OFFICER_OF_A, OFFICER_OF_B, CITY, PUBLIC].map(told);
        assert_eq!(all, [0, 1, 1, 0], "{asked}");
    }
    // Compared, it is the same: on both sides today's rights.
    let query = r#"{ difference(from: "2019-12-31", to: "2021-12-31", kinds: [ENTERPRISE], what: [RECORD_BEGAN], first: 100) {
        edges { node { nameZh } } } }"#;
    let told = |reader| store.data(reader, query).to_string().contains("示例迁址材料有限公司");
    assert_eq!([OFFICER_OF_A, OFFICER_OF_B, CITY, PUBLIC].map(told), [false, true, true, false]);
}

#[test]
fn who_knew_then_is_judged_by_what_is_known_now() {
    let store = Store::city(FIRMS);
    // Until a minute had gone it was county A's and agreed, by all that was known.
    let before = "key,from,to,role,source\nt-loc-1,ent-t-move,990101,JURISDICTION,src-registry";
    store.import(&[("located_in", before)]);
    let known = r#", knownAt: "2026-01-01T00:00:30.000Z""#;
    let told = |asked: &str| [OFFICER_OF_A, OFFICER_OF_B].map(|reader| figures(&store, reader, "ent-t-move", asked));
    assert_eq!(told(""), [1, 0]);
    store.later(60_000);
    let located = r#"{ enterprise(by: {code: "ent-t-move"}) { ties(first: 10, relations: [LOCATED_IN]) { edges { node { id } } } } }"#;
    let data = store.data(CITY, located);
    let id = data["enterprise"]["ties"]["edges"][0]["node"]["id"].as_str().expect("an id").to_owned();
    store.write(&format!("retract(id: {id:?}, reason: \"示例：录错了县区\")"));
    store.import(&[("located_in", "key,from,to,role,source\nt-loc-2,ent-t-move,990103,JURISDICTION,src-registry")]);
    for asked in ["", known] {
        assert_eq!(told(asked), [0, 1], "{asked}");
    }
}

#[test]
fn a_consent_counts_on_the_day_of_the_question() {
    let store = Store::city(FIRMS);
    for asked in ["", ", asOf: \"2021-06-30\"", ", asOf: \"2025-06-30\""] {
        assert_eq!(figures(&store, APP, "ent-t-took", asked), 0, "{asked}");
        assert_eq!(figures(&store, APP, "ent-t-gave", asked), 1, "{asked}");
        assert_eq!(figures(&store, PUBLIC, "ent-t-gave", asked), 0, "{asked}");
    }
    // Who may see by consent alone may not ask what was known.
    let known = r#"{ enterprises(first: 1, knownAt: "2026-01-01") { totalCount } }"#;
    assert_eq!(store.ask(APP, known, &json!({}))["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[test]
fn what_has_come_to_an_end_stays_with_the_county_it_ended_in() {
    let store = Store::city(FIRMS);
    store.import(&[PLACES]);
    let then = ", asOf: \"2022-06-30\"";
    let told = |reader| figures(&store, reader, "ent-t-gone", then);
    assert_eq!([OFFICER_OF_A, OFFICER_OF_B, CITY].map(told), [1, 0, 1]);
    let demand = |reader| {
        store.data(reader, &format!("{{ demand(by: {{code: \"dem-t-gone\"}}{then}) {{ key }} }}"))["demand"].clone()
    };
    assert_eq!([OFFICER_OF_A, OFFICER_OF_B].map(demand), [json!({"key": "dem-t-gone"}), Value::Null]);
    // People are seen where they work today, whatever the day.
    for asked in ["", ", asOf: \"2020-06-30\""] {
        let person = |reader| {
            store.data(reader, &format!("{{ person(by: {{code: \"per-t-left\"}}{asked}) {{ key }} }}"))["person"]
                .is_object()
        };
        assert_eq!([OFFICER_OF_A, OFFICER_OF_B, CITY].map(person), [false, true, true], "{asked}");
    }
}
