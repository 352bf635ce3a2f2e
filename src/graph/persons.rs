//! People: what is sealed of them, whose data were erased, and which commands may hold personal data.

use minicbor::{Decode, Encode};

use super::facts::Decision;
use super::former::Said;
use super::lens::Lens;
use super::state::{Entity, EntityRow, Named, Place, State, Statement};
use crate::domain::attribute::Attribute;
use crate::domain::command::{Command, Reference};
use crate::domain::event::Event;
use crate::domain::identifier::Scheme;
use crate::domain::name::{self, Text};
use crate::domain::personal::{ErasureReason, Part, SealFault, Sealed, refusal as misfit};
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Id, Kind, Sensitivity, Value};
use crate::rights::{self, Personal};

/// The personal data of somebody were erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Erasure {
    /// Whose.
    #[n(0)]
    pub person: Id,
    /// Why.
    #[n(1)]
    pub reason: ErasureReason,
    /// Number of the stamp.
    #[n(2)]
    pub(super) stamp: u32,
}

impl Entity {
    /// The name entered first, where everybody may read it; of a person none.
    pub(super) fn plain_name(&self) -> &str {
        self.names.first().and_then(|name| name.text.plain()).unwrap_or("")
    }

    /// Its row key, as entered first.
    pub(super) fn row_key(&self) -> &str {
        let key = self.identifiers.iter().find(|(identifier, _)| identifier.scheme == Scheme::Internal);
        key.map_or("", |(identifier, _)| identifier.value.as_str())
    }

    /// What is sealed of it now.
    fn sealed(&self) -> impl Iterator<Item = &Sealed> {
        let names = self.names.iter().filter_map(of_name);
        names.chain(self.statements.iter().filter_map(of_statement))
    }
}

fn of_name(name: &Named) -> Option<&Sealed> {
    if let Text::Sealed(sealed) = &name.text { Some(sealed) } else { None }
}

fn of_statement(statement: &Statement) -> Option<&Sealed> {
    if let Value::Sealed(sealed) = &statement.value { Some(sealed) } else { None }
}

impl State {
    /// Everybody whose data were erased, in that order.
    pub fn erasures(&self) -> impl Iterator<Item = &Erasure> {
        self.erasures.iter()
    }

    /// The same, each with when it was recorded, in milliseconds since 1970.
    pub fn erasures_recorded(&self) -> impl Iterator<Item = (&Erasure, i64)> {
        let at = |erasure: &Erasure| self.stamps.get(erasure.stamp).map_or(0, |stamp| stamp.recorded_at);
        self.erasures.iter().map(move |erasure| (erasure, at(erasure)))
    }

    /// How many those are.
    pub fn erasure_count(&self) -> usize {
        self.erasures.len()
    }

    /// Were the data of that person erased?
    pub fn is_erased(&self, person: Id) -> bool {
        self.erasures.iter().any(|erasure| erasure.person == person)
    }

    /// Is it a person who was entered here, taken back or not?
    pub fn is_person(&self, id: Id) -> bool {
        self.person(id).is_some()
    }

    /// The person whom an id stands for, or whose name, number or statement it does, taken back or not.
    pub fn person_of(&self, id: Id) -> Option<Id> {
        let at = match self.place(id)? {
            Place::Retracted(row) => self.retractions.get(row)?.was,
            at => at,
        };
        let (Place::Node(row) | Place::Fact(row)) = at else { return None };
        Some(self.entity(row)).filter(|entity| entity.kind == Kind::Person).map(|entity| entity.fact.id)
    }

    /// The row of a person, taken back or not.
    fn person(&self, id: Id) -> Option<u32> {
        let row = match self.place(id)? {
            Place::Node(row) => row,
            Place::Retracted(row) => match self.retractions.get(row)?.was {
                Place::Node(row) => row,
                _ => return None,
            },
            _ => return None,
        };
        (self.entity(row).kind == Kind::Person).then_some(row)
    }

    /// The person whom a reference means to the writer: of any day, and also one that was taken back.
    pub fn person_meant(&self, reference: &Reference) -> Option<Id> {
        if let Reference::Id(id) = reference {
            return self.is_person(*id).then_some(*id);
        }
        let mut people = self.candidates(reference).into_iter().map(|row| self.entity(row));
        people.find(|entity| entity.kind == Kind::Person).map(|entity| entity.fact.id)
    }

    /// Every text that is kept sealed, those that were put right or taken back among them.
    pub fn sealed(&self) -> impl Iterator<Item = &Sealed> {
        let now = self.entities.iter().filter(|entity| entity.kind == Kind::Person).flat_map(|entity| entity.sealed());
        let before = self.formers.iter().filter_map(|former| match &former.said {
            Said::Name(named) => of_name(named),
            Said::Statement(statement) => of_statement(statement),
            _ => None,
        });
        now.chain(before)
    }

    /// Names of people that an early ledger holds in plain letters. No key can be destroyed for those.
    pub fn plain_names_of_people(&self) -> usize {
        let people = self.entities.iter().filter(|entity| entity.kind == Kind::Person);
        people.flat_map(|entity| entity.names.iter()).filter(|name| name.text.plain().is_some()).count()
    }

    /// May a command hold personal data, as things stand?
    pub fn concerns_a_person(&self, command: &Command) -> bool {
        let any = |reference: &Reference| {
            self.candidates(reference).into_iter().any(|row| self.entity(row).kind == Kind::Person)
        };
        match command {
            Command::SaveEntity { kind, .. } => *kind == Kind::Person,
            Command::AddName { entity, .. } | Command::State { entity, .. } => any(entity),
            Command::Correct { id, .. } => match self.place(*id) {
                Some(Place::Fact(row) | Place::Node(row)) => self.entity(row).kind == Kind::Person,
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn erase_person(&mut self, person: Id, reason: ErasureReason) {
        let Some(row) = self.person(person) else { return self.break_at(person) };
        let stamp = self.stamp_row();
        self.erasures.push(Erasure { person, reason, stamp });
        self.change(row, Sensitivity::Internal, |_| {});
    }
}

impl Lens<'_> {
    /// How much of what is personal of somebody the reader is shown. Whoever works for a county is shown
    /// those who work in it.
    pub fn personal(&self, person: Id) -> Personal {
        let Some(row) = self.state().node_of(person) else { return Personal::Hidden };
        let rights = self.rights();
        let inside = rights.scope().is_some() && self.place_of(EntityRow(row)) == rights::Place::Inside;
        let anywhere = rights.personal_within(rights::Place::Outside);
        if inside { anywhere.max(rights.personal_within(rights::Place::Inside)) } else { anywhere }
    }
}

impl Decision<'_> {
    /// Somebody is entered, or is to have their first sealed text: they need a key.
    pub(super) fn needs_key(&mut self, kind: Kind, person: Id, known: Option<u32>) -> Result<(), Rejection> {
        let has_sealed = known.is_some_and(|row| self.state.entity(row).sealed().next().is_some());
        if kind != Kind::Person || has_sealed {
            return Ok(());
        }
        if self.state.is_erased(person) {
            return Err(refusal(SealFault::Erased, person));
        }
        self.seal.begin(person).map_err(|fault| refusal(fault, person))
    }

    /// A name as it is kept: that of a person sealed.
    pub(super) fn spelled(&mut self, kind: Kind, owner: Id, text: &str) -> Result<Text, Rejection> {
        if let Some((zh, en)) = name::refusal(text) {
            let given = if kind == Kind::Person { String::new() } else { clip(text) };
            return Err(Rejection::InvalidName { given, zh, en });
        }
        let text = text.trim();
        match kind {
            Kind::Person => self.under_seal(owner, Part::Name, text).map(Text::Sealed),
            _ => Ok(Text::Plain(text.to_owned())),
        }
    }

    /// A value as it is kept: sealed where its attribute holds something of a person.
    pub(super) fn kept(&mut self, attribute: &Attribute, owner: Id, value: Value) -> Result<Value, Rejection> {
        let (Some(personal), Value::Text(text)) = (attribute.personal, &value) else { return Ok(value) };
        if let Some((zh, en)) = misfit(text, personal) {
            let (name, given) = (attribute.name.to_owned(), String::new());
            return Err(Rejection::InvalidValue { name, given, expected_zh: zh.into(), expected_en: en.into() });
        }
        self.under_seal(owner, Part::Attribute(attribute.tag), text.trim()).map(Value::Sealed)
    }

    fn under_seal(&mut self, person: Id, part: Part, text: &str) -> Result<Sealed, Rejection> {
        if self.state.is_erased(person) {
            return Err(refusal(SealFault::Erased, person));
        }
        self.seal.seal(person, part, text).map_err(|fault| refusal(fault, person))
    }

    /// Once is enough: an erasure is final.
    pub(super) fn erase_person(&mut self, reference: &Reference, reason: ErasureReason) -> Result<Id, Rejection> {
        // What was taken back is there all the same, in the ledger and for its key.
        let gone = match reference {
            Reference::Id(id) if self.bounds.is_none() => self.state.person(*id),
            _ => None,
        };
        let row = gone.map_or_else(|| self.resolve_own(reference, Some(Kind::Person)), Ok)?;
        let found = self.state.entity(row).kind;
        if found != Kind::Person {
            let (given, expected) = (clip(&reference.given()), vec![Kind::Person]);
            return Err(Rejection::WrongKind { given, expected, found });
        }
        let person = self.expect_row(row)?;
        if !self.state.is_erased(person) {
            self.events.push(Event::PersonErased { person, reason });
        }
        Ok(person)
    }
}

fn refusal(fault: SealFault, person: Id) -> Rejection {
    Rejection::Unsealed { fault, given: person.to_string() }
}
