//! 人员 · Person: people. Their names and how to reach them are personal: held sealed, shown masked.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration as list;
use crate::domain::kind::{Kind, KindRow};
use crate::domain::personal::Personal;

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
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "role",
        ValueType::Codes(&list::PERSON_ROLE),
        "身份，可以有几个",
        "What the person is here, several perhaps",
    )
    .internal(),
    Attribute::new(2, "title", ValueType::Text, "职称或职务，不写姓名", "Title or post, without the name").internal(),
    Attribute::new(
        3,
        "phone",
        ValueType::Text,
        "电话，加密保存，遮盖显示",
        "Telephone number, kept sealed and shown masked",
    )
    .restricted()
    .sealed(Personal::Phone),
    Attribute::new(
        4,
        "email",
        ValueType::Text,
        "电子邮箱，加密保存，遮盖显示",
        "Address of electronic mail, kept sealed and shown masked",
    )
    .restricted()
    .sealed(Personal::Email),
];
