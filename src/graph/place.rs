//! Where something lies, seen from the region that a reader works for: who answers for an
//! organisation is its jurisdiction on the day asked for, and what belongs to organisations lies where
//! they lie. What lies nowhere, lies outside: a doubt denies.
//!
//! Nothing here counts as work of the reader's: what is hidden must not be felt in what is left.

use petgraph::stable_graph::NodeIndex;

use super::lens::Lens;
use super::state::EntityRow;
use crate::domain::{Id, Kind, Relation, Sensitivity, Value, enumeration};
use crate::rights::Place;

/// Regions, organisations and the like that are looked through to find out whose something is.
const DEEPEST: u32 = 3;

impl Lens<'_> {
    /// May the reader see what is said of a node at this sensitivity?
    pub fn may_see_of(&self, node: EntityRow, sensitivity: Sensitivity) -> bool {
        let rights = self.rights();
        if rights.may_see(sensitivity) {
            return true;
        }
        let inside = || rights.may_see_within(sensitivity, Place::Inside) && self.place_of(node) == Place::Inside;
        let agreed = || {
            let place = if rights.scope().is_some() { self.place_of(node) } else { Place::Outside };
            rights.may_see_consented(sensitivity, place) && self.agreed(node)
        };
        (rights.scope().is_some() && inside()) || agreed()
    }

    /// The same of what is said of a tie: whoever may see it of one end may see it.
    pub fn may_see_of_either(&self, ends: [EntityRow; 2], sensitivity: Sensitivity) -> bool {
        ends.into_iter().any(|end| self.may_see_of(end, sensitivity))
    }

    /// Does a node lie inside?
    pub(super) fn is_inside(&self, node: EntityRow) -> bool {
        self.place_of(node) == Place::Inside
    }

    /// The nodes that an id is about: itself, its owner, the two ends of a tie.
    pub(super) fn ends_of(&self, id: Id) -> [Option<EntityRow>; 2] {
        use super::state::Place as At;
        let subject = |row: u32| self.state().records.get(row).map(|record| record.subject);
        let of = |at: At| match at {
            At::Node(row) | At::Fact(row) => [Some(EntityRow(row)), None],
            At::Record(row) => [subject(row), None],
            At::Tie(row) => {
                let mark = self.state().tie(row);
                [Some(EntityRow(mark.start)), Some(EntityRow(mark.target))]
            }
            At::Source(_) | At::Retracted(_) => [None, None],
        };
        match self.state().place(id) {
            Some(At::Retracted(row)) => self.state().retractions.get(row).map_or([None, None], |gone| of(gone.was)),
            Some(at) => of(at),
            None => [None, None],
        }
    }

    /// Where a node lies.
    pub fn place_of(&self, node: EntityRow) -> Place {
        let Some(scope) = self.rights().scope().and_then(|region| self.state().node_of(region)) else {
            return Place::Outside;
        };
        let seat = (node.0, self.day, self.state().sequence());
        if let Some(known) = self.budget().place(seat) {
            return known;
        }
        let place = if self.lies_in(node.0, scope, DEEPEST) { Place::Inside } else { Place::Outside };
        self.budget().remember_place(seat, place);
        place
    }

    fn lies_in(&self, node: u32, scope: u32, depth: u32) -> bool {
        if node == scope {
            return true;
        }
        let kind = self.state().node(node).kind;
        match kind {
            Kind::Region => self.is_below(node, scope),
            Kind::Term => false,
            _ if self.jurisdictions(node).any(|region| region == scope || self.is_below(region, scope)) => true,
            _ if depth == 0 => false,
            Kind::Demand => {
                self.neighbors(node, Relation::HasDemand, false).any(|owner| self.lies_in(owner, scope, depth - 1))
            }
            Kind::Achievement => {
                self.neighbors(node, Relation::HasAchievement, false).any(|owner| self.lies_in(owner, scope, depth - 1))
            }
            Kind::Collaboration => {
                self.neighbors(node, Relation::ParticipatesIn, false).any(|party| self.lies_in(party, scope, depth - 1))
            }
            Kind::Person => {
                self.neighbors(node, Relation::WorksAt, true).any(|office| self.lies_in(office, scope, depth - 1))
            }
            _ => false,
        }
    }

    /// Is a region part of another, on the day?
    fn is_below(&self, region: u32, whole: u32) -> bool {
        let mut open = vec![region];
        let mut seen = std::collections::BTreeSet::from([region]);
        while let Some(here) = open.pop() {
            for above in self.neighbors(here, Relation::PartOf, true) {
                if above == whole {
                    return true;
                }
                if seen.insert(above) {
                    open.push(above);
                }
            }
        }
        false
    }

    /// The regions that answer for a node on the day: one, by the rule of the relation.
    fn jurisdictions(&self, node: u32) -> impl Iterator<Item = u32> {
        let role = Relation::LocatedIn.row().attribute("role").map(|attribute| attribute.tag);
        let wanted = enumeration::LOCATION_ROLE.by_name("JURISDICTION").map(|code| Value::Code(code.tag));
        let rows = self.rows_held(node, Relation::LocatedIn, true);
        rows.filter_map(move |(row, region)| {
            let facts = self.state().tie_facts.get(row)?;
            let is_wanted = |(tag, value): &(u16, Value)| Some(*tag) == role && Some(value) == wanted.as_ref();
            facts.values.iter().any(is_wanted).then_some(region)
        })
    }

    fn neighbors(&self, node: u32, relation: Relation, forward: bool) -> impl Iterator<Item = u32> {
        self.rows_held(node, relation, forward).map(|(_, other)| other)
    }

    /// Ties of a relation that hold on the day, with the other end, whoever may see them.
    fn rows_held(&self, node: u32, relation: Relation, forward: bool) -> impl Iterator<Item = (u32, u32)> {
        let direction = if forward { petgraph::Outgoing } else { petgraph::Incoming };
        let edges = self.state().graph.edges_directed(NodeIndex::new(node as usize), direction);
        edges.filter_map(move |edge| {
            let mark = self.state().tie(*edge.weight());
            let held = mark.relation == relation && mark.from <= self.day && self.day < mark.to;
            held.then_some((*edge.weight(), if forward { mark.target } else { mark.start }))
        })
    }

    /// Has the owner agreed that programs which serve others see more than the public? Everything said
    /// of it on the day must say so.
    fn agreed(&self, node: EntityRow) -> bool {
        let entity = self.entity(node);
        let Some(attribute) = entity.kind.row().attribute("agreesToApps") else { return false };
        let mut said = entity
            .statements
            .iter()
            .filter(|statement| statement.attribute == attribute.tag && statement.fact.validity.contains(self.day));
        let is_yes = |value: &Value| *value == Value::Answer(true);
        said.next().is_some_and(|first| is_yes(&first.value)) && said.all(|other| is_yes(&other.value))
    }
}
