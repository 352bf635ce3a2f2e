//! The table of an evaluation: what is served, single signals beside it, and what is lost without each.

use std::collections::BTreeMap;

use super::judge::{METRICS, Scores, interval, scores};
use super::protocol::{Case, Group};
use super::{asked, seeking};
use crate::cli::failure::Failure;
use crate::config::Limits;
use crate::domain::{Day, Kind};
use crate::engine::View;
use crate::graph::{Budget, EntityRow, Lens};
use crate::matching::{Match, Weights};
use crate::rights::{Rights, Role};

/// What is served.
const SERVED: &str = "partners";
/// Rankings by one signal, and what they are called.
const SINGLE: &[(&str, &str)] = &[
    ("BREADTH", "popularity"),
    ("MUTUAL", "Adamic–Adar"),
    ("VOTE", "project vote, need"),
    ("PAST", "project vote, past"),
    ("WALK", "personalised PageRank"),
    ("DISTANCE", "nearest"),
    ("PRIOR", "prior only"),
];
/// In an order that says nothing, among those a walk or a vote comes to.
const RANDOM: &str = "random in field";
/// What stands before the name of the signal that is left out.
const WITHOUT: &str = "without ";

/// Sums of scores and numbers of questions, by cluster.
type Clusters = BTreeMap<EntityRow, (Scores, usize)>;
/// By ranking and group.
type Results = BTreeMap<(String, &'static str), Clusters>;

/// Ask every question, and print the table.
pub(super) fn report(view: &View, limits: &Limits, split: Day, cases: &[Case]) -> Result<(), Failure> {
    let (weights, mut results) = (Weights::shipped(), Results::new());
    for case in cases {
        let budget = Budget::new(limits.ground_rows);
        let lens = Lens::new(view.state(), Day(split.0 - 1), Rights::of(Role::Public), &budget);
        let ground = seeking::ground(view, &lens, limits, &case.asked);
        let sought: Vec<EntityRow> =
            ground.iter().flat_map(|ground| ground.actors.iter().map(|actor| actor.row)).collect();
        asked(view, &lens, limits, &weights, &case.asked, |matched| {
            let served: Vec<EntityRow> = matched.rank().placed.into_iter().map(|placed| placed.node).collect();
            add(&mut results, SERVED, case, &served);
            let pool = sought.iter().copied().filter(|row| lens.kind(*row) == Kind::Institute);
            compare(&mut results, matched, case, pool.collect());
        })?;
    }
    print(&results, &weights.version);
    Ok(())
}

fn compare(results: &mut Results, matched: &Match<'_>, case: &Case, pool: Vec<EntityRow>) {
    let signals = matched.signals();
    let table: Vec<(EntityRow, Vec<i64>)> = pool.into_iter().map(|row| (row, matched.values(row))).collect();
    let ranked = |score: &dyn Fn(usize, &[i64]) -> i64| {
        let all = table.iter().enumerate().map(|(place, (row, values))| (score(place, values), place, *row));
        let mut all: Vec<(i64, usize, EntityRow)> = all.filter(|one| one.0 > 0).collect();
        all.sort_unstable_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
        all.into_iter().map(|(_, _, row)| row).collect::<Vec<EntityRow>>()
    };
    for (name, called) in SINGLE {
        if let Some(place) = signals.iter().position(|signal| signal.0 == *name) {
            add(results, called, case, &ranked(&|_, values| values[place]));
        }
    }
    let of_field = signals.iter().position(|signal| ["VOTE", "PAST"].contains(&signal.0));
    let scattered = |place: usize| i64::try_from((place * 7_919 + 104_729) % 65_521).unwrap_or(0) + 1;
    add(
        results,
        RANDOM,
        case,
        &ranked(&|place, values| {
            let is_of_it = of_field.is_none_or(|field| values[field] > 0);
            if is_of_it { scattered(place) } else { 0 }
        }),
    );
    for (left_out, (name, _)) in signals.iter().enumerate() {
        let sum = |values: &[i64]| {
            let kept = values.iter().zip(&signals).enumerate().filter(|(place, _)| *place != left_out);
            kept.map(|(_, (value, (_, weight)))| value * weight / 1_000).sum::<i64>()
        };
        add(results, &format!("{WITHOUT}{name}"), case, &ranked(&|_, values| sum(values)));
    }
}

fn add(results: &mut Results, ranking: &str, case: &Case, list: &[EntityRow]) {
    let mut judge =
        |group: &'static str, list: &mut dyn Iterator<Item = &EntityRow>, counts: &dyn Fn(&EntityRow) -> bool| {
            let all = case.right.iter().filter(|row| counts(row)).count();
            if all == 0 {
                return;
            }
            let found = scores(list.map(|row| case.right.contains(row) && counts(row)), all);
            let clusters = results.entry((ranking.to_owned(), group)).or_default();
            let (sums, number) = clusters.entry(case.cluster).or_default();
            sums.iter_mut().zip(found).for_each(|(sum, one)| *sum += one);
            *number += 1;
        };
    let is_new = |row: &EntityRow| !case.prior.contains(row);
    match case.group {
        Group::New => judge("A", &mut list.iter().filter(|row| is_new(row)), &is_new),
        Group::Cold => judge("A-cold", &mut list.iter(), &|_| true),
        Group::TextCold => judge("B-cold", &mut list.iter(), &|_| true),
        Group::Text => {
            judge("B", &mut list.iter(), &|_| true);
            judge("B-new", &mut list.iter().filter(|row| is_new(row)), &is_new);
            judge("B-repeat", &mut list.iter(), &|row| !is_new(row));
        }
    }
}

fn print(results: &Results, version: &str) {
    println!("weights version {version}; 95 % intervals by drawing firms (A) or works (B) anew");
    println!("| group | ranking | questions | {} | nDCG@10 of partners − this |", METRICS.join(" | "));
    println!("|---|---|---|{}---|", "---|".repeat(METRICS.len()));
    for group in ["A", "A-cold", "B", "B-new", "B-repeat", "B-cold"] {
        let of_it: Vec<(&String, &Clusters)> =
            results.iter().filter(|((_, of), _)| *of == group).map(|((name, _), clusters)| (name, clusters)).collect();
        let served = of_it.iter().find(|(name, _)| *name == SERVED).map(|(_, clusters)| *clusters);
        for (name, clusters) in &of_it {
            let number: usize = clusters.values().map(|(_, number)| number).sum();
            let cells: Vec<String> = (0..METRICS.len()).map(|metric| cell(&column(clusters, metric))).collect();
            let behind = served.filter(|_| *name != SERVED).map(|served| cell(&differences(served, clusters)));
            println!("| {group} | {name} | {number} | {} | {} |", cells.join(" | "), behind.unwrap_or_default());
        }
    }
}

fn column(clusters: &Clusters, metric: usize) -> Vec<(f64, usize)> {
    clusters.values().map(|(sums, number)| (sums[metric], *number)).collect()
}

/// What is served less another ranking, in nDCG@10, where both were asked.
fn differences(served: &Clusters, other: &Clusters) -> Vec<(f64, usize)> {
    let metric = METRICS.len() - 1;
    let both = served.iter().filter_map(|(cluster, mine)| Some((mine, other.get(cluster)?)));
    both.map(|((mine, number), (theirs, _))| (mine[metric] - theirs[metric], *number)).collect()
}

fn cell(clusters: &[(f64, usize)]) -> String {
    let [mean, low, high] = interval(clusters);
    format!("{mean:.4} [{low:.4}, {high:.4}]")
}
