//! Subcommands, and the exit codes that scripts rely on.

mod account;
mod asked;
mod audit;
mod backup;
mod check;
mod doctor;
mod documents;
mod erase;
mod evaluate;
pub mod exit;
mod export;
mod failure;
mod generate;
mod import;
mod interrupt;
mod manifest;
mod restore;
mod serve;
mod template;
mod token;
mod whole;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Overrides};

/// 科创图谱 innograph: a knowledge graph of innovation actors, asked in GraphQL.
///
/// Exit codes: 0 done · 1 failed · 2 wrong command line or configuration · 3 the data directory is
/// in use · 4 the address cannot be listened on · 5 the store, a backup or the file of tokens is
/// damaged or was written by a later program · 6 refused, nothing was written · 7 the data directory
/// cannot be opened.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

/// Settings that several commands take.
#[derive(Debug, Args)]
struct Settings {
    /// A file of settings (TOML).
    #[arg(long, env = "INNOGRAPH_CONFIG")]
    config: Option<PathBuf>,
    /// Where the store is kept.
    #[arg(long)]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Serve GraphQL and the playground.
    Serve {
        #[command(flatten)]
        settings: Settings,
        /// Where to listen.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Which store this is: xinxiang, demo, or a name of your own.
        #[arg(long)]
        store_name: Option<String>,
        /// A line shown on every page.
        #[arg(long)]
        banner: Option<String>,
    },
    /// Import folders or files as one data set: all of it, or nothing.
    Import {
        #[command(flatten)]
        settings: Settings,
        /// Which store this is: xinxiang, demo, or a name of your own. A store keeps its first name.
        #[arg(long)]
        store_name: Option<String>,
        #[command(flatten)]
        args: import::ImportArgs,
    },
    /// Write a workbook to fill in: of one table (`enterprises` or 企业), or of `all`.
    Template {
        /// The table, by the name of its file or its Chinese name, or all.
        table: String,
        /// The workbook to write (XLSX).
        out: PathBuf,
    },
    /// Replay the ledger, verify its chain, recount every invariant.
    Check {
        #[command(flatten)]
        settings: Settings,
    },
    /// Copy a store while it is served: its ledger, and a manifest that says what must come of it.
    Backup {
        #[command(flatten)]
        settings: Settings,
        /// Where to; the directory must not be there yet, or be empty.
        #[arg(long)]
        to: PathBuf,
    },
    /// Make a new data directory out of a backup, verified from its first entry to its last.
    Restore {
        /// The directory of the backup.
        #[arg(long)]
        from: PathBuf,
        /// The data directory to make; it must not be there yet, or be empty.
        #[arg(long)]
        data: PathBuf,
        /// Where the keys of people are; beside the data directory where not given.
        #[arg(long)]
        personal: Option<PathBuf>,
        /// The register of erasures: whoever it names is erased in what is restored. Asked for where
        /// there are people in the backup.
        #[arg(long, conflicts_with = "no_erasures")]
        erasures: Option<PathBuf>,
        /// There is no register: nobody was ever erased in this store.
        #[arg(long)]
        no_erasures: bool,
    },
    /// Erase what is personal of somebody, while the store is not served: the key is destroyed for good.
    Erase {
        #[command(flatten)]
        settings: Settings,
        /// Who, by number or row key.
        #[arg(long)]
        person: String,
        /// Why: REQUESTED, NO_LONGER_NEEDED, CONSENT_WITHDRAWN, WRONGLY_COLLECTED or LEGAL_DUTY.
        #[arg(long)]
        reason: String,
    },
    /// Look at a store from all sides and say what to do; also while it is served.
    Doctor {
        #[command(flatten)]
        settings: Settings,
        /// Accept the ledger as it stands, without the entries that the witness knows of and the
        /// ledger has lost. Restore a backup instead where there is one.
        #[arg(long)]
        accept_ledger: bool,
    },
    /// Who may write: make, list and revoke tokens; also while the store is served.
    Token {
        #[command(subcommand)]
        action: token::TokenAction,
    },
    /// Who may log in: make, list and change accounts; also while the store is served.
    Account {
        #[command(subcommand)]
        action: account::AccountAction,
    },
    /// The log of who was let in and what changed about who may be.
    Audit {
        #[command(subcommand)]
        action: audit::AuditAction,
    },
    /// Judge documents and print id and price of each; with --out, list them in a manifest for the
    /// setting `trusted_documents`: all of them, or nothing.
    Documents {
        #[command(flatten)]
        settings: Settings,
        /// Files with a document each.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The manifest to write.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Make a synthetic city of any size as a folder in the import format, with the truth planted in it.
    Generate(generate::GenerateArgs),
    /// How good the ranking of partners is, measured on what began after a day.
    Evaluate {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        args: evaluate::EvaluateArgs,
    },
    /// Write what a role sees as a file for others, with a manifest beside it: a kind, or what lies around a node.
    Export {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        args: export::ExportArgs,
    },
    /// Print the GraphQL schema.
    Schema {
        /// Print the context of exported JSON-LD instead.
        #[arg(long)]
        json_ld: bool,
    },
    /// Settings.
    Config {
        #[command(subcommand)]
        action: ConfigAction,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigAction {
    /// Print what is in force.
    Show,
}

/// Run the command line.
pub fn run(cli: Cli) -> ExitCode {
    let load = |settings: &Settings, given: Overrides| {
        let given = Overrides { data: settings.data.clone(), ..given };
        Config::load(settings.config.as_deref(), &given)
    };
    let loaded = match &cli.command {
        Subcommands::Serve { settings, listen, store_name, banner } => load(
            settings,
            Overrides { listen: *listen, store_name: store_name.clone(), banner: banner.clone(), data: None },
        ),
        Subcommands::Import { settings, store_name, .. } => {
            load(settings, Overrides { store_name: store_name.clone(), ..Overrides::default() })
        }
        Subcommands::Check { settings }
        | Subcommands::Config { settings, .. }
        | Subcommands::Backup { settings, .. }
        | Subcommands::Erase { settings, .. }
        | Subcommands::Documents { settings, .. }
        | Subcommands::Evaluate { settings, .. }
        | Subcommands::Export { settings, .. }
        | Subcommands::Doctor { settings, .. } => load(settings, Overrides::default()),
        Subcommands::Token { action } => load(action.settings(), Overrides::default()),
        Subcommands::Account { action } => load(action.settings(), Overrides::default()),
        Subcommands::Audit { action } => load(action.settings(), Overrides::default()),
        Subcommands::Schema { .. }
        | Subcommands::Generate(_)
        | Subcommands::Restore { .. }
        | Subcommands::Template { .. } => Ok(Config::default()),
    };
    let config = match loaded {
        Ok(config) => config,
        Err(error) => {
            eprintln!("配置有误 the configuration is wrong: {error}");
            return ExitCode::from(exit::USAGE);
        }
    };
    match cli.command {
        Subcommands::Serve { .. } => serve::serve(&config),
        Subcommands::Import { args, .. } => import::import(&config, &args),
        Subcommands::Template { table, out } => template::template(&table, &out),
        Subcommands::Check { .. } => check::check(&config.data, &config.personal_directory()),
        Subcommands::Erase { person, reason, .. } => erase::erase(&config, &person, &reason),
        Subcommands::Backup { to, .. } => backup::backup(&config.data, &to),
        Subcommands::Restore { from, data, personal, erasures, no_erasures } => {
            let personal = personal.unwrap_or_else(|| crate::vault::beside(&data));
            let erasures = restore::Erasures::of(erasures, no_erasures);
            restore::restore(&from, (&data, &personal), &erasures)
        }
        Subcommands::Doctor { accept_ledger, .. } => {
            doctor::doctor(&config.data, &config.personal_directory(), accept_ledger)
        }
        Subcommands::Token { action } => token::token(&config, &action),
        Subcommands::Account { action } => account::account(&config, &action),
        Subcommands::Audit { action } => audit::audit(&config, &action),
        Subcommands::Documents { files, out, .. } => documents::documents(&config, &files, out.as_deref()),
        Subcommands::Generate(args) => generate::generate(&args),
        Subcommands::Export { args, .. } => export::export(&config, &args),
        Subcommands::Evaluate { args, .. } => evaluate::evaluate(&config, &args),
        Subcommands::Schema { json_ld } => {
            print!("{}", if json_ld { crate::export::context() } else { crate::api::sdl() });
            ExitCode::from(exit::OK)
        }
        Subcommands::Config { action: ConfigAction::Show, .. } => match serde_json::to_string_pretty(&config) {
            Ok(text) => {
                println!("{text}");
                ExitCode::from(exit::OK)
            }
            Err(cause) => {
                eprintln!("{cause}");
                ExitCode::from(exit::FAILED)
            }
        },
    }
}
