//! The ladder of enterprises (梯次培育): who stood on which rung at the end of each year, who came, stayed,
//! renewed and left between two years, who rose, how long a step took, and what became of those who began
//! together. A renewal is never new; two lists or two schemes are joined only where the data name a union.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::domain::Day;
use crate::graph::{EntityRow, Lens};
use crate::programme::scoreboard::{Census, DateBasis, Formula, Question, dated};

/// The rungs that come with the program.
const SHIPPED: &str = include_str!("../../fixtures/rules/ladder.csv");

static RUNGS: LazyLock<Vec<Rung>> = LazyLock::new(|| Rung::parse(SHIPPED));

/// A rung: one scheme, or a union that is counted and is no rung of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Its name.
    pub name: String,
    /// Its place, 1 the highest; none of a union that is only counted.
    pub order: Option<u32>,
    /// Its schemes.
    pub schemes: Vec<String>,
    /// In Chinese.
    pub label: String,
    /// In English.
    pub english: String,
}

/// What moved between the ends of two years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Held it for the first time ever.
    New,
    /// Had held it before, not at the end of the year before.
    Returned,
    /// Held it elsewhere at the end of the year before.
    MovedIn,
    /// Held it at both ends, with a certificate issued in between.
    Renewed,
    /// Held it at both ends by the same certificate.
    Kept,
    /// It ran out.
    Lapsed,
    /// It was taken or given back.
    Revoked,
    /// Holds it elsewhere.
    MovedOut,
}

/// Names and words of the flows.
pub const FLOWS: &[(Flow, &str, &str, &str)] = &[
    (Flow::New, "NEW", "新增：第一次取得；重新认定不算", "First held ever; a renewal is never new"),
    (
        Flow::Returned,
        "RETURNED",
        "恢复：以前有过，上年末没有，本年末又有",
        "Had held it before, not at the end of last year, and holds it again",
    ),
    (Flow::MovedIn, "MOVED_IN", "迁入：上年末在别处持有", "Held it elsewhere at the end of last year"),
    (
        Flow::Renewed,
        "RENEWED",
        "续上：两个年末都有，其间换了新证",
        "Held it at both ends, with a new certificate in between",
    ),
    (Flow::Kept, "KEPT", "保持：两个年末都有，没有换证", "Held it at both ends by the same certificate"),
    (Flow::Lapsed, "LAPSED", "失效：到期没有续上", "It ran out and was not renewed"),
    (Flow::Revoked, "REVOKED", "撤销或放弃", "It was taken or given back"),
    (Flow::MovedOut, "MOVED_OUT", "迁出：现在在别处持有", "Holds it elsewhere now"),
];

/// A year of a rung.
#[derive(Clone, Debug, Default)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// Who stood on it at the end of the year, or on the day asked for where that comes first.
    pub stock: Vec<EntityRow>,
    /// Who moved how since the end of the year before.
    pub flows: BTreeMap<Flow, Vec<EntityRow>>,
}

/// Those who rose or fell between the first and the last end of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// From this rung; none where on none.
    pub from: Option<usize>,
    /// To this one.
    pub to: Option<usize>,
    /// Who.
    pub who: Vec<EntityRow>,
}

/// How long a step took those who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stride {
    /// From this rung …
    pub from: usize,
    /// … to this higher one.
    pub to: usize,
    /// Days, the shortest first, each with who took them.
    pub days: Vec<(i64, EntityRow)>,
}

/// The ladder of a region.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    /// Its rungs, in their order, unions last.
    pub rungs: Vec<Rung>,
    /// Years of each rung.
    pub years: Vec<Vec<Year>>,
    /// Who rose and who fell.
    pub transitions: Vec<Transition>,
    /// How long steps took.
    pub strides: Vec<Stride>,
}

impl Rung {
    /// The rungs that come with the program.
    pub fn shipped() -> &'static [Rung] {
        &RUNGS
    }

    /// Lines of `rung,order,schemes,label,english,…` below a header, highest first; lines that are none are left out.
    pub fn parse(text: &str) -> Vec<Rung> {
        let read = |line: &str| {
            let mut cells = line.split(',').map(str::to_owned);
            let (name, order, schemes) = (cells.next()?, cells.next()?, cells.next()?);
            let (label, english) = (cells.next()?, cells.next()?);
            let schemes: Vec<String> = schemes.split('|').filter(|code| !code.is_empty()).map(str::to_owned).collect();
            (!schemes.is_empty()).then(|| Rung { name, order: order.parse().ok(), schemes, label, english })
        };
        let mut rungs: Vec<Rung> = text.lines().skip(1).filter_map(read).collect();
        rungs.sort_by_key(|rung| rung.order.unwrap_or(u32::MAX));
        rungs
    }
}

/// Who stands on a rung at the end of a year, wherever they are, and whether the region answers for them.
struct Standing {
    everywhere: BTreeSet<EntityRow>,
    here: BTreeSet<EntityRow>,
}

/// When somebody first held a rung, and every day on which a certificate of it was issued or taken.
#[derive(Default)]
struct Past {
    first: BTreeMap<EntityRow, Day>,
    issued: BTreeMap<EntityRow, BTreeSet<Day>>,
    taken: BTreeMap<EntityRow, BTreeSet<Day>>,
}

/// The ladder of a region over these years, as known on the day of the lens. A year that has not ended by
/// then is counted on that day.
pub fn ladder(lens: Lens<'_>, rungs: &[Rung], region: Option<EntityRow>, (from, to): (i32, i32)) -> Ladder {
    let ends: Vec<(i32, Day)> = (from - 1..=to).map(|year| (year, end_of(year, lens.day))).collect();
    let mut standings: Vec<Vec<Standing>> = rungs.iter().map(|_| Vec::new()).collect();
    let mut pasts: Vec<Past> = rungs.iter().map(|_| Past::default()).collect();
    for (_, day) in &ends {
        let mut then = lens;
        then.day = *day;
        let census = Census::of(then);
        for ((rung, standing), past) in rungs.iter().zip(&mut standings).zip(&mut pasts) {
            standing.push(stand(&census, rung, region));
            // Whoever is no more on the day asked for was there once, so every end of a year is looked at.
            past.learn(&census, rung);
        }
    }
    let census = Census::of(lens);
    for (rung, past) in rungs.iter().zip(&mut pasts) {
        past.learn(&census, rung);
    }
    let years = standings.iter().zip(&pasts).map(|(standing, past)| {
        let pairs = ends.windows(2).zip(standing.windows(2));
        pairs.map(|(days, pair)| year((days[0], days[1]), &pair[0], &pair[1], past)).collect()
    });
    Ladder {
        rungs: rungs.to_vec(),
        years: years.collect(),
        transitions: transitions(rungs, &standings),
        strides: strides(rungs, &pasts, &standings),
    }
}

fn end_of(year: i32, today: Day) -> Day {
    Day::from_date(year, 12, 31).map_or(today, |end| end.min(today))
}

fn stand(census: &Census<'_>, rung: &Rung, region: Option<EntityRow>) -> Standing {
    let formula = Formula::Certified(rung.schemes.clone());
    let entries = census.entries(&Question { formula: &formula, basis: DateBasis::Issued });
    let lies = |place: Option<EntityRow>| {
        region.is_none_or(|region| place.is_some_and(|place| census.regions().wholes(place).contains(&region)))
    };
    Standing {
        everywhere: entries.iter().map(|entry| entry.node).collect(),
        here: entries.iter().filter(|entry| lies(entry.place)).map(|entry| entry.node).collect(),
    }
}

impl Past {
    /// What the certificates known to a census say. What is known already changes nothing.
    fn learn(&mut self, census: &Census<'_>, rung: &Rung) {
        for record in rung.schemes.iter().flat_map(|scheme| census.certificates(scheme)) {
            let taken = record.taken_from();
            // What was taken back from its very first day was never held.
            let held = taken > record.fact.validity.first_day();
            let Some(issued) = dated(record, DateBasis::Issued).filter(|_| held) else { continue };
            let first = self.first.entry(record.subject).or_insert(issued);
            *first = issued.min(*first);
            self.issued.entry(record.subject).or_default().insert(issued);
            if taken < record.fact.validity.end_day() {
                self.taken.entry(record.subject).or_default().insert(taken);
            }
        }
    }
}

fn year(((_, start), (year, end)): ((i32, Day), (i32, Day)), before: &Standing, after: &Standing, past: &Past) -> Year {
    let mut flows: BTreeMap<Flow, Vec<EntityRow>> = BTreeMap::new();
    let within =
        |days: Option<&BTreeSet<Day>>| days.is_some_and(|days| days.iter().any(|day| start < *day && *day <= end));
    for node in before.here.union(&after.here) {
        let flow = match (before.here.contains(node), after.here.contains(node)) {
            (true, true) if within(past.issued.get(node)) => Flow::Renewed,
            (true, true) => Flow::Kept,
            (true, false) if after.everywhere.contains(node) => Flow::MovedOut,
            (true, false) if within(past.taken.get(node)) => Flow::Revoked,
            (true, false) => Flow::Lapsed,
            (false, _) if before.everywhere.contains(node) => Flow::MovedIn,
            (false, _) if past.first.get(node).is_some_and(|first| *first > start) => Flow::New,
            (false, _) => Flow::Returned,
        };
        flows.entry(flow).or_default().push(*node);
    }
    Year { year, stock: after.here.iter().copied().collect(), flows }
}

/// The highest rung of everybody at one end of a year; unions are no rungs.
fn tops(rungs: &[Rung], standings: &[Vec<Standing>], at: usize) -> BTreeMap<EntityRow, usize> {
    let mut tops = BTreeMap::new();
    for (place, (_, standing)) in rungs.iter().zip(standings).enumerate().filter(|(_, (rung, _))| rung.order.is_some())
    {
        for node in standing.get(at).into_iter().flat_map(|standing| &standing.here) {
            tops.entry(*node).or_insert(place);
        }
    }
    tops
}

fn transitions(rungs: &[Rung], standings: &[Vec<Standing>]) -> Vec<Transition> {
    let last = standings.first().map_or(0, |ends| ends.len().saturating_sub(1));
    let (before, after) = (tops(rungs, standings, 0), tops(rungs, standings, last));
    let everybody: BTreeSet<EntityRow> = before.keys().chain(after.keys()).copied().collect();
    let mut found: BTreeMap<(Option<usize>, Option<usize>), Vec<EntityRow>> = BTreeMap::new();
    for node in everybody {
        found.entry((before.get(&node).copied(), after.get(&node).copied())).or_default().push(node);
    }
    found.into_iter().map(|((from, to), who)| Transition { from, to, who }).collect()
}

/// Steps of those whom the region answered for at some end: from the first day on a rung to the first on a
/// higher one.
fn strides(rungs: &[Rung], pasts: &[Past], standings: &[Vec<Standing>]) -> Vec<Stride> {
    let here: BTreeSet<EntityRow> =
        standings.iter().flatten().flat_map(|standing| standing.here.iter().copied()).collect();
    let places: Vec<usize> = (0..rungs.len()).filter(|place| rungs[*place].order.is_some()).collect();
    let mut found = Vec::new();
    for to in &places {
        for from in places.iter().filter(|from| *from > to) {
            let (low, high) = (&pasts[*from].first, &pasts[*to].first);
            let took = high.iter().filter(|(node, _)| here.contains(node)).filter_map(|(node, reached)| {
                let began = low.get(node).filter(|began| *began < reached)?;
                Some((i64::from(reached.0) - i64::from(began.0), *node))
            });
            let mut days: Vec<(i64, EntityRow)> = took.collect();
            days.sort_unstable();
            if !days.is_empty() {
                found.push(Stride { from: *from, to: *to, days });
            }
        }
    }
    found
}

impl Year {
    /// Who moved so.
    pub fn flow(&self, flow: Flow) -> &[EntityRow] {
        self.flows.get(&flow).map_or(&[], Vec::as_slice)
    }
}

impl Stride {
    /// The middle one; of two in the middle the shorter.
    pub fn median(&self) -> i64 {
        self.days.get(self.days.len().saturating_sub(1) / 2).map_or(0, |(days, _)| *days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rungs_of_the_plan_stand_in_order_and_unions_are_none() {
        let rungs = Rung::shipped();
        let names: Vec<(&str, Option<u32>)> = rungs.iter().map(|rung| (rung.name.as_str(), rung.order)).collect();
        assert_eq!(names[0], ("LEAD", Some(1)));
        assert_eq!(names.last(), Some(&("GIANT_UNION", None)));
        // Each scheme is a rung of its own: no series is joined where no union is named.
        assert!(rungs.iter().all(|rung| rung.order.is_none() || rung.schemes.len() == 1));
    }
}
