//! From JSON to a set of criteria, or what is wrong with it and where. What this does not know is
//! refused, never passed over.

use serde_json::{Map, Value};

use super::exact::{Exact, Open, Span};
use super::flaw::Flaw;
use super::inputs::Input;
use super::size::{MOST_CRITERIA, MOST_NODES, nodes, within};
use super::tree::{Band, Comparator, Criterion, CriterionSet, Number, Test};
use crate::domain::enumeration::records::YEAR_BASIS;
use crate::domain::{Kind, PartialDate, Validity};

/// How deep trees may be.
const DEEPEST: usize = 12;
/// How far back figures may lie, in years.
const EARLIEST: i64 = -10;

/// The names of the operators.
pub const OPERATORS: &[&str] = &[
    "all",
    "any",
    "compare",
    "answer",
    "holds",
    "classified",
    "expert",
    "papers",
    "constant",
    "figure",
    "fact",
    "sum",
    "share",
    "ratio",
    "growth",
    "bands",
    "greatest",
    "least",
    "judged",
];

/// Read a set.
pub fn set(text: &str) -> Result<CriterionSet, Flaw> {
    let value: Value = serde_json::from_str(text).map_err(|cause| {
        Flaw::new(
            "CRITERIA_NOT_JSON",
            "",
            format!("不是 JSON：{cause}。请检查引号和逗号。"),
            format!("No JSON: {cause}."),
        )
    })?;
    let fields = value.as_object().ok_or_else(|| Flaw::missing("", "{…}"))?;
    let known = [
        "scheme",
        "label",
        "version",
        "validFrom",
        "validTo",
        "document",
        "title",
        "source",
        "verified",
        "kinds",
        "bases",
        "criteria",
    ];
    only("", fields, &known)?;
    let kinds = names(fields, "kinds")?.into_iter().map(|name| {
        Kind::all().find(|kind| kind.row().code == name).ok_or_else(|| {
            Flaw::new(
                "CRITERIA_KIND_UNKNOWN",
                "kinds",
                format!("没有“{name}”这种对象。"),
                format!("There is no kind {name}."),
            )
        })
    });
    let bases = names(fields, "bases")?.into_iter().map(|name| {
        YEAR_BASIS.by_name(&name).map(|code| code.tag).ok_or_else(|| {
            Flaw::new(
                "CRITERIA_BASIS_UNKNOWN",
                "bases",
                format!("没有“{name}”这种口径。"),
                format!("There is no basis {name}."),
            )
        })
    });
    let mut set = CriterionSet {
        scheme: text_of("", fields, "scheme")?,
        label: text_of("", fields, "label")?,
        version: text_of("", fields, "version")?,
        valid: Validity { from: date(fields, "validFrom")?, to: date(fields, "validTo")? },
        document: text_of("", fields, "document")?,
        title: text_of("", fields, "title")?,
        source: text_of("", fields, "source")?,
        verified: flag("", fields, "verified")?,
        kinds: kinds.collect::<Result<_, _>>()?,
        bases: bases.collect::<Result<_, _>>()?,
        criteria: Vec::new(),
    };
    if set.valid.from.is_none() || !set.valid.is_ordered() {
        return Err(Flaw::new(
            "CRITERIA_VALIDITY",
            "validFrom",
            "要写明从哪天施行，且早于失效日期。",
            "State from when it is in force, before the day it ends.",
        ));
    }
    let list =
        fields.get("criteria").and_then(Value::as_array).filter(|list| !list.is_empty() && !set.kinds.is_empty());
    let list = list.ok_or_else(|| Flaw::missing("", "criteria、kinds"))?;
    within("criteria", list.len(), MOST_CRITERIA)?;
    for (place, value) in list.iter().enumerate() {
        let criterion = criterion(&format!("criteria[{place}]"), value, &set)?;
        set.criteria.push(criterion);
    }
    Ok(set)
}

fn criterion(place: &str, value: &Value, set: &CriterionSet) -> Result<Criterion, Flaw> {
    let fields = value.as_object().ok_or_else(|| Flaw::missing(place, "{…}"))?;
    only(place, fields, &["number", "label", "text", "english", "test", "remedy", "source", "verified"])?;
    let number = text_of(place, fields, "number")?;
    if set.criteria.iter().any(|other| other.number == number) {
        let (zh, en) = (format!("第 {number} 条写了两次。"), format!("Criterion {number} stands twice."));
        return Err(Flaw::new("CRITERIA_NUMBER_TWICE", place, zh, en));
    }
    let tested = fields.get("test").ok_or_else(|| Flaw::missing(place, "test"))?;
    let reader = Reader { kinds: &set.kinds };
    Ok(Criterion {
        number,
        label: text_of(place, fields, "label")?,
        text: text_of(place, fields, "text")?,
        english: text_of(place, fields, "english")?,
        test: reader.test(&format!("{place}.test"), tested, 0)?,
        remedy: fields.get("remedy").and_then(Value::as_str).map(str::to_owned),
        source: fields.get("source").and_then(Value::as_str).map(str::to_owned),
        verified: match fields.get("verified") {
            None => set.verified,
            Some(_) => flag(place, fields, "verified")?,
        },
    })
}

/// Reads trees about nodes of these kinds.
pub struct Reader<'k> {
    /// The kinds.
    pub kinds: &'k [Kind],
}

impl Reader<'_> {
    /// A test.
    pub fn test(&self, place: &str, value: &Value, depth: usize) -> Result<Test, Flaw> {
        let (op, fields) = operator(place, value, depth)?;
        if depth == 0 {
            within(place, nodes(value), MOST_NODES)?;
        }
        match op {
            "all" | "any" => {
                only(place, fields, &["op", "of"])?;
                let tests = list(place, fields, "of")?;
                let tests =
                    tests.iter().enumerate().map(|(at, one)| self.test(&format!("{place}.of[{at}]"), one, depth + 1));
                let tests = tests.collect::<Result<_, _>>()?;
                Ok(if op == "all" { Test::All(tests) } else { Test::Any(tests) })
            }
            "compare" => {
                only(place, fields, &["op", "value", "is", "threshold"])?;
                let comparator = Comparator::by_name(&text_of(place, fields, "is")?);
                Ok(Test::Compare {
                    value: Box::new(self.part(place, fields, "value", depth)?),
                    comparator: comparator.ok_or_else(|| bad_operator(place, "is"))?,
                    threshold: Box::new(self.part(place, fields, "threshold", depth)?),
                })
            }
            "answer" => {
                only(place, fields, &["op", "input", "year", "wanted"])?;
                let input = self.input(place, fields)?;
                if !input.unit.is_answer() {
                    return Err(wrong_input(place, input.name));
                }
                let year = if input.is_yearly() { year(place, fields)? } else { 0 };
                Ok(Test::Answer { input, year, wanted: flag(place, fields, "wanted")? })
            }
            "holds" => {
                only(place, fields, &["op", "schemes"])?;
                let schemes = names(fields, "schemes")?;
                if schemes.is_empty() { Err(Flaw::missing(place, "schemes")) } else { Ok(Test::Holds(schemes)) }
            }
            "classified" => {
                only(place, fields, &["op", "in"])?;
                Ok(Test::Classified(text_of(place, fields, "in")?))
            }
            "expert" | "papers" => {
                only(place, fields, &["op"])?;
                Ok(if op == "expert" { Test::Expert } else { Test::Papers })
            }
            other => Err(bad_operator(place, other)),
        }
    }

    fn number(&self, place: &str, value: &Value, depth: usize) -> Result<Number, Flaw> {
        let (op, fields) = operator(place, value, depth)?;
        let all = |of: &str| {
            let numbers = list(place, fields, of)?;
            let each = |(at, one)| self.number(&format!("{place}.{of}[{at}]"), one, depth + 1);
            numbers.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()
        };
        let two =
            || Ok((Box::new(self.part(place, fields, "of", depth)?), Box::new(self.part(place, fields, "to", depth)?)));
        let allowed: &[&str] = match op {
            "constant" => &["op", "is"],
            "figure" => &["op", "input", "year", "years"],
            "growth" => &["op", "input", "year"],
            "fact" => &["op", "input"],
            "share" | "ratio" => &["op", "of", "to"],
            "bands" => &["op", "by", "bands", "below"],
            "judged" => &["op", "from", "to"],
            "sum" | "greatest" | "least" => &["op", "of"],
            other => return Err(bad_operator(place, other)),
        };
        only(place, fields, allowed)?;
        match op {
            "constant" => exact(place, fields, "is").map(Number::Constant),
            "figure" | "growth" => {
                let input = self.input(place, fields)?;
                if input.unit.is_answer() || !input.is_yearly() {
                    return Err(wrong_input(place, input.name));
                }
                let year = year(place, fields)?;
                let years = fields.get("years").map_or(Some(1), Value::as_i64).filter(|years| (1..=5).contains(years));
                let years = years.ok_or_else(|| Flaw::missing(place, "years（1—5）"))? as i32;
                Ok(if op == "figure" { Number::Figure { input, year, years } } else { Number::Growth { input, year } })
            }
            "fact" => {
                let input = self.input(place, fields)?;
                if input.unit.is_answer() || input.is_yearly() {
                    return Err(wrong_input(place, input.name));
                }
                Ok(Number::Fact(input))
            }
            "sum" => all("of").map(Number::Sum),
            "greatest" => all("of").map(Number::Greatest),
            "least" => all("of").map(Number::Least),
            "share" => two().map(|(part, whole)| Number::Share(part, whole)),
            "ratio" => two().map(|(one, other)| Number::Ratio(one, other)),
            "judged" => Ok(Number::Judged(exact(place, fields, "from")?, exact(place, fields, "to")?)),
            _ => {
                let by = Box::new(self.part(place, fields, "by", depth)?);
                let below = gives(place, fields, "below")?;
                let rows = list(place, fields, "bands")?;
                let bands = rows.iter().enumerate().map(|(at, row)| band(&format!("{place}.bands[{at}]"), row));
                let bands: Vec<Band> = bands.collect::<Result<_, _>>()?;
                if bands.windows(2).any(|pair| pair[0].bound < pair[1].bound) {
                    let (zh, en) = ("各档要从高到低排列。", "Bands stand from the highest to the lowest.");
                    return Err(Flaw::new("CRITERIA_BANDS", place, zh, en));
                }
                Ok(Number::Bands { by, bands, below })
            }
        }
    }

    fn part(&self, place: &str, fields: &Map<String, Value>, name: &str, depth: usize) -> Result<Number, Flaw> {
        let value = fields.get(name).ok_or_else(|| Flaw::missing(place, name))?;
        self.number(&format!("{place}.{name}"), value, depth + 1)
    }

    fn input(&self, place: &str, fields: &Map<String, Value>) -> Result<&'static Input, Flaw> {
        let name = text_of(place, fields, "input")?;
        let known = Input::by_name(&name).filter(|input| self.kinds.iter().any(|kind| input.fits(*kind)));
        known.ok_or_else(|| {
            Flaw::new(
                "CRITERIA_INPUT_UNKNOWN",
                place,
                format!("没有“{name}”这个输入项，或这种对象没有这一项。可用的输入项见 docs/programme.md。"),
                format!("There is no input {name} for such nodes. Those there are stand in docs/programme.md."),
            )
        })
    }
}

fn band(place: &str, value: &Value) -> Result<Band, Flaw> {
    let fields = value.as_object().ok_or_else(|| Flaw::missing(place, "{…}"))?;
    only(place, fields, &["at_least", "more_than", "gives"])?;
    let (name, comparator) = if fields.contains_key("at_least") {
        ("at_least", Comparator::AtLeast)
    } else {
        ("more_than", Comparator::MoreThan)
    };
    Ok(Band { comparator, bound: exact(place, fields, name)?, gives: gives(place, fields, "gives")? })
}

/// One number, or two between which experts choose.
fn gives(place: &str, fields: &Map<String, Value>, name: &str) -> Result<Span, Flaw> {
    match fields.get(name) {
        Some(Value::Array(ends)) => {
            let numbers: Option<Vec<Exact>> = ends.iter().map(|end| end.as_str().and_then(Exact::parse)).collect();
            match numbers.as_deref() {
                Some([low, high]) if low <= high => Ok(Span::between(Some(*low), Some(*high), Some(Open::Expert))),
                _ => Err(Flaw::missing(place, name)),
            }
        }
        _ => exact(place, fields, name).map(Span::known),
    }
}

fn operator<'v>(place: &str, value: &'v Value, depth: usize) -> Result<(&'v str, &'v Map<String, Value>), Flaw> {
    if depth > DEEPEST {
        let (zh, en) = (format!("条件嵌套超过 {DEEPEST} 层。"), format!("A tree is deeper than {DEEPEST}."));
        return Err(Flaw::new("CRITERIA_TOO_DEEP", place, zh, en));
    }
    let fields = value.as_object().ok_or_else(|| Flaw::missing(place, "{…}"))?;
    let op = fields.get("op").and_then(Value::as_str).ok_or_else(|| Flaw::missing(place, "op"))?;
    Ok((op, fields))
}

fn bad_operator(place: &str, op: &str) -> Flaw {
    Flaw::new(
        "CRITERIA_OPERATOR_UNKNOWN",
        place,
        format!("“{op}”不是这里可用的运算。可用的有：{}。", OPERATORS.join("、")),
        format!("“{op}” is no operator that may stand here. There are: {}.", OPERATORS.join(", ")),
    )
}

fn wrong_input(place: &str, name: &str) -> Flaw {
    Flaw::new(
        "CRITERIA_INPUT_UNFIT",
        place,
        format!("输入项“{name}”不能用在这里：是否题用 answer，年度数据用 figure，其他事实用 fact。"),
        format!(
            "The input {name} does not fit here: answer is for yes or no, figure for figures of a year, fact for the rest."
        ),
    )
}

fn only(place: &str, fields: &Map<String, Value>, known: &[&str]) -> Result<(), Flaw> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Flaw::new(
            "CRITERIA_FIELD_UNKNOWN",
            place,
            format!("没有“{name}”这一项。可用的有：{}。", known.join("、")),
            format!("There is no field {name}. There are: {}.", known.join(", ")),
        )),
    }
}

fn text_of(place: &str, fields: &Map<String, Value>, name: &str) -> Result<String, Flaw> {
    let text = fields.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| Flaw::missing(place, name))
}

fn flag(place: &str, fields: &Map<String, Value>, name: &str) -> Result<bool, Flaw> {
    fields.get(name).and_then(Value::as_bool).ok_or_else(|| Flaw::missing(place, name))
}

fn exact(place: &str, fields: &Map<String, Value>, name: &str) -> Result<Exact, Flaw> {
    fields.get(name).and_then(Value::as_str).and_then(Exact::parse).ok_or_else(|| Flaw::missing(place, name))
}

fn year(place: &str, fields: &Map<String, Value>) -> Result<i32, Flaw> {
    let year = fields.get("year").and_then(Value::as_i64).filter(|year| (EARLIEST..=0).contains(year));
    year.and_then(|year| i32::try_from(year).ok()).ok_or_else(|| Flaw::missing(place, "year（-10—0）"))
}

fn list<'v>(place: &str, fields: &'v Map<String, Value>, name: &str) -> Result<&'v [Value], Flaw> {
    let list = fields.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    list.map(Vec::as_slice).ok_or_else(|| Flaw::missing(place, name))
}

fn names(fields: &Map<String, Value>, name: &str) -> Result<Vec<String>, Flaw> {
    let Some(value) = fields.get(name) else { return Ok(Vec::new()) };
    let texts = value.as_array().and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    texts.ok_or_else(|| Flaw::missing("", name))
}

fn date(fields: &Map<String, Value>, name: &str) -> Result<Option<PartialDate>, Flaw> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            value.as_str().and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| Flaw::missing("", name))
        }
    }
}
