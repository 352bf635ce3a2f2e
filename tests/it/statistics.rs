//! Statistics: every cell opens a list of as many entries as it counts, facets are the same count, and
//! what is withheld cannot be worked out. What the examples count is judged by their oracles.

use std::collections::BTreeSet;
use std::sync::Arc;

use innograph::api::http::{Service, router};
use innograph::config::Config;
use innograph::engine::Engine;
use innograph::intake::InputFile;
use innograph::rights::Role;
use innograph::tokens::{Tokens, Wish};
use serde_json::{Map, Value, json};

use crate::support::{Served, bare_engine_of, demo, files};

const CELLS: &str = "total sums { attribute sum known } cellCount truncated definition definitionEn asOf sourceCount latestSourceDate figuresBases leftOut
    cells { groups { key value labelZh labelEn } count suppressed sums { attribute sum known } opens { field filter document variables } }
    pageInfo { hasNextPage endCursor }";

/// What is asked: what, by which keys, with which other arguments.
fn questions() -> Vec<(&'static str, Vec<&'static str>, Value)> {
    let year = json!({ "asOf": "2020-06-30" });
    vec![
        ("CARRIER", vec!["kind", "level"], json!({ "sums": ["area", "seats"] })),
        ("CARRIER", vec!["region"], json!({})),
        ("ENTERPRISE", vec!["region", "field:HT8"], json!({})),
        ("ENTERPRISE", vec!["field:HT8:top"], json!({})),
        ("ENTERPRISE", vec!["field:CHAIN_BATTERY_DEMO", "tier"], year),
        ("ENTERPRISE", vec!["mapped:SEI2018"], json!({})),
        ("ENTERPRISE", vec!["tier", "regionAt:COUNTY"], json!({ "asOf": "2021-12-31" })),
        ("ENTERPRISE", vec!["regionAt:CITY"], json!({})),
        ("ENTERPRISE", vec!["registeredOn.year", "status"], json!({ "sums": ["registeredCapital"] })),
        ("ENTERPRISE", vec!["origin", "isLegalPerson"], json!({})),
        ("ENTERPRISE", vec!["originRegion"], json!({})),
        ("ENTERPRISE", vec!["agreesToApps"], json!({})),
        (
            "ENTERPRISE",
            vec!["status", "region"],
            json!({ "filter": { "enterprises": { "status": ["ACTIVE", "UNKNOWN"], "and": { "nameContains": "示例" },
                "inGroups": [{ "key": "regionAt:CITY", "value": "990100" }] } } }),
        ),
        ("ORGANIZATION", vec!["nodeKind", "region"], json!({})),
        ("ALLIANCE", vec!["foundedOn.year"], json!({})),
        ("COLLABORATION", vec!["signedOn.year", "kind"], json!({ "sums": ["amount", "technicalAmount"] })),
        ("DEMAND", vec!["kind", "status"], json!({})),
        ("ACHIEVEMENT", vec!["field:HT8", "kind"], json!({})),
        ("REGION", vec!["kind"], json!({})),
        ("COLLABORATION", vec!["partyRegions"], json!({})),
        ("CARRIER_FIGURES", vec!["year"], json!({ "sums": ["incubatees", "area"], "asOf": "2021-12-31" })),
        ("CARRIER_FIGURES", vec!["figuresBasis", "region"], json!({ "figures": "EVERY", "asOf": "2021-12-31" })),
        ("ORGANIZATION", vec!["tied:MEMBER_OF", "regionAt:CITY"], json!({})),
        (
            "CERTIFICATION",
            vec!["scheme", "issuedOn.year"],
            json!({ "inForce": ["YES", "UNKNOWN"], "asOf": "2019-01-01" }),
        ),
        ("CERTIFICATION", vec!["region", "status"], json!({ "scheme": "HNTE" })),
        (
            "CERTIFICATION",
            vec!["nodeKind"],
            json!({ "filter": { "certifications": { "region": { "code": "990102" } } } }),
        ),
    ]
}

/// Variables of a question.
fn variables(of: &str, keys: &[&str], more: &Value) -> Value {
    let mut variables = Map::from_iter([("of".to_owned(), json!(of)), ("groupBy".to_owned(), json!(keys))]);
    variables.extend(more.as_object().expect("an object").clone());
    Value::Object(variables)
}

/// The whole answer to a question, its cells from all pages.
fn asked(ask: &dyn Fn(&str, &Value) -> Value, of: &str, keys: &[&str], more: &Value) -> Value {
    let document = format!(
        "query Counted($of: StatisticsOf!, $groupBy: [String!]!, $filter: StatisticsFilter, $scheme: String, $inForce: [Answer!], $figures: FiguresChoice, $sums: [String!], $after: String, $asOf: Date) {{
            statistics(of: $of, groupBy: $groupBy, filter: $filter, scheme: $scheme, inForce: $inForce, figures: $figures, sums: $sums, first: 7, after: $after, asOf: $asOf) {{ {CELLS} }} }}"
    );
    let mut variables = variables(of, keys, more);
    let mut whole = ask(&document, &variables)["statistics"].clone();
    let mut page = whole.clone();
    while page["pageInfo"]["hasNextPage"] == json!(true) {
        variables["after"] = page["pageInfo"]["endCursor"].clone();
        page = ask(&document, &variables)["statistics"].clone();
        let more = page["cells"].as_array().expect("cells").clone();
        whole["cells"].as_array_mut().expect("cells").extend(more);
    }
    assert_eq!(whole["cells"].as_array().map(Vec::len), whole["cellCount"].as_u64().map(|count| count as usize));
    whole
}

/// Number of entries and ids of the list that a cell opens.
fn opened(ask: &dyn Fn(&str, &Value) -> Value, opens: &Value) -> (u64, BTreeSet<String>) {
    let document = opens["document"].as_str().expect("a document");
    let mut variables: Value = serde_json::from_str(opens["variables"].as_str().expect("text")).expect("JSON");
    let filter: Value = serde_json::from_str(opens["filter"].as_str().expect("text")).expect("JSON");
    assert_eq!(filter, variables["filter"]);
    variables["first"] = json!(100);
    let (mut ids, mut count) = (BTreeSet::new(), 0);
    loop {
        let answer = ask(document, &variables);
        let list = &answer[opens["field"].as_str().expect("a field")];
        let edges = list["edges"].as_array().expect("edges");
        ids.extend(edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()));
        count += edges.len() as u64;
        if list["pageInfo"]["hasNextPage"] != json!(true) {
            assert_eq!(list["totalCount"], json!(count), "{opens}");
            return (count, ids);
        }
        variables["after"] = list["pageInfo"]["endCursor"].clone();
    }
}

#[test]
fn every_cell_opens_a_list_of_as_many_entries_as_it_counts() {
    let ask = |document: &str, variables: &Value| demo().data(document, variables);
    let (mut cells, mut unknown, mut multiple) = (0, 0, 0);
    for (of, keys, more) in questions() {
        let found = asked(&ask, of, &keys, &more);
        assert_eq!(found["truncated"], json!(false));
        let (mut all, mut sum) = (BTreeSet::new(), 0);
        for cell in found["cells"].as_array().expect("cells") {
            assert_eq!(cell["suppressed"], json!(false), "{of} {keys:?}: public things are not withheld");
            let (count, ids) = opened(&ask, &cell["opens"]);
            assert_eq!(cell["count"], json!(count), "{of} {keys:?} {more}\n{cell:#}");
            sum += count;
            all.extend(ids);
            cells += 1;
            unknown += usize::from(cell["groups"].to_string().contains("\"UNKNOWN\""));
        }
        assert_eq!(found["total"], json!(all.len()), "{of} {keys:?}: everything stands in some cell");
        multiple += usize::from(sum > all.len() as u64);
    }
    // Otherwise this would be no test of anything.
    assert!(cells > 150 && unknown > 10 && multiple >= 2, "{cells} cells, {unknown} unknown, {multiple} overlap");
}

#[test]
fn facets_of_a_list_are_the_same_count() {
    let mut compared = 0;
    for (of, keys, more) in questions() {
        let ask = |document: &str, variables: &Value| demo().data(document, variables);
        let found = asked(&ask, of, &keys, &more);
        let field = found["cells"][0]["opens"]["field"].as_str().expect("a field").to_owned();
        let filter = &more["filter"][&field];
        let mut given = vec![
            ("filter", filter),
            ("scheme", &more["scheme"]),
            ("inForce", &more["inForce"]),
            ("figures", &more["figures"]),
            ("asOf", &more["asOf"]),
        ];
        given.retain(|(_, value)| !value.is_null());
        let types = |name: &str| match name {
            "filter" => format!("{}Filter", filter_type(&field)),
            "inForce" => "[Answer!]".to_owned(),
            "figures" => "FiguresChoice".to_owned(),
            "asOf" => "Date".to_owned(),
            _ => "String".to_owned(),
        };
        let declared: String = given.iter().map(|(name, _)| format!(", ${name}: {}", types(name))).collect();
        let passed: String = given.iter().map(|(name, _)| format!(", {name}: ${name}")).collect();
        let document = format!(
            "query Faceted($keys: [String!]!, $sums: [String!]{declared}) {{ {field}(first: 1{passed}) {{ totalCount facets(keys: $keys, sums: $sums, first: 200) {{ {CELLS} }} }} }}"
        );
        let mut variables: Map<String, Value> =
            given.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        variables.insert("keys".to_owned(), json!(keys));
        variables.insert("sums".to_owned(), more["sums"].clone());
        let list = demo().data(&document, &Value::Object(variables))[&field].clone();
        let mut facets = list["facets"].clone();
        facets["pageInfo"] = found["pageInfo"].clone();
        assert_eq!(facets, found, "{of} {keys:?}");
        // A list has every row; of a holder and year a count takes one.
        let (total, left_out) =
            (found["total"].as_u64().expect("a total"), found["leftOut"].as_u64().expect("a number"));
        let listed = if more["figures"].is_null() { total + left_out } else { total };
        assert_eq!(list["totalCount"], json!(listed), "{of} {keys:?}");
        compared += 1;
    }
    assert!(compared > 15);
}

/// The name of the type that a list lists.
fn filter_type(field: &str) -> &'static str {
    match field {
        "enterprises" => "Enterprise",
        "certifications" => "Certification",
        other => panic!("no filter is tried on {other}"),
    }
}

#[test]
fn facets_of_the_records_of_one_node_open_those_alone() {
    let query = "{ enterprises(first: 60, asOf: \"2018-06-30\") { edges { node { certifications(inForce: [YES], first: 1) { totalCount
        facets(keys: [\"scheme\"]) { total cells { count opens { field document variables filter } } } } } } } }";
    let ask = |document: &str, variables: &Value| demo().data(document, variables);
    let mut tried = 0;
    for edge in ask(query, &json!({}))["enterprises"]["edges"].as_array().expect("edges") {
        let list = &edge["node"]["certifications"];
        assert_eq!(list["facets"]["total"], list["totalCount"]);
        for cell in list["facets"]["cells"].as_array().expect("cells") {
            assert_eq!(json!(opened(&ask, &cell["opens"]).0), cell["count"], "{cell}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn what_cannot_be_counted_is_refused_with_what_can() {
    for (arguments, code) in [
        ("of: CARRIER, groupBy: []", "GROUP_KEYS"),
        ("of: CARRIER, groupBy: [\"kind\", \"level\", \"region\"]", "GROUP_KEYS"),
        ("of: CARRIER, groupBy: [\"kind\", \"kind\"]", "GROUP_KEYS"),
        ("of: CARRIER, groupBy: [\"descriptionText\"]", "UNKNOWN_KEY"),
        ("of: CARRIER, groupBy: [\"tier\"]", "UNKNOWN_KEY"),
        ("of: CARRIER, groupBy: [\"regionAt:NOWHERE\"]", "UNKNOWN_KEY"),
        ("of: CARRIER, groupBy: [\"tied:MEMBER_OF\"]", "UNKNOWN_KEY"),
        ("of: CARRIER, groupBy: [\"partyRegions\"]", "UNKNOWN_KEY"),
        ("of: TERM, groupBy: [\"region\"]", "UNKNOWN_KEY"),
        ("of: CARRIER, groupBy: [\"kind\"], sums: [\"level\"]", "UNKNOWN_SUM"),
        ("of: CARRIER, groupBy: [\"kind\"], filter: {enterprises: {}}", "FILTER_OF_ANOTHER"),
        ("of: CARRIER, groupBy: [\"kind\"], scheme: \"HNTE\"", "ARGUMENT_OF_ANOTHER"),
        ("of: CARRIER, groupBy: [\"kind\"], inForce: [YES]", "ARGUMENT_OF_ANOTHER"),
        ("of: WORK_ITEM, groupBy: [\"kind\"], figures: EVERY", "ARGUMENT_OF_ANOTHER"),
        (
            "of: CARRIER, groupBy: [\"kind\"], filter: {carriers: {inGroups: [{key: \"x\", value: \"y\"}]}}",
            "UNKNOWN_KEY",
        ),
        ("of: CARRIER, groupBy: [\"kind\"], first: 0", "PAGE_SIZE"),
        ("of: CARRIER, groupBy: [\"kind\"], after: \"x\"", "BAD_CURSOR"),
    ] {
        let answer = demo().ask(&format!("{{ statistics({arguments}) {{ total }} }}"), &json!({}));
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{arguments}: {answer}");
    }
}

#[test]
fn more_cells_than_allowed_are_left_out_and_the_answer_says_so() {
    let mut config = Config { store_name: "demo".to_owned(), ..Config::default() };
    config.limits.statistics_cells = 3;
    let engine = Arc::clone(&demo().engine);
    let served = Served::serving("demo", Arc::clone(&engine), Service::new(engine, &config));
    let query = "{ statistics(of: ENTERPRISE, groupBy: [\"region\"]) { total cellCount truncated cells { count } } }";
    let (few, all) = (served.data(query, &json!({})), demo().data(query, &json!({})));
    assert_eq!((&few["statistics"]["cellCount"], &few["statistics"]["truncated"]), (&json!(3), &json!(true)));
    assert_eq!(few["statistics"]["total"], all["statistics"]["total"]);
    assert!(all["statistics"]["cellCount"].as_u64() > Some(3) && all["statistics"]["truncated"] == json!(false));
}

/// A store with entries of a register, which are internal: in each region as many as it says.
fn registered() -> (Arc<Engine>, Vec<(String, usize)>) {
    let mut all = files(&["fixtures/codes", "fixtures/demo"]);
    let firms = demo().data("{ enterprises(first: 100) { edges { node { key jurisdiction { code } } } } }", &json!({}));
    let wanted = [("990171", 5), ("990102", 2), ("990103", 4), ("990104", 3)];
    let mut text = "key,organization,register,validFrom,validTo,source\n".to_owned();
    let mut counts = Vec::new();
    for (region, most) in wanted {
        let of = |edge: &&Value| edge["node"]["jurisdiction"]["code"] == json!(region);
        let own: Vec<&Value> =
            firms["enterprises"]["edges"].as_array().expect("edges").iter().filter(of).take(most).collect();
        for edge in &own {
            let key = edge["node"]["key"].as_str().expect("a key");
            text += &format!("reg-{key},{key},HNTE_RESERVE,2018-01-01,,src-registry\n");
        }
        counts.push((region.to_owned(), own.len()));
    }
    // The entries of the city itself are others than those that are counted here.
    all.retain(|file| file.name != "register_entries.csv");
    all.push(InputFile { label: "register".into(), name: "register_entries.csv".into(), bytes: text.into_bytes() });
    (bare_engine_of(&all), counts)
}

/// Asks as somebody of a role.
fn as_role(engine: &Arc<Engine>, role: Role, region: Option<&str>) -> impl Fn(&str, &Value) -> Value + use<> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let tokens = Arc::new(Tokens::open(folder.path()));
    let wish = Wish { name: "a", role, region, days: None, most: 10 };
    let token = tokens.create(&wish, "test").expect("a token").token;
    let config = Config { store_name: "test".to_owned(), ..Config::default() };
    let service = Arc::new(Service::new(Arc::clone(engine), &config).with_tokens(tokens));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async move { axum::serve(listener, router(service)).await });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    move |document: &str, variables: &Value| {
        let _kept = &folder;
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = client.post(format!("http://{address}/graphql")).bearer_auth(&token);
        let request = request.header("Content-Type", "application/json").body(body);
        let text = runtime.block_on(async { request.send().await.expect("an answer").text().await.expect("text") });
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert!(answer.get("errors").is_none(), "{document}\n{answer:#}");
        answer["data"].clone()
    }
}

#[test]
fn small_counts_of_internal_records_are_withheld_from_those_it_binds() {
    let (engine, counts) = registered();
    let more = json!({ "asOf": "2021-01-01" });
    let of = |found: &Value| -> Vec<(String, Value)> {
        let cells = found["cells"].as_array().expect("cells").iter();
        cells
            .map(|cell| (cell["groups"][0]["value"].as_str().expect("a code").to_owned(), cell["count"].clone()))
            .collect()
    };
    let mut expected: Vec<(String, Value)> =
        counts.iter().map(|(region, count)| (region.clone(), json!(count))).collect();
    expected.sort_by(|left, right| left.0.cmp(&right.0));
    assert_eq!(
        counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
        [5, 2, 4, 3],
        "the demo has that many firms"
    );
    let steward = asked(&as_role(&engine, Role::Steward, None), "REGISTER_ENTRY", &["region"], &more);
    assert_eq!((of(&steward), &steward["total"]), (expected.clone(), &json!(14)));
    // The two of one region, and the next smallest: from the total, nobody learns either.
    let analyst = asked(&as_role(&engine, Role::Analyst, None), "REGISTER_ENTRY", &["region"], &more);
    for (region, count) in &mut expected {
        if ["990102", "990104"].contains(&region.as_str()) {
            *count = Value::Null;
        }
    }
    assert_eq!((of(&analyst), &analyst["total"]), (expected, &json!(14)));
    for cell in analyst["cells"].as_array().expect("cells") {
        let is_withheld = cell["count"].is_null();
        assert_eq!((&cell["suppressed"], cell["opens"].is_null()), (&json!(is_withheld), is_withheld));
    }
    // An officer is not bound at home, and the rest is as if it were not there.
    let officer = asked(&as_role(&engine, Role::CountyOfficer, Some("990102")), "REGISTER_ENTRY", &["region"], &more);
    assert_eq!((of(&officer), &officer["total"]), (vec![("990102".to_owned(), json!(2))], &json!(2)));
    let public = Served::serving("test", Arc::clone(&engine), Service::new(Arc::clone(&engine), &Config::default()));
    let public = asked(&|document, variables| public.data(document, variables), "REGISTER_ENTRY", &["region"], &more);
    assert_eq!((of(&public), &public["total"], &public["sourceCount"]), (vec![], &json!(0), &json!(0)));
}

#[test]
fn what_is_withheld_can_be_read_one_by_one_and_what_cannot_be_read_is_nowhere_counted() {
    let (engine, counts) = registered();
    let (analyst, steward) = (as_role(&engine, Role::Analyst, None), as_role(&engine, Role::Steward, None));
    let query = "query($region: String!) { registerEntries(filter: {inGroups: [{key: \"region\", value: $region}]}, first: 100, asOf: \"2021-01-01\") {
        totalCount edges { node { id organization { nameZh } } } } }";
    // A table withholds a small count. The list says how many it has, and shows each of them.
    for (region, count) in &counts {
        let found = analyst(query, &json!({ "region": region }));
        assert_eq!(found, steward(query, &json!({ "region": region })), "{region}");
        let list = &found["registerEntries"];
        assert_eq!((&list["totalCount"], list["edges"].as_array().map(Vec::len)), (&json!(count), Some(*count)));
    }
    // What the tax office says may not be read one by one: no list, count or sum has it.
    let (demo, more) =
        (&demo().engine, json!({ "sums": ["revenue", "taxPaid"], "asOf": "2021-12-31", "figures": "EVERY" }));
    let (analyst, steward) = (as_role(demo, Role::Analyst, None), as_role(demo, Role::Steward, None));
    let of = |ask: &dyn Fn(&str, &Value) -> Value, key: &str| asked(ask, "YEAR_FIGURES", &[key], &more);
    let bases = |found: &Value| found["cells"].to_string().contains("\"TAX\"");
    let (told, all) = (of(&analyst, "figuresBasis"), of(&steward, "figuresBasis"));
    assert_eq!((bases(&told), bases(&all)), (false, true));
    assert_eq!(told["sums"][1]["known"], json!(0), "{}", told["sums"]);
    assert!(all["sums"][1]["known"].as_u64() > Some(0) && told["total"].as_u64() < all["total"].as_u64());
    let query = "{ yearFigures(first: 1, asOf: \"2021-12-31\") { totalCount } taxed: yearFigures(filter: {figuresBasis: [TAX]}, first: 1, asOf: \"2021-12-31\") { totalCount } }";
    let listed = analyst(query, &json!({}));
    assert_eq!((&listed["yearFigures"]["totalCount"], &listed["taxed"]["totalCount"]), (&told["total"], &json!(0)));
}

#[test]
fn small_counts_and_sums_are_withheld_whatever_makes_them_internal() {
    let engine = &demo().engine;
    let (analyst, steward) = (as_role(engine, Role::Analyst, None), as_role(engine, Role::Steward, None));
    let is_small = |count: &Value| count.as_u64().is_some_and(|count| (1..3).contains(&count));
    let (mut counts, mut sums) = (0, 0);
    for (of, keys, attributes) in [
        // Demands, of which some are hidden; what firms agreed to, which is internal of a public thing.
        ("DEMAND", vec!["kind", "status"], json!([])),
        ("ENTERPRISE", vec!["agreesToApps"], json!([])),
        ("YEAR_FIGURES", vec!["year"], json!(["rdExpense", "debts", "newConversions"])),
        ("YEAR_FIGURES", vec!["region", "year"], json!(["revenue", "debts"])),
        ("YEAR_FIGURES", vec!["figuresBasis"], json!(["revenue", "taxPaid", "ip1"])),
        ("WORK_ITEM", vec!["kind", "status"], json!([])),
        ("APPLICATION", vec!["scheme"], json!([])),
        ("MATCH_FEEDBACK", vec!["decision"], json!([])),
    ] {
        let figures = if of == "YEAR_FIGURES" { json!("EVERY") } else { Value::Null };
        let more = json!({ "asOf": "2021-12-31", "sums": attributes, "figures": figures });
        let told = asked(&analyst, of, &keys, &more);
        // What the analyst may not read at all stands in no cell: cells are compared by their groups.
        let all = asked(&steward, of, &keys, &more);
        let cells = |found: &Value| found["cells"].as_array().expect("cells").clone();
        let of_all = |groups: &Value| cells(&all).into_iter().find(|cell| cell["groups"] == *groups);
        let mut withheld = 0;
        for cell in cells(&told) {
            let whole = of_all(&cell["groups"]).expect("a steward sees the cell too");
            assert!(!is_small(&cell["count"]), "{of} {keys:?}: {cell}");
            withheld += usize::from(cell["count"].is_null());
            for (sum, full) in
                cell["sums"].as_array().expect("sums").iter().zip(whole["sums"].as_array().expect("sums"))
            {
                assert!(!is_small(&sum["known"]), "{of} {keys:?}: {sum}");
                assert!(!sum["known"].is_null() || sum["sum"].is_null(), "{of} {keys:?}: {sum}");
                sums += usize::from(cell["count"].is_null() && !full["sum"].is_null());
            }
        }
        assert!(withheld != 1 || told["total"].is_null(), "{of} {keys:?}: one alone is the rest of the total");
        for (place, sum) in told["sums"].as_array().expect("sums").iter().enumerate() {
            let of_cells = cells(&told).into_iter().filter(|cell| cell["sums"][place]["known"].is_null()).count();
            assert!(of_cells != 1 || sum["known"].is_null(), "{of} {keys:?}: one sum alone is the rest of all");
            assert!(!is_small(&sum["known"]), "{of} {keys:?}: {sum}");
        }
        counts += withheld;
        println!("{of} {keys:?}: {withheld} withheld, sums {}", told["sums"]);
        assert!(withheld > 0 || of == "YEAR_FIGURES", "{of} {keys:?}");
    }
    assert!(counts > 10 && sums > 0, "{counts} counts, sums of {sums} cells that are withheld");
}

#[test]
fn what_is_hidden_changes_no_count() {
    let (engine, _) = registered();
    let with = Served::serving("demo", Arc::clone(&engine), Service::new(Arc::clone(&engine), &Config::default()));
    for (of, keys, more) in questions() {
        let ask_with = |document: &str, variables: &Value| with.data(document, variables);
        let ask_without = |document: &str, variables: &Value| demo().data(document, variables);
        let strip = |mut found: Value| {
            for cell in found["cells"].as_array_mut().expect("cells") {
                // Ids are made anew in each store.
                cell["opens"] = Value::Null;
            }
            found["pageInfo"] = Value::Null;
            found
        };
        assert_eq!(
            strip(asked(&ask_with, of, &keys, &more)),
            strip(asked(&ask_without, of, &keys, &more)),
            "{of} {keys:?}"
        );
    }
}

#[test]
fn a_cell_of_what_was_known_then_opens_what_was_known_then() {
    let (engine, _) = registered();
    let ask = as_role(&engine, Role::Steward, None);
    let day = ask("{ service { day } }", &json!({}))["service"]["day"].clone();
    let query = "query Then($at: DateTime!) { statistics(of: REGISTER_ENTRY, groupBy: [\"region\"], knownAt: $at) { total cells { count opens { field filter document variables } } }
        enterprise(by: {code: \"ent-juneng\"}, knownAt: $at) { registerEntries { facets(keys: [\"region\"]) { cells { count suppressed opens { field } } } } } }";
    let found = ask(query, &json!({ "at": day }));
    assert_eq!(found["statistics"]["total"], json!(14));
    for cell in found["statistics"]["cells"].as_array().expect("cells") {
        let variables: Value = serde_json::from_str(cell["opens"]["variables"].as_str().expect("text")).expect("JSON");
        assert_eq!(variables["knownAt"], day);
        assert_eq!(json!(opened(&ask, &cell["opens"]).0), cell["count"]);
    }
    let nested = &found["enterprise"]["registerEntries"]["facets"]["cells"];
    assert_eq!(nested, &json!([{ "count": 1, "suppressed": false, "opens": null }]));
}
