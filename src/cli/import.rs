//! `innograph import FILE|FOLDER…`: all or nothing, with every refusal named; `--dry-run` says what would
//! come of it under a plan id, `--plan ID` carries out exactly that.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use figment::Figment;
use figment::providers::{Format, Toml};
use indicatif::{ProgressBar, ProgressStyle};

use super::exit;
use super::interrupt::Interrupt;
use crate::api::likeness::{self, Bounds};
use crate::config::Config;
use crate::domain::command::Command;
use crate::engine::{Commands, Engine, Order, Plan, ThingChange, WriteError, today};
use crate::intake::{self, IMPORTERS, Importer, InputFile, Limits, Mapping, Place, Reading, Report, Tried};
use crate::rights::{Rights, Role};

/// Refusals and things printed; the rest are counted.
const SHOWN: usize = 50;

/// Endings of the files of a folder that are read.
const READ: &[&str] = &["csv", "xlsx", "tsv", "json", "jsonl", "gz"];

/// What is imported, and how.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Folders or files (CSV, XLSX).
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The importer.
    #[arg(long = "as", default_value = "csv")]
    format: String,
    /// A saved mapping of headers (TOML or JSON).
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Say what would happen, under a plan id, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Carry out exactly what a dry run planned under this id, or nothing.
    #[arg(long, conflicts_with = "dry_run")]
    plan: Option<String>,
    /// Where to write the tables with a column of what is wrong, where anything is (XLSX).
    #[arg(long)]
    returned: Option<PathBuf>,
}

/// What was read of the command line, gone through once to see whether it can be read at all. The commands are
/// read again each time that they are wanted, and never kept.
struct Read {
    importer: &'static Importer,
    files: Vec<InputFile>,
    mapping: Mapping,
    limits: Limits,
    reading: Reading,
    /// How many commands its rows give.
    commands: usize,
    store_name: String,
}

impl Read {
    fn input(&self) -> (&[InputFile], &Mapping, &Limits) {
        (&self.files, &self.mapping, &self.limits)
    }

    /// Of all that decides what is carried out.
    fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.importer.digest(&self.files, &self.mapping));
        hasher.update(self.store_name.as_bytes());
        *hasher.finalize().as_bytes()
    }
}

impl Commands for Read {
    /// Those of the rows, and that the store is named.
    fn count(&self) -> usize {
        self.commands + 1
    }

    fn each(&self, take: &mut dyn FnMut(&Command) -> bool) {
        let mut wanted = true;
        (self.importer.walk)(&self.files, &self.mapping, &self.limits, &mut |_, command| {
            wanted = take(&command);
            wanted
        });
        if wanted {
            take(&Command::NameStore { name: self.store_name.clone() });
        }
    }
}

/// Import folders or files as one data set.
pub fn import(config: &Config, args: &ImportArgs) -> ExitCode {
    let read = match read(config, args) {
        Ok(read) => read,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(exit::USAGE);
        }
    };
    if !read.reading.refusals.is_empty() && !config.data.exists() {
        // Nothing is made for what cannot be written anyway.
        let tried = Tried { commands: &[], places: &[], refused: &[], refused_count: 0 };
        return give_back(
            args,
            &read,
            &intake::report(read.input(), &read.reading, tried, config.limits.import_refusals),
        );
    }
    let engine = match Engine::open_kept(&config.data, &config.personal_directory(), config.limits.engine()) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            return exit::of_open(&error);
        }
    };
    let interrupt = match Interrupt::watch() {
        Ok(interrupt) => interrupt,
        Err(cause) => {
            eprintln!("不能等候信号 cannot wait for signals: {cause}");
            return ExitCode::from(exit::FAILED);
        }
    };
    let order = Order { input: read.digest(), ..Order::of_keeper("import") };
    if args.dry_run || !read.reading.refusals.is_empty() {
        return dry_run(config, args, (&engine, &interrupt), &read, &order);
    }
    let bar = progress_bar(read.count());
    let mut progress = |done: usize, _: usize| {
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        !interrupt.is_said()
    };
    // Naming the store is no row.
    let naming = usize::from(engine.view().state().name().is_none());
    let outcome = engine.import(&order, &read, args.plan.as_deref(), &mut progress);
    bar.finish_and_clear();
    match outcome {
        Ok(outcome) => {
            let (rows, changed) = (read.reading.rows, outcome.changed - naming);
            // A row of another register says several things.
            let unchanged = read.commands - changed;
            if outcome.resumed > 0 {
                println!(
                    "接着上次中断处继续：此前已判定 {} 条。Went on where it was cut short: {} commands had been decided.",
                    outcome.resumed, outcome.resumed,
                );
            }
            println!(
                "接受 {rows} 行：新增或更改 {changed}，无变化 {unchanged}；序号 {}\n\
                 accepted {rows} rows: {changed} changed, {unchanged} unchanged; sequence {}",
                outcome.sequence, outcome.sequence,
            );
            ExitCode::from(exit::OK)
        }
        // Said once more in full: where, and what to do.
        Err(WriteError::Rejected(rejected)) => {
            let named = rejected.iter().any(|(number, _)| *number == read.commands);
            if let Some((_, rejection)) = rejected.iter().find(|_| named && rejected.len() == 1) {
                eprintln!("{} {} {} {}", config.data.display(), rejection.code(), rejection.zh(), rejection.en());
            }
            dry_run(config, args, (&engine, &interrupt), &read, &order)
        }
        Err(WriteError::PlanStale) => {
            eprintln!("PLAN_STALE {}", WriteError::PlanStale);
            ExitCode::from(exit::REFUSED)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(exit::FAILED)
        }
    }
}

fn read(config: &Config, args: &ImportArgs) -> Result<Read, String> {
    let limits = config.limits.intake();
    let Some(importer) = IMPORTERS.iter().find(|importer| importer.name == args.format) else {
        let known = IMPORTERS.iter().map(|importer| format!("{} ({})", importer.name, importer.en)).collect::<Vec<_>>();
        let format = &args.format;
        return Err(format!("没有名为“{format}”的导入格式。No importer “{format}”; known: {}", known.join("; ")));
    };
    let mapping = args.mapping.as_deref().map_or_else(|| Ok(Mapping::default()), read_mapping)?;
    let files = gather(&args.inputs)?;
    let mut commands = 0;
    let reading = (importer.walk)(&files, &mapping, &limits, &mut |_, _| {
        commands += 1;
        true
    });
    // The export of a whole store says which one it is.
    let store_name = reading.store.clone().unwrap_or_else(|| config.store_name.clone());
    Ok(Read { importer, files, mapping, limits, reading, commands, store_name })
}

fn read_mapping(path: &Path) -> Result<Mapping, String> {
    let text = std::fs::read_to_string(path).map_err(|cause| cannot(path, &cause))?;
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let wrong = |cause: String| format!("映射文件有误 the mapping {} is wrong: {cause}", path.display());
    let mapping: Mapping = if is_json {
        serde_json::from_str(&text).map_err(|cause| wrong(cause.to_string()))?
    } else {
        Figment::from(Toml::string(&text)).extract().map_err(|cause| wrong(cause.to_string()))?
    };
    mapping.check().map_err(|cause| wrong(cause.to_string()))?;
    Ok(mapping)
}

/// Plan, print, and write what goes back; nothing is written into the store.
fn dry_run(
    config: &Config,
    args: &ImportArgs,
    (engine, interrupt): (&Engine, &Interrupt),
    read: &Read,
    order: &Order,
) -> ExitCode {
    let bar = progress_bar(read.count());
    let planned = engine.plan(order, read, config.limits.plan(), &mut |done, _| {
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        !interrupt.is_said()
    });
    bar.finish_and_clear();
    let plan = match planned {
        Ok(plan) => plan,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(exit::FAILED);
        }
    };
    let last = read.commands;
    let rows = plan.refused.iter().filter(|(number, _)| *number != last);
    let (numbers, rows): (Vec<usize>, Vec<_>) =
        rows.enumerate().map(|(place, (number, rejection))| (*number, (place, rejection.clone()))).unzip();
    let (places, commands) = read.importer.pick(read.input(), &numbers);
    let store = plan.refused.iter().find(|(number, _)| *number == last);
    let count = plan.refused_count - usize::from(store.is_some());
    let tried = Tried { commands: &commands, places: &places, refused: &rows, refused_count: count };
    let mut report = intake::report(read.input(), &read.reading, tried, config.limits.import_refusals);
    let keeper = (Rights::of(Role::Administrator), today());
    let places = |numbers: &[usize]| read.importer.pick(read.input(), numbers).0;
    likeness::warn(&mut report, &plan, &places, keeper, Bounds::of(&config.limits));
    if let Some((_, rejection)) = store {
        let place = Place { file: config.data.display().to_string().into(), line: 0, column: None };
        eprintln!("{place} {} {} {}", rejection.code(), rejection.zh(), rejection.en());
    }
    if report.refusal_count > 0 || store.is_some() {
        return give_back(args, read, &report);
    }
    accept(&report, &plan, engine.view().state().name().is_none());
    ExitCode::from(exit::OK)
}

/// Say what was refused, and write the tables that go back where they are wanted.
fn give_back(args: &ImportArgs, read: &Read, report: &Report) -> ExitCode {
    if report.refusal_count > 0
        && let Some(path) = &args.returned
        && let Err(sentence) = write_returned(path, read.input(), report)
    {
        eprintln!("{sentence}");
        return ExitCode::from(exit::FAILED);
    }
    refuse(report)
}

fn write_returned(path: &Path, input: (&[InputFile], &Mapping, &Limits), report: &Report) -> Result<(), String> {
    let bytes =
        intake::marked(input, report).map_err(|cause| format!("写不出 cannot write {}: {cause}", path.display()))?;
    std::fs::write(path, bytes).map_err(|cause| format!("写不出 cannot write {}: {cause}", path.display()))
}

fn accept(report: &Report, plan: &Plan, naming: bool) {
    let (rows, changed) = (report.rows, plan.changed - usize::from(naming));
    // Naming the store is no row: where it has its name, that changes nothing.
    let unchanged = plan.unchanged - usize::from(!naming);
    println!(
        "接受 {rows} 行：新增或更改 {changed}，无变化 {unchanged}；序号 {}（试运行，未写入 · dry run, nothing written）\n\
         accepted {rows} rows: {changed} changed, {unchanged} unchanged; sequence {}",
        plan.sequence, plan.sequence,
    );
    for thing in plan.changes.iter().take(SHOWN) {
        println!("{}", told(thing));
    }
    if plan.changed_things > SHOWN {
        println!("… 还有 {} 个 · {} more", plan.changed_things - SHOWN, plan.changed_things - SHOWN);
    }
    for warning in report.warnings.iter().take(SHOWN) {
        println!("注意 {}:{} {} {} {}", warning.file, warning.line, warning.code, warning.zh, warning.en);
    }
    if report.warnings.len() > SHOWN {
        println!("… 还有 {} 处 · {} more", report.warnings.len() - SHOWN, report.warnings.len() - SHOWN);
    }
    if let Some(id) = &plan.id {
        println!("计划号 plan: {id}");
    }
}

fn told(thing: &ThingChange) -> String {
    let kind = thing.kind.map_or("来源", |kind| kind.row().label_zh);
    let state = if thing.id.is_some() { "更改 changed" } else { "新增 new" };
    let counts = [
        ("名称 names", thing.names),
        ("编号 identifiers", thing.identifiers),
        ("属性 statements", thing.statements),
        ("关系 ties", thing.ties),
        ("记录 records", thing.records),
        ("订正 corrections", thing.corrections),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word} {count}"));
    format!("{state} {kind}“{}” {}", thing.name, counts.collect::<Vec<_>>().join("，"))
}

fn progress_bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("导入 import {bar:30} {pos}/{len} {per_sec} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn refuse(report: &Report) -> ExitCode {
    for told in report.refusals.iter().take(SHOWN) {
        let place = Place { file: told.file.as_str().into(), line: told.line, column: told.column.clone() };
        let follows =
            told.follows.as_ref().map(|first| format!("（先改 first put right: {first}）")).unwrap_or_default();
        let header = told.header.map(|header| format!("【{header}】")).unwrap_or_default();
        eprintln!("{place} {} {header}{} {}{follows}", told.code, told.zh, told.en);
    }
    if report.refusal_count > SHOWN {
        eprintln!("… 还有 {} 处 · {} more", report.refusal_count - SHOWN, report.refusal_count - SHOWN);
    }
    if report.refusals.iter().any(|told| told.code == "UNKNOWN_FILE" && told.file.to_lowercase().ends_with(".json")) {
        eprintln!(
            "提示：若这份 JSON 是 ROR（研究机构注册库）的数据，请加 --as ror。Hint: where this JSON comes from ROR, the registry of research organisations, add --as ror."
        );
    }
    let Report { rows, accepted, refused, refusal_count, .. } = report;
    eprintln!(
        "共 {rows} 行：可接受 {accepted} 行，不可接受 {refused} 行，{refusal_count} 处被拒；没有写入任何内容。\
         {rows} rows: {accepted} acceptable, {refused} not, {refusal_count} refusals; nothing was written."
    );
    ExitCode::from(exit::REFUSED)
}

fn cannot(path: &Path, cause: &std::io::Error) -> String {
    format!("读不了 cannot read {}: {cause}", path.display())
}

fn gather(inputs: &[PathBuf]) -> Result<Vec<InputFile>, String> {
    let mut files = Vec::new();
    for input in inputs {
        let mut paths = Vec::new();
        if input.is_dir() {
            for entry in std::fs::read_dir(input).map_err(|cause| cannot(input, &cause))? {
                let path = entry.map_err(|cause| cannot(input, &cause))?.path();
                if path.extension().is_some_and(|ending| READ.iter().any(|known| ending == *known)) {
                    paths.push(path);
                }
            }
            paths.sort();
            if paths.is_empty() {
                return Err(format!(
                    "{} 中没有 CSV 或 XLSX 文件。No CSV or XLSX file in {}.",
                    input.display(),
                    input.display()
                ));
            }
        } else {
            paths.push(input.clone());
        }
        for path in paths {
            let bytes = std::fs::read(&path).map_err(|cause| cannot(&path, &cause))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push(InputFile { label: path.display().to_string(), name, bytes });
        }
    }
    Ok(files)
}
