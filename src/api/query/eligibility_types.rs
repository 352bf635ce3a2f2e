//! What `eligibility` answers with.

use std::sync::Arc;

use super::criterion_types::{MOST, gather, nearest, number};
use super::eligibility::{Judged, Version};
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::record::answer_name;
use crate::programme::criteria::say;
use crate::programme::criteria::{MOST_CRITERIA, Outcome, Status};

/// One criterion of a judgement.
struct Placed(Arc<Judged>, usize);

impl Placed {
    fn outcome(&self) -> Option<&Outcome> {
        self.0.verdict.outcomes.get(self.1)
    }
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let row = |row: &(Status, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![EnumDef {
        name: "EligibilityStatus".into(),
        zh: "对照条件的结果；数据不足不等于不满足".into(),
        en: "What became of a criterion; unknown is never counted as unmet".into(),
        values: Status::ALL.iter().map(row).collect(),
    }]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![eligibility(), criterion(), version()]
}

fn of_judged(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &Arc<Judged>) -> Out + Send + Sync + 'static,
) -> FieldDef {
    field(name, ty, zh, en, move |cx: &Cx<'_>, judged: &Arc<Judged>, _| Ok(read(cx, judged)))
}

fn status(outcome: Status) -> Out {
    Out::code(outcome.words().0)
}

fn eligibility() -> TypeDef {
    let count = |name: &str, zh: &str, en: &str, status: Status| {
        of_judged(name, "Int!", zh, en, move |_, judged| Out::count(judged.verdict.count(status)))
    };
    TypeDef::new(
        "Eligibility",
        "一个单位对照一类资质某一版条件的结果",
        "One organisation against one version of the criteria of a scheme",
        vec![
            of_judged("organization", "Node!", "哪个单位", "Which one it is", |_, judged| {
                Out::Object(Object::Node(judged.node))
            }),
            of_judged("scheme", "String!", "资质类别代码", "Code of the scheme", |_, judged| {
                Out::text(judged.set.scheme.as_str())
            }),
            of_judged("schemeZh", "String!", "资质名称", "The scheme in Chinese", |_, judged| {
                Out::text(judged.set.label.as_str())
            }),
            of_judged("version", "String!", "条件的版本", "The version of the criteria", |_, judged| {
                Out::text(judged.set.version.as_str())
            }),
            of_judged("document", "String!", "文号", "Number of the document", |_, judged| {
                Out::text(judged.set.document.as_str())
            }),
            of_judged("title", "String!", "文件名称", "Title of the document", |_, judged| {
                Out::text(judged.set.title.as_str())
            }),
            of_judged(
                "criteriaSource",
                "String!",
                "条件是从哪里读来的",
                "Where the criteria were read",
                |_, judged| Out::text(judged.set.source.as_str()),
            ),
            of_judged(
                "isVerified",
                "Boolean!",
                "条件是否与官方文本核对过；没有核对过的不能当依据",
                "Whether the criteria were compared with the official text; what was not is no ground to stand on",
                |_, judged| Out::flag(judged.set.verified),
            ),
            of_judged(
                "alreadyHolds",
                "Answer!",
                "在查询日期是否已有这类资质",
                "Whether it holds the scheme on the day",
                |_, judged| Out::code(answer_name(judged.holds)),
            ),
            of_judged(
                "status",
                "EligibilityStatus!",
                "总的结果：有一条不满足即不满足，否则有数据不足即数据不足，否则有待专家评价即待评价",
                "In all: unmet where one is, else unknown where one is, else for experts where one is, else met",
                |_, judged| status(judged.verdict.status),
            ),
            of_judged("statusZh", "String!", "总的结果（中文）", "In all, in Chinese", |_, judged| {
                Out::text(judged.verdict.status.words().1)
            }),
            count("metCount", "满足的条数。单位：条", "Criteria that are met. Unit: criteria", Status::Met),
            count("unmetCount", "不满足的条数。单位：条", "Criteria that are not met. Unit: criteria", Status::Unmet),
            count(
                "unknownCount",
                "数据不足的条数。单位：条",
                "Criteria of which data are missing. Unit: criteria",
                Status::Unknown,
            ),
            count(
                "expertCount",
                "需专家评价的条数。单位：条",
                "Criteria that experts judge. Unit: criteria",
                Status::Expert,
            ),
            of_judged("criteria", "[CriterionResult!]!", "逐条结果", "Criterion by criterion", |cx, judged| {
                let all = 0..judged.verdict.outcomes.len().min(MOST_CRITERIA);
                Out::List(all.map(|at| cx.types.data("CriterionResult", Placed(Arc::clone(judged), at))).collect())
            })
            .at_most(MOST_CRITERIA as u32),
        ],
    )
}

fn of_criterion(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &crate::programme::criteria::Criterion, &Outcome) -> Out + Send + Sync + 'static,
) -> FieldDef {
    field(name, ty, zh, en, move |cx: &Cx<'_>, placed: &Placed, _| {
        let criterion = placed.0.set.criteria.get(placed.1);
        Ok(Out::option(criterion.zip(placed.outcome()).map(|(criterion, outcome)| read(cx, criterion, outcome))))
    })
}

fn criterion() -> TypeDef {
    TypeDef::new(
        "CriterionResult",
        "一条条件的结果：数值、门槛、差多少、依据的数据、怎么办",
        "What became of one criterion: value, threshold, gap, inputs, what to do",
        vec![
            of_criterion("number", "String!", "条号", "Its number", |_, criterion, _| {
                Out::text(criterion.number.as_str())
            }),
            of_criterion("labelZh", "String!", "量的是什么", "What is measured, in Chinese", |_, criterion, _| {
                Out::text(criterion.label.as_str())
            }),
            of_criterion(
                "textZh",
                "String!",
                "条件原文（转述的以 isVerified 为准）",
                "The words of the document",
                |_, criterion, _| Out::text(criterion.text.as_str()),
            ),
            of_criterion("textEn", "String!", "条件（英文）", "The criterion in English", |_, criterion, _| {
                Out::text(criterion.english.as_str())
            }),
            of_criterion(
                "isVerified",
                "Boolean!",
                "这一条是否与官方文本核对过",
                "Whether its words were compared with the official text",
                |_, criterion, _| Out::flag(criterion.verified),
            ),
            of_criterion("status", "EligibilityStatus!", "结果", "What became of it", |_, _, outcome| {
                status(outcome.status)
            }),
            of_criterion(
                "statusZh",
                "String!",
                "结果（中文）",
                "What became of it, in Chinese",
                |_, _, outcome| Out::text(outcome.status.words().1),
            ),
            of_criterion(
                "value",
                "Decimal",
                "算得的数；只知道范围的为空。单位：见 valueZh",
                "The number found; null where only bounds are known. Unit: as valueZh says",
                |_, _, outcome| {
                    Out::option(outcome.measured.and_then(|measured| measured.value.exact()).and_then(number))
                },
            ),
            of_criterion(
                "valueZh",
                "String",
                "算得的数（中文，带单位，不进位）",
                "The number in words, with its unit, never rounded up",
                |_, _, outcome| Out::option(outcome.measured.as_ref().map(|measured| Out::text(say::value(measured)))),
            ),
            of_criterion(
                "threshold",
                "Decimal",
                "门槛。单位：见 thresholdZh",
                "The threshold. Unit: as thresholdZh says",
                |_, _, outcome| {
                    Out::option(outcome.measured.and_then(|measured| measured.threshold.exact()).and_then(number))
                },
            ),
            of_criterion(
                "thresholdZh",
                "String",
                "门槛（中文，带比较符号和单位）",
                "The threshold in words, with its sign and unit",
                |_, _, outcome| {
                    Out::option(outcome.measured.as_ref().map(|measured| Out::text(say::threshold(measured))))
                },
            ),
            of_criterion(
                "gap",
                "CriterionGap",
                "差多少；满足或数据不足的为空",
                "What is missing; null where nothing is or nobody knows",
                |cx, _, outcome| {
                    Out::option(nearest(outcome).map(|outcome| cx.types.data("CriterionGap", outcome.clone())))
                },
            ),
            of_criterion(
                "inputs",
                "[CriterionFact!]!",
                "用到的数据，缺的也列出",
                "What it was made of, what is missing too",
                |cx, _, outcome| {
                    let all = outcome.inputs().into_iter().take(MOST as usize);
                    Out::List(all.map(|used| cx.types.data("CriterionFact", used.clone())).collect())
                },
            )
            .at_most(MOST),
            of_criterion(
                "parts",
                "[CriterionPart!]!",
                "组成这一条的各项，按树的先后；单独一项的为空",
                "The nodes of its tree in order; empty where it is a single one",
                |cx, criterion, outcome| {
                    let mut parts = Vec::new();
                    gather(&criterion.number, outcome, &mut parts);
                    Out::List(
                        parts
                            .into_iter()
                            .take(MOST as usize)
                            .map(|part| cx.types.data("CriterionPart", part))
                            .collect(),
                    )
                },
            )
            .at_most(MOST),
            of_criterion(
                "whatToDoZh",
                "String!",
                "一句话：现在多少，要求多少，差多少，怎么办",
                "One sentence: how much there is, how much is asked, what is missing, what to do",
                |_, criterion, outcome| Out::text(say::sentence(criterion, outcome)),
            ),
        ],
    )
}

fn version() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Version) -> Option<Out>| {
        field(name, ty, zh, en, move |_, version: &Version, _| Ok(Out::option(read(version))))
    };
    fn sound(version: &Version) -> Option<&crate::programme::criteria::CriterionSet> {
        if let Version::Sound(set) = version { Some(set) } else { None }
    }
    fn flaw(version: &Version, part: usize) -> Option<Out> {
        if let Version::Flawed(_, words) = version {
            words.get(part).map(|text| Out::text(text.as_str()))
        } else {
            None
        }
    }
    TypeDef::new(
        "CriteriaVersion",
        "一类资质的一版条件",
        "One version of the criteria of a scheme",
        vec![
            of("name", "String!", "资质代码和版本", "Code of the scheme and version", |version| {
                Some(match version {
                    Version::Sound(set) => Out::text(format!("{} {}", set.scheme, set.version)),
                    Version::Flawed(name, _) => Out::text(name.as_str()),
                })
            }),
            of(
                "isUsed",
                "Boolean!",
                "是否采用；有毛病的不采用",
                "Whether it is used; one with a flaw is not",
                |version| Some(Out::flag(sound(version).is_some())),
            ),
            of("scheme", "String", "资质类别代码", "Code of the scheme", |version| {
                Some(Out::text(sound(version)?.scheme.as_str()))
            }),
            of("schemeZh", "String", "资质名称", "The scheme in Chinese", |version| {
                Some(Out::text(sound(version)?.label.as_str()))
            }),
            of("version", "String", "版本", "Its version", |version| {
                Some(Out::text(sound(version)?.version.as_str()))
            }),
            of("document", "String", "文号", "Number of the document", |version| {
                Some(Out::text(sound(version)?.document.as_str()))
            }),
            of("title", "String", "文件名称", "Title of the document", |version| {
                Some(Out::text(sound(version)?.title.as_str()))
            }),
            of("criteriaSource", "String", "从哪里读来的", "Where it was read", |version| {
                Some(Out::text(sound(version)?.source.as_str()))
            }),
            of(
                "isVerified",
                "Boolean",
                "是否与官方文本核对过",
                "Whether it was compared with the official text",
                |version| Some(Out::flag(sound(version)?.verified)),
            ),
            of("validFrom", "PartialDate", "施行日期（含）", "First day on which it is in force", |version| {
                sound(version)?.valid.from.map(|date| Out::text(date.to_string()))
            }),
            of(
                "validTo",
                "PartialDate",
                "失效日期（不含）；空为仍施行",
                "Day from which it is no longer in force; null where open",
                |version| sound(version)?.valid.to.map(|date| Out::text(date.to_string())),
            ),
            of("criteriaCount", "Int", "条数。单位：条", "How many criteria. Unit: criteria", |version| {
                Some(Out::count(sound(version)?.criteria.len()))
            }),
            of("flawCode", "String", "毛病的代码", "Code of the flaw", |version| flaw(version, 0)),
            of("flawPlace", "String", "毛病在哪里", "Where the flaw is", |version| flaw(version, 1)),
            of("flawZh", "String", "什么毛病，怎么改", "What is wrong and what to do, in Chinese", |version| {
                flaw(version, 2)
            }),
            of(
                "flawEn",
                "String",
                "什么毛病，怎么改（英文）",
                "What is wrong and what to do, in English",
                |version| flaw(version, 3),
            ),
        ],
    )
}
