//! 研发平台 · Platform: laboratories and centres; the host is a relation.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Platform,
    name: "Platform",
    code: "PLATFORM",
    field: "platform",
    list_field: "platforms",
    file: "platforms.csv",
    label_zh: "研发平台",
    label_en: "Platform",
    zh: "工程中心、重点实验室、创新中心、产业研究院、公共服务平台",
    en: "A research or service platform hosted by one or more organisations",
    attributes: ATTRIBUTES,
    begins_with: Some("foundedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::PLATFORM_KIND), "平台类型", "Which sort of platform")
        .required(),
    Attribute::new(2, "level", ValueType::Code(&enumeration::LEVEL), "认定级别", "The level it is recognised at")
        .required(),
    Attribute::new(3, "openToPublic", ValueType::Answer, "是否对外开放服务", "Whether outsiders may use it").required(),
    Attribute::new(4, "foundedOn", ValueType::Date, "批准或成立日期", "When it was approved or opened").since_1949(),
    Attribute::new(5, "descriptionText", ValueType::Text, "研究与服务内容的文字说明", "What is done there, in words")
        .body(),
];
