//! The benchmark: what is promised about speed, measured against named things in the same run.
//!
//! `cargo bench --bench measure` measures everything; `-- --quick` does it small, to see that it
//! works; `-- import`, `-- peers`, `-- replay`, `-- startup`, `-- time`, `-- writing` do one part. Seconds of a shared machine mean
//! little, so every row is a ratio to something that ran beside it; seconds are guidance.
#![expect(clippy::disallowed_methods, reason = "measuring is reading the clock, and waiting for other processes")]

mod admission;
mod client;
mod importing;
mod peers;
mod plain;
mod process;
mod replay;
mod report;
mod startup;
mod statistics;
mod store;
#[path = "../synthetic/mod.rs"]
mod synthetic;
mod time;
mod writing;

use std::process::ExitCode;

use report::Report;
use store::Store;
use synthetic::Plan;

/// Whatever goes wrong ends the run with a sentence.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How much is measured.
struct Extent {
    plan: Plan,
    /// Interleaved rounds of the peers.
    rounds: usize,
    /// Requests a sample.
    requests: usize,
    /// Openings of the store.
    openings: usize,
    /// Starts of the service.
    starts: usize,
}

const SEED: u64 = 20_260;

const FULL: Extent =
    Extent { plan: Plan { organizations: 100_000, seed: SEED }, rounds: 48, requests: 300, openings: 7, starts: 10 };

const QUICK: Extent =
    Extent { plan: Plan { organizations: 5_000, seed: SEED }, rounds: 8, requests: 100, openings: 3, starts: 3 };

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = given.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["role", "plain", file] => plain::serve(file.as_ref()),
        ["role", "static", one, hops] => peers::serve_static(one.as_ref(), hops.as_ref()),
        ["role", "open", directory] => replay::open(directory.as_ref()),
        ["role", "reopen", directory] => writing::reopen(directory.as_ref(), true),
        ["role", "replay", directory] => writing::reopen(directory.as_ref(), false),
        ["role", "hold", directory] => importing::hold(directory.as_ref()),
        ["role", "hash", directory] => replay::hash(directory.as_ref()),
        wanted => measure(wanted),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(wanted: &[&str]) -> Outcome<()> {
    let (options, parts): (Vec<&str>, Vec<&str>) = wanted.iter().partition(|word| word.starts_with("--"));
    let known = ["--quick", "--large", "admission", "import", "peers", "replay", "startup", "time", "writing"];
    let unknown = |word: &&&str| !known.contains(*word) && !writing::PARTS.contains(*word);
    if let Some(word) = options.iter().chain(&parts).find(unknown) {
        let (known, within) = (known.join(", "), writing::PARTS.join(", "));
        return Err(format!("what is {word}? Known are {known}, and of writing {within}").into());
    }
    let quick = options.contains(&"--quick");
    let extent = if quick { QUICK } else { FULL };
    let sizes = match options.contains(&"--large") {
        true => writing::LARGE,
        false if quick => writing::QUICK,
        false => writing::FULL,
    };
    let does = |part: &str| parts.is_empty() || parts.contains(&part);
    let mut report = Report::new(&extent);
    if does("startup") {
        startup::measure(&extent, &mut report)?;
    }
    if does("replay") || does("peers") {
        let store = Store::build(extent.plan)?;
        report.store(&store);
        if does("replay") {
            replay::measure(&store, &extent, &mut report)?;
        }
        if does("peers") {
            peers::measure(&store, &extent, &mut report)?;
        }
    }
    if does("admission") {
        admission::measure(&extent, &mut report)?;
    }
    if does("import") {
        importing::measure(if quick { &importing::QUICK } else { &importing::FULL }, &mut report)?;
    }
    if does("time") {
        time::measure(&extent, &mut report)?;
    }
    let writes = |part: &str| does("writing") || parts.contains(&part);
    writing::measure(&sizes, &writes, &mut report)?;
    report.write()
}
