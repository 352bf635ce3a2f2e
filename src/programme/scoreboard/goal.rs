//! What a plan sets, and whether a number meets it: “突破” wants more, “达到” is met by the figure itself, a
//! range is met at its lower end, and where the text names no comparison it is read as at least, and said so.

use crate::domain::enumeration::records::COMPARATOR;
use crate::domain::{Attribute, Day, Id, PartialDate, RecordKind, Value};
use crate::graph::{EntityRow, Lens, Record};
use crate::programme::criteria::Exact;

/// How a target compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// 达到、以上、不低于
    AtLeast,
    /// 突破、超过
    MoreThan,
    /// a—b
    Range,
    /// Not stated.
    Unstated,
}

/// A bar and how it is to be passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// How it compares.
    pub comparison: Comparison,
    /// The least.
    pub floor: Option<Exact>,
    /// What is strived for.
    pub stretch: Option<Exact>,
    /// The upper end of a range.
    pub most: Option<Exact>,
}

/// What a plan sets for one region, indicator and period.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The number of its record.
    pub record: Id,
    /// The region it is set for.
    pub region: EntityRow,
    /// The term of the indicator.
    pub indicator: EntityRow,
    /// The year or day it is for.
    pub period: PartialDate,
    /// From when what adds up is counted.
    pub from: Option<Day>,
    /// What has to be reached, and how.
    pub bar: Bar,
    /// How it compares, as the permanent number in the list of comparators.
    pub comparator: u16,
    /// The words of the plan.
    pub text: String,
    /// Their line.
    pub line: Option<String>,
    /// The population, where the target names one.
    pub population: Option<String>,
}

impl Comparison {
    /// The one of that name in the list of comparators; at least where there is none.
    fn named(name: &str) -> Self {
        match name {
            "AT_LEAST" => Self::AtLeast,
            "MORE_THAN" => Self::MoreThan,
            "RANGE" => Self::Range,
            _ => Self::Unstated,
        }
    }
}

impl Bar {
    /// Is it met? None where there is no number, or nothing to compare with.
    pub fn is_met(&self, value: Option<Exact>) -> Option<bool> {
        let (value, floor) = (value?, self.floor?);
        Some(if self.comparison == Comparison::MoreThan { value > floor } else { value >= floor })
    }

    /// Is what is strived for reached? None where nothing is.
    pub fn is_stretch_met(&self, value: Option<Exact>) -> Option<bool> {
        Some(value? >= self.stretch?)
    }

    /// What is missing: nothing where it is met. Of things that are counted the next whole one is meant.
    pub fn missing(&self, value: Option<Exact>, counted: bool) -> Option<Exact> {
        let floor = self.floor?;
        if self.is_met(value)? {
            return Some(Exact::ZERO);
        }
        let short = floor.minus(value?)?;
        match (self.comparison, counted) {
            (Comparison::MoreThan, true) => Exact::of(short.floor() + 1, 1),
            (_, true) => Exact::of(short.ceiling(), 1),
            (_, false) => Some(short),
        }
    }
}

impl Goal {
    /// A record of the kind Target; none where it names no comparison, region or period.
    pub fn read(lens: &Lens<'_>, record: &Record) -> Option<Self> {
        let row = RecordKind::Target.row();
        let value = |name: &str| row.value(&record.values, name);
        let term = |name: &str| if let Some(Value::Term(id)) = value(name) { lens.node(*id) } else { None };
        let date = |name: &str| if let Some(Value::Date(date)) = value(name) { Some(*date) } else { None };
        let text = |name: &str| if let Some(Value::Text(text)) = value(name) { Some(text.clone()) } else { None };
        let number = |name: &str| match value(name) {
            Some(Value::Decimal(millionths)) => Exact::of(i128::from(*millionths), 1_000_000),
            _ => None,
        };
        let comparator = if let Some(Value::Code(tag)) = value("comparator") { *tag } else { 0 };
        let comparison = Comparison::named(COMPARATOR.by_tag(comparator)?.name);
        let (floor, stretch, most) = (number("floor"), number("stretch"), number("most"));
        Some(Self {
            record: record.fact.id,
            region: record.subject,
            indicator: term("indicator")?,
            period: date("period")?,
            from: date("periodFrom").map(PartialDate::first_day),
            bar: Bar { comparison, floor, stretch, most },
            comparator,
            text: text("text").unwrap_or_default(),
            line: text("line"),
            population: text("population"),
        })
    }

    /// The plan that a record of the kind Target belongs to.
    pub fn plan(lens: &Lens<'_>, record: &Record) -> Option<EntityRow> {
        let plan: &Attribute = RecordKind::Target.row().attribute("plan")?;
        match record.values.iter().find(|(tag, _)| *tag == plan.tag).map(|(_, value)| value) {
            Some(Value::Term(id)) => lens.node(*id),
            _ => None,
        }
    }

    /// The last day of its period.
    pub fn last_day(&self) -> Day {
        self.period.last_day()
    }
}

/// Of several goals for one region and indicator that which holds on a day: the next one due, else the last.
pub fn current<'g>(goals: impl Iterator<Item = &'g Goal>, day: Day) -> Option<&'g Goal> {
    let all: Vec<&Goal> = goals.collect();
    let due = all.iter().filter(|goal| goal.last_day() >= day).min_by_key(|goal| goal.last_day());
    due.or_else(|| all.iter().max_by_key(|goal| goal.last_day())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The target of that key, as the file of the plan has it.
    fn bar(key: &str) -> Bar {
        let lines = include_str!("../../../fixtures/codes/plan/targets.csv").lines();
        let cells: Vec<&str> =
            lines.map(|line| line.split(',').collect()).find(|cells: &Vec<&str>| cells[0] == key).expect(key);
        let [floor, stretch, most] = [7, 8, 9].map(|place| Exact::parse(cells[place]));
        Bar { comparison: Comparison::named(cells[6]), floor, stretch, most }
    }

    fn met(key: &str, numbers: [i64; 3]) -> [Option<bool>; 3] {
        numbers.map(|number| bar(key).is_met(Some(Exact::whole(number))))
    }

    const PASSED: [Option<bool>; 3] = [Some(false), Some(false), Some(true)];
    const REACHED: [Option<bool>; 3] = [Some(false), Some(true), Some(true)];

    #[test]
    fn at_just_below_and_just_above_every_target_of_the_plan() {
        // “突破”: the figure itself is not enough.
        for (key, figure) in [
            ("tgt-HNTE-2021", 150),
            ("tgt-GIANT-2017", 30),
            ("tgt-SME-2017", 800),
            ("tgt-SME-2019", 900),
            ("tgt-SME-2021", 1_000),
        ] {
            assert_eq!(met(key, [figure - 1, figure, figure + 1]), PASSED, "{key}");
        }
        // “达到”, “以上”, “确保”, ranges at their lower end, and figures without a word.
        for (key, figure) in [
            ("tgt-LEAD-2017", 1),
            ("tgt-LEAD-2019", 5),
            ("tgt-LEAD-2021", 10),
            ("tgt-HNTE-2017", 90),
            ("tgt-HNTE-2019", 125),
            ("tgt-HNTEADD-2021", 80),
            ("tgt-GIANT-2019", 60),
            ("tgt-GIANT-2021", 100),
            ("tgt-GIANTADD-2017", 10),
            ("tgt-GIANTADD-2021", 80),
            ("tgt-SMEADD-2021", 300),
            ("tgt-CARR-2017", 20),
            ("tgt-CARR-2019", 45),
            ("tgt-CARR-2021", 60),
            ("tgt-AREA-2017", 800_000),
            ("tgt-AREA-2019", 1_200_000),
            ("tgt-AREA-2021", 2_000_000),
            ("tgt-INCB-2017", 500),
            ("tgt-INCB-2019", 700),
            ("tgt-INCB-2021", 900),
            ("tgt-TRAIN-CITY-2021", 2),
            ("tgt-TRAIN-410702-2021", 3),
        ] {
            assert_eq!(met(key, [figure - 1, figure, figure + 1]), REACHED, "{key}");
        }
        assert_eq!(bar("tgt-HNTE-2021").is_met(None), None);
    }

    #[test]
    fn floor_and_stretch_are_two_things() {
        let ninety = Some(Exact::whole(90));
        let bar = bar("tgt-HNTE-2017");
        assert_eq!((bar.is_met(ninety), bar.is_stretch_met(ninety)), (Some(true), Some(false)));
        assert_eq!([99, 100].map(|count| bar.is_stretch_met(Some(Exact::whole(count)))), [Some(false), Some(true)]);
    }

    #[test]
    fn shares_are_not_rounded_up() {
        let zone = bar("tgt-HNTEHZ-2017");
        assert_eq!(
            [(35, 100), (34, 98), (350_001, 1_000_000)].map(|(one, all)| zone.is_met(Exact::of(one, all))),
            [Some(true), Some(false), Some(true)]
        );
        for (key, at, below) in [
            ("tgt-VAG-2017", "0.11", "0.109999"),
            ("tgt-VAG-2021", "0.11", "0.109999"),
            ("tgt-VAS-2021", "0.45", "0.449999"),
        ] {
            assert_eq!([at, below].map(|text| bar(key).is_met(Exact::parse(text))), [Some(true), Some(false)], "{key}");
        }
    }

    #[test]
    fn what_is_missing_is_the_next_whole_one() {
        let missing = |key: &str, number: i64| bar(key).missing(Some(Exact::whole(number)), true);
        assert_eq!(missing("tgt-HNTE-2021", 150), Some(Exact::ONE));
        assert_eq!(missing("tgt-HNTE-2021", 148), Some(Exact::whole(3)));
        assert_eq!(missing("tgt-HNTE-2021", 151), Some(Exact::ZERO));
        assert_eq!(missing("tgt-HNTE-2019", 120), Some(Exact::whole(5)));
        assert_eq!(bar("tgt-AREA-2017").missing(Exact::parse("799999.5"), false), Exact::parse("0.5"));
    }
}
