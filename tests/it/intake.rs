//! Bad rows: each is refused at its file, line and column, and nothing is written.

use innograph::engine::{Engine, Order, PlanLimits, WriteError};
use innograph::intake::{InputFile, Limits, Place, read_folder};
use innograph::ledger::MemoryLedger;

const LIMITS: Limits = Limits { file_bytes: 1 << 20, cell_bytes: 200, columns: 60, ..Limits::DEFAULT };

const SOURCES: &str = "key,kind,issuer,title,docNo,grade\ns1,POLICY,示例局,示例文件,示例〔2020〕1号,A\n";
const FIRMS: &str = "key,nameZh,legalForm,status,isLegalPerson,registeredOn,source\n\
    e1,示例一公司,LIMITED_LIABILITY,ACTIVE,YES,2001-05-06,s1\n\
    e2,示例二公司,JOINT_STOCK,UNKNOWN,UNKNOWN,,s1\n";

fn files(given: &[(&str, &str)]) -> Vec<InputFile> {
    let file = |(name, text): &(&str, &str)| InputFile {
        label: (*name).to_owned(),
        name: (*name).to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    given.iter().map(file).collect()
}

/// What is said about a data set: code and place of each refusal.
fn refusals(given: &[(&str, &str)]) -> Vec<(String, String)> {
    let reading = read_folder(&files(given), &LIMITS);
    if !reading.refusals.is_empty() {
        let said = reading.refusals.iter();
        return said.map(|refusal| (refusal.rejection.code().to_owned(), refusal.place.to_string())).collect();
    }
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty store opens");
    let (places, commands): (Vec<Place>, Vec<_>) = reading.commands.into_iter().unzip();
    match engine.execute("test", &commands, &mut |_, _| true) {
        Ok(_) => Vec::new(),
        Err(WriteError::Rejected(rejected)) => {
            assert_eq!(engine.view().state().sequence(), 0, "something was written");
            assert_eq!(engine.view().state().size(), [0; 4], "something was written");
            let said = rejected.iter();
            said.map(|(number, rejection)| (rejection.code().to_owned(), places[*number].to_string())).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

fn refused(file: &str, text: &str) -> Vec<(String, String)> {
    let mut given = vec![("sources.csv", SOURCES), ("enterprises.csv", FIRMS)];
    given.retain(|(name, _)| *name != file);
    given.push((file, text));
    refusals(&given)
}

#[test]
fn a_good_set_is_taken() {
    assert_eq!(refusals(&[("sources.csv", SOURCES), ("enterprises.csv", FIRMS)]), []);
    let with_mark = format!("\u{feff}{FIRMS}");
    assert_eq!(refused("enterprises.csv", &with_mark), []);
}

#[test]
fn every_rule_names_its_place() {
    let owns = "key,from,to,share,source\n";
    let member = "key,from,to,role,source\n";
    let located = "key,from,to,role,since,until,source\n";
    let regions = "key,nameZh,code,kind,source\nr1,示例甲区,990101,COUNTY,s1\nr2,示例乙区,990102,COUNTY,s1\n";
    let firm = |row: &str| format!("{FIRMS}{row}\n");
    let cases: Vec<(&str, String, &str, &str)> = vec![
        ("nothing.csv", "key\n".into(), "UNKNOWN_FILE", "nothing.csv"),
        ("enterprises.csv", String::new(), "EMPTY_FILE", "enterprises.csv"),
        ("enterprises.csv", "key,nameZh,colour,source\n".into(), "UNKNOWN_COLUMN", "enterprises.csv:1 [colour]"),
        ("enterprises.csv", "key,key,nameZh,source\n".into(), "DUPLICATE_COLUMN", "enterprises.csv:1 [key]"),
        ("owns.csv", "key,from,source\n".into(), "MISSING_COLUMN", "owns.csv:1"),
        ("owns.csv", format!("{owns}o1,e1,e2\n"), "WRONG_CELL_COUNT", "owns.csv:2"),
        ("owns.csv", format!("{owns}o1,e1,e2,1.5,s1\n"), "INVALID_VALUE", "owns.csv:2 [share]"),
        ("owns.csv", format!("{owns}o1,e1,e2,half,s1\n"), "INVALID_VALUE", "owns.csv:2 [share]"),
        ("owns.csv", format!("{owns}o1,e1,e9,0.5,s1\n"), "UNKNOWN_REFERENCE", "owns.csv:2"),
        ("owns.csv", format!("{owns}o1,e1,e1,0.5,s1\n"), "TIE_TO_ITSELF", "owns.csv:2"),
        ("owns.csv", format!("{owns}o1,e1,e2,0.5,\n"), "SOURCE_MISSING", "owns.csv:2 [source]"),
        ("owns.csv", format!("{owns}o1,e1,e2,0.5,s9\n"), "UNKNOWN_REFERENCE", "owns.csv:2"),
        ("owns.csv", format!("{owns}o1,,e2,0.5,s1\n"), "REQUIRED_MISSING", "owns.csv:2 [from]"),
        ("member_of.csv", format!("{member}m1,e1,e2,LEAD,s1\n"), "FORBIDDEN_ENDS", "member_of.csv:2"),
        ("member_of.csv", format!("{member}m1,e1,e2,BOSS,s1\n"), "INVALID_VALUE", "member_of.csv:2 [role]"),
        (
            "enterprises.csv",
            firm("e3,,LIMITED_LIABILITY,ACTIVE,YES,,s1"),
            "REQUIRED_MISSING",
            "enterprises.csv:4 [nameZh]",
        ),
        ("enterprises.csv", firm("e3,示例三,,ACTIVE,YES,,s1"), "REQUIRED_MISSING", "enterprises.csv:4 [legalForm]"),
        (
            "enterprises.csv",
            firm("e3,示例三,GROUP,ACTIVE,MAYBE,,s1"),
            "INVALID_VALUE",
            "enterprises.csv:4 [isLegalPerson]",
        ),
        (
            "enterprises.csv",
            firm("e3,示例三,GROUP,ACTIVE,YES,2001-13,s1"),
            "INVALID_VALUE",
            "enterprises.csv:4 [registeredOn]",
        ),
        ("enterprises.csv", firm("e1,示例三,GROUP,ACTIVE,YES,,s1"), "DUPLICATE_KEY", "enterprises.csv:4 [key]"),
        ("enterprises.csv", firm("e 3,示例三,GROUP,ACTIVE,YES,,s1"), "INVALID_KEY", "enterprises.csv:4"),
        (
            "enterprises.csv",
            firm(&format!("e3,{},GROUP,ACTIVE,YES,,s1", "长".repeat(90))),
            "TOO_LARGE",
            "enterprises.csv:4 [nameZh]",
        ),
        ("enterprises.csv", firm("e3,\"示例\u{7}三\",GROUP,ACTIVE,YES,,s1"), "INVALID_NAME", "enterprises.csv:4"),
        (
            "identifiers.csv",
            "key,entity,scheme,value,source\ni1,e1,USCC,91350100M000100Y44,s1\n".into(),
            "INVALID_IDENTIFIER",
            "identifiers.csv:2",
        ),
        (
            "identifiers.csv",
            "key,entity,scheme,value,source\ni1,e1,NUMBER,5,s1\n".into(),
            "INVALID_VALUE",
            "identifiers.csv:2 [scheme]",
        ),
        (
            "identifiers.csv",
            "key,entity,scheme,value,source\ni1,e1,ROR,x,s1\ni2,e2,ROR,x,s1\n".into(),
            "IDENTIFIER_TAKEN",
            "identifiers.csv:3",
        ),
        (
            "names.csv",
            "key,entity,text,language,kind,source\nn1,e1,示例,fr,SHORT,s1\n".into(),
            "INVALID_VALUE",
            "names.csv:2 [language]",
        ),
        (
            "names.csv",
            "key,entity,text,language,kind,validFrom,validTo,source\nn1,e1,示例,zh,FORMER,2020,2010,s1\n".into(),
            "VALIDITY_REVERSED",
            "names.csv:2",
        ),
        (
            "statements.csv",
            "key,entity,attribute,value,source\nt1,e1,colour,red,s1\n".into(),
            "UNKNOWN_COLUMN",
            "statements.csv:2",
        ),
        (
            "statements.csv",
            "key,entity,attribute,value,source\nt1,e1,registeredCapital,much,s1\n".into(),
            "INVALID_VALUE",
            "statements.csv:2",
        ),
        (
            "statements.csv",
            "key,entity,attribute,value,source,confidence\nt1,e1,website,x,s1,1001\n".into(),
            "INVALID_VALUE",
            "statements.csv:2 [confidence]",
        ),
        (
            "certifications.csv",
            "key,holder,scheme,authority,issuedOn,validFrom,status,source\nc1,e1,NOTHING,局,2020,2020,VALID,s1\n"
                .into(),
            "UNKNOWN_REFERENCE",
            "certifications.csv:2",
        ),
        (
            "sources.csv",
            "key,kind,issuer,title,grade\ns1,POLICY,示例局,示例文件,A\n".into(),
            "SOURCE_UNTRACEABLE",
            "sources.csv:2",
        ),
        (
            "sources.csv",
            "key,kind,issuer,title,docNo,grade\ns1,POLICY,示例局,示例文件,1,D\n".into(),
            "INVALID_VALUE",
            "sources.csv:2 [grade]",
        ),
    ];
    for (file, text, code, place) in cases {
        let said = refused(file, &text);
        assert!(
            said.contains(&(code.to_owned(), place.to_owned())),
            "{file}: expected {code} at {place}, said {said:?}"
        );
    }
    let circle = "key,from,to,source\np1,r1,r2,s1\np2,r2,r1,s1\n";
    let set = [("sources.csv", SOURCES), ("regions.csv", regions), ("part_of.csv", circle)];
    assert_eq!(refusals(&set), [("CIRCULAR".to_owned(), "part_of.csv:3".to_owned())]);
    let twice = format!("{located}l1,e1,r1,JURISDICTION,2010,2019-03-01,s1\nl2,e1,r2,JURISDICTION,2019-02-01,,s1\n");
    let set =
        [("sources.csv", SOURCES), ("enterprises.csv", FIRMS), ("regions.csv", regions), ("located_in.csv", &twice)];
    assert_eq!(refusals(&set), [("OVERLAPPING_VALIDITY".to_owned(), "located_in.csv:3".to_owned())]);
    let moved = twice.replace("2019-02-01", "2019-03-01");
    let set =
        [("sources.csv", SOURCES), ("enterprises.csv", FIRMS), ("regions.csv", regions), ("located_in.csv", &moved)];
    assert_eq!(refusals(&set), []);
    let mismatch =
        [("sources.csv", SOURCES), ("enterprises.csv", FIRMS), ("regions.csv", &regions.replace("r1", "e1"))];
    assert_eq!(refusals(&mismatch)[0].0, "DUPLICATE_KEY");
}

#[test]
fn bytes_that_are_no_text() {
    let mut given = files(&[("sources.csv", SOURCES)]);
    given.push(InputFile {
        label: "enterprises.csv".into(),
        name: "enterprises.csv".into(),
        bytes: vec![0xc0, 0xaf, 0xff],
    });
    let reading = read_folder(&given, &LIMITS);
    assert_eq!(reading.refusals[0].rejection.code(), "NOT_UTF8");
    let large =
        InputFile { label: "funds.csv".into(), name: "funds.csv".into(), bytes: vec![b'x'; LIMITS.file_bytes + 1] };
    assert_eq!(read_folder(&[large], &LIMITS).refusals[0].rejection.code(), "TOO_LARGE");
}

#[test]
fn rows_add_up() {
    let reading = read_folder(
        &files(&[("sources.csv", SOURCES), ("enterprises.csv", &format!("{FIRMS}e3,,GROUP,ACTIVE,YES,,s1\n\n"))]),
        &LIMITS,
    );
    assert_eq!(reading.rows, 4);
    assert_eq!(reading.commands.len(), 3);
    assert_eq!(reading.refusals.len(), 1);
}

#[test]
fn people_are_sealed_on_their_way_in() {
    let people = "key,nameZh,role,title,phone,source\np-1,示例专家甲,EXPERT,教授,13800001234,s1\n";
    let works = "key,from,to,post,source\nw-1,p-1,e1,顾问,s1\n";
    let given =
        files(&[("sources.csv", SOURCES), ("enterprises.csv", FIRMS), ("people.csv", people), ("works_at.csv", works)]);
    let reading = read_folder(&given, &LIMITS);
    assert_eq!(reading.refusals, []);
    let (_, commands): (Vec<Place>, Vec<_>) = reading.commands.into_iter().unzip();
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty store opens");
    // What a plan tells of a new person is no name of theirs, and the same plan has the same id each time.
    let limits = PlanLimits { refusals: 10, changes: 10 };
    let order = Order { input: [7; 32], ..Order::of_keeper("test") };
    let plan = || engine.plan(&order, &commands, limits, &mut |_, _| true).expect("it can be planned");
    let (first, second) = (plan(), plan());
    assert_eq!((&first.id, first.refused_count), (&second.id, 0));
    assert!(!format!("{first:?}").contains("示例专家甲"), "{first:?}");
    let commands: std::sync::Arc<[_]> = commands.into();
    let id = first.id.expect("nothing is refused");
    let applied = engine.import(&order, &commands, Some(&id), &mut |_, _| true).expect("exactly that is carried out");
    assert!(applied.changed > 0);
    let view = engine.view();
    let sealed = view.state().sealed().count();
    assert_eq!(sealed, 2, "a name and a telephone number");
    let again = engine.execute("test", &commands, &mut |_, _| true).expect("the same is accepted");
    assert_eq!(again.changed, 0);
}
