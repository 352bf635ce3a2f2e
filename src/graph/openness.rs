//! Who may see a demand, as its statements say on a day.

use super::state::{Entity, EntityRow, State, Statement};
use crate::domain::{Day, Kind, Value};

/// How far a demand is open to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Openness {
    /// Everybody sees it and its owner.
    Open,
    /// Everybody sees it, not its owner.
    Anonymous,
    /// Seen inside the bureau.
    Hidden,
}

/// What the statements held on a day say together; one that says less open wins, and where nothing
/// is said it is hidden.
pub(super) fn openness(demand: &Entity, day: Day) -> Openness {
    let held = |name: &str, allowed: &[&str]| {
        let Some(attribute) = demand.kind.row().attribute(name) else { return false };
        let Some(list) = attribute.enumeration() else { return false };
        let mut said = demand
            .statements
            .iter()
            .filter(|statement| statement.attribute == attribute.tag && statement.fact.validity.contains(day));
        let is_allowed = |statement: &Statement| match statement.value {
            Value::Code(tag) => list.by_tag(tag).is_some_and(|code| allowed.contains(&code.name)),
            _ => false,
        };
        said.next().is_some_and(is_allowed) && said.all(is_allowed)
    };
    // An undated statement holds on every day, also beside dated ones: the less open one wins.
    if !held("status", &["OPEN", "MATCHING", "SIGNED", "CLOSED", "EXPIRED"]) {
        return Openness::Hidden;
    }
    if held("visibility", &["PUBLIC"]) {
        Openness::Open
    } else if held("visibility", &["PUBLIC", "ANONYMOUS"]) {
        Openness::Anonymous
    } else {
        Openness::Hidden
    }
}

/// The days on which what is said of a demand may change: where a statement begins, and where one
/// ends. Between two of them nothing changes, so that these stand for all days.
pub(super) fn turning_days(demand: &Entity) -> impl Iterator<Item = Day> {
    let validities = demand.statements.iter().map(|statement| statement.fact.validity);
    let days = validities.flat_map(|validity| [validity.first_day(), validity.end_day()]);
    days.chain([Day::BEGINNING]).filter(|day| *day < Day::END)
}

impl State {
    /// May everybody see the node on some day?
    pub fn is_public(&self, node: EntityRow) -> bool {
        if self.is_retracted(node.0) {
            return false;
        }
        let entity = self.entity(node.0);
        match entity.kind {
            Kind::Person => false,
            Kind::Demand => turning_days(entity).any(|day| openness(entity, day) != Openness::Hidden),
            _ => true,
        }
    }
}
