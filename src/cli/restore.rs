//! `innograph restore`: a data directory out of a backup, built beside its place, verified from
//! the first entry to the last, and renamed at the end. What fails leaves nothing.

use std::fs::File;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::backup::{Progress, sum_of, watched};
use super::exit;
use super::failure::Failure;
use super::manifest::{Manifest, Standing, damaged_backup};
use crate::engine::{Engine, EngineLimits, is_in_use};
use crate::ledger::{accept_ledger, parent, sync_directory};
use crate::vault::{Line, Vault, VaultError};

const LEDGER: &str = "ledger.sqlite";

/// Whose data must not come back with the backup.
pub enum Erasures {
    /// Those that this register names.
    Register(PathBuf),
    /// Nobody's: somebody says that there is no register.
    Nobody,
    /// Nothing was said.
    Unsaid,
}

impl Erasures {
    /// What the command line says.
    pub fn of(register: Option<PathBuf>, nobody: bool) -> Self {
        match register {
            Some(path) => Self::Register(path),
            None if nobody => Self::Nobody,
            None => Self::Unsaid,
        }
    }

    /// The lines of the register.
    fn lines(&self) -> Result<Vec<Line>, Failure> {
        match self {
            Self::Register(path) => Vault::read_register(path).map_err(|error| Failure::store(&error.into())),
            Self::Nobody | Self::Unsaid => Ok(Vec::new()),
        }
    }
}

/// Make the data directory `data` out of the backup `from`, with the keys of people in `personal`.
pub fn restore(from: &Path, (data, personal): (&Path, &Path), erasures: &Erasures) -> ExitCode {
    let restored = watched("恢复 restore", |progress| bring_back(from, (data, personal), erasures, progress));
    match restored {
        Ok((manifest, standing)) => {
            let name = manifest.store_name.as_deref().unwrap_or("xinxiang");
            println!("恢复完成 restored: {}", data.display());
            println!("序号 sequence {}", standing.sequence);
            println!("state_digest {}", standing.state_digest);
            if !manifest.has_todays_digests() {
                println!(
                    "备份由 {} 版制作，其摘要是另一种算法（第 {} 版），没有比对；账本的校验值、末条哈希、序号与各项数量都一致。",
                    manifest.program_version, manifest.digest_version
                );
                println!(
                    "The backup was made by version {}, whose digests are of another form ({}): they were not compared. The sum and the last hash of the ledger, the sequence and all counts agree.",
                    manifest.program_version, manifest.digest_version
                );
            }
            println!("启动 start: innograph serve --data {} --store-name {name}", data.display());
            println!("备份不含令牌：第一次启动会生成新的管理员令牌。");
            println!("A backup holds no tokens: the first start makes a new administrator token.");
            ExitCode::from(exit::OK)
        }
        Err(failure) => failure.report(),
    }
}

fn bring_back(
    from: &Path,
    (data, personal): (&Path, &Path),
    erasures: &Erasures,
    progress: Progress<'_>,
) -> Result<(Manifest, Standing), Failure> {
    let manifest = Manifest::read(from)?;
    must_be_free(data)?;
    let lines = erasures.lines()?;
    let part = part_of(data)?;
    std::fs::create_dir_all(parent(data)).map_err(|cause| Failure::system(parent(data), &cause))?;
    // What it holds is not for everybody on the machine.
    std::fs::DirBuilder::new().mode(0o700).create(&part).map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => leftover(&part),
        _ => Failure::system(&part, &cause),
    })?;
    let is_said = !matches!(erasures, Erasures::Unsaid);
    let built = build(from, &part, &manifest, (is_said, progress));
    // The register first: whatever is cut off after it, the next start carries it out.
    let built = built.and_then(|standing| adopt(personal, &lines).map(|()| standing));
    let outcome = built.and_then(|standing| put_in_place(&part, data).map(|()| standing));
    if outcome.is_err() {
        // Nobody knows of it yet.
        let _ = std::fs::remove_dir_all(&part);
    }
    let standing = outcome?;
    if !lines.is_empty() {
        // Opened once, so that what the register says is in the ledger and no key is left of it.
        drop(Engine::open_kept(data, personal, EngineLimits::default()).map_err(|error| Failure::store(&error))?);
    }
    Ok((manifest, standing))
}

/// Take over what a register says.
fn adopt(personal: &Path, lines: &[Line]) -> Result<(), Failure> {
    let failed = |error: VaultError| Failure::store(&error.into());
    let vault = Vault::open(personal, true).map_err(failed)?;
    lines.iter().try_for_each(|line| vault.erase(line)).map_err(failed)
}

/// A backup with people in it is not restored before it was said whom not to bring back.
fn unsaid() -> Failure {
    Failure::new(
        "RESTORE_ERASURES",
        exit::REFUSED,
        "备份里有人员，没有恢复：请用 --erasures 给出删除登记簿（personal.directory 里的 erasures 文件），以免已删除的再现；从未删除过任何人的，写明 --no-erasures。",
        "There are people in the backup, and nothing was restored: name the register of erasures with --erasures (the file erasures in personal.directory), so that nobody who was erased comes back; where nobody ever was, say --no-erasures.",
    )
}

/// The directory is not there, or empty.
fn must_be_free(data: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(data).map(|mut entries| entries.next().is_some()) {
        Ok(false) => Ok(()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(Failure::system(data, &cause)),
        Ok(true) if is_in_use(data) => {
            let path = data.display();
            Err(Failure::new(
                "RESTORE_IN_USE",
                exit::IN_USE,
                format!("{path} 正由另一个 innograph 进程使用，没有恢复。请用 --data 指定一个新目录。"),
                format!(
                    "{path} is in use by another innograph process; nothing was restored. Name a new directory with --data."
                ),
            ))
        }
        Ok(true) => Err(not_empty(data)),
    }
}

fn not_empty(data: &Path) -> Failure {
    let path = data.display();
    Failure::new(
        "RESTORE_NOT_EMPTY",
        exit::REFUSED,
        format!("{path} 不是空目录，没有恢复，里面的内容没有变。请用 --data 指定一个新目录。"),
        format!(
            "{path} is not empty; nothing was restored and nothing in it was changed. Name a new directory with --data."
        ),
    )
}

fn leftover(part: &Path) -> Failure {
    let path = part.display();
    Failure::new(
        "RESTORE_LEFTOVER",
        exit::REFUSED,
        format!("{path} 已存在：有一次恢复正在进行，或曾被中断。确认没有恢复在进行后删除它，再试一次。"),
        format!(
            "{path} is there: a restore is going on, or was broken off. When none is going on, delete it and try again."
        ),
    )
}

/// Where the directory is built: beside its place, so that it can be renamed.
fn part_of(data: &Path) -> Result<PathBuf, Failure> {
    let Some(name) = data.file_name() else {
        let cause = io::Error::other("the path does not end in a name");
        return Err(Failure::system(data, &cause));
    };
    let mut name = name.to_owned();
    name.push(".part");
    Ok(parent(data).join(name))
}

/// Copy, verify and replay; what that gives.
fn build(
    from: &Path,
    part: &Path,
    manifest: &Manifest,
    (is_said, progress): (bool, Progress<'_>),
) -> Result<Standing, Failure> {
    let (source, target) = (from.join(LEDGER), part.join(LEDGER));
    let failed = |cause: io::Error| Failure::system(&target, &cause);
    let mut file = File::create_new(&target).map_err(failed)?;
    let sum = sum_of(&source, &mut file, progress)?;
    file.sync_all().map_err(failed)?;
    if sum != (manifest.ledger_bytes, manifest.ledger_blake3.clone()) {
        return Err(damaged_backup(
            &source,
            "与清单记录的校验值不同",
            "it does not have the sum that the manifest states",
        ));
    }
    let head = accept_ledger(&target).map_err(Failure::ledger)?;
    let (standing, name, has_people) = {
        let engine = Engine::open_copy(part, EngineLimits::default()).map_err(|error| Failure::store(&error))?;
        let view = engine.view();
        let has_people = view.state().sealed().next().is_some();
        (Standing::of(&view, head), view.state().name().map(str::to_owned), has_people)
    };
    if has_people && !is_said {
        return Err(unsaid());
    }
    if !manifest.promises(&standing) || name != manifest.store_name {
        let zh = format!("重放得到序号 {}、摘要 {}，与清单不同", standing.sequence, standing.state_digest);
        let en = format!(
            "its replay gives sequence {}, digest {}, not those of the manifest, made by version {}",
            standing.sequence, standing.state_digest, manifest.program_version
        );
        return Err(damaged_backup(from, &zh, &en));
    }
    if !progress(1, 1) {
        return Err(Failure::cancelled());
    }
    Ok(standing)
}

/// Sync and rename. From then on it is there.
fn put_in_place(part: &Path, data: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(part).map_err(|cause| Failure::system(part, &cause))?.flatten() {
        let path = entry.path();
        File::open(&path).and_then(|file| file.sync_all()).map_err(|cause| Failure::system(&path, &cause))?;
    }
    sync_directory(part).map_err(|cause| Failure::system(part, &cause))?;
    // A directory that has been filled meanwhile is not replaced: the system refuses.
    std::fs::rename(part, data).map_err(|cause| match cause.kind() {
        io::ErrorKind::DirectoryNotEmpty => not_empty(data),
        _ => Failure::system(data, &cause),
    })?;
    sync_directory(parent(data)).map_err(|cause| Failure::system(parent(data), &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_that_is_cancelled_leaves_nothing_and_a_leftover_is_named() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (data, backup, new) = (folder.path().join("data"), folder.path().join("backup"), folder.path().join("new"));
        let keys = folder.path().join("keys");
        drop(Engine::open(&data).expect("it opens"));
        super::super::backup::back_up(&data, &backup, &mut |_, _| true).expect("it is backed up");
        let code = |outcome: Result<(Manifest, Standing), Failure>| outcome.map(|_| ()).map_err(|failure| failure.code);
        let mut steps = 0;
        loop {
            let mut left = steps;
            let mut going = |_, _| {
                left -= 1;
                left >= 0
            };
            match code(bring_back(&backup, (&new, &keys), &Erasures::Unsaid, &mut going)) {
                Ok(()) => break,
                Err(code) => assert_eq!(code, "CANCELLED"),
            }
            assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 2, "step {steps}");
            steps += 1;
        }
        assert!(steps > 0 && new.join(LEDGER).is_file());
        assert_eq!(
            code(bring_back(&backup, (&new, &keys), &Erasures::Unsaid, &mut |_, _| true)),
            Err("RESTORE_NOT_EMPTY")
        );
        let other = folder.path().join("other");
        std::fs::create_dir(part_of(&other).expect("a path")).expect("it can be made");
        assert_eq!(
            code(bring_back(&backup, (&other, &keys), &Erasures::Unsaid, &mut |_, _| true)),
            Err("RESTORE_LEFTOVER")
        );
        assert!(part_of(&other).expect("a path").is_dir(), "what belongs to somebody else stays");
    }
}
