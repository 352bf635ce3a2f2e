//! A scheme, a term or a region is asked for by its code, by its code with the scheme, or by its name, and
//! each is taken everywhere; what fits several is refused with the candidates.

use std::collections::BTreeSet;

use innograph::intake::InputFile;
use serde_json::{Value, json};

use crate::csv_oracle::{Store, cell};
use crate::support::{Served, bare_engine_of, demo, files, project};

/// Ways to mean the scheme of high-tech enterprises, and a region.
const SCHEMES: [&str; 3] = ["HNTE", "SCHEME:HNTE", "高新技术企业"];

fn answers(questions: &[String]) -> BTreeSet<String> {
    questions.iter().map(|question| demo().data(question, &json!({})).to_string()).collect()
}

/// All questions are answered alike, and with something.
fn alike(name: &str, questions: &[String]) {
    let found = answers(questions);
    assert_eq!(found.len(), 1, "{name}: {found:#?}");
    let counted = found.iter().any(|answer| answer.contains("\"totalCount\":0") || answer.contains("\"total\":0"));
    assert!(!counted, "{name}: {found:?}");
}

#[test]
fn a_scheme_is_meant_by_code_by_whole_code_and_by_name() {
    let on = "asOf: \"2020-12-31\"";
    type Ask = fn(&str, &str) -> String;
    let asks: [(&str, Ask); 6] = [
        ("certified", |on, text| {
            format!(
                "{{ enterprises({on}, filter: {{certified: \"{text}\"}}) {{ totalCount edges {{ node {{ key }} }} }} }}"
            )
        }),
        ("scheme", |on, text| format!("{{ certifications({on}, scheme: \"{text}\") {{ totalCount }} }}")),
        ("statistics", |on, text| {
            format!(
                "{{ statistics(of: CERTIFICATION, groupBy: [\"issuedOn.year\"], {on}, scheme: \"{text}\") {{ total cells {{ count }} }} }}"
            )
        }),
        ("difference", |_, text| {
            format!(
                "{{ difference(from: \"2018-12-31\", to: \"2020-12-31\", scheme: \"{text}\", first: 50) {{ totalCount }} }}"
            )
        }),
        ("tier", |on, text| {
            format!(
                "{{ enterprises({on}, filter: {{inGroups: [{{key: \"tier\", value: \"{text}\"}}]}}) {{ totalCount }} }}"
            )
        }),
        ("in a group", |on, text| {
            format!(
                "{{ certifications({on}, filter: {{inGroups: [{{key: \"scheme\", value: \"{text}\"}}]}}) {{ totalCount }} }}"
            )
        }),
    ];
    for (name, ask) in asks {
        alike(name, &SCHEMES.map(|text| ask(on, text)));
    }
    let by = |reference: String| {
        format!(
            "{{ certifications({on}, filter: {{scheme: {{{reference}}}}}) {{ totalCount edges {{ node {{ certNo }} }} }} }}"
        )
    };
    let both = SCHEMES.iter().flat_map(|text| ["code", "name"].map(|way| by(format!("{way}: \"{text}\""))));
    alike("a reference", &both.collect::<Vec<_>>());
    let term = |reference: String| format!("{{ term(by: {{{reference}}}) {{ code nameZh }} }}");
    let both = SCHEMES.iter().flat_map(|text| ["code", "name"].map(|way| term(format!("{way}: \"{text}\""))));
    alike("a term", &both.collect::<Vec<_>>());
}

#[test]
fn a_region_is_meant_by_code_and_by_name() {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let region = cell(csv.thing(&csv.resolve("990103")).1, "nameZh").to_owned();
    let asks: [fn(&str) -> String; 4] = [
        |reference| {
            format!("{{ enterprises(filter: {{region: {reference}}}) {{ totalCount edges {{ node {{ key }} }} }} }}")
        },
        |reference| format!("{{ certifications(filter: {{region: {reference}}}) {{ totalCount }} }}"),
        |reference| format!("{{ enterprises(filter: {{jurisdiction: {reference}}}) {{ totalCount }} }}"),
        |reference| format!("{{ dataQuality(region: {reference}) {{ totalCount }} }}"),
    ];
    for ask in asks {
        let ways = ["990103", &region]
            .into_iter()
            .flat_map(|text| ["code", "name"].map(|way| format!("{{{way}: \"{text}\"}}")));
        alike("a region", &ways.map(|reference| ask(&reference)).collect::<Vec<_>>());
    }
    let group = |text: &str| {
        format!("{{ enterprises(filter: {{inGroups: [{{key: \"region\", value: \"{text}\"}}]}}) {{ totalCount }} }}")
    };
    alike("a group", &[group("990103"), group(&region)]);
}

#[test]
fn what_fits_several_is_refused_with_the_candidates_and_what_is_nothing_is_told_where_nothing_is_judged() {
    // Two schemes of terms of our own have the code 77; one name stands for two of them.
    let mut all = files(&["fixtures/codes", "fixtures/demo"]);
    let terms = "key,nameZh,scheme,code,source
        t-one,示例材料甲,TWIN_A,77,src-registry
        t-two,示例材料乙,TWIN_B,77,src-registry
        t-three,示例同名条目,TWIN_A,78,src-registry
        t-four,示例同名条目,TWIN_B,79,src-registry";
    let text = terms.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    all.push(InputFile { label: "terms".into(), name: "terms.csv".into(), bytes: text.into_bytes() });
    let engine = bare_engine_of(&all);
    let config = innograph::config::Config::default();
    let served =
        Served::serving("demo", std::sync::Arc::clone(&engine), innograph::api::http::Service::new(engine, &config));
    let error = |question: &str| served.ask(question, &json!({}))["errors"][0]["extensions"].clone();
    for text in ["77", "示例同名条目"] {
        for way in ["code", "name"] {
            let found = error(&format!("{{ enterprises(filter: {{field: {{{way}: \"{text}\"}}}}) {{ totalCount }} }}"));
            assert_eq!(found["code"], json!("AMBIGUOUS_NAME"), "{text}: {found}");
            let codes: BTreeSet<&str> = found["candidates"]
                .as_array()
                .expect("candidates")
                .iter()
                .filter_map(|one| one["code"].as_str())
                .collect();
            assert_eq!(codes.len(), 2, "{found}");
        }
    }
    // With its scheme it is one, and a code of one scheme alone needs none.
    for text in ["TWIN_A:77", "78"] {
        let found = served
            .data(&format!("{{ enterprises(filter: {{field: {{code: \"{text}\"}}}}) {{ totalCount }} }}"), &json!({}));
        assert_eq!(found["enterprises"]["totalCount"], json!(0));
    }
    // A code of another scheme is none of the scheme that is asked for.
    for filter in [
        "certified: \"77\"",
        "certified: \"没有这种资质\"",
        "and: [{nameContains: \"没有\"}, {region: {code: \"没有\"}}]",
    ] {
        let found: Value = error(&format!("{{ enterprises(filter: {{{filter}}}) {{ totalCount }} }}"));
        assert_eq!(found["code"], json!("UNKNOWN_REFERENCE"), "{filter}: {found}");
    }
}

#[test]
fn the_examples_of_the_guide_are_answered() {
    let guide = std::fs::read_to_string(project("docs/asking.md")).expect("the guide");
    let id = demo().data("{ enterprise(by: {code: \"ent-juneng\"}) { id } }", &json!({}))["enterprise"]["id"].clone();
    let blocks: Vec<&str> = guide.split("```graphql").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 4, "{}", blocks.len());
    for block in blocks {
        let question = block.replace("对象的编号", id.as_str().expect("an id"));
        let data = crate::support::demo_city_officer().data(&question, &json!({}));
        assert!(data.as_object().is_some_and(|fields| fields.values().all(|value| !value.is_null())), "{question}");
    }
}
