//! What was measured beside what it should be (`fixtures/words/targets.csv`), within a tenth or not.

use super::Variant;
use super::measure::Measured;

static SHIPPED_TARGETS: &str = include_str!("../../fixtures/words/targets.csv");
/// How far a figure may lie from its target.
const TOLERANCE: f64 = 0.1;
/// Where the target is nothing, so much may be there.
const NEXT_TO_NOTHING: f64 = 0.01;
/// The tail of partners begins here, as in the measurement it is compared with.
const TAIL: (usize, usize) = (3, 11);

/// Whether a figure is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within a tenth of its target.
    Within,
    /// Farther from it.
    Outside,
    /// Too few to judge by.
    TooFew,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its name in the table of targets.
    pub measure: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What it should be.
    pub target: f64,
    /// What it is.
    pub measured: f64,
    /// How many it was measured on.
    pub sample: usize,
    /// Is it as it should be?
    pub verdict: Verdict,
}

/// Every figure that has a target in this variant, in the order of the table.
pub fn findings(measured: &Measured, variant: Variant) -> Vec<Finding> {
    let figures = Figures::of(measured, variant);
    let mut reader = csv::Reader::from_reader(SHIPPED_TARGETS.as_bytes());
    let mut found = Vec::new();
    for row in reader.records().flatten() {
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let target = match variant {
            Variant::Sparse => cell(3),
            Variant::Dense => cell(4),
        };
        let (Ok(target), least) = (target.parse::<f64>(), cell(5).parse().unwrap_or(usize::MAX)) else { continue };
        let Some((value, sample)) = figures.value(cell(0)) else { continue };
        let off = if target > 0.0 { (value - target).abs() <= TOLERANCE * target } else { value <= NEXT_TO_NOTHING };
        let verdict = match (sample < least, off) {
            (true, _) => Verdict::TooFew,
            (false, true) => Verdict::Within,
            (false, false) => Verdict::Outside,
        };
        let (measure, zh, en) = (cell(0).to_owned(), cell(1).to_owned(), cell(2).to_owned());
        found.push(Finding { measure, zh, en, target, measured: value, sample, verdict });
    }
    found
}

/// What is measured once for many figures.
struct Figures<'m> {
    measured: &'m Measured,
    isolated: usize,
    /// Partners of those who have any, the fewest first.
    degrees: Vec<usize>,
    mixing: (usize, usize),
    tail: usize,
}

#[expect(clippy::cast_precision_loss, reason = "counts of a city are far below 2^53")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn mean(values: &[usize]) -> f64 {
    ratio(values.iter().sum(), values.len())
}

/// The value that so many per mille do not pass (nearest rank).
fn percentile(values: &[usize], per_mille: usize) -> f64 {
    let rank = (values.len() * per_mille).div_ceil(1_000).max(1);
    ratio(values.get(rank - 1).copied().unwrap_or(0), 1)
}

/// The exponent of a power law by maximum likelihood, with the usual half for whole numbers (Clauset,
/// Shalizi, Newman 2009, formula 3.7).
fn exponent(values: &[usize], least: usize) -> f64 {
    let tail: Vec<f64> = values.iter().filter(|value| **value >= least).map(|value| ratio(*value, 1)).collect();
    let logs: f64 = tail.iter().map(|value| (value / (ratio(least, 1) - 0.5)).ln()).sum();
    1.0 + ratio(tail.len(), 1) / logs.max(f64::MIN_POSITIVE)
}

impl<'m> Figures<'m> {
    fn of(measured: &'m Measured, variant: Variant) -> Self {
        let pairs = measured.pairs();
        let all = measured.degrees(&pairs);
        let isolated = all.iter().filter(|degree| **degree == 0).count();
        let tail = match variant {
            Variant::Sparse => TAIL.0,
            Variant::Dense => TAIL.1,
        };
        Self { measured, isolated, degrees: all[isolated..].to_vec(), mixing: measured.mixing(&pairs), tail }
    }

    /// A figure by its name, with how many it was measured on.
    fn value(&self, measure: &str) -> Option<(f64, usize)> {
        let measured = self.measured;
        let all = measured.organizations();
        let rows = |file: &str| measured.rows.get(file).copied().unwrap_or(0);
        let (family, part) = split(measure);
        let on = |values: &[usize], found: f64| Some((found, values.len()));
        match family {
            "isolated" => Some((ratio(self.isolated, all), all)),
            "mixing" => Some((ratio(self.mixing.1, self.mixing.0), self.mixing.0)),
            "degree" => on(&self.degrees, self.of_list(&self.degrees, part)?),
            "institution_name" => {
                let lengths = measured.institution_lengths();
                on(&lengths, self.of_list(&lengths, part)?)
            }
            "firm_name" => {
                let lengths = measured.firm_lengths();
                on(&lengths, self.of_list(&lengths, part)?)
            }
            "names" => {
                let names = measured.institute_names();
                on(&names, self.of_list(&names, part)?)
            }
            "institution_suffix" => {
                let all = measured.institution_lengths().len();
                Some((ratio(measured.institutions_ending(part, SUFFIXES), all), all))
            }
            "firm_suffix" => Some((ratio(measured.firms_ending(part), rows("enterprises.csv")), all)),
            "short" | "short_name" => self.short(part),
            "industry" => {
                let sizes = measured.industries();
                let place: usize = part.parse().ok()?;
                let firms = sizes.iter().sum();
                Some((ratio(*sizes.get(place - 1)?, firms), firms))
            }
            "kind" => Some((ratio(rows(&format!("{part}.csv")), all), all)),
            "tier" => {
                let small = measured.holders("SME");
                Some((ratio(measured.holders(part), small), small))
            }
            "carriers" => Some((ratio(rows("carriers.csv"), measured.holders("SME")), measured.holders("SME"))),
            "incubated" => Some((ratio(measured.incubated(), measured.holders("SME")), measured.holders("SME"))),
            "acronyms" => Some((ratio(measured.acronyms(), rows("institutes.csv")), rows("institutes.csv"))),
            "long_texts" => Some((ratio(measured.texts().1, measured.texts().0), measured.texts().0)),
            _ => None,
        }
    }

    /// A mean, a percentile (`p99.9`) or the exponent of a sorted list.
    fn of_list(&self, list: &[usize], part: &str) -> Option<f64> {
        match part {
            "mean" => Some(mean(list)),
            "alpha" => Some(exponent(list, self.tail)),
            _ => {
                let share: f64 = part.strip_prefix('p')?.parse().ok()?;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
                let per_mille = (share * 10.0).round() as usize;
                Some(percentile(list, per_mille))
            }
        }
    }

    fn short(&self, part: &str) -> Option<(f64, usize)> {
        let names = self.measured.short_names();
        let count = match part {
            "substring" => names.substring,
            "subsequence" => names.subsequence,
            length => names.by_length.get(&length.parse().ok()?).copied().unwrap_or(0),
        };
        Some((ratio(count, names.all), names.all))
    }
}

/// Endings of institutions' names that are counted apart.
const SUFFIXES: &[&str] =
    &["学院", "大学", "重点实验室", "医院", "公司", "研究所", "研究院", "中心", "厅", "局", "委员会", "学校", "实验室"];

/// `degree_p99.9` is `degree` and `p99.9`.
fn split(measure: &str) -> (&str, &str) {
    match measure {
        "long_texts" => (measure, ""),
        _ => measure.rsplit_once('_').unwrap_or((measure, "")),
    }
}
