//! Dry runs, plans and what goes back: a workbook with planted errors is refused at exactly those cells; put
//! right, it passes; a plan does what it said or nothing. What is expected is what was planted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};
use innograph::domain::command::Command;
use innograph::engine::{Engine, Order, Plan, WriteError};
use innograph::intake::{self, InputFile, Limits, Mapping, Place, Reading, Report, Subject, Tried};
use innograph::ledger::MemoryLedger;
use rust_xlsxwriter::{Formula, Workbook};

const LIMITS: Limits = Limits { cell_bytes: 2_000, ..Limits::DEFAULT };
const BOOK: &str = "示例.xlsx";

/// Sheets by name, in order: rows of texts, the headers first.
type Book = Vec<(&'static str, Vec<Vec<String>>)>;

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A thousand rows that are right.
fn book() -> Book {
    let many = |count: usize, make: &dyn Fn(usize) -> Vec<String>| (1..=count).map(make).collect::<Vec<_>>();
    let table = |head: &[&str], rows: Vec<Vec<String>>| [vec![row(head)], rows].concat();
    let firm = |n: usize| {
        let (key, name) = (format!("e{n}"), format!("示例第{n}有限公司"));
        row(&[&key, &name, "有限责任公司", "存续", "是", "2001年5月6日", "1,200.5", "", "", "s1"])
    };
    vec![
        (
            "来源",
            table(
                &["行键", "来源类型", "发布者", "标题或内容摘要", "文号", "来源等级"],
                many(2, &|n| {
                    row(&[&format!("s{n}"), "政策文件", "示例局", "示例文件", &format!("示例〔2020〕{n}号"), "A"])
                }),
            ),
        ),
        (
            "地区",
            table(
                &["行键", "名称", "代码", "地区类型", "来源"],
                many(2, &|n| {
                    row(&[&format!("r{n}"), &format!("示例{n}区"), &format!("99010{n}"), "县、市辖区、县级市", "s1"])
                }),
            ),
        ),
        (
            "企业",
            table(
                &[
                    "行键",
                    "名称",
                    "组织形式",
                    "企业状态",
                    "是否独立法人",
                    "成立日期",
                    "注册资本（万元）",
                    "有效期起",
                    "有效期止",
                    "来源",
                ],
                many(600, &firm),
            ),
        ),
        (
            "编号",
            table(
                &["行键", "所指对象", "编号类型", "编号", "来源"],
                many(50, &|n| {
                    row(&[&format!("i{n}"), &format!("e{n}"), "旧版工商注册号", &format!("示例{n:05}"), "s1"])
                }),
            ),
        ),
        (
            "所在地区",
            table(
                &["行键", "位于此地区的单位等", "所在地区", "与地区的关系", "起始日期", "来源"],
                many(100, &|n| row(&[&format!("l{n}"), &format!("e{n}"), "990101", "注册地", "2010", "s1"])),
            ),
        ),
        (
            "持股",
            table(
                &["行键", "股东", "持股的单位", "持股比例", "来源"],
                many(46, &|n| row(&[&format!("o{n}"), &format!("e{n}"), &format!("e{}", n + 1), "35%", "s1"])),
            ),
        ),
        (
            "年度数据",
            table(
                &["行键", "哪个单位的数据", "年度", "口径", "营业收入（万元）", "职工总数", "来源"],
                many(200, &|n| {
                    row(&[&format!("y{n}"), &format!("e{n}"), "2021年", "审计", &format!("{n}.25"), "1,200", "s1"])
                }),
            ),
        ),
    ]
}

/// What is planted: sheet, line, place of the cell, what is written there, the column as it is told, the rule.
type Planted = (&'static str, usize, usize, &'static str, &'static str, &'static str);

const PLANTED: [Planted; 37] = [
    ("来源", 3, 4, "", "address", "SOURCE_UNTRACEABLE"),
    ("企业", 502, 1, "", "nameZh", "REQUIRED_MISSING"),
    ("企业", 503, 1, "", "nameZh", "REQUIRED_MISSING"),
    ("企业", 504, 2, "有限", "legalForm", "INVALID_VALUE"),
    ("企业", 505, 3, "在营", "status", "INVALID_VALUE"),
    ("企业", 506, 4, "也许", "isLegalPerson", "INVALID_VALUE"),
    ("企业", 507, 0, "e 506", "key", "INVALID_KEY"),
    ("企业", 508, 0, "e1", "key", "DUPLICATE_KEY"),
    ("企业", 509, 0, "e2", "key", "DUPLICATE_KEY"),
    ("企业", 510, 5, "2017.1", "registeredOn", "AMBIGUOUS_CELL"),
    ("企业", 511, 5, "3/1/2017", "registeredOn", "AMBIGUOUS_CELL"),
    ("企业", 512, 5, "2017-02-30", "registeredOn", "INVALID_VALUE"),
    ("企业", 513, 5, "2199年1月", "registeredOn", "DATE_IN_FUTURE"),
    ("企业", 514, 5, "1914-05-06", "registeredOn", "DATE_TOO_EARLY"),
    ("企业", 515, 6, "2000000000", "registeredCapital", "UNIT_SUSPECT"),
    ("企业", 516, 6, "3亿元", "registeredCapital", "AMBIGUOUS_CELL"),
    ("企业", 517, 6, "1,23", "registeredCapital", "INVALID_VALUE"),
    ("企业", 518, 6, "0.0000001", "registeredCapital", "INVALID_VALUE"),
    ("企业", 519, 6, "=1+1", "registeredCapital", "UNREADABLE_CELL"),
    ("企业", 520, 8, "2010", "validTo", "VALIDITY_REVERSED"),
    ("企业", 521, 9, "", "source", "SOURCE_MISSING"),
    ("企业", 522, 9, "s9", "source", "UNKNOWN_REFERENCE"),
    ("企业", 523, 1, "LONG", "nameZh", "INVALID_NAME"),
    ("企业", 524, 1, "LONGER", "nameZh", "TOO_LARGE"),
    ("编号", 40, 3, "示例00001", "value", "IDENTIFIER_TAKEN"),
    ("编号", 41, 2, "学号", "scheme", "INVALID_VALUE"),
    ("编号", 42, 1, "e9999", "entity", "UNKNOWN_REFERENCE"),
    ("所在地区", 50, 1, "e9998", "from", "UNKNOWN_REFERENCE"),
    ("所在地区", 51, 2, "e1", "to", "FORBIDDEN_ENDS"),
    ("所在地区", 52, 3, "驻地", "role", "INVALID_VALUE"),
    ("持股", 20, 2, "e19", "to", "TIE_TO_ITSELF"),
    ("持股", 21, 3, "1.5", "share", "INVALID_VALUE"),
    ("年度数据", 60, 1, "990101", "organization", "WRONG_KIND"),
    ("年度数据", 61, 2, "1900", "year", "INVALID_VALUE"),
    ("年度数据", 62, 4, "很多", "revenue", "INVALID_VALUE"),
    ("年度数据", 63, 5, "12.5", "staff", "INVALID_VALUE"),
    ("年度数据", 64, 1, "", "organization", "REQUIRED_MISSING"),
];

fn text_of(planted: &str) -> String {
    match planted {
        "LONG" => "长".repeat(300),
        "LONGER" => "长".repeat(700),
        other => other.to_owned(),
    }
}

fn written(book: &Book) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in book {
        let page = workbook.add_worksheet().set_name(*name).expect("a name");
        for (line, cells) in (0..).zip(rows) {
            for (place, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                match cell.strip_prefix('=') {
                    Some(formula) => page.write_formula(line, place, Formula::new(formula).set_result("2")),
                    None => page.write_string(line, place, cell),
                }
                .expect("a cell");
            }
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn planted() -> Book {
    let mut book = book();
    for (sheet, line, place, text, ..) in PLANTED {
        let (_, rows) = book.iter_mut().find(|(name, _)| *name == sheet).expect("the sheet");
        rows[line - 1][place] = text_of(text);
    }
    // What ends before it begins begins.
    let (_, firms) = book.iter_mut().find(|(name, _)| *name == "企业").expect("the sheet");
    firms[519][7] = "2020".into();
    book
}

fn files(bytes: Vec<u8>) -> Vec<InputFile> {
    vec![InputFile { label: BOOK.into(), name: BOOK.into(), bytes }]
}

fn empty() -> Arc<Engine> {
    Arc::new(Engine::over(Box::new(MemoryLedger::new())).expect("an empty ledger opens"))
}

fn read(files: &[InputFile]) -> (Reading, Vec<Place>, Arc<[Command]>) {
    let mut reading = intake::read_folder(files, &LIMITS);
    let (places, commands): (_, Vec<_>) = std::mem::take(&mut reading.commands).into_iter().unzip();
    (reading, places, commands.into())
}

fn order(files: &[InputFile]) -> Order {
    Order { input: intake::digest(files, &Mapping::default()), ..Order::of_keeper("示例录入员") }
}

fn tried(engine: &Engine, files: &[InputFile]) -> (Report, Plan) {
    let (reading, places, commands) = read(files);
    let limits = innograph::config::Limits::default();
    let plan = engine.plan(&order(files), &commands, limits.plan(), &mut |_, _| true).expect("it can be planned");
    let (refused, refused_count) = (plan.refused.as_slice(), plan.refused_count);
    let refused = Tried { commands: &commands, places: &places, refused, refused_count };
    (intake::report((files, &Mapping::default(), &LIMITS), &reading, refused, 1_000), plan)
}

fn applied(engine: &Engine, files: &[InputFile], id: &str) -> Result<usize, WriteError> {
    let (_, _, commands) = read(files);
    engine.import(&order(files), &commands, Some(id), &mut |_, _| true).map(|outcome| outcome.changed)
}

fn standing(engine: &Engine) -> (u64, [u8; 32]) {
    let view = engine.view();
    (view.state().sequence(), view.state().state_digest())
}

#[test]
fn exactly_the_planted_cells_are_refused_and_put_right_they_pass() {
    let engine = empty();
    let before = standing(&engine);
    let sent = files(written(&planted()));
    let (report, plan) = tried(&engine, &sent);
    let expected: BTreeSet<(String, u64, &str, &str)> = PLANTED
        .iter()
        .map(|(sheet, line, _, _, column, code)| (format!("{BOOK}#{sheet}"), *line as u64, *column, *code))
        .collect();
    let said: BTreeSet<(String, u64, &str, &str)> = report
        .refusals
        .iter()
        .map(|told| (told.file.clone(), told.line, told.column.as_deref().unwrap_or("-"), told.code))
        .collect();
    let missed: Vec<_> = expected.difference(&said).collect();
    let invented: Vec<_> = said.difference(&expected).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}\ninvented {invented:#?}");
    assert_eq!((report.refusals.len(), report.refusal_count), (37, 37));
    assert_eq!((report.rows, report.accepted, report.refused), (1_000, 963, 37));
    assert!(expected.iter().map(|(.., code)| *code).collect::<BTreeSet<_>>().len() >= 12);
    assert_eq!(plan.id, None);
    assert_eq!(standing(&engine), before, "something was written");

    let returned = intake::marked((&sent, &Mapping::default(), &LIMITS), &report).expect("a workbook goes back");
    let (corrected, told) = put_right(&returned);
    let lines: BTreeSet<(String, usize)> = PLANTED.iter().map(|planted| (planted.0.to_owned(), planted.1)).collect();
    assert_eq!(told, lines, "rows with something in the column 错误");
    let again = files(corrected);
    let (report, plan) = tried(&engine, &again);
    assert_eq!(report.refusals, []);
    assert_eq!((report.rows, report.accepted, report.refused, plan.changed), (1_000, 1_000, 0, 1_000));
    let id = plan.id.expect("nothing was refused");
    assert_eq!(applied(&engine, &again, &id).expect("nothing has moved"), 1_000);
    let after = standing(&engine);
    let (_, second) = tried(&engine, &again);
    assert_eq!((second.changed, second.unchanged, second.events), (0, 1_000, 0));
    let id = second.id.expect("nothing was refused");
    assert_eq!(applied(&engine, &again, &id).expect("nothing has moved"), 0);
    assert_eq!(standing(&engine), after, "the same file twice changes nothing");
}

/// The returned workbook with the planted cells as they should be, and the rows that were marked.
fn put_right(returned: &[u8]) -> (Vec<u8>, BTreeSet<(String, usize)>) {
    let right = book();
    let mut opened: Xlsx<_> = Xlsx::new(Cursor::new(returned)).expect("a workbook");
    let (mut workbook, mut told) = (Workbook::new(), BTreeSet::new());
    for name in opened.sheet_names() {
        let (_, rows) = right.iter().find(|(known, _)| *known == name).expect("a sheet that was sent");
        let page = workbook.add_worksheet().set_name(&name).expect("a name");
        let range = opened.worksheet_range(&name).expect("its cells");
        let last = rows[0].len();
        assert_eq!(range.get_value((0, last as u32)), Some(&Data::String("错误".into())), "{name}");
        for (line, place, cell) in range.cells() {
            let text = cell.to_string();
            if place == last && line > 0 && !text.is_empty() {
                told.insert((name.clone(), line + 1));
            }
            let planted = PLANTED.iter().any(|one| one.0 == name && (one.1, one.2) == (line + 1, place));
            let text = if planted { rows[line][place].clone() } else { text };
            let text = if (name.as_str(), line, place) == ("企业", 519, 7) { String::new() } else { text };
            page.write_string(line as u32, place as u16, text).expect("a cell");
        }
    }
    (workbook.save_to_buffer().expect("a workbook"), told)
}

#[test]
fn a_plan_does_what_it_said_or_nothing() {
    let engine = empty();
    let sent = files(written(&book()));
    let (_, plan) = tried(&engine, &sent);
    let things: BTreeMap<&str, usize> = plan.changes.iter().map(|thing| (thing.name.as_str(), thing.records)).collect();
    assert_eq!((things["示例第7有限公司"], things["示例第500有限公司"], plan.changed_things), (1, 0, 604));
    let id = plan.id.clone().expect("nothing was refused");
    let other = files(written(&book()[..2].to_vec()));
    assert!(matches!(applied(&engine, &other, &id), Err(WriteError::PlanStale)), "another file");
    for wrong in ["", "0-0-0", "1-2-3-4", &id[..id.len() - 1]] {
        assert!(matches!(applied(&engine, &sent, wrong), Err(WriteError::PlanStale)), "{wrong}");
    }
    assert_eq!(engine.view().state().sequence(), 0);
    assert_eq!(applied(&engine, &sent, &id).expect("nothing has moved"), 1_000);
    assert!(matches!(applied(&engine, &sent, &id), Err(WriteError::PlanStale)), "a plan is carried out once");

    // One more statement about a firm that is there, and one about another.
    let more = |name: &str, key: &str| {
        let head = "行键,所指对象,属性,属性值,来源\n";
        let bytes = format!("{head}t1,{key},website,https://{name}.example.com,s1\n").into_bytes();
        vec![InputFile { label: "statements.csv".into(), name: "statements.csv".into(), bytes }]
    };
    let planned = |files: &[InputFile]| tried(&engine, files).1.id.expect("nothing was refused");
    let (one, two, three) = (more("one", "e1"), more("two", "e1"), more("three", "e3"));
    let (of_one, of_two, of_three) = (planned(&one), planned(&two), planned(&three));
    assert_eq!(applied(&engine, &one, &of_one).expect("nothing has moved"), 1);
    let before = standing(&engine);
    assert!(matches!(applied(&engine, &two, &of_two), Err(WriteError::PlanStale)), "the firm has moved");
    assert_eq!(standing(&engine), before);
    assert_eq!(applied(&engine, &three, &of_three).expect("another firm has not"), 1);
}

#[test]
fn what_refers_to_a_refused_row_says_so() {
    let engine = empty();
    let mut broken = book();
    broken[2].1[1][3] = "在营".into();
    let (report, _) = tried(&engine, &files(written(&broken)));
    let first = format!("{BOOK}#企业:2");
    let [cause, rest @ ..] = report.refusals.as_slice() else { panic!("refusals") };
    assert_eq!((cause.line, cause.code, cause.follows.as_deref()), (2, "INVALID_VALUE", None));
    // Its number, its place, its share and its figures.
    assert_eq!(
        rest.iter().map(|told| told.file.rsplit('#').next().unwrap_or("")).collect::<Vec<_>>(),
        ["编号", "所在地区", "持股", "年度数据"]
    );
    assert!(rest.iter().all(|told| told.code == "UNKNOWN_REFERENCE" && told.follows.as_deref() == Some(&first)));
    assert_eq!((report.rows, report.accepted, report.refused), (1_000, 995, 5));
}

#[test]
fn every_template_can_be_imported_as_it_stands() {
    let all: Vec<Subject> = Subject::all().into_iter().map(|(_, subject)| subject).collect();
    for subjects in all.iter().map(|subject| vec![*subject]).chain([all.clone()]) {
        let engine = empty();
        let sent = files(intake::template(&subjects).expect("a workbook"));
        let (report, plan) = tried(&engine, &sent);
        assert_eq!(report.refusals, [], "{subjects:?}");
        let id = plan.id.expect("nothing was refused");
        assert_eq!(applied(&engine, &sent, &id).expect("nothing has moved"), report.rows, "{subjects:?}");
        let violations = engine.view().state().check();
        assert!(violations.is_empty(), "{subjects:?}: {violations:?}");
    }
}

#[test]
fn of_two_who_carry_out_plans_for_the_same_rows_one_wins() {
    let engine = empty();
    let sent = files(written(&book()));
    let (_, plan) = tried(&engine, &sent);
    let id = plan.id.expect("nothing was refused");
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..2).map(|_| scope.spawn(|| applied(&engine, &sent, &id))).collect();
        tries.into_iter().map(|tried| tried.join().expect("no panic").is_ok()).collect()
    });
    assert_eq!(outcomes.iter().filter(|won| **won).count(), 1, "{outcomes:?}");
    let (_, again) = tried(&engine, &sent);
    assert_eq!((again.changed, again.unchanged), (0, 1_000));
}

#[test]
fn whoever_says_stop_leaves_nothing_behind() {
    let engine = empty();
    let sent = files(written(&book()));
    let (_, _, commands) = read(&sent);
    let before = standing(&engine);
    let stopped = engine.plan(&order(&sent), &commands, innograph::config::Limits::default().plan(), &mut |_, _| false);
    // What was done before anybody could say so is done.
    assert!(matches!(stopped, Err(WriteError::Cancelled) | Ok(_)));
    let stopped = engine.import(&order(&sent), &commands, Some("0-0-0"), &mut |_, _| false);
    assert!(matches!(stopped, Err(WriteError::Cancelled)), "{stopped:?}");
    assert_eq!(standing(&engine), before);
}
