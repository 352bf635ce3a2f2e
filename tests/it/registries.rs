//! Registers of others: everything that a dump says is in the store, as often as it says it. What is
//! expected is read from the dump by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use innograph::domain::Rejection;
use innograph::domain::command::Reference;
use innograph::domain::{Day, Kind, Relation};
use innograph::engine::{Engine, today};
use innograph::graph::{Budget, Direction, EntityRow, Lens};
use innograph::intake::{self, IMPORTERS, InputFile, Limits, Mapping, Reading, Tried};
use innograph::ledger::MemoryLedger;
use innograph::rights::{Rights, Role};
use serde_json::{Value, json};

use crate::facts::test_data;

const LIMITS: Limits = Limits { file_bytes: 1 << 30, cell_bytes: 64 << 10, columns: 200, ..Limits::DEFAULT };

fn read(importer: &str, files: &[InputFile]) -> Reading {
    let importer = IMPORTERS.iter().find(|known| known.name == importer).expect("an importer");
    importer.read(files, &Mapping::default(), &LIMITS)
}

pub fn stored(importer: &str, files: &[InputFile]) -> Arc<Engine> {
    let reading = read(importer, files);
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals.first());
    let (places, commands): (Vec<_>, Vec<_>) = reading.commands.into_iter().unzip();
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty store opens");
    let first = engine.execute("test", &commands, &mut |_, _| true);
    let first = first.unwrap_or_else(|error| panic!("{error:?} {:?}", places.first()));
    // The same again says nothing new.
    let again = engine.execute("test", &commands, &mut |_, _| true).expect("the same is accepted");
    assert_eq!((again.changed, again.sequence), (0, first.sequence));
    Arc::new(engine)
}

pub fn file(label: &str, bytes: Vec<u8>) -> InputFile {
    let name = Path::new(label).file_name().expect("a name").to_string_lossy().into_owned();
    InputFile { label: label.to_owned(), name, bytes }
}

/// Shared test data, where they are there.
fn shared(name: &str) -> Option<PathBuf> {
    Some(test_data()?.join(name))
}

pub fn shared_file(name: &str) -> Option<InputFile> {
    let path = shared(name)?;
    let bytes = std::fs::read(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    Some(file(&path.display().to_string(), bytes))
}

pub fn text_of(file: &InputFile) -> String {
    let mut text = String::new();
    if file.name.ends_with(".gz") {
        flate2::read::GzDecoder::new(file.bytes.as_slice()).read_to_string(&mut text).expect("gzip");
    } else {
        text = String::from_utf8(file.bytes.clone()).expect("UTF-8");
    }
    text
}

/// Reads a store through the eyes of the public.
struct Eyes<'s> {
    lens: Lens<'s>,
}

impl Eyes<'_> {
    fn find(&self, key: &str) -> EntityRow {
        let found = self.lens.fitting(&Reference::Code(key.to_owned()), &[]);
        let [only] = found.as_slice() else { panic!("{key}: {} nodes", found.len()) };
        *only
    }

    fn key(&self, node: EntityRow) -> String {
        let all = self.lens.identifiers(node).iter();
        let mut keys = all.filter(|(identifier, _)| identifier.scheme.name() == "INTERNAL");
        keys.next().expect("every node has a key").0.value.clone()
    }

    fn ties(&self, relation: Relation) -> BTreeSet<(String, String)> {
        let nodes = Kind::all().flat_map(|kind| self.lens.nodes(kind));
        let ties = nodes.flat_map(|node| self.lens.all_ties(node, Direction::Forward).map(move |tie| (node, tie)));
        ties.filter(|(_, tie)| tie.relation == relation)
            .map(|(node, tie)| (self.key(node), self.key(tie.there)))
            .collect()
    }
}

fn looked_at<T>(engine: &Engine, day: Day, role: Role, look: impl FnOnce(&Eyes<'_>) -> T) -> T {
    let view = engine.view();
    let budget = Budget::new(100_000_000);
    let lens = Lens::new(view.state(), day, Rights::of(role), &budget);
    look(&Eyes { lens })
}

fn words<'v>(value: &'v Value, name: &str) -> Vec<&'v str> {
    value[name].as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// All of a dump of schema v2 is there.
fn judge(engine: &Engine, records: &[Value]) {
    let tail = |id: &str| id.rsplit('/').next().expect("an id").to_owned();
    let held: BTreeSet<String> = records.iter().map(|record| tail(record["id"].as_str().expect("an id"))).collect();
    let mut expected: BTreeMap<Relation, BTreeSet<(String, String)>> = BTreeMap::new();
    let mut outside: BTreeSet<String> = BTreeSet::new();
    for record in records {
        let here = format!("ror-{}", tail(record["id"].as_str().expect("an id")));
        for relationship in record["relationships"].as_array().expect("a list") {
            let other = tail(relationship["id"].as_str().expect("an id"));
            let there = if held.contains(&other) {
                format!("ror-{other}")
            } else {
                outside.insert(other.clone());
                format!("ror-outside-{other}")
            };
            let mut pair = (here.clone(), there);
            let relation = match relationship["type"].as_str().expect("a type") {
                "parent" => Relation::PartOf,
                "child" => {
                    pair = (pair.1, pair.0);
                    Relation::PartOf
                }
                "successor" => {
                    pair = (pair.1, pair.0);
                    Relation::Succeeds
                }
                "predecessor" => Relation::Succeeds,
                "related" => {
                    if pair.0 > pair.1 {
                        pair = (pair.1, pair.0);
                    }
                    Relation::RelatedTo
                }
                other => panic!("{other}"),
            };
            expected.entry(relation).or_default().insert(pair);
        }
    }
    looked_at(engine, today(), Role::Public, |eyes| {
        let all = Kind::all().map(|kind| eyes.lens.nodes(kind).count()).sum::<usize>();
        assert_eq!(all, held.len() + outside.len());
        for relation in [Relation::PartOf, Relation::Succeeds, Relation::RelatedTo] {
            let wanted = expected.remove(&relation).unwrap_or_default();
            assert_eq!(eyes.ties(relation), wanted, "{relation:?}");
        }
        for record in records {
            let node = eyes.find(&format!("ror-{}", tail(record["id"].as_str().expect("an id"))));
            let names: BTreeSet<&str> = eyes.lens.names(node).iter().filter_map(|name| name.text.plain()).collect();
            let said = record["names"].as_array().expect("a list").iter().filter_map(|name| name["value"].as_str());
            assert_eq!(names, said.collect::<BTreeSet<_>>(), "{record}");
            let stated = |name: &str| format!("{:?}", eyes.lens.value_named(node, name));
            assert!(stated("registryStatus").contains(&format!("{:?}", record["status"].as_str().expect("a status"))));
            for kind in words(record, "types") {
                assert!(stated("registryTypes").contains(&format!("{kind:?}")), "{record}");
            }
            let identifiers: BTreeSet<(&str, &str)> = eyes
                .lens
                .identifiers(node)
                .iter()
                .map(|(identifier, _)| (identifier.scheme.name(), identifier.value.as_str()))
                .collect();
            for ids in record["external_ids"].as_array().expect("a list") {
                let scheme = ids["type"].as_str().expect("a type").to_uppercase();
                // Of a funder with the numbers of all its departments the first ones, its own before all.
                let preferred = ids["preferred"].as_str();
                let others = words(ids, "all").into_iter().filter(|id| Some(*id) != preferred);
                for id in preferred.into_iter().chain(others).take(20) {
                    assert!(identifiers.contains(&(scheme.as_str(), id)), "{scheme} {id}: {identifiers:?}");
                }
            }
        }
    });
}

#[test]
fn dumps_of_the_registry_lose_nothing() {
    let Some(henan) = shared_file("ror_v2_henan.json") else {
        println!("not run: INNOGRAPH_TEST_DATA is not set");
        return;
    };
    let china = shared_file("ror_v2_china.json.gz").expect("the folder is there");
    for dump in [henan, china] {
        let records: Vec<Value> = serde_json::from_str(&text_of(&dump)).expect("a list");
        judge(&stored("ror", &[dump]), &records);
    }
}

/// Three records, one of them gone, one outside; a name in each of three languages.
fn records() -> Vec<Value> {
    let record = |id: &str, name: &str, zh: &str, kind: &str, status: &str, relationships: Value| {
        json!({
            "id": format!("https://ror.org/{id}"), "status": status, "types": [kind], "established": 1740,
            "names": [
                { "value": name, "lang": "en", "types": ["ror_display", "label"] },
                { "value": zh, "lang": "zh", "types": ["label"] },
                { "value": format!("{name} 二"), "lang": null, "types": ["alias"] },
                { "value": id.to_uppercase(), "lang": null, "types": ["acronym"] },
            ],
            "external_ids": [
                { "type": "grid", "preferred": format!("grid.{id}"), "all": [format!("grid.{id}")] },
                { "type": "isni", "preferred": null, "all": [format!("0000 {id} 1"), format!("0000 {id} 2")] },
            ],
            "links": [{ "type": "website", "value": "https://example.org" }],
            "locations": [{ "geonames_id": 1, "geonames_details": { "name": "示例城", "country_name": "China" } }],
            "relationships": relationships, "admin": { "last_modified": { "date": "2026-01-02" } }
        })
    };
    let to = |kind: &str, id: &str| json!({ "type": kind, "id": format!("https://ror.org/{id}"), "label": format!("示例 {id}") });
    vec![
        record(
            "0a",
            "Example One University",
            "示例一大学",
            "education",
            "active",
            json!([to("child", "0b"), to("related", "0c")]),
        ),
        record(
            "0b",
            "Example Two Hospital",
            "示例二医院",
            "healthcare",
            "active",
            json!([to("parent", "0a"), to("related", "0z")]),
        ),
        record(
            "0c",
            "Example Three Works",
            "示例三厂",
            "company",
            "inactive",
            json!([to("related", "0a"), to("successor", "0y")]),
        ),
    ]
}

fn dump(records: &[Value]) -> Vec<InputFile> {
    vec![file("somewhere/dump.json", json!(records).to_string().into_bytes())]
}

#[test]
fn a_relation_told_by_both_ends_is_one() {
    let engine = stored("ror", &dump(&records()));
    judge(&engine, &records());
    looked_at(&engine, today(), Role::Public, |eyes| {
        assert_eq!(eyes.ties(Relation::PartOf).len(), 1);
        assert_eq!(eyes.ties(Relation::RelatedTo).len(), 2);
        assert_eq!(eyes.lens.name(eyes.find("ror-0a")), "示例一大学");
        assert_eq!(eyes.lens.name(eyes.find("ror-outside-0z")), "示例 0z");
    });
}

/// Registers give one number to a group and to its firm, and know academies of the tenth century.
#[test]
fn a_number_that_two_share_finds_both() {
    let mut records = records();
    records[1]["external_ids"][0] = records[0]["external_ids"][0].clone();
    records[0]["established"] = json!(976);
    let engine = stored("ror", &dump(&records));
    judge(&engine, &records);
    let founded = looked_at(&engine, today(), Role::Public, |eyes| {
        eyes.lens.value_named(eyes.find("ror-0a"), "foundedOn").map(|value| format!("{value:?}"))
    });
    assert!(founded.is_some_and(|date| date.contains("year: 976")));
    assert!(engine.view().state().check().is_empty(), "the look-up leads to both");
}

/// What is refused in carrying out has a place in the report, also where there are no cells.
#[test]
fn what_is_no_table_is_reported_by_its_place() {
    let files = dump(&records());
    let reading = read("ror", &files);
    let (places, commands): (Vec<_>, Vec<_>) = read("ror", &files).commands.into_iter().unzip();
    let rejection = Rejection::IdentifierTaken { given: "grid.0a".into(), holder: "示例".into() };
    let refused = [(0, rejection.clone()), (commands.len() - 1, rejection)];
    let tried = Tried { commands: &commands, places: &places, refused: &refused, refused_count: 2 };
    let report = intake::report((&files, &Mapping::default(), &LIMITS), &reading, tried, 10);
    assert_eq!((report.refusal_count, report.refusals.len()), (2, 2));
    assert!(report.refusals.iter().all(|told| told.file.ends_with("dump.json") && told.code == "IDENTIFIER_TAKEN"));
}

#[test]
fn what_the_earlier_schema_says_is_read_alike() {
    let earlier: Vec<Value> = records()
        .into_iter()
        .map(|record| {
            let names = record["names"].as_array().expect("a list").clone();
            json!({
                "id": record["id"], "name": names[0]["value"], "status": record["status"], "established": 1740,
                "types": [record["types"][0].as_str().map(|kind| kind[..1].to_uppercase() + &kind[1..])],
                "labels": [{ "label": names[1]["value"], "iso639": "zh" }],
                "aliases": [names[2]["value"]], "acronyms": [names[3]["value"]], "links": ["https://example.org"],
                "relationships": record["relationships"], "ip_addresses": [], "wikipedia_url": "",
                "external_ids": {
                    "GRID": { "preferred": record["external_ids"][0]["preferred"], "all": record["external_ids"][0]["preferred"] },
                    "ISNI": { "preferred": null, "all": record["external_ids"][1]["all"] },
                },
                "addresses": [{ "city": "示例城", "state": null, "lat": 1.0, "lng": 2.0 }],
                "country": { "country_code": "CN", "country_name": "China" },
            })
        })
        .collect();
    judge(&stored("ror", &dump(&earlier)), &records());
}

#[test]
fn what_is_no_dump_is_refused() {
    for bytes in [&b"[{}]"[..], b"{", b"\x1f\x8b\x08damaged", b"[1]", b"\xff\xfe"] {
        let reading = read("ror", &[file("x.json", bytes.to_vec())]);
        assert_eq!(reading.refusals.len(), 1, "{bytes:?}");
        assert!(reading.commands.is_empty());
    }
    let mut odd = records();
    odd[0]["relationships"][0]["type"] = json!("cousin");
    odd[1]["external_ids"][0]["type"] = json!("passport");
    let reading = read("ror", &dump(&odd));
    let places: Vec<_> = reading.refusals.iter().map(|refusal| refusal.place.column.clone()).collect();
    assert_eq!(places, [Some("external_ids".to_owned()), Some("relationships".to_owned())]);
}

#[test]
fn a_packed_file_is_no_larger_than_a_file_may_be() {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        packer.write_all(&vec![b' '; 1 << 20]).expect("memory");
    }
    let bomb = packer.finish().expect("memory");
    assert!(bomb.len() < 1 << 20);
    for name in ["ror", "collaborations"] {
        let importer = IMPORTERS.iter().find(|known| known.name == name).expect("an importer");
        let limits = Limits { file_bytes: 1 << 20, ..LIMITS };
        let reading = importer.read(&[file("bomb.json.gz", bomb.clone())], &Mapping::default(), &limits);
        assert_eq!(reading.refusals.first().map(|refusal| refusal.rejection.code()), Some("TOO_LARGE"), "{name}");
        // Where a file may be that large, it is its density that says what it is.
        let reading = importer.read(&[file("bomb.json.gz", bomb.clone())], &Mapping::default(), &LIMITS);
        let said = reading.refusals.first().map(|refusal| refusal.rejection.en()).unwrap_or_default();
        assert!(said.contains("too densely"), "{name}: {said}");
    }
}

#[test]
fn collaborations_of_a_programme_are_all_there() {
    let Some(orgs) = shared_file("h2020/orgs.jsonl.gz") else {
        println!("not run: INNOGRAPH_TEST_DATA is not set");
        return;
    };
    let others =
        ["h2020/projects.jsonl.gz", "h2020/participation.tsv.gz"].map(|name| shared_file(name).expect("it is there"));
    let [projects, participation] = others;
    let lines = |file: &InputFile| text_of(file).lines().map(str::to_owned).collect::<Vec<_>>();
    let json_of = |file: &InputFile| -> Vec<Value> {
        lines(file).iter().map(|line| serde_json::from_str(line).expect("an object")).collect()
    };
    let kinds = json_of(&orgs).iter().fold(BTreeMap::<String, usize>::new(), |mut kinds, org| {
        *kinds.entry(org["kind"].as_str().expect("a kind").to_owned()).or_default() += 1;
        kinds
    });
    let begun: BTreeMap<String, String> = json_of(&projects)
        .iter()
        .map(|project| {
            (project["id"].as_str().expect("an id").to_owned(), project["start"].as_str().expect("a day").to_owned())
        })
        .collect();
    let parties: Vec<(String, String)> = lines(&participation)
        .iter()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (format!("h2020-org-{}", cells[1]), format!("h2020-project-{}", cells[0]))
        })
        .collect();
    let engine = stored("collaborations", &[participation, projects, orgs]);
    looked_at(&engine, today(), Role::Public, |eyes| {
        let count = |kind: Kind| eyes.lens.nodes(kind).count();
        assert_eq!(count(Kind::Enterprise), kinds["PRC"]);
        assert_eq!(count(Kind::Institute), kinds["HES"] + kinds["REC"]);
        assert_eq!(count(Kind::OtherOrganization), kinds["PUB"] + kinds["OTH"]);
        assert_eq!(count(Kind::Collaboration), begun.len());
        assert_eq!(eyes.ties(Relation::ParticipatesIn), parties.iter().cloned().collect());
    });
    // On the day before the cut only what had begun is there.
    let cut = Day::from_date(2018, 6, 30).expect("a day");
    let early = begun.values().filter(|start| start.as_str() <= "2018-06-30").count();
    looked_at(&engine, cut, Role::Public, |eyes| assert_eq!(eyes.lens.nodes(Kind::Collaboration).count(), early));
}

#[test]
fn edges_alone_make_a_network() {
    let edges = file("city/示例.csv", "甲,乙,强度\n示例一公司,示例二大学,3\n示例一公司,示例三所,1.5\n".into());
    let bare = file("other/some.edges.tsv", b"0\t1\n1\t2\n".to_vec());
    let engine = stored("collaborations", &[edges]);
    looked_at(&engine, today(), Role::Public, |eyes| {
        let ties = eyes.ties(Relation::RelatedTo);
        assert_eq!(ties.len(), 2);
        assert_eq!(eyes.lens.name(eyes.find("city-org-示例二大学")), "示例二大学");
    });
    let engine = stored("collaborations", &[bare]);
    looked_at(&engine, today(), Role::Public, |eyes| {
        let pair = |from: &str, to: &str| (format!("other-org-{from}"), format!("other-org-{to}"));
        assert_eq!(eyes.ties(Relation::RelatedTo), BTreeSet::from([pair("0", "1"), pair("1", "2")]));
    });
}

#[test]
fn tables_that_say_too_little_are_refused() {
    let places = |name: &str, text: &str| {
        let reading = read("collaborations", &[file(name, text.as_bytes().to_vec())]);
        let said = reading.refusals.iter();
        said.map(|refusal| format!("{} {}", refusal.rejection.code(), refusal.place)).collect::<Vec<_>>()
    };
    assert_eq!(places("a.csv", "id,colour,shape,size\n1,red,round,large\n"), ["MISSING_COLUMN a.csv:1"]);
    assert_eq!(places("a.csv", ""), ["EMPTY_FILE a.csv"]);
    assert_eq!(places("a.csv", "id,kind\n1,PLANET\n"), ["INVALID_VALUE a.csv:2 [kind]"]);
    assert_eq!(places("a.csv", "project,org,role\np,,x\n"), ["REQUIRED_MISSING a.csv:2 [org]"]);
    assert_eq!(places("a.csv", "project,org,role\np,o,conductor\n"), ["INVALID_VALUE a.csv:2 [role]"]);
    assert_eq!(places("a.csv", "id,start,title\np,soon,x\n").len(), 2);
    assert_eq!(places("a.csv", "from,to,since\n1,2,yesterday\n"), ["INVALID_VALUE a.csv:2 [since]"]);
    assert_eq!(places("a.csv", "from,to,since\n1,2\n"), ["WRONG_CELL_COUNT a.csv:2"]);
    assert_eq!(places("a.jsonl", "{\"id\":1,\"kind\":\"PRC\"}\nnonsense\n"), ["INVALID_VALUE a.jsonl:2"]);
}
