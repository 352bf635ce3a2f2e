//! `innograph generate`: a synthetic city as a folder of CSV files, streamed to disk, with the truth
//! planted in it beside them in `truth/`; and its measures, taken from the files.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::exit;
use crate::generate::{self, FEWEST, FILES, Finding, MOST, Measured, Plan, Sink, Style, TRUTH, Variant, Verdict};

/// What was made, beside the truth; whoever changes a generator sees its digest change.
const MANIFEST: &str = "truth/manifest.json";

/// What to make, or what to measure.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Organisations: enterprises, institutes, other organisations. Everything else is in proportion.
    /// Left out with --report: the folder is measured as it stands.
    #[arg(long)]
    organizations: Option<usize>,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sparse as real registers are, or dense, so that communities can be found.
    #[arg(long, value_enum, default_value_t = VariantArg::Sparse)]
    variant: VariantArg,
    /// Which of two styles of texts and partnerships.
    #[arg(long, value_enum, default_value_t = StyleArg::A)]
    style: StyleArg,
    /// Per mille of ties that leave their community.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=500))]
    mixing: u32,
    /// The folder; it must not be there yet, or be empty.
    #[arg(long)]
    out: PathBuf,
    /// The store that the city is meant for; real facts never stand in the same one.
    #[arg(long, default_value = "synthetic")]
    store: String,
    /// Measure what was written and say of each figure whether it is within a tenth of its target.
    #[arg(long)]
    report: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum VariantArg {
    Sparse,
    Dense,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StyleArg {
    A,
    B,
}

/// Make a city, measure it, or both.
pub fn generate(args: &GenerateArgs) -> ExitCode {
    let variant = match args.variant {
        VariantArg::Sparse => Variant::Sparse,
        VariantArg::Dense => Variant::Dense,
    };
    match args.organizations {
        Some(organizations) if !(FEWEST..=MOST).contains(&organizations) => {
            return refuse(&format!(
                "机构数应在 {FEWEST} 与 {MOST} 之间。Organisations: {FEWEST} to {MOST}, not {organizations}."
            ));
        }
        Some(organizations) => {
            let style = match args.style {
                StyleArg::A => Style::A,
                StyleArg::B => Style::B,
            };
            let plan = Plan { organizations, seed: args.seed, variant, style, mixing_per_mille: args.mixing };
            if args.store == "xinxiang" {
                return refuse(
                    "虚构的城市不进“xinxiang”（真实资料）。请另取库名。An invented city never goes into the store of real facts; choose another name.",
                );
            }
            if !is_free(&args.out) {
                return refuse(&format!(
                    "{} 已有内容。请换一个空文件夹。It is not empty; choose another folder.",
                    args.out.display()
                ));
            }
            if let Err(cause) = write(plan, args) {
                eprintln!("写不了 cannot write {}: {cause}", args.out.display());
                return ExitCode::from(exit::FAILED);
            }
        }
        None if !args.report => {
            return refuse(
                "请给出 --organizations（生成）或 --report（测量已有的文件夹）。Give --organizations to make a city, or --report to measure a folder.",
            );
        }
        None => {}
    }
    if args.report { report(&args.out, variant) } else { ExitCode::from(exit::OK) }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::from(exit::USAGE)
}

fn is_free(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(!folder.exists(), |mut entries| entries.next().is_none())
}

/// Write the city and its manifest, and say what was written.
fn write(plan: Plan, args: &GenerateArgs) -> io::Result<()> {
    std::fs::create_dir_all(args.out.join("truth"))?;
    let mut folder = Folder { out: &args.out, files: BTreeMap::new(), cell: String::new() };
    generate::city(plan, &mut folder)?;
    let written = folder.finish()?;
    let mut whole = Sha256::new();
    let mut files = serde_json::Map::new();
    for (name, rows, bytes, digest) in &written {
        whole.update(format!("{name} {digest}\n"));
        files.insert((*name).to_owned(), json!({ "rows": rows, "bytes": bytes, "sha256": digest }));
    }
    let digest = hex(&whole.finalize());
    let manifest = json!({
        "organizations": plan.organizations,
        "seed": plan.seed,
        "variant": format!("{:?}", plan.variant).to_lowercase(),
        "style": format!("{:?}", plan.style),
        "mixingPerMille": plan.mixing_per_mille,
        "store": args.store,
        "people": generate::people_are_written(),
        "sha256": digest,
        "files": files,
    });
    std::fs::write(args.out.join(MANIFEST), serde_json::to_string_pretty(&manifest)? + "\n")?;
    let rows: usize = written.iter().filter(|(name, ..)| !name.starts_with("truth/")).map(|row| row.1).sum();
    let bytes: u64 = written.iter().map(|row| row.2).sum();
    println!(
        "写出 {rows} 行、{bytes} 字节，sha256 {digest}\n\
         wrote {rows} rows, {bytes} bytes; planted truth in {}\n\
         innograph import fixtures/codes fixtures/codes/fields fixtures/codes/industry {} --store-name {}",
        args.out.join("truth").display(),
        args.out.display(),
        args.store
    );
    Ok(())
}

/// The files of a city, each open while it is written.
struct Folder<'f> {
    out: &'f Path,
    files: BTreeMap<&'static str, OpenFile>,
    cell: String,
}

struct OpenFile {
    rows: usize,
    writer: csv::Writer<Counted>,
}

/// Bytes on their way to disk, counted and hashed.
struct Counted {
    file: BufWriter<File>,
    bytes: u64,
    digest: Sha256,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Folder<'_> {
    fn row(&mut self, file: &'static str, cells: &[&dyn Display]) -> io::Result<()> {
        if !self.files.contains_key(file) {
            let opened = File::create(self.out.join(file))?;
            let counted = Counted { file: BufWriter::new(opened), bytes: 0, digest: Sha256::new() };
            let mut writer = csv::Writer::from_writer(counted);
            writer.write_record(generate::header(file).split(','))?;
            self.files.insert(file, OpenFile { rows: 0, writer });
        }
        let Some(open) = self.files.get_mut(file) else { return Ok(()) };
        for cell in cells {
            self.cell.clear();
            write!(self.cell, "{cell}").map_err(io::Error::other)?;
            open.writer.write_field(&self.cell)?;
        }
        open.writer.write_record(None::<&[u8]>)?;
        open.rows += 1;
        Ok(())
    }
}

/// A file that was written: name, rows, bytes, SHA-256.
type Written = (&'static str, usize, u64, String);

impl Folder<'_> {
    fn finish(self) -> io::Result<Vec<Written>> {
        let close = |(name, open): (&'static str, OpenFile)| {
            let mut counted = open.writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            counted.flush()?;
            Ok((name, open.rows, counted.bytes, hex(&counted.digest.finalize())))
        };
        self.files.into_iter().map(close).collect()
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Measure a folder and print every figure beside its target.
fn report(out: &Path, variant: Variant) -> ExitCode {
    let mut measured = Measured::default();
    for (name, _) in FILES.iter().chain(TRUTH) {
        let path = out.join(name);
        if !path.exists() {
            continue;
        }
        let read = File::open(&path).map_err(csv::Error::from);
        if let Err(cause) = read.and_then(|file| measured.file(name, BufReader::new(file))) {
            eprintln!("读不了 cannot read {}: {cause}", path.display());
            return ExitCode::from(exit::FAILED);
        }
    }
    let findings = generate::findings(&measured, variant);
    println!("| 指标 measure | 目标 target | 实测 measured | 样本 sample | |\n|---|---|---|---|---|");
    for finding in &findings {
        let Finding { zh, en, target, measured, sample, verdict, .. } = finding;
        let said = match verdict {
            Verdict::Within => "10 % 以内 within",
            Verdict::Outside => "**超出 outside**",
            Verdict::TooFew => "样本太少 too few",
        };
        println!("| {zh} {en} | {target:.4} | {measured:.4} | {sample} | {said} |");
    }
    let count = |wanted: Verdict| findings.iter().filter(|finding| finding.verdict == wanted).count();
    let outside = count(Verdict::Outside);
    println!(
        "同名企业 firms that share a name: {}\n10 % 以内 within {}，超出 outside {outside}，样本太少 too few {}",
        measured.shared_names(),
        count(Verdict::Within),
        count(Verdict::TooFew)
    );
    ExitCode::from(if outside == 0 { exit::OK } else { exit::FAILED })
}
