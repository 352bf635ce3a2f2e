//! The board itself: what a plan counts, where, and what it set. Lists are made once a day asked for and
//! then cut by region; every number is that of its list.

use std::collections::{BTreeMap, BTreeSet};

use super::census::{Census, DateBasis, Entry, Question, total};
use super::formula::Formula;
use super::goal::{Goal, current};
use crate::domain::{Day, Id, PartialDate, RecordKind, Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Record};
use crate::programme::criteria::Exact;

/// What an indicator counts and how, as the data say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Its term.
    pub term: EntityRow,
    /// The number of the record that defines it.
    pub record: Option<Id>,
    /// Its unit.
    pub unit: String,
    /// The population.
    pub population: String,
    /// The formula as written.
    pub written: String,
    /// The formula as read; none where it is of no known form.
    pub formula: Option<Formula>,
    /// Which date of a certificate decides.
    pub basis: DateBasis,
}

/// A plan with its indicators and goals.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its term.
    pub term: EntityRow,
    /// The region it is for.
    pub region: EntityRow,
    /// Its document.
    pub document: Option<String>,
    /// Indicators for which it sets something, in order of their terms.
    pub indicators: Vec<Indicator>,
    /// What it sets.
    pub goals: Vec<Goal>,
}

impl Plan {
    /// The plan of a term. `wanted` are terms of indicators besides those for which it sets something.
    pub fn read(lens: &Lens<'_>, term: EntityRow, wanted: &[EntityRow]) -> Option<Self> {
        let record = lens.records(term, RecordKind::Plan).last()?;
        let row = record.kind.row();
        let region = match row.value(&record.values, "region") {
            Some(Value::Node(id)) => lens.node(*id)?,
            _ => return None,
        };
        let document =
            if let Some(Value::Text(text)) = row.value(&record.values, "docNo") { Some(text.clone()) } else { None };
        let all = lens.all_records(RecordKind::Target, 1).filter(|record| Goal::plan(lens, record) == Some(term));
        let goals: Vec<Goal> = all.filter_map(|record| Goal::read(lens, record)).collect();
        let mut terms: Vec<EntityRow> = goals.iter().map(|goal| goal.indicator).chain(wanted.iter().copied()).collect();
        if !wanted.is_empty() {
            terms.retain(|term| wanted.contains(term));
        }
        terms.sort_unstable();
        terms.dedup();
        let indicators = terms.into_iter().map(|term| Indicator::read(lens, term)).collect();
        Some(Self { term, region, document, indicators, goals })
    }

    /// The goal for a region and an indicator that holds on a day.
    pub fn goal(&self, region: EntityRow, indicator: EntityRow, day: Day) -> Option<&Goal> {
        current(self.goals.iter().filter(|goal| goal.region == region && goal.indicator == indicator), day)
    }
}

impl Indicator {
    fn read(lens: &Lens<'_>, term: EntityRow) -> Self {
        let record = lens.records(term, RecordKind::Indicator).last();
        let text = |name: &str| record.and_then(|record| text_of(record, name)).unwrap_or_default();
        let written = text("formula");
        let announced = enumeration::records::DATE_BASIS.by_name("ANNOUNCED").map(|code| Value::Code(code.tag));
        let basis = record.and_then(|record| record.kind.row().value(&record.values, "dateBasis"));
        Self {
            term,
            record: record.map(|record| record.fact.id),
            unit: text("unit"),
            population: text("population"),
            formula: Formula::read(&written),
            written,
            basis: if basis.is_some() && basis == announced.as_ref() {
                DateBasis::Announced
            } else {
                DateBasis::Issued
            },
        }
    }
}

fn text_of(record: &Record, name: &str) -> Option<String> {
    match record.kind.row().value(&record.values, name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// A list, and the numbers of those of its entries that lie in each region.
#[derive(Debug, Default)]
struct Placed {
    entries: Vec<Entry>,
    within: BTreeMap<EntityRow, Vec<usize>>,
}

/// Everybody who counts on one day, for each indicator, and where they belong.
#[derive(Debug, Default)]
pub struct Lists {
    /// The day.
    pub day: Option<Day>,
    /// For each indicator those who count, and those in doubt.
    each: Vec<(Placed, Placed)>,
    /// Regions that places lie in.
    wholes: BTreeMap<EntityRow, BTreeSet<EntityRow>>,
}

/// Which entries of a list are meant.
#[derive(Clone, Copy, Debug)]
pub struct Cut<'c> {
    /// The region, with those below it.
    pub region: EntityRow,
    /// Regions left out, with those below them.
    pub excluded: &'c [EntityRow],
    /// The goal whose period and population count.
    pub goal: Option<&'c Goal>,
}

impl Lists {
    /// The lists of these indicators on the day of a lens.
    pub fn of(lens: Lens<'_>, indicators: &[Indicator]) -> Self {
        let census = Census::of(lens);
        let mut lists = Self { day: Some(lens.day), ..Self::default() };
        for indicator in indicators {
            let question = indicator.formula.as_ref().map(|formula| Question { formula, basis: indicator.basis });
            let both = question.map(|question| (census.entries(&question), census.in_doubt(&question)));
            let (sure, doubt) = both.unwrap_or_default();
            let both = (lists.placed(&census, sure), lists.placed(&census, doubt));
            lists.each.push(both);
        }
        lists
    }

    fn placed(&mut self, census: &Census<'_>, entries: Vec<Entry>) -> Placed {
        let mut within: BTreeMap<EntityRow, Vec<usize>> = BTreeMap::new();
        for (number, entry) in entries.iter().enumerate() {
            let Some(place) = entry.place else { continue };
            let wholes = self.wholes.entry(place).or_insert_with(|| census.regions().wholes(place).as_ref().clone());
            for whole in wholes.iter() {
                within.entry(*whole).or_default().push(number);
            }
        }
        Placed { entries, within }
    }

    /// Those who count for an indicator in a region.
    pub fn sure(&self, (at, indicator): (usize, &Indicator), cut: &Cut<'_>) -> Vec<Entry> {
        self.each.get(at).map_or_else(Vec::new, |both| self.cut(&both.0, indicator, cut))
    }

    /// Those of whom nobody knows whether they count.
    pub fn in_doubt(&self, (at, indicator): (usize, &Indicator), cut: &Cut<'_>) -> Vec<Entry> {
        self.each.get(at).map_or_else(Vec::new, |both| self.cut(&both.1, indicator, cut))
    }

    fn cut(&self, all: &Placed, indicator: &Indicator, cut: &Cut<'_>) -> Vec<Entry> {
        let Some(formula) = &indicator.formula else { return Vec::new() };
        let from = self.day.map(|day| period_start(cut.goal, day)).filter(|_| formula.adds_up());
        let population = cut.goal.and_then(|goal| goal.population.as_deref()).unwrap_or(&indicator.population);
        let recognized_alone = population == MUNICIPAL_AND_ABOVE;
        let counts = |entry: &&Entry| {
            let Some(place) = entry.place else { return false };
            let lies = |region: &EntityRow| self.wholes.get(&place).is_some_and(|wholes| wholes.contains(region));
            // What a region itself held counts for it alone, not for those above it.
            let there = !matches!(formula, Formula::Activities(_)) || place == cut.region;
            let in_time = from.is_none_or(|from| entry.since.is_some_and(|since| from <= since));
            there && in_time && (entry.recognized || !recognized_alone) && !cut.excluded.iter().any(lies)
        };
        let numbers = all.within.get(&cut.region).into_iter().flatten();
        numbers.filter_map(|number| all.entries.get(*number)).filter(counts).cloned().collect()
    }

    /// What an indicator comes to in a region: a share has the list of its whole beside it.
    pub fn count(&self, indicator: (usize, &Indicator), cut: &Cut<'_>, plan: EntityRow) -> Counted {
        let list = self.sure(indicator, cut);
        let doubt = self.in_doubt(indicator, cut).len();
        let whole = match indicator.1.formula {
            Some(Formula::Share(..)) => Some(self.sure(indicator, &Cut { region: plan, ..*cut })),
            _ => None,
        };
        let value = match (&indicator.1.formula, &whole) {
            (None | Some(Formula::Published), _) => None,
            (_, Some(whole)) => total(&list).zip(total(whole)).and_then(|(part, whole)| part.per(whole)),
            _ => total(&list),
        };
        Counted { list, whole, value, doubt }
    }
}

/// The population of carriers that are recognised by the city or above.
const MUNICIPAL_AND_ABOVE: &str = "MUNICIPAL_AND_ABOVE";

/// What an indicator comes to.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Who counts.
    pub list: Vec<Entry>,
    /// Of whom they are a share.
    pub whole: Option<Vec<Entry>>,
    /// The number; none where it is not counted here, or a share of nobody.
    pub value: Option<Exact>,
    /// Of so many nobody knows.
    pub doubt: usize,
}

/// From when what adds up is counted: as the goal says, else from the first day of the year.
fn period_start(goal: Option<&Goal>, day: Day) -> Day {
    let new_year = day.date().and_then(|(year, ..)| Day::from_date(year, 1, 1)).unwrap_or(Day::BEGINNING);
    goal.and_then(|goal| goal.from).unwrap_or(new_year)
}

/// The regions of a board: the region itself, then those right below it that are counties or zones, in
/// order of their codes.
pub fn regions_of(lens: &Lens<'_>, region: EntityRow) -> Vec<EntityRow> {
    let kinds = ["COUNTY", "ZONE", "CITY"].map(|name| enumeration::REGION_KIND.by_name(name).map(|code| code.tag));
    let counted = |node: &EntityRow| matches!(lens.value_named(*node, "kind"), Some(Value::Code(tag)) if kinds.contains(&Some(*tag)));
    let below = lens.ties(region, Some(Relation::PartOf), false).map(|tie| tie.there);
    let mut below: Vec<EntityRow> = below.filter(counted).collect();
    below.sort_by(|one, other| (lens.code(*one), lens.id(*one)).cmp(&(lens.code(*other), lens.id(*other))));
    below.dedup();
    std::iter::once(region).chain(below).collect()
}

/// A value that somebody else gave for an indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The number of its record.
    pub record: Id,
    /// Its source.
    pub source: Id,
    /// The year or day it is of.
    pub period: PartialDate,
    /// The value.
    pub value: Exact,
    /// Where it comes from, as the permanent number in the list.
    pub origin: u16,
    /// The population it is of.
    pub population: Option<String>,
}

/// What others gave for an indicator and a region, of periods that have ended by the day, the last first.
pub fn given(lens: &Lens<'_>, indicator: EntityRow, region: EntityRow) -> Vec<Given> {
    let row = RecordKind::Observation.row();
    let all = lens.records(region, RecordKind::Observation).filter_map(|record| {
        let value = |name: &str| row.value(&record.values, name);
        let of_it = matches!(value("indicator"), Some(Value::Term(id)) if lens.node(*id) == Some(indicator));
        let Some(Value::Date(period)) = value("period").filter(|_| of_it) else { return None };
        let Some(Value::Decimal(millionths)) = value("value") else { return None };
        Some(Given {
            record: record.fact.id,
            source: record.fact.provenance.source,
            period: *period,
            value: Exact::of(i128::from(*millionths), 1_000_000)?,
            origin: if let Some(Value::Code(tag)) = value("origin") { *tag } else { 0 },
            population: text_of(record, "population"),
        })
    });
    let mut all: Vec<Given> = all.filter(|given| given.period.last_day() <= lens.day).collect();
    all.sort_by_key(|given| (std::cmp::Reverse(given.period.last_day()), given.record));
    all
}
