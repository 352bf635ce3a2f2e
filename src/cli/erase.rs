//! `innograph erase`: what is personal of somebody, erased while the store is not served; the same as the
//! mutation `erasePersonalData`, for those who run the service.

use std::process::ExitCode;

use super::exit;
use crate::audit::{Audit, Entry, Event};
use crate::config::Config;
use crate::domain::command::{Command, Reference};
use crate::domain::personal::{ERASURE_REASONS, ErasureReason};
use crate::engine::{Engine, WriteError};

/// Who it was, in ledger and audit log.
const ACTOR: &str = "innograph erase";

/// Erase a person, by id or row key.
pub fn erase(config: &Config, person: &str, reason: &str) -> ExitCode {
    let Some(reason) = ErasureReason::by_name(reason) else {
        let known = ERASURE_REASONS.iter().map(|row| format!("{} {}", row.1, row.2)).collect::<Vec<_>>().join("; ");
        eprintln!("理由应为以下之一。The reason is one of: {known}");
        return ExitCode::from(exit::USAGE);
    };
    let engine = match Engine::open_kept(&config.data, &config.personal_directory(), config.limits.engine()) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            return exit::of_open(&error);
        }
    };
    let reference = person.parse().map_or_else(|()| Reference::Code(person.to_owned()), Reference::Id);
    let commands = [Command::ErasePerson { person: reference, reason }];
    if let Err(WriteError::Rejected(refused)) = engine.rehearse(&commands, &mut |_, _| true) {
        for (_, rejection) in refused {
            eprintln!("{} {} {}", rejection.code(), rejection.zh(), rejection.en());
        }
        return ExitCode::from(exit::REFUSED);
    }
    let view = engine.view();
    let before = match &commands {
        [Command::ErasePerson { person, .. }] => view.state().person_meant(person),
        _ => None,
    };
    if before.is_some_and(|person| view.state().is_erased(person) && view.vault().is_erased(person)) {
        println!("以前已删除，这次什么也没有做。Erased before; nothing was done.");
        return ExitCode::from(exit::OK);
    }
    drop(view);
    let entry =
        Entry { event: Event::PersonalDataErased, actor: ACTOR, subject: person, from: None, detail: reason.name() };
    if let Err(error) = Audit::open(&config.data).write(&entry) {
        eprintln!("{error}");
        return ExitCode::from(exit::FAILED);
    }
    match engine.execute(ACTOR, &commands, &mut |_, _| true) {
        Ok(outcome) => {
            println!(
                "已删除：登记簿里有一行，密钥已销毁；序号 {}。Erased: the register has a line, the key is destroyed; sequence {}.",
                outcome.sequence, outcome.sequence
            );
            ExitCode::from(exit::OK)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(exit::FAILED)
        }
    }
}
