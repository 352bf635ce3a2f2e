//! 年度数据 · figures of a year: of organisations, carriers and clusters. Several bases may stand side by side.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration::records as list;
use crate::domain::kind::Kind;
use crate::domain::record::{Dating, Exception, RecordKind, RecordRow};

const YEAR: Attribute = Attribute::new(
    1,
    "year",
    ValueType::Integer(1949, 2100),
    "年度（会计年度），单位：年",
    "The fiscal year they are of. Unit: year",
)
.required()
.also(&["年份"]);

const BASIS: Attribute = Attribute::new(
    2,
    "figuresBasis",
    ValueType::Code(&list::YEAR_BASIS),
    "口径：申报、审计、税务、统计",
    "Whether declared, audited, from the tax office or from statistics",
)
.required();

const fn money(tag: u16, name: &'static str, zh: &'static str, en: &'static str) -> Attribute {
    Attribute::new(tag, name, ValueType::Money, zh, en).internal()
}

const fn count(tag: u16, name: &'static str, zh: &'static str, en: &'static str) -> Attribute {
    Attribute::new(tag, name, ValueType::Integer(0, 100_000_000), zh, en)
}

/// The row of an organisation's figures of a year.
pub static YEAR_FIGURES: RecordRow = RecordRow {
    kind: RecordKind::YearFigures,
    name: "YearFigures",
    field: "yearFigures",
    file: "year_figures.csv",
    subject: ("organization", "哪个单位的数据", "Whose figures they are"),
    holders: super::ORGANIZATIONS,
    label_zh: "年度数据",
    label_en: "Yearly figures",
    zh: "一个单位一年的经营、研发、人员数据；一种口径一条，可以并存",
    en: "Figures of one organisation and one year on one basis",
    sensitivity: Sensitivity::Internal,
    exception: Some(Exception { attribute: "figuresBasis", codes: &["TAX"], sensitivity: Sensitivity::Restricted }),
    dating: Dating::From("year"),
    attributes: &[
        YEAR,
        BASIS,
        money(3, "revenue", "销售（营业）收入", "Sales of the year").also(&["营业收入", "销售收入"]),
        money(4, "mainRevenue", "主营业务收入", "Sales of its main business"),
        money(5, "highTechRevenue", "高新技术产品（服务）收入", "Sales of high-tech products and services"),
        money(6, "rdExpense", "研究开发费用", "Spent on research and development").also(&["研发费用"]),
        money(7, "rdDomestic", "其中境内研究开发费用", "The part of it spent inside the country"),
        money(8, "totalCost", "成本费用总额", "All costs of the year"),
        money(9, "netProfit", "净利润", "Profit after tax"),
        money(10, "netAssets", "净资产", "Assets less debts"),
        money(11, "totalAssets", "资产总额", "All assets at the end of the year"),
        count(12, "staff", "职工总数，单位：人", "All who work there. Unit: persons").internal(),
        count(13, "stStaff", "科技人员数，单位：人", "Those in science and technology. Unit: persons").internal(),
        count(14, "ip1", "Ⅰ类知识产权件数，单位：件", "Intellectual property of class I. Unit: items").internal(),
        count(15, "ip2", "Ⅱ类知识产权件数，单位：件", "Intellectual property of class II. Unit: items").internal(),
        count(16, "newConversions", "当年科技成果转化数，单位：项", "Results turned into products. Unit: items")
            .internal(),
        money(17, "taxPaid", "实缴税额", "Tax paid in the year").restricted(),
        money(18, "output", "产值", "Value of what it produced"),
        Attribute::new(
            19,
            "taxBenefit",
            ValueType::Answer,
            "当年是否享受高新技术企业等税收优惠",
            "Whether it enjoyed a tax benefit that year",
        )
        .internal(),
        Attribute::new(
            20,
            "seriousIncident",
            ValueType::Answer,
            "当年有无重大安全、质量事故或严重环境违法",
            "Whether there was a serious accident or violation",
        )
        .internal(),
        money(21, "debts", "负债总额", "All debts at the end of the year"),
    ],
};

/// The row of a carrier's figures of a year.
pub static CARRIER_FIGURES: RecordRow = RecordRow {
    kind: RecordKind::CarrierFigures,
    name: "CarrierFigures",
    field: "carrierFigures",
    file: "carrier_figures.csv",
    subject: ("carrier", "哪个载体的数据", "Whose figures they are"),
    holders: &[Kind::Carrier],
    label_zh: "载体年度数据",
    label_en: "Yearly figures of carriers",
    zh: "一个孵化载体一年的面积、在孵、毕业数据",
    en: "Floor space, incubatees and graduates of one carrier and one year",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::From("year"),
    attributes: &[
        YEAR,
        BASIS,
        Attribute::new(3, "area", ValueType::Area, "在孵场地面积", "Floor space for incubatees"),
        count(4, "seats", "创业工位数，单位：个", "Work places for founders. Unit: seats"),
        count(5, "incubatees", "在孵企业数，单位：家", "Firms being raised. Unit: firms"),
        count(6, "graduates", "累计毕业企业数，单位：家", "Firms that have graduated so far. Unit: firms"),
        count(7, "newIncubatees", "当年新入驻数，单位：家", "Firms that came in the year. Unit: firms"),
        Attribute::new(8, "fundSize", ValueType::Money, "自有孵化资金规模", "Size of its own fund"),
        Attribute::new(9, "grade", ValueType::Text, "年度考核等次（A—D）", "Grade in the yearly assessment, A to D"),
    ],
};

/// The row of a cluster's figures of a year.
pub static CLUSTER_FIGURES: RecordRow = RecordRow {
    kind: RecordKind::ClusterFigures,
    name: "ClusterFigures",
    field: "clusterFigures",
    file: "cluster_figures.csv",
    subject: ("cluster", "哪个集群的数据", "Whose figures they are"),
    holders: &[Kind::Cluster],
    label_zh: "集群年度数据",
    label_en: "Yearly figures of clusters",
    zh: "一个集群一年的产值与企业数",
    en: "Output and firms of one cluster and one year",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::From("year"),
    attributes: &[
        YEAR,
        BASIS,
        Attribute::new(3, "output", ValueType::Money, "产值", "Value of what its members produced"),
        count(4, "members", "成员企业数，单位：家", "Firms that belong to it. Unit: firms"),
        count(5, "highTechMembers", "其中高新技术企业数，单位：家", "Those of them that are high-tech. Unit: firms"),
    ],
};
