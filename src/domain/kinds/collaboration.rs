//! 合作 · Collaboration: n-ary: a contract of k parties is one node with k participants.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Collaboration,
    name: "Collaboration",
    code: "COLLABORATION",
    field: "collaboration",
    list_field: "collaborations",
    file: "collaborations.csv",
    label_zh: "合作",
    label_en: "Collaboration",
    zh: "合同、项目、共建、框架协议等一次合作，可有多方参加；金额只记一次",
    en: "One contract, project or joint undertaking of any number of parties; its amount is counted once",
    attributes: ATTRIBUTES,
    begins_with: Some("signedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "kind",
        ValueType::Code(&enumeration::COLLABORATION_KIND),
        "合作类型",
        "Which sort of collaboration",
    )
    .required(),
    Attribute::new(2, "signedOn", ValueType::Date, "签订日期", "When it was signed").since_1949().required(),
    Attribute::new(3, "start", ValueType::Date, "开始日期", "When the work begins"),
    Attribute::new(4, "end", ValueType::Date, "结束日期", "When the work ends"),
    Attribute::new(5, "amount", ValueType::Money, "合同成交额", "Contract amount"),
    Attribute::new(6, "technicalAmount", ValueType::Money, "其中技术交易额", "The technical part of the amount"),
    Attribute::new(7, "programme", ValueType::Text, "所属科技计划", "The programme that pays for it"),
    Attribute::new(8, "level", ValueType::Code(&enumeration::LEVEL), "项目级别", "The level of the programme"),
    Attribute::new(
        9,
        "stage",
        ValueType::Code(&enumeration::COLLABORATION_STAGE),
        "研发阶段",
        "How far it is from the market",
    ),
    Attribute::new(10, "status", ValueType::Code(&enumeration::COLLABORATION_STATUS), "进展", "How it stands"),
    Attribute::new(11, "descriptionText", ValueType::Text, "合作内容", "What is done together, in words").body(),
    Attribute::new(12, "outcome", ValueType::Text, "取得的结果", "What came of it").body(),
];
