//! 企业 · Enterprise: what a firm is. Its tier follows from certificates; its county is a relation.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Enterprise,
    name: "Enterprise",
    code: "ENTERPRISE",
    field: "enterprise",
    list_field: "enterprises",
    file: "enterprises.csv",
    label_zh: "企业",
    label_en: "Enterprise",
    zh: "在册企业；资质梯次不是属性，由有效证书推得",
    en: "A firm; its tier is no attribute but follows from the certificates valid on a day",
    attributes: ATTRIBUTES,
    begins_with: Some("registeredOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "legalForm",
        ValueType::Code(&enumeration::LEGAL_FORM),
        "登记的组织形式",
        "The legal form it was registered in",
    )
    .required()
    .also(&["组织形式", "企业类型"]),
    Attribute::new(
        2,
        "status",
        ValueType::Code(&enumeration::ENTERPRISE_STATUS),
        "登记状态：存续、迁出、注销等",
        "Whether it still exists and trades",
    )
    .required()
    .also(&["企业状态", "状态", "经营状态"]),
    Attribute::new(
        3,
        "isLegalPerson",
        ValueType::Answer,
        "是否独立法人；分公司、集团简称不是",
        "Whether it is a legal person; branches and groups are not",
    )
    .required(),
    Attribute::new(
        4,
        "registeredOn",
        ValueType::Date,
        "成立（注册）日期",
        "The day on which it was founded and registered",
    )
    .since_1949()
    .also(&["成立日期", "注册日期"]),
    Attribute::new(5, "registeredCapital", ValueType::Money, "登记的注册资本", "Capital entered in the register")
        .also(&["注册资本"]),
    Attribute::new(6, "mainProducts", ValueType::Texts, "主要产品或服务", "What it mainly makes or does")
        .keyword()
        .also(&["主要产品", "主营产品"]),
    Attribute::new(7, "scopeText", ValueType::Text, "经营范围、主营业务的文字说明", "Its business in words")
        .body()
        .also(&["经营范围"]),
    Attribute::new(
        8,
        "listedBoard",
        ValueType::Code(&enumeration::LISTED_BOARD),
        "股票上市的板块",
        "The board of the stock exchange it is listed on",
    ),
    Attribute::new(9, "listedOn", ValueType::Date, "股票上市日期", "The day on which its shares were first traded")
        .since_1949(),
    Attribute::new(10, "website", ValueType::Text, "官方网站地址", "Address of its own pages").also(&["网址", "官网"]),
    Attribute::new(11, "address", ValueType::Text, "注册或办公地址原文", "Postal address as the source gives it")
        .also(&["地址", "注册地址"]),
    Attribute::new(
        12,
        "origin",
        ValueType::Code(&enumeration::ENTITY_ORIGIN),
        "来历：本地、引进、衍生、回流",
        "Whether it began here, was brought in, spun off or came back",
    ),
    Attribute::new(13, "originOn", ValueType::Date, "引进、衍生日期", "When it was brought in or spun off")
        .since_1949(),
    Attribute::new(14, "originRegion", ValueType::Node(&[Kind::Region]), "从哪个地区引进", "The region it came from"),
    Attribute::new(
        15,
        "agreesToApps",
        ValueType::Answer,
        "是否同意对接应用查看内部数据（年度数据、事项等）",
        "Whether matching apps may see what is internal of it",
    )
    .internal(),
    Attribute::new(
        16,
        "registryStatus",
        ValueType::Text,
        "外部登记库中的状态原文（如 ROR 的 active）",
        "Its status as a register elsewhere writes it, such as active",
    ),
    Attribute::new(
        17,
        "registryTypes",
        ValueType::Texts,
        "外部登记库中的类型原文（如 ROR 的 education）",
        "Its types as a register elsewhere writes them, such as education",
    ),
];
