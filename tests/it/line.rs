//! A connection that speaks HTTP by hand, slowly or badly where a test wants it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::peer::now;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The code of a refusal, which is told in both languages.
    pub fn code(&self) -> String {
        let extensions = &self.json()["errors"][0]["extensions"];
        assert!(extensions["zh"].is_string() && extensions["en"].is_string(), "{extensions}");
        extensions["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    unread: Vec<u8>,
    begun: Instant,
}

impl Line {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out can be set");
        stream.set_nodelay(true).expect("a socket takes it");
        Self { stream, unread: Vec::new(), begun: now() }
    }

    /// Send bytes as they are. A server that refuses early may not take them all.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let _ = self.stream.write_all(bytes.as_ref());
        self.begun = now();
        self
    }

    /// When the last bytes had been sent.
    pub fn sent(&self) -> Instant {
        self.begun
    }

    /// Since the last bytes were sent.
    pub fn waited(&self) -> Duration {
        self.begun.elapsed()
    }

    fn more(&mut self) -> bool {
        let mut bytes = [0; 64 * 1024];
        match self.stream.read(&mut bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("nothing came within the time; so far: {}", String::from_utf8_lossy(&self.unread))
            }
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.unread.extend_from_slice(&bytes[..length]);
                true
            }
        }
    }

    /// The head of the next answer, if the server does not close before it has come.
    fn head(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.unread.drain(..end + 4).collect();
                return Some(String::from_utf8_lossy(&head).into_owned());
            }
            if !self.more() {
                assert!(self.unread.is_empty(), "an answer was cut: {}", String::from_utf8_lossy(&self.unread));
                return None;
            }
        }
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        while self.unread.len() < length {
            assert!(self.more(), "an answer was cut");
        }
        self.unread.drain(..length).collect()
    }

    fn take_line(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\r\n") {
                let line: Vec<u8> = self.unread.drain(..end + 2).collect();
                return String::from_utf8_lossy(&line).trim().to_owned();
            }
            assert!(self.more(), "an answer was cut");
        }
    }

    /// The next answer; none where the server has closed.
    pub fn next(&mut self) -> Option<Answer> {
        let head = self.head()?;
        let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let mut answer = Answer { status, head, body: Vec::new() };
        if answer.header("transfer-encoding").is_some() {
            loop {
                let size = usize::from_str_radix(&self.take_line(), 16).expect("the size of a chunk");
                answer.body.extend(self.take(size));
                self.take_line();
                if size == 0 {
                    break;
                }
            }
        } else {
            let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
            answer.body = self.take(length);
        }
        Some(answer)
    }

    /// The next answer.
    pub fn answer(&mut self) -> Answer {
        self.next().expect("the server answers before it closes")
    }

    /// Send a request and read its answer.
    pub fn ask(&mut self, request: impl AsRef<[u8]>) -> Answer {
        self.send(request).answer()
    }

    /// Wait for the end of the connection, before which nothing more is said.
    pub fn ends(&mut self) {
        assert!(!self.more(), "more was said: {}", String::from_utf8_lossy(&self.unread));
    }

    /// Send a byte now and then until the server says or does something.
    pub fn trickle(&mut self, byte: &[u8; 1]) {
        let begun = now();
        self.stream.set_read_timeout(Some(Duration::from_millis(40))).expect("a time-out can be set");
        let mut waste = [0; 1];
        loop {
            assert!(begun.elapsed() < Duration::from_secs(20), "the server puts up with it");
            let sent = self.stream.write_all(byte);
            match self.stream.peek(&mut waste) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) && sent.is_ok() => {}
                _ => break,
            }
        }
        self.stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out can be set");
    }

    /// Send on, reading nothing, until the server has thrown the connection away.
    pub fn pour(&mut self, bytes: &[u8]) {
        let begun = now();
        self.stream.set_write_timeout(Some(Duration::from_millis(40))).expect("a time-out can be set");
        loop {
            assert!(begun.elapsed() < Duration::from_secs(20), "the server puts up with it");
            match self.stream.write(bytes) {
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return,
            }
        }
    }
}

/// A query by POST on a connection that is kept.
pub fn post(query: &str, headers: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The same in two parts: the server has seen the first when this returns.
pub fn begin_post(line: &mut Line, query: &str) -> String {
    let whole = post(query, "Expect: 100-continue\r\n");
    let (head, body) = whole.split_once("\r\n\r\n").expect("a request has a head");
    let go_on = line.ask(format!("{head}\r\n\r\n"));
    assert_eq!(go_on.status, 100);
    body.to_owned()
}
