//! Code lists of records.

use super::{Code, Enumeration};

enumeration! { YEAR_BASIS, "YearBasis", "年度数据的口径；几个口径可以并存", "The basis of yearly figures; several may stand side by side",
    1 "DECLARED" "企业申报" "As the firm declares them";
    2 "AUDITED" "审计" "As auditors confirmed them";
    3 "TAX" "税务（不公开）" "From the tax office, not shown to everybody";
    4 "STAT" "统计" "As statistics report them";
}
enumeration! { REGISTER_EXIT, "RegisterExit", "出库原因", "Why an entry left a register",
    1 "CERTIFIED" "已获认定" "It was recognised";
    2 "WITHDRAWN" "主动退出" "It left at its own wish";
    3 "UNFIT" "不再符合条件" "It no longer fits";
    4 "MOVED_OUT" "迁出" "It moved elsewhere";
}
enumeration! { WORK_ITEM_KIND, "WorkItemKind", "工作事项的类型", "What sort of work it is",
    1 "ADVISER_ASSIGNMENT" "一对一帮扶" "An adviser is assigned to a firm";
    2 "EXPRESS_REQUEST" "直通车诉求" "A request by the express channel";
    3 "LEDGER_TASK" "工作台账任务" "A task of the work ledger";
    4 "SUPERVISION" "督查问题" "A finding of an inspection";
    5 "IP_GREEN_CHANNEL" "知识产权绿色通道" "A request by the channel for intellectual property";
}
enumeration! { WORK_ITEM_STATUS, "WorkItemStatus", "事项的进展；是否逾期由日期推得", "How a work item stands; whether it is overdue follows from the dates",
    1 "OPEN" "办理中" "Somebody works on it";
    2 "WAITING" "等待" "It waits for somebody else";
    3 "DONE" "已办结" "It is done";
}
enumeration! { ACTIVITY_KIND, "ActivityKind", "活动的类型", "What sort of activity it was",
    1 "TRAINING" "培训" "A training";
    2 "CONTEST" "创新创业大赛" "A contest";
    3 "MATCHMAKING" "对接会" "Firms and institutes were brought together";
    4 "MEETING" "会议" "A meeting of those in charge";
    5 "BRIEFING" "政策宣讲" "A policy was explained";
}
enumeration! { APPLICATION_STAGE, "ApplicationStage", "申报所处的环节", "How far an application has come",
    1 "DRAFT" "准备" "It is being written";
    2 "COUNTY_REVIEW" "县区审核" "The county looks at it";
    3 "RECOMMENDED" "推荐上报" "The county or city recommends it";
    4 "PUBLICITY" "公示" "It is shown to the public";
    5 "DECIDED" "已有结果" "It was decided";
    6 "WITHDRAWN" "撤回" "It was taken back";
}
enumeration! { APPLICATION_RESULT, "ApplicationResult", "申报的结果", "What came of an application",
    1 "APPROVED" "通过" "It was recognised";
    2 "REJECTED" "未通过" "It was not recognised";
}
enumeration! { HONOR_KIND, "HonorKind", "表彰奖补的类型", "What sort of honour or reward it is",
    1 "REWARD" "奖补资金" "Money after the fact";
    2 "COMMENDATION" "表彰" "A commendation";
    3 "CONTEST_PRIZE" "大赛奖项" "A prize of a contest";
}
enumeration! { COUNT_BY, "CountBy", "指标的计数方式", "How an indicator counts",
    1 "VALID_AT_DATE" "某日有效存量" "What counts on a day";
    2 "ISSUED_IN_PERIOD" "期间新增" "What was issued in a period";
    3 "PUBLISHED" "取公布值" "Taken from a publication, not counted here";
}
enumeration! { DATE_BASIS, "DateBasis", "按哪个日期计数", "Which date decides the period",
    1 "ISSUED" "发证日期" "The day of issue";
    2 "ANNOUNCED" "公布日期" "The day of announcement";
}
enumeration! { COMPARATOR, "Comparator", "目标的比较方式（“以上”含本数，“突破”不含）", "How a target is compared",
    1 "AT_LEAST" "达到、以上、不低于：大于等于" "The figure itself is enough";
    2 "MORE_THAN" "突破、超过：大于" "The figure must be passed";
    3 "RANGE" "区间：达到下限即为完成" "Between two figures, met at the lower";
    4 "UNSTATED" "原文没有写明，按大于等于" "The text names none; read as at least";
}
enumeration! { OBSERVATION_ORIGIN, "ObservationOrigin", "指标值的由来", "Where the value of an indicator comes from",
    1 "PUBLISHED" "公布值" "As published";
    2 "REPORTED" "县区上报" "As a county reported it";
    3 "COMPUTED" "本库算出" "Computed from the records here";
}
enumeration! { CRITERION_KIND, "CriterionKind", "条件的类型", "What sort of criterion it is",
    1 "THRESHOLD" "数值门槛" "A figure to be reached";
    2 "RATIO" "比例" "A share to be reached";
    3 "BRACKET" "分档" "A figure that hangs on another";
    4 "SCORE" "打分" "Points are given";
    5 "FLAG" "是否" "Yes or no";
    6 "EXPERT" "需专家评价" "Experts judge it";
}
enumeration! { MATCH_DECISION, "MatchDecision", "对推荐的处理", "What became of a recommendation",
    1 "VIEWED" "已看" "It was looked at";
    2 "CONTACTED" "已联系" "The partner was contacted";
    3 "REJECTED" "不采用" "It was turned down";
    4 "SIGNED" "已签约" "A contract was signed";
}
enumeration! { REPORT_STATUS, "ReportStatus", "报送与通报的状态；没有即未报送，不是零", "How a report stands; none is missing, never zero",
    1 "SUBMITTED" "已报送" "The county has submitted it";
    2 "RETURNED" "退回" "The city has returned it";
    3 "CONFIRMED" "已确认" "The city has confirmed it";
    4 "PUBLISHED" "已通报" "It was published";
}

/// All of this file.
pub static ALL: &[&Enumeration] = &[
    &YEAR_BASIS,
    &REGISTER_EXIT,
    &WORK_ITEM_KIND,
    &WORK_ITEM_STATUS,
    &ACTIVITY_KIND,
    &APPLICATION_STAGE,
    &APPLICATION_RESULT,
    &HONOR_KIND,
    &COUNT_BY,
    &DATE_BASIS,
    &COMPARATOR,
    &OBSERVATION_ORIGIN,
    &CRITERION_KIND,
    &MATCH_DECISION,
    &REPORT_STATUS,
];
