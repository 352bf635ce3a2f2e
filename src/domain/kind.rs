//! The table of kinds: everything that is a node of the graph.
//!
//! To add a kind: a row here, a file in `kinds/`, a fixture. The permanent number is written into
//! the ledger; rows are never reordered and never removed.

use minicbor::{Decode, Encode};

use super::attribute::{Attribute, Dates};
use super::identifier::Scheme;
use super::kinds;

/// A kind of node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[repr(u8)]
pub enum Kind {
    /// 企业
    #[n(0)]
    Enterprise = 0,
    /// 高校院所
    #[n(1)]
    Institute = 1,
    /// 其他机构
    #[n(2)]
    OtherOrganization = 2,
    /// 创新联盟
    #[n(3)]
    Alliance = 3,
    /// 集群、基地
    #[n(4)]
    Cluster = 4,
    /// 基金、金融产品
    #[n(5)]
    Fund = 5,
    /// 孵化载体
    #[n(6)]
    Carrier = 6,
    /// 研发平台
    #[n(7)]
    Platform = 7,
    /// 技术需求
    #[n(8)]
    Demand = 8,
    /// 科技成果
    #[n(9)]
    Achievement = 9,
    /// 合作
    #[n(10)]
    Collaboration = 10,
    /// 人
    #[n(11)]
    Person = 11,
    /// 分类条目
    #[n(12)]
    Term = 12,
    /// 地区
    #[n(13)]
    Region = 13,
}

/// The number of kinds.
pub const KINDS: usize = 14;

/// What there is to say about a kind.
#[derive(Debug)]
pub struct KindRow {
    /// The kind.
    pub kind: Kind,
    /// The name of its type in the schema.
    pub name: &'static str,
    /// Its value of the `NodeKind` enumeration.
    pub code: &'static str,
    /// The root field that finds one.
    pub field: &'static str,
    /// The root field that lists them.
    pub list_field: &'static str,
    /// The file of the import format.
    pub file: &'static str,
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
    /// The attribute from which it is valid, where its row gives no date of its own.
    pub begins_with: Option<&'static str>,
    /// From when what is said of it, and its ties, can hold: `Any` also before 1949, as of universities,
    /// offices, regions and lists; `Since1949` not. It may itself be older.
    pub begins: Dates,
    /// The scheme of its `code` column, where it has one.
    pub code_scheme: Option<Scheme>,
}

static TABLE: [&KindRow; KINDS] = [
    &kinds::enterprise::ROW,
    &kinds::institute::ROW,
    &kinds::other_organization::ROW,
    &kinds::alliance::ROW,
    &kinds::cluster::ROW,
    &kinds::fund::ROW,
    &kinds::carrier::ROW,
    &kinds::platform::ROW,
    &kinds::demand::ROW,
    &kinds::achievement::ROW,
    &kinds::collaboration::ROW,
    &kinds::person::ROW,
    &kinds::term::ROW,
    &kinds::region::ROW,
];

impl Kind {
    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Kind> {
        TABLE.iter().map(|row| row.kind)
    }

    /// Its row.
    pub fn row(self) -> &'static KindRow {
        TABLE[self as usize]
    }

    /// A list of this kind alone.
    pub fn alone(self) -> &'static [Kind] {
        std::slice::from_ref(&self.row().kind)
    }

    /// Legal persons and the like: enterprises, institutes, other organisations.
    pub const ORGANIZATIONS: &'static [Kind] = &[Kind::Enterprise, Kind::Institute, Kind::OtherOrganization];

    /// Whoever can act: organisations, alliances, clusters, funds, carriers, platforms.
    pub const ACTORS: &'static [Kind] = &[
        Kind::Enterprise,
        Kind::Institute,
        Kind::OtherOrganization,
        Kind::Alliance,
        Kind::Cluster,
        Kind::Fund,
        Kind::Carrier,
        Kind::Platform,
    ];

    /// Is it one of the organisations?
    pub fn is_organization(self) -> bool {
        Self::ORGANIZATIONS.contains(&self)
    }

    /// Is it one of the actors?
    pub fn is_actor(self) -> bool {
        Self::ACTORS.contains(&self)
    }

    /// May two entries of it be found to be one? Actors come under several names from several lists; what
    /// belongs to one is numbered there, lists of the city's are kept in one hand, and people are not
    /// compared at all.
    pub fn may_be_merged(self) -> bool {
        self.is_actor()
    }
}

impl KindRow {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The attribute of that number.
    pub fn attribute_by_tag(&self, tag: u16) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.tag == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_stand_at_their_number_and_attributes_are_unique() {
        for (position, kind) in Kind::all().enumerate() {
            assert_eq!(kind as usize, position);
            let row = kind.row();
            let tags: BTreeSet<_> = row.attributes.iter().map(|attribute| attribute.tag).collect();
            let names: BTreeSet<_> = row.attributes.iter().map(|attribute| attribute.name).collect();
            assert_eq!(tags.len(), row.attributes.len(), "{}", row.name);
            assert_eq!(names.len(), row.attributes.len(), "{}", row.name);
            // Keys belong to people, so nothing else is sealed.
            assert!(kind == Kind::Person || row.attributes.iter().all(|attribute| attribute.personal.is_none()));
            if let Some(name) = row.begins_with {
                let since_1949 = row.attribute(name).is_some_and(|attribute| attribute.dates == Dates::Since1949);
                assert_eq!(row.begins == Dates::Since1949, since_1949, "{name} and the validity of {}", row.name);
            }
        }
    }
}
