//! Bounded traversal: neighbourhoods and routes, with what was visited and whether it was cut.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::lens::{Lens, Tie};
use super::state::EntityRow;
use crate::domain::{Kind, Relation};

/// Which way ties are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From their start.
    Forward,
    /// From their target.
    Reverse,
    /// Both ways.
    Both,
}

/// Ties of a neighbourhood that are told, for each node that may be.
pub const TIES_A_NODE: usize = 4;

/// What lies around a node.
#[derive(Clone, Debug, Default)]
pub struct Neighborhood {
    /// The nodes with their distance, nearest first; the centre is the first.
    pub nodes: Vec<(EntityRow, u32)>,
    /// The ties between them.
    pub ties: Vec<Tie>,
    /// How many ties were looked at.
    pub visited: u64,
    /// Was anything left out because of a limit?
    pub truncated: bool,
}

/// One step of a route.
pub type Step = Tie;

/// A route from one node to another, without circles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

impl<'v> Lens<'v> {
    /// All ties of a node, going out first.
    pub fn all_ties(&self, node: EntityRow, direction: Direction) -> impl Iterator<Item = Tie> + use<'v> {
        let forward = (direction != Direction::Reverse).then(|| self.ties(node, None, true));
        let reverse = (direction != Direction::Forward).then(|| self.ties(node, None, false));
        forward.into_iter().flatten().chain(reverse.into_iter().flatten())
    }

    /// What lies within `depth` steps, at most `limit` nodes, over the relations and kinds named
    /// (all where none are).
    pub fn neighborhood(
        &self,
        center: EntityRow,
        depth: u32,
        relations: &[Relation],
        kinds: &[Kind],
        limit: usize,
    ) -> Neighborhood {
        let before = self.budget().shown();
        let mut found = Neighborhood { nodes: vec![(center, 0)], ..Neighborhood::default() };
        let mut seen = BTreeSet::from([center]);
        let mut tied = BTreeSet::new();
        let mut open = VecDeque::from([(center, 0)]);
        while let Some((node, distance)) = open.pop_front() {
            if distance == depth {
                continue;
            }
            for tie in self.all_ties(node, Direction::Both) {
                let wanted = (relations.is_empty() || relations.contains(&tie.relation))
                    && (kinds.is_empty() || kinds.contains(&self.kind(tie.there)));
                if !wanted {
                    continue;
                }
                if !seen.contains(&tie.there) {
                    if found.nodes.len() >= limit {
                        found.truncated = true;
                        continue;
                    }
                    seen.insert(tie.there);
                    found.nodes.push((tie.there, distance + 1));
                    open.push_back((tie.there, distance + 1));
                }
                if tied.contains(&tie.row) {
                    continue;
                }
                if found.ties.len() >= limit.saturating_mul(TIES_A_NODE) {
                    found.truncated = true;
                    continue;
                }
                tied.insert(tie.row);
                found.ties.push(tie);
            }
            if self.budget().is_spent() {
                found.truncated = true;
                break;
            }
        }
        found.visited = self.budget().shown() - before;
        found
    }

    /// Does a tie say that two parties have something to do with each other? Places, fields and
    /// code lists do not: “both in 新乡” explains nothing.
    pub fn explains(&self, tie: &Tie) -> bool {
        let plain = |node| !matches!(self.kind(node), Kind::Term | Kind::Region);
        tie.relation.row().explains && plain(tie.here) && plain(tie.there)
    }

    /// The shortest routes without circles, at most `count` of them and at most `longest` steps
    /// long, over `relations` (over all that explain something where none are named). Sorted by
    /// length, then by the codes and ids along the way. The flag says whether a limit cut the search.
    pub fn routes(
        &self,
        from: EntityRow,
        to: EntityRow,
        relations: &[Relation],
        longest: u32,
        count: usize,
    ) -> (Vec<Route>, bool) {
        if from == to {
            return (Vec::new(), false);
        }
        let distances = self.distances(to, from, relations, longest);
        let mut search = RouteSearch { lens: self, to, relations, distances, found: Vec::new(), count };
        let Some(shortest) = search.distances.get(&from).copied() else {
            return (Vec::new(), self.budget().is_spent());
        };
        // Deepening one step at a time finds all routes of a length before any longer one.
        for length in shortest..=longest {
            search.deepen(from, length, &mut Vec::new(), &mut vec![from]);
            // One more than asked for tells whether there are more.
            if search.found.len() > count || self.budget().is_spent() {
                break;
            }
        }
        let mut found = search.found;
        found.sort_by_cached_key(|route| {
            let way = route.steps.iter().map(|step| (self.code(step.there).to_owned(), self.tie_fact(step.row).id));
            (route.steps.len(), way.collect::<Vec<_>>())
        });
        let cut = found.len() > count || self.budget().is_spent();
        found.truncate(count);
        (found, cut)
    }

    fn follows(&self, tie: &Tie, relations: &[Relation]) -> bool {
        if relations.is_empty() { self.explains(tie) } else { relations.contains(&tie.relation) }
    }

    /// Steps to `goal` of every node that a route of at most `longest` steps can touch.
    fn distances(
        &self,
        goal: EntityRow,
        start: EntityRow,
        relations: &[Relation],
        longest: u32,
    ) -> BTreeMap<EntityRow, u32> {
        let mut distances = BTreeMap::from([(goal, 0)]);
        let mut open = VecDeque::from([goal]);
        while let Some(node) = open.pop_front() {
            let distance = distances[&node];
            if distance >= longest || node == start || self.budget().is_spent() {
                continue;
            }
            for tie in self.all_ties(node, Direction::Both) {
                if self.follows(&tie, relations) && !distances.contains_key(&tie.there) {
                    distances.insert(tie.there, distance + 1);
                    open.push_back(tie.there);
                }
            }
        }
        distances
    }
}

/// More routes than asked for are gathered within one length, so that the sorting is fair.
const GATHER: usize = 64;

struct RouteSearch<'s, 'v> {
    lens: &'s Lens<'v>,
    to: EntityRow,
    relations: &'s [Relation],
    distances: BTreeMap<EntityRow, u32>,
    found: Vec<Route>,
    count: usize,
}

impl RouteSearch<'_, '_> {
    /// All routes of exactly `left` further steps.
    fn deepen(&mut self, node: EntityRow, left: u32, steps: &mut Vec<Step>, way: &mut Vec<EntityRow>) {
        if left == 0 || self.found.len() >= self.count + GATHER || self.lens.budget().is_spent() {
            return;
        }
        for tie in self.lens.all_ties(node, Direction::Both) {
            let near = self.distances.get(&tie.there).is_some_and(|distance| *distance < left);
            if !near || way.contains(&tie.there) || !self.lens.follows(&tie, self.relations) {
                continue;
            }
            steps.push(tie);
            if tie.there == self.to {
                if left == 1 {
                    self.found.push(Route { steps: steps.clone() });
                }
            } else {
                way.push(tie.there);
                self.deepen(tie.there, left - 1, steps, way);
                way.pop();
            }
            steps.pop();
        }
    }
}
