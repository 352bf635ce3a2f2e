//! `innograph import FOLDER…`: all or nothing, with every refusal named.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::exit;
use crate::config::Config;
use crate::domain::command::Command;
use crate::engine::{Engine, WriteError};
use crate::intake::{IMPORTERS, InputFile, Limits, Place, Refusal};

/// Refusals printed; the rest are counted.
const SHOWN: usize = 50;

/// Import folders or files as one data set; with `dry_run` only say what would happen.
pub fn import(config: &Config, inputs: &[PathBuf], format: &str, dry_run: bool) -> ExitCode {
    let limits = Limits {
        file_bytes: config.limits.import_file_bytes,
        cell_bytes: config.limits.import_cell_bytes,
        columns: config.limits.import_columns,
    };
    let Some(importer) = IMPORTERS.iter().find(|importer| importer.name == format) else {
        let known = IMPORTERS.iter().map(|importer| format!("{} ({})", importer.name, importer.en)).collect::<Vec<_>>();
        eprintln!("没有名为“{format}”的导入格式。No importer “{format}”; known: {}", known.join("; "));
        return ExitCode::from(exit::USAGE);
    };
    let files = match gather(inputs) {
        Ok(files) => files,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(exit::USAGE);
        }
    };
    let reading = (importer.read)(&files, &limits);
    if !reading.refusals.is_empty() {
        return refuse(&reading.refusals, reading.rows);
    }
    let engine = match Engine::open_with(&config.data, config.limits.engine()) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            return exit::of_open(&error);
        }
    };
    let (mut places, mut commands): (Vec<Place>, Vec<Command>) = reading.commands.into_iter().unzip();
    places.push(Place { file: config.data.display().to_string(), line: 0, column: None });
    commands.push(Command::NameStore { name: config.store_name.clone() });
    let rows = reading.rows;
    // Naming the store is no row.
    let naming = usize::from(engine.view().state().name().is_none());
    let bar = ProgressBar::new(u64::try_from(commands.len()).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("导入 import {bar:30} {pos}/{len} {per_sec} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut progress = |done: usize, _: usize| {
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        true
    };
    let outcome = if dry_run {
        engine.rehearse(&commands, &mut progress)
    } else {
        engine.execute("import", &commands, &mut progress)
    };
    bar.finish_and_clear();
    match outcome {
        Ok(outcome) => {
            let changed = outcome.changed - naming;
            let note = if dry_run { "（试运行，未写入 · dry run, nothing written）" } else { "" };
            println!(
                "接受 {} 行：新增或更改 {}，无变化 {}；序号 {}{note}\n\
                 accepted {} rows: {} changed, {} unchanged; sequence {}",
                rows,
                changed,
                rows - changed,
                outcome.sequence,
                rows,
                changed,
                rows - changed,
                outcome.sequence,
            );
            ExitCode::from(exit::OK)
        }
        Err(WriteError::Rejected(rejected)) => {
            let named = rejected.into_iter().filter_map(|(number, rejection)| {
                places.get(number).map(|place| Refusal { place: place.clone(), rejection })
            });
            refuse(&named.collect::<Vec<_>>(), reading.rows)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(exit::FAILED)
        }
    }
}

fn refuse(refusals: &[Refusal], rows: usize) -> ExitCode {
    for refusal in refusals.iter().take(SHOWN) {
        let rejection = &refusal.rejection;
        eprintln!("{} {} {} {}", refusal.place, rejection.code(), rejection.zh(), rejection.en());
    }
    if refusals.len() > SHOWN {
        eprintln!("… 还有 {} 处 · {} more", refusals.len() - SHOWN, refusals.len() - SHOWN);
    }
    eprintln!(
        "共 {rows} 行，{} 处被拒；没有写入任何内容。{rows} rows, {} refusals; nothing was written.",
        refusals.len(),
        refusals.len()
    );
    ExitCode::from(exit::REFUSED)
}

fn gather(inputs: &[PathBuf]) -> Result<Vec<InputFile>, String> {
    let cannot = |path: &Path, cause: std::io::Error| format!("读不了 cannot read {}: {cause}", path.display());
    let mut files = Vec::new();
    for input in inputs {
        let mut paths = Vec::new();
        if input.is_dir() {
            for entry in std::fs::read_dir(input).map_err(|cause| cannot(input, cause))? {
                let path = entry.map_err(|cause| cannot(input, cause))?.path();
                if path.extension().is_some_and(|extension| extension == "csv") {
                    paths.push(path);
                }
            }
            paths.sort();
            if paths.is_empty() {
                return Err(format!("{} 中没有 CSV 文件。No CSV file in {}.", input.display(), input.display()));
            }
        } else {
            paths.push(input.clone());
        }
        for path in paths {
            let bytes = std::fs::read(&path).map_err(|cause| cannot(&path, cause))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push(InputFile { label: path.display().to_string(), name, bytes });
        }
    }
    Ok(files)
}
