//! Does a value fit an input type of the schema? Judged from the declarations alone, and never by
//! what async-graphql makes of it: a document that was validated once runs without its validator.
//!
//! What a text must look like (a date, an id, a credit code) is for the readers to say; here the
//! kind of JSON counts, the codes of enumerations, and the fields of input objects.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::Value;

use crate::api::schema::TYPES;
use crate::api::types::def::{EnumDef, InputDef, ScalarDef};
use crate::api::types::shape::Takes;
use crate::domain::rejection::clip;

/// Lists and objects within each other; deeper values are refused.
const DEEPEST: usize = 64;
/// Characters of a list of codes or fields in a sentence.
const LISTED: usize = 240;
/// Characters of the way to a value in a sentence.
const PATH: usize = 160;

/// Why a value does not fit, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// The way to it, the last step first.
    way: Vec<String>,
    /// Is it the fault of a variable that stands in the value, and not of what is written?
    pub(super) of_variable: bool,
    zh: String,
    en: String,
}

impl Fault {
    /// What is wrong, as the end of a sentence that begins with the name of the value.
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { way: Vec::new(), of_variable: false, zh: zh.into(), en: en.into() }
    }

    /// The same, as the fault of a variable.
    pub(super) fn of_a_variable(self) -> Self {
        Self { of_variable: true, ..self }
    }

    fn within(mut self, step: String) -> Self {
        self.way.push(step);
        self
    }

    /// Both sentences without their beginnings, and the way from `root`.
    pub(super) fn told(&self, root: &str) -> (String, &str, &str) {
        let way: String = self.way.iter().rev().map(String::as_str).collect();
        (shortened(&format!("{root}{way}"), PATH), &self.zh, &self.en)
    }
}

/// What stands for a variable in a value: [`Value::Binary`] with its name, which no document and
/// no JSON can write.
pub(super) trait Placed {
    /// Is there no value for it, not even a default?
    fn is_absent(&self, name: &str) -> bool;
    /// Is it null?
    fn is_null(&self, name: &str) -> bool;
    /// May it stand where `position` is expected?
    fn fits(&self, name: &str, position: &str) -> Result<(), Fault>;
}

/// A value without variables.
pub(super) struct Plain;

impl Placed for Plain {
    fn is_absent(&self, _: &str) -> bool {
        false
    }
    fn is_null(&self, _: &str) -> bool {
        false
    }
    fn fits(&self, _: &str, _: &str) -> Result<(), Fault> {
        Ok(())
    }
}

/// The name of the variable that a value stands for.
pub(super) fn variable_of(value: &Value) -> Option<&str> {
    if let Value::Binary(name) = value { std::str::from_utf8(name).ok() } else { None }
}

/// The type inside `[…]`.
pub(super) fn entry_of(ty: &str) -> Option<&str> {
    ty.strip_prefix('[')?.strip_suffix(']')
}

enum Named {
    BuiltIn(&'static BuiltIn),
    Scalar(&'static ScalarDef),
    Enum(&'static EnumDef),
    Input(&'static InputDef),
}

/// A scalar of the language itself: what it takes, and how that is called.
struct BuiltIn {
    name: &'static str,
    takes: fn(&Value) -> bool,
    zh: &'static str,
    en: &'static str,
}

const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "Int",
        takes: |value| whole(value).is_some_and(|number| i32::try_from(number).is_ok()),
        zh: "-2147483648 到 2147483647 的整数，不加引号",
        en: "a whole number from -2147483648 to 2147483647, without quotes",
    },
    BuiltIn {
        name: "Float",
        takes: |value| matches!(value, Value::Number(_)),
        zh: "数，不加引号",
        en: "a number, without quotes",
    },
    BuiltIn { name: "String", takes: |value| matches!(value, Value::String(_)), zh: "文字", en: "a text" },
    BuiltIn {
        name: "Boolean",
        takes: |value| matches!(value, Value::Boolean(_)),
        zh: "true 或 false，不加引号",
        en: "true or false, without quotes",
    },
    BuiltIn {
        name: "ID",
        takes: |value| matches!(value, Value::String(_)) || whole(value).is_some(),
        zh: "编号（文字）",
        en: "an id (a text)",
    },
];

static NAMED: LazyLock<HashMap<&'static str, Named>> = LazyLock::new(|| {
    let built_in = BUILT_IN.iter().map(|def| (def.name, Named::BuiltIn(def)));
    let scalars = TYPES.scalars.iter().map(|def| (def.name, Named::Scalar(def)));
    let enums = TYPES.enums.iter().map(|def| (def.name.as_str(), Named::Enum(def)));
    let inputs = TYPES.inputs.iter().map(|def| (def.name.as_str(), Named::Input(def)));
    built_in.chain(scalars).chain(enums).chain(inputs).collect()
});

fn whole(value: &Value) -> Option<i64> {
    if let Value::Number(number) = value { number.as_i64() } else { None }
}

/// Judge a value against a type in the schema's notation.
pub(super) fn fits(value: &Value, ty: &str, placed: &dyn Placed) -> Result<(), Fault> {
    judge(value, ty, placed, 0)
}

fn judge(value: &Value, ty: &str, placed: &dyn Placed, depth: usize) -> Result<(), Fault> {
    if depth > DEEPEST {
        return Err(Fault::new(
            format!("嵌套超过 {DEEPEST} 层，请改平"),
            format!("is nested deeper than {DEEPEST}; flatten it"),
        ));
    }
    if let Some(name) = variable_of(value) {
        return placed.fits(name, ty);
    }
    if let Some(nullable) = ty.strip_suffix('!') {
        return match value {
            Value::Null => {
                Err(Fault::new(format!("应为 {nullable}，不能为空"), format!("must be {nullable}, not null")))
            }
            value => judge(value, nullable, placed, depth),
        };
    }
    match (value, entry_of(ty)) {
        (Value::Null, _) => Ok(()),
        (Value::List(entries), Some(entry)) => {
            let judged = |(place, value): (usize, &Value)| {
                judge(value, entry, placed, depth + 1).map_err(|fault| fault.within(format!("[{place}]")))
            };
            entries.iter().enumerate().try_for_each(judged)
        }
        // A single value counts as a list of one.
        (one, Some(entry)) => judge(one, entry, placed, depth + 1),
        (value, None) => judge_named(value, ty, placed, depth),
    }
}

fn judge_named(value: &Value, ty: &str, placed: &dyn Placed, depth: usize) -> Result<(), Fault> {
    match NAMED.get(ty) {
        Some(Named::BuiltIn(def)) if (def.takes)(value) => Ok(()),
        Some(Named::BuiltIn(def)) => Err(unfit(value, def.name, def.zh, def.en)),
        Some(Named::Scalar(def)) => judge_scalar(value, def),
        Some(Named::Enum(def)) => judge_code(value, def),
        Some(Named::Input(def)) => judge_input(value, def, placed, depth),
        // An unknown type, or one that is no input: the validator's affair, which refuses the document.
        None => Ok(()),
    }
}

fn judge_scalar(value: &Value, def: &ScalarDef) -> Result<(), Fault> {
    let (zh, en) = match (def.takes, value) {
        (_, Value::String(_)) | (Takes::TextOrNumber, Value::Number(_)) => return Ok(()),
        (Takes::Text, _) => ("文字", "a text"),
        (Takes::TextOrNumber, _) => ("文字或数", "a text or a number"),
    };
    Err(unfit(value, def.name, &format!("{zh}：{}", def.zh), &format!("{en}: {}", def.en)))
}

fn judge_code(value: &Value, def: &EnumDef) -> Result<(), Fault> {
    let name = match value {
        Value::String(name) => Some(name.as_str()),
        Value::Enum(name) => Some(name.as_str()),
        _ => None,
    };
    if name.is_some_and(|name| def.values.iter().any(|(known, ..)| known == name)) {
        return Ok(());
    }
    let codes = def.values.iter().map(|(name, ..)| name.as_str());
    let (zh, en) = (listed(codes.clone(), "、"), listed(codes, ", "));
    Err(unfit(value, &def.name, &format!("以下代码之一：{zh}"), &format!("one of the codes {en}")))
}

fn judge_input(value: &Value, def: &InputDef, placed: &dyn Placed, depth: usize) -> Result<(), Fault> {
    let Value::Object(fields) = value else {
        return Err(unfit(value, &def.name, "对象 {…}", "an object {…}"));
    };
    let is_given = |value: &Value| variable_of(value).is_none_or(|name| !placed.is_absent(name));
    let given = fields.iter().filter(|(_, value)| is_given(value));
    for (name, value) in given.clone() {
        let step = || format!(".{}", clip(name));
        let Some(field) = def.fields.iter().find(|field| field.name == name.as_str()) else {
            let names = def.fields.iter().map(|field| &*field.name);
            let (zh, en) = (listed(names.clone(), "、"), listed(names, ", "));
            let fault = Fault::new(
                format!("不是 {} 的字段，可用：{zh}", def.name),
                format!("is no field of {}, which has {en}", def.name),
            );
            return Err(fault.within(step()));
        };
        judge(value, &field.ty, placed, depth + 1).map_err(|fault| fault.within(step()))?;
    }
    let is_null = |value: &Value| *value == Value::Null || variable_of(value).is_some_and(|name| placed.is_null(name));
    if def.one_of && (given.clone().count() != 1 || given.clone().any(|(_, value)| is_null(value))) {
        let names = def.fields.iter().map(|field| &*field.name);
        let (zh, en) = (listed(names.clone(), "、"), listed(names, ", "));
        return Err(Fault::new(
            format!("要填一项，并且只能填一项：{zh}"),
            format!("takes exactly one of {en}, and not null"),
        ));
    }
    let is_missing = |name: &str| fields.get(name).is_none_or(|value| !is_given(value));
    let required = def.fields.iter().filter(|field| field.ty.ends_with('!') && field.default.is_none());
    match required.into_iter().find(|field| is_missing(&field.name)) {
        Some(field) => {
            let fault = Fault::new(format!("是必填的（{}），请补上", field.ty), format!("is required ({})", field.ty));
            Err(fault.within(format!(".{}", field.name)))
        }
        None => Ok(()),
    }
}

fn unfit(value: &Value, ty: &str, zh: &str, en: &str) -> Fault {
    let (given_zh, given_en) = match value {
        Value::Null => ("空".to_owned(), "null".to_owned()),
        Value::List(_) => ("列表".to_owned(), "a list".to_owned()),
        Value::Object(_) => ("对象".to_owned(), "an object".to_owned()),
        Value::String(text) => (format!("文字“{}”", clip(text)), format!("the text “{}”", clip(text))),
        Value::Enum(name) => (format!("代码“{}”", clip(name)), format!("the code “{}”", clip(name))),
        other => (clip(&other.to_string()), clip(&other.to_string())),
    };
    Fault::new(format!("应为 {ty}（{zh}），给的是{given_zh}"), format!("must be {ty} ({en}), not {given_en}"))
}

/// Names one after the other, as many as a sentence bears.
fn listed<'n>(names: impl Iterator<Item = &'n str>, comma: &str) -> String {
    let mut text = String::new();
    for name in names {
        if text.len() + name.len() > LISTED {
            text += "…";
            break;
        }
        if !text.is_empty() {
            text += comma;
        }
        text += name;
    }
    text
}

/// A text whose middle is left out where it is too long.
fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let (head, tail) = (&letters[..most / 2], &letters[letters.len() - most / 2..]);
    head.iter().chain(&['…']).chain(tail).collect()
}
