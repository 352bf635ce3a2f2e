//! The power goes: at every sync of a small run, before it and after it, and at every other call that
//! changes a file; what was not synced survives in part or not at all, and recovery is cut too.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::disk::{Disk, Faults, Image, PART};
use super::door::{Door, Ending, Imports, Life};
use super::history::{Answer, History, Write};
use super::mutations::Mutations;
use super::reading::compare;
use super::{BASE_SEED, Chance, Tally, soaking, wide};

/// Lives that are cut: of an empty store, of one just made, of one with a past.
const LIVES: usize = 3;
/// Kinds of survival that the library knows: seed modulo this.
const STYLES: u64 = 5;
const NOTHING_SURVIVES: u64 = 0;
const EVERYTHING_SURVIVES: u64 = 1;

/// A store before one of its lives, and how many calls that life makes.
struct Scene {
    image: Image,
    history: History,
    syncs: u64,
    calls: u64,
    /// Those of the calls that make or remove checkpoints.
    checkpoint_calls: u64,
}

/// Files that only checkpoints have to do with.
const CHECKPOINT: &str = "checkpoint-";

/// Where and how the power goes.
#[derive(Clone, Debug)]
struct Cut {
    life: usize,
    on: &'static str,
    file: &'static str,
    at: String,
    when: &'static str,
    seed: u64,
}

fn writes(door: &dyn Door, name: &str) -> impl Fn() -> Option<Write> + Sync + use<> {
    let (count, parts) = (door.writes_a_life(), door.parts());
    let (name, number) = (name.to_owned(), AtomicUsize::new(0));
    move || {
        let number = number.fetch_add(1, Ordering::Relaxed);
        (number < count).then(|| Write { key: format!("{name}-{number}"), parts })
    }
}

fn live(door: &dyn Door, disk: &Disk, faults: &Faults, name: &str) -> Life {
    door.live(disk, faults, &writes(door, name), Ending::InPeace)
}

/// A life without faults must do all that is asked of it.
fn live_well(door: &dyn Door, disk: &Disk, name: &str, history: &mut History) -> Result<(), String> {
    let life = live(door, disk, &Faults::none(), name);
    let refused = life.told.iter().find(|(_, answer)| *answer != Answer::Acknowledged);
    let sentence = refused.map(|(write, answer)| format!("after the fault {} got {answer:?}", write.key));
    history.tell(life.told);
    sentence.map_or(Ok(()), Err)
}

/// Live through a small run, counting.
fn scenes(door: &dyn Door, disk: &Disk) -> Vec<Scene> {
    let mut history = History::default();
    (0..LIVES)
        .map(|number| {
            let (image, before) = (disk.image(), history.clone());
            let counted = disk.beside(&format!("counted-{number}"));
            let life = live(door, disk, &Faults::none().with("COUNT", counted.display()), &format!("life{number}"));
            assert!(life.told.iter().all(|(_, answer)| *answer == Answer::Acknowledged), "{life:?}");
            history.tell(life.told);
            let counted = fs::read_to_string(counted).expect("the library is loaded and counts");
            let syncs = counted.lines().filter(|line| line.starts_with("sync ")).count();
            assert!(syncs >= 2, "a life with a write syncs at least the write and its witness:\n{counted}");
            let of_checkpoints = counted.lines().filter(|line| line.contains(CHECKPOINT)).collect::<Vec<_>>();
            let synced = of_checkpoints.iter().any(|line| line.starts_with("sync "));
            assert_eq!(synced, door.keeps_checkpoints(), "checkpoints belong to the lives of servers:\n{counted}");
            let (syncs, calls) = (syncs as u64, counted.lines().count() as u64);
            Scene { image, history: before, syncs, calls, checkpoint_calls: of_checkpoints.len() as u64 }
        })
        .collect()
}

/// Every sync with two kinds of survival, every call as a kill, every end; then as many by chance.
fn plan(scenes: &[Scene], by_chance: u64) -> Vec<Cut> {
    let (mut cuts, mut chance) = (Vec::new(), Chance(BASE_SEED));
    let drawn = |chance: &mut Chance| chance.below(1 << 40);
    for (life, scene) in scenes.iter().enumerate() {
        let mut add = |on, at: &dyn ToString, when, seed| {
            cuts.push(Cut { life, on, file: "", at: at.to_string(), when, seed });
        };
        for when in ["before", "after"] {
            for at in 1..=scene.syncs {
                add("sync", &at, when, NOTHING_SURVIVES);
                add("sync", &at, when, drawn(&mut chance));
            }
            for at in 1..=scene.calls {
                add("any", &at, when, EVERYTHING_SURVIVES);
            }
        }
        for style in 0..STYLES {
            add("sync", &"end", "before", style);
        }
        for (at, when) in (1..=scene.checkpoint_calls).flat_map(|at| [(at, "before"), (at, "after")]) {
            for seed in [NOTHING_SURVIVES, EVERYTHING_SURVIVES, drawn(&mut chance)] {
                cuts.push(Cut { life, on: "any", file: CHECKPOINT, at: at.to_string(), when, seed });
            }
        }
    }
    for _ in 0..by_chance {
        let life = usize::try_from(chance.below(LIVES as u64)).expect("small");
        let (on, calls) =
            [("sync", scenes[life].syncs), ("any", scenes[life].calls)][usize::from(chance.below(2) == 1)];
        let (at, when) = (1 + chance.below(calls), ["before", "after"][usize::from(chance.below(2) == 1)]);
        cuts.push(Cut { life, on, file: "", at: at.to_string(), when, seed: drawn(&mut chance) });
    }
    cuts
}

/// Cut a life, often the next one too, then live on and compare.
fn suffer(door: &dyn Door, disk: &Disk, scene: &Scene, cut: &Cut, tally: &mut Tally) {
    disk.restore(&scene.image);
    let (mut history, mut chance) = (scene.history.clone(), Chance(cut.seed));
    let faults = |at: &str, seed: u64| {
        let faults = Faults::none().with("CUT_AT", at).with("CUT_ON", cut.on).with("CUT_FILE", cut.file);
        faults.with("WHEN", cut.when).with("SEED", seed)
    };
    let mut words = Vec::new();
    let life = live(door, disk, &faults(&cut.at, cut.seed), "cut");
    let place = life.last_words.split_once("faulty: cut at ").map(|(_, rest)| rest);
    tally.add("cuts", usize::from(place.is_some()));
    let of_checkpoint =
        place.and_then(|place| place.split_once(',')).is_some_and(|(file, _)| file.contains(CHECKPOINT));
    tally.add("at_checkpoints", usize::from(of_checkpoint));
    tally.add("half_checkpoints", disk.checkpoints(PART).len());
    history.tell(life.told);
    words.push(life.last_words);
    if chance.below(3) == 0 {
        let again =
            live(door, disk, &faults(&(1 + chance.below(scene.syncs)).to_string(), chance.below(1 << 40)), "again");
        history.tell(again.told);
        words.push(again.last_words);
    }
    let circumstances = || format!("{cut:?}, base seed {BASE_SEED}, {words:?}");
    if chance.below(2) == 0 {
        tally.judge(compare(disk, &mut history), circumstances);
    }
    if let Err(sentence) = live_well(door, disk, "after", &mut history) {
        tally.add("failed_restarts", 1);
        tally.defect(format!("{}: {sentence}", circumstances()));
    }
    for left in disk.checkpoints(PART) {
        tally.defect(format!("{}: {left} is left after a start", circumstances()));
    }
    tally.judge(compare(disk, &mut history), circumstances);
    tally.add("acknowledged", history.acknowledged());
    tally.add("rounds", 1);
}

#[test]
fn imports_cut_at_every_sync_lose_nothing_acknowledged() {
    cut_everywhere("power_cut", &Imports, 1);
}

#[test]
fn a_server_cut_at_every_sync_loses_nothing_acknowledged() {
    cut_everywhere("power_cut_served", &Mutations, 8);
}

/// One of so many cuts of the plan; a soak tries them all, unless `INNOGRAPH_CUT_ONE_OF` says otherwise.
fn cut_everywhere(name: &'static str, door: &dyn Door, one_of: u64) {
    let one_of = wide("INNOGRAPH_CUT_ONE_OF", if soaking() { 1 } else { one_of });
    let one_of = usize::try_from(one_of).expect("a small number");
    let (disk, mut tally) = (Disk::new(), Tally::new(name));
    let scenes = scenes(door, &disk);
    let cuts = plan(&scenes, wide("INNOGRAPH_CUT_SEEDS", 100));
    for cut in cuts.iter().step_by(one_of) {
        suffer(door, &disk, &scenes[cut.life], cut, &mut tally);
    }
    let (rounds, hit) = (tally.count("rounds"), tally.count("cuts"));
    // How many writes share a sync, and so how many syncs there are, is up to the threads of a server.
    let most = if door.writes_a_life() > 1 { rounds / 2 } else { rounds * 9 / 10 };
    assert!(hit >= most && hit > 0, "only {hit} of {rounds} cuts were reached: the run is not the one measured");
    if door.keeps_checkpoints() {
        for what in ["at_checkpoints", "half_checkpoints"] {
            assert!(tally.count(what) > 0, "{what}: none; checkpoints were not cut");
        }
    }
    tally.finish();
}

#[test]
fn a_store_in_a_new_directory_survives_its_first_acknowledgement() {
    let mut tally = Tally::new("new_directory");
    for style in 0..STYLES {
        let (disk, mut history) = (Disk::without_directory(), History::default());
        let life = live(&Imports, &disk, &Faults::none().with("CUT_AT", "end").with("SEED", style), "first");
        assert!(life.told.iter().any(|(_, answer)| *answer == Answer::Acknowledged), "{life:?}");
        history.tell(life.told);
        tally.judge(compare(&disk, &mut history), || format!("seed {style}, {}", life.last_words));
        tally.add("acknowledged", history.acknowledged());
        tally.add("rounds", 1);
    }
    tally.finish();
}
