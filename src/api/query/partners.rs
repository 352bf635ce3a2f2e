//! `partners`: who fits, ranked, with reasons that can be checked.

use std::sync::Arc;

use async_graphql::Value as Gql;

use super::partner_types::{Answer, Explained, Ranked};
use super::search::{index, kinds, place};
use super::{after, min_sequence};
use crate::api::error::ApiError;
use crate::api::seeking::{self, Asked, own_words};
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::page;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::{Kind, Relation};
use crate::graph::{EntityRow, Tie};
use crate::matching::{Match, Ranking, Weights};

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    vec![
        min_sequence(after(
            FieldDef::new(
                "partners",
                "PartnerConnection!",
                "推荐合作伙伴：为机构、需求、成果或一段文字，按相关度排序，每条理由都可核对；只供参考，不是决定",
                "Partners for an organisation, demand, result or free words, ranked, with reasons that can be checked; advice, never a decision",
                partners,
            )
            .cost(5_000)
            .walk()
            .arg("for", "PartnerWish!", "为谁找", "For whom")
            .arg("need", "String", "这次要做什么，用几句话说；代替机构自己的介绍和需求", "What is wanted this time, in a few sentences; in place of what the organisation says of itself and its demands")
            .arg("kinds", "[NodeKind!]", "找哪些种类的伙伴；默认为企业和需求找高校院所，为成果找企业", "Kinds of partners; institutes for firms and demands, firms for results by default")
            .arg("explain", "Reference", "说明某个候选的名次，或它为什么没有入选", "Says at which place a candidate stands, or why it does not")
            .first(5, limits.page),
        ))
        .heavy(),
    ]
}

fn partners(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let given = args.get("for").unwrap_or_default();
    let mut wanted = kinds(args, "kinds");
    let asked = asked(cx, &given, args.text("need").as_deref(), &mut wanted)?;
    let weights = Weights::shipped();
    let index = index(cx)?;
    let ground = seeking::ground(cx.view, &cx.lens, cx.limits, &asked);
    let wish = seeking::wish(&cx.lens, index, cx.limits, &weights, &asked, ground.as_deref())?;
    let matched = Match::new(&cx.lens, &wish, &wanted, &weights, ground.as_deref());
    let ranking = matched.rank();
    let explained = match args.get("explain") {
        Some(candidate) => Some(explain(cx, &inputs::reference(&candidate)?, &wanted, (&matched, &ranking))?),
        None => None,
    };
    // A page belongs to one state of the data and one version of the weights.
    let scope = format!(
        "partners/{given}/{}/{wanted:?}/{}/{}/{}/{:?}",
        args.text("need").unwrap_or_default(),
        cx.lens.sequence(),
        ranking.version,
        cx.lens.day,
        cx.lens.rights()
    );
    let edge = place(cx, "PartnerEdge");
    let key = |place: usize| format!("{place:09}");
    let told = |place: usize| Object::Data(edge, Arc::new(place));
    let mut page = page::cut(cx, args, &scope, "PartnerEdge", (ranking.placed.len(), &key, &told))?;
    for entry in &mut page.edges {
        let Object::Data(_, data) = &entry.object else { continue };
        let Some(place) = data.downcast_ref::<usize>().copied() else { continue };
        let Some(placed) = ranking.placed.get(place) else { continue };
        let partner = Arc::new(matched.partner(*placed));
        entry.object = Object::Data(edge, Arc::new(Ranked { partner, place, cursor: entry.cursor.clone() }));
    }
    Ok(cx.types.data("PartnerConnection", Answer { ranking: Arc::new(ranking), page, explained }))
}

/// Who seeks what; where no kind of partner is named, the one that is meant.
fn asked(cx: &Cx<'_>, given: &Gql, need: Option<&str>, wanted: &mut Vec<Kind>) -> Result<Asked, ApiError> {
    let (seekers, about, mut text, default) = for_whom(cx, given)?;
    if let Some(need) = need {
        short_enough(cx, need)?;
        need.clone_into(&mut text);
    }
    if wanted.is_empty() {
        wanted.push(default);
    }
    Ok(Asked { seekers, about, text, kinds: wanted.clone() })
}

/// Those who seek, what describes the need, its words, and the kind of partner meant by default.
type ForWhom = (Vec<EntityRow>, Vec<EntityRow>, String, Kind);

fn for_whom(cx: &Cx<'_>, given: &Gql) -> Result<ForWhom, ApiError> {
    let Gql::Object(fields) = given else { return Err(empty_wish()) };
    let Some((name, value)) = fields.iter().next() else { return Err(empty_wish()) };
    let find = |kinds: &[Kind]| find(cx, &inputs::reference(value)?, kinds);
    let owners = |node, relation| cx.lens.ties(node, Some(relation), false).map(|tie: Tie| tie.there).collect();
    match (name.as_str(), value) {
        ("organization", _) => {
            let node = find(Kind::ORGANIZATIONS)?;
            let demands: Vec<EntityRow> =
                cx.lens.ties(node, Some(Relation::HasDemand), true).map(|tie| tie.there).collect();
            let words = [node].into_iter().chain(demands);
            let words = words.map(|node| own_words(&cx.lens, node, cx.lens.kind(node) == Kind::Demand));
            let text = words.collect::<Vec<_>>().join("\n");
            let default = if cx.lens.kind(node) == Kind::Institute { Kind::Enterprise } else { Kind::Institute };
            Ok((vec![node], vec![node], text, default))
        }
        ("demand", _) => {
            let node = find(&[Kind::Demand])?;
            let text = own_words(&cx.lens, node, true);
            Ok((owners(node, Relation::HasDemand), vec![node], text, Kind::Institute))
        }
        ("achievement", _) => {
            let node = find(&[Kind::Achievement])?;
            let text = own_words(&cx.lens, node, true);
            Ok((owners(node, Relation::HasAchievement), vec![node], text, Kind::Enterprise))
        }
        ("text", Gql::String(text)) => {
            if text.trim().is_empty() {
                return Err(empty_wish());
            }
            short_enough(cx, text)?;
            Ok((Vec::new(), Vec::new(), text.clone(), Kind::Institute))
        }
        _ => Err(empty_wish()),
    }
}

fn short_enough(cx: &Cx<'_>, text: &str) -> Result<(), ApiError> {
    if text.chars().count() <= cx.limits.wish_characters {
        return Ok(());
    }
    Err(ApiError::new(
        "QUERY_TOO_LONG",
        format!("描述超过 {} 个字。请缩短。", cx.limits.wish_characters),
        format!("The description has more than {} characters. Shorten it.", cx.limits.wish_characters),
    ))
}

fn empty_wish() -> ApiError {
    ApiError::new(
        "EMPTY_WISH",
        "请说明为谁找：organization、demand、achievement 或 text 之一，且不为空。",
        "Say for whom: exactly one of organization, demand, achievement, text, and not empty.",
    )
}

fn explain(
    cx: &Cx<'_>,
    reference: &crate::domain::command::Reference,
    wanted: &[Kind],
    (matched, ranking): (&Match<'_>, &Ranking),
) -> Result<Explained, ApiError> {
    let candidate = find(cx, reference, &[])?;
    let place = ranking.placed.iter().position(|placed| placed.node == candidate);
    let why_not = if place.is_some() {
        (String::new(), String::new())
    } else if ranking.related.contains(&candidate) {
        (
            "它就是需求方本身，或与需求方属于同一家（上级、下属或同一单位的其他部门）。".to_owned(),
            "It is the one who seeks, or belongs to the same house.".to_owned(),
        )
    } else if wanted.contains(&cx.lens.kind(candidate)) {
        (
            "没有文字、领域、共同联系或合作历史方面的依据；地域近不足以推荐。".to_owned(),
            "No words, fields, shared ties or prior work speak for it; being near is not enough.".to_owned(),
        )
    } else {
        let labels = wanted.iter().map(|kind| kind.row().label_zh).collect::<Vec<_>>().join("、");
        let names = wanted.iter().map(|kind| kind.row().name).collect::<Vec<_>>().join(", ");
        let kind = cx.lens.kind(candidate).row();
        (
            format!("它是{}，本次只在{labels}中找。", kind.label_zh),
            format!("It is of the kind {}; this search looks among {names} alone.", kind.name),
        )
    };
    let partner = |place: usize| ranking.placed.get(place).map(|placed| Arc::new(matched.partner(*placed)));
    Ok(Explained { partner: place.and_then(partner), candidate, place, why_not })
}
