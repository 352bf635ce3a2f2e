//! A layer: who is tied to whom and how strongly, as plain rows of numbers (compressed sparse rows), which
//! is what every measure reads. It knows numbers alone: whose they are, and how the ties were chosen, is
//! said beside it. The order in which ties were handed in leaves no trace.

use std::borrow::Cow;

/// Do ties have a direction?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From one to the other.
    Directed,
    /// Between two.
    Undirected,
}

/// A tie that is handed in: two nodes and a weight.
pub type Pair = (u32, u32, f64);

/// What kept ties from being a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// A tie names a node that is none.
    NoSuchNode(u32),
    /// A weight that is no positive, finite number.
    NoWeight,
    /// More nodes or ties than numbers of 32 bits count.
    TooLarge,
}

/// Rows of ties: for every node those that it is tied to, in order, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arcs {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<f64>,
}

/// Nodes 0 to n − 1 and their ties.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    nodes: usize,
    direction: Direction,
    out: Arcs,
    /// Rows seen from the other end; of ties without direction they would be the same.
    into: Option<Arcs>,
    /// Whether a node stands on the second side of a two-mode layer (a project, an alliance); none where
    /// the layer has one mode.
    sides: Option<Vec<bool>>,
    loops: usize,
}

impl Layer {
    /// A layer. Ties between the same two become one whose weight is their sum; a tie of a node to itself
    /// says nothing about a network and is only counted.
    pub fn new(nodes: usize, direction: Direction, ties: &[Pair]) -> Result<Self, Unsound> {
        if u32::try_from(nodes).is_err() || u32::try_from(ties.len().saturating_mul(2)).is_err() {
            return Err(Unsound::TooLarge);
        }
        for (from, to, weight) in ties {
            if let Some(stranger) = [from, to].into_iter().find(|end| **end as usize >= nodes) {
                return Err(Unsound::NoSuchNode(*stranger));
            }
            if !(weight.is_finite() && *weight > 0.0) {
                return Err(Unsound::NoWeight);
            }
        }
        let apart = ties.iter().filter(|(from, to, _)| from != to);
        let loops = ties.len() - apart.clone().count();
        let (out, into) = match direction {
            Direction::Undirected => {
                let both = apart.flat_map(|(from, to, weight)| [(*from, *to, *weight), (*to, *from, *weight)]);
                (Arcs::new(nodes, both.collect()), None)
            }
            Direction::Directed => {
                let out = Arcs::new(nodes, apart.copied().collect());
                let into = out.turned();
                (out, Some(into))
            }
        };
        Ok(Self { nodes, direction, out, into, sides: None, loops })
    }

    /// The same as a layer of two modes: `second` says who is on the second side.
    pub fn two_mode(self, second: Vec<bool>) -> Self {
        Self { sides: Some(second), ..self }
    }

    /// How many nodes.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// Their numbers.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = u32> + use<> {
        0..self.nodes as u32
    }

    /// How many ties, each counted once.
    pub fn ties(&self) -> usize {
        match self.direction {
            Direction::Directed => self.out.len(),
            Direction::Undirected => self.out.len() / 2,
        }
    }

    /// Ties of a node to itself that were left out.
    pub fn loops(&self) -> usize {
        self.loops
    }

    /// Do ties have a direction?
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Who is on the second side, where there are two.
    pub fn sides(&self) -> Option<&[bool]> {
        self.sides.as_deref()
    }

    /// Ties as they go out.
    pub fn out(&self) -> &Arcs {
        &self.out
    }

    /// Ties as they come in.
    pub fn into(&self) -> &Arcs {
        self.into.as_ref().unwrap_or(&self.out)
    }

    /// Every tie once: of ties without direction, from the lower number to the higher.
    pub fn each_tie(&self) -> impl Iterator<Item = Pair> + '_ {
        let once = self.direction == Direction::Undirected;
        let rows = self.all().flat_map(|from| self.out.ties(from).map(move |(to, weight)| (from, to, weight)));
        rows.filter(move |(from, to, _)| !once || from < to)
    }

    /// Nodes and rows to look at in one pass.
    pub fn pass(&self) -> usize {
        self.nodes + self.out.len()
    }

    /// The same without directions: what goes either way between two is added up.
    pub fn undirected(&self) -> Cow<'_, Layer> {
        let Some(into) = &self.into else { return Cow::Borrowed(self) };
        let mut both: Vec<Pair> = Vec::with_capacity(self.out.len() * 2);
        for node in self.all() {
            both.extend(self.out.ties(node).map(|(to, weight)| (node, to, weight)));
            both.extend(into.ties(node).map(|(to, weight)| (node, to, weight)));
        }
        let out = Arcs::new(self.nodes, both);
        let (direction, sides, loops) = (Direction::Undirected, self.sides.clone(), self.loops);
        Cow::Owned(Layer { nodes: self.nodes, direction, out, into: None, sides, loops })
    }

    /// The part of the layer between the nodes that are kept, and which number each had before.
    pub fn part(&self, kept: &[bool]) -> (Layer, Vec<u32>) {
        let old: Vec<u32> = self.all().filter(|node| kept.get(*node as usize) == Some(&true)).collect();
        let mut number = vec![u32::MAX; self.nodes];
        for (new, node) in old.iter().enumerate() {
            number[*node as usize] = new as u32;
        }
        let known = |node: u32| number[node as usize] != u32::MAX;
        let ties = self.each_tie().filter(|(from, to, _)| known(*from) && known(*to));
        let ties: Vec<Pair> =
            ties.map(|(from, to, weight)| (number[from as usize], number[to as usize], weight)).collect();
        let part = Layer::new(old.len(), self.direction, &ties).expect("ties of a layer between nodes of it");
        let sides = self.sides.as_ref().map(|sides| old.iter().map(|node| sides[*node as usize]).collect());
        (Layer { sides, ..part }, old)
    }
}

impl Arcs {
    /// Rows out of ties in any order: sorted by counting, first by target and then by start, so that rows
    /// are in order; what falls together is summed from the lightest up, whoever was first.
    fn new(nodes: usize, ties: Vec<Pair>) -> Self {
        let by_target = counted(nodes, &ties, |tie| tie.1).1;
        let (starts, sorted) = counted(nodes, &by_target, |tie| tie.0);
        let mut arcs = Self {
            offsets: Vec::with_capacity(nodes + 1),
            targets: Vec::with_capacity(sorted.len()),
            weights: Vec::with_capacity(sorted.len()),
        };
        arcs.offsets.push(0);
        let mut same = Vec::new();
        for node in 0..nodes {
            let row = &sorted[starts[node] as usize..starts[node + 1] as usize];
            for run in row.chunk_by(|one, other| one.1 == other.1) {
                arcs.targets.push(run[0].1);
                if let [only] = run {
                    arcs.weights.push(only.2);
                    continue;
                }
                same.clear();
                same.extend(run.iter().map(|tie| tie.2));
                same.sort_by(f64::total_cmp);
                arcs.weights.push(same.iter().sum());
            }
            arcs.offsets.push(arcs.targets.len() as u32);
        }
        arcs
    }

    /// The same rows seen from the other end.
    fn turned(&self) -> Self {
        let nodes = self.offsets.len() - 1;
        let ties = (0..nodes as u32).flat_map(|from| self.ties(from).map(move |(to, weight)| (to, from, weight)));
        let ties: Vec<Pair> = ties.collect();
        let (offsets, sorted) = counted(nodes, &ties, |tie| tie.0);
        let (targets, weights) = sorted.into_iter().map(|(_, from, weight)| (from, weight)).unzip();
        Self { offsets, targets, weights }
    }

    /// How many, over all rows.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Where a row begins and ends.
    fn span(&self, node: u32) -> std::ops::Range<usize> {
        self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize
    }

    /// Those that a node is tied to, in order.
    pub fn row(&self, node: u32) -> &[u32] {
        &self.targets[self.span(node)]
    }

    /// How strongly, in the same order.
    pub fn weights(&self, node: u32) -> &[f64] {
        &self.weights[self.span(node)]
    }

    /// Both together.
    pub fn ties(&self, node: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.row(node).iter().copied().zip(self.weights(node).iter().copied())
    }

    /// How many a node is tied to.
    pub fn degree(&self, node: u32) -> usize {
        self.span(node).len()
    }

    /// How strongly in all, summed in the order of the row.
    pub fn strength(&self, node: u32) -> f64 {
        self.weights(node).iter().sum()
    }

    /// Is there a tie from one to the other?
    pub fn holds(&self, from: u32, to: u32) -> bool {
        self.row(from).binary_search(&to).is_ok()
    }
}

/// Ties in the order of a key below `nodes`, equal ones as they came, and where each key begins.
fn counted(nodes: usize, ties: &[Pair], key: impl Fn(&Pair) -> u32) -> (Vec<u32>, Vec<Pair>) {
    let mut starts = vec![0u32; nodes + 1];
    for tie in ties {
        starts[key(tie) as usize + 1] += 1;
    }
    for node in 0..nodes {
        starts[node + 1] += starts[node];
    }
    let mut next = starts.clone();
    let mut sorted = vec![(0, 0, 0.0); ties.len()];
    for tie in ties {
        let place = &mut next[key(tie) as usize];
        sorted[*place as usize] = *tie;
        *place += 1;
    }
    (starts, sorted)
}
