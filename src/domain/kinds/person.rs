//! 人员 · Person: people. Their data are personal: held sealed, shown masked.

use crate::domain::attribute::Attribute;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Person,
    name: "Person",
    code: "PERSON",
    field: "person",
    list_field: "people",
    file: "people.csv",
    label_zh: "人员",
    label_en: "Person",
    zh: "专家、帮扶人、联系人、法定代表人",
    en: "An expert, adviser, contact or legal representative",
    attributes: ATTRIBUTES,
    begins_with: None,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[];
