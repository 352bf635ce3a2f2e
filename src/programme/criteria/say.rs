//! What became of a criterion, in Chinese: the number, what is asked, what is missing and what to do.

use super::evaluate::{Measured, Outcome, Status};
use super::exact::{Exact, Open, Span};
use super::gap::{Direction, Form, Gap};
use super::inputs::Unit;
use super::subject::{Said, Used};
use super::tree::Criterion;

/// The sentence about a criterion.
pub fn sentence(criterion: &Criterion, outcome: &Outcome) -> String {
    let what = said(&criterion.label, outcome);
    match (outcome.status, &criterion.remedy) {
        (Status::Unmet, Some(remedy)) => format!("{what}。{remedy}"),
        _ => format!("{what}。"),
    }
}

fn said(label: &str, outcome: &Outcome) -> String {
    let word = outcome.status.words().1;
    match (outcome.status, outcome.op) {
        (_, "all" | "any") => several(label, outcome),
        (Status::Unknown, "papers") => format!("{label}：本库没有这项数据，由申报材料证明"),
        (Status::Expert, "expert") => format!("{label}：需专家评价"),
        (_, "compare") => outcome
            .measured
            .as_ref()
            .map_or_else(|| format!("{label}：{word}"), |measured| compared(label, outcome, measured)),
        (Status::Unknown, "answer") => format!("{label}：{}", missing(outcome)),
        (Status::Unknown, _) => format!("{label}：数据不足"),
        _ => format!("{label}：{word}"),
    }
}

/// Parts that all must be met, or of which one is enough.
fn several(label: &str, outcome: &Outcome) -> String {
    let word = match outcome.status {
        Status::Met => return format!("{label}：满足"),
        Status::Unmet => "不满足",
        Status::Unknown => "数据不足",
        Status::Expert => "需专家评价",
    };
    let open: Vec<String> =
        outcome.parts.iter().filter(|part| part.status != Status::Met).map(|part| said("", part)).collect();
    let open: Vec<&str> = open.iter().map(|text| text.trim_start_matches('：').trim()).collect();
    let glue = if outcome.op == "any" { "；或者：" } else { "；" };
    format!("{label}：{word}（{}）", open.join(glue))
}

fn compared(label: &str, outcome: &Outcome, measured: &Measured) -> String {
    let asked = threshold(measured);
    let value = value(measured);
    match outcome.status {
        Status::Met => format!("{label} {value}，要求 {asked}，满足"),
        Status::Unmet => {
            let gap =
                outcome.gap.as_ref().map_or_else(|| "不满足".to_owned(), |gap| missing_units(gap, outcome, measured));
            format!("{label} {value}，要求 {asked}，{gap}")
        }
        Status::Unknown => format!("{label}：{}；要求 {asked}", missing(outcome)),
        Status::Expert => format!("{label}：需专家评价，现可算得 {value}；要求 {asked}"),
    }
}

/// 缺 2020 年高新技术产品（服务）收入
fn missing(outcome: &Outcome) -> String {
    let names: Vec<String> = outcome.missing().into_iter().map(named).collect();
    if names.is_empty() { "数据不足".to_owned() } else { format!("缺{}", names.join("、")) }
}

fn named(used: &Used) -> String {
    let input = used.input.zh;
    match (used.year, used.told.said) {
        (Some(year), _) => format!(" {year} 年{input}"),
        (None, Some(Said::AtLeast(_))) => format!("{input}的完整数据"),
        (None, _) => input.to_owned(),
    }
}

/// 还差 2 人（达到 9/85）
fn missing_units(gap: &Gap, outcome: &Outcome, measured: &Measured) -> String {
    let unit = if gap.of_part { part_unit(outcome) } else { measured.unit };
    let amount = amount(Exact::of(gap.units, 1).unwrap_or(Exact::ZERO), unit);
    let then =
        gap.then.map(|(part, whole)| format!("（{}/{}）", bare(part, unit), bare(whole, unit))).unwrap_or_default();
    match (gap.more, measured.value.open) {
        (Direction::Up, Some(Open::Expert)) => format!("专家评满分也还差 {amount}"),
        (Direction::Up, _) => format!("还差 {amount}{then}"),
        (Direction::Down, _) => format!("超出 {amount}{then}"),
    }
}

/// The unit of what a share is counted in: that of the first input.
fn part_unit(outcome: &Outcome) -> Unit {
    outcome.used.first().map_or(Unit::Pieces, |used| used.input.unit)
}

/// The unit in which a gap is counted.
pub fn gap_unit(outcome: &Outcome) -> Option<Unit> {
    let gap = outcome.gap.as_ref()?;
    let measured = outcome.measured.as_ref()?;
    Some(if gap.of_part { part_unit(outcome) } else { measured.unit })
}

/// What was measured, as it is written: `8.43%（7/83）`, `6200 万元`, `61—75 分`.
pub fn value(measured: &Measured) -> String {
    let Span { low, high, .. } = measured.value;
    let shown = |number: Exact| amount(number, measured.unit);
    let own = match (low, high) {
        (Some(low), Some(high)) if low == high => shown(low),
        (Some(low), Some(high)) => format!("{}—{}", bare(low, measured.unit), shown(high)),
        (Some(low), None) => format!("至少 {}", shown(low)),
        (None, _) => "不明".to_owned(),
    };
    match measured.form {
        Form::Share(part, whole) => format!("{own}（{}/{}）", plain(part), plain(whole)),
        Form::Ratio(..) | Form::Plain => own,
    }
}

/// What is asked: `≥ 10%`.
pub fn threshold(measured: &Measured) -> String {
    let sign = measured.comparator.sign();
    let shown = |number: Exact| amount(number, measured.unit);
    match (measured.threshold.low, measured.threshold.high) {
        (Some(low), Some(high)) if low == high => format!("{sign} {}", shown(low)),
        (Some(low), Some(high)) => format!("{sign} {}—{}（按所在档次）", shown(low), shown(high)),
        _ => format!("{sign} 按所在档次"),
    }
}

/// A number with its unit; money of ten thousand yuan and more in 万元.
pub fn amount(number: Exact, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{}%", decimal(number, 100, 2)),
        Unit::Yuan if number >= Exact::whole(10_000) => {
            let ten_thousands = number.per(Exact::whole(10_000)).unwrap_or(number);
            format!("{} 万元", decimal(ten_thousands, 1, 4))
        }
        _ => format!("{} {}", decimal(number, 1, 2), unit.words().0),
    }
}

fn bare(number: Exact, unit: Unit) -> String {
    let with = amount(number, unit);
    if unit == Unit::Yuan { with } else { with.split(' ').next().unwrap_or("").to_owned() }
}

fn plain(number: Exact) -> String {
    decimal(number, 1, 2)
}

/// So many places, cut off and never rounded up, without needless zeros.
fn decimal(number: Exact, times: i64, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let scaled = number.times(Exact::whole(times)).and_then(|number| number.times(Exact::whole(scale)));
    let whole = scaled.and_then(|number| i64::try_from(number.floor()).ok()).unwrap_or(0);
    crate::domain::value::decimal(whole, places)
}
