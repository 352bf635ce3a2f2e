//! The one binary: subcommands over the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use innograph::cli::{Cli, run};

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("INNOGRAPH_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,tantivy=warn"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    run(Cli::parse())
}
