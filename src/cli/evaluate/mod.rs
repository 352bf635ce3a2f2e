//! `innograph evaluate`: how good the ranking of partners is, by the code that serves `partners`.
//! Everything is asked as of the day before the split; what began later is looked up only to see who
//! was right.

mod fit;
mod judge;
mod protocol;
mod report;
mod tasks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::exit;
use super::failure::Failure;
use crate::api::seeking::{self, Asked};
use crate::config::{Config, Limits};
use crate::domain::Day;
use crate::engine::{Engine, View, today};
use crate::graph::{EntityRow, Lens};
use crate::matching::{Match, Weights};
use crate::search::SearchError;

/// What is measured.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// The day of the split (2018-07-01): partners of works that begin from then on are to be found by
    /// what began before.
    #[arg(long, required_unless_present = "tasks", conflicts_with = "tasks")]
    split: Option<String>,
    /// Works that begin from this day on are left out; today where not given.
    #[arg(long, requires = "split")]
    until: Option<String>,
    /// Questions of each group that are asked at most, evenly over all of them.
    #[arg(long, default_value_t = 500)]
    sample: usize,
    /// Fit the weights on this split, and print them as lines for fixtures/weights/partners.csv. Nothing
    /// that is served changes by it.
    #[arg(long, requires = "split")]
    fit: bool,
    /// Questions of others (JSON, also packed by gzip): `T`, the day of the split, and `queries`, each
    /// with `org` and `text`. Answers go to --out, for a judge of their own.
    #[arg(long, requires = "out")]
    tasks: Option<PathBuf>,
    /// The file of answers: question, rank, organisation, separated by tabs.
    #[arg(long, requires = "tasks")]
    out: Option<PathBuf>,
}

/// Measure the store of a directory.
pub fn evaluate(config: &Config, args: &EvaluateArgs) -> ExitCode {
    match measured(config, args) {
        Ok(()) => ExitCode::from(exit::OK),
        Err(failure) => failure.report(),
    }
}

fn measured(config: &Config, args: &EvaluateArgs) -> Result<(), Failure> {
    let engine = Engine::open_kept(&config.data, &config.personal_directory(), config.limits.engine())
        .map_err(|error| Failure::store(&error))?;
    engine.index().map_err(|error| searched(&error))?;
    let view = engine.view();
    if let (Some(tasks), Some(out)) = (&args.tasks, &args.out) {
        return tasks::answer(&view, &config.limits, &tasks::read(tasks)?, out);
    }
    let split = day("--split", args.split.as_deref().unwrap_or_default())?;
    let until = args.until.as_deref().map_or(Ok(today()), |text| day("--until", text))?;
    let cases = protocol::cases(&view, &config.limits, split, until, args.sample)?;
    if args.fit {
        return fit::fit(&view, &config.limits, split, &cases);
    }
    report::report(&view, &config.limits, split, &cases)
}

fn day(name: &str, text: &str) -> Result<Day, Failure> {
    text.parse().map_err(|()| {
        Failure::new(
            "EVALUATE_USAGE",
            exit::USAGE,
            format!("{name} 应为一天，如 2018-07-01，写的是“{text}”。"),
            format!("{name} expects a day such as 2018-07-01, and is “{text}”."),
        )
    })
}

/// Answer a question by the code that serves `partners`, and look at the answer.
fn asked<T>(
    view: &View,
    lens: &Lens<'_>,
    limits: &Limits,
    weights: &Weights,
    asked: &Asked,
    look: impl FnOnce(&Match<'_>) -> T,
) -> Result<T, Failure> {
    let index = view.search().ok_or_else(|| searched(&SearchError::Empty))?;
    let ground = seeking::ground(view, lens, limits, asked);
    let wish =
        seeking::wish(lens, index, limits, weights, asked, ground.as_deref()).map_err(|error| searched(&error))?;
    Ok(look(&Match::new(lens, &wish, &asked.kinds, weights, ground.as_deref())))
}

/// The ranking that `partners` would give.
fn ranked(
    view: &View,
    lens: &Lens<'_>,
    limits: &Limits,
    weights: &Weights,
    wanted: &Asked,
) -> Result<Vec<EntityRow>, Failure> {
    asked(view, lens, limits, weights, wanted, |matched| {
        matched.rank().placed.into_iter().map(|placed| placed.node).collect()
    })
}

fn searched(error: &SearchError) -> Failure {
    Failure::new(
        "SEARCH",
        exit::FAILED,
        format!("搜索索引不可用：{error}。"),
        format!("The search index failed: {error}."),
    )
}
