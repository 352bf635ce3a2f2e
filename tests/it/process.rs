//! The program as a process: started on a port of its own choosing, asked over plain sockets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The built program.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_innograph"))
}

/// A folder of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Import folders into a store, and what was said.
pub fn import(data: &Path, store: &str, inputs: &[&Path]) -> Output {
    let mut command = program();
    command.args(["import", "--store-name", store, "--data"]).arg(data).args(inputs);
    command.output().expect("the program starts")
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Serve the invented city from a directory of its own.
    pub fn demo() -> (tempfile::TempDir, Self) {
        let data = tempfile::tempdir().expect("a scratch folder");
        let (codes, demo) = (project("fixtures/codes"), project("fixtures/demo"));
        let said = import(data.path(), "demo", &[&codes, &demo]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let server = Self::start(data.path(), "demo");
        (data, server)
    }

    /// Serve a store.
    pub fn start(data: &Path, store: &str) -> Self {
        Self::start_with(data, store, &[], Stdio::null())
    }

    /// The same with settings (`LIMITS__PAGE`), and with its log somewhere.
    pub fn start_with(data: &Path, store: &str, settings: &[(&str, &str)], log: Stdio) -> Self {
        Self::begin(program(), data, store, settings, log)
    }

    /// The same with so many open files at most.
    pub fn start_short_of_files(data: &Path, store: &str, files: u32, settings: &[(&str, &str)]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")]).arg(program().get_program());
        Self::begin(shell, data, store, settings, Stdio::null())
    }

    fn begin(mut command: Command, data: &Path, store: &str, settings: &[(&str, &str)], log: Stdio) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--store-name", store, "--data"])
            .arg(data)
            .envs(settings.iter().map(|(name, value)| (format!("INNOGRAPH_{name}"), *value)))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.starts_with("GraphQL:")));
        let line = line.expect("the server says where it listens");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        let address = address.parse().expect("an address");
        // Keep reading, so that the server never waits for somebody to read what it prints.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { child, address };
        server.wait_for_search();
        server
    }

    /// The graph is there at once, the search index a moment later; bounded by its own requests.
    fn wait_for_search(&self) {
        for _ in 0..100_000 {
            if self.send("GET", "/readyz", &[], b"").1.contains("\"state\":\"ready\"") {
                return;
            }
            std::thread::yield_now();
        }
        panic!("the search index never stood");
    }

    /// Send bytes as they are, and read until the server closes or has answered.
    pub fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out can be set");
        // A server that refuses early may close before everything is written.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A request with a body, closed afterwards: status and body.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        let answer = self.raw(&[head.as_bytes(), body].concat());
        let status = answer.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
        (status, body)
    }

    /// A GraphQL query by POST: status and answer.
    pub fn ask(&self, query: &str) -> (u16, serde_json::Value) {
        let body = serde_json::json!({ "query": query }).to_string();
        let (status, text) = self.send("POST", "/graphql", &[("Content-Type", "application/json")], body.as_bytes());
        (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
    }

    /// The code of the first error of an answer.
    pub fn code(&self, query: &str) -> String {
        let (_, answer) = self.ask(query);
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ask it to stop, and wait.
    pub fn stop(self) -> Option<i32> {
        self.terminate();
        self.ended()
    }

    /// Ask it to stop.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(killed.success());
    }

    /// Wait until it has ended.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
