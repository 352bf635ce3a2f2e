//! A city is taken whole by the import, is the same every time, and measures as it says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::*;
use crate::domain::{Kind, RecordKind, Relation};
use crate::engine::Engine;
use crate::intake::{self, InputFile};
use crate::ledger::MemoryLedger;

/// Files by name, as their bytes.
#[derive(Default)]
struct Memory(BTreeMap<&'static str, csv::Writer<Vec<u8>>>);

impl Sink for Memory {
    fn row(&mut self, file: &'static str, cells: &[&dyn Display]) -> io::Result<()> {
        let writer = self.0.entry(file).or_insert_with(|| {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(header(file).split(',')).expect("a header");
            writer
        });
        assert_eq!(cells.len(), header(file).split(',').count(), "{file}");
        writer.write_record(cells.iter().map(ToString::to_string)).map_err(io::Error::other)
    }
}

fn plan(organizations: usize, variant: Variant, style: Style) -> Plan {
    Plan { organizations, seed: 7, variant, style, mixing_per_mille: 100 }
}

fn made(plan: Plan) -> BTreeMap<&'static str, Vec<u8>> {
    let mut memory = Memory::default();
    city(plan, &mut memory).expect("memory takes every row");
    memory.0.into_iter().map(|(name, writer)| (name, writer.into_inner().expect("memory"))).collect()
}

/// Rows of a file by column, read without the code that measures.
fn rows(files: &BTreeMap<&'static str, Vec<u8>>, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files.get(name).map_or(&b""[..], Vec::as_slice));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn codes() -> Vec<InputFile> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/codes")];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the code lists") {
            let path = entry.expect("an entry").path();
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("csv") => paths.push(path),
                None => folders.push(path),
                Some(_) => {}
            }
        }
    }
    paths.sort();
    let file = |path: PathBuf| InputFile {
        label: path.display().to_string(),
        name: path.file_name().expect("a name").to_string_lossy().into_owned(),
        bytes: std::fs::read(&path).expect("a code list"),
    };
    paths.into_iter().map(file).collect()
}

/// Import a city with the code lists; what was refused, and the rows.
fn imported(files: &BTreeMap<&'static str, Vec<u8>>) -> (Vec<String>, usize) {
    let mut all = codes();
    let own = files.iter().filter(|(name, _)| !name.starts_with("truth/"));
    all.extend(own.map(|(name, bytes)| InputFile {
        label: (*name).to_owned(),
        name: (*name).to_owned(),
        bytes: bytes.clone(),
    }));
    let limits = intake::Limits { file_bytes: 1 << 30, cell_bytes: 64 << 10, columns: 200, ..intake::Limits::DEFAULT };
    let reading = intake::read_folder(&all, &limits);
    let read: Vec<String> =
        reading.refusals.iter().map(|refusal| format!("{} {}", refusal.place, refusal.rejection.en())).collect();
    if !read.is_empty() {
        return (read, reading.rows);
    }
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty store opens");
    let (places, commands): (Vec<_>, Vec<_>) = reading.commands.into_iter().unzip();
    let decided = match engine.execute("test", &commands, &mut |_, _| true) {
        Ok(_) => Vec::new(),
        Err(crate::engine::WriteError::Rejected(rejected)) => {
            rejected.iter().map(|(number, rejection)| format!("{} {}", places[*number], rejection.en())).collect()
        }
        Err(error) => vec![error.to_string()],
    };
    (decided, reading.rows)
}

#[test]
fn the_import_takes_every_row() {
    for (variant, style) in [(Variant::Sparse, Style::A), (Variant::Dense, Style::B)] {
        let files = made(plan(300, variant, style));
        let (refused, rows) = imported(&files);
        assert_eq!(refused, Vec::<String>::new(), "{} of {rows}", refused.len());
        assert!(rows > 10_000, "{rows}");
    }
}

#[test]
fn every_kind_relation_and_record_occurs() {
    for organizations in [FEWEST, 300] {
        let files = made(plan(organizations, Variant::Sparse, Style::A));
        let wanted = Kind::all()
            .map(|kind| kind.row().file)
            .chain(Relation::all().map(|relation| relation.row().file))
            .chain(RecordKind::all().map(|record| record.row().file));
        // People come with an importer of their own.
        let people = ["people.csv", "works_at.csv"];
        let missing: Vec<&str> = wanted
            .filter(|file| !people.contains(file) || people_are_written())
            .filter(|file| rows(&files, file).is_empty())
            .collect();
        assert_eq!(missing, Vec::<&str>::new(), "{organizations}");
        let planted = TRUTH.iter().filter(|(name, _)| rows(&files, name).is_empty()).count();
        assert!(planted <= 1, "{planted} files of the truth are empty at {organizations}");
    }
}

#[test]
fn names_are_marked_and_codes_lie_nowhere() {
    let files = made(plan(300, Variant::Dense, Style::A));
    for (name, _) in FILES {
        for row in rows(&files, name) {
            let Some(text) = row.get("nameZh") else { continue };
            assert!(text.starts_with("示例"), "{name}: {text}");
        }
    }
    for row in rows(&files, "names.csv").iter().filter(|row| row["language"] == "zh") {
        assert!(row["text"].starts_with("示例"), "{}", row["text"]);
    }
    let codes: Vec<String> = rows(&files, "identifiers.csv")
        .iter()
        .filter(|row| row["scheme"] == "USCC")
        .map(|row| row["value"].clone())
        .collect();
    assert!(codes.len() > 280 && codes.iter().all(|code| matches!(&code[2..4], "96" | "97")), "{codes:?}");
}

/// One digest over the bytes of every file.
fn digest(files: &BTreeMap<&'static str, Vec<u8>>) -> String {
    let mut whole = Sha256::new();
    for (name, bytes) in files {
        whole.update(name);
        whole.update(bytes);
    }
    whole.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let small = plan(300, Variant::Sparse, Style::A);
    let files = made(small);
    assert_eq!(digest(&files), digest(&made(small)));
    for other in
        [Plan { seed: 8, ..small }, Plan { variant: Variant::Dense, ..small }, Plan { style: Style::B, ..small }]
    {
        assert_ne!(digest(&files), digest(&made(other)), "{other:?}");
    }
    // Whoever changes the generator on purpose writes the new digest here, and says so in CHANGELOG.md.
    assert_eq!(digest(&files), "72f5352c7221ed5fe66e78278c2b1d5590c40d4bfd3fb01165ece05640c2676e");
}

/// Degrees counted the plain way: who shares a collaboration that counts.
fn partners(files: &BTreeMap<&'static str, Vec<u8>>) -> BTreeMap<String, BTreeSet<String>> {
    let none: BTreeSet<String> = rows(files, "collaborations.csv")
        .into_iter()
        .filter(|row| row["kind"] == "FRAMEWORK" || row["kind"] == "PROJECT")
        .map(|row| row["key"].clone())
        .collect();
    let mut parties: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(files, "participates_in.csv").iter().filter(|row| !none.contains(&row["to"])) {
        parties.entry(row["to"].clone()).or_default().push(row["from"].clone());
    }
    let mut partners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for list in parties.values() {
        for (one, other) in list.iter().flat_map(|one| list.iter().map(move |other| (one, other))) {
            if one != other {
                partners.entry(one.clone()).or_default().insert(other.clone());
            }
        }
    }
    partners
}

#[test]
fn the_report_says_what_the_files_say() {
    let files = made(plan(1_000, Variant::Sparse, Style::A));
    let mut measured = Measured::default();
    for (name, bytes) in &files {
        measured.file(name, bytes.as_slice()).expect("a file of ours");
    }
    let partners = partners(&files);
    let findings = findings(&measured, Variant::Sparse);
    let value = |name: &str| findings.iter().find(|finding| finding.measure == name).map(|finding| finding.measured);
    let near = |name: &str, wanted: f64| {
        let found = value(name).unwrap_or(f64::NAN);
        assert!((found - wanted).abs() < 1e-9, "{name}: {found}, not {wanted}");
    };
    near("isolated", (1_000 - partners.len()) as f64 / 1_000.0);
    let all: usize = partners.values().map(BTreeSet::len).sum();
    near("degree_mean", all as f64 / partners.len() as f64);
    let mut degrees: Vec<usize> = partners.values().map(BTreeSet::len).collect();
    degrees.sort_unstable();
    near("degree_p90", degrees[(degrees.len() * 9).div_ceil(10) - 1] as f64);
    let lengths: Vec<usize> =
        rows(&files, "enterprises.csv").iter().map(|row| row["nameZh"].chars().count() - 2).collect();
    near("firm_name_mean", lengths.iter().sum::<usize>() as f64 / lengths.len() as f64);
    near("kind_platforms", rows(&files, "platforms.csv").len() as f64 / 1_000.0);
    let small: BTreeSet<String> = rows(&files, "certifications.csv")
        .iter()
        .filter(|row| row["scheme"] == "SME_NATIONAL")
        .map(|row| row["holder"].clone())
        .collect();
    near("carriers", rows(&files, "carriers.csv").len() as f64 / small.len() as f64);
}

/// Everybody that can be reached without a tie, or without somebody.
fn reached(partners: &BTreeMap<String, BTreeSet<String>>, from: &str, without: (&str, &str)) -> BTreeSet<String> {
    let mut seen = BTreeSet::from([from.to_owned()]);
    let mut open = vec![from.to_owned()];
    while let Some(here) = open.pop() {
        for next in &partners[&here] {
            let cut = next == without.1 && (without.0.is_empty() || here == without.0)
                || !without.0.is_empty() && next == without.0 && here == without.1;
            if !cut && seen.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    seen
}

#[test]
fn what_is_planted_is_there() {
    for variant in [Variant::Sparse, Variant::Dense] {
        let files = made(plan(600, variant, Style::A));
        let partners = partners(&files);
        for row in rows(&files, "truth/bridges.csv") {
            let (from, to) = (row["from"].as_str(), row["to"].as_str());
            assert!(partners[from].contains(to) && !reached(&partners, from, (from, to)).contains(to), "{from} {to}");
        }
        for row in rows(&files, "truth/articulation_points.csv") {
            let cut = row["organization"].as_str();
            let mut around = partners[cut].iter();
            let first = around.next().expect("a partner");
            let rest = reached(&partners, first, ("", cut));
            assert!(around.any(|other| !rest.contains(other)), "{cut} separates nobody");
        }
        let demands: BTreeSet<String> = rows(&files, "demands.csv").iter().map(|row| row["key"].clone()).collect();
        let hidden = rows(&files, "truth/hidden_partners.csv");
        assert!(hidden.len() >= 5);
        for row in &hidden {
            let (firm, partner) = (&row["firm"], &row["partner"]);
            assert!(demands.contains(&row["wish"]), "{}", row["wish"]);
            assert!(!partners.get(firm).is_some_and(|known| known.contains(partner)), "{firm} knows {partner}");
            if !row["thirdParty"].is_empty() {
                let third = &partners[&row["thirdParty"]];
                assert!(third.contains(firm) && third.contains(partner), "{row:?}");
            }
        }
        let named: BTreeMap<String, String> =
            rows(&files, "enterprises.csv").iter().map(|row| (row["key"].clone(), row["nameZh"].clone())).collect();
        for row in rows(&files, "truth/duplicates.csv") {
            assert_ne!(named[&row["entry"]], named[&row["sameAs"]], "{}", row["difference"]);
        }
        for row in rows(&files, "truth/twins.csv") {
            assert!(named[&row["entry"]].contains(&row["brand"]) && named[&row["other"]].contains(&row["brand"]));
        }
    }
}

#[test]
fn standings_of_links_follow_from_the_files() {
    let files = made(plan(2_000, Variant::Sparse, Style::A));
    let outside: BTreeSet<String> = rows(&files, "located_in.csv")
        .iter()
        .filter(|row| row["role"] == "JURISDICTION" && row["until"].is_empty())
        .filter(|row| matches!(row["to"].as_str(), "970200" | "960100"))
        .map(|row| row["from"].clone())
        .collect();
    let certified: BTreeSet<String> = rows(&files, "certifications.csv")
        .iter()
        .filter(|row| row["scheme"] == "HNTE" && row["status"] != "REVOKED")
        .filter(|row| row["validFrom"].as_str() <= "2021-12-31" && "2021-12-31" < row["validTo"].as_str())
        .map(|row| row["holder"].clone())
        .collect();
    let mut standings = BTreeSet::new();
    for row in rows(&files, "truth/chain_links.csv") {
        let term = &row["term"];
        let here: Vec<String> = rows(&files, "classified_as.csv")
            .iter()
            .filter(|tie| tie["to"] == *term && !outside.contains(&tie["from"]))
            .map(|tie| tie["from"].clone())
            .collect();
        let supplies: Vec<String> = rows(&files, "supplies.csv")
            .iter()
            .filter(|tie| tie["chainTerm"] == *term)
            .map(|tie| tie["from"].clone())
            .collect();
        let foreign = supplies.iter().filter(|from| outside.contains(*from)).count();
        let wanted = match here.len() {
            0 => "MISSING",
            1 => "SINGLE",
            _ if !here.iter().any(|firm| certified.contains(firm)) => "WEAK",
            _ if foreign * 100 > supplies.len() * 60 => "EXTERNAL",
            _ => "SOUND",
        };
        assert_eq!(row["standing"], wanted, "{term}");
        standings.insert(wanted);
    }
    assert_eq!(standings.len(), 5, "{standings:?}");
}
