//! 工作 · what the bureau does: work items, activities, reports, and what came of recommendations.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration::records as list;
use crate::domain::kind::Kind;
use crate::domain::record::{Dating, Exception, RecordKind, RecordRow};

const SUBJECTS: &[Kind] = &[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization, Kind::Region];

/// The row of work items.
pub static WORK_ITEM: RecordRow = RecordRow {
    kind: RecordKind::WorkItem,
    name: "WorkItem",
    field: "workItems",
    file: "work_items.csv",
    subject: ("subject", "事项所涉的单位或地区", "The organisation or region it is about"),
    holders: SUBJECTS,
    label_zh: "工作事项",
    label_en: "Work items",
    zh: "一项工作：一对一帮扶、直通车诉求、台账任务、督查问题、知识产权绿色通道",
    en: "A piece of work: an adviser, an express request, a task, a finding, a request",
    sensitivity: Sensitivity::Internal,
    exception: None,
    dating: Dating::From("openedOn"),
    attributes: &[
        Attribute::new(1, "kind", ValueType::Code(&list::WORK_ITEM_KIND), "事项类型", "Which sort of work").required(),
        Attribute::new(2, "title", ValueType::Text, "事项名称或问题", "What is to be done").required(),
        Attribute::new(3, "department", ValueType::Node(&[Kind::OtherOrganization]), "责任部门", "Who answers for it")
            .required(),
        Attribute::new(4, "assignee", ValueType::Node(super::PERSON), "经办人、帮扶人", "Who does it"),
        Attribute::new(5, "openedOn", ValueType::Date, "受理、立项日期", "When it was opened").since_1949().required(),
        Attribute::new(6, "dueOn", ValueType::Date, "应办结日期", "By when it is due"),
        Attribute::new(7, "doneOn", ValueType::Date, "实际办结日期", "When it was done").since_1949(),
        Attribute::new(
            8,
            "status",
            ValueType::Code(&list::WORK_ITEM_STATUS),
            "进展；是否逾期由日期推得",
            "How it stands; whether it is overdue follows from the dates",
        )
        .required(),
        Attribute::new(9, "log", ValueType::Log, "联系、办理记录", "What was done when, and who wrote it down"),
        Attribute::new(10, "outcome", ValueType::Text, "办理结果", "What came of it"),
    ],
};

/// The row of activities.
pub static ACTIVITY: RecordRow = RecordRow {
    kind: RecordKind::Activity,
    name: "Activity",
    field: "activities",
    file: "activities.csv",
    subject: ("host", "主办地区或单位", "Who hosted it"),
    holders: SUBJECTS,
    label_zh: "活动",
    label_en: "Activities",
    zh: "一次培训、大赛、对接会、会议或宣讲",
    en: "A training, contest, matchmaking, meeting or briefing",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::From("date"),
    attributes: &[
        Attribute::new(1, "kind", ValueType::Code(&list::ACTIVITY_KIND), "活动类型", "Which sort of activity")
            .required(),
        Attribute::new(2, "title", ValueType::Text, "活动名称", "What it was called").required(),
        Attribute::new(3, "date", ValueType::Date, "举办日期", "When it took place").required(),
        Attribute::new(4, "attendees", ValueType::Nodes(Kind::ORGANIZATIONS), "参加单位", "Those who took part"),
        Attribute::new(5, "results", ValueType::Texts, "结果、获奖情况", "What came of it"),
        Attribute::new(6, "topic", ValueType::Term(""), "主题所属的领域或资质", "The field or scheme it was about"),
    ],
};

/// The row of reports.
pub static REPORT: RecordRow = RecordRow {
    kind: RecordKind::Report,
    name: "Report",
    field: "reports",
    file: "reports.csv",
    subject: ("region", "报送或通报的地区", "The region it is of"),
    holders: super::REGION,
    label_zh: "报送与通报",
    label_en: "Reports",
    zh: "一个地区就一个指标一期的报送、确认或通报，冻结在当时的数据上",
    en: "One indicator of one region as submitted, confirmed or published, frozen at its day",
    sensitivity: Sensitivity::Internal,
    exception: Some(Exception { attribute: "status", codes: &["PUBLISHED"], sensitivity: Sensitivity::Public }),
    dating: Dating::From("asOf"),
    attributes: &[
        Attribute::new(1, "indicator", ValueType::Term("INDICATOR"), "指标", "Which indicator").required(),
        Attribute::new(2, "asOf", ValueType::Date, "数据截止日期", "The day the figures are of")
            .since_1949()
            .required(),
        Attribute::new(
            3,
            "value",
            ValueType::Decimal,
            "报送或通报的值，单位同该指标",
            "The value. Unit: that of the indicator",
        ),
        Attribute::new(4, "status", ValueType::Code(&list::REPORT_STATUS), "状态", "How it stands").required(),
        Attribute::new(
            5,
            "frozenAt",
            ValueType::Integer(0, 9_007_199_254_740_991),
            "冻结时的变更号，可据此重现，单位：号",
            "The sequence number it was frozen at. Unit: sequence number",
        ),
        Attribute::new(6, "note", ValueType::Text, "说明、退回原因", "Remarks, or why it was returned"),
    ],
};

/// The row of feedback on recommendations.
pub static MATCH_FEEDBACK: RecordRow = RecordRow {
    kind: RecordKind::MatchFeedback,
    name: "MatchFeedback",
    field: "matchFeedback",
    file: "match_feedback.csv",
    subject: ("wish", "为谁推荐：企业、需求或成果", "For whom it was recommended"),
    holders: &[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization, Kind::Demand, Kind::Achievement],
    label_zh: "推荐反馈",
    label_en: "Feedback on recommendations",
    zh: "一条推荐后来怎样：已看、已联系、不采用及原因、已签约",
    en: "What became of one recommendation, and why",
    sensitivity: Sensitivity::Internal,
    exception: None,
    dating: Dating::From("shownOn"),
    attributes: &[
        Attribute::new(1, "candidate", ValueType::Node(Kind::ACTORS), "被推荐者", "Who was recommended").required(),
        Attribute::new(2, "shownOn", ValueType::Date, "推荐日期", "When it was shown").since_1949().required(),
        Attribute::new(3, "score", ValueType::Ratio, "当时的得分", "The score it had"),
        Attribute::new(4, "reasons", ValueType::Texts, "当时的理由", "The reasons it was given"),
        Attribute::new(5, "decision", ValueType::Code(&list::MATCH_DECISION), "处理", "What was decided").required(),
        Attribute::new(6, "rejectionReason", ValueType::Text, "不采用的原因", "Why it was turned down"),
    ],
};
