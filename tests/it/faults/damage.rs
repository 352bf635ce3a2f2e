//! Files that are not what was written: a flipped byte anywhere, a cut at any length. A damaged store
//! is refused with file, entry and remedy, or it is what it was. It is never silently another.

use std::path::{Path, PathBuf};

use super::disk::{Disk, Faults, Image};
use super::door::{Door, Ending, Imports};
use super::history::{Answer, History, Write};
use super::reading::check;
use super::{BASE_SEED, Chance, Tally, soaking, wide};

/// The log of the ledger.
pub const LOG: &str = "ledger.sqlite-wal";
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

#[test]
fn no_flipped_byte_makes_another_store() {
    let (image, disk, mut tally, mut chance) = (store(), Disk::new(), Tally::new("flips"), Chance(BASE_SEED));
    let whole = whole(&disk, &image);
    tally.add("silent", 0);
    for number in 0..image.len() {
        for place in places(&image[number], &mut chance) {
            let mut bytes = image[number].1.clone();
            let flip = 1 << chance.below(8);
            bytes[place] ^= flip;
            let what = format!("byte {place} of {} with bits {flip:#04x} flipped", bytes.len());
            judge(&disk, &image, (number, bytes), &whole, &what, &mut tally);
        }
    }
    assert!(tally.count("refused") > 0, "no damage was ever found: nothing was tried");
    tally.finish();
}

#[test]
fn no_cut_makes_another_store() {
    let (image, disk, mut tally, mut chance) = (store(), Disk::new(), Tally::new("cuts"), Chance(BASE_SEED + 1));
    let whole = whole(&disk, &image);
    tally.add("silent", 0);
    for number in 0..image.len() {
        for length in places(&image[number], &mut chance) {
            let what = format!("cut to {length} of {} bytes", image[number].1.len());
            judge(&disk, &image, (number, image[number].1[..length].to_vec()), &whole, &what, &mut tally);
            if length % 4 == 0 {
                let mut zeros = image[number].1.clone();
                zeros[length..].fill(0);
                let what = format!("zeros from {length} of {}", zeros.len());
                judge(&disk, &image, (number, zeros), &whole, &what, &mut tally);
            }
        }
    }
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
