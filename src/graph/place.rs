//! Where something lies, seen from the region that a reader works for: who answers for an
//! organisation is its jurisdiction, and what belongs to organisations lies where they lie. What lies
//! nowhere, lies outside: a doubt denies.
//!
//! All of it is judged by what is known when somebody asks and by the day on which they ask: whoever asks
//! about an earlier day, or what was known then, has today's rights and no others.
//!
//! Nothing here counts as work of the reader's: what is hidden must not be felt in what is left.

use petgraph::stable_graph::NodeIndex;

use super::lens::Lens;
use super::state::{EntityRow, State, TieMark};
use crate::domain::{Day, Id, Kind, Relation, Sensitivity, Value, enumeration};
use crate::rights::Place;

/// Regions, organisations and the like that are looked through to find out whose something is.
const DEEPEST: u32 = 3;

/// What rights are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'v> {
    /// What is known when somebody asks.
    pub state: &'v State,
    /// The day on which they ask.
    pub day: Day,
}

impl Lens<'_> {
    /// May the reader see what is said of a node at this sensitivity?
    pub fn may_see_of(&self, node: EntityRow, sensitivity: Sensitivity) -> bool {
        let node = self.representative(node);
        let agreed = || {
            let place = if self.rights().scope().is_some() { self.place_of(node) } else { Place::Outside };
            self.rights().may_see_consented(sensitivity, place) && self.standing.agreed(node)
        };
        self.is_entitled(node, sensitivity) || agreed()
    }

    /// May the reader see it by what they are, whatever its owner agreed to?
    pub(super) fn is_entitled(&self, node: EntityRow, sensitivity: Sensitivity) -> bool {
        let rights = self.rights();
        let inside = || rights.may_see_within(sensitivity, Place::Inside) && self.place_of(node) == Place::Inside;
        rights.may_see(sensitivity) || (rights.scope().is_some() && inside())
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
            At::Merge(row) => [self.state().merges.get(row).map(|merge| EntityRow(merge.kept)), None],
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
        let standing = self.standing;
        let Some(scope) = self.rights().scope().and_then(|region| standing.state.node_of(region)) else {
            return Place::Outside;
        };
        let node = standing.state.representative(node.0);
        let seat = (node, standing.day, standing.state.sequence());
        if let Some(known) = self.budget().place(seat) {
            return known;
        }
        let place = if standing.lies_in(node, scope, DEEPEST) { Place::Inside } else { Place::Outside };
        self.budget().remember_place(seat, place);
        place
    }

    /// The version of what an id stands for: the sequence number that changed last what the reader
    /// may know of it.
    pub fn version(&self, id: Id) -> Option<u64> {
        let all = self.rights().may_see(Sensitivity::Restricted) || self.concerns_the_county(id);
        if all { self.state.version(id) } else { self.state.public_version(id) }
    }

    /// May the reader know who recorded what an id stands for? It is a name of staff: for whoever works
    /// for the bureau and may see what is internal there, never for other programs, whatever an owner
    /// agreed to.
    pub fn may_know_recorder(&self, id: Id) -> bool {
        self.rights().may_see(Sensitivity::Internal) || self.concerns_the_county(id)
    }

    /// Does the reader work for the bureau or one of its counties?
    pub fn is_of_the_bureau(&self) -> bool {
        self.rights().may_see(Sensitivity::Internal) || self.rights().scope().is_some()
    }

    /// Is it about something of the county that the reader works for?
    fn concerns_the_county(&self, id: Id) -> bool {
        let inside = || self.ends_of(id).into_iter().flatten().any(|node| self.may_see_of(node, Sensitivity::Internal));
        self.rights().scope().is_some() && inside()
    }
}

impl Standing<'_> {
    fn lies_in(&self, node: u32, scope: u32, depth: u32) -> bool {
        if node == scope {
            return true;
        }
        let Some(mark) = self.state.nodes.get(node) else { return false };
        match mark.kind {
            Kind::Region => self.is_below(node, scope),
            Kind::Term => false,
            _ if self.jurisdictions(node).any(|region| region == scope || self.is_below(region, scope)) => true,
            _ if depth == 0 => false,
            Kind::Demand => self.owners(node, Relation::HasDemand).any(|owner| self.lies_in(owner, scope, depth - 1)),
            Kind::Achievement => {
                self.owners(node, Relation::HasAchievement).any(|owner| self.lies_in(owner, scope, depth - 1))
            }
            Kind::Collaboration => {
                self.owners(node, Relation::ParticipatesIn).any(|party| self.lies_in(party, scope, depth - 1))
            }
            Kind::Person => {
                let mut offices = self.held(node, Relation::WorksAt, petgraph::Outgoing);
                offices.any(|(_, office)| self.lies_in(office.target, scope, depth - 1))
            }
            _ => false,
        }
    }

    /// Is a region part of another?
    fn is_below(&self, region: u32, whole: u32) -> bool {
        let mut open = vec![region];
        let mut seen = std::collections::BTreeSet::from([region]);
        while let Some(here) = open.pop() {
            for (_, above) in self.held(here, Relation::PartOf, petgraph::Outgoing) {
                if above.target == whole {
                    return true;
                }
                if seen.insert(above.target) {
                    open.push(above.target);
                }
            }
        }
        false
    }

    /// The regions that answer for a node: one, by the rule of the relation.
    fn jurisdictions(&self, node: u32) -> impl Iterator<Item = u32> {
        let role = Relation::LocatedIn.row().attribute("role").map(|attribute| attribute.tag);
        let wanted = enumeration::LOCATION_ROLE.by_name("JURISDICTION").map(|code| Value::Code(code.tag));
        let all = self.held(node, Relation::LocatedIn, petgraph::Outgoing);
        all.filter_map(move |(row, mark)| {
            let facts = self.state.tie_facts.get(row)?;
            let is_wanted = |(tag, value): &(u16, Value)| Some(*tag) == role && Some(value) == wanted.as_ref();
            facts.values.iter().any(is_wanted).then_some(mark.target)
        })
    }

    /// Whose something is; of what is nobody's any more, whose it was last.
    fn owners(&self, node: u32, relation: Relation) -> impl Iterator<Item = u32> {
        let day = self.last_day(node);
        let begun: Vec<TieMark> = self.begun(node, relation, petgraph::Incoming).map(|(_, mark)| mark).collect();
        let until = move |mark: &TieMark| mark.to.min(Day(day.0.saturating_add(1)));
        let last = begun.iter().map(until).max();
        begun.into_iter().filter(move |mark| Some(until(mark)) == last).map(|mark| mark.start)
    }

    /// Ties of a relation that hold, whoever may see them.
    fn held(
        &self,
        node: u32,
        relation: Relation,
        direction: petgraph::Direction,
    ) -> impl Iterator<Item = (u32, TieMark)> {
        let day = self.last_day(node);
        self.begun(node, relation, direction).filter(move |(_, mark)| day < mark.to)
    }

    /// The same with those that have ended.
    fn begun(
        &self,
        node: u32,
        relation: Relation,
        direction: petgraph::Direction,
    ) -> impl Iterator<Item = (u32, TieMark)> {
        let (state, day) = (self.state, self.last_day(node));
        let edges = move |row: u32| state.graph.edges_directed(NodeIndex::new(row as usize), direction);
        let all = state.members(node).flat_map(edges).map(move |edge| {
            let mark = state.tie(*edge.weight());
            let (start, target) = (state.representative(mark.start), state.representative(mark.target));
            (*edge.weight(), TieMark { start, target, ..mark })
        });
        all.filter(move |(_, mark)| mark.relation == relation && mark.from <= day)
    }

    /// The day of the question; of what has come to an end by then, its last day: whoever answered for it
    /// at the end answers for what is kept of it.
    fn last_day(&self, node: u32) -> Day {
        let end = self.state.node(node).to;
        if end <= self.day { Day(end.0.saturating_sub(1)) } else { self.day }
    }

    /// Has the owner agreed that programs which serve others see more than the public? Everything said
    /// of it on the day must say so.
    fn agreed(&self, node: EntityRow) -> bool {
        if self.state.entities.get(node.0).is_none() {
            return false;
        }
        let entity = self.state.together(self.state.representative(node.0));
        let Some(attribute) = entity.kind.row().attribute("agreesToApps") else { return false };
        let mut said = entity
            .statements
            .iter()
            .filter(|statement| statement.attribute == attribute.tag && statement.fact.validity.contains(self.day));
        let is_yes = |value: &Value| *value == Value::Answer(true);
        said.next().is_some_and(|first| is_yes(&first.value)) && said.all(|other| is_yes(&other.value))
    }
}
