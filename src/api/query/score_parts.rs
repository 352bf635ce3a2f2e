//! What a number of the scoreboard stands beside: its target, other days, its forecast, what others
//! published, and the entries of its list.

use crate::api::types::def::{Cx, EnumDef, Object, Out, TypeDef, field};
use crate::domain::Day;
use crate::domain::enumeration::records::{COMPARATOR, OBSERVATION_ORIGIN};
use crate::domain::value::decimal;
use crate::graph::SourceRecord;
use crate::programme::criteria::Exact;
use crate::programme::scoreboard::{Entry, Forecast, Given, Goal, REASONS, Reason, Suspect};

/// Records that may explain a difference, at most.
const MOST_SUSPECTS: u32 = 20;

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let reason = |row: &(Reason, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![EnumDef {
        name: "DifferenceReason".into(),
        zh: "公布数与名单不一致的可能原因".into(),
        en: "Why a record may be counted otherwise by others".into(),
        values: REASONS.iter().map(reason).collect(),
    }]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![goal(), change(), prediction(), given(), suspect(), entry()]
}

/// A number of another day.
pub(super) struct ChangeOf {
    pub(super) day: Day,
    pub(super) word: &'static str,
    pub(super) then: Option<Exact>,
    pub(super) now: Option<Exact>,
}

/// What somebody else gave, what was counted, and what may explain the difference.
pub(super) struct GivenOf {
    pub(super) given: Given,
    pub(super) counted: Option<Exact>,
    pub(super) suspects: Vec<Suspect>,
}

fn goal() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Goal) -> Option<Out>| {
        field(name, ty, zh, en, move |_, goal: &Goal, _| Ok(Out::option(read(goal))))
    };
    TypeDef::new(
        "ScoreTarget",
        "一个目标：原文、行号、比较方式、下限、力争",
        "A target with its words, line, comparison, floor and stretch",
        vec![
            of("recordId", "ID!", "目标记录的编号", "Number of the record", |goal| {
                Some(Out::text(goal.record.to_string()))
            }),
            of("text", "String!", "原文", "The words of the plan", |goal| Some(Out::text(goal.text.as_str()))),
            of("line", "String", "原文行号", "The line of the plan", |goal| goal.line.as_deref().map(Out::text)),
            of("period", "PartialDate!", "目标期", "The year or day it is for", |goal| {
                Some(Out::text(goal.period.to_string()))
            }),
            of(
                "countedFrom",
                "Date",
                "累计从哪天算起；存量为空",
                "From when what adds up is counted; null of a stock",
                |goal| goal.from.map(|day| Out::text(day.to_string())),
            ),
            of("comparator", "Comparator!", "比较方式", "How it is compared", |goal| {
                COMPARATOR.by_tag(goal.comparator).map(|code| Out::code(code.name))
            }),
            of("comparatorZh", "String!", "比较方式（中文）", "How it is compared, in Chinese", |goal| {
                COMPARATOR.by_tag(goal.comparator).map(|code| Out::text(code.zh))
            }),
            of("floor", "Decimal", "下限，单位同指标", "The least. Unit: that of the indicator", |goal| {
                goal.bar.floor.and_then(number)
            }),
            of(
                "stretch",
                "Decimal",
                "力争，单位同指标",
                "What is strived for. Unit: that of the indicator",
                |goal| goal.bar.stretch.and_then(number),
            ),
            of(
                "most",
                "Decimal",
                "区间上限，单位同指标",
                "Upper end of a range. Unit: that of the indicator",
                |goal| goal.bar.most.and_then(number),
            ),
            of(
                "population",
                "String",
                "总体（口径），目标写明的",
                "The population, where the target names one",
                |goal| goal.population.as_deref().map(Out::text),
            ),
        ],
    )
}

fn change() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&ChangeOf) -> Option<Out>| {
        field(name, ty, zh, en, move |_, change: &ChangeOf, _| Ok(Out::option(read(change))))
    };
    TypeDef::new(
        "ScoreChange",
        "同另一天比",
        "Against another day",
        vec![
            of("kindZh", "String!", "环比、同比或对比日", "Against which day, in Chinese", |change| {
                Some(Out::text(change.word))
            }),
            of("day", "Date!", "哪一天", "Which day", |change| Some(Out::text(change.day.to_string()))),
            of(
                "value",
                "Decimal",
                "那天的数，单位同指标",
                "The number of that day. Unit: that of the indicator",
                |change| change.then.and_then(number),
            ),
            of(
                "difference",
                "Decimal",
                "增减，单位同指标",
                "By how much it has changed. Unit: that of the indicator",
                |change| number(change.now?.minus(change.then?)?),
            ),
            of(
                "rate",
                "Decimal",
                "增幅，0.1 为一成；那天为零的为空。单位：比率",
                "By which share it has changed; null where it was nothing. Unit: ratio",
                |change| {
                    let then = change.then.filter(|then| then.is_positive())?;
                    number(change.now?.minus(then)?.per(then)?)
                },
            ),
        ],
    )
}

fn prediction() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Forecast) -> Option<Out>| {
        field(name, ty, zh, en, move |_, forecast: &Forecast, _| Ok(Out::option(read(forecast))))
    };
    let count = |name: &str, zh: &str, en: &str, read: fn(&Forecast) -> i64| {
        field(name, "Int!", zh, en, move |_, forecast: &Forecast, _| Ok(Out::number(read(forecast))))
    };
    TypeDef::new(
        "ScoreForecast",
        "到目标期末的预测：按近一年新增的速度和已知的到期，续不续分三种",
        "What a stock will come to: by the pace of the last year and by what is known to run out",
        vec![
            of("until", "Date!", "到哪一天", "By which day", |forecast| {
                Some(Out::text(forecast.until.to_string()))
            }),
            count(
                "joinedLastYear",
                "近 365 天新进来、现在还在的。单位：家",
                "How many came within 365 days and are there still. Unit: organisations",
                |forecast| forecast.joined,
            ),
            count(
                "joining",
                "按这个速度到那天还会新增的。单位：家",
                "How many will come at that pace. Unit: organisations",
                |forecast| forecast.joining,
            ),
            count(
                "expiring",
                "到那天为止到期的。单位：家",
                "How many run out by then. Unit: organisations",
                |forecast| forecast.expiring,
            ),
            count(
                "ranOutLastYear",
                "近 365 天到期的。单位：家",
                "How many ran out within 365 days. Unit: organisations",
                |forecast| forecast.ran_out,
            ),
            count(
                "renewedLastYear",
                "其中现在还在的（续上了）。单位：家",
                "Of those, how many are there still. Unit: organisations",
                |forecast| forecast.renewed,
            ),
            count("ifNoneRenew", "都不续时。单位：家", "If none renews. Unit: organisations", |forecast| {
                forecast.low
            }),
            of(
                "ifAsLastYear",
                "Int",
                "按近一年的续证比例；近一年没有到期的为空。单位：家",
                "If as many renew as in the last year; null where none ran out. Unit: organisations",
                |forecast| forecast.expected.map(Out::number),
            ),
            count("ifAllRenew", "都续上时。单位：家", "If all renew. Unit: organisations", |forecast| {
                forecast.high
            }),
        ],
    )
}

fn given() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &GivenOf) -> Option<Out>| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, one: &GivenOf, _| Ok(Out::option(read(cx, one))))
    };
    TypeDef::new(
        "ScorePublished",
        "别处公布或上报的一个数，与按名单算出的比",
        "A number that others gave, against what is counted",
        vec![
            of("recordId", "ID!", "指标值记录的编号", "Number of the record", |_, one| {
                Some(Out::text(one.given.record.to_string()))
            }),
            of("period", "PartialDate!", "所属期", "The year or day it is of", |_, one| {
                Some(Out::text(one.given.period.to_string()))
            }),
            of(
                "value",
                "Decimal!",
                "公布或上报的数，单位同指标",
                "What they gave. Unit: that of the indicator",
                |_, one| number(one.given.value),
            ),
            of(
                "counted",
                "Decimal",
                "按名单算出的同期数，单位同指标",
                "What is counted for that day. Unit: that of the indicator",
                |_, one| one.counted.and_then(number),
            ),
            of(
                "difference",
                "Decimal",
                "公布数减名单数，单位同指标",
                "Theirs less ours. Unit: that of the indicator",
                |_, one| number(one.given.value.minus(one.counted?)?),
            ),
            of("origin", "ObservationOrigin", "由来：公布、上报或算出", "Where it comes from", |_, one| {
                OBSERVATION_ORIGIN.by_tag(one.given.origin).map(|code| Out::code(code.name))
            }),
            of("population", "String", "它的口径，如是否含长垣", "The population it is of", |_, one| {
                one.given.population.as_deref().map(Out::text)
            }),
            of("source", "Source", "来源", "Who says so", |cx, one| {
                cx.lens.source(one.given.source).map(|source| cx.types.data("Source", SourceRecord::clone(source)))
            }),
            of(
                "suspects",
                "[ScoreSuspect!]!",
                "有差异时先核对的记录，逐条写明可能的原因",
                "Where they differ, the records to compare first, each with a possible reason",
                |cx, one| {
                    let all = one.suspects.iter().take(MOST_SUSPECTS as usize);
                    Some(Out::List(all.map(|suspect| cx.types.data("ScoreSuspect", suspect.clone())).collect()))
                },
            )
            .at_most(MOST_SUSPECTS),
        ],
    )
}

fn suspect() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Suspect) -> Option<Out>| {
        field(name, ty, zh, en, move |_, suspect: &Suspect, _| Ok(Out::option(read(suspect))))
    };
    TypeDef::new(
        "ScoreSuspect",
        "别处可能算法不同的一条记录",
        "A record that others may count otherwise",
        vec![
            of("node", "Node!", "谁的", "Whose record it is", |suspect| {
                Some(Out::Object(Object::Node(suspect.node)))
            }),
            of("recordId", "ID", "哪条记录", "Which record", |suspect| {
                suspect.record.map(|id| Out::text(id.to_string()))
            }),
            of("reason", "DifferenceReason!", "可能的原因", "A possible reason", |suspect| {
                Some(Out::code(suspect.reason.words().0))
            }),
            of("reasonZh", "String!", "可能的原因（中文）", "A possible reason, in Chinese", |suspect| {
                Some(Out::text(suspect.reason.words().1))
            }),
            of("isCounted", "Boolean!", "本库是否计入", "Whether it is counted here", |suspect| {
                Some(Out::flag(suspect.counted))
            }),
        ],
    )
}

fn entry() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Entry) -> Option<Out>| {
        field(name, ty, zh, en, move |_, entry: &Option<Entry>, _| Ok(Out::option(entry.as_ref().and_then(read))))
    };
    TypeDef::new(
        "ScoreEntry",
        "一个数的名单中的一条",
        "An entry of the list that a number opens into",
        vec![
            of("node", "Node!", "谁，或什么", "Who, or what", |entry| Some(Out::Object(Object::Node(entry.node)))),
            of("recordId", "ID", "凭哪条记录计入", "The record by which it counts", |entry| {
                entry.record.map(|id| Out::text(id.to_string()))
            }),
            of(
                "amount",
                "Decimal!",
                "计多少，单位同指标：计家数、次数的都是 1",
                "What it counts for: 1 where things are counted. Unit: that of the indicator",
                |entry| Some(Out::text(decimal(entry.amount, 2))),
            ),
            of(
                "since",
                "Date",
                "从哪天起计入（新增的为首次日期）",
                "From when it counts; of what is new, the first date",
                |entry| entry.since.map(|day| Out::text(day.to_string())),
            ),
            of(
                "endsOn",
                "Date",
                "从哪天起不再计入；没有写明的为空",
                "When it counts no more; null where open",
                |entry| entry.ends.map(|day| Out::text(day.to_string())),
            ),
            of("region", "Region", "归哪个地区", "The region that answers for it", |entry| {
                entry.place.map(|place| Out::Object(Object::Node(place)))
            }),
        ],
    )
}

pub(super) fn number(exact: Exact) -> Option<Out> {
    exact.millionths().map(|millionths| Out::text(decimal(millionths, 6)))
}
