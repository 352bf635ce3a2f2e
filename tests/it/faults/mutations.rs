//! Writes over HTTP: mutations of many clients at once over one running program.

use std::io::Read;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::disk::{Disk, Faults};
use super::door::{Door, Ending, Life, wait_before_killing};
use super::history::{Answer, Write, content};
use super::serving::{Client, Serving, Silence};

/// Clients that write at the same time.
pub const CLIENTS: usize = 4;

const SOURCE: &str = r#"mutation {
    saveSource(input: {key: "S", kind: OTHER, issuer: "示例", title: "示例", address: "https://example.invalid/", grade: C}) {
        __typename ... on Refusal { code en } } }"#;

const ENTERPRISE: &str = r#"mutation($k: String!, $n: String!, $t: String!) {
    saveEnterprise(input: {key: $k, nameZh: $n, legalForm: UNKNOWN, status: UNKNOWN, isLegalPerson: UNKNOWN,
        scopeText: $t, source: "S"}, idempotencyKey: $k) {
        __typename ... on Written { id version sequence changed } ... on Refusal { code zh en } } }"#;

/// Each mutation is a write; the program lives until it is killed or told to stop.
pub struct Mutations;

impl Door for Mutations {
    fn parts(&self) -> usize {
        1
    }

    fn writes_a_life(&self) -> usize {
        3 * CLIENTS
    }

    fn keeps_checkpoints(&self) -> bool {
        true
    }

    fn live(&self, disk: &Disk, faults: &Faults, next: &(dyn Fn() -> Option<Write> + Sync), ending: Ending) -> Life {
        let token = grant(disk);
        let serving = match Serving::start(disk, faults, Some(token)) {
            Ok(serving) => serving,
            Err(last_words) => return Life { told: Vec::new(), last_words },
        };
        let told = std::thread::scope(|scope| {
            if let Ending::Killed(after) = ending {
                let serving = &serving;
                scope.spawn(move || {
                    wait_before_killing(after);
                    serving.kill();
                });
            }
            write_all(&serving, next)
        });
        Life { told, last_words: serving.stop() }
    }
}

/// A token that may write, made before the program serves.
pub fn grant(disk: &Disk) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let name = format!("client-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut command = disk.program(&Faults::none());
    command.args(["token", "create", "--name", &name, "--data"]).arg(disk.data());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let mut said = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut said).expect("it speaks UTF-8");
    assert!(child.wait().expect("it ends").success(), "{said}");
    let token = said.split_whitespace().find(|word| word.starts_with("igt_"));
    token.unwrap_or_else(|| panic!("no token: {said}")).to_owned()
}

/// Let all clients write until nothing more is asked or the program is gone.
pub fn write_all(serving: &Serving, next: &(dyn Fn() -> Option<Write> + Sync)) -> Vec<(Write, Answer)> {
    // The source must stand before any fact from it. Where the program dies meanwhile, nothing is told.
    match serving.client().ask(SOURCE, &json!({})) {
        Ok((_, answer)) if answer["data"]["saveSource"]["__typename"].is_string() => {}
        // It stands from the time when writing went on.
        Ok((_, answer)) if matches!(code(&answer), "WRITER_STOPPED" | "WRITE_UNCERTAIN" | "DISK_FULL") => {}
        Ok((status, answer)) => panic!("saveSource: {status} {answer}"),
        Err(_) => return Vec::new(),
    }
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = serving.client();
                while let Some(write) = next() {
                    let Some(answer) = save(&mut client, &write) else { break };
                    told.lock().expect("nobody panics").push((write, answer));
                }
            });
        }
    });
    told.into_inner().expect("nobody panics")
}

/// The code of the first error; empty without any.
fn code(answer: &serde_json::Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// One mutation; none where the program is gone and cannot have heard of it.
pub fn save(client: &mut Client, write: &Write) -> Option<Answer> {
    let key = write.keys().next().expect("a write has one thing");
    let (name, text) = content(&key);
    let (status, answer) = match client.ask(ENTERPRISE, &json!({ "k": key, "n": name, "t": text })) {
        Ok(answered) => answered,
        Err(Silence::NotSent) => return None,
        Err(Silence::Unanswered) => return Some(Answer::InDoubt("no answer".into())),
    };
    let written = answer["data"]["saveEnterprise"]["__typename"] == "Written";
    let code = code(&answer);
    Some(match code {
        "" if written => Answer::Acknowledged,
        // Whether the write whose sync failed is on the disk, nobody knows before the restart.
        "WRITE_UNCERTAIN" => Answer::InDoubt(code.to_owned()),
        "WRITER_STOPPED" | "DISK_FULL" => Answer::Refused(code.to_owned()),
        _ => panic!("neither written nor refused for a reason these tests give: {status} {answer}"),
    })
}
