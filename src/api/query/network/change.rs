//! What if: some gone, or some ties more.

use std::sync::Arc;

use super::{Found, figure, of_network, worked};
use crate::api::error::ApiError;
use crate::api::query::search::kinds;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::Kind;
use crate::graph::EntityRow;
use crate::network::measures::new_ties::{NewTie, new_ties};
use crate::network::measures::removal::{self, Loss, Order};

/// Organisations that may be taken away at once.
const MOST_GONE: usize = 50;

/// New ties that are proposed.
const MOST_NEW: u32 = 50;

const ORDERS: [(&str, &str, &str); 3] = [
    ("DEGREE", "联系最多的先停", "Those with the most partners first"),
    ("BETWEENNESS", "桥梁作用最大的先停", "The greatest bridges first"),
    ("RANDOM", "随机（固定种子）", "Drawn by a fixed seed"),
];

/// The enumeration of this file.
pub fn enums() -> Vec<EnumDef> {
    let value = |row: &(&str, &str, &str)| (row.0.to_owned(), row.1.to_owned(), row.2.to_owned());
    vec![EnumDef {
        name: "NetworkRemovalOrder".into(),
        zh: "按什么次序假定单位停摆".into(),
        en: "In which order organisations are supposed to stop".into(),
        values: ORDERS.iter().map(value).collect(),
    }]
}

/// The fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    vec![
        of_network(
            "whatIf",
            "NetworkLoss!",
            "假如这些单位停摆：还剩多少连在一起，谁会断开",
            "What if these stopped: how much stays connected, and who is cut off (Albert, Jeong & Barabási 2000)",
            what_if,
        )
        .arg(
            "remove",
            "[Reference!]!",
            format!("假定停摆的单位，最多 {MOST_GONE} 家"),
            format!("Those supposed to stop, {MOST_GONE} at most"),
        )
        .cost(100)
        .walk(),
        of_network(
            "removalCurve",
            "[NetworkRemovalStep!]!",
            "逐家停摆时，最大一片还剩多少；先后次序按开始时的排名",
            "How much of the largest piece stays as one after another stops, in the order they had at the start",
            curve,
        )
        .arg("by", "NetworkRemovalOrder!", "按什么次序", "In which order")
        .cost(100)
        .walk()
        .first(20, limits.page),
        of_network(
            "newTies",
            "[NetworkNewTie!]!",
            "新增哪些联系最有用：范围以内还没有联系的每一对，单独加上后整体连通效率提高多少；只供参考，不是决定",
            "Which new ties would help most: for each pair within the boundary not tied yet, what one tie more adds to global efficiency; advice, never a decision",
            proposed,
        )
        .arg("fromKinds", "[NodeKind!]", "一方的种类；不填为任何种类", "Kinds of one end; any where not given")
        .arg("toKinds", "[NodeKind!]", "另一方的种类；不填为任何种类", "Kinds of the other end; any where not given")
        .cost(200)
        .walk()
        .first(10, MOST_NEW),
    ]
}

struct Lost {
    loss: Loss,
    cut_off: Vec<EntityRow>,
}

fn what_if(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let given = match args.get("remove") {
        Some(async_graphql::Value::List(list)) => list,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    if given.is_empty() || given.len() > MOST_GONE {
        return Err(ApiError::new(
            "NETWORK_REMOVE",
            format!("remove 应有 1 到 {MOST_GONE} 家，给了 {} 家。", given.len()),
            format!("remove takes 1 to {MOST_GONE} organisations, not {}.", given.len()),
        ));
    }
    let mut gone = Vec::new();
    for reference in &given {
        let node = find(cx, &inputs::reference(reference)?, &[])?;
        let place = found.network.nodes.iter().position(|known| *known == node).ok_or_else(|| {
            let name = cx.lens.name(node);
            ApiError::new(
                "NOT_IN_NETWORK",
                format!("“{name}”不在这个网络里。请换一家，或扩大范围。"),
                format!("“{name}” is not in this network. Name another, or draw a larger boundary."),
            )
        })?;
        gone.push(place as u32);
    }
    let loss = worked(cx, |work| removal::without(&found.network.layer, &gone, work))?;
    let cut_off = loss.cut_off.iter().map(|node| found.network.nodes[*node as usize]).collect();
    Ok(cx.types.data("NetworkLoss", Lost { loss, cut_off }))
}

/// After so many stopped, whoever was the last of them, what share is left.
#[derive(Clone, Copy)]
struct Step {
    removed: usize,
    last: Option<EntityRow>,
    share: f64,
}

fn curve(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let order = match args.text("by").as_deref() {
        Some("BETWEENNESS") => Order::Betweenness,
        Some("RANDOM") => Order::Random(1),
        _ => Order::Degree,
    };
    let layer = &found.network.layer;
    let gone = worked(cx, |work| removal::order(layer, order, work))?;
    let shares = worked(cx, |work| removal::curve(layer, &gone, work))?;
    let node = |removed: usize| Some(found.network.nodes[*gone.get(removed.checked_sub(1)?)? as usize]);
    let steps = shares.iter().enumerate().take(args.size("first")?);
    let steps = steps.map(|(removed, share)| Step { removed, last: node(removed), share: *share });
    Ok(Out::List(steps.map(|step| cx.types.data("NetworkRemovalStep", step)).collect()))
}

struct Proposed {
    tie: NewTie,
    ends: (EntityRow, EntityRow),
}

fn proposed(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let network = &found.network;
    let of = |name: &str| -> Vec<u32> {
        let wanted = kinds(args, name);
        let fits = |kind: Kind| wanted.is_empty() || wanted.contains(&kind);
        let nodes = network.layer.all().filter(|node| network.inside[*node as usize]);
        nodes.filter(|node| fits(cx.lens.kind(network.nodes[*node as usize]))).collect()
    };
    let (one, other) = (of("fromKinds"), of("toKinds"));
    let first = args.size("first")?;
    let best = worked(cx, |work| {
        work.spend(one.len().saturating_mul(other.len()))?;
        let pairs: Vec<(u32, u32)> = one.iter().flat_map(|from| other.iter().map(|to| (*from, *to))).collect();
        new_ties(&network.layer, &pairs, first, work)
    })?;
    let node = |end: u32| network.nodes[end as usize];
    let best = best.into_iter().map(|tie| Proposed { ends: (node(tie.ends.0), node(tie.ends.1)), tie });
    Ok(Out::List(best.map(|tie| cx.types.data("NetworkNewTie", tie)).collect()))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![loss_type(), step_type(), new_tie_type()]
}

fn loss_type() -> TypeDef {
    let share = |name: &str, zh: &str, en: &str, read: fn(&Loss) -> Option<f64>| {
        field(name, "Float", zh, en, move |_, lost: &Lost, _| Ok(figure(read(&lost.loss))))
    };
    let count = |name: &str, zh: &str, en: &str, read: fn(&Lost) -> usize| {
        field(name, "Int!", zh, en, move |_, lost: &Lost, _| Ok(Out::count(read(lost))))
    };
    TypeDef::new(
        "NetworkLoss",
        "假如一些单位停摆，网络会怎样",
        "What becomes of a network when some stop",
        vec![
            share(
                "largestShare",
                "最大一片还剩多少，0 到 1",
                "What share of the largest piece is left, 0 to 1",
                |loss| loss.largest_share,
            ),
            share(
                "efficiencyBefore",
                "停摆前的整体连通效率，0 到 1",
                "Global efficiency before, 0 to 1",
                |loss| loss.efficiency.0,
            ),
            share(
                "efficiencyAfter",
                "停摆后其余单位之间的整体连通效率，0 到 1",
                "Global efficiency among the others after, 0 to 1",
                |loss| loss.efficiency.1,
            ),
            count(
                "piecesBefore",
                "停摆前分成几片。单位：片",
                "Into how many pieces it falls before. Unit: pieces",
                |lost| lost.loss.components.0,
            ),
            count(
                "piecesAfter",
                "停摆后分成几片。单位：片",
                "Into how many pieces it falls after. Unit: pieces",
                |lost| lost.loss.components.1,
            ),
            count(
                "cutOffCount",
                "多少单位与原来那一片的主体断开。单位：家",
                "How many lose the main part of their piece. Unit: organisations",
                |lost| lost.cut_off.len(),
            ),
            field(
                "cutOff",
                "[Node!]!",
                "断开的单位，按代码、名称",
                "Who is cut off, by code and name",
                |_, lost: &Lost, args| {
                    let nodes = lost.cut_off.iter().take(args.size("first")?);
                    Ok(Out::List(nodes.map(|node| Out::Object(Object::Node(*node))).collect()))
                },
            )
            .first(20, MOST_NEW * 2),
        ],
    )
}

fn step_type() -> TypeDef {
    TypeDef::new(
        "NetworkRemovalStep",
        "逐家停摆的一步",
        "One step of organisations stopping one after another",
        vec![
            field(
                "removed",
                "Int!",
                "已停摆几家。单位：家",
                "How many have stopped. Unit: organisations",
                |_, step: &Step, _| Ok(Out::count(step.removed)),
            ),
            field("last", "Node", "最后停摆的一家", "The last that stopped", |_, step: &Step, _| {
                Ok(Out::option(step.last.map(|node| Out::Object(Object::Node(node)))))
            }),
            field(
                "largestShare",
                "Float!",
                "最大一片还剩多少，0 到 1",
                "What share of the largest piece is left, 0 to 1",
                |_, step: &Step, _| Ok(figure(Some(step.share))),
            ),
        ],
    )
}

fn new_tie_type() -> TypeDef {
    TypeDef::new(
        "NetworkNewTie",
        "一对可以新增的联系",
        "A tie that could be added",
        vec![
            field("from", "Node!", "一方", "One end of it", |_, new: &Proposed, _| {
                Ok(Out::Object(Object::Node(new.ends.0)))
            }),
            field("to", "Node!", "另一方", "The other end of it", |_, new: &Proposed, _| {
                Ok(Out::Object(Object::Node(new.ends.1)))
            }),
            field(
                "gain",
                "Float!",
                "整体连通效率提高多少，0 到 1",
                "What it adds to global efficiency, 0 to 1",
                |_, new: &Proposed, _| Ok(figure(Some(new.tie.gain))),
            ),
            field(
                "joinedPairs",
                "Int!",
                "使多少对原来够不着的单位连上。单位：对",
                "How many pairs it brings into reach. Unit: pairs",
                |_, new: &Proposed, _| Ok(Out::count(usize::try_from(new.tie.joined).unwrap_or(usize::MAX))),
            ),
            field(
                "sharedPartners",
                "Int!",
                "双方共同的伙伴有几家，可请其引见。单位：家",
                "How many partners they share, who could introduce them. Unit: organisations",
                |_, new: &Proposed, _| Ok(Out::count(new.tie.shared)),
            ),
        ],
    )
}
