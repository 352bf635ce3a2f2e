//! Communities by spreading labels: everybody takes the label most common among those it is tied to, the
//! lowest of equals, all at the same moment, so many times (CDLP of LDBC Graphalytics, after Raghavan,
//! Albert & Kumara 2007). Quick and rough; Leiden is what is asked for by default.

use crate::network::layer::{Direction, Layer};
use crate::network::work::{Stopped, Work};

/// The label of each after so many rounds; labels are numbers of nodes.
pub fn labels(layer: &Layer, rounds: u32, work: &Work<'_>) -> Result<Vec<u32>, Stopped> {
    let mut label: Vec<u32> = layer.all().collect();
    let mut tally = Tally { count: vec![0; layer.nodes()], seen: Vec::new() };
    for _ in 0..rounds {
        work.spend(2 * layer.pass())?;
        let mut next = label.clone();
        for node in layer.all() {
            tally.add(layer.out().row(node), &label);
            if layer.direction() == Direction::Directed {
                tally.add(layer.into().row(node), &label);
            }
            if let Some(most) = tally.take() {
                next[node as usize] = most;
            }
        }
        if next == label {
            break;
        }
        label = next;
    }
    Ok(label)
}

struct Tally {
    count: Vec<u32>,
    seen: Vec<u32>,
}

impl Tally {
    fn add(&mut self, row: &[u32], label: &[u32]) {
        for there in row {
            let name = label[*there as usize];
            if self.count[name as usize] == 0 {
                self.seen.push(name);
            }
            self.count[name as usize] += 1;
        }
    }

    /// The most common, the lowest of equals; all is forgotten after that.
    fn take(&mut self) -> Option<u32> {
        let most = self.seen.iter().copied().max_by_key(|name| (self.count[*name as usize], std::cmp::Reverse(*name)));
        for name in self.seen.drain(..) {
            self.count[name as usize] = 0;
        }
        most
    }
}
