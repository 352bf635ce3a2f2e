//! Groups that the nodes of a network are in: their kind, region, cluster, or side of the boundary.

use std::collections::BTreeMap;

use crate::api::types::above::at_level;
use crate::api::types::def::{Cx, EnumDef};
use crate::api::types::node;
use crate::domain::{Kind, Relation, enumeration};
use crate::graph::EntityRow;
use crate::network::Network;

/// How nodes are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    Kind,
    Region,
    County,
    City,
    Cluster,
    Boundary,
}

const GROUPINGS: [(Grouping, &str, &str, &str); 6] = [
    (Grouping::Kind, "KIND", "种类：企业、高校院所、其他机构", "The kind: firm, institute, other organisation"),
    (Grouping::Region, "REGION", "归口管理的地区", "The region that answers for it"),
    (Grouping::County, "COUNTY", "归口管理地区所在的县（市、区）", "The county of the region that answers for it"),
    (
        Grouping::City,
        "CITY",
        "归口管理地区所在的市：本市与市外",
        "The city of the region that answers for it: local and outside",
    ),
    (
        Grouping::Cluster,
        "CLUSTER",
        "所属集群；属于几个的按代码取第一个",
        "The cluster it belongs to, the first by code of several",
    ),
    (Grouping::Boundary, "BOUNDARY", "在范围以内还是以外", "Within the boundary or beyond it"),
];

/// The enumeration of this file.
pub fn enums() -> Vec<EnumDef> {
    let value = |row: &(Grouping, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![EnumDef {
        name: "NetworkGrouping".into(),
        zh: "按什么把单位分组".into(),
        en: "By what organisations are put into groups".into(),
        values: GROUPINGS.iter().map(value).collect(),
    }]
}

/// The grouping of that name.
pub fn by_name(name: &str) -> Grouping {
    GROUPINGS.iter().find(|row| row.1 == name).map_or(Grouping::Kind, |row| row.0)
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// What comes first among groups: code, then name.
    pub code: String,
    pub zh: String,
    pub en: String,
    /// What it is, where it is a node.
    pub node: Option<EntityRow>,
}

/// Which group each node is in, and what the groups are called, in order of their codes.
pub struct Groups {
    pub of: Vec<Option<u32>>,
    pub labels: Vec<Label>,
}

/// The groups of all nodes of a network.
pub fn groups(cx: &Cx<'_>, network: &Network, by: Grouping) -> Groups {
    let each = network.nodes.iter().zip(&network.inside);
    let each: Vec<Option<Label>> = each.map(|(node, inside)| label(cx, *node, *inside, by)).collect();
    let mut numbers: BTreeMap<Label, u32> = each.iter().flatten().cloned().map(|label| (label, 0)).collect();
    numbers.values_mut().zip(0..).for_each(|(number, place)| *number = place);
    let of = each.iter().map(|label| label.as_ref().and_then(|label| numbers.get(label).copied())).collect();
    Groups { of, labels: numbers.into_keys().collect() }
}

fn label(cx: &Cx<'_>, node: EntityRow, inside: bool, by: Grouping) -> Option<Label> {
    let said = |code: &str, zh: &str, en: &str| {
        Some(Label { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned(), node: None })
    };
    let level = |name: &str| {
        let tag = enumeration::REGION_KIND.by_name(name)?.tag;
        first(cx, at_level(cx, node, tag))
    };
    let found = match by {
        Grouping::Kind => {
            let row = cx.lens.kind(node).row();
            return said(row.code, row.label_zh, row.label_en);
        }
        Grouping::Boundary if inside => return said("INSIDE", "范围以内", "Within the boundary"),
        Grouping::Boundary => return said("OUTSIDE", "范围以外", "Beyond the boundary"),
        Grouping::Region => node::jurisdiction(cx, node)?,
        Grouping::County => level("COUNTY")?,
        Grouping::City => level("CITY")?,
        Grouping::Cluster => {
            let clusters = cx.lens.ties(node, Some(Relation::InCluster), true).map(|tie| tie.there);
            first(cx, clusters.filter(|there| cx.lens.kind(*there) == Kind::Cluster))?
        }
    };
    let name = cx.lens.name(found).to_owned();
    Some(Label { code: cx.lens.code(found).to_owned(), zh: name.clone(), en: name, node: Some(found) })
}

fn first(cx: &Cx<'_>, found: impl IntoIterator<Item = EntityRow>) -> Option<EntityRow> {
    found.into_iter().min_by_key(|node| (cx.lens.code(*node), cx.lens.name(*node), cx.lens.id(*node)))
}
