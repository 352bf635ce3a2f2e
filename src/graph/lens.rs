//! The only way to read: the graph as of a day, for somebody's rights, within a budget.
//!
//! What a lens does not show does not exist for whoever asks: it is neither counted, nor walked
//! through, nor named in an error.

use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;

use super::budget::Budget;
use super::groups;
use super::openness::{Openness, openness};
use super::place::Standing;
use super::state::{
    Ended, Entity, EntityRow, Fact, Named, Place, SourceRecord, Stamp, State, Statement, TieMark, TieRow,
};
use crate::domain::attribute::Attribute;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::name::Language;
use crate::domain::provenance::Precedence;
use crate::domain::{Day, Id, Kind, Relation, Sensitivity, Value};
use crate::rights::Rights;

/// A tie seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Its row.
    pub row: TieRow,
    /// The relation.
    pub relation: Relation,
    /// Is `here` the end it goes out from?
    pub forward: bool,
    /// The end it is seen from.
    pub here: EntityRow,
    /// The other end.
    pub there: EntityRow,
}

/// Which statement is shown, and which others contradict it.
#[derive(Clone, Debug)]
pub struct Shown<'v> {
    /// The one that comes first by the rule of precedence.
    pub statement: &'v Statement,
    /// The others that hold on the same day, best first.
    pub others: Vec<&'v Statement>,
}

/// A view of the graph. Copies freely.
#[derive(Clone, Copy, Debug)]
pub struct Lens<'v> {
    pub(super) state: &'v State,
    /// The day everything is asked for.
    pub day: Day,
    rights: Rights,
    pub(super) standing: Standing<'v>,
    budget: &'v Budget<'v>,
}

impl<'v> Lens<'v> {
    /// Look at what is known now, today: whatever is looked at from here, rights are judged by that.
    pub fn new(state: &'v State, day: Day, rights: Rights, budget: &'v Budget<'v>) -> Self {
        Self { state, day, rights, standing: Standing { state, day }, budget }
    }

    /// The same reader looks at another picture: of another day, or of what was known earlier. What they
    /// may stays what it is today.
    pub fn at(self, state: &'v State, day: Day) -> Self {
        Self { state, day, ..self }
    }

    pub(super) fn state(&self) -> &'v State {
        self.state
    }

    /// The budget of the request.
    pub fn budget(&self) -> &'v Budget<'v> {
        self.budget
    }

    /// The rights of whoever asks.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// The sequence number the state stands at.
    pub fn sequence(&self) -> u64 {
        self.state.sequence()
    }

    /// Does the node exist on the day, and may it be seen?
    pub fn shows(&self, node: EntityRow) -> bool {
        let mark = self.state.node(node.0);
        let exists = mark.from <= self.day && self.day < mark.to;
        exists
            && mark.standing != groups::Standing::Merged
            && match mark.kind {
                Kind::Person => self.may_see_of(node, Sensitivity::Internal),
                Kind::Demand => self.openness(node) != Openness::Hidden || self.may_see_of(node, Sensitivity::Internal),
                _ => true,
            }
    }

    /// How far a demand is open on the day. A doubt hides.
    pub(super) fn openness(&self, demand: EntityRow) -> Openness {
        openness(self.entity(demand), self.day)
    }

    /// The node of that id; of an entry that was merged, the one that stands for it.
    pub fn node(&self, id: Id) -> Option<EntityRow> {
        self.state.node_of(id).map(|row| self.representative(EntityRow(row))).filter(|row| self.shows(*row))
    }

    /// The tie of that id, from its start.
    pub fn tie(&self, id: Id) -> Option<Tie> {
        let Some(Place::Tie(row)) = self.state.place(id) else { return None };
        let tie = self.seen_from(row, self.state.tie(row), true);
        (self.holds(row) && self.shows(tie.here) && self.shows(tie.there)).then_some(tie)
    }

    /// The node that an id is, or that a name, an identifier, a statement or a record belongs to.
    pub fn owner(&self, id: Id) -> Option<EntityRow> {
        let row = match self.state.place(id)? {
            Place::Node(row) | Place::Fact(row) => EntityRow(row),
            Place::Record(row) => self.state.records.get(row).filter(|record| self.may_know(record))?.subject,
            Place::Retracted(row) => match self.state.retractions.get(row)?.was {
                Place::Fact(row) => EntityRow(row),
                Place::Record(row) => self.state.records.get(row).filter(|record| self.may_know(record))?.subject,
                _ => return None,
            },
            Place::Merge(row) => EntityRow(self.state.merges.get(row)?.kept),
            Place::Tie(_) | Place::Source(_) => return None,
        };
        Some(self.representative(row)).filter(|row| self.shows(*row))
    }

    /// Who says that a tie ended, where that was said apart from the tie.
    pub fn tie_end(&self, tie: TieRow) -> Option<&'v Ended> {
        self.state.tie_facts.get(tie.0)?.ended.as_ref()
    }

    /// The source of that id. Sources are public.
    pub fn source(&self, id: Id) -> Option<&'v Arc<SourceRecord>> {
        self.state.source(id)
    }

    /// Every source, in order of entry.
    pub fn sources(&self) -> impl Iterator<Item = &'v Arc<SourceRecord>> {
        self.state.sources.iter()
    }

    /// The nodes of a kind, in order of entry.
    pub fn nodes(&self, kind: Kind) -> impl Iterator<Item = EntityRow> + use<'v> {
        let lens = *self;
        let rows = self.state.indexes.kinds.get(kind as usize).into_iter().flat_map(|rows| rows.iter());
        rows.map(|row| EntityRow(*row)).filter(move |row| lens.shows(*row))
    }

    /// A node by its number, as given out by [`EntityRow::number`] on the same view.
    pub fn node_by_number(&self, number: u64) -> Option<EntityRow> {
        let row = u32::try_from(number).ok().filter(|row| (*row as usize) < self.state.entities.len())?;
        Some(self.representative(EntityRow(row))).filter(|row| self.shows(*row))
    }

    /// Everything said about a node alone, also on entries that were merged into it.
    pub fn entity(&self, node: EntityRow) -> &'v Entity {
        self.state.together(node.0)
    }

    /// Its kind.
    pub fn kind(&self, node: EntityRow) -> Kind {
        self.state.node(node.0).kind
    }

    /// Its id.
    pub fn id(&self, node: EntityRow) -> Id {
        self.entity(node).fact.id
    }

    /// The day from which it exists, and the one from which it does no more.
    pub fn days(&self, node: EntityRow) -> (Day, Day) {
        let mark = self.state.node(node.0);
        (mark.from, mark.to)
    }

    /// The Chinese name in force on the day: a former name while it was in use, else the official one.
    /// Of what has no Chinese name, the foreign one. A person is called by the row key.
    pub fn name(&self, node: EntityRow) -> &'v str {
        match self.kind(node) {
            Kind::Person => self.code(node),
            _ => self.name_in(node, Language::Zh).or_else(|| self.name_in(node, Language::En)).unwrap_or(""),
        }
    }

    /// The name of a language in force on the day, where everybody may read it.
    pub fn name_in(&self, node: EntityRow, language: Language) -> Option<&'v str> {
        self.named(node, language).and_then(|name| name.text.plain())
    }

    /// All its names.
    pub fn names(&self, node: EntityRow) -> &'v [Named] {
        &self.entity(node).names
    }

    /// All its identifiers.
    pub fn identifiers(&self, node: EntityRow) -> &'v [(Identifier, Fact)] {
        &self.entity(node).identifiers
    }

    /// Its identifier of a scheme that holds on the day.
    pub fn identifier(&self, node: EntityRow, scheme: Scheme) -> Option<&'v str> {
        let all = self.identifiers(node).iter();
        all.filter(|(identifier, fact)| identifier.scheme == scheme && fact.validity.contains(self.day))
            .map(|(identifier, _)| identifier.value.as_str())
            .next()
    }

    /// The number by which ties in a ranking are broken first: credit code, else region, term or row key.
    pub fn code(&self, node: EntityRow) -> &'v str {
        [Scheme::CreditCode, Scheme::RegionCode, Scheme::TermCode, Scheme::Internal]
            .into_iter()
            .find_map(|scheme| self.identifier(node, scheme))
            .unwrap_or("")
    }

    /// The statements about an attribute that hold on the day, best first by the rule of precedence.
    pub fn statements(&self, node: EntityRow, attribute: &Attribute) -> Vec<&'v Statement> {
        if !self.may_see_of(node, attribute.sensitivity) {
            return Vec::new();
        }
        let all = &self.entity(node).statements;
        let start = all.partition_point(|statement| statement.attribute < attribute.tag);
        let of_it = all.iter().skip(start).take_while(|statement| statement.attribute == attribute.tag);
        let mut held: Vec<&Statement> = of_it.filter(|statement| statement.fact.validity.contains(self.day)).collect();
        if held.len() > 1 {
            // What is known stands before UNKNOWN, whoever says so.
            held.sort_by_key(|statement| (statement.value == Value::Unknown, self.precedence(&statement.fact)));
        }
        held
    }

    /// The statement shown for an attribute.
    pub fn shown(&self, node: EntityRow, attribute: &Attribute) -> Option<Shown<'v>> {
        let mut held = self.statements(node, attribute).into_iter();
        held.next().map(|statement| Shown { statement, others: held.collect() })
    }

    /// The value shown for an attribute.
    pub fn value(&self, node: EntityRow, attribute: &Attribute) -> Option<&'v Value> {
        self.shown(node, attribute).map(|shown| &shown.statement.value)
    }

    /// The value shown for the attribute of that name, where the node's kind has it.
    pub fn value_named(&self, node: EntityRow, name: &str) -> Option<&'v Value> {
        self.value(node, self.kind(node).row().attribute(name)?)
    }

    pub(super) fn precedence(&self, fact: &Fact) -> Precedence {
        let source = self.source(fact.provenance.source);
        let column = |name: &str| source.and_then(|source| source.named(name));
        let grade = if let Some(Value::Code(grade)) = column("grade") { *grade } else { 0 };
        let source_date = if let Some(Value::Date(date)) = column("date") { Some(*date) } else { None };
        let sequence = self.stamp(fact).map_or(0, |stamp| stamp.sequence);
        Precedence {
            method: fact.provenance.method,
            basis: 0,
            grade,
            valid_from: fact.validity.from,
            source_date,
            sequence,
            id: fact.id,
        }
    }

    /// Who recorded a fact, and when.
    pub fn stamp(&self, fact: &Fact) -> Option<&'v Stamp> {
        self.state.stamps.get(fact.stamp)
    }

    /// Its ties in one direction, of one relation or of all. Each tie looked at costs one row,
    /// shown or not; when the budget is spent the list ends and [`Budget`] says so.
    pub fn ties(
        &self,
        node: EntityRow,
        relation: Option<Relation>,
        forward: bool,
    ) -> impl Iterator<Item = Tie> + use<'v> {
        let lens = *self;
        self.tie_rows(node, forward)
            .filter(move |row| {
                let mark = lens.state.tie(*row);
                relation.is_none_or(|relation| relation == mark.relation) && lens.tie_shown(*row, &mark, forward)
            })
            .map(move |row| {
                lens.budget.show();
                lens.seen_from(row, lens.state.tie(row), forward)
            })
    }

    /// Rows of its ties in one direction, whatever the day and whoever asks. Each costs one row.
    pub(super) fn tie_rows(&self, node: EntityRow, forward: bool) -> impl Iterator<Item = u32> + use<'v> {
        let direction = if forward { petgraph::Outgoing } else { petgraph::Incoming };
        let budget = self.budget;
        let graph = &self.state.graph;
        let edges = move |row: u32| graph.edges_directed(NodeIndex::new(row as usize), direction);
        let others = self.state.others(node.0).iter().flat_map(move |row| edges(*row));
        edges(node.0).chain(others).take_while(move |_| budget.look()).map(|edge| *edge.weight())
    }

    fn tie_shown(&self, row: u32, mark: &TieMark, forward: bool) -> bool {
        let other = if forward { mark.target } else { mark.start };
        self.holds(row) && self.shows(self.representative(EntityRow(other))) && !self.repeats_another(row)
    }

    pub(super) fn holds(&self, row: u32) -> bool {
        let mark = self.state.tie(row);
        let hidden_owner =
            mark.relation == Relation::HasDemand && self.openness(EntityRow(mark.target)) != Openness::Open;
        // Who asks anonymously is named to no program, whatever else they agreed to have shown there.
        let may_know = || self.is_entitled(EntityRow(mark.start), Sensitivity::Internal);
        mark.from <= self.day && self.day < mark.to && (!hidden_owner || may_know())
    }

    pub(super) fn seen_from(&self, row: u32, mark: TieMark, forward: bool) -> Tie {
        let [start, target] = [mark.start, mark.target].map(|end| self.representative(EntityRow(end)));
        let (here, there) = if forward { (start, target) } else { (target, start) };
        Tie { row: TieRow(row), relation: mark.relation, forward, here, there }
    }

    /// Id, validity and provenance of a tie.
    pub fn tie_fact(&self, tie: TieRow) -> &'v Fact {
        &self.state.tie_facts.get(tie.0).expect("every tie has its facts").fact
    }

    /// The value of an attribute of a tie, where it may be seen.
    pub fn tie_value(&self, tie: TieRow, attribute: &Attribute) -> Option<&'v Value> {
        let mark = self.state.tie(tie.0);
        if !self.may_see_of_either([EntityRow(mark.start), EntityRow(mark.target)], attribute.sensitivity) {
            return None;
        }
        let values = &self.state.tie_facts.get(tie.0)?.values;
        values.iter().find(|(tag, _)| *tag == attribute.tag).map(|(_, value)| value)
    }

    /// The day from which a tie holds.
    pub fn tie_start(&self, tie: TieRow) -> Day {
        self.state.tie(tie.0).from
    }
}

impl EntityRow {
    /// Its number, for an index beside the graph. Good for one store while it is open.
    pub fn number(self) -> u64 {
        u64::from(self.0)
    }
}
