//! The harness: the built program over a small real store, under a limit of its address space, and
//! what must be true of it after each attack. It knows no attack by itself.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::peer::now;
use crate::process::{import, program, project};

/// What the issue allows is meant for a release build; those of tests are about so many times slower.
pub const SLOWER: u32 = if cfg!(debug_assertions) { 5 } else { 1 };

/// Address space of the program, in KiB as `ulimit -v` wants it: 6 GB.
const ADDRESS_SPACE: &str = "6291456";
/// Memory that one attack may take at most.
const MEMORY_KIB: u64 = 64 * 1024;
/// The question after an attack is answered within this.
const NEXT_ANSWER: Duration = Duration::from_millis(100);
/// Far longer than any answer may take; whoever waits so long has found a defect.
const PATIENCE: Duration = Duration::from_secs(30);
/// A tick of `/proc/PID/stat`, on every Linux that runs this.
const TICK: Duration = Duration::from_millis(10);
/// Beside the files of the store.
const LOG: &str = "standard-error.log";
/// Bytes that a refusal has at most.
const REFUSAL_BYTES: usize = 4 * 1024;

pub const JSON: &str = "Content-Type: application/json\r\n";

/// A store made once: its files with their contents, and an administrator's token. Every server gets
/// a copy, so that what one test does to its own is nobody else's affair.
pub struct Store {
    name: &'static str,
    files: Vec<(PathBuf, Vec<u8>, fs::Permissions)>,
    token: String,
}

impl Store {
    /// Make one by filling a folder.
    pub fn made(name: &'static str, fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        fill(folder.path());
        let token = create_token(folder.path());
        let read = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.expect("an entry");
            let bytes = fs::read(entry.path()).expect("a file of the store");
            (PathBuf::from(entry.file_name()), bytes, entry.metadata().expect("it has them").permissions())
        };
        Self { name, files: fs::read_dir(folder.path()).expect("the store").map(read).collect(), token }
    }
}

static CITY: LazyLock<Store> = LazyLock::new(|| {
    Store::made("demo", |folder| {
        let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
        let said = import(folder, "demo", &[&codes, &demo]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    })
});

fn create_token(data: &Path) -> String {
    let said = program()
        .args(["token", "create", "--name", "door", "--role", "administrator", "--data"])
        .arg(data)
        .output()
        .expect("the program starts");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("text").trim_end().to_owned()
}

/// A server that is attacked; killed when dropped.
pub struct Fort {
    child: Mutex<Child>,
    pub address: SocketAddr,
    /// An administrator's, so that a mutation that got through would be carried out.
    pub token: String,
    data: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Heard {
    /// 0 where the connection was closed without a word.
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Heard {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The body as JSON, null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }

    /// Nothing ran: a refusal with a code, small, and without a word about the inside. Where the
    /// server does not even see a request, it may answer without a body, or only close.
    pub fn assert_refused(&self, what: &str) {
        let said: String = self.body.chars().take(600).collect();
        let answer = self.json();
        let nothing = |value: &Value| value.as_object().is_some_and(|roots| roots.values().all(Value::is_null));
        let ran = answer.get("data").is_some_and(|data| !data.is_null() && !nothing(data));
        assert!(!ran, "{what}: it ran: {said}");
        assert!(self.status < 500, "{what}: {} {said}", self.status);
        assert!(self.body.len() < REFUSAL_BYTES, "{what}: {} bytes", self.body.len());
        let lower = self.body.to_lowercase();
        for inside in ["panic", "src/", "backtrace", "thread", ".rs:", "/root/", "/home/", "/tmp/", "serde", "hyper"] {
            assert!(!lower.contains(inside), "{what}: {inside} in {said}");
        }
        if self.body.is_empty() {
            assert!(self.status == 0 || (400..500).contains(&self.status), "{what}: {}", self.head);
        } else {
            let refused = (400..500).contains(&self.status) || self.status == 200;
            let errors = answer["errors"].as_array().filter(|errors| !errors.is_empty());
            let errors = errors.unwrap_or_else(|| panic!("{what}: {} {}", self.status, self.body));
            let coded = |error: &Value| error["extensions"]["code"].as_str().is_some_and(|code| !code.is_empty());
            assert!(refused && errors.iter().all(coded), "{what}: {} {}", self.status, self.body);
        }
    }

    /// The same with one of these statuses.
    pub fn assert_status(&self, what: &str, statuses: &[u16]) {
        self.assert_refused(what);
        assert!(statuses.contains(&self.status), "{what}: {} is none of {statuses:?}: {}", self.status, self.body);
    }
}

impl Fort {
    /// The invented city with the limits of production.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The invented city with other settings: `limits__header_ms`, `public_introspection`.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self::over(&CITY, settings)
    }

    /// A copy of a store.
    pub fn over(store: &Store, settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a scratch folder");
        for (name, bytes, permissions) in &store.files {
            let path = data.path().join(name);
            fs::write(&path, bytes).expect("a file can be written");
            fs::set_permissions(&path, permissions.clone()).expect("its owner may");
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v \"$0\" && exec \"$@\"", ADDRESS_SPACE, env!("CARGO_BIN_EXE_innograph")]);
        shell.args(["serve", "--listen", "127.0.0.1:0", "--store-name", store.name, "--data"]).arg(data.path());
        for (name, value) in settings {
            shell.env(format!("INNOGRAPH_{}", name.to_uppercase()), value);
        }
        let log = fs::File::create(data.path().join(LOG)).expect("a file can be made");
        let mut child = shell.stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.starts_with("GraphQL:")));
        let line = line.expect("the server starts within its address space");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        let address = address.parse().expect("an address");
        // Keep reading, so that the server never waits for somebody to read what it prints.
        std::thread::spawn(move || lines.for_each(drop));
        let fort = Self { child: Mutex::new(child), address, token: store.token.clone(), data };
        fort.wait_for_search();
        fort
    }

    fn wait_for_search(&self) {
        let begin = now();
        while !self.send("GET", "/readyz", "", b"").body.contains("\"state\":\"ready\"") {
            assert!(begin.elapsed() < PATIENCE * 4, "the search index never stood");
            std::thread::yield_now();
        }
    }

    /// Send bytes as they are; what was heard until the answer was whole or the server closed.
    pub fn raw(&self, bytes: &[u8]) -> Heard {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
        stream.set_write_timeout(Some(PATIENCE)).expect("a time-out can be set");
        std::thread::scope(|scope| {
            // Whoever refuses early answers while the rest is still on its way.
            let mut writing = stream.try_clone().expect("a socket can be cloned");
            scope.spawn(move || writing.write_all(bytes));
            let heard = hear(&stream);
            let _ = stream.shutdown(std::net::Shutdown::Both);
            heard
        })
    }

    /// A request with a body; the connection ends with it.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Heard {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        self.raw(&[head.as_bytes(), body].concat())
    }

    /// A body of JSON.
    pub fn post(&self, body: &[u8]) -> Heard {
        self.send("POST", "/graphql", JSON, body)
    }

    /// A document.
    pub fn ask(&self, query: &str) -> Heard {
        self.post(json!({ "query": query }).to_string().as_bytes())
    }

    /// A document with variables.
    pub fn ask_with(&self, query: &str, variables: &Value) -> Heard {
        self.post(json!({ "query": query, "variables": variables }).to_string().as_bytes())
    }

    /// A document, and its data where there are no errors.
    pub fn data(&self, query: &str) -> Value {
        let heard = self.ask(query);
        let answer = heard.json();
        assert!(answer.get("errors").is_none(), "{query}: {} {}", heard.status, heard.body);
        answer["data"].clone()
    }

    /// The administrator's header.
    pub fn authorization(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    /// What it has said on standard error.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.data.path().join(LOG)).expect("it is there")).into_owned()
    }

    /// Take the administrator's token back.
    pub fn revoke(&self) {
        let said = program().args(["token", "revoke", "door", "--data"]).arg(self.data.path()).output();
        assert!(said.expect("the program starts").status.success());
    }

    /// Where the store stands: any change moves it.
    pub fn sequence(&self) -> u64 {
        self.ask("{__typename}").json()["extensions"]["sequence"].as_u64().expect("answers carry it")
    }

    fn of_process(&self, file: &str) -> String {
        let id = self.child.lock().expect("nobody panics").id();
        fs::read_to_string(format!("/proc/{id}/{file}")).expect("a process that lives")
    }

    fn status_kib(&self, name: &str) -> u64 {
        let status = self.of_process("status");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
        line.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().expect("a number")
    }

    /// Resident memory, in KiB.
    pub fn memory_kib(&self) -> u64 {
        self.status_kib("VmRSS:")
    }

    /// Open descriptors.
    pub fn descriptors(&self) -> usize {
        let id = self.child.lock().expect("nobody panics").id();
        fs::read_dir(format!("/proc/{id}/fd")).expect("a process that lives").count()
    }

    /// Open files and sockets once nothing is about to be closed any more.
    pub fn settled_descriptors(&self) -> usize {
        let (mut count, mut since) = (self.descriptors(), now());
        while since.elapsed() < Duration::from_millis(300) {
            let again = self.descriptors();
            if again != count {
                (count, since) = (again, now());
            }
            std::thread::yield_now();
        }
        count
    }

    /// Time of all processors so far.
    pub fn cpu(&self) -> Duration {
        let stat = self.of_process("stat");
        let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).expect("its form is known");
        let mut fields = after_name.split_whitespace().skip(11).map(|field| field.parse::<u32>().expect("ticks"));
        TICK * (fields.next().expect("user") + fields.next().expect("system"))
    }

    /// Processor time of one of so many doings.
    pub fn cpu_of(&self, times: u32, mut doing: impl FnMut(&Fort)) -> Duration {
        let before = self.cpu();
        for _ in 0..times {
            doing(self);
        }
        (self.cpu() - before) / times
    }

    /// Attack, and judge what is left: it lives, memory has not grown, and it answers at once.
    pub fn stands<T>(&self, what: &str, attack: impl FnOnce(&Fort) -> T) -> T {
        let id = self.child.lock().expect("nobody panics").id();
        fs::write(format!("/proc/{id}/clear_refs"), "5").expect("the peak can be set back");
        let (before, begin) = (self.memory_kib(), now());
        let came = attack(self);
        let took = begin.elapsed();
        assert!(self.lives(), "{what}: the process died: {}", self.log());
        // A panic that was caught is still one.
        assert!(!self.log().contains("panicked"), "{what}: {}", self.log());
        let grown = self.status_kib("VmHWM:").saturating_sub(before);
        let answered = self.next_answer();
        println!("{what}: {took:?}, +{grown} KiB, then answered in {answered:?}");
        assert!(grown <= MEMORY_KIB, "{what}: memory grew by {grown} KiB");
        assert!(answered <= NEXT_ANSWER * SLOWER, "{what}: the next question took {answered:?}");
        came
    }

    /// How long the next question takes, on a connection of its own.
    pub fn next_answer(&self) -> Duration {
        let begin = now();
        let heard = self.ask("{__typename}");
        let took = begin.elapsed();
        assert_eq!(heard.json()["data"]["__typename"], "Query", "{} {}", heard.status, heard.body);
        took
    }

    fn lives(&self) -> bool {
        matches!(self.child.lock().expect("nobody panics").try_wait(), Ok(None))
    }
}

impl Drop for Fort {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Read one answer: to the length it names, else to the end.
pub fn hear(stream: &TcpStream) -> Heard {
    let (mut stream, mut bytes, mut piece) = (stream, Vec::new(), vec![0; 64 * 1024]);
    while !is_whole(&bytes) {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                panic!("no word and no close within {PATIENCE:?}: {}", String::from_utf8_lossy(&bytes))
            }
            Err(_) => break,
        }
    }
    Heard::of(&bytes)
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.and_then(|length| length.trim().parse::<usize>().ok()).is_some_and(|length| bytes.len() >= end + 4 + length)
}

/// How long something takes.
pub fn timed<T>(doing: impl FnOnce() -> T) -> (T, Duration) {
    let begin: Instant = now();
    let came = doing();
    (came, begin.elapsed())
}

/// Trials of which each is made, whatever the others showed; dropped, it fails with all that went wrong.
#[derive(Default)]
pub struct Trials(Vec<String>);

impl Trials {
    /// Make one.
    pub fn of(&mut self, what: &str, trial: impl FnOnce()) {
        if let Err(cause) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(trial)) {
            let text = cause.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("it failed");
            self.0.push(format!("{what}: {}", text.chars().take(600).collect::<String>()));
        }
    }
}

impl Drop for Trials {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{} trials failed:\n{}", self.0.len(), self.0.join("\n"));
        }
    }
}
