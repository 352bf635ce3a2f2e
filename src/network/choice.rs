//! Which ties make a network: the relations, how they weigh, from when to when, among whom; read through the
//! lens and turned into a layer. What the layer rests on (by whom it is said, what has no date or amount)
//! goes with it, so that every figure can be told with its rule.

use std::collections::{BTreeMap, BTreeSet};

use super::layer::{Direction, Layer};
use super::projection::{Window, parties, shares};
use crate::domain::{Day, Kind, Relation, Value};
use crate::graph::{EntityRow, Lens, Tie, TieRow};

/// What a relation says about two organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It joins the two itself.
    Direct,
    /// Each of them has it with a third: a collaboration, an alliance, a firm both gave money to.
    Gathering,
}

/// The relations that networks are made of. Places and fields are none: being in one city is no tie.
pub const FORMS: &[(Relation, Form)] = &[
    (Relation::ParticipatesIn, Form::Gathering),
    (Relation::MemberOf, Form::Gathering),
    (Relation::InCluster, Form::Gathering),
    (Relation::IncubatedIn, Form::Gathering),
    (Relation::Funds, Form::Gathering),
    (Relation::Owns, Form::Direct),
    (Relation::Supplies, Form::Direct),
    (Relation::Succeeds, Form::Direct),
    (Relation::Serves, Form::Direct),
    (Relation::RelatedTo, Form::Direct),
];

/// How much a tie weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A gathering of k gives each of its pairs 1/(k − 1) (Newman 2001); what joins two directly gives 1.
    Shared,
    /// Each gathering gives each of its pairs 1.
    Count,
    /// The part of the amount that falls to the pair, in yuan; what has no amount is left out.
    Amount,
}

/// Who is a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// Those who are tied.
    One,
    /// And what they are tied through, which then stands between them.
    Two,
}

/// What becomes of those beyond the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// They are left out.
    LeftOut,
    /// Those tied to somebody within are part of it; ties between two of them are not.
    Kept,
}

/// How a network is chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// By which relations.
    pub relations: Vec<Relation>,
    /// How much a tie weighs.
    pub weight: Weight,
    /// Years after which a tie weighs half; none where age does not matter.
    pub half_life: Option<f64>,
    /// Who is a node.
    pub modes: Modes,
    /// From when to when.
    pub window: Window,
    /// Who is within the boundary; everybody who is tied, where there is none.
    pub members: Option<BTreeSet<EntityRow>>,
    /// What becomes of the others.
    pub outside: Outside,
}

/// A network, and what it rests on.
#[derive(Clone, Debug)]
pub struct Network {
    /// Who each node is: in order of code, name and id, so that the order of entry leaves no trace.
    pub nodes: Vec<EntityRow>,
    /// Who of them is within the boundary.
    pub inside: Vec<bool>,
    /// The ties.
    pub layer: Layer,
    /// What they rest on.
    pub basis: Basis,
}

/// What the ties of a network rest on.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// Facts that were used: each says that somebody has one of the relations.
    pub facts: usize,
    /// How many of them rest on a source of each grade; those of no grade stand under none.
    pub grades: BTreeMap<Option<u16>, usize>,
    /// Collaborations, alliances and the like that were used.
    pub gatherings: usize,
    /// What was left out because nobody knows when it was, where that is asked for.
    pub undated: usize,
    /// What was left out because it has no amount, where amounts are asked for.
    pub without_amount: usize,
    /// The first and the last day of what was used and has one.
    pub days: Option<(Day, Day)>,
}

const DAYS_A_YEAR: f64 = 365.25;

/// Who takes part in a gathering, by which ties, and since when it is.
type Parties = (BTreeMap<EntityRow, Vec<Tie>>, Option<Day>);

/// The network; none where the budget ended before it was read whole.
pub fn network(lens: &Lens<'_>, choice: &Choice) -> Option<Network> {
    let mut reading = Reading {
        lens: *lens,
        choice,
        ties: Vec::new(),
        gathered: BTreeSet::new(),
        middles: BTreeSet::new(),
        basis: Basis::default(),
    };
    match &choice.members {
        Some(members) => members.iter().for_each(|node| reading.node(*node)),
        None => {
            let everybody = Kind::all().filter(|kind| is_starting(*kind)).flat_map(|kind| lens.nodes(kind));
            everybody.take_while(|_| !lens.budget().is_spent()).for_each(|node| reading.node(node));
        }
    }
    for (relation, gathering) in std::mem::take(&mut reading.gathered) {
        reading.gathering(relation, gathering);
    }
    if lens.budget().is_spent() {
        return None;
    }
    Some(reading.done())
}

/// Does a node of this kind have ties that networks are made of?
fn is_starting(kind: Kind) -> bool {
    kind == Kind::Fund || Kind::ORGANIZATIONS.contains(&kind)
}

struct Reading<'r, 'v> {
    lens: Lens<'v>,
    choice: &'r Choice,
    ties: Vec<(EntityRow, EntityRow, f64)>,
    gathered: BTreeSet<(Relation, EntityRow)>,
    /// What others are tied through, where that stands between them.
    middles: BTreeSet<EntityRow>,
    basis: Basis,
}

impl Reading<'_, '_> {
    fn is_inside(&self, node: EntityRow) -> bool {
        self.choice.members.as_ref().is_none_or(|members| members.contains(&node))
    }

    /// What one node is tied to directly, and what it takes part in.
    fn node(&mut self, node: EntityRow) {
        for (relation, form) in FORMS.iter().filter(|(relation, _)| self.choice.relations.contains(relation)) {
            let forward: Vec<Tie> = self.lens.ties(node, Some(*relation), true).collect();
            if *form == Form::Gathering {
                self.gathered.extend(forward.iter().map(|tie| (*relation, tie.there)));
                continue;
            }
            // A tie between two within is met at its start; one that leads beyond, at the end within.
            let kept = self.choice.outside == Outside::Kept;
            let back: Vec<Tie> = self.lens.ties(node, Some(*relation), false).take_while(|_| kept).collect();
            let beyond = back.into_iter().filter(|tie| !self.is_inside(tie.there));
            let own = forward.into_iter().filter(|tie| kept || self.is_inside(tie.there));
            let ties: Vec<Tie> = own.chain(beyond).collect();
            ties.iter().for_each(|tie| self.direct(tie));
        }
    }

    fn direct(&mut self, tie: &Tie) {
        // People own shares; they are no organisation.
        if self.lens.kind(tie.there) == Kind::Person {
            return;
        }
        if self.choice.weight == Weight::Amount {
            self.basis.without_amount += 1;
            return;
        }
        let day = self.lens.tie_start(tie.row);
        let day = Some(day).filter(|day| *day != Day::BEGINNING);
        let Some(fading) = self.fading(day) else { return };
        self.used(day);
        self.rest_on(tie.row);
        let (from, to) = if tie.forward { (tie.here, tie.there) } else { (tie.there, tie.here) };
        self.ties.push((from, to, fading));
    }

    /// What a gathering gives its pairs.
    fn gathering(&mut self, relation: Relation, gathering: EntityRow) {
        let Some((parties, day)) = self.standing(relation, gathering) else { return };
        let Some(fading) = self.fading(day) else { return };
        let cents = match self.lens.value_named(gathering, "amount") {
            Some(Value::Money(cents)) if relation == Relation::ParticipatesIn => Some(*cents),
            _ => None,
        };
        let amount = match (self.choice.weight, cents.filter(|cents| *cents > 0)) {
            (Weight::Amount, None) => {
                self.basis.without_amount += 1;
                return;
            }
            (_, cents) => cents.unwrap_or(0) as f64 / 100.0,
        };
        let weighing = Weighing { shares: shares(&self.lens, &parties), amount, fading };
        let before = self.ties.len();
        match self.choice.modes {
            Modes::One => self.pairs(&weighing),
            Modes::Two => self.spokes(gathering, &weighing),
        }
        if self.ties.len() > before {
            self.basis.gatherings += 1;
            self.used(day);
            parties.values().flatten().for_each(|tie| self.rest_on(tie.row));
        }
    }

    /// Who takes part, and since when it is; none where it does not count.
    fn standing(&mut self, relation: Relation, gathering: EntityRow) -> Option<Parties> {
        let window = &self.choice.window;
        let mut parties = parties(&self.lens, gathering, relation);
        if relation == Relation::ParticipatesIn {
            let signed = match self.lens.value_named(gathering, "signedOn") {
                Some(Value::Date(signed)) => Some(signed.first_day()),
                _ => None,
            };
            if signed.is_none() && (window.from.is_some() || window.to.is_some()) {
                self.basis.undated += 1;
            }
            return window.holds(&self.lens, gathering).then_some((parties, signed));
        }
        if window.from.is_none() && window.to.is_none() {
            let starts = parties.values().flatten().map(|tie| self.lens.tie_start(tie.row));
            // Two stand together from when the later of them has come; a gathering counts from its last.
            let day = starts.filter(|day| *day != Day::BEGINNING).max();
            return Some((parties, day));
        }
        let mut undated = 0;
        let lens = self.lens;
        parties.retain(|_, ties| {
            ties.retain(|tie| {
                let day = lens.tie_start(tie.row);
                undated += usize::from(day == Day::BEGINNING);
                let begun = window.to.is_none_or(|to| day <= to);
                begun && day != Day::BEGINNING && window.from.is_none_or(|from| day >= from)
            });
            !ties.is_empty()
        });
        self.basis.undated += undated;
        let day = parties.values().flatten().map(|tie| lens.tie_start(tie.row)).max();
        Some((parties, day))
    }

    /// What is left of a weight after that time; none where it is outside the window, or its age matters and
    /// nobody knows it.
    fn fading(&mut self, day: Option<Day>) -> Option<f64> {
        let window = &self.choice.window;
        let bounded = window.from.is_some() || window.to.is_some() || self.choice.half_life.is_some();
        let Some(day) = day else {
            self.basis.undated += usize::from(bounded);
            return (!bounded).then_some(1.0);
        };
        if window.from.is_some_and(|from| day < from) || window.to.is_some_and(|to| day > to) {
            return None;
        }
        let years = f64::from(self.lens.day.0.saturating_sub(day.0).max(0)) / DAYS_A_YEAR;
        Some(self.choice.half_life.map_or(1.0, |half| 0.5f64.powf(years / half)))
    }

    fn pairs(&mut self, weighing: &Weighing) {
        let parties: Vec<(EntityRow, f64)> = weighing.shares.iter().map(|(node, share)| (*node, *share)).collect();
        let others = parties.len().saturating_sub(1) as f64;
        for (place, (one, share)) in parties.iter().enumerate() {
            for (other, beside) in &parties[place + 1..] {
                let (here, there) = (self.is_inside(*one), self.is_inside(*other));
                let counts = match self.choice.outside {
                    Outside::LeftOut => here && there,
                    Outside::Kept => here || there,
                };
                if !counts || !self.lens.budget().spend(1) {
                    continue;
                }
                let weight = match self.choice.weight {
                    Weight::Shared => 1.0 / others,
                    Weight::Count => 1.0,
                    Weight::Amount => weighing.amount * (share + beside) / others,
                };
                self.push(*one, *other, weight * weighing.fading);
            }
        }
    }

    fn spokes(&mut self, gathering: EntityRow, weighing: &Weighing) {
        if !weighing.shares.keys().any(|party| self.is_inside(*party)) {
            return;
        }
        self.middles.insert(gathering);
        for (party, share) in &weighing.shares {
            if self.choice.outside == Outside::LeftOut && !self.is_inside(*party) {
                continue;
            }
            let weight = if self.choice.weight == Weight::Amount { weighing.amount * share } else { 1.0 };
            self.push(*party, gathering, weight * weighing.fading);
        }
    }

    /// Something of that day was used.
    fn used(&mut self, day: Option<Day>) {
        let Some(day) = day else { return };
        let (first, last) = self.basis.days.unwrap_or((day, day));
        self.basis.days = Some((first.min(day), last.max(day)));
    }

    /// What weighs nothing is no tie.
    fn push(&mut self, from: EntityRow, to: EntityRow, weight: f64) {
        if weight > 0.0 && weight.is_finite() {
            self.ties.push((from, to, weight));
        }
    }

    fn rest_on(&mut self, tie: TieRow) {
        let source = self.lens.source(self.lens.tie_fact(tie).provenance.source);
        let grade = match source.and_then(|source| source.named("grade")) {
            Some(Value::Code(grade)) => Some(*grade),
            _ => None,
        };
        self.basis.facts += 1;
        *self.basis.grades.entry(grade).or_default() += 1;
    }

    fn done(self) -> Network {
        let ends = self.ties.iter().flat_map(|(from, to, _)| [*from, *to]);
        let mut all: BTreeSet<EntityRow> = ends.collect();
        all.extend(self.choice.members.iter().flatten());
        let lens = self.lens;
        let mut nodes: Vec<EntityRow> = all.into_iter().collect();
        nodes.sort_by_cached_key(|node| (lens.code(*node), lens.name(*node), lens.id(*node)));
        let number: BTreeMap<EntityRow, u32> = nodes.iter().copied().zip(0u32..).collect();
        let ties: Vec<_> = self.ties.iter().map(|(from, to, weight)| (number[from], number[to], *weight)).collect();
        let direct = |relation: &Relation| FORMS.iter().any(|(known, form)| known == relation && *form == Form::Direct);
        let directed = self.choice.relations.iter().all(direct);
        let direction = if directed { Direction::Directed } else { Direction::Undirected };
        let layer = Layer::new(nodes.len(), direction, &ties).expect("ties between nodes of it, each with a weight");
        let layer = match self.choice.modes {
            Modes::One => layer,
            Modes::Two => layer.two_mode(nodes.iter().map(|node| self.middles.contains(node)).collect()),
        };
        let inside = nodes.iter().map(|node| self.is_inside(*node)).collect();
        Network { nodes, inside, layer, basis: self.basis }
    }
}

/// What a gathering weighs.
struct Weighing {
    /// What part of it each party stands for.
    shares: BTreeMap<EntityRow, f64>,
    /// In yuan.
    amount: f64,
    /// What is left of it after its time.
    fading: f64,
}
