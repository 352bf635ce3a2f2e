//! `dataQuality`: what is doubtful about the facts that are held, as alerts. The rules are the pure
//! table of `programme::quality`; here the nodes are chosen and the findings put into words.

use std::sync::Arc;

use super::{after, search};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::page::Page;
use crate::api::types::resolve::Args;
use crate::api::types::{inputs, page, value, whereabouts};
use crate::config::Limits;
use crate::domain::{Attribute, Kind, ValueType};
use crate::graph::EntityRow;
use crate::programme::quality::{self, Alert, QualityRule, RULES, Severity, Thresholds};

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;
/// Others that one alert names.
const MOST_OTHERS: usize = 20;
/// Fields that one alert names.
const MOST_FIELDS: u32 = 50;

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let declared = FieldDef::new(
        "dataQuality",
        "QualityAlertConnection!",
        "数据质量：缺信用代码、校验不符、互相矛盾、疑似重复、没有归口、必填未知、有效期可疑、分类版本可疑、长期未更新、未核对，逐条给出规则、对象、发现和办法",
        "What is doubtful about the facts held, alert by alert: the rule, where it struck, what was found, what would help",
        data_quality,
    )
    .cost(200)
    .scan()
    .arg("rules", "[QualityRule!]", "只按这些规则查；不填为全部", "Only these rules; all where nothing is given")
    .arg("kinds", "[NodeKind!]", "只查这些种类的对象；不填为全部", "Only nodes of these kinds; all where nothing is given")
    .arg(
        "region",
        "Reference",
        "只查位于此地区（含下辖地区）的对象",
        "Only nodes that are in this region or one below it",
    )
    .first(PAGE, limits.page);
    vec![after(declared)]
}

fn data_quality(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let names = args.names("rules");
    let wanted = |rule: &&QualityRule| names.is_empty() || names.iter().any(|name| name == rule.name);
    let rules: Vec<&'static QualityRule> = RULES.iter().filter(wanted).collect();
    let region = args.get("region").map(|given| inputs::reference(&given)).transpose()?;
    let region = region.map(|reference| find(cx, &reference, &[Kind::Region])).transpose()?;
    let mut kinds = search::kinds(args, "kinds");
    if kinds.is_empty() {
        kinds = Kind::all().collect();
    }
    let lies_there = |node: &EntityRow| region.is_none_or(|region| whereabouts::lies_in(cx, *node, region));
    let all = kinds.into_iter().flat_map(|kind| cx.lens.nodes(kind));
    let nodes = all.take_while(|_| !cx.lens.budget().is_spent()).filter(lies_there);
    let mut found = quality::scan(cx.lens, &rules, nodes, Thresholds::shipped());
    found.sort_by_cached_key(|alert| key(cx, alert));
    let asked = ["rules", "kinds", "region"].map(|name| args.get(name));
    let scope = format!("dataQuality/{asked:?}/{}/{:?}", cx.lens.day, cx.lens.rights());
    let ty = search::place(cx, "QualityAlert");
    let key = |number: usize| found.get(number).map_or_else(String::new, |alert| key(cx, alert));
    let object = |number: usize| Object::Data(ty, Arc::new(found.get(number).cloned()));
    let page = page::cut(cx, args, &scope, "QualityAlertEdge", (found.len(), &key, &object))?;
    let tally = |rule: &&QualityRule| {
        let count = found.iter().filter(|alert| alert.rule.name == rule.name).count();
        (rule.name, count)
    };
    let tallies = rules.iter().map(tally).filter(|(_, count)| *count > 0).collect();
    Ok(cx.types.data("QualityAlertConnection", Page { tallies, ..page }))
}

/// Rule by rule in the order of the table, then node by node in order of entry.
fn key(cx: &Cx<'_>, alert: &Alert) -> String {
    let rank = RULES.iter().position(|rule| rule.name == alert.rule.name).unwrap_or(RULES.len());
    let record = alert.finding.record.map(|(_, id)| id.to_string()).unwrap_or_default();
    format!("{rank:02}{}{record}{}", cx.lens.id(alert.node), alert.finding.zh)
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let rule = |rule: &QualityRule| (rule.name.to_owned(), rule.zh.to_owned(), rule.en.to_owned());
    let severity = |row: &(Severity, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![
        EnumDef {
            name: "QualityRule".into(),
            zh: "数据质量的规则".into(),
            en: "A rule by which facts are found doubtful".into(),
            values: RULES.iter().map(rule).collect(),
        },
        EnumDef {
            name: "AlertSeverity".into(),
            zh: "提醒的轻重".into(),
            en: "How much an alert matters".into(),
            values: Severity::ALL.iter().map(severity).collect(),
        },
    ]
}

/// What an alert says, read from what was found.
fn said(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &Alert) -> Out + Send + Sync + 'static,
) -> FieldDef {
    field(name, ty, zh, en, move |cx: &Cx<'_>, alert: &Option<Alert>, _: &Args<'_>| {
        Ok(alert.as_ref().map_or(Out::Null, |alert| read(cx, alert)))
    })
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let alert = TypeDef::new(
        "QualityAlert",
        "一条数据质量提醒：哪条规则、哪个对象或记录、发现了什么、怎么办；只提醒，从不改数据",
        "One alert: which rule, which node or record, what was found, what would help. Nothing is ever corrected by it",
        vec![
            said("rule", "QualityRule!", "哪条规则", "Which rule", |_, alert| Out::code(alert.rule.name)),
            said("ruleZh", "String!", "规则的中文说明", "The rule in Chinese", |_, alert| {
                Out::text(alert.rule.zh)
            }),
            said("severity", "AlertSeverity!", "轻重", "How much it matters", |_, alert| {
                Out::code(alert.rule.severity.words().0)
            }),
            said("severityZh", "String!", "轻重（中文）", "How much it matters, in Chinese", |_, alert| {
                Out::text(alert.rule.severity.words().1)
            }),
            said("node", "Node!", "所涉对象", "The node it is about, or whose record it is about", |_, alert| {
                Out::Object(Object::Node(alert.node))
            }),
            said(
                "recordId",
                "ID",
                "所涉记录的编号；只关乎对象本身的为空",
                "The record it is about; empty where it is about the node itself",
                |_, alert| Out::option(alert.finding.record.map(|(_, id)| Out::text(id.to_string()))),
            ),
            said(
                "recordKindZh",
                "String",
                "所涉记录的种类",
                "What kind of record it is, in Chinese",
                |_, alert| Out::option(alert.finding.record.map(|(kind, _)| Out::text(kind.row().label_zh))),
            ),
            said("fields", "[String!]!", "所涉字段", "The fields concerned", |_, alert| {
                Out::List(alert.finding.fields.iter().map(|name| Out::text(*name)).collect())
            })
            .at_most(MOST_FIELDS),
            said("foundZh", "String!", "发现了什么", "What was found, in Chinese", |cx, alert| {
                Out::text(found_zh(cx, alert))
            }),
            said("foundEn", "String!", "发现了什么（英文）", "What was found, in English", |_, alert| {
                Out::text(alert.finding.en.as_str())
            }),
            said("remedyZh", "String!", "怎么办", "What would help, in Chinese", |_, alert| {
                Out::text(alert.rule.remedy_zh)
            }),
            said("remedyEn", "String!", "怎么办（英文）", "What would help, in English", |_, alert| {
                Out::text(alert.rule.remedy_en)
            }),
            said("others", "[Node!]!", "同时涉及的其他对象", "Others concerned", |_, alert| {
                let others = alert.finding.others.iter().take(MOST_OTHERS);
                Out::List(others.map(|other| Out::Object(Object::Node(*other))).collect())
            })
            .at_most(MOST_OTHERS as u32),
        ],
    );
    let words = ("数据质量提醒", "Alerts about the data");
    vec![
        alert,
        page::connection_with("QualityAlertConnection", "QualityAlertEdge", words, vec![by_rule()]),
        count_of_rule(),
        page::edge("QualityAlertEdge", "QualityAlert", "数据质量提醒", "An alert about the data"),
    ]
}

/// How many alerts of all pages each rule has.
fn by_rule() -> FieldDef {
    field(
        "byRule",
        "[QualityCount!]!",
        "全部页中每条规则各有多少条提醒，按规则的次序；没有提醒的规则不列",
        "How many alerts of all pages each rule gives, in the order of the rules; rules without any are left out",
        |cx, page: &Page, _: &Args<'_>| {
            Ok(Out::List(page.tallies.iter().map(|tally| cx.types.data("QualityCount", *tally)).collect()))
        },
    )
    .at_most(u32::try_from(RULES.len()).unwrap_or(u32::MAX))
}

fn count_of_rule() -> TypeDef {
    type Tally = (&'static str, usize);
    let rule = |tally: &Tally| RULES.iter().find(|rule| rule.name == tally.0);
    TypeDef::new(
        "QualityCount",
        "一条规则的提醒数",
        "How many alerts a rule gives",
        vec![
            field("rule", "QualityRule!", "哪条规则", "Which rule", |_, tally: &Tally, _: &Args<'_>| {
                Ok(Out::code(tally.0))
            }),
            field(
                "ruleZh",
                "String!",
                "规则的中文说明",
                "The rule in Chinese",
                move |_, tally: &Tally, _: &Args<'_>| Ok(Out::option(rule(tally).map(|rule| Out::text(rule.zh)))),
            ),
            field(
                "count",
                "Int!",
                "多少条。单位：条",
                "How many. Unit: alerts",
                |_, tally: &Tally, _: &Args<'_>| Ok(Out::count(tally.1)),
            ),
        ],
    )
}

/// The sentence, and the values that differ with their labels.
fn found_zh(cx: &Cx<'_>, alert: &Alert) -> String {
    let values = alert.finding.values.iter().map(|(attribute, values)| {
        let words: Vec<String> = values.iter().map(|one| value::words(cx, attribute, one)).collect();
        format!("{}：{}{}", label(attribute.zh), words.join(" / "), unit(attribute))
    });
    let values: Vec<String> = values.collect();
    if values.is_empty() {
        alert.finding.zh.clone()
    } else {
        format!("{}（{}）", alert.finding.zh, values.join("；"))
    }
}

/// The unit of what stands as a bare number.
fn unit(attribute: &Attribute) -> &'static str {
    match attribute.value_type {
        ValueType::Money => " 元",
        ValueType::Area => " 平方米",
        _ => "",
    }
}

/// A label up to its first mark: the name of a field and not its explanation.
fn label(words: &str) -> &str {
    words.split(['，', '；', '：', '（', '、']).next().unwrap_or(words)
}
