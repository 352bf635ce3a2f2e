//! A store that has lived: requests by chance at times by chance, over the same small world as the
//! histories, with ties, certificates and ends that are taken. Its ledger can be read entry by entry.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use innograph::domain::command::{Amendment, Command, Given, Origin, Reference, Subject, TieReference};
use innograph::domain::provenance::Method;
use innograph::domain::{Id, Kind, PartialDate, RecordKind, Relation, Validity, Value, ValueType};
use innograph::engine::{Clock, Engine, EngineLimits, Envelope, PastLimits};
use innograph::ledger::CheckpointStore;

use super::asked::{self, Dice};
use super::disk::{Disk, Platter, Weather};
use super::plain;

/// A store with a history, and the bodies of its ledger.
pub struct Lived {
    pub engine: Engine,
    platter: Arc<Mutex<Platter>>,
    now: Arc<AtomicI64>,
}

impl Lived {
    /// Requests by chance, some refused, at times that stand still now and then.
    pub fn new(seed: u64, steps: usize, checkpoints: Option<CheckpointStore>, past: PastLimits) -> Self {
        let platter = Platter { bodies: Vec::new(), weather: Weather::Fair, rival: None, appends: 0 };
        let (platter, now) = (Arc::new(Mutex::new(platter)), Arc::new(AtomicI64::new(1_600_000_000_000)));
        let (time, mut chance) = (Arc::clone(&now), Dice(seed));
        let clock = Clock {
            now_ms: Box::new(move || time.load(Ordering::Relaxed)),
            seed: Box::new(move || u128::from(chance.next())),
        };
        let limits = EngineLimits { checkpoint_every: 7, past, ..EngineLimits::default() };
        let disk = Box::new(Disk::over(&platter));
        let engine = Engine::simulated(disk, checkpoints, clock, limits).expect("it opens");
        let lived = Self { engine, platter, now };
        let mut dice = Dice(seed ^ 0xABCD);
        let (mut ids, mut records): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
        let first = [0, 1]
            .map(|number| asked::source(number, 0))
            .into_iter()
            .chain((0..11).map(asked::first))
            .chain([scheme()]);
        let first: Vec<_> = first.collect();
        for step in 0..steps {
            lived
                .now
                .fetch_add(i64::try_from(dice.below(3) * dice.below(90_000_000)).expect("small"), Ordering::Relaxed);
            let command = match first.get(step) {
                Some(first) => first.clone(),
                None if dice.one_in(6) => end(*dice.of(&ids)),
                None if dice.one_in(3) => relate(&mut dice),
                None if dice.one_in(5) => certify(&mut dice),
                None if dice.one_in(6) => record(&mut dice),
                None if !records.is_empty() && dice.one_in(8) => put_right(&mut dice, &records),
                None => asked::command(&mut dice, &ids),
            };
            let is_record = matches!(command, Command::SaveRecord { .. });
            let (told, answer) = std::sync::mpsc::sync_channel(1);
            let asked = plain(command);
            let tell = Box::new(move |result| told.send(result).expect("somebody waits"));
            lived.engine.submit(asked, tell).expect("there is room");
            if let Ok(written) = answer.recv().expect("it is answered") {
                ids.extend(written.subject);
                records.extend(written.subject.filter(|_| is_record));
            }
        }
        lived
    }

    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.platter.lock().expect("nobody panics").bodies.clone()
    }

    /// The bodies written at a moment or before it.
    pub fn until(&self, moment: i64) -> Vec<Vec<u8>> {
        let recorded = |number, body: &[u8]| Envelope::decode(number, body).expect("our own bytes").recorded_at;
        let bodies = self.bodies();
        let kept = (1..).zip(&bodies).filter(|(number, body)| recorded(*number, body) <= moment).count();
        bodies.into_iter().take(kept).collect()
    }

    /// Moments at, just before and just after entries, before all of them and after all.
    pub fn moments(&self, dice: &mut Dice) -> Vec<i64> {
        let end = self.now.load(Ordering::Relaxed);
        let bodies = self.bodies();
        let mut moments = vec![0, 1_599_999_999_999, end, end + 1_000_000];
        for _ in 0..8 {
            let number = 1 + dice.below(bodies.len());
            let body = &bodies[number - 1];
            let envelope = Envelope::decode(number as u64, body).expect("our own bytes");
            moments.push(envelope.recorded_at + i64::try_from(dice.below(3)).expect("small") - 1);
        }
        moments
    }
}

fn origin() -> Origin {
    Origin { source: "S1".into(), method: Method::Document, basis: None, confidence: None }
}

fn key(number: usize) -> Reference {
    Reference::Code(format!("k{number}"))
}

fn span(dice: &mut Dice) -> Validity {
    let mut year =
        |first: i16| dice.one_in(2).then(|| PartialDate { year: first + dice.below(5) as i16, month: 0, day: 0 });
    Validity { from: year(2014), to: year(2019) }
}

/// A scheme of certificates.
fn scheme() -> Command {
    Command::SaveEntity {
        kind: Kind::Term,
        subject: Subject::Key("k20".into()),
        name_zh: Some("示例资质".into()),
        name_en: None,
        code: Some("HNTE".into()),
        values: vec![(1, Given::Value(Value::Text("SCHEME".into())))],
        validity: Validity::OPEN,
        origin: origin(),
    }
}

/// A tie between things that are there.
fn relate(dice: &mut Dice) -> Command {
    let (relation, from, to) = *dice.of(&[
        (Relation::LocatedIn, 0, 3),
        (Relation::LocatedIn, 0, 10),
        (Relation::LocatedIn, 7, 10),
        (Relation::MemberOf, 0, 2),
        (Relation::MemberOf, 1, 9),
        (Relation::Owns, 0, 7),
        (Relation::Owns, 7, 0),
        (Relation::Supplies, 7, 0),
        (Relation::HasDemand, 0, 4),
    ]);
    let roles = relation.row().attributes.iter().filter_map(|attribute| match attribute.value_type {
        ValueType::Code(list) => Some((attribute.tag, Given::Value(Value::Code(dice.of(list.values).tag)))),
        _ => None,
    });
    let values = roles.collect();
    Command::Relate { relation, from: key(from), to: key(to), values, validity: span(dice), origin: origin() }
}

/// A certificate of the scheme.
fn certify(dice: &mut Dice) -> Command {
    let values = RecordKind::Certification.row().attributes.iter().filter(|attribute| attribute.required);
    let values = values.map(|attribute| {
        let value = match attribute.value_type {
            ValueType::Term(_) => Given::Term(Reference::Code("HNTE".into())),
            ValueType::Code(list) => Given::Value(Value::Code(list.values[dice.below(3)].tag)),
            _ => Given::Value(Value::Unknown),
        };
        (attribute.tag, value)
    });
    let values = values.collect();
    let subject = key(*dice.of(&[0, 7]));
    Command::SaveRecord { kind: RecordKind::Certification, subject, values, validity: span(dice), origin: origin() }
}

/// Figures of a year, which are internal, or a reward, which is public.
fn record(dice: &mut Dice) -> Command {
    let kind = *dice.of(&[RecordKind::YearFigures, RecordKind::Honor]);
    let mut values = Vec::new();
    for attribute in kind.row().attributes {
        let value = match attribute.value_type {
            ValueType::Code(list) => Value::Code(dice.of(list.values).tag),
            ValueType::Integer(1949, _) => Value::Integer(2014 + dice.below(6) as i64),
            ValueType::Money => Value::Money(100 * dice.below(9) as i64),
            ValueType::Date => Value::Date(PartialDate { year: 2014 + dice.below(6) as i16, month: 5, day: 0 }),
            ValueType::Text => Value::Text("示例".into()),
            _ => continue,
        };
        if attribute.required || dice.one_in(4) {
            values.push((attribute.tag, Given::Value(value)));
        }
    }
    let to = dice.one_in(2).then(|| PartialDate { year: 2019 + dice.below(5) as i16, month: 0, day: 0 });
    let (subject, validity) = (key(*dice.of(&[0, 7])), Validity { from: None, to });
    Command::SaveRecord { kind, subject, values, validity, origin: origin() }
}

/// Puts right until when a record holds.
fn put_right(dice: &mut Dice, records: &[Id]) -> Command {
    let to = PartialDate { year: 2020 + dice.below(5) as i16, month: 0, day: 0 };
    let amendment = Amendment { value: None, values: Vec::new(), from: None, to: Some(Some(to)) };
    Command::Correct { id: *dice.of(records), amendment, origin: None }
}

/// Says of a tie that it ended, some day; refused where there is no tie of that id.
fn end(id: Id) -> Command {
    let to = PartialDate { year: 2031, month: 5, day: 0 };
    Command::EndRelation { tie: TieReference::Id(id), to, origin: origin() }
}
