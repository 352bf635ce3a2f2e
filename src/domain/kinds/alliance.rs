//! 创新联盟 · Alliance: bound by an agreement, usually no legal person.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Alliance,
    name: "Alliance",
    code: "ALLIANCE",
    field: "alliance",
    list_field: "alliances",
    file: "alliances.csv",
    label_zh: "创新联盟",
    label_en: "Alliance",
    zh: "产业技术创新战略联盟、科技协同创新联盟；联盟不等于其牵头单位",
    en: "An innovation alliance; it is not its lead unit",
    attributes: ATTRIBUTES,
    begins_with: Some("foundedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "kind",
        ValueType::Code(&enumeration::ALLIANCE_KIND),
        "联盟类型",
        "Which of the two kinds of alliance",
    )
    .required(),
    Attribute::new(2, "level", ValueType::Code(&enumeration::LEVEL), "认定级别", "The level it is recognised at"),
    Attribute::new(3, "foundedOn", ValueType::Date, "成立日期", "When the agreement was made").since_1949(),
    Attribute::new(4, "agreementEnd", ValueType::Date, "联盟协议到期日期", "When the agreement runs out"),
    Attribute::new(5, "goalsText", ValueType::Text, "联盟的技术目标", "What the members want to reach together").body(),
];
