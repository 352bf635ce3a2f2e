//! The import format of docs/import-format.md: one table a kind, relation or record, headers as in
//! the schema or in Chinese. The columns of each come from the tables of `domain`.

use std::collections::HashMap;
use std::sync::Arc;

use super::kept::Owed;
use super::mapping::{Mapping, subject_of};
use super::sheet::{self, Sheet};
use super::store;
use super::subject::{ORIGIN, Subject};
use super::table::{self, Row, Slot, Table};
use super::{InputFile, Limits, Place, Reading, Refusal, Take};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{self, Command, Given, Origin, Reference};
use crate::domain::exact::Exact;
use crate::domain::identifier::Scheme;
use crate::domain::name::{Language, NameKind};
use crate::domain::provenance::Method;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::{Kind, PartialDate, RecordKind, Relation, Validity, value};

/// Read folders as one data set.
pub fn read_folder(files: &[InputFile], limits: &Limits) -> Reading {
    read_tables(files, &Mapping::default(), limits)
}

/// Read files as one data set, with what is known of them.
pub fn read_tables(files: &[InputFile], mapping: &Mapping, limits: &Limits) -> Reading {
    let mut commands = Vec::new();
    let reading = walk_tables(files, mapping, limits, &mut |place, command| {
        commands.push((place, command));
        true
    });
    Reading { commands, ..reading }
}

/// The same, each command shown and none of them kept.
pub fn walk_tables(files: &[InputFile], mapping: &Mapping, limits: &Limits, take: Take<'_>) -> Reading {
    let mut reading = Reading::default();
    let sheets = open_sheets(files, mapping, limits, &mut reading.refusals);
    reading.store = store::read(files, &mut reading.refusals);
    reading.tables = sheets.iter().map(|(sheet, subject)| (Arc::from(sheet.label.as_str()), *subject)).collect();
    let (mut keys, mut owed) = (HashMap::new(), Owed::default());
    for (_, subject) in Subject::all() {
        for (sheet, _) in sheets.iter().filter(|(_, found)| *found == subject) {
            if !read_sheet(sheet, subject, (mapping, limits), (&mut keys, &mut owed), (&mut reading, take)) {
                return reading;
            }
        }
    }
    owed.settle(&mut reading);
    reading
}

/// Every sheet of the files that says which table it is.
pub(super) fn open_sheets<'f>(
    files: &'f [InputFile],
    mapping: &Mapping,
    limits: &Limits,
    refusals: &mut Vec<Refusal>,
) -> Vec<(Sheet<'f>, Subject)> {
    let mut sheets = Vec::new();
    for file in files.iter().filter(|file| !store::is_manifest(file)) {
        for sheet in sheet::open(file, mapping.declared(&file.name), limits, refusals) {
            let named = mapping.of_table(&sheet.name).and_then(|table| table.table.as_deref());
            if let Some(subject) = subject_of(named.unwrap_or(&sheet.name)) {
                sheets.push((sheet, subject));
                continue;
            }
            let known = Subject::all().into_iter().map(|(file, subject)| format!("{}（{file}）", subject.label_zh()));
            let rejection = Rejection::UnknownFile { known: known.collect::<Vec<_>>().join("、") };
            let place = Place { file: Arc::from(sheet.label.as_str()), line: 0, column: None };
            refusals.push(Refusal { place, value: None, rejection });
        }
    }
    sheets
}

/// Answers whether to go on.
fn read_sheet(
    sheet: &Sheet<'_>,
    subject: Subject,
    (mapping, limits): (&Mapping, &Limits),
    (keys, owed): (&mut HashMap<(bool, String), Place>, &mut Owed),
    (reading, take): (&mut Reading, Take<'_>),
) -> bool {
    let mapping = mapping.of_table(&sheet.name);
    let mut table = match table::open(sheet, subject, mapping, limits, &mut reading.refusals) {
        Ok(table) => table,
        Err(rows) => {
            reading.rows += rows;
            reading.refused_rows += rows;
            return true;
        }
    };
    while let Some(row) = table.next_row(&mut reading.refusals) {
        reading.rows += 1;
        reading.bound(limits.refusals);
        let good = !row.refused;
        let mut reader = RowReader { table: &table, row: &row, refusals: &mut reading.refusals, good };
        let key = reader.claim_key(subject, keys);
        let command = reader.command(subject).and_then(|command| reader.kept(command, owed));
        match command.filter(|_| reader.good) {
            Some(command) => {
                if !take(table.place(row.line, None), command) {
                    return false;
                }
            }
            None => {
                reading.refused_rows += 1;
                if let Some(key) = key {
                    reading.refused_keys.entry(key).or_insert_with(|| table.place(row.line, None));
                }
            }
        }
    }
    true
}

pub(super) struct RowReader<'t, 'r, 's> {
    pub(super) table: &'t Table<'s>,
    pub(super) row: &'t Row,
    refusals: &'r mut Vec<Refusal>,
    good: bool,
}

impl RowReader<'_, '_, '_> {
    pub(super) fn refuse(&mut self, column: &str, rejection: Rejection) {
        self.good = false;
        let place = self.table.place(self.row.line, Some(column));
        let mut refusal = Refusal { place, value: self.text(column).as_deref().map(clip), rejection };
        self.table.hush(self.row, &mut refusal);
        self.refusals.push(refusal);
    }

    pub(super) fn slot(&self, column: &str) -> &Slot {
        self.table.column(column).map_or(&Slot::Absent, |column| self.row.slot(column))
    }

    pub(super) fn text(&self, column: &str) -> Option<String> {
        match self.slot(column) {
            Slot::Text(text) => Some(text.clone()),
            Slot::Exact(Exact::Parts(parts)) => Some(parts.join("|")),
            // What stands for it goes along with the command.
            Slot::Exact(Exact::Sealed(_)) => Some(String::new()),
            Slot::Absent | Slot::Refused => None,
        }
    }

    /// Is it a row of the export of a store, which may say apart what others must say at once?
    pub(super) fn has_id(&self) -> bool {
        *self.slot("id") != Slot::Absent
    }

    fn needed_unless_kept(&mut self, column: &str) -> Option<String> {
        if self.has_id() { self.text(column) } else { self.needed(column) }
    }

    /// A cell that was refused is not missing besides.
    fn needed(&mut self, column: &str) -> Option<String> {
        let text = self.text(column);
        if *self.slot(column) == Slot::Absent {
            self.refuse(column, Rejection::RequiredMissing { name: column.to_owned() });
        }
        text
    }

    /// Keys of things are unique in the data set, keys of sources among sources; those of other
    /// rows only name the row for whoever reads the file. Answers the key of a thing or a source.
    fn claim_key(&mut self, subject: Subject, keys: &mut HashMap<(bool, String), Place>) -> Option<String> {
        let sources = match subject {
            Subject::Sources => true,
            Subject::Kind(_) => false,
            _ => return None,
        };
        let key = self.text("key")?;
        let here = self.table.place(self.row.line, None);
        if let Some(first) = keys.get(&(sources, key.clone())) {
            let first = first.to_string();
            self.refuse("key", Rejection::DuplicateKey { key: clip(&key), first });
            return None;
        }
        keys.insert((sources, key.clone()), here);
        Some(key)
    }

    fn command(&mut self, subject: Subject) -> Option<Command> {
        match subject {
            Subject::Sources => self.source(),
            Subject::Kind(kind) => self.entity(kind),
            Subject::Names => self.name(),
            Subject::Identifiers => self.identifier(),
            Subject::Statements => self.statement(),
            Subject::Relation(relation) => self.relation(relation),
            Subject::Record(kind) => self.record(kind),
        }
    }

    fn source(&mut self) -> Option<Command> {
        let key = self.needed("key");
        let given = self.values(SOURCE_ATTRIBUTES);
        let values = given.into_iter().filter_map(|(tag, given)| match given {
            Given::Value(value) => Some((tag, value)),
            Given::Term(_) | Given::Nodes(_) => None,
        });
        Some(Command::SaveSource { key: key?, values: values.collect() })
    }

    fn entity(&mut self, kind: Kind) -> Option<Command> {
        let has_id = self.has_id();
        let (key, name_zh, name_en) = (self.needed("key"), self.needed_unless_kept("nameZh"), self.text("nameEn"));
        let code = if kind.row().code_scheme.is_some() { Some(self.needed_unless_kept("code")) } else { None };
        let values = self.values(kind.row().attributes);
        let validity = self.validity("validFrom", "validTo");
        let origin = self.origin();
        let (key, origin) = (key?, origin?);
        if !has_id && (name_zh.is_none() || code == Some(None)) {
            return None;
        }
        let (subject, code) = (command::Subject::Key(key), code.flatten());
        Some(Command::SaveEntity { kind, subject, name_zh, name_en, code, values, validity, origin })
    }

    fn name(&mut self) -> Option<Command> {
        let (entity, text) = (self.reference("entity"), self.needed("text"));
        let language = self.listed("language", Language::by_name, "zh, en");
        let kind = self.listed("kind", NameKind::by_name, "OFFICIAL, SHORT, FORMER, ALIAS");
        let validity = self.validity("validFrom", "validTo");
        let origin = self.origin();
        Some(Command::AddName {
            entity: entity?,
            text: text?,
            language: language?,
            kind: kind?,
            validity,
            origin: origin?,
        })
    }

    fn identifier(&mut self) -> Option<Command> {
        let (entity, value) = (self.reference("entity"), self.needed("value"));
        let scheme = self.listed("scheme", Scheme::by_name, "USCC, ROR, STOCK_CODE …");
        let validity = self.validity("validFrom", "validTo");
        let origin = self.origin();
        Some(Command::AddIdentifier { entity: entity?, scheme: scheme?, value: value?, validity, origin: origin? })
    }

    fn statement(&mut self) -> Option<Command> {
        let (entity, attribute) = (self.reference("entity"), self.needed("attribute"));
        let value = self.needed("value");
        let validity = self.validity("validFrom", "validTo");
        let origin = self.origin();
        Some(Command::State { entity: entity?, attribute: attribute?, value: value?, validity, origin: origin? })
    }

    fn relation(&mut self, relation: Relation) -> Option<Command> {
        let (from, to) = (self.reference("from"), self.reference("to"));
        let values = self.values(relation.row().attributes);
        let validity = self.validity("since", "until");
        let origin = self.origin();
        Some(Command::Relate { relation, from: from?, to: to?, values, validity, origin: origin? })
    }

    fn record(&mut self, kind: RecordKind) -> Option<Command> {
        let subject = self.reference(kind.row().subject.0);
        if kind.row().must_be_dated() {
            self.needed("validFrom");
        }
        let values = self.values(kind.row().attributes);
        let validity = self.validity("validFrom", "validTo");
        let origin = self.origin();
        Some(Command::SaveRecord { kind, subject: subject?, values, validity, origin: origin? })
    }

    fn reference(&mut self, column: &str) -> Option<Reference> {
        let is_exact = matches!(self.slot(column), Slot::Exact(_));
        let reference = |text: String| if is_exact { Reference::exact(&text) } else { Reference::Code(text) };
        self.needed(column).map(reference)
    }

    fn listed<T>(&mut self, column: &str, find: fn(&str) -> Option<T>, known: &str) -> Option<T> {
        let text = self.needed(column)?;
        let found = find(&text);
        if found.is_none() {
            let (expected_zh, expected_en) = (format!("应为以下之一：{known}"), format!("expects one of {known}"));
            self.refuse(
                column,
                Rejection::InvalidValue { name: column.into(), given: clip(&text), expected_zh, expected_en },
            );
        }
        found
    }

    fn values(&mut self, attributes: &'static [Attribute]) -> Vec<(u16, Given)> {
        let is_thing = self.table.column("factIds").is_some();
        let mut values = Vec::new();
        for attribute in attributes {
            if let Slot::Exact(exact) = self.slot(attribute.name) {
                let given = given_exactly(attribute, exact);
                match given {
                    Some(given) => values.push((attribute.tag, given)),
                    None => self.refuse(attribute.name, invalid_value(attribute, "")),
                }
                continue;
            }
            let Some(text) = self.text(attribute.name) else {
                let is_said_apart = self.has_id() && is_thing;
                if attribute.required && !is_said_apart && *self.slot(attribute.name) == Slot::Absent {
                    self.refuse(attribute.name, Rejection::RequiredMissing { name: attribute.name.to_owned() });
                }
                continue;
            };
            let is_known = text != "UNKNOWN" && text != "未知";
            match attribute.value_type {
                ValueType::Term(_) if is_known => {
                    values.push((attribute.tag, Given::Term(Reference::Code(text))));
                    continue;
                }
                ValueType::Node(_) if is_known => {
                    values.push((attribute.tag, Given::Term(Reference::Code(text))));
                    continue;
                }
                ValueType::Nodes(_) if is_known => {
                    let codes = text.split('|').map(str::trim).filter(|code| !code.is_empty());
                    let references = codes.map(|code| Reference::Code(code.to_owned())).collect();
                    values.push((attribute.tag, Given::Nodes(references)));
                    continue;
                }
                _ => {}
            }
            match value::parse(attribute, &text) {
                Ok(value) => values.push((attribute.tag, Given::Value(value))),
                Err(_) => self.refuse(attribute.name, invalid_value(attribute, &text)),
            }
        }
        values
    }

    fn validity(&mut self, from: &str, to: &str) -> Validity {
        Validity { from: self.date(from), to: self.date(to) }
    }

    /// An open end, or one that nobody knows, is none.
    fn date(&mut self, column: &str) -> Option<PartialDate> {
        let text = self.text(column).filter(|text| text != "UNKNOWN" && text != "未知")?;
        let date = text.parse().ok();
        if date.is_none() {
            let expected = Attribute::new(0, "", ValueType::Date, "", "");
            let (expected_zh, expected_en) = value::expectation(&expected);
            self.refuse(
                column,
                Rejection::InvalidValue { name: column.into(), given: clip(&text), expected_zh, expected_en },
            );
        }
        date
    }

    fn origin(&mut self) -> Option<Origin> {
        if *self.slot("source") == Slot::Absent {
            self.refuse("source", Rejection::SourceMissing);
        }
        self.origin_in(ORIGIN)
    }

    /// An origin in these columns, the source in front.
    pub(super) fn origin_in(&mut self, [source, method, basis, confidence]: [&str; 4]) -> Option<Origin> {
        let method = match self.text(method) {
            None => Some(Method::Document),
            Some(_) => self.listed(method, Method::by_name, "DOCUMENT, DECLARED, IMPORTED, DERIVED"),
        };
        let sure = match self.text(confidence) {
            None => Some(None),
            Some(text) => {
                let parsed = text.parse::<u16>().ok().filter(|per_mille| *per_mille <= 1_000);
                if parsed.is_none() {
                    let (name, given) = (confidence.to_owned(), clip(&text));
                    let expected_zh = "应为 0 到 1000 的整数（千分比）".into();
                    let expected_en = "expects a whole number from 0 to 1000 (per mille)".into();
                    self.refuse(confidence, Rejection::InvalidValue { name, given, expected_zh, expected_en });
                }
                parsed.map(Some)
            }
        };
        Some(Origin { source: self.text(source)?, method: method?, basis: self.text(basis), confidence: sure? })
    }
}

/// A value that a cell gives letter by letter.
fn given_exactly(attribute: &Attribute, exact: &Exact) -> Option<Given> {
    let Exact::Parts(parts) = exact else { return None };
    Some(match (attribute.value_type, parts.as_slice()) {
        (ValueType::Term(_) | ValueType::Node(_), [part]) => Given::Term(Reference::exact(part)),
        (ValueType::Nodes(_), parts) => Given::Nodes(parts.iter().map(|part| Reference::exact(part)).collect()),
        _ => Given::Value(value::exact(attribute, parts).ok()?),
    })
}
