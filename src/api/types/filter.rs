//! Filters: one input object a kind and a kind of record, from their tables, and what passes them.
//!
//! Unknown passes only where UNKNOWN is asked for.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Gql};

use super::def::{ArgDef, Cx, InputDef};
use super::find::{find, find_term};
use super::group::stands_in;
use super::inputs::{input_field, reference};
use super::whereabouts;
use super::{filter_certificates, filter_ties};
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::fold::fold;
use crate::domain::rejection::clip;
use crate::domain::value::fixed_point;
use crate::domain::{Attribute, Day, Kind, PartialDate, RecordKind, Relation, Value, ValueType};
use crate::graph::{EntityRow, Record};

/// Nesting of filters; deeper ones are refused.
pub const DEEPEST: usize = 5;

/// The field by which records are narrowed to those of a region.
const REGION: &str = "region";

/// The field by which what stands in a cell of statistics is listed.
pub const IN_GROUPS: &str = "inGroups";

/// The input object of every kind and every kind of record.
pub fn inputs() -> Vec<InputDef> {
    let mut all: Vec<InputDef> = Kind::all().map(|kind| filter(kind.row().name, &[kind])).collect();
    all.push(filter("Organization", Kind::ORGANIZATIONS));
    all.extend(RecordKind::all().map(record_filter));
    all
}

fn filter(name: &str, kinds: &[Kind]) -> InputDef {
    let own = format!("{name}Filter");
    let mut fields = vec![
        input_field("and", format!("[{own}!]"), "全部满足", "All of these hold"),
        input_field("or", format!("[{own}!]"), "至少满足一个", "At least one of these holds"),
        input_field("not", own.clone(), "不满足", "This does not hold"),
        input_field("nameContains", "String", "任一名称包含此文字", "One of its names contains the text"),
        input_field(
            "region",
            "Reference",
            "位于此地区（含下辖地区）；需求、成果看所属单位，合作看任何一个参加单位",
            "Is in this region or one below it; of demands and results their holders are looked at, of collaborations any party",
        ),
        input_field("field", "Reference", "属于此领域（含子领域）", "Is in this field or one below it"),
        input_field(
            "certified",
            "String",
            "在查询日期确有这类有效资质，写代码或名称：HNTE、SCHEME:HNTE、高新技术企业；是否有效未知的见 certifications(inForce: [UNKNOWN])",
            "Surely holds a certificate of this scheme that counts on the day, by code or name, such as HNTE, SCHEME:HNTE or its Chinese name; doubtful ones: certifications(inForce: [UNKNOWN])",
        ),
    ];
    fields.push(in_groups());
    fields.extend(filter_ties::inputs());
    if let [kind] = kinds {
        fields.extend(attribute_filters(kind.row().attributes));
    }
    InputDef {
        name: own,
        zh: format!("{name} 列表的筛选条件，各项同时满足"),
        en: format!("What a list of {name} is narrowed by; all fields hold together"),
        one_of: false,
        fields,
    }
}

/// The filter of a kind of record.
fn record_filter(kind: RecordKind) -> InputDef {
    let row = kind.row();
    let own = format!("{}Filter", row.name);
    let mut fields = vec![
        input_field("and", format!("[{own}!]"), "全部满足", "All of these hold"),
        input_field("or", format!("[{own}!]"), "至少满足一个", "At least one of these holds"),
        input_field("not", own.clone(), "不满足", "This does not hold"),
        input_field(
            row.subject.0,
            "Reference",
            format!("{}为此对象", row.subject.1),
            format!("{}: this one", row.subject.2),
        ),
    ];
    if row.subject.0 != REGION && row.attribute(REGION).is_none() {
        fields.push(input_field(
            REGION,
            "Reference",
            "所属对象位于此地区（含下辖地区）",
            "That which it belongs to is in this region or one below it",
        ));
    }
    fields.push(in_groups());
    fields.extend(filter_certificates::inputs(kind));
    fields.extend(attribute_filters(row.attributes));
    InputDef {
        name: own,
        zh: format!("{}列表的筛选条件，各项同时满足", row.label_zh),
        en: format!("What a list of {} is narrowed by; all fields hold together", row.label_en.to_lowercase()),
        one_of: false,
        fields,
    }
}

/// The condition of what other fields of a filter cannot say: a jurisdiction, a tier, a date nobody knows.
fn in_groups() -> ArgDef {
    input_field(
        IN_GROUPS,
        "[InGroup!]",
        "同时属于统计中的这些组，如 {key: \"region\", value: \"410721\"}；值为 UNKNOWN 的即未知",
        "Stands in all these groups of statistics, such as {key: \"region\", value: \"410721\"}; UNKNOWN where nobody knows",
    )
}

/// Does it stand in all groups?
fn in_all_groups(cx: &Cx<'_>, of: Of<'_>, groups: &[Gql]) -> Result<bool, ApiError> {
    for group in groups {
        let (key, value) = (bound(group, "key"), bound(group, "value"));
        if !stands_in(cx, of, &key.unwrap_or_default(), &value.unwrap_or_default())? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn attribute_filters(attributes: &'static [Attribute]) -> Vec<ArgDef> {
    let filter = |attribute: &'static Attribute| {
        let ty = match attribute.value_type {
            ValueType::Text | ValueType::Texts | ValueType::Log => "String".to_owned(),
            ValueType::Answer => "Answer".to_owned(),
            ValueType::Date => "DateRange".to_owned(),
            ValueType::Money | ValueType::Area | ValueType::Ratio | ValueType::Decimal => "DecimalRange".to_owned(),
            ValueType::Integer(..) => "IntRange".to_owned(),
            ValueType::Code(list) | ValueType::Codes(list) => format!("[{}!]", list.name),
            ValueType::Term(_) | ValueType::Node(_) | ValueType::Nodes(_) => "Reference".to_owned(),
        };
        let (zh, en) = super::fact::described(attribute);
        let how = match attribute.value_type {
            ValueType::Text | ValueType::Texts | ValueType::Log => ("包含此文字：", "Contains the text: "),
            ValueType::Code(_) | ValueType::Codes(_) => ("为其中之一：", "Is one of these: "),
            ValueType::Answer => ("等于：", "Equals: "),
            ValueType::Term(_) | ValueType::Node(_) => ("为此对象：", "Is this one: "),
            ValueType::Nodes(_) => ("包含此对象：", "This is among them: "),
            _ => ("在范围内：", "Lies within: "),
        };
        input_field(attribute.name, ty, format!("{}{zh}", how.0), format!("{}{en}", how.1))
    };
    // Whoever could filter by what is sealed could guess it.
    attributes.iter().filter(|attribute| attribute.personal.is_none()).map(filter).collect()
}

/// What a filter is asked about.
#[derive(Clone, Copy)]
pub enum Of<'r> {
    /// A node.
    Node(EntityRow),
    /// A record.
    Record(&'r Record),
}

/// Does a node or a record pass a filter?
pub fn passes(cx: &Cx<'_>, of: Of<'_>, filter: &Gql, depth: usize) -> Result<bool, ApiError> {
    let Gql::Object(fields) = filter else { return Ok(true) };
    if depth > DEEPEST {
        return Err(ApiError::new(
            "FILTER_TOO_DEEP",
            format!("筛选条件嵌套超过 {DEEPEST} 层。请改平。"),
            format!("The filter is nested deeper than {DEEPEST}. Flatten it."),
        ));
    }
    for (name, value) in fields.iter().filter(|(_, value)| **value != Gql::Null) {
        if !one(cx, of, name, value, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one(cx: &Cx<'_>, of: Of<'_>, name: &Name, value: &Gql, depth: usize) -> Result<bool, ApiError> {
    let list = || if let Gql::List(list) = value { list.as_slice() } else { std::slice::from_ref(value) };
    Ok(match name.as_str() {
        "and" => {
            for filter in list() {
                if !passes(cx, of, filter, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        "or" => {
            for filter in list() {
                if passes(cx, of, filter, depth + 1)? {
                    return Ok(true);
                }
            }
            false
        }
        "not" => !passes(cx, of, value, depth + 1)?,
        IN_GROUPS => in_all_groups(cx, of, list())?,
        _ => match of {
            Of::Node(node) => node_is(cx, node, name, value)?,
            Of::Record(record) => record_is(cx, record, name, value)?,
        },
    })
}

/// Does one condition hold of a node?
fn node_is(cx: &Cx<'_>, node: EntityRow, name: &Name, value: &Gql) -> Result<bool, ApiError> {
    let text = || if let Gql::String(text) = value { text.as_str() } else { "" };
    Ok(match name.as_str() {
        "nameContains" => {
            let wanted = fold(text());
            let mut texts = cx.lens.names(node).iter().filter_map(|name| name.text.plain());
            texts.any(|text| fold(text).contains(&wanted))
        }
        "region" => whereabouts::lies_in(cx, node, find(cx, &reference(value)?, &[Kind::Region])?),
        "jurisdiction" => whereabouts::is_answered_for_by(cx, node, find(cx, &reference(value)?, &[Kind::Region])?),
        "withRelations" => filter_ties::has_each(cx, node, value),
        "withoutRelations" => filter_ties::has_none(cx, node, value),
        "workedWith" => filter_ties::has_worked_with(cx, node, value),
        "field" => within(cx, node, Relation::ClassifiedAs, find(cx, &reference(value)?, &[Kind::Term])?),
        "certified" => {
            let wanted = match value {
                Gql::String(text) => find_term(cx, &Reference::Code(text.clone()), "SCHEME")?,
                other => find(cx, &reference(other)?, Kind::Term.alone())?,
            };
            let term = cx.lens.id(wanted);
            let mut held = cx.lens.records(node, RecordKind::Certification);
            held.any(|record| {
                record.values.iter().any(|(_, value)| *value == Value::Term(term))
                    && super::record::in_force(cx, record) == Some(true)
            })
        }
        name => match cx.lens.kind(node).row().attribute(name) {
            Some(attribute) => fits(cx, attribute, cx.lens.value(node, attribute), value)?,
            None => false,
        },
    })
}

/// Does one condition hold of a record?
fn record_is(cx: &Cx<'_>, record: &Record, name: &Name, value: &Gql) -> Result<bool, ApiError> {
    let row = record.kind.row();
    if name == row.subject.0 {
        return Ok(cx.lens.subject(record) == find(cx, &reference(value)?, row.holders)?);
    }
    if let Some(holds) = filter_certificates::holds(cx, record, name, value) {
        return holds;
    }
    match row.attribute(name) {
        Some(attribute) => fits(cx, attribute, cx.lens.record_value(record, attribute), value),
        None if name == REGION => {
            let place = find(cx, &reference(value)?, &[Kind::Region])?;
            let stands = cx.lens.subject(record);
            Ok(stands == place
                || whereabouts::lies_in(cx, stands, place)
                || within(cx, stands, Relation::PartOf, place))
        }
        None => Ok(false),
    }
}

/// Is the node tied to `whole`, or to something that is part of it?
pub fn within(cx: &Cx<'_>, node: EntityRow, relation: Relation, whole: EntityRow) -> bool {
    lies_below(cx, cx.lens.ties(node, Some(relation), true).map(|tie| tie.there).collect(), whole)
}

/// Is one of these `whole`, or part of it?
pub fn lies_below(cx: &Cx<'_>, mut open: Vec<EntityRow>, whole: EntityRow) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    while let Some(place) = open.pop() {
        if place == whole {
            return true;
        }
        if seen.insert(place) {
            open.extend(cx.lens.ties(place, Some(Relation::PartOf), true).map(|tie| tie.there));
        }
    }
    false
}

/// Does a value fit what is wanted of its attribute?
fn fits(cx: &Cx<'_>, attribute: &Attribute, held: Option<&Value>, wanted: &Gql) -> Result<bool, ApiError> {
    // Unknown passes only where UNKNOWN is asked for.
    let held = held.unwrap_or(&Value::Unknown);
    let names = || code_names(wanted);
    Ok(match (held, attribute.value_type) {
        (Value::Unknown, ValueType::Code(_) | ValueType::Codes(_) | ValueType::Answer) => names().contains(&"UNKNOWN"),
        (Value::Unknown, _) => false,
        (Value::Answer(yes), _) => names().contains(&if *yes { "YES" } else { "NO" }),
        (Value::Code(tag), ValueType::Code(list)) => list.by_tag(*tag).is_some_and(|code| names().contains(&code.name)),
        (Value::Codes(tags), ValueType::Codes(list)) => {
            tags.iter().filter_map(|tag| list.by_tag(*tag)).any(|code| names().contains(&code.name))
        }
        (Value::Text(text), _) => contains(text, wanted),
        (Value::Texts(texts), _) => texts.iter().any(|text| contains(text, wanted)),
        (Value::Date(date), _) => date_lies_within(*date, wanted)?,
        (Value::Money(held) | Value::Area(held), _) => in_range(wanted, *held, 2)?,
        (Value::Ratio(held), _) => in_range(wanted, i64::from(*held), 6)?,
        (Value::Integer(held), _) => in_range(wanted, *held, 0)?,
        (Value::Decimal(held), _) => in_range(wanted, *held, 6)?,
        (Value::Term(_) | Value::Node(_) | Value::Nodes(_), _) => {
            let wanted = find(cx, &reference(wanted)?, expected(attribute))?;
            held.nodes().iter().any(|id| *id == cx.lens.id(wanted) || cx.lens.node(*id) == Some(wanted))
        }
        _ => false,
    })
}

/// The kinds that an attribute takes.
fn expected(attribute: &Attribute) -> &'static [Kind] {
    match attribute.value_type {
        ValueType::Node(kinds) | ValueType::Nodes(kinds) => kinds,
        _ => &[Kind::Term],
    }
}

/// Does a date lie in a range? A year or a month counts to its end.
pub fn date_lies_within(date: PartialDate, wanted: &Gql) -> Result<bool, ApiError> {
    let [from, to] =
        [bound(wanted, "from"), bound(wanted, "to")].map(|bound| bound.map(|text| text.parse::<PartialDate>()));
    if matches!(from, Some(Err(()))) || matches!(to, Some(Err(()))) {
        return Err(ApiError::new(
            "MALFORMED_DATE",
            "日期范围应如 2017、2017-03 或 2017-03-01。",
            "Dates of a range look like 2017, 2017-03 or 2017-03-01.",
        ));
    }
    Ok(from.is_none_or(|from| from.is_ok_and(|from| date.first_day() >= from.first_day()))
        && to.is_none_or(|to| to.is_ok_and(|to| date.first_day() < last_day_after(to))))
}

/// The names of codes, of one or of several.
pub fn code_names(wanted: &Gql) -> Vec<&str> {
    match wanted {
        Gql::List(list) => list.iter().filter_map(code_name).collect(),
        one => code_name(one).into_iter().collect(),
    }
}

/// The day after the last day that a date can mean.
fn last_day_after(date: PartialDate) -> Day {
    Day(date.last_day().0.saturating_add(1))
}

fn code_name(value: &Gql) -> Option<&str> {
    match value {
        Gql::Enum(name) => Some(name.as_str()),
        Gql::String(text) => Some(text.as_str()),
        _ => None,
    }
}

fn contains(text: &str, wanted: &Gql) -> bool {
    if let Gql::String(wanted) = wanted { fold(text).contains(&fold(wanted)) } else { false }
}

fn bound(range: &Gql, name: &str) -> Option<String> {
    let Gql::Object(fields): &Gql = range else { return None };
    let fields: &IndexMap<Name, Gql> = fields;
    match fields.get(name)? {
        Gql::String(text) => Some(text.clone()),
        Gql::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn in_range(range: &Gql, held: i64, decimals: usize) -> Result<bool, ApiError> {
    let parse = |name| {
        bound(range, name).map(|text| {
            fixed_point(&text, decimals).ok_or_else(|| {
                ApiError::new(
                    "MALFORMED_NUMBER",
                    format!("“{}”不是数，或小数位太多。", clip(&text)),
                    format!("“{}” is no number, or has too many decimals.", clip(&text)),
                )
            })
        })
    };
    let (from, to) = (parse("from").transpose()?, parse("to").transpose()?);
    Ok(from.is_none_or(|from| held >= from) && to.is_none_or(|to| held <= to))
}
