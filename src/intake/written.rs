//! The import format written: a fact of a store as a row that gives the same fact when it is read. A cell is
//! written as people write it where reading it so gives the same text, and letter by letter where not.

use super::cell;
use super::subject::{Column, END_ORIGIN, ORIGIN, Subject};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{self, Command, Given, Kept, Origin, Reference};
use crate::domain::exact::{self, Exact};
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::table::{self, Cell};
use crate::domain::{Validity, Value, value};

/// Every table of the import format with its columns.
#[derive(Debug)]
pub struct Rows {
    tables: Vec<(&'static str, Subject, Vec<Column>)>,
}

impl Default for Rows {
    fn default() -> Self {
        let all = Subject::all().into_iter();
        Self { tables: all.map(|(file, subject)| (file, subject, subject.all_columns())).collect() }
    }
}

impl Rows {
    /// The file and the sheet of each table, and its columns, in the order in which they are read.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, Vec<table::Column>)> + '_ {
        self.tables.iter().map(|(file, _, columns)| {
            let columns = columns.iter().map(|column| table::Column::new(column.name, column.label, column.told.1));
            (file.strip_suffix(".csv").unwrap_or(file), columns.collect())
        })
    }

    /// The row of a fact, and the number of its table.
    pub fn row(&self, kept: &Kept) -> Option<(usize, Vec<Cell>)> {
        let subject = subject_of(&kept.command)?;
        let place = self.tables.iter().position(|(_, known, _)| *known == subject)?;
        let (_, _, columns) = &self.tables[place];
        let mut row = Row { columns, cells: vec![Cell::Empty; columns.len()] };
        row.fact(kept);
        Some((place, row.cells))
    }
}

fn subject_of(command: &Command) -> Option<Subject> {
    Some(match command {
        Command::SaveSource { .. } => Subject::Sources,
        Command::SaveEntity { kind, .. } => Subject::Kind(*kind),
        Command::AddName { .. } => Subject::Names,
        Command::AddIdentifier { .. } => Subject::Identifiers,
        Command::State { .. } => Subject::Statements,
        Command::Relate { relation, .. } => Subject::Relation(*relation),
        Command::SaveRecord { kind, .. } => Subject::Record(*kind),
        _ => return None,
    })
}

struct Row<'c> {
    columns: &'c [Column],
    cells: Vec<Cell>,
}

impl Row<'_> {
    fn fact(&mut self, kept: &Kept) {
        self.put("id", Cell::Text(kept.id.to_string()));
        match &kept.command {
            Command::SaveSource { key, values } => {
                self.text("key", key);
                let given = |(tag, value): &(u16, Value)| (*tag, Given::Value(value.clone()));
                self.values(SOURCE_ATTRIBUTES, &values.iter().map(given).collect::<Vec<_>>());
            }
            Command::SaveEntity { kind, subject, name_zh, name_en, code, values, validity, origin } => {
                if let command::Subject::Key(key) = subject {
                    self.text("key", key);
                }
                for (column, text) in [("nameZh", name_zh), ("nameEn", name_en), ("code", code)] {
                    text.iter().for_each(|text| self.text(column, text));
                }
                self.values(kind.row().attributes, values);
                self.held((*validity, ["validFrom", "validTo"]), origin);
                let ids = kept.facts.iter().map(|(name, id)| format!("{name}={id}")).collect::<Vec<_>>();
                self.put("factIds", Cell::of_text(&ids.join("|")));
            }
            Command::AddName { entity, text, language, kind, validity, origin } => {
                self.points_at("entity", entity);
                match &kept.exact {
                    Some(exact) => self.put("text", Cell::Text(exact::write(exact))),
                    None => self.text("text", text),
                }
                self.put("language", Cell::Text(language.name().to_owned()));
                self.put("kind", Cell::Text(kind.name().to_owned()));
                self.held((*validity, ["validFrom", "validTo"]), origin);
            }
            Command::AddIdentifier { entity, scheme, value, validity, origin } => {
                self.points_at("entity", entity);
                self.put("scheme", Cell::Text(scheme.name().to_owned()));
                self.text("value", value);
                self.held((*validity, ["validFrom", "validTo"]), origin);
            }
            Command::State { entity, attribute, value, validity, origin } => {
                self.points_at("entity", entity);
                self.put("attribute", Cell::Text(attribute.clone()));
                self.put("value", stated(value, kept.exact.as_ref()));
                self.held((*validity, ["validFrom", "validTo"]), origin);
            }
            Command::Relate { relation, from, to, values, validity, origin } => {
                self.points_at("from", from);
                self.points_at("to", to);
                self.values(relation.row().attributes, values);
                self.held((*validity, ["since", "until"]), origin);
                if let Some(ended) = &kept.ended {
                    self.origin(END_ORIGIN, ended);
                }
            }
            Command::SaveRecord { kind, subject, values, validity, origin } => {
                self.points_at(kind.row().subject.0, subject);
                self.values(kind.row().attributes, values);
                self.held((*validity, ["validFrom", "validTo"]), origin);
                if validity.from.is_none() && kind.row().must_be_dated() {
                    self.put("validFrom", Cell::Unknown);
                }
            }
            _ => {}
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    fn put(&mut self, name: &str, cell: Cell) {
        if let Some(place) = self.column(name) {
            self.cells[place] = cell;
        }
    }

    /// A text, plain where it is read back as it is.
    fn text(&mut self, name: &str, text: &str) {
        if let Some(place) = self.column(name) {
            self.cells[place] = spelled(&self.columns[place], text);
        }
    }

    fn points_at(&mut self, name: &str, reference: &Reference) {
        match reference {
            Reference::Id(_) => self.put(name, exactly(vec![reference.to_exact()])),
            other => self.text(name, &other.given()),
        }
    }

    fn held(&mut self, (validity, [from, to]): (Validity, [&str; 2]), origin: &Origin) {
        let date = |date: Option<_>| date.map_or(Cell::Empty, Cell::Date);
        self.put(from, date(validity.from));
        self.put(to, date(validity.to));
        self.origin(ORIGIN, origin);
    }

    fn origin(&mut self, [source, method, basis, confidence]: [&str; 4], origin: &Origin) {
        self.text(source, &origin.source);
        self.put(method, Cell::Text(origin.method.name().to_owned()));
        origin.basis.iter().for_each(|text| self.text(basis, text));
        origin.confidence.iter().for_each(|sure| self.put(confidence, Cell::Whole(i64::from(*sure))));
    }

    fn values(&mut self, attributes: &'static [Attribute], values: &[(u16, Given)]) {
        for (tag, given) in values {
            let Some(attribute) = attributes.iter().find(|attribute| attribute.tag == *tag) else { continue };
            let Some(place) = self.column(attribute.name) else { continue };
            self.cells[place] = of_value(&self.columns[place], attribute, given);
        }
    }
}

fn exactly(parts: Vec<String>) -> Cell {
    Cell::Text(exact::write(&Exact::Parts(parts)))
}

/// Would a reader take the cell for something else than its letters?
fn is_special(text: &str) -> bool {
    exact::is_exact(text) || !exact::is_carried_whole(text) || ["UNKNOWN", "未知"].contains(&text)
}

fn spelled(column: &Column, text: &str) -> Cell {
    let found = cell::read(&cell::Cell::Text(text.to_owned()), column, None);
    let is_plain = !text.is_empty() && !is_special(text) && found.is_ok_and(|found| found == text);
    if is_plain { Cell::Text(text.to_owned()) } else { exactly(vec![text.to_owned()]) }
}

/// Several texts, separated where nobody would split them otherwise.
fn listed(column: &Column, parts: Vec<String>) -> Cell {
    let sound = |part: &String| !part.is_empty() && part.trim() == part && !part.contains('|');
    let joined = parts.join("|");
    if !parts.is_empty() && parts.iter().all(sound) && spelled(column, &joined) == Cell::Text(joined.clone()) {
        return Cell::Text(joined);
    }
    exactly(parts)
}

/// What a statement says: its attribute tells how it is read, so that nothing but plain text stands there.
fn stated(value: &str, exact: Option<&Exact>) -> Cell {
    let Some(exact) = exact else { return Cell::of_text(value) };
    if let Exact::Parts(parts) = exact
        && let [part] = parts.as_slice()
        && !part.is_empty()
        && part.trim() == part
        && !part.contains('|')
        && !part.starts_with('#')
        && !is_special(part)
    {
        return Cell::Text(part.clone());
    }
    Cell::Text(exact::write(exact))
}

fn of_value(column: &Column, attribute: &Attribute, given: &Given) -> Cell {
    let value = match given {
        Given::Value(value) => value,
        Given::Term(Reference::Code(code)) => return spelled(column, code),
        Given::Term(other) => return exactly(vec![other.to_exact()]),
        Given::Nodes(several) => {
            let texts: Vec<String> = several.iter().map(Reference::to_exact).collect();
            let by_id = several.iter().any(|one| matches!(one, Reference::Id(_)));
            return if by_id { exactly(texts) } else { listed(column, texts) };
        }
    };
    match (value, attribute.value_type) {
        (Value::Unknown, _) => Cell::Unknown,
        (Value::Answer(yes), _) => Cell::Answer(*yes),
        (Value::Date(date), _) => Cell::Date(*date),
        (Value::Money(number) | Value::Area(number), _) => Cell::Decimal { number: *number, places: 2 },
        (Value::Ratio(number), _) => Cell::Decimal { number: i64::from(*number), places: 6 },
        (Value::Decimal(number), _) => Cell::Decimal { number: *number, places: 6 },
        (Value::Integer(number), _) => Cell::Whole(*number),
        (value, ValueType::Texts | ValueType::Log | ValueType::Codes(_)) => {
            listed(column, value::parts(attribute, value).unwrap_or_default())
        }
        (value, _) => match value::parts(attribute, value).as_deref() {
            Some([text]) => spelled(column, text),
            _ => Cell::Empty,
        },
    }
}
