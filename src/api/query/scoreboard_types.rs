//! What `scoreboard` answers with.

use std::sync::Arc;

use super::score_parts::{ChangeOf, GivenOf, number};
use super::scoreboard::{MOST_DAYS, MOST_LINES, MOST_REGIONS, Sheet};
use super::{after, search};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::page;
use crate::api::types::record::answer_name;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::Day;
use crate::graph::EntityRow;
use crate::programme::criteria::Exact;
use crate::programme::scoreboard::{self, Counted, Entry, Forecast, Formula, Given, Goal, forecast, suspects};

/// Entries of a list where `first` is not given.
const PAGE: u32 = 20;
/// Published values of one cell, at most.
const MOST_GIVEN: u32 = 10;

/// A line of the board.
struct Line(Arc<Sheet>, usize);

/// One number of the board.
struct CellOf {
    sheet: Arc<Sheet>,
    indicator: usize,
    region: usize,
}

impl CellOf {
    fn region(&self) -> Option<EntityRow> {
        self.sheet.regions.get(self.region).copied()
    }

    fn counted(&self) -> Option<&Arc<Counted>> {
        self.sheet.grid.get(self.indicator)?.get(self.region)
    }

    fn value(&self) -> Option<Exact> {
        self.counted()?.value
    }

    fn formula(&self) -> Option<&Formula> {
        self.sheet.plan.indicators.get(self.indicator)?.formula.as_ref()
    }

    fn goal(&self, cx: &Cx<'_>) -> Option<&Goal> {
        self.sheet.goal(cx, self.indicator, self.region()?)
    }

    /// Its place among the regions below: those with more stand before it.
    fn rank(&self) -> Option<usize> {
        let own = self.value().filter(|_| self.region > 0)?;
        let below = self.sheet.grid.get(self.indicator)?.iter().skip(1);
        Some(1 + below.filter(|other| other.value.is_some_and(|value| value > own)).count())
    }

    fn forecast(&self, cx: &Cx<'_>) -> Option<Forecast> {
        let (goal, region) = (self.goal(cx)?, self.region()?);
        let today = cx.lens.day;
        let is_stock = matches!(self.formula(), Some(Formula::Certified(_)));
        if !is_stock || goal.last_day() < today {
            return None;
        }
        let before = Day(today.0.saturating_sub(i32::try_from(scoreboard::YEAR).unwrap_or(365)));
        let then = self.sheet.at(cx, (self.indicator, region), before, Some(goal))?;
        Some(forecast(today, &self.counted()?.list, &then.list, goal.last_day()))
    }

    fn changes(&self, cx: &Cx<'_>) -> Vec<ChangeOf> {
        let Some(region) = self.region() else { return Vec::new() };
        let goal = self.goal(cx);
        let one = |(day, word): &(Day, &'static str)| {
            let then = self.sheet.at(cx, (self.indicator, region), *day, goal).and_then(|counted| counted.value);
            ChangeOf { day: *day, word, then, now: self.value() }
        };
        self.sheet.compared.iter().map(one).collect()
    }

    fn given(&self, cx: &Cx<'_>) -> Vec<GivenOf> {
        let held = self.region().zip(self.sheet.plan.indicators.get(self.indicator));
        let Some((region, indicator)) = held else { return Vec::new() };
        let all = scoreboard::given(&cx.lens, indicator.term, region).into_iter().take(MOST_GIVEN as usize);
        let one = |given: Given| {
            let day = given.period.last_day();
            let then = self.sheet.at(cx, (self.indicator, region), day, self.goal(cx));
            let counted = then.as_ref().and_then(|then| then.value);
            let differs = counted.is_some_and(|counted| counted != given.value);
            let suspects = match (&indicator.formula, then) {
                (Some(Formula::Certified(schemes)), Some(then)) if differs => {
                    let mut lens = cx.lens;
                    lens.day = day;
                    suspects(lens, schemes, region, &then.list)
                }
                _ => Vec::new(),
            };
            GivenOf { given, counted, suspects }
        };
        all.map(one).collect()
    }
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    vec![
        board(),
        line(),
        cell(limits),
        page::connection("ScoreEntryConnection", "ScoreEntryEdge", "一个数的名单", "The list that a number opens into"),
        page::edge("ScoreEntryEdge", "ScoreEntry", "名单中的一条", "An entry of the list of a number"),
    ]
}

fn board() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &Arc<Sheet>) -> Out| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, sheet: &Arc<Sheet>, _| Ok(read(cx, sheet)))
    };
    TypeDef::new(
        "Scoreboard",
        "一份规划在查询日期的完成情况",
        "How far a plan has come on the day asked for",
        vec![
            of("plan", "Term!", "哪份规划", "Which plan", |_, sheet| Out::Object(Object::Node(sheet.plan.term))),
            of("document", "String", "文号", "Its document", |_, sheet| {
                Out::option(sheet.plan.document.as_deref().map(Out::text))
            }),
            of("asOf", "Date!", "截止日期", "The day it is of", |cx, _| Out::text(cx.lens.day.to_string())),
            of(
                "sequence",
                "Int!",
                "按到此号为止的数据算出。单位：号",
                "The state of the data it was counted from. Unit: sequence number",
                |cx, _| Out::number(i64::try_from(cx.lens.sequence()).unwrap_or(i64::MAX)),
            ),
            of(
                "regions",
                "[Region!]!",
                "各列的地区：所查地区在前，其后是直接下辖的",
                "The regions of the columns: the one asked for, then those right below it",
                |_, sheet| Out::List(sheet.regions.iter().map(|region| Out::Object(Object::Node(*region))).collect()),
            )
            .at_most(MOST_REGIONS),
            of("excluded", "[Region!]!", "不计入的地区", "Regions left out", |_, sheet| {
                Out::List(sheet.excluded.iter().map(|region| Out::Object(Object::Node(*region))).collect())
            })
            .at_most(MOST_REGIONS),
            field(
                "indicators",
                "[ScoreLine!]!",
                "各项指标；只要少数几项时写明 first，查询就便宜",
                "Indicator by indicator; a query costs less where `first` says that few are wanted",
                |cx: &Cx<'_>, sheet: &Arc<Sheet>, args: &Args<'_>| {
                    let lines = 0..sheet.plan.indicators.len().min(args.size("first")?);
                    Ok(Out::List(lines.map(|at| cx.types.data("ScoreLine", Line(Arc::clone(sheet), at))).collect()))
                },
            )
            .first(MOST_LINES, MOST_LINES),
        ],
    )
}

fn line() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &Line, &scoreboard::Indicator) -> Out| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, line: &Line, _| {
            Ok(line.0.plan.indicators.get(line.1).map_or(Out::Null, |indicator| read(cx, line, indicator)))
        })
    };
    /// The regions below added up, where the indicator is a number of things.
    fn below(line: &Line) -> Option<Exact> {
        let indicator = line.0.plan.indicators.get(line.1)?;
        indicator.formula.as_ref().filter(|formula| !matches!(formula, Formula::Share(..) | Formula::Published))?;
        let cells = line.0.grid.get(line.1)?.iter().skip(1);
        cells.map(|cell| cell.value).try_fold(Exact::ZERO, |sum, value| sum.plus(value?))
    }
    TypeDef::new(
        "ScoreLine",
        "一项指标：口径、各地区的数、各县区之和与全市的差",
        "One indicator: what it counts, its number in every region, and whether the regions below add up",
        vec![
            of("indicator", "Term!", "哪项指标", "Which indicator", |_, _, indicator| {
                Out::Object(Object::Node(indicator.term))
            }),
            of("unit", "String!", "单位", "Its unit", |_, _, indicator| Out::text(indicator.unit.as_str())),
            of(
                "population",
                "String!",
                "总体（口径）；目标另有写明的以目标为准",
                "The population; a target may name another",
                |_, _, indicator| Out::text(indicator.population.as_str()),
            ),
            of("formula", "String!", "算法", "How it is counted", |_, _, indicator| {
                Out::text(indicator.written.as_str())
            }),
            of(
                "isUnderstood",
                "Boolean!",
                "算法是否认得；不认得的不算，不猜",
                "Whether the formula is of a known form; one that is not is not counted",
                |_, _, indicator| Out::flag(indicator.formula.is_some()),
            ),
            of(
                "cells",
                "[ScoreCell!]!",
                "各地区，顺序同 regions",
                "Region by region, in the order of `regions`",
                |cx, line, _| {
                    let cells = (0..line.0.regions.len()).map(|region| CellOf {
                        sheet: Arc::clone(&line.0),
                        indicator: line.1,
                        region,
                    });
                    Out::List(cells.map(|cell| cx.types.data("ScoreCell", cell)).collect())
                },
            )
            .at_most(MOST_REGIONS),
            of(
                "belowTotal",
                "Decimal",
                "下辖各地区之和；比率为空。单位同指标",
                "The regions below added up; null of a share. Unit: that of the indicator",
                |_, line, _| Out::option(below(line).and_then(number)),
            ),
            of(
                "belowDifference",
                "Decimal",
                "所查地区的数减去下辖之和：正数是没有归到下辖地区的，负数是重复的。单位同指标",
                "The region's own number less those below: what belongs to none of them, or is counted twice. Unit: that of the indicator",
                |_, line, _| {
                    let own = line.0.grid.get(line.1).and_then(|cells| cells.first()).and_then(|cell| cell.value);
                    Out::option(own.zip(below(line)).and_then(|(own, below)| own.minus(below)).and_then(number))
                },
            ),
        ],
    )
}

fn of_cell(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &CellOf) -> Option<Out> + Send + Sync + 'static,
) -> FieldDef {
    field(name, ty, zh, en, move |cx: &Cx<'_>, cell: &CellOf, _| Ok(Out::option(read(cx, cell))))
}

fn cell(limits: &Limits) -> TypeDef {
    let list = |name: &str, zh: &str, en: &str, read: fn(&CellOf) -> Vec<Entry>| {
        let declared =
            field(name, "ScoreEntryConnection!", zh, en, move |cx: &Cx<'_>, cell: &CellOf, args: &Args<'_>| {
                entries(cx, args, cell, &read(cell))
            });
        after(declared.cost(10).walk().first(PAGE, limits.page))
    };
    let own = |cell: &CellOf| cell.counted().map(|counted| counted.list.clone()).unwrap_or_default();
    let whole = |cell: &CellOf| cell.counted().and_then(|counted| counted.whole.clone()).unwrap_or_default();
    TypeDef::new(
        "ScoreCell",
        "一项指标在一个地区的数",
        "The number of one indicator in one region",
        vec![
            of_cell("region", "Region!", "哪个地区", "Which region", |_, cell| {
                Some(Out::Object(Object::Node(cell.region()?)))
            }),
            of_cell(
                "value",
                "Decimal",
                "数，单位同指标；比率不进位；没有公布的为空",
                "The number, never rounded up; null where nobody published one. Unit: that of the indicator",
                |_, cell| number(cell.value()?),
            ),
            of_cell(
                "unknownCount",
                "Int!",
                "证书起止不明、没有计入的。单位：家",
                "Of so many nobody knows whether they count. Unit: organisations",
                |_, cell| Some(Out::count(cell.counted().map_or(0, |counted| counted.doubt))),
            ),
            of_cell(
                "target",
                "ScoreTarget",
                "目标：最近一个没有过期的，都过期的取最后一个",
                "The target that is due next, or the last one",
                |cx, cell| Some(cx.types.data("ScoreTarget", cell.goal(cx)?.clone())),
            ),
            of_cell(
                "isMet",
                "Answer",
                "是否完成；没有目标的为空，没有数的为未知",
                "Whether the target is met; null without one, unknown without a number",
                |cx, cell| Some(Out::code(answer_name(cell.goal(cx)?.bar.is_met(cell.value())))),
            ),
            of_cell(
                "isStretchMet",
                "Answer",
                "是否达到“力争”；没有的为空",
                "Whether what is strived for is reached; null where nothing is",
                |cx, cell| {
                    let bar = cell.goal(cx)?.bar;
                    bar.stretch.map(|_| Out::code(answer_name(bar.is_stretch_met(cell.value()))))
                },
            ),
            of_cell(
                "missing",
                "Decimal",
                "还差多少，单位同指标；已完成的为 0",
                "What is missing; 0 where it is met. Unit: that of the indicator",
                |cx, cell| {
                    let counted = cell.formula().is_some_and(Formula::is_count);
                    number(cell.goal(cx)?.bar.missing(cell.value(), counted)?)
                },
            ),
            of_cell(
                "rank",
                "Int",
                "在下辖各地区中按数从大到小排第几，相同的并列；所查地区本身为空。单位：名",
                "Its place among the regions below by number, equals sharing one; null of the region asked for. Unit: place",
                |_, cell| cell.rank().map(Out::count),
            ),
            of_cell(
                "changes",
                "[ScoreChange!]!",
                "同其他日子比：环比、同比、对比日",
                "Against other days",
                |cx, cell| {
                    Some(Out::List(
                        cell.changes(cx).into_iter().map(|change| cx.types.data("ScoreChange", change)).collect(),
                    ))
                },
            )
            .cost(20)
            .walk()
            .at_most(MOST_DAYS),
            of_cell(
                "forecast",
                "ScoreForecast",
                "到目标期末的预测；只对证书存量，其他的为空",
                "What it will be at the end of the target's period; for stocks of certificates alone",
                |cx, cell| Some(cx.types.data("ScoreForecast", cell.forecast(cx)?)),
            )
            .cost(20)
            .walk(),
            of_cell(
                "published",
                "[ScorePublished!]!",
                "别处公布、上报的数，与按名单算出的比；新的在前",
                "What others published or reported, against what is counted; the latest first",
                |cx, cell| {
                    Some(Out::List(
                        cell.given(cx).into_iter().map(|one| cx.types.data("ScorePublished", one)).collect(),
                    ))
                },
            )
            .cost(20)
            .walk()
            .at_most(MOST_GIVEN),
            list(
                "list",
                "这个数的名单；比率的是分子",
                "The list that the number opens into; of a share, its upper part",
                own,
            ),
            list(
                "wholeList",
                "比率的分母名单；不是比率的为空",
                "The list below the line of a share; empty of anything else",
                whole,
            ),
        ],
    )
}

fn entries(cx: &Cx<'_>, args: &Args<'_>, cell: &CellOf, list: &[Entry]) -> Result<Out, ApiError> {
    let mut list = list.to_vec();
    let order = |entry: &Entry| {
        let record = entry.record.map(|id| id.to_string()).unwrap_or_default();
        format!("{}/{}/{record}", cx.lens.code(entry.node), cx.lens.id(entry.node))
    };
    list.sort_by_cached_key(order);
    let ty = search::place(cx, "ScoreEntry");
    let key = |at: usize| list.get(at).map_or_else(String::new, order);
    let object = |at: usize| Object::Data(ty, Arc::new(list.get(at).cloned()));
    let at = cell.region().map(|region| cx.lens.id(region).to_string()).unwrap_or_default();
    let scope = format!("scoreboard/{}/{at}/{}/{:?}/{}", cell.indicator, cx.lens.day, cx.lens.rights(), list.len());
    Ok(cx
        .types
        .data("ScoreEntryConnection", page::cut(cx, args, &scope, "ScoreEntryEdge", (list.len(), &key, &object))?))
}
