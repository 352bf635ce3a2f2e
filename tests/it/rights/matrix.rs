//! Who sees which field: every role, inside the county and outside of it, every attribute of every
//! kind, relation and record. What may be seen is computed from the tables of this file, not from the
//! service's; an attribute that is not public and not listed here fails.

use std::collections::BTreeMap;

use innograph::domain::attribute::{Attribute, ValueType};
use innograph::domain::record::RecordRow;
use innograph::domain::{Kind, RecordKind, Relation, Sensitivity};
use innograph::rights::{Place, Rights, Role};
use serde_json::{Value, json};

use super::hidden::SHARED;
use super::stores::{READERS, Reader, STEWARD, Store};

/// How far a role sees: of the county it works for, and of everything else. 0 what is public, 1 what is
/// internal, 2 what is restricted.
const REACH: &[(&str, u8, u8)] = &[
    ("PUBLIC", 0, 0),
    ("APP", 0, 0),
    ("ANALYST", 1, 1),
    ("COUNTY_OFFICER", 2, 0),
    ("CITY_OFFICER", 2, 2),
    ("STEWARD", 2, 2),
    ("ADMINISTRATOR", 2, 2),
];

/// What is not public: kind, relation or record, its attribute, and how far one must see. A star is the
/// whole record; a code after a colon, records with that code alone.
const LEVELS: &str = "
    Enterprise.agreesToApps 1
    Institute.agreesToApps 1
    OtherOrganization.agreesToApps 1
    PARTICIPATES_IN.amount 1
    PARTICIPATES_IN.share 1
    WORKS_AT.post 1
    Person.role 1
    Person.title 1
    Person.phone 2
    Person.email 2
    YearFigures.* 1
    YearFigures.*:TAX 2
    YearFigures.taxPaid 2
    YearFigures.revenue 1
    YearFigures.mainRevenue 1
    YearFigures.highTechRevenue 1
    YearFigures.rdExpense 1
    YearFigures.rdDomestic 1
    YearFigures.totalCost 1
    YearFigures.netProfit 1
    YearFigures.netAssets 1
    YearFigures.totalAssets 1
    YearFigures.debts 1
    YearFigures.output 1
    YearFigures.staff 1
    YearFigures.stStaff 1
    YearFigures.ip1 1
    YearFigures.ip2 1
    YearFigures.newConversions 1
    YearFigures.taxBenefit 1
    YearFigures.seriousIncident 1
    RegisterEntry.* 1
    WorkItem.* 1
    Application.* 1
    Report.* 1
    Report.*:PUBLISHED 0
    MatchFeedback.* 1
    Honor.paidOn 1
";

fn levels() -> BTreeMap<&'static str, u8> {
    let line =
        |line: &'static str| line.trim().split_once(' ').map(|(name, level)| (name, level.parse().expect("0 to 2")));
    LEVELS.lines().filter_map(line).collect()
}

fn number(sensitivity: Sensitivity) -> u8 {
    match sensitivity {
        Sensitivity::Public => 0,
        Sensitivity::Internal => 1,
        Sensitivity::Restricted => 2,
    }
}

fn reach(reader: Reader, county: &str) -> u8 {
    let (_, inside, outside) = REACH.iter().find(|row| row.0 == reader.role.name()).expect("every role has a row");
    if reader.region == Some(county) { *inside } else { *outside }
}

/// What is asked for, in an order that a document can be made of.
fn literal(attribute: &Attribute) -> String {
    let code = |code: &str| format!("{{code: {code:?}}}");
    let of_kind = |kind: &Kind| match kind {
        Kind::Enterprise => code("ent-dinghe"),
        Kind::Institute => code("inst-sgu"),
        Kind::OtherOrganization => code("oth-kjj"),
        Kind::Region => code("990101"),
        Kind::Person => code("per-m"),
        other => panic!("no {other:?} to name"),
    };
    match attribute.value_type {
        ValueType::Text => "\"示例\"".into(),
        ValueType::Texts => "[\"示例甲\", \"示例乙\"]".into(),
        ValueType::Answer => "YES".into(),
        ValueType::Date => "\"2019-03\"".into(),
        ValueType::Money | ValueType::Area | ValueType::Decimal => "\"1234.5\"".into(),
        ValueType::Ratio => "\"0.125\"".into(),
        ValueType::Integer(least, _) => least.to_string(),
        ValueType::Code(list) => list.values[0].name.into(),
        ValueType::Codes(list) => format!("[{}]", list.values[0].name),
        ValueType::Term("SCHEME") => code("HNTE"),
        ValueType::Term("REGISTER") => code("HNTE_RESERVE"),
        ValueType::Term("INDICATOR" | "PLAN") => code("X1"),
        ValueType::Term(_) => code("HT8L2:601"),
        ValueType::Node(kinds) => of_kind(&kinds[0]),
        ValueType::Nodes(kinds) => format!("[{}]", of_kind(&kinds[0])),
        ValueType::Log => "[\"2019-03-04 示例走访 @示例人员\"]".into(),
    }
}

/// What is selected of an attribute; it is given where anything comes back.
fn selected(attribute: &Attribute) -> String {
    let inner = match attribute.value_type {
        ValueType::Term(_) | ValueType::Node(_) | ValueType::Nodes(_) => " { __typename }",
        ValueType::Log => " { text }",
        _ => "",
    };
    format!("{}{inner}", attribute.name)
}

/// Whose record it is: in county A and in county B, where its kind of holder lies in counties.
fn holder(row: &RecordRow, county: &str) -> &'static str {
    let own = county == "990101";
    let of = |kind: &Kind| match kind {
        Kind::Enterprise => Some(if own { "ent-kangmiao" } else { "ent-zhengli" }),
        Kind::Region => Some(if own { "990101" } else { "990103" }),
        Kind::Carrier => Some("car-gaoxin"),
        Kind::Cluster => Some("clu-battery"),
        Kind::Term => {
            Some(if row.name == "Observation" || row.name == "Target" { "INDICATOR:X1" } else { "SCHEME:HNTE" })
        }
        _ => None,
    };
    row.holders.iter().find_map(of).unwrap_or_else(|| panic!("{}: nobody holds one", row.name))
}

#[test]
fn every_attribute_that_is_not_public_is_listed() {
    let mut found: BTreeMap<String, u8> = BTreeMap::new();
    let mut all = |whose: &str, attributes: &[Attribute]| {
        for attribute in attributes.iter().filter(|attribute| attribute.sensitivity != Sensitivity::Public) {
            found.insert(format!("{whose}.{}", attribute.name), number(attribute.sensitivity));
        }
    };
    Kind::all().for_each(|kind| all(kind.row().name, kind.row().attributes));
    Relation::all().for_each(|relation| all(relation.row().name, relation.row().attributes));
    RecordKind::all().for_each(|kind| all(kind.row().name, kind.row().attributes));
    for kind in RecordKind::all().map(RecordKind::row) {
        if kind.sensitivity != Sensitivity::Public {
            found.insert(format!("{}.*", kind.name), number(kind.sensitivity));
        }
        if let Some(exception) = &kind.exception {
            for code in exception.codes {
                found.insert(format!("{}.*:{code}", kind.name), number(exception.sensitivity));
            }
        }
    }
    let listed: BTreeMap<String, u8> = levels().into_iter().map(|(name, level)| (name.to_owned(), level)).collect();
    assert_eq!(found, listed);
}

/// Every attribute there is, public or not, with how far one must see: whoever adds one says so here.
const SENSITIVITIES: &str = include_str!("sensitivities.txt");

#[test]
fn every_attribute_is_listed_with_who_sees_it() {
    let mut found = BTreeMap::new();
    let mut all = |whose: &str, attributes: &[Attribute]| {
        for attribute in attributes {
            found.insert(format!("{whose}.{}", attribute.name), number(attribute.sensitivity));
        }
    };
    Kind::all().for_each(|kind| all(kind.row().name, kind.row().attributes));
    Relation::all().for_each(|relation| all(relation.row().name, relation.row().attributes));
    RecordKind::all().for_each(|kind| all(kind.row().name, kind.row().attributes));
    let lines = SENSITIVITIES.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeMap<String, u8> = lines
        .map(|line| line.split_once(' ').expect("a name and a number"))
        .map(|(name, level)| (name.to_owned(), level.parse().expect("0 to 2")))
        .collect();
    let differing = |one: &BTreeMap<String, u8>, other: &BTreeMap<String, u8>| -> Vec<String> {
        let lines = one.iter().filter(|(name, level)| other.get(*name) != Some(*level));
        lines.map(|(name, level)| format!("{name} {level}")).collect()
    };
    let (new, gone) = (differing(&found, &listed), differing(&listed, &found));
    assert!(
        new.is_empty() && gone.is_empty(),
        "decide who may see it, then write it into tests/it/rights/sensitivities.txt.\nNot listed so:\n{}\nListed, and not so:\n{}",
        new.join("\n"),
        gone.join("\n")
    );
    let few = levels().into_iter().filter(|(name, _)| !name.contains('*'));
    few.for_each(|(name, level)| assert_eq!(listed.get(name), Some(&level), "{name}"));
}

/// A record with every attribute, entered for a holder; its id.
fn entered(store: &Store, row: &RecordRow, holder: &str, instead: Option<(&str, &str)>) -> String {
    let value = |attribute: &Attribute| match instead {
        Some((name, code)) if name == attribute.name => format!("{name}: {code}"),
        _ => format!("{}: {}", attribute.name, literal(attribute)),
    };
    let values: Vec<String> = row.attributes.iter().map(value).collect();
    let query = format!(
        "mutation {{ it: save{}(input: {{{}: {{code: {holder:?}}}, validFrom: \"2019-01-01\", source: \"src-survey\", {}}}) {{ __typename ... on Refusal {{ zh }} ... on Written {{ id }} }} }}",
        row.name,
        row.subject.0,
        values.join(", ")
    );
    let it = store.data(STEWARD, &query)["it"].clone();
    it["id"].as_str().unwrap_or_else(|| panic!("{}: {it}", row.name)).to_owned()
}

#[test]
fn every_role_sees_of_every_record_what_its_reach_allows() {
    let store = Store::city(SHARED);
    store.import(&[("terms", "key,nameZh,scheme,code,source\nterm-m-plan,示例规划甲,PLAN,X1,src-field")]);
    store.write(r#"savePerson(input: {key: "per-m", nameZh: "示例经办人", source: "src-registry"})"#);
    let levels = levels();
    let level = |name: String| levels.get(name.as_str()).copied().unwrap_or(0);
    let (mut cells, mut wrong) = (0, Vec::new());
    for row in RecordKind::all().map(RecordKind::row) {
        let exceptions = row.exception.iter().flat_map(|found| found.codes.iter().map(|code| (found.attribute, *code)));
        for instead in std::iter::once(None).chain(exceptions.map(Some)) {
            let plain = level(format!("{}.*", row.name));
            let whole = instead.map_or(plain, |(_, code)| level(format!("{}.*:{code}", row.name)));
            for county in ["990101", "990103"] {
                let id = entered(&store, row, holder(row, county), instead);
                let selection: Vec<String> = row.attributes.iter().map(selected).collect();
                let whose = format!("{}: {{code: {:?}}}", row.subject.0, holder(row, county));
                let read = selection.join(" ");
                let query = format!(
                    "{{ {}(first: 100, filter: {{{whose}}}) {{ edges {{ node {{ id {read} }} }} }} }}",
                    row.field
                );
                for reader in READERS {
                    let data = store.data(reader, &query);
                    let edges = data[row.field]["edges"].as_array().expect("edges");
                    let shown = edges.iter().map(|edge| &edge["node"]).find(|node| node["id"] == json!(id));
                    let sees = reach(reader, county);
                    for attribute in row.attributes {
                        let needed = whole.max(level(format!("{}.{}", row.name, attribute.name)));
                        // A person is shown to whoever may see what is internal.
                        let names_person =
                            matches!(attribute.value_type, ValueType::Node(kinds) if kinds == [Kind::Person]);
                        let told = shown.is_some_and(|node| node[attribute.name] != Value::Null);
                        // Nobody works anywhere who is named here: the city alone sees them.
                        let expected = sees >= needed && !(names_person && reader.region.is_some());
                        cells += 1;
                        if told != expected {
                            wrong.push(format!("{reader:?} {county} {}.{}: {told}", row.name, attribute.name));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty() && cells > 1_500, "{cells} cells, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_role_sees_of_nodes_and_ties_what_its_reach_allows() {
    let store = Store::city(SHARED);
    let kinds = [
        ("enterprise", "ent-kangmiao", "ent-zhengli"),
        ("institute", "inst-sgu", "inst-b"),
        ("otherOrganization", "oth-bank", "oth-b"),
    ];
    store.import(&[
        ("institutes", "key,nameZh,kind,source\ninst-b,示例平川研究所,RESEARCH_INSTITUTE,src-registry"),
        ("other_organizations", "key,nameZh,kind,source\noth-b,示例平川事务所,SERVICE,src-registry"),
        ("located_in", "key,from,to,role,source\nm-1,inst-b,990103,JURISDICTION,src-registry\nm-2,oth-b,990103,JURISDICTION,src-registry"),
        ("collaborations", "key,nameZh,kind,signedOn,status,source\ncol-m,示例东城两家的合作（示例）,DEV_JOINT,2021-03-01,ACTIVE,src-contract"),
        (
            "participates_in",
            "key,from,to,role,share,amount,source
            m-3,ent-kangmiao,col-m,LEAD,0.25,1000,src-contract
            m-4,ent-runjie,col-x-b,PARTNER,0.25,1000,src-contract",
        ),
    ]);
    let mut wrong = Vec::new();
    for (field, own, other) in kinds {
        for (county, code) in [("990101", own), ("990103", other)] {
            store.write(&format!(
                r#"stateAttribute(input: {{entity: {{code: {code:?}}}, attribute: "agreesToApps", value: "NO", source: "src-registry"}})"#
            ));
            for reader in READERS {
                let data = store.data(reader, &format!("{{ {field}(by: {{code: {code:?}}}) {{ agreesToApps }} }}"));
                let told = data[field]["agreesToApps"] != Value::Null && data[field]["agreesToApps"] != "UNKNOWN";
                if told != (reach(reader, county) >= 1) {
                    wrong.push(format!("{reader:?} {code}: {data}"));
                }
            }
        }
    }
    for (county, party, of) in [("990101", "ent-kangmiao", "col-m"), ("990103", "ent-runjie", "col-x-b")] {
        let query = format!(
            "{{ collaboration(by: {{code: {of:?}}}) {{ participants {{ edges {{ share amount role node {{ key }} }} }} }} }}"
        );
        for reader in READERS {
            let data = store.data(reader, &query);
            let edges = data["collaboration"]["participants"]["edges"].as_array().expect("edges");
            let edge = edges.iter().find(|edge| edge["node"]["key"] == party).expect("the tie is public");
            let told = ["share", "amount"].map(|name| edge[name] != Value::Null);
            if told != [reach(reader, county) >= 1; 2] || edge["role"] == Value::Null {
                wrong.push(format!("{reader:?} {of}: {edge}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_table_names_is_denied() {
    assert_eq!(Role::named("SUPERVISOR"), None);
    let region = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
    for (name, inside, outside) in REACH {
        let role = Role::named(name).expect("a role");
        for sensitivity in [Sensitivity::Public, Sensitivity::Internal, Sensitivity::Restricted] {
            let needed = number(sensitivity);
            let rights = Rights::within(role, region);
            assert_eq!(rights.may_see_within(sensitivity, Place::Inside), needed <= *inside, "{name}");
            assert_eq!(rights.may_see_within(sensitivity, Place::Outside), needed <= *outside, "{name}");
            // Who works for a county that nobody knows is inside nowhere.
            assert_eq!(Rights::of(role).may_see_within(sensitivity, Place::Inside), needed <= *outside, "{name}");
        }
    }
    assert_eq!(REACH.len(), Role::all().count());
}
