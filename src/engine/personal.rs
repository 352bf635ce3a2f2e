//! Ledger, register and keys agree about whose data were erased, whatever was cut off in between and
//! whichever of them comes from an older copy.

use std::collections::BTreeSet;

use crate::domain::Id;
use crate::domain::command::{Command, Reference};
use crate::graph::State;
use crate::vault::{Vault, VaultError, line};

/// Who writes an erasure into a ledger that an older copy was restored of.
pub(super) const ACTOR: &str = "register-of-erasures";

/// What the ledger says is erased gets its line in the register, and its key is destroyed.
pub(super) fn settle(vault: &Vault, state: &State) -> Result<(), VaultError> {
    let store = state.name().unwrap_or("");
    for (erasure, at_ms) in state.erasures_recorded() {
        if !vault.is_settled(store, erasure.person) {
            vault.erase(&line(store, erasure.person, erasure.reason, at_ms))?;
        }
    }
    Ok(())
}

/// Keys of whoever the register names are destroyed; what the ledger does not say yet is to be written.
pub(super) fn missing(vault: &Vault, state: &State) -> Result<Vec<Command>, VaultError> {
    let mut commands = Vec::new();
    for line in vault.registered(state.name().unwrap_or("")) {
        vault.erase(&line)?;
        if state.is_person(line.person) && !state.is_erased(line.person) {
            commands.push(Command::ErasePerson { person: Reference::Id(line.person), reason: line.reason });
        }
    }
    Ok(commands)
}

/// How what is sealed and the keys stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PersonalStanding {
    /// Texts that are kept sealed, former ones among them.
    pub sealed: usize,
    /// People of whom something is sealed.
    pub people: usize,
    /// Those of them whose key is gone though nobody erased them.
    pub missing: usize,
    /// People whose data were erased.
    pub erased: usize,
    /// Those of them whose key or whose line of the register is not as it should be.
    pub unsettled: usize,
    /// Names of people that an early ledger holds in plain letters.
    pub plain: usize,
}

impl PersonalStanding {
    /// Of a state and its keys.
    pub fn of(state: &State, vault: &Vault) -> Self {
        let store = state.name().unwrap_or("");
        let mut people = BTreeSet::new();
        let mut sealed = 0;
        for text in state.sealed() {
            sealed += 1;
            people.insert(text.person);
        }
        let is_missing = |person: &&Id| !state.is_erased(**person) && !vault.has_key(**person);
        let unsettled = state.erasures().filter(|erasure| !vault.is_settled(store, erasure.person));
        Self {
            sealed,
            people: people.len(),
            missing: people.iter().filter(is_missing).count(),
            erased: state.erasure_count(),
            unsettled: unsettled.count(),
            plain: state.plain_names_of_people(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::domain::command::{Origin, Subject};
    use crate::domain::personal::ErasureReason;
    use crate::domain::provenance::Method;
    use crate::domain::{Kind, Rejection, Validity, Value};
    use crate::engine::{Engine, EngineLimits, Request, RequestKey, WriteError, Written, inspect};
    use crate::rights::{Rights, Role};
    use crate::vault::{Opened, Sealing};

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            let place = Self(tempfile::tempdir().expect("a scratch folder"));
            let engine = place.open("data");
            let text = |tag: u16, text: &str| (tag, Value::Text(text.to_owned()));
            let values: Vec<(u16, Value)> = crate::domain::record::SOURCE_ATTRIBUTES
                .iter()
                .filter_map(|attribute| match attribute.name {
                    "issuer" | "title" => Some(text(attribute.tag, "示例")),
                    "address" => Some(text(attribute.tag, "https://example.invalid/")),
                    "kind" | "grade" => Some((attribute.tag, Value::Code(1))),
                    _ => None,
                })
                .collect();
            let commands =
                [Command::NameStore { name: "demo".into() }, Command::SaveSource { key: "src".into(), values }];
            engine.execute("test", &commands, &mut |_, _| true).expect("the source is accepted");
            place
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn open(&self, data: &str) -> Engine {
            Engine::open_kept(&self.path(data), &self.path("keys"), EngineLimits::default()).expect("it opens")
        }

        /// Copy a folder of files.
        fn copy(&self, from: &str, to: &str) {
            let to = self.path(to);
            std::fs::create_dir_all(&to).expect("it can be made");
            for entry in std::fs::read_dir(self.path(from)).expect("a folder").flatten() {
                if entry.path().is_file() {
                    std::fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
                }
            }
        }
    }

    fn ask(engine: &Engine, command: Command) -> Result<Written, WriteError> {
        ask_under(engine, None, command)
    }

    /// The same under the key of a request, with what its digest is made of.
    fn ask_under(engine: &Engine, key: Option<(&str, &str)>, command: Command) -> Result<Written, WriteError> {
        let (told, answered) = sync_channel(1);
        let digest = |asked: &str| *blake3::hash(asked.as_bytes()).as_bytes();
        let request = Request {
            actor: Arc::from("test"),
            rights: Rights::of(Role::Administrator),
            command,
            expected_version: None,
            key: key.map(|(key, asked)| RequestKey { key: key.into(), digest: digest(asked) }),
            withdrawn: Arc::default(),
        };
        engine.submit(request, Box::new(move |result| drop(told.send(result)))).expect("it is taken");
        answered.recv().expect("it is answered")
    }

    fn entry(key: &str, name: &str) -> Command {
        let origin = Origin { source: "src".into(), method: Method::Document, basis: None, confidence: None };
        Command::SaveEntity {
            kind: Kind::Person,
            subject: Subject::Key(key.into()),
            name_zh: Some(name.into()),
            name_en: None,
            code: None,
            values: Vec::new(),
            validity: Validity::OPEN,
            origin,
        }
    }

    fn enter(engine: &Engine, key: &str, name: &str) -> Result<Id, WriteError> {
        ask(engine, entry(key, name)).map(|written| written.subject.expect("a person"))
    }

    fn erase(engine: &Engine, person: Id) -> Result<Written, WriteError> {
        let reason = ErasureReason::Requested;
        ask(engine, Command::ErasePerson { person: Reference::Id(person), reason })
    }

    /// How the names of a person stand.
    fn name(engine: &Engine, person: Id) -> &'static str {
        let view = engine.view();
        let mut all = view.state().sealed().filter(|sealed| sealed.person == person);
        match all.next().map(|sealed| view.vault().open_text(sealed)) {
            Some(Opened::Text(_)) => "TEXT",
            Some(Opened::Erased) => "ERASED",
            Some(Opened::KeyMissing) => "KEY_MISSING",
            None => "NOTHING",
        }
    }

    fn holds(path: &Path, bytes: &[u8]) -> bool {
        std::fs::read(path).expect("a file").windows(bytes.len()).any(|window| window == bytes)
    }

    #[test]
    fn the_ledger_holds_no_letter_and_its_replay_has_the_same_digest() {
        let place = Place::new();
        let engine = place.open("data");
        let (person, other) = (enter(&engine, "p", "卡纳瑞甲"), enter(&engine, "q", "卡纳瑞乙"));
        let (person, other) = (person.expect("it is entered"), other.expect("it is entered"));
        erase(&engine, person).expect("it is erased");
        assert_eq!((name(&engine, person), name(&engine, other)), ("ERASED", "TEXT"));
        let live = engine.view().state().state_digest();
        assert_eq!(format!("{:?}", engine.view().state()).matches("卡纳瑞").count(), 0);
        drop(engine);
        let replayed = inspect(&place.path("data")).expect("it can be read").state;
        assert_eq!((replayed.state_digest(), replayed.check().len()), (live, 0));
        for entry in std::fs::read_dir(place.path("data")).expect("a folder").flatten() {
            assert!(!holds(&entry.path(), "卡纳瑞".as_bytes()), "{:?}", entry.path());
        }
        let mut body = Vec::new();
        replayed.write_checkpoint(&mut body).expect("it can be written");
        let again = State::read_checkpoint(&body).expect("it can be read");
        assert_eq!((again.state_digest(), again.erasure_count()), (live, 1));
    }

    #[test]
    fn what_the_ledger_says_is_carried_out_at_the_next_start() {
        let place = Place::new();
        let engine = place.open("data");
        let person = enter(&engine, "p", "示例人员甲").expect("it is entered");
        let keys = place.path("keys").join("keys");
        let old = std::fs::read(&keys).expect("the file of keys");
        erase(&engine, person).expect("it is erased");
        drop(engine);
        // As if it had been cut off after the event: the key is there, and no line of the register.
        std::fs::write(&keys, &old).expect("it can be written");
        std::fs::remove_file(place.path("keys").join("erasures")).expect("it can be removed");
        let state = inspect(&place.path("data")).expect("it can be read").state;
        let vault = Vault::open(&place.path("keys"), false).expect("it opens");
        assert_eq!(PersonalStanding::of(&state, &vault).unsettled, 1);
        let engine = place.open("data");
        assert_eq!(name(&engine, person), "ERASED");
        assert!(!holds(&keys, &old[16..48]), "the key is gone");
        assert_eq!(engine.view().vault().registered("demo").len(), 1);
        let standing = PersonalStanding::of(engine.view().state(), engine.view().vault());
        assert_eq!((standing.erased, standing.unsettled, standing.missing), (1, 0, 0));
    }

    #[test]
    fn what_the_register_says_is_written_into_an_older_ledger() {
        let place = Place::new();
        let engine = place.open("data");
        let person = enter(&engine, "p", "示例人员甲").expect("it is entered");
        drop(engine);
        place.copy("data", "older");
        let keys = place.path("keys").join("keys");
        let old = std::fs::read(&keys).expect("the file of keys");
        erase(&place.open("data"), person).expect("it is erased");
        std::fs::write(&keys, &old).expect("an old copy of the keys");
        let engine = place.open("older");
        assert_eq!((name(&engine, person), engine.view().state().is_erased(person)), ("ERASED", true));
        assert!(!holds(&keys, &old[16..48]), "the key is gone");
        let sequence = engine.view().state().sequence();
        drop(engine);
        assert_eq!(place.open("older").view().state().sequence(), sequence, "it is written once");
    }

    #[test]
    fn an_erasure_that_is_stuck_is_not_acknowledged_and_can_be_sent_again() {
        let place = Place::new();
        let engine = place.open("data");
        let person = enter(&engine, "p", "示例人员甲").expect("it is entered");
        let register = place.path("keys").join("erasures");
        std::fs::create_dir(&register).expect("something is in the way");
        assert!(matches!(erase(&engine, person), Err(WriteError::Vault(_))));
        assert_eq!(name(&engine, person), "ERASED", "nobody reads it meanwhile");
        enter(&engine, "q", "示例人员乙").expect("others are written all the same");
        let mut batch = vec![entry("r", "示例人员丙"), entry("s", "示例人员丁")];
        let written = engine.execute("test", &batch, &mut |_, _| true).expect("so is what comes in one piece");
        assert_eq!((written.changed, engine.view().state().sequence()), (2, written.sequence));
        batch.push(Command::ErasePerson { person: Reference::Id(person), reason: ErasureReason::Requested });
        let whole = engine.execute("test", &batch, &mut |_, _| true);
        assert!(matches!(whole, Err(WriteError::Vault(_))), "what asks for the erasure itself is told: {whole:?}");
        std::fs::remove_dir(&register).expect("it can be removed");
        assert!(!erase(&engine, person).expect("it is carried out").changed);
        assert_eq!(engine.view().vault().registered("demo").len(), 1);
    }

    #[test]
    fn requests_about_others_are_known_again_after_somebody_was_erased() {
        let place = Place::new();
        let mut engine = place.open("data");
        let send = |engine: &Engine, key: &str, name: &str| ask_under(engine, Some((key, name)), entry(key, name));
        let one = send(&engine, "p", "卡纳瑞甲").expect("it is entered");
        let other = send(&engine, "q", "卡纳瑞乙").expect("it is entered");
        let (person, key) = (one.subject.expect("a person"), Some(("e", "erase")));
        let erasure = || Command::ErasePerson { person: Reference::Id(person), reason: ErasureReason::Requested };
        let erased = ask_under(&engine, key, erasure()).expect("it is erased");
        for turn in 0..2 {
            if turn == 1 {
                drop(engine);
                engine = place.open("data");
            }
            assert_eq!(send(&engine, "q", "卡纳瑞乙").expect("it is known"), Written { repeated: true, ..other });
            assert_eq!(ask_under(&engine, key, erasure()).expect("it is known"), Written { repeated: true, ..erased });
            // Of who was erased nobody can tell any more what was asked, right or wrong.
            for name in ["卡纳瑞甲", "卡纳瑞丙"] {
                let code = match send(&engine, "p", name) {
                    Err(WriteError::Rejected(refused)) => refused[0].1.code(),
                    other => panic!("{other:?}"),
                };
                assert_eq!(code, "KEY_REUSED", "{name}");
            }
            let view = engine.view();
            let kept = view.state().answered("test", "p").expect("it is remembered").request.0;
            let plain = *blake3::hash("卡纳瑞甲".as_bytes()).as_bytes();
            let sealing = Sealing::new(std::sync::Arc::clone(view.vault()));
            let tried = [Some(plain), sealing.blind(person, plain), sealing.formerly_blind(plain)];
            assert!(!tried.contains(&Some(kept)), "nothing that is left says what it was");
        }
    }

    #[test]
    fn whoever_is_refused_leaves_no_key_and_nobody_is_entered_without_one() {
        let place = Place::new();
        let engine = place.open("data");
        enter(&engine, "p", "示例人员甲").expect("it is entered");
        let keys = place.path("keys").join("keys");
        let length = || keys.metadata().expect("it is there").len();
        let before = (length(), engine.view().state().sequence());
        let too_long = "示".repeat(300);
        assert!(matches!(enter(&engine, "q", &too_long), Err(WriteError::Rejected(_))));
        assert_eq!((length(), engine.view().state().sequence()), before);
        drop(engine);
        let engine = place.open("data");
        let held = std::fs::File::open(&keys).expect("the file of keys");
        held.lock().expect("it can be locked");
        for key in ["r", "s"] {
            match enter(&engine, key, "示例人员丙") {
                Err(WriteError::Rejected(refused)) => {
                    assert_eq!(refused[0].1.code(), "PERSONAL_KEYS_UNWRITABLE");
                    assert!(matches!(refused[0].1, Rejection::Unsealed { .. }));
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((length(), engine.view().state().sequence()), before);
        drop(held);
        drop(engine);
        enter(&place.open("data"), "r", "示例人员丙").expect("after a restart it is taken");
    }
}
