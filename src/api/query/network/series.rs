//! How a network changes from one span of time to the next.

use std::sync::Arc;

use super::{Found, figure, found, layer, of_network, worked};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Out, TypeDef, field};
use crate::api::types::resolve::Args;
use crate::graph::EntityRow;
use crate::network::Choice;
use crate::network::layer::{Layer, Pair};
use crate::network::measures::dynamics::{Dynamics, dynamics};

/// Spans of one series.
const MOST_WINDOWS: u32 = 12;

/// The fields of this file.
pub fn fields() -> Vec<FieldDef> {
    vec![
        of_network(
            "series",
            "[NetworkPoint!]!",
            "同一层网络在几段时间里各是什么样，联系新增、保留、消失各多少",
            "The same layer over several spans of time, with ties that are new, kept and lost from one to the next",
            series,
        )
        .arg(
            "windows",
            "[NetworkWindow!]!",
            format!("各段时间，最多 {MOST_WINDOWS} 段，按先后写"),
            format!("The spans, {MOST_WINDOWS} at most, in their order"),
        )
        .cost(1_000)
        .walk()
        .at_most(MOST_WINDOWS),
    ]
}

struct Point {
    found: Arc<Found>,
    change: Option<Dynamics>,
}

fn series(cx: &Cx<'_>, of: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let windows = match args.get("windows") {
        Some(async_graphql::Value::List(list)) => list,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    if windows.is_empty() || windows.len() > MOST_WINDOWS as usize {
        return Err(ApiError::new(
            "NETWORK_WINDOWS",
            format!("windows 应有 1 到 {MOST_WINDOWS} 段，给了 {} 段。", windows.len()),
            format!("windows takes 1 to {MOST_WINDOWS} spans, not {}.", windows.len()),
        ));
    }
    let mut points: Vec<Point> = Vec::new();
    for given in &windows {
        let window = layer::window(given, of.choice.window.frameworks)?;
        let choice = Choice { window, ..of.choice.clone() };
        let found = found(cx, choice, &format!("{}/{given}", of.scope))?;
        let change = match points.last() {
            Some(before) => Some(changed(cx, &before.found, &found)?),
            None => None,
        };
        points.push(Point { found, change });
    }
    Ok(Out::List(points.into_iter().map(|point| cx.types.data("NetworkPoint", Arc::new(point))).collect()))
}

/// Ties new, kept and lost between two networks that need not have the same nodes.
fn changed(cx: &Cx<'_>, before: &Found, after: &Found) -> Result<Dynamics, ApiError> {
    let mut nodes: Vec<EntityRow> = before.network.nodes.iter().chain(&after.network.nodes).copied().collect();
    nodes.sort_unstable();
    nodes.dedup();
    let renumbered = |found: &Found| {
        let number =
            |node: u32| nodes.binary_search(&found.network.nodes[node as usize]).map_or(0, |place| place as u32);
        let ties: Vec<Pair> =
            found.network.layer.each_tie().map(|(from, to, weight)| (number(from), number(to), weight)).collect();
        Layer::new(nodes.len(), found.network.layer.direction(), &ties).expect("ties between known nodes")
    };
    worked(cx, |work| dynamics(&renumbered(before), &renumbered(after), work))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![point_type()]
}

fn point_type() -> TypeDef {
    let count = |name: &str, zh: &str, en: &str, read: fn(&Dynamics) -> usize| {
        field(name, "Int", zh, en, move |_, point: &Arc<Point>, _| {
            Ok(Out::option(point.change.as_ref().map(|change| Out::count(read(change)))))
        })
    };
    TypeDef::new(
        "NetworkPoint",
        "网络在一段时间里的样子，与前一段相比",
        "A network over one span of time, compared with the span before",
        vec![
            field(
                "network",
                "Network!",
                "这段时间的网络",
                "The network of this span",
                |cx, point: &Arc<Point>, _| Ok(cx.types.data("Network", Arc::clone(&point.found))),
            ),
            count(
                "newTies",
                "比前一段新增的联系；第一段为空。单位：对",
                "Ties not there in the span before; empty for the first. Unit: pairs",
                |change| change.new.len(),
            ),
            count(
                "keptTies",
                "前一段已有、这一段仍有的联系；第一段为空。单位：对",
                "Ties there in both; empty for the first. Unit: pairs",
                |change| change.kept.len(),
            ),
            count(
                "lostTies",
                "前一段有、这一段没有的联系；第一段为空。单位：对",
                "Ties of the span before that are gone; empty for the first. Unit: pairs",
                |change| change.lost.len(),
            ),
            field(
                "stability",
                "Float",
                "延续程度：两段都有的占任一段有的，0 到 1；第一段、两段都没有联系则为空",
                "Ties of both spans among those of either, 0 to 1; empty for the first or without ties (Jaccard)",
                |_, point: &Arc<Point>, _| Ok(figure(point.change.as_ref().and_then(Dynamics::stability))),
            ),
        ],
    )
}
