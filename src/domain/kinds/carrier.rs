//! 孵化载体 · Carrier: where young firms are raised.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Carrier,
    name: "Carrier",
    code: "CARRIER",
    field: "carrier",
    list_field: "carriers",
    file: "carriers.csv",
    label_zh: "孵化载体",
    label_en: "Carrier",
    zh: "科技企业孵化器、众创空间、大学科技园；载体不等于其运营公司",
    en: "An incubator, maker space or science park; it is not the company that runs it",
    attributes: ATTRIBUTES,
    begins_with: Some("foundedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::CARRIER_KIND), "载体类型", "Which sort of carrier")
        .required(),
    Attribute::new(
        2,
        "level",
        ValueType::Code(&enumeration::LEVEL),
        "认定级别；“市级以上”含市、省、国家级",
        "The level it is recognised at",
    )
    .required(),
    Attribute::new(3, "area", ValueType::Area, "孵化场地面积", "Floor space for incubatees"),
    Attribute::new(
        4,
        "seats",
        ValueType::Integer(0, 100_000),
        "创业工位数，单位：个",
        "Work places for founders. Unit: seats",
    ),
    Attribute::new(5, "foundedOn", ValueType::Date, "成立日期", "When it opened").since_1949(),
    Attribute::new(
        6,
        "descriptionText",
        ValueType::Text,
        "专业方向与服务的文字说明",
        "Its field and services in words",
    )
    .body(),
];
