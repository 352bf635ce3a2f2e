//! Questions of others, answered for a judge of their own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::ranked;
use crate::api::seeking::Asked;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::config::Limits;
use crate::domain::command::Reference;
use crate::domain::{Day, Kind};
use crate::engine::View;
use crate::graph::{Budget, Lens};
use crate::matching::Weights;
use crate::rights::{Rights, Role};

/// Candidates written for each question.
const WRITTEN: usize = 400;
/// What stands in the row keys of imported tables between the name of the set and the number.
const ORGANIZATION: &str = "-org-";

/// Questions of others. What is right stands in the file as well, and is not read.
#[derive(Debug, Deserialize)]
pub(super) struct Tasks {
    #[serde(rename = "T")]
    split: String,
    queries: BTreeMap<String, Question>,
}

#[derive(Debug, Deserialize)]
struct Question {
    org: String,
    text: Option<String>,
}

/// Read a file of questions.
pub(super) fn read(path: &Path) -> Result<Tasks, Failure> {
    let unread = |error: io::Error| Failure::system(path, &error);
    let file = BufReader::new(File::open(path).map_err(unread)?);
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let mut text = String::new();
    let mut reader: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    reader.read_to_string(&mut text).map_err(unread)?;
    serde_json::from_str(&text).map_err(|error| no_tasks(path, &error.to_string()))
}

/// Write a ranking for each question.
pub(super) fn answer(view: &View, limits: &Limits, tasks: &Tasks, out: &Path) -> Result<(), Failure> {
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

/// The name of the imported set of tables, as its row keys begin.
fn set_of(view: &View, day: Day) -> String {
    let budget = Budget::new(u64::MAX);
    let lens = Lens::new(view.state(), day, Rights::of(Role::Public), &budget);
    let mut codes = lens.nodes(Kind::Institute).map(|node| lens.code(node));
    let set = codes.find_map(|code| code.split_once(ORGANIZATION).map(|(set, _)| set.to_owned()));
    set.unwrap_or_default()
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
