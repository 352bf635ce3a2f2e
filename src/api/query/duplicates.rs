//! `duplicateCandidates`: pairs of entries that may be of one thing, for whoever decides about that. The
//! reasons are found in `programme::duplicates`; here the pairs are chosen and put into words.

use std::sync::Arc;

use super::{after, search};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::resolve::Args;
use crate::api::types::{filter, inputs, page};
use crate::config::Limits;
use crate::domain::{Kind, Relation};
use crate::graph::EntityRow;
use crate::programme::duplicates::{self, Candidate, REASONS, Reason};
use crate::rights::Place;

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let declared = FieldDef::new(
        "duplicateCandidates",
        "DuplicateCandidateConnection!",
        "待核对的疑似重复：两条可能是同一个单位，附理由；判断用 decideDuplicate。只给数据管理员、系统管理员，县区管理员只见本县区的",
        "Pairs of entries that may be one organisation, with the reasons; decide with decideDuplicate. For data stewards and administrators, for county officers those of their county",
        duplicate_candidates,
    )
    .cost(200)
    .scan()
    .arg("kinds", "[NodeKind!]", "只查这些种类；不填为可以合并的全部", "Only these kinds; all that can be merged where nothing is given")
    .arg("region", "Reference", "只查至少一条位于此地区（含下辖）的", "Only pairs of which one is in this region or one below it")
    .first(PAGE, limits.page);
    vec![after(declared)]
}

fn forbidden() -> ApiError {
    ApiError::new(
        "FORBIDDEN",
        "疑似重复由数据管理员、系统管理员，以及县区管理员在本县区内核对。请用他们的账号查询。",
        "Candidates are for data stewards and administrators, and for county officers within their county. Ask as one of them.",
    )
}

fn duplicate_candidates(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let rights = cx.lens.rights();
    if !rights.may_merge_within(Place::Inside) {
        return Err(forbidden());
    }
    let mut kinds = search::kinds(args, "kinds");
    if kinds.is_empty() {
        kinds = Kind::all().filter(|kind| kind.may_be_merged()).collect();
    }
    let region = args.get("region").map(|given| inputs::reference(&given)).transpose()?;
    let region = region.map(|reference| find(cx, &reference, &[Kind::Region])).transpose()?;
    let lies_there =
        |node: EntityRow| region.is_none_or(|region| filter::within(cx, node, Relation::LocatedIn, region));
    let mut found = duplicates::candidates(cx.lens, &kinds, &lies_there);
    // Whoever decides about one of the two alone cannot decide about the pair.
    found.retain(|one| one.pair.iter().all(|entry| rights.may_merge_within(cx.lens.place_of(*entry))));
    let asked = ["kinds", "region"].map(|name| args.get(name));
    let scope = format!("duplicateCandidates/{asked:?}/{}/{rights:?}", cx.lens.day);
    let ty = search::place(cx, "DuplicateCandidate");
    let key = |number: usize| found.get(number).map_or_else(String::new, |one| key(cx, one));
    let object = |number: usize| Object::Data(ty, Arc::new(found.get(number).cloned()));
    let page = page::cut(cx, args, &scope, "DuplicateCandidateEdge", (found.len(), &key, &object))?;
    Ok(cx.types.data("DuplicateCandidateConnection", page))
}

/// Likeliest first, then by the ids of the two.
fn key(cx: &Cx<'_>, one: &Candidate) -> String {
    let [first, second] = one.pair.map(|entry| cx.lens.id(entry));
    format!("{:012}{first}{second}", 1_000_000_i64.saturating_sub(one.score))
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    vec![EnumDef {
        name: "DuplicateReasonCode".into(),
        zh: "疑似重复的理由".into(),
        en: "Why two entries may be one".into(),
        values: REASONS.iter().map(|row| (row.0.to_owned(), row.1.to_owned(), row.2.to_owned())).collect(),
    }]
}

fn told(
    name: &str,
    ty: &str,
    (zh, en): (&str, &str),
    read: impl Fn(&Cx<'_>, &Candidate) -> Out + Send + Sync + 'static,
) -> FieldDef {
    field(name, ty, zh, en, move |cx: &Cx<'_>, one: &Option<Candidate>, _: &Args<'_>| {
        Ok(one.as_ref().map_or(Out::Null, |one| read(cx, one)))
    })
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let candidate = vec![
        told(
            "entries",
            "[Node!]!",
            ("两条，先录入的在前", "The two, the one entered first in front"),
            |_, one| Out::List(one.pair.iter().map(|entry| Out::Object(Object::Node(*entry))).collect()),
        )
        .at_most(2),
        told(
            "score",
            "Int!",
            (
                "各理由分数之和，越高越像。单位：千分之一",
                "The weights of the reasons together, the higher the likelier. Unit: per mille",
            ),
            |_, one| Out::number(one.score),
        ),
        told("reasons", "[DuplicateReason!]!", ("理由，重的在前", "Why, the weightiest first"), |cx, one| {
            Out::List(one.reasons.iter().map(|reason| cx.types.data("DuplicateReason", reason.clone())).collect())
        })
        .at_most(REASONS.len() as u32),
        told("rulesVersion", "String!", ("所用规则的版本", "The version of the rules"), |_, _| {
            Out::text(duplicates::version())
        }),
    ];
    let words = |reason: &Reason| REASONS.get(reason.place).copied().unwrap_or(("", "", ""));
    let reason = vec![
        field("code", "DuplicateReasonCode!", "哪条理由", "Which reason", move |_, reason: &Reason, _| {
            Ok(Out::code(words(reason).0))
        }),
        field("zh", "String!", "理由的中文说明", "The reason in Chinese", move |_, reason: &Reason, _| {
            Ok(Out::text(words(reason).1))
        }),
        field("en", "String!", "理由的英文说明", "The reason in English", move |_, reason: &Reason, _| {
            Ok(Out::text(words(reason).2))
        }),
        field(
            "evidence",
            "String!",
            "依据：两条共有的名称、代码、网站、地址或人员行键，写成比较时的形式",
            "What both have: the name, code, site, address or row key of a person, as it is compared",
            |_, reason: &Reason, _| Ok(Out::text(reason.evidence.as_str())),
        ),
        field(
            "weight",
            "Int!",
            "分数，负的不利于认定为同一个。单位：千分之一",
            "What it counts; below zero it speaks against. Unit: per mille",
            |_, reason: &Reason, _| Ok(Out::number(reason.weight)),
        ),
    ];
    vec![
        TypeDef::new(
            "DuplicateCandidate",
            "一对疑似重复：可能是同一个单位，要人核对",
            "Two entries that may be one, to be looked at by somebody",
            candidate,
        ),
        TypeDef::new("DuplicateReason", "一条理由", "Why two entries may be one", reason),
        page::connection("DuplicateCandidateConnection", "DuplicateCandidateEdge", "疑似重复", "Pairs that may be one"),
        page::edge("DuplicateCandidateEdge", "DuplicateCandidate", "疑似重复", "A pair that may be one"),
    ]
}
