//! 条件 · criteria of a scheme, with version and document: rules are data.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration::records as list;
use crate::domain::kind::Kind;
use crate::domain::record::{Dating, RecordKind, RecordRow};

/// The row of sets of criteria.
pub static CRITERION_SET: RecordRow = RecordRow {
    kind: RecordKind::CriterionSet,
    name: "CriterionSet",
    field: "criterionSets",
    file: "criterion_sets.csv",
    subject: ("scheme", "资质类别（SCHEME 体系）", "The scheme they belong to"),
    holders: &[Kind::Term],
    label_zh: "条件版本",
    label_en: "Sets of criteria",
    zh: "一类资质的一版条件：版本、文号、施行时间",
    en: "One version of the criteria of a scheme, with its document and time",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::Stated,
    attributes: &[
        Attribute::new(1, "setVersion", ValueType::Text, "版本", "Its version").required(),
        Attribute::new(2, "docNo", ValueType::Text, "文号", "Number of the document").required(),
        Attribute::new(3, "title", ValueType::Text, "文件名称", "What the document is called"),
    ],
};

/// The row of criteria.
pub static CRITERION: RecordRow = RecordRow {
    kind: RecordKind::Criterion,
    name: "Criterion",
    field: "criteria",
    file: "criteria.csv",
    subject: ("scheme", "资质类别（SCHEME 体系）", "The scheme it belongs to"),
    holders: &[Kind::Term],
    label_zh: "条件",
    label_en: "Criteria",
    zh: "一版条件中的一条",
    en: "One criterion of a version",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::Open,
    attributes: &[
        Attribute::new(1, "setVersion", ValueType::Text, "所属版本", "The version it belongs to").required(),
        Attribute::new(2, "number", ValueType::Integer(1, 1000), "序号，单位：条", "Its place. Unit: number")
            .required(),
        Attribute::new(3, "textZh", ValueType::Text, "条件原文", "The words of the document").required(),
        Attribute::new(4, "kind", ValueType::Code(&list::CRITERION_KIND), "条件类型", "Which sort of criterion")
            .required(),
        Attribute::new(5, "expression", ValueType::Text, "可计算的表达式（JSON）", "What computes it, as JSON"),
        Attribute::new(
            6,
            "threshold",
            ValueType::Decimal,
            "门槛值，单位：见 unit 字段",
            "The figure to be reached. Unit: as the field unit names it",
        ),
        Attribute::new(7, "unit", ValueType::Text, "门槛的单位", "The unit of the threshold"),
        Attribute::new(8, "comparator", ValueType::Code(&list::COMPARATOR), "比较方式", "How it is compared"),
    ],
};
