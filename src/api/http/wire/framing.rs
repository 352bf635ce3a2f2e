//! Where requests begin and end in the bytes of a connection. hyper reads them too, and answers for
//! what they mean; this beside it tells when a head has begun, how long it has grown, and what hyper
//! tidies away before anybody sees it: a length that was given twice, or beside a coding.
//!
//! It must never change a byte.

/// Bytes kept of the line that is being read; the names and lengths looked for are shorter.
const KEPT: usize = 64;

/// What made a head too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overflow {
    /// The first line alone.
    Address,
    /// All lines together.
    Bytes,
    /// Their number.
    Lines,
}

/// Where we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a head, or before one.
    Head,
    /// So many bytes of a body are to come.
    Body(u64),
    /// In the line that gives the size of a chunk.
    Size,
    /// In the line end behind a chunk.
    Behind,
    /// In the lines behind the last chunk.
    Trailer,
    /// Lost: this was no HTTP, and hyper ends the connection.
    Lost,
}

/// The reader of one connection.
#[derive(Debug)]
pub(super) struct Framing {
    most_bytes: usize,
    most_lines: usize,
    place: Place,
    /// Bytes of the head so far.
    bytes: usize,
    /// Its lines so far, the first one included.
    lines: usize,
    /// The beginning of the line that is being read.
    line: [u8; KEPT],
    /// How long that line is so far.
    length: usize,
    /// Lines `Content-Length`, and what the last one said.
    lengths: u32,
    said: u64,
    /// Was there a `Transfer-Encoding`?
    coded: bool,
    /// Did it say anything but `chunked`, once? Chunks may not be coded twice (RFC 9112, 7.1).
    coded_oddly: bool,
    heads: u64,
    doubtful: Option<u64>,
}

impl Framing {
    /// A reader for heads of so many bytes and headers at most.
    pub(super) fn new(most_bytes: usize, most_headers: usize) -> Self {
        Self {
            most_bytes,
            most_lines: most_headers.saturating_add(1),
            place: Place::Head,
            bytes: 0,
            lines: 0,
            line: [0; KEPT],
            length: 0,
            lengths: 0,
            said: 0,
            coded: false,
            coded_oddly: false,
            heads: 0,
            doubtful: None,
        }
    }

    /// Heads that have come to their end.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    /// The number of the first head, from 1, whose body has no certain end.
    pub(super) fn doubtful(&self) -> Option<u64> {
        self.doubtful
    }

    /// Has a head begun that has not ended? Empty lines before it do not count.
    pub(super) fn within_head(&self) -> bool {
        self.place == Place::Head && (self.bytes > 0 || !self.kept().is_empty())
    }

    /// Read on. Where a head grows too large: what made it so, and how many of these bytes lie before it.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<(Overflow, usize)> {
        let (mut at, mut begun) = (0, 0);
        while at < bytes.len() {
            match self.place {
                Place::Lost => return None,
                Place::Body(left) => {
                    let taken = left.min((bytes.len() - at) as u64);
                    at += usize::try_from(taken).unwrap_or(usize::MAX);
                    self.place = if left == taken { self.after_body() } else { Place::Body(left - taken) };
                    begun = at;
                }
                _ => {
                    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map(|end| at + end);
                    let upto = end.unwrap_or(bytes.len());
                    self.keep(&bytes[at..upto]);
                    at = end.map_or(upto, |end| end + 1);
                    if let Some(overflow) = self.overflow(end.is_some()) {
                        return Some((overflow, begun));
                    }
                    if end.is_some() && self.end_line() {
                        begun = at;
                    }
                }
            }
        }
        None
    }

    fn keep(&mut self, part: &[u8]) {
        let from = self.length.min(KEPT);
        let taken = part.len().min(KEPT - from);
        self.line[from..from + taken].copy_from_slice(&part[..taken]);
        self.length = self.length.saturating_add(part.len());
    }

    /// The beginning of the line without its end.
    fn kept(&self) -> &[u8] {
        let line = &self.line[..self.length.min(KEPT)];
        if self.length <= KEPT { line.strip_suffix(b"\r").unwrap_or(line) } else { line }
    }

    fn overflow(&mut self, ended: bool) -> Option<Overflow> {
        if self.place != Place::Head {
            return None;
        }
        let length = self.bytes.saturating_add(self.length);
        if length > self.most_bytes {
            return Some(if self.lines == 0 { Overflow::Address } else { Overflow::Bytes });
        }
        let is_header = ended && !self.kept().is_empty();
        (is_header && self.lines >= self.most_lines).then_some(Overflow::Lines)
    }

    /// A line has ended. Does something new begin behind it?
    fn end_line(&mut self) -> bool {
        let (empty, length) = (self.kept().is_empty(), std::mem::take(&mut self.length));
        let first = &self.line[..length.min(KEPT)];
        match self.place {
            Place::Head if empty && self.lines == 0 => return true,
            Place::Head if empty => {
                self.end_head();
                return true;
            }
            Place::Head => {
                if let Some(value) = value_of(first, b"content-length:") {
                    self.lengths += 1;
                    // Longer than what is kept is longer than any length.
                    self.said = if length > KEPT { u64::MAX } else { number(value, 10).unwrap_or(u64::MAX) };
                } else if let Some(value) = value_of(first, b"transfer-encoding:") {
                    self.coded_oddly |= self.coded || !value.trim_ascii().eq_ignore_ascii_case(b"chunked");
                    self.coded = true;
                }
                self.lines += 1;
                self.bytes = self.bytes.saturating_add(length + 1);
            }
            Place::Size => match number(first, 16) {
                Some(0) => self.place = Place::Trailer,
                Some(size) => self.place = Place::Body(size),
                None => self.place = Place::Lost,
            },
            Place::Behind => self.place = if empty { Place::Size } else { Place::Lost },
            Place::Trailer if empty => {
                (self.coded, self.coded_oddly) = (false, false);
                self.place = Place::Head;
                return true;
            }
            Place::Trailer | Place::Body(_) | Place::Lost => {}
        }
        false
    }

    fn end_head(&mut self) {
        self.heads += 1;
        if self.doubtful.is_none() && (self.lengths > 1 || (self.lengths > 0 && self.coded) || self.coded_oddly) {
            self.doubtful = Some(self.heads);
        }
        self.place = match (self.coded, self.lengths, self.said) {
            (true, _, _) => Place::Size,
            (false, 0, _) | (false, _, 0) => Place::Head,
            (false, _, length) => Place::Body(length),
        };
        (self.lines, self.bytes, self.lengths, self.said) = (0, 0, 0, 0);
    }

    /// What comes when the bytes of a body, or of one chunk of it, are through.
    fn after_body(&self) -> Place {
        if self.coded { Place::Behind } else { Place::Head }
    }
}

/// The value of a header of this name, which ends in a colon.
fn value_of<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (given, value) = line.split_at_checked(name.len())?;
    given.eq_ignore_ascii_case(name).then_some(value)
}

/// The number that a text begins with.
fn number(text: &[u8], base: u32) -> Option<u64> {
    let digits = text.trim_ascii_start().iter().map_while(|byte| char::from(*byte).to_digit(base));
    let mut found = None;
    for digit in digits {
        let more = found.unwrap_or(0_u64).checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
        found = Some(more);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const SIZED: &str = "POST /graphql HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:  5\r\n\r\n\r\n\r\na";
    const CODED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n\r\n\r\n\r\nA\r\n0123456789\r\n0\r\nMore: x\r\n\r\n";

    /// Fed in pieces of so many bytes.
    fn fed(text: &str, piece: usize) -> (Framing, Option<(Overflow, usize)>) {
        let mut framing = Framing::new(200, 4);
        let found = text.as_bytes().chunks(piece).find_map(|piece| framing.feed(piece));
        (framing, found)
    }

    #[test]
    fn requests_are_told_apart_however_they_are_cut() {
        let all = ["\r\n", PLAIN, SIZED, PLAIN, CODED, CODED, SIZED, PLAIN].concat();
        for piece in [1, 2, 3, 7, 50, all.len()] {
            let (mut framing, found) = fed(&all, piece);
            assert_eq!((framing.heads(), framing.doubtful(), found), (7, None, None), "in pieces of {piece}");
            assert!(!framing.within_head());
            framing.feed(b"\r\n");
            assert!(!framing.within_head(), "an empty line begins no head");
            framing.feed(b"GET");
            assert!(framing.within_head());
        }
    }

    #[test]
    fn two_ways_to_find_the_end_are_doubtful() {
        let twice = "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello";
        let both = "POST / HTTP/1.1\nContent-Length: 5\ntransfer-encoding: chunked\n\n0\r\n\r\n";
        let other = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n";
        for bad in [twice, both, other] {
            for piece in [1, 5, 1_000] {
                assert_eq!(fed(&[PLAIN, SIZED, bad, PLAIN].concat(), piece).0.doubtful(), Some(3), "{bad} by {piece}");
            }
        }
    }

    #[test]
    fn a_head_that_grows_too_large_is_told_with_its_beginning() {
        let before = [PLAIN, SIZED].concat();
        let address = format!("GET /{} HTTP/1.1\r\n", "x".repeat(200));
        let long = format!("GET / HTTP/1.1\r\nA: {}\r\n", "x".repeat(200));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5));
        for (bad, what) in [(address, Overflow::Address), (long, Overflow::Bytes), (many, Overflow::Lines)] {
            assert_eq!(fed(&[before.as_str(), &bad].concat(), 10_000).1, Some((what, before.len())));
            assert_eq!(fed(&bad, 10_000).1, Some((what, 0)));
            assert_eq!(fed(&[before.as_str(), &bad].concat(), 1).1, Some((what, 0)));
        }
        let full = format!("GET / HTTP/1.1\r\n{}\r\n{PLAIN}", "a: b\r\n".repeat(4));
        assert_eq!(fed(&full, 10_000).1, None);
    }
}
