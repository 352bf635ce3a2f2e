//! A client that costs next to nothing: one kept connection, bytes out, bytes in.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connect.
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; 1 << 16] })
    }

    /// Send a request and wait for the whole answer; its body.
    pub fn ask(&mut self, request: &[u8]) -> io::Result<&[u8]> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let (start, length) = loop {
            filled += self.read_some(filled)?;
            let seen = self.buffer.get(..filled).unwrap_or_default();
            if let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
                break (end + 4, content_length(seen.get(..end).unwrap_or_default())?);
            }
        };
        while filled < start + length {
            filled += self.read_some(filled)?;
        }
        self.buffer.get(start..start + length).ok_or_else(|| broken("the answer is cut off"))
    }

    fn read_some(&mut self, filled: usize) -> io::Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        match self.stream.read(self.buffer.get_mut(filled..).unwrap_or_default())? {
            0 => Err(broken("the server closed the connection")),
            read => Ok(read),
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The length of the body; an answer with a status other than 200 or without a length is no use.
fn content_length(head: &[u8]) -> io::Result<usize> {
    let head = std::str::from_utf8(head).map_err(|_| broken("headers are no text"))?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(broken(head));
    }
    let lengths = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = lengths.next().and_then(|(_, value)| value.trim().parse().ok());
    length.ok_or_else(|| broken("the answer has no length"))
}

/// `GET`, as bytes.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// `POST` of a JSON body, as bytes.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    post_as("", path, body)
}

/// The same with more headers, each ended by a line break.
pub fn post_as(headers: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
