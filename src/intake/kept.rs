//! Rows of the export of a whole store: the ids that they have there, and what is said of a thing in tables of
//! its own because it has a source or dates of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::folder::RowReader;
use super::subject::END_ORIGIN;
use super::table::Slot;
use super::{Place, Reading, Refusal};
use crate::domain::command::{self, Command, Kept, Reference};
use crate::domain::exact::Exact;
use crate::domain::identifier::Scheme;
use crate::domain::name::NameKind;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Id, Kind};

/// What things must have and their own rows do not say: it has to stand in one of the other tables.
#[derive(Debug, Default)]
pub(super) struct Owed {
    /// By the thing, as others point at it, and by what it is.
    owed: BTreeMap<(Vec<String>, String), Place>,
    said: BTreeSet<(String, String)>,
}

impl Owed {
    /// Whatever nobody said is refused at the row of its thing.
    pub(super) fn settle(self, reading: &mut Reading) {
        for ((ways, name), place) in self.owed {
            if !ways.into_iter().any(|way| self.said.contains(&(way, name.clone()))) {
                let place = Place { column: Some(name.clone()), ..place };
                reading.refusals.push(Refusal { place, value: None, rejection: Rejection::RequiredMissing { name } });
            }
        }
    }

    fn note(&mut self, kept: &Kept, place: &Place) {
        let said = match &kept.command {
            Command::SaveEntity { kind, subject: command::Subject::Key(key), name_zh, code, values, .. } => {
                let ways = vec![key.clone(), Reference::Id(kept.id).to_exact()];
                let has_key = kept.facts.iter().any(|(name, _)| name == "key");
                let required = kind.row().attributes.iter().filter(|attribute| attribute.required);
                let unanswered = required.filter(|row| !values.iter().any(|(tag, _)| *tag == row.tag));
                let mut names: Vec<&str> = unanswered.map(|attribute| attribute.name).collect();
                // Names of people may have stayed behind: they never go out as plain text.
                names.extend((name_zh.is_none() && *kind != Kind::Person).then_some("nameZh"));
                names.extend((code.is_none() && kind.row().code_scheme.is_some()).then_some("code"));
                names.extend((!has_key).then_some("key"));
                for name in names {
                    self.owed.insert((ways.clone(), name.to_owned()), place.clone());
                }
                return;
            }
            Command::AddName { entity, kind: NameKind::Official, .. } => (entity, "nameZh"),
            Command::AddIdentifier { entity, scheme: Scheme::Internal, .. } => (entity, "key"),
            Command::AddIdentifier { entity, scheme: Scheme::TermCode | Scheme::RegionCode, .. } => (entity, "code"),
            Command::State { entity, attribute, .. } => (entity, attribute.as_str()),
            _ => return,
        };
        self.said.insert((said.0.to_exact(), said.1.to_owned()));
    }
}

impl RowReader<'_, '_, '_> {
    /// The command under the ids of its row, where the row has any.
    pub(super) fn kept(&mut self, command: Command, owed: &mut Owed) -> Option<Command> {
        let exact = match &command {
            Command::AddName { .. } => self.exact("text").filter(|exact| matches!(exact, Exact::Sealed(_))),
            Command::State { .. } => self.exact("value"),
            _ => None,
        };
        if !self.has_id() {
            if exact.is_some() {
                self.refuse("id", Rejection::RequiredMissing { name: "id".into() });
                return None;
            }
            return Some(command);
        }
        let id = self.text("id")?;
        let id = self.id(&id, "id")?;
        let facts = self.fact_ids()?;
        let ended = if *self.slot("endSource") == Slot::Absent { None } else { Some(self.origin_in(END_ORIGIN)?) };
        let command = match command {
            Command::State { entity, attribute, validity, origin, .. } if exact.is_some() => {
                Command::State { entity, attribute, value: String::new(), validity, origin }
            }
            other => other,
        };
        let kept = Kept { command, id, facts, ended, exact };
        owed.note(&kept, &self.table.place(self.row.line, None));
        Some(Command::Keep(Box::new(kept)))
    }

    fn exact(&self, column: &str) -> Option<Exact> {
        if let Slot::Exact(exact) = self.slot(column) { Some(exact.clone()) } else { None }
    }

    fn id(&mut self, text: &str, column: &str) -> Option<Id> {
        let id = text.trim().parse().ok();
        if id.is_none() {
            let (name, given) = (column.to_owned(), clip(text));
            let (expected_zh, expected_en) =
                ("编号应为 26 位字母数字".into(), "expects an id of 26 letters and digits".into());
            self.refuse(column, Rejection::InvalidValue { name, given, expected_zh, expected_en });
        }
        id
    }

    /// Ids of what a row says of a thing: `column=id`, separated by `|`.
    fn fact_ids(&mut self) -> Option<Vec<(String, Id)>> {
        let text = self.text("factIds").unwrap_or_default();
        let mut ids = Vec::new();
        for part in text.split('|').filter(|part| !part.is_empty()) {
            let (name, id) = part.split_once('=').unwrap_or(("", part));
            ids.push((name.trim().to_owned(), self.id(id, "factIds")?));
        }
        Some(ids)
    }
}
