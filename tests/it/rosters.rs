//! Files as offices have them: headers in their own words, truth values of a spreadsheet, a firm that is
//! there already, a form instead of a file. What is meant is said in the words of the import format here.

use std::io::{Read, Write};
use std::net::TcpStream;

use innograph::config::Limits;
use innograph::intake::{self, InputFile};
use serde_json::{Value, json};

use crate::process::program;
use crate::support::{Served, demo};

fn file(name: &str, text: &str) -> InputFile {
    InputFile { label: name.to_owned(), name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn read(name: &str, text: &str) -> intake::Reading {
    intake::read_folder(&[file(name, text)], &Limits::default().intake())
}

#[test]
fn the_words_of_rosters_head_the_columns_they_mean() {
    for (name, words, plain, cells) in [
        (
            "enterprises.csv",
            "行键,企业名称,生效日期,组织形式,状态,是否独立法人,数据来源",
            "key,nameZh,validFrom,legalForm,status,isLegalPerson,source",
            "ent-x,示例甲有限公司,2020-01-01,LIMITED_LIABILITY,ACTIVE,YES,src-x",
        ),
        (
            "certifications.csv",
            "编号,持有者,资质类别,发证机关,发证日期,有效期自,有效期至,证书状态,来源",
            "key,holder,scheme,authority,issuedOn,validFrom,validTo,status,source",
            "cer-x,ent-x,HNTE,示例机构,2020-01-01,2020-01-01,2023-01-01,VALID,src-x",
        ),
    ] {
        let [meant, given] = [plain, words].map(|head| read(name, &format!("{head}\n{cells}\n")));
        assert!(meant.refusals.is_empty() && meant.commands.len() == 1, "{:?}", meant.refusals);
        assert!(given.refusals.is_empty(), "{:?}", given.refusals);
        assert!(given.commands == meant.commands, "{name}");
    }
}

#[test]
fn truth_values_of_a_spreadsheet_are_yes_and_no() {
    let row = |answer: &str| {
        let head = "key,nameZh,legalForm,status,isLegalPerson,source";
        let reading =
            read("enterprises.csv", &format!("{head}\nent-x,示例甲,LIMITED_LIABILITY,ACTIVE,{answer},src-x\n"));
        assert!(reading.refusals.is_empty(), "{answer}: {:?}", reading.refusals);
        reading.commands
    };
    for (meant, written) in [("YES", ["TRUE", "true", "真"]), ("NO", ["FALSE", "False", "假"])] {
        written.into_iter().for_each(|written| assert!(row(written) == row(meant), "{written}"));
    }
    assert!(row("TRUE") != row("FALSE"));
}

#[test]
fn a_column_is_named_in_both_languages_and_a_credit_code_is_sent_where_it_belongs() {
    let reading = read("enterprises.csv", "key,legalForm,统一社会信用代码,source\nx,LIMITED_LIABILITY,1,src-x\n");
    let said: Vec<String> = reading.refusals.iter().map(|refusal| refusal.rejection.zh()).collect();
    let said = said.join("\n");
    for words in ["名称（nameZh）", "登记状态（status）", "identifiers.csv"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_dry_run_tells_of_organisations_that_go_by_a_name_that_is_there() {
    let served = Served::writable(&["fixtures/codes", "fixtures/demo"], "示例工作人员");
    let known =
        served.data("{ enterprise(by: {code: \"ent-juneng\"}) { id nameZh } }", &json!({}))["enterprise"].clone();
    let name = known["nameZh"].as_str().expect("a name");
    let post = |text: String| -> Value {
        let (status, body) =
            served.hand_in(None, "/import?name=enterprises.csv", "application/json", text.into_bytes());
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(status, 200, "{body}");
        body
    };
    let head = "key,nameZh,legalForm,status,isLegalPerson,source";
    let row = |key: &str, name: &str| format!("{key},{name},LIMITED_LIABILITY,ACTIVE,YES,src-registry\n");
    let told = post(format!("{head}\n{}{}", row("ent-new-1", name), row("ent-new-2", "示例从未有过的公司")));
    assert_eq!((told["warnings"].as_array().map(Vec::len), &told["changedThings"]), (Some(1), &json!(2)), "{told}");
    let warning = &told["warnings"][0];
    assert_eq!((&warning["code"], &warning["name"]), (&json!("DUPLICATE_SUSPECT"), &json!(name)));
    assert_eq!(warning["knownId"], known["id"]);
    assert_eq!(warning["line"], json!(2));
    assert!(told["changes"].as_array().is_some_and(|changes| changes.len() == 2), "{told}");
    // What is added to the one that is there is no second one.
    let told = post(format!(
        "{head},website\n{}",
        row("ent-juneng", name).replace("src-registry\n", "src-registry,https://a.example\n")
    ));
    assert_eq!(told["warnings"], json!([]), "{told}");
}

#[test]
fn a_form_is_refused_with_what_to_send() {
    let served = Served::writable(&["fixtures/codes"], "示例工作人员");
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"enterprises.csv\"\r\n\r\nkey,nameZh\r\n--b--\r\n";
    let mut stream = TcpStream::connect(served.address).expect("it listens");
    let head = format!(
        "POST /import?name=enterprises.csv HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n",
        served.address,
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 415") && answer.contains("MULTIPART_NOT_TAKEN"), "{answer}");
    assert!(answer.contains("--data-binary") && answer.contains("请把文件本身"), "{answer}");
}

#[test]
fn alerts_are_counted_rule_by_rule() {
    let all =
        demo().data("{ dataQuality(first: 1) { totalCount byRule { rule ruleZh count } } }", &json!({}))["dataQuality"]
            .clone();
    let mut sum = 0;
    for entry in all["byRule"].as_array().expect("counts") {
        let rule = entry["rule"].as_str().expect("a rule");
        let alone = demo().data(&format!("{{ dataQuality(first: 1, rules: [{rule}]) {{ totalCount }} }}"), &json!({}));
        assert_eq!(entry["count"], alone["dataQuality"]["totalCount"], "{rule}");
        sum += entry["count"].as_u64().expect("a count");
    }
    assert_eq!(all["totalCount"], json!(sum));
    assert!(all["byRule"].as_array().is_some_and(|rules| rules.len() > 3), "{all}");
}

#[test]
fn the_command_line_says_what_it_cannot_check_and_what_may_be_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let said = |args: &[&str]| {
        let mut command = program();
        command.args(args).arg("--data").arg(&data);
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let json = folder.path().join("ror.json");
    std::fs::write(&json, "[]").expect("it is written");
    let (code, text) = said(&["import", json.to_str().expect("a path")]);
    assert!(code == Some(6) && text.contains("--as ror"), "{code:?} {text}");
    std::fs::create_dir_all(&data).expect("it is made");
    let create = |name: &str, region: &str| {
        said(&["account", "create", "--name", name, "--role", "county_officer", "--region", region])
    };
    let (code, text) = create("shi.yi", "999999");
    assert!(code == Some(0) && text.contains("999999 没有核对"), "{code:?} {text}");
    let (code, text) = said(&["import", "fixtures/codes"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = create("shi.er", "999999");
    assert!(code == Some(0) && text.contains("没有代码为 999999 的地区"), "{code:?} {text}");
    let (code, text) = create("shi.san", "410721");
    assert!(code == Some(0) && !text.contains("注意"), "{code:?} {text}");
}
