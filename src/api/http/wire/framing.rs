//! Where requests begin and end in the bytes of a connection. hyper reads them too, and answers for
//! what they mean; this beside it tells when a head has begun, how long it has grown, and what hyper
//! tidies away before anybody sees it: a length that was given twice, or beside a coding.
//!
//! It must never change a byte.

/// The longest name that is looked for.
const LONGEST_NAME: usize = b"transfer-encoding".len();

/// The only coding that is understood.
const CHUNKED: &[u8] = b"chunked";

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
    line: Line,
    /// Lines `Content-Length`, and what the last one said: none where it was no number.
    lengths: u32,
    said: Option<u64>,
    /// Was any of them no number? hyper does not look at them beside a coding.
    said_oddly: bool,
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
            line: Line::default(),
            lengths: 0,
            said: None,
            said_oddly: false,
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
        self.place == Place::Head && (self.bytes > 0 || !self.line.is_empty())
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
                    self.line.take(&bytes[at..upto]);
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

    fn overflow(&mut self, ended: bool) -> Option<Overflow> {
        if self.place != Place::Head {
            return None;
        }
        let length = self.bytes.saturating_add(self.line.length);
        if length > self.most_bytes {
            return Some(if self.lines == 0 { Overflow::Address } else { Overflow::Bytes });
        }
        let is_header = ended && !self.line.is_empty();
        (is_header && self.lines >= self.most_lines).then_some(Overflow::Lines)
    }

    /// A line has ended. Does something new begin behind it?
    fn end_line(&mut self) -> bool {
        let line = std::mem::take(&mut self.line);
        match self.place {
            Place::Head if line.is_empty() && self.lines == 0 => return true,
            Place::Head if line.is_empty() => {
                self.end_head();
                return true;
            }
            Place::Head => self.end_header(&line),
            Place::Size => {
                self.place = match line.said().filter(|_| line.returned) {
                    Some(0) => Place::Trailer,
                    Some(size) => Place::Body(size),
                    None => Place::Lost,
                }
            }
            Place::Behind => self.go_to(if line.is_empty() { Place::Size } else { Place::Lost }),
            // A bare line feed ends no line here, unlike in a head.
            Place::Trailer if !line.returned => self.line.length = line.length.saturating_add(1),
            Place::Trailer if line.is_empty() => {
                (self.coded, self.coded_oddly) = (false, false);
                self.place = Place::Head;
                return true;
            }
            Place::Trailer | Place::Body(_) | Place::Lost => {}
        }
        false
    }

    /// The next line is another one.
    fn go_to(&mut self, place: Place) {
        self.place = place;
        self.line = if place == Place::Size { Line::of_size() } else { Line::default() };
    }

    fn end_header(&mut self, line: &Line) {
        match line.part {
            Part::Value(Value { kind: Kind::Length, .. }) => {
                self.lengths += 1;
                self.said = line.said();
                self.said_oddly |= self.said.is_none();
            }
            Part::Value(Value { kind: Kind::Coding, .. }) => {
                self.coded_oddly |= self.coded || line.said().is_none();
                self.coded = true;
            }
            Part::Value(_) | Part::Name | Part::Other => {}
        }
        self.lines += 1;
        self.bytes = self.bytes.saturating_add(line.length + 1);
    }

    fn end_head(&mut self) {
        self.heads += 1;
        let twice = self.lengths > 1 || (self.lengths > 0 && self.coded);
        if self.doubtful.is_none() && (twice || self.said_oddly || self.coded_oddly) {
            self.doubtful = Some(self.heads);
        }
        self.go_to(match (self.coded, self.lengths, self.said) {
            (true, _, _) => Place::Size,
            (false, 0, _) | (false, _, Some(0)) => Place::Head,
            (false, _, Some(length)) => Place::Body(length),
            // Nobody knows where such a body ends, and hyper ends the connection.
            (false, _, None) => Place::Lost,
        });
        (self.lines, self.bytes, self.lengths, self.said, self.said_oddly) = (0, 0, 0, None, false);
    }

    /// What comes when the bytes of a body, or of one chunk of it, are through.
    fn after_body(&self) -> Place {
        if self.coded { Place::Behind } else { Place::Head }
    }
}

/// The line that is being read, of which no more is kept than what it says: it may be long.
#[derive(Debug, Default)]
struct Line {
    /// How long it is so far.
    length: usize,
    /// Was its last byte a carriage return? That belongs to its end, or it is none of ours.
    returned: bool,
    /// The name it begins with, as far as one is looked for.
    name: [u8; LONGEST_NAME],
    part: Part,
}

/// Where in a line we are.
#[derive(Debug, Default)]
enum Part {
    /// In the name.
    #[default]
    Name,
    /// Behind a name that is looked for.
    Value(Value),
    /// Where nothing is looked for.
    Other,
}

impl Line {
    /// One that holds the size of a chunk, without a name.
    fn of_size() -> Self {
        Self { part: Part::Value(Value::of(Kind::Size)), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        self.length == usize::from(self.returned)
    }

    /// What its value says, if it has one that says anything.
    fn said(&self) -> Option<u64> {
        if let Part::Value(value) = &self.part { value.said() } else { None }
    }

    /// Read on.
    fn take(&mut self, mut bytes: &[u8]) {
        while let (Some((byte, rest)), Part::Name | Part::Value(_)) = (bytes.split_first(), &self.part) {
            self.take_byte(*byte);
            bytes = rest;
        }
        self.length = self.length.saturating_add(bytes.len());
        self.returned = bytes.last().map_or(self.returned, |last| *last == b'\r');
    }

    fn take_byte(&mut self, byte: u8) {
        let (place, behind_return) = (self.length, self.returned);
        self.length = self.length.saturating_add(1);
        self.returned = byte == b'\r';
        match &mut self.part {
            Part::Name if byte == b':' => {
                let name = self.name.get(..place).unwrap_or_default();
                self.part = Kind::named(name).map_or(Part::Other, |kind| Part::Value(Value::of(kind)));
            }
            Part::Name => match self.name.get_mut(place) {
                Some(kept) => *kept = byte,
                None => self.part = Part::Other,
            },
            Part::Value(value) if behind_return => value.stage = Stage::Odd,
            Part::Value(value) if !self.returned => value.take(byte),
            Part::Value(_) | Part::Other => {}
        }
    }
}

/// What a value should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A number.
    Length,
    /// `chunked`.
    Coding,
    /// A number to the base of sixteen, with or without something behind a semicolon.
    Size,
}

impl Kind {
    /// That of a header.
    fn named(name: &[u8]) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case(b"content-length") => Some(Self::Length),
            _ if name.eq_ignore_ascii_case(b"transfer-encoding") => Some(Self::Coding),
            _ => None,
        }
    }
}

/// How far a value has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Only blanks so far, of which there may be any number.
    Before,
    Within,
    /// Only blanks since.
    Behind,
    /// Behind the semicolon.
    Remark,
    /// It is not what it should be, or larger than any length.
    Odd,
}

/// A value as far as it has been read.
#[derive(Debug)]
struct Value {
    kind: Kind,
    stage: Stage,
    /// The number so far; of a word, how many letters were right.
    so_far: u64,
}

impl Value {
    fn of(kind: Kind) -> Self {
        Self { kind, stage: Stage::Before, so_far: 0 }
    }

    fn take(&mut self, byte: u8) {
        let is_size = self.kind == Kind::Size;
        self.stage = match (self.stage, byte) {
            (Stage::Remark, _) => Stage::Remark,
            (Stage::Before, b' ' | b'\t') if !is_size => Stage::Before,
            (Stage::Within | Stage::Behind, b' ' | b'\t') => Stage::Behind,
            (Stage::Within | Stage::Behind, b';') if is_size => Stage::Remark,
            (Stage::Before | Stage::Within, _) => match self.with(byte) {
                Some(more) => {
                    self.so_far = more;
                    Stage::Within
                }
                None => Stage::Odd,
            },
            (Stage::Behind | Stage::Odd, _) => Stage::Odd,
        };
    }

    /// One digit or letter more.
    fn with(&self, byte: u8) -> Option<u64> {
        let base = match self.kind {
            Kind::Length => 10,
            Kind::Size => 16,
            Kind::Coding => {
                let next = CHUNKED.get(usize::try_from(self.so_far).ok()?)?;
                return byte.eq_ignore_ascii_case(next).then_some(self.so_far + 1);
            }
        };
        let digit = char::from(byte).to_digit(base)?;
        self.so_far.checked_mul(base.into())?.checked_add(digit.into())
    }

    fn said(&self) -> Option<u64> {
        let is_whole = self.kind != Kind::Coding || self.so_far == CHUNKED.len() as u64;
        (is_whole && !matches!(self.stage, Stage::Before | Stage::Odd)).then_some(self.so_far)
    }
}

#[cfg(test)]
mod tests;
