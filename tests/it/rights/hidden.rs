//! The hidden facts of county B: every sort there is, each so that it touches what others see.

use serde_json::Value;

use super::stores::{STEWARD, Store};

/// What everybody is told of, in both stores, on which hidden facts can hang.
pub const SHARED: &[(&str, &str)] = &[
    (
        "demands",
        "key,nameZh,kind,problem,budget,publishedOn,visibility,status,source
        dem-x-anon,示例匿名需求（示例）,TECH,需要一种隔膜的耐热涂层工艺,900000,2021-04-01,ANONYMOUS,OPEN,src-demand
        dem-x-here,示例东城区的匿名需求（示例）,TECH,需要一种层析介质,300000,2021-04-05,ANONYMOUS,OPEN,src-demand",
    ),
    // It lies in county A; whose it is, somebody of county B, is hidden.
    ("located_in", "key,from,to,role,source\nx-loc-here,dem-x-here,990101,JURISDICTION,src-registry"),
    ("classified_as", "key,from,to,source\nx-cls-anon,dem-x-anon,HT8L2:601,src-field"),
    (
        "terms",
        "key,nameZh,scheme,code,source
        term-x-ind,示例指标甲,INDICATOR,X1,src-field",
    ),
    (
        "honors",
        "key,holder,kind,title,amount,grantedOn,source
        x-hon,ent-zhengli,REWARD,示例研发后补助,200000,2021-02-01,src-registry",
    ),
    (
        "collaborations",
        "key,nameZh,kind,signedOn,amount,status,source
        col-x-b,示例平川两家的联合试制（示例）,DEV_JOINT,2021-03-01,500000,ACTIVE,src-contract",
    ),
    (
        "participates_in",
        "key,from,to,role,source
        x-par-1,ent-zhengli,col-x-b,LEAD,src-contract
        x-par-2,ent-moyuan,col-x-b,PARTNER,src-contract",
    ),
];

/// People of B: one goes by the name of a firm of A, holds shares of one, takes part in its work.
const PEOPLE: &[(&str, &str)] = &[
    (
        "works_at",
        "key,from,to,since,post,source
        x-wrk-1,per-x-1,ent-zhengli,2019-01-01,密岗位,src-registry
        x-wrk-2,per-x-2,ent-moyuan,2019-01-01,密岗位乙,src-registry",
    ),
    ("owns", "key,from,to,since,share,source\nx-own,per-x-1,ent-dinghe,2019-01-01,0.03,src-registry"),
    ("participates_in", "key,from,to,role,source\nx-par-3,per-x-1,col-003,PARTNER,src-contract"),
    ("has_achievement", "key,from,to,rank,source\nx-ach,per-x-1,ach-mk-zuoji,3,src-achv"),
    ("classified_as", "key,from,to,source\nx-cls-per,per-x-1,HT8L2:601,src-field"),
    ("located_in", "key,from,to,role,source\nx-loc-per,per-x-1,990101,REGISTERED,src-registry"),
    (
        "names",
        "key,entity,text,language,kind,source
        x-nam-1,per-x-1,示例康苗,zh,ALIAS,src-website",
    ),
];

/// Demands of B that are for the bureau, not published, or whose owner is not told.
const DEMANDS: &[(&str, &str)] = &[
    (
        "demands",
        "key,nameZh,nameEn,kind,problem,indicators,budget,publishedOn,visibility,status,source
        dem-x-1,示例密封量子隔膜难题（示例）,Secret separator,TECH,量子咬合隔膜的耐热涂层、固态电解质界面阻抗、高速涂布掉粉,咬合度≥九成,7777777,2021-04-02,BUREAU_ONLY,OPEN,src-demand
        dem-x-2,高安全陶瓷涂覆隔膜的国产化（示例）,Secret twin,TECH,同名而不公开的需求，涉及隔膜涂覆,隔膜,123456,2021-04-03,BUREAU_ONLY,MATCHING,src-demand
        dem-x-3,示例待审需求（示例）,Secret draft,TECH,疫苗佐剂与冷链，尚未审核,疫苗,55555,2021-04-04,PUBLIC,DRAFT,src-demand",
    ),
    (
        "has_demand",
        "key,from,to,rank,source
        x-hd-1,ent-zhengli,dem-x-1,1,src-demand
        x-hd-2,ent-moyuan,dem-x-2,1,src-demand
        x-hd-3,ent-runjie,dem-x-3,1,src-demand
        x-hd-4,ent-runjie,dem-x-anon,1,src-demand
        x-hd-5,ent-runjie,dem-x-here,1,src-demand",
    ),
    (
        "classified_as",
        "key,from,to,source
        x-cls-1,dem-x-1,HT8L2:601,src-field
        x-cls-2,dem-x-2,HT8L2:601,src-field",
    ),
    ("located_in", "key,from,to,role,source\nx-loc-1,dem-x-1,990103,JURISDICTION,src-registry"),
    (
        "identifiers",
        "key,entity,scheme,value,source
        x-id-1,dem-x-1,CONTRACT_REG_NO,MI-2021-001,src-demand",
    ),
];

/// Records of B of every kind that is not public, with what is restricted among them.
const RECORDS: &[(&str, &str)] = &[
    (
        "year_figures",
        "key,organization,year,figuresBasis,revenue,rdExpense,staff,taxPaid,source
        x-fig-1,ent-zhengli,2020,DECLARED,812000000,31000000,420,9100000,src-yearreport
        x-fig-2,ent-zhengli,2020,TAX,811000000,30000000,420,9090000,src-yearreport
        x-fig-3,ent-moyuan,2020,DECLARED,99000000,4000000,88,700000,src-yearreport",
    ),
    (
        "work_items",
        "key,subject,kind,title,department,assignee,openedOn,dueOn,status,log,source
        x-wrk-a,ent-zhengli,EXPRESS_REQUEST,密件：用地诉求,oth-bank,per-x-1,2021-03-01,2021-04-01,OPEN,2021-03-02 示例走访 @示例秘某甲,src-survey
        x-wrk-b,990103,SUPERVISION,密件：县区督查问题,oth-kjj,,2021-03-01,2021-06-01,OPEN,,src-survey",
    ),
    (
        "register_entries",
        "key,organization,register,stage,validFrom,source
        x-reg-1,ent-moyuan,HNTE_RESERVE,密阶段,2021-01-01,src-survey",
    ),
    (
        "applications",
        "key,organization,scheme,batch,stage,submittedOn,source
        x-app-1,ent-moyuan,HNTE,密批次,COUNTY_REVIEW,2021-05-01,src-survey",
    ),
    (
        "reports",
        "key,region,indicator,asOf,value,status,note,source
        x-rep-1,990103,X1,2021-06-30,12,SUBMITTED,密说明,src-survey",
    ),
    (
        "match_feedback",
        "key,wish,candidate,shownOn,decision,rejectionReason,source
        x-fb-1,ent-zhengli,inst-sgu,2021-05-02,REJECTED,密原因,src-survey",
    ),
    (
        "statements",
        "key,entity,attribute,value,source
        x-st-1,ent-zhengli,agreesToApps,NO,src-registry",
    ),
];

/// What is restricted, hidden from those too who may see what is internal.
pub const RESTRICTED: &[(&str, &str)] = &[(
    "year_figures",
    "key,organization,year,figuresBasis,revenue,taxPaid,source
    x-fig-4,ent-kangmiao,2020,TAX,611000000,8090000,src-yearreport
    x-fig-5,ent-moyuan,2020,TAX,98000000,690000,src-yearreport",
)];

/// What is entered in both stores after what is hidden: public facts of both counties.
pub const AFTERWARDS: &[(&str, &str)] = &[
    (
        "names",
        "key,entity,text,language,kind,source
        y-nam-1,ent-zhengli,示例正理新材,zh,ALIAS,src-website
        y-nam-2,ent-kangmiao,示例康苗疫苗,zh,ALIAS,src-website",
    ),
    (
        "statements",
        "key,entity,attribute,value,source
        y-st-1,ent-moyuan,website,https://moyuan.example.invalid/,src-website",
    ),
    ("supplies", "key,from,to,since,product,source\ny-sup,ent-moyuan,ent-kangmiao,2021-07-01,示例样品,src-survey"),
];

/// Words that are looked for: pieces of names, codes, texts, hidden and not.
pub const WORDS: &[&str] = &[
    "示例",
    "隔膜",
    "量子",
    "量子咬合隔膜",
    "密封",
    "密件",
    "秘某甲",
    "示例秘某甲",
    "示例康苗",
    "康苗",
    "疫苗",
    "涂覆",
    "高安全陶瓷涂覆隔膜",
    "固态电解质",
    "需求",
    "匿名需求",
    "待审",
    "Secret",
    "secret twin",
    "mimou",
    "slmmj",
    "MI-2021-001",
    "dem-x-1",
    "per-x-1",
    "x-fig-1",
    "正理",
    "墨源",
    "咬合度",
    "电解质界面阻抗降低",
    "平川",
    "冷链",
    "工业大学",
];

/// Enter what is hidden of county B, and put right and take back some of it.
pub fn enter(store: &Store) {
    // No file of the import format takes people.
    for (key, zh, en) in
        [("per-x-1", "示例秘某甲", "Secret Person"), ("per-x-2", "示例康苗生物制品股份有限公司", "Secret Twin")]
    {
        store.write(&format!(
            r#"savePerson(input: {{key: "{key}", nameZh: "{zh}", nameEn: "{en}", source: "src-registry"}})"#
        ));
    }
    for tables in [PEOPLE, DEMANDS, RECORDS] {
        store.import(tables);
    }
    let first = |query: &str, pointer: &str| -> String {
        let data = store.data(STEWARD, query);
        let id = data.pointer(pointer).and_then(Value::as_str);
        id.unwrap_or_else(|| panic!("{query}: nothing at {pointer}: {data}")).to_owned()
    };
    let honor = first(
        r#"{ enterprise(by: {code: "ent-zhengli"}) { honors { edges { node { id } } } } }"#,
        "/enterprise/honors/edges/0/node/id",
    );
    store.write(&format!(r#"correct(id: "{honor}", input: {{values: [{{name: "paidOn", value: "2021-05-20"}}]}})"#));
    let part = first(
        r#"{ collaboration(by: {code: "col-x-b"}) { participants { edges { id } } } }"#,
        "/collaboration/participants/edges/0/id",
    );
    store.write(&format!(r#"correct(id: "{part}", input: {{values: [{{name: "share", value: "0.77"}}]}})"#));
    let figures = first(
        r#"{ yearFigures(filter: {organization: {code: "ent-zhengli"}, figuresBasis: [DECLARED], year: {from: 2020, to: 2020}, revenue: {from: "812000000", to: "812000001"}}) { edges { node { id } } } }"#,
        "/yearFigures/edges/0/node/id",
    );
    store.write(&format!(r#"correct(id: "{figures}", input: {{values: [{{name: "revenue", value: "812000001"}}]}})"#));
    let item = first(
        r#"{ workItems(filter: {subject: {code: "ent-zhengli"}}) { edges { node { id } } } }"#,
        "/workItems/edges/0/node/id",
    );
    store.write(&format!(r#"retract(id: "{item}", reason: "密件：录错")"#));
}

/// Enter what is restricted, of both counties.
pub fn enter_restricted(store: &Store) {
    store.import(RESTRICTED);
    let figures = r#"{ yearFigures(filter: {organization: {code: "ent-zhengli"}, figuresBasis: [DECLARED], year: {from: 2020, to: 2020}, revenue: {from: "812000000", to: "812000001"}}) { edges { node { id } } } }"#;
    let data = store.data(STEWARD, figures);
    let id = data.pointer("/yearFigures/edges/0/node/id").and_then(Value::as_str).expect("declared figures");
    store.write(&format!(r#"correct(id: "{id}", input: {{values: [{{name: "taxPaid", value: "1234567"}}]}})"#));
}
