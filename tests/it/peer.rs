//! A WebSocket client that speaks frames by hand, so that it can also speak them badly, and small
//! stores in this process whose limits a test sets.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use innograph::api::http::{Service, router};
use innograph::config::{Config, Limits};
use innograph::domain::command::{Command, Origin, Subject};
use innograph::domain::provenance::Method;
use innograph::domain::{Kind, Validity};
use innograph::engine::Engine;
use innograph::intake::{self, InputFile};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::engine_of;

pub const PROTOCOL: &str = "graphql-transport-ws";

/// What a server says.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// A close with its code.
    Close(u16),
    /// The end of the connection.
    End,
}

/// One socket.
pub struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
    /// Does it answer pings?
    pub awake: bool,
}

impl Peer {
    /// Ask for a socket: status, what follows the head, and the socket.
    pub fn knock(address: SocketAddr, headers: &str) -> (u16, Peer) {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out can be set");
        stream.set_nodelay(true).expect("a socket takes it");
        let request = format!(
            "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).expect("a request can be sent");
        let mut peer = Peer { stream, unread: Vec::new(), awake: true };
        let head = loop {
            if let Some(end) = peer.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break peer.unread.drain(..end + 4).collect::<Vec<_>>();
            }
            assert!(peer.more(), "no head: {}", String::from_utf8_lossy(&peer.unread));
        };
        let head = String::from_utf8_lossy(&head).into_owned();
        (head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).expect("a status"), peer)
    }

    /// A socket of the protocol, before `connection_init`.
    pub fn open(address: SocketAddr) -> Peer {
        let (status, peer) = Self::knock(address, &handshake(PROTOCOL));
        assert_eq!(status, 101);
        peer
    }

    /// A socket after `connection_init`.
    pub fn greeted(address: SocketAddr) -> Peer {
        let mut peer = Self::open(address);
        peer.say(&json!({ "type": "connection_init" }));
        assert_eq!(peer.hear(), Heard::Message(json!({ "type": "connection_ack" })));
        peer
    }

    fn more(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("nothing came within the time")
            }
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.unread.extend_from_slice(&bytes[..length]);
                true
            }
        }
    }

    /// The body of a refusal, as far as it has come.
    pub fn body(mut self) -> String {
        while !self.unread.ends_with(b"}") && self.more() {}
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    /// Send bytes as they are. A server that has closed may not take them any more.
    pub fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Send a frame, masked with zeros: first byte, payload.
    pub fn frame(&mut self, first: u8, payload: &[u8]) {
        let length = u64::try_from(payload.len()).expect("a length");
        let mut bytes = vec![first];
        match u8::try_from(length) {
            Ok(short @ 0..=125) => bytes.push(0x80 | short),
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend_from_slice(&length.to_be_bytes());
            }
        }
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(payload);
        self.raw(&bytes);
    }

    /// Send a message.
    pub fn say(&mut self, message: &Value) {
        self.text(&message.to_string());
    }

    /// Send a text.
    pub fn text(&mut self, text: &str) {
        self.frame(0x81, text.as_bytes());
    }

    pub fn subscribe(&mut self, id: &str, query: &str, variables: &Value) {
        self.say(&json!({ "id": id, "type": "subscribe", "payload": { "query": query, "variables": variables } }));
    }

    /// The next message, or how it ended.
    pub fn hear(&mut self) -> Heard {
        for _ in 0..200 {
            let Some((kind, payload)) = self.next_frame() else { return Heard::End };
            match kind {
                1 => return Heard::Message(serde_json::from_slice(&payload).expect("messages are JSON")),
                8 => return Heard::Close(payload.get(..2).map_or(1005, |code| u16::from_be_bytes([code[0], code[1]]))),
                9 if self.awake => self.frame(0x8a, &payload),
                _ => {}
            }
        }
        panic!("nothing but pings")
    }

    /// Be silent but for the answers to so many pings.
    pub fn answer_pings(&mut self, count: usize) {
        for _ in 0..count {
            let (kind, payload) = self.next_frame().expect("who answers pings is not dropped");
            assert_eq!(kind, 9);
            self.frame(0x8a, &payload);
        }
    }

    /// The next message of an operation: its type and its payload.
    pub fn answer(&mut self, id: &str) -> (String, Value) {
        match self.hear() {
            Heard::Message(mut message) => {
                assert_eq!(message["id"], id, "{message}");
                (message["type"].as_str().expect("a type").to_owned(), message["payload"].take())
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next payload of an operation that goes on.
    pub fn next(&mut self, id: &str) -> Value {
        let (kind, payload) = self.answer(id);
        assert_eq!(kind, "next", "{payload}");
        payload
    }

    fn next_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let [first, length, rest @ ..] = self.unread.as_slice() {
                let (kind, short) = (first & 0x0f, usize::from(length & 0x7f));
                let (head, length) = match (short, rest) {
                    (126, [high, low, ..]) => (4, usize::from(u16::from_be_bytes([*high, *low]))),
                    (127, [_, _, _, _, a, b, c, d, ..]) => (10, u32::from_be_bytes([*a, *b, *c, *d]) as usize),
                    (126 | 127, _) => (usize::MAX, 0),
                    _ => (2, short),
                };
                if self.unread.len() >= head.saturating_add(length) {
                    let frame: Vec<u8> = self.unread.drain(..head + length).collect();
                    return Some((kind, frame[head..].to_vec()));
                }
            }
            if !self.more() {
                return None;
            }
        }
    }
}

/// For bounds on waiting.
#[allow(clippy::disallowed_methods)]
pub fn now() -> Instant {
    Instant::now()
}

/// The rest of a handshake.
pub fn handshake(protocol: &str) -> String {
    format!("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocol}\r\n")
}

/// A store in this process.
pub struct House {
    pub engine: Arc<Engine>,
    pub service: Arc<Service>,
    pub address: SocketAddr,
    runtime: Runtime,
}

impl House {
    /// Serve an empty store.
    pub fn with(limits: Limits) -> Self {
        let engine = engine_of(&[]);
        let config = Config { limits, ..Config::default() };
        let service = Service::new(Arc::clone(&engine), &config);
        Self::serving(engine, service)
    }

    /// Serve a store that takes everybody for an administrator.
    pub fn trusting(engine: Engine, limits: Limits) -> Self {
        let config = Config { limits, ..Config::default() };
        let engine = Arc::new(engine);
        let service = Service::trusting(Arc::clone(&engine), &config, "示例工作人员");
        Self::serving(engine, service)
    }

    fn serving(engine: Arc<Engine>, service: Service) -> Self {
        let service = Arc::new(service);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let routes = router(Arc::clone(&service));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { engine, service, address, runtime }
    }

    /// Write; the sequence number afterwards.
    pub fn write(&self, commands: &[Command]) -> u64 {
        self.engine.execute("test", commands, &mut |_, _| true).expect("the commands are accepted").sequence
    }

    /// Write so many new sources.
    pub fn write_sources(&self, names: impl Iterator<Item = String>) -> u64 {
        self.write(&sources(names))
    }

    /// A query by POST: status and body.
    pub fn post(&self, query: &str) -> String {
        let body = json!({ "query": query }).to_string();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.post(format!("http://{}/graphql", self.address));
        let request = request.header("Content-Type", "application/json").body(body);
        self.runtime.block_on(async { request.send().await.expect("the service answers").text().await }).expect("text")
    }

    /// A query by POST: its data.
    pub fn data(&self, query: &str) -> Value {
        let answer: Value = serde_json::from_str(&self.post(query)).expect("JSON");
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }
}

/// The commands of tables of the import format.
pub fn commands(tables: &[(&str, String)]) -> Vec<Command> {
    let file = |(name, text): &(&str, String)| InputFile {
        label: (*name).to_owned(),
        name: (*name).to_owned(),
        bytes: text.clone().into_bytes(),
    };
    let files: Vec<InputFile> = tables.iter().map(file).collect();
    let reading = intake::read_folder(
        &files,
        &intake::Limits { file_bytes: 1 << 20, cell_bytes: 1 << 10, columns: 99, ..intake::Limits::DEFAULT },
    );
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals.first());
    reading.commands.into_iter().map(|(_, command)| command).collect()
}

/// Sources of these keys.
pub fn sources(names: impl Iterator<Item = String>) -> Vec<Command> {
    let mut text = "key,kind,issuer,title,docNo,date,address,page,grade,note\n".to_owned();
    for name in names {
        text += &format!("{name},REGISTRY,示例局,示例{name},,2021-12-31,https://example.invalid/,,A,\n");
    }
    commands(&[("sources.csv", text)])
}

/// A person, for whom there is no table.
pub fn person(key: &str, source: &str) -> Command {
    let origin = Origin { source: source.into(), method: Method::Imported, basis: None, confidence: None };
    let (name_zh, values) = (format!("某人{key}"), Vec::new());
    let (kind, validity) = (Kind::Person, Validity::OPEN);
    Command::SaveEntity {
        kind,
        subject: Subject::Key(key.into()),
        name_zh: Some(name_zh),
        name_en: None,
        code: None,
        values,
        validity,
        origin,
    }
}
