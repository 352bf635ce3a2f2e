//! What packing small entries gives, and what reading them costs then.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Instant;

use innograph::domain::Value;
use innograph::domain::command::Command;
use innograph::engine::{Engine, EngineLimits, WriteError};
use innograph::ledger::{Access, Head, Ledger, SqliteLedger, UNPACKED_ENTRIES};
use rusqlite::Connection;

use super::{Outcome, SOURCE, Sizes, new_firm, request};
use crate::report::{Report, spread};
use crate::statistics::{median, ratio};
use crate::store::told;

/// Entries a turn of packing.
const PACKED_AT_ONCE: usize = 1_000;
/// Writes that wait at once.
const WAITING: usize = 1_000;
/// Readings of each.
const READINGS: usize = 9;

fn fill(directory: &Path, entries: usize) -> Outcome<()> {
    let limits = EngineLimits { checkpoint_every: 0, ..EngineLimits::default() };
    let engine = Engine::open_with(directory, limits)?;
    let text = |tag: u16, text: &str| (tag, Value::Text(text.to_owned()));
    let (kind, grade) = ((1, Value::Code(7)), (8, Value::Code(3)));
    let values =
        vec![kind, text(2, "示例数据生成器"), text(3, "虚构数据，只用于测量"), text(4, "示例〔2025〕0 号"), grade];
    let source = Command::SaveSource { key: SOURCE.into(), values };
    engine.execute("bench", &[source], &mut |_, _| true).map_err(|error| told(&error))?;
    let mut number = 0;
    while number < entries {
        let (tell, answers) = channel::<Result<_, WriteError>>();
        for _ in 0..WAITING.min(entries - number) {
            let tell = tell.clone();
            let command = new_firm(format!("示例小条目企业{number}号"));
            engine.submit(request(command), Box::new(move |result| drop(tell.send(result))))?;
            number += 1;
        }
        drop(tell);
        for result in answers {
            result.map_err(|error| told(&error))?;
        }
    }
    Ok(())
}

/// Seconds of reading every entry, checked against the chain.
fn read(file: &Path) -> Outcome<f64> {
    let ledger = SqliteLedger::open(file, Access::Write)?;
    let started = Instant::now();
    ledger.read(Head::EMPTY, &mut |_, _| Ok(()))?;
    Ok(started.elapsed().as_secs_f64())
}

/// KiB of a ledger's file, and of the same without its free pages.
fn sizes_of(file: &Path) -> Outcome<[u64; 2]> {
    let compact = file.with_extension("compact");
    let connection = Connection::open(file)?;
    connection.execute("VACUUM INTO ?1", [compact.display().to_string()])?;
    drop(connection);
    let kib = |file: &Path| std::fs::metadata(file).map(|found| found.len() >> 10);
    let found = [kib(file)?, kib(&compact)?];
    std::fs::remove_file(compact)?;
    Ok(found)
}

/// Measure.
pub fn measure(sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    let (loose, packed) = (tempfile::tempdir()?, tempfile::tempdir()?);
    fill(loose.path(), sizes.entries)?;
    for file in std::fs::read_dir(loose.path())? {
        let file = file?;
        std::fs::copy(file.path(), packed.path().join(file.file_name()))?;
    }
    let [loose, packed] = [&loose, &packed].map(|directory| directory.path().join("ledger.sqlite"));
    let started = Instant::now();
    let mut ledger = SqliteLedger::open(&packed, Access::Write)?;
    let mut entries = 0;
    loop {
        match ledger.pack(u64::MAX, PACKED_AT_ONCE)? {
            0 => break,
            some => entries += some,
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(ledger);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for _ in 0..READINGS {
        before.push(read(&loose)?);
        after.push(read(&packed)?);
    }
    let ([_, plain], [kept, compact]) = (sizes_of(&loose)?, sizes_of(&packed)?);
    #[expect(clippy::cast_precision_loss, reason = "KiB of a file")]
    let [smaller, smallest] = [kept, compact].map(|kib| kib as f64 / plain as f64);
    report.writing([
        &format!("packing {entries} small entries"),
        &format!("{kept} KiB as the file stands, {compact} KiB after VACUUM; packed in {seconds:.2} s"),
        &format!(
            "unpacked: {plain} KiB; ratio {smaller:.2}, after VACUUM {smallest:.2}; {UNPACKED_ENTRIES} stay loose"
        ),
        "–",
    ]);
    report.writing([
        "reading a packed ledger",
        &format!("{:.1} ms", median(&after) * 1e3),
        &format!("unpacked: {:.1} ms; ratio {}", median(&before) * 1e3, spread(ratio(&after, &before))),
        "–",
    ]);
    Ok(())
}
