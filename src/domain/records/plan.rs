//! 规划与指标 · plans, indicators, targets, observations: figures of documents are data with their source.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration::records as list;
use crate::domain::kind::Kind;
use crate::domain::record::{Dating, RecordKind, RecordRow};

/// The row of plans.
pub static PLAN: RecordRow = RecordRow {
    kind: RecordKind::Plan,
    name: "Plan",
    field: "plans",
    file: "plans.csv",
    subject: ("term", "规划条目（PLAN 体系）", "The term it describes, of the scheme PLAN"),
    holders: &[Kind::Term],
    label_zh: "规划",
    label_en: "Plans",
    zh: "一份规划或行动计划的文号、地区与期限",
    en: "Document number, region and period of a plan",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::Stated,
    attributes: &[
        Attribute::new(1, "docNo", ValueType::Text, "文号", "Its document number").required(),
        Attribute::new(2, "region", ValueType::Node(super::REGION), "适用地区", "The region it is for").required(),
        Attribute::new(3, "issuer", ValueType::Text, "印发机关", "Who issued it"),
    ],
};

/// The row of indicators.
pub static INDICATOR: RecordRow = RecordRow {
    kind: RecordKind::Indicator,
    name: "Indicator",
    field: "indicators",
    file: "indicators.csv",
    subject: ("term", "指标条目（INDICATOR 体系）", "The term it defines, of the scheme INDICATOR"),
    holders: &[Kind::Term],
    label_zh: "指标定义",
    label_en: "Indicators",
    zh: "一个指标的口径：单位、总体、算法、计数方式与日期口径",
    en: "What an indicator counts: unit, population, formula, way of counting",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::Open,
    attributes: &[
        Attribute::new(1, "unit", ValueType::Text, "计量单位", "The unit it is counted in").required(),
        Attribute::new(2, "population", ValueType::Text, "总体（口径）", "The population counted").required(),
        Attribute::new(3, "formula", ValueType::Text, "算法说明", "How it is computed, in words"),
        Attribute::new(4, "countBy", ValueType::Code(&list::COUNT_BY), "计数方式", "How it counts").required(),
        Attribute::new(5, "dateBasis", ValueType::Code(&list::DATE_BASIS), "日期口径", "Which date decides"),
        Attribute::new(
            6,
            "schemes",
            ValueType::Texts,
            "计入的资质类别代码（并集）",
            "Codes of the schemes whose union counts",
        ),
    ],
};

/// The row of targets.
pub static TARGET: RecordRow = RecordRow {
    kind: RecordKind::Target,
    name: "Target",
    field: "targets",
    file: "targets.csv",
    subject: ("region", "目标所属地区", "The region it is set for"),
    holders: super::REGION,
    label_zh: "目标",
    label_en: "Targets",
    zh: "一个地区一期一项指标的目标，连同原文与行号",
    en: "What a plan sets for one region, period and indicator, with its words",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::Open,
    attributes: &[
        Attribute::new(1, "plan", ValueType::Term("PLAN"), "所属规划", "The plan it belongs to").required(),
        Attribute::new(2, "indicator", ValueType::Term("INDICATOR"), "指标", "Which indicator").required(),
        Attribute::new(3, "period", ValueType::Date, "目标期（年或日）", "The year or day it is for").required(),
        Attribute::new(4, "comparator", ValueType::Code(&list::COMPARATOR), "比较方式", "How it is compared")
            .required(),
        Attribute::new(
            5,
            "floor",
            ValueType::Decimal,
            "下限（确保），单位同该指标",
            "The least. Unit: that of the indicator",
        ),
        Attribute::new(
            6,
            "stretch",
            ValueType::Decimal,
            "力争，单位同该指标",
            "What is strived for. Unit: that of the indicator",
        ),
        Attribute::new(
            7,
            "most",
            ValueType::Decimal,
            "区间上限，单位同该指标",
            "Upper end of a range. Unit: that of the indicator",
        ),
        Attribute::new(8, "text", ValueType::Text, "原文", "The words of the plan").required(),
        Attribute::new(9, "line", ValueType::Text, "原文行号", "The line of the plan"),
        Attribute::new(
            10,
            "population",
            ValueType::Text,
            "总体（口径），与指标不同时写明",
            "The population, where it differs",
        ),
        Attribute::new(
            11,
            "periodFrom",
            ValueType::Date,
            "累计目标从何时起算",
            "From when a target that adds up is counted",
        ),
    ],
};

/// The row of observations.
pub static OBSERVATION: RecordRow = RecordRow {
    kind: RecordKind::Observation,
    name: "Observation",
    field: "observations",
    file: "observations.csv",
    subject: ("region", "哪个地区的值", "The region it is of"),
    holders: super::REGION,
    label_zh: "指标值",
    label_en: "Observations",
    zh: "一个地区一期一项指标的公布、上报或算出的值",
    en: "A value of one indicator for one region and period",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::From("period"),
    attributes: &[
        Attribute::new(1, "indicator", ValueType::Term("INDICATOR"), "指标", "Which indicator").required(),
        Attribute::new(2, "period", ValueType::Date, "所属期（年或日）", "The year or day it is of").required(),
        Attribute::new(3, "value", ValueType::Decimal, "值，单位同该指标", "The value. Unit: that of the indicator")
            .required(),
        Attribute::new(4, "origin", ValueType::Code(&list::OBSERVATION_ORIGIN), "由来", "Where it comes from")
            .required(),
        Attribute::new(
            5,
            "population",
            ValueType::Text,
            "总体（口径），如是否含长垣",
            "The population, such as with Changyuan or without",
        ),
    ],
};
