//! Large imports, put on the disk part by part: killed at every call that changes a file, cut from power at every
//! sync, on a disk that fails. It is there whole or not at all, the same import again goes on where it stood, and what
//! comes of it is what an import in peace comes to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::disk::{Disk, Faults, Image};
use super::serving::STORE;
use super::{BASE_SEED, Chance, Tally, soaking, wide};

/// Rows of the import; some eight events each.
const ROWS: usize = 120;
/// Events after which a part is put on the disk: a dozen parts.
const STAGE_EVENTS: &str = "70";
const STAGE: &str = "import.stage";
/// Ways of survival that the library knows: nothing, everything.
const NOTHING: u64 = 0;
const EVERYTHING: u64 = 1;
/// One of so many cuts in an ordinary run.
const ONE_OF: u64 = 7;

/// A store with a past, what is to be imported into it, and what comes of that in peace.
struct Scene {
    disk: Disk,
    image: Image,
    large: PathBuf,
    before: String,
    after: String,
    /// Calls that change a file, and syncs among them.
    calls: u64,
    syncs: u64,
}

fn folder(disk: &Disk, name: &str, rows: usize) -> PathBuf {
    let folder = disk.input().join(name);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let source = "key,kind,issuer,title,address,grade\nS,OTHER,示例,示例,https://example.invalid/,C\n";
    fs::write(folder.join("sources.csv"), source).expect("a file can be written");
    let rows = (0..rows)
        .map(|row| format!("{name}-{row},示例{name}第{row}公司,UNKNOWN,UNKNOWN,UNKNOWN,示例经营范围{row},S\n"));
    let head = "key,nameZh,legalForm,status,isLegalPerson,scopeText,source\n".to_owned();
    fs::write(folder.join("enterprises.csv"), head + &rows.collect::<String>()).expect("a file can be written");
    folder
}

fn import(disk: &Disk, faults: &Faults, folder: &Path) -> Output {
    let mut command = disk.program(faults);
    command.env("INNOGRAPH_LIMITS__IMPORT_STAGE_EVENTS", STAGE_EVENTS);
    command.args(["import", "--store-name", STORE, "--data"]).arg(disk.data()).arg(folder);
    let said = command.output().expect("the program starts");
    assert!(said.status.code() != Some(71), "the library cannot follow: {}", words(&said));
    said
}

fn words(said: &Output) -> String {
    format!("{}: {}{}", said.status, String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr))
}

/// The digest of what the store says, or why there is none.
fn content(disk: &Disk) -> Result<String, String> {
    let mut command = disk.program(&Faults::none());
    let said = command.args(["check", "--data"]).arg(disk.data()).output().expect("the program starts");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let digest = text.lines().find_map(|line| line.strip_prefix("content_digest ").map(str::to_owned));
    digest.filter(|_| said.status.success()).ok_or_else(|| words(&said))
}

fn is_left(disk: &Disk) -> bool {
    disk.data().join(STAGE).exists()
}

impl Scene {
    fn new() -> Self {
        let disk = Disk::new();
        assert!(import(&disk, &Faults::none(), &folder(&disk, "past", 3)).status.success());
        let (image, before) = (disk.image(), content(&disk).expect("it is sound"));
        disk.restore(&image);
        let (large, counted) = (folder(&disk, "large", ROWS), disk.beside("counted"));
        let said = import(&disk, &Faults::none().with("COUNT", counted.display()), &large);
        assert!(said.status.success(), "{}", words(&said));
        let after = content(&disk).expect("it is sound");
        assert!(before != after && !is_left(&disk));
        let counted = fs::read_to_string(counted).expect("the library counts");
        let parts = counted.lines().filter(|line| line.starts_with("sync ") && line.contains(STAGE)).count();
        assert!(parts >= 5, "the import stands in {parts} parts:\n{counted}");
        let syncs = counted.lines().filter(|line| line.starts_with("sync ")).count() as u64;
        Self { disk, image, large, before, after, calls: counted.lines().count() as u64, syncs }
    }

    /// Import over a disk that fails, then over one that does not.
    fn suffer(&self, faults: &Faults, tally: &mut Tally) {
        let (disk, circumstances) = (&self.disk, |said: &Output| format!("{faults:?}, {}", words(said)));
        disk.restore(&self.image);
        let said = import(disk, faults, &self.large);
        tally.add("rounds", 1);
        tally.add("stages_left", usize::from(is_left(disk)));
        let acknowledged = String::from_utf8_lossy(&said.stdout).contains("accepted ");
        tally.add("acknowledged", usize::from(acknowledged));
        let left = disk.image();
        match content(disk) {
            Ok(digest) if digest == self.after => tally.add("whole", 1),
            Ok(digest) if digest == self.before && !acknowledged => tally.add("nothing", 1),
            found => tally.defect(format!("{}: half or lost: {found:?}", circumstances(&said))),
        }
        // As the fault left it: `check` has changed nothing that counts.
        disk.restore(&left);
        let again = import(disk, &Faults::none(), &self.large);
        tally.add("resumed", usize::from(String::from_utf8_lossy(&again.stdout).contains("commands had been decided")));
        let found = content(disk);
        if !again.status.success() || found.as_ref() != Ok(&self.after) || is_left(disk) {
            tally.defect(format!("{}, then {}: {found:?}", circumstances(&said), words(&again)));
        }
    }
}

fn cut(on: &str, at: u64, when: &str, seed: u64) -> Faults {
    let faults = Faults::none().with("CUT_AT", at).with("CUT_ON", on).with("CUT_FILE", "");
    faults.with("WHEN", when).with("SEED", seed)
}

#[test]
fn an_import_killed_or_cut_anywhere_is_there_whole_or_not_at_all_and_goes_on() {
    let (scene, mut tally, mut chance) = (Scene::new(), Tally::new("import_cut"), Chance(BASE_SEED));
    let mut cuts = Vec::new();
    for when in ["before", "after"] {
        cuts.extend((1..=scene.calls).map(|at| cut("any", at, when, EVERYTHING)));
        for at in 1..=scene.syncs {
            cuts.push(cut("sync", at, when, NOTHING));
            cuts.push(cut("sync", at, when, chance.below(1 << 40)));
        }
    }
    let one_of = wide("INNOGRAPH_CUT_ONE_OF", if soaking() { 1 } else { ONE_OF });
    for faults in cuts.iter().step_by(usize::try_from(one_of).expect("a small number")) {
        scene.suffer(faults, &mut tally);
    }
    for what in ["whole", "nothing", "stages_left", "resumed"] {
        assert!(tally.count(what) > 0, "{what}: none; that was not tried");
    }
    tally.finish();
}

#[test]
fn an_import_on_a_disk_that_fails_leaves_nothing_half_done() {
    let (scene, mut tally) = (Scene::new(), Tally::new("import_errors"));
    let faults = |error: &'static str, on: &'static str, file: &'static str| {
        Faults::none().with("ERROR", error).with("ON", on).with("FILE", file)
    };
    for (error, on, file) in [
        ("ENOSPC", "write,create", STAGE),
        ("EIO", "sync", STAGE),
        ("EIO", "read", STAGE),
        ("EIO", "remove", STAGE),
        ("ENOSPC", "write", "ledger.sqlite-wal"),
        ("EIO", "sync", "ledger.sqlite-wal"),
    ] {
        for after in [1, 4, 9] {
            scene.suffer(&faults(error, on, file).with("AFTER", after).with("TIMES", "-1"), &mut tally);
        }
    }
    assert!(tally.count("nothing") > 0, "no fault was met");
    tally.finish();
}

/// Its middle, its end and its beginning, each with a bit that is another: it is decided again from there on.
#[test]
fn a_stage_that_was_damaged_is_never_believed() {
    let (scene, mut tally) = (Scene::new(), Tally::new("import_damage"));
    let disk = &scene.disk;
    disk.restore(&scene.image);
    // Killed right before the ledger takes it: the largest stage there is.
    let mut killed = None;
    for at in (1..=scene.calls).rev() {
        disk.restore(&scene.image);
        import(disk, &cut("any", at, "before", EVERYTHING), &scene.large);
        if is_left(disk) && content(disk).as_ref() == Ok(&scene.before) {
            killed = Some(disk.image());
            break;
        }
    }
    let killed = killed.expect("a kill leaves a stage");
    let stage = killed.iter().position(|(path, _)| path.ends_with(STAGE)).expect("it is there");
    let (bytes, mut chance) = (killed[stage].1.clone(), Chance(BASE_SEED));
    let mut places: BTreeSet<u64> = [0, 20, bytes.len() as u64 - 1].into();
    places.extend((0..if soaking() { 200 } else { 8 }).map(|_| chance.below(bytes.len() as u64)));
    for place in places {
        let mut damaged = killed.clone();
        damaged[stage].1[usize::try_from(place).expect("small")] ^= 1 << chance.below(8);
        disk.restore(&damaged);
        let said = import(disk, &Faults::none(), &scene.large);
        tally.add("rounds", 1);
        let found = content(disk);
        if !said.status.success() || found.as_ref() != Ok(&scene.after) || is_left(disk) {
            tally.defect(format!("byte {place}: {}: {found:?}", words(&said)));
        }
    }
    tally.finish();
}

#[test]
fn another_import_takes_the_place_of_one_that_was_killed() {
    let scene = Scene::new();
    let disk = &scene.disk;
    let mut at = scene.calls / 2;
    loop {
        disk.restore(&scene.image);
        import(disk, &cut("any", at, "before", EVERYTHING), &scene.large);
        if is_left(disk) {
            break;
        }
        at -= 1;
    }
    let other = import(disk, &Faults::none(), &folder(disk, "other", ROWS));
    assert!(other.status.success() && !words(&other).contains("had been decided"), "{}", words(&other));
    assert!(!is_left(disk));
    let again = import(disk, &Faults::none(), &scene.large);
    assert!(again.status.success() && !words(&again).contains("had been decided"), "{}", words(&again));
    assert!(content(disk).is_ok_and(|digest| digest != scene.after && digest != scene.before));
}
