//! What a person needs to see of an entry of a list: its name, and a few of its attributes, what must be
//! answered first. Chosen from the tables, so that a document that is handed out shows more than ids.

use super::counted::Counted;
use super::tie::word_field;
use crate::domain::ValueType;
use crate::domain::attribute::{Attribute, TextWeight};

/// Attributes beside the name.
const MOST: usize = 4;

/// The fields to select of an entry.
pub fn selection(counted: Counted) -> String {
    let mut fields = vec!["id".to_owned()];
    match counted {
        Counted::Nodes(_) => fields.extend(["nameZh", "code"].map(str::to_owned)),
        Counted::Organizations => fields.extend(["nameZh", "nodeKindZh", "code"].map(str::to_owned)),
        Counted::Records(kind) => fields.push(format!("{} {{ id nameZh }}", kind.row().subject.0)),
    }
    let (required, others): (Vec<&Attribute>, Vec<&Attribute>) =
        counted.attributes().iter().partition(|attribute| attribute.required);
    fields.extend(required.into_iter().chain(others).filter_map(column).take(MOST));
    fields.join(" ")
}

/// How an attribute is selected; none of what is long, a list, or about a person.
fn column(attribute: &Attribute) -> Option<String> {
    if attribute.personal.is_some() {
        return None;
    }
    Some(match attribute.value_type {
        ValueType::Code(_) => word_field(attribute).0,
        ValueType::Term(_) | ValueType::Node(_) => format!("{} {{ nameZh }}", attribute.name),
        ValueType::Text if attribute.text == TextWeight::Body => return None,
        ValueType::Texts | ValueType::Codes(_) | ValueType::Nodes(_) | ValueType::Log => return None,
        _ => attribute.name.to_owned(),
    })
}
