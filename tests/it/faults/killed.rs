//! A server killed with everything it keeps: blocks, entries, a live log, the witness, two checkpoints.
//! Any of its files damaged, exchanged or gone: the store is refused, or it is what it was. Asked of
//! `check`, which reads the ledger, and of a server, which starts from a checkpoint.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::damage::{LOG, position, remedied};
use super::disk::{Disk, Faults, Image, WHOLE};
use super::history::{Answer, Content, Write, content};
use super::mutations::{grant, write_all};
use super::reading::{check, everything};
use super::serving::Serving;
use super::{BASE_SEED, Chance, Tally, soaking, wide};

/// More than stays outside of blocks, by a few hundred.
const WRITES: usize = 1_250;
/// Entries between two checkpoints.
const CHECKPOINT_ENTRIES: u64 = 500;
/// Writes after the ledger was packed; they stand in the log.
const LATE: usize = 30;
const LEDGER: &str = "ledger.sqlite";
const WITNESS: &str = "ledger.witness";
/// Places tried in one file, each with a flip, a tail of zeros and a cut; the second in a soak, unless
/// `INNOGRAPH_KILLED_PLACES` says otherwise.
const PLACES: u64 = 4;
const SOAKED_PLACES: u64 = 1_000;
/// One of so many damaged stores is also asked of a server.
const ASKED: usize = 4;

/// What a kill left, and what is in it.
struct Killed {
    image: Image,
    keys: Vec<String>,
    digest: String,
}

/// A store at three moments.
struct Past {
    /// Of another life, some writes before the last.
    older: Killed,
    newest: Killed,
    /// Another store, as long as the newest one.
    other: Image,
}

static PAST: LazyLock<Past> = LazyLock::new(|| {
    let (disk, mut keys) = (Disk::new(), Vec::new());
    let older = live(&disk, &mut keys, "older", WRITES);
    let newest = live(&disk, &mut keys, "newest", 3 * LATE);
    let other = live(&Disk::new(), &mut Vec::new(), "other", WRITES + 3 * LATE).image;
    Past { older, newest, other }
});

/// A life of the program that ends by `kill -9`, packed and with a live log.
fn live(disk: &Disk, keys: &mut Vec<String>, name: &str, writes: usize) -> Killed {
    let token = grant(disk);
    let mut program = disk.program(&Faults::none());
    program.env("INNOGRAPH_LOG", "innograph=debug");
    let serving = Serving::start_with(program, disk, CHECKPOINT_ENTRIES, Some(token)).expect("it starts");
    keys.extend(write(&serving, name, writes));
    serving.wait_until("a checkpoint stands", || !disk.checkpoints(WHOLE).is_empty());
    serving.wait_until("entries were packed", || serving.said().contains("entries were packed"));
    keys.extend(write(&serving, &format!("{name}-late"), LATE));
    serving.kill();
    let image = disk.image();
    let checked = check(disk);
    assert_eq!(checked.code, Some(0), "{}", checked.complaint);
    let found = everything(disk).expect("it starts again");
    assert!(found == expected(keys), "{} of {} are there", found.len(), keys.len());
    // Left as the kill left it: the next life goes on from there.
    disk.restore(&image);
    Killed { image, keys: keys.clone(), digest: checked.digest.expect("check tells the digest") }
}

fn write(serving: &Serving, name: &str, writes: usize) -> Vec<String> {
    let number = AtomicUsize::new(0);
    let next = || {
        let number = number.fetch_add(1, Ordering::Relaxed);
        (number < writes).then(|| Write { key: format!("{name}-{number}"), parts: 1 })
    };
    let told = write_all(serving, &next);
    assert!(told.len() == writes && told.iter().all(|(_, answer)| *answer == Answer::Acknowledged));
    told.iter().flat_map(|(write, _)| write.keys().collect::<Vec<_>>()).collect()
}

fn expected(keys: &[String]) -> BTreeMap<String, Content> {
    keys.iter().map(|key| (key.clone(), content(key))).collect()
}

/// Files that hold something of the store; the map of the log is made anew, tokens and lock are no part.
fn files(image: &Image) -> Vec<usize> {
    let holds = |path: &Path| {
        let name = path.to_string_lossy();
        [LEDGER, LOG, WITNESS].contains(&name.as_ref()) || name.ends_with(WHOLE)
    };
    (0..image.len()).filter(|number| holds(&image[*number].0)).collect()
}

/// What becomes of a store that is damaged in this way: refused, or one of these.
struct Judge<'a> {
    disk: Disk,
    allowed: &'a [&'a Killed],
    tally: Tally,
}

impl Judge<'_> {
    fn judge(&mut self, damaged: &Image, what: &str) {
        self.disk.restore(damaged);
        let checked = check(&self.disk);
        self.tally.add("rounds", 1);
        match (checked.code, checked.digest) {
            (Some(0), Some(digest)) if self.allowed.iter().any(|one| one.digest == digest) => {
                self.tally.add("harmless", 1);
            }
            (Some(0), digest) => {
                self.tally.add("silent", 1);
                self.tally.defect(format!("{what}: check says it is another: {digest:?}"));
            }
            (Some(5 | 7), _) => {
                self.tally.add("refused", 1);
                if !remedied(&checked.complaint) {
                    self.tally.add("vague", 1);
                    self.tally.defect(format!("{what}: refused without file and remedy: {}", checked.complaint.trim()));
                }
            }
            (code, _) => {
                self.tally.add("broke", 1);
                self.tally.defect(format!("{what}: check ended with {code:?}: {}", checked.complaint.trim()));
            }
        }
    }

    /// The same of a server: every enterprise is read from it, and `check` once it has stopped.
    fn serve(&mut self, damaged: &Image, what: &str) {
        self.disk.restore(damaged);
        self.tally.add("served", 1);
        match everything(&self.disk) {
            Ok(found) => {
                let same = self.allowed.iter().any(|one| expected(&one.keys) == found);
                self.tally.add("served_same", usize::from(same));
                if !same {
                    self.tally.add("silent", 1);
                    self.tally.defect(format!("{what}: a server gives another store: {} things", found.len()));
                }
                let checked = check(&self.disk);
                let sound = checked.digest.is_some_and(|digest| self.allowed.iter().any(|one| one.digest == digest));
                if !sound && !matches!(checked.code, Some(5 | 7)) {
                    self.tally.defect(format!("{what}: served, and then {:?}: {}", checked.code, checked.complaint));
                }
            }
            Err(words) if words.contains("exit status: 5:") || words.contains("exit status: 7:") => {
                self.tally.add("served_refused", 1);
                if !remedied(&words) {
                    self.tally.defect(format!("{what}: a server refuses without file and remedy: {words}"));
                }
            }
            Err(words) => self.tally.defect(format!("{what}: a server ended with {words}")),
        }
    }
}

fn judge<'a>(name: &'static str, allowed: &'a [&'a Killed]) -> Judge<'a> {
    let mut tally = Tally::new(name);
    tally.add("silent", 0);
    Judge { disk: Disk::new(), allowed, tally }
}

#[test]
fn no_flip_or_cut_of_a_killed_server_makes_another_store() {
    let newest = &PAST.newest;
    let allowed = [newest];
    let (mut judge, mut chance) = (judge("killed_damage", &allowed), Chance(BASE_SEED + 2));
    let places = if soaking() { wide("INNOGRAPH_KILLED_PLACES", SOAKED_PLACES) } else { PLACES };
    let mut number = 0;
    for file in files(&newest.image) {
        let (path, bytes) = &newest.image[file];
        let length = bytes.len() as u64;
        for part in 0..places {
            let place = usize::try_from(part * length / places + chance.below(length / places)).expect("a small file");
            let flip = 1 << chance.below(8);
            let mut flipped = bytes.clone();
            flipped[place] ^= flip;
            let mut zeros = bytes.clone();
            zeros[place..].fill(0);
            for (bytes, what) in [
                (flipped, format!("bits {flip:#04x} flipped at")),
                (zeros, "zeros from".to_owned()),
                (bytes[..place].to_vec(), "cut to".to_owned()),
            ] {
                let what = format!("{}: {what} {place} of {length}", path.display());
                let mut damaged = newest.image.clone();
                damaged[file].1 = bytes;
                judge.judge(&damaged, &what);
                number += 1;
                if number % ASKED == 0 {
                    judge.serve(&damaged, &what);
                }
            }
        }
    }
    for what in ["refused", "harmless", "served_same", "served_refused"] {
        assert!(judge.tally.count(what) > 0, "{what}: none; that was not tried");
    }
    judge.tally.finish();
}

/// The image with one file as it is in another; gone where it is not there.
fn exchanged(image: &Image, name: &str, from: Option<&Image>) -> Image {
    let mut changed: Image = image.iter().filter(|(path, _)| path != Path::new(name)).cloned().collect();
    changed.extend(from.and_then(|from| from.iter().find(|(path, _)| path == Path::new(name))).cloned());
    changed
}

fn checkpoints(image: &Image) -> Vec<String> {
    let names = image.iter().map(|(path, _)| path.to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(WHOLE)).collect()
}

#[test]
fn no_file_of_another_time_or_store_makes_another_store() {
    let Past { older, newest, other } = &*PAST;
    let allowed = [newest];
    let mut exchange = judge("killed_exchanged", &allowed);
    let mut all = Vec::new();
    for name in [LEDGER, LOG, WITNESS] {
        all.push((exchanged(&newest.image, name, Some(&older.image)), format!("an older {name}")));
        all.push((exchanged(&newest.image, name, Some(other)), format!("{name} of another store")));
        all.push((exchanged(&newest.image, name, None), format!("no {name}")));
    }
    // Checkpoints of another store that pretend to be the newest ones of this.
    let (mine, theirs) = (checkpoints(&newest.image), checkpoints(other));
    for (mine, theirs) in mine.iter().zip(&theirs) {
        let mut taken = newest.image.clone();
        let place = position(&taken, mine);
        taken[place].1 = other[position(other, theirs)].1.clone();
        all.push((taken, format!("{theirs} of another store in the place of {mine}")));
        all.push((exchanged(&newest.image, mine, None), format!("no {mine}")));
    }
    for (image, what) in &all {
        exchange.judge(image, what);
        exchange.serve(image, what);
    }
    // Under their own names as well. They save time and nothing else: a server does without them.
    let mut foreign = newest.image.clone();
    foreign.retain(|(path, _)| !path.to_string_lossy().ends_with(WHOLE));
    foreign.extend(theirs.iter().map(|name| other[position(other, name)].clone()));
    let same = exchange.tally.count("served_same");
    exchange.judge(&foreign, "checkpoints of another store");
    exchange.serve(&foreign, "checkpoints of another store");
    assert_eq!(exchange.tally.count("served_same"), same + 1, "checkpoints of another store: not served");
    // A ledger whose log is gone has lost what was acknowledged: were it not refused, the log would
    // have held nothing, and nothing would have been tried.
    exchange.disk.restore(&exchanged(&newest.image, LOG, None));
    let checked = check(&exchange.disk);
    assert!(checked.code == Some(5) && checked.complaint.contains("was acknowledged"), "{}", checked.complaint);
    exchange.tally.finish();
    // All of an older copy but one file: then the older store is a right answer too.
    let allowed = [older, newest];
    let mut mixed = judge("killed_mixed", &allowed);
    for name in [LEDGER, LOG, WITNESS] {
        let what = format!("a newer {name} beside an older copy");
        let image = exchanged(&older.image, name, Some(&newest.image));
        mixed.judge(&image, &what);
        mixed.serve(&image, &what);
    }
    mixed.tally.finish();
}

#[test]
fn the_killed_server_had_packed_and_left_checkpoints_and_a_log() {
    for image in [&PAST.older.image, &PAST.newest.image, &PAST.other] {
        let disk = Disk::new();
        disk.restore(image);
        let found = rusqlite::Connection::open(disk.data().join(LEDGER)).expect("it opens");
        let blocks: i64 =
            found.query_row("SELECT coalesce(max(last), 0) FROM blocks", [], |row| row.get(0)).expect("a number");
        let entries: i64 = found.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).expect("a number");
        assert!(blocks > 0 && entries >= 1_000, "packed up to {blocks}, {entries} entries beside");
        assert!(!checkpoints(image).is_empty());
        assert!(image[position(image, LOG)].1.len() > 4096);
    }
}
