//! Clustering: whether the partners of one are partners of one another.

use super::degree::degrees;
use super::triangles::triangles;
use super::{Directions, Gives, Measure, Values, quotient};
use crate::network::layer::{Direction, Layer};
use crate::network::work::{Stopped, Work};

/// Local clustering.
pub const LOCAL: Measure = Measure {
    name: "clustering",
    zh: "伙伴互联率",
    en: "Local clustering",
    means_zh: "它的伙伴之间有多少互有联系，0 到 1；伙伴不足两家的没有此数。低说明它连着互不往来的单位",
    means_en: "How many of its partners are tied to one another, 0 to 1; none for fewer than two partners. Low: it ties those who have no tie",
    formula: "c_i = 2t_i / (d_i(d_i−1)); with directions, ties among all partners / (d_i(d_i−1))",
    source: "Watts & Strogatz 1998, Nature 393:440–442; as in LDBC Graphalytics",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes + 20 * ties,
    gives: Gives::Each(local),
};

/// Global clustering.
pub const TRANSITIVITY: Measure = Measure {
    name: "transitivity",
    zh: "聚类系数（整体）",
    en: "Transitivity",
    means_zh: "“伙伴的伙伴也是伙伴”的比例，0 到 1。由联盟两两相连推得的网络天然偏高，不能读作信任",
    means_en: "How often partners of a partner are partners, 0 to 1. Networks made out of alliances are high by nature: no sign of trust",
    formula: "3·triangles / connected triples",
    source: "Newman, Strogatz & Watts 2001, Phys. Rev. E 64:026118",
    directions: Directions::Ignored,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes + 20 * ties,
    gives: Gives::Whole(transitivity),
};

/// Mean local clustering.
pub const MEAN_LOCAL: Measure = Measure {
    name: "meanClustering",
    zh: "平均伙伴互联率",
    en: "Mean local clustering",
    means_zh: "各家伙伴互联率的平均，0 到 1；伙伴不足两家的按 0 计",
    means_en: "Local clustering on average, 0 to 1; those with fewer than two partners count 0",
    formula: "Σ_i c_i / n",
    source: "Watts & Strogatz 1998, Nature 393:440–442",
    directions: Directions::Followed,
    values: Values::Fractions,
    bounds: (0.0, 1.0),
    steps: |nodes, ties| nodes + 20 * ties,
    gives: Gives::Whole(|layer, work| {
        let sum: f64 = local(layer, work)?.into_iter().flatten().sum();
        Ok(quotient(sum, layer.nodes() as f64))
    }),
};

/// The share of ties among the partners of each; none for fewer than two.
pub fn local(layer: &Layer, work: &Work<'_>) -> Result<Vec<Option<f64>>, Stopped> {
    if layer.direction() == Direction::Directed {
        return directed(layer, work);
    }
    let counts = triangles(layer, work)?;
    let of = |node: u32| {
        let degree = layer.out().degree(node) as f64;
        quotient(2.0 * counts[node as usize] as f64, degree * (degree - 1.0))
    };
    Ok(layer.all().map(of).collect())
}

fn directed(layer: &Layer, work: &Work<'_>) -> Result<Vec<Option<f64>>, Stopped> {
    let flat = layer.undirected();
    let mut marked = vec![u32::MAX; layer.nodes()];
    let mut each = Vec::with_capacity(layer.nodes());
    for node in layer.all() {
        let partners = flat.out().row(node);
        work.spend(partners.iter().map(|partner| 1 + layer.out().degree(*partner)).sum::<usize>() + 1)?;
        for partner in partners {
            marked[*partner as usize] = node;
        }
        let among = |partner: &u32| {
            let row = layer.out().row(*partner).iter();
            row.filter(|there| marked[**there as usize] == node).count()
        };
        let ties: usize = partners.iter().map(among).sum();
        let degree = partners.len() as f64;
        each.push(quotient(ties as f64, degree * (degree - 1.0)));
    }
    Ok(each)
}

/// The share of triples that are closed; none where there is no triple.
pub fn transitivity(layer: &Layer, work: &Work<'_>) -> Result<Option<f64>, Stopped> {
    // Every triangle is counted at each of its three corners.
    let closed: u64 = triangles(layer, work)?.into_iter().sum();
    let triples: u64 =
        degrees(layer, work)?.into_iter().map(|d| u64::from(d) * u64::from(d.saturating_sub(1)) / 2).sum();
    Ok(quotient(closed as f64, triples as f64))
}
