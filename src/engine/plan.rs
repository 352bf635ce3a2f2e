//! Plans: what a batch would come to, decided on a copy and forgotten, under an id by which exactly that is
//! carried out later, or refused because something it touches has moved. Holds no state: the id says it all.
//!
//! The id has the sequence number and the day of the plan in front, and behind them a digest of the input,
//! of who asks, of every event, and of the versions of what is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::request::{Commands, WriteError};
use super::step::Turn;
use crate::domain::command::Command;
use crate::domain::event::{Content, Event};
use crate::domain::id::IdSequence;
use crate::domain::value::Value;
use crate::domain::{Day, Id, Kind, Rejection};
use crate::graph::{Budget, Lens, State};
use crate::rights::{Rights, Role};
use crate::vault::{Sealing, Vault};

/// Who wants a batch carried out, and out of what it was read.
#[derive(Clone, Debug)]
pub struct Order {
    /// Who; recorded with everything that comes of it.
    pub actor: Arc<str>,
    /// What they may write; none where it is whoever keeps the store itself.
    pub rights: Option<Rights>,
    /// Digest of the input.
    pub input: [u8; 32],
}

impl Order {
    /// That of whoever keeps the store itself.
    pub fn of_keeper(actor: &str) -> Self {
        Self { actor: Arc::from(actor), rights: None, input: [0; 32] }
    }
}

/// What a plan tells at most.
#[derive(Clone, Copy, Debug)]
pub struct PlanLimits {
    /// Refusals told; the others are counted.
    pub refusals: usize,
    /// Things whose changes are told; the others are counted.
    pub changes: usize,
}

/// What a batch would come to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By which it is carried out; none where anything was refused.
    pub id: Option<String>,
    /// The sequence number of the store that it was made for.
    pub sequence: u64,
    /// Commands that say something new.
    pub changed: usize,
    /// Commands that say what is known.
    pub unchanged: usize,
    /// Events that would be written.
    pub events: usize,
    /// Commands that were refused, as far as they are told: their numbers, with the reason.
    pub refused: Vec<(usize, Rejection)>,
    /// All of them.
    pub refused_count: usize,
    /// What would change, thing by thing, as far as it is told.
    pub changes: Vec<ThingChange>,
    /// Things that would change.
    pub changed_things: usize,
    /// What the store would be, and what would be new in it.
    pub planned: Arc<Planned>,
}

/// The store as a plan would leave it.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// Everything known then.
    pub state: State,
    /// Nodes that are not there yet, each with the number of the command that enters it.
    pub new: BTreeMap<Id, usize>,
}

/// What would change about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThingChange {
    /// Its id; none where it would be new.
    pub id: Option<Id>,
    /// Its kind; none where it is a source.
    pub kind: Option<Kind>,
    /// Its name, or the key of a source.
    pub name: String,
    /// Names that are added.
    pub names: usize,
    /// Identifiers that are added.
    pub identifiers: usize,
    /// Statements that are made.
    pub statements: usize,
    /// Ties that start at it.
    pub ties: usize,
    /// Records it gets.
    pub records: usize,
    /// Facts of it that get another validity or end.
    pub corrections: usize,
}

/// Commands between two looks at whether somebody said stop.
const LOOK: usize = 256;

/// Where a plan was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub sequence: u64,
    pub day: Day,
}

impl Standing {
    /// Read it off an id.
    pub fn of(id: &str) -> Option<Standing> {
        let mut parts = id.split('-');
        let (sequence, day, digest) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none() && digest.len() == 32;
        Some(Standing { sequence: sequence.parse().ok()?, day: Day(day.parse().ok()?) }).filter(|_| whole)
    }
}

/// Decide a batch on a copy of the state. The ids of what would be new are made from the day alone, so that
/// the same batch on the same facts has the same digest.
pub(super) fn plan(
    base: &State,
    (order, commands, vault): (&Order, &dyn Commands, &Arc<Vault>),
    standing: Standing,
    limits: PlanLimits,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Result<Plan, WriteError> {
    const DAY_MS: i64 = 86_400_000;
    let midnight = i64::from(standing.day.0) * DAY_MS - 8 * 3_600_000;
    let ids = IdSequence::new(u64::try_from(midnight).unwrap_or(0), 0);
    let (mut working, mut turn) = (State::clone(base), Turn::new(midnight, ids, Sealing::new(Arc::clone(vault))));
    let mut plan = Plan { sequence: standing.sequence, ..Plan::default() };
    let mut new = BTreeMap::new();
    let mut digest = blake3::Hasher::new();
    digest.update(&order.input);
    digest.update(order.actor.as_bytes());
    digest.update(format!("{:?}{standing:?}{:?}", order.rights, base.name()).as_bytes());
    let mut changes = Changes::new(base, standing.day);
    let (mut number, mut stopped) = (0, false);
    commands.each(&mut |command| {
        stopped = number % LOOK == 0 && !go_on(number);
        if stopped {
            return false;
        }
        match turn.decided(&mut working, (&order.actor, order.rights), command) {
            Ok(events) if events.is_empty() && !is_kept_quiet(base, order.rights, command) => plan.unchanged += 1,
            Ok(events) => {
                plan.changed += 1;
                plan.events += events.len();
                digest.update(&number.to_be_bytes());
                events.iter().for_each(|event| {
                    digest_event(&mut digest, base, event);
                    changes.note(event);
                    if let Event::EntityCreated { id, .. } = event {
                        new.insert(*id, number);
                    }
                });
            }
            Err(rejection) => {
                plan.refused_count += 1;
                if plan.refused.len() < limits.refusals {
                    plan.refused.push((number, rejection));
                }
            }
        }
        turn.forget();
        number += 1;
        true
    });
    if stopped {
        return Err(WriteError::Cancelled);
    }
    go_on(number);
    (plan.changes, plan.changed_things) = changes.told(limits.changes);
    let hex = digest.finalize().to_hex();
    let id = format!("{}-{}-{}", standing.sequence, standing.day.0, &hex.as_str()[..32]);
    plan.id = (plan.refused_count == 0).then_some(id);
    plan.planned = Arc::new(Planned { state: working, new });
    Ok(plan)
}

/// An event, and the versions of what it changes or hangs on to.
fn digest_event(digest: &mut blake3::Hasher, base: &State, event: &Event) {
    for id in touched(event).into_iter().flatten() {
        digest.update(&base.version(id).unwrap_or(0).to_be_bytes());
    }
    digest.update(&minicbor::to_vec(unsealed(event.clone())).expect("encoding into memory cannot fail"));
}

/// Is it kept from whoever asks whether a command says something new? Of people: the answer would tell
/// whether a name or a number was guessed right.
pub(super) fn is_kept_quiet(state: &State, rights: Option<Rights>, command: &Command) -> bool {
    rights.is_some() && state.concerns_a_person(command)
}

/// An event without its ciphertext: a new person gets another key each time, and what is under the
/// seal is part of the input, which the digest holds as it is.
fn unsealed(mut event: Event) -> Event {
    match &mut event {
        Event::NameSealed { text: sealed, .. }
        | Event::StatementMade { value: Value::Sealed(sealed), .. }
        | Event::FactCorrected {
            content: Some(Content::Sealed(sealed) | Content::Value(Value::Sealed(sealed))), ..
        } => {
            sealed.bytes.clear();
        }
        _ => {}
    }
    event
}

/// What an event changes or hangs on to, as far as it may be there already.
fn touched(event: &Event) -> [Option<Id>; 2] {
    match event {
        Event::NameAdded { entity, .. }
        | Event::NameSealed { entity, .. }
        | Event::IdentifierAdded { entity, .. }
        | Event::StatementMade { entity, .. } => [Some(*entity), None],
        Event::Related { from, to, .. } => [Some(*from), Some(*to)],
        Event::RecordMade { subject, .. } => [Some(*subject), None],
        Event::SourceRegistered { id, .. }
        | Event::RelationEnded { id, .. }
        | Event::FactCorrected { id, .. }
        | Event::FactRetracted { id, .. } => [Some(*id), None],
        Event::PersonErased { person, .. } => [Some(*person), None],
        Event::EntriesMerged { kept, merged, .. } => [Some(*kept), Some(*merged)],
        Event::PairJudged { one, other, .. } => [Some(*one), Some(*other)],
        Event::MergeUndone { id, .. } => [Some(*id), None],
        Event::EntityCreated { .. } | Event::StoreNamed { .. } | Event::RequestAnswered { .. } => [None, None],
    }
}

/// Changes, gathered thing by thing in the order in which they are met.
struct Changes<'s> {
    base: &'s State,
    day: Day,
    places: BTreeMap<Id, usize>,
    things: Vec<ThingChange>,
}

impl<'s> Changes<'s> {
    fn new(base: &'s State, day: Day) -> Self {
        Self { base, day, places: BTreeMap::new(), things: Vec::new() }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::EntityCreated { id, kind, .. } => {
                self.places.insert(*id, self.things.len());
                self.things.push(ThingChange { kind: Some(*kind), ..ThingChange::default() });
            }
            Event::SourceRegistered { id, key, .. } => {
                let known = self.base.knows(*id).then_some(*id);
                self.places.insert(*id, self.things.len());
                self.things.push(ThingChange { id: known, name: key.clone(), ..ThingChange::default() });
            }
            Event::NameAdded { entity, text, .. } => {
                let thing = self.thing(*entity);
                thing.names += 1;
                if thing.name.is_empty() {
                    thing.name.clone_from(text);
                }
            }
            Event::NameSealed { entity, .. } => self.thing(*entity).names += 1,
            Event::PersonErased { person, .. } => self.thing(*person).corrections += 1,
            Event::IdentifierAdded { entity, .. } => self.thing(*entity).identifiers += 1,
            Event::StatementMade { entity, .. } => self.thing(*entity).statements += 1,
            Event::Related { from, .. } => self.thing(*from).ties += 1,
            Event::RecordMade { subject, .. } => self.thing(*subject).records += 1,
            Event::EntriesMerged { kept: id, .. } | Event::PairJudged { one: id, .. } => {
                self.thing(*id).corrections += 1;
            }
            Event::RelationEnded { id, .. }
            | Event::FactCorrected { id, .. }
            | Event::FactRetracted { id, .. }
            | Event::MergeUndone { id, .. } => {
                let budget = Budget::new(0);
                let lens = Lens::new(self.base, self.day, Rights::of(Role::Administrator), &budget);
                let owner = lens.owner(*id).map_or(*id, |owner| lens.id(owner));
                self.thing(owner).corrections += 1;
            }
            Event::StoreNamed { .. } | Event::RequestAnswered { .. } => {}
        }
    }

    fn thing(&mut self, id: Id) -> &mut ThingChange {
        let place = match self.places.get(&id) {
            Some(place) => *place,
            None => {
                let budget = Budget::new(0);
                let lens = Lens::new(self.base, self.day, Rights::of(Role::Administrator), &budget);
                let node = lens.owner(id);
                let (kind, name) = (node.map(|node| lens.kind(node)), node.map_or("", |node| lens.name(node)));
                self.places.insert(id, self.things.len());
                self.things.push(ThingChange { id: Some(id), kind, name: name.to_owned(), ..ThingChange::default() });
                self.things.len() - 1
            }
        };
        &mut self.things[place]
    }

    fn told(mut self, most: usize) -> (Vec<ThingChange>, usize) {
        let all = self.things.len();
        self.things.truncate(most);
        (self.things, all)
    }
}
