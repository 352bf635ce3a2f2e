//! What `partners` answers with.

use std::sync::Arc;

use crate::api::types::def::{Cx, Object, Out, TypeDef, field};
use crate::api::types::page::Page;
use crate::graph::EntityRow;
use crate::matching::{Caution, Grade, Part, Partner, Ranking};

/// A ranking with the page that was asked for.
pub(super) struct Answer {
    pub(super) ranking: Arc<Ranking>,
    pub(super) page: Page,
    pub(super) explained: Option<Explained>,
}

/// A candidate that was asked about by name.
#[derive(Clone)]
pub(super) struct Explained {
    pub(super) partner: Option<Arc<Partner>>,
    pub(super) candidate: EntityRow,
    pub(super) place: Option<usize>,
    pub(super) why_not: (String, String),
}

/// An entry of the ranking.
pub(super) struct Ranked {
    pub(super) partner: Arc<Partner>,
    pub(super) place: usize,
    pub(super) cursor: String,
}

/// A part of the score, by its place.
pub(super) struct Signal {
    partner: Arc<Partner>,
    part: usize,
}

impl Signal {
    fn part(&self) -> Option<&Part> {
        self.partner.parts.get(self.part)
    }
}

fn cautions(cx: &Cx<'_>, all: &[Caution]) -> Out {
    Out::List(all.iter().map(|caution| cx.types.data("Remark", caution.clone())).collect())
}

fn grade(grade: Grade) -> (&'static str, &'static str) {
    match grade {
        Grade::High => ("HIGH", "高"),
        Grade::Medium => ("MEDIUM", "中"),
        Grade::Low => ("LOW", "低"),
    }
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![connection(), edge(), signal(), explained(), remark()]
}

fn connection() -> TypeDef {
    TypeDef::new(
        "PartnerConnection",
        "推荐结果：分页列表",
        "Recommended partners, in pages",
        vec![
            field(
                "totalCount",
                "Int!",
                "有依据可推荐的候选数。单位：个",
                "How many candidates something speaks for. Unit: candidates",
                |_, found: &Answer, _| Ok(Out::count(found.page.total)),
            ),
            field(
                "edges",
                "[PartnerEdge!]!",
                "本页的推荐，最好的在前",
                "Recommendations of this page, best first",
                |_, found: &Answer, _| {
                    Ok(Out::List(found.page.edges.iter().map(|edge| Out::Object(edge.object.clone())).collect()))
                },
            ),
            field(
                "pageInfo",
                "PageInfo!",
                "分页信息；页固定在同一份数据和同一版权重上",
                "Where this page stands; pages belong to one state of data and weights",
                |cx, found: &Answer, _| {
                    let page = &found.page;
                    let (edges, edge_type) = (page.edges.clone(), page.edge_type.clone());
                    Ok(cx.types.data("PageInfo", Page { edges, edge_type, listed: None, tallies: Vec::new(), ..*page }))
                },
            ),
            field(
                "considered",
                "Int!",
                "比较过的候选数。单位：个",
                "How many candidates were compared. Unit: candidates",
                |_, found: &Answer, _| Ok(Out::count(found.ranking.considered)),
            ),
            field(
                "advice",
                "[Remark!]!",
                "补充什么会使推荐更好，或为什么没有合适的",
                "What would make the answer better, or why nobody fits",
                |cx, found: &Answer, _| Ok(cautions(cx, &found.ranking.advice)),
            )
            .at_most(8),
            field(
                "weightsVersion",
                "String!",
                "权重数据的版本",
                "Version of the weights used",
                |_, found: &Answer, _| Ok(Out::text(found.ranking.version.as_str())),
            ),
            field(
                "truncated",
                "Boolean!",
                "是否因超过本次请求允许的工作量而没有比完",
                "Whether the comparison was cut because the work allowed was done",
                |_, found: &Answer, _| Ok(Out::flag(found.ranking.truncated)),
            ),
            field(
                "explained",
                "ExplainedCandidate",
                "参数 explain 所问的候选",
                "The candidate that the argument explain asked about",
                |cx, found: &Answer, _| {
                    Ok(Out::option(
                        found.explained.clone().map(|explained| cx.types.data("ExplainedCandidate", explained)),
                    ))
                },
            ),
        ],
    )
}

fn edge() -> TypeDef {
    let get = |edge: &Ranked, read: fn(&Partner) -> Out| Ok(read(&edge.partner));
    TypeDef::new(
        "PartnerEdge",
        "一条推荐",
        "One recommendation",
        vec![
            field("cursor", "String!", "这一条的游标", "Cursor of this recommendation", |_, edge: &Ranked, _| {
                Ok(Out::text(edge.cursor.as_str()))
            }),
            field(
                "rank",
                "Int!",
                "名次，从 1 起。单位：名",
                "Place in the ranking, from 1. Unit: rank",
                |_, edge: &Ranked, _| Ok(Out::count(edge.place + 1)),
            ),
            field(
                "score",
                "Float!",
                "得分，0 到 1，等于各项贡献之和",
                "Between 0 and 1, the sum of the contributions",
                move |_, edge: &Ranked, _| get(edge, |partner| Out::fraction(partner.score)),
            ),
            field("grade", "Grade!", "等级：高、中、低", "High, medium or low", move |_, edge: &Ranked, _| {
                get(edge, |partner| Out::code(grade(partner.grade).0))
            }),
            field("gradeZh", "String!", "等级的中文", "The grade in Chinese", move |_, edge: &Ranked, _| {
                get(edge, |partner| Out::text(grade(partner.grade).1))
            }),
            field(
                "signals",
                "[Signal!]!",
                "理由，贡献大的在前",
                "The reasons, the weightiest first",
                |cx, edge: &Ranked, _| {
                    let signal = |part| Signal { partner: Arc::clone(&edge.partner), part };
                    Ok(Out::List(
                        (0..edge.partner.parts.len()).map(|part| cx.types.data("Signal", signal(part))).collect(),
                    ))
                },
            )
            .at_most(13),
            field(
                "cautions",
                "[Remark!]!",
                "注意事项：缺什么、不确定什么",
                "What is missing or unsure",
                |cx, edge: &Ranked, _| Ok(cautions(cx, &edge.partner.cautions)),
            )
            .at_most(8),
            field(
                "coverage",
                "Float!",
                "有数据可判断的权重占比，0 到 1；低表示数据少",
                "Share of the weights that data speak to, 0 to 1; low means little is known",
                move |_, edge: &Ranked, _| get(edge, |partner| Out::fraction(partner.coverage)),
            ),
            field(
                "isNew",
                "Boolean!",
                "是否从未直接合作过（已知数据中）",
                "Whether the two have never worked together, as far as known",
                move |_, edge: &Ranked, _| get(edge, |partner| Out::flag(partner.is_new)),
            ),
            field("node", "Actor!", "推荐的对象", "Who is recommended", move |_, edge: &Ranked, _| {
                get(edge, |partner| Out::Object(Object::Node(partner.node)))
            }),
        ],
    )
}

fn signal() -> TypeDef {
    let get = |signal: &Signal, read: fn(&Part) -> Out| Ok(signal.part().map_or(Out::Null, read));
    TypeDef::new(
        "Signal",
        "推荐的一项理由",
        "One reason of a recommendation",
        vec![
            field("name", "SignalName!", "依据的种类", "What it looks at", move |_, signal: &Signal, _| {
                get(signal, |part| Out::code(part.signal.name))
            }),
            field("value", "Float!", "数值，0 到 1", "How strong it is, 0 to 1", move |_, signal: &Signal, _| {
                get(signal, |part| Out::fraction(part.reason.value))
            }),
            field(
                "weight",
                "Float!",
                "权重，0 到 1，可用的各项合计为 1",
                "Its weight, 0 to 1; those that apply add up to 1",
                move |_, signal: &Signal, _| get(signal, |part| Out::fraction(part.weight)),
            ),
            field(
                "contribution",
                "Float!",
                "贡献，0 到 1：数值乘权重",
                "Value times weight, 0 to 1",
                move |_, signal: &Signal, _| get(signal, |part| Out::fraction(part.contribution)),
            ),
            field(
                "textZh",
                "String!",
                "理由，一句中文",
                "The reason in Chinese",
                move |_, signal: &Signal, _| get(signal, |part| Out::text(part.reason.zh.as_str())),
            ),
            field(
                "textEn",
                "String!",
                "理由，一句英文",
                "The reason in English",
                move |_, signal: &Signal, _| get(signal, |part| Out::text(part.reason.en.as_str())),
            ),
            field(
                "evidence",
                "[Tie!]!",
                "依据：真实的关系，可用 tie(id) 核对",
                "Real ties that show it; tie(id) finds them again",
                move |_, signal: &Signal, _| {
                    get(signal, |part| {
                        Out::List(part.reason.evidence.iter().map(|tie| Out::Object(Object::Tie(*tie))).collect())
                    })
                },
            )
            .at_most(16),
        ],
    )
}

fn explained() -> TypeDef {
    TypeDef::new(
        "ExplainedCandidate",
        "对某个候选的说明",
        "What is said about one candidate",
        vec![
            field("node", "Node!", "所问的候选", "The candidate asked about", |_, found: &Explained, _| {
                Ok(Out::Object(Object::Node(found.candidate)))
            }),
            field(
                "rank",
                "Int",
                "名次，从 1 起；空为没有入选。单位：名",
                "Its place from 1; empty where it is not recommended. Unit: rank",
                |_, found: &Explained, _| Ok(Out::option(found.place.map(|place| Out::count(place + 1)))),
            ),
            field(
                "edge",
                "PartnerEdge",
                "入选时的推荐条目",
                "Its entry where it is recommended",
                |cx, found: &Explained, _| {
                    let found = found.place.zip(found.partner.clone());
                    let ranked = |(place, partner)| Ranked { partner, place, cursor: String::new() };
                    Ok(Out::option(found.map(|found| cx.types.data("PartnerEdge", ranked(found)))))
                },
            ),
            field(
                "excludedZh",
                "String",
                "没有入选的原因",
                "Why it is not recommended, in Chinese",
                |_, found: &Explained, _| {
                    Ok(Out::option(Some(found.why_not.0.as_str()).filter(|text| !text.is_empty()).map(Out::text)))
                },
            ),
            field(
                "excludedEn",
                "String",
                "没有入选的原因（英文）",
                "Why it is not recommended, in English",
                |_, found: &Explained, _| {
                    Ok(Out::option(Some(found.why_not.1.as_str()).filter(|text| !text.is_empty()).map(Out::text)))
                },
            ),
        ],
    )
}

fn remark() -> TypeDef {
    TypeDef::new(
        "Remark",
        "一句提示",
        "A remark in both languages",
        vec![
            field("textZh", "String!", "提示的中文", "The remark in Chinese", |_, remark: &Caution, _| {
                Ok(Out::text(remark.zh.as_str()))
            }),
            field("textEn", "String!", "提示的英文", "The remark in English", |_, remark: &Caution, _| {
                Ok(Out::text(remark.en.as_str()))
            }),
        ],
    )
}
