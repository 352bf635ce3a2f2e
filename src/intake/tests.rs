//! Workbooks and text files through the public door, against values that were generated first: nothing here
//! asks the tables what a cell means.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;

use super::*;
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{self, Given, Reference};
use crate::domain::{Kind, PartialDate, Value};

const LIMITS: Limits = Limits { cell_bytes: 4_096, columns: 100, ..Limits::DEFAULT };

fn file(name: &str, bytes: Vec<u8>) -> InputFile {
    InputFile { label: name.to_owned(), name: name.to_owned(), bytes }
}

fn csv_of(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).expect("a record"));
    writer.into_inner().expect("bytes")
}

fn xlsx_of(sheet: &str, rows: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet().set_name(sheet).expect("a name");
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            page.write_string(row, column, cell).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn codes(reading: &Reading) -> Vec<(String, &'static str)> {
    reading.refusals.iter().map(|refusal| (refusal.place.to_string(), refusal.rejection.code())).collect()
}

// ---- Every type of value, by CSV and by XLSX ----

/// A value with the text that a person who fills in the import format would write for it.
#[derive(Clone, Debug)]
struct Written(String, Given);

fn free_text() -> impl Strategy<Value = String> {
    let letter = any::<char>().prop_filter("one that a text may hold", |letter| {
        let code = u32::from(*letter);
        !letter.is_control() && code != 0xfffd && code & 0xfffe != 0xfffe
    });
    let awkward = prop::sample::select(vec!['=', '+', '-', '@', '"', ',', '\n', '\t', '_', '&', '<', '　', '示', '😀']);
    prop::collection::vec(prop_oneof![letter, awkward], 1..30)
        .prop_map(|letters| letters.into_iter().collect::<String>().trim().to_owned())
        .prop_filter("neither nothing nor the word for not knowing", |text| {
            !text.is_empty() && text != "UNKNOWN" && text != "未知"
        })
}

fn hundredths(number: i64) -> String {
    format!("{}{}.{:02}", if number < 0 { "-" } else { "" }, number.abs() / 100, number.abs() % 100)
}

fn millionths(number: i64) -> String {
    format!("{}{}.{:06}", if number < 0 { "-" } else { "" }, number.abs() / 1_000_000, number.abs() % 1_000_000)
}

fn date() -> impl Strategy<Value = Written> {
    (1950_i16..2199, 0_u8..=12, 0_u8..=28, 0_usize..3).prop_map(|(year, month, day, form)| {
        let day = if month == 0 { 0 } else { day };
        let text = match (month, day, form) {
            (0, _, 0) => format!("{year}"),
            (0, _, _) => format!("{year}年"),
            (_, 0, 0) => format!("{year}-{month:02}"),
            (_, 0, 1) => format!("{year}年{month}月"),
            (_, 0, _) => format!("{year}/{month}"),
            (_, _, 0) => format!("{year}-{month:02}-{day:02}"),
            (_, _, 1) => format!("{year}年{month}月{day}日"),
            _ => format!("{year}.{month}.{day}"),
        };
        Written(text, Given::Value(Value::Date(PartialDate { year, month, day })))
    })
}

fn value(attribute: &'static Attribute) -> BoxedStrategy<Written> {
    let of = |text: String, value: Value| Written(text, Given::Value(value));
    let word = || "[a-zA-Z0-9-]{1,12}";
    let known = match attribute.value_type {
        ValueType::Text => free_text().prop_map(move |text| of(text.clone(), Value::Text(text))).boxed(),
        ValueType::Texts => prop::collection::vec(free_text(), 1..4)
            .prop_map(|texts| texts.into_iter().map(|text| text.replace('|', "/")).collect::<Vec<_>>())
            .prop_map(move |texts| of(texts.join("|"), Value::Texts(texts)))
            .boxed(),
        ValueType::Log => (date(), "[a-z]{1,9}", "[示例]{1,3}")
            .prop_map(move |(_, text, by)| {
                let entry = format!("2021-03-01 {text} @{by}");
                of(entry.clone(), Value::Texts(vec![entry]))
            })
            .boxed(),
        ValueType::Answer => {
            prop::sample::select(vec![("YES", true), ("是", true), ("NO", false), ("否", false), ("ＹＥＳ", true)])
                .prop_map(move |(text, answer)| of(text.to_owned(), Value::Answer(answer)))
                .boxed()
        }
        ValueType::Date => date().boxed(),
        ValueType::Money => (-1_000_000_000_000_000_i64..1_000_000_000_000_000, 0_usize..3)
            .prop_map(move |(cents, form)| match form {
                0 => of(hundredths(cents), Value::Money(cents)),
                1 => of(format!("{}万元", cents / 10_000_000), Value::Money(cents / 10_000_000 * 1_000_000)),
                _ => of(format!("{}亿元", cents / 10_000_000), Value::Money(cents / 10_000_000 * 10_000_000_000)),
            })
            .boxed(),
        ValueType::Area => (0_i64..1_000_000_000).prop_map(move |area| of(hundredths(area), Value::Area(area))).boxed(),
        ValueType::Ratio => (0_u32..=1_000_000, any::<bool>())
            .prop_map(move |(share, per_cent)| {
                let digits = i64::from(share);
                let text = if per_cent { format!("{}%", millionths(digits * 100)) } else { millionths(digits) };
                of(text, Value::Ratio(share))
            })
            .boxed(),
        ValueType::Integer(least, most) => {
            (least..=most).prop_map(move |number| of(number.to_string(), Value::Integer(number))).boxed()
        }
        ValueType::Decimal => (-1_000_000_000_000_i64..1_000_000_000_000)
            .prop_map(move |number| of(millionths(number), Value::Decimal(number)))
            .boxed(),
        ValueType::Code(list) => prop::sample::select(list.values.iter().collect::<Vec<_>>())
            .prop_map(move |code| of(code.name.to_owned(), Value::Code(code.tag)))
            .boxed(),
        ValueType::Codes(list) => {
            prop::collection::vec(prop::sample::select(list.values.iter().collect::<Vec<_>>()), 1..4)
                .prop_map(move |codes| {
                    let names: Vec<&str> = codes.iter().map(|code| code.name).collect();
                    of(names.join("|"), Value::Codes(codes.iter().map(|code| code.tag).collect()))
                })
                .boxed()
        }
        ValueType::Term(_) | ValueType::Node(_) => {
            word().prop_map(|code| Written(code.clone(), Given::Term(Reference::Code(code)))).boxed()
        }
        ValueType::Nodes(_) => prop::collection::vec(word(), 1..4)
            .prop_map(|codes| Written(codes.join("|"), Given::Nodes(codes.into_iter().map(Reference::Code).collect())))
            .boxed(),
    };
    let is_reference = matches!(attribute.value_type, ValueType::Term(_));
    if is_reference {
        return known;
    }
    let nobody =
        prop::sample::select(vec!["UNKNOWN", "未知"]).prop_map(move |text| of(text.to_owned(), Value::Unknown));
    prop_oneof![9 => known, 1 => nobody].boxed()
}

/// A cell as files that are safe to open have it: an apostrophe before what would be a formula, or looks
/// as if it already had one.
fn without_formula(text: String) -> String {
    let mut letters = text.chars().skip_while(|letter| *letter == '\'' || letter.is_whitespace());
    let begins = letters.next().is_some_and(|letter| "=+-@＝＋－＠".contains(letter));
    let leads = text.trim_start_matches('\'').starts_with(['\t', '\r', '\n', '\0']);
    if begins || leads { format!("'{text}") } else { text }
}

/// A row of any kind of thing, with all its attributes.
fn thing() -> impl Strategy<Value = (Kind, String, Vec<Written>)> {
    let kinds: Vec<Kind> = Kind::all().filter(|kind| *kind != Kind::Person).collect();
    prop::sample::select(kinds).prop_flat_map(|kind| {
        let values: Vec<_> = kind.row().attributes.iter().map(value).collect();
        (Just(kind), free_text(), values)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read((kind, name, values) in thing()) {
        let attributes = kind.row().attributes;
        let head = ["key", "nameZh", "source", "code"].iter().map(|name| (*name).to_owned());
        let head: Vec<String> = head.chain(attributes.iter().map(|attribute| attribute.name.to_owned())).collect();
        let row = ["k1".to_owned(), name.clone(), "s1".to_owned(), "c1".to_owned()].into_iter();
        let row: Vec<String> = row.chain(values.iter().map(|written| written.0.clone())).collect();
        let (mut head, mut row) = (head, row);
        if kind.row().code_scheme.is_none() {
            head.remove(3);
            row.remove(3);
        }
        let rows = [head, row];
        let expected: Vec<(u16, Given)> = attributes.iter().zip(&values).map(|(attribute, written)| (attribute.tag, written.1.clone())).collect();
        let stem = kind.row().file.trim_end_matches(".csv");
        let harmless = rows.clone().map(|row| row.into_iter().map(without_formula).collect::<Vec<_>>());
        for given in [file(kind.row().file, csv_of(&harmless)), file("any.xlsx", xlsx_of(stem, &rows))] {
            let reading = read_folder(&[given], &LIMITS);
            prop_assert_eq!(codes(&reading), vec![]);
            let [(_, command::Command::SaveEntity { name_zh, values, .. })] = reading.commands.as_slice() else {
                return Err(TestCaseError::fail("one row gives one command"));
            };
            prop_assert_eq!(name_zh.as_deref(), Some(name.as_str()));
            prop_assert_eq!(values, &expected);
        }
    }
}

// ---- Workbooks ----

const HEAD: [&str; 7] = ["行键", "名称", "登记的组织形式", "登记状态", "是否独立法人", "成立日期", "来源"];

/// A workbook of firms in which one cell is written by `write`.
fn firms_with(write: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet().set_name("企业").expect("a name");
    for (column, head) in (0..).zip(HEAD) {
        page.write_string(0, column, head).expect("a cell");
    }
    for (column, cell) in (0..).zip(["e1", "示例一公司", "有限责任公司", "存续", "是", "", "s1"]) {
        page.write_string(1, column, cell).expect("a cell");
    }
    write(page);
    workbook.save_to_buffer().expect("a workbook")
}

fn begun_on(bytes: Vec<u8>) -> Result<String, Vec<(String, &'static str)>> {
    let reading = read_folder(&[file("book.xlsx", bytes)], &LIMITS);
    if !reading.refusals.is_empty() {
        return Err(codes(&reading));
    }
    let Some((_, command::Command::SaveEntity { values, .. })) = reading.commands.into_iter().next() else {
        return Ok("none".into());
    };
    let date = values.into_iter().find_map(|(tag, given)| match given {
        Given::Value(Value::Date(date)) if tag == 4 => Some(date.to_string()),
        _ => None,
    });
    Ok(date.unwrap_or_default())
}

#[test]
fn cells_of_a_spreadsheet_are_dates_or_reasons() {
    let dated = Format::new().set_num_format("yyyy/m/d");
    let day = ExcelDateTime::from_ymd(2017, 3, 1).expect("a day");
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_datetime_with_format(1, 5, &day, &dated).expect("a cell");
        })),
        Ok("2017-03-01".into())
    );
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_number(1, 5, 42_795).expect("a cell");
        })),
        Ok("2017-03-01".into())
    );
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_number(1, 5, 2017).expect("a cell");
        })),
        Ok("2017".into())
    );
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_string(1, 5, "２０１７年３月").expect("a cell");
        })),
        Ok("2017-03".into())
    );
    let refused = |code| Err(vec![("book.xlsx#企业:2 [registeredOn]".to_owned(), code)]);
    for (code, bytes) in [
        (
            "AMBIGUOUS_CELL",
            firms_with(|page| {
                page.write_number_with_format(1, 5, 60, &dated).expect("a cell");
            }),
        ),
        (
            "AMBIGUOUS_CELL",
            firms_with(|page| {
                page.write_number_with_format(1, 5, 42_795.5, &dated).expect("a cell");
            }),
        ),
        (
            "AMBIGUOUS_CELL",
            firms_with(|page| {
                page.write_number(1, 5, 2017.1).expect("a cell");
            }),
        ),
        (
            "UNREADABLE_CELL",
            firms_with(|page| {
                page.write_formula(1, 5, Formula::new("=TODAY()").set_result("42795")).expect("a cell");
            }),
        ),
        (
            "INVALID_VALUE",
            firms_with(|page| {
                page.write_boolean(1, 5, true).expect("a cell");
            }),
        ),
    ] {
        assert_eq!(begun_on(bytes), refused(code), "{code}");
    }
    let in_name = |code| Err(vec![("book.xlsx#企业:2 [nameZh]".to_owned(), code)]);
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_number_with_format(1, 1, 42_795, &dated).expect("a cell");
        })),
        in_name("UNREADABLE_CELL")
    );
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_number(1, 1, 9_007_199_254_740_993_i64 as f64).expect("a cell");
        })),
        in_name("UNREADABLE_CELL")
    );
    assert_eq!(
        begun_on(firms_with(|page| {
            page.write_string(1, 9, "behind").expect("a cell");
        })),
        Err(vec![("book.xlsx#企业:2".to_owned(), "WRONG_CELL_COUNT")])
    );
}

// ---- Workbooks that mean harm ----

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

/// Code and Chinese sentence of the one refusal of a workbook that gives nothing.
fn said_of(bytes: Vec<u8>, limits: &Limits) -> (&'static str, String) {
    let reading = read_folder(&[file("enterprises.xlsx", bytes)], limits);
    assert_eq!((reading.commands.len(), reading.rows), (0, 0));
    let [refusal] = reading.refusals.as_slice() else { panic!("{:?}", reading.refusals) };
    (refusal.rejection.code(), refusal.rejection.zh())
}

/// Bytes that hardly pack.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let letter = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + u8::try_from(state >> 28).expect("four bits")
    };
    (0..length).map(letter).collect()
}

#[test]
fn bombs_and_strangers_are_refused() {
    let bomb = vec![b' '; 8 << 20];
    let laughs = b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><sst>&b;</sst>";
    let many: Vec<(String, &[u8])> =
        (0..1_001).map(|number| (format!("xl/worksheets/sheet{number}.xml"), &b"<x/>"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let long = [b"<sst><si><t>".to_vec(), noise(10 << 20), b"</t></si></sst>".to_vec()].concat();
    let texts = [b"<sst>".to_vec(), b"<si><t>1</t></si>".repeat(101), b"</sst>".to_vec()].concat();
    let few = Limits { workbook_cells: 100, ..LIMITS };
    let small = Limits { workbook_bytes: 1_000, ..LIMITS };
    for (name, word, bytes, limits) in [
        ("a bomb", "压缩得太密", zipped(&[("xl/workbook.xml", &bomb)]), LIMITS),
        ("a billion laughs", "DOCTYPE", zipped(&[("xl/sharedStrings.xml", laughs)]), LIMITS),
        ("a thousand sheets", "1000 个部件", zipped(&many), LIMITS),
        ("a cell of 10 MB", "一格 4096 字节", zipped(&[("xl/sharedStrings.xml", &long)]), LIMITS),
        ("texts beyond number", "100 段文字", zipped(&[("xl/sharedStrings.xml", &texts)]), few),
        ("more bytes than there may be", "展开后 1000 字节", zipped(&[("xl/workbook.xml", &bomb[..1_001])]), small),
        ("a name that climbs", "指向别处", zipped(&[("../../etc/passwd", b"x")]), LIMITS),
        ("a name that climbs the other way", "指向别处", zipped(&[("xl\\..\\..\\x.xml", b"x")]), LIMITS),
        ("an absolute name", "指向别处", zipped(&[("/etc/passwd", b"x")]), LIMITS),
        ("an archive that is no workbook", "内容已损坏", zipped(&[("hello.txt", b"x")]), LIMITS),
        ("the older form", "旧格式", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), LIMITS),
        ("text", "不是 XLSX", b"key,nameZh\n".to_vec(), LIMITS),
        ("half a workbook", "文件已损坏", firms_with(|_| ())[..2_000].to_vec(), LIMITS),
    ] {
        let (code, zh) = said_of(bytes, &limits);
        assert!(code == "UNREADABLE_WORKBOOK" && zh.contains(word), "{name}: {code} {zh}");
    }
    let wide: Vec<Vec<String>> = vec![(0..16_000).map(|column| format!("c{column}")).collect()];
    assert_eq!(said_of(xlsx_of("企业", &wide), &LIMITS).0, "TOO_LARGE");
    let far = firms_with(|page| {
        page.write_string(1_048_575, 90, "x").expect("a cell");
    });
    assert_eq!(read_folder(&[file("book.xlsx", far)], &LIMITS).rows, 2);
}

#[test]
fn what_the_directory_says_of_sizes_is_not_believed() {
    let honest = zipped(&[("xl/workbook.xml", &vec![b' '; 4 << 20])]);
    let size = u32::try_from(4_usize << 20).expect("it fits").to_le_bytes();
    let mut lying = honest;
    let places: Vec<usize> =
        lying.windows(4).enumerate().filter(|(_, bytes)| *bytes == size).map(|(place, _)| place).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|place| lying[place..place + 4].copy_from_slice(&1_000_u32.to_le_bytes()));
    let (code, zh) = said_of(lying, &LIMITS);
    assert!(code == "UNREADABLE_WORKBOOK" && (zh.contains("压缩得太密") || zh.contains("文件已损坏")), "{code} {zh}");
}

// ---- Text files ----

#[test]
fn the_same_table_in_every_encoding_and_with_every_line_end() {
    let text = "行键,名称,组织形式,企业状态,是否独立法人,注册资本（万元）,来源\ne1,示例市镕泰电子有限公司,有限责任公司,存续,是,\"1,200.5\",s1\n";
    let expected = read_folder(&[file("企业.csv", text.as_bytes().to_vec())], &LIMITS).commands;
    let [(_, command::Command::SaveEntity { values, .. })] = expected.as_slice() else { panic!("one command") };
    assert!(values.contains(&(5, Given::Value(Value::Money(1_200_500_000)))), "{values:?}");
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let tabs = text.replace("\"1,200.5\"", "1200.5").replace(',', "\t");
    for (name, bytes) in [
        ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()),
        ("UTF-16", [b"\xff\xfe".to_vec(), utf16].concat()),
        ("CRLF", text.replace('\n', "\r\n").into_bytes()),
        ("CR", text.replace('\n', "\r").into_bytes()),
        ("wide spaces", text.replace("示例市", "　 示例市").replace("存续", "\u{a0}存续　").into_bytes()),
        ("tabs", tabs.into_bytes()),
        ("wide letters", text.replace("e1", "ｅ１").replace("s1", "ｓ１").into_bytes()),
    ] {
        let reading = read_folder(&[file("企业.csv", bytes)], &LIMITS);
        assert_eq!(codes(&reading), [], "{name}");
        assert_eq!(reading.commands, expected, "{name}");
    }
}

#[test]
fn a_mapping_reads_a_table_made_elsewhere() {
    let text = "示例市企业名册（2021）,,,\n序号,单位名称,状态,营收\n1,示例一公司,存续,3\n2,示例二公司,注销,4\n";
    let mapping: Mapping = serde_json::from_value(serde_json::json!({ "tables": { "名册.csv": {
        "table": "企业", "header_line": 2,
        "columns": { "序号": "行键", "单位名称": "nameZh", "状态": "登记状态", "营收": "注册资本（亿元）" },
        "defaults": { "来源": "s1", "legalForm": "OTHER", "isLegalPerson": "UNKNOWN" },
    } } }))
    .expect("a mapping");
    mapping.check().expect("it names what there is");
    let reading = read_tables(&[file("名册.csv", text.as_bytes().to_vec())], &mapping, &LIMITS);
    assert_eq!(codes(&reading), []);
    let capital: Vec<_> = reading
        .commands
        .iter()
        .filter_map(|(_, command)| match command {
            command::Command::SaveEntity { values, .. } => {
                values.iter().find(|(tag, _)| *tag == 5).map(|(_, value)| value.clone())
            }
            _ => None,
        })
        .collect();
    assert_eq!(capital, [3, 4].map(|number| Given::Value(Value::Money(number * 10_000_000_000))));
    // What the bytes do not tell is told.
    let rare = "行键,名称,来源\n1,镕喆玥,s1\n";
    let bytes = encoding_rs::GB18030.encode(rare).0.into_owned();
    for (named, accepted) in [("gb18030", true), ("utf-8", false), ("utf-16le", false)] {
        let table = TableMapping { encoding: Some(named.into()), ..mapping.tables["名册.csv"].clone() };
        let told = Mapping { tables: [("名册.csv".to_owned(), table)].into() };
        let reading = read_tables(&[file("名册.csv", bytes.clone())], &told, &LIMITS);
        assert_eq!(codes(&reading).iter().all(|(_, code)| *code != "NOT_UTF8"), accepted, "{named}");
    }
    let table = TableMapping { encoding: Some("latin-1".into()), ..TableMapping::default() };
    assert!(Mapping { tables: [("x".to_owned(), table)].into() }.check().is_err());
}

#[test]
fn rows_without_headers_are_refused_rows() {
    let reading = read_folder(&[file("企业.csv", "行键,名字,来源\ne1,x,s1\ne2,y,s1\n".as_bytes().to_vec())], &LIMITS);
    assert_eq!((reading.rows, reading.refused_rows, reading.commands.len()), (2, 2, 0));
    let told: BTreeSet<&str> = codes(&reading).into_iter().map(|(_, code)| code).collect();
    assert_eq!(told, BTreeSet::from(["UNKNOWN_COLUMN", "MISSING_COLUMN"]));
}

#[test]
fn every_template_can_be_read_back() {
    let all: Vec<Subject> = Subject::all().into_iter().map(|(_, subject)| subject).collect();
    for subjects in all.iter().map(|subject| vec![*subject]).chain([all.clone()]) {
        let bytes = template(&subjects).expect("a workbook");
        assert_eq!(bytes, template(&subjects).expect("a workbook"), "the same template is the same bytes");
        let reading = read_folder(&[file("template.xlsx", bytes)], &Limits::DEFAULT);
        assert_eq!(codes(&reading), [], "{subjects:?}");
        assert!(reading.commands.len() == reading.rows && reading.rows > 0, "{subjects:?}");
    }
}

#[test]
fn text_files_that_mean_harm_are_refused_at_their_place() {
    let firm = |cell: &str, at: usize| {
        let mut cells = ["e1", "示例一公司", "OTHER", "ACTIVE", "YES", "2001", "5", "s1"].map(str::to_owned);
        cells[at] = cell.to_owned();
        let head =
            ["key", "nameZh", "legalForm", "status", "isLegalPerson", "registeredOn", "registeredCapital", "source"]
                .map(str::to_owned);
        let reading = read_folder(&[file("enterprises.csv", csv_of(&[head.to_vec(), cells.to_vec()]))], &LIMITS);
        assert_eq!((reading.rows, reading.refused_rows, reading.commands.len()), (1, 1, 0), "{cell:.20}");
        codes(&reading)
    };
    let said = |column: &str, code| vec![(format!("enterprises.csv:2 [{column}]"), code)];
    assert_eq!(firm(&"长".repeat(4 << 20), 1), said("nameZh", "TOO_LARGE"));
    assert_eq!(firm("示例\0公司", 1), said("nameZh", "UNREADABLE_CELL"));
    assert_eq!(firm("示例\u{fffd}公司", 1), said("nameZh", "UNREADABLE_CELL"));
    for amount in ["1e309", "9007199254740993.001", "99999999999999999999", "NaN", "0x10", "1e3"] {
        assert_eq!(firm(amount, 6), said("registeredCapital", "INVALID_VALUE"), "{amount}");
    }
    for amount in ["-0", "－０．００"] {
        assert_eq!(firm(amount, 6), said("registeredCapital", "AMBIGUOUS_CELL"), "{amount}");
    }
    for day in ["42795", "2017.1", "17-3-1"] {
        assert_eq!(firm(day, 5), said("registeredOn", "AMBIGUOUS_CELL"), "{day}");
    }
    for day in ["2017-13", "2017-02-29", "1900-02-29", "0", "60"] {
        assert_eq!(firm(day, 5), said("registeredOn", "INVALID_VALUE"), "{day}");
    }
    let wide: Vec<String> = (0..20_000).map(|column| format!("c{column}")).collect();
    let reading = read_folder(&[file("enterprises.csv", csv_of(&[wide.clone(), wide]))], &LIMITS);
    assert_eq!(
        (codes(&reading), reading.rows, reading.refused_rows),
        (vec![("enterprises.csv:1".to_owned(), "TOO_LARGE")], 1, 1)
    );
    let large = file("enterprises.csv", vec![b'x'; 1_001]);
    assert_eq!(codes(&read_folder(&[large], &Limits { file_bytes: 1_000, ..LIMITS }))[0].1, "TOO_LARGE");
}
