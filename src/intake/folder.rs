//! The import format of docs/import-format.md: one file a kind, relation or record, headers as in
//! the schema. The columns of each file come from the tables of `domain`.

use std::collections::HashMap;

use super::table::{self, Row, Table};
use super::{InputFile, Limits, Place, Reading, Refusal};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{self, Command, Given, Origin, Reference};
use crate::domain::identifier::Scheme;
use crate::domain::name::{Language, NameKind};
use crate::domain::provenance::Method;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::{Kind, PartialDate, RecordKind, Relation, Validity, value};

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Sources,
    Kind(Kind),
    Names,
    Identifiers,
    Statements,
    Relation(Relation),
    Record(RecordKind),
}

const ORIGIN: &[&str] = &["source", "method", "basis", "confidence"];

impl Subject {
    /// All of them, in the order in which their commands can be carried out: what is referred to
    /// stands before what refers to it.
    fn all() -> Vec<(&'static str, Subject)> {
        let mut kinds: Vec<Kind> = Kind::all().filter(|kind| *kind != Kind::Person).collect();
        kinds.sort_by_key(|kind| !matches!(kind, Kind::Term | Kind::Region));
        let mut all = vec![("sources.csv", Subject::Sources)];
        all.extend(kinds.into_iter().map(|kind| (kind.row().file, Subject::Kind(kind))));
        all.push(("names.csv", Subject::Names));
        all.push(("identifiers.csv", Subject::Identifiers));
        all.push(("statements.csv", Subject::Statements));
        all.extend(Relation::all().map(|relation| (relation.row().file, Subject::Relation(relation))));
        all.extend(RecordKind::all().map(|kind| (kind.row().file, Subject::Record(kind))));
        all
    }

    /// Columns that may be there, and those that must.
    fn columns(self) -> (Vec<&'static str>, Vec<&'static str>) {
        let names = |attributes: &'static [Attribute]| attributes.iter().map(|attribute| attribute.name);
        let required = |attributes: &'static [Attribute]| {
            attributes.iter().filter(|attribute| attribute.required).map(|attribute| attribute.name)
        };
        let (mut known, mut needed) = (vec!["key"], Vec::new());
        match self {
            Subject::Sources => {
                known.extend(names(SOURCE_ATTRIBUTES));
                needed.push("key");
                needed.extend(required(SOURCE_ATTRIBUTES));
                return (known, needed);
            }
            Subject::Kind(kind) => {
                let row = kind.row();
                known.extend(["nameZh", "nameEn", "validFrom", "validTo"]);
                known.extend(names(row.attributes));
                needed.extend(["key", "nameZh"]);
                needed.extend(required(row.attributes));
                if row.code_scheme.is_some() {
                    known.push("code");
                    needed.push("code");
                }
            }
            Subject::Names => {
                known.extend(["entity", "text", "language", "kind", "validFrom", "validTo"]);
                needed.extend(["entity", "text", "language", "kind"]);
            }
            Subject::Identifiers => {
                known.extend(["entity", "scheme", "value", "validFrom", "validTo"]);
                needed.extend(["entity", "scheme", "value"]);
            }
            Subject::Statements => {
                known.extend(["entity", "attribute", "value", "validFrom", "validTo"]);
                needed.extend(["entity", "attribute", "value"]);
            }
            Subject::Relation(relation) => {
                let attributes = relation.row().attributes;
                known.extend(["from", "to", "since", "until"]);
                known.extend(names(attributes));
                needed.extend(["from", "to"]);
                needed.extend(required(attributes));
            }
            Subject::Record(kind) => {
                let row = kind.row();
                known.extend([row.subject.0, "validFrom", "validTo"]);
                known.extend(names(row.attributes));
                needed.push(row.subject.0);
                if row.must_be_dated() {
                    needed.push("validFrom");
                }
                needed.extend(required(row.attributes));
            }
        }
        known.extend(ORIGIN);
        needed.push("source");
        (known, needed)
    }
}

/// Read folders as one data set.
pub fn read_folder(files: &[InputFile], limits: &Limits) -> Reading {
    let subjects = Subject::all();
    let mut reading = Reading::default();
    for file in files.iter().filter(|file| !subjects.iter().any(|(name, _)| *name == file.name)) {
        let known = subjects.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let place = Place { file: file.label.clone(), line: 0, column: None };
        reading.refusals.push(Refusal { place, rejection: Rejection::UnknownFile { known } });
    }
    let mut keys: HashMap<(bool, String), String> = HashMap::new();
    for (name, subject) in subjects {
        let (known, needed) = subject.columns();
        for file in files.iter().filter(|file| file.name == name) {
            let Some(table) = table::read(file, &known, &needed, limits, &mut reading.refusals) else { continue };
            for row in &table.rows {
                reading.rows += 1;
                if row.is_refused() {
                    continue;
                }
                let mut reader = RowReader { table: &table, row, refusals: &mut reading.refusals, good: true };
                reader.claim_key(subject, &mut keys);
                let command = reader.command(subject);
                if let (Some(command), true) = (command, reader.good) {
                    reading.commands.push((table.place(row.line, None), command));
                }
            }
        }
    }
    reading
}

struct RowReader<'t, 'r> {
    table: &'t Table,
    row: &'t Row,
    refusals: &'r mut Vec<Refusal>,
    good: bool,
}

impl RowReader<'_, '_> {
    fn refuse(&mut self, column: &str, rejection: Rejection) {
        self.good = false;
        self.refusals.push(Refusal { place: self.table.place(self.row.line, Some(column)), rejection });
    }

    fn cell(&self, column: &str) -> Option<&str> {
        self.table.cell(self.row, column)
    }

    fn text(&self, column: &str) -> Option<String> {
        self.cell(column).map(str::to_owned)
    }

    fn needed(&mut self, column: &str) -> Option<String> {
        let text = self.text(column);
        if text.is_none() {
            self.refuse(column, Rejection::RequiredMissing { name: column.to_owned() });
        }
        text
    }

    /// Keys of things are unique in the data set, keys of sources among sources; those of other
    /// rows only name the row for whoever reads the file.
    fn claim_key(&mut self, subject: Subject, keys: &mut HashMap<(bool, String), String>) {
        let sources = match subject {
            Subject::Sources => true,
            Subject::Kind(_) => false,
            _ => return,
        };
        let Some(key) = self.text("key") else { return };
        let here = self.table.place(self.row.line, None).to_string();
        if let Some(first) = keys.get(&(sources, key.clone())) {
            let first = first.clone();
            self.refuse("key", Rejection::DuplicateKey { key: clip(&key), first });
        } else {
            keys.insert((sources, key), here);
        }
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
        let (key, name_zh, name_en) = (self.needed("key"), self.needed("nameZh"), self.text("nameEn"));
        let code = if kind.row().code_scheme.is_some() { Some(self.needed("code")) } else { None };
        let values = self.values(kind.row().attributes);
        let validity = self.validity("validFrom", "validTo");
        let origin = self.origin();
        let (key, name_zh, origin) = (key?, name_zh?, origin?);
        let code = match code {
            Some(code) => Some(code?),
            None => None,
        };
        let (subject, name_zh) = (command::Subject::Key(key), Some(name_zh));
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
        self.needed(column).map(Reference::Code)
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
        let mut values = Vec::new();
        for attribute in attributes {
            let Some(text) = self.text(attribute.name) else {
                if attribute.required {
                    self.refuse(attribute.name, Rejection::RequiredMissing { name: attribute.name.to_owned() });
                }
                continue;
            };
            let is_known = text != "UNKNOWN" && text != "未知";
            match attribute.value_type {
                ValueType::Term(_) => {
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
        let source = self.text("source");
        if source.is_none() {
            self.refuse("source", Rejection::SourceMissing);
        }
        let method = match self.text("method") {
            None => Some(Method::Document),
            Some(_) => self.listed("method", Method::by_name, "DOCUMENT, DECLARED, IMPORTED, DERIVED"),
        };
        let confidence = match self.text("confidence") {
            None => Some(None),
            Some(text) => {
                let parsed = text.parse::<u16>().ok().filter(|per_mille| *per_mille <= 1_000);
                if parsed.is_none() {
                    let (expected_zh, expected_en) = (
                        "应为 0 到 1000 的整数（千分比）".into(),
                        "expects a whole number from 0 to 1000 (per mille)".into(),
                    );
                    self.refuse(
                        "confidence",
                        Rejection::InvalidValue {
                            name: "confidence".into(),
                            given: clip(&text),
                            expected_zh,
                            expected_en,
                        },
                    );
                }
                parsed.map(Some)
            }
        };
        Some(Origin { source: source?, method: method?, basis: self.text("basis"), confidence: confidence? })
    }
}
