//! Files that are not what was written: a flipped byte anywhere, a cut at any length. A damaged store
//! is refused with file, entry and remedy, or it is what it was. It is never silently another.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::disk::{Disk, Faults, Image};
use super::door::{Door, Ending, Imports};
use super::history::{Answer, History, Write};
use super::reading::check;
use super::{BASE_SEED, Chance, Tally, soaking, wide};

/// The log of the ledger.
pub const LOG: &str = "ledger.sqlite-wal";
/// After so many tries a thread says how far all of them have come.
const PROGRESS: usize = 5_000;
/// Writes folded into the ledger, and writes that a kill left in its log.
const FOLDED: usize = 24;
const UNFOLDED: usize = 8;
/// Places tried in one file, unless `INNOGRAPH_DAMAGE_PLACES` says otherwise; a soak tries all.
const SAMPLE: u64 = 150;
/// The codes of a store that is refused.
const REFUSED: [i32; 2] = [5, 7];

fn write(disk: &Disk, faults: &Faults, key: &str) -> Answer {
    let told = std::sync::Mutex::new(Some(Write { key: key.to_owned(), parts: Imports.parts() }));
    let life = Imports.live(disk, faults, &|| told.lock().expect("nobody panics").take(), Ending::InPeace);
    life.told.into_iter().next().expect("one write was asked for").1
}

/// A store with a past, the last writes of which stand in the log alone: the power went right after
/// each had synced its witness, and nothing that was not synced survived.
fn store() -> Image {
    unfolded().pop().expect("there are writes")
}

/// The same store after each of its last writes.
pub fn unfolded() -> Vec<Image> {
    let disk = Disk::new();
    let mut images = Vec::new();
    for number in 0..FOLDED {
        assert_eq!(write(&disk, &Faults::none(), &format!("folded-{number}")), Answer::Acknowledged);
    }
    for number in 0..UNFOLDED {
        let (image, counted) = (disk.image(), disk.beside(&format!("counted-{number}")));
        let key = format!("unfolded-{number}");
        assert_eq!(write(&disk, &Faults::none().with("COUNT", counted.display()), &key), Answer::Acknowledged);
        let counted = std::fs::read_to_string(counted).expect("the library is loaded and counts");
        let syncs = counted.lines().filter(|line| line.starts_with("sync ")).collect::<Vec<_>>();
        let last = syncs.iter().rposition(|line| *line == "sync ledger.witness").expect("the witness is synced");
        disk.restore(&image);
        let faults = Faults::none().with("CUT_AT", last + 1).with("WHEN", "after").with("SEED", 0);
        assert!(matches!(write(&disk, &faults, &key), Answer::InDoubt(_)), "cut before it could answer");
        images.push(disk.image());
    }
    let image = disk.image();
    let log = image[position(&image, LOG)].1.len();
    assert!(log > UNFOLDED * 512, "the log holds {log} bytes: the last writes are not in it");
    images
}

/// Where a file stands in an image.
pub fn position(image: &Image, name: &str) -> usize {
    let found = image.iter().position(|(path, _)| path == Path::new(name));
    found.unwrap_or_else(|| panic!("{name} is not there"))
}

/// Does a refusal name a file of the store and what to do? Remedies of the program: a backup, a newer
/// program, a directory that can be written, an older checkpoint, doing without a checkpoint.
pub fn remedied(said: &str) -> bool {
    let remedies = ["backup", "newer program", "copy the directory", "an earlier one", "remove", "delete the file"];
    let files = ["ledger.sqlite", "ledger.witness", "checkpoint-"];
    files.iter().any(|file| said.contains(file)) && remedies.iter().any(|remedy| said.contains(remedy))
}

/// What becomes of the store with one file changed.
fn judge(disk: &Disk, image: &Image, changed: (usize, Vec<u8>), whole: &str, what: &str, tally: &mut Tally) {
    let mut damaged = image.clone();
    let file = damaged[changed.0].0.display().to_string();
    damaged[changed.0].1 = changed.1;
    disk.restore(&damaged);
    let checked = check(disk);
    tally.add("rounds", 1);
    match (checked.code, checked.digest) {
        (Some(0), Some(digest)) if digest == whole => tally.add("harmless", 1),
        (Some(0), _) => {
            tally.add("silent", 1);
            tally.defect(format!("{file}: {what}: the store is another, and nobody said so"));
        }
        (Some(code), _) if REFUSED.contains(&code) => {
            tally.add("refused", 1);
            let said = &checked.complaint;
            if !remedied(said) || !said.contains("entry ") {
                tally.add("vague", 1);
                tally.defect(format!("{file}: {what}: refused without file, entry and remedy: {}", said.trim()));
            }
        }
        (code, _) => {
            tally.add("broke", 1);
            tally.defect(format!("{file}: {what}: check ended with {code:?}: {}", checked.complaint.trim()));
        }
    }
}

/// Every place of a file, or a sample of them. Of the map of the log a sample is enough: it is made
/// anew whenever the store is opened.
fn places((path, bytes): &(PathBuf, Vec<u8>), chance: &mut Chance) -> Vec<usize> {
    let length = bytes.len() as u64;
    let all = soaking() && !path.to_string_lossy().ends_with("-shm");
    let number = wide("INNOGRAPH_DAMAGE_PLACES", if all { length } else { SAMPLE }).min(length);
    // One place of each stretch, so that no region is left out.
    let place = |part: u64| {
        let (begin, end) = (part * length / number, (part + 1) * length / number);
        begin + chance.below(end - begin)
    };
    (0..number).map(place).map(|place| usize::try_from(place).expect("a small file")).collect()
}

/// One way to damage a file of an image: its number, its bytes afterwards, and what was done.
type Damage<'i> = Box<dyn Fn() -> (usize, Vec<u8>, String) + Send + Sync + 'i>;

/// Try every damage, as many at a time as there are processors: each by itself, on a disk of its own.
fn all(name: &'static str, image: &Image, damages: &[Damage<'_>]) -> Tally {
    let disk = Disk::new();
    let whole = whole(&disk, image);
    let next = AtomicUsize::new(0);
    let at_once = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let work = || {
        let (disk, mut tally) = (Disk::new(), Tally::new(name));
        while let Some(damage) = damages.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (number, bytes, what) = damage();
            judge(&disk, image, (number, bytes), &whole, &what, &mut tally);
            if tally.count("rounds").is_multiple_of(PROGRESS) {
                println!("{name}: {} of {}", next.load(Ordering::Relaxed).min(damages.len()), damages.len());
            }
        }
        tally
    };
    let mut together = Tally::new(name);
    together.add("silent", 0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            together.take_in(thread.join().expect("nobody panics"));
        }
    });
    assert_eq!(together.count("rounds"), damages.len());
    together
}

#[test]
fn no_flipped_byte_makes_another_store() {
    let (image, mut chance) = (store(), Chance(BASE_SEED));
    let mut damages: Vec<Damage<'_>> = Vec::new();
    for number in 0..image.len() {
        for place in places(&image[number], &mut chance) {
            let (image, flip) = (&image, 1_u8 << chance.below(8));
            damages.push(Box::new(move || {
                let mut bytes = image[number].1.clone();
                bytes[place] ^= flip;
                let what = format!("byte {place} of {} with bits {flip:#04x} flipped", bytes.len());
                (number, bytes, what)
            }));
        }
    }
    let tally = all("flips", &image, &damages);
    assert!(tally.count("refused") > 0, "no damage was ever found: nothing was tried");
    tally.finish();
}

#[test]
fn no_cut_makes_another_store() {
    let (image, mut chance) = (store(), Chance(BASE_SEED + 1));
    let mut damages: Vec<Damage<'_>> = Vec::new();
    for number in 0..image.len() {
        for length in places(&image[number], &mut chance) {
            let image = &image;
            damages.push(Box::new(move || {
                let what = format!("cut to {length} of {} bytes", image[number].1.len());
                (number, image[number].1[..length].to_vec(), what)
            }));
            if length % 4 == 0 {
                damages.push(Box::new(move || {
                    let mut zeros = image[number].1.clone();
                    zeros[length..].fill(0);
                    let what = format!("zeros from {length} of {}", zeros.len());
                    (number, zeros, what)
                }));
            }
        }
    }
    let tally = all("cuts", &image, &damages);
    assert!(tally.count("refused") > 0, "no damage was ever found: nothing was tried");
    tally.finish();
}

/// The digest of the store as it was left.
fn whole(disk: &Disk, image: &Image) -> String {
    disk.restore(image);
    let checked = check(disk);
    assert_eq!(checked.code, Some(0), "{}", checked.complaint);
    let mut history = History::default();
    let all = (0..FOLDED).map(|number| format!("folded-{number}"));
    let all = all.chain((0..UNFOLDED).map(|number| format!("unfolded-{number}")));
    history.tell(all.map(|key| (Write { key, parts: Imports.parts() }, Answer::Acknowledged)));
    assert_eq!(super::reading::compare(disk, &mut history), Ok(super::history::Verdict::default()));
    checked.digest.expect("check tells the digest")
}
