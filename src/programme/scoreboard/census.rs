//! Who counts for an indicator on a day: lists, each entry with what it counts for and where it belongs.
//! A number is never kept: it is the length, or the sum, of its list.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::formula::Formula;
use crate::domain::{Day, Id, Kind, PartialDate, RecordKind, Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Record};
use crate::programme::Regions;
use crate::programme::criteria::Exact;

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who, or what.
    pub node: EntityRow,
    /// The record by which it counts.
    pub record: Option<Id>,
    /// What it counts for, in hundredths: 100 where it is counted once.
    pub amount: i64,
    /// The region that answers for it.
    pub place: Option<EntityRow>,
    /// From when it counts.
    pub since: Option<Day>,
    /// When what it counts by runs out.
    pub ends: Option<Day>,
    /// Is it, or the carrier that it is in, recognised by the city or above? True of what has no level.
    pub recognized: bool,
}

/// Counted once.
const ONCE: i64 = 100;

/// Which date of a certificate decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateBasis {
    /// 发证日期
    Issued,
    /// 公布日期
    Announced,
}

/// What is asked of a census.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// What counts.
    pub formula: &'q Formula,
    /// Which date of a certificate decides.
    pub basis: DateBasis,
}

/// Everybody who counts on the day of a lens. Certificates are read once for all questions.
pub struct Census<'v> {
    lens: Lens<'v>,
    regions: Regions<'v>,
    certificates: OnceCell<BTreeMap<String, Vec<&'v Arc<Record>>>>,
}

impl<'v> Census<'v> {
    /// On the day of the lens.
    pub fn of(lens: Lens<'v>) -> Self {
        Self { lens, regions: Regions::of(lens), certificates: OnceCell::new() }
    }

    /// Where things lie on that day.
    pub fn regions(&self) -> &Regions<'v> {
        &self.regions
    }

    /// Everybody who counts, of every region, in order of entry, each once. What adds up is listed from its
    /// beginning: whoever asks for a period looks at `since`.
    pub fn entries(&self, question: &Question<'_>) -> Vec<Entry> {
        match question.formula {
            Formula::Certified(schemes) | Formula::Share(schemes, _) => self.certified(schemes, Some(true)),
            Formula::FirstCertified(schemes) => self.first_certified(schemes, question.basis),
            Formula::Carriers => self.carriers(),
            Formula::CarrierArea => self.areas(),
            Formula::Incubatees => self.incubatees(),
            Formula::Activities(kind) => self.activities(kind),
            Formula::Published => Vec::new(),
        }
    }

    /// Those of whom nobody knows whether they count.
    pub fn in_doubt(&self, question: &Question<'_>) -> Vec<Entry> {
        let (Formula::Certified(schemes) | Formula::Share(schemes, _)) = question.formula else { return Vec::new() };
        let sure: BTreeSet<EntityRow> = self.certified(schemes, Some(true)).iter().map(|entry| entry.node).collect();
        let mut doubtful = self.certified(schemes, None);
        doubtful.retain(|entry| !sure.contains(&entry.node));
        doubtful
    }

    /// Certificates of a scheme that have begun by the day.
    pub fn certificates(&self, scheme: &str) -> &[&'v Arc<Record>] {
        let all = self.certificates.get_or_init(|| {
            let mut found: BTreeMap<String, Vec<&'v Arc<Record>>> = BTreeMap::new();
            let mut codes: BTreeMap<Id, Option<String>> = BTreeMap::new();
            for record in self.lens.all_records(RecordKind::Certification, 1) {
                let Some(Value::Term(id)) = record.kind.row().value(&record.values, "scheme") else { continue };
                let code = codes.entry(*id).or_insert_with(|| {
                    let term = self.lens.node(*id)?;
                    self.lens.code(term).strip_prefix("SCHEME:").map(str::to_owned)
                });
                if let Some(code) = code {
                    found.entry(code.clone()).or_default().push(record);
                }
            }
            found
        });
        all.get(scheme).map_or(&[], Vec::as_slice)
    }

    fn once(&self, node: EntityRow, record: Option<&Record>) -> Entry {
        let place = self.regions.jurisdiction(node);
        let since = record.and_then(|record| record.fact.validity.from).map(PartialDate::first_day);
        let ends = record.map(|record| record.fact.validity.end_day().min(record.taken_from()));
        Entry {
            node,
            record: record.map(|record| record.fact.id),
            amount: ONCE,
            place,
            since,
            ends: ends.filter(|day| *day < Day::END),
            recognized: true,
        }
    }

    /// Holders of whose certificates that is the answer, each by the one that runs out last.
    fn certified(&self, schemes: &[String], answer: Option<bool>) -> Vec<Entry> {
        let mut best: BTreeMap<EntityRow, &Record> = BTreeMap::new();
        let all = schemes.iter().flat_map(|scheme| self.certificates(scheme));
        for record in all.filter(|record| self.lens.certified(record) == answer) {
            let known = best.entry(record.subject).or_insert(record);
            if known.fact.validity.end_day() < record.fact.validity.end_day() {
                *known = record;
            }
        }
        best.into_iter().map(|(node, record)| self.once(node, Some(record))).collect()
    }

    fn first_certified(&self, schemes: &[String], basis: DateBasis) -> Vec<Entry> {
        let mut first: BTreeMap<EntityRow, (Day, &Record)> = BTreeMap::new();
        for record in schemes.iter().flat_map(|scheme| self.certificates(scheme)) {
            let Some(day) = dated(record, basis) else { continue };
            // What was taken back from its very first day was never held.
            let began = record.fact.validity.first_day();
            if record.taken_from() <= began {
                continue;
            }
            let known = first.entry(record.subject).or_insert((day, record));
            if day < known.0 {
                *known = (day, record);
            }
        }
        let new = first.into_iter().filter(|(_, (day, _))| *day <= self.lens.day);
        new.map(|(node, (day, record))| Entry { since: Some(day), ..self.once(node, Some(record)) }).collect()
    }

    fn carriers(&self) -> Vec<Entry> {
        let levels =
            ["NATIONAL", "PROVINCIAL", "MUNICIPAL"].map(|name| enumeration::LEVEL.by_name(name).map(|code| code.tag));
        let all = self.lens.nodes(Kind::Carrier).take_while(|_| self.lens.budget().spend(1));
        let entry = |node: EntityRow| {
            let level = self.lens.value_named(node, "level");
            let recognized = matches!(level, Some(Value::Code(tag)) if levels.contains(&Some(*tag)));
            Entry { recognized, ..self.once(node, None) }
        };
        all.map(entry).collect()
    }

    /// Carriers with their floor space: that of their last year, else what is said of them.
    fn areas(&self) -> Vec<Entry> {
        let each = self.carriers().into_iter().filter_map(|entry| {
            let figures = self.lens.records(entry.node, RecordKind::CarrierFigures);
            let dated = figures.filter_map(|record| {
                let row = record.kind.row();
                let Some(Value::Integer(year)) = row.value(&record.values, "year") else { return None };
                let Some(Value::Area(area)) = row.value(&record.values, "area") else { return None };
                let statistics = matches!(row.value(&record.values, "figuresBasis"), Some(Value::Code(4)));
                Some((*year, statistics, *area, record.fact.id))
            });
            let last = dated.max_by_key(|(year, statistics, _, id)| (*year, *statistics, *id));
            let said = || match self.lens.value_named(entry.node, "area") {
                Some(Value::Area(area)) => Some((*area, None)),
                _ => None,
            };
            let (amount, record) = last.map(|(_, _, area, id)| (area, Some(id))).or_else(said)?;
            Some(Entry { amount, record, ..entry })
        });
        each.collect()
    }

    /// Organisations in carriers, each where its carrier is.
    fn incubatees(&self) -> Vec<Entry> {
        let mut found: BTreeMap<EntityRow, Entry> = BTreeMap::new();
        for carrier in self.carriers() {
            for tie in self.lens.ties(carrier.node, Some(Relation::IncubatedIn), false) {
                let since = Some(self.lens.tie_start(tie.row)).filter(|day| *day > Day::BEGINNING);
                let record = Some(self.lens.tie_fact(tie.row).id);
                found.entry(tie.there).or_insert(Entry { node: tie.there, record, since, ..carrier.clone() });
            }
        }
        found.into_values().collect()
    }

    fn activities(&self, kind: &str) -> Vec<Entry> {
        let code = enumeration::records::ACTIVITY_KIND.by_name(kind).map(|code| Value::Code(code.tag));
        let row = RecordKind::Activity.row();
        let all = self.lens.all_records(RecordKind::Activity, 1);
        let of_kind = all.filter(|record| row.value(&record.values, "kind") == code.as_ref() && code.is_some());
        let dated = of_kind.filter_map(|record| match row.value(&record.values, "date") {
            Some(Value::Date(date)) => Some((date.first_day(), record)),
            _ => None,
        });
        let in_time = dated.filter(|(day, _)| *day <= self.lens.day);
        let entry = |(day, record): (Day, &Arc<Record>)| {
            let node = record.subject;
            let place = if self.lens.kind(node) == Kind::Region { Some(node) } else { self.regions.jurisdiction(node) };
            Entry {
                node,
                record: Some(record.fact.id),
                amount: ONCE,
                place,
                since: Some(day),
                ends: None,
                recognized: true,
            }
        };
        in_time.map(entry).collect()
    }
}

/// The date of a certificate that decides; the other where that one is not stated.
pub fn dated(record: &Record, basis: DateBasis) -> Option<Day> {
    let row = RecordKind::Certification.row();
    let date = |name: &str| match row.value(&record.values, name) {
        Some(Value::Date(date)) => Some(date.first_day()),
        _ => None,
    };
    match basis {
        DateBasis::Issued => date("issuedOn").or_else(|| date("announcedOn")),
        DateBasis::Announced => date("announcedOn").or_else(|| date("issuedOn")),
    }
}

/// What a list comes to.
pub fn total(list: &[Entry]) -> Option<Exact> {
    Exact::of(list.iter().map(|entry| i128::from(entry.amount)).sum(), i128::from(ONCE))
}
