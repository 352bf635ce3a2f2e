//! `kill -9` at any time under load, again and again over one store that grows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::disk::{Disk, Faults, PART, WHOLE};
use super::door::{Door, Ending, Imports};
use super::history::{History, Write};
use super::mutations::Mutations;
use super::reading::compare;
use super::{BASE_SEED, Chance, Tally, wide};

#[test]
fn imports_killed_at_any_time_lose_nothing_acknowledged() {
    kill_again_and_again("kill", &Imports);
}

#[test]
fn a_server_killed_at_any_time_loses_nothing_acknowledged() {
    kill_again_and_again("kill_served", &Mutations);
}

fn kill_again_and_again(name: &'static str, door: &dyn Door) {
    let rounds = wide("INNOGRAPH_KILL_ROUNDS", 30);
    let (disk, mut history, mut tally) = (Disk::real(), History::default(), Tally::new(name));
    let (mut alive, mut doubted, mut newest) = (0.0, 0, None);
    for round in 0..rounds {
        let seed = BASE_SEED + round;
        let after = Duration::from_millis(50 + Chance(seed).below(450));
        let number = AtomicU64::new(0);
        let next = || {
            let key = format!("k{round}-{}", number.fetch_add(1, Ordering::Relaxed));
            Some(Write { key, parts: door.parts() })
        };
        let begun = tally.seconds();
        let life = door.live(&disk, &Faults::none(), &next, Ending::Killed(after));
        alive += tally.seconds() - begun;
        tally.add("rounds", 1);
        history.tell(life.told);
        doubted += history.in_doubt();
        tally.add("half_checkpoints", disk.checkpoints(PART).len());
        let stands = disk.checkpoints(WHOLE).pop();
        tally.add("with_checkpoints", usize::from(stands > newest));
        newest = stands;
        let circumstances = || format!("round {round}, seed {seed}, killed after {after:?}");
        tally.judge(compare(&disk, &mut history), circumstances);
        for left in disk.checkpoints(PART) {
            tally.defect(format!("{}: {left} is left after a start", circumstances()));
        }
        if !tally.is_clean() {
            break;
        }
    }
    tally.add("acknowledged", history.acknowledged());
    tally.add("in_doubt", doubted);
    #[expect(clippy::cast_precision_loss, reason = "a count of thousands")]
    let rate = history.acknowledged() as f64 / alive;
    println!("{name}: {rate:.0} acknowledged a second");
    assert!(tally.count("acknowledged") > 0, "no write was ever acknowledged: nothing was tried");
    let made = tally.count("with_checkpoints");
    let least = if door.keeps_checkpoints() { tally.count("rounds") / 10 } else { 0 };
    assert!(made >= least, "only {made} rounds made a checkpoint: starting from them was not tried");
    tally.finish();
}
