//! A disk that fails under the serving program: it says what it can no longer do, goes on answering
//! questions, and writes again when it may: by itself after a full disk, after a restart where a sync
//! has failed.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Tally;
use super::disk::{Disk, Faults, PART, WHOLE};
use super::history::{Answer, History, Write};
use super::mutations::{grant, write_all};
use super::reading::compare;
use super::serving::{Client, Serving};

/// Writes of one phase.
const PHASE: usize = 20;

/// A running program, a fault that can be switched, and all that was told.
struct Trial {
    disk: Disk,
    serving: Serving,
    history: History,
    tally: Tally,
}

impl Trial {
    /// Start, and write while the disk is sound.
    fn begin(name: &'static str, faults: Faults) -> Self {
        let disk = Disk::new();
        let token = grant(&disk);
        let faults = faults.with("WHILE", disk.beside("fault").display());
        let serving = Serving::start(&disk, &faults, Some(token)).expect("the disk is sound as yet");
        let mut trial = Self { disk, serving, history: History::default(), tally: Tally::new(name) };
        let sound = trial.write("sound");
        assert!(sound.iter().all(|answer| *answer == Answer::Acknowledged), "{sound:?}");
        trial.is("RUNNING");
        trial
    }

    fn break_disk(&self) {
        fs::write(self.disk.beside("fault"), "").expect("a file can be written");
    }

    fn mend_disk(&self) {
        fs::remove_file(self.disk.beside("fault")).expect("a file can be removed");
    }

    /// All clients write; the answers.
    fn write(&mut self, name: &str) -> Vec<Answer> {
        let number = AtomicUsize::new(0);
        let next = || {
            let number = number.fetch_add(1, Ordering::Relaxed);
            self.reads();
            (number < PHASE).then(|| Write { key: format!("{name}-{number}"), parts: 1 })
        };
        let told = write_all(&self.serving, &next);
        assert_eq!(told.len(), PHASE, "the program is gone");
        let answers = told.iter().map(|(_, answer)| answer.clone()).collect();
        self.history.tell(told);
        answers
    }

    /// Questions are answered, whatever the disk does.
    fn reads(&self) {
        let answer =
            ask(&mut self.serving.client(), "{ enterprises(first: 3) { totalCount edges { node { nameZh } } } }");
        assert!(answer["data"]["enterprises"]["totalCount"].is_u64(), "{answer}");
    }

    /// What the program says of its writer.
    fn is(&self, writer: &str) {
        let answer = ask(&mut self.serving.client(), "{ service { writer } }");
        assert_eq!(answer["data"]["service"]["writer"], writer, "{answer}");
        let (_, ready) = self.serving.client().send("GET", "/readyz", b"").expect("it answers");
        assert!(serde_json::from_str::<Value>(&ready).is_ok(), "{ready}");
    }

    /// Kill it, start over a sound disk, compare, and write again.
    fn end(mut self) {
        self.serving.kill();
        self.tally.judge(compare(&self.disk, &mut self.history), || "after the fault".into());
        assert_eq!(self.disk.checkpoints(PART), [""; 0], "half checkpoints are left after a start");
        let token = grant(&self.disk);
        self.serving = Serving::start(&self.disk, &Faults::none(), Some(token)).expect("it starts again");
        let again = self.write("again");
        assert!(again.iter().all(|answer| *answer == Answer::Acknowledged), "{again:?}");
        self.is("RUNNING");
        self.serving.kill();
        self.tally.judge(compare(&self.disk, &mut self.history), || "after writing again".into());
        self.tally.add("rounds", 1);
        self.tally.add("acknowledged", self.history.acknowledged());
        self.tally.finish();
    }
}

fn ask(client: &mut Client, query: &str) -> Value {
    let (status, answer) = client.ask(query, &json!({})).expect("questions are answered");
    assert_eq!(status, 200, "{answer}");
    answer
}

/// A sync fails: no word until the restart, also when the next sync would succeed.
fn stops(name: &'static str, file: &str) {
    let faults = Faults::none().with("ERROR", "EIO").with("ON", "sync").with("FILE", file).with("LOSE", 1);
    let mut trial = Trial::begin(name, faults);
    trial.break_disk();
    let failing = trial.write("failing");
    assert!(!failing.contains(&Answer::Acknowledged), "acknowledged without a sync: {failing:?}");
    trial.is("STOPPED");
    trial.mend_disk();
    let stopped = trial.write("stopped");
    assert!(!stopped.contains(&Answer::Acknowledged), "acknowledged after a failed sync: {stopped:?}");
    trial.is("STOPPED");
    trial.end();
}

/// No room: refused by that name while it lasts, and not a moment longer.
fn resumes(name: &'static str, faults: Faults) {
    let mut trial = Trial::begin(name, faults.with("ERROR", "ENOSPC").with("ON", "write,create"));
    trial.break_disk();
    let full = trial.write("full");
    assert!(full.iter().all(|answer| *answer == Answer::Refused("DISK_FULL".into())), "{full:?}");
    trial.is("DISK_FULL");
    trial.mend_disk();
    let room = trial.write("room");
    assert!(room.iter().all(|answer| *answer == Answer::Acknowledged), "{room:?}");
    trial.is("RUNNING");
    trial.end();
}

/// Checkpoints alone cannot be written: nobody who writes or reads hears of it, the log does, and with
/// the fault gone they are made again.
fn harms_nobody(name: &'static str, faults: Faults) {
    let mut trial = Trial::begin(name, faults.with("FILE", "checkpoint-"));
    trial.serving.wait_until("a checkpoint stands", || !trial.disk.checkpoints(WHOLE).is_empty());
    trial.break_disk();
    let failing = trial.write("failing");
    assert!(failing.iter().all(|answer| *answer == Answer::Acknowledged), "{failing:?}");
    trial.serving.wait_until("a checkpoint failed", || trial.serving.said().contains("no checkpoint was written"));
    trial.is("RUNNING");
    let still = trial.write("still");
    assert!(still.iter().all(|answer| *answer == Answer::Acknowledged), "{still:?}");
    trial.is("RUNNING");
    trial.mend_disk();
    let newest = trial.disk.checkpoints(WHOLE).pop();
    let mended = trial.write("mended");
    assert!(mended.iter().all(|answer| *answer == Answer::Acknowledged), "{mended:?}");
    trial.serving.wait_until("a newer one stands", || trial.disk.checkpoints(WHOLE).pop() > newest);
    trial.end();
}

#[test]
fn a_disk_without_room_for_checkpoints_harms_nobody() {
    let full = || Faults::none().with("ERROR", "ENOSPC").with("ON", "write,create");
    harms_nobody("checkpoint_full", full());
    harms_nobody("checkpoint_short", full().with("SHORT", 1));
}

#[test]
fn a_disk_that_fails_for_checkpoints_harms_nobody() {
    for (name, calls) in [
        ("checkpoint_failed_write", "write"),
        ("checkpoint_failed_sync", "sync"),
        ("checkpoint_failed_rename", "rename"),
        ("checkpoint_failed_remove", "remove"),
        ("checkpoint_failed_all", "write,create,sync,rename,remove"),
    ] {
        harms_nobody(name, Faults::none().with("ERROR", "EIO").with("ON", calls).with("LOSE", 1));
    }
}

#[test]
fn half_a_checkpoint_that_cannot_be_removed_keeps_nobody_from_starting() {
    let faults = Faults::none().with("ERROR", "EIO").with("ON", "remove").with("FILE", "checkpoint-");
    let mut trial = Trial::begin("checkpoint_kept_half", faults.clone());
    trial.serving.kill();
    fs::write(trial.disk.data().join(format!("checkpoint-{:020}{PART}", 3)), "half").expect("it can be written");
    let token = grant(&trial.disk);
    trial.serving = Serving::start(&trial.disk, &faults, Some(token)).expect("what saves time alone stops nobody");
    let kept = trial.write("kept");
    assert!(kept.iter().all(|answer| *answer == Answer::Acknowledged), "{kept:?}");
    trial.end();
}

#[test]
fn a_failed_sync_of_the_log_stops_the_writer_and_no_reader() {
    stops("served_failed_sync_log", "ledger.sqlite-wal");
}

#[test]
fn a_failed_sync_of_the_witness_stops_the_writer_and_no_reader() {
    stops("served_failed_sync_witness", "ledger.witness");
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_room() {
    resumes("served_full_log", Faults::none().with("FILE", "ledger.sqlite-wal"));
    resumes("served_short_log", Faults::none().with("FILE", "ledger.sqlite-wal").with("SHORT", 1));
    resumes("served_full_disk", Faults::none());
}
