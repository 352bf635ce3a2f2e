//! Random histories with merges in between, undone in any order: what is left is what the same history
//! comes to without them, fact for fact.

use std::collections::BTreeMap;
use std::sync::Arc;

use innograph::domain::command::{Command, Given, Origin, Reference, Subject, TieReference};
use innograph::domain::id::IdSequence;
use innograph::domain::identifier::Scheme;
use innograph::domain::provenance::Method;
use innograph::domain::{Id, Kind, Relation, Validity, Value};
use innograph::engine::{Request, Turn, WriteError, Written};
use innograph::graph::State;
use innograph::rights::{Rights, Role};
use innograph::vault::{Sealing, Vault};

use crate::faults::wide;
use crate::simulation::asked::{self, Dice};

const HISTORIES: u64 = 300;
const STEPS: usize = 60;
const START_MS: i64 = 1_600_000_000_000;

/// A store in memory that takes one request after the other.
struct Run {
    state: State,
    vault: Arc<Vault>,
    turn: i64,
}

impl Run {
    fn new() -> Self {
        Self { state: State::new(), vault: Arc::new(Vault::in_memory()), turn: 0 }
    }

    fn request(&mut self, command: &Command) -> Result<Written, WriteError> {
        self.turn += 1;
        let now = START_MS + self.turn;
        let ids = IdSequence::new(u64::try_from(now).expect("positive"), 7);
        let mut turn = Turn::new(now, ids, Sealing::new(Arc::clone(&self.vault)));
        let request = Request {
            actor: Arc::from("示例人员"),
            rights: Rights::of(Role::Administrator),
            command: command.clone(),
            expected_version: None,
            key: None,
            withdrawn: Arc::default(),
        };
        turn.request(&mut self.state, &request)
    }
}

/// A name may fit two where both are there and one where they are one; a key made from an id is another in
/// another run, and so is what is sealed: not what this is about.
fn is_comparable(command: &Command) -> bool {
    let plain = |reference: &Reference| !matches!(reference, Reference::Name(_));
    match command {
        Command::SaveEntity { kind: Kind::Person, .. } | Command::SaveEntity { subject: Subject::New, .. } => false,
        Command::SaveEntity { subject: Subject::Existing(one), .. } => plain(one),
        Command::AddName { entity, .. } | Command::AddIdentifier { entity, .. } | Command::State { entity, .. } => {
            plain(entity)
        }
        Command::Relate { from, to, .. }
        | Command::EndRelation { tie: TieReference::Ends { from, to, .. }, .. }
        | Command::Merge { keep: from, merge: to, .. } => plain(from) && plain(to),
        Command::SaveRecord { subject, .. } => plain(subject),
        _ => true,
    }
}

/// The same command with the ids of another run.
fn carried_over(command: &Command, ids: &BTreeMap<Id, Id>) -> Command {
    let id = |id: &mut Id| *id = ids.get(id).copied().unwrap_or(*id);
    let reference = |one: &mut Reference| {
        if let Reference::Id(one) = one {
            id(one);
        }
    };
    let mut command = command.clone();
    match &mut command {
        Command::SaveEntity { subject: Subject::Existing(one), .. } => reference(one),
        Command::AddName { entity, .. } | Command::AddIdentifier { entity, .. } | Command::State { entity, .. } => {
            reference(entity);
        }
        Command::Relate { from, to, .. } | Command::EndRelation { tie: TieReference::Ends { from, to, .. }, .. } => {
            reference(from);
            reference(to);
        }
        Command::SaveRecord { subject, .. } => reference(subject),
        Command::EndRelation { tie: TieReference::Id(one), .. } => id(one),
        Command::Correct { id: one, .. } | Command::Retract { id: one, .. } => id(one),
        _ => {}
    }
    command
}

/// Firms that may be one, and two alliances.
fn actor(number: usize) -> Command {
    let kind = if number < 6 { Kind::Enterprise } else { Kind::Alliance };
    let required = kind.row().attributes.iter().filter(|attribute| attribute.required);
    Command::SaveEntity {
        kind,
        subject: Subject::Key(format!("a{number}")),
        name_zh: Some(format!("示例单位{number}")),
        name_en: None,
        code: None,
        values: required.map(|attribute| (attribute.tag, Given::Value(Value::Unknown))).collect(),
        validity: Validity::OPEN,
        origin: origin(),
    }
}

fn origin() -> Origin {
    Origin { source: "S0".into(), method: Method::Document, basis: None, confidence: None }
}

#[derive(Default)]
struct Tally {
    merged: usize,
    chains: usize,
    meanwhile: usize,
    refused: BTreeMap<&'static str, usize>,
}

fn history(seed: u64, tally: &mut Tally) {
    let mut dice = Dice(seed);
    let (mut merged, mut plain) = (Run::new(), Run::new());
    let mut ids: Vec<Id> = Vec::new();
    let mut same: BTreeMap<Id, Id> = BTreeMap::new();
    let mut standing: Vec<Id> = Vec::new();
    let mut kept_by: BTreeMap<Id, ()> = BTreeMap::new();
    let both = |merged: &mut Run, plain: &mut Run, same: &mut BTreeMap<Id, Id>, command: &Command| {
        let written = match merged.request(command) {
            Ok(written) => written,
            Err(WriteError::Rejected(_)) => return None,
            Err(other) => panic!("{other}"),
        };
        if written.changed {
            let again = plain.request(&carried_over(command, same));
            let again = again.unwrap_or_else(|error| panic!("seed {seed}: {command:?}: {error:?}"));
            assert!(again.changed, "seed {seed}: {command:?}");
            same.extend(written.subject.zip(again.subject));
        }
        written.subject
    };
    for number in 0..2 {
        both(&mut merged, &mut plain, &mut same, &asked::source(number, 0));
    }
    for number in (0..7).filter(|number| is_comparable(&asked::first(*number))) {
        ids.extend(both(&mut merged, &mut plain, &mut same, &asked::first(number)));
    }
    let mut actors: Vec<Id> = Vec::new();
    for number in 0..8 {
        let entered = both(&mut merged, &mut plain, &mut same, &actor(number));
        actors.extend(entered.filter(|_| number < 6));
        ids.extend(entered);
    }
    for _ in 0..STEPS {
        // Mostly about those who may be one.
        let mut known = ids.clone();
        known.extend(actors.iter().copied().cycle().take(ids.len()));
        let command = match dice.below(8) {
            0 => Command::Merge {
                keep: Reference::Id(*dice.of(&actors)),
                merge: Reference::Id(*dice.of(&actors)),
                reason: "示例：同一单位".into(),
                origin: origin(),
            },
            2 => Command::AddIdentifier {
                entity: Reference::Id(*dice.of(&actors)),
                scheme: Scheme::CreditCode,
                value: dice.of(&["91990171MA4RNA503R", "91990171MA4MTQ804P", "91990171MA4EEQC003"]).to_string(),
                validity: Validity::OPEN,
                origin: origin(),
            },
            3 => Command::Relate {
                relation: *dice.of(&[Relation::Supplies, Relation::Owns]),
                from: Reference::Id(*dice.of(&actors)),
                to: Reference::Id(*dice.of(&actors)),
                values: Vec::new(),
                validity: Validity::OPEN,
                origin: origin(),
            },
            1 if dice.one_in(3) => Command::UndoMerge { id: Id::from_u128(7), reason: "示例".into() },
            _ => asked::any(&mut dice, &known),
        };
        match &command {
            Command::JudgePair { .. } => {}
            Command::Merge { keep, .. } if is_comparable(&command) => {
                let before = merged.state.content_digest();
                match merged.request(&command) {
                    Ok(written) if written.changed => {
                        tally.merged += 1;
                        assert_ne!(merged.state.content_digest(), before, "a merge is something that is said");
                        let kept = if let Reference::Id(kept) = keep { kept_by.insert(*kept, ()) } else { None };
                        tally.chains += usize::from(kept.is_some());
                        standing.extend(written.subject);
                    }
                    Ok(_) => {}
                    Err(WriteError::Rejected(why)) => *tally.refused.entry(why[0].1.code()).or_default() += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            Command::UndoMerge { .. } if !standing.is_empty() => {
                let id = standing.swap_remove(dice.below(standing.len()));
                undo(&mut merged, id);
            }
            _ if is_comparable(&command) => {
                let written = both(&mut merged, &mut plain, &mut same, &command);
                tally.meanwhile += usize::from(written.is_some() && !standing.is_empty());
                ids.extend(written);
            }
            _ => {}
        }
        assert_eq!(merged.state.check(), [], "seed {seed}: {command:?}");
    }
    while !standing.is_empty() {
        let id = standing.swap_remove(dice.below(standing.len()));
        undo(&mut merged, id);
        assert_eq!(merged.state.check(), [], "seed {seed}");
    }
    assert_eq!(merged.state.content_digest(), plain.state.content_digest(), "seed {seed}");
    let mut bytes = Vec::new();
    merged.state.write_checkpoint(&mut bytes).expect("memory takes it");
    let restored = State::read_checkpoint(&bytes).expect("it can be read");
    assert_eq!(restored.state_digest(), merged.state.state_digest(), "seed {seed}");
}

fn undo(run: &mut Run, id: Id) {
    let command = Command::UndoMerge { id, reason: "示例：不是同一单位".into() };
    let written = run.request(&command).expect("a merge can be undone at any time");
    assert!(written.changed && written.subject == Some(id));
}

#[test]
fn what_is_left_of_undone_merges_is_the_history_without_them() {
    let first = wide("INNOGRAPH_SEED", 0);
    let mut tally = Tally::default();
    for seed in first..first + HISTORIES {
        history(seed, &mut tally);
    }
    println!(
        "{} merges, {} of them on top of others, {} facts written meanwhile, refused: {:?}",
        tally.merged, tally.chains, tally.meanwhile, tally.refused
    );
    assert!(tally.merged > 200 && tally.chains > 50 && tally.meanwhile > 500, "too little happened");
    for code in ["ALREADY_MERGED", "SAME_ENTRY", "WRONG_KIND", "TIED_TO_EACH_OTHER", "IDENTIFIERS_CONTRADICT"] {
        assert!(tally.refused.contains_key(code), "{code} was never met: {:?}", tally.refused);
    }
}
