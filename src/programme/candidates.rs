//! Who comes next for a scheme, and who among its holders goes next: those who are nearest to meeting its
//! criteria, those who have outgrown a cap, those whose certificates run out.

use super::criteria::{Comparator, CriterionSet, Dossier, Outcome, Status, Subject, evaluate};
use crate::domain::{Day, RecordKind, Value, enumeration};
use crate::graph::{EntityRow, Lens, Record};

/// Somebody who does not hold the scheme, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub node: EntityRow,
    /// Criteria that are not met.
    pub unmet: usize,
    /// How far they are from being met, in millionths of their thresholds, added up.
    pub relative: i64,
    /// Criteria of which data are missing.
    pub unknown: usize,
    /// Criteria that experts judge.
    pub expert: usize,
}

/// Everybody who may come next, the nearest first.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Fewest unmet first, then the least distance, then the fewest unknown, then by code.
    pub ranked: Vec<Candidate>,
    /// Of so many no figures of any year are known: nobody can say how near they are.
    pub without_data: usize,
}

/// Somebody who holds the scheme on the day.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who.
    pub node: EntityRow,
    /// The day from which its last certificate counts no more; none where that is open.
    pub ends: Option<Day>,
    /// Numbers of criteria whose caps it has outgrown.
    pub outgrown: Vec<String>,
    /// Criteria that are not met.
    pub unmet: usize,
}

/// Everybody of these who does not hold the scheme, is in business, and of whom figures are known.
/// `among` narrows to holders of one of these schemes; where it is empty everybody counts.
pub fn candidates(
    lens: Lens<'_>,
    set: &CriterionSet,
    among: &[String],
    nodes: impl Iterator<Item = EntityRow>,
) -> Candidates {
    let year = year_of(lens.day);
    let mut found = Candidates::default();
    for node in nodes {
        if lens.budget().is_spent() {
            break;
        }
        let dossier = Dossier::of(lens, node);
        let belongs = among.is_empty() || among.iter().any(|scheme| dossier.holds(scheme) == Some(true));
        if !belongs || !in_business(&lens, node) || dossier.holds(&set.scheme) == Some(true) {
            continue;
        }
        if !dossier.has_figures() {
            found.without_data += 1;
            continue;
        }
        let verdict = evaluate(set, &dossier, year);
        found.ranked.push(Candidate {
            node,
            unmet: verdict.count(Status::Unmet),
            relative: verdict.relative(),
            unknown: verdict.count(Status::Unknown),
            expert: verdict.count(Status::Expert),
        });
    }
    found.ranked.sort_by_cached_key(|one| place(&lens, one));
    found
}

/// Where a candidate stands; keys compare as texts as well as numbers do.
pub fn place(lens: &Lens<'_>, one: &Candidate) -> String {
    format!("{:03}/{:020}/{:03}/{}/{}", one.unmet, one.relative, one.unknown, lens.code(one.node), lens.id(one.node))
}

/// Everybody of these who holds the scheme, the first to go first.
pub fn holders(
    lens: Lens<'_>,
    set: Option<&CriterionSet>,
    scheme: &str,
    nodes: impl Iterator<Item = EntityRow>,
) -> Vec<Holder> {
    let year = year_of(lens.day);
    let mut found: Vec<Holder> = Vec::new();
    for node in nodes {
        if lens.budget().is_spent() {
            break;
        }
        let Some(ends) = held_until(&lens, node, scheme) else { continue };
        let dossier = Dossier::of(lens, node);
        let outcomes = set.map(|set| (set, evaluate(set, &dossier, year).outcomes));
        let (mut outgrown, mut unmet) = (Vec::new(), 0);
        for (criterion, outcome) in outcomes.iter().flat_map(|(set, outcomes)| set.criteria.iter().zip(outcomes)) {
            unmet += usize::from(outcome.status == Status::Unmet);
            if exceeds(outcome) {
                outgrown.push(criterion.number.clone());
            }
        }
        found.push(Holder { node, ends: Some(ends).filter(|day| *day < Day::END), outgrown, unmet });
    }
    found.sort_by_cached_key(|holder| {
        (holder.ends.unwrap_or(Day::END), lens.code(holder.node).to_owned(), lens.id(holder.node))
    });
    found
}

/// Is a cap exceeded?
fn exceeds(outcome: &Outcome) -> bool {
    let capped = outcome
        .measured
        .is_some_and(|measured| matches!(measured.comparator, Comparator::AtMost | Comparator::LessThan));
    outcome.status == Status::Unmet && (capped || outcome.parts.iter().any(exceeds))
}

/// The last day (excluded) of what it holds of a scheme on the day; none where it holds nothing.
fn held_until(lens: &Lens<'_>, node: EntityRow, scheme: &str) -> Option<Day> {
    let counts = |record: &&std::sync::Arc<Record>| is_of(lens, record, scheme) && lens.certified(record) == Some(true);
    let held = lens.records(node, RecordKind::Certification).filter(counts);
    held.map(|record| record.fact.validity.end_day().min(record.taken_from())).max()
}

/// Is a certificate of that scheme?
pub fn is_of(lens: &Lens<'_>, record: &Record, scheme: &str) -> bool {
    match record.kind.row().value(&record.values, "scheme") {
        Some(Value::Term(id)) => {
            lens.node(*id).is_some_and(|term| lens.code(term).strip_prefix("SCHEME:") == Some(scheme))
        }
        _ => false,
    }
}

/// Is it in business, as far as anybody knows?
fn in_business(lens: &Lens<'_>, node: EntityRow) -> bool {
    let active = enumeration::ENTERPRISE_STATUS.by_name("ACTIVE").map(|code| Value::Code(code.tag));
    match lens.value_named(node, "status") {
        Some(Value::Code(0)) | None => true,
        Some(status @ Value::Code(_)) => Some(status) == active.as_ref(),
        Some(_) => true,
    }
}

/// The calendar year of a day.
pub fn year_of(day: Day) -> i32 {
    day.date().map_or(0, |(year, ..)| year)
}
