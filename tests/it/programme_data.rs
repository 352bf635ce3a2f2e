//! A scheme that nobody wrote code for: terms, criteria, an indicator and a target come as data, and
//! eligibility, candidates, holders and the scoreboard know it. So does a version that is flawed: it is
//! left out, and told of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Store, cell, day, holds};
use crate::scoreboard_oracle::places;
use crate::support::{Served, bare_engine_of, files, project};

/// The invented city with these files besides.
fn city_with(more: &[(&str, &str)]) -> Served {
    let csv = |(name, text): &(&str, &str)| innograph::intake::InputFile {
        label: format!("more/{name}"),
        name: (*name).to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let mut given = files(&["fixtures/codes", "fixtures/demo"]);
    given.extend(more.iter().map(csv));
    Served::trusting(bare_engine_of(&given), &innograph::config::Config::default(), "示例工作人员")
}

const TERMS: &str = "key,nameZh,nameEn,scheme,code,verified,source
SCHEME-DEMO_STAR,示例之星企业,Demo Star Enterprise,SCHEME,DEMO_STAR,YES,src-plan
INDICATOR-DEMO-STAR,示例之星企业数,Demo Star enterprises,INDICATOR,DEMO-STAR,YES,src-plan
";
const SETS: &str = "key,scheme,setVersion,docNo,title,validFrom,validTo,source
cs-star-1,SCHEME:DEMO_STAR,1,示例科〔2018〕1号,示例之星评价办法（示例）,2018-01-01,2021-01-01,src-plan
cs-star-2,SCHEME:DEMO_STAR,2,示例科〔2020〕9号,示例之星评价办法（示例）,2021-01-01,,src-plan
";
const CERTIFICATES: &str = "key,holder,scheme,certNo,authority,issuedOn,validFrom,validTo,status,source
cer-star-lengan,ent-lengan,DEMO_STAR,STAR-1,示例市科学技术局,2021-06-01,2021-06-01,2024-06-01,VALID,src-plan
";
const INDICATORS: &str = "key,term,unit,population,formula,countBy,dateBasis,schemes,validFrom,validTo,source
ind-demo-star,INDICATOR:DEMO-STAR,家,归口在本地区的企业,count(certified in SCHEME:DEMO_STAR),VALID_AT_DATE,ISSUED,DEMO_STAR,2017,2021,src-plan
";
const TARGETS: &str = "key,region,plan,indicator,period,periodFrom,comparator,floor,stretch,most,text,line,population,validFrom,validTo,source
tgt-demo-star-2021,990100,DEMO-PLAN,DEMO-STAR,2021,,MORE_THAN,1,,,示例之星突破1家（示例）,4,,2017,2021,src-plan
";

/// Criteria: sales of 10 million in version 1, of `second` yuan in version 2, and one for experts.
fn criteria(second: &str) -> String {
    let sales = |version: &str, yuan: &str| {
        let json = format!(
            r#"{{""op"":""compare"",""value"":{{""op"":""figure"",""input"":""revenue"",""year"":-1}},""is"":""at_least"",""threshold"":{{""op"":""constant"",""is"":""{yuan}""}}}}"#
        );
        format!(
            "cr-star-{version}-1,SCHEME:DEMO_STAR,{version},1,上年度销售收入（示例）,THRESHOLD,\"{json}\",src-plan\n"
        )
    };
    let expert = "cr-star-2-2,SCHEME:DEMO_STAR,2,2,引领能力（示例）,EXPERT,,src-plan\n";
    format!(
        "key,scheme,setVersion,number,textZh,kind,expression,source\n{}{}{expert}",
        sales("1", "10000000"),
        sales("2", second)
    )
}

fn known(city: &Served, query: &str) -> Value {
    city.data(query, &json!({}))
}

#[test]
fn a_scheme_that_is_data_alone_is_known_everywhere() {
    let criteria = criteria("100000000");
    let city = city_with(&[
        ("terms.csv", TERMS),
        ("criterion_sets.csv", SETS),
        ("criteria.csv", &criteria),
        ("certifications.csv", CERTIFICATES),
        ("indicators.csv", INDICATORS),
        ("targets.csv", TARGETS),
    ]);
    let of = |firm: &str, day: &str| {
        let query = format!(
            r#"{{ eligibility(organization: {{code: "{firm}"}}, scheme: "DEMO_STAR", asOf: "{day}") {{ schemeZh version document status alreadyHolds criteria {{ number status value }} }} }}"#
        );
        known(&city, &query)["eligibility"].clone()
    };
    // 2020: 43 million of sales: enough for version 1 on the last day of 2020, not for version 2 the day after.
    let before = of("ent-hekuang", "2020-12-31");
    assert_eq!(
        (&before["version"], &before["document"], &before["status"]),
        (&json!("1"), &json!("示例科〔2018〕1号"), &json!("MET"))
    );
    let after = of("ent-hekuang", "2021-01-01");
    assert_eq!((&after["version"], &after["status"]), (&json!("2"), &json!("UNMET")));
    assert_eq!(
        after["criteria"],
        json!([{ "number": "1", "status": "UNMET", "value": "43000000" }, { "number": "2", "status": "EXPERT", "value": null }])
    );
    assert_eq!(of("ent-lengan", "2021-12-31")["alreadyHolds"], "YES");
    assert_eq!(of("ent-lengan", "2021-12-31")["schemeZh"], "示例之星企业");

    let query = r#"{ candidates(scheme: "DEMO_STAR", first: 100, asOf: "2021-12-31") { version totalCount edges { node { unmetCount organization { nameZh } } } } }"#;
    let candidates = &known(&city, query)["candidates"];
    assert_eq!(candidates["version"], "2");
    let edges = candidates["edges"].as_array().expect("edges");
    assert!(
        edges.len() > 5
            && edges.iter().all(|edge| edge["node"]["organization"]["nameZh"] != "示例冷安冷链装备有限公司"),
        "{candidates}"
    );
    let unmet: Vec<u64> = edges.iter().filter_map(|edge| edge["node"]["unmetCount"].as_u64()).collect();
    assert!(
        unmet.windows(2).all(|pair| pair[0] <= pair[1]) && unmet.first() == Some(&0) && unmet.last() == Some(&1),
        "{unmet:?}"
    );

    let query =
        r#"{ schemeHolders(scheme: "DEMO_STAR", asOf: "2021-12-31") { totalCount edges { node { endsOn } } } }"#;
    assert_eq!(
        known(&city, query)["schemeHolders"],
        json!({ "totalCount": 1, "edges": [{ "node": { "endsOn": "2024-06-01" } }] })
    );

    let query = r#"{ scoreboard(plan: "DEMO-PLAN", indicators: ["DEMO-STAR"], asOf: "2021-12-31") { indicators(first: 1) { indicator { nameZh } cells { value isMet missing } } } }"#;
    let line = &known(&city, query)["scoreboard"]["indicators"][0];
    assert_eq!(line["indicator"]["nameZh"], "示例之星企业数");
    assert_eq!(line["cells"][0], json!({ "value": "1", "isMet": "NO", "missing": "1" }));
}

#[test]
fn a_flawed_version_is_left_out_and_told_of() {
    let criteria = criteria("a lot");
    let city = city_with(&[("terms.csv", TERMS), ("criterion_sets.csv", SETS), ("criteria.csv", &criteria)]);
    let query = r#"{ criteriaLibrary { name isUsed flawCode flawPlace flawZh flawEn document } }"#;
    let all = known(&city, query)["criteriaLibrary"].clone();
    let named = |name: &str| {
        all.as_array().expect("a list").iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(named("DEMO_STAR 1")["isUsed"], true);
    let flawed = named("DEMO_STAR 2");
    assert_eq!((&flawed["isUsed"], &flawed["flawCode"]), (&json!(false), &json!("CRITERIA_FIELD_MISSING")));
    assert_eq!(flawed["flawPlace"], "criteria[1].expression.threshold");
    assert!(flawed["flawZh"].as_str().is_some_and(|words| words.contains("请补上")), "{flawed}");
    assert_eq!(named("HNTE 2016")["isUsed"], true);
    let asked = city.ask(
        r#"{ eligibility(organization: {code: "ent-hekuang"}, scheme: "DEMO_STAR", asOf: "2021-06-01") { status } }"#,
        &json!({}),
    );
    assert_eq!(asked["errors"][0]["extensions"]["code"], "UNKNOWN_CRITERIA", "{asked}");
}

#[test]
fn two_versions_that_overlap_are_not_both_used() {
    let criteria = criteria("100000000");
    let overlapping =
        SETS.replace("2021-01-01,src", "2021-02-01,src").replace(",2018-01-01,2021-01-01,", ",2018-01-01,2021-02-01,");
    let city = city_with(&[("terms.csv", TERMS), ("criterion_sets.csv", &overlapping), ("criteria.csv", &criteria)]);
    let all = known(&city, r#"{ criteriaLibrary { name isUsed flawCode } }"#)["criteriaLibrary"].clone();
    let stars: Vec<&Value> = all
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["name"].as_str().is_some_and(|name| name.starts_with("DEMO_STAR")))
        .collect();
    assert_eq!(stars.len(), 2);
    assert!(
        stars.iter().any(|one| one["flawCode"] == "CRITERIA_VERSIONS_OVERLAP" && one["isUsed"] == false),
        "{stars:?}"
    );
}

const PLAN_TERMS: &str = "key,nameZh,nameEn,scheme,code,verified,source
INDICATOR-DEMO-CARR,示例载体数,Demo carriers,INDICATOR,DEMO-CARR,YES,src-plan
INDICATOR-DEMO-AREA,示例载体面积,Demo floor area,INDICATOR,DEMO-AREA,YES,src-plan
INDICATOR-DEMO-INCB,示例在孵单位数,Demo incubatees,INDICATOR,DEMO-INCB,YES,src-plan
INDICATOR-DEMO-GIANT,示例小巨人并集,Demo little giants,INDICATOR,DEMO-GIANT,YES,src-plan
INDICATOR-DEMO-GIANT-ADD,示例新增小巨人,Demo new little giants,INDICATOR,DEMO-GIANT-ADD,YES,src-plan
INDICATOR-DEMO-GUESS,示例不认得的算法,Demo formula of no known form,INDICATOR,DEMO-GUESS,YES,src-plan
";
const PLAN_INDICATORS: &str = "key,term,unit,population,formula,countBy,dateBasis,validFrom,validTo,source
ind-d-carr,INDICATOR:DEMO-CARR,家,MUNICIPAL_AND_ABOVE,count(carriers),VALID_AT_DATE,,2017,2021,src-plan
ind-d-area,INDICATOR:DEMO-AREA,平方米,MUNICIPAL_AND_ABOVE,sum(area of carriers),VALID_AT_DATE,,2017,2021,src-plan
ind-d-incb,INDICATOR:DEMO-INCB,家,MUNICIPAL_AND_ABOVE,count(organisations incubated in carriers),VALID_AT_DATE,,2017,2021,src-plan
ind-d-giant,INDICATOR:DEMO-GIANT,家,全市,count(certified in SCHEME:GIANT or SCHEME:GIANT_CULTIVATION),VALID_AT_DATE,ISSUED,2017,2021,src-plan
ind-d-giant-add,INDICATOR:DEMO-GIANT-ADD,家,全市,count(first certified in SCHEME:GIANT or SCHEME:GIANT_CULTIVATION),ISSUED_IN_PERIOD,ISSUED,2017,2021,src-plan
ind-d-guess,INDICATOR:DEMO-GUESS,家,全市,count(of whatever comes to mind),VALID_AT_DATE,ISSUED,2017,2021,src-plan
";
const PLAN_TARGETS: &str = "key,region,plan,indicator,period,periodFrom,comparator,floor,stretch,most,text,line,population,validFrom,validTo,source
t-d-carr-2019,990100,DEMO-PLAN,DEMO-CARR,2019,,AT_LEAST,6,,,市级以上载体6家（示例）,4,MUNICIPAL_AND_ABOVE,2017,2021,src-plan
t-d-carr-2021,990100,DEMO-PLAN,DEMO-CARR,2021,,AT_LEAST,8,,,各类载体8家（示例）,4,ALL_KINDS,2017,2021,src-plan
t-d-add-2018,990100,DEMO-PLAN,DEMO-GIANT-ADD,2018,2018-01-01,UNSTATED,2,,,当年新增2家（示例）,4,,2017,2021,src-plan
t-d-add-2021,990100,DEMO-PLAN,DEMO-GIANT-ADD,2021,2017-01-01,UNSTATED,8,,,累计新增8家（示例）,4,,2017,2021,src-plan
";

/// The number of an indicator for the whole city on a day, with these regions left out.
fn counted(city: &Served, indicator: &str, day: &str, excluding: &[&str]) -> Value {
    let query = "query($i: [String!], $d: Date, $x: [Reference!]) { scoreboard(plan: \"DEMO-PLAN\", indicators: $i, asOf: $d, excluding: $x) {
        indicators(first: 1) { isUnderstood cells { value isMet list(first: 1) { totalCount } } } } }";
    let out: Vec<Value> = excluding.iter().map(|code| json!({ "code": code })).collect();
    let data = city.data(query, &json!({ "i": [indicator], "d": day, "x": out }));
    data["scoreboard"]["indicators"][0]["cells"][0].clone()
}

#[test]
fn populations_periods_and_regions_are_kept_apart() {
    let city =
        city_with(&[("terms.csv", PLAN_TERMS), ("indicators.csv", PLAN_INDICATORS), ("targets.csv", PLAN_TARGETS)]);
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let within = |key: &str, at: Day, out: Option<&str>| {
        let places = places(&csv, key, at);
        places.contains("reg-city") && out.is_none_or(|out| !places.contains(out))
    };
    let carriers = |at: Day, every: bool, out: Option<&str>| {
        let all = csv.of_kind("CARRIER", at).into_iter();
        let level = |key: &str| csv.value(key, "level", at).unwrap_or_default();
        let fits = |key: &String| every || ["NATIONAL", "PROVINCIAL", "MUNICIPAL"].contains(&level(key).as_str());
        all.filter(|key| fits(key) && within(key, at, out)).count()
    };
    // 市级以上 in 2019, 各类 in 2021: the population hangs on the target.
    let text = |count: usize| json!(count.to_string());
    assert_eq!(counted(&city, "DEMO-CARR", "2019-12-31", &[])["value"], text(carriers(20_191_231, false, None)));
    assert_eq!(counted(&city, "DEMO-CARR", "2021-12-31", &[])["value"], text(carriers(20_211_231, true, None)));
    let without = counted(&city, "DEMO-CARR", "2021-12-31", &["990171"])["value"].clone();
    assert_eq!(without, text(carriers(20_211_231, true, Some("reg-gaoxin"))));
    assert_ne!(without, counted(&city, "DEMO-CARR", "2021-12-31", &[])["value"]);

    // A union counts everybody once; who rises from one list to the other is not new.
    let schemes = ["GIANT", "GIANT_CULTIVATION"];
    let held = |at: Day| {
        let rows = schemes.iter().flat_map(|scheme| csv.certificates(scheme, at, &["YES"]));
        let keys: BTreeSet<String> = rows.map(|row| csv.resolve(cell(row, "holder"))).collect();
        keys.into_iter().filter(|key| within(key, at, None)).count()
    };
    let new = |from: Day, at: Day| {
        let mut first: BTreeMap<String, Day> = BTreeMap::new();
        for row in csv.rows("certifications.csv").iter().filter(|row| schemes.contains(&cell(row, "scheme"))) {
            let issued = day(cell(row, "issuedOn"));
            let known = first.entry(csv.resolve(cell(row, "holder"))).or_insert(issued);
            *known = issued.min(*known);
        }
        first.iter().filter(|(key, issued)| from <= **issued && **issued <= at && within(key, at, None)).count()
    };
    for (shown, at) in [("2018-12-31", 20_181_231), ("2020-06-30", 20_200_630), ("2021-12-31", 20_211_231)] {
        assert_eq!(counted(&city, "DEMO-GIANT", shown, &[])["value"], text(held(at)), "{shown}");
    }
    // In the year for the target of 2018, from 2017 on for that of 2021.
    assert_eq!(counted(&city, "DEMO-GIANT-ADD", "2018-12-31", &[])["value"], text(new(20_180_101, 20_181_231)));
    assert_eq!(counted(&city, "DEMO-GIANT-ADD", "2021-12-31", &[])["value"], text(new(20_170_101, 20_211_231)));
    assert!(new(20_170_101, 20_211_231) > new(20_210_101, 20_211_231));

    // What nobody taught it to count is not guessed.
    let guess = counted(&city, "DEMO-GUESS", "2021-12-31", &[]);
    assert_eq!((&guess["value"], &guess["list"]["totalCount"]), (&Value::Null, &json!(0)));

    // Incubatees are counted where their carrier is, floor space is that of the last year known.
    let incubated: BTreeSet<String> = csv
        .rows("incubated_in.csv")
        .iter()
        .filter(|row| holds(cell(row, "since"), cell(row, "until"), 20_211_231))
        .filter(|row| {
            let carrier = csv.resolve(cell(row, "to"));
            let level = csv.value(&carrier, "level", 20_211_231).unwrap_or_default();
            level != "COUNTY" && level != "NONE" && within(&carrier, 20_211_231, None)
        })
        .map(|row| csv.resolve(cell(row, "from")))
        .collect();
    assert_eq!(counted(&city, "DEMO-INCB", "2021-12-31", &[])["value"], text(incubated.len()));
    let area: f64 = csv
        .of_kind("CARRIER", 20_211_231)
        .iter()
        .filter(|key| {
            within(key, 20_211_231, None)
                && !["COUNTY", "NONE"].contains(&csv.value(key, "level", 20_211_231).unwrap_or_default().as_str())
        })
        .map(|key| {
            let own = csv
                .rows("carrier_figures.csv")
                .iter()
                .filter(|row| csv.resolve(cell(row, "carrier")) == *key && !cell(row, "area").is_empty());
            let last = own.max_by_key(|row| (cell(row, "year").to_owned(), cell(row, "figuresBasis") == "STAT"));
            let area = last.map(|row| cell(row, "area").to_owned()).or_else(|| csv.value(key, "area", 20_211_231));
            area.map_or(0.0, |area| area.parse::<f64>().expect("an area"))
        })
        .sum();
    assert_eq!(counted(&city, "DEMO-AREA", "2021-12-31", &[])["value"], json!(format!("{area}")));
}
