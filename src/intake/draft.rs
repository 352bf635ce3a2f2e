//! Commands in the making, for importers of other people's formats: words of theirs become
//! attributes of ours by name, and what does not fit is refused where it stands.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::Arc;

use super::{InputFile, Limits, Place, Reading, Refusal, Take};
use crate::domain::attribute::Attribute;
use crate::domain::command::{Command, Given, Origin, Reference, Subject};
use crate::domain::identifier::Scheme;
use crate::domain::name::{Language, NameKind};
use crate::domain::provenance::Method;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::{Kind, Relation, Validity, value};

/// The most that one byte unpacks to in a file that is packed by gzip, unless it is a small one.
const DENSEST: usize = 100;
/// What is no longer than this may be as dense as it likes.
const SMALL: usize = 1024 * 1024;

/// Attributes as given: name and text.
pub(super) type Said<'t> = Vec<(&'static str, Cow<'t, str>)>;

/// A node of another register.
pub(super) struct Stranger<'t> {
    pub kind: Kind,
    pub key: String,
    pub name_zh: Option<&'t str>,
    pub name_en: Option<&'t str>,
    pub code: Option<String>,
    pub said: Said<'t>,
    pub validity: Validity,
}

/// What an importer has come to: a reading that all commands of one source go into.
pub(super) struct Draft<'t> {
    take: Take<'t>,
    /// Does nobody want any more?
    stopped: bool,
    reading: Reading,
    most_refusals: usize,
    origin: Origin,
    place: Place,
    /// Has nothing been refused in this row?
    good: bool,
}

impl<'t> Draft<'t> {
    /// Nothing yet, of a source with that key, which is entered first.
    pub fn of(file: &InputFile, key: &str, source: &Said<'_>, (most_refusals, take): (usize, Take<'t>)) -> Self {
        let place = Place { file: Arc::from(file.label.as_str()), line: 0, column: None };
        let origin = Origin { source: key.to_owned(), method: Method::Imported, basis: None, confidence: None };
        let (stopped, good, reading) = (false, false, Reading::default());
        let mut draft = Self { take, stopped, reading, most_refusals, origin, place, good };
        let values = draft.values(SOURCE_ATTRIBUTES, source).into_iter().filter_map(|(tag, given)| match given {
            Given::Value(value) => Some((tag, value)),
            Given::Term(_) | Given::Nodes(_) => None,
        });
        let values = values.collect();
        draft.push(Command::SaveSource { key: key.to_owned(), values });
        draft
    }

    /// From here on something stands in this row of this file.
    pub fn row(&mut self, file: &InputFile, line: u64) {
        self.reading.rows += 1;
        self.good = true;
        if *self.place.file != *file.label {
            self.place.file = Arc::from(file.label.as_str());
        }
        self.place.line = line;
    }

    /// Refuse what stands here.
    pub fn refuse(&mut self, column: &str, rejection: Rejection) {
        self.reading.bound(self.most_refusals);
        let place = Place { column: Some(column.to_owned()).filter(|column| !column.is_empty()), ..self.place.clone() };
        self.reading.refusals.push(Refusal { place, value: None, rejection });
        self.reading.refused_rows += usize::from(self.good);
        self.good = false;
    }

    /// Refuse a cell that should say something else.
    pub fn unfit(&mut self, column: &str, given: &str, (zh, en): (&str, &str)) {
        let (name, given) = (column.to_owned(), clip(given));
        let (expected_zh, expected_en) = (zh.to_owned(), en.to_owned());
        self.refuse(column, Rejection::InvalidValue { name, given, expected_zh, expected_en });
    }

    /// A node, with its key.
    pub fn node(&mut self, stranger: Stranger<'_>) {
        let Stranger { kind, key, name_zh, name_en, code, said, validity } = stranger;
        let values = self.values(kind.row().attributes, &said);
        let (name_zh, name_en) = (name_zh.map(str::to_owned), name_en.map(str::to_owned));
        let (subject, origin) = (Subject::Key(key), self.origin.clone());
        self.push(Command::SaveEntity { kind, subject, name_zh, name_en, code, values, validity, origin });
    }

    /// One more name of it.
    pub fn name(&mut self, key: &str, text: &str, (language, kind): (Language, NameKind)) {
        let (entity, origin) = (Reference::Code(key.to_owned()), self.origin.clone());
        let text = text.to_owned();
        self.push(Command::AddName { entity, text, language, kind, validity: Validity::default(), origin });
    }

    /// One more identifier of it.
    pub fn identifier(&mut self, key: &str, scheme: Scheme, value: &str) {
        let (entity, origin) = (Reference::Code(key.to_owned()), self.origin.clone());
        let value = value.to_owned();
        self.push(Command::AddIdentifier { entity, scheme, value, validity: Validity::default(), origin });
    }

    /// A tie between two keys.
    pub fn tie(&mut self, relation: Relation, (from, to): (&str, &str), said: &Said<'_>, validity: Validity) {
        let values = self.values(relation.row().attributes, said);
        let (from, to) = (Reference::Code(from.to_owned()), Reference::Code(to.to_owned()));
        let origin = self.origin.clone();
        self.push(Command::Relate { relation, from, to, values, validity, origin });
    }

    /// Does nobody want any more?
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// What has been read.
    pub fn done(self) -> Reading {
        self.reading
    }

    fn push(&mut self, command: Command) {
        self.stopped = self.stopped || !(self.take)(self.place.clone(), command);
    }

    fn values(&mut self, attributes: &'static [Attribute], said: &Said<'_>) -> Vec<(u16, Given)> {
        let mut values = Vec::with_capacity(said.len());
        for (name, text) in said {
            let Some(attribute) = attributes.iter().find(|attribute| attribute.name == *name) else {
                let known = attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
                self.refuse(name, Rejection::UnknownColumn { name: (*name).to_owned(), known });
                continue;
            };
            match value::parse(attribute, text) {
                Ok(value) => values.push((attribute.tag, Given::Value(value))),
                Err(_) => self.refuse(name, invalid_value(attribute, text)),
            }
        }
        values
    }
}

/// Does a text hold a Chinese character?
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|letter| matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'))
}

/// The bytes of a file, unpacked where it is packed by gzip, and never more than a file may have.
pub(super) fn unpacked<'f>(file: &'f InputFile, limits: &Limits) -> Result<Cow<'f, [u8]>, Rejection> {
    let too_large = || Rejection::TooLarge { limit: format!("文件 {} 字节 / bytes", limits.file_bytes) };
    if file.bytes.len() > limits.file_bytes {
        return Err(too_large());
    }
    if !file.bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(&file.bytes));
    }
    let dense = file.bytes.len().saturating_mul(DENSEST).max(SMALL);
    let most = u64::try_from(limits.file_bytes.min(dense)).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read =
        flate2::read::MultiGzDecoder::new(file.bytes.as_slice()).take(most.saturating_add(1)).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() > limits.file_bytes => Err(too_large()),
        Ok(_) if bytes.len() > dense => Err(Rejection::InvalidValue {
            name: file.name.clone(),
            given: "gzip".into(),
            expected_zh: "压缩得太密（一字节展开成一百多字节），可能是压缩炸弹。请确认来源，解压后再导入".into(),
            expected_en: "it is packed too densely (more than a hundred bytes out of one) and may be a bomb; make sure where it comes from, and unpack it first".into(),
        }),
        Ok(_) => Ok(Cow::Owned(bytes)),
        Err(_) => Err(Rejection::InvalidValue {
            name: file.name.clone(),
            given: "gzip".into(),
            expected_zh: "压缩文件已损坏。请重新下载，或解压后再导入".into(),
            expected_en: "the packed file is damaged; fetch it again, or unpack it first".into(),
        }),
    }
}
