//! What a number will be by the end of a period, by what is known and by how the last year went: who came,
//! who is bound to run out, and how many of those who ran out renewed.

use std::collections::BTreeSet;

use super::census::Entry;
use crate::domain::Day;
use crate::graph::EntityRow;

/// Days of a year, for rates.
pub const YEAR: i64 = 365;

/// A forecast, with what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// By this day.
    pub until: Day,
    /// How many came within the last 365 days and are there still.
    pub joined: i64,
    /// How many will come, if they go on coming as fast.
    pub joining: i64,
    /// How many run out by then.
    pub expiring: i64,
    /// Of how many that ran out within the last 365 days …
    pub ran_out: i64,
    /// … so many are there still.
    pub renewed: i64,
    /// If none renews.
    pub low: i64,
    /// If as many renew as in the last year; none where nothing ran out then and something will.
    pub expected: Option<i64>,
    /// If all renew.
    pub high: i64,
}

/// What a list will come to by a day, out of what it is today and what it was a year ago.
pub fn forecast(today: Day, now: &[Entry], year_ago: &[Entry], until: Day) -> Forecast {
    let nodes = |list: &[Entry]| list.iter().map(|entry| entry.node).collect::<BTreeSet<EntityRow>>();
    let (here, then) = (nodes(now), nodes(year_ago));
    let left = (i64::from(until.0) - i64::from(today.0)).max(0);
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let joined = count(here.difference(&then).count());
    let joining = joined.saturating_mul(left) / YEAR;
    let runs_out = |entry: &&Entry, day: Day| entry.ends.is_some_and(|end| end <= day);
    let expiring = count(now.iter().filter(|entry| runs_out(entry, until)).count());
    let gone: Vec<&Entry> = year_ago.iter().filter(|entry| runs_out(entry, today)).collect();
    let renewed = count(gone.iter().filter(|entry| here.contains(&entry.node)).count());
    let ran_out = count(gone.len());
    let high = count(now.len()).saturating_add(joining);
    let expected = match (expiring, ran_out) {
        (0, _) => Some(high),
        (_, 0) => None,
        _ => Some(high - expiring + expiring.saturating_mul(renewed) / ran_out),
    };
    Forecast { until, joined, joining, expiring, ran_out, renewed, low: high - expiring, expected, high }
}
