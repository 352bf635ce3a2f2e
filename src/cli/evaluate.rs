//! `innograph evaluate`: how good the ranking of partners is, by the code that serves `partners`.
//! Everything is asked as of the day before the split; what began later is looked up only to see who
//! was right.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use flate2::read::GzDecoder;
use serde::Deserialize;

use super::exit;
use super::failure::Failure;
use crate::api::seeking::{self, Asked};
use crate::config::{Config, Limits};
use crate::domain::command::Reference;
use crate::domain::{Day, Kind};
use crate::engine::{Engine, View};
use crate::graph::{Budget, EntityRow, Lens};
use crate::matching::{Match, Weights};
use crate::rights::{Rights, Role};
use crate::search::SearchError;

/// Candidates written for each question.
const WRITTEN: usize = 400;
/// What stands in the row keys of imported tables between the name of the set and the number.
const ORGANIZATION: &str = "-org-";

/// What is measured.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Questions of others (JSON, also packed by gzip): `T`, the day of the split, and `queries`, each
    /// with `org` and `text`. Answers go to --out, for a judge of their own.
    #[arg(long, requires = "out")]
    tasks: Option<PathBuf>,
    /// The file of answers: question, rank, organisation, separated by tabs.
    #[arg(long, requires = "tasks")]
    out: Option<PathBuf>,
}

/// Questions of others. What is right stands in the file as well, and is not read.
#[derive(Debug, Deserialize)]
struct Tasks {
    #[serde(rename = "T")]
    split: String,
    queries: BTreeMap<String, Question>,
}

#[derive(Debug, Deserialize)]
struct Question {
    org: String,
    text: Option<String>,
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
        let tasks = read(tasks)?;
        answer(&view, &config.limits, &tasks, out)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Tasks, Failure> {
    let unread = |error: io::Error| Failure::system(path, &error);
    let file = BufReader::new(File::open(path).map_err(unread)?);
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let mut text = String::new();
    let mut reader: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    reader.read_to_string(&mut text).map_err(unread)?;
    serde_json::from_str(&text).map_err(|error| no_tasks(path, &error.to_string()))
}

fn answer(view: &View, limits: &Limits, tasks: &Tasks, out: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::system(out, &error);
    let split: Day = tasks.split.parse().map_err(|()| no_tasks(out, &tasks.split))?;
    let day = Day(split.0 - 1);
    let mut file = BufWriter::new(File::create(out).map_err(failed)?);
    let weights = Weights::shipped();
    let set = set_of(view, day);
    for (name, question) in &tasks.queries {
        let budget = Budget::new(limits.walk_rows);
        let lens = Lens::new(view.state(), day, Rights::of(Role::Public), &budget);
        let key = format!("{set}{ORGANIZATION}{}", question.org);
        let Ok(node) = lens.resolve(&Reference::Code(key), Kind::ORGANIZATIONS) else { continue };
        let text = question.text.clone().unwrap_or_default();
        let asked = Asked { seekers: vec![node], about: vec![node], text, kinds: vec![Kind::Institute] };
        for (rank, found) in ranked(view, &lens, limits, &weights, &asked)?.into_iter().take(WRITTEN).enumerate() {
            let code = lens.code(found);
            let number = code.split_once(ORGANIZATION).map_or(code, |(_, number)| number);
            writeln!(file, "{name}\t{}\t{number}", rank + 1).map_err(failed)?;
        }
    }
    file.flush().map_err(failed)
}

/// The ranking that `partners` would give.
fn ranked(
    view: &View,
    lens: &Lens<'_>,
    limits: &Limits,
    weights: &Weights,
    asked: &Asked,
) -> Result<Vec<EntityRow>, Failure> {
    let index = view.search().ok_or_else(|| searched(&SearchError::Empty))?;
    let ground = seeking::ground(view, lens, limits, asked);
    let wish =
        seeking::wish(lens, index, limits, weights, asked, ground.as_deref()).map_err(|error| searched(&error))?;
    let matched = Match::new(lens, &wish, &asked.kinds, weights, ground.as_deref());
    Ok(matched.rank().placed.into_iter().map(|placed| placed.node).collect())
}

/// The name of the imported set of tables, as its row keys begin.
fn set_of(view: &View, day: Day) -> String {
    let budget = Budget::new(u64::MAX);
    let lens = Lens::new(view.state(), day, Rights::of(Role::Public), &budget);
    let mut codes = lens.nodes(Kind::Institute).map(|node| lens.code(node));
    let set = codes.find_map(|code| code.split_once(ORGANIZATION).map(|(set, _)| set.to_owned()));
    set.unwrap_or_default()
}

fn searched(error: &SearchError) -> Failure {
    Failure::new(
        "SEARCH",
        exit::FAILED,
        format!("搜索索引不可用：{error}。"),
        format!("The search index failed: {error}."),
    )
}

fn no_tasks(path: &Path, cause: &str) -> Failure {
    let path = path.display();
    Failure::new(
        "TASKS_UNREADABLE",
        exit::USAGE,
        format!("{path} 不是题目文件（{cause}）。应为 JSON：T 为切分日，queries 里每题有 org 和 text。"),
        format!(
            "{path} holds no questions ({cause}). It should be JSON: T, the day of the split, and queries, each with org and text."
        ),
    )
}
