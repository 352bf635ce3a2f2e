//! 高校院所 · Institute: those who do research. A school or team is a node of its own, part of its parent.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Institute,
    name: "Institute",
    code: "INSTITUTE",
    field: "institute",
    list_field: "institutes",
    file: "institutes.csv",
    label_zh: "高校院所",
    label_en: "Institute",
    zh: "高等学校、科研院所、医院及其内设学院、实验室、团队",
    en: "A university, research institute or hospital, or a school, laboratory or team inside one",
    attributes: ATTRIBUTES,
    begins_with: Some("foundedOn"),
    begins: Dates::Any,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::INSTITUTE_KIND), "院所类型", "Which sort of institute")
        .required(),
    Attribute::new(
        2,
        "level",
        ValueType::Code(&enumeration::LEVEL),
        "认定或隶属级别",
        "The level it belongs to or is recognised at",
    ),
    Attribute::new(3, "foundedOn", ValueType::Date, "建立日期", "When it was set up").past(),
    Attribute::new(4, "expertiseText", ValueType::Text, "研究方向、优势领域的文字说明", "What it is good at, in words")
        .body(),
    Attribute::new(5, "website", ValueType::Text, "官方网站地址", "Address of its own pages"),
    Attribute::new(6, "address", ValueType::Text, "地址原文", "Postal address as the source gives it"),
    Attribute::new(
        7,
        "origin",
        ValueType::Code(&enumeration::ENTITY_ORIGIN),
        "来历：本地、引进、衍生、回流",
        "Whether it began here, was brought in, spun off or came back",
    ),
    Attribute::new(8, "originOn", ValueType::Date, "引进、衍生日期", "When it was brought in or spun off").since_1949(),
    Attribute::new(9, "originRegion", ValueType::Node(&[Kind::Region]), "从哪个地区引进", "The region it came from"),
    Attribute::new(
        10,
        "agreesToApps",
        ValueType::Answer,
        "是否同意对接应用查看内部数据（年度数据、事项等）",
        "Whether matching apps may see what is internal of it",
    )
    .internal(),
    Attribute::new(
        11,
        "registryStatus",
        ValueType::Text,
        "外部登记库中的状态原文（如 ROR 的 active）",
        "Its status as a register elsewhere writes it, such as active",
    ),
    Attribute::new(
        12,
        "registryTypes",
        ValueType::Texts,
        "外部登记库中的类型原文（如 ROR 的 education）",
        "Its types as a register elsewhere writes them, such as education",
    ),
];
