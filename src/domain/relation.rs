//! The table of relations: every kind of edge, its ends, words, attributes and the fields that
//! show it on either end.

use minicbor::{Decode, Encode};

use super::attribute::{Attribute, ValueType};
use super::enumeration as list;
use super::kind::Kind;

/// A kind of relation. The permanent number is written into the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[repr(u8)]
#[allow(missing_docs)] // the table below says what each one is
pub enum Relation {
    #[n(0)]
    ParticipatesIn = 0,
    #[n(1)]
    MemberOf = 1,
    #[n(2)]
    InCluster = 2,
    #[n(3)]
    Supports = 3,
    #[n(4)]
    IncubatedIn = 4,
    #[n(5)]
    Operates = 5,
    #[n(6)]
    Funds = 6,
    #[n(7)]
    Owns = 7,
    #[n(8)]
    Supplies = 8,
    #[n(9)]
    HasDemand = 9,
    #[n(10)]
    HasAchievement = 10,
    #[n(11)]
    WorksAt = 11,
    #[n(12)]
    PartOf = 12,
    #[n(13)]
    LocatedIn = 13,
    #[n(14)]
    ClassifiedAs = 14,
    #[n(15)]
    UpstreamOf = 15,
    #[n(16)]
    MapsTo = 16,
    #[n(17)]
    Succeeds = 17,
    #[n(18)]
    Serves = 18,
    #[n(19)]
    RelatedTo = 19,
}

/// A field that shows a relation on one of its ends, with the phrase used in sentences.
#[derive(Debug)]
pub struct End {
    /// The name of the field.
    pub field: &'static str,
    /// What it lists, in Chinese.
    pub zh: &'static str,
    /// What it lists, in English.
    pub en: &'static str,
    /// `{a}` and `{b}` are this end and the other one.
    pub sentence_zh: &'static str,
    /// The same in English.
    pub sentence_en: &'static str,
}

/// What may not happen twice or in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nothing beyond the ends.
    Free,
    /// At most one at a time from the same start.
    OneAtATime,
    /// At most one JURISDICTION at a time.
    OneJurisdiction,
    /// No circles, and no tie to itself.
    Acyclic,
}

/// What there is to say about a relation.
#[derive(Debug)]
pub struct RelationRow {
    /// The relation.
    pub relation: Relation,
    /// Its value in the schema.
    pub name: &'static str,
    /// The name of the type that shows one tie of it.
    pub type_name: &'static str,
    /// The file of the import format.
    pub file: &'static str,
    /// Chinese label.
    pub label_zh: &'static str,
    /// What it says, in Chinese.
    pub zh: &'static str,
    /// What it says, in English.
    pub en: &'static str,
    /// Pairs of kinds it may join.
    pub ends: &'static [(&'static [Kind], &'static [Kind])],
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Does it mean the same in both directions?
    pub symmetric: bool,
    /// What may not happen.
    pub rule: Rule,
    /// Does it connect people who could introduce each other? Places and fields do not.
    pub explains: bool,
    /// Shown on the end it goes out from.
    pub forward: End,
    /// Shown on the end it goes to.
    pub reverse: End,
}

const ENTERPRISE: &[Kind] = &[Kind::Enterprise];
const ORGANIZATION: &[Kind] = Kind::ORGANIZATIONS;
const PARTY: &[Kind] = &[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization, Kind::Person];
const ANY: &[Kind] = &[
    Kind::Enterprise,
    Kind::Institute,
    Kind::OtherOrganization,
    Kind::Alliance,
    Kind::Cluster,
    Kind::Fund,
    Kind::Carrier,
    Kind::Platform,
    Kind::Demand,
    Kind::Achievement,
    Kind::Collaboration,
    Kind::Person,
];

macro_rules! relations {
    ($($relation:ident $name:literal $type_name:literal $file:literal $label:literal
        ($zh:literal, $en:literal)
        ends $ends:expr, rule $rule:ident, explains $explains:literal,
        forward ($f:literal, $fz:literal, $fe:literal, $fsz:literal, $fse:literal)
        reverse ($r:literal, $rz:literal, $re:literal, $rsz:literal, $rse:literal)
        attributes $attributes:expr;)+) => {
        static TABLE: &[RelationRow] = &[$(RelationRow {
            relation: Relation::$relation, name: $name, type_name: $type_name, file: $file, label_zh: $label,
            zh: $zh, en: $en, ends: $ends, attributes: $attributes, symmetric: false,
            rule: Rule::$rule, explains: $explains,
            forward: End { field: $f, zh: $fz, en: $fe, sentence_zh: $fsz, sentence_en: $fse },
            reverse: End { field: $r, zh: $rz, en: $re, sentence_zh: $rsz, sentence_en: $rse },
        },)+];
    };
}

relations! {
    ParticipatesIn "PARTICIPATES_IN" "Participation" "participates_in.csv" "参与合作"
        ("某单位（或人员）参加一次合作", "Somebody is a party to a collaboration")
        ends &[(PARTY, &[Kind::Collaboration])], rule Free, explains true,
        forward ("collaborations", "参加的合作", "Collaborations it is a party to", "{a}参加了{b}", "{a} takes part in {b}")
        reverse ("participants", "参加各方", "The parties to it", "{a}的参加方有{b}", "{b} takes part in {a}")
        attributes &[
            Attribute::new(1, "role", ValueType::Code(&list::PARTICIPANT_ROLE), "在合作中的角色", "The part it plays").required(),
            Attribute::new(2, "share", ValueType::Ratio, "金额或任务占比", "Its share of money or work").internal(),
            Attribute::new(3, "amount", ValueType::Money, "分得的经费", "The money it gets").internal(),
        ];
    MemberOf "MEMBER_OF" "AllianceMembership" "member_of.csv" "联盟成员"
        ("某单位是联盟成员", "An organisation belongs to an alliance")
        ends &[(ORGANIZATION, &[Kind::Alliance])], rule Free, explains true,
        forward ("alliances", "加入的创新联盟", "Alliances it belongs to", "{a}是{b}的成员", "{a} is a member of {b}")
        reverse ("members", "成员单位", "Those who belong to it", "{a}的成员有{b}", "{b} is a member of {a}")
        attributes &[
            Attribute::new(1, "role", ValueType::Code(&list::MEMBER_ROLE), "在联盟中的职务", "Office held in the alliance").required(),
            Attribute::new(2, "liable", ValueType::Answer, "是否对外承担责任的单位", "Whether it carries liability towards outsiders"),
        ];
    InCluster "IN_CLUSTER" "ClusterMembership" "in_cluster.csv" "集群成员"
        ("某单位、平台或载体属于集群", "An organisation, platform or carrier belongs to a cluster")
        ends &[(&[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization, Kind::Platform, Kind::Carrier], &[Kind::Cluster])],
        rule Free, explains true,
        forward ("clusters", "所属集群或基地", "Clusters it belongs to", "{a}属于{b}", "{a} belongs to {b}")
        reverse ("members", "集群成员", "Those who belong to it", "{a}的成员有{b}", "{b} belongs to {a}")
        attributes &[
            Attribute::new(1, "membershipBasis", ValueType::Code(&list::MEMBERSHIP_BASIS), "成员认定依据", "Why it counts as a member").required(),
            Attribute::new(2, "role", ValueType::Code(&list::CLUSTER_ROLE), "在集群中的作用", "The part it plays in the cluster"),
            Attribute::new(3, "chainTerm", ValueType::Term(""), "所处产业链环节", "The link of the chain it stands at"),
        ];
    Supports "SUPPORTS" "ClusterSupport" "supports.csv" "支撑集群"
        ("联盟、平台、基地、院所支撑一个集群", "An alliance, platform, base or institute supports a cluster")
        ends &[(&[Kind::Alliance, Kind::Platform, Kind::Cluster, Kind::Institute, Kind::OtherOrganization], &[Kind::Cluster])],
        rule Free, explains true,
        forward ("supports", "支撑的集群", "Clusters it supports", "{a}支撑{b}", "{a} supports {b}")
        reverse ("supporters", "支撑单位", "Those who support it", "{a}得到{b}支撑", "{b} supports {a}")
        attributes &[];
    IncubatedIn "INCUBATED_IN" "Incubation" "incubated_in.csv" "在孵"
        ("企业或团队在孵化载体中，同一时间只在一处", "A firm or team is raised in a carrier, one at a time")
        ends &[(&[Kind::Enterprise, Kind::OtherOrganization, Kind::Institute], &[Kind::Carrier])], rule OneAtATime, explains true,
        forward ("incubatedIn", "在孵或曾在孵的载体", "Carriers that raise it", "{a}在{b}孵化", "{a} is incubated in {b}")
        reverse ("incubatees", "在孵企业", "Firms raised there", "{a}孵化了{b}", "{a} incubates {b}")
        attributes &[
            Attribute::new(1, "exit", ValueType::Code(&list::INCUBATION_EXIT), "离开方式", "How it left"),
            Attribute::new(2, "area", ValueType::Area, "使用面积", "Floor space used"),
        ];
    Operates "OPERATES" "Operation" "operates.csv" "运营、依托"
        ("某单位运营、依托建设或管理载体、平台、基金", "An organisation runs, hosts or manages a carrier, platform or fund")
        ends &[(ORGANIZATION, &[Kind::Carrier, Kind::Platform, Kind::Fund])], rule Free, explains true,
        forward ("operates", "运营或依托建设的载体、平台、基金", "What it runs, hosts or manages", "{a}建设或运营{b}", "{a} runs {b}")
        reverse ("operators", "运营、依托单位", "Those who run or host it", "{a}由{b}建设或运营", "{b} runs {a}")
        attributes &[
            Attribute::new(1, "role", ValueType::Code(&list::OPERATOR_ROLE), "运营、依托角色", "Runs, hosts or manages").required(),
        ];
    Funds "FUNDS" "Funding" "funded.csv" "出资"
        ("基金或单位向企业、合作出资", "A fund or organisation gives money to a firm or collaboration")
        ends &[(&[Kind::Fund, Kind::Enterprise, Kind::Institute, Kind::OtherOrganization], &[Kind::Enterprise, Kind::Collaboration])],
        rule Free, explains true,
        forward ("investments", "投出的资金", "Money it gave", "{a}向{b}出资", "{a} funded {b}")
        reverse ("fundings", "获得的资金", "Money it was given", "{a}获得{b}出资", "{b} funded {a}")
        attributes &[
            Attribute::new(1, "instrument", ValueType::Code(&list::INSTRUMENT), "资金形式", "The form the money takes").required(),
            Attribute::new(2, "amount", ValueType::Money, "金额", "How much was given"),
            Attribute::new(3, "round", ValueType::Text, "轮次", "The round of financing"),
        ];
    Owns "OWNS" "Ownership" "owns.csv" "持股"
        ("单位或人员持有另一单位的股份", "Somebody holds shares of an organisation")
        ends &[(PARTY, ORGANIZATION)], rule Free, explains true,
        forward ("owns", "持股的单位", "Organisations whose shares it holds", "{a}持有{b}的股份", "{a} owns shares of {b}")
        reverse ("ownedBy", "股东", "Those who hold its shares", "{a}的股东有{b}", "{b} owns shares of {a}")
        attributes &[Attribute::new(1, "share", ValueType::Ratio, "持股比例", "The share held")];
    Supplies "SUPPLIES" "Supply" "supplies.csv" "供货"
        ("一家企业向另一家供货", "A firm supplies another")
        ends &[(ENTERPRISE, ENTERPRISE)], rule Free, explains true,
        forward ("supplies", "供货对象", "Firms it supplies", "{a}向{b}供货", "{a} supplies {b}")
        reverse ("suppliedBy", "供应商", "Firms that supply it", "{a}的供应商有{b}", "{b} supplies {a}")
        attributes &[
            Attribute::new(1, "product", ValueType::Text, "供应的产品", "What is supplied"),
            Attribute::new(2, "volumeClass", ValueType::Text, "供货规模", "How much, in words"),
            Attribute::new(3, "chainTerm", ValueType::Term(""), "对应的产业链环节", "The link of the chain it belongs to"),
        ];
    HasDemand "HAS_DEMAND" "DemandOwnership" "has_demand.csv" "提出需求"
        ("单位提出一项需求", "An organisation puts a demand forward")
        ends &[(ORGANIZATION, &[Kind::Demand])], rule Free, explains true,
        forward ("demands", "提出的需求", "What it asks for", "{a}提出需求{b}", "{a} asks for {b}")
        reverse ("owners", "提出单位", "Those who ask for it", "需求{a}由{b}提出", "{b} asks for {a}")
        attributes &[
            Attribute::new(1, "rank", ValueType::Integer(1, 1000), "排序，单位：名次", "Place among the owners. Unit: rank"),
            Attribute::new(2, "roleText", ValueType::Text, "承担的角色", "Its part in words"),
        ];
    HasAchievement "HAS_ACHIEVEMENT" "AchievementOwnership" "has_achievement.csv" "拥有成果"
        ("单位拥有一项成果", "An organisation owns a result")
        ends &[(PARTY, &[Kind::Achievement])], rule Free, explains true,
        forward ("achievements", "拥有的成果", "Results it owns", "{a}完成了{b}", "{a} achieved {b}")
        reverse ("owners", "完成单位", "Those who own it", "成果{a}由{b}完成", "{b} achieved {a}")
        attributes &[
            Attribute::new(1, "rank", ValueType::Integer(1, 1000), "完成单位排序，单位：名次", "Place among the owners. Unit: rank"),
            Attribute::new(2, "roleText", ValueType::Text, "承担的角色", "Its part in words"),
        ];
    WorksAt "WORKS_AT" "Employment" "works_at.csv" "任职"
        ("人员在某单位任职", "A person works somewhere")
        ends &[(&[Kind::Person], ORGANIZATION)], rule Free, explains true,
        forward ("worksAt", "任职单位", "Where the person works", "{a}在{b}任职", "{a} works at {b}")
        reverse ("staff", "任职人员", "Those who work there", "{a}有{b}任职", "{b} works at {a}")
        attributes &[Attribute::new(1, "post", ValueType::Text, "职务", "The post held").internal()];
    PartOf "PART_OF" "Parthood" "part_of.csv" "隶属"
        ("学院属于大学、县属于市、子领域属于领域、平台属于单位", "A part belongs to a whole")
        ends &[
            (&[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization, Kind::Platform], ORGANIZATION),
            (&[Kind::Region], &[Kind::Region]),
            (&[Kind::Term], &[Kind::Term]),
        ], rule Acyclic, explains true,
        forward ("partOf", "上级：所属单位、地区或领域", "The whole it belongs to", "{a}隶属于{b}", "{a} is part of {b}")
        reverse ("parts", "下级：内设单位、下辖地区或子领域", "The parts that belong to it", "{a}下设{b}", "{b} is part of {a}")
        attributes &[];
    LocatedIn "LOCATED_IN" "Location" "located_in.csv" "所在地区"
        ("在某地区：归口、注册、经营、纳税或统计", "Is in a region, in one of five senses")
        ends &[(ANY, &[Kind::Region])], rule OneJurisdiction, explains false,
        forward ("locations", "所在地区", "Regions it is in", "{a}位于{b}", "{a} is located in {b}")
        reverse ("located", "位于此地区的单位等", "What is in this region", "{b}位于{a}", "{b} is located in {a}")
        attributes &[
            Attribute::new(1, "role", ValueType::Code(&list::LOCATION_ROLE), "与地区的关系", "In what sense it is there").required(),
        ];
    ClassifiedAs "CLASSIFIED_AS" "Classification" "classified_as.csv" "领域分类"
        ("属于某个技术领域、产业或产业链环节", "Belongs to a field, industry or link of a chain")
        ends &[(ANY, &[Kind::Term]), (&[Kind::Region], &[Kind::Term])], rule Free, explains false,
        forward ("fields", "所属领域", "Fields it belongs to", "{a}属于{b}领域", "{a} is in the field {b}")
        reverse ("classified", "属于此领域的单位、需求、成果等", "What belongs to this field", "{b}属于{a}领域", "{b} is in the field {a}")
        attributes &[
            Attribute::new(1, "primary", ValueType::Answer, "是否主要领域", "Whether it is the main field"),
            Attribute::new(2, "weight", ValueType::Ratio, "权重", "How much of it belongs here"),
            Attribute::new(3, "classificationBasis", ValueType::Text, "分类依据", "Why it belongs here"),
        ];
    UpstreamOf "UPSTREAM_OF" "ChainLink" "upstream_of.csv" "上游"
        ("产业链中一个环节是另一个的上游", "A link of a chain comes before another")
        ends &[(&[Kind::Term], &[Kind::Term])], rule Acyclic, explains false,
        forward ("downstream", "下游环节", "Links that need this one", "{a}是{b}的上游", "{a} is upstream of {b}")
        reverse ("upstream", "上游环节", "Links that this one needs", "{a}的上游是{b}", "{b} is upstream of {a}")
        attributes &[Attribute::new(1, "necessity", ValueType::Code(&list::NECESSITY), "必要性", "How much the chain depends on it")];
    MapsTo "MAPS_TO" "TermCorrespondence" "maps_to.csv" "对照"
        ("两个分类体系的条目对应", "Terms of two classifications correspond")
        ends &[(&[Kind::Term], &[Kind::Term])], rule Free, explains false,
        forward ("mapsTo", "对应到的条目", "Terms it corresponds to", "{a}对应{b}", "{a} corresponds to {b}")
        reverse ("mappedFrom", "对应而来的条目", "Terms that correspond to it", "{a}由{b}对应而来", "{b} corresponds to {a}")
        attributes &[Attribute::new(1, "mapping", ValueType::Code(&list::MAPPING), "对应关系", "How the two correspond").required()];
    Succeeds "SUCCEEDS" "Succession" "succeeds.csv" "承继"
        ("合并、分立、整体迁移后的单位承继原单位；更名不在此列", "An organisation follows another after a merger, split or move")
        ends &[(ORGANIZATION, ORGANIZATION)], rule Acyclic, explains true,
        forward ("predecessors", "承继的原单位", "Those it follows", "{a}承继了{b}", "{a} succeeds {b}")
        reverse ("successors", "后继单位", "Those who follow it", "{a}由{b}承继", "{b} succeeds {a}")
        attributes &[Attribute::new(1, "kind", ValueType::Code(&list::SUCCESSION_KIND), "承继方式", "How it followed").required()];
    Serves "SERVES" "Service" "serves.csv" "服务"
        ("服务机构为某单位服务", "An agency serves an organisation")
        ends &[(&[Kind::OtherOrganization], ORGANIZATION)], rule Free, explains true,
        forward ("serves", "服务对象", "Those it serves", "{a}为{b}提供服务", "{a} serves {b}")
        reverse ("servedBy", "服务机构", "Agencies that serve it", "{a}得到{b}的服务", "{b} serves {a}")
        attributes &[
            Attribute::new(1, "kind", ValueType::Text, "服务内容", "What is done for them"),
            Attribute::new(2, "outcome", ValueType::Text, "服务结果", "What came of it"),
        ];
    RelatedTo "RELATED_TO" "Relatedness" "related_to.csv" "有关联"
        ("登记库称两单位有关联，没有说明是什么关联", "A register calls two organisations related without saying how")
        ends &[(ORGANIZATION, ORGANIZATION)], rule Free, explains true,
        forward ("relatedTo", "有关联的单位", "Organisations it is related to", "{a}与{b}有关联", "{a} is related to {b}")
        reverse ("relatedFrom", "称与之有关联的单位", "Organisations said to be related to it", "{a}与{b}有关联", "{b} is related to {a}")
        attributes &[
            Attribute::new(1, "weight", ValueType::Decimal, "来源给出的强度，单位：无", "How strong the source says it is. Unit: none"),
        ];
}

impl Relation {
    /// Every relation, in the order of the table.
    pub fn all() -> impl Iterator<Item = Relation> {
        TABLE.iter().map(|row| row.relation)
    }

    /// Its row.
    pub fn row(self) -> &'static RelationRow {
        &TABLE[self as usize]
    }

    /// The relation of that name.
    pub fn by_name(name: &str) -> Option<Relation> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.relation)
    }
}

impl RelationRow {
    /// May it join these two kinds?
    pub fn joins(&self, from: Kind, to: Kind) -> bool {
        self.ends.iter().any(|(starts, targets)| starts.contains(&from) && targets.contains(&to))
    }

    /// The kinds that the other end may have, seen from `kind` as the start (or as the target).
    pub fn others(&self, kind: Kind, forward: bool) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = Vec::new();
        for (starts, targets) in self.ends {
            let (here, there) = if forward { (starts, targets) } else { (targets, starts) };
            if here.contains(&kind) {
                kinds.extend(there.iter());
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_stand_at_their_number() {
        for (position, relation) in Relation::all().enumerate() {
            assert_eq!(relation as usize, position);
            assert_eq!(Relation::by_name(relation.row().name), Some(relation));
        }
        assert_eq!(Relation::all().count(), 20);
    }

    #[test]
    fn no_kind_gets_one_field_name_twice() {
        for kind in Kind::all() {
            let mut names: BTreeSet<&str> = kind.row().attributes.iter().map(|attribute| attribute.name).collect();
            for row in TABLE {
                for (forward, end) in [(true, &row.forward), (false, &row.reverse)] {
                    if !row.others(kind, forward).is_empty() {
                        assert!(names.insert(end.field), "{} on {kind:?}", end.field);
                    }
                }
            }
        }
    }
}
