//! 入库与申报 · registers and applications.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration::records as list;
use crate::domain::record::{Dating, RecordKind, RecordRow};

/// The row of register entries.
pub static REGISTER_ENTRY: RecordRow = RecordRow {
    kind: RecordKind::RegisterEntry,
    name: "RegisterEntry",
    field: "registerEntries",
    file: "register_entries.csv",
    subject: ("organization", "入库单位", "Who is entered"),
    holders: super::ORGANIZATIONS,
    label_zh: "入库记录",
    label_en: "Register entries",
    zh: "一个单位进入后备库、基础数据库等名册的一次记录",
    en: "An organisation in a register, such as the reserve library, for a time",
    sensitivity: Sensitivity::Internal,
    exception: None,
    dating: Dating::Stated,
    attributes: &[
        Attribute::new(
            1,
            "register",
            ValueType::Term("REGISTER"),
            "哪个库，如高新技术后备企业库",
            "Which register, such as the reserve library",
        )
        .required(),
        Attribute::new(
            2,
            "stage",
            ValueType::Text,
            "库内阶段（如上市后备的改制、辅导）",
            "Its stage within the register",
        ),
        Attribute::new(3, "exitReason", ValueType::Code(&list::REGISTER_EXIT), "出库原因", "Why it left"),
        Attribute::new(4, "note", ValueType::Text, "备注", "Remarks in words"),
    ],
};

/// The row of applications.
pub static APPLICATION: RecordRow = RecordRow {
    kind: RecordKind::Application,
    name: "Application",
    field: "applications",
    file: "applications.csv",
    subject: ("organization", "申报单位", "Who applies"),
    holders: super::ORGANIZATIONS,
    label_zh: "申报记录",
    label_en: "Applications",
    zh: "一个单位对一类资质的一次申报及其进展、结果",
    en: "One application of an organisation for a scheme, with stage and result",
    sensitivity: Sensitivity::Internal,
    exception: None,
    dating: Dating::From("submittedOn"),
    attributes: &[
        Attribute::new(1, "scheme", ValueType::Term("SCHEME"), "申报的资质类别", "The scheme applied for").required(),
        Attribute::new(2, "batch", ValueType::Text, "批次", "The batch it belongs to"),
        Attribute::new(3, "windowFrom", ValueType::Date, "申报窗口开始日期", "When the window for applications opens"),
        Attribute::new(4, "windowTo", ValueType::Date, "申报窗口截止日期", "When the window for applications closes"),
        Attribute::new(5, "stage", ValueType::Code(&list::APPLICATION_STAGE), "所处环节", "How far it has come")
            .required(),
        Attribute::new(6, "result", ValueType::Code(&list::APPLICATION_RESULT), "结果", "What came of it"),
        Attribute::new(7, "submittedOn", ValueType::Date, "提交日期", "When it was handed in").since_1949().required(),
        Attribute::new(8, "decidedOn", ValueType::Date, "决定日期", "When it was decided").since_1949(),
        Attribute::new(9, "reason", ValueType::Text, "未通过或撤回的原因", "Why it was turned down or taken back"),
        Attribute::new(
            10,
            "submittedBy",
            ValueType::Node(super::OFFICES),
            "代理申报的服务机构",
            "The agency that prepared it",
        ),
    ],
};
