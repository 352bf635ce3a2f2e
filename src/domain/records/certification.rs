//! 资质认定 · Certification: tiers follow from these, on every day.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::Kind;
use crate::domain::record::{Dating, RecordKind, RecordRow};

/// The row of certifications.
pub static CERTIFICATION: RecordRow = RecordRow {
    kind: RecordKind::Certification,
    name: "Certification",
    field: "certifications",
    file: "certifications.csv",
    subject: ("holder", "持有者", "Who holds it"),
    holders: Kind::ACTORS,
    label_zh: "资质认定",
    label_en: "Certifications",
    zh: "一张资质证书或一次入选；梯次由某日有效的证书推得",
    en: "One certificate or one listing; the tier on a day follows from those valid on it",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::Stated,
    attributes: &[
        Attribute::new(
            1,
            "scheme",
            ValueType::Term("SCHEME"),
            "资质类别，如高新技术企业",
            "The scheme, such as high-tech enterprise",
        )
        .required(),
        Attribute::new(2, "certNo", ValueType::Text, "证书编号", "The number printed on the certificate"),
        Attribute::new(3, "batch", ValueType::Text, "批次", "The batch it was announced in"),
        Attribute::new(4, "authority", ValueType::Text, "发证机关", "Who issued it").required(),
        Attribute::new(5, "docNo", ValueType::Text, "公布文号", "The number of the announcing document"),
        Attribute::new(6, "issuedOn", ValueType::Date, "发证日期", "When it was issued").since_1949().required(),
        Attribute::new(7, "announcedOn", ValueType::Date, "公布日期", "When it was announced").since_1949(),
        Attribute::new(
            8,
            "status",
            ValueType::Code(&enumeration::CERTIFICATION_STATUS),
            "登记状态；是否到期由日期推得",
            "What the register says of it; expiry follows from the dates",
        )
        .also(&["状态", "证书状态"])
        .required(),
        Attribute::new(
            9,
            "revokedFrom",
            ValueType::Date,
            "撤销起始日期（可追溯）",
            "From when it no longer counts, possibly in the past",
        ),
        Attribute::new(10, "criteriaVersion", ValueType::Text, "依据的条件版本", "The version of the criteria applied"),
        Attribute::new(
            11,
            "supersedes",
            ValueType::Text,
            "所接续的上一张证书编号（重新认定）",
            "Number of the certificate that it renews",
        ),
    ],
};
