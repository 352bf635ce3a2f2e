//! Oracles of the worked queries about real organisations: look-ups, lists, everything of a firm.

use serde_json::{Value, json};

use crate::csv_oracle::{cell, day};
use crate::examples_oracle::{Case, method, worded};
use crate::expected::{anything, bag, code, counted, differences, edges, number, text};
use crate::words::word;

pub fn firm_partners(case: &Case<'_>) {
    let firm = case.by();
    let works = case.ties(&firm, "PARTICIPATES_IN", true).into_iter().map(|tie| {
        let parties = case.ties(&tie.other, "PARTICIPATES_IN", false);
        let parties = parties.iter().map(|party| {
            json!({ "roleZh": worded(cell(party.row, "role"), "participant"), "node": { "nameZh": case.name(&party.other), "nodeKindZh": case.kind_zh(&party.other) } })
        });
        json!({
            "roleZh": worded(cell(tie.row, "role"), "participant"),
            "source": case.source(tie.row, &["title", "address"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "collaboration"),
                "signedOn": text(&case.value(&tie.other, "signedOn")),
                "participants": edges(parties),
            },
        })
    });
    let platforms = case.ties(&firm, "OPERATES", true).into_iter().map(|tie| {
        json!({
            "roleZh": worded(cell(tie.row, "role"), "operator"),
            "source": case.source(tie.row, &["title", "address"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "nodeKindZh": case.kind_zh(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "platform"),
                "levelZh": case.word(&tie.other, "level", "level"),
                "foundedOn": text(&case.value(&tie.other, "foundedOn")),
            },
        })
    });
    let parts = case.ties(&firm, "PART_OF", false).into_iter().map(|tie| {
        json!({ "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) }, "source": case.source(tie.row, &["address"]) })
    });
    case.expect(&json!({ "enterprise": {
        "nameZh": case.name(&firm),
        "legalFormZh": case.word(&firm, "legalForm", "legalForm"),
        "collaborations": counted(works),
        "operates": counted(platforms),
        "parts": edges(parts),
    } }));
    // What the bureau would look for: the platform that it leads.
    assert!(case.ties(&firm, "OPERATES", true).iter().any(|tie| cell(tie.row, "role") == "HOST"));
}

pub fn institute_leads(case: &Case<'_>) {
    let own = case.by();
    let platforms = case.ties(&own, "OPERATES", true).into_iter().map(|tie| {
        json!({
            "role": cell(tie.row, "role"),
            "roleZh": worded(cell(tie.row, "role"), "operator"),
            "source": case.source(tie.row, &["title", "address"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "platform"),
                "levelZh": case.word(&tie.other, "level", "level"),
                "foundedOn": text(&case.value(&tie.other, "foundedOn")),
                "operators": case.with_roles(&case.ties(&tie.other, "OPERATES", false), "operator"),
            },
        })
    });
    let parts = case.ties(&own, "PART_OF", false).into_iter().map(|tie| {
        let mut node = case.named(&tie.other);
        if case.csv.kind(&tie.other) == "INSTITUTE" {
            node["parts"] = case.others(&case.ties(&tie.other, "PART_OF", false));
        }
        json!({ "node": node })
    });
    let clusters = case.ties(&own, "SUPPORTS", true).into_iter().map(|tie| {
        json!({ "node": { "nameZh": case.name(&tie.other), "levelZh": case.word(&tie.other, "level", "level") }, "source": case.source(tie.row, &["title", "address"]) })
    });
    let works = case.ties(&own, "PARTICIPATES_IN", true).into_iter().map(|tie| {
        json!({ "node": {
            "nameZh": case.name(&tie.other),
            "kindZh": case.word(&tie.other, "kind", "collaboration"),
            "signedOn": text(&case.value(&tie.other, "signedOn")),
            "start": text(&case.value(&tie.other, "start")),
            "participants": case.others(&case.ties(&tie.other, "PARTICIPATES_IN", false)),
        } })
    });
    case.expect(&json!({ "institute": {
        "nameZh": case.name(&own),
        "kindZh": case.word(&own, "kind", "institute"),
        "expertiseText": text(&case.value(&own, "expertiseText")),
        "operates": edges(platforms),
        "parts": edges(parts),
        "supports": edges(clusters),
        "collaborations": counted(works),
    } }));
}

pub fn firm_clusters(case: &Case<'_>) {
    let firm = case.by();
    let clusters = case.ties(&firm, "IN_CLUSTER", true).into_iter().map(|tie| {
        let members = case.ties(&tie.other, "IN_CLUSTER", false);
        let members = members.iter().map(|member| json!({ "node": { "nameZh": case.name(&member.other), "nodeKindZh": case.kind_zh(&member.other) } }));
        json!({
            "membershipBasisZh": worded(cell(tie.row, "membershipBasis"), "membershipBasis"),
            "roleZh": worded(cell(tie.row, "role"), "clusterRole"),
            "source": case.source(tie.row, &["issuer", "title", "date", "address", "grade"]),
            "node": {
                "nameZh": case.name(&tie.other),
                "kindZh": case.word(&tie.other, "kind", "clusterKind"),
                "scaleClassZh": case.word(&tie.other, "scaleClass", "scaleClass"),
                "descriptionText": text(&case.value(&tie.other, "descriptionText")),
                "members": counted(members),
            },
        })
    });
    case.expect(&json!({ "enterprise": { "nameZh": case.name(&firm), "clusters": counted(clusters) } }));
}

pub fn full_picture(case: &Case<'_>) {
    let firm = case.by();
    let address: &[&str] = &["address"];
    let titled: &[&str] = &["title", "address"];
    let said = case.csv.all_said(&firm);
    let mut attributes: Vec<&str> = said.iter().map(|said| said.attribute.as_str()).collect();
    attributes.sort_unstable();
    attributes.dedup();
    let statements = attributes.into_iter().flat_map(|attribute| {
        case.csv.said(&firm, attribute, case.day).into_iter().enumerate().map(move |(place, said)| {
            let method = Some(cell(&said.row, "method")).filter(|method| !method.is_empty()).unwrap_or("DOCUMENT");
            let value = match attribute {
                "legalForm" | "status" | "listedBoard" => word(attribute, &said.value),
                "isLegalPerson" => word("answer", &said.value),
                _ => said.value.replace('|', "、"),
            };
            json!({ "attribute": attribute, "attributeZh": anything(), "value": value, "shown": place == 0, "method": method, "source": case.source(&said.row, &["title", "date", "address"]) })
        })
    });
    let held = case.csv.rows("certifications.csv").iter().filter(|row| case.csv.resolve(cell(row, "holder")) == firm);
    let certificates = held.map(|row| {
        json!({ "node": {
            "scheme": case.named(&case.csv.resolve(&format!("SCHEME:{}", cell(row, "scheme")))),
            "validFrom": text(cell(row, "validFrom")),
            "validTo": text(cell(row, "validTo")),
            "isInForce": case.csv.counts(row, case.day),
            "statusZh": worded(cell(row, "status"), "certificate"),
            "authority": text(cell(row, "authority")),
            "source": case.source(row, titled),
        } })
    });
    let locations = case.ties(&firm, "LOCATED_IN", true).into_iter().map(|tie| {
        json!({ "roleZh": worded(cell(tie.row, "role"), "location"), "node": case.named(&tie.other), "method": method(tie.row), "source": case.source(tie.row, address) })
    });
    let fields = case.ties(&firm, "CLASSIFIED_AS", true).into_iter().map(|tie| {
        let (_, term) = case.csv.thing(&tie.other);
        let node = json!({ "nameZh": case.name(&tie.other), "code": format!("{}:{}", cell(term, "scheme"), cell(term, "code")) });
        json!({ "primary": code(cell(tie.row, "primary")), "node": node, "method": method(tie.row), "confidence": cell(tie.row, "confidence").parse::<u32>().ok() })
    });
    let shares = |forward| {
        let ties = case.ties(&firm, "OWNS", forward);
        edges(ties.iter().map(|tie| json!({ "share": number(cell(tie.row, "share")), "node": case.named(&tie.other), "source": case.source(tie.row, titled) })))
    };
    let fundings = case.ties(&firm, "FUNDS", false).into_iter().map(|tie| {
        json!({
            "instrumentZh": worded(cell(tie.row, "instrument"), "instrument"),
            "amount": number(cell(tie.row, "amount")),
            "round": text(cell(tie.row, "round")),
            "since": text(cell(tie.row, "since")),
            "node": case.named(&tie.other),
            "source": case.source(tie.row, titled),
        })
    });
    let plain = |relation, forward| case.sourced(&case.ties(&firm, relation, forward), address);
    case.expect(&json!({ "enterprise": {
        "nameZh": case.name(&firm),
        "key": firm,
        "legalFormZh": case.word(&firm, "legalForm", "legalForm"),
        "statusZh": case.word(&firm, "status", "status"),
        "listedBoardZh": case.word(&firm, "listedBoard", "listedBoard"),
        "listedOn": text(&case.value(&firm, "listedOn")),
        "registeredCapital": number(&case.value(&firm, "registeredCapital")),
        "unknownFields": case.unknown_fields(&firm),
        "names": case.names(&firm, address, |name| json!({ "text": name.text, "language": name.language, "kind": name.kind })),
        "identifiers": case.identifiers(&firm, titled),
        "statements": bag(statements),
        "certifications": edges(certificates),
        "locations": edges(locations),
        "fields": edges(fields),
        "clusters": plain("IN_CLUSTER", true),
        "alliances": plain("MEMBER_OF", true),
        "owns": shares(true),
        "ownedBy": shares(false),
        "operates": plain("OPERATES", true),
        "collaborations": plain("PARTICIPATES_IN", true),
        "fundings": edges(fundings),
        "supplies": plain("SUPPLIES", true),
        "demands": plain("HAS_DEMAND", true),
        "incubatedIn": plain("INCUBATED_IN", true),
    } }));
    assert!(case.ties(&firm, "FUNDS", false).len() >= 8, "the eight funds of 2008");
}

pub fn certified_firms(case: &Case<'_>) {
    let scheme = case.variables["scheme"].as_str().expect("a scheme");
    let certificates = case.csv.certificates(scheme, case.day, &["YES", "UNKNOWN"]).into_iter().map(|row| {
        let holder = case.csv.resolve(cell(row, "holder"));
        let locations = case.ties(&holder, "LOCATED_IN", true);
        json!({ "node": {
            "scheme": case.named(&case.csv.resolve(&format!("SCHEME:{scheme}"))),
            "validFrom": text(cell(row, "validFrom")),
            "validTo": text(cell(row, "validTo")),
            "isInForce": case.csv.counts(row, case.day),
            "statusZh": worded(cell(row, "status"), "certificate"),
            "source": case.source(row, &["title", "address"]),
            "holder": { "nameZh": case.name(&holder), "jurisdiction": case.jurisdiction(&holder), "locations": case.with_roles(&locations, "location") },
        } })
    });
    case.expect(&json!({ "certifications": counted(certificates) }));
}

pub fn alliances(case: &Case<'_>) {
    let alliances = case.by_names(case.csv.of_kind("ALLIANCE", case.day)).into_iter().map(|key| {
        let (_, row) = case.csv.thing(&key);
        let members = case.ties(&key, "MEMBER_OF", false);
        let members = members
            .iter()
            .map(|tie| json!({ "roleZh": worded(cell(tie.row, "role"), "member"), "node": case.named(&tie.other) }));
        json!({ "node": {
            "nameZh": case.name(&key),
            "kindZh": case.word(&key, "kind", "alliance"),
            "levelZh": case.word(&key, "level", "level"),
            "goalsText": text(&case.value(&key, "goalsText")),
            "unknownFields": case.unknown_fields(&key),
            "source": case.source(row, &["issuer", "title", "address"]),
            "members": counted(members),
            "supports": case.sourced(&case.ties(&key, "SUPPORTS", true), &["address"]),
        } })
    });
    let alliances: Vec<Value> = alliances.collect();
    case.expect(&json!({ "alliances": { "totalCount": alliances.len(), "edges": alliances } }));
}

pub fn by_former_name(case: &Case<'_>) {
    let key = case.by();
    let (kind, row) = case.csv.thing(&key);
    let names = case.names(&key, &["title", "address"], |name| {
        json!({ "text": name.text, "language": name.language, "kind": name.kind, "validFrom": text(&name.from), "validTo": text(&name.to) })
    });
    case.expect(&json!({ "organization": {
        "nameZh": case.name(&key),
        "nameEn": text(cell(row, "nameEn")),
        "nodeKindZh": kind.2,
        "names": names,
        "identifiers": case.identifiers(&key, &["address"]),
    } }));
    assert_ne!(case.variables["by"]["name"], json!(case.name(&key)), "it is asked for by another name");
}

pub fn listed_firms(case: &Case<'_>) {
    let region = case.key(&case.variables["region"]);
    let boards: Vec<&str> = case.variables["boards"]
        .as_array()
        .expect("boards")
        .iter()
        .map(|board| board.as_str().expect("a name"))
        .collect();
    let mut keys = case.csv.of_kind("ENTERPRISE", case.day);
    keys.retain(|key| {
        case.csv.is_in(key, &region, case.day) && boards.contains(&case.value(key, "listedBoard").as_str())
    });
    let keys = case.by_names(keys);
    assert!(case.pages.len() >= 2, "there is a second page");
    let mut shown = 0;
    for (place, page) in case.pages.iter().enumerate() {
        let own: Vec<Value> = keys
            .iter()
            .skip(place * 2)
            .take(2)
            .map(|key| {
                json!({ "node": {
                    "nameZh": case.name(key),
                    "listedBoardZh": case.word(key, "listedBoard", "listedBoard"),
                    "listedOn": text(&case.value(key, "listedOn")),
                    "identifiers": case.identifiers(key, &[]),
                } })
            })
            .collect();
        shown += own.len();
        let info = json!({ "hasNextPage": shown < keys.len(), "hasPreviousPage": place > 0, "endCursor": anything() });
        let expected = json!({ "enterprises": { "totalCount": keys.len(), "edges": own, "pageInfo": info } });
        let differences = differences(&expected, page);
        assert!(differences.is_empty(), "page {place}: {differences:#?}");
    }
    assert_eq!(shown, keys.len());
}

pub fn unknown_is_not_no(case: &Case<'_>) {
    let of = |answer: &str| {
        let mut keys = case.csv.of_kind("ENTERPRISE", case.day);
        keys.retain(|key| case.value(key, "isLegalPerson") == answer);
        case.by_names(keys)
    };
    let unknown = of("UNKNOWN");
    let asked: Vec<Value> = unknown
        .iter()
        .map(|key| {
            let (_, row) = case.csv.thing(key);
            json!({ "node": {
                "nameZh": case.name(key),
                "isLegalPerson": "UNKNOWN",
                "statusZh": case.word(key, "status", "status"),
                "unknownFields": case.unknown_fields(key),
                "source": case.source(row, &["title", "address"]),
            } })
        })
        .collect();
    let (yes, no) = (of("YES").len(), of("NO").len());
    assert!(!asked.is_empty() && yes > 0);
    case.expect(&json!({
        "asked": { "totalCount": asked.len(), "edges": asked },
        "yes": { "totalCount": yes },
        "no": { "totalCount": no },
    }));
}

pub fn sources(case: &Case<'_>) {
    let rows = case.csv.rows("sources.csv");
    let columns = ["kind", "issuer", "title", "docNo", "date", "address", "grade"];
    let expected = rows.iter().map(|row| {
        let mut node: serde_json::Map<String, Value> =
            columns.iter().map(|column| ((*column).to_owned(), text(cell(row, column)))).collect();
        node.insert("key".into(), json!(cell(row, "key")));
        json!({ "node": node })
    });
    let all: Vec<Value> =
        case.pages.iter().flat_map(|page| page["sources"]["edges"].as_array().expect("edges").clone()).collect();
    let differences = differences(&bag(expected), &json!(all));
    assert!(differences.is_empty(), "{differences:#?}");
    for page in case.pages {
        assert_eq!(page["sources"]["totalCount"], json!(rows.len()));
    }
    assert_eq!(case.pages.len(), rows.len().div_ceil(60));
}

/// Every source was entered once, in the order of the writes.
pub fn changes(case: &Case<'_>) {
    let edges = case.pages.iter().flat_map(|page| page["changes"]["edges"].as_array().expect("edges"));
    let all: Vec<&Value> = edges.map(|edge| &edge["node"]).collect();
    let sources = case.csv.rows("sources.csv").len();
    assert_eq!(all.len(), sources);
    assert_eq!(case.pages.len(), sources.div_ceil(60));
    let ids: std::collections::BTreeSet<String> = all.iter().map(|change| change["id"].to_string()).collect();
    assert_eq!(ids.len(), sources);
    for change in &all {
        assert_eq!(
            **change,
            json!({ "sequence": change["sequence"], "id": change["id"], "kind": "SOURCE", "typeName": "Source", "action": "CREATED" })
        );
    }
    assert!(all.is_sorted_by_key(|change| change["sequence"].as_u64()));
    let reached = case.pages.iter().map(|page| page["changes"]["sequence"].as_u64());
    let last = all.last().and_then(|change| change["sequence"].as_u64());
    assert!(reached.is_sorted() && case.pages.last().is_some_and(|page| page["changes"]["sequence"].as_u64() >= last));
}

pub fn region(case: &Case<'_>) {
    let key = case.by();
    let (_, row) = case.csv.thing(&key);
    let regions = |forward| {
        let ties = case.ties(&key, "PART_OF", forward);
        edges(ties.iter().map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "kindZh": case.word(&tie.other, "kind", "region") } })))
    };
    let located = case.ties(&key, "LOCATED_IN", false).into_iter().map(|tie| {
        json!({
            "roleZh": worded(cell(tie.row, "role"), "location"),
            "method": method(tie.row),
            "node": { "nameZh": case.name(&tie.other), "nodeKindZh": case.kind_zh(&tie.other) },
            "source": case.source(tie.row, &["address"]),
        })
    });
    case.expect(&json!({ "region": {
        "nameZh": case.name(&key),
        "code": cell(row, "code"),
        "kindZh": case.word(&key, "kind", "region"),
        "partOf": regions(true),
        "parts": regions(false),
        "located": counted(located),
    } }));
}

pub fn capital_over_time(case: &Case<'_>) {
    let firm = case.by();
    let at = |variable: &str| {
        let day = day(case.variables[variable].as_str().expect("a date"));
        let said = case.csv.said(&firm, "registeredCapital", day);
        let statements: Vec<Value> = said
            .iter()
            .enumerate()
            .map(|(place, said)| {
                json!({ "value": number(&said.value), "shown": place == 0, "validFrom": text(&said.from), "validTo": text(&said.to), "source": case.source(&said.row, &["title", "date", "address"]) })
            })
            .collect();
        assert!(!statements.is_empty());
        json!({ "registeredCapital": number(&said[0].value), "statements": statements })
    };
    let (earlier, later) = (at("before"), at("after"));
    assert_ne!(earlier, later);
    case.expect(&json!({ "earlier": earlier, "later": later }));
}
