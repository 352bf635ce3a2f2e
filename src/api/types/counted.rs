//! What can be listed and counted: nodes of a kind, organisations of any, records of a kind.

use super::def::Cx;
use super::filter::Of;
use super::group::can_group;
use crate::domain::{Attribute, Kind, RecordKind, Relation, Sensitivity, ValueType};

/// Nodes or records that one list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Nodes of one kind.
    Nodes(Kind),
    /// Organisations of every kind.
    Organizations,
    /// Records of a kind.
    Records(RecordKind),
}

impl Counted {
    /// Everything that has a list at the root.
    pub fn all() -> impl Iterator<Item = Self> {
        let kinds = Kind::all().filter(|kind| *kind != Kind::Person).map(Self::Nodes);
        kinds.chain([Self::Organizations]).chain(RecordKind::all().map(Self::Records))
    }

    /// What a thing is one of.
    pub fn of(cx: &Cx<'_>, of: Of<'_>) -> Self {
        match of {
            Of::Node(node) => Self::Nodes(cx.lens.kind(node)),
            Of::Record(record) => Self::Records(record.kind),
        }
    }

    /// Its value of `StatisticsOf`.
    pub fn code(self) -> String {
        match self {
            Self::Nodes(kind) => kind.row().code.to_owned(),
            Self::Organizations => "ORGANIZATION".to_owned(),
            Self::Records(kind) => screaming(kind.row().name),
        }
    }

    /// The root field that lists it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Nodes(kind) => kind.row().list_field,
            Self::Organizations => "organizations",
            Self::Records(kind) => kind.row().field,
        }
    }

    /// The type of its filter.
    pub fn filter(self) -> String {
        let name = match self {
            Self::Nodes(kind) => kind.row().name,
            Self::Organizations => "Organization",
            Self::Records(kind) => kind.row().name,
        };
        format!("{name}Filter")
    }

    /// Its name in both languages.
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Nodes(kind) => (kind.row().label_zh, kind.row().label_en),
            Self::Organizations => ("机构", "Organisations"),
            Self::Records(kind) => (kind.row().label_zh, kind.row().label_en),
        }
    }

    /// The kinds of its nodes.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Nodes(kind) => kind.alone(),
            Self::Organizations => Kind::ORGANIZATIONS,
            Self::Records(kind) => kind.row().holders,
        }
    }

    /// Its attributes; organisations of every kind have none in common.
    pub fn attributes(self) -> &'static [Attribute] {
        match self {
            Self::Nodes(kind) => kind.row().attributes,
            Self::Organizations => &[],
            Self::Records(kind) => kind.row().attributes,
        }
    }

    /// The attribute of that name.
    pub fn attribute(self, name: &str) -> Option<&'static Attribute> {
        self.attributes().iter().find(|attribute| attribute.name == name)
    }

    /// Is it a record of regions, so that its region is the node it belongs to?
    pub fn belongs_to_regions(self) -> bool {
        matches!(self, Self::Records(kind) if kind.row().subject.0 == "region")
    }

    /// Are they certificates?
    pub fn are_certificates(self) -> bool {
        self == Self::Records(RecordKind::Certification)
    }

    /// Can any of its nodes have such a tie going out?
    pub fn has(self, relation: Relation) -> bool {
        self.kinds().iter().any(|kind| !relation.row().others(*kind, true).is_empty())
    }

    /// Is it so of all its kinds?
    pub fn all_are(self, holds: impl Fn(Kind) -> bool) -> bool {
        self.kinds().iter().all(|kind| holds(*kind))
    }

    /// Every key that it can be grouped by, as written.
    pub fn keys(self) -> Vec<String> {
        let mut keys: Vec<String> =
            self.attributes().iter().filter(|attribute| can_group(attribute)).map(|row| row.name.to_owned()).collect();
        let dates = self.attributes().iter().filter(|attribute| matches!(attribute.value_type, ValueType::Date));
        keys.extend(dates.map(|attribute| format!("{}.year", attribute.name)));
        if self.belongs_to_regions() || self.has(Relation::LocatedIn) {
            keys.push("region".to_owned());
        }
        if self.has(Relation::LocatedIn) {
            keys.push("regionAt:COUNTY".to_owned());
        }
        if self.has(Relation::ClassifiedAs) {
            keys.extend(["field:HT8", "field:HT8:top", "mapped:SEI2018"].map(str::to_owned));
        }
        if self.all_are(Kind::is_organization) {
            keys.push("tier".to_owned());
        }
        keys.push("nodeKind".to_owned());
        if self.all_are(Kind::is_organization) {
            keys.push("tied:MEMBER_OF".to_owned());
        }
        if self.all_are(|kind| kind == Kind::Collaboration) {
            keys.push("partyRegions".to_owned());
        }
        if self.are_certificates() {
            keys.extend(["state", "expires.year"].map(str::to_owned));
        }
        keys
    }

    /// Is this thing one that not everybody may know of?
    pub fn is_guarded(cx: &Cx<'_>, of: Of<'_>) -> bool {
        match of {
            Of::Record(record) => record.kind.row().sensitivity_of(&record.values) > Sensitivity::Public,
            Of::Node(node) => match cx.lens.kind(node) {
                Kind::Person => true,
                // Whether the public sees a demand is a matter of its own; where one may see more, a doubt guards.
                Kind::Demand => cx.lens.may_see_of(node, Sensitivity::Internal),
                _ => false,
            },
        }
    }
}

/// `YearFigures` as `YEAR_FIGURES`.
fn screaming(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}
