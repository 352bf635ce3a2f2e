//! Opening a store that is there: every entry read, checked, decoded and applied. Beside it the
//! same file read and hashed only, which is what no replay can do without.

use std::path::Path;
use std::time::Instant;

use innograph::engine::Engine;
use innograph::ledger::{Access, Head, Ledger, SqliteLedger};

use super::process::{peak_memory, run_role};
use super::report::{ReplayRow, Report};
use super::statistics::{median, ratio};
use super::store::Store;
use super::{Extent, Outcome};

/// The role that opens the store and prints seconds and memory.
pub fn open(directory: &Path) -> Outcome<()> {
    let started = Instant::now();
    let engine = Engine::open(directory)?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{seconds} {} {}", peak_memory(), engine.view().state().sequence());
    Ok(())
}

/// The role that reads and hashes every entry and does nothing with it.
pub fn hash(directory: &Path) -> Outcome<()> {
    let started = Instant::now();
    let ledger = SqliteLedger::open(&directory.join("ledger.sqlite"), Access::Write)?;
    let mut bytes = 0;
    let head = ledger.read(Head::EMPTY, &mut |_, body| {
        bytes += body.len();
        Ok(())
    })?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{seconds} {} {}", bytes >> 20, head.sequence);
    Ok(())
}

struct Opening {
    seconds: f64,
    memory: u64,
}

fn once(role: &str, store: &Store) -> Outcome<Opening> {
    let text = run_role(role, store.path())?;
    let mut words = text.split_whitespace();
    let mut word = || words.next().unwrap_or_default();
    let (seconds, memory, entries) = (word().parse()?, word().parse()?, word().parse::<u64>()?);
    if entries != store.entries {
        return Err(format!("the role {role} saw {entries} entries, not {}", store.entries).into());
    }
    Ok(Opening { seconds, memory })
}

/// Measure in turn, each in a process of its own.
pub fn measure(store: &Store, extent: &Extent, report: &mut Report) -> Outcome<()> {
    let (mut open, mut hash, mut memory, mut mib) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..extent.openings {
        let bare = once("hash", store)?;
        let whole = once("open", store)?;
        open.push(whole.seconds);
        hash.push(bare.seconds);
        (memory, mib) = (memory.max(whole.memory), bare.memory);
    }
    report.replay(ReplayRow {
        least: open.iter().copied().fold(f64::INFINITY, f64::min),
        median: median(&open),
        hash_median: median(&hash),
        ratio: ratio(&open, &hash),
        memory,
        body_mib: mib,
    });
    Ok(())
}
