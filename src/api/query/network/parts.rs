//! Parts of a network: pieces without a tie between them, and communities, compared with declared clusters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::groups::{Grouping, Groups, groups};
use super::{Found, figure, of_network, worked};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::Relation;
use crate::graph::EntityRow;
use crate::network::measures::communities::{ari, canonical, modularity, nmi};
use crate::network::measures::components::weak;
use crate::network::measures::leiden::{Settings, leiden};

/// Resolutions that may be asked for.
const RESOLUTIONS: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// Parts and misfits that are listed.
const MOST: u32 = 50;

/// From so many nodes on communities are looked for once, in two rounds; below, the best of ten starts is kept.
const LARGE: usize = 5_000;

/// The fields of this file.
pub fn fields(_: &Limits) -> Vec<FieldDef> {
    vec![
        of_network(
            "pieces",
            "[NetworkPart!]!",
            "互不相连的各片，大的在前",
            "The pieces without a tie between them, the largest first",
            |cx, found, args| {
                let label = worked(cx, |work| weak(&found.network.layer, work))?;
                let parts = parts(cx, found, &canonical(&label));
                Ok(listed(cx, parts, args.size("first")?))
            },
        )
        .cost(50)
        .walk()
        .first(10, MOST),
        of_network(
            "communities",
            "NetworkCommunities!",
            "抱团：内部联系密、彼此联系疏的群体（Leiden 算法，固定种子），并与政府认定的集群比较",
            "Communities: closely tied within, loosely to one another (Leiden, seeded), compared with declared clusters",
            communities,
        )
        .arg("resolution", "Float", "分得多细，0.01 到 100，默认 1；越大群体越多越小", "How finely, 0.01 to 100, 1 by default; larger gives more and smaller ones")
        .arg("seed", "Int", "随机种子，同一种子同一结果，默认 1。单位：无", "Seed: the same seed gives the same answer, 1 by default. Unit: none")
        .cost(200)
        .walk(),
    ]
}

/// A part of a network.
struct Part {
    number: usize,
    members: Vec<EntityRow>,
    name: (String, String),
}

/// The parts, the largest first, then the one with the lowest node; members in order of code and name.
fn parts(cx: &Cx<'_>, found: &Found, label: &[u32]) -> Vec<Part> {
    let mut all: BTreeMap<u32, Vec<EntityRow>> = BTreeMap::new();
    for (label, node) in label.iter().zip(&found.network.nodes) {
        all.entry(*label).or_default().push(*node);
    }
    let mut all: Vec<Vec<EntityRow>> = all.into_values().collect();
    all.sort_by_key(|members| std::cmp::Reverse(members.len()));
    let part =
        |(place, members): (usize, Vec<EntityRow>)| Part { number: place + 1, name: name(cx, &members), members };
    all.into_iter().take(MOST as usize).enumerate().map(part).collect()
}

/// What most members have as a field; their first member where none has any.
fn name(cx: &Cx<'_>, members: &[EntityRow]) -> (String, String) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for member in members {
        for tie in cx.lens.ties(*member, Some(Relation::ClassifiedAs), true) {
            *counts.entry((cx.lens.code(tie.there), cx.lens.name(tie.there))).or_default() += 1;
        }
    }
    let first = members.first().map_or("", |member| cx.lens.name(*member));
    let most = counts.iter().max_by_key(|(field, count)| (**count, std::cmp::Reverse(**field)));
    match most {
        Some(((_, field), count)) if *count > 1 => {
            (format!("{field}为主（{count} 家）"), format!("Mostly {field} ({count})"))
        }
        _ => (format!("{first}等"), format!("{first} and others")),
    }
}

fn listed(cx: &Cx<'_>, parts: Vec<Part>, first: usize) -> Out {
    Out::List(parts.into_iter().take(first).map(|part| cx.types.data("NetworkPart", Arc::new(part))).collect())
}

struct Communities {
    count: usize,
    modularity: Option<f64>,
    parts: Vec<Arc<Part>>,
    compared: Compared,
}

/// Communities beside declared clusters, over those who are in one.
struct Compared {
    known: usize,
    nmi: Option<f64>,
    ari: Option<f64>,
    misfits: Vec<Misfit>,
}

/// Somebody whose community is mostly of another cluster.
#[derive(Clone)]
struct Misfit {
    node: EntityRow,
    declared: Option<EntityRow>,
    found: Option<EntityRow>,
}

fn communities(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let resolution = match args.get("resolution") {
        Some(async_graphql::Value::Number(number)) => number.as_f64().unwrap_or(f64::NAN),
        _ => 1.0,
    };
    if !RESOLUTIONS.contains(&resolution) {
        return Err(ApiError::new(
            "NETWORK_RESOLUTION",
            format!("resolution 应在 0.01 到 100 之间，给的是 {resolution}。默认 1。"),
            format!("resolution must lie between 0.01 and 100, not {resolution}. 1 is the default."),
        ));
    }
    let seed = args.number("seed").unwrap_or(1).unsigned_abs();
    let (starts, rounds) = if found.network.nodes.len() < LARGE { (10, 10) } else { (1, 2) };
    let settings = Settings { resolution, seed, starts, rounds };
    let layer = &found.network.layer;
    let group = worked(cx, |work| leiden(layer, &settings, work))?;
    let modularity = worked(cx, |work| modularity(layer, &group, resolution, work))?;
    let compared = compared(found, &group, &groups(cx, &found.network, Grouping::Cluster));
    let count = group.iter().max().map_or(0, |last| *last as usize + 1);
    let parts = parts(cx, found, &group).into_iter().map(Arc::new).collect();
    Ok(cx.types.data("NetworkCommunities", Arc::new(Communities { count, modularity, parts, compared })))
}

fn compared(found: &Found, group: &[u32], clusters: &Groups) -> Compared {
    let known: Vec<(usize, u32, u32)> =
        (0..group.len()).filter_map(|node| Some((node, group[node], clusters.of[node]?))).collect();
    let (mine, theirs): (Vec<u32>, Vec<u32>) = known.iter().map(|(_, mine, theirs)| (*mine, *theirs)).unzip();
    let mut counts: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
    for (_, mine, theirs) in &known {
        *counts.entry(*mine).or_default().entry(*theirs).or_default() += 1;
    }
    let node_of = |cluster: u32| clusters.labels.get(cluster as usize).and_then(|label| label.node);
    let misfits = known.iter().filter_map(|(node, mine, theirs)| {
        let main = counts.get(mine)?.iter().max_by_key(|(cluster, count)| (**count, std::cmp::Reverse(**cluster)))?.0;
        (main != theirs).then(|| Misfit {
            node: found.network.nodes[*node],
            declared: node_of(*theirs),
            found: node_of(*main),
        })
    });
    Compared { known: known.len(), nmi: nmi(&mine, &theirs), ari: ari(&mine, &theirs), misfits: misfits.collect() }
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    vec![part_type(limits), communities_type(), misfit_type()]
}

fn part_type(limits: &Limits) -> TypeDef {
    TypeDef::new(
        "NetworkPart",
        "网络的一部分：一片或一个群体",
        "A part of a network: a piece or a community",
        vec![
            field(
                "number",
                "Int!",
                "序号，大的在前。单位：序号",
                "Its number, the largest first. Unit: number",
                |_, part: &Arc<Part>, _| Ok(Out::count(part.number)),
            ),
            field(
                "nameZh",
                "String!",
                "名称：成员最多的领域，没有则为第一家",
                "Its name in Chinese: what most members do, or its first member",
                |_, part: &Arc<Part>, _| Ok(Out::text(part.name.0.as_str())),
            ),
            field(
                "nameEn",
                "String!",
                "名称（英文句式）",
                "Its name in an English phrase",
                |_, part: &Arc<Part>, _| Ok(Out::text(part.name.1.as_str())),
            ),
            field(
                "size",
                "Int!",
                "有多少单位。单位：家",
                "How many are in it. Unit: organisations",
                |_, part: &Arc<Part>, _| Ok(Out::count(part.members.len())),
            ),
            field(
                "members",
                "[Node!]!",
                "成员，按代码、名称",
                "Its members, by code and name",
                |_, part: &Arc<Part>, args| {
                    let members = part.members.iter().take(args.size("first")?);
                    Ok(Out::List(members.map(|node| Out::Object(Object::Node(*node))).collect()))
                },
            )
            .first(10, limits.page),
        ],
    )
}

fn communities_type() -> TypeDef {
    TypeDef::new(
        "NetworkCommunities",
        "抱团的群体，并与认定的集群比较",
        "Communities, compared with declared clusters",
        vec![
            field(
                "count",
                "Int!",
                "多少个群体（没有联系的单位各算一个）。单位：个",
                "How many there are; whoever has no tie is one alone. Unit: communities",
                |_, all: &Arc<Communities>, _| Ok(Out::count(all.count)),
            ),
            field(
                "modularity",
                "Float",
                "抱团程度（模块度）：群体内的联系比随机多出多少，-1 到 1；没有联系则为空",
                "Modularity: how much more weight lies within than chance would put there, -1 to 1; empty without ties (Newman & Girvan 2004)",
                |_, all: &Arc<Communities>, _| Ok(figure(all.modularity)),
            ),
            field(
                "parts",
                "[NetworkPart!]!",
                "各群体，大的在前",
                "The communities, the largest first",
                |cx, all: &Arc<Communities>, args| {
                    let parts = all.parts.iter().take(args.size("first")?);
                    Ok(Out::List(parts.map(|part| cx.types.data("NetworkPart", Arc::clone(part))).collect()))
                },
            )
            .first(10, MOST),
            field(
                "declaredCount",
                "Int!",
                "其中多少单位属于认定的集群，只比较这些。单位：家",
                "How many are in a declared cluster: those are compared. Unit: organisations",
                |_, all: &Arc<Communities>, _| Ok(Out::count(all.compared.known)),
            ),
            field(
                "nmi",
                "Float",
                "与认定集群的一致程度（标准化互信息），0 到 1；1 为完全一致",
                "Likeness to declared clusters, 0 to 1: normalised mutual information",
                |_, all: &Arc<Communities>, _| Ok(figure(all.compared.nmi)),
            ),
            field(
                "ari",
                "Float",
                "与认定集群的一致程度（调整兰德指数），-1 到 1；0 与随机相当",
                "Likeness to declared clusters, -1 to 1, 0 as by chance: adjusted Rand index",
                |_, all: &Arc<Communities>, _| Ok(figure(all.compared.ari)),
            ),
            field(
                "misfits",
                "[NetworkMisfit!]!",
                "不一致的单位：所在群体以另一个集群为主",
                "Those whose community is mostly of another cluster",
                |cx, all: &Arc<Communities>, args| {
                    let misfits = all.compared.misfits.iter().take(args.size("first")?);
                    Ok(Out::List(misfits.map(|misfit| cx.types.data("NetworkMisfit", misfit.clone())).collect()))
                },
            )
            .first(10, MOST),
        ],
    )
}

fn misfit_type() -> TypeDef {
    let node = |node: Option<EntityRow>| Out::option(node.map(|node| Out::Object(Object::Node(node))));
    TypeDef::new(
        "NetworkMisfit",
        "一家与认定集群不一致的单位",
        "An organisation whose community is mostly of another cluster",
        vec![
            field("organization", "Node!", "哪家单位", "Which organisation", |_, misfit: &Misfit, _| {
                Ok(Out::Object(Object::Node(misfit.node)))
            }),
            field(
                "declared",
                "Node",
                "它所属的认定集群",
                "The cluster that it is declared to be in",
                move |_, misfit: &Misfit, _| Ok(node(misfit.declared)),
            ),
            field(
                "found",
                "Node",
                "它所在群体的主要集群",
                "The cluster that most of its community are in",
                move |_, misfit: &Misfit, _| Ok(node(misfit.found)),
            ),
        ],
    )
}
