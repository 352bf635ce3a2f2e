//! A disk that can fail: a scratch folder, and the preload library that stands between the program
//! and that folder (`tests/faults/faulty.c`, built here).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::process::{program, project};

/// Names are those of the library without `FAULTY_`.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<(&'static str, String)>);

impl Faults {
    /// A disk that does what it should. Unless it is a real one (`Disk::real`), nothing waits for it.
    pub fn none() -> Self {
        Self::default()
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.push((name, value.to_string()));
        self
    }
}

/// The library, built once. A machine without a C compiler cannot build the program either.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (built, library) = (folder.join(format!("faulty-{}.so", std::process::id())), folder.join("faulty.so"));
    let said = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&built)
        .arg(project("tests/faults/faulty.c"))
        .output()
        .expect("a C compiler is there: cc");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    // Another run may be using the file of that name: it is replaced whole.
    fs::rename(&built, &library).expect("it can be put in place");
    library
});

/// How checkpoints end, and what a crash leaves of them.
pub const WHOLE: &str = ".checkpoint";
pub const PART: &str = ".part";

/// What stands on the disk at a moment.
pub type Image = Vec<(PathBuf, Vec<u8>)>;

/// The disk.
pub struct Disk {
    scratch: TempDir,
    /// Without faults, the library stands aside and every sync is performed.
    real: bool,
}

impl Disk {
    /// One with an empty data directory, which its operator made durable.
    pub fn new() -> Self {
        let disk = Self::without_directory();
        fs::create_dir(disk.data()).expect("a folder can be made");
        disk
    }

    /// One on which every sync takes the time it takes.
    pub fn real() -> Self {
        Self { real: true, ..Self::new() }
    }

    /// One without a data directory.
    pub fn without_directory() -> Self {
        let disk = Self { scratch: tempfile::tempdir().expect("a scratch folder"), real: false };
        for folder in [disk.root(), disk.stash(), disk.input()] {
            fs::create_dir(folder).expect("a folder can be made");
        }
        disk
    }

    /// What the library watches.
    fn root(&self) -> PathBuf {
        // The library compares paths as the system tells them.
        self.scratch.path().canonicalize().expect("it is there").join("disk")
    }

    fn stash(&self) -> PathBuf {
        self.scratch.path().join("stash")
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// Where inputs are put, beyond all faults.
    pub fn input(&self) -> PathBuf {
        self.scratch.path().join("input")
    }

    /// A file beyond all faults.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// The program, over this disk.
    pub fn program(&self, faults: &Faults) -> Command {
        let mut command = program();
        if self.real && faults.0.is_empty() {
            return command;
        }
        command.env("LD_PRELOAD", &*LIBRARY).env("FAULTY_DIR", self.root()).env("FAULTY_STASH", self.stash());
        for (name, value) in &faults.0 {
            command.env(format!("FAULTY_{name}"), value);
        }
        command
    }

    /// Checkpoints that stand in the data directory, and such as were left half written: names, oldest
    /// first.
    pub fn checkpoints(&self, ending: &str) -> Vec<String> {
        let entries = fs::read_dir(self.data()).expect("a folder can be listed");
        let names = entries.map(|entry| entry.expect("it is listed").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> =
            names.filter(|name| name.starts_with("checkpoint-") && name.ends_with(ending)).collect();
        names.sort();
        names
    }

    /// Remember the data directory.
    pub fn image(&self) -> Image {
        let mut image = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder can be listed") {
                let path = entry.expect("a folder can be listed").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).expect("a file can be read");
                    image.push((path.strip_prefix(self.data()).expect("it lies below").to_owned(), bytes));
                }
            }
        }
        image.sort();
        image
    }

    /// Make the data directory what it was, here or on another disk.
    pub fn restore(&self, image: &Image) {
        for folder in [self.root(), self.stash()] {
            fs::remove_dir_all(&folder).expect("a folder can be removed");
            fs::create_dir(&folder).expect("a folder can be made");
        }
        fs::create_dir(self.data()).expect("a folder can be made");
        for (path, bytes) in image {
            let path = self.data().join(path);
            fs::create_dir_all(path.parent().expect("it lies below")).expect("a folder can be made");
            fs::write(path, bytes).expect("a file can be written");
        }
    }
}
