//! Fitting weights on a split: each weight in turn is moved up and down while that makes the lists
//! better, from several starts, and the mean of what these come to is taken, which hangs less on one
//! split than the best of them. Nothing is changed: the lines are printed for whoever decides.

use std::collections::BTreeMap;

use super::asked;
use super::judge::scores;
use super::protocol::Case;
use super::seeking;
use crate::cli::failure::Failure;
use crate::config::Limits;
use crate::domain::{Day, Kind};
use crate::engine::View;
use crate::graph::{Budget, EntityRow, Lens};
use crate::matching::{Match, Weights};
use crate::rights::{Rights, Role};

/// Candidates kept of each question by each signal: nobody else comes near the front.
const KEPT: usize = 80;
/// Starts, steps, and rounds over all weights a step.
const STARTS: u64 = 3;
const STEPS: [f64; 4] = [0.5, 0.25, 0.12, 0.06];
/// A gain below this is none.
const LEAST_GAIN: f64 = 1e-5;

/// A candidate: what each signal says, whether it was to be found, whether it is a partner already.
struct Candidate {
    values: Vec<f64>,
    right: bool,
    prior: bool,
}

/// What is learned from one question.
struct Lesson {
    candidates: Vec<Candidate>,
    all: usize,
    new: usize,
}

/// Questions that are judged by the same signals.
struct Subject {
    signals: Vec<&'static str>,
    lessons: Vec<Lesson>,
}

/// Fit on the questions, and print the weights.
pub(super) fn fit(view: &View, limits: &Limits, split: Day, cases: &[Case]) -> Result<(), Failure> {
    let mut subjects: BTreeMap<&'static str, Subject> = BTreeMap::new();
    let weights = Weights::shipped();
    for case in cases {
        let budget = Budget::new(limits.ground_rows);
        let lens = Lens::new(view.state(), Day(split.0 - 1), Rights::of(Role::Public), &budget);
        let ground = seeking::ground(view, &lens, limits, &case.asked);
        let sought: Vec<EntityRow> =
            ground.iter().flat_map(|ground| ground.actors.iter().map(|actor| actor.row)).collect();
        let sought: Vec<EntityRow> = sought.into_iter().filter(|row| lens.kind(*row) == Kind::Institute).collect();
        asked(view, &lens, limits, &weights, &case.asked, |matched| {
            let signals: Vec<&'static str> = matched.signals().into_iter().map(|(name, _)| name).collect();
            let subject = subjects
                .entry(matched.regime())
                .or_insert_with(|| Subject { signals: signals.clone(), lessons: Vec::new() });
            // Of a regime, the signals that apply to its first question are fitted.
            if subject.signals == signals {
                subject.lessons.push(lesson(matched, case, &sought));
            }
        })?;
    }
    println!("name,value,version,source");
    for (regime, subject) in &subjects {
        for (name, weight) in subject.signals.iter().zip(learned(subject)) {
            println!(
                "{regime}{name},{weight:.3},0,fitted on the split of {split}: {} questions",
                subject.lessons.len()
            );
        }
    }
    Ok(())
}

fn lesson(matched: &Match<'_>, case: &Case, sought: &[EntityRow]) -> Lesson {
    let all: Vec<(EntityRow, Vec<i64>)> = sought.iter().map(|row| (*row, matched.values(*row))).collect();
    let signals = matched.signals().len();
    let mut kept = vec![false; all.len()];
    for signal in 0..signals {
        let mut best: Vec<usize> = (0..all.len()).filter(|place| all[*place].1[signal] > 0).collect();
        best.sort_by_key(|place| (std::cmp::Reverse(all[*place].1[signal]), *place));
        best.into_iter().take(KEPT).for_each(|place| kept[place] = true);
    }
    let candidates = all.into_iter().zip(kept).filter(|((row, _), kept)| *kept || case.right.contains(row));
    let candidate = |(row, values): (EntityRow, Vec<i64>)| Candidate {
        values: values.into_iter().map(|value| value as f64 / 1e6).collect(),
        right: case.right.contains(&row),
        prior: case.prior.contains(&row),
    };
    let new = case.right.difference(&case.prior).count();
    Lesson { candidates: candidates.map(|(one, _)| candidate(one)).collect(), all: case.right.len(), new }
}

/// The mean of what the starts come to, adding up to 1.
fn learned(subject: &Subject) -> Vec<f64> {
    let count = subject.signals.len();
    let mut sum = vec![0.0; count];
    for start in 0..STARTS {
        let spread = |place: usize| 0.1 + 0.5 * (((place as u64 + 1) * (start * 37 + 11)) % 17) as f64 / 17.0;
        let found = ascend(subject, (0..count).map(spread).collect());
        let total: f64 = found.iter().sum();
        sum.iter_mut().zip(found).for_each(|(sum, one)| *sum += one / total.max(f64::MIN_POSITIVE) / STARTS as f64);
    }
    sum
}

fn ascend(subject: &Subject, mut weights: Vec<f64>) -> Vec<f64> {
    let mut best = worth(subject, &weights);
    for step in STEPS {
        for place in 0..weights.len() {
            for way in [step, -step, 2.0 * step, -weights[place]] {
                loop {
                    let mut tried = weights.clone();
                    tried[place] += way;
                    let worth = if tried[place] < 0.0 { 0.0 } else { worth(subject, &tried) };
                    if worth <= best + LEAST_GAIN {
                        break;
                    }
                    (weights, best) = (tried, worth);
                }
            }
        }
    }
    weights
}

/// Mean nDCG@10 over all questions, of all partners and of new ones alike.
fn worth(subject: &Subject, weights: &[f64]) -> f64 {
    let (mut sum, mut number) = (0.0, 0_usize);
    for lesson in &subject.lessons {
        let score = |one: &Candidate| one.values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>();
        let mut ranked: Vec<(f64, &Candidate)> = lesson.candidates.iter().map(|one| (score(one), one)).collect();
        ranked.sort_by(|left, right| right.0.total_cmp(&left.0));
        if lesson.all > lesson.new {
            sum += scores(ranked.iter().map(|(_, one)| one.right), lesson.all)[3];
            number += 1;
        }
        if lesson.new > 0 {
            let fresh = ranked.iter().filter(|(_, one)| !one.prior);
            sum += scores(fresh.map(|(_, one)| one.right), lesson.new)[3];
            number += 1;
        }
    }
    sum / number.max(1) as f64
}
