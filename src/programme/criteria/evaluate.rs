//! Criteria against what is known of a node: met, unmet, unknown or for experts, node by node of the
//! tree and in total, with what every number was made of. Unknown is never counted as unmet, and what
//! is decided whatever is missing is said as decided.

use super::bounds::{decided, greatest, least, opened};
use super::exact::{Exact, Open, Span};
use super::gap::{Form, Gap};
use super::inputs::{Input, Unit};
use super::subject::{Said, Subject, Used};
use super::tree::{Comparator, Criterion, CriterionSet, Number, Test};

/// What became of a criterion, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// 不满足
    Unmet,
    /// 数据不足
    Unknown,
    /// 需专家评价
    Expert,
    /// 满足
    Met,
}

impl Status {
    /// Name, Chinese, English.
    pub const ALL: &'static [(Status, &'static str, &'static str, &'static str)] = &[
        (Status::Met, "MET", "满足", "It is met"),
        (Status::Unmet, "UNMET", "不满足", "It is not met"),
        (Status::Unknown, "UNKNOWN", "数据不足，不等于不满足", "Data are missing, which is not the same as not met"),
        (Status::Expert, "EXPERT", "需专家评价", "Experts have to judge it"),
    ];

    /// Its name in the schema, and in Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|row| row.0 == self).map_or(("UNKNOWN", ""), |row| (row.1, row.2))
    }

    fn of(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::Met,
            Some(false) => Self::Unmet,
            None => Self::Unknown,
        }
    }
}

/// What became of one node of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The operator, as the data name it.
    pub op: &'static str,
    /// What became of it.
    pub status: Status,
    /// What was measured, where a number was.
    pub measured: Option<Measured>,
    /// What is missing to the threshold, in whole units that hold the total.
    pub gap: Option<Gap>,
    /// How far it is from being met, in millionths of the threshold; 0 where it is not unmet.
    pub relative: i64,
    /// What it was made of.
    pub used: Vec<Used>,
    /// The nodes below.
    pub parts: Vec<Outcome>,
}

/// A number against its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub value: Span,
    /// Part and whole of a share, or the two of a ratio.
    pub form: Form,
    /// What it is counted in.
    pub unit: Unit,
    /// How it is compared.
    pub comparator: Comparator,
    /// With what.
    pub threshold: Span,
}

/// What became of a whole set.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Unmet where one is, else unknown where one is, else for experts where one is, else met.
    pub status: Status,
    /// What became of each criterion, in their order.
    pub outcomes: Vec<Outcome>,
}

impl Verdict {
    /// How many criteria came out so.
    pub fn count(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.status == status).count()
    }

    /// How far it is from being met in all, in millionths.
    pub fn relative(&self) -> i64 {
        self.outcomes.iter().fold(0, |sum, outcome| sum.saturating_add(outcome.relative))
    }
}

/// The whole of a relative gap: nothing of what is wanted is there.
const WHOLE: i64 = 1_000_000;

/// Try a set on a subject, as of a calendar year.
pub fn evaluate(set: &CriterionSet, subject: &dyn Subject, this_year: i32) -> Verdict {
    let trial = Trial { subject, bases: &set.bases, this_year };
    let outcomes: Vec<Outcome> = set.criteria.iter().map(|Criterion { test, .. }| trial.test(test)).collect();
    let status = outcomes.iter().map(|outcome| outcome.status).min().unwrap_or(Status::Unknown);
    Verdict { status, outcomes }
}

struct Trial<'t> {
    subject: &'t dyn Subject,
    bases: &'t [u16],
    this_year: i32,
}

/// A number with what it was made of.
struct Figured {
    span: Span,
    form: Form,
    unit: Unit,
}

impl Figured {
    fn plain(span: Span, unit: Unit) -> Self {
        Self { span, form: Form::Plain, unit }
    }
}

impl Outcome {
    fn leaf(op: &'static str, status: Status, used: Vec<Used>) -> Self {
        let relative = if status == Status::Unmet { WHOLE } else { 0 };
        Self { op, status, measured: None, gap: None, relative, used, parts: Vec::new() }
    }

    /// Inputs that were missing, each once.
    pub fn missing(&self) -> Vec<&Used> {
        let mut found: Vec<&Used> = Vec::new();
        let below = self.parts.iter().flat_map(Outcome::missing);
        let own = self.used.iter().filter(|used| !matches!(used.told.said, Some(Said::Number(_) | Said::Answer(_))));
        for used in own.chain(below) {
            if !found.iter().any(|known| (known.input.name, known.year) == (used.input.name, used.year)) {
                found.push(used);
            }
        }
        found
    }

    /// Every input that was used, in this node and below, each once.
    pub fn inputs(&self) -> Vec<&Used> {
        let mut found: Vec<&Used> = Vec::new();
        for used in self.used.iter().chain(self.parts.iter().flat_map(Outcome::inputs)) {
            if !found.iter().any(|known| (known.input.name, known.year) == (used.input.name, used.year)) {
                found.push(used);
            }
        }
        found
    }

    /// The gap that is nearest: its own, of alternatives the least, of several that must all be met the widest.
    pub fn nearest(&self) -> Option<&Gap> {
        let below = || self.parts.iter().filter(|part| part.status == Status::Unmet && part.nearest().is_some());
        let part = || match self.op {
            "any" => below().min_by_key(|part| part.relative),
            _ => below().max_by_key(|part| part.relative),
        };
        if self.status != Status::Unmet {
            return None;
        }
        self.gap.as_ref().or_else(|| part().and_then(Outcome::nearest))
    }
}

impl Trial<'_> {
    fn test(&self, test: &Test) -> Outcome {
        match test {
            Test::All(tests) => {
                let parts: Vec<Outcome> = tests.iter().map(|test| self.test(test)).collect();
                let status = parts.iter().map(|part| part.status).min().unwrap_or(Status::Unknown);
                let relative = parts.iter().fold(0_i64, |sum, part| sum.saturating_add(part.relative));
                let relative = if status == Status::Unmet { relative } else { 0 };
                Outcome { op: "all", status, measured: None, gap: None, relative, used: Vec::new(), parts }
            }
            Test::Any(tests) => {
                let parts: Vec<Outcome> = tests.iter().map(|test| self.test(test)).collect();
                let has = |status| parts.iter().any(|part| part.status == status);
                let order = [Status::Met, Status::Unknown, Status::Expert];
                let status = order.into_iter().find(|status| has(*status)).unwrap_or(Status::Unmet);
                let least = parts.iter().map(|part| part.relative).min().unwrap_or(0);
                let relative = if status == Status::Unmet { least } else { 0 };
                Outcome { op: "any", status, measured: None, gap: None, relative, used: Vec::new(), parts }
            }
            Test::Compare { value, comparator, threshold } => self.compare(value, *comparator, threshold),
            Test::Answer { input, year, wanted } => {
                let used = self.used(input, *year);
                let known = if let Some(Said::Answer(said)) = used.told.said { Some(said == *wanted) } else { None };
                Outcome::leaf("answer", Status::of(known), vec![used])
            }
            Test::Holds(schemes) => {
                let held: Vec<Option<bool>> = schemes.iter().map(|scheme| self.subject.holds(scheme)).collect();
                let any = if held.contains(&Some(true)) {
                    Some(true)
                } else if held.contains(&None) {
                    None
                } else {
                    Some(false)
                };
                Outcome::leaf("holds", Status::of(any), Vec::new())
            }
            Test::Classified(scheme) => {
                Outcome::leaf("classified", Status::of(self.subject.classified(scheme)), Vec::new())
            }
            Test::Expert => Outcome::leaf("expert", Status::Expert, Vec::new()),
            Test::Papers => Outcome::leaf("papers", Status::Unknown, Vec::new()),
        }
    }

    fn compare(&self, value: &Number, comparator: Comparator, threshold: &Number) -> Outcome {
        let mut used = Vec::new();
        let figured = self.number(value, &mut used);
        let asked = self.number(threshold, &mut used).span;
        let status = decided(figured.span, comparator, asked);
        let Figured { span, form, unit } = figured;
        let measured = Measured { value: span, form, unit, comparator, threshold: asked };
        let (gap, relative) = match status {
            Status::Unmet => (Gap::of(&measured), Gap::relative(&measured).unwrap_or(WHOLE)),
            _ => (None, 0),
        };
        Outcome { op: "compare", status, measured: Some(measured), gap, relative, used, parts: Vec::new() }
    }

    fn used(&self, input: &'static Input, year: i32) -> Used {
        if input.is_yearly() {
            let year = self.this_year + year;
            Used { input, year: Some(year), told: self.subject.figure(input, year, self.bases) }
        } else {
            Used { input, year: None, told: self.subject.fact(input) }
        }
    }

    /// A figure of one year, noted as used.
    fn figure(&self, input: &'static Input, year: i32, used: &mut Vec<Used>) -> Span {
        let one = self.used(input, year);
        let span = match one.told.said {
            Some(Said::Number(number)) => Span::known(number),
            Some(Said::AtLeast(number)) => Span::at_least(number),
            Some(Said::Answer(_)) | None => Span::MISSING,
        };
        if !used.contains(&one) {
            used.push(one);
        }
        span
    }

    /// Had it begun by that year, as far as anybody knows?
    fn had_begun(&self, year: i32) -> bool {
        self.subject.begun().is_none_or(|begun| begun <= self.this_year + year)
    }

    fn number(&self, number: &Number, used: &mut Vec<Used>) -> Figured {
        match number {
            Number::Constant(exact) => Figured::plain(Span::known(*exact), Unit::Points),
            Number::Figure { input, year, years } => {
                let each = (year - years + 1..=*year).filter(|year| self.had_begun(*year));
                let spans: Vec<Span> = each.map(|year| self.figure(input, year, used)).collect();
                let sum = spans.into_iter().reduce(|left, right| left.join(right, Exact::plus));
                Figured::plain(sum.unwrap_or(Span::MISSING), input.unit)
            }
            Number::Fact(input) => Figured::plain(self.figure(input, 0, used), input.unit),
            Number::Sum(parts) => {
                let (unit, sum) = self.fold(parts, used, |left, right| left.join(right, Exact::plus));
                Figured::plain(sum, unit)
            }
            Number::Greatest(parts) => {
                let (unit, most) = self.fold(parts, used, greatest);
                Figured::plain(most, unit)
            }
            Number::Least(parts) => {
                let (unit, least) = self.fold(parts, used, least);
                Figured::plain(least, unit)
            }
            Number::Share(part, whole) => self.quotient(part, whole, used, Form::Share),
            Number::Ratio(one, other) => self.quotient(one, other, used, Form::Ratio),
            Number::Growth { input, year } => Figured::plain(self.growth(input, *year, used), Unit::Share),
            Number::Bands { by, bands, below } => {
                let by = self.number(by, used).span;
                let mut gives: Option<Span> = None;
                // Every band that the number may lie in counts; one that it surely lies in ends the search.
                for band in bands {
                    let status = decided(by, band.comparator, Span::known(band.bound));
                    if status != Status::Unmet {
                        gives = Some(gives.map_or(band.gives, |known| known.hull(band.gives)));
                    }
                    if status == Status::Met {
                        return Figured::plain(opened(gives, by.open), Unit::Points);
                    }
                }
                let all = gives.map_or(*below, |known| known.hull(*below));
                Figured::plain(opened(Some(all), by.open), Unit::Points)
            }
            Number::Judged(from, to) => {
                Figured::plain(Span::between(Some(*from), Some(*to), Some(Open::Expert)), Unit::Points)
            }
        }
    }

    fn fold(&self, parts: &[Number], used: &mut Vec<Used>, both: fn(Span, Span) -> Span) -> (Unit, Span) {
        let figured: Vec<Figured> = parts.iter().map(|part| self.number(part, used)).collect();
        let unit = figured.iter().map(|one| one.unit).find(|unit| *unit != Unit::Points).unwrap_or(Unit::Points);
        let span = figured.into_iter().map(|one| one.span).reduce(both).unwrap_or(Span::MISSING);
        (unit, span)
    }

    fn quotient(&self, over: &Number, under: &Number, used: &mut Vec<Used>, form: fn(Exact, Exact) -> Form) -> Figured {
        let (over, under) = (self.number(over, used), self.number(under, used));
        // Persons by persons are a share; firms by square metres stay firms, as many as there are to one.
        let unit = if over.unit == under.unit { Unit::Share } else { over.unit };
        match (over.span.exact(), under.span.exact().filter(|under| under.is_positive())) {
            (Some(left), Some(right)) => {
                let span = left.per(right).map_or(Span::MISSING, Span::known);
                Figured { span, form: form(left, right), unit }
            }
            // Nothing is divided by what is not known, or by nothing at all.
            _ => Figured::plain(Span::MISSING, unit),
        }
    }

    /// ½ (second / first + third / second) − 1, of what there is of the three years since it began.
    fn growth(&self, input: &'static Input, year: i32, used: &mut Vec<Used>) -> Span {
        if !self.had_begun(year - 1) {
            return Span::known(Exact::ZERO);
        }
        let last = self.figure(input, year, used).exact();
        let middle = self.figure(input, year - 1, used).exact();
        let first = if self.had_begun(year - 2) { Some(self.figure(input, year - 2, used).exact()) } else { None };
        let (Some(last), Some(middle)) = (last, middle) else { return Span::MISSING };
        if !middle.is_positive() {
            return Span::known(Exact::ZERO);
        }
        let rate = |later: Exact, earlier: Exact| later.per(earlier)?.minus(Exact::ONE);
        let mean = match first {
            Some(None) => return Span::MISSING,
            Some(Some(first)) if first.is_positive() => {
                let half = Exact::of(1, 2).unwrap_or(Exact::ONE);
                rate(middle, first).zip(rate(last, middle)).and_then(|(one, two)| one.plus(two)?.times(half))
            }
            Some(Some(_)) | None => rate(last, middle),
        };
        mean.map_or(Span::MISSING, Span::known)
    }
}
