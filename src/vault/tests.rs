//! Keys kept, lost, destroyed and brought back; registers changed by hand.

use std::sync::Arc;

use super::*;
use crate::domain::personal::{Part, Seal, SealFault};

const STORE: &str = "demo";

fn person(number: u128) -> Id {
    Id::from_u128(number)
}

fn opened(directory: &Path) -> Arc<Vault> {
    Arc::new(Vault::open(directory, true).expect("it opens"))
}

/// Enter somebody and keep the key, as the writer does.
fn entered(vault: &Arc<Vault>, number: u128, name: &str) -> Sealed {
    let mut sealing = Sealing::new(Arc::clone(vault));
    sealing.begin(person(number)).expect("a new person gets a key");
    let sealed = sealing.seal(person(number), Part::Name, name).expect("it can be sealed");
    vault.keep(sealing.fresh()).expect("it can be kept");
    sealed
}

fn text(vault: &Vault, sealed: &Sealed) -> Result<String, &'static str> {
    match vault.open_text(sealed) {
        Opened::Text(text) => Ok(text.to_string()),
        Opened::Erased => Err("ERASED"),
        Opened::KeyMissing => Err("KEY_MISSING"),
    }
}

fn erasure(number: u128) -> Line {
    line(STORE, person(number), ErasureReason::Requested, 1_700_000_000_000)
}

#[test]
fn keys_stay_over_a_restart_and_are_private() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let directory = folder.path().join("personal");
    let (one, two) = {
        let vault = opened(&directory);
        assert!(!directory.exists(), "nothing is made before there is something to keep");
        (entered(&vault, 1, "示例人员甲"), entered(&vault, 2, "示例人员乙"))
    };
    let vault = opened(&directory);
    assert_eq!((text(&vault, &one), text(&vault, &two)), (Ok("示例人员甲".into()), Ok("示例人员乙".into())));
    assert_eq!(vault.is_open_to_others(), None);
    assert_eq!(directory.join("keys").metadata().expect("it is there").len(), 2 * 64, "two keys");
    // Sealed again with the key that is there it is the same.
    let mut sealing = Sealing::new(Arc::clone(&vault));
    sealing.begin(person(1)).expect("there is a key");
    assert_eq!(sealing.seal(person(1), Part::Name, "示例人员甲"), Ok(one));
    assert!(sealing.fresh().is_empty());
}

#[test]
fn what_was_not_kept_is_nowhere() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let directory = folder.path().join("personal");
    let vault = opened(&directory);
    let mut sealing = Sealing::new(Arc::clone(&vault));
    let before = sealing.fresh().clone();
    sealing.begin(person(1)).expect("a new person gets a key");
    sealing.back_to(before);
    assert!(sealing.fresh().is_empty());
    assert_eq!(sealing.seal(person(1), Part::Name, "示例"), Err(SealFault::KeyMissing));
    vault.keep(sealing.fresh()).expect("there is nothing to keep");
    assert!(!directory.exists());
}

#[test]
fn erasing_leaves_a_line_and_zeros() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let vault = opened(folder.path());
    let (one, two) = (entered(&vault, 1, "示例人员甲"), entered(&vault, 2, "示例人员乙"));
    let before = std::fs::read(folder.path().join("keys")).expect("the file of keys");
    let blind = |number: u128| Sealing::new(Arc::clone(&vault)).blind(person(number), [1; 32]);
    let others = blind(2);
    assert!(blind(1).is_some() && others.is_some() && blind(1) != others);
    vault.erase(&erasure(1)).expect("it can be erased");
    vault.erase(&erasure(1)).expect("once more changes nothing");
    let after = std::fs::read(folder.path().join("keys")).expect("the file of keys");
    let key = &before[16..48];
    assert!(!after.windows(32).any(|window| window == key), "the key is gone from the file");
    assert!(after[16..48].iter().all(|byte| *byte == 0));
    assert_eq!(before[64..], after[64..], "nobody else's key is touched");
    assert_eq!((blind(1), blind(2)), (None, others), "requests of everybody else are told apart as before");
    let register = std::fs::read_to_string(folder.path().join("erasures")).expect("the register");
    assert_eq!(register.lines().count(), 2, "a head and a line: {register}");
    for vault in [vault, opened(folder.path())] {
        assert_eq!((text(&vault, &one), text(&vault, &two)), (Err("ERASED"), Ok("示例人员乙".into())));
        assert!(vault.is_settled(STORE, person(1)) && !vault.is_settled(STORE, person(2)));
        assert_eq!(Sealing::new(vault).begin(person(1)), Err(SealFault::Erased));
    }
}

#[test]
fn an_old_copy_of_the_keys_brings_nobody_back() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let keys = folder.path().join("keys");
    let vault = opened(folder.path());
    let sealed = entered(&vault, 1, "示例人员甲");
    let old = std::fs::read(&keys).expect("the file of keys");
    vault.erase(&erasure(1)).expect("it can be erased");
    drop(vault);
    std::fs::write(&keys, &old).expect("the old copy");
    let vault = opened(folder.path());
    assert_eq!(text(&vault, &sealed), Err("ERASED"), "the register says so");
    assert!(!vault.is_settled(STORE, person(1)));
    vault.erase(&erasure(1)).expect("it is destroyed once more");
    assert!(std::fs::read(&keys).expect("the file").len() == old.len() && vault.is_settled(STORE, person(1)));
    assert!(!std::fs::read(&keys).expect("the file").windows(32).any(|window| window == &old[16..48]));
}

#[test]
fn the_one_secret_of_an_earlier_version_is_read_and_changed_with_an_erasure() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    entered(&opened(folder.path()), 1, "示例人员甲");
    let keys = folder.path().join("keys");
    assert_eq!(Sealing::new(opened(folder.path())).formerly_blind([1; 32]), None, "none is made any more");
    let mut first = b"innograph keys 1".to_vec();
    first.extend([7; 32]);
    first.extend_from_slice(&blake3::hash(&first).as_bytes()[..16]);
    let all = [first, std::fs::read(&keys).expect("the file of keys")].concat();
    std::fs::write(&keys, all).expect("it can be written");
    let vault = opened(folder.path());
    let digest = |vault: &Arc<Vault>| Sealing::new(Arc::clone(vault)).formerly_blind([1; 32]);
    let before = digest(&vault);
    assert_eq!(before, Some(*blake3::keyed_hash(&[7; 32], &[1; 32]).as_bytes()));
    vault.erase(&erasure(1)).expect("it can be erased");
    let after = digest(&vault);
    assert!(after.is_some() && after != before, "what it told apart can be guessed at no more");
    drop(vault);
    assert_eq!(digest(&opened(folder.path())), after);
}

#[test]
fn a_lost_or_damaged_file_is_told() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let keys = folder.path().join("keys");
    let sealed = entered(&opened(folder.path()), 1, "示例人员甲");
    let whole = std::fs::read(&keys).expect("the file of keys");
    for place in 0..64 {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        std::fs::write(&keys, &flipped).expect("it can be written");
        assert_eq!(text(&opened(folder.path()), &sealed), Err("KEY_MISSING"), "byte {place}");
    }
    // Half a slot at the end is as none, and the next key is written over it.
    std::fs::write(&keys, [&whole[..], &[1; 20]].concat()).expect("it can be written");
    let vault = opened(folder.path());
    let other = entered(&vault, 2, "示例人员乙");
    drop(vault);
    let vault = opened(folder.path());
    assert_eq!((text(&vault, &sealed).is_ok(), text(&vault, &other).is_ok()), (true, true));
    drop(vault);
    std::fs::remove_file(&keys).expect("it can be removed");
    let vault = opened(folder.path());
    assert_eq!(text(&vault, &sealed), Err("KEY_MISSING"));
    assert_eq!(Sealing::new(vault).seal(person(1), Part::Name, "示例"), Err(SealFault::KeyMissing));
}

#[test]
fn a_failed_write_refuses_new_people_until_restart() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let directory = folder.path().join("personal");
    let vault = opened(&directory);
    let sealed = entered(&vault, 1, "示例人员甲");
    drop(vault);
    // The file of keys is held by another process: as good as a disk that refuses.
    let vault = opened(&directory);
    let other = opened(&directory);
    entered(&other, 2, "示例人员乙");
    let before = std::fs::read(directory.join("keys")).expect("the file of keys");
    let mut sealing = Sealing::new(Arc::clone(&vault));
    sealing.begin(person(3)).expect("a key is made");
    assert!(matches!(vault.keep(sealing.fresh()), Err(VaultError::InUse { .. })));
    assert_eq!(std::fs::read(directory.join("keys")).expect("the file of keys"), before);
    assert_eq!(Sealing::new(Arc::clone(&vault)).begin(person(4)), Err(SealFault::Unwritable));
    assert_eq!(text(&vault, &sealed), Ok("示例人员甲".into()), "reading goes on");
}

#[test]
fn a_line_of_the_register_that_was_changed_is_seen() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("erasures");
    let vault = opened(folder.path());
    for number in 1..4 {
        vault.erase(&line("示例 库", person(number), ErasureReason::LegalDuty, 5)).expect("it can be erased");
    }
    let whole = std::fs::read_to_string(&path).expect("the register");
    assert_eq!(Vault::read_register(&path).expect("it is sound").len(), 3);
    let changed = whole.replacen("LEGAL_DUTY", "REQUESTED", 1);
    std::fs::write(&path, changed).expect("it can be written");
    assert!(matches!(Vault::open(folder.path(), true), Err(VaultError::Damaged { line: 2, .. })));
    let lines: Vec<&str> = whole.lines().collect();
    let with = |order: &[usize]| order.iter().map(|line| format!("{}\n", lines[*line])).collect::<String>();
    // Lines that are lost, at the end too, or in another order, or of which half is left.
    let mut others: Vec<String> = [&[0][..], &[0, 1], &[0, 1, 2], &[0, 2, 3], &[0, 1, 3], &[0, 2, 1, 3], &[1, 2, 3]]
        .into_iter()
        .map(with)
        .collect();
    others.extend((1..whole.len()).filter(|end| whole.is_char_boundary(*end)).map(|end| whole[..end].to_owned()));
    // Without the last line break nothing is lost.
    others.retain(|other| other.trim_end() != whole.trim_end());
    for other in others {
        std::fs::write(&path, &other).expect("it can be written");
        let refused = [Vault::open(folder.path(), true).map(drop), Vault::read_register(&path).map(drop)];
        assert!(refused.iter().all(Result::is_err), "{other}");
        let said = refused[0].as_ref().expect_err("it is refused").to_string();
        assert!(said.contains("ERASURES_DAMAGED") && said.contains("副本"), "{said}");
    }
    std::fs::write(&path, &whole).expect("it can be written");
    assert_eq!(opened(folder.path()).registered("示例 库").len(), 3);
    assert!(Vault::read_register(&folder.path().join("none")).is_err(), "a register that is named is there");
}

#[test]
fn a_register_of_an_earlier_version_is_read_and_written_anew() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("erasures");
    let former: String = (1..3)
        .map(|number| {
            let (content, person) = (format!("5 {} LEGAL_DUTY 示例 库", person(number)), person(number));
            format!("5 {person} LEGAL_DUTY {} 示例 库\n", &blake3::hash(content.as_bytes()).to_hex()[..32])
        })
        .collect();
    let former = format!("innograph erasures 1\n{former}");
    std::fs::write(&path, format!("{former}5 01")).expect("it can be written");
    assert_eq!(opened(folder.path()).registered("示例 库").len(), 2, "half a last line was never confirmed");
    opened(folder.path()).erase(&line("示例 库", person(3), ErasureReason::LegalDuty, 5)).expect("it can be erased");
    let text = std::fs::read_to_string(&path).expect("the register");
    assert!(text.starts_with("innograph erasures 2 3 ") && text.lines().count() == 4, "{text}");
    assert_eq!(opened(folder.path()).registered("示例 库").len(), 3);
    std::fs::write(&path, former.replacen("LEGAL_DUTY", "REQUESTED", 1)).expect("it can be written");
    assert!(matches!(Vault::open(folder.path(), true), Err(VaultError::Damaged { line: 2, .. })));
}
