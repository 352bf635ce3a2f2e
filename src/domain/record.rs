//! The table of records: facts with ids of their own that belong to a node and are no node.

use minicbor::{Decode, Encode};

use super::attribute::{Attribute, ValueType};
use super::enumeration;
use super::kind::Kind;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum RecordKind {
    /// 资质认定
    #[n(0)]
    Certification,
}

/// What there is to say about a kind of record.
#[derive(Debug)]
pub struct RecordRow {
    /// The kind.
    pub kind: RecordKind,
    /// The name of its type in the schema.
    pub name: &'static str,
    /// The file of the import format.
    pub file: &'static str,
    /// The column that names its node.
    pub subject: &'static str,
    /// Whose record it can be.
    pub holders: &'static [Kind],
    /// Chinese label.
    pub label_zh: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

static CERTIFICATION: RecordRow = RecordRow {
    kind: RecordKind::Certification,
    name: "Certification",
    file: "certifications.csv",
    subject: "holder",
    holders: Kind::ACTORS,
    label_zh: "资质认定",
    zh: "一张资质证书或一次入选；梯次由某日有效的证书推得",
    en: "One certificate or one listing; the tier on a day follows from those valid on it",
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
        Attribute::new(6, "issuedOn", ValueType::Date, "发证日期", "When it was issued").required(),
        Attribute::new(7, "announcedOn", ValueType::Date, "公布日期", "When it was announced"),
        Attribute::new(
            8,
            "status",
            ValueType::Code(&enumeration::CERTIFICATION_STATUS),
            "登记状态；是否到期由日期推得",
            "What the register says of it; expiry follows from the dates",
        )
        .required(),
        Attribute::new(
            9,
            "revokedFrom",
            ValueType::Date,
            "撤销起始日期（可追溯）",
            "From when it no longer counts, possibly in the past",
        ),
        Attribute::new(10, "criteriaVersion", ValueType::Text, "依据的条件版本", "The version of the criteria applied"),
    ],
};

impl RecordKind {
    /// Every kind of record.
    pub fn all() -> impl Iterator<Item = RecordKind> {
        [RecordKind::Certification].into_iter()
    }

    /// Its row.
    pub fn row(self) -> &'static RecordRow {
        match self {
            RecordKind::Certification => &CERTIFICATION,
        }
    }
}

impl RecordRow {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// The columns of a source (`sources.csv`), all public.
pub static SOURCE_ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::SOURCE_KIND), "来源类型", "Which sort of document")
        .required(),
    Attribute::new(2, "issuer", ValueType::Text, "发布者", "Who published it").required(),
    Attribute::new(3, "title", ValueType::Text, "标题或内容摘要（自拟）", "What it is about, in our own words")
        .required(),
    Attribute::new(4, "docNo", ValueType::Text, "文号", "Its document number"),
    Attribute::new(5, "date", ValueType::Date, "发布日期", "When it was published"),
    Attribute::new(6, "address", ValueType::Text, "网址", "Where it can be read"),
    Attribute::new(7, "page", ValueType::Text, "页码或位置", "The place inside it"),
    Attribute::new(8, "grade", ValueType::Code(&enumeration::GRADE), "来源等级", "How far it can be relied on")
        .required(),
    Attribute::new(9, "note", ValueType::Text, "备注：年份推断、待核对等", "Remarks, such as an inferred year"),
];
