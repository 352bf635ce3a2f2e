//! Files are read back here by small readers of our own that share nothing with the writers.

use super::*;
use crate::domain::manifest::Cut;
use crate::domain::subgraph::{Link, Node};
use crate::domain::table::{Cell, Column, Word};
use crate::domain::{Day, Id, Kind, PartialDate, Relation, Validity};

/// Texts that break careless writers.
const NASTY: [&str; 16] = [
    "=HYPERLINK(\"http://示例\")",
    "+86 373",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=1",
    "''",
    "a,b\"c\r\nd",
    "<![CDATA[ ]]>&amp;\"'",
    "\u{1}\u{b}\u{1f}\u{fffe}",
    "_x0041_",
    "𠮷\u{200f}é",
    "null",
    "＝1",
    "\u{feff}x",
];

fn date(text: &str) -> PartialDate {
    text.parse().expect("a date")
}

fn manifest() -> Manifest {
    Manifest {
        store: "示例".into(),
        query: "=示例 <问题>".into(),
        variables: vec![("kind".into(), "ENTERPRISE".into())],
        role: "PUBLIC",
        sequence: 7,
        as_of: Day(20_000),
        definition: None,
        known_at: None,
        made_at: "2026-01-01T00:00:00.000Z".into(),
        cut: Cut::Whole,
        content_hash: "00".into(),
    }
}

fn table() -> Table {
    let money = Column { unit: Some(("元", "yuan")), ..Column::new("capital", "=注册资本", "Capital") };
    let mut table = Table::new(
        "企业",
        vec![
            Column::new("name", "名称", "Name"),
            money,
            Column::new("at", "日期", "Date"),
            Column::new("n", "数", "n"),
        ],
    );
    for (number, text) in (0..).zip(NASTY) {
        let capital = Cell::Decimal { number: -1_250 + number, places: 2 };
        table.push(vec![Cell::Text(text.into()), capital, Cell::Date(date("2017-03-01")), Cell::Whole(number)]);
    }
    table.push(vec![Cell::Unknown, Cell::Unknown, Cell::Date(date("2017")), Cell::Whole(i64::MAX)]);
    table
}

fn graph() -> Subgraph {
    let node = |id: u128, text: &str| Node {
        id: Id::from_u128(id),
        kind: if id.is_multiple_of(2) { Kind::Enterprise } else { Kind::Institute },
        label: text.into(),
        valid: Validity { from: (id > 2).then(|| date("2015-06")), to: None },
        cells: vec![
            Cell::Text(text.into()),
            Cell::Whole(i64::try_from(id).expect("small")),
            if id == 3 { Cell::Unknown } else { Cell::Answer(true) },
            Cell::Codes(vec![Word { name: "OPEN", zh: "开放" }]),
        ],
    };
    let nodes: Vec<Node> = (1..).zip(NASTY).map(|(id, text)| node(id, text)).collect();
    let link = |id: u128, from: u128, to: u128| Link {
        id: Id::from_u128(100 + id),
        relation: Relation::RelatedTo,
        from: Id::from_u128(from),
        to: Id::from_u128(to),
        valid: Validity { from: Some(date("2017-03-01")), to: Some(date("2020")) },
        cells: vec![Cell::Decimal { number: 500_000, places: 6 }],
    };
    // Two ties between the same two, and one from a node to itself.
    let links = vec![link(1, 1, 2), link(2, 1, 2), link(3, 2, 1), link(4, 5, 5)];
    let columns = ["textAs", "number", "isOpen", "state"].map(|name| Column::new(name, "栏", "a column"));
    Subgraph::new((columns.to_vec(), nodes), (vec![Column::new("weight", "强度", "weight")], links))
}

fn text_of(content: Content<'_>, format: Format) -> String {
    String::from_utf8(write(content, &manifest(), format).expect("it fits")).expect("UTF-8")
}

/// A reader of separated text, letter by letter.
fn separated_cells(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            letter if quoted => cell.push(letter),
            '\r' => {}
            '\n' => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter if letter == separator => row.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    rows
}

/// What one apostrophe, put by the writer, stands in front of.
fn bare(cell: &str) -> &str {
    let at_risk = |text: &str| text.trim_start_matches(['\'', ' ']).starts_with(['=', '+', '-', '@', '\t', '\r', '＝']);
    cell.strip_prefix('\'').filter(|rest| at_risk(rest)).unwrap_or(cell)
}

#[test]
fn csv_has_its_mark_its_heads_and_no_formula() {
    let text = text_of(Content::Table(&table()), Format::Csv);
    let rows = separated_cells(text.strip_prefix('\u{feff}').expect("the mark"), ',');
    assert_eq!(rows[0], ["名称", "'=注册资本（元）", "日期", "数"]);
    assert_eq!(rows.len(), NASTY.len() + 2);
    for (row, expected) in rows[1..].iter().zip(NASTY) {
        assert!(!row[0].starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{row:?}");
        assert_eq!(bare(&row[0]), expected);
    }
    assert_eq!(rows[1][1..], ["-12.5", "2017-03-01", "0"]);
    assert_eq!(rows[NASTY.len() + 1], ["未知", "未知", "2017", "9223372036854775807"]);
}

#[test]
fn an_edge_list_has_every_tie() {
    let rows = separated_cells(&text_of(Content::Graph(&graph()), Format::Edges), '\t');
    assert_eq!(rows[0], ["source", "target", "relation", "id", "validFrom", "validTo", "weight"]);
    assert_eq!(rows.len(), 5);
    let [one, two, tie] = [1, 2, 101].map(|id| Id::from_u128(id).to_string());
    assert_eq!(rows[1], [one.as_str(), &two, "RELATED_TO", &tie, "2017-03-01", "2020", "0.5"]);
}

/// An element: its name, its attributes, and the text behind it.
type Element = (String, Vec<(String, String)>, String);

/// Elements of an XML text: name, attributes, and the text up to the next tag. Knows no more than the writers need.
fn elements(text: &str) -> Vec<Element> {
    let plain = |text: &str| {
        let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#9;", "\t"), ("&#10;", "\n")];
        let text = named.iter().fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter));
        text.replace("&#13;", "\r").replace("&amp;", "&")
    };
    let mut found = Vec::new();
    for piece in text.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').expect("a tag ends");
        if tag.starts_with(['/', '?']) {
            continue;
        }
        let (name, rest) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        let mut parts = rest.split('"');
        let mut attributes = Vec::new();
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            attributes.push((name.trim().trim_end_matches('=').to_owned(), plain(value)));
        }
        found.push((name.to_owned(), attributes, plain(after)));
    }
    found
}

fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.1.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What of a text XML can hold.
fn in_xml(text: &str) -> String {
    text.chars()
        .map(
            |letter| {
                if (letter < ' ' && !"\t\n\r".contains(letter)) || letter == '\u{fffe}' { '\u{fffd}' } else { letter }
            },
        )
        .collect()
}

#[test]
fn gexf_has_every_node_tie_value_and_date() {
    let text = text_of(Content::Graph(&graph()), Format::Gexf);
    let all = elements(&text);
    let count = |name: &str| all.iter().filter(|element| element.0 == name).count();
    assert_eq!((count("node"), count("edge"), count("attribute")), (NASTY.len(), 4, 9));
    // 14 nodes and 4 ties have a date.
    assert_eq!(count("spell"), NASTY.len() - 2 + 4);
    let labels = all.iter().filter(|element| element.0 == "node").filter_map(|element| attribute(element, "label"));
    assert!(labels.eq(NASTY.map(in_xml)));
    let types = all.iter().filter(|element| element.0 == "attribute").filter_map(|element| attribute(element, "type"));
    // Somebody answered UNKNOWN, so yes and no became text.
    assert!(types.eq(["string", "string", "string", "long", "string", "string", "string", "string", "double"]));
    let last = all.iter().rfind(|element| element.0 == "spell").expect("a spell");
    // It ends with the year 2020, so the last day on which it holds is the last of that year.
    assert_eq!((attribute(last, "start"), attribute(last, "end")), (Some("2017-03-01"), Some("2020-12-31")));
    let first = all.iter().find(|element| element.0 == "spell").expect("a spell");
    assert_eq!((attribute(first, "start"), attribute(first, "end")), (Some("2015-06-01"), None));
}

#[test]
fn graphml_has_every_value_under_a_key_that_is_declared() {
    let text = text_of(Content::Graph(&graph()), Format::GraphMl);
    let all = elements(&text);
    let keys: Vec<&str> =
        all.iter().filter(|element| element.0 == "key").filter_map(|key| attribute(key, "id")).collect();
    let data: Vec<_> = all.iter().filter(|element| element.0 == "data").collect();
    assert!(data.iter().all(|data| keys.contains(&attribute(data, "key").expect("a key"))));
    let labels = data.iter().filter(|data| attribute(data, "key") == Some("node.label")).map(|data| data.2.clone());
    assert!(labels.eq(NASTY.map(in_xml)));
    let unknown = data.iter().filter(|data| data.2 == "UNKNOWN").count();
    assert_eq!((unknown, all.iter().filter(|element| element.0 == "edge").count()), (1, 4));
}

#[test]
fn cytoscape_names_ends_that_are_there() {
    let read: serde_json::Value =
        serde_json::from_str(&text_of(Content::Graph(&graph()), Format::Cytoscape)).expect("JSON");
    let nodes = read["elements"]["nodes"].as_array().expect("nodes");
    let edges = read["elements"]["edges"].as_array().expect("edges");
    assert_eq!((nodes.len(), edges.len()), (NASTY.len(), 4));
    let names = nodes.iter().map(|node| node["data"]["name"].as_str().expect("a name"));
    assert!(names.eq(NASTY));
    let known = |id: &serde_json::Value| nodes.iter().any(|node| node["data"]["id"] == *id);
    assert!(edges.iter().all(|edge| known(&edge["data"]["source"]) && known(&edge["data"]["target"])));
    assert_eq!(edges[0]["data"]["weight"], 0.5);
    assert_eq!(nodes[2]["data"]["isOpen"], "UNKNOWN");
    assert_eq!(read["data"]["sequence"], 7);
}

#[test]
fn json_ld_stands_on_a_context_that_is_committed() {
    assert_eq!(include_str!("../../schema/context.jsonld"), context(), "innograph schema --json-ld writes it anew");
    let read: serde_json::Value =
        serde_json::from_str(&text_of(Content::Graph(&graph()), Format::JsonLd)).expect("JSON");
    let things = read["@graph"].as_array().expect("things");
    assert_eq!(things.len(), NASTY.len() + 4);
    let ids: Vec<&str> = things.iter().filter_map(|thing| thing["@id"].as_str()).collect();
    for tie in things.iter().filter(|thing| thing["@type"] == "Relatedness") {
        assert!(ids.contains(&tie["source"].as_str().expect("a source")));
        assert!(ids.contains(&tie["target"].as_str().expect("a target")));
        assert_eq!(tie["validTo"], serde_json::json!({"@type": "xsd:gYear", "@value": "2020"}));
    }
    // Every type that is named is a term of the context or of schema.org.
    let terms = read["@context"].as_object().expect("a context");
    for thing in things {
        let types = thing["@type"].as_array().cloned().unwrap_or_else(|| vec![thing["@type"].clone()]);
        for name in types {
            let name = name.as_str().expect("a name").to_owned();
            assert!(name.starts_with("schema:") || terms.contains_key(&name), "{name}");
        }
    }
}

/// The text of a part of a workbook.
fn part(workbook: &[u8], name: &str) -> String {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).expect("an archive");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

#[test]
fn a_workbook_has_texts_numbers_dates_and_no_formula() {
    let content = Content::Table(&table());
    let bytes = write(content, &manifest(), Format::Xlsx).expect("it fits");
    assert_eq!(bytes, write(content, &manifest(), Format::Xlsx).expect("it fits"), "the same again");
    let [sheet, about, texts] =
        ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"].map(|name| part(&bytes, name));
    for page in [&sheet, &about] {
        assert!(!page.contains("<f>") && !page.contains("<f "), "a formula");
        assert!(!page.contains("hyperlink"), "a link");
    }
    assert!(sheet.contains("topLeftCell=\"A2\"") && sheet.contains("state=\"frozen\""));
    let numbers = elements(&sheet).into_iter().filter(|element| element.0 == "c" && attribute(element, "t").is_none());
    // A number and a date and a count a row; the last row has text alone but for nothing.
    assert_eq!(numbers.count(), NASTY.len() * 3);
    for text in ["=HYPERLINK(\"http://示例\")", "'=1", "注册资本（元）", "9223372036854775807", "企业"] {
        let known = elements(&texts).iter().any(|element| element.0 == "t" && element.2.contains(text));
        assert!(known || text == "企业", "{text}");
    }
    assert!(part(&bytes, "xl/workbook.xml").contains("name=\"说明\""));
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""));
    // None of what XML forbids, and what looks like an escape is not one.
    assert!(!texts.chars().any(|letter| (letter < ' ' && !"\t\n\r".contains(letter)) || letter == '\u{fffe}'));
    assert!(texts.contains("_x005F_x0041_"));
}

#[test]
fn a_workbook_of_a_graph_has_nodes_ties_and_the_manifest() {
    let bytes = write(Content::Graph(&graph()), &manifest(), Format::Xlsx).expect("it fits");
    let names: Vec<String> = elements(&part(&bytes, "xl/workbook.xml"))
        .iter()
        .filter(|element| element.0 == "sheet")
        .filter_map(|element| attribute(element, "name").map(str::to_owned))
        .collect();
    assert_eq!(names, ["对象", "关系", "说明"]);
    let rows = |sheet: &str| elements(&part(&bytes, sheet)).iter().filter(|element| element.0 == "row").count();
    assert_eq!((rows("xl/worksheets/sheet1.xml"), rows("xl/worksheets/sheet2.xml")), (NASTY.len() + 1, 5));
}

#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    let table = table();
    for format in Format::all() {
        for content in [Content::Table(&table), Content::Graph(&graph())] {
            let is_table = matches!(content, Content::Table(_));
            let holds = match format.row().holds {
                Holds::Both => true,
                Holds::Tables => is_table,
                Holds::Graphs => !is_table,
            };
            match write(content, &manifest(), format) {
                Ok(bytes) => assert!(holds && !bytes.is_empty(), "{format:?}"),
                Err(unfit) => assert!(!holds && unfit == Unfit::Shape(format) && unfit.told().1.contains("xlsx")),
            }
        }
        assert_eq!(Format::named(format.row().name), Some(format));
    }
    let mut long = Table::new("示例", vec![Column::new("a", "甲", "a")]);
    long.push(vec![Cell::Text("字".repeat(32_768))]);
    let refused = write(Content::Table(&long), &manifest(), Format::Xlsx);
    assert_eq!(refused, Err(Unfit::LongText { row: 2, column: "甲".into() }));
    assert!(write(Content::Table(&long), &manifest(), Format::Csv).is_ok());
}

#[test]
fn the_manifest_tells_what_the_file_holds() {
    let graph = graph();
    let content = Content::Graph(&graph);
    let manifest = Manifest { content_hash: content_hash(content), ..manifest() };
    let bytes = write(content, &manifest, Format::GraphMl).expect("it fits");
    let told: serde_json::Value =
        serde_json::from_str(&manifest_json(&manifest, content, (Format::GraphMl, &bytes))).expect("JSON");
    assert_eq!(told["counts"], serde_json::json!({"nodes": NASTY.len(), "ties": 4}));
    assert_eq!((&told["bytes"], &told["truncated"]), (&bytes.len().into(), &false.into()));
    assert_eq!(told["contentHash"].as_str().map(str::len), Some(7 + 64));
    // Another content has another hash; another format has not.
    assert_ne!(content_hash(content), content_hash(Content::Table(&table())));
    // SHA-256 of nothing, as FIPS 180-4 has it.
    assert_eq!(file_hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
