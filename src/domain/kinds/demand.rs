//! 技术需求 · Demand: a problem looking for somebody who can solve it.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Demand,
    name: "Demand",
    code: "DEMAND",
    field: "demand",
    list_field: "demands",
    file: "demands.csv",
    label_zh: "技术需求",
    label_en: "Demand",
    zh: "企业提出的技术、人才、平台或资金需求；名称即标题",
    en: "What a firm asks for; its name is its title",
    attributes: ATTRIBUTES,
    begins_with: Some("publishedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::DEMAND_KIND), "需求类型", "Which sort of demand")
        .required(),
    Attribute::new(2, "problem", ValueType::Text, "要解决的问题", "The problem to be solved").required().body(),
    Attribute::new(3, "indicators", ValueType::Texts, "希望达到的技术指标", "The figures to be reached").keyword(),
    Attribute::new(
        4,
        "targetTrl",
        ValueType::Integer(1, 9),
        "希望的技术就绪度，1 到 9 级（GB/T 22900）",
        "Technology readiness asked for. Unit: level 1 to 9",
    ),
    Attribute::new(5, "budget", ValueType::Money, "愿意投入的经费", "What the firm would pay"),
    Attribute::new(6, "publishedOn", ValueType::Date, "发布日期", "When it was published").since_1949(),
    Attribute::new(7, "deadline", ValueType::Date, "截止日期", "Until when answers are taken"),
    Attribute::new(
        8,
        "cooperation",
        ValueType::Codes(&enumeration::COLLABORATION_KIND),
        "愿意的合作方式",
        "The forms of collaboration it would accept",
    ),
    Attribute::new(9, "visibility", ValueType::Code(&enumeration::DEMAND_VISIBILITY), "公开范围", "Who may see it")
        .required(),
    Attribute::new(10, "status", ValueType::Code(&enumeration::DEMAND_STATUS), "办理状态", "How far it has come")
        .required(),
];
