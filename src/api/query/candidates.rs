//! `candidates`: who comes next for a scheme; `schemeHolders`: who holds it, whose time runs out first, who
//! has outgrown a cap, and what the number becomes if all or none renew.

use std::sync::Arc;

use super::eligibility::{chosen, judged};
use super::{after, search};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::page::{self, Page};
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::value::decimal;
use crate::domain::{Day, Kind};
use crate::graph::EntityRow;
use crate::programme::Regions;
use crate::programme::candidates::{self, Candidate, Holder};
use crate::programme::criteria::CriterionSet;

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;
/// Days ahead that `schemeHolders` looks where nothing is given.
const AHEAD: i64 = 180;
/// Caps that one holder has outgrown, at most.
const MOST_CAPS: u32 = 100;

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let narrowed = |field: FieldDef| {
        field
            .arg(
                "scheme",
                "String!",
                "哪类资质，如 HNTE；有哪些见 criteriaLibrary",
                "Which scheme, such as HNTE; criteriaLibrary lists them",
            )
            .arg(
                "region",
                "Reference",
                "只看归口在此地区（含下辖）的",
                "Only those whom this region, or one below it, answers for",
            )
    };
    let candidates = narrowed(
        FieldDef::new(
            "candidates",
            "SchemeCandidateConnection!",
            "谁最接近某类资质：先按不满足的条数，再按差距，再按缺数据的条数；已有这类资质的、停业注销迁出的不列，没有任何年度数据的只计数",
            "Who is nearest to a scheme: by criteria unmet, then by distance, then by criteria unknown. Holders and those out of business are left out, those without any figures are only counted",
            candidates,
        )
        .cost(1_000)
        .scan(),
    )
    .arg("version", "String", "条件的版本；不填为查询日期施行的一版", "The version of the criteria; that in force on the day where nothing is given")
    .arg(
        "among",
        "[String!]",
        "只在持有其中一类资质的单位里找，如 SME_NATIONAL；不填为全部",
        "Only among holders of one of these schemes, such as SME_NATIONAL; all where nothing is given",
    )
    .first(PAGE, limits.page);
    let holders = narrowed(
        FieldDef::new(
            "schemeHolders",
            "SchemeHolderConnection!",
            "某类资质现有哪些单位，按到期先后；谁已超过上限，谁将到期，都续或都不续时各有多少",
            "Who holds a scheme, the first to run out first; who has outgrown a cap, and how many there will be if all or none renew",
            holders,
        )
        .cost(1_000)
        .scan(),
    )
    .arg("within", "Int", "看今后多少天内到期的，默认 180。单位：天", "How far ahead ends are looked for, 180 by default. Unit: days")
    .first(PAGE, limits.page);
    vec![after(candidates), after(holders)]
}

/// The nodes that criteria are about and that a region answers for.
fn nodes<'c>(cx: &Cx<'c>, kinds: &[Kind], region: Option<EntityRow>) -> Vec<EntityRow> {
    let regions = Regions::of(cx.lens);
    let all = kinds.iter().flat_map(|kind| cx.lens.nodes(*kind)).take_while(|_| cx.lens.budget().spend(1));
    all.filter(|node| region.is_none_or(|region| regions.answers_for(region, *node))).collect()
}

fn region(cx: &Cx<'_>, args: &Args<'_>) -> Result<Option<EntityRow>, ApiError> {
    let given = args.get("region").map(|given| inputs::reference(&given)).transpose()?;
    given.map(|reference| find(cx, &reference, &[Kind::Region])).transpose()
}

/// A page of candidates.
struct Next {
    set: CriterionSet,
    without_data: usize,
    page: Page,
}

/// A candidate with the set it was tried by.
struct Tried {
    set: Arc<CriterionSet>,
    rank: usize,
    candidate: Candidate,
}

fn candidates(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let scheme = args.text("scheme").unwrap_or_default();
    let set = chosen(cx, &scheme, args.text("version").as_deref())?;
    let (region, among) = (region(cx, args)?, args.names("among"));
    let found = candidates::candidates(cx.lens, &set, &among, nodes(cx, &set.kinds, region).into_iter());
    let shared = Arc::new(set.clone());
    let ty = search::place(cx, "SchemeCandidate");
    let key = |at: usize| found.ranked.get(at).map_or_else(String::new, |one| candidates::place(&cx.lens, one));
    let object = |at: usize| {
        let tried = found.ranked.get(at).map(|candidate| Tried {
            set: Arc::clone(&shared),
            rank: at + 1,
            candidate: candidate.clone(),
        });
        tried.map_or(Object::Data(usize::MAX, Arc::new(())), |tried| Object::Data(ty, Arc::new(tried)))
    };
    let asked = ["scheme", "version", "among", "region"].map(|name| args.get(name));
    let scope = format!("candidates/{asked:?}/{}/{:?}", cx.lens.day, cx.lens.rights());
    let page = page::cut(cx, args, &scope, "SchemeCandidateEdge", (found.ranked.len(), &key, &object))?;
    Ok(cx.types.data("SchemeCandidateConnection", Next { set, without_data: found.without_data, page }))
}

/// A page of holders, and how many there are and will be.
struct Held {
    total: usize,
    ending: usize,
    outgrown: usize,
    until: Day,
    page: Page,
}

fn holders(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let scheme = args.text("scheme").unwrap_or_default();
    let set = chosen(cx, &scheme, None)?;
    let region = region(cx, args)?;
    let within = args.number("within").unwrap_or(AHEAD).clamp(0, 36_500);
    let until = Day(cx.lens.day.0.saturating_add(i32::try_from(within).unwrap_or(i32::MAX)));
    let found = candidates::holders(cx.lens, Some(&set), &scheme, nodes(cx, &set.kinds, region).into_iter());
    let ty = search::place(cx, "SchemeHolder");
    let key = |at: usize| {
        found.get(at).map_or_else(String::new, |one| {
            format!(
                "{:012}/{}/{}",
                one.ends.map_or(i64::MAX >> 24, |day| i64::from(day.0)),
                cx.lens.code(one.node),
                cx.lens.id(one.node)
            )
        })
    };
    let object = |at: usize| Object::Data(ty, Arc::new(found.get(at).cloned()));
    let asked = ["scheme", "within", "region"].map(|name| args.get(name));
    let scope = format!("schemeHolders/{asked:?}/{}/{:?}", cx.lens.day, cx.lens.rights());
    let page = page::cut(cx, args, &scope, "SchemeHolderEdge", (found.len(), &key, &object))?;
    let ending = found.iter().filter(|one| one.ends.is_some_and(|end| end <= until)).count();
    let outgrown = found.iter().filter(|one| !one.outgrown.is_empty()).count();
    Ok(cx.types.data("SchemeHolderConnection", Held { total: found.len(), ending, outgrown, until, page }))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![
        TypeDef::new("SchemeCandidateConnection", "候选单位：分页列表", "Candidates, in pages", next_fields()),
        page::edge("SchemeCandidateEdge", "SchemeCandidate", "候选单位", "A candidate"),
        candidate(),
        TypeDef::new(
            "SchemeHolderConnection",
            "持有某类资质的单位：分页列表",
            "Holders of a scheme, in pages",
            held_fields(),
        ),
        page::edge("SchemeHolderEdge", "SchemeHolder", "持有某类资质的单位", "A holder of a scheme"),
        holder(),
    ]
}

fn next_fields() -> Vec<FieldDef> {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Next) -> Out| {
        field(name, ty, zh, en, move |_, next: &Next, _| Ok(read(next)))
    };
    let mut fields = page::of_page::<Next>("SchemeCandidateEdge", |next| &next.page);
    fields.extend([
        of(
            "withoutData",
            "Int!",
            "没有任何年度数据、无从判断的单位数。单位：家",
            "Of so many no figures are known. Unit: organisations",
            |next| Out::count(next.without_data),
        ),
        of("version", "String!", "所用条件的版本", "The version of the criteria used", |next| {
            Out::text(next.set.version.as_str())
        }),
        of("document", "String!", "所用条件的文号", "The document of the criteria used", |next| {
            Out::text(next.set.document.as_str())
        }),
        of(
            "isVerified",
            "Boolean!",
            "条件是否与官方文本核对过",
            "Whether the criteria were compared with the official text",
            |next| Out::flag(next.set.verified),
        ),
    ]);
    fields
}

fn candidate() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &Tried) -> Out| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, tried: &Tried, _| Ok(read(cx, tried)))
    };
    TypeDef::new(
        "SchemeCandidate",
        "一个候选单位：第几名，几条不满足，差多远",
        "A candidate: at which place, how many criteria unmet, how far",
        vec![
            of("rank", "Int!", "第几名。单位：名", "At which place. Unit: place", |_, tried| {
                Out::count(tried.rank)
            }),
            of("organization", "Node!", "哪个单位", "Which one it is", |_, tried| {
                Out::Object(Object::Node(tried.candidate.node))
            }),
            of(
                "unmetCount",
                "Int!",
                "不满足的条数。单位：条",
                "Criteria that are not met. Unit: criteria",
                |_, tried| Out::count(tried.candidate.unmet),
            ),
            of(
                "unknownCount",
                "Int!",
                "数据不足的条数。单位：条",
                "Criteria of which data are missing. Unit: criteria",
                |_, tried| Out::count(tried.candidate.unknown),
            ),
            of(
                "expertCount",
                "Int!",
                "需专家评价的条数。单位：条",
                "Criteria that experts judge. Unit: criteria",
                |_, tried| Out::count(tried.candidate.expert),
            ),
            of(
                "relativeGap",
                "Decimal!",
                "各条差距之和，以门槛为 1。单位：倍",
                "The gaps of all criteria added up, each as a share of its threshold. Unit: thresholds",
                |_, tried| Out::text(decimal(tried.candidate.relative, 6)),
            ),
            of("eligibility", "Eligibility!", "逐条对照", "Criterion by criterion", |cx, tried| {
                let judged = judged(cx, tried.candidate.node, tried.set.as_ref().clone());
                cx.types.data("Eligibility", Arc::new(judged))
            })
            .cost(50)
            .walk(),
        ],
    )
}

fn held_fields() -> Vec<FieldDef> {
    let count = |name: &str, zh: &str, en: &str, read: fn(&Held) -> usize| {
        field(name, "Int!", zh, en, move |_, held: &Held, _| Ok(Out::count(read(held))))
    };
    let mut fields = page::of_page::<Held>("SchemeHolderEdge", |held| &held.page);
    fields.extend([
        field(
            "until",
            "Date!",
            "到期看到哪一天（含）",
            "The last day to which ends are looked for",
            |_, held: &Held, _| Ok(Out::text(held.until.to_string())),
        ),
        count(
            "endingCount",
            "到那一天为止到期的。单位：家",
            "Whose time runs out by then. Unit: organisations",
            |held| held.ending,
        ),
        count(
            "ifAllRenew",
            "都续上时的家数。单位：家",
            "How many there are if all renew. Unit: organisations",
            |held| held.total,
        ),
        count(
            "ifNoneRenew",
            "都不续时的家数。单位：家",
            "How many are left if none renews. Unit: organisations",
            |held| held.total - held.ending,
        ),
        count(
            "outgrownCount",
            "已超过上限的家数。单位：家",
            "How many have outgrown a cap. Unit: organisations",
            |held| held.outgrown,
        ),
    ]);
    fields
}

fn holder() -> TypeDef {
    let of = |name: &str, ty: &str, zh: &str, en: &str, read: fn(&Cx<'_>, &Holder) -> Out| {
        field(name, ty, zh, en, move |cx: &Cx<'_>, holder: &Option<Holder>, _| {
            Ok(holder.as_ref().map_or(Out::Null, |holder| read(cx, holder)))
        })
    };
    TypeDef::new(
        "SchemeHolder",
        "持有某类资质的一个单位：哪天到期，现在还合不合条件",
        "A holder of a scheme: when it runs out, and whether it still meets the criteria",
        vec![
            of("organization", "Node!", "哪个单位", "Which one it is", |_, holder| {
                Out::Object(Object::Node(holder.node))
            }),
            of(
                "endsOn",
                "Date",
                "从哪天起不再有效；空为没有写明",
                "The day from which it counts no more; null where open",
                |_, holder| Out::option(holder.ends.map(|day| Out::text(day.to_string()))),
            ),
            of(
                "daysLeft",
                "Int",
                "还有多少天。单位：天",
                "How many days are left. Unit: days",
                |cx, holder| {
                    Out::option(holder.ends.map(|day| Out::number(i64::from(day.0) - i64::from(cx.lens.day.0))))
                },
            ),
            of(
                "outgrown",
                "[String!]!",
                "已超过上限的条号，见 criteria",
                "Numbers of the criteria whose caps it has outgrown",
                |_, holder| Out::List(holder.outgrown.iter().map(|number| Out::text(number.as_str())).collect()),
            )
            .at_most(MOST_CAPS),
            of(
                "unmetCount",
                "Int!",
                "现在不满足的条数。单位：条",
                "Criteria that are not met now. Unit: criteria",
                |_, holder| Out::count(holder.unmet),
            ),
        ],
    )
}
