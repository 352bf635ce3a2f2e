//! Values of the domain as values of the schema.

use async_graphql::{Name, Value as Gql};

use super::def::{Cx, Object, Out};
use super::personal;
use super::tie::type_of_kinds;
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::name::Language;
use crate::domain::value::decimal;
use crate::domain::{Enumeration, Value, enumeration};

/// The type in the schema of an attribute's field. Always nullable: nobody may know.
pub fn type_of(attribute: &Attribute) -> String {
    if attribute.personal.is_some() {
        return "PersonalText".into();
    }
    match attribute.value_type {
        ValueType::Text => "String".into(),
        ValueType::Texts => "[String!]".into(),
        ValueType::Answer => "Answer".into(),
        ValueType::Date => "PartialDate".into(),
        ValueType::Money | ValueType::Area | ValueType::Ratio => "Decimal".into(),
        ValueType::Integer(..) => "Int".into(),
        ValueType::Code(list) => list.name.into(),
        ValueType::Codes(list) => format!("[{}!]", list.name),
        ValueType::Term(_) => "Term".into(),
        ValueType::Node(kinds) => type_of_kinds(kinds).into(),
        ValueType::Nodes(kinds) => format!("[{}!]", type_of_kinds(kinds)),
        ValueType::Log => "[LogEntry!]".into(),
        ValueType::Decimal => "Decimal".into(),
    }
}

/// The value of an attribute's field. Unknown is UNKNOWN where the type has that value, else null.
pub fn answer(cx: &Cx<'_>, attribute: &Attribute, value: &Value) -> Out {
    let code = |list: &Enumeration, tag: u16| Out::code(list.by_tag(tag).unwrap_or(&enumeration::UNKNOWN).name);
    match (value, attribute.value_type) {
        (Value::Unknown, ValueType::Answer | ValueType::Code(_)) => Out::code(enumeration::UNKNOWN.name),
        (Value::Text(text), _) => Out::text(text.as_str()),
        (Value::Texts(texts), ValueType::Log) => {
            Out::List(texts.iter().map(|text| cx.types.data("LogEntry", text.clone())).collect())
        }
        (Value::Texts(texts), _) => Out::List(texts.iter().map(|text| Out::text(text.as_str())).collect()),
        (Value::Answer(yes), _) => Out::code(if *yes { "YES" } else { "NO" }),
        (Value::Date(date), _) => Out::text(date.to_string()),
        (Value::Money(cents) | Value::Area(cents), _) => Out::text(decimal(*cents, 2)),
        (Value::Ratio(millionths), _) => Out::text(decimal(i64::from(*millionths), 6)),
        (Value::Integer(number), _) => Out::number(*number),
        (Value::Code(tag), ValueType::Code(list)) => code(list, *tag),
        (Value::Codes(tags), ValueType::Codes(list)) => Out::List(tags.iter().map(|tag| code(list, *tag)).collect()),
        (Value::Term(id) | Value::Node(id), _) => {
            Out::option(cx.lens.node(*id).map(|node| Out::Object(Object::Node(node))))
        }
        (Value::Nodes(ids), _) => {
            let shown = ids.iter().filter_map(|id| cx.lens.node(*id));
            Out::List(shown.map(|node| Out::Object(Object::Node(node))).collect())
        }
        (Value::Decimal(millionths), _) => Out::text(decimal(*millionths, 6)),
        (Value::Sealed(sealed), _) => personal::out(cx, Some(personal::masked(cx, sealed, Language::Zh))),
        _ => Out::Null,
    }
}

/// The Chinese word of a code.
pub fn word_zh(list: &Enumeration, value: &Value) -> Option<&'static str> {
    match value {
        Value::Code(tag) => list.by_tag(*tag).map(|code| code.zh),
        Value::Unknown => Some("未知"),
        _ => None,
    }
}

/// A value in words, for sentences and tables.
pub fn words(cx: &Cx<'_>, attribute: &Attribute, value: &Value) -> String {
    match (value, attribute.enumeration()) {
        (Value::Unknown, _) => "未知".into(),
        (Value::Code(_), Some(list)) => word_zh(list, value).unwrap_or("未知").into(),
        (Value::Codes(tags), Some(list)) => {
            tags.iter().filter_map(|tag| list.by_tag(*tag)).map(|code| code.zh).collect::<Vec<_>>().join("、")
        }
        (Value::Texts(texts), _) => texts.join("、"),
        (Value::Term(_) | Value::Node(_) | Value::Nodes(_), _) => {
            let shown = value.nodes().iter().filter_map(|id| cx.lens.node(*id));
            shown.map(|node| personal::called(cx, node)).collect::<Vec<_>>().join("、")
        }
        (Value::Sealed(sealed), _) => personal::masked(cx, sealed, Language::Zh).text,
        _ => match answer(cx, attribute, value) {
            Out::Leaf(Gql::String(text)) => text,
            Out::Leaf(Gql::Enum(name)) if name == Name::new("YES") => "是".into(),
            Out::Leaf(Gql::Enum(name)) if name == Name::new("NO") => "否".into(),
            Out::Leaf(other) => other.to_string(),
            _ => String::new(),
        },
    }
}
