//! 集群、基地 · Cluster: firms of one trade in one place; membership is declared or follows a rule.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Cluster,
    name: "Cluster",
    code: "CLUSTER",
    field: "cluster",
    list_field: "clusters",
    file: "clusters.csv",
    label_zh: "集群、基地",
    label_en: "Cluster",
    zh: "高新技术产业集群、国家级产业化基地、特色产业集群",
    en: "An industrial cluster or recognised base",
    attributes: ATTRIBUTES,
    begins_with: Some("recognizedOn"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        1,
        "kind",
        ValueType::Code(&enumeration::CLUSTER_KIND),
        "集群或基地类型",
        "Which sort of cluster or base",
    )
    .required(),
    Attribute::new(2, "level", ValueType::Code(&enumeration::LEVEL), "认定级别", "The level it is recognised at"),
    Attribute::new(3, "recognizedOn", ValueType::Date, "认定日期", "When it was recognised").since_1949(),
    Attribute::new(
        4,
        "scaleClass",
        ValueType::Code(&enumeration::SCALE_CLASS),
        "产值等级（百亿、千亿、万亿）",
        "Class of yearly output",
    ),
    Attribute::new(5, "membershipRule", ValueType::Text, "成员认定规则的文字说明", "The rule of membership in words"),
    Attribute::new(6, "descriptionText", ValueType::Text, "集群简介", "What the cluster makes, in words").body(),
    Attribute::new(
        7,
        "membershipExpression",
        ValueType::Text,
        "成员认定规则的可计算表达式（JSON）",
        "The rule of membership as a computable expression in JSON",
    ),
];
