//! Degree and strength: how many partners, and how strongly tied to them in all.

use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Degree.
pub const DEGREE: Measure = Measure {
    name: "degree",
    zh: "联系数",
    en: "Degree",
    means_zh: "直接有联系的单位数。数越大，直接伙伴越多；不说明联系深浅。单位：家",
    means_en: "How many it is tied to directly. It does not say how closely. Unit: organisations",
    formula: "d_i = |{j : i–j tied}|",
    source: "Freeman 1979, Social Networks 1:215–239",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, _| nodes,
    gives: Gives::Each(|layer, work| {
        let degrees = degrees(layer, work)?;
        Ok(degrees.into_iter().map(|degree| Some(degree as f64)).collect())
    }),
};

/// Strength.
pub const STRENGTH: Measure = Measure {
    name: "strength",
    zh: "联系强度",
    en: "Strength",
    means_zh: "全部联系的权重之和，权重按本层的计法（项数、1/(k−1)、金额）。数越大，往来越多；可能来自一家大伙伴。单位：同权重",
    means_en: "The weights of all its ties together, weighted by the rule of the layer. One large partner may make it up. Unit: that of the weight",
    formula: "s_i = Σ_j w_ij",
    source: "Barrat et al. 2004, PNAS 101:3747–3752",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes + 2 * ties,
    gives: Gives::Each(|layer, work| Ok(strengths(layer, work)?.into_iter().map(Some).collect())),
};

/// Mean degree.
pub const MEAN_DEGREE: Measure = Measure {
    name: "meanDegree",
    zh: "平均联系数",
    en: "Mean degree",
    means_zh: "平均每家有几家直接伙伴。只在同一层、同样口径之间比较。单位：家",
    means_en: "How many direct partners one has on average. Compare within one layer and rule alone. Unit: organisations",
    formula: "2m / n",
    source: "Freeman 1979, Social Networks 1:215–239",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, _| nodes,
    gives: Gives::Whole(|layer, work| {
        work.spend(layer.pass())?;
        Ok(quotient(layer.undirected().out().len() as f64, layer.nodes() as f64))
    }),
};

/// Nodes without ties.
pub const ISOLATES: Measure = Measure {
    name: "isolates",
    zh: "孤立单位数",
    en: "Isolates",
    means_zh: "范围内没有任何联系的单位数。没有联系也可能是没有登记。单位：家",
    means_en: "How many have no tie at all; it may also be that none was registered. Unit: organisations",
    formula: "|{i : d_i = 0}|",
    source: "Freeman 1979, Social Networks 1:215–239",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, _| nodes,
    gives: Gives::Whole(|layer, work| {
        let alone = degrees(layer, work)?.into_iter().filter(|degree| *degree == 0).count();
        Ok(Some(alone as f64))
    }),
};

/// How many each is tied to, whatever the direction, each partner once.
pub fn degrees(layer: &Layer, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    work.spend(layer.pass())?;
    let flat = layer.undirected();
    Ok(flat.all().map(|node| flat.out().degree(node) as u32).collect())
}

/// How strongly each is tied in all, both directions together.
pub fn strengths(layer: &Layer, work: &Work<'_>) -> Result<Vec<f64>, Stopped> {
    work.spend(layer.pass())?;
    let flat = layer.undirected();
    Ok(flat.all().map(|node| flat.out().strength(node)).collect())
}
