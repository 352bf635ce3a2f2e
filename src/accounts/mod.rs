//! Accounts: people who log in with a name and a password. `accounts.json` in the data directory
//! holds hashes, never a password. A running server notices what the command line changes.
//!
//! A try is counted before the password is looked at, so that many at once are as many tries. Names
//! that nobody has cost what others cost, and are answered as wrong passwords are. This room must
//! never log a password, nor a name that is nobody's: it may be a password in the wrong field.

mod error;
mod guesses;
mod password;
mod record;
mod rules;
mod sessions;

use std::net::IpAddr;
use std::path::Path;

use crate::audit::{Audit, Entry, Event};
use crate::domain::fold::fold;
use crate::engine::now_ms;
use crate::ledger::{Kept, Standing};
use crate::rights::Role;
use crate::tokens::{NAME_CHARACTERS, RESERVED, name_is_sound};
pub use error::{ChangeError, LoginError};
use guesses::Guesses;
pub use password::{MOST_BYTES, Weakness};
pub use record::{Account, State};
pub use rules::Rules;
pub use sessions::{Bound, Sessions, page_key};

/// What a new account should be.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'w> {
    /// The actor.
    pub name: &'w str,
    /// What its holder is.
    pub role: Role,
    /// The code of the region they work for, where the role needs one.
    pub region: Option<&'w str>,
}

/// What is changed about an account.
#[derive(Clone, Copy, Debug)]
pub enum Change<'c> {
    /// Nobody may log in with it.
    Disable,
    /// Its holder may again.
    Enable,
    /// Its holder may try again at once.
    Unlock,
    /// Its holder becomes something else.
    Become(Role, Option<&'c str>),
}

/// The accounts of a data directory.
#[derive(Debug)]
pub struct Accounts {
    kept: Kept<Account>,
    audit: Audit,
    rules: Rules,
    guesses: Guesses,
    /// What is compared with where there is no account.
    nobody: Option<password::Kept>,
}

impl Accounts {
    /// Read the accounts of a directory. There may be none, and the file may be damaged: then nobody
    /// is let in.
    pub fn open(data_dir: &Path, rules: &Rules) -> Self {
        Self {
            kept: Kept::open(data_dir, &record::FORM, now_ms()),
            audit: Audit::open(data_dir),
            rules: rules.clone(),
            guesses: Guesses::default(),
            nobody: password::first().and_then(|chance| password::keep(&chance, rules)),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.kept.path()
    }

    /// Why the file cannot be trusted, where it cannot.
    pub fn damage(&self) -> Option<String> {
        self.kept.seen_at(now_ms(), |standing| match standing {
            Standing::Damaged(reason) => Some(reason.clone()),
            _ => None,
        })
    }

    /// May others than the owner of the file read or write it?
    pub fn is_open_to_others(&self) -> bool {
        self.kept.is_open_to_others()
    }

    /// Every account, in the order in which they were made.
    pub fn list(&self) -> Result<Vec<Account>, ChangeError> {
        Ok(self.kept.seen_at(now_ms(), |standing| self.kept.records(standing))?)
    }

    /// Is there an account of that name?
    pub fn is_named(&self, name: &str) -> bool {
        self.list().is_ok_and(|accounts| place_of(&accounts, name).is_some())
    }

    /// Make an account, on behalf of whom. Answers with a first password, which is kept nowhere.
    pub fn create(&self, wish: &Wish<'_>, by: &str) -> Result<String, ChangeError> {
        if RESERVED.contains(&fold(wish.name).as_str()) || !name_is_sound(wish.name) {
            return Err(ChangeError::Name(clipped(wish.name)));
        }
        if wish.role == Role::Public {
            return Err(ChangeError::Role);
        }
        wish.role.takes_region(wish.region)?;
        let first = password::first().ok_or(ChangeError::Hash)?;
        let kept = password::keep(&first, &self.rules).ok_or(ChangeError::Hash)?;
        self.kept.change(|accounts| {
            if place_of(accounts, wish.name).is_some() {
                return Err(ChangeError::Taken(wish.name.to_owned()));
            }
            if accounts.len() >= self.rules.accounts {
                return Err(ChangeError::Full(accounts.len()));
            }
            let account = Account {
                name: wish.name.to_owned(),
                role: wish.role,
                region: wish.region.map(str::to_owned),
                state: State::Active,
                password: kept,
                must_change: true,
                failed: 0,
                locked_until_ms: None,
                last_seen_ms: None,
                created_at_ms: now_ms(),
                epoch: 1,
            };
            self.tell(Event::AccountCreated, by, &account.name, &said(&account))?;
            accounts.push(account);
            Ok(first)
        })
    }

    /// Give an account a first password again. Every session of it ends.
    pub fn reset(&self, name: &str, by: &str) -> Result<String, ChangeError> {
        let first = password::first().ok_or(ChangeError::Hash)?;
        let kept = password::keep(&first, &self.rules).ok_or(ChangeError::Hash)?;
        self.edit(name, by, "reset", |account| {
            account.password = kept;
            account.must_change = true;
            account.forget_failures();
            account.epoch += 1;
        })?;
        Ok(first)
    }

    /// Change an account. Where its holder may less afterwards, every session of it ends.
    pub fn change(&self, name: &str, change: Change<'_>, by: &str) -> Result<Account, ChangeError> {
        match change {
            Change::Disable => self.edit(name, by, "disabled", |account| {
                account.state = State::Disabled;
                account.epoch += 1;
            }),
            Change::Enable => self.edit(name, by, "enabled", |account| {
                account.state = State::Active;
                account.forget_failures();
            }),
            Change::Unlock => self.edit(name, by, "unlocked", Account::forget_failures),
            Change::Become(Role::Public, _) => Err(ChangeError::Role),
            Change::Become(role, region) => {
                role.takes_region(region)?;
                let place = region.map(|code| format!(" {code}")).unwrap_or_default();
                self.edit(name, by, &format!("{}{place}", role.name()), |account| {
                    (account.role, account.region) = (role, region.map(str::to_owned));
                    account.epoch += 1;
                })
            }
        }
    }

    /// Let somebody in by name and password. Waits for a hash; not for the asynchronous edge.
    pub fn log_in(&self, name: &str, given: &str, from: IpAddr) -> Result<Account, LoginError> {
        let account = self.prove(name, given, from)?;
        let rehashed = match account.password.costs_as(&self.rules) {
            true => None,
            // What a hash costs was changed in the settings.
            false => password::keep(given, &self.rules),
        };
        self.kept.change(|accounts| {
            let known = still(accounts, &account)?;
            let entry = Entry { from: Some(from), ..entry(Event::LoggedIn, &known.name, &known.name, "") };
            self.audit.write(&entry)?;
            known.forget_failures();
            known.last_seen_ms = Some(now_ms());
            if let Some(rehashed) = rehashed {
                known.password = rehashed;
            }
            Ok(known.clone())
        })
    }

    /// Let somebody choose another password, by the one they have. Every session of theirs ends.
    pub fn choose(&self, name: &str, given: &str, wanted: &str, from: IpAddr) -> Result<Account, LoginError> {
        password::judge(wanted, name, &self.rules)?;
        let account = self.prove(name, given, from)?;
        if account.password.is(wanted) {
            self.kept.change(|accounts| {
                still(accounts, &account)?.forget_failures();
                Ok::<(), LoginError>(())
            })?;
            return Err(Weakness::Same.into());
        }
        let kept = password::keep(wanted, &self.rules).ok_or(ChangeError::Hash)?;
        self.kept.change(|accounts| {
            let known = still(accounts, &account)?;
            let entry = Entry { from: Some(from), ..entry(Event::PasswordChanged, &known.name, &known.name, "") };
            self.audit.write(&entry)?;
            known.forget_failures();
            known.password = kept;
            known.must_change = false;
            known.epoch += 1;
            Ok(known.clone())
        })
    }

    /// The account of a session, as long as it is the one that the session began with.
    pub fn bound(&self, bound: &Bound) -> Option<Account> {
        self.kept.seen_at(now_ms(), |standing| match standing {
            Standing::Kept(accounts) => {
                let account = accounts.get(place_of(accounts, &bound.name)?)?;
                (account.state == State::Active && account.epoch == bound.epoch).then(|| account.clone())
            }
            Standing::Absent | Standing::Damaged(_) => None,
        })
    }

    /// Write down that somebody went.
    pub fn log_out(&self, name: &str, from: IpAddr) -> Result<(), ChangeError> {
        Ok(self.audit.write(&Entry { from: Some(from), ..entry(Event::LoggedOut, name, name, "") })?)
    }

    /// Count a try, then look at the password. The same work for every name.
    fn prove(&self, name: &str, given: &str, from: IpAddr) -> Result<Account, LoginError> {
        if let Some(seconds) = self.guesses.wait(from, &self.rules, now_ms()) {
            return Err(LoginError::TooMany(seconds));
        }
        // Until it is proved right, it is a wrong guess; many at once are as many.
        self.guesses.count(from, &self.rules, now_ms());
        let taken = self.take_a_try(name)?;
        let (kept, usable) = match &taken {
            Some((account, Try::Open | Try::Last)) => (Some(&account.password), true),
            Some((_, Try::Shut)) | None => (self.nobody.as_ref(), false),
        };
        let right = given.len() <= MOST_BYTES && kept.ok_or(ChangeError::Hash)?.is(given) && usable;
        match taken {
            Some((account, _)) if right => {
                self.guesses.forgive(from);
                Ok(account)
            }
            taken => {
                self.tell_failure(taken, from)?;
                Err(LoginError::Refused)
            }
        }
    }

    /// Count a try of an account that may be tried. Without one, the file is replaced all the same.
    fn take_a_try(&self, name: &str) -> Result<Option<(Account, Try)>, ChangeError> {
        let now = now_ms();
        self.kept.change_always(|accounts| {
            let Some(account) = place_of(accounts, name).and_then(|place| accounts.get_mut(place)) else {
                return Ok(None);
            };
            if account.state == State::Disabled || account.is_locked(now) {
                return Ok(Some((account.clone(), Try::Shut)));
            }
            if account.locked_until_ms.is_some() {
                account.forget_failures();
            }
            account.failed = account.failed.saturating_add(1);
            if account.failed < self.rules.tries {
                return Ok(Some((account.clone(), Try::Open)));
            }
            account.locked_until_ms = Some(now.saturating_add(self.rules.lock_ms()));
            Ok(Some((account.clone(), Try::Last)))
        })
    }

    /// One line a try, whatever came of it.
    fn tell_failure(&self, taken: Option<(Account, Try)>, from: IpAddr) -> Result<(), ChangeError> {
        let (event, subject, detail) = match &taken {
            None => (Event::LoginFailed, "", "no such name".to_owned()),
            Some((account, Try::Open)) => (Event::LoginFailed, &*account.name, format!("try {}", account.failed)),
            Some((account, Try::Last)) => (Event::Locked, &*account.name, format!("try {}", account.failed)),
            Some((account, Try::Shut)) => (Event::LoginFailed, &*account.name, "locked or disabled".to_owned()),
        };
        Ok(self.audit.write(&Entry { from: Some(from), ..entry(event, "", subject, &detail) })?)
    }

    fn edit(
        &self,
        name: &str,
        by: &str,
        detail: &str,
        edit: impl FnOnce(&mut Account),
    ) -> Result<Account, ChangeError> {
        self.kept.change(|accounts| {
            let place = place_of(accounts, name);
            let account = place.and_then(|place| accounts.get_mut(place));
            let account = account.ok_or_else(|| ChangeError::Unknown(clipped(name)))?;
            self.tell(Event::AccountChanged, by, &account.name, detail)?;
            edit(account);
            Ok(account.clone())
        })
    }

    /// Write down what is about to be done.
    fn tell(&self, event: Event, by: &str, subject: &str, detail: &str) -> Result<(), ChangeError> {
        Ok(self.audit.write(&entry(event, by, subject, detail))?)
    }
}

/// What a try is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    /// It is looked at.
    Open,
    /// So is this one; if it is wrong, the account is locked.
    Last,
    /// It is not.
    Shut,
}

fn entry<'e>(event: Event, actor: &'e str, subject: &'e str, detail: &'e str) -> Entry<'e> {
    Entry { event, actor, subject, from: None, detail }
}

fn said(account: &Account) -> String {
    let region = account.region.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    format!("{}{region}", account.role.name())
}

fn clipped(name: &str) -> String {
    name.chars().take(NAME_CHARACTERS).collect()
}

fn place_of(accounts: &[Account], name: &str) -> Option<usize> {
    let folded = fold(name);
    accounts.iter().position(|account| fold(&account.name) == folded)
}

/// The account as it is now, where nobody has changed meanwhile what was proved of it.
fn still<'a>(accounts: &'a mut [Account], proved: &Account) -> Result<&'a mut Account, LoginError> {
    let place = place_of(accounts, &proved.name);
    let account = place.and_then(|place| accounts.get_mut(place)).ok_or(LoginError::Refused)?;
    let same = account.state == State::Active && account.epoch == proved.epoch;
    if same { Ok(account) } else { Err(LoginError::Refused) }
}

#[cfg(test)]
mod tests;
