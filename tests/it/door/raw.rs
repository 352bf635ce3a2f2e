//! Requests as bytes, and everything that a server says to bytes, however many answers that is.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// After so much silence nothing more is expected.
const SILENCE: Duration = Duration::from_millis(1_500);

/// The head of a POST with a length.
pub fn head(lines: &str, length: usize) -> Vec<u8> {
    format!("POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}Content-Length: {length}\r\n\r\n")
        .into_bytes()
}

/// The head of a POST in chunks.
pub fn chunked_head(lines: &str) -> Vec<u8> {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}Transfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes()
}

/// One chunk.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Send bytes and take in all that comes until the server closes or has been silent for a while.
pub fn everything(address: SocketAddr, bytes: &[u8]) -> String {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(SILENCE)).expect("a time-out can be set");
    stream.set_write_timeout(Some(SILENCE)).expect("a time-out can be set");
    let heard = std::thread::scope(|scope| {
        let mut writing = stream.try_clone().expect("a socket can be cloned");
        scope.spawn(move || writing.write_all(bytes));
        let (mut reading, mut heard, mut piece) = (&stream, Vec::new(), vec![0; 64 * 1024]);
        loop {
            match reading.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => heard.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = stream.shutdown(Shutdown::Both);
        heard
    });
    String::from_utf8_lossy(&heard).into_owned()
}

/// The status of every answer in what was heard.
pub fn lines_of_status(text: &str) -> Vec<u16> {
    let codes = text.match_indices("HTTP/1.").filter_map(|(place, _)| text.get(place + 9..place + 12));
    codes.filter_map(|code| code.parse().ok()).collect()
}
