//! What holds a network together: its core, the organisations and ties it would break at, the ties
//! themselves, and how many lie between groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::figures::list;
use super::groups::{self, Label, groups};
use super::{Found, figure, of_network, worked};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::page;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::graph::EntityRow;
use crate::network::measures::core_periphery::core_periphery;
use crate::network::measures::cuts::{Articulation, cuts};

/// The fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let paged = |field: FieldDef| {
        field
            .cost(50)
            .walk()
            .arg("after", "String", "接着上一页：上一页的 endCursor", "Cursor of the last entry of the page before")
            .first(20, limits.page)
    };
    vec![
        of_network(
            "corePeriphery",
            "NetworkCore",
            "核心与边缘：最接近“核心单位互相连、边缘单位只连核心”的划分；分不出来则为空",
            "Core and periphery: the division closest to “the core is tied to all, the others not to one another”; empty where none can be told",
            core,
        )
        .cost(50)
        .walk(),
        paged(of_network(
            "articulations",
            "NetworkArticulationConnection!",
            "断点单位：没有它，网络会断开；断开最多的在前",
            "Organisations without which the network would fall apart, those that cut off most first",
            articulations,
        )),
        paged(of_network(
            "bridges",
            "NetworkBridgeConnection!",
            "唯一通道：没有这一对联系，两边就断开；断开最多的在前",
            "Ties without which two sides would lose each other, those that cut off most first",
            bridges,
        )),
        paged(of_network("ties", "NetworkTieConnection!", "网络中的各对联系，重的在前", "The ties of the network, the heaviest first", ties)),
        of_network(
            "matrix",
            "[NetworkCell!]!",
            "组与组之间的联系矩阵：每格是两组之间有多少对联系；不知在哪组的不计",
            "Ties between groups, cell by cell; whoever is in no known group is left out",
            matrix,
        )
        .arg("by", "NetworkGrouping!", "按什么分组", "By what they are put into groups")
        .cost(100)
        .walk()
        .first(100, limits.statistics_cells),
    ]
}

struct Core {
    fit: f64,
    exact: bool,
    core: Vec<EntityRow>,
    periphery: usize,
}

fn core(cx: &Cx<'_>, found: &Arc<Found>, _: &Args<'_>) -> Result<Out, ApiError> {
    let Some(division) = worked(cx, |work| core_periphery(&found.network.layer, work))? else { return Ok(Out::Null) };
    let nodes = found.network.nodes.iter().zip(&division.core);
    let core: Vec<EntityRow> = nodes.filter(|(_, inside)| **inside).map(|(node, _)| *node).collect();
    let periphery = found.network.nodes.len() - core.len();
    Ok(cx.types.data("NetworkCore", Core { fit: division.fit, exact: division.exact, core, periphery }))
}

/// A node that holds parts together.
#[derive(Clone)]
struct Break {
    node: EntityRow,
    cut: Articulation,
}

fn articulations(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let cuts = worked(cx, |work| cuts(&found.network.layer, work))?;
    let node = |cut: Articulation| Break { node: found.network.nodes[cut.node as usize], cut };
    let mut all: Vec<Break> = cuts.articulations.into_iter().map(node).collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.cut.cut_off), one.cut.node));
    list(cx, args, (found, "articulations"), "NetworkArticulation", &all)
}

/// A tie between two, with a number.
#[derive(Clone, Copy)]
struct Between {
    ends: (EntityRow, EntityRow),
    number: f64,
}

fn bridges(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let mut cuts = worked(cx, |work| cuts(&found.network.layer, work))?.bridges;
    cuts.sort_by_key(|bridge| (std::cmp::Reverse(bridge.cut_off), bridge.ends));
    let all: Vec<Between> = cuts.iter().map(|bridge| between(found, bridge.ends, bridge.cut_off as f64)).collect();
    list(cx, args, (found, "bridges"), "NetworkBridge", &all)
}

fn between(found: &Found, ends: (u32, u32), number: f64) -> Between {
    let node = |end: u32| found.network.nodes[end as usize];
    Between { ends: (node(ends.0), node(ends.1)), number }
}

fn ties(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let layer = &found.network.layer;
    worked(cx, |work| work.spend(layer.pass()))?;
    let mut ties: Vec<_> = layer.each_tie().collect();
    ties.sort_by_key(|(from, to, weight)| (std::cmp::Reverse((weight * 1e6).round() as i64), *from, *to));
    let all: Vec<Between> = ties.iter().map(|(from, to, weight)| between(found, (*from, *to), *weight)).collect();
    list(cx, args, (found, "ties"), "NetworkTie", &all)
}

/// A cell of a matrix.
#[derive(Clone)]
struct Cell {
    row: Label,
    column: Label,
    ties: usize,
    weight: f64,
}

fn matrix(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let groups = groups(cx, &found.network, groups::by_name(&args.text("by").unwrap_or_default()));
    let layer = &found.network.layer;
    worked(cx, |work| work.spend(layer.pass()))?;
    let mut cells: BTreeMap<(u32, u32), (usize, f64)> = BTreeMap::new();
    let directed = layer.direction() == crate::network::layer::Direction::Directed;
    for (from, to, weight) in layer.each_tie() {
        let (Some(here), Some(there)) = (groups.of[from as usize], groups.of[to as usize]) else { continue };
        let key = if directed { (here, there) } else { (here.min(there), here.max(there)) };
        let cell = cells.entry(key).or_default();
        cell.0 += 1;
        cell.1 += weight;
    }
    let label = |group: u32| groups.labels[group as usize].clone();
    let cells = cells.into_iter().take(args.size("first")?).map(|((row, column), (ties, weight))| {
        cx.types.data("NetworkCell", Cell { row: label(row), column: label(column), ties, weight })
    });
    Ok(Out::List(cells.collect()))
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    vec![
        core_type(limits),
        page::connection(
            "NetworkArticulationConnection",
            "NetworkArticulationEdge",
            "断点单位",
            "Organisations the network would break at",
        ),
        page::edge(
            "NetworkArticulationEdge",
            "NetworkArticulation",
            "断点单位",
            "An organisation the network would break at",
        ),
        articulation_type(),
        page::connection("NetworkBridgeConnection", "NetworkBridgeEdge", "唯一通道", "Ties the network would break at"),
        page::edge("NetworkBridgeEdge", "NetworkBridge", "唯一通道", "A tie the network would break at"),
        between_type("NetworkBridge", ("一对不可少的联系", "A tie without which two sides lose each other"), cut_off()),
        page::connection("NetworkTieConnection", "NetworkTieEdge", "联系", "Ties of a network"),
        page::edge("NetworkTieEdge", "NetworkTie", "联系", "A tie of a network"),
        between_type("NetworkTie", ("网络中的一对联系", "A tie of a network"), weight()),
        cell_type(),
    ]
}

fn core_type(limits: &Limits) -> TypeDef {
    TypeDef::new(
        "NetworkCore",
        "核心与边缘的划分",
        "A division into core and periphery",
        vec![
            field(
                "fit",
                "Float!",
                "与理想划分的吻合程度，-1 到 1；低说明并没有明显的核心",
                "How well it fits the ideal, -1 to 1; low means there is no clear core (Borgatti & Everett 1999)",
                |_, core: &Core, _| Ok(figure(Some(core.fit))),
            ),
            field(
                "exact",
                "Boolean!",
                "是否试过全部划分；否则是逐步改进得到的",
                "Whether every division was tried; else it was improved step by step",
                |_, core: &Core, _| Ok(Out::flag(core.exact)),
            ),
            field(
                "coreSize",
                "Int!",
                "核心有几家。单位：家",
                "How many are in the core. Unit: organisations",
                |_, core: &Core, _| Ok(Out::count(core.core.len())),
            ),
            field(
                "peripherySize",
                "Int!",
                "边缘有几家。单位：家",
                "How many are in the periphery. Unit: organisations",
                |_, core: &Core, _| Ok(Out::count(core.periphery)),
            ),
            field(
                "core",
                "[Node!]!",
                "核心单位，按代码、名称",
                "Those in the core, by code and name",
                |_, core: &Core, args| {
                    let nodes = core.core.iter().take(args.size("first")?);
                    Ok(Out::List(nodes.map(|node| Out::Object(Object::Node(*node))).collect()))
                },
            )
            .first(20, limits.page),
        ],
    )
}

fn articulation_type() -> TypeDef {
    TypeDef::new(
        "NetworkArticulation",
        "一家断点单位",
        "An organisation without which the network would fall apart",
        vec![
            field("organization", "Node!", "哪家单位", "Which organisation", |_, one: &Break, _| {
                Ok(Out::Object(Object::Node(one.node)))
            }),
            field(
                "pieces",
                "Int!",
                "没有它，所在的一片断成几片。单位：片",
                "Into how many pieces its own falls without it. Unit: pieces",
                |_, one: &Break, _| Ok(Out::count(one.cut.pieces)),
            ),
            field(
                "cutOff",
                "Int!",
                "没有它，多少单位与最大的一片断开。单位：家",
                "How many are outside the largest of them. Unit: organisations",
                |_, one: &Break, _| Ok(Out::count(one.cut.cut_off)),
            ),
        ],
    )
}

fn cut_off() -> FieldDef {
    field(
        "cutOff",
        "Int!",
        "较小的一边有多少单位。单位：家",
        "How many are on the smaller side. Unit: organisations",
        |_, tie: &Between, _| Ok(Out::count(tie.number as usize)),
    )
}

fn weight() -> FieldDef {
    field(
        "weight",
        "Float!",
        "权重。单位：见口径",
        "Its weight. Unit: that of the rule",
        |_, tie: &Between, _| Ok(figure(Some(tie.number))),
    )
}

fn between_type(name: &str, (zh, en): (&str, &str), own: FieldDef) -> TypeDef {
    let end = |name: &str, zh: &str, en: &str, read: fn(&Between) -> EntityRow| {
        field(name, "Node!", zh, en, move |_, tie: &Between, _| Ok(Out::Object(Object::Node(read(tie)))))
    };
    TypeDef::new(
        name,
        zh,
        en,
        vec![
            end("from", "一方；有方向的是起点", "One end; where ties have a direction, the start", |tie| {
                tie.ends.0
            }),
            end(
                "to",
                "另一方；有方向的是终点",
                "The other end; where ties have a direction, the target",
                |tie| tie.ends.1,
            ),
            own,
        ],
    )
}

fn cell_type() -> TypeDef {
    let side = |name: &str, zh: &str, en: &str, read: fn(&Cell) -> &Label| {
        let text = |end: &str, of: &str| (format!("{zh}{of}"), format!("{en}{end}"));
        let (code_zh, code_en) = text(": its code", "的代码");
        let (name_zh, name_en) = text(": its name in Chinese", "的名称");
        let (own_zh, own_en) = text(": its name in English", "的名称（英文）");
        vec![
            field(&format!("{name}Code"), "String!", &code_zh, &code_en, move |_, cell: &Cell, _| {
                Ok(Out::text(read(cell).code.as_str()))
            }),
            field(&format!("{name}Zh"), "String!", &name_zh, &name_en, move |_, cell: &Cell, _| {
                Ok(Out::text(read(cell).zh.as_str()))
            }),
            field(&format!("{name}En"), "String!", &own_zh, &own_en, move |_, cell: &Cell, _| {
                Ok(Out::text(read(cell).en.as_str()))
            }),
        ]
    };
    let mut fields = side("row", "一组", "One group", |cell| &cell.row);
    fields.extend(side("column", "另一组", "The other group", |cell| &cell.column));
    fields.push(field(
        "ties",
        "Int!",
        "两组之间有多少对联系；同一组写两遍的是组内。单位：对",
        "How many ties lie between the two; the same group twice means within. Unit: pairs",
        |_, cell: &Cell, _| Ok(Out::count(cell.ties)),
    ));
    fields.push(field(
        "weight",
        "Float!",
        "这些联系的权重之和。单位：见口径",
        "Their weights together. Unit: that of the rule",
        |_, cell: &Cell, _| Ok(figure(Some(cell.weight))),
    ));
    TypeDef::new("NetworkCell", "矩阵的一格：两组之间的联系", "A cell of a matrix: the ties between two groups", fields)
}
