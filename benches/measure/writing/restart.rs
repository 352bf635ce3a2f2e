//! Starting over a whole ledger, and from a checkpoint with the entries after it.

use std::path::Path;
use std::sync::mpsc::channel;

use innograph::engine::{Clock, Engine, EngineLimits};
use innograph::ledger::{Access, CheckpointStore, SqliteLedger};

use super::ledgers::{Kept, open};
use super::{Made, Outcome, Sizes, new_firm, request, timed};
use crate::process::{peak_memory, run_role};
use crate::report::{Report, spread};
use crate::statistics::{median, ratio};
use crate::store::told;

/// Entries after the checkpoint.
const SUFFIX: usize = 2_000;

/// The role that opens a store, with its checkpoints or without, and prints seconds and memory.
pub fn reopen(directory: &Path, with_checkpoints: bool) -> Outcome<()> {
    let limits = EngineLimits { checkpoint_every: 0, ..EngineLimits::default() };
    let (seconds, engine) = timed(|| -> Outcome<Engine> {
        let ledger = SqliteLedger::open(&directory.join("ledger.sqlite"), Access::Write)?;
        let checkpoints = match with_checkpoints {
            true => Some(CheckpointStore::open(directory, Access::Read)?),
            false => None,
        };
        Ok(Engine::simulated(Box::new(ledger), checkpoints, Clock::default(), limits)?)
    });
    println!("{seconds} {} {}", peak_memory(), engine?.view().state().sequence());
    Ok(())
}

struct Start {
    seconds: f64,
    memory: u64,
    sequence: u64,
}

fn start(role: &str, made: &Made) -> Outcome<Start> {
    let text = run_role(role, made.store.path())?;
    let mut words = text.split_whitespace();
    let mut word = || words.next().unwrap_or_default();
    Ok(Start { seconds: word().parse()?, memory: word().parse()?, sequence: word().parse()? })
}

/// Entries of one write each, after the checkpoint.
fn add_suffix(made: &Made) -> Outcome<()> {
    let (engine, _spent) = open(&made.store, Kept::OnDisk)?;
    let (tell, answers) = channel();
    for number in 0..SUFFIX {
        let tell = tell.clone();
        let command = new_firm(format!("示例续录{number}号"));
        engine.submit(request(command), Box::new(move |result| drop(tell.send(result))))?;
    }
    drop(tell);
    for result in answers {
        result.map_err(|error| told(&error))?;
    }
    Ok(())
}

/// Measure, in turn.
pub fn measure(made: &Made, sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    add_suffix(made)?;
    let (mut replayed, mut reopened, mut memory) = (Vec::new(), Vec::new(), [0, 0]);
    for _ in 0..sizes.starts {
        let (whole, short) = (start("replay", made)?, start("reopen", made)?);
        if whole.sequence != short.sequence {
            return Err("replay and checkpoint come to different entries".into());
        }
        replayed.push(whole.seconds);
        reopened.push(short.seconds);
        memory = [memory[0].max(whole.memory), memory[1].max(short.memory)];
    }
    let store = &made.store;
    let (events, nodes, ties) = (store.events, store.nodes, store.ties);
    report.writing([
        &format!("start, {nodes} nodes, {ties} ties"),
        &format!("checkpoint and {SUFFIX} entries after it: {:.2} s, peak {} MiB", median(&reopened), memory[1]),
        &format!(
            "whole ledger of {events} events: {:.2} s, peak {} MiB; ratio {}",
            median(&replayed),
            memory[0],
            spread(ratio(&reopened, &replayed))
        ),
        "–",
    ]);
    let least = median(&replayed);
    report.writing([
        &format!("a checkpoint of {nodes} nodes"),
        &format!("{} MiB, written in {:.2} s after a digest of {:.2} s", made.checkpoint_mib, made.write, made.digest),
        &format!(
            "whole replay: ratio of writing {:.2}, of digest {:.2}, of `State::check` ({:.2} s) {:.2}",
            made.write / least,
            made.digest / least,
            made.check,
            made.check / least
        ),
        "–",
    ]);
    Ok(())
}
