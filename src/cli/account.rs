//! `innograph account …`, also while a server runs. A first password is printed once, alone, on
//! standard output; everything said about it goes to standard error.

use std::process::ExitCode;

use clap::Subcommand;

use super::token::{RoleName, of_audit, operator};
use super::{Settings, exit};
use crate::accounts::{Account, Accounts, Change, ChangeError, State, Wish};
use crate::api::types::fact::moment;
use crate::config::Config;
use crate::engine::{self, now_ms};
use crate::tokens::Tokens;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountAction {
    /// Make an account; standard output holds its first password alone, to be changed at log-in.
    Create {
        #[command(flatten)]
        settings: Settings,
        /// Whose it is: the name that goes onto everything they write.
        #[arg(long)]
        name: String,
        /// What they are.
        #[arg(long, value_enum)]
        role: RoleName,
        /// The code of the region that a county officer works for, such as 410721.
        #[arg(long)]
        region: Option<String>,
    },
    /// List every account, never a password.
    List {
        #[command(flatten)]
        settings: Settings,
    },
    /// Let nobody log in with it any more; its sessions end.
    Disable {
        #[command(flatten)]
        settings: Settings,
        /// The name.
        name: String,
    },
    /// Let its holder log in again.
    Enable {
        #[command(flatten)]
        settings: Settings,
        /// The name.
        name: String,
    },
    /// Give it a first password again; its sessions end.
    Reset {
        #[command(flatten)]
        settings: Settings,
        /// The name.
        name: String,
    },
    /// Let its holder try again before the lock ends.
    Unlock {
        #[command(flatten)]
        settings: Settings,
        /// The name.
        name: String,
    },
    /// Make its holder something else; its sessions end.
    Role {
        #[command(flatten)]
        settings: Settings,
        /// The name.
        name: String,
        /// What they are from now on.
        #[arg(long, value_enum)]
        role: RoleName,
        /// The code of the region that a county officer works for.
        #[arg(long)]
        region: Option<String>,
    },
}

impl AccountAction {
    /// Where the accounts are.
    pub(super) fn settings(&self) -> &Settings {
        match self {
            Self::Create { settings, .. }
            | Self::List { settings }
            | Self::Disable { settings, .. }
            | Self::Enable { settings, .. }
            | Self::Reset { settings, .. }
            | Self::Unlock { settings, .. }
            | Self::Role { settings, .. } => settings,
        }
    }
}

/// Carry out an action.
pub fn account(config: &Config, action: &AccountAction) -> ExitCode {
    if !config.data.is_dir() {
        let path = config.data.display();
        eprintln!("DATA_MISSING 没有数据目录 {path}；请检查 --data。There is no data directory {path}; check --data");
        return ExitCode::from(exit::UNUSABLE);
    }
    if let Some(name) = config.accounts.unsound() {
        eprintln!("设置 accounts.{name} 不能用。The setting accounts.{name} cannot be used.");
        return ExitCode::from(exit::USAGE);
    }
    let accounts = Accounts::open(&config.data, &config.accounts);
    match done(config, &accounts, action) {
        Ok(()) => ExitCode::from(exit::OK),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(exit_of(&error))
        }
    }
}

fn done(config: &Config, accounts: &Accounts, action: &AccountAction) -> Result<(), ChangeError> {
    let by = operator();
    let change = |name: &str, change| accounts.change(name, change, &by).map(|account| say_changed(&account));
    match action {
        AccountAction::Create { name, role, region, .. } => {
            let wish = Wish { name, role: role.role(), region: region.as_deref() };
            // One name, one person, however they come.
            if Tokens::open(&config.data).is_named(name) {
                return Err(ChangeError::Taken(name.clone()));
            }
            let first = accounts.create(&wish, &by)?;
            show_first(name, &first);
            say_region(config, region.as_deref());
            Ok(())
        }
        AccountAction::List { .. } => accounts.list().map(|all| print!("{}", table(&all, now_ms()))),
        AccountAction::Disable { name, .. } => change(name, Change::Disable),
        AccountAction::Enable { name, .. } => change(name, Change::Enable),
        AccountAction::Unlock { name, .. } => change(name, Change::Unlock),
        AccountAction::Reset { name, .. } => accounts.reset(name, &by).map(|first| show_first(name, &first)),
        AccountAction::Role { name, role, region, .. } => {
            change(name, Change::Become(role.role(), region.as_deref()))?;
            say_region(config, region.as_deref());
            Ok(())
        }
    }
}

fn show_first(name: &str, first: &str) {
    println!("{first}");
    eprintln!(
        "以上是“{name}”的初始密码，只显示这一次；第一次登录后必须修改。\n\
         Above is the first password of {name}, shown this once; it must be changed after the first log-in."
    );
}

/// Warn where the store has no region of that code: its holder would see what the public sees. The account
/// is made all the same, since the region may come with the next import.
fn say_region(config: &Config, region: Option<&str>) {
    let Some(code) = region else { return };
    let known = engine::inspect(&config.data).ok().map(|found| found.state.has_region(code));
    match known {
        Some(true) => {}
        Some(false) => eprintln!(
            "注意：库里没有代码为 {code} 的地区，这个账号登录后只看得到公开的内容。请核对代码（可查 {{ regions {{ edges {{ node {{ code nameZh }} }} }} }}），或先导入该地区。\n\
             Note: the store has no region of the code {code}; with this account only what is public is seen. Check the code ({{ regions {{ edges {{ node {{ code nameZh }} }} }} }}), or import the region."
        ),
        None => eprintln!(
            "注意：没有能读的库，代码 {code} 没有核对；登录后用 {{ viewer {{ region {{ nameZh }} }} }} 看是否对。\n\
             Note: there is no store to be read, so the code {code} was not checked; after the log-in ask {{ viewer {{ region {{ nameZh }} }} }}."
        ),
    }
}

fn say_changed(account: &Account) {
    let state = state_of(account, now_ms());
    println!(
        "账号“{name}”：{role}，{state}；运行中的服务立即生效。The account {name} is {role}, {state}; running servers know at once.",
        name = account.name,
        role = account.role.name()
    );
}

fn state_of(account: &Account, now: i64) -> &'static str {
    match account.state {
        State::Disabled => "disabled",
        State::Active if account.is_locked(now) => "locked",
        State::Active if account.must_change => "first password",
        State::Active => "active",
    }
}

fn table(accounts: &[Account], now: i64) -> String {
    let mut text =
        "角色 role      地区 region  状态 state      失败 failed  最近登录 last seen        名称 name\n".to_owned();
    for account in accounts {
        let seen = account.last_seen_ms.map_or_else(|| "-".to_owned(), moment);
        let (role, region) = (account.role.name(), account.region.as_deref().unwrap_or("-"));
        let (state, failed) = (state_of(account, now), account.failed);
        text += &format!("{role:<14} {region:<12} {state:<15} {failed:<12} {seen:<25} {}\n", account.name);
    }
    text
}

fn exit_of(error: &ChangeError) -> u8 {
    match error {
        ChangeError::Damaged { .. } => exit::DAMAGED,
        ChangeError::System { .. } | ChangeError::Hash => exit::UNUSABLE,
        ChangeError::Audit(error) => of_audit(error),
        ChangeError::Region(_) | ChangeError::Role => exit::USAGE,
        ChangeError::Name(_) | ChangeError::Taken(_) | ChangeError::Unknown(_) | ChangeError::Full(_) => exit::REFUSED,
    }
}
