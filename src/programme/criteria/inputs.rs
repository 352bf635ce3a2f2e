//! The inputs that criteria may name, and nothing else: figures of a year, and facts about a node.

use crate::domain::{Attribute, Kind, RecordKind};

/// What an input is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 元
    Yuan,
    /// 人
    Persons,
    /// 件
    Items,
    /// 项
    Results,
    /// 家
    Organizations,
    /// 个
    Pieces,
    /// 平方米
    SquareMetres,
    /// 天
    Days,
    /// 个月
    Months,
    /// 分
    Points,
    /// A share of one.
    Share,
    /// Yes or no.
    Answer,
}

/// Where an input is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An attribute of this record of a year.
    Figure(RecordKind),
    /// Derived from the node, its ties and records.
    Fact(Fact),
}

/// Facts that are derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Days since registration.
    RegisteredDays,
    /// Months since it was opened.
    OperatingMonths,
    /// Is it a legal person?
    LegalPerson,
    /// Does it have a credit code, as whoever is registered in the mainland has?
    MainlandRegistered,
    /// Does it pay its taxes in a zone?
    TaxInZone,
    /// Intellectual property of class I of the last three years.
    RecentFirstClass,
    /// Intellectual property of class II of the last three years.
    RecentSecondClass,
    /// Intellectual property of any class of the last three years.
    RecentProperty,
    /// Standards of the last five years.
    RecentStandards,
    /// Platforms of municipal level and above that it runs.
    MunicipalPlatforms,
    /// Platforms of provincial level and above that it runs.
    ProvincialPlatforms,
    /// Months from registration to the day it entered its carrier.
    EntryAge,
    /// Months it has been in its carrier.
    StayMonths,
    /// Months it may be there, by its field.
    StayAllowed,
    /// Members of an alliance that are firms.
    MemberFirms,
    /// … universities or institutes.
    MemberInstitutes,
    /// … that lead it.
    LeadUnits,
    /// … that carry liability towards outsiders.
    LiableUnits,
    /// Is every lead unit of the province that the alliance is of?
    LeadInProvince,
    /// Has the agreement not run out?
    AgreementInForce,
}

/// An input.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name in the data.
    pub name: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// Where it is read.
    pub origin: Origin,
}

const fn figure(name: &'static str, unit: Unit, zh: &'static str, en: &'static str) -> Input {
    Input { name, zh, en, unit, origin: Origin::Figure(RecordKind::YearFigures) }
}

const fn carrier(name: &'static str, unit: Unit, zh: &'static str, en: &'static str) -> Input {
    Input { name, zh, en, unit, origin: Origin::Figure(RecordKind::CarrierFigures) }
}

const fn fact(name: &'static str, unit: Unit, fact: Fact, zh: &'static str, en: &'static str) -> Input {
    Input { name, zh, en, unit, origin: Origin::Fact(fact) }
}

/// Every input. A name that stands with two sorts of records is told apart by the kind of node.
pub static INPUTS: &[Input] = &[
    figure("revenue", Unit::Yuan, "销售收入", "Sales"),
    figure("mainRevenue", Unit::Yuan, "主营业务收入", "Sales of the main business"),
    figure("highTechRevenue", Unit::Yuan, "高新技术产品（服务）收入", "Sales of high-tech products and services"),
    figure("rdExpense", Unit::Yuan, "研究开发费用", "Spent on research and development"),
    figure("rdDomestic", Unit::Yuan, "境内研究开发费用", "Spent on it inside the country"),
    figure("totalCost", Unit::Yuan, "成本费用总额", "All costs"),
    figure("netProfit", Unit::Yuan, "净利润", "Net profit"),
    figure("netAssets", Unit::Yuan, "净资产", "Net assets"),
    figure("totalAssets", Unit::Yuan, "资产总额", "All assets"),
    figure("debts", Unit::Yuan, "负债总额", "All debts"),
    figure("output", Unit::Yuan, "产值", "Output"),
    figure("staff", Unit::Persons, "职工总数", "Staff"),
    figure("stStaff", Unit::Persons, "科技人员数", "Science and technology staff"),
    figure("ip1", Unit::Items, "Ⅰ类知识产权", "Intellectual property of class I"),
    figure("ip2", Unit::Items, "Ⅱ类知识产权", "Intellectual property of class II"),
    figure("newConversions", Unit::Results, "当年科技成果转化数", "Results turned into products"),
    figure("seriousIncident", Unit::Answer, "重大安全、质量事故或严重环境违法", "A serious accident or violation"),
    carrier("area", Unit::SquareMetres, "在孵场地面积", "Floor space for incubatees"),
    carrier("seats", Unit::Pieces, "创业工位数", "Work places"),
    carrier("incubatees", Unit::Organizations, "在孵企业数", "Incubatees"),
    carrier("graduates", Unit::Organizations, "累计毕业企业数", "Graduates so far"),
    carrier("newIncubatees", Unit::Organizations, "当年新入驻数", "Newcomers of the year"),
    carrier("fundSize", Unit::Yuan, "自有孵化资金规模", "Size of its own fund"),
    fact("registeredDays", Unit::Days, Fact::RegisteredDays, "注册成立天数", "Days since registration"),
    fact("operatingMonths", Unit::Months, Fact::OperatingMonths, "实际运营月数", "Months since it opened"),
    fact("legalPerson", Unit::Answer, Fact::LegalPerson, "独立法人", "A legal person"),
    fact(
        "mainlandRegistered",
        Unit::Answer,
        Fact::MainlandRegistered,
        "在境内登记（有统一社会信用代码）",
        "Registered in the mainland",
    ),
    fact("taxInZone", Unit::Answer, Fact::TaxInZone, "在高新区（开发区）纳税", "Pays taxes in the zone"),
    fact("recentIp1", Unit::Items, Fact::RecentFirstClass, "近三年Ⅰ类知识产权", "Class I property of three years"),
    fact("recentIp2", Unit::Items, Fact::RecentSecondClass, "近三年Ⅱ类知识产权", "Class II property of three years"),
    fact("recentIp", Unit::Items, Fact::RecentProperty, "近三年知识产权", "Property of three years"),
    fact("recentStandards", Unit::Items, Fact::RecentStandards, "近五年主导制定的标准", "Standards of five years"),
    fact(
        "municipalPlatforms",
        Unit::Pieces,
        Fact::MunicipalPlatforms,
        "市级以上研发平台",
        "Platforms of municipal level and above",
    ),
    fact(
        "provincialPlatforms",
        Unit::Pieces,
        Fact::ProvincialPlatforms,
        "省级以上研发机构",
        "Platforms of provincial level and above",
    ),
    fact("entryAgeMonths", Unit::Months, Fact::EntryAge, "入驻时成立月数", "Months from registration to entry"),
    fact("stayMonths", Unit::Months, Fact::StayMonths, "已在孵月数", "Months in the carrier"),
    fact("stayAllowedMonths", Unit::Months, Fact::StayAllowed, "可在孵月数（按领域）", "Months it may stay, by field"),
    fact("memberFirms", Unit::Organizations, Fact::MemberFirms, "企业成员", "Members that are firms"),
    fact(
        "memberInstitutes",
        Unit::Organizations,
        Fact::MemberInstitutes,
        "高校院所成员",
        "Members that are universities or institutes",
    ),
    fact("leadUnits", Unit::Organizations, Fact::LeadUnits, "牵头单位", "Units that lead"),
    fact("liableUnits", Unit::Organizations, Fact::LiableUnits, "对外承担责任的单位", "Units that carry liability"),
    fact("leadInProvince", Unit::Answer, Fact::LeadInProvince, "牵头单位在本省", "Led from within the province"),
    fact("agreementInForce", Unit::Answer, Fact::AgreementInForce, "联盟协议在有效期内", "The agreement is in force"),
];

impl Input {
    /// The input of that name.
    pub fn by_name(name: &str) -> Option<&'static Input> {
        INPUTS.iter().find(|input| input.name == name)
    }

    /// The attribute of records that holds it.
    pub fn attribute(&self) -> Option<&'static Attribute> {
        match self.origin {
            Origin::Figure(kind) => kind.row().attribute(self.name),
            Origin::Fact(_) => None,
        }
    }

    /// Is it a figure of a year?
    pub fn is_yearly(&self) -> bool {
        matches!(self.origin, Origin::Figure(_))
    }

    /// Can nodes of that kind have it?
    pub fn fits(&self, kind: Kind) -> bool {
        match self.origin {
            Origin::Figure(record) => record.row().holders.contains(&kind),
            Origin::Fact(fact) => fact.kinds().contains(&kind),
        }
    }
}

impl Fact {
    /// The kinds of nodes of which it can be said.
    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::MemberFirms
            | Self::MemberInstitutes
            | Self::LeadUnits
            | Self::LiableUnits
            | Self::LeadInProvince
            | Self::AgreementInForce => &[Kind::Alliance],
            Self::OperatingMonths => &[Kind::Carrier, Kind::Platform],
            Self::EntryAge | Self::StayMonths | Self::StayAllowed | Self::RegisteredDays => &[Kind::Enterprise],
            _ => Kind::ORGANIZATIONS,
        }
    }
}

impl Unit {
    /// The word after a number, in Chinese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Yuan => ("元", "yuan"),
            Self::Persons => ("人", "persons"),
            Self::Items => ("件", "items"),
            Self::Results => ("项", "results"),
            Self::Organizations => ("家", "organisations"),
            Self::Pieces => ("个", "pieces"),
            Self::SquareMetres => ("平方米", "square metres"),
            Self::Days => ("天", "days"),
            Self::Months => ("个月", "months"),
            Self::Points => ("分", "points"),
            Self::Share => ("比例", "share of one"),
            Self::Answer => ("是否", "yes or no"),
        }
    }

    /// May an input of this unit be used where a yes or no is wanted, or a number?
    pub fn is_answer(self) -> bool {
        self == Self::Answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use crate::domain::ValueType;

    #[test]
    fn every_figure_is_an_attribute_of_its_record() {
        let names: BTreeSet<&str> = INPUTS.iter().map(|input| input.name).collect();
        assert_eq!(names.len(), INPUTS.len());
        for input in INPUTS.iter().filter(|input| input.is_yearly()) {
            let attribute = input.attribute().unwrap_or_else(|| panic!("{} is in no record", input.name));
            let is_answer = matches!(attribute.value_type, ValueType::Answer);
            assert_eq!(input.unit.is_answer(), is_answer, "{}", input.name);
        }
    }
}
