//! Which values can be kept at all, whoever says them of whatever.

use crate::domain::Value;
use crate::domain::attribute::{Attribute, MOST_STATEMENTS};
use crate::domain::rejection::{Rejection, clip};

/// Bytes that a text has at most.
const LONGEST_TEXT: usize = 64 * 1024;

/// Is the value one that can be kept: an attribute that there is, texts of a size, without control
/// characters?
pub(super) fn fitting(attributes: &'static [Attribute], tag: u16, value: &Value) -> Result<(), Rejection> {
    let Some(attribute) = attributes.iter().find(|attribute| attribute.tag == tag) else {
        let known = attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
        return Err(Rejection::UnknownColumn { name: format!("#{tag}"), known });
    };
    let texts = match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::Texts(texts) => texts.as_slice(),
        _ => &[],
    };
    if texts.iter().map(String::len).sum::<usize>() > LONGEST_TEXT || texts.len() > MOST_STATEMENTS {
        return Err(Rejection::TooLarge { limit: format!("{} {LONGEST_TEXT} 字节 / bytes", attribute.name) });
    }
    if value.nodes().len() > MOST_STATEMENTS {
        return Err(Rejection::TooLarge { limit: format!("{} {MOST_STATEMENTS} 个 / entries", attribute.name) });
    }
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if texts.iter().any(|text| text.chars().any(control)) {
        let given = texts.first().filter(|_| attribute.personal.is_none());
        return Err(Rejection::InvalidValue {
            name: attribute.name.to_owned(),
            given: clip(given.map_or("", String::as_str)),
            expected_zh: "文字不能含控制字符".to_owned(),
            expected_en: "has no control characters".to_owned(),
        });
    }
    Ok(())
}
