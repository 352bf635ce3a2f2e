//! 其他机构 · Other organisation: bodies that are neither firm nor institute.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::OtherOrganization,
    name: "OtherOrganization",
    code: "OTHER_ORGANIZATION",
    field: "otherOrganization",
    list_field: "otherOrganizations",
    file: "other_organizations.csv",
    label_zh: "其他机构",
    label_en: "Other organisation",
    zh: "政府部门、银行、基金管理机构、服务机构、协会、创业团队等",
    en: "A body that is neither a firm nor an institute: government, bank, manager, agency, association, team",
    attributes: ATTRIBUTES,
    begins_with: Some("foundedOn"),
    begins: Dates::Any,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::OTHER_KIND), "机构类型", "Which sort of body").required(),
    Attribute::new(2, "foundedOn", ValueType::Date, "成立日期", "When it was set up").past(),
    Attribute::new(3, "website", ValueType::Text, "官方网站地址", "Address of its own pages"),
    Attribute::new(4, "address", ValueType::Text, "地址原文", "Postal address as the source gives it"),
    Attribute::new(
        5,
        "origin",
        ValueType::Code(&enumeration::ENTITY_ORIGIN),
        "来历：本地、引进、衍生、回流",
        "Whether it began here, was brought in, spun off or came back",
    ),
    Attribute::new(6, "originOn", ValueType::Date, "引进、衍生日期", "When it was brought in or spun off").since_1949(),
    Attribute::new(7, "originRegion", ValueType::Node(&[Kind::Region]), "从哪个地区引进", "The region it came from"),
    Attribute::new(
        8,
        "agreesToApps",
        ValueType::Answer,
        "是否同意对接应用查看内部数据（年度数据、事项等）",
        "Whether matching apps may see what is internal of it",
    )
    .internal(),
    Attribute::new(
        9,
        "registryStatus",
        ValueType::Text,
        "外部登记库中的状态原文（如 ROR 的 active）",
        "Its status as a register elsewhere writes it, such as active",
    ),
    Attribute::new(
        10,
        "registryTypes",
        ValueType::Texts,
        "外部登记库中的类型原文（如 ROR 的 education）",
        "Its types as a register elsewhere writes them, such as education",
    ),
];
