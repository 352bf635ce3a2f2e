//! The disk answers with an error when it is read: the store is refused by name, or what is only there
//! to save time is done without. It is never another, and the next start finds it as it was.

use super::Tally;
use super::damage::{LOG, unfolded};
use super::disk::{Disk, Faults, WHOLE};
use super::history::{History, Write};
use super::mutations::{grant, write_all};
use super::reading::{check, check_over, compare};
use super::serving::Serving;

/// More reads than an opening makes of one file.
const READS: usize = 24;

fn failing(file: &str, after: usize) -> Faults {
    let faults = Faults::none().with("ERROR", "EIO").with("ON", "read").with("FILE", file);
    faults.with("AFTER", after).with("TIMES", 1)
}

#[test]
fn a_store_that_cannot_be_read_is_refused_by_name() {
    let (disk, mut tally) = (Disk::new(), Tally::new("unreadable"));
    let image = unfolded().pop().expect("there are writes");
    disk.restore(&image);
    let whole = check(&disk).digest.expect("it is sound");
    for file in ["ledger.sqlite", LOG, "ledger.witness"] {
        let mut refused = 0;
        for after in 1..=READS {
            disk.restore(&image);
            let checked = check_over(&disk, &failing(file, after));
            tally.add("rounds", 1);
            let named = checked.complaint.contains("ledger.");
            match (checked.code, checked.digest) {
                (Some(0), Some(digest)) if digest == whole => {}
                (Some(5 | 7), _) if named => refused += 1,
                (code, digest) => {
                    tally.add("silent", usize::from(code == Some(0)));
                    tally.defect(format!("{file}, read {after}: {code:?} {digest:?}: {}", checked.complaint));
                }
            }
            let again = check(&disk);
            if again.digest.as_ref() != Some(&whole) {
                tally.add("failed_restarts", 1);
                tally.defect(format!("after {file}, read {after}: {:?}: {}", again.code, again.complaint));
            }
        }
        assert!(refused > 0, "{file}: no failing read was ever met");
        tally.add("refused", refused);
    }
    tally.finish();
}

#[test]
fn a_checkpoint_that_cannot_be_read_is_passed_over() {
    let (disk, mut tally, mut history) = (Disk::new(), Tally::new("unreadable_checkpoint"), History::default());
    let serving = Serving::start(&disk, &Faults::none(), Some(grant(&disk))).expect("it starts");
    let number = std::sync::atomic::AtomicUsize::new(0);
    let next = || {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (number < 40).then(|| Write { key: format!("u-{number}"), parts: 1 })
    };
    history.tell(write_all(&serving, &next));
    serving.wait_until("a checkpoint stands", || !disk.checkpoints(WHOLE).is_empty());
    serving.kill();
    let image = disk.image();
    for after in 1..=6 {
        for times in ["1", "-1"] {
            disk.restore(&image);
            let faults = failing("checkpoint-", after).with("TIMES", times);
            let serving =
                Serving::start(&disk, &faults, Some(grant(&disk))).expect("what saves time alone stops nobody");
            let met = serving.said().contains("the checkpoint is passed over");
            tally.add("met", usize::from(met));
            let once = std::sync::Mutex::new(Some(Write { key: "more".into(), parts: 1 }));
            let mut history = history.clone();
            history.tell(write_all(&serving, &|| once.lock().expect("nobody panics").take()));
            serving.kill();
            tally.add("rounds", 1);
            tally.judge(compare(&disk, &mut history), || format!("read {after}, {times} times"));
            assert_eq!(history.in_doubt(), 0);
        }
    }
    assert!(tally.count("met") >= 4, "only {} reads failed", tally.count("met"));
    tally.add("acknowledged", history.acknowledged());
    tally.finish();
}
