//! The one binary: subcommands over the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use innograph::cli::{Cli, run};

/// A small answer allocates some hundred times, on many threads: the allocator of the system takes a
/// quarter of its work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("INNOGRAPH_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,tantivy=warn"));
    // Written by a thread of its own: whoever reads the log slowly, or not at all, holds nobody up. Lines
    // that do not fit into its queue are left out; the rest is written before this function ends.
    let (writer, _writes_the_rest) = tracing_appender::non_blocking(std::io::stderr());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(writer).init();
    run(Cli::parse())
}
