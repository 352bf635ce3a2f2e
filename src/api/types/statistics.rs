//! Counting: what a list holds, by one or two keys, with sums. The root field `statistics` and the
//! `facets` of a list are the same count over the same things.
//!
//! A thing with several values of a key counts once in each of their cells and once in the total.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_graphql::{Name, Value as Gql};

use super::counted::Counted;
use super::def::{Cx, Object, Out};
use super::figures::{self, Choice};
use super::filter::Of;
use super::group::{Key, Slot, held, node_of};
use super::opening::{Opening, WholeList, opening};
use super::page::{self, Page};
use super::resolve::Args;
use super::slots::FROM_APPLICATIONS;
use super::small_cells::{self, Counts, withhold};
use crate::api::error::ApiError;
use crate::domain::rejection::clip;
use crate::domain::{Attribute, Day, Id, Sensitivity, Value, ValueType};
use crate::graph::Record;

/// Attributes that one question adds up.
pub const MOST_SUMS: usize = 8;

/// Keys of one question.
pub const MOST_KEYS: usize = 2;

/// What to count by.
pub struct Asked {
    keys: Vec<Key>,
    sums: Vec<&'static Attribute>,
}

/// The answer.
pub struct Statistics {
    /// What was counted, in both languages.
    pub definition: (String, String),
    /// The day.
    pub day: Day,
    /// How many things; none where that is withheld.
    pub total: Option<usize>,
    /// The sums over all of them.
    pub sums: Vec<Sum>,
    /// Different sources of what was counted.
    pub sources: usize,
    /// The latest of their dates.
    pub latest: Option<String>,
    /// Of yearly figures, the bases of what was counted.
    pub bases: Vec<&'static str>,
    /// Rows that were not counted because another of the same holder and year was; none where that is withheld.
    pub left_out: Option<usize>,
    /// Cells in all pages.
    pub cells: usize,
    /// Was anything left out because too much would have been done?
    pub truncated: bool,
    /// The page of cells.
    pub page: Page,
}

/// A sum.
#[derive(Clone)]
pub struct Sum {
    /// What was added up.
    pub attribute: &'static Attribute,
    /// The sum in its smallest unit; none where nobody knows any of it, or where it is withheld.
    pub sum: Option<i128>,
    /// How many had a value; none where that is withheld.
    pub known: Option<usize>,
}

/// A cell.
pub struct Cell {
    /// Key, value, Chinese and English of each of its groups.
    pub groups: Vec<[String; 4]>,
    /// How many; none where that is withheld.
    pub count: Option<usize>,
    /// Its sums.
    pub sums: Vec<Sum>,
    /// What lists it; none where it is withheld, or where no root field could.
    pub opens: Option<Opening>,
}

/// A cell while it is being counted.
#[derive(Clone, Default)]
struct Tally {
    count: usize,
    is_guarded: bool,
    sums: Vec<(i128, usize)>,
}

/// The whole table while it is being counted.
#[derive(Default)]
struct Table {
    cells: BTreeMap<Vec<Slot>, Tally>,
    total: Tally,
    sources: BTreeSet<Id>,
    bases: BTreeSet<u16>,
    is_cut: bool,
}

impl Asked {
    /// Read keys and sums of what is counted.
    pub fn read(counted: Counted, keys: &[String], sums: &[String]) -> Result<Self, ApiError> {
        if !(1..=MOST_KEYS).contains(&keys.len()) || keys.iter().collect::<BTreeSet<_>>().len() < keys.len() {
            return Err(ApiError::new(
                "GROUP_KEYS",
                "请给出一个或两个不同的分组键。",
                "Give one or two different keys to group by.",
            ));
        }
        if sums.len() > MOST_SUMS {
            return Err(ApiError::new(
                "TOO_MANY_SUMS",
                format!("一次最多对 {MOST_SUMS} 个字段求和。请分几次查。"),
                format!("At most {MOST_SUMS} attributes are added up at once. Ask in parts."),
            ));
        }
        let keys = keys.iter().map(|key| Key::read(counted, key)).collect::<Result<_, _>>()?;
        let sums = sums.iter().map(|name| summed(counted, name)).collect::<Result<_, _>>()?;
        Ok(Self { keys, sums })
    }

    /// Attributes that not everybody may see, among keys, sums and conditions.
    fn guarded(&self, listed: &WholeList) -> Vec<&'static Attribute> {
        let mut names = BTreeSet::new();
        listed.arguments.values().for_each(|value| named(value, &mut names));
        let is_derived = |name: &str| name == FROM_APPLICATIONS.name && listed.counted.are_certificates();
        let conditions = names.into_iter().filter_map(|name| {
            if is_derived(name) { Some(&FROM_APPLICATIONS) } else { listed.counted.attribute(name.split('.').next()?) }
        });
        let own = self.keys.iter().filter_map(Key::guard).chain(self.sums.iter().copied());
        own.chain(conditions).filter(|attribute| attribute.sensitivity > Sensitivity::Public).collect()
    }

    fn definition(&self, listed: &WholeList, day: Day) -> (String, String) {
        let ((zh, en), is_filtered) = (listed.counted.label(), listed.is_narrowed());
        let words: Vec<(String, String)> = self.keys.iter().map(Key::words).collect();
        let part = |take: fn(&(String, String)) -> &str| words.iter().map(take).collect::<Vec<_>>();
        let sums = |take: fn(&Attribute) -> &'static str| self.sums.iter().map(|row| take(row)).collect::<Vec<_>>();
        let mut told = (
            format!(
                "{zh}的数量，按 {day} 有效的事实{}；分组：{}",
                if is_filtered { "，符合给出的筛选条件" } else { "" },
                part(|words| &words.0).join("、")
            ),
            format!(
                "Number of {} by the facts valid on {day}{}; grouped by {}",
                en.to_lowercase(),
                if is_filtered { ", narrowed by the filter given" } else { "" },
                part(|words| &words.1).join(" and by ")
            ),
        );
        if !self.sums.is_empty() {
            told.0 += &format!("；求和：{}，只加有值的", sums(|row| row.zh).join("、"));
            told.1 += &format!("; added up where known: {}", sums(|row| row.en).join(", "));
        }
        if let Some((zh, en)) = listed.choice.map(Choice::words) {
            told.0 += &format!("；{zh}");
            told.1 += &format!("; {en}");
        }
        told.0 += "。一个对象有几个值的，每格各计一次，总数只计一次；未知单列一格，不计为否。";
        told.1 += ". What has several values counts once in each cell and once in the total; unknown is a cell of its own and never a no.";
        told
    }
}

/// Names of fields and of keys that stand in a filter.
fn named<'v>(value: &'v Gql, found: &mut BTreeSet<&'v str>) {
    match value {
        Gql::Object(fields) => {
            found.extend(fields.keys().map(Name::as_str));
            fields.values().for_each(|field| named(field, found));
        }
        Gql::List(list) => list.iter().for_each(|value| named(value, found)),
        Gql::String(text) => {
            found.insert(text);
        }
        _ => {}
    }
}

fn summed(counted: Counted, name: &str) -> Result<&'static Attribute, ApiError> {
    let can_sum = |attribute: &Attribute| {
        matches!(attribute.value_type, ValueType::Money | ValueType::Area | ValueType::Integer(..))
    };
    counted.attribute(name).filter(|attribute| can_sum(attribute)).ok_or_else(|| {
        let known = counted.attributes().iter().filter(|attribute| can_sum(attribute)).map(|row| row.name);
        let known = known.collect::<Vec<_>>().join("、");
        ApiError::new(
            "UNKNOWN_SUM",
            format!("{}不能对“{}”求和。可用：{known}。", counted.label().0, clip(name)),
            format!("“{}” of {} cannot be added up. Known: {known}.", clip(name), counted.label().1.to_lowercase()),
        )
    })
}

/// The thing that an object of a list is.
fn thing(object: &Object) -> Option<Of<'_>> {
    match object {
        Object::Node(node) => Some(Of::Node(*node)),
        Object::Data(_, data) => data.downcast_ref::<Arc<Record>>().map(|record| Of::Record(record)),
        Object::Edge(_) | Object::Tie(_) => None,
    }
}

/// Count a list.
pub fn count(cx: &Cx<'_>, args: &Args<'_>, listed: &WholeList, asked: &Asked) -> Result<Out, ApiError> {
    let table = tally(cx, listed, asked);
    let cells = cells(cx, listed, asked, &table);
    let (total, sums) = total(&cells);
    let date = |id: &Id| match cx.lens.source(*id)?.named("date") {
        Some(Value::Date(date)) => Some((date.first_day(), date.to_string())),
        _ => None,
    };
    let keys: Vec<&str> = asked.keys.iter().map(|key| key.text.as_str()).collect();
    let names: Vec<&str> = asked.sums.iter().map(|attribute| attribute.name).collect();
    let scope = format!(
        "statistics/{}/{keys:?}/{names:?}/{}/{}/{:?}",
        listed.counted.field(),
        Gql::Object(listed.arguments.clone()),
        cx.lens.day,
        cx.lens.rights()
    );
    let key = |number: usize| cells.shown.get(number).map_or_else(String::new, |(order, _)| order.clone());
    let item = |number: usize| match cells
        .shown
        .get(number)
        .map(|(_, cell)| cx.types.data("StatisticsCell", Arc::clone(cell)))
    {
        Some(Out::Object(object)) => object,
        _ => Object::Data(usize::MAX, Arc::new(())),
    };
    let page = page::cut(cx, args, &scope, "", (cells.shown.len(), &key, &item))?;
    let answer = Statistics {
        definition: asked.definition(listed, cx.lens.day),
        day: cx.lens.day,
        total,
        sums,
        sources: table.sources.len(),
        latest: table.sources.iter().filter_map(date).max().map(|(_, text)| text),
        bases: figures::names(&table.bases),
        left_out: left_out(cx, listed, asked, total.is_none()),
        cells: cells.shown.len(),
        truncated: table.is_cut || listed.truncated || page.truncated,
        page,
    };
    Ok(cx.types.data("Statistics", answer))
}

/// How many rows were left out. Small numbers of what is guarded are withheld as cells are.
fn left_out(cx: &Cx<'_>, listed: &WholeList, asked: &Asked, is_withheld: bool) -> Option<usize> {
    let (count, guarded) = (listed.left_out.len(), asked.guarded(listed));
    let mut things = listed.left_out.iter().filter_map(thing);
    let is_small = is_withheld || (1..small_cells::FEWEST as usize).contains(&count);
    let is_guarded = count > 0 && is_small && things.any(|of| is_guarded(cx, of, &guarded));
    (!is_guarded).then_some(count)
}

/// Are small counts of it withheld from whoever asks?
fn is_guarded(cx: &Cx<'_>, of: Of<'_>, guarded: &[&'static Attribute]) -> bool {
    let node = node_of(cx, of);
    let may_see = |attribute: &&Attribute| cx.lens.may_see_of(node, attribute.sensitivity);
    cx.lens.rights().binds_small_cells(cx.lens.place_of(node))
        && (Counted::is_guarded(cx, of) || guarded.iter().any(may_see))
}

fn tally(cx: &Cx<'_>, listed: &WholeList, asked: &Asked) -> Table {
    let (guarded, most) = (asked.guarded(listed), cx.limits.statistics_cells as usize);
    let each = (asked.keys.len() + asked.sums.len()) as u64;
    let mut table = Table::default();
    for of in listed.things.iter().filter_map(thing).take_while(|_| cx.lens.budget().spend(each)) {
        let is_guarded = is_guarded(cx, of, &guarded);
        let values: Vec<Option<i128>> =
            asked.sums.iter().map(|attribute| held(cx, of, attribute).and_then(amount)).collect();
        let fact = match of {
            Of::Node(node) => &cx.lens.entity(node).fact,
            Of::Record(record) => &record.fact,
        };
        table.sources.insert(fact.provenance.source);
        if let Of::Record(record) = of {
            table.bases.extend(listed.choice.and_then(|_| figures::basis(record)));
        }
        table.total.add(is_guarded, &values);
        for place in places(cx, of, &asked.keys) {
            if table.cells.len() >= most && !table.cells.contains_key(&place) {
                table.is_cut = true;
                continue;
            }
            table.cells.entry(place).or_default().add(is_guarded, &values);
        }
    }
    table
}

/// The cells that a thing stands in.
fn places(cx: &Cx<'_>, of: Of<'_>, keys: &[Key]) -> Vec<Vec<Slot>> {
    let mut places = vec![Vec::new()];
    for key in keys {
        let slots = key.slots(cx, of);
        let with =
            |place: &Vec<Slot>| slots.iter().map(|slot| [place.as_slice(), &[*slot]].concat()).collect::<Vec<_>>();
        places = places.iter().flat_map(with).collect();
    }
    places
}

fn amount(value: &Value) -> Option<i128> {
    match value {
        Value::Money(number) | Value::Area(number) | Value::Integer(number) => Some(i128::from(*number)),
        _ => None,
    }
}

impl Tally {
    fn add(&mut self, is_guarded: bool, values: &[Option<i128>]) {
        self.count += 1;
        self.is_guarded |= is_guarded;
        self.sums.resize(values.len(), (0, 0));
        for (sum, value) in self.sums.iter_mut().zip(values) {
            if let Some(value) = value {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
    }
}

/// Cells as they are shown, and what remains of the totals.
struct Shown {
    shown: Vec<(String, Arc<Cell>)>,
    total: Option<usize>,
    sums: Vec<Sum>,
}

fn total(cells: &Shown) -> (Option<usize>, Vec<Sum>) {
    (cells.total, cells.sums.clone())
}

fn cells(cx: &Cx<'_>, listed: &WholeList, asked: &Asked, table: &Table) -> Shown {
    let all: Vec<(&Vec<Slot>, &Tally)> = table.cells.iter().collect();
    let lines = lines(&all);
    let counts = |of: &dyn Fn(&Tally) -> usize, withheld: &[bool]| -> Vec<Counts> {
        let each = all.iter().enumerate();
        each.map(|(place, (_, tally))| Counts {
            count: of(tally) as u64,
            is_guarded: tally.is_guarded,
            is_withheld: withheld.get(place) == Some(&true),
        })
        .collect()
    };
    let whole = withhold(&counts(&|tally| tally.count, &[]), table.total.count as u64, &lines);
    let mut sums: Vec<(Sum, Vec<Sum>)> = Vec::new();
    for (number, attribute) in asked.sums.iter().copied().enumerate() {
        let of = |tally: &Tally| tally.sums.get(number).copied().unwrap_or_default();
        let known = |tally: &Tally| of(tally).1;
        let hidden = withhold(&counts(&known, &whole.cells), known(&table.total) as u64, &lines);
        let show = |tally: &Tally, is_withheld: bool| {
            let (sum, known) = of(tally);
            let known = (!is_withheld).then_some(known);
            Sum { attribute, sum: known.filter(|known| *known > 0).map(|_| sum), known }
        };
        let each = all.iter().zip(&hidden.cells).map(|((_, tally), is_withheld)| show(tally, *is_withheld)).collect();
        sums.push((show(&table.total, hidden.total || whole.total), each));
    }
    let mut shown: Vec<(String, Arc<Cell>)> = Vec::new();
    for (number, (slots, tally)) in all.iter().enumerate() {
        let is_withheld = whole.cells.get(number) == Some(&true);
        let with_keys = || asked.keys.iter().zip(slots.iter().copied());
        let cell = Cell {
            groups: with_keys().map(|(key, slot)| group(cx, key, slot)).collect(),
            count: (!is_withheld).then_some(tally.count),
            sums: sums.iter().filter_map(|(_, each)| each.get(number).cloned()).collect(),
            opens: (!is_withheld && listed.can_be_opened(cx)).then(|| opening(cx, listed, with_keys())),
        };
        let order: Vec<String> = with_keys().map(|(key, slot)| key.order(cx, slot)).collect();
        shown.push((order.join("\u{1}"), Arc::new(cell)));
    }
    shown.sort_by(|left, right| left.0.cmp(&right.0));
    let total = (!whole.total).then_some(table.total.count);
    Shown { shown, total, sums: sums.into_iter().map(|(sum, _)| sum).collect() }
}

/// The rows and columns of a table of two keys, by numbers of cells.
fn lines(cells: &[(&Vec<Slot>, &Tally)]) -> Vec<Vec<usize>> {
    let mut lines: BTreeMap<(usize, Slot), Vec<usize>> = BTreeMap::new();
    for (number, (slots, _)) in cells.iter().enumerate().filter(|(_, (slots, _))| slots.len() > 1) {
        for (key, slot) in slots.iter().enumerate() {
            lines.entry((key, *slot)).or_default().push(number);
        }
    }
    lines.into_values().collect()
}

fn group(cx: &Cx<'_>, key: &Key, slot: Slot) -> [String; 4] {
    let (zh, en) = key.label(cx, slot);
    [key.text.clone(), key.value(cx, slot), zh, en]
}
