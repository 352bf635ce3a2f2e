//! 基金、金融产品 · Fund: money on offer. Who runs it and whom it funded are relations.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Fund,
    name: "Fund",
    code: "FUND",
    field: "fund",
    list_field: "funds",
    file: "funds.csv",
    label_zh: "基金、金融产品",
    label_en: "Fund",
    zh: "投资基金、引导基金、科技贷等金融产品",
    en: "An investment fund or a loan on offer",
    attributes: ATTRIBUTES,
    begins_with: Some("foundedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "kind",
        ValueType::Code(&enumeration::FUND_KIND),
        "基金或产品类型",
        "Which sort of fund or product",
    )
    .required(),
    Attribute::new(2, "size", ValueType::Money, "规模", "How much money it has or plans"),
    Attribute::new(3, "ticketMin", ValueType::Money, "单笔最低投资或贷款额", "The least it puts into one firm"),
    Attribute::new(4, "ticketMax", ValueType::Money, "单笔最高投资或贷款额", "The most it puts into one firm"),
    Attribute::new(
        5,
        "stages",
        ValueType::Codes(&enumeration::FUNDING_STAGE),
        "面向的企业阶段",
        "The stages of a firm it looks for",
    ),
    Attribute::new(6, "foundedOn", ValueType::Date, "设立日期", "When it was set up").since_1949(),
    Attribute::new(7, "expiresOn", ValueType::Date, "到期日期", "When it ends"),
    Attribute::new(8, "descriptionText", ValueType::Text, "投向与条件的文字说明", "What it pays for and on what terms")
        .body(),
];
