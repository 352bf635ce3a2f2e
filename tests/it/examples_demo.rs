//! Oracles of the worked queries about the invented city: alliances, clusters, chains, money, time.

use serde_json::{Value, json};

use crate::csv_oracle::{Day, cell, day, folded, today};
use crate::examples_oracle::{Case, credit_code, method, term_code, worded};
use crate::expected::{anything, code, counted, edges, number, text};
use crate::support::project;

pub fn alliance_members(case: &Case<'_>) {
    let alliances = case.by_names(case.csv.of_kind("ALLIANCE", case.day)).into_iter().map(|key| {
        let members = case.ties(&key, "MEMBER_OF", false);
        assert!(members.iter().any(|tie| cell(tie.row, "role") == "LEAD"), "{key} has a lead");
        let members = members.iter().map(|tie| {
            let (role, key) = (cell(tie.row, "role"), &tie.other);
            json!({
                "role": role,
                "roleZh": worded(role, "member"),
                "since": text(cell(tie.row, "since")),
                "node": {
                    "nameZh": case.name(key),
                    "nodeKindZh": case.kind_zh(key),
                    "jurisdiction": case.jurisdiction(key),
                    "locations": case.others(&case.ties(key, "LOCATED_IN", true)),
                },
            })
        });
        json!({ "node": {
            "nameZh": case.name(&key),
            "levelZh": case.word(&key, "level", "level"),
            "foundedOn": text(&case.value(&key, "foundedOn")),
            "agreementEnd": text(&case.value(&key, "agreementEnd")),
            "members": counted(members),
        } })
    });
    let alliances: Vec<Value> = alliances.collect();
    case.expect(&json!({ "alliances": { "totalCount": alliances.len(), "edges": alliances } }));
    // There are members from outside the city.
    let members = case.csv.rows("member_of.csv").iter().map(|row| case.csv.resolve(cell(row, "from")));
    assert!(members.into_iter().any(|key| !case.csv.is_in(&key, &case.csv.resolve("990100"), case.day)));
}

pub fn cluster_members(case: &Case<'_>) {
    let cluster = case.by();
    let members = case.ties(&cluster, "IN_CLUSTER", false).into_iter().map(|tie| {
        let link = cell(tie.row, "chainTerm");
        let link = if link.is_empty() {
            Value::Null
        } else {
            json!({ "nameZh": case.name(&case.csv.resolve(link)), "code": link })
        };
        json!({
            "role": code(cell(tie.row, "role")),
            "roleZh": worded(cell(tie.row, "role"), "clusterRole"),
            "membershipBasisZh": worded(cell(tie.row, "membershipBasis"), "membershipBasis"),
            "since": text(cell(tie.row, "since")),
            "chainTerm": link,
            "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) },
        })
    });
    case.expect(&json!({ "cluster": {
        "nameZh": case.name(&cluster),
        "levelZh": case.word(&cluster, "level", "level"),
        "scaleClassZh": case.word(&cluster, "scaleClass", "scaleClass"),
        "members": counted(members),
    } }));
}

pub fn chain(case: &Case<'_>) {
    let link = case.by();
    let neighbors = |forward| {
        let ties = case.ties(&link, "UPSTREAM_OF", forward);
        assert!(!ties.is_empty());
        edges(ties.iter().map(|tie| {
            let firms = case.ties(&tie.other, "CLASSIFIED_AS", false);
            let firms = counted(firms.iter().map(|firm| json!({ "node": case.named(&firm.other) })));
            json!({ "necessityZh": worded(cell(tie.row, "necessity"), "necessity"), "node": { "nameZh": case.name(&tie.other), "code": term_code(case, &tie.other), "classified": firms } })
        }))
    };
    let own = case.ties(&link, "CLASSIFIED_AS", false);
    let own = own
        .iter()
        .map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) } }));
    case.expect(&json!({ "term": {
        "nameZh": case.name(&link),
        "code": term_code(case, &link),
        "classified": counted(own),
        "upstream": neighbors(false),
        "downstream": neighbors(true),
    } }));
}

pub fn co_investment(case: &Case<'_>) {
    let funds: Vec<Value> = case
        .by_names(case.csv.of_kind("FUND", case.day))
        .into_iter()
        .map(|key| {
            let investments = case.ties(&key, "FUNDS", true).into_iter().map(|tie| {
                json!({
                    "instrumentZh": worded(cell(tie.row, "instrument"), "instrument"),
                    "amount": number(cell(tie.row, "amount")),
                    "round": text(cell(tie.row, "round")),
                    "since": text(cell(tie.row, "since")),
                    "node": { "nameZh": case.name(&tie.other), "nodeKind": case.csv.kind(&tie.other) },
                })
            });
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "fund"),
                "size": number(&case.value(&key, "size")),
                "operators": case.with_roles(&case.ties(&key, "OPERATES", false), "operator"),
                "investments": counted(investments),
            } })
        })
        .collect();
    case.expect(&json!({ "funds": { "totalCount": funds.len(), "edges": funds } }));
    // Planted: two funds in the same three firms.
    let firms = |fund: &str| case.ties(fund, "FUNDS", true).into_iter().map(|tie| tie.other).collect::<Vec<_>>();
    for firm in ["ent-guanjia", "ent-hengwen", "ent-tici"] {
        assert!(["fund-keda", "fund-ruifeng"].iter().all(|fund| firms(fund).contains(&firm.to_owned())), "{firm}");
    }
}

pub fn incubatees(case: &Case<'_>) {
    let carriers: Vec<Value> = case
        .by_names(case.csv.of_kind("CARRIER", case.day))
        .into_iter()
        .map(|key| {
            let raised = case.ties(&key, "INCUBATED_IN", false).into_iter().map(|tie| {
                json!({
                    "since": text(cell(tie.row, "since")),
                    "until": text(cell(tie.row, "until")),
                    "exitZh": worded(cell(tie.row, "exit"), "exit"),
                    "area": number(cell(tie.row, "area")),
                    "node": case.named(&tie.other),
                })
            });
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "carrier"),
                "levelZh": case.word(&key, "level", "level"),
                "area": number(&case.value(&key, "area")),
                "operators": case.with_roles(&case.ties(&key, "OPERATES", false), "operator"),
                "incubatees": counted(raised),
            } })
        })
        .collect();
    case.expect(&json!({ "carriers": { "totalCount": carriers.len(), "edges": carriers } }));
}

pub fn contradictions(case: &Case<'_>) {
    let about = |variable: &str, attribute: &str| {
        let key = case.key(&case.variables[variable]);
        let said = case.csv.said(&key, attribute, case.day);
        assert!(said.iter().any(|other| other.value != said[0].value), "{key} {attribute}: no contradiction");
        let statements: Vec<Value> = said
            .iter()
            .enumerate()
            .map(|(place, said)| {
                json!({
                    "value": if attribute == "status" { anything() } else { number(&said.value) },
                    "shown": place == 0,
                    "validFrom": text(&said.from),
                    "validTo": text(&said.to),
                    "method": method(&said.row),
                    "basis": text(cell(&said.row, "basis")),
                    "confidence": cell(&said.row, "confidence").parse::<u32>().ok(),
                    "source": case.source(&said.row, &["kind", "issuer", "title"]),
                })
            })
            .collect();
        json!({ "nameZh": case.name(&key), attribute: code(&said[0].value), "statements": statements })
    };
    case.expect(&json!({ "capital": about("first", "registeredCapital"), "status": about("second", "status") }));
}

pub fn back_in_time(case: &Case<'_>) {
    let (then, moved) =
        (day(case.variables["asOf"].as_str().expect("a date")), day(case.variables["moved"].as_str().expect("a date")));
    let at = |day: Day| Case { day, ..*case };
    let names = case.names("ent-juneng", &[], |name| json!({ "text": name.text, "kind": name.kind, "validFrom": text(&name.from), "validTo": text(&name.to) }));
    let place =
        |day: Day| json!({ "nameZh": at(day).name("ent-qingtu"), "jurisdiction": at(day).jurisdiction("ent-qingtu") });
    let firm = |day: Day| json!({ "status": code(&at(day).value("ent-tuozhan", "status")), "jurisdiction": at(day).jurisdiction("ent-tuozhan") });
    let expected = json!({
        "nameThen": { "nameZh": at(then).name("ent-juneng"), "names": names },
        "nameNow": at(today()).named("ent-juneng"),
        "placeThen": place(moved),
        "placeNow": place(today()),
        "movedThen": firm(moved),
        "movedNow": firm(today()),
    });
    case.expect(&expected);
    for (earlier, later) in [("nameThen", "nameNow"), ("placeThen", "placeNow"), ("movedThen", "movedNow")] {
        assert_ne!(expected[earlier], expected[later]);
    }
    assert_ne!(expected["nameThen"]["nameZh"], expected["nameNow"]["nameZh"]);
}

pub fn certified_by_year(case: &Case<'_>) {
    let scheme = case.variables["scheme"].as_str().expect("a scheme");
    let at = |year: Day| {
        let day = year * 10_000 + 1_231;
        let mut holders: Vec<String> = case
            .csv
            .certificates(scheme, day, &["YES"])
            .into_iter()
            .map(|row| case.csv.resolve(cell(row, "holder")))
            .collect();
        holders.retain(|key| case.csv.kind(key) == "ENTERPRISE");
        holders.sort();
        holders.dedup();
        holders
    };
    let mut expected: serde_json::Map<String, Value> =
        (2015..=2020).map(|year| (format!("y{year}"), json!({ "totalCount": at(year).len() }))).collect();
    let last = Case { day: 20_211_231, ..*case };
    let mut firms = at(2021);
    firms.sort_by_key(|key| credit_code(case, key).unwrap_or_else(|| key.clone()));
    let firms: Vec<Value> = firms
        .iter()
        .map(|key| json!({ "node": { "nameZh": last.name(key), "creditCode": credit_code(case, key), "jurisdiction": last.jurisdiction(key) } }))
        .collect();
    expected.insert("y2021".into(), json!({ "totalCount": firms.len(), "edges": firms }));
    case.expect(&Value::Object(expected.clone()));
    // The README of the invented city counted them by hand.
    let readme = std::fs::read_to_string(project("fixtures/demo/README.md")).expect("the README");
    let line = readme.lines().find(|line| line.starts_with("年末有效高企")).expect("the numbers by year");
    for year in 2015..=2021 {
        let said = line
            .split(&format!("{year} 年 "))
            .nth(1)
            .expect("the year")
            .chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>();
        assert_eq!(expected[&format!("y{year}")]["totalCount"].to_string(), said, "{year}");
    }
}

pub fn open_demands(case: &Case<'_>) {
    let words = case.variables["words"].as_str().expect("words");
    let mut keys = case.csv.of_kind("DEMAND", case.day);
    keys.retain(|key| {
        ["OPEN", "MATCHING"].contains(&case.value(key, "status").as_str())
            && folded(&case.value(key, "problem")).contains(&folded(words))
    });
    let demands: Vec<Value> = case
        .by_names(keys)
        .into_iter()
        .map(|key| {
            let fields = case.ties(&key, "CLASSIFIED_AS", true);
            let fields = edges(fields.iter().map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "code": term_code(case, &tie.other) } })));
            let indicators = case.value(&key, "indicators");
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "demand"),
                "statusZh": case.word(&key, "status", "demandStatus"),
                "visibilityZh": case.word(&key, "visibility", "visibility"),
                "problem": case.value(&key, "problem"),
                "indicators": if indicators.is_empty() { Value::Null } else { json!(indicators.split('|').collect::<Vec<_>>()) },
                "budget": number(&case.value(&key, "budget")),
                "deadline": text(&case.value(&key, "deadline")),
                "owners": case.others(&case.ties(&key, "HAS_DEMAND", false)),
                "fields": fields,
            } })
        })
        .collect();
    assert!(!demands.is_empty());
    case.expect(&json!({ "demands": { "totalCount": demands.len(), "edges": demands } }));
}

pub fn team_contracts(case: &Case<'_>) {
    let team = case.by();
    let works = case.ties(&team, "PARTICIPATES_IN", true).into_iter().map(|tie| {
        let work = &tie.other;
        json!({
            "roleZh": worded(cell(tie.row, "role"), "participant"),
            "node": {
                "nameZh": case.name(work),
                "kindZh": case.word(work, "kind", "collaboration"),
                "signedOn": text(&case.value(work, "signedOn")),
                "end": text(&case.value(work, "end")),
                "amount": number(&case.value(work, "amount")),
                "technicalAmount": number(&case.value(work, "technicalAmount")),
                "statusZh": case.word(work, "status", "collaborationStatus"),
                "participants": case.with_roles(&case.ties(work, "PARTICIPATES_IN", false), "participant"),
            },
        })
    });
    case.expect(&json!({ "institute": {
        "nameZh": case.name(&team),
        "partOf": case.others(&case.ties(&team, "PART_OF", true)),
        "collaborations": counted(works),
    } }));
}
