//! The types of statistics, and the field `facets` that every list has.

use std::sync::Arc;

use super::counted::Counted;
use super::def::{Cx, EnumDef, FieldDef, InputDef, Out, TypeDef, field};
use super::figures;
use super::inputs::input_field;
use super::opening::Opening;
use super::page::{self, Page};
use super::resolve::Args;
use super::statistics::{self, Asked, Cell, MOST_KEYS, MOST_SUMS, Statistics, Sum};
use crate::domain::ValueType;
use crate::domain::provenance::FIGURES_BASES;
use crate::domain::value::decimal;

/// Cells of facets where `first` is not given.
const FACETS: u32 = 20;

/// Bases of yearly figures.
const MOST_BASES: u32 = FIGURES_BASES.len() as u32;

/// How keys are written, in both languages.
pub const KEYS: (&str, &str) = (
    "可用的键：字段名（代码、是否、整数、条目、对象），日期字段加 .year（如 signedOn.year），region（归口管理区域；需求、成果随所属单位，合作随参加的企业，几个地区的每格各计一次），regionAt:COUNTY（上级地区），field:体系、field:体系:top（所属条目），mapped:体系（对照到的条目），tier（最高资质），nodeKind，tied:MEMBER_OF（这种关系的另一端，如所在的联盟），partyRegions（合作各方所在地区的两两组合，如 990103+990171），资质另有 state（证书状态）、expires.year（到期年份）",
    "Keys: an attribute that holds a code, an answer, a whole number, a term or a node; a date as signedOn.year; region for the jurisdiction, of demands and results that of their holders, of collaborations that of the firms in them, each of several; regionAt:COUNTY for what lies above it; field:SCHEME or field:SCHEME:top for its terms; mapped:SCHEME for those they map to; tier; nodeKind; tied:MEMBER_OF for the other ends of such ties, such as its alliances; partyRegions for pairs of regions that parties to a collaboration lie in, such as 990103+990171; of certificates also state and expires.year",
);

/// The arguments `sums` and `after`.
pub fn counted_by(field: FieldDef) -> FieldDef {
    field
        .arg(
            "sums",
            "[String!]",
            format!("要求和的字段：金额、面积、整数，最多 {MOST_SUMS} 个"),
            format!("Attributes to add up: money, areas, whole numbers, {MOST_SUMS} at most"),
        )
        .arg("after", "String", "接着上一页：上一页的 endCursor", "Cursor of the last cell of the page before")
}

/// The field of a list that counts it.
pub fn facets(most: u32) -> FieldDef {
    let read = |cx: &Cx<'_>, page: &Page, args: &Args<'_>| {
        let Some(listed) = &page.listed else { return Ok(Out::Null) };
        let asked = Asked::read(listed.counted, &args.names("keys"), &args.names("sums"))?;
        statistics::count(cx, args, listed, &asked)
    };
    let declared = field(
        "facets",
        "Statistics",
        "本列表（全部页）按键分格计数，与 statistics 同一算法",
        "The whole list counted by one or two keys, by the same rules as statistics",
        read,
    );
    counted_by(declared.cost(5).walk().arg(
        "keys",
        "[String!]!",
        format!("一个或两个键。{}", KEYS.0),
        format!("One or two keys. {}", KEYS.1),
    ))
    .first(FACETS, most)
}

/// What can be counted.
pub fn enums() -> Vec<EnumDef> {
    let value = |counted: Counted| {
        let (zh, en) = counted.label();
        (counted.code(), format!("{zh}，由 {} 列出", counted.field()), format!("{en}, listed by {}", counted.field()))
    };
    let mut all = figures::enums();
    all.push(EnumDef {
        name: "StatisticsOf".into(),
        zh: "统计什么：一种对象或一种记录".into(),
        en: "What is counted: nodes of a kind, or records of a kind".into(),
        values: Counted::all().map(value).collect(),
    });
    all
}

/// The filter of statistics: that of the list that is counted.
pub fn inputs() -> Vec<InputDef> {
    let of = |counted: Counted| {
        let (zh, en) = counted.label();
        input_field(
            counted.field(),
            counted.filter(),
            format!("统计{zh}时的筛选条件"),
            format!("What to narrow by where {} are counted", en.to_lowercase()),
        )
    };
    vec![
        InputDef {
            name: "StatisticsFilter".into(),
            zh: "统计的筛选条件：用所统计列表的名字写出它的筛选条件".into(),
            en: "What is counted is narrowed by: the filter of the list counted, under the name of that list".into(),
            one_of: true,
            fields: Counted::all().map(of).collect(),
        },
        InputDef {
            name: "InGroup".into(),
            zh: "统计中的一组：键与值".into(),
            en: "A group of statistics: a key and a value".into(),
            one_of: false,
            fields: vec![
                input_field(
                    "key",
                    "String!",
                    "分组键，写法同 statistics 的 groupBy",
                    "The key, as statistics takes it",
                ),
                input_field(
                    "value",
                    "String!",
                    "组的值，即单元格中的 value；UNKNOWN 为未知",
                    "The value of the group as its cells give it; UNKNOWN where nobody knows",
                ),
            ],
        },
    ]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![answer(), cell(), group(), sum(), opening()]
}

fn sums(cx: &Cx<'_>, all: &[Sum]) -> Out {
    Out::List(all.iter().map(|sum| cx.types.data("StatisticsSum", sum.clone())).collect())
}

fn count(count: Option<usize>) -> Out {
    Out::option(count.map(Out::count))
}

fn answer() -> TypeDef {
    let fields = vec![
        field(
            "total",
            "Int",
            "总数：每个对象只计一次；空为依规不公布。单位：个",
            "How many in all, each once; empty where withheld. Unit: things",
            |_, all: &Statistics, _| Ok(count(all.total)),
        ),
        field(
            "sums",
            "[StatisticsSum!]!",
            "全部的合计",
            "The sums over all that was counted",
            |cx, all: &Statistics, _| Ok(sums(cx, &all.sums)),
        )
        .at_most(MOST_SUMS as u32),
        field(
            "cells",
            "[StatisticsCell!]!",
            "本页的单元格；没有对象的格不列出",
            "Cells of this page; empty ones are not listed",
            |_, all: &Statistics, _| {
                Ok(Out::List(all.page.edges.iter().map(|edge| Out::Object(edge.object.clone())).collect()))
            },
        ),
        field(
            "cellCount",
            "Int!",
            "单元格总数。单位：格",
            "How many cells all pages have. Unit: cells",
            |_, all: &Statistics, _| Ok(Out::count(all.cells)),
        ),
        field(
            "definition",
            "String!",
            "统计口径（中文）",
            "What was counted and how, in Chinese",
            |_, all: &Statistics, _| Ok(Out::text(all.definition.0.as_str())),
        ),
        field(
            "definitionEn",
            "String!",
            "统计口径（英文）",
            "What was counted and how, in English",
            |_, all: &Statistics, _| Ok(Out::text(all.definition.1.as_str())),
        ),
        field(
            "asOf",
            "Date!",
            "按哪一天的事实统计",
            "The day whose facts were counted",
            |_, all: &Statistics, _| Ok(Out::text(all.day.to_string())),
        ),
        field(
            "sourceCount",
            "Int!",
            "所统计的对象或记录来自多少个来源。单位：个",
            "Different sources of what was counted. Unit: sources",
            |_, all: &Statistics, _| Ok(Out::count(all.sources)),
        ),
        field(
            "latestSourceDate",
            "PartialDate",
            "其中最新的来源日期，即数据截至；空为来源都没有日期",
            "The latest date among those sources; empty where none is dated",
            |_, all: &Statistics, _| Ok(Out::option(all.latest.as_deref().map(Out::text))),
        ),
        field(
            "figuresBases",
            "[YearBasis!]!",
            "年度数据：实际计入的是哪些口径；其他对象为空",
            "Of yearly figures, the bases of the rows that were counted; empty for anything else",
            |_, all: &Statistics, _| Ok(Out::List(all.bases.iter().map(|name| Out::code(name)).collect())),
        )
        .at_most(MOST_BASES),
        field(
            "leftOut",
            "Int",
            "年度数据：因同一单位同一年已取另一条而没有计入的条数；空为依规不公布。单位：条",
            "Of yearly figures, rows that were not counted because another of the same holder and year was; empty where withheld. Unit: rows",
            |_, all: &Statistics, _| Ok(count(all.left_out)),
        ),
        field(
            "truncated",
            "Boolean!",
            "是否因超过允许的工作量或格数而不全",
            "Whether something was left out because too much would have been done",
            |_, all: &Statistics, _| Ok(Out::flag(all.truncated)),
        ),
        field("pageInfo", "PageInfo!", "分页信息", "Where this page of cells stands", |cx, all: &Statistics, _| {
            Ok(page::standing(cx, &all.page))
        }),
    ];
    TypeDef::new("Statistics", "一次统计：总数、合计与单元格", "A count: totals, sums and cells", fields)
}

fn cell() -> TypeDef {
    let fields = vec![
        field(
            "groups",
            "[StatisticsGroup!]!",
            "这一格是什么：每个键一项",
            "What stands in the cell: an entry a key",
            |cx, cell: &Arc<Cell>, _| {
                Ok(Out::List(cell.groups.iter().map(|group| cx.types.data("StatisticsGroup", group.clone())).collect()))
            },
        )
        .at_most(MOST_KEYS as u32),
        field(
            "count",
            "Int",
            "数量；空为依规不公布。单位：个",
            "How many; empty where withheld. Unit: things",
            |_, cell: &Arc<Cell>, _| Ok(count(cell.count)),
        ),
        field(
            "suppressed",
            "Boolean!",
            "是否依规不公布：少于 3 个，或会由合计推出",
            "Whether it is withheld: fewer than three, or to be worked out from a total",
            |_, cell: &Arc<Cell>, _| Ok(Out::flag(cell.count.is_none())),
        ),
        field("sums", "[StatisticsSum!]!", "这一格的合计", "The sums of the cell", |cx, cell: &Arc<Cell>, _| {
            Ok(sums(cx, &cell.sums))
        })
        .at_most(MOST_SUMS as u32),
        field(
            "opens",
            "StatisticsOpening",
            "打开这一格的列表；不公布的为空，在历史时刻（knownAt）的下级列表中也为空",
            "What lists the cell; empty where it is withheld, and below a list of an earlier moment (knownAt)",
            |cx, cell: &Arc<Cell>, _| {
                let here = Arc::clone(cell);
                Ok(if cell.opens.is_some() { cx.types.data("StatisticsOpening", here) } else { Out::Null })
            },
        ),
    ];
    TypeDef::new("StatisticsCell", "统计的一格", "A cell of a count", fields)
}

fn group() -> TypeDef {
    let part = |name: &str, zh: &str, en: &str, place: usize| {
        field(name, "String!", zh, en, move |_, group: &[String; 4], _| {
            Ok(Out::option(group.get(place).map(|text| Out::text(text.as_str()))))
        })
    };
    let fields = vec![
        part("key", "分组键", "Which key it is of", 0),
        part(
            "value",
            "稳定的值：代码、年份、数；UNKNOWN 为未知",
            "Stable value: a code, a year, a number; UNKNOWN where nobody knows",
            1,
        ),
        part("labelZh", "中文名称", "Its Chinese word", 2),
        part("labelEn", "英文名称；没有的用中文", "Its English word, the Chinese one where there is none", 3),
    ];
    TypeDef::new("StatisticsGroup", "一格在一个键上的值", "The value of a cell for one key", fields)
}

fn sum() -> TypeDef {
    let amount = |sum: &Sum| {
        let decimals = if matches!(sum.attribute.value_type, ValueType::Integer(..)) { 0 } else { 2 };
        sum.sum.map(|sum| Out::text(wide_decimal(sum, decimals)))
    };
    let fields = vec![
        field("attribute", "String!", "求和的字段", "Which attribute was added up", |_, sum: &Sum, _| {
            Ok(Out::text(sum.attribute.name))
        }),
        field(
            "sum",
            "Decimal",
            "合计，只加有值的；空为都没有值，或依规不公布。单位同该字段",
            "The sum of what is known; empty where nothing is, or where it is withheld. Unit: that of the attribute",
            move |_, sum: &Sum, _| Ok(Out::option(amount(sum))),
        ),
        field(
            "known",
            "Int",
            "有值的个数；空为依规不公布。单位：个",
            "How many had a value; empty where withheld. Unit: things",
            |_, sum: &Sum, _| Ok(count(sum.known)),
        ),
        field(
            "unitZh",
            "String!",
            "单位或说明（中文）",
            "Its unit or words, in Chinese",
            |_, sum: &Sum, _| Ok(Out::text(unit(sum).0)),
        ),
        field(
            "unitEn",
            "String!",
            "单位或说明（英文）",
            "Its unit or words, in English",
            |_, sum: &Sum, _| Ok(Out::text(unit(sum).1)),
        ),
    ];
    TypeDef::new("StatisticsSum", "一个字段的合计", "An attribute added up", fields)
}

/// A sum of many may be more than one value can be.
fn wide_decimal(number: i128, decimals: u32) -> String {
    if let Ok(number) = i64::try_from(number) {
        return decimal(number, decimals);
    }
    let unit = 10_i128.pow(decimals);
    let fraction = (number % unit).abs();
    format!("{}.{fraction:0width$}", number / unit, width = decimals.max(1) as usize)
}

/// The unit of a sum; whole numbers name theirs in their words.
fn unit(sum: &Sum) -> (&'static str, &'static str) {
    match sum.attribute.unit() {
        ("", _) => (sum.attribute.zh, sum.attribute.en),
        unit => unit,
    }
}

fn opening() -> TypeDef {
    let part = |name: &str, zh: &str, en: &str, part: fn(&Opening) -> &str| {
        field(name, "String!", zh, en, move |_, cell: &Arc<Cell>, _| {
            Ok(Out::option(cell.opens.as_ref().map(|opens| Out::text(part(opens)))))
        })
    };
    let fields = vec![
        part("field", "列表的字段名", "The root field that lists it", |opens| opens.field),
        part("filter", "该字段的 filter，JSON 文字", "The filter of that field, as JSON", |opens| &opens.filter),
        part(
            "document",
            "可直接执行的查询；用 first、after 翻页",
            "A document that lists it, paged by first and after",
            |opens| &opens.document,
        ),
        part("variables", "该查询的变量，JSON 文字", "The variables of that document, as JSON", |opens| {
            &opens.variables
        }),
    ];
    TypeDef::new(
        "StatisticsOpening",
        "怎样打开一格的列表：条数等于该格的数量",
        "How to list a cell: as many entries as it counts",
        fields,
    )
}
