//! Triangles: three that are all tied to one another. Found once each, from the one with the fewest ties.

use super::{Directions, Gives, Measure, Values};
use crate::network::layer::Layer;
use crate::network::work::{Stopped, Work};

/// Triangles of each.
pub const TRIANGLES: Measure = Measure {
    name: "triangles",
    zh: "三方互联数",
    en: "Triangles",
    means_zh: "它与另外两家三方都互有联系的组数。由大联盟两两相连推得的不算信任的证据。单位：组",
    means_en: "In how many threes that are all tied to one another it stands. Those out of one large alliance show no trust. Unit: threes",
    formula: "t_i = |{j<k : i–j, j–k, k–i tied}|",
    source: "Schank & Wagner 2005; Latapy 2008 (forward algorithm)",
    directions: Directions::Ignored,
    values: Values::Counts,
    bounds: (0.0, f64::INFINITY),
    steps: |nodes, ties| nodes + 20 * ties,
    gives: Gives::Each(|layer, work| Ok(triangles(layer, work)?.into_iter().map(|count| Some(count as f64)).collect())),
};

/// How many triangles each is part of.
pub fn triangles(layer: &Layer, work: &Work<'_>) -> Result<Vec<u64>, Stopped> {
    work.spend(2 * layer.pass())?;
    let flat = layer.undirected();
    let upward = Upward::new(&flat);
    let nodes = flat.nodes();
    let mut counts = vec![0u64; nodes];
    let mut marked = vec![u32::MAX; nodes];
    for low in flat.all() {
        let row = upward.row(low);
        work.spend(row.iter().map(|middle| 1 + upward.row(*middle).len()).sum())?;
        for high in row {
            marked[*high as usize] = low;
        }
        let mut own = 0;
        for middle in row {
            let mut here = 0;
            for high in upward.row(*middle) {
                if marked[*high as usize] == low {
                    here += 1;
                    counts[*high as usize] += 1;
                }
            }
            counts[*middle as usize] += here;
            own += here;
        }
        counts[low as usize] += own;
    }
    let mut each = vec![0; nodes];
    for (rank, node) in upward.nodes.iter().enumerate() {
        each[*node as usize] = counts[rank];
    }
    Ok(each)
}

/// Nodes numbered anew from the fewest ties up, each with its ties to those above it. No row is longer
/// than √(2m).
struct Upward {
    /// Which node has a rank.
    nodes: Vec<u32>,
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Upward {
    fn new(flat: &Layer) -> Self {
        let mut nodes: Vec<u32> = flat.all().collect();
        nodes.sort_by_key(|node| flat.out().degree(*node));
        let mut rank = vec![0u32; nodes.len()];
        for (place, node) in (0u32..).zip(&nodes) {
            rank[*node as usize] = place;
        }
        let mut offsets = Vec::with_capacity(nodes.len() + 1);
        let mut targets = Vec::with_capacity(flat.out().len() / 2);
        offsets.push(0);
        for (own, node) in (0u32..).zip(&nodes) {
            let above = flat.out().row(*node).iter().map(|there| rank[*there as usize]);
            targets.extend(above.filter(|there| *there > own));
            offsets.push(targets.len() as u32);
        }
        Self { nodes, offsets, targets }
    }

    fn row(&self, rank: u32) -> &[u32] {
        &self.targets[self.offsets[rank as usize] as usize..self.offsets[rank as usize + 1] as usize]
    }
}
