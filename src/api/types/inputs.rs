//! Inputs: references to what exists, and filters, one a kind, from the kind table.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Gql};

use super::def::{ArgDef, Cx, InputDef};
use super::find::find;
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::fold::fold;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::value::fixed_point;
use crate::domain::{Day, Id, Kind, RecordKind, Relation, Value, ValueType};
use crate::graph::EntityRow;

/// Nesting of filters; deeper ones are refused.
const DEEPEST: usize = 5;

/// A field of an input object.
pub fn input_field(
    name: impl Into<std::borrow::Cow<'static, str>>,
    ty: impl Into<String>,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> ArgDef {
    ArgDef { name: name.into(), ty: ty.into(), default: None, zh: zh.into(), en: en.into() }
}

/// All input objects.
pub fn inputs() -> Vec<InputDef> {
    let range = |name: &str, ty: &str, zh: &str, en: &str| InputDef {
        name: name.into(),
        zh: zh.into(),
        en: en.into(),
        one_of: false,
        fields: vec![
            input_field("from", ty, "下限（含）；单位同所筛选的字段", "Least value, included. Unit: that of the field"),
            input_field(
                "to",
                ty,
                "上限（含）；单位同所筛选的字段",
                "Greatest value, included. Unit: that of the field",
            ),
        ],
    };
    let mut all = vec![
        InputDef {
            name: "Reference".into(),
            zh: "指明一个对象：四选一；名称对应多个时会拒绝并列出候选".into(),
            en: "Points at one thing in one of four ways; a name that fits several is refused with the candidates"
                .into(),
            one_of: true,
            fields: vec![
                input_field("id", "ID", "编号", "Its stable number"),
                input_field("creditCode", "String", "统一社会信用代码", "Unified social credit code"),
                input_field(
                    "name",
                    "String",
                    "名称：全称、简称、曾用名、别名或英文名，须完整",
                    "A whole name: full, short, former, other or English",
                ),
                input_field(
                    "code",
                    "String",
                    "行键、区划代码、“体系:代码”或“编号体系/编号”",
                    "Row key, region code, SCHEME:code of a term, or SCHEME/number",
                ),
            ],
        },
        InputDef {
            name: "PartnerWish".into(),
            zh: "为谁找伙伴：四选一".into(),
            en: "For whom partners are sought, in one of four ways".into(),
            one_of: true,
            fields: vec![
                input_field("organization", "Reference", "为一个机构找", "For an organisation"),
                input_field("demand", "Reference", "为一项需求找", "For a demand"),
                input_field("achievement", "Reference", "为一项成果找", "For a result"),
                input_field("text", "String", "为一段文字描述的需要找", "For a need in free words"),
            ],
        },
        range("DateRange", "PartialDate", "日期范围", "A span of dates"),
        range("DecimalRange", "Decimal", "数值范围", "A span of decimal numbers"),
        range("IntRange", "Int", "整数范围", "A span of whole numbers"),
    ];
    all.extend(Kind::all().map(|kind| filter(kind.row().name, &[kind])));
    all.push(filter("Organization", Kind::ORGANIZATIONS));
    all.extend(super::change::inputs());
    all
}

fn filter(name: &str, kinds: &[Kind]) -> InputDef {
    let own = format!("{name}Filter");
    let mut fields = vec![
        input_field("and", format!("[{own}!]"), "全部满足", "All of these hold"),
        input_field("or", format!("[{own}!]"), "至少满足一个", "At least one of these holds"),
        input_field("not", own.clone(), "不满足", "This does not hold"),
        input_field("nameContains", "String", "任一名称包含此文字", "One of its names contains the text"),
        input_field("region", "Reference", "位于此地区（含下辖地区）", "Is in this region or one below it"),
        input_field("field", "Reference", "属于此领域（含子领域）", "Is in this field or one below it"),
        input_field(
            "certified",
            "String",
            "在查询日期确有这类有效资质，如 HNTE；是否有效未知的见 certifications(inForce: [UNKNOWN])",
            "Surely holds a certificate of this scheme that counts on the day, such as HNTE; doubtful ones: certifications(inForce: [UNKNOWN])",
        ),
    ];
    if let [kind] = kinds {
        for attribute in kind.row().attributes {
            let ty = match attribute.value_type {
                ValueType::Text | ValueType::Texts => "String".to_owned(),
                ValueType::Answer => "Answer".to_owned(),
                ValueType::Date => "DateRange".to_owned(),
                ValueType::Money | ValueType::Area | ValueType::Ratio => "DecimalRange".to_owned(),
                ValueType::Integer(..) => "IntRange".to_owned(),
                ValueType::Code(list) | ValueType::Codes(list) => format!("[{}!]", list.name),
                ValueType::Term(_) => continue,
            };
            let (zh, en) = super::fact::described(attribute);
            let how = match attribute.value_type {
                ValueType::Text | ValueType::Texts => ("包含此文字：", "Contains the text: "),
                ValueType::Code(_) | ValueType::Codes(_) => ("为其中之一：", "Is one of these: "),
                ValueType::Answer => ("等于：", "Equals: "),
                _ => ("在范围内：", "Lies within: "),
            };
            fields.push(input_field(attribute.name, ty, format!("{}{zh}", how.0), format!("{}{en}", how.1)));
        }
    }
    InputDef {
        name: own,
        zh: format!("{name} 列表的筛选条件，各项同时满足"),
        en: format!("What a list of {name} is narrowed by; all fields hold together"),
        one_of: false,
        fields,
    }
}

/// Read a `Reference`.
pub fn reference(value: &Gql) -> Result<Reference, ApiError> {
    let bad = || {
        ApiError::new(
            "BAD_REFERENCE",
            "请用 id、creditCode、name、code 之一指明对象。",
            "Point at it by exactly one of id, creditCode, name, code.",
        )
    };
    let Gql::Object(fields) = value else { return Err(bad()) };
    let Some((name, Gql::String(text))) = fields.iter().next() else { return Err(bad()) };
    if text.trim().is_empty() {
        return Err(bad());
    }
    if text.chars().count() > 256 {
        return Err(ApiError::new(
            "BAD_REFERENCE",
            "指明对象的文字超过 256 个字。",
            "A reference has at most 256 characters.",
        ));
    }
    Ok(match name.as_str() {
        "id" => Reference::Id(id(text)?),
        "creditCode" => Reference::CreditCode(credit_code(text)?),
        "name" => Reference::Name(text.clone()),
        "code" => Reference::Code(text.clone()),
        _ => return Err(bad()),
    })
}

/// Read an id.
pub fn id(text: &str) -> Result<Id, ApiError> {
    text.parse().map_err(|()| {
        ApiError::new(
            "MALFORMED_ID",
            format!("“{}”不是编号：应为 26 位字母数字。", clip(text)),
            format!("“{}” is no id: 26 letters and digits are expected.", clip(text)),
        )
    })
}

fn credit_code(text: &str) -> Result<String, ApiError> {
    let checked = crate::domain::identifier::Identifier::new(crate::domain::identifier::Scheme::CreditCode, text);
    Ok(checked.map(|identifier| identifier.value).map_err(|(zh, en)| Rejection::InvalidIdentifier {
        given: clip(text),
        zh,
        en,
    })?)
}

/// Read a whole date.
pub fn day(text: &str) -> Result<Day, ApiError> {
    text.parse().map_err(|()| {
        ApiError::new(
            "MALFORMED_DATE",
            format!("“{}”不是完整日期，应如 2017-12-31。", clip(text)),
            format!("“{}” is no whole date; write it like 2017-12-31.", clip(text)),
        )
    })
}

/// Does a node pass a filter?
pub fn passes(cx: &Cx<'_>, node: EntityRow, filter: &Gql, depth: usize) -> Result<bool, ApiError> {
    let Gql::Object(fields) = filter else { return Ok(true) };
    if depth > DEEPEST {
        return Err(ApiError::new(
            "FILTER_TOO_DEEP",
            format!("筛选条件嵌套超过 {DEEPEST} 层。请改平。"),
            format!("The filter is nested deeper than {DEEPEST}. Flatten it."),
        ));
    }
    for (name, value) in fields.iter().filter(|(_, value)| **value != Gql::Null) {
        if !one(cx, node, name, value, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one(cx: &Cx<'_>, node: EntityRow, name: &Name, value: &Gql, depth: usize) -> Result<bool, ApiError> {
    let list = || if let Gql::List(list) = value { list.as_slice() } else { std::slice::from_ref(value) };
    let text = || if let Gql::String(text) = value { text.as_str() } else { "" };
    Ok(match name.as_str() {
        "and" => {
            for filter in list() {
                if !passes(cx, node, filter, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        "or" => {
            for filter in list() {
                if passes(cx, node, filter, depth + 1)? {
                    return Ok(true);
                }
            }
            false
        }
        "not" => !passes(cx, node, value, depth + 1)?,
        "nameContains" => {
            let wanted = fold(text());
            cx.lens.names(node).iter().any(|name| fold(&name.text).contains(&wanted))
        }
        "region" => within(cx, node, Relation::LocatedIn, find(cx, &reference(value)?, &[Kind::Region])?),
        "field" => within(cx, node, Relation::ClassifiedAs, find(cx, &reference(value)?, &[Kind::Term])?),
        "certified" => {
            let scheme = Reference::Code(format!("SCHEME:{}", text()));
            let term = cx.lens.id(find(cx, &scheme, &[Kind::Term])?);
            let mut held = cx.lens.records(node, RecordKind::Certification);
            held.any(|record| {
                record.values.iter().any(|(_, value)| *value == Value::Term(term))
                    && super::record::in_force(cx, record) == Some(true)
            })
        }
        attribute => holds(cx, node, attribute, value)?,
    })
}

/// Is the node tied to `whole`, or to something that is part of it?
fn within(cx: &Cx<'_>, node: EntityRow, relation: Relation, whole: EntityRow) -> bool {
    let mut open: Vec<EntityRow> = cx.lens.ties(node, Some(relation), true).map(|tie| tie.there).collect();
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

fn holds(cx: &Cx<'_>, node: EntityRow, name: &str, wanted: &Gql) -> Result<bool, ApiError> {
    let Some(attribute) = cx.lens.kind(node).row().attribute(name) else { return Ok(false) };
    // Unknown passes only where UNKNOWN is asked for.
    let held = cx.lens.value(node, attribute).unwrap_or(&Value::Unknown);
    let names = || match wanted {
        Gql::List(list) => list.iter().filter_map(code_name).collect::<Vec<_>>(),
        one => code_name(one).into_iter().collect(),
    };
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
        (Value::Date(date), _) => {
            let bounds = [bound(wanted, "from"), bound(wanted, "to")]
                .map(|bound| bound.map(|text| text.parse::<crate::domain::PartialDate>()));
            let [from, to] = bounds;
            if matches!(from, Some(Err(()))) || matches!(to, Some(Err(()))) {
                return Err(ApiError::new(
                    "MALFORMED_DATE",
                    "日期范围应如 2017、2017-03 或 2017-03-01。",
                    "Dates of a range look like 2017, 2017-03 or 2017-03-01.",
                ));
            }
            from.is_none_or(|from| from.is_ok_and(|from| date.first_day() >= from.first_day()))
                && to.is_none_or(|to| to.is_ok_and(|to| date.first_day() < last_day_after(to)))
        }
        (Value::Money(held) | Value::Area(held), _) => in_range(wanted, *held, 2)?,
        (Value::Ratio(held), _) => in_range(wanted, i64::from(*held), 6)?,
        (Value::Integer(held), _) => in_range(wanted, *held, 0)?,
        _ => false,
    })
}

/// The day after the last day that a date can mean.
fn last_day_after(date: crate::domain::PartialDate) -> Day {
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
