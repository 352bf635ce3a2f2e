//! `innograph template TABLE OUT.xlsx`: a workbook to fill in.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::intake::{self, Subject, subject_of};

/// Write the workbook of one table with those that it refers to, or of all.
pub fn template(table: &str, out: &Path) -> ExitCode {
    let all = || Subject::all().into_iter().map(|(_, subject)| subject);
    let subjects = match (table, subject_of(table)) {
        ("all", _) => all().collect(),
        (_, Some(subject)) => vec![subject],
        (_, None) => {
            let known = Subject::all().into_iter();
            let known =
                known.map(|(file, subject)| format!("{}（{}）", subject.label_zh(), file.trim_end_matches(".csv")));
            let known = known.collect::<Vec<_>>().join("、");
            eprintln!("没有“{table}”这张表。There is no table “{table}”; known: all, {known}");
            return ExitCode::from(exit::USAGE);
        }
    };
    let written = intake::template(&subjects)
        .map_err(|cause| cause.to_string())
        .and_then(|bytes| std::fs::write(out, bytes).map_err(|cause| cause.to_string()));
    match written {
        Ok(()) => {
            println!("已写出 written: {}", out.display());
            ExitCode::from(exit::OK)
        }
        Err(cause) => {
            eprintln!("写不出 cannot write {}: {cause}", out.display());
            ExitCode::from(exit::FAILED)
        }
    }
}
