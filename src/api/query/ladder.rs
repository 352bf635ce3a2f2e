//! `ladder`: who stood on which rung at the end of each year, who came, stayed, renewed and left, who rose,
//! and how long steps took. What that means is said by the pure room `programme::ladder`.

use std::sync::Arc;

use super::after;
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::page;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::Kind;
use crate::graph::EntityRow;
use crate::programme::ladder::{self, FLOWS, Flow, Rung, Year};

/// Rungs and schemes of one, at most.
const MOST_RUNGS: u32 = 12;
/// Years of one ladder, at most.
const MOST_YEARS: u32 = 12;
/// Pairs of rungs.
const MOST_PAIRS: u32 = 100;
/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;

type Climbed = Arc<ladder::Ladder>;

/// A rung by its place.
struct RungOf(Climbed, usize);

/// A year of a rung.
struct YearOf(Year);

/// Those who moved in one way, or made one step.
struct Movers {
    scope: String,
    who: Vec<EntityRow>,
}

/// Those who moved from one rung to another.
struct Moved {
    climbed: Climbed,
    from: Option<usize>,
    to: Option<usize>,
    who: Vec<EntityRow>,
}

/// A step and how long it took.
struct StrideOf(Climbed, usize);

/// A flow of a year.
struct FlowOf {
    flow: Flow,
    movers: Movers,
}

/// The root fields of this file.
pub fn fields() -> Vec<FieldDef> {
    vec![
        FieldDef::new(
            "ladder",
            "Ladder!",
            "梯次培育：各级每年末的存量，其间新增、续上、恢复、迁入、失效、撤销、迁出各多少；谁升了级；每一步要多久。重新认定不算新增，两份名单、两个口径不悄悄相连",
            "The ladder of enterprises: the stock of every rung at the end of each year and what moved in between, who rose, how long steps took. A renewal is never new, and series are never joined silently",
            read,
        )
        .cost(2_000)
        .scan()
        .arg("from", "Int!", "从哪一年（含）。单位：年", "From which year, included. Unit: year")
        .arg("to", "Int!", "到哪一年（含）；还没过完的按查询日期。单位：年", "To which year, included; one that has not ended is counted on the day asked for. Unit: year")
        .arg("region", "Reference", "归口在哪个地区（含下辖）；不填为全部", "Only those whom this region, or one below it, answers for; all where nothing is given"),
    ]
}

fn read(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let year = |name: &str| args.number(name).and_then(|year| i32::try_from(year).ok()).unwrap_or(0);
    let (from, to) = (year("from"), year("to"));
    if from > to || to.saturating_sub(from) >= MOST_YEARS as i32 || !(1950..=2100).contains(&from) {
        return Err(ApiError::new(
            "BAD_YEARS",
            format!("from 和 to 应是先后两年，最多 {MOST_YEARS} 年，如 2017 到 2021。"),
            format!("from and to are two years in order, at most {MOST_YEARS} of them, such as 2017 to 2021."),
        ));
    }
    let region = args.get("region").map(|given| inputs::reference(&given)).transpose()?;
    let region = region.map(|reference| find(cx, &reference, &[Kind::Region])).transpose()?;
    Ok(cx.types.data("Ladder", Arc::new(ladder::ladder(cx.lens, Rung::shipped(), region, (from, to)))))
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let flow = |row: &(Flow, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![EnumDef {
        name: "LadderFlowKind".into(),
        zh: "两个年末之间的变动".into(),
        en: "What moved between the ends of two years".into(),
        values: FLOWS.iter().map(flow).collect(),
    }]
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    vec![
        whole(),
        rung(),
        year(limits),
        flow(limits),
        transition(limits),
        stride(limits),
        page::connection("LadderListConnection", "LadderListEdge", "梯次中的单位", "Those on the ladder"),
        page::edge("LadderListEdge", "Node", "梯次中的单位", "Somebody on the ladder"),
    ]
}

/// A field that opens a number into its list.
fn list<T: std::any::Any + Send + Sync>(limits: &Limits, movers: fn(&T) -> Movers) -> FieldDef {
    let declared = field(
        "list",
        "LadderListConnection!",
        "名单",
        "The list that the number opens into",
        move |cx: &Cx<'_>, held: &T, args: &Args<'_>| {
            let Movers { scope, mut who } = movers(held);
            let order = |node: &EntityRow| format!("{}/{}", cx.lens.code(*node), cx.lens.id(*node));
            who.sort_by_cached_key(order);
            let key = |at: usize| who.get(at).map_or_else(String::new, order);
            let object =
                |at: usize| who.get(at).map_or(Object::Data(usize::MAX, Arc::new(())), |node| Object::Node(*node));
            let scope = format!("ladder/{scope}/{}/{:?}", cx.lens.day, cx.lens.rights());
            let page = page::cut(cx, args, &scope, "LadderListEdge", (who.len(), &key, &object))?;
            Ok(cx.types.data("LadderListConnection", page))
        },
    );
    after(declared.cost(10).walk().first(PAGE, limits.page))
}

fn whole() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &Climbed) -> Out| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, climbed: &Climbed, _| Ok(read(cx, climbed)))
    };
    TypeDef::new(
        "Ladder",
        "一个地区的梯次：各级历年、升降、每一步的时间",
        "The ladder of a region: every rung year by year, who rose or fell, how long steps took",
        vec![
            of(
                "rungs",
                "[LadderRung!]!",
                "各级，高的在前；并集排在最后，只计数，不是单独的一级",
                "The rungs, the highest first; unions stand last and are no rungs",
                |cx, climbed| {
                    let rungs = 0..climbed.rungs.len().min(MOST_RUNGS as usize);
                    Out::List(rungs.map(|at| cx.types.data("LadderRung", RungOf(Arc::clone(climbed), at))).collect())
                },
            )
            .at_most(MOST_RUNGS),
            of(
                "transitions",
                "[LadderTransition!]!",
                "从起始年的上年末到最后一年末，最高一级怎样变了；含没变的",
                "How the highest rung changed from the end of the year before the first to the end of the last",
                |cx, climbed| {
                    let moved = climbed.transitions.iter().take(MOST_PAIRS as usize).map(|one| {
                        let moved =
                            Moved { climbed: Arc::clone(climbed), from: one.from, to: one.to, who: one.who.clone() };
                        cx.types.data("LadderTransition", moved)
                    });
                    Out::List(moved.collect())
                },
            )
            .at_most(MOST_PAIRS),
            of(
                "strides",
                "[LadderStride!]!",
                "从低一级的首次取得到高一级的首次取得用了多久",
                "How long it took from the first day on a rung to the first on a higher one",
                |cx, climbed| {
                    let strides = 0..climbed.strides.len().min(MOST_PAIRS as usize);
                    Out::List(
                        strides.map(|at| cx.types.data("LadderStride", StrideOf(Arc::clone(climbed), at))).collect(),
                    )
                },
            )
            .at_most(MOST_PAIRS),
        ],
    )
}

fn rung() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &RungOf, &Rung) -> Out| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, held: &RungOf, _| {
            Ok(held.0.rungs.get(held.1).map_or(Out::Null, |rung| read(cx, held, rung)))
        })
    };
    TypeDef::new(
        "LadderRung",
        "梯次中的一级",
        "One rung",
        vec![
            of("name", "String!", "代码", "Its name", |_, _, rung| Out::text(rung.name.as_str())),
            of("labelZh", "String!", "名称", "What it is called in Chinese", |_, _, rung| {
                Out::text(rung.label.as_str())
            }),
            of("labelEn", "String!", "名称（英文）", "What it is called in English", |_, _, rung| {
                Out::text(rung.english.as_str())
            }),
            of("schemes", "[String!]!", "计入的资质类别", "The schemes that count", |_, _, rung| {
                Out::List(rung.schemes.iter().map(|scheme| Out::text(scheme.as_str())).collect())
            })
            .at_most(MOST_RUNGS),
            of(
                "isUnion",
                "Boolean!",
                "是不是几份名单的并集",
                "Whether it is a union of lists and no rung of its own",
                |_, _, rung| Out::flag(rung.order.is_none()),
            ),
            of("years", "[LadderYear!]!", "逐年", "Year by year", |cx, held, _| {
                let years = held.0.years.get(held.1).into_iter().flatten().take(MOST_YEARS as usize);
                Out::List(years.map(|year| cx.types.data("LadderYear", YearOf(year.clone()))).collect())
            })
            .at_most(MOST_YEARS),
        ],
    )
}

fn year(limits: &Limits) -> TypeDef {
    TypeDef::new(
        "LadderYear",
        "一级的一年：年末存量等于上年末加新增、恢复、迁入，减失效、撤销、迁出",
        "A year of a rung: its stock is that of the year before, more those who came, less those who left",
        vec![
            field("year", "Int!", "哪一年。单位：年", "Which year. Unit: year", |_, held: &YearOf, _| {
                Ok(Out::number(i64::from(held.0.year)))
            }),
            field(
                "stock",
                "Int!",
                "年末（或查询日期）存量。单位：家",
                "How many there were at its end. Unit: organisations",
                |_, held: &YearOf, _| Ok(Out::count(held.0.stock.len())),
            ),
            field(
                "flows",
                "[LadderFlow!]!",
                "其间的变动，没有的也列出，为 0",
                "What moved, those that did not among them",
                |cx: &Cx<'_>, held: &YearOf, _| {
                    let flow = |row: &(Flow, &str, &str, &str)| {
                        let movers =
                            Movers { scope: format!("{}/{}", held.0.year, row.1), who: held.0.flow(row.0).to_vec() };
                        cx.types.data("LadderFlow", FlowOf { flow: row.0, movers })
                    };
                    Ok(Out::List(FLOWS.iter().map(flow).collect()))
                },
            )
            .at_most(FLOWS.len() as u32),
            list(limits, |held: &YearOf| Movers { scope: format!("{}", held.0.year), who: held.0.stock.clone() }),
        ],
    )
}

fn flow(limits: &Limits) -> TypeDef {
    let row = |flow: Flow| FLOWS.iter().find(|row| row.0 == flow).map_or(("KEPT", ""), |row| (row.1, row.2));
    TypeDef::new(
        "LadderFlow",
        "一种变动",
        "One way in which somebody moved",
        vec![
            field("kind", "LadderFlowKind!", "哪种变动", "Which way", move |_, held: &FlowOf, _| {
                Ok(Out::code(row(held.flow).0))
            }),
            field(
                "kindZh",
                "String!",
                "哪种变动（中文）",
                "Which way, in Chinese",
                move |_, held: &FlowOf, _| Ok(Out::text(row(held.flow).1)),
            ),
            field("count", "Int!", "多少。单位：家", "How many. Unit: organisations", |_, held: &FlowOf, _| {
                Ok(Out::count(held.movers.who.len()))
            }),
            list(limits, |held: &FlowOf| Movers { scope: held.movers.scope.clone(), who: held.movers.who.clone() }),
        ],
    )
}

fn named(climbed: &Climbed, place: Option<usize>) -> Out {
    let rung = place.and_then(|place| climbed.rungs.get(place));
    Out::option(rung.map(|rung| Out::text(rung.name.as_str())))
}

fn transition(limits: &Limits) -> TypeDef {
    TypeDef::new(
        "LadderTransition",
        "从一级到另一级的单位",
        "Those who moved from one rung to another",
        vec![
            field(
                "from",
                "String",
                "原来的最高一级；空为不在梯次上",
                "The highest rung before; null where on none",
                |_, held: &Moved, _| Ok(named(&held.climbed, held.from)),
            ),
            field(
                "to",
                "String",
                "现在的最高一级；空为不在梯次上",
                "The highest rung after; null where on none",
                |_, held: &Moved, _| Ok(named(&held.climbed, held.to)),
            ),
            field("count", "Int!", "多少。单位：家", "How many. Unit: organisations", |_, held: &Moved, _| {
                Ok(Out::count(held.who.len()))
            }),
            list(limits, |held: &Moved| Movers {
                scope: format!("{:?}/{:?}", held.from, held.to),
                who: held.who.clone(),
            }),
        ],
    )
}

fn stride(limits: &Limits) -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&StrideOf, &ladder::Stride) -> Out| {
        field(name, ty, zh, en, move |_, held: &StrideOf, _| {
            Ok(held.0.strides.get(held.1).map_or(Out::Null, |stride| read(held, stride)))
        })
    };
    TypeDef::new(
        "LadderStride",
        "走完一步用的时间",
        "How long a step took those who made it",
        vec![
            of("from", "String!", "从哪一级", "From which rung", |held, stride| named(&held.0, Some(stride.from))),
            of("to", "String!", "到哪一级", "To which rung", |held, stride| named(&held.0, Some(stride.to))),
            of(
                "count",
                "Int!",
                "走完的家数。单位：家",
                "How many made it. Unit: organisations",
                |_, stride| Out::count(stride.days.len()),
            ),
            of("medianDays", "Int!", "中位数。单位：天", "The median. Unit: days", |_, stride| {
                Out::number(stride.median())
            }),
            of("shortestDays", "Int!", "最短。单位：天", "The shortest. Unit: days", |_, stride| {
                Out::number(stride.days.first().map_or(0, |one| one.0))
            }),
            of("longestDays", "Int!", "最长。单位：天", "The longest. Unit: days", |_, stride| {
                Out::number(stride.days.last().map_or(0, |one| one.0))
            }),
            list(limits, |held: &StrideOf| {
                let stride = held.0.strides.get(held.1);
                let who = stride.map(|stride| stride.days.iter().map(|(_, node)| *node).collect()).unwrap_or_default();
                Movers { scope: format!("stride/{}", held.1), who }
            }),
        ],
    )
}
