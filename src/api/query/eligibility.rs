//! `eligibility`: one organisation, carrier or alliance against the criteria of a scheme; `criteriaLibrary`:
//! every version that is known, those with a flaw too. The criteria are data; what they mean is said by
//! the pure room `programme::criteria`.

use std::sync::Arc;

use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::resolve::Args;
use crate::domain::command::Reference;
use crate::domain::{Kind, rejection};
use crate::graph::EntityRow;
use crate::programme::candidates::year_of;
use crate::programme::criteria::{CriterionSet, Dossier, Library, Subject, Verdict, evaluate};

/// Versions that `criteriaLibrary` lists, and schemes that `eligibilities` tries, at most.
const MOST_SETS: u32 = 60;

/// A node against a version of criteria.
pub struct Judged {
    /// Who.
    pub node: EntityRow,
    /// Which criteria.
    pub set: CriterionSet,
    /// What came of it.
    pub verdict: Verdict,
    /// Does it hold the scheme already?
    pub holds: Option<bool>,
}

/// The root fields of this file.
pub fn fields() -> Vec<FieldDef> {
    let version = |field: FieldDef| {
        field.arg(
            "version",
            "String",
            "条件的版本，如 2016；不填为查询日期施行的一版",
            "The version of the criteria, such as 2016; that in force on the day where nothing is given",
        )
    };
    vec![
        version(
            FieldDef::new(
                "eligibility",
                "Eligibility!",
                "对照条件：一个单位够不够某类资质，逐条给出满足、不满足、数据不足或需专家评价，数值、门槛、差多少、用了哪些数据、怎么办",
                "One organisation, carrier or alliance against the criteria of a scheme: met, unmet, unknown or for experts, with value, threshold, gap, inputs and what to do",
                eligibility,
            )
            .cost(50)
            .walk()
            .arg("organization", "Reference!", "哪个单位、载体或联盟", "Which organisation, carrier or alliance")
            .arg("scheme", "String!", "哪类资质，如 HNTE；有哪些见 criteriaLibrary", "Which scheme, such as HNTE; criteriaLibrary lists them"),
        ),
        FieldDef::new(
            "eligibilities",
            "[Eligibility!]!",
            "对照全部条件：一个单位可能申报的各类资质，各差什么",
            "One organisation against the criteria of every scheme that is about such organisations",
            eligibilities,
        )
        .cost(500)
        .walk()
        .at_most(MOST_SETS)
        .arg("organization", "Reference!", "哪个单位、载体或联盟", "Which organisation, carrier or alliance"),
        FieldDef::new(
            "criteriaLibrary",
            "[CriteriaVersion!]!",
            "全部条件的版本：资质、版本、施行时间、文号、来源、是否核对过；有毛病而没有采用的也列出，并说明怎么改",
            "Every version of criteria with its time, document and source; those left out for a flaw too, with what to do",
            library,
        )
        .cost(100)
        .walk()
        .at_most(MOST_SETS),
    ]
}

/// The version of a scheme's criteria that was asked for, or that is in force on the day.
pub fn chosen(cx: &Cx<'_>, scheme: &str, version: Option<&str>) -> Result<CriterionSet, ApiError> {
    let (library, _) = Library::with_held(&cx.lens);
    let found = match version {
        Some(version) => library.version(scheme, version),
        None => library.on(scheme, cx.lens.day),
    };
    found.cloned().ok_or_else(|| {
        let known = library.schemes().join("、");
        let given = rejection::clip(scheme);
        ApiError::new(
            "UNKNOWN_CRITERIA",
            format!("在 {} 没有“{given}”的这一版条件。有条件的资质：{known}；各版的施行时间见 criteriaLibrary。", cx.lens.day),
            format!("There are no such criteria of “{given}” on {}. There are those of: {known}; criteriaLibrary tells their times.", cx.lens.day),
        )
    })
}

/// Try a set on a node.
pub fn judged(cx: &Cx<'_>, node: EntityRow, set: CriterionSet) -> Judged {
    let dossier = Dossier::of(cx.lens, node);
    let verdict = evaluate(&set, &dossier, year_of(cx.lens.day));
    let holds = dossier.holds(&set.scheme);
    Judged { node, set, verdict, holds }
}

fn asked(cx: &Cx<'_>, args: &Args<'_>, kinds: &[Kind]) -> Result<EntityRow, ApiError> {
    let reference: Reference = inputs::reference(&args.get("organization").unwrap_or_default())?;
    find(cx, &reference, kinds)
}

fn eligibility(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let scheme = args.text("scheme").unwrap_or_default();
    let set = chosen(cx, &scheme, args.text("version").as_deref())?;
    let node = asked(cx, args, &set.kinds)?;
    Ok(cx.types.data("Eligibility", Arc::new(judged(cx, node, set))))
}

fn eligibilities(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let node = asked(cx, args, Kind::ACTORS)?;
    let (library, _) = Library::with_held(&cx.lens);
    let fit = |set: &&CriterionSet| set.valid.contains(cx.lens.day) && set.kinds.contains(&cx.lens.kind(node));
    let mut all: Vec<Judged> = library.sets().iter().filter(fit).map(|set| judged(cx, node, set.clone())).collect();
    all.sort_by(|one, other| one.set.scheme.cmp(&other.set.scheme));
    all.truncate(MOST_SETS as usize);
    Ok(Out::List(all.into_iter().map(|one| cx.types.data("Eligibility", Arc::new(one))).collect()))
}

/// A version, or one that was left out.
pub enum Version {
    /// It is used.
    Sound(Box<CriterionSet>),
    /// It is not: its name, and code, place and words of the flaw.
    Flawed(String, [String; 4]),
}

fn library(cx: &Cx<'_>, _: &Object, _: &Args<'_>) -> Result<Out, ApiError> {
    let (library, flaws) = Library::with_held(&cx.lens);
    let mut sound: Vec<&CriterionSet> = library.sets().iter().collect();
    sound.sort_by(|one, other| (&one.scheme, one.valid.first_day()).cmp(&(&other.scheme, other.valid.first_day())));
    let sound = sound.into_iter().map(|set| Version::Sound(Box::new(set.clone())));
    let flawed = flaws
        .into_iter()
        .map(|(name, flaw)| Version::Flawed(name, [flaw.code.to_owned(), flaw.place, flaw.zh, flaw.en]));
    let all = sound.chain(flawed).take(MOST_SETS as usize);
    Ok(Out::List(all.map(|version| cx.types.data("CriteriaVersion", version)).collect()))
}
