//! Group 6, files that mean harm, handed in at `POST /import`: bombs, entities, names that climb, cells and tables
//! without end. Each is refused with its reason, nothing is written, and no memory goes that way.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;

use super::attack::{Fort, Trials};

const HEAD: &str = "key,nameZh,legalForm,status,isLegalPerson,source\n";
const MEGABYTE: usize = 1 << 20;

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

/// A workbook that a spreadsheet would open, but for one part of it.
fn workbook_with(part: &str, bytes: &[u8]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("企业").expect("a name");
    for (column, head) in HEAD.trim_end().split(',').enumerate() {
        sheet.write_string(0, u16::try_from(column).expect("few"), head).expect("a cell");
    }
    let sound = book.save_to_buffer().expect("a workbook");
    let mut sound = zip::ZipArchive::new(Cursor::new(sound)).expect("an archive");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..sound.len() {
        let entry = sound.by_index_raw(place).expect("an entry");
        if entry.name().is_ok_and(|name| name != part) {
            writer.raw_copy_file(entry).expect("it can be copied");
        }
    }
    writer.start_file(part, SimpleFileOptions::default()).expect("an entry");
    writer.write_all(bytes).expect("its bytes");
    writer.finish().expect("an archive").into_inner()
}

/// Hand each in and see it refused with one of the codes, in both languages, at its place.
fn refused(trials: &mut Trials, fort: &Fort, given: &[(&str, &str, &str, Vec<u8>)]) {
    let headers = format!("{}Content-Type: application/octet-stream\r\n", fort.authorization());
    let before = fort.sequence();
    for (what, name, code, bytes) in given {
        trials.of(what, || {
            let path = format!("/import?name={name}");
            let heard = fort.stands(what, |fort| fort.send("POST", &path, &headers, bytes));
            assert_eq!(heard.status, 422, "{what}: {}", heard.body.chars().take(400).collect::<String>());
            let told = heard.json();
            let first = &told["refusals"][0];
            assert_eq!(first["code"], *code, "{what}: {first}");
            assert!(first["zh"].is_string() && first["en"].is_string() && first["file"].is_string(), "{first}");
            assert_eq!(told["rows"], told["refused"], "{what}: accepted and refused are all rows: {told}");
            assert!(told["plan"].is_null() && told["written"] == false, "{what}: {told}");
        });
    }
    assert_eq!(fort.sequence(), before, "something was written");
}

#[test]
fn bombs_entities_and_names_that_climb_take_no_memory() {
    let (fort, mut trials) = (Fort::new(), Trials::default());
    let blanks = vec![b' '; 200 * MEGABYTE];
    let external = b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><sst><si><t>&e;</t></si></sst>";
    let mut laughs = b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY l0 \"ha\">".to_vec();
    for level in 1..30 {
        let ten = format!("&l{};", level - 1).repeat(10);
        laughs.extend_from_slice(format!("<!ENTITY l{level} \"{ten}\">").as_bytes());
    }
    laughs.extend_from_slice(b"]><sst><si><t>&l29;</t></si></sst>");
    let strings = [b"<sst>".to_vec(), b"<si><t>1</t></si>".repeat(1_000_000), b"</sst>".to_vec()].concat();
    let sheets: Vec<String> = (0..60_000).map(|number| format!("xl/worksheets/sheet{number}.xml")).collect();
    let sheets: Vec<(&str, &[u8])> = sheets.iter().map(|name| (name.as_str(), &b"<x/>"[..])).collect();
    let shared = "xl/sharedStrings.xml";
    let book = "UNREADABLE_WORKBOOK";
    let given = [
        ("a bomb of 200 MB", "enterprises.xlsx", book, workbook_with("xl/worksheets/sheet1.xml", &blanks)),
        ("a bomb beside the workbook", "enterprises.xlsx", book, workbook_with("xl/media/image1.xml", &blanks)),
        ("a billion laughs", "enterprises.xlsx", book, workbook_with(shared, &laughs)),
        ("an external entity", "enterprises.xlsx", book, workbook_with(shared, external)),
        ("a million texts", "enterprises.xlsx", book, workbook_with(shared, &strings)),
        ("sixty thousand sheets", "enterprises.xlsx", book, archive(&sheets)),
        ("a name that climbs", "enterprises.xlsx", book, workbook_with("../../../etc/cron.d/x", b"x")),
        ("an absolute name", "enterprises.xlsx", book, workbook_with("/etc/cron.d/x", b"x")),
    ];
    refused(&mut trials, &fort, &given);
}

#[test]
fn cells_and_tables_without_end_take_no_memory() {
    let (fort, mut trials) = (Fort::new(), Trials::default());
    let cell = "甲".repeat(10 * MEGABYTE / 3);
    let wide = |rows: usize| {
        let line =
            |cell: &str| (0..20_000).map(|column| format!("{cell}{column}")).collect::<Vec<_>>().join(",") + "\n";
        line("c") + &line("").repeat(rows)
    };
    let tall = HEAD.to_owned() + &"k,示例公司\n".repeat(30_000);
    let large = format!("{HEAD}e1,{cell},UNKNOWN,UNKNOWN,UNKNOWN,src\n");
    let quoted = format!("{HEAD}e1,\"{},UNKNOWN\n", "示例\n".repeat(1_000_000));
    let gbk: Vec<u8> = [HEAD.as_bytes(), &b"\xbc\xd7".repeat(5 * MEGABYTE)].concat();
    let given = [
        ("a cell of 10 MB", "enterprises.csv", "TOO_LARGE", large.into_bytes()),
        ("20,000 columns", "enterprises.csv", "TOO_LARGE", wide(100).into_bytes()),
        ("a quote that never ends", "enterprises.csv", "WRONG_CELL_COUNT", quoted.into_bytes()),
        ("10 MB without a comma, in GBK", "enterprises.csv", "WRONG_CELL_COUNT", gbk),
        ("30,000 rows that are too short", "enterprises.csv", "WRONG_CELL_COUNT", tall.into_bytes()),
    ];
    refused(&mut trials, &fort, &given);
}

/// What is packed by gzip is a format of other registers, not of this door; and it is not unpacked here.
#[test]
fn what_is_packed_is_not_unpacked() {
    let (fort, mut trials) = (Fort::new(), Trials::default());
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..300 {
        packer.write_all(&vec![b' '; MEGABYTE]).expect("memory");
    }
    let bomb = packer.finish().expect("memory");
    refused(&mut trials, &fort, &[("a bomb of 300 MB", "enterprises.csv.gz", "NOT_UTF8", bomb)]);
}
