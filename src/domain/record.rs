//! The table of records: facts with ids of their own that belong to a node and are no node.
//!
//! To add one: the enum and `TABLE` here, a row in `records/`, a fixture. The permanent number is
//! written into the ledger; rows are never reordered and never removed.

use minicbor::{Decode, Encode};

use super::attribute::{Attribute, Sensitivity, ValueType};
use super::enumeration;
use super::kind::Kind;
use super::records;
use super::validity::PartialDate;
use super::value::Value;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[repr(u8)]
pub enum RecordKind {
    /// 资质认定
    #[n(0)]
    Certification = 0,
    /// 年度数据
    #[n(1)]
    YearFigures = 1,
    /// 入库
    #[n(2)]
    RegisterEntry = 2,
    /// 工作事项
    #[n(3)]
    WorkItem = 3,
    /// 活动
    #[n(4)]
    Activity = 4,
    /// 申报
    #[n(5)]
    Application = 5,
    /// 表彰、奖补
    #[n(6)]
    Honor = 6,
    /// 融资（没有写明出资方）
    #[n(7)]
    Financing = 7,
    /// 载体年度数据
    #[n(8)]
    CarrierFigures = 8,
    /// 集群年度数据
    #[n(9)]
    ClusterFigures = 9,
    /// 规划
    #[n(10)]
    Plan = 10,
    /// 指标
    #[n(11)]
    Indicator = 11,
    /// 目标
    #[n(12)]
    Target = 12,
    /// 指标值
    #[n(13)]
    Observation = 13,
    /// 条件集
    #[n(14)]
    CriterionSet = 14,
    /// 条件
    #[n(15)]
    Criterion = 15,
    /// 通报
    #[n(16)]
    Report = 16,
    /// 推荐反馈
    #[n(17)]
    MatchFeedback = 17,
}

/// What says from when a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dating {
    /// It must be stated, if only as UNKNOWN.
    Stated,
    /// A date, or a year, among its attributes, where nothing else is stated.
    From(&'static str),
    /// Nothing need be stated.
    Open,
}

/// Values of an attribute that make an exception of a record.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// The attribute.
    pub attribute: &'static str,
    /// Names of its codes.
    pub codes: &'static [&'static str],
    /// Who may see such a record.
    pub sensitivity: Sensitivity,
}

/// What there is to say about a kind of record.
#[derive(Debug)]
pub struct RecordRow {
    /// The kind.
    pub kind: RecordKind,
    /// The name of its type in the schema.
    pub name: &'static str,
    /// The field that lists them, at the root and on those who have them.
    pub field: &'static str,
    /// The file of the import format.
    pub file: &'static str,
    /// The column that names its node, with what that node is to it.
    pub subject: (&'static str, &'static str, &'static str),
    /// Whose record it can be.
    pub holders: &'static [Kind],
    /// Chinese label.
    pub label_zh: &'static str,
    /// English label.
    pub label_en: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Who may know that it is there.
    pub sensitivity: Sensitivity,
    /// Those of which fewer or more may know.
    pub exception: Option<Exception>,
    /// What says from when it holds.
    pub dating: Dating,
}

static TABLE: [&RecordRow; 18] = [
    &records::certification::CERTIFICATION,
    &records::figures::YEAR_FIGURES,
    &records::register::REGISTER_ENTRY,
    &records::work::WORK_ITEM,
    &records::work::ACTIVITY,
    &records::register::APPLICATION,
    &records::money::HONOR,
    &records::money::FINANCING,
    &records::figures::CARRIER_FIGURES,
    &records::figures::CLUSTER_FIGURES,
    &records::plan::PLAN,
    &records::plan::INDICATOR,
    &records::plan::TARGET,
    &records::plan::OBSERVATION,
    &records::criteria::CRITERION_SET,
    &records::criteria::CRITERION,
    &records::work::REPORT,
    &records::work::MATCH_FEEDBACK,
];

impl RecordKind {
    /// Every kind of record, in the order of the table.
    pub fn all() -> impl Iterator<Item = RecordKind> {
        TABLE.iter().map(|row| row.kind)
    }

    /// Its row.
    pub fn row(self) -> &'static RecordRow {
        TABLE[self as usize]
    }
}

impl RecordRow {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The value of the attribute of that name.
    pub fn value<'r>(&self, values: &'r [(u16, Value)], name: &str) -> Option<&'r Value> {
        let tag = self.attribute(name)?.tag;
        values.iter().find(|(known, _)| *known == tag).map(|(_, value)| value)
    }

    /// Who may know that a record of these values is there.
    pub fn sensitivity_of(&self, values: &[(u16, Value)]) -> Sensitivity {
        let Some(exception) = &self.exception else { return self.sensitivity };
        let list = self.attribute(exception.attribute).and_then(Attribute::enumeration);
        let named = match (self.value(values, exception.attribute), list) {
            (Some(Value::Code(tag)), Some(list)) => list.by_tag(*tag).map(|code| code.name),
            _ => None,
        };
        let applies = named.is_some_and(|name| exception.codes.contains(&name));
        if applies { exception.sensitivity } else { self.sensitivity }
    }

    /// From when a record of these values holds, where nothing else is stated.
    pub fn begins(&self, values: &[(u16, Value)]) -> Option<PartialDate> {
        let Dating::From(name) = self.dating else { return None };
        match self.value(values, name)? {
            Value::Date(date) => Some(*date),
            Value::Integer(year) => format!("{year:04}").parse().ok(),
            _ => None,
        }
    }

    /// Must its beginning be stated?
    pub fn must_be_dated(&self) -> bool {
        self.dating == Dating::Stated
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
    Attribute::new(10, "effectiveFrom", ValueType::Date, "政策施行日期", "From when the policy applies"),
    Attribute::new(11, "effectiveTo", ValueType::Date, "政策失效日期", "Until when the policy applies"),
    Attribute::new(
        12,
        "grants",
        ValueType::Texts,
        "政策给予什么：奖补、优惠、服务",
        "What the policy grants, in words",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_stand_at_their_number_and_name_what_there_is() {
        let mut fields = BTreeSet::new();
        for (position, kind) in RecordKind::all().enumerate() {
            assert_eq!(kind as usize, position);
            let row = kind.row();
            let tags: BTreeSet<_> = row.attributes.iter().map(|attribute| attribute.tag).collect();
            let names: BTreeSet<_> = row.attributes.iter().map(|attribute| attribute.name).collect();
            assert_eq!((tags.len(), names.len()), (row.attributes.len(), row.attributes.len()), "{}", row.name);
            assert!(!names.contains(row.subject.0), "{}", row.name);
            assert!(fields.insert(row.field), "{}", row.field);
            if let Dating::From(name) = row.dating {
                assert!(row.attribute(name).is_some(), "{name}");
            }
            if let Some(exception) = &row.exception {
                let list = row.attribute(exception.attribute).and_then(Attribute::enumeration).expect("a code list");
                assert!(exception.codes.iter().all(|name| list.by_name(name).is_some()), "{}", row.name);
            }
        }
    }

    #[test]
    fn what_the_tax_office_says_is_for_fewer_eyes() {
        let row = RecordKind::YearFigures.row();
        let basis = row.attribute("figuresBasis").expect("the basis");
        let of = |name: &str| {
            let code = enumeration::records::YEAR_BASIS.by_name(name).expect("a code");
            row.sensitivity_of(&[(basis.tag, Value::Code(code.tag))])
        };
        assert_eq!((of("TAX"), of("DECLARED")), (Sensitivity::Restricted, Sensitivity::Internal));
        assert_eq!(row.begins(&[(1, Value::Integer(2019))]), "2019".parse().ok());
    }
}
