//! The one binary: subcommands over the library.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let limits = innograph::intake::Limits { file_bytes: 1<<28, cell_bytes: 1<<20, columns: 256 };
    innograph::cli::import(&args[0], &args[1..], "csv", &limits, false)
}
