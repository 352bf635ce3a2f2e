//! `POST /import`: who may, what a dry run says, a plan carried out once, and the workbook that goes back.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Reader, Xlsx};
use innograph::api::http::Service;
use innograph::config::Config;
use innograph::rights::Role;
use innograph::tokens::{Tokens, Wish};
use serde_json::{Value, json};

use crate::support::{Served, bare_engine_of, files};

const JSON: &str = "application/json";
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const GOOD: &str = "行键,名称,组织形式,企业状态,是否独立法人,来源\nfirm-x,示例新有限公司,有限责任公司,存续,是,src\n";
const BAD: &str = "行键,名称,组织形式,企业状态,是否独立法人,来源\nfirm-x,示例新有限公司,有限责任公司,在营,是,src\nfirm-y,示例又新有限公司,有限责任公司,存续,是,src\n";

struct House {
    served: Served,
    steward: String,
    officer: String,
    analyst: String,
    _data: tempfile::TempDir,
}

impl House {
    fn new(change: impl Fn(&mut Config)) -> Self {
        let engine = bare_engine_of(&files(&["fixtures/refusals/store"]));
        let mut config = Config { store_name: "test".to_owned(), ..Config::default() };
        change(&mut config);
        let data = tempfile::tempdir().expect("a scratch folder");
        let kept = Tokens::open(data.path());
        let token = |role: Role, region: Option<&str>| {
            let wish = Wish { name: role.name(), role, region, days: None, most: 10 };
            kept.create(&wish, "test").expect("a token").token
        };
        let steward = token(Role::Steward, None);
        let (officer, analyst) = (token(Role::CountyOfficer, Some("990101")), token(Role::Analyst, None));
        let service = Service::new(Arc::clone(&engine), &config).with_tokens(Arc::new(Tokens::open(data.path())));
        Self { served: Served::serving("test", engine, service), steward, officer, analyst, _data: data }
    }

    fn send(&self, token: Option<&str>, query: &str, text: &str) -> (u16, Value) {
        let (status, body) = self.served.hand_in(token, &format!("/import{query}"), JSON, text.as_bytes().to_vec());
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

#[test]
fn a_file_is_tried_and_then_carried_out_once() {
    let house = House::new(|_| ());
    let (before, steward) = (house.served.standing(), Some(house.steward.as_str()));
    let (status, dry) = house.send(steward, "?name=enterprises.csv", GOOD);
    assert_eq!(
        (status, &dry["written"], &dry["rows"], &dry["accepted"], &dry["refused"]),
        (200, &json!(false), &json!(1), &json!(1), &json!(0)),
        "{dry}"
    );
    assert_eq!(
        (&dry["changes"][0]["name"], &dry["changes"][0]["kind"], &dry["changes"][0]["id"]),
        (&json!("示例新有限公司"), &json!("ENTERPRISE"), &Value::Null)
    );
    assert_eq!(house.served.standing(), before, "a dry run wrote something");
    let plan = dry["plan"].as_str().expect("a plan").to_owned();
    let with_plan = format!("?name=enterprises.csv&plan={plan}");
    let (status, other) = house.send(steward, &with_plan, &GOOD.replace("示例新", "示例旧"));
    assert_eq!((status, &other["errors"][0]["extensions"]["code"]), (409, &json!("PLAN_STALE")), "{other}");
    assert_eq!(house.served.standing(), before);
    let (status, done) = house.send(steward, &with_plan, GOOD);
    assert_eq!((status, &done["written"], &done["changed"]), (200, &json!(true), &json!(1)), "{done}");
    let after = house.served.standing();
    assert_ne!(after, before);
    let (status, again) = house.send(steward, &with_plan, GOOD);
    assert_eq!((status, &again["errors"][0]["extensions"]["code"]), (409, &json!("PLAN_STALE")), "{again}");
    let (_, known) = house.send(steward, "?name=%E4%BC%81%E4%B8%9A.csv", GOOD);
    assert_eq!((&known["changed"], &known["unchanged"]), (&json!(0), &json!(1)), "{known}");
    assert_eq!(house.served.standing(), after);
}

#[test]
fn what_is_refused_is_told_by_its_cell_and_goes_back_as_a_workbook() {
    let house = House::new(|_| ());
    let steward = Some(house.steward.as_str());
    let (status, dry) = house.send(steward, "?name=enterprises.csv", BAD);
    assert_eq!(
        (status, &dry["rows"], &dry["accepted"], &dry["refused"], &dry["plan"]),
        (422, &json!(2), &json!(1), &json!(1), &Value::Null),
        "{dry}"
    );
    let told = &dry["refusals"][0];
    assert_eq!(
        (&told["line"], &told["column"], &told["value"], &told["code"]),
        (&json!(2), &json!("status"), &json!("在营"), &json!("INVALID_VALUE")),
        "{told}"
    );
    assert!(told["zh"].as_str().is_some_and(|zh| zh.contains("应为")) && told["en"].is_string());
    let (status, bytes) =
        house.served.hand_in(steward, "/import?name=enterprises.csv", WORKBOOK, BAD.as_bytes().to_vec());
    assert_eq!(status, 422);
    let mut back: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let range = back.worksheet_range_at(0).expect("a sheet").expect("its cells");
    assert_eq!((range.get_size(), range.get_value((0, 6)).map(ToString::to_string).as_deref()), ((3, 7), Some("错误")));
    assert!(range.get_value((1, 6)).is_some_and(|cell| cell.to_string().contains("在营")));
}

#[test]
fn who_wants_lines_is_told_how_far_it_is() {
    let house = House::new(|_| ());
    let rows: String =
        (0..600).map(|row| format!("firm-{row},示例第{row}有限公司,有限责任公司,存续,是,src\n")).collect();
    let text = format!("{}\n{rows}", GOOD.lines().next().expect("its headers"));
    let send = |query: &str| {
        let path = format!("/import?name=enterprises.csv{query}");
        let (status, body) =
            house.served.hand_in(Some(&house.steward), &path, "application/x-ndjson", text.clone().into_bytes());
        assert_eq!(status, 200);
        let text = String::from_utf8(body).expect("lines of text");
        assert!(text.ends_with('\n'), "{text}");
        text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect::<Vec<_>>()
    };
    let judged = |lines: Vec<Value>| {
        let (last, before) = lines.split_last().map(|(last, before)| (last.clone(), before.to_vec())).expect("a line");
        assert!(
            before.iter().all(|line| line["total"] == 600 && line["done"].as_u64().is_some_and(|done| done <= 600))
        );
        last
    };
    let before = house.served.standing();
    let dry = judged(send(""));
    assert_eq!((&dry["status"], &dry["written"], &dry["accepted"]), (&json!(200), &json!(false), &json!(600)), "{dry}");
    assert_eq!(house.served.standing(), before, "a dry run wrote something");
    let plan = dry["plan"].as_str().expect("a plan").to_owned();
    let stale = judged(send("&plan=0-0-0"));
    assert_eq!((&stale["status"], &stale["errors"][0]["extensions"]["code"]), (&json!(409), &json!("PLAN_STALE")));
    let done = judged(send(&format!("&plan={plan}")));
    assert_eq!(
        (&done["status"], &done["written"], &done["changed"]),
        (&json!(200), &json!(true), &json!(600)),
        "{done}"
    );
    let (status, other) = house.send(Some(&house.steward), "?name=enterprises.csv&as=unheard", GOOD);
    assert_eq!((status, &other["errors"][0]["extensions"]["code"]), (400, &json!("UNKNOWN_FORMAT")), "{other}");
}

#[test]
fn nobody_hands_in_what_they_may_not_write() {
    let house = House::new(|config| (config.limits.upload_bytes, config.limits.body_bytes) = (2_000, 100));
    let before = house.served.standing();
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
    for token in [None, Some(house.analyst.as_str())] {
        let (status, answer) = house.send(token, "?name=enterprises.csv", GOOD);
        assert_eq!((status, code(&answer).as_str()), (403, "FORBIDDEN"), "{answer}");
    }
    let steward = Some(house.steward.as_str());
    for (query, text, status, expected) in [
        ("", GOOD, 400, "FILE_NAME_MISSING"),
        ("?name=../enterprises.csv", GOOD, 400, "FILE_NAME_MISSING"),
        ("?name=enterprises.csv&token=igt_0", GOOD, 400, "TOKEN_IN_ADDRESS"),
        ("?name=enterprises.csv", &GOOD.repeat(20), 413, "BODY_TOO_LARGE"),
    ] {
        let (given, answer) = house.send(steward, query, text);
        assert_eq!((given, code(&answer).as_str()), (status, expected), "{answer}");
    }
    // A county officer enters a firm of their own, and says nothing of one that lies elsewhere.
    let officer = Some(house.officer.as_str());
    let (status, answer) = house.send(
        officer,
        "?name=statements.csv",
        "key,entity,attribute,value,source\nt1,firm-a,website,https://x.example.com,src\n",
    );
    assert_eq!(
        (status, &answer["refusals"][0]["code"], &answer["refusals"][0]["line"]),
        (422, &json!("OUTSIDE_REGION"), &json!(2)),
        "{answer}"
    );
    let (status, answer) = house.send(officer, "?name=enterprises.csv", GOOD);
    assert_eq!((status, &answer["accepted"]), (200, &json!(1)), "{answer}");
    assert_eq!(house.served.standing(), before);
}

#[test]
fn a_report_repeats_nothing_of_people() {
    let house = House::new(|_| ());
    let steward = Some(house.steward.as_str());
    let (_, made) = house.send(steward, "?name=people.csv", "key,nameZh,source\nper-1,示例人员甲,src\n");
    let plan = made["plan"].as_str().expect("a plan").to_owned();
    let of = format!("?name=people.csv&plan={plan}");
    assert_eq!(house.send(steward, &of, "key,nameZh,source\nper-1,示例人员甲,src\n").0, 200);
    for (file, text, refused) in [
        (
            "people.csv",
            "key,nameZh,nameEn,phone,email,source
per-2,示例人员乙,,隐秘甲,,src
per-3,示例人员乙,,,隐秘乙,src
per-4,隐秘\u{7}丙,,,,src
per-5,隐秘\u{fffd}丁,,,,src
per-6,示例人员乙,隐秘\u{fffd}戊,,,src
per-7,示例人员乙,,隐秘\u{7}己,,src
",
            6,
        ),
        (
            "statements.csv",
            "key,entity,attribute,value,source
st-1,per-1,phone,隐秘庚,src
st-2,per-1,email,隐秘\u{fffd}辛,src
st-3,per-1,phone,隐秘\u{7}辛,src
",
            3,
        ),
        (
            "names.csv",
            "key,entity,text,language,kind,source
nm-1,per-1,隐秘\u{fffd}壬,zh,ALIAS,src
nm-2,per-1,隐秘\u{7}癸,zh,ALIAS,src
",
            2,
        ),
    ] {
        let (_, told) = house.send(steward, &format!("?name={file}"), text);
        assert_eq!(told["refused"], json!(refused), "{told}");
        assert!(!told.to_string().contains("隐秘"), "{told}");
        let refusals = told["refusals"].as_array().expect("refusals");
        assert!(refusals.iter().all(|one| one["line"].is_u64() && one["code"].is_string()), "{told}");
    }
    // What says nothing of a person is told as ever.
    let (_, told) = house.send(steward, "?name=enterprises.csv", BAD);
    assert_eq!(told["refusals"][0]["value"], json!("在营"), "{told}");
}

#[test]
fn a_dry_run_tells_of_new_entries_that_look_like_known_ones() {
    let house = House::new(|_| ());
    let steward = Some(house.steward.as_str());
    // 示例甲电池有限公司 is there; the row says another key and another legal form.
    let table = "行键,名称,组织形式,企业状态,是否独立法人,来源\n\
                 firm-y,示例全新有限公司,有限责任公司,存续,是,src\n\
                 firm-x,示例甲电池股份有限公司,有限责任公司,存续,是,src\n";
    let (status, dry) = house.send(steward, "?name=enterprises.csv", table);
    assert_eq!((status, &dry["accepted"], &dry["refused"]), (200, &json!(2), &json!(0)), "{dry}");
    let warnings = dry["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 1, "{dry}");
    let warning = &warnings[0];
    assert_eq!(
        (&warning["line"], &warning["code"], &warning["name"], &warning["knownName"], &warning["reasons"]),
        (
            &json!(3),
            &json!("DUPLICATE_SUSPECT"),
            &json!("示例甲电池股份有限公司"),
            &json!("示例甲电池有限公司"),
            &json!(["SAME_CORE"])
        )
    );
    let known = house.served.data("{ enterprise(by: {code: \"firm-a\"}) { id } }", &json!({}));
    assert_eq!(warning["knownId"], known["enterprise"]["id"]);
    assert_eq!(dry["warningsCut"], false);
    // Once it is there, it is new no more.
    let plan = dry["plan"].as_str().expect("a plan");
    let (status, done) = house.send(steward, &format!("?name=enterprises.csv&plan={plan}"), table);
    assert_eq!(status, 200, "{done}");
    let (_, again) = house.send(steward, "?name=enterprises.csv", table);
    assert_eq!(again["warnings"], json!([]));
}
