//! Reading records: what a reader may know of, what has begun by the day asked for.

use std::sync::Arc;

use super::lens::Lens;
use super::state::{EntityRow, Place, Record};
use crate::domain::provenance::{FIGURES_BASES, Precedence};
use crate::domain::{Attribute, Id, RecordKind, Value};

impl<'v> Lens<'v> {
    /// May the reader know that a record is there, whenever it holds?
    pub(super) fn may_know(&self, record: &Record) -> bool {
        self.may_see_of(record.subject, record.kind.row().sensitivity_of(&record.values))
    }

    /// Has the record begun by the day, and may the reader know of it? One that has ended is told of
    /// all the same: whether it still holds is for [`Lens::holds_on_day`] to say.
    pub fn shows_record(&self, record: &Record) -> bool {
        let begun = record.fact.validity.first_day() <= self.day;
        begun && !record.retracted && self.shows(self.subject(record)) && self.may_know(record)
    }

    /// Does a record hold on the day? None where nobody has said since when.
    pub fn holds_on_day(&self, record: &Record) -> Option<bool> {
        let validity = &record.fact.validity;
        if !validity.contains(self.day) {
            return Some(false);
        }
        (validity.from.is_some() || !record.kind.row().must_be_dated()).then_some(true)
    }

    /// The record of that id.
    pub fn record(&self, id: Id) -> Option<&'v Arc<Record>> {
        let Some(Place::Record(row)) = self.state().place(id) else { return None };
        self.state().records.get(row).filter(|record| self.shows_record(record))
    }

    /// Its records of a kind, in order of entry. Each costs one row, as ties do, shown or not.
    pub fn records(&self, node: EntityRow, kind: RecordKind) -> impl Iterator<Item = &'v Arc<Record>> + use<'v> {
        let lens = *self;
        lens.kept_records(node)
            .filter(move |record| record.kind == kind && lens.shows_record(record))
            .inspect(move |_| lens.budget().show())
    }

    /// Its records of every kind, in order of entry, at the same cost.
    pub fn every_record(&self, node: EntityRow) -> impl Iterator<Item = &'v Arc<Record>> + use<'v> {
        let lens = *self;
        lens.kept_records(node).filter(move |record| lens.shows_record(record)).inspect(move |_| lens.budget().show())
    }

    /// Its records, whoever may know of them. Each costs one row.
    fn kept_records(&self, node: EntityRow) -> impl Iterator<Item = &'v Arc<Record>> + use<'v> {
        let lens = *self;
        let listed = move |row: u32| lens.state().indexes.records.get(&row).map_or(&[][..], Vec::as_slice);
        let all = lens.state().members(node.0).flat_map(listed).take_while(move |_| lens.budget().look());
        let told = all.filter(move |row| !lens.state().groups.is_repeated(**row));
        told.filter_map(move |row| lens.state().records.get(*row))
    }

    /// Every record of a kind that is shown, in order of entry. Each costs so many rows, shown or not.
    pub fn all_records(&self, kind: RecordKind, cost: u64) -> impl Iterator<Item = &'v Arc<Record>> + use<'v> {
        let lens = *self;
        let rows = lens.state().indexes.record_kinds.get(kind as usize).into_iter().flat_map(|rows| rows.iter());
        let all = rows.take_while(move |_| lens.budget().look_at(cost));
        let told = all.filter(move |row| !lens.state().groups.is_repeated(**row));
        let live = told.filter_map(move |row| lens.state().records.get(*row));
        live.filter(move |record| lens.shows_record(record)).inspect(move |_| lens.budget().show())
    }

    /// Where yearly figures stand among those of the same holder and year: the least is the one that counts.
    pub fn precedence_of_figures(&self, record: &Record) -> Precedence {
        let row = record.kind.row();
        let list = row.attribute("figuresBasis").and_then(Attribute::enumeration);
        let name = match (row.value(&record.values, "figuresBasis"), list) {
            (Some(Value::Code(tag)), Some(list)) => list.by_tag(*tag).map(|code| code.name),
            _ => None,
        };
        let place = FIGURES_BASES.iter().position(|basis| Some(*basis) == name).unwrap_or(FIGURES_BASES.len());
        Precedence { basis: u8::try_from(place).unwrap_or(u8::MAX), ..self.precedence(&record.fact) }
    }

    /// The value of an attribute of a record, where it may be seen.
    pub fn record_value<'r>(&self, record: &'r Record, attribute: &Attribute) -> Option<&'r Value> {
        if !self.may_see_of(record.subject, attribute.sensitivity) {
            return None;
        }
        record.values.iter().find(|(tag, _)| *tag == attribute.tag).map(|(_, value)| value)
    }

    /// The value of the attribute of that name.
    pub fn record_value_named<'r>(&self, record: &'r Record, name: &str) -> Option<&'r Value> {
        self.record_value(record, record.kind.row().attribute(name)?)
    }
}
