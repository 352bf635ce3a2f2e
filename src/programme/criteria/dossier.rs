//! What is known of one node, as criteria ask for it: figures of its years, facts out of its ties and
//! records, certificates that count on the day. Whatever a reader may not see is not known to them.

use std::cell::OnceCell;
use std::sync::Arc;

use super::exact::Exact;
use super::inputs::{Fact, Input, Origin};
use super::subject::{Said, Subject, Told};
use crate::domain::enumeration::{self, Enumeration};
use crate::domain::identifier::Scheme;
use crate::domain::{Day, Kind, PartialDate, RecordKind, Relation, Value};
use crate::graph::{EntityRow, Lens, Record, Tie};
use crate::programme::StayRules;
use crate::programme::calendar::months_after;

/// What is known of one node.
pub struct Dossier<'v> {
    lens: Lens<'v>,
    node: EntityRow,
    figures: OnceCell<Vec<Yearly<'v>>>,
    held: OnceCell<Vec<(String, Option<bool>)>>,
}

/// The figures of one year on one basis.
struct Yearly<'v> {
    year: i64,
    basis: u16,
    record: &'v Arc<Record>,
}

impl<'v> Dossier<'v> {
    /// Of this node, read when it is asked for.
    pub fn of(lens: Lens<'v>, node: EntityRow) -> Self {
        Self { lens, node, figures: OnceCell::new(), held: OnceCell::new() }
    }

    /// Are there figures of it at all?
    pub fn has_figures(&self) -> bool {
        !self.figures().is_empty()
    }

    fn figures(&self) -> &[Yearly<'v>] {
        self.figures.get_or_init(|| {
            let kind = if self.lens.kind(self.node) == Kind::Carrier {
                RecordKind::CarrierFigures
            } else {
                RecordKind::YearFigures
            };
            let all = self.lens.records(self.node, kind);
            all.filter_map(|record| {
                let row = kind.row();
                let Some(Value::Integer(year)) = row.value(&record.values, "year") else { return None };
                let basis =
                    if let Some(Value::Code(tag)) = row.value(&record.values, "figuresBasis") { *tag } else { 0 };
                Some(Yearly { year: *year, basis, record })
            })
            .collect()
        })
    }

    fn held(&self) -> &[(String, Option<bool>)] {
        self.held.get_or_init(|| {
            let records = self.lens.records(self.node, RecordKind::Certification);
            let each = records.filter_map(|record| {
                let term = match record.kind.row().value(&record.values, "scheme") {
                    Some(Value::Term(id)) => self.lens.node(*id)?,
                    _ => return None,
                };
                Some((self.lens.code(term).to_owned(), self.lens.certified(record)))
            });
            each.collect()
        })
    }

    fn date(&self, name: &str) -> Option<PartialDate> {
        match self.lens.value_named(self.node, name) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        }
    }

    /// What is said of an attribute that is yes or no.
    fn answer(&self, name: &str) -> Told {
        let row = self.lens.kind(self.node).row();
        let shown = row.attribute(name).and_then(|attribute| self.lens.shown(self.node, attribute));
        let Some(shown) = shown else { return Told::default() };
        let said = if let Value::Answer(yes) = shown.statement.value { Some(Said::Answer(yes)) } else { None };
        Told { said, basis: None, source: Some(shown.statement.fact.provenance.source) }
    }

    fn ties(&self, relation: Relation, forward: bool) -> impl Iterator<Item = Tie> + use<'v> {
        self.lens.ties(self.node, Some(relation), forward)
    }

    /// Who says when it began.
    fn beginning(&self) -> (Option<PartialDate>, Told) {
        let row = self.lens.kind(self.node).row();
        let name = row.begins_with.unwrap_or("");
        let shown = row.attribute(name).and_then(|attribute| self.lens.shown(self.node, attribute));
        let source = shown.as_ref().map(|shown| shown.statement.fact.provenance.source);
        (self.date(name), Told { said: None, basis: None, source })
    }

    fn since_registration(&self, count: impl Fn(Day) -> i64) -> Told {
        let (date, told) = self.beginning();
        let said = date.map(|date| {
            let least = Exact::whole(count(date.last_day()));
            if date.first_day() == date.last_day() { Said::Number(least) } else { Said::AtLeast(least) }
        });
        Told { said, ..told }
    }

    /// Results of these sorts and this class of the last months. There may be more than are on record.
    fn results(&self, kinds: &[&str], class: Option<&str>, months: u32) -> Told {
        let lens = &self.lens;
        let fits = |node: EntityRow| {
            let code = |name: &str, list: &'static Enumeration| code_of(lens, node, name, list);
            let sort = code("kind", &enumeration::ACHIEVEMENT_KIND).is_some_and(|kind| kinds.contains(&kind));
            let classed = class.is_none_or(|class| code("ipClass", &enumeration::IP_CLASS) == Some(class));
            let recent = matches!(lens.value_named(node, "date"), Some(Value::Date(date))
                if date.last_day() <= lens.day && months_after(date.first_day(), months) > lens.day);
            sort && classed && recent
        };
        let mut found: Vec<EntityRow> =
            self.ties(Relation::HasAchievement, true).map(|tie| tie.there).filter(|node| fits(*node)).collect();
        found.sort_unstable();
        found.dedup();
        at_least(found.len())
    }

    fn platforms(&self, levels: &[&str]) -> Told {
        let lens = &self.lens;
        let run = self.ties(Relation::Operates, true).filter(|tie| {
            let level = code_of(lens, tie.there, "level", &enumeration::LEVEL);
            lens.kind(tie.there) == Kind::Platform && level.is_some_and(|level| levels.contains(&level))
        });
        at_least(run.count())
    }

    fn stay(&self, fact: Fact) -> Told {
        let Some(tie) = self.ties(Relation::IncubatedIn, true).next() else { return Told::default() };
        let entered = self.lens.tie_start(tie.row);
        let source = Some(self.lens.tie_fact(tie.row).provenance.source);
        let known = entered > Day::BEGINNING;
        let months = match fact {
            Fact::StayAllowed => {
                StayRules::shipped().stay(&self.lens, self.node, None).map(|stay| i64::from(stay.months))
            }
            Fact::StayMonths => known.then(|| months_begun(entered, self.lens.day)),
            _ => self.beginning().0.filter(|_| known).map(|date| months_begun(date.first_day(), entered)),
        };
        Told { said: months.map(|months| Said::Number(Exact::whole(months))), basis: None, source }
    }

    fn tax_in_zone(&self) -> Told {
        let lens = &self.lens;
        let role = Relation::LocatedIn.row().attribute("role");
        let tax = enumeration::LOCATION_ROLE.by_name("TAX").map(|code| Value::Code(code.tag));
        let pays = self
            .ties(Relation::LocatedIn, true)
            .filter(|tie| role.and_then(|role| lens.tie_value(tie.row, role)) == tax.as_ref());
        let zones: Vec<(bool, Tie)> = pays
            .map(|tie| (code_of(lens, tie.there, "kind", &enumeration::REGION_KIND) == Some("ZONE"), tie))
            .collect();
        let said = zones.iter().map(|(zone, _)| *zone).max().map(Said::Answer);
        let source = zones.first().map(|(_, tie)| lens.tie_fact(tie.row).provenance.source);
        Told { said, basis: None, source }
    }

    fn members(&self, fits: impl Fn(&Tie) -> bool) -> Told {
        let count = self.ties(Relation::MemberOf, false).filter(|tie| fits(tie)).count();
        number(count)
    }

    fn leads(&self, tie: &Tie) -> bool {
        let role = Relation::MemberOf.row().attribute("role").and_then(|role| self.lens.tie_value(tie.row, role));
        role == enumeration::MEMBER_ROLE.by_name("LEAD").map(|code| Value::Code(code.tag)).as_ref()
    }

    fn led_from_within(&self) -> Told {
        let own = province(&self.lens, self.node);
        let leads: Vec<Tie> = self.ties(Relation::MemberOf, false).filter(|tie| self.leads(tie)).collect();
        let provinces: Vec<Option<EntityRow>> = leads.iter().map(|tie| province(&self.lens, tie.there)).collect();
        let said = match own {
            Some(own) if !provinces.is_empty() && provinces.iter().all(Option::is_some) => {
                Some(Said::Answer(provinces.iter().all(|province| *province == Some(own))))
            }
            _ => None,
        };
        Told { said, ..Told::default() }
    }
}

impl Subject for Dossier<'_> {
    fn figure(&self, input: &'static Input, year: i32, bases: &[u16]) -> Told {
        let Some(attribute) = input.attribute() else { return Told::default() };
        let of_year = || self.figures().iter().filter(|held| held.year == i64::from(year));
        for basis in bases {
            // Of two records of one basis the one entered later counts.
            for held in of_year().rev().filter(|held| held.basis == *basis) {
                let said = self.lens.record_value(held.record, attribute).and_then(said);
                if said.is_some() {
                    return Told { said, basis: Some(*basis), source: Some(held.record.fact.provenance.source) };
                }
            }
        }
        Told::default()
    }

    fn fact(&self, input: &'static Input) -> Told {
        let Origin::Fact(fact) = input.origin else { return Told::default() };
        let day = self.lens.day;
        const PROPERTY: &[&str] = &["PATENT", "SOFTWARE", "VARIETY"];
        match fact {
            Fact::RegisteredDays => self.since_registration(|from| i64::from(day.0) - i64::from(from.0)),
            Fact::OperatingMonths => self.since_registration(|from| months_passed(from, day)),
            Fact::LegalPerson => self.answer("isLegalPerson"),
            Fact::MainlandRegistered => {
                let code = self.lens.identifier(self.node, Scheme::CreditCode);
                Told { said: code.map(|_| Said::Answer(true)), ..Told::default() }
            }
            Fact::TaxInZone => self.tax_in_zone(),
            Fact::RecentFirstClass => self.results(PROPERTY, Some("CLASS_I"), 36),
            Fact::RecentSecondClass => self.results(PROPERTY, Some("CLASS_II"), 36),
            Fact::RecentProperty => self.results(PROPERTY, None, 36),
            Fact::RecentStandards => self.results(&["STANDARD"], None, 60),
            Fact::MunicipalPlatforms => self.platforms(&["NATIONAL", "PROVINCIAL", "MUNICIPAL"]),
            Fact::ProvincialPlatforms => self.platforms(&["NATIONAL", "PROVINCIAL"]),
            Fact::EntryAge | Fact::StayMonths | Fact::StayAllowed => self.stay(fact),
            Fact::MemberFirms => self.members(|tie| self.lens.kind(tie.there) == Kind::Enterprise),
            Fact::MemberInstitutes => self.members(|tie| self.lens.kind(tie.there) == Kind::Institute),
            Fact::LeadUnits => self.members(|tie| self.leads(tie)),
            Fact::LiableUnits => self.members(|tie| {
                let liable = Relation::MemberOf.row().attribute("liable");
                liable.and_then(|liable| self.lens.tie_value(tie.row, liable)) == Some(&Value::Answer(true))
            }),
            Fact::LeadInProvince => self.led_from_within(),
            Fact::AgreementInForce => {
                let said = self.date("agreementEnd").map(|end| Said::Answer(day < end.end_day()));
                Told { said, ..Told::default() }
            }
        }
    }

    fn holds(&self, scheme: &str) -> Option<bool> {
        let of_scheme = || self.held().iter().filter(|(code, _)| code.strip_prefix("SCHEME:") == Some(scheme));
        if of_scheme().any(|(_, counts)| *counts == Some(true)) {
            return Some(true);
        }
        if of_scheme().any(|(_, counts)| counts.is_none()) { None } else { Some(false) }
    }

    fn classified(&self, scheme: &str) -> Option<bool> {
        let lens = &self.lens;
        let mut open: Vec<EntityRow> = self.ties(Relation::ClassifiedAs, true).map(|tie| tie.there).collect();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(term) = open.pop() {
            if lens.code(term).split_once(':').is_some_and(|(own, _)| own == scheme) {
                return Some(true);
            }
            if seen.insert(term) {
                open.extend(lens.ties(term, Some(Relation::PartOf), true).map(|tie| tie.there));
            }
        }
        None
    }

    fn begun(&self) -> Option<i32> {
        self.beginning().0.map(|date| i32::from(date.year))
    }
}

/// A value as an input says it.
fn said(value: &Value) -> Option<Said> {
    Some(match value {
        Value::Money(cents) | Value::Area(cents) => Said::Number(Exact::of(i128::from(*cents), 100)?),
        Value::Integer(number) => Said::Number(Exact::whole(*number)),
        Value::Decimal(millionths) => Said::Number(Exact::of(i128::from(*millionths), 1_000_000)?),
        Value::Answer(yes) => Said::Answer(*yes),
        _ => return None,
    })
}

fn number(count: usize) -> Told {
    Told { said: Some(Said::Number(Exact::whole(i64::try_from(count).unwrap_or(i64::MAX)))), ..Told::default() }
}

fn at_least(count: usize) -> Told {
    Told { said: Some(Said::AtLeast(Exact::whole(i64::try_from(count).unwrap_or(i64::MAX)))), ..Told::default() }
}

fn code_of(lens: &Lens<'_>, node: EntityRow, name: &str, list: &'static Enumeration) -> Option<&'static str> {
    match lens.value_named(node, name) {
        Some(Value::Code(tag)) => list.by_tag(*tag).map(|code| code.name),
        _ => None,
    }
}

/// The province that a node lies in, by the region that answers for it, or by any where none does.
fn province(lens: &Lens<'_>, node: EntityRow) -> Option<EntityRow> {
    let mut open: Vec<EntityRow> = lens.ties(node, Some(Relation::LocatedIn), true).map(|tie| tie.there).collect();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(region) = open.pop() {
        if code_of(lens, region, "kind", &enumeration::REGION_KIND) == Some("PROVINCE") {
            return Some(region);
        }
        if seen.insert(region) {
            open.extend(lens.ties(region, Some(Relation::PartOf), true).map(|tie| tie.there));
        }
    }
    None
}

/// Whole months from one day to another.
fn months_passed(from: Day, to: Day) -> i64 {
    (1..=1_200).take_while(|months| months_after(from, *months) <= to).count() as i64
}

/// Months that have begun: 48 up to and on the day 48 months later, 49 from the next.
fn months_begun(from: Day, to: Day) -> i64 {
    (0..=1_200).take_while(|months| months_after(from, *months) < to).count() as i64
}
