//! What a mutation answers with: what was written, or why nothing was.

use crate::api::error::Candidate;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::shape::UnionDef;
use crate::domain::command::Reference;
use crate::domain::rejection::clip;
use crate::domain::{Day, Id, RecordKind, Rejection};
use crate::engine::Written;
use crate::graph::{EntityRow, SourceRecord, Tie};

/// Candidates named.
const MOST_CANDIDATES: u32 = 10;

/// A refusal with what may have been meant.
pub struct Refusal {
    rejection: Rejection,
    candidates: Vec<Candidate>,
    ties: Vec<Tie>,
}

/// What an ambiguous reference may have meant.
#[derive(Default)]
pub struct Meant {
    nodes: Vec<EntityRow>,
    ties: Vec<Tie>,
}

/// What was written, as an object of the schema.
pub fn written(cx: &Cx<'_>, written: Written) -> Out {
    cx.types.data("Written", written)
}

/// A refusal as an object of the schema. `meant` is what an ambiguous reference fits.
pub fn refused(cx: &Cx<'_>, rejection: Rejection, meant: Meant) -> Out {
    let ty = match rejection {
        Rejection::StaleVersion { .. } => "StaleVersion",
        Rejection::AmbiguousName { .. } => "AmbiguousName",
        _ => "Refused",
    };
    let candidate = |node: &EntityRow| Candidate {
        id: cx.lens.id(*node).to_string(),
        name_zh: cx.lens.name(*node).to_owned(),
        kind: cx.lens.kind(*node).row().code,
        code: cx.lens.code(*node).to_owned(),
    };
    let candidates = meant.nodes.iter().take(MOST_CANDIDATES as usize).map(candidate).collect();
    let ties = meant.ties.into_iter().take(MOST_CANDIDATES as usize).collect();
    cx.types.data(ty, Refusal { rejection, candidates, ties })
}

/// The unions of this file.
pub fn unions() -> Vec<UnionDef> {
    vec![UnionDef {
        name: "WriteResult",
        zh: "写入的结果：已写入，或因何被拒绝；被拒绝时什么也没有改变",
        en: "What came of a mutation: written, or refused and why; nothing has changed where it was refused",
        members: &["Written", "StaleVersion", "AmbiguousName", "Refused"],
    }]
}

/// The enumerations of this file: every rule has a code.
pub fn enums() -> Vec<EnumDef> {
    let value = |sample: Rejection| {
        let (zh, en) = (sample.zh(), sample.en());
        let zh = format!("例如：{}", zh.trim_end_matches('。'));
        let en = format!("For example: {}", en.trim_end_matches('.'));
        (sample.code().to_owned(), zh, en)
    };
    vec![EnumDef {
        name: "RefusalCode".into(),
        zh: "拒绝的代码：一条规则一个，不会改变".into(),
        en: "Code of a refusal: one a rule, and it never changes".into(),
        values: Rejection::samples().into_iter().map(value).collect(),
    }]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let refusal = || vec!["Refusal"];
    let mut stale = shared();
    stale.extend([
        stale_field(
            "expected",
            "请求中给的版本。单位：版",
            "The version that was given. Unit: version",
            |(given, _)| given,
        ),
        stale_field("current", "现在的版本。单位：版", "The version in force. Unit: version", |(_, found)| found),
    ]);
    let mut ambiguous = shared();
    ambiguous.push(
        field(
            "candidates",
            "[Candidate!]!",
            "可能所指的对象，不论 asOf 那一天是否存在；请改用其中一个的 id",
            "What may have been meant, whether it exists on the day of asOf or not; use the id of one of them",
            |cx: &Cx<'_>, refusal: &Refusal, _| {
                Ok(Out::List(refusal.candidates.iter().map(|one| cx.types.data("Candidate", one.clone())).collect()))
            },
        )
        .at_most(MOST_CANDIDATES),
    );
    ambiguous.push(
        field(
            "ties",
            "[Tie!]!",
            "可能所指的关系，不论 asOf 那一天是否成立；请改用其中一条的 id。所指的不是关系时为空",
            "The ties that may have been meant, whether they hold on the day of asOf or not; use the id of one of them. Empty where no tie was in doubt",
            |_, refusal: &Refusal, _| Ok(Out::List(refusal.ties.iter().map(|tie| Out::Object(Object::Tie(*tie))).collect())),
        )
        .at_most(MOST_CANDIDATES),
    );
    vec![
        written_type(),
        TypeDef::new("Refusal", "拒绝：什么也没有改变", "A refusal: nothing has changed", shared()).interface(),
        TypeDef::new(
            "StaleVersion",
            "此后已有改动：请重新读取，核对后再提交",
            "It has been changed since: read it again, compare, and send it again",
            stale,
        )
        .implements(refusal()),
        TypeDef::new(
            "AmbiguousName",
            "名称对应多个对象，不会替您选一个",
            "A name fits several things, and none of them is chosen for you",
            ambiguous,
        )
        .implements(refusal()),
        TypeDef::new("Refused", "违反了一条规则", "A rule was broken", shared()).implements(refusal()),
        candidate_type(),
    ]
}

/// The fields of the interface.
fn shared() -> Vec<FieldDef> {
    vec![
        field(
            "code",
            "RefusalCode!",
            "供程序判断的代码",
            "The rule, for programs",
            |_, refusal: &Refusal, _| Ok(Out::code(refusal.rejection.code())),
        ),
        field(
            "zh",
            "String!",
            "中文说明：要求什么、因何不行、怎样可行",
            "In Chinese: what was asked, what stood in the way, what would work",
            |_, refusal: &Refusal, _| Ok(Out::text(refusal.rejection.zh())),
        ),
        field(
            "en",
            "String!",
            "英文说明：要求什么、因何不行、怎样可行",
            "In English: what was asked, what stood in the way, what would work",
            |_, refusal: &Refusal, _| Ok(Out::text(refusal.rejection.en())),
        ),
    ]
}

fn stale_field(name: &str, zh: &str, en: &str, pick: fn((u64, u64)) -> u64) -> FieldDef {
    field(name, "Int!", zh, en, move |_, refusal: &Refusal, _| {
        let versions =
            if let Rejection::StaleVersion { given, found } = refusal.rejection { (given, found) } else { (0, 0) };
        Ok(Out::number(i64::try_from(pick(versions)).unwrap_or(i64::MAX)))
    })
}

fn candidate_type() -> TypeDef {
    TypeDef::new(
        "Candidate",
        "可能所指的一个对象",
        "Something that may have been meant",
        vec![
            field("id", "ID!", "稳定的编号", "Its stable number", |_, one: &Candidate, _| {
                Ok(Out::text(one.id.as_str()))
            }),
            field("nameZh", "String!", "中文名称", "Its Chinese name", |_, one: &Candidate, _| {
                Ok(Out::text(one.name_zh.as_str()))
            }),
            field("kind", "NodeKind!", "对象的种类", "Which kind of node it is", |_, one: &Candidate, _| {
                Ok(Out::code(one.kind))
            }),
            field(
                "code",
                "String",
                "统一社会信用代码、区划代码、分类代码或行键",
                "Credit code, region code, term code or row key",
                |_, one: &Candidate, _| {
                    Ok(Out::option(Some(one.code.as_str()).filter(|code| !code.is_empty()).map(Out::text)))
                },
            ),
        ],
    )
}

fn written_type() -> TypeDef {
    let number = |number: u64| Out::number(i64::try_from(number).unwrap_or(i64::MAX));
    let mut fields = vec![
        field(
            "id",
            "ID",
            "所写对象、关系、记录、来源，或名称、编号、陈述的编号",
            "Number of the node, tie, record or source, or of the name, number or statement",
            |_, written: &Written, _| Ok(Out::option(written.subject.map(|id| Out::text(id.to_string())))),
        ),
        field(
            "version",
            "Int",
            "写入后的版本，下次修改时填入 expectedVersion。单位：版",
            "Its version afterwards, for expectedVersion of the next change. Unit: version",
            move |_, written: &Written, _| Ok(Out::option(written.version.map(number))),
        ),
        field(
            "sequence",
            "Int!",
            "数据包含到第几号变更。单位：号",
            "The change up to which the data reach. Unit: sequence number",
            move |_, written: &Written, _| Ok(number(written.sequence)),
        ),
        field(
            "changed",
            "Boolean!",
            "是否有所改变；内容早已如此则为否。人员的姓名、电话、邮箱每写一次都另记一条，总为是，不透露与已有的是否相同",
            "Whether anything changed; not so where it was known already. Name, telephone number and address of a person are recorded anew each time, and always yes, so that it is not told whether they were the same",
            |_, written: &Written, _| Ok(Out::flag(written.changed)),
        ),
        field(
            "repeated",
            "Boolean!",
            "同一幂等键的请求是否先前已办过，此次未再写",
            "Whether a request of the same idempotency key was carried out before, and not again",
            |_, written: &Written, _| Ok(Out::flag(written.repeated)),
        ),
        field(
            "node",
            "Node",
            "写入后的对象；名称、编号、陈述、记录则是其所属对象。以 asOf 那一天来看",
            "The node afterwards, also the one that a name, number, statement or record belongs to, on the day of asOf",
            |cx: &Cx<'_>, written: &Written, _| {
                let owner = written.subject.and_then(|id| cx.lens.node(id).or_else(|| cx.lens.owner(id)));
                Ok(Out::option(owner.map(|node| Out::Object(Object::Node(node)))))
            },
        ),
        field(
            "tie",
            "Tie",
            "写入后的关系；在 asOf 那一天不成立的为空",
            "The tie afterwards; null where it does not hold on the day of asOf",
            |cx: &Cx<'_>, written: &Written, _| {
                let tie = written.subject.and_then(|id| cx.lens.tie(id));
                Ok(Out::option(tie.map(|tie| Out::Object(Object::Tie(tie)))))
            },
        ),
        field(
            "source",
            "Source",
            "写入后的来源",
            "The source afterwards",
            |cx: &Cx<'_>, written: &Written, _| {
                let source = written.subject.and_then(|id| cx.lens.source(id));
                Ok(Out::option(source.map(|source| cx.types.data("Source", SourceRecord::clone(source)))))
            },
        ),
    ];
    fields.push(super::identity::written_field());
    for kind in RecordKind::all() {
        let row = kind.row();
        let read = move |cx: &Cx<'_>, written: &Written, _: &crate::api::types::resolve::Args<'_>| {
            let record = written.subject.and_then(|id| cx.lens.record(id)).filter(|record| record.kind == kind);
            Ok(Out::option(record.map(|record| cx.types.data(row.name, record.clone()))))
        };
        let (zh, en) = (format!("写入后的{}", row.label_zh), "The record afterwards");
        fields.push(field(&record_field(kind), row.name, &zh, en, read));
    }
    TypeDef::new("Written", "已写入，并已可靠保存", "Written, and safely kept", fields)
}

/// `Certification` as `certification`.
fn record_field(kind: RecordKind) -> String {
    let mut letters = kind.row().name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Whatever a rejection for want of one meaning may have meant. The writer decides regardless of
/// the day, so what does not exist on the day of the answer is named all the same.
pub fn meant(cx: &Cx<'_>, rejection: &Rejection, references: &[&Reference]) -> Meant {
    let Rejection::AmbiguousName { given, candidates } = rejection else { return Meant::default() };
    let on = |day| cx.lens.at(cx.view.state(), day);
    // What a lens shows it shows for a day: this one, before every beginning, after every end.
    let (first, last) = (Day::BEGINNING, Day(Day::END.0 - 1));
    let lenses = [cx.lens.day, last, first].map(on);
    let named = references.iter().filter(|reference| clip(&reference.given()) == *given);
    let fitting = named.flat_map(|reference| lenses.iter().flat_map(|lens| lens.fitting(reference, &[])));
    let mut nodes: Vec<EntityRow> = fitting.collect();
    nodes.sort_by_key(|node| node.number());
    nodes.dedup();
    // Ties are named by their ids, nodes by name and id.
    let ids = candidates.iter().filter_map(|candidate| candidate.parse::<Id>().ok());
    let mut ties: Vec<Tie> = ids.filter_map(|id| lenses.iter().find_map(|lens| lens.tie(id))).collect();
    ties.sort_by_key(|tie| (cx.lens.tie_start(tie.row), cx.lens.tie_fact(tie.row).id));
    Meant { nodes, ties }
}
