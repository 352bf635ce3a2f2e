//! The power goes while the witness is written: what was proved before is proved still. Its slots take
//! turns so that a torn one leaves the other: neither is a sound store refused, nor is a ledger that has
//! lost what was acknowledged taken for whole.

use super::damage::{LOG, position, unfolded};
use super::disk::{Disk, Faults, Image};
use super::history::Write;
use super::mutations::{grant, write_all};
use super::reading::check;
use super::serving::Serving;
use super::{Tally, soaking};

const WITNESS: &str = "ledger.witness";
/// How many bytes of a torn write reach the disk, from one try to the next.
const STRIDE: usize = 5;

/// The write that turned one witness into the next: its first byte that differs, and the last.
fn written(before: &[u8], after: &[u8]) -> (usize, usize) {
    assert_eq!(before.len(), after.len(), "the file keeps its length");
    let differs = |place: &usize| before[*place] != after[*place];
    let first = (0..after.len()).find(differs).expect("a write changes the witness");
    let last = (0..after.len()).rfind(differs).expect("a write changes the witness");
    assert!(last - first < 512, "bytes {first} to {last}: more than a sector that may tear");
    (first, last)
}

#[test]
fn a_torn_witness_proves_what_it_proved_before() {
    let mut tally = Tally::new("torn_witness");
    // Three stores, each one write longer: one write tears in the one slot, one in the other.
    let images = unfolded();
    let places: Vec<usize> =
        images[images.len() - 3..].windows(2).map(|pair| torn(&pair[0], &pair[1], &mut tally)).collect();
    assert!(places.windows(2).all(|pair| pair[0] != pair[1]), "the slots take turns: {places:?}");
    tally.finish();
}

/// Tear the last write of the witness at every byte, over the whole ledger and over one that has lost
/// its log. Where the write was.
fn torn(before: &Image, after: &Image, tally: &mut Tally) -> usize {
    let disk = Disk::new();
    disk.restore(after);
    let digest = check(&disk).digest.expect("it is sound");
    let number = position(after, WITNESS);
    let (old, new) = (&before[position(before, WITNESS)].1, &after[number].1);
    let (first, last) = written(old, new);
    for kept in (first + 1..=last).step_by(if soaking() { 1 } else { STRIDE }) {
        let mut torn = after.clone();
        torn[number].1[kept..].copy_from_slice(&old[kept..]);
        disk.restore(&torn);
        let checked = check(&disk);
        tally.add("rounds", 1);
        if checked.code != Some(0) || checked.digest.as_ref() != Some(&digest) {
            tally.add("failed_restarts", 1);
            tally.defect(format!("torn at byte {kept}: {:?}: {}", checked.code, checked.complaint));
        }
        // The same, and the log is gone: with it what was acknowledged before that write.
        torn.remove(position(&torn, LOG));
        disk.restore(&torn);
        let checked = check(&disk);
        tally.add("rounds", 1);
        if checked.code != Some(5) || !checked.complaint.contains("was acknowledged") {
            tally.add("silent", 1);
            tally.defect(format!("torn at byte {kept}, no log: {:?}: {}", checked.code, checked.complaint));
        }
    }
    first
}

/// Where the commits of a log end: its frames hold a page each, the last of a commit says so.
fn commits(log: &[u8]) -> Vec<usize> {
    const HEADER: usize = 32;
    const FRAME: usize = 24;
    let page = usize::try_from(u32::from_be_bytes(log[8..12].try_into().expect("four bytes"))).expect("small");
    let frames = log[HEADER..].chunks_exact(FRAME + page).enumerate();
    let ends = frames.filter(|(_, frame)| frame[4..8] != [0; 4] && frame[8..16] == log[16..24]);
    ends.map(|(number, _)| HEADER + (number + 1) * (FRAME + page)).collect()
}

#[test]
fn the_torn_witness_of_a_server_knows_the_write_before() {
    const SLOTS: [usize; 2] = [0, 4096];
    let disk = Disk::new();
    let serving = Serving::start(&disk, &Faults::none(), Some(grant(&disk))).expect("it starts");
    for number in 0..6 {
        let once = std::sync::Mutex::new(Some(Write { key: format!("w-{number}"), parts: 1 }));
        assert_eq!(write_all(&serving, &|| once.lock().expect("nobody panics").take()).len(), 1);
    }
    serving.kill();
    let image = disk.image();
    let digest = check(&disk).digest.expect("it is sound");
    let (log, witness) = (position(&image, LOG), position(&image, WITNESS));
    let number = |slot: &usize| image[witness].1[slot + 8..slot + 16].to_vec();
    let farthest = SLOTS.into_iter().max_by_key(number).expect("two slots");
    let mut torn = image.clone();
    torn[witness].1[farthest + 12..farthest + 64].fill(0);
    disk.restore(&torn);
    assert_eq!(check(&disk).digest.as_ref(), Some(&digest), "nothing of the ledger is missing");
    // Two writes less than were acknowledged; the slot that is left knows of one of them.
    let ends = commits(&image[log].1);
    assert!(ends.len() >= 6, "{ends:?}");
    torn[log].1.truncate(ends[ends.len() - 3]);
    disk.restore(&torn);
    let checked = check(&disk);
    let refused = checked.code == Some(5) && checked.complaint.contains("was acknowledged");
    assert!(refused, "{:?}: {}", checked.code, checked.complaint);
}
