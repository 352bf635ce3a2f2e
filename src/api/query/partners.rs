//! `partners`: who fits, ranked, with reasons that can be checked.

use std::sync::Arc;

use async_graphql::Value as Gql;

use super::partner_types::{Answer, Explained, Ranked};
use super::search::{index, kinds, place};
use super::{after, min_sequence};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::page;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::attribute::TextWeight;
use crate::domain::{Kind, Relation, Value};
use crate::graph::{EntityRow, Tie};
use crate::matching::{self, Ranking, TextEvidence, Weights, Wish};

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
            .arg("kinds", "[NodeKind!]", "找哪些种类的伙伴；默认为企业和需求找高校院所，为成果找企业", "Kinds of partners; institutes for firms and demands, firms for results by default")
            .arg("explain", "Reference", "说明某个候选的名次，或它为什么没有入选", "Says at which place a candidate stands, or why it does not")
            .first(5, limits.page),
        ))
        .heavy(),
    ]
}

fn partners(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let given = args.get("for").unwrap_or_default();
    let (mut wish, text, default) = wish(cx, &given)?;
    let mut wanted = kinds(args, "kinds");
    if wanted.is_empty() {
        wanted = vec![default];
    }
    wish.text = evidence(cx, &text, &wanted)?;
    let ranking = Arc::new(matching::partners(&cx.lens, &wish, &wanted, &Weights::shipped()));
    let explained = match args.get("explain") {
        Some(candidate) => Some(explain(cx, &inputs::reference(&candidate)?, &wanted, &ranking)?),
        None => None,
    };
    let edge = place(cx, "PartnerEdge");
    let ranked = |place: usize| Ranked { ranking: Arc::clone(&ranking), place, cursor: String::new() };
    let objects: Vec<Object> =
        (0..ranking.partners.len()).map(|place| Object::Data(edge, Arc::new(ranked(place)))).collect();
    let place_of = |object: &Object| match object {
        Object::Data(_, data) => data.downcast_ref::<Ranked>().map_or(0, |ranked| ranked.place),
        _ => 0,
    };
    // A page belongs to one state of the data and one version of the weights.
    let scope = format!(
        "partners/{given}/{wanted:?}/{}/{}/{}/{:?}",
        cx.lens.sequence(),
        ranking.version,
        cx.lens.day,
        cx.lens.rights()
    );
    let mut page =
        page::paginate(cx, args, &scope, "PartnerEdge", &objects, |object| format!("{:09}", place_of(object)))?;
    for entry in &mut page.edges {
        let place = place_of(&entry.object);
        let cursor = entry.cursor.clone();
        entry.object = Object::Data(edge, Arc::new(Ranked { cursor, ..ranked(place) }));
    }
    Ok(cx.types.data("PartnerConnection", Answer { ranking, page, explained }))
}

/// The wish, its words, and the kind of partner it looks for by default.
fn wish(cx: &Cx<'_>, given: &Gql) -> Result<(Wish, String, Kind), ApiError> {
    let Gql::Object(fields) = given else { return Err(empty_wish()) };
    let Some((name, value)) = fields.iter().next() else { return Err(empty_wish()) };
    let find = |kinds: &[Kind]| find(cx, &inputs::reference(value)?, kinds);
    let owners = |node, relation| cx.lens.ties(node, Some(relation), false).map(|tie: Tie| tie.there).collect();
    match (name.as_str(), value) {
        ("organization", _) => {
            let node = find(Kind::ORGANIZATIONS)?;
            let demands: Vec<EntityRow> =
                cx.lens.ties(node, Some(Relation::HasDemand), true).map(|tie| tie.there).collect();
            let words =
                [node].into_iter().chain(demands).map(|node| own_words(cx, node, cx.lens.kind(node) == Kind::Demand));
            let text = words.collect::<Vec<_>>().join("\n");
            let default = if cx.lens.kind(node) == Kind::Institute { Kind::Enterprise } else { Kind::Institute };
            Ok((Wish { seekers: vec![node], about: vec![node], text: None }, text, default))
        }
        ("demand", _) => {
            let node = find(&[Kind::Demand])?;
            let wish = Wish { seekers: owners(node, Relation::HasDemand), about: vec![node], text: None };
            Ok((wish, own_words(cx, node, true), Kind::Institute))
        }
        ("achievement", _) => {
            let node = find(&[Kind::Achievement])?;
            let wish = Wish { seekers: owners(node, Relation::HasAchievement), about: vec![node], text: None };
            Ok((wish, own_words(cx, node, true), Kind::Enterprise))
        }
        ("text", Gql::String(text)) => {
            if text.trim().is_empty() {
                return Err(empty_wish());
            }
            if text.chars().count() > cx.limits.wish_characters {
                return Err(ApiError::new(
                    "QUERY_TOO_LONG",
                    format!("描述超过 {} 个字。请缩短。", cx.limits.wish_characters),
                    format!("The description has more than {} characters. Shorten it.", cx.limits.wish_characters),
                ));
            }
            Ok((Wish::default(), text.clone(), Kind::Institute))
        }
        _ => Err(empty_wish()),
    }
}

fn empty_wish() -> ApiError {
    ApiError::new(
        "EMPTY_WISH",
        "请说明为谁找：organization、demand、achievement 或 text 之一，且不为空。",
        "Say for whom: exactly one of organization, demand, achievement, text, and not empty.",
    )
}

/// The words a node says of itself: its keywords and running texts, and its title where it has one.
fn own_words(cx: &Cx<'_>, node: EntityRow, with_title: bool) -> String {
    let mut words = Vec::new();
    if with_title {
        words.push(cx.lens.name(node).to_owned());
    }
    let attributes = cx.lens.kind(node).row().attributes.iter().filter(|attribute| attribute.text != TextWeight::None);
    for value in attributes.filter_map(|attribute| cx.lens.value(node, attribute)) {
        match value {
            Value::Text(text) => words.push(text.clone()),
            Value::Texts(texts) => words.extend(texts.iter().cloned()),
            _ => {}
        }
    }
    words.join("\n")
}

fn evidence(cx: &Cx<'_>, text: &str, wanted: &[Kind]) -> Result<Option<Vec<TextEvidence>>, ApiError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut documents = vec![Kind::Achievement, Kind::Platform];
    documents.extend(wanted);
    if wanted.contains(&Kind::Enterprise) {
        documents.push(Kind::Demand);
    }
    let found = index(cx)?.similar(&cx.lens, text, &documents, cx.limits.evidence_documents)?;
    cx.lens.budget().spend(u64::try_from(found.len()).unwrap_or(u64::MAX));
    let evidence = found.into_iter().map(|hit| TextEvidence { document: hit.node, score: hit.score, words: hit.words });
    Ok(Some(evidence.collect()))
}

fn explain(
    cx: &Cx<'_>,
    reference: &crate::domain::command::Reference,
    wanted: &[Kind],
    ranking: &Arc<Ranking>,
) -> Result<Explained, ApiError> {
    let candidate = find(cx, reference, &[])?;
    let place = ranking.partners.iter().position(|partner| partner.node == candidate);
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
    Ok(Explained { ranking: Arc::clone(ranking), candidate, place, why_not })
}
