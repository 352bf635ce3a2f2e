//! Reading arguments as values of the domain. Whatever cannot be read is a refusal, in the words of
//! the rule it breaks. Nothing is looked up here.

use std::collections::BTreeSet;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Gql};

use crate::config::Limits;
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{Given, Origin, Reference};
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::provenance::Method;
use crate::domain::rejection::{Rejection, clip, invalid_value};
use crate::domain::{Enumeration, PartialDate, Validity, Value, enumeration, value};

/// The fields of an input object, or the arguments of a field, with variables and defaults resolved.
#[derive(Clone, Debug, Default)]
pub struct Fields(IndexMap<Name, Gql>);

/// A refusal of a value, with what was expected in both languages.
pub fn unfit(name: &str, given: &str, zh: &str, en: &str) -> Rejection {
    let (expected_zh, expected_en) = (zh.to_owned(), en.to_owned());
    Rejection::InvalidValue { name: name.to_owned(), given: clip(given), expected_zh, expected_en }
}

fn missing(name: &str) -> Rejection {
    Rejection::RequiredMissing { name: name.to_owned() }
}

/// A scalar or an enumeration value as it would be written in a cell.
fn scalar(value: &Gql) -> Option<String> {
    match value {
        Gql::String(text) => Some(text.clone()),
        Gql::Enum(name) => Some(name.to_string()),
        Gql::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Fields {
    /// The arguments of a field.
    pub fn new(fields: IndexMap<Name, Gql>) -> Self {
        Self(fields)
    }

    /// An input object among these; without fields where there is none.
    pub fn inside(&self, name: &str) -> Fields {
        match self.0.get(name) {
            Some(Gql::Object(fields)) => Fields(fields.clone()),
            _ => Fields::default(),
        }
    }

    /// The input objects of a list.
    pub fn list(&self, name: &str) -> Vec<Fields> {
        let fields = |value: &Gql| match value {
            Gql::Object(fields) => Fields(fields.clone()),
            _ => Fields::default(),
        };
        match self.get(name) {
            Some(Gql::List(list)) => list.iter().map(fields).collect(),
            Some(one) => vec![fields(one)],
            None => Vec::new(),
        }
    }

    /// The first field that is given, of an input object of which one alone may be.
    pub fn only(&self) -> Option<(&str, Fields)> {
        let (name, _) = self.0.iter().find(|(_, value)| **value != Gql::Null)?;
        Some((name.as_str(), self.inside(name)))
    }

    /// A value that is given and not null.
    pub fn get(&self, name: &str) -> Option<&Gql> {
        self.0.get(name).filter(|value| **value != Gql::Null)
    }

    /// Is it given as null?
    pub fn clears(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Gql::Null)
    }

    /// A text without the spaces round it. An empty one is refused: null, or leaving it out, says “none”.
    pub fn text(&self, name: &str) -> Result<Option<String>, Rejection> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = scalar(value).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| unfit(name, "", "应为非空文字", "expects text that is not empty"))
    }

    /// A text that must be there.
    pub fn needed(&self, name: &str) -> Result<String, Rejection> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        if let Gql::Number(number) = self.get(name)? { number.as_i64() } else { None }
    }

    /// A value of a list of the domain, by its name in the schema.
    pub fn listed<T>(&self, name: &str, find: fn(&str) -> Option<T>, known: &[&str]) -> Result<T, Rejection> {
        let text = self.needed(name)?;
        find(&text).ok_or_else(|| {
            let (zh, en) =
                (format!("应为以下之一：{}", known.join("、")), format!("expects one of {}", known.join(", ")));
            unfit(name, &text, &zh, &en)
        })
    }

    /// What points at something.
    pub fn reference(&self, name: &str) -> Result<Option<Reference>, Rejection> {
        self.get(name).map(|value| reference(name, value)).transpose()
    }

    /// What points at something, and must be there.
    pub fn needed_reference(&self, name: &str) -> Result<Reference, Rejection> {
        self.reference(name)?.ok_or_else(|| missing(name))
    }

    /// A date that may stop at the year or the month. One that nobody knows is none.
    pub fn date(&self, name: &str) -> Result<Option<PartialDate>, Rejection> {
        let Some(text) = self.text(name)?.filter(|text| text != "UNKNOWN" && text != "未知") else { return Ok(None) };
        let expected = Attribute::new(0, "", ValueType::Date, "", "");
        let (zh, en) = value::expectation(&expected);
        text.parse().map(Some).map_err(|()| unfit(name, &text, &zh, &en))
    }

    /// A span of time by the names of its ends.
    pub fn validity(&self, from: &str, to: &str) -> Result<Validity, Rejection> {
        Ok(Validity { from: self.date(from)?, to: self.date(to)? })
    }

    /// Where it comes from. Without a source there is nothing to say.
    pub fn origin(&self) -> Result<Origin, Rejection> {
        let source = match self.get("source") {
            Some(Gql::String(text)) if !text.trim().is_empty() => text.trim().to_owned(),
            _ => return Err(Rejection::SourceMissing),
        };
        let method = match self.get("method") {
            None => Method::Document,
            Some(_) => self.listed("method", Method::by_name, &["DOCUMENT", "DECLARED", "IMPORTED", "DERIVED"])?,
        };
        let confidence = match self.get("confidence") {
            None => None,
            Some(given) => {
                let per_mille = self.number("confidence").and_then(|number| u16::try_from(number).ok());
                let fitting = per_mille.filter(|number| *number <= 1_000);
                let (zh, en) = ("应为 0 到 1000 的整数（千分比）", "expects a whole number from 0 to 1000 (per mille)");
                Some(fitting.ok_or_else(|| unfit("confidence", &given.to_string(), zh, en))?)
            }
        };
        Ok(Origin { source, method, basis: self.text("basis")?, confidence })
    }

    /// Where a correction comes from; none where the former source stays.
    pub fn new_origin(&self) -> Result<Option<Origin>, Rejection> {
        let says = |name: &&str| self.get(name).is_some();
        if ["source", "method", "basis", "confidence"].iter().any(says) { self.origin().map(Some) } else { Ok(None) }
    }

    /// Values of attributes, those that nobody knows among them.
    pub fn values(&self, attributes: &'static [Attribute]) -> Result<Vec<(u16, Given)>, Rejection> {
        let unknown = self.unknown(attributes)?;
        let mut values = Vec::new();
        for attribute in attributes {
            let unknown = unknown.contains(attribute.name);
            match self.get(attribute.name) {
                Some(_) if unknown => {
                    let (zh, en) = ("已给出值，不能又列入 unknown", "is given a value and cannot be unknown as well");
                    return Err(unfit(attribute.name, "unknown", zh, en));
                }
                Some(given) => values.push((attribute.tag, attribute_value(attribute, given)?)),
                None if unknown => values.push((attribute.tag, Given::Value(Value::Unknown))),
                None => {}
            }
        }
        Ok(values)
    }

    fn unknown(&self, attributes: &'static [Attribute]) -> Result<BTreeSet<String>, Rejection> {
        let names: Vec<String> = match self.get("unknown") {
            Some(Gql::List(list)) => list.iter().filter_map(scalar).collect(),
            Some(one) => scalar(one).into_iter().collect(),
            None => Vec::new(),
        };
        if let Some(name) = names.iter().find(|name| !attributes.iter().any(|attribute| attribute.name == **name)) {
            let known = attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
            return Err(Rejection::UnknownColumn { name: clip(name), known });
        }
        Ok(names.into_iter().collect())
    }

    /// Every text and every list within its bounds, and no control characters but line ends and tabs.
    pub fn check(&self, limits: &Limits) -> Result<(), Rejection> {
        self.0.iter().try_for_each(|(name, value)| bounded(name, value, limits))
    }

    /// What is asked, in one form for one meaning: keys sorted, enumeration values as texts.
    pub fn canonical(&self, leave_out: &[&str]) -> String {
        let mut text = String::new();
        let kept = self.0.iter().filter(|(name, _)| !leave_out.contains(&name.as_str()));
        write_object(kept, &mut text);
        text
    }
}

fn write_object<'v>(fields: impl Iterator<Item = (&'v Name, &'v Gql)>, text: &mut String) {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by_key(|(name, _)| name.as_str());
    text.push('{');
    for (place, (name, value)) in fields.into_iter().enumerate() {
        text.push_str(if place == 0 { "" } else { "," });
        text.push_str(&serde_json::Value::from(name.as_str()).to_string());
        text.push(':');
        write_value(value, text);
    }
    text.push('}');
}

fn write_value(value: &Gql, text: &mut String) {
    match value {
        Gql::Object(fields) => write_object(fields.iter(), text),
        Gql::List(list) => {
            text.push('[');
            for (place, entry) in list.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                write_value(entry, text);
            }
            text.push(']');
        }
        Gql::Enum(name) => text.push_str(&serde_json::Value::from(name.as_str()).to_string()),
        Gql::String(plain) => text.push_str(&serde_json::Value::from(plain.as_str()).to_string()),
        other => text.push_str(&other.to_string()),
    }
}

fn bounded(name: &str, value: &Gql, limits: &Limits) -> Result<(), Rejection> {
    match value {
        Gql::String(text) => {
            if text.chars().nth(limits.text_characters).is_some() {
                let most = limits.text_characters;
                return Err(Rejection::TooLarge { limit: format!("{name} {most} 个字 / characters") });
            }
            let odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
            if text.chars().any(odd) {
                return Err(unfit(name, text, "不能含控制字符", "takes no control characters"));
            }
            Ok(())
        }
        Gql::List(list) if list.len() > limits.list_entries => {
            Err(Rejection::TooLarge { limit: format!("{name} {} 项 / entries", limits.list_entries) })
        }
        Gql::List(list) => list.iter().try_for_each(|entry| bounded(name, entry, limits)),
        Gql::Object(fields) => fields.iter().try_for_each(|(name, field)| bounded(name, field, limits)),
        _ => Ok(()),
    }
}

/// What points at something, in one of four ways.
fn reference(name: &str, value: &Gql) -> Result<Reference, Rejection> {
    let expected = |given: &str| {
        let (zh, en) =
            ("应为 id、creditCode、name、code 四者之一", "expects exactly one of id, creditCode, name, code");
        unfit(name, given, zh, en)
    };
    let Gql::Object(fields) = value else { return Err(expected("")) };
    let mut given = fields.iter().filter(|(_, value)| **value != Gql::Null);
    let (Some((way, Gql::String(text))), None) = (given.next(), given.next()) else { return Err(expected("")) };
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 256 {
        return Err(expected(text));
    }
    Ok(match way.as_str() {
        "id" => {
            let malformed = |()| unfit(name, text, "编号应为 26 位字母数字", "expects an id of 26 letters and digits");
            Reference::Id(text.parse().map_err(malformed)?)
        }
        "creditCode" => {
            let checked = Identifier::new(Scheme::CreditCode, text);
            let refuse = |(zh, en)| Rejection::InvalidIdentifier { given: clip(text), zh, en };
            Reference::CreditCode(checked.map_err(refuse)?.value)
        }
        "name" => Reference::Name(text.to_owned()),
        "code" => Reference::Code(text.to_owned()),
        _ => return Err(expected(text)),
    })
}

fn attribute_value(attribute: &Attribute, given: &Gql) -> Result<Given, Rejection> {
    let refuse = || invalid_value(attribute, &scalar(given).unwrap_or_default());
    let value = match attribute.value_type {
        ValueType::Term(_) | ValueType::Node(_) => return reference(attribute.name, given).map(Given::Term),
        ValueType::Nodes(_) => {
            let list = if let Gql::List(list) = given { list.as_slice() } else { std::slice::from_ref(given) };
            let all = list.iter().map(|one| reference(attribute.name, one));
            return all.collect::<Result<_, _>>().map(Given::Nodes);
        }
        ValueType::Log => {
            let entries = entries(attribute, given)?;
            let readable = entries.iter().all(|entry| value::LogEntry::read(entry).is_some());
            if readable { Value::Texts(entries) } else { return Err(refuse()) }
        }
        ValueType::Texts => Value::Texts(entries(attribute, given)?),
        ValueType::Codes(list) => codes(attribute, list, entries(attribute, given)?)?,
        _ => {
            let text = scalar(given).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            value::parse(attribute, &text.ok_or_else(refuse)?).map_err(|_| refuse())?
        }
    };
    Ok(Given::Value(value))
}

/// The entries of a list; a single one counts as a list of one. An empty list says nothing.
fn entries(attribute: &Attribute, given: &Gql) -> Result<Vec<String>, Rejection> {
    let list = if let Gql::List(list) = given { list.as_slice() } else { std::slice::from_ref(given) };
    let text = |entry: &Gql| scalar(entry).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let entries: Option<Vec<String>> = list.iter().map(text).collect();
    entries.filter(|entries| !entries.is_empty()).ok_or_else(|| invalid_value(attribute, ""))
}

/// Codes, or UNKNOWN alone.
fn codes(attribute: &Attribute, list: &Enumeration, names: Vec<String>) -> Result<Value, Rejection> {
    if names.iter().all(|name| name == enumeration::UNKNOWN.name) {
        return Ok(Value::Unknown);
    }
    let tag = |name: &String| list.by_name(name).map(|code| code.tag).ok_or_else(|| invalid_value(attribute, name));
    names.iter().map(tag).collect::<Result<_, _>>().map(Value::Codes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::value;

    fn fields(value: Gql) -> Fields {
        if let Gql::Object(fields) = value { Fields::new(fields) } else { Fields::default() }
    }

    #[test]
    fn one_meaning_has_one_canonical_form() {
        let left =
            fields(value!({ "b": { "y": "1", "x": [1, null] }, "a": (Gql::Enum(Name::new("ACTIVE"))), "key": "k" }));
        let right = fields(value!({ "key": "other", "a": "ACTIVE", "b": { "x": [1, null], "y": "1" } }));
        assert_eq!(left.canonical(&["key"]), right.canonical(&["key"]));
        assert_ne!(left.canonical(&[]), right.canonical(&[]));
        assert_eq!(left.canonical(&["key"]), r#"{"a":"ACTIVE","b":{"x":[1,null],"y":"1"}}"#);
    }

    #[test]
    fn unknown_is_an_answer_and_empty_is_none() {
        let attributes = crate::domain::Kind::Enterprise.row().attributes;
        let read = |value| fields(value).values(attributes);
        let unknown = read(value!({ "status": "UNKNOWN", "unknown": ["registeredCapital"] })).expect("readable");
        assert_eq!(unknown, vec![(2, Given::Value(Value::Unknown)), (5, Given::Value(Value::Unknown))]);
        for bad in [
            value!({ "website": " " }),
            value!({ "mainProducts": [] }),
            value!({ "registeredCapital": "1.234" }),
            value!({ "registeredCapital": true }),
            value!({ "registeredOn": "2020-13" }),
            value!({ "status": "NOWHERE" }),
            value!({ "status": "ACTIVE", "unknown": ["status"] }),
            value!({ "unknown": ["nothing"] }),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
