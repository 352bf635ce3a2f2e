//! `innograph token create|list|revoke`, also while a server runs. A token is printed once, alone,
//! on standard output; everything said about it goes to standard error.

use std::path::Path;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::{Settings, exit};
use crate::accounts::Accounts;
use crate::api::types::fact::moment;
use crate::audit::AuditError;
use crate::config::Config;
use crate::engine::now_ms;
use crate::rights::Role;
use crate::tokens::{ChangeError, Fresh, Record, TokenState, Tokens, Wish};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Make a token; standard output holds the token alone.
    Create {
        #[command(flatten)]
        settings: Settings,
        /// Whose it is: the name that goes onto everything written with it.
        #[arg(long)]
        name: String,
        /// What it allows.
        #[arg(long, value_enum, default_value_t = RoleName::Steward)]
        role: RoleName,
        /// The code of the region that a county officer works for, such as 410721.
        #[arg(long)]
        region: Option<String>,
        /// After so many days it no longer counts; without it, only `revoke` ends it.
        #[arg(long)]
        days: Option<u32>,
    },
    /// List every token that was ever made, never the token itself.
    List {
        #[command(flatten)]
        settings: Settings,
    },
    /// Take a token back at once, by its id or its name.
    Revoke {
        #[command(flatten)]
        settings: Settings,
        /// The id, or the name.
        which: String,
    },
}

impl TokenAction {
    /// Where the tokens are.
    pub(super) fn settings(&self) -> &Settings {
        match self {
            Self::Create { settings, .. } | Self::List { settings } | Self::Revoke { settings, .. } => settings,
        }
    }
}

/// The roles that a token can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum RoleName {
    /// A program that serves others: what is public, and what was agreed to be shown there.
    App,
    /// Everything of one county, and what is public elsewhere; writes within the county.
    CountyOfficer,
    /// Reads and writes everything.
    CityOfficer,
    /// Reads all but what is restricted, writes nothing.
    Analyst,
    /// Reads and writes everything; keeps the data.
    Steward,
    /// The former name of a steward.
    Editor,
    /// Reads and writes everything; makes accounts.
    Administrator,
}

impl RoleName {
    /// The role. A former name is read as the present one, and said so.
    pub(super) fn role(self) -> Role {
        match self {
            Self::App => Role::App,
            Self::CountyOfficer => Role::CountyOfficer,
            Self::CityOfficer => Role::CityOfficer,
            Self::Analyst => Role::Analyst,
            Self::Steward => Role::Steward,
            Self::Administrator => Role::Administrator,
            Self::Editor => {
                eprintln!(
                    "角色 editor 现称 steward（数据管理员），按此创建。The role editor is now called steward; made as such."
                );
                Role::Steward
            }
        }
    }
}

/// Who acts at the command line, as the audit log names them.
pub(super) fn operator() -> String {
    format!("cli(uid {})", rustix::process::getuid().as_raw())
}

/// Carry out an action.
pub fn token(config: &Config, action: &TokenAction) -> ExitCode {
    if !config.data.is_dir() {
        let path = config.data.display();
        eprintln!("DATA_MISSING 没有数据目录 {path}；请检查 --data。There is no data directory {path}; check --data");
        return ExitCode::from(exit::UNUSABLE);
    }
    let tokens = Tokens::open(&config.data);
    let done = match action {
        TokenAction::Create { name, role, region, days, .. } => {
            let role = role.role();
            let region = region.as_deref();
            // One name, one person, however they come.
            if Accounts::open(&config.data, &config.accounts).is_named(name) {
                return failed(&ChangeError::Taken(name.clone()));
            }
            let wish = Wish { name, role, region, days: *days, most: config.limits.tokens };
            tokens.create(&wish, &operator()).map(|fresh| show_fresh(&fresh))
        }
        TokenAction::List { .. } => tokens.list().map(|records| print!("{}", table(&records, now_ms()))),
        TokenAction::Revoke { which, .. } => {
            tokens.revoke(which, &operator()).map(|(record, counted)| say_revoked(&record, counted))
        }
    };
    match done {
        Ok(()) => ExitCode::from(exit::OK),
        Err(error) => failed(&error),
    }
}

fn failed(error: &ChangeError) -> ExitCode {
    eprintln!("{error}");
    ExitCode::from(exit_of(error))
}

/// The first token of a store that has none, at the first start of its server.
pub fn first_token(data: &Path, most: usize) -> Option<String> {
    let tokens = Tokens::open(data);
    if !tokens.is_absent() {
        return None;
    }
    let wish = Wish { name: "administrator", role: Role::Administrator, region: None, days: None, most };
    match tokens.create(&wish, &operator()) {
        Ok(fresh) => Some(fresh.token),
        Err(error) => {
            eprintln!("{error}");
            None
        }
    }
}

fn show_fresh(fresh: &Fresh) {
    println!("{}", fresh.token);
    let record = &fresh.record;
    let end = record.expires_at_ms.map_or_else(|| "—".to_owned(), moment);
    eprintln!(
        "以上是“{}”的令牌（{}，编号 {}，到期 {end}）。它只显示这一次，请存到安全的地方。\n\
         用法：请求头 Authorization: Bearer <令牌>\n\
         Above is the token of {} ({}, id {}, expires {end}). It is shown this once; keep it safe.\n\
         Use it as the header Authorization: Bearer <token>",
        record.name,
        record.role.zh(),
        record.id,
        record.name,
        record.role.name(),
        record.id,
    );
}

fn say_revoked(record: &Record, counted: bool) {
    let (zh, en) = if counted { ("已撤销", "revoked") } else { ("早已撤销", "was revoked before") };
    let (name, id) = (&record.name, &record.id);
    println!(
        "“{name}”的令牌 {id} {zh}，运行中的服务立即不再接受它。The token {id} of {name} {en}; running servers refuse it at once."
    );
}

fn table(records: &[Record], now: i64) -> String {
    let mut text =
        "编号 id   角色 role      地区 region  状态 state  创建 created              到期 expires              名称 name\n"
            .to_owned();
    for record in records {
        let state = match record.state(now) {
            TokenState::Live => "live",
            TokenState::Expired => "expired",
            TokenState::Revoked => "revoked",
        };
        let end = record.expires_at_ms.map_or_else(|| "-".to_owned(), moment);
        let (role, made) = (record.role.name(), moment(record.created_at_ms));
        let region = record.region.as_deref().unwrap_or("-");
        text += &format!("{:<9} {role:<14} {region:<12} {state:<11} {made:<25} {end:<25} {}\n", record.id, record.name);
    }
    text
}

/// The exit code of a log that cannot be written.
pub(super) fn of_audit(error: &AuditError) -> u8 {
    match error {
        AuditError::Damaged { .. } => exit::DAMAGED,
        AuditError::System { .. } => exit::UNUSABLE,
    }
}

fn exit_of(error: &ChangeError) -> u8 {
    match error {
        ChangeError::Damaged { .. } => exit::DAMAGED,
        ChangeError::System { .. } => exit::UNUSABLE,
        ChangeError::Days | ChangeError::Region(_) => exit::USAGE,
        ChangeError::Audit(error) => of_audit(error),
        ChangeError::Name(_) | ChangeError::Taken(_) | ChangeError::Unknown(_) | ChangeError::Full(_) => exit::REFUSED,
    }
}
