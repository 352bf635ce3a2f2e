//! Code lists of the model itself: closed enumerations with permanent numbers and words in both
//! languages. Lists that documents change (fields, schemes, regions) are data, not enumerations.

/// One value of an enumeration.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Permanent number, written into the ledger.
    pub tag: u16,
    /// The name in the schema and in CSV cells.
    pub name: &'static str,
    /// The bureau's own word.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// A closed list of codes.
#[derive(Debug)]
pub struct Enumeration {
    /// The name of the type in the schema.
    pub name: &'static str,
    /// What the list is about, in Chinese.
    pub zh: &'static str,
    /// What the list is about, in English.
    pub en: &'static str,
    /// The values; numbers are 1, 2, 3 … in order of addition. 0 is kept for UNKNOWN.
    pub values: &'static [Code],
}

/// The answer that nobody knows; every enumeration has it in answers.
pub const UNKNOWN: Code = Code {
    tag: 0,
    name: "UNKNOWN",
    zh: "未知：问过，没有人知道；不等于“否”",
    en: "Asked and nobody knows; this is never a no",
};

impl Enumeration {
    /// The value of that name.
    pub fn by_name(&self, name: &str) -> Option<&'static Code> {
        self.values.iter().find(|code| code.name == name)
    }

    /// The value of that number.
    pub fn by_tag(&self, tag: u16) -> Option<&'static Code> {
        self.values.iter().find(|code| code.tag == tag)
    }
}

macro_rules! enumeration {
    ($constant:ident, $name:literal, $zh:literal, $en:literal,
     $($tag:literal $code:literal $code_zh:literal $code_en:literal;)+) => {
        #[doc = $en]
        pub static $constant: Enumeration = Enumeration {
            name: $name,
            zh: $zh,
            en: $en,
            values: &[$(Code { tag: $tag, name: $code, zh: $code_zh, en: $code_en },)+],
        };
    };
}

pub mod records;

enumeration! { LEGAL_FORM, "LegalForm", "企业登记的组织形式", "The form in which a firm is registered",
    1 "LIMITED_LIABILITY" "有限责任公司" "Limited liability company";
    2 "JOINT_STOCK" "股份有限公司" "Company limited by shares";
    3 "STATE_OWNED" "全民所有制企业" "State-owned enterprise under the older law";
    4 "PARTNERSHIP" "合伙企业" "Partnership of several persons";
    5 "SOLE_PROPRIETORSHIP" "个人独资企业" "Owned by one person";
    6 "GROUP" "集团（以简称出现，未必是一个法人）" "A group known by a short name, perhaps no legal person";
    7 "FOREIGN" "境外企业" "Registered outside the mainland of China";
    8 "OTHER" "其他组织形式" "Any other form";
}
enumeration! { ENTERPRISE_STATUS, "EnterpriseStatus", "企业登记状态", "Whether a firm still exists where it was registered",
    1 "ACTIVE" "存续" "In operation";
    2 "MOVED_OUT" "迁出" "Moved to another place";
    3 "DEREGISTERED" "注销" "Struck off at its own wish";
    4 "REVOKED" "吊销" "Licence taken away";
    5 "SUSPENDED" "停业" "Business stopped for a time";
}
enumeration! { ENTITY_ORIGIN, "EntityOrigin", "来历：本地、引进、衍生、回流", "Where a firm, institute, team or result came from",
    1 "LOCAL" "本地" "It began here";
    2 "ATTRACTED" "引进" "Brought in from outside";
    3 "SPIN_OFF" "衍生" "Founded out of an institute or firm";
    4 "RETURNED" "回流" "Founded by people who came back";
}
enumeration! { LISTED_BOARD, "ListedBoard", "上市板块", "The stock market board on which a firm is listed",
    1 "SSE_MAIN" "上交所主板" "Main board in Shanghai";
    2 "SZSE_MAIN" "深交所主板" "Main board in Shenzhen";
    3 "SZSE_CHINEXT" "深交所创业板" "ChiNext in Shenzhen";
    4 "SSE_STAR" "上交所科创板" "STAR market in Shanghai";
    5 "BSE" "北交所" "Beijing stock exchange";
    6 "HKEX" "港交所" "Hong Kong stock exchange";
    7 "NEEQ" "新三板" "National equities exchange for unlisted firms";
}
enumeration! { INSTITUTE_KIND, "InstituteKind", "高校院所的类型", "What sort of institute it is",
    1 "UNIVERSITY" "高等学校" "University or college";
    2 "RESEARCH_INSTITUTE" "科研院所" "Institute whose work is research";
    3 "HOSPITAL" "医院" "Hospital that also does research";
    4 "NEW_RD_INSTITUTION" "新型研发机构" "Research institution of the new type";
    5 "SUBUNIT" "内设单位：学院、实验室、团队" "School, laboratory or team inside an institute";
}
enumeration! { OTHER_KIND, "OtherOrganizationKind", "其他机构的类型", "What sort of other organisation it is",
    1 "GOVERNMENT" "政府部门" "Government or one of its offices";
    2 "BANK" "银行" "A lender under banking law";
    3 "FUND_MANAGER" "基金管理机构" "Manages investment funds";
    4 "SERVICE" "科技服务机构" "Agency that serves applicants and firms";
    5 "ASSOCIATION" "协会、学会、商会" "Association or learned society";
    6 "TEAM" "尚未注册的创业团队" "Founders who have no firm yet";
    7 "OTHER" "其他机构" "Anything else";
}
enumeration! { LEVEL, "Level", "认定级别；“市级以上”指市级、省级、国家级", "Level of recognition; municipal and above means the first three",
    1 "NATIONAL" "国家级" "Recognised by the state";
    2 "PROVINCIAL" "省级" "Recognised by the province";
    3 "MUNICIPAL" "市级" "Recognised by the city";
    4 "COUNTY" "县级" "Recognised by a county or district";
    5 "NONE" "未认定" "Not recognised by anyone";
}
enumeration! { ALLIANCE_KIND, "AllianceKind", "创新联盟的类型", "The two kinds of innovation alliance in the plan",
    1 "TECH_INNOVATION_STRATEGIC" "产业技术创新战略联盟" "Industrial technology innovation alliance";
    2 "COLLABORATIVE" "科技协同创新联盟" "Collaborative alliance of science and technology";
}
enumeration! { CLUSTER_KIND, "ClusterKind", "集群或基地的类型", "What sort of cluster or base it is",
    1 "INDUSTRIAL_CLUSTER" "高新技术产业集群" "High-tech industrial cluster";
    2 "NATIONAL_BASE" "国家级产业化基地" "National industrialisation base";
    3 "SME_CHARACTERISTIC_CLUSTER" "中小企业特色产业集群" "Cluster of small firms in one trade";
    4 "PARK_CLUSTER" "园区型集群" "Cluster formed by a park";
}
enumeration! { SCALE_CLASS, "ScaleClass", "产值等级（百千万亿级）", "Class of yearly output, in yuan",
    1 "TEN_BILLION" "百亿级：年产值 100 亿元以上" "Ten billion yuan a year and more";
    2 "HUNDRED_BILLION" "千亿级：年产值 1000 亿元以上" "A hundred billion yuan a year and more";
    3 "TRILLION" "万亿级：年产值 1 万亿元以上" "A trillion yuan a year and more";
}
enumeration! { FUND_KIND, "FundKind", "基金或金融产品的类型", "What sort of fund or financial product it is",
    1 "GUIDANCE" "政府引导基金" "Guidance fund of a government";
    2 "VENTURE" "创业投资基金" "Venture capital";
    3 "INDUSTRY" "产业投资基金" "Fund for one industry";
    4 "CONVERSION" "科技成果转化基金" "Fund for turning results into products";
    5 "SECURITIES" "证券投资基金" "Fund that buys listed securities";
    6 "LOAN_PRODUCT" "贷款产品（如科技贷）" "A loan on offer, such as the science loan";
}
enumeration! { FUNDING_STAGE, "FundingStage", "投资阶段", "The stage of a firm that a fund looks for",
    1 "SEED" "种子期" "Before the product";
    2 "START_UP" "初创期" "First product and first sales";
    3 "GROWTH" "成长期" "Sales are growing";
    4 "MATURE" "成熟期" "Established business";
}
enumeration! { CARRIER_KIND, "CarrierKind", "创新创业孵化载体的类型", "What sort of incubation carrier it is",
    1 "TBI" "科技企业孵化器" "Technology business incubator";
    2 "MAKER_SPACE" "众创空间" "Open space for founders";
    3 "SPECIALIZED_MAKER_SPACE" "专业化众创空间" "Founders' space for one field";
    4 "UNIVERSITY_SCIENCE_PARK" "大学科技园" "Science park of a university";
    5 "ACCELERATOR" "加速器" "For firms that have left the incubator";
}
enumeration! { PLATFORM_KIND, "PlatformKind", "研发平台的类型", "What sort of research platform it is",
    1 "ENGINEERING_CENTER" "工程技术研究中心、工程研究中心" "Engineering research centre";
    2 "KEY_LAB" "重点实验室" "Key laboratory of a ministry or province";
    3 "TECH_CENTER" "企业技术中心" "Technology centre of a firm";
    4 "INNOVATION_CENTER" "创新中心" "Manufacturing or industrial innovation centre";
    5 "NEW_RD" "新型研发平台" "Platform of the new type";
    6 "PUBLIC_SERVICE" "公共服务平台、检测中心" "Shared testing and services";
    7 "POSTDOC" "博士后工作站" "Station for postdoctoral researchers";
    8 "ACADEMICIAN" "院士工作站" "Station with an academician";
    9 "INDUSTRY_RESEARCH_INSTITUTE" "产业研究院" "Research institute of one industry";
}
enumeration! { COLLABORATION_KIND, "CollaborationKind", "合作的类型；框架协议默认不计为实际合作", "What sort of collaboration it is; a framework agreement does not count as a tie by default",
    1 "DEV_COMMISSIONED" "技术开发（委托）" "Development on commission";
    2 "DEV_JOINT" "技术开发（合作）" "Joint development of a technology";
    3 "TRANSFER" "技术转让" "Rights in a technology change hands";
    4 "LICENSE" "技术许可" "Rights in a technology are licensed";
    5 "CONSULTING" "技术咨询" "Advice on technology";
    6 "SERVICE" "技术服务" "Technical work for a customer";
    7 "PROJECT" "单独承担科技计划项目" "A programme project of one party";
    8 "JOINT_PROJECT" "联合承担科技计划项目" "A programme project of several parties";
    9 "JOINT_PLATFORM" "共建平台或实验室" "A laboratory or platform built together";
    10 "JOINT_PATENT" "共有专利" "A patent owned together";
    11 "TALENT" "人才合作、科技特派员" "Exchange of experts";
    12 "FRAMEWORK" "框架协议（默认不计为实际合作）" "Agreement of intent, weight 0 unless asked";
}
enumeration! { COLLABORATION_STAGE, "CollaborationStage", "合作所处的研发阶段", "How far the joint work is from the market",
    1 "EARLY_RESEARCH" "早期研发" "Basic questions are open";
    2 "DEVELOPMENT" "技术开发" "The technology is being built";
    3 "PILOT" "中试" "Tried on a pilot line";
    4 "INDUSTRIALIZATION" "产业化" "In production";
}
enumeration! { COLLABORATION_STATUS, "CollaborationStatus", "合作的进展", "How a collaboration stands",
    1 "ACTIVE" "进行中" "Work is going on";
    2 "COMPLETED" "已完成" "Finished as agreed";
    3 "TERMINATED" "已终止" "Ended before its time";
}
enumeration! { DEMAND_KIND, "DemandKind", "需求的类型", "What is asked for",
    1 "TECH" "技术难题" "A technical problem";
    2 "TALENT" "人才需求" "People with a skill";
    3 "PLATFORM" "平台、检测需求" "A laboratory or test";
    4 "FINANCE" "资金需求" "Money for a project";
}
enumeration! { DEMAND_VISIBILITY, "DemandVisibility", "需求的公开范围", "Who may see a demand and its owner",
    1 "PUBLIC" "公开" "Everyone sees the demand and its owner";
    2 "ANONYMOUS" "匿名公开：隐藏提出单位" "Everyone sees the demand, not its owner";
    3 "BUREAU_ONLY" "仅科技局可见" "Seen inside the bureau";
}
enumeration! { DEMAND_STATUS, "DemandStatus", "需求的办理状态", "How far a demand has come",
    1 "DRAFT" "待审" "Not yet checked";
    2 "OPEN" "已发布" "Published, looking for partners";
    3 "MATCHING" "对接中" "Talks are going on";
    4 "SIGNED" "已签约" "A contract was signed";
    5 "CLOSED" "已关闭" "Withdrawn or settled otherwise";
    6 "EXPIRED" "过期" "The deadline has passed";
}
enumeration! { ACHIEVEMENT_KIND, "AchievementKind", "成果的类型", "What sort of result it is",
    1 "ACHIEVEMENT" "科技成果" "A registered result";
    2 "PATENT" "专利" "A granted or pending patent";
    3 "SOFTWARE" "软件著作权" "A software copyright";
    4 "VARIETY" "植物新品种、审定品种" "A plant variety";
    5 "STANDARD" "标准" "A technical standard";
}
enumeration! { IP_CLASS, "IpClass", "知识产权类别（高企认定口径）", "Class of intellectual property in the recognition rules",
    1 "CLASS_I" "Ⅰ类：发明专利、植物新品种、集成电路布图等" "Class I: inventions, varieties, circuit layouts";
    2 "CLASS_II" "Ⅱ类：实用新型、外观设计、软件著作权" "Class II: utility models, designs, software";
}
enumeration! { ACHIEVEMENT_STAGE, "AchievementStage", "成果所处阶段（科技成果登记表）", "Stage in the registration form",
    1 "LAB" "初期阶段（实验室、小试）" "At the laboratory stage";
    2 "PILOT" "中期阶段（中试）" "Tested on a pilot line";
    3 "MATURE" "成熟应用阶段" "In use";
}
enumeration! { ACHIEVEMENT_LEVEL, "AchievementLevel", "成果水平（科技成果登记表）", "How the result was judged",
    1 "INTERNATIONAL_LEADING" "国际领先" "Ahead of the world";
    2 "INTERNATIONAL_ADVANCED" "国际先进" "Among the best of the world";
    3 "DOMESTIC_LEADING" "国内领先" "Ahead in China";
    4 "DOMESTIC_ADVANCED" "国内先进" "Among the best in China";
    5 "NOT_EVALUATED" "未评价" "Nobody has judged it";
}
enumeration! { OFFER, "Offer", "愿意的转化方式", "How the owner would share a result",
    1 "TRANSFER" "转让" "Sell it";
    2 "LICENSE" "许可" "License it";
    3 "JOINT" "合作实施" "Carry it out together";
    4 "EQUITY" "作价入股" "Put it into a firm as capital";
    5 "NONE" "暂不转化" "Not on offer";
}
enumeration! { REGION_KIND, "RegionKind", "地区的类型", "What sort of region it is",
    1 "COUNTRY" "国家" "A state";
    2 "PROVINCE" "省、自治区、直辖市" "Province-level division";
    3 "CITY" "地级市" "Prefecture-level city";
    4 "COUNTY" "县、市辖区、县级市" "County, district or county-level city";
    5 "ZONE" "开发区、示范区（统计用）" "Zone used in statistics";
    6 "PARK" "专业园区" "Specialised park";
    7 "DEMO_ZONE" "国家自主创新示范区" "National innovation demonstration zone";
}
enumeration! { PARTICIPANT_ROLE, "ParticipantRole", "在合作中的角色（政产学研用金）", "The part somebody plays in a collaboration",
    1 "LEAD" "牵头" "Leads the work";
    2 "BUYER" "委托方、受让方" "Pays for the technology";
    3 "SELLER" "受托方、转让方" "Provides the technology";
    4 "PARTNER" "参与" "Takes part";
    5 "FUNDER" "出资" "Gives the money";
    6 "USER" "用户单位" "Uses the result";
}
enumeration! { MEMBER_ROLE, "MemberRole", "在联盟中的职务", "Office held in an alliance",
    1 "LEAD" "牵头单位" "Lead unit";
    2 "CHAIR" "理事长单位" "Chairs the council";
    3 "VICE_CHAIR" "副理事长单位" "Deputy of the chair";
    4 "SECRETARIAT" "秘书处单位" "Keeps the secretariat";
    5 "DIRECTOR" "理事单位" "Sits in the council";
    6 "MEMBER" "成员单位" "Ordinary member";
}
enumeration! { MEMBERSHIP_BASIS, "MembershipBasis", "集群成员的认定依据", "Why somebody counts as a member of a cluster",
    1 "DECLARED" "名单或文件认定" "Named in a list or document";
    2 "RULE" "按规则推得" "Follows from the cluster's rule";
}
enumeration! { CLUSTER_ROLE, "ClusterRole", "在集群中的作用", "The part played in a cluster",
    1 "LEADER" "龙头" "Leads the cluster";
    2 "CORE" "骨干" "One of the main firms";
    3 "SUPPORTING" "配套" "Supplies the main firms";
    4 "SERVICE" "服务" "Serves the members";
}
enumeration! { INCUBATION_EXIT, "IncubationExit", "离开孵化载体的方式", "How an incubatee left its carrier",
    1 "GRADUATED" "毕业" "Left as a graduate";
    2 "LEFT" "迁出" "Went elsewhere";
    3 "FAILED" "终止" "Gave up";
}
enumeration! { OPERATOR_ROLE, "OperatorRole", "运营、依托关系中的角色", "The part played in running something",
    1 "OPERATOR" "运营单位" "Runs it day by day";
    2 "HOST" "依托单位、牵头建设单位" "Hosts it or leads its building";
    3 "CO_HOST" "共建单位" "Builds it together with the host";
    4 "MANAGER" "管理人" "Manages the money";
}
enumeration! { INSTRUMENT, "FundingInstrument", "资金的形式", "The form in which money is given",
    1 "EQUITY" "股权投资" "Shares are bought";
    2 "TECH_LOAN" "科技贷款" "A science loan";
    3 "BOND" "债券" "A bond is issued";
    4 "TRUST" "信托产品" "A trust product";
    5 "GRANT" "财政资助" "A grant that need not be paid back";
    6 "REWARD" "奖补" "A reward after the fact";
    7 "GUARANTEE" "担保" "Somebody else's debt is guaranteed";
    8 "IPO" "上市融资" "Shares are offered to the public";
    9 "CAPITAL_INCREASE" "增资扩股" "New shares raise the capital";
}
enumeration! { LOCATION_ROLE, "LocationRole", "机构与地区的关系", "In what sense something is in a region",
    1 "JURISDICTION" "归口管理区域（同一时间只有一个）" "Region that answers for it; one at a time";
    2 "REGISTERED" "注册地" "Where it is registered";
    3 "OPERATING" "经营所在地、业务覆盖地" "Where it works or what it covers";
    4 "TAX" "纳税地" "Where it pays tax";
    5 "STAT" "统计归属地" "Where statistics count it";
}
enumeration! { NECESSITY, "ChainNecessity", "产业链环节的必要性", "How much a chain depends on a link",
    1 "CRITICAL" "关键环节" "The chain stops without it";
    2 "NORMAL" "一般环节" "Can be replaced";
}
enumeration! { MAPPING, "TermMapping", "两个分类条目的对应关系", "How two terms correspond",
    1 "EXACT" "等同" "The same thing";
    2 "BROAD" "对方更宽" "The other is wider";
    3 "NARROW" "对方更窄" "The other is narrower";
    4 "RELATED" "相关" "They are related";
}
enumeration! { PERSON_ROLE, "PersonRole", "人员的身份", "What a person is here",
    1 "EXPERT" "专家" "An expert";
    2 "ADVISER" "帮扶人" "An adviser assigned to firms";
    3 "CONTACT" "联系人" "Whom to talk to";
    4 "LEGAL_REP" "法定代表人" "The legal representative";
}
enumeration! { SUCCESSION_KIND, "SuccessionKind", "承继的方式（更名不在此列，记为曾用名）", "How one organisation followed another; a rename is a former name",
    1 "MERGE" "合并" "Two became one";
    2 "SPLIT" "分立" "One became several";
    3 "RELOCATE" "整体迁移" "Moved as a whole";
}
enumeration! { CERTIFICATION_STATUS, "CertificationStatus", "证书登记的状态；到期由日期推得", "What the register says of a certificate; expiry follows from the dates",
    1 "VALID" "有效" "In force";
    2 "EXPIRED" "到期" "Its time has run out";
    3 "REVOKED" "撤销" "Taken away by the authority";
    4 "WITHDRAWN" "主动放弃" "Given back by its holder";
}
enumeration! { SOURCE_KIND, "SourceKind", "来源的类型", "What sort of document a source is",
    1 "POLICY" "政策文件" "Official document";
    2 "NEWS" "新闻报道" "Report of the press";
    3 "FILING" "交易所、监管公告" "Filing at an exchange or regulator";
    4 "REGISTRY" "登记库、名录" "Register or directory";
    5 "WEBSITE" "机构网站" "The institution's own pages";
    6 "STATISTICS" "统计资料" "Statistical publication";
    7 "OTHER" "其他材料" "Anything else";
}
enumeration! { GRADE, "SourceGrade", "来源等级", "How far a source can be relied on",
    1 "A" "一手或权威：政府、交易所公告、机构自身、主流媒体" "First hand or authoritative";
    2 "B" "转载：内容一致，待核对原件" "Reprint, to be checked against the original";
    3 "C" "博客、镜像：只供线索" "Blog or mirror, a lead at best";
}

/// Every enumeration, for schema and tests.
pub fn all() -> impl Iterator<Item = &'static Enumeration> {
    OF_NODES.iter().chain(records::ALL).copied()
}

/// Those of kinds, relations and sources.
static OF_NODES: &[&Enumeration] = &[
    &LEGAL_FORM,
    &ENTERPRISE_STATUS,
    &ENTITY_ORIGIN,
    &LISTED_BOARD,
    &INSTITUTE_KIND,
    &OTHER_KIND,
    &LEVEL,
    &ALLIANCE_KIND,
    &CLUSTER_KIND,
    &SCALE_CLASS,
    &FUND_KIND,
    &FUNDING_STAGE,
    &CARRIER_KIND,
    &PLATFORM_KIND,
    &COLLABORATION_KIND,
    &COLLABORATION_STAGE,
    &COLLABORATION_STATUS,
    &DEMAND_KIND,
    &DEMAND_VISIBILITY,
    &DEMAND_STATUS,
    &ACHIEVEMENT_KIND,
    &IP_CLASS,
    &ACHIEVEMENT_STAGE,
    &ACHIEVEMENT_LEVEL,
    &OFFER,
    &REGION_KIND,
    &PARTICIPANT_ROLE,
    &MEMBER_ROLE,
    &MEMBERSHIP_BASIS,
    &CLUSTER_ROLE,
    &INCUBATION_EXIT,
    &OPERATOR_ROLE,
    &INSTRUMENT,
    &LOCATION_ROLE,
    &NECESSITY,
    &MAPPING,
    &SUCCESSION_KIND,
    &PERSON_ROLE,
    &CERTIFICATION_STATUS,
    &SOURCE_KIND,
    &GRADE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_names_are_unique_and_zero_is_kept() {
        for list in all() {
            let tags: BTreeSet<_> = list.values.iter().map(|code| code.tag).collect();
            let names: BTreeSet<_> = list.values.iter().map(|code| code.name).collect();
            assert_eq!(tags.len(), list.values.len(), "{}", list.name);
            assert_eq!(names.len(), list.values.len(), "{}", list.name);
            assert!(!tags.contains(&0) && !names.contains("UNKNOWN"), "{}", list.name);
        }
    }
}
