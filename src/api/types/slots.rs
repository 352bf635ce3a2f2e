//! The groups that a thing stands in by one key: read from its values, its ties and its certificates.

use std::collections::BTreeSet;

use super::def::Cx;
use super::filter::Of;
use super::group::{Slot, held};
use super::record::CERTIFICATE_STATES;
use super::{node, record};
use crate::domain::{Attribute, Relation, Value, ValueType};
use crate::graph::EntityRow;

/// Whether a certificate that has run out is about to be renewed is told by applications, which are
/// internal: who counts by it counts by what is not public.
pub static FROM_APPLICATIONS: Attribute =
    Attribute::new(0, "state", ValueType::Text, "证书状态", "What a certificate is on the day").internal();

/// The groups of a value; none of what nobody knows.
pub fn of_value(cx: &Cx<'_>, attribute: &Attribute, held: Option<&Value>) -> Vec<Slot> {
    let place = |tag: &u16| {
        let list = attribute.enumeration()?;
        list.values.iter().position(|code| code.tag == *tag).map(Slot::Code)
    };
    match held {
        Some(Value::Answer(yes)) => vec![Slot::Code(usize::from(!*yes))],
        Some(Value::Integer(number)) => vec![Slot::Number(*number)],
        Some(Value::Code(tag)) => place(tag).into_iter().collect(),
        Some(Value::Codes(tags)) => tags.iter().filter_map(place).collect(),
        Some(value) => value.nodes().iter().filter_map(|id| cx.lens.node(*id)).map(Slot::Node).collect(),
        None => Vec::new(),
    }
}

/// The year of a date; of one that is known to the year or the month alone as well.
pub fn year_of(cx: &Cx<'_>, of: Of<'_>, attribute: &Attribute) -> Option<i64> {
    let Some(Value::Date(date)) = held(cx, of, attribute) else { return None };
    date.to_string().get(..4)?.parse().ok()
}

/// What a certificate is on the day, by its place among the states.
pub fn state(cx: &Cx<'_>, of: Of<'_>) -> Option<Slot> {
    let Of::Record(record) = of else { return None };
    let state = record::state_of(cx, record, record::EXPIRING_DAYS);
    CERTIFICATE_STATES.iter().position(|(name, ..)| *name == state).map(Slot::Code)
}

/// The year in which a certificate runs out.
pub fn expiry_year(of: Of<'_>) -> Option<i64> {
    let Of::Record(record) = of else { return None };
    record.fact.validity.to?.to_string().get(..4)?.parse().ok()
}

/// What it is tied to by a relation, as the one that the tie goes out from.
pub fn tied(cx: &Cx<'_>, node: EntityRow, relation: Relation) -> Vec<Slot> {
    let ties = cx.lens.ties(node, Some(relation), true);
    let found: Vec<Slot> = ties.map(|tie| Slot::Node(tie.there)).collect();
    if found.is_empty() { vec![Slot::None] } else { found }
}

/// Pairs of regions, each with a party of its own there, in whatever sense it is located there. A party
/// of several regions, such as a park and its county, stands in each.
pub fn party_regions(cx: &Cx<'_>, collaboration: EntityRow) -> Vec<Slot> {
    let parties = cx.lens.ties(collaboration, Some(Relation::ParticipatesIn), false).map(|tie| tie.there);
    let regions = |party: EntityRow| {
        let ties = cx.lens.ties(party, Some(Relation::LocatedIn), true);
        ties.map(|tie| tie.there).collect::<BTreeSet<_>>()
    };
    let parties: Vec<BTreeSet<EntityRow>> = parties.collect::<BTreeSet<_>>().into_iter().map(regions).collect();
    let mut found = Vec::new();
    for (place, one) in parties.iter().enumerate() {
        for other in parties.iter().skip(place + 1) {
            for (left, right) in one.iter().flat_map(|left| other.iter().map(move |right| (*left, *right))) {
                let is_in_order = cx.lens.code(left) <= cx.lens.code(right);
                found.push(if is_in_order { Slot::Pair(left, right) } else { Slot::Pair(right, left) });
            }
        }
    }
    if parties.len() < 2 { vec![Slot::None] } else { found }
}

/// The highest tier surely held; none where it is not sure whether any is.
pub fn tier(cx: &Cx<'_>, node: EntityRow) -> Option<Slot> {
    let (held, in_doubt) = node::tiers(cx, node);
    match held.first() {
        Some(term) => Some(Slot::Node(*term)),
        None => (!in_doubt).then_some(Slot::None),
    }
}
