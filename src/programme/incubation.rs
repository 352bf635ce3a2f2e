//! How long a firm may stay in a carrier, and whether it has stayed longer. The months are data:
//! `fixtures/rules/incubation.csv`, by technical field.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::calendar::months_after;
use crate::domain::command::Reference;
use crate::domain::{Day, Kind, PartialDate, Relation};
use crate::graph::{EntityRow, Lens};

/// The rules that come with the program.
const SHIPPED: &str = include_str!("../../fixtures/rules/incubation.csv");

static RULES: LazyLock<StayRules> = LazyLock::new(|| StayRules::parse(SHIPPED));

/// Months by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StayRules {
    rules: Vec<StayRule>,
    /// The version of the data.
    pub version: String,
}

/// One line: a field, or every field where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StayRule {
    field: Option<String>,
    months: u32,
    label: String,
}

/// What the rules say of one stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Months that it may last.
    pub months: u32,
    /// The words of the rule that says so.
    pub label: String,
    /// Has it lasted longer on the day asked for? None where nobody knows since when.
    pub overstays: Option<bool>,
}

impl StayRules {
    /// The rules that come with the program.
    pub fn shipped() -> &'static Self {
        &RULES
    }

    /// Lines of `field,months,label,version,source` below a header; lines that are none are left out.
    pub fn parse(text: &str) -> Self {
        let (mut rules, mut version) = (Vec::new(), String::new());
        for line in text.lines().skip(1) {
            let mut cells = line.splitn(5, ',');
            if let (Some(field), Some(Ok(months)), Some(label), Some(told)) =
                (cells.next(), cells.next().map(str::parse), cells.next(), cells.next())
            {
                let field = Some(field.to_owned()).filter(|field| !field.is_empty());
                rules.push(StayRule { field, months, label: label.to_owned() });
                told.clone_into(&mut version);
            }
        }
        Self { rules, version }
    }

    /// What they say of a firm that has been in a carrier since then. Of several rules that fit, the
    /// one that allows most.
    pub fn stay(&self, lens: &Lens<'_>, firm: EntityRow, since: Option<PartialDate>) -> Option<Stay> {
        let fields = fields_of(lens, firm);
        let fits = |rule: &&StayRule| match &rule.field {
            None => true,
            Some(code) => {
                let term = lens.resolve(&Reference::Code(code.clone()), &[Kind::Term]);
                term.is_ok_and(|term| fields.contains(&term))
            }
        };
        let rule = self.rules.iter().filter(fits).max_by_key(|rule| rule.months)?;
        let over = |since: Day| months_after(since, rule.months) < lens.day;
        let overstays = since.and_then(|since| match (over(since.first_day()), over(since.last_day())) {
            (first, last) if first == last => Some(first),
            _ => None,
        });
        Some(Stay { months: rule.months, label: rule.label.clone(), overstays })
    }
}

/// The fields of a node, and all that they are part of.
fn fields_of(lens: &Lens<'_>, node: EntityRow) -> BTreeSet<EntityRow> {
    let mut open: Vec<EntityRow> = lens.ties(node, Some(Relation::ClassifiedAs), true).map(|tie| tie.there).collect();
    let mut found = BTreeSet::new();
    while let Some(field) = open.pop() {
        if found.insert(field) {
            open.extend(lens.ties(field, Some(Relation::PartOf), true).map(|tie| tie.there));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_hold_a_general_one_and_longer_ones() {
        let rules = StayRules::shipped();
        let general: Vec<u32> =
            rules.rules.iter().filter(|rule| rule.field.is_none()).map(|rule| rule.months).collect();
        assert_eq!((general, rules.version.as_str()), (vec![48], "1"));
        assert!(rules.rules.iter().filter(|rule| rule.field.is_some()).all(|rule| rule.months > 48));
        assert_eq!(StayRules::parse("field,months,label,version,source\n,soon,x,1,y\n").rules, []);
    }
}
