//! `innograph backup`: a copy of the ledger while writing goes on, opened and replayed before it
//! is called a backup. What is there without a manifest is no backup. Tokens are never copied.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::exit;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::manifest::{Manifest, NAME, Standing, damaged_backup};
use crate::engine::{self, Engine, EngineLimits};
use crate::ledger::{copy_ledger, parent, sync_directory};

/// Told how much of how much is done; answers whether to go on.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64) -> bool;

const LEDGER: &str = "ledger.sqlite";
/// What a backup consists of.
const KEPT: &[&str] = &[LEDGER, "ledger.witness", NAME];
const COPIED_AT_ONCE: usize = 1024 * 1024;

/// Back the store of `data` up into the directory `to`.
pub fn backup(data: &Path, to: &Path) -> ExitCode {
    let made = watched("备份 backup", |progress| back_up(data, to, progress));
    match made {
        Ok(manifest) => {
            let (name, at) = (manifest.store_name.as_deref().unwrap_or("—"), &manifest.standing);
            println!("备份完成 backed up: {} ({name})", to.display());
            println!("序号 sequence {}", at.sequence);
            println!("state_digest {}", at.state_digest);
            println!("令牌不在备份中；恢复后第一次启动会生成新的管理员令牌。");
            println!(
                "Tokens are not part of a backup; the first start after a restore makes a new administrator token."
            );
            ExitCode::from(exit::OK)
        }
        Err(failure) => failure.report(),
    }
}

/// Do long work with a bar and with Ctrl-C to stop it.
pub fn watched<T>(words: &str, work: impl FnOnce(Progress<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let interrupt = Interrupt::watch().map_err(|cause| {
        let (zh, en) = (format!("无法监听 Ctrl-C：{cause}。"), format!("Cannot listen for Ctrl-C: {cause}."));
        Failure::new("SIGNALS", exit::FAILED, zh, en)
    })?;
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(&format!("{words} {{bar:30}} {{percent}}% {{elapsed}}"));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let done = work(&mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
        !interrupt.is_said()
    });
    bar.finish_and_clear();
    done
}

/// Back up, or leave nothing behind.
pub(super) fn back_up(data: &Path, to: &Path, progress: Progress<'_>) -> Result<Manifest, Failure> {
    let made = claim(to)?;
    let outcome = fill(data, to, progress);
    if outcome.is_err() {
        clear(to, &[]);
        if made {
            let _ = std::fs::remove_dir(to);
        }
    }
    outcome
}

/// Make the directory, or take one that is empty. Answers whether it was made.
fn claim(to: &Path) -> Result<bool, Failure> {
    match std::fs::read_dir(to).map(|mut entries| entries.next().is_some()) {
        Ok(true) => {
            let path = to.display();
            Err(Failure::new(
                "BACKUP_NOT_EMPTY",
                exit::REFUSED,
                format!("{path} 不是空目录，没有备份。请换一个目录；没有 {NAME} 的是没有做完的备份，可以删除。"),
                format!(
                    "{path} is not empty; nothing was backed up. Choose another directory; one without {NAME} is an unfinished backup and can be deleted."
                ),
            ))
        }
        Ok(false) => Ok(false),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            // What it holds is not for everybody on the machine.
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(to);
            made.map_err(|cause| Failure::system(to, &cause))?;
            Ok(true)
        }
        Err(cause) => Err(Failure::system(to, &cause)),
    }
}

fn fill(data: &Path, to: &Path, progress: Progress<'_>) -> Result<Manifest, Failure> {
    let failed = |cause: io::Error| Failure::system(to, &cause);
    // What was acknowledged must be there before it is called the truth.
    engine::look(data).map_err(|error| Failure::store(&error))?;
    let stopped = Cell::new(false);
    let mut going = |done, all| {
        stopped.set(stopped.get() || !progress(done, all));
        !stopped.get()
    };
    let copied = copy_ledger(&data.join(LEDGER), &to.join(LEDGER), &mut going);
    if stopped.get() {
        return Err(Failure::cancelled());
    }
    let head = copied.map_err(Failure::ledger)?;
    let (standing, name) = {
        // A checkpoint would be written only to be cleared away.
        let limits = EngineLimits { checkpoint_every: 0, ..EngineLimits::default() };
        let engine = Engine::open_copy(to, limits).map_err(|error| Failure::store(&error))?;
        let view = engine.view();
        (Standing::of(&view, head), view.state().name().map(str::to_owned))
    };
    let log = to.join("ledger.sqlite-wal").metadata().map_or(0, |log| log.len());
    if standing.sequence != head.sequence || log > 0 {
        let (zh, en) = ("副本与账本不一致", "the copy does not give what the ledger says");
        return Err(damaged_backup(&to.join(LEDGER), zh, en));
    }
    clear(to, KEPT);
    for file in [LEDGER, "ledger.witness"] {
        File::open(to.join(file)).and_then(|file| file.sync_all()).map_err(failed)?;
    }
    sync_directory(to).map_err(failed)?;
    let sum = sum_of(&to.join(LEDGER), &mut io::sink(), &mut going)?;
    let manifest = Manifest::new(name.as_deref(), standing, sum);
    manifest.write(to).map_err(failed)?;
    sync_directory(parent(to)).map_err(failed)?;
    Ok(manifest)
}

/// Remove all but these from a directory that was empty when the work began.
fn clear(directory: &Path, kept: &[&str]) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten().filter(|entry| !kept.iter().any(|name| entry.file_name() == *name)) {
        let path = entry.path();
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        if let Err(cause) = removed {
            tracing::warn!(path = %path.display(), %cause, "a file could not be cleared away");
        }
    }
}

/// Bytes and BLAKE3 of a file, which is written to `out` on the way.
pub fn sum_of(path: &Path, out: &mut dyn Write, progress: Progress<'_>) -> Result<(u64, String), Failure> {
    let failed = |cause: io::Error| Failure::system(path, &cause);
    let mut file = File::open(path).map_err(failed)?;
    let all = file.metadata().map_err(failed)?.len();
    let (mut hasher, mut done) = (blake3::Hasher::new(), 0);
    let mut chunk = vec![0; COPIED_AT_ONCE];
    loop {
        let length = file.read(&mut chunk).map_err(failed)?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
        out.write_all(read).map_err(failed)?;
        done += u64::try_from(length).unwrap_or(0);
        if !progress(done, all) {
            return Err(Failure::cancelled());
        }
    }
    Ok((done, hasher.finalize().to_hex().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Command;

    #[test]
    fn a_backup_that_is_cancelled_anywhere_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (data, to) = (folder.path().join("data"), folder.path().join("deep/backup"));
        let engine = Engine::open(&data).expect("it opens");
        let name = Command::NameStore { name: "demo".into() };
        engine.execute("import", &[name], &mut |_, _| true).expect("it is written");
        let mut steps = 0;
        let manifest = loop {
            let mut left = steps;
            let mut going = |_, _| {
                left -= 1;
                left >= 0
            };
            match back_up(&data, &to, &mut going) {
                Ok(manifest) => break manifest,
                Err(failure) => assert_eq!(failure.code, "CANCELLED", "{failure}"),
            }
            assert!(!to.exists(), "step {steps} left something");
            steps += 1;
        };
        assert!(steps > 0, "nothing was cancelled");
        assert_eq!(manifest.store_name.as_deref(), Some("demo"));
        let kept = std::fs::read_dir(&to).expect("it is there").count();
        assert_eq!(kept, KEPT.len());
        // Also into a directory that was there, and stays.
        let empty = folder.path().join("empty");
        std::fs::create_dir(&empty).expect("it can be made");
        assert_eq!(back_up(&data, &empty, &mut |_, _| false).map_err(|failure| failure.code), Err("CANCELLED"));
        assert_eq!(std::fs::read_dir(&empty).expect("it is there").count(), 0);
        assert_eq!(back_up(&data, &to, &mut |_, _| true).map_err(|failure| failure.code), Err("BACKUP_NOT_EMPTY"));
        assert_eq!(std::fs::read_dir(&to).expect("it is there").count(), kept);
    }
}
