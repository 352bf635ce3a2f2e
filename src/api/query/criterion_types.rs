//! What one criterion was judged by: the nodes of its tree, the gap, the inputs.

use crate::api::types::def::{Cx, Out, TypeDef, field};
use crate::api::types::record::answer_name;
use crate::domain::enumeration::records::YEAR_BASIS;
use crate::domain::value::decimal;
use crate::graph::SourceRecord;
use crate::programme::criteria::say;
use crate::programme::criteria::{Direction, Exact, MOST_NODES, Outcome, Said, Used};

/// Parts and inputs of a criterion, at most: reading criteria keeps to it.
pub(super) const MOST: u32 = MOST_NODES as u32;

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![part(), gap(), input()]
}

/// One node of the tree below a criterion.
pub(super) struct Part {
    number: String,
    outcome: Outcome,
}

/// The node of the tree that has the gap which counts.
pub(super) fn nearest(outcome: &Outcome) -> Option<&Outcome> {
    let wanted = outcome.nearest()?;
    if outcome.gap.as_ref() == Some(wanted) {
        return Some(outcome);
    }
    outcome.parts.iter().find_map(|part| nearest(part).filter(|found| found.gap.as_ref() == Some(wanted)))
}

pub(super) fn gather(number: &str, outcome: &Outcome, parts: &mut Vec<Part>) {
    for (place, part) in outcome.parts.iter().enumerate() {
        let number = format!("{number}.{}", place + 1);
        parts.push(Part { number: number.clone(), outcome: Outcome { parts: Vec::new(), ..part.clone() } });
        gather(&number, part, parts);
    }
}

fn part() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Part) -> Out| {
        field(name, ty, zh, en, move |_, part: &Part, _| Ok(read(part)))
    };
    TypeDef::new(
        "CriterionPart",
        "一条条件中的一项",
        "One node of the tree of a criterion",
        vec![
            of("number", "String!", "编号，如 5.1.2", "Its number, such as 5.1.2", |part| {
                Out::text(part.number.as_str())
            }),
            of(
                "operator",
                "String!",
                "运算：all 都要满足，any 满足一项即可，compare 比较……",
                "Its operator, as the data name it",
                |part| Out::text(part.outcome.op),
            ),
            of("status", "EligibilityStatus!", "结果", "What became of it", |part| {
                Out::code(part.outcome.status.words().0)
            }),
            of("valueZh", "String", "算得的数", "The number found, in words", |part| {
                Out::option(part.outcome.measured.as_ref().map(|measured| Out::text(say::value(measured))))
            }),
            of("thresholdZh", "String", "门槛", "The threshold, in words", |part| {
                Out::option(part.outcome.measured.as_ref().map(|measured| Out::text(say::threshold(measured))))
            }),
        ],
    )
}

fn gap() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Outcome) -> Option<Out>| {
        field(name, ty, zh, en, move |_, outcome: &Outcome, _| Ok(Out::option(read(outcome))))
    };
    TypeDef::new(
        "CriterionGap",
        "差多少，按整数单位，补上以后比例仍然成立（7/83 差 2 人：9/85）",
        "What is missing, in whole units that hold the total: two are missing to 7 of 83, since 9 of 85 hold",
        vec![
            of(
                "units",
                "Decimal!",
                "多少；超出上限的为负。单位：见 unitZh",
                "How much; negative where a cap is exceeded. Unit: as unitZh names it",
                |outcome| {
                    let gap = outcome.gap?;
                    let sign = if gap.more == Direction::Up { "" } else { "-" };
                    Some(Out::text(format!("{sign}{}", gap.units)))
                },
            ),
            of("unitZh", "String!", "单位", "The unit in Chinese", |outcome| {
                Some(Out::text(say::gap_unit(outcome)?.words().0))
            }),
            of("unitEn", "String!", "单位（英文）", "The unit in English", |outcome| {
                Some(Out::text(say::gap_unit(outcome)?.words().1))
            }),
            of(
                "becomes",
                "String",
                "补上以后的分子和分母，如 9/85",
                "What the share is then made of, such as 9/85",
                |outcome| {
                    let (part, whole) = outcome.gap?.then?;
                    Some(Out::text(format!("{}/{}", plain(part)?, plain(whole)?)))
                },
            ),
            of(
                "relative",
                "Decimal!",
                "离门槛多远，占门槛的比例。单位：1 为整个门槛",
                "How far it is, as a share of the threshold. Unit: 1 is the whole of it",
                |outcome| Some(Out::text(decimal(outcome.relative, 6))),
            ),
        ],
    )
}

fn input() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &Used) -> Option<Out>| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, used: &Used, _| Ok(Out::option(read(cx, used))))
    };
    TypeDef::new(
        "CriterionFact",
        "判断一条条件用到的一项数据",
        "One figure or fact that a criterion was judged by",
        vec![
            of("name", "String!", "字段名", "Its name", |_, used| Some(Out::text(used.input.name))),
            of("nameZh", "String!", "中文名称", "Its name in Chinese", |_, used| Some(Out::text(used.input.zh))),
            of("nameEn", "String!", "英文名称", "Its name in English", |_, used| Some(Out::text(used.input.en))),
            of(
                "year",
                "Int",
                "哪一年的，单位：年；不分年的为空",
                "Of which year. Unit: year; null where it is of none",
                |_, used| used.year.map(|year| Out::number(i64::from(year))),
            ),
            of(
                "isMissing",
                "Boolean!",
                "是否缺（没有、看不到，或只知道至少多少）",
                "Whether it is missing, or only a lower bound is known",
                |_, used| Some(Out::flag(!matches!(used.told.said, Some(Said::Number(_) | Said::Answer(_))))),
            ),
            of(
                "value",
                "Decimal",
                "数值；只知道至少多少的，是那个下限。单位：见 unitZh",
                "The number; a lower bound where only that is known. Unit: as unitZh names it",
                |_, used| match used.told.said? {
                    Said::Number(exact) | Said::AtLeast(exact) => number(exact),
                    Said::Answer(_) => None,
                },
            ),
            of("answer", "Answer", "是否", "Yes or no", |_, used| match used.told.said {
                Some(Said::Answer(yes)) => Some(Out::code(answer_name(Some(yes)))),
                _ => None,
            }),
            of("unitZh", "String!", "单位", "The unit in Chinese", |_, used| {
                Some(Out::text(used.input.unit.words().0))
            }),
            of(
                "basis",
                "YearBasis",
                "口径：申报、审计、税务、统计；不是年度数据的为空",
                "On which basis; null where it is no figure of a year",
                |_, used| YEAR_BASIS.by_tag(used.told.basis?).map(|code| Out::code(code.name)),
            ),
            of("basisZh", "String", "口径（中文）", "On which basis, in Chinese", |_, used| {
                YEAR_BASIS.by_tag(used.told.basis?).map(|code| Out::text(code.zh))
            }),
            of("source", "Source", "来源", "Who says so", |cx, used| {
                let source = cx.lens.source(used.told.source?)?;
                Some(cx.types.data("Source", SourceRecord::clone(source)))
            }),
        ],
    )
}

pub(super) fn number(exact: Exact) -> Option<Out> {
    plain(exact).map(Out::text)
}

fn plain(exact: Exact) -> Option<String> {
    exact.millionths().map(|millionths| decimal(millionths, 6))
}
