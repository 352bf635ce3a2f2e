//! What a dry run tells of the rows: every refused cell at its place, with what stands there, the rule and
//! what to write instead, in both languages. Accepted and refused rows together are all rows, always.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::folder::open_sheets;
use super::mapping::Mapping;
use super::subject::Subject;
use super::table::{self, Row, Slot, Table};
use super::{InputFile, Limits, Place, Reading};
use crate::domain::command::{self, Command};
use crate::domain::rejection::{Rejection, clip};

/// The rows of a data set, judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows seen.
    pub rows: usize,
    /// Those that could be carried out.
    pub accepted: usize,
    /// Those that could not.
    pub refused: usize,
    /// Why not, as far as it is told, in the order of the tables.
    pub refusals: Vec<Told>,
    /// Refusals in all.
    pub refusal_count: usize,
    /// Rows that are accepted and worth a look: what they enter looks like something that is there.
    pub warnings: Vec<Warning>,
    /// Were some left out because there are too many, or too much to compare?
    pub warnings_cut: bool,
}

/// A row that enters something new that looks like something known: a merger is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// The file, with the sheet of a workbook behind `#`.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The stable code of what is doubtful.
    pub code: &'static str,
    /// What was found, and what to do.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// The name that the row gives.
    pub name: String,
    /// The id of what it looks like; none where that is new, too.
    pub known_id: Option<String>,
    /// The name of that.
    pub known_name: String,
    /// The codes of the reasons, the weightiest first.
    pub reasons: Vec<&'static str>,
}

/// A refusal as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The file, with the sheet of a workbook behind `#`.
    pub file: String,
    /// The line, counted from 1; 0 = the file as a whole.
    pub line: u64,
    /// The column, by its name in the schema, where one cell is meant.
    pub column: Option<String>,
    /// The Chinese word that heads it.
    pub header: Option<&'static str>,
    /// What stands there; clipped. Nothing where it may be something of a person.
    pub value: Option<String>,
    /// The stable code of the rule.
    pub code: &'static str,
    /// Why, and what to do.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// The refused row that this one refers to: put that right first, and this one may be.
    pub follows: Option<String>,
}

/// What came of the commands of a reading when they were tried.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'t> {
    /// The commands.
    pub commands: &'t [Command],
    /// Where each of them stands.
    pub places: &'t [Place],
    /// Those that were refused, as far as they are told: their numbers, with the reason.
    pub refused: &'t [(usize, Rejection)],
    /// All of them.
    pub refused_count: usize,
}

/// Tell of what was read, and of what was refused when it was tried.
pub fn report(
    (files, mapping, limits): (&[InputFile], &Mapping, &Limits),
    reading: &Reading,
    tried: Tried<'_>,
    most: usize,
) -> Report {
    // A row of another register may be refused for several things that it says.
    let refused = (reading.refused_rows + tried.refused_count).min(reading.rows);
    let waiting = refused_keys(reading, tried);
    let wanted: BTreeMap<&Place, &Rejection> = tried
        .refused
        .iter()
        .filter_map(|(number, rejection)| tried.places.get(*number).map(|place| (place, rejection)))
        .collect();
    let mut told: Vec<(Place, Told)> = reading
        .refusals
        .iter()
        .map(|refusal| (refusal.place.clone(), tell(&refusal.place, refusal.value.clone(), &refusal.rejection)))
        .collect();
    let mut located = located((files, mapping, limits), &wanted);
    // What is no table has no cells; its place is told as it is.
    let known: BTreeSet<&Place> = located.iter().map(|(place, ..)| place).collect();
    let others: Vec<Place> =
        wanted.keys().filter(|place| !known.contains(*place)).map(|place| (*place).clone()).collect();
    located.extend(others.into_iter().map(|place| (place, None, None)));
    for (place, column, value) in located {
        let rejection = wanted[&place];
        let exact = Place { column, ..place.clone() };
        let mut one = tell(&exact, value, rejection);
        if let Rejection::UnknownReference { given, .. } = rejection {
            one.follows = waiting.get(given.as_str()).map(|place| place.to_string());
        }
        told.push((exact, one));
    }
    head(&mut told, reading);
    let order: BTreeMap<&str, usize> = reading.tables.iter().map(|(label, _)| &**label).zip(0..).collect();
    told.sort_by(|(one, _), (other, _)| (order.get(&*one.file), one).cmp(&(order.get(&*other.file), other)));
    let refusal_count = told.len() + reading.untold + tried.refused_count.saturating_sub(wanted.len());
    let refusals = told.into_iter().take(most).map(|(_, told)| told).collect();
    let (rows, accepted) = (reading.rows, reading.rows - refused);
    Report { rows, accepted, refused, refusals, refusal_count, ..Report::default() }
}

/// Say of each cell which Chinese word heads its column.
fn head(told: &mut [(Place, Told)], reading: &Reading) {
    let subjects: BTreeMap<&str, Subject> =
        reading.tables.iter().map(|(label, subject)| (&**label, *subject)).collect();
    for (place, one) in told {
        let columns = subjects.get(&*place.file).map(|subject| subject.all_columns()).unwrap_or_default();
        let found = columns.iter().find(|column| Some(column.name) == place.column.as_deref());
        one.header = found.map(|column| column.label);
    }
}

fn tell(place: &Place, value: Option<String>, rejection: &Rejection) -> Told {
    Told {
        file: place.file.to_string(),
        line: place.line,
        column: place.column.clone(),
        header: None,
        value,
        code: rejection.code(),
        zh: rejection.zh(),
        en: rejection.en(),
        follows: None,
    }
}

/// Keys whose rows were refused, when they were read or when they were tried.
fn refused_keys<'r>(reading: &'r Reading, tried: Tried<'r>) -> BTreeMap<&'r str, &'r Place> {
    let mut keys: BTreeMap<&str, &Place> =
        reading.refused_keys.iter().map(|(key, place)| (key.as_str(), place)).collect();
    for (number, _) in tried.refused {
        let (Some(place), Some(command)) = (tried.places.get(*number), tried.commands.get(*number)) else { continue };
        let said = if let Command::Keep(kept) = command { &kept.command } else { command };
        let key = match said {
            Command::SaveSource { key, .. } => key,
            Command::SaveEntity { subject: command::Subject::Key(key), .. } => key,
            _ => continue,
        };
        keys.insert(key, place);
    }
    keys
}

/// Column and value of what was refused when it was tried: the files are read once more, up to there.
fn located(
    (files, mapping, limits): (&[InputFile], &Mapping, &Limits),
    wanted: &BTreeMap<&Place, &Rejection>,
) -> Vec<(Place, Option<String>, Option<String>)> {
    let mut found = Vec::with_capacity(wanted.len());
    if wanted.is_empty() {
        return found;
    }
    let mut ignored = Vec::new();
    for (sheet, subject) in open_sheets(files, mapping, limits, &mut ignored) {
        let known = mapping.of_table(&sheet.name);
        let Ok(mut table) = table::open(&sheet, subject, known, limits, &mut ignored) else { continue };
        let lines: BTreeSet<u64> =
            wanted.keys().filter(|place| place.file == table.label).map(|place| place.line).collect();
        let mut left = lines.len();
        while left > 0
            && let Some(row) = table.next_row(&mut ignored)
        {
            ignored.clear();
            let place = table.place(row.line, None);
            let Some(rejection) = wanted.get(&place) else { continue };
            left -= 1;
            let column = column_of(rejection, &table, &row);
            let value = column.and_then(|column| match row.slot(column) {
                Slot::Text(text) if !table.is_personal(&row, column) => Some(clip(text)),
                _ => None,
            });
            found.push((place, column.map(|column| table.columns[column].name.to_owned()), value));
        }
    }
    found
}

/// The column that a rejection is about: the one it names, or the one that holds what it was given.
fn column_of(rejection: &Rejection, table: &Table<'_>, row: &Row) -> Option<usize> {
    let named = match rejection {
        Rejection::RequiredMissing { name } | Rejection::InvalidValue { name, .. } => Some(name.as_str()),
        Rejection::Implausible(fault) => fault.name(),
        Rejection::Unreadable(fault) => fault.name(),
        Rejection::InvalidKey { .. } | Rejection::DuplicateKey { .. } => Some("key"),
        Rejection::SourceMissing => Some("source"),
        Rejection::SourceUntraceable => Some("address"),
        Rejection::TieToItself { .. } | Rejection::Circular { .. } | Rejection::ForbiddenEnds { .. } => Some("to"),
        Rejection::OverlappingValidity { .. } => Some("since"),
        Rejection::ValidityReversed { .. } => table.column("validTo").map_or(Some("until"), |_| Some("validTo")),
        _ => None,
    };
    if let Some(column) = named.and_then(|name| table.column(name)) {
        return Some(column);
    }
    let given = match rejection {
        Rejection::UnknownReference { given, .. }
        | Rejection::AmbiguousName { given, .. }
        | Rejection::WrongKind { given, .. }
        | Rejection::InvalidName { given, .. }
        | Rejection::InvalidIdentifier { given, .. }
        | Rejection::IdentifierTaken { given, .. }
        | Rejection::InvalidValue { given, .. }
        | Rejection::UnknownColumn { name: given, .. } => given.as_str(),
        Rejection::Implausible(fault) => fault.given(),
        _ => return None,
    };
    let holds = |exact: bool| {
        (0..table.columns.len()).find(|column| match row.slot(*column) {
            Slot::Text(text) if exact => clip(text) == given,
            Slot::Text(text) => {
                let parts = text.split('|').map(str::trim);
                parts
                    .filter(|part| !part.is_empty())
                    .any(|part| clip(part) == given || given.ends_with(&format!(":{part}")))
            }
            Slot::Absent | Slot::Refused | Slot::Exact(_) => false,
        })
    };
    holds(true).or_else(|| holds(false))
}
