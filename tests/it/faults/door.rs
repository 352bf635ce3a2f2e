//! How writes reach the program. One door is here: a batch of rows by `innograph import`, which
//! acknowledges by what it prints and by its exit code.

use std::fs;
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use super::disk::{Disk, Faults};
use super::history::{Answer, Write, content};
use super::serving::STORE;

/// How a life of the program ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// When nothing more is asked.
    InPeace,
    /// By `kill -9`, so long after it began.
    Killed(Duration),
}

/// One life of the program.
#[derive(Debug, Default)]
pub struct Life {
    /// What was asked, and what came back.
    pub told: Vec<(Write, Answer)>,
    /// How it ended, and what it said on standard error.
    pub last_words: String,
}

/// A way to write. `next` says what to write until it says nothing; it is asked by all clients at once.
pub trait Door: Sync {
    /// Things that one write holds.
    fn parts(&self) -> usize;

    /// Writes that a life holds when it is to be cut at every sync in turn.
    fn writes_a_life(&self) -> usize;

    /// Does a life make checkpoints?
    fn keeps_checkpoints(&self) -> bool;

    /// A life of the program under these faults.
    fn live(&self, disk: &Disk, faults: &Faults, next: &(dyn Fn() -> Option<Write> + Sync), ending: Ending) -> Life;
}

/// One import a write, one process an import.
pub struct Imports;

impl Door for Imports {
    fn parts(&self) -> usize {
        3
    }

    fn writes_a_life(&self) -> usize {
        1
    }

    fn keeps_checkpoints(&self) -> bool {
        false
    }

    fn live(&self, disk: &Disk, faults: &Faults, next: &(dyn Fn() -> Option<Write> + Sync), ending: Ending) -> Life {
        let importing = Importing { dead: false, child: None };
        let (importing, mut life) = (Mutex::new(importing), Life::default());
        std::thread::scope(|scope| {
            if let Ending::Killed(after) = ending {
                let importing = &importing;
                scope.spawn(move || {
                    wait_before_killing(after);
                    let mut importing = importing.lock().expect("nobody panics");
                    importing.dead = true;
                    if let Some(child) = &mut importing.child {
                        child.kill().expect("it can be killed");
                    }
                });
            }
            while let Some(write) = next() {
                let Some((answer, words)) = import(disk, faults, &write, &importing) else { break };
                life.told.push((write, answer));
                life.last_words = words;
            }
        });
        life
    }
}

struct Importing {
    dead: bool,
    child: Option<Child>,
}

/// The one place where time passes for its own sake.
#[expect(clippy::disallowed_methods, reason = "a kill comes at any time, not at a condition")]
pub fn wait_before_killing(after: Duration) {
    std::thread::sleep(after);
}

/// Import one write; none once the program counts as dead.
fn import(disk: &Disk, faults: &Faults, write: &Write, importing: &Mutex<Importing>) -> Option<(Answer, String)> {
    let folder = disk.input().join(&write.key);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let source = "key,kind,issuer,title,address,grade\nS,OTHER,示例,示例,https://example.invalid/,C\n";
    fs::write(folder.join("sources.csv"), source).expect("a file can be written");
    let mut rows = "key,nameZh,legalForm,status,isLegalPerson,scopeText,source\n".to_owned();
    for key in write.keys() {
        let (name, text) = content(&key);
        rows += &format!("{key},{name},UNKNOWN,UNKNOWN,UNKNOWN,{text},S\n");
    }
    fs::write(folder.join("enterprises.csv"), rows).expect("a file can be written");
    let mut command = disk.program(faults);
    command.args(["import", "--store-name", STORE, "--data"]).arg(disk.data()).arg(&folder);
    let (mut out, mut err) = {
        let mut importing = importing.lock().expect("nobody panics");
        if importing.dead {
            return None;
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let pipes = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        importing.child = Some(child);
        pipes
    };
    let (mut said, mut complaint) = (String::new(), String::new());
    out.read_to_string(&mut said).expect("it speaks UTF-8");
    err.read_to_string(&mut complaint).expect("it speaks UTF-8");
    // Both pipes are closed: it has ended, or is about to.
    let child = importing.lock().expect("nobody panics").child.take();
    let ended = child.expect("it is still there").wait().expect("it ends");
    assert!(ended.code() != Some(71), "the library cannot follow: {complaint}");
    let answer = if ended.success() || said.contains("accepted ") {
        Answer::Acknowledged
    } else if complaint.contains("no room is left") {
        Answer::Refused("DISK_FULL".into())
    } else {
        Answer::InDoubt(complaint.clone())
    };
    Some((answer, format!("{ended}: {complaint}")))
}
