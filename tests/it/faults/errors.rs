//! The disk answers with an error: a sync that fails, a disk that is full. Nothing acknowledged before
//! or after is lost, whatever the failing write is told, and without the fault everything goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::disk::{Disk, Faults};
use super::door::{Door, Ending, Imports, Life};
use super::history::{Answer, History, Write};
use super::reading::compare;
use super::{BASE_SEED, Tally};

/// Calls that are made to fail, one after the other: more than a life makes of one kind on one file.
const CALLS: usize = 12;

fn live(disk: &Disk, faults: &Faults, name: &str) -> Life {
    let number = AtomicUsize::new(0);
    let next = || {
        let number = number.fetch_add(1, Ordering::Relaxed);
        (number < Imports.writes_a_life()).then(|| Write { key: format!("{name}-{number}"), parts: Imports.parts() })
    };
    Imports.live(disk, faults, &next, Ending::InPeace)
}

/// Fail every call of a kind in turn, in a new store and in one with a past; the rest of the life goes
/// on as the program likes, and the power goes at its end.
fn fail_each(name: &'static str, faults: &Faults) -> Tally {
    let mut tally = Tally::new(name);
    let disk = Disk::new();
    let empty = (disk.image(), History::default());
    let mut history = History::default();
    history.tell(live(&disk, &Faults::none(), "past").told);
    let past = (disk.image(), history);
    for (image, history) in [&empty, &past] {
        for (after, times) in (1..=CALLS).flat_map(|after| [(after, "1"), (after, "-1")]) {
            disk.restore(image);
            let mut history = history.clone();
            let faults = faults.clone().with("AFTER", after).with("TIMES", times);
            let faults = faults.with("CUT_AT", "end").with("SEED", BASE_SEED);
            let life = live(&disk, &faults, "faulty");
            let unacknowledged = life.told.iter().filter(|(_, answer)| *answer != Answer::Acknowledged).count();
            tally.add("not_acknowledged", unacknowledged);
            history.tell(life.told);
            let circumstances = || format!("{faults:?}, {}", life.last_words);
            tally.judge(compare(&disk, &mut history), circumstances);
            let afterwards = live(&disk, &Faults::none(), "after");
            if let Some((_, answer)) = afterwards.told.iter().find(|(_, answer)| *answer != Answer::Acknowledged) {
                tally.defect(format!("after {}: {answer:?}", circumstances()));
            }
            history.tell(afterwards.told);
            tally.judge(compare(&disk, &mut history), circumstances);
            tally.add("acknowledged", history.acknowledged());
            tally.add("rounds", 1);
        }
    }
    tally
}

/// Nothing would have been tried had no call failed.
fn finish(tally: Tally) {
    let hit = tally.count("not_acknowledged");
    assert!(hit >= 2, "only {hit} writes met the fault");
    tally.finish();
}

fn failing_sync(file: &str) -> Faults {
    Faults::none().with("ERROR", "EIO").with("ON", "sync").with("FILE", file).with("LOSE", 1)
}

fn full_disk(file: &str) -> Faults {
    Faults::none().with("ERROR", "ENOSPC").with("ON", "write,create").with("FILE", file)
}

#[test]
fn a_failed_sync_of_the_log_loses_nothing_acknowledged() {
    finish(fail_each("failed_sync_log", &failing_sync("ledger.sqlite-wal")));
}

#[test]
fn a_failed_sync_of_the_witness_loses_nothing_acknowledged() {
    finish(fail_each("failed_sync_witness", &failing_sync("ledger.witness")));
}

#[test]
fn a_failed_sync_of_anything_loses_nothing_acknowledged() {
    finish(fail_each("failed_sync_any", &failing_sync("")));
}

#[test]
fn a_full_disk_loses_nothing_acknowledged() {
    finish(fail_each("full_disk_log", &full_disk("ledger.sqlite-wal")));
    finish(fail_each("full_disk_any", &full_disk("")));
}

#[test]
fn a_disk_that_fills_in_the_middle_of_a_write_loses_nothing_acknowledged() {
    finish(fail_each("short_write_log", &full_disk("ledger.sqlite-wal").with("SHORT", 1)));
    finish(fail_each("short_write_any", &full_disk("").with("SHORT", 1)));
}
