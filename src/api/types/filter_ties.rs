//! Conditions of filters that look at the ties of a node: who answers for it, what it is tied by, with
//! whom it has worked. What a lens does not show is no tie: an owner that is hidden has none.

use async_graphql::Value as Gql;

use super::def::{ArgDef, Cx};
use super::filter::lies_below;
use super::inputs::input_field;
use crate::domain::{Kind, Relation, Value, enumeration};
use crate::graph::EntityRow;

/// The fields of this file, for the filter of every kind.
pub fn inputs() -> Vec<ArgDef> {
    vec![
        input_field(
            "jurisdiction",
            "Reference",
            "归口于此地区（含下辖地区）；考核计数按归口，一家单位只算在一处；需求、成果随所属单位，合作随参加的企业（没有企业的随各方）",
            "This region or one below it answers for it; an organisation is counted in one place alone. Demands and results follow their holders, collaborations the firms in them, or all parties where there is none",
        ),
        input_field(
            "withRelations",
            "[Relation!]",
            "在查询日期每一种都有，不分方向",
            "Has a tie of each of these on the day, in either direction",
        ),
        input_field(
            "withoutRelations",
            "[Relation!]",
            "在查询日期一种都没有，不分方向；看不到的关系算没有",
            "Has no tie of any of these on the day, in either direction; what may not be seen is none",
        ),
        input_field(
            "workedWith",
            "[NodeKind!]",
            "到查询日期为止，与这些种类之一的单位同在一项合作里；框架协议不计",
            "By the day it has been party to one collaboration with an organisation of one of these kinds; framework agreements do not count",
        ),
    ]
}

/// Does the region, or one below it, answer for the node?
pub fn answered_for_by(cx: &Cx<'_>, node: EntityRow, region: EntityRow) -> bool {
    let role = Relation::LocatedIn.row().attribute("role");
    let jurisdiction = enumeration::LOCATION_ROLE.by_name("JURISDICTION").map(|code| Value::Code(code.tag));
    let (Some(role), Some(jurisdiction)) = (role, jurisdiction) else { return false };
    let answers = cx
        .lens
        .ties(node, Some(Relation::LocatedIn), true)
        .filter(|tie| cx.lens.tie_value(tie.row, role) == Some(&jurisdiction));
    lies_below(cx, answers.map(|tie| tie.there).collect(), region)
}

/// Has it ties of all of these relations?
pub fn has_each(cx: &Cx<'_>, node: EntityRow, relations: &Gql) -> bool {
    named(relations).all(|relation| is_tied_by(cx, node, relation))
}

/// Has it no tie of any of these?
pub fn has_none(cx: &Cx<'_>, node: EntityRow, relations: &Gql) -> bool {
    !named(relations).any(|relation| is_tied_by(cx, node, relation))
}

/// Has it been party to a collaboration with somebody of these kinds?
pub fn has_worked_with(cx: &Cx<'_>, node: EntityRow, kinds: &Gql) -> bool {
    let kinds: Vec<Kind> = Kind::all().filter(|kind| names(kinds).any(|name| name == kind.row().code)).collect();
    let framework = enumeration::COLLABORATION_KIND.by_name("FRAMEWORK").map(|code| Value::Code(code.tag));
    let works = cx.lens.ties(node, Some(Relation::ParticipatesIn), true).map(|tie| tie.there);
    let mut counting = works.filter(|work| cx.lens.value_named(*work, "kind") != framework.as_ref());
    counting.any(|work| {
        let mut others = cx.lens.ties(work, Some(Relation::ParticipatesIn), false);
        others.any(|other| other.there != node && kinds.contains(&cx.lens.kind(other.there)))
    })
}

fn is_tied_by(cx: &Cx<'_>, node: EntityRow, relation: Relation) -> bool {
    [true, false].into_iter().any(|forward| cx.lens.ties(node, Some(relation), forward).next().is_some())
}

fn named(relations: &Gql) -> impl Iterator<Item = Relation> + use<'_> {
    Relation::all().filter(|relation| names(relations).any(|name| name == relation.row().name))
}

fn names(value: &Gql) -> impl Iterator<Item = &str> {
    let all = if let Gql::List(list) = value { list.as_slice() } else { std::slice::from_ref(value) };
    all.iter().filter_map(|value| match value {
        Gql::Enum(name) => Some(name.as_str()),
        Gql::String(text) => Some(text.as_str()),
        _ => None,
    })
}
