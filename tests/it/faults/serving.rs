//! The program serving over a disk that may fail, and clients that keep their connection and know
//! whether what they asked can have arrived.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use super::disk::{Disk, Faults};

/// The store that all these tests write.
pub const STORE: &str = "faults";
/// Entries between two checkpoints of a server that is written to: so few that every life of it, however
/// short, meets several.
const CHECKPOINT_ENTRIES: u64 = 7;
/// Far more than any answer needs; whoever waits so long has found a defect.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server; killed when dropped.
pub struct Serving {
    child: Mutex<Child>,
    /// What it has said on standard error.
    said: Arc<Mutex<Vec<u8>>>,
    /// Whoever listens to that, until it has ended.
    listener: Mutex<Option<JoinHandle<()>>>,
    address: SocketAddr,
    /// What clients may write with.
    token: Option<String>,
}

impl Serving {
    /// Serve; an error is how it ended before it listened. Where nobody writes, nothing is to change:
    /// no checkpoints are made.
    pub fn start(disk: &Disk, faults: &Faults, token: Option<String>) -> Result<Self, String> {
        let entries = if token.is_some() { CHECKPOINT_ENTRIES } else { 0 };
        Self::start_with(disk.program(faults), disk, entries, token)
    }

    /// Serve with so many entries between two checkpoints.
    pub fn start_with(
        mut program: Command,
        disk: &Disk,
        checkpoint_entries: u64,
        token: Option<String>,
    ) -> Result<Self, String> {
        let mut child = program
            .env("INNOGRAPH_LIMITS__CHECKPOINT_ENTRIES", checkpoint_entries.to_string())
            .args(["serve", "--listen", "127.0.0.1:0", "--store-name", STORE, "--data"])
            .arg(disk.data())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut speaks = child.stderr.take().expect("stderr is piped");
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let listener = std::thread::spawn(move || {
            let mut text = [0; 4096];
            while let Ok(length @ 1..) = speaks.read(&mut text) {
                heard.lock().expect("nobody panics").extend_from_slice(&text[..length]);
            }
        });
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.starts_with("GraphQL:")));
        let Some(line) = line else {
            let ended = child.wait().expect("it ends");
            listener.join().expect("it was read");
            return Err(format!("{ended}: {}", text_of(&said)));
        };
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        let address = address.parse().expect("an address");
        // Keep reading, so that the server never waits for somebody to read what it prints.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child: Mutex::new(child), said, listener: Mutex::new(Some(listener)), address, token })
    }

    pub fn client(&self) -> Client {
        Client { address: self.address, token: self.token.clone(), stream: None }
    }

    /// What it has said so far on standard error.
    pub fn said(&self) -> String {
        text_of(&self.said)
    }

    /// Ask it until something is so that it does beside its answers.
    pub fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let mut client = self.client();
        for _ in 0..100_000 {
            if is_so() {
                return;
            }
            let _ = client.send("GET", "/livez", b"");
        }
        panic!("{what}: not so after 100,000 questions; it said {}", self.said());
    }

    /// `kill -9`, and wait for the end: how it ended, and what it had said.
    pub fn kill(&self) -> String {
        let _ = self.child.lock().expect("nobody panics").kill();
        self.last_words()
    }

    /// Ask it to stop, and wait for the end; where it was killed, how that went.
    pub fn stop(&self) -> String {
        let id = self.child.lock().expect("nobody panics").id().to_string();
        let gone = self.child.lock().expect("nobody panics").try_wait().expect("it can be asked").is_some();
        if !gone {
            assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
        }
        self.last_words()
    }

    /// Wait for the end.
    fn last_words(&self) -> String {
        let ended = self.child.lock().expect("nobody panics").wait().expect("it ends");
        if let Some(listener) = self.listener.lock().expect("nobody panics").take() {
            listener.join().expect("it was read");
        }
        format!("{ended}: {}", self.said())
    }
}

fn text_of(said: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&said.lock().expect("nobody panics")).into_owned()
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Silence {
    /// The request never left: nothing can have happened.
    NotSent,
    /// It may have arrived.
    Unanswered,
}

/// One connection, made again when it broke.
pub struct Client {
    address: SocketAddr,
    token: Option<String>,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A GraphQL request: status and answer.
    pub fn ask(&mut self, query: &str, variables: &Value) -> Result<(u16, Value), Silence> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let (status, text) = self.send("POST", "/graphql", body.as_bytes())?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// A request: status and body.
    pub fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Result<(u16, String), Silence> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).map_err(|_| Silence::NotSent)?;
            stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
            stream.set_nodelay(true).expect("it can be set");
            self.stream = Some(BufReader::new(stream));
        }
        let stream = self.stream.as_mut().expect("it was just made");
        let authorization = self.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
        let answered = exchange(stream, method, path, &authorization.unwrap_or_default(), body);
        if answered.is_err() {
            self.stream = None;
        }
        answered.map_err(|cause| {
            assert!(cause.kind() != ErrorKind::WouldBlock, "no answer within {PATIENCE:?}: {path}");
            Silence::Unanswered
        })
    }
}

fn exchange(
    stream: &mut BufReader<TcpStream>,
    method: &str,
    path: &str,
    authorization: &str,
    body: &[u8],
) -> std::io::Result<(u16, String)> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{authorization}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
    let broken = |what: &str| std::io::Error::new(ErrorKind::InvalidData, what.to_owned());
    let (mut status, mut length) = (None, None);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if status.is_none() {
            status = line.split_whitespace().nth(1).and_then(|code| code.parse().ok());
        } else if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        } else if line.is_empty() {
            break;
        }
    }
    let mut text = vec![0; length.ok_or_else(|| broken("an answer without a length"))?];
    stream.read_exact(&mut text)?;
    let text = String::from_utf8(text).map_err(|_| broken("an answer that is no text"))?;
    Ok((status.ok_or_else(|| broken("an answer without a status"))?, text))
}
