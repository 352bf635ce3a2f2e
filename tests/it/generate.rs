//! Synthetic cities by the program: the same bytes every time, taken whole by the import, measured as
//! they were meant. What is planted is tried beside the code (`src/generate/tests.rs`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::faults::soaking;
use crate::process::{import, program, project};

fn generate(out: &Path, more: &[&str]) -> Output {
    let mut command = program();
    command.arg("generate").arg("--out").arg(out).args(more);
    command.output().expect("the program starts")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Import a city with the code lists it refers to.
fn imported(city: &Path) -> Output {
    let data = tempfile::tempdir().expect("a scratch folder");
    let codes = ["fixtures/codes", "fixtures/codes/fields", "fixtures/codes/industry"].map(project);
    import(data.path(), "synthetic", &[&codes[0], &codes[1], &codes[2], city])
}

#[test]
fn two_runs_write_the_same_bytes_and_nothing_over_what_is_there() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let cities = ["one", "two"].map(|name| scratch.path().join(name));
    for city in &cities {
        let made = generate(city, &["--organizations", "300", "--seed", "7"]);
        assert!(made.status.success(), "{}", said(&made));
    }
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = entries.collect();
        names.sort();
        names
    };
    for inside in ["", "truth"] {
        let [one, two] = [0, 1].map(|number| cities[number].join(inside));
        assert_eq!(names(&one), names(&two));
        for name in names(&one).iter().filter(|name| *name != "truth") {
            let read = |folder: &Path| fs::read(folder.join(name)).expect("a file");
            assert!(read(&one) == read(&two), "{} differs", name.display());
        }
    }
    let again = generate(&cities[0], &["--organizations", "300"]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    for wrong in [&["--organizations", "199"][..], &["--organizations", "300", "--store", "xinxiang"], &[]] {
        let refused = generate(&scratch.path().join("three"), wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {}", said(&refused));
        assert!(!scratch.path().join("three").exists(), "{wrong:?} left something behind");
    }
    let taken = imported(&cities[0]);
    assert!(taken.status.success(), "{}", said(&taken));
}

#[test]
fn ten_thousand_measure_as_they_were_meant_and_are_taken_whole() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let wide: &[(&str, &str)] = &[("sparse", "a"), ("sparse", "b"), ("dense", "a"), ("dense", "b")];
    for (variant, style) in if soaking() { wide } else { &wide[..1] } {
        let city = scratch.path().join(format!("{variant}-{style}"));
        let more = ["--organizations", "10000", "--seed", "3", "--variant", variant, "--style", style, "--report"];
        let made = generate(&city, &more);
        assert!(made.status.success() && said(&made).contains("outside 0"), "{}", said(&made));
        if soaking() {
            let taken = imported(&city);
            assert!(taken.status.success(), "{}", said(&taken));
        }
    }
}

/// Where the measurement is; none where it is not at hand.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where shared data are")]
fn measurements() -> Option<PathBuf> {
    std::env::var_os("INNOGRAPH_TEST_DATA").map(Into::into)
}

/// The table of targets says what was measured, where the measurement is at hand.
#[test]
fn targets_are_those_that_were_measured() {
    let Some(folder) = measurements() else {
        println!("not run: INNOGRAPH_TEST_DATA is not set");
        return;
    };
    let text = fs::read_to_string(folder.join("calibration.json")).expect("the measurement");
    let measured: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut reader = csv::Reader::from_path(project("fixtures/words/targets.csv")).expect("the targets");
    let targets: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let number = |pointer: &str| measured.pointer(pointer).and_then(serde_json::Value::as_f64).expect("a figure");
    for (name, column, wanted) in [
        ("isolated", 3, number("/ror_degree/isolated_share")),
        ("degree_mean", 3, number("/ror_degree/mean")),
        ("degree_p95", 3, number("/ror_degree/pct_50_75_90_95_99_999/3")),
        ("degree_p99.9", 3, number("/ror_degree/pct_50_75_90_95_99_999/5")),
        ("degree_p99", 4, number("/com_dblp_degree/pct_50_75_90_95_99_999/4") * 10.0 / number("/com_dblp_degree/mean")),
        ("degree_alpha", 4, number("/com_dblp_degree/powerlaw_alpha_mle")),
        ("institution_name_mean", 3, number("/ror_cn_zh_name_len/mean")),
        ("firm_name_p95", 3, number("/ashare_full_len/pct_5_50_95/2")),
        ("names_mean", 3, number("/ror_names_per_org/mean")),
        ("short_substring", 3, number("/ashare_short_derivable/substring") / number("/ashare_short_derivable/n")),
        ("industry_20", 3, number("/ashare_industry_sizes/19") / number("/ashare_short_derivable/n")),
    ] {
        let row = targets.iter().find(|row| row.get(0) == Some(name)).expect("a target");
        let target: f64 = row.get(column).and_then(|cell| cell.parse().ok()).expect("a number");
        assert!((target - wanted).abs() < 1e-5, "{name}: {target}, measured {wanted}");
    }
}
