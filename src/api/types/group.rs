//! Keys by which things are counted together: read from text, asked of a thing, said in words, and
//! turned into the condition that lists what stands in one group.
//!
//! What may not be seen is as if nobody had said it: its thing stands in the group UNKNOWN.

use std::collections::BTreeSet;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Gql};

use super::above::{at_level, fields, mapped, top_fields};
use super::counted::Counted;
use super::def::Cx;
use super::figures;
use super::filter::{IN_GROUPS, Of};
use super::find::{find, find_term};
use super::record::CERTIFICATE_STATES;
use super::slots::{FROM_APPLICATIONS, expiry_year, of_value, party_regions, state, tied, tier, year_of};
use super::whereabouts;
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::name::Language;
use crate::domain::rejection::clip;
use crate::domain::{Attribute, Kind, Relation, Value, ValueType, enumeration};
use crate::graph::EntityRow;

/// The group of that which nobody knows.
pub const UNKNOWN: &str = "UNKNOWN";

/// The group of organisations that surely hold nothing.
const NONE: &str = "NONE";

/// A key.
#[derive(Clone)]
pub struct Key {
    /// As it was written.
    pub text: String,
    by: By,
}

#[derive(Clone)]
enum By {
    Attribute(&'static Attribute),
    Year(&'static Attribute),
    Subject,
    Region,
    RegionAt(u16),
    Field(String),
    TopField(String),
    Mapped(String),
    Tier,
    NodeKind,
    Tied(Relation),
    PartyRegions,
    State,
    ExpiryYear,
}

/// A group of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// A whole number, or a year.
    Number(i64),
    /// A value of a code list, by its place; yes and no.
    Code(usize),
    /// A kind of node.
    Kind(Kind),
    /// A region, a term, or whatever else an attribute names.
    Node(EntityRow),
    /// Two regions that are joined, the smaller code first; one that is joined in itself is twice there.
    Pair(EntityRow, EntityRow),
    /// Surely nothing.
    None,
    /// Nobody knows.
    Unknown,
}

impl Key {
    /// Read a key of what is counted.
    pub fn read(counted: Counted, text: &str) -> Result<Self, ApiError> {
        let by = by(counted, text).ok_or_else(|| unknown_key(counted, text))?;
        Ok(Self { text: text.to_owned(), by })
    }

    /// The attribute that it looks at, if it looks at one.
    pub fn attribute(&self) -> Option<&'static Attribute> {
        match self.by {
            By::Attribute(attribute) | By::Year(attribute) => Some(attribute),
            _ => None,
        }
    }

    /// An attribute that not everybody may see and that its groups follow from.
    pub fn guard(&self) -> Option<&'static Attribute> {
        if let By::State = self.by { Some(&FROM_APPLICATIONS) } else { self.attribute() }
    }

    fn is_year(&self) -> bool {
        matches!(self.by, By::Year(_) | By::ExpiryYear)
    }

    /// What it groups by, in both languages.
    pub fn words(&self) -> (String, String) {
        let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match &self.by {
            By::Attribute(attribute) => said(attribute.zh, attribute.en),
            By::Year(attribute) => (format!("{}的年份", attribute.zh), format!("year of: {}", attribute.en)),
            By::Subject => said("所属地区", "the region it belongs to"),
            By::Region => said(
                "归口管理区域（需求、成果随所属单位，合作随参加的企业）",
                "the region that answers for it, of demands and results that of their holders, of collaborations those of the firms in them",
            ),
            By::RegionAt(level) => {
                let level = enumeration::REGION_KIND.by_tag(*level);
                let (zh, en) = level.map_or(("", ""), |level| (level.zh, level.en));
                (format!("归口管理区域所在的{zh}"), format!("where the region that answers for it lies: {en}"))
            }
            By::Field(scheme) => (format!("{scheme} 中所属的条目"), format!("its terms of {scheme}")),
            By::TopField(scheme) => (format!("{scheme} 中所属的最上级条目"), format!("its topmost terms of {scheme}")),
            By::Mapped(scheme) => (
                format!("所属条目对照到 {scheme} 的条目（不含仅“相关”的对照）"),
                format!("the terms of {scheme} that its own terms map to, mere relatedness left out"),
            ),
            By::Tier => said("最高的有效资质", "the highest tier of which it surely holds a certificate"),
            By::NodeKind => said("对象的种类", "which kind of node it is"),
            By::Tied(relation) => {
                let row = relation.row();
                (format!("关系“{}”的另一端", row.label_zh), format!("the other end of its ties: {}", row.en))
            }
            By::PartyRegions => said(
                "不同参加单位所在地区的两两组合",
                "pairs of the regions that different parties to it are located in",
            ),
            By::State => said(
                "证书状态（180 天内到期的为即将到期）",
                "what the certificate is on the day, expiring within 180 days of its end",
            ),
            By::ExpiryYear => said("到期年份", "the year in which it runs out"),
        }
    }

    /// The groups of a thing: at least one, and several where it has several values.
    pub fn slots(&self, cx: &Cx<'_>, of: Of<'_>) -> Vec<Slot> {
        let node = node_of(cx, of);
        let nodes = |found: BTreeSet<EntityRow>| found.into_iter().map(Slot::Node).collect();
        let mut slots = match &self.by {
            By::Attribute(attribute) => of_value(cx, attribute, held(cx, of, attribute)),
            By::Year(attribute) => year_of(cx, of, attribute).map(Slot::Number).into_iter().collect(),
            By::Subject => vec![Slot::Node(node)],
            By::Region => nodes(whereabouts::jurisdictions(cx, node)),
            By::RegionAt(level) => nodes(at_level(cx, node, *level)),
            By::Field(scheme) => nodes(fields(cx, node, scheme)),
            By::TopField(scheme) => nodes(top_fields(cx, node, scheme)),
            By::Mapped(scheme) => nodes(mapped(cx, node, scheme)),
            By::Tier => tier(cx, node).into_iter().collect(),
            By::NodeKind => vec![Slot::Kind(cx.lens.kind(node))],
            By::Tied(relation) => tied(cx, node, *relation),
            By::PartyRegions => party_regions(cx, node),
            By::State => state(cx, of).into_iter().collect(),
            By::ExpiryYear => expiry_year(of).map(Slot::Number).into_iter().collect(),
        };
        slots.sort_unstable();
        slots.dedup();
        if slots.is_empty() {
            slots.push(Slot::Unknown);
        }
        slots
    }

    /// The stable value of a group: a code, a number, a year, or the code of a node.
    pub fn value(&self, cx: &Cx<'_>, slot: Slot) -> String {
        match slot {
            Slot::Number(number) if self.is_year() => format!("{number:04}"),
            Slot::Number(number) => number.to_string(),
            Slot::Code(place) => self.code(place).0.to_owned(),
            Slot::Kind(kind) => kind.row().code.to_owned(),
            Slot::Node(node) => match cx.lens.code(node) {
                "" => cx.lens.id(node).to_string(),
                code => code.to_owned(),
            },
            Slot::Pair(one, other) => {
                let [one, other] = [one, other].map(|region| self.value(cx, Slot::Node(region)));
                format!("{one}+{other}")
            }
            Slot::None => NONE.to_owned(),
            Slot::Unknown => UNKNOWN.to_owned(),
        }
    }

    /// The stable value that somebody may mean who writes a code without its scheme, or a name. What names
    /// nothing stays as it is: UNKNOWN, a number, or a group that nothing stands in.
    pub fn meant(&self, cx: &Cx<'_>, text: &str) -> Result<String, ApiError> {
        let reference = Reference::Code(text.to_owned());
        let found = match &self.by {
            _ if text == UNKNOWN || text == NONE => return Ok(text.to_owned()),
            By::Subject | By::Region | By::RegionAt(_) => find(cx, &reference, Kind::Region.alone()),
            By::Tier => find_term(cx, &reference, "SCHEME"),
            By::Field(scheme) | By::TopField(scheme) | By::Mapped(scheme) => find_term(cx, &reference, scheme),
            By::Attribute(attribute) => match attribute.value_type {
                ValueType::Term(scheme) => find_term(cx, &reference, scheme),
                _ => return Ok(text.to_owned()),
            },
            _ => return Ok(text.to_owned()),
        };
        match found {
            Ok(node) => Ok(self.value(cx, Slot::Node(node))),
            Err(error) if error.code == "AMBIGUOUS_NAME" => Err(error),
            Err(_) => Ok(text.to_owned()),
        }
    }

    /// A group in both languages.
    pub fn label(&self, cx: &Cx<'_>, slot: Slot) -> (String, String) {
        let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match slot {
            Slot::Number(_) if self.is_year() => {
                let year = self.value(cx, slot);
                (format!("{year}年"), year)
            }
            Slot::Number(number) => (number.to_string(), number.to_string()),
            Slot::Code(place) => said(self.code(place).1, self.code(place).2),
            Slot::Kind(kind) => said(kind.row().label_zh, kind.row().label_en),
            Slot::Node(node) => {
                let zh = cx.lens.name(node);
                said(zh, cx.lens.name_in(node, Language::En).unwrap_or(zh))
            }
            Slot::Pair(one, other) => {
                let [one, other] = [one, other].map(|region| self.label(cx, Slot::Node(region)));
                (format!("{} 与 {}", one.0, other.0), format!("{} and {}", one.1, other.1))
            }
            Slot::None if matches!(self.by, By::Tier) => said("没有有效资质", "No certificate that counts"),
            Slot::None => said("没有记载", "None recorded"),
            Slot::Unknown => said("未知", "Unknown"),
        }
    }

    /// By what groups of this key are put in order; what nobody knows comes last.
    pub fn order(&self, cx: &Cx<'_>, slot: Slot) -> String {
        match slot {
            Slot::Number(number) => format!("1{:020}", i128::from(number) + i128::from(i64::MAX)),
            Slot::Code(place) => format!("1{place:05}"),
            Slot::Kind(kind) => format!("1{:05}", kind as usize),
            Slot::Node(node) => format!("1{}\u{0}{}", self.value(cx, slot), cx.lens.id(node)),
            Slot::Pair(one, other) => [one, other].map(|region| self.order(cx, Slot::Node(region))).join("\u{0}"),
            Slot::None => "8".to_owned(),
            Slot::Unknown => "9".to_owned(),
        }
    }

    /// Name, Chinese, English of a code.
    fn code(&self, place: usize) -> (&'static str, &'static str, &'static str) {
        const ANSWERS: [(&str, &str, &str); 2] = [("YES", "是", "Yes"), ("NO", "否", "No")];
        if let By::State = self.by {
            return CERTIFICATE_STATES.get(place).copied().unwrap_or((UNKNOWN, "未知", "Unknown"));
        }
        let list = self.attribute().and_then(Attribute::enumeration);
        let found = match list {
            Some(list) => list.values.get(place).map(|code| (code.name, code.zh, code.en)),
            None => ANSWERS.get(place).copied(),
        };
        found.unwrap_or((UNKNOWN, "未知", "Unknown"))
    }

    /// The field of a filter, and what stands in it, that lists exactly what is in a group.
    pub fn condition(&self, cx: &Cx<'_>, slot: Slot) -> (Name, Gql) {
        let plain = self.attribute().and_then(|attribute| self.plain_condition(cx, attribute, slot));
        plain.unwrap_or_else(|| {
            let (key, value) = (Gql::from(self.text.as_str()), Gql::from(self.value(cx, slot)));
            (Name::new(IN_GROUPS), Gql::List(vec![object([("key", key), ("value", value)])]))
        })
    }

    /// The same where the filter of the attribute itself can say it.
    fn plain_condition(&self, cx: &Cx<'_>, attribute: &'static Attribute, slot: Slot) -> Option<(Name, Gql)> {
        // A condition on the basis would change which figures are chosen among.
        if attribute.name == figures::BASIS {
            return None;
        }
        let value = self.value(cx, slot);
        let code = || Gql::Enum(Name::new(&value));
        let wanted = match (attribute.value_type, slot) {
            (ValueType::Code(_), _) => Gql::List(vec![code()]),
            (ValueType::Codes(_), Slot::Code(_)) => Gql::List(vec![code()]),
            (ValueType::Answer, _) => code(),
            (ValueType::Date, Slot::Number(_)) => {
                object([("from", value.as_str().into()), ("to", value.as_str().into())])
            }
            (ValueType::Integer(..), Slot::Number(number)) => {
                let number = i32::try_from(number).ok()?;
                object([("from", number.into()), ("to", number.into())])
            }
            (_, Slot::Node(node)) => {
                let by_code = Reference::Code(value.clone());
                let is_alone = cx.lens.fitting(&by_code, &[]) == [node];
                let id = cx.lens.id(node).to_string();
                if is_alone { object([("code", value.into())]) } else { object([("id", id.into())]) }
            }
            _ => return None,
        };
        Some((Name::new(attribute.name), wanted))
    }
}

/// An object of a filter.
fn object<const N: usize>(fields: [(&str, Gql); N]) -> Gql {
    Gql::Object(fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect::<IndexMap<_, _>>())
}

/// Does a thing stand in this group?
pub fn stands_in(cx: &Cx<'_>, of: Of<'_>, key: &str, value: &str) -> Result<bool, ApiError> {
    let key = Key::read(Counted::of(cx, of), key)?;
    Ok(key.slots(cx, of).into_iter().any(|slot| key.value(cx, slot) == value))
}

fn by(counted: Counted, text: &str) -> Option<By> {
    if let Some(attribute) = counted.attribute(text) {
        return can_group(attribute).then_some(By::Attribute(attribute));
    }
    if let Some(attribute) = text.strip_suffix(".year").and_then(|name| counted.attribute(name)) {
        return matches!(attribute.value_type, ValueType::Date).then_some(By::Year(attribute));
    }
    let scheme = |text: &str| (!text.is_empty() && !text.contains(':')).then(|| text.to_owned());
    let (head, rest) = text.split_once(':').unwrap_or((text, ""));
    Some(match (head, rest) {
        ("region", "") if counted.belongs_to_regions() => By::Subject,
        ("region", "") if counted.has(Relation::LocatedIn) => By::Region,
        ("regionAt", level) if counted.has(Relation::LocatedIn) => {
            By::RegionAt(enumeration::REGION_KIND.by_name(level)?.tag)
        }
        ("field", rest) if counted.has(Relation::ClassifiedAs) => match rest.strip_suffix(":top") {
            Some(rest) => By::TopField(scheme(rest)?),
            None => By::Field(scheme(rest)?),
        },
        ("mapped", rest) if counted.has(Relation::ClassifiedAs) => By::Mapped(scheme(rest)?),
        ("tier", "") if counted.all_are(Kind::is_organization) => By::Tier,
        ("nodeKind", "") => By::NodeKind,
        ("tied", name) => By::Tied(Relation::by_name(name).filter(|relation| counted.has(*relation))?),
        ("state", "") if counted.are_certificates() => By::State,
        ("expires.year", "") if counted.are_certificates() => By::ExpiryYear,
        ("partyRegions", "") if counted.all_are(|kind| kind == Kind::Collaboration) => By::PartyRegions,
        _ => return None,
    })
}

/// Can things be counted together by the values of an attribute?
pub fn can_group(attribute: &Attribute) -> bool {
    matches!(
        attribute.value_type,
        ValueType::Code(_)
            | ValueType::Codes(_)
            | ValueType::Answer
            | ValueType::Integer(..)
            | ValueType::Term(_)
            | ValueType::Node(_)
            | ValueType::Nodes(_)
    )
}

fn unknown_key(counted: Counted, text: &str) -> ApiError {
    let known = counted.keys().join("、");
    ApiError::new(
        "UNKNOWN_KEY",
        format!("{}不能按“{}”分组。可用：{known}。", counted.label().0, clip(text)),
        format!("{} cannot be grouped by “{}”. Known: {known}.", counted.label().1, clip(text)),
    )
}

/// The node that a thing is, or belongs to.
pub fn node_of(cx: &Cx<'_>, of: Of<'_>) -> EntityRow {
    match of {
        Of::Node(node) => node,
        Of::Record(record) => cx.lens.subject(record),
    }
}

/// The value shown for an attribute.
pub fn held<'v>(cx: &Cx<'v>, of: Of<'v>, attribute: &Attribute) -> Option<&'v Value> {
    match of {
        Of::Node(node) => cx.lens.value(node, attribute),
        Of::Record(record) => cx.lens.record_value(record, attribute),
    }
}
