//! `neighborhood` and `paths`.

use super::search::kinds;
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::resolve::Args;
use crate::api::types::{inputs, tie};
use crate::config::Limits;
use crate::domain::Relation;
use crate::graph::{EntityRow, Neighborhood, Route, Tie};

struct Routes {
    routes: Vec<Route>,
    visited: u64,
    truncated: bool,
}

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let (depth, length) = (limits.neighborhood_depth, limits.path_length);
    vec![
        FieldDef::new("neighborhood", "Neighborhood!", "一个对象周围的网络：几步以内的对象与关系", "The network around a node: nodes and ties within some steps", neighborhood)
            .cost(500)
            .walk()
            .arg("of", "Reference!", "中心", "The centre")
            .arg("depth", "Int!", format!("几步以内，1 到 {depth}，默认 1。单位：步"), format!("Within how many steps, 1 to {depth}, 1 by default. Unit: steps"))
            .default(1)
            .arg("kinds", "[NodeKind!]", "只走到这些种类", "Only nodes of these kinds")
            .arg("relations", "[Relation!]", "只沿这些关系", "Only along these relations")
            .sized("limit", 50, limits.neighborhood_nodes, "最多多少个对象", "How many nodes at most")
            .heavy(),
        FieldDef::new("paths", "PathList!", "两个对象之间的联系路径，每一步都是一句话和一条真实关系；默认不走地区和领域，“都在新乡”说明不了什么", "How two nodes are linked: each step a sentence and a real tie. Places and fields are left out by default, for they explain nothing", paths)
            .cost(1_000)
            .walk()
            .arg("from", "Reference!", "起点", "Where the paths begin")
            .arg("to", "Reference!", "终点", "Where the paths lead")
            .arg("maxLength", "Int!", format!("最多几步，1 到 {length}，默认 4。单位：步"), format!("At most how many steps, 1 to {length}, 4 by default. Unit: steps"))
            .default(4)
            .arg("relations", "[Relation!]", "只沿这些关系", "Only along these relations")
            .sized("first", 3, limits.paths, "最多几条路径", "How many paths at most")
            .heavy(),
    ]
}

fn reference(cx: &Cx<'_>, args: &Args<'_>, name: &str) -> Result<EntityRow, ApiError> {
    let reference = inputs::reference(&args.get(name).unwrap_or_default())?;
    find(cx, &reference, &[])
}

fn steps(args: &Args<'_>, name: &str, most: u32) -> Result<u32, ApiError> {
    let given = args.number(name).unwrap_or(1);
    u32::try_from(given).ok().filter(|steps| (1..=most).contains(steps)).ok_or_else(|| {
        ApiError::new(
            "STEPS",
            format!("{name} 应在 1 到 {most} 之间，给的是 {given}。"),
            format!("{name} must lie between 1 and {most}, not {given}."),
        )
    })
}

fn relations(args: &Args<'_>) -> Vec<Relation> {
    args.names("relations").iter().filter_map(|name| Relation::by_name(name)).collect()
}

fn neighborhood(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let depth = steps(args, "depth", cx.limits.neighborhood_depth)?;
    let limit = args.size("limit")?;
    let found = cx.lens.neighborhood(reference(cx, args, "of")?, depth, &relations(args), &kinds(args, "kinds"), limit);
    Ok(cx.types.data("Neighborhood", found))
}

fn paths(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let (from, to) = (reference(cx, args, "from")?, reference(cx, args, "to")?);
    if from == to {
        return Err(ApiError::new(
            "SAME_ENDS",
            "起点与终点是同一个对象。请改其中一个。",
            "Both ends are the same. Change one of them.",
        ));
    }
    let longest = steps(args, "maxLength", cx.limits.path_length)?;
    let before = cx.lens.budget().shown();
    let (routes, truncated) = cx.lens.routes(from, to, &relations(args), longest, args.size("first")?);
    let visited = cx.lens.budget().shown() - before;
    Ok(cx.types.data("PathList", Routes { routes, visited, truncated }))
}

fn count(number: u64) -> Out {
    Out::count(usize::try_from(number).unwrap_or(usize::MAX))
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    vec![
        TypeDef::new(
            "Neighborhood",
            "一个对象周围的网络",
            "The network around a node",
            vec![
                field(
                    "nodes",
                    "[NeighborhoodNode!]!",
                    "对象，近的在前，第一个是中心",
                    "The nodes, nearest first; the first is the centre",
                    |cx, found: &Neighborhood, _| {
                        Ok(Out::List(found.nodes.iter().map(|node| cx.types.data("NeighborhoodNode", *node)).collect()))
                    },
                ),
                field(
                    "edges",
                    "[Tie!]!",
                    "它们之间走过的关系",
                    "The ties between them that were walked",
                    |_, found: &Neighborhood, _| {
                        Ok(Out::List(found.ties.iter().map(|tie| Out::Object(Object::Tie(*tie))).collect()))
                    },
                )
                .at_most(4),
                field(
                    "visited",
                    "Int!",
                    "查看过多少条关系。单位：条",
                    "How many ties were looked at. Unit: ties",
                    |_, found: &Neighborhood, _| Ok(count(found.visited)),
                ),
                field(
                    "truncated",
                    "Boolean!",
                    "是否因上限而没有走完",
                    "Whether a limit cut the walk",
                    |_, found: &Neighborhood, _| Ok(Out::flag(found.truncated)),
                ),
            ],
        ),
        TypeDef::new(
            "NeighborhoodNode",
            "网络中的一个对象及其距离",
            "A node of a neighbourhood with its distance",
            vec![
                field(
                    "distance",
                    "Int!",
                    "离中心几步。单位：步",
                    "Steps from the centre. Unit: steps",
                    |_, found: &(EntityRow, u32), _| Ok(Out::number(i64::from(found.1))),
                ),
                field("node", "Node!", "这个对象", "The node itself", |_, found: &(EntityRow, u32), _| {
                    Ok(Out::Object(Object::Node(found.0)))
                }),
            ],
        ),
        TypeDef::new(
            "PathList",
            "两个对象之间的路径",
            "The paths between two nodes",
            vec![
                field(
                    "paths",
                    "[Path!]!",
                    "路径，短的在前",
                    "The paths, shortest first",
                    |cx, found: &Routes, _| {
                        Ok(Out::List(found.routes.iter().map(|route| cx.types.data("Path", route.clone())).collect()))
                    },
                ),
                field(
                    "visited",
                    "Int!",
                    "查看过多少条关系。单位：条",
                    "How many ties were looked at. Unit: ties",
                    |_, found: &Routes, _| Ok(count(found.visited)),
                ),
                field(
                    "truncated",
                    "Boolean!",
                    "是否还有未列出的路径，或因上限没有找完",
                    "Whether there are more, or a limit cut the search",
                    |_, found: &Routes, _| Ok(Out::flag(found.truncated)),
                ),
            ],
        ),
        TypeDef::new(
            "Path",
            "一条路径",
            "One path",
            vec![
                field(
                    "length",
                    "Int!",
                    "几步。单位：步",
                    "How many steps it has. Unit: steps",
                    |_, route: &Route, _| Ok(Out::count(route.steps.len())),
                ),
                field("summaryZh", "String!", "沿途的名称", "The names along the way", |cx, route: &Route, _| {
                    Ok(Out::text(summary(cx, route)))
                }),
                field("steps", "[PathStep!]!", "每一步", "Each step of the way", |cx, route: &Route, _| {
                    Ok(Out::List(route.steps.iter().map(|step| cx.types.data("PathStep", *step)).collect()))
                })
                .at_most(limits.path_length),
            ],
        ),
        TypeDef::new(
            "PathStep",
            "路径的一步",
            "One step of a path",
            vec![
                field(
                    "sentenceZh",
                    "String!",
                    "这一步用一句中文说",
                    "The step in Chinese words",
                    |cx, step: &Tie, _| Ok(Out::text(tie::sentence(cx, step).0)),
                ),
                field(
                    "sentenceEn",
                    "String!",
                    "这一步用一句英文说",
                    "The step in English words",
                    |cx, step: &Tie, _| Ok(Out::text(tie::sentence(cx, step).1)),
                ),
                field("from", "Node!", "从谁", "The node it leaves", |_, step: &Tie, _| {
                    Ok(Out::Object(Object::Node(step.here)))
                }),
                field("to", "Node!", "到谁", "The node it reaches", |_, step: &Tie, _| {
                    Ok(Out::Object(Object::Node(step.there)))
                }),
                field(
                    "tie",
                    "Tie!",
                    "依据的关系，可用 tie(id) 再次查到",
                    "The tie it rests on; tie(id) finds it again",
                    |_, step: &Tie, _| Ok(Out::Object(Object::Tie(*step))),
                ),
            ],
        ),
    ]
}

fn summary(cx: &Cx<'_>, route: &Route) -> String {
    let first = route.steps.first().map(|step| step.here);
    let all = first.into_iter().chain(route.steps.iter().map(|step| step.there));
    all.map(|node| cx.lens.name(node)).collect::<Vec<_>>().join(" → ")
}
