//! 分类条目 · Term: code lists that documents change are data of this kind.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::identifier::Scheme;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Term,
    name: "Term",
    code: "TERM",
    field: "term",
    list_field: "terms",
    file: "terms.csv",
    label_zh: "分类条目",
    label_en: "Term",
    zh: "技术领域、产业、产业链环节、资质类别等分类体系中的一条",
    en: "An entry of a classification: technical field, industry, link of a chain, certification scheme",
    attributes: ATTRIBUTES,
    begins_with: None,
    begins: Dates::Any,
    code_scheme: Some(Scheme::TermCode),
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "scheme",
        ValueType::Text,
        "所属分类体系，如 HT8（国家重点支持的高新技术领域）",
        "The classification it belongs to",
    )
    .required(),
    Attribute::new(2, "descriptionText", ValueType::Text, "条目说明", "What the entry covers").body(),
    Attribute::new(
        3,
        "verified",
        ValueType::Answer,
        "是否已与官方文本核对；“否”的请核对后再用",
        "Whether it was checked against the official text",
    ),
    Attribute::new(
        4,
        "displayOrder",
        ValueType::Integer(1, 1000),
        "显示次序；资质类别中小的为高的梯次，单位：位",
        "Place in displays; of schemes the smaller is the higher tier. Unit: place",
    ),
];
