//! `network`: a network of organisations, and what is worked out of it. The measures are the pure table of
//! the room `network`; here the layer is chosen, work is bounded, and figures are put into words.

mod change;
mod cohesion;
mod figures;
mod groups;
mod layer;
mod parts;
mod series;

use std::sync::Arc;

use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, FieldDef, InputDef, Object, Out, TypeDef, field};
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::enumeration;
use crate::network::work::{Stopped, Work};
use crate::network::{self, Choice, Network};

/// Steps of working out that count as one row of the budget.
const STEPS_A_ROW: u64 = 1_000;

/// A network with the choice it was made by.
struct Found {
    choice: Choice,
    network: Network,
    /// What cursors of its lists are bound to.
    scope: String,
}

/// The root field of this file.
pub fn fields(_: &Limits) -> Vec<FieldDef> {
    vec![
        FieldDef::new(
            "network",
            "Network!",
            "网络分析：选定一层联系（关系、权重、时间、范围），求核心与桥梁、抱团、断点、得失；每个数都写明口径、规模和来源等级",
            "Network analysis: of one layer of ties (relations, weight, time, boundary) who is central, who bridges, what holds together and what would break it; each answer says its rule, size and sources",
            read,
        )
        .cost(1_000)
        .walk()
        .arg("layer", "NetworkLayer!", "哪一层联系", "Which layer of ties")
        .heavy(),
    ]
}

fn read(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let given = args.get("layer").unwrap_or_default();
    let choice = layer::read(cx, &given)?;
    Ok(cx.types.data("Network", found(cx, choice, &given.to_string())?))
}

/// The network of a choice; refused where it is too large to be read whole.
fn found(cx: &Cx<'_>, choice: Choice, written: &str) -> Result<Arc<Found>, ApiError> {
    let network = network::network(&cx.lens, &choice).ok_or_else(|| stopped(cx))?;
    let scope = format!("network/{written}/{}/{}/{:?}", cx.lens.sequence(), cx.lens.day, cx.lens.rights());
    Ok(Arc::new(Found { choice, network, scope }))
}

/// Work something out within what is left of the request's rows.
fn worked<T>(cx: &Cx<'_>, work_out: impl FnOnce(&Work<'_>) -> Result<T, Stopped>) -> Result<T, ApiError> {
    let budget = cx.lens.budget();
    let unwanted = || budget.is_stopped();
    let work = Work::new(budget.left().saturating_mul(STEPS_A_ROW), &unwanted);
    let answer = work_out(&work);
    budget.spend(work.used().div_ceil(STEPS_A_ROW).min(budget.left()));
    answer.map_err(|_| stopped(cx))
}

fn stopped(cx: &Cx<'_>) -> ApiError {
    if cx.lens.budget().is_stopped() {
        return ApiError::new(
            "CANCELLED",
            "没有人再等这次回答，已停止。",
            "Nobody waits for the answer any more; it was stopped.",
        );
    }
    ApiError::new(
        "NETWORK_TOO_LARGE",
        "这个网络太大，本次请求允许的工作量算不完；不给残缺的数。请缩小范围（boundary）或时间，或少选几个指标；桥梁作用可用 betweennessSample 抽样。",
        "The network is too large for the work that one request may do, and no figure is given by halves. Draw a smaller boundary or span, ask for fewer measures, or sample betweenness with betweennessSample.",
    )
}

/// A figure, rounded to twelve places so that the last bits of arithmetic do not show.
fn figure(value: Option<f64>) -> Out {
    let rounded = value.map(|value| (value * 1e12).round() / 1e12).filter(|value| value.is_finite());
    Out::option(rounded.map(|value| Out::Leaf(async_graphql::Value::from(if value == 0.0 { 0.0 } else { value }))))
}

/// A field of the network itself.
fn of_network(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &Arc<Found>, &Args<'_>) -> Result<Out, ApiError> + Send + Sync + 'static,
) -> FieldDef {
    field(name, ty, zh, en, read)
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let mut enums = layer::enums();
    enums.extend(groups::enums());
    enums.extend(figures::enums());
    enums.extend(change::enums());
    enums
}

/// The inputs of this file.
pub fn inputs() -> Vec<InputDef> {
    layer::inputs()
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    let mut own = basis();
    own.extend(figures::fields(limits));
    own.extend(parts::fields(limits));
    own.extend(cohesion::fields(limits));
    own.extend(change::fields(limits));
    own.extend(series::fields());
    let mut types = vec![
        TypeDef::new(
            "Network",
            "一层网络，以及由它算出的各种数。空值表示对这个网络没有定义，不是 0",
            "One layer of a network and what is worked out of it. Null means undefined for this network, never 0",
            own,
        ),
        grade(),
    ];
    types.extend(figures::types());
    types.extend(parts::types(limits));
    types.extend(cohesion::types(limits));
    types.extend(change::types());
    types.extend(series::types());
    types
}

/// Size, rule and what it all rests on.
fn basis() -> Vec<FieldDef> {
    let count = |name: &str, zh: &str, en: &str, read: fn(&Found) -> usize| {
        of_network(name, "Int!", zh, en, move |_, found, _| Ok(Out::count(read(found))))
    };
    let day = |name: &str, zh: &str, en: &str, read: fn(&Found) -> Option<crate::domain::Day>| {
        of_network(name, "Date", zh, en, move |_, found, _| {
            Ok(Out::option(read(found).map(|day| Out::text(day.to_string()))))
        })
    };
    vec![
        count(
            "nodeCount",
            "点数 n：网络里有多少单位。单位：家",
            "How many nodes it has, n. Unit: organisations",
            |found| found.network.nodes.len(),
        ),
        count(
            "tieCount",
            "联系数 m：有联系的有多少对。单位：对",
            "How many ties it has, m. Unit: pairs",
            |found| found.network.layer.ties(),
        ),
        of_network(
            "ruleZh",
            "String!",
            "口径：关系、权重、范围怎样取",
            "Its rule, in Chinese",
            |_, found, _| Ok(Out::text(layer::rule(&found.choice).0)),
        ),
        of_network("ruleEn", "String!", "口径（英文）", "Its rule, in English", |_, found, _| {
            Ok(Out::text(layer::rule(&found.choice).1))
        }),
        of_network("asOf", "Date!", "按哪一天有效的事实", "On which day the facts are valid", |cx, _, _| {
            Ok(Out::text(cx.lens.day.to_string()))
        }),
        day("from", "时间段的开始；空为不限", "Where its span begins; empty without bound", |found| {
            found.choice.window.from
        }),
        day("to", "时间段的结束；空为不限", "Where its span ends; empty without bound", |found| {
            found.choice.window.to
        }),
        day("firstDay", "所用联系中最早的日期", "The first day of the ties used", |found| {
            found.network.basis.days.map(|days| days.0)
        }),
        day("lastDay", "所用联系中最晚的日期", "The last day of the ties used", |found| {
            found.network.basis.days.map(|days| days.1)
        }),
        count(
            "factCount",
            "依据多少条事实（某单位参加某合作、加入某联盟等）。单位：条",
            "On how many facts it rests: that somebody takes part in something, and the like. Unit: facts",
            |found| found.network.basis.facts,
        ),
        count(
            "gatheringCount",
            "由多少项合作、多少个联盟等推得。单位：项",
            "Out of how many collaborations, alliances and the like it is made. Unit: gatherings",
            |found| found.network.basis.gatherings,
        ),
        count(
            "undatedCount",
            "因日期不明、无法归入时间段而没有计入的。单位：条",
            "How many were left out because nobody knows when they were. Unit: facts",
            |found| found.network.basis.undated,
        ),
        count(
            "withoutAmountCount",
            "按金额计权重时，因没有金额而没有计入的。单位：项",
            "How many were left out because they have no amount, where amounts weigh. Unit: gatherings",
            |found| found.network.basis.without_amount,
        ),
        of_network(
            "sourceGrades",
            "[NetworkSourceGrade!]!",
            "依据的事实按来源等级各占多少",
            "What share of the facts rests on sources of each grade",
            |cx, found, _| {
                let basis = &found.network.basis;
                let each = basis.grades.iter().map(|(grade, count)| (*grade, *count, basis.facts));
                Ok(Out::List(each.map(|grade| cx.types.data("NetworkSourceGrade", grade)).collect()))
            },
        )
        .at_most(4),
    ]
}

/// Grade, facts of it, all facts.
type Grade = (Option<u16>, usize, usize);

fn grade() -> TypeDef {
    let code =
        |grade: Option<u16>| grade.and_then(|grade| enumeration::GRADE.by_tag(grade)).unwrap_or(&enumeration::UNKNOWN);
    TypeDef::new(
        "NetworkSourceGrade",
        "一个来源等级的事实占多少",
        "What share of the facts is of one grade of source",
        vec![
            field("grade", "SourceGrade!", "来源等级", "The grade of the source", move |_, grade: &Grade, _| {
                Ok(Out::code(code(grade.0).name))
            }),
            field("count", "Int!", "多少条。单位：条", "How many facts. Unit: facts", |_, grade: &Grade, _| {
                Ok(Out::count(grade.1))
            }),
            field("share", "Float!", "占比，0 到 1", "Their share, 0 to 1", |_, grade: &Grade, _| {
                Ok(figure(Some(grade.1 as f64 / grade.2.max(1) as f64)))
            }),
        ],
    )
}
